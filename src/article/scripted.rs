//! Owns what a page tells its own scripts: dates of publication among their values, and Parse.ly's record of the page.

use serde_json::Value;

/// Bytes of one script looked at.
const SCRIPT_BYTES_MAX: usize = 1_000_000;
const DATES_MAX: usize = 20;
const DATE_BYTES_MAX: usize = 40;

/// Adds the values of the script's keys that name a date of publication, as written.
pub(super) fn read(script: &str, found: &mut Vec<String>) {
    found.extend(dates(script).take(DATES_MAX.saturating_sub(found.len())));
}

/// Whether the script has a key that names a date of publication.
pub(super) fn has_date(script: &str) -> bool {
    dates(script).next().is_some()
}

fn dates(script: &str) -> impl Iterator<Item = String> {
    let bytes = &script.as_bytes()[..script.len().min(SCRIPT_BYTES_MAX)];
    memchr::memmem::find_iter(bytes, "ubli").filter_map(|at| value_of_key_at(bytes, at))
}

/// The quoted or bare value behind a key that has `at` in it: `"datePublished":"2025-02-12"`, `published_at: 1739376240`.
fn value_of_key_at(bytes: &[u8], at: usize) -> Option<String> {
    let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = at - bytes[..at].iter().rev().take_while(|byte| is_of_key(byte)).count();
    let end = at + bytes[at..].iter().take_while(|byte| is_of_key(byte)).count();
    if !is_key(&bytes[start..end]) {
        return None;
    }
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b' ');
    let rest = &bytes[end..];
    let rest = &rest[rest.iter().take_while(|byte| is_quote(byte)).count()..];
    let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
    let rest = &rest[rest.iter().take_while(|byte| is_quote(byte)).count()..];
    let length =
        rest.iter().take(DATE_BYTES_MAX).position(|byte| matches!(byte, b'"' | b'\'' | b'\\' | b',' | b'}' | b';'))?;
    let value = std::str::from_utf8(&rest[..length]).ok()?.trim();
    value.starts_with(|c: char| c.is_ascii_digit()).then(|| value.to_owned())
}

fn is_key(key: &[u8]) -> bool {
    #[rustfmt::skip]
    const KEYS: [&str; 17] = [
        "datepublished", "publishedat", "publishdate", "publisheddate", "publicationdate", "publishtime", "publishedtime",
        "firstpublished", "firstpublishedat", "firstpublisheddate", "articlepublishdate", "publishedon", "publishat",
        "articlepublished", "firstpublicationdate", "datepublication", "publishedatdate",
    ];
    let key: String =
        key.iter().filter(|byte| **byte != b'_').map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    KEYS.contains(&key.as_str())
}

/// Reads `<meta name="parsely-page" content="{...}">` as the meta tags that say the same.
pub(super) fn parsely(content: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(page)) = serde_json::from_str(content) else { return Vec::new() };
    let names = [("title", "parsely-title"), ("pub_date", "parsely-pub-date"), ("author", "parsely-author")];
    let text = |key: &str| page.get(key).and_then(Value::as_str).map(str::to_owned);
    names.into_iter().filter_map(|(key, name)| Some((name.to_owned(), text(key)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_publication_are_found_under_their_keys() {
        let scripts = [
            (r#"{"article":{"datePublished":"2025-02-12T08:00:00Z"}}"#, "2025-02-12T08:00:00Z"),
            (r#"self.push("{\\"publishedAt\\":\\"2025-02-12\\"}")"#, "2025-02-12"),
            ("var page = { publication_date: '2025-02-12', section: 'world' };", "2025-02-12"),
            (r#"{"published_at":1739376240}"#, "1739376240"),
        ];
        for (script, date) in scripts {
            let mut found = Vec::new();
            read(script, &mut found);
            assert_eq!(found, [date], "{script}");
        }
        let mut found = Vec::new();
        read(
            r#"{"publisher":"2025-02-12","published":true,"republished_at":"2025-02-12","publishedAt":null}"#,
            &mut found,
        );
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn the_record_for_parsely_is_read_as_tags() {
        let found = parsely(r#"{"title":"Talks go on","pub_date":"2025-02-12T08:00:00Z","link":"x"}"#);
        let expect = [("parsely-title", "Talks go on"), ("parsely-pub-date", "2025-02-12T08:00:00Z")];
        assert_eq!(found, expect.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(parsely("no record"), Vec::new());
    }
}
