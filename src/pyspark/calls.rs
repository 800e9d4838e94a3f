//! Attributes and calls of PySpark's objects, dispatched by class and name.

use super::arguments;
use super::arguments::Call;
use super::arguments::Member;
use super::arguments::Signature;
use super::catalog;
use super::column;
use super::decimal;
use super::delta_table;
use super::driver::Driver;
use super::driver::Pending;
use super::errors;
use super::frame;
use super::frame_nulls;
use super::frame_writer;
use super::functions;
use super::grouped;
use super::object::Object;
use super::observation::Observation;
use super::operators::same;
use super::plain_objects;
use super::query;
use super::reader;
use super::reader::Read;
use super::row::Row;
use super::rows;
use super::session;
use super::types_module;
use super::udf;
use super::window;
use super::writer;
use crate::diag::Span;
use crate::python::Arguments;
use crate::python::HostObject;
use crate::python::Raised;
use crate::python::Reply;
use crate::python::Value;
use std::rc::Rc;

impl Driver {
    /// `object.name`.
    pub(super) fn read_attribute(&mut self, object: &Rc<dyn HostObject>, name: &str) -> Result<Value, Raised> {
        let Some(known) = Self::object(object) else { return Err(Raised::no_attribute(object.class_name(), name)) };
        let class = signature_class(known);
        match (known, arguments::member(class, name)) {
            (_, Some(Member::Method(_))) => Ok(Object::Method(Rc::clone(object), name.to_owned()).value()),
            (Object::Session, Some(Member::Property)) => Ok(session::attribute(self, name)?),
            (Object::Class("SparkSession"), _) => Ok(session::attribute(self, name)?),
            (Object::Conf, Some(Member::Property)) => Ok(session::conf_all(self)),
            (Object::Streams, Some(Member::Property)) => Ok(Value::list(self.session.active().into_iter().map(query::value).collect())),
            (Object::Query(handle), Some(Member::Property)) => Ok(query::attribute(self, *handle, name)?),
            (Object::Frame(it), _) => Ok(frame::attribute(self, it, name)?),
            (Object::Column(expr), None) => Ok(Object::Column(column::field(expr, name)?).value()),
            (Object::Window(_), Some(Member::Property)) => Ok(match name {
                "unboundedPreceding" => Value::Int(i64::MIN),
                "unboundedFollowing" => Value::Int(i64::MAX),
                _ => Value::Int(0),
            }),
            (Object::Row(row), None) => match name {
                "asDict" | "count" | "index" => Ok(Object::Method(Rc::clone(object), name.to_owned()).value()),
                _ => Ok(row.attribute(name)?),
            },
            (Object::Record(record), _) => match name {
                "get" | "keys" | "values" | "items" | "copy" => Ok(Object::Method(Rc::clone(object), name.to_owned()).value()),
                _ => Ok(record.attribute(name)?),
            },
            (Object::Event(class, attributes), _) => {
                attributes.iter().find(|it| it.0 == name).map(|it| it.1.clone()).ok_or_else(|| Raised::no_attribute(class, name))
            }
            (Object::Observation(it), Some(Member::Property)) => Ok(it.metrics(self)?),
            (Object::Class("StorageLevel"), _) => Ok(Object::StorageLevel.value()),
            (Object::Udf(it), _) => udf::attribute(object, it, name),
            (Object::State(_), _) => plain_objects::attribute(object, name).unwrap_or_else(|| Err(Raised::no_attribute(class, name))),
            (Object::Context, _) if name == "version" => Ok(Value::str("4.3.0")),
            (Object::Context, Some(Member::Property)) if name == "defaultParallelism" => Ok(Value::Int(1)),
            (Object::Type(_) | Object::Struct(_) | Object::Field(_), _) => {
                types_module::attribute(known, name).ok_or_else(|| Raised::no_attribute(object.class_name(), name))
            }
            (_, Some(Member::Property)) => Err(errors::unknown_to_us(&format!("{class}.{name}")).into()),
            _ => Err(Raised::no_attribute(object.class_name(), name)),
        }
    }

    /// `object.name(...)`.
    pub(super) fn call_method(
        &mut self,
        callee: &Rc<dyn HostObject>,
        name: &str,
        arguments: Arguments,
        span: Span,
    ) -> Result<Reply, Raised> {
        let Some(known) = Self::object(callee) else { return Err(Raised::no_attribute(callee.class_name(), name)) };
        match known {
            Object::Record(record) => {
                let call = Call::of_rest(arguments.positional);
                return record.method(name, &call).map(Reply::Value).ok_or_else(|| Raised::no_attribute(callee.class_name(), name));
            }
            Object::Udf(it) if name == "asNondeterministic" => {
                it.deterministic.set(false);
                return Ok(Reply::Value(Value::Host(Rc::clone(callee))));
            }
            Object::Row(row) => return row_method(row, name, &arguments).map(Reply::Value),
            _ => {}
        }
        let class = signature_class(known);
        let Some(Member::Method(signature)) = arguments::member(class, name) else {
            // A property that holds something to call: `df.column(...)` is Python's error about the column.
            let value = self.read_attribute(callee, name)?;
            return match &value {
                Value::Host(object) => self.call_object(object, arguments, span),
                Value::Function(_) | Value::Builtin(_) | Value::Bound(_) => Ok(self.ask(value, arguments, Pending::Pass)),
                _ => Err(Raised::type_error(format!("'{}' object is not callable", errors::type_name(&value)))),
            };
        };
        let call = signature.bind(arguments)?;
        self.bound_method(callee, known, name, &call)
    }

    fn bound_method(&mut self, callee: &Rc<dyn HostObject>, known: &Object, name: &str, call: &Call) -> Result<Reply, Raised> {
        let itself = || Value::Host(Rc::clone(callee));
        let value = match known {
            Object::Session | Object::Class("SparkSession") => session::method(self, name, call)?,
            Object::Builder(settings) => {
                if session::builder_method(self, settings, name, call)? {
                    self.session_value()
                } else {
                    itself()
                }
            }
            Object::Conf => session::conf_method(self, name, call)?,
            Object::Catalog => catalog::method(self, name, call)?,
            Object::Streams => return Ok(query::manager_method(self, name, call)?),
            Object::Query(handle) => return Ok(query::method(self, *handle, name, call)?),
            Object::Reader(it) => match reader::method(self, it, name, call)? {
                Read::Reader => itself(),
                Read::Frame(value) => value,
            },
            Object::Frame(it) if name == "transform" => {
                let mut given = Arguments { positional: call.rest.clone(), keyword: call.keywords.clone() };
                given.positional.insert(0, frame::value(it.clone()));
                return Ok(self.ask(call.get("func").clone(), given, Pending::Transform));
            }
            Object::Frame(it) if name == "foreach" => {
                let mut rows = rows::collect(self, it)?;
                rows.reverse();
                return self.next_row(call.get("f").clone(), rows);
            }
            Object::Frame(it) => frame::method(self, it, name, call)?,
            Object::Na(it) => {
                let name = match name {
                    "fill" => "fillna",
                    "drop" => "dropna",
                    other => other,
                };
                frame::value(frame_nulls::method(it, name, call)?)
            }
            Object::Grouped(it) if name == "transformWithState" => grouped::transform_with_state(self, it, call)?,
            Object::Grouped(it) => grouped::method(it, name, call)?,
            Object::BatchWriter(it) => {
                if frame_writer::method(self, it, name, call)? {
                    itself()
                } else {
                    Value::None
                }
            }
            Object::StreamWriter(it) => {
                writer::method(it, name, call)?;
                match name {
                    "start" => return self.start(&it.borrow(), None),
                    "toTable" => return self.start(&it.borrow(), Some(call.text("tableName", "str")?)),
                    _ => itself(),
                }
            }
            Object::DeltaTable(table) => delta_table::method(self, table, name, call)?,
            Object::Class("DeltaTable") => delta_table::static_method(self, name, call)?,
            Object::DeltaMerge(merge) => {
                if delta_table::merge_method(self, merge, name, call)? {
                    Value::None
                } else {
                    itself()
                }
            }
            Object::Column(expr) if name == "transform" => {
                let given = Arguments::of(vec![Object::Column(expr.clone()).value()]);
                return Ok(self.ask(call.get("f").clone(), given, Pending::Pass));
            }
            Object::Column(expr) => column::method(expr, name, call)?,
            Object::Window(spec) => window::method(spec, name, call)?,
            Object::Struct(fields) if name == "add" => {
                types_module::add(fields, call)?;
                itself()
            }
            Object::Class("StructType") if name == "fromDDL" => {
                let schema = crate::sql::ddl::parse_schema(call.text("ddl", "str")?)?;
                types_module::value_of(&schema.data_type())
            }
            Object::Type(_) | Object::Struct(_) | Object::Field(_) => types_module::method(known, name, call)?,
            Object::Context => Value::None,
            Object::UdfRegistration => udf::registration(self, name, call)?,
            _ => return Err(errors::unknown_to_us(&format!("{}.{name}", callee.class_name())).into()),
        };
        Ok(Reply::Value(value))
    }

    /// `object(...)`.
    pub(super) fn call_object(&mut self, callee: &Rc<dyn HostObject>, arguments: Arguments, span: Span) -> Result<Reply, Raised> {
        let not_callable = || Raised::type_error(format!("'{}' object is not callable", callee.class_name()));
        let value = match Self::object(callee).ok_or_else(not_callable)? {
            Object::Function(spec) if spec.name == "udf" => udf::define(self, &spec.signature.bind(arguments)?)?,
            Object::Function(spec) => match functions::lambdas(spec, &arguments)? {
                Some(lambdas) => return self.next_lambda(lambdas),
                None => functions::call(spec, arguments)?,
            },
            Object::Method(object, name) => {
                let (object, name) = (Rc::clone(object), name.clone());
                return self.call_method(&object, &name, arguments, span);
            }
            Object::Class("Decimal") => decimal::construct(&arguments)?,
            // The builder comes back as it went in: the package is on the class path already.
            Object::Class("configure_spark_with_delta_pip") => arguments.positional.into_iter().next().unwrap_or(Value::None),
            Object::Class("Row") => Object::Row(Row::new(arguments)?).value(),
            Object::Class("Observation") => {
                let call = Signature::parse("Observation", "name?").bind(arguments)?;
                Object::Observation(Observation::new(call.given("name"))?).value()
            }
            Object::Class("SparkSession") => self.session_value(),
            Object::Class("SparkConf" | "SparkContext" | "StorageLevel") => {
                return Err(errors::unknown_to_us("SparkContext and SparkConf; use SparkSession.builder").into());
            }
            Object::Class(name @ ("DataFrame" | "Column" | "GroupedData" | "StreamingQuery" | "DataStreamWriter" | "DataStreamReader")) => {
                return Err(Raised::type_error(format!("{name}.__init__() takes objects of the JVM")));
            }
            Object::Class(name) => types_module::construct(name, arguments)?,
            Object::Row(row) => Object::Row(row.call(arguments)?).value(),
            Object::Udf(it) => udf::call(it, arguments)?,
            Object::UdfDecorator(declared) => match arguments.positional.first() {
                Some(function) => udf::made(self, function, declared.clone(), None)?,
                None => return Err(not_callable()),
            },
            _ => return Err(not_callable()),
        };
        Ok(Reply::Value(value))
    }

    /// Has Python call a function first.
    fn ask(&mut self, function: Value, arguments: Arguments, pending: Pending) -> Reply {
        let token = self.token();
        self.pending.insert(token, pending);
        Reply::Call { function, arguments, token }
    }

    pub(super) fn next_lambda(&mut self, lambdas: functions::Lambdas) -> Result<Reply, Raised> {
        match lambdas.next()? {
            Some((function, arguments)) => {
                let count = arguments.positional.len();
                Ok(self.ask(function, arguments, Pending::Lambdas(lambdas, count)))
            }
            None => Ok(Reply::Value(Object::Column(crate::expr::Expr::call(lambdas.name, lambdas.arguments)).value())),
        }
    }

    pub(super) fn next_row(&mut self, function: Value, mut rows: Vec<Value>) -> Result<Reply, Raised> {
        match rows.pop() {
            Some(row) => Ok(self.ask(function.clone(), Arguments::of(vec![row]), Pending::Each(function, rows))),
            None => Ok(Reply::Value(Value::None)),
        }
    }
}

/// The class under which the table of signatures lists an object's members.
fn signature_class(object: &Object) -> &str {
    match object {
        Object::Type(_) => "DataType",
        Object::Class("SparkSession") => "SparkSession",
        Object::Window(_) => "Window",
        other => other.class_name(),
    }
}

/// `row.asDict()` and what a row has as a tuple.
pub(super) fn row_method(row: &Row, name: &str, arguments: &Arguments) -> Result<Value, Raised> {
    let first = arguments.positional.first();
    Ok(match name {
        "asDict" => {
            let recursive = first.or_else(|| arguments.keyword.iter().find(|it| it.0 == "recursive").map(|it| &it.1));
            row.as_dict(recursive.and_then(Value::as_bool).unwrap_or(false))?
        }
        "count" | "index" => {
            let wanted = first.cloned().unwrap_or(Value::None);
            let mut places = row.values.iter().enumerate().filter(|(_, it)| same(it, &wanted)).map(|(at, _)| at);
            let number = if name == "count" { Some(places.count()) } else { places.next() };
            match number.and_then(|it| i64::try_from(it).ok()) {
                Some(number) => Value::Int(number),
                None => return Err(Raised::value_error("tuple.index(x): x not in tuple")),
            }
        }
        _ => {
            let value = row.attribute(name)?;
            return Err(Raised::type_error(format!("'{}' object is not callable", errors::type_name(&value))));
        }
    })
}
