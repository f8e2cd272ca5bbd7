//! Owns what goes from the chosen block: forms, embedded frames, blocks that are more links or pictures than text.

mod doubtful;

use std::collections::HashSet;

use dom_query::{Element, LocalName, NodeData, NodeId, NodeRef, local_name};

use self::doubtful::is_doubtful;
use super::{
    super::markup::{Step, walk},
    Rules, is_named, is_phrasing, n_chars, names, only_child,
};

/// A longer text is more than a row of buttons.
const SHARE_CHARS_MAX: usize = 500;
/// Cells, rows and columns of a table that is no layout.
const CELLS_MIN: usize = 10;
const ROWS_MIN: usize = 10;
const COLUMNS_MAX: usize = 4;
/// HTML Standard, 4.9.11.
const SPAN_MAX: usize = 1_000;

/// Cleans the content of a page.
pub(super) fn clean(content: &NodeRef, rules: Rules) {
    drop_share_rows(content);
    let figures: Figures = named(content, &[local_name!("table")])
        .iter()
        .filter(|table| has_figures(table))
        .map(|table| table.id)
        .collect();
    let drop_doubtful = |kinds: &[LocalName]| {
        if !rules.cleans {
            return;
        }
        for node in named(content, kinds).iter().rev() {
            if is_doubtful(node, rules, &figures) {
                node.remove_from_parent();
            }
        }
    };
    drop_doubtful(&[local_name!("form"), local_name!("fieldset")]);
    drop_controls(content);
    for heading in named(content, &[local_name!("h1"), local_name!("h2")]) {
        if weight(&heading, rules) < 0.0 {
            heading.remove_from_parent();
        }
    }
    drop_doubtful(&[local_name!("table"), local_name!("ul"), local_name!("div")]);
    for headline in named(content, &[local_name!("h1")]) {
        headline.rename("h2");
    }
    drop_empty_paragraphs(content);
    for table in named(content, &[local_name!("table")]) {
        unwrap_single_cell(&table);
    }
}

/// Tables whose cells are figures, not layout.
type Figures = HashSet<NodeId>;

/// The elements below of these names, in the order of the page.
fn named<'a>(root: &NodeRef<'a>, kinds: &[LocalName]) -> Vec<NodeRef<'a>> {
    let mut found = Vec::new();
    walk(root, |step| {
        let Step::Enter(node) = step else { return false };
        let kind = node.query(|inner| match &inner.data {
            NodeData::Element(element) => Some(kinds.contains(&element.name.local)),
            _ => None,
        });
        if kind == Some(Some(true)) {
            found.push(*node);
        }
        matches!(kind, Some(Some(_)))
    });
    found
}

fn weight(node: &NodeRef, rules: Rules) -> f32 {
    if !rules.weighs_names {
        return 0.0;
    }
    node.query_or(0.0, |inner| match &inner.data {
        NodeData::Element(element) => names::weight(element),
        _ => 0.0,
    })
}

fn drop_share_rows(content: &NodeRef) {
    let says_share = |element: &Element| {
        let names =
            element.attrs.iter().filter(|attr| matches!(attr.name.local, local_name!("class") | local_name!("id")));
        names.into_iter().any(|attr| names::share(&attr.value))
    };
    let mut found = Vec::new();
    walk(content, |step| {
        let Step::Enter(node) = step else { return false };
        let says_share = node.query(|inner| match &inner.data {
            NodeData::Element(element) => Some(says_share(element)),
            _ => None,
        });
        if says_share == Some(Some(true)) && n_chars(node) < SHARE_CHARS_MAX {
            found.push(*node);
        }
        matches!(says_share, Some(Some(_)))
    });
    found.iter().for_each(NodeRef::remove_from_parent);
}

fn has_figures(table: &NodeRef) -> bool {
    if table.attr("role").is_some_and(|role| &*role == "presentation")
        || table.attr("datatable").is_some_and(|is| &*is == "0")
    {
        return false;
    }
    #[rustfmt::skip]
    let parts = [
        local_name!("caption"), local_name!("col"), local_name!("colgroup"), local_name!("tfoot"), local_name!("thead"), local_name!("th"),
    ];
    if table.has_attr("summary") || !named(table, &parts).is_empty() {
        return true;
    }
    if !named(table, &[local_name!("table")]).is_empty() {
        return false;
    }
    let rows = named(table, &[local_name!("tr")]);
    let n_columns = rows.iter().map(|row| named(row, &[local_name!("td")]).iter().map(span).sum()).max().unwrap_or(0);
    if rows.len() == 1 || n_columns == 1 {
        return false;
    }
    rows.len() >= ROWS_MIN || n_columns > COLUMNS_MAX || rows.len() * n_columns > CELLS_MIN
}

fn span(cell: &NodeRef) -> usize {
    let Some(written) = cell.attr("colspan") else { return 1 };
    let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    let cut = if is_number { SPAN_MAX } else { 1 };
    written.parse::<usize>().map_or(cut, |n| n.clamp(1, SPAN_MAX))
}

/// Takes out what asks or embeds; a video is a part of the article.
fn drop_controls(content: &NodeRef) {
    #[rustfmt::skip]
    let kinds = [
        local_name!("object"), local_name!("embed"), local_name!("footer"), local_name!("link"), local_name!("aside"),
        local_name!("iframe"), local_name!("input"), local_name!("textarea"), local_name!("select"), local_name!("button"),
    ];
    for node in named(content, &kinds) {
        let is_embed = node.qual_name_ref().is_some_and(|name| names::is_embed(&name.local));
        if !is_embed || !is_video(&node) {
            node.remove_from_parent();
        }
    }
}

fn is_video(embed: &NodeRef) -> bool {
    let says_so = embed.query_or(false, |inner| match &inner.data {
        NodeData::Element(element) => element.attrs.iter().any(|attr| names::has_video(&attr.value)),
        _ => false,
    });
    says_so || (is_named(embed, &local_name!("object")) && names::has_video(&embed.inner_html()))
}

fn drop_empty_paragraphs(content: &NodeRef) {
    let shown = [local_name!("img"), local_name!("object"), local_name!("embed"), local_name!("iframe")];
    for paragraph in named(content, &[local_name!("p")]) {
        let has_text = paragraph.descendants_it().any(|inner| super::is_written(&inner));
        if !has_text && named(&paragraph, &shown).is_empty() {
            paragraph.remove_from_parent();
        }
    }
    for line_end in named(content, &[local_name!("br")]) {
        if line_end.next_element_sibling().is_some_and(|next| is_named(&next, &local_name!("p"))) {
            line_end.remove_from_parent();
        }
    }
}

/// Puts the content of a table's only cell in its place.
fn unwrap_single_cell(table: &NodeRef) {
    let rows = only_child(table, &local_name!("tbody")).unwrap_or(*table);
    let cell = only_child(&rows, &local_name!("tr")).and_then(|row| only_child(&row, &local_name!("td")));
    if let Some(cell) = cell {
        let is_line = cell.children_it(false).all(|child| is_phrasing(&child));
        cell.rename(if is_line { "p" } else { "div" });
        table.replace_with(&cell);
    }
}
