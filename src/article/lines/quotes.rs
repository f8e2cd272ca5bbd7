//! Owns pulled quotes: sentences of a text that its page shows a second time, in larger letters, beside where they stand.

use crate::article::markup::Line;

/// Lines before and behind a pulled quote among which its sentence stands.
const NEAR_LINES_MAX: usize = 6;
const QUOTE_CHARS_MIN: usize = 40;
const QUOTE_CHARS_MAX: usize = 300;
/// Fewer words are a name or a heading that a sentence repeats by chance.
const QUOTE_WORDS_MIN: usize = 7;

/// Whether a paragraph stands whole in a longer line near it.
pub(super) fn is_pulled(lines: &[Line], index: usize) -> bool {
    let line = &lines[index];
    if !line.is_paragraph || line.is_heading || line.is_item || line.text.len() < QUOTE_CHARS_MIN {
        return false;
    }
    let sentence = line.text.trim_matches(|c: char| !c.is_alphanumeric());
    let n_chars = sentence.chars().count();
    let has_words = || {
        let is_ideograph = |c: char| u32::from(c) >= 0x2E80;
        sentence.split_whitespace().take(QUOTE_WORDS_MIN).count() == QUOTE_WORDS_MIN || sentence.contains(is_ideograph)
    };
    if !(QUOTE_CHARS_MIN..=QUOTE_CHARS_MAX).contains(&n_chars) || !has_words() {
        return false;
    }
    let near = index.saturating_sub(NEAR_LINES_MAX)..lines.len().min(index + NEAR_LINES_MAX + 1);
    lines[near]
        .iter()
        .any(|other| other.text.len() > line.text.len() + QUOTE_CHARS_MIN / 2 && other.text.contains(sentence))
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
