//! Owns a page to its tree: finds the tokens by searching for the bytes that end them, and gives them to html5ever's tree
//! builder. A page with what is rare is left to html5ever's own tokenizer, which looks at each character.

mod atoms;
mod references;

use std::{borrow::Cow, ops::Range};

use dom_query::{Document, NodeId};
use html5ever::{
    Attribute, LocalName, QualName, ns,
    tendril::StrTendril,
    tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult, states::RawKind},
    tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink},
};

use self::{
    atoms::Atoms,
    references::{Place, decoded},
};
use super::scan::raw_content;

/// The tree of a whole page, scripts taken as not run.
pub(super) fn parse(page: &str) -> Document {
    let page = page.strip_prefix('\u{feff}').unwrap_or(page);
    // What no page has but a broken one stands for another character.
    if memchr::memchr(0, page.as_bytes()).is_some() {
        return Document::from(page);
    }
    let normal = match memchr::memchr(b'\r', page.as_bytes()) {
        Some(_) => Cow::Owned(page.replace("\r\n", "\n").replace('\r', "\n")),
        None => Cow::Borrowed(page),
    };
    let mut tokens = Tokens::of(&normal);
    match tokens.read() {
        Ok(()) => tokens.builder.sink.finish(),
        Err(Rare) => Document::from(page),
    }
}

/// Markup that is left to html5ever.
struct Rare;

/// An attribute as it stands on the page: its name, and its value without quotes.
type Written = (Range<usize>, Range<usize>);

struct Tokens<'p> {
    page: &'p str,
    html: &'p [u8],
    /// The page once more: texts and values are parts of it that are not copied.
    source: StrTendril,
    builder: TreeBuilder<NodeId, Document>,
    atoms: Atoms<'p>,
    written: Vec<Written>,
    /// Up to here the page is read.
    at: usize,
}

impl<'p> Tokens<'p> {
    fn of(page: &'p str) -> Self {
        let opts = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        Self {
            page,
            html: page.as_bytes(),
            source: StrTendril::from_slice(page),
            builder: TreeBuilder::new(Document::default(), opts),
            atoms: Atoms::default(),
            written: Vec::new(),
            at: 0,
        }
    }

    /// HTML Standard, 13.2.5: the data state and what it leads to.
    fn read(&mut self) -> Result<(), Rare> {
        let mut from = 0;
        while let Some(next) = find(self.html, from, b'<') {
            let is_markup = match self.html.get(next + 1) {
                Some(b'a'..=b'z' | b'A'..=b'Z') => {
                    self.text(next)?;
                    self.tag(next + 1, TagKind::StartTag)?;
                    true
                }
                Some(b'/') => {
                    self.text(next)?;
                    self.end_tag(next + 2)?;
                    true
                }
                Some(b'!') => {
                    self.text(next)?;
                    self.declaration(next + 2)?;
                    true
                }
                Some(b'?') => {
                    self.text(next)?;
                    self.bogus_comment(next + 1)?;
                    true
                }
                _ => false,
            };
            from = if is_markup { self.at } else { next + 1 };
        }
        self.text(self.html.len())?;
        self.emit(Token::EOFToken)?;
        self.builder.end();
        Ok(())
    }

    fn emit(&self, token: Token) -> Result<Option<RawKind>, Rare> {
        match self.builder.process_token(token, 1) {
            TokenSinkResult::RawData(kind) => Ok(Some(kind)),
            TokenSinkResult::Plaintext => Err(Rare),
            TokenSinkResult::Continue | TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => Ok(None),
        }
    }

    /// The text from where the page is read to here.
    fn text(&mut self, end: usize) -> Result<(), Rare> {
        let text = self.at..end;
        if text.is_empty() {
            return Ok(());
        }
        self.at = end;
        self.emit(Token::CharacterTokens(self.decoded(text, Place::Text))).map(drop)
    }

    fn decoded(&self, part: Range<usize>, place: Place) -> StrTendril {
        match memchr::memchr(b'&', &self.html[part.clone()]) {
            None => self.part(part),
            Some(_) => decoded(self.page.get(part).unwrap_or_default(), place),
        }
    }

    /// A part of the page as it is; its ends are next to ASCII.
    fn part(&self, part: Range<usize>) -> StrTendril {
        self.source.try_subtendril(part.start as u32, part.len() as u32).unwrap_or_default()
    }

    fn end_tag(&mut self, from: usize) -> Result<(), Rare> {
        match self.html.get(from) {
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.tag(from, TagKind::EndTag),
            Some(b'>') => {
                self.at = from + 1;
                Ok(())
            }
            _ => self.bogus_comment(from),
        }
    }

    /// `from` is at the tag's name.
    fn tag(&mut self, from: usize, kind: TagKind) -> Result<(), Rare> {
        let n_bytes = n_until(&self.html[from..], |byte| is_space(byte) || matches!(byte, b'/' | b'>'));
        let written = from..from + n_bytes;
        let self_closing = self.attributes(written.end)?;
        let name = self.name(written.clone());
        let (attrs, had_duplicate_attributes) = match kind {
            TagKind::StartTag => self.attrs(),
            TagKind::EndTag => (Vec::new(), false),
        };
        let raw = self.emit(Token::TagToken(Tag { kind, name, self_closing, attrs, had_duplicate_attributes }))?;
        match raw {
            Some(raw) => self.raw(raw, written),
            None => Ok(()),
        }
    }

    /// Finds the attributes of a tag and its end; says whether it closes itself.
    fn attributes(&mut self, from: usize) -> Result<bool, Rare> {
        self.written.clear();
        let html = self.html;
        let mut at = from;
        loop {
            match html.get(at).ok_or(Rare)? {
                byte if is_space(*byte) => at += 1,
                b'>' => {
                    self.at = at + 1;
                    return Ok(false);
                }
                b'/' if html.get(at + 1) == Some(&b'>') => {
                    self.at = at + 2;
                    return Ok(true);
                }
                b'/' => at += 1,
                _ => at = self.attribute(at)?,
            }
        }
    }

    /// Finds the attribute that begins here and gives back where it ends.
    fn attribute(&mut self, from: usize) -> Result<usize, Rare> {
        let html = self.html;
        // A name may begin with `=`.
        let n_bytes = n_until(&html[from + 1..], |byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='));
        let name = from..from + 1 + n_bytes;
        let mut at = skip_spaces(html, name.end);
        if html.get(at) != Some(&b'=') {
            self.written.push((name.clone(), name.end..name.end));
            return Ok(name.end);
        }
        at = skip_spaces(html, at + 1);
        let first = *html.get(at).ok_or(Rare)?;
        let (value, end) = if matches!(first, b'"' | b'\'') {
            let end = find(html, at + 1, first).ok_or(Rare)?;
            (at + 1..end, end + 1)
        } else {
            let end = at + n_until(&html[at..], |byte| is_space(byte) || byte == b'>');
            (at..end, end)
        };
        self.written.push((name, value));
        Ok(end)
    }

    fn attrs(&mut self) -> (Vec<Attribute>, bool) {
        let mut attrs: Vec<Attribute> = Vec::with_capacity(self.written.len());
        let mut had_duplicates = false;
        for index in 0..self.written.len() {
            let (name, value) = self.written[index].clone();
            let local = self.name(name);
            if attrs.iter().any(|attr| attr.name.local == local) {
                had_duplicates = true;
                continue;
            }
            attrs.push(Attribute { name: QualName::new(None, ns!(), local), value: self.decoded(value, Place::Value) });
        }
        (attrs, had_duplicates)
    }

    fn name(&mut self, written: Range<usize>) -> LocalName {
        self.atoms.name(self.page.get(written).unwrap_or_default())
    }

    /// The content of an element that holds text only; its end tag comes next.
    fn raw(&mut self, kind: RawKind, name: Range<usize>) -> Result<(), Rare> {
        let content = raw_content(self.html, self.at, &self.html[name]);
        self.at = content.end;
        let text = match kind {
            RawKind::Rcdata => self.decoded(content, Place::Text),
            RawKind::ScriptData if hides_its_end(&self.html[content.clone()]) => return Err(Rare),
            RawKind::Rawtext | RawKind::ScriptData => self.part(content),
            RawKind::ScriptDataEscaped(_) => return Err(Rare),
        };
        if text.is_empty() {
            return Ok(());
        }
        self.emit(Token::CharacterTokens(text)).map(drop)
    }

    /// What begins with `<!`; `from` is behind it.
    fn declaration(&mut self, from: usize) -> Result<(), Rare> {
        let rest = &self.html[from..];
        if let Some(content) = rest.strip_prefix(b"--") {
            let (end, behind) = end_of_comment(content).ok_or(Rare)?;
            return self.comment(from + 2..from + 2 + end, from + 2 + behind);
        }
        if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")) {
            return self.doctype(from + 7);
        }
        if rest.starts_with(b"[CDATA[") && self.builder.adjusted_current_node_present_but_not_in_html_namespace() {
            return Err(Rare);
        }
        self.bogus_comment(from)
    }

    /// What is read as a comment to the next `>`.
    fn bogus_comment(&mut self, from: usize) -> Result<(), Rare> {
        let end = find(self.html, from, b'>').ok_or(Rare)?;
        self.comment(from..end, end + 1)
    }

    fn comment(&mut self, content: Range<usize>, behind: usize) -> Result<(), Rare> {
        self.at = behind;
        self.emit(Token::CommentToken(self.part(content))).map(drop)
    }

    /// `<!DOCTYPE name PUBLIC "…" "…">` and shorter ones. `from` is behind the word.
    fn doctype(&mut self, from: usize) -> Result<(), Rare> {
        let end = find(self.html, from, b'>').ok_or(Rare)?;
        let rest = self.page.get(from..end).unwrap_or_default();
        let (name, rest) = word(rest).ok_or(Rare)?;
        let mut doctype = Doctype { name: Some(name.to_ascii_lowercase().into()), ..Doctype::default() };
        if let Some((keyword, rest)) = word(rest) {
            let (first, rest) = quoted(rest).ok_or(Rare)?;
            let second = quoted(rest);
            let behind = second.map_or(rest, |(_, rest)| rest);
            match (keyword.to_ascii_lowercase().as_str(), second) {
                ("public", second) => {
                    doctype.public_id = Some(first.into());
                    doctype.system_id = second.map(|(second, _)| second.into());
                }
                ("system", None) => doctype.system_id = Some(first.into()),
                _ => return Err(Rare),
            }
            if !behind.trim_ascii().is_empty() {
                return Err(Rare);
            }
        }
        self.at = end + 1;
        self.emit(Token::DoctypeToken(doctype)).map(drop)
    }
}

/// Where the content of a comment ends, and what stands behind the comment begins.
fn end_of_comment(content: &[u8]) -> Option<(usize, usize)> {
    if content.starts_with(b">") {
        return Some((0, 1));
    }
    if content.starts_with(b"->") {
        return Some((0, 2));
    }
    // One pass to the first of the two ends: a page may be nothing but comments.
    let mut from = 0;
    loop {
        let at = find(content, from, b'-')?;
        let n_bytes = match &content[at + 1..] {
            [b'-', b'>', ..] => 3,
            [b'-', b'!', b'>', ..] => 4,
            _ => {
                from = at + 1;
                continue;
            }
        };
        return Some((at, at + n_bytes));
    }
}

/// The first word of a doctype's rest, when no quote stands in it.
fn word(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_ascii_start();
    let (word, behind) = rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()));
    (!word.is_empty() && !word.contains(['"', '\''])).then_some((word, behind))
}

fn quoted(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_ascii_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote)
}

/// Whether a script holds a comment with a script in it, whose end tag is not the outer one's.
fn hides_its_end(script: &[u8]) -> bool {
    let is_script = |at: usize| script[at..].get(..7).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<script"));
    memchr::memmem::find(script, b"<!--")
        .is_some_and(|from| memchr::memchr_iter(b'<', &script[from..]).any(|at| is_script(from + at)))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\x0c')
}

fn skip_spaces(html: &[u8], from: usize) -> usize {
    from + n_until(&html[from..], |byte| !is_space(byte))
}

fn n_until(html: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    html.iter().position(|byte| is_end(*byte)).unwrap_or(html.len())
}

fn find(html: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, html.get(from..)?).map(|offset| from + offset)
}

#[cfg(test)]
mod tests;
