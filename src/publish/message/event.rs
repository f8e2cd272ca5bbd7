//! Owns the event record: an event's full state at one revision.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::headers::{Attributes, cloud_event};
use super::{Envelope, Instant, SCHEMA_VERSION, TimesRecord, cut_chars, events_topic, latest_topic, to_json};
use crate::event::{ArticleReport, Change, ChangeKind, Corroboration, Event, EventChange, EventClaim, Relation, Step};
use crate::publish::Record;
use crate::tag::{EventDate, Kind, Medium, Mention, Participant, Plover, Status};

/// Chars a title keeps when the record is too large otherwise.
const TITLE_CHARS_MAX: usize = 300;

/// One real-world event at one revision: the full state, never a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventRecord {
    pub schema_version: u32,
    pub coder_version: String,
    /// ULID; the record's key.
    pub event_id: String,
    /// Starts at 1 and grows by one.
    pub revision: u32,
    pub change: Change,
    pub kind: Kind,
    pub status: Status,
    pub date: Option<EventDate>,
    pub participants: Vec<Participant>,
    /// ISO 3166-1 alpha-3 codes or organisation codes, sorted.
    pub parties: Vec<String>,
    pub medium: Option<Medium>,
    pub topics: Vec<String>,
    pub place: Option<String>,
    /// CAMEO event code.
    pub cameo: String,
    pub plover: Plover,
    /// 0 to 1, from independent reports.
    pub confidence: f64,
    pub headline: String,
    /// Every status the event has had.
    pub history: Vec<HistoryRecord>,
    pub claims: Vec<EventClaim>,
    pub corroboration: Corroboration,
    pub sources: Vec<SourceRecord>,
    /// Set when evidence or sources were left out to keep the record below the size limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sources_truncated: bool,
    pub related: Vec<Relation>,
    pub times: TimesRecord,
}

/// A status the event had from `revision` on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRecord {
    pub revision: u32,
    pub status: Status,
    pub at: Instant,
}

/// One article that reports the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRecord {
    pub article_id: String,
    pub url: String,
    /// Outlet id (`bbc`).
    pub outlet: String,
    pub outlet_name: String,
    /// BCP 47 primary tag.
    pub lang: Option<String>,
    pub title: String,
    pub published: Option<Instant>,
    /// Sources of one group count as one voice.
    pub independent_group: String,
    /// `article_id` of the article this one copies.
    pub copy_of: Option<String>,
    pub mention: Mention,
}

/// Makes the record of one event revision. Its `seq` is 0 until the outbox numbers it.
#[must_use]
pub fn event_record(change: &EventChange, envelope: &Envelope, enqueued: Timestamp) -> Record {
    let EventChange { event, change } = change;
    let attributes = Attributes {
        subject: &event.event_id,
        revision: event.revision,
        kind: format!("hotline.event.{}.v1", change.kind.as_str()),
        time: Instant(enqueued),
        schema: "event",
    };
    let mut headers = cloud_event(&attributes, envelope);
    headers.push(("hotline_kind".to_owned(), event.kind.0.clone()));
    headers.push(("hotline_status".to_owned(), event.status.as_str().to_owned()));
    let record = EventRecord::new(event, change, &envelope.coder_version, enqueued);
    Record {
        seq: 0,
        topic: events_topic(&envelope.topic_prefix),
        key: event.event_id.clone(),
        headers,
        value: record.into_json(envelope.value_bytes_max),
    }
}

/// Makes the record that is the event's newest state until the next one: the event record once more, under the same key,
/// or a tombstone when the event is retracted. `None` when the daemon keeps no newest states.
///
/// It follows its event record in the outbox, which never parts the two: both are one transaction.
#[must_use]
pub fn latest_record(event_record: &Record, change: &Change, envelope: &Envelope) -> Option<Record> {
    if !envelope.keeps_latest {
        return None;
    }
    let mut latest = Record { topic: latest_topic(&envelope.topic_prefix), ..event_record.clone() };
    if change.kind == ChangeKind::Retracted {
        latest.value.clear();
    }
    Some(latest)
}

/// Makes the record that is an event's newest state from what the store has of it: for events that last changed when no
/// newest states were kept. What that change was is not stored, so it names no fields. `None` as in [`latest_record`].
#[must_use]
pub fn stored_record(event: &Event, envelope: &Envelope, enqueued: Timestamp) -> Option<Record> {
    let is_merged = event.related.iter().any(|relation| relation.relation == Relation::MERGED_INTO);
    let kind = match &event.closed {
        Some(_) if is_merged => ChangeKind::Merged,
        Some(_) => ChangeKind::Retracted,
        None if event.revision == 1 => ChangeKind::Created,
        None => ChangeKind::Revised,
    };
    let reason = event.closed.as_ref().map_or("newest state, kept from now on", |closed| &closed.reason);
    let change = Change { kind, fields: Vec::new(), reason: reason.to_owned() };
    let changed = EventChange { event: event.clone(), change };
    latest_record(&event_record(&changed, envelope, enqueued), &changed.change, envelope)
}

impl EventRecord {
    /// Returns the record of an event after a change.
    #[must_use]
    pub fn new(event: &Event, change: &Change, coder_version: &str, enqueued: Timestamp) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            coder_version: coder_version.to_owned(),
            event_id: event.event_id.clone(),
            revision: event.revision,
            change: change.clone(),
            kind: event.kind.clone(),
            status: event.status,
            date: event.date.clone(),
            participants: event.participants.clone(),
            parties: event.parties.clone(),
            medium: event.medium,
            topics: event.topics.clone(),
            place: event.place.clone(),
            cameo: event.cameo.clone(),
            plover: event.plover.clone(),
            confidence: event.confidence,
            headline: event.headline.clone(),
            history: event.history.iter().map(HistoryRecord::new).collect(),
            claims: event.claims.clone(),
            corroboration: event.corroboration,
            sources: event.reports.iter().map(SourceRecord::new).collect(),
            sources_truncated: false,
            related: event.related.clone(),
            times: TimesRecord::new(&event.times, enqueued),
        }
    }

    /// Returns the JSON, with less detail where it would be larger than the broker takes: first the evidence goes, then
    /// the sources between the first and the newest, then long titles. The event itself is never lost.
    fn into_json(mut self, bytes_max: usize) -> Vec<u8> {
        let mut value = to_json(&self);
        if value.len() <= bytes_max {
            return value;
        }
        self.sources_truncated = true;
        for source in &mut self.sources {
            source.mention.evidence.clear();
        }
        value = to_json(&self);
        while value.len() > bytes_max && self.sources.len() > 1 {
            let n_dropped = self.sources.len().div_ceil(2).min(self.sources.len() - 1);
            self.sources.drain(1..=n_dropped);
            value = to_json(&self);
        }
        if value.len() > bytes_max {
            cut_chars(&mut self.headline, TITLE_CHARS_MAX);
            for source in &mut self.sources {
                cut_chars(&mut source.title, TITLE_CHARS_MAX);
            }
            self.claims.clear();
            value = to_json(&self);
        }
        value
    }
}

impl HistoryRecord {
    fn new(step: &Step) -> Self {
        Self { revision: step.revision, status: step.status, at: Instant(step.at) }
    }
}

impl SourceRecord {
    fn new(report: &ArticleReport) -> Self {
        Self {
            article_id: report.article_id.clone(),
            url: report.url.clone(),
            outlet: report.outlet.clone(),
            outlet_name: report.outlet_name.clone(),
            lang: report.lang.clone(),
            title: report.title.clone(),
            published: report.published.map(Instant),
            independent_group: report.independent_group.clone(),
            copy_of: report.copy_of.clone(),
            mention: report.mention.clone(),
        }
    }
}
