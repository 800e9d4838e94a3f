//! The order in which Scala 2.13's mutable `HashMap` gives its entries: that of Kafka's offsets as Spark writes them.
//!
//! Law: buckets in their order; within a bucket by hash, and equal hashes in the order in which they came.

/// These entries, put in one by one under different keys, as the map gives them back.
pub(super) fn in_scala_order<T>(entries: Vec<(i32, T)>) -> Vec<T> {
    let mut buckets = 16_usize;
    for size in 0..entries.len() {
        if size + 1 >= buckets * 3 / 4 {
            buckets *= 2;
        }
    }
    let mixed = |hash: i32| hash ^ ((hash.cast_unsigned() >> 16).cast_signed());
    let mut placed: Vec<(usize, i32, T)> = entries
        .into_iter()
        .map(|(hash, entry)| {
            let hash = mixed(hash);
            (hash.cast_unsigned() as usize & (buckets - 1), hash, entry)
        })
        .collect();
    placed.sort_by_key(|(bucket, hash, _)| (*bucket, *hash));
    placed.into_iter().map(|(.., entry)| entry).collect()
}

/// `String.hashCode`.
pub(super) fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::{in_scala_order, java_hash};

    #[test]
    fn entries_come_by_bucket() {
        let order = |keys: &[i32]| in_scala_order(keys.iter().map(|key| (*key, *key)).collect());
        assert_eq!(order(&[2, 0, 1]), [0, 1, 2]);
        assert_eq!(order(&[1, 16, 17]), [16, 1, 17]);
        assert_eq!(order(&(0..40).collect::<Vec<_>>()), (0..40).collect::<Vec<_>>());
        assert_eq!((java_hash("events"), java_hash("topic1")), (-1_291_329_255, -868_034_334));
    }
}
