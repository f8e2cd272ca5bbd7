//! Owns the one automaton over all words: names, offices, topics, classes of packs and cues. What the hits mean together
//! is for `party`, `rule` and `slots` to say.

use std::collections::HashMap;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::fold::fold;
use super::roster::topics::{self, Topic};
use super::roster::{Case, Entity, LANGS, Risk, Roster, is_acronym};
use super::text::{Shape, Text};

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
    /// Position in [`Roster::offices`].
    Office(usize),
    /// A class of a pack.
    Class(u16),
    /// Position in the packs' cues.
    Cue(u16),
    /// Position in the topics.
    Topic(u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) langs: Langs,
    pub(super) what: What,
    pub(super) cases: Cases,
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
}

/// Collects words before they are compiled.
#[derive(Default)]
pub(super) struct Builder {
    words: HashMap<String, Vec<Entry>>,
}

impl Builder {
    /// Adds a word of a class or a cue.
    pub(super) fn word(&mut self, surface: &str, langs: Langs, what: What) {
        let shape = if is_acronym(surface) { Shape::Upper } else { Shape::Lower };
        self.add(surface, Entry { langs, what, cases: Cases::default(), shape });
    }

    pub(super) fn roster(&mut self, roster: &Roster) {
        let mut risky: HashMap<String, Langs> = HashMap::new();
        for name in roster.names().filter(|name| name.risk.is_some()) {
            let known = risky.entry(fold(name.surface)).or_default();
            *known = known.join(Langs::of(name.lang).unwrap_or_default());
        }
        for name in roster.names() {
            let Some(own) = Langs::of(name.lang) else { continue };
            let is_person = matches!(name.entity, Entity::Person(_));
            let is_lower = matches!(name.entity, Entity::Demonym(_)) && name.lang != "en";
            let what = What::Name { entity: name.entity, risk: name.risk, is_full: name.is_full };
            let mut forms: Vec<(String, Cases)> = Vec::new();
            for (form, case) in name.inflection.forms(name.surface, name.lang) {
                let cases = if name.inflection.shows_case() { Cases::of(case) } else { Cases::default() };
                match forms.iter_mut().find(|(known, _)| *known == form) {
                    Some((_, known)) => *known = known.join(cases),
                    None => forms.push((form, cases)),
                }
            }
            let is_declined = forms.len() > 1;
            for (form, cases) in forms {
                let shape = match () {
                    () if is_acronym(name.surface) => Shape::Upper,
                    () if is_lower => Shape::Lower,
                    () => Shape::Capital,
                };
                let is_latin = Langs::LATIN.shares(own);
                // A name that is a word of one language ("Lula") is none in the others.
                let risky = risky.get(&fold(&form)).copied().unwrap_or_default();
                let everywhere = Langs::LATIN.without(risky);
                let is_everywhere = is_person && is_latin && !is_declined && name.risk.is_none();
                let langs = if is_everywhere { everywhere } else { own };
                let cases = if is_declined { cases } else { Cases::default() };
                self.add(&form, Entry { langs, what, cases, shape });
            }
        }
        for word in roster.office_words() {
            let Some(langs) = Langs::of(word.lang) else { continue };
            let shape = if is_acronym(word.surface) { Shape::Upper } else { Shape::Lower };
            let entry = Entry { langs, what: What::Office(word.office), cases: Cases::default(), shape };
            self.add(word.surface, entry);
        }
    }

    pub(super) fn topics(&mut self, all: &[Topic]) {
        for word in topics::patterns(all) {
            let at = all.iter().position(|topic| topic.id == word.topic);
            if let (Some(langs), Some(at)) = (Langs::of(word.lang), at) {
                self.word(word.surface, langs, What::Topic(at as u16));
            }
        }
    }

    fn add(&mut self, surface: &str, entry: Entry) {
        let folded = fold(surface.trim());
        if folded.is_empty() {
            return;
        }
        let entries = self.words.entry(folded).or_default();
        let same = entries.iter_mut().find(|known| {
            let is_same_thing = match (known.what, entry.what) {
                (What::Name { entity: one, risk: known, .. }, What::Name { entity: two, risk, .. }) => {
                    one == two && known == risk
                }
                (one, two) => one == two,
            };
            is_same_thing && known.shape == entry.shape && (known.cases == entry.cases || known.langs == entry.langs)
        });
        match same {
            Some(known) => {
                known.langs = known.langs.join(entry.langs);
                known.cases = known.cases.join(entry.cases);
            }
            None => entries.push(entry),
        }
    }

    /// Compiles the automaton. `None` when it would be larger than the automaton can be.
    pub(super) fn build(self) -> Option<Lexicon> {
        let mut words: Vec<(String, Vec<Entry>)> = self.words.into_iter().collect();
        words.sort_by(|one, two| one.0.cmp(&two.0));
        let mut entries = Vec::new();
        let mut ranges = Vec::new();
        let mut patterns = Vec::new();
        for (word, of_word) in words {
            let start = entries.len() as u32;
            entries.extend(of_word);
            patterns.push((word, ranges.len() as u32));
            ranges.push(start..entries.len() as u32);
        }
        let automaton = CharwiseDoubleArrayAhoCorasick::with_values(patterns).ok()?;
        Some(Lexicon { automaton, ranges, entries })
    }
}

/// All words, compiled.
pub(super) struct Lexicon {
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    /// Entries of each pattern.
    ranges: Vec<std::ops::Range<u32>>,
    entries: Vec<Entry>,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("n_words", &self.ranges.len()).finish_non_exhaustive()
    }
}

/// What may be written in front of an Arabic word, as one token with it.
const PROCLITICS: [&str; 16] =
    ["و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "كال", "لل", "ولل", "وب", "ول", "فل", "وبال"];

impl Lexicon {
    pub(super) fn bytes(&self) -> usize {
        self.automaton.heap_bytes()
            + self.ranges.len() * size_of::<std::ops::Range<u32>>()
            + self.entries.len() * size_of::<Entry>()
    }

    /// Finds every word of the language that covers whole tokens: by start, the longest first.
    pub(super) fn scan(&self, text: &Text, langs: Langs) -> Vec<Hit> {
        let is_arabic = Langs::of("ar").is_some_and(|arabic| arabic.shares(langs));
        let mut hits = Vec::new();
        let mut last = 0;
        for found in self.automaton.find_overlapping_iter(&text.folded) {
            let (from, to) = (found.start() as u32, found.end() as u32);
            while last + 1 < text.tokens.len() && text.tokens[last].end < to {
                last += 1;
            }
            let mut first = last;
            while first > 0 && text.tokens[first].start > from {
                first -= 1;
            }
            let Some(start) = text.tokens.get(first) else { continue };
            if text.tokens[last].end != to {
                continue;
            }
            let is_start = start.start == from || (is_arabic && is_proclitic(&text.folded, start.start, from));
            if !is_start {
                continue;
            }
            let range = self.ranges[found.value() as usize].clone();
            for entry in &self.entries[range.start as usize..range.end as usize] {
                let fits = entry.langs.shares(langs) && text.tokens[first].shape >= entry.shape;
                if fits {
                    let (start, end) = (first as u32, last as u32 + 1);
                    hits.push(Hit { start, end, what: entry.what, cases: entry.cases });
                }
            }
        }
        hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
        hits
    }
}

fn is_proclitic(folded: &str, from: u32, to: u32) -> bool {
    from < to && folded.get(from as usize..to as usize).is_some_and(|prefix| PROCLITICS.contains(&prefix))
}
