//! Facts about WebSub: a hub on loopback is asked, verifies and pushes; the daemon answers on its own port.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use hotline::app::App;
use hotline::pipeline::Mode;
use hotline::store::Peek;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;
use url::form_urlencoded;

use super::newsroom::{Item, Page};
use super::pipeline::{Desk, Shelf, get, items};

/// A condition that does not come true within this has failed.
const DEADLINE: Duration = Duration::from_secs(30);
/// Where the outside reaches the daemon: a proxy there takes `/in` away.
const PUBLIC_URL: &str = "https://hotline.example/in";

/// A newsroom whose feed names a hub, and what the hub was told.
struct Scene {
    desk: Desk,
    items: Vec<Item>,
}

/// What a hub knows of one subscriber.
struct Subscriber {
    topic: String,
    /// Path and query-free.
    callback: String,
    secret: String,
}

impl Scene {
    /// Opens a newsroom with `n_items` reports, the first of which is in the feed.
    async fn open(n_items: usize) -> Self {
        let mut desk = Desk::open().await;
        desk.settings.http.public_url = Some(PUBLIC_URL.parse().unwrap());
        let items = items(&desk.newsroom, n_items);
        desk.carry("alpha", &items[..1]);
        desk.newsroom.put("/hub", Page::status(202));
        let hub = desk.newsroom.url("/hub");
        let scene = Self { desk, items };
        scene.show(1, &hub);
        scene
    }

    /// Has the feed show its first `n_items` reports and name `hub`.
    fn show(&self, n_items: usize, hub: &str) {
        let link = format!("<{hub}>; rel=\"hub\"");
        let page = Page::new("application/rss+xml", self.document(&self.items[..n_items])).header("link", &link);
        self.desk.newsroom.put("/alpha.xml", page);
    }

    fn document(&self, items: &[Item]) -> Vec<u8> {
        self.desk.newsroom.put_feed("/as-pushed.xml", items);
        self.desk.newsroom.page("/as-pushed.xml").body
    }

    async fn start(&self, shelf: &Shelf) -> App {
        self.desk.start(Mode::Daemon, shelf).await
    }

    /// Waits for request number `n` to the hub, counted from 1.
    async fn asked(&self, n: usize) -> Subscriber {
        let form = self.desk.newsroom.post("/hub", n).await;
        let form: HashMap<String, String> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        assert_eq!(form["hub.mode"], "subscribe");
        let callback = form["hub.callback"].strip_prefix(PUBLIC_URL).unwrap().to_owned();
        Subscriber { topic: form["hub.topic"].clone(), callback, secret: form["hub.secret"].clone() }
    }

    fn n_asked(&self) -> usize {
        self.desk.newsroom.posted("/hub").len()
    }
}

impl Subscriber {
    /// Asks whether the subscription is meant.
    async fn verify(&self, app: &App, topic: &str, lease_s: u32) -> (u16, String) {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.topic", topic)
            .append_pair("hub.challenge", "echo & this")
            .append_pair("hub.lease_seconds", &lease_s.to_string())
            .finish();
        get(app, &format!("{}?{query}", self.callback)).await
    }

    async fn confirm(&self, app: &App, lease_s: u32) {
        assert_eq!(self.verify(app, &self.topic, lease_s).await, (200, "echo & this".to_owned()));
    }

    fn sign(&self, body: &[u8]) -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes()), body);
        let mut signature = "sha256=".to_owned();
        for byte in tag.as_ref() {
            write!(signature, "{byte:02x}").unwrap();
        }
        signature
    }

    async fn push(&self, app: &App, body: &[u8]) -> u16 {
        push(app, &self.callback, body, &format!("X-Hub-Signature: {}\r\n", self.sign(body))).await
    }
}

/// Sends a body to the daemon and returns the status of the answer.
async fn push(app: &App, path: &str, body: &[u8], headers: &str) -> u16 {
    let mut stream = TcpStream::connect(app.http_address().unwrap()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n\
         Content-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// What `/status` tells of the feed.
async fn told(app: &App) -> Value {
    let (_, status) = get(app, "/status").await;
    serde_json::from_str::<Value>(&status).unwrap()["feeds"][0].clone()
}

/// Waits until `/status` tells something of the feed.
async fn tells(app: &App, is_it: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + DEADLINE;
    loop {
        let told = told(app).await;
        if is_it(&told) {
            return told;
        }
        assert!(Instant::now() < until, "{told}");
    }
}

/// Waits until a line is among the metrics.
async fn counts(app: &App, line: &str) {
    let until = Instant::now() + DEADLINE;
    loop {
        let (_, metrics) = get(app, "/metrics").await;
        if metrics.lines().any(|known| known == line) {
            return;
        }
        assert!(Instant::now() < until, "no {line} in:\n{metrics}");
    }
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

async fn end(app: App) -> hotline::metrics::Totals {
    app.shutdown().stop();
    app.wait().await.unwrap()
}

#[tokio::test]
async fn what_a_hub_pushes_comes_once_whether_it_is_polled_or_not() {
    let scene = Scene::open(3).await;
    let shelf = Shelf::default();
    let app = scene.start(&shelf).await;
    let subscriber = scene.asked(1).await;
    assert_eq!(subscriber.topic, scene.desk.newsroom.url("/alpha.xml"));
    assert!(subscriber.callback.starts_with("/websub/") && subscriber.callback.len() == 8 + 64);
    subscriber.confirm(&app, 86_400).await;
    shelf.takes(1).await;
    let told = told(&app).await;
    assert_eq!((&told["websub"]["standing"], &told["websub"]["pushed"]), (&"live".into(), &Value::Null), "{told}");
    // A hub may push the new entries alone.
    assert_eq!(subscriber.push(&app, &scene.document(&scene.items[1..2])).await, 202);
    shelf.takes(2).await;
    let told = tells(&app, |told| !told["websub"]["pushed"].is_null()).await;
    assert!(told["websub"]["state"].as_str().unwrap().starts_with("the hub pushes until 20"), "{told}");
    let hub = scene.desk.newsroom.url("/hub");
    scene.show(3, &hub);
    app.poll_all().await;
    shelf.takes(3).await;
    assert_eq!(subscriber.push(&app, &scene.document(&scene.items)).await, 202);
    counts(&app, "hotline_websub_pushes_total{what=\"read\"} 2").await;
    let (_, page) = get(&app, "/").await;
    assert!(page.contains("WebSub: the hub pushes until 20"), "{page}");
    let totals = end(app).await;
    assert_eq!((totals.n_polls, totals.n_entries, totals.n_articles), (2, 3, 3));
    assert_eq!(shelf.titles(), ["Quay number 0 is open", "Quay number 1 is open", "Quay number 2 is open"]);
    assert_eq!((scene.desk.newsroom.n_asked("/1.html"), scene.n_asked()), (1, 1));
}

#[tokio::test]
async fn a_hub_is_the_headers_else_the_documents() {
    let scene = Scene::open(1).await;
    let newsroom = &scene.desk.newsroom;
    let links = "<channel><atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"/other\"/>\
                 <atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"self\" href=\"https://news.example/rss\"/>";
    let document = String::from_utf8(scene.document(&scene.items)).unwrap().replacen("<channel>", links, 1);
    let page = Page::new("application/rss+xml", document);
    newsroom.put("/other", Page::status(202));
    newsroom.put("/alpha.xml", page.clone());
    let app = scene.start(&Shelf::default()).await;
    let form = newsroom.post("/other", 1).await;
    assert!(form.contains("hub.topic=https%3A%2F%2Fnews.example%2Frss&"), "{form}");
    tells(&app, |told| !told["websub"].is_null()).await;
    // A hub that changes is followed, though not at every poll.
    let link = format!("<{}>; rel=hub", newsroom.url("/hub"));
    newsroom.put("/alpha.xml", Page { body: [&page.body[..], b" "].concat(), ..page }.header("link", &link));
    scene.desk.clock.advance(SignedDuration::from_mins(50));
    counts(&app, "hotline_polls_total{outcome=\"read\"} 2").await;
    let before = told(&app).await;
    assert!(before["websub"]["hub"].as_str().unwrap().ends_with("/other"), "{before}");
    let body = [&newsroom.page("/alpha.xml").body[..], b" "].concat();
    newsroom.put("/alpha.xml", Page { body, ..newsroom.page("/alpha.xml") });
    scene.desk.clock.advance(SignedDuration::from_mins(61));
    let subscriber = scene.asked(1).await;
    assert_eq!(
        subscriber.topic, "https://news.example/rss",
        "the document's name for itself, where the header has none"
    );
    subscriber.confirm(&app, 86_400).await;
    end(app).await;
}

#[tokio::test]
async fn a_pushed_feed_is_polled_as_rarely_as_a_quiet_one() {
    let scene = Scene::open(1).await;
    let app = scene.start(&Shelf::default()).await;
    let subscriber = scene.asked(1).await;
    let waits = |told: &Value| time(&told["next"]).duration_since(time(&told["polled"]));
    let told = tells(&app, |told| !told["polled"].is_null()).await;
    assert!(waits(&told) < SignedDuration::from_mins(6), "{told}");
    subscriber.confirm(&app, 86_400).await;
    counts(&app, "hotline_polls_total{outcome=\"read\"} 1").await;
    app.poll_all().await;
    let told = tells(&app, |told| told["next_reason"] == "every 30m, the hub pushes what is new").await;
    assert!(waits(&told) >= SignedDuration::from_mins(30), "{told}");
    counts(&app, "hotline_websub_subscriptions{standing=\"live\"} 1").await;
    end(app).await;
}

#[tokio::test]
async fn only_what_was_asked_for_is_confirmed_and_strangers_find_nothing() {
    let scene = Scene::open(1).await;
    let app = scene.start(&Shelf::default()).await;
    let subscriber = scene.asked(1).await;
    assert_eq!(subscriber.verify(&app, "https://else.example/feed", 99).await.0, 404);
    let stranger = Subscriber { callback: format!("/websub/{:064}", 7), ..scene.asked(1).await };
    assert_eq!(stranger.verify(&app, &stranger.topic, 99).await.0, 404);
    assert_eq!(stranger.push(&app, &scene.document(&scene.items)).await, 404);
    counts(&app, "hotline_websub_pushes_total{what=\"unknown\"} 1").await;
    assert_eq!(told(&app).await["websub"]["standing"], "pending");
    let topic: String = form_urlencoded::byte_serialize(subscriber.topic.as_bytes()).collect();
    let denial = format!("{}?hub.mode=denied&hub.reason=paid+only&hub.topic={topic}", subscriber.callback);
    assert_eq!(get(&app, &denial).await.0, 200);
    let told = told(&app).await;
    assert!(told["websub"]["state"].as_str().unwrap().ends_with("the publisher denies it: paid only"), "{told}");
    end(app).await;
}

#[tokio::test]
async fn a_forged_push_is_ignored_and_counted() {
    let mut scene = Scene::open(3).await;
    scene.desk.settings.fetch.feed_bytes_max = 4_096;
    let shelf = Shelf::default();
    let app = scene.start(&shelf).await;
    let subscriber = scene.asked(1).await;
    subscriber.confirm(&app, 86_400).await;
    shelf.takes(1).await;
    let forged = scene.document(&scene.items[2..]);
    let other = Subscriber { secret: "guessed".to_owned(), ..scene.asked(1).await };
    assert_eq!(push(&app, &subscriber.callback, &forged, "").await, 202, "the forger is told nothing");
    assert_eq!(other.push(&app, &forged).await, 202);
    assert_eq!(subscriber.push(&app, &[b' '; 4_097]).await, 413);
    assert_eq!(subscriber.push(&app, &scene.document(&scene.items[1..2])).await, 202);
    shelf.takes(2).await;
    counts(&app, "hotline_websub_pushes_total{what=\"forged\"} 2").await;
    end(app).await;
    assert_eq!(shelf.titles(), ["Quay number 0 is open", "Quay number 1 is open"]);
}

#[tokio::test]
async fn a_push_that_is_no_document_has_the_feed_polled() {
    let scene = Scene::open(2).await;
    let shelf = Shelf::default();
    let app = scene.start(&shelf).await;
    let subscriber = scene.asked(1).await;
    subscriber.confirm(&app, 86_400).await;
    shelf.takes(1).await;
    let hub = scene.desk.newsroom.url("/hub");
    scene.show(2, &hub);
    assert_eq!(subscriber.push(&app, b"ping").await, 202);
    tells(&app, |told| told["next_reason"] == "the hub says that there is something new").await;
    scene.desk.clock.advance(SignedDuration::from_mins(1));
    shelf.takes(2).await;
    end(app).await;
}

#[tokio::test]
async fn a_lease_is_renewed_before_it_ends() {
    let scene = Scene::open(1).await;
    let app = scene.start(&Shelf::default()).await;
    let subscriber = scene.asked(1).await;
    subscriber.confirm(&app, 1_000).await;
    let first = told(&app).await;
    scene.desk.clock.advance(SignedDuration::from_secs(790));
    for _ in 0..3 {
        assert_eq!(told(&app).await["websub"]["standing"], "live");
    }
    assert_eq!(scene.n_asked(), 1, "not yet");
    scene.desk.clock.advance(SignedDuration::from_secs(20));
    let renewed = scene.asked(2).await;
    assert_eq!((&renewed.callback, &renewed.secret), (&subscriber.callback, &subscriber.secret));
    assert_eq!(told(&app).await["websub"]["standing"], "live", "asking ends no lease");
    renewed.confirm(&app, 1_000).await;
    let second = told(&app).await;
    let gain = time(&second["websub"]["lease_until"]).duration_since(time(&first["websub"]["lease_until"]));
    assert!(gain >= SignedDuration::from_secs(810), "{second}");
    end(app).await;
}

#[tokio::test]
async fn a_restart_keeps_the_subscription() {
    let scene = Scene::open(2).await;
    let app = scene.start(&Shelf::default()).await;
    let subscriber = scene.asked(1).await;
    subscriber.confirm(&app, 86_400).await;
    end(app).await;
    let shelf = Shelf::default();
    let app = scene.start(&shelf).await;
    assert_eq!(told(&app).await["websub"]["standing"], "live");
    assert_eq!(subscriber.push(&app, &scene.document(&scene.items[1..])).await, 202);
    counts(&app, "hotline_websub_pushes_total{what=\"read\"} 1").await;
    counts(&app, "hotline_polls_total{outcome=\"unchanged\"} 1").await;
    end(app).await;
    assert!(shelf.titles().contains(&"Quay number 1 is open".to_owned()), "{:?}", shelf.titles());
    assert_eq!(scene.n_asked(), 1, "nobody had to be asked again");
    // Another public URL needs another callback.
    let mut scene = scene;
    scene.desk.settings.http.public_url = Some(format!("{PUBLIC_URL}/moved").parse().unwrap());
    let app = scene.start(&Shelf::default()).await;
    let moved = scene.asked(2).await;
    assert!(moved.callback.starts_with("/moved/websub/"), "{}", moved.callback);
    assert_eq!(subscriber.push(&app, &scene.document(&scene.items)).await, 404);
    end(app).await;
}

#[tokio::test]
async fn a_feed_that_does_not_change_is_subscribed_at_the_hub_it_named_before() {
    let mut scene = Scene::open(1).await;
    let newsroom = &scene.desk.newsroom;
    let link = format!(
        "<channel><atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"{}\"/>",
        newsroom.url("/hub")
    );
    let document = String::from_utf8(scene.document(&scene.items)).unwrap().replacen("<channel>", &link, 1);
    newsroom.put("/alpha.xml", Page::new("application/rss+xml", document).etag("v1"));
    let public_url = scene.desk.settings.http.public_url.take();
    scene.desk.round().await;
    assert_eq!(scene.n_asked(), 0);
    scene.desk.settings.http.public_url = public_url;
    let app = scene.start(&Shelf::default()).await;
    let subscriber = scene.asked(1).await;
    assert_eq!(scene.desk.newsroom.n_unchanged("/alpha.xml"), 1);
    subscriber.confirm(&app, 86_400).await;
    end(app).await;
}

#[tokio::test]
async fn the_subscription_of_a_feed_that_left_while_the_daemon_was_away_is_forgotten() {
    let mut scene = Scene::open(1).await;
    let app = scene.start(&Shelf::default()).await;
    scene.asked(1).await.confirm(&app, 86_400).await;
    end(app).await;
    let n_kept =
        |scene: &Scene| Peek::open(&scene.desk.settings.state_dir).unwrap().unwrap().subscriptions().unwrap().len();
    assert_eq!(n_kept(&scene), 1);
    scene.desk.feeds.clear();
    let app = scene.start(&Shelf::default()).await;
    let until = Instant::now() + DEADLINE;
    while n_kept(&scene) > 0 {
        assert!(Instant::now() < until, "it is still stored");
        tokio::task::yield_now().await;
    }
    end(app).await;
    assert_eq!(scene.n_asked(), 1, "without its feed, nobody allows a private hub");
}

#[tokio::test]
async fn a_hub_that_refuses_is_said_to_be_posted_to_not_got() {
    let scene = Scene::open(1).await;
    scene.desk.newsroom.put("/hub", Page::status(403));
    let app = scene.start(&Shelf::default()).await;
    let told = tells(&app, |told| told["websub"]["standing"] == "failing").await;
    let expect = format!("post {}: HTTP 403", scene.desk.newsroom.url("/hub"));
    assert!(told["websub"]["state"].as_str().unwrap().ends_with(&expect), "{told}");
    end(app).await;
}

#[tokio::test]
async fn a_feed_cannot_have_other_private_servers_asked() {
    let scene = Scene::open(1).await;
    scene.show(1, "http://127.0.0.1/hub");
    let app = scene.start(&Shelf::default()).await;
    let told = tells(&app, |told| told["websub"]["standing"] == "failing").await;
    assert!(told["websub"]["state"].as_str().unwrap().contains("loopback address"), "{told}");
    end(app).await;
}

#[tokio::test]
async fn without_a_public_url_no_hub_is_asked_and_there_is_no_callback() {
    let mut scene = Scene::open(1).await;
    scene.desk.settings.http.public_url = None;
    let shelf = Shelf::default();
    let app = scene.start(&shelf).await;
    shelf.takes(1).await;
    assert_eq!(get(&app, "/websub/0000").await.0, 404);
    assert_eq!(told(&app).await["websub"], Value::Null);
    end(app).await;
    assert_eq!(scene.n_asked(), 0);
}
