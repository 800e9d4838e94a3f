//! Relations as calls on DataFrames, from the sources up.

use super::Chain;
use super::Result;
use super::Unwritable;
use super::expression::Speaker;
use super::expression::Spoken;
use super::expression::name_part;
use super::list;
use super::literal;
use super::literal::text;
use super::query;
use super::unresolved::Unresolver;
use super::unwritable;
use crate::engine::QueryStart;
use crate::expr::Expr;
use crate::expr::Settings;
use crate::expr::Typed;
use crate::plan::Column;
use crate::plan::JoinType;
use crate::plan::Node;
use crate::plan::Order;
use crate::plan::Plan;
use crate::plan::SetOperation;
use crate::plan::Source;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The program as it grows.
pub(super) struct Writer {
    settings: Settings,
    /// The definitions so far.
    text: String,
    /// The variables that hold frames, with the relation of each.
    frames: Vec<(String, Rc<Plan>)>,
    taken: BTreeSet<String>,
    /// The ids of the sources that have a variable.
    sources: Vec<(u64, String)>,
    /// In how many places each source is read.
    readings: BTreeMap<u64, usize>,
    /// What is being written stands beside another relation.
    is_side: bool,
}

impl Writer {
    /// An empty program.
    pub fn new(starts: &[QueryStart]) -> Self {
        let settings = starts.first().map(|start| start.frame.analyzer.settings()).unwrap_or_default();
        let taken = ["spark", "F"].map(str::to_owned).into_iter().collect();
        let mut readings = BTreeMap::new();
        for start in starts {
            start.frame.plan.for_each_up(&mut |node| {
                if let Node::Source(source) = &node.node {
                    *readings.entry(source.id).or_default() += 1;
                }
            });
        }
        Self { settings, text: String::new(), frames: Vec::new(), taken, sources: Vec::new(), readings, is_side: false }
    }

    /// The whole program.
    pub fn program(&self) -> String {
        let imports = if self.text.contains("F.") { "from pyspark.sql import functions as F\n" } else { "" };
        format!("{imports}{}", self.text).trim_start().to_owned()
    }

    /// A statement `name = chain`; the name that it got.
    pub fn define(&mut self, name: &str, chain: &Chain) -> String {
        let mut free = name.to_owned();
        let mut number = 1;
        while self.taken.contains(&free) {
            number += 1;
            free = format!("{name}_{number}");
        }
        self.taken.insert(free.clone());
        self.text.push('\n');
        self.text.push_str(&chain.assigned(&free));
        free
    }

    /// The relation as a chain of calls.
    pub fn relation(&mut self, plan: &Rc<Plan>) -> Result<Chain> {
        match &plan.node {
            Node::Source(source) => self.source(source, plan),
            Node::Range { start, end, step } => Ok(Chain::new("spark").then(format!("range({start}, {end}, {step})"))),
            Node::LocalRelation { arrays, rows } => list::local_rows(plan, arrays, *rows),
            Node::Project { list, child } => list::project(self, list, child),
            Node::Aggregate { keys, calls, child } => list::aggregate(self, keys, calls, child),
            Node::Generate { child, .. } => list::generated(self, plan, child),
            Node::TimeWindow(_) | Node::SessionWindow(_) => unwritable("a window column outside of a list"),
            Node::Join { left, right, join_type, condition } => self.join(left, right, *join_type, condition.as_ref()),
            Node::CollectMetrics(observed) => list::observe(self, observed),
            Node::Union { children } => {
                let mut children = children.iter();
                let Some(first) = children.next() else { return unwritable("a union of nothing") };
                let mut chain = self.relation(first)?;
                for other in children {
                    let other = self.operand(other)?;
                    chain = chain.then(format!("union({other})"));
                }
                Ok(chain)
            }
            Node::SetOperation { operation, all, left, right } => {
                let method = match (operation, all) {
                    (SetOperation::Intersect, false) => "intersect",
                    (SetOperation::Intersect, true) => "intersectAll",
                    (SetOperation::Except, false) => "subtract",
                    (SetOperation::Except, true) => "exceptAll",
                };
                let (chain, other) = (self.relation(left)?, self.operand(right)?);
                Ok(chain.then(format!("{method}({other})")))
            }
            _ => self.one_input(plan),
        }
    }

    /// A relation that keeps its one input's columns.
    fn one_input(&mut self, plan: &Rc<Plan>) -> Result<Chain> {
        let [child] = plan.children()[..] else { return unwritable("a relation without words in PySpark") };
        let child = Rc::clone(child);
        let chain = self.relation(&child)?;
        let speaker = self.speaker(&child);
        let call = match &plan.node {
            Node::Filter { condition, .. } => format!("where({})", speaker.column(&self.unresolver(&child.columns).expr(condition)?)?),
            Node::EventTimeWatermark { event_time, delay_ms, .. } => {
                let name = only_name(&child, event_time.0)?;
                format!("withWatermark({}, {})", text(&name), text(&literal::duration(delay_ms * 1000)))
            }
            Node::Deduplicate { keys, within_watermark, .. } => {
                let method = if *within_watermark { "dropDuplicatesWithinWatermark" } else { "dropDuplicates" };
                let all = keys.len() == child.columns.len();
                let names: Vec<String> = keys.iter().map(|id| raw_name(&child, id.0).map(|name| text(&name))).collect::<Result<_>>()?;
                if all { format!("{method}()") } else { format!("{method}([{}])", names.join(", ")) }
            }
            Node::Sort { keys, global, .. } => {
                let method = if *global { "orderBy" } else { "sortWithinPartitions" };
                let keys: Vec<String> = keys.iter().map(|key| self.order(key, &child, &speaker)).collect::<Result<_>>()?;
                format!("{method}({})", keys.join(", "))
            }
            Node::Limit { count, .. } => format!("limit({count})"),
            Node::Offset { count, .. } => format!("offset({count})"),
            Node::SubqueryAlias { alias, .. } => format!("alias({})", text(alias)),
            Node::Sample { fraction, with_replacement, seed, .. } => {
                let replaced = if *with_replacement { "True, " } else { "" };
                format!("sample({replaced}{fraction:?}, {seed})")
            }
            // There is one partition here, so the plan does not say how many were asked for.
            Node::Repartition { .. } => return Ok(chain),
            _ => return unwritable("a relation without words in PySpark"),
        };
        Ok(chain.then(call))
    }

    fn order(&self, key: &Order, child: &Rc<Plan>, speaker: &Speaker) -> Result<String> {
        let expr = self.unresolver(&child.columns).expr(&key.expr)?;
        let function = match (key.descending, key.nulls_first) {
            (false, true) => return speaker.column_or_name(&expr),
            (false, false) => "asc_nulls_last",
            (true, false) => "desc",
            (true, true) => "desc_nulls_first",
        };
        Ok(format!("F.{function}({})", speaker.column_or_name(&expr)?))
    }

    fn source(&mut self, source: &Source, plan: &Rc<Plan>) -> Result<Chain> {
        if let Some((_, name)) = self.sources.iter().find(|(id, _)| *id == source.id) {
            return Ok(Chain::new(name.clone()));
        }
        let chain = query::read(&source.spec)?;
        if self.is_side && self.readings.get(&source.id) == Some(&1) {
            return Ok(chain);
        }
        let name = self.define(&source_name(&source.spec.path, &source.spec.format), &chain);
        self.sources.push((source.id, name.clone()));
        self.frames.push((name.clone(), Rc::clone(plan)));
        Ok(Chain::new(name))
    }

    /// A relation beside another one: a source that is read nowhere else stands in this side's own chain.
    fn side(&mut self, plan: &Rc<Plan>) -> Result<Chain> {
        let outer = std::mem::replace(&mut self.is_side, true);
        let chain = self.relation(plan);
        self.is_side = outer;
        chain
    }

    /// A relation as an argument: a variable, or a chain short enough to stand inside of a call.
    fn operand(&mut self, plan: &Rc<Plan>) -> Result<String> {
        let chain = self.side(plan)?;
        if chain.calls.len() <= 1 && chain.line().len() < 60 {
            return Ok(chain.line());
        }
        self.variable(chain, plan)
    }

    /// The chain under a name of its own.
    fn variable(&mut self, chain: Chain, plan: &Rc<Plan>) -> Result<String> {
        if chain.calls.is_empty() {
            self.frames.push((chain.head.clone(), Rc::clone(plan)));
            return Ok(chain.head);
        }
        let mut leaves = Vec::new();
        plan.for_each_up(&mut |node| {
            if let Node::Source(source) = &node.node {
                leaves.push(source_name(&source.spec.path, &source.spec.format));
            }
        });
        let base = match leaves.as_slice() {
            [name] if chain.head.starts_with("spark") => name.clone(),
            [name, ..] => format!("{name}_rows"),
            [] => "rows".to_owned(),
        };
        let name = self.define(&base, &chain);
        self.frames.push((name.clone(), Rc::clone(plan)));
        Ok(name)
    }

    fn join(&mut self, left: &Rc<Plan>, right: &Rc<Plan>, join_type: JoinType, condition: Option<&Typed>) -> Result<Chain> {
        let clash = left.columns.iter().any(|one| right.columns.iter().any(|other| one.name.eq_ignore_ascii_case(&other.name)));
        let chain = self.side(left)?;
        let chain = if clash || chain.head.starts_with("spark") { Chain::new(self.variable(chain, left)?) } else { chain };
        let other = if clash {
            let other = self.side(right)?;
            self.variable(other, right)?
        } else {
            self.operand(right)?
        };
        let Some(condition) = condition else {
            return match join_type {
                JoinType::Cross => Ok(chain.then(format!("crossJoin({other})"))),
                JoinType::Inner => Ok(chain.then(format!("join({other})"))),
                _ => unwritable("an outer join without a condition"),
            };
        };
        let columns: Vec<Column> = left.columns.iter().chain(&right.columns).cloned().collect();
        let speaker = self.speaker_of(&columns);
        let condition = speaker.column(&self.unresolver(&columns).expr(condition)?)?;
        let how = match join_type {
            JoinType::Inner => String::new(),
            JoinType::Cross => ", \"cross\"".to_owned(),
            JoinType::LeftOuter => ", \"left\"".to_owned(),
            JoinType::RightOuter => ", \"right\"".to_owned(),
            JoinType::FullOuter => ", \"full\"".to_owned(),
            JoinType::LeftSemi => ", \"left_semi\"".to_owned(),
            JoinType::LeftAnti => ", \"left_anti\"".to_owned(),
        };
        Ok(chain.then(format!("join({other}, {condition}{how})")))
    }

    /// What turns analysed expressions over these columns into written ones.
    pub fn unresolver<'a>(&self, columns: &'a [Column]) -> Unresolver<'a> {
        Unresolver { columns, settings: self.settings.clone() }
    }

    /// How a relation's columns are called.
    pub fn speaker(&self, plan: &Plan) -> Speaker {
        self.speaker_of(&plan.columns)
    }

    /// By name where that is the only column of it, else by qualifier, else through the frame that the column comes from.
    fn speaker_of(&self, columns: &[Column]) -> Speaker {
        let mut speaker = Speaker::default();
        for column in columns {
            let same = |other: &&Column| other.name.eq_ignore_ascii_case(&column.name) && other.id != column.id;
            let spoken = if !columns.iter().any(|other| same(&other)) {
                Some(Spoken::Name(name_part(&column.name)))
            } else if !column.qualifier.is_empty() && !columns.iter().filter(same).any(|other| other.qualifier == column.qualifier) {
                let parts: Vec<String> = column.qualifier.iter().chain([&column.name]).map(|part| name_part(part)).collect();
                Some(Spoken::Name(parts.join(".")))
            } else {
                self.through_frame(column).map(Spoken::Text)
            };
            if let Some(spoken) = spoken {
                speaker.columns.insert(column.id.0, spoken);
            }
        }
        speaker
    }

    fn through_frame(&self, column: &Column) -> Option<String> {
        let holds = |plan: &Plan| {
            let named = plan.columns.iter().filter(|other| other.name.eq_ignore_ascii_case(&column.name));
            let named: Vec<&Column> = named.collect();
            matches!(named[..], [only] if only.id == column.id)
        };
        let (name, _) = self.frames.iter().rev().find(|(_, plan)| holds(plan))?;
        Some(format!("{name}[{}]", text(&name_part(&column.name))))
    }
}

/// The name by which just this column is found.
fn only_name(plan: &Plan, id: u64) -> Result<String> {
    let Some(column) = plan.columns.iter().find(|column| column.id.0 == id) else { return unwritable("a column that its input has not") };
    let same = plan.columns.iter().filter(|other| other.name.eq_ignore_ascii_case(&column.name)).count();
    if same == 1 { Ok(name_part(&column.name)) } else { unwritable("an event time that shares its name") }
}

fn raw_name(plan: &Plan, id: u64) -> Result<String> {
    let found = plan.columns.iter().find(|column| column.id.0 == id);
    found.map(|column| column.name.clone()).ok_or_else(|| Unwritable("a column that its input has not".to_owned()))
}

/// A variable's name for a source: the folder's, or the format's.
fn source_name(path: &str, format: &str) -> String {
    let last = path.trim_end_matches(['/', '*']).rsplit('/').next().unwrap_or("");
    let last = last.split('.').next().unwrap_or("");
    let word = if last.is_empty() { format } else { last };
    let name: String = word.chars().map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '_' }).collect();
    const RESERVED: [&str; 12] = ["in", "from", "import", "class", "def", "for", "is", "not", "or", "and", "with", "as"];
    if name.starts_with(|it: char| it.is_ascii_digit()) || RESERVED.contains(&name.as_str()) {
        format!("{name}_rows").trim_start_matches(|it: char| it.is_ascii_digit()).to_owned()
    } else {
        name
    }
}

/// An expression of a list under its column's name.
pub(super) fn named(speaker: &Speaker, expr: Expr, name: &str) -> Result<String> {
    if crate::expr::name_of(&expr) == name {
        return speaker.column_or_name(&expr);
    }
    speaker.column(&Expr::Alias(Box::new(expr), vec![name.to_owned()]))
}
