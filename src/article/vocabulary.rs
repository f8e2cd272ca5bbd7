//! Owns word lists searched at once: one pass over a text tells which of them have a word in it.

use std::collections::BTreeMap;

use daachorse::DoubleArrayAhoCorasick;

/// Lists of lowercase words in one automaton; a list's bit is its place among them.
pub(super) struct Vocabulary(DoubleArrayAhoCorasick<u32>);

impl Vocabulary {
    #[expect(
        clippy::expect_used,
        reason = "the lists are constants of this stage, and every one is searched by its tests"
    )]
    pub(super) fn of(lists: &[&[&str]]) -> Self {
        let mut bits: BTreeMap<&str, u32> = BTreeMap::new();
        for (index, list) in lists.iter().enumerate() {
            for word in *list {
                *bits.entry(word).or_default() |= 1 << index;
            }
        }
        Self(DoubleArrayAhoCorasick::with_values(bits).expect("the lists have words, none is empty"))
    }

    /// Returns the bits of the lists that have a word anywhere in `text`, ASCII letters of either case.
    pub(super) fn lists_in(&self, text: &str) -> u32 {
        let lower = text.bytes().map(|byte| byte.to_ascii_lowercase());
        self.0.find_overlapping_iter_from_iter(lower).fold(0, |found, hit| found | hit.value())
    }

    /// Whether any list has a word in `text`.
    pub(super) fn speaks_in(&self, text: &str) -> bool {
        self.lists_in(text) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_with_a_word_in_the_text_is_told_though_words_overlap() {
        let vocabulary = Vocabulary::of(&[&["comment"], &["comments", "куки"], &["men", "comment"], &["more"]]);
        assert_eq!(vocabulary.lists_in("post-Comments"), 0b111);
        assert_eq!(vocabulary.lists_in("Наші куки"), 0b10);
        assert_eq!(vocabulary.lists_in("com-ment"), 0b100);
        assert!(!vocabulary.speaks_in("mor"));
    }
}
