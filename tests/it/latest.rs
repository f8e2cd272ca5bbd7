//! Facts about the compacted topic of newest states: it follows the events, whole or not at all.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hotline::clock::SystemClock;
use hotline::event::{ChangeKind, Config as EventConfig, EventChange, OpenEvents, Report, resolve};
use hotline::publish::kafka::{Config as KafkaConfig, Delivery, Ensure, Kafka, Topics, check_online};
use hotline::publish::message::{Envelope, event_record, latest_record, stored_record};
use hotline::publish::{Config, Origin, Outcome, Publish as _, Record, line};
use hotline::store::{ArticleCommit, Store};
use hotline::tag::Status;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::mocking::MockCluster;
use serde_json::Value;
use tempfile::TempDir;

use super::exactly_once::read_committed;
use super::pipeline::Desk;
use super::publish::{fresh_prefix, mention, real_brokers};
use super::samples::{article, at};
use super::schema::Promises;

pub(crate) fn config(prefix: &str) -> Config {
    Config { topic_prefix: prefix.to_owned(), events_latest: true, ..Config::default() }
}

/// One call that a second outlet confirms, and one that its only outlet takes back: four changes.
fn changes() -> Vec<EventChange> {
    let (mut open, config) = (OpenEvents::default(), EventConfig::default());
    let mut changes = Vec::new();
    let planned = article("01JKWA0000000000000000000A", "alpha", "2025-02-11T18:00:00Z");
    let held = article("01JKWA0000000000000000000B", "beta", "2025-02-12T18:00:00Z");
    let mut wrong = article("01JKWA0000000000000000000C", "gamma", "2025-02-12T18:30:00Z");
    let mut other = mention(Status::Occurred);
    other.participants = vec![super::samples::participant("carla/CCC/President"), other.participants[0].clone()];
    other.parties = vec!["AAA".to_owned(), "CCC".to_owned()];
    let told = [
        (planned, vec![mention(Status::Planned)]),
        (wrong.clone(), vec![other]),
        (held, vec![mention(Status::Occurred)]),
    ];
    for (article, mentions) in told {
        changes.extend(resolve(
            Report { article: &article, mentions: &mentions },
            &mut open,
            &config,
            at("2025-02-12T19:00:00Z"),
        ));
    }
    wrong.revision = 2;
    let corrected = Report { article: &wrong, mentions: &[] };
    changes.extend(resolve(corrected, &mut open, &config, at("2025-02-12T20:00:00Z")));
    let kinds: Vec<ChangeKind> = changes.iter().map(|change| change.change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Created, ChangeKind::Created, ChangeKind::Revised, ChangeKind::Retracted]);
    changes
}

/// The records of the changes as they enter the outbox.
pub(crate) fn records(prefix: &str) -> Vec<Record> {
    let envelope = Envelope::new(&config(prefix), "core-1");
    let mut records = Vec::new();
    for change in changes() {
        let record = event_record(&change, &envelope, at("2025-02-12T21:00:00Z"));
        let latest = latest_record(&record, &change.change, &envelope);
        records.push(record);
        records.extend(latest);
    }
    for (seq, record) in (1..).zip(&mut records) {
        record.seq = seq;
    }
    records
}

/// The state of each event by the events topic: the newest revision's bytes, none when it is retracted.
fn states(records: &[Record]) -> BTreeMap<String, Option<Vec<u8>>> {
    let events = records.iter().filter(|record| record.topic.ends_with(".events.v1"));
    let state = |record: &Record| {
        let is_retracted = record.header("ce_type") == Some("hotline.event.retracted.v1");
        (record.key.clone(), (!is_retracted).then(|| record.value.clone()))
    };
    events.map(state).collect()
}

#[test]
fn newest_state_is_the_event_record_once_more_and_a_tombstone_when_it_is_retracted() {
    let records = records("hotline");
    let promises = Promises::new("hotline");
    assert_eq!(records.len(), 8);
    for pair in records.chunks(2) {
        let [event, latest] = pair else { panic!("{pair:?}") };
        assert_eq!((event.topic.as_str(), latest.topic.as_str()), ("hotline.events.v1", "hotline.events.latest.v1"));
        assert_eq!((&event.key, &event.headers), (&latest.key, &latest.headers));
        let is_retracted = event.header("ce_type") == Some("hotline.event.retracted.v1");
        assert_eq!(latest.value.is_empty(), is_retracted);
        assert!(is_retracted || latest.value == event.value);
        let printed: Value = serde_json::from_str(&line(latest, Some(0), Some(0))).unwrap();
        assert_eq!(promises.broken_by(&printed), Vec::<String>::new());
        assert_eq!(printed["value"].is_null(), is_retracted);
    }
    let change = &changes()[0];
    let envelope = Envelope::new(&Config::default(), "core-1");
    let record = event_record(change, &envelope, at("2025-02-12T21:00:00Z"));
    assert_eq!(latest_record(&record, &change.change, &envelope), None, "off unless configured");
}

#[tokio::test]
async fn daemon_keeps_newest_states_only_when_told_to() {
    let text = [
        "US President Donald Trump spoke by phone with Russian President Vladimir Putin on Wednesday, February 12, 2025, \
         the White House said.",
        "The two leaders discussed the war in Ukraine, according to a statement.",
    ];
    for events_latest in [false, true] {
        let mut desk = Desk::open().await;
        desk.settings.publish.events_latest = events_latest;
        let item = desk.newsroom.publish("/a.html", "Trump and Putin speak by phone", &text);
        desk.carry("alpha", &[item]);
        let (shelf, _) = desk.round().await;
        let (events, latest) = (shelf.values("events"), shelf.values("events.latest"));
        assert!(!events.is_empty());
        assert_eq!(latest, if events_latest { events } else { Vec::new() });
    }
}

/// What a state says of the event itself; what changed last and when it was written down are the record's.
fn of_event(mut state: Value) -> Value {
    state.as_object_mut().unwrap().remove("change");
    state["times"].as_object_mut().unwrap().remove("enqueued");
    state
}

#[test]
fn state_made_of_what_the_store_has_is_the_newest_state_but_for_its_last_change() {
    let envelope = Envelope::new(&config("hotline"), "core-1");
    let enqueued = at("2025-02-12T21:00:00Z");
    for changed in changes() {
        let then = event_record(&changed, &envelope, enqueued);
        let then = latest_record(&then, &changed.change, &envelope).unwrap();
        let stored = stored_record(&changed.event, &envelope, enqueued).unwrap();
        assert_eq!((&stored.topic, &stored.key, &stored.headers), (&then.topic, &then.key, &then.headers));
        assert_eq!(stored.value.is_empty(), changed.change.kind == ChangeKind::Retracted);
        if !stored.value.is_empty() {
            let [stored, then]: [Value; 2] =
                [stored, then].map(|record| serde_json::from_slice(&record.value).unwrap());
            assert_eq!(stored["change"]["fields"], serde_json::json!([]));
            assert_eq!(of_event(stored), of_event(then));
        }
    }
    assert_eq!(stored_record(&changes()[0].event, &Envelope::new(&Config::default(), "core-1"), enqueued), None);
}

#[tokio::test]
async fn events_known_before_newest_states_were_kept_get_theirs_once_and_before_anything_new() {
    const WHAT: &str =
        "spoke by phone with Russian President Vladimir Putin on Wednesday, February 12, 2025, the White House said.";
    let mut desk = Desk::open().await;
    let [trump, xi] =
        [("US President Donald Trump", "/a.html"), ("Chinese President Xi Jinping", "/b.html")].map(|(who, path)| {
            let text = format!("{who} {WHAT}");
            desk.newsroom.publish(
                path,
                &format!("{who} speaks by phone"),
                &[&text, "They discussed the war in Ukraine, a statement said."],
            )
        });
    desk.carry("alpha", &[trump]);
    let (shelf, _) = desk.round().await;
    let known = shelf.values("events");
    assert!(known.len() == 1 && shelf.values("events.latest").is_empty());
    for _ in 0..2 {
        desk.settings.publish.events_latest = true;
        let (shelf, _) = desk.round().await;
        let latest = shelf.values("events.latest");
        assert_eq!(
            latest.into_iter().map(of_event).collect::<Vec<_>>(),
            known.iter().cloned().map(of_event).collect::<Vec<_>>()
        );
        assert_eq!(shelf.records().len(), 1, "the event itself is not told again");
        assert!(desk.round().await.0.records().is_empty(), "once is enough");
        // Switched off and on again, what happened meanwhile would be missing.
        desk.settings.publish.events_latest = false;
        assert!(desk.round().await.0.records().is_empty());
    }
    desk.settings.publish.events_latest = true;
    desk.carry("beta", &[xi]);
    let (shelf, _) = desk.round().await;
    let latest: Vec<String> = shelf.values("events.latest").iter().map(|state| state["event_id"].to_string()).collect();
    assert_eq!(latest.len(), 2);
    assert_eq!(latest[0], known[0]["event_id"].to_string(), "what was known comes before what is new");
}

/// Puts the records into the outbox of a new store.
async fn stored(records: &[Record]) -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let article = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
    let commit = ArticleCommit { article, mentions: Vec::new(), changes: Vec::new(), records: records.to_vec() };
    store.commit_articles(vec![commit]).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn no_batch_of_the_outbox_parts_an_event_from_its_newest_state() {
    let records = records("hotline");
    let (_folder, store) = stored(&records).await;
    for (n_max, bytes_max) in
        [(1, usize::MAX), (2, usize::MAX), (3, usize::MAX), (100, 1), (100, records[0].value.len() + 1)]
    {
        let mut read: Vec<Record> = Vec::new();
        while read.len() < records.len() {
            let batch = store.outbox(read.len() as u64, n_max, bytes_max).await.unwrap();
            assert!(!batch.is_empty() && batch.len() % 2 == 0, "{} records of {n_max}, {bytes_max} bytes", batch.len());
            assert!(batch.len() <= n_max.max(2) + 1);
            read.extend(batch);
        }
        assert_eq!(read, records);
    }
}

#[tokio::test]
async fn tombstone_has_no_value_at_the_broker() {
    let cluster = MockCluster::new(1).unwrap();
    let kafka = KafkaConfig {
        brokers: Some(cluster.bootstrap_servers()),
        delivery: Delivery::AtLeastOnce,
        topics: Topics { ensure: Ensure::Skip, ..Topics::default() },
        ..KafkaConfig::default()
    };
    let records = records("hotline");
    let mut sink = Kafka::open(&kafka, &config("hotline")).unwrap();
    let outcomes = sink.publish(&records).await.unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Acked { .. })), "{outcomes:?}");
    let brokers = cluster.bootstrap_servers();
    let read = tokio::task::spawn_blocking(move || values(&brokers, "hotline.events.latest.v1", 4)).await.unwrap();
    assert_eq!(read.into_iter().collect::<BTreeMap<_, _>>(), states(&records));
}

/// Reads so many records of a topic: key and value, `None` for a tombstone.
fn values(brokers: &str, topic: &str, n_records: usize) -> Vec<(String, Option<Vec<u8>>)> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", "test-latest").set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = config.set("isolation.level", "read_committed").create().unwrap();
    consumer.subscribe(&[topic]).unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut values = Vec::new();
    while values.len() < n_records {
        assert!(Instant::now() < deadline, "{} of {n_records} records", values.len());
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
        let key = String::from_utf8_lossy(message.key().unwrap()).into_owned();
        values.push((key, message.payload().map(<[u8]>::to_vec)));
    }
    values
}

#[tokio::test]
async fn real_broker_keeps_the_newest_states_in_a_compacted_topic() {
    let Some(brokers) = real_brokers("real_broker_keeps_the_newest_states_in_a_compacted_topic") else { return };
    let prefix = fresh_prefix("hotline-latest-");
    let (publish, topic) = (config(&prefix), format!("{prefix}.events.latest.v1"));
    let kafka = KafkaConfig { brokers: Some(brokers.clone()), ..KafkaConfig::default() };
    let notes = check_online(&kafka, &publish).await.unwrap();
    assert!(notes.contains(&format!("topic {topic}: does not exist yet")), "{notes:?}");
    let records = records(&prefix);
    let (_folder, store) = stored(&records).await;
    let mut sink = Kafka::open(&kafka, &publish).unwrap();
    sink.attach(Origin {
        store_id: store.store_id().to_owned(),
        last_seq: 8,
        envelope: Envelope::new(&publish, "core-1"),
        clock: Arc::new(SystemClock),
    });
    for after in (0..8).step_by(2) {
        // One record is asked for, the pair comes and is one transaction.
        let batch = store.outbox(after, 1, usize::MAX).await.unwrap();
        assert_eq!(batch.len(), 2);
        sink.publish(&batch).await.unwrap();
    }
    let told = tokio::task::spawn_blocking({
        let (brokers, topic, events) = (brokers.clone(), topic.clone(), format!("{prefix}.events.v1"));
        move || (values(&brokers, &topic, 4), read_committed(&brokers, &events))
    });
    let (latest, events) = told.await.unwrap();
    assert_eq!(latest.into_iter().collect::<BTreeMap<_, _>>(), states(&records));
    assert_eq!(events.len(), 4);
    let notes = check_online(&kafka, &publish).await.unwrap();
    assert!(notes.contains(&format!("topic {topic}: 6 partitions")), "{notes:?}");
}

#[tokio::test]
async fn real_broker_with_newest_states_that_expire_is_refused() {
    let Some(brokers) = real_brokers("real_broker_with_newest_states_that_expire_is_refused") else { return };
    let mut config_of_client = ClientConfig::new();
    let admin: AdminClient<DefaultClientContext> =
        config_of_client.set("bootstrap.servers", &brokers).create().unwrap();
    for policy in ["delete", "compact,delete"] {
        let publish = config(&fresh_prefix("hotline-expire-"));
        let topic = format!("{}.events.latest.v1", publish.topic_prefix);
        let new = NewTopic::new(&topic, 1, TopicReplication::Fixed(1)).set("cleanup.policy", policy);
        admin.create_topics([&new], &AdminOptions::new()).await.unwrap()[0].as_ref().unwrap();
        let kafka = KafkaConfig { brokers: Some(brokers.clone()), ..KafkaConfig::default() };
        let deadline = Instant::now() + Duration::from_mins(1);
        // The broker lists a new topic a moment after it made it.
        let err = loop {
            match check_online(&kafka, &publish).await {
                Err(err) => break err.to_string(),
                Ok(notes) => assert!(Instant::now() < deadline, "{notes:?}"),
            }
        };
        assert!(err.contains(&format!("cleanup.policy is {policy}")) && err.contains("set it to compact"), "{err}");
    }
}
