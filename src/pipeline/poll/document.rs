//! Owns the judgement of a feed's document: what looks like one and is none must not pass for success.

use url::Url;

use crate::article::sha256_hex;
use crate::feed::{self, Document, FeedKind, ReadError};

/// What is remembered of a feed's last document: `ENTRIES:SHA256`, and `:unconditional` where validators have lied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    n_entries: usize,
    hash: String,
    /// The server gave new entries under the validators of the old ones: a 304 of it means nothing.
    pub(super) have_validators_lied: bool,
}

const LIED: &str = "unconditional";

/// What a body turned out to be.
#[derive(Debug, PartialEq)]
pub(super) enum Judged {
    /// The same bytes as last time.
    Same,
    Read {
        document: Box<Document>,
        mark: Mark,
    },
}

/// Why a body is no success.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A feed that had entries never has none: it is broken, or another page answers in its place.
    #[error("no entries, {before} before")]
    Emptied { before: usize },
}

impl Mark {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (n_entries, rest) = text.split_once(':')?;
        let (hash, word) = rest.split_once(':').unwrap_or((rest, ""));
        let have_validators_lied = word == LIED;
        Some(Self { n_entries: n_entries.parse().ok()?, hash: hash.to_owned(), have_validators_lied })
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.n_entries, self.hash)?;
        if self.have_validators_lied { write!(f, ":{LIED}") } else { Ok(()) }
    }
}

/// Reads a body and compares it with what the feed gave before.
pub(super) fn judge(
    bytes: &[u8],
    content_type: Option<&str>,
    url: &Url,
    before: Option<&Mark>,
) -> Result<Judged, Unfit> {
    let hash = sha256_hex(bytes);
    if before.is_some_and(|before| before.hash == hash) {
        return Ok(Judged::Same);
    }
    let document = feed::read(bytes, content_type, Some(url))?;
    let n_before = before.map_or(0, |before| before.n_entries);
    if document.entries.is_empty() && n_before > 0 {
        return Err(Unfit::Emptied { before: n_before });
    }
    let have_validators_lied = before.is_some_and(|before| before.have_validators_lied);
    // An index may stay as it is while its sitemaps change: it is never the same.
    let hash = if document.kind == FeedKind::SitemapIndex { String::new() } else { hash };
    let mark = Mark { n_entries: document.entries.len(), hash, have_validators_lied };
    Ok(Judged::Read { document: Box::new(document), mark })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "<rss version='2.0'><channel><title>t</title><item><title>a</title></item></channel></rss>";
    const NONE: &str = "<rss version='2.0'><channel><title>t</title></channel></rss>";

    fn read(text: &str, before: Option<&Mark>) -> Result<Judged, Unfit> {
        judge(text.as_bytes(), None, &"https://a.example/feed".parse().unwrap(), before)
    }

    fn mark(judged: Judged) -> Mark {
        match judged {
            Judged::Read { mark, .. } => mark,
            Judged::Same => panic!("it was read"),
        }
    }

    #[test]
    fn the_same_bytes_are_not_read_again() {
        let before = mark(read(ONE, None).unwrap());
        assert_eq!(before.n_entries, 1);
        assert_eq!(Mark::parse(&before.to_string()), Some(before.clone()));
        assert_eq!(read(ONE, Some(&before)).unwrap(), Judged::Same);
    }

    #[test]
    fn lies_are_remembered_from_document_to_document() {
        let before = Mark { have_validators_lied: true, ..mark(read(ONE, None).unwrap()) };
        let stored = Mark::parse(&before.to_string()).unwrap();
        assert_eq!(stored, before);
        assert!(mark(read(&format!("{ONE} "), Some(&stored)).unwrap()).have_validators_lied);
    }

    #[test]
    fn no_entries_are_a_failure_only_where_there_were_some() {
        let before = mark(read(ONE, None).unwrap());
        let none = mark(read(NONE, None).unwrap());
        assert_eq!(read(NONE, Some(&before)).unwrap_err().to_string(), "no entries, 1 before");
        assert!(read(&format!("{NONE} "), Some(&none)).is_ok());
    }

    #[test]
    fn html_and_nothing_are_no_documents() {
        assert!(read("<!doctype html><html><body>Please log in</body></html>", None).is_err());
        assert!(read(" \n", None).is_err());
    }
}
