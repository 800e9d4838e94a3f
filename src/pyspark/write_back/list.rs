//! Lists of columns as calls: `select`, `withColumn`, `drop`, `groupBy(...).agg(...)`, and the windows and generators that stand in them.

use super::Chain;
use super::Result;
use super::expression::Speaker;
use super::expression::Spoken;
use super::expression::name_part;
use super::literal;
use super::literal::text;
use super::relation::Writer;
use super::relation::named;
use super::unwritable;
use crate::expr::Expr;
use crate::expr::SortKey;
use crate::expr::TypedKind;
use crate::expr::aggregate::AggregateFunction;
use crate::plan::CollectMetrics;
use crate::plan::Column;
use crate::plan::Named;
use crate::plan::NamedCall;
use crate::plan::Node;
use crate::plan::Plan;
use crate::types::DataType;
use crate::types::Value;
use crate::types::arrow::value_at;
use arrow_array::ArrayRef;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a list stands over: the chain so far, its columns, and how they are called.
struct Input {
    chain: Chain,
    columns: Vec<Column>,
    speaker: Speaker,
    /// No window and no generator hides in it: its columns are just the chain's.
    is_plain: bool,
}

/// The input of a list; the window column right below the list is written where the list uses it.
fn input(writer: &mut Writer, child: &Rc<Plan>) -> Result<Input> {
    let (below, window, name, durations) = match &child.node {
        Node::TimeWindow(window) => {
            let mut durations = vec![window.window_us];
            if window.slide_us != window.window_us || window.start_us != 0 {
                durations.push(window.slide_us);
            }
            if window.start_us != 0 {
                durations.push(window.start_us);
            }
            let durations = durations.into_iter().map(|micros| text(&literal::duration(micros))).collect::<Vec<_>>();
            (&window.child, (&window.column, &window.time), "window", durations)
        }
        Node::SessionWindow(window) => {
            let Some(gap_us) = window.gap_us else { return unwritable("a session window whose gap depends on the row") };
            (&window.child, (&window.column, &window.time), "session_window", vec![text(&literal::duration(gap_us))])
        }
        _ => {
            let chain = writer.relation(child)?;
            return Ok(Input { chain, columns: child.columns.clone(), speaker: writer.speaker(child), is_plain: true });
        }
    };
    let chain = writer.relation(below)?;
    let mut speaker = writer.speaker(below);
    let time = speaker.column_or_name(&writer.unresolver(&below.columns).expr(window.1)?)?;
    let call = format!("F.{name}({time}, {})", durations.join(", "));
    speaker.columns.insert(window.0.id.0, Spoken::Text(call));
    Ok(Input { chain, columns: child.columns.clone(), speaker, is_plain: false })
}

/// A projection.
pub(super) fn project(writer: &mut Writer, list: &[Named], child: &Rc<Plan>) -> Result<Chain> {
    if let Node::Aggregate { keys, calls, child: below } = &child.node
        && keys_come_first(list, keys)
    {
        return outputs(writer, &list[keys.len()..], keys, calls, child, below);
    }
    if let Node::Generate { child: below, .. } = &child.node
        && let Some(chain) = merged(writer, list, child, below)?
    {
        return Ok(chain);
    }
    let input = input(writer, child)?;
    if input.is_plain
        && let Some(chain) = small_change(writer, list, child, &input)?
    {
        return Ok(chain);
    }
    let items: Vec<String> = list.iter().map(|item| select_item(writer, item, &input)).collect::<Result<_>>()?;
    Ok(input.chain.then(format!("select({})", items.join(", "))))
}

fn select_item(writer: &Writer, item: &Named, input: &Input) -> Result<String> {
    named(&input.speaker, writer.unresolver(&input.columns).expr(&item.expr)?, &item.column.name)
}

/// A list that only adds, replaces, renames or drops columns, as the call that says just that.
fn small_change(writer: &Writer, list: &[Named], child: &Rc<Plan>, input: &Input) -> Result<Option<Chain>> {
    let (old, chain) = (&child.columns, input.chain.clone());
    let unique = |names: Vec<String>| {
        let mut lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        lower.sort();
        lower.windows(2).all(|pair| pair[0] != pair[1])
    };
    if !unique(old.iter().map(|column| column.name.clone()).collect()) || old.iter().any(|column| column.hidden) {
        return Ok(None);
    }
    let passes = |item: &Named, column: &Column| item.expr.kind == TypedKind::Column(column.id) && item.column.name == column.name;
    if list.len() == old.len() && list.iter().zip(old).all(|(item, column)| passes(item, column)) {
        return Ok(Some(chain));
    }
    if list.len() >= old.len() {
        let bare = |item: &Named, column: &Column| item.expr.kind == TypedKind::Column(column.id);
        let renamed: Vec<(&Named, &Column)> = list.iter().zip(old).filter(|(item, column)| item.column.name != column.name).collect();
        if list.len() == old.len() && list.iter().zip(old).all(|(item, column)| bare(item, column)) && renamed.len() <= 3 {
            let rename = |chain: Chain, (item, column): &(&Named, &Column)| {
                chain.then(format!("withColumnRenamed({}, {})", text(&column.name), text(&item.column.name)))
            };
            return Ok(Some(renamed.iter().fold(chain, rename)));
        }
        if renamed.is_empty() && unique(list.iter().map(|item| item.column.name.clone()).collect()) {
            return with_columns(writer, list, old, input, chain).map(Some);
        }
        return Ok(None);
    }
    let kept = |column: &&Column| list.iter().any(|item| passes(item, column));
    let dropped: Vec<String> = old.iter().filter(|column| !kept(column)).map(|column| text(&column.name)).collect();
    let in_order = old.iter().filter(kept).zip(list).all(|(column, item)| passes(item, column));
    let is_drop = in_order && dropped.len() + list.len() == old.len() && dropped.len() < list.len();
    Ok(is_drop.then(|| chain.then(format!("drop({})", dropped.join(", ")))))
}

fn with_columns(writer: &Writer, list: &[Named], old: &[Column], input: &Input, chain: Chain) -> Result<Chain> {
    let is_new = |place: usize, item: &Named| old.get(place).is_none_or(|column| item.expr.kind != TypedKind::Column(column.id));
    let mut made = Vec::new();
    for (_, item) in list.iter().enumerate().filter(|(place, item)| is_new(*place, item)) {
        let expr = writer.unresolver(&input.columns).expr(&item.expr)?;
        made.push((text(&item.column.name), input.speaker.column(&expr)?));
    }
    Ok(match made.as_slice() {
        [] => chain,
        [(name, expr)] => chain.then(format!("withColumn({name}, {expr})")),
        several => {
            let entries: Vec<String> = several.iter().map(|(name, expr)| format!("{name}: {expr}")).collect();
            chain.then(format!("withColumns({{{}}})", entries.join(", ")))
        }
    })
}

/// An aggregation without a list over it.
pub(super) fn aggregate(writer: &mut Writer, keys: &[Named], calls: &[NamedCall], child: &Rc<Plan>) -> Result<Chain> {
    let input = input(writer, child)?;
    let results = calls.iter().map(|call| Ok((writer.unresolver(&input.columns).aggregate(&call.call)?, call.column.name.clone())));
    let results: Vec<(Expr, String)> = results.collect::<Result<_>>()?;
    grouped(writer, keys, calls, results, input)
}

/// An aggregation with expressions over its results.
fn outputs(writer: &mut Writer, list: &[Named], keys: &[Named], calls: &[NamedCall], results: &Plan, child: &Rc<Plan>) -> Result<Chain> {
    let input = input(writer, child)?;
    let made = made_of(writer, list, keys, calls, &results.columns, &input)?;
    grouped(writer, keys, calls, made, input)
}

/// Metrics that are observed.
pub(super) fn observe(writer: &mut Writer, observed: &CollectMetrics) -> Result<Chain> {
    let input = input(writer, &observed.child)?;
    let results: Vec<Column> = observed.calls.iter().map(|call| call.column.clone()).collect();
    let made = made_of(writer, &observed.metrics, &[], &observed.calls, &results, &input)?;
    let metrics = aggregates(&input.speaker, made)?;
    Ok(input.chain.then(format!("observe({}, {metrics})", text(&observed.name))))
}

/// The expressions of a list over an aggregation's results, as expressions over its input, with their names.
fn made_of(
    writer: &Writer,
    list: &[Named],
    keys: &[Named],
    calls: &[NamedCall],
    results: &[Column],
    input: &Input,
) -> Result<Vec<(Expr, String)>> {
    let unresolver = writer.unresolver(&input.columns);
    let mut meant: BTreeMap<u64, Expr> = BTreeMap::new();
    for call in calls {
        meant.insert(call.column.id.0, unresolver.aggregate(&call.call)?);
    }
    for key in keys {
        meant.insert(key.column.id.0, unresolver.expr(&key.expr)?);
    }
    let over = writer.unresolver(results);
    list.iter().map(|item| Ok((replaced(over.expr(&item.expr)?, &meant), item.column.name.clone()))).collect()
}

/// Aggregates as arguments. Unlike `select` and `groupBy`, `agg` takes no names.
fn aggregates(speaker: &Speaker, results: Vec<(Expr, String)>) -> Result<String> {
    let result = |(expr, name): (Expr, String)| match crate::expr::name_of(&expr) == name {
        true => speaker.column(&expr),
        false => named(speaker, expr, &name),
    };
    Ok(results.into_iter().map(result).collect::<Result<Vec<_>>>()?.join(", "))
}

fn grouped(writer: &Writer, keys: &[Named], calls: &[NamedCall], results: Vec<(Expr, String)>, input: Input) -> Result<Chain> {
    let unresolver = writer.unresolver(&input.columns);
    let keys: Vec<String> =
        keys.iter().map(|key| named(&input.speaker, unresolver.expr(&key.expr)?, &key.column.name)).collect::<Result<_>>()?;
    let chain = if keys.is_empty() { input.chain } else { input.chain.then(format!("groupBy({})", keys.join(", "))) };
    if let ([call], [(_, name)]) = (calls, results.as_slice())
        && name == "count"
        && !keys.is_empty()
        && call.call.function == AggregateFunction::Count
        && !call.call.distinct
        && call.column.name == "count"
        && call.call.arguments.iter().all(|argument| argument.as_literal().is_some())
    {
        return Ok(chain.then("count()"));
    }
    if results.is_empty() {
        return unwritable("a grouping without aggregates");
    }
    Ok(chain.then(format!("agg({})", aggregates(&input.speaker, results)?)))
}

/// Whether a list over an aggregation begins with its keys as they are, as `groupBy(...).agg(...)` has them.
fn keys_come_first(list: &[Named], keys: &[Named]) -> bool {
    let is_key = |(item, key): (&Named, &Named)| item.expr.kind == TypedKind::Column(key.column.id) && item.column.name == key.column.name;
    list.len() > keys.len() && list.iter().zip(keys).all(is_key)
}

/// The expression with columns replaced by what they mean.
fn replaced(expr: Expr, meant: &BTreeMap<u64, Expr>) -> Expr {
    let again = |child: Expr| replaced(child, meant);
    let boxed = |child: Box<Expr>| Box::new(replaced(*child, meant));
    match expr {
        Expr::ColumnOf(id, name) => meant.get(&id).cloned().unwrap_or(Expr::ColumnOf(id, name)),
        Expr::Alias(child, names) => Expr::Alias(boxed(child), names),
        Expr::Call { name, arguments, distinct, filter } => {
            Expr::Call { name, arguments: arguments.into_iter().map(again).collect(), distinct, filter: filter.map(boxed) }
        }
        Expr::Cast(child, data_type, tried) => Expr::Cast(boxed(child), data_type, tried),
        Expr::Case(branches, otherwise) => {
            Expr::Case(branches.into_iter().map(|(when, then)| (again(when), again(then))).collect(), otherwise.map(boxed))
        }
        Expr::Item(child, key) => Expr::Item(boxed(child), boxed(key)),
        Expr::FieldOf(child, name) => Expr::FieldOf(boxed(child), name),
        Expr::Lambda(names, body) => Expr::Lambda(names, boxed(body)),
        Expr::Sort(key) => Expr::Sort(Box::new(SortKey { expr: again(key.expr), ..*key })),
        other => other,
    }
}

/// A generator that no list takes up: all columns, then its own.
pub(super) fn generated(writer: &mut Writer, plan: &Plan, child: &Rc<Plan>) -> Result<Chain> {
    let input = input(writer, child)?;
    let generator = generator_text(writer, plan, &input)?;
    Ok(input.chain.then(format!("select(\"*\", {generator})")))
}

/// A list over a generator, the generator in the place of its columns; none where they do not stand together in the list.
fn merged(writer: &mut Writer, list: &[Named], plan: &Plan, child: &Rc<Plan>) -> Result<Option<Chain>> {
    let Node::Generate { generated, .. } = &plan.node else { return Ok(None) };
    let is_made = |item: &Named| generated.iter().any(|column| item.expr.columns().contains(&column.id));
    let passes = |(item, column): (&Named, &Column)| item.is_pass() && item.column.id == column.id && item.column.name == column.name;
    let Some(first) = list.iter().position(is_made) else { return Ok(None) };
    let end = first + generated.len();
    let stands = list.len() >= end && list[first..end].iter().zip(generated).all(passes) && !list[end..].iter().any(is_made);
    if !stands {
        return Ok(None);
    }
    let input = input(writer, child)?;
    let mut items = Vec::new();
    for (place, item) in list.iter().enumerate().filter(|(place, _)| *place <= first || *place >= end) {
        items.push(if place == first { generator_text(writer, plan, &input)? } else { select_item(writer, item, &input)? });
    }
    Ok(Some(input.chain.then(format!("select({})", items.join(", ")))))
}

fn generator_text(writer: &Writer, plan: &Plan, input: &Input) -> Result<String> {
    let Node::Generate { generator, generated, .. } = &plan.node else { return unwritable("a generator that is none") };
    let expr = writer.unresolver(&input.columns).expr(generator)?;
    let names: Vec<String> = generated.iter().map(|column| column.name.clone()).collect();
    let usual = match &generator.data_type {
        DataType::Struct(fields) => fields.iter().map(|field| &field.name).eq(names.iter()),
        _ => false,
    };
    input.speaker.column(&if usual { expr } else { Expr::Alias(Box::new(expr), names) })
}

/// Rows that stand in the program.
pub(super) fn local_rows(plan: &Plan, arrays: &[ArrayRef], rows: usize) -> Result<Chain> {
    let mut lines = Vec::new();
    for row in 0..rows {
        let cells =
            arrays.iter().zip(&plan.columns).map(|(array, column)| cell(&value_at(array, row, &column.data_type), &column.data_type));
        let cells: Vec<String> = cells.collect::<Result<_>>()?;
        lines.push(if cells.len() == 1 { format!("({},)", cells[0]) } else { format!("({})", cells.join(", ")) });
    }
    let schema: Vec<String> = plan.columns.iter().map(|column| format!("{} {}", name_part(&column.name), column.data_type.sql())).collect();
    Ok(Chain::new("spark").then(format!("createDataFrame([{}], {})", lines.join(", "), text(&schema.join(", ")))))
}

fn cell(value: &Value, data_type: &DataType) -> Result<String> {
    Ok(match (value, data_type) {
        (Value::Null, _) => "None".to_owned(),
        (Value::Byte(number), _) => number.to_string(),
        (Value::Short(number), _) => number.to_string(),
        (Value::Long(number), _) => number.to_string(),
        (Value::Array(items), DataType::Array(element, _)) => {
            let items: Vec<String> = items.iter().map(|item| cell(item, element)).collect::<Result<_>>()?;
            format!("[{}]", items.join(", "))
        }
        _ => match literal::bare(value, data_type) {
            Some(text) => text,
            None => return unwritable(format!("rows in the program with a {}", data_type.simple_string())),
        },
    })
}
