//! Owns the article record's making: what the page, the entry and the feed list say, put together.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::obtain::Obtained;
use crate::article::{Article, Hints, PageTime, Post, Times, content_hash, url::canonical};
use crate::config::Feed;
use crate::feed::Entry;
use crate::outlet::HostRules;
use crate::store::Pending;

/// Chars of text an article keeps; no report of a call needs more.
const TEXT_CHARS_MAX: usize = 200_000;

/// Returns what entry, feed list and host rules know about the page before it is read.
pub(in crate::pipeline) fn hints<'a>(feed: &'a Feed, entry: &'a Entry, rules: &'a HostRules) -> Hints<'a> {
    Hints {
        feed_title: entry.title.as_deref(),
        feed_text: feed_text(entry),
        feed_published: entry.published,
        lang: declared_lang(feed, entry),
        outlet_name: Some(&feed.outlet.name),
        zone: feed.outlet.zone.as_deref(),
        rules: Some(rules),
    }
}

/// Returns the entry's fullest own text (HTML).
fn feed_text(entry: &Entry) -> Option<&str> {
    let (content, summary) = (entry.content.as_deref(), entry.summary.as_deref());
    match (content, summary) {
        (Some(content), Some(summary)) if summary.len() > content.len() => Some(summary),
        (content, summary) => content.or(summary),
    }
}

/// Returns the declared language: the most specific declaration wins.
fn declared_lang<'a>(feed: &'a Feed, entry: &'a Entry) -> Option<&'a str> {
    feed.lang.as_deref().or(feed.outlet.lang.as_deref()).or(entry.lang.as_deref())
}

/// Makes the article of an entry. What the feed list says of the outlet stands over the rule of the page's host.
pub(in crate::pipeline) fn article(pending: &Pending, feed: &Feed, obtained: Obtained, rules: &HostRules) -> Article {
    let Obtained { page, url, fetched, .. } = obtained;
    let address = url.clone().or_else(|| Url::parse(pending.entry.link.as_deref()?).ok());
    let rule = address.as_ref().and_then(|address| rules.of(address));
    let outlet_zone = feed.outlet.zone.clone().or_else(|| rule?.zone.clone());
    let outlet_family = feed.outlet.family.clone().or_else(|| rule?.family.clone());
    let entry = &pending.entry;
    let outlet = &feed.outlet;
    let link = entry.link.clone().unwrap_or_default();
    let url = url.map_or_else(|| link.clone(), |url| url.to_string());
    let canonical_url = page.canonical_url.as_deref().and_then(canonical).or_else(|| canonical(&url));
    let zone = outlet_zone.as_deref().and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    let claimed = published(page.published.as_ref(), entry.published.or(entry.updated), &zone);
    let title = page.title.or_else(|| entry.title.clone()).unwrap_or_default();
    let byline = if page.byline.is_empty() { entry.authors.clone() } else { page.byline };
    let signed: Vec<String> = byline.iter().cloned().chain(page.credit).collect();
    let credits = rules.credits(address.as_ref(), &signed, &page.text);
    let mut text = page.text;
    let is_text_truncated = match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => {
            text.truncate(end);
            true
        }
        None => false,
    };
    Article {
        article_id: pending.article_id.clone(),
        revision: pending.revision,
        canonical_url: canonical_url.unwrap_or_else(|| url.clone()),
        url,
        outlet: outlet.id.clone(),
        outlet_name: outlet.name.clone(),
        outlet_family,
        outlet_zone,
        feeds: pending.feeds.clone(),
        content_hash: content_hash(&title, &text),
        title,
        byline,
        credits: credits.into_iter().map(|credit| credit.agency).collect(),
        lang: page.lang.or_else(|| declared_lang(feed, entry).map(primary)),
        // A date ahead of us is kept as claimed, in `times`, and never used.
        published: claimed.map(|claimed| claimed.min(fetched)),
        modified: page.modified.as_ref().map(|modified| instant(modified, &zone)),
        text,
        is_text_truncated,
        text_source: page.text_source,
        posts: page.posts.into_iter().map(|post| Post { published: post.published.min(fetched), ..post }).collect(),
        image: page.image,
        is_paywalled: page.is_paywalled,
        duplicate_of: None,
        times: Times {
            published: claimed,
            feed_seen: Some(pending.feed_seen),
            fetched: Some(fetched),
            coded: None,
            enqueued: None,
        },
    }
}

/// Returns when the article came out: the page's word, else the feed's. A page that gives only a day takes the feed's
/// time when that is the same day.
fn published(page: Option<&PageTime>, feed: Option<Timestamp>, zone: &TimeZone) -> Option<Timestamp> {
    match (page, feed) {
        (Some(PageTime::Day(day)), Some(feed)) if feed.to_zoned_datetime(zone.clone()).date() == *day => Some(feed),
        (Some(page), _) => Some(instant(page, zone)),
        (None, feed) => feed,
    }
}

/// A day stands for its noon: that is the same day in most zones.
fn instant(time: &PageTime, zone: &TimeZone) -> Timestamp {
    match time {
        PageTime::Instant(instant) => instant.timestamp(),
        PageTime::Day(day) => {
            day.at(12, 0, 0, 0).to_zoned_datetime(zone.clone()).map_or(Timestamp::UNIX_EPOCH, |noon| noon.timestamp())
        }
    }
}

/// The primary subtag: `pt` of `pt-BR`.
fn primary(lang: &str) -> String {
    lang.split('-').next().unwrap_or(lang).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_page_that_gives_a_day_takes_the_feeds_time_of_that_day() {
        let kyiv = TimeZone::get("Europe/Kyiv").unwrap();
        let day = PageTime::Day("2025-02-12".parse().unwrap());
        let same = at("2025-02-12T21:30:00Z");
        assert_eq!(published(Some(&day), Some(same), &kyiv), Some(same));
        let other = at("2025-02-12T22:30:00Z");
        assert_eq!(published(Some(&day), Some(other), &kyiv), Some(at("2025-02-12T10:00:00Z")));
        assert_eq!(published(None, Some(other), &kyiv), Some(other));
    }

    #[test]
    fn the_fuller_text_of_an_entry_is_taken() {
        let entry = |content: &str, summary: &str| Entry {
            content: Some(content.to_owned()),
            summary: Some(summary.to_owned()),
            ..Entry::default()
        };
        assert_eq!(feed_text(&entry("long content", "short")), Some("long content"));
        assert_eq!(feed_text(&entry("", "summary")), Some("summary"));
        assert_eq!(feed_text(&Entry::default()), None);
    }
}
