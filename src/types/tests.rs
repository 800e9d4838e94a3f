//! What real Spark 4.3.0 gave for the texts under `golden/` is what we give; values survive Arrow and texts.

use arrow_array::Array;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::DataType;
use super::Field;
use super::Schema;
use super::Value;
use super::Zone;
use super::arrow;
use super::display;
use super::display::ShowOptions;
use super::interval;
use super::json;
use super::number;
use super::pattern::Pattern;
use super::time;
use super::unsafe_row;

fn rows(text: &str) -> Vec<Vec<Json>> {
    serde_json::from_str(text).unwrap()
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

/// Compares what is found with what Spark gave, row by row, and tells all that differ.
fn check<T: PartialEq + std::fmt::Debug>(what: &str, rows: impl IntoIterator<Item = (String, T, T)>) {
    let differ: Vec<String> = rows
        .into_iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(input, found, expected)| format!("{input}\n   found {found:?}\nexpected {expected:?}"))
        .collect();
    assert!(differ.is_empty(), "{what}: {} differ\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn timestamps_are_read_and_shown() {
    let without_date = ["12:30", "T12:30"];
    let rows = rows(include_str!("golden/timestamps.json"));
    check(
        "timestamps",
        rows.iter().filter(|row| !without_date.contains(&row[1].as_str().unwrap())).map(|row| {
            let zone = Zone::parse(row[0].as_str().unwrap()).unwrap();
            let input = row[1].as_str().unwrap();
            let micros = time::parse_timestamp(input, &zone);
            let found = (
                micros,
                micros.map(|micros| time::format_timestamp(micros, &zone)),
                micros.map(|micros| time::json_timestamp(micros, &zone)),
                time::parse_timestamp_ntz(input).map(time::format_timestamp_ntz),
            );
            let json = row[4].as_str().unwrap().strip_prefix(r#"{"t":""#).map(|json| json.trim_end_matches("\"}").to_owned());
            (format!("{input:?} in {}", zone.id()), found, (row[2].as_i64(), text(&row[3]), json, text(&row[5])))
        }),
    );
}

#[test]
fn dates_are_read_and_shown() {
    check(
        "dates",
        rows(include_str!("golden/dates.json")).into_iter().map(|row| {
            let days = time::parse_date(row[0].as_str().unwrap());
            (row[0].to_string(), (days.map(i64::from), days.map(time::format_date)), (row[1].as_i64(), text(&row[2])))
        }),
    );
}

#[test]
fn doubles_are_shown_as_java_shows_them() {
    check(
        "doubles",
        rows(include_str!("golden/doubles.json")).into_iter().map(|row| {
            let (double, float): (f64, f32) = (row[0].as_str().unwrap().parse().unwrap(), row[0].as_str().unwrap().parse().unwrap());
            let found = (Some(number::format_double(double)), Some(number::format_float(float)));
            (row[0].to_string(), found, (text(&row[1]), text(&row[2])))
        }),
    );
}

#[test]
fn intervals_are_read() {
    check(
        "intervals",
        rows(include_str!("golden/intervals.json")).into_iter().map(|row| {
            let found = match interval::parse(row[0].as_str().unwrap()) {
                Ok(interval) => vec!["ok".to_owned(), interval.to_string()],
                Err(error) => {
                    let message = format!("[{}] {} SQLSTATE: {}", error.condition, error.text, interval::SQL_STATE);
                    vec!["err".to_owned(), error.condition, message]
                }
            };
            (row[0].to_string(), found, row[1..].iter().filter_map(text).collect())
        }),
    );
}

#[test]
fn patterns_write() {
    let moments = [
        1_714_566_645_123_456,
        1_714_566_645_000_000,
        0,
        -1,
        -62_135_596_800_000_000,
        253_402_300_800_000_000,
        -62_198_755_200_000_000,
        1_704_067_199_999_999,
        1_735_689_599_000_000,
        1_711_846_800_000_000,
        1_698_541_200_000_000_i64,
    ];
    check(
        "patterns",
        rows(include_str!("golden/formatted.json")).into_iter().map(|row| {
            let (pattern, zone) = (row[0].as_str().unwrap(), Zone::parse(row[1].as_str().unwrap()).unwrap());
            let found = match Pattern::for_formatting(pattern) {
                Ok(pattern) => moments.iter().map(|micros| pattern.format_timestamp(*micros, &zone)).collect(),
                Err(error) => {
                    let message = format!("[{}] {} SQLSTATE: {}", error.condition, error.text, error.sql_state);
                    vec![error.condition.to_owned(), message]
                }
            };
            (format!("{pattern} in {}", zone.id()), found, row[2].as_array().unwrap().iter().filter_map(text).collect::<Vec<_>>())
        }),
    );
}

#[test]
fn patterns_read() {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    check(
        "patterns",
        rows(include_str!("golden/parsed.json")).into_iter().map(|row| {
            let (input, pattern) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
            let found = match Pattern::for_parsing(pattern) {
                Ok(pattern) => match pattern.parse_timestamp(input, &zone) {
                    Ok(micros) => vec![micros.to_string(), time::format_timestamp(micros, &zone)],
                    Err(why) => {
                        let condition = "CANNOT_PARSE_TIMESTAMP";
                        let advice = "Use `try_to_timestamp` to tolerate invalid input string and return NULL instead.";
                        vec![condition.to_owned(), format!("[{condition}] {why}. {advice} SQLSTATE: 22007")]
                    }
                },
                Err(error) => {
                    let message = format!("[{}] {} SQLSTATE: {}", error.condition, error.text, error.sql_state);
                    vec![error.condition.to_owned(), message]
                }
            };
            let expected: Vec<_> = row[2].as_array().unwrap().iter().map(|json| text(json).unwrap_or_else(|| json.to_string())).collect();
            (format!("{input:?} by {pattern:?}"), found, expected)
        }),
    );
}

#[test]
fn doubles_are_shown_as_java_shows_them_bit_by_bit() {
    let all = include_str!("golden/java_doubles.txt");
    check(
        "doubles",
        all.lines().map(|line| {
            let parts: Vec<&str> = line.split(' ').collect();
            let (double, float) =
                (f64::from_bits(u64::from_str_radix(parts[0], 16).unwrap()), f32::from_bits(u32::from_str_radix(parts[2], 16).unwrap()));
            (line.to_owned(), (number::format_double(double), number::format_float(float)), (parts[1].to_owned(), parts[3].to_owned()))
        }),
    );
}

fn nested_schema() -> Schema {
    let inner = DataType::Struct(vec![Field::new("q", DataType::Decimal(8, 3))]);
    let of_w = vec![Field::new("start", DataType::Timestamp), Field::new("x", DataType::Array(Box::new(inner), false))];
    let lists = DataType::Array(Box::new(DataType::Integer), true);
    Schema::new(vec![
        Field::required("a b", DataType::Long),
        Field::new("w", DataType::Struct(of_w)),
        Field::new("m", DataType::Map(Box::new(DataType::String), Box::new(lists), false)),
        Field::new("i", DataType::DAY_TIME),
        Field::new("y", DataType::YEAR_MONTH),
        Field::new("n", DataType::Null),
        Field::new("v", DataType::Binary),
        Field::new("z", DataType::TimestampNtz),
        Field::new("c", DataType::CalendarInterval),
        Field::new("1x", DataType::Byte),
        Field::new("f", DataType::Float),
    ])
}

#[test]
fn schemas_are_written_in_four_ways() {
    let golden: Vec<Option<String>> = serde_json::from_str(include_str!("golden/schema.json")).unwrap();
    let schema = nested_schema();
    let found = [schema.tree_string(), schema.simple_string(), schema.data_type().sql(), schema.json()];
    check("schema", found.into_iter().zip(golden).map(|(found, golden)| (found.clone(), Some(found), golden)));
}

#[test]
fn tables_are_laid_out() {
    let golden: Vec<String> = serde_json::from_str(include_str!("golden/shown.json")).unwrap();
    let schema =
        Schema::new(vec![Field::new("na me", DataType::String), Field::new("名前", DataType::String), Field::new("d", DataType::Double)]);
    let columns = [
        arrow::array_of(&DataType::String, &[Value::String("a\nb\tc".into()), Value::String("x".repeat(30))]),
        arrow::array_of(&DataType::String, &[Value::String("日本".into()), Value::Null]),
        arrow::array_of(&DataType::Double, &[Value::Double(1.5), Value::Null]),
    ];
    let options = [
        (20, 20, false),
        (1, 20, false),
        (20, 0, false),
        (20, 3, false),
        (20, 5, false),
        (20, 20, true),
        (1, 0, true),
        (0, 20, false),
        (0, 20, true),
    ];
    check(
        "tables",
        options.into_iter().zip(golden).map(|((number_of_rows, truncate, vertical), golden)| {
            let options = ShowOptions { number_of_rows, truncate, vertical };
            (format!("{options:?}"), display::show_columns(&schema, &columns, 2, &Zone::utc(), options), golden)
        }),
    );
}

#[test]
fn values_are_cast_shown_and_written_as_json() {
    use DataType as T;
    use Value as V;
    let utc = Zone::utc();
    let list = |element: T| T::Array(Box::new(element), true);
    let map = |key: T, value: T| T::Map(Box::new(key), Box::new(value), true);
    let record = |types: &[(&str, T)]| T::Struct(types.iter().map(|(name, of)| Field::new(*name, of.clone())).collect());
    let noon = V::Timestamp(1_714_564_800_000_000);
    let text = |text: &str| V::String(text.to_owned());
    let values = [
        ("array(1,null)", list(T::Integer), V::Array(vec![V::Integer(1), V::Null])),
        ("map('a',1,'b',null)", map(T::String, T::Integer), V::Map(vec![(text("a"), V::Integer(1)), (text("b"), V::Null)])),
        (
            "struct(1,null,'x')",
            record(&[("col1", T::Integer), ("col2", T::Null), ("col3", T::String)]),
            V::Struct(vec![V::Integer(1), V::Null, text("x")]),
        ),
        ("X'6869ff'", T::Binary, V::Binary(b"hi\xff".to_vec())),
        ("array(X'6869')", list(T::Binary), V::Array(vec![V::Binary(b"hi".to_vec())])),
        ("interval '1-2' year to month", T::YEAR_MONTH, V::YearMonthInterval(14)),
        ("interval '-1-2' year to month", T::YEAR_MONTH, V::YearMonthInterval(-14)),
        ("make_interval(1,2,3,4,5,6,7.5)", T::CalendarInterval, V::CalendarInterval(14, 25, 18_367_500_000)),
        ("cast(1e-7 as decimal(10,8))", T::Decimal(10, 8), V::Decimal(10, 10, 8)),
        ("cast(0 as decimal(10,8))", T::Decimal(10, 8), V::Decimal(0, 10, 8)),
        ("cast(123.4500 as decimal(10,4))", T::Decimal(10, 4), V::Decimal(1_234_500, 10, 4)),
        ("cast('NaN' as double)", T::Double, V::Double(f64::NAN)),
        ("array(cast('Infinity' as double),-0D)", list(T::Double), V::Array(vec![V::Double(f64::INFINITY), V::Double(-0.0)])),
        ("timestamp'2024-05-01 12:00:00.123456'", T::Timestamp, V::Timestamp(1_714_564_800_123_456)),
        ("timestamp_ntz'2024-05-01 12:00:00.123456'", T::TimestampNtz, V::TimestampNtz(1_714_564_800_123_456)),
        ("map(timestamp'2024-05-01 12:00:00',1)", map(T::Timestamp, T::Integer), V::Map(vec![(noon.clone(), V::Integer(1))])),
        ("map(date'2024-05-01',timestamp'2024-05-01 12:00:00')", map(T::Date, T::Timestamp), V::Map(vec![(V::Date(19_844), noon)])),
        ("map(1.50,2)", map(T::Decimal(3, 2), T::Integer), V::Map(vec![(V::Decimal(150, 3, 2), V::Integer(2))])),
        ("array(make_interval(0,0,0,0,0,0,-0.5))", list(T::CalendarInterval), V::Array(vec![V::CalendarInterval(0, 0, -500_000)])),
        ("cast(null as string)", T::String, V::Null),
        ("array()", list(T::Null), V::Array(vec![])),
        ("map()", map(T::Null, T::Null), V::Map(vec![])),
        ("1e10", T::Double, V::Double(1e10)),
        ("float('1e10')", T::Float, V::Float(1e10)),
        ("array(struct(null as a))", list(record(&[("a", T::Null)])), V::Array(vec![V::Struct(vec![V::Null])])),
        ("cast(-0.5 as decimal(2,1))", T::Decimal(2, 1), V::Decimal(-5, 2, 1)),
        ("'a\\n\\t\"\\\\\\u0001é/\\u2028'", T::String, text("a\n\t\"\\\u{1}é/\u{2028}")),
    ];
    let golden = rows(include_str!("golden/values.json"));
    check(
        "values",
        values.into_iter().map(|(sql, of, value)| {
            let golden = golden.iter().find(|row| row[0] == sql).unwrap_or_else(|| panic!("{sql} is among the recorded values"));
            let schema = Schema::new(vec![Field::new("v", of.clone())]);
            let column = arrow::array_of(&of, std::slice::from_ref(&value));
            let whole = ShowOptions { truncate: 0, ..ShowOptions::default() };
            let row = [value.clone()];
            let found = [
                display::cast_string(&value, &of, &utc),
                Some(json::row_to_json(&schema, &row, &utc, true)),
                Some(json::row_to_json(&schema, &row, &utc, false)),
                Some(display::show_columns(&schema, &[column], 1, &utc, whole)),
            ];
            (sql.to_owned(), found, [1, 2, 3, 4].map(|place| self::text(&golden[place])))
        }),
    );
}

fn any_type() -> impl Strategy<Value = DataType> {
    let leaf = prop_oneof![
        Just(DataType::Boolean),
        Just(DataType::Integer),
        Just(DataType::Long),
        Just(DataType::Double),
        Just(DataType::Decimal(20, 4)),
        Just(DataType::String),
        Just(DataType::Binary),
        Just(DataType::Date),
        Just(DataType::Timestamp),
        Just(DataType::CalendarInterval),
        Just(DataType::Null),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|element| DataType::Array(Box::new(element), true)),
            inner.clone().prop_map(|value| DataType::Map(Box::new(DataType::String), Box::new(value), true)),
            prop::collection::vec(inner, 0..3).prop_map(|types| {
                DataType::Struct(types.into_iter().enumerate().map(|(index, of)| Field::new(format!("f{index}"), of)).collect())
            }),
        ]
    })
}

fn any_value(data_type: &DataType) -> BoxedStrategy<Value> {
    let some = match data_type {
        DataType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        DataType::Integer => any::<i32>().prop_map(Value::Integer).boxed(),
        DataType::Long => any::<i64>().prop_map(Value::Long).boxed(),
        DataType::Double => any::<f64>().prop_map(Value::Double).boxed(),
        DataType::Decimal(..) => any::<i64>().prop_map(|unscaled| Value::Decimal(unscaled.into(), 20, 4)).boxed(),
        DataType::String => any::<String>().prop_map(Value::String).boxed(),
        DataType::Binary => any::<Vec<u8>>().prop_map(Value::Binary).boxed(),
        DataType::Date => any::<i32>().prop_map(Value::Date).boxed(),
        DataType::Timestamp => any::<i64>().prop_map(Value::Timestamp).boxed(),
        DataType::CalendarInterval => {
            (any::<i32>(), any::<i32>(), any::<i32>()).prop_map(|(m, d, us)| Value::CalendarInterval(m, d, us.into())).boxed()
        }
        DataType::Array(element, _) => prop::collection::vec(any_value(element), 0..4).prop_map(Value::Array).boxed(),
        DataType::Map(_, value, _) => {
            let key = any::<String>().prop_map(Value::String);
            prop::collection::vec((key, any_value(value)), 0..4).prop_map(Value::Map).boxed()
        }
        DataType::Struct(fields) => {
            fields.iter().map(|field| any_value(&field.data_type)).collect::<Vec<_>>().prop_map(Value::Struct).boxed()
        }
        _ => return Just(Value::Null).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 6 => some].boxed()
}

fn any_column() -> impl Strategy<Value = (DataType, Vec<Value>)> {
    any_type().prop_flat_map(|of| {
        let values = prop::collection::vec(any_value(&of), 0..6);
        (Just(of), values)
    })
}

proptest! {
    #[test]
    fn values_survive_arrow((of, values) in any_column()) {
        let array = arrow::array_of(&of, &values);
        prop_assert_eq!(array.data_type(), &arrow::arrow_type(&of));
        let back: Vec<_> = (0..array.len()).map(|row| arrow::value_at(&array, row, &of)).collect();
        prop_assert_eq!(back, values);
    }

    #[test]
    fn timestamps_survive_their_text(micros in -100_000_000_000_000_000..1_000_000_000_000_000_000_i64, offset in -18..=18) {
        let zone = Zone::parse(&format!("{offset:+}")).unwrap();
        prop_assert_eq!(time::parse_timestamp(&time::format_timestamp(micros, &zone), &zone), Some(micros));
    }

    #[test]
    fn timestamps_survive_a_pattern(micros in -100_000_000_000_000_000..1_000_000_000_000_000_000_i64, offset in -18..=18) {
        let (pattern, zone) = ("yyyy-MM-dd HH:mm:ss.SSSSSSXXX", Zone::parse(&format!("{offset:+}")).unwrap());
        let text = Pattern::for_formatting(pattern).unwrap().format_timestamp(micros, &zone);
        prop_assert_eq!(Pattern::for_parsing(pattern).unwrap().parse_timestamp(&text, &Zone::utc()), Ok(micros));
    }

    #[test]
    fn doubles_survive_their_text(value in any::<f64>()) {
        prop_assert_eq!(number::format_double(value).replace("Infinity", "inf").parse::<f64>().unwrap().to_bits(), value.to_bits());
    }

    #[test]
    fn values_survive_their_unsafe_row((of, values) in any_column()) {
        let array = arrow::array_of(&of, &values);
        for (row, value) in values.iter().enumerate() {
            let bytes = unsafe_row::encode(&[std::sync::Arc::clone(&array)], row);
            prop_assert_eq!(bytes.len() % 8, 0);
            let decoded = unsafe_row::decode(&[&of], &bytes).unwrap();
            prop_assert!(decoded[0].compare(value).is_eq(), "{:?} {:?} {:?}", of, value, decoded);
        }
    }

    #[test]
    fn equal_values_hash_alike((of, values) in any_column()) {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let hash = |value: &Value| { let mut hasher = DefaultHasher::new(); value.hash(&mut hasher); hasher.finish() };
        for (a, b) in values.iter().zip(values.iter().skip(1)) {
            prop_assert!(a != b || hash(a) == hash(b), "{:?}", of);
            prop_assert_eq!(a.compare(b), b.compare(a).reverse());
        }
    }

    #[test]
    fn no_text_breaks_the_readers(text in "\\PC{0,24}|[-+0-9: TZa-z.]{0,24}", pattern in "[-/:yMdHhmsSEaXzVDQGq' \\[\\].]{0,12}") {
        let utc = Zone::utc();
        let _ = (time::parse_timestamp(&text, &utc), time::parse_date(&text), interval::parse(&text), Zone::parse(&text));
        let _ = number::parse_decimal(&text, 38, 10);
        if let Ok(pattern) = Pattern::for_parsing(&pattern) {
            let _ = pattern.parse_timestamp(&text, &utc);
        }
        if let Ok(pattern) = Pattern::for_formatting(&pattern) {
            let _ = pattern.format_timestamp(1_714_564_800_123_456, &utc);
        }
    }
}
