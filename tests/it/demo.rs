//! Facts about demo: the bundled newsroom's pages, feeds and server.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use hotline::article::{self, Article, ExtractError, Hints, Media, PageTime};
use hotline::demo::{
    self, Broker, Consumer, Desk, Draft, Edition, Entry, Expected, FeedFormat, Finding, Ledger, Live, Newsroom, Paint,
    Paper, Press, Printed, Received, Server, Step, Table, day_of, printed,
};
use hotline::event::{self, EventChange, OpenEvents};
use hotline::feed::{self, Reader};
use hotline::publish::kafka::{self, Ensure, Topics};
use hotline::publish::message::{Envelope, EventRecord, article_record, event_record};
use hotline::publish::{self, Kafka, Publish as _, Record};
use hotline::tag::{self, Coder, Kind, Mention, Status};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Unit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};
use unicode_width::UnicodeWidthStr as _;
use url::Url;

use super::samples::{article, call, talks};
use super::schema::Promises;

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

fn articles(newsroom: &Newsroom) -> Vec<(&Paper, Printed)> {
    let press = press(newsroom);
    let of_paper = |paper| printed(paper, &press).into_iter().map(move |article| (paper, article));
    newsroom.papers.iter().flat_map(of_paper).collect()
}

#[test]
fn newsroom_has_enough_papers_pages_and_languages() {
    let newsroom = newsroom();
    let n_pages = Edition::print(&newsroom, &press(&newsroom)).pages.len();
    let langs: BTreeSet<&str> = newsroom.papers.iter().map(Paper::lang).collect();
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
    assert_eq!(outcome, Err(ExtractError::NotHtml { what: Media::Pdf }));
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

/// What a perfect coder would say of an article: the batches of an event tell its statuses in order.
fn mention(expected: &Expected, draft: &Draft, day: Date) -> Mention {
    let status = expected.statuses[(draft.batch - 1).min(expected.statuses.len() - 1)];
    let event_day = expected.day.map(|days| (day + days.days()).to_string());
    let persons: Vec<&str> = expected.persons.iter().map(String::as_str).collect();
    let made = if expected.kind.0 == Kind::LEADER_CALL { call } else { talks };
    Mention { parties: expected.parties.clone(), ..made(status, event_day.as_deref(), &persons) }
}

/// The agencies an article credits, as the daemon finds them.
fn credits(byline: &[String], paragraphs: &[String]) -> Vec<String> {
    let found = demo::rules().credits(None, byline, &paragraphs.join("\n"));
    found.into_iter().map(|credit| credit.agency).collect()
}

/// The changes that the newsroom's articles cause when each is coded perfectly, batch by batch.
fn perfect_changes(newsroom: &Newsroom, press: &Press) -> Vec<EventChange> {
    let config = event::Config::default();
    let mut open = OpenEvents::restore(std::iter::empty());
    let mut reports: Vec<(usize, Timestamp, Article, Mention)> = Vec::new();
    for (paper, one) in articles(newsroom) {
        let draft = paper.drafts.iter().find(|draft| one.path.contains(&format!("/{}.", draft.slug))).unwrap();
        let Some(event) = newsroom.event_at(&one.path) else { continue };
        let expected = newsroom.expected.iter().find(|expected| expected.id == event).unwrap();
        let article = Article {
            url: one.url.clone(),
            outlet_name: paper.outlet.name.clone(),
            byline: one.byline.clone(),
            credits: credits(&one.byline, &one.paragraphs),
            text: one.paragraphs.join("\n"),
            ..article(&one.path, &paper.outlet.id, &one.published.to_string())
        };
        reports.push((draft.batch, one.published, article, mention(expected, draft, press.day)));
    }
    reports.sort_by_key(|(batch, published, ..)| (*batch, *published));
    let mut changes = Vec::new();
    for (_, _, article, mention) in &reports {
        let report = event::Report { article, mentions: std::slice::from_ref(mention) };
        changes.extend(event::resolve(report, &mut open, &config, *press.released.last().unwrap()));
    }
    changes
}

/// Delivers the records to the in-process broker and reads them back as the demo's consumer does.
async fn through_the_broker(records: Vec<Record>) -> Vec<Received> {
    let broker = Broker::in_process("hotline").unwrap();
    let brokers = broker.address();
    let kafka = kafka::Config {
        delivery: kafka::Delivery::AtLeastOnce,
        brokers: Some(brokers.clone()),
        topics: Topics { ensure: Ensure::Skip, ..Topics::default() },
        ..kafka::Config::default()
    };
    let mut sink = Kafka::open(&kafka, &publish::Config::default()).unwrap();
    let (sent, mut received) = mpsc::channel(16);
    let opening = move || Consumer::open(&brokers, hotline::demo::topics("hotline")).unwrap();
    let consumer = tokio::task::spawn_blocking(opening).await.unwrap();
    let consumer = tokio::task::spawn_blocking(move || consumer.follow(&sent).unwrap());
    sink.publish(&records).await.unwrap();
    let mut all = Vec::new();
    while all.len() < records.len() {
        let next = tokio::time::timeout(Duration::from_secs(20), received.recv());
        all.push(next.await.unwrap().unwrap());
    }
    drop(received);
    consumer.await.unwrap();
    all
}

#[tokio::test]
async fn every_expected_event_arrives_when_every_article_is_coded_perfectly() {
    let newsroom = newsroom();
    let press = press(&newsroom);
    let now = *press.released.last().unwrap();
    let envelope = Envelope::new(&publish::Config::default(), "test");
    let mut records: Vec<Record> =
        perfect_changes(&newsroom, &press).iter().map(|change| event_record(change, &envelope, now)).collect();
    for (seq, record) in (1..).zip(&mut records) {
        record.seq = seq;
    }
    let mut ledger = Ledger::default();
    for received in through_the_broker(records).await {
        let entry = ledger.take(&received, "hotline", now);
        assert!(matches!(entry, Entry::Event(_)), "{entry:?}");
    }
    for (expected, finding) in ledger.findings(&newsroom, press.day) {
        assert!(matches!(finding, Finding::Arrived { .. }), "{}: {finding:?}", expected.id);
    }
    assert!(ledger.unexpected(&newsroom).is_empty());
}

#[test]
fn what_does_not_arrive_or_differs_is_found() {
    let newsroom = newsroom();
    let press = press(&newsroom);
    let now = *press.released.last().unwrap();
    let envelope = Envelope::new(&publish::Config::default(), "test");
    let mut ledger = Ledger::default();
    for change in perfect_changes(&newsroom, &press) {
        let is_lost = change.event.parties == ["BRA", "CHN"];
        let is_stuck = change.event.parties == ["DEU", "POL"] && change.event.status == Status::Postponed;
        if !is_lost && !is_stuck {
            let record = event_record(&change, &envelope, now);
            ledger.take(&Received { record, partition: 0, offset: 0 }, "hotline", now);
        }
    }
    let wrong: Vec<(&str, Finding)> = ledger
        .findings(&newsroom, press.day)
        .into_iter()
        .filter(|(_, finding)| !matches!(finding, Finding::Arrived { .. }))
        .map(|(expected, finding)| (expected.id.as_str(), finding))
        .collect();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert_eq!(wrong[0], ("xi-lula", Finding::Missing));
    let (id, Finding::Different { how, .. }) = &wrong[1] else { panic!("{wrong:?}") };
    assert_eq!((*id, how[0].as_str()), ("merz-tusk", "status planned, not planned > postponed"));
}

#[test]
fn every_event_fits_the_table_in_any_language() {
    let newsroom = newsroom();
    let press = press(&newsroom);
    for width in [72, 100, 160] {
        let plain = Table::new(width, Paint::Plain, TimeZone::UTC);
        let colored = Table::new(width, Paint::Colored, TimeZone::UTC);
        for EventChange { event, change } in perfect_changes(&newsroom, &press) {
            let record = EventRecord::new(&event, &change, "test", START.parse().unwrap());
            let line = plain.event(&record, START.parse().unwrap());
            assert!(line.starts_with("20:00:00  ") && line.contains(record.status.as_str()), "{line}");
            assert!(line.width() <= width, "{} columns: {line}", line.width());
            let painted = colored.event(&record, START.parse().unwrap());
            assert!(painted.contains("\u{1b}["), "{painted}");
            let bare = painted
                .split('\u{1b}')
                .map(|part| part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest));
            assert_eq!(bare.collect::<String>(), line);
        }
    }
}

#[test]
fn the_desk_prints_the_next_batch_when_the_last_has_arrived_or_is_stuck() {
    let start: Timestamp = START.parse().unwrap();
    let after = |seconds| start + SignedDuration::from_secs(seconds);
    let mut desk = Desk::open(BASE.to_owned(), start - SignedDuration::from_mins(1)).unwrap();
    desk.begin(start);
    let nothing = Ledger::default();
    assert_eq!(desk.advance(&nothing, start, after(8)), Step::Wait);
    // Slow, but still coming.
    assert_eq!(desk.advance(&nothing, after(19), after(20)), Step::Wait);
    assert_eq!(desk.advance(&nothing, start, after(20)), Step::Printed);
    assert_eq!(desk.press().released[1..], [after(20)]);
    let mut ledger = Ledger::default();
    for page in &desk.editions().borrow().pages {
        let record = Record {
            seq: 0,
            topic: "hotline.articles.v1".to_owned(),
            key: String::new(),
            headers: Vec::new(),
            value: article_json(page),
        };
        ledger.take(&Received { record, partition: 0, offset: 0 }, "hotline", after(21));
    }
    assert_eq!(desk.advance(&ledger, after(21), after(21)), Step::Wait, "more may come");
    assert_eq!(desk.advance(&ledger, after(21), after(22)), Step::Printed);
    assert_eq!(desk.advance(&ledger, after(21), after(40)), Step::Told);
    assert!(desk.is_bundled_only());
    desk.go_on(after(41));
    assert!(!desk.is_bundled_only());
}

fn article_json(url: &str) -> Vec<u8> {
    let article = Article { url: url.to_owned(), ..article("a1", "bbc", START) };
    let envelope = Envelope::new(&publish::Config::default(), "test");
    article_record(&article, &[], &[], &envelope, START.parse().unwrap()).value
}

#[test]
fn live_articles_come_out_one_by_one_until_all_are_told() {
    let mut newsroom = newsroom();
    let mut live = Live::bundled().unwrap();
    let before = (newsroom.last_batch(), articles(&newsroom).len());
    let n_live = live.n_left();
    while live.n_left() > 0 {
        live.add_next(&mut newsroom);
    }
    assert!(n_live >= 20);
    assert_eq!((newsroom.last_batch(), articles(&newsroom).len()), (before.0 + n_live, before.1 + n_live));
    live.add_next(&mut newsroom);
    assert_eq!(newsroom.last_batch(), before.0 + n_live);
}

#[test]
fn every_feed_lists_its_papers_articles_and_is_whole_or_broken_as_declared() {
    let newsroom = newsroom();
    let press = press(&newsroom);
    let edition = Edition::print(&newsroom, &press);
    let mut n_salvaged = 0;
    for paper in &newsroom.papers {
        let path = hotline::demo::feed_path(paper);
        let url = Url::parse(&format!("{BASE}{path}")).unwrap();
        let document = &edition.documents[&path];
        let read = feed::read(&document.bytes, Some(document.content_type), Some(&url)).unwrap();
        let printed = printed(paper, &press);
        let found: Vec<(Option<&str>, Option<&str>, Option<Timestamp>)> =
            read.entries.iter().map(|one| (one.link.as_deref(), one.title.as_deref(), one.published)).collect();
        let expected: Vec<_> = printed
            .iter()
            .map(|one| {
                (Some(one.url.as_str()), Some(one.title.as_str()), Some(one.published.round(Unit::Second).unwrap()))
            })
            .collect();
        assert_eq!(found, expected, "{path}");
        assert_eq!(read.lang.as_deref(), Some(paper.lang()), "{path}");
        if paper.feed == FeedFormat::Rdf {
            // Read by the salvage reader even when it is whole.
            continue;
        }
        let is_salvaged = matches!(read.reader, Reader::Salvage { .. });
        assert_eq!(is_salvaged, paper.feed == FeedFormat::RssMalformed, "{path}: {:?}", read.reader);
        n_salvaged += usize::from(is_salvaged);
    }
    assert_eq!(n_salvaged, 1);
}

/// Codes every printed article with the built-in packs and resolves what they report, batch by batch.
fn coded_events(newsroom: &Newsroom, press: &Press, coder: &Coder) -> Ledger {
    let config = event::Config::default();
    let mut open = OpenEvents::restore(std::iter::empty());
    let envelope = Envelope::new(&publish::Config::default(), "test");
    let now = *press.released.last().unwrap();
    let mut ledger = Ledger::default();
    let mut all = articles(newsroom);
    let batch = |paper: &Paper, one: &Printed| {
        let drafts = paper.drafts.iter();
        drafts.filter(|draft| one.path.contains(&format!("/{}.", draft.slug))).map(|draft| draft.batch).next()
    };
    all.sort_by_key(|(paper, one)| (batch(paper, one), one.published));
    for (paper, one) in all {
        let printed = printed(paper, press).into_iter().find(|printed| printed.path == one.path).unwrap();
        let article = Article {
            url: printed.url.clone(),
            outlet_name: paper.outlet.name.clone(),
            outlet_zone: paper.outlet.zone.clone(),
            byline: printed.byline.clone(),
            credits: credits(&printed.byline, &printed.paragraphs),
            lang: Some(paper.lang().to_owned()),
            title: printed.title.clone(),
            text: printed.paragraphs.join("\n"),
            ..article(&printed.path, &paper.outlet.id, &printed.published.to_string())
        };
        let mentions = tag::mentions(&tag::Document::of(&article), coder);
        let report = event::Report { article: &article, mentions: &mentions };
        for change in event::resolve(report, &mut open, &config, now) {
            let record = event_record(&change, &envelope, now);
            ledger.take(&Received { record, partition: 0, offset: 0 }, "hotline", now);
        }
    }
    ledger
}

#[test]
fn the_built_in_packs_find_the_expected_events_on_any_weekday_and_at_any_hour() {
    let newsroom = newsroom();
    let coder = Coder::core().unwrap();
    let mut wrong = Vec::new();
    // Seven days over the end of a month, and hours at both ends of the demo's day.
    for n_days in 0..7 {
        for start in ["2026-02-24T12:00:00Z", "2026-02-25T11:50:00Z"] {
            let start = start.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * n_days);
            let released = (0..3).map(|minute| start + SignedDuration::from_mins(minute)).collect();
            let press = Press { day: day_of(start), base: BASE.to_owned(), released };
            let ledger = coded_events(&newsroom, &press, &coder);
            for (expected, finding) in ledger.findings(&newsroom, press.day) {
                if !matches!(finding, Finding::Arrived { .. }) {
                    wrong.push(format!("{start} {}: {finding:?}", expected.id));
                }
            }
            for event in ledger.unexpected(&newsroom) {
                wrong.push(format!("{start} unexpected {} {:?}", event.kind, event.headline));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn demo_once_ends_by_itself_with_every_expected_event_as_lines_of_json() {
    let output = Command::new(env!("CARGO_BIN_EXE_hotline")).args(["demo", "--once"]).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let n_expected = newsroom().expected.len();
    assert!(words.contains(&format!("{n_expected} of {n_expected} expected events arrived")), "{words}");
    let promises = Promises::new("hotline");
    let mut n_events = 0;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in ["topic", "partition", "offset", "key", "headers", "value"] {
            assert!(!record[field].is_null(), "{field} in {line}");
        }
        assert_eq!(promises.broken_by(&record), Vec::<String>::new(), "{line}");
        n_events += usize::from(record["topic"] == "hotline.events.v1");
    }
    assert!(n_events > n_expected, "{n_events} event records");
}
