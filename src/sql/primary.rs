//! What operators bind: literals, names, calls, CASE, CAST, parentheses, subscripts, lambdas.

use super::ddl;
use super::expression::binary;
use super::expression::call;
use super::expression::expression;
use super::expression::list;
use super::expression::named;
use super::expression::sort_keys;
use super::literal;
use super::parser::Parser;
use super::query;
use super::token::Kind;
use super::tree::FrameBound;
use super::tree::Origin;
use super::tree::SqlCall;
use super::tree::SqlExpr;
use super::tree::WindowFrame;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use crate::types::Value;

/// Words that begin or end a clause and so are no value, unless in backquotes or before a parenthesis.
const NOT_VALUES: [&str; 16] = [
    "from",
    "where",
    "group",
    "having",
    "order",
    "limit",
    "union",
    "except",
    "intersect",
    "then",
    "else",
    "when",
    "and",
    "or",
    "as",
    "select",
];

/// A value with what is attached to it: `a.b[0]::int`.
pub fn primary(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    let mut found = base(parser)?;
    loop {
        if parser.take_sign("[") {
            let key = expression(parser)?;
            parser.expect_closing("]")?;
            found = at(SqlExpr::Item(Box::new(found), Box::new(key)), origin);
        } else if parser.take_sign("::") {
            let data_type = ddl::data_type(parser)?;
            found = at(SqlExpr::Cast(Box::new(found), data_type, false), origin);
        } else if parser.is_sign(".") && !parser.is_sign_at(1, "*") {
            parser.next();
            let name = parser.identifier()?;
            found = at(SqlExpr::FieldOf(Box::new(found), name), origin);
        } else {
            return Ok(found);
        }
    }
}

fn at(expr: SqlExpr, origin: Origin) -> SqlExpr {
    SqlExpr::At(Box::new(expr), origin)
}

fn base(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    let token = parser.token().clone();
    match token.kind {
        Kind::Number => {
            parser.next();
            literal::number(&token.text, false, origin)
        }
        Kind::Text => Ok(strings(parser)),
        Kind::Quoted => name_or_call(parser),
        Kind::Sign if token.text == "(" => parentheses(parser),
        Kind::Sign if token.text == "*" => {
            parser.next();
            Ok(SqlExpr::Star(Vec::new()))
        }
        Kind::Word => word(parser, &token.text.to_ascii_lowercase()),
        _ => Err(parser.unexpected()),
    }
}

/// Strings side by side are one.
fn strings(parser: &mut Parser) -> SqlExpr {
    let mut text = parser.next().text;
    while parser.token().kind == Kind::Text {
        text.push_str(&parser.next().text);
    }
    SqlExpr::Literal(Value::String(text), DataType::String)
}

fn word(parser: &mut Parser, lower: &str) -> Result<SqlExpr> {
    if let Some(found) = literal::typed(parser)? {
        return Ok(found);
    }
    let constant = match lower {
        "null" => Some(SqlExpr::Literal(Value::Null, DataType::Null)),
        "true" => Some(SqlExpr::Literal(Value::Boolean(true), DataType::Boolean)),
        "false" => Some(SqlExpr::Literal(Value::Boolean(false), DataType::Boolean)),
        _ => None,
    };
    if let Some(constant) = constant
        && !parser.is_sign_at(1, ".")
    {
        parser.next();
        return Ok(constant);
    }
    if let "interval" = lower {
        let mark = parser.mark();
        parser.next();
        if let Some(found) = literal::interval(parser)? {
            return Ok(found);
        }
        parser.rewind(mark);
    }
    if lower == "case" && !parser.is_sign_at(1, ".") {
        return case(parser);
    }
    if parser.is_sign_at(1, "(") && parser.token().kind == Kind::Word {
        if let Some(found) = special_call(parser, lower)? {
            return Ok(found);
        }
    } else if matches!(lower, "current_date" | "current_timestamp" | "current_user" | "localtimestamp") && !parser.is_sign_at(1, ".") {
        let origin = parser.origin();
        parser.next();
        return Ok(call(lower, Vec::new(), origin));
    } else if NOT_VALUES.contains(&lower) {
        return Err(parser.unexpected());
    }
    name_or_call(parser)
}

/// `(query)`, `(x, y) -> body`, `(a, b)`, `(a)`.
fn parentheses(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    if query::begins_query(parser, 1) {
        parser.next();
        let query = query::query(parser)?;
        parser.expect_sign(")")?;
        return Ok(SqlExpr::Subquery(Box::new(query)));
    }
    if let Some(found) = lambda_of_several(parser)? {
        return Ok(found);
    }
    parser.next();
    let mut items = vec![named(parser)?];
    while parser.take_sign(",") {
        items.push(named(parser)?);
    }
    parser.expect_sign(")")?;
    match items.pop() {
        Some(only) if items.is_empty() => Ok(only),
        last => {
            items.extend(last);
            Ok(call("struct", items, origin))
        }
    }
}

fn lambda_of_several(parser: &mut Parser) -> Result<Option<SqlExpr>> {
    let mark = parser.mark();
    let names = parser.identifiers_in_parentheses();
    match names {
        Ok(names) if parser.is_sign("->") => {
            parser.next();
            let body = expression(parser)?;
            Ok(Some(SqlExpr::Lambda(names, Box::new(body))))
        }
        _ => {
            parser.rewind(mark);
            Ok(None)
        }
    }
}

fn case(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    parser.next();
    let operand = if parser.is_word("when") { None } else { Some(expression(parser)?) };
    let mut branches = Vec::new();
    while parser.take_word("when") {
        let place = parser.origin();
        let mut condition = expression(parser)?;
        if let Some(operand) = &operand {
            condition = call("=", vec![operand.clone(), condition], place);
        }
        parser.expect_word("then")?;
        branches.push((condition, expression(parser)?));
    }
    if branches.is_empty() {
        return Err(parser.unexpected());
    }
    let otherwise = if parser.take_word("else") { Some(Box::new(expression(parser)?)) } else { None };
    parser.expect_word("end")?;
    Ok(at(SqlExpr::Case(branches, otherwise), origin))
}

/// Calls with a grammar of their own: CAST, EXTRACT, TRIM, SUBSTRING, POSITION, OVERLAY, TIMESTAMPADD.
fn special_call(parser: &mut Parser, lower: &str) -> Result<Option<SqlExpr>> {
    let origin = parser.origin();
    let mark = parser.mark();
    parser.next();
    parser.next();
    let found = match lower {
        "cast" | "try_cast" => {
            let child = expression(parser)?;
            parser.expect_word("as")?;
            let data_type = ddl::data_type(parser).map_err(without_place)?;
            Some(at(SqlExpr::Cast(Box::new(child), data_type, lower == "try_cast"), origin))
        }
        "extract" => {
            let field = parser.identifier()?;
            parser.expect_word("from")?;
            let field = SqlExpr::Literal(Value::String(field), DataType::String);
            Some(call("extract", vec![field, expression(parser)?], origin))
        }
        "trim" => trim(parser, origin)?,
        "substring" | "substr" => with_words(parser, "substring", &["from", "for"], origin)?,
        "overlay" => with_words(parser, lower, &["placing", "from", "for"], origin)?,
        "position" => {
            let first = binary(parser, 0)?;
            if parser.take_word("in") { Some(call("locate", vec![first, expression(parser)?], origin)) } else { None }
        }
        "timestampadd" | "timestampdiff" | "dateadd" | "date_add" | "datediff" | "date_diff" => with_unit(parser, lower, origin)?,
        "struct" => {
            let items = if parser.is_sign(")") { Vec::new() } else { named_list(parser)? };
            Some(call("struct", items, origin))
        }
        _ => None,
    };
    match found {
        Some(found) => {
            parser.expect_sign(")")?;
            Ok(Some(found))
        }
        None => {
            parser.rewind(mark);
            Ok(None)
        }
    }
}

/// Spark tells no place of a type that it does not know inside an expression.
fn without_place(mut found: Box<Diagnostic>) -> Box<Diagnostic> {
    if found.condition.as_deref() == Some("UNSUPPORTED_DATATYPE") {
        let end = found.message.find(" (line").unwrap_or(found.message.len());
        found.message.truncate(end);
    }
    found
}

fn named_list(parser: &mut Parser) -> Result<Vec<SqlExpr>> {
    let mut items = vec![named(parser)?];
    while parser.take_sign(",") {
        items.push(named(parser)?);
    }
    Ok(items)
}

/// `TRIM(BOTH x FROM y)`; none for the plain call.
fn trim(parser: &mut Parser, origin: Origin) -> Result<Option<SqlExpr>> {
    let side = ["both", "leading", "trailing"]
        .into_iter()
        .find(|word| parser.is_word(word) && !parser.is_sign_at(1, ")") && !parser.is_sign_at(1, ","));
    if side.is_some() {
        parser.next();
    }
    let what = if parser.is_word("from") { None } else { Some(expression(parser)?) };
    if !parser.take_word("from") {
        return Ok(None);
    }
    let source = expression(parser)?;
    let name = match side {
        Some("leading") => "ltrim",
        Some("trailing") => "rtrim",
        _ => "trim",
    };
    // The function takes the characters first in `TRIM(BOTH x FROM y)`; the call's order is text, characters.
    let mut arguments = vec![source];
    arguments.extend(what);
    let name = if arguments.len() == 2 && side != Some("leading") && side != Some("trailing") { "$trim_both" } else { name };
    let name = match (name, arguments.len()) {
        ("ltrim", 2) => "$trim_leading",
        ("rtrim", 2) => "$trim_trailing",
        _ => name,
    };
    Ok(Some(call(name, arguments, origin)))
}

/// `SUBSTRING(a FROM b FOR c)`; none for the plain call.
fn with_words(parser: &mut Parser, name: &str, words: &[&str], origin: Origin) -> Result<Option<SqlExpr>> {
    let mut arguments = vec![expression(parser)?];
    if !parser.is_word(words[0]) {
        return Ok(None);
    }
    for word in words {
        if parser.take_word(word) {
            arguments.push(expression(parser)?);
        }
    }
    Ok(Some(call(name, arguments, origin)))
}

/// `DATEADD(HOUR, 1, t)`; none for the call with dates alone.
fn with_unit(parser: &mut Parser, name: &str, origin: Origin) -> Result<Option<SqlExpr>> {
    const UNITS: [&str; 11] =
        ["year", "quarter", "month", "week", "day", "dayofyear", "hour", "minute", "second", "millisecond", "microsecond"];
    if !(parser.is_any_word(&UNITS) && parser.is_sign_at(1, ",")) {
        return Ok(None);
    }
    let unit = SqlExpr::Literal(Value::String(parser.next().text.to_ascii_uppercase()), DataType::String);
    parser.next();
    let mut arguments = vec![unit];
    arguments.append(&mut list(parser)?);
    let name = if name.ends_with("add") { "timestampadd" } else { "timestampdiff" };
    Ok(Some(call(name, arguments, origin)))
}

/// `a.b`, `a.*`, `x -> body`, `f(...)`.
fn name_or_call(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    let first = parser.identifier()?;
    if parser.take_sign("->") {
        let body = expression(parser)?;
        return Ok(SqlExpr::Lambda(vec![first], Box::new(body)));
    }
    let mut parts = vec![first];
    while parser.is_sign(".") {
        if parser.is_sign_at(1, "*") {
            parser.next();
            parser.next();
            return Ok(SqlExpr::Star(parts));
        }
        parser.next();
        parts.push(parser.identifier()?);
    }
    if !parser.is_sign("(") {
        return Ok(at(SqlExpr::Name(parts), origin));
    }
    let name = parts.pop().unwrap_or_default();
    arguments(parser, name, origin)
}

fn arguments(parser: &mut Parser, name: String, origin: Origin) -> Result<SqlExpr> {
    parser.expect_sign("(")?;
    let distinct = parser.take_word("distinct");
    if !distinct && parser.is_word("all") && !parser.is_sign_at(1, ",") && !parser.is_sign_at(1, ")") {
        parser.next();
    }
    let mut call = SqlCall { name, arguments: Vec::new(), distinct, filter: None, ignore_nulls: false, within_group: Vec::new() };
    if !parser.is_sign(")") {
        loop {
            if parser.is_sign_at(1, "=>") {
                // Named arguments are taken in the order written, which is the order that people write.
                parser.next();
                parser.next();
            }
            call.arguments.push(expression(parser)?);
            if !parser.take_sign(",") {
                break;
            }
        }
    }
    call.ignore_nulls = nulls_clause(parser);
    if matches!(call.arguments.last(), Some(SqlExpr::Star(_)) | None) {
        parser.expect_sign(")")?;
    } else {
        parser.expect_closing(")")?;
    }
    call.ignore_nulls |= nulls_clause(parser);
    if parser.take_words(&["within", "group"]) {
        parser.expect_sign("(")?;
        parser.expect_word("order")?;
        parser.expect_word("by")?;
        call.within_group = sort_keys(parser)?;
        parser.expect_sign(")")?;
    }
    if parser.is_word("filter") && parser.is_sign_at(1, "(") {
        parser.next();
        parser.next();
        parser.expect_word("where")?;
        call.filter = Some(expression(parser)?);
        parser.expect_sign(")")?;
    }
    call.ignore_nulls |= nulls_clause(parser);
    let call = at(SqlExpr::Call(Box::new(call)), origin);
    if parser.take_word("over") { over(parser, call) } else { Ok(call) }
}

fn nulls_clause(parser: &mut Parser) -> bool {
    let ignore = parser.take_words(&["ignore", "nulls"]);
    parser.take_words(&["respect", "nulls"]);
    ignore
}

fn over(parser: &mut Parser, call: SqlExpr) -> Result<SqlExpr> {
    parser.expect_sign("(")?;
    let mut partition = Vec::new();
    let mut order = Vec::new();
    if parser.take_words(&["partition", "by"]) || parser.take_words(&["distribute", "by"]) {
        partition = list(parser)?;
    }
    if parser.take_words(&["order", "by"]) || parser.take_words(&["sort", "by"]) {
        order = sort_keys(parser)?;
    }
    let frame = if parser.is_any_word(&["rows", "range"]) { Some(frame(parser)?) } else { None };
    parser.expect_sign(")")?;
    Ok(SqlExpr::Over(Box::new(call), partition, order, frame))
}

/// `ROWS BETWEEN start AND end`, or `ROWS start`, which ends at the current row.
fn frame(parser: &mut Parser) -> Result<WindowFrame<SqlExpr>> {
    let rows = parser.take_word("rows") || !parser.take_word("range");
    if !parser.take_word("between") {
        return Ok(WindowFrame { rows, start: frame_bound(parser)?, end: FrameBound::CurrentRow });
    }
    let start = frame_bound(parser)?;
    parser.expect_word("and")?;
    Ok(WindowFrame { rows, start, end: frame_bound(parser)? })
}

fn frame_bound(parser: &mut Parser) -> Result<FrameBound<SqlExpr>> {
    if parser.take_words(&["unbounded", "preceding"]) || parser.take_words(&["unbounded", "following"]) {
        return Ok(FrameBound::Unbounded);
    }
    if parser.take_words(&["current", "row"]) {
        return Ok(FrameBound::CurrentRow);
    }
    let origin = parser.origin();
    let offset = binary(parser, 0)?;
    if parser.take_word("preceding") {
        return Ok(FrameBound::Offset(Box::new(call("negative", vec![offset], origin))));
    }
    parser.expect_word("following")?;
    Ok(FrameBound::Offset(Box::new(offset)))
}
