//! Owns word lists searched at once: one pass over a text tells which of them have a word in it, its first letter which
//! words may open it.

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

/// Lowercase words by their first letters.
pub(super) struct Openers(Vec<(char, &'static str)>);

impl Openers {
    pub(super) fn of(words: &[&'static str]) -> Self {
        let mut openers: Vec<_> = words.iter().filter_map(|word| Some((word.chars().next()?, *word))).collect();
        openers.sort_by_key(|(first, _)| *first);
        Self(openers)
    }

    /// The words that begin with this letter.
    pub(super) fn with(&self, first: char) -> impl Iterator<Item = &'static str> {
        let from = self.0.partition_point(|(known, _)| *known < first);
        self.0[from..].iter().take_while(move |(known, _)| *known == first).map(|(_, word)| *word)
    }

    /// The words that lowercase `text` opens with, each with what stands behind it.
    pub(super) fn of_text<'t>(&self, text: &'t str) -> impl Iterator<Item = (&'static str, &'t str)> {
        let words = text.chars().next().into_iter().flat_map(|first| self.with(first));
        words.filter_map(|word| Some((word, text.strip_prefix(word)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_open_a_text_are_found_with_what_follows() {
        let openers = Openers::of(&["von", "by", "автор", "by and by"]);
        let found = |text| openers.of_text(text).collect::<Vec<_>>();
        assert_eq!(found("by and by they came"), [("by", " and by they came"), ("by and by", " they came")]);
        assert_eq!(found("автор: Ann"), [("автор", ": Ann")]);
        assert_eq!(found("nearby"), []);
        assert_eq!(found(""), []);
    }

    #[test]
    fn every_list_with_a_word_in_the_text_is_told_though_words_overlap() {
        let vocabulary = Vocabulary::of(&[&["comment"], &["comments", "куки"], &["men", "comment"], &["more"]]);
        assert_eq!(vocabulary.lists_in("post-Comments"), 0b111);
        assert_eq!(vocabulary.lists_in("Наші куки"), 0b10);
        assert_eq!(vocabulary.lists_in("com-ment"), 0b100);
        assert!(!vocabulary.speaks_in("mor"));
    }
}
