//! Owns the guarded prune: blocks that name themselves furniture go, unless they hold the article.

use std::sync::LazyLock;

use dom_query::{Element, NodeData, NodeId, NodeRef};

use super::{
    furniture,
    markup::{Step, walk},
    vocabulary::Vocabulary,
};

/// A block with more prose than this, or this share of the page's, stays whatever it calls itself.
const PROSE_CHARS_MAX: usize = 1_500;
const PROSE_SHARE_MAX: f32 = 0.33;
/// A block with less prose than this is what it calls itself, however little the page has: one with `<br>` has none.
const PROSE_CHARS_SURE: usize = 100;
/// An article with a first-level heading and this much prose is the page's own.
const OWN_ARTICLE_CHARS_MIN: usize = 500;
/// Prose of a lead.
const LEAD_CHARS_MIN: usize = 60;
/// Prose that must be left when a block of comments or of consent goes.
const BESIDE_FOREIGN_CHARS_MIN: usize = 400;

/// Removes furniture below `root`, and clears blocks that hold the article of names that an engine would punish.
pub(super) fn prune(root: &NodeRef) {
    drop_further_articles(root);
    let n_total = n_prose_chars(root);
    let limit = ((n_total as f32 * PROSE_SHARE_MAX) as usize).clamp(PROSE_CHARS_SURE, PROSE_CHARS_MAX);
    let mut doomed: Vec<NodeId> = Vec::new();
    let mut cleared: Vec<NodeId> = Vec::new();
    walk(root, |step| {
        let Step::Enter(node) = step else { return false };
        let verdict = node
            .query(|inner| match &inner.data {
                NodeData::Element(element) => Some(verdict(element)),
                _ => None,
            })
            .flatten();
        match verdict {
            None => false,
            Some(Verdict::Plain) => true,
            Some(Verdict::Furniture) if is_lead(node) => true,
            // What a leader posted is quoted in blocks that call themselves social.
            Some(Verdict::Furniture) if node.has_name("blockquote") || has_inside(node, &["blockquote"]) => {
                cleared.push(node.id);
                true
            }
            Some(Verdict::Furniture) if n_prose_chars(node) <= limit => {
                doomed.push(node.id);
                false
            }
            // Readers may write more than the author did, and so may those who ask for consent.
            Some(Verdict::Foreign)
                if n_prose_chars(node) <= limit
                    || (n_prose_chars(node) + BESIDE_FOREIGN_CHARS_MIN <= n_total && !has_inside(node, &["h1"])) =>
            {
                doomed.push(node.id);
                false
            }
            Some(Verdict::Foreign) => true,
            Some(Verdict::Furniture) => {
                cleared.push(node.id);
                true
            }
            Some(Verdict::Suspect) => {
                if n_prose_chars(node) > limit {
                    cleared.push(node.id);
                }
                true
            }
        }
    });
    for id in doomed {
        root.tree.remove_from_parent(&id);
    }
    for id in cleared {
        root.tree.get_unchecked(&id).remove_attrs(&["class", "id", "style", "hidden", "aria-hidden", "role"]);
    }
}

/// Words that utility classes share with furniture: `overflow-hidden`, `scroll-mt-2`, `media-body`, `com-content`.
#[rustfmt::skip]
const SUSPECT: [&str; 22] = [
    "hid", "comment", "footer", "header", "banner", "widget", "media", "meta", "scroll", "contact", "extra", "community",
    "com-", "masthead", "shopping", "replies", "rss", "remark", "popup", "legends", "supplemental", "-ad-",
];

/// Drops whole articles that a page appends to the one it is about, as endless pages do.
fn drop_further_articles(root: &NodeRef) {
    let mut articles: Vec<NodeRef> = Vec::new();
    walk(root, |step| {
        let Step::Enter(node) = step else { return false };
        let is_article = node.has_name("article");
        if is_article {
            articles.push(*node);
        }
        node.is_element() && !is_article
    });
    let own = articles
        .iter()
        .position(|article| has_inside(article, &["h1"]) && n_prose_chars(article) >= OWN_ARTICLE_CHARS_MIN);
    let Some(own) = own else { return };
    for further in &articles[own + 1..] {
        if has_inside(further, &["h1", "h2", "h3"]) {
            further.remove_from_parent();
        }
    }
}

enum Verdict {
    Plain,
    /// Calls itself furniture.
    Furniture,
    /// Calls itself what readers or lawyers wrote.
    Foreign,
    /// Has a word in its names, or a style, for which an engine would drop it unseen.
    Suspect,
}

fn verdict(element: &Element) -> Verdict {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(&[&SUSPECT]));
    if is_foreign(element) {
        return Verdict::Foreign;
    }
    if is_furniture(element) {
        return Verdict::Furniture;
    }
    for attr in &element.attrs {
        let value: &str = &attr.value;
        let is_suspect = match &*attr.name.local {
            "class" | "id" => VOCABULARY.speaks_in(value),
            "style" => value.contains("none") || value.contains("visibility") || value.contains("opacity"),
            "hidden" => true,
            _ => false,
        };
        if is_suspect {
            return Verdict::Suspect;
        }
    }
    Verdict::Plain
}

/// Characters of paragraph text outside links below `root`.
pub(super) fn n_prose_chars(root: &NodeRef) -> usize {
    let (mut n_chars, mut n_links, mut n_paragraphs) = (0_usize, 0_usize, 0_usize);
    walk(root, |step| {
        let (node, is_enter) = match step {
            Step::Enter(node) => (node, true),
            Step::Leave(node) => (node, false),
        };
        node.query(|inner| match &inner.data {
            NodeData::Element(element) => {
                let name: &str = &element.name.local;
                if matches!(name, "script" | "style" | "noscript" | "svg" | "template") {
                    return false;
                }
                let count = if name == "a" {
                    &mut n_links
                } else if is_paragraph(name) {
                    &mut n_paragraphs
                } else {
                    return true;
                };
                *count = if is_enter { *count + 1 } else { count.saturating_sub(1) };
                true
            }
            NodeData::Text { contents } => {
                if is_enter && n_links == 0 && n_paragraphs > 0 {
                    n_chars += contents.trim().chars().count();
                }
                false
            }
            _ => false,
        })
        .unwrap_or(false)
    });
    n_chars
}

fn is_paragraph(name: &str) -> bool {
    matches!(name, "p" | "blockquote" | "pre" | "article")
}

fn is_furniture(element: &Element) -> bool {
    let name: &str = &element.name.local;
    match name {
        "html" | "body" | "article" | "main" | "head" | "em" | "strong" | "b" | "i" | "td" | "tr" | "tbody" => {
            return false;
        }
        "nav" | "figcaption" | "button" | "form" | "dialog" | "menu" => return true,
        _ => {}
    }
    for attr in &element.attrs {
        let value: &str = &attr.value;
        let is_furniture = match &*attr.name.local {
            "class" | "id" | "data-testid" | "data-component" => {
                value.split_ascii_whitespace().any(furniture::is_named_by)
            }
            "aria-hidden" => value == "true",
            "hidden" => true,
            "role" => matches!(
                value,
                "navigation" | "complementary" | "search" | "banner" | "contentinfo" | "dialog" | "alertdialog"
            ),
            _ => false,
        };
        if is_furniture {
            return true;
        }
    }
    false
}

fn is_foreign(element: &Element) -> bool {
    let name: &str = &element.name.local;
    if !matches!(name, "div" | "section" | "ol" | "ul" | "li" | "aside") {
        return false;
    }
    let names = [element.attr("id"), element.attr("class")];
    names.iter().flatten().flat_map(|value| value.split_ascii_whitespace()).any(furniture::is_foreign)
}

/// A teaser that leads nowhere is the lead of this article.
fn is_lead(node: &NodeRef) -> bool {
    let is_teaser = node.class().is_some_and(|class| class.split_ascii_whitespace().any(furniture::is_teaser));
    is_teaser && n_prose_chars(node) >= LEAD_CHARS_MIN && !node.descendants_it().any(|inner| inner.has_name("a"))
}

fn has_inside(root: &NodeRef, names: &[&str]) -> bool {
    root.descendants_it().any(|node| names.iter().any(|name| node.has_name(name)))
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    fn pruned(html: &str) -> String {
        let document = Document::from(html);
        prune(&document.root());
        super::super::markup::join(&super::super::markup::lines(&document.root())).replace('\n', "|")
    }

    #[test]
    fn furniture_goes_and_paragraphs_stay() {
        let html = "<body><nav>Home</nav><div class='story'><p>The ministers met on Monday in the old town hall to talk.</p>\
                    <div class=photoCaption>A hall</div><div class='article__related-links'>Other</div>\
                    <p>They will meet again when the snow has gone from the passes.</p></div></body>";
        assert_eq!(
            pruned(html),
            "The ministers met on Monday in the old town hall to talk.|\
             They will meet again when the snow has gone from the passes."
        );
    }

    #[test]
    fn a_cookie_banner_goes_from_a_page_whose_text_has_no_paragraphs() {
        let html = "<body><td>The ministers met on Monday.<br><br>They will meet again.</td>\
                    <div id='cookie-banner'><p>We use cookies to measure how the site is used.</p></div></body>";
        assert!(!pruned(html).contains("cookies"), "{}", pruned(html));
    }

    #[test]
    fn a_block_that_holds_the_article_stays_whatever_its_name() {
        let paragraphs = "<p>A paragraph of the article that says what happened and who was there.</p>".repeat(5);
        let html = format!("<body><div class='newsletter share'>{paragraphs}</div></body>");
        assert_eq!(pruned(&html).matches("what happened").count(), 5);
    }
}
