//! Owns the topics: that they exist, and that what they are set to keeps the records.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer;
use serde::Deserialize;

use super::context::Context;
use super::{Config, ConfigError, Problem};
use crate::publish::message::{articles_topic, dlq_topic, events_topic};

const ADMIN_TIMEOUT: Duration = Duration::from_secs(10);
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);
/// A broker that says nothing is asked this often; one that refuses, twice.
const METADATA_TRIES: u32 = 10;
/// Bytes a record needs besides its value: key, headers, the batch around it.
const RECORD_OVERHEAD_BYTES: u64 = 4_096;

/// What is done about topics before the first record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Topics {
    /// Default `create`.
    pub ensure: Ensure,
    /// Partitions of a topic that is created. Default 6.
    pub partitions: i32,
    /// Replicas of a topic that is created; -1 is the broker's default. Default -1.
    pub replication: i32,
    /// How long events and dead letters are kept in a topic that is created. Default 720 h.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retention: Duration,
}

impl Default for Topics {
    fn default() -> Self {
        Self { ensure: Ensure::Create, partitions: 6, replication: -1, retention: Duration::from_hours(720) }
    }
}

/// What is done about topics before the first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ensure {
    /// They must exist and be set so that nothing is lost.
    Check,
    /// As check, and those missing are created.
    Create,
    Skip,
}

/// Why the topics are not as they must be.
#[derive(Debug, thiserror::Error)]
pub enum EnsureError {
    #[error("reach {brokers}: {reason}")]
    Unreachable { brokers: String, reason: String },
    #[error("topic {topic} does not exist: create it, or set `kafka.topics.ensure = \"create\"`")]
    Missing { topic: String },
    #[error("create topic {topic}: {reason}")]
    NotCreated { topic: String, reason: String },
    #[error("topic {topic}: {advice}")]
    Unsuitable { topic: String, advice: String },
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Topics {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |key: &str, message: &str| {
            problems.push(Problem { key: format!("topics.{key}"), message: message.to_owned() });
        };
        if self.partitions < 1 {
            report("partitions", "must be at least 1");
        }
        if self.replication == 0 || self.replication < -1 {
            report("replication", "must be at least 1, or -1 for the broker's default");
        }
        if self.retention < Duration::from_hours(1) {
            report("retention", "must be at least one hour");
        }
        problems
    }
}

/// Connects and checks the topics without creating any; returns notes in words. What `check --online` runs.
///
/// # Errors
/// [`EnsureError`] when no broker answers, or a topic is missing (unless the daemon would create it) or unsuitable.
pub async fn check_online(config: &Config, publish: &crate::publish::Config) -> Result<Vec<String>, EnsureError> {
    let absent = if config.topics.ensure == Ensure::Check { Absent::Refuse } else { Absent::Note };
    ensure(config, &publish.topic_prefix, publish.value_bytes_max, absent).await
}

/// What is done about a topic that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Create,
    Refuse,
    Note,
}

/// Brings the topics into the state they must have and returns notes in words.
pub(super) async fn ensure(
    config: &Config,
    topic_prefix: &str,
    value_bytes_max: usize,
    absent: Absent,
) -> Result<Vec<String>, EnsureError> {
    let brokers = config.brokers.clone().unwrap_or_default();
    let client_config = config.client_config()?;
    let existing = existing_topics(client_config.clone(), &brokers).await?;
    let admin: AdminClient<Context> = client_config
        .create_with_context(Context::default())
        .map_err(|err| ConfigError::Refused { reason: err.to_string() })?;
    let wanted = [events_topic(topic_prefix), articles_topic(topic_prefix), dlq_topic(topic_prefix)];
    let mut notes = vec![format!("{brokers} answers")];
    let mut present = Vec::new();
    for topic in &wanted {
        let partitions = existing.iter().find(|(name, _)| name == topic).map(|(_, n_partitions)| *n_partitions);
        match (partitions, absent) {
            (Some(n_partitions), _) => notes.push(format!("topic {topic}: {n_partitions} partitions")),
            (None, Absent::Create) => {
                create(&admin, topic, topic_prefix, &config.topics).await?;
                notes.push(format!("topic {topic}: created with {} partitions", config.topics.partitions));
            }
            (None, Absent::Refuse) => return Err(EnsureError::Missing { topic: topic.clone() }),
            (None, Absent::Note) => {
                notes.push(format!("topic {topic}: does not exist yet"));
                continue;
            }
        }
        present.push(topic.as_str());
    }
    let specifiers: Vec<ResourceSpecifier<'_>> = present.iter().map(|topic| ResourceSpecifier::Topic(topic)).collect();
    if specifiers.is_empty() {
        return Ok(notes);
    }
    let described = admin.describe_configs(&specifiers, &options()).await;
    // Describing needs a right of its own that a producer may well not have.
    let resources = match described {
        Ok(resources) => resources,
        Err(err) => {
            notes.push(format!("topic settings not readable: {err}"));
            return Ok(notes);
        }
    };
    for (topic, resource) in present.into_iter().zip(resources) {
        match resource {
            Ok(resource) => check_settings(topic, topic_prefix, &resource, value_bytes_max)?,
            Err(code) => notes.push(format!("topic {topic}: settings not readable: {code}")),
        }
    }
    Ok(notes)
}

/// Asks for all topics: asking for one by name may create it. A producer asks, not the admin client: its thread hears
/// the client's own errors, which say more than "transport failure".
async fn existing_topics(client_config: ClientConfig, brokers: &str) -> Result<Vec<(String, usize)>, EnsureError> {
    let unreachable = |reason: String| EnsureError::Unreachable { brokers: brokers.to_owned(), reason };
    let fetched = tokio::task::spawn_blocking(move || {
        let producer = super::new_producer(&client_config)?;
        let mut n_tries = 0;
        loop {
            n_tries += 1;
            let err = match producer.client().fetch_metadata(None, METADATA_TIMEOUT) {
                Ok(metadata) => {
                    let topics = metadata.topics().iter();
                    let counted = topics.map(|topic| (topic.name().to_owned(), topic.partitions().len()));
                    return Ok(Ok(counted.collect::<Vec<_>>()));
                }
                Err(err) => err,
            };
            let reason = producer.context().last_error();
            if n_tries == METADATA_TRIES || (n_tries > 1 && reason.is_some()) {
                return Ok(Err(reason.unwrap_or_else(|| err.to_string())));
            }
        }
    });
    let fetched: Result<_, ConfigError> = fetched.await.map_err(|err| unreachable(err.to_string()))?;
    fetched?.map_err(unreachable)
}

async fn create(
    admin: &AdminClient<Context>,
    topic: &str,
    topic_prefix: &str,
    topics: &Topics,
) -> Result<(), EnsureError> {
    let retention_ms = topics.retention.as_millis().to_string();
    let cleanup = if topic == articles_topic(topic_prefix) { "compact,delete" } else { "delete" };
    let new = NewTopic::new(topic, topics.partitions, TopicReplication::Fixed(topics.replication))
        .set("cleanup.policy", cleanup)
        .set("retention.ms", &retention_ms);
    let not_created = |reason: String| EnsureError::NotCreated { topic: topic.to_owned(), reason };
    let results = admin.create_topics([&new], &options()).await.map_err(|err| not_created(err.to_string()))?;
    for result in results {
        match result {
            // Another daemon was faster.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((_, code)) => return Err(not_created(code.to_string())),
        }
    }
    Ok(())
}

fn check_settings(
    topic: &str,
    topic_prefix: &str,
    resource: &ConfigResource,
    value_bytes_max: usize,
) -> Result<(), EnsureError> {
    let unsuitable = |advice: String| Err(EnsureError::Unsuitable { topic: topic.to_owned(), advice });
    let value = |name: &str| resource.get(name).and_then(|entry| entry.value.clone()).unwrap_or_default();
    let policy = value("cleanup.policy");
    if topic == events_topic(topic_prefix) && policy.contains("compact") {
        return unsuitable(format!("cleanup.policy is {policy}: compaction drops revisions, set it to delete"));
    }
    let needed = value_bytes_max as u64 + RECORD_OVERHEAD_BYTES;
    if let Ok(bytes_max) = value("max.message.bytes").parse::<u64>()
        && bytes_max < needed
    {
        return unsuitable(format!(
            "max.message.bytes is {bytes_max}: raise it to {needed}, or lower `publish.value_bytes_max`"
        ));
    }
    Ok(())
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(ADMIN_TIMEOUT)).operation_timeout(Some(ADMIN_TIMEOUT))
}
