//! Owns records: events and articles as messages, and the sinks that take them. The outbox they come from is `store`'s.

pub mod kafka;
mod line;
pub mod message;
pub mod ndjson;
pub mod schema;
mod sink;
pub mod stdout;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::clock::Clock;

pub use kafka::Kafka;
pub use line::line;
pub use ndjson::Ndjson;
pub use sink::{OpenError, Sink, Target, TargetError};
pub use stdout::Stdout;

/// One message for a sink, complete and ordered by `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Strictly increasing position in the outbox.
    pub seq: u64,
    pub topic: String,
    pub key: String,
    pub headers: Vec<(String, String)>,
    /// JSON; empty is a tombstone.
    pub value: Vec<u8>,
}

impl Record {
    /// Returns the value of the header, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a sink did with one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Durable at the sink; partition and offset where the sink has them.
    Acked { partition: Option<i32>, offset: Option<i64> },
    /// The sink can never take this record (too large, invalid): it goes to the dead letters.
    Rejected { code: String, reason: String },
    /// As rejected, and the sink has put the dead letter in the record's place.
    DeadLettered { code: String, reason: String },
}

/// Where the records of a sink come from.
#[derive(Clone)]
pub struct Origin {
    /// Names the store (ULID): another disk, another id.
    pub store_id: String,
    /// The highest seq the store had given out when it was opened.
    pub last_seq: u64,
    /// Of the dead letters that the sink makes itself.
    pub envelope: message::Envelope,
    pub clock: Arc<dyn Clock>,
}

/// A sink. Kafka, NDJSON files and stdout are the real ones.
pub trait Publish: Send + 'static {
    /// Learns, before the first record, where the records come from. Only a sink that remembers how far it came needs it.
    fn attach(&mut self, origin: Origin) {
        drop(origin);
    }

    /// Delivers `records` in order and returns one outcome a record, in the same order, only when each is settled.
    ///
    /// # Errors
    /// [`PublishError`] when the batch is not settled: the caller sends it again, from the first record.
    fn publish(&mut self, records: &[Record]) -> impl Future<Output = Result<Vec<Outcome>, PublishError>> + Send;

    /// Returns what the sink's client last said of itself; `None` for a sink without one, or before it said anything.
    fn vitals(&self) -> Option<Vitals> {
        None
    }
}

/// What the client of a sink says of itself every few seconds. Totals begin anew with each client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vitals {
    pub n_brokers_known: u32,
    pub n_brokers_up: u32,
    /// Waiting in memory for a broker, or for its answer.
    pub n_queued: u64,
    pub queued_bytes: u64,
    /// From a request to its answer, at the slowest broker.
    pub round_trip_p99: Duration,
    pub n_requests: u64,
    /// Requests sent again.
    pub n_retries: u64,
    /// Requests without an answer in time.
    pub n_timeouts: u64,
    pub sent_bytes: u64,
}

/// Why a batch was not settled.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Passing: broker away, queue full, disk full. Try again after a pause.
    #[error("deliver to {sink}: {reason}")]
    Retriable { sink: String, reason: String },
    /// A person must act (authorization, unknown topic): hold and alarm.
    #[error("deliver to {sink}: {reason}")]
    Held { sink: String, reason: String },
    /// This publisher cannot go on (fenced, fatal client error): stop it.
    #[error("deliver to {sink}: {reason}")]
    Fatal { sink: String, reason: String },
}

/// What is published, and how records are named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Before the topic names: `hotline` gives `hotline.events.v1`. Default `hotline`.
    pub topic_prefix: String,
    /// Names this daemon in CloudEvents `ce_source` and in its transactional id: each daemon of a cluster has its own.
    /// Default `local`.
    pub instance: String,
    /// Which articles become article records. Default `tagged`.
    pub articles: Articles,
    /// Also keep each event's newest state in a compacted topic of its own (`hotline.events.latest.v1`). Default false.
    pub events_latest: bool,
    /// Bytes a record's value may have; above it, text and evidence are cut and the cut is flagged. Default 900,000:
    /// below the 1 MB a broker takes unless told otherwise.
    pub value_bytes_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            topic_prefix: "hotline".to_owned(),
            instance: "local".to_owned(),
            articles: Articles::Tagged,
            events_latest: false,
            value_bytes_max: 900_000,
        }
    }
}

impl Config {
    /// Returns the name under which one publisher fences its predecessor (Kafka's `transactional.id`).
    #[must_use]
    pub fn transactional_id(&self) -> String {
        format!("{}.{}", self.topic_prefix, self.instance)
    }
}

/// Which articles become article records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Articles {
    /// Those with at least one tag.
    #[default]
    Tagged,
    All,
    None,
}
