//! Owns entries that wait to be collected: handed out, deferred, dropped.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::Fault;
use super::outbox;
use super::rows::{EntryRow, instant, ms};
use crate::feed::Entry;
use crate::publish::Record;

/// What was handed out and neither committed nor deferred nor dropped within this is handed out again.
const LEASE: SignedDuration = SignedDuration::from_hours(1);
const ERROR_CHARS_MAX: usize = 500;
const COLUMNS: &str = "pending.entry, article_id, pending.revision, feed_id, document, feed_seen, n_attempts";

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

/// Makes an entry pending and returns it. If it is pending already, the document takes the place of the one that waits;
/// whoever holds that one now will not end the wait.
pub(super) fn pend(
    db: &Connection,
    (entry, feed): (i64, i64),
    document: &Entry,
    at: Timestamp,
) -> Result<Option<Pending>, Fault> {
    let json = serde_json::to_string(&EntryRow::new(document))?;
    let n_waiting = db
        .prepare_cached("UPDATE pending SET feed = ?2, document = ?3, is_edited = 1 WHERE entry = ?1")?
        .execute(params![entry, feed, json])?;
    if n_waiting > 0 {
        return Ok(None);
    }
    db.prepare_cached("UPDATE entries SET revision = revision + 1 WHERE entry = ?1")?.execute([entry])?;
    db.prepare_cached(
        "INSERT INTO pending (entry, feed, revision, document, feed_seen, due, leased_until)
         SELECT entry, ?2, revision, ?3, ?4, ?4, ?5 FROM entries WHERE entry = ?1",
    )?
    .execute(params![entry, feed, json, ms(at), ms(lease(at))])?;
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM pending JOIN entries USING (entry) JOIN feeds USING (feed) WHERE pending.entry = ?1"
    ))?;
    let stored = query.query_row([entry], Stored::read)?;
    Ok(Some(stored.into_pending(db)?))
}

/// Hands out what is due and nobody holds.
pub(super) fn hand_out(db: &Connection, now: Timestamp, n_max: usize) -> Result<Vec<Pending>, Fault> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM pending JOIN entries USING (entry) JOIN feeds USING (feed)
         WHERE due <= ?1 AND leased_until <= ?1 ORDER BY due, pending.entry LIMIT ?2"
    ))?;
    let rows = query.query_map(params![ms(now), n_max as i64], Stored::read)?;
    let stored: Vec<Stored> = rows.collect::<Result<_, _>>()?;
    let mut write = db.prepare_cached("UPDATE pending SET leased_until = ?2, is_edited = 0 WHERE entry = ?1")?;
    let mut pending = Vec::with_capacity(stored.len());
    for row in stored {
        write.execute(params![row.entry, ms(lease(now))])?;
        pending.push(row.into_pending(db)?);
    }
    Ok(pending)
}

pub(super) fn defer(db: &Connection, article_id: &str, until: Timestamp, error: &str) -> Result<(), Fault> {
    let error: String = error.chars().take(ERROR_CHARS_MAX).collect();
    db.prepare_cached(
        "UPDATE pending SET due = ?2, leased_until = 0, n_attempts = n_attempts + 1, error = ?3
         WHERE entry = (SELECT entry FROM entries WHERE article_id = ?1)",
    )?
    .execute(params![article_id, ms(until), error])?;
    Ok(())
}

pub(super) fn give_up(db: &Connection, article_id: &str, dead_letter: Option<&Record>) -> Result<(), Fault> {
    if let Some(record) = dead_letter {
        outbox::append(db, record)?;
    }
    end(db, article_id, u32::MAX)
}

/// Ends the wait for `revision` and those before it: the row goes, or begins anew with the edit that came meanwhile.
pub(super) fn end(db: &Connection, article_id: &str, revision: u32) -> Result<(), Fault> {
    let mut query = db.prepare_cached(
        "SELECT entry, is_edited FROM pending
         WHERE entry = (SELECT entry FROM entries WHERE article_id = ?1) AND revision <= ?2",
    )?;
    let waiting: Option<(i64, bool)> =
        query.query_row(params![article_id, revision], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((entry, is_edited)) = waiting else {
        return Ok(());
    };
    if !is_edited {
        db.prepare_cached("DELETE FROM pending WHERE entry = ?1")?.execute([entry])?;
        return Ok(());
    }
    db.prepare_cached("UPDATE entries SET revision = revision + 1 WHERE entry = ?1")?.execute([entry])?;
    db.prepare_cached(
        "UPDATE pending SET revision = revision + 1, is_edited = 0, due = feed_seen, leased_until = 0, n_attempts = 0,
             error = NULL
         WHERE entry = ?1",
    )?
    .execute([entry])?;
    Ok(())
}

fn lease(now: Timestamp) -> Timestamp {
    now.checked_add(LEASE).unwrap_or(Timestamp::MAX)
}

/// The columns of one pending row.
struct Stored {
    entry: i64,
    article_id: String,
    revision: u32,
    feed_id: String,
    document: String,
    feed_seen: i64,
    n_attempts: u32,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            entry: row.get(0)?,
            article_id: row.get(1)?,
            revision: row.get(2)?,
            feed_id: row.get(3)?,
            document: row.get(4)?,
            feed_seen: row.get(5)?,
            n_attempts: row.get(6)?,
        })
    }

    fn into_pending(self, db: &Connection) -> Result<Pending, Fault> {
        let mut query = db.prepare_cached(
            "SELECT feed_id FROM sightings JOIN feeds USING (feed) WHERE sightings.entry = ?1 ORDER BY feed_id",
        )?;
        let feeds = query.query_map([self.entry], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Pending {
            article_id: self.article_id,
            revision: self.revision,
            feed_id: self.feed_id,
            feeds,
            entry: serde_json::from_str::<EntryRow>(&self.document)?.into_entry(),
            feed_seen: instant(self.feed_seen)?,
            n_attempts: self.n_attempts,
        })
    }
}
