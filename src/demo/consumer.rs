//! Owns the demo's consumer: a client of the broker like any other, on a thread of its own. It sees what any downstream
//! consumer sees, and nothing of the pipeline.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio::sync::mpsc;

use crate::publish::Record;

/// How long a broker may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the thread waits for a record before it looks whether anyone still listens.
const POLL: Duration = Duration::from_millis(100);

/// One record as the broker gave it.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its `seq` is 0: that number is the outbox's and never leaves it.
    pub record: Record,
    pub partition: i32,
    pub offset: i64,
}

/// Why nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    #[error("reach {brokers}")]
    Unreachable {
        brokers: String,
        #[source]
        source: KafkaError,
    },
    #[error("read from {brokers}")]
    Read {
        brokers: String,
        #[source]
        source: KafkaError,
    },
}

/// A consumer that knows where it begins.
pub struct Consumer {
    client: BaseConsumer,
    brokers: String,
    /// Topics that are not read yet; they may not exist.
    absent: Vec<String>,
    /// Where existing topics ended when the consumer was opened, by topic and partition: older records are not the demo's.
    ends: BTreeMap<(String, i32), i64>,
}

impl Consumer {
    /// Connects and notes where the topics end. Blocks until the broker answers.
    ///
    /// # Errors
    /// [`ConsumerError`] when no broker answers.
    pub fn open(brokers: &str, topics: Vec<String>) -> Result<Self, ConsumerError> {
        let unreachable = |source| ConsumerError::Unreachable { brokers: brokers.to_owned(), source };
        let client: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("client.id", "hotline-demo-consumer")
            // Partitions are assigned by hand, nothing is committed; the client wants a name all the same.
            .set("group.id", "hotline-demo")
            .set("enable.auto.commit", "false")
            .set("isolation.level", "read_committed")
            .set("fetch.wait.max.ms", "100")
            .set("reconnect.backoff.max.ms", "1000")
            .create()
            .map_err(unreachable)?;
        let mut consumer = Self { client, brokers: brokers.to_owned(), absent: topics, ends: BTreeMap::new() };
        for (topic, partitions) in consumer.present().map_err(unreachable)? {
            for partition in partitions {
                let marks = consumer.client.fetch_watermarks(&topic, partition, ANSWER_TIMEOUT);
                let (_, end) = marks.map_err(unreachable)?;
                consumer.ends.insert((topic.clone(), partition), end);
            }
        }
        Ok(consumer)
    }

    /// Hands on every record until the receiver is gone. Blocks its thread.
    ///
    /// # Errors
    /// [`ConsumerError`] when the client cannot go on.
    pub fn follow(mut self, received: &mpsc::Sender<Received>) -> Result<(), ConsumerError> {
        while !received.is_closed() {
            if !self.absent.is_empty() {
                self.assign()?;
            }
            let message = match self.client.poll(POLL) {
                None => continue,
                Some(Ok(message)) => message,
                Some(Err(source)) if is_fatal(&source) => return Err(self.failed(source)),
                Some(Err(err)) => {
                    tracing::debug!(error = %err, "the demo's consumer waits for the broker");
                    continue;
                }
            };
            // Whoever listened may have gone in between.
            if received.blocking_send(Received::new(&message)).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Begins to read the topics that have come into being.
    fn assign(&mut self) -> Result<(), ConsumerError> {
        let present = self.present().map_err(|source| self.failed(source))?;
        let mut list = TopicPartitionList::new();
        for (topic, partitions) in &present {
            for partition in partitions {
                let end = self.ends.get(&(topic.clone(), *partition)).copied();
                let from = end.map_or(Offset::Beginning, Offset::Offset);
                list.add_partition_offset(topic, *partition, from).map_err(|source| self.failed(source))?;
            }
            self.absent.retain(|absent| absent != topic);
        }
        if list.count() > 0 {
            self.client.incremental_assign(&list).map_err(|source| self.failed(source))?;
        }
        Ok(())
    }

    /// Returns those absent topics that exist now. Asks for all topics: asking for one by name may create it.
    fn present(&self) -> Result<Vec<(String, Vec<i32>)>, KafkaError> {
        let metadata = self.client.fetch_metadata(None, ANSWER_TIMEOUT)?;
        let known = metadata.topics().iter().filter(|topic| self.absent.iter().any(|absent| absent == topic.name()));
        let numbered = known.map(|topic| {
            let partitions = topic.partitions().iter().map(rdkafka::metadata::MetadataPartition::id);
            (topic.name().to_owned(), partitions.collect())
        });
        Ok(numbered.collect())
    }

    fn failed(&self, source: KafkaError) -> ConsumerError {
        ConsumerError::Read { brokers: self.brokers.clone(), source }
    }
}

impl Received {
    fn new(message: &BorrowedMessage<'_>) -> Self {
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
        Self {
            record: Record {
                seq: 0,
                topic: message.topic().to_owned(),
                key: text(message.key()),
                headers: headers.map(|header| (header.key.to_owned(), text(header.value))).collect(),
                value: message.payload().unwrap_or_default().to_vec(),
            },
            partition: message.partition(),
            offset: message.offset(),
        }
    }
}

fn is_fatal(error: &KafkaError) -> bool {
    matches!(error, KafkaError::MessageConsumptionFatal(_))
}
