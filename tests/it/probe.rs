//! Facts about dry runs: the binary against a loopback newsroom.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::cli::{hotline, run};
use crate::support::{Reply, Server};

const PAGE: &str = "<html lang=\"en\"><head><title>Trump and Putin speak by phone | The Wick Courier</title>\
    <meta property=\"og:title\" content=\"Trump and Putin speak by phone\">\
    <meta property=\"og:site_name\" content=\"The Wick Courier\">\
    <meta property=\"article:published_time\" content=\"2025-02-12T18:05:00Z\"></head><body><article>\
    <h1>Trump and Putin speak by phone</h1>\
    <p>President Donald Trump spoke by phone with Russian President Vladimir Putin on Wednesday, the White House said \
    in a short statement that was released in the evening.</p>\
    <p>The two presidents discussed the war in Ukraine and the price of oil, according to the statement, and their \
    advisers will draw up a list of further topics.</p></article></body></html>";

/// The newsroom: a feed with an older and a newer entry, their pages, and a robots.txt.
async fn newsroom() -> Server {
    Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::ok("User-agent: *\nDisallow: /private\n"),
        "/moved" => Reply::redirect("/rss"),
        "/rss" => Reply::ok(feed("/news/1")).header("Content-Type", "application/rss+xml").header("ETag", "\"a\""),
        "/rss-private" => Reply::ok(feed("/private/1")).header("Content-Type", "application/rss+xml"),
        "/news/1" | "/private/1" => Reply::ok(PAGE).header("Content-Type", "text/html; charset=utf-8"),
        "/paper.pdf" => Reply::ok("%PDF-1.7 paper").header("Content-Type", "application/pdf"),
        _ => Reply::status(404),
    })
    .await
}

fn feed(link: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>The Wick Courier</title>\
         <item><guid>old</guid><title>Pier closed</title><link>/news/0</link>\
         <pubDate>Tue, 11 Feb 2025 09:00:00 GMT</pubDate></item>\
         <item><guid>new</guid><title>Trump and Putin speak by phone</title><link>{link}</link>\
         <description>President Donald Trump spoke by phone with Russian President Vladimir Putin on Wednesday, the \
         White House said.</description><pubDate>Wed, 12 Feb 2025 18:05:00 GMT</pubDate></item></channel></rss>"
    )
}

/// Probes in an empty folder, so that no configuration stands in the way; returns exit code and report.
async fn probe(arguments: &[&str]) -> (i32, Value) {
    let (code, stdout, stderr) = printed(&[arguments, &["--format", "json"]].concat()).await;
    let report: Result<Value, _> = serde_json::from_str(&stdout);
    assert!(report.is_ok(), "not one JSON object: {stdout}{stderr}");
    (code, report.unwrap_or_default())
}

async fn printed(arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments: Vec<String> = [&["probe"], arguments].concat().iter().map(|one| (*one).to_owned()).collect();
    let path = folder.path().to_owned();
    let ran = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(hotline(&arguments).current_dir(path))
    });
    let ran = ran.await.expect("the binary runs");
    let left = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "a dry run writes no state");
    ran
}

#[tokio::test]
async fn feed_is_taken_to_the_record_of_its_newest_entry() {
    let server = newsroom().await;
    let (code, report) = probe(&[server.url("/moved").as_str(), "--allow-private"]).await;
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["robots"]["allowed"], true);
    assert_eq!(report["fetch"]["hops"][0]["status"], 302);
    assert_eq!(report["fetch"]["url"], server.url("/rss").as_str());
    assert_eq!(report["fetch"]["etag"], "\"a\"");
    assert_eq!(report["charset"]["encoding"], "UTF-8");
    assert_eq!((&report["document"]["format"], &report["document"]["reader"]), (&"RSS".into(), &"feed-rs".into()));
    assert_eq!(report["entries"]["count"], 2);
    assert!(report["schedule"]["reason"].is_string() && report["schedule"]["next"].is_string());
    assert_eq!(report["entry"]["link"], server.url("/news/1").as_str());
    assert_eq!(report["page_fetch"]["status"], 200);
    assert_eq!(report["extract"]["title"], "Trump and Putin speak by phone");
    assert!(report["extract"]["origins"]["published"].is_string());
    assert_eq!(
        (&report["mentions"][0]["kind"], &report["mentions"][0]["status"]),
        (&"leader_call".into(), &"occurred".into())
    );
    assert!(report["mentions"][0]["evidence"][0]["rule"].is_string());
    assert_eq!(report["events"][0]["assignment"], "new");
    let topics: Vec<&Value> = report["records"].as_array().expect("records").iter().map(|one| &one["topic"]).collect();
    assert_eq!(topics, ["hotline.events.v1", "hotline.articles.v1"]);
    let event = &report["records"][0]["value"];
    assert_eq!((&event["revision"], &event["parties"]), (&1.into(), &serde_json::json!(["RUS", "USA"])));
    assert_eq!(event["sources"][0]["url"], server.url("/news/1").as_str());
    assert!(report.get("stopped").is_none());
}

#[tokio::test]
async fn article_is_taken_to_its_record() {
    let server = newsroom().await;
    let (code, report) = probe(&[server.url("/news/1").as_str(), "--allow-private"]).await;
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["records"][0]["value"]["kind"], "leader_call");
    assert!(report.get("document").is_none());
    assert_eq!(server.paths(), ["/robots.txt", "/news/1"], "the page is transferred once");
}

#[tokio::test]
async fn robots_txt_keeps_a_page_from_being_asked_for() {
    let server = newsroom().await;
    let (code, report) = probe(&[server.url("/private/1").as_str(), "--allow-private"]).await;
    assert_eq!((code, &report["stopped"]["at"]), (1, &"robots".into()), "{report:#}");
    assert_eq!(report["robots"]["rule"], "Disallow: /private");
    assert_eq!(server.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn feeds_own_text_stands_in_for_a_page_that_cannot_be_had() {
    let server = newsroom().await;
    let (code, report) = probe(&[server.url("/rss-private").as_str(), "--allow-private"]).await;
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["page_robots"]["allowed"], false);
    assert_eq!(report["extract"]["origins"]["text"], "feed");
    assert_eq!(report["records"][0]["value"]["kind"], "leader_call");
    assert!(!server.paths().contains(&"/private/1".to_owned()));
}

#[tokio::test]
async fn guard_is_told_and_nothing_is_asked() {
    let server = newsroom().await;
    let (code, report) = probe(&[server.url("/rss").as_str()]).await;
    assert_eq!(code, 1);
    let error = report["fetch"]["error"].as_str().expect("an error");
    assert!(error.contains("is not listed"), "{error}");
    let (_, report) = probe(&["http://127.0.0.1/"]).await;
    assert!(report["fetch"]["error"].as_str().expect("an error").contains("127.0.0.1 is a loopback address"));
    assert_eq!(server.n_connections(), 0);
}

#[tokio::test]
async fn what_is_neither_feed_nor_page_says_so() {
    let server = newsroom().await;
    let (code, report) = probe(&[server.url("/paper.pdf").as_str(), "--allow-private"]).await;
    assert_eq!((code, &report["stopped"]["at"]), (1, &"extract".into()), "{report:#}");
    assert!(report["page"]["error"].as_str().expect("an error").contains("PDF"), "{report:#}");
    assert_eq!(report["page"]["class"], "pdf");
    let (code, report) = probe(&[server.url("/nothing").as_str(), "--allow-private"]).await;
    assert_eq!(code, 1);
    assert!(report["fetch"]["error"].as_str().expect("an error").ends_with("HTTP 404"));
}

/// Writes a configuration whose only feed is at `url`.
fn configured(folder: &Path, url: &str) -> String {
    fs::create_dir(folder.join("feeds.d")).expect("a folder");
    let list = format!(
        "[[outlet]]\nid = \"wick\"\nname = \"The Wick Courier\"\nzone = \"Europe/London\"\n\
         [[outlet.feed]]\nid = \"wick-top\"\nurl = \"{url}\"\nallow_private = true\n"
    );
    fs::write(folder.join("feeds.d/wick.toml"), list).expect("written");
    let main = folder.join("hotline.toml");
    fs::write(&main, "publish.articles = \"none\"\n").expect("written");
    main.display().to_string()
}

#[tokio::test]
async fn listed_feed_is_probed_by_its_id_with_its_outlet() {
    let server = newsroom().await;
    let folder = tempfile::tempdir().expect("a folder");
    let main = configured(folder.path(), server.url("/rss").as_str());
    let (code, report) = probe(&["wick-top", "-c", &main]).await;
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(
        (&report["target"]["feed"], &report["target"]["outlet"]["zone"]),
        (&"wick-top".into(), &"Europe/London".into())
    );
    let records = report["records"].as_array().expect("records");
    assert_eq!(records.len(), 1, "articles are not published");
    assert_eq!(records[0]["value"]["sources"][0]["outlet_name"], "The Wick Courier");
    let (code, _, stderr) = printed(&["wick-tpo", "-c", &main]).await;
    assert_eq!(code, 1);
    assert!(stderr.contains("`wick-tpo` is neither a URL nor the id of a configured feed"), "{stderr}");
}

#[tokio::test]
async fn page_in_place_of_a_listed_feed_is_no_article() {
    let server = newsroom().await;
    let folder = tempfile::tempdir().expect("a folder");
    let main = configured(folder.path(), server.url("/news/1").as_str());
    let (code, report) = probe(&["wick-top", "-c", &main]).await;
    assert_eq!((code, &report["stopped"]["at"]), (1, &"document".into()), "{report:#}");
    assert!(report["stopped"]["reason"].as_str().expect("a reason").contains("not a feed"));
}

#[tokio::test]
async fn a_feed_that_names_its_entries_anew_every_time_is_told_by_a_second_reading() {
    let n_asked = AtomicUsize::new(0);
    let server = Server::start(move |asked| {
        let token = n_asked.fetch_add(1, Ordering::SeqCst);
        let item = |n: usize, token: usize| {
            format!("<item><title>Call {n}</title><guid>{n}-{token}</guid><link>/{n}?t={token}</link></item>")
        };
        let (token, link) = match asked.path.as_str() {
            "/volatile" => (token, "<https://hub.example/>; rel=\"hub\", <https://wick.example/rss>; rel=\"self\""),
            "/steady" => (0, "</>; rel=\"up\""),
            _ => return Reply::status(404),
        };
        let items: String = (0..5).map(|n| item(n, token)).collect();
        Reply::ok(format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")).header("Link", link)
    })
    .await;
    let (_, report) = probe(&[server.url("/volatile").as_str(), "--allow-private"]).await;
    assert_eq!(report["keys"], serde_json::json!({ "volatile": true, "by": "by a second reading" }), "{report:#}");
    let document = &report["document"];
    assert_eq!(
        (&document["hub"], &document["topic"]),
        (&"https://hub.example/".into(), &"https://wick.example/rss".into())
    );
    let (_, report) = probe(&[server.url("/steady").as_str(), "--allow-private"]).await;
    assert_eq!((&report["keys"]["volatile"], &report["document"]["hub"]), (&false.into(), &Value::Null), "{report:#}");
    let (_, stdout, _) = printed(&[server.url("/volatile").as_str(), "--allow-private"]).await;
    assert!(stdout.contains("WebSub hub https://hub.example/, not used without http.public_url"), "{stdout}");
    assert!(stdout.contains("volatile, by a second reading: guids and links change every time"), "{stdout}");
}

#[tokio::test]
async fn text_for_people_names_each_step_once() {
    let server = newsroom().await;
    let (code, stdout, _) = printed(&[server.url("/rss").as_str(), "--allow-private"]).await;
    assert_eq!(code, 0);
    let steps: Vec<&str> = stdout
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.get(..14).unwrap_or(line).trim())
        .collect();
    let expected = [
        "target",
        "robots",
        "fetch",
        "charset",
        "document",
        "entries",
        "keys",
        "schedule",
        "entry",
        "page robots",
        "page fetch",
        "page charset",
        "extract",
        "outlet",
        "mentions",
        "events",
        "records",
    ];
    assert_eq!(
        steps.iter().filter(|step| **step != "near misses").collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
}

/// A site whose front page names one feed, keeps another in a usual place, and has an index of sitemaps.
async fn site() -> Server {
    Server::start(|asked| match asked.path.as_str() {
        "/" => Reply::ok(
            "<html><head><link rel='alternate' type='application/rss+xml' title='Top' href='/top'>\
             <link rel='alternate' type='application/rss+xml' href='/gone'></head><body><p>Welcome</p></body></html>",
        )
        .header("Content-Type", "text/html"),
        "/robots.txt" => Reply::ok("User-agent: *\nDisallow: /rss\n"),
        "/top" | "/rss" | "/atom.xml" => Reply::ok(feed("/news/1")).header("Content-Type", "application/rss+xml"),
        "/sitemap.xml" => Reply::ok(
            "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\
             <sitemap><loc>/tags.xml</loc></sitemap><sitemap><loc>/google-news.xml</loc></sitemap></sitemapindex>",
        ),
        "/google-news.xml" => Reply::ok(
            "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
             xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"><url><loc>/news/1</loc><news:news>\
             <news:title>Trump and Putin speak by phone</news:title>\
             <news:publication_date>2025-02-12T18:05:00Z</news:publication_date></news:news></url></urlset>",
        ),
        "/news/1" => Reply::ok(PAGE).header("Content-Type", "text/html; charset=utf-8"),
        _ => Reply::status(404),
    })
    .await
}

#[tokio::test]
async fn front_page_leads_to_the_feeds_of_its_site() {
    let server = site().await;
    let (code, report) = probe(&[server.url("/").as_str(), "--allow-private"]).await;
    assert_eq!(code, 0, "{report:#}");
    let found: Vec<(&Value, &Value)> =
        report["feeds"].as_array().expect("feeds").iter().map(|one| (&one["url"], &one["by"])).collect();
    assert_eq!(
        found,
        [
            (&server.url("/top").as_str().into(), &"the page's declaration".into()),
            (&server.url("/atom.xml").as_str().into(), &"a usual place".into()),
            (&server.url("/sitemap.xml").as_str().into(), &"a usual place".into()),
        ]
    );
    assert_eq!(report["feeds"][0]["entries"], 2);
    assert!(!server.paths().contains(&"/rss".to_owned()), "robots.txt keeps hotline from it");
}

#[tokio::test]
async fn index_of_sitemaps_is_taken_to_the_record_of_its_news() {
    let server = site().await;
    let (code, report) = probe(&[server.url("/sitemap.xml").as_str(), "--allow-private"]).await;
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["sitemaps"]["polled"][0], server.url("/google-news.xml").as_str());
    assert_eq!(report["document"]["format"], "sitemap");
    assert_eq!(report["records"][0]["value"]["kind"], "leader_call");
}
