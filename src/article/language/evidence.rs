//! Owns what speaks for each language in a sample: its letters, its small words, the pieces of its words.

use super::{
    is_of_word, pieces,
    profile::{Profile, SIGNS, all_profiles},
};

/// Letters and small words that point at one language, as points.
const LETTER_POINTS: f32 = 1.0;
const WORD_POINTS: f32 = 2.0;
/// A declared language starts this far ahead.
const DECLARED_POINTS: f32 = 1.5;
/// Below this many words one small word of another language proves nothing against the declared one.
const WORDS_FEW: usize = 12;
const DECLARED_POINTS_FEW_WORDS: f32 = 3.0;
const PIECE_POINTS: f32 = 0.4;

/// Points and the tag they are for.
pub(super) type Score = (f32, &'static str);

/// What a sample holds of each profile's signs.
pub(super) struct Evidence {
    n_words: usize,
    small: [usize; 64],
    pieces: [usize; 64],
    letters: [usize; 64],
    /// Letters that the language never writes: the text is another's or quotes one.
    foreign: [usize; 64],
}

impl Evidence {
    pub(super) fn read(sample: &str) -> Self {
        let none = [0; 64];
        let mut found = Self { n_words: 0, small: none, pieces: none, letters: none, foreign: none };
        let mut lower = String::new();
        let mut before = "";
        for word in sample.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty()) {
            found.n_words += 1;
            // "UN" is no French article, the S of "U.S." no Slavic "with".
            let is_initials = word.len() > 1 || !matches!(word, "A" | "E" | "I" | "O" | "Y");
            if is_initials && word.chars().all(|c| c.is_ascii_uppercase()) {
                continue;
            }
            let owner = owner_of_ending(sample, before, word);
            before = word;
            if let Some(tag) = owner {
                if let Some(index) = all_profiles().position(|profile| profile.tag == tag) {
                    found.small[index] += 1;
                }
                continue;
            }
            if word.len() > SIGNS.bytes_max {
                continue;
            }
            lower.clear();
            word.chars().for_each(|c| push_lower(c, &mut lower));
            count(SIGNS.words.get(lower.as_str()).copied().unwrap_or_default(), &mut found.small);
        }
        for letter in sample.chars().filter(|c| !c.is_ascii()) {
            let (own, foreign) = SIGNS.letters.get(&letter).copied().unwrap_or_default();
            count(own, &mut found.letters);
            count(foreign, &mut found.foreign);
        }
        found
    }

    /// Adds the pieces of all words, which is dearer than their whole.
    pub(super) fn read_pieces(&mut self, sample: &str) {
        let mut bordered = String::new();
        for word in sample.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty()) {
            if word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase()) {
                continue;
            }
            bordered.clear();
            bordered.push('_');
            word.chars().for_each(|c| push_lower(c, &mut bordered));
            bordered.push('_');
            pieces::of_word(&bordered, |profiles| count(profiles, &mut self.pieces));
        }
    }

    /// The two profiles with most points.
    pub(super) fn leaders(&self, profiles: &[Profile], declared: Option<&str>) -> Option<(Score, Score)> {
        let has_few_words = self.n_words < WORDS_FEW;
        let mut scores: Vec<Score> = Vec::with_capacity(profiles.len());
        for (index, profile) in all_profiles().enumerate() {
            if !profiles.iter().any(|known| known.tag == profile.tag) {
                continue;
            }
            let mut points = self.points(index);
            if declared == Some(profile.tag) && (points > 0.0 || has_few_words) {
                points += if has_few_words { DECLARED_POINTS_FEW_WORDS } else { DECLARED_POINTS };
            }
            scores.push((points, profile.tag));
        }
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        Some((*scores.first()?, *scores.get(1)?))
    }

    fn points(&self, index: usize) -> f32 {
        self.small[index] as f32 * WORD_POINTS
            + self.pieces[index] as f32 * PIECE_POINTS
            + (self.letters[index] as f32 - self.foreign[index] as f32) * LETTER_POINTS
    }
}

/// Appends the lower case of `c`, without Unicode's tables for the letters that come most.
fn push_lower(c: char, out: &mut String) {
    match c {
        '\0'..='\u{7f}' => out.push(c.to_ascii_lowercase()),
        'а'..='џ' => out.push(c),
        'А'..='Я' => out.push(char::from_u32(c as u32 + 32).unwrap_or(c)),
        _ => out.extend(c.to_lowercase()),
    }
}

/// Adds one to the count of each profile.
fn count(mut profiles: u64, counts: &mut [usize; 64]) {
    while profiles != 0 {
        counts[profiles.trailing_zeros() as usize] += 1;
        profiles &= profiles - 1;
    }
}

/// The language that an ending behind an apostrophe belongs to: Turkish cases, the English genitive.
fn owner_of_ending(sample: &str, before: &str, word: &str) -> Option<&'static str> {
    if is_turkish_suffix(sample, before, word) {
        return Some("tr");
    }
    // "Ukraine's"
    (matches!(word, "s" | "S") && is_behind_apostrophe(sample, before, word)).then_some("en")
}

/// "Temim'den", "Netanyahu'yu": a case ending behind the apostrophe of a name, not a small word of another language.
fn is_turkish_suffix(sample: &str, before: &str, word: &str) -> bool {
    const SUFFIXES: [&str; 34] = [
        "den", "dan", "ten", "tan", "in", "ın", "un", "ün", "nin", "nın", "nun", "nün", "i", "ı", "u", "ü", "yi", "yı",
        "yu", "yü", "e", "a", "ye", "ya", "de", "da", "te", "ta", "le", "la", "yle", "yla", "deki", "daki",
    ];
    let is_name = before.chars().count() > 2 && before.starts_with(char::is_uppercase);
    is_name && SUFFIXES.contains(&word) && is_behind_apostrophe(sample, before, word)
}

/// Whether `word` of `sample` is parted from the word before it by an apostrophe alone.
fn is_behind_apostrophe(sample: &str, before: &str, word: &str) -> bool {
    let from = word.as_ptr() as usize - sample.as_ptr() as usize;
    sample[..from].strip_suffix(['\'', '’']).is_some_and(|head| !before.is_empty() && head.ends_with(before))
}
