//! The page's front door.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tidemark::ui::page::open();
}
