//! Owns feed documents: bytes to entries, and when to poll next. Fetching them is `fetch`'s business.

use jiff::Timestamp;

/// One entry of a feed document, as the document gives it (nothing resolved against the store).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// RSS `guid`, Atom `id`, JSON Feed `id`; `None` when the document gives none (nothing is invented).
    pub id: Option<String>,
    /// Plain text, markup and entities resolved.
    pub title: Option<String>,
    /// Absolute URL of the article, resolved against `xml:base` or the feed's URL.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    pub url: String,
    pub media_type: Option<String>,
    pub bytes: Option<u64>,
}
