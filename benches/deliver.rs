//! Measures delivery on a real broker: records a second and the time of a commit, then a daemon whose broker is away while
//! its spool is full, and how it drains once the broker is there. Not a criterion bench: it counts what arrives.
//!
//! `cargo bench --bench deliver -- HOST:PORT [RECORDS] [outage]` (default 100,000 records of 1.5 KB); `outage` leaves out the
//! first part. Where `HOTLINE_BROKER_DIR` says that the broker is one of `deploy/broker.sh`, it is stopped while the spool drains.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops where its ground gives way, and prints")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hotline::article::{Article, TextSource, Times};
use hotline::clock::SystemClock;
use hotline::publish::kafka::{Config as KafkaConfig, Kafka};
use hotline::publish::message::Envelope;
use hotline::publish::{Config, Origin, Publish as _, Record};
use hotline::store::{ArticleCommit, Settled, Store};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const N_KEYS: u64 = 997;
const VALUE_BYTES: usize = 1_500;
/// As the daemon sends them.
const BATCH_RECORDS: usize = 500;
const BATCH_BYTES: usize = 4 << 20;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the daemon with the full spool is watched.
const AWAY: Duration = Duration::from_secs(30);
/// Of all records, what is delivered when the broker is stopped.
const STOPPED_AFTER: u64 = 10;

/// Where the bench delivers to, and how much.
struct Load {
    brokers: String,
    n_records: u64,
    is_outage_only: bool,
}

impl Load {
    fn of_args() -> Option<Self> {
        // Cargo adds `--bench`.
        let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
        let brokers = args.next().filter(|brokers| brokers.contains(':'))?;
        let n_records = args.next().map_or(100_000, |text| text.parse().unwrap());
        Some(Self { brokers, n_records, is_outage_only: args.next().as_deref() == Some("outage") })
    }

    /// A prefix of this run's own.
    fn publish(name: &str) -> Config {
        let prefix = format!("hotline-bench-{name}-{}", std::process::id());
        Config { topic_prefix: prefix, ..Config::default() }
    }
}

/// An article of which nothing matters here.
fn article() -> Article {
    Article {
        article_id: "01JKWA0000000000000000000A".to_owned(),
        revision: 1,
        url: "https://alpha.example/1".to_owned(),
        canonical_url: "https://alpha.example/1".to_owned(),
        outlet: "alpha".to_owned(),
        outlet_name: "Alpha".to_owned(),
        outlet_family: None,
        outlet_zone: None,
        feeds: vec!["alpha-world".to_owned()],
        title: "Leaders speak".to_owned(),
        byline: Vec::new(),
        credits: Vec::new(),
        lang: Some("en".to_owned()),
        published: None,
        modified: None,
        text: "The two leaders spoke by phone.".to_owned(),
        is_text_truncated: false,
        text_source: TextSource::Page,
        posts: Vec::new(),
        content_hash: "00".repeat(32),
        image: None,
        is_paywalled: false,
        duplicate_of: None,
        times: Times { published: None, feed_seen: None, fetched: None, coded: None, enqueued: None },
    }
}

/// A record whose value compresses about as news does: half of it never repeats.
fn record(topic: &str, number: u64) -> Record {
    let mut random = number;
    let mut noise = String::with_capacity(VALUE_BYTES / 2);
    while noise.len() < VALUE_BYTES / 2 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        write!(noise, "{random:016x}").unwrap();
    }
    let filler = "the council meets again ".repeat(VALUE_BYTES / 48);
    Record {
        seq: number,
        topic: topic.to_owned(),
        key: format!("k{}", number % N_KEYS),
        headers: vec![("ce_id".to_owned(), format!("{number}:1"))],
        value: format!("{{\"number\":{number},\"noise\":\"{noise}\",\"filler\":\"{filler}\"}}").into_bytes(),
    }
}

async fn fill(store: &Store, topic: &str, n_records: u64) {
    let article = article();
    for first in (1..=n_records).step_by(2_000) {
        let numbers = first..=(first + 1_999).min(n_records);
        let records = numbers.map(|number| record(topic, number)).collect();
        let commit = ArticleCommit { article: article.clone(), mentions: Vec::new(), changes: Vec::new(), records };
        store.commit_articles(vec![commit]).await.unwrap();
    }
}

/// Empties an outbox as the daemon does and prints what that took.
async fn throughput(load: &Load, delivery: &str) {
    let folder = tempfile::tempdir().unwrap();
    let publish = Load::publish(delivery);
    let store = Store::open(folder.path()).await.unwrap();
    fill(&store, &format!("{}.events.v1", publish.topic_prefix), load.n_records).await;
    let config: KafkaConfig =
        toml::from_str(&format!("brokers = \"{}\"\ndelivery = \"{delivery}\"", load.brokers)).unwrap();
    let mut sink = Kafka::open(&config, &publish).unwrap();
    sink.attach(Origin {
        store_id: store.store_id().to_owned(),
        last_seq: *store.watch_outbox().borrow(),
        envelope: Envelope::new(&publish, "core-1"),
        clock: Arc::new(SystemClock),
    });
    let (mut times, mut after, mut began) = (Vec::new(), 0, Instant::now());
    loop {
        let records = store.outbox(after, BATCH_RECORDS, BATCH_BYTES).await.unwrap();
        let Some(last) = records.last() else { break };
        let is_first = after == 0;
        after = last.seq;
        let sent = Instant::now();
        let outcomes = sink.publish(&records).await.unwrap();
        let took = sent.elapsed();
        let pairs = records.iter().zip(outcomes);
        let settled = pairs.map(|(one, outcome)| Settled { seq: one.seq, outcome, dead_letter: None });
        store.settle(settled.collect()).await.unwrap();
        // The first makes topics and joins.
        if is_first {
            began = Instant::now();
        } else {
            times.push(took);
        }
    }
    times.sort_unstable();
    let n_timed = load.n_records.saturating_sub(BATCH_RECORDS as u64);
    let at = |per_mille: usize| times[(times.len() - 1) * per_mille / 1_000].as_secs_f64() * 1e3;
    let all: Duration = times.iter().sum();
    println!(
        "{delivery:<14} {:.0} records/s from the outbox to settled, {:.0} records/s in the sink; a batch of {BATCH_RECORDS} \
         p50 {:.1} ms, p99 {:.1} ms",
        n_timed as f64 / began.elapsed().as_secs_f64(),
        n_timed as f64 / all.as_secs_f64(),
        at(500),
        at(990),
    );
    store.close().await.unwrap();
}

/// A daemon of a folder; killed when dropped.
struct Daemon {
    child: Child,
    status: SocketAddr,
}

impl Daemon {
    fn start(folder: &Path, brokers: &str, load: &Load, publish: &Config) -> Self {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).unwrap();
        let status = free();
        let main = format!(
            "state_dir = \"{}\"\n[kafka]\nbrokers = \"{brokers}\"\n[publish]\ntopic_prefix = \"{}\"\n[pipeline]\n\
             spool_records_max = {}\n[http]\nlisten = \"{status}\"\n",
            folder.join("state").display(),
            publish.topic_prefix,
            (load.n_records / 2).max(1),
        );
        let list = format!(
            "[[outlet]]\nid = \"alpha\"\nname = \"Alpha\"\nlang = \"en\"\n[[outlet.feed]]\nid = \"alpha\"\nurl = \
             \"http://{}/feed\"\nallow_private = true\n",
            free()
        );
        std::fs::create_dir_all(folder.join("feeds.d")).unwrap();
        std::fs::write(folder.join("hotline.toml"), main).unwrap();
        std::fs::write(folder.join("feeds.d/alpha.toml"), list).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotline"));
        command.arg("--config").arg(folder.join("hotline.toml")).args(["-q", "run"]).stdin(Stdio::null());
        Self { child: command.spawn().unwrap(), status }
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut answer = String::new();
        let mut stream = TcpStream::connect(self.status).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").ok()?;
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.split_once("\r\n\r\n")?.1.to_owned())
    }

    fn status(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.get("/status")?).ok()
    }

    /// Waits until its status is so, and returns it.
    fn wait(&self, condition: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        loop {
            if let Some(status) = self.status().filter(&condition) {
                return status;
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Fills a spool, runs a daemon whose broker is away, then one whose broker is there, and reads what arrived.
async fn outage(load: &Load) {
    let publish = Load::publish("outage");
    let topic = format!("{}.events.v1", publish.topic_prefix);
    let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let state = full.path().join("state");
    std::fs::create_dir(&state).unwrap();
    let store = Store::open(&state).await.unwrap();
    fill(&store, &topic, load.n_records).await;
    store.close().await.unwrap();
    let mib = std::fs::metadata(state.join("hotline.db")).unwrap().len() >> 20;
    let nobody = "127.0.0.1:1";
    let peak_of = |folder: &Path| {
        let daemon = Daemon::start(folder, nobody, load, &publish);
        daemon.wait(|status| status["delivery"]["error"].is_string() || status["delivery"]["lag_records"] == 0);
        std::thread::sleep(AWAY);
        let ready = daemon.get("/readyz").unwrap_or_default();
        (daemon.peak_mib(), ready.trim().to_owned())
    };
    let (base, _) = peak_of(empty.path());
    let (peak, ready) = peak_of(full.path());
    println!(
        "broker away    {} records wait ({mib} MiB on disk) for {AWAY:?}: peak {peak} MiB, {base} MiB with an empty spool; \
         /readyz: {ready}",
        load.n_records
    );
    let daemon = Daemon::start(full.path(), &load.brokers, load, &publish);
    let n_waiting = |status: &serde_json::Value| status["delivery"]["lag_records"].as_u64().unwrap_or(u64::MAX);
    let mut from = daemon.wait(|status| status["delivery"]["settled_at"].is_string());
    if std::env::var_os("HOTLINE_BROKER_DIR").is_some() {
        daemon.wait(|status| n_waiting(status) <= load.n_records - load.n_records / STOPPED_AFTER);
        broker("stop");
        daemon.wait(|status| status["delivery"]["error"].is_string());
        std::thread::sleep(AWAY);
        let status = daemon.status().unwrap();
        println!(
            "broker stopped {} records wait after {AWAY:?}: peak {} MiB; /status: {}, {}, {} polls",
            n_waiting(&status),
            daemon.peak_mib(),
            status["delivery"]["error"],
            status["hindrances"],
            status["totals"]["polls"]
        );
        broker("start");
        let settled = status["delivery"]["settled_at"].clone();
        from = daemon.wait(|status| status["delivery"]["settled_at"] != settled);
    }
    let began = Instant::now();
    daemon.wait(|status| n_waiting(status) == 0);
    let drained = n_waiting(&from) as f64 / began.elapsed().as_secs_f64();
    let status = daemon.wait(|status| status["ready"] == true && status["totals"]["polls"] != 0);
    println!(
        "broker back    drains {drained:.0} records/s, peak {} MiB; /status: {}, {} polls",
        daemon.peak_mib(),
        status["hindrances"],
        status["totals"]["polls"]
    );
    drop(daemon);
    let (n_missing, n_repeated, n_disordered) = verify(load, &topic);
    println!("read_committed {n_missing} missing, {n_repeated} duplicates, {n_disordered} out of order within a key");
}

/// Has the script that started the broker stop or start it.
fn broker(verb: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/broker.sh");
    assert!(Command::new(script).arg(verb).status().unwrap().success());
}

/// Reads the topic and counts: missing, there twice, before an earlier one of the same key.
fn verify(load: &Load, topic: &str) -> (usize, usize, usize) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &load.brokers).set("group.id", "bench").set("isolation.level", "read_committed");
    let consumer: BaseConsumer = config.set("enable.partition.eof", "true").create().unwrap();
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(30)).unwrap();
    let mut partitions = TopicPartitionList::new();
    for partition in metadata.topics()[0].partitions() {
        partitions.add_partition_offset(topic, partition.id(), Offset::Beginning).unwrap();
    }
    // The daemon has committed all: the end of each partition is the end.
    let mut n_open = partitions.count();
    consumer.assign(&partitions).unwrap();
    let mut counts = vec![0_u32; usize::try_from(load.n_records).unwrap() + 1];
    let (mut last, mut n_disordered) = (HashMap::new(), 0);
    while n_open > 0 {
        let message = match consumer.poll(Duration::from_secs(30)) {
            Some(Ok(message)) => message,
            Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => {
                n_open -= 1;
                continue;
            }
            Some(Err(err)) => {
                println!("read_committed {err}");
                continue;
            }
            None => return (counts[1..].iter().filter(|count| **count == 0).count(), 0, n_disordered),
        };
        let value: serde_json::Value = serde_json::from_slice(message.payload().unwrap()).unwrap();
        let number = value["number"].as_u64().unwrap();
        counts[usize::try_from(number).unwrap()] += 1;
        let before = last.insert(message.key().unwrap().to_vec(), number).unwrap_or(0);
        n_disordered += usize::from(before >= number);
    }
    let n_missing = counts[1..].iter().filter(|count| **count == 0).count();
    let n_repeated = counts.iter().map(|count| count.saturating_sub(1) as usize).sum();
    (n_missing, n_repeated, n_disordered)
}

fn main() {
    let Some(load) = Load::of_args() else {
        println!("deliver: give it a broker: cargo bench --bench deliver -- HOST:PORT [RECORDS]");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{} records of {VALUE_BYTES} bytes, {N_KEYS} keys, six partitions, zstd", load.n_records);
    if !load.is_outage_only {
        runtime.block_on(throughput(&load, "exactly_once"));
        runtime.block_on(throughput(&load, "at_least_once"));
    }
    runtime.block_on(outage(&load));
}
