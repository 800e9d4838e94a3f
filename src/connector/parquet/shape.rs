//! A file's own columns as Spark sees them: which lists, maps and structs its groups mean, and the Spark type of each leaf.
//! Spark's `ParquetToSparkSchemaConverter`, with its rules for the lists of older writers.

use crate::types::DataType;
use crate::types::Field;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::Type;
use std::ops::Range;

/// A part of a file's schema.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Its leaf columns.
    pub(super) leaves: Range<usize>,
    /// The definition level from which on it is there.
    pub(super) definition: i16,
    /// How many lists are around it: its next value begins at this repetition level or a lower one.
    pub(super) repetition: i16,
    /// Whether it may be null.
    pub(super) nullable: bool,
    pub(super) kind: Kind,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A leaf column, and the Spark type that it shows; the error is Spark's text for types that it does not know.
    Leaf(Result<DataType, Illegal>),
    Struct(Vec<(String, Shape)>),
    List(Items, Box<Shape>),
    Map(Items, Box<(Shape, Shape)>),
}

/// The levels of a repeated part: an item is there from this definition level on; the next one begins at this repetition level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    pub(super) definition: i16,
    pub(super) repetition: i16,
}

/// A Parquet type that Spark does not read.
#[derive(Clone, Debug)]
pub(super) enum Illegal {
    /// `PARQUET_TYPE_ILLEGAL`, with the type as Parquet writes it.
    Type(String),
    /// Known to Spark, not to us.
    Unknown(String),
}

impl Shape {
    /// The columns of a file.
    pub(super) fn of_file(root: &Type) -> Vec<(String, Self)> {
        let mut walk = Walk { leaf: 0 };
        root.get_fields().iter().map(|field| (field.name().to_owned(), walk.field(field, 0, 0))).collect()
    }

    /// The Spark type that it shows by itself.
    ///
    /// # Errors
    /// A leaf of a type that Spark does not read.
    pub(super) fn data_type(&self) -> Result<DataType, Illegal> {
        Ok(match &self.kind {
            Kind::Leaf(data_type) => data_type.clone()?,
            Kind::Struct(fields) => DataType::Struct(fields_of(fields)?),
            Kind::List(_, element) => DataType::Array(Box::new(element.data_type()?), element.nullable),
            Kind::Map(_, entry) => DataType::Map(Box::new(entry.0.data_type()?), Box::new(entry.1.data_type()?), entry.1.nullable),
        })
    }
}

/// The fields of a struct or the columns of a file as Spark's.
///
/// # Errors
/// A leaf of a type that Spark does not read.
pub(super) fn fields_of(shapes: &[(String, Shape)]) -> Result<Vec<Field>, Illegal> {
    let field = |(name, shape): &(String, Shape)| Ok(Field { name: name.clone(), data_type: shape.data_type()?, nullable: shape.nullable });
    shapes.iter().map(field).collect()
}

/// Counts the leaves on its way.
struct Walk {
    leaf: usize,
}

impl Walk {
    /// A field below these levels.
    fn field(&mut self, field: &Type, definition: i16, repetition: i16) -> Shape {
        let first = self.leaf;
        match field.get_basic_info().repetition() {
            Repetition::REQUIRED => self.body(field, definition, repetition, false),
            Repetition::OPTIONAL => self.body(field, definition + 1, repetition, true),
            // A repeated field without a list around it is a list that is always there.
            Repetition::REPEATED => {
                let items = Items { definition: definition + 1, repetition: repetition + 1 };
                let element = self.body(field, items.definition, items.repetition, false);
                Shape { leaves: first..self.leaf, definition, repetition, nullable: false, kind: Kind::List(items, Box::new(element)) }
            }
        }
    }

    /// A field that is there from this definition level on.
    fn body(&mut self, field: &Type, definition: i16, repetition: i16, nullable: bool) -> Shape {
        let first = self.leaf;
        let kind = if field.is_primitive() {
            self.leaf += 1;
            Kind::Leaf(leaf_type(field))
        } else {
            match (marks(field), field.get_fields()) {
                (Some(ConvertedType::LIST), [repeated]) => self.list(field, repeated, definition, repetition),
                (Some(ConvertedType::MAP), [repeated]) if !repeated.is_primitive() && repeated.get_fields().len() == 2 => {
                    let items = Items { definition: definition + 1, repetition: repetition + 1 };
                    let mut part = |at: usize| self.field(&repeated.get_fields()[at], items.definition, items.repetition);
                    Kind::Map(items, Box::new((part(0), part(1))))
                }
                (_, fields) => {
                    Kind::Struct(fields.iter().map(|inner| (inner.name().to_owned(), self.field(inner, definition, repetition))).collect())
                }
            }
        };
        Shape { leaves: first..self.leaf, definition, repetition, nullable, kind }
    }

    /// A list of three levels, or one of an older writer's two.
    fn list(&mut self, list: &Type, repeated: &Type, definition: i16, repetition: i16) -> Kind {
        let items = Items { definition: definition + 1, repetition: repetition + 1 };
        let is_element = repeated.is_primitive()
            || repeated.get_fields().len() != 1
            || repeated.name() == "array"
            || repeated.name() == format!("{}_tuple", list.name());
        let element = if is_element {
            self.body(repeated, items.definition, items.repetition, false)
        } else {
            self.field(&repeated.get_fields()[0], items.definition, items.repetition)
        };
        Kind::List(items, Box::new(element))
    }
}

/// Whether a group is a list or a map.
fn marks(group: &Type) -> Option<ConvertedType> {
    let info = group.get_basic_info();
    match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => Some(ConvertedType::LIST),
        (Some(LogicalType::Map), _) | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => Some(ConvertedType::MAP),
        _ => None,
    }
}

/// The Spark type of a leaf: `convertPrimitiveField`.
fn leaf_type(leaf: &Type) -> Result<DataType, Illegal> {
    let logical = logical_of(leaf);
    if logical == Some(LogicalType::Unknown) {
        return Ok(DataType::Null);
    }
    let illegal = || Err(Illegal::Type(type_text(leaf)));
    let decimal = |scale: i32, precision: i32| Ok(DataType::Decimal(precision.clamp(1, 38) as u8, scale.clamp(0, 38) as u8));
    match (leaf.get_physical_type(), logical) {
        (Physical::BOOLEAN, _) => Ok(DataType::Boolean),
        (Physical::FLOAT, _) => Ok(DataType::Float),
        (Physical::DOUBLE, _) => Ok(DataType::Double),
        (Physical::INT96, _) => Ok(DataType::Timestamp),
        (Physical::INT32, None) => Ok(DataType::Integer),
        (Physical::INT64, None) => Ok(DataType::Long),
        (Physical::INT32, Some(LogicalType::Date)) => Ok(DataType::Date),
        (physical, Some(LogicalType::Integer(int))) => match (physical, int.bit_width, int.is_signed) {
            (Physical::INT32, 8, true) => Ok(DataType::Byte),
            (Physical::INT32, 16, true) | (Physical::INT32, 8, false) => Ok(DataType::Short),
            (Physical::INT32, 32, true) | (Physical::INT32, 16, false) => Ok(DataType::Integer),
            (Physical::INT32, 32, false) | (Physical::INT64, 64, true) => Ok(DataType::Long),
            (Physical::INT64, 64, false) => Ok(DataType::Decimal(20, 0)),
            _ => illegal(),
        },
        (_, Some(LogicalType::Decimal(sizes))) => decimal(sizes.scale, sizes.precision),
        (Physical::INT64, Some(LogicalType::Timestamp(timestamp))) if !matches!(timestamp.unit, TimeUnit::NANOS) => {
            Ok(if timestamp.is_adjusted_to_u_t_c { DataType::Timestamp } else { DataType::TimestampNtz })
        }
        (Physical::INT64, Some(LogicalType::Time(time))) if !matches!(time.unit, TimeUnit::MILLIS) && !time.is_adjusted_to_u_t_c => {
            Err(Illegal::Unknown("columns of the type time in Parquet files".to_owned()))
        }
        (Physical::BYTE_ARRAY, Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)) => Ok(DataType::String),
        (Physical::BYTE_ARRAY, None | Some(LogicalType::Bson)) | (Physical::FIXED_LEN_BYTE_ARRAY, None) => Ok(DataType::Binary),
        _ => illegal(),
    }
}

/// The logical type of a leaf, where need be from the converted type that older files have alone.
pub(super) fn logical_of(leaf: &Type) -> Option<LogicalType> {
    let info = leaf.get_basic_info();
    if let Some(logical) = info.logical_type_ref() {
        return Some(logical.clone());
    }
    let timestamp = |unit| Some(LogicalType::timestamp(true, unit));
    match info.converted_type() {
        ConvertedType::UTF8 => Some(LogicalType::String),
        ConvertedType::ENUM => Some(LogicalType::Enum),
        ConvertedType::JSON => Some(LogicalType::Json),
        ConvertedType::BSON => Some(LogicalType::Bson),
        ConvertedType::DATE => Some(LogicalType::Date),
        ConvertedType::DECIMAL => Some(LogicalType::decimal(leaf.get_scale(), leaf.get_precision())),
        ConvertedType::TIME_MILLIS => Some(LogicalType::time(true, TimeUnit::MILLIS)),
        ConvertedType::TIME_MICROS => Some(LogicalType::time(true, TimeUnit::MICROS)),
        ConvertedType::TIMESTAMP_MILLIS => timestamp(TimeUnit::MILLIS),
        ConvertedType::TIMESTAMP_MICROS => timestamp(TimeUnit::MICROS),
        ConvertedType::INT_8 => Some(LogicalType::integer(8, true)),
        ConvertedType::INT_16 => Some(LogicalType::integer(16, true)),
        ConvertedType::INT_32 => Some(LogicalType::integer(32, true)),
        ConvertedType::INT_64 => Some(LogicalType::integer(64, true)),
        ConvertedType::UINT_8 => Some(LogicalType::integer(8, false)),
        ConvertedType::UINT_16 => Some(LogicalType::integer(16, false)),
        ConvertedType::UINT_32 => Some(LogicalType::integer(32, false)),
        ConvertedType::UINT_64 => Some(LogicalType::integer(64, false)),
        _ => None,
    }
}

/// A leaf's type as parquet-mr writes it: `INT64 (TIMESTAMP(NANOS,false))`.
fn type_text(leaf: &Type) -> String {
    let unit = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => "MILLIS",
        TimeUnit::MICROS => "MICROS",
        _ => "NANOS",
    };
    let logical = match logical_of(leaf) {
        Some(LogicalType::Timestamp(it)) => format!("TIMESTAMP({},{})", unit(&it.unit), it.is_adjusted_to_u_t_c),
        Some(LogicalType::Time(it)) => format!("TIME({},{})", unit(&it.unit), it.is_adjusted_to_u_t_c),
        Some(LogicalType::Integer(it)) => format!("INTEGER({},{})", it.bit_width, it.is_signed),
        Some(LogicalType::Uuid) => "UUID".to_owned(),
        Some(LogicalType::Float16) => "FLOAT16".to_owned(),
        Some(other) => format!("{other:?}").to_uppercase(),
        None => return physical_text(leaf.get_physical_type()).to_owned(),
    };
    format!("{} ({logical})", physical_text(leaf.get_physical_type()))
}

/// A physical type as parquet-mr names it.
pub(super) fn physical_text(physical: Physical) -> &'static str {
    match physical {
        Physical::BOOLEAN => "BOOLEAN",
        Physical::INT32 => "INT32",
        Physical::INT64 => "INT64",
        Physical::INT96 => "INT96",
        Physical::FLOAT => "FLOAT",
        Physical::DOUBLE => "DOUBLE",
        Physical::BYTE_ARRAY => "BINARY",
        Physical::FIXED_LEN_BYTE_ARRAY => "FIXED_LEN_BYTE_ARRAY",
    }
}
