//! Owns the progress record: how far a publisher came, committed in Kafka together with the records it speaks of.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};
use serde::{Deserialize, Serialize};

use crate::publish::Record;

/// Grows when a field changes its meaning.
pub(super) const VERSION: u32 = 1;
/// One partition: whoever starts reads all of it.
const PARTITION: i32 = 0;
const POLL: Duration = Duration::from_millis(100);
const READ_MAX: Duration = Duration::from_mins(1);
const NEW_TOPIC_WAIT: Duration = Duration::from_secs(5);
const WATERMARK_TIMEOUT: Duration = Duration::from_secs(10);

/// All records of one store up to this seq are in Kafka.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) seq: u64,
    pub(super) store_id: String,
    pub(super) version: u32,
}

/// How much of the topic is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is committed by now; a transaction that is open, of whomever, is not waited for.
    Stable,
    /// All, after the open transactions below the true end have ended.
    Whole,
}

impl Progress {
    /// Makes the record that is sent last in a transaction.
    #[expect(clippy::expect_used, reason = "a struct of numbers and strings always has a JSON form")]
    pub(super) fn record(&self, topic: &str, transactional_id: &str) -> Record {
        let value = serde_json::to_vec(self).expect("numbers and strings serialize");
        Record {
            seq: 0,
            topic: topic.to_owned(),
            key: transactional_id.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            value,
        }
    }
}

/// Reads the last committed progress of `transactional_id`. Blocks; call it off the async threads.
///
/// The true end comes from a consumer that sees uncommitted records, too; the one that sees committed records only has
/// read all when its position has passed that end. An empty poll or the end of the partition prove nothing: both also
/// happen before a transaction that is still open.
pub(super) fn read(
    client_config: &ClientConfig,
    topic: &str,
    transactional_id: &str,
    extent: Extent,
) -> Result<Option<Progress>, KafkaError> {
    let consumer = |isolation: &str| -> Result<BaseConsumer, KafkaError> {
        let mut config = client_config.clone();
        config
            .set("group.id", transactional_id)
            .set("isolation.level", isolation)
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest");
        config.create()
    };
    let committed = consumer("read_committed")?;
    let (low, end) = match extent {
        // Asked with this isolation level, a broker names the last stable offset.
        Extent::Stable => watermarks(&committed, topic)?,
        Extent::Whole => watermarks(&consumer("read_uncommitted")?, topic)?,
    };
    if low >= end {
        return Ok(None);
    }
    let mut assignment = TopicPartitionList::new();
    assignment.add_partition_offset(topic, PARTITION, Offset::Offset(low))?;
    committed.assign(&assignment)?;
    let deadline = Instant::now() + READ_MAX;
    let mut last = None;
    loop {
        match committed.poll(POLL) {
            Some(Ok(message)) => {
                if message.key() == Some(transactional_id.as_bytes()) {
                    // What this version cannot read is not progress it may go by: the caller sees the version.
                    last = message.payload().and_then(parse);
                }
            }
            // A right on consumer groups is not needed: nothing is committed in one.
            Some(Err(err)) if err.rdkafka_error_code() == Some(RDKafkaErrorCode::GroupAuthorizationFailed) => {}
            Some(Err(KafkaError::PartitionEOF(_))) | None => {}
            Some(Err(err)) if is_passing(&err) => {}
            Some(Err(err)) => return Err(err),
        }
        let position = committed.position()?;
        let at = position.find_partition(topic, PARTITION).map(|partition| partition.offset());
        if matches!(at, Some(Offset::Offset(at)) if at >= end) {
            return Ok(last);
        }
        if Instant::now() >= deadline {
            return Err(KafkaError::MessageConsumption(RDKafkaErrorCode::OperationTimedOut));
        }
    }
}

/// Asks for the ends of the partition; a topic that was just created takes a moment until it has a leader.
fn watermarks(consumer: &BaseConsumer, topic: &str) -> Result<(i64, i64), KafkaError> {
    use RDKafkaErrorCode as Code;
    let deadline = Instant::now() + NEW_TOPIC_WAIT;
    loop {
        match consumer.fetch_watermarks(topic, PARTITION, WATERMARK_TIMEOUT) {
            Err(err)
                if Instant::now() < deadline
                    && matches!(
                        err.rdkafka_error_code(),
                        Some(
                            Code::UnknownPartition
                                | Code::UnknownTopic
                                | Code::UnknownTopicOrPartition
                                | Code::LeaderNotAvailable
                                | Code::NotLeaderForPartition
                        )
                    ) =>
            {
                std::thread::sleep(POLL);
            }
            result => return result,
        }
    }
}

fn parse(payload: &[u8]) -> Option<Progress> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    serde_json::from_slice(payload).ok().or_else(|| {
        let Versioned { version } = serde_json::from_slice(payload).ok()?;
        Some(Progress { seq: 0, store_id: String::new(), version })
    })
}

/// The client reconnects by itself.
fn is_passing(err: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        err.rdkafka_error_code(),
        Some(Code::BrokerTransportFailure | Code::AllBrokersDown | Code::OperationTimedOut | Code::Resolve)
    )
}
