//! Owns where the feeds of a site may be: what its page names, and the usual places. Asking them is the caller's business.

use url::Url;

use super::host::is_overlong;
use super::text;
use super::tokens::{Tag, Token, Tokens};

/// Feeds taken from one page.
const LINKS_MAX: usize = 50;
/// Media types of feeds, by what is in their name.
const FEED_TYPES: [&str; 6] = ["rss+xml", "atom+xml", "rdf+xml", "feed+json", "text/xml", "application/xml"];
/// Words in the addresses of feeds.
const FEED_WORDS: [&str; 8] = ["rss", "feed", "feeds", "atom", "rdf", "xml", "rss2", "feed.json"];
/// Where sites keep what their page does not name, the likeliest first.
const USUAL_PATHS: [&str; 14] = [
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/index.rdf",
    "/feeds/",
    "/rss/",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
];

/// An address a page names as a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
    pub by: LinkedBy,
}

/// How sure a page is that an address is a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkedBy {
    /// `<link rel="alternate">` with the media type of a feed.
    Declaration,
    /// A link for readers whose address looks like a feed's.
    Anchor,
}

/// Returns the feeds a page names, declared ones first, each once, comments on articles left out.
#[must_use]
pub fn linked(html: &str, page: &Url) -> Vec<Linked> {
    let mut base = page.clone();
    let mut found: Vec<Linked> = Vec::new();
    for token in Tokens::new(html) {
        let Token::Open(tag) = token else { continue };
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        let by = if is("base") {
            if let Some(own) = tag.attribute("href").and_then(|href| page.join(&text::unescape(href)).ok()) {
                base = own;
            }
            continue;
        } else if is("link") && is_declared(&tag) {
            LinkedBy::Declaration
        } else if is("a") {
            LinkedBy::Anchor
        } else {
            continue;
        };
        let Some(href) = tag.attribute("href") else { continue };
        // `feed:` is a scheme of its own kind: `feed://host/` and `feed:https://host/`.
        let href = text::unescape(href.trim()).replacen("feed://", "http://", 1).replacen("feed:http", "http", 1);
        if is_overlong(&href) {
            continue;
        }
        let Ok(url) = base.join(&href) else { continue };
        let is_wanted = matches!(url.scheme(), "http" | "https")
            && !is_of_comments(&url)
            && (by == LinkedBy::Declaration || looks_like_feed(&url));
        if is_wanted && !found.iter().any(|known| known.url == url) && found.len() < LINKS_MAX {
            found.push(Linked { url, title: tag.attribute("title").and_then(text::plain), by });
        }
    }
    found.sort_by_key(|one| one.by);
    found
}

/// Returns the addresses at which sites keep feeds and news sitemaps, the likeliest first.
#[must_use]
pub fn usual(site: &Url) -> Vec<Url> {
    USUAL_PATHS.iter().filter_map(|path| site.join(path).ok()).collect()
}

fn is_declared(tag: &Tag) -> bool {
    let has_word = |key: &str, word: &str| {
        tag.attribute(key).is_some_and(|words| words.split_whitespace().any(|one| one.eq_ignore_ascii_case(word)))
    };
    let media = tag.attribute("type").unwrap_or_default().to_ascii_lowercase();
    has_word("rel", "feed") || has_word("rel", "alternate") && FEED_TYPES.iter().any(|kind| media.contains(kind))
}

/// Comments on a page are no news.
fn is_of_comments(url: &Url) -> bool {
    url.path().split('/').any(|part| part.eq_ignore_ascii_case("comments"))
}

/// Whether a word of the last part of the path, or its ending, is that of a feed.
fn looks_like_feed(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit('.').next().unwrap_or_default();
    FEED_WORDS.contains(&last) || FEED_WORDS.contains(&ending) && last.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_a_page_names_are_found_declared_ones_first() {
        let page = Url::parse("https://news.example/world/").unwrap();
        let html = "<html><head><base href='https://www.news.example/'><title>News</title>\
            <link rel=stylesheet href=a.css><link rel='alternate' hreflang='uk' href='/uk/'>\
            <script>if (1 < 2) { x = '<a href=/no.xml>' }</script></head><body>\
            <a href='/world/rss.xml'>RSS</a><a href='/about'>About</a><a href='mailto:feed@news.example'>Mail</a>\
            <a href='/news/feed-the-world'>Article</a>\
            <link rel='Alternate home' type='application/RSS+xml' title='World &amp; more' href='/rss?a=1&amp;b=2'>\
            <link rel='alternate' type='application/feed+json' href='/feed.json'>\
            <link rel='alternate' type='application/atom+xml' href='feed://atom.example/'>\
            <link rel='alternate' type='application/rss+xml' href='/comments/feed/'></body></html>";
        let found: Vec<(String, LinkedBy)> =
            linked(html, &page).into_iter().map(|one| (one.url.to_string(), one.by)).collect();
        let expect = [
            ("https://www.news.example/rss?a=1&b=2", LinkedBy::Declaration),
            ("https://www.news.example/feed.json", LinkedBy::Declaration),
            ("http://atom.example/", LinkedBy::Declaration),
            ("https://www.news.example/no.xml", LinkedBy::Anchor),
            ("https://www.news.example/world/rss.xml", LinkedBy::Anchor),
        ];
        assert_eq!(found, expect.map(|(url, by)| (url.to_owned(), by)));
        assert_eq!(linked(html, &page)[0].title.as_deref(), Some("World & more"));
    }

    #[test]
    fn usual_places_are_of_the_site_whatever_page_was_asked() {
        let places = usual(&Url::parse("https://news.example/a/b?c").unwrap());
        assert_eq!(places[0].as_str(), "https://news.example/feed/");
        assert!(places.iter().any(|url| url.path() == "/news-sitemap.xml"));
    }
}
