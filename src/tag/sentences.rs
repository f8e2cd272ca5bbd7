//! Owns sentence bounds.
