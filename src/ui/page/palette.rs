//! The stylesheet's colours for the canvas.

use web_sys::Element;

/// The colours that the Tide is painted in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub panel: String,
    /// Of every second window.
    pub band: String,
    /// Hairlines.
    pub line: String,
    /// Text.
    pub ink: String,
    /// Quiet text.
    pub dim: String,
    /// Quieter.
    pub faint: String,
    /// The watermark.
    pub water: String,
    /// Late rows.
    pub red: String,
    /// Sealed windows.
    pub green: String,
    /// The keys' colours.
    pub keys: Vec<String>,
    /// The font of labels.
    pub font: String,
}

impl Palette {
    /// As they are for this element now.
    #[must_use]
    pub fn of(element: &Element) -> Self {
        let style = web_sys::window().and_then(|window| window.get_computed_style(element).ok().flatten());
        let get = |name: &str| {
            style.as_ref().and_then(|style| style.get_property_value(name).ok()).map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        Self {
            panel: get("--panel"),
            band: get("--band"),
            line: get("--line"),
            ink: get("--ink"),
            dim: get("--dim"),
            faint: get("--faint"),
            water: get("--water"),
            red: get("--red"),
            green: get("--green"),
            keys: (1..=8).map(|index| get(&format!("--key-{index}"))).collect(),
            font: get("--sans"),
        }
    }

    /// A key's colour.
    #[must_use]
    pub fn key(&self, index: usize) -> &str {
        self.keys.get(index).map_or("#888", String::as_str)
    }
}
