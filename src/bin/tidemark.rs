//! The command line: runs programs, replays cases, answers SQL queries, on a simulated world.

use serde_json::Value as Json;
use std::fs;
use std::io::BufRead;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use tidemark::diag::Diagnostic;
use tidemark::diag::Result;
use tidemark::engine::Session;
use tidemark::lesson::PlaygroundStage;
use tidemark::lesson::replay;
use tidemark::plan;
use tidemark::pyspark::Playground;
use tidemark::pyspark::ProgramState;
use tidemark::types::DataType;
use tidemark::types::Value;
use tidemark::types::Zone;
use tidemark::types::arrow::value_at;
use tidemark::types::json::row_to_json;
use tidemark::world::Simulated;
use tidemark::world::World;

const USAGE: &str = "tidemark: Spark Structured Streaming programs on a simulated world

  tidemark run PROGRAM.py [--files FOLDER] [--import FOLDER=/PATH] [--export FOLDER] [--json]
      Runs the program; FOLDER stands at /data. All queries process what is there. Prints what the driver prints,
      or with --json one StreamingQueryProgress a line. --import puts a folder at another path of the virtual disk
      (as often as wanted); --export copies the whole virtual disk into a folder when the program is done.
  tidemark replay [--print] CASE...
      Replays conformance cases and says where they differ from what Spark did; with --print writes each as this engine records it.
  tidemark sql
      Reads one SQL query a line and writes one JSON object a line: names, types and rows, or the error.
";

/// What a waiting program may take on the virtual clock, milliseconds.
const AT_MOST_MS: i64 = 60_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.split_first() {
        Some((&"run", rest)) => run(rest),
        Some((&"replay", rest)) => replay_cases(rest),
        Some((&"sql", [])) => sql(),
        Some((&("help" | "--help" | "-h"), _)) => write_out(USAGE).map(|()| true),
        _ => {
            let _ = write!(std::io::stderr(), "{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "tidemark: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_out(text: &str) -> std::io::Result<()> {
    std::io::stdout().write_all(text.as_bytes())
}

/// What `run` is asked for.
struct Wishes<'a> {
    program: &'a str,
    /// Folders of the real disk and where they stand on the virtual one.
    imports: Vec<(&'a str, &'a str)>,
    export: Option<&'a str>,
    json: bool,
}

impl<'a> Wishes<'a> {
    /// None where the words make no sense.
    fn of(arguments: &[&'a str]) -> Option<Self> {
        let (mut program, mut imports, mut export, mut json) = (None, Vec::new(), None, false);
        let mut words = arguments.iter().copied();
        while let Some(word) = words.next() {
            match word {
                "--json" => json = true,
                "--files" => imports.push((words.next()?, "/data")),
                "--import" => imports.push(words.next()?.split_once('=')?),
                "--export" => export = Some(words.next()?),
                _ if word.starts_with("--") || program.is_some() => return None,
                _ => program = Some(word),
            }
        }
        Some(Self { program: program?, imports, export, json })
    }
}

/// `run`: whether neither the program nor a query failed.
fn run(arguments: &[&str]) -> std::io::Result<bool> {
    let Some(wishes) = Wishes::of(arguments) else {
        write!(std::io::stderr(), "{USAGE}")?;
        return Ok(false);
    };
    let program = wishes.program;
    let source = fs::read_to_string(program).map_err(|error| std::io::Error::other(format!("{program}: {error}")))?;
    let mut playground = Playground::new(1);
    for (folder, path) in &wishes.imports {
        copy_in(&mut playground, Path::new(folder), path.trim_end_matches('/'))?;
    }
    let outcome = playground.run(&source);
    let mut failures = Vec::from_iter(outcome.diagnostic);
    if failures.is_empty() {
        if playground.state() == ProgramState::Waiting {
            failures.extend(playground.settle(AT_MOST_MS));
        }
        if playground.state() != ProgramState::Waiting {
            failures.extend(playground.process());
        }
        failures.extend(playground.take_failures());
    }
    let printed = playground.take_output();
    if wishes.json {
        for report in playground.reports() {
            write_out(&format!("{}\n", report.progress))?;
        }
    } else {
        write_out(&printed)?;
    }
    if let Some(folder) = wishes.export {
        copy_out(&playground, Path::new(folder))?;
    }
    for note in &outcome.notes {
        writeln!(std::io::stderr(), "Note: {}", note.text)?;
    }
    for failure in &failures {
        tell(failure, &source)?;
    }
    Ok(failures.is_empty())
}

/// Copies a folder of the real disk onto the virtual one.
fn copy_in(playground: &mut Playground, folder: &Path, to: &str) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{to}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            playground.world_mut().disk_mut().make_folder(&path);
            copy_in(playground, &entry.path(), &path)?;
        } else {
            playground.write_file(&path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Copies the virtual disk into a folder of the real one.
fn copy_out(playground: &Playground, folder: &Path) -> std::io::Result<()> {
    let disk = playground.world().disk();
    for file in disk.files_under("/") {
        let to = folder.join(file.path.trim_start_matches('/'));
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(to, disk.read(&file.path).unwrap_or_default())?;
    }
    Ok(())
}

/// A mistake as a person reads it: the place, the text, the hints.
fn tell(failure: &Diagnostic, source: &str) -> std::io::Result<()> {
    let mut to = std::io::stderr();
    if let Some(span) = failure.span {
        let before = source.get(..span.start as usize).unwrap_or(source);
        let line = before.matches('\n').count() + 1;
        writeln!(to, "line {line}: {}", source.lines().nth(line - 1).unwrap_or_default().trim())?;
    }
    writeln!(to, "{failure}")?;
    for hint in &failure.hints {
        writeln!(to, "Hint: {}", hint.text)?;
    }
    Ok(())
}

/// `replay`: whether all cases are as Spark recorded them.
fn replay_cases(arguments: &[&str]) -> std::io::Result<bool> {
    let (print, paths): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|it| **it == "--print");
    let mut same = 0;
    for path in &paths {
        let text = fs::read_to_string(path).map_err(|error| std::io::Error::other(format!("{path}: {error}")))?;
        let replayed = replay::replay(&text, &mut PlaygroundStage::new(&text));
        if !print.is_empty() {
            write_out(&replayed.text)?;
            continue;
        }
        let verdict = if replayed.differences.is_empty() { "same  " } else { "DIFFER" };
        same += usize::from(replayed.differences.is_empty());
        write_out(&format!("{verdict} {path}\n"))?;
        for difference in &replayed.differences {
            write_out(&format!("  {}\n", difference.replace('\n', "\n  ")))?;
        }
    }
    if print.is_empty() && paths.len() > 1 {
        write_out(&format!("{same} passed, {} failed\n", paths.len() - same))?;
    }
    Ok(!print.is_empty() || same == paths.len())
}

/// `sql`: one query a line in, one object a line out.
fn sql() -> std::io::Result<bool> {
    let mut session = Session::new();
    let mut world = Simulated::new(1, 1_714_903_200_000);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(&mut session, &mut world, &line)
            .unwrap_or_else(|error| serde_json::json!({ "error": error.headline(), "message": error.message }));
        write_out(&format!("{answer}\n"))?;
    }
    Ok(true)
}

fn answer(session: &mut Session, world: &mut Simulated, text: &str) -> Result<Json> {
    let frame = plan::sql::query(text, &session.names(world), session.analyzer())?;
    let (schema, batch) = session.collect(world, &frame)?;
    let names: Vec<&str> = schema.names().collect();
    let types: Vec<String> = schema.fields.iter().map(|field| field.data_type.simple_string()).collect();
    // Columns of one name would become one in an object: each row is written field by field.
    let cell = |row: usize, at: usize| {
        let field = &schema.fields[at];
        let value = value_at(batch.column(at), row, &field.data_type);
        cell_json(value, &field.data_type)
    };
    let rows: Vec<Vec<Json>> = (0..batch.num_rows()).map(|row| (0..schema.fields.len()).map(|at| cell(row, at)).collect()).collect();
    Ok(serde_json::json!({ "names": names, "types": types, "rows": rows }))
}

/// A value as `to_json` writes it.
fn cell_json(value: Value, data_type: &DataType) -> Json {
    let schema = tidemark::types::Schema::new(vec![tidemark::types::Field::new("c", data_type.clone())]);
    let text = row_to_json(&schema, &[value], &Zone::utc(), false);
    serde_json::from_str::<Json>(&text).ok().and_then(|it| it.get("c").cloned()).unwrap_or(Json::Null)
}
