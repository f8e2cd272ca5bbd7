//! Owns the loops: poll, collect, resolve, deliver, and the order they stop in.
