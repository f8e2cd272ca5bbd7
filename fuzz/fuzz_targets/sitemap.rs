//! Any bytes within a sitemap (`u` first) or an index of sitemaps: what is inside never hides what the document is.
#![no_main]

use hotline::feed::{self, FeedKind, sitemap};
use libfuzzer_sys::fuzz_target;
use url::Url;

const NAMESPACES: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
                          xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"";

fuzz_target!(|bytes: &[u8]| {
    let Some((first, inside)) = bytes.split_first() else { return };
    let (root, kind) =
        if *first == b'u' { ("urlset", FeedKind::Sitemap) } else { ("sitemapindex", FeedKind::SitemapIndex) };
    let text = format!("<{root} {NAMESPACES}>{}</{root}>", String::from_utf8_lossy(inside));
    let url = Url::parse("https://outlet.example/sitemap.xml").ok();
    let document = feed::read(text.as_bytes(), Some("text/xml; charset=utf-8"), url.as_ref()).expect("a sitemap");
    assert_eq!(document.kind, kind);
    for entry in &document.entries {
        assert_ne!(entry.link.as_deref(), Some(""), "an empty link is none");
    }
    let newest = sitemap::newest(&document);
    assert!(newest.len() <= 3 && (kind == FeedKind::SitemapIndex || newest.is_empty()), "{newest:?}");
    for url in &newest {
        assert!(matches!(url.scheme(), "http" | "https"), "{url} is asked for");
    }
});
