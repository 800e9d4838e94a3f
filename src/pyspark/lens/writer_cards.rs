//! The cards of a query's writer: output mode, trigger, sink.

use super::card::CardField;
use super::card::Cards;
use super::card::Place;
use super::card::Quote;
use super::card::capitalised;
use super::card::link_span;
use super::card::span;
use super::read::Link;
use super::read::argument;
use ruff_python_ast::ExprCall;
use ruff_text_size::Ranged;

impl<'a> Cards<'_, 'a> {
    /// Everything from `writeStream` on.
    pub(super) fn writer(&mut self, links: &[Link<'a>]) {
        let calls = |name: &str| links.iter().rev().find(|link| link.name == name).and_then(|link| Some((link, link.call?)));
        let end = calls("start").or_else(|| calls("toTable"));
        let last = end.map(|it| it.0).or_else(|| links.last());
        let Some(last) = last else { return };
        // New links go before `start`, or after all there is.
        let (at, from) = if end.is_some() { (self.dot(last), last.from) } else { (last.to, last.to) };
        self.mode(calls("outputMode"), end, at, from);
        self.trigger(calls("trigger"), at, from);
        self.sink(links, end, at, from);
    }

    fn mode(&mut self, written: Option<(&Link<'a>, &'a ExprCall)>, end: Option<(&Link<'a>, &'a ExprCall)>, at: usize, from: usize) {
        let mut fields = Vec::new();
        let in_start = end.and_then(|it| argument(it.1, 2, "outputMode"));
        if let Some(argument) = written.and_then(|it| argument(it.1, 0, "outputMode")).or(in_start) {
            self.field(&mut fields, "mode", "Output mode", Some(argument));
        } else {
            let place = Place::Insert { at, from, before: ".outputMode(".to_owned(), after: ")".to_owned(), quote: Quote::Double };
            let field =
                CardField { name: "mode".to_owned(), label: "Output mode".to_owned(), value: "append".to_owned(), ..CardField::default() };
            fields.push((field, place));
        }
        fields[0].0.choices = ["append", "update", "complete"].map(str::to_owned).to_vec();
        let summary = fields[0].0.value.clone();
        self.push("mode", "Output mode", &summary, written.and_then(|it| link_span(it.0)), fields);
    }

    fn trigger(&mut self, written: Option<(&Link<'a>, &'a ExprCall)>, at: usize, from: usize) {
        let keyword = written.and_then(|it| it.1.arguments.keywords.first());
        let kind = keyword.and_then(|it| it.arg.as_ref()).map_or("processingTime", |it| it.as_str());
        let replaced = written.map(|it| (self.dot(it.0), it.0.to));
        let timed = keyword.filter(|_| matches!(kind, "processingTime" | "continuous"));
        let interval = timed.and_then(|it| self.value(&it.value)).map_or_else(|| "10 seconds".to_owned(), |it| it.0);
        let choices = ["processingTime", "availableNow", "once"].map(str::to_owned).to_vec();
        let span = keyword.and_then(|it| it.arg.as_ref()).map(|it| span(it.start().to_usize(), it.end().to_usize()));
        let field = CardField { name: "kind".to_owned(), label: "Trigger".to_owned(), value: kind.to_owned(), choices, span };
        let mut fields = vec![(field, Place::Trigger { replaced, at, from, interval: interval.clone() })];
        match timed {
            Some(timed) => self.field(&mut fields, "interval", "Interval", Some(&timed.value)),
            None if written.is_none() => {
                let place =
                    Place::Insert { at, from, before: ".trigger(processingTime=".to_owned(), after: ")".to_owned(), quote: Quote::Double };
                fields.push((CardField { name: "interval".to_owned(), label: "Interval".to_owned(), ..CardField::default() }, place));
            }
            None => {}
        }
        let summary = match (written.is_some(), timed.is_some()) {
            (false, _) => "as soon as the batch before is done".to_owned(),
            (true, true) => format!("every {interval}"),
            (true, false) => kind.to_owned(),
        };
        self.push("trigger", "Trigger", &summary, written.and_then(|it| link_span(it.0)), fields);
    }

    fn sink(&mut self, links: &[Link<'a>], end: Option<(&Link<'a>, &'a ExprCall)>, at: usize, from: usize) {
        let mut fields = Vec::new();
        let mut title = String::new();
        for link in links {
            let Some(call) = link.call else { continue };
            match link.name {
                "format" => self.field(&mut fields, "format", "Format", argument(call, 0, "source")),
                "queryName" => self.field(&mut fields, "queryName", "Name", argument(call, 0, "queryName")),
                "option" => self.option(&mut fields, call),
                "options" => self.options(&mut fields, call),
                "foreachBatch" | "foreach" => {
                    link.name.clone_into(&mut title);
                    self.field(&mut fields, "function", "Function", call.arguments.args.first());
                }
                "toTable" => self.field(&mut fields, "table", "Table", argument(call, 0, "tableName")),
                "start" => self.field(&mut fields, "path", "Path", argument(call, 0, "path")),
                _ => {}
            }
        }
        if let Some(format) = fields.iter_mut().find(|it| it.0.name == "format") {
            format.0.choices = ["console", "memory", "json", "csv", "parquet", "delta", "kafka"].map(str::to_owned).to_vec();
            title = capitalised(&format.0.value);
        }
        if !fields.iter().any(|it| it.0.name.eq_ignore_ascii_case("checkpointLocation")) {
            let before = ".option(\"checkpointLocation\", ".to_owned();
            let place = Place::Insert { at, from, before, after: ")".to_owned(), quote: Quote::Double };
            fields.push((
                CardField { name: "checkpointLocation".to_owned(), label: "checkpointLocation".to_owned(), ..CardField::default() },
                place,
            ));
        }
        let shown =
            fields.iter().find(|it| matches!(it.0.name.as_str(), "path" | "table" | "queryName" | "function")).map(|it| it.0.value.clone());
        let title = if title.is_empty() { "Sink" } else { &title };
        self.push("sink", title, &shown.unwrap_or_default(), end.and_then(|it| link_span(it.0)), fields);
    }
}
