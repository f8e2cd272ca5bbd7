//! Owns event ids: ULIDs made from stable facts, so that the same input gives the same ids.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use ulid::Ulid;

/// Mints the id of the event that mention `ordinal` of an article opens: 48 bits of `at` in milliseconds, then 80 bits
/// of SHA-256 over the facts. The caller stores it; it is never recomputed.
#[must_use]
pub fn mint(kind: &str, article_id: &str, ordinal: u32, at: Timestamp) -> String {
    let mut hash = Sha256::new();
    // The unit separator keeps ("a", "bc") and ("ab", "c") apart.
    hash.update(kind.as_bytes());
    hash.update([0x1f]);
    hash.update(article_id.as_bytes());
    hash.update([0x1f]);
    hash.update(ordinal.to_be_bytes());
    let digest = hash.finalize();
    let mut random = [0u8; 16];
    random[6..].copy_from_slice(&digest[..10]);
    let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
    Ulid::from_parts(ms, u128::from_be_bytes(random)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_facts_give_the_same_sortable_id() {
        let early: Timestamp = "2025-02-12T17:00:00Z".parse().unwrap();
        let late: Timestamp = "2025-02-12T18:00:00Z".parse().unwrap();
        let id = mint("leader_call", "01JKX", 0, early);
        assert_eq!(id, mint("leader_call", "01JKX", 0, early));
        assert_eq!(id.len(), 26);
        assert_ne!(id, mint("leader_call", "01JKX", 1, early));
        assert_ne!(id, mint("negotiation", "01JKX", 0, early));
        assert!(id < mint("leader_call", "01JKX", 0, late));
    }
}
