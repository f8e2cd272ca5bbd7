//! Owns what is refused before any engine runs: too much, too deep, or no page at all.

use dom_query::Document;
use thiserror::Error;

use super::media::Media;

/// Bytes of HTML read at most; no article of a real outlet comes near.
const HTML_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Elements open at one time; engines recurse and overflow at some ten thousand.
const OPEN_ELEMENTS_MAX: usize = 1_000;
/// Attributes of one element; the parser compares each with all before it.
const ATTRIBUTES_MAX: usize = 1_000;
/// Elements on a page; engines are quadratic in the worst case.
const ELEMENTS_MAX: usize = 60_000;
/// `<` that open nothing; the parser stops at each.
const STRAY_OPENINGS_MAX: usize = 50_000;
/// What writing the page's texts may cost, by [`writing_cost`]: about a third of a second.
const WRITING_COST_MAX: usize = 4_000_000_000;

/// Why a page gives no article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExtractError {
    #[error("page has over {OPEN_ELEMENTS_MAX} nested elements")]
    TooDeep,
    #[error(
        "page has over {HTML_BYTES_MAX} bytes, {ELEMENTS_MAX} elements, {ATTRIBUTES_MAX} attributes on one, {STRAY_OPENINGS_MAX} stray `<`, or too many entities"
    )]
    TooLarge,
    #[error("it is {what}, not an article")]
    NotHtml { what: Media },
    #[error("page asks for consent or a proof of being human, and shows no article")]
    Wall,
    #[error("page has no article text")]
    NoText,
}

/// Refuses bodies that are no page, by their first bytes and then by their declared type.
pub(super) fn check_bytes(bytes: &[u8], content_type: Option<&str>) -> Result<(), ExtractError> {
    if bytes.len() > HTML_BYTES_MAX {
        return Err(ExtractError::TooLarge);
    }
    match Media::of_bytes(bytes, content_type) {
        Some(what) => Err(ExtractError::NotHtml { what }),
        None => Ok(()),
    }
}

/// Refuses decoded pages that an engine could choke on.
pub(super) fn check_html(html: &str) -> Result<(), ExtractError> {
    check_bytes(html.as_bytes(), None)?;
    let start = html.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() {
        return Err(ExtractError::NoText);
    }
    if let Some(what) = Media::of_text(start) {
        return Err(ExtractError::NotHtml { what });
    }
    scan(html.as_bytes())
}

/// Checks the tree itself: the scan is a guess at what the parser makes of broken markup, this is the fact.
pub(super) fn check_tree(document: &Document) -> Result<(), ExtractError> {
    let root = document.root();
    let (mut depth, mut n_elements) = (0_usize, 0_usize);
    let mut next = root.first_child();
    while let Some(node) = next {
        n_elements += usize::from(node.is_element());
        if n_elements > ELEMENTS_MAX {
            return Err(ExtractError::TooLarge);
        }
        if let Some(child) = node.first_child() {
            depth += 1;
            if depth > OPEN_ELEMENTS_MAX {
                return Err(ExtractError::TooDeep);
            }
            next = Some(child);
            continue;
        }
        let mut at = node;
        next = loop {
            if let Some(sibling) = at.next_sibling() {
                break Some(sibling);
            }
            match at.parent() {
                Some(parent) if parent.id != root.id => {
                    depth = depth.saturating_sub(1);
                    at = parent;
                }
                _ => break None,
            }
        };
    }
    Ok(())
}

/// Counts open elements the way the parser will, in one pass and without building anything.
fn scan(html: &[u8]) -> Result<(), ExtractError> {
    let mut open = OpenElements::default();
    let (mut at, mut text_from, mut cost, mut n_stray) = (0, 0, 0_usize, 0_usize);
    while let Some(next) = find(html, at, b'<') {
        at = next + 1;
        let Some(&first) = html.get(at) else { break };
        if html.get(at..at + 3) == Some(b"!--") {
            at = end_of(html, at + 3, b"-->");
            cost = cost.saturating_add(writing_cost(&html[text_from..next]));
            text_from = at;
            continue;
        }
        let is_close = first == b'/';
        let name_at = at + usize::from(is_close);
        let name = tag_name(html, name_at);
        if name.is_empty() {
            n_stray += 1;
            if n_stray > STRAY_OPENINGS_MAX {
                return Err(ExtractError::TooLarge);
            }
            continue;
        }
        let (end, n_attributes) = end_of_tag(html, name_at + name.len());
        if n_attributes > ATTRIBUTES_MAX {
            return Err(ExtractError::TooLarge);
        }
        cost = cost.saturating_add(writing_cost(&html[text_from..next])).saturating_add(writing_cost(&html[next..end]));
        if cost > WRITING_COST_MAX {
            return Err(ExtractError::TooLarge);
        }
        (at, text_from) = (end, end);
        let kind = Kind::of(&name);
        if is_close {
            open.close(&name, kind);
            continue;
        }
        if kind == Kind::Raw {
            at = end_of_raw(html, at, &name);
            text_from = at;
            continue;
        }
        open.open(name, kind);
        if open.count() > OPEN_ELEMENTS_MAX {
            return Err(ExtractError::TooDeep);
        }
    }
    cost = cost.saturating_add(writing_cost(&html[text_from..]));
    if cost > WRITING_COST_MAX { Err(ExtractError::TooLarge) } else { Ok(()) }
}

/// The engine writes its article as HTML, and html5ever 0.40 looks to the end of a text, or to its next `<`, `>` or
/// quote, for each character that it escapes or that might be a no-break space.
fn writing_cost(text: &[u8]) -> usize {
    const ENDS: [&[u8]; 4] = [b"&lt;", b"&gt;", b"&quot;", b"&#34;"];
    let is_costly = |at: &usize| !ENDS.iter().any(|end| text[*at..].starts_with(end));
    memchr::memchr2_iter(b'&', 0xC2, text).filter(is_costly).count().saturating_mul(text.len())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Never stays open, or is closed by the next of its kind.
    Void,
    /// Holds text only.
    Raw,
    /// Reopened by the parser until its own end tag.
    Formatting,
    /// An end tag of something outside does not reach through it.
    Barrier,
    Block,
    Inline,
}

impl Kind {
    fn of(name: &[u8]) -> Self {
        match name {
            b"area" | b"base" | b"br" | b"col" | b"embed" | b"hr" | b"img" | b"input" | b"link" | b"meta"
            | b"param" | b"source" | b"track" | b"wbr" | b"p" | b"li" | b"dt" | b"dd" | b"option" | b"optgroup"
            | b"tr" | b"tbody" | b"thead" | b"tfoot" | b"a" | b"rp" | b"rt" | b"path" | b"html" | b"head" | b"body"
            | b"circle" | b"rect" | b"use" | b"line" | b"polygon" | b"stop" => Self::Void,
            b"script" | b"style" | b"textarea" | b"title" | b"xmp" | b"iframe" | b"noembed" | b"noframes" => Self::Raw,
            b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"nobr" | b"s" | b"small" | b"strike" | b"strong"
            | b"tt" | b"u" => Self::Formatting,
            b"table" | b"td" | b"th" | b"caption" | b"object" | b"template" | b"marquee" | b"applet" | b"svg"
            | b"math" | b"foreignobject" => Self::Barrier,
            b"address" | b"article" | b"aside" | b"blockquote" | b"button" | b"center" | b"details" | b"dialog"
            | b"dir" | b"div" | b"dl" | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"form" | b"frameset"
            | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"header" | b"hgroup" | b"listing" | b"main"
            | b"menu" | b"nav" | b"ol" | b"pre" | b"search" | b"section" | b"select" | b"summary" | b"ul" => {
                Self::Block
            }
            _ => Self::Inline,
        }
    }
}

#[derive(Default)]
struct OpenElements {
    stack: Vec<(Vec<u8>, Kind)>,
    n_formatting: usize,
}

impl OpenElements {
    fn count(&self) -> usize {
        self.stack.len() + self.n_formatting
    }

    fn open(&mut self, name: Vec<u8>, kind: Kind) {
        match kind {
            Kind::Void | Kind::Raw => {}
            Kind::Formatting => self.n_formatting += 1,
            Kind::Barrier | Kind::Block | Kind::Inline => self.stack.push((name, kind)),
        }
    }

    fn close(&mut self, name: &[u8], kind: Kind) {
        if kind == Kind::Formatting {
            self.n_formatting = self.n_formatting.saturating_sub(1);
            return;
        }
        for index in (0..self.stack.len()).rev() {
            let (open, open_kind) = &self.stack[index];
            if open == name {
                self.stack.truncate(index);
                return;
            }
            let is_stopped = match kind {
                Kind::Inline => *open_kind != Kind::Inline,
                _ => *open_kind == Kind::Barrier && kind != Kind::Barrier,
            };
            if is_stopped {
                return;
            }
        }
    }
}

fn find(html: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, html.get(from..)?).map(|offset| from + offset)
}

fn tag_name(html: &[u8], from: usize) -> Vec<u8> {
    let rest = html.get(from..).unwrap_or_default();
    if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return Vec::new();
    }
    let end = rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(rest.len());
    rest[..end.min(32)].to_ascii_lowercase()
}

/// Behind the `>` that closes a tag, quotes respected, and how many attributes the tag has.
fn end_of_tag(html: &[u8], from: usize) -> (usize, usize) {
    let (mut quote, mut n_attributes) = (None, 0);
    let (mut is_value, mut was_gap) = (false, true);
    for (offset, byte) in html.get(from..).unwrap_or_default().iter().enumerate() {
        let is_gap = byte.is_ascii_whitespace() || *byte == b'/';
        match (quote, byte) {
            (Some(open), byte) if open == *byte => (quote, is_value) = (None, false),
            (Some(_), _) => {}
            (None, b'>') => return (from + offset + 1, n_attributes),
            (None, b'"' | b'\'') if is_value => quote = Some(*byte),
            (None, b'=') => is_value = true,
            (None, _) if is_gap => {}
            (None, _) => {
                n_attributes += usize::from(was_gap && !is_value);
                is_value = false;
            }
        }
        // A value may stand against the next name: `a="1"b="2"`.
        was_gap = is_gap || (quote.is_none() && matches!(byte, b'"' | b'\''));
    }
    (html.len(), n_attributes)
}

fn end_of(html: &[u8], from: usize, needle: &[u8]) -> usize {
    let rest = html.get(from..).unwrap_or_default();
    memchr::memmem::find(rest, needle).map_or(html.len(), |at| from + at + needle.len())
}

fn end_of_raw(html: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(next) = find(html, at, b'<') {
        at = next + 1;
        if html.get(at) == Some(&b'/') && tag_name(html, at + 1) == name {
            return end_of_tag(html, at + 1 + name.len()).0;
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(open: &str, close: &str, n: usize) -> String {
        format!("<html><body>{}x{}</body></html>", open.repeat(n), close.repeat(n))
    }

    #[test]
    fn a_thousand_nested_divs_are_refused_and_a_hundred_are_not() {
        assert_eq!(check_html(&nested("<div>", "</div>", 1_200)), Err(ExtractError::TooDeep));
        assert_eq!(check_html(&nested("<div>", "</div>", 100)), Ok(()));
    }

    #[test]
    fn stray_end_tags_do_not_hide_depth() {
        for trick in ["<div></span>", "<b><div></b>", "<div><table></div>", "<span><div></span>", "<b a=1><p>"] {
            assert_eq!(check_html(&nested(trick, "", 1_200)), Err(ExtractError::TooDeep), "{trick}");
        }
    }

    #[test]
    fn many_unclosed_paragraphs_and_rows_are_not_depth() {
        for flat in ["<p>word ", "<li>word ", "<tr><td>word</td>", "<br>", "<img src=a>", "<div>a</div>"] {
            assert_eq!(check_html(&nested(flat, "", 3_000)), Ok(()), "{flat}");
        }
    }

    #[test]
    fn markup_in_scripts_comments_and_attributes_is_not_depth() {
        let divs = "<div>".repeat(2_000);
        for page in [
            format!("<script>{divs}</script><p>a</p>"),
            format!("<!-- {divs} --><p>a</p>"),
            format!("<p title=\"{divs}\">a</p>"),
            format!("<iframe>{divs}</iframe><p>a</p>"),
        ] {
            assert_eq!(check_html(&page), Ok(()));
        }
    }

    #[test]
    fn the_tree_is_checked_behind_the_scan() {
        let deep = Document::from(nested("<div>", "</div>", 1_200));
        assert_eq!(check_tree(&deep), Err(ExtractError::TooDeep));
        let wide = Document::from("<i></i>".repeat(ELEMENTS_MAX + 1));
        assert_eq!(check_tree(&wide), Err(ExtractError::TooLarge));
        assert_eq!(check_tree(&Document::from("<p>a<p>b")), Ok(()));
    }

    #[test]
    fn an_element_of_a_thousand_attributes_is_refused() {
        let attributes = |n: usize| (0..n).map(|i| format!("a{i}=\"{i}\"")).collect::<Vec<_>>().join(" ");
        assert_eq!(check_html(&format!("<p {}>a", attributes(1_200))), Err(ExtractError::TooLarge));
        assert_eq!(check_html(&format!("<p {}>a", attributes(200))), Ok(()));
        assert_eq!(check_html(&format!("<p title=\"{}\">a", "a=1 ".repeat(5_000))), Ok(()));
    }

    #[test]
    fn a_text_that_takes_long_to_write_is_refused_and_what_pages_hold_is_not() {
        let dense = ["&a", "&nbsp;", "\u{ab}"].map(|piece| piece.repeat(100_000));
        for text in &dense {
            for page in
                [text.clone(), format!("<p>{text}</p>"), format!("<p title='{text}'>a"), format!("{text}<!-- -->")]
            {
                assert_eq!(check_html(&page), Err(ExtractError::TooLarge), "{:?}", page.chars().take(12));
            }
            assert_eq!(check_html(&format!("<script>{text}</script><p>a")), Ok(()), "scripts are written as they are");
        }
        let paragraphs =
            "<p>&laquo;&nbsp;Oui&nbsp;&raquo;, \u{ab}\u{a0}non\u{a0}\u{bb} &amp; plus encore.</p>".repeat(20_000);
        assert_eq!(check_html(&paragraphs), Ok(()));
        let state = "{&quot;url&quot;:&quot;/a?b&amp;c&quot;},".repeat(5_000);
        assert_eq!(check_html(&format!("<div data-state=\"{state}\">a</div>")), Ok(()));
    }

    #[test]
    fn a_page_of_signs_that_open_nothing_is_refused_and_one_that_compares_numbers_is_not() {
        for sign in ["<", "< ", "<1", "<?"] {
            assert_eq!(check_html(&sign.repeat(STRAY_OPENINGS_MAX + 2)), Err(ExtractError::TooLarge), "{sign}");
        }
        assert_eq!(check_html(&"<p>1 < 2 and 3 << 4</p>".repeat(5_000)), Ok(()));
    }

    #[test]
    fn a_body_over_the_cap_is_refused() {
        assert_eq!(check_html(&"a".repeat(HTML_BYTES_MAX + 1)), Err(ExtractError::TooLarge));
    }
}
