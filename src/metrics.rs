//! Owns the metrics: one struct, labels that are enums.
