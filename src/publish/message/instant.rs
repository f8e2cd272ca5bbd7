//! Owns times on the wire: RFC 3339, UTC, milliseconds, always the same width.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::article::Times;

/// An instant as records print it: `2025-02-12T17:05:09.120Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339, UTC, milliseconds.",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
        })
    }
}

/// When each step happened to the article behind the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimesRecord {
    /// As the article states it.
    pub published: Option<Instant>,
    pub feed_seen: Option<Instant>,
    pub fetched: Option<Instant>,
    pub coded: Option<Instant>,
    /// When the record entered the outbox.
    pub enqueued: Option<Instant>,
}

impl TimesRecord {
    pub(super) fn new(times: &Times, enqueued: Timestamp) -> Self {
        Self {
            published: times.published.map(Instant),
            feed_seen: times.feed_seen.map(Instant),
            fetched: times.fetched.map(Instant),
            coded: times.coded.map(Instant),
            enqueued: Some(Instant(enqueued)),
        }
    }

    pub(super) fn into_times(self) -> Times {
        let at = |instant: Option<Instant>| instant.map(|instant| instant.0);
        Times {
            published: at(self.published),
            feed_seen: at(self.feed_seen),
            fetched: at(self.fetched),
            coded: at(self.coded),
            enqueued: at(self.enqueued),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_three_digits_of_fraction() {
        let print = |text: &str| Instant(text.parse().unwrap()).to_string();
        assert_eq!(print("2025-02-12T17:05:09Z"), "2025-02-12T17:05:09.000Z");
        assert_eq!(print("2025-02-12T19:05:09.1239+02:00"), "2025-02-12T17:05:09.123Z");
    }
}
