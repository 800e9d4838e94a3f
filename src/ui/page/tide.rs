//! The Tide: a canvas that follows the run frame by frame, and the sentence below it.

use super::super::scene::axis::Axis;
use super::super::scene::camera::View;
use super::super::scene::explain::{Explanation, Tone, explain, unasked};
use super::super::scene::hit::Target;
use super::super::scene::picture::{Picture, Scene};
use super::super::scene::windows::bands;
use super::super::shared::Shared;
use super::super::store::{Clock, Fault};
use super::paint::{Moment, paint};
use super::palette::Palette;
use crate::link::page::now_ms;
use crate::link::view::{Arrival, Batch};
use crate::ui::colour::Colours;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

/// What the Tide shows.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// The query's batches up to the moment that is looked at.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// Rows that wait; empty when the past is looked at.
    pub arrivals: Shared<Vec<Arrival>>,
    /// The keys' colours.
    pub colours: Shared<Colours>,
    /// The virtual clock.
    pub clock: Clock,
    /// Deaths and rebirths of the driver.
    pub faults: Shared<Vec<Fault>>,
    /// Whether the present is looked at.
    pub present: bool,
}

/// What lives from frame to frame.
#[derive(Default)]
struct Stage {
    props: Option<Props>,
    axis: Option<Axis>,
    view: Option<View>,
    picture: Option<Picture>,
    palette: Palette,
    target: Option<Target>,
    size: (f64, f64),
    shown: usize,
    latest_ms: f64,
    frame_ms: f64,
    palette_ms: f64,
    dirty: bool,
    calm: bool,
}

/// How long the water rises and rows pop up, in milliseconds.
const RISE_MS: f64 = 420.0;

/// Canvas, pointer, keyboard, and the sentence.
#[component]
pub fn Tide(props: &Props) -> Html {
    let canvas = use_node_ref();
    let stage = use_mut_ref(Stage::default);
    let target = use_state_eq(|| None::<Target>);
    let pinned = use_state_eq(|| false);
    stage.borrow_mut().take(props.clone(), *target);
    {
        let (canvas, stage) = (canvas.clone(), Rc::clone(&stage));
        use_effect_with((), move |()| {
            let frames = Frames::start(canvas, stage);
            move || frames.stop()
        });
    }
    {
        let (target, pinned) = (target.clone(), pinned.clone());
        let began = props.batches.is_empty();
        use_effect_with(began, move |_| {
            target.set(None);
            pinned.set(false);
        });
    }
    let at = {
        let (canvas, stage) = (canvas.clone(), Rc::clone(&stage));
        move |event: &MouseEvent| {
            let place = canvas.cast::<HtmlCanvasElement>()?.get_bounding_client_rect();
            let (x, y) = (f64::from(event.client_x()) - place.left(), f64::from(event.client_y()) - place.top());
            stage.borrow().picture.as_ref()?.target(x, y)
        }
    };
    let onpointermove = {
        let (at, target, pinned) = (at.clone(), target.clone(), pinned.clone());
        Callback::from(move |event: PointerEvent| {
            if !*pinned && event.pointer_type() != "touch" {
                target.set(at(&event));
            }
        })
    };
    let onclick = {
        let (target, pinned) = (target.clone(), pinned.clone());
        Callback::from(move |event: MouseEvent| {
            let found = at(&event);
            pinned.set(found.is_some() && !(*pinned && found == *target));
            target.set(found);
        })
    };
    let onpointerleave = {
        let (target, pinned) = (target.clone(), pinned.clone());
        Callback::from(move |_: PointerEvent| {
            if !*pinned {
                target.set(None);
            }
        })
    };
    let onkeydown = {
        let (target, pinned, stage) = (target.clone(), pinned, Rc::clone(&stage));
        Callback::from(move |event: KeyboardEvent| {
            let moved = match event.key().as_str() {
                "Escape" => None,
                key => match stage.borrow().walk(*target, key) {
                    Some(next) => Some(next),
                    None => return,
                },
            };
            event.prevent_default();
            pinned.set(moved.is_some());
            target.set(moved);
        })
    };
    let length_ms = bands(&props.batches).map_or(0, |bands| bands.length_ms);
    let said = target.and_then(|target| explain(&props.batches, target, length_ms)).or_else(|| unasked(&props.batches, 12));
    html! {
        <>
            <div class="tide">
                <canvas ref={canvas} tabindex="0" role="img"
                    aria-label="The Tide: rows by processing time and event time, the watermark as rising water. Arrow keys walk over the rows, page up and down over the windows."
                    aria-describedby="tide-said" {onpointermove} {onpointerleave} {onclick} {onkeydown} />
            </div>
            { sentence(said) }
        </>
    }
}

fn sentence(said: Option<Explanation>) -> Html {
    let said = said.unwrap_or_else(|| Explanation {
        tone: Tone::Calm,
        lead: "Processing time runs right, event time up.".into(),
        text: "Rows come in at the right as rings and wait for their micro-batch. What lies under the water comes too late.".into(),
    });
    let tone = match said.tone {
        Tone::Calm => "",
        Tone::Late => "late",
        Tone::Sealed => "sealed",
    };
    html! { <p id="tide-said" class={classes!("explain", tone)} aria-live="polite"><b>{ said.lead }</b>{ " " }{ said.text }</p> }
}

impl Stage {
    fn take(&mut self, props: Props, target: Option<Target>) {
        let same = self.props.as_ref().is_some_and(|old| old.batches == props.batches && old.clock.start_ms == props.clock.start_ms);
        if !same {
            self.axis = Some(Axis::new(&props.batches, props.clock.start_ms));
            let count = props.batches.len();
            if count < self.shown || self.props.as_ref().is_some_and(|old| old.clock.start_ms != props.clock.start_ms) {
                self.view = None;
            }
            if count == self.shown + 1 && props.present {
                self.latest_ms = now_ms();
            }
            self.shown = count;
        }
        self.dirty = true;
        self.target = target;
        self.props = Some(props);
    }

    /// The moment that is shown: the clock goes on between the engine's messages.
    fn moment_ms(&self, props: &Props, real_ms: f64) -> f64 {
        if !props.present {
            return props.batches.last().map_or(props.clock.start_ms, |batch| batch.at_ms) as f64;
        }
        let clock = props.clock;
        let passed = if clock.playing && !self.calm { (real_ms - clock.heard_ms).clamp(0.0, 400.0) * clock.speed } else { 0.0 };
        let arrived = props.batches.last().map_or(0, |batch| batch.at_ms) as f64;
        (clock.now_ms as f64 + passed).max(arrived)
    }

    fn draw(&mut self, canvas: &HtmlCanvasElement, real_ms: f64) {
        self.look(canvas, real_ms);
        let (Some(props), Some(axis)) = (self.props.clone(), self.axis.as_ref()) else { return };
        let now = self.moment_ms(&props, real_ms);
        let aim = View::of(&props.batches, &props.arrivals, axis, now, (self.size.0 / 52.0).clamp(6.0, 12.0));
        let step_ms = (real_ms - self.frame_ms).clamp(0.0, 100.0);
        self.frame_ms = real_ms;
        let view = if self.calm { aim } else { self.view.map_or(aim, |view| view.towards(aim, step_ms, props.clock.speed)) };
        let still = self.view == Some(view) || (view.left - aim.left).abs() + (view.low_ms - aim.low_ms).abs() < 1.0;
        let rise = if self.calm { 1.0 } else { ((real_ms - self.latest_ms) / RISE_MS).clamp(0.0, 1.0) };
        let live = props.clock.playing && props.present && !self.calm;
        if !self.dirty && !live && still && rise >= 1.0 {
            return;
        }
        self.dirty = rise < 1.0;
        self.view = Some(view);
        let eased = 1.0 - (1.0 - rise).powi(3);
        let scene = Scene {
            batches: &props.batches,
            arrivals: &props.arrivals,
            axis,
            colours: &props.colours,
            faults: &props.faults,
            view,
            now_ms: now,
            rise: eased,
        };
        let picture = scene.picture(self.size.0, self.size.1);
        let moment = Moment {
            dark: dark(&self.palette.panel),
            rise,
            latest: props.batches.len().checked_sub(1).filter(|_| rise < 1.0),
            target: self.target,
            present: props.present,
        };
        if let Some(context) = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok()) {
            paint(&context, &picture, &self.palette, moment, self.size.0, self.size.1);
        }
        self.picture = Some(picture);
    }

    /// Notices another size, theme or wish for calm.
    fn look(&mut self, canvas: &HtmlCanvasElement, real_ms: f64) {
        let Some(window) = web_sys::window() else { return };
        let scale = window.device_pixel_ratio();
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let (across, down) = ((width * scale).round() as u32, (height * scale).round() as u32);
        if (canvas.width(), canvas.height()) != (across, down) {
            canvas.set_width(across);
            canvas.set_height(down);
            if let Some(context) = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok()) {
                // A scale of two numbers is always taken.
                let _ = context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
            }
            self.size = (width, height);
            self.dirty = true;
        }
        if real_ms - self.palette_ms > 250.0 || self.palette.keys.is_empty() {
            self.palette_ms = real_ms;
            let palette = Palette::of(canvas);
            self.dirty |= palette != self.palette;
            self.palette = palette;
            self.calm = window.match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|it| it.matches());
        }
    }

    /// Where a key leads to from a target.
    fn walk(&self, from: Option<Target>, key: &str) -> Option<Target> {
        let picture = self.picture.as_ref()?;
        let rows = picture.rows();
        let at = from.and_then(|from| rows.iter().position(|row| *row == from));
        match key {
            "ArrowRight" | "ArrowUp" => rows.get(at.map_or(0, |at| at + 1)).or(rows.last()).copied(),
            "ArrowLeft" | "ArrowDown" => rows.get(at.map_or(rows.len().wrapping_sub(1), |at| at.saturating_sub(1))).copied(),
            "PageUp" | "PageDown" => {
                let windows = picture.windows?;
                let step = if key == "PageUp" { windows.slide_ms } else { -windows.slide_ms };
                let start_ms = match from {
                    Some(Target::Band(start_ms)) => start_ms + step,
                    _ => windows.start(f64::midpoint(picture.view.low_ms, picture.view.high_ms)),
                };
                Some(Target::Band(start_ms))
            }
            "Home" => rows.first().copied(),
            "End" => rows.last().copied(),
            _ => None,
        }
    }
}

type Tick = Closure<dyn FnMut(f64)>;

/// The chain of animation frames.
struct Frames {
    tick: Rc<RefCell<Option<Tick>>>,
}

impl Frames {
    fn start(canvas: NodeRef, stage: Rc<RefCell<Stage>>) -> Self {
        let tick: Rc<RefCell<Option<Tick>>> = Rc::default();
        let again = Rc::clone(&tick);
        *tick.borrow_mut() = Some(Closure::new(move |_: f64| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>().filter(|canvas| canvas.client_width() > 0) {
                stage.borrow_mut().draw(&canvas, now_ms());
            }
            request(&again);
        }));
        request(&tick);
        Self { tick }
    }

    fn stop(self) {
        // Dropped after the frame that may be asked for already: without the closure it asks for no more.
        let tick = self.tick.borrow_mut().take();
        if let Some(tick) = tick {
            tick.forget();
        }
    }
}

fn request(tick: &Rc<RefCell<Option<Tick>>>) {
    if let (Some(window), Some(tick)) = (web_sys::window(), tick.borrow().as_ref()) {
        // A window always has frames to give.
        let _ = window.request_animation_frame(tick.as_ref().unchecked_ref());
    }
}

/// Whether a colour `#rrggbb` is a dark one.
fn dark(colour: &str) -> bool {
    colour.get(1..3).and_then(|red| u8::from_str_radix(red, 16).ok()).is_some_and(|red| red < 128)
}
