//! Owns the JSON that rows hold. Each carries its version; a field is only ever added, with a default.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Fault;
use super::poll::FeedState;
use crate::article::Article;
use crate::event::Event;
use crate::feed::schedule::PollState;
use crate::feed::{Enclosure, Entry};
use crate::fetch::Validators;

const VERSION: u32 = 1;

/// The instant in milliseconds, as columns hold it.
pub(super) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant of a column.
pub(super) fn instant(ms: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_millisecond(ms).map_err(|err| Fault::Row(err.to_string()))
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StateRow {
    v: u32,
    validators: Option<ValidatorsRow>,
    poll: PollState,
    body_hash: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ValidatorsRow {
    url: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl StateRow {
    pub(super) fn new(state: &FeedState) -> Self {
        let validators = state.validators.clone().map(|validators| ValidatorsRow {
            url: validators.url,
            etag: validators.etag,
            last_modified: validators.last_modified,
        });
        Self { v: VERSION, validators, poll: state.poll.clone(), body_hash: state.body_hash.clone() }
    }

    pub(super) fn into_state(self, feed_id: String) -> FeedState {
        let validators = self.validators.map(|validators| Validators {
            url: validators.url,
            etag: validators.etag,
            last_modified: validators.last_modified,
        });
        FeedState { feed_id, validators, poll: self.poll, body_hash: self.body_hash }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EntryRow {
    v: u32,
    id: Option<String>,
    title: Option<String>,
    link: Option<String>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    summary: Option<String>,
    content: Option<String>,
    authors: Vec<String>,
    lang: Option<String>,
    enclosures: Vec<EnclosureRow>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EnclosureRow {
    url: String,
    media_type: Option<String>,
    bytes: Option<u64>,
}

impl EntryRow {
    pub(super) fn new(entry: &Entry) -> Self {
        let enclosure = |enclosure: Enclosure| EnclosureRow {
            url: enclosure.url,
            media_type: enclosure.media_type,
            bytes: enclosure.bytes,
        };
        let entry = entry.clone();
        Self {
            v: VERSION,
            id: entry.id,
            title: entry.title,
            link: entry.link,
            published: entry.published,
            updated: entry.updated,
            summary: entry.summary,
            content: entry.content,
            authors: entry.authors,
            lang: entry.lang,
            enclosures: entry.enclosures.into_iter().map(enclosure).collect(),
        }
    }

    pub(super) fn into_entry(self) -> Entry {
        let enclosure = |enclosure: EnclosureRow| Enclosure {
            url: enclosure.url,
            media_type: enclosure.media_type,
            bytes: enclosure.bytes,
        };
        Entry {
            id: self.id,
            title: self.title,
            link: self.link,
            published: self.published,
            updated: self.updated,
            summary: self.summary,
            content: self.content,
            authors: self.authors,
            lang: self.lang,
            enclosures: self.enclosures.into_iter().map(enclosure).collect(),
        }
    }
}

/// An article without its text and mentions, which have columns and rows of their own.
#[derive(Debug, Serialize)]
pub(super) struct ArticleRow<'a> {
    v: u32,
    #[serde(flatten)]
    article: &'a Article,
}

impl<'a> ArticleRow<'a> {
    pub(super) fn new(article: &'a Article) -> Self {
        Self { v: VERSION, article }
    }

    /// A text whose time was up is empty.
    pub(super) fn read(body: &str, text: Option<String>) -> Result<Article, Fault> {
        let article: Article = serde_json::from_str(body)?;
        Ok(Article { text: text.unwrap_or_default(), ..article })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct EventRow<'a> {
    v: u32,
    event: &'a Event,
}

impl<'a> EventRow<'a> {
    pub(super) fn new(event: &'a Event) -> Self {
        Self { v: VERSION, event }
    }

    pub(super) fn read(body: &str) -> Result<Event, Fault> {
        #[derive(Deserialize)]
        struct Stored {
            event: Event,
        }
        Ok(serde_json::from_str::<Stored>(body)?.event)
    }
}
