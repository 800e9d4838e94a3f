//! The names that Spark gives to columns: `sum(amount)`, `(a + 1)`, `CASE WHEN ... END`.

use super::function;
use super::tree::Expr;
use crate::sql::tree::FrameBound;
use crate::sql::tree::WindowFrame;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::display;

/// The name of a column of a select list: its alias, the last part of a plain name, or [`pretty_name`].
#[must_use]
pub fn name_of(expr: &Expr) -> String {
    match expr.bare() {
        Expr::Alias(_, names) => names.first().cloned().unwrap_or_default(),
        Expr::Name(parts) => parts.last().cloned().unwrap_or_default(),
        Expr::ColumnOf(_, name) => name.clone(),
        // A cast column keeps its name.
        Expr::Cast(child, ..) if matches!(child.bare(), Expr::Name(_) | Expr::ColumnOf(..)) => name_of(child),
        Expr::Call { name, .. } if name.eq_ignore_ascii_case("window") || name.eq_ignore_ascii_case("session_window") => {
            name.to_ascii_lowercase()
        }
        other => pretty_name(other),
    }
}

/// The expression as Spark prints it in names and errors: `toPrettySQL`.
#[must_use]
pub fn pretty_name(expr: &Expr) -> String {
    match expr {
        Expr::At(inner, _) => pretty_name(inner),
        Expr::Name(parts) => parts.join("."),
        Expr::ColumnOf(_, name) => name.clone(),
        Expr::Star(parts) => parts.iter().map(|part| format!("{part}.")).collect::<String>() + "*",
        Expr::Literal(value, data_type) => literal(value, data_type),
        Expr::Alias(child, names) => format!("{} AS {}", pretty_name(child), names.join(", ")),
        Expr::Call { name, arguments, distinct, filter } => {
            let shown = call(name, arguments, *distinct);
            match filter {
                Some(filter) => format!("{shown} FILTER (WHERE {})", pretty_name(filter)),
                None => shown,
            }
        }
        Expr::Cast(child, data_type, try_cast) => {
            format!("{}({} AS {})", if *try_cast { "TRY_CAST" } else { "CAST" }, pretty_name(child), data_type.sql())
        }
        Expr::Case(branches, otherwise) => case(branches, otherwise.as_deref()),
        Expr::Item(child, key) => match key.bare() {
            Expr::Literal(Value::String(name), _) if !matches!(child.bare(), Expr::Name(_)) => format!("{}[{name}]", pretty_name(child)),
            _ => format!("{}[{}]", pretty_name(child), pretty_name(key)),
        },
        Expr::FieldOf(child, name) => match child.bare() {
            Expr::Call { name: call, .. } if is_window(call) => format!("{}.{name}", call.to_ascii_lowercase()),
            _ => format!("{}.{name}", pretty_name(child)),
        },
        Expr::Lambda(names, body) => {
            let variables = vec!["namedlambdavariable()"; names.len()].join(", ");
            format!("lambdafunction({}, {variables})", pretty_name(&with_variables(body, names)))
        }
        Expr::Over(child, partition, order, frame) => over(child, partition, order, frame.as_ref()),
        Expr::Sort(key) => sort_key(key),
        Expr::External(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(external_argument).collect();
            format!("{}({})", function.0.name(), arguments.join(", "))
        }
    }
}

fn external_argument((name, argument): &(Option<String>, Expr)) -> String {
    match name {
        Some(name) => format!("{name} => {}", pretty_name(&with_field_names(argument))),
        None => pretty_name(&with_field_names(argument)),
    }
}

/// An external function shows its arguments as analysed: `struct` with the names of its fields.
fn with_field_names(expr: &Expr) -> Expr {
    match expr {
        Expr::At(inner, _) => with_field_names(inner),
        Expr::Call { name, arguments, distinct, filter } => {
            let inner = arguments.iter().map(with_field_names);
            let arguments = match name.as_str() {
                "struct" => arguments.iter().zip(inner).flat_map(|(own, inner)| [Expr::name(name_of(own)), inner]).collect(),
                _ => inner.collect(),
            };
            Expr::Call { name: name.clone(), arguments, distinct: *distinct, filter: filter.clone() }
        }
        other => other.clone(),
    }
}

fn is_window(name: &str) -> bool {
    name.eq_ignore_ascii_case("window") || name.eq_ignore_ascii_case("session_window")
}

fn sort_key(key: &super::tree::SortKey) -> String {
    let direction = if key.descending { "DESC" } else { "ASC" };
    let nulls = if key.nulls_first { "FIRST" } else { "LAST" };
    format!("{} {direction} NULLS {nulls}", pretty_name(&key.expr))
}

fn over(child: &Expr, partition: &[Expr], order: &[super::tree::SortKey], given: Option<&WindowFrame<Expr>>) -> String {
    let mut inside = Vec::new();
    if !partition.is_empty() {
        inside.push(format!("PARTITION BY {}", list(partition)));
    }
    if !order.is_empty() {
        inside.push(format!("ORDER BY {}", order.iter().map(sort_key).collect::<Vec<_>>().join(", ")));
    }
    let ranked = matches!(child.bare(), Expr::Call { name, .. } if RANKING.contains(&name.to_ascii_lowercase().as_str()));
    inside.push(one_row(child).or_else(|| given.map(given_frame)).unwrap_or_else(|| frame(ranked, order.is_empty())));
    format!("{} OVER ({})", pretty_name(&with_defaults(child)), inside.join(" "))
}

/// `lag` and `lead` print the offset and the default that were left out.
fn with_defaults(child: &Expr) -> Expr {
    let mut whole = child.bare().clone();
    if let Expr::Call { name, arguments, .. } = &mut whole
        && ["lag", "lead"].contains(&name.to_ascii_lowercase().as_str())
    {
        let defaults = [Expr::Literal(Value::Integer(1), DataType::Integer), Expr::Literal(Value::Null, DataType::Null)];
        arguments.extend(defaults.into_iter().skip(arguments.len().saturating_sub(1)));
    }
    whole
}

/// A frame as Spark prints it: an offset before the current row as it was written.
fn given_frame(frame: &WindowFrame<Expr>) -> String {
    let bound = |bound: &FrameBound<Expr>, unbounded: &str| match bound {
        FrameBound::Unbounded => format!("UNBOUNDED {unbounded}"),
        FrameBound::CurrentRow => "CURRENT ROW".to_owned(),
        FrameBound::Offset(offset) => match offset.bare() {
            Expr::Call { name, arguments, .. } if name == "negative" => format!("{} PRECEDING", list(arguments)),
            _ => format!("{} FOLLOWING", pretty_name(offset)),
        },
    };
    let unit = if frame.rows { "ROWS" } else { "RANGE" };
    format!("{unit} BETWEEN {} AND {}", bound(&frame.start, "PRECEDING"), bound(&frame.end, "FOLLOWING"))
}

/// The rows that a function looks at where nothing is said of them.
fn frame(ranked: bool, unordered: bool) -> String {
    let text = match (ranked, unordered) {
        (true, _) => "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
        (false, false) => "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
        (false, true) => "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
    };
    text.to_owned()
}

/// `lag` and `lead` look at one row at a distance, whatever the order.
fn one_row(child: &Expr) -> Option<String> {
    let Expr::Call { name, arguments, .. } = child.bare() else { return None };
    let offset = arguments.get(1).map_or("1".to_owned(), pretty_name);
    let offset = match name.to_ascii_lowercase().as_str() {
        "lag" => offset.strip_prefix('-').map_or_else(|| format!("-{offset}"), str::to_owned),
        "lead" => offset,
        _ => return None,
    };
    Some(format!("ROWS BETWEEN {offset} FOLLOWING AND {offset} FOLLOWING"))
}

const RANKING: [&str; 6] = ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"];

/// The body of a lambda with its variables as Spark prints them.
fn with_variables(body: &Expr, names: &[String]) -> Expr {
    map_names(body, &|parts| {
        let bound = names.iter().any(|name| name.eq_ignore_ascii_case(&parts[0]));
        bound.then(|| {
            let mut shown = vec!["namedlambdavariable()".to_owned()];
            shown.extend_from_slice(&parts[1..]);
            shown
        })
    })
}

fn map_names(expr: &Expr, rename: &impl Fn(&[String]) -> Option<Vec<String>>) -> Expr {
    let again = |child: &Expr| map_names(child, rename);
    match expr {
        Expr::At(inner, _) => again(inner),
        Expr::Name(parts) => Expr::Name(rename(parts).unwrap_or_else(|| parts.clone())),
        Expr::Call { name, arguments, distinct, filter } => {
            Expr::Call { name: name.clone(), arguments: arguments.iter().map(again).collect(), distinct: *distinct, filter: filter.clone() }
        }
        Expr::Cast(child, data_type, try_cast) => Expr::Cast(Box::new(again(child)), data_type.clone(), *try_cast),
        Expr::Case(branches, otherwise) => Expr::Case(
            branches.iter().map(|(condition, value)| (again(condition), again(value))).collect(),
            otherwise.as_ref().map(|value| Box::new(again(value))),
        ),
        Expr::Item(child, key) => Expr::Item(Box::new(again(child)), Box::new(again(key))),
        Expr::FieldOf(child, name) => Expr::FieldOf(Box::new(again(child)), name.clone()),
        Expr::Lambda(names, body) => Expr::Lambda(names.clone(), Box::new(again(body))),
        Expr::Alias(child, names) => Expr::Alias(Box::new(again(child)), names.clone()),
        other => other.clone(),
    }
}

fn list(items: &[Expr]) -> String {
    items.iter().map(pretty_name).collect::<Vec<_>>().join(", ")
}

fn case(branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> String {
    let mut shown = "CASE".to_owned();
    for (condition, value) in branches {
        shown.push_str(&format!(" WHEN {} THEN {}", pretty_name(condition), pretty_name(value)));
    }
    if let Some(otherwise) = otherwise {
        shown.push_str(&format!(" ELSE {}", pretty_name(otherwise)));
    }
    shown + " END"
}

fn literal(value: &Value, data_type: &DataType) -> String {
    let text = || display::cast_string(value, data_type, &Zone::utc()).unwrap_or_default();
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Date(_) => format!("DATE '{}'", text()),
        Value::Timestamp(_) => format!("TIMESTAMP '{}'", text()),
        Value::TimestampNtz(_) => format!("TIMESTAMP_NTZ '{}'", text()),
        Value::Binary(bytes) => format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>()),
        _ => text(),
    }
}

/// Names of scalar functions that print otherwise than as written.
const SHOWN: &[(&str, &str)] =
    &[("array_agg", "collect_list"), ("dateadd", "date_add"), ("to_varchar", "to_char"), ("count_distinct", "count")];

fn call(name: &str, arguments: &[Expr], distinct: bool) -> String {
    let lower = name.to_ascii_lowercase();
    let shown = |index: usize| arguments.get(index).map(pretty_name).unwrap_or_default();
    let interval = |index: usize| {
        matches!(arguments.get(index).map(Expr::bare), Some(Expr::Literal(Value::DayTimeInterval(_) | Value::YearMonthInterval(_), _)))
    };
    match (lower.as_str(), arguments.len()) {
        ("+" | "-", 2) if interval(1) && !interval(0) => return format!("{} {lower} {}", shown(0), shown(1)),
        ("log", 1) => return format!("LOG(E(), {})", shown(0)),
        ("instr", 2) => return format!("instr({}, {})", shown(0), shown(1)),
        ("window_time", 1) => {
            if let Expr::Call { name, .. } = arguments[0].bare()
                && is_window(name)
            {
                return format!("window_time({})", name.to_ascii_lowercase());
            }
        }
        ("+" | "-" | "*" | "/" | "%" | "=" | "<=>" | "<" | "<=" | ">" | ">=" | "&" | "|" | "^" | "div" | "<<" | ">>" | ">>>", 2) => {
            return format!("({} {lower} {})", shown(0), shown(1));
        }
        ("==", 2) => return format!("({} = {})", shown(0), shown(1)),
        ("!=" | "<>", 2) => return format!("(NOT ({} = {}))", shown(0), shown(1)),
        ("and" | "or", 2) => return format!("({} {} {})", shown(0), lower.to_ascii_uppercase(), shown(1)),
        ("not" | "!", 1) => return format!("(NOT {})", shown(0)),
        ("-", 1) => return format!("(- {})", shown(0)),
        ("approx_count_distinct", 2) => return format!("approx_count_distinct({})", shown(0)),
        ("positive", 1) => return format!("(+ {})", shown(0)),
        ("~", 1) => return format!("~{}", shown(0)),
        ("isnull", 1) => return format!("({} IS NULL)", shown(0)),
        ("isnotnull", 1) => return format!("({} IS NOT NULL)", shown(0)),
        ("in", 1..) => return format!("({} IN ({}))", shown(0), list(&arguments[1..])),
        ("like" | "ilike", 2) if lower == "like" => return format!("{} LIKE {}", shown(0), shown(1)),
        ("like", 3) => return format!("{} LIKE {} ESCAPE '{}'", shown(0), shown(1), shown(2)),
        ("rlike" | "regexp" | "regexp_like", 2) => return format!("{}({}, {})", lower.to_ascii_uppercase(), shown(0), shown(1)),
        ("if", 3) => return format!("(IF({}, {}, {}))", shown(0), shown(1), shown(2)),
        ("$with_field", 3) => return format!("update_fields({}, WithField({}))", shown(0), shown(2)),
        ("$without_field", 2) => return format!("update_fields({})", shown(0)),
        ("$trim_both", 2) => return format!("TRIM(BOTH {} FROM {})", shown(1), shown(0)),
        ("$trim_leading", 2) => return format!("TRIM(LEADING {} FROM {})", shown(1), shown(0)),
        ("$trim_trailing", 2) => return format!("TRIM(TRAILING {} FROM {})", shown(1), shown(0)),
        ("extract", 2) => return format!("extract({} FROM {})", shown(0), shown(1)),
        ("datepart", 2) => return format!("datepart({} FROM {})", shown(0), shown(1)),
        ("from_json" | "from_csv" | "to_json" | "to_csv", 2..) => return format!("{lower}({})", shown(0)),
        ("count", 1) if matches!(arguments[0].bare(), Expr::Star(parts) if parts.is_empty()) => return "count(1)".to_owned(),
        ("window" | "session_window", 2..) => return window(&lower, arguments),
        ("first" | "last" | "first_value" | "last_value" | "any_value", 2) => return format!("{lower}({})", shown(0)),
        // A cast by its type's name prints as nothing.
        (
            "boolean" | "tinyint" | "smallint" | "int" | "bigint" | "float" | "double" | "decimal" | "string" | "binary" | "date"
            | "timestamp",
            1,
        ) => return shown(0),
        ("mode", 1) => {
            if let Expr::Sort(key) = arguments[0].bare() {
                // Spark reverses the order inside and prints the reverse.
                return if key.descending {
                    format!("mode() WITHIN GROUP (ORDER BY {})", pretty_name(&key.expr))
                } else {
                    format!("mode() WITHIN GROUP (ORDER BY {} DESC)", pretty_name(&key.expr))
                };
            }
        }
        _ => {}
    }
    if let Some(inner) = lower.strip_prefix('$') {
        let word = inner.strip_suffix("_literal").unwrap_or(inner);
        return typed_literal(word, &shown(0));
    }
    let mut shown: Vec<String> = arguments.iter().map(pretty_name).collect();
    if let (Some(Expr::Sort(key)), count) = (arguments.last().map(Expr::bare), arguments.len()) {
        let direction = if key.descending { " DESC" } else { "" };
        return format!("{lower}({}) WITHIN GROUP (ORDER BY {}{direction})", shown[..count - 1].join(", "), pretty_name(&key.expr));
    }
    let mut printed = SHOWN.iter().find(|(written, _)| *written == lower).map_or_else(|| lower.clone(), |(_, shown)| (*shown).to_owned());
    if let Some(function) = function::find(&lower) {
        let short = !matches!(lower.as_str(), "ceil" | "floor") || arguments.len() == 1;
        if !function.shown.is_empty() && function.name == lower && short {
            function.shown.clone_into(&mut printed);
        }
        if function.most != usize::MAX && arguments.len() < function.most {
            let missing = (function.most - arguments.len()).min(function.defaults.len());
            let defaults = &function.defaults[function.defaults.len() - missing..];
            shown.extend(defaults.iter().map(|text| text.trim_matches('\'').trim_end_matches("BD").to_owned()));
        }
    }
    if matches!(lower.as_str(), "aggregate" | "reduce") && arguments.len() == 3 {
        shown.push("lambdafunction(namedlambdavariable(), namedlambdavariable())".to_owned());
    }
    if lower == "assert_true" && arguments.len() == 1 {
        let condition = shown.first().cloned().unwrap_or_default();
        shown.push(format!("'{condition}' is not true!"));
    }
    if let Some(defaults) = super::aggregate::shown_defaults(&lower, arguments.len()) {
        shown.push(defaults.to_owned());
    }
    format!("{printed}({}{})", if distinct { "DISTINCT " } else { "" }, shown.join(", "))
}

/// `TIMESTAMP '...'` prints the value that it has, to the microsecond.
fn typed_literal(word: &str, text: &str) -> String {
    use crate::types::time;
    let shown = match word {
        "date" => time::parse_date(text).map(time::format_date),
        "timestamp_ntz" => time::parse_timestamp_ntz(text).map(time::format_timestamp_ntz),
        _ => time::parse_timestamp(text, &Zone::utc()).map(|micros| time::format_timestamp(micros, &Zone::utc())),
    };
    let word = if word == "timestamp_ltz" { "timestamp" } else { word };
    format!("{} '{}'", word.to_ascii_uppercase(), shown.unwrap_or_else(|| text.to_owned()))
}

/// `window(at, 600000000, 600000000, 0)`: durations print in microseconds.
fn window(name: &str, arguments: &[Expr]) -> String {
    let micros = |index: usize| match arguments.get(index).map(Expr::bare) {
        Some(Expr::Literal(Value::String(text), _)) => {
            crate::types::interval::parse(text).ok().map(|found| i64::from(found.days) * 86_400_000_000 + found.micros)
        }
        Some(Expr::Literal(Value::DayTimeInterval(micros), _)) => Some(*micros),
        _ => None,
    };
    let time = pretty_name(&arguments[0]);
    if name == "session_window" {
        return format!("sessionwindow({time}, {})", pretty_name(&arguments[1]));
    }
    let length = micros(1).unwrap_or(0);
    format!("window({time}, {length}, {}, {})", micros(2).unwrap_or(length), micros(3).unwrap_or(0))
}
