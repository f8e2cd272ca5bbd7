//! Owns the topics: that they exist, and that what they are set to keeps the records.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer;
use serde::Deserialize;

use super::client::Client;
use super::column::{self, Column, Names};
use super::context::Context;
use super::transaction::progress_topic;
use super::{Config, ConfigError, Delivery, Problem};
use crate::publish::message::{articles_topic, dlq_topic, events_topic, latest_topic};

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
    /// The cluster does not let this client in, or the client does not trust the cluster; `reason` says what to do.
    #[error("reach {brokers}: {reason}")]
    Refused { brokers: String, reason: String },
    #[error(
        "topic {topic} does not exist, or the Kafka user may not see it: create it, or set `kafka.topics.ensure = \"create\"`"
    )]
    Missing { topic: String },
    #[error("create topic {topic}: {reason}")]
    NotCreated { topic: String, reason: String },
    #[error("topic {topic}: {advice}")]
    Unsuitable { topic: String, advice: String },
    /// The schema registry is away, or refuses the login.
    #[error("ask schema registry {url}: {reason}")]
    Registry { url: String, reason: String },
    #[error(
        "subject {subject}: the registry would refuse hotline's {format} schema, and delivery would hold: {reason}; remove \
         what is registered there if nobody reads it, or deliver under another `publish.topic_prefix`"
    )]
    Incompatible { subject: String, format: &'static str, reason: String },
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

/// Connects and checks the topics without creating any, then asks the schema registry, if there is one, whether it would
/// take the schemas; returns notes in words. What `check --online` runs.
///
/// # Errors
/// [`EnsureError`] when no broker answers, or a topic is missing (unless the daemon would create it) or unsuitable; when the
/// registry does not answer, or would refuse a schema.
pub async fn check_online(config: &Config, publish: &crate::publish::Config) -> Result<Vec<String>, EnsureError> {
    let absent = if config.topics.ensure == Ensure::Check { Absent::Refuse } else { Absent::Note };
    let notes = ensure(config, publish, absent).await?;
    #[cfg(feature = "schema-registry")]
    if let Some(registry) = &config.schema_registry {
        let encoder = super::wire::Encoder::open(registry, config, &publish.topic_prefix)?;
        return Ok([notes, encoder.check(publish).await?].concat());
    }
    Ok(notes)
}

/// What is done about a topic that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Create,
    Refuse,
    Note,
}

/// What a topic holds, and so how it must be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Events,
    Latest,
    Articles,
    DeadLetters,
    Progress,
}

/// A topic the daemon writes to.
#[derive(Debug)]
struct Wanted {
    role: Role,
    topic: String,
}

/// A topic as the cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Present {
    topic: String,
    n_partitions: usize,
    n_replicas: usize,
}

impl Wanted {
    fn all(config: &Config, publish: &crate::publish::Config) -> Vec<Self> {
        let prefix = &publish.topic_prefix;
        let mut wanted = vec![
            Self { role: Role::Events, topic: events_topic(prefix) },
            Self { role: Role::Articles, topic: articles_topic(prefix) },
            Self { role: Role::DeadLetters, topic: dlq_topic(prefix) },
        ];
        if publish.events_latest {
            wanted.push(Self { role: Role::Latest, topic: latest_topic(prefix) });
        }
        if config.delivery == Delivery::ExactlyOnce {
            wanted.push(Self { role: Role::Progress, topic: progress_topic(prefix) });
        }
        wanted
    }

    fn partitions(&self, topics: &Topics) -> i32 {
        // Whoever starts reads all of the progress, from one place.
        if self.role == Role::Progress { 1 } else { topics.partitions }
    }
}

/// Brings the topics into the state they must have and returns notes in words.
pub(super) async fn ensure(
    config: &Config,
    publish: &crate::publish::Config,
    absent: Absent,
) -> Result<Vec<String>, EnsureError> {
    let brokers = config.brokers.clone().unwrap_or_default();
    let client_config = config.client_config()?;
    let existing = existing_topics(client_config.clone(), publish, &brokers).await?;
    let admin: AdminClient<Context> = client_config
        .create_with_context(Context::default())
        .map_err(|err| ConfigError::Refused { reason: err.to_string() })?;
    let wanted = Wanted::all(config, publish);
    let mut notes = vec![format!("{brokers} answers")];
    let mut present: Vec<(&Wanted, Option<&Present>)> = Vec::new();
    for one in &wanted {
        let topic = &one.topic;
        let known = existing.iter().find(|known| known.topic == *topic);
        match (known, absent) {
            (Some(known), _) => notes.push(partition_note(one, known, &config.topics)?),
            (None, Absent::Create) => {
                create(&admin, one, config).await?;
                notes.push(format!("topic {topic}: created with {} partitions", one.partitions(&config.topics)));
            }
            (None, Absent::Refuse) => return Err(EnsureError::Missing { topic: topic.clone() }),
            (None, Absent::Note) => {
                notes.push(format!("topic {topic}: does not exist yet"));
                continue;
            }
        }
        present.push((one, known));
    }
    let names = present.iter().map(|(one, _)| ResourceSpecifier::Topic(&one.topic));
    let specifiers: Vec<ResourceSpecifier<'_>> = names.collect();
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
    for ((one, known), resource) in present.into_iter().zip(resources) {
        match resource {
            Ok(resource) => {
                check_settings(one, &resource, publish.value_bytes_max)?;
                notes.extend(check_replicas(one, known, &resource)?);
            }
            Err(code) => notes.push(format!("topic {}: settings not readable: {code}", one.topic)),
        }
    }
    Ok(notes)
}

/// Says how many partitions a topic has; more or fewer than configured change nothing but where a key goes.
fn partition_note(wanted: &Wanted, present: &Present, topics: &Topics) -> Result<String, EnsureError> {
    let (topic, n_partitions) = (&wanted.topic, present.n_partitions);
    let expected = wanted.partitions(topics);
    if i32::try_from(n_partitions) == Ok(expected) {
        return Ok(format!("topic {topic}: {n_partitions} partitions"));
    }
    if wanted.role == Role::Progress {
        let advice = format!("it has {n_partitions} partitions and must have one: delete and create it anew");
        return Err(EnsureError::Unsuitable { topic: topic.clone(), advice });
    }
    Ok(format!("topic {topic}: {n_partitions} partitions, `kafka.topics.partitions` is {expected}"))
}

/// Asks for all topics: asking for one by name may create it. A producer asks, not the admin client: its thread hears
/// the client's own errors, which say more than "transport failure".
async fn existing_topics(
    client_config: ClientConfig,
    publish: &crate::publish::Config,
    brokers: &str,
) -> Result<Vec<Present>, EnsureError> {
    let unreachable = |reason: String| EnsureError::Unreachable { brokers: brokers.to_owned(), reason };
    let refused = |(code, reason): (RDKafkaErrorCode, String)| {
        let names = Names { topic_prefix: &publish.topic_prefix, transactional_id: &publish.transactional_id() };
        EnsureError::Refused { brokers: brokers.to_owned(), reason: column::advised(Some(code), &reason, names) }
    };
    let fetched = tokio::task::spawn_blocking(move || {
        let producer = Client::new(&client_config)?.producer().clone();
        let mut n_tries = 0;
        loop {
            n_tries += 1;
            let err = match producer.client().fetch_metadata(None, METADATA_TIMEOUT) {
                Ok(metadata) => {
                    let topics = metadata.topics().iter();
                    let present = topics.map(|topic| Present {
                        topic: topic.name().to_owned(),
                        n_partitions: topic.partitions().len(),
                        n_replicas: topic.partitions().first().map_or(0, |first| first.replicas().len()),
                    });
                    return Ok(Ok(present.collect::<Vec<_>>()));
                }
                Err(err) => err,
            };
            let refusal = producer.context().refusal();
            let reason = producer.context().last_error();
            if refusal.is_some() || n_tries == METADATA_TRIES || (n_tries > 1 && reason.is_some()) {
                return Ok(Err((refusal, reason.unwrap_or_else(|| err.to_string()))));
            }
        }
    });
    let fetched: Result<_, ConfigError> = fetched.await.map_err(|err| unreachable(err.to_string()))?;
    fetched?.map_err(|(refusal, reason)| refusal.map_or_else(|| unreachable(reason), refused))
}

async fn create(admin: &AdminClient<Context>, wanted: &Wanted, config: &Config) -> Result<(), EnsureError> {
    let topics = &config.topics;
    let retention_ms = topics.retention.as_millis().to_string();
    let topic = &wanted.topic;
    let new = NewTopic::new(topic, wanted.partitions(topics), TopicReplication::Fixed(topics.replication));
    let new = match wanted.role {
        Role::Events | Role::DeadLetters => new.set("cleanup.policy", "delete").set("retention.ms", &retention_ms),
        Role::Articles => new.set("cleanup.policy", "compact,delete").set("retention.ms", &retention_ms),
        // The newest segment is never compacted: a new one each day.
        Role::Latest => new.set("cleanup.policy", "compact").set("segment.ms", "86400000"),
        // Small segments, or what was compacted away is still read at each start.
        Role::Progress => {
            new.set("cleanup.policy", "compact").set("segment.bytes", "4194304").set("segment.ms", "3600000")
        }
    };
    let not_created = |code: Option<RDKafkaErrorCode>, reason: String| {
        let brokers = config.brokers.clone().unwrap_or_default();
        match code.map_or(Column::Retriable, Column::of) {
            Column::Retriable => {
                EnsureError::Unreachable { brokers, reason: format!("create topic {topic}: {reason}") }
            }
            _ => EnsureError::NotCreated { topic: topic.clone(), reason },
        }
    };
    let results = admin.create_topics([&new], &options()).await;
    let results = results.map_err(|err| not_created(err.rdkafka_error_code(), err.to_string()))?;
    for result in results {
        match result {
            // Another daemon was faster.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((
                _,
                code @ (RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed),
            )) => {
                let advice =
                    "create it beforehand and allow the Kafka user WRITE and DESCRIBE on it, or allow it CREATE";
                return Err(not_created(Some(code), format!("{code}: {advice}")));
            }
            Err((_, code)) => return Err(not_created(Some(code), code.to_string())),
        }
    }
    Ok(())
}

fn check_settings(wanted: &Wanted, resource: &ConfigResource, value_bytes_max: usize) -> Result<(), EnsureError> {
    let unsuitable = |advice: String| Err(EnsureError::Unsuitable { topic: wanted.topic.clone(), advice });
    let policy = value(resource, "cleanup.policy");
    match wanted.role {
        Role::Events if policy.contains("compact") => {
            return unsuitable(format!("cleanup.policy is {policy}: compaction drops revisions, set it to delete"));
        }
        Role::Latest if !policy.is_empty() && policy != "compact" => {
            return unsuitable(format!(
                "cleanup.policy is {policy}: the state of events that no longer change would go, set it to compact"
            ));
        }
        Role::DeadLetters if policy.contains("compact") => {
            return unsuitable(format!("cleanup.policy is {policy}: compaction drops dead letters, set it to delete"));
        }
        Role::Progress if !policy.is_empty() && policy != "compact" => {
            return unsuitable(format!("cleanup.policy is {policy}: progress must not expire, set it to compact"));
        }
        _ => {}
    }
    let needed = value_bytes_max as u64 + RECORD_OVERHEAD_BYTES;
    if wanted.role != Role::Progress
        && let Ok(bytes_max) = value(resource, "max.message.bytes").parse::<u64>()
        && bytes_max < needed
    {
        return unsuitable(format!(
            "max.message.bytes is {bytes_max}: raise it to {needed}, or lower `publish.value_bytes_max`"
        ));
    }
    Ok(())
}

/// Compares min.insync.replicas with the replicas there are: too many stop every write, one makes `acks=all` one broker's
/// word.
fn check_replicas(
    wanted: &Wanted,
    present: Option<&Present>,
    resource: &ConfigResource,
) -> Result<Option<String>, EnsureError> {
    let topic = &wanted.topic;
    let Some(present) = present else { return Ok(None) };
    let Ok(min_insync) = value(resource, "min.insync.replicas").parse::<usize>() else { return Ok(None) };
    let n_replicas = present.n_replicas;
    if min_insync > n_replicas && n_replicas > 0 {
        let advice = format!(
            "min.insync.replicas is {min_insync} and there are {n_replicas} replicas: no record can be written, lower it \
             or add replicas"
        );
        return Err(EnsureError::Unsuitable { topic: topic.clone(), advice });
    }
    let is_weak = min_insync == 1 && n_replicas > 1;
    Ok(is_weak.then(|| {
        format!(
            "topic {topic}: min.insync.replicas is 1 of {n_replicas}: one broker lost may lose records, set it to 2"
        )
    }))
}

fn value(resource: &ConfigResource, name: &str) -> String {
    resource.get(name).and_then(|entry| entry.value.clone()).unwrap_or_default()
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(ADMIN_TIMEOUT)).operation_timeout(Some(ADMIN_TIMEOUT))
}
