//! What the world sends: the feeds and where they send to, a socket and a topic to type into, and files of one's own.

use super::super::moment::duration;
use super::super::shared::Shared;
use super::super::store::Action;
use super::hands::use_hands;
use crate::link::message::Request;
use crate::link::view::{Feed, Setting};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, File, FileList, HtmlInputElement};
use yew::prelude::*;

/// The world.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// The run's setting.
    pub setting: Shared<Setting>,
}

/// Feeds, socket, topic, files.
#[component]
pub fn Input(props: &Props) -> Html {
    html! {
        <div class="fill scroll pad">
            { for props.setting.feeds.iter().enumerate().map(|(index, it)| html! { <FeedCard {index} feed={it.clone()} /> }) }
            if props.setting.feeds.is_empty() {
                <p class="dim">{ "Nothing is sent by itself to this program. Send lines, produce records or put files here." }</p>
            }
            <Socket port={port(&props.setting)} />
            <Producer topic={topic(&props.setting)} />
            <Files />
        </div>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct FeedProps {
    index: usize,
    feed: Feed,
}

/// A feed, and a field that says where it sends to.
#[component]
fn FeedCard(props: &FeedProps) -> Html {
    let hands = use_hands();
    let index = props.index;
    let onchange = Callback::from(move |event: Event| {
        let field = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
        if let Some(target) = field.map(|field| field.value().trim().to_owned()).filter(|target| !target.is_empty()) {
            hands.act(Action::FeedTo(index, target));
        }
    });
    let (Feed::Generated { to, .. } | Feed::Replay { to, .. }) = &props.feed;
    let id = format!("feed-to-{index}");
    html! {
        <section class="feed">
            { facts(&props.feed) }
            <p class="send"><label class="dim" for={id.clone()}>{ "Sends to" }</label><input {id} class="field mono" value={to.clone()} {onchange} spellcheck="false"
                title="kafka:TOPIC, socket:PORT or a folder; from the next run on" /></p>
        </section>
    }
}

fn facts(feed: &Feed) -> Html {
    let fact = |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    match feed {
        Feed::Generated { to, rows_per_second, keys, out_of_order_ms, late_share, late_by_ms, template, every_ms } => html! {
            <><h3>{ to }</h3><dl class="facts">
                { fact("Rows", format!("{rows_per_second} a second{}", if to.starts_with('/') { format!(", a file every {}", duration(*every_ms)) } else { String::new() })) }
                { fact("Keys", keys.join(", ")) }
                { fact("Out of order", format!("by up to {}", duration(*out_of_order_ms))) }
                { fact("Late", format!("{}%, by up to {}", (late_share * 1000.0).round() / 10.0, duration(*late_by_ms))) }
            </dl><code class="mono dim">{ template }</code></>
        },
        Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval } => html! {
            <><h3>{ to }</h3><dl class="facts">
                { fact("Rows", format!("of {from}, by {arrival_column}")) }
                { fact("Pieces", format!("every {}: {} of the rows' own time", duration(*every_ms), duration(*rows_ms_per_interval))) }
            </dl></>
        },
    }
}

#[derive(Properties, Clone, PartialEq)]
struct SocketProps {
    port: u16,
}

/// A line typed into a socket.
#[component]
fn Socket(props: &SocketProps) -> Html {
    let hands = use_hands();
    let (port, line) = (use_node_ref(), use_node_ref());
    let onsubmit = {
        let (port, line) = (port.clone(), line.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (Some(port), Some(line)) = (port.cast::<HtmlInputElement>(), line.cast::<HtmlInputElement>()) else { return };
            if let Ok(port) = port.value().parse() {
                hands.ask(Request::Send { port, line: line.value() });
                line.set_value("");
            }
        })
    };
    html! {
        <section class="input-block"><h3>{ "Send a line" }</h3>
            <form class="send" {onsubmit}>
                <label class="sr" for="send-port">{ "Port" }</label><input id="send-port" ref={port} class="field port" inputmode="numeric" value={props.port.to_string()} />
                <label class="sr" for="send-line">{ "Line" }</label><input id="send-line" ref={line} class="field" placeholder="a line, as nc would send it" autocomplete="off" spellcheck="false" />
                <button class="button">{ "Send" }</button>
            </form>
        </section>
    }
}

#[derive(Properties, Clone, PartialEq)]
struct ProducerProps {
    topic: String,
}

/// A record typed into a topic, as Kafka's console producer sends it.
#[component]
fn Producer(props: &ProducerProps) -> Html {
    let hands = use_hands();
    let (topic, key, value) = (use_node_ref(), use_node_ref(), use_node_ref());
    let onsubmit = {
        let fields = [topic.clone(), key.clone(), value.clone()];
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let [Some(topic), Some(key), Some(value)] = fields.clone().map(|field| field.cast::<HtmlInputElement>()) else { return };
            let name = topic.value().trim().to_owned();
            if !name.is_empty() {
                let key = Some(key.value()).filter(|key| !key.is_empty());
                hands.ask(Request::Produce { topic: name, key, value: value.value() });
                value.set_value("");
            }
        })
    };
    html! {
        <section class="input-block"><h3>{ "Produce a record" }</h3>
            <form class="send" {onsubmit}>
                <label class="sr" for="produce-topic">{ "Topic" }</label><input id="produce-topic" ref={topic} class="field port" value={props.topic.clone()} spellcheck="false" />
                <label class="sr" for="produce-key">{ "Key" }</label><input id="produce-key" ref={key} class="field port" placeholder="key" autocomplete="off" spellcheck="false" />
                <label class="sr" for="produce-value">{ "Value" }</label><input id="produce-value" ref={value} class="field" placeholder="a record's value" autocomplete="off" spellcheck="false" />
                <button class="button">{ "Produce" }</button>
            </form>
        </section>
    }
}

/// A place to drop files.
#[component]
fn Files() -> Html {
    let hands = use_hands();
    let (over, put) = (use_state_eq(|| false), use_state_eq(Vec::<String>::new));
    let take = {
        let put = put.clone();
        Callback::from(move |files: Option<FileList>| {
            let Some(files) = files else { return };
            let (hands, put) = (hands.clone(), put.clone());
            let files: Vec<File> = (0..files.length()).filter_map(|index| files.item(index)).collect();
            spawn_local(async move {
                let mut names = (*put).clone();
                for file in files {
                    if let Ok(buffer) = JsFuture::from(file.array_buffer()).await {
                        let path = format!("/data/{}", file.name());
                        hands.ask(Request::WriteFile { path: path.clone(), bytes: js_sys::Uint8Array::new(&buffer).to_vec() });
                        names.push(path);
                    }
                }
                put.set(names);
            });
        })
    };
    let ondrop = {
        let (take, over) = (take.clone(), over.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            take.emit(event.data_transfer().and_then(|data| data.files()));
        })
    };
    let hover = |inside: bool| {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(inside);
        })
    };
    let onchange = Callback::from(move |event: Event| {
        take.emit(event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok()).and_then(|input| input.files()))
    });
    html! {
        <section class="input-block"><h3>{ "Your own files" }</h3>
            <label class={classes!("drop", over.then_some("over"))} {ondrop} ondragover={hover(true)} ondragleave={hover(false)}>
                <span>{ "Drop CSV or JSON files here, or choose them. They go to " }<code class="mono">{ "/data/NAME" }</code>{ " and stay in this tab." }</span>
                <input class="sr" type="file" multiple=true {onchange} />
            </label>
            { for put.iter().map(|path| html! { <p class="mono">{ path }</p> }) }
        </section>
    }
}

/// The port of the first feed into a socket.
fn port(setting: &Setting) -> u16 {
    let ports = setting.feeds.iter().filter_map(|feed| match feed {
        Feed::Generated { to, .. } => to.strip_prefix("socket:")?.parse().ok(),
        Feed::Replay { .. } => None,
    });
    ports.take(1).next().unwrap_or(9999)
}

/// The topic of the first feed into one, or the first that is there.
fn topic(setting: &Setting) -> String {
    let fed = setting.feeds.iter().find_map(|feed| {
        let (Feed::Generated { to, .. } | Feed::Replay { to, .. }) = feed;
        to.strip_prefix("kafka:").map(str::to_owned)
    });
    fed.or_else(|| setting.topics.first().map(|(topic, _)| topic.clone())).unwrap_or_else(|| "events".to_owned())
}
