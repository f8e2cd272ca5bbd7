//! Owns the figures of the store, for metrics and status.

use jiff::Timestamp;

/// How much the store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub feeds: u64,
    pub entries_pending: u64,
    pub articles: u64,
    pub events: u64,
    /// Records not settled yet.
    pub outbox_waiting: u64,
    /// When the oldest of them was enqueued.
    pub outbox_oldest: Option<Timestamp>,
    /// All records up to this one are settled.
    pub outbox_delivered: u64,
}
