//! Owns records: events and articles as messages, and the sinks that take them. The outbox they come from is `store`'s.

pub mod message;

use std::future::Future;

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

/// What a sink did with one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Durable at the sink; partition and offset where the sink has them.
    Acked { partition: Option<i32>, offset: Option<i64> },
    /// The sink can never take this record (too large, invalid): it goes to the dead letters.
    Rejected { code: String, reason: String },
}

/// A sink. Kafka, NDJSON files and stdout are the real ones.
pub trait Publish: Send + 'static {
    /// Delivers `records` in order and returns one outcome a record, in the same order, only when each is settled.
    ///
    /// # Errors
    /// [`PublishError`] when the batch is not settled: the caller sends it again, from the first record.
    fn publish(&mut self, records: &[Record]) -> impl Future<Output = Result<Vec<Outcome>, PublishError>> + Send;
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
