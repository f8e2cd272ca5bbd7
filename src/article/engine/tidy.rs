//! Owns what is done to the cleaned content: links that lead nowhere are text, blocks around a single block go.

use dom_query::{NodeData, NodeRef, local_name};

use super::{
    super::{
        attributes::attribute,
        markup::{Step, walk},
    },
    is_named, only_element,
};

/// Tidies the content of a page; class names go, for the page itself has them.
pub(super) fn tidy(content: &NodeRef) {
    let mut found = Found::default();
    walk(content, |step| {
        let Step::Enter(node) = step else { return false };
        node.query_or(false, |inner| {
            let NodeData::Element(element) = &inner.data else { return false };
            let list = match element.name.local {
                local_name!("a") => match attribute(element, "href") {
                    Some(href) if href.starts_with("javascript:") => Some(&mut found.scripted),
                    Some(_) => None,
                    None => Some(&mut found.bare),
                },
                local_name!("td") => Some(&mut found.cells),
                local_name!("div") | local_name!("section") => Some(&mut found.blocks),
                _ => None,
            };
            if let Some(list) = list {
                list.push(*node);
            }
            if attribute(element, "class").is_some() {
                found.classed.push(*node);
            }
            true
        })
    });
    found.scripted.iter().for_each(unlink);
    found.bare.iter().filter(|link| link.first_child().is_none()).for_each(NodeRef::remove_from_parent);
    found.cells.retain(|cell| cell.parent().is_some_and(|parent| !parent.has_name("tr")));
    found.cells.iter().for_each(spill);
    found.blocks.iter().rev().for_each(unwrap);
    found.blocks.iter().filter(|block| is_empty(block)).for_each(NodeRef::remove_from_parent);
    found.classed.iter().for_each(|node| node.remove_attr("class"));
}

#[derive(Default)]
struct Found<'a> {
    scripted: Vec<NodeRef<'a>>,
    bare: Vec<NodeRef<'a>>,
    cells: Vec<NodeRef<'a>>,
    blocks: Vec<NodeRef<'a>>,
    classed: Vec<NodeRef<'a>>,
}

/// A link to a script is what it holds.
fn unlink(link: &NodeRef) {
    match link.first_child() {
        None => link.remove_from_parent(),
        Some(only) if only.is_text() && only.next_sibling().is_none() => link.replace_with(&only),
        Some(_) => {
            link.remove_all_attrs();
            link.rename("span");
        }
    }
}

/// A cell outside of a row is what it holds.
fn spill(cell: &NodeRef) {
    if let (Some(parent), Some(first)) = (cell.parent(), cell.first_child()) {
        parent.append_children(&first);
    }
    cell.remove_from_parent();
}

/// A block that holds another and no further element is that other.
fn unwrap(block: &NodeRef) {
    let inner = only_element(block);
    let inner = inner.filter(|inner| is_named(inner, &local_name!("div")) || is_named(inner, &local_name!("section")));
    if let Some(inner) = inner {
        block.replace_with(&inner);
    }
}

fn is_empty(block: &NodeRef) -> bool {
    block.children_it(false).all(|child| !child.is_element() && !child.is_text())
}
