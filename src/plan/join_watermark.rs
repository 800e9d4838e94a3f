//! When a row of one stream can no longer find a match in the other: Spark's `StreamingJoinHelper` and `StreamingSymmetricHashJoinHelper`.

use crate::expr::ColumnId;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Plan;
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

/// `time > other side's watermark + offset`, which one comparison of the condition implies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Added to the watermark, in microseconds.
    pub offset_us: i64,
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
    let of = |bound: &Bound| (watermark_ms.saturating_mul(1000).saturating_add(bound.offset_us)) / 1000 - i64::from(bound.inclusive);
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
    // small < large is 0 < large - small: the row's own time must stand there with a plus, the watermarked one with a minus.
    let mut sum = Sum::default();
    sum.add(large, 1)?;
    sum.add(small, -1)?;
    let [(first, first_sign), (second, second_sign)] = sum.columns.as_slice() else { return None };
    let (own, time) = if side.column(*first).is_some() {
        ((first, first_sign), (second, second_sign))
    } else {
        ((second, second_sign), (first, first_sign))
    };
    side.column(*own.0)?;
    let marked = other.column(*time.0)?.watermark_delay_ms.is_some();
    // time - own + offset < 0 is own > time + offset.
    (marked && *own.1 == 1 && *time.1 == -1).then_some(Bound { offset_us: -sum.offset_us, inclusive })
}

/// A sum of columns and constants, taken from an expression of times and intervals.
#[derive(Default)]
struct Sum {
    columns: Vec<(ColumnId, i64)>,
    offset_us: i64,
}

impl Sum {
    /// Adds an expression with a sign; none where it is no such sum, or has an interval of months.
    fn add(&mut self, typed: &Typed, sign: i64) -> Option<()> {
        match &typed.kind {
            TypedKind::Column(id) => self.columns.push((*id, sign)),
            TypedKind::Literal(value) => self.offset_us += sign * micros(value)?,
            TypedKind::Cast(child, _) => self.add(child, sign)?,
            TypedKind::Call(call) => match (call.function.name, call.arguments.as_slice()) {
                ("+" | "$time_add", [a, b]) => {
                    self.add(a, sign)?;
                    self.add(b, sign)?;
                }
                ("-" | "$time_subtract", [a, b]) => {
                    self.add(a, sign)?;
                    self.add(b, -sign)?;
                }
                ("negative", [a]) => self.add(a, -sign)?,
                _ => return None,
            },
            _ => return None,
        }
        Some(())
    }
}

fn micros(value: &Value) -> Option<i64> {
    match value {
        Value::DayTimeInterval(micros) | Value::Timestamp(micros) | Value::TimestampNtz(micros) => Some(*micros),
        Value::CalendarInterval(0, days, micros) => Some(i64::from(*days) * 86_400_000_000 + micros),
        _ => None,
    }
}
