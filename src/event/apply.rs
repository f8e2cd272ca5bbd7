//! Owns what an event's fields are, given its reports.

use jiff::Timestamp;

use super::{ArticleReport, Change, Config, Event};

/// Takes one article's report into the event. `None` when nothing a consumer sees has changed.
pub fn apply(_event: &mut Event, _report: ArticleReport, _config: &Config, _now: Timestamp) -> Option<Change> {
    None
}
