//! Owns the walk that finds the paragraphs of a page, makes paragraphs of bare texts, and leaves out what cannot be the
//! article.

use std::collections::HashSet;

use dom_query::{LocalName, NodeData, NodeId, NodeRef, local_name};

use super::{Rules, Told, is_gap, is_phrasing, is_written, names, only_child, tally::tally, trim_end};

/// Share of a heading's letters that must stand in the title.
const SAME_TITLE_SHARE_MIN: f64 = 0.75;
/// A `div` whose one paragraph has a larger share of links is a menu.
const LINK_SHARE_MAX: f32 = 0.25;
/// Elements above that may be a table or code.
const ANCESTORS_MAX: usize = 3;

/// The elements whose texts give points.
pub(super) fn paragraphs(body: &NodeRef, rules: Rules, told: &Told) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut title = told.title.filter(|title| !title.is_empty()).map(Title::of);
    let mut next = inside_or_behind(body);
    while let Some(node) = next {
        let Some(look) = look(&node) else { break };
        if look.name == local_name!("svg") && !look.is_hidden {
            next = behind(&node);
            continue;
        }
        let is_doomed = look.is_hidden
            || look.is_dialog
            || repeats_title(&node, &look, &mut title)
            || (rules.strips_unlikely && (look.is_unlikely && !is_in_table(&node) || look.is_unlikely_role))
            || (names::is_container(&look.name) && is_empty(&node));
        if is_doomed {
            next = behind(&node);
            node.remove_from_parent();
            continue;
        }
        if names::is_scored(&look.name) {
            found.push(node.id);
        }
        let node = if look.name == local_name!("div") { part(node, &mut found) } else { node };
        next = inside_or_behind(&node);
    }
    found
}

/// What one look at an element tells.
struct Look {
    name: LocalName,
    is_hidden: bool,
    is_dialog: bool,
    is_unlikely: bool,
    is_unlikely_role: bool,
}

fn look(node: &NodeRef) -> Option<Look> {
    node.query(|inner| {
        let NodeData::Element(element) = &inner.data else { return None };
        let (mut class, mut id, mut role) = (None, None, "");
        let (mut is_hidden, mut is_aria_hidden, mut is_modal) = (false, false, false);
        for attr in &element.attrs {
            let value: &str = &attr.value;
            match attr.name.local {
                local_name!("class") => class = Some(value),
                local_name!("id") => id = Some(value),
                local_name!("role") => role = value,
                local_name!("hidden") => is_hidden = true,
                local_name!("style") => is_hidden |= is_invisible(value),
                local_name!("aria-hidden") => is_aria_hidden = value == "true",
                local_name!("aria-modal") => is_modal = value == "true",
                _ => {}
            }
        }
        let name = element.name.local.clone();
        is_hidden |= is_aria_hidden && !class.is_some_and(|class| class.contains("fallback-image"));
        Some(Look {
            is_hidden,
            is_dialog: name == local_name!("dialog") || (is_modal && role == "dialog"),
            is_unlikely: name != local_name!("a") && names::are_unlikely(class, id),
            is_unlikely_role: names::is_unlikely_role(role),
            name,
        })
    })
    .flatten()
}

fn is_invisible(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let says = |key: &str, value: &str| {
        let rule = style.find(key).and_then(|at| style[at..].split_once(':')).map(|(_, rule)| rule);
        let first = rule.and_then(|rule| rule.split(';').next()).map(str::trim_start);
        first.is_some_and(|first| first.split(char::is_whitespace).next() == Some(value))
    };
    says("display", "none") || says("visibility", "hidden")
}

fn is_in_table(node: &NodeRef) -> bool {
    node.ancestors_it(Some(ANCESTORS_MAX)).any(|outer| outer.has_name("table") || outer.has_name("code"))
}

/// Words of the page's title.
struct Title {
    lower: String,
    words: HashSet<String>,
}

impl Title {
    fn of(title: &str) -> Self {
        let lower = title.to_lowercase();
        let words = words(&lower).map(str::to_owned).collect();
        Self { lower, words }
    }

    fn is_said_by(&self, heading: &str) -> bool {
        let heading = heading.to_lowercase();
        if heading.is_empty() || self.lower.contains(&heading) {
            return !heading.is_empty();
        }
        let (mut n_chars, mut n_other) = (0_usize, 0_usize);
        for word in words(&heading) {
            let n_word = word.chars().count();
            n_chars += n_word;
            n_other += if self.words.contains(word) { 0 } else { n_word };
        }
        n_chars > 0 && 1.0 - n_other as f64 / n_chars as f64 > SAME_TITLE_SHARE_MIN
    }
}

/// Words of a text; each ideograph is one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .flat_map(|run| run.split_inclusive(|c: char| u32::from(c) >= 0x2E80))
        .filter(|word| !word.is_empty())
}

/// Whether this is the headline, which stands but once.
fn repeats_title(node: &NodeRef, look: &Look, title: &mut Option<Title>) -> bool {
    let is_heading = matches!(look.name, local_name!("h1") | local_name!("h2"));
    let is_title = is_heading && title.as_ref().is_some_and(|title| title.is_said_by(&node.text()));
    if is_title {
        *title = None;
    }
    is_title
}

/// Whether nothing stands in an element but line ends.
fn is_empty(node: &NodeRef) -> bool {
    if node.descendants_it().any(|inner| is_written(&inner)) {
        return false;
    }
    let n_elements = node.children_it(false).filter(NodeRef::is_element).count();
    let is_line_end = |inner: &NodeRef| inner.has_name("br") || inner.has_name("hr");
    n_elements == 0 || n_elements == node.descendants_it().filter(is_line_end).count()
}

/// Makes paragraphs of what stands in a `div`, or one of the `div` itself.
fn part<'a>(node: NodeRef<'a>, found: &mut Vec<NodeId>) -> NodeRef<'a> {
    let mut next = node.first_child();
    while let Some(child) = next {
        next = wrap(&child);
    }
    let only = only_child(&node, &local_name!("p")).filter(|only| {
        let tally = tally(&node);
        tally.link_share(tally.n_chars) < LINK_SHARE_MAX && only.is_element()
    });
    if let Some(only) = only {
        node.replace_with(&only);
        found.push(only.id);
        return only;
    }
    let is_block = |inner: NodeRef| inner.qual_name_ref().is_some_and(|name| names::is_block(&name.local));
    if !node.descendants_it().any(is_block) {
        node.rename("p");
        found.push(node.id);
    }
    node
}

/// Puts a run of text into a paragraph; gives back what comes behind.
fn wrap<'a>(node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let mut next = node.next_sibling();
    if !is_phrasing(node) || is_gap(node) {
        return next;
    }
    let paragraph = node.tree.new_element("p");
    node.insert_before(&paragraph);
    paragraph.append_child(node);
    while let Some(child) = next {
        next = child.next_sibling();
        if !is_phrasing(&child) {
            break;
        }
        paragraph.append_child(&child);
    }
    trim_end(&paragraph);
    next
}

/// The next element of the page: in this one, or behind it.
fn inside_or_behind<'a>(node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    node.first_element_child().or_else(|| behind(node))
}

fn behind<'a>(node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
    let mut at = *node;
    loop {
        if let Some(next) = at.next_element_sibling() {
            return Some(next);
        }
        at = at.parent()?;
    }
}
