//! Owns the choice of the block that is a page's article: Readability's rules, by which paragraphs give points to what they
//! stand in.

mod candidates;
mod clean;
mod collect;
mod names;
mod prepare;
mod tally;
mod tidy;

use dom_query::{Document, NodeData, NodeId, NodeRef, local_name};

use self::tally::n_chars;

/// A shorter text makes the engine try again with laxer rules.
const TEXT_CHARS_MIN: usize = 500;

/// What is known of the page that the engine looks at.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) title: Option<&'a str>,
    /// The page's head names the author: a byline in its body need not be taken out.
    pub(super) has_author: bool,
}

/// Which rules one try keeps to.
#[derive(Clone, Copy)]
struct Rules {
    /// Blocks go whose names are unlikely for an article.
    strips_unlikely: bool,
    /// Names give points or take them.
    weighs_names: bool,
    /// Blocks of the article go that look like furniture.
    cleans: bool,
}

/// The rules of one try after the other.
const TRIES: [Rules; 4] = [
    Rules { strips_unlikely: true, weighs_names: true, cleans: true },
    Rules { strips_unlikely: false, weighs_names: true, cleans: true },
    Rules { strips_unlikely: false, weighs_names: false, cleans: true },
    Rules { strips_unlikely: false, weighs_names: false, cleans: false },
];

/// A page with the block that holds its article.
pub(super) struct Chosen {
    document: Document,
    id: NodeId,
}

impl Chosen {
    /// The article's block, without what is no part of the article.
    pub(super) fn node(&self) -> NodeRef<'_> {
        self.document.tree.get_unchecked(&self.id)
    }
}

/// Chooses the block of the article by one pass with the strictest rules: enough for nearly every article, and it copies
/// nothing. None on a page without a body.
pub(super) fn choose(document: Document, told: &Told) -> Option<Chosen> {
    prepare::prepare(&document, told);
    let id = attempt(&document, TRIES[0], told)?;
    Some(tidied(Chosen { document, id }))
}

/// Chooses the block of the article by laxer rules until there is text.
pub(super) fn choose_laxly(document: &Document, told: &Told) -> Option<Chosen> {
    prepare::prepare(document, told);
    longest(document, told).map(tidied)
}

fn tidied(chosen: Chosen) -> Chosen {
    tidy::tidy(&chosen.node());
    chosen
}

/// The first try that finds enough, else the one that finds most.
fn longest(document: &Document, told: &Told) -> Option<Chosen> {
    let mut best: Option<(Chosen, usize)> = None;
    for rules in TRIES {
        let document = document.clone();
        let Some(id) = attempt(&document, rules, told) else { continue };
        let chosen = Chosen { document, id };
        let n_chars = n_chars(&chosen.node());
        if n_chars >= TEXT_CHARS_MIN {
            return Some(chosen);
        }
        if best.as_ref().is_none_or(|(_, n_best)| n_chars > *n_best) {
            best = Some((chosen, n_chars));
        }
    }
    best.map(|(chosen, _)| chosen)
}

fn attempt(document: &Document, rules: Rules, told: &Told) -> Option<NodeId> {
    let body = document.body()?;
    let paragraphs = collect::paragraphs(&body, rules, told);
    let article = candidates::article(&body, &paragraphs, rules)?;
    clean::clean(&article.content, rules);
    match article.whole {
        Some(whole) => whole.parent().map(|_| whole.id),
        None => Some(article.content.id),
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn is_blank_text(node: &NodeRef) -> bool {
    node.query_or(false, |inner| matches!(&inner.data, NodeData::Text { contents } if is_blank(contents)))
}

fn is_written(node: &NodeRef) -> bool {
    node.query_or(false, |inner| matches!(&inner.data, NodeData::Text { contents } if !is_blank(contents)))
}

/// Whether a node may stand in a line of text.
fn is_phrasing(node: &NodeRef) -> bool {
    if node.is_text() {
        return true;
    }
    let Some(is_phrase) = node.qual_name_ref().map(|name| names::is_phrase(&name.local)) else { return false };
    match is_phrase {
        Some(is_phrase) => is_phrase,
        None => node.first_child().is_some() && node.children_it(false).all(|child| is_phrasing(&child)),
    }
}

/// Spaces, or a line's end.
fn is_gap(node: &NodeRef) -> bool {
    is_blank_text(node) || is_named(node, &local_name!("br"))
}

fn is_named(node: &NodeRef, name: &dom_query::LocalName) -> bool {
    node.query_or(false, |inner| matches!(&inner.data, NodeData::Element(element) if element.name.local == *name))
}

/// The only element in another, when it has this name and no text stands beside it.
fn only_child<'a>(node: &NodeRef<'a>, name: &dom_query::LocalName) -> Option<NodeRef<'a>> {
    let only = only_element(node).filter(|only| is_named(only, name))?;
    node.children_it(false).all(|child| !is_written(&child)).then_some(only)
}

fn only_element<'a>(node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let only = node.first_element_child()?;
    only.next_element_sibling().is_none().then_some(only)
}

/// Takes spaces and line ends from the end of a paragraph.
fn trim_end(paragraph: &NodeRef) {
    while let Some(last) = paragraph.last_child().filter(is_gap) {
        last.remove_from_parent();
    }
}

#[cfg(test)]
mod tests;
