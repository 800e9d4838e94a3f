//! The evaluator against CPython: small programs, and what CPython 3.11 printed.

mod cases;
mod depth;
mod host;
mod property;

use super::*;

/// A host that only prints.
#[derive(Debug, Default)]
struct Printer {
    printed: String,
}

impl Host for Printer {
    fn import(&mut self, _: &str, _: Option<&str>) -> Option<Value> {
        None
    }

    fn exports(&mut self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn print(&mut self, text: &str) {
        if self.printed.len() < 1 << 20 {
            self.printed.push_str(text);
        }
    }

    fn now_ms(&mut self) -> i64 {
        1_700_000_000_000
    }

    fn random(&mut self) -> u64 {
        4
    }
}

/// Runs a program to its end; what it printed, and the exception that ended it as `Class: message` on a line of its own.
/// The texts of syntax errors are ruff's, not CPython's, so they are left out.
fn run(text: &str) -> String {
    let mut host = Printer::default();
    let mut machine = Machine::new();
    machine.start(&parse(text));
    for _ in 0..50 {
        match machine.resume(&mut host) {
            Status::OutOfFuel | Status::Waiting(_) => {}
            Status::Finished => return host.printed,
            Status::Raised(diagnostic) => {
                host.printed.push_str(&if diagnostic.message.is_empty() || diagnostic.headline() == "SyntaxError" {
                    format!("{}\n", diagnostic.class)
                } else {
                    format!("{diagnostic}\n")
                });
                return host.printed;
            }
        }
    }
    host.printed + "out of fuel\n"
}
