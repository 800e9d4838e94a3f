//! When a row of one stream can no longer find a match in the other: Spark's `StreamingJoinHelper` and `StreamingSymmetricHashJoinHelper`.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Plan;
use crate::types::DataType;
use crate::types::Value;

/// What a join of two streams needs to know of its condition.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinFacts {
    /// The equal pairs: the join's key.
    pub keys: Vec<JoinKey>,
    /// The other conditions that all have to hold.
    pub others: Vec<Typed>,
    /// The place among the keys of one that is a watermarked column on a side: state of both sides goes when its key is at or below the watermark.
    pub key_ordinal: Option<usize>,
    /// The left side's watermarked column, by which its rows' state goes where the key does not say it.
    pub left_time: Option<ColumnId>,
    /// The right side's.
    pub right_time: Option<ColumnId>,
    /// What the condition says of how old a left row may be to match: see [`JoinFacts::left_state_watermark_ms`].
    pub left_bounds: Vec<Bound>,
    /// The same for right rows.
    pub right_bounds: Vec<Bound>,
}

/// `left = right`, or `left <=> right`, in which nulls equal each other.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinKey {
    /// The expression over the left side.
    pub left: Typed,
    /// The expression over the right side, of the same type.
    pub right: Typed,
    /// Whether a null matches a null.
    pub null_safe: bool,
}

/// `time > other side's watermark * factor + offset`, which one comparison of the condition implies.
///
/// Spark takes any column of a side for its time, and numbers for seconds: `i > 1` is a bound too, one second after 1970 and without a watermark,
/// and keeps that side's rows for good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// How often the watermark counts: once where the condition compares two times, and not at all where it compares with a constant.
    pub factor: f64,
    /// Added to the watermark, in microseconds.
    pub offset_us: f64,
    /// Whether the very bound still matches (`>=`).
    pub inclusive: bool,
}

impl JoinFacts {
    /// The state watermark of left rows under this event-time watermark: rows whose time is at or below it match no more. None where nothing bounds them.
    #[must_use]
    pub fn left_state_watermark_ms(&self, watermark_ms: i64) -> Option<i64> {
        state_watermark_ms(&self.left_bounds, watermark_ms)
    }

    /// The same for right rows.
    #[must_use]
    pub fn right_state_watermark_ms(&self, watermark_ms: i64) -> Option<i64> {
        state_watermark_ms(&self.right_bounds, watermark_ms)
    }
}

fn state_watermark_ms(bounds: &[Bound], watermark_ms: i64) -> Option<i64> {
    let of = |bound: &Bound| ((watermark_ms as f64 * 1000.0 * bound.factor + bound.offset_us) / 1000.0) as i64 - i64::from(bound.inclusive);
    bounds.iter().map(of).min()
}

/// Takes a join's condition apart.
#[must_use]
pub fn facts(left: &Plan, right: &Plan, condition: Option<&Typed>) -> JoinFacts {
    let mut facts = JoinFacts {
        keys: Vec::new(),
        others: Vec::new(),
        key_ordinal: None,
        left_time: event_time(left),
        right_time: event_time(right),
        left_bounds: Vec::new(),
        right_bounds: Vec::new(),
    };
    let mut conjuncts = Vec::new();
    if let Some(condition) = condition {
        conjuncts_of(condition, &mut conjuncts);
    }
    for conjunct in conjuncts {
        match equal_pair(conjunct, left, right) {
            Some(pair) => facts.keys.push(pair),
            None => facts.others.push(conjunct.clone()),
        }
        facts.left_bounds.extend(bounds(conjunct, left, right));
        facts.right_bounds.extend(bounds(conjunct, right, left));
    }
    let marked = |typed: &Typed, side: &Plan| matches!(typed.kind, TypedKind::Column(id) if side.column(id).is_some_and(|column| column.watermark_delay_ms.is_some()));
    let left_ordinal = facts.keys.iter().position(|key| marked(&key.left, left));
    facts.key_ordinal = left_ordinal.or_else(|| facts.keys.iter().position(|key| marked(&key.right, right)));
    facts
}

fn event_time(plan: &Plan) -> Option<ColumnId> {
    plan.columns.iter().find(|column| column.watermark_delay_ms.is_some()).map(|column| column.id)
}

/// The conditions that `AND` joins, left to right: `splitConjunctivePredicates`.
pub fn conjuncts_of<'a>(condition: &'a Typed, out: &mut Vec<&'a Typed>) {
    match &condition.kind {
        TypedKind::Call(call) if call.function.name == "and" => call.arguments.iter().for_each(|part| conjuncts_of(part, out)),
        _ => out.push(condition),
    }
}

/// An equality with each side over one relation, in the order left, right.
fn equal_pair(conjunct: &Typed, left: &Plan, right: &Plan) -> Option<JoinKey> {
    let TypedKind::Call(call) = &conjunct.kind else { return None };
    let [a, b] = call.arguments.as_slice() else { return None };
    let null_safe = match call.function.name {
        "=" => false,
        "<=>" => true,
        _ => return None,
    };
    let over = |typed: &Typed, side: &Plan| {
        let columns = typed.columns();
        !columns.is_empty() && columns.iter().all(|id| side.column(*id).is_some())
    };
    if over(a, left) && over(b, right) {
        return Some(JoinKey { left: a.clone(), right: b.clone(), null_safe });
    }
    (over(a, right) && over(b, left)).then(|| JoinKey { left: b.clone(), right: a.clone(), null_safe })
}

/// What a comparison says of the age of a row of `side`, given the watermark of `other`. `BETWEEN` is two comparisons.
fn bounds(conjunct: &Typed, side: &Plan, other: &Plan) -> Vec<Bound> {
    let TypedKind::Call(call) = &conjunct.kind else { return Vec::new() };
    let found = match (call.function.name, call.arguments.as_slice()) {
        ("<", [a, b]) => vec![bound(a, b, false, side, other)],
        ("<=", [a, b]) => vec![bound(a, b, true, side, other)],
        (">", [a, b]) => vec![bound(b, a, false, side, other)],
        (">=", [a, b]) => vec![bound(b, a, true, side, other)],
        ("between", [value, low, high]) => vec![bound(low, value, true, side, other), bound(value, high, true, side, other)],
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

fn bound(small: &Typed, large: &Typed, inclusive: bool, side: &Plan, other: &Plan) -> Option<Bound> {
    event_time(other)?;
    // small < large is small - large < 0: the side's own column must stand there with a minus, and is greater than the sum of the other terms.
    let mut terms = Vec::new();
    collect_terms(small, 1.0, &mut terms)?;
    collect_terms(large, -1.0, &mut terms)?;
    let is_own = |(term, _): &(Term, f64)| matches!(term, Term::Column(id) if side.column(*id).is_some());
    let (own, others): (Vec<_>, Vec<_>) = terms.into_iter().partition(is_own);
    let [(_, -1.0)] = own.as_slice() else { return None };
    let mut bound = Bound { factor: 0.0, offset_us: 0.0, inclusive };
    for (term, sign) in others {
        match term {
            Term::Micros(micros) => bound.offset_us += sign * micros,
            Term::Column(id) => {
                other.column(id)?.watermark_delay_ms?;
                bound.factor += sign;
            }
        }
    }
    Some(bound)
}

/// A part of a sum.
#[derive(Clone, Copy, PartialEq)]
enum Term {
    Column(ColumnId),
    /// A constant in microseconds; of a number, as many seconds.
    Micros(f64),
}

/// The terms of a sum, each with its sign; none where the expression is no such sum: `collectTerms`. They are a set in Spark: what stands twice counts once.
fn collect_terms(typed: &Typed, sign: f64, terms: &mut Vec<(Term, f64)>) -> Option<()> {
    let term = match &typed.kind {
        TypedKind::Column(id) => Term::Column(*id),
        TypedKind::Literal(value) => Term::Micros(micros(value)?),
        TypedKind::Cast(child, _) if typed.data_type.is_numeric() || typed.data_type == DataType::Timestamp => {
            return collect_terms(child, sign, terms);
        }
        TypedKind::Call(call) => {
            let (second, parts) = match (call.function.name, call.arguments.as_slice()) {
                ("+" | "$time_add" | "$interval_sum", parts @ [_, _]) => (sign, parts),
                ("-", parts @ [_, _]) => (-sign, parts),
                ("negative" | "$interval_negative", [child]) => return collect_terms(child, -sign, terms),
                _ => return None,
            };
            collect_terms(&parts[0], sign, terms)?;
            return collect_terms(&parts[1], second, terms);
        }
        _ => return None,
    };
    if !terms.contains(&(term, sign)) {
        terms.push((term, sign));
    }
    Some(())
}

fn micros(value: &Value) -> Option<f64> {
    match value {
        Value::DayTimeInterval(micros) => Some(*micros as f64),
        Value::CalendarInterval(0, days, micros) => Some(f64::from(*days) * 86_400_000_000.0 + *micros as f64),
        Value::Float(seconds) => Some(f64::from(*seconds) * 1e6),
        Value::Double(seconds) => Some(seconds * 1e6),
        Value::Decimal(unscaled, _, scale) => Some(*unscaled as f64 / 10f64.powi(i32::from(*scale)) * 1e6),
        _ => value.as_i64().map(|seconds| seconds as f64 * 1e6),
    }
}
