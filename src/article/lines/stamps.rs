//! Owns the lines of a text that say when it was written, how long it takes to read, or how far in a row of pictures they
//! are.

use super::{HAS_READING, Lowered};
use crate::article::{
    dates::{self, Order},
    phrases::{COUNTED, STAMPS},
};

const DATE_CHARS_MAX: usize = 70;
const STAMP_CHARS_MAX: usize = 120;
const CLOCK_CHARS_MAX: usize = 10;
const READING_CHARS_MAX: usize = 60;
const COUNTER_CHARS_MAX: usize = 30;
/// Ideographs are words: a date line has those of year, month, day, and the name of an outlet.
const DATE_IDEOGRAPHS_MAX: usize = 14;
/// Words of more than two letters beside a date, and beside one that says what it is the date of.
const DATE_WORDS_MAX: usize = 3;
const STAMP_WORDS_MAX: usize = 9;

/// A line that is nothing but a date, a time and a word or two; what it takes to read it; its number in a gallery.
pub(super) fn is_stamp(line: &Lowered) -> bool {
    is_date(line) || is_reading_time(line) || is_counter(line)
}

fn is_date(line: &Lowered) -> bool {
    let &Lowered { line: written, n_chars, .. } = line;
    if is_clock_time(written, n_chars) {
        return true;
    }
    let is_too_long = |is_stamp: bool| n_chars > if is_stamp { STAMP_CHARS_MAX } else { DATE_CHARS_MAX };
    if is_too_long(true) || written.ends_with(['!', '?']) {
        return false;
    }
    let n_digits = written.chars().filter(|c| c.is_numeric()).count();
    if n_digits < 5 {
        return false;
    }
    let is_stamp = STAMPS.iter().any(|stamp| line.lower.starts_with(stamp)) || has_two_times(written);
    let n_ideographs = written.chars().filter(|c| u32::from(*c) >= 0x2E80).count();
    if is_too_long(is_stamp) || n_ideographs > DATE_IDEOGRAPHS_MAX || dates::day(written, Order::DayFirst).is_none() {
        return false;
    }
    n_long_words(written) <= if is_stamp { STAMP_WORDS_MAX } else { DATE_WORDS_MAX }
}

/// `12 May 2025, 18:04, updated 12 May 2025, 19:10`: it opens with a day and names two hours.
fn has_two_times(line: &str) -> bool {
    let is_hour = |three: &[u8]| three[0].is_ascii_digit() && three[1] == b':' && three[2].is_ascii_digit();
    line.starts_with(|c: char| c.is_ascii_digit())
        && !line.ends_with('.')
        && line.as_bytes().windows(3).filter(|three| is_hour(three)).count() == 2
}

fn n_long_words(line: &str) -> usize {
    line.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 2).count()
}

/// `17:05`, `5.05 pm`, `17 h 05`, `17:05 Uhr`.
fn is_clock_time(line: &str, n_chars: usize) -> bool {
    if n_chars > CLOCK_CHARS_MAX {
        return false;
    }
    let n_digits = line.chars().filter(char::is_ascii_digit).count();
    let n_letters = line.chars().filter(|c| c.is_alphabetic()).count();
    (3..=4).contains(&n_digits)
        && n_letters <= 3
        && line.starts_with(|c: char| c.is_ascii_digit())
        && line.contains([':', '.', 'h', 'H'])
}

/// `7 min read`, `Lesezeit: 2 Minuten`, `6 min readDec 1, 2025`.
fn is_reading_time(line: &Lowered) -> bool {
    line.has(HAS_READING)
        && line.n_chars <= READING_CHARS_MAX
        && line.line.contains(|c: char| c.is_numeric())
        && n_long_words(line.line) <= STAMP_WORDS_MAX
}

/// `3/12`, `Photo 3 of 12`, `Bild 3 von 12`.
fn is_counter(line: &Lowered) -> bool {
    if line.n_chars > COUNTER_CHARS_MAX || !line.line.ends_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let spaced = line.lower.replace(['/', '／'], " / ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (counted, [first, of, last]) = match words.as_slice() {
        [first, of, last] => (None, [first, of, last]),
        [counted, first, of, last] => (Some(counted), [first, of, last]),
        _ => return false,
    };
    let number = |word: &str| word.parse::<u16>().ok().filter(|number| *number > 0);
    let is_row = number(first).zip(number(last)).is_some_and(|(first, last)| first <= last);
    let is_of = matches!(*of, "/" | "of" | "von" | "de" | "sur" | "di" | "из" | "з" | "із" | "z");
    is_row && is_of && counted.is_none_or(|word| COUNTED.contains(word))
}
