//! Any bytes as a feed document or sitemap: RSS, Atom, JSON Feed, sitemaps, or none of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://outlet.example/rss").ok();
    let Ok(document) = hotline::feed::read(bytes, None, url.as_ref()) else { return };
    for entry in &document.entries {
        if let Some(link) = &entry.link {
            assert!(Url::parse(link).is_ok(), "a link that is no URL: {link}");
        }
        assert_ne!(entry.title.as_deref(), Some(""), "an empty title is none");
    }
});
