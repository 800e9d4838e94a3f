//! What a host sees.
