//! Owns the words of every language: names, offices, topics, classes of packs and cues, and finding them on the tokens of a
//! text. What the hits mean together is for `party`, `rule` and `slots` to say.

mod builder;

use std::cmp::Reverse;
use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::roster::{Case, Entity, LANGS, Risk};
use super::text::{Shape, Text};

pub(super) use builder::Sources;

/// A set of the 13 languages, one bit each in the order of [`LANGS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Langs(u16);

impl Langs {
    pub(super) const ALL: Self = Self(0x1fff);
    /// Names are written alike in these, whatever the language.
    const LATIN: Self = Self(0b0011_1111_1001);

    pub(super) fn of(lang: &str) -> Option<Self> {
        LANGS.iter().position(|known| *known == lang).map(|at| Self(1 << at))
    }

    /// Reports whether the language at a position of [`LANGS`] is one of these.
    fn has(self, at: usize) -> bool {
        self.0 & 1 << at != 0
    }

    pub(super) fn shares(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn join(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// A set of grammatical cases; empty when the form shows none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cases(pub(super) u8);

impl Cases {
    pub(super) fn of(case: Case) -> Self {
        Self(1 << case as u8)
    }

    pub(super) fn join(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// A form that shows no case agrees with every one.
    pub(super) fn agrees(self, wanted: Self) -> bool {
        self.0 == 0 || wanted.0 == 0 || self.0 & wanted.0 != 0
    }

    pub(super) fn has(self, case: Case) -> bool {
        self.0 & Self::of(case).0 != 0
    }
}

/// What a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Name {
        entity: Entity,
        risk: Option<Risk>,
        is_full: bool,
    },
    /// Position in [`Roster::offices`](super::roster::Roster::offices).
    Office(usize),
    /// What stands before or behind the country inside an office's words ("глава * МЗС").
    OfficeHalf {
        office: usize,
        is_tail: bool,
    },
    /// A class of a pack.
    Class(u16),
    /// Position in the packs' cues.
    Cue(u16),
    /// Position in the topics.
    Topic(u16),
}

/// A meaning of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    what: What,
    cases: Cases,
    /// The least of case its letters must show.
    shape: Shape,
}

/// A word found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Tokens, end exclusive.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) what: What,
    pub(super) cases: Cases,
    /// The Arabic "and" is written as one with it.
    pub(super) is_joined: bool,
}

/// All words, by language in the order of [`LANGS`].
#[derive(Default)]
pub(super) struct Lexicon {
    by_lang: [Words; LANGS.len()],
}

/// The words of one language.
#[derive(Default)]
struct Words {
    /// Every word and phrase, folded, and every beginning of a phrase that ends where a token may end, one behind the other.
    surfaces: String,
    /// One for each of them, found by its surface.
    nodes: HashTable<Node>,
    hasher: FixedState,
    entries: Vec<Entry>,
    /// What longer words end with ("*verhandlungen").
    endings: Vec<(Box<str>, Entry)>,
    /// Bytes of the longest.
    bytes_max: usize,
}

/// What is known of a text: its meanings, and whether phrases begin with it.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// Bytes of the surfaces.
    start: u32,
    n_bytes: u16,
    /// Position of its first entry.
    from: u32,
    n_entries: u16,
    goes_on: bool,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_words: usize = self.by_lang.iter().map(|words| words.nodes.len()).sum();
        f.debug_struct("Lexicon").field("n_words", &n_words).finish_non_exhaustive()
    }
}

/// What stands at least before the ending of a compound.
const STEM_BYTES_MIN: usize = 3;

/// What may be written in front of an Arabic word, as one token with it; the shortest first.
const PROCLITICS: [&str; 16] =
    ["و", "ف", "ب", "ل", "ك", "ال", "لل", "وب", "ول", "فل", "وال", "بال", "فال", "كال", "ولل", "وبال"];

impl Lexicon {
    pub(super) fn bytes(&self) -> usize {
        self.by_lang.iter().map(Words::bytes).sum()
    }

    /// Finds every word of the language that covers whole tokens: by start, the longest first.
    pub(super) fn scan(&self, text: &Text, lang: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let Some(words) = LANGS.iter().position(|known| *known == lang).map(|at| &self.by_lang[at]) else {
            return hits;
        };
        for (first, token) in text.tokens.iter().enumerate() {
            let n_before = hits.len();
            words.find(text, first, token.start, &mut hits);
            words.find_ending(text, first, &mut hits);
            if lang == "ar" {
                let word = text.word(first as u32);
                for prefix in PROCLITICS.iter().filter(|prefix| word.starts_with(**prefix) && **prefix != word) {
                    words.find(text, first, token.start + prefix.len() as u32, &mut hits);
                }
            }
            hits[n_before..].sort_by_key(|hit| Reverse(hit.end));
        }
        hits
    }
}

impl Words {
    fn node(&self, surface: &str) -> Option<&Node> {
        self.nodes.find(self.hasher.hash_one(surface), |node| node.surface(&self.surfaces) == surface)
    }

    /// Finds the words that begin at a byte of a token.
    fn find(&self, text: &Text, first: usize, from: u32, hits: &mut Vec<Hit>) {
        let (shape, start) = (text.tokens[first].shape, text.tokens[first].start);
        let is_joined = text.folded[start as usize..from as usize].starts_with(['و', 'ف']);
        for (last, token) in text.tokens.iter().enumerate().skip(first) {
            let words =
                text.folded.get(from as usize..token.end as usize).filter(|words| words.len() <= self.bytes_max);
            let Some(node) = words.and_then(|words| self.node(words)) else { return };
            let entries = &self.entries[node.from as usize..][..node.n_entries as usize];
            for entry in entries.iter().filter(|entry| shape >= entry.shape) {
                let (start, end) = (first as u32, last as u32 + 1);
                hits.push(Hit { start, end, what: entry.what, cases: entry.cases, is_joined });
            }
            if !node.goes_on {
                return;
            }
        }
    }

    /// Finds what a token ends with behind a stem.
    fn find_ending(&self, text: &Text, token: usize, hits: &mut Vec<Hit>) {
        let word = text.word(token as u32);
        let ends = |ending: &str| word.len() >= ending.len() + STEM_BYTES_MIN && word.ends_with(ending);
        for (_, entry) in self.endings.iter().filter(|(ending, _)| ends(ending)) {
            let (start, end) = (token as u32, token as u32 + 1);
            hits.push(Hit { start, end, what: entry.what, cases: entry.cases, is_joined: false });
        }
    }

    fn bytes(&self) -> usize {
        let n_tables = self.nodes.capacity() * size_of::<Node>() + self.entries.capacity() * size_of::<Entry>();
        self.surfaces.capacity() + n_tables
    }
}

impl Node {
    fn surface<'w>(&self, surfaces: &'w str) -> &'w str {
        surfaces.get(self.start as usize..self.start as usize + self.n_bytes as usize).unwrap_or_default()
    }
}
