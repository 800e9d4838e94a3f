//! Builder cards: one for each step of the query as the program says it.

use super::read::{Link, Query, argument, called_name, with_queries};
use crate::diag::Span;
use ruff_python_ast::{Expr, ExprCall, Number};
use ruff_text_size::Ranged;

/// A builder card. Spans are bytes of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// `source`, `watermark`, `window`, `keys`, `aggregate`, `sink`, `mode`, `trigger`, `step`.
    pub kind: String,
    /// "Socket", "Watermark", "Window".
    pub title: String,
    /// "localhost:9999", "ts, 10 seconds".
    pub summary: String,
    /// What of it can be changed in place.
    pub fields: Vec<CardField>,
    /// Where the step stands in the text, if it is written there.
    pub span: Option<Span>,
}

/// One thing on a card that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardField {
    /// Names it to [`super::edit`]: `delay`, `duration`, `mode`.
    pub name: String,
    /// For people.
    pub label: String,
    /// What the text says now.
    pub value: String,
    /// Offered values; empty means free text.
    pub choices: Vec<String>,
    /// Where it stands, if it is written in the text.
    pub span: Option<Span>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// With the quotes of the literal that it replaces.
    AsBefore,
    /// In double quotes.
    Double,
    /// As it is: code.
    Bare,
}

/// Where and how an edit of a field writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Instead of these bytes.
    Replace { start: usize, end: usize, quote: Quote },
    /// A new link before the dot at `at`, laid out like the gap since `from`.
    Insert { at: usize, from: usize, before: String, after: String, quote: Quote },
    /// The whole trigger; `interval` is what a timed kind gets.
    Trigger { replaced: Option<(usize, usize)>, at: usize, from: usize, interval: String },
}

pub(super) type PlacedCard = (Card, Vec<(CardField, Place)>);

/// The cards of the query that the program starts last.
#[must_use]
pub fn cards(program: &str) -> Vec<Card> {
    let with_fields = |(card, fields): PlacedCard| Card { fields: fields.into_iter().map(|it| it.0).collect(), ..card };
    with_places(program).into_iter().map(with_fields).collect()
}

/// The same cards with where each field is written.
pub(super) fn with_places(program: &str) -> Vec<PlacedCard> {
    with_queries(program, |queries| queries.last().map_or_else(Vec::new, |query| Cards { program, query, cards: Vec::new() }.all()))
}

pub(super) struct Cards<'q, 'a> {
    pub program: &'q str,
    pub query: &'q Query<'a>,
    pub cards: Vec<PlacedCard>,
}

impl<'q, 'a> Cards<'q, 'a> {
    fn all(mut self) -> Vec<PlacedCard> {
        let links = &self.query.links;
        let writer = links.iter().position(|link| link.name == "writeStream").unwrap_or(links.len());
        self.relation(&links[..writer]);
        if writer < links.len() {
            self.writer(&links[writer..]);
        }
        self.cards
    }

    /// Source and transformations.
    fn relation(&mut self, links: &[Link<'a>]) {
        let reader = links.iter().position(|link| matches!(link.name, "readStream" | "read"));
        let Some(reader) = reader else { return self.steps(links) };
        let is_load = |link: &Link| {
            matches!(link.name, "load" | "table" | "json" | "csv" | "text" | "parquet" | "orc" | "xml") && link.call.is_some()
        };
        let load = links[reader..].iter().position(is_load).map_or(links.len(), |at| reader + at + 1);
        self.source(&links[reader..load]);
        self.steps(&links[load..]);
    }

    fn source(&mut self, links: &[Link<'a>]) {
        let mut fields = Vec::new();
        let mut format = String::new();
        for link in links {
            let Some(call) = link.call else { continue };
            match link.name {
                "format" => self.field(&mut fields, "format", "Format", argument(call, 0, "source")),
                "schema" => self.field(&mut fields, "schema", "Schema", argument(call, 0, "schema")),
                "option" => self.option(&mut fields, call),
                "options" => self.options(&mut fields, call),
                "load" => self.field(&mut fields, "path", "Path", argument(call, 0, "path")),
                "table" => self.field(&mut fields, "table", "Table", argument(call, 0, "tableName")),
                _ => {
                    link.name.clone_into(&mut format);
                    self.field(&mut fields, "path", "Path", argument(call, 0, "path"));
                }
            }
        }
        if let Some(written) = fields.iter_mut().find(|it| it.0.name == "format") {
            written.0.choices = ["rate", "socket", "json", "csv", "text", "parquet", "delta", "kafka"].map(str::to_owned).to_vec();
            format.clone_from(&written.0.value);
        }
        let value = |name: &str| fields.iter().find(|it| it.0.name == name).map(|it| it.0.value.clone());
        let summary = match format.as_str() {
            "socket" => format!("{}:{}", value("host").unwrap_or_default(), value("port").unwrap_or_default()),
            "kafka" => value("subscribe").unwrap_or_default(),
            _ => value("path").or_else(|| value("table")).unwrap_or_default(),
        };
        let title = if format.is_empty() { "Source".to_owned() } else { capitalised(&format) };
        self.push("source", &title, &summary, span_of(links), fields);
    }

    fn steps(&mut self, links: &[Link<'a>]) {
        for (at, link) in links.iter().enumerate() {
            let Some(call) = link.call else { continue };
            match link.name {
                "withWatermark" => self.watermark(link, call),
                "groupBy" | "groupby" => {
                    self.missing_watermark(&self.query.links, link, call);
                    self.group(link, call);
                }
                "count" | "agg" | "sum" | "avg" | "mean" | "min" | "max" => self.aggregate(link, call),
                "join" | "union" | "unionByName" | "unionAll" => {
                    if let Some(Expr::Name(other)) = call.arguments.args.first() {
                        let chain = self.query.chains.get(other.id.as_str()).cloned().unwrap_or_default();
                        self.relation(&chain);
                    }
                    self.step(link, call, at);
                }
                _ => self.step(link, call, at),
            }
        }
    }

    fn watermark(&mut self, link: &Link<'a>, call: &'a ExprCall) {
        let mut fields = Vec::new();
        self.field(&mut fields, "column", "Event time", argument(call, 0, "eventTime"));
        self.field(&mut fields, "delay", "Delay", argument(call, 1, "delayThreshold"));
        let summary = summary(&fields);
        self.push("watermark", "Watermark", &summary, link_span(link), fields);
    }

    /// A windowed aggregation without watermark offers to insert one.
    fn missing_watermark(&mut self, links: &[Link<'a>], link: &Link<'a>, call: &'a ExprCall) {
        let window = call.arguments.args.iter().find_map(|it| self.window_call(it));
        let Some(window) = window else { return };
        if links.iter().any(|it| it.name == "withWatermark") {
            return;
        }
        let Some(column) = argument(window, 0, "timeColumn").and_then(|it| self.column_name(it)) else { return };
        let at = self.dot(link);
        let before = format!(".withWatermark({column:?}, ");
        let place = Place::Insert { at, from: link.from, before, after: ")".to_owned(), quote: Quote::Double };
        let field = CardField { name: "delay".to_owned(), label: "Delay".to_owned(), ..CardField::default() };
        self.push("watermark", "No watermark", "late rows are never dropped, state is never removed", None, vec![(field, place)]);
    }

    fn group(&mut self, link: &Link<'a>, call: &'a ExprCall) {
        let mut keys = Vec::new();
        for (at, key) in flattened(&call.arguments.args).into_iter().enumerate() {
            match self.window_call(key) {
                Some(window) => self.window(window),
                None => self.field(&mut keys, &format!("key{}", at + 1), "Key", Some(key)),
            }
        }
        if !keys.is_empty() {
            let summary = summary(&keys);
            self.push("keys", "Group by", &summary, link_span(link), keys);
        }
    }

    fn window(&mut self, call: &'a ExprCall) {
        let mut fields = Vec::new();
        self.field(&mut fields, "column", "Event time", argument(call, 0, "timeColumn"));
        let session = called_name(call) == "session_window";
        if session {
            self.field(&mut fields, "gap", "Gap", argument(call, 1, "gapDuration"));
        } else {
            self.field(&mut fields, "duration", "Length", argument(call, 1, "windowDuration"));
            match argument(call, 2, "slideDuration") {
                Some(slide) if !matches!(slide, Expr::NoneLiteral(_)) => self.field(&mut fields, "slide", "Slide", Some(slide)),
                Some(_) => {}
                None => {
                    let at = call.arguments.args.get(1).map_or(call.end(), Ranged::end).to_usize();
                    let place = Place::Insert { at, from: at, before: ", ".to_owned(), after: String::new(), quote: Quote::Double };
                    if call.arguments.keywords.is_empty() && call.arguments.args.len() == 2 {
                        let field = CardField { name: "slide".to_owned(), label: "Slide".to_owned(), ..CardField::default() };
                        fields.push((field, place));
                    }
                }
            }
            self.field(&mut fields, "startTime", "Start offset", argument(call, 3, "startTime"));
        }
        let title = if session { "Session window" } else { "Window" };
        let summary = summary(&fields);
        self.push("window", title, &summary, Some(span(call.start().to_usize(), call.end().to_usize())), fields);
    }

    fn aggregate(&mut self, link: &Link<'a>, call: &'a ExprCall) {
        let inside = span(call.arguments.start().to_usize() + 1, call.arguments.end().to_usize().saturating_sub(1));
        let text = self.text(inside).trim().to_owned();
        let mut fields = Vec::new();
        if link.name != "agg" {
            let choices = ["count", "sum", "avg", "min", "max"].map(str::to_owned).to_vec();
            let at = span(link.name_at, link.name_at + link.name.len());
            let field = CardField {
                name: "function".to_owned(),
                label: "Function".to_owned(),
                value: link.name.to_owned(),
                choices,
                span: Some(at),
            };
            fields.push((field, Place::Replace { start: link.name_at, end: link.name_at + link.name.len(), quote: Quote::Bare }));
        }
        if link.name == "agg" || !text.is_empty() {
            let field = CardField {
                name: "expressions".to_owned(),
                label: "Expressions".to_owned(),
                value: text.clone(),
                choices: Vec::new(),
                span: Some(inside),
            };
            fields.push((field, Place::Replace { start: inside.start as usize, end: inside.end as usize, quote: Quote::Bare }));
        }
        let summary = if link.name == "agg" { text } else { format!("{}({text})", link.name) };
        self.push("aggregate", "Aggregate", &summary, link_span(link), fields);
    }

    fn step(&mut self, link: &Link<'a>, call: &'a ExprCall, _at: usize) {
        let inside = span(call.arguments.start().to_usize() + 1, call.arguments.end().to_usize().saturating_sub(1));
        let text = self.text(inside).split_whitespace().collect::<Vec<_>>().join(" ");
        let field = CardField {
            name: "arguments".to_owned(),
            label: link.name.to_owned(),
            value: text.clone(),
            choices: Vec::new(),
            span: Some(inside),
        };
        let place = Place::Replace { start: inside.start as usize, end: inside.end as usize, quote: Quote::Bare };
        self.push("step", link.name, &text, link_span(link), vec![(field, place)]);
    }

    pub(super) fn option(&mut self, fields: &mut Vec<(CardField, Place)>, call: &'a ExprCall) {
        let Some((name, _, _)) = argument(call, 0, "key").and_then(|it| self.value(it)) else { return };
        self.field(fields, &name, &name, argument(call, 1, "value"));
    }

    pub(super) fn options(&mut self, fields: &mut Vec<(CardField, Place)>, call: &'a ExprCall) {
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                self.field(fields, name.as_str(), name.as_str(), Some(&keyword.value));
            }
        }
    }

    /// Adds a field for an argument: a literal can be changed as such, other code as code.
    pub(super) fn field(&self, fields: &mut Vec<(CardField, Place)>, name: &str, label: &str, argument: Option<&'a Expr>) {
        let Some(argument) = argument else { return };
        let (value, at, quote) = self.value(argument).unwrap_or_else(|| {
            let at = span(argument.start().to_usize(), argument.end().to_usize());
            (self.text(at).to_owned(), at, Quote::Bare)
        });
        let field = CardField { name: name.to_owned(), label: label.to_owned(), value, choices: Vec::new(), span: Some(at) };
        fields.push((field, Place::Replace { start: at.start as usize, end: at.end as usize, quote }));
    }

    /// The value of a literal and where it is written, through variables that hold one.
    pub(super) fn value(&self, expression: &'a Expr) -> Option<(String, Span, Quote)> {
        let mut expression = expression;
        for _ in 0..8 {
            let Expr::Name(name) = expression else { break };
            expression = self.query.values.get(name.id.as_str())?;
        }
        let at = span(expression.start().to_usize(), expression.end().to_usize());
        let value = match expression {
            Expr::StringLiteral(string) => string.value.to_str().to_owned(),
            Expr::NumberLiteral(number) if matches!(number.value, Number::Int(_) | Number::Float(_)) => self.text(at).to_owned(),
            Expr::BooleanLiteral(_) => self.text(at).to_owned(),
            _ => return None,
        };
        Some((value, at, Quote::AsBefore))
    }

    /// The call of `window` or `session_window` in a grouping key, aliased or through a variable.
    fn window_call(&self, expression: &'a Expr) -> Option<&'a ExprCall> {
        match expression {
            Expr::Call(call) if matches!(called_name(call), "window" | "session_window") => Some(call),
            Expr::Call(call) if called_name(call) == "alias" => match call.func.as_ref() {
                Expr::Attribute(attribute) => self.window_call(&attribute.value),
                _ => None,
            },
            Expr::Name(name) => match *self.query.values.get(name.id.as_str())? {
                value @ Expr::Call(_) => self.window_call(value),
                _ => None,
            },
            _ => None,
        }
    }

    /// The column's name in `"ts"`, `col("ts")`, `df.ts`, `df["ts"]`.
    fn column_name(&self, expression: &'a Expr) -> Option<String> {
        match expression {
            Expr::Call(call) if matches!(called_name(call), "col" | "column") => self.value(call.arguments.args.first()?).map(|it| it.0),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str().to_owned()),
            Expr::Subscript(subscript) => self.value(&subscript.slice).map(|it| it.0),
            _ => self.value(expression).map(|it| it.0),
        }
    }

    /// Where the dot of a link stands.
    pub(super) fn dot(&self, link: &Link<'a>) -> usize {
        self.program.get(link.from..link.name_at).and_then(|gap| gap.rfind('.')).map_or(link.from, |at| link.from + at)
    }

    fn text(&self, at: Span) -> &'q str {
        self.program.get(at.start as usize..at.end as usize).unwrap_or_default()
    }

    pub(super) fn push(&mut self, kind: &str, title: &str, summary: &str, span: Option<Span>, fields: Vec<(CardField, Place)>) {
        let card = Card { kind: kind.to_owned(), title: title.to_owned(), summary: summary.to_owned(), fields: Vec::new(), span };
        self.cards.push((card, fields));
    }
}

/// The arguments with a list or tuple among them spread, as `groupBy(["a", "b"])` means them.
fn flattened<'a>(arguments: &'a [Expr]) -> Vec<&'a Expr> {
    let spread = |it: &'a Expr| -> Vec<&'a Expr> {
        match it {
            Expr::List(list) => list.elts.iter().collect(),
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            other => vec![other],
        }
    };
    arguments.iter().flat_map(spread).collect()
}

fn summary(fields: &[(CardField, Place)]) -> String {
    fields.iter().map(|it| it.0.value.as_str()).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
}

pub(super) fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

pub(super) fn span(start: usize, end: usize) -> Span {
    Span { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end.max(start)).unwrap_or(u32::MAX) }
}

pub(super) fn link_span(link: &Link) -> Option<Span> {
    Some(span(link.name_at, link.to))
}

fn span_of(links: &[Link]) -> Option<Span> {
    let (first, last) = (links.first()?, links.last()?);
    Some(span(first.name_at, last.to))
}
