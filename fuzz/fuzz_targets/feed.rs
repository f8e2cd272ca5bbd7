//! Any bytes as a feed document or sitemap: RSS, Atom, JSON Feed, sitemaps, or none of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;

/// A panic of feed-rs is caught where the document is read; all others end the run.
fn let_caught_panics_pass() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_caught = panic.location().is_some_and(|place| place.file().contains("/feed-rs-"));
        if !is_caught {
            abort(panic);
        }
    }));
}

fuzz_target!(init: let_caught_panics_pass(), |bytes: &[u8]| {
    let url = Url::parse("https://outlet.example/rss").ok();
    let Ok(document) = hotline::feed::read(bytes, None, url.as_ref()) else { return };
    for entry in &document.entries {
        assert_ne!(entry.link.as_deref(), Some(""), "an empty link is none");
        assert_ne!(entry.title.as_deref(), Some(""), "an empty title is none");
    }
});
