//! Owns the step from one coded article to event changes; the pipeline calls it inside its transaction.

use jiff::Timestamp;

use super::{Change, Config, Event, OpenEvents};
use crate::article::Article;
use crate::tag::Mention;

/// A coded article: all that resolution takes in.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    pub article: &'a Article,
    pub mentions: &'a [Mention],
}

/// An event after a change; `event.revision` is the record's revision.
#[derive(Debug, Clone, PartialEq)]
pub struct EventChange {
    pub event: Event,
    pub change: Change,
}

/// Resolves the mentions of one article revision: opens events, adds reports, withdraws those an edit took back.
/// `open` is up to date afterwards; when the caller cannot commit the changes, it restores `open` from the store.
pub fn resolve(_report: Report<'_>, _open: &mut OpenEvents, _config: &Config, _now: Timestamp) -> Vec<EventChange> {
    Vec::new()
}
