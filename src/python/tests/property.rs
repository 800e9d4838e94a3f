//! Any text ends, and nothing panics.
