//! The gallery: programs to open and play with, each with its world.

use super::section::Section;
use super::section::split;
use super::setting::Setting;

/// A program of the gallery.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its name in addresses: `ad-clicks`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What one sees in it.
    pub about: String,
    /// The PySpark program.
    pub program: String,
    /// Its world.
    pub setting: Setting,
}

const FILES: [(&str, &str); 7] = [
    ("ad-clicks", include_str!("gallery/ad-clicks.txt")),
    ("update-or-append", include_str!("gallery/update-or-append.txt")),
    ("top-pages", include_str!("gallery/top-pages.txt")),
    ("kafka-clicks", include_str!("gallery/kafka-clicks.txt")),
    ("flights", include_str!("gallery/flights.txt")),
    ("restart", include_str!("gallery/restart.txt")),
    ("stateless", include_str!("gallery/stateless.txt")),
];

/// All examples; the first is the one that is open at the start.
#[must_use]
pub fn examples() -> Vec<Example> {
    FILES.into_iter().map(|(id, text)| example(id, text)).collect()
}

fn example(id: &str, text: &str) -> Example {
    let (head, sections) = split(text, &["program", "setting", "file"]);
    let (title, about) = head.split_once('\n').unwrap_or((&head, ""));
    let program = sections.iter().find(|section| section.name == "program").map(Section::text);
    let Some(program) = program else { panic!("the example {id} has a program") };
    Example {
        id: id.to_owned(),
        title: title.to_owned(),
        about: Section::new("about", "", about.lines().map(str::to_owned).collect()).paragraphs().join("\n\n"),
        program: program + "\n",
        setting: Setting::of_sections(&sections),
    }
}
