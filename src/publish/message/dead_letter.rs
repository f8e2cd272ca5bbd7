//! Owns dead letters: the original bytes of what could not go on, with the reason in headers.

use jiff::Timestamp;

use super::{Envelope, Instant, dlq_topic};
use crate::publish::Record;

/// Why something became a dead letter. Texts carry no secrets: they come from error messages made for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    /// Where it failed (`parse`, `extract`, `deliver`).
    pub stage: &'a str,
    /// Short and stable (`message_too_large`).
    pub code: &'a str,
    pub message: &'a str,
    /// Feed id.
    pub feed: Option<&'a str>,
    pub url: Option<&'a str>,
    pub n_attempts: u32,
    pub at: Timestamp,
}

/// Makes the dead letter of `bytes` known by `key`. Its `seq` is 0 until the outbox numbers it.
///
/// Bytes above the size limit are cut, or the dead letter would fail as its original did.
#[must_use]
pub fn dead_letter(key: &str, bytes: &[u8], letter: &DeadLetter<'_>, envelope: &Envelope) -> Record {
    let mut headers = vec![
        ("hotline_error_stage", letter.stage.to_owned()),
        ("hotline_error_code", letter.code.to_owned()),
        ("hotline_error_message", letter.message.to_owned()),
        ("hotline_feed", letter.feed.unwrap_or_default().to_owned()),
        ("hotline_url", letter.url.unwrap_or_default().to_owned()),
        ("hotline_attempts", letter.n_attempts.to_string()),
        ("hotline_error_time", Instant(letter.at).to_string()),
    ];
    let kept = bytes.len().min(envelope.value_bytes_max / 2);
    if kept < bytes.len() {
        headers.push(("hotline_error_truncated_from_bytes", bytes.len().to_string()));
    }
    Record {
        seq: 0,
        topic: dlq_topic(&envelope.topic_prefix),
        key: key.to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        value: bytes[..kept].to_vec(),
    }
}
