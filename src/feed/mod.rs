//! Owns feed documents: bytes to entries, and when to poll next. Fetching them is `fetch`'s business.
//!
//! [`read()`] takes RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, news sitemaps and JSON Feed. One bad entry never costs its
//! neighbours.

pub mod address;
mod dates;
pub mod discover;
mod entities;
mod fields;
pub mod gap;
pub mod host;
mod json;
mod names;
pub mod opml;
mod read;
pub mod renamed;
mod salvage;
pub mod schedule;
pub mod section;
pub mod sitemap;
mod sniff;
mod strict;
mod survey;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
pub mod websub;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use read::{ReadError, read};
pub use strict::is_panic_expected;

/// A feed document as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub kind: FeedKind,
    /// Plain text.
    pub title: Option<String>,
    /// Absolute URL of the site.
    pub link: Option<String>,
    /// BCP 47 tag as declared.
    pub lang: Option<String>,
    /// How long the feed says it stays as it is: RSS `ttl`, `sy:updatePeriod`.
    pub ttl: Option<Duration>,
    /// WebSub hub.
    pub hub: Option<String>,
    /// Absolute URL of the page that continues it into the past: RFC 5005 `prev-archive`, else `next`.
    pub older: Option<String>,
    /// The software that wrote it, as it says.
    pub generator: Option<String>,
    /// Absolute URL the feed gives as its own (`rel=self`): what a hub knows it by.
    pub topic: Option<String>,
    /// In the document's order; none is left out for a missing field.
    pub entries: Vec<Entry>,
    pub reader: Reader,
}

/// The family of formats a document belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedKind {
    Rss,
    /// RSS 0.90 and 1.0.
    Rdf,
    Atom,
    Json,
    /// A sitemap, with the news extension or without.
    Sitemap,
    /// A list of sitemaps, each one entry: [`sitemap::newest`] says which to read.
    SitemapIndex,
}

/// Which reader served a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    FeedRs,
    /// hotline's tolerant XML reader, and why it was needed.
    Salvage {
        reason: String,
    },
    /// hotline's JSON Feed reader.
    Json,
}

/// One entry of a feed document, as the document gives it (nothing resolved against the store).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// RSS `guid`, Atom `id`, JSON Feed `id`; `None` when the document gives none (nothing is invented).
    pub id: Option<String>,
    /// Plain text, markup and entities resolved.
    pub title: Option<String>,
    /// Absolute URL of the article, resolved against `xml:base` or the feed's URL; as written where it is no URL.
    pub link: Option<String>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// Summary as given (may hold HTML).
    pub summary: Option<String>,
    /// Full content as given (HTML).
    pub content: Option<String>,
    pub authors: Vec<String>,
    /// BCP 47 tag declared on the entry or its feed.
    pub lang: Option<String>,
    pub enclosures: Vec<Enclosure>,
}

/// A media file attached to an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Enclosure {
    pub url: String,
    pub media_type: Option<String>,
    pub bytes: Option<u64>,
}
