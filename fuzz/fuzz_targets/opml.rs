//! Any bytes as an OPML list; a list that is read is written and read again without loss.
#![no_main]

use hotline::feed::opml;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(outlines) = opml::read(bytes, None) else { return };
    let written = opml::write("feeds", &outlines);
    let again = opml::read(written.as_bytes(), None).expect("what was written is a list");
    let urls = |outlines: &[opml::Outline]| outlines.iter().map(|outline| outline.url.clone()).collect::<Vec<_>>();
    assert_eq!(urls(&again), urls(&outlines), "a feed was lost or changed on the way");
});
