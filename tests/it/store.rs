//! Facts about store.
