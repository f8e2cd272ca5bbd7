//! Owns which lines of a page are its article's, seen from those an engine found: lost ones before, between and behind
//! them come back, those beyond the article's own block go.

use std::{collections::HashSet, ops::Range};

use super::{
    lines::Known,
    markup::{BlockKind, Line, PageLines, letters},
    title,
};

/// A line this long says where on the page it stands.
const ANCHOR_CHARS_MIN: usize = 40;
/// Lines between headline and text looked at for the lead.
const LEAD_LINES_MAX: usize = 60;
/// Lines under the headline that may be the lead without being paragraphs.
const BARE_LEAD_LINES_MAX: usize = 6;
/// Lines under the headline among which a heading is its second half.
const SUBTITLE_LINES_MAX: usize = 3;
const SUBTITLE_WORDS_MIN: usize = 6;
const LEAD_CHARS_MIN: usize = 40;
/// Lines between two lines of the text, and behind its last, looked at for lost paragraphs.
const GAP_LINES_MAX: usize = 12;
const LOST_CHARS_MIN: usize = 60;
/// Share of the found text that makes a block the article's own, and a parent or a name one of its paragraphs'.
const OWN_SHARE_MIN: f32 = 0.8;
const HOME_SHARE_MIN: f32 = 0.25;
/// A block with less of the found text is a teaser.
const PART_SHARE_MIN: f32 = 0.1;
/// Of the block that alone calls itself the article's body an engine finds at least this share, or it found something else.
const BODY_SHARE_MIN: f32 = 0.3;
const BODY_CHARS_MIN: usize = 300;

/// The lines of the block that alone calls itself the article's body, when an engine found another text.
pub(super) fn other_body(found: &[Line], page: &PageLines) -> Option<Vec<Line>> {
    let body = only_body(page)?;
    let lines = &page.lines[body];
    let known: HashSet<&str> = found.iter().map(|line| line.text.as_str()).collect();
    let prose = || lines.iter().filter(|line| is_prose(line, ANCHOR_CHARS_MIN));
    let n_body: usize = prose().map(Line::n_chars).sum();
    let n_found: usize = prose().filter(|line| known.contains(line.text.as_str())).map(Line::n_chars).sum();
    (n_body >= BODY_CHARS_MIN && (n_found as f32) < n_body as f32 * BODY_SHARE_MIN).then(|| lines.to_vec())
}

/// The one outermost block that calls itself the article's body.
pub(super) fn only_body(page: &PageLines) -> Option<Range<usize>> {
    let mut only: Option<Range<usize>> = None;
    for block in page.blocks.iter().filter(|block| block.kind == BlockKind::Body && !block.lines.is_empty()) {
        match &only {
            Some(outer) if outer.end >= block.lines.end => {}
            Some(_) => return None,
            None => only = Some(block.lines.clone()),
        }
    }
    only
}

/// Puts back what the engine lost and drops what it took from beyond the article.
pub(super) fn complete(mut found: Vec<Line>, page: &PageLines, known: &Known) -> Vec<Line> {
    let texts: HashSet<String> = found.iter().map(|line| line.text.clone()).collect();
    let is_anchor = |line: &Line| line.n_chars() >= ANCHOR_CHARS_MIN && texts.contains(&line.text);
    let Some(first) = page.lines.iter().position(is_anchor) else { return found };
    let mut places = places(&found, &page.lines, first);
    let home = Home::of(&found, &places, page);
    if let Some(n_own) = home.n_own(&places) {
        found.truncate(n_own);
        places.truncate(n_own);
    }
    let is_lost = |line: &Line| {
        let is_heading = line.is_heading && line.n_link_bytes == 0 && home.has(line);
        (is_heading || is_prose(line, LOST_CHARS_MIN)) && !texts.contains(&line.text)
    };
    let mut completed: Vec<Line> =
        lead(page, first, known).filter(|line| !texts.contains(&line.text)).cloned().collect();
    let mut at = first;
    for (line, place) in found.iter().zip(&places) {
        if let Some(place) = *place {
            if place - at <= GAP_LINES_MAX {
                completed.extend(page.lines[at..place].iter().filter(|line| is_lost(line)).cloned());
            }
            at = place + 1;
        }
        completed.push(line.clone());
    }
    let mut n_gap = 0;
    for line in &page.lines[at..] {
        if is_prose(line, LOST_CHARS_MIN) && is_lost(line) && home.has(line) {
            completed.push(line.clone());
            n_gap = 0;
        }
        n_gap += 1;
        if n_gap > GAP_LINES_MAX {
            break;
        }
    }
    completed
}

/// Where on the page each line of the text stands, in order; short lines only close behind their forerunner.
fn places(found: &[Line], page: &[Line], first: usize) -> Vec<Option<usize>> {
    let mut at = first;
    let mut places = Vec::with_capacity(found.len());
    for line in found {
        let end = if line.n_chars() >= ANCHOR_CHARS_MIN { page.len() } else { page.len().min(at + GAP_LINES_MAX) };
        let place = page[at..end].iter().position(|other| other.text == line.text).map(|offset| at + offset);
        if let Some(place) = place {
            at = place + 1;
        }
        places.push(place);
    }
    places
}

/// The blocks of the page that the found text stands in.
struct Home {
    /// Parents of its paragraphs and hashes of their names, with the characters in each.
    parents: Vec<(Option<dom_query::NodeId>, usize)>,
    names: Vec<(u64, usize)>,
    n_chars: usize,
    own: Vec<Range<usize>>,
}

impl Home {
    fn of(found: &[Line], places: &[Option<usize>], page: &PageLines) -> Self {
        let mut home = Self { parents: Vec::new(), names: Vec::new(), n_chars: 0, own: Vec::new() };
        let mut anchors: Vec<(usize, usize)> = Vec::new();
        for (line, place) in found.iter().zip(places) {
            let n_chars = line.n_chars();
            let Some(place) = place.filter(|_| n_chars >= ANCHOR_CHARS_MIN) else { continue };
            anchors.push((place, n_chars));
            home.n_chars += n_chars;
            let stands = page.lines[place].place;
            add(&mut home.parents, stands.parent, n_chars);
            add(&mut home.names, stands.names, n_chars);
        }
        let n_in = |lines: &Range<usize>| -> usize {
            anchors.iter().filter(|(place, _)| lines.contains(place)).map(|(_, n_chars)| n_chars).sum()
        };
        for kind in [BlockKind::Body, BlockKind::Article, BlockKind::Main] {
            let blocks = page.blocks.iter().filter(|block| block.kind == kind);
            let part_min = home.n_chars as f32 * PART_SHARE_MIN;
            let parts: Vec<Range<usize>> =
                blocks.map(|block| block.lines.clone()).filter(|lines| n_in(lines) as f32 >= part_min).collect();
            let is_in = |place: &usize| parts.iter().any(|part| part.contains(place));
            let n_own: usize = anchors.iter().filter(|(place, _)| is_in(place)).map(|(_, n_chars)| n_chars).sum();
            if !parts.is_empty() && n_own as f32 >= home.n_chars as f32 * OWN_SHARE_MIN {
                home.own = parts;
                break;
            }
        }
        home
    }

    /// Lines of the text up to the last that stands in its own block.
    fn n_own(&self, places: &[Option<usize>]) -> Option<usize> {
        let is_own = |place: &Option<usize>| place.is_some_and(|place| self.own.iter().any(|own| own.contains(&place)));
        places.iter().rposition(is_own).map(|last| last + 1)
    }

    /// Whether a line has the parent, or names around it, of a good part of the text.
    fn has(&self, line: &Line) -> bool {
        let min = self.n_chars as f32 * HOME_SHARE_MIN;
        let is_home = |n_chars: usize| n_chars as f32 >= min;
        let place = line.place;
        place.parent.is_some() && self.parents.iter().any(|(parent, n)| *parent == place.parent && is_home(*n))
            || place.names != 0 && self.names.iter().any(|(names, n)| *names == place.names && is_home(*n))
    }
}

fn add<K: PartialEq>(counts: &mut Vec<(K, usize)>, key: K, n_chars: usize) {
    match counts.iter_mut().find(|(known, _)| *known == key) {
        Some((_, count)) => *count += n_chars,
        None => counts.push((key, n_chars)),
    }
}

/// The lines between headline and text that are the article's lead.
fn lead<'a>(page: &'a PageLines, first: usize, known: &'a Known) -> impl Iterator<Item = &'a Line> {
    let start = first.saturating_sub(LEAD_LINES_MAX + 1);
    let above = &page.lines[start..first];
    let is_headline = |line: &Line| line.is_headline || known.title.is_some_and(|title| is_title(line, title));
    let headline = above.iter().rposition(is_headline);
    let below = headline.map_or(above.len(), |headline| headline + 1);
    let summary = known.summary.map(letters).unwrap_or_default();
    above[below..]
        .iter()
        .enumerate()
        .filter(move |(distance, line)| is_lead(line, *distance, &summary))
        .map(|(_, line)| line)
}

fn is_lead(line: &Line, n_lines_below: usize, summary: &str) -> bool {
    let is_prose = is_prose(line, LOST_CHARS_MIN - 10) && (line.is_paragraph || n_lines_below < BARE_LEAD_LINES_MAX);
    if is_prose || line.n_link_bytes * 3 >= line.text.len() {
        return is_prose;
    }
    let is_subtitle = line.is_heading
        && n_lines_below < SUBTITLE_LINES_MAX
        && line.text.split_whitespace().count() >= SUBTITLE_WORDS_MIN;
    line.n_chars() >= LEAD_CHARS_MIN && (line.place.is_lead || is_subtitle || is_summary(line, summary))
}

fn is_title(line: &Line, title: &str) -> bool {
    line.text.len() >= title.len() / 2 && line.text.len() <= title.len() * 2 && title::is_headline(&line.text, title)
}

/// The page sums itself up by this line, or by its start.
fn is_summary(line: &Line, summary: &str) -> bool {
    let line = letters(&line.text);
    !line.is_empty() && !summary.is_empty() && (summary.starts_with(&line) || line.starts_with(summary))
}

/// A sentence or more that is not mostly links.
fn is_prose(line: &Line, n_chars_min: usize) -> bool {
    line.n_chars() >= n_chars_min
        && line.n_link_bytes * 3 < line.text.len()
        && line.text.ends_with(['.', '!', '?', '"', '”', '»', '…', '。', '！', '？', '」', '؟', ':', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "The ministers met on Monday in the town hall and talked until the evening.";
    const SECOND: &str = "They agreed on a date for the next round and on nothing else, said a speaker.";
    const THIRD: &str = "The strait stays closed until then, and no boat may leave the harbour at night.";

    const FOURTH: &str = "Nobody signed, but nobody left the table either, and the envoys stay for another week, until the snow has gone.";
    const ELSEWHERE: &str = "The pass was closed as well, and the villages behind it have no road to the sea.";

    fn paragraph(text: &str) -> Line {
        Line { text: text.to_owned(), is_paragraph: true, ..Line::default() }
    }

    fn owned(lines: &[&str]) -> Vec<Line> {
        lines.iter().map(|line| paragraph(line)).collect()
    }

    fn completed(found: &[&str], page: Vec<Line>) -> Vec<String> {
        let page = PageLines { lines: page, ..PageLines::default() };
        complete(owned(found), &page, &Known::default()).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_lost_lead_and_a_lost_paragraph_come_back_in_their_places() {
        let headline = Line { text: "Ministers meet".to_owned(), is_headline: true, ..Line::default() };
        let page = vec![headline, paragraph(FIRST), paragraph(SECOND), paragraph(ELSEWHERE), paragraph(THIRD)];
        assert_eq!(completed(&[SECOND, THIRD], page), [FIRST, SECOND, ELSEWHERE, THIRD]);
    }

    #[test]
    fn a_lost_paragraph_behind_the_text_comes_back_from_the_same_block() {
        let mut document = PageLines::default();
        let tree = dom_query::Document::from(format!(
            "<div><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div><aside><p>{ELSEWHERE}</p></aside>"
        ));
        document.lines = super::super::markup::lines(&tree.root());
        let found = complete(owned(&[FIRST, SECOND]), &document, &Known::default());
        assert_eq!(found.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), [FIRST, SECOND, THIRD]);
    }

    #[test]
    fn lines_behind_the_articles_own_block_go() {
        let tree = dom_query::Document::from(format!(
            "<main><article><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><p>{FOURTH}</p></article></main>\
             <div><p>{ELSEWHERE}</p></div>"
        ));
        let page = super::super::markup::page_lines(&tree.root());
        let found = complete(owned(&[FIRST, SECOND, THIRD, FOURTH, ELSEWHERE]), &page, &Known::default());
        assert_eq!(found.last().map(|line| line.text.as_str()), Some(FOURTH));
    }

    #[test]
    fn a_summary_and_a_named_lead_come_back_without_being_sentences() {
        let headline = Line { text: "Ministers meet".to_owned(), is_headline: true, ..Line::default() };
        let summary = Line { text: "Talks in the town hall end without a text".to_owned(), ..Line::default() };
        let page = PageLines { lines: vec![headline, summary.clone(), paragraph(FIRST)], ..PageLines::default() };
        let known = Known { summary: Some("Talks in the town hall end without a text"), ..Known::default() };
        assert_eq!(complete(owned(&[FIRST]), &page, &known), [summary, paragraph(FIRST)]);
        assert_eq!(complete(owned(&[FIRST]), &page, &Known::default()), owned(&[FIRST]));
    }

    #[test]
    fn a_line_of_links_is_not_a_lost_paragraph() {
        let linked = Line { n_link_bytes: SECOND.len(), ..paragraph(SECOND) };
        assert_eq!(completed(&[FIRST, THIRD], vec![paragraph(FIRST), linked, paragraph(THIRD)]), [FIRST, THIRD]);
    }

    #[test]
    fn the_only_named_body_is_taken_when_the_engine_found_another_text() {
        let body = format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>").repeat(2);
        let tree = dom_query::Document::from(format!(
            "<div class=entry-content>{body}</div><div class=list><p>{ELSEWHERE}</p></div>"
        ));
        let page = super::super::markup::page_lines(&tree.root());
        assert_eq!(other_body(&owned(&[ELSEWHERE]), &page).map(|lines| lines.len()), Some(6));
        assert_eq!(other_body(&owned(&[FIRST, SECOND]), &page), None);
    }
}
