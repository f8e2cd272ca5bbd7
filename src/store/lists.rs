//! Owns the last good copies of feed lists on the web.

use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::error::Fault;
use super::open::{meta, set_meta};

/// A list as it was received last and was good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListCopy {
    /// Where it was received.
    pub url: String,
    pub at: Timestamp,
    /// The document, in UTF-8.
    pub document: String,
}

fn name(list_id: &str) -> String {
    format!("list {list_id}")
}

pub(super) fn read(db: &Connection, list_id: &str) -> Result<Option<ListCopy>, Fault> {
    let Some(text) = meta(db, &name(list_id))? else { return Ok(None) };
    Ok(Some(serde_json::from_str(&text)?))
}

pub(super) fn keep(db: &Connection, list_id: &str, copy: &ListCopy) -> Result<(), Fault> {
    set_meta(db, &name(list_id), &serde_json::to_string(copy)?)
}

/// Forgets the copy; tells whether there was one.
pub(super) fn forget(db: &Connection, list_id: &str) -> Result<bool, Fault> {
    Ok(db.execute("DELETE FROM meta WHERE name = ?1", [name(list_id)])? > 0)
}
