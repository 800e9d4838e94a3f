//! SQL text against its tree or Spark's error.

use super::*;

fn shown(expr: &tree::SqlExpr) -> String {
    use tree::SqlExpr as E;
    let all = |items: &[E]| items.iter().map(shown).collect::<Vec<_>>().join(" ");
    match expr {
        E::At(inner, _) => shown(inner),
        E::Name(parts) => parts.join("."),
        E::Star(parts) => format!("{}*", parts.iter().map(|p| format!("{p}.")).collect::<String>()),
        E::Literal(value, _) => format!("{value:?}"),
        E::TypedLiteral(word, text) => format!("{word}'{text}'"),
        E::Alias(child, names) => format!("{} as {}", shown(child), names.join(",")),
        E::Call(call) => format!("({} {})", call.name, all(&call.arguments)),
        E::Cast(child, data_type, _) => format!("(cast {} {data_type:?})", shown(child)),
        E::Case(branches, _) => format!("(case {})", branches.len()),
        E::Item(child, key) => format!("{}[{}]", shown(child), shown(key)),
        E::FieldOf(child, name) => format!("{}.{name}", shown(child)),
        E::Lambda(names, body) => format!("({} -> {})", names.join(","), shown(body)),
        other => format!("{other:?}"),
    }
}

#[test]
fn expressions_are_read_by_sparks_precedence() {
    let table = [
        ("a + b * 2", "(+ a (* b Integer(2)))"),
        ("not a = b and c or d", "(or (and (not (= a b)) c) d)"),
        ("-1", "Integer(-1)"),
        ("a - 1", "(- a Integer(1))"),
        ("a DIV 2 % 3", "(% (div a Integer(2)) Integer(3))"),
        ("a <> 1", "(not (= a Integer(1)))"),
        ("x -> x.b[0]", "(x -> x.b[Integer(0)])"),
        ("(x, y) -> x + y", "(x,y -> (+ x y))"),
        ("a in (1, 2L) is not null", "error"),
        ("1.50", "Decimal(150, 3, 2)"),
        ("interval '1' day", "DayTimeInterval(86400000000)"),
        ("interval 1 minute 30 seconds", "DayTimeInterval(90000000)"),
        ("interval '1-2' year to month", "YearMonthInterval(14)"),
        ("timestamp '2020-01-01'", "timestamp'2020-01-01'"),
        (
            "cast(a as struct<x: array<int>>) as b",
            "(cast a Struct([Field { name: \"x\", data_type: Array(Integer, true), nullable: true }])) as b",
        ),
        ("a between 1 and 2 and b", "(and (between a Integer(1) Integer(2)) b)"),
        ("`a.b`.c", "a.b.c"),
        ("count(*)", "(count *)"),
        ("a.*", "a.*"),
    ];
    for (text, expected) in table {
        let found = parse_named_expression(text).map_or_else(|_| "error".to_owned(), |tree| shown(&tree));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn errors_are_sparks() {
    let table = [
        ("id >", "[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos 4)"),
        ("id name other", "[PARSE_SYNTAX_ERROR] Syntax error at or near 'other': extra input 'other'. SQLSTATE: 42601 (line 1, pos 8)"),
    ];
    for (text, expected) in table {
        assert_eq!(parse_named_expression(text).unwrap_err().message, expected);
    }
    assert_eq!(
        parse_statement("SELEC id FROM events").unwrap_err().message,
        "[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEC'. SQLSTATE: 42601 (line 1, pos 0)"
    );
    assert_eq!(
        ddl::parse_schema("id INTT, name STRING").unwrap_err().message,
        "[UNSUPPORTED_DATATYPE] Unsupported data type \"INTT\". SQLSTATE: 0A000 (line 1, pos 3)"
    );
    assert_eq!(
        ddl::parse_schema("id, name").unwrap_err().message,
        "[PARSE_SYNTAX_ERROR] Syntax error at or near ','. SQLSTATE: 42601 (line 1, pos 2)"
    );
    let deep = "(".repeat(5000);
    assert_eq!(parse_named_expression(&deep).unwrap_err().condition.as_deref(), Some("FAILED_TO_PARSE_TOO_COMPLEX"));
}
