//! Facts about Confluent's wire format: values begin with the id that a schema registry gave their schema.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::schema_compatibility::SchemaCompatibility;
use apache_avro::types::Value as Avro;
use hotline::clock::SystemClock;
use hotline::publish::kafka::{Config as KafkaConfig, EnsureError, Kafka, check_online};
use hotline::publish::message::{Envelope, EventRecord, article_record};
use hotline::publish::{Origin, Outcome, Publish as _, PublishError, Record, schema};
use hotline::tag::Status;
use jiff::Timestamp;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::mocking::MockCluster;
use serde_json::{Value, json};

use super::latest;
use super::publish::{envelope, fresh_prefix, mention, skipped};
use super::samples::{article, at};
use super::support::{Reply, Server};

fn config(brokers: &str, registry: &str) -> KafkaConfig {
    config_of(brokers, registry, "json")
}

fn config_of(brokers: &str, registry: &str, format: &str) -> KafkaConfig {
    let text = format!(
        "brokers = \"{brokers}\"\ndelivery = \"at_least_once\"\n[topics]\nensure = \"skip\"\n[schema_registry]\nurl = \
         \"{registry}\"\nformat = \"{format}\""
    );
    toml::from_str(&text).unwrap()
}

/// Address of a real registry, or a loud line why its tests did not run.
fn real_registry(test: &str) -> Option<String> {
    let registry = std::env::var("HOTLINE_TEST_REGISTRY").ok().filter(|registry| !registry.is_empty());
    if registry.is_none() {
        skipped(test, "start one with deploy/registry.sh and set HOTLINE_TEST_REGISTRY to the URL it prints");
    }
    registry
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
    ask(registry, "GET", path, "").await
}

async fn ask(registry: &str, method: &'static str, path: &str, body: &str) -> Value {
    let body = body.to_owned();
    let url: url::Url = format!("{registry}{path}").parse().unwrap();
    let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let text = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let head = format!(
            "Host: {address}\r\nConnection: close\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: {}",
            body.len()
        );
        write!(stream, "{method} {} HTTP/1.0\r\n{head}\r\n\r\n{body}", url.path()).unwrap();
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
    let Some(registry) = real_registry(test) else { return };
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

/// Reads a value by its schema, as a consumer does that knows nothing of hotline; times as records print them.
fn decoded(schema: &Schema, mut binary: &[u8]) -> Value {
    let avro = GenericDatumReader::builder(schema).build().unwrap().read_value(&mut binary).unwrap();
    assert_eq!(binary, [0_u8; 0], "nothing is left over");
    plain(avro)
}

fn plain(avro: Avro) -> Value {
    match avro {
        Avro::Union(_, inner) => plain(*inner),
        Avro::Null => Value::Null,
        Avro::Boolean(claim) => json!(claim),
        Avro::Long(number) => json!(number),
        Avro::Double(number) => json!(number),
        Avro::String(text) => json!(text),
        Avro::TimestampMillis(ms) => json!(format!("{:.3}", Timestamp::from_millisecond(ms).unwrap())),
        Avro::Array(items) => items.into_iter().map(plain).collect(),
        Avro::Record(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, plain(value))).collect()),
        // Records have no other type: what it is differs from what was sent.
        other => json!(format!("{other:?}")),
    }
}

/// Says where the two differ, but for what JSON leaves out and Avro has as nothing.
fn differences(path: &str, json: &Value, avro: &Value, into: &mut Vec<String>) {
    match (json, avro) {
        (Value::Object(json), Value::Object(avro)) => {
            into.extend(
                json.keys().filter(|name| !avro.contains_key(*name)).map(|name| format!("{path}.{name} is gone")),
            );
            for (name, avro) in avro {
                let path = format!("{path}.{name}");
                match json.get(name) {
                    Some(json) => differences(&path, json, avro, into),
                    None if matches!(avro, Value::Null | Value::Bool(false)) || *avro == json!([]) => {}
                    None => into.push(format!("{path} is {avro}, absent before")),
                }
            }
        }
        (Value::Array(json), Value::Array(avro)) if json.len() == avro.len() => {
            json.iter().zip(avro).for_each(|(json, avro)| differences(&format!("{path}[]"), json, avro, into));
        }
        (json, avro) if json == avro => {}
        (json, avro) => into.push(format!("{path} is {avro}, before {json}")),
    }
}

fn assert_same(json: &[u8], avro: &Value) {
    let mut differing = Vec::new();
    differences("record", &serde_json::from_slice(json).unwrap(), avro, &mut differing);
    assert_eq!(differing, Vec::<String>::new());
}

/// Event and article records with all that a record may have.
fn avro_records(prefix: &str) -> Vec<Record> {
    let mut records = latest::records(prefix);
    let mut article = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
    article.byline = vec!["A. Writer".to_owned()];
    let envelope = Envelope { topic_prefix: prefix.to_owned(), ..envelope() };
    for mentions in [vec![mention(Status::Occurred)], Vec::new()] {
        let tags = ["leader_call".to_owned()];
        records.push(article_record(&article, &tags, &mentions, &envelope, at("2025-02-12T18:00:01Z")));
    }
    for (seq, record) in (1..).zip(&mut records) {
        record.seq = seq;
    }
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn avro_values_say_what_the_json_said_and_a_record_that_does_not_fit_is_a_dead_letter() {
    let registry = Server::start(|_| Reply::ok("{\"id\":7}").header("Content-Type", "application/json")).await;
    let cluster = MockCluster::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let mut sink = sink(&config_of(&brokers, registry.url("").as_str(), "avro"), "hotline");
    let mut records = avro_records("hotline");
    let misfit =
        Record { seq: 99, key: "misfit".to_owned(), value: b"{\"schema_version\":1}".to_vec(), ..records[0].clone() };
    let err = sink.publish(std::slice::from_ref(&misfit)).await.unwrap_err();
    assert!(matches!(&err, PublishError::Held { reason, .. } if reason.contains("record.coder_version")), "{err}");
    sink.attach(Origin {
        store_id: "STORE".to_owned(),
        last_seq: 99,
        envelope: Envelope::new(&latest::config("hotline"), "core-1"),
        clock: Arc::new(SystemClock),
    });
    records.push(misfit);
    let mut outcomes = sink.publish(&records).await.unwrap();
    let last = outcomes.pop().unwrap();
    assert!(
        matches!(&last, Outcome::DeadLettered { code, reason } if code == "schema_misfit" && reason.contains("coder_version")),
        "{last:?}"
    );
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Acked { .. })), "{outcomes:?}");
    let topics = ["events.v1", "events.latest.v1", "articles.v1", "dlq.v1"].map(|name| format!("hotline.{name}"));
    let read = tokio::task::spawn_blocking(move || read(&brokers, &topics, 11)).await.unwrap();
    let schemas = [schema::avro::event(), schema::avro::article()].map(|schema| Schema::parse(&schema).unwrap());
    for topic in ["events.v1", "events.latest.v1", "articles.v1"].map(|name| format!("hotline.{name}")) {
        let schema = if topic.contains("events") { &schemas[0] } else { &schemas[1] };
        for key in records.iter().filter(|record| record.topic == topic).map(|record| &record.key) {
            let sent = records.iter().filter(|one| one.topic == topic && one.key == *key && one.key != "misfit");
            let arrived = read.iter().filter(|one| one.0 == topic && one.1 == *key);
            assert_eq!(sent.clone().count(), arrived.clone().count());
            for (sent, (_, _, value)) in sent.zip(arrived) {
                if sent.value.is_empty() {
                    assert!(value.is_empty(), "a tombstone stays one");
                    continue;
                }
                assert_eq!(value[..5], [0, 0, 0, 0, 7]);
                assert_same(&sent.value, &decoded(schema, &value[5..]));
            }
        }
    }
    let letters: Vec<_> = read.iter().filter(|one| one.0 == "hotline.dlq.v1").collect();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].1.as_str(), letters[0].2.as_slice()), ("misfit", b"{\"schema_version\":1}".as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_registry_gives_avro_readers_the_schema_they_need() {
    let Some(registry) = real_registry("real_registry_gives_avro_readers_the_schema_they_need") else { return };
    let cluster = MockCluster::new(1).unwrap();
    let (brokers, prefix) = (cluster.bootstrap_servers(), fresh_prefix("hotline-avro-"));
    let records = avro_records(&prefix);
    // The second daemon finds what the first registered.
    for _ in 0..2 {
        sink(&config_of(&brokers, &registry, "avro"), &prefix).publish(&records).await.unwrap();
    }
    for (name, n_records) in [("events.v1", 4), ("articles.v1", 2)] {
        let topic = format!("{prefix}.{name}");
        let (of_topic, address) = ([topic.clone()], brokers.clone());
        let read = tokio::task::spawn_blocking(move || read(&address, &of_topic, n_records * 2)).await.unwrap();
        let id = u32::from_be_bytes(read[0].2[1..5].try_into().unwrap());
        let kept = get(&registry, &format!("/schemas/ids/{id}")).await;
        assert_eq!(kept["schemaType"].as_str().unwrap_or("AVRO"), "AVRO", "{kept}");
        let schema = Schema::parse_str(kept["schema"].as_str().unwrap()).unwrap();
        for (_, key, value) in &read {
            assert_eq!(value[..5], [&[0], &id.to_be_bytes()[..]].concat());
            let value = decoded(&schema, &value[5..]);
            let sent = records.iter().filter(|record| record.topic == topic && record.key == *key);
            let mut sent = sent.filter(|record| {
                serde_json::from_slice::<Value>(&record.value).unwrap()["revision"] == value["revision"]
            });
            assert!(
                sent.any(|record| {
                    let mut differing = Vec::new();
                    differences("record", &serde_json::from_slice(&record.value).unwrap(), &value, &mut differing);
                    differing.is_empty()
                }),
                "{value}"
            );
        }
        let versions = get(&registry, &format!("/subjects/{topic}-value/versions")).await;
        assert_eq!(versions, json!([1]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_registry_is_asked_by_the_online_check() {
    let Some(registry) = real_registry("real_registry_is_asked_by_the_online_check") else { return };
    let cluster = MockCluster::new(1).unwrap();
    let (brokers, prefix) = (cluster.bootstrap_servers(), fresh_prefix("hotline-asked-"));
    let publish = latest::config(&prefix);
    // Looked at, not made.
    let online = |format: &str| {
        let mut config = config_of(&brokers, &registry, format);
        config.topics.ensure = hotline::publish::kafka::Ensure::Create;
        config
    };
    let subject = format!("{prefix}.events.v1-value");
    for format in ["json", "avro"] {
        let notes = check_online(&online(format), &publish).await.unwrap();
        assert!(notes.contains(&format!("schema registry {registry} answers")), "{notes:?}");
        assert!(notes.contains(&format!("subject {subject}: does not exist yet")), "{notes:?}");
    }
    assert!(!get(&registry, "/subjects").await.to_string().contains(&prefix), "nothing was registered by asking");
    let other = json!({ "schemaType": "AVRO", "schema": "{\"type\":\"record\",\"name\":\"EventRecord\",\"namespace\":\"hotline.v1\",\"fields\":[{\"name\":\"event_id\",\"type\":\"long\"}]}" });
    ask(&registry, "POST", &format!("/subjects/{subject}/versions"), &other.to_string()).await;
    ask(&registry, "PUT", &format!("/config/{subject}"), "{\"compatibility\":\"BACKWARD\"}").await;
    for format in ["avro", "json"] {
        let err = check_online(&online(format), &publish).await.unwrap_err();
        let said = err.to_string();
        assert!(matches!(err, EnsureError::Incompatible { .. }) && said.contains(&subject), "{said}");
        assert!(said.contains("publish.topic_prefix"), "{said}");
    }
    ask(&registry, "PUT", &format!("/config/{subject}"), "{\"compatibility\":\"NONE\"}").await;
    let notes = check_online(&online("avro"), &publish).await.unwrap();
    assert!(notes.contains(&format!("subject {subject}: takes the Avro schema")), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn online_check_says_what_a_registry_refuses_and_that_one_is_away() {
    let cluster = MockCluster::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let online = |registry: &str| {
        let mut config = config_of(&brokers, registry, "avro");
        config.topics.ensure = hotline::publish::kafka::Ensure::Create;
        config
    };
    let publish = latest::config("hotline");
    let err = check_online(&online("http://127.0.0.1:1"), &publish).await.unwrap_err();
    assert!(matches!(err, EnsureError::Registry { .. }) && err.to_string().contains("http://127.0.0.1:1"), "{err}");
    let login = Server::start(|_| Reply::status(401)).await;
    let err = check_online(&online(login.url("").as_str()), &publish).await.unwrap_err();
    assert!(matches!(err, EnsureError::Registry { .. }) && err.to_string().contains("401"), "{err}");
    let registry = Server::start(|asked| match asked.path.as_str() {
        "/subjects" => Reply::ok("[\"hotline.articles.v1-value\"]"),
        "/compatibility/subjects/hotline.articles.v1-value/versions" => Reply::ok("{\"is_compatible\":false}"),
        _ => Reply::status(404),
    });
    let registry = registry.await;
    let err = check_online(&online(registry.url("").as_str()), &publish).await.unwrap_err();
    let said = err.to_string();
    assert!(
        said.contains("subject hotline.articles.v1-value: the registry would refuse hotline's Avro schema"),
        "{said}"
    );
    let nothing = hotline::publish::Config { articles: hotline::publish::Articles::None, ..publish };
    let notes = check_online(&online(registry.url("").as_str()), &nothing).await.unwrap();
    assert!(notes.iter().all(|note| !note.contains("articles.v1-value")), "{notes:?}");
}

#[test]
fn avro_schemas_read_what_every_release_of_their_version_wrote_and_are_read_by_it() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/schemas/released");
    let now = [("event.v1.avsc", schema::avro::event()), ("article.v1.avsc", schema::avro::article())];
    let mut n_compared = 0;
    for release in std::fs::read_dir(dir).unwrap() {
        for (name, schema) in &now {
            let Ok(text) = std::fs::read_to_string(release.as_ref().unwrap().path().join(name)) else { continue };
            let released = Schema::parse_str(&text).unwrap();
            SchemaCompatibility::mutual_read(&released, &Schema::parse(schema).unwrap()).unwrap();
            n_compared += 1;
        }
    }
    assert!(n_compared >= 2, "{n_compared} schemas compared");
    // One that breaks readers is found.
    let [(_, event), _] = now;
    let mut broken = event.clone();
    broken["fields"].as_array_mut().unwrap().retain(|field| field["name"] != "event_id");
    let (event, broken) = (Schema::parse(&event).unwrap(), Schema::parse(&broken).unwrap());
    assert!(SchemaCompatibility::mutual_read(&event, &broken).is_err());
}
