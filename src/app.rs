//! Owns composition: a checked configuration becomes a running pipeline.
