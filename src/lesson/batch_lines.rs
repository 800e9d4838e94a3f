//! The lines by which a case tells of a micro-batch, from the engine's one record of it.

use crate::engine::BatchReport;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::json;
use crate::types::time::utc_millis;

/// `NAME batch=N input=ROWS watermark=TIME`, then a line an operator with state, and where `rows` are recorded the columns (at the
/// first batch) and the rows.
pub(super) fn batch_lines(report: &BatchReport, name: &str, rows: bool, zone: &Zone) -> Vec<String> {
    let watermark = report.watermark.as_ref().map(|watermark| format!(" watermark={}", utc_millis(watermark.evict_ms)));
    let mut lines = vec![format!("{name} batch={} input={}{}", report.batch_id, report.input_rows, watermark.unwrap_or_default())];
    for (operator, state) in report.state_operators() {
        let duplicates = state.duplicates.map(|duplicates| format!(" duplicates={duplicates}"));
        lines.push(format!(
            "  state {operator} total={} updated={} removed={} dropped={}{}",
            state.total,
            state.updated,
            state.removed,
            state.dropped,
            duplicates.unwrap_or_default()
        ));
    }
    if rows {
        if report.batch_id == 0 {
            let columns = batch_columns(report).into_iter().map(|(name, data_type)| format!("{name}: {data_type}"));
            lines.push(format!("  columns {}", columns.collect::<Vec<_>>().join(", ")));
        }
        let mark = if report.ordered { '=' } else { '+' };
        lines.extend(batch_rows(report, zone).into_iter().map(|row| format!("  {mark} {row}")));
    }
    lines
}

/// The names and types of a batch's columns as `DataType.simpleString` writes them; a repeated name gets `#2`, `#3`.
#[must_use]
pub fn batch_columns(report: &BatchReport) -> Vec<(String, String)> {
    distinct_names(&report.schema).fields.into_iter().map(|field| (field.name, field.data_type.simple_string())).collect()
}

/// A batch's rows as `to_json(struct(*), {"ignoreNullFields": "false"})` writes them: in their order where the query ends in a sort, else
/// sorted as text.
#[must_use]
pub fn batch_rows(report: &BatchReport, zone: &Zone) -> Vec<String> {
    let schema = distinct_names(&report.schema);
    let row = |row: usize| {
        let columns = report.rows.columns().iter().zip(&schema.fields);
        let values: Vec<_> = columns.map(|(column, Field { data_type, .. })| value_at(column, row, data_type)).collect();
        json::row_to_json(&schema, &values, zone, false)
    };
    let mut rows: Vec<String> = (0..report.rows.num_rows()).map(row).collect();
    if !report.ordered {
        rows.sort_unstable();
    }
    rows
}

/// A repeated name gets `#2`, `#3`.
fn distinct_names(schema: &Schema) -> Schema {
    let mut fields: Vec<Field> = Vec::with_capacity(schema.fields.len());
    for (place, field) in schema.fields.iter().enumerate() {
        let earlier = schema.fields[..place].iter().filter(|other| other.name == field.name).count();
        let name = if earlier == 0 { field.name.clone() } else { format!("{}#{}", field.name, earlier + 1) };
        let data_type: DataType = field.data_type.clone();
        fields.push(Field { name, data_type, nullable: field.nullable });
    }
    Schema::new(fields)
}
