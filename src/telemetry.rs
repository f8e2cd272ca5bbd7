//! Owns log output: tracing to stderr, text or JSON.
