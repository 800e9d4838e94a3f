//! Replays a case: the same program and input through this engine, the text that `record.py` would have written, and how it differs.

use super::case;
use super::case::Case;
use super::section::Section;
use crate::diag::Diagnostic;

/// Where a case is performed. The playground is one such place; a page that talks to its worker can be another.
pub trait Stage {
    /// `spark.conf.set` before the program.
    fn set_conf(&mut self, key: &str, value: &str);
    /// An empty folder is there.
    fn make_folder(&mut self, path: &str);
    /// A file is there, whole, with this time of modification in milliseconds since 1970.
    fn write_file(&mut self, path: &str, text: String, modified_ms: i64);
    /// Runs Python source; names carry over from earlier sources.
    fn run_program(&mut self, source: &str) -> Said;
    /// How many queries were started since the driver began.
    fn queries(&self) -> usize;
    /// A query processes all that is available; one that ends by itself runs until it ends; one that has ended does nothing.
    fn process(&mut self, query: usize) -> Said;
    /// The case lines of a query's micro-batches since the last call.
    fn batch_lines(&mut self, query: usize) -> Vec<String>;
    /// The driver dies and a new one begins: queries, names and tables are gone, files stay.
    fn restart(&mut self);
}

/// What was printed and what was raised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// All that was printed, the console sink included.
    pub printed: String,
    /// What was raised.
    pub raised: Option<Box<Diagnostic>>,
}

/// A case as this engine performs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The whole case with what was recorded here.
    pub text: String,
    /// What differs from the case's own text, one entry a section.
    pub differences: Vec<String>,
}

/// 2023-11-14T22:13:20Z: the first file of a case has landed ten seconds after it.
const BEFORE_FIRST_FILE_MS: i64 = 1_700_000_000_000;

/// Performs the case and compares.
#[must_use]
pub fn replay(text: &str, stage: &mut dyn Stage) -> Replay {
    let expected = case::parse(text);
    let found = perform(&expected, stage);
    Replay { text: case::render(&found), differences: differences(&expected, &found) }
}

/// Performs the case: its title and hand-written sections with what this engine records.
#[must_use]
pub fn perform(case: &Case, stage: &mut dyn Stage) -> Case {
    let mut performance = Performance { stage, programs: Vec::new(), modified_ms: BEFORE_FIRST_FILE_MS, out: Vec::new() };
    for section in case.sections.iter().filter(|section| !Case::is_recorded(section)) {
        performance.section(section);
    }
    Case { title: case.title.clone(), sections: performance.out }
}

/// The same stage; the first exception raised on it is kept in `raised`.
pub(super) fn raised_in<'a>(stage: &'a mut dyn Stage, raised: &'a mut Option<Box<Diagnostic>>) -> impl Stage {
    Watched { stage, raised }
}

struct Watched<'a> {
    stage: &'a mut dyn Stage,
    raised: &'a mut Option<Box<Diagnostic>>,
}

impl Watched<'_> {
    fn note(&mut self, said: Said) -> Said {
        if self.raised.is_none() {
            self.raised.clone_from(&said.raised);
        }
        said
    }
}

impl Stage for Watched<'_> {
    fn set_conf(&mut self, key: &str, value: &str) {
        self.stage.set_conf(key, value);
    }

    fn make_folder(&mut self, path: &str) {
        self.stage.make_folder(path);
    }

    fn write_file(&mut self, path: &str, text: String, modified_ms: i64) {
        self.stage.write_file(path, text, modified_ms);
    }

    fn run_program(&mut self, source: &str) -> Said {
        let said = self.stage.run_program(source);
        self.note(said)
    }

    fn queries(&self) -> usize {
        self.stage.queries()
    }

    fn process(&mut self, query: usize) -> Said {
        let said = self.stage.process(query);
        self.note(said)
    }

    fn batch_lines(&mut self, query: usize) -> Vec<String> {
        self.stage.batch_lines(query)
    }

    fn restart(&mut self) {
        self.stage.restart();
    }
}

struct Performance<'a> {
    stage: &'a mut dyn Stage,
    programs: Vec<&'a Section>,
    modified_ms: i64,
    out: Vec<Section>,
}

impl<'a> Performance<'a> {
    fn section(&mut self, section: &'a Section) {
        if section.name == "process" {
            return self.process(section);
        }
        self.out.push(section.clone());
        match section.name.as_str() {
            "conf" => {
                for (key, value) in section.body.iter().filter_map(|line| line.split_once('=')) {
                    self.stage.set_conf(key.trim(), value.trim());
                }
            }
            "file" => {
                self.modified_ms += 10_000;
                self.stage.write_file(&section.args, section.text() + "\n", self.modified_ms);
            }
            "program" => {
                self.programs.push(section);
                self.program(section);
            }
            "restart" => {
                self.stage.restart();
                for program in self.programs.clone() {
                    self.program(program);
                }
            }
            _ => {}
        }
    }

    fn program(&mut self, section: &Section) {
        for folder in loaded_folders(&section.text()) {
            self.stage.make_folder(&folder);
        }
        let said = self.stage.run_program(&section.text());
        self.out.extend(said_sections(&said));
    }

    fn process(&mut self, section: &Section) {
        let queries = 0..self.stage.queries();
        let said: Vec<Section> = queries.clone().flat_map(|query| said_sections(&self.stage.process(query))).collect();
        let lines = queries.flat_map(|query| self.stage.batch_lines(query)).collect();
        self.out.push(Section::new("process", &section.args, lines));
        self.out.extend(said);
    }
}

/// The folders that a program names in `load("/data/x")` and its like: they exist before it runs.
fn loaded_folders(program: &str) -> Vec<String> {
    let mut folders = Vec::new();
    for call in [".load(", ".json(", ".csv(", ".parquet(", ".text("] {
        for after in program.split(call).skip(1) {
            let Some(quote @ ('"' | '\'')) = after.chars().next() else { continue };
            let Some(path) = after[1..].split(quote).next().filter(|_| after[1..].contains(quote)) else { continue };
            let closed = after[1 + path.len() + 1..].starts_with(')');
            let name = path.rsplit('/').next().unwrap_or("");
            if closed && path.starts_with('/') && !name.contains('.') {
                folders.push(path.to_owned());
            }
        }
    }
    folders
}

fn said_sections(said: &Said) -> Vec<Section> {
    let mut sections = Vec::new();
    let printed = clean(&said.printed);
    if !printed.trim().is_empty() {
        sections.push(Section::new("output", "", printed.trim_end_matches('\n').split('\n').map(str::to_owned).collect()));
    }
    if let Some(raised) = &said.raised {
        let message = clean(&raised.message);
        let message = without_expression_ids(without_frames(&message));
        let mut lines: Vec<&str> = message.trim().trim_end_matches(';').split('\n').take(6).collect();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let lines = lines.into_iter().map(str::to_owned);
        sections.push(Section::new("error", "", std::iter::once(raised.headline()).chain(lines).collect()));
    }
    sections
}

/// `Oracle.clean`: virtual paths without scheme, ids as `<uuid>`, no blanks at line ends.
fn clean(text: &str) -> String {
    let text = without_ids(&text.replace("file:///", "/").replace("file:/", "/"));
    text.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Of a Python traceback inside a message only the cause is kept; plans and Java frames go.
fn without_frames(message: &str) -> String {
    let mut message = message.to_owned();
    if let Some((before, after)) = message.split_once("Traceback (most recent call last)") {
        let cause = after.lines().rev().find(|line| is_cause(line)).unwrap_or("");
        message = [before.trim(), cause].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    }
    let ends = ["\nJVM stacktrace", "\n=== ", "\n== "].into_iter().filter_map(|end| message.find(end));
    let end = ends.chain(message.find("\n\tat ")).min().unwrap_or(message.len());
    message[..end].to_owned()
}

/// `ID#12L` is `ID#N`: the numbers that Spark gives to columns.
fn without_expression_ids(message: String) -> String {
    let mut pieces = message.split('#');
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let after = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        let after = if after.len() < piece.len() { after.strip_prefix('L').unwrap_or(after) } else { after };
        out.push_str(if after.len() < piece.len() { "#N" } else { "#" });
        out.push_str(after);
    }
    out
}

/// `ZeroDivisionError: ...`: a name, dotted perhaps, that ends in Error or Exception.
fn is_cause(line: &str) -> bool {
    let name: &str = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').next().unwrap_or("");
    name.ends_with("Error") || name.ends_with("Exception")
}

fn without_ids(text: &str) -> String {
    const SHAPE: [usize; 5] = [8, 4, 4, 4, 12];
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if let Some(end) = SHAPE.iter().try_fold(at, |start, digits| id_part(bytes, start, *digits, start > at)) {
            out.push_str("<uuid>");
            at = end;
        } else {
            let next = text[at..].chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[at..at + next]);
            at += next;
        }
    }
    out
}

fn id_part(bytes: &[u8], start: usize, digits: usize, dash_first: bool) -> Option<usize> {
    let start = if dash_first { (bytes.get(start) == Some(&b'-')).then_some(start + 1)? } else { start };
    let part = bytes.get(start..start + digits)?;
    part.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then_some(start + digits)
}

/// For each hand-written section: how what follows it differs.
fn differences(expected: &Case, found: &Case) -> Vec<String> {
    let (expected, found) = (steps(expected), steps(found));
    let differing = expected.iter().zip(&found).filter(|(expected, found)| expected != found);
    differing.map(|(expected, found)| first_difference(expected, found)).collect()
}

/// The lines of a case from one hand-written section to the next.
fn steps(case: &Case) -> Vec<Vec<String>> {
    let mut steps: Vec<Vec<String>> = Vec::new();
    for section in &case.sections {
        if !Case::is_recorded(section) {
            steps.push(Vec::new());
        }
        if let Some(step) = steps.last_mut() {
            step.push(format!(">>> {} {}", section.name, section.args).trim_end().to_owned());
            step.extend(section.body.iter().cloned());
        }
    }
    steps
}

fn first_difference(expected: &[String], found: &[String]) -> String {
    let same = expected.iter().zip(found).take_while(|(expected, found)| expected == found).count();
    let line = |lines: &[String]| match lines.get(same..) {
        Some([head, rest @ ..]) if head == ">>> error" => {
            format!("{head} {}", rest.iter().take(2).cloned().collect::<Vec<_>>().join(" | "))
        }
        Some([line, ..]) => line.clone(),
        _ => "(nothing more)".to_owned(),
    };
    let head = found.first().or(expected.first()).cloned().unwrap_or_default();
    format!("{head}, line {same}\n  expected: {}\n  found:    {}", line(expected), line(found))
}

#[cfg(test)]
mod tests {
    use super::clean;
    use super::loaded_folders;
    use super::without_frames;

    #[test]
    fn texts_are_cleaned() {
        let text = "Query [id = 0f9a1c2e-0000-4111-8222-0123456789ab, x]  \nfile:/data/a and file:///data/b 0f9a1c2e-00";
        assert_eq!(clean(text), "Query [id = <uuid>, x]\n/data/a and /data/b 0f9a1c2e-00");
        let message = "It failed: Traceback (most recent call last):\n  File \"x\"\nValueError: no\n";
        assert_eq!(without_frames(message), "It failed:\nValueError: no");
    }

    #[test]
    fn folders_are_found() {
        let program = "spark.readStream.json(\"/data/a\").load('/data/b')\nspark.read.csv(\"/data/c.csv\").text(\"/d\", 1)";
        assert_eq!(loaded_folders(program), ["/data/b", "/data/a"]);
    }
}
