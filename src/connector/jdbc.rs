//! `jdbc`: tables of a database that stands outside the program. Spark's `JdbcRelationProvider`, `JDBCOptions` and `JdbcUtils`.
//!
//! Law: a table is one readable file under `/jdbc/<database>`: a line with its columns, then a JSON line a row. It outlives the driver.
// DIFFERENCE: no database answers: each url is an empty one at first. Types come back as they were written, not as a dialect would store them.

use super::{Options, Packages, ReadRequest, Reading, SaveMode, SourceRows, WriteRequest};
use crate::diag::{Class, Diagnostic, Result};
use crate::sql::ddl;
use crate::types::arrow::{array_of, value_at};
use crate::types::display::cast_string;
use crate::types::{DataType, Field, Schema, Value, Zone, number, time};
use crate::world::{Disk, World};
use arrow_array::RecordBatch;
use serde_json::{Map, Value as Json, json};

/// What a program asks of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JdbcOptions {
    /// The url with its parameters.
    pub url: String,
    /// A table by its name.
    pub table: Option<String>,
    /// A query, from the option `query` or in parentheses as `dbtable`.
    pub query: Option<String>,
}

/// A table of a database.
struct Table {
    schema: Schema,
    rows: Vec<Vec<Value>>,
}

impl JdbcOptions {
    /// From the options, once a driver for the url is found; `method` is what PySpark calls in the JVM.
    ///
    /// # Errors
    /// Spark's: no url, neither table nor query, both; no driver for the url.
    pub fn of(options: &Options, packages: Packages, method: &str) -> Result<Self> {
        let Some(url) = options.get("url") else {
            return Err(Diagnostic::plain(Class::IllegalArgument, "requirement failed: Option 'url' is required."));
        };
        let (table, query) = match (options.get("dbtable"), options.get("query")) {
            (None, None) => return Err(argument("_LEGACY_ERROR_TEMP_2079", "Option 'dbtable' or 'query' is required.")),
            (Some(_), Some(_)) => {
                return Err(argument("_LEGACY_ERROR_TEMP_2078", "Both 'dbtable' and 'query' can not be specified at the same time."));
            }
            (None, Some(query)) => (None, Some(query.to_owned())),
            (Some(table), None) => match table.trim().strip_prefix('(').and_then(|rest| rest.rsplit_once(')')) {
                Some((query, _)) => (None, Some(query.to_owned())),
                None => (Some(table.to_owned()), None),
            },
        };
        packages.check_driver(url, options.get("driver"), method)?;
        Ok(Self { url: url.to_owned(), table, query })
    }
}

/// What a JVM method raises that Python has no class for: `Py4JJavaError`.
pub(super) fn java_error(method: &str, text: &str) -> Box<Diagnostic> {
    Diagnostic::plain(Class::Named("Py4JJavaError".to_owned()), format!("An error occurred while calling o1.{method}.\n: {text}"))
}

/// The columns of a table.
///
/// # Errors
/// A table that is not there.
pub fn schema(disk: &Disk, url: &str, table: &str) -> Result<Schema> {
    match load(disk, url, table) {
        Some(table) => Ok(table.schema),
        None => Err(java_error(
            "load",
            &format!(
                "org.apache.spark.SparkException: [JDBC_EXTERNAL_ENGINE_SYNTAX_ERROR.DURING_OUTPUT_SCHEMA_RESOLUTION] JDBC external engine syntax error. The error was caused by the query SELECT * FROM {table} WHERE 1=0. ERROR: relation \"{table}\" does not exist. The error occurred during output schema resolution. SQLSTATE: 42000"
            ),
        )),
    }
}

/// The columns of the table that a read names.
///
/// # Errors
/// As [`schema`].
pub(super) fn batch_schema(world: &dyn World, request: &ReadRequest) -> Result<Schema> {
    schema(world.disk(), request.options.get("url").unwrap_or_default(), request.options.get("dbtable").unwrap_or_default())
}

/// All rows of a table as they are now.
///
/// # Errors
/// A table that is gone.
pub(super) fn read(world: &dyn World, reading: &Reading) -> Result<SourceRows> {
    let options = &reading.request.options;
    let (url, name) = (options.get("url").unwrap_or_default(), options.get("dbtable").unwrap_or_default());
    schema(world.disk(), url, name)?;
    let Some(table) = load(world.disk(), url, name) else { return Ok(SourceRows::default()) };
    let wanted = reading.request.schema.clone().unwrap_or_else(|| table.schema.clone());
    let column = |place: &usize| {
        let field = &wanted.fields[*place];
        let own = table.schema.fields.iter().position(|own| own.name.eq_ignore_ascii_case(&field.name));
        let cell = |row: &Vec<Value>| own.map_or(Value::Null, |own| row[own].clone());
        array_of(&field.data_type, &table.rows.iter().map(cell).collect::<Vec<_>>())
    };
    let rows = table.rows.len();
    Ok(SourceRows { columns: reading.columns.iter().map(column).collect(), rows, input_rows: rows as u64, arrived_ms: None })
}

/// Writes rows into a table.
///
/// # Errors
/// Spark's: types that no database column holds, a table that is there, columns that it has not.
pub(super) fn write(world: &mut dyn World, request: &WriteRequest, mode: SaveMode, schema: &Schema, rows: &RecordBatch) -> Result<()> {
    let (url, name) = (request.options.get("url").unwrap_or_default(), request.options.get("dbtable").unwrap_or_default());
    let found = load(world.disk(), url, name);
    if let Some(field) = schema.fields.iter().find(|field| !is_stored(&field.data_type)) {
        let text = format!("Can't get JDBC type for {}.", field.data_type.simple_string());
        return Err(argument("_LEGACY_ERROR_TEMP_2082", &text));
    }
    let truncates = request.options.get("truncate").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    let mut table = match (found, mode) {
        (Some(_), SaveMode::Ignore) => return Ok(()),
        (Some(_), SaveMode::ErrorIfExists) => {
            let text = format!("Table or view '{name}' already exists. SaveMode: ErrorIfExists.");
            return Err(Diagnostic::analysis("_LEGACY_ERROR_TEMP_1288", text, ""));
        }
        (Some(table), SaveMode::Append) => table,
        (Some(table), SaveMode::Overwrite) if truncates => Table { rows: Vec::new(), ..table },
        _ => Table { schema: nullable(schema), rows: Vec::new() },
    };
    let mut places = Vec::new();
    for field in &schema.fields {
        let place = table.schema.fields.iter().position(|own| own.name.eq_ignore_ascii_case(&field.name));
        places.push(place.ok_or_else(|| no_column(field, name, schema))?);
    }
    for row in 0..rows.num_rows() {
        let mut cells = vec![Value::Null; table.schema.fields.len()];
        for ((field, column), place) in schema.fields.iter().zip(rows.columns()).zip(&places) {
            cells[*place] = value_at(column, row, &field.data_type);
        }
        table.rows.push(cells);
    }
    save(world, url, name, &table);
    Ok(())
}

fn load(disk: &Disk, url: &str, table: &str) -> Option<Table> {
    let text = String::from_utf8_lossy(disk.read(&path(url, table))?).into_owned();
    let mut lines = text.lines();
    let schema = ddl::parse_schema(lines.next()?.strip_prefix("-- ")?).ok()?;
    let row = |line: &str| {
        let json: Json = serde_json::from_str(line).unwrap_or(Json::Null);
        schema.fields.iter().map(|field| parse(json.get(&field.name).unwrap_or(&Json::Null), &field.data_type)).collect()
    };
    let rows = lines.map(row).collect();
    Some(Table { rows, schema })
}

fn save(world: &mut dyn World, url: &str, name: &str, table: &Table) {
    let columns: Vec<String> =
        table.schema.fields.iter().map(|field| format!("`{}` {}", field.name.replace('`', "``"), field.data_type.sql())).collect();
    let mut text = format!("-- {}\n", columns.join(", "));
    for row in &table.rows {
        let cell = |(field, value): (&Field, &Value)| (field.name.clone(), to_json(value, &field.data_type));
        text.push_str(&Json::Object(table.schema.fields.iter().zip(row).map(cell).collect::<Map<_, _>>()).to_string());
        text.push('\n');
    }
    world.disk_mut().put(&path(url, name), text.into_bytes());
}

/// `/jdbc/postgresql/host/shop/people.jsonl`.
fn path(url: &str, table: &str) -> String {
    let url = url.strip_prefix("jdbc:").unwrap_or(url);
    let database = url.split(['?', ';']).next().unwrap_or(url).replace("://", "/").replace(':', "/");
    let table = table.trim().replace(['"', '`'], "").to_lowercase();
    let table = table.strip_prefix("public.").unwrap_or(&table);
    format!("/jdbc/{}/{table}.jsonl", database.trim_end_matches('/'))
}

fn to_json(value: &Value, data_type: &DataType) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(it) => json!(it),
        Value::String(text) => json!(text),
        Value::Binary(bytes) => json!(bytes),
        Value::Float(it) if it.is_finite() => json!(it),
        Value::Double(it) if it.is_finite() => json!(it),
        Value::Byte(_) | Value::Short(_) | Value::Integer(_) | Value::Long(_) => json!(value.as_i64()),
        other => json!(cast_string(other, data_type, &Zone::utc())),
    }
}

fn parse(json: &Json, data_type: &DataType) -> Value {
    let text = json.as_str().unwrap_or_default();
    let found = match data_type {
        DataType::Boolean => json.as_bool().map(Value::Boolean),
        DataType::Byte => json.as_i64().and_then(|it| i8::try_from(it).ok()).map(Value::Byte),
        DataType::Short => json.as_i64().and_then(|it| i16::try_from(it).ok()).map(Value::Short),
        DataType::Integer => json.as_i64().and_then(|it| i32::try_from(it).ok()).map(Value::Integer),
        DataType::Long => json.as_i64().map(Value::Long),
        #[allow(clippy::cast_possible_truncation, reason = "it was a float when it was written")]
        DataType::Float => json.as_f64().or_else(|| not_finite(text)).map(|it| Value::Float(it as f32)),
        DataType::Double => json.as_f64().or_else(|| not_finite(text)).map(Value::Double),
        DataType::Decimal(precision, scale) => {
            number::parse_decimal(text, *precision, *scale).map(|it| Value::Decimal(it, *precision, *scale))
        }
        DataType::String => json.as_str().map(|it| Value::String(it.to_owned())),
        DataType::Binary => json
            .as_array()
            .map(|bytes| Value::Binary(bytes.iter().filter_map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect())),
        DataType::Date => time::parse_date(text).map(Value::Date),
        DataType::Timestamp => time::parse_timestamp(text, &Zone::utc()).map(Value::Timestamp),
        DataType::TimestampNtz => time::parse_timestamp_ntz(text).map(Value::TimestampNtz),
        _ => None,
    };
    found.unwrap_or(Value::Null)
}

fn not_finite(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn is_stored(data_type: &DataType) -> bool {
    data_type.is_numeric()
        || matches!(
            data_type,
            DataType::Boolean | DataType::String | DataType::Binary | DataType::Date | DataType::Timestamp | DataType::TimestampNtz
        )
}

fn nullable(schema: &Schema) -> Schema {
    Schema { fields: schema.fields.iter().map(|field| Field { nullable: true, ..field.clone() }).collect() }
}

fn argument(condition: &str, text: &str) -> Box<Diagnostic> {
    Diagnostic::new(Class::IllegalArgument, condition, text, "")
}

/// A column that the table has not. Spark names the rows' columns as the table's.
fn no_column(field: &Field, table: &str, schema: &Schema) -> Box<Diagnostic> {
    let known: Vec<String> = schema.names().map(|name| format!("`{name}`")).collect();
    let text = format!(
        "\"{}\" column `{}` is not defined in table `{table}`, defined table columns are: {}.",
        field.data_type.sql(),
        field.name,
        known.join(", ")
    );
    Diagnostic::analysis("COLUMN_NOT_DEFINED_IN_TABLE", text, "42703")
}
