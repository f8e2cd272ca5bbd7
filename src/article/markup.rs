//! Owns a tree to lines: the text of a block is one line, whatever is inline stays in it.

use dom_query::{NodeData, NodeId, NodeRef};

/// What a walk meets, in document order.
pub(super) enum Step<'a> {
    Enter(NodeRef<'a>),
    Leave(NodeRef<'a>),
}

/// Walks below `root` without recursion. `visit` says whether to go into an element it enters.
pub(super) fn walk<'a>(root: &NodeRef<'a>, mut visit: impl FnMut(&Step<'a>) -> bool) {
    let mut next = root.first_child();
    while let Some(node) = next {
        let goes_in = visit(&Step::Enter(node));
        if goes_in && let Some(child) = node.first_child() {
            next = Some(child);
            continue;
        }
        let mut at = node;
        next = loop {
            visit(&Step::Leave(at));
            if let Some(sibling) = at.next_sibling() {
                break Some(sibling);
            }
            match at.parent() {
                Some(parent) if parent.id != root.id => at = parent,
                _ => break None,
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
    /// It stands in the container asked for.
    pub(super) is_contained: bool,
    /// It is a paragraph, not a heading, a list entry or a bare block.
    pub(super) is_paragraph: bool,
}

/// The text below `root`, one line a block, spaces collapsed.
pub(super) fn lines(root: &NodeRef) -> Vec<String> {
    page_lines(root, None).into_iter().map(|line| line.text).collect()
}

/// The lines below `root` with what their markup says of them.
pub(super) fn page_lines(root: &NodeRef, container: Option<NodeId>) -> Vec<Line> {
    let mut lines = Lines::default();
    walk(root, |step| {
        let (node, is_enter) = match step {
            Step::Enter(node) => (node, true),
            Step::Leave(node) => (node, false),
        };
        if Some(node.id) == container {
            lines.is_contained = is_enter;
        }
        node.query(|inner| match &inner.data {
            NodeData::Text { contents } => {
                if is_enter {
                    lines.text(contents);
                }
                false
            }
            NodeData::Element(element) => lines.element(&element.name.local, is_enter),
            _ => false,
        })
        .unwrap_or(false)
    });
    lines.flush();
    lines.done
}

#[derive(Default)]
struct Lines {
    done: Vec<Line>,
    open: Line,
    n_links: usize,
    n_paragraphs: usize,
    n_headlines: usize,
    is_contained: bool,
}

impl Lines {
    fn text(&mut self, contents: &str) {
        self.open.text.push_str(contents);
        self.open.n_link_bytes += if self.n_links > 0 { contents.len() } else { 0 };
        self.open.is_paragraph |= self.n_paragraphs > 0;
        self.open.is_headline |= self.n_headlines > 0;
        self.open.is_contained |= self.is_contained;
    }

    fn element(&mut self, name: &str, is_enter: bool) -> bool {
        if is_hidden_text(name) {
            return false;
        }
        if is_cell(name) {
            self.open.text.push(' ');
        } else if breaks_line(name) {
            self.flush();
        }
        let count = match name {
            "a" => &mut self.n_links,
            "p" => &mut self.n_paragraphs,
            "h1" => &mut self.n_headlines,
            _ => return true,
        };
        *count = if is_enter { *count + 1 } else { count.saturating_sub(1) };
        true
    }

    fn flush(&mut self) {
        let mut line = std::mem::take(&mut self.open);
        line.text = collapse(&line.text);
        if !line.text.is_empty() {
            self.done.push(line);
        }
    }
}

/// Text of one element on one line.
pub(super) fn text(node: &NodeRef) -> String {
    collapse(&node.text())
}

/// Plain lines of an HTML fragment or of plain text.
pub(super) fn fragment_lines(html: &str) -> Vec<String> {
    if html.contains('<') {
        return lines(&dom_query::Document::fragment(html).root());
    }
    let plain = unescape(html);
    if plain.contains("</") {
        return lines(&dom_query::Document::fragment(plain).root());
    }
    plain.lines().map(collapse).filter(|line| !line.is_empty()).collect()
}

/// Resolves character references; text without any is returned as it is.
pub(super) fn unescape(text: &str) -> String {
    if text.contains('&') { htmlize::unescape(text).into_owned() } else { text.to_owned() }
}

/// One space between words, none at the ends, no invisible characters.
pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_space = false;
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{a0}' {
            is_space = !out.is_empty();
            continue;
        }
        if matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}') || c.is_control() {
            continue;
        }
        if is_space {
            out.push(' ');
            is_space = false;
        }
        out.push(c);
    }
    out
}

fn is_hidden_text(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "svg"
            | "math"
            | "button"
            | "select"
            | "textarea"
            | "iframe"
            | "object"
            | "audio"
            | "video"
            | "canvas"
    )
}

fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

fn breaks_line(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "br"
            | "hr"
            | "li"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "dd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "pre"
            | "table"
            | "tr"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "aside"
            | "nav"
            | "figure"
            | "figcaption"
            | "address"
            | "form"
            | "fieldset"
            | "details"
            | "summary"
            | "center"
            | "caption"
            | "thead"
            | "tbody"
            | "body"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_break_lines_and_inline_elements_do_not() {
        let html = "<div><h2>Head</h2><p>One <b>two</b>,<a href=x> three</a>.</p>four<br>five\
                    <ul><li>six<li>seven</ul><table><tr><td>a<td>b</table><script>no</script></div>";
        assert_eq!(fragment_lines(html), ["Head", "One two, three.", "four", "five", "six", "seven", "a b"]);
    }

    #[test]
    fn soft_hyphens_and_runs_of_spaces_go() {
        assert_eq!(collapse(" Ver\u{ad}hand\u{200b}lung\u{a0}\n\t über  "), "Verhandlung über");
    }

    #[test]
    fn plain_text_keeps_its_lines_and_loses_its_entities() {
        assert_eq!(fragment_lines("a &amp; b\n\nc"), ["a & b", "c"]);
    }
}
