//! Facts about the example consumers: run as a reader of their README would run them, they follow every event, and a record
//! that comes twice does no harm. On the in-process broker and, in the broker tier, on a real one.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hotline::publish::kafka::{Config as KafkaConfig, Delivery, Ensure, Kafka, Topics};
use hotline::publish::message::EventRecord;
use hotline::publish::{Config, Publish as _, Record};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use super::latest;
use super::publish::{fresh_prefix, real_brokers, skipped};

const DEADLINE: Duration = Duration::from_secs(90);

/// A broker with two events, of two revisions each, every one of them delivered twice.
struct Ground {
    brokers: String,
    prefix: String,
    events: Vec<Record>,
    _cluster: Option<MockCluster<'static, DefaultProducerContext>>,
}

impl Ground {
    async fn in_process() -> Self {
        let cluster = MockCluster::new(1).unwrap();
        let brokers = cluster.bootstrap_servers();
        Self::filled(brokers, Ensure::Skip, Some(cluster)).await
    }

    /// The in-process broker, and the real one where there is one.
    async fn each(test: &str) -> Vec<Self> {
        let mut grounds = vec![Self::in_process().await];
        if let Some(brokers) = real_brokers(test) {
            grounds.push(Self::filled(brokers, Ensure::Create, None).await);
        }
        grounds
    }

    async fn filled(
        brokers: String,
        ensure: Ensure,
        cluster: Option<MockCluster<'static, DefaultProducerContext>>,
    ) -> Self {
        let prefix = fresh_prefix("hotline-consumers-");
        let kafka = KafkaConfig {
            brokers: Some(brokers.clone()),
            delivery: Delivery::AtLeastOnce,
            topics: Topics { ensure, ..Topics::default() },
            ..KafkaConfig::default()
        };
        let publish = Config { topic_prefix: prefix.clone(), ..Config::default() };
        let mut events = latest::records(&prefix);
        events.retain(|record| record.topic.ends_with(".events.v1"));
        let mut sink = Kafka::open(&kafka, &publish).unwrap();
        for _ in 0..2 {
            sink.publish(&events).await.unwrap();
        }
        Self { brokers, prefix, events, _cluster: cluster }
    }

    /// What stands at the beginning of the lines that a follower prints, in order within each event.
    fn told(&self) -> BTreeMap<String, Vec<String>> {
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in &self.events {
            let event: EventRecord = serde_json::from_slice(&record.value).unwrap();
            let line = format!("{} r{} {} {}", event.event_id, event.revision, event.kind, event.status.as_str());
            told.entry(event.event_id).or_default().push(line);
        }
        told
    }

    fn assert_followed(&self, said: &Said) {
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in said.stdout.lines() {
            let id = line.split(' ').next().unwrap_or_default().to_owned();
            told.entry(id).or_default().push(line.split(": ").next().unwrap_or_default().to_owned());
        }
        assert_eq!(told, self.told(), "{said:?}");
    }
}

#[derive(Debug)]
struct Said {
    stdout: String,
    stderr: String,
}

/// Runs a command to its end, which must be a good one.
async fn run(command: &mut Command) -> Said {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (id, name) = (child.id(), format!("{command:?}"));
    let began = Instant::now();
    let mut ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = if let Ok(output) = tokio::time::timeout(DEADLINE, &mut ended).await {
        output.unwrap().unwrap()
    } else {
        Command::new("kill").args(["-KILL", &id.to_string()]).status().unwrap();
        ended.await.unwrap().unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = Said { stdout: text(&output.stdout), stderr: text(&output.stderr) };
    assert!(output.status.success(), "{name} after {:?}: {said:?}", began.elapsed());
    said
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn is_there(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn rust_consumer_follows_every_event_once() {
    // Whole test runs build the examples; one test alone does not.
    let example = Path::new(env!("CARGO_BIN_EXE_hotline")).with_file_name("examples").join("follow");
    let written = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    if written(&example) < written(&repository("examples/consumers/follow.rs")) {
        skipped("rust_consumer_follows_every_event_once", "build the example with `cargo build --example follow`");
        return;
    }
    for ground in Ground::each("rust_consumer_follows_every_event_once").await {
        let said = run(Command::new(&example).args([&ground.brokers, &ground.prefix, "3"])).await;
        ground.assert_followed(&said);
        assert!(said.stderr.ends_with("2 events\n"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn python_consumer_follows_every_event_once() {
    let python = std::env::var("HOTLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !is_there(Command::new(&python).args(["-c", "import confluent_kafka"])) {
        let advice = "pip install confluent-kafka, in the Python that HOTLINE_TEST_PYTHON names or python3";
        skipped("python_consumer_follows_every_event_once", advice);
        return;
    }
    for ground in Ground::each("python_consumer_follows_every_event_once").await {
        let mut command = Command::new(&python);
        command.arg(repository("examples/consumers/follow.py")).arg(&ground.brokers);
        let said = run(command.args(["--prefix", &ground.prefix, "--exit-when-idle", "3"])).await;
        ground.assert_followed(&said);
        assert!(said.stderr.ends_with("2 events, 1 of them stand\n"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kcat_line_of_the_documentation_prints_every_state() {
    if !is_there(Command::new("kcat").arg("-V")) {
        skipped("kcat_line_of_the_documentation_prints_every_state", "install kcat");
        return;
    }
    let text = std::fs::read_to_string(repository("examples/consumers/README.md")).unwrap();
    let line = text.lines().find(|line| line.starts_with("kcat") && line.contains(" hotline.events.v1 ")).unwrap();
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    assert!(readme.contains(line), "the README has another line for kcat");
    for ground in Ground::each("kcat_line_of_the_documentation_prints_every_state").await {
        let line = line.replace("127.0.0.1:9092", &ground.brokers).replace("hotline.", &format!("{}.", ground.prefix));
        let said = run(Command::new("sh").args(["-c", &line])).await;
        let mut states: BTreeSet<(String, u32)> = BTreeSet::new();
        for line in said.stdout.lines() {
            let (key, value) = line.split_once(' ').unwrap();
            let event: EventRecord = serde_json::from_str(value).unwrap();
            assert_eq!(event.event_id, key);
            states.insert((event.event_id, event.revision));
        }
        assert_eq!(said.stdout.lines().count(), 2 * ground.events.len(), "{said:?}");
        assert_eq!(states.len(), ground.events.len());
    }
}
