//! Owns which sitemaps of an index are worth asking for: news first, then what changed last.

use std::cmp::Reverse;

use url::Url;

use super::{Document, Entry, FeedKind};

/// Sitemaps of one index that are asked for at a poll: the newest entries are in few of them.
const SITEMAPS_MAX: usize = 3;

/// Returns the sitemaps to read for the newest entries of an index, the best first; none of any other document.
#[must_use]
pub fn newest(index: &Document) -> Vec<Url> {
    if index.kind != FeedKind::SitemapIndex {
        return Vec::new();
    }
    let is_of_news = |entry: &Entry| entry.link.as_deref().is_some_and(|link| link.to_lowercase().contains("news"));
    // A host called `news` says nothing of one of its sitemaps.
    let tells = !index.entries.iter().all(is_of_news);
    let mut entries: Vec<&Entry> = index.entries.iter().collect();
    entries.sort_by_key(|entry| (!(tells && is_of_news(entry)), Reverse(entry.updated)));
    let urls = entries.into_iter().filter_map(|entry| Url::parse(entry.link.as_deref()?).ok());
    urls.filter(|url| matches!(url.scheme(), "http" | "https")).take(SITEMAPS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::read;

    fn paths(sitemaps: &[(&str, &str)]) -> Vec<String> {
        let sitemap =
            |(loc, lastmod): &(&str, &str)| format!("<sitemap><loc>{loc}</loc><lastmod>{lastmod}</lastmod></sitemap>");
        let sitemaps = sitemaps.iter().map(sitemap).collect::<Vec<_>>().concat();
        let text = format!(
            "<?xml version=\"1.0\"?><sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{sitemaps}</sitemapindex>"
        );
        let url = Url::parse("https://paper.example/sitemap.xml").unwrap();
        let index = read(text.as_bytes(), None, Some(&url)).unwrap();
        newest(&index).iter().map(|url| url.path().to_owned()).collect()
    }

    #[test]
    fn news_and_the_newest_sitemaps_come_first() {
        let index = [
            ("https://paper.example/2023.xml", "2023-12-31"),
            ("/2025.xml", "2025-02-12T16:04:00Z"),
            ("https://paper.example/2024.xml", "2024-12-31"),
            ("https://paper.example/tags.xml", ""),
            ("https://paper.example/google-news.xml", ""),
            ("file:///etc/passwd", "2026-01-01"),
        ];
        assert_eq!(paths(&index), ["/google-news.xml", "/2025.xml", "/2024.xml"]);
        let all_news = [("https://news.example/1.xml", "2024-12-31"), ("https://news.example/2.xml", "2025-12-31")];
        assert_eq!(paths(&all_news), ["/2.xml", "/1.xml"]);
        assert!(paths(&[]).is_empty());
    }
}
