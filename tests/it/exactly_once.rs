//! Facts about delivery exactly once, on a real broker: kill -9, a zombie, an overlong transaction, a lost state.
//!
//! The publisher under test is this test binary itself, started as a child process: it empties an outbox as the daemon
//! does. The long form of the kill test: `HOTLINE_TEST_KILLS=100 HOTLINE_TEST_RECORDS=50000 cargo test --test it
//! exactly_once::whatever_the_moment -- --nocapture`, which prints a table.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hotline::clock::SystemClock;
use hotline::publish::kafka::{Adoption, Config as KafkaConfig, Kafka};
use hotline::publish::message::Envelope;
use hotline::publish::{Config, Origin, Outcome, Publish, PublishError, Record};
use hotline::store::{ArticleCommit, Settled, Store};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tempfile::TempDir;

use super::broker::Broker;
use super::publish::{fresh_prefix, real_brokers};
use super::samples::article;

const DEADLINE: Duration = Duration::from_secs(90);
const N_KEYS: u64 = 97;
/// Small, so that a kill often finds one of many transactions under way.
const BATCH_RECORDS: usize = 50;

/// What the child is told by its environment.
const CHILD: &str = "HOTLINE_TEST_CHILD";

/// A state directory and a topic of its own.
struct Site {
    folder: TempDir,
    brokers: String,
    prefix: String,
}

impl Site {
    fn new(brokers: String) -> Self {
        Self { folder: TempDir::new().unwrap(), brokers, prefix: fresh_prefix("hotline-once-") }
    }

    fn publish(&self) -> Config {
        Config { topic_prefix: self.prefix.clone(), ..Config::default() }
    }

    fn topic(&self) -> String {
        format!("{}.events.v1", self.prefix)
    }

    fn kafka(&self) -> Kafka {
        Kafka::open(&kafka_config(&self.brokers, "30s"), &self.publish()).unwrap()
    }

    /// Puts records into the outbox; each carries its number.
    async fn fill(&self, n_records: u64, value_bytes: usize) {
        let store = Store::open(self.folder.path()).await.unwrap();
        let article = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
        for first in (1..=n_records).step_by(1_000) {
            let numbers = first..=(first + 999).min(n_records);
            let records = numbers.map(|number| numbered(&self.topic(), number, value_bytes)).collect();
            let commit = ArticleCommit { article: article.clone(), mentions: Vec::new(), changes: Vec::new(), records };
            store.commit_articles(vec![commit]).await.unwrap();
        }
        store.close().await.unwrap();
    }

    async fn n_waiting(&self) -> usize {
        let store = Store::open(self.folder.path()).await.unwrap();
        let n_waiting = store.counts().await.unwrap().outbox_waiting;
        store.close().await.unwrap();
        usize::try_from(n_waiting).unwrap()
    }

    /// Starts a publisher of this outbox.
    fn child(&self, transaction_timeout: &str) -> Publisher {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["exactly_once::child_empties_its_outbox", "--exact", "--nocapture"])
            .env(CHILD, format!("{}\n{}\n{}", self.folder.path().display(), self.brokers, self.prefix))
            .env("HOTLINE_TEST_CHILD_TIMEOUT", transaction_timeout)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Publisher { child, lines }
    }

    /// Reads the topic as a `read_committed` consumer and compares: each number once, in order within its key.
    fn verify(&self, n_records: u64) -> Verdict {
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        let mut last_by_key: BTreeMap<String, u64> = BTreeMap::new();
        let mut n_disordered = 0;
        for (key, value) in read_committed(&self.brokers, &self.topic()) {
            let number = number_of(&value);
            *counts.entry(number).or_default() += 1;
            let last = last_by_key.insert(key, number).unwrap_or(0);
            n_disordered += usize::from(last >= number);
        }
        let n_missing = (1..=n_records).filter(|number| !counts.contains_key(number)).count();
        let n_duplicates = counts.values().map(|count| *count as usize - 1).sum();
        Verdict { n_read: counts.len(), n_missing, n_duplicates, n_disordered }
    }
}

#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "counts begin with `n_` everywhere")]
struct Verdict {
    n_read: usize,
    n_missing: usize,
    n_duplicates: usize,
    n_disordered: usize,
}

impl Verdict {
    fn assert_exact(&self, n_records: u64) {
        let exact =
            Self { n_read: usize::try_from(n_records).unwrap(), n_missing: 0, n_duplicates: 0, n_disordered: 0 };
        assert_eq!(*self, exact);
    }
}

/// A child that publishes.
struct Publisher {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Publisher {
    /// Waits until it has settled its first batch; false when it ended before.
    fn has_settled(&mut self) -> bool {
        self.has_settled_more(1)
    }

    /// Waits until it has settled so many more batches; false when it ended before.
    fn has_settled_more(&mut self, n_batches: usize) -> bool {
        let said = self.lines.by_ref().map_while(Result::ok);
        said.filter(|line| line.contains("settled")).take(n_batches).count() == n_batches
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Kills it; false when it had ended.
    fn kill(&mut self) -> bool {
        let was_running = self.child.try_wait().unwrap().is_none();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        was_running
    }

    /// Waits for its end and returns what it said.
    fn ended(mut self) -> (bool, String) {
        let said: Vec<String> = self.lines.by_ref().map_while(Result::ok).collect();
        (self.child.wait().unwrap().success(), said.join("\n"))
    }
}

fn kafka_config(brokers: &str, transaction_timeout: &str) -> KafkaConfig {
    let text = format!(
        "brokers = \"{brokers}\"\ntransaction_timeout = \"{transaction_timeout}\"\ndelivery_timeout = \"1500ms\""
    );
    toml::from_str(&text).unwrap()
}

fn numbered(topic: &str, number: u64, value_bytes: usize) -> Record {
    let filler = "x".repeat(value_bytes);
    Record {
        seq: number,
        topic: topic.to_owned(),
        key: format!("k{}", number % N_KEYS),
        headers: Vec::new(),
        value: format!("{{\"number\":{number},\"filler\":\"{filler}\"}}").into_bytes(),
    }
}

fn number_of(value: &[u8]) -> u64 {
    serde_json::from_slice::<serde_json::Value>(value).unwrap()["number"].as_u64().unwrap()
}

/// Reads all of a topic that is committed, as (key, value), in the order of each partition.
pub(crate) fn read_committed(brokers: &str, topic: &str) -> Vec<(String, Vec<u8>)> {
    let consumer = |isolation: &str| -> BaseConsumer {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", brokers).set("group.id", "test-reader").set("enable.auto.commit", "false");
        config.set("isolation.level", isolation).create().unwrap()
    };
    let (all, committed) = (consumer("read_uncommitted"), consumer("read_committed"));
    let metadata = all.fetch_metadata(Some(topic), DEADLINE).unwrap();
    let mut partitions = TopicPartitionList::new();
    let mut ends: BTreeMap<i32, i64> = BTreeMap::new();
    for partition in metadata.topics()[0].partitions() {
        let (low, high) = all.fetch_watermarks(topic, partition.id(), DEADLINE).unwrap();
        if low < high {
            ends.insert(partition.id(), high);
            partitions.add_partition_offset(topic, partition.id(), Offset::Offset(low)).unwrap();
        }
    }
    committed.assign(&partitions).unwrap();
    let deadline = Instant::now() + DEADLINE;
    let mut read = Vec::new();
    let is_over = || {
        let position = committed.position().unwrap();
        let at = |partition| position.find_partition(topic, partition).map(|one| one.offset());
        ends.iter().all(|(partition, end)| matches!(at(*partition), Some(Offset::Offset(at)) if at >= *end))
    };
    loop {
        match committed.poll(Duration::from_millis(100)) {
            Some(message) => {
                let Ok(message) = message else { continue };
                let key = String::from_utf8(message.key().unwrap_or_default().to_vec()).unwrap();
                read.push((key, message.payload().unwrap_or_default().to_vec()));
            }
            None if is_over() => return read,
            None => {}
        }
        assert!(Instant::now() < deadline, "{} records, then no more", read.len());
    }
}

fn attached(mut sink: Kafka, store: &Store, publish: &Config) -> Kafka {
    sink.attach(Origin {
        store_id: store.store_id().to_owned(),
        last_seq: *store.watch_outbox().borrow(),
        envelope: Envelope::new(publish, "core-1"),
        clock: Arc::new(SystemClock),
    });
    sink
}

/// Not a fact but the publisher that the others start, stop and kill: it empties an outbox in small batches.
#[tokio::test]
async fn child_empties_its_outbox() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let told: Vec<&str> = told.lines().collect();
    let [dir, brokers, prefix] = told[..] else { panic!("{told:?}") };
    let publish = Config { topic_prefix: prefix.to_owned(), ..Config::default() };
    let timeout = std::env::var("HOTLINE_TEST_CHILD_TIMEOUT").unwrap();
    let store = Store::open(Path::new(dir)).await.unwrap();
    let sink = Kafka::open(&kafka_config(brokers, &timeout), &publish).unwrap();
    let mut sink = attached(sink, &store, &publish);
    loop {
        let records = store.outbox(0, BATCH_RECORDS, 4 << 20).await.unwrap();
        if records.is_empty() {
            break;
        }
        match sink.publish(&records).await {
            Ok(outcomes) => {
                let pairs = records.iter().zip(outcomes);
                let settled = pairs.map(|(one, outcome)| Settled { seq: one.seq, outcome, dead_letter: None });
                store.settle(settled.collect()).await.unwrap();
                // Not println: the harness would keep it.
                std::io::stdout().write_all(b"settled\n").unwrap();
            }
            Err(PublishError::Retriable { .. }) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(err) => {
                std::io::stdout().write_all(format!("{err}\n").as_bytes()).unwrap();
                panic!("{err}");
            }
        }
    }
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_moment_of_a_kill_each_record_is_there_once_and_in_order() {
    let Some(brokers) = real_brokers("whatever_the_moment_of_a_kill_each_record_is_there_once_and_in_order") else {
        return;
    };
    let number = |name: &str, default| std::env::var(name).ok().map_or(default, |text| text.parse().unwrap());
    let (n_kills, n_records) = (number("HOTLINE_TEST_KILLS", 6), number("HOTLINE_TEST_RECORDS", 4_000));
    let site = Site::new(brokers);
    site.fill(n_records, 200).await;
    let began = Instant::now();
    // Moments from a seed that is printed: a failure can be looked at again.
    let seed = u64::from(std::process::id());
    let mut random = seed;
    let (mut n_running, mut n_before_first) = (0, 0);
    // So many batches between two kills on average that the kills are spread over the records.
    let n_batches = (n_records / BATCH_RECORDS as u64 / (n_kills + 1)).max(1);
    for _ in 0..n_kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = site.child("30s");
        // One kill in four hits the start: fencing and reading how far the predecessor came.
        if random >> 62 == 0 {
            n_before_first += 1;
            tokio::time::sleep(Duration::from_millis((random >> 40) % 700)).await;
        } else if child.has_settled_more(1 + (random >> 33) as usize % (2 * n_batches as usize - 1)) {
            tokio::time::sleep(Duration::from_micros((random >> 40) % 250_000)).await;
        }
        n_running += u64::from(child.kill());
    }
    let n_left = site.n_waiting().await;
    let (is_ok, said) = site.child("30s").ended();
    assert!(is_ok, "{said}");
    let verdict = site.verify(n_records);
    let line = format!(
        "kill -9: {n_kills} kills ({n_running} while it ran, {n_before_first} at the start, seed {seed}), {n_records} \
         records ({n_left} left for the last run), {} missing, {} duplicates, {} out of order, {:.0} s\n",
        verdict.n_missing,
        verdict.n_duplicates,
        verdict.n_disordered,
        began.elapsed().as_secs_f64()
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    verdict.assert_exact(n_records);
    assert!(
        n_running >= n_kills / 2,
        "{n_running} of {n_kills} kills hit a running publisher: more records are needed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_and_not_marked_is_not_sent_again() {
    let Some(brokers) = real_brokers("what_was_committed_and_not_marked_is_not_sent_again") else { return };
    let site = Site::new(brokers);
    site.fill(120, 200).await;
    let store = Store::open(site.folder.path()).await.unwrap();
    for n_records in [60, 120] {
        // Each publisher ends between the commit and the mark.
        let mut sink = attached(site.kafka(), &store, &site.publish());
        let records = store.outbox(0, n_records, 4 << 20).await.unwrap();
        let outcomes = sink.publish(&records).await.unwrap();
        assert_eq!(outcomes.len(), n_records);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Acked { .. })));
    }
    site.verify(120).assert_exact(120);
}

#[tokio::test(flavor = "multi_thread")]
async fn zombie_that_wakes_up_after_its_successor_is_fenced_and_says_so() {
    let Some(brokers) = real_brokers("zombie_that_wakes_up_after_its_successor_is_fenced_and_says_so") else { return };
    let site = Site::new(brokers);
    site.fill(3_000, 200).await;
    let mut zombie = site.child("30s");
    assert!(zombie.has_settled());
    zombie.signal("STOP");
    // The same store on another machine, as after a fail-over.
    let successor = Site { folder: TempDir::new().unwrap(), ..Site::new(site.brokers.clone()) };
    let successor = Site { prefix: site.prefix.clone(), ..successor };
    for name in ["hotline.db", "hotline.db-wal"] {
        std::fs::copy(site.folder.path().join(name), successor.folder.path().join(name)).unwrap();
    }
    let (is_ok, said) = successor.child("30s").ended();
    assert!(is_ok, "{said}");
    zombie.signal("CONT");
    let (is_ok, said) = zombie.ended();
    assert!(!is_ok && said.contains("another daemon has taken over transactional id"), "{said}");
    site.verify(3_000).assert_exact(3_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn broker_that_is_killed_in_the_middle_and_started_again_has_each_record_once_and_in_order() {
    let test = "broker_that_is_killed_in_the_middle_and_started_again_has_each_record_once_and_in_order";
    let Some(broker) = Broker::start(test, |_| String::new(), "") else { return };
    let site = Site::new(broker.address());
    site.fill(10_000, 200).await;
    let mut child = site.child("30s");
    // A kill finds the publisher in the middle: so many batches are far from all 200.
    for n_batches in [20, 60] {
        assert!(child.has_settled_more(n_batches));
        broker.kill();
        broker.restart();
    }
    let (is_ok, said) = child.ended();
    assert!(is_ok && said.contains("settled"), "the same publisher went on and finished: {said}");
    site.verify(10_000).assert_exact(10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn publisher_that_stood_still_longer_than_its_transaction_may_loses_and_repeats_nothing() {
    let test = "publisher_that_stood_still_longer_than_its_transaction_may_loses_and_repeats_nothing";
    let Some(brokers) = real_brokers(test) else { return };
    let site = Site::new(brokers);
    site.fill(2_000, 200).await;
    let mut child = site.child("1500ms");
    assert!(child.has_settled());
    child.signal("STOP");
    // Not a wait for something: the transaction's time has to run out, and the broker looks for such once a second.
    tokio::time::sleep(Duration::from_secs(5)).await;
    child.signal("CONT");
    // It goes on or ends, as the moment will have it; whoever comes after it finishes.
    child.ended();
    let (is_ok, said) = site.child("30s").ended();
    assert!(is_ok, "{said}");
    site.verify(2_000).assert_exact(2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn state_that_was_lost_or_put_back_is_refused_until_it_is_adopted() {
    let Some(brokers) = real_brokers("state_that_was_lost_or_put_back_is_refused_until_it_is_adopted") else { return };
    let site = Site::new(brokers);
    site.fill(100, 200).await;
    let old = TempDir::new().unwrap();
    std::fs::copy(site.folder.path().join("hotline.db"), old.path().join("hotline.db")).unwrap();
    let store = Store::open(site.folder.path()).await.unwrap();
    let records = store.outbox(0, 100, 4 << 20).await.unwrap();
    attached(site.kafka(), &store, &site.publish()).publish(&records).await.unwrap();
    let store_id = store.store_id().to_owned();
    let origin = |store_id: &str, last_seq| Origin {
        store_id: store_id.to_owned(),
        last_seq,
        envelope: Envelope::new(&site.publish(), "core-1"),
        clock: Arc::new(SystemClock),
    };
    let more = numbered(&site.topic(), 101, 200);
    for (origin, what) in [(origin(&store_id, 50), "only came to record 50"), (origin("OTHER", 0), "holds store OTHER")]
    {
        let mut sink = site.kafka();
        sink.attach(origin.clone());
        let err = sink.publish(std::slice::from_ref(&more)).await.unwrap_err();
        assert!(matches!(err, PublishError::Fatal { .. }), "{err}");
        let said = err.to_string();
        assert!(said.contains(what) && said.contains("--adopt"), "{said}");
    }
    let mut sink = site.kafka();
    sink.attach(origin("OTHER", 0));
    sink.set_adoption(Adoption::Adopt);
    sink.publish(std::slice::from_ref(&more)).await.unwrap();
    // Adopted once is adopted for good.
    let mut sink = site.kafka();
    sink.attach(origin("OTHER", 101));
    sink.publish(&[numbered(&site.topic(), 102, 200)]).await.unwrap();
    site.verify(102).assert_exact(102);
}

#[tokio::test(flavor = "multi_thread")]
async fn record_the_broker_never_takes_becomes_a_dead_letter_in_its_own_transaction() {
    let test = "record_the_broker_never_takes_becomes_a_dead_letter_in_its_own_transaction";
    let Some(brokers) = real_brokers(test) else { return };
    for properties in ["", "[properties]\n\"message.max.bytes\" = \"3000000\"\n"] {
        let site = Site::new(brokers.clone());
        let text = format!("brokers = \"{brokers}\"\ncompression = \"none\"\n{properties}");
        let mut sink = Kafka::open(&toml::from_str(&text).unwrap(), &site.publish()).unwrap();
        sink.attach(Origin {
            store_id: "STORE".to_owned(),
            last_seq: 300,
            envelope: Envelope::new(&site.publish(), "core-1"),
            clock: Arc::new(SystemClock),
        });
        let mut records: Vec<Record> = (1..=300).map(|number| numbered(&site.topic(), number, 100)).collect();
        // The client itself refuses it in the first round, the broker in the second.
        records[149] = numbered(&site.topic(), 150, 2_000_000);
        let began = Instant::now();
        let outcomes = sink.publish(&records).await.unwrap();
        let took = began.elapsed();
        for (index, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Outcome::DeadLettered { code, .. } => {
                    assert_eq!((index, code.as_str()), (149, "message_size_too_large"));
                }
                outcome => assert!(matches!(outcome, Outcome::Acked { offset: Some(_), .. }), "{index}: {outcome:?}"),
            }
        }
        let verdict = site.verify(300);
        assert_eq!((verdict.n_read, verdict.n_missing, verdict.n_duplicates, verdict.n_disordered), (299, 1, 0, 0));
        let letters = read_committed(&site.brokers, &format!("{}.dlq.v1", site.prefix));
        assert_eq!(letters.len(), 1);
        assert!(letters[0].1.starts_with(b"{\"number\":150,"));
        assert!(took < Duration::from_secs(20), "the others waited {took:?}");
    }
}
