//! Facts about demo: the bundled newsroom's pages, feeds and server.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hotline::article::{self, ExtractError, Hints, PageTime};
use hotline::demo::{Edition, Newsroom, Press, Printed, Server, day_of, printed};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use url::Url;

const BASE: &str = "http://127.0.0.1:8181";
const START: &str = "2025-02-12T20:00:00Z";

fn newsroom() -> Newsroom {
    Newsroom::bundled().unwrap()
}

/// A press where every batch is out, a minute apart.
fn press(newsroom: &Newsroom) -> Press {
    let start: Timestamp = START.parse().unwrap();
    let minutes = 0..i64::try_from(newsroom.last_batch()).unwrap();
    let released = minutes.map(|minute| start + SignedDuration::from_mins(minute)).collect();
    Press { day: day_of(start), base: BASE.to_owned(), released }
}

fn articles(newsroom: &Newsroom) -> Vec<(&hotline::demo::Paper, Printed)> {
    let press = press(newsroom);
    let of_paper = |paper| printed(paper, &press).into_iter().map(move |article| (paper, article));
    newsroom.papers.iter().flat_map(of_paper).collect()
}

#[test]
fn newsroom_has_enough_papers_pages_and_languages() {
    let newsroom = newsroom();
    let n_pages = Edition::print(&newsroom, &press(&newsroom)).pages.len();
    let langs: BTreeSet<&str> = newsroom.papers.iter().map(hotline::demo::Paper::lang).collect();
    assert!(newsroom.papers.len() >= 8, "{} papers", newsroom.papers.len());
    assert!(n_pages >= 40, "{n_pages} pages");
    assert!(langs.len() >= 5, "{langs:?}");
    assert!(newsroom.expected.len() >= 10);
}

#[test]
fn every_expected_event_is_reported_by_as_many_outlets_as_it_says() {
    let newsroom = newsroom();
    let mut outlets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for paper in &newsroom.papers {
        for event in paper.drafts.iter().filter_map(|draft| draft.event.as_deref()) {
            outlets.entry(event).or_default().insert(&paper.outlet.id);
        }
    }
    let told: BTreeMap<&str, usize> = outlets.iter().map(|(event, outlets)| (*event, outlets.len())).collect();
    let expected: BTreeMap<&str, usize> =
        newsroom.expected.iter().map(|event| (event.id.as_str(), event.outlets)).collect();
    assert_eq!(told, expected);
}

#[test]
fn the_demos_day_has_begun_everywhere_and_has_not_been_over_for_long() {
    for (start, day) in [("2025-02-12T11:59:00Z", "2025-02-11"), ("2025-02-12T12:00:00Z", "2025-02-12")] {
        assert_eq!(day_of(start.parse().unwrap()).to_string(), day);
    }
}

#[test]
fn every_page_gives_its_paragraphs_title_time_and_language() {
    let newsroom = newsroom();
    let edition = Edition::print(&newsroom, &press(&newsroom));
    let mut wrong = Vec::new();
    for (paper, printed) in articles(&newsroom) {
        if printed.is_missing || printed.is_pdf {
            continue;
        }
        let document = &edition.documents[&printed.path];
        let url = Url::parse(&printed.url).unwrap();
        let hints = Hints { zone: paper.outlet.zone.as_deref(), lang: Some(paper.lang()), ..Hints::default() };
        let page = article::extract_bytes(&document.bytes, Some(document.content_type), Some(&url), &hints).unwrap();
        let mut check = |what: &str, found: String, expected: String| {
            if found != expected {
                wrong.push(format!("{} {what}:\n  found    {found:?}\n  expected {expected:?}", printed.path));
            }
        };
        check("text", page.text, printed.paragraphs.join("\n"));
        check("title", page.title.unwrap_or_default(), printed.title.clone());
        check("lang", page.lang.unwrap_or_default(), paper.lang().to_owned());
        let local = printed.published.to_zoned_datetime(paper.zone());
        match page.published {
            Some(PageTime::Instant(instant)) => {
                check("time", instant.timestamp().to_string(), printed.published.to_string());
            }
            Some(PageTime::Day(day)) => check("day", day.to_string(), local.date().to_string()),
            None => check("time", "none".to_owned(), local.to_string()),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_article_is_a_pdf_and_one_is_missing() {
    let newsroom = newsroom();
    let edition = Edition::print(&newsroom, &press(&newsroom));
    let all = articles(&newsroom);
    let (pdfs, missing): (Vec<_>, Vec<_>) =
        all.iter().map(|(_, one)| one).filter(|one| one.is_pdf || one.is_missing).partition(|one| one.is_pdf);
    assert_eq!((pdfs.len(), missing.len()), (1, 1));
    let document = &edition.documents[&pdfs[0].path];
    let outcome = article::extract_bytes(&document.bytes, None, None, &Hints::default());
    assert_eq!(outcome, Err(ExtractError::NotHtml { what: "PDF" }));
    assert!(!edition.documents.contains_key(&missing[0].path));
}

#[test]
fn later_batches_are_neither_in_feeds_nor_on_the_server_before_they_are_out() {
    let newsroom = newsroom();
    let whole = press(&newsroom);
    let first = Press { released: whole.released[..1].to_vec(), ..whole.clone() };
    let (early, late) = (Edition::print(&newsroom, &first), Edition::print(&newsroom, &whole));
    assert!(early.pages.len() + 5 < late.pages.len());
    for paper in &newsroom.papers {
        let path = hotline::demo::feed_path(paper);
        let has_later = paper.drafts.iter().any(|draft| draft.batch > 1);
        assert_eq!(early.documents[&path].etag != late.documents[&path].etag, has_later, "{path}");
    }
}

/// Asks the server for `path` and returns the whole answer.
async fn get(address: std::net::SocketAddr, path: &str, header: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{header}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn server_answers_304_to_what_the_client_has_until_a_batch_comes_out() {
    let newsroom = newsroom();
    let whole = press(&newsroom);
    let first = Press { released: whole.released[..1].to_vec(), ..whole.clone() };
    let (editions, current) = watch::channel(Arc::new(Edition::print(&newsroom, &first)));
    let server = Server::bind().await.unwrap();
    let address = server.address;
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(server.serve(current));

    let answer = get(address, "/meridian/rss.xml", "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let field = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let conditional = [
        format!("If-None-Match: {}\r\n", field("etag:")),
        format!("If-Modified-Since: {}\r\n", field("last-modified:")),
    ];
    for header in &conditional {
        let again = get(address, "/meridian/rss.xml", header).await;
        assert!(again.starts_with("HTTP/1.1 304"), "{again}");
    }
    editions.send_replace(Arc::new(Edition::print(&newsroom, &whole)));
    for header in &conditional {
        let later = get(address, "/meridian/rss.xml", header).await;
        assert!(later.starts_with("HTTP/1.1 200"), "{later}");
        assert!(later.contains("nairobi-denies-ruto-ramaphosa"));
    }
    let missing = get(address, "/nordlys/withdrawn-dispatch.html", "").await;
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    drop(editions);
    assert!(tasks.join_next().await.unwrap().unwrap().is_ok());
}
