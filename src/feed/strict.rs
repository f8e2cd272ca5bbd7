//! Owns the strict reader: well-formed documents through feed-rs, its model to ours.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

use feed_rs::{model, parser};
use jiff::Timestamp;
use url::Url;

use super::fields::is_address;
use super::host::is_overlong_within;
use super::names::relation;
use super::{Document, Enclosure, Entry, FeedKind, Reader, dates, text};

thread_local! {
    /// feed-rs is at work on this thread and its panics are caught.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Reports whether a panic on this thread is feed-rs's own and will be caught: no internal error to be shown.
#[must_use]
pub fn is_panic_expected() -> bool {
    IS_GUARDED.get()
}

/// Reads a well-formed document with feed-rs.
///
/// # Errors
/// Says why the document is better read otherwise.
pub(super) fn read(text: &str, url: Option<&Url>) -> Result<Document, String> {
    // feed-rs takes relative and absolute bases for one, and rewrites addresses that have one.
    if text.contains("xml:base") {
        return Err("addresses with a base of their own".to_owned());
    }
    // feed-rs parses every address.
    if is_overlong_within(text) {
        return Err("the address of a host that cannot be one".to_owned());
    }
    let parser = parser::Builder::new()
        // An id that is not there is not there: feed-rs would make up a random one.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| dates::instant(text).and_then(system_time).map(Into::into))
        .build();
    let text = without_declaration(text);
    IS_GUARDED.set(true);
    // The parser is made here and dropped here: nothing half-done is seen again.
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes())));
    IS_GUARDED.set(false);
    match parsed {
        Ok(Ok(feed)) => document(feed, url),
        Ok(Err(err)) => Err(err.to_string()),
        Err(_) => Err("feed-rs panicked".to_owned()),
    }
}

/// The text is UTF-8 by now, whatever its declaration says.
fn without_declaration(text: &str) -> &str {
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    match trimmed.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => trimmed,
    }
}

/// feed-rs wants chrono's time, which this converts to.
fn system_time(at: Timestamp) -> Option<SystemTime> {
    let since = Duration::try_from(at.as_duration()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn document(feed: model::Feed, url: Option<&Url>) -> Result<Document, String> {
    let kind = match feed.feed_type {
        model::FeedType::Atom => FeedKind::Atom,
        _ => FeedKind::Rss,
    };
    let linked = |rel: &str| {
        let link = feed.links.iter().find(|link| relation(link.rel.as_deref()) == rel)?;
        text::absolute(&text::unescape(&link.href), url)
    };
    let (hub, topic) = (linked("hub"), linked("self"));
    let older = linked("prev-archive").or_else(|| linked("next"));
    let generator = feed.generator.as_ref().and_then(|generator| text::filled(&generator.content));
    let lang = feed.language.and_then(|lang| text::filled(&lang));
    let entries = feed.entries.into_iter().map(|one| entry(one, kind, lang.as_ref(), url));
    Ok(Document {
        kind,
        title: feed.title.and_then(|title| text::plain(&title.content)),
        link: alternate(&feed.links, FeedKind::Atom, url),
        ttl: feed.ttl.filter(|minutes| *minutes > 0).map(|minutes| Duration::from_mins(u64::from(minutes))),
        hub,
        older,
        generator,
        topic,
        entries: entries.collect::<Result<_, _>>()?,
        lang,
        reader: Reader::FeedRs,
    })
}

fn entry(entry: model::Entry, kind: FeedKind, lang: Option<&String>, url: Option<&Url>) -> Result<Entry, String> {
    let instant = |seconds: i64, nanos: u32| Timestamp::new(seconds, i32::try_from(nanos).unwrap_or(0)).ok();
    let id = text::filled(&entry.id);
    let mut link = alternate(&entry.links, kind, url);
    if kind == FeedKind::Atom && link.is_none() {
        link = id.clone().filter(|id| is_address(id));
    }
    let published = entry.published.and_then(|at| instant(at.timestamp(), at.timestamp_subsec_nanos()));
    let updated = entry.updated.and_then(|at| instant(at.timestamp(), at.timestamp_subsec_nanos()));
    // What feed-rs does not find may stand in another vocabulary, or be a guid that is the link.
    let lacks = |is_missing, name: &str| if is_missing { Err(format!("an entry without {name}")) } else { Ok(()) };
    lacks(entry.title.as_ref().is_none_or(|title| title.content.trim().is_empty()), "a title")?;
    lacks(published.or(updated).is_none(), "a date")?;
    lacks(link.is_none(), "a link")?;
    lacks(id.is_none(), "an id")?;
    let mut authors: Vec<String> = entry
        .authors
        .into_iter()
        .filter_map(|person| person.name.or(person.email))
        .filter_map(|name| text::person(&name))
        .collect();
    authors.dedup();
    let title = |title: model::Text| match (kind, title.content_type.subty().as_str()) {
        (FeedKind::Atom, "plain") => text::single_spaced(&title.content),
        (FeedKind::Atom, _) => text::shown(&title.content),
        _ => text::plain(&title.content),
    };
    Ok(Entry {
        id,
        title: entry.title.and_then(title),
        link,
        published,
        // feed-rs repeats the date of publication here.
        updated: updated.filter(|_| kind == FeedKind::Atom || updated != published),
        summary: entry.summary.and_then(|summary| text::filled(&summary.content)),
        content: entry.content.and_then(|content| content.body).and_then(|body| text::filled(&body)),
        authors,
        lang: entry.language.or_else(|| lang.cloned()),
        enclosures: enclosures(&entry.media, &entry.links, url),
    })
}

/// The link that is the page itself: the first page of Atom, the last word of RSS.
fn alternate(links: &[model::Link], kind: FeedKind, url: Option<&Url>) -> Option<String> {
    let is_own = |link: &&model::Link| link.target.is_none() && relation(link.rel.as_deref()) == "alternate";
    let is_page = |link: &&model::Link| link.media_type.as_deref().is_none_or(|media| media.contains("html"));
    let mut own = links.iter().filter(is_own);
    let own = match kind {
        FeedKind::Atom => own.clone().find(is_page).or_else(|| own.next())?,
        _ => own.next_back()?,
    };
    text::absolute(&text::unescape(&own.href), url)
}

fn enclosures(media: &[model::MediaObject], links: &[model::Link], url: Option<&Url>) -> Vec<Enclosure> {
    let linked = links.iter().filter(|link| relation(link.rel.as_deref()) == "enclosure").filter_map(|link| {
        Some(Enclosure {
            url: text::absolute(&link.href, url)?,
            media_type: link.media_type.clone(),
            bytes: link.length,
        })
    });
    let contents = media.iter().flat_map(|object| &object.content).filter_map(|content| {
        Some(Enclosure {
            url: content.url.as_ref()?.to_string(),
            media_type: content.content_type.as_ref().map(ToString::to_string),
            bytes: content.size,
        })
    });
    let mut enclosures: Vec<Enclosure> = Vec::new();
    for mut one in linked.chain(contents) {
        one.bytes = one.bytes.filter(|bytes| *bytes > 0);
        if !enclosures.iter().any(|known| known.url == one.url) {
            enclosures.push(one);
        }
    }
    enclosures
}
