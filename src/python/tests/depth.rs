//! Deep texts: what is refused before the parser sees it, and that what is not refused runs in a small stack.

use crate::python::too_deep;

/// Whether a text is read, and if not, why.
fn check(text: &str, expected: Option<&str>) {
    let start: String = text.chars().take(40).collect();
    assert_eq!(too_deep(text).map(|(why, _)| why), expected, "{start}...");
}

const BRACKETS: Option<&str> = Some("too many nested parentheses");
const INDENTS: Option<&str> = Some("too many levels of indentation");
const CHAIN: Option<&str> = Some("too many operators, calls and attributes in one expression");

#[test]
fn deep_texts_are_refused() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("a[", "]")] {
        for (depth, expected) in [(150, None), (201, BRACKETS), (100_000, BRACKETS)] {
            check(&format!("{}1{}", open.repeat(depth), close.repeat(depth)), expected);
            check(&open.repeat(depth), expected);
        }
    }
    check(&"(]".repeat(300), BRACKETS);
    check(&"f'{".repeat(300), BRACKETS);
    check(&"f\"{".repeat(300), BRACKETS);
    check(&format!("f'{{{}a}}'", "not ".repeat(2_000)), CHAIN);
    for link in [".b", "+1", "()", "[0]", " and 1", " if 1 else 2", "**2", " < 2"] {
        check(&format!("a{}", link.repeat(2_000)), CHAIN);
    }
    for prefix in ["not ", "-", "~", "lambda: ", "lambda x, y: ", "lambda x=lambda: 1, y=2: ", "a = ", "1 if 1 else ", "await "] {
        check(&format!("{}a", prefix.repeat(2_000)), CHAIN);
        check(&format!("f({}a)", prefix.repeat(2_000)), CHAIN);
    }
    let blocks = |depth: usize, head: &str| (0..depth).map(|level| format!("{}{head}\n", " ".repeat(level))).collect::<String>();
    check(&blocks(99, "if 1:"), None);
    check(&blocks(102, "if 1:"), INDENTS);
    check(&format!("(\n{}", blocks(102, "if 1:")), INDENTS);
    check(&blocks(102, "if 1:\n# not indented"), INDENTS);
    check(&"x".repeat((1 << 20) + 1), Some("the program is too long"));
}

#[test]
fn long_texts_are_read() {
    check(&format!("x = [{}]", "-1, ".repeat(10_000)), None);
    check(&format!("x = {{{}}}", "'a': {'b': (1, -2)}, ".repeat(3_000)), None);
    check(&format!("f({})", "a=1, ".repeat(3_000)), None);
    check(&format!("x = '{}'", "(".repeat(1_000)), None);
    check(&format!("'''{}'''", "((\n".repeat(1_000)), None);
    check(&format!("# {}", "(".repeat(1_000)), None);
    check(&"x = f'{a + 1:>{width}} {b!r}' + str(-c)\n".repeat(5_000), None);
    check(&format!("df{}", ".where(col('a') > 1)".repeat(100)), None);
    check(&"if a == 1:\n    pass\nelif a == 2:\n    pass\n".repeat(1_000), None);
}
