//! Facts about `feeds`: the binary over a configured folder, alone and beside the daemon.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hotline::clock::SystemClock;
use hotline::feed::opml;
use hotline::lists::Lists;
use hotline::store::{ListCopy, Store};
use serde_json::Value;

use super::cli::{hotline, run};
use super::daemon::Site;
use super::newsroom::Page;

/// Runs `feeds`, off the thread that serves the newsroom; returns exit code, output and errors.
async fn feeds(site: &Site, arguments: &[&str]) -> (i32, String, String) {
    let arguments: Vec<String> = [&["feeds"], arguments].concat().iter().map(|one| (*one).to_owned()).collect();
    let main = site.folder.path().join("hotline.toml");
    let ran = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(hotline(&arguments).arg("-c").arg(main))
    });
    ran.await.expect("the binary runs")
}

async fn json(site: &Site, arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = feeds(site, &[arguments, &["--format", "json"]].concat()).await;
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).expect("one JSON object")
}

fn add_list(site: &Site, text: &str) {
    fs::write(site.folder.path().join("feeds.d/lists.toml"), text).expect("written");
}

#[tokio::test]
async fn a_feed_never_polled_is_listed_with_its_plan_and_shown_whole() {
    let site = Site::open(1, "").await;
    let listed = json(&site, &["list"]).await;
    assert_eq!((&listed["id"], &listed["outlet"]), (&"alpha-news".into(), &"alpha".into()));
    assert_eq!((&listed["polled"], &listed["next_reason"]), (&Value::Null, &"never polled".into()));
    let (code, stdout, _) = feeds(&site, &["list"]).await;
    assert!(code == 0 && stdout.starts_with("alpha-news  ") && stdout.ends_with("  never polled\n"), "{stdout}");
    let shown = json(&site, &["show", "alpha-news"]).await;
    assert_eq!(shown["outlet"]["name"], "Alpha");
    assert_eq!(
        (&shown["configured"]["first_poll"], &shown["configured"]["interval"]),
        (&"publish_all".into(), &"5m".into())
    );
    assert_eq!((&shown["entries"]["known"], shown.get("state")), (&0.into(), None));
    assert!(!site.folder.path().join("state").exists(), "looking leaves no state");
    let (code, _, stderr) = feeds(&site, &["show", "alpha-mews"]).await;
    assert_eq!(code, 1);
    assert!(stderr.contains("`alpha-mews` is no configured feed; did you mean `alpha-news`?"), "{stderr}");
    let (code, _, stderr) = feeds(&site, &["poll", "alpha-news"]).await;
    assert!(code == 1 && stderr.contains("no daemon works in"), "{stderr}");
}

#[tokio::test]
async fn feeds_are_listed_polled_and_reset_beside_the_daemon_and_without_it() {
    let site = Site::open(1, "schedule.interval = \"1h\"\nschedule.interval_max = \"2h\"").await;
    let rss = site.newsroom.page("/feed.xml").etag("v1");
    site.newsroom.put("/feed.xml", rss);
    let mut daemon = site.start(&[]);
    daemon.address().await;

    let polled = json(&site, &["poll", "alpha-news"]).await;
    assert_eq!((&polled["id"], &polled["error"], &polled["failures"]), (&"alpha-news".into(), &Value::Null, &0.into()));
    let (n_before, n_unchanged) = (site.newsroom.n_asked("/feed.xml"), site.newsroom.n_unchanged("/feed.xml"));
    let (code, stdout, stderr) = feeds(&site, &["poll", "alpha-news"]).await;
    assert!(code == 0 && stdout.starts_with("alpha-news: polled; next poll in "), "{stdout}{stderr}");
    assert_eq!(site.newsroom.n_asked("/feed.xml"), n_before + 1);
    assert_eq!(site.newsroom.n_unchanged("/feed.xml"), n_unchanged + 1, "a poll sends the validators");

    let listed = json(&site, &["list"]).await;
    assert!(listed["polled"].is_string() && listed["next_reason"] == "every 1h", "{listed}");
    let shown = json(&site, &["show", "alpha-news"]).await;
    assert_eq!(shown["state"]["validators"]["etag"], "\"v1\"");
    assert_eq!(shown["entries"]["known"], 1);

    let reset = json(&site, &["reset", "alpha-news"]).await;
    assert_eq!(reset["failures"], 0);
    assert_eq!(site.newsroom.n_asked("/feed.xml"), n_before + 2);
    assert_eq!(site.newsroom.n_unchanged("/feed.xml"), n_unchanged + 1, "a reset asks for the whole document");

    site.newsroom.put("/feed.xml", Page::status(500));
    let (code, stdout, _) = feeds(&site, &["poll", "alpha-news"]).await;
    assert!(code == 1 && stdout.contains("alpha-news: failed: ") && stdout.contains("500"), "{stdout}");
    let (code, _, stderr) = feeds(&site, &["poll", "beta-news"]).await;
    assert!(code == 1 && stderr.contains("no configured feed"), "{stderr}");

    daemon.signal("TERM");
    let (code, log) = daemon.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!site.folder.path().join("state/hotline.sock").exists(), "the socket goes with the daemon");
    let shown = json(&site, &["show", "alpha-news"]).await;
    assert_eq!((&shown["failures"], shown["state"]["failing_since"].is_string()), (&1.into(), true));
    let (code, stdout, stderr) = feeds(&site, &["reset", "alpha-news"]).await;
    assert!(code == 0 && stdout == "alpha-news: is polled anew at the next start\n", "{stdout}{stderr}");
    let shown = json(&site, &["show", "alpha-news"]).await;
    assert_eq!((&shown["next_reason"], &shown["failures"]), (&"never polled".into(), &0.into()));
    assert_eq!(shown["entries"]["known"], 1, "what the feed showed stays known");
}

#[tokio::test]
async fn opml_is_imported_as_a_feed_list_that_checks_and_exported_as_opml_that_reads_back() {
    let site = Site::open(1, "").await;
    let list = format!(
        "<opml version='1.0'><body><outline text='Press'>\
         <outline title='Tom & Jerry' xmlurl='https://one.example/rss?a=1&b=2' language='en_GB'/>\
         <outline xmlUrl='https://two.example/atom.xml' language='unknown'/>\
         <outline title='Tom &amp; Jerry' xmlUrl='https://www.one.example/world'/>\
         <outline text='known' xmlUrl='{}'/></outline></body>",
        site.newsroom.url("/feed.xml")
    );
    let file = site.folder.path().join("subscriptions.opml");
    fs::write(&file, list).expect("written");
    let path = file.to_str().expect("a path");
    let (code, toml, stderr) = feeds(&site, &["import-opml", path]).await;
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("3 new feeds, 1 configured already"), "{stderr}");
    fs::write(site.folder.path().join("feeds.d/imported.toml"), toml).expect("written");
    let main = site.folder.path().join("hotline.toml");
    let config = hotline::config::load(&main, &[]).expect("what is imported is whole");
    let ids: Vec<(&str, &str)> = config.feeds.iter().map(|feed| (feed.id.as_str(), feed.outlet.id.as_str())).collect();
    let expected = [
        ("alpha-news", "alpha"),
        ("tom-jerry", "one-example"),
        ("tom-jerry-2", "one-example"),
        ("two-example-atom-xml", "two-example"),
    ];
    assert_eq!(ids, expected);
    assert_eq!(config.feeds[1].lang.as_deref(), Some("en-GB"));

    let (code, exported, _) = feeds(&site, &["export-opml"]).await;
    assert!(code == 0 && exported.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\""));
    let outlines = opml::read(exported.as_bytes(), None).expect("it reads back");
    let mut found: Vec<(&str, &str)> =
        outlines.iter().map(|one| (one.id.as_deref().unwrap_or_default(), one.url.as_str())).collect();
    found.sort_unstable();
    let mut configured: Vec<(&str, &str)> =
        config.feeds.iter().map(|feed| (feed.id.as_str(), feed.url.as_str())).collect();
    configured.sort_unstable();
    assert_eq!(found, configured);
    let (code, toml, stderr) = feeds(&site, &["import-opml", path]).await;
    assert!(code == 0 && toml.is_empty() && stderr.contains("0 new feeds, 4 configured already"), "{toml}{stderr}");
    let (code, _, stderr) = feeds(&site, &["import-opml", main.to_str().expect("a path")]).await;
    assert!(code == 1 && stderr.contains("document is no OPML"), "{stderr}");
}

/// OPML of feeds at these hosts.
fn opml_of(numbers: std::ops::Range<usize>) -> Page {
    let outline = |n: usize| format!("<outline text='Paper {n}' xmlUrl='https://paper{n}.example/rss?a&b'/>");
    let outlines: Vec<String> = numbers.map(outline).collect();
    Page::new("text/x-opml", format!("<opml><body>{}</body></opml>", outlines.concat()))
}

async fn listed_ids(site: &Site) -> Vec<String> {
    let (code, stdout, stderr) = feeds(site, &["list"]).await;
    assert_eq!(code, 0, "{stderr}");
    stdout.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_list_on_the_web_is_followed_but_not_when_it_breaks() {
    let site = Site::open(0, "fetch.connect_timeout = \"100ms\"\nfetch.timeout = \"2s\"").await;
    let list =
        format!("[[lists]]\nid = \"papers\"\nurl = \"{}\"\nallow_private = true\n", site.newsroom.url("/papers.opml"));
    add_list(&site, &list);
    assert_eq!(listed_ids(&site).await, ["alpha-news"]);
    // The store takes the copies that a daemon would have made; a start with these feeds would ask the world for them.
    let state = site.folder.path().join("state");
    let followed = |page: Option<Page>| async {
        match page {
            Some(page) => site.newsroom.put("/papers.opml", page),
            None => site.newsroom.put("/papers.opml", Page::status(404)),
        }
        subscribed(&site, &state).await
    };
    let ten = followed(Some(opml_of(0..10))).await;
    assert_eq!(ten.len(), 11);
    assert!(ten[1].starts_with("paper0-example-rss-"), "{ten:?}");
    assert_eq!(followed(Some(opml_of(3..40))).await, ten, "a list that loses three of ten is refused");
    assert_eq!(followed(Some(Page::new("text/html", "<html>sorry</html>"))).await, ten);
    assert_eq!(followed(None).await, ten, "the last good copy outlives the list");
    let other = followed(Some(opml_of(2..12))).await;
    assert_eq!(other.len(), 11);
    assert_eq!(other[1..9], ten[3..11], "a feed keeps its id");
    assert_eq!(listed_ids(&site).await.len(), 11);
    let shown = json(&site, &["show", "papers"]).await;
    assert_eq!((&shown["feeds"], shown["received"].is_string()), (&10.into(), true));
    let (code, stdout, _) = feeds(&site, &["reset", "papers"]).await;
    assert!(code == 0 && stdout == "papers: is taken as it is at the next start\n", "{stdout}");
    assert_eq!(followed(Some(opml_of(0..2))).await.len(), 3, "after a reset the list is taken as it is");
}

/// Returns the ids of the feeds that a start would poll.
async fn subscribed(site: &Site, state: &Path) -> Vec<String> {
    let config = hotline::config::load(&site.folder.path().join("hotline.toml"), &[]).expect("a whole configuration");
    let store = Store::open(state).await.expect("a store");
    let client = hotline::fetch::Client::new(&config.settings.fetch).expect("a client");
    let configured = (config.feeds, config.lists);
    let lists = Lists::new(Arc::new(client), store.clone(), configured, Arc::new(SystemClock), Arc::default());
    let feeds = lists.read().await;
    let copy: Option<ListCopy> = store.list_copy("papers").await.expect("the copy is read");
    assert_eq!(copy.map(|copy| copy.at), lists.status().borrow()[0].received);
    store.close().await.expect("closed");
    feeds.into_iter().map(|feed| feed.id).collect()
}

#[test]
fn broken_lists_are_refused_in_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let main = folder.path().join("hotline.toml");
    fs::create_dir(folder.path().join("feeds.d")).expect("made");
    fs::write(&main, "").expect("written");
    let text = "[[lists]]\nid = \"My list\"\nurl = \"ftp://a.example/x.opml\"\nintervall = \"5m\"\n";
    fs::write(folder.path().join("feeds.d/lists.toml"), text).expect("written");
    let problems = hotline::config::load(&main, &[]).expect_err("it is broken").render(false);
    for expected in
        ["lists.toml:2:6: ", "lists.toml:3:7: ", "lists.toml:4:1: unknown key `intervall`", "did you mean `interval`?"]
    {
        assert!(problems.contains(expected), "{expected} is not in {problems}");
    }
}
