//! Owns pulled quotes: sentences of a text that its page shows a second time, in larger letters, beside where they stand.

use crate::article::markup::Line;

/// Lines before and behind a pulled quote among which its sentence stands.
const NEAR_LINES_MAX: usize = 6;
const QUOTE_CHARS_MIN: usize = 40;
const QUOTE_BYTES_MAX: usize = 600;
/// Fewer words are a name or a heading that a sentence repeats by chance.
const QUOTE_WORDS_MIN: usize = 7;

/// Whether a paragraph stands whole in a longer line near it, in a block beside its own.
pub(super) fn is_pulled(lines: &[Line], index: usize) -> bool {
    let line = &lines[index];
    let n_bytes = line.text.len();
    if !line.is_paragraph || line.is_heading || line.is_item || !(QUOTE_CHARS_MIN..=QUOTE_BYTES_MAX).contains(&n_bytes)
    {
        return false;
    }
    // The engine lifts a paragraph out of a block that has nothing else: its marks tell it then.
    let is_quoted = line.text.starts_with(['"', '“', '„', '«', '»', '‘', '「']);
    let parent = line.place.parent.filter(|_| !is_quoted);
    let near = index.saturating_sub(NEAR_LINES_MAX)..lines.len().min(index + NEAR_LINES_MAX + 1);
    let may_hold = |other: &&Line| {
        other.text.len() > n_bytes + QUOTE_CHARS_MIN / 2 && (parent.is_none() || other.place.parent != parent)
    };
    let mut others = lines[near].iter().filter(may_hold).peekable();
    if others.peek().is_none() {
        return false;
    }
    let sentence = line.text.trim_matches(|c: char| !c.is_alphanumeric());
    let is_ideograph = |c: char| u32::from(c) >= 0x2E80;
    let has_words =
        sentence.split_whitespace().take(QUOTE_WORDS_MIN).count() == QUOTE_WORDS_MIN || sentence.contains(is_ideograph);
    has_words && others.any(|other| other.text.contains(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(text: &str) -> Line {
        Line { text: text.to_owned(), is_paragraph: true, ..Line::default() }
    }

    #[test]
    fn a_sentence_shown_again_beside_its_paragraph_is_pulled() {
        let quote = "„Nobody at this table wants the strait to stay closed.“";
        let whole =
            "“Nobody at this table wants the strait to stay closed,” said the envoy, who then left for the harbour.";
        let lines = [prose("They met on Monday."), prose(quote), prose(whole)];
        assert!(is_pulled(&lines, 1));
        assert!(!is_pulled(&lines, 2));
        let heading = Line { is_heading: true, ..prose(quote) };
        assert!(!is_pulled(&[heading, prose(whole)], 0));
        assert!(!is_pulled(&[prose(quote), prose("They met on Monday and on Tuesday, and then again on Friday.")], 0));
    }
}
