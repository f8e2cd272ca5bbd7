//! Owns what is coded: one text with what is known about it, and its form as one line of NDJSON.

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value;

use crate::article::{Article, PageTime, Post};

/// A text to code.
#[derive(Debug, Clone, Default)]
pub struct Document<'a> {
    pub title: &'a str,
    /// Paragraphs, one per line.
    pub text: &'a str,
    /// Declared language, BCP 47. A prior, not a truth.
    pub lang: Option<&'a str>,
    /// When it came out. Without it only full dates resolve, and offices are today's.
    pub published: Option<PageTime>,
    /// IANA zone of the newsroom, in which the text's weekdays are read.
    pub zone: Option<&'a str>,
    /// Posts of a live blog, each read against its own time.
    pub posts: &'a [Post],
}

impl<'a> Document<'a> {
    /// Takes an article as the document to code.
    #[must_use]
    pub fn of(article: &'a Article) -> Self {
        let zone = article.outlet_zone.as_deref();
        let published = article.published_at(None).map(|published| in_zone(published, zone));
        let (title, text, posts) = (article.title.as_str(), article.text.as_str(), article.posts.as_slice());
        Self { title, text, lang: article.lang.as_deref(), published, zone, posts }
    }

    /// Cuts the document into parts that were written at one time, each with the char of the text it starts at: the
    /// whole, or a live blog's head and its posts, the newest first.
    pub(super) fn parts(&self) -> Vec<(usize, Self)> {
        let Some(first) = self.posts.first() else { return vec![(0, self.clone())] };
        let chars = |start: usize, end: usize| {
            let byte = |at: usize| self.text.char_indices().nth(at).map_or(self.text.len(), |(byte, _)| byte);
            self.text.get(byte(start)..byte(end)).unwrap_or_default().trim_end()
        };
        let mut posts: Vec<&Post> = self.posts.iter().collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.published));
        let mut parts = vec![(0, Self { text: chars(0, first.start), posts: &[], ..self.clone() })];
        parts.extend(posts.into_iter().map(|post| {
            let published = Some(in_zone(post.published, self.zone));
            (post.start, Self { title: "", text: chars(post.start, post.end), published, posts: &[], ..self.clone() })
        }));
        parts
    }
}

fn in_zone(published: Timestamp, zone: Option<&str>) -> PageTime {
    let zone = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    PageTime::Instant(published.to_zoned_datetime(zone))
}

/// A document as a line of NDJSON brings it: `{id, url?, outlet?, outlet_zone?, lang?, published?, title, text}`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct DocumentLine {
    /// Whatever names the document to the one who sent it.
    #[serde(default)]
    pub id: Value,
    #[serde(default)]
    pub outlet_zone: Option<String>,
    #[serde(default)]
    pub lang: Option<String>,
    /// A day, an instant with an offset, or one in a named zone. A year or a month alone gives no day: `None`.
    #[serde(default, deserialize_with = "published")]
    pub published: Option<PageTime>,
    #[serde(default)]
    pub title: Option<String>,
    pub text: String,
}

impl DocumentLine {
    /// Returns the document to code.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document {
            title: self.title.as_deref().unwrap_or_default(),
            text: &self.text,
            lang: self.lang.as_deref(),
            published: self.published.clone(),
            zone: self.outlet_zone.as_deref(),
            posts: &[],
        }
    }
}

fn published<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PageTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let is_coarse = matches!(text.len(), 4 | 7) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if text.is_empty() || is_coarse {
        return Ok(None);
    }
    let published = PageTime::parse(&text);
    let wrong = || D::Error::custom(format!("published `{text}` is neither a day nor an instant (RFC 3339)"));
    published.ok_or_else(wrong).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(published: &str) -> Result<Option<PageTime>, serde_json::Error> {
        let line = serde_json::json!({ "text": "", "published": published });
        DocumentLine::deserialize(line).map(|line| line.published)
    }

    #[test]
    fn publication_times_keep_their_own_day() {
        let day = |text: &str| read(text).ok().flatten().map(|time| time.day().to_string());
        assert_eq!(day("2025-02-12").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2025-02-12T23:30:00-05:00").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2025-02-12T23:30:00Z").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2025-02-12T23:30:00").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2016"), None);
        assert!(read("2016").is_ok() && read("yesterday").is_err());
    }
}
