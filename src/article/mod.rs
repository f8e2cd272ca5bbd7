//! Owns articles: a page to text and metadata. Fetching is `fetch`'s business, coding is `tag`'s.

use jiff::Timestamp;

/// What extraction found on one page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub url: Option<String>,
    pub canonical_url: Option<String>,
    /// Without the outlet's suffix.
    pub title: Option<String>,
    pub byline: Vec<String>,
    pub published: Option<PageTime>,
    pub modified: Option<PageTime>,
    /// BCP 47 primary tag, found from the text with the declared language as a prior.
    pub lang: Option<String>,
    pub outlet_name: Option<String>,
    pub image: Option<String>,
    pub is_paywalled: bool,
    /// Paragraphs, one per line.
    pub text: String,
    /// Which source each field came from, for `extract --explain` and `probe`: `("published", "json-ld datePublished")`.
    pub origins: Vec<(&'static str, String)>,
}

/// A time as a page states it: day precision when that is all, the page's own offset when it gives one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageTime {
    Day(jiff::civil::Date),
    /// RFC 3339 with the page's offset.
    Instant(jiff::ZonedDateTime),
}

/// An article at one revision: what is coded, stored and published.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// Minted once, stored; ULID form.
    pub article_id: String,
    /// Starts at 1; an edit of the same article is the next revision.
    pub revision: u32,
    pub url: String,
    pub canonical_url: String,
    /// Outlet id from the feed list.
    pub outlet: String,
    pub outlet_name: String,
    /// Publisher family of the outlet, for independence.
    pub outlet_family: Option<String>,
    /// IANA zone of the newsroom.
    pub outlet_zone: Option<String>,
    /// Feed ids that carried it.
    pub feeds: Vec<String>,
    pub title: String,
    pub byline: Vec<String>,
    pub lang: Option<String>,
    pub published: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub text: String,
    pub is_text_truncated: bool,
    /// Hex SHA-256 of the normalised title and text.
    pub content_hash: String,
    pub image: Option<String>,
    pub is_paywalled: bool,
    /// `article_id` of the article this one copies.
    pub duplicate_of: Option<String>,
    pub times: Times,
}

/// When each step happened to one article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Times {
    pub published: Option<Timestamp>,
    pub feed_seen: Option<Timestamp>,
    pub fetched: Option<Timestamp>,
    pub coded: Option<Timestamp>,
    pub enqueued: Option<Timestamp>,
}
