//! Owns the records: what consumers read, field for field. Their names and meanings are public contract.

use jiff::Timestamp;

use super::Record;
use crate::article::Article;
use crate::event::EventChange;
use crate::tag::Mention;

/// What every record of one daemon has in common.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Before the topic names: `hotline` gives `hotline.events.v1`.
    pub topic_prefix: String,
    /// CloudEvents `ce_source` (`//hotline/instance`).
    pub source: String,
    pub coder_version: String,
    /// Values above it are truncated, with a flag.
    pub value_bytes_max: usize,
    /// Adds the `hotline_replay` header.
    pub is_replay: bool,
}

/// Makes the record of one event revision. Its `seq` is 0 until the outbox numbers it.
pub fn event_record(_change: &EventChange, _envelope: &Envelope, _enqueued: Timestamp) -> Record {
    Record { seq: 0, topic: String::new(), key: String::new(), headers: Vec::new(), value: Vec::new() }
}

/// Makes the record of one article revision. Its `seq` is 0 until the outbox numbers it.
pub fn article_record(
    _article: &Article,
    _tags: &[String],
    _mentions: &[Mention],
    _envelope: &Envelope,
    _enqueued: Timestamp,
) -> Record {
    Record { seq: 0, topic: String::new(), key: String::new(), headers: Vec::new(), value: Vec::new() }
}
