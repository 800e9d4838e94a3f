//! How a store's rows stand in its files: the operator that owns the store knows Spark's form of them.

/// A key with its value in a file, or with none where it is removed.
pub type Record = (Vec<u8>, Option<Vec<u8>>);

/// What became of a key since the last commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// The key.
    pub key: &'a [u8],
    /// Its value now; none where it is gone.
    pub value: Option<&'a [u8]>,
}

/// Takes the records of the files one by one: the number of the folder, the key, the value or none for a removal.
pub type Emit<'a> = &'a mut dyn FnMut(usize, &[u8], Option<&[u8]>);

/// Gives the last key that begins with these bytes.
pub type LastKey<'a> = &'a dyn Fn(&[u8]) -> Option<&'a [u8]>;

/// The form of a store's files.
pub trait FileForm {
    /// When rows leave the state, from their keys and values: microseconds since 1970, or never. The files do not say.
    fn expiries(&self, rows: &[(&[u8], &[u8])]) -> Vec<Option<i64>>;

    /// The folders of the files, for a store that lies in this one; the last holds the rows.
    fn folders(&self, folder: &str) -> Vec<String> {
        vec![folder.to_owned()]
    }

    /// Whether [`FileForm::delta`] asks for last keys, for which the store keeps its keys in order.
    fn wants_order(&self) -> bool {
        false
    }

    /// Gives the records of a batch's changes.
    fn delta<'a>(&self, changes: &[Change<'a>], _last: LastKey<'a>, emit: Emit<'_>) {
        changes.iter().for_each(|change| emit(0, change.key, change.value));
    }

    /// Gives the records of all rows, which come by key.
    fn snapshot(&self, rows: &[(&[u8], &[u8])], emit: Emit<'_>) {
        rows.iter().for_each(|(key, value)| emit(0, key, Some(value)));
    }

    /// Records of the last folder as keys and values of the store; none where they are not of this form.
    fn read(&self, records: Vec<Record>) -> Option<Vec<Record>> {
        Some(records)
    }
}

/// The plain form: the files hold the store's own bytes.
impl<F: Fn(&[u8], &[u8]) -> Option<i64>> FileForm for F {
    fn expiries(&self, rows: &[(&[u8], &[u8])]) -> Vec<Option<i64>> {
        rows.iter().map(|(key, value)| self(key, value)).collect()
    }
}
