//! Owns one producer client: records into its queue, delivery reports out of it, and what a failure of one means.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, PurgeConfig, ThreadedProducer};
use tokio::sync::mpsc;

use super::ConfigError;
use super::column::{self, Column};
use super::context::{Context, Report, Ticket};
use crate::publish::{Outcome, Record};

/// Pause before a record is offered again to a full queue.
const QUEUE_FULL_PAUSE: Duration = Duration::from_millis(10);
/// How often a batch that waits looks for an error that concerns the whole client (a refused password).
const CLIENT_ERROR_POLL: Duration = Duration::from_millis(250);

/// A producer with its thread. Clones share it; dropping the last one waits for the thread.
#[derive(Clone)]
pub(super) struct Client {
    producer: ThreadedProducer<Context>,
    is_transactional: bool,
}

/// Why one record was not acknowledged.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) column: Column,
    /// What Kafka calls it, where it is one of Kafka's.
    pub(super) kafka_code: Option<RDKafkaErrorCode>,
    /// The same as a word, for dead letters.
    pub(super) code: String,
    pub(super) reason: String,
    /// The broker said so, about a whole batch of which this record may only have been a part.
    pub(super) is_from_broker: bool,
}

pub(super) type Settled = Result<Outcome, Failure>;

impl Client {
    pub(super) fn new(client_config: &ClientConfig) -> Result<Self, ConfigError> {
        let made = client_config.create_with_context(Context::default());
        let producer = made.map_err(|err| ConfigError::Refused { reason: err.to_string() })?;
        Ok(Self { producer, is_transactional: client_config.get("transactional.id").is_some() })
    }

    pub(super) fn producer(&self) -> &ThreadedProducer<Context> {
        &self.producer
    }

    /// Returns the error that ended this producer for good, if there was one.
    pub(super) fn fatal_error(&self) -> Option<(RDKafkaErrorCode, String)> {
        self.producer.client().fatal_error()
    }

    /// Sends the records, in order, and waits until each is settled; returns them by their index.
    pub(super) async fn send(&self, records: &[(usize, &Record)]) -> Vec<(usize, Settled)> {
        let (reports, mut settled) = mpsc::channel(records.len().max(1));
        let mut done: Vec<(usize, Settled)> = Vec::with_capacity(records.len());
        let mut n_sent = 0;
        for &(index, record) in records {
            match self.enqueue(record, Ticket { index, reports: reports.clone() }).await {
                Ok(()) => n_sent += 1,
                Err(failure) => done.push((index, Err(failure))),
            }
        }
        drop(reports);
        while n_sent > 0 {
            match tokio::time::timeout(CLIENT_ERROR_POLL, settled.recv()).await {
                Ok(Some(report)) => {
                    n_sent -= 1;
                    // One failure ends the transaction: what is queued or sent again behind it would only wait for its
                    // time-out.
                    if self.is_transactional && report.result.is_err() {
                        self.producer.purge(PurgeConfig::default().queue().inflight());
                    }
                    let topic =
                        |index| records.iter().find(|(known, _)| *known == index).map(|(_, record)| &*record.topic);
                    done.push((report.index, self.judge(&report, topic(report.index).unwrap_or_default())));
                }
                // Every ticket is gone: the producer was dropped.
                Ok(None) => break,
                Err(_) => self.give_up_when_refused(),
            }
        }
        done
    }

    /// Puts one record into the producer's queue; waits while it is full.
    async fn enqueue(&self, record: &Record, ticket: Ticket) -> Result<(), Failure> {
        let mut headers = OwnedHeaders::new_with_capacity(record.headers.len());
        for (name, value) in &record.headers {
            headers = headers.insert(Header { key: name, value: Some(value) });
        }
        let mut message = BaseRecord::with_opaque_to(&record.topic, Box::new(ticket)).key(&record.key).headers(headers);
        if !record.value.is_empty() {
            message = message.payload(&record.value);
        }
        loop {
            match self.producer.send(message) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), returned)) => {
                    message = returned;
                    self.give_up_when_refused();
                    tokio::time::sleep(QUEUE_FULL_PAUSE).await;
                }
                Err((err, _)) => return Err(Failure::new(&err, false)),
            }
        }
    }

    fn judge(&self, report: &Report, topic: &str) -> Settled {
        match &report.result {
            Ok((partition, offset)) => Ok(Outcome::Acked { partition: Some(*partition), offset: Some(*offset) }),
            Err(err) => {
                let mut failure = Failure::new(err, true);
                if failure.column == Column::Held {
                    failure.reason = format!("topic {topic}: {}", failure.reason);
                }
                Err(self.explain(failure))
            }
        }
    }

    /// A record that waited in vain says only that time is up; the client knows what it waited for.
    pub(super) fn explain(&self, mut failure: Failure) -> Failure {
        if failure.column != Column::Retriable {
            return failure;
        }
        let context = self.producer.context();
        if let Some((code, reason)) = context.refusal() {
            failure.column = Column::Held;
            failure.kafka_code = Some(code);
            failure.reason = reason;
        } else if let Some(last) = context.last_error() {
            failure.reason = format!("{}: {last}", failure.reason);
        }
        failure
    }

    /// Takes waiting records out of the queue when the cluster refuses this client, so that the caller learns why.
    fn give_up_when_refused(&self) {
        if self.producer.context().refusal().is_some() {
            self.producer.purge(PurgeConfig::default().queue());
        }
    }
}

impl Failure {
    pub(super) fn new(err: &KafkaError, is_from_broker: bool) -> Self {
        let code = err.rdkafka_error_code();
        Self {
            column: code.map_or(Column::Retriable, Column::of),
            kafka_code: code,
            code: code.map_or_else(|| "unknown".to_owned(), column::word),
            reason: code.map_or_else(|| err.to_string(), |code| code.to_string()),
            is_from_broker,
        }
    }

    pub(super) fn unsettled(reason: &str) -> Self {
        let (code, reason) = ("unsettled".to_owned(), reason.to_owned());
        Self { column: Column::Retriable, kafka_code: None, code, reason, is_from_broker: false }
    }
}
