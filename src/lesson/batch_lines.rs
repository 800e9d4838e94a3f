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
        let schema = distinct_names(&report.schema);
        if report.batch_id == 0 {
            let columns = schema.fields.iter().map(|field| format!("{}: {}", field.name, field.data_type.simple_string()));
            lines.push(format!("  columns {}", columns.collect::<Vec<_>>().join(", ")));
        }
        lines.extend(row_lines(report, &schema, zone));
    }
    lines
}

/// The rows as `+` lines sorted as text, or, where the query ends in a sort, as `=` lines in their order.
pub(super) fn row_lines(report: &BatchReport, schema: &Schema, zone: &Zone) -> Vec<String> {
    let row = |row: usize| {
        let columns = report.rows.columns().iter().zip(&schema.fields);
        let values: Vec<_> = columns.map(|(column, Field { data_type, .. })| value_at(column, row, data_type)).collect();
        json::row_to_json(schema, &values, zone, false)
    };
    let mut rows: Vec<String> = (0..report.rows.num_rows()).map(row).collect();
    if !report.ordered {
        rows.sort_unstable();
    }
    let mark = if report.ordered { '=' } else { '+' };
    rows.into_iter().map(|row| format!("  {mark} {row}")).collect()
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
