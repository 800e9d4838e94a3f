//! The files on the virtual disk, as a tree, and the one that is open.

use super::super::shared::Shared;
use super::super::store::Action;
use super::charts::coloured;
use super::hands::use_hands;
use crate::link::message::Request;
use crate::link::view::FileEntry;
use yew::prelude::*;

/// The files.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What there is.
    pub files: Shared<Vec<FileEntry>>,
    /// The moment that is looked at, if it is past: what came later is not shown.
    pub until_ms: Option<i64>,
    /// The open file and its content.
    pub file: Option<(String, Option<Shared<Vec<u8>>>)>,
}

/// How many files a folder shows before it says how many more there are: the first ones and the last ones.
const SHOWN: usize = 14;

/// Tree and content.
#[component]
pub fn Checkpoint(props: &Props) -> Html {
    let hands = use_hands();
    let files: Vec<&FileEntry> =
        props.files.iter().filter(|file| props.until_ms.is_none_or(|until_ms| file.modified_ms <= until_ms)).collect();
    if files.is_empty() {
        return html! { <p class="quiet fill">{ "No files. With a checkpointLocation, Spark's offsets, commits and state would be here." }</p> };
    }
    let mut folders: Vec<(&str, Vec<(&str, u64)>)> = Vec::new();
    for file in &files {
        let (folder, _) = file.path.rsplit_once('/').unwrap_or(("", ""));
        match folders.last_mut().filter(|(last, _)| *last == folder) {
            Some((_, list)) => list.push((&file.path, file.size)),
            None => folders.push((folder, vec![(&file.path, file.size)])),
        }
    }
    let entry = |path: &str, size: u64| {
        let (hands, path) = (hands.clone(), path.to_owned());
        let open = props.file.as_ref().is_some_and(|(shown, _)| *shown == path);
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let onclick = Callback::from(move |_: MouseEvent| {
            hands.act(Action::File((!open).then(|| path.clone())));
            if !open {
                hands.ask(Request::ReadFile { path: path.clone() });
            }
        });
        html! { <li><button type="button" aria-current={open.to_string()} {onclick}><span>{ "\u{2003}" }{ name }</span><span class="size">{ format!("{size} B") }</span></button></li> }
    };
    let folder = |(name, mut list): (&str, Vec<(&str, u64)>)| {
        list.sort_by_key(|(path, _)| (path.rsplit('/').next().and_then(|it| it.split('.').next()?.parse::<u64>().ok()), *path));
        let hidden = list.len().saturating_sub(SHOWN);
        let shown = list.iter().enumerate().filter(|(index, _)| hidden == 0 || *index < 2 || *index >= hidden + 2);
        let name = if name.is_empty() { "/" } else { name };
        html! {
            <>
                <li class="folder">{ name }</li>
                { for shown.map(|(index, (path, size))| html! { <>if hidden > 0 && index == hidden + 2 { <li class="folder">{ format!("\u{2003}… {hidden} more") }</li> }{ entry(path, *size) }</> }) }
            </>
        }
    };
    let close = {
        let hands = hands.clone();
        Callback::from(move |_: MouseEvent| hands.act(Action::File(None)))
    };
    html! {
        <>
            <ul class="files fill scroll">{ for folders.into_iter().map(folder) }</ul>
            if let Some((path, content)) = &props.file {
                <div class="file-text">
                    <div class="subhead first"><span title={path.clone()}>{ path }</span><button type="button" class="chip" onclick={close}>{ "close" }</button></div>
                    <div class="fill scroll"><pre class="text" tabindex="0">{ match content { Some(bytes) => readable(bytes), None => html! { "…" } } }</pre></div>
                </div>
            }
        </>
    }
}

/// Text as it is, coloured where it is JSON; the first bytes of anything else in hexadecimal.
fn readable(bytes: &[u8]) -> Html {
    match std::str::from_utf8(bytes) {
        Ok(text) => coloured(text),
        Err(_) => {
            let line = |(at, chunk): (usize, &[u8])| {
                let codes: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
                let letters: String = chunk.iter().map(|byte| if byte.is_ascii_graphic() { *byte as char } else { '·' }).collect();
                format!("{:04x}  {:<24}{letters}\n", at * 8, codes.join(" "))
            };
            let lines: String = bytes.chunks(8).take(256).enumerate().map(line).collect();
            html! { { lines } }
        }
    }
}
