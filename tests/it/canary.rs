//! Facts about secrets: whatever they are given to and whatever goes wrong with them, they are in no log, status, metric,
//! page, record, dump of the configuration or message of an error.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::daemon::{Site, get, status_says};
use super::exactly_once::read_committed;
use super::newsroom::{Item, Page};
use super::publish::fresh_prefix;
use super::security::Cluster;

/// All secrets begin with it.
const CANARY: &str = "canary";
const RIGHT: &str = "canary-password";
const WRONG: &str = "canary-wrong-password";
const KEY: &str = "canary-key-password";
const IN_URLS: &str = "reader:canary-in-url@";

/// A daemon that writes its log to a file; killed when dropped.
struct Traced(Child);

impl Drop for Traced {
    fn drop(&mut self) {
        // It may have ended.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits until the log names the address of the status.
async fn address(log: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let text = fs::read_to_string(log).unwrap();
        let port = text.split("http://127.0.0.1:").skip(1).find_map(|rest| rest.split_once('/').map(|(port, _)| port));
        if let Some(port) = port.filter(|port| port.parse::<u16>().is_ok()) {
            return format!("127.0.0.1:{port}");
        }
        assert!(Instant::now() < deadline, "no status within 40 s: {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn assert_silent(what: &str, text: &str) {
    let leak = text.lines().find(|line| line.contains(CANARY));
    assert!(leak.is_none(), "a secret is in {what}: {leak:?}");
}

/// Runs a command to its end and returns all it prints.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// Configures a feed that names a page, a page behind a password, and one that redirects to such.
async fn site(settings: &str) -> Site {
    let site = Site::open(2, settings).await;
    let guarded = site.newsroom.url("/guarded.html").replace("://", &format!("://{IN_URLS}"));
    site.newsroom
        .put("/guarded.html", Page::article("Ferry number 3 sails", &["The ferry sails again from Wednesday."; 9]));
    site.newsroom.put("/moved.html", Page::redirect(302, &guarded));
    let items = [
        site.newsroom.item("/0.html", "Ferry number 0 sails"),
        site.newsroom.item("/moved.html", "Ferry number 2 sails"),
        Item { link: Some(guarded), ..site.newsroom.item("/3.html", "Ferry number 3 sails") },
    ];
    site.newsroom.put_feed("/feed.xml", &items);
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_nothing_that_is_said() {
    let Some(cluster) = Cluster::start("secrets_are_in_nothing_that_is_said") else { return };
    let prefix = fresh_prefix("hotline-secret-");
    let more = format!(
        "{}\ntls.key_password = {{ env = \"KAFKA_KEY_PASSWORD\" }}\n{}",
        cluster.client_certificate("client"),
        cluster.scram(WRONG)
    );
    // The client library says all it can as well.
    let settings = format!("[kafka]\n{}\n[kafka.properties]\ndebug = \"all\"\n", cluster.text("SCRAM", &more));
    let site = site(&settings).await;
    let log = site.folder.path().join("log");
    let hotline = |arguments: &[&str]| -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotline"));
        command.args(arguments).arg("-c").arg(site.folder.path().join("hotline.toml"));
        command.env("RUST_LOG", "trace").env("KAFKA_KEY_PASSWORD", KEY).env("HOTLINE_PUBLISH__TOPIC_PREFIX", &prefix);
        command.stdin(Stdio::null());
        command
    };
    let daemon = hotline(&["run"]).stdout(Stdio::null()).stderr(fs::File::create(&log).unwrap()).spawn();
    let _daemon = Traced(daemon.unwrap());
    let address = address(&log).await;
    status_says(&address, "delivery is held", |status| {
        let said = status["delivery"]["error"].as_str().unwrap_or_default();
        status["delivery"]["held"] == true && said.contains("invalid credentials")
    })
    .await;
    let mut said = Vec::new();
    for path in ["/status", "/metrics", "/"] {
        said.push((format!("{path} while it is held"), get(&address, path).await.unwrap()));
    }
    for arguments in [&["check", "--online"][..], &["config", "show"], &["config", "show", "--origin"]] {
        said.push((format!("{arguments:?} with the wrong password"), printed(&mut hotline(arguments))));
    }
    cluster.scram(RIGHT);
    status_says(&address, "all is delivered", |status| {
        let delivery = &status["delivery"];
        delivery["lag_records"] == 0
            && delivery["held"] == false
            && status["totals"]["dropped"] == 1
            && status["totals"]["articles"] == 2
    })
    .await;
    for path in ["/status", "/metrics", "/"] {
        said.push((format!("{path} when all is well"), get(&address, path).await.unwrap()));
    }
    said.push(("the log".to_owned(), fs::read_to_string(&log).unwrap()));
    let (plain, topic) = (cluster.broker.address(), format!("{prefix}.articles.v1"));
    let records = tokio::task::spawn_blocking(move || read_committed(&plain, &topic)).await.unwrap();
    let records = records.iter().map(|(key, value)| format!("{key} {}\n", String::from_utf8_lossy(value)));
    said.push(("the records".to_owned(), records.collect()));
    let list = site.folder.path().join("feeds.d/alpha.toml");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace("url = \"http://", &format!("url = \"http://{IN_URLS}"))).unwrap();
    let refused = printed(&mut hotline(&["check"]));
    assert!(refused.contains("feed URL with a user name or password"), "{refused}");
    said.push(("check of a feed URL with a password".to_owned(), refused));
    for (what, text) in &said {
        assert!(!text.is_empty(), "{what} says nothing");
        assert_silent(what, text);
    }
    assert!(
        said.iter().any(|(what, text)| what == "the log" && text.contains("TRACE") && text.contains("sasl.password"))
    );
}
