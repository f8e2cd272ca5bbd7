//! Owns the HTTP endpoint: health, metrics, status.
