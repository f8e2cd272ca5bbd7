//! Facts about roster.
