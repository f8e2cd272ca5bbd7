//! Facts about the daemon as a process: signals, kill -9, exit codes.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use hotline::clock::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use super::exactly_once::read_committed;
use super::newsroom::{Item, Newsroom, Page};
use super::publish::{fresh_prefix, real_brokers};

/// A condition that does not come true within this has failed.
const DEADLINE: Duration = Duration::from_secs(40);

const PARAGRAPHS: [&str; 2] = [
    "The ferry line between the two capitals of Ruritania takes passengers again from Wednesday, its owner said in a \
     statement on the eve of the season.",
    "Tickets were sold out within hours, and a second ship is to follow in the spring if the harbour has room for it.",
];

/// A configured folder and the newsroom its feed points at.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    pub(crate) newsroom: Newsroom,
}

impl Site {
    /// Configures one feed of `n_items` articles; `settings` is added to the main file.
    pub(crate) async fn open(n_items: usize, settings: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let newsroom = Newsroom::open().await;
        let item = |number: usize| -> Item {
            newsroom.publish(&format!("/{number}.html"), &format!("Ferry number {number} sails"), &PARAGRAPHS)
        };
        let items: Vec<Item> = (0..n_items).map(item).collect();
        newsroom.put_feed("/feed.xml", &items);
        let main = format!(
            "state_dir = \"{}\"\n{settings}\n[publish]\narticles = \"all\"\n[http]\nlisten = \"127.0.0.1:0\"\n",
            folder.path().join("state").display()
        );
        let list = format!(
            "[[outlet]]\nid = \"alpha\"\nname = \"Alpha\"\nlang = \"en\"\n[[outlet.feed]]\nid = \"alpha-news\"\nurl = \"{}\"\n\
             first_poll = \"publish_all\"\nallow_private = true\n",
            newsroom.url("/feed.xml")
        );
        fs::write(folder.path().join("hotline.toml"), main).unwrap();
        fs::create_dir(folder.path().join("feeds.d")).unwrap();
        fs::write(folder.path().join("feeds.d/alpha.toml"), list).unwrap();
        Self { folder, newsroom }
    }

    fn sink(&self) -> PathBuf {
        self.folder.path().join("records")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotline"));
        command
            .arg("run")
            .arg("-c")
            .arg(self.folder.path().join("hotline.toml"))
            .args(arguments)
            .env_remove("RUST_LOG");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HOTLINE_")) {
            command.env_remove(name);
        }
        command
    }

    /// Starts it with this broker, and topics of its own.
    pub(crate) fn start_with(&self, brokers: &str, prefix: &str, arguments: &[&str]) -> Daemon {
        let mut command = self.command(arguments);
        command.env("HOTLINE_KAFKA__BROKERS", brokers).env("HOTLINE_PUBLISH__TOPIC_PREFIX", prefix);
        Daemon::spawn(command.env("HOTLINE_KAFKA__DELIVERY_TIMEOUT", "2s"))
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Daemon {
        let sink = format!("ndjson:{}", self.sink().display());
        Daemon::spawn(self.command(arguments).arg("--sink").arg(sink))
    }

    /// Runs one round to its end.
    pub(crate) async fn round(&self) {
        let (code, log) = self.start(&["--once"]).ended().await;
        assert_eq!(code, Some(0), "{log}");
    }

    /// Makes appending to today's files fail, as a full or read-only disk would.
    fn block(&self) -> Vec<PathBuf> {
        let now = SystemClock.now();
        let days = [0, 1].map(|n_days| now + SignedDuration::from_hours(24 * n_days));
        let path = |day: Timestamp| {
            let day = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
            self.sink().join(format!("hotline.articles.v1-{day}.ndjson"))
        };
        let blocked: Vec<PathBuf> = days.map(path).to_vec();
        for path in &blocked {
            fs::create_dir_all(path).unwrap();
        }
        blocked
    }

    /// Reads every delivered line, by `ce_id`.
    fn delivered(&self) -> Vec<(String, String)> {
        lines(&self.sink())
            .into_iter()
            .filter_map(|line| {
                let value: Value = serde_json::from_str(&line).ok()?;
                Some((value["headers"]["ce_id"].as_str().unwrap().to_owned(), line))
            })
            .collect()
    }
}

fn lines(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A running daemon; killed when dropped.
pub(crate) struct Daemon {
    child: Child,
    log: mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Daemon {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (said, log) = mpsc::sync_channel(10_000);
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).all(|line| said.send(line).is_ok()));
        Self { child, log, said: Vec::new() }
    }

    pub(crate) fn log(&mut self) -> String {
        self.said.extend(self.log.try_iter());
        self.said.join("\n")
    }

    /// Waits for the address of its status.
    pub(crate) async fn address(&mut self) -> String {
        eventually("the daemon says where its status is", || {
            let log = self.log();
            let (_, rest) = log.split_once("http://127.0.0.1:")?;
            Some(format!("127.0.0.1:{}", rest.split('/').next()?))
        })
        .await
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(status.success());
    }

    /// Kills it as a crash would: nothing of its own runs any more.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let status = eventually("the daemon ends", || self.child.try_wait().unwrap()).await;
        // The log ends with the process.
        self.said.extend(self.log.iter());
        (status.code(), self.said.join("\n"))
    }
}

/// Waits until the condition gives something.
pub(crate) async fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    Some(answer.split_once("\r\n\r\n")?.1.to_owned())
}

async fn status(address: &str) -> Option<Value> {
    serde_json::from_str(&get(address, "/status").await?).ok()
}

/// Waits until the status says so.
pub(crate) async fn status_says(address: &str, what: &str, condition: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let last = status(address).await;
        if last.as_ref().is_some_and(&condition) {
            return;
        }
        assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}; last: {last:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `run --sink stdout` once hung: the command held the lock on standard output while the sink waited for it.
#[tokio::test(flavor = "multi_thread")]
async fn one_round_to_standard_output_prints_every_record_and_ends() {
    let site = Site::open(3, "").await;
    let mut command = site.command(&["--once", "--sink", "stdout"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let ended = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let output = tokio::time::timeout(DEADLINE, ended).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["topic"] == "hotline.articles.v1"));
}

#[tokio::test]
async fn kill_9_between_commit_and_acknowledgement_loses_nothing_and_repeats_nothing() {
    let site = Site::open(6, "").await;
    let blocked = site.block();
    let mut daemon = site.start(&[]);
    let address = daemon.address().await;
    status_says(&address, "six records wait for the sink", |status| {
        status["delivery"]["lag_records"] == 6 && status["delivery"]["error"].is_string()
    })
    .await;
    daemon.kill();
    for path in &blocked {
        fs::remove_dir(path).unwrap();
    }
    assert!(site.delivered().is_empty());
    site.round().await;
    let ids: BTreeSet<String> = site.delivered().into_iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), site.delivered().len()), (6, 6));
    site.round().await;
    assert_eq!(site.delivered().len(), 6, "a restart emits nothing again");
    assert_eq!(site.newsroom.n_asked("/3.html"), 1);
}

#[tokio::test]
async fn kill_9_at_any_moment_loses_no_article() {
    const N_ITEMS: usize = 60;
    let site = Site::open(N_ITEMS, "").await;
    let mut n_before = 0;
    // Each kill meets the pipeline with other work in flight.
    for n_asked in [1, 5, 11, 18, 26, 35, 45, 55] {
        let daemon = site.start(&["--once"]);
        let asked = || (0..N_ITEMS).filter(|number| site.newsroom.n_asked(&format!("/{number}.html")) > 0).count();
        let mut daemon = Some(daemon);
        eventually("enough pages are asked, or all is done", || {
            let is_over = daemon.as_mut().is_some_and(|daemon| daemon.child.try_wait().unwrap().is_some());
            (asked() >= n_asked || is_over).then_some(())
        })
        .await;
        daemon.take().unwrap().kill();
        let n_now = site.delivered().len();
        assert!(n_now >= n_before, "what is delivered stays");
        n_before = n_now;
    }
    site.round().await;
    let mut by_id: BTreeMap<String, String> = BTreeMap::new();
    for (id, line) in site.delivered() {
        let before = by_id.insert(id, line.clone());
        assert!(before.is_none_or(|before| before == line), "a repeated record has the same bytes");
    }
    assert_eq!(by_id.len(), N_ITEMS);
    let titles: BTreeSet<String> = by_id
        .values()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["value"]["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles.len(), N_ITEMS);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_broker_gets_every_article_once_whenever_the_daemon_is_killed() {
    const N_ITEMS: usize = 40;
    let test = "real_broker_gets_every_article_once_whenever_the_daemon_is_killed";
    let Some(brokers) = real_brokers(test) else { return };
    let prefix = fresh_prefix("hotline-kill-");
    let site = Site::open(N_ITEMS, "").await;
    // Committed and never sent: nobody listens where this daemon delivers to.
    let mut daemon = site.start_with("127.0.0.1:1", &prefix, &[]);
    let address = daemon.address().await;
    status_says(&address, "records wait for the broker", |status| {
        status["delivery"]["lag_records"] == N_ITEMS && status["delivery"]["error"].is_string()
    })
    .await;
    daemon.kill();
    // Killed while it delivers: each time a little later.
    for n_ms in [0, 40, 80, 120, 160, 220, 300] {
        let mut daemon = site.start_with(&brokers, &prefix, &[]);
        daemon.address().await;
        // Not a wait for something: the moment of the kill is what varies.
        tokio::time::sleep(Duration::from_millis(n_ms)).await;
        daemon.kill();
    }
    let (code, log) = site.start_with(&brokers, &prefix, &["--once"]).ended().await;
    assert_eq!(code, Some(0), "{log}");
    let topic = format!("{prefix}.articles.v1");
    let read = tokio::task::spawn_blocking(move || read_committed(&brokers, &topic)).await.unwrap();
    let ids: BTreeSet<&str> = read.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!((read.len(), ids.len()), (N_ITEMS, N_ITEMS), "each article is there, once");
}

#[tokio::test]
async fn sigterm_and_sigint_end_it_in_order() {
    for name in ["TERM", "INT"] {
        let site = Site::open(1, "").await;
        let mut daemon = site.start(&[]);
        let address = daemon.address().await;
        status_says(&address, "it runs", |status| status["ready"] == true).await;
        daemon.signal(name);
        let (code, log) = daemon.ended().await;
        assert_eq!(code, Some(0), "{log}");
    }
}

#[tokio::test]
async fn a_second_daemon_on_the_same_state_is_told_to_try_again() {
    let site = Site::open(1, "").await;
    let mut first = site.start(&[]);
    let address = first.address().await;
    status_says(&address, "it runs", |status| status["ready"] == true).await;
    let (code, log) = site.start(&["--once"]).ended().await;
    assert_eq!(code, Some(75), "{log}");
    assert!(log.contains(&format!("process {}", first.child.id())), "{log}");
}

#[tokio::test]
async fn a_round_sums_up_on_stderr() {
    let site = Site::open(3, "").await;
    let (code, log) = site.start(&["--once"]).ended().await;
    assert_eq!(code, Some(0), "{log}");
    let summary = log.lines().find(|line| line.starts_with("hotline: 1 feeds")).expect(&log);
    assert!(summary.contains("polls: 1 (0 failed)") && summary.contains("records: 3"), "{summary}");
}

/// Writes a pack of the user's own that codes `word` as an embargo; its own test expects so many mentions.
fn write_pack(folder: &Path, version: &str, word: &str, n_expected: usize) {
    let head = format!(
        "[pack]\nid = \"mine.embargo\"\nversion = \"{version}\"\nkind = \"embargo\"\n\
         codes = {{ cameo = \"163\", plover = \"SANCTION/embargo\" }}\ndefault_status = \"occurred\"\n\
         [parties]\nmin = 1\nsides = true\nkinds = [\"head\"]\n"
    );
    let rules = format!(
        "[lex]\nembargo = [\"{word}{{|es}}\"]\n[[rule]]\nid = \"impose\"\nmatch = \"@side:a .{{0,4}} #embargo\"\nscore = 1.0\n\
         [[test]]\ntext = \"Norway imposed an {word} on fish.\"\nexpect = {{ n = {n_expected} }}\n"
    );
    fs::create_dir_all(folder.join("embargo")).unwrap();
    fs::write(folder.join("embargo/pack.toml"), head).unwrap();
    fs::write(folder.join("embargo/en.toml"), rules).unwrap();
}

#[tokio::test]
async fn sighup_takes_a_changed_pack_and_refuses_a_broken_one() {
    const TEXT: &str = "Norway imposed an embargo on fish from the lakes, and the ships stay where they are until spring. \
        Nobody in the harbour knows who will buy the nets, the boats and the ice of the long winter.";
    let site =
        Site::open(0, "pipeline.retry_pause = \"5s\"\npipeline.attempts_max = 20\npipeline.retry_pause_max = \"5s\"")
            .await;
    let packs = site.folder.path().join("packs");
    write_pack(&packs, "0.1.0", "blockade", 1);
    let main = site.folder.path().join("hotline.toml");
    let outlets = site.folder.path().join("outlets");
    fs::create_dir(&outlets).unwrap();
    let settings = format!(
        "{}[tag]\npacks = [\"{}\"]\n[outlet]\nrules = [\"{}\"]\n",
        fs::read_to_string(&main).unwrap(),
        packs.display(),
        outlets.display()
    );
    fs::write(&main, settings).unwrap();
    // The article can be had only when the new pack is in force.
    site.newsroom.put("/embargo.html", Page::status(503));
    site.newsroom.put_feed("/feed.xml", &[site.newsroom.item("/embargo.html", "No more fish")]);
    let mut daemon = site.start(&[]);
    let address = daemon.address().await;
    let has_version = |status: &Value, version: &str| {
        status["coder_version"].as_str().unwrap().contains(&format!("mine.embargo-{version}"))
    };
    status_says(&address, "it runs", |status| status["ready"] == true && has_version(status, "0.1.0")).await;

    write_pack(&packs, "0.2.0", "embargo", 7);
    daemon.signal("HUP");
    status_says(&address, "the broken pack is refused, with its place", |status| {
        let error = status["reload"]["error"].as_str().unwrap_or_default();
        status["reload"]["ok"] == false
            && error.contains("embargo/en.toml:")
            && error.contains("expected 7 mentions, found 1")
    })
    .await;
    status_says(&address, "the old pack stays", |status| has_version(status, "0.1.0")).await;

    write_pack(&packs, "0.2.0", "embargo", 1);
    fs::write(outlets.join("own.toml"), "[[outlet]]\nhosts = [\"127.0.0.1\"]\ncontent = \"p..\"\n").unwrap();
    daemon.signal("HUP");
    status_says(&address, "the broken host rule is refused, with its place", |status| {
        let error = status["reload"]["error"].as_str().unwrap_or_default();
        error.contains("own.toml:3:13: `p..` is not a CSS selector") && has_version(status, "0.1.0")
    })
    .await;

    fs::write(outlets.join("own.toml"), "[[outlet]]\nhosts = [\"127.0.0.1\"]\ntitle = \"p\"\n").unwrap();
    daemon.signal("HUP");
    status_says(&address, "the pack is in force", |status| {
        status["reload"]["ok"] == true && status["reload"]["error"].is_null() && has_version(status, "0.2.0")
    })
    .await;
    site.newsroom.put("/embargo.html", Page::article("No more fish", &[TEXT]));
    let event = eventually("an event of the new kind is delivered", || {
        let values = site.delivered().into_iter().map(|(_, line)| serde_json::from_str::<Value>(&line).unwrap());
        values.map(|line| line["value"].clone()).find(|value| value["kind"] == "embargo")
    })
    .await;
    assert!(has_version(&event, "0.2.0"), "{event}");
    assert!(event["headline"].as_str().unwrap().starts_with("Norway imposed"), "the host rule is in force: {event}");
    let metrics = get(&address, "/metrics").await.unwrap();
    for line in ["hotline_reloads_total{result=\"refused\"} 2", "hotline_reloads_total{result=\"loaded\"} 1"] {
        assert!(metrics.contains(line), "{line} is not in:\n{metrics}");
    }
    daemon.signal("TERM");
    let (code, log) = daemon.ended().await;
    assert_eq!(code, Some(0), "{log}");
    let n_lines = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    assert_eq!((n_lines("are not reloaded, the old ones stay"), n_lines("host rules are reloaded")), (2, 1), "{log}");
}
