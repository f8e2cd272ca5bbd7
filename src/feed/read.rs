//! Owns the way from bytes to a document: which reader serves it, and what is said of bytes that are no feed.

use url::Url;

use super::{Document, strict};

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
///
/// # Errors
/// [`ReadError`] says what the bytes are instead. A feed without entries is a document, not an error.
pub fn read(bytes: &[u8], _content_type: Option<&str>, url: Option<&Url>) -> Result<Document, ReadError> {
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    let text = String::from_utf8_lossy(bytes);
    strict::read(&text, url).map_err(|err| ReadError::NotAFeed { found: err.to_string() })
}
