//! Owns the Kafka sink (rdkafka lives only here and in `demo`): one producer whose commits or, without transactions,
//! delivery reports say that a record is delivered, and nothing else does.

#[cfg(feature = "schema-registry")]
mod avro;
mod batch;
mod client;
mod column;
mod config;
mod context;
mod progress;
mod registry;
mod topics;
mod transaction;
#[cfg(feature = "schema-registry")]
mod wire;

use std::collections::{HashMap, HashSet};

use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer as _;

use self::client::{Client, Failure, Settled};
use self::column::{Column, Names};
use self::topics::Absent;
use self::transaction::Ledger;
use super::{Origin, Outcome, Publish, PublishError, Record, Vitals};

pub use crate::secret::{Secret, SecretError, SecretPlace};
pub use config::{Compression, Config, ConfigError, Delivery, Problem, Protocol, Sasl, SaslMechanism, Tls};
pub use registry::{Registry, ValueFormat};
pub use topics::{Ensure, EnsureError, Topics, check_online};

/// What is done when Kafka knows of records that the state directory never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adoption {
    /// Deliver nothing: the state was lost, put back, or is another daemon's.
    Refuse,
    /// Go on from the state as it is.
    Adopt,
}

/// Delivers records to Kafka: exactly once in transactions, or at least once, where a batch that is not settled is sent
/// again without the records that are.
pub struct Kafka {
    config: Config,
    publish: super::Config,
    client: Client,
    /// The cluster refused the producer, or it had a fatal error: the next batch has a new one.
    is_spent: bool,
    are_topics_ensured: bool,
    /// Acknowledged records of the last batch that was not settled, by `seq`.
    settled: HashMap<u64, Outcome>,
    ledger: Ledger,
    /// `None` is plain JSON.
    #[cfg(feature = "schema-registry")]
    encoder: Option<wire::Encoder>,
}

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
        let transactional_id = publish.transactional_id();
        let client = Client::new(&config.producer_config(&transactional_id)?)?;
        Ok(Self {
            config: config.clone(),
            publish: publish.clone(),
            client,
            is_spent: false,
            are_topics_ensured: config.topics.ensure == Ensure::Skip,
            settled: HashMap::new(),
            ledger: Ledger::new(&publish.topic_prefix, transactional_id),
            #[cfg(feature = "schema-registry")]
            encoder: match &config.schema_registry {
                Some(registry) => Some(wire::Encoder::open(registry, config, &publish.topic_prefix)?),
                None => None,
            },
        })
    }

    /// Says what is done when Kafka knows of records that the state directory never held.
    pub fn set_adoption(&mut self, adoption: Adoption) {
        self.ledger.adoption = adoption;
    }

    async fn ensure_topics(&mut self) -> Result<(), PublishError> {
        if self.are_topics_ensured {
            return Ok(());
        }
        let absent = if self.config.topics.ensure == Ensure::Create { Absent::Create } else { Absent::Refuse };
        let ensured = topics::ensure(&self.config, &self.publish, absent);
        let notes = ensured.await.map_err(|err| match err {
            EnsureError::Unreachable { .. } => self.error(Column::Retriable, &err.to_string()),
            // Each says what to do.
            _ => self.error(Column::Held, &err.to_string()),
        })?;
        for note in notes {
            tracing::info!(note, "topics checked");
        }
        self.are_topics_ensured = true;
        Ok(())
    }

    async fn publish_at_least_once(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        self.renew().await?;
        self.ensure_topics().await?;
        // Kept until the batch is settled: the caller may drop this future and come back.
        let known = |record: &Record| self.settled.get(&record.seq).cloned().map(Ok);
        let mut settled: Vec<Option<Settled>> = records.iter().map(known).collect();
        let open = records.iter().enumerate().filter(|(index, _)| settled[*index].is_none());
        let open: Vec<(usize, &Record)> = open.collect();
        for (index, result) in self.client.send(&open).await {
            settled[index] = Some(result);
        }
        if open.len() > 1 {
            self.send_one_by_one(records, &mut settled).await;
        }
        self.settle(records, settled)
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
                for (index, result) in self.client.send(&[(index, &records[index])]).await {
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
        self.doubt_topics();
        let fatal = self.client.fatal_error();
        let Some((code, reason)) = fatal else {
            self.is_spent = failure.column >= Column::Held;
            return match failure.column {
                Column::Held => self.hold(failure.kafka_code, &failure.reason),
                column => self.error(column, &failure.reason),
            };
        };
        if matches!(code, RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced) {
            return self.error(Column::Fatal, &reason);
        }
        self.is_spent = true;
        self.renewed_after(code, &reason)
    }

    /// Has the topics looked at again before the next batch: a record of one that is gone only hears that its time is up.
    fn doubt_topics(&mut self) {
        self.are_topics_ensured = self.config.topics.ensure == Ensure::Skip;
    }

    /// Says that only a person can end this.
    fn hold(&mut self, code: Option<RDKafkaErrorCode>, reason: &str) -> PublishError {
        self.doubt_topics();
        let names = Names { topic_prefix: &self.publish.topic_prefix, transactional_id: &self.ledger.transactional_id };
        self.error(Column::Held, &column::advised(code, reason, names))
    }

    /// Says what a fatal error of a producer means: the next one goes on, unless it would meet the same refusal.
    fn renewed_after(&mut self, code: RDKafkaErrorCode, reason: &str) -> PublishError {
        match Column::of(code) {
            Column::Held => self.hold(Some(code), reason),
            _ => self.error(Column::Retriable, &format!("producer renewed after: {reason}")),
        }
    }

    /// Replaces a spent producer: a new one asks for the topics anew, and reads secrets that may have been rotated.
    async fn renew(&mut self) -> Result<(), PublishError> {
        if !self.is_spent {
            return Ok(());
        }
        let config = self.config.producer_config(&self.ledger.transactional_id);
        let renewed = config.and_then(|config| Client::new(&config));
        let client = renewed.map_err(|err| self.error(Column::Held, &err.to_string()))?;
        let spent = std::mem::replace(&mut self.client, client);
        self.is_spent = false;
        self.ledger.position = None;
        self.ledger.is_open = false;
        // Closing waits for the client's threads.
        let closed = tokio::task::spawn_blocking(move || drop(spent)).await;
        closed.map_err(|err| self.error(Column::Retriable, &err.to_string()))
    }

    async fn deliver(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        match self.config.delivery {
            Delivery::ExactlyOnce => self.publish_exactly_once(records).await,
            Delivery::AtLeastOnce => self.publish_at_least_once(records).await,
        }
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
    fn attach(&mut self, origin: Origin) {
        self.ledger.seq_max = origin.last_seq;
        self.ledger.origin = Some(origin);
    }

    async fn publish(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        #[cfg(feature = "schema-registry")]
        if let Some(encoder) = &mut self.encoder {
            let encoded = encoder.encode(records, self.ledger.origin.as_ref()).await.map_err(|refused| {
                let column = if refused.is_passing { Column::Retriable } else { Column::Held };
                self.error(column, &refused.reason)
            })?;
            let mut outcomes = self.deliver(&encoded.records).await?;
            for (index, reason) in encoded.misfits {
                outcomes[index] = Outcome::DeadLettered { code: wire::MISFIT.to_owned(), reason };
            }
            return Ok(outcomes);
        }
        self.deliver(records).await
    }

    fn vitals(&self) -> Option<Vitals> {
        self.client.producer().context().vitals()
    }
}
