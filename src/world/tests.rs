//! The simulated world: the same seed, the same world; feeds send what and when they should.

use super::*;
use expect_test::expect;

fn generated(to: &str) -> Feed {
    Feed::Generated {
        to: to.to_owned(),
        rows_per_second: 2.0,
        keys: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        out_of_order_ms: 2_000,
        late_share: 0.25,
        late_by_ms: 60_000,
        template: "{\"at\":\"{time}\",\"k\":\"{key}\",\"n\":{n},\"v\":{value}}".to_owned(),
        every_ms: 3_000,
    }
}

/// All that is there to see of a world.
fn told(world: &mut Simulated) -> String {
    let mut text = String::new();
    for file in world.disk().files_under("/").collect::<Vec<_>>() {
        let content = std::str::from_utf8(world.disk().read(&file.path).unwrap()).unwrap().to_owned();
        text.push_str(&format!("{} {} {}\n{content}", file.path, file.size, file.modified_ms));
    }
    for line in world.socket(9999).peek_from(0) {
        text.push_str(&format!("{} {}\n", line.sent_ms, line.text));
    }
    text
}

fn run(seed: u64, steps_ms: &[i64]) -> String {
    let mut world = Simulated::new(seed, 1_767_225_600_000);
    world.add_feed(generated("socket:9999"));
    world.add_feed(generated("/data/clicks"));
    for step_ms in steps_ms {
        let until_ms = world.now_ms() + step_ms;
        world.advance_to(until_ms);
    }
    told(&mut world)
}

#[test]
fn feeds_send_on_time() {
    expect![[r#"
        /data/clicks/events-000001.json 307 1767225603000
        {"at":"2025-12-31T23:59:58Z","k":"a","n":1,"v":68}
        {"at":"2026-01-01T00:00:00Z","k":"c","n":2,"v":66}
        {"at":"2025-12-31T23:59:36Z","k":"a","n":3,"v":39}
        {"at":"2026-01-01T00:00:00Z","k":"a","n":4,"v":12}
        {"at":"2026-01-01T00:00:02Z","k":"a","n":5,"v":21}
        {"at":"2026-01-01T00:00:02Z","k":"b","n":6,"v":100}
        1767225600500 {"at":"2025-12-31T23:59:59Z","k":"a","n":1,"v":84}
        1767225601000 {"at":"2026-01-01T00:00:00Z","k":"c","n":2,"v":51}
        1767225601500 {"at":"2025-12-31T23:59:59Z","k":"a","n":3,"v":62}
        1767225602000 {"at":"2026-01-01T00:00:01Z","k":"a","n":4,"v":61}
        1767225602500 {"at":"2026-01-01T00:00:02Z","k":"a","n":5,"v":19}
        1767225603000 {"at":"2026-01-01T00:00:02Z","k":"a","n":6,"v":20}
        1767225603500 {"at":"2026-01-01T00:00:01Z","k":"a","n":7,"v":70}
    "#]]
    .assert_eq(&run(7, &[3_500]));
}

#[test]
fn the_steps_of_the_clock_change_nothing() {
    assert_eq!(run(7, &[20_000]), run(7, &[1, 2_999, 500, 16_500]));
    assert_ne!(run(7, &[20_000]), run(8, &[20_000]));
}

#[test]
fn a_replay_lands_pieces_in_order_of_arrival() {
    let mut world = Simulated::new(1, 0);
    let rows = "id,at,\"what, ever\"\n1,2020-01-01T00:00:05Z,x\n2,2020-01-01T00:00:00Z,\"a,b\"\n3,broken,y\n4,2020-01-01T00:01:00Z,z\n";
    world.disk_mut().put("/in/rows.csv", rows);
    world.add_feed(Feed::Replay {
        from: "/in/rows.csv".to_owned(),
        to: "/data".to_owned(),
        arrival_column: "AT".to_owned(),
        every_ms: 1_000,
        rows_ms_per_interval: 10_000,
    });
    assert!(world.disk().is_folder("/data"));
    world.advance_to(60_000);
    world.disk_mut().remove("/in/rows.csv");
    expect![[r#"
        /data/piece-000001.csv 54 1000
        2,2020-01-01T00:00:00Z,"a,b"
        1,2020-01-01T00:00:05Z,x
        /data/piece-000002.csv 25 7000
        4,2020-01-01T00:01:00Z,z
    "#]]
    .assert_eq(&told(&mut world));
    assert_eq!(world.next_arrival_ms(), None);
}

#[test]
fn ids_and_crashes() {
    let mut world = Simulated::new(1, 0);
    expect!["79bfae01-79b0-4e6b-8dac-bbc9de73113d 57c8d1e2-abbe-41c5-bdc6-c77e4793c53a"].assert_eq(&format!(
        "{} {}",
        world.next_uuid(),
        world.next_uuid()
    ));
    world.plan_fault(Fault { point: CrashPoint::DuringSink, batch_id: Some(2) });
    let crashes: Vec<bool> = [1, 2, 2, 3].into_iter().map(|batch| world.crashes_at(CrashPoint::DuringSink, batch)).collect();
    assert_eq!(crashes, [false, true, false, false]);
}

#[test]
fn the_disk_is_a_tree() {
    let mut disk = Disk::default();
    disk.put("file:///a/b//c.txt", "1");
    disk.put("/a/d/e/f.txt", "22");
    disk.put("/ab/g.txt", "3");
    disk.make_folder("/a/empty/");
    assert_eq!(disk.names_in("/a"), ["b", "d", "empty"]);
    assert_eq!(disk.names_in("/"), ["a", "ab"]);
    assert_eq!(disk.files_under("/a/").map(|file| file.path).collect::<Vec<_>>(), ["/a/b/c.txt", "/a/d/e/f.txt"]);
    assert!(disk.is_folder("/a/d") && !disk.is_folder("/a/d/e/f.txt") && disk.is_folder("/a/empty") && !disk.exists("/a/x"));
    assert!(disk.rename("/a/b/c.txt", "/a/d/c.txt") && !disk.rename("/nowhere", "/x"));
    assert!(disk.remove_folder("/a") && !disk.exists("/a") && disk.exists("/ab/g.txt"));
    assert!(!disk.put_new("/ab/g.txt", "4") && disk.read("/ab/g.txt") == Some(b"3"));
}
