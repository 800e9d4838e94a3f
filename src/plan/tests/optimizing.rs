//! Where filters go and which columns are read.

use crate::plan::tests::check;
use expect_test::expect;

#[test]
fn filters_under_a_watermark() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = w | where name = 'a' AND at > '2024-01-01' AND x > 1", "optimized", &expect![[r#"
    Filter (at#2 > 2024-01-01 00:00:00)
    +- EventTimeWatermark at#2, 60000 ms
       +- Filter ((name#1 = a) AND (x#3 > 1.0))
          +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4], pushed: [(name#1 = a), (x#3 > 1.0), isnotnull(name#1), isnotnull(x#3)]
"#]]);
}

#[test]
fn filters_on_keys_go_under_an_aggregation() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = w | group window(at, '10 minutes', '5 minutes'); name | count | where name = 'a' AND count > 1", "optimized", &expect![[r#"
    Filter (count#15 > 1)
    +- Aggregate [window#14-T60000ms, name#1], [count(1) AS count#15]
       +- TimeWindow window#14-T60000ms of at#2, 600000000 / 300000000 + 0 us
          +- EventTimeWatermark at#2, 60000 ms
             +- Filter (name#1 = a)
                +- StreamingRelation json [name#1, at#2], pushed: [(name#1 = a), isnotnull(name#1)]
"#]]);
}

#[test]
fn windows_need_a_time() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | group window(at, '10 minutes') | count", "optimized", &expect![[r#"
    Aggregate [window#14], [count(1) AS count#15]
    +- TimeWindow window#14 of at#2, 600000000 / 600000000 + 0 us
       +- StreamingRelation json [at#2], pushed: [isnotnull(at#2)]
"#]]);
}

#[test]
fn filters_through_generators() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | select explode(tags) AS t; id | where t = 'a' AND id = 1", "optimized", &expect![[r#"
    Project [t#14, id#0]
    +- Filter (t#14 = a)
       +- Generate explode(tags#4), false, [t#14]
          +- Filter (id#0 = 1)
             +- StreamingRelation json [id#0, tags#4], pushed: [(id#0 = 1), isnotnull(id#0), isnotnull(tags#4)]
"#]]);
}

#[test]
fn filters_through_an_inner_join() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | join o; id | where name = 'a' AND label = 'b' AND id > 3", "optimized", &expect![[r#"
    Project [id#0, name#1, at#2, x#3, tags#4, label#8, seen#9]
    +- Join Inner, (id#0 = id#7)
       :- Filter (((name#1 = a) AND (id#0 > 3)) AND isnotnull(id#0))
       :  +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4], pushed: [(name#1 = a), (id#0 > 3), isnotnull(name#1), isnotnull(id#0)]
       +- Filter (((label#8 = b) AND (id#7 > 3)) AND isnotnull(id#7))
          +- StreamingRelation json [id#7, label#8, seen#9], pushed: [(label#8 = b), isnotnull(label#8), (id#7 > 3), isnotnull(id#7)]
"#]]);
}

#[test]
fn filters_above_an_outer_join() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | join o; id; left | where name = 'a' AND label = 'b'", "optimized", &expect![[r#"
    Project [id#0, name#1, at#2, x#3, tags#4, label#8, seen#9]
    +- Join Inner, (id#0 = id#7)
       :- Filter ((name#1 = a) AND isnotnull(id#0))
       :  +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4], pushed: [(name#1 = a), isnotnull(name#1), isnotnull(id#0)]
       +- Filter ((label#8 = b) AND isnotnull(id#7))
          +- StreamingRelation json [id#7, label#8, seen#9], pushed: [(label#8 = b), isnotnull(label#8), isnotnull(id#7)]
"#]]);
}

#[test]
fn conditions_of_an_outer_join() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
p = e | as p
q = o | as q
x = p | join q; p.id = q.id AND name = 'a' AND label = 'c'; left", "optimized", &expect![[r#"
    Join LeftOuter, ((id#0 = id#7) AND (name#1 = a))
    :- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4]
    +- Filter (((label#8 = c) AND isnotnull(label#8)) AND isnotnull(id#7))
       +- StreamingRelation json [id#7, label#8, seen#9], pushed: [(label#8 = c), isnotnull(label#8), isnotnull(id#7)]
"#]]);
}

#[test]
fn filters_through_a_union() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
p = e | select id
q = o | select id AS k
x = p | union q | where id = 3", "optimized", &expect![[r#"
    Union
    :- Project [id#0]
    :  +- Filter (id#0 = 3)
    :     +- StreamingRelation json [id#0], pushed: [(id#0 = 3), isnotnull(id#0)]
    +- Project [id#7 AS k#15]
       +- Filter (id#7 = 3)
          +- StreamingRelation json [id#7], pushed: [(id#7 = 3), isnotnull(id#7)]
"#]]);
}

#[test]
fn filters_stay_above_a_deduplication() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | dedup id | where name = 'b'", "optimized", &expect![[r#"
    Filter (name#1 = b)
    +- Deduplicate [id#0]
       +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4]
"#]]);
}

#[test]
fn what_a_source_takes() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | where name LIKE 'a%' AND NOT (id IN (1, 2)) AND (id = 1 OR id = 2) AND 3 < id AND id + 1 > 2 AND upper(name) = 'A'", "optimized", &expect![[r#"
    Filter (((((like(name#1, a%) AND not(in(id#0, 1, 2))) AND ((id#0 = 1) OR (id#0 = 2))) AND (3 < id#0)) AND ((id#0 + 1) > 2)) AND (upper(name#1) = A))
    +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4], pushed: [startswith(name#1, a), not(in(id#0, 1, 2)), ((id#0 = 1) OR (id#0 = 2)), (id#0 > 3), isnotnull(name#1), isnotnull(id#0)]
"#]]);
}

#[test]
fn literals_are_folded() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | where x > 1 AND at > '2024-01-01' AND at >= current_timestamp()", "optimized", &expect![[r#"
    Filter (((x#3 > 1.0) AND (at#2 > 2024-01-01 00:00:00)) AND (at#2 >= current_timestamp()))
    +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4], pushed: [(x#3 > 1.0), (at#2 > 2024-01-01 00:00:00), isnotnull(x#3), isnotnull(at#2)]
"#]]);
}

#[test]
fn columns_nobody_reads() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | select id; name | select id | where id > 1", "optimized", &expect![[r#"
    Project [id#0]
    +- Project [id#0]
       +- Filter (id#0 > 1)
          +- StreamingRelation json [id#0], pushed: [(id#0 > 1), isnotnull(id#0)]
"#]]);
}

#[test]
fn limits_stop_filters() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | limit 2 | where x > 1", "optimized", &expect![[r#"
    Filter (x#3 > 1.0)
    +- GlobalLimit 2
       +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4]
"#]]);
}

#[test]
fn random_filters_stay() {
    check("e = stream id INT, name STRING, at TIMESTAMP, x DOUBLE, tags ARRAY<STRING>
o = stream id INT, label STRING, seen TIMESTAMP
w = e | watermark at; 1 minute
x = e | where rand() > 0.5 | where x > 1", "optimized", &expect![[r#"
    Filter (x#3 > 1.0)
    +- Filter (rand() > cast(0.5 as double))
       +- StreamingRelation json [id#0, name#1, at#2, x#3, tags#4]
"#]]);
}
