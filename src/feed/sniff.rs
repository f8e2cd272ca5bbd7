//! Owns what to call bytes that are no feed.

/// Characters looked at for a page's marks.
const HEAD_BYTES_MAX: usize = 2_048;

/// Signs of formats that are no text.
const MAGIC: [(&[u8], &str); 10] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG image"),
    (b"GIF8", "GIF image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"RIFF", "WebP image or audio"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"ID3", "audio"),
    (b"\x7fELF", "program"),
];

/// Names a format by its first bytes.
pub(super) fn binary(bytes: &[u8]) -> Option<&'static str> {
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name)
}

/// Names a text whose first element is `first`.
pub(super) fn text(text: &str, first: Option<&str>) -> String {
    let head = &text[..text.floor_char_boundary(HEAD_BYTES_MAX)];
    let head = head.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if head.contains("<html") || head.contains("<!doctype html") {
        return "HTML page".to_owned();
    }
    let Some(first) = first else { return "text without markup".to_owned() };
    let first: String = first.chars().take(40).collect();
    match first.to_ascii_lowercase().as_str() {
        "opml" => "OPML list of feeds".to_owned(),
        "svg" => "SVG image".to_owned(),
        "head" | "body" | "div" | "p" | "script" | "meta" | "title" => "HTML page".to_owned(),
        _ if head.starts_with('<') => format!("XML document `{first}`"),
        _ => "text without a feed".to_owned(),
    }
}
