//! Facts about subscriptions that are given back: the hub of a feed that leaves the lists is told, and may verify it.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hotline::feed::schedule;
use hotline::feed::websub::{Intent, Reply};
use hotline::fetch::{self, Client};
use hotline::pipeline::{
    Call, Context, Delivery, Ears, Feeds, Health, InForce, Mode, Pipeline, Plan, Question, Shared,
};
use hotline::publish::message::Envelope;
use hotline::secret::Secret;
use hotline::shutdown::Shutdown;
use hotline::store::Store;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::newsroom::Page;
use super::pipeline::{Desk, Shelf, coder, items};

/// Where the outside reaches the daemon.
const PUBLIC_URL: &str = "https://hotline.example";

/// A pipeline whose feeds a test puts in force.
struct Scene {
    desk: Desk,
    store: Store,
    feeds: watch::Sender<Arc<Feeds>>,
    questions: mpsc::Sender<Question>,
    shutdown: Shutdown,
    running: JoinSet<()>,
}

impl Scene {
    async fn open() -> Self {
        let mut desk = Desk::open().await;
        let items = items(&desk.newsroom, 1);
        desk.carry("alpha", &items);
        for hub in ["/hub", "/other"] {
            desk.newsroom.put(hub, Page::status(202));
        }
        let store = Store::open(&desk.settings.state_dir).await.unwrap();
        let shared = Arc::new(Shared {
            store: store.clone(),
            clock: desk.clock.clone(),
            metrics: Arc::default(),
            health: Arc::new(Health::default()),
            config: desk.settings.pipeline.clone(),
            envelope: Envelope::new(&desk.settings.publish, "test"),
        });
        let by_id: Feeds = desk.feeds.iter().map(|feed| (feed.id.clone(), Arc::new(feed.clone()))).collect();
        let (feeds, feeds_in_force) = watch::channel(Arc::new(by_id));
        let (coder_in_force, rules_in_force) = (watch::channel(coder()).1, watch::channel(Arc::default()).1);
        let in_force = InForce { feeds: feeds_in_force, coder: coder_in_force, rules: rules_in_force };
        let plan = Plan { schedule: schedule::Config::default(), public_url: Some(PUBLIC_URL.parse().unwrap()) };
        let client = Client::new(&fetch::Config::default()).unwrap();
        let context = Context::new(shared, client, in_force, plan, Mode::Daemon).unwrap();
        let shutdown = Shutdown::default();
        let settings = &desk.settings;
        let (event, articles) = (settings.event.clone(), settings.publish.articles);
        let pipeline = Pipeline::new(context, Shelf::default(), event, articles, shutdown.clone()).await.unwrap();
        let (questions, asked) = mpsc::channel(1);
        let mut running = JoinSet::new();
        let ears = Ears { questions: asked, delivery: watch::Sender::new(Delivery::default()) };
        running.spawn(async move { pipeline.run(ears).await.unwrap() });
        let scene = Self { desk, store, feeds, questions, shutdown, running };
        scene.name_hub("/hub");
        scene.poll().await;
        scene
    }

    /// Has the feed name a hub of its server, in the header.
    fn name_hub(&self, path: &str) {
        let link = format!("<{}>; rel=\"hub\"", self.desk.newsroom.url(path));
        let mut page = self.desk.newsroom.page("/alpha.xml");
        page.headers.clear();
        page.body.push(b' ');
        self.desk.newsroom.put("/alpha.xml", page.header("link", &link));
    }

    async fn poll(&self) {
        self.questions.send(Question::PollAll).await.unwrap();
    }

    /// Waits for request number `n` to a hub.
    async fn told(&self, hub: &str, n: usize) -> HashMap<String, String> {
        let form = self.desk.newsroom.post(hub, n).await;
        form_urlencoded::parse(form.as_bytes()).into_owned().collect()
    }

    /// Has a hub verify what it was told.
    async fn verify(&self, told: &HashMap<String, String>) -> Reply {
        let intent = Intent {
            mode: told["hub.mode"].clone(),
            topic: told["hub.topic"].clone(),
            challenge: Some("abc".to_owned()),
            lease_s: Some(864_000),
            reason: None,
        };
        let token = token(told);
        self.call(|answer| Call::Intent { token, intent, answer }).await
    }

    async fn call<T>(&self, call: impl FnOnce(oneshot::Sender<T>) -> Call) -> T {
        let (answer, answered) = oneshot::channel();
        self.questions.send(Question::WebSub(call(answer))).await.unwrap();
        answered.await.unwrap()
    }

    /// Waits until so many subscriptions are stored.
    async fn keeps(&self, n_subscriptions: usize) {
        let kept = async { while self.store.subscriptions().await.unwrap().len() != n_subscriptions {} };
        tokio::time::timeout(Duration::from_secs(30), kept).await.unwrap();
    }

    async fn close(mut self) {
        self.shutdown.stop();
        self.running.join_next().await.unwrap().unwrap();
    }
}

/// What makes the callback's URL a capability.
fn token(told: &HashMap<String, String>) -> Secret {
    Secret::new(told["hub.callback"].rsplit_once('/').unwrap().1.to_owned())
}

fn confirmed() -> Reply {
    Reply::Confirmed { challenge: "abc".to_owned() }
}

#[tokio::test]
async fn the_hub_of_a_feed_that_leaves_the_lists_is_told_and_may_verify_it() {
    let scene = Scene::open().await;
    let subscribed = scene.told("/hub", 1).await;
    assert_eq!(scene.verify(&subscribed).await, confirmed());
    scene.keeps(1).await;
    scene.feeds.send_replace(Arc::default());
    let left = scene.told("/hub", 2).await;
    assert_eq!(left["hub.mode"], "unsubscribe");
    for same in ["hub.topic", "hub.callback"] {
        assert_eq!(left[same], subscribed[same]);
    }
    assert!(!left.contains_key("hub.secret"), "{left:?}");
    scene.keeps(0).await;
    assert_eq!(scene.verify(&subscribed).await, Reply::NotOurs, "nobody can renew it");
    assert_eq!(scene.verify(&left).await, confirmed());
    let known = token(&left);
    assert!(!scene.call(|answer| Call::Known { token: known, answer }).await, "what it pushes is not read");
    scene.close().await;
}

#[tokio::test]
async fn a_feed_that_returns_to_the_lists_is_subscribed_anew() {
    let scene = Scene::open().await;
    let first = scene.told("/hub", 1).await;
    assert_eq!(scene.verify(&first).await, confirmed());
    let feeds = scene.feeds.borrow().clone();
    scene.feeds.send_replace(Arc::default());
    let left = scene.told("/hub", 2).await;
    scene.keeps(0).await;
    scene.feeds.send_replace(feeds);
    while scene.desk.newsroom.posted("/hub").len() < 3 {
        scene.poll().await;
    }
    let again = scene.told("/hub", 3).await;
    assert_eq!(again["hub.mode"], "subscribe");
    assert_ne!(again["hub.callback"], first["hub.callback"]);
    assert_eq!((scene.verify(&left).await, scene.verify(&again).await), (confirmed(), confirmed()));
    scene.keeps(1).await;
    scene.close().await;
}

#[tokio::test]
async fn a_hub_is_told_when_the_feed_names_another() {
    let scene = Scene::open().await;
    let first = scene.told("/hub", 1).await;
    assert_eq!(scene.verify(&first).await, confirmed());
    // A change is followed after an hour.
    scene.desk.clock.advance(jiff::SignedDuration::from_hours(2));
    scene.name_hub("/other");
    scene.poll().await;
    let other = scene.told("/other", 1).await;
    assert_eq!(other["hub.mode"], "subscribe");
    let left = scene.told("/hub", 2).await;
    assert_eq!((left["hub.mode"].as_str(), &left["hub.callback"]), ("unsubscribe", &first["hub.callback"]));
    assert_eq!((scene.verify(&left).await, scene.verify(&other).await), (confirmed(), confirmed()));
    scene.close().await;
}
