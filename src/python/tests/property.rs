//! Any text ends, and nothing panics.

use super::Printer;
use crate::python::Machine;
use crate::python::parse;
use proptest::prelude::*;
use std::path::Path;

fn ends(text: &str) {
    let mut host = Printer::default();
    let mut machine = Machine::new();
    machine.set_fuel(20_000);
    machine.start(&parse(text));
    for _ in 0..3 {
        let _ = machine.resume(&mut host);
    }
}

fn programs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/tests/data");
    let texts = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    texts
        .flat_map(|text| text.split(">>>\n").skip(1).filter_map(|block| block.split("---\n").next().map(str::to_owned)).collect::<Vec<_>>())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_ends(text in "[ -~\n\t]{0,200}") {
        ends(&text);
    }

    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        ends(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn broken_programs_end(a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), cut in 0usize..400, from in 0usize..400, gone in 0usize..20) {
        let programs = programs();
        let (first, second) = (a.get(&programs), b.get(&programs));
        let mut chars: Vec<char> = first.chars().collect();
        let at = cut.min(chars.len());
        chars.drain(at..(at + gone).min(chars.len()));
        let piece: Vec<char> = second.chars().skip(from).take(30).collect();
        chars.splice(at..at, piece);
        ends(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn deep_texts_end() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("-", ""),
        ("not ", ""),
        ("lambda: ", ""),
        ("f(", ")"),
        ("1 if 1 else ", ""),
        ("x.", ""),
        ("1+", ""),
        ("f'{", "}'"),
    ] {
        for depth in [50, 90, 1000, 50_000] {
            ends(&format!("x = {}1{}", open.repeat(depth), close.repeat(depth)));
        }
    }
    for depth in [50, 95, 500] {
        ends(&(0..depth).map(|level| format!("{}if 1:\n", " ".repeat(level))).collect::<String>());
        ends(&format!(
            "{}pass",
            (0..depth)
                .map(|level| format!("{}try:\n{}pass\n{}finally:\n", " ".repeat(level), " ".repeat(level + 1), " ".repeat(level)))
                .collect::<String>()
        ));
    }
}

#[test]
fn deep_values_end() {
    for text in [
        "a = []\nfor i in range(100000): a = [a]\nprint(a)",
        "a = ()\nfor i in range(100000): a = (a,)\nb = a == a\nhash(a)",
        "a = ()\nfor i in range(100000): a = (a,)\ntry: hash(a)\nexcept RecursionError: {a: 1}",
        "a = {}\nfor i in range(100000): a = {1: a}\nstr(a)",
        "a = ()\nfor i in range(100000): a = (a,)\nisinstance(1, a)",
        "a = ()\nfor i in range(100000): a = (a,)\ntry: 1 / 0\nexcept a: pass",
        "a = b = ()\nfor i in range(100000): a = (a,); b = (b,)\nb == a",
        "a = b = ()\nfor i in range(100): a = (a,); b = (b,)\n{a: 1}[b]",
        "class N: pass\nn = None\nfor i in range(100000):\n  m = N(); m.next = n; n = m",
        "f = None\nfor i in range(100000):\n  f = lambda f=f: f",
        "def make(f):\n  return lambda: f\nf = None\nfor i in range(100000): f = make(f)",
        "g = iter([])\nfor i in range(100000):\n  g = (x for x in g)\nlist(g)",
        "g = iter([1])\nfor i in range(10000):\n  g = map(str, g)\nlist(g)",
        "class A:\n  def __repr__(self): return repr(self)\nrepr(A())",
        "class A:\n  def __eq__(self, o): return self == o\nA() == A()",
        "def f(n): return sorted([n], key=lambda x: f(x))\nf(1)",
        "def f(): return sum(f() for i in range(2))\nf()",
        "a = []\nb = []\na.append(b); b.append(a)\na == b",
        "x = 'a'\nwhile True: x = x + x",
        "x = [1]\nwhile True: x += x",
        "x = 3\nwhile True: x = x * x",
        "sum(range(10 ** 12))",
        "list(range(10 ** 12))",
        "'a' * 10 ** 12",
        "f'{1:1000000000000}'",
        "while True: pass",
        "import itertools\nlist(itertools.count())",
        "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')",
        "class A:\n  def __getattr__(self, n): return getattr(self, n)\nA().x",
        "class A:\n  @property\n  def x(self): return self.x\nA().x",
        "def f(*a): return f(*a, 1)\nf()",
        "import json\na = []\na.append(a)\njson.dumps(a)",
        "import copy\na = []\na.append(a)\ncopy.deepcopy(a)",
        "print(1 << 10 ** 9)",
        "print(10 ** 5000)",
        "'{:>{}}'.format('a', 10 ** 9)",
        "s = None\nfor i in range(100000): s = slice(s)",
        "s = len\nfor i in range(100000): s = classmethod(s)",
        "a = e = Exception()\nfor i in range(100000):\n  n = Exception(e); e = n",
    ] {
        ends(text);
    }
}
