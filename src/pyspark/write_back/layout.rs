//! How a chain of calls stands on the page: on one line where it fits, else in parentheses with a call a line.

/// `head.call().call()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// A variable, or what has no dot to break before: `spark.readStream`.
    pub head: String,
    /// The calls without their dots.
    pub calls: Vec<String>,
}

/// The longest line.
const WIDTH: usize = 100;

impl Chain {
    /// A head without calls.
    pub fn new(head: impl Into<String>) -> Self {
        Self { head: head.into(), calls: Vec::new() }
    }

    /// One more call.
    pub fn then(mut self, call: impl Into<String>) -> Self {
        self.calls.push(call.into());
        self
    }

    /// All on one line.
    pub fn line(&self) -> String {
        let calls = self.calls.iter().map(|call| format!(".{call}"));
        self.head.clone() + &calls.collect::<String>()
    }

    /// `name = chain`.
    pub fn assigned(&self, name: &str) -> String {
        let line = format!("{name} = {}", self.line());
        if line.len() <= WIDTH && self.calls.len() <= 3 && !line.contains('\n') {
            return line + "\n";
        }
        let calls = self.calls.iter().map(|call| broken(&format!("    .{call}")) + "\n");
        format!("{name} = (\n    {}\n{})\n", self.head, calls.collect::<String>())
    }
}

/// A call that is too long for a line, with an argument a line.
fn broken(line: &str) -> String {
    let Some((head, rest)) = line.split_once('(').filter(|_| line.chars().count() > WIDTH) else { return line.to_owned() };
    let arguments = arguments(rest.strip_suffix(')').unwrap_or(rest));
    if arguments.len() < 2 {
        return line.to_owned();
    }
    let lines: String = arguments.iter().map(|argument| format!("        {argument},\n")).collect();
    format!("{head}(\n{lines}    )")
}

/// The arguments of a call: split at the commas that stand in no bracket and no string.
fn arguments(text: &str) -> Vec<String> {
    let (mut found, mut depth, mut quoted, mut escaped) = (vec![String::new()], 0_i32, false, false);
    for letter in text.chars() {
        match letter {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        if let Some(last) = found.last_mut() {
            last.push(letter);
        }
    }
    found.into_iter().map(|argument| argument.trim().to_owned()).collect()
}
