//! Owns the Kafka sink (rdkafka lives only here and in `demo`): one idempotent producer whose delivery reports, and
//! nothing else, say that a record is delivered.

mod column;
mod config;
mod context;
mod secret;
mod topics;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, PurgeConfig, ThreadedProducer};
use tokio::sync::mpsc;

use self::column::Column;
use self::context::{Context, Report, Ticket};
use self::topics::Absent;
use super::{Outcome, Publish, PublishError, Record};

pub use config::{Compression, Config, ConfigError, Problem, Protocol, Sasl, SaslMechanism, Tls};
pub use secret::{Secret, SecretError, SecretPlace};
pub use topics::{Ensure, EnsureError, Topics, check_online};

/// Pause before a record is offered again to a full queue.
const QUEUE_FULL_PAUSE: Duration = Duration::from_millis(10);
/// How often a batch that waits looks for an error that concerns the whole client (a refused password).
const CLIENT_ERROR_POLL: Duration = Duration::from_millis(250);

/// Delivers records to Kafka, at least once: a batch that is not settled is sent again without the records that are.
pub struct Kafka {
    config: Config,
    topic_prefix: String,
    value_bytes_max: usize,
    producer: ThreadedProducer<Context>,
    /// The cluster refused the producer, or it had a fatal error: the next batch has a new one.
    is_spent: bool,
    are_topics_ensured: bool,
    /// Acknowledged records of the last batch that was not settled, by `seq`.
    settled: HashMap<u64, Outcome>,
}

/// Why one record was not acknowledged.
#[derive(Debug, Clone)]
struct Failure {
    column: Column,
    code: String,
    reason: String,
    /// The broker said so, about a whole batch of which this record may only have been a part.
    is_from_broker: bool,
}

type Settled = Result<Outcome, Failure>;

impl std::fmt::Debug for Kafka {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kafka").field("brokers", &self.config.brokers).finish_non_exhaustive()
    }
}

impl Kafka {
    /// Makes the sink. No broker needs to be there yet: topics are looked at before the first batch.
    ///
    /// # Errors
    /// [`ConfigError`] when the configuration is not one librdkafka takes, or a secret cannot be read.
    pub fn open(config: &Config, publish: &super::Config) -> Result<Self, ConfigError> {
        let producer = new_producer(&config.producer_config()?)?;
        Ok(Self {
            config: config.clone(),
            topic_prefix: publish.topic_prefix.clone(),
            value_bytes_max: publish.value_bytes_max,
            producer,
            is_spent: false,
            are_topics_ensured: config.topics.ensure == Ensure::Skip,
            settled: HashMap::new(),
        })
    }

    async fn ensure_topics(&mut self) -> Result<(), PublishError> {
        if self.are_topics_ensured {
            return Ok(());
        }
        let absent = if self.config.topics.ensure == Ensure::Create { Absent::Create } else { Absent::Refuse };
        let ensured = topics::ensure(&self.config, &self.topic_prefix, self.value_bytes_max, absent);
        let notes = ensured.await.map_err(|err| match err {
            EnsureError::Unreachable { .. } => self.error(Column::Retriable, &err.to_string()),
            _ => self.error(Column::Held, &err.to_string()),
        })?;
        for note in notes {
            tracing::info!(note, "topics checked");
        }
        self.are_topics_ensured = true;
        Ok(())
    }

    /// Sends the records at `indexes` and waits until each is settled.
    async fn send(&mut self, records: &[Record], indexes: &[usize]) -> Vec<(usize, Settled)> {
        let (reports, mut settled) = mpsc::channel(indexes.len().max(1));
        let mut done: Vec<(usize, Settled)> = Vec::with_capacity(indexes.len());
        let mut n_sent = 0;
        for &index in indexes {
            match self.enqueue(&records[index], Ticket { index, reports: reports.clone() }).await {
                Ok(()) => n_sent += 1,
                Err(failure) => done.push((index, Err(failure))),
            }
        }
        drop(reports);
        while n_sent > 0 {
            match tokio::time::timeout(CLIENT_ERROR_POLL, settled.recv()).await {
                Ok(Some(report)) => {
                    n_sent -= 1;
                    done.push((report.index, self.judge(report)));
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

    fn judge(&self, report: Report) -> Settled {
        let (partition, offset) = report.result.map_err(|err| self.explain(Failure::new(&err, true)))?;
        Ok(Outcome::Acked { partition: Some(partition), offset: Some(offset) })
    }

    /// A record that waited in vain says only that time is up; the client knows what it waited for.
    fn explain(&self, mut failure: Failure) -> Failure {
        if failure.column != Column::Retriable {
            return failure;
        }
        let context = self.producer.context();
        if let Some(refusal) = context.refusal() {
            failure.column = Column::Held;
            failure.reason = refusal;
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

    /// Sends again, one at a time, the records that were refused with others in one batch, and what follows them under
    /// the same keys: only the record that is too large itself must go.
    async fn send_one_by_one(&mut self, records: &[Record], settled: &mut [Option<Settled>]) {
        let is_refused = |settled: &Option<Settled>| matches!(settled, Some(Err(failure)) if failure.column == Column::Rejected && failure.is_from_broker);
        let mut keys = HashSet::new();
        for index in 0..records.len() {
            let key = (records[index].topic.as_str(), records[index].key.as_str());
            if is_refused(&settled[index]) {
                keys.insert(key);
            }
            if keys.contains(&key) {
                for (index, result) in self.send(records, &[index]).await {
                    settled[index] = Some(result);
                }
            }
        }
    }

    /// Ends the batch: all outcomes, or the worst failure. What is acknowledged is remembered, unless an earlier record
    /// of the same key failed: that one must arrive first.
    fn settle(&mut self, records: &[Record], settled: Vec<Option<Settled>>) -> Result<Vec<Outcome>, PublishError> {
        let mut outcomes = Vec::with_capacity(records.len());
        let mut worst: Option<Failure> = None;
        let mut failed_keys = HashSet::new();
        for (record, result) in records.iter().zip(settled) {
            let lost = || Failure::unsettled("the producer was closed");
            match result.unwrap_or_else(|| Err(lost())) {
                Ok(outcome) => {
                    if record.seq != 0 && !failed_keys.contains(record.key.as_str()) {
                        self.settled.insert(record.seq, outcome.clone());
                    }
                    outcomes.push(outcome);
                }
                Err(failure) if failure.column == Column::Rejected => {
                    outcomes.push(Outcome::Rejected { code: failure.code, reason: failure.reason });
                }
                Err(failure) => {
                    failed_keys.insert(record.key.as_str());
                    if worst.as_ref().is_none_or(|worst| failure.column > worst.column) {
                        worst = Some(failure);
                    }
                }
            }
        }
        let Some(worst) = worst else {
            self.settled.clear();
            return Ok(outcomes);
        };
        Err(self.fail(&worst))
    }

    /// A refusal or a fatal error ends an idempotent producer, not the delivery.
    fn fail(&mut self, failure: &Failure) -> PublishError {
        let fatal = self.producer.client().fatal_error();
        let Some((code, reason)) = fatal else {
            self.is_spent = failure.column >= Column::Held;
            return self.error(failure.column, &failure.reason);
        };
        if matches!(code, RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced) {
            return self.error(Column::Fatal, &reason);
        }
        self.is_spent = true;
        self.error(Column::Retriable, &format!("producer renewed after: {reason}"))
    }

    /// Replaces a spent producer: a new one asks for the topics anew, and reads secrets that may have been rotated.
    async fn renew(&mut self) -> Result<(), PublishError> {
        if !self.is_spent {
            return Ok(());
        }
        let config = self.config.producer_config();
        let renewed = config.and_then(|config| new_producer(&config));
        let producer = renewed.map_err(|err| self.error(Column::Held, &err.to_string()))?;
        let spent = std::mem::replace(&mut self.producer, producer);
        self.is_spent = false;
        // Closing waits for the client's threads.
        let closed = tokio::task::spawn_blocking(move || drop(spent)).await;
        closed.map_err(|err| self.error(Column::Retriable, &err.to_string()))
    }

    fn error(&self, column: Column, reason: &str) -> PublishError {
        let sink = format!("kafka {}", self.config.brokers.as_deref().unwrap_or_default());
        let reason = reason.to_owned();
        match column {
            Column::Fatal => PublishError::Fatal { sink, reason },
            Column::Held => PublishError::Held { sink, reason },
            Column::Retriable | Column::Rejected => PublishError::Retriable { sink, reason },
        }
    }
}

impl Publish for Kafka {
    async fn publish(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        self.renew().await?;
        self.ensure_topics().await?;
        // Kept until the batch is settled: the caller may drop this future and come back.
        let known = |record: &Record| self.settled.get(&record.seq).cloned().map(Ok);
        let mut settled: Vec<Option<Settled>> = records.iter().map(known).collect();
        let open: Vec<usize> = (0..records.len()).filter(|index| settled[*index].is_none()).collect();
        for (index, result) in self.send(records, &open).await {
            settled[index] = Some(result);
        }
        if open.len() > 1 {
            self.send_one_by_one(records, &mut settled).await;
        }
        self.settle(records, settled)
    }
}

impl Failure {
    fn new(err: &KafkaError, is_from_broker: bool) -> Self {
        let code = err.rdkafka_error_code();
        Self {
            column: code.map_or(Column::Retriable, Column::of),
            code: code.map_or_else(|| "unknown".to_owned(), column::word),
            reason: code.map_or_else(|| err.to_string(), |code| code.to_string()),
            is_from_broker,
        }
    }

    fn unsettled(reason: &str) -> Self {
        let (code, reason) = ("unsettled".to_owned(), reason.to_owned());
        Self { column: Column::Retriable, code, reason, is_from_broker: false }
    }
}

fn new_producer(client_config: &ClientConfig) -> Result<ThreadedProducer<Context>, ConfigError> {
    client_config
        .create_with_context(Context::default())
        .map_err(|err| ConfigError::Refused { reason: err.to_string() })
}
