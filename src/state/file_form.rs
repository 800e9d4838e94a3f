//! How a store's rows stand in its files: the operator that owns the store knows Spark's form of them.

/// A key with its value in a file, or with none where it is removed.
pub type Record = (Vec<u8>, Option<Vec<u8>>);

/// What became of a key since the last commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key.
    pub key: Vec<u8>,
    /// Whether it was there at the last commit.
    pub was_there: bool,
    /// Its value now; none where it is gone.
    pub value: Option<Vec<u8>>,
}

/// Gives the rows of a store whose keys begin with these bytes, by key.
pub type Scan<'a> = &'a mut dyn FnMut(&[u8]) -> Vec<(Vec<u8>, Vec<u8>)>;

/// The form of a store's files.
pub trait FileForm {
    /// When a row leaves the state, from its key and value: microseconds since 1970, or never. The files do not say.
    fn expiry_of(&self, key: &[u8], value: &[u8]) -> Option<i64>;

    /// The folders of the files, for a store that lies in this one; the last holds the rows.
    fn folders(&self, folder: &str) -> Vec<String> {
        vec![folder.to_owned()]
    }

    /// The records of a batch's changes, for each folder.
    fn delta(&self, changes: Vec<Change>, _scan: Scan<'_>) -> Vec<Vec<Record>> {
        vec![changes.into_iter().map(|change| (change.key, change.value)).collect()]
    }

    /// The records of all rows, which come by key, for each folder.
    fn snapshot(&self, rows: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<Vec<Record>> {
        vec![rows.into_iter().map(|(key, value)| (key, Some(value))).collect()]
    }

    /// Records of the last folder as keys and values of the store; none where they are not of this form.
    fn read(&self, records: Vec<Record>) -> Option<Vec<Record>> {
        Some(records)
    }
}

/// The plain form: the files hold the store's own bytes.
impl<F: Fn(&[u8], &[u8]) -> Option<i64>> FileForm for F {
    fn expiry_of(&self, key: &[u8], value: &[u8]) -> Option<i64> {
        self(key, value)
    }
}
