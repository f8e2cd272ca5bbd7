//! Owns what is coded: one text with what is known about it.

use jiff::tz::TimeZone;

use crate::article::{Article, PageTime};

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
}

impl<'a> Document<'a> {
    /// Takes an article as the document to code.
    #[must_use]
    pub fn of(article: &'a Article) -> Self {
        let zone = article.outlet_zone.as_deref();
        let published = article.published.map(|published| {
            let zone = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
            PageTime::Instant(published.to_zoned_datetime(zone))
        });
        Self { title: &article.title, text: &article.text, lang: article.lang.as_deref(), published, zone }
    }
}
