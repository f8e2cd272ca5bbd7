//! Facts about event.
