//! Owns the commit of one poll: cursor, seen keys and pending entries in one transaction.

use jiff::Timestamp;

use super::Pending;
use crate::config::FirstPoll;
use crate::feed::Entry;
use crate::fetch::Validators;

/// The durable facts of one feed's schedule, as `feed` keeps them.
pub type PollState = serde_json::Value;

/// What is kept of one feed between polls.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedState {
    pub feed_id: String,
    pub validators: Option<Validators>,
    pub poll: PollState,
    /// Hash of the last document, as the caller makes it; `None` until one was read.
    pub body_hash: Option<String>,
}

/// One poll's result.
#[derive(Debug, Clone)]
pub struct PollCommit {
    pub state: FeedState,
    /// Entries of the document in its order; none after a failure or an unchanged answer.
    pub entries: Vec<Entry>,
    pub outlet_id: String,
    /// Applies while the feed has no history.
    pub first_poll: FirstPoll,
    /// When the document was received.
    pub at: Timestamp,
    /// Ids the feed had before; the state of one of them moves along.
    pub was: Vec<String>,
}

/// What a poll's entries turned out to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PollOutcome {
    /// Entries that were known before. An empty overlap with a long history means the window rolled.
    pub n_known: usize,
    /// New entries that count as seen, by the rule for first polls.
    pub n_marked: usize,
    /// Entries to collect now: new ones and edits, in document order.
    pub pending: Vec<Pending>,
}
