//! Owns which topic holds the newest state of every event, and the way there: events page by page, records into the outbox.

use rusqlite::{Connection, params};

use super::error::Fault;
use super::open::{meta, set_meta};
use super::outbox;
use super::rows::EventRow;
use crate::event::Event;
use crate::publish::Record;

const LATEST: &str = "latest_topic";

/// Where a page of events ends.
pub type Place = i64;

/// The topic in which every event of the store has its newest state; `None` while none is kept.
pub(super) fn topic(db: &Connection) -> Result<Option<String>, Fault> {
    Ok(meta(db, LATEST)?.filter(|topic| !topic.is_empty()))
}

pub(super) fn set_topic(db: &Connection, topic: Option<&str>) -> Result<(), Fault> {
    set_meta(db, LATEST, topic.unwrap_or_default())
}

pub(super) fn page(db: &Connection, after: Place, n_max: usize) -> Result<Vec<(Place, Event)>, Fault> {
    let mut query = db.prepare_cached("SELECT event, body FROM events WHERE event > ?1 ORDER BY event LIMIT ?2")?;
    let rows = query.query_map(params![after, n_max as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut events = Vec::new();
    for row in rows {
        let (place, body): (Place, String) = row?;
        events.push((place, EventRow::read(&body)?));
    }
    Ok(events)
}

pub(super) fn append(db: &Connection, records: &[Record]) -> Result<(), Fault> {
    records.iter().try_for_each(|record| outbox::append(db, record))
}
