//! Facts about publish.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::time::{Duration, Instant};

use hotline::event::{Config as EventConfig, EventChange, OpenEvents, Report, resolve};
use hotline::publish::kafka::{Compression, Config as KafkaConfig, Delivery, Ensure, Kafka, Topics, check_online};
use hotline::publish::message::{
    ArticleRecord, DeadLetter, Envelope, EventRecord, article_record, dead_letter, event_record,
};
use hotline::publish::{Config, Ndjson, Outcome, Publish, PublishError, Record, Sink, Target, line};
use hotline::tag::{Announcer, Mention, Status};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use serde_json::{Value, json};

use super::samples::{article, at, call, claim};

const EVENT_FIELDS: &str = "schema_version coder_version event_id revision change kind status date participants parties \
     medium topics place cameo plover confidence headline history claims corroboration sources related times";
const SOURCE_FIELDS: &str = "article_id url outlet outlet_name lang title published independent_group copy_of mention";
const ARTICLE_FIELDS: &str = "article_id revision url canonical_url outlet outlet_name feeds title byline credits lang published \
     modified text text_truncated content_hash image paywalled tags mentions duplicate_of times";
const TIMES_FIELDS: &str = "published feed_seen fetched coded enqueued";

pub(crate) fn envelope() -> Envelope {
    Envelope::new(&Config::default(), "core-1")
}

pub(crate) fn mention(status: Status) -> Mention {
    let mut mention = call(status, Some("2025-02-12"), &["anna/AAA/President", "boris/BBB/President"]);
    mention.claims.push(claim("Anna", status));
    mention.announced_by = Some(Announcer {
        person: Some("anna".to_owned()),
        name: "Anna".to_owned(),
        channel: Some("press service".to_owned()),
    });
    mention
}

/// A call planned in one article and held in another.
fn changes() -> Vec<EventChange> {
    let mut open = OpenEvents::default();
    let config = EventConfig::default();
    let mut changes = Vec::new();
    for (id, outlet, published, status) in [
        ("01JKWA0000000000000000000A", "alpha", "2025-02-11T18:00:00Z", Status::Planned),
        ("01JKWA0000000000000000000B", "beta", "2025-02-12T18:00:00.5Z", Status::Occurred),
    ] {
        let article = article(id, outlet, published);
        let report = Report { article: &article, mentions: &[mention(status)] };
        changes.extend(resolve(report, &mut open, &config, at(published)));
    }
    changes
}

pub(crate) fn event_records() -> Vec<Record> {
    let enqueued = at("2025-02-12T18:00:01.25Z");
    let mut records: Vec<Record> = changes().iter().map(|change| event_record(change, &envelope(), enqueued)).collect();
    for (seq, record) in (1..).zip(&mut records) {
        record.seq = seq;
    }
    records
}

pub(crate) fn json_of(record: &Record) -> Value {
    serde_json::from_slice(&record.value).unwrap()
}

fn assert_fields(value: &Value, fields: &str) {
    let present: BTreeSet<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let missing: Vec<&str> = fields.split_whitespace().filter(|field| !present.contains(field)).collect();
    assert!(missing.is_empty(), "missing {missing:?} in {present:?}");
}

/// Collects every instant of a record.
fn instants<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.len() > 19 && text.as_bytes()[10] == b'T' && text.as_bytes()[4] == b'-' => {
            into.push(text);
        }
        Value::Object(object) => object.values().for_each(|value| instants(value, into)),
        Value::Array(values) => values.iter().for_each(|value| instants(value, into)),
        _ => {}
    }
}

#[test]
fn event_record_has_every_field_of_the_contract() {
    let record = &event_records()[1];
    let value = json_of(record);
    assert_fields(&value, EVENT_FIELDS);
    assert_fields(&value["sources"][0], SOURCE_FIELDS);
    assert_fields(&value["times"], TIMES_FIELDS);
    assert_eq!(record.topic, "hotline.events.v1");
    assert_eq!(record.key, value["event_id"].as_str().unwrap());
    assert_eq!(
        value["change"],
        json!({
            "type": "revised",
            "fields": value["change"]["fields"],
            "reason": "status planned -> occurred (BETA)",
        })
    );
    assert_eq!(value["history"][1]["status"], "occurred");
    assert_eq!(value["corroboration"], json!({ "articles": 2, "outlets": 2, "independent": 2 }));
    let mut times = Vec::new();
    instants(&value, &mut times);
    assert!(times.len() >= 8, "{times:?}");
    for time in times {
        assert!(time.len() == 24 && time.ends_with('Z') && time.as_bytes()[19] == b'.', "{time}");
    }
    let read: EventRecord = serde_json::from_slice(&record.value).unwrap();
    assert_eq!(read.status, Status::Occurred);
}

#[test]
fn event_record_looks_like_this() {
    let printed: Value = serde_json::from_str(&line(&event_records()[1], Some(0), Some(41))).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_json_snapshot!("event_record", printed);
    });
}

#[test]
fn headers_are_cloud_events_in_binary_mode() {
    let records = event_records();
    let headers: BTreeMap<&str, &str> =
        records[0].headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let names: Vec<&str> = headers.keys().copied().collect();
    assert_eq!(
        names,
        [
            "ce_dataschema",
            "ce_id",
            "ce_source",
            "ce_specversion",
            "ce_subject",
            "ce_time",
            "ce_type",
            "content-type",
            "hotline_kind",
            "hotline_status",
            "traceparent"
        ]
    );
    assert_eq!(headers["ce_id"], format!("{}:1", records[0].key));
    assert_eq!(headers["ce_type"], "hotline.event.created.v1");
    assert_eq!(headers["ce_time"], "2025-02-12T18:00:01.250Z");
    assert_eq!((headers["hotline_kind"], headers["hotline_status"]), ("leader_call", "planned"));
    assert_eq!(records[1].header("ce_type"), Some("hotline.event.revised.v1"));
    let replayed = Envelope { is_replay: true, ..envelope() };
    let replayed = event_record(&changes()[0], &replayed, at("2025-02-12T18:00:01.25Z"));
    assert_eq!(replayed.header("hotline_replay"), Some("true"));
    assert_eq!(replayed.header("traceparent"), records[0].header("traceparent"));
    assert_eq!(replayed.value, records[0].value, "a replay gives equal bytes");
}

#[test]
fn article_record_has_every_field_of_the_contract_and_reads_back() {
    let article = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
    let tags = ["leader_call".to_owned()];
    let mentions = [mention(Status::Occurred)];
    let record = article_record(&article, &tags, &mentions, &envelope(), at("2025-02-12T18:00:01Z"));
    assert_fields(&json_of(&record), ARTICLE_FIELDS);
    assert_eq!((record.topic.as_str(), record.key.as_str()), ("hotline.articles.v1", article.article_id.as_str()));
    assert_eq!(record.header("ce_id"), Some("01JKWA0000000000000000000A:1"));
    let read: ArticleRecord = serde_json::from_slice(&record.value).unwrap();
    assert_eq!(read.mentions, mentions);
    let mut back = read.into_article();
    back.times.enqueued = None;
    assert_eq!(back, article);
}

#[test]
fn records_above_the_limit_are_cut_and_say_so() {
    let small = Envelope { value_bytes_max: 4_000, ..envelope() };
    let mut large = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
    large.text = "Слово й \"слово\".\n".repeat(5_000);
    let record = article_record(&large, &[], &[mention(Status::Occurred)], &small, at("2025-02-12T18:00:01Z"));
    assert!(record.value.len() <= 4_000, "{}", record.value.len());
    let read: ArticleRecord = serde_json::from_slice(&record.value).unwrap();
    assert!(read.text_truncated && large.text.starts_with(&read.text) && read.text.len() > 500);
    assert_eq!(read.mentions.len(), 1);

    let mut change = changes().remove(1);
    let report = change.event.reports[0].clone();
    for n in 0..100 {
        let mut report = report.clone();
        report.article_id = format!("a{n}");
        change.event.reports.push(report);
    }
    let record = event_record(&change, &Envelope { value_bytes_max: 8_000, ..envelope() }, at("2025-02-12T18:00:01Z"));
    assert!(record.value.len() <= 8_000, "{}", record.value.len());
    let value = json_of(&record);
    assert_eq!(value["sources_truncated"], true);
    let sources = value["sources"].as_array().unwrap();
    assert!(sources.len() > 1);
    assert_eq!(sources[0]["article_id"], "01JKWA0000000000000000000A");
    assert_eq!(sources.last().unwrap()["article_id"], "a99", "the newest stays");
}

#[test]
fn dead_letter_keeps_the_bytes_and_names_the_reason() {
    let letter = DeadLetter {
        stage: "deliver",
        code: "message_size_too_large",
        message: "Broker: Message size too large",
        feed: Some("alpha-world"),
        url: None,
        n_attempts: 3,
        at: at("2025-02-12T18:00:00Z"),
    };
    let record = dead_letter("k", b"<rss", &letter, &envelope());
    assert_eq!((record.topic.as_str(), &record.value[..]), ("hotline.dlq.v1", &b"<rss"[..]));
    for (name, value) in [
        ("hotline_error_stage", "deliver"),
        ("hotline_error_code", "message_size_too_large"),
        ("hotline_error_message", "Broker: Message size too large"),
        ("hotline_feed", "alpha-world"),
        ("hotline_url", ""),
        ("hotline_attempts", "3"),
    ] {
        assert_eq!(record.header(name), Some(value));
    }
    let huge = dead_letter("k", &vec![b'x'; 2_000_000], &letter, &envelope());
    assert!(huge.value.len() < 1_000_000);
    assert_eq!(huge.header("hotline_error_truncated_from_bytes"), Some("2000000"));
}

#[test]
fn sinks_are_named_by_one_word() {
    for (text, target) in
        [("kafka", Target::Kafka), ("stdout", Target::Stdout), ("ndjson:out/dir", Target::Ndjson("out/dir".into()))]
    {
        assert_eq!(text.parse(), Ok(target.clone()));
        assert_eq!(target.to_string(), text);
    }
    for text in ["", "ndjson", "ndjson:", "kafka:x", "file"] {
        assert!(text.parse::<Target>().is_err(), "{text}");
    }
}

#[tokio::test]
async fn ndjson_lines_are_whole_records() {
    let dir = tempfile::tempdir().unwrap();
    let mut sink = Ndjson::open(dir.path()).unwrap();
    let records = event_records();
    sink.publish(&records).await.unwrap();
    let text = std::fs::read_to_string(dir.path().join("hotline.events.v1-2025-02-12.ndjson")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), records.len());
    for (line, record) in lines.iter().zip(&records) {
        assert_fields(line, "topic partition offset key headers value");
        assert_eq!(line["value"], json_of(record));
        assert_eq!(line["headers"]["ce_id"].as_str(), record.header("ce_id"));
    }
}

struct Broker {
    cluster: MockCluster<'static, DefaultProducerContext>,
}

impl Broker {
    fn start() -> Self {
        Self { cluster: MockCluster::new(1).unwrap() }
    }

    fn config(&self) -> KafkaConfig {
        KafkaConfig {
            brokers: Some(self.cluster.bootstrap_servers()),
            delivery: Delivery::AtLeastOnce,
            delivery_timeout: Duration::from_secs(2),
            topics: Topics { ensure: Ensure::Skip, ..Topics::default() },
            ..KafkaConfig::default()
        }
    }

    fn sink(&self) -> Kafka {
        Kafka::open(&self.config(), &Config::default()).unwrap()
    }

    fn fails_next_produce(&self, errors: &[RDKafkaRespErr]) {
        self.cluster.request_errors(RDKafkaApiKey::Produce, errors);
    }
}

/// One record of a topic as a consumer reads it.
#[derive(Debug, PartialEq)]
struct Consumed {
    key: String,
    value: Vec<u8>,
    headers: Vec<(String, String)>,
}

/// Reads `n_records` of a topic from its beginning.
fn consume(brokers: &str, topic: &str, n_records: usize) -> Vec<Consumed> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", format!("test-{topic}"))
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    consumer.subscribe(&[topic]).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut consumed = Vec::new();
    while consumed.len() < n_records {
        assert!(Instant::now() < deadline, "{} of {n_records} records within 30 s", consumed.len());
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = message.headers().map(|headers| {
            headers.iter().map(|header| (header.key.to_owned(), text(header.value.unwrap_or_default()))).collect()
        });
        consumed.push(Consumed {
            key: text(message.key().unwrap_or_default()),
            value: message.payload().unwrap_or_default().to_vec(),
            headers: headers.unwrap_or_default(),
        });
    }
    consumed
}

fn consumed(record: &Record) -> Consumed {
    Consumed { key: record.key.clone(), value: record.value.clone(), headers: record.headers.clone() }
}

fn plain(seq: u64, topic: &str, key: &str, value: Vec<u8>) -> Record {
    Record { seq, topic: topic.to_owned(), key: key.to_owned(), headers: Vec::new(), value }
}

fn assert_acked(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Acked { partition: Some(_), offset: Some(_) }), "{outcome:?}");
}

#[tokio::test]
async fn what_is_acknowledged_is_what_a_consumer_reads() {
    let broker = Broker::start();
    let records = event_records();
    let mut sink = Sink::open(&Target::Kafka, &Config::default(), &broker.config()).unwrap();
    let outcomes = sink.publish(&records).await.unwrap();
    outcomes.iter().for_each(assert_acked);
    let brokers = broker.cluster.bootstrap_servers();
    let read = tokio::task::spawn_blocking(move || consume(&brokers, "hotline.events.v1", 2)).await.unwrap();
    assert_eq!(read, records.iter().map(consumed).collect::<Vec<_>>());
}

#[tokio::test]
async fn broker_away_is_retriable_and_nothing_is_lost_when_it_returns() {
    let broker = Broker::start();
    let mut sink = broker.sink();
    let records: Vec<Record> = (1..=20).map(|seq| plain(seq, "away", &format!("k{seq}"), vec![b'{', b'}'])).collect();
    sink.publish(&records[..5]).await.unwrap();
    broker.cluster.broker_down(1).unwrap();
    let err = sink.publish(&records[5..]).await.unwrap_err();
    assert!(matches!(err, PublishError::Retriable { .. }), "{err}");
    broker.cluster.broker_up(1).unwrap();
    let outcomes = sink.publish(&records[5..]).await.unwrap();
    outcomes.iter().for_each(assert_acked);
    let brokers = broker.cluster.bootstrap_servers();
    let read = tokio::task::spawn_blocking(move || consume(&brokers, "away", 20)).await.unwrap();
    let keys: BTreeSet<String> = read.into_iter().map(|one| one.key).collect();
    assert_eq!(keys.len(), 20);
}

#[tokio::test]
async fn passing_broker_error_is_retried_within_the_batch() {
    let broker = Broker::start();
    let mut sink = broker.sink();
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    broker.fails_next_produce(&[error, error]);
    let outcomes = sink.publish(&[plain(1, "passing", "k", vec![b'1'])]).await.unwrap();
    assert_acked(&outcomes[0]);
}

#[tokio::test]
async fn record_too_large_is_rejected_and_its_neighbours_arrive() {
    let broker = Broker::start();
    let mut sink = broker.sink();
    let records = [
        plain(1, "large", "a", vec![b'1']),
        plain(2, "large", "b", vec![b'2'; 1_500_000]),
        plain(3, "large", "c", vec![b'3']),
    ];
    let outcomes = sink.publish(&records).await.unwrap();
    assert_acked(&outcomes[0]);
    assert_acked(&outcomes[2]);
    let Outcome::Rejected { code, reason } = &outcomes[1] else { panic!("{outcomes:?}") };
    assert_eq!(code, "message_size_too_large");
    assert!(reason.contains("too large"), "{reason}");
}

#[tokio::test]
async fn batch_refused_for_its_size_is_sent_one_by_one() {
    let broker = Broker::start();
    let mut sink = broker.sink();
    sink.publish(&[plain(1, "batch", "k0", vec![b'0'])]).await.unwrap();
    broker.fails_next_produce(&[RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE]);
    let records: Vec<Record> = (2..=6).map(|seq| plain(seq, "batch", &format!("k{seq}"), vec![b'1'])).collect();
    let outcomes = sink.publish(&records).await.unwrap();
    outcomes.iter().for_each(assert_acked);
}

#[tokio::test]
async fn refused_topic_holds() {
    let broker = Broker::start();
    let mut sink = broker.sink();
    broker.fails_next_produce(&[RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED]);
    let record = [plain(1, "refused", "k", vec![b'1'])];
    let err = sink.publish(&record).await.unwrap_err();
    assert!(matches!(&err, PublishError::Held { reason, .. } if reason.contains("authorization")), "{err}");
    let outcomes = sink.publish(&record).await.unwrap();
    assert_acked(&outcomes[0]);
}

#[tokio::test]
async fn acknowledged_records_are_not_sent_again_with_the_rest_of_their_batch() {
    let broker = Broker::start();
    let mut sink = broker.sink();
    // The first request, one partition's share of the batch, is refused; the others pass.
    broker.fails_next_produce(&[RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED]);
    let records: Vec<Record> =
        (1..=40).map(|seq| plain(seq, "again", &format!("k{seq}"), seq.to_string().into_bytes())).collect();
    sink.publish(&records).await.unwrap_err();
    sink.publish(&records).await.unwrap().iter().for_each(assert_acked);
    let brokers = broker.cluster.bootstrap_servers();
    let read = tokio::task::spawn_blocking(move || consume(&brokers, "again", 40)).await.unwrap();
    let values: BTreeSet<Vec<u8>> = read.iter().map(|one| one.value.clone()).collect();
    assert_eq!((read.len(), values.len()), (40, 40));
    let more: Vec<Record> = (41..=80).map(|seq| plain(seq, "again", &format!("k{seq}"), Vec::new())).collect();
    let outcomes = sink.publish(&more).await.unwrap();
    let n_stored: i64 = last_offsets(&outcomes).values().map(|offset| offset + 1).sum();
    assert_eq!(n_stored, 80, "each record is stored once");
}

/// Returns the last offset of each partition.
fn last_offsets(outcomes: &[Outcome]) -> BTreeMap<i32, i64> {
    let mut last = BTreeMap::new();
    for outcome in outcomes {
        if let Outcome::Acked { partition: Some(partition), offset: Some(offset) } = outcome {
            let known = last.entry(*partition).or_insert(*offset);
            *known = (*known).max(*offset);
        }
    }
    last
}

#[tokio::test]
async fn queue_smaller_than_the_batch_only_slows_it() {
    let broker = Broker::start();
    let mut config = broker.config();
    config.properties.insert("queue.buffering.max.messages".to_owned(), "10".to_owned());
    let mut sink = Kafka::open(&config, &Config::default()).unwrap();
    let records: Vec<Record> = (1..=200).map(|seq| plain(seq, "narrow", "k", seq.to_string().into_bytes())).collect();
    let outcomes = sink.publish(&records).await.unwrap();
    outcomes.iter().for_each(assert_acked);
    let offsets: Vec<i64> = outcomes
        .iter()
        .map(|outcome| if let Outcome::Acked { offset: Some(offset), .. } = outcome { *offset } else { -1 })
        .collect();
    assert!(offsets.is_sorted(), "one key, one order: {offsets:?}");
}

#[tokio::test]
async fn client_says_how_it_does() {
    let broker = Broker::start();
    let mut config = broker.config();
    config.properties.insert("statistics.interval.ms".to_owned(), "100".to_owned());
    let mut sink = Kafka::open(&config, &Config::default()).unwrap();
    sink.publish(&[plain(1, "vitals", "k", vec![b'1'])]).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let vitals = sink.vitals().unwrap_or_default();
        if vitals.n_brokers_up == 1 && vitals.sent_bytes > 0 && vitals.round_trip_p99 > Duration::ZERO {
            assert_eq!((vitals.n_brokers_known, vitals.n_queued), (1, 0), "{vitals:?}");
            break;
        }
        assert!(Instant::now() < deadline, "{vitals:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn absent_broker_fails_the_online_check_in_words() {
    let config = KafkaConfig { brokers: Some("127.0.0.1:1".to_owned()), ..KafkaConfig::default() };
    let err = check_online(&config, &Config::default()).await.unwrap_err();
    assert!(err.to_string().contains("127.0.0.1:1"), "{err}");
    assert!(err.to_string().to_lowercase().contains("refused"), "{err}");
}

/// Address of a real broker, or a loud line why its tests did not run.
pub(crate) fn real_brokers(test: &str) -> Option<String> {
    let brokers = std::env::var("HOTLINE_TEST_BROKERS").ok().filter(|brokers| !brokers.is_empty());
    if brokers.is_none() {
        skipped(test, "set HOTLINE_TEST_BROKERS=HOST:PORT to run it");
    }
    brokers
}

/// Says that a test did not run. Where the broker tier must run, as in CI, that is a failure.
pub(crate) fn skipped(test: &str, advice: &str) {
    assert!(std::env::var_os("HOTLINE_TEST_NO_SKIP").is_none(), "{test} must not be skipped here: {advice}");
    say(&format!("SKIPPED broker tier: {test}: {advice}"));
}

/// Says something loudly. Not with eprintln: the test harness would swallow it.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// A prefix of this run's own, so that runs do not read each other's records.
pub(crate) fn fresh_prefix(name: &str) -> String {
    let dir = tempfile::Builder::new().prefix(name).rand_bytes(8).tempdir().unwrap();
    dir.path().file_name().unwrap().to_string_lossy().into_owned()
}

#[tokio::test]
async fn real_broker_creates_topics_and_keeps_every_record() {
    let Some(brokers) = real_brokers("real_broker_creates_topics_and_keeps_every_record") else { return };
    let prefix = fresh_prefix("hotline-test-");
    let publish = Config { topic_prefix: prefix.clone(), ..Config::default() };
    let config =
        KafkaConfig { brokers: Some(brokers.clone()), delivery: Delivery::AtLeastOnce, ..KafkaConfig::default() };
    let notes = check_online(&config, &publish).await.unwrap();
    assert!(notes.iter().any(|note| note.contains("does not exist yet")) && notes.len() == 4, "{notes:?}");
    let mut sink = Kafka::open(&config, &publish).unwrap();
    let topic = format!("{prefix}.events.v1");
    let records: Vec<Record> = (1..=3_000u64)
        .map(|seq| plain(seq, &topic, &format!("k{}", seq % 50), format!("{{\"seq\":{seq}}}").into_bytes()))
        .collect();
    for batch in records.chunks(500) {
        sink.publish(batch).await.unwrap().iter().for_each(assert_acked);
    }
    let notes = check_online(&config, &publish).await.unwrap();
    assert!(notes.iter().any(|note| note.contains("6 partitions")), "{notes:?}");
    let read = tokio::task::spawn_blocking(move || consume(&brokers, &topic, 3_000)).await.unwrap();
    let mut last_by_key: BTreeMap<String, u64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for one in read {
        let value: Value = serde_json::from_slice(&one.value).unwrap();
        let seq = value["seq"].as_u64().unwrap();
        assert!(seen.insert(seq), "{seq} twice");
        let last = last_by_key.insert(one.key.clone(), seq).unwrap_or(0);
        assert!(last < seq, "{} came before {last} under {}", seq, one.key);
    }
    assert_eq!(seen.len(), 3_000);
}

#[tokio::test]
async fn real_broker_without_its_topic_holds() {
    let Some(brokers) = real_brokers("real_broker_without_its_topic_holds") else { return };
    let publish = Config { topic_prefix: fresh_prefix("hotline-none-"), ..Config::default() };
    let topics = Topics { ensure: Ensure::Check, ..Topics::default() };
    let config =
        KafkaConfig { brokers: Some(brokers), topics, delivery: Delivery::AtLeastOnce, ..KafkaConfig::default() };
    let err = check_online(&config, &publish).await.unwrap_err();
    assert!(err.to_string().contains("does not exist"), "{err}");
    let mut sink = Kafka::open(&config, &publish).unwrap();
    let err = sink.publish(&event_records()).await.unwrap_err();
    assert!(matches!(&err, PublishError::Held { reason, .. } if reason.contains("ensure")), "{err}");
}

#[tokio::test]
async fn real_broker_with_a_lower_limit_rejects_the_large_record_only() {
    let Some(brokers) = real_brokers("real_broker_with_a_lower_limit_rejects_the_large_record_only") else { return };
    let publish = Config { topic_prefix: fresh_prefix("hotline-large-"), ..Config::default() };
    let config = KafkaConfig {
        brokers: Some(brokers.clone()),
        // The client lets pass what the broker (1,048,588 bytes unless told otherwise) refuses.
        properties: BTreeMap::from([("message.max.bytes".to_owned(), "3000000".to_owned())]),
        compression: Compression::None,
        delivery: Delivery::AtLeastOnce,
        ..KafkaConfig::default()
    };
    let mut sink = Kafka::open(&config, &publish).unwrap();
    let topic = format!("{}.events.v1", publish.topic_prefix);
    let mut records: Vec<Record> =
        (1..=9).map(|seq| plain(seq, &topic, "one key", format!("{{\"seq\":{seq}}}").into_bytes())).collect();
    records[4].value = vec![b'x'; 2_000_000];
    let outcomes = sink.publish(&records).await.unwrap();
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Rejected { code, .. } => assert_eq!((index, code.as_str()), (4, "message_size_too_large")),
            Outcome::Acked { .. } => assert_acked(outcome),
            Outcome::DeadLettered { .. } => panic!("{outcome:?}"),
        }
    }
    assert!(matches!(outcomes[4], Outcome::Rejected { .. }));
    let read = tokio::task::spawn_blocking(move || consume(&brokers, &topic, 8)).await.unwrap();
    let mut last_copies: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for (at, one) in read.iter().enumerate() {
        last_copies.insert(one.value.clone(), at);
    }
    // The last copy of each record stands in order, whatever came before it.
    let order: Vec<usize> = last_copies.into_values().collect();
    assert!(order.len() >= 7 && order.is_sorted(), "{order:?}");
}
