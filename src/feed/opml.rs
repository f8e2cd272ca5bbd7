//! Owns OPML: subscription lists to outlines and back. Reading takes what programs really write: a bare `&`, no `text`,
//! `xmlurl` in any case, outlines nobody closed.

use std::collections::HashSet;

use thiserror::Error;
use url::Url;

use super::host::is_overlong;
use super::text::{filled, single_spaced, unescape};
use super::tokens::{Tag, Token, Tokens};
use crate::charset;

/// Feeds of one list.
const FEEDS_MAX: usize = 20_000;

/// One feed of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub url: Url,
    /// Plain text.
    pub title: Option<String>,
    /// The site's own page.
    pub site: Option<Url>,
    /// As declared.
    pub lang: Option<String>,
    /// Names of the outlines around it, from the outside.
    pub groups: Vec<String>,
    /// The id hotline exported it under.
    pub id: Option<String>,
}

/// Why a document is no subscription list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpmlError {
    #[error("document is no OPML")]
    NotOpml,
    #[error("OPML lists no feed")]
    Empty,
    #[error("OPML lists over {FEEDS_MAX} feeds")]
    TooMany,
}

/// Reads a list, each feed once.
///
/// # Errors
/// [`OpmlError`] when there is no feed in it.
pub fn read(bytes: &[u8], content_type: Option<&str>) -> Result<Vec<Outline>, OpmlError> {
    let text = charset::decode(bytes, content_type, charset::xml_declared(bytes));
    let mut reading = Reading::default();
    for token in Tokens::new(&text) {
        match token {
            Token::Open(tag) if tag.name.eq_ignore_ascii_case("outline") => reading.outline(&tag),
            Token::Open(tag) => reading.is_opml |= tag.name.eq_ignore_ascii_case("opml"),
            Token::Close { name } if name.eq_ignore_ascii_case("outline") => {
                reading.open.pop();
            }
            Token::Close { .. } | Token::Text(_) | Token::Cdata(_) => {}
        }
        if reading.feeds.len() > FEEDS_MAX {
            return Err(OpmlError::TooMany);
        }
    }
    match (reading.feeds.is_empty(), reading.is_opml) {
        (false, _) => Ok(reading.feeds),
        (true, true) => Err(OpmlError::Empty),
        (true, false) => Err(OpmlError::NotOpml),
    }
}

#[derive(Default)]
struct Reading {
    is_opml: bool,
    /// Names of the outlines that are open; a feed that is open has none.
    open: Vec<Option<String>>,
    feeds: Vec<Outline>,
    seen: HashSet<Url>,
}

impl Reading {
    fn outline(&mut self, tag: &Tag) {
        let value = |name: &str| tag.attribute(name).map(unescape).and_then(|value| filled(&value));
        let title = value("title").or_else(|| value("text")).and_then(|title| single_spaced(&title));
        // Some programs write `url` for feeds; for links and includes it is something else.
        let is_feed = value("type").is_some_and(|kind| matches!(kind.to_ascii_lowercase().as_str(), "rss" | "atom"));
        let address = value("xmlUrl").or_else(|| value("url").filter(|_| is_feed));
        let url = address.as_deref().and_then(web_address);
        if !tag.is_empty {
            self.open.push(title.clone().filter(|_| address.is_none()));
        }
        let Some(url) = url else { return };
        if !self.seen.insert(url.clone()) {
            return;
        }
        let depth = self.open.len() - usize::from(!tag.is_empty);
        self.feeds.push(Outline {
            url,
            title,
            site: value("htmlUrl").as_deref().and_then(web_address),
            lang: value("language"),
            groups: self.open.iter().take(depth).flatten().cloned().collect(),
            id: value("hotline:id"),
        });
    }
}

/// Reads the address of a feed as subscription lists give it, `feed://` among others. Secrets in it are not for lists.
fn web_address(text: &str) -> Option<Url> {
    let text = text.trim();
    let plain = text.strip_prefix("feed:").map_or(text, |rest| rest.trim_start_matches("//"));
    let address = if plain.contains("://") { plain.to_owned() } else { format!("http://{plain}") };
    if is_overlong(&address) {
        return None;
    }
    let url = Url::parse(&address).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (is_web && url.host_str().is_some_and(|host| host.contains(['.', ':']) || host == "localhost")).then_some(url)
}

/// Writes a list as OPML 2.0. Neighbours of one group share an outline; only the innermost group is written.
#[must_use]
pub fn write(title: &str, feeds: &[Outline]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<opml version=\"2.0\" xmlns:hotline=\"urn:hotline:opml\">\n  <head>\n    <title>");
    escape(title, &mut out);
    out.push_str("</title>\n  </head>\n  <body>\n");
    for group in feeds.chunk_by(|one, other| one.groups == other.groups) {
        let name = group.first().and_then(|first| first.groups.last());
        if let Some(name) = name {
            out.push_str("    <outline");
            attribute("text", name, &mut out);
            out.push_str(">\n");
        }
        for feed in group {
            out.push_str(if name.is_some() { "      <outline" } else { "    <outline" });
            let title = feed.title.as_deref().unwrap_or(feed.url.as_str());
            attribute("text", title, &mut out);
            attribute("title", title, &mut out);
            attribute("type", "rss", &mut out);
            attribute("xmlUrl", feed.url.as_str(), &mut out);
            let optional = [
                ("htmlUrl", feed.site.as_ref().map(Url::as_str)),
                ("language", feed.lang.as_deref()),
                ("hotline:id", feed.id.as_deref()),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    attribute(name, value, &mut out);
                }
            }
            out.push_str("/>\n");
        }
        if name.is_some() {
            out.push_str("    </outline>\n");
        }
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

fn attribute(name: &str, value: &str, out: &mut String) {
    out.extend([" ", name, "=\""]);
    escape(value, out);
    out.push('"');
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no other control characters.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        read(text.as_bytes(), None).unwrap().iter().map(|feed| feed.url.to_string()).collect()
    }

    #[test]
    fn lists_are_read_as_programs_write_them() {
        let list = "<?xml version='1.0'?><OPML version=1.1><head><title>Mine & yours</title></head><body>
            <outline text='News & views'><outline title='A & B' type='rss' XMLURL='https://a.example/rss?x=1&y=2'/>
            <outline type=rss xmlurl=https://b.example/feed></outline>
            <outline text='Deep'><outline text='C' xmlUrl='feed://c.example/atom' htmlUrl='https://c.example/' language='uk'/>
            </outline></outline>
            <outline text='A again' xmlUrl='https://a.example/rss?x=1&amp;y=2'/>
            <outline type='link' text='no feed' url='https://d.example/'/>
            <outline text='a secret' xmlUrl='https://user:pass@e.example/rss'/>
            <outline text='no web' xmlUrl='file:///etc/passwd'/>
            <outline text='nobody closes' xmlUrl='https://f.example/rss'";
        let feeds = read(list.as_bytes(), None).unwrap();
        let found: Vec<&str> = feeds.iter().map(|feed| feed.url.as_str()).collect();
        assert_eq!(
            found,
            [
                "https://a.example/rss?x=1&y=2",
                "https://b.example/feed",
                "http://c.example/atom",
                "https://f.example/rss"
            ]
        );
        assert_eq!(feeds[0].title.as_deref(), Some("A & B"));
        assert_eq!((feeds[1].title.as_deref(), &feeds[1].groups[..]), (None, &["News & views".to_owned()][..]));
        assert_eq!(feeds[2].groups, ["News & views", "Deep"]);
        assert_eq!((feeds[2].lang.as_deref(), feeds[2].site.is_some()), (Some("uk"), true));
        assert_eq!(feeds[3].groups, Vec::<String>::new());
    }

    #[test]
    fn what_lists_no_feed_is_refused_with_what_it_is() {
        assert_eq!(read(b"<html><body>404</body></html>", None), Err(OpmlError::NotOpml));
        assert_eq!(read(b"<opml><body><outline text='empty'/></body></opml>", None), Err(OpmlError::Empty));
        assert_eq!(read(b"", None), Err(OpmlError::NotOpml));
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let feed = |url: &str, title: &str, group: Option<&str>| Outline {
            url: url.parse().unwrap(),
            title: Some(title.to_owned()),
            site: None,
            lang: Some("de".to_owned()),
            groups: group.map(str::to_owned).into_iter().collect(),
            id: Some("a-1".to_owned()),
        };
        let feeds = [
            feed("https://a.example/rss?x=1&y=2", "\"A\" & <B>", Some("Blatt & Söhne")),
            feed("https://b.example/rss", "B", Some("Blatt & Söhne")),
            feed("https://c.example/rss", "C", None),
        ];
        let written = write("Feeds & more", &feeds);
        assert_eq!(read(written.as_bytes(), None).unwrap(), feeds);
        assert_eq!(written.matches("</outline>").count(), 1);
        assert!(urls(&written).len() == 3 && written.contains("x=1&amp;y=2"));
    }
}
