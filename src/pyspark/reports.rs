//! The reports of all batches since the beginning.
//!
//! Law: every batch keeps its counters for ever, but not its rows: of more than [`Reports::ROWS_KEPT`] rows those of the oldest batches are let go, the newest
//! batch's never, so that a long run and large results fit into a browser's tab.

use arrow_array::RecordBatch;

use crate::engine::BatchReport;

/// Reports in the order of the batches.
#[derive(Debug, Default)]
pub(super) struct Reports {
    all: Vec<BatchReport>,
    /// The first report that still has its rows.
    first_whole: usize,
    rows_kept: usize,
}

impl Reports {
    /// So many rows, emitted ones and the accounts of input rows, stay.
    pub(super) const ROWS_KEPT: usize = 1_000_000;

    /// All of them.
    pub(super) fn all(&self) -> &[BatchReport] {
        &self.all
    }

    /// Takes the newest.
    pub(super) fn push(&mut self, report: BatchReport) {
        self.rows_kept += rows(&report);
        self.all.push(report);
        while self.rows_kept > Self::ROWS_KEPT && self.first_whole + 1 < self.all.len() {
            let old = &mut self.all[self.first_whole];
            self.rows_kept -= rows(old);
            old.rows = RecordBatch::new_empty(old.rows.schema());
            old.fates = Vec::new();
            self.first_whole += 1;
        }
    }
}

fn rows(report: &BatchReport) -> usize {
    report.rows.num_rows() + report.fates.len()
}

#[cfg(test)]
mod tests {
    use super::Reports;
    use crate::pyspark::Playground;

    #[test]
    fn the_newest_batches_keep_their_rows_and_all_their_counters() {
        let mut playground = Playground::new(1);
        let program = "ticks = spark.readStream.format('rate-micro-batch').option('rowsPerBatch', 400_000).load()\n\
            query = ticks.selectExpr('1 AS one').writeStream.format('noop').start()\n";
        playground.run(program);
        (0..4).for_each(|_| drop(playground.step()));
        let kept: Vec<(u64, usize)> = playground.reports().iter().map(|report| (report.input_rows, report.rows.num_rows())).collect();
        assert_eq!(kept, [(400_000, 0), (400_000, 0), (400_000, 400_000), (400_000, 400_000)]);
        assert!(kept.iter().map(|batch| batch.1).sum::<usize>() <= Reports::ROWS_KEPT);
    }
}
