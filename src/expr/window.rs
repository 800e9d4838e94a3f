//! Time windows: `window`, `session_window`, `window_time`, and the arithmetic of their bounds.

use super::coercion;
use super::error;
use super::function;
use super::name::pretty_name;
use super::resolve::Resolver;
use super::resolve::assemble;
use super::scope::Settings;
use super::tree::Expr;
use super::typed::SessionWindow;
use super::typed::TimeWindow;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Value;
use crate::types::interval;

/// The starts of all windows that a time lies in, latest first, as Spark's `TimeWindowing` expands them.
/// A tumbling window gives one; a slide that does not divide the length gives up to `ceil(length / slide)`.
pub fn window_starts(time_us: i64, length_us: i64, slide_us: i64, start_us: i64) -> impl Iterator<Item = i64> {
    let remainder = time_us.wrapping_sub(start_us) % slide_us;
    let last = time_us.wrapping_sub(if remainder < 0 { remainder + slide_us } else { remainder });
    let count = (length_us + slide_us - 1) / slide_us;
    (0..count)
        .map(move |i| last.wrapping_sub(i * slide_us))
        .filter(move |start| *start <= time_us && time_us < start.wrapping_add(length_us))
}

/// The event time of a window column: one microsecond before its end.
#[must_use]
pub fn window_time_of(window: Typed, settings: &Settings) -> Typed {
    let (end_type, nullable) = match &window.data_type {
        DataType::Struct(fields) if fields.len() == 2 => (fields[1].data_type.clone(), window.nullable || fields[1].nullable),
        other => unreachable!("a window is a struct of start and end, not {other:?}"),
    };
    let end = Typed { kind: TypedKind::Field(Box::new(window), 1), data_type: end_type, nullable };
    match function::find("$before_end") {
        Some(function) => assemble(function, vec![end], settings.ansi),
        None => unreachable!("$before_end is built in"),
    }
}

fn is_window(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Struct(fields) if fields.len() == 2
        && fields[0].name == "start" && fields[1].name == "end"
        && matches!(fields[0].data_type, DataType::Timestamp | DataType::TimestampNtz))
}

/// `window(time, length [, slide [, start]])`.
pub fn time_window(resolver: &Resolver<'_>, whole: &Expr, arguments: &[Expr]) -> Result<Typed> {
    if !(2..=4).contains(&arguments.len()) {
        return Err(error::wrong_arity("window", "[2, 3, 4]", arguments.len()));
    }
    let settings = resolver.settings;
    let length_us = duration(resolver, &arguments[1])?;
    let slide_us = arguments.get(2).map_or(Ok(length_us), |slide| duration(resolver, slide))?;
    let start_us = arguments.get(3).map_or(Ok(0), |start| duration(resolver, start))?;
    let time = event_time(resolver.resolve(&arguments[0])?, &arguments[0], whole, settings)?;
    let refuse = |condition: &str, text: String| Err(error::mismatch(condition, &pretty_name(whole), &text));
    let positive = |name: &str, value: i64| format!("The `{name}` must be between (0, 9223372036854775807] (current value = {value}L).");
    if length_us <= 0 {
        return refuse("VALUE_OUT_OF_RANGE", positive("window_duration", length_us));
    }
    if slide_us <= 0 {
        return refuse("VALUE_OUT_OF_RANGE", positive("slide_duration", slide_us));
    }
    if slide_us > length_us {
        return refuse(
            "PARAMETER_CONSTRAINT_VIOLATION",
            format!("The `slide_duration`({slide_us}L) must be <= the `window_duration`({length_us}L)."),
        );
    }
    if start_us.abs() >= slide_us {
        let text = format!("The `abs(start_time)`({}L) must be < the `slide_duration`({slide_us}L).", start_us.abs());
        return refuse("PARAMETER_CONSTRAINT_VIOLATION", text);
    }
    let data_type = window_type(&time.data_type);
    Ok(Typed { kind: TypedKind::TimeWindow(Box::new(TimeWindow { time, length_us, slide_us, start_us })), data_type, nullable: false })
}

fn window_type(time: &DataType) -> DataType {
    DataType::Struct(vec![Field::new("start", time.clone()), Field::new("end", time.clone())])
}

const TIME_OR_WINDOW: &str = "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: TIMESTAMP>\" or \"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\")";

fn event_time(time: Typed, shown: &Expr, whole: &Expr, settings: &Settings) -> Result<Typed> {
    if is_window(&time.data_type) {
        return Ok(window_time_of(time, settings));
    }
    match &time.data_type {
        DataType::Timestamp | DataType::TimestampNtz => Ok(time),
        DataType::String | DataType::Date | DataType::Null => Ok(coercion::cast(time, &DataType::Timestamp, settings.ansi)),
        other => {
            let text = format!(
                "The first parameter requires the {TIME_OR_WINDOW} type, however \"{}\" has the type {}.",
                pretty_name(shown),
                error::quoted(other)
            );
            Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text))
        }
    }
}

/// A duration in microseconds: text, or a number of them.
fn duration(resolver: &Resolver<'_>, expr: &Expr) -> Result<i64> {
    let typed = resolver.resolve(expr)?;
    match typed.as_literal() {
        Some(Value::String(text)) => text_duration(text),
        Some(Value::Integer(_) | Value::Long(_)) => Ok(typed.as_literal().and_then(Value::as_i64).unwrap_or(0)),
        _ => {
            let said = "The duration and time inputs to window must be an integer, long or string literal.";
            Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1207", said, ""))
        }
    }
}

fn text_duration(text: &str) -> Result<i64> {
    let found = interval::parse_duration(text)
        .map_err(|_| Diagnostic::analysis("CANNOT_PARSE_INTERVAL", interval::cannot_parse_text(text), interval::SQL_STATE))?;
    if found.months != 0 {
        let said = format!("Intervals greater than a month is not supported ({text}).");
        return Err(Diagnostic::new(Class::IllegalArgument, "_LEGACY_ERROR_TEMP_3231", said, ""));
    }
    Ok(i64::from(found.days) * 86_400_000_000 + found.micros)
}

/// `session_window(time, gap)`; the gap may differ from row to row.
pub fn session_window(resolver: &Resolver<'_>, whole: &Expr, arguments: &[Expr]) -> Result<Typed> {
    if arguments.len() != 2 {
        return Err(error::wrong_arity("session_window", "2", arguments.len()));
    }
    let settings = resolver.settings;
    let gap = resolver.resolve(&arguments[1])?;
    let gap_us = match gap.as_literal() {
        Some(Value::String(text)) => interval::parse(text).ok().and_then(|gap| gap.fixed_micros()),
        Some(Value::DayTimeInterval(micros)) => Some(*micros),
        _ => None,
    };
    let time = event_time(resolver.resolve(&arguments[0])?, &arguments[0], whole, settings)?;
    let gap = match (gap_us, &gap.data_type) {
        (Some(micros), _) => Typed::literal(Value::DayTimeInterval(micros), DataType::DAY_TIME),
        // Text that is no duration makes no session.
        (None, DataType::String) => coercion::cast(gap, &DataType::CalendarInterval, false),
        (None, DataType::CalendarInterval | DataType::DayTimeInterval(..)) => gap,
        (None, other) => {
            let said = format!("Gap duration expression used in session window must be CalendarIntervalType, but got {other:?}Type.");
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1040", said, ""));
        }
    };
    let data_type = window_type(&time.data_type);
    let end = match function::find("$time_add") {
        Some(function) => assemble(function, vec![time.clone(), gap], settings.ansi),
        None => unreachable!("$time_add is built in"),
    };
    Ok(Typed { kind: TypedKind::SessionWindow(Box::new(SessionWindow { time, end, gap_us })), data_type, nullable: false })
}

/// `window_time(window)`.
pub fn window_time(resolver: &Resolver<'_>, whole: &Expr, arguments: &[Expr]) -> Result<Typed> {
    let [window] = arguments else { return Err(error::wrong_arity("window_time", "1", arguments.len())) };
    let typed = resolver.resolve(window)?;
    if !is_window(&typed.data_type) {
        let text = format!(
            "The first parameter requires the \"STRUCT\" type, however \"{}\" has the type {}.",
            pretty_name(window),
            error::quoted(&typed.data_type)
        );
        return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text));
    }
    Ok(window_time_of(typed, resolver.settings))
}
