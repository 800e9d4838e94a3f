//! The house rules: a room uses the rooms below it and nothing else, every file says what it is, and every dependency says why it is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test may stop where it fails")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// From the ground up. A room may name only itself and the rooms before it in this list.
const ROOMS: &[&str] = &[
    "types",
    "diag",
    "world",
    "sql",
    "python",
    "expr",
    "plan",
    "state",
    "operator",
    "connector",
    "engine",
    "pyspark",
    "lesson",
    "link",
    "ui",
];

/// Forbidden although downward: room, what it may not name, why.
const APART: &[(&str, &[&str], &str)] = &[
    (
        "ui",
        &["engine", "operator", "state", "connector", "pyspark", "plan", "expr", "python", "sql", "world"],
        "the engine stays out of the page's own wasm",
    ),
    ("operator", &["connector"], "operators see Arrow batches, not where they come from"),
];

/// Names that only some rooms may say, with the reason.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("web_sys::", &["link", "ui"], "the engine does not know that it runs in a browser"),
    ("js_sys::", &["link", "ui"], "the engine does not know that it runs in a browser"),
    ("wasm_bindgen::", &["link", "ui"], "the engine does not know that it runs in a browser"),
    ("yew::", &["ui"], "only the page is drawn"),
    ("SystemTime::now", &[], "time comes from `world::World`"),
    ("Instant::now", &[], "time comes from `world::World`"),
    ("std::fs", &[], "files are on the virtual disk"),
];

/// No file is longer than this, in lines.
const LONGEST_FILE: usize = 800;

#[test]
fn rooms_use_only_rooms_below() {
    let mut broken = Vec::new();
    for (name, room, text) in sources() {
        let Some(floor) = ROOMS.iter().position(|it| *it == room) else { continue };
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            let mut say = |why: String| broken.push(format!("{name}:{}: {why}", number + 1));
            for other in code.split("crate::").skip(1).map(first_word) {
                match ROOMS.iter().position(|it| *it == other) {
                    Some(above) if above > floor => say(format!("`{room}` looks up at `{other}`")),
                    Some(_) => {}
                    None => say(format!("`crate::{other}`: name the room it lives in, one `use` a room")),
                }
                for (_, _, why) in APART.iter().filter(|(one, others, _)| *one == room && others.contains(&other)) {
                    say(format!("`{room}` names `{other}`, but {why}"));
                }
            }
            for (word, allowed, why) in RESERVED {
                if code.contains(word) && !allowed.contains(&room.as_str()) {
                    say(format!("`{room}` says `{word}`, but {why}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = sources().into_iter().filter(|(_, _, text)| !text.starts_with("//!")).map(|(name, _, _)| name).collect();
    assert!(silent.is_empty(), "these files do not open with `//!`: {silent:?}");
}

#[test]
fn no_file_outgrows_its_reader() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(name, _, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split these: {long:?}");
}

#[test]
fn every_dependency_says_why() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
            continue;
        }
        let Some((name, _)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) else { continue };
        let name = name.trim();
        assert!(architecture.contains(&format!("`{name}`")), "ARCHITECTURE.md does not say why `{name}` is needed");
    }
}

/// Every file of `src`, as (path, room, text), tests inside `src` left out.
fn sources() -> Vec<(String, String, String)> {
    let source = root().join("src");
    let mut found = Vec::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).unwrap().to_owned();
        if inside.iter().any(|it| it == "tests" || it == "tests.rs") {
            continue;
        }
        let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        found.push((inside.display().to_string(), room, fs::read_to_string(&file).unwrap()));
    }
    assert!(found.len() > ROOMS.len(), "found no sources: the test looks in the wrong place");
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
