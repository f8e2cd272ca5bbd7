//! Owns the text of a page: guarded prune, engine, line filter; JSON-LD and the feed where they say more.

use std::collections::HashSet;

use dom_query::Document;
use dom_smoothie::{Config, ParsePolicy, Readability};

use super::{
    Hints, TextSource, entry,
    head::Head,
    lines::{self, Known},
    markup::{Line, fragment_lines, lines as markup_lines, page_lines},
    prune, wall,
};

/// A text shorter than this makes the engine try again with laxer rules.
const STRICT_CHARS_MIN: usize = 500;
/// A text shorter than this makes the page be read once more without pruning.
const TEXT_CHARS_MIN: usize = 250;
/// Share of the text that must stand in `articleBody` for both to be the same, and the line that tells.
const SAME_TEXT_SHARE_MIN: f32 = 0.7;
const BODY_LINE_BYTES_MIN: usize = 20;
/// A rival text must be this much longer to be taken.
const RIVAL_SHARE_MIN: f32 = 1.6;
const PAYWALLED_SHARE_MIN: f32 = 1.1;
/// The page's own article element must hold this much more prose than the engine found.
const CONTAINER_SHARE_MIN: f32 = 1.7;

/// A line this long says where on the page it stands.
const ANCHOR_CHARS_MIN: usize = 40;
/// Lines between headline and text, and between two lines of the text, looked at for lost paragraphs.
const LEAD_LINES_MAX: usize = 60;
/// Lines under the headline that may be the lead without being paragraphs.
const BARE_LEAD_LINES_MAX: usize = 6;
const GAP_LINES_MAX: usize = 12;

/// An article's text and where it came from.
pub(super) struct Body {
    pub(super) text: String,
    pub(super) source: TextSource,
    pub(super) origin: &'static str,
    /// The page asks something of its readers and shows no text, and nobody else has it.
    pub(super) is_wall: bool,
}

/// Reads the article's text; empty when the page has none.
pub(super) fn read(html: &str, document: Document, head: &Head, known: &Known, hints: &Hints) -> Body {
    prune::prune(&document.root());
    let mut found = lines::filter(engine(document, Effort::Strict), known);
    let (mut source, mut origin) = (TextSource::Page, "page");
    if n_chars(&found) < STRICT_CHARS_MIN {
        let document = Document::from(html);
        prune::prune(&document.root());
        take_longer(&mut found, lines::filter(engine(document, Effort::Full), known), 1.0);
    }
    let mut is_wall = wall::clear(&mut found, known.title);
    if let Some(body) = &head.json_ld.body {
        cut_behind(&mut found, body);
    }
    let rivals = [
        (head.json_ld.body.as_deref(), TextSource::JsonLd, "json-ld articleBody"),
        (hints.feed_text, TextSource::Feed, "feed"),
    ];
    for (rival, rival_source, rival_origin) in rivals {
        let Some(rival) = rival else { continue };
        let rival = lines::filter(fragment_lines(rival), known);
        let share_min = if known.is_paywalled { PAYWALLED_SHARE_MIN } else { RIVAL_SHARE_MIN };
        if take_longer(&mut found, rival, share_min) {
            (source, origin) = (rival_source, rival_origin);
        }
    }
    // Behind the rivals: what pruning took from a stub is its cookie box.
    if n_chars(&found) < TEXT_CHARS_MIN && !is_wall {
        let mut whole = lines::filter(engine(Document::from(html), Effort::Full), known);
        is_wall = wall::clear(&mut whole, known.title);
        if !is_wall && take_longer(&mut found, whole, 1.5) {
            (source, origin) = (TextSource::Page, "page, unpruned");
        }
    }
    if found.is_empty() && !is_wall {
        // A page of three lines is nothing to an engine.
        let mut whole = markup_lines(&Document::from(html).root());
        is_wall = wall::clear(&mut whole, known.title);
    }
    is_wall &= n_chars(&found) < entry::TEXT_CHARS_MIN;
    Body { text: found.join("\n"), source, origin, is_wall }
}

/// Cuts lines behind the end of the page's own `articleBody`, when that is the same text.
fn cut_behind(found: &mut Vec<String>, body: &str) {
    let letters =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let body = letters(body);
    let lines: Vec<String> = found.iter().map(|line| letters(line)).collect();
    let is_in_body = |line: &String| line.len() >= BODY_LINE_BYTES_MIN && body.contains(line.as_str());
    let n_bytes: usize = lines.iter().map(String::len).sum();
    let n_in_body: usize = lines.iter().filter(|line| is_in_body(line)).map(String::len).sum();
    let Some(last) = lines.iter().rposition(is_in_body) else { return };
    // A shortened body says nothing about what comes behind it.
    if n_in_body as f32 >= n_bytes as f32 * SAME_TEXT_SHARE_MIN && body.ends_with(&lines[last]) {
        found.truncate(last + 1);
    }
}

/// Replaces a text by one that is longer by this share.
fn take_longer(found: &mut Vec<String>, rival: Vec<String>, share_min: f32) -> bool {
    let is_longer = n_chars(&rival) as f32 > n_chars(found) as f32 * share_min;
    if is_longer {
        *found = rival;
    }
    is_longer
}

fn n_chars(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count()).sum()
}

fn engine(document: Document, effort: Effort) -> Vec<String> {
    let container = container(&document);
    let n_whole = container.as_ref().map(prune::n_prose_chars).unwrap_or_default();
    let page = page_lines(&document.root(), container.map(|container| container.id));
    let config = Config { disable_json_ld: true, ..Config::default() };
    let Ok(mut readability) = Readability::with_document(document, None, Some(config)) else { return Vec::new() };
    let parsed = match effort {
        Effort::Strict => readability.parse_with_policy(ParsePolicy::Strict),
        Effort::Full => readability.parse(),
    };
    if parsed.is_err() {
        return Vec::new();
    }
    // What the engine chose hangs in its document under this id.
    let content = readability.doc.select_single("#readability-page-1");
    let Some(content) = content.nodes().first() else { return Vec::new() };
    let n_found = prune::n_prose_chars(content);
    if n_whole as f32 > n_found as f32 * CONTAINER_SHARE_MIN {
        return page.into_iter().filter(|line| line.is_contained).map(|line| line.text).collect();
    }
    complete(markup_lines(content), &page)
}

/// How hard the engine tries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// One pass with the strictest rules: enough for nearly every article, and it copies nothing.
    Strict,
    /// Laxer rules until there is text.
    Full,
}

/// Puts back paragraphs that the engine lost: the lead under the headline, and prose between two lines it kept.
fn complete(found: Vec<String>, page: &[Line]) -> Vec<String> {
    let known: HashSet<&str> = found.iter().map(String::as_str).collect();
    let is_anchor = |line: &Line| line.text.chars().count() >= ANCHOR_CHARS_MIN && known.contains(line.text.as_str());
    let Some(first) = page.iter().position(is_anchor) else { return found };
    let headline = page[..first].iter().rposition(|line| line.is_headline);
    let mut lead: Vec<&Line> = Vec::new();
    if let Some(headline) = headline.filter(|headline| first - headline <= LEAD_LINES_MAX) {
        for (distance, line) in page[headline + 1..first].iter().enumerate() {
            let may_be_lead = line.is_paragraph || distance < BARE_LEAD_LINES_MAX;
            if may_be_lead && is_prose(line, 50) && !known.contains(line.text.as_str()) {
                lead.push(line);
            }
        }
    }
    let mut completed: Vec<String> = lead.iter().map(|line| line.text.clone()).collect();
    let mut at = first;
    for line in &found {
        let place = page[at..].iter().position(|known| known.text == *line).map(|offset| at + offset);
        if let Some(place) = place.filter(|_| line.chars().count() >= ANCHOR_CHARS_MIN) {
            if place - at <= GAP_LINES_MAX {
                let lost =
                    page[at..place].iter().filter(|line| is_prose(line, 60) && !known.contains(line.text.as_str()));
                completed.extend(lost.map(|line| line.text.clone()));
            }
            at = place + 1;
        }
        completed.push(line.clone());
    }
    completed
}

/// A sentence or more that is not mostly links.
fn is_prose(line: &Line, n_chars_min: usize) -> bool {
    line.text.chars().count() >= n_chars_min
        && line.n_link_bytes * 3 < line.text.len()
        && line.text.ends_with(['.', '!', '?', '"', '”', '»', '…', '。', '！', '？', '」', '؟', ':', ')'])
}

/// The element that the page itself calls its article, when there is only one.
fn container(document: &Document) -> Option<dom_query::NodeRef<'_>> {
    for selector in ["[itemprop~=articleBody]", "article", "main, [role=main]"] {
        let found = document.select(selector);
        match found.nodes() {
            [only] => return Some(*only),
            [] => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "The ministers met on Monday in the town hall and talked until the evening.";
    const SECOND: &str = "They agreed on a date for the next round and on nothing else, said a speaker.";
    const THIRD: &str = "The strait stays closed until then, and no boat may leave the harbour at night.";

    fn paragraph(text: &str) -> Line {
        Line { text: text.to_owned(), is_paragraph: true, ..Line::default() }
    }

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn a_lost_lead_and_a_lost_paragraph_come_back_in_their_places() {
        let headline = Line { text: "Ministers meet".to_owned(), is_headline: true, ..Line::default() };
        let page = [headline, paragraph(FIRST), paragraph(SECOND), paragraph(THIRD), paragraph("Short.")];
        assert_eq!(complete(owned(&[SECOND, THIRD]), &page), owned(&[FIRST, SECOND, THIRD]));
        let page = [paragraph(FIRST), paragraph(SECOND), paragraph("Share"), paragraph(THIRD)];
        assert_eq!(complete(owned(&[FIRST, THIRD]), &page), owned(&[FIRST, SECOND, THIRD]));
    }

    #[test]
    fn a_line_of_links_is_not_a_lost_paragraph() {
        let linked = Line { n_link_bytes: SECOND.len(), ..paragraph(SECOND) };
        let page = [paragraph(FIRST), linked, paragraph(THIRD)];
        assert_eq!(complete(owned(&[FIRST, THIRD]), &page), owned(&[FIRST, THIRD]));
    }

    #[test]
    fn lines_behind_the_pages_own_text_are_cut_only_when_that_text_is_whole() {
        let mut found = owned(&[FIRST, SECOND, "Visit our shop in the harbour."]);
        cut_behind(&mut found, &format!("{FIRST} {SECOND}"));
        assert_eq!(found, owned(&[FIRST, SECOND]));
        let mut found = owned(&[FIRST, SECOND, THIRD]);
        cut_behind(&mut found, &format!("{FIRST} They agreed on a date …"));
        assert_eq!(found.len(), 3);
    }
}
