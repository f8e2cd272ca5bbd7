//! A path on the first line, a robots.txt on the others.
#![no_main]

use hotline::fetch::Ruling;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (path, file) = bytes.split_at(end);
    let base = Url::parse("https://outlet.example/").expect("a URL");
    let Ok(url) = base.join(&String::from_utf8_lossy(path)) else { return };
    let ruling = Ruling::of(file, &url);
    assert!(!ruling.rule.is_empty(), "every ruling says why");
});
