//! What a host sees: operators, waits, calls back, diagnostics.

use crate::diag::Diagnostic;
use crate::diag::Span;
use crate::python::*;
use std::any::Any;
use std::rc::Rc;

#[derive(Debug)]
struct Thing(&'static str);

impl HostObject for Thing {
    fn class_name(&self) -> &str {
        self.0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Writes down what it is asked.
#[derive(Debug, Default)]
struct Recorder {
    seen: String,
    ready: bool,
}

impl Host for Recorder {
    fn import(&mut self, module: &str, name: Option<&str>) -> Option<Value> {
        match (module, name) {
            ("spark", None) => Some(Value::module("spark", [])),
            ("spark", Some("col")) => Some(Value::host(Thing("Column"))),
            _ => None,
        }
    }

    fn exports(&mut self, module: &str) -> Option<Vec<String>> {
        (module == "spark").then(|| vec!["col".to_owned()])
    }

    fn attribute(&mut self, _: &Rc<dyn HostObject>, name: &str, _: Span) -> Result<Value, Raised> {
        match name {
            "name" => Ok(Value::str("the name")),
            _ => Err(Raised::no_attribute("Column", name)),
        }
    }

    fn call(&mut self, _: &Rc<dyn HostObject>, method: Option<&str>, mut arguments: Arguments, span: Span) -> Result<Reply, Raised> {
        self.seen.push_str(&format!("call {method:?} {:?} {}..{}\n", arguments.positional, span.start, span.end));
        match method {
            Some("wait") => Ok(Reply::Wait(7)),
            Some("each") => {
                Ok(Reply::Call { function: arguments.positional.remove(0), arguments: Arguments::of(vec![Value::Int(41)]), token: 3 })
            }
            Some("fail") => Err(Raised::from(Diagnostic::analysis("UNRESOLVED", "no such column", "42703"))),
            _ => Ok(Reply::Value(Value::Int(5))),
        }
    }

    fn operator(&mut self, operator: &str, left: &Value, right: &Value, _: Span) -> Option<Result<Value, Raised>> {
        self.seen.push_str(&format!("{left:?} {operator} {right:?}\n"));
        Some(Ok(Value::host(Thing("Column"))))
    }

    fn truth(&mut self, _: &Rc<dyn HostObject>, _: Span) -> Result<bool, Raised> {
        Err(Raised::value_error("Cannot convert column into bool"))
    }

    fn poll(&mut self, _: u64) -> Option<Result<Value, Raised>> {
        self.ready.then(|| Ok(Value::str("waited")))
    }

    fn called(&mut self, token: u64, outcome: Result<Value, Raised>) -> Result<Reply, Raised> {
        self.seen.push_str(&format!("called {token} {outcome:?}\n"));
        outcome.map(Reply::Value)
    }

    fn print(&mut self, text: &str) {
        self.seen.push_str(text);
    }

    fn now_ms(&mut self) -> i64 {
        0
    }

    fn random(&mut self) -> u64 {
        1
    }
}

fn check(program: &str, expected: &expect_test::Expect) {
    let mut host = Recorder::default();
    let mut machine = Machine::new();
    machine.start(&parse(program));
    loop {
        match machine.resume(&mut host) {
            Status::Waiting(token) => {
                host.seen.push_str(&format!("waiting {token}\n"));
                host.ready = true;
            }
            Status::OutOfFuel => {}
            Status::Finished => break,
            Status::Raised(diagnostic) => {
                let span = diagnostic.span.map(|span| &program[span.start as usize..span.end as usize]);
                host.seen.push_str(&format!("raised {diagnostic} at {span:?} {:?} {:?}\n", diagnostic.hints, machine.traceback()));
                break;
            }
        }
    }
    expected.assert_eq(&host.seen);
}

#[test]
fn operators_go_to_the_host() {
    check(
        "from spark import *\nx = 1 + col\ny = -col\nz = (col > 1) & ~col\nw = col['a']\nprint(col == 3, 1 < col)",
        &expect_test::expect![[r#"
            1 + <Column>
            <Column> neg None
            <Column> > 1
            <Column> invert None
            <Column> & <Column>
            <Column> [] "a"
            <Column> == 3
            1 < <Column>
            <Column object> <Column object>
        "#]],
    );
}

#[test]
fn calls_wait_and_call_back() {
    check(
        "import spark\nprint(spark.col.wait(1))\nprint(spark.col.each(lambda x: x + 1), spark.col.name)\ndef f(x):\n    raise ValueError(x)\nspark.col.each(f)",
        &expect_test::expect![[r#"
            call Some("wait") [1] 19..36
            waiting 7
            waited
            call Some("each") [<function>] 44..75
            called 3 Ok(42)
            42 the name
            call Some("each") [<function>] 127..144
            called 3 Err(ValueError: 41)
            raised ValueError: 41 at Some("raise ValueError(x)") [] ["line 6, in <module>", "line 5, in f"]
        "#]],
    );
}

#[test]
fn diagnostics_are_exceptions() {
    check(
        "import spark\ntry:\n    spark.col.fail()\nexcept Exception as e:\n    print(type(e).__name__, e, e.getCondition())\nif spark.col: pass",
        &expect_test::expect![[r#"
            call Some("fail") [] 22..38
            AnalysisException [UNRESOLVED] no such column SQLSTATE: 42703 UNRESOLVED
            raised ValueError: Cannot convert column into bool at Some("spark.col") [] ["line 6, in <module>"]
        "#]],
    );
}

#[test]
fn errors_have_places_and_advice() {
    check(
        "def total(items):\n    return sum(items) + conut\ncount = 1\ntotal([1])",
        &expect_test::expect![[r#"
            raised NameError: name 'conut' is not defined at Some("conut") [Hint { text: "Did you mean count?", fix: Some((Span { start: 42, end: 47 }, "count")) }] ["line 4, in <module>", "line 2, in total"]
        "#]],
    );
}

#[test]
fn functions_are_called_from_outside() {
    let mut host = Recorder::default();
    let mut machine = Machine::new();
    machine.start(&parse("seen = []\ndef f(batch, n=2):\n    seen.append(batch)\n    return batch * n\nimport spark\nspark.col.wait()"));
    assert!(matches!(machine.resume(&mut host), Status::Waiting(7)));
    let function = machine.global("f").unwrap();
    let result = machine.call(&mut host, &function, Arguments::of(vec![Value::Int(21)])).unwrap();
    assert_eq!(result.as_i64(), Some(42));
    assert!(machine.call(&mut host, &function, Arguments::default()).unwrap_err().is("TypeError"));
    assert_eq!(machine.global("seen").unwrap().items().unwrap().len(), 1);
    assert!(matches!(machine.resume(&mut host), Status::Waiting(7)));
    host.ready = true;
    assert!(matches!(machine.resume(&mut host), Status::Finished));
    machine.start(&parse("print(seen)"));
    assert!(matches!(machine.resume(&mut host), Status::Finished));
    assert!(host.seen.ends_with("[21]\n"), "{}", host.seen);
}
