//! Spark's errors of expressions, with their exact texts.

use super::tree::Expr;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::types::DataType;

/// `DATATYPE_MISMATCH.condition` about an expression as Spark prints it.
pub fn mismatch(condition: &str, expression: &str, text: &str) -> Box<Diagnostic> {
    let said = format!("Cannot resolve \"{expression}\" due to data type mismatch: {text}");
    Diagnostic::analysis(&format!("DATATYPE_MISMATCH.{condition}"), said, "42K09")
}

/// A type in an error text: `"BIGINT"`.
pub fn quoted(data_type: &DataType) -> String {
    format!("\"{}\"", data_type.sql())
}

/// `UNRESOLVED_ROUTINE`.
pub fn unresolved_routine(name: &str) -> Box<Diagnostic> {
    let said =
        format!("Cannot resolve routine `{name}` on search path [`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`].");
    Diagnostic::analysis("UNRESOLVED_ROUTINE", said, "42883")
}

/// `WRONG_NUM_ARGS.WITHOUT_SUGGESTION`.
pub fn wrong_arity(name: &str, expected: &str, actual: usize) -> Box<Diagnostic> {
    let said = format!(
        "The `{name}` requires {expected} parameters but the actual number is {actual}. Please, refer to 'https://spark.apache.org/docs/latest/sql-ref-functions.html' for a fix."
    );
    Diagnostic::analysis("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", said, "42605")
}

/// Whether Spark appends the place of the expression to an error of analysis: not where it finds the wrong number of arguments only while
/// checking types (functions of any number), nor for a missing field of what is no name.
pub fn is_placed(error: &Diagnostic, expr: &Expr) -> bool {
    match error.condition.as_deref() {
        Some("WRONG_NUM_ARGS.WITH_SUGGESTION") => false,
        Some("WRONG_NUM_ARGS.WITHOUT_SUGGESTION") => !["requires >", "requires 2n"].iter().any(|it| error.message.contains(it)),
        Some("FIELD_NOT_FOUND") => matches!(expr, Expr::Name(_)),
        _ => true,
    }
}

/// A construct of Spark's that Tidemark does not know yet.
pub fn not_known(what: &str) -> Box<Diagnostic> {
    Diagnostic::analysis("UNSUPPORTED_FEATURE.TIDEMARK", format!("Tidemark does not know {what} yet."), "0A000")
}

fn arithmetic(condition: &str, text: String, sql_state: &str) -> Box<Diagnostic> {
    Diagnostic::new(Class::Named("ArithmeticException".to_owned()), condition, text, sql_state)
}

const BYPASS: &str = " If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.";

/// `DIVIDE_BY_ZERO`.
pub fn divide_by_zero() -> Box<Diagnostic> {
    arithmetic(
        "DIVIDE_BY_ZERO",
        format!("Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.{BYPASS}"),
        "22012",
    )
}

/// `REMAINDER_BY_ZERO`.
pub fn remainder_by_zero() -> Box<Diagnostic> {
    arithmetic(
        "REMAINDER_BY_ZERO",
        format!("Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead.{BYPASS}"),
        "22012",
    )
}

/// `ARITHMETIC_OVERFLOW`; the alternative is a function's name or empty.
pub fn overflow(message: &str, alternative: &str) -> Box<Diagnostic> {
    let alternative =
        if alternative.is_empty() { String::new() } else { format!(" Use '{alternative}' to tolerate overflow and return NULL instead.") };
    arithmetic("ARITHMETIC_OVERFLOW", format!("{message}.{alternative}{BYPASS}"), "22003")
}

/// `BINARY_ARITHMETIC_OVERFLOW` of bytes and shorts.
pub fn binary_overflow(left: &str, symbol: &str, right: &str, alternative: &str) -> Box<Diagnostic> {
    let said = format!("{left} {symbol} {right} caused overflow. Use `{alternative}` to ignore overflow problem and return NULL.");
    arithmetic("BINARY_ARITHMETIC_OVERFLOW", said, "22003")
}

/// `NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION`.
pub fn decimal_out_of_range(value: &str, precision: u8, scale: u8) -> Box<Diagnostic> {
    let said = format!(
        "{value} cannot be represented as Decimal({precision}, {scale}). If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return NULL instead."
    );
    arithmetic("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", said, "22003")
}

/// `CAST_INVALID_INPUT`; the value comes as a SQL literal.
pub fn cast_invalid(value: &str, from: &DataType, to: &DataType) -> Box<Diagnostic> {
    let said = format!(
        "The value {value} of the type {} cannot be cast to {} because it is malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead.",
        quoted(from),
        quoted(to)
    );
    let class = match to {
        DataType::Date | DataType::Timestamp | DataType::TimestampNtz => "DateTimeException",
        DataType::Boolean => "SparkRuntimeException",
        _ => "NumberFormatException",
    };
    Diagnostic::new(Class::Named(class.to_owned()), "CAST_INVALID_INPUT", said, "22018")
}

/// `CAST_OVERFLOW`.
pub fn cast_overflow(value: &str, from: &DataType, to: &DataType) -> Box<Diagnostic> {
    let said = format!(
        "The value {value} of the type {} cannot be cast to {} due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead.",
        quoted(from),
        quoted(to)
    );
    arithmetic("CAST_OVERFLOW", said, "22003")
}

/// `INVALID_ARRAY_INDEX`.
pub fn array_index(index: i64, size: usize) -> Box<Diagnostic> {
    let said = format!(
        "The index {index} is out of bounds. The array has {size} elements. Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead."
    );
    Diagnostic::new(Class::Named("ArrayIndexOutOfBoundsException".to_owned()), "INVALID_ARRAY_INDEX", said, "22003")
}

/// Another error while running, with its condition.
pub fn runtime(condition: &str, text: impl Into<String>, sql_state: &str) -> Box<Diagnostic> {
    Diagnostic::new(Class::Named("SparkRuntimeException".to_owned()), condition, text, sql_state)
}

/// `INVALID_PARAMETER_VALUE.kind`.
pub fn invalid_parameter(kind: &str, parameter: &str, function: &str, text: &str) -> Box<Diagnostic> {
    let said = format!("The value of parameter(s) `{parameter}` in `{function}` is invalid: {text}");
    runtime(&format!("INVALID_PARAMETER_VALUE.{kind}"), said, "22023")
}
