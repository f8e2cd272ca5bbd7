//! Owns articles: a page to text and metadata. Fetching is `fetch`'s business, coding is `tag`'s.

mod attributes;
mod body;
mod byline;
mod dates;
mod encoding;
mod engine;
mod entry;
mod footnotes;
mod furniture;
mod guard;
mod hash;
mod head;
mod host_rule;
mod json_ld;
pub mod language;
mod lines;
mod live;
mod marks;
mod markup;
mod media;
mod metadata;
mod parse;
mod phrases;
mod prune;
mod region;
mod scan;
mod scripted;
mod seen;
mod teasers;
mod title;
pub mod url;
mod vocabulary;
mod wall;
mod when;
mod wraps;

use std::borrow::Cow;

use ::url::Url;
use jiff::{Timestamp, tz::TimeZone};

use crate::outlet::HostRules;

pub use encoding::charset;
pub use entry::from_feed;
pub use guard::ExtractError;
pub use hash::{content_hash, sha256_hex};
pub use live::Post;
pub use media::Media;

/// A shorter text is a page's leftovers, not an article.
const TEXT_CHARS_MIN: usize = 20;

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
    /// What a host rule's `credit` selects: who the report is from.
    pub credit: Option<String>,
    pub image: Option<String>,
    pub is_paywalled: bool,
    /// Paragraphs, one per line.
    pub text: String,
    pub text_source: TextSource,
    /// Posts of a live blog, in the order of the text; what stands before the first is the blog's own.
    pub posts: Vec<Post>,
    /// Set on pages that show something else and have next to no text.
    pub media: Option<Media>,
    /// Which source each field came from, for `extract --explain` and `probe`: `("published", "json-ld datePublished")`.
    pub origins: Vec<(&'static str, String)>,
}

impl Page {
    /// Returns the page when its text is what it is about.
    ///
    /// # Errors
    /// [`ExtractError::NotHtml`] names what it shows instead, beside a line or two.
    pub fn into_article(self) -> Result<Self, ExtractError> {
        match self.media {
            Some(what) => Err(ExtractError::NotHtml { what }),
            None => Ok(self),
        }
    }
}

/// Where an article's text was had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    #[default]
    Page,
    /// `articleBody` of the page's JSON-LD.
    JsonLd,
    /// The feed's own text: the page is a stub, or cannot be had.
    Feed,
}

impl TextSource {
    /// Returns the wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::JsonLd => "json_ld",
            Self::Feed => "feed",
        }
    }
}

/// A time as a page states it: day precision when that is all, the page's own offset when it gives one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageTime {
    Day(jiff::civil::Date),
    /// RFC 3339 with the page's offset.
    Instant(jiff::ZonedDateTime),
}

impl PageTime {
    /// Reads a day, an instant with an offset, or one in a named zone (RFC 3339, RFC 9557); a time without offset gives
    /// its day.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(instant) = text.parse::<jiff::ZonedDateTime>() {
            return Some(Self::Instant(instant));
        }
        let pieces = jiff::fmt::temporal::Pieces::parse(text).ok()?;
        let Some(offset) = pieces.to_numeric_offset() else { return Some(Self::Day(pieces.date())) };
        let timestamp: Timestamp = text.parse().ok()?;
        Some(Self::Instant(timestamp.to_zoned_datetime(offset.to_time_zone())))
    }

    /// The day as the page's readers saw it.
    pub fn day(&self) -> jiff::civil::Date {
        match self {
            Self::Day(day) => *day,
            Self::Instant(instant) => instant.date(),
        }
    }
}

/// What the feed and the feed list know about a page before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// Title of the feed's entry, plain text.
    pub feed_title: Option<&'a str>,
    /// The entry's content or summary (HTML or plain), taken when it says more than the page.
    pub feed_text: Option<&'a str>,
    /// When the entry says it was published; a witness, never above the page's own word.
    pub feed_published: Option<Timestamp>,
    /// Declared language, BCP 47.
    pub lang: Option<&'a str>,
    /// The outlet's display name.
    pub outlet_name: Option<&'a str>,
    /// IANA zone of the newsroom, for times a page gives without an offset.
    pub zone: Option<&'a str>,
    /// What is known of hosts; the rule of the page's own decides the fields it selects.
    pub rules: Option<&'a HostRules>,
}

/// Extracts the article of a page given as bytes.
pub fn extract_bytes(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    hints: &Hints,
) -> Result<Page, ExtractError> {
    guard::check_bytes(bytes, content_type)?;
    extract(&encoding::decode(bytes, content_type), url, hints)
}

/// Extracts the article of a decoded page.
pub fn extract(html: &str, url: Option<&Url>, hints: &Hints) -> Result<Page, ExtractError> {
    let parsed = guard::check_html(html)?;
    let document = parse::parse(&parsed);
    guard::check_tree(&document)?;
    let mut head = head::read(&document);
    let rule = host_rule::find(&head, url, hints);
    let zone = rule.and_then(|rule| rule.zone.as_deref()).filter(|_| hints.zone.is_none());
    let hints = &Hints { zone: hints.zone.or(zone), ..*hints };
    let newsroom = hints.zone.and_then(|zone| TimeZone::get(zone).ok());
    let blogs = live::read(&document, &head, newsroom.as_ref());
    head.json_ld.is_live_blog |= blogs.iter().any(live::Blog::is_the_page);
    let mut page = metadata::page(&head, url, hints);
    if let Some(rule) = rule {
        if zone.is_some() {
            host_rule::told(&mut page, "zone", rule);
        }
        host_rule::decide(&mut page, &document, rule, (&head, hints));
    }
    let is_changed = rule.is_some_and(|rule| host_rule::remove(&document, rule));
    if !rule.is_some_and(|rule| host_rule::text(&mut page, &document, rule)) {
        let html = if is_changed { Cow::Owned(document.html().to_string()) } else { parsed };
        let body = body::read(&html, document, (&head, &page), hints);
        if body.is_wall {
            return Err(ExtractError::Wall);
        }
        (page.text, page.text_source) = (body.text, body.source);
        page.origins.push(("text", body.origin.to_owned()));
    }
    let mut text = std::mem::take(&mut page.text);
    let known = lines::Known::of(&page);
    page.posts = live::place(&blogs, &mut text, &known);
    let n_chars = text.chars().count();
    page.media = Media::of_page(html, &head, url, n_chars);
    page.text = text;
    if n_chars < TEXT_CHARS_MIN {
        return Err(page.media.map_or(ExtractError::NoText, |what| ExtractError::NotHtml { what }));
    }
    let declared = head.lang.as_deref().or(hints.lang);
    let sample = format!("{}\n{}", page.title.as_deref().unwrap_or_default(), page.text);
    page.lang = language::identify(&sample, declared).map(str::to_owned);
    Ok(page)
}

/// An article at one revision: what is coded, stored and published.
///
/// Its JSON is the stored form without `text`, which is kept beside it; consumers read
/// [`ArticleRecord`](crate::publish::message::ArticleRecord).
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
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
    /// Agencies whose report the article passes on (`reuters`).
    #[serde(default)]
    pub credits: Vec<String>,
    pub lang: Option<String>,
    pub published: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    #[serde(skip)]
    pub text: String,
    pub is_text_truncated: bool,
    #[serde(default)]
    pub text_source: TextSource,
    /// Posts of a live blog, in the order of the text; what stands before the first is the blog's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<Post>,
    /// Hex SHA-256 of the normalised title and text.
    pub content_hash: String,
    pub image: Option<String>,
    pub is_paywalled: bool,
    /// `article_id` of the article this one copies.
    pub duplicate_of: Option<String>,
    pub times: Times,
}

impl Article {
    /// Returns when what stands at a char of the text was written: in a live blog the post's time; elsewhere, and in
    /// the title (`None`), the article's. A live blog's head is written anew with every post.
    #[must_use]
    pub fn published_at(&self, char_at: Option<usize>) -> Option<Timestamp> {
        let holds = |post: &&Post| char_at.is_some_and(|at| (post.start..post.end).contains(&at));
        let newest = || self.posts.iter().map(|post| post.published).max().max(self.published);
        self.posts.iter().find(holds).map_or_else(newest, |post| Some(post.published))
    }
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
