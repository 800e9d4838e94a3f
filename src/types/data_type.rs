//! Data types and schemas: Spark's `DataType` and `StructType`, and the four ways in which Spark writes them.
//!
//! A type's four texts are not interchangeable: `simpleString` (`bigint`) stands in explanations and case files, `sql` (`BIGINT`)
//! in error texts, the type name (`long`) in `printSchema` and JSON.

use std::fmt::Write;

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
    /// `interval day to second`, microseconds, with its first and last field: day, hour, minute, second from 0.
    DayTimeInterval(u8, u8),
    /// `interval year to month`, months, with its first and last field: year, month from 0.
    YearMonthInterval(u8, u8),
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

impl DataType {
    /// `interval day to second`.
    pub const DAY_TIME: Self = Self::DayTimeInterval(0, 3);
    /// `interval year to month`.
    pub const YEAR_MONTH: Self = Self::YearMonthInterval(0, 1);

    /// An interval's type with all fields of its kind; other types as they are.
    #[must_use]
    pub fn with_all_fields(self) -> Self {
        match self {
            Self::DayTimeInterval(..) => Self::DAY_TIME,
            Self::YearMonthInterval(..) => Self::YEAR_MONTH,
            other => other,
        }
    }

    /// `DataType.simpleString`: `bigint`, `array<int>`, `struct<start:timestamp,end:timestamp>`. Never shortened, as PySpark's is.
    #[must_use]
    pub fn simple_string(&self) -> String {
        match self {
            Self::Byte => "tinyint".to_owned(),
            Self::Short => "smallint".to_owned(),
            Self::Integer => "int".to_owned(),
            Self::Long => "bigint".to_owned(),
            Self::Array(element, _) => format!("array<{}>", element.simple_string()),
            Self::Map(key, value, _) => format!("map<{},{}>", key.simple_string(), value.simple_string()),
            Self::Struct(fields) => {
                let fields: Vec<_> = fields.iter().map(|field| format!("{}:{}", field.name, field.data_type.simple_string())).collect();
                format!("struct<{}>", fields.join(","))
            }
            _ => self.type_name(),
        }
    }

    /// `DataType.sql`, as error texts have it: `BIGINT`, `MAP<STRING, INT>`, `STRUCT<a: INT NOT NULL>`.
    #[must_use]
    pub fn sql(&self) -> String {
        match self {
            Self::Array(element, _) => format!("ARRAY<{}>", element.sql()),
            Self::Map(key, value, _) => format!("MAP<{}, {}>", key.sql(), value.sql()),
            Self::Struct(fields) => format!("STRUCT<{}>", fields.iter().map(Field::sql).collect::<Vec<_>>().join(", ")),
            _ => self.simple_string().to_uppercase(),
        }
    }

    /// `DataType.typeName`, as `printSchema` and JSON have it: `long`, `integer`, `decimal(8,3)`, `struct`.
    #[must_use]
    pub fn type_name(&self) -> String {
        let name = match self {
            Self::Null => "void",
            Self::Boolean => "boolean",
            Self::Byte => "byte",
            Self::Short => "short",
            Self::Integer => "integer",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Decimal(precision, scale) => return format!("decimal({precision},{scale})"),
            Self::String => "string",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::TimestampNtz => "timestamp_ntz",
            Self::DayTimeInterval(start, end) => return interval_name(&super::interval::DAY_TIME_FIELDS, *start, *end),
            Self::YearMonthInterval(start, end) => return interval_name(&super::interval::YEAR_MONTH_FIELDS, *start, *end),
            Self::CalendarInterval => "interval",
            Self::Array(..) => "array",
            Self::Map(..) => "map",
            Self::Struct(_) => "struct",
        };
        name.to_owned()
    }

    /// `DataType.json`: `"long"`, `{"type":"array","elementType":"integer","containsNull":true}`.
    #[must_use]
    pub fn json(&self) -> String {
        match self {
            Self::Array(element, nullable) => {
                format!(r#"{{"type":"array","elementType":{},"containsNull":{nullable}}}"#, element.json())
            }
            Self::Map(key, value, nullable) => {
                let (key, value) = (key.json(), value.json());
                format!(r#"{{"type":"map","keyType":{key},"valueType":{value},"valueContainsNull":{nullable}}}"#)
            }
            Self::Struct(fields) => struct_json(fields),
            _ => format!("\"{}\"", self.type_name()),
        }
    }

    /// Whether it is one of the integral types, `tinyint` to `bigint`.
    #[must_use]
    pub fn is_integral(&self) -> bool {
        matches!(self, Self::Byte | Self::Short | Self::Integer | Self::Long)
    }

    /// Whether it is a number: integral, fractional or decimal.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.is_integral() || matches!(self, Self::Float | Self::Double | Self::Decimal(..))
    }

    /// Whether it has no elements or fields.
    #[must_use]
    pub fn is_atomic(&self) -> bool {
        !matches!(self, Self::Null | Self::CalendarInterval | Self::Array(..) | Self::Map(..) | Self::Struct(_))
    }

    /// The same type with everything in it nullable: Spark's `asNullable`.
    #[must_use]
    pub fn as_nullable(&self) -> Self {
        match self {
            Self::Array(element, _) => Self::Array(Box::new(element.as_nullable()), true),
            Self::Map(key, value, _) => Self::Map(Box::new(key.as_nullable()), Box::new(value.as_nullable()), true),
            Self::Struct(fields) => {
                Self::Struct(fields.iter().map(|field| Field::new(field.name.clone(), field.data_type.as_nullable())).collect())
            }
            _ => self.clone(),
        }
    }

    /// Whether the two are the same apart from what may be null: Spark's `sameType` (names count, in any case).
    #[must_use]
    pub fn same_type(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a, _), Self::Array(b, _)) => a.same_type(b),
            (Self::Map(a, b, _), Self::Map(c, d, _)) => a.same_type(c) && b.same_type(d),
            (Self::Struct(a), Self::Struct(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| a.name.eq_ignore_ascii_case(&b.name) && a.data_type.same_type(&b.data_type))
            }
            _ => self == other,
        }
    }

    fn write_tree(&self, prefix: &str, out: &mut String) {
        match self {
            Self::Array(element, nullable) => {
                write_line(out, format_args!("{prefix}-- element: {} (containsNull = {nullable})", element.type_name()));
                element.write_tree(&format!("{prefix}    |"), out);
            }
            Self::Map(key, value, nullable) => {
                write_line(out, format_args!("{prefix}-- key: {}", key.type_name()));
                key.write_tree(&format!("{prefix}    |"), out);
                write_line(out, format_args!("{prefix}-- value: {} (valueContainsNull = {nullable})", value.type_name()));
                value.write_tree(&format!("{prefix}    |"), out);
            }
            Self::Struct(fields) => write_fields(fields, prefix, out),
            _ => {}
        }
    }
}

impl Field {
    /// A nullable field.
    #[must_use]
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type, nullable: true }
    }

    /// A field that is never null.
    #[must_use]
    pub fn required(name: impl Into<String>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type, nullable: false }
    }

    /// `StructField.sql`: `a: INT NOT NULL`.
    #[must_use]
    pub fn sql(&self) -> String {
        let not_null = if self.nullable { "" } else { " NOT NULL" };
        format!("{}: {}{not_null}", quote_if_needed(&self.name), self.data_type.sql())
    }
}

impl Schema {
    /// A schema of these columns.
    #[must_use]
    pub fn new(fields: Vec<Field>) -> Self {
        Self { fields }
    }

    /// `StructType.treeString`, what `printSchema` prints: a line `root`, then a line a column or field, each ended.
    #[must_use]
    pub fn tree_string(&self) -> String {
        let mut out = "root\n".to_owned();
        write_fields(&self.fields, " |", &mut out);
        out
    }

    /// `StructType.json`, without line breaks.
    #[must_use]
    pub fn json(&self) -> String {
        struct_json(&self.fields)
    }

    /// `StructType.simpleString`: `struct<a:int,b:string>`.
    #[must_use]
    pub fn simple_string(&self) -> String {
        self.data_type().simple_string()
    }

    /// The schema as the type of a struct.
    #[must_use]
    pub fn data_type(&self) -> DataType {
        DataType::Struct(self.fields.clone())
    }

    /// The place of the first column of this name, whatever its case.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name.to_lowercase() == name.to_lowercase())
    }

    /// The columns' names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }
}

/// Spark's `quoteIfNeeded`: backticks around a name that is not a plain identifier.
#[must_use]
pub fn quote_if_needed(name: &str) -> String {
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let plain = letters && name.starts_with(|c: char| !c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

fn struct_json(fields: &[Field]) -> String {
    let mut out = r#"{"type":"struct","fields":["#.to_owned();
    for (index, field) in fields.iter().enumerate() {
        out.push_str(if index == 0 { r#"{"name":"# } else { r#",{"name":"# });
        super::json::write_string(&field.name, &mut out);
        let _ = write!(out, r#","type":{},"nullable":{},"metadata":{{}}}}"#, field.data_type.json(), field.nullable);
    }
    out.push_str("]}");
    out
}

fn write_fields(fields: &[Field], prefix: &str, out: &mut String) {
    for Field { name, data_type, nullable } in fields {
        write_line(out, format_args!("{prefix}-- {name}: {} (nullable = {nullable})", data_type.type_name()));
        data_type.write_tree(&format!("{prefix}    |"), out);
    }
}

/// `interval day`, `interval day to second`.
fn interval_name(fields: &[&str], start: u8, end: u8) -> String {
    let (start, end) = (fields[usize::from(start)], fields[usize::from(end)]);
    if start == end { format!("interval {start}") } else { format!("interval {start} to {end}") }
}

fn write_line(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a String never fails.
    let _ = out.write_fmt(line);
    out.push('\n');
}
