//! One text as a date: of a page, of a feed, of a document line, and in prose of every language that has words.
#![no_main]

use std::sync::LazyLock;

use hotline::article::{self, Hints, PageTime};
use hotline::tag::dates::{Anchor, DateWords, Tense, resolve};
use libfuzzer_sys::fuzz_target;

static WORDS: LazyLock<DateWords> = LazyLock::new(|| DateWords::core().expect("the built-in tables compile"));
const LANGS: [&str; 14] = ["ar", "de", "en", "es", "fr", "it", "ja", "pl", "pt", "ru", "tr", "uk", "zh", "und"];
const TENSES: [Tense; 4] = [Tense::Past, Tense::Present, Tense::Future, Tense::Unknown];

fuzz_target!(|text: &str| {
    let days = ["2025-02-12", "2024-02-29T23:59:59-12:00", "-009999-01-02", "9999-12-30T00:00:00Z"];
    let own = PageTime::parse(text);
    for published in days.into_iter().filter_map(PageTime::parse).chain(own) {
        let anchor = Anchor { published: Some(&published), zone: Some("Pacific/Apia") };
        for lang in LANGS {
            for hit in WORDS.find(text, lang) {
                let words = &text[hit.start..hit.end];
                for tense in TENSES {
                    if let Some(date) = resolve(&hit.value, &anchor, tense, words) {
                        assert!(date.start <= date.end, "{words}: {} is after {}", date.start, date.end);
                    }
                }
            }
        }
    }
    let shown = text.replace(['<', '>', '&', '"'], " ");
    let feed = format!(
        "<rss version=\"2.0\"><channel><item><title>a</title><pubDate>{shown}</pubDate></item></channel></rss>"
    );
    drop(hotline::feed::read(feed.as_bytes(), None, None));
    let page = format!(
        "<html><meta property=\"article:published_time\" content=\"{shown}\"><article><h1>Call</h1><time>{shown}</time>\
         <p>The two presidents spoke by phone for an hour, their offices said in a statement.</p></article></html>"
    );
    drop(article::extract(&page, None, &Hints::default()));
});
