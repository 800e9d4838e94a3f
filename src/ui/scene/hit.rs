//! What lies under a point of the picture.

use super::picture::Picture;

/// Something on the Tide that has a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A row: its batch's index and its own among the fates.
    Row(usize, usize),
    /// A sealed window's label: the batch's index and the window's among what it sealed.
    Sealed(usize, usize),
    /// The water: the batch that ran with it; none: the one that comes next.
    Water(Option<usize>),
    /// The band that starts then.
    Band(i64),
    /// The column of a batch.
    Column(usize),
}

/// How near a row must be, in pixels.
const NEAR: f64 = 11.0;

impl Picture {
    /// What is there; the smallest thing wins.
    #[must_use]
    pub fn target(&self, x: f64, y: f64) -> Option<Target> {
        let row = self
            .dots
            .iter()
            .map(|dot| ((dot.x - x).hypot(dot.y - y), dot))
            .filter(|(far, _)| *far < NEAR)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, dot)) = row {
            return Some(Target::Row(dot.batch, dot.row));
        }
        if let Some(label) = self.sealed.iter().find(|label| (label.x - x).abs() < 32.0 && (label.y - y).abs() < 11.0) {
            return Some(Target::Sealed(label.batch, label.window));
        }
        if x < self.plot.x || x > self.plot.x + self.plot.width || y < self.plot.y {
            return None;
        }
        let floor = self.plot.y + self.plot.height;
        if y > floor {
            return self.columns.iter().find(|column| x >= column.left && x < column.right).map(|column| Target::Column(column.batch));
        }
        let step = self.water.iter().find(|step| x >= step.left && x < step.right && step.ms.is_some());
        if let Some(step) = step.filter(|step| (step.y - y).abs() < 6.0) {
            return Some(Target::Water(step.batch));
        }
        let bands = self.windows?;
        let share = (floor - y) / self.plot.height;
        let height_ms = self.view.high_ms - self.view.low_ms;
        Some(Target::Band(bands.start(self.view.low_ms + share * height_ms)))
    }

    /// Rows in sight in the order of the arrow keys: by batch and arrival.
    #[must_use]
    pub fn rows(&self) -> Vec<Target> {
        self.dots.iter().map(|dot| Target::Row(dot.batch, dot.row)).collect()
    }
}
