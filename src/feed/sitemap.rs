//! Owns where news sitemaps may be and which sitemaps of an index are worth asking for: news first, then what changed last.

use std::cmp::Reverse;

use url::Url;

use super::host::is_overlong;
use super::{Document, Entry, FeedKind};

/// Sitemaps of one index that are asked for at a poll: the newest entries are in few of them.
const SITEMAPS_MAX: usize = 3;
/// Places at which a site's news sitemap is looked for.
const PLACES_MAX: usize = 5;
/// Where sites keep what their robots.txt does not name.
const USUAL_PATHS: [&str; 3] = ["/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml"];

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

/// Returns where a site's news sitemap may be, the likeliest first: what its robots.txt names (`Sitemap:` lines, as
/// sitemaps.org has them) and has news in the name, the usual places, then the others it names.
#[must_use]
pub fn places(site: &Url, robots: &str) -> Vec<Url> {
    let named = robots.lines().filter_map(|line| {
        let (field, address) = line.split_once(':')?;
        let address = address.split('#').next().unwrap_or_default().trim();
        let is_meant = field.trim().eq_ignore_ascii_case("sitemap") && !is_overlong(address);
        is_meant.then(|| site.join(address).ok()).flatten()
    });
    let is_of_news = |url: &Url| url.path().to_lowercase().contains("news");
    let (news, others): (Vec<Url>, Vec<Url>) = named.partition(is_of_news);
    let usual = USUAL_PATHS.iter().filter_map(|path| site.join(path).ok());
    let mut places: Vec<Url> = Vec::new();
    for url in news.into_iter().take(SITEMAPS_MAX).chain(usual).chain(others) {
        let is_new = matches!(url.scheme(), "http" | "https") && !places.contains(&url);
        if is_new && places.len() < PLACES_MAX {
            places.push(url);
        }
    }
    places
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
    #[test]
    fn what_robots_txt_names_for_news_is_looked_at_first() {
        let site = Url::parse("https://news.example/").unwrap();
        let robots = "User-agent: *\nDisallow: /a\nSitemap: https://news.example/all.xml\n\
                      sitemap : /maps/News.xml # for you\nSitemap: file:///etc/passwd\nSITEMAP: /news-sitemap.xml";
        let found: Vec<String> = places(&site, robots).iter().map(ToString::to_string).collect();
        let expect = ["/maps/News.xml", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/all.xml"];
        assert_eq!(found, expect.map(|path| format!("https://news.example{path}")));
        assert_eq!(places(&site, "").len(), 3);
        assert!(places(&site, &"Sitemap: /news1.xml\nSitemap: /news2.xml\n".repeat(9)).len() <= PLACES_MAX);
    }
}
