//! `agg({"column": "function"})`: its calls, and the order in which the JVM hands them on.

use crate::expr::Expr;
use crate::types::DataType;
use crate::types::Value;

/// The call that a dictionary's entry stands for, without a column for `*`: `RelationalGroupedDataset.strToExpr`.
pub(crate) fn call_by_name(column: Option<Expr>, function: &str) -> Expr {
    let lower = function.to_lowercase();
    let name = match lower.as_str() {
        "average" | "mean" => "avg",
        "size" => "count",
        other => other,
    };
    let argument = match column {
        Some(column) => column,
        None if name == "count" => Expr::Literal(Value::Integer(1), DataType::Integer),
        None => Expr::Star(Vec::new()),
    };
    Expr::call(name, vec![argument])
}

/// The entries as they leave the JVM: PySpark puts them into a `java.util.HashMap`, and Scala copies that into an immutable map,
/// which keeps the order of up to four entries and is a trie of hashes beyond.
pub(crate) fn in_hash_map_order(entries: &[(String, String)]) -> Vec<(String, String)> {
    let mut capacity = 16;
    while entries.len() * 4 > capacity * 3 {
        capacity *= 2;
    }
    let bucket = |key: &str| spread(java_hash(key)) as usize & (capacity - 1);
    let mut ordered = entries.to_vec();
    ordered.sort_by_key(|(key, _)| bucket(key));
    if ordered.len() > 4 { trie_order(ordered, 0) } else { ordered }
}

/// The order of Scala's immutable `HashMap`: in each node of 32 branches first the entries that stand alone on theirs, then the branches with several.
fn trie_order(entries: Vec<(String, String)>, shift: u32) -> Vec<(String, String)> {
    if shift >= 32 {
        return entries;
    }
    let mut branches: Vec<Vec<(String, String)>> = vec![Vec::new(); 32];
    for entry in entries {
        let branch = (improved(java_hash(&entry.0)) >> shift) & 31;
        branches[branch as usize].push(entry);
    }
    let (alone, together): (Vec<_>, Vec<_>) =
        branches.into_iter().filter(|branch| !branch.is_empty()).partition(|branch| branch.len() == 1);
    alone.into_iter().flatten().chain(together.into_iter().flat_map(|branch| trie_order(branch, shift + 5))).collect()
}

/// `String.hashCode`.
fn java_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// How Scala's map spreads a hash: `scala.collection.Hashing.improve`.
fn improved(hash: u32) -> u32 {
    let mut spread = hash.wrapping_add(!(hash << 9));
    spread ^= spread >> 14;
    spread = spread.wrapping_add(spread << 4);
    spread ^ (spread >> 10)
}

/// How Java's map mixes a hash's upper bits in.
fn spread(hash: u32) -> u32 {
    hash ^ (hash >> 16)
}
