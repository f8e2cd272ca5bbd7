//! Owns the marks of footnotes: a small number behind a word that leads to a note is no part of the sentence.

use dom_query::{Element, NodeData, NodeRef};

/// `1`, `[12]`, `3, 4`: a longer text says something.
const MARK_BYTES_MAX: usize = 12;
const NUMBER_DIGITS_MAX: usize = 3;
/// Nodes of a mark: its text, a link, brackets.
const MARK_NODES_MAX: usize = 12;
/// Spaces of the markup between a word and its mark.
const GAP_CHARS_MAX: usize = 200;
/// How the fragments of notes begin, in addresses that name the page too.
const NOTES: [&str; 5] = ["fn", "ftn", "footnote", "cite_note", "note"];

/// Whether an element inside a line is the mark of a footnote; `before` is the line's text so far.
///
/// A number with a space before it is read as a word ("see chapter 3") unless it is raised; one that opens a line is
/// the note's own, and one in the sentence's own brackets is left where it stands.
pub(super) fn is_mark(node: &NodeRef, element: &Element, before: &str) -> bool {
    match &*element.name.local {
        "a" => leads_to_note(element) && before.ends_with(is_of_sentence) && is_number(node),
        "sup" => stands_behind_text(before) && is_number(node) && parts(node).any(|inner| is_link(&inner)),
        _ => false,
    }
}

fn is_of_sentence(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '(' | '[' | '（' | '［')
}

fn stands_behind_text(before: &str) -> bool {
    before.chars().rev().take(GAP_CHARS_MAX).find(|c| !c.is_whitespace()).is_some_and(is_of_sentence)
}

fn is_link(node: &NodeRef) -> bool {
    node.element_ref().is_some_and(|element| &*element.name.local == "a" && leads_to_note(&element))
}

fn leads_to_note(link: &Element) -> bool {
    let Some(address) = link.attr("href") else { return false };
    let Some((page, fragment)) = address.split_once('#') else { return false };
    page.is_empty() || NOTES.iter().any(|note| fragment.starts_with(note))
}

/// What may be a whole mark: of a larger element only its first nodes.
fn parts<'a>(node: &NodeRef<'a>) -> impl Iterator<Item = NodeRef<'a>> {
    node.descendants_it().take(MARK_NODES_MAX + 1)
}

fn is_number(node: &NodeRef) -> bool {
    let (mut text, mut n_nodes) = (String::new(), 0);
    for part in parts(node) {
        n_nodes += 1;
        let is_short = part.query(|inner| match &inner.data {
            NodeData::Text { contents } if contents.len() > GAP_CHARS_MAX => false,
            NodeData::Text { contents } => {
                text.push_str(contents.trim());
                text.len() <= MARK_BYTES_MAX
            }
            _ => true,
        });
        if is_short != Some(true) || n_nodes > MARK_NODES_MAX {
            return false;
        }
    }
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).peekable();
    numbers.peek().is_some()
        && numbers.all(|number| number.len() <= NUMBER_DIGITS_MAX)
        && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | ','))
}

#[cfg(test)]
mod tests {
    use super::super::markup::fragment_lines;

    fn text(html: &str) -> String {
        fragment_lines(html).into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn marks_that_lead_to_a_note_are_left_out_of_the_sentence() {
        for mark in [
            "<a href='#footnote-1'>1</a>",
            "<sup>\n                <a href='#fn1'>1</a>\n            </sup>",
            "<a href='#fn:12'><sup>[12]</sup></a>",
            "<sup>[<a href='#n3'>3</a>, <a href='#n4'>4</a>]</sup>",
            " <sup><a href='https://gazette.example/talks#cite_note-2'>2</a></sup>",
        ] {
            let html = format!("<p>The ministers met in May.{mark} They meet again in June.</p>");
            assert_eq!(text(&html), "The ministers met in May. They meet again in June.", "{mark}");
        }
    }

    #[test]
    fn numbers_that_are_said_stay() {
        for (html, said) in [
            ("<p>See chapter <a href='#c3'>3</a> of the treaty.</p>", "See chapter 3 of the treaty."),
            ("<p>The G<a href='/topics/g7'>7</a> met.</p>", "The G7 met."),
            ("<p>An area of 40 km<sup>2</sup> is closed.</p>", "An area of 40 km2 is closed."),
            ("<p>The <a href='#plan'>20-point plan</a> is out.</p>", "The 20-point plan is out."),
            ("<p><a href='#ref1'>1</a> The text is dated May.</p>", "1 The text is dated May."),
            ("<p>In The Long Strait (<a href='#_ftn1'>1</a>), a novel.</p>", "In The Long Strait (1), a novel."),
            (
                "<p>Dues of 40 crowns<sup><a href='#n9'>and more</a></sup> are due.</p>",
                "Dues of 40 crownsand more are due.",
            ),
        ] {
            assert_eq!(text(html), said);
        }
    }
}
