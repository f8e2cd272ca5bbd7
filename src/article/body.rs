//! Owns the text of a page: guarded prune, engine, line filter; JSON-LD and the feed where they say more.

use dom_query::Document;
use dom_smoothie::{Config, Readability};

use super::{
    Hints,
    head::Head,
    lines,
    markup::{fragment_lines, lines as markup_lines},
    prune,
};

/// A text shorter than this makes the page be read once more without pruning.
const TEXT_CHARS_MIN: usize = 250;
/// A rival text must be this much longer to be taken.
const RIVAL_SHARE_MIN: f32 = 1.6;

/// An article's text and where it came from.
pub(super) struct Body {
    pub(super) text: String,
    pub(super) origin: &'static str,
}

/// Reads the article's text; empty when the page has none.
pub(super) fn read(html: &str, document: Document, head: &Head, title: Option<&str>, hints: &Hints) -> Body {
    prune::prune(&document.root());
    let mut found = lines::filter(engine(document), title);
    let mut origin = "page";
    if n_chars(&found) < TEXT_CHARS_MIN {
        let whole = lines::filter(engine(Document::from(html)), title);
        if n_chars(&whole) > n_chars(&found) * 3 / 2 {
            found = whole;
            origin = "page, unpruned";
        }
    }
    let rivals = [(head.json_ld.body.as_deref(), "json-ld articleBody"), (hints.feed_text, "feed")];
    for (rival, rival_origin) in rivals {
        let Some(rival) = rival else { continue };
        let rival = lines::filter(fragment_lines(rival), title);
        if n_chars(&rival) as f32 > n_chars(&found) as f32 * RIVAL_SHARE_MIN {
            found = rival;
            origin = rival_origin;
        }
    }
    Body { text: found.join("\n"), origin }
}

fn n_chars(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count()).sum()
}

fn engine(document: Document) -> Vec<String> {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(document, None, Some(config)) else { return Vec::new() };
    match readability.parse() {
        Ok(article) => markup_lines(&Document::fragment(article.content).root()),
        Err(_) => Vec::new(),
    }
}
