//! Owns the salvage reader: entries out of documents no strict parser takes. What is broken costs its own field.

use url::Url;

use super::fields::{EntryDraft, FeedDraft, Field, Taken, is_address};
use super::names::{Names, Root, Space, is_entry};
use super::tokens::{Tag, Token, Tokens};
use super::{Document, FeedKind, Reader, text};

/// Reads whatever entries the text holds, at most one more than `entries_max`.
pub(super) fn read(text: &str, root: Root, url: Option<&Url>, entries_max: usize) -> Document {
    let mut salvage = Salvage {
        root,
        names: Names::default(),
        feed: FeedDraft::new(root, url),
        entry: None,
        entries: Vec::new(),
        state: State::Between,
        hanging: None,
    };
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next() {
        salvage.token(text, token, &tokens);
        if salvage.entries.len() > entries_max {
            break;
        }
    }
    salvage.finish_field(text, text.len());
    salvage.finish_entry();
    let feed = salvage.feed;
    Document {
        kind: match root {
            Root::Rss => FeedKind::Rss,
            Root::Rdf => FeedKind::Rdf,
            Root::Atom => FeedKind::Atom,
            Root::Sitemap => FeedKind::Sitemap,
            Root::SitemapIndex => FeedKind::SitemapIndex,
        },
        title: feed.title.as_deref().and_then(text::plain),
        link: feed.link.as_deref().and_then(|link| text::absolute(link, feed.base.as_ref())),
        lang: feed.lang.clone(),
        ttl: feed.ttl(),
        hub: feed.hub,
        older: feed.prev_archive.or(feed.next),
        generator: feed.generator,
        topic: feed.topic,
        entries: salvage.entries,
        reader: Reader::Salvage { reason: String::new() },
    }
}

struct Salvage<'t> {
    root: Root,
    names: Names<'t>,
    feed: FeedDraft,
    /// The entry being read.
    entry: Option<EntryDraft>,
    entries: Vec<super::Entry>,
    state: State<'t>,
    /// An empty `link` whose address may stand behind it: HTML has an element of that name that is always empty.
    hanging: Option<Tag<'t>>,
}

/// Where the reader stands.
enum State<'t> {
    /// Between elements of a feed or an entry.
    Between,
    /// In an element whose text is wanted.
    Field(Open<'t>),
    /// In an element that is none of ours, `depth` deep in elements of its name.
    Foreign { name: &'t str, depth: usize },
}

/// An element whose text is being collected.
struct Open<'t> {
    field: Field,
    tag: Tag<'t>,
    /// Where its text starts.
    from: usize,
    /// Open elements of the same name inside it.
    depth: usize,
    n_children: usize,
}

impl<'t> Salvage<'t> {
    fn token(&mut self, text: &'t str, token: Token<'t>, tokens: &Tokens<'t>) {
        match token {
            Token::Open(tag) => self.open(text, tag, tokens),
            Token::Close { name } => self.close(text, name, tokens.start),
            Token::Text(raw) => self.behind_link(raw),
            Token::Cdata(_) => {}
        }
    }

    fn behind_link(&mut self, raw: &str) {
        let Some(tag) = self.hanging.take() else { return };
        let value = text::unescape(raw.trim()).into_owned();
        if !is_address(&value) {
            return;
        }
        match &mut self.entry {
            Some(entry) => entry.take(Field::Link, Taken { value, tag, has_children: false }),
            None => self.feed.take(Field::Link, &value),
        }
    }

    fn open(&mut self, text: &'t str, tag: Tag<'t>, tokens: &Tokens<'t>) {
        if !matches!(self.state, State::Between) {
            let (space, local) = self.names.known(tag.name);
            // An entry inside a field means that the field was never closed, unless the field holds XML as such.
            let is_over = match &self.state {
                State::Field(open) if open.field.is_bare() => true,
                State::Field(open) => is_entry(space, local, self.root) && !open.holds_xml(),
                _ => is_entry(space, local, self.root),
            };
            if !is_over {
                match &mut self.state {
                    State::Field(open) => {
                        open.n_children += 1;
                        open.depth += usize::from(!tag.is_empty && open.tag.name == tag.name);
                    }
                    State::Foreign { name, depth } => *depth += usize::from(!tag.is_empty && *name == tag.name),
                    State::Between => {}
                }
                return;
            }
            self.finish_field(text, tokens.start);
        }
        let (space, local) = self.names.resolve(&tag);
        if is_entry(space, local, self.root) {
            self.finish_entry();
            self.entry = Some(EntryDraft::new(&tag, &self.feed));
            if tag.is_empty {
                self.finish_entry();
            }
            return;
        }
        self.element(space, local, tag, tokens.end());
    }

    /// An element between others: of the feed or of an entry.
    fn element(&mut self, space: Space, local: &'t str, tag: Tag<'t>, from: usize) {
        let field = if let Some(entry) = &mut self.entry {
            entry.attributes(space, local, &tag);
            Field::of_entry(space, local)
        } else {
            self.feed.attributes(space, local, &tag);
            Field::of_feed(space, local)
        };
        if tag.is_empty {
            self.hanging = (field == Some(Field::Link)).then_some(tag);
            return;
        }
        self.state = match field {
            Some(Field::Foreign) => State::Foreign { name: tag.name, depth: 0 },
            Some(field) => State::Field(Open { field, tag, from, depth: 0, n_children: 0 }),
            None => State::Between,
        };
    }

    fn close(&mut self, text: &'t str, name: &'t str, at: usize) {
        let (own, depth) = match &mut self.state {
            State::Between => ("", None),
            State::Field(open) => (open.tag.name, Some(&mut open.depth)),
            State::Foreign { name, depth } => (*name, Some(depth)),
        };
        if let Some(depth) = depth {
            if own.eq_ignore_ascii_case(name) {
                if *depth > 0 {
                    *depth -= 1;
                    return;
                }
                self.finish_field(text, at);
                return;
            }
            let (space, local) = self.names.known(name);
            let ends_all = is_entry(space, local, self.root)
                || space == Space::Feed
                    && ["channel", "rss", "rdf", "feed", "urlset"]
                        .iter()
                        .any(|container| local.eq_ignore_ascii_case(container));
            if !ends_all || matches!(&self.state, State::Field(open) if open.holds_xml()) {
                return;
            }
            self.finish_field(text, at);
        }
        let (space, local) = self.names.known(name);
        if is_entry(space, local, self.root) {
            self.finish_entry();
        }
    }

    fn finish_field(&mut self, text: &'t str, end: usize) {
        let State::Field(open) = std::mem::replace(&mut self.state, State::Between) else { return };
        let value = open.value(&text[open.from..end]);
        match &mut self.entry {
            Some(entry) => {
                entry.take(open.field, Taken { value, tag: open.tag, has_children: open.n_children > 0 });
            }
            None => self.feed.take(open.field, &value),
        }
    }

    fn finish_entry(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.entries.push(entry.finish(&self.feed));
        }
    }
}

impl Open<'_> {
    /// Its content is markup as such: Atom's `xhtml` and XML types.
    fn holds_xml(&self) -> bool {
        self.field == Field::Content
            && self.n_children > 0
            && self.tag.attribute("type").is_some_and(|kind| kind.ends_with("xml"))
    }

    fn value(&self, inner: &str) -> String {
        if self.field == Field::Person && self.n_children > 0 {
            return person(inner);
        }
        let value = flat(inner, self.n_children);
        if self.tag.attribute("mode") == Some("base64")
            || self.tag.attribute("type") == Some("application/octet-stream")
        {
            return base64(&value).unwrap_or(value);
        }
        if self.n_children > 0 { without_wrapper(value) } else { value }
    }
}

/// The text of an element. With child elements it is markup as it stands; without, text with entities resolved.
fn flat(inner: &str, n_children: usize) -> String {
    if n_children == 0 && !inner.contains('<') {
        return text::unescape(inner).into_owned();
    }
    let mut flat = String::with_capacity(inner.len());
    let mut tokens = Tokens::new(inner);
    while let Some(token) = tokens.next() {
        match token {
            Token::Cdata(raw) => flat.push_str(raw),
            Token::Text(raw) if n_children == 0 => flat.push_str(&text::unescape(raw)),
            Token::Text(raw) => flat.push_str(raw),
            Token::Open(_) | Token::Close { .. } => flat.push_str(&inner[tokens.start..tokens.end()]),
        }
    }
    flat
}

/// The name of Atom's `author`, else its address.
fn person(inner: &str) -> String {
    let mut best: Option<(&str, String)> = None;
    let mut tokens = Tokens::new(inner);
    while let Some(token) = tokens.next() {
        let Token::Open(tag) = token else { continue };
        let local = tag.name.rsplit(':').next().unwrap_or(tag.name);
        let is_better = match local {
            "name" => best.as_ref().is_none_or(|(kind, _)| *kind != "name"),
            "email" => best.is_none(),
            _ => false,
        };
        let from = tokens.end();
        let end = inner[from..].find("</").map_or(inner.len(), |at| from + at);
        let value = flat(&inner[from..end], 0);
        if is_better && !value.trim().is_empty() {
            best = Some((local, value));
        }
    }
    best.map(|(_, value)| value).unwrap_or_default()
}

/// Takes off the `div` that wraps XHTML content.
fn without_wrapper(value: String) -> String {
    let trimmed = value.trim();
    let inner = trimmed.strip_prefix("<div").and_then(|rest| rest.split_once('>')).map(|(_, inner)| inner);
    match inner.and_then(|inner| inner.strip_suffix("</div>")) {
        // Two in a row are no wrapper.
        Some(inner) if inner.matches("<div").count() == inner.matches("</div").count() && !closes_first(inner) => {
            inner.to_owned()
        }
        _ => value,
    }
}

/// Whether a `</div>` comes before any `<div`.
fn closes_first(inner: &str) -> bool {
    match (inner.find("</div"), inner.find("<div")) {
        (Some(close), Some(open)) => close < open,
        (close, _) => close.is_some(),
    }
}

/// Atom 0.3's `mode="base64"`, and what Atom 1.0 says is binary.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits) as u8);
            bits &= (1 << n_bits) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}
