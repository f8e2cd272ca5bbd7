//! A Content-Type on the first line, a document on the others: as a feed's bytes and as a page's.
#![no_main]

use hotline::{article, charset};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (header, body) = bytes.split_at(end);
    let header = String::from_utf8_lossy(header);
    let content_type = (end > 0).then_some(&*header);
    let declared = charset::xml_declared(body);
    let text = charset::decode(body, content_type, declared);
    assert!(text.len() <= body.len().saturating_mul(3).saturating_add(3), "decoding expands");
    assert!(!charset::find(body, content_type, declared).encoding.is_empty());
    assert!(!article::charset(body, content_type).reason.is_empty());
});
