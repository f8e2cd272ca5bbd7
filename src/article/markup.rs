//! Owns a tree to lines: the text of a block is one line, whatever is inline stays in it.

mod elements;

use std::ops::Range;

use dom_query::{Element, NodeData, NodeId, NodeRef, local_name};

use self::elements::{breaks_line, is_cell, is_hidden_text};
use super::{attributes::attribute, footnotes, furniture, wraps};

/// What a walk meets, in document order.
pub(super) enum Step<'a> {
    Enter(NodeRef<'a>),
    Leave(NodeRef<'a>),
}

/// Walks below `root` without recursion. `visit` says whether to go into an element it enters.
pub(super) fn walk<'a>(root: &NodeRef<'a>, mut visit: impl FnMut(&Step<'a>) -> bool) {
    // One look at a node for each step: a page has thousands, and is walked ten times.
    let node_of = |id: Option<NodeId>| id.map(|id| root.tree.get_unchecked(&id));
    let mut next = root.first_child();
    while let Some(node) = next {
        let goes_in = visit(&Step::Enter(node));
        if goes_in && let Some(child) = node_of(node.query_or(None, |inner| inner.first_child)) {
            next = Some(child);
            continue;
        }
        let mut at = node;
        next = loop {
            visit(&Step::Leave(at));
            let (sibling, parent) = at.query_or((None, None), |inner| (inner.next_sibling, inner.parent));
            if sibling.is_some() {
                break node_of(sibling);
            }
            match node_of(parent.filter(|parent| *parent != root.id)) {
                Some(parent) => at = parent,
                None => break None,
            }
        };
    }
}

/// One line of a page.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    /// Bytes of its text that are links.
    pub(super) n_link_bytes: usize,
    /// It is a first-level heading.
    pub(super) is_headline: bool,
    /// It is a heading of any level.
    pub(super) is_heading: bool,
    /// It is a paragraph, not a heading, a list entry or a bare block.
    pub(super) is_paragraph: bool,
    /// It is an entry of a list.
    pub(super) is_item: bool,
    /// It ends in the middle of its block: at a `<br>`, or where preformatted text has a new line.
    pub(super) is_broken: bool,
    /// More text of its block follows its line break: it is no paragraph of its own.
    pub(super) heads_text: bool,
    /// It is a paragraph inside a link: one of a card that leads to another article.
    pub(super) is_card: bool,
    pub(super) place: Place,
}

impl Line {
    /// A paragraph without links.
    pub(super) fn plain(text: &str) -> Self {
        Self { text: collapse(text), is_paragraph: true, ..Self::default() }
    }

    /// Nothing but a link.
    pub(super) fn is_link(&self) -> bool {
        self.n_link_bytes * 10 >= self.text.len() * 9
    }

    pub(super) fn n_chars(&self) -> usize {
        self.text.chars().count()
    }
}

/// Where in the tree a line stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Parent of the block whose text it is.
    pub(super) parent: Option<NodeId>,
    /// Hash of the names of the blocks around it; 0 when they have none.
    pub(super) names: u64,
    /// A block around it calls itself the lead.
    pub(super) is_lead: bool,
}

/// A block that calls itself the page's article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    pub(super) id: NodeId,
    /// Its lines, by number.
    pub(super) lines: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// Named as microdata's `articleBody` or by a class that says so.
    Body,
    Article,
    Main,
}

/// The lines of a page and the blocks among them that may be its article.
#[derive(Debug, Default)]
pub(super) struct PageLines {
    pub(super) lines: Vec<Line>,
    pub(super) blocks: Vec<Block>,
}

/// The text below `root`, one line a block, spaces collapsed.
pub(super) fn lines(root: &NodeRef) -> Vec<Line> {
    page_lines(root).lines
}

/// The text of lines, one a line.
pub(super) fn join(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// The lines below `root` with what their markup says of them.
pub(super) fn page_lines(root: &NodeRef) -> PageLines {
    let mut lines = Lines::default();
    walk(root, |step| {
        let (node, is_enter) = match step {
            Step::Enter(node) => (node, true),
            Step::Leave(node) => (node, false),
        };
        let is_text = node.is_text();
        if is_text && is_enter && lines.open.text.is_empty() && node.is_nonempty_text() {
            lines.open.place = place(node);
        }
        node.query(|inner| match &inner.data {
            NodeData::Text { contents } => {
                if is_enter {
                    lines.text(contents);
                }
                false
            }
            NodeData::Element(element) if is_enter && footnotes::is_mark(node, element, &lines.open.text) => false,
            NodeData::Element(element) => lines.element(element, node.id, is_enter),
            _ => false,
        })
        .unwrap_or(false)
    });
    lines.flush();
    PageLines { lines: lines.done, blocks: lines.blocks }
}

/// Levels of inline markup between a text and its block.
const INLINE_LEVELS_MAX: usize = 8;

fn place(text: &NodeRef) -> Place {
    let mut around = text.ancestors_it(Some(INLINE_LEVELS_MAX)).skip_while(|node| {
        node.query(|inner| match &inner.data {
            NodeData::Element(element) => !breaks_line(&element.name.local),
            _ => true,
        })
        .unwrap_or(true)
    });
    let mut place = Place::default();
    let block = around.next();
    let (parent, grandparent) = (around.next(), around.next());
    place.parent = parent.map(|parent| parent.id);
    for (distance, node) in [block, parent, grandparent].into_iter().enumerate() {
        let Some(class) = node.and_then(|node| node.class()) else { continue };
        let class: &str = &class;
        place.is_lead |= distance < 2 && class.split_ascii_whitespace().any(furniture::is_lead);
        if distance > 0 {
            place.names = class.bytes().fold(place.names ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        }
    }
    place
}

/// A table row with less text is one line, whatever blocks its cells hold.
const ROW_BYTES_MAX: usize = 240;

#[derive(Default)]
struct Lines {
    done: Vec<Line>,
    blocks: Vec<Block>,
    open: Line,
    /// Numbers of the first lines of the rows that are open.
    rows: Vec<usize>,
    wraps: wraps::Habit,
    n_links: usize,
    n_cards: usize,
    n_paragraphs: usize,
    n_headlines: usize,
    n_headings: usize,
    n_items: usize,
    n_preformatted: usize,
}

impl Lines {
    fn text(&mut self, contents: &str) {
        if self.n_preformatted == 0 {
            self.append(contents);
            return;
        }
        let place = self.open.place;
        for (index, line) in contents.split('\n').enumerate() {
            if index > 0 {
                self.break_line();
                self.open.place = place;
            }
            self.append(line);
        }
    }

    fn append(&mut self, contents: &str) {
        self.open.text.push_str(contents);
        self.open.n_link_bytes += if self.n_links > 0 { contents.len() } else { 0 };
        self.open.is_paragraph |= self.n_paragraphs > 0;
        self.open.is_card |= self.n_cards > 0;
        self.open.is_headline |= self.n_headlines > 0;
        self.open.is_heading |= self.n_headings > 0;
        self.open.is_item |= self.n_items > 0;
    }

    fn element(&mut self, element: &Element, id: NodeId, is_enter: bool) -> bool {
        let name = &element.name.local;
        if is_hidden_text(name) {
            return false;
        }
        if is_cell(name) {
            self.cell();
        } else if *name == local_name!("br") {
            if is_enter {
                self.break_line();
            }
        } else if breaks_line(name) {
            self.flush();
        }
        match *name {
            local_name!("tr") => self.row(is_enter),
            local_name!("div")
            | local_name!("section")
            | local_name!("article")
            | local_name!("main")
            | local_name!("td") => self.block(element, id, is_enter),
            _ => {}
        }
        let count = match *name {
            local_name!("a") if is_anchor(element) => return true,
            local_name!("a") => &mut self.n_links,
            local_name!("p") => &mut self.n_paragraphs,
            local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6") => &mut self.n_headings,
            local_name!("li") | local_name!("dd") | local_name!("dt") => &mut self.n_items,
            local_name!("pre") => &mut self.n_preformatted,
            _ => return true,
        };
        let change = |count: &mut usize| *count = if is_enter { *count + 1 } else { count.saturating_sub(1) };
        change(count);
        match *name {
            local_name!("h1") => change(&mut self.n_headlines),
            local_name!("p") if self.n_links > 0 => change(&mut self.n_cards),
            _ => {}
        }
        true
    }

    /// A cell stands beside the one before it, but is no part of its sentence.
    fn cell(&mut self) {
        if ends_sentence(&self.open.text) {
            self.flush();
        } else {
            self.open.text.push(' ');
        }
    }

    /// Puts the cells of a row of figures back on one line; tables that hold whole articles are layout, and cells that
    /// hold sentences are texts side by side.
    fn row(&mut self, is_enter: bool) {
        if is_enter {
            self.rows.push(self.done.len());
            return;
        }
        let Some(first) = self.rows.pop() else { return };
        let n_bytes: usize = self.done[first..].iter().map(|line| line.text.len()).sum();
        let n_sentences = self.done[first..].iter().filter(|line| ends_sentence(&line.text)).count();
        if n_bytes > ROW_BYTES_MAX || self.done.len() < first + 2 || n_sentences > 1 {
            return;
        }
        let cells = self.done.split_off(first);
        let text = cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ");
        let n_link_bytes = cells.iter().map(|cell| cell.n_link_bytes).sum();
        self.done.extend(cells.into_iter().next().map(|cell| Line { text, n_link_bytes, ..cell }));
    }

    fn block(&mut self, element: &Element, id: NodeId, is_enter: bool) {
        let Some(kind) = block_kind(element) else { return };
        if is_enter {
            self.blocks.push(Block { kind, id, lines: self.done.len()..self.done.len() });
        } else if let Some(block) = self.blocks.iter_mut().rev().find(|block| block.id == id) {
            block.lines.end = self.done.len();
        }
    }

    /// Ends a block, and with it what its line breaks cut.
    fn flush(&mut self) {
        // The text so far is written anew for each line.
        let mut text = std::mem::take(&mut self.open.text);
        let line = Line { text: collapse(&text), ..std::mem::take(&mut self.open) };
        text.clear();
        self.open.text = text;
        if !line.text.is_empty() {
            self.done.push(line);
        } else if let Some(last) = self.done.last_mut() {
            last.is_broken = false;
        }
        if let [.., before, last] = &self.done[..]
            && before.is_broken
            && !last.is_broken
        {
            // Of preformatted text only what is beyond doubt.
            let preformatted = &mut wraps::Habit::default();
            wraps::join(&mut self.done, if self.n_preformatted > 0 { preformatted } else { &mut self.wraps });
        }
    }

    fn break_line(&mut self) {
        self.open.is_broken = true;
        self.flush();
    }
}

/// A name for others to link to is no link.
fn is_anchor(element: &Element) -> bool {
    let has = |key: &str| attribute(element, key).is_some();
    !has("href") && (has("name") || has("id"))
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '。']) && text.contains(' ')
}

fn block_kind(element: &Element) -> Option<BlockKind> {
    let has = |key: &str, is_it: fn(&str) -> bool| {
        attribute(element, key).is_some_and(|value| value.split_ascii_whitespace().any(is_it))
    };
    if has("itemprop", |name| name == "articleBody") {
        return Some(BlockKind::Body);
    }
    match element.name.local {
        local_name!("article") => Some(BlockKind::Article),
        local_name!("main") => Some(BlockKind::Main),
        _ if has("class", furniture::is_body) => Some(BlockKind::Body),
        _ => attribute(element, "role").filter(|role| *role == "main").map(|_| BlockKind::Main),
    }
}

/// Text of one element on one line.
pub(super) fn text(node: &NodeRef) -> String {
    collapse(&node.text())
}

/// Plain lines of an HTML fragment or of plain text.
pub(super) fn fragment_lines(html: &str) -> Vec<Line> {
    if html.contains('<') {
        return lines(&dom_query::Document::fragment(html).root());
    }
    let plain = unescape(html);
    if plain.contains("</") {
        return lines(&dom_query::Document::fragment(plain).root());
    }
    plain.lines().map(Line::plain).filter(|line| !line.text.is_empty()).collect()
}

/// Resolves character references; text without any is returned as it is.
pub(super) fn unescape(text: &str) -> String {
    if text.contains('&') { htmlize::unescape(text).into_owned() } else { text.to_owned() }
}

/// The letters and digits of a text, in lowercase: by them a line is known again.
pub(super) fn letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            letters.push(c.to_ascii_lowercase());
        } else if !c.is_ascii() && c.is_alphanumeric() {
            letters.extend(c.to_lowercase());
        }
    }
    letters
}

/// One space between words, none at the ends, no invisible characters.
pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_space = false;
    loop {
        let (plain, odd) = rest.split_at(n_plain_bytes(rest));
        let mut chars = odd.chars();
        let c = chars.next();
        let is_invisible = |c: char| matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}') || c.is_control();
        let is_shown = c.is_some_and(|c| !c.is_whitespace() && !is_invisible(c));
        if is_space && (is_shown || !plain.is_empty()) {
            out.push(' ');
            is_space = false;
        }
        out.push_str(plain);
        let Some(c) = c else { return out };
        if is_shown {
            out.push(c);
        } else if c.is_whitespace() {
            is_space = !out.is_empty();
        }
        rest = chars.as_str();
    }
}

/// Bytes of printable ASCII words with one space between, from the text's start.
fn n_plain_bytes(text: &str) -> usize {
    let mut n_bytes = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'!'..=b'~' => n_bytes = at + 1,
            b' ' if at > 0 && n_bytes == at => {}
            _ => break,
        }
    }
    n_bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        fragment_lines(html).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn blocks_break_lines_and_inline_elements_do_not() {
        let html = "<div><h2>Head</h2><p>One <b>two</b>,<a href=x> three</a>.</p>four<br>five\
                    <ul><li>six<li>seven</ul><table><tr><td>a<td>b</table><script>no</script></div>";
        assert_eq!(texts(html), ["Head", "One two, three.", "four", "five", "six", "seven", "a b"]);
    }

    #[test]
    fn soft_hyphens_and_runs_of_spaces_go() {
        assert_eq!(collapse(" Ver\u{ad}hand\u{200b}lung\u{a0}\n\t über  "), "Verhandlung über");
    }

    #[test]
    fn plain_text_keeps_its_lines_and_loses_its_entities() {
        assert_eq!(texts("a &amp; b\n\nc"), ["a & b", "c"]);
    }
}
