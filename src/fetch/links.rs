//! Owns the header `Link` (RFC 8288), as far as WebSub needs it: who pushes the document, and under which name.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// Links searched: a header may be long.
const LINKS_MAX: usize = 100;

/// What an answer's links say about its document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// `rel=hub`.
    pub hub: Option<Url>,
    /// `rel=self`.
    pub own: Option<Url>,
}

/// Returns the first link of each kind.
pub(super) fn links(headers: &HeaderMap, url: &Url) -> Links {
    let mut found = Links::default();
    for value in headers.get_all(LINK) {
        let text = String::from_utf8_lossy(value.as_bytes());
        for link in split(&text, ',').take(LINKS_MAX) {
            let mut parts = split(link, ';');
            let target = parts.next().map(str::trim).and_then(|part| part.strip_prefix('<')?.strip_suffix('>'));
            let Some(target) = target.and_then(|target| url.join(target.trim()).ok()) else { continue };
            let rel = parts.find_map(|part| {
                let (name, value) = part.split_once('=')?;
                name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
            });
            for rel in rel.unwrap_or_default().split_ascii_whitespace() {
                match rel.to_ascii_lowercase().as_str() {
                    "hub" => _ = found.hub.get_or_insert_with(|| target.clone()),
                    "self" => _ = found.own.get_or_insert_with(|| target.clone()),
                    _ => {}
                }
            }
        }
    }
    found
}

/// Splits at `mark` where it stands neither in `<…>` nor in quotes.
fn split(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let (mut is_in_target, mut is_quoted) = (false, false);
    text.split(move |char| {
        match char {
            '<' if !is_quoted => is_in_target = true,
            '>' if !is_quoted => is_in_target = false,
            '"' if !is_in_target => is_quoted = !is_quoted,
            _ => {}
        }
        char == mark && !is_in_target && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> (Option<String>, Option<String>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, value.parse().unwrap());
        }
        let Links { hub, own } = links(&headers, &"https://news.example/rss".parse().unwrap());
        (hub.map(String::from), own.map(String::from))
    }

    #[test]
    fn hub_and_own_url_are_found_however_they_are_written() {
        let both = (Some("https://hub.example/".to_owned()), Some("https://news.example/a,b".to_owned()));
        assert_eq!(read(&["<https://hub.example/>; rel=\"hub\", </a,b>; rel=self"]), both);
        assert_eq!(
            read(&["<https://hub.example/>;title=\"a, b; c\"; REL=Hub", "</a,b>; type=x; rel=\"next self\""]),
            both
        );
        assert_eq!(
            read(&["<https://hub.example/>; rel=hub, </a,b>; rel=self, <https://late.example/>; rel=hub"]),
            both
        );
        assert_eq!(read(&["https://hub.example/; rel=hub", "<>; rev=hub", "<https://[>; rel=hub", ""]), (None, None));
    }
}
