//! Owns the way from bytes to a document: which reader serves it, and what is said of bytes that are no feed.

use url::Url;

use super::survey::Survey;
use super::{Document, Reader, entities, json, salvage, sniff, strict};
use crate::charset;

/// A document of more entries is not believed to be a feed.
const ENTRIES_MAX: usize = 50_000;

/// Why bytes gave no document. A variant exists because a caller acts differently on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// `found` names what it is instead (`HTML page`, `PDF`).
    #[error("not a feed: {found}")]
    NotAFeed { found: String },
    #[error("more than {limit} entries")]
    TooManyEntries { limit: usize },
}

/// Reads a feed document.
///
/// `content_type` is the response's header, for its charset; `url` is where the document was found, for relative links.
/// feed-rs reads what it is known to read right, the salvage reader everything else; whichever gives more entries
/// counts, never fewer than the document shows.
///
/// # Errors
/// [`ReadError`] says what the bytes are instead. A feed without entries is a document, not an error.
pub fn read(bytes: &[u8], content_type: Option<&str>, url: Option<&Url>) -> Result<Document, ReadError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    if let Some(found) = sniff::binary(bytes) {
        return Err(ReadError::NotAFeed { found: found.to_owned() });
    }
    let text = charset::decode(bytes, content_type, charset::xml_declared(bytes));
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let document = if text.starts_with(['{', '[']) {
        let found = || ReadError::NotAFeed { found: "JSON that is no JSON Feed".to_owned() };
        json::read(text, url, ENTRIES_MAX).ok_or_else(found)?
    } else {
        xml(text, url)?
    };
    if document.entries.len() > ENTRIES_MAX {
        return Err(ReadError::TooManyEntries { limit: ENTRIES_MAX });
    }
    Ok(document)
}

fn xml(text: &str, url: Option<&Url>) -> Result<Document, ReadError> {
    let survey = Survey::of(text);
    let Some(root) = survey.root else {
        return Err(ReadError::NotAFeed { found: sniff::text(text, survey.first) });
    };
    let strict = match survey.doubt {
        Some(doubt) => Err(doubt),
        None => strict::read(text, url),
    };
    let (served, reason) = match strict {
        Ok(document) if document.entries.len() >= survey.n_entries => return Ok(document),
        Ok(document) => {
            let reason = format!("feed-rs gave {} of {} entries", document.entries.len(), survey.n_entries);
            (Some(document), reason)
        }
        Err(reason) => (None, reason),
    };
    let salvaged = salvage::read(&entities::expanded(text), root, url, ENTRIES_MAX);
    match served {
        Some(document) if document.entries.len() >= salvaged.entries.len() => Ok(document),
        _ => Ok(Document { reader: Reader::Salvage { reason }, ..salvaged }),
    }
}
