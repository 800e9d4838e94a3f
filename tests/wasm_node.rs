//! The engine as WebAssembly in Node: whole programs, restarts, and what must never panic.

#![cfg(target_arch = "wasm32")]

#[path = "wasm/engine.rs"]
mod engine;
