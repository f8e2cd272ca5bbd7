//! Facts about pipeline.
