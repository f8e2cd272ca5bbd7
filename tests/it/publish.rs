//! Facts about publish.
