//! From an analysed expression back to one as written: casts that Spark puts in by itself are left away.
//!
//! Whether one may be left away is not guessed: the shorter expression is analysed again, and must come out as it was.

use super::Result;
use super::unwritable;
use crate::expr::ColumnId;
use crate::expr::Expr;
use crate::expr::Generator;
use crate::expr::Scope;
use crate::expr::Settings;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::expr::aggregate::AggregateCall;
use crate::expr::aggregate::AggregateFunction as F;
use crate::plan::Column;
use crate::types::DataType;
use crate::types::Value;

/// The columns over which expressions are written, and the settings under which they were analysed.
pub(super) struct Unresolver<'a> {
    /// The input's columns.
    pub columns: &'a [Column],
    /// The session's settings.
    pub settings: Settings,
}

impl Scope for Unresolver<'_> {
    fn resolve_name(&self, parts: &[String]) -> crate::diag::Result<(Typed, usize)> {
        let found = self.columns.iter().find(|column| Some(&column.name) == parts.first());
        found.map(|column| (column.typed(), 1)).ok_or_else(|| no_such(parts.first().map_or("", String::as_str)))
    }

    fn resolve_column_of(&self, frame: u64, name: &str) -> crate::diag::Result<Typed> {
        self.columns.iter().find(|column| column.id.0 == frame).map(Column::typed).ok_or_else(|| no_such(name))
    }
}

fn no_such(name: &str) -> Box<crate::diag::Diagnostic> {
    crate::diag::Diagnostic::analysis("UNRESOLVED_COLUMN", name, "42703")
}

impl Unresolver<'_> {
    /// The expression as written. A column stands as [`Expr::ColumnOf`] with its id in the frame's place.
    pub fn expr(&self, typed: &Typed) -> Result<Expr> {
        Ok(match &typed.kind {
            TypedKind::Column(id) if id.0 >= ColumnId::VARIABLES => Expr::name(variable(*id)),
            TypedKind::Column(id) => Expr::ColumnOf(id.0, self.name(*id)?),
            TypedKind::Literal(value) => Expr::Literal(value.clone(), typed.data_type.clone()),
            TypedKind::Cast(child, mode) => {
                Expr::Cast(Box::new(self.expr(child)?), typed.data_type.clone(), *mode == crate::expr::CastMode::Try)
            }
            TypedKind::Field(child, place) => Expr::FieldOf(Box::new(self.expr(child)?), field_name(&child.data_type, *place)?),
            TypedKind::Lambda(ids, body) => Expr::Lambda(ids.iter().map(|id| variable(*id)).collect(), Box::new(self.expr(body)?)),
            TypedKind::Case(..) => self.verified(typed, &|arguments| Ok(case(typed, arguments)))?,
            TypedKind::Call(call) => self.verified(typed, &|arguments| written_call(call.function.name, arguments, &typed.data_type))?,
            TypedKind::Generator(call) => {
                let name = match (call.generator, call.outer) {
                    (Generator::Explode, false) => "explode",
                    (Generator::Explode, true) => "explode_outer",
                    (Generator::PosExplode, false) => "posexplode",
                    (Generator::PosExplode, true) => "posexplode_outer",
                    (Generator::Inline, false) => "inline",
                    (Generator::Inline, true) => "inline_outer",
                    (Generator::Stack, _) => "stack",
                };
                self.verified(typed, &|arguments| Ok(Expr::call(name, arguments)))?
            }
            TypedKind::Over(_) => return unwritable("a window function (OVER)"),
            _ => return unwritable("an expression that only analysis knows"),
        })
    }

    /// An aggregate call as written.
    pub fn aggregate(&self, call: &AggregateCall) -> Result<Expr> {
        if call.filter.is_some() {
            return unwritable("FILTER (WHERE ...) of an aggregate");
        }
        let name = aggregate_name(call.function)?;
        let mut constants: Vec<Expr> = call.parameters.iter().map(constant).collect::<Result<_>>()?;
        if call.ignore_nulls {
            constants.push(Expr::Literal(Value::Boolean(true), DataType::Boolean));
        }
        let make = |arguments: Vec<Expr>| {
            let whole = arguments.into_iter().chain(constants.iter().cloned()).collect::<Vec<_>>();
            let whole = if whole.is_empty() { vec![Expr::Star(Vec::new())] } else { whole };
            Expr::Call { name: name.to_owned(), arguments: whole, distinct: call.distinct, filter: None }
        };
        for arguments in self.candidates(&call.arguments.iter().collect::<Vec<_>>())? {
            let whole = make(arguments);
            let found = crate::expr::resolve(&whole, self, &self.settings);
            if let Ok(Typed { kind: TypedKind::Aggregate(found), .. }) = found
                && found.function == call.function
                && found.arguments == call.arguments
                && found.parameters == call.parameters
                && found.ignore_nulls == call.ignore_nulls
            {
                return Ok(whole);
            }
        }
        unwritable(format!("the arguments of {name}"))
    }

    /// The shortest expression that analysis turns into `typed`.
    fn verified(&self, typed: &Typed, make: &dyn Fn(Vec<Expr>) -> Result<Expr>) -> Result<Expr> {
        let children = typed.children();
        let mut same_type = None;
        for arguments in self.candidates(&children)? {
            let whole = make(arguments)?;
            // A body's variables are bound outside of it: only the whole lambda can be analysed.
            if typed.any(&mut |node| matches!(node.kind, TypedKind::Column(id) if id.0 >= ColumnId::VARIABLES)) {
                return Ok(whole);
            }
            match crate::expr::resolve(&whole, self, &self.settings) {
                Ok(found) if found == *typed => return Ok(whole),
                Ok(found) if found.data_type == typed.data_type => same_type = Some(whole),
                _ => {}
            }
        }
        same_type.map_or_else(|| unwritable("an expression that only analysis makes"), Ok)
    }

    /// Ways to write the arguments, shortest first: without the casts that may be Spark's own, with some of them, with all.
    fn candidates(&self, arguments: &[&Typed]) -> Result<Vec<Vec<Expr>>> {
        let explicit: Vec<Expr> = arguments.iter().map(|argument| self.expr(argument)).collect::<Result<_>>()?;
        let plain: Vec<Expr> = arguments.iter().map(|argument| self.plain(argument)).collect::<Result<_>>()?;
        let differing: Vec<usize> = (0..explicit.len()).filter(|place| explicit[*place] != plain[*place]).take(4).collect();
        let mut masks: Vec<u32> = (0..1_u32 << differing.len()).collect();
        masks.sort_by_key(|mask| mask.count_ones());
        let choose = |mask: u32| {
            let mut chosen = plain.clone();
            let kept = differing.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0);
            kept.for_each(|(_, place)| chosen[*place] = explicit[*place].clone());
            chosen
        };
        Ok(masks.into_iter().map(choose).chain([explicit.clone()]).collect())
    }

    /// An argument without the cast on top of it, a literal as Python would write it.
    fn plain(&self, typed: &Typed) -> Result<Expr> {
        match &typed.kind {
            TypedKind::Cast(child, _) => self.plain(child),
            TypedKind::Literal(Value::Long(number)) if typed.data_type == DataType::Long => Ok(integer(*number, typed)),
            TypedKind::Literal(Value::Short(number)) => Ok(integer(i64::from(*number), typed)),
            TypedKind::Literal(Value::Byte(number)) => Ok(integer(i64::from(*number), typed)),
            TypedKind::Literal(Value::Null) => Ok(Expr::Literal(Value::Null, DataType::Null)),
            TypedKind::Literal(Value::Double(number)) if number.fract() == 0.0 && number.abs() < 1e9 => Ok(integer(*number as i64, typed)),
            _ => self.expr(typed),
        }
    }

    fn name(&self, id: ColumnId) -> Result<String> {
        match self.columns.iter().find(|column| column.id == id) {
            Some(column) => Ok(column.name.clone()),
            None => unwritable("a column that its input has not"),
        }
    }
}

fn integer(number: i64, typed: &Typed) -> Expr {
    match i32::try_from(number) {
        Ok(small) => Expr::Literal(Value::Integer(small), DataType::Integer),
        Err(_) => Expr::Literal(Value::Long(number), typed.data_type.clone()),
    }
}

/// `x`, `y`, `z`, `v3`: a lambda's variable by its number.
fn variable(id: ColumnId) -> String {
    match id.0 - ColumnId::VARIABLES {
        0 => "x".to_owned(),
        1 => "y".to_owned(),
        2 => "z".to_owned(),
        more => format!("v{more}"),
    }
}

fn field_name(data_type: &DataType, place: usize) -> Result<String> {
    match data_type {
        DataType::Struct(fields) if place < fields.len() => Ok(fields[place].name.clone()),
        DataType::Array(element, _) => field_name(element, place),
        _ => unwritable("a field of what is no struct"),
    }
}

/// `CASE` from its conditions and values in order.
fn case(typed: &Typed, arguments: Vec<Expr>) -> Expr {
    let branches = match &typed.kind {
        TypedKind::Case(branches, _) => branches.len(),
        _ => 0,
    };
    let mut arguments = arguments.into_iter();
    let pairs = (0..branches).filter_map(|_| Some((arguments.next()?, arguments.next()?))).collect();
    Expr::Case(pairs, arguments.next().map(Box::new))
}

/// A scalar call; what analysis has rewritten goes by the operator it came from.
fn written_call(name: &str, mut arguments: Vec<Expr>, data_type: &DataType) -> Result<Expr> {
    let operator = match name {
        "$time_add" | "$date_add_months" if negative(arguments.last()) => {
            if let Some(last) = arguments.last_mut() {
                negate(last);
            }
            "-"
        }
        "$time_add" | "$date_add_months" | "$interval_sum" => "+",
        "$time_minus" | "$date_minus" => "-",
        "$interval_times" => "*",
        "$interval_divided" => "/",
        "$interval_negative" => "negative",
        "$array_item" | "$map_item" => {
            let key = arguments.pop();
            return match (arguments.pop(), key) {
                (Some(base), Some(key)) => Ok(Expr::Item(Box::new(base), Box::new(key))),
                _ => unwritable("an item without a key"),
            };
        }
        "$before_end" => {
            return match arguments.pop() {
                Some(Expr::FieldOf(window, _)) => Ok(Expr::call("window_time", vec![*window])),
                _ => unwritable("the time of what is no window"),
            };
        }
        "$struct" => {
            let DataType::Struct(fields) = data_type else { return unwritable("a struct without fields") };
            let named = |(value, field): (Expr, &crate::types::Field)| match crate::expr::name_of(&value) == field.name {
                true => value,
                false => Expr::Alias(Box::new(value), vec![field.name.clone()]),
            };
            return Ok(Expr::call("struct", arguments.into_iter().zip(fields).map(named).collect()));
        }
        internal if internal.starts_with('$') => return unwritable(format!("the internal function {internal}")),
        other => other,
    };
    Ok(Expr::call(operator, arguments))
}

fn negative(expr: Option<&Expr>) -> bool {
    matches!(expr, Some(Expr::Literal(Value::DayTimeInterval(size), _)) if *size < 0)
}

fn negate(expr: &mut Expr) {
    if let Expr::Literal(Value::DayTimeInterval(size), _) = expr {
        *size = -*size;
    }
}

fn constant(value: &Value) -> Result<Expr> {
    let data_type = match value {
        Value::Null => DataType::Null,
        Value::Boolean(_) => DataType::Boolean,
        Value::Integer(_) => DataType::Integer,
        Value::Long(_) => DataType::Long,
        Value::Double(_) => DataType::Double,
        Value::String(_) => DataType::String,
        Value::Array(items) => {
            return Ok(Expr::call("array", items.iter().map(constant).collect::<Result<_>>()?));
        }
        _ => return unwritable("a constant of an aggregate"),
    };
    Ok(Expr::Literal(value.clone(), data_type))
}

fn aggregate_name(function: F) -> Result<&'static str> {
    match NAMES.iter().find(|(known, _)| *known == function) {
        Some((_, name)) => Ok(name),
        None => unwritable(format!("the aggregate {function:?}")),
    }
}

const NAMES: [(F, &str); 41] = [
    (F::Count, "count"),
    (F::CountIf, "count_if"),
    (F::Sum, "sum"),
    (F::TrySum, "try_sum"),
    (F::Average, "avg"),
    (F::TryAverage, "try_avg"),
    (F::Min, "min"),
    (F::Max, "max"),
    (F::First, "first"),
    (F::Last, "last"),
    (F::AnyValue, "any_value"),
    (F::CollectList, "collect_list"),
    (F::CollectSet, "collect_set"),
    (F::StddevSample, "stddev"),
    (F::StddevPopulation, "stddev_pop"),
    (F::VarianceSample, "variance"),
    (F::VariancePopulation, "var_pop"),
    (F::Skewness, "skewness"),
    (F::Kurtosis, "kurtosis"),
    (F::Correlation, "corr"),
    (F::CovarianceSample, "covar_samp"),
    (F::CovariancePopulation, "covar_pop"),
    (F::RegrCount, "regr_count"),
    (F::RegrAvgX, "regr_avgx"),
    (F::RegrAvgY, "regr_avgy"),
    (F::RegrSxx, "regr_sxx"),
    (F::RegrSyy, "regr_syy"),
    (F::RegrSxy, "regr_sxy"),
    (F::RegrSlope, "regr_slope"),
    (F::RegrIntercept, "regr_intercept"),
    (F::RegrR2, "regr_r2"),
    (F::ApproxCountDistinct, "approx_count_distinct"),
    (F::MinBy, "min_by"),
    (F::MaxBy, "max_by"),
    (F::BoolAnd, "bool_and"),
    (F::BoolOr, "bool_or"),
    (F::Median, "median"),
    (F::Percentile, "percentile"),
    (F::PercentileApprox, "percentile_approx"),
    (F::ListAgg, "listagg"),
    (F::Product, "product"),
];
