//! Owns events: which mentions are one real-world event, where it stands, who confirms it independently. Pure functions;
//! the store keeps what they return.

mod apply;
mod assign;
mod consolidate;
mod days;
mod duplicates;
mod id;
mod independence;
mod open;
mod resolve;
mod sides;
mod status;

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use apply::apply;
pub use assign::{Assignment, Reported, assign};
pub use duplicates::{CopyOf, Duplicates};
pub use id::mint;
pub use independence::Corroboration;
pub use open::{OpenEvents, last_active};
pub use resolve::{EventChange, Report, resolve};

use crate::article::Times;
use crate::tag::{EventDate, Kind, Medium, Mention, Participant, Plover, Status};

/// One real-world event: what the mentions that report it agree on. The store keeps it whole, as JSON in a versioned row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// ULID, minted at first sight and never recomputed.
    pub event_id: String,
    pub kind: Kind,
    pub status: Status,
    pub date: Option<EventDate>,
    pub participants: Vec<Participant>,
    /// Country and organisation codes, sorted.
    pub parties: Vec<String>,
    pub medium: Option<Medium>,
    pub topics: Vec<String>,
    pub place: Option<String>,
    pub cameo: String,
    pub plover: Plover,
    /// 0 to 1, from independent reports.
    pub confidence: f64,
    pub headline: String,
    /// Starts at 1; grows by one with every published change.
    pub revision: u32,
    /// Every status the event has had.
    pub history: Vec<Step>,
    pub claims: Vec<EventClaim>,
    /// One per article, in order of arrival.
    pub reports: Vec<ArticleReport>,
    pub corroboration: Corroboration,
    pub related: Vec<Relation>,
    /// Ids of events merged into this one.
    pub aliases: Vec<String>,
    /// Set when the event was withdrawn or merged away; it then takes no more reports.
    pub closed: Option<Closed>,
    pub first_seen: Timestamp,
    /// Of the article that caused this revision.
    pub times: Times,
}

/// A status the event had from `revision` on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub revision: u32,
    pub status: Status,
    pub at: Timestamp,
}

/// One voice on the status of the event, with the article that carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventClaim {
    /// Who says so; `None` is the outlet's own voice.
    pub by: Option<String>,
    pub status: Status,
    /// Char offsets into the text of that article (end exclusive).
    pub start: usize,
    pub end: usize,
    pub article_id: String,
    pub outlet: String,
}

/// One article's report of the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleReport {
    pub article_id: String,
    /// Revision of the article; a later one replaces this report.
    pub revision: u32,
    pub url: String,
    pub outlet: String,
    pub outlet_name: String,
    /// Publisher family.
    pub family: Option<String>,
    pub lang: Option<String>,
    pub title: String,
    pub published: Option<Timestamp>,
    /// When hotline first saw the article.
    pub seen: Timestamp,
    /// Agencies and outlets whose report the article passes on (`reuters`).
    pub credits: Vec<String>,
    /// `g1`, `g2`, …: reports of one group count as one voice.
    pub independent_group: String,
    /// `article_id` of the article this one copies.
    pub copy_of: Option<String>,
    pub mention: Mention,
}

impl ArticleReport {
    /// Returns when the article came out, as far as known.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.published.unwrap_or(self.seen)
    }
}

/// A tie to another event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Relation {
    pub event_id: String,
    /// `follows_from`, `merged_into`, `merged_from`.
    pub relation: String,
}

impl Relation {
    pub const FOLLOWS_FROM: &'static str = "follows_from";
    pub const MERGED_INTO: &'static str = "merged_into";
    pub const MERGED_FROM: &'static str = "merged_from";

    fn new(event_id: &str, relation: &str) -> Self {
        Self { event_id: event_id.to_owned(), relation: relation.to_owned() }
    }
}

/// Why an event takes no more reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub reason: String,
    /// Articles that never open it again.
    pub article_ids: Vec<String>,
}

/// What a revision changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    #[serde(rename = "type")]
    pub kind: ChangeKind,
    /// Names of the record's fields that differ from the revision before.
    pub fields: Vec<String>,
    pub reason: String,
}

/// How a revision came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Created,
    Revised,
    Merged,
    Split,
    Retracted,
}

impl ChangeKind {
    /// Returns the wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Revised => "revised",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Retracted => "retracted",
        }
    }
}

/// Limits of event resolution.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long an event takes reports after its day or its last report. Default 10 days.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub window: Duration,
    /// Events held open at once; the longest quiet ones close first. Default 50,000.
    pub open_events_max: usize,
    /// Reports one event keeps; copies, then the oldest make room, and counts are of those kept. Default 100.
    pub reports_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { window: Duration::from_hours(240), open_events_max: 50_000, reports_max: 100 }
    }
}
