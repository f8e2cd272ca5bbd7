//! Owns entries that wait to be collected: handed out, deferred, dropped.

use jiff::Timestamp;

use crate::feed::Entry;

/// An entry whose article is not stored yet. It is handed out once an hour until it is committed, deferred or dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    pub article_id: String,
    /// Revision the article will have.
    pub revision: u32,
    pub feed_id: String,
    /// Ids of all feeds that carried the entry so far, sorted.
    pub feeds: Vec<String>,
    pub entry: Entry,
    /// When a feed first showed this revision.
    pub feed_seen: Timestamp,
    /// Attempts that ended in a deferral.
    pub n_attempts: u32,
}
