//! Facts about demo.
