//! Owns the walk over a page that gathers what it says about itself: where each text stands, and what is said before it.

use dom_query::{Element, LocalName, NodeData, NodeRef, local_name};

use super::{
    super::{
        attributes::{Attributes, attribute},
        byline::{Byline, Sign, is_by, is_worded, looks_like_names},
        marks::{Mark, Names, Place, is_author_address, label_mark, stronger},
        markup::{self, collapse},
        scripted,
        title::is_part,
    },
    DatedText, Head, TimeMark,
};

/// Short texts with a year in them, kept for the search for a visible date.
const DATED_TEXTS_MAX: usize = 80;
const DATED_TEXT_CHARS_MAX: usize = 160;
/// A longer text in several elements is more than one date.
const PARTED_BYTES_MAX: usize = 50;
/// Text from the headline to an `<article>` that has another: a teaser.
const TEASER_BYTES_MIN: usize = 1_500;
const VALUE_CHARS_MAX: usize = 2_000;
/// A longer text in front of a date is no label.
const LABEL_BYTES_MAX: usize = 120;
/// Texts that may name the author, kept of each sign.
const BYLINES_MAX: usize = 8;
const BYLINE_CHARS_MAX: usize = 100;
/// Attributes that hold an element's time for machines.
const MACHINE_TIMES: [&str; 5] = ["datetime", "data-datetime", "data-timestamp", "data-utime", "title"];

/// One walk over a page.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) head: Head,
    /// Texts of the JSON-LD scripts.
    pub(super) blocks: Vec<String>,
    /// Elements open whose content is elsewhere, and elements open that call themselves a date.
    elsewhere: usize,
    /// Elements open that hold others' texts: comments, teasers. Their dates and authors are not the page's.
    others: usize,
    /// For each `<article>` open the headings before it.
    articles: Vec<usize>,
    marks: Vec<Mark>,
    opened: Vec<Block>,
    /// The classes and the id of the current element, in lowercase.
    names: String,
    /// The words before the current place, when they are few: `Published:`, `Updated`.
    label: String,
    n_bytes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    First,
    Lower,
}

/// What an open element makes of its content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Plain,
    Article,
    Elsewhere,
    Others,
    Date(Mark),
}

impl Block {
    fn of(mark: Mark) -> Self {
        match mark {
            Mark::None => Self::Plain,
            mark => Self::Date(mark),
        }
    }
}

impl Reading {
    /// Enters a node; says whether to go into it.
    pub(super) fn enter(&mut self, node: &NodeRef) -> bool {
        let block = node
            .query(|inner| match &inner.data {
                NodeData::Element(element) => Some(self.element(node, element)),
                NodeData::Text { contents } => {
                    self.text(contents);
                    None
                }
                _ => None,
            })
            .flatten();
        let Some((block, goes_in)) = block else { return false };
        match block {
            Block::Elsewhere => self.elsewhere += 1,
            Block::Others => {
                self.elsewhere += 1;
                self.others += 1;
            }
            Block::Article => self.articles.push(self.head.h1.len()),
            Block::Date(mark) => self.marks.push(mark),
            Block::Plain => {}
        }
        self.opened.push(block);
        goes_in
    }

    pub(super) fn leave(&mut self, node: &NodeRef) {
        if !node.is_element() {
            return;
        }
        match self.opened.pop() {
            Some(Block::Elsewhere) => self.elsewhere -= 1,
            Some(Block::Others) => {
                self.elsewhere -= 1;
                self.others -= 1;
            }
            Some(Block::Article) => {
                self.articles.pop();
            }
            Some(Block::Date(_)) => {
                self.marks.pop();
            }
            _ => {}
        }
    }

    fn place(&self) -> Place {
        if self.elsewhere > 0 {
            Place::Elsewhere
        } else if self.head.h1.is_empty() {
            Place::BeforeHeading
        } else {
            Place::AfterHeading
        }
    }

    /// Reads one element; says what its content counts as and whether to look at it.
    fn element(&mut self, node: &NodeRef, element: &Element) -> (Block, bool) {
        let name = &element.name.local;
        match *name {
            local_name!("meta") => self.meta(element),
            local_name!("link") => self.link(element),
            local_name!("base") => self.head.base = element.attr("href").map(|href| href.to_string()),
            local_name!("html") => self.head.lang = language_attribute(element),
            local_name!("title") if self.head.title.is_none() => {
                self.head.title = Some(markup::text(node)).filter(|title| !title.is_empty());
            }
            local_name!("script") if attribute(element, "type").is_some_and(is_record) => {
                self.blocks.push(node.text().to_string());
            }
            local_name!("script") => scripted::read(&node.text(), &mut self.head.scripted),
            local_name!("h1") => self.heading(node, Level::First),
            local_name!("h2") | local_name!("h3") => self.heading(node, Level::Lower),
            local_name!("time") => self.time(node, element),
            local_name!("abbr") if has_machine_time(element) => self.time(node, element),
            _ if &**name == "relative-time" => self.time(node, element),
            _ => {}
        }
        let is_unread = matches!(
            *name,
            local_name!("script")
                | local_name!("style")
                | local_name!("noscript")
                | local_name!("template")
                | local_name!("svg")
                | local_name!("title")
        );
        if is_unread {
            return (Block::Plain, false);
        }
        let attributes = Attributes::of(element);
        let mut buffer = std::mem::take(&mut self.names);
        let names = Names::of(&attributes, &mut buffer);
        self.properties((node, element), &attributes, &names);
        let block = self.block((node, name), &attributes, &names);
        self.names = buffer;
        if let Block::Date(mark) = block
            && *name != local_name!("time")
        {
            self.parts(node, element, mark);
        }
        (block, true)
    }

    /// A date that an element gives for machines, or in parts: a day, a month and a year with an element each.
    fn parts(&mut self, node: &NodeRef, element: &Element, mark: Mark) {
        if has_machine_time(element) {
            self.time(node, element);
        }
        let text = spaced(node).replace('|', " ");
        let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
        let is_parted = node.descendants_it().filter(NodeRef::is_text).nth(1).is_some();
        if (5..=12).contains(&n_digits)
            && text.len() <= PARTED_BYTES_MAX
            && is_parted
            && self.head.dated.len() < DATED_TEXTS_MAX
        {
            let mark = self.marks.iter().copied().fold(mark, stronger);
            self.head.dated.push(DatedText { text, place: self.place(), mark, at: self.n_bytes });
        }
    }

    fn block(&mut self, (node, name): (&NodeRef, &LocalName), attributes: &Attributes, names: &Names) -> Block {
        match *name {
            // It holds what belongs to the article.
            local_name!("aside") if attributes.class.is_some_and(|class| class.contains("meta")) => {}
            // The footer of an article tells of it, when and by whom it was written.
            _ if self.is_own_footer(name, names) => return Block::of(names.mark()),
            local_name!("nav") | local_name!("footer") | local_name!("aside") | local_name!("blockquote") => {
                return Block::Elsewhere;
            }
            local_name!("article") if self.is_far_from_heading() => return Block::Others,
            local_name!("article") => return Block::Article,
            local_name!("html") | local_name!("body") | local_name!("main") => return Block::Plain,
            _ => {}
        }
        self.head.has_paywall_mark |= self.elsewhere == 0 && names.have_paywall();
        let is_teaser = names.say_teaser() && !self.head.h1.is_empty();
        let is_elsewhere = (is_teaser || names.stand_elsewhere()) && !names.say_publish();
        if is_elsewhere && (self.elsewhere > 0 || !node.descendants_it().any(|inner| inner.has_name("h1"))) {
            return if names.are_comments() { Block::Others } else { Block::Elsewhere };
        }
        Block::of(names.mark())
    }

    /// Whether it is the footer of the article that has the headline.
    fn is_own_footer(&self, name: &LocalName, names: &Names) -> bool {
        let has_heading = |n_headings: &usize| self.head.h1.len() > *n_headings;
        let is_in_article = self.articles.last().is_some_and(has_heading);
        (is_in_article && *name == local_name!("footer")) || names.are_article_footer()
    }

    /// Behind more text than a lead and a byline: another article than the headline's.
    fn is_far_from_heading(&self) -> bool {
        let is_far = |at: usize| self.n_bytes > at + TEASER_BYTES_MIN;
        self.head.is_heading_known && self.head.heading_at.is_some_and(is_far)
    }

    /// Keeps first-level headings; a lower one that the page's title repeats is the headline of a page without.
    fn heading(&mut self, node: &NodeRef, level: Level) {
        let titles = [self.head.title.as_deref(), self.head.meta(&["og:title"]).map(|(_, title)| title)];
        let is_known = |text: &str| titles.iter().flatten().any(|title| is_part(text, title));
        let is_first = self.head.h1.is_empty();
        if self.head.h1.len() >= 8 || (level == Level::Lower && (!is_first || self.elsewhere > 0)) {
            return;
        }
        let text = markup::text(node);
        let is_known = is_known(&text);
        if text.is_empty() || (level == Level::Lower && !is_known) {
            return;
        }
        self.head.h1.push(text);
        if is_first || is_known {
            self.head.heading_at = Some(self.n_bytes);
            self.head.is_heading_known |= is_known;
        }
    }

    fn meta(&mut self, element: &Element) {
        let Some(content) = element.attr("content") else { return };
        let content = collapse(&content.chars().take(VALUE_CHARS_MAX).collect::<String>());
        for key in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = element.attr(key) {
                let name = name.trim().to_ascii_lowercase();
                if name == "parsely-page" {
                    self.head.metas.extend(scripted::parsely(&content));
                }
                self.head.metas.push((name, content.clone()));
            }
        }
    }

    fn link(&mut self, element: &Element) {
        let rel = element.attr("rel").map(|rel| rel.to_ascii_lowercase()).unwrap_or_default();
        let address = element.attr("href").map(|href| href.trim().to_owned());
        if rel.split_ascii_whitespace().any(|word| word == "canonical") && self.head.canonical.is_none() {
            self.head.canonical = address;
        } else if rel == "image_src" {
            self.head.metas.extend(address.map(|address| (rel, address)));
        }
    }

    fn time(&mut self, node: &NodeRef, element: &Element) {
        if self.others > 0 || self.head.times.len() >= DATED_TEXTS_MAX {
            return;
        }
        let mut says = String::new();
        for key in ["class", "itemprop", "id", "data-type"] {
            says.push_str(attribute(element, key).unwrap_or_default());
            says.push(' ');
        }
        says.make_ascii_lowercase();
        let is_pubdate = attribute(element, "pubdate").is_some();
        let own = if is_pubdate { Mark::Published } else { Names::in_text(&says).mark() };
        let text = markup::text(node);
        let worded = [label_mark(&text), label_mark(&self.label)].into_iter().find(|mark| *mark != Mark::None);
        self.head.times.push(TimeMark {
            value: MACHINE_TIMES.iter().find_map(|key| attribute(element, key)).unwrap_or_default().trim().to_owned(),
            text,
            place: self.place(),
            mark: worded.unwrap_or(own),
            at: self.n_bytes,
        });
    }

    fn properties(&mut self, (node, element): (&NodeRef, &Element), attributes: &Attributes, names: &Names) {
        if self.elsewhere == 0
            && let Some(property) = attributes.itemprop.or(attributes.property)
            && self.head.properties.len() < 60
        {
            let value = ["content", "datetime"]
                .iter()
                .find_map(|key| element.attr(key))
                .map_or_else(|| markup::text(node), |value| collapse(&value));
            if value.chars().count() <= DATED_TEXT_CHARS_MAX {
                let property = property.trim().to_ascii_lowercase();
                let property = property.rsplit(':').next().unwrap_or_default().to_owned();
                self.head.properties.push((property, value));
            }
        }
        let is_rel = attributes.rel.is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word == "author"));
        if is_rel || names.name_author() {
            self.byline(&spaced(node), Sign::Marked);
        } else if attributes.href.is_some_and(is_author_address) {
            let text = spaced(node);
            if text.contains(' ') && looks_like_names(&text) {
                self.byline(&text, Sign::Linked);
            }
        }
    }

    fn byline(&mut self, text: &str, sign: Sign) {
        if self.others > 0 {
            return;
        }
        let n_known = self.head.bylines.iter().filter(|byline| byline.sign == sign).count();
        if n_known < BYLINES_MAX && !text.is_empty() && text.chars().count() < BYLINE_CHARS_MAX {
            self.head.bylines.push(Byline { text: text.to_owned(), sign, place: self.place(), at: self.n_bytes });
        }
    }

    fn text(&mut self, contents: &str) {
        let at = self.n_bytes;
        self.n_bytes += contents.trim().len();
        if contents.len() > DATED_TEXT_CHARS_MAX * 6 {
            self.label.clear();
            return;
        }
        if at == self.n_bytes {
            return;
        }
        if contents.len() < BYLINE_CHARS_MAX * 2 {
            let text = contents.trim();
            if is_worded(text) || (text.len() > 3 && is_by(&self.label) && looks_like_names(text)) {
                self.byline(&collapse(text), Sign::Worded);
            }
        }
        let n_digits = contents.bytes().filter(u8::is_ascii_digit).count();
        let has_foreign_digits =
            n_digits == 0 && !contents.is_ascii() && contents.chars().any(|c| !c.is_ascii() && c.is_numeric());
        // A year counted from an era's first has a digit or two.
        let is_dated = n_digits >= 4 || has_foreign_digits || (n_digits >= 2 && contents.contains('年'));
        if !is_dated {
            if contents.len() < LABEL_BYTES_MAX && contents.contains(char::is_alphabetic) {
                self.label.clear();
                self.label.push_str(contents);
            }
            return;
        }
        if self.others > 0 || self.head.dated.len() >= DATED_TEXTS_MAX || contents.len() < 6 {
            return;
        }
        let text = collapse(contents);
        let is_copyright = text.starts_with(['©', 'ⓒ']) || text.to_ascii_lowercase().starts_with("(c)");
        if !is_copyright && text.chars().count() <= DATED_TEXT_CHARS_MAX {
            let own = label_mark(&text);
            let block = self.marks.iter().copied().fold(Mark::None, stronger);
            let mark = if own == Mark::None { stronger(block, label_mark(&self.label)) } else { own };
            self.head.dated.push(DatedText { text, place: self.place(), mark, at });
        }
        self.label.clear();
    }
}

/// The text of an element with a space between its parts, and `|` where a block or a line ends: "Ann Lee | Editor".
fn spaced(node: &NodeRef) -> String {
    let mut text = String::new();
    for inner in node.descendants_it() {
        if inner.is_text() {
            text.push_str(&inner.text());
            text.push(' ');
        } else if inner
            .node_name()
            .is_some_and(|name| matches!(&*name, "br" | "div" | "p" | "li" | "ul" | "h3" | "h4" | "time"))
        {
            text.push('|');
        }
        if text.len() > BYLINE_CHARS_MAX * 4 {
            break;
        }
    }
    collapse(text.trim_matches('|'))
}

/// A script of this type holds the page's JSON-LD.
fn is_record(kind: &str) -> bool {
    kind.to_ascii_lowercase().contains("ld+json")
}

fn has_machine_time(element: &Element) -> bool {
    MACHINE_TIMES.iter().any(|key| attribute(element, key).is_some_and(is_machine_time))
}

/// Whether an attribute may hold a time: `2025-02-12T18:04`, seconds since 1970.
fn is_machine_time(value: &str) -> bool {
    value.bytes().filter(u8::is_ascii_digit).count() >= 8
}

fn language_attribute(element: &Element) -> Option<String> {
    let lang = element.attr("lang").or_else(|| element.attr("xml:lang"))?;
    (!lang.trim().is_empty()).then(|| lang.trim().to_owned())
}
