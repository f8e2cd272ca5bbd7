//! Owns the strict reader: well-formed documents through feed-rs, its model to ours.

use std::time::{Duration, SystemTime};

use feed_rs::model;
use feed_rs::parser;
use jiff::Timestamp;
use url::Url;

use super::{Document, Entry, FeedKind, Reader};

/// Reads a document with feed-rs.
pub(super) fn read(text: &str, url: Option<&Url>) -> Result<Document, parser::ParseFeedError> {
    let parser = parser::Builder::new()
        .base_uri(url.map(Url::as_str))
        // An id that is not there is not there: feed-rs would make up a random one.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| text.parse::<Timestamp>().ok().and_then(system_time).map(Into::into))
        .build();
    parser.parse(text.as_bytes()).map(document)
}

/// feed-rs wants chrono's time, which this converts to.
fn system_time(at: Timestamp) -> Option<SystemTime> {
    let since = Duration::try_from(at.as_duration()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn document(feed: model::Feed) -> Document {
    let kind = match feed.feed_type {
        model::FeedType::Atom => FeedKind::Atom,
        model::FeedType::JSON => FeedKind::Json,
        model::FeedType::RSS0 | model::FeedType::RSS2 => FeedKind::Rss,
        model::FeedType::RSS1 => FeedKind::Rdf,
    };
    Document {
        kind,
        title: feed.title.map(|text| text.content),
        link: feed.links.into_iter().map(|link| link.href).next(),
        lang: feed.language,
        ttl: feed.ttl.map(|minutes| Duration::from_mins(u64::from(minutes))),
        hub: None,
        entries: feed.entries.into_iter().map(entry).collect(),
        reader: Reader::FeedRs,
    }
}

fn entry(entry: model::Entry) -> Entry {
    let instant = |seconds: i64| Timestamp::from_second(seconds).ok();
    Entry {
        id: Some(entry.id).filter(|id| !id.is_empty()),
        title: entry.title.map(|text| text.content),
        link: entry.links.into_iter().map(|link| link.href).next(),
        published: entry.published.and_then(|at| instant(at.timestamp())),
        updated: entry.updated.and_then(|at| instant(at.timestamp())),
        summary: entry.summary.map(|text| text.content),
        content: entry.content.and_then(|content| content.body),
        authors: entry.authors.into_iter().filter_map(|person| person.name.or(person.email)).collect(),
        lang: entry.language,
        enclosures: Vec::new(),
    }
}
