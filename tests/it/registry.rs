//! Facts about Confluent's wire format: values begin with the id that a schema registry gave their schema.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hotline::publish::kafka::{Config as KafkaConfig, Kafka};
use hotline::publish::message::EventRecord;
use hotline::publish::{Publish as _, PublishError, Record, schema};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::mocking::MockCluster;
use serde_json::Value;

use super::latest;
use super::publish::{fresh_prefix, skipped};
use super::support::{Reply, Server};

fn config(brokers: &str, registry: &str) -> KafkaConfig {
    let text = format!(
        "brokers = \"{brokers}\"\ndelivery = \"at_least_once\"\n[topics]\nensure = \"skip\"\n[schema_registry]\nurl = \"{registry}\""
    );
    toml::from_str(&text).unwrap()
}

fn sink(config: &KafkaConfig, prefix: &str) -> Kafka {
    assert_eq!(config.problems(), []);
    Kafka::open(config, &latest::config(prefix)).unwrap()
}

/// Reads so many records of the topics: topic, key and value.
fn read(brokers: &str, topics: &[String], n_records: usize) -> Vec<(String, String, Vec<u8>)> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", "test-registry").set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = config.create().unwrap();
    consumer.subscribe(&topics.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut read = Vec::new();
    while read.len() < n_records {
        assert!(Instant::now() < deadline, "{} of {n_records} records", read.len());
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
        let key = String::from_utf8_lossy(message.key().unwrap()).into_owned();
        read.push((message.topic().to_owned(), key, message.payload().unwrap_or_default().to_vec()));
    }
    read
}

fn dead_letter(prefix: &str) -> Record {
    Record {
        seq: 9,
        topic: format!("{prefix}.dlq.v1"),
        key: "k".to_owned(),
        headers: Vec::new(),
        value: b"<rss".to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_begin_with_the_id_of_their_schema_which_is_registered_once() {
    let registry = Server::start(|asked| {
        let id = if asked.path.contains("latest") { 258 } else { 7 };
        Reply::ok(format!("{{\"id\":{id}}}")).header("Content-Type", "application/vnd.schemaregistry.v1+json")
    });
    let registry = registry.await;
    let cluster = MockCluster::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let mut sink = sink(&config(&brokers, registry.url("/").as_str()), "hotline");
    let mut records = latest::records("hotline");
    records.push(dead_letter("hotline"));
    sink.publish(&records).await.unwrap();
    sink.publish(&records).await.unwrap();
    let mut asked = registry.paths();
    asked.sort();
    let subjects = ["/subjects/hotline.events.latest.v1-value/versions", "/subjects/hotline.events.v1-value/versions"];
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked.iter().zip(subjects).all(|(asked, subject)| asked.starts_with(subject)), "{asked:?}");
    let topics: Vec<String> =
        ["events.v1", "events.latest.v1", "dlq.v1"].map(|name| format!("hotline.{name}")).to_vec();
    let read = tokio::task::spawn_blocking(move || read(&brokers, &topics, 18)).await.unwrap();
    for (topic, key, value) in read {
        let wire: &[u8] = match topic.as_str() {
            "hotline.events.v1" => &[0, 0, 0, 0, 7],
            "hotline.events.latest.v1" => &[0, 0, 0, 1, 2],
            _ => &[],
        };
        let of_key = records.iter().filter(|record| record.topic == topic && record.key == key);
        // A tombstone has no value, so nothing before it.
        let wires =
            of_key.map(|record| if record.value.is_empty() { Vec::new() } else { [wire, &record.value].concat() });
        assert!(wires.into_iter().any(|wire| wire == value), "{topic} {key} {value:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registry_that_is_away_is_waited_for_and_one_that_refuses_holds() {
    let cluster = MockCluster::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let records = latest::records("hotline");
    let mut away = sink(&config(&brokers, "http://127.0.0.1:1"), "hotline");
    let err = away.publish(&records).await.unwrap_err();
    assert!(
        matches!(&err, PublishError::Retriable { reason, .. } if reason.contains("hotline.events.v1-value")),
        "{err}"
    );
    for (status, is_held) in [(503, false), (401, true), (409, true)] {
        let registry = Server::start(move |_| Reply::status(status)).await;
        let mut sink = sink(&config(&brokers, registry.url("").as_str()), "hotline");
        let err = sink.publish(&records).await.unwrap_err();
        assert_eq!(matches!(err, PublishError::Held { .. }), is_held, "{err}");
        assert!(err.to_string().contains(&status.to_string()), "{err}");
    }
    // Nothing went out in another form than the one configured.
    let mut plain = sink(
        &toml::from_str(&format!("brokers = \"{brokers}\"\ndelivery = \"at_least_once\"\n[topics]\nensure = \"skip\""))
            .unwrap(),
        "hotline",
    );
    plain.publish(&records).await.unwrap();
    let topics = ["hotline.events.v1".to_owned()];
    let read = tokio::task::spawn_blocking(move || read(&brokers, &topics, 4)).await.unwrap();
    assert!(read.iter().all(|(_, _, value)| value.first() == Some(&b'{')));
}

#[test]
fn what_cannot_work_is_said_before_the_start() {
    let problem = |text: &str| {
        let config: KafkaConfig = toml::from_str(text).unwrap();
        let problems: Vec<String> =
            config.problems().into_iter().map(|one| format!("{}: {}", one.key, one.message)).collect();
        problems.join("\n")
    };
    let brokers = "brokers = \"a:1\"\n[schema_registry]\n";
    assert_eq!(problem(&format!("{brokers}url = \"https://r.example:8081\"")), "");
    for url in ["r.example:8081", "https://u:canary@r.example", "ftp://r.example"] {
        let said = problem(&format!("{brokers}url = \"{url}\""));
        assert!(said.starts_with("schema_registry.url: expected http") && !said.contains("canary"), "{said}");
    }
    let said = problem(&format!("{brokers}url = \"http://r\"\nusername = \"u\""));
    assert!(said.contains("come together"), "{said}");
    assert!(problem("[schema_registry]\nurl = \"http://r\"").contains("kafka.brokers"));
}

/// Asks the registry for a path.
async fn get(registry: &str, path: &str) -> Value {
    let url: url::Url = format!("{registry}{path}").parse().unwrap();
    let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let text = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let host = format!("Host: {address}\r\nConnection: close\r\nAccept: */*");
        write!(stream, "GET {} HTTP/1.0\r\n{host}\r\n\r\n", url.path()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    });
    let text = text.await.unwrap();
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn real_registry_gives_the_schema_back_by_the_id_that_a_value_begins_with() {
    let test = "real_registry_gives_the_schema_back_by_the_id_that_a_value_begins_with";
    let Some(registry) = std::env::var("HOTLINE_TEST_REGISTRY").ok().filter(|registry| !registry.is_empty()) else {
        skipped(test, "start one with deploy/registry.sh and set HOTLINE_TEST_REGISTRY to the URL it prints");
        return;
    };
    let cluster = MockCluster::new(1).unwrap();
    let (brokers, prefix) = (cluster.bootstrap_servers(), fresh_prefix("hotline-registry-"));
    let records = latest::records(&prefix);
    // The second daemon finds what the first registered.
    for _ in 0..2 {
        sink(&config(&brokers, &registry), &prefix).publish(&records).await.unwrap();
    }
    let topic = format!("{prefix}.events.v1");
    let topics = [topic.clone()];
    let read = tokio::task::spawn_blocking(move || read(&brokers, &topics, 8)).await.unwrap();
    let mut n_by_id: BTreeMap<u32, usize> = BTreeMap::new();
    for (_, key, value) in &read {
        let (wire, value) = value.split_at(5);
        assert_eq!(wire[0], 0);
        *n_by_id.entry(u32::from_be_bytes(wire[1..].try_into().unwrap())).or_default() += 1;
        let event: EventRecord = serde_json::from_slice(value).unwrap();
        assert_eq!(event.event_id, *key);
    }
    let ids: Vec<u32> = n_by_id.into_keys().collect();
    let [id] = ids[..] else { panic!("{ids:?}") };
    let kept = get(&registry, &format!("/schemas/ids/{id}")).await;
    assert_eq!(kept["schemaType"], "JSON", "{kept}");
    let kept: Value = serde_json::from_str(kept["schema"].as_str().unwrap()).unwrap();
    assert_eq!(kept, schema::event());
    let versions = get(&registry, &format!("/subjects/{topic}-value/versions")).await;
    assert_eq!(versions, serde_json::json!([1]));
}
