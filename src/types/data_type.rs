//! Data types and schemas: Spark's `DataType` and `StructType`.

/// A Spark SQL type. Follows `org.apache.spark.sql.types.DataType`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// `void`, the type of a bare `NULL`.
    Null,
    /// `boolean`.
    Boolean,
    /// `tinyint`, 8 bits.
    Byte,
    /// `smallint`, 16 bits.
    Short,
    /// `int`, 32 bits.
    Integer,
    /// `bigint`, 64 bits.
    Long,
    /// `float`, 32 bits.
    Float,
    /// `double`, 64 bits.
    Double,
    /// `decimal(precision,scale)`, at most 38 digits.
    Decimal(u8, u8),
    /// `string`, UTF-8.
    String,
    /// `binary`.
    Binary,
    /// `date`, days since 1970-01-01.
    Date,
    /// `timestamp`, microseconds since 1970-01-01T00:00:00Z.
    Timestamp,
    /// `timestamp_ntz`, microseconds since 1970-01-01T00:00:00 on an unnamed clock.
    TimestampNtz,
    /// `interval day to second`, microseconds.
    DayTimeInterval,
    /// `interval year to month`, months.
    YearMonthInterval,
    /// `interval`: months, days and microseconds.
    CalendarInterval,
    /// `array<element>`; the flag says whether elements may be null.
    Array(Box<DataType>, bool),
    /// `map<key,value>`; the flag says whether values may be null.
    Map(Box<DataType>, Box<DataType>, bool),
    /// `struct<name:type,...>`.
    Struct(Vec<Field>),
}

/// A column of a schema or a field of a struct: Spark's `StructField`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name as written; look-ups ignore case.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether it may be null.
    pub nullable: bool,
}

/// The columns of a relation in order: Spark's `StructType` at top level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schema {
    /// The columns.
    pub fields: Vec<Field>,
}

impl Field {
    /// A nullable field.
    #[must_use]
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type, nullable: true }
    }
}
