//! Owns near-duplicate texts: copies by MinHash, truncated copies by containment, within three days.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// How long a text is remembered.
const WINDOW: SignedDuration = SignedDuration::from_hours(72);
const BANDS: usize = 16;
const ROWS: usize = 8;
/// Words a shingle holds; in scripts without spaces, chars.
const SHINGLE_WORDS: usize = 4;
const SHINGLE_CHARS: usize = 6;
/// Words read of one text.
const WORDS_MAX: usize = 5_000;
/// One shingle in four is kept to compare texts with, at most `SAMPLES_MAX`, the smallest.
const SAMPLE_MASK: u64 = 0b11;
const SAMPLES_MAX: usize = 256;
/// One shingle in sixteen is indexed to find the text a fragment comes from.
const INDEX_MASK: u64 = 0b1111;
/// Fewer samples say nothing.
const SAMPLES_MIN: usize = 6;
const JACCARD_MIN: f64 = 0.7;
const CONTAINMENT_MIN: f64 = 0.8;

/// The earlier article a text copies.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyOf {
    pub article_id: String,
    /// 0 to 1: Jaccard of the shingles, or the share of the shorter text that the longer one holds.
    pub similarity: f64,
}

/// The texts of the last three days. After a restart the caller checks the stored ones again, in order.
#[derive(Debug)]
pub struct Duplicates {
    texts_max: usize,
    texts: BTreeMap<u64, Text>,
    next_slot: u64,
    by_article: HashMap<String, u64>,
    /// Band of the signature -> the first text that had it.
    by_band: HashMap<u64, u64>,
    /// Sampled shingle -> the first text that had it.
    by_shingle: HashMap<u64, u64>,
    order: VecDeque<(Timestamp, u64)>,
}

#[derive(Debug)]
struct Text {
    article_id: String,
    at: Timestamp,
    bands: [u64; BANDS],
    /// Sorted.
    samples: Vec<u64>,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self::new(30_000)
    }
}

impl Duplicates {
    /// Remembers at most `texts_max` texts, about 2 KiB each; the oldest make room.
    #[must_use]
    pub fn new(texts_max: usize) -> Self {
        Self {
            texts_max: texts_max.max(1),
            texts: BTreeMap::new(),
            next_slot: 0,
            by_article: HashMap::new(),
            by_band: HashMap::new(),
            by_shingle: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Returns the earlier article that `text` copies, and remembers `text`. An edit of a remembered article replaces it.
    pub fn check(&mut self, article_id: &str, text: &str, at: Timestamp) -> Option<CopyOf> {
        self.expire(at);
        if let Some(slot) = self.by_article.get(article_id).copied() {
            self.remove(slot);
        }
        let text = Text::new(article_id, text, at)?;
        let found = self.closest(&text);
        self.insert(text);
        found
    }

    fn closest(&self, text: &Text) -> Option<CopyOf> {
        let mut slots: BTreeSet<u64> = text.bands.iter().filter_map(|band| self.by_band.get(band).copied()).collect();
        let indexed = text.samples.iter().filter(|shingle| *shingle & INDEX_MASK == 0);
        slots.extend(indexed.filter_map(|shingle| self.by_shingle.get(shingle).copied()));
        let mut best: Option<CopyOf> = None;
        for slot in slots {
            let Some(known) = self.texts.get(&slot) else {
                continue;
            };
            let Some(similarity) = text.similarity(known) else {
                continue;
            };
            // Of equals the earliest: it is the original.
            if best.as_ref().is_none_or(|best| similarity > best.similarity) {
                best = Some(CopyOf { article_id: known.article_id.clone(), similarity });
            }
        }
        best
    }

    fn insert(&mut self, text: Text) {
        let slot = self.next_slot;
        self.next_slot += 1;
        for band in text.bands {
            self.by_band.entry(band).or_insert(slot);
        }
        for shingle in text.samples.iter().filter(|shingle| *shingle & INDEX_MASK == 0) {
            self.by_shingle.entry(*shingle).or_insert(slot);
        }
        self.by_article.insert(text.article_id.clone(), slot);
        self.order.push_back((text.at, slot));
        self.texts.insert(slot, text);
    }

    fn expire(&mut self, now: Timestamp) {
        while let Some(&(at, slot)) = self.order.front() {
            if now.duration_since(at) <= WINDOW && self.texts.len() < self.texts_max {
                return;
            }
            self.order.pop_front();
            self.remove(slot);
        }
    }

    fn remove(&mut self, slot: u64) {
        let Some(text) = self.texts.remove(&slot) else {
            return;
        };
        for band in text.bands {
            remove_if(&mut self.by_band, band, slot);
        }
        for shingle in text.samples {
            remove_if(&mut self.by_shingle, shingle, slot);
        }
        if self.by_article.get(&text.article_id) == Some(&slot) {
            self.by_article.remove(&text.article_id);
        }
    }
}

fn remove_if(index: &mut HashMap<u64, u64>, key: u64, slot: u64) {
    if index.get(&key) == Some(&slot) {
        index.remove(&key);
    }
}

impl Text {
    /// `None` for a text too short to compare.
    fn new(article_id: &str, text: &str, at: Timestamp) -> Option<Self> {
        let shingles = shingles(text);
        let mut samples: Vec<u64> = shingles.iter().copied().filter(|shingle| shingle & SAMPLE_MASK == 0).collect();
        samples.sort_unstable();
        samples.dedup();
        samples.truncate(SAMPLES_MAX);
        if samples.len() < SAMPLES_MIN {
            return None;
        }
        Some(Self { article_id: article_id.to_owned(), at, bands: bands(&signature(&shingles)), samples })
    }

    /// Returns Jaccard for a copy, containment for a fragment, `None` for texts of their own.
    fn similarity(&self, other: &Self) -> Option<f64> {
        // Where a list was cut at its limit, only the range both cover can be compared.
        let limit = |samples: &[u64]| {
            if samples.len() < SAMPLES_MAX { u64::MAX } else { samples.last().copied().unwrap_or(u64::MAX) }
        };
        let limit = limit(&self.samples).min(limit(&other.samples));
        let cut = |samples: &[u64]| samples.partition_point(|shingle| *shingle <= limit);
        let (n_one, n_two) = (cut(&self.samples), cut(&other.samples));
        let n_shared = self.samples[..n_one]
            .iter()
            .filter(|shingle| other.samples[..n_two].binary_search(shingle).is_ok())
            .count();
        let n_shorter = n_one.min(n_two);
        if n_shorter < SAMPLES_MIN {
            return None;
        }
        let jaccard = n_shared as f64 / (n_one + n_two - n_shared) as f64;
        if jaccard >= JACCARD_MIN {
            return Some(jaccard);
        }
        let containment = n_shared as f64 / n_shorter as f64;
        (containment >= CONTAINMENT_MIN).then_some(containment)
    }
}

/// Hashes each run of four words, or six chars where the script has no spaces.
fn shingles(text: &str) -> Vec<u64> {
    let n_spaceless = text.chars().take(WORDS_MAX).filter(|char| is_spaceless(*char)).count();
    let n_letters = text.chars().take(WORDS_MAX).filter(|char| char.is_alphabetic()).count();
    if n_spaceless * 3 > n_letters {
        let letters = text.chars().filter(|char| char.is_alphanumeric()).take(2 * WORDS_MAX);
        return runs(&letters.map(|char| mix(u64::from(char))).collect::<Vec<_>>(), SHINGLE_CHARS);
    }
    let words = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS_MAX);
    runs(&words.map(word_hash).collect::<Vec<_>>(), SHINGLE_WORDS)
}

/// Han, kana and Thai are written without spaces.
const fn is_spaceless(char: char) -> bool {
    matches!(char, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn runs(units: &[u64], length: usize) -> Vec<u64> {
    units.windows(length).map(|run| run.iter().fold(0, |hash, unit| mix(hash ^ unit))).collect()
}

fn word_hash(word: &str) -> u64 {
    word.chars().flat_map(char::to_lowercase).fold(0, |hash: u64, char| {
        // FNV-1a over chars.
        (hash ^ u64::from(char)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Spreads the bits (splitmix64), the same on every machine.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// One-permutation MinHash: one hash a shingle, its low bits choose the row it competes in; an empty row borrows from
/// the next filled one.
fn signature(shingles: &[u64]) -> [u64; BANDS * ROWS] {
    const N: usize = BANDS * ROWS;
    let mut minima = [u64::MAX; N];
    for shingle in shingles {
        // Another mix: the sampling masks read the same low bits.
        let hash = mix(*shingle);
        let row = (hash % N as u64) as usize;
        minima[row] = minima[row].min(hash);
    }
    let mut filled = minima;
    for (row, value) in filled.iter_mut().enumerate() {
        let mut distance = 0;
        while *value == u64::MAX && distance < N {
            distance += 1;
            let borrowed = minima[(row + distance) % N];
            if borrowed != u64::MAX {
                *value = mix(borrowed ^ distance as u64);
            }
        }
    }
    filled
}

fn bands(signature: &[u64; BANDS * ROWS]) -> [u64; BANDS] {
    let mut bands = [0; BANDS];
    for (index, (band, rows)) in bands.iter_mut().zip(signature.chunks_exact(ROWS)).enumerate() {
        *band = rows.iter().fold(index as u64, |hash, row| mix(hash ^ row));
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        let start: Timestamp = "2025-02-12T00:00:00Z".parse().unwrap();
        start + SignedDuration::from_hours(hours)
    }

    /// Words that never repeat in the same order.
    fn words(seed: u64, n_words: usize) -> String {
        (0..n_words as u64).map(|n| format!("w{}", mix(seed << 32 | n) % 5_000)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_equal_text_is_a_copy_and_another_text_is_not() {
        let mut duplicates = Duplicates::default();
        assert_eq!(duplicates.check("a", &words(1, 300), at(0)), None);
        assert_eq!(duplicates.check("b", &words(2, 300), at(1)), None);
        let copy = duplicates.check("c", &words(1, 300), at(2)).unwrap();
        assert_eq!((copy.article_id.as_str(), copy.similarity), ("a", 1.0));
    }

    #[test]
    fn a_few_changed_words_still_make_a_copy() {
        let mut duplicates = Duplicates::default();
        let text = words(1, 400);
        duplicates.check("a", &text, at(0));
        let edited = format!("LONDON (Wire) - {} Additional reporting by our staff.", text.replacen("w1", "x", 3));
        assert_eq!(duplicates.check("b", &edited, at(1)).unwrap().article_id, "a");
    }

    #[test]
    fn a_truncated_copy_points_to_the_whole_text_and_the_other_way_round() {
        let text = words(1, 800);
        let head: String = text.split_inclusive(' ').take(120).collect();
        let mut duplicates = Duplicates::default();
        duplicates.check("whole", &text, at(0));
        assert_eq!(duplicates.check("head", &head, at(1)).unwrap().article_id, "whole");
        let mut duplicates = Duplicates::default();
        duplicates.check("head", &head, at(0));
        assert_eq!(duplicates.check("whole", &text, at(1)).unwrap().article_id, "head");
    }

    #[test]
    fn texts_without_spaces_are_compared_by_chars() {
        let text: String = (0..300u64).filter_map(|n| char::from_u32(0x4e00 + (mix(n) % 3_000) as u32)).collect();
        let mut duplicates = Duplicates::default();
        assert_eq!(duplicates.check("a", &text, at(0)), None);
        assert_eq!(duplicates.check("b", &format!("电讯{text}"), at(1)).unwrap().article_id, "a");
    }

    #[test]
    fn a_text_is_forgotten_after_three_days_and_above_the_limit() {
        let mut duplicates = Duplicates::new(2);
        duplicates.check("a", &words(1, 300), at(0));
        assert_eq!(duplicates.check("b", &words(1, 300), at(73)), None);
        duplicates.check("c", &words(3, 300), at(74));
        duplicates.check("d", &words(4, 300), at(75));
        assert_eq!(duplicates.check("e", &words(1, 300), at(76)), None, "b made room");
        assert!(duplicates.texts.len() <= 2);
        assert!(duplicates.by_band.len() <= 2 * BANDS);
    }

    #[test]
    fn an_edit_replaces_its_earlier_text_and_copies_nothing() {
        let mut duplicates = Duplicates::default();
        duplicates.check("a", &words(1, 300), at(0));
        assert_eq!(duplicates.check("a", &words(1, 300), at(1)), None);
        assert_eq!(duplicates.texts.len(), 1);
    }
}
