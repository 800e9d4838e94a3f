//! What the world sends: the feeds as they are, a socket to type into, and files of one's own.

use super::super::moment::duration;
use super::super::shared::Shared;
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

/// Feeds, socket, files.
#[component]
pub fn Input(props: &Props) -> Html {
    html! {
        <div class="fill scroll pad">
            { for props.setting.feeds.iter().map(feed) }
            if props.setting.feeds.is_empty() {
                <p class="dim">{ "Nothing is sent by itself to this program. Send lines or put files here." }</p>
            }
            <Socket port={port(&props.setting)} />
            <Files />
        </div>
    }
}

fn feed(feed: &Feed) -> Html {
    let fact = |name: &'static str, value: String| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    match feed {
        Feed::Generated { to, rows_per_second, keys, out_of_order_ms, late_share, late_by_ms, template, every_ms } => html! {
            <section class="feed"><h3>{ to }</h3><dl class="facts">
                { fact("Rows", format!("{rows_per_second} a second{}", if to.starts_with('/') { format!(", a file every {}", duration(*every_ms)) } else { String::new() })) }
                { fact("Keys", keys.join(", ")) }
                { fact("Out of order", format!("by up to {}", duration(*out_of_order_ms))) }
                { fact("Late", format!("{}%, by up to {}", (late_share * 1000.0).round() / 10.0, duration(*late_by_ms))) }
            </dl><code class="mono dim">{ template }</code></section>
        },
        Feed::Replay { from, to, arrival_column, every_ms, rows_ms_per_interval } => html! {
            <section class="feed"><h3>{ to }</h3><dl class="facts">
                { fact("Rows", format!("of {from}, by {arrival_column}")) }
                { fact("Pieces", format!("every {}: {} of the rows' own time", duration(*every_ms), duration(*rows_ms_per_interval))) }
            </dl></section>
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
