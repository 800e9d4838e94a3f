//! The engine's front door, in a worker of the page's.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tidemark::link::post::serve();
}
