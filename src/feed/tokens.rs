//! Owns the tolerant tokenizer: XML as it is written, to tags and text. Nothing is an error; every step moves on.

use memchr::{memchr, memchr2, memmem};

/// A piece of markup. Comments, processing instructions and document types are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Open(Tag<'t>),
    Close {
        name: &'t str,
    },
    /// Entities unresolved.
    Text(&'t str),
    Cdata(&'t str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    /// As written, with its prefix.
    pub(super) name: &'t str,
    /// What stands behind the name.
    attributes: &'t str,
    pub(super) is_empty: bool,
}

impl<'t> Tag<'t> {
    /// Returns the attribute of this name, whatever its case, entities unresolved.
    pub(super) fn attribute(&self, name: &str) -> Option<&'t str> {
        self.attributes().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Reports whether namespaces may be among the attributes.
    pub(super) fn declares(&self) -> bool {
        self.attributes.contains("xmlns")
    }

    /// Returns all attributes in order.
    pub(super) fn attributes(&self) -> Attributes<'t> {
        Attributes { rest: self.attributes }
    }
}

/// The attributes of a tag: `key="value"`, `key='value'`, `key=value`, `key`.
pub(super) struct Attributes<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | '"' | '\''));
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (key, behind) = rest.split_at(end);
        let Some(value) = behind.trim_start().strip_prefix('=').map(str::trim_start) else {
            self.rest = behind;
            return Some((key, ""));
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, behind) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        self.rest = behind;
        Some((key, value))
    }
}

/// Walks a text token by token.
pub(super) struct Tokens<'t> {
    text: &'t str,
    /// Start of what comes next.
    at: usize,
    /// Start of the token given last.
    pub(super) start: usize,
    /// An XML declaration stands behind the first element.
    pub(super) has_late_declaration: bool,
    /// The document type declares something of its own.
    pub(super) has_subset: bool,
    is_inside: bool,
    /// Where each of [`ENDS`] comes next (the text's length: nowhere), so that no search runs twice over the rest.
    next_ends: [Option<usize>; ENDS.len()],
}

const ENDS: [&str; 3] = ["-->", "?>", "]]>"];
const COMMENT: usize = 0;
const INSTRUCTION: usize = 1;
const CDATA: usize = 2;

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            start: 0,
            has_late_declaration: false,
            has_subset: false,
            is_inside: false,
            next_ends: [None; ENDS.len()],
        }
    }

    /// Returns where the token given last ends.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    /// The position of a construct's end behind `from`, and the position behind that end.
    fn find_end(&mut self, end: usize, from: usize) -> Option<(usize, usize)> {
        let known = self.next_ends[end].filter(|at| *at >= from);
        let at = known.unwrap_or_else(|| {
            let found = memmem::find(&self.text.as_bytes()[from..], ENDS[end].as_bytes());
            found.map_or(self.text.len(), |at| from + at)
        });
        self.next_ends[end] = Some(at);
        (at < self.text.len()).then(|| (at, at + ENDS[end].len()))
    }

    fn next_byte(&self, byte: u8, from: usize) -> Option<usize> {
        memchr(byte, &self.text.as_bytes()[from..]).map(|at| from + at)
    }

    fn text_until_next(&mut self, from: usize) -> Token<'t> {
        self.at = self.next_byte(b'<', from).unwrap_or(self.text.len());
        Token::Text(&self.text[self.start..self.at])
    }

    /// `<!…`: gives CDATA, skips everything else.
    fn declaration(&mut self) -> Option<Token<'t>> {
        let rest = &self.text[self.start..];
        if rest.starts_with("<![CDATA[") {
            return Some(self.cdata(self.start + "<![CDATA[".len()));
        }
        if rest.starts_with("<!--") {
            self.at = match self.find_end(COMMENT, self.start + 4) {
                Some((_, behind)) => behind,
                None => self.start + 4,
            };
            return None;
        }
        let Some(stop) = memchr2(b'[', b'>', rest.as_bytes()) else {
            self.at = self.text.len();
            return None;
        };
        let mut from = self.start + stop;
        if rest.as_bytes()[stop] == b'[' && !self.has_subset {
            self.has_subset = true;
            from = self.next_byte(b']', from).unwrap_or(from);
        }
        self.at = self.next_byte(b'>', from).map_or(self.text.len(), |at| at + 1);
        None
    }

    fn cdata(&mut self, from: usize) -> Token<'t> {
        let (end, behind) = self.find_end(CDATA, from).unwrap_or((self.text.len(), self.text.len()));
        let inner = &self.text[from..end];
        // A section nobody closed ends where the element around it does, not with the section of a later entry.
        let before_next = match memmem::find(inner.as_bytes(), b"<![CDATA[") {
            Some(next) => &inner[..next],
            None if end == behind => inner,
            None => "",
        };
        if ["</item", "</entry"].iter().any(|close| before_next.contains(close))
            && let Some(close) = inner.find("</")
        {
            self.at = from + close;
            return Token::Cdata(&inner[..close]);
        }
        self.at = behind;
        Token::Cdata(inner)
    }

    fn instruction(&mut self) {
        if self.is_inside && self.text[self.start..].starts_with("<?xml ") {
            self.has_late_declaration = true;
        }
        let end = self.find_end(INSTRUCTION, self.start).map(|(_, behind)| behind);
        self.at = end.unwrap_or_else(|| {
            let rest = &self.text.as_bytes()[self.start + 2..];
            let stop = memchr2(b'>', b'<', rest).unwrap_or(rest.len());
            self.start + 2 + stop + usize::from(rest.get(stop) == Some(&b'>'))
        });
    }

    fn close(&mut self) -> Token<'t> {
        let from = self.start + 2;
        let rest = &self.text[from..];
        let end = rest.find(['>', '<']).unwrap_or(rest.len());
        self.at = from + end + usize::from(rest[end..].starts_with('>'));
        Token::Close { name: rest[..end].trim() }
    }

    fn open(&mut self) -> Token<'t> {
        let from = self.start + 1;
        let bytes = self.text.as_bytes();
        let is_name = |byte: u8| !(byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<' | b'='));
        let name_end = bytes[from..].iter().position(|byte| !is_name(*byte)).map_or(bytes.len(), |at| from + at);
        let end = tag_end(bytes, name_end);
        self.at = end + usize::from(bytes.get(end) == Some(&b'>'));
        self.is_inside = true;
        let inner = &self.text[name_end..end];
        let (attributes, is_empty) = match inner.strip_suffix('/') {
            Some(attributes) => (attributes, true),
            None => (inner, false),
        };
        Token::Open(Tag { name: &self.text[from..name_end], attributes, is_empty })
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            self.start = self.at;
            if bytes[self.at] != b'<' {
                return Some(self.text_until_next(self.at));
            }
            match bytes.get(self.at + 1) {
                Some(b'!') => {
                    if let Some(token) = self.declaration() {
                        return Some(token);
                    }
                }
                Some(b'?') => self.instruction(),
                Some(b'/') => return Some(self.close()),
                Some(byte) if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || *byte >= 0x80 => {
                    return Some(self.open());
                }
                _ => return Some(self.text_until_next(self.at + 1)),
            }
        }
        None
    }
}

/// Where the tag whose attributes start at `from` ends: at its `>`, or before the `<` that shows it was never closed.
fn tag_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut before = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'>' | b'<' => return at,
            quote @ (b'"' | b'\'') if before == b'=' => match value_end(bytes, at + 1, quote) {
                Ok(end) => at = end,
                Err(tag_end) => return tag_end,
            },
            _ => {}
        }
        if !bytes[at].is_ascii_whitespace() {
            before = bytes[at];
        }
        at += 1;
    }
    bytes.len()
}

/// The closing quote of the value that starts at `from`, or the end of the tag when the quote is not this tag's.
fn value_end(bytes: &[u8], from: usize, quote: u8) -> Result<usize, usize> {
    let value = memchr(quote, &bytes[from..]).map_or(&bytes[from..], |length| &bytes[from..from + length]);
    let end = from + value.len();
    let bracket = memchr(b'>', value);
    let has_next_tag = bracket.is_some_and(|at| memchr(b'<', &value[at..]).is_some());
    match bracket {
        Some(at) if has_next_tag || end == bytes.len() => Err(from + at),
        _ if end == bytes.len() => Err(end),
        _ => Ok(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &str) -> String {
        let parts: Vec<String> = Tokens::new(text)
            .map(|token| match token {
                Token::Open(tag) => {
                    let attributes: Vec<String> =
                        tag.attributes().map(|(key, value)| format!("{key}={value}")).collect();
                    format!("<{}{}{}>", tag.name, if tag.is_empty { "/" } else { "" }, attributes.join("|"))
                }
                Token::Close { name } => format!("</{name}>"),
                Token::Text(text) => format!("T({text})"),
                Token::Cdata(text) => format!("C({text})"),
            })
            .collect();
        parts.join(" ")
    }

    #[test]
    fn well_formed_markup_is_taken_as_written() {
        assert_eq!(
            print(
                "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a b=\"1\" c='2>1'>x<!-- <d> --><![CDATA[<e>]]><f/></a >"
            ),
            "<ab=1|c=2>1> T(x) C(<e>) <f/> </a>"
        );
    }

    #[test]
    fn broken_markup_costs_only_its_own_place() {
        for (text, expect) in [
            ("a < b & c <3", "T(a ) T(< b & c ) T(<3)"),
            ("<a b=\"1>x</a><c d=\"2\">", "<ab=1> T(x) </a> <cd=2>"),
            ("<a b=1 c>x</a", "<ab=1|c=> T(x) </a>"),
            ("<a <b>x", "<a> <b> T(x)"),
            ("<!-- x <a>", "T( x ) <a>"),
            ("<a><![CDATA[x", "<a> C(x)"),
            ("<item><![CDATA[x</t></item><item><![CDATA[y]]></item>", "<item> C(x) </t> </item> <item> C(y) </item>"),
            ("</a</b>", "</a> </b>"),
            ("<a b=\"", "<ab=>"),
            ("<?xml <a>", "<a>"),
            ("<", "T(<)"),
        ] {
            assert_eq!(print(text), expect, "{text}");
        }
    }

    #[test]
    fn unclosed_constructs_are_searched_for_once() {
        let text = "<!-- <? <a b=\"".repeat(200_000);
        let start = std::time::Instant::now();
        assert!(Tokens::new(&text).count() > 0);
        assert!(start.elapsed().as_secs() < 20, "quadratic");
    }
}
