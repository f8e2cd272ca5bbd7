//! Owns the records: what consumers read, field for field. Names and meanings are public contract; a consumer ignores
//! fields and words it does not know, so fields are only ever added.

mod article;
mod dead_letter;
mod event;
mod headers;
mod instant;

use serde::Serialize;

pub use article::{ArticleRecord, PostRecord, article_record};
pub use dead_letter::{DeadLetter, dead_letter};
pub use event::{EventRecord, HistoryRecord, SourceRecord, event_record, latest_record, stored_record};
pub use instant::{Instant, TimesRecord};

use super::Config;

/// Of both records; grows only when a field changes its meaning, together with the topic's version.
pub const SCHEMA_VERSION: u32 = 1;

/// What every record of one daemon has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Before the topic names: `hotline` gives `hotline.events.v1`.
    pub topic_prefix: String,
    /// CloudEvents `ce_source` (`//hotline/instance`).
    pub source: String,
    pub coder_version: String,
    /// Values above it are truncated, with a flag.
    pub value_bytes_max: usize,
    /// Each event's newest state is kept in a topic of its own, too.
    pub keeps_latest: bool,
    /// Adds the `hotline_replay` header.
    pub is_replay: bool,
}

impl Envelope {
    /// Returns the envelope of live records.
    #[must_use]
    pub fn new(config: &Config, coder_version: &str) -> Self {
        Self {
            topic_prefix: config.topic_prefix.clone(),
            source: format!("//hotline/{}", config.instance),
            coder_version: coder_version.to_owned(),
            value_bytes_max: config.value_bytes_max,
            keeps_latest: config.events_latest,
            is_replay: false,
        }
    }
}

/// Returns the topic of event records.
#[must_use]
pub fn events_topic(prefix: &str) -> String {
    format!("{prefix}.events.v1")
}

/// Returns the topic of each event's newest state.
#[must_use]
pub fn latest_topic(prefix: &str) -> String {
    format!("{prefix}.events.latest.v1")
}

/// Returns the topic of article records.
#[must_use]
pub fn articles_topic(prefix: &str) -> String {
    format!("{prefix}.articles.v1")
}

/// Returns the topic of dead letters.
#[must_use]
pub fn dlq_topic(prefix: &str) -> String {
    format!("{prefix}.dlq.v1")
}

#[expect(clippy::expect_used, reason = "only a map with keys that are not strings or a failing Serialize could fail")]
fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("records have string keys and derived Serialize")
}

/// Cuts a text to at most `chars_max` chars.
fn cut_chars(text: &mut String, chars_max: usize) {
    if let Some((end, _)) = text.char_indices().nth(chars_max) {
        text.truncate(end);
    }
}
