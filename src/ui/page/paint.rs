//! Puts a [`Picture`] on a canvas. Decides colours and strokes, nothing else.

use super::super::scene::hit::Target;
use super::super::scene::picture::{Dot, Picture, Step};
use super::palette::Palette;
use crate::link::view::Outcome;
use std::f64::consts::TAU;
use web_sys::CanvasRenderingContext2d as Canvas;

/// What changes from frame to frame besides the picture.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Whether the page is dark: water is laid on thicker then.
    pub dark: bool,
    /// How far the latest batch has come, 0 to 1.
    pub rise: f64,
    /// The latest batch, whose rows are new.
    pub latest: Option<usize>,
    /// What is pointed at.
    pub target: Option<Target>,
    /// Whether the moment shown is the present.
    pub present: bool,
}

/// Paints the whole picture.
pub fn paint(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment, width: f64, height: f64) {
    on.clear_rect(0.0, 0.0, width, height);
    bands(on, picture, palette, moment);
    grid(on, picture, palette);
    on.save();
    on.begin_path();
    let plot = picture.plot;
    on.rect(plot.x, plot.y - 10.0, plot.width + 26.0, plot.height + 11.0);
    on.clip();
    ideal(on, picture, palette);
    water(on, picture, palette, moment);
    sessions(on, picture, palette);
    dead(on, picture, palette);
    waiting(on, picture, palette);
    dots(on, picture, palette, moment);
    on.restore();
    sealed(on, picture, palette);
    labels(on, picture, palette, moment);
}

fn bands(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment) {
    let plot = picture.plot;
    on.set_fill_style_str(&palette.band);
    for (top, bottom) in &picture.bands {
        on.fill_rect(plot.x, *top, plot.width, bottom - top);
    }
    if let (Some(Target::Band(start_ms)), Some(windows)) = (moment.target, picture.windows) {
        let y = |ms: i64| plot.y + plot.height * (picture.view.high_ms - ms as f64) / (picture.view.high_ms - picture.view.low_ms);
        let (top, bottom) = (y(start_ms + windows.length_ms).max(plot.y), y(start_ms).min(plot.y + plot.height));
        on.set_global_alpha(0.10);
        on.set_fill_style_str(&palette.water);
        on.fill_rect(plot.x, top, plot.width, (bottom - top).max(0.0));
        on.set_global_alpha(1.0);
    }
}

fn grid(on: &Canvas, picture: &Picture, palette: &Palette) {
    let plot = picture.plot;
    on.set_stroke_style_str(&palette.line);
    on.set_line_width(1.0);
    dash(on, &[2.0, 4.0]);
    on.begin_path();
    let mut last = f64::NEG_INFINITY;
    for column in &picture.columns {
        if column.right > plot.x && column.right - last > 9.0 {
            last = column.right;
            on.move_to(column.right.round() + 0.5, plot.y);
            on.line_to(column.right.round() + 0.5, plot.y + plot.height);
        }
    }
    on.move_to(plot.x + 0.5, plot.y);
    on.line_to(plot.x + 0.5, plot.y + plot.height);
    on.stroke();
    dash(on, &[]);
}

fn ideal(on: &Canvas, picture: &Picture, palette: &Palette) {
    on.set_stroke_style_str(&palette.faint);
    on.set_line_width(1.0);
    dash(on, &[4.0, 4.0]);
    on.set_global_alpha(0.75);
    polyline(on, &picture.ideal);
    on.stroke();
    on.set_global_alpha(1.0);
    dash(on, &[]);
}

fn water(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment) {
    let (Some(first), Some(last)) = (picture.water.first(), picture.water.last()) else { return };
    let floor = picture.plot.y + picture.plot.height;
    let surface = stairs(&picture.water);
    let top = picture.water.iter().map(|step| step.y).fold(floor, f64::min);
    on.begin_path();
    on.move_to(first.left, floor);
    surface.iter().for_each(|(x, y)| on.line_to(*x, *y));
    on.line_to(last.right, floor);
    on.close_path();
    let gradient = on.create_linear_gradient(0.0, top, 0.0, floor + 0.01);
    let (deep, shallow) = if moment.dark { ("66", "24") } else { ("5c", "1a") };
    // A colour of the stylesheet is always #rrggbb; were it not, the water would have no gradient, and that is all.
    let _ = gradient.add_color_stop(0.0, &format!("{}{deep}", palette.water));
    let _ = gradient.add_color_stop(1.0, &format!("{}{shallow}", palette.water));
    on.set_fill_style_canvas_gradient(&gradient);
    on.fill();
    judge(on, picture, palette);
    on.set_stroke_style_str(&palette.water);
    on.set_line_width(1.9);
    polyline(on, &surface);
    on.stroke();
    if moment.rise < 1.0 {
        on.set_global_alpha(0.28 * (1.0 - moment.rise));
        on.set_line_width(9.0);
        on.begin_path();
        on.move_to(last.left, last.y);
        on.line_to(last.right, last.y);
        on.stroke();
        on.set_global_alpha(1.0);
    }
}

/// The line that judges late rows: thinner, under the surface.
fn judge(on: &Canvas, picture: &Picture, palette: &Palette) {
    on.set_stroke_style_str(&palette.water);
    on.set_global_alpha(0.55);
    on.set_line_width(1.0);
    dash(on, &[2.0, 3.0]);
    polyline(on, &stairs(&picture.late));
    on.stroke();
    dash(on, &[]);
    on.set_global_alpha(1.0);
}

/// Sessions as bars in their key's colour; open ones reach to the present.
fn sessions(on: &Canvas, picture: &Picture, palette: &Palette) {
    on.set_line_width(1.0);
    for bar in &picture.sessions {
        on.begin_path();
        // Rounding a rectangle fails for negative radii only.
        let _ = on.round_rect_with_f64(bar.left, bar.top, bar.right - bar.left, bar.bottom - bar.top, 5.0);
        on.set_fill_style_str(palette.key(bar.colour));
        on.set_stroke_style_str(palette.key(bar.colour));
        on.set_global_alpha(if bar.sealed { 0.07 } else { 0.13 });
        on.fill();
        on.set_global_alpha(if bar.sealed { 0.35 } else { 0.8 });
        on.stroke();
    }
    on.set_global_alpha(1.0);
}

/// While the driver was dead nothing ran: a veil, and the moment of death.
fn dead(on: &Canvas, picture: &Picture, palette: &Palette) {
    let plot = picture.plot;
    for (left, right) in &picture.dead {
        on.set_global_alpha(0.07);
        on.set_fill_style_str(&palette.red);
        on.fill_rect(*left, plot.y, (right - left).max(1.0), plot.height);
        on.set_global_alpha(0.8);
        on.set_stroke_style_str(&palette.red);
        on.set_line_width(1.0);
        dash(on, &[3.0, 3.0]);
        on.begin_path();
        on.move_to(left.round() + 0.5, plot.y);
        on.line_to(left.round() + 0.5, plot.y + plot.height);
        on.stroke();
        dash(on, &[]);
        on.set_global_alpha(1.0);
        on.set_font(&format!("600 10px {}", palette.font));
        on.set_text_align("left");
        on.set_text_baseline("middle");
        on.set_fill_style_str(&palette.red);
        // Text on a canvas of its own is always taken.
        let _ = on.fill_text("✖ driver killed", left + 6.0, plot.y + 9.0);
    }
}

fn waiting(on: &Canvas, picture: &Picture, palette: &Palette) {
    on.set_stroke_style_str(&palette.dim);
    on.set_fill_style_str(&palette.panel);
    on.set_line_width(1.2);
    on.begin_path();
    for (x, y) in &picture.waiting {
        circle(on, *x, *y, 2.7);
    }
    on.fill();
    on.stroke();
}

fn dots(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment) {
    let radius = if picture.dots.len() > 900 { 2.4 } else { 3.1 };
    let size = |dot: &Dot| if moment.latest == Some(dot.batch) { radius * pop(moment.rise) } else { radius };
    on.set_line_width(1.1);
    on.set_stroke_style_str(&palette.panel);
    for colour in 0..palette.keys.len() {
        on.begin_path();
        for dot in picture.dots.iter().filter(|dot| dot.colour == colour && filled(dot.outcome)) {
            circle(on, dot.x, dot.y, size(dot));
        }
        on.set_fill_style_str(palette.key(colour));
        on.fill();
        on.stroke();
        on.begin_path();
        for dot in picture.dots.iter().filter(|dot| dot.colour == colour && dot.outcome == Outcome::Duplicate) {
            circle(on, dot.x, dot.y, radius - 0.4);
        }
        on.set_stroke_style_str(palette.key(colour));
        on.stroke();
        on.set_stroke_style_str(&palette.panel);
    }
    on.set_fill_style_str(&palette.faint);
    on.begin_path();
    for dot in picture.dots.iter().filter(|dot| dot.outcome == Outcome::Filtered) {
        circle(on, dot.x, dot.y, 1.6);
    }
    on.fill();
    on.set_stroke_style_str(&palette.red);
    on.begin_path();
    for dot in picture.dots.iter().filter(|dot| dot.outcome == Outcome::PartlyLate) {
        circle(on, dot.x, dot.y, radius + 1.4);
    }
    on.stroke();
    crosses(on, picture, palette, moment);
    pointed(on, picture, palette, moment);
}

fn crosses(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment) {
    on.set_stroke_style_str(&palette.red);
    on.set_line_width(1.7);
    on.set_line_cap("round");
    on.begin_path();
    for dot in picture.dots.iter().filter(|dot| dot.outcome == Outcome::Late) {
        let arm = if moment.latest == Some(dot.batch) { 3.9 * pop(moment.rise) } else { 3.9 };
        on.move_to(dot.x - arm, dot.y - arm);
        on.line_to(dot.x + arm, dot.y + arm);
        on.move_to(dot.x + arm, dot.y - arm);
        on.line_to(dot.x - arm, dot.y + arm);
    }
    on.stroke();
    on.set_line_cap("butt");
}

fn pointed(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment) {
    let Some(Target::Row(batch, row)) = moment.target else { return };
    let Some(dot) = picture.dots.iter().find(|dot| dot.batch == batch && dot.row == row) else { return };
    on.set_line_width(1.6);
    on.set_stroke_style_str(if dot.outcome == Outcome::Late { &palette.red } else { &palette.ink });
    on.begin_path();
    circle(on, dot.x, dot.y, 8.0);
    on.stroke();
}

fn sealed(on: &Canvas, picture: &Picture, palette: &Palette) {
    on.set_font(&format!("700 9.5px {}", palette.font));
    on.set_text_align("center");
    on.set_text_baseline("middle");
    for label in &picture.sealed {
        let half = on.measure_text(&label.text).map_or(26.0, |size| size.width() / 2.0) + 7.0;
        let left = (label.x - half).max(picture.plot.x + 2.0);
        on.begin_path();
        // Rounding a rectangle fails for negative radii only.
        let _ = on.round_rect_with_f64(left, label.y - 8.5, half * 2.0, 17.0, 8.5);
        on.set_fill_style_str(&palette.panel);
        on.fill();
        on.set_line_width(1.0);
        on.set_stroke_style_str(&palette.green);
        on.stroke();
        on.set_fill_style_str(&palette.green);
        let _ = on.fill_text(&label.text, left + half, label.y + 0.5);
    }
}

fn labels(on: &Canvas, picture: &Picture, palette: &Palette, moment: Moment) {
    let plot = picture.plot;
    let text = |text: &str, x: f64, y: f64| drop(on.fill_text(text, x, y));
    on.set_font(&format!("9.5px {}", palette.font));
    on.set_fill_style_str(&palette.dim);
    on.set_text_baseline("middle");
    on.set_text_align("right");
    picture.ticks.iter().for_each(|(y, label)| text(label, plot.x - 6.0, *y));
    on.set_text_align("center");
    for column in &picture.columns {
        if let Some(label) = &column.label {
            let pointed = moment.target == Some(Target::Column(column.batch));
            on.set_fill_style_str(if pointed { &palette.ink } else { &palette.dim });
            text(label, f64::midpoint(column.left, column.right), plot.y + plot.height + 13.0);
        }
    }
    let x = picture.now.round() + 0.5;
    on.set_stroke_style_str(&palette.ink);
    on.set_line_width(1.0);
    on.set_global_alpha(0.62);
    on.begin_path();
    on.move_to(x, plot.y - 12.0);
    on.line_to(x, plot.y + plot.height);
    on.stroke();
    on.set_global_alpha(1.0);
    on.set_fill_style_str(&palette.dim);
    on.set_text_align("left");
    text(if moment.present { "now" } else { "then" }, x + 4.0, plot.y - 6.0);
}

/// The points of a staircase.
fn stairs(steps: &[Step]) -> Vec<(f64, f64)> {
    steps.iter().flat_map(|step| [(step.left, step.y), (step.right, step.y)]).collect()
}

fn polyline(on: &Canvas, points: &[(f64, f64)]) {
    on.begin_path();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 { on.move_to(*x, *y) } else { on.line_to(*x, *y) }
    }
}

fn circle(on: &Canvas, x: f64, y: f64, radius: f64) {
    on.move_to(x + radius, y);
    // An arc fails for negative radii only.
    let _ = on.arc(x, y, radius.max(0.0), 0.0, TAU);
}

fn dash(on: &Canvas, pattern: &[f64]) {
    let list: js_sys::Array = pattern.iter().map(|length| js_sys::Number::from(*length)).collect();
    // A pattern of numbers is always taken.
    let _ = on.set_line_dash(&list);
}

fn filled(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Counted | Outcome::PartlyLate)
}

/// A new row's size: a little beyond its own, then back.
fn pop(progress: f64) -> f64 {
    let t = progress - 1.0;
    1.0 + 2.4 * t * t * t + 1.4 * t * t
}
