//! Owns the broker that the demo delivers to: librdkafka's in-process cluster, or the one the user names.

use rdkafka::error::KafkaError;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use crate::publish::message::{articles_topic, dlq_topic, events_topic};

/// Partitions of each topic of the in-process cluster.
const PARTITIONS: i32 = 3;

/// Where the records go.
pub enum Broker {
    /// Real sockets and the real protocol in this process. It keeps 5 MiB a partition and has no admin requests.
    InProcess(MockCluster<'static, DefaultProducerContext>),
    Named(String),
}

impl Broker {
    /// Starts the in-process cluster with hotline's topics.
    ///
    /// # Errors
    /// When librdkafka cannot start it.
    pub fn in_process(topic_prefix: &str) -> Result<Self, KafkaError> {
        let cluster = MockCluster::new(1)?;
        for topic in topics(topic_prefix) {
            cluster.create_topic(&topic, PARTITIONS, 1)?;
        }
        Ok(Self::InProcess(cluster))
    }

    /// Returns `HOST:PORT`, several separated by commas.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::InProcess(cluster) => cluster.bootstrap_servers(),
            Self::Named(brokers) => brokers.clone(),
        }
    }
}

/// Returns the topics that records go to.
#[must_use]
pub fn topics(prefix: &str) -> Vec<String> {
    vec![events_topic(prefix), articles_topic(prefix), dlq_topic(prefix)]
}
