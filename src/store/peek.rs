//! Owns reading the store without its lock, beside the daemon that holds it.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::error::{Fault, StoreError};
use super::poll::FeedState;
use super::{lists, open, poll, subscriptions};
use crate::feed::websub::Subscription;

/// A connection that only reads.
#[derive(Debug)]
pub struct Peek {
    db: Connection,
}

/// What the store holds of one feed besides its state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Entries the feed showed, as long as they are remembered.
    pub n_entries: u64,
    /// Of these, those that wait to be collected.
    pub n_pending: u64,
    /// When the last document with entries was received.
    pub document_at: Option<Timestamp>,
}

impl Peek {
    /// Opens the store in `dir`; `None` when there is none yet.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] when a later release wrote it.
    pub fn open(dir: &Path) -> Result<Option<Self>, StoreError> {
        let attempt = |fault: Fault| fault.during("read store");
        let path = dir.join(open::FILE);
        if !path.exists() {
            return Ok(None);
        }
        let db = open::open_reader(&path).map_err(attempt)?;
        let (found, known) = (open::version(&db).map_err(attempt)?, open::MIGRATIONS.len() as u32);
        if found > known {
            return Err(StoreError::TooNew { dir: dir.to_owned(), found, known });
        }
        // The very first start has not made its tables yet.
        Ok((found > 0).then_some(Self { db }))
    }

    /// Returns the state of every feed ever polled, by id.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn feed_states(&self) -> Result<Vec<FeedState>, StoreError> {
        poll::states(&self.db).map_err(|fault| fault.during("read feed states"))
    }

    /// Returns every feed's subscription at its hub, by feed id.
    ///
    /// # Errors
    /// As [`Self::feed_states`].
    pub fn subscriptions(&self) -> Result<Vec<(String, Subscription)>, StoreError> {
        let attempt = |fault: Fault| fault.during("read subscriptions");
        // A store of an earlier release has no table for them until the daemon opens it.
        if open::version(&self.db).map_err(attempt)? < subscriptions::SINCE {
            return Ok(Vec::new());
        }
        subscriptions::read(&self.db).map_err(attempt)
    }

    /// Counts what the store holds of a feed.
    ///
    /// # Errors
    /// As [`Self::feed_states`].
    pub fn feed_counts(&self, feed_id: &str) -> Result<FeedCounts, StoreError> {
        counts(&self.db, feed_id).map_err(|fault| fault.during("count entries"))
    }

    /// Returns the last good copy of a list on the web.
    ///
    /// # Errors
    /// As [`Self::feed_states`].
    pub fn list_copy(&self, list_id: &str) -> Result<Option<lists::ListCopy>, StoreError> {
        lists::read(&self.db, list_id).map_err(|fault| fault.during("read list"))
    }
}

fn counts(db: &Connection, feed_id: &str) -> Result<FeedCounts, Fault> {
    let feed = db.query_row("SELECT feed, document_at FROM feeds WHERE feed_id = ?1", [feed_id], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
    });
    let Some((feed, document_at)) = feed.optional()? else { return Ok(FeedCounts::default()) };
    let count = |sql: &str| -> Result<u64, Fault> { Ok(db.query_row(sql, [feed], |row| row.get::<_, i64>(0))? as u64) };
    Ok(FeedCounts {
        n_entries: count("SELECT count(*) FROM sightings WHERE feed = ?1")?,
        n_pending: count("SELECT count(*) FROM pending WHERE feed = ?1")?,
        document_at: document_at.map(super::rows::instant).transpose()?,
    })
}
