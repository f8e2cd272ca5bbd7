//! Facts about cli.
