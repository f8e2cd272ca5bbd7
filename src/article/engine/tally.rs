//! Owns the counts of a text: its characters, its commas, and how much of it is links; of all elements of a page at once.

use std::collections::HashMap;

use dom_query::{NodeData, NodeId, NodeRef, local_name};

use super::super::{
    attributes::attribute,
    markup::{Step, walk},
};

/// Links within the page count for less.
const ANCHOR_SHARE: f32 = 0.3;
/// Commas of other scripts.
const COMMAS: [char; 9] =
    ['\u{2C}', '\u{60C}', '\u{FE50}', '\u{FE10}', '\u{FE11}', '\u{2E41}', '\u{2E34}', '\u{2E32}', '\u{FF0C}'];

/// The counts of an element's text, runs of spaces taken as one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    /// Without spaces at either end.
    pub(super) n_chars: usize,
    /// Commas of all scripts.
    pub(super) n_commas: usize,
    pub(super) n_latin_commas: usize,
    n_link_chars: usize,
    n_anchor_chars: usize,
    starts_with_space: bool,
    ends_with_space: bool,
}

impl Tally {
    fn of(text: &str) -> Self {
        let (mut n_chars, mut n_commas, mut n_latin_commas) = (0, 0, 0);
        let (mut starts_with_space, mut ends_with_space) = (false, false);
        for c in text.chars() {
            if c.is_whitespace() {
                starts_with_space |= n_chars == 0;
                ends_with_space = true;
                continue;
            }
            n_chars += 1 + usize::from(ends_with_space && n_chars > 0);
            ends_with_space = false;
            if c == ',' {
                n_latin_commas += 1;
            } else if !c.is_ascii() && COMMAS.contains(&c) {
                n_commas += 1;
            }
        }
        n_commas += n_latin_commas;
        Self { n_chars, n_commas, n_latin_commas, starts_with_space, ends_with_space, ..Self::default() }
    }

    /// Adds the text behind.
    fn add(&mut self, next: Self) {
        if self.n_chars == 0 {
            self.starts_with_space |= self.ends_with_space | next.starts_with_space;
        }
        if next.n_chars == 0 {
            self.ends_with_space |= next.ends_with_space;
        } else {
            let is_gap = self.n_chars > 0 && (self.ends_with_space || next.starts_with_space);
            self.n_chars += next.n_chars + usize::from(is_gap);
            self.ends_with_space = next.ends_with_space;
        }
        self.n_commas += next.n_commas;
        self.n_latin_commas += next.n_latin_commas;
        self.n_link_chars += next.n_link_chars;
        self.n_anchor_chars += next.n_anchor_chars;
    }

    fn count_as(&mut self, kind: Kind, n_chars: usize) {
        match kind {
            Kind::Link => self.n_link_chars += n_chars,
            Kind::Anchor => self.n_anchor_chars += n_chars,
            Kind::Other => {}
        }
    }

    /// Share of the text that is links, by this count of its characters.
    pub(super) fn link_share(&self, n_chars: usize) -> f32 {
        let n_links = self.n_link_chars as f32 + self.n_anchor_chars as f32 * ANCHOR_SHARE;
        if n_chars == 0 { 0.0 } else { n_links / n_chars as f32 }
    }
}

/// The counts of every element below `root`, and of itself.
pub(super) fn tallies(root: &NodeRef) -> HashMap<NodeId, Tally, foldhash::fast::RandomState> {
    let mut tallies = HashMap::default();
    let mut open = vec![Tally::default()];
    walk(root, |step| match step {
        Step::Enter(node) => node
            .query(|inner| match &inner.data {
                NodeData::Text { contents } => {
                    if let Some(parent) = open.last_mut() {
                        parent.add(Tally::of(contents));
                    }
                    false
                }
                NodeData::Element(_) => {
                    open.push(Tally::default());
                    true
                }
                _ => false,
            })
            .unwrap_or(false),
        Step::Leave(node) => {
            if let Some(kind) = Kind::of(node)
                && let Some(mut tally) = open.pop()
            {
                tallies.insert(node.id, tally);
                tally.count_as(kind, tally.n_chars);
                if let Some(parent) = open.last_mut() {
                    parent.add(tally);
                }
            }
            false
        }
    });
    tallies.insert(root.id, open.pop().unwrap_or_default());
    tallies
}

/// What an element is to a count of links.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Link,
    /// A link to a place in the page.
    Anchor,
    Other,
}

impl Kind {
    /// None of what is no element.
    fn of(node: &NodeRef) -> Option<Self> {
        node.query_or(None, |inner| match &inner.data {
            NodeData::Element(element) if element.name.local == local_name!("a") => {
                let is_anchor = attribute(element, "href").is_some_and(|href| href.len() > 1 && href.starts_with('#'));
                Some(if is_anchor { Self::Anchor } else { Self::Link })
            }
            NodeData::Element(_) => Some(Self::Other),
            _ => None,
        })
    }
}

/// The counts of one element.
pub(super) fn tally(root: &NodeRef) -> Tally {
    tally_with_fewer(usize::MAX, root).unwrap_or_default()
}

/// The counts of one element that has fewer Latin commas than this; one that has them is not read to its end.
pub(super) fn tally_with_fewer(n_commas: usize, root: &NodeRef) -> Option<Tally> {
    let mut tally = Tally::default();
    let mut links: Vec<(NodeId, Kind, Tally)> = Vec::new();
    let mut closed = Tally::default();
    walk(root, |step| match step {
        Step::Enter(_) if tally.n_latin_commas >= n_commas => false,
        Step::Enter(node) => {
            let kind = Kind::of(node);
            if let Some(kind) = kind.filter(|kind| *kind != Kind::Other) {
                links.push((node.id, kind, Tally::default()));
            }
            let text = node.query_or(None, |inner| match &inner.data {
                NodeData::Text { contents } => Some(Tally::of(contents)),
                _ => None,
            });
            if let Some(text) = text {
                tally.add(text);
                for (_, _, link) in &mut links {
                    link.add(text);
                }
            }
            kind.is_some()
        }
        Step::Leave(node) => {
            if links.last().is_some_and(|(id, ..)| *id == node.id)
                && let Some((_, kind, link)) = links.pop()
            {
                closed.count_as(kind, link.n_chars);
            }
            false
        }
    });
    let whole = Tally { n_link_chars: closed.n_link_chars, n_anchor_chars: closed.n_anchor_chars, ..tally };
    (tally.n_latin_commas < n_commas).then_some(whole)
}

/// Characters of an element's text, runs of spaces taken as one.
pub(super) fn n_chars(node: &NodeRef) -> usize {
    node.normalized_char_count()
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    #[test]
    fn all_at_once_or_one_by_one_the_counts_are_the_same() {
        let document = Document::from(
            "<div> The <b>ministers </b> met<a href='/a'> on , Monday</a>,<p></p> <p> \n </p><a href='#b'>in、 the，hall </a></div>",
        );
        let body = document.body().unwrap();
        let all = tallies(&body);
        for node in body.descendants_it().filter(NodeRef::is_element).chain([body]) {
            assert_eq!(all[&node.id].n_chars, node.normalized_char_count());
            assert_eq!(tally(&node).n_chars, node.normalized_char_count());
            assert_eq!(tally(&node).link_share(10).to_bits(), all[&node.id].link_share(10).to_bits());
        }
        assert_eq!(all[&body.id].n_commas, 3);
    }
}
