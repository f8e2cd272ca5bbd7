//! Owns the part of a dry run that tells about a feed: which reader served, what it found, when the feed is polled next.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::report::duration;
use super::{Probe, Subject};
use crate::charset::{self, Found};
use crate::cli::exit::Failure;
use crate::cli::output::count;
use crate::feed;
use crate::feed::renamed::are_renamed;
use crate::feed::schedule::{FetchKind, PollFacts, PollState, next_poll};
use crate::feed::websub::Announced;
use crate::feed::{Document, Entry, FeedKind, Reader};
use crate::fetch::{Answer, Body, Fetch as _, Fetched, Request, Want};
use crate::pipeline::policy;
use crate::publish::message::Instant;
use crate::store::Peek;

/// Entries that are shown.
const SHOWN_MAX: usize = 10;

impl Probe<'_> {
    pub(super) async fn feed(&mut self, subject: &Subject, body: &Body, document: &Document) -> Result<(), Failure> {
        let found = charset::find(&body.bytes, body.content_type.as_deref(), charset::xml_declared(&body.bytes));
        self.charset("charset", found)?;
        self.document(document, body)?;
        self.entries(&document.entries)?;
        self.keys(subject, &body.answer.url, document).await?;
        self.schedule(subject, body, document)?;
        match newest(&document.entries) {
            Some(entry) => self.entry(&subject.feed, entry).await,
            None => self.report.stop("entries", "no entry has a link or a text of its own"),
        }
    }

    pub(super) fn charset(&mut self, section: &str, found: Found) -> Result<(), Failure> {
        let Found { encoding, reason } = found;
        let value = json!({ "encoding": encoding, "reason": reason });
        Ok(self.report.add(section, value, &[format!("{encoding}, by {reason}")])?)
    }

    fn document(&mut self, document: &Document, body: &Body) -> Result<(), Failure> {
        let kind = match document.kind {
            FeedKind::Rss => "RSS",
            FeedKind::Rdf => "RDF",
            FeedKind::Atom => "Atom",
            FeedKind::Json => "JSON Feed",
            FeedKind::Sitemap => "sitemap",
            FeedKind::SitemapIndex => "index of sitemaps",
        };
        let (reader, reason) = match &document.reader {
            Reader::FeedRs => ("feed-rs", None),
            Reader::Json => ("json", None),
            Reader::Salvage { reason } => ("salvage", Some(reason)),
        };
        let because = reason.map_or_else(String::new, |reason| format!(" because of {reason}"));
        let mut lines = vec![format!("{kind}, read by the {reader} reader{because}")];
        lines.extend(document.title.as_ref().map(|title| format!("title {title}")));
        lines.extend(document.lang.as_ref().map(|lang| format!("declares the language {lang}")));
        lines.extend(document.ttl.map(|ttl| format!("claims to stay as it is for {}", duration(ttl))));
        let announced = announced(&body.answer, document);
        lines.extend(announced.as_ref().map(|announced| self.hub(announced)));
        let value = json!({
            "format": kind,
            "reader": reader,
            "reason": reason,
            "title": document.title,
            "link": document.link,
            "lang": document.lang,
            "ttl_s": document.ttl.map(|ttl| ttl.as_secs()),
            "hub": announced.as_ref().map(|announced| &announced.hub),
            "topic": announced.as_ref().map(|announced| &announced.topic),
        });
        Ok(self.report.add("document", value, &lines)?)
    }

    fn hub(&self, announced: &Announced) -> String {
        let Announced { hub, topic } = announced;
        match self.settings.http.public_url {
            Some(_) => format!("WebSub hub {hub}, which the daemon asks to push {topic}"),
            None => format!("WebSub hub {hub}, not used without http.public_url"),
        }
    }

    /// Says whether guids and links tell the entries: from what is known of the feed's polls, else by a second reading.
    async fn keys(&mut self, subject: &Subject, url: &Url, document: &Document) -> Result<(), Failure> {
        let known = subject.is_listed.then(|| polls(&self.settings.state_dir, &subject.feed.id)).flatten();
        let (are_volatile, by) = match known.filter(|poll| poll.succeeded.is_some()) {
            Some(poll) => (Some(poll.are_keys_volatile()), "by the polls so far"),
            None if document.entries.is_empty() => return Ok(()),
            None => (self.second_reading(subject, url, document).await, "by a second reading"),
        };
        let line = match are_volatile {
            Some(true) => format!("volatile, {by}: guids and links change every time, titles tell the entries"),
            Some(false) => format!("the same {by}"),
            None => "not known: the feed could not be read a second time".to_owned(),
        };
        Ok(self.report.add("keys", json!({ "volatile": are_volatile, "by": by }), &[line])?)
    }

    /// `None` when there is no second document.
    async fn second_reading(&self, subject: &Subject, url: &Url, document: &Document) -> Option<bool> {
        let request = Request { want: Want::Feed, ..subject.feed.page_request(url.clone()) };
        let Ok(Fetched::Body(body)) = self.client.fetch(request).await else { return None };
        let again = feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)).ok()?;
        Some(are_renamed(&document.entries, &again.entries))
    }

    fn entries(&mut self, entries: &[Entry]) -> Result<(), Failure> {
        let n_entries = entries.len();
        let shown: Vec<Value> = entries
            .iter()
            .take(SHOWN_MAX)
            .map(|entry| {
                let published = entry.published.map(Instant);
                json!({ "id": entry.id, "title": entry.title, "link": entry.link, "published": published })
            })
            .collect();
        let mut lines = vec![match n_entries {
            0 => "none".to_owned(),
            1 => "1 entry".to_owned(),
            n => format!("{n} entries"),
        }];
        lines.extend(entries.iter().take(SHOWN_MAX).map(|entry| {
            let at = entry.published.map_or_else(|| "no date".to_owned(), |at| format!("{at:.0}"));
            let title = entry.title.as_deref().unwrap_or("(no title)");
            format!("{at}  {title}  {}", entry.link.as_deref().unwrap_or("(no link)"))
        }));
        if n_entries > SHOWN_MAX {
            lines.push(format!("and {}", count(n_entries - SHOWN_MAX, "more")).trim_end_matches('s').to_owned());
        }
        Ok(self.report.add("entries", json!({ "count": n_entries, "first": shown }), &lines)?)
    }

    /// Plans the poll after this one, as if it had been the feed's first.
    fn schedule(&mut self, subject: &Subject, body: &Body, document: &Document) -> Result<(), Failure> {
        let now = self.now();
        let mut state = PollState::default();
        let facts = PollFacts {
            n_new: document.entries.len(),
            fresh_for: body.answer.fresh_for,
            ttl: document.ttl,
            fetch: FetchKind::Full,
        };
        state.succeeded(now, &facts);
        let policy = policy(&subject.feed, &self.settings.schedule);
        let due = next_poll(&state, &policy, now);
        let wait = std::time::Duration::try_from(due.at.duration_since(now)).unwrap_or_default();
        let value = json!({ "next": Instant(due.at), "reason": due.reason });
        Ok(self.report.add("schedule", value, &[format!("next poll in {}: {}", duration(wait), due.reason)])?)
    }
}

/// Returns who pushes the feed; headers count before the document (WebSub, section 4).
fn announced(answer: &Answer, document: &Document) -> Option<Announced> {
    Announced::heard((answer.links.hub.as_ref(), answer.links.own.as_ref()), document, &answer.url)
}

/// Returns what the store knows of the feed's polls, when there is a store.
fn polls(state_dir: &Path, feed_id: &str) -> Option<PollState> {
    let states = Peek::open(state_dir).ok()??.feed_states().ok()?;
    states.into_iter().find(|state| state.feed_id == feed_id).map(|state| state.poll)
}

/// Returns the newest entry that leads to an article; of those without a date the first.
fn newest(entries: &[feed::Entry]) -> Option<&feed::Entry> {
    let leads = |entry: &&feed::Entry| entry.link.is_some() || entry.content.is_some() || entry.summary.is_some();
    let at = |entry: &feed::Entry| entry.published.or(entry.updated);
    entries.iter().filter(leads).rev().max_by_key(|entry| at(entry))
}
