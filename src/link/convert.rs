//! From the engine's records to the page's view-models: nothing is decided here, things are only told in plainer types.

use super::view;
use crate::diag;
use crate::engine;
use crate::engine::BatchReport;
use crate::pyspark::lens;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::display::pretty_string;
use crate::world;
use arrow_array::RecordBatch;

/// How many rows' fates a batch tells.
const FATES: usize = 2_000;

/// How many rows of a table are sent.
pub const ROWS: usize = 500;

/// A place counted in UTF-16 units.
#[must_use]
pub fn span(program: &str, span: diag::Span) -> view::Span {
    let units =
        |bytes: u32| program.char_indices().take_while(|(at, _)| *at < bytes as usize).map(|(_, letter)| letter.len_utf16() as u32).sum();
    view::Span { start: units(span.start), end: units(span.end) }
}

/// A mistake in this program.
#[must_use]
pub fn diagnostic(program: &str, mistake: &diag::Diagnostic) -> view::Diagnostic {
    view::Diagnostic {
        class: mistake.class.to_string(),
        condition: mistake.condition.clone(),
        message: mistake.message.clone(),
        span: mistake.span.map(|place| span(program, place)),
        hints: mistake.hints.iter().map(|advice| hint(program, advice)).collect(),
    }
}

/// Advice on this program.
#[must_use]
pub fn hint(program: &str, advice: &diag::Hint) -> view::Hint {
    view::Hint { text: advice.text.clone(), fix: advice.fix.as_ref().map(|(place, text)| (span(program, *place), text.clone())) }
}

/// A builder card of this program.
#[must_use]
pub fn card(program: &str, card: &lens::Card) -> view::Card {
    let field = |field: &lens::CardField| view::CardField {
        name: field.name.clone(),
        label: field.label.clone(),
        value: field.value.clone(),
        choices: field.choices.clone(),
        span: field.span.map(|place| span(program, place)),
    };
    view::Card {
        kind: card.kind.clone(),
        title: card.title.clone(),
        summary: card.summary.clone(),
        fields: card.fields.iter().map(field).collect(),
        span: card.span.map(|place| span(program, place)),
    }
}

/// What a query is called on the page.
#[must_use]
pub fn query_name(name: Option<&str>, number: usize) -> String {
    name.map_or_else(|| format!("query {}", number + 1), str::to_owned)
}

/// A micro-batch; `newest_ms` is the largest event time of the query up to its end.
#[must_use]
pub fn batch(report: &BatchReport, newest_ms: Option<i64>, zone: &Zone) -> view::Batch {
    let sum = |of: fn(&crate::operator::StateCounters) -> u64| report.state_operators().map(|(_, counters)| of(&counters)).sum();
    let watermark = report.watermark;
    view::Batch {
        query: query_name(report.name.as_deref(), report.query),
        number: report.query,
        batch_id: report.batch_id,
        at_ms: report.at_ms,
        input_rows: report.input_rows,
        output_rows: report.rows.num_rows() as u64,
        no_data: report.no_data,
        late_ms: watermark.map(|it| it.late_ms),
        evict_ms: watermark.map(|it| it.evict_ms),
        next_ms: watermark.map(|it| it.next_ms),
        newest_event_ms: newest_ms,
        delay_ms: watermark.map(|it| it.delay_ms),
        state_rows: sum(|it| it.total),
        state_updated: sum(|it| it.updated),
        state_removed: sum(|it| it.removed),
        dropped: sum(|it| it.dropped),
        durations_ms: report.durations_ms.clone(),
        fates: report.fates.iter().take(FATES).map(|row| fate(row, zone)).collect(),
        fates_left_out: report.fates.len().saturating_sub(FATES) as u64,
        sealed: report.sealed.iter().map(sealed).collect(),
        progress: pretty_json(&report.progress),
    }
}

fn fate(fate: &engine::Fate, zone: &Zone) -> view::Fate {
    let window = |window: &engine::WindowFate| view::WindowFate {
        start_ms: window.start_us.div_euclid(1000),
        end_ms: window.end_us.div_euclid(1000),
        counted: window.counted,
    };
    view::Fate {
        arrived_ms: fate.arrived_ms,
        event_ms: fate.event_us.map(|micros| micros as f64 / 1000.0),
        key: key(&fate.key, zone),
        windows: fate.windows.iter().map(window).collect(),
        outcome: match fate.outcome {
            engine::Outcome::Counted => view::Outcome::Counted,
            engine::Outcome::Late => view::Outcome::Late,
            engine::Outcome::PartlyLate => view::Outcome::PartlyLate,
            engine::Outcome::NoEventTime => view::Outcome::NoEventTime,
            engine::Outcome::Duplicate => view::Outcome::Duplicate,
            engine::Outcome::Filtered => view::Outcome::Filtered,
        },
    }
}

fn sealed(sealed: &engine::Sealed) -> view::Sealed {
    view::Sealed {
        start_ms: sealed.start_us.div_euclid(1000),
        end_ms: sealed.end_us.div_euclid(1000),
        groups: sealed.groups,
        rows: sealed.rows,
    }
}

/// A grouping key as one text.
#[must_use]
pub fn key(values: &[Value], zone: &Zone) -> String {
    values.iter().map(|value| pretty_string(value, &type_of(value), zone)).collect::<Vec<_>>().join(", ")
}

/// A type under which a bare value prints as it should.
fn type_of(value: &Value) -> DataType {
    match value {
        Value::Boolean(_) => DataType::Boolean,
        Value::Byte(_) => DataType::Byte,
        Value::Short(_) => DataType::Short,
        Value::Integer(_) => DataType::Integer,
        Value::Long(_) => DataType::Long,
        Value::Float(_) => DataType::Float,
        Value::Double(_) => DataType::Double,
        Value::Decimal(_, precision, scale) => DataType::Decimal(*precision, *scale),
        Value::Binary(_) => DataType::Binary,
        Value::Date(_) => DataType::Date,
        Value::Timestamp(_) => DataType::Timestamp,
        Value::TimestampNtz(_) => DataType::TimestampNtz,
        Value::DayTimeInterval(_) => DataType::DAY_TIME,
        Value::YearMonthInterval(_) => DataType::YEAR_MONTH,
        Value::CalendarInterval(..) => DataType::CalendarInterval,
        Value::Array(items) => DataType::Array(Box::new(items.first().map_or(DataType::Null, type_of)), true),
        Value::Struct(values) => DataType::Struct(values.iter().map(|value| Field::new("", type_of(value))).collect()),
        Value::Map(entries) => {
            let (key, value) = entries.first().map_or((DataType::Null, DataType::Null), |(key, value)| (type_of(key), type_of(value)));
            DataType::Map(Box::new(key), Box::new(value), true)
        }
        Value::Null | Value::String(_) => DataType::String,
    }
}

/// The rows of a batch as texts.
#[must_use]
pub fn cells(schema: &Schema, rows: &RecordBatch, most: usize, zone: &Zone) -> Vec<Vec<String>> {
    let cell = |row: usize, column: usize| {
        let data_type = &schema.fields[column].data_type;
        pretty_string(&value_at(rows.column(column), row, data_type), data_type, zone)
    };
    (0..rows.num_rows().min(most))
        .map(|row| (0..schema.fields.len().min(rows.num_columns())).map(|column| cell(row, column)).collect())
        .collect()
}

/// A feed of the world.
#[must_use]
pub fn feed(feed: &view::Feed) -> world::Feed {
    match feed.clone() {
        view::Feed::Generated { to, rows_per_second, keys, out_of_order_ms, late_share, late_by_ms, template, every_ms } => {
            world::Feed::Generated { to, rows_per_second, keys, out_of_order_ms, late_share, late_by_ms, template, every_ms }
        }
        view::Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval } => {
            world::Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval }
        }
    }
}

/// A feed as the page shows it.
#[must_use]
pub fn feed_view(feed: &world::Feed) -> view::Feed {
    match feed.clone() {
        world::Feed::Generated { to, rows_per_second, keys, out_of_order_ms, late_share, late_by_ms, template, every_ms } => {
            view::Feed::Generated { to, rows_per_second, keys, out_of_order_ms, late_share, late_by_ms, template, every_ms }
        }
        world::Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval } => {
            view::Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval }
        }
    }
}

fn pretty_json(compact: &str) -> String {
    let parsed = serde_json::from_str::<serde_json::Value>(compact).ok();
    parsed.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| compact.to_owned())
}
