//! Owns what stands at the edges of a text and is no part of it: bylines, the section's name, breadcrumbs, the outlet's name,
//! initials of the author.

use super::{AGENCIES, Known, title};
use crate::article::dates::{self, Order};

/// A short line that opens the text or ends it in a colon is a label.
const LABEL_CHARS_MAX: usize = 40;
const OPENING_CHARS_MAX: usize = 80;
/// Words of a section, a place and a month beside the day they are of.
const DATED_WORDS_MAX: usize = 6;
/// Words of one breadcrumb.
const CRUMB_WORDS_MAX: usize = 4;
const INITIALS_MAX: usize = 4;
const BYLINE_CHARS_MAX: usize = 90;
/// Letters a byline has beside its names: `By`, `Von unserem Korrespondenten`.
const BYLINE_REST_LETTERS_MAX: usize = 18;

/// Whether the first line of a text is not the article's.
pub(super) fn opens(line: &str, known: &Known) -> bool {
    let is_outlet = || known.outlet.is_some_and(|outlet| title::is_same(outlet, line));
    is_kicker(line) || is_outlet() || is_dated_kicker(line) || is_breadcrumb(line)
}

/// Whether the last line of a text is not the article's: a label of what was left out, or initials.
pub(super) fn ends(line: &str) -> bool {
    (line.ends_with(':') && line.chars().count() < LABEL_CHARS_MAX) || is_initials(line)
}

/// `(bt)`, but not `(dpa)`, which says whose report it is.
fn is_initials(line: &str) -> bool {
    let Some(name) = line.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return false };
    name.chars().count() <= INITIALS_MAX && name.chars().all(char::is_lowercase) && !AGENCIES.contains(&name)
}

/// `Aus dem Tal, 12. Juni 2025`.
fn is_dated_kicker(line: &str) -> bool {
    line.len() <= OPENING_CHARS_MAX
        && line.ends_with(|c: char| c.is_ascii_digit())
        && dates::n_words(line) <= DATED_WORDS_MAX
        && dates::day(line, Order::DayFirst).is_some()
}

/// `Home > World > Talks`.
fn is_breadcrumb(line: &str) -> bool {
    let separator = [" > ", " » ", " › ", " / "].into_iter().find(|separator| line.contains(separator));
    separator.is_some_and(|separator| {
        line.len() <= OPENING_CHARS_MAX
            && !line.ends_with(['.', '!', '?', '"', '”', '»', '。'])
            && line.split(separator).all(|crumb| crumb.split_whitespace().count() <= CRUMB_WORDS_MAX)
    })
}

/// `By Ann Lee`, `Ann Lee, Geneva`: a name of the byline and next to nothing else.
pub(super) fn is_byline(line: &str, byline: &[String]) -> bool {
    if line.chars().count() > BYLINE_CHARS_MAX || !byline.iter().any(|name| line.contains(name.as_str())) {
        return false;
    }
    let rest = byline.iter().fold(line.to_owned(), |rest, name| rest.replace(name.as_str(), " "));
    rest.chars().filter(|c| c.is_alphabetic()).count() <= BYLINE_REST_LETTERS_MAX
        && !line.ends_with(['!', '?', '"', '”'])
}

/// A section's name, a place or a counter over the first paragraph.
fn is_kicker(line: &str) -> bool {
    line.chars().count() <= LABEL_CHARS_MAX
        && line.split_whitespace().count() <= 2
        && !line.ends_with(['.', '!', '?', '"', '”', '»', '。', '！', '？'])
        && line.chars().filter(|c| u32::from(*c) >= 0x2E80).count() < 8
}
