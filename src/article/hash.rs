//! Owns the hash by which two readings of an article are the same text.

use sha2::{Digest, Sha256};

/// Returns the hex SHA-256 of the words of title and text: case, spacing and punctuation make no edit.
#[must_use]
pub fn content_hash(title: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    for field in [title, text] {
        for word in field.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()) {
            hash.update(word.to_lowercase().as_bytes());
            hash.update(b" ");
        }
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// Returns the hex SHA-256 of bytes.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_words_make_another_hash() {
        let hash = content_hash("Leaders speak", "They spoke on Monday.");
        assert_eq!(hash.len(), 64);
        assert!(sha256_hex(b"abc").starts_with("ba7816bf"));
        assert_eq!(hash, content_hash("LEADERS SPEAK!", "They  spoke\non Monday"));
        assert_ne!(hash, content_hash("Leaders speak", "They spoke on Tuesday."));
        assert_ne!(content_hash("a b", "c"), content_hash("a", "b c"));
    }
}
