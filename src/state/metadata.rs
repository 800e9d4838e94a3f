//! The small files that say whose checkpoint and whose state this is.

use super::metadata_log::malformed;
use crate::diag::Result;
use crate::world::Disk;
use serde::{Deserialize, Serialize};

/// The file `metadata` of a checkpoint: Spark's `StreamMetadata`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamMetadata {
    /// The id of the query, which survives restarts.
    pub id: String,
}

impl StreamMetadata {
    /// Read it; none where the checkpoint is new.
    ///
    /// # Errors
    /// A file that is not Spark's.
    pub fn read(disk: &Disk, checkpoint: &str) -> Result<Option<Self>> {
        let path = format!("{checkpoint}/metadata");
        let Some(bytes) = disk.read(&path) else { return Ok(None) };
        serde_json::from_slice(bytes).map(Some).map_err(|error| malformed(&path, &error.to_string()))
    }

    /// Write it.
    pub fn write(&self, disk: &mut Disk, checkpoint: &str) {
        disk.put(&format!("{checkpoint}/metadata"), format!("{{\"id\":\"{}\"}}", self.id).into_bytes());
    }
}

/// The file `state/N/_metadata/metadata`: which operator's state this is. Spark's `OperatorStateMetadataV1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorMetadata {
    /// The place of the operator among the stateful ones of the query.
    pub operator_id: u64,
    /// Spark's name: `stateStoreSave`, `dedupe`, `symmetricHashJoin`.
    pub operator_name: String,
    /// Its stores.
    pub stores: Vec<StateStoreInfo>,
}

/// One store of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateStoreInfo {
    /// `default`, or a name that tells several stores apart.
    #[serde(rename = "storeName")]
    pub store_name: String,
    /// How many columns of the key a prefix scan uses.
    #[serde(rename = "numColsPrefixKey")]
    pub num_cols_prefix_key: u64,
    /// How many partitions the state has.
    #[serde(rename = "numPartitions")]
    pub num_partitions: u64,
}

#[derive(Serialize, Deserialize)]
struct OperatorFile {
    #[serde(rename = "operatorInfo")]
    operator_info: OperatorInfo,
    #[serde(rename = "stateStoreInfo")]
    state_store_info: Vec<StateStoreInfo>,
}

#[derive(Serialize, Deserialize)]
struct OperatorInfo {
    #[serde(rename = "operatorId")]
    operator_id: u64,
    #[serde(rename = "operatorName")]
    operator_name: String,
}

impl OperatorMetadata {
    /// Read it from the checkpoint; none where the operator is new.
    ///
    /// # Errors
    /// A file that is not Spark's.
    pub fn read(disk: &Disk, checkpoint: &str, operator_id: u64) -> Result<Option<Self>> {
        let path = operator_path(checkpoint, operator_id);
        let Some(bytes) = disk.read(&path) else { return Ok(None) };
        let text = String::from_utf8_lossy(bytes);
        let Some(json) = text.strip_prefix("v1\n") else { return Err(malformed(&path, "It does not begin with v1.")) };
        let file: OperatorFile = serde_json::from_str(json).map_err(|error| malformed(&path, &error.to_string()))?;
        Ok(Some(Self {
            operator_id: file.operator_info.operator_id,
            operator_name: file.operator_info.operator_name,
            stores: file.state_store_info,
        }))
    }

    /// Write it.
    pub fn write(&self, disk: &mut Disk, checkpoint: &str) {
        let file = OperatorFile {
            operator_info: OperatorInfo { operator_id: self.operator_id, operator_name: self.operator_name.clone() },
            state_store_info: self.stores.clone(),
        };
        let json = serde_json::to_string(&file).unwrap_or_else(|_| unreachable!("operator metadata is plain text"));
        disk.put(&operator_path(checkpoint, self.operator_id), format!("v1\n{json}").into_bytes());
    }
}

fn operator_path(checkpoint: &str, operator_id: u64) -> String {
    format!("{checkpoint}/state/{operator_id}/_metadata/metadata")
}
