//! A plan as text: one line a relation, inputs indented below, columns with their ids; close to Spark's `explain`.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Column;
use crate::plan::Frame;
use crate::plan::Node;
use crate::plan::Order;
use crate::plan::Plan;
use crate::types::Zone;
use crate::types::display;
use std::collections::BTreeMap;

type Names = BTreeMap<ColumnId, String>;

impl Frame {
    /// `df.explain(extended=True)`, without the physical plan: what is analysed and what is run.
    #[must_use]
    pub fn explain(&self) -> String {
        let optimized = crate::plan::optimize(&self.plan, &self.analyzer);
        format!("== Analyzed Logical Plan ==\n{}\n== Optimized Logical Plan ==\n{}", tree(&self.plan), tree(&optimized))
    }
}

/// The plan as a tree, with a newline after each line.
#[must_use]
pub fn tree(plan: &Plan) -> String {
    let mut names = Names::new();
    plan.for_each_up(&mut |plan| names.extend(plan.columns.iter().map(|column| (column.id, column.name.clone()))));
    let mut text = String::new();
    write(plan, &names, "", "", &mut text);
    text
}

fn write(plan: &Plan, names: &Names, first: &str, rest: &str, text: &mut String) {
    text.push_str(first);
    text.push_str(&line(plan, names));
    text.push('\n');
    let children = plan.children();
    for (place, child) in children.iter().enumerate() {
        let is_last = place + 1 == children.len();
        let (branch, bar) = if is_last { ("+- ", "   ") } else { (":- ", ":  ") };
        write(child, names, &format!("{rest}{branch}"), &format!("{rest}{bar}"), text);
    }
}

fn line(plan: &Plan, names: &Names) -> String {
    match &plan.node {
        Node::Source(source) => {
            let pushed: Vec<String> = source.pushed.iter().map(|condition| typed(condition, names)).collect();
            let filters = if pushed.is_empty() { String::new() } else { format!(", pushed: [{}]", pushed.join(", ")) };
            let kind = if source.spec.streaming { "StreamingRelation" } else { "Relation" };
            format!("{kind} {} [{}]{filters}", source.spec.format, columns(&plan.columns))
        }
        Node::LocalRelation { rows, .. } => format!("LocalRelation [{}], {rows} rows", columns(&plan.columns)),
        Node::Range { start, end, step } => format!("Range ({start}, {end}, step={step})"),
        Node::OneRowRelation => "OneRowRelation".to_owned(),
        Node::Project { list, .. } => {
            format!("Project [{}]", list.iter().map(|named| made(&named.column, &named.expr, names)).collect::<Vec<_>>().join(", "))
        }
        Node::Filter { condition, .. } => format!("Filter {}", typed(condition, names)),
        Node::Aggregate { keys, calls, .. } => {
            let keys: Vec<String> = keys.iter().map(|key| made(&key.column, &key.expr, names)).collect();
            format!("Aggregate [{}], [{}]", keys.join(", "), aggregates(calls, names))
        }
        Node::CollectMetrics(observed) => format!("CollectMetrics {}, [{}]", observed.name, aggregates(&observed.calls, names)),
        Node::Expand(expand) => {
            let keys: Vec<String> = expand.keys.iter().map(|key| made(&key.column, &key.expr, names)).collect();
            format!("Expand {:?}, [{}], {}", expand.sets, keys.join(", "), column(&expand.grouping_id))
        }
        Node::TimeWindow(window) => format!(
            "TimeWindow {} of {}, {} / {} + {} us",
            column(&window.column),
            typed(&window.time, names),
            window.window_us,
            window.slide_us,
            window.start_us
        ),
        Node::SessionWindow(window) => {
            format!("SessionWindow {} from {} to {}", column(&window.column), typed(&window.time, names), typed(&window.end, names))
        }
        Node::EventTimeWatermark { event_time, delay_ms, .. } => {
            format!("EventTimeWatermark {}, {delay_ms} ms", reference(*event_time, names))
        }
        Node::Deduplicate { keys, within_watermark, .. } => {
            let name = if *within_watermark { "DeduplicateWithinWatermark" } else { "Deduplicate" };
            format!("{name} [{}]", keys.iter().map(|key| reference(*key, names)).collect::<Vec<_>>().join(", "))
        }
        Node::Join { join_type, condition, .. } => match condition {
            Some(condition) => format!("Join {join_type}, {}", typed(condition, names)),
            None => format!("Join {join_type}"),
        },
        Node::Union { .. } => "Union".to_owned(),
        Node::SetOperation { operation, all, .. } => format!("{operation:?}{}", if *all { " All" } else { "" }),
        Node::Sort { keys, global, .. } => {
            format!("Sort [{}], {global}", keys.iter().map(|key| order(key, names)).collect::<Vec<_>>().join(", "))
        }
        Node::Limit { count, .. } => format!("GlobalLimit {count}"),
        Node::Offset { count, .. } => format!("Offset {count}"),
        Node::SubqueryAlias { alias, .. } => format!("SubqueryAlias {alias}"),
        Node::Generate { generator, outer, generated, .. } => {
            format!("Generate {}, {outer}, [{}]", typed(generator, names), columns(generated))
        }
        Node::Sample { fraction, .. } => format!("Sample {fraction}"),
        Node::Window { functions, .. } => {
            format!(
                "Window [{}]",
                functions
                    .iter()
                    .map(|function| format!("{} AS {}", function.call.sql, column(&function.column)))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Node::TransformWithState(transform) => format!("TransformWithStateInPySpark {}, {}", transform.output_mode, transform.time_mode),
        Node::Repartition { .. } => "Repartition".to_owned(),
    }
}

fn aggregates(calls: &[crate::plan::NamedCall], names: &Names) -> String {
    let text = |call: &crate::plan::NamedCall| {
        let arguments: Vec<String> = call.call.arguments.iter().map(|argument| typed(argument, names)).collect();
        let distinct = if call.call.distinct { "distinct " } else { "" };
        let function = format!("{:?}", call.call.function).to_lowercase();
        format!("{function}({distinct}{}) AS {}", arguments.join(", "), column(&call.column))
    };
    calls.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// `id#3`, with `T` and the delay after an event-time column as Spark writes it: `at#2-T10000ms`.
fn column(column: &Column) -> String {
    let delay = column.watermark_delay_ms.map_or_else(String::new, |delay| format!("-T{delay}ms"));
    format!("{}#{}{delay}", column.name, column.id.0)
}

fn columns(all: &[Column]) -> String {
    all.iter().map(column).collect::<Vec<_>>().join(", ")
}

fn made(made: &Column, expr: &Typed, names: &Names) -> String {
    if expr.kind == TypedKind::Column(made.id) { column(made) } else { format!("{} AS {}", typed(expr, names), column(made)) }
}

fn order(key: &Order, names: &Names) -> String {
    let direction = if key.descending { "DESC" } else { "ASC" };
    let nulls = if key.nulls_first { "FIRST" } else { "LAST" };
    format!("{} {direction} NULLS {nulls}", typed(&key.expr, names))
}

fn reference(id: ColumnId, names: &Names) -> String {
    format!("{}#{}", names.get(&id).map_or("?", String::as_str), id.0)
}

/// An expression with its columns' names and ids.
fn typed(expr: &Typed, names: &Names) -> String {
    let all = |list: Vec<&Typed>| list.into_iter().map(|part| typed(part, names)).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        TypedKind::Column(id) if id.0 >= ColumnId::VARIABLES => format!("x_{}", id.0 - ColumnId::VARIABLES),
        TypedKind::Column(id) => reference(*id, names),
        TypedKind::Literal(value) => display::pretty_string(value, &expr.data_type, &Zone::utc()),
        TypedKind::Cast(child, _) => format!("cast({} as {})", typed(child, names), expr.data_type.simple_string()),
        TypedKind::Field(child, place) => match &child.data_type {
            crate::types::DataType::Struct(fields) => format!("{}.{}", typed(child, names), fields[*place].name),
            _ => format!("{}[{place}]", typed(child, names)),
        },
        TypedKind::Call(call) => match (call.function.name, call.arguments.as_slice()) {
            (sign @ ("=" | "<=>" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "and" | "or"), [a, b]) => {
                format!("({} {} {})", typed(a, names), sign.to_uppercase(), typed(b, names))
            }
            (name, arguments) => format!("{name}({})", all(arguments.iter().collect())),
        },
        TypedKind::Generator(call) => format!("{}({})", format!("{:?}", call.generator).to_lowercase(), all(expr.children())),
        TypedKind::Aggregate(call) => format!("{}({})", format!("{:?}", call.function).to_lowercase(), all(expr.children())),
        TypedKind::Case(..) => format!("case({})", all(expr.children())),
        TypedKind::Lambda(_, body) => format!("lambda({})", typed(body, names)),
        TypedKind::TimeWindow(_) | TypedKind::SessionWindow(_) => format!("window({})", all(expr.children())),
        TypedKind::Over(call) => call.sql.clone(),
        TypedKind::External(call) => {
            let arguments: Vec<String> = call.arguments.iter().map(|argument| typed(argument, names)).collect();
            format!("{}({})", call.function.0.name(), arguments.join(", "))
        }
    }
}
