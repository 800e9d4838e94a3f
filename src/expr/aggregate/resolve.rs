//! Calls of aggregate functions: names, numbers and types of arguments, result types.

use super::AggregateCall;
use super::AggregateFunction;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::coercion;
use crate::expr::error;
use crate::expr::evaluate_constant;
use crate::expr::name::pretty_name;
use crate::expr::resolve::Resolver;
use crate::expr::resolve::expected_arity;
use crate::expr::resolve::ordinal;
use crate::expr::tree::Expr;
use crate::expr::typed::Typed;
use crate::expr::typed::TypedKind;
use crate::types::DataType;
use crate::types::Value;

/// What an argument must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Take {
    /// Anything.
    Any,
    /// Anything that can be ordered.
    Ordered,
    /// A number or an interval, kept as it is.
    NumericOrInterval,
    /// A number as double.
    Double,
    /// A boolean.
    Boolean,
    /// An integer.
    Integral,
    /// A string or binary.
    Text,
    /// A constant, moved into the parameters.
    Constant,
}

struct Signature {
    names: &'static [&'static str],
    function: AggregateFunction,
    least: usize,
    most: usize,
    takes: &'static [Take],
}

const fn signature(
    names: &'static [&'static str],
    function: AggregateFunction,
    least: usize,
    most: usize,
    takes: &'static [Take],
) -> Signature {
    Signature { names, function, least, most, takes }
}

use AggregateFunction as F;
use Take as T;

const SIGNATURES: &[Signature] = &[
    signature(&["count"], F::Count, 1, usize::MAX, &[T::Any]),
    signature(&["count_if"], F::CountIf, 1, 1, &[T::Boolean]),
    signature(&["sum"], F::Sum, 1, 1, &[T::NumericOrInterval]),
    signature(&["try_sum"], F::TrySum, 1, 1, &[T::NumericOrInterval]),
    signature(&["avg", "mean"], F::Average, 1, 1, &[T::NumericOrInterval]),
    signature(&["try_avg"], F::TryAverage, 1, 1, &[T::NumericOrInterval]),
    signature(&["min"], F::Min, 1, 1, &[T::Ordered]),
    signature(&["max"], F::Max, 1, 1, &[T::Ordered]),
    signature(&["first", "first_value"], F::First, 1, 2, &[T::Any, T::Constant]),
    signature(&["last", "last_value"], F::Last, 1, 2, &[T::Any, T::Constant]),
    signature(&["any_value"], F::AnyValue, 1, 2, &[T::Any, T::Constant]),
    signature(&["collect_list", "array_agg"], F::CollectList, 1, 1, &[T::Any]),
    signature(&["collect_set"], F::CollectSet, 1, 1, &[T::Any]),
    signature(&["stddev", "std", "stddev_samp"], F::StddevSample, 1, 1, &[T::Double]),
    signature(&["stddev_pop"], F::StddevPopulation, 1, 1, &[T::Double]),
    signature(&["variance", "var_samp"], F::VarianceSample, 1, 1, &[T::Double]),
    signature(&["var_pop"], F::VariancePopulation, 1, 1, &[T::Double]),
    signature(&["skewness"], F::Skewness, 1, 1, &[T::Double]),
    signature(&["kurtosis"], F::Kurtosis, 1, 1, &[T::Double]),
    signature(&["corr"], F::Correlation, 2, 2, &[T::Double]),
    signature(&["covar_samp"], F::CovarianceSample, 2, 2, &[T::Double]),
    signature(&["covar_pop"], F::CovariancePopulation, 2, 2, &[T::Double]),
    signature(&["regr_count"], F::RegrCount, 2, 2, &[T::Double]),
    signature(&["regr_avgx"], F::RegrAvgX, 2, 2, &[T::Double]),
    signature(&["regr_avgy"], F::RegrAvgY, 2, 2, &[T::Double]),
    signature(&["regr_sxx"], F::RegrSxx, 2, 2, &[T::Double]),
    signature(&["regr_syy"], F::RegrSyy, 2, 2, &[T::Double]),
    signature(&["regr_sxy"], F::RegrSxy, 2, 2, &[T::Double]),
    signature(&["regr_slope"], F::RegrSlope, 2, 2, &[T::Double]),
    signature(&["regr_intercept"], F::RegrIntercept, 2, 2, &[T::Double]),
    signature(&["regr_r2"], F::RegrR2, 2, 2, &[T::Double]),
    signature(&["approx_count_distinct"], F::ApproxCountDistinct, 1, 2, &[T::Any, T::Constant]),
    signature(&["min_by"], F::MinBy, 2, 2, &[T::Any, T::Ordered]),
    signature(&["max_by"], F::MaxBy, 2, 2, &[T::Any, T::Ordered]),
    signature(&["bool_and", "every"], F::BoolAnd, 1, 1, &[T::Boolean]),
    signature(&["bool_or", "some", "any"], F::BoolOr, 1, 1, &[T::Boolean]),
    signature(&["bit_and"], F::BitAnd, 1, 1, &[T::Integral]),
    signature(&["bit_or"], F::BitOr, 1, 1, &[T::Integral]),
    signature(&["bit_xor"], F::BitXor, 1, 1, &[T::Integral]),
    signature(&["mode"], F::Mode, 1, 2, &[T::Any, T::Constant]),
    signature(&["median"], F::Median, 1, 1, &[T::NumericOrInterval]),
    signature(&["percentile"], F::Percentile, 2, 3, &[T::NumericOrInterval, T::Constant, T::Integral]),
    signature(&["percentile_cont"], F::Percentile, 2, 2, &[T::Constant, T::NumericOrInterval]),
    signature(&["percentile_disc"], F::PercentileDisc, 2, 2, &[T::Constant, T::Ordered]),
    signature(&["percentile_approx", "approx_percentile"], F::PercentileApprox, 2, 3, &[T::NumericOrInterval, T::Constant, T::Constant]),
    signature(&["listagg", "string_agg"], F::ListAgg, 1, 3, &[T::Text, T::Constant, T::Any]),
    signature(&["product"], F::Product, 1, 1, &[T::Double]),
];

/// The argument that Spark prints after the ones written.
pub fn shown_defaults(name: &str, count: usize) -> Option<&'static str> {
    match (name, count) {
        ("listagg" | "string_agg", 1) => Some("NULL"),
        ("percentile", 2) => Some("1"),
        ("percentile_approx" | "approx_percentile", 2) => Some("10000"),
        _ => None,
    }
}

/// A call of an aggregate function; none where the name is none.
pub fn resolve_call(
    resolver: &Resolver<'_>,
    whole: &Expr,
    name: &str,
    arguments: &[Expr],
    distinct: bool,
    filter: Option<&Expr>,
) -> Result<Option<Typed>> {
    // PySpark's names for a count and a sum of distinct values.
    let (name, distinct) = match name {
        "count_distinct" => ("count", true),
        "sum_distinct" => ("sum", true),
        _ => (name, distinct),
    };
    let Some(signature) = SIGNATURES.iter().find(|signature| signature.names.contains(&name)) else { return Ok(None) };
    let filter = filter.map(|filter| filter_of(resolver, filter)).transpose()?;
    let star = matches!(arguments, [only] if matches!(only.bare(), Expr::Star(parts) if parts.is_empty()));
    if star && signature.function == F::Count && !distinct {
        return Ok(Some(build(F::Count, Vec::new(), Vec::new(), false, false, filter)));
    }
    if arguments.is_empty() && name == "count" {
        let said = "The `count` requires  >= 1 parameters but the actual number is 0. If you have to call this function with 0 parameters, set the legacy configuration \"spark.sql.legacy.allowParameterlessCount\" to \"true\".";
        return Err(Diagnostic::analysis("WRONG_NUM_ARGS.WITH_SUGGESTION", said, "42605"));
    }
    if arguments.len() < signature.least || arguments.len() > signature.most {
        return Err(error::wrong_arity(name, &expected_arity(signature.least, signature.most), arguments.len()));
    }
    let mut typed = resolver.arguments(arguments)?;
    for (inner, written) in typed.iter().zip(arguments) {
        if inner.has_aggregate() {
            let said = "It is not allowed to use an aggregate function in the argument of another aggregate function. Please use the inner aggregate function in a sub-query.";
            let mut found = Diagnostic::analysis("NESTED_AGGREGATE_FUNCTION", said, "42607");
            if let Expr::At(_, origin) = written {
                found.message.push_str(&format!("; line {} pos {}", origin.line, origin.position));
            }
            return Err(found);
        }
    }
    let mut parameters = Vec::new();
    let mut kept = Vec::new();
    for (index, argument) in typed.drain(..).enumerate() {
        let take = signature.takes.get(index).or(signature.takes.last()).copied().unwrap_or(T::Any);
        if take == T::Constant {
            if !argument.is_foldable() && matches!(signature.function, F::First | F::Last | F::AnyValue) {
                let said = format!("The second argument in {name} should be a boolean literal.");
                return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1210", said, ""));
            }
            if !argument.is_foldable() && signature.function == F::ApproxCountDistinct {
                return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1104", "The second argument should be a double literal.", ""));
            }
            if !argument.is_foldable() {
                return Err(error::not_known(&format!("{name} with a parameter that is no constant")));
            }
            let parameter = evaluate_constant(&argument, &resolver.settings.zone)?;
            if signature.function == F::ApproxCountDistinct && !super::distinct_count::allows(&parameter) {
                let said = format!("Failed preparing of the function `{name}` for call. Please, double check function's arguments.");
                return Err(Diagnostic::analysis("FAILED_FUNCTION_CALL", said, "38000"));
            }
            parameters.push(parameter);
            continue;
        }
        let shown = arguments.get(index).map(pretty_name).unwrap_or_default();
        kept.push(fit(resolver, whole, argument, take, index, &shown)?);
    }
    let mut ignore_nulls = false;
    if matches!(signature.function, F::First | F::Last | F::AnyValue) {
        ignore_nulls = parameters.pop() == Some(Value::Boolean(true));
    }
    if let Some(Expr::Sort(key)) = arguments.last().map(Expr::bare) {
        // `mode` takes the least of equals for true.
        parameters.push(Value::Boolean(if signature.function == F::Mode { !key.descending } else { key.descending }));
    }
    Ok(Some(build(signature.function, kept, parameters, distinct, ignore_nulls, filter)))
}

fn filter_of(resolver: &Resolver<'_>, filter: &Expr) -> Result<Typed> {
    let typed = resolver.resolve(filter)?;
    if typed.data_type == DataType::Boolean {
        return Ok(typed);
    }
    let text = format!("Filter expression \"{}\" of type {} is not a boolean.", pretty_name(filter), error::quoted(&typed.data_type));
    Err(error::mismatch("FILTER_NOT_BOOLEAN", &pretty_name(filter), &text))
}

fn fit(resolver: &Resolver<'_>, whole: &Expr, argument: Typed, take: Take, index: usize, shown: &str) -> Result<Typed> {
    let ansi = resolver.settings.ansi;
    let refuse = |required: &str| {
        let text = format!(
            "The {} parameter requires the {required} type, however \"{shown}\" has the type {}.",
            ordinal(index),
            error::quoted(&argument.data_type)
        );
        Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text))
    };
    let interval = matches!(argument.data_type, DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..));
    match take {
        T::Any | T::Constant => Ok(argument),
        T::Ordered if matches!(argument.data_type, DataType::Map(..)) => {
            let name = match whole.bare() {
                Expr::Call { name, .. } => name.to_ascii_lowercase(),
                _ => String::new(),
            };
            let text = format!("The `{name}` does not support ordering on type {}.", error::quoted(&argument.data_type));
            Err(error::mismatch("INVALID_ORDERING_TYPE", &pretty_name(whole), &text))
        }
        T::Ordered => Ok(argument),
        T::NumericOrInterval if argument.data_type.is_numeric() || interval => Ok(argument),
        T::NumericOrInterval => match argument.data_type {
            DataType::String | DataType::Null => Ok(coercion::cast(argument, &DataType::Double, ansi)),
            _ => refuse("\"NUMERIC\" or \"ANSI INTERVAL\""),
        },
        T::Double if coercion::casts_implicitly(&argument.data_type, &DataType::Double) => {
            Ok(coercion::cast(argument, &DataType::Double, ansi))
        }
        T::Double => refuse("\"DOUBLE\""),
        T::Boolean if coercion::casts_implicitly(&argument.data_type, &DataType::Boolean) => {
            Ok(coercion::cast(argument, &DataType::Boolean, ansi))
        }
        T::Boolean => refuse("\"BOOLEAN\""),
        T::Integral if argument.data_type.is_integral() => Ok(argument),
        T::Integral => match argument.data_type {
            DataType::String | DataType::Null => Ok(coercion::cast(argument, &DataType::Long, ansi)),
            _ => refuse("\"INTEGRAL\""),
        },
        T::Text if matches!(argument.data_type, DataType::String | DataType::Binary) => Ok(argument),
        T::Text if coercion::casts_implicitly(&argument.data_type, &DataType::String) => {
            Ok(coercion::cast(argument, &DataType::String, ansi))
        }
        T::Text => refuse("(\"STRING\" or \"BINARY\")"),
    }
}

fn build(
    function: AggregateFunction,
    mut arguments: Vec<Typed>,
    parameters: Vec<Value>,
    distinct: bool,
    ignore_nulls: bool,
    filter: Option<Typed>,
) -> Typed {
    let first = arguments.first().map_or(DataType::Null, |argument| argument.data_type.clone());
    let data_type = result_type(function, &first, &parameters);
    if matches!(function, F::Sum | F::TrySum) && !matches!(first, DataType::Decimal(..))
        || matches!(function, F::Average | F::TryAverage) && data_type == DataType::Double
    {
        arguments = arguments.into_iter().map(|argument| coercion::cast(argument, &data_type, true)).collect();
    }
    let nullable = !matches!(function, F::Count | F::CountIf | F::ApproxCountDistinct | F::CollectList | F::CollectSet | F::RegrCount);
    let call = AggregateCall { function, arguments, parameters, distinct, ignore_nulls, filter, data_type: data_type.clone(), nullable };
    Typed { kind: TypedKind::Aggregate(Box::new(call)), data_type, nullable }
}

fn result_type(function: AggregateFunction, first: &DataType, parameters: &[Value]) -> DataType {
    let several = matches!(parameters.first(), Some(Value::Array(_)));
    let each = |data_type: DataType| if several { DataType::Array(Box::new(data_type), false) } else { data_type };
    match function {
        F::Count | F::CountIf | F::ApproxCountDistinct | F::RegrCount => DataType::Long,
        F::Sum | F::TrySum => match first {
            DataType::Decimal(precision, scale) => DataType::Decimal((*precision + 10).min(38), *scale),
            DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..) => first.clone(),
            integral if integral.is_integral() => DataType::Long,
            _ => DataType::Double,
        },
        F::Average | F::TryAverage => match first {
            DataType::Decimal(precision, scale) => coercion::adjusted(i32::from(*precision) + 4, i32::from(*scale) + 4),
            DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..) => first.clone().with_all_fields(),
            _ => DataType::Double,
        },
        F::CollectList | F::CollectSet => DataType::Array(Box::new(first.clone()), false),
        F::BoolAnd | F::BoolOr => DataType::Boolean,
        F::Median | F::Percentile => match first {
            DataType::DayTimeInterval(..) | DataType::YearMonthInterval(..) => each(first.clone()),
            _ => each(DataType::Double),
        },
        F::PercentileDisc if first.is_numeric() => each(DataType::Double),
        F::PercentileApprox | F::PercentileDisc => each(first.clone()),
        F::Min
        | F::Max
        | F::First
        | F::Last
        | F::AnyValue
        | F::MinBy
        | F::MaxBy
        | F::BitAnd
        | F::BitOr
        | F::BitXor
        | F::Mode
        | F::ListAgg => first.clone(),
        _ => DataType::Double,
    }
}
