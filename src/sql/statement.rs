//! The statements that a driver program sends to `spark.sql` besides queries: views, tables, settings.

use super::ddl;
use super::expression::expression;
use super::parser::Parser;
use super::query::begins_query;
use super::query::query;
use super::syntax::not_known;
use super::syntax::parse_error;
use super::token::Kind;
use super::tree::CreateTable;
use super::tree::Insert;
use super::tree::SqlExpr;
use super::tree::Statement;
use crate::diag::Result;
use crate::types::Field;

/// A text as one statement.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` at its place; statements that Tidemark does not know.
pub fn parse_statement(text: &str) -> Result<Statement> {
    let mut parser = Parser::new(text)?;
    if parser.token().kind == Kind::End {
        return Err(parse_error("PARSE_EMPTY_STATEMENT", "Syntax error, unexpected empty statement.", "42617", parser.origin()));
    }
    let found = statement(&mut parser)?;
    parser.expect_end_of_statement()?;
    Ok(found)
}

fn statement(parser: &mut Parser) -> Result<Statement> {
    let origin = parser.origin();
    if begins_query(parser, 0) || parser.is_sign("(") {
        return Ok(Statement::Query(Box::new(query(parser)?)));
    }
    if parser.take_word("create") {
        return create(parser);
    }
    if parser.take_word("drop") {
        let table = parser.is_word("table");
        parser.next();
        let if_exists = parser.take_words(&["if", "exists"]);
        return Ok(Statement::Drop { name: parser.dotted()?, if_exists, table });
    }
    if parser.is_word("insert") && (parser.is_word_at(1, "into") || parser.is_word_at(1, "overwrite")) {
        return insert(parser);
    }
    if parser.take_word("update") {
        let origin = parser.origin();
        let name = parser.dotted()?;
        while parser.next().kind != Kind::End {}
        return Ok(Statement::Update(name, origin));
    }
    if parser.take_words(&["show", "tables"]) {
        return Ok(Statement::ShowTables);
    }
    if parser.is_any_word(&["describe", "desc"]) {
        parser.next();
        if parser.take_word("history") {
            let origin = parser.origin();
            return Ok(Statement::History(parser.dotted()?, origin));
        }
        parser.take_word("table");
        let origin = parser.origin();
        return Ok(Statement::Describe(parser.dotted()?, origin));
    }
    if parser.take_word("set") {
        return Ok(set(parser));
    }
    const KNOWN: [&str; 13] =
        ["alter", "analyze", "cache", "uncache", "refresh", "use", "explain", "merge", "delete", "truncate", "show", "insert", "declare"];
    if parser.is_any_word(&KNOWN) {
        let word = parser.token().text.to_ascii_uppercase();
        return Err(not_known(&format!("the statement {word}"), origin));
    }
    Err(parser.unexpected())
}

fn create(parser: &mut Parser) -> Result<Statement> {
    let replace = parser.take_words(&["or", "replace"]);
    if parser.take_word("table") {
        return create_table(parser, replace);
    }
    parser.take_word("global");
    if !parser.take_word("temporary") {
        parser.take_word("temp");
    }
    if !parser.is_word("view") {
        return Err(not_known("CREATE of anything but a table or a temporary view", parser.origin()));
    }
    parser.next();
    let name = parser.dotted()?;
    parser.expect_word("as")?;
    Ok(Statement::CreateView { name, replace, query: Box::new(query(parser)?) })
}

fn create_table(parser: &mut Parser, replace: bool) -> Result<Statement> {
    let if_not_exists = parser.take_words(&["if", "not", "exists"]);
    let mut table = CreateTable { name: parser.dotted()?, if_not_exists, replace, ..CreateTable::default() };
    if parser.take_sign("(") {
        table.columns = ddl::fields(parser, false)?;
        parser.expect_sign(")")?;
    }
    loop {
        if parser.take_word("using") {
            table.format = Some(parser.identifier()?);
        } else if parser.take_words(&["partitioned", "by"]) {
            partitioned_by(parser, &mut table)?;
        } else if parser.take_word("options") {
            table.options = pairs(parser)?;
        } else if parser.take_word("tblproperties") {
            pairs(parser)?;
        } else if parser.take_word("location") {
            table.location = Some(text(parser)?);
        } else if parser.take_word("comment") {
            text(parser)?;
        } else {
            break;
        }
    }
    parser.take_word("as");
    if parser.token().kind != Kind::End {
        table.query = Some(query(parser)?);
    }
    Ok(Statement::CreateTable(Box::new(table)))
}

/// `(day)` names columns, `(day STRING)` adds them.
fn partitioned_by(parser: &mut Parser, table: &mut CreateTable) -> Result<()> {
    parser.expect_sign("(")?;
    loop {
        let name = parser.identifier()?;
        if !parser.is_sign(",") && !parser.is_sign(")") {
            table.columns.push(Field::new(name.clone(), ddl::data_type(parser)?));
        }
        table.partition_by.push(name);
        if !parser.take_sign(",") {
            break;
        }
    }
    parser.expect_sign(")")
}

/// `('key' = 'value', key 'value')`.
fn pairs(parser: &mut Parser) -> Result<Vec<(String, String)>> {
    parser.expect_sign("(")?;
    let mut found = Vec::new();
    loop {
        let key = if parser.token().kind == Kind::Text { parser.next().text } else { parser.dotted()?.join(".") };
        parser.take_sign("=");
        found.push((key, parser.next().text));
        if !parser.take_sign(",") {
            break;
        }
    }
    parser.expect_sign(")")?;
    Ok(found)
}

fn text(parser: &mut Parser) -> Result<String> {
    if parser.token().kind == Kind::Text { Ok(parser.next().text) } else { Err(parser.unexpected()) }
}

fn insert(parser: &mut Parser) -> Result<Statement> {
    parser.next();
    let overwrite = parser.next().text.eq_ignore_ascii_case("overwrite");
    parser.take_word("table");
    let origin = parser.origin();
    let name = parser.dotted()?;
    let mut partition: Vec<(String, SqlExpr)> = Vec::new();
    if parser.take_word("partition") {
        parser.expect_sign("(")?;
        loop {
            let column = parser.identifier()?;
            parser.expect_sign("=")?;
            partition.push((column, expression(parser)?));
            if !parser.take_sign(",") {
                break;
            }
        }
        parser.expect_sign(")")?;
    }
    let named = parser.is_sign("(") && !begins_query(parser, 0);
    let columns = if named { parser.identifiers_in_parentheses()? } else { Vec::new() };
    Ok(Statement::Insert(Box::new(Insert { name, origin, overwrite, partition, columns, query: query(parser)? })))
}

/// `SET key = value`: everything up to the sign, everything after it.
fn set(parser: &mut Parser) -> Statement {
    let take = |parser: &mut Parser| {
        let mut text = String::new();
        while parser.token().kind != Kind::End && !parser.is_sign("=") {
            text.push_str(&parser.next().raw);
        }
        text
    };
    let key = take(parser);
    if parser.take_sign("=") { Statement::Set(key, Some(take(parser))) } else { Statement::Set(key, None) }
}
