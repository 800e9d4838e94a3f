//! One value of any type, as literals, state views and rows shown to a person hold it. Columns of values are Arrow arrays.

/// One Spark value. `Null` stands for the null of every type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The null of every type.
    Null,
    /// `boolean`.
    Boolean(bool),
    /// `tinyint`.
    Byte(i8),
    /// `smallint`.
    Short(i16),
    /// `int`.
    Integer(i32),
    /// `bigint`.
    Long(i64),
    /// `float`.
    Float(f32),
    /// `double`.
    Double(f64),
    /// `decimal(precision,scale)`: the unscaled digits, the precision, the scale.
    Decimal(i128, u8, u8),
    /// `string`.
    String(String),
    /// `binary`.
    Binary(Vec<u8>),
    /// `date`: days since 1970-01-01.
    Date(i32),
    /// `timestamp`: microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// `timestamp_ntz`: microseconds on an unnamed clock.
    TimestampNtz(i64),
    /// `interval day to second`: microseconds.
    DayTimeInterval(i64),
    /// `interval year to month`: months.
    YearMonthInterval(i32),
    /// `interval`: months, days, microseconds.
    CalendarInterval(i32, i32, i64),
    /// `array`.
    Array(Vec<Value>),
    /// `map`, in the order of insertion.
    Map(Vec<(Value, Value)>),
    /// `struct`: the fields' values in order.
    Struct(Vec<Value>),
}
