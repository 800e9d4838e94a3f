//! What the panes at the right show: gathered from the engine's reports and stores, with what the latest batch wrote marked as fresh.

use super::convert;
use super::view;
use crate::engine::BatchReport;
use crate::engine::Session;
use crate::operator::StateView;
use crate::plan::OutputMode;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::display::pretty_string;
use crate::world::Disk;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

/// What the panes remember from batch to batch.
#[derive(Debug, Default)]
pub struct Panes {
    /// How many batches were told.
    batches: u64,
    /// By query: what its sink got.
    results: BTreeMap<String, Written>,
    /// By query and store: its rows before the latest batch.
    before: BTreeMap<(String, usize), BTreeSet<Vec<String>>>,
    /// By query: the largest event time so far.
    newest_ms: BTreeMap<String, i64>,
    /// By query and window: the rows that were counted in it. The engine's own count begins anew with the driver, this one does not.
    counted: BTreeMap<(String, i64, i64), u64>,
    /// The queries that ran a batch since the latest snapshot.
    ran: BTreeSet<String>,
}

/// What a sink got.
#[derive(Debug, Default)]
struct Written {
    columns: Vec<String>,
    /// The newest batch first: its number and its rows.
    batches: VecDeque<(u64, Vec<Vec<String>>)>,
    /// Rows in `batches`.
    kept: usize,
    /// Rows in all.
    total: u64,
}

impl Panes {
    /// Takes in a batch's report; the batch as the page draws it.
    pub fn take(&mut self, report: &BatchReport, zone: &Zone) -> view::Batch {
        let query = convert::query_name(report.name.as_deref(), report.query);
        let newest = self.newest_ms.get(&query).copied().max(report.watermark.and_then(|it| it.event_times).map(|times| times.max_ms));
        if let Some(newest_ms) = newest {
            self.newest_ms.insert(query.clone(), newest_ms);
        }
        self.batches += 1;
        self.ran.insert(query.clone());
        self.results.entry(query).or_default().take(report, zone);
        let mut batch = convert::batch(report, newest, zone);
        self.count(&mut batch);
        batch
    }

    /// Counts the rows of open windows, and tells sealed ones how many they held, also from before a restart of the driver.
    fn count(&mut self, batch: &mut view::Batch) {
        for window in batch.fates.iter().flat_map(|fate| &fate.windows).filter(|window| window.counted) {
            *self.counted.entry((batch.query.clone(), window.start_ms, window.end_ms)).or_default() += 1;
        }
        for sealed in &mut batch.sealed {
            let counted = self.counted.remove(&(batch.query.clone(), sealed.start_ms, sealed.end_ms));
            sealed.rows = sealed.rows.max(counted.unwrap_or(0));
        }
    }

    /// The panes as they are now.
    pub fn snapshot(&mut self, session: &mut Session, zone: &Zone) -> view::Snapshot {
        let ids: Vec<_> = session.queries().map(|(id, query)| (id, convert::query_name(query.name(), id.0))).collect();
        let mut state = Vec::new();
        for (id, query) in &ids {
            for (store, table) in session.state_tables(*id, convert::ROWS).iter().enumerate() {
                state.push(self.state(query, store, table, zone));
            }
        }
        let keys: BTreeSet<String> = state.iter().flat_map(|table| table.table.rows.iter().map(|row| row.key.clone())).collect();
        let results = self.results.iter().map(|(query, written)| written.table(query, &keys)).collect();
        self.ran.clear();
        view::Snapshot { batches: self.batches, state, results, queries: queries(session) }
    }

    fn state(&mut self, query: &str, store: usize, table: &StateView, zone: &Zone) -> view::StateTable {
        let fields: Vec<_> = table.keys.fields.iter().chain(&table.values.fields).collect();
        let place = (query.to_owned(), store);
        let before = self.before.get(&place).cloned().unwrap_or_default();
        let changed = self.ran.contains(query);
        let mut now = BTreeSet::new();
        let mut rows = Vec::new();
        for row in &table.rows {
            let cells: Vec<String> =
                row.key.iter().chain(&row.value).zip(&fields).map(|(value, field)| pretty_string(value, &field.data_type, zone)).collect();
            let key: Vec<Value> = row
                .key
                .iter()
                .zip(&table.keys.fields)
                .filter(|(_, field)| !is_window(&field.data_type))
                .map(|(value, _)| value.clone())
                .collect();
            let fresh = changed && !before.contains(&cells);
            now.insert(cells.clone());
            rows.push((row.expires_us, view::Row { cells, fresh, key: convert::key(&key, zone) }));
        }
        if changed {
            self.before.insert(place, now);
        }
        rows.reverse();
        view::StateTable {
            query: query.to_owned(),
            operator: title(table),
            expires_ms: rows.iter().map(|(expires_us, _)| expires_us.map(|micros| micros.div_euclid(1000))).collect(),
            table: view::Table {
                columns: fields.iter().map(|field| field.name.clone()).collect(),
                left_out: table.total.saturating_sub(rows.len() as u64),
                rows: rows.into_iter().map(|(_, row)| row).collect(),
            },
        }
    }
}

/// What names a table of state: the operator, or the state variable of the program's.
fn title(table: &StateView) -> String {
    match table.operator.as_str() {
        crate::operator::TransformWithState::NAME => format!("{} (transformWithState)", table.store),
        name => name.to_owned(),
    }
}

impl Written {
    fn take(&mut self, report: &BatchReport, zone: &Zone) {
        self.columns = report.schema.fields.iter().map(|field| field.name.clone()).collect();
        let cells = convert::cells(&report.schema, &report.rows, convert::ROWS, zone);
        if report.mode == OutputMode::Complete {
            *self = Self { columns: std::mem::take(&mut self.columns), ..Self::default() };
        }
        self.total += report.rows.num_rows() as u64;
        self.kept += cells.len();
        self.batches.push_front((report.batch_id, cells));
        while self.kept > convert::ROWS && self.batches.len() > 1 {
            self.kept -= self.batches.pop_back().map_or(0, |(_, rows)| rows.len());
        }
    }

    /// The table; a row's key is the cell, or the cells together, that are a key of the state.
    fn table(&self, query: &str, keys: &BTreeSet<String>) -> view::ResultTable {
        let key = |cells: &[String]| {
            cells
                .iter()
                .find(|cell| keys.contains(*cell))
                .or_else(|| cells.iter().find(|cell| cell.parse::<f64>().is_err() && !cell.starts_with('{')))
                .cloned()
                .unwrap_or_default()
        };
        let rows = self.batches.iter().enumerate().flat_map(|(age, (_, rows))| rows.iter().map(move |cells| (age, cells)));
        let rows: Vec<view::Row> =
            rows.take(convert::ROWS).map(|(age, cells)| view::Row { cells: cells.clone(), fresh: age == 0, key: key(cells) }).collect();
        view::ResultTable {
            query: query.to_owned(),
            table: view::Table { columns: self.columns.clone(), left_out: self.total.saturating_sub(rows.len() as u64), rows },
        }
    }
}

fn is_window(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Struct(fields) if fields.len() == 2 && fields[0].name == "start" && fields[1].name == "end")
}

/// The disk's files, of each folder the latest ones.
#[must_use]
pub fn files(disk: &Disk) -> Vec<view::FileEntry> {
    let mut folders: BTreeMap<String, Vec<view::FileEntry>> = BTreeMap::new();
    for file in disk.files_under("/") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        folders.entry(folder).or_default().push(view::FileEntry { path: file.path, size: file.size, modified_ms: file.modified_ms });
    }
    for files in folders.values_mut().filter(|files| files.len() > LATEST) {
        files.sort_by(|a, b| (b.modified_ms, &b.path).cmp(&(a.modified_ms, &a.path)));
        files.truncate(LATEST);
        files.sort_by(|a, b| a.path.cmp(&b.path));
    }
    folders.into_values().flatten().take(MOST_FILES).collect()
}

/// How many files of a folder are listed.
const LATEST: usize = 60;

/// How many files are listed at all.
const MOST_FILES: usize = 2_000;

fn queries(session: &Session) -> Vec<view::QueryStatus> {
    let status = |(id, query): (crate::engine::QueryId, &crate::engine::Query)| view::QueryStatus {
        name: convert::query_name(query.name(), id.0),
        active: query.is_active(),
        message: query
            .exception()
            .map_or_else(|| query.status().0.to_owned(), |mistake| mistake.message.lines().next().unwrap_or_default().to_owned()),
        batch_id: query.next_batch_id().checked_sub(1),
        recording: query.is_recording(),
    };
    session.queries().map(status).collect()
}
