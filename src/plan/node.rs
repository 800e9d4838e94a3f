//! The logical plan after analysis: every name is an id, every node knows its columns. Nodes are named as Spark's relations.

use crate::expr::ColumnId;
use crate::expr::OverCall;
use crate::expr::Typed;
use crate::expr::aggregate::AggregateCall;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::Processor;
use crate::plan::SourceSpec;
use crate::plan::TimeMode;
use crate::plan::WindowKind;
use crate::types::Schema;
use arrow_array::ArrayRef;
use std::rc::Rc;

/// A relation: what it does and the columns it yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it does.
    pub node: Node,
    /// Its output columns in order.
    pub columns: Vec<Column>,
    /// Whether a streaming source lies below it: `isStreaming`.
    pub is_streaming: bool,
}

/// What a relation does.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A leaf that reads a source: `StreamingRelation` or `LogicalRelation`.
    Source(Source),
    /// Rows that stand in the program (`createDataFrame`, `VALUES`) or that a micro-batch hands to `foreachBatch`: `LocalRelation`.
    LocalRelation {
        /** One array a column. */
        arrays: Vec<ArrayRef>,
        /** How many rows. */
        rows: usize,
    },
    /// `spark.range`: one `bigint` column.
    Range {
        /** The first value. */
        start: i64,
        /** The end, left out. */
        end: i64,
        /** The distance; not zero. */
        step: i64,
    },
    /// `SELECT` without `FROM`: one row without columns.
    OneRowRelation,
    /// Computes columns.
    Project {
        /** One for each output column. */
        list: Vec<Named>,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Keeps the rows for which the condition is true (not null).
    Filter {
        /** A boolean. */
        condition: Typed,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Groups by keys and aggregates. Output: the keys' columns, then the calls'. Expressions over the results stand in a `Project` above it (`PhysicalAggregation`).
    Aggregate {
        /** The grouping expressions, each with the column that holds it; without keys there is one group, which exists even over no rows. */
        keys: Vec<Named>,
        /** The aggregate calls over the child's columns. */
        calls: Vec<NamedCall>,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// A copy of each row for each grouping set, with the keys outside of the set null. Output: the child's columns, the keys', the grouping id.
    Expand(Expand),
    /// Puts each row into its time windows (what Spark's `TimeWindowing` writes as `Filter`, `Expand` and `Project`). Output: the window column, then the child's.
    ///
    /// Rows whose time is null are in no window. For i in 0..ceil(window/slide): rem = (time - start) mod slide (never negative), window start = time - rem - i * slide,
    /// end = start + length, kept where start <= time < end.
    TimeWindow(TimeWindow),
    /// Gives each row its own session `[time, time + gap)`; an `Aggregate` above that groups by the column merges them. Output: the session column, then the child's.
    ///
    /// Rows whose time is null, and rows whose end is null or not after the time, are left out (`SessionWindowing`).
    SessionWindow(SessionWindow),
    /// Marks the event-time column and follows its maximum.
    EventTimeWatermark {
        /** Names the node within its query, as `EventTimeWatermark.nodeId`. */
        id: u64,
        /** The marked column. */
        event_time: ColumnId,
        /** The delay in milliseconds, zero or more. */
        delay_ms: i64,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Keeps the first row of each key.
    Deduplicate {
        /** The key columns. */
        keys: Vec<ColumnId>,
        /** `dropDuplicatesWithinWatermark`: a key is forgotten a delay after its first row. */
        within_watermark: bool,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Joins two relations. Output: both sides' columns (left's alone for semi and anti joins).
    Join {
        /** The left side. */
        left: Rc<Plan>,
        /** The right side; shares no column id with the left. */
        right: Rc<Plan>,
        /** Its type. */
        join_type: JoinType,
        /** The condition over both sides' columns; none for a cross join. */
        condition: Option<Typed>,
    },
    /// All rows of all children, columns by position. The children have equal types; the output has the first child's ids.
    Union {
        /** Two or more. */
        children: Vec<Rc<Plan>>,
    },
    /// Set operations: `intersect`, `subtract`.
    SetOperation {
        /** Which. */
        operation: SetOperation,
        /** Whether duplicates are kept (`ALL`). */
        all: bool,
        /** The left side, whose columns are the output. */
        left: Rc<Plan>,
        /** The right side. */
        right: Rc<Plan>,
    },
    /// Sorts all rows (or those of each partition, where not global).
    Sort {
        /** The keys, first the most significant. */
        keys: Vec<Order>,
        /** `orderBy`, not `sortWithinPartitions`. */
        global: bool,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// The first rows: `GlobalLimit`.
    Limit {
        /** At most so many. */
        count: u64,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// All but the first rows.
    Offset {
        /** How many are left out. */
        count: u64,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Names its columns' qualifier: `alias`, a view, a subquery.
    SubqueryAlias {
        /** The name. */
        alias: String,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Joins each row with the rows that a generator makes of it: `explode` and its kin. Output: the child's columns, then the generated.
    Generate {
        /** A typed node of kind generator over the child's columns. */
        generator: Typed,
        /** Keep rows for which nothing is generated, with nulls (`explode_outer`, `LATERAL VIEW OUTER`). */
        outer: bool,
        /** The columns it makes. */
        generated: Vec<Column>,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// A random share of the rows.
    Sample {
        /** Between 0 and 1 (more with replacement). */
        fraction: f64,
        /** Whether a row may be drawn twice. */
        with_replacement: bool,
        /** The seed. */
        seed: i64,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Window functions (`OVER`): `Window`. Output: the child's columns, then the functions'. Streams refuse it.
    Window {
        /** The functions with their columns. */
        functions: Vec<WindowFunction>,
        /** Its input. */
        child: Rc<Plan>,
    },
    /// Has the program's stateful processor make rows of the input: `TransformWithStateInPySpark`. Output: what the processor yields.
    TransformWithState(TransformWithState),
    /// Follows metrics of the rows that pass: `df.observe`. Output: the child's columns.
    CollectMetrics(CollectMetrics),
    /// Spreads rows over partitions (`repartition`, `coalesce`); changes nothing here, where there is one.
    Repartition {
        /** Its input. */
        child: Rc<Plan>,
    },
}

/// What `rollup`, `cube` and `GROUPING SETS` put under their aggregation.
#[derive(Clone, Debug, PartialEq)]
pub struct Expand {
    /// The grouping expressions over the child's columns, each with the column that holds it, or null.
    pub keys: Vec<Named>,
    /// For each grouping set, which keys are in it.
    pub sets: Vec<Vec<bool>>,
    /// `spark_grouping_id`: a bit for each key, the first one's highest, set where the key is not in the set.
    pub grouping_id: Column,
    /// Its input.
    pub child: Rc<Plan>,
}

/// A leaf that reads a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Names the reading: leaves with the same id in one query are one source, read once; a self-join gives its right side an id of its own.
    pub id: u64,
    /// What to read. Its schema may have more columns than the plan after pruning: columns match by `ordinals`.
    pub spec: Rc<SourceSpec>,
    /// For each output column its place in `spec.schema`.
    pub ordinals: Vec<usize>,
    /// Conditions over the columns that were pushed down to the source, which may leave rows out by them; the filters above stay. Filled by `optimize`.
    pub pushed: Vec<Typed>,
}

/// See [`Node::TimeWindow`]. Lengths are microseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeWindow {
    /// The column made: `struct<start,end>`.
    pub column: Column,
    /// The time, a timestamp over the child's columns.
    pub time: Typed,
    /// The length of a window.
    pub window_us: i64,
    /// The distance of windows' starts; at most the length.
    pub slide_us: i64,
    /// The shift of starts against 1970-01-01T00:00:00Z.
    pub start_us: i64,
    /// Its input.
    pub child: Rc<Plan>,
}

/// See [`Node::TransformWithState`].
#[derive(Clone, Debug, PartialEq)]
pub struct TransformWithState {
    /// The program's processor.
    pub processor: Processor,
    /// The grouping keys, columns of the child.
    pub keys: Vec<ColumnId>,
    /// The output mode that `transformWithState` was given, which need not be the query's.
    pub output_mode: OutputMode,
    /// By what time timers and lives are measured.
    pub time_mode: TimeMode,
    /// Whether a column of the output was named as the event time.
    pub has_event_time_column: bool,
    /// The grouping keys of the initial state.
    pub initial_keys: Vec<ColumnId>,
    /// The initial state, a batch relation.
    pub initial: Option<Rc<Plan>>,
    /// Its input.
    pub child: Rc<Plan>,
}

/// See [`Node::CollectMetrics`].
#[derive(Clone, Debug, PartialEq)]
pub struct CollectMetrics {
    /// The frame that is observed: Spark's `dataframeId`.
    pub frame: u64,
    /// The name under which the metrics are reported.
    pub name: String,
    /// The aggregate calls over the child's columns.
    pub calls: Vec<NamedCall>,
    /// The metrics over the calls' columns.
    pub metrics: Vec<Named>,
    /// Its input.
    pub child: Rc<Plan>,
}

/// See [`Node::SessionWindow`].
#[derive(Clone, Debug, PartialEq)]
pub struct SessionWindow {
    /// The column made: `struct<start,end>`.
    pub column: Column,
    /// The time, a timestamp over the child's columns.
    pub time: Typed,
    /// The end of the row's own session, `time + gap`, over the child's columns; of the time's type.
    pub end: Typed,
    /// The gap in microseconds where it is the same for all rows.
    pub gap_us: Option<i64>,
    /// Its input.
    pub child: Rc<Plan>,
}

/// An aggregate call with the column that it makes.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedCall {
    /// The column made.
    pub column: Column,
    /// The call over the child's columns.
    pub call: AggregateCall,
}

/// A window function with the column that it makes.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowFunction {
    /// The column made.
    pub column: Column,
    /// The function over the child's columns.
    pub call: OverCall,
}

/// One key of a sort over typed columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What to sort by.
    pub expr: Typed,
    /// Largest first.
    pub descending: bool,
    /// Nulls before all values.
    pub nulls_first: bool,
}

/// The type of a join. `Display` writes Spark's name: `LeftOuter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinType {
    /// Pairs that match.
    Inner,
    /// All pairs.
    Cross,
    /// Pairs that match, and the left rows without a match.
    LeftOuter,
    /// Pairs that match, and the right rows without a match.
    RightOuter,
    /// Pairs that match, and both sides' rows without a match.
    FullOuter,
    /// The left rows that have a match.
    LeftSemi,
    /// The left rows that have none.
    LeftAnti,
}

/// A set operation besides union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperation {
    /// Rows of both.
    Intersect,
    /// Rows of the left that the right has not.
    Except,
}

/// What a streaming query hands to its sink each batch. `Display` writes `append`, `update`, `complete` as errors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputMode {
    /// Rows that will never change.
    Append,
    /// Rows that are new or changed since the last batch.
    Update,
    /// The whole result.
    Complete,
}

impl Plan {
    /// The node with its columns; streaming where a child or the source is.
    #[must_use]
    pub fn new(node: Node, columns: Vec<Column>) -> Rc<Self> {
        let is_streaming = match &node {
            Node::Source(source) => source.spec.streaming,
            other => other.children().iter().any(|child| child.is_streaming),
        };
        let columns = if is_streaming && node.keeps_rows() { columns.into_iter().map(Column::nullable).collect() } else { columns };
        Rc::new(Self { node, columns, is_streaming })
    }

    /// A projection.
    #[must_use]
    pub fn project(list: Vec<Named>, child: Rc<Self>) -> Rc<Self> {
        let columns = list.iter().map(|named| named.column.clone()).collect();
        Self::new(Node::Project { list, child }, columns)
    }

    /// A filter.
    #[must_use]
    pub fn filter(condition: Typed, child: Rc<Self>) -> Rc<Self> {
        let columns = child.columns.clone();
        Self::new(Node::Filter { condition, child }, columns)
    }

    /// The names, types and nullability of its columns.
    #[must_use]
    pub fn schema(&self) -> Schema {
        Schema { fields: self.columns.iter().map(Column::field).collect() }
    }

    /// The output column with this id.
    #[must_use]
    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// Its inputs, left to right.
    #[must_use]
    pub fn children(&self) -> Vec<&Rc<Self>> {
        self.node.children()
    }

    /// Calls `visit` on every node, children before parents, left to right: Spark's `foreachUp`.
    pub fn for_each_up<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        for child in self.children() {
            child.for_each_up(visit);
        }
        visit(self);
    }

    /// Whether this node, or one below it, has the property.
    pub fn exists(&self, property: &dyn Fn(&Self) -> bool) -> bool {
        property(self) || self.children().into_iter().any(|child| child.exists(property))
    }
}

impl Node {
    /// The inputs, left to right.
    #[must_use]
    pub fn children(&self) -> Vec<&Rc<Plan>> {
        match self {
            Self::Source(_) | Self::LocalRelation { .. } | Self::Range { .. } | Self::OneRowRelation => Vec::new(),
            Self::Project { child, .. }
            | Self::Filter { child, .. }
            | Self::Aggregate { child, .. }
            | Self::EventTimeWatermark { child, .. }
            | Self::Deduplicate { child, .. }
            | Self::Sort { child, .. }
            | Self::Limit { child, .. }
            | Self::Offset { child, .. }
            | Self::SubqueryAlias { child, .. }
            | Self::Generate { child, .. }
            | Self::Sample { child, .. }
            | Self::Window { child, .. }
            | Self::Repartition { child } => vec![child],
            Self::CollectMetrics(observed) => vec![&observed.child],
            Self::Expand(expand) => vec![&expand.child],
            Self::TimeWindow(window) => vec![&window.child],
            Self::SessionWindow(window) => vec![&window.child],
            Self::TransformWithState(transform) => std::iter::once(&transform.child).chain(&transform.initial).collect(),
            Self::Join { left, right, .. } | Self::SetOperation { left, right, .. } => vec![left, right],
            Self::Union { children } => children.iter().collect(),
        }
    }

    /// Whether a stream's rows or results pass through state here: then Spark's schemas say of every column that it may be null.
    fn keeps_rows(&self) -> bool {
        match self {
            Self::Aggregate { .. } | Self::Deduplicate { .. } | Self::Limit { .. } => true,
            Self::Join { left, right, .. } => left.is_streaming && right.is_streaming,
            _ => false,
        }
    }

    /// The same node over other inputs, which come in the same order and number.
    #[must_use]
    pub fn with_children(mut self, inputs: Vec<Rc<Plan>>) -> Self {
        let mut inputs = inputs.into_iter();
        for slot in self.children_mut() {
            match inputs.next() {
                Some(input) => *slot = input,
                None => unreachable!("a node keeps the number of its inputs"),
            }
        }
        self
    }

    fn children_mut(&mut self) -> Vec<&mut Rc<Plan>> {
        match self {
            Self::Source(_) | Self::LocalRelation { .. } | Self::Range { .. } | Self::OneRowRelation => Vec::new(),
            Self::Project { child, .. }
            | Self::Filter { child, .. }
            | Self::Aggregate { child, .. }
            | Self::EventTimeWatermark { child, .. }
            | Self::Deduplicate { child, .. }
            | Self::Sort { child, .. }
            | Self::Limit { child, .. }
            | Self::Offset { child, .. }
            | Self::SubqueryAlias { child, .. }
            | Self::Generate { child, .. }
            | Self::Sample { child, .. }
            | Self::Window { child, .. }
            | Self::Repartition { child } => vec![child],
            Self::CollectMetrics(observed) => vec![&mut observed.child],
            Self::Expand(expand) => vec![&mut expand.child],
            Self::TimeWindow(window) => vec![&mut window.child],
            Self::SessionWindow(window) => vec![&mut window.child],
            Self::TransformWithState(transform) => std::iter::once(&mut transform.child).chain(&mut transform.initial).collect(),
            Self::Join { left, right, .. } | Self::SetOperation { left, right, .. } => vec![left, right],
            Self::Union { children } => children.iter_mut().collect(),
        }
    }
}

impl JoinType {
    /// Whether the output has the left side's columns alone.
    #[must_use]
    pub fn is_left_only(self) -> bool {
        matches!(self, Self::LeftSemi | Self::LeftAnti)
    }
}

impl std::fmt::Display for JoinType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::fmt::Display for OutputMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Append => "append",
            Self::Update => "update",
            Self::Complete => "complete",
        })
    }
}

impl Column {
    /// The same column, which may be null.
    #[must_use]
    pub fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Whether it is a `session_window`.
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.window == WindowKind::Session
    }
}
