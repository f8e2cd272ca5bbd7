//! Owns the text of a page: guarded prune, engine, line filter; JSON-LD and the feed where they say more.

use dom_query::Document;

use super::{
    Hints, Page, TextSource,
    engine::{self, Told},
    entry,
    head::Head,
    lines::{self, Known},
    markup::{Block, BlockKind, Line, PageLines, fragment_lines, join, letters, lines as markup_lines, page_lines},
    parse::parse,
    prune, region, wall,
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

/// An article's text and where it came from.
pub(super) struct Body {
    pub(super) text: String,
    pub(super) source: TextSource,
    pub(super) origin: &'static str,
    /// The page asks something of its readers and shows no text, and nobody else has it.
    pub(super) is_wall: bool,
}

/// Reads the article's text; empty when the page has none.
pub(super) fn read(html: &str, document: Document, (head, page): (&Head, &Page), hints: &Hints) -> Body {
    let summary = head.meta(&["og:description", "description", "twitter:description"]);
    let author =
        head.meta(&["dc:creator", "dc.creator", "dcterms:creator", "dcterms.creator", "author", "parsely-author"]);
    let (summary, has_author) = (summary.map(|(_, summary)| summary), author.is_some());
    let known = &Known { summary, has_author, ..Known::of(page) };
    prune::prune(&document.root());
    let mut found = lines::filter(engine(document, Effort::Strict, known), known);
    let (mut source, mut origin) = (TextSource::Page, "page");
    if n_chars(&found) < STRICT_CHARS_MIN {
        let document = parse(html);
        prune::prune(&document.root());
        take_longer(&mut found, lines::filter(engine(document, Effort::Full, known), known), 1.0);
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
        let mut whole = lines::without_furniture(engine(parse(html), Effort::Unpruned, known), known);
        is_wall = wall::clear(&mut whole, known.title);
        if !is_wall && take_longer(&mut found, whole, 1.5) {
            (source, origin) = (TextSource::Page, "page, unpruned");
        }
    }
    if found.is_empty() && !is_wall {
        // A page of three lines is nothing to an engine.
        let mut whole = markup_lines(&parse(html).root());
        is_wall = wall::clear(&mut whole, known.title);
    }
    is_wall &= n_chars(&found) < entry::TEXT_CHARS_MIN;
    Body { text: join(&found), source, origin, is_wall }
}

/// Cuts lines behind the end of the page's own `articleBody`, when that is the same text.
fn cut_behind(found: &mut Vec<Line>, body: &str) {
    let body = letters(body);
    let lines: Vec<String> = found.iter().map(|line| letters(&line.text)).collect();
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
fn take_longer(found: &mut Vec<Line>, rival: Vec<Line>, share_min: f32) -> bool {
    let is_longer = n_chars(&rival) as f32 > n_chars(found) as f32 * share_min;
    if is_longer {
        *found = rival;
    }
    is_longer
}

fn n_chars(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.text.chars().count()).sum()
}

fn engine(document: Document, effort: Effort, known: &Known) -> Vec<Line> {
    let page = page_lines(&document.root());
    let container = container(&page);
    let node = container.as_ref().and_then(|block| document.tree.get(&block.id));
    let n_whole = node.as_ref().map(prune::n_prose_chars).unwrap_or_default();
    let told = Told { title: known.title, has_author: known.has_author };
    let chosen = match effort {
        Effort::Strict => engine::choose(document, &told),
        Effort::Full | Effort::Unpruned => engine::choose_laxly(&document, &told),
    };
    let Some(chosen) = chosen else { return Vec::new() };
    let content = &chosen.node();
    if let Some(container) = container
        && n_whole as f32 > prune::n_prose_chars(content) as f32 * CONTAINER_SHARE_MIN
    {
        return page.lines[container.lines].to_vec();
    }
    let found = markup_lines(content);
    if effort == Effort::Unpruned {
        return found;
    }
    region::other_body(&found, &page).unwrap_or_else(|| region::complete(found, &page, known))
}

/// How hard the engine tries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// One pass with the strictest rules: enough for nearly every article, and it copies nothing.
    Strict,
    /// Laxer rules until there is text.
    Full,
    /// The same on a page with its furniture: what the engine did not take is likely that.
    Unpruned,
}

/// The block that the page itself calls its article, when there is only one.
fn container(page: &PageLines) -> Option<Block> {
    if let Some(body) = region::only_body(page) {
        return page.blocks.iter().find(|block| block.kind == BlockKind::Body && block.lines == body).cloned();
    }
    for kind in [BlockKind::Article, BlockKind::Main] {
        let mut blocks = page.blocks.iter().filter(|block| block.kind == kind);
        if let Some(only) = blocks.next() {
            return blocks.next().is_none().then(|| only.clone());
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

    fn owned(lines: &[&str]) -> Vec<Line> {
        lines.iter().map(|line| paragraph(line)).collect()
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
