//! One value of any type, as literals, state views and rows shown to a person hold it. Columns of values are Arrow arrays.
//!
//! Values are equal, hash and order as Spark's keys do: NaN equals NaN and is greater than all, 0.0 equals -0.0, null comes first.

use std::cmp::Ordering;
use std::hash::Hash;
use std::hash::Hasher;

use super::number::rescale_decimal;

/// One Spark value. `Null` stands for the null of every type.
#[derive(Clone, Debug)]
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

impl Value {
    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value of an integral type.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Byte(value) => Some((*value).into()),
            Self::Short(value) => Some((*value).into()),
            Self::Integer(value) => Some((*value).into()),
            Self::Long(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Spark's ordering of two values of one type, nulls first. Values of different types stand in the order of the types' list.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Byte(a), Self::Byte(b)) => a.cmp(b),
            (Self::Short(a), Self::Short(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) | (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::YearMonthInterval(a), Self::YearMonthInterval(b)) => a.cmp(b),
            (Self::Long(a), Self::Long(b)) | (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            (Self::TimestampNtz(a), Self::TimestampNtz(b)) | (Self::DayTimeInterval(a), Self::DayTimeInterval(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => compare_doubles((*a).into(), (*b).into()),
            (Self::Double(a), Self::Double(b)) => compare_doubles(*a, *b),
            (Self::Decimal(a, _, a_scale), Self::Decimal(b, _, b_scale)) => compare_decimals((*a, *a_scale), (*b, *b_scale)),
            (Self::String(a), Self::String(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Binary(a), Self::Binary(b)) => a.cmp(b),
            (Self::CalendarInterval(a, b, c), Self::CalendarInterval(d, e, f)) => (a, b, c).cmp(&(d, e, f)),
            (Self::Array(a), Self::Array(b)) | (Self::Struct(a), Self::Struct(b)) => compare_lists(a, b),
            (Self::Map(a), Self::Map(b)) => {
                let entries = a.iter().zip(b).map(|(a, b)| a.0.compare(&b.0).then_with(|| a.1.compare(&b.1)));
                entries.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Boolean(_) => 1,
            Self::Byte(_) => 2,
            Self::Short(_) => 3,
            Self::Integer(_) => 4,
            Self::Long(_) => 5,
            Self::Float(_) => 6,
            Self::Double(_) => 7,
            Self::Decimal(..) => 8,
            Self::String(_) => 9,
            Self::Binary(_) => 10,
            Self::Date(_) => 11,
            Self::Timestamp(_) => 12,
            Self::TimestampNtz(_) => 13,
            Self::DayTimeInterval(_) => 14,
            Self::YearMonthInterval(_) => 15,
            Self::CalendarInterval(..) => 16,
            Self::Array(_) => 17,
            Self::Map(_) => 18,
            Self::Struct(_) => 19,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Null => {}
            Self::Boolean(value) => value.hash(state),
            Self::Byte(value) => value.hash(state),
            Self::Short(value) => value.hash(state),
            Self::Integer(value) | Self::Date(value) | Self::YearMonthInterval(value) => value.hash(state),
            Self::Long(value) | Self::Timestamp(value) | Self::TimestampNtz(value) | Self::DayTimeInterval(value) => value.hash(state),
            Self::Float(value) => canonical_bits((*value).into()).hash(state),
            Self::Double(value) => canonical_bits(*value).hash(state),
            Self::Decimal(unscaled, _, scale) => canonical_decimal(*unscaled, *scale).hash(state),
            Self::String(text) => text.hash(state),
            Self::Binary(bytes) => bytes.hash(state),
            Self::CalendarInterval(months, days, micros) => (months, days, micros).hash(state),
            Self::Array(values) | Self::Struct(values) => values.hash(state),
            Self::Map(entries) => entries.hash(state),
        }
    }
}

fn compare_doubles(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn compare_decimals((a, a_scale): (i128, u8), (b, b_scale): (i128, u8)) -> Ordering {
    let scale = i32::from(a_scale.max(b_scale));
    match (rescale_decimal(a, a_scale.into(), scale), rescale_decimal(b, b_scale.into(), scale)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // Only the one with fewer decimals can outgrow 128 bits, and then it is the larger in size.
        (None, _) => a.cmp(&0),
        (_, None) => 0.cmp(&b),
    }
}

fn compare_lists(a: &[Value], b: &[Value]) -> Ordering {
    let first_difference = a.iter().zip(b).map(|(a, b)| a.compare(b)).find(|order| order.is_ne());
    first_difference.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn canonical_bits(value: f64) -> u64 {
    if value == 0.0 {
        0
    } else if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

fn canonical_decimal(mut unscaled: i128, mut scale: u8) -> (i128, u8) {
    while scale > 0 && unscaled % 10 == 0 {
        unscaled /= 10;
        scale -= 1;
    }
    (unscaled, scale)
}
