//! Owns the guarded prune: blocks that name themselves furniture go, unless they hold the article.

use std::collections::HashMap;

use dom_query::{Element, NodeData, NodeId, NodeRef};

use super::markup::{Step, walk};

/// A block with more prose than this, or this share of the page's, stays whatever it calls itself.
const PROSE_CHARS_MAX: usize = 1_500;
const PROSE_SHARE_MAX: f32 = 0.33;

/// Removes furniture below `root`.
pub(super) fn prune(root: &NodeRef) {
    let prose = prose_below(root);
    let total = prose.get(&root.id).copied().unwrap_or_default();
    let limit = PROSE_CHARS_MAX.min((total as f32 * PROSE_SHARE_MAX) as usize);
    let mut doomed: Vec<NodeId> = Vec::new();
    walk(root, |step| {
        let Step::Enter(node) = step else { return false };
        let is_furniture = node
            .query(|inner| match &inner.data {
                NodeData::Element(element) => Some(is_furniture(element)),
                _ => None,
            })
            .flatten();
        match is_furniture {
            None => false,
            Some(true) if prose.get(&node.id).copied().unwrap_or_default() <= limit => {
                doomed.push(node.id);
                false
            }
            Some(_) => true,
        }
    });
    for id in doomed {
        root.tree.remove_from_parent(&id);
    }
}

/// Characters of paragraph text outside links below each element.
fn prose_below(root: &NodeRef) -> HashMap<NodeId, usize> {
    let mut below: HashMap<NodeId, usize> = HashMap::new();
    let mut open: Vec<(NodeId, usize)> = vec![(root.id, 0)];
    let mut n_links = 0_usize;
    let mut n_paragraphs = 0_usize;
    walk(root, |step| match step {
        Step::Enter(node) => node
            .query(|inner| match &inner.data {
                NodeData::Element(element) => {
                    let name: &str = &element.name.local;
                    if matches!(name, "script" | "style" | "noscript" | "svg" | "template") {
                        open.push((node.id, 0));
                        return false;
                    }
                    n_links += usize::from(name == "a");
                    n_paragraphs += usize::from(is_paragraph(name));
                    open.push((node.id, 0));
                    true
                }
                NodeData::Text { contents } => {
                    if n_links == 0
                        && n_paragraphs > 0
                        && let Some((_, n_chars)) = open.last_mut()
                    {
                        *n_chars += contents.trim().chars().count();
                    }
                    false
                }
                _ => false,
            })
            .unwrap_or(false),
        Step::Leave(node) => {
            if node.is_element()
                && let Some((id, n_chars)) = open.pop()
            {
                let name = super::markup::name_of(node);
                n_links -= usize::from(name == "a");
                n_paragraphs -= usize::from(is_paragraph(&name));
                below.insert(id, n_chars);
                if let Some((_, parent)) = open.last_mut() {
                    *parent += n_chars;
                }
            }
            false
        }
    });
    if let Some((id, n_chars)) = open.pop() {
        below.insert(id, n_chars);
    }
    below
}

fn is_paragraph(name: &str) -> bool {
    matches!(name, "p" | "blockquote" | "pre" | "article")
}

fn is_furniture(element: &Element) -> bool {
    let name: &str = &element.name.local;
    match name {
        "html" | "body" | "article" | "main" | "head" | "p" | "em" | "strong" | "b" | "i" | "td" | "tr" | "tbody" => {
            return false;
        }
        "nav" | "figcaption" | "button" | "form" | "dialog" | "menu" => return true,
        _ => {}
    }
    if element.attr("aria-hidden").is_some_and(|value| &*value == "true")
        || element.attr("hidden").is_some()
        || element.attr("role").is_some_and(|role| {
            matches!(
                &*role,
                "navigation" | "complementary" | "search" | "banner" | "contentinfo" | "dialog" | "alertdialog"
            )
        })
    {
        return true;
    }
    ["class", "id", "data-testid", "data-component"]
        .iter()
        .filter_map(|key| element.attr(key))
        .any(|value| value.split_ascii_whitespace().any(names_furniture))
}

/// Looks at the words of one class name: `article__related-links`, `shareBar`, `photo_credit`.
fn names_furniture(class: &str) -> bool {
    if class.len() > 80 {
        return false;
    }
    let words = words(class);
    let has = |word: &str| words.iter().any(|known| known == word);
    if words.iter().any(|word| is_furniture_word(word)) {
        return !(has("body")
            || has("main")
            || has("wrapper")
            || has("no")
            || has("without")
            || has("layout")
            || has("has"));
    }
    let pair = |first: &str, second: &str| words.windows(2).any(|two| two[0] == first && two[1] == second);
    [
        ("read", "more"),
        ("read", "also"),
        ("see", "also"),
        ("also", "read"),
        ("more", "on"),
        ("more", "stories"),
        ("most", "read"),
        ("most", "popular"),
        ("top", "stories"),
        ("sign", "up"),
        ("follow", "us"),
        ("social", "bar"),
        ("author", "bio"),
        ("about", "author"),
        ("tag", "list"),
        ("post", "meta"),
        ("entry", "meta"),
        ("entry", "footer"),
        ("article", "meta"),
        ("article", "footer"),
        ("post", "footer"),
        ("print", "only"),
        ("screen", "reader"),
        ("sr", "only"),
        ("visually", "hidden"),
        ("read", "next"),
        ("up", "next"),
        ("you", "may"),
        ("jp", "relatedposts"),
        ("article", "date"),
        ("post", "date"),
        ("entry", "date"),
        ("publish", "date"),
        ("published", "date"),
        ("article", "tags"),
        ("post", "tags"),
        ("entry", "tags"),
        ("in", "brief"),
    ]
    .iter()
    .any(|(first, second)| pair(first, second))
}

fn is_furniture_word(word: &str) -> bool {
    matches!(
        word,
        "caption"
            | "figcaption"
            | "credit"
            | "credits"
            | "copyright"
            | "newsletter"
            | "newsletters"
            | "related"
            | "readmore"
            | "share"
            | "sharing"
            | "sharebar"
            | "sharedaddy"
            | "byline"
            | "timestamp"
            | "dateline"
            | "promo"
            | "promos"
            | "promotion"
            | "comments"
            | "disqus"
            | "breadcrumb"
            | "breadcrumbs"
            | "subscribe"
            | "subscription"
            | "signup"
            | "social"
            | "socials"
            | "sidebar"
            | "advert"
            | "advertisement"
            | "ads"
            | "adslot"
            | "sponsor"
            | "sponsored"
            | "outbrain"
            | "taboola"
            | "recommended"
            | "recommendations"
            | "recirc"
            | "recirculation"
            | "popular"
            | "trending"
            | "teaser"
            | "teasers"
            | "cookie"
            | "cookies"
            | "consent"
            | "gdpr"
            | "pagination"
            | "pager"
            | "donate"
            | "donation"
            | "toolbar"
            | "addtoany"
            | "addthis"
            | "relatedposts"
            | "navbar"
            | "menu"
            | "hashtags"
            | "taglist"
            | "legende"
            | "bildunterschrift"
            | "bildnachweis"
    )
}

/// Splits a class name into lowercase words at punctuation and camel case.
fn words(class: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in class.chars() {
        let starts_word = c.is_ascii_uppercase() && was_lower;
        if !c.is_ascii_alphanumeric() || starts_word {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            was_lower = false;
            if !c.is_ascii_alphanumeric() {
                continue;
            }
        }
        was_lower = c.is_ascii_lowercase();
        word.push(c.to_ascii_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    fn pruned(html: &str) -> String {
        let document = Document::from(html);
        prune(&document.root());
        super::super::markup::lines(&document.root()).join("|")
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
    fn a_block_that_holds_the_article_stays_whatever_its_name() {
        let paragraphs = "<p>A paragraph of the article that says what happened and who was there.</p>".repeat(5);
        let html = format!("<body><div class='newsletter share'>{paragraphs}</div></body>");
        assert_eq!(pruned(&html).matches("what happened").count(), 5);
    }

    #[test]
    fn class_names_are_read_word_by_word() {
        assert!(names_furniture("shareBar"));
        assert!(names_furniture("c-photo__credit"));
        assert!(names_furniture("read-more-link"));
        assert!(!names_furniture("shareholder-text"));
        assert!(!names_furniture("has-sidebar"));
        assert!(!names_furniture("article-body-captioned"));
    }
}
