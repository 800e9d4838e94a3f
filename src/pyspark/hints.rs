//! Advice in plain words on the mistakes that learners make, with the edit that mends them where there is one.

use super::functions;
use super::lens;
use super::types_module;
use crate::diag::Diagnostic;
use crate::diag::Hint;
use crate::diag::Span;
use crate::engine::Query;
use crate::plan::Node;
use crate::plan::OutputMode;
use crate::plan::Plan;

/// Adds what to do instead to a diagnostic of this program.
pub(super) fn add(diagnostic: &mut Diagnostic, program: &str) {
    let message = diagnostic.message.clone();
    let condition = diagnostic.condition.clone().unwrap_or_default();
    let found = match condition.as_str() {
        "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION" => output_mode(&message, program),
        "STREAMING_OUTPUT_MODE.INVALID" => wrong_mode(&message, program),
        "CANNOT_CONVERT_COLUMN_INTO_BOOL" => {
            vec![plain("Columns are combined with & (and), | (or) and ~ (not), each comparison in parentheses: (a > 1) & (b == 2).")]
        }
        "_LEGACY_ERROR_TEMP_3102" if message.contains("writeStream.start()") => action_on_a_stream(diagnostic.span, program),
        "_LEGACY_ERROR_TEMP_1298" => checkpoint(program),
        "_LEGACY_ERROR_TEMP_2047" => no_path(diagnostic.span, program),
        "CALL_ON_STREAMING_DATASET_UNSUPPORTED" => {
            vec![plain("A stream is written with df.writeStream, not df.write; the query runs after .start().")]
        }
        "PATH_NOT_FOUND" => {
            vec![plain("A folder must be there before a program reads it. Put a file into it under Input, or read one that a feed fills.")]
        }
        "TABLE_OR_VIEW_NOT_FOUND" => {
            vec![plain("A query's table has the name that queryName(...) or toTable(...) gives, and is there once the query has started.")]
        }
        "WRITE_STREAM_NOT_ALLOWED" => vec![plain("Only a frame that comes from spark.readStream can be written as a stream.")],
        _ => Vec::new(),
    };
    diagnostic.hints.extend(found);
    let by_class = match diagnostic.class.to_string().as_str() {
        "IllegalArgumentException" if message.contains("for Kafka source") || message.contains("configuring Kafka consumer") => {
            kafka_options(&message, diagnostic.span, program)
        }
        "ImportError" if message.contains("'Trigger'") => trigger_import(program),
        "NameError" => missing_name(&message, program),
        "AttributeError" => missing_attribute(&message, diagnostic.span, program),
        "SyntaxError" | "IndentationError" => backslash(program),
        "TypeError" if message.contains("unsupported operand type(s) for +: 'int' and 'str'") && program.contains("sum(") => {
            vec![insert_import("This is Python's own sum.", "pyspark.sql.functions", "sum", program)]
        }
        "TypeError" if message.contains("trigger() takes 1 positional argument") => {
            vec![plain("The trigger is given by keyword: .trigger(processingTime=\"5 seconds\") or .trigger(availableNow=True).")]
        }
        _ => Vec::new(),
    };
    diagnostic.hints.extend(by_class);
}

/// Advice about a program that reads a stream and writes it, but never starts the query.
pub(super) fn unstarted(program: &str) -> Vec<Hint> {
    let Some(end) = lens::unstarted(program) else { return Vec::new() };
    let text = "The query is described but not started: nothing runs until .start() is called.".to_owned();
    vec![Hint { text, fix: Some((Span { start: end, end }, ".start()".to_owned())) }]
}

/// Advice about a query that runs, where Spark 4.0, the exam's, refused it.
pub(super) fn refused_before(query: &Query) -> Option<Hint> {
    let joins_streams = |plan: &Plan| matches!(&plan.node, Node::Join { left, right, .. } if left.is_streaming && right.is_streaming);
    let is_new = query.mode() == OutputMode::Update && query.plan().exists(&joins_streams);
    is_new.then(|| {
        plain("Spark 4.3 joins two streams in update mode. Spark 4.0, which the exam asks about, refuses it: there such joins run in append mode only.")
    })
}

fn plain(text: &str) -> Hint {
    Hint { text: text.to_owned(), fix: None }
}

fn fixed(text: &str, fix: Option<(Span, String)>) -> Hint {
    Hint { text: text.to_owned(), fix }
}

/// The edit of a card's field as a fix: what it writes and instead of which bytes.
fn card_fix(program: &str, kind: &str, field: &str, value: &str) -> Option<(Span, String)> {
    let at = lens::cards(program).iter().position(|it| it.kind == kind && it.fields.iter().any(|it| it.name == field))?;
    let (edited, span) = lens::edit(program, at, field, value)?;
    let written = edited.get(span.start as usize..span.end as usize)?.to_owned();
    let removed = program.len() + written.len() - edited.len();
    let end = span.start + u32::try_from(removed).ok()?;
    Some((Span { start: span.start, end }, written))
}

fn output_mode(message: &str, program: &str) -> Vec<Hint> {
    if message.contains(": complete.") {
        let text = "Complete mode writes the whole result again in every batch, so it needs an aggregation (groupBy ... count). Without one, rows are appended.";
        return vec![fixed(text, card_fix(program, "mode", "mode", "append"))];
    }
    if message.contains(": append.") && message.contains("aggregation") {
        let watermark =
            "Append mode writes a window once, when it can no longer change. Spark knows that only with a watermark on the time column.";
        let update = "Or take update mode, which writes a row each time it changes.";
        return vec![
            fixed(watermark, card_fix(program, "watermark", "delay", "10 minutes")),
            fixed(update, card_fix(program, "mode", "mode", "update")),
        ];
    }
    Vec::new()
}

fn wrong_mode(message: &str, program: &str) -> Vec<Hint> {
    let given = message.split("output mode: ").nth(1).and_then(|it| it.split('.').next()).unwrap_or_default().to_lowercase();
    let meant = match given.chars().next() {
        Some('c' | 'f') => "complete",
        Some('u') => "update",
        _ => "append",
    };
    vec![fixed(&format!("The modes are append, update and complete. Did you mean \"{meant}\"?"), card_fix(program, "mode", "mode", meant))]
}

/// The bytes of a call `.name(...)` that lies in or at the end of a span.
fn call_in(program: &str, span: Option<Span>, names: &[&str]) -> Option<Span> {
    let span = span?;
    let (start, end) = (span.start as usize, span.end as usize);
    let text = program.get(start..end)?;
    let found = names.iter().filter_map(|name| text.rfind(&format!(".{name}("))).max()?;
    let from = start + found;
    let close = program.get(from..)?.find(')')?;
    Some(Span { start: u32::try_from(from).ok()?, end: u32::try_from(from + close + 1).ok()? })
}

fn action_on_a_stream(span: Option<Span>, program: &str) -> Vec<Hint> {
    let text = "A stream has no end, so it cannot be shown or collected at once. Start a query that writes to the console.";
    let fix = call_in(program, span, &["show", "collect", "count", "head", "take", "first"])
        .map(|it| (it, ".writeStream.format(\"console\").start()".to_owned()));
    vec![fixed(text, fix)]
}

fn checkpoint(program: &str) -> Vec<Hint> {
    let text = "A file sink remembers in its checkpoint what it has written, so that nothing is written twice.";
    vec![fixed(text, card_fix(program, "sink", "checkpointLocation", "/checkpoint/query"))]
}

fn no_path(span: Option<Span>, program: &str) -> Vec<Hint> {
    let Some(start) = call_in(program, span, &["start"]) else {
        return vec![plain("Say where the files are: .load(\"/data/...\").")];
    };
    let text = "Without a format, start() writes Parquet files and needs a path. To see rows, write to the console.";
    vec![fixed(text, Some((Span { start: start.start, end: start.start }, ".format(\"console\")".to_owned())))]
}

/// The options that a Kafka source cannot do without, put before `load`.
fn kafka_options(message: &str, span: Option<Span>, program: &str) -> Vec<Hint> {
    const SERVERS: &str = ".option(\"kafka.bootstrap.servers\", \"localhost:9092\")";
    let load = call_in(program, span, &["load"]);
    let before_load = |options: String| load.map(|load| (Span { start: load.start, end: load.start }, options));
    if message.starts_with("Option 'kafka.bootstrap.servers'") {
        return vec![fixed("Say where the brokers are. Here any address does.", before_load(SERVERS.to_owned()))];
    }
    if message.starts_with("One of") {
        let has_servers = span.and_then(|it| program.get(it.start as usize..it.end as usize)).is_some_and(|it| it.contains("bootstrap"));
        let options = format!("{}.option(\"subscribe\", \"events\")", if has_servers { "" } else { SERVERS });
        return vec![fixed("Say which topic to read.", before_load(options))];
    }
    vec![plain("Name the topics in one way: subscribe (a list), subscribePattern (a pattern) or assign (partitions).")]
}

fn trigger_import(program: &str) -> Vec<Hint> {
    let text = "PySpark has no Trigger class (that is Scala and Java). Give the trigger by keyword: .trigger(processingTime=\"5 seconds\"), .trigger(availableNow=True).";
    let line =
        program.lines().find(|it| it.trim_start().starts_with("from pyspark.sql.streaming import") && it.trim_end().ends_with("Trigger"));
    let fix = line.and_then(|line| {
        let start = line.as_ptr() as usize - program.as_ptr() as usize;
        let span = Span { start: u32::try_from(start).ok()?, end: u32::try_from(start + line.len()).ok()? };
        Some((span, String::new()))
    });
    vec![fixed(text, fix)]
}

fn missing_name(message: &str, program: &str) -> Vec<Hint> {
    let Some(name) = message.split('\'').nth(1) else { return Vec::new() };
    if name == "Trigger" {
        return vec![plain("PySpark has no Trigger class. Give the trigger by keyword: .trigger(processingTime=\"5 seconds\").")];
    }
    if name == "F" {
        let at = import_place(program);
        let fix = Some((Span { start: at, end: at }, "from pyspark.sql import functions as F\n".to_owned()));
        return vec![fixed("F is the usual short name of pyspark.sql.functions.", fix)];
    }
    let module = if functions::find(name).is_some() {
        "pyspark.sql.functions"
    } else if types_module::class(name).is_some() {
        "pyspark.sql.types"
    } else if matches!(name, "SparkSession" | "Window" | "Row") {
        "pyspark.sql"
    } else if name == "StreamingQueryListener" {
        "pyspark.sql.streaming"
    } else {
        return Vec::new();
    };
    vec![insert_import(&format!("{name} must be imported."), module, name, program)]
}

fn insert_import(text: &str, module: &str, name: &str, program: &str) -> Hint {
    let at = import_place(program);
    let line = format!("from {module} import {name}");
    Hint { text: format!("{text} Did you mean: {line}"), fix: Some((Span { start: at, end: at }, format!("{line}\n"))) }
}

/// Where a new import goes: before the first import, or at the beginning.
fn import_place(program: &str) -> u32 {
    let line = program.lines().find(|it| it.starts_with("import ") || it.starts_with("from "));
    line.and_then(|line| u32::try_from(line.as_ptr() as usize - program.as_ptr() as usize).ok()).unwrap_or(0)
}

fn missing_attribute(message: &str, span: Option<Span>, program: &str) -> Vec<Hint> {
    let (wanted, text) = match message {
        it if it.contains("'DataStreamWriter'") && it.ends_with("'table'") => {
            ("toTable", "A stream is written to a table with toTable(\"name\"), which starts the query too.")
        }
        it if it.contains("'DataStreamWriter'") && it.ends_with("'mode'") => {
            ("outputMode", "The mode of a stream is set with outputMode(...).")
        }
        it if it.contains("'DataStreamWriter'") && (it.ends_with("'save'") || it.ends_with("'load'")) => {
            ("start", "A stream is written by .start(path).")
        }
        it if it.contains("'DataStreamWriter'") && it.ends_with("'show'") => {
            return vec![plain("A streaming query is started: .format(\"console\").start().")];
        }
        it if it.contains("'DataStreamWriter'") && it.ends_with("'awaitTermination'") => {
            return vec![plain("awaitTermination belongs to the query that .start() returns.")];
        }
        _ => return Vec::new(),
    };
    let old = message.rsplit('\'').nth(1).unwrap_or_default();
    let fix = span.and_then(|span| {
        let text = program.get(span.start as usize..span.end as usize)?;
        let at = span.start as usize + text.rfind(&format!(".{old}"))? + 1;
        Some((Span { start: u32::try_from(at).ok()?, end: u32::try_from(at + old.len()).ok()? }, wanted.to_owned()))
    });
    vec![fixed(text, fix)]
}

/// A backslash that something follows in its line.
fn backslash(program: &str) -> Vec<Hint> {
    let mut start = 0;
    for line in program.split_inclusive('\n') {
        if let Some((before, after)) = line.rsplit_once('\\') {
            let rest = after.trim_end_matches(['\n', '\r']);
            let is_comment = rest.trim_start().starts_with('#');
            if !before.contains('#') && (is_comment || !rest.is_empty() && rest.trim().is_empty()) {
                let from = start + before.len() + 1;
                let span = Span { start: u32::try_from(from).unwrap_or(0), end: u32::try_from(from + rest.len()).unwrap_or(0) };
                let text = "After a backslash the line must end: no comment and no space may follow. Chains in parentheses need no backslashes at all.";
                return vec![fixed(text, Some((span, String::new())))];
            }
        }
        start += line.len();
    }
    Vec::new()
}
