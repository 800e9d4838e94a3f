//! What the page opens with: the gallery's first example, embedded so that its text is there before the engine is.

use crate::link::view::{Example, Setting};

/// The first example's title and program. Its world comes with the engine.
#[must_use]
pub fn example() -> Example {
    let (title, rest) = FILE.split_once('\n').unwrap_or((FILE, ""));
    let program = rest.split_once(">>> program\n").map_or("", |(_, program)| program);
    Example {
        id: "ad-clicks".into(),
        title: title.into(),
        about: String::new(),
        program: program.split("\n>>> ").next().unwrap_or_default().trim_end().to_owned() + "\n",
        setting: Setting { start_ms: TEN_O_CLOCK_MS, ..Setting::default() },
    }
}

const FILE: &str = include_str!("../lesson/gallery/ad-clicks.txt");

/// 1 May 2024, 10:00:00 UTC: where the axis begins until the engine says more.
const TEN_O_CLOCK_MS: i64 = 1_714_557_600_000;
