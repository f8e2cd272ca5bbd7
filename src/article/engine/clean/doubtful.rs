//! Owns the signs of a block of the article that is likely no part of it.

use dom_query::{NodeData, NodeRef, local_name};

use super::{
    super::{
        super::markup::{Step, walk},
        Rules, is_named, n_chars, names, only_element,
        tally::{Tally, tally_with_fewer},
    },
    Figures, is_video, named, weight,
};

/// A block with so many commas is prose.
const COMMAS_MIN: usize = 10;
/// A shorter block is a label beside its links.
const LABEL_CHARS_MAX: usize = 25;
/// A shorter block with one embedded frame is that frame's.
const EMBED_CHARS_MIN: usize = 75;
/// Entries of lists that are not counted.
const ITEMS_FREE: usize = 100;
/// Share of a block's text in lists that makes it one, or in headings that makes it a heading.
const LIST_SHARE_MIN: f32 = 0.9;
/// Points by which a block calls itself the article.
const GOOD_NAME: f32 = 25.0;
/// Shares of links that are too much: for a block like any other, and for one that calls itself the article.
const LINK_SHARE_MAX: f32 = 0.2;
const GOOD_LINK_SHARE_MAX: f32 = 0.5;
/// A longer text is no advertisement's label.
const NOTICE_BYTES_MAX: usize = 60;
#[rustfmt::skip]
const NOTICES: [&str; 15] = [
    "ad", "advertising", "advertisement", "pub", "publicité", "werb", "werbung", "广告", "реклама", "anuncio",
    "loading", "正在加载", "загрузка", "chargement", "cargando",
];

/// Whether a block is likely no part of the article.
pub(super) fn is_doubtful(node: &NodeRef, rules: Rules, figures: &Figures) -> bool {
    if figures.contains(&node.id)
        || (!figures.is_empty()
            && (named(node, &[local_name!("table")]).iter().any(|table| figures.contains(&table.id))
                || node.ancestors_it(None).any(|outer| figures.contains(&outer.id))))
    {
        return false;
    }
    let weight = weight(node, rules);
    if weight < 0.0 {
        // Code stands in blocks with the names of a layout.
        return named(node, &[local_name!("pre")]).is_empty();
    }
    let Some(tally) = tally_with_fewer(COMMAS_MIN, node) else { return false };
    let parts = Parts::of(node);
    if parts.has_video {
        return false;
    }
    if is_notice(node) {
        return true;
    }
    let is_list = is_named(node, &local_name!("ul"))
        || is_named(node, &local_name!("ol"))
        || (tally.n_chars > 0 && parts.n_list_chars as f32 / tally.n_chars as f32 > LIST_SHARE_MIN);
    let is_doubtful = is_unlike_text((node, &tally), &parts, weight, Kind::of(is_list));
    if is_list && is_doubtful {
        // A list of nothing but pictures shows them.
        let is_plain = node
            .children_it(false)
            .all(|child| child.first_element_child().is_none() || only_element(&child).is_some());
        return !is_plain || parts.n_images != parts.n_items;
    }
    is_doubtful
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Block,
}

impl Kind {
    const fn of(is_list: bool) -> Self {
        if is_list { Self::List } else { Self::Block }
    }
}

fn is_unlike_text((node, tally): (&NodeRef, &Tally), parts: &Parts, weight: f32, kind: Kind) -> bool {
    let is_block = kind == Kind::Block;
    let Parts { n_images, n_paragraphs, n_items, n_inputs, n_embeds, .. } = *parts;
    let is_in_figure = || node.ancestors_it(None).any(|outer| is_named(&outer, &local_name!("figure")));
    let link_share = tally.link_share(tally.n_chars);
    (n_images > 1 && n_paragraphs * 2 < n_images && !is_in_figure())
        || (is_block && n_items > n_paragraphs + ITEMS_FREE)
        || n_inputs > n_paragraphs / 3
        || (is_block
            && tally.n_chars < LABEL_CHARS_MAX
            && (n_images == 0 || n_images > 2)
            && link_share > 0.0
            && !is_in_figure()
            && (tally.n_chars == 0 || (parts.n_heading_chars as f32 / tally.n_chars as f32) < LIST_SHARE_MIN))
        || (is_block && weight < GOOD_NAME && link_share > LINK_SHARE_MAX)
        || (weight >= GOOD_NAME && link_share > GOOD_LINK_SHARE_MAX)
        || (n_embeds == 1 && tally.n_chars < EMBED_CHARS_MIN)
        || n_embeds > 1
        || (n_images == 0 && !parts.has_text)
}

/// What a block is made of.
#[derive(Default)]
struct Parts {
    n_images: usize,
    n_paragraphs: usize,
    n_items: usize,
    n_inputs: usize,
    n_embeds: usize,
    has_video: bool,
    n_list_chars: usize,
    n_heading_chars: usize,
    /// Text stands in an element that may hold some.
    has_text: bool,
}

impl Parts {
    fn of(node: &NodeRef) -> Self {
        let mut parts = Self::default();
        walk(node, |step| {
            let Step::Enter(inner) = step else { return false };
            let name = inner.query(|inner| match &inner.data {
                NodeData::Element(element) => Some(element.name.local.clone()),
                _ => None,
            });
            let Some(Some(name)) = name else { return false };
            match name {
                local_name!("img") => parts.n_images += 1,
                local_name!("p") => parts.n_paragraphs += 1,
                local_name!("li") => parts.n_items += 1,
                local_name!("input") => parts.n_inputs += 1,
                local_name!("ul") | local_name!("ol") => parts.n_list_chars += n_chars(inner),
                local_name!("h1")
                | local_name!("h2")
                | local_name!("h3")
                | local_name!("h4")
                | local_name!("h5")
                | local_name!("h6") => parts.n_heading_chars += n_chars(inner),
                _ if names::is_embed(&name) => {
                    parts.n_embeds += 1;
                    parts.has_video |= is_video(inner);
                }
                _ => {}
            }
            let is_part = matches!(name, local_name!("span") | local_name!("li") | local_name!("td"));
            let is_textual = is_part || names::is_block(&name);
            parts.has_text =
                parts.has_text || (is_textual && inner.descendants_it().any(|text| super::super::is_written(&text)));
            true
        });
        parts
    }
}

/// Whether a block says nothing but that it is an advertisement, or is to come.
fn is_notice(node: &NodeRef) -> bool {
    let text = node.text();
    let text = text.trim();
    if text.len() > NOTICE_BYTES_MAX {
        return false;
    }
    let lower = text.to_lowercase();
    NOTICES[..10].contains(&lower.as_str()) || NOTICES[10..].contains(&lower.trim_end_matches(['…', '.']))
}
