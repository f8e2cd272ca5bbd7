//! Facts about support.
