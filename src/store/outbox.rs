//! Owns the outbox: records in order until a sink has settled them.

use crate::publish::{Outcome, Record};

/// A record the sink is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub seq: u64,
    pub outcome: Outcome,
    /// Appended in the same transaction when the sink rejected the record.
    pub dead_letter: Option<Record>,
}
