//! Owns the figures of the store, for metrics and status.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::error::Fault;
use super::outbox;
use super::rows::instant;

/// How much the store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub feeds: u64,
    pub entries_pending: u64,
    pub articles: u64,
    pub events: u64,
    /// Records not settled yet; those settled out of order count until the ones before them are.
    pub outbox_waiting: u64,
    /// When the oldest of them was enqueued.
    pub outbox_oldest: Option<Timestamp>,
    /// All records up to this one are settled.
    pub outbox_delivered: u64,
}

pub(super) fn counts(db: &Connection) -> Result<Counts, Fault> {
    let count =
        |sql| -> Result<u64, Fault> { Ok(db.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))? as u64) };
    let oldest: Option<Option<i64>> = db
        .prepare_cached("SELECT enqueued FROM outbox ORDER BY seq LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(Counts {
        feeds: count("SELECT count(*) FROM feeds")?,
        entries_pending: count("SELECT count(*) FROM pending")?,
        articles: count("SELECT count(*) FROM articles")?,
        events: count("SELECT count(*) FROM events")?,
        // Not counted row by row: a spool may hold gigabytes.
        outbox_waiting: outbox::bounds(db)?.map_or(0, |(first, last)| last - first + 1),
        outbox_oldest: oldest.flatten().map(instant).transpose()?,
        outbox_delivered: outbox::delivered(db)?,
    })
}
