//! The state store against a plain map, the logs against their texts, recovery against Spark's table.

use super::*;
use crate::world::Disk;
use expect_test::{Expect, expect};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<i64>)>;

#[derive(Clone, Debug)]
enum Action {
    Put(u8, Vec<u8>, Option<u8>),
    Remove(u8),
    Expire(u8),
    Prefix(u8),
    Commit,
    Abort,
    Reopen(u8),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        6 => (any::<u8>(), vec(any::<u8>(), 0..4), proptest::option::of(any::<u8>())).prop_map(|(key, value, expiry)| Action::Put(key % 20, value, expiry)),
        3 => any::<u8>().prop_map(|key| Action::Remove(key % 20)),
        1 => any::<u8>().prop_map(Action::Expire),
        1 => any::<u8>().prop_map(Action::Prefix),
        2 => Just(Action::Commit),
        1 => Just(Action::Abort),
        1 => any::<u8>().prop_map(Action::Reopen),
    ];
    vec(action, 0..150)
}

/// Keys with shared beginnings.
fn key(number: u8) -> Vec<u8> {
    vec![number % 3, number]
}

/// The expiry stands in the value's first bytes, so that it can be found again.
fn value(bytes: &[u8], expiry: Option<u8>) -> Vec<u8> {
    let mut value = vec![u8::from(expiry.is_some()), expiry.unwrap_or(0)];
    value.extend_from_slice(bytes);
    value
}

fn expiry_of(_: &[u8], value: &[u8]) -> Option<i64> {
    (value[0] == 1).then(|| i64::from(value[1]))
}

fn check_same(store: &StateStore, model: &Model) {
    let found: Vec<_> =
        store.first_with_expiry(usize::MAX).into_iter().map(|(key, value, expiry)| (key.to_vec(), value.to_vec(), expiry)).collect();
    let expected: Vec<_> = model.iter().map(|(key, (value, expiry))| (key.clone(), value.clone(), *expiry)).collect();
    assert_eq!(found, expected);
    assert_eq!(store.len(), model.len());
    for (key, (value, _)) in model {
        assert_eq!(store.get(key), Some(&value[..]));
    }
}

fn run(actions: Vec<Action>) {
    let mut disk = Disk::default();
    let mut store = StateStore::open(&disk, "/state/0/0", 0, &expiry_of).unwrap();
    let mut model = Model::new();
    let mut versions = vec![Model::new()];
    for action in actions {
        match action {
            Action::Put(number, bytes, expiry) => {
                let value = value(&bytes, expiry);
                store.put(&key(number), &value, expiry.map(i64::from));
                model.insert(key(number), (value, expiry.map(i64::from)));
            }
            Action::Remove(number) => assert_eq!(store.remove(&key(number)), model.remove(&key(number)).is_some()),
            Action::Expire(until) => {
                let mut expected: Vec<_> = model
                    .iter()
                    .filter_map(|(key, (value, expiry))| {
                        expiry.filter(|at| *at <= i64::from(until)).map(|at| (at, key.clone(), value.clone()))
                    })
                    .collect();
                expected.sort();
                assert_eq!(store.expired(i64::from(until)), expected.into_iter().map(|(_, key, value)| (key, value)).collect::<Vec<_>>());
            }
            Action::Prefix(prefix) => {
                let expected: Vec<_> =
                    model.iter().filter(|(key, _)| key[0] == prefix % 3).map(|(key, (value, _))| (key.clone(), value.clone())).collect();
                assert_eq!(store.scan_prefix(&[prefix % 3]), expected);
            }
            Action::Commit => {
                assert_eq!(store.commit(&mut disk, &expiry_of).unwrap(), versions.len() as u64);
                versions.push(model.clone());
            }
            Action::Abort => {
                store.abort();
                model = versions.last().unwrap().clone();
            }
            Action::Reopen(version) => {
                let version = usize::from(version) % versions.len();
                versions.truncate(version + 1);
                model = versions[version].clone();
                store = StateStore::open(&disk, "/state/0/0", version as u64, &expiry_of).unwrap();
            }
        }
        check_same(&store, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn store_is_a_versioned_map(actions in actions()) {
        run(actions);
    }

    #[test]
    fn damaged_state_files_are_refused(bytes in vec(any::<u8>(), 0..200), cut in 0usize..400) {
        let mut disk = Disk::default();
        disk.put("/s/1.delta", bytes);
        prop_assert!(StateStore::open(&disk, "/s", 1, &expiry_of).is_err());
        let mut store = StateStore::open(&disk, "/t", 0, &expiry_of).unwrap();
        store.put(b"key", &[0, 0, 7], None);
        store.commit(&mut disk, &expiry_of).unwrap();
        let whole = disk.read("/t/1.delta").unwrap().to_vec();
        let cut = cut % whole.len();
        disk.put("/t/1.delta", whole[..cut].to_vec());
        prop_assert!(StateStore::open(&disk, "/t", 1, &expiry_of).is_err());
    }

    #[test]
    fn blocks_are_read_as_they_were_written(parts in vec((vec(any::<u8>(), 0..40), 1usize..5000), 0..20)) {
        let bytes: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times % 3000 / (part.len() + 1))).collect();
        let mut stream = lz4_block::Wrapper::default();
        bytes.chunks(777).for_each(|chunk| stream.write(chunk));
        prop_assert_eq!(lz4_block::unwrap(&stream.finish()), Some(bytes));
    }

    #[test]
    fn logs_say_what_was_written(watermark in any::<i64>(), timestamp in any::<i64>(), keys in vec("[a-z.]{1,9}", 0..4), offsets in vec(proptest::option::of("[0-9{}:\"a-z]{1,12}"), 0..4)) {
        let mut disk = Disk::default();
        let mut conf: Vec<(String, String)> = Vec::new();
        for key in keys {
            if !conf.iter().any(|(known, _)| *known == key) {
                conf.push((key.clone(), format!("{key}\"\\\n")));
            }
        }
        let written = OffsetSeq { batch_watermark_ms: watermark, batch_timestamp_ms: timestamp, conf, offsets };
        let (offsets, commits) = (OffsetLog::new("/c"), CommitLog::new("/c"));
        offsets.add(&mut disk, 3, &written).unwrap();
        commits.add(&mut disk, 3, CommitMetadata { next_batch_watermark_ms: watermark }).unwrap();
        prop_assert_eq!(offsets.latest(&disk).unwrap(), Some((3, written.clone())));
        prop_assert_eq!(commits.latest(&disk).unwrap(), Some((3, CommitMetadata { next_batch_watermark_ms: watermark })));
        prop_assert!(offsets.add(&mut disk, 3, &written).is_err());
    }

    #[test]
    fn foreign_files_are_refused_or_read(text in ".{0,60}") {
        let mut disk = Disk::default();
        for path in ["/c/offsets/0", "/c/commits/0", "/c/metadata", "/c/state/0/_metadata/metadata"] {
            disk.put(path, text.as_bytes());
            disk.put(&format!("{path}.txt"), text.as_bytes());
        }
        let _ = observe(&disk, "/c").and_then(recover);
        let _ = StreamMetadata::read(&disk, "/c");
        let _ = OperatorMetadata::read(&disk, "/c", 0);
    }
}

#[test]
fn deltas_have_lz4_blocks_of_spark_records() {
    let mut disk = Disk::default();
    let mut store = StateStore::open(&disk, "/s", 0, &expiry_of).unwrap();
    store.put(b"ab", b"xyz", None);
    store.commit(&mut disk, &expiry_of).unwrap();
    let file = disk.read("/s/1.delta").unwrap();
    let records: Vec<u8> = [&2i32.to_be_bytes()[..], b"ab", &3i32.to_be_bytes(), b"xyz", &(-1i32).to_be_bytes()].concat();
    assert_eq!(&file[..9], b"LZ4Block\x15", "too short to compress");
    assert_eq!(file[9..13], (records.len() as u32).to_le_bytes());
    assert_eq!(&file[21..21 + records.len()], &records);
    assert_eq!(&file[21 + records.len()..29 + records.len()], b"LZ4Block");
}

#[test]
fn old_versions_are_removed_and_the_kept_ones_open() {
    let mut disk = Disk::default();
    let mut store = StateStore::open(&disk, "/s", 0, &expiry_of).unwrap();
    for version in 1u64..=235 {
        store.put(&version.to_be_bytes(), &[0, 0], None);
        assert_eq!(store.commit(&mut disk, &expiry_of).unwrap(), version);
    }
    assert!(!disk.is_file("/s/129.delta"));
    for version in [135, 139, 140, 141, 235] {
        assert_eq!(StateStore::open(&disk, "/s", version, &expiry_of).unwrap().len() as u64, version);
    }
}

fn check_recovery(observed: Observed, expected: Expect) {
    let text = match recover(observed) {
        Ok(decision) => format!("{decision:?}"),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&text);
}

#[test]
fn recovery_follows_the_logs() {
    let at =
        |offset: &str| OffsetSeq { batch_watermark_ms: 5, batch_timestamp_ms: 9, conf: Vec::new(), offsets: vec![Some(offset.to_owned())] };
    let commit = |id, watermark| Some((id, CommitMetadata { next_batch_watermark_ms: watermark }));
    check_recovery(Observed::default(), expect![["Fresh"]]);
    check_recovery(
        Observed { latest_offsets: Some((0, at("0"))), ..Observed::default() },
        expect![[
            r#"RunAgain { batch_id: 0, committed: None, offsets: OffsetSeq { batch_watermark_ms: 5, batch_timestamp_ms: 9, conf: [], offsets: [Some("0")] } }"#
        ]],
    );
    check_recovery(
        Observed { latest_offsets: Some((1, at("1"))), previous_offsets: Some(at("0")), latest_commit: commit(1, 7) },
        expect![[
            r#"RunNew { batch_id: 2, committed: OffsetSeq { batch_watermark_ms: 5, batch_timestamp_ms: 9, conf: [], offsets: [Some("1")] }, watermark_ms: 7 }"#
        ]],
    );
    check_recovery(
        Observed { latest_offsets: Some((1, at("1"))), previous_offsets: Some(at("0")), latest_commit: commit(0, 7) },
        expect![[
            r#"RunAgain { batch_id: 1, committed: Some(OffsetSeq { batch_watermark_ms: 5, batch_timestamp_ms: 9, conf: [], offsets: [Some("0")] }), offsets: OffsetSeq { batch_watermark_ms: 5, batch_timestamp_ms: 9, conf: [], offsets: [Some("1")] } }"#
        ]],
    );
    check_recovery(
        Observed { latest_offsets: Some((4, at("1"))), previous_offsets: None, latest_commit: commit(3, 7) },
        expect![["IllegalStateException: batch 3 doesn't exist"]],
    );
}

/// A million keys must fit within 400 MB beside everything else: a tenth of them takes a twentieth of that.
#[test]
fn many_keys_take_little_memory() {
    let mut disk = Disk::default();
    let mut store = StateStore::open(&disk, "/s", 0, &|_: &[u8], _: &[u8]| None).unwrap();
    for number in 0u64..100_000 {
        let mut key = [0u8; 40];
        key[..8].copy_from_slice(&number.to_be_bytes());
        store.put(&key, &[7; 40], Some((number / 1000) as i64));
    }
    store.commit(&mut disk, &expiry_of).unwrap();
    assert!(store.memory_bytes() < 20 << 20, "{} bytes", store.memory_bytes());
    assert_eq!(store.expired(9).len(), 10_000);
}

/// A delta that Spark 4.3.0 wrote: 50 keys of a count each, compressed by lz4-java.
const SPARK_DELTA: &str = concat!(
    "4c5a34426c6f636b2563010000640900007f16a00a5300000018000100c304000000100000006b6579301300000f00010200110a06000102000f3000",
    "0111311a000f30001710322d00036f000102000f60000c113325000f60001710342d000f60001811352e000f60001710362d000f60001811372e000f",
    "60001710382d000f60001811392e000f60000c13055100436b657931e1010fe0010a08300003e1010f30001603e1010f30001603e1010f30001603e1",
    "010f30001603e1010f30001603e1010f30001603e1010f30001603e1010f30001603e1010f3000151f32e0011c1f32e0011c1f32e0011c1f32e0011c",
    "1f32e0011c1f32e0011c1f32e0011c1f32e0011c1f32e0011c1f32e0011c1f33e0011c1f33e0011c1f33e0011c1f33e0011c1f33e0011c1f33e0011c",
    "1f33e0011c1f33e0011c1f33e0011c1f33e0011c1f34e0011c1f34e0011c1f34e0011c1f34e0011c1f34e0011c1f34e0011c1f34e0011c1f34e0011c",
    "1f34e0011c1f34e001045000ffffffff4c5a34426c6f636b15000000000000000000000000",
);

#[test]
fn a_delta_of_spark_opens() {
    let bytes: Vec<u8> = (0..SPARK_DELTA.len()).step_by(2).map(|at| u8::from_str_radix(&SPARK_DELTA[at..at + 2], 16).unwrap()).collect();
    let mut disk = Disk::default();
    disk.put("/s/1.delta", bytes);
    let store = StateStore::open(&disk, "/s", 1, &|_: &[u8], _: &[u8]| None).unwrap();
    assert_eq!(store.len(), 50);
    // An UnsafeRow of one long: a word of null bits, then the count.
    assert!(store.scan().iter().all(|(key, value)| key.len() == 24 && value.len() == 16 && value[8] == 10));
}
