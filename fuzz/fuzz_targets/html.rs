//! Any bytes as a page: extraction, and the feed's own text as the same markup.
#![no_main]

use hotline::article::{self, Hints};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let url = Url::parse("https://outlet.example/news/2025/02/12/call").ok();
    if let Ok(page) = article::extract_bytes(bytes, Some("text/html"), url.as_ref(), &Hints::default()) {
        assert!(page.text.lines().all(|line| !line.trim().is_empty()), "an empty paragraph");
        if let Some(address) = &page.canonical_url {
            assert!(Url::parse(address).is_ok(), "a canonical address that is no URL: {address}");
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let hints = Hints { feed_title: Some("Presidents speak by phone"), feed_text: Some(&text), ..Hints::default() };
    drop(article::from_feed(&hints));
});
