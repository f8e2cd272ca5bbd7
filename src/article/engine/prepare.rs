//! Owns what is done to a page before its paragraphs are weighed: what is no text goes, double line ends part paragraphs.

use dom_query::{Document, Element, NodeData, NodeId, NodeRef, local_name};

use super::{
    super::markup::{Step, walk},
    Told, is_named, is_phrasing, names, trim_end,
};

/// A longer text is no byline.
const BYLINE_CHARS_MAX: usize = 99;

/// Readies a page.
pub(super) fn prepare(document: &Document, told: &Told) {
    if !told.has_author {
        drop_byline(document);
    }
    let mut found = Found::default();
    walk(&document.root(), |step| {
        let Step::Enter(node) = step else { return false };
        node.query_or(false, |inner| match &inner.data {
            NodeData::Element(element) => found.element(element, node.id),
            NodeData::Comment { .. } => {
                found.comments.push(node.id);
                false
            }
            _ => false,
        })
    });
    let tree = &document.tree;
    found.doomed.iter().for_each(|id| tree.remove_from_parent(id));
    found.line_ends.iter().for_each(|id| part(&tree.get_unchecked(id)));
    for font in found.fonts.iter().map(|id| tree.get_unchecked(id)) {
        font.rename("span");
        font.remove_all_attrs();
    }
    found.comments.iter().for_each(|id| tree.remove_from_parent(id));
}

#[derive(Default)]
struct Found {
    doomed: Vec<NodeId>,
    line_ends: Vec<NodeId>,
    fonts: Vec<NodeId>,
    comments: Vec<NodeId>,
}

impl Found {
    fn element(&mut self, element: &Element, id: NodeId) -> bool {
        let list = match element.name.local {
            local_name!("script") | local_name!("noscript") | local_name!("style") => {
                self.doomed.push(id);
                return false;
            }
            local_name!("img") if !has_picture(element) => &mut self.doomed,
            local_name!("br") => &mut self.line_ends,
            local_name!("font") => &mut self.fonts,
            _ => return true,
        };
        list.push(id);
        true
    }
}

fn has_picture(image: &Element) -> bool {
    image.attrs.iter().any(|attr| {
        matches!(&*attr.name.local, "src" | "data-src" | "data-srcset" | "srcset")
            || names::PICTURES.iter().any(|end| attr.value.contains(end))
    })
}

/// Takes out the first short text that calls itself the author's.
fn drop_byline(document: &Document) {
    let Some(body) = document.body() else { return };
    let is_byline = |node: &NodeRef| {
        node.query_or(false, |inner| matches!(&inner.data, NodeData::Element(element) if names::is_byline(element)))
            && (1..=BYLINE_CHARS_MAX).contains(&node.text().trim().chars().count())
    };
    // The walk holds the tree.
    let byline = body.descendants_it().find(is_byline);
    if let Some(byline) = byline {
        byline.remove_from_parent();
    }
}

/// Makes what stands behind two line ends a paragraph.
fn part(line_end: &NodeRef) {
    let mut is_double = false;
    let mut next = behind_spaces(line_end.next_sibling());
    while let Some(further) = next.filter(is_line_end) {
        is_double = true;
        next = behind_spaces(further.next_sibling());
        further.remove_from_parent();
    }
    if !is_double {
        return;
    }
    let paragraph = line_end.tree.new_element("p");
    line_end.replace_with(&paragraph);
    let mut next = paragraph.next_sibling();
    while let Some(node) = next {
        let ends =
            is_line_end(&node) && behind_spaces(node.next_sibling()).is_some_and(|further| is_line_end(&further));
        if ends || !is_phrasing(&node) {
            break;
        }
        next = node.next_sibling();
        paragraph.append_child(&node);
    }
    trim_end(&paragraph);
    if let Some(outer) = paragraph.parent().filter(|outer| outer.has_name("p")) {
        outer.rename("div");
    }
}

fn is_line_end(node: &NodeRef) -> bool {
    is_named(node, &local_name!("br"))
}

/// The first of these siblings that is more than spaces or a comment.
fn behind_spaces(node: Option<NodeRef>) -> Option<NodeRef> {
    let mut next = node;
    while let Some(node) = next.filter(|node| !node.is_element() && super::is_blank(&node.text())) {
        next = node.next_sibling();
    }
    next
}
