//! The Tide at one moment, in pixels.

use super::axis::Axis;
use super::camera::View;
use super::windows::Bands;
use super::windows::bands;
use super::windows::sessions;
use crate::link::view::{Arrival, Batch, Outcome};
use crate::ui::colour::Colours;
use crate::ui::moment;
use crate::ui::store::Fault;
use std::ops::Deref;

/// What there is to draw from.
#[derive(Debug)]
pub struct Scene<'a, B> {
    /// The batches of the query, those up to the moment.
    pub batches: &'a [B],
    /// Rows that wait for their batch.
    pub arrivals: &'a [Arrival],
    /// The axis of those batches.
    pub axis: &'a Axis,
    /// The keys' colours.
    pub colours: &'a Colours,
    /// Deaths and rebirths of the driver.
    pub faults: &'a [Fault],
    /// What is in sight.
    pub view: View,
    /// The moment.
    pub now_ms: f64,
    /// How far the latest batch's rise of the water has come, 0 to 1.
    pub rise: f64,
}

/// The place of the plot within the canvas, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// The picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The plot's place.
    pub plot: Plot,
    /// What is in sight.
    pub view: View,
    /// Shaded bands: top and bottom.
    pub bands: Vec<(f64, f64)>,
    /// The windows' kind, to find the one under the pointer.
    pub windows: Option<Bands>,
    /// Labels of event times: where, and what.
    pub ticks: Vec<(f64, String)>,
    /// A column for each batch in sight.
    pub columns: Vec<BatchColumn>,
    /// The line on which rows would lie that come at once.
    pub ideal: Vec<(f64, f64)>,
    /// The water's surface (the watermark that evicts), left to right; it reaches down to the plot's floor.
    pub water: Vec<Step>,
    /// The watermark that judges late rows.
    pub late: Vec<Step>,
    /// Rows.
    pub dots: Vec<Dot>,
    /// Rows that wait for their batch.
    pub waiting: Vec<(f64, f64)>,
    /// Sessions, where the windows are such.
    pub sessions: Vec<Bar>,
    /// Where the driver was dead: left and right.
    pub dead: Vec<(f64, f64)>,
    /// Labels of sealed windows.
    pub sealed: Vec<SealedLabel>,
    /// Where the moment lies.
    pub now: f64,
}

/// The column of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchColumn {
    /// The batch's index.
    pub batch: usize,
    /// Left edge.
    pub left: f64,
    /// Right edge: the batch ran there.
    pub right: f64,
    /// Its number, where there is room for it.
    pub label: Option<String>,
}

/// A stretch of a watermark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// From here.
    pub left: f64,
    /// To here.
    pub right: f64,
    /// At this height.
    pub y: f64,
    /// The watermark, in milliseconds since 1970; none before the first one.
    pub ms: Option<i64>,
    /// The batch that ran with it; none: the one that comes next.
    pub batch: Option<usize>,
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// Where, in pixels.
    pub x: f64,
    /// Where, in pixels.
    pub y: f64,
    /// The index of its key's colour.
    pub colour: usize,
    /// What became of it.
    pub outcome: Outcome,
    /// The batch's index.
    pub batch: usize,
    /// Its index among the batch's fates.
    pub row: usize,
}

/// The bar of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge: the session's end.
    pub top: f64,
    /// Lower edge: its start.
    pub bottom: f64,
    /// The index of its key's colour.
    pub colour: usize,
    /// Whether it is sealed.
    pub sealed: bool,
}

/// The label on a window that is sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedLabel {
    /// Its centre.
    pub x: f64,
    /// Its centre.
    pub y: f64,
    /// `sealed 24`.
    pub text: String,
    /// The batch's index.
    pub batch: usize,
    /// Its index among what the batch sealed.
    pub window: usize,
}

impl<B: Deref<Target = Batch>> Scene<'_, B> {
    /// The picture for a canvas of this size.
    #[must_use]
    pub fn picture(&self, width: f64, height: f64) -> Picture {
        let plot = plot(width, height);
        let place = Place { plot, view: self.view };
        let first = self.axis.columns().partition_point(|column| column.right < self.view.left);
        let windows = bands(self.batches);
        Picture {
            plot,
            view: self.view,
            bands: windows.map(|windows| shades(&place, windows)).unwrap_or_default(),
            windows,
            ticks: ticks(&place, windows),
            columns: self.columns(&place, first),
            ideal: self.ideal(&place, first),
            water: self.water(&place, first),
            late: self.steps(&place, first, |batch| batch.late_ms, |batch| batch.evict_ms),
            dots: self.dots(&place, first),
            waiting: self.waiting(&place),
            sessions: if windows.is_none() { self.sessions(&place) } else { Vec::new() },
            dead: self.dead(&place),
            sealed: self.sealed(&place, first),
            now: place.x(self.axis.at(self.now_ms)),
        }
    }

    fn columns(&self, place: &Place, first: usize) -> Vec<BatchColumn> {
        let mut labelled = f64::NEG_INFINITY;
        let columns = self.axis.columns().iter().enumerate().skip(first);
        columns
            .map(|(batch, column)| {
                let (left, right) = (place.x(column.left), place.x(column.right));
                let middle = f64::midpoint(left, right);
                let room = middle - labelled > 22.0 && middle > place.plot.x;
                if room {
                    labelled = middle;
                }
                let id = self.batches.get(batch).map_or(0, |batch| batch.batch_id);
                BatchColumn { batch, left, right, label: room.then(|| id.to_string()) }
            })
            .collect()
    }

    fn ideal(&self, place: &Place, first: usize) -> Vec<(f64, f64)> {
        let middle = f64::midpoint(self.view.low_ms, self.view.high_ms);
        if (self.now_ms - middle).abs() > self.view.high_ms - self.view.low_ms {
            return Vec::new();
        }
        let start = self.axis.time(self.view.left);
        let stops = self.axis.columns().iter().skip(first).map(|column| (column.right, column.to_ms as f64));
        let now = self.axis.at(self.now_ms);
        let end = (self.view.right, self.now_ms + self.view.right - now);
        let all = std::iter::once((self.view.left, start)).chain(stops).chain([(now, self.now_ms), end]);
        all.map(|(units, ms)| (place.x(units), place.y(ms))).collect()
    }

    fn water(&self, place: &Place, first: usize) -> Vec<Step> {
        let mut steps = self.steps(place, first, |batch| batch.evict_ms, |batch| batch.next_ms);
        if let [.., before, last] = steps.as_mut_slice() {
            last.y = before.y + (last.y - before.y) * self.rise;
        }
        steps
    }

    /// A watermark over the columns: in a batch's column the one it ran with, after the last column the one that comes next.
    fn steps(&self, place: &Place, first: usize, of: impl Fn(&Batch) -> Option<i64>, next: impl Fn(&Batch) -> Option<i64>) -> Vec<Step> {
        if self.batches.iter().all(|batch| batch.next_ms.is_none() && batch.evict_ms.is_none()) {
            return Vec::new();
        }
        let step = |left: f64, right: f64, ms: Option<i64>, batch| {
            let y = ms.map_or(place.floor(), |ms| place.y(ms as f64).clamp(place.plot.y - 4.0, place.floor()));
            Step { left: place.x(left), right: place.x(right), y, ms, batch }
        };
        let columns = self.axis.columns().iter().zip(self.batches).enumerate().skip(first);
        let mut steps: Vec<Step> =
            columns.map(|(index, (column, batch))| step(column.left, column.right, of(batch), Some(index))).collect();
        if let Some(batch) = self.batches.last() {
            let end = self.axis.end().1;
            steps.push(step(end, self.axis.at(self.now_ms) + self.axis.usual() * 0.16, next(batch), None));
        }
        steps
    }

    fn dots(&self, place: &Place, first: usize) -> Vec<Dot> {
        let mut dots = Vec::new();
        for (index, (column, batch)) in self.axis.columns().iter().zip(self.batches).enumerate().skip(first) {
            let count = batch.fates.len();
            // Rows of one file come at one moment; they are spread over the column, or they would hide each other.
            let together = count > 3 && batch.fates.iter().all(|fate| fate.arrived_ms == batch.fates[0].arrived_ms);
            for (row, fate) in batch.fates.iter().enumerate() {
                let Some(event_ms) = fate.event_ms else { continue };
                let x = place.x(column.place_row(if together { column.from_ms } else { fate.arrived_ms }, row, count));
                if x < place.plot.x - 4.0 {
                    continue;
                }
                let colour = self.colours.of(&fate.key).unwrap_or(0);
                dots.push(Dot { x, y: place.event(event_ms), colour, outcome: fate.outcome, batch: index, row });
            }
        }
        dots
    }

    fn waiting(&self, place: &Place) -> Vec<(f64, f64)> {
        let due = self.arrivals.iter().filter(|row| row.at_ms as f64 <= self.now_ms);
        due.map(|row| (place.x(self.axis.at(row.at_ms as f64)), place.event(row.event_ms))).collect()
    }

    fn sessions(&self, place: &Place) -> Vec<Bar> {
        let now = self.axis.at(self.now_ms);
        let recent = self.batches.len().saturating_sub(SESSIONS_BACK);
        let found = sessions(&self.batches[recent..], &self.axis.from(recent));
        let bar = |session: &super::windows::Session| Bar {
            left: place.x(session.from) - 6.0,
            right: place.x(if session.sealed { session.to } else { now }) + 6.0,
            top: place.y(session.end_ms as f64).max(place.plot.y),
            bottom: place.y(session.start_ms as f64).min(place.floor()),
            colour: self.colours.of(&session.key).unwrap_or(0),
            sealed: session.sealed,
        };
        found.iter().map(bar).filter(|bar| bar.right > place.plot.x && bar.bottom > bar.top).collect()
    }

    fn dead(&self, place: &Place) -> Vec<(f64, f64)> {
        let x = |ms: f64| place.x(self.axis.at(ms)).max(place.plot.x);
        let deaths = self.faults.iter().enumerate().filter(|(_, fault)| !fault.alive && fault.at_ms as f64 <= self.now_ms);
        let until = |index: usize| {
            self.faults.iter().skip(index).find(|fault| fault.alive).map_or(self.now_ms, |fault| self.now_ms.min(fault.at_ms as f64))
        };
        deaths.map(|(index, fault)| (x(fault.at_ms as f64), x(until(index)))).filter(|(_, right)| *right > place.plot.x).collect()
    }

    fn sealed(&self, place: &Place, first: usize) -> Vec<SealedLabel> {
        let mut labels: Vec<SealedLabel> = Vec::new();
        for (index, (column, batch)) in self.axis.columns().iter().zip(self.batches).enumerate().skip(first) {
            for (window, sealed) in batch.sealed.iter().enumerate() {
                let y = place.y(f64::midpoint(sealed.start_ms as f64, sealed.end_ms as f64));
                let x = place.x(f64::midpoint(column.left, column.right)) - 4.0;
                let apart = labels.last().is_none_or(|last| (last.y - y).abs() > 22.0 || (last.x - x).abs() > 84.0);
                if apart && y < place.floor() - 9.0 && y > place.plot.y && x > place.plot.x + 34.0 {
                    labels.push(SealedLabel { x, y, text: format!("sealed {}", sealed.rows), batch: index, window });
                }
            }
        }
        labels
    }
}

/// How many batches back sessions are put together from.
const SESSIONS_BACK: usize = 60;

/// From times to pixels.
struct Place {
    plot: Plot,
    view: View,
}

impl Place {
    fn x(&self, units: f64) -> f64 {
        self.plot.x + (units - self.view.left) / (self.view.right - self.view.left) * self.plot.width
    }

    fn y(&self, ms: f64) -> f64 {
        self.floor() - (ms - self.view.low_ms) / (self.view.high_ms - self.view.low_ms) * self.plot.height
    }

    /// Where a row of this event time is drawn: those out of sight lie on the edge.
    fn event(&self, ms: f64) -> f64 {
        self.y(ms).clamp(self.plot.y, self.floor() - 3.0)
    }

    fn floor(&self) -> f64 {
        self.plot.y + self.plot.height
    }
}

fn plot(width: f64, height: f64) -> Plot {
    let x = if width < 480.0 { 52.0 } else { 56.0 };
    Plot { x, y: 22.0, width: (width - x - 26.0).max(40.0), height: (height - 22.0 - 26.0).max(40.0) }
}

fn shades(place: &Place, windows: Bands) -> Vec<(f64, f64)> {
    let height = place.plot.height * windows.slide_ms as f64 / (place.view.high_ms - place.view.low_ms);
    if height < 5.0 {
        return Vec::new();
    }
    let mut start_ms = windows.start(place.view.low_ms);
    let mut found = Vec::new();
    while (start_ms as f64) < place.view.high_ms {
        let end_ms = start_ms + windows.slide_ms;
        if windows.shaded(start_ms) {
            found.push((place.y(end_ms as f64).max(place.plot.y), place.y(start_ms as f64).min(place.floor())));
        }
        start_ms = end_ms;
    }
    found
}

/// Steps that people count in.
const STEPS_MS: [i64; 21] = [
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    604_800_000,
    2_592_000_000,
];

fn ticks(place: &Place, windows: Option<Bands>) -> Vec<(f64, String)> {
    let range = place.view.high_ms - place.view.low_ms;
    let least = range * 34.0 / place.plot.height;
    let fits = |step: &i64| *step as f64 >= least;
    let by_window =
        windows.and_then(|bands| [1, 2, 3, 5, 6, 10, 12, 20, 30, 60].map(|times| bands.slide_ms * times).into_iter().find(fits));
    let step_ms = by_window.or_else(|| STEPS_MS.into_iter().find(fits)).unwrap_or(STEPS_MS[20]);
    let origin = windows.map_or(0, |bands| bands.origin_ms.rem_euclid(bands.slide_ms));
    let mut at = origin + (place.view.low_ms as i64 - origin).div_euclid(step_ms) * step_ms;
    let mut found = Vec::new();
    while (at as f64) <= place.view.high_ms {
        let y = place.y(at as f64);
        if y <= place.floor() + 0.5 && y >= place.plot.y {
            found.push((y, moment::tick(at, step_ms)));
        }
        at += step_ms;
    }
    found
}
