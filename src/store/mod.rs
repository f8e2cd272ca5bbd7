//! Owns SQLite (rusqlite lives only here): cursors, seen entries, articles, mentions, events, outbox.

mod articles;
mod counts;
mod error;
mod outbox;
mod pending;
mod poll;
mod retention;

use std::path::Path;

use jiff::Timestamp;
use tokio::sync::watch;

pub use articles::ArticleCommit;
pub use counts::Counts;
pub use error::{Holder, StoreError};
pub use outbox::Settled;
pub use pending::Pending;
pub use poll::{FeedState, PollCommit, PollOutcome, PollState};
pub use retention::Pruned;

use crate::event::Event;
use crate::publish::Record;

/// The state directory's database. Clones share one writer; reads see every commit that was answered before.
#[derive(Debug, Clone)]
pub struct Store {
    store_id: std::sync::Arc<str>,
    committed: watch::Receiver<u64>,
}

#[expect(clippy::unused_async, reason = "the bodies follow")]
impl Store {
    /// Opens the store in `dir`, which is made if missing; brings an older schema up to date and, after an unclean
    /// stop, checks the file.
    ///
    /// # Errors
    /// [`StoreError::InUse`] names the process that has it open, [`StoreError::TooNew`] the schema of a later release.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        drop(dir.to_owned());
        Err(StoreError::Closed { attempt: "open store" })
    }

    /// Returns the id the store got when it was made (ULID): a restored or new disk has another one.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// Writes what is queued, checkpoints and marks a clean stop. Later calls fail with [`StoreError::Closed`].
    pub async fn close(&self) -> Result<(), StoreError> {
        Err(StoreError::Closed { attempt: "close store" })
    }

    /// Returns the state of every feed ever polled, by id.
    pub async fn feed_states(&self) -> Result<Vec<FeedState>, StoreError> {
        Err(StoreError::Closed { attempt: "read feed states" })
    }

    /// Stores one poll: state, keys of its entries and those that became pending, in one transaction.
    pub async fn commit_poll(&self, _commit: PollCommit) -> Result<PollOutcome, StoreError> {
        Err(StoreError::Closed { attempt: "commit poll" })
    }

    /// Hands out at most `n_max` entries that are due and not handed out within the last hour, the longest due first.
    /// After a start, all unfinished ones are.
    pub async fn due_entries(&self, _now: Timestamp, _n_max: usize) -> Result<Vec<Pending>, StoreError> {
        Err(StoreError::Closed { attempt: "read due entries" })
    }

    /// Puts a pending entry off until `until`; counts an attempt and keeps its error.
    pub async fn defer_entry(&self, _article_id: &str, _until: Timestamp, _error: &str) -> Result<(), StoreError> {
        Err(StoreError::Closed { attempt: "defer entry" })
    }

    /// Gives a pending entry up; its dead letter goes into the outbox in the same transaction. An edit that came
    /// meanwhile stays pending.
    pub async fn drop_entry(
        &self,
        _article_id: &str,
        _dead_letter: Option<Record>,
        _error: &str,
    ) -> Result<(), StoreError> {
        Err(StoreError::Closed { attempt: "drop entry" })
    }

    /// Stores coded articles with their events and records in one transaction. The outbox numbers the records in order.
    pub async fn commit_articles(&self, _commits: Vec<ArticleCommit>) -> Result<(), StoreError> {
        Err(StoreError::Closed { attempt: "commit articles" })
    }

    /// Returns the events active at `since` or later, withdrawn and merged ones too, in order of creation.
    pub async fn open_events(&self, _since: Timestamp) -> Result<Vec<Event>, StoreError> {
        Err(StoreError::Closed { attempt: "read open events" })
    }

    /// Returns the newest `n_max` texts fetched at `since` or later as (article id, text, fetched), oldest first.
    pub async fn recent_texts(
        &self,
        _since: Timestamp,
        _n_max: usize,
    ) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
        Err(StoreError::Closed { attempt: "read recent texts" })
    }

    /// Returns the stored revision of an article and its content hash.
    pub async fn article_hash(&self, _article_id: &str) -> Result<Option<(u32, String)>, StoreError> {
        Err(StoreError::Closed { attempt: "read article hash" })
    }

    /// Returns the records after `after_seq` in order: at most `n_max`, and at most `bytes_max` of values unless the
    /// first alone is larger. Every record is checked against the hash taken when it was stored.
    pub async fn outbox(&self, _after_seq: u64, _n_max: usize, _bytes_max: usize) -> Result<Vec<Record>, StoreError> {
        Err(StoreError::Closed { attempt: "read outbox" })
    }

    /// Removes settled records and appends the dead letters of the rejected ones, in one transaction.
    pub async fn settle(&self, _settled: Vec<Settled>) -> Result<(), StoreError> {
        Err(StoreError::Closed { attempt: "settle records" })
    }

    /// Watches the seq of the last committed record.
    pub fn watch_outbox(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// Counts what the store holds.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        Err(StoreError::Closed { attempt: "count" })
    }

    /// Removes what its time is up for, in bounded slices that let other work through.
    pub async fn prune(&self, _now: Timestamp) -> Result<Pruned, StoreError> {
        Err(StoreError::Closed { attempt: "prune" })
    }
}
