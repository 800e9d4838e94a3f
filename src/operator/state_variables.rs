//! The state variables and timers of a stateful processor, in one store: what `StatefulProcessorHandle` offers, over bytes.
//!
//! Keys are `name 0x00 length grouping-key entry`; a value is a byte that says whether it has a life, when that ends, and its row; a list holds its items' values one after
//! another. Timers stand twice, by time and by key, under names that no variable can have. What is internal is not counted among the state's rows, as in Spark.
//!
//! Law: nothing is kept here between batches; the definitions come from `init` anew in each.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;

use super::Memory;
use super::StateRow;
use super::StateView;
use super::codec::Codec;
use super::store_order::unsafe_bytes;
use super::transform_with_state::view;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::plan::StateKind;
use crate::plan::StateVariable;
use crate::plan::StatefulProcessorHandle;
use crate::plan::TimeMode;
use crate::plan::ValueRow;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use crate::types::arrow::value_at;

/// What may be called: Spark's `StatefulProcessorHandleState`. `Display` writes its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// On the driver, to learn what there is.
    PreInit,
    /// `init` runs.
    Created,
    /// Rows are handled.
    Initialized,
    /// Timers are handled.
    DataProcessed,
    /// `close` runs.
    TimerProcessed,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PreInit => "PRE_INIT",
            Self::Created => "CREATED",
            Self::Initialized => "INITIALIZED",
            Self::DataProcessed => "DATA_PROCESSED",
            Self::TimerProcessed => "TIMER_PROCESSED",
        })
    }
}

/// What was done in a batch, as Spark counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows put.
    pub updated: u64,
    /// Rows removed.
    pub removed: u64,
    /// Timers registered.
    pub registered: u64,
    /// Timers deleted.
    pub deleted: u64,
    /// Values whose life was over.
    pub outlived: u64,
    /// Variables deleted.
    pub deleted_variables: u64,
}

/// Rows of fixed types to bytes and back.
struct RowCodec {
    types: Vec<DataType>,
    codec: Codec,
}

impl RowCodec {
    fn new(schema: &Schema) -> Self {
        let types: Vec<DataType> = schema.fields.iter().map(|field| field.data_type.clone()).collect();
        Self { codec: Codec::new(&types), types }
    }

    fn encode(&self, row: &[Value]) -> Vec<u8> {
        self.codec.encode(&self.columns(row), 1).row(0).data().to_vec()
    }

    fn decode(&self, bytes: &[u8]) -> ValueRow {
        let columns = self.codec.decode([bytes]);
        columns.iter().zip(&self.types).map(|(column, data_type)| value_at(column, 0, data_type)).collect()
    }

    /// The row that stands behind its length, and the bytes behind it.
    fn split<'b>(&self, bytes: &'b [u8]) -> (ValueRow, &'b [u8]) {
        let (length, rest) = bytes.split_at(4);
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let (row, rest) = rest.split_at(length);
        (self.decode(row), rest)
    }

    fn columns(&self, row: &[Value]) -> Vec<ArrayRef> {
        row.iter().zip(&self.types).map(|(value, data_type)| array_of(data_type, std::slice::from_ref(value))).collect()
    }

    /// By these bytes Spark's store orders rows; those of types without a known layout stand as they are.
    fn order(&self, row: &[Value]) -> Vec<u8> {
        unsafe_bytes(&self.columns(row)).unwrap_or_default()
    }
}

struct Variable {
    definition: StateVariable,
    entry: RowCodec,
    value: RowCodec,
}

/// The handle of one batch.
pub struct StateVariables<'a> {
    /// The store; none on the driver, where `init` runs to tell what there is.
    memory: Option<&'a mut Memory>,
    /// Where it is in the batch.
    pub phase: Phase,
    /// What it has counted.
    pub counts: Counts,
    mode: TimeMode,
    now_ms: i64,
    key_schema: Schema,
    key_codec: RowCodec,
    key: Vec<u8>,
    variables: BTreeMap<String, Variable>,
    /// The definitions in the order in which they came.
    pub defined: Vec<StateVariable>,
}

const BY_TIME: &str = "$timers_timestampToKey";
const BY_KEY: &str = "$timers_keyToTimestamp";
const NOT_A_LIFE: u8 = 0;
const A_LIFE: u8 = 1;

impl<'a> StateVariables<'a> {
    /// The handle over a store, for grouping keys of this schema, in a batch of this time.
    #[must_use]
    pub fn new(memory: Option<&'a mut Memory>, key: &Schema, mode: TimeMode, now_ms: i64) -> Self {
        let phase = if memory.is_some() { Phase::Created } else { Phase::PreInit };
        let (variables, defined) = (BTreeMap::new(), Vec::new());
        Self {
            memory,
            phase,
            counts: Counts::default(),
            mode,
            now_ms,
            key_schema: key.clone(),
            key_codec: RowCodec::new(key),
            key: Vec::new(),
            variables,
            defined,
        }
    }

    /// From now on all is about this grouping key.
    pub fn set_key(&mut self, key: &[Value]) {
        self.key = self.key_codec.encode(key);
    }

    /// The timers that are due, in Spark's order: by time, then by the key's bytes.
    pub fn due_timers(&mut self, until_ms: i64) -> Vec<(ValueRow, i64)> {
        let prefix = family(BY_TIME);
        let found = self.memory().scan_prefix(&prefix);
        let mut due: Vec<(i64, Vec<u8>, ValueRow)> = Vec::new();
        for (bytes, _) in found {
            let (time, key) = bytes[prefix.len()..].split_at(8);
            let expiry_ms = time_of(time);
            if expiry_ms <= until_ms {
                let key = self.key_codec.decode(key);
                due.push((expiry_ms, self.key_codec.order(&key), key));
            }
        }
        due.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        due.into_iter().map(|(expiry_ms, _, key)| (key, expiry_ms)).collect()
    }

    /// Removes what has outlived its time.
    pub fn evict_outlived(&mut self) {
        if self.mode != TimeMode::ProcessingTime {
            return;
        }
        let now_ms = self.now_ms;
        let expired = self.memory().expired_raw(now_ms.saturating_mul(1000));
        for (key, value) in expired {
            let is_list = self.defined.iter().any(|it| it.kind == StateKind::List && key.starts_with(&family(&it.name)));
            let mut left = Vec::new();
            let mut gone = 1;
            if is_list {
                let items = split_items(&value);
                gone = items.iter().filter(|item| is_over(item, now_ms)).count() as u64;
                left = items.into_iter().filter(|item| !is_over(item, now_ms)).collect();
            }
            self.counts.removed += gone;
            self.counts.outlived += gone;
            if left.is_empty() {
                self.memory().remove_raw(&key);
            } else {
                self.memory().put_raw(&key, &join_items(&left));
            }
        }
    }

    /// When the next timer or life is over, by the time of the batch; none where nothing waits.
    pub fn next_due_ms(&mut self) -> Option<i64> {
        let prefix = family(BY_TIME);
        let timer = self.memory().scan_prefix(&prefix).first().map(|(key, _)| time_of(&key[prefix.len()..]));
        let life = self.memory().first_expiry_us().map(|expires_us| expires_us.div_euclid(1000));
        timer.into_iter().chain(life).min()
    }

    /// Each variable as a table of its own, and the timers.
    pub fn views(&mut self, variables: &[StateVariable], at_most: usize) -> Vec<StateView> {
        let mut views: Vec<StateView> = variables.iter().map(|variable| self.view(variable, at_most)).collect();
        if self.mode != TimeMode::None {
            let due = self.due_timers(i64::MAX);
            let total = due.len() as u64;
            let rows = due.into_iter().take(at_most).map(|(key, expiry_ms)| {
                let expiry = Value::Timestamp(expiry_ms.saturating_mul(1000));
                StateRow { key, value: vec![expiry], expires_us: Some(expiry_ms.saturating_mul(1000)) }
            });
            let values = Schema { fields: vec![Field::new("expiryTimestamp", DataType::Timestamp)] };
            views.push(view("timers", self.key_schema.clone(), values, rows.collect(), total));
        }
        views
    }

    fn view(&mut self, variable: &StateVariable, at_most: usize) -> StateView {
        let prefix = family(&variable.name);
        let found = self.memory().scan_prefix(&prefix);
        let (entry, value) = (RowCodec::new(&variable.entry), RowCodec::new(&variable.value));
        let mut rows = Vec::new();
        for (key, stored) in &found {
            let (key, rest) = self.key_codec.split(&key[prefix.len()..]);
            let items = if variable.kind == StateKind::List { split_items(stored) } else { vec![stored.clone()] };
            for (place, item) in items.iter().enumerate() {
                let mut key = key.clone();
                match variable.kind {
                    StateKind::Map => key.extend(entry.decode(rest)),
                    StateKind::List => key.push(Value::Integer(i32::try_from(place).unwrap_or(i32::MAX))),
                    StateKind::Value => {}
                }
                rows.push(StateRow { key, value: value.decode(row_part(item)), expires_us: expires_us(b"", item) });
            }
        }
        let total = rows.len() as u64;
        rows.truncate(at_most);
        let mut keys = self.key_schema.clone();
        match variable.kind {
            StateKind::Map => keys.fields.extend(variable.entry.fields.iter().cloned()),
            StateKind::List => keys.fields.push(Field::new("item", DataType::Integer)),
            StateKind::Value => {}
        }
        view(&variable.name, keys, variable.value.clone(), rows, total)
    }

    /// How many rows the variables have.
    pub fn total(&mut self) -> u64 {
        self.memory().len() as u64 - self.memory().count_prefix(b"$") as u64
    }

    fn memory(&mut self) -> &mut Memory {
        match &mut self.memory {
            Some(memory) => memory,
            None => panic!("the driver's handle has no state"),
        }
    }

    fn variable(&self, name: &str) -> Result<&Variable> {
        self.variables
            .get(name)
            .ok_or_else(|| Diagnostic::plain(Class::Named("Exception".to_owned()), format!("State {name} is not initialized.")))
    }

    /// The key of a variable for the current grouping key.
    fn place(&self, name: &str, entry: &[Value]) -> Result<Vec<u8>> {
        let variable = self.variable(name)?;
        let mut place = family(name);
        place.extend(u32::try_from(self.key.len()).unwrap_or(u32::MAX).to_be_bytes());
        place.extend_from_slice(&self.key);
        if !entry.is_empty() {
            place.extend(variable.entry.encode(entry));
        }
        Ok(place)
    }

    /// A row as it is stored, with the end of its life.
    fn stored(&self, name: &str, row: &[Value]) -> Result<Vec<u8>> {
        let variable = self.variable(name)?;
        let mut bytes = Vec::new();
        match variable.definition.ttl_ms {
            None => bytes.push(NOT_A_LIFE),
            Some(ttl_ms) => {
                bytes.push(A_LIFE);
                bytes.extend(self.now_ms.saturating_add(ttl_ms).to_be_bytes());
            }
        }
        bytes.extend(variable.value.encode(row));
        Ok(bytes)
    }

    fn decoded(&self, name: &str, stored: &[u8]) -> Result<ValueRow> {
        Ok(self.variable(name)?.value.decode(row_part(stored)))
    }

    fn check_timers(&self, operation: &str) -> Result<()> {
        if self.mode == TimeMode::None {
            let text = format!("Failed to perform stateful processor operation={operation} with invalid timeMode={}", self.mode);
            return Err(Diagnostic::analysis("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE", text, "42802"));
        }
        match self.phase {
            Phase::Initialized | Phase::DataProcessed => Ok(()),
            phase => Err(wrong_phase(operation, phase)),
        }
    }

    fn timer_keys(&self, expiry_ms: i64) -> (Vec<u8>, Vec<u8>) {
        let (mut by_time, mut by_key) = (family(BY_TIME), family(BY_KEY));
        by_time.extend(bytes_of(expiry_ms));
        by_time.extend_from_slice(&self.key);
        by_key.extend_from_slice(&self.key);
        by_key.extend(bytes_of(expiry_ms));
        (by_time, by_key)
    }

    fn check_definition(&self, variable: &StateVariable) -> Result<()> {
        let operation = match variable.kind {
            StateKind::Value => "get_value_state",
            StateKind::List => "get_list_state",
            StateKind::Map => "get_map_state",
        };
        if !matches!(self.phase, Phase::PreInit | Phase::Created) {
            return Err(wrong_phase(operation, self.phase));
        }
        if self.variables.contains_key(&variable.name) {
            let text = format!("State variable with name {} has already been defined in the StatefulProcessor.", variable.name);
            return Err(Diagnostic::analysis("STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED", text, "42802"));
        }
        if self.phase == Phase::PreInit {
            return Ok(());
        }
        self.check_life(variable)?;
        check_name(&variable.name)
    }

    fn check_life(&self, variable: &StateVariable) -> Result<()> {
        let name = &variable.name;
        match variable.ttl_ms {
            Some(_) if self.mode != TimeMode::ProcessingTime => {
                let text = format!("Cannot use TTL for state={name} in timeMode={}, use TimeMode.ProcessingTime() instead.", self.mode);
                Err(Diagnostic::analysis("STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL", text, "42802"))
            }
            Some(ttl_ms) if ttl_ms < 0 => {
                let text = format!("TTL duration must be greater than zero for State store operation=update on state={name}.");
                Err(Diagnostic::analysis("STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE", text, "42802"))
            }
            _ => Ok(()),
        }
    }
}

impl StatefulProcessorHandle for StateVariables<'_> {
    fn define(&mut self, mut variable: StateVariable) -> Result<()> {
        self.check_definition(&variable)?;
        // A life of no length is no life, as in Spark.
        variable.ttl_ms = variable.ttl_ms.filter(|ttl_ms| *ttl_ms != 0);
        self.defined.push(variable.clone());
        let (entry, value) = (RowCodec::new(&variable.entry), RowCodec::new(&variable.value));
        self.variables.insert(variable.name.clone(), Variable { definition: variable, entry, value });
        Ok(())
    }

    fn delete_if_exists(&mut self, name: &str) -> Result<()> {
        match self.phase {
            Phase::PreInit => return Ok(()),
            Phase::Created => {}
            phase => return Err(wrong_phase("delete_if_exists", phase)),
        }
        let found = self.memory().scan_prefix(&family(name));
        if !found.is_empty() {
            self.counts.deleted_variables += 1;
        }
        for (key, _) in found {
            self.memory().remove_raw(&key);
        }
        self.variables.remove(name);
        self.defined.retain(|variable| variable.name != name);
        Ok(())
    }

    fn exists(&mut self, name: &str) -> Result<bool> {
        Ok(match self.variable(name)?.definition.kind {
            StateKind::Value => self.get(name, &[])?.is_some(),
            StateKind::List => !self.items(name)?.is_empty(),
            StateKind::Map => !self.entries(name)?.is_empty(),
        })
    }

    fn get(&mut self, name: &str, entry: &[Value]) -> Result<Option<ValueRow>> {
        let place = self.place(name, entry)?;
        let now_ms = self.now_ms;
        let stored = self.memory().get_raw(&place).map(<[u8]>::to_vec).filter(|stored| !is_over(stored, now_ms));
        stored.map(|stored| self.decoded(name, &stored)).transpose()
    }

    fn put(&mut self, name: &str, entry: &[Value], value: ValueRow) -> Result<()> {
        let (place, stored) = (self.place(name, entry)?, self.stored(name, &value)?);
        // A value with a life that is there with the same end is not written again.
        let lives = self.variable(name)?.definition.ttl_ms.is_some();
        if lives && self.memory().get_raw(&place) == Some(stored.as_slice()) {
            return Ok(());
        }
        self.memory().put_raw(&place, &stored);
        self.counts.updated += 1;
        Ok(())
    }

    fn remove(&mut self, name: &str, entry: &[Value]) -> Result<()> {
        let place = self.place(name, entry)?;
        self.memory().remove_raw(&place);
        self.counts.removed += 1;
        Ok(())
    }

    fn clear(&mut self, name: &str) -> Result<()> {
        let place = self.place(name, &[])?;
        match self.variable(name)?.definition.kind {
            StateKind::Value => {
                self.memory().remove_raw(&place);
                self.counts.removed += 1;
            }
            StateKind::List => {
                let stored = self.memory().get_raw(&place).map(<[u8]>::to_vec).unwrap_or_default();
                self.memory().remove_raw(&place);
                self.counts.removed += split_items(&stored).len() as u64;
            }
            StateKind::Map => {
                for (key, _) in self.memory().scan_prefix(&place) {
                    self.memory().remove_raw(&key);
                    self.counts.removed += 1;
                }
            }
        }
        Ok(())
    }

    fn items(&mut self, name: &str) -> Result<Vec<ValueRow>> {
        let place = self.place(name, &[])?;
        let now_ms = self.now_ms;
        let stored = self.memory().get_raw(&place).map(<[u8]>::to_vec).unwrap_or_default();
        split_items(&stored).iter().filter(|item| !is_over(item, now_ms)).map(|item| self.decoded(name, item)).collect()
    }

    fn append(&mut self, name: &str, items: Vec<ValueRow>, replace: bool) -> Result<()> {
        let place = self.place(name, &[])?;
        if items.is_empty() {
            let text =
                format!("Illegal value provided to the State Store Cannot write empty list values to State Store for StateName {name}.");
            return Err(Diagnostic::analysis("ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE", text, "42601"));
        }
        let mut stored = Vec::new();
        if replace {
            // Spark sets the counter back where a list is replaced.
            self.counts.updated = 0;
        } else {
            stored = split_items(self.memory().get_raw(&place).unwrap_or_default());
        }
        for item in &items {
            stored.push(self.stored(name, item)?);
            self.counts.updated += 1;
        }
        self.memory().put_raw(&place, &join_items(&stored));
        Ok(())
    }

    fn entries(&mut self, name: &str) -> Result<Vec<(ValueRow, ValueRow)>> {
        let place = self.place(name, &[])?;
        let now_ms = self.now_ms;
        let found = self.memory().scan_prefix(&place);
        let variable = self.variable(name)?;
        let mut entries: Vec<(Vec<u8>, ValueRow, ValueRow)> = Vec::new();
        for (key, stored) in found.iter().filter(|(_, stored)| !is_over(stored, now_ms)) {
            let entry = variable.entry.decode(&key[place.len()..]);
            entries.push((variable.entry.order(&entry), entry, variable.value.decode(row_part(stored))));
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries.into_iter().map(|(_, entry, value)| (entry, value)).collect())
    }

    fn register_timer(&mut self, expiry_ms: i64) -> Result<()> {
        self.check_timers("register_timer")?;
        let (by_time, by_key) = self.timer_keys(expiry_ms);
        self.memory().put_raw(&by_time, &[NOT_A_LIFE]);
        self.memory().put_raw(&by_key, &[NOT_A_LIFE]);
        self.counts.registered += 1;
        Ok(())
    }

    fn delete_timer(&mut self, expiry_ms: i64) -> Result<()> {
        self.check_timers("delete_timer")?;
        let (by_time, by_key) = self.timer_keys(expiry_ms);
        self.memory().remove_raw(&by_time);
        self.memory().remove_raw(&by_key);
        self.counts.deleted += 1;
        Ok(())
    }

    fn timers(&mut self) -> Result<Vec<i64>> {
        self.check_timers("list_timers")?;
        let mut prefix = family(BY_KEY);
        prefix.extend_from_slice(&self.key);
        let mut timers: Vec<i64> = self.memory().scan_prefix(&prefix).iter().map(|(key, _)| time_of(&key[prefix.len()..])).collect();
        // Spark's store holds them as words of the machine, the lowest byte first.
        timers.sort_by_key(|time| time.to_le_bytes());
        Ok(timers)
    }
}

/// The bytes that begin all keys of a variable.
pub(super) fn family(name: &str) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

/// When a stored value leaves, in microseconds; for a list, its first item to leave.
pub(super) fn expires_us(key: &[u8], stored: &[u8]) -> Option<i64> {
    if key.first() == Some(&b'$') {
        return None;
    }
    let end = |value: &[u8]| (value.first() == Some(&A_LIFE)).then(|| i64::from_be_bytes(eight(&value[1..])));
    let earliest = match stored.first() {
        Some(&LIST) => split_items(stored).iter().filter_map(|item| end(item)).min(),
        _ => end(stored),
    };
    earliest.map(|end_ms| end_ms.saturating_mul(1000))
}

const LIST: u8 = 2;

/// A list as its items' values: a mark, then each with its length.
fn join_items(items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![LIST];
    for item in items {
        bytes.extend(u32::try_from(item.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(item);
    }
    bytes
}

fn split_items(stored: &[u8]) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    let mut rest = stored.get(1..).unwrap_or_default();
    while rest.len() >= 4 {
        let (length, after) = rest.split_at(4);
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let (item, after) = after.split_at(length.min(after.len()));
        items.push(item.to_vec());
        rest = after;
    }
    items
}

fn is_over(stored: &[u8], now_ms: i64) -> bool {
    stored.first() == Some(&A_LIFE) && i64::from_be_bytes(eight(&stored[1..])) <= now_ms
}

fn row_part(stored: &[u8]) -> &[u8] {
    &stored[if stored.first() == Some(&A_LIFE) { 9 } else { 1 }..]
}

fn eight(bytes: &[u8]) -> [u8; 8] {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    eight
}

/// A time as bytes that sort as times do.
fn bytes_of(time_ms: i64) -> [u8; 8] {
    (time_ms.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

fn time_of(bytes: &[u8]) -> i64 {
    (u64::from_be_bytes(eight(bytes)) ^ (1 << 63)).cast_signed()
}

fn wrong_phase(operation: &str, phase: Phase) -> Box<Diagnostic> {
    let text = format!("Failed to perform stateful processor operation={operation} with invalid handle state={phase}.");
    Diagnostic::analysis("STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE", text, "42802")
}

fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.trim() != name || name == "default" {
        let text = format!(
            "Failed to perform column family operation=create_col_family with invalid name={name}. Column family name cannot be empty or include \
             leading/trailing spaces or use the reserved keyword=default"
        );
        return Err(Diagnostic::analysis("STATE_STORE_CANNOT_USE_COLUMN_FAMILY_WITH_INVALID_NAME", text, "42802"));
    }
    if name.starts_with(['_', '$']) {
        let text = format!("Failed to create column family with unsupported starting character and name={name}.");
        return Err(Diagnostic::analysis("STATE_STORE_CANNOT_CREATE_COLUMN_FAMILY_WITH_RESERVED_CHARS", text, "42802"));
    }
    Ok(())
}
