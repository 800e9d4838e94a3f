//! The checks of this room: small programs in text, and what comes of them, as columns, trees or errors.
//!
//! A program is one line a frame: `name = start | step | step`. Starts: `stream SCHEMA`, `batch SCHEMA`, another frame's name, `sql QUERY`.
//! Steps are DataFrame methods with SQL expressions, `;` between arguments: `select id; upper(name) AS n`, `where id > 1`,
//! `watermark at; 10 minutes`, `group name | agg count(*) AS n`, `join b; id; left`, `union b`, `order id DESC`, `distinct`, ...

#[rustfmt::skip]
mod columns;
#[rustfmt::skip]
mod grouping;
#[rustfmt::skip]
mod joining;
#[rustfmt::skip]
mod optimizing;
#[rustfmt::skip]
mod querying;
#[rustfmt::skip]
mod refusing;

use crate::diag;
use crate::expr::Expr;
use crate::expr::Settings;
use crate::expr::SortKey;
use crate::plan::Analyzer;
use crate::plan::Catalog;
use crate::plan::Frame;
use crate::plan::JoinOn;
use crate::plan::OutputMode;
use crate::plan::SourceSpec;
use crate::plan::explain;
use crate::plan::sql;
use crate::plan::streaming;
use crate::sql::ddl;
use crate::types::Value;
use expect_test::Expect;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The frames of a program by name, which are its views too.
struct World {
    analyzer: Rc<Analyzer>,
    frames: BTreeMap<String, Frame>,
    keys: Vec<Expr>,
}

impl Catalog for World {
    fn relation(&self, name: &[String]) -> diag::Result<Option<Frame>> {
        Ok(self.frames.get(&name.join(".")).cloned())
    }
}

/// Runs a program and shows what its last frame is: `schema` (names and types), `tree`, `optimized`, or `start MODE`.
fn shown(program: &str, what: &str) -> String {
    let mut world = World { analyzer: Analyzer::new(Settings::default()), frames: BTreeMap::new(), keys: Vec::new() };
    let mut last = None;
    for line in program.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, steps) = line.split_once(" = ").expect("a line is `name = steps`");
        match world.frame(steps) {
            Ok(frame) => {
                world.frames.insert(name.to_owned(), frame.clone());
                last = Some(frame);
            }
            Err(error) => return error.to_string(),
        }
    }
    let frame = last.expect("a program has a frame");
    match what.split_once(' ') {
        Some(("start", mode)) => started(&frame, mode),
        _ if what == "schema" => frame.schema().tree_string(),
        _ if what == "tree" => explain::tree(&frame.plan),
        _ => explain::tree(&crate::plan::optimize(&frame.plan, &world.analyzer)),
    }
}

fn started(frame: &Frame, mode: &str) -> String {
    let mode = match mode {
        "append" => OutputMode::Append,
        "update" => OutputMode::Update,
        "complete" => OutputMode::Complete,
        "batch" => return streaming::check_batch(&frame.plan).map_or_else(|error| error.to_string(), |()| "fine".to_owned()),
        other => panic!("no mode {other}"),
    };
    streaming::check(&frame.plan, mode).map_or_else(|error| error.to_string(), |()| "fine".to_owned())
}

/// Runs a program and compares what is shown of it.
fn check(program: &str, what: &str, expected: &Expect) {
    expected.assert_eq(&shown(program, what));
}

impl World {
    fn frame(&mut self, steps: &str) -> diag::Result<Frame> {
        let mut steps = steps.split(" | ");
        let mut frame = self.start(steps.next().unwrap_or_default().trim())?;
        for step in steps {
            let (method, arguments) = step.trim().split_once(' ').unwrap_or((step.trim(), ""));
            frame = self.step(&frame, method, arguments)?;
        }
        Ok(frame)
    }

    fn start(&self, start: &str) -> diag::Result<Frame> {
        let (kind, rest) = start.split_once(' ').unwrap_or((start, ""));
        match kind {
            "stream" | "batch" => {
                let schema = ddl::parse_schema(rest)?;
                let spec = SourceSpec {
                    format: "json".to_owned(),
                    options: Vec::new(),
                    schema,
                    path: "/in".to_owned(),
                    streaming: kind == "stream",
                    listed: None,
                };
                Ok(Frame::source(spec, &self.analyzer))
            }
            "sql" => sql::query(rest, self, &self.analyzer),
            name => Ok(self.frames[name].clone()),
        }
    }

    fn step(&mut self, frame: &Frame, method: &str, text: &str) -> diag::Result<Frame> {
        let arguments: Vec<&str> = if text.is_empty() { Vec::new() } else { text.split(';').map(str::trim).collect() };
        let names: Vec<String> = arguments.iter().map(|name| (*name).to_owned()).collect();
        match method {
            "select" => frame.select(self.exprs(&arguments)?),
            "where" => frame.filter(self.expr(text)?),
            "with" => frame.with_columns(self.aliased(&arguments)?),
            "rename" => Ok(frame.with_column_renamed(arguments[0], arguments[1])),
            "drop" => Ok(frame.drop_names(&names)),
            "as" => Ok(frame.alias(text)),
            "to" => frame.to_df(&names),
            "watermark" => frame.with_watermark(arguments[0], arguments[1]),
            "distinct" => Ok(frame.distinct()),
            "dedup" => frame.drop_duplicates(if names.is_empty() { None } else { Some(&names) }),
            "dedup_within" => frame.drop_duplicates_within_watermark(if names.is_empty() { None } else { Some(&names) }),
            "group" => {
                self.keys = self.exprs(&arguments)?;
                Ok(frame.clone())
            }
            "agg" => frame.aggregate(std::mem::take(&mut self.keys), self.exprs(&arguments)?),
            "sum" => frame.aggregate_numeric(std::mem::take(&mut self.keys), "sum", &names),
            "count" => frame.count_by(std::mem::take(&mut self.keys)),
            "map" => frame.aggregate_map(std::mem::take(&mut self.keys), &pairs(&arguments)),
            "pivot_values" => {
                let values = names[1..].iter().map(|value| Value::String(value.clone())).collect();
                let sum = crate::expr::parse("sum(n)")?;
                frame.pivot(vec![crate::expr::parse("city")?], self.expr(arguments[0])?, Some(values), vec![sum])
            }
            "fill" => frame.fill(&Value::Integer(7), None),
            "pivot" => frame.pivot(Vec::new(), self.expr(text)?, None, Vec::new()),
            "join" => frame.join(&self.frames[arguments[0]], self.on(&arguments)?, arguments.get(2).unwrap_or(&"inner")),
            "union" => frame.union(&self.frames[text]),
            "union_by_name" => frame.union_by_name(&self.frames[arguments[0]], arguments.len() > 1),
            "intersect" => frame.intersect(&self.frames[text], false),
            "except" => frame.except(&self.frames[text], false),
            "order" => frame.sort(self.sort_keys(&arguments)?),
            "limit" => frame.limit(text.parse().expect("a number")),
            "offset" => frame.offset(text.parse().expect("a number")),
            "sample" => Ok(frame.sample(false, 0.5, 1)),
            "drop_nulls" => frame.drop_nulls(None, if names.is_empty() { None } else { Some(&names) }),
            other => panic!("no step {other}"),
        }
    }

    /// An SQL expression; `frame!column` stands for `frame["column"]`.
    fn expr(&self, text: &str) -> diag::Result<Expr> {
        match text.split_once('!') {
            Some((frame, column)) if !text.contains("!=") => self.frames[frame].column(column),
            _ => crate::expr::parse(text),
        }
    }

    fn exprs(&self, arguments: &[&str]) -> diag::Result<Vec<Expr>> {
        arguments.iter().map(|argument| self.expr(argument)).collect()
    }

    fn aliased(&self, arguments: &[&str]) -> diag::Result<Vec<(String, Expr)>> {
        let one = |argument: &&str| {
            let (name, expr) = argument.split_once(" := ").expect("`name := expression`");
            Ok((name.to_owned(), self.expr(expr)?))
        };
        arguments.iter().map(one).collect()
    }

    fn on(&self, arguments: &[&str]) -> diag::Result<JoinOn> {
        Ok(match arguments.get(1).copied() {
            None | Some("") => JoinOn::Nothing,
            Some(condition) if condition.contains(['=', '<', '>']) => JoinOn::Condition(vec![self.condition(condition)?]),
            Some(columns) => JoinOn::Columns(columns.split(',').map(|name| name.trim().to_owned()).collect()),
        })
    }

    /// `a!id = b!id`, or a condition in SQL.
    fn condition(&self, text: &str) -> diag::Result<Expr> {
        match text.split_once(" = ") {
            Some((left, right)) if text.contains('!') => Ok(Expr::call("=", vec![self.expr(left)?, self.expr(right)?])),
            _ => crate::expr::parse(text),
        }
    }

    fn sort_keys(&self, arguments: &[&str]) -> diag::Result<Vec<SortKey>> {
        let one = |argument: &&str| {
            let (text, descending) = argument.strip_suffix(" DESC").map_or((*argument, false), |text| (text, true));
            Ok(SortKey { expr: self.expr(text)?, descending, nulls_first: !descending })
        };
        arguments.iter().map(one).collect()
    }
}

fn pairs(arguments: &[&str]) -> Vec<(String, String)> {
    arguments.iter().filter_map(|pair| pair.split_once(": ")).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
