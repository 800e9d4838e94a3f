//! The Tide's geometry on runs of the stand-in.
