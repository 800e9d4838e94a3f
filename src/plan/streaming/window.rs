//! Window functions over a stream: the text that names them.

use crate::diag::Diagnostic;
use crate::expr::OverCall;
use crate::expr::Typed;
use crate::expr::TypedKind;
use crate::plan::Plan;
use crate::plan::WindowFunction;
use crate::plan::column::quote;
use crate::types::DataType;

/// `NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING`: the functions that share the first one's window.
pub(super) fn refused(functions: &[WindowFunction], child: &Plan) -> Box<Diagnostic> {
    let same: Vec<&WindowFunction> = functions
        .iter()
        .filter(|function| function.call.partition == functions[0].call.partition && function.call.order == functions[0].call.order)
        .collect();
    let all = |text: &dyn Fn(&WindowFunction) -> String| same.iter().map(|function| text(function)).collect::<Vec<_>>().join(",");
    let text = format!(
        "Window function is not supported in {} (as column {}) on streaming DataFrames/Datasets.\n\
         Structured Streaming only supports time-window aggregation using the WINDOW function. (window specification: {})",
        all(&|function| call_text(&function.call, child).to_uppercase()),
        all(&|function| quote(&function.column.name)),
        all(&|function| specification(&function.call).to_uppercase()),
    );
    Diagnostic::analysis("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", text, "42KDE")
}

/// What follows `OVER` in the call's text.
fn specification(call: &OverCall) -> &str {
    call.sql.split_once(" OVER ").map_or(call.sql.as_str(), |(_, specification)| specification)
}

/// The function with its arguments as plans print them, columns with their ids: `lag(id#3, -1, null)`.
fn call_text(call: &OverCall, child: &Plan) -> String {
    let own = match call.arguments.as_slice() {
        [Typed { kind: TypedKind::Aggregate(inner), .. }] => &inner.arguments,
        _ => &call.arguments,
    };
    let mut arguments: Vec<String> = own.iter().map(|argument| argument_text(argument, child)).collect();
    if matches!(call.name.as_str(), "lag" | "lead") {
        let defaults = ["null", "1", "null"];
        arguments.extend(defaults.iter().skip(arguments.len()).map(|text| (*text).to_owned()));
        if call.name == "lag" {
            arguments[1] = arguments[1].strip_prefix('-').map_or_else(|| format!("-{}", arguments[1]), str::to_owned);
        }
    }
    format!("{}({})", call.name, arguments.join(", "))
}

fn argument_text(argument: &Typed, child: &Plan) -> String {
    match &argument.kind {
        TypedKind::Column(id) => child.column(*id).map_or_else(String::new, |column| {
            let suffix = if column.data_type == DataType::Long { "L" } else { "" };
            format!("{}#{}{suffix}", column.name, id.0)
        }),
        TypedKind::Literal(value) => {
            let text = crate::types::display::cast_string(value, &argument.data_type, &crate::types::Zone::utc());
            text.unwrap_or_else(|| "null".to_owned())
        }
        TypedKind::Cast(inner, _) => argument_text(inner, child),
        _ => "...".to_owned(),
    }
}
