//! PySpark's objects as Python sees them: one kind for each class.

use super::delta_table::DeltaHandle;
use super::frame_writer::BatchWriter;
use super::functions::FunctionSpec;
use super::grouped::Grouped;
use super::observation::Observation;
use super::progress::Record;
use super::query::QueryHandle;
use super::reader::Reader;
use super::row::Row;
use super::stateful_handle::StateObject;
use super::udf::Declared;
use super::udf::Udf;
use super::window::WindowSpec;
use super::writer::StreamWriter;
use crate::engine::Merge;
use crate::expr::Expr;
use crate::plan::Frame;
use crate::python::HostObject;
use crate::python::Value;
use crate::types::DataType;
use crate::types::Field;
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// An object of PySpark's.
#[derive(Debug)]
pub(super) enum Object {
    /// `SparkSession`.
    Session,
    /// `SparkSession.builder`, with the settings given to it.
    Builder(RefCell<Vec<(String, String)>>),
    /// `spark.sparkContext`.
    Context,
    /// `spark.conf`.
    Conf,
    /// `spark.catalog`.
    Catalog,
    /// `spark.udf`.
    UdfRegistration,
    /// `spark.streams`.
    Streams,
    /// `spark.read`, `spark.readStream`.
    Reader(RefCell<Reader>),
    /// `DataFrame`.
    Frame(Frame),
    /// `df.na`.
    Na(Frame),
    /// `df.stat`.
    Stat,
    /// `df.groupBy(...)`.
    Grouped(Grouped),
    /// `df.write`.
    BatchWriter(RefCell<BatchWriter>),
    /// `df.writeStream`.
    StreamWriter(RefCell<StreamWriter>),
    /// `Column`.
    Column(Expr),
    /// `Window`, or a `WindowSpec`.
    Window(WindowSpec),
    /// A data type other than a struct.
    Type(DataType),
    /// `StructType`: `add` changes it.
    Struct(RefCell<Vec<Field>>),
    /// `StructField`.
    Field(Field),
    /// `Row`.
    Row(Row),
    /// `StreamingQuery`.
    Query(QueryHandle),
    /// `StreamingQueryProgress` and its parts.
    Record(Rc<Record>),
    /// A listener's event: its class, and its attributes.
    Event(&'static str, Vec<(&'static str, Value)>),
    /// `Observation`.
    Observation(Observation),
    /// A function of `pyspark.sql.functions`.
    Function(&'static FunctionSpec),
    /// A user-defined function.
    Udf(Rc<Udf>),
    /// What `@udf(returnType=...)` calls with the function.
    UdfDecorator(Declared),
    /// A stateful processor's handle, one of its state variables, or its times.
    State(StateObject),
    /// A class that can be called or asked for its static members.
    Class(&'static str),
    /// A method taken off its object: `f = df.show`.
    Method(Rc<dyn HostObject>, String),
    /// `decimal.Decimal`: the unscaled digits and the scale.
    Decimal(i128, u8),
    /// `DeltaTable`.
    DeltaTable(DeltaHandle),
    /// `DeltaTable.merge(...)` as far as the program has filled it in.
    DeltaMerge(RefCell<Merge>),
    /// `StorageLevel.MEMORY_ONLY` and the like: of no consequence here.
    StorageLevel,
}

impl Object {
    /// It as a Python value.
    pub(super) fn value(self) -> Value {
        Value::host(self)
    }

    /// The object behind a Python value.
    pub(super) fn of(value: &Value) -> Option<&Self> {
        value.as_host::<Self>()
    }
}

impl HostObject for Object {
    fn class_name(&self) -> &str {
        match self {
            Self::Session => "SparkSession",
            Self::Builder(_) => "Builder",
            Self::Context => "SparkContext",
            Self::Conf => "RuntimeConfig",
            Self::Catalog => "Catalog",
            Self::UdfRegistration => "UDFRegistration",
            Self::Streams => "StreamingQueryManager",
            Self::Reader(reader) if reader.borrow().streaming => "DataStreamReader",
            Self::Reader(_) => "DataFrameReader",
            Self::Frame(_) => "DataFrame",
            Self::Na(_) => "DataFrameNaFunctions",
            Self::Stat => "DataFrameStatFunctions",
            Self::Grouped(_) => "GroupedData",
            Self::BatchWriter(_) => "DataFrameWriter",
            Self::StreamWriter(_) => "DataStreamWriter",
            Self::Column(_) => "Column",
            Self::Window(_) => "WindowSpec",
            Self::Type(data_type) => super::types_module::class_of(data_type),
            Self::Struct(_) => "StructType",
            Self::Field(_) => "StructField",
            Self::Row(_) => "Row",
            Self::Query(_) => "StreamingQuery",
            Self::Record(record) => record.class,
            Self::Event(class, _) => class,
            Self::Observation(_) => "Observation",
            Self::State(state) => state.class_name(),
            Self::Function(_) | Self::Udf(_) | Self::UdfDecorator(_) => "function",
            Self::Class(name) => name,
            Self::Method(..) => "method",
            Self::Decimal(..) => "Decimal",
            Self::StorageLevel => "StorageLevel",
            Self::DeltaTable(_) => "DeltaTable",
            Self::DeltaMerge(_) => "DeltaMergeBuilder",
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn base_names(&self) -> &[&str] {
        match self {
            Self::Type(_) | Self::Struct(_) => &["DataType"],
            Self::Row(_) => &["tuple"],
            Self::Record(..) => &["dict"],
            _ => &[],
        }
    }
}
