//! Owns the one pass over a page's markup before it is parsed: what it would cost is counted, and what nothing reads is
//! left out.

use std::{borrow::Cow, ops::Range, sync::LazyLock};

use super::{
    guard::{ExtractError, OPEN_ELEMENTS_MAX},
    scripted,
    vocabulary::Vocabulary,
};

/// Attributes of one element; the parser compares each with all before it.
pub(super) const ATTRIBUTES_MAX: usize = 1_000;
/// `<` that open nothing; the parser stops at each.
pub(super) const STRAY_OPENINGS_MAX: usize = 50_000;
/// What writing the page's texts may cost, by [`writing_cost`]: about a third of a second.
const WRITING_COST_MAX: usize = 4_000_000_000;
/// A shorter text costs nothing to speak of: pages have less than a million.
const COSTLY_BYTES_MIN: usize = 64;
/// A shorter content costs less than leaving it out.
const CONTENT_BYTES_MIN: usize = 32;
const COMMENT_OPENING: &[u8] = b"<!--";
/// Bytes of a tag's name that are compared; those that count are shorter.
const NAME_BYTES_MAX: usize = 32;

/// Counts open elements the way the parser will, without building anything, and gives back the page without what nothing
/// reads: see [`Blanks`].
pub(super) fn scan(page: &str) -> Result<Cow<'_, str>, ExtractError> {
    let html = page.as_bytes();
    let mut open = OpenElements::default();
    let mut blanks = Blanks { page, parts: Vec::new(), gap_from: 0 };
    let (mut at, mut text_from, mut cost, mut n_stray) = (0, 0, 0_usize, 0_usize);
    while let Some(next) = find(html, at, b'<') {
        at = next + 1;
        let Some(&first) = html.get(at) else { break };
        if html[next..].starts_with(COMMENT_OPENING) {
            cost = cost.saturating_add(writing_cost(&html[text_from..next]));
            let comment = comment(html, at);
            blanks.text(text_from..next, open.spaces());
            at = comment.end.saturating_add(3).min(html.len());
            text_from = at;
            blanks.comment(comment, at);
            continue;
        }
        let is_close = first == b'/';
        let name_at = at + usize::from(is_close);
        let written = tag_name(html, name_at);
        if written.is_empty() {
            n_stray += 1;
            if n_stray > STRAY_OPENINGS_MAX {
                return Err(ExtractError::TooLarge);
            }
            continue;
        }
        let (end, n_attributes) = end_of_tag(html, name_at + written.len());
        if n_attributes > ATTRIBUTES_MAX {
            return Err(ExtractError::TooLarge);
        }
        cost = cost.saturating_add(writing_cost(&html[text_from..next])).saturating_add(writing_cost(&html[next..end]));
        if cost > WRITING_COST_MAX {
            return Err(ExtractError::TooLarge);
        }
        blanks.text(text_from..next, open.spaces());
        let name = Name::of(written);
        let kind = Kind::of(name.bytes());
        at = blanks.tag(next..end, &name, is_close);
        if is_close {
            open.close(&name, kind);
        } else if kind == Kind::Raw {
            let content = raw_content(html, at, written);
            at = end_of_tag(html, content.end.saturating_add(2 + written.len())).0;
            blanks.raw(next..end, &name, content);
            blanks.gap_from = at;
        } else {
            open.open(name, kind);
        }
        text_from = at;
        if open.count() > OPEN_ELEMENTS_MAX {
            return Err(ExtractError::TooDeep);
        }
    }
    cost = cost.saturating_add(writing_cost(&html[text_from..]));
    if cost > WRITING_COST_MAX { Err(ExtractError::TooLarge) } else { Ok(blanks.without()) }
}

/// What of a page nothing reads, in its order: the contents of comments, styles, drawings, and scripts that tell nothing;
/// links to style sheets and the like; all but one of the spaces between two tags.
struct Blanks<'p> {
    page: &'p str,
    parts: Vec<Range<usize>>,
    /// From here to the current tag there is nothing but spaces and tags that are left out.
    gap_from: usize,
}

impl<'p> Blanks<'p> {
    /// A text from tag to tag: spaces, or the end of a gap.
    fn text(&mut self, text: Range<usize>, spaces: Spaces) {
        let is_space = self.page.as_bytes()[text.clone()].iter().all(u8::is_ascii_whitespace);
        if !is_space || spaces == Spaces::Count {
            self.gap_from = text.end;
        }
    }

    /// The gap ends before `at`; the next begins behind `end`.
    fn end_gap(&mut self, at: usize, end: usize) {
        if at > self.gap_from + 1 {
            self.parts.push(self.gap_from..at);
        }
        self.gap_from = end;
    }

    fn comment(&mut self, comment: Range<usize>, end: usize) {
        self.end_gap(comment.start.saturating_sub(COMMENT_OPENING.len()), end);
        let html = self.page.as_bytes();
        // The parser ends a comment at `--!>` too.
        let ends_as_seen = comment.end < html.len() && memchr::memmem::find(&html[comment.clone()], b"--!>").is_none();
        if ends_as_seen && comment.len() >= CONTENT_BYTES_MIN {
            self.parts.push(comment);
        }
    }

    /// A tag; gives back where to read on: behind it, or behind the drawing that it opens.
    fn tag(&mut self, tag: Range<usize>, name: &Name, is_close: bool) -> usize {
        let html = self.page.as_bytes();
        if !is_close && name.bytes() == b"link" && !self.page.get(tag.clone()).is_none_or(may_be_address) {
            return tag.end;
        }
        self.end_gap(tag.start, tag.end);
        let is_drawing = !is_close && name.bytes() == b"svg";
        let Some(drawing) = is_drawing.then(|| drawing(html, tag.end)).flatten() else { return tag.end };
        let end = drawing.end;
        self.parts.push(drawing);
        self.gap_from = end;
        end
    }

    fn raw(&mut self, tag: Range<usize>, name: &Name, content: Range<usize>) {
        if content.len() >= CONTENT_BYTES_MIN && is_mute(self.page, tag, name, &content) {
            self.parts.push(content);
        }
    }

    /// The page without its blanks, a space for each that has some.
    fn without(&self) -> Cow<'p, str> {
        let mut kept = String::with_capacity(if self.parts.is_empty() { 0 } else { self.page.len() });
        let mut from = 0;
        for blank in &self.parts {
            kept.push_str(self.page.get(from..blank.start).unwrap_or_default());
            if self.page.as_bytes()[blank.clone()].iter().any(u8::is_ascii_whitespace) {
                kept.push(' ');
            }
            from = blank.end;
        }
        if from == 0 {
            return Cow::Borrowed(self.page);
        }
        kept.push_str(self.page.get(from..).unwrap_or_default());
        Cow::Owned(kept)
    }
}

/// What a comment holds, from behind its `<!--`; to the page's end when it has none or an odd one. `at` is behind the `<`.
fn comment(html: &[u8], at: usize) -> Range<usize> {
    let rest = html.get(at + 1..).unwrap_or_default();
    // `<!-->` ends at once.
    let end = memchr::memmem::find(rest, b"-->").map_or(html.len(), |end| at + 1 + end);
    (at + 3).min(end)..end
}

/// Whether the content of an element is read by nobody: styles, and scripts without the page's record or a date.
fn is_mute(page: &str, tag: Range<usize>, name: &Name, content: &Range<usize>) -> bool {
    match name.bytes() {
        b"style" => true,
        b"script" => {
            let Some(script) = page.get(content.clone()) else { return false };
            // A comment in a script can hide its end.
            !page.get(tag).is_none_or(may_be_record) && !script.contains("<!--") && !scripted::has_date(script)
        }
        _ => false,
    }
}

/// Whether a script's tag may say `application/ld+json`, in whatever spelling.
fn may_be_record(tag: &str) -> bool {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(&[&["json"], &["ld"]]));
    VOCABULARY.lists_in(tag) == 0b11
}

/// Whether a link's tag may say where the page or its picture is, or be microdata.
fn may_be_address(tag: &str) -> bool {
    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| Vocabulary::of(&[&["canonical", "image_src", "itemprop", "property"]]));
    VOCABULARY.speaks_in(tag)
}

/// The content of a drawing that has nothing but shapes. `from` is behind its tag.
fn drawing(html: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(next) = find(html, at, b'<') {
        if !html[at..next].iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let is_close = html.get(next + 1) == Some(&b'/');
        let name_at = next + 1 + usize::from(is_close);
        let written = tag_name(html, name_at);
        let name = Name::of(written);
        if name.bytes() == b"svg" {
            return is_close.then_some(from..next);
        }
        if !is_shape(name.bytes()) {
            return None;
        }
        at = end_of_tag(html, name_at + written.len()).0;
    }
    None
}

fn is_shape(name: &[u8]) -> bool {
    matches!(
        name,
        b"path"
            | b"g"
            | b"circle"
            | b"rect"
            | b"ellipse"
            | b"line"
            | b"polyline"
            | b"polygon"
            | b"defs"
            | b"use"
            | b"clippath"
            | b"mask"
            | b"lineargradient"
            | b"radialgradient"
            | b"stop"
            | b"symbol"
    )
}

/// A page that a host rule takes something from is written as HTML and read again, and html5ever 0.40 looks to the end of
/// a text, or to its next `<`, `>` or quote, for each character that it escapes or that might be a no-break space.
fn writing_cost(text: &[u8]) -> usize {
    const ENDS: [&[u8]; 4] = [b"&lt;", b"&gt;", b"&quot;", b"&#34;"];
    // All the short texts of a page together cost little.
    if text.len() < COSTLY_BYTES_MIN {
        return 0;
    }
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

/// A tag's name in lowercase.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name {
    bytes: [u8; NAME_BYTES_MAX],
    n_bytes: usize,
}

impl Name {
    fn of(written: &[u8]) -> Self {
        let mut bytes = [0; NAME_BYTES_MAX];
        let n_bytes = written.len().min(NAME_BYTES_MAX);
        bytes[..n_bytes].copy_from_slice(&written[..n_bytes]);
        bytes.make_ascii_lowercase();
        Self { bytes, n_bytes }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.n_bytes]
    }
}

/// What spaces between tags do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spaces {
    Separate,
    /// They are text, or count as the text of a link.
    Count,
}

#[derive(Default)]
struct OpenElements {
    stack: Vec<(Name, Kind)>,
    n_formatting: usize,
    n_preformatted: usize,
    is_in_link: bool,
}

impl OpenElements {
    fn count(&self) -> usize {
        self.stack.len() + self.n_formatting
    }

    fn spaces(&self) -> Spaces {
        if self.n_preformatted > 0 || self.is_in_link { Spaces::Count } else { Spaces::Separate }
    }

    fn open(&mut self, name: Name, kind: Kind) {
        self.n_preformatted += usize::from(is_preformatted(&name));
        self.is_in_link |= name.bytes() == b"a";
        match kind {
            Kind::Void | Kind::Raw => {}
            Kind::Formatting => self.n_formatting += 1,
            Kind::Barrier | Kind::Block | Kind::Inline => self.stack.push((name, kind)),
        }
    }

    fn close(&mut self, name: &Name, kind: Kind) {
        self.n_preformatted = self.n_preformatted.saturating_sub(usize::from(is_preformatted(name)));
        self.is_in_link &= name.bytes() != b"a";
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

fn is_preformatted(name: &Name) -> bool {
    matches!(name.bytes(), b"pre" | b"listing" | b"plaintext")
}

fn find(html: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, html.get(from..)?).map(|offset| from + offset)
}

/// The name of a tag as written, cut when long; empty when none begins here.
fn tag_name(html: &[u8], from: usize) -> &[u8] {
    let rest = html.get(from..).unwrap_or_default();
    if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return &[];
    }
    let end = rest.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(rest.len());
    &rest[..end.min(NAME_BYTES_MAX)]
}

/// Behind the `>` that closes a tag, quotes respected, and how many attributes the tag has.
fn end_of_tag(html: &[u8], from: usize) -> (usize, usize) {
    let mut n_attributes = 0;
    let (mut is_value, mut was_gap) = (false, true);
    let mut at = from;
    while let Some(byte) = html.get(at) {
        at += 1;
        match byte {
            b'>' => return (at, n_attributes),
            b'"' | b'\'' if is_value => {
                at = find(html, at, *byte).map_or(html.len(), |end| end + 1);
                is_value = false;
                // A value may stand against the next name: `a="1"b="2"`.
                was_gap = true;
            }
            b'=' => (is_value, was_gap) = (true, false),
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/' => was_gap = true,
            _ => {
                n_attributes += usize::from(was_gap && !is_value);
                is_value = false;
                was_gap = matches!(byte, b'"' | b'\'');
            }
        }
    }
    (html.len(), n_attributes)
}

/// What stands before the end tag of this name; to the page's end when there is none.
pub(super) fn raw_content(html: &[u8], from: usize, name: &[u8]) -> Range<usize> {
    let mut at = from;
    while let Some(next) = find(html, at, b'<') {
        at = next + 1;
        if html.get(at) == Some(&b'/') && tag_name(html, at + 1).eq_ignore_ascii_case(name) {
            return from..next;
        }
    }
    from..html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(page: &str) -> String {
        scan(page).unwrap().into_owned()
    }

    #[test]
    fn what_nothing_reads_is_left_out() {
        let long = "abcdefgh ".repeat(8);
        for (page, left) in [
            (format!("<p>a<!--{long}-->b"), "<p>a<!-- -->b"),
            (format!("<style>{long}</STYLE><p>a"), "<style> </STYLE><p>a"),
            (format!("<script>var a = '{long}<p>';</script><p>a"), "<script> </script><p>a"),
            ("<svg class=x><g><path d='M0 0'/></g></svg>a".to_owned(), "<svg class=x> </svg>a"),
            ("<p>a</p> \n\t <p>b</p>\n<p>c".to_owned(), "<p>a</p> <p>b</p>\n<p>c"),
            ("<title>a</title> <link rel=preload href=/a>\n<p>b".to_owned(), "<title>a</title> <p>b"),
        ] {
            assert_eq!(scanned(&page), left);
        }
    }

    #[test]
    fn what_is_read_stays() {
        for page in [
            "<script type='application/ld+json'>{\"headline\":\"The ministers met on Monday\"}</script>",
            "<script type=\"application/ld&#43;json\">{\"headline\":\"The ministers met on Monday\"}</script>",
            "<script>window.page = {\"datePublished\":\"2025-02-12T08:00:00Z\"}</script>",
            "<script>document.write('<!-- <script>a</script> the ministers met -->')</script>",
            "<link rel=canonical href='https://gazette.example/a'>",
            "<svg><title>Ministers</title></svg>",
            "<svg><path d=a><p>The ministers met.</p></svg>",
            "<pre>a\n</pre><pre><b>a</b>\n\n  <b>b</b></pre>",
            "<a href=/a>\n\n  <b>b</b></a>",
            "<p>a  b</p>",
            "<!-- a --!><p>The ministers met on Monday in the town hall.</p> -->",
            "<!--><p>The ministers met on Monday in the town hall.</p>",
            "<textarea>  <b>  </textarea>",
            "<!-- never closed, so all of it is a comment: the ministers met",
        ] {
            assert_eq!(scanned(page), page);
        }
    }

    #[test]
    fn a_page_reads_the_same_without_its_blanks() {
        let page = "<head>\n  <link rel=stylesheet href=a>\n  <style>p { color: red; margin: 0 0 0 0 }</style>\n</head>\n\
                    <body>\n  <div>\n    <p>The <!-- a comment that is as long as this --> ministers met.</p>\n  \
                    <svg>\n <path d=a />\n <use href=b /> </svg>\n <span>They</span>\n   <span>left.</span>\n</div>";
        let lines = |html: &str| super::super::markup::lines(&dom_query::Document::from(html).root());
        let texts = |html: &str| lines(html).into_iter().map(|line| line.text).collect::<Vec<_>>();
        assert!(scanned(page).len() < page.len() / 2 + 60, "{}", scanned(page));
        assert_eq!(texts(&scanned(page)), texts(page));
        assert_eq!(texts(page), ["The ministers met.", "They left."]);
    }
}
