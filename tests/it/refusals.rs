//! Facts about a cluster that refuses, on a real broker: nothing is lost, what to do is said, and delivery goes on
//! without a restart once it is done.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hotline::clock::SystemClock;
use hotline::publish::kafka::{Config as KafkaConfig, EnsureError, Kafka, check_online};
use hotline::publish::message::Envelope;
use hotline::publish::{Config, Origin, Outcome, Publish as _, PublishError, Record};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;

use super::broker::{Broker, Operation, Resource, Right, free_ports};
use super::daemon::{Site, get, status_says};
use super::exactly_once::read_committed;
use super::publish::fresh_prefix;

const USER: &str = "hotline";
const PASSWORD: &str = "correct horse";

/// A broker that lets its user do only what it is allowed to.
struct Cluster {
    broker: Broker,
    /// Of the listener that asks for a password.
    port: u16,
    prefix: String,
}

impl Cluster {
    fn start(test: &str) -> Option<Self> {
        let port = free_ports(1);
        let properties = |plain: u16| {
            let listeners = format!("PLAINTEXT://127.0.0.1:{plain},SCRAM://127.0.0.1:{port}");
            format!(
                "listeners={listeners},CONTROLLER://127.0.0.1:{}\nadvertised.listeners={listeners}\n\
                 listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SCRAM:SASL_PLAINTEXT\n\
                 sasl.enabled.mechanisms=SCRAM-SHA-512\nlistener.name.scram.scram-sha-512.sasl.jaas.config=\
                 org.apache.kafka.common.security.scram.ScramLoginModule required;\n\
                 authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
                 super.users=User:ANONYMOUS\n",
                plain + 1
            )
        };
        let users = format!("SCRAM-SHA-512=[name={USER},password={PASSWORD}]");
        let broker = Broker::start(test, properties, &users)?;
        Some(Self { broker, port, prefix: fresh_prefix("hotline-refused-") })
    }

    fn topic(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    fn allow(&self, to: Operation, on: Resource, name: &str) {
        self.broker.allow(USER, &Right { to, on, name });
    }

    fn withdraw(&self, to: Operation, on: Resource, name: &str) {
        self.broker.withdraw(USER, &Right { to, on, name });
    }

    /// Allows all that delivery exactly once needs.
    fn allow_all(&self) {
        self.allow(Operation::Write, Resource::Topic, &self.prefix);
        self.allow(Operation::Read, Resource::Topic, &self.topic("progress"));
        self.allow(Operation::Write, Resource::TransactionalId, &self.prefix);
    }

    /// The `[kafka]` table that asks this cluster, with the password from this file.
    fn settings(&self, password_file: &Path, more: &str) -> String {
        format!(
            "brokers = \"127.0.0.1:{}\"\nprotocol = \"sasl_plaintext\"\ndelivery_timeout = \"3s\"\nsasl = {{ mechanism = \
             \"SCRAM-SHA-512\", username = \"{USER}\", password = {{ file = \"{}\" }} }}\n{more}",
            self.port,
            password_file.display()
        )
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        ClientConfig::new().set("bootstrap.servers", self.broker.address()).create().unwrap()
    }

    async fn create_topics(&self) {
        let names = ["events.v1", "articles.v1", "dlq.v1", "progress"].map(|name| self.topic(name));
        let topics = names.each_ref().map(|name| {
            let topic = NewTopic::new(name, 1, TopicReplication::Fixed(1));
            topic.set("cleanup.policy", if name.ends_with("progress") { "compact" } else { "delete" })
        });
        for result in self.admin().create_topics(&topics, &AdminOptions::new()).await.unwrap() {
            result.unwrap();
        }
    }

    async fn read(&self, topic: &str) -> Vec<(String, Vec<u8>)> {
        let (address, topic) = (self.broker.address(), self.topic(topic));
        tokio::task::spawn_blocking(move || read_committed(&address, &topic)).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn daemon_that_is_refused_says_what_to_do_and_goes_on_without_a_restart() {
    const N_ITEMS: usize = 12;
    let test = "daemon_that_is_refused_says_what_to_do_and_goes_on_without_a_restart";
    let Some(cluster) = Cluster::start(test) else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let password_file = folder.path().join("password");
    fs::write(&password_file, "wrong").unwrap();
    let settings = cluster.settings(&password_file, "topics.ensure = \"check\"");
    let site = Site::open(N_ITEMS, &format!("[kafka]\n{settings}")).await;
    let mut daemon = site.start_with(&format!("127.0.0.1:{}", cluster.port), &cluster.prefix, &[]);
    let address = daemon.address().await;
    let held = async |words: &[&str]| {
        status_says(&address, &format!("delivery is held: {words:?}"), |status| {
            let delivery = &status["delivery"];
            let said = delivery["error"].as_str().unwrap_or_default();
            delivery["held"] == true
                && words.iter().all(|word| said.contains(word))
                && delivery["lag_records"] == N_ITEMS
        })
        .await;
        let metrics = get(&address, "/metrics").await.unwrap();
        assert!(metrics.contains("hotline_delivery_held 1"), "{metrics}");
        assert_eq!(get(&address, "/livez").await.as_deref().map(str::trim), Some("ok"));
    };
    held(&["invalid credentials", "check the user name, mechanism and password of `kafka.sasl`"]).await;
    fs::write(&password_file, PASSWORD).unwrap();
    held(&["events.v1 does not exist, or the Kafka user may not see it", "kafka.topics.ensure"]).await;
    cluster.create_topics().await;
    cluster.allow(Operation::Write, Resource::Topic, &cluster.prefix);
    held(&["authorization failed", "WRITE and DESCRIBE on transactional id"]).await;
    cluster.allow(Operation::Write, Resource::TransactionalId, &cluster.prefix);
    status_says(&address, "all is delivered", |status| {
        let delivery = &status["delivery"];
        delivery["lag_records"] == 0 && delivery["held"] == false && delivery["error"].is_null()
    })
    .await;
    assert!(get(&address, "/metrics").await.unwrap().contains("hotline_delivery_held 0"));
    let log = daemon.log();
    assert!(log.contains("delivery is held until a person acts") && log.contains("delivery works again"), "{log}");
    let read = cluster.read("articles.v1").await;
    let keys: std::collections::BTreeSet<&str> = read.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!((read.len(), keys.len()), (N_ITEMS, N_ITEMS), "each article is there, once");
}

/// Publishes the next records of one outbox.
struct Publisher {
    sink: Kafka,
    topic: String,
    n_records: u64,
}

impl Publisher {
    async fn publish(&mut self) -> Result<(), PublishError> {
        let numbers = self.n_records + 1..=self.n_records + 10;
        let record = |seq: u64| Record {
            seq,
            topic: self.topic.clone(),
            key: format!("k{}", seq % 3),
            headers: Vec::new(),
            value: seq.to_string().into_bytes(),
        };
        let records: Vec<Record> = numbers.map(record).collect();
        let outcomes = self.sink.publish(&records).await?;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Acked { .. })), "{outcomes:?}");
        self.n_records += 10;
        Ok(())
    }

    /// Publishes what must be refused in these words, at the second attempt if not at the first.
    async fn refused(&mut self, words: &[&str]) {
        let mut err = self.publish().await.unwrap_err();
        if matches!(err, PublishError::Retriable { .. }) {
            err = self.publish().await.unwrap_err();
        }
        let said = err.to_string();
        assert!(matches!(err, PublishError::Held { .. }) && words.iter().all(|word| said.contains(word)), "{err:?}");
    }
}

/// Returns the topics there are.
fn topics(cluster: &Cluster) -> Vec<String> {
    let metadata = cluster.admin().inner().fetch_metadata(None, Duration::from_secs(10)).unwrap();
    metadata.topics().iter().map(|topic| topic.name().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn right_or_topic_that_goes_away_under_way_holds_until_it_is_back() {
    let test = "right_or_topic_that_goes_away_under_way_holds_until_it_is_back";
    let Some(cluster) = Cluster::start(test) else { return };
    cluster.allow_all();
    cluster.create_topics().await;
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("password"), PASSWORD).unwrap();
    let settings = cluster.settings(&folder.path().join("password"), "");
    let config = |more: &str| -> KafkaConfig { toml::from_str(&format!("{settings}{more}")).unwrap() };
    let publish = Config { topic_prefix: cluster.prefix.clone(), ..Config::default() };
    let topic = cluster.topic("events.v1");
    let publisher = |config: &KafkaConfig| {
        let mut sink = Kafka::open(config, &publish).unwrap();
        sink.attach(Origin {
            store_id: "STORE".to_owned(),
            last_seq: 1_000,
            envelope: Envelope::new(&publish, "core-1"),
            clock: Arc::new(SystemClock),
        });
        Publisher { sink, topic: topic.clone(), n_records: 0 }
    };
    // The client's own refusals come from metadata, the broker's from the transaction and the topic.
    let (write, transactional) = (Operation::Write, Resource::TransactionalId);
    let mut exactly_once = publisher(&config("topics.ensure = \"check\""));
    exactly_once.publish().await.unwrap();
    cluster.withdraw(write, Resource::Topic, &cluster.prefix);
    cluster.allow(Operation::Describe, Resource::Topic, &cluster.prefix);
    exactly_once.refused(&["opic authorization failed", "allow the Kafka user WRITE"]).await;
    cluster.allow(write, Resource::Topic, &cluster.prefix);
    exactly_once.publish().await.unwrap();
    cluster.withdraw(write, transactional, &cluster.prefix);
    exactly_once.refused(&["ransactional Id authorization failed", "on transactional id"]).await;
    cluster.allow(write, transactional, &cluster.prefix);
    exactly_once.publish().await.unwrap();
    let progress = cluster.topic("progress");
    cluster.withdraw(Operation::Read, Resource::Topic, &progress);
    let mut successor = publisher(&config("topics.ensure = \"check\""));
    successor.n_records = 30;
    successor.refused(&["read progress", "opic authorization failed", "READ on"]).await;
    cluster.allow(Operation::Read, Resource::Topic, &progress);
    successor.publish().await.unwrap();
    let mut exactly_once = successor;
    let read = cluster.read("events.v1").await;
    let mut values: Vec<u64> =
        read.iter().map(|(_, value)| std::str::from_utf8(value).unwrap().parse().unwrap()).collect();
    values.sort_unstable();
    assert_eq!(values, (1..=40).collect::<Vec<u64>>(), "each record is there, once");
    let deleted = cluster.admin().delete_topics(&[&topic], &AdminOptions::new()).await.unwrap();
    assert!(deleted.iter().all(Result::is_ok), "{deleted:?}");
    while topics(&cluster).contains(&topic) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    exactly_once.refused(&[&topic, "create"]).await;
    let err = check_online(&config("topics.ensure = \"check\""), &publish).await.unwrap_err();
    assert!(matches!(err, EnsureError::Missing { .. }), "{err}");
    // Now it may make its topics itself, but is not allowed to.
    let mut creating = publisher(&config(""));
    creating.n_records = 40;
    creating.refused(&["create topic", "authorization failed", "or allow it CREATE"]).await;
    cluster.allow(Operation::Create, Resource::Topic, &cluster.prefix);
    creating.publish().await.unwrap();
    assert_eq!(cluster.read("events.v1").await.len(), 10);
    let mut at_least_once = publisher(&config("delivery = \"at_least_once\""));
    at_least_once.publish().await.unwrap();
    cluster.withdraw(write, Resource::Topic, &cluster.prefix);
    at_least_once.refused(&["events.v1", "opic authorization failed", "allow the Kafka user WRITE"]).await;
    cluster.allow(write, Resource::Topic, &cluster.prefix);
    at_least_once.publish().await.unwrap();
}
