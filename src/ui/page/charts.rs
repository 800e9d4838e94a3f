//! Spark's own charts, and its progress report.

use super::super::series::{Series, charts};
use super::super::shared::Shared;
use crate::link::view::Batch;
use yew::prelude::*;

/// What the charts are of.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// The query's batches up to the moment that is looked at.
    pub batches: Shared<Vec<Shared<Batch>>>,
}

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 96.0;

/// The eight charts of Spark's Structured Streaming tab.
#[component]
pub fn Charts(props: &Props) -> Html {
    if props.batches.is_empty() {
        return html! { <p class="quiet fill">{ "The charts begin with the first micro-batch." }</p> };
    }
    let from = props.batches.len().saturating_sub(120);
    let ids = props.batches.get(from).map(|batch| batch.batch_id).zip(props.batches.last().map(|batch| batch.batch_id));
    html! { <div class="fill scroll"><div class="charts">{ for charts(&props.batches).iter().map(|series| chart(series, ids)) }</div></div> }
}

fn chart(series: &Series, ids: Option<(u64, u64)>) -> Html {
    let (edges, most) = series.stacked();
    let top = if most > 0.0 { most * 1.08 } else { 1.0 };
    let layered = series.layers.len() > 1;
    let count = edges.first().map_or(0, Vec::len);
    let x = |index: usize| if count > 1 { index as f64 / (count - 1) as f64 * WIDTH } else { WIDTH / 2.0 };
    let y = |value: f64| HEIGHT - value / top * HEIGHT;
    let line = |values: &[f64]| match values {
        [only] => format!("M0 {0}H{WIDTH}", y(*only)),
        many => many
            .iter()
            .enumerate()
            .map(|(index, value)| format!("{}{:.1} {:.1}", if index == 0 { 'M' } else { 'L' }, x(index), y(*value)))
            .collect(),
    };
    let tone = series.red.then_some("red");
    let layer = |(index, values): (usize, &Vec<f64>)| {
        let outline = line(values);
        let fill = layered.then(|| format!("fill:{};opacity:1", shade(index)));
        html! { <><path class={classes!("area", tone)} style={fill} d={format!("{outline}V{HEIGHT}H0Z")} /> if !layered { <path class={classes!("stroke", tone)} d={outline} /> }</> }
    };
    let latest = series.latest().map(|value| format!("{} {}", short(value), series.unit));
    html! {
        <figure class="chart" style="margin:0">
            <h3>{ series.title }<span>{ latest }</span></h3>
            <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" role="img" aria-label={format!("{}, latest {}", series.title, short(series.latest().unwrap_or(0.0)))}>
                <path class="grid" d={format!("M0 {HEIGHT}H{WIDTH}M0 {}H{WIDTH}", HEIGHT / 2.0)} />
                { for edges.iter().enumerate().rev().map(layer) }
            </svg>
            <div class="ends"><span>{ for ids.map(|ids| format!("batch {}", ids.0)) }</span><span>{ format!("max {}", short(most)) }</span><span>{ for ids.map(|ids| ids.1) }</span></div>
            if layered {
                <div class="legend-keys">{ for series.layers.iter().enumerate().map(|(index, layer)| html! { <span><i style={format!("background:{}", shade(index))}></i>{ &layer.name }</span> }) }</div>
            }
        </figure>
    }
}

/// Layers are shades of the water.
fn shade(index: usize) -> String {
    format!("color-mix(in srgb, var(--water) {}%, var(--panel))", [100, 18, 62, 36, 82, 50][index % 6])
}

fn short(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// `lastProgress` of the batch that is looked at.
#[component]
pub fn Progress(props: &Props) -> Html {
    match props.batches.last() {
        Some(batch) => {
            html! { <div class="fill scroll"><pre class="text" tabindex="0" aria-label="lastProgress">{ coloured(&batch.progress) }</pre></div> }
        }
        None => html! { <p class="quiet fill">{ "lastProgress is None until the first micro-batch." }</p> },
    }
}

/// JSON with its keys, texts and numbers in colour.
pub fn coloured(json: &str) -> Html {
    let mut parts: Vec<Html> = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find(|it: char| it == '"' || it.is_ascii_digit()) {
        let (before, found) = rest.split_at(at);
        parts.push(html! { <>{ before.to_owned() }</> });
        let length = if found.starts_with('"') {
            quoted(found)
        } else {
            found.find(|it: char| !matches!(it, '0'..='9' | '.' | 'E' | '-')).unwrap_or(found.len())
        };
        let (token, after) = found.split_at(length);
        let class = match () {
            () if !token.starts_with('"') => "n",
            () if after.trim_start().starts_with(':') => "k",
            () => "s",
        };
        parts.push(html! { <span {class}>{ token.to_owned() }</span> });
        rest = after;
    }
    html! { <>{ for parts }{ rest.to_owned() }</> }
}

/// How long the quoted text at the beginning is, quotes included.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
