//! Owns the outbox: records in order until a sink has settled them.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::error::Fault;
use super::open::{meta, set_meta};
use super::rows::ms;
use crate::publish::{Outcome, Record};

const DELIVERED: &str = "delivered";

/// A record the sink is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub seq: u64,
    pub outcome: Outcome,
    /// Appended in the same transaction when the sink rejected the record.
    pub dead_letter: Option<Record>,
}

/// Appends a record; it gets the next seq, whatever `record.seq` says.
pub(super) fn append(db: &Connection, record: &Record) -> Result<(), Fault> {
    let headers = serde_json::to_string(&record.headers)?;
    let time = record.header("ce_time").or_else(|| record.header("hotline_error_time"));
    let enqueued = time.and_then(|time| time.parse::<Timestamp>().ok()).map(ms);
    let hash = hash(&record.topic, &record.key, &headers, &record.value);
    db.prepare_cached(
        "INSERT INTO outbox (topic, key, headers, value, enqueued, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![record.topic, record.key, headers, record.value, enqueued, hash.as_slice()])?;
    Ok(())
}

/// Reads up to `n_max` records or `bytes_max` bytes of values, and one more where the last two say the same of one revision: a
/// batch is a transaction at the sink, and nobody shall see the one without the other.
pub(super) fn read(db: &Connection, after_seq: u64, n_max: usize, bytes_max: usize) -> Result<Vec<Record>, Fault> {
    let mut query = db.prepare_cached(
        "SELECT seq, topic, key, headers, value, hash FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let after = i64::try_from(after_seq).unwrap_or(i64::MAX);
    let mut rows = query.query(params![after, n_max.saturating_add(1) as i64])?;
    let mut records: Vec<Record> = Vec::new();
    let mut n_bytes = 0;
    while let Some(row) = rows.next()? {
        let (seq, headers, stored): (i64, String, Vec<u8>) = (row.get(0)?, row.get(3)?, row.get(5)?);
        let (topic, key, value): (String, String, Vec<u8>) = (row.get(1)?, row.get(2)?, row.get(4)?);
        n_bytes += value.len();
        let hash = hash(&topic, &key, &headers, &value);
        let record = Record { seq: seq as u64, topic, key, headers: serde_json::from_str(&headers)?, value };
        let is_full = records.len() >= n_max || n_bytes > bytes_max;
        if is_full && records.last().is_some_and(|last| !is_same_revision(last, &record)) {
            break;
        }
        if stored != hash {
            return Err(Fault::Row(format!("record {seq} differs from the one that was stored")));
        }
        records.push(record);
    }
    Ok(records)
}

fn is_same_revision(a: &Record, b: &Record) -> bool {
    let id = |record: &Record| record.header("ce_id").map(str::to_owned);
    id(a).is_some() && id(a) == id(b)
}

pub(super) fn settle(db: &Connection, settled: &[Settled]) -> Result<(), Fault> {
    for one in settled {
        let n_removed = db.prepare_cached("DELETE FROM outbox WHERE seq = ?1")?.execute([one.seq as i64])?;
        // Settled once before: its dead letter is out already.
        if n_removed == 0 {
            continue;
        }
        if let (Outcome::Rejected { .. }, Some(record)) = (&one.outcome, &one.dead_letter) {
            append(db, record)?;
        }
    }
    let before_oldest = match bounds(db)? {
        Some((first, _)) => first - 1,
        None => last_seq(db)?,
    };
    set_meta(db, DELIVERED, &before_oldest.to_string())
}

/// The first and the last seq that wait.
pub(super) fn bounds(db: &Connection) -> Result<Option<(u64, u64)>, Fault> {
    let end = |sql| -> Result<Option<i64>, Fault> { Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?) };
    let first = end("SELECT min(seq) FROM outbox")?;
    let last = end("SELECT max(seq) FROM outbox")?;
    Ok(first.zip(last).map(|(first, last)| (first as u64, last as u64)))
}

/// All records up to this seq are settled.
pub(super) fn delivered(db: &Connection) -> Result<u64, Fault> {
    Ok(meta(db, DELIVERED)?.and_then(|seq| seq.parse().ok()).unwrap_or(0))
}

/// The seq of the last record ever appended.
pub(super) fn last_seq(db: &Connection) -> Result<u64, Fault> {
    let mut query = db.prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'")?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

/// Length before text, so that no two records share one.
fn hash(topic: &str, key: &str, headers: &str, value: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in [topic.as_bytes(), key.as_bytes(), headers.as_bytes(), value] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hash.finalize()[..16]);
    short
}
