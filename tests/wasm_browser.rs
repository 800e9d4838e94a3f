//! The engine as WebAssembly in Chromium: the same programs as in Node.

#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "wasm/engine.rs"]
mod engine;
