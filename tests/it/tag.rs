//! Facts about tag.
