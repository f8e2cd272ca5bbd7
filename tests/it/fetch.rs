//! Facts about fetch.
