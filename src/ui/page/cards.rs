//! The query as cards over the code: what the program says, with live counts; a click opens one to change it in place.

use super::super::moment::clock;
use super::super::shared::Shared;
use super::super::store::Action;
use super::hands::{Hands, use_hands};
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
    let one = |cards: Vec<(usize, Card)>| {
        let live = cards.iter().map(|(_, card)| live(card, &props.batches)).find(|live| !live.is_empty()).unwrap_or_default();
        let open = props.selected.filter(|open| cards.iter().any(|(index, _)| index == open));
        let key = cards[0].0;
        html! { <OneCard {key} {cards} {open} {live} program={props.program.clone()} /> }
    };
    let chip = |(index, card): (usize, &Card)| html! { <Chips key={index} {index} card={card.clone()} open={props.selected == Some(index)} program={props.program.clone()} /> };
    html! {
        <>
            if !cards.is_empty() {
                <div class="cards">{ for together(cards).into_iter().map(one) }</div>
            }
            if !chips.is_empty() {
                <div class="chips">{ for chips.into_iter().map(chip) }</div>
            }
        </>
    }
}

/// Steps that follow each other share a card, and so do a grouping's windows, keys and aggregates.
fn together(cards: Vec<(usize, &Card)>) -> Vec<Vec<(usize, Card)>> {
    let family = |card: &Card| match card.kind.as_str() {
        "step" => 1,
        "window" | "keys" | "aggregate" => 2,
        _ => 0,
    };
    let mut all: Vec<Vec<(usize, Card)>> = Vec::new();
    for (index, card) in cards {
        match all.last_mut().filter(|last| family(card) > 0 && family(&last[0].1) == family(card)) {
            Some(last) => last.push((index, card.clone())),
            None => all.push(vec![(index, card.clone())]),
        }
    }
    all
}

#[derive(Properties, Clone, PartialEq)]
struct OneProps {
    cards: Vec<(usize, Card)>,
    open: Option<usize>,
    live: String,
    program: AttrValue,
}

/// A card: one part of the query, or a few that belong together, each of which can be opened.
#[component]
fn OneCard(props: &OneProps) -> Html {
    let hands = use_hands();
    let point = |span| {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| hands.act(Action::Pointed(span)))
    };
    let part = |(place, (index, card)): (usize, &(usize, Card))| {
        let (hands, index, span) = (hands.clone(), *index, card.span);
        let open = props.open == Some(index);
        let onclick = Callback::from(move |_: MouseEvent| {
            hands.act(Action::Selected((!open).then_some(index)));
            hands.act(Action::Pointed(span));
        });
        let titled = place == 0 || card.kind == "step" || card.summary.is_empty();
        html! {
            <button type="button" class={classes!("part", open.then_some("open"))} {onclick} onmouseenter={point(span)} title={format!("{} {}", card.title, card.summary)} aria-expanded={(!card.fields.is_empty()).then(|| open.to_string())}>
                if titled { <b>{ titled_as(&card.title) }</b> }
                <span class="summary">{ brief(&card.summary) }</span>
            </button>
        }
    };
    let opened = props.open.and_then(|open| props.cards.iter().find(|(index, _)| *index == open));
    let quiet = props.cards[0].1.kind == "step";
    html! {
        <div class={classes!("card", opened.map(|_| "selected"), quiet.then_some("quiet-card"))} onmouseleave={point(opened.and_then(|(_, card)| card.span))}>
            <div class="parts">{ for props.cards.iter().enumerate().map(part) }<span class="live">{ &props.live }</span></div>
            if let Some((index, card)) = opened.filter(|(_, card)| !card.fields.is_empty()) {
                <div class="card-fields">{ for by_use(&card.fields).into_iter().map(|field| control(&hands, *index, &props.program, field)) }</div>
            }
        </div>
    }
}

/// A label and what changes the field.
fn control(hands: &Hands, card: usize, program: &AttrValue, field: &CardField) -> Html {
    let id = format!("card-{card}-{}", field.name);
    let edit = edit(hands, card, program, &field.name);
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

#[derive(Properties, Clone, PartialEq)]
struct ChipProps {
    index: usize,
    card: Card,
    open: bool,
    program: AttrValue,
}

/// The chips of the first field with choices: the one in force is filled, and opens what else can be changed.
#[component]
fn Chips(props: &ChipProps) -> Html {
    let hands = use_hands();
    let (index, span, open) = (props.index, props.card.span, props.open);
    let choice = props.card.fields.iter().find(|field| !field.choices.is_empty());
    let rest: Vec<&CardField> = props.card.fields.iter().filter(|field| field.choices.is_empty()).collect();
    let select = {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| {
            hands.act(Action::Selected((!open).then_some(index)));
            hands.act(Action::Pointed(if open { None } else { span }));
        })
    };
    let current = choice.map_or("", |field| field.value.as_str());
    let others = choice
        .map(|field| field.choices.iter().filter(|value| *value != current && *value != "once").cloned().collect::<Vec<_>>())
        .unwrap_or_default();
    let other = |value: &String| {
        let (edit, chosen) = (edit(&hands, index, &props.program, choice.map_or("", |field| field.name.as_str())), value.clone());
        html! { <button type="button" class="chip off" aria-pressed="false" onclick={move |_| edit.emit(chosen.clone())}>{ spoken(value) }</button> }
    };
    let on = |text: String| html! { <button type="button" class="chip on" aria-pressed="true" title={props.card.title.clone()} onclick={select.clone()}>{ text }</button> };
    // Modes stand in their order; of triggers the one in force comes first.
    let ordered = choice.filter(|_| props.card.kind == "mode").map(|field| field.choices.clone());
    let chips = match ordered {
        Some(all) => all.iter().map(|value| if value == current { on(value.clone()) } else { other(value) }).collect::<Html>(),
        None => html! { <>{ on(spoken(&props.card.summary)) }{ for others.iter().map(other) }</> },
    };
    html! {
        <>
            if props.card.kind == "trigger" { <span class="gap"></span> }
            { chips }
            if open && !rest.is_empty() {
                <div class="card-fields wide-fields">{ for rest.iter().map(|field| control(&hands, index, &props.program, field)) }</div>
            }
        </>
    }
}

/// What is changed most stands first: columns are chosen once, delays and lengths are tried out.
fn by_use(fields: &[CardField]) -> Vec<&CardField> {
    let mut all: Vec<&CardField> = fields.iter().collect();
    all.sort_by_key(|field| field.name == "column");
    all
}

/// A format as people say it.
fn titled_as(title: &str) -> &str {
    match title {
        "Json" => "JSON files",
        "Csv" => "CSV files",
        "Text" => "Text files",
        "Parquet" => "Parquet files",
        other => other,
    }
}

/// A summary without what goes without saying: `col("ad")` is the column ad, and units have signs.
fn brief(summary: &str) -> String {
    let mut text = summary.to_owned();
    for quote in ['"', '\''] {
        let bare = text
            .strip_prefix(&format!("col({quote}"))
            .and_then(|rest| rest.strip_suffix(&format!("{quote})")))
            .filter(|name| !name.contains(quote));
        if let Some(name) = bare {
            text = name.to_owned();
        }
    }
    [(" seconds", " s"), (" second", " s"), (" minutes", " min"), (" minute", " min"), (" hours", " h"), (" hour", " h")]
        .iter()
        .fold(text, |text, (long, short)| text.replace(long, short))
}

/// A trigger as people say it.
fn spoken(value: &str) -> String {
    match value {
        "processingTime" => "every …",
        "availableNow" => "available now",
        "as soon as the batch before is done" => "back to back",
        other => other,
    }
    .to_owned()
}

/// Writes a field's new value into the program.
fn edit(hands: &Hands, card: usize, program: &AttrValue, field: &str) -> Callback<String> {
    let (hands, program, field) = (hands.clone(), program.to_string(), field.to_owned());
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
