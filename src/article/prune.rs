//! Owns the guarded prune: blocks that name themselves furniture go, unless they hold the article.

use dom_query::{Element, LocalName, NodeData, NodeId, NodeRef, local_name};

use super::{
    furniture::{self, Names},
    markup::{Step, walk},
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
/// A picture with more text is one in an article.
const CAPTION_CHARS_MAX: usize = 300;
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
            Some(Verdict::Furniture) if !has_more_prose(node, limit) => {
                doomed.push(node.id);
                false
            }
            // Readers may write more than the author did, and so may those who ask for consent.
            Some(Verdict::Foreign)
                if !has_more_prose(node, limit)
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
            Some(Verdict::Picture) if is_captioned(node) => {
                doomed.push(node.id);
                false
            }
            Some(Verdict::Suspect | Verdict::Picture) => {
                if has_more_prose(node, limit) {
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
        .position(|article| has_inside(article, &["h1"]) && has_more_prose(article, OWN_ARTICLE_CHARS_MIN - 1));
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
    /// Is a figure or calls itself a picture.
    Picture,
    /// Has a word in its names, or a style, for which an engine would drop it unseen.
    Suspect,
}

fn verdict(element: &Element) -> Verdict {
    let means = Means::of(&element.name.local);
    let (mut is_furniture, mut is_suspect) = (means == Means::Furniture, false);
    let mut is_picture = means == Means::Figure;
    for attr in &element.attrs {
        let value: &str = &attr.value;
        match attr.name.local {
            local_name!("class") | local_name!("id") => {
                let names = Names::of(value);
                if means == Means::Block && names.are_foreign() {
                    return Verdict::Foreign;
                }
                is_furniture = is_furniture || (means != Means::Content && names.name_furniture());
                is_suspect |= names.are_suspect();
                is_picture |= means == Means::Block && names.name_picture();
            }
            local_name!("style") => {
                is_suspect |= value.contains("none") || value.contains("visibility") || value.contains("opacity");
            }
            local_name!("hidden") => (is_furniture, is_suspect) = (true, true),
            local_name!("aria-hidden") => is_furniture |= value == "true",
            local_name!("role") => is_furniture |= is_furniture_role(value),
            _ if matches!(&*attr.name.local, "data-testid" | "data-component") => {
                is_furniture |= Names::of(value).name_furniture();
            }
            _ => {}
        }
    }
    match (is_furniture && means != Means::Content, is_suspect) {
        (true, _) => Verdict::Furniture,
        _ if is_picture => Verdict::Picture,
        (false, true) => Verdict::Suspect,
        (false, false) => Verdict::Plain,
    }
}

/// What an element is by its own name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    /// The article or a part of it, whatever it calls itself.
    Content,
    Furniture,
    /// May hold what readers or lawyers wrote, or a picture.
    Block,
    Figure,
    Other,
}

impl Means {
    fn of(name: &LocalName) -> Self {
        match *name {
            local_name!("html")
            | local_name!("body")
            | local_name!("article")
            | local_name!("main")
            | local_name!("head")
            | local_name!("em")
            | local_name!("strong")
            | local_name!("b")
            | local_name!("i")
            | local_name!("td")
            | local_name!("tr")
            | local_name!("tbody") => Self::Content,
            local_name!("nav")
            | local_name!("figcaption")
            | local_name!("button")
            | local_name!("form")
            | local_name!("dialog")
            | local_name!("menu") => Self::Furniture,
            local_name!("div")
            | local_name!("section")
            | local_name!("ol")
            | local_name!("ul")
            | local_name!("li")
            | local_name!("aside") => Self::Block,
            local_name!("figure") => Self::Figure,
            _ => Self::Other,
        }
    }
}

fn is_furniture_role(role: &str) -> bool {
    matches!(role, "navigation" | "complementary" | "search" | "banner" | "contentinfo" | "dialog" | "alertdialog")
}

/// Characters of paragraph text outside links below `root`.
pub(super) fn n_prose_chars(root: &NodeRef) -> usize {
    n_prose_chars_to(root, usize::MAX)
}

/// Whether there is more paragraph text outside links below `root` than this: counted no farther than that.
fn has_more_prose(root: &NodeRef, n_chars: usize) -> bool {
    n_prose_chars_to(root, n_chars) > n_chars
}

fn n_prose_chars_to(root: &NodeRef, n_chars_max: usize) -> usize {
    let (mut n_chars, mut n_links, mut n_paragraphs) = (0_usize, 0_usize, 0_usize);
    walk(root, |step| {
        let (node, is_enter) = match step {
            Step::Enter(node) => (node, true),
            Step::Leave(node) => (node, false),
        };
        if n_chars > n_chars_max {
            return false;
        }
        node.query(|inner| match &inner.data {
            NodeData::Element(element) => {
                let count = match element.name.local {
                    local_name!("script")
                    | local_name!("style")
                    | local_name!("noscript")
                    | local_name!("svg")
                    | local_name!("template") => return false,
                    local_name!("a") => &mut n_links,
                    local_name!("p") | local_name!("blockquote") | local_name!("pre") | local_name!("article") => {
                        &mut n_paragraphs
                    }
                    _ => return true,
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

/// Whether a block holds a picture and no more text than its caption.
fn is_captioned(node: &NodeRef) -> bool {
    let (mut has_picture, mut n_chars, mut is_more) = (false, 0_usize, false);
    walk(node, |step| {
        let Step::Enter(inner) = step else { return false };
        if is_more {
            return false;
        }
        inner
            .query(|inner| match &inner.data {
                NodeData::Element(element) => {
                    has_picture |= element.name.local == local_name!("img");
                    is_more = is_more_than_caption(&element.name.local);
                    !matches!(
                        element.name.local,
                        local_name!("script") | local_name!("style") | local_name!("noscript")
                    )
                }
                NodeData::Text { contents } => {
                    n_chars += contents.trim().chars().count();
                    is_more = n_chars > CAPTION_CHARS_MAX;
                    false
                }
                _ => false,
            })
            .unwrap_or(false)
    });
    has_picture && !is_more
}

fn is_more_than_caption(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("table")
            | local_name!("blockquote")
            | local_name!("pre")
            | local_name!("ul")
            | local_name!("ol")
    )
}

/// A teaser that leads nowhere is the lead of this article.
fn is_lead(node: &NodeRef) -> bool {
    let is_teaser = node.class().is_some_and(|class| class.split_ascii_whitespace().any(furniture::is_teaser));
    is_teaser && has_more_prose(node, LEAD_CHARS_MIN - 1) && !node.descendants_it().any(|inner| inner.has_name("a"))
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
