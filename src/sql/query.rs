//! Whole queries and the few statements that a driver program sends to `spark.sql`.

use super::expression::expression;
use super::expression::list;
use super::expression::named;
use super::expression::sort_keys;
use super::parser::Parser;
use super::token::Kind;
use super::tree::CommonTable;
use super::tree::Grouping;
use super::tree::JoinCriteria;
use super::tree::JoinKind;
use super::tree::LateralView;
use super::tree::Origin;
use super::tree::Query;
use super::tree::QueryBody;
use super::tree::Relation;
use super::tree::Select;
use super::tree::SetOperation;
use super::tree::SqlExpr;
use crate::diag::Result;

/// Words that cannot be a table's alias without `AS`.
const NOT_TABLE_ALIASES: [&str; 32] = [
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
    "select",
    "from",
    "values",
];

/// A text as one query.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` at its place.
pub fn parse_query(text: &str) -> Result<Query> {
    let mut parser = Parser::new(text)?;
    let found = query(&mut parser)?;
    parser.expect_end_of_statement()?;
    Ok(found)
}

/// Whether a query begins so many tokens ahead.
pub fn begins_query(parser: &Parser, count: usize) -> bool {
    let mut count = count;
    while parser.is_sign_at(count, "(") {
        count += 1;
    }
    let follows_name = !parser.is_sign_at(count + 1, "(") && !parser.is_sign_at(count + 1, ")");
    parser.is_word_at(count, "select")
        || parser.is_word_at(count, "with") && follows_name
        || parser.is_word_at(count, "values")
            && parser.ahead(count + 1).kind != Kind::End
            && !parser.is_sign_at(count + 1, ",")
            && !parser.is_sign_at(count + 1, ")")
            && !parser.is_sign_at(count + 1, "[")
            && !parser.is_sign_at(count + 1, ".")
        || parser.is_word_at(count, "from") && count == 0
        || parser.is_word_at(count, "table") && parser.ahead(count + 1).kind == Kind::Word
}

/// A query with its `WITH`, order and limit.
pub fn query(parser: &mut Parser) -> Result<Query> {
    parser.deeper(|parser| {
        let mut with = Vec::new();
        if parser.take_word("with") {
            loop {
                with.push(common_table(parser)?);
                if !parser.take_sign(",") {
                    break;
                }
            }
        }
        let body = set_operations(parser, 0)?;
        let mut found = Query { with, body, order_by: Vec::new(), limit: None, offset: None };
        if parser.take_words(&["order", "by"]) || parser.take_words(&["sort", "by"]) {
            found.order_by = sort_keys(parser)?;
        }
        if parser.take_word("limit") && !parser.take_word("all") {
            found.limit = Some(placed(parser)?);
        }
        if parser.take_word("offset") {
            found.offset = Some(placed(parser)?);
        }
        Ok(found)
    })
}

/// An expression with its place, be it a literal.
fn placed(parser: &mut Parser) -> Result<SqlExpr> {
    let origin = parser.origin();
    Ok(expression(parser)?.at(origin))
}

fn common_table(parser: &mut Parser) -> Result<CommonTable> {
    let name = parser.identifier()?;
    let columns = if parser.is_sign("(") && !begins_query(parser, 1) { parser.identifiers_in_parentheses()? } else { Vec::new() };
    parser.take_word("as");
    parser.expect_sign("(")?;
    let query = query(parser)?;
    parser.expect_sign(")")?;
    Ok(CommonTable { name, columns, query: Box::new(query) })
}

/// `INTERSECT` binds tighter than `UNION` and `EXCEPT`.
fn set_operations(parser: &mut Parser, level: usize) -> Result<QueryBody> {
    if level == 2 {
        return body(parser);
    }
    let origin = parser.origin();
    let mut left = set_operations(parser, level + 1)?;
    loop {
        let operation = if level == 1 && parser.take_word("intersect") {
            SetOperation::Intersect
        } else if level == 0 && parser.take_word("union") {
            SetOperation::Union
        } else if level == 0 && (parser.take_word("except") || parser.take_word("minus")) {
            SetOperation::Except
        } else {
            return Ok(left);
        };
        let all = parser.take_word("all");
        parser.take_word("distinct");
        let right = set_operations(parser, level + 1)?;
        left = QueryBody::Set { operation, all, left: Box::new(left), right: Box::new(right), origin };
    }
}

fn body(parser: &mut Parser) -> Result<QueryBody> {
    if parser.take_sign("(") {
        let inner = query(parser)?;
        parser.expect_sign(")")?;
        return Ok(QueryBody::Query(Box::new(inner)));
    }
    if parser.take_word("values") {
        return Ok(QueryBody::Values(rows(parser)?));
    }
    if parser.take_word("table") {
        return Ok(QueryBody::Table(parser.dotted()?));
    }
    let origin = parser.origin();
    if parser.take_word("select") {
        return Ok(QueryBody::Select(Box::new(select(parser, origin)?)));
    }
    Err(parser.unexpected())
}

/// `(1, 2), (3, 4)`; a row of one column needs no parentheses.
fn rows(parser: &mut Parser) -> Result<Vec<Vec<SqlExpr>>> {
    let mut found = Vec::new();
    loop {
        let row = expression(parser)?;
        found.push(match row.bare() {
            SqlExpr::Call(call) if call.name == "struct" => call.arguments.clone(),
            _ => vec![row],
        });
        if !parser.take_sign(",") {
            return Ok(found);
        }
    }
}

fn select(parser: &mut Parser, origin: Origin) -> Result<Select> {
    let distinct = parser.take_word("distinct");
    if !distinct {
        parser.take_word("all");
    }
    let mut items = vec![named(parser)?];
    while parser.take_sign(",") {
        items.push(named(parser)?);
    }
    let mut found =
        Select { origin, distinct, items, from: Vec::new(), lateral_views: Vec::new(), filter: None, group_by: None, having: None };
    if parser.take_word("from") {
        found.from.push(relation(parser)?);
        while parser.take_sign(",") {
            found.from.push(relation(parser)?);
        }
    }
    while parser.take_words(&["lateral", "view"]) {
        found.lateral_views.push(lateral_view(parser)?);
    }
    if parser.take_word("where") {
        found.filter = Some(expression(parser)?);
    }
    if parser.take_words(&["group", "by"]) {
        found.group_by = Some(grouping(parser)?);
    }
    if parser.take_word("having") {
        found.having = Some(expression(parser)?);
    }
    Ok(found)
}

fn lateral_view(parser: &mut Parser) -> Result<LateralView> {
    let outer = parser.take_word("outer");
    let generator = super::primary::primary(parser)?;
    let table = if parser.is_word("as") { String::new() } else { parser.identifier()? };
    let mut columns = Vec::new();
    if parser.take_word("as")
        || parser.token().kind == Kind::Quoted
        || parser.token().kind == Kind::Word && !parser.is_any_word(&NOT_TABLE_ALIASES)
    {
        columns.push(parser.identifier()?);
        while parser.take_sign(",") {
            columns.push(parser.identifier()?);
        }
    }
    Ok(LateralView { outer, generator, table, columns })
}

fn grouping(parser: &mut Parser) -> Result<Grouping> {
    if parser.is_word("all") && !parser.is_sign_at(1, ",") && !parser.is_sign_at(1, ".") {
        parser.next();
        return Ok(Grouping::All);
    }
    let mut elements = vec![grouping_element(parser)?];
    while parser.take_sign(",") {
        elements.push(grouping_element(parser)?);
    }
    if parser.take_words(&["with", "rollup"]) {
        return Ok(Grouping::Sets(rollup(&elements.concat().concat())));
    }
    if parser.take_words(&["with", "cube"]) {
        return Ok(Grouping::Sets(cube(&elements.concat().concat())));
    }
    if elements.iter().all(|sets| matches!(sets.as_slice(), [set] if set.len() == 1)) {
        return Ok(Grouping::Expressions(elements.concat().concat()));
    }
    // Several elements mean every choice of one set of each.
    let both = |sets: Vec<Vec<SqlExpr>>, element: Vec<Vec<SqlExpr>>| {
        sets.iter().flat_map(|set| element.iter().map(move |other| [set.as_slice(), other.as_slice()].concat())).collect()
    };
    Ok(Grouping::Sets(elements.into_iter().fold(vec![Vec::new()], both)))
}

/// The sets of one element of `GROUP BY`; a plain expression is one set of itself.
fn grouping_element(parser: &mut Parser) -> Result<Vec<Vec<SqlExpr>>> {
    let special = ["rollup", "cube"].into_iter().find(|word| parser.is_word(word));
    if let Some(word) = special
        && parser.is_sign_at(1, "(")
    {
        parser.next();
        parser.next();
        let keys = list(parser)?;
        parser.expect_sign(")")?;
        return Ok(if word == "rollup" { rollup(&keys) } else { cube(&keys) });
    }
    if parser.take_words(&["grouping", "sets"]) {
        parser.expect_sign("(")?;
        let mut sets = Vec::new();
        loop {
            sets.push(grouping_set(parser)?);
            if !parser.take_sign(",") {
                break;
            }
        }
        parser.expect_sign(")")?;
        return Ok(sets);
    }
    Ok(vec![vec![placed(parser)?]])
}

fn grouping_set(parser: &mut Parser) -> Result<Vec<SqlExpr>> {
    if !parser.take_sign("(") {
        return Ok(vec![expression(parser)?]);
    }
    let keys = if parser.is_sign(")") { Vec::new() } else { list(parser)? };
    parser.expect_sign(")")?;
    Ok(keys)
}

fn rollup(keys: &[SqlExpr]) -> Vec<Vec<SqlExpr>> {
    (0..=keys.len()).rev().map(|count| keys[..count].to_vec()).collect()
}

fn cube(keys: &[SqlExpr]) -> Vec<Vec<SqlExpr>> {
    let count = keys.len().min(10);
    let chosen =
        |mask: usize| keys.iter().enumerate().filter(|(i, _)| mask & (1 << (count - 1 - i)) != 0).map(|(_, key)| key.clone()).collect();
    (0..1 << count).rev().map(chosen).collect()
}

fn relation(parser: &mut Parser) -> Result<Relation> {
    let mut left = aliased(parser)?;
    while let Some((natural, kind)) = join_head(parser) {
        let right = aliased(parser)?;
        let criteria = if natural {
            JoinCriteria::Natural
        } else if parser.take_word("on") {
            JoinCriteria::On(expression(parser)?)
        } else if parser.take_word("using") {
            JoinCriteria::Using(parser.identifiers_in_parentheses()?)
        } else {
            JoinCriteria::None
        };
        left = Relation::Join { left: Box::new(left), right: Box::new(right), kind, criteria };
    }
    Ok(left)
}

/// `LEFT OUTER JOIN` and its kin; none where no join follows.
fn join_head(parser: &mut Parser) -> Option<(bool, JoinKind)> {
    let mark = parser.mark();
    let natural = parser.take_word("natural");
    let mut kind = JoinKind::Inner;
    if parser.take_word("cross") {
        kind = JoinKind::Cross;
    } else if parser.take_word("inner") {
    } else if parser.take_word("left") {
        kind = JoinKind::LeftOuter;
    } else if parser.take_word("right") {
        kind = JoinKind::RightOuter;
    } else if parser.take_word("full") {
        kind = JoinKind::FullOuter;
    }
    if parser.take_word("semi") {
        kind = JoinKind::LeftSemi;
    } else if parser.take_word("anti") {
        kind = JoinKind::LeftAnti;
    } else {
        parser.take_word("outer");
    }
    if parser.take_word("join") {
        return Some((natural, kind));
    }
    parser.rewind(mark);
    None
}

fn aliased(parser: &mut Parser) -> Result<Relation> {
    parser.deeper(|parser| {
        let found = simple_relation(parser)?;
        // The last word of the text may be `WHERE`: then it is the table's name.
        let named = parser.take_word("as")
            || parser.token().kind == Kind::Quoted
            || parser.token().kind == Kind::Word && !parser.is_any_word(&NOT_TABLE_ALIASES)
            || parser.is_word("where") && parser.ahead(1).kind == Kind::End;
        if !named {
            return Ok(found);
        }
        let name = parser.identifier()?;
        let columns = if parser.is_sign("(") { parser.identifiers_in_parentheses()? } else { Vec::new() };
        Ok(Relation::Alias(Box::new(found), name, columns))
    })
}

fn simple_relation(parser: &mut Parser) -> Result<Relation> {
    let origin = parser.origin();
    if parser.is_sign("(") {
        if begins_query(parser, 1) {
            parser.next();
            let inner = query(parser)?;
            parser.expect_sign(")")?;
            return Ok(Relation::Subquery(Box::new(inner)));
        }
        parser.next();
        let inner = relation(parser)?;
        parser.expect_sign(")")?;
        return Ok(inner);
    }
    if parser.is_word("values") && !parser.is_sign_at(1, ".") {
        parser.next();
        return Ok(Relation::Values(rows(parser)?));
    }
    parser.take_word("lateral");
    if parser.ahead(0).kind == Kind::Word && parser.is_sign_at(1, "(") {
        let name = parser.identifier()?;
        parser.expect_sign("(")?;
        let arguments = if parser.is_sign(")") { Vec::new() } else { list(parser)? };
        parser.expect_sign(")")?;
        return Ok(Relation::Function(name, arguments));
    }
    Ok(Relation::Table(parser.dotted()?, origin))
}
