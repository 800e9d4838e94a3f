//! Where a stream stands in a table. Delta's `DeltaSourceOffset`.

use super::errors;
use crate::connector::Offset;
use crate::diag::Result;
use serde_json::Value as Json;

/// Before the first file of a version.
pub(super) const BASE: i64 = -1;
/// After the last file of a version; never written down.
pub(super) const END: i64 = i64::MAX - 100;

/// A file's place, or a place between files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeltaOffset {
    /// The table's id.
    pub(super) table_id: String,
    /// The version that is read.
    pub(super) version: u64,
    /// The last file taken of it.
    pub(super) index: i64,
    /// Whether the version is read whole, as it stood when the query began, and not for what it changed.
    pub(super) is_initial: bool,
}

impl DeltaOffset {
    /// The JSON of the offset log. The field names are older than the product's.
    pub(super) fn to_offset(&self) -> Offset {
        let Self { table_id, version, index, is_initial } = self;
        Offset(format!(
            "{{\"sourceVersion\":1,\"reservoirId\":\"{table_id}\",\"reservoirVersion\":{version},\"index\":{index},\"isStartingVersion\":{is_initial}}}"
        ))
    }

    /// What the offset log holds.
    ///
    /// # Errors
    /// Text that is no offset; another table's.
    pub(super) fn parse(offset: &Offset, table_id: &str) -> Result<Self> {
        let json: Json = serde_json::from_str(&offset.0).map_err(|_| errors::bad_offset())?;
        let read = || {
            Some(Self {
                table_id: json.get("reservoirId")?.as_str()?.to_owned(),
                version: json.get("reservoirVersion")?.as_u64()?,
                index: json.get("index")?.as_i64()?,
                is_initial: json.get("isStartingVersion")?.as_bool()?,
            })
        };
        let found = read().ok_or_else(errors::bad_offset)?;
        if found.table_id == table_id { Ok(found) } else { Err(errors::another_table(table_id, &found.table_id)) }
    }
}
