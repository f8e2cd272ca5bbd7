//! Owns the pieces dates are made of: numbers and date words with their place, and the text around them.

use super::table::{Role, Table};

/// A longer number is no part of a date.
const DIGITS_MAX: u8 = 4;
/// A point behind a longer word ends a sentence.
const ABBREVIATION_CHARS_MAX: usize = 4;
/// A longer word is none of the tables'.
const WORD_CHARS_MAX: usize = 64;
/// Longest text between two tokens of one expression, bytes.
const GAP_BYTES_MAX: usize = 24;

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'w> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind<'w>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'w> {
    Number { value: i32, n_digits: u8 },
    Word(&'w [Role]),
}

/// Finds every number and every date word that stands between word boundaries.
pub(super) fn scan<'w>(text: &str, table: &'w Table) -> Vec<Token<'w>> {
    let mut tokens: Vec<Token<'w>> = Vec::new();
    for found in table.automaton.leftmost_find_iter(text) {
        let Some(roles) = table.roles.get(found.value() as usize) else { continue };
        let (start, end) = (found.start(), found.end());
        if let [Role::Digit(digit)] = roles.as_slice() {
            let digit = i32::from(*digit);
            if let Some(Token { end: last, kind: Kind::Number { value, n_digits }, .. }) = tokens.last_mut()
                && *last == start
            {
                *last = end;
                *value = value.saturating_mul(10).saturating_add(digit);
                *n_digits = n_digits.saturating_add(1);
            } else {
                tokens.push(Token { start, end, kind: Kind::Number { value: digit, n_digits: 1 } });
            }
        } else if table.is_unspaced || is_word(text, start, end) {
            tokens.push(Token { start, end, kind: Kind::Word(roles) });
        }
    }
    tokens
}

/// Tells whether no letter touches the word. Digits may: `18h`, `6pm`.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let before = char_before(text, start).is_some_and(char::is_alphabetic);
    let after = char_after(text, end).is_some_and(char::is_alphabetic);
    !before && !after
}

pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

pub(super) fn char_after(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The lowercase word that ends before a place, over spaces only.
pub(super) fn word_before(text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?.trim_end_matches([' ', '\u{a0}']);
    let inner = before.char_indices().rev().take_while(|(_, c)| is_inner(*c));
    let start = inner.take(WORD_CHARS_MAX).last()?.0;
    Some(before.get(start..)?.to_lowercase())
}

/// The lowercase word that starts after a place, over spaces only, and where it ends.
pub(super) fn word_after(text: &str, at: usize) -> Option<(String, usize)> {
    let rest = text.get(at..)?;
    let after = rest.trim_start_matches([' ', '\u{a0}']);
    let start = at + rest.len() - after.len();
    let inner = after.chars().take(WORD_CHARS_MAX).take_while(|c| is_inner(*c));
    let len = inner.map(char::len_utf8).sum();
    let word = after.get(..len).filter(|word| !word.is_empty())?;
    Some((word.to_lowercase(), start + len))
}

fn is_inner(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '-' | 'º' | 'ª')
}

impl Token<'_> {
    pub(super) fn find<T>(&self, pick: impl Fn(Role) -> Option<T>) -> Option<T> {
        match self.kind {
            Kind::Word(roles) => roles.iter().copied().find_map(pick),
            Kind::Number { .. } => None,
        }
    }

    pub(super) fn is(&self, role: Role) -> bool {
        matches!(self.kind, Kind::Word(roles) if roles.contains(&role))
    }

    /// The number of at most `n_digits_max` digits that stands here, no part of a decimal, a sum or a code.
    pub(super) fn number(&self, text: &str, n_digits_max: u8) -> Option<i32> {
        let Kind::Number { value, n_digits } = self.kind else { return None };
        if n_digits > n_digits_max.min(DIGITS_MAX) {
            return None;
        }
        let mut before = text.get(..self.start)?.chars().rev();
        let is_part = match before.next() {
            Some('.' | ',' | ':' | '/') => before.next().is_some_and(char::is_numeric),
            Some(c) => matches!(c, '$' | '€' | '£' | '#' | '+') || c.is_ascii_alphabetic(),
            None => false,
        };
        let mut after = text.get(self.end..)?.chars();
        let goes_on = match after.next() {
            Some('.' | ',' | '/') => after.next().is_some_and(char::is_numeric),
            Some(c) => matches!(c, '%' | '°'),
            None => false,
        };
        (!is_part && !goes_on).then_some(value)
    }

    /// A day of a month.
    pub(super) fn day(&self, text: &str) -> Option<i8> {
        let day = self.number(text, 2)?;
        i8::try_from(day).ok().filter(|day| (1..=31).contains(day))
    }

    /// A year written with four digits.
    pub(super) fn year(&self, text: &str) -> Option<i16> {
        let Kind::Number { n_digits: 4, .. } = self.kind else { return None };
        let year = self.number(text, 4)?;
        // "The 1990s".
        if char_after(text, self.end).is_some_and(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        i16::try_from(year).ok().filter(|year| (1900..=2100).contains(year))
    }
}

/// Tells whether only the language's small words, a comma or an abbreviation's point stand between two tokens.
pub(super) fn is_glue(text: &str, table: &Table, left: &Token, right: &Token) -> bool {
    let Some(gap) = text.get(left.end..right.start).filter(|gap| gap.len() <= GAP_BYTES_MAX) else { return false };
    if gap.is_empty() || gap == " " {
        return true;
    }
    if gap.contains('\n') {
        return false;
    }
    // A full stop ends the sentence unless it closes an ordinal ("12.") or an abbreviation ("Feb.").
    let may_stop = matches!(left.kind, Kind::Number { .. })
        || text.get(left.start..left.end).is_some_and(|word| word.chars().count() <= ABBREVIATION_CHARS_MAX);
    let gap = if may_stop { gap.strip_prefix('.').unwrap_or(gap) } else { gap };
    gap.split([' ', '\u{a0}', '\u{202f}', ',', '،', '、', '(', '（', ')', '）'])
        .filter(|word| !word.is_empty())
        .all(|word| table.glue.contains(word) || table.glue.contains(&word.to_lowercase()))
}
