//! Facts about a transaction that breaks: what broke it is said, and the next one has all records.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::sync::Arc;

use hotline::clock::SystemClock;
use hotline::publish::kafka::{Config as KafkaConfig, Kafka};
use hotline::publish::message::Envelope;
use hotline::publish::{Config, Origin, Outcome, Publish as _, PublishError, Record};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

/// The cluster in the process: faithful enough for errors, which it gives on demand.
struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
}

impl Cluster {
    fn start() -> Self {
        let mock = MockCluster::new(1).unwrap();
        for topic in ["hotline.events.v1", "hotline.progress"] {
            mock.create_topic(topic, 1, 1).unwrap();
        }
        Self { mock }
    }

    fn sink(&self) -> Kafka {
        let text = format!(
            "brokers = \"{}\"\ndelivery_timeout = \"2s\"\ntopics.ensure = \"skip\"",
            self.mock.bootstrap_servers()
        );
        let config: KafkaConfig = toml::from_str(&text).unwrap();
        let mut sink = Kafka::open(&config, &Config::default()).unwrap();
        sink.attach(Origin {
            store_id: "STORE".to_owned(),
            last_seq: 100,
            envelope: Envelope::new(&Config::default(), "core-1"),
            clock: Arc::new(SystemClock),
        });
        sink
    }

    /// The next transaction's first partition is answered so.
    fn refuses_partitions(&self, error: RDKafkaRespErr) {
        self.mock.request_errors(RDKafkaApiKey::AddPartitionsToTxn, &[error; 4]);
    }

    fn takes_partitions(&self) {
        self.mock.clear_request_errors(RDKafkaApiKey::AddPartitionsToTxn);
    }
}

fn records(seqs: std::ops::RangeInclusive<u64>) -> Vec<Record> {
    let record = |seq: u64| Record {
        seq,
        topic: "hotline.events.v1".to_owned(),
        key: format!("k{}", seq % 3),
        headers: Vec::new(),
        value: seq.to_string().into_bytes(),
    };
    seqs.map(record).collect()
}

fn are_acked(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome, Outcome::Acked { offset: Some(_), .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_a_transaction_is_said_and_the_next_one_goes_on() {
    let cluster = Cluster::start();
    let mut sink = cluster.sink();
    assert!(are_acked(&sink.publish(&records(1..=5)).await.unwrap()));
    cluster.refuses_partitions(RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    let err = sink.publish(&records(6..=10)).await.unwrap_err();
    // The records themselves only hear that their time is up, or that they were taken out of the queue.
    let said = err.to_string();
    assert!(matches!(err, PublishError::Held { .. }) && said.contains("opic authorization failed"), "{said}");
    assert!(said.contains("allow the Kafka user WRITE and DESCRIBE"), "{said}");
    cluster.takes_partitions();
    assert!(are_acked(&sink.publish(&records(6..=10)).await.unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn publisher_that_is_fenced_in_a_transaction_must_not_go_on() {
    let cluster = Cluster::start();
    let mut sink = cluster.sink();
    assert!(are_acked(&sink.publish(&records(1..=5)).await.unwrap()));
    cluster.refuses_partitions(RDKafkaRespErr::RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    let err = sink.publish(&records(6..=10)).await.unwrap_err();
    let said = err.to_string();
    assert!(matches!(err, PublishError::Fatal { .. }), "{said}");
    assert!(said.contains("another daemon has taken over transactional id hotline.local"), "{said}");
}
