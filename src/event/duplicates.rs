//! Owns near-duplicate texts within three days.

use jiff::Timestamp;

/// The earlier article a text copies.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyOf {
    pub article_id: String,
    /// 0 to 1.
    pub similarity: f64,
}

/// The texts of the last three days, by MinHash.
#[derive(Debug, Default)]
pub struct Duplicates {}

impl Duplicates {
    /// Returns the earlier article that `text` copies, and remembers `text`. An edit of a remembered article replaces it.
    pub fn check(&mut self, _article_id: &str, _text: &str, _at: Timestamp) -> Option<CopyOf> {
        None
    }
}
