//! Owns what stands behind an article's last line: other articles under a heading that says so, and who the author is.

use super::{bare, n_chars};
use crate::article::{
    markup::Line,
    phrases::{ABOUT_AUTHOR, AUTHOR_IS, TAIL},
};

/// A line this long that ends as a sentence does is the article's, even behind a heading of the tail.
const SENTENCE_CHARS_MIN: usize = 110;
/// Share of the text that a tail may hold to be cut.
const TAIL_SHARE_MAX: f32 = 0.3;
const HEADING_CHARS_MAX: usize = 40;
/// Lines that say who the author is, under a heading and without.
const AUTHOR_LINES_MAX: usize = 6;
const BARE_AUTHOR_LINES_MAX: usize = 2;
const AUTHOR_CHARS_MAX: usize = 700;

/// The lines before the tail.
pub(super) fn cut<'l>(lines: &'l [Line], byline: &[String]) -> &'l [Line] {
    let mut rest = cut_headed(lines);
    let mut n_author_lines = 0;
    while let [before @ .., last] = rest {
        let is_author = n_author_lines < BARE_AUTHOR_LINES_MAX && is_about_author(&last.text, byline);
        // A heading with nothing below it is that of what was left out.
        if before.len() < 2 || !(last.is_heading || is_author) {
            break;
        }
        n_author_lines += usize::from(is_author);
        rest = before;
    }
    rest
}

/// The lines before the first heading behind which only a small rest follows.
fn cut_headed(lines: &[Line]) -> &[Line] {
    let total = n_chars(lines);
    let mut n_chars_before = 0;
    let last_sentence = lines.iter().rposition(|line| is_long_sentence(&line.text));
    for (index, line) in lines.iter().enumerate() {
        let rest = total - n_chars_before;
        n_chars_before += line.text.chars().count();
        if index < 2 || rest as f32 > total as f32 * TAIL_SHARE_MAX || line.text.chars().count() > HEADING_CHARS_MAX {
            continue;
        }
        let bare = bare(&line.text);
        let is_behind_text = last_sentence.is_none_or(|last| index > last);
        let ends_text = is_behind_text && TAIL.contains(&bare.as_str());
        if ends_text || (lines.len() - index - 1 <= AUTHOR_LINES_MAX && ABOUT_AUTHOR.contains(&bare.as_str())) {
            return &lines[..index];
        }
    }
    lines
}

fn is_long_sentence(line: &str) -> bool {
    line.chars().count() >= SENTENCE_CHARS_MIN && line.ends_with(['.', '!', '?', '"', '”', '»', '。', '」'])
}

/// `Ann Lee is a reporter in Geneva.`, `The writer is a former envoy.`
fn is_about_author(line: &str, byline: &[String]) -> bool {
    if line.chars().count() > AUTHOR_CHARS_MAX {
        return false;
    }
    let named = byline.iter().filter(|name| name.contains(' ')).find_map(|name| line.strip_prefix(name.as_str()));
    named.is_some_and(|rest| AUTHOR_IS.iter().any(|is| rest.starts_with(is)))
        || ["The writer is ", "The author is a", "The writer was ", "The writers are "]
            .iter()
            .any(|opening| line.starts_with(opening))
}
