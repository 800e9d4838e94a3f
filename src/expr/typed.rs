//! Expressions after analysis: every column is an id, every node has a type.

use super::aggregate::AggregateCall;
use super::external::ExternalCall;
use super::function::Function;
use crate::sql::tree::WindowFrame;
use crate::types::DataType;
use crate::types::Value;

/// The identity of a column from where it is born on; names are attached for people only. Spark's `ExprId`.
///
/// Ids from [`ColumnId::VARIABLES`] on belong to the variables of lambdas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(pub u64);

impl ColumnId {
    /// The first id of lambda variables; columns of relations stay below.
    pub const VARIABLES: u64 = 1 << 62;
}

/// An expression with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// What it computes.
    pub kind: TypedKind,
    /// The type of its values.
    pub data_type: DataType,
    /// Whether it may yield null.
    pub nullable: bool,
}

/// What a typed expression computes.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedKind {
    /// The value of a column, or of a lambda's variable.
    Column(ColumnId),
    /// The same value for every row.
    Literal(Value),
    /// `CAST` to the node's type.
    Cast(Box<Typed>, CastMode),
    /// A scalar function or operator.
    Call(Box<Call>),
    /// `CASE`: conditions with values, and what else. A value is computed only for the rows that reach it.
    Case(Vec<(Typed, Typed)>, Option<Box<Typed>>),
    /// The field of a struct by its position; over an array of structs, of each element.
    Field(Box<Typed>, usize),
    /// A lambda, only as an argument of a higher-order function: its variables and its body.
    Lambda(Vec<ColumnId>, Box<Typed>),
    /// An aggregate function. `plan` takes it out into an Aggregate node; it is never evaluated in place.
    Aggregate(Box<AggregateCall>),
    /// A generator (`explode`). `plan` takes it out into a Generate node; it is never evaluated in place.
    Generator(Box<GeneratorCall>),
    /// `window(time, length, slide, start)`. `plan` expands it; it is never evaluated in place.
    TimeWindow(Box<TimeWindow>),
    /// `session_window(time, gap)`. `plan` takes it out; it is never evaluated in place.
    SessionWindow(Box<SessionWindow>),
    /// A window function `f(...) OVER (...)`, by its SQL text: streams refuse it.
    Over(Box<OverCall>),
    /// A function of the world above.
    External(Box<ExternalCall>),
}

/// How a cast treats what it cannot cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CastMode {
    /// Raises Spark's error (`spark.sql.ansi.enabled` = true).
    Ansi,
    /// Yields null (`try_cast`).
    Try,
    /// Yields null or wraps (`spark.sql.ansi.enabled` = false).
    Legacy,
}

/// A scalar function on its arguments, which have the types that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which.
    pub function: &'static Function,
    /// Its arguments after coercion.
    pub arguments: Vec<Typed>,
    /// Whether overflow and the like raise (`spark.sql.ansi.enabled`).
    pub ansi: bool,
}

/// `window(time, length, slide, start)`: Spark's `TimeWindow`. The node's type is `struct<start,end>` of the time's type.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeWindow {
    /// The event time: a timestamp, or a window column for windows of windows (then its `window_time`).
    pub time: Typed,
    /// The window's length.
    pub length_us: i64,
    /// From one window's start to the next one's.
    pub slide_us: i64,
    /// The first window's start after 1970-01-01T00:00:00Z.
    pub start_us: i64,
}

/// `session_window(time, gap)`: Spark's `SessionWindow`.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionWindow {
    /// The event time.
    pub time: Typed,
    /// The end of the row's own session, `time + gap`, of the time's type.
    pub end: Typed,
    /// The gap where it is the same for all rows.
    pub gap_us: Option<i64>,
}

/// The generators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    /// A row per element (`col`) or per entry (`key`, `value`).
    Explode,
    /// The same with the position first (`pos`).
    PosExplode,
    /// A row per struct of an array, a column per field.
    Inline,
    /// `stack(n, ...)`: n rows of the values.
    Stack,
}

/// A generator on its arguments. The node's type is the struct of the columns that it yields.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratorCall {
    /// Which.
    pub generator: Generator,
    /// `explode_outer` and kin: a row of nulls for nothing.
    pub outer: bool,
    /// Its arguments.
    pub arguments: Vec<Typed>,
}

/// A window function.
#[derive(Clone, Debug, PartialEq)]
pub struct OverCall {
    /// The function as Spark prints it: `row_number()`.
    pub function: String,
    /// The whole call as Spark prints it.
    pub sql: String,
    /// The lower-case name of the function.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<Typed>,
    /// `PARTITION BY`.
    pub partition: Vec<Typed>,
    /// `ORDER BY`: the key, descending, nulls first.
    pub order: Vec<(Typed, bool, bool)>,
    /// The rows that it looks at; ranking functions and `lag` and `lead` have their own.
    pub frame: WindowFrame<Value>,
}

impl Typed {
    /// A column.
    #[must_use]
    pub fn column(id: ColumnId, data_type: DataType, nullable: bool) -> Self {
        Self { kind: TypedKind::Column(id), data_type, nullable }
    }

    /// A literal; its type must fit the value.
    #[must_use]
    pub fn literal(value: Value, data_type: DataType) -> Self {
        let nullable = value == Value::Null;
        Self { kind: TypedKind::Literal(value), data_type, nullable }
    }

    /// The literal's value, if it is one.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.kind {
            TypedKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Its direct children.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            TypedKind::Column(_) | TypedKind::Literal(_) => Vec::new(),
            TypedKind::Cast(child, _) | TypedKind::Field(child, _) | TypedKind::Lambda(_, child) => vec![child],
            TypedKind::Call(call) => call.arguments.iter().collect(),
            TypedKind::Case(branches, otherwise) => {
                branches.iter().flat_map(|(condition, value)| [condition, value]).chain(otherwise.as_deref()).collect()
            }
            TypedKind::Aggregate(call) => call.arguments.iter().chain(&call.filter).collect(),
            TypedKind::Generator(call) => call.arguments.iter().collect(),
            TypedKind::External(call) => call.arguments.iter().collect(),
            TypedKind::TimeWindow(window) => vec![&window.time],
            TypedKind::SessionWindow(window) => vec![&window.time, &window.end],
            TypedKind::Over(over) => over.arguments.iter().chain(&over.partition).chain(over.order.iter().map(|key| &key.0)).collect(),
        }
    }

    /// The same node with every direct child replaced.
    ///
    /// # Errors
    /// The replacement's.
    pub fn map_children<E>(mut self, replace: &mut impl FnMut(Self) -> Result<Self, E>) -> Result<Self, E> {
        let hole = || Self::literal(Value::Null, DataType::Null);
        for child in self.children_mut() {
            let taken = std::mem::replace(child, hole());
            *child = replace(taken)?;
        }
        Ok(self)
    }

    /// Its direct children, to be changed in place.
    pub fn children_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            TypedKind::Column(_) | TypedKind::Literal(_) => Vec::new(),
            TypedKind::Cast(child, _) | TypedKind::Field(child, _) | TypedKind::Lambda(_, child) => vec![child],
            TypedKind::Call(call) => call.arguments.iter_mut().collect(),
            TypedKind::Case(branches, otherwise) => {
                branches.iter_mut().flat_map(|(condition, value)| [condition, value]).chain(otherwise.as_deref_mut()).collect()
            }
            TypedKind::Aggregate(call) => call.arguments.iter_mut().chain(&mut call.filter).collect(),
            TypedKind::Generator(call) => call.arguments.iter_mut().collect(),
            TypedKind::External(call) => call.arguments.iter_mut().collect(),
            TypedKind::TimeWindow(window) => vec![&mut window.time],
            TypedKind::SessionWindow(window) => vec![&mut window.time, &mut window.end],
            TypedKind::Over(over) => {
                over.arguments.iter_mut().chain(&mut over.partition).chain(over.order.iter_mut().map(|key| &mut key.0)).collect()
            }
        }
    }

    /// Whether this node or one below it passes the test.
    pub fn any(&self, test: &mut impl FnMut(&Self) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|child| child.any(test))
    }

    /// The columns that it reads, in the order of first use; lambda variables are left out.
    #[must_use]
    pub fn columns(&self) -> Vec<ColumnId> {
        let mut found = Vec::new();
        self.any(&mut |node| {
            if let TypedKind::Column(id) = node.kind
                && id.0 < ColumnId::VARIABLES
                && !found.contains(&id)
            {
                found.push(id);
            }
            false
        });
        found
    }

    /// Whether it holds an aggregate function (outside of `OVER`).
    #[must_use]
    pub fn has_aggregate(&self) -> bool {
        matches!(self.kind, TypedKind::Aggregate(_))
            || !matches!(self.kind, TypedKind::Over(_)) && self.children().into_iter().any(Self::has_aggregate)
    }

    /// Whether it holds a generator.
    #[must_use]
    pub fn has_generator(&self) -> bool {
        self.any(&mut |node| matches!(node.kind, TypedKind::Generator(_)))
    }

    /// Whether it gives the same value whenever it is evaluated on the same row: no `rand`, no `uuid`.
    #[must_use]
    pub fn is_deterministic(&self) -> bool {
        !self.any(&mut |node| match &node.kind {
            TypedKind::Call(call) => !call.function.deterministic,
            TypedKind::External(call) => !call.function.0.is_deterministic(),
            _ => false,
        })
    }

    /// Whether it holds an external function.
    #[must_use]
    pub fn has_external(&self) -> bool {
        self.any(&mut |node| matches!(node.kind, TypedKind::External(_)))
    }

    /// Whether it needs no row: no columns in it.
    #[must_use]
    pub fn is_foldable(&self) -> bool {
        !self.any(&mut |node| match &node.kind {
            TypedKind::Column(_)
            | TypedKind::Aggregate(_)
            | TypedKind::Generator(_)
            | TypedKind::TimeWindow(_)
            | TypedKind::SessionWindow(_)
            | TypedKind::External(_)
            | TypedKind::Over(_) => true,
            TypedKind::Call(call) => !call.function.deterministic,
            _ => false,
        })
    }
}
