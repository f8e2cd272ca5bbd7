//! Owns bytes to text: which encoding a document is in, and its UTF-8 form.

/// Text decoded from bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// WHATWG name of the encoding used.
    pub encoding: &'static str,
    /// Some bytes were not valid in that encoding and became U+FFFD.
    pub has_errors: bool,
}
