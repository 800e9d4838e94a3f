//! What the browser keeps for the learner: the theme, the program, progress. Without storage (private windows, frames) nothing is kept and nothing fails.

/// What is kept under a name.
#[must_use]
pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(&format!("tidemark.{name}")).ok()?
}

/// Keeps it.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full storage keeps nothing more; the page works on without.
        let _ = storage.set_item(&format!("tidemark.{name}"), value);
    }
}

/// The names in a kept list.
#[must_use]
pub fn list(name: &str) -> Vec<String> {
    kept(name).map(|text| text.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()).unwrap_or_default()
}

/// Adds a name to a kept list.
pub fn add(name: &str, item: &str) {
    let mut all = list(name);
    if !all.iter().any(|it| it == item) {
        all.push(item.to_owned());
        keep(name, &all.join(","));
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
