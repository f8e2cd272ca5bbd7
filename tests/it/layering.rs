//! Facts about layering.
