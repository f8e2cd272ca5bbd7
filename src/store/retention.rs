//! Owns how long things are kept.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::error::Fault;
use super::poll::LAST_SEEN_STEP;
use super::rows::ms;

/// An entry is known for so long after its last feed stopped showing it.
const SEEN_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
const TEXT_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// After its last report, or its day if that is later.
const EVENT_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Rows one transaction removes.
const SLICE: i64 = 500;

/// What one run of pruning removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Entries forgotten, with their keys, article and mentions.
    pub entries: u64,
    /// Articles whose text was let go.
    pub texts: u64,
    pub events: u64,
}

/// Removes one slice; returns what it removed and whether there may be more.
pub(super) fn slice(db: &Connection, now: Timestamp) -> Result<(Pruned, bool), Fault> {
    let (n_sightings, entries) = forget(db, now)?;
    let texts = db
        .prepare_cached(
            "UPDATE articles SET text = NULL WHERE rowid IN
                 (SELECT rowid FROM articles WHERE text IS NOT NULL AND fetched < ?1 LIMIT ?2)",
        )?
        .execute(params![before(now, TEXT_KEPT), SLICE])?;
    let events = db
        .prepare_cached("DELETE FROM events WHERE event IN (SELECT event FROM events WHERE active < ?1 LIMIT ?2)")?
        .execute(params![before(now, EVENT_KEPT), SLICE])?;
    let has_more = [n_sightings, texts, events].iter().any(|n_rows| *n_rows as i64 >= SLICE);
    Ok((Pruned { entries, texts: texts as u64, events: events as u64 }, has_more))
}

/// Forgets sightings that left their feed, and entries no feed shows any more. Returns how many of each.
///
/// A feed that answers 304 shows its last document still: time counts from its last document, unless it is no longer
/// polled at all.
fn forget(db: &Connection, now: Timestamp) -> Result<(usize, u64), Fault> {
    let kept = SEEN_KEPT + LAST_SEEN_STEP;
    let mut query = db.prepare_cached(
        "SELECT entry, feed FROM sightings JOIN feeds USING (feed)
         WHERE last_seen < ?1 AND (document_at - last_seen > ?2 OR polled_at < ?1) ORDER BY last_seen LIMIT ?3",
    )?;
    let kept_ms = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    let rows = query.query_map(params![before(now, kept), kept_ms, SLICE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let gone: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
    let mut n_entries = 0;
    for (entry, feed) in &gone {
        db.prepare_cached("DELETE FROM sightings WHERE entry = ?1 AND feed = ?2")?.execute([entry, feed])?;
        let is_kept = db
            .prepare_cached(
                "SELECT 1 FROM sightings WHERE entry = ?1 UNION ALL SELECT 1 FROM pending WHERE entry = ?1",
            )?
            .exists([entry])?;
        if !is_kept {
            forget_entry(db, *entry)?;
            n_entries += 1;
        }
    }
    Ok((gone.len(), n_entries))
}

fn forget_entry(db: &Connection, entry: i64) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM mentions WHERE article_id = (SELECT article_id FROM entries WHERE entry = ?1)",
        "DELETE FROM articles WHERE article_id = (SELECT article_id FROM entries WHERE entry = ?1)",
        "DELETE FROM keys WHERE entry = ?1",
        "DELETE FROM entries WHERE entry = ?1",
    ] {
        db.prepare_cached(sql)?.execute([entry])?;
    }
    Ok(())
}

fn before(now: Timestamp, kept: SignedDuration) -> i64 {
    now.checked_sub(kept).map_or(i64::MIN, ms)
}
