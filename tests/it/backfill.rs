//! Facts about gaps: what a feed showed between two polls is read from its older pages, up to what was known before.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hotline::clock::Clock as _;
use hotline::pipeline::{FeedStatus, Mode};
use hotline::store::{Peek, Store, StoreError};
use jiff::SignedDuration;
use serde_json::Value;

use super::newsroom::{Newsroom, Page};
use super::pipeline::{Desk, PARAGRAPHS, Shelf};

/// Older pages are named by links from one to the next.
const LINKED: &str = "<atom:link rel=\"next\" href=\"NEXT\"/>";
const WORDPRESS: &str = "<generator>https://wordpress.org/?v=6.7</generator>";

/// What the daemon tells of the first feed's gap.
fn gap(desk: &Desk) -> Value {
    let peek = Peek::open(&desk.settings.state_dir).unwrap().unwrap();
    let state = peek.feed_states().unwrap().remove(0).poll;
    let feed = Arc::new(desk.feeds[0].clone());
    FeedStatus::planned(feed, (&state, None), &desk.settings.schedule, desk.clock.now()).to_json()["gap"].take()
}

fn title(number: usize) -> String {
    format!("Quay number {number} is open")
}

/// Puts up a page of a feed with the entries of these numbers, which are minutes of the desk's day.
fn put(desk: &Desk, path: &str, head: &str, numbers: impl IntoIterator<Item = usize>) {
    let mut rss = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>News</title>{head}"
    );
    let newsroom: &Newsroom = &desk.newsroom;
    for number in numbers {
        let (page, title) = (format!("/{number}.html"), title(number));
        let link = newsroom.publish(&page, &title, &PARAGRAPHS).link.unwrap();
        // All of one day before the desk's first poll would read as old news: entries are from a day to come.
        let at = desk.clock.now() + SignedDuration::from_hours(24 * 30) + SignedDuration::from_mins(number as i64);
        let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT");
        write!(
            rss,
            "<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate></item>"
        )
        .unwrap();
    }
    rss.push_str("</channel></rss>");
    newsroom.put(path, Page::new("application/rss+xml", rss));
}

/// A desk whose feed was read once with the entries `0..5`, of which nothing is left in its window an hour later.
async fn rolled(head: &str) -> Desk {
    let mut desk = Desk::open().await;
    put(&desk, "/alpha.xml", head, (0..5).rev());
    desk.subscribe("alpha");
    assert_eq!(desk.round().await.0.titles().len(), 5);
    assert_eq!(gap(&desk), Value::Null, "a first poll leaves none");
    desk.clock.advance(SignedDuration::from_hours(1));
    put(&desk, "/alpha.xml", head, (15..20).rev());
    desk
}

/// Waits until a dropped daemon has let go of its folder.
async fn free(desk: &Desk) {
    let free = async {
        while let Err(StoreError::InUse { .. }) = Store::open(&desk.settings.state_dir).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), free).await.unwrap();
}

fn titles(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut titles: Vec<String> = numbers.into_iter().map(title).collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn linked_pages_are_read_until_one_shows_what_was_known() {
    let linked = |to: &str| LINKED.replace("NEXT", to);
    let desk = rolled(&linked("/2.xml")).await;
    put(&desk, "/2.xml", &linked("/3.xml"), (10..15).rev());
    put(&desk, "/3.xml", &linked("/4.xml"), (3..10).rev());
    put(&desk, "/4.xml", &linked("/5.xml"), [100]);
    assert_eq!(desk.round().await.0.titles(), titles(5..20));
    assert_eq!(desk.newsroom.n_asked("/4.xml"), 0);
    let told = gap(&desk);
    assert_eq!((&told["status"], &told["pages"]), (&Value::from("filled"), &Value::from(2)), "{told}");
    desk.clock.advance(SignedDuration::from_hours(1));
    put(&desk, "/alpha.xml", "", (17..21).rev());
    assert_eq!(desk.round().await.0.titles(), titles([20]), "an overlap is no gap");
    assert_eq!((desk.newsroom.n_asked("/2.xml"), desk.newsroom.n_asked("/3.xml")), (1, 1));
}

#[tokio::test]
async fn wordpress_pages_are_read_by_number_and_what_moved_to_the_next_page_meanwhile_is_no_overlap() {
    let desk = rolled(WORDPRESS).await;
    put(&desk, "/alpha.xml?paged=2", WORDPRESS, (11..17).rev());
    put(&desk, "/alpha.xml?paged=3", WORDPRESS, (5..11).rev());
    desk.newsroom.put("/alpha.xml?paged=4", Page::status(404));
    let (shelf, totals) = desk.round().await;
    assert_eq!(shelf.titles(), titles(5..20));
    assert_eq!(totals.n_polls_failed, 0, "the page behind the last is no failed poll");
    assert_eq!(gap(&desk)["status"], "filled as far as the feed has pages");
}

#[tokio::test]
async fn what_an_archive_holds_behind_the_overlap_only_counts_as_seen() {
    let linked = LINKED.replace("NEXT", "/archive.xml");
    let desk = rolled(&linked).await;
    let long_ago = "<item><title>Quay of old times is open</title><link>/old.html</link><guid>old</guid>\
                    <pubDate>Wed, 12 Feb 2020 17:00:00 GMT</pubDate></item></channel>";
    put(&desk, "/archive.xml", "", (0..15).rev());
    let archive = String::from_utf8(desk.newsroom.page("/archive.xml").body).unwrap();
    desk.newsroom.put("/archive.xml", Page::new("application/rss+xml", archive.replace("</channel>", long_ago)));
    assert_eq!(desk.round().await.0.titles(), titles(5..20));
    desk.clock.advance(SignedDuration::from_hours(1));
    let window = String::from_utf8(desk.newsroom.page("/alpha.xml").body).unwrap();
    desk.newsroom.put("/alpha.xml", Page::new("application/rss+xml", window.replace("</channel>", long_ago)));
    assert!(desk.round().await.0.records().is_empty());
}

#[tokio::test]
async fn a_feed_that_shows_one_page_again_and_again_is_asked_once_more() {
    let desk = rolled(WORDPRESS).await;
    assert_eq!(desk.round().await.0.titles(), titles(15..20));
    assert_eq!(desk.newsroom.n_asked("/alpha.xml"), 3);
    assert_eq!(gap(&desk)["status"], "not filled further: the feed shows one page again and again");
}

#[tokio::test]
async fn a_feed_without_older_pages_says_that_its_gap_is_not_filled() {
    let desk = rolled("").await;
    assert_eq!(desk.round().await.0.titles(), titles(15..20));
    assert_eq!(gap(&desk)["status"], "not filled: the feed has no older pages");
    assert_eq!(desk.newsroom.n_asked("/alpha.xml"), 2);
}

#[tokio::test]
async fn a_page_that_fails_is_asked_again_at_a_later_poll_and_at_last_given_up() {
    let linked = LINKED.replace("NEXT", "/2.xml");
    let desk = rolled(&linked).await;
    desk.newsroom.put("/2.xml", Page::status(500));
    let (shelf, totals) = desk.round().await;
    assert_eq!((shelf.titles(), totals.n_polls_failed), (titles(15..20), 0));
    let told = gap(&desk);
    assert_eq!((&told["status"], &told["next_page"]), (&"being filled".into(), &desk.newsroom.url("/2.xml").into()));
    assert!(told["error"].as_str().unwrap().contains("HTTP 500"), "{told}");
    desk.round().await;
    assert_eq!(desk.newsroom.n_asked("/2.xml"), 1, "not at once");
    for _ in 0..4 {
        desk.clock.advance(SignedDuration::from_hours(6));
        desk.round().await;
    }
    assert_eq!(gap(&desk)["status"], "given up: a page of it cannot be had");
    desk.clock.advance(SignedDuration::from_hours(6));
    desk.round().await;
    assert_eq!(desk.newsroom.n_asked("/2.xml"), 5);
}

#[tokio::test]
async fn a_gap_outlives_a_crash_between_its_pages() {
    let linked = |to: &str| LINKED.replace("NEXT", to);
    let desk = rolled(&linked("/2.xml")).await;
    put(&desk, "/2.xml", &linked("/3.xml"), (10..15).rev());
    desk.newsroom.put("/3.xml", Page::silent());
    let shelf = Shelf::default();
    let app = desk.start(Mode::Daemon, &shelf).await;
    desk.newsroom.asked("/3.xml", 1).await;
    // Its tasks end where they stand, and the store without a word.
    drop(app);
    free(&desk).await;
    put(&desk, "/3.xml", "", (3..10).rev());
    let (after, _) = desk.round().await;
    let mut all = shelf.titles();
    all.extend(after.titles());
    all.sort();
    all.dedup();
    assert_eq!(all, titles(5..20));
    assert_eq!((desk.newsroom.n_asked("/2.xml"), desk.newsroom.n_asked("/3.xml")), (1, 2));
    assert_eq!(gap(&desk)["status"], "filled");
}

/// Puts up a news sitemap with these numbers at `path`, which robots.txt names.
fn list(desk: &Desk, path: &str, numbers: impl IntoIterator<Item = usize>) {
    let mut xml = "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
                   xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">"
        .to_owned();
    for number in numbers {
        let (page, title) = (format!("/{number}.html"), title(number));
        let link = desk.newsroom.publish(&page, &title, &PARAGRAPHS).link.unwrap();
        let at = desk.clock.now() + SignedDuration::from_hours(24 * 30) + SignedDuration::from_mins(number as i64);
        write!(
            xml,
            "<url><loc>{link}</loc><news:news><news:publication_date>{at:.0}</news:publication_date>\
             <news:title>{title}</news:title></news:news></url>"
        )
        .unwrap();
    }
    let old = desk.newsroom.publish("/old.html", "Quay of old times is open", &PARAGRAPHS).link.unwrap();
    write!(
        xml,
        "<url><loc>{old}</loc><news:news><news:publication_date>2020-02-12</news:publication_date></news:news></url>\
         <url><loc>{old}?changed</loc><lastmod>2099-02-12</lastmod></url></urlset>"
    )
    .unwrap();
    desk.newsroom.put(path, Page::new("application/xml", xml));
}

#[tokio::test]
async fn a_feed_without_older_pages_is_filled_from_the_news_sitemap_of_its_site() {
    let desk = rolled("").await;
    let robots = format!("User-agent: *\nDisallow: /private/\nSitemap: {}\n", desk.newsroom.url("/maps/news.xml"));
    desk.newsroom.put("/robots.txt", Page::new("text/plain", robots));
    list(&desk, "/maps/news.xml", (5..20).rev());
    assert_eq!(desk.round().await.0.titles(), titles(5..20));
    let told = gap(&desk);
    assert_eq!(told["status"], "filled from the site's news sitemap", "{told}");
    // Where it is, is known the next time.
    desk.clock.advance(SignedDuration::from_hours(1));
    put(&desk, "/alpha.xml", "", (35..40).rev());
    list(&desk, "/elsewhere.xml", (20..40).rev());
    desk.newsroom.put("/maps/news.xml", desk.newsroom.page("/elsewhere.xml"));
    assert_eq!(desk.round().await.0.titles(), titles(20..40));
    assert_eq!(desk.newsroom.n_asked("/maps/news.xml"), 2);
}

#[tokio::test]
async fn an_index_leads_to_the_news_sitemap_and_wordpress_pages_come_first() {
    let desk = rolled(WORDPRESS).await;
    put(&desk, "/alpha.xml?paged=2", WORDPRESS, (10..15).rev());
    desk.newsroom.put("/alpha.xml?paged=3", Page::status(404));
    let index = "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>/map1.xml</loc>\
                 </sitemap></sitemapindex>";
    desk.newsroom.put("/news-sitemap.xml", Page::new("application/xml", index));
    list(&desk, "/map1.xml", (5..20).rev());
    assert_eq!(desk.round().await.0.titles(), titles(5..20));
    assert_eq!(gap(&desk)["status"], "filled from the site's news sitemap");
}

#[tokio::test]
async fn a_sitemap_that_robots_txt_keeps_away_is_not_asked() {
    let desk = rolled("").await;
    desk.newsroom.put("/robots.txt", Page::new("text/plain", "User-agent: *\nDisallow: /*sitemap"));
    list(&desk, "/news-sitemap.xml", (5..20).rev());
    assert_eq!(desk.round().await.0.titles(), titles(15..20));
    assert_eq!(desk.newsroom.n_asked("/news-sitemap.xml"), 0);
    assert_eq!(gap(&desk)["status"], "not filled: the feed has no older pages");
}

#[tokio::test]
async fn a_site_whose_sitemap_fails_is_asked_again_later() {
    let desk = rolled("").await;
    desk.newsroom.put("/news-sitemap.xml", Page::status(503));
    assert_eq!(desk.round().await.0.titles(), titles(15..20));
    let told = gap(&desk);
    assert_eq!(told["status"], "being filled", "{told}");
    assert!(told["error"].as_str().unwrap().contains("HTTP 503"), "{told}");
    list(&desk, "/news-sitemap.xml", (5..20).rev());
    desk.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(desk.round().await.0.titles(), titles(5..15));
}
