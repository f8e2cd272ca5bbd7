//! Owns the lines that only lead elsewhere: links between paragraphs, lists of related articles, tags behind the text.

use super::{
    markup::Line,
    phrases::{READ_ALSO, TAIL},
};

/// A longer line is no label.
const LABEL_CHARS_MAX: usize = 60;
/// Links behind a text that are a list of tags or of other articles.
const TAIL_LINKS_MIN: usize = 2;

/// Drops teasers from the lines of an article.
pub(super) fn drop_teasers(lines: Vec<Line>) -> Vec<Line> {
    let mut kept: Vec<Line> = Vec::with_capacity(lines.len());
    let mut is_in_list = false;
    for line in lines {
        is_in_list = line.is_link() && (is_in_list || kept.last().is_some_and(is_label));
        if is_in_list {
            // The label goes with its first link.
            kept.pop_if(|last| is_label(last));
        } else if !is_inline_teaser(&line) {
            kept.push(line);
        }
    }
    kept
}

/// The lines before the links behind a text, when nothing introduces them.
pub(super) fn before_links(lines: &[Line]) -> &[Line] {
    let n_links = lines.iter().rev().take_while(|line| line.is_link()).count();
    let (text, links) = lines.split_at(lines.len() - n_links);
    let is_headed = text.last().is_none_or(|last| last.n_chars() < LABEL_CHARS_MAX || last.text.ends_with([':', '：']));
    if links.len() >= TAIL_LINKS_MIN && !is_headed { text } else { lines }
}

/// A paragraph that is nothing but a link, and no sentence: `The strait closes again`, `Get started`.
fn is_inline_teaser(line: &Line) -> bool {
    let is_plain = line.is_link() && !line.is_item && !line.is_heading && !line.heads_text;
    is_plain && (line.is_card || !line.text.ends_with(['.', '。', ':']))
}

/// `Related`, `Read also:`, `Mehr zum Thema`.
fn is_label(line: &Line) -> bool {
    if line.n_chars() > LABEL_CHARS_MAX {
        return false;
    }
    let lower = line.text.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    TAIL.contains(&bare) || READ_ALSO.iter().any(|phrase| bare == phrase.trim_end_matches(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(text: &str) -> Line {
        Line { text: text.to_owned(), is_paragraph: true, ..Line::default() }
    }

    fn link(text: &str) -> Line {
        Line { n_link_bytes: text.len(), ..prose(text) }
    }

    fn item(text: &str) -> Line {
        Line { is_item: true, ..link(text) }
    }

    const FIRST: &str = "The ministers met on Monday in the town hall and talked until the evening.";
    const SECOND: &str = "They agreed on a date for the next round and on nothing else, said a speaker.";

    #[test]
    fn a_link_between_paragraphs_goes_and_a_linked_sentence_stays() {
        let lines =
            vec![prose(FIRST), link("The strait closes again"), link("You can read the letter here."), prose(SECOND)];
        let kept = drop_teasers(lines);
        assert_eq!(kept, [prose(FIRST), link("You can read the letter here."), prose(SECOND)]);
    }

    #[test]
    fn a_labelled_list_of_links_goes_wherever_it_stands() {
        let lines = vec![prose(FIRST), prose("Related"), item("Harbour opens"), item("Weather"), prose(SECOND)];
        assert_eq!(drop_teasers(lines), [prose(FIRST), prose(SECOND)]);
    }

    #[test]
    fn tags_behind_the_text_go_and_a_list_of_sources_stays() {
        assert_eq!(before_links(&[prose(FIRST), item("strait"), item("talks")]), [prose(FIRST)]);
        for heading in [
            "Sources",
            "Those who want to read the two papers in full, in the language of either side, find them here:",
        ] {
            let sources = [prose(FIRST), prose(heading), item("The treaty"), item("The letter")];
            assert_eq!(before_links(&sources), sources);
        }
    }
}
