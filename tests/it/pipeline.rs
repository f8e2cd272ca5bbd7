//! Facts about the pipeline: feeds on loopback in, records out, nothing lost on the way.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use hotline::app::{self, App, AppConfig};
use hotline::clock::{Clock, SystemClock};
use hotline::config::{Feed, FeedList, FirstPoll, Settings};
use hotline::fetch::Tls;
use hotline::metrics::Totals;
use hotline::outlet::Outlet;
use hotline::pipeline::Mode;
use hotline::publish::{Articles, Outcome, Publish, PublishError, Record};
use hotline::tag::Coder;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use super::newsroom::{Item, Newsroom, Page};

/// A condition that does not come true within this has failed.
const DEADLINE: Duration = Duration::from_secs(30);

/// Compiled once for all tests.
pub(crate) fn coder() -> Arc<Coder> {
    static CODER: OnceLock<Arc<Coder>> = OnceLock::new();
    Arc::clone(CODER.get_or_init(|| Arc::new(Coder::core().unwrap())))
}

/// A sink that keeps what it takes, and fails when told to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    /// Guards what the test and the pipeline both touch; held for a look only.
    plans: Arc<Mutex<VecDeque<Plan>>>,
    taken: watch::Sender<Vec<Record>>,
    n_failures: watch::Sender<usize>,
}

/// What the sink does with the next batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plan {
    Retry,
    Hold,
    Fatal,
    /// Takes the batch but for its first record.
    RejectFirst,
    /// Takes the batch but does not say so.
    TakeAndFail,
}

impl Shelf {
    fn failing(plans: &[Plan]) -> Self {
        let shelf = Self::default();
        shelf.plans.lock().unwrap().extend(plans);
        shelf
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.taken.borrow().clone()
    }

    /// The values of the records of a topic.
    pub(crate) fn values(&self, topic: &str) -> Vec<Value> {
        let records = self.records();
        let of_topic = records.iter().filter(|record| record.topic == format!("hotline.{topic}.v1"));
        of_topic.map(|record| serde_json::from_slice(&record.value).unwrap()).collect()
    }

    pub(crate) fn titles(&self) -> Vec<String> {
        let mut titles: Vec<String> =
            self.values("articles").iter().map(|value| value["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    }

    pub(crate) async fn takes(&self, n_records: usize) {
        let mut taken = self.taken.subscribe();
        let enough = taken.wait_for(|taken| taken.len() >= n_records);
        tokio::time::timeout(DEADLINE, enough).await.expect("records arrive in time").unwrap();
    }

    async fn fails(&self, n_times: usize) {
        let mut failures = self.n_failures.subscribe();
        let enough = failures.wait_for(|n_failures| *n_failures >= n_times);
        tokio::time::timeout(DEADLINE, enough).await.expect("the sink is tried in time").unwrap();
    }
}

impl Publish for Shelf {
    async fn publish(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        let plan = self.plans.lock().unwrap().pop_front();
        let (sink, reason) = ("shelf".to_owned(), "as planned".to_owned());
        let acked = Outcome::Acked { partition: None, offset: None };
        let mut outcomes = vec![acked; records.len()];
        match plan {
            None => {}
            Some(Plan::RejectFirst) => {
                outcomes[0] = Outcome::Rejected { code: "invalid".to_owned(), reason };
                self.taken.send_modify(|taken| taken.extend_from_slice(&records[1..]));
                return Ok(outcomes);
            }
            Some(plan) => {
                if matches!(plan, Plan::TakeAndFail) {
                    self.taken.send_modify(|taken| taken.extend_from_slice(records));
                }
                self.n_failures.send_modify(|n_failures| *n_failures += 1);
                return Err(match plan {
                    Plan::Hold => PublishError::Held { sink, reason },
                    Plan::Fatal => PublishError::Fatal { sink, reason },
                    _ => PublishError::Retriable { sink, reason },
                });
            }
        }
        self.taken.send_modify(|taken| taken.extend_from_slice(records));
        Ok(outcomes)
    }
}

/// The machine's clock, set forward.
#[derive(Debug, Default)]
pub(crate) struct SetClock {
    ahead_s: AtomicI64,
}

impl SetClock {
    pub(crate) fn advance(&self, duration: jiff::SignedDuration) {
        self.ahead_s.fetch_add(duration.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> jiff::Timestamp {
        SystemClock.now() + jiff::SignedDuration::from_secs(self.ahead_s.load(Ordering::Relaxed))
    }
}

/// A state folder with the feeds of a newsroom.
pub(crate) struct Desk {
    pub(crate) clock: Arc<SetClock>,
    folder: TempDir,
    pub(crate) newsroom: Newsroom,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) lists: Vec<FeedList>,
    pub(crate) settings: Settings,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = Settings { state_dir: folder.path().join("state"), ..Settings::default() };
        "127.0.0.1:0".clone_into(&mut settings.http.listen);
        settings.publish.articles = Articles::All;
        let (clock, newsroom) = (Arc::default(), Newsroom::open().await);
        Self { clock, folder, newsroom, feeds: Vec::new(), lists: Vec::new(), settings }
    }

    /// Adds a feed at `/OUTLET.xml`.
    pub(crate) fn subscribe(&mut self, outlet: &str) {
        self.feeds.push(Feed {
            id: format!("{outlet}-news"),
            url: self.newsroom.url(&format!("/{outlet}.xml")).parse().unwrap(),
            outlet: Arc::new(Outlet {
                id: outlet.to_owned(),
                name: outlet.to_uppercase(),
                family: None,
                zone: Some("Europe/London".to_owned()),
                lang: Some("en".to_owned()),
            }),
            country: None,
            lang: None,
            interval: None,
            was: Vec::new(),
            first_poll: FirstPoll::PublishAll,
            is_private_allowed: true,
            tls: Tls::Verified,
        });
    }

    /// Subscribes to a feed that shows `items`.
    pub(crate) fn carry(&mut self, outlet: &str, items: &[Item]) {
        self.newsroom.put_feed(&format!("/{outlet}.xml"), items);
        self.subscribe(outlet);
    }

    pub(crate) async fn start(&self, mode: Mode, shelf: &Shelf) -> App {
        let config = AppConfig {
            settings: self.settings.clone(),
            feeds: self.feeds.clone(),
            lists: self.lists.clone(),
            rules: Arc::default(),
            mode,
        };
        let app = app::start_with_coder(config, coder(), shelf.clone(), self.clock.clone()).await.unwrap();
        if mode == Mode::Daemon {
            // New feeds are spread over some seconds; a test does not wait for them.
            app.poll_all().await;
        }
        app
    }

    /// Polls every feed once and returns what came of it.
    pub(crate) async fn round(&self) -> (Shelf, Totals) {
        let shelf = Shelf::default();
        let totals = self.start(Mode::Once, &shelf).await.wait();
        let totals = tokio::time::timeout(DEADLINE, totals).await.expect("the round ends in time").unwrap();
        (shelf, totals)
    }
}

/// Two paragraphs of a report about nothing that is coded.
pub(crate) const PARAGRAPHS: [&str; 2] = [
    "The harbour authority of Ruritania opened its new quay on Wednesday after two years of building, its head told \
     reporters at the gate.",
    "Ships from eleven countries are expected to use the quay in the coming season, and the city hopes for visitors.",
];

pub(crate) fn items(newsroom: &Newsroom, n_items: usize) -> Vec<Item> {
    let item = |number| {
        let (path, title) = (format!("/{number}.html"), format!("Quay number {number} is open"));
        newsroom.publish(&path, &title, &PARAGRAPHS)
    };
    (0..n_items).map(item).collect()
}

#[tokio::test]
async fn a_round_delivers_each_article_once_and_the_next_round_nothing() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 3);
    desk.carry("alpha", &items);
    let (shelf, totals) = desk.round().await;
    assert_eq!(shelf.titles(), ["Quay number 0 is open", "Quay number 1 is open", "Quay number 2 is open"]);
    assert_eq!((totals.n_polls, totals.n_polls_failed, totals.n_articles, totals.n_records), (1, 0, 3, 3));
    let value = &shelf.values("articles")[0];
    assert_eq!((&value["outlet"], &value["lang"]), (&"alpha".into(), &"en".into()));
    assert_eq!(value["feeds"], serde_json::json!(["alpha-news"]));
    assert_eq!(value["published"], "2025-02-12T17:00:00.000Z");
    assert!(value["text"].as_str().unwrap().contains("eleven countries"));
    let (shelf, totals) = desk.round().await;
    assert_eq!((shelf.records().len(), totals.n_entries), (0, 0));
    assert_eq!(desk.newsroom.n_asked("/1.html"), 1, "an article is fetched once");
}

#[tokio::test]
async fn validators_come_back_and_a_304_is_a_success() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.carry("alpha", &items);
    let rss = desk.newsroom.page("/alpha.xml").etag("v1");
    desk.newsroom.put("/alpha.xml", rss);
    desk.round().await;
    let (_, totals) = desk.round().await;
    assert_eq!((totals.n_polls, totals.n_polls_failed), (1, 0));
    assert_eq!(desk.newsroom.n_unchanged("/alpha.xml"), 1);
}

#[tokio::test]
async fn a_restart_makes_no_extra_request() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.carry("alpha", &items);
    desk.round().await;
    let config = AppConfig {
        settings: desk.settings.clone(),
        feeds: desk.feeds.clone(),
        lists: Vec::new(),
        rules: Arc::default(),
        mode: Mode::Daemon,
    };
    let app = app::start_with_coder(config, coder(), Shelf::default(), Arc::new(SystemClock)).await.unwrap();
    let (_, status) = get(&app, "/status").await;
    let status: Value = serde_json::from_str(&status).unwrap();
    let feed = &status["feeds"][0];
    let at = |name: &str| feed[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let wait = at("next").duration_since(at("polled"));
    assert!(wait >= jiff::SignedDuration::from_mins(5), "{feed}");
    assert_eq!(feed["next_reason"], "every 5m");
    app.shutdown().stop();
    app.wait().await.unwrap();
    assert_eq!(desk.newsroom.n_asked("/alpha.xml"), 1);
}

#[tokio::test]
async fn validators_that_hide_entries_are_sent_no_more() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 3);
    desk.subscribe("alpha");
    // Whatever it shows, it says that nothing changed.
    let show = |desk: &Desk, n_items: usize| {
        desk.newsroom.put_feed("/alpha.xml", &items[..n_items]);
        desk.newsroom.put("/alpha.xml", desk.newsroom.page("/alpha.xml").etag("v1"));
    };
    show(&desk, 1);
    assert_eq!(desk.round().await.0.titles().len(), 1);
    show(&desk, 2);
    assert_eq!(desk.round().await.0.titles().len(), 0);
    // Once a day a feed is fetched in full.
    desk.clock.advance(jiff::SignedDuration::from_hours(25));
    assert_eq!(desk.round().await.0.titles().len(), 1);
    show(&desk, 3);
    assert_eq!(desk.round().await.0.titles().len(), 1);
    assert_eq!(desk.newsroom.n_unchanged("/alpha.xml"), 1);
}

/// A news sitemap with one report.
fn news_sitemap(newsroom: &Newsroom, path: &str, title: &str) -> Page {
    newsroom.publish(path, title, &PARAGRAPHS);
    let url = newsroom.url(path);
    let xml = format!(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"><url><loc>{url}</loc><news:news>\
         <news:publication_date>2025-02-12T17:00:00Z</news:publication_date>\
         <news:title>{title}</news:title></news:news></url></urlset>"
    );
    Page::new("application/xml", xml)
}

#[tokio::test]
async fn index_of_sitemaps_is_polled_like_a_feed_though_it_never_changes() {
    let mut desk = Desk::open().await;
    let index = "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>/gone.xml</loc>\
                 </sitemap><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>";
    desk.newsroom.put("/alpha.xml", Page::new("application/xml", index).etag("v1"));
    desk.subscribe("alpha");
    desk.newsroom.put("/news.xml", news_sitemap(&desk.newsroom, "/1.html", "Quay number 1 is open"));
    assert_eq!(desk.round().await.0.titles(), ["Quay number 1 is open"]);
    desk.newsroom.put("/news.xml", news_sitemap(&desk.newsroom, "/2.html", "Quay number 2 is open"));
    assert_eq!(desk.round().await.0.titles(), ["Quay number 2 is open"]);
    desk.newsroom.put("/news.xml", Page::status(500));
    assert_eq!(desk.round().await.1.n_polls_failed, 1, "no sitemap of it could be read");
}

#[tokio::test]
async fn entries_without_a_page_are_given_up_with_what_was_received() {
    let mut desk = Desk::open().await;
    let newsroom = &desk.newsroom;
    newsroom.put("/report.pdf", Page::new("application/pdf", "%PDF-1.7 not a page"));
    newsroom.put("/large.html", Page::article("Large", &["Far too much of it. ".repeat(400_000).as_str()]));
    newsroom.put("/empty.html", Page::new("text/html", "<html><body></body></html>"));
    let player = "<html><head><meta property='og:type' content='video.other'></head><body><h1>Talks</h1>\
                  <p>The two presidents met at noon.</p><p>They shook hands.</p></body></html>";
    newsroom.put("/player.html", Page::new("text/html", player));
    let wall = "<html><body><h1>Just a moment</h1><p>Please verify you are human to go on.</p></body></html>";
    newsroom.put("/wall.html", Page::new("text/html", wall));
    let mut items = items(newsroom, 1);
    for path in ["/report.pdf", "/gone.html", "/large.html", "/empty.html", "/player.html", "/wall.html"] {
        items.push(newsroom.item(path, path));
    }
    desk.carry("alpha", &items);
    let (shelf, totals) = desk.round().await;
    assert_eq!(shelf.titles(), ["Quay number 0 is open"]);
    assert_eq!(totals.n_dropped, 6, "{totals}");
    let records = shelf.records();
    let letters: Vec<&Record> = records.iter().filter(|record| record.topic == "hotline.dlq.v1").collect();
    let codes: BTreeSet<&str> = letters.iter().filter_map(|letter| letter.header("hotline_error_code")).collect();
    assert_eq!(codes, BTreeSet::from(["pdf", "too_large", "no_text", "video", "wall"]));
    let pdf = letters.iter().find(|letter| letter.header("hotline_error_code") == Some("pdf")).unwrap();
    assert_eq!(pdf.value, b"%PDF-1.7 not a page");
    assert_eq!(pdf.header("hotline_url"), Some(desk.newsroom.url("/report.pdf").as_str()));
    assert_eq!(pdf.header("hotline_feed"), Some("alpha-news"));
    let (shelf, _) = desk.round().await;
    assert!(shelf.records().is_empty(), "what is given up does not come again");
}

#[tokio::test]
async fn a_page_that_takes_too_long_is_given_up_and_costs_the_others_nothing() {
    let mut desk = Desk::open().await;
    desk.settings.pipeline.article_timeout = Duration::from_millis(200);
    let endless = Page::article("Without end", &vec!["All of it stands in short paragraphs."; 50_000]);
    assert!(endless.body.len() < 3_000_000);
    desk.newsroom.put("/endless.html", endless);
    let mut items = items(&desk.newsroom, 1);
    items.insert(0, desk.newsroom.item("/endless.html", "Without end"));
    desk.carry("alpha", &items);
    let (shelf, totals) = desk.round().await;
    assert_eq!((shelf.titles(), totals.n_dropped), (vec!["Quay number 0 is open".to_owned()], 1));
    let records = shelf.records();
    let letter = records.iter().find(|record| record.topic == "hotline.dlq.v1").expect("a dead letter");
    assert_eq!(letter.header("hotline_error_code"), Some("timed_out"));
    assert_eq!(letter.header("hotline_url"), Some(desk.newsroom.url("/endless.html").as_str()));
    assert!(letter.value.starts_with(b"<!doctype html>"), "what was received is kept");
}

#[tokio::test]
async fn a_live_blog_is_coded_post_by_post() {
    let mut desk = Desk::open().await;
    let post =
        |time: &str, text: &str| format!("<div class=\"post\"><time datetime=\"{time}\">x</time><p>{text}</p></div>");
    let page = format!(
        "<html lang=\"en\"><head><title>Live: a day of calls</title><script type=\"application/ld+json\">\
         {{\"@type\":\"LiveBlogPosting\",\"headline\":\"Live: a day of calls\",\"datePublished\":\"2025-06-04T06:00:00Z\"}}\
         </script></head><body><h1>Live: a day of calls</h1><div class=\"posts\">{}{}</div></body></html>",
        post(
            "2025-06-05T09:00:00Z",
            "Macron called Zelensky today, the Elysee Palace said, and they discussed grain exports."
        ),
        post(
            "2025-06-04T15:00:00Z",
            "Macron spoke by phone with Putin today, the Kremlin said, and they discussed sanctions."
        ),
    );
    desk.newsroom.put("/live.html", Page::new("text/html", page));
    let item = desk.newsroom.item("/live.html", "Live: a day of calls");
    desk.carry("alpha", &[item]);
    let (shelf, _) = desk.round().await;
    let articles = shelf.values("articles");
    assert_eq!(articles[0]["published"], "2025-06-04T06:00:00.000Z");
    let posts = articles[0]["posts"].as_array().unwrap();
    let times: Vec<&str> = posts.iter().map(|post| post["published"].as_str().unwrap()).collect();
    assert_eq!(times, ["2025-06-05T09:00:00.000Z", "2025-06-04T15:00:00.000Z"]);
    let calls: BTreeMap<String, String> = shelf
        .values("events")
        .iter()
        .map(|event| (event["date"]["start"].as_str().unwrap(), event["sources"][0]["published"].as_str().unwrap()))
        .map(|(day, published)| (day.to_owned(), published.to_owned()))
        .collect();
    let expected = [("2025-06-05", times[0]), ("2025-06-04", times[1])];
    assert_eq!(calls, expected.map(|(day, time)| (day.to_owned(), time.to_owned())).into());
}

#[tokio::test]
async fn a_page_that_cannot_be_had_gives_way_to_the_feeds_own_text() {
    let mut desk = Desk::open().await;
    let summary = PARAGRAPHS.join(" ");
    let missing = Item { summary: summary.clone(), ..desk.newsroom.item("/gone.html", "Page is gone") };
    let linkless = Item { title: "No page at all".to_owned(), link: None, summary };
    desk.carry("alpha", &[missing, linkless]);
    let (shelf, totals) = desk.round().await;
    assert_eq!(shelf.titles(), ["No page at all", "Page is gone"]);
    assert!(shelf.values("articles").iter().all(|article| article["text_source"] == "feed"));
    assert_eq!((totals.n_articles, totals.n_dropped), (2, 0));
}

#[tokio::test]
async fn a_page_that_fails_for_now_is_tried_again_later() {
    let mut desk = Desk::open().await;
    desk.settings.pipeline.retry_pause = Duration::from_millis(1);
    desk.newsroom.put("/busy.html", Page::status(503));
    let item = desk.newsroom.item("/busy.html", "Quay is open");
    desk.carry("alpha", &[item]);
    let shelf = Shelf::default();
    let app = desk.start(Mode::Daemon, &shelf).await;
    desk.newsroom.asked("/busy.html", 1).await;
    desk.newsroom.put("/busy.html", Page::article("Quay is open", &PARAGRAPHS));
    shelf.takes(1).await;
    app.shutdown().stop();
    app.wait().await.unwrap();
    assert_eq!(shelf.titles(), ["Quay is open"]);
}

#[tokio::test]
async fn a_feed_that_is_no_feed_costs_the_others_nothing() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.newsroom.put("/login.xml", Page::new("text/html", "<!doctype html><html><body>Please log in</body></html>"));
    desk.newsroom.put("/blank.xml", Page::new("application/rss+xml", "\n"));
    desk.newsroom.put("/broken.xml", Page::status(500));
    for outlet in ["login", "blank", "broken", "absent"] {
        desk.subscribe(outlet);
    }
    desk.carry("alpha", &items);
    let (shelf, totals) = desk.round().await;
    assert_eq!(shelf.titles(), ["Quay number 0 is open"]);
    assert_eq!((totals.n_polls, totals.n_polls_failed), (5, 4));
}

#[tokio::test]
async fn a_feed_that_had_entries_and_has_none_has_failed() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 2);
    desk.carry("alpha", &items);
    desk.round().await;
    desk.newsroom.put_feed("/alpha.xml", &[]);
    let (_, totals) = desk.round().await;
    assert_eq!(totals.n_polls_failed, 1);
    desk.newsroom.put_feed("/alpha.xml", &items);
    let (shelf, totals) = desk.round().await;
    assert_eq!((totals.n_polls_failed, shelf.records().len()), (0, 0));
}

#[tokio::test]
async fn an_entry_shown_twice_is_one_article() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.carry("alpha", &[items[0].clone(), items[0].clone()]);
    desk.carry("beta", &items);
    let (shelf, _) = desk.round().await;
    let ids: BTreeSet<String> = shelf.values("articles").iter().map(|value| value["article_id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{:?}", shelf.titles());
}

#[tokio::test]
async fn a_failing_sink_holds_and_nothing_is_lost_or_reordered() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 12);
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::Retry, Plan::Hold, Plan::TakeAndFail]);
    let app = desk.start(Mode::Daemon, &shelf).await;
    shelf.fails(3).await;
    assert!(app.health().hindrances().is_empty(), "the sink's health is not the daemon's");
    let acked = shelf.records().len();
    shelf.takes(acked + 12).await;
    app.shutdown().stop();
    app.wait().await.unwrap();
    let mut by_seq: BTreeMap<u64, Record> = BTreeMap::new();
    for record in shelf.records() {
        let before = by_seq.insert(record.seq, record.clone());
        assert!(before.is_none_or(|before| before == record), "sent again, a record has the same bytes");
    }
    assert_eq!(by_seq.keys().copied().collect::<Vec<_>>(), (1..=12).collect::<Vec<u64>>());
    let titles: BTreeSet<String> = shelf.titles().into_iter().collect();
    assert_eq!(titles.len(), 12);
}

#[tokio::test]
async fn what_was_not_delivered_comes_with_the_next_start_and_not_again_after() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 4);
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::Retry; 100]);
    let app = desk.start(Mode::Daemon, &shelf).await;
    shelf.fails(1).await;
    app.shutdown().stop();
    app.wait().await.unwrap();
    assert!(shelf.records().is_empty());
    let (shelf, _) = desk.round().await;
    assert_eq!(shelf.titles().len(), 4);
    let (shelf, _) = desk.round().await;
    assert!(shelf.records().is_empty());
}

#[tokio::test]
async fn a_refused_record_becomes_a_dead_letter_and_the_rest_goes_on() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 2);
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::RejectFirst]);
    let app = desk.start(Mode::Once, &shelf).await;
    tokio::time::timeout(DEADLINE, app.wait()).await.expect("the round ends in time").unwrap();
    let records = shelf.records();
    assert_eq!((shelf.titles().len(), records.len()), (1, 2));
    let letter = records.iter().find(|record| record.topic == "hotline.dlq.v1").unwrap();
    assert_eq!(letter.header("hotline_error_code"), Some("invalid"));
    let refused: Value = serde_json::from_slice(&letter.value).unwrap();
    assert!(refused["title"].as_str().unwrap().starts_with("Quay number"), "the letter holds the record");
}

#[tokio::test]
async fn a_sink_that_can_never_go_on_ends_the_program_and_loses_nothing() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 2);
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::Fatal]);
    let app = desk.start(Mode::Daemon, &shelf).await;
    let ended = tokio::time::timeout(DEADLINE, app.wait()).await.expect("it ends in time");
    assert_eq!(ended.unwrap_err().to_string(), "deliver to shelf: as planned");
    let (shelf, _) = desk.round().await;
    assert_eq!(shelf.titles().len(), 2);
}

#[tokio::test]
async fn a_single_round_does_not_wait_for_the_sink_for_ever() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::Retry; 50]);
    let app = desk.start(Mode::Once, &shelf).await;
    let ended = tokio::time::timeout(DEADLINE, app.wait()).await.expect("it ends in time");
    assert!(ended.unwrap_err().to_string().starts_with("records wait in the outbox"));
}

#[tokio::test]
async fn an_entry_that_changes_without_its_page_emits_nothing() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.carry("alpha", &items);
    desk.round().await;
    let edited = Item { summary: "Read more, and comment.".to_owned(), ..items[0].clone() };
    desk.newsroom.put_feed("/alpha.xml", std::slice::from_ref(&edited));
    let (shelf, _) = desk.round().await;
    assert!(shelf.records().is_empty());
    desk.newsroom.put("/0.html", Page::article("Quay number 0 is closed again", &PARAGRAPHS));
    let renamed = Item { title: "Quay number 0 is closed again".to_owned(), ..edited };
    desk.newsroom.put_feed("/alpha.xml", &[renamed]);
    let (shelf, _) = desk.round().await;
    let values = shelf.values("articles");
    assert_eq!(shelf.titles(), ["Quay number 0 is closed again"]);
    assert!(values[0]["revision"].as_u64().unwrap() >= 2, "an edit is a revision of the same article");
}

#[tokio::test]
async fn one_call_in_two_outlets_is_one_event_with_two_sources() {
    let mut desk = Desk::open().await;
    let alpha = [
        "US President Donald Trump spoke by phone with Russian President Vladimir Putin on Wednesday, February 12, 2025, \
         the White House said.",
        "The two leaders discussed the war in Ukraine and agreed to start negotiations, according to a statement.",
    ];
    let beta = [
        "Vladimir Putin and Donald Trump held a telephone conversation on Wednesday, the Kremlin confirmed in Moscow.",
        "The call between the Russian president and the American president lasted nearly an hour and a half, \
         spokesman Dmitry Peskov told reporters.",
    ];
    let first = desk.newsroom.publish("/a.html", "Trump and Putin speak by phone", &alpha);
    let second = desk.newsroom.publish("/b.html", "Putin holds phone call with Trump", &beta);
    desk.carry("alpha", &[first]);
    desk.carry("beta", &[second]);
    let (shelf, totals) = desk.round().await;
    let calls = |shelf: &Shelf| -> Vec<Value> {
        shelf.values("events").into_iter().filter(|value| value["kind"] == "leader_call").collect()
    };
    let events = calls(&shelf);
    let ids: BTreeSet<&str> = events.iter().filter_map(|value| value["event_id"].as_str()).collect();
    assert_eq!(ids.len(), 1, "{totals}: {events:#?}");
    let last = events.last().unwrap();
    assert_eq!(last["corroboration"]["outlets"], 2);
    assert_eq!((&last["status"], &last["parties"]), (&"occurred".into(), &serde_json::json!(["RUS", "USA"])));
    let outlets: BTreeSet<&str> =
        last["sources"].as_array().unwrap().iter().filter_map(|source| source["outlet"].as_str()).collect();
    assert_eq!(outlets, BTreeSet::from(["alpha", "beta"]));
    assert!(shelf.values("articles").iter().all(|value| value["tags"][0] == "leader_call"));
    // The next start remembers the event: a third outlet's report revises it.
    let third = desk.newsroom.publish("/c.html", "Trump says he spoke with Putin by phone", &alpha);
    desk.carry("gamma", &[third]);
    let (shelf, _) = desk.round().await;
    let revised = calls(&shelf);
    assert!(!revised.is_empty() && revised.iter().all(|value| value["event_id"] == last["event_id"]), "{revised:#?}");
    assert_eq!(revised[0]["corroboration"]["outlets"], 3);
}

/// Gets a path of the daemon's own server: the status code and the body.
pub(crate) async fn get(app: &App, path: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(app.http_address().unwrap()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test]
async fn health_metrics_and_status_say_how_it_stands() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.subscribe("absent");
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::Hold; 100]);
    let app = desk.start(Mode::Daemon, &shelf).await;
    shelf.fails(1).await;
    assert_eq!(get(&app, "/livez").await, (200, "ok\n".to_owned()));
    assert_eq!(get(&app, "/readyz").await.0, 200, "a broker that refuses does not make the daemon unready");
    // The article counts when its worker hears of the commit, which the sink may have heard of before.
    let counted = async {
        loop {
            let (_, metrics) = get(&app, "/metrics").await;
            if metrics.contains("hotline_articles_total") {
                return metrics;
            }
        }
    };
    let metrics = tokio::time::timeout(std::time::Duration::from_secs(30), counted).await.unwrap();
    for line in ["hotline_polls_total{outcome=\"read\"} 1", "hotline_delivery_held 1"] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    let (_, status) = get(&app, "/status").await;
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["delivery"]["held"], true);
    assert_eq!(status["delivery"]["lag_records"], 1);
    assert!(status["delivery"]["error"].as_str().unwrap().contains("as planned"));
    let feeds = status["feeds"].as_array().unwrap();
    let absent = feeds.iter().find(|feed| feed["id"] == "absent-news").unwrap();
    assert!(absent["error"].as_str().unwrap().contains("404"), "{absent}");
    assert!(absent["next"].as_str().unwrap() > absent["polled"].as_str().unwrap());
    let (code, page) = get(&app, "/").await;
    assert!(code == 200 && page.contains("absent-news") && page.contains("Held until a person acts"));
    assert_eq!(get(&app, "/nothing").await.0, 404);
    app.shutdown().stop();
    app.wait().await.unwrap();
}

#[tokio::test]
async fn a_spool_that_is_full_pauses_polling_until_it_drains() {
    let mut desk = Desk::open().await;
    desk.settings.pipeline.spool_records_max = 1;
    let items = items(&desk.newsroom, 3);
    desk.carry("alpha", &items);
    let shelf = Shelf::failing(&[Plan::Retry; 6]);
    let app = desk.start(Mode::Daemon, &shelf).await;
    // The pauses between six tries are longer than the store is left uncounted.
    shelf.fails(5).await;
    assert_eq!(app.health().hindrances(), ["spool is full"]);
    app.poll_all().await;
    shelf.fails(6).await;
    assert_eq!(desk.newsroom.n_asked("/alpha.xml"), 1);
    shelf.takes(3).await;
    desk.newsroom.asked("/alpha.xml", 2).await;
    assert!(app.health().hindrances().is_empty());
    app.shutdown().stop();
    app.wait().await.unwrap();
}

#[tokio::test]
async fn two_pipelines_do_not_share_a_state_directory() {
    let desk = Desk::open().await;
    let app = desk.start(Mode::Daemon, &Shelf::default()).await;
    let config = AppConfig {
        settings: desk.settings.clone(),
        feeds: Vec::new(),
        lists: Vec::new(),
        rules: Arc::default(),
        mode: Mode::Once,
    };
    let second = app::start_with_coder(config, coder(), Shelf::default(), Arc::new(SystemClock)).await;
    let message = second.err().unwrap().to_string();
    assert!(message.contains("in use by process"), "{message}");
    app.shutdown().stop();
    app.wait().await.unwrap();
    assert!(Path::new(&desk.settings.state_dir).starts_with(desk.folder.path()));
}
