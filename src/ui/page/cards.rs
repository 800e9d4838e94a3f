//! The query as cards over the code: what the program says, with live counts; a click opens one to change it in place.

use super::super::moment::clock;
use super::super::shared::Shared;
use super::super::store::Action;
use super::hands::use_hands;
use crate::link::message::Request;
use crate::link::view::{Batch, Card, CardField};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The cards.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// As the lens read them.
    pub cards: Shared<Vec<Card>>,
    /// The open one.
    pub selected: Option<usize>,
    /// The batches so far, for the counts.
    pub batches: Shared<Vec<Shared<Batch>>>,
    /// The text that the cards were read from.
    pub program: AttrValue,
}

/// Cards, and chips for output mode and trigger.
#[component]
pub fn Cards(props: &Props) -> Html {
    let indexed = || props.cards.iter().enumerate();
    let (chips, cards): (Vec<_>, Vec<_>) = indexed().partition(|(_, card)| matches!(card.kind.as_str(), "mode" | "trigger"));
    if props.cards.is_empty() {
        return Html::default();
    }
    html! {
        <>
            if !cards.is_empty() {
                <div class="cards">{ for cards.into_iter().map(|(index, card)| html! { <OneCard key={index} {index} card={card.clone()} open={props.selected == Some(index)} live={live(card, &props.batches)} program={props.program.clone()} /> }) }</div>
            }
            if !chips.is_empty() {
                <div class="chips">{ for chips.into_iter().map(|(index, card)| html! { <Chips key={index} {index} card={card.clone()} program={props.program.clone()} /> }) }</div>
            }
        </>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct CardProps {
    index: usize,
    card: Card,
    #[prop_or_default]
    open: bool,
    #[prop_or_default]
    live: String,
    program: AttrValue,
}

#[component]
fn OneCard(props: &CardProps) -> Html {
    let hands = use_hands();
    let (index, open, span) = (props.index, props.open, props.card.span);
    let onclick = {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| {
            hands.act(Action::Selected((!open).then_some(index)));
            hands.act(Action::Pointed(span));
        })
    };
    let point = |span| {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| hands.act(Action::Pointed(span)))
    };
    let marked = if open { span } else { None };
    let fields = &props.card.fields;
    html! {
        <div class={classes!("card", open.then_some("selected"))} onmouseenter={point(span)} onmouseleave={point(marked)}>
            <button type="button" {onclick} aria-expanded={(!fields.is_empty()).then(|| open.to_string())}>
                <b>{ &props.card.title }</b><span class="summary">{ &props.card.summary }</span><span class="live">{ &props.live }</span>
            </button>
            if open && !fields.is_empty() {
                <div class="card-fields">{ for fields.iter().map(|field| control(&hands, props, field)) }</div>
            }
        </div>
    }
}

/// A label and what changes the field.
fn control(hands: &super::hands::Hands, props: &CardProps, field: &CardField) -> Html {
    let id = format!("card-{}-{}", props.index, field.name);
    let edit = edit(hands, props, &field.name);
    let point = {
        let (hands, span) = (hands.clone(), field.span);
        Callback::from(move |_: FocusEvent| hands.act(Action::Pointed(span)))
    };
    let input = if field.choices.is_empty() {
        let onchange = Callback::from(move |event: Event| {
            if let Some(input) = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) {
                edit.emit(input.value());
            }
        });
        html! { <input id={id.clone()} class="field" value={field.value.clone()} {onchange} onfocus={point} spellcheck="false" autocomplete="off" /> }
    } else {
        let onchange = Callback::from(move |event: Event| {
            if let Some(select) = event.target().and_then(|it| it.dyn_into::<HtmlSelectElement>().ok()) {
                edit.emit(select.value());
            }
        });
        let other = (!field.choices.contains(&field.value)).then(|| field.value.clone());
        let option = |value: &String| html! { <option value={value.clone()} selected={*value == field.value}>{ value }</option> };
        html! { <select id={id.clone()} class="field" {onchange} onfocus={point}>{ for other.iter().map(option) }{ for field.choices.iter().map(option) }</select> }
    };
    html! { <><label for={id}>{ &field.label }</label>{ input }</> }
}

/// The chips of the first field with choices: the one in force is filled.
#[component]
fn Chips(props: &CardProps) -> Html {
    let hands = use_hands();
    let Some(field) = props.card.fields.iter().find(|field| !field.choices.is_empty()) else {
        let point = hands.clone();
        let span = props.card.span;
        return html! { <button type="button" class="chip on" title={props.card.title.clone()} onclick={move |_| point.act(Action::Pointed(span))}>{ &props.card.summary }</button> };
    };
    let other = (!field.choices.contains(&field.value)).then(|| field.value.clone());
    let edit = edit(&hands, props, &field.name);
    let chip = |value: &String| {
        let (edit, chosen, on) = (edit.clone(), value.clone(), *value == field.value);
        html! { <button type="button" class={classes!("chip", if on { "on" } else { "off" })} aria-pressed={on.to_string()} onclick={move |_| if !on { edit.emit(chosen.clone()) }}>{ value }</button> }
    };
    html! {
        <>
            if props.card.kind == "trigger" {
                <span class="gap"></span>
            }
            { for other.iter().map(chip) }{ for field.choices.iter().map(chip) }
        </>
    }
}

/// Writes a field's new value into the program.
fn edit(hands: &super::hands::Hands, props: &CardProps, field: &str) -> Callback<String> {
    let (hands, program, card, field) = (hands.clone(), props.program.to_string(), props.index, field.to_owned());
    Callback::from(move |value: String| hands.ask(Request::Edit { program: program.clone(), card, field: field.clone(), value }))
}

/// What the card counts.
fn live(card: &Card, batches: &[Shared<Batch>]) -> String {
    let Some(latest) = batches.last() else { return String::new() };
    let sum = |of: &dyn Fn(&Batch) -> u64| batches.iter().map(|batch| of(batch)).sum::<u64>();
    match card.kind.as_str() {
        "source" => rows(sum(&|batch| batch.input_rows)),
        "watermark" => latest.next_ms.or(latest.evict_ms).filter(|ms| *ms > 0).map(clock).unwrap_or_default(),
        "window" | "aggregate" | "keys" if latest.state_rows > 0 => format!("{} in state", latest.state_rows),
        "sink" => rows(sum(&|batch| batch.output_rows)) + " out",
        _ => String::new(),
    }
}

fn rows(count: u64) -> String {
    format!("{count} row{}", if count == 1 { "" } else { "s" })
}
