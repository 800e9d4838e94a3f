//! Expressions: operators by Spark's precedence.

use super::parser::Parser;
use super::primary::primary;
use super::query;
use super::syntax::too_complex;
use super::token::Kind;
use super::tree::Origin;
use super::tree::SqlExpr;
use super::tree::SqlSortKey;
use crate::diag::Result;

/// How many operators may follow each other without parentheses.
const MAXIMUM_CHAIN: usize = 400;

/// Words that end an expression in a select list rather than name it.
const NOT_ALIASES: [&str; 42] = [
    "from",
    "where",
    "group",
    "having",
    "order",
    "limit",
    "union",
    "except",
    "intersect",
    "minus",
    "lateral",
    "window",
    "cluster",
    "distribute",
    "sort",
    "on",
    "using",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "semi",
    "anti",
    "tablesample",
    "pivot",
    "unpivot",
    "offset",
    "and",
    "or",
    "in",
    "like",
    "between",
    "is",
    "rlike",
    "regexp",
    "ilike",
    "then",
    "when",
    "end",
];

/// A whole text as one expression without a name (`DataFrame.filter` of a string): Spark's `singleExpression`, whose alias is kept too.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` at its place.
pub fn parse_expression(text: &str) -> Result<SqlExpr> {
    parse_named_expression(text)
}

/// A whole text as an item of a select list: `a + 1 AS b`, `*`, `inline(xs) AS (a, b)`.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` at its place.
pub fn parse_named_expression(text: &str) -> Result<SqlExpr> {
    let mut parser = Parser::new(text)?;
    let found = named(&mut parser)?;
    parser.expect_end()?;
    Ok(found)
}

/// `expression [[AS] name]`.
pub fn named(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    // No word is reserved: a `FROM` where a value should be is a column of that name.
    let child = if parser.is_word("from") { SqlExpr::Name(vec![parser.next().text]).at(origin) } else { expression(parser)? };
    if parser.is_word("as") && parser.is_word_at(1, "from") && matches!(parser.ahead(2).kind, Kind::Word | Kind::Quoted) {
        return Ok(SqlExpr::Alias(Box::new(child), vec![parser.next().text]));
    }
    if parser.take_word("as") {
        let names = if parser.is_sign("(") { parser.identifiers_in_parentheses()? } else { vec![parser.identifier()?] };
        return Ok(SqlExpr::Alias(Box::new(child), names));
    }
    let names_it = match parser.token().kind {
        Kind::Quoted => true,
        Kind::Word => !parser.is_any_word(&NOT_ALIASES),
        _ => false,
    };
    if names_it {
        return Ok(SqlExpr::Alias(Box::new(child), vec![parser.identifier()?]));
    }
    Ok(child)
}

/// Any expression.
pub fn expression(parser: &mut Parser) -> Result<SqlExpr> {
    parser.deeper(|parser| logical(parser, 0))
}

/// `a OR b`, `a AND b`, `NOT a`; level 0 takes `OR`, level 1 only `AND`.
fn logical(parser: &mut Parser, level: usize) -> Result<SqlExpr> {
    let operator = ["or", "and"];
    if level == 2 {
        return negation(parser);
    }
    let origin = parser.origin();
    let mut left = logical(parser, level + 1)?;
    for count in 0.. {
        if !parser.take_word(operator[level]) {
            break;
        }
        check_chain(count, origin)?;
        let right = logical(parser, level + 1)?;
        left = call(operator[level], vec![left, right], origin);
    }
    Ok(left)
}

fn negation(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    if parser.is_word("not") || parser.is_sign("!") {
        parser.next();
        let child = parser.deeper(negation)?;
        return Ok(call("not", vec![child], origin));
    }
    if parser.is_word("exists") && parser.is_sign_at(1, "(") && query::begins_query(parser, 2) {
        parser.next();
        parser.next();
        let query = query::query(parser)?;
        parser.expect_sign(")")?;
        return Ok(SqlExpr::Exists(Box::new(query)));
    }
    predicate(parser)
}

/// `value [NOT] IN (...)` and its kin.
fn predicate(parser: &mut Parser) -> Result<SqlExpr> {
    let value = binary(parser, 0)?;
    // Spark places a predicate at its own first word.
    let origin = parser.origin();
    if parser.take_word("is") {
        return is_test(parser, value, origin);
    }
    let mark = parser.mark();
    let negated = parser.is_word("not");
    if negated {
        parser.next();
    }
    let found = if parser.take_word("between") {
        let low = binary(parser, 0)?;
        parser.expect_word("and")?;
        let high = binary(parser, 0)?;
        call("between", vec![value, low, high], origin)
    } else if parser.take_word("in") {
        membership(parser, value, origin)?
    } else if parser.is_any_word(&["rlike", "regexp"]) {
        parser.next();
        let pattern = binary(parser, 0)?;
        call("rlike", vec![value, pattern], origin)
    } else if parser.is_any_word(&["like", "ilike"]) {
        let name = parser.next().text.to_ascii_lowercase();
        likeness(parser, &name, value, origin)?
    } else {
        parser.rewind(mark);
        return Ok(value);
    };
    Ok(if negated { call("not", vec![found], origin) } else { found })
}

fn is_test(parser: &mut Parser, value: SqlExpr, origin: Origin) -> Result<SqlExpr> {
    let negated = parser.take_word("not");
    if parser.take_word("null") {
        return Ok(call(if negated { "isnotnull" } else { "isnull" }, vec![value], origin));
    }
    if parser.take_words(&["distinct", "from"]) {
        let right = binary(parser, 0)?;
        let same = call("<=>", vec![value, right], origin);
        return Ok(if negated { same } else { call("not", vec![same], origin) });
    }
    let truth = |value| SqlExpr::Literal(crate::types::Value::Boolean(value), crate::types::DataType::Boolean);
    let found = if parser.take_word("true") {
        call("<=>", vec![value, truth(true)], origin)
    } else if parser.take_word("false") {
        call("<=>", vec![value, truth(false)], origin)
    } else if parser.take_word("unknown") {
        return Ok(call(if negated { "isnotnull" } else { "isnull" }, vec![value], origin));
    } else {
        return Err(parser.unexpected());
    };
    Ok(if negated { call("not", vec![found], origin) } else { found })
}

fn membership(parser: &mut Parser, value: SqlExpr, origin: Origin) -> Result<SqlExpr> {
    if parser.is_sign("(") && query::begins_query(parser, 1) {
        parser.next();
        let query = query::query(parser)?;
        parser.expect_sign(")")?;
        return Ok(SqlExpr::InSubquery(Box::new(value), Box::new(query)));
    }
    parser.expect_sign("(")?;
    if parser.is_sign(")") {
        let said = "Invalid SQL syntax: IN predicate requires at least one value. Empty IN clauses like 'IN ()' are not allowed. Consider using 'WHERE FALSE' if you need an always-false condition, or provide at least one value in the IN list.";
        return Err(super::syntax::parse_error("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", said, "42000", origin));
    }
    let mut items = vec![value];
    items.append(&mut list(parser)?);
    parser.expect_sign(")")?;
    Ok(call("in", items, origin))
}

fn likeness(parser: &mut Parser, name: &str, value: SqlExpr, origin: Origin) -> Result<SqlExpr> {
    let quantifier = ["any", "some", "all"].into_iter().find(|word| parser.is_word(word));
    if let Some(word) = quantifier {
        parser.next();
        parser.expect_sign("(")?;
        let patterns = list(parser)?;
        parser.expect_sign(")")?;
        let junction = if word == "all" { "and" } else { "or" };
        let tests = patterns.into_iter().map(|pattern| call(name, vec![value.clone(), pattern], origin));
        return Ok(tests.reduce(|left, right| call(junction, vec![left, right], origin)).unwrap_or(value));
    }
    let mut arguments = vec![value, binary(parser, 0)?];
    if parser.take_word("escape") {
        arguments.push(primary(parser)?);
    }
    Ok(call(name, arguments, origin))
}

/// The binary operators of values, loosest first.
const LEVELS: [&[&str]; 7] = [
    &["=", "==", "<=>", "<>", "!=", "<", "<=", ">", ">=", "!<", "!>"],
    &["|"],
    &["^"],
    &["&"],
    &["<<", ">>", ">>>"],
    &["+", "-", "||"],
    &["*", "/", "%", "div"],
];

/// A value: operators from this level on, each level binding to the left. One call climbs through all levels, which keeps the stack flat.
pub fn binary(parser: &mut Parser, level: usize) -> Result<SqlExpr> {
    let origin = parser.origin();
    let mut left = unary(parser)?;
    for count in 0.. {
        let Some((found, operator)) = operator_at(parser, level) else { break };
        check_chain(count, origin)?;
        parser.next();
        let right = binary(parser, found + 1)?;
        left = operation(operator, left, right, origin);
    }
    Ok(left)
}

/// The operator at the cursor and its level, if it binds at least as tightly as this level.
fn operator_at(parser: &Parser, level: usize) -> Option<(usize, &'static str)> {
    let token = parser.token();
    let is_div = parser.is_word("div");
    if token.kind != Kind::Sign && !is_div {
        return None;
    }
    LEVELS.iter().enumerate().skip(level).find_map(|(at, operators)| {
        operators.iter().find(|operator| **operator == token.text || is_div && **operator == "div").map(|operator| (at, *operator))
    })
}

fn operation(operator: &str, left: SqlExpr, right: SqlExpr, origin: Origin) -> SqlExpr {
    match operator {
        "==" => call("=", vec![left, right], origin),
        "<>" | "!=" => call("not", vec![call("=", vec![left, right], origin)], origin),
        "!<" => call(">=", vec![left, right], origin),
        "!>" => call("<=", vec![left, right], origin),
        "||" => call("concat", vec![left, right], origin),
        other => call(other, vec![left, right], origin),
    }
}

fn unary(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    let name = ["-", "+", "~"].into_iter().find(|sign| parser.is_sign(sign));
    let Some(name) = name else { return primary(parser) };
    parser.next();
    if name == "-" && parser.token().kind == Kind::Number {
        let number = parser.token().clone();
        let mark = parser.mark();
        parser.next();
        if !parser.is_sign("[") && !parser.is_sign("::") {
            return super::literal::number(&number.text, true, origin);
        }
        parser.rewind(mark);
    }
    let child = parser.deeper(unary)?;
    let name = match name {
        "+" => "positive",
        other => other,
    };
    Ok(call(name, vec![child], origin))
}

/// Expressions separated by commas.
pub fn list(parser: &mut Parser) -> Result<Vec<SqlExpr>> {
    let mut items = vec![expression(parser)?];
    while parser.take_sign(",") {
        items.push(expression(parser)?);
    }
    Ok(items)
}

/// `a DESC NULLS LAST, b`.
pub fn sort_keys(parser: &mut Parser) -> Result<Vec<SqlSortKey>> {
    let mut keys = Vec::new();
    loop {
        let origin = parser.origin();
        let expr = expression(parser)?.at(origin);
        let descending = parser.take_word("desc");
        if !descending {
            parser.take_word("asc");
        }
        let mut nulls_first = !descending;
        if parser.take_word("nulls") {
            nulls_first = parser.take_word("first");
            if !nulls_first {
                parser.expect_word("last")?;
            }
        }
        keys.push(SqlSortKey { expr, descending, nulls_first });
        if !parser.take_sign(",") {
            return Ok(keys);
        }
    }
}

/// A call with its place.
pub fn call(name: &str, arguments: Vec<SqlExpr>, origin: Origin) -> SqlExpr {
    SqlExpr::At(Box::new(SqlExpr::call(name, arguments)), origin)
}

fn check_chain(count: usize, origin: Origin) -> Result<()> {
    if count >= MAXIMUM_CHAIN { Err(too_complex(origin)) } else { Ok(()) }
}
