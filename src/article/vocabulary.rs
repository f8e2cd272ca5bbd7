//! Owns word lists searched at once: one pass over a text tells which of them have a word in it, its first letter which
//! words may open it.

use std::collections::VecDeque;

/// Lists of lowercase words in one automaton (Aho and Corasick), each state with a row of the states that follow it; a
/// list's bit is its place among them.
pub(super) struct Vocabulary {
    /// What a byte is to the words: 0 when none has it, capitals the same as small letters.
    kinds: [u8; 256],
    /// Bits of a place in a row.
    row_bits: u32,
    /// The state behind each state and kind of byte.
    next: Vec<u16>,
    /// The bits of the lists of which a word ends in each state.
    lists: Vec<u32>,
}

impl Vocabulary {
    pub(super) fn of(lists: &[&[&str]]) -> Self {
        let words = || lists.iter().enumerate().flat_map(|(list, words)| words.iter().map(move |word| (list, *word)));
        let mut kinds = [0; 256];
        let mut n_kinds = 1;
        for byte in words().flat_map(|(_, word)| word.bytes()) {
            if kinds[usize::from(byte)] == 0 {
                kinds[usize::from(byte)] = n_kinds;
                kinds[usize::from(byte.to_ascii_uppercase())] = n_kinds;
                n_kinds += 1;
            }
        }
        let row_bits = usize::from(n_kinds).next_power_of_two().trailing_zeros();
        let mut vocabulary = Self { kinds, row_bits, next: Vec::new(), lists: Vec::new() };
        vocabulary.add_state();
        for (list, word) in words() {
            let end = word.bytes().fold(0, |state, byte| vocabulary.state_behind(state, byte));
            vocabulary.lists[usize::from(end)] |= 1 << list;
        }
        vocabulary.close();
        vocabulary
    }

    fn add_state(&mut self) -> u16 {
        let state = self.lists.len() as u16;
        self.lists.push(0);
        self.next.resize(self.next.len() + (1 << self.row_bits), 0);
        state
    }

    fn place(&self, state: u16, byte: u8) -> usize {
        (usize::from(state) << self.row_bits) | usize::from(self.kinds[usize::from(byte)])
    }

    /// The state of a word that goes on with this byte, a new one when there is none.
    fn state_behind(&mut self, state: u16, byte: u8) -> u16 {
        let place = self.place(state, byte);
        if self.next[place] == 0 {
            self.next[place] = self.add_state();
        }
        self.next[place]
    }

    /// Leads each state on where its word ends: to the longest other word that its end begins.
    fn close(&mut self) {
        let n_kinds = 1 << self.row_bits;
        let mut shorter = vec![0_u16; self.lists.len()];
        let mut open: VecDeque<u16> = VecDeque::from([0]);
        while let Some(state) = open.pop_front() {
            let fallback = usize::from(shorter[usize::from(state)]);
            self.lists[usize::from(state)] |= self.lists[fallback];
            for kind in 0..n_kinds {
                let place = (usize::from(state) << self.row_bits) | kind;
                let other = if state == 0 { 0 } else { self.next[(fallback << self.row_bits) | kind] };
                match self.next[place] {
                    0 => self.next[place] = other,
                    next => {
                        shorter[usize::from(next)] = other;
                        open.push_back(next);
                    }
                }
            }
        }
    }

    /// Returns the bits of the lists that have a word anywhere in `text`, ASCII letters of either case.
    pub(super) fn lists_in(&self, text: &str) -> u32 {
        let (mut state, mut found) = (0, 0);
        for byte in text.bytes() {
            state = self.next[self.place(state, byte)];
            found |= self.lists[usize::from(state)];
        }
        found
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
