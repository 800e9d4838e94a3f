//! Lowering: an analysed plan becomes a tree of operators, in which columns are ids and every choice is made.
//!
//! Law: a query is lowered once, when it starts; a batch query each time it is asked for rows.

use std::rc::Rc;

use crate::connector::PushedFilter;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::expr::aggregate::accumulator;
use crate::operator;
use crate::operator::AggregateSpec;
use crate::operator::Operator;
use crate::plan;
use crate::plan::Column;
use crate::plan::JoinType;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;
use crate::plan::WindowKind;
use crate::plan::join_watermark;

/// A tree of operators.
pub struct Tree {
    /// What this node does.
    pub task: Task,
    /// Its inputs, left to right.
    pub children: Vec<Tree>,
    /// Its output columns.
    pub columns: Vec<operator::Column>,
    /// Whether a watermark node lies below it: whether it has an input watermark.
    pub has_watermark: bool,
    /// How many rows a limit here asks for, where all below it computes row by row: then the source is read only so far.
    pub asks_for: Option<usize>,
}

/// What a node of the tree does.
pub enum Task {
    /// Computes.
    Run(Box<dyn Operator>),
    /// Yields this batch's rows of a streaming source.
    Stream(StreamScan),
    /// Yields the rows of a batch relation, read anew each time: a leaf of the plan.
    Static(Rc<Plan>),
}

/// One leaf's reading of a streaming source.
#[derive(Clone)]
pub struct StreamScan {
    /// The source's number.
    pub source: usize,
    /// Which of the source's leaves it is.
    pub leaf: usize,
    /// The places of its columns in the source's schema.
    pub ordinals: Vec<usize>,
}

/// A lowered streaming query.
pub struct Lowered {
    /// The root.
    pub tree: Tree,
    /// The streaming sources, each once, in the order of the offset log.
    pub sources: Vec<StreamLeaf>,
    /// The delays of the watermark nodes, milliseconds, by their numbers.
    pub delays_ms: Vec<i64>,
    /// Whether a watermark lies on a column that has one, below an operator with state: the query will fail once it moves.
    pub redefines_watermark: bool,
    /// What Spark refuses only when it plans the first batch.
    pub refused: Option<Box<Diagnostic>>,
}

/// A streaming source of a query.
pub struct StreamLeaf {
    /// What to read: the columns of all its leaves.
    pub source: plan::Source,
    /// What each leaf lets the source leave out: Spark scans it for each, and counts its rows so often.
    pub filters: Vec<Vec<PushedFilter>>,
}

/// Lowers the plan of a streaming query in this output mode.
///
/// # Errors
/// What Tidemark does not know yet.
pub fn lower_stream(plan: &Rc<Plan>, mode: OutputMode) -> Result<Lowered> {
    let mut lowering = Lowering::new(mode);
    let tree = lowering.lower(plan)?;
    let Lowering { sources, delays_ms, redefines_watermark, refused, .. } = lowering;
    Ok(Lowered { tree, sources, delays_ms, redefines_watermark, refused })
}

/// Lowers a batch plan.
///
/// # Errors
/// What Tidemark does not know yet.
pub fn lower_batch(plan: &Rc<Plan>) -> Result<Tree> {
    Lowering::new(OutputMode::Complete).lower(plan)
}

/// Something that Spark does and Tidemark does not yet.
pub fn unsupported(what: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        Class::Named("UnsupportedOperationException".to_owned()),
        "UNSUPPORTED_FEATURE.TIDEMARK",
        format!("Tidemark does not know {what} yet."),
        "0A000",
    )
}

struct Lowering {
    mode: OutputMode,
    sources: Vec<StreamLeaf>,
    delays_ms: Vec<i64>,
    redefines_watermark: bool,
    refused: Option<Box<Diagnostic>>,
}

impl Lowering {
    fn new(mode: OutputMode) -> Self {
        Self { mode, sources: Vec::new(), delays_ms: Vec::new(), redefines_watermark: false, refused: None }
    }

    fn lower(&mut self, plan: &Rc<Plan>) -> Result<Tree> {
        let children = plan.children().into_iter().map(|child| self.lower(child)).collect::<Result<Vec<_>>>()?;
        let has_watermark = children.iter().any(|child| child.has_watermark);
        let Some(task) = self.task(plan, has_watermark)? else {
            return children.into_iter().next().map_or_else(|| unreachable!("only nodes with a child are left out"), Ok);
        };
        let has_watermark = has_watermark || matches!(plan.node, Node::EventTimeWatermark { .. }) && plan.is_streaming;
        let columns = plan.columns.iter().map(state_column).collect();
        let asks_for = match &plan.node {
            Node::Limit { count, child } if self.stops_reading(child) && is_row_by_row(child) => Some(*count),
            _ => None,
        };
        Ok(Tree { task, children, columns, has_watermark, asks_for: asks_for.and_then(|count| usize::try_from(count).ok()) })
    }

    /// Whether it can be seen how far a limit reads its input: by the rows that a stream counts, or by a batch frame's observed metrics.
    fn stops_reading(&self, input: &Plan) -> bool {
        match input.is_streaming {
            true => self.mode == OutputMode::Append,
            false => input.exists(&|plan| matches!(plan.node, Node::CollectMetrics(_))),
        }
    }

    /// What a node does; none for one that changes nothing.
    fn task(&mut self, plan: &Rc<Plan>, has_watermark: bool) -> Result<Option<Task>> {
        Ok(Some(match &plan.node {
            Node::Source(source) if source.spec.streaming => Task::Stream(self.stream(plan, source)),
            Node::Source(_) | Node::LocalRelation { .. } | Node::Range { .. } | Node::OneRowRelation => Task::Static(Rc::clone(plan)),
            Node::SubqueryAlias { .. } | Node::Repartition { .. } => return Ok(None),
            Node::EventTimeWatermark { .. } if !plan.is_streaming => return Ok(None),
            _ => Task::Run(self.operator(plan, has_watermark)?),
        }))
    }

    fn stream(&mut self, leaf: &Rc<Plan>, source: &plan::Source) -> StreamScan {
        let filters = source.pushed.iter().filter_map(|condition| super::pushed::filter(condition, source, leaf)).collect();
        let ordinals = source.ordinals.clone();
        let Some(known) = self.sources.iter().position(|known| known.source.id == source.id) else {
            self.sources.push(StreamLeaf { source: source.clone(), filters: vec![filters] });
            return StreamScan { source: self.sources.len() - 1, leaf: 0, ordinals };
        };
        let entry = &mut self.sources[known];
        entry.filters.push(filters);
        for ordinal in &source.ordinals {
            if !entry.source.ordinals.contains(ordinal) {
                entry.source.ordinals.push(*ordinal);
            }
        }
        StreamScan { source: known, leaf: entry.filters.len() - 1, ordinals }
    }

    fn operator(&mut self, plan: &Rc<Plan>, has_watermark: bool) -> Result<Box<dyn Operator>> {
        Ok(match &plan.node {
            Node::Project { list, .. } => {
                Box::new(operator::Project::new(list.iter().map(|named| (named.column.id, named.expr.clone())).collect()))
            }
            Node::Filter { condition, .. } => Box::new(operator::Filter::new(condition.clone())),
            Node::Aggregate { .. } | Node::Deduplicate { .. } => self.stateful(plan)?,
            Node::Expand(expand) => {
                let keys = expand.keys.iter().map(|key| (key.column.id, key.expr.clone())).collect();
                Box::new(operator::Expand::new(keys, expand.sets.clone(), expand.grouping_id.id))
            }
            Node::TransformWithState(transform) => Box::new(operator::TransformWithState::new(transform_spec(plan, transform))),
            Node::TimeWindow(window) => {
                let (column, time) = (&window.column, window.time.clone());
                let notes = !has_watermark;
                Box::new(operator::TimeWindow::new(
                    column.id,
                    &column.data_type,
                    time,
                    window.window_us,
                    window.slide_us,
                    window.start_us,
                    notes,
                ))
            }
            Node::SessionWindow(window) => {
                let (column, time, end) = (&window.column, window.time.clone(), window.end.clone());
                Box::new(operator::SessionWindow::new(column.id, &column.data_type, time, end, !has_watermark))
            }
            Node::EventTimeWatermark { event_time, delay_ms, .. } => {
                self.redefines_watermark |= has_watermark;
                self.delays_ms.push(*delay_ms);
                Box::new(operator::EventTimeWatermark::new(self.delays_ms.len() - 1, *event_time))
            }
            Node::Join { left, right, join_type, condition } => {
                if left.is_streaming && right.is_streaming {
                    self.check_stream_join(left, right, condition.as_ref());
                }
                join(plan, left, right, *join_type, condition.as_ref())?
            }
            Node::Union { .. } => Box::new(operator::Union::new(plan.columns.iter().map(|column| column.id).collect())),
            Node::Sort { keys, .. } => {
                let key = |order: &plan::Order| operator::SortKey {
                    expr: order.expr.clone(),
                    descending: order.descending,
                    nulls_first: order.nulls_first,
                };
                Box::new(operator::Sort::new(keys.iter().map(key).collect()))
            }
            Node::Limit { count, .. } if plan.is_streaming && self.mode == OutputMode::Append => {
                Box::new(operator::StreamLimit::new(*count))
            }
            Node::Limit { count, .. } => Box::new(operator::Limit::first(*count)),
            Node::Offset { count, .. } => Box::new(operator::Limit::skip(*count)),
            Node::Generate { generator, outer, generated, .. } => {
                let ids = generated.iter().map(|column| (column.id, column.data_type.clone())).collect();
                let TypedKind::Generator(call) = &generator.kind else { unreachable!("a Generate node holds a generator") };
                Box::new(operator::Generate::new((**call).clone(), *outer, ids))
            }
            Node::SetOperation { operation, all, .. } => {
                let intersect = *operation == plan::SetOperation::Intersect;
                Box::new(operator::SetOperation::new(intersect, *all, plan.columns.iter().map(|column| column.id).collect()))
            }
            Node::CollectMetrics(observed) => {
                observed.calls.iter().try_for_each(|call| accumulator(&call.call).map(|_| ()))?;
                let metrics = observed.metrics.iter().map(|named| (named.column.id, named.expr.clone())).collect();
                let schema = crate::types::Schema { fields: observed.metrics.iter().map(|named| named.column.field()).collect() };
                let calls = aggregate_spec(&[], &observed.calls);
                Box::new(operator::CollectMetrics::new(observed.frame, observed.name.clone(), calls, metrics, schema))
            }
            Node::Sample { .. } => return Err(unsupported("sample")),
            Node::Window { functions, .. } => {
                let functions = functions.iter().map(|function| (function.column.id, function.call.clone())).collect();
                Box::new(operator::Window::new(functions)?)
            }
            Node::Source(_)
            | Node::LocalRelation { .. }
            | Node::Range { .. }
            | Node::OneRowRelation
            | Node::SubqueryAlias { .. }
            | Node::Repartition { .. } => {
                unreachable!("leaves and nodes that change nothing are no operators")
            }
        })
    }

    /// Notes what the first batch will fail of; the first found counts.
    fn refuse(&mut self, found: Box<Diagnostic>) {
        self.refused.get_or_insert(found);
    }

    /// Two streams meet by keys, and each has one event time at most.
    fn check_stream_join(&mut self, left: &Plan, right: &Plan, condition: Option<&Typed>) {
        if join_watermark::facts(left, right, condition).keys.is_empty() {
            let text = "Stream-stream join without equality predicate is not supported.";
            self.refuse(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1181", text, ""));
        }
        for side in [left, right] {
            if let Err(found) = plan::EventTime::only(side) {
                self.refuse(found);
            }
        }
    }

    /// An operator that has state in a stream and none in a batch.
    fn stateful(&mut self, plan: &Rc<Plan>) -> Result<Box<dyn Operator>> {
        Ok(match &plan.node {
            Node::Aggregate { keys, calls, child } => {
                // Operators take aggregates for granted; one that Tidemark does not know is told here.
                calls.iter().try_for_each(|call| accumulator(&call.call).map(|_| ()))?;
                let spec = aggregate_spec(keys, calls);
                let session = keys.iter().position(|key| is_session_of(key, child));
                if session.is_some() && keys.len() == 1 && plan.is_streaming {
                    let text = "Global aggregation with session window in streaming query is not supported.";
                    self.refuse(Diagnostic::analysis("_LEGACY_ERROR_TEMP_3068", text, ""));
                }
                match (session, plan.is_streaming) {
                    (Some(session), in_stream) => Box::new(operator::MergeSessions::new(spec, session, in_stream)),
                    (None, true) => Box::new(operator::Aggregate::in_stream(spec)),
                    (None, false) => Box::new(operator::Aggregate::in_one_go(spec)),
                }
            }
            Node::Deduplicate { keys, within_watermark, child } => {
                if plan.is_streaming && keys.is_empty() {
                    let text = "requirement failed: The expressions for hash of a StatefulOpClusteredDistribution should not be Nil. \
                                An AllTuples should be used to represent a distribution that only has a single partition.";
                    self.refuse(Diagnostic::plain(Class::IllegalArgument, text));
                }
                if plan.is_streaming
                    && let Err(found) = plan::EventTime::only(child)
                {
                    self.refuse(found);
                }
                let fields = || {
                    let key = |id: &ColumnId| (*id, column_of(child, *id).field(), column_of(child, *id).metadata_json());
                    keys.iter().map(key).collect()
                };
                let event_time = child.columns.iter().find(|column| column.watermark_delay_ms.is_some());
                match (plan.is_streaming, event_time, within_watermark) {
                    (false, ..) => Box::new(operator::Deduplicate::in_one_go(keys.clone())),
                    (true, Some(Column { id, watermark_delay_ms: Some(delay_ms), .. }), true) => {
                        Box::new(operator::Deduplicate::within_watermark(fields(), *id, *delay_ms))
                    }
                    (true, event_time, _) => Box::new(operator::Deduplicate::in_stream(fields(), event_time.map(|column| column.id))),
                }
            }
            _ => unreachable!("only aggregations and deduplications come here"),
        })
    }
}

fn transform_spec(plan: &Plan, transform: &plan::TransformWithState) -> operator::TransformSpec {
    let columns = |plan: &Plan| -> Vec<operator::Column> { plan.columns.iter().map(state_column).collect() };
    let event_time = |plan: &Plan| plan.columns.iter().find(|column| column.watermark_delay_ms.is_some()).map(|column| column.id);
    operator::TransformSpec {
        processor: transform.processor.clone(),
        keys: transform.keys.iter().map(|id| (*id, column_of(&transform.child, *id).field())).collect(),
        input: columns(&transform.child),
        initial: transform.initial.as_ref().map(|initial| (transform.initial_keys.clone(), columns(initial))),
        output: columns(plan),
        time_mode: transform.time_mode,
        output_mode: transform.output_mode,
        event_time: event_time(&transform.child),
        output_event_time: event_time(plan).filter(|_| transform.has_event_time_column),
        in_stream: plan.is_streaming,
    }
}

fn aggregate_spec(keys: &[plan::Named], calls: &[plan::NamedCall]) -> AggregateSpec {
    AggregateSpec {
        keys: keys.iter().map(|key| (key.column.id, key.column.field(), key.expr.clone())).collect(),
        calls: calls.iter().map(|call| (call.column.id, call.call.clone())).collect(),
        event_time: keys.iter().position(|key| key.column.watermark_delay_ms.is_some()),
        metadata: keys.iter().map(|key| key.column.metadata_json()).collect(),
        window: keys.iter().position(|key| key.column.window != WindowKind::None && operator::is_window(&key.column.data_type)),
    }
}

/// Whether a key is the session column made right below.
fn is_session_of(key: &plan::Named, child: &Plan) -> bool {
    let TypedKind::Column(id) = key.expr.kind else { return false };
    let mut found = false;
    let mut below = child;
    // Projections and filters may stand between the sessions and the aggregation.
    loop {
        match &below.node {
            Node::SessionWindow(window) => {
                found |= window.column.id == id;
                break;
            }
            Node::Project { child, .. } | Node::Filter { child, .. } => below = child,
            _ => break,
        }
    }
    found
}

/// Whether Spark computes a plan's rows one by one as they are asked for, down to a source. Python takes its rows many at a time.
fn is_row_by_row(plan: &Plan) -> bool {
    let native = |typed: &Typed| !typed.any(&mut |node| matches!(node.kind, TypedKind::External(_)));
    let own = match &plan.node {
        Node::Source(_) | Node::LocalRelation { .. } | Node::Range { .. } => true,
        Node::Project { list, .. } => list.iter().all(|named| native(&named.expr)),
        Node::Filter { condition, .. } => native(condition),
        Node::Generate { generator, .. } => native(generator),
        Node::CollectMetrics(observed) => observed.calls.iter().all(|call| call.call.arguments.iter().all(native)),
        Node::EventTimeWatermark { .. } | Node::SubqueryAlias { .. } | Node::TimeWindow(_) | Node::Union { .. } => true,
        _ => false,
    };
    own && plan.children().into_iter().all(|child| is_row_by_row(child))
}

/// A column as operators know it, with what state files say of it.
fn state_column(column: &Column) -> operator::Column {
    let data_type = column.data_type.clone();
    operator::Column { id: column.id, data_type, name: column.name.clone(), metadata: column.metadata_json() }
}

fn join(plan: &Plan, left: &Plan, right: &Plan, join_type: JoinType, condition: Option<&Typed>) -> Result<Box<dyn Operator>> {
    if left.is_streaming && right.is_streaming {
        let facts = join_watermark::facts(left, right, condition);
        let columns = |side: &Plan| side.columns.iter().map(state_column).collect();
        let ids = plan.columns.iter().map(|column| column.id).collect();
        return Ok(Box::new(operator::StreamJoin::new(join_type, facts, columns(left), columns(right), ids)));
    }
    let keys = condition.map(|condition| equalities(condition, left, right)).unwrap_or_default();
    let ids = plan.columns.iter().map(|column| column.id).collect();
    Ok(Box::new(operator::Join::new(join_type, keys, condition.cloned(), ids)))
}

/// The pairs of expressions, left and right, that a condition wants equal.
pub fn equalities(condition: &Typed, left: &Plan, right: &Plan) -> Vec<(Typed, Typed)> {
    let TypedKind::Call(call) = &condition.kind else { return Vec::new() };
    let [first, second] = call.arguments.as_slice() else { return Vec::new() };
    match call.function.name {
        "and" => [equalities(first, left, right), equalities(second, left, right)].concat(),
        "=" | "==" => match (side(first, left, right), side(second, left, right)) {
            (Some(true), Some(false)) => vec![(first.clone(), second.clone())],
            (Some(false), Some(true)) => vec![(second.clone(), first.clone())],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether all columns of an expression are the left side's (true) or the right side's (false).
fn side(expression: &Typed, left: &Plan, right: &Plan) -> Option<bool> {
    let columns = expression.columns();
    let all_of = |plan: &Plan| !columns.is_empty() && columns.iter().all(|id| plan.column(*id).is_some());
    match (all_of(left), all_of(right)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

fn column_of(plan: &Plan, id: ColumnId) -> &Column {
    match plan.column(id) {
        Some(column) => column,
        None => panic!("a key {id:?} is no column of its input"),
    }
}
