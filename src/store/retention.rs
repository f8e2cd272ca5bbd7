//! Owns how long things are kept.

/// What one run of pruning removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Entries forgotten, with all their keys.
    pub entries: u64,
    /// Articles whose text was let go.
    pub texts: u64,
    pub events: u64,
}
