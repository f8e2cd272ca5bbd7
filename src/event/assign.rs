//! Owns the question which open event a mention belongs to.

use jiff::Timestamp;

use super::{Config, OpenEvents};
use crate::tag::Mention;

/// What assignment needs to know of the article.
#[derive(Debug, Clone, Copy)]
pub struct Reported<'a> {
    pub article_id: &'a str,
    pub revision: u32,
    /// When the article came out, or was first seen.
    pub at: Timestamp,
}

/// Where a mention goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignment {
    New,
    Existing { event_id: String, score: f64, reasons: Vec<String> },
    Ignored { reason: String },
}

/// Finds the event a mention reports.
#[must_use]
pub fn assign(_mention: &Mention, _reported: &Reported<'_>, _open: &OpenEvents, _config: &Config) -> Assignment {
    Assignment::New
}
