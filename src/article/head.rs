//! Owns one pass over a page for everything it says about itself: meta tags, JSON-LD, microdata, headings, dates in sight.

use dom_query::{Document, Element, NodeData, NodeRef};

use super::{
    json_ld,
    markup::{self, Step, collapse, walk},
};

/// Short texts with a year in them, kept for the search for a visible date.
const DATED_TEXTS_MAX: usize = 80;
const DATED_TEXT_CHARS_MAX: usize = 160;
const VALUE_CHARS_MAX: usize = 2_000;
/// A longer text in front of a date is no label.
const LABEL_BYTES_MAX: usize = 120;
/// What blocks call themselves that stand beside the article, and those that hold a date.
#[rustfmt::skip]
const ELSEWHERE: [&str; 12] = [
    "footer", "sidebar", "related", "comment", "teaser", "recommend", "popular", "trending", "latest", "widget",
    "copyright", "most-read",
];
/// Words in front of a date, in lowercase; stems, so that every form is met.
#[rustfmt::skip]
const PUBLISHED_LABELS: [&str; 24] = [
    "publish", "posted", "first published", "veröffentlich", "erschienen", "publié", "publicad", "publicat", "pubblicat",
    "opublikowan", "опубликован", "опублікован", "yayınlan", "yayın tarihi", "نشر", "发布", "發布", "公開", "配信", "created",
    "erstellt", "written on", "data publikacji", "date:",
];
#[rustfmt::skip]
const CHANGED_LABELS: [&str; 22] = [
    "updated", "update:", "modified", "last edited", "last reviewed", "aktualisiert", "geändert", "mis à jour", "modifié",
    "actualizad", "atualizad", "aggiornat", "aktualizacj", "обновлен", "изменен", "оновлен", "змінен", "güncelle", "تحديث",
    "更新", "修订", "copyright",
];
const DATES: [&str; 9] = ["date", "time", "publish", "posted", "byline", "meta", "pubdate", "datum", "fecha"];

/// What a page says about itself.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// `name`, `property` or `itemprop` in lowercase, with the content.
    pub(super) metas: Vec<(String, String)>,
    pub(super) canonical: Option<String>,
    pub(super) base: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) title: Option<String>,
    pub(super) h1: Vec<String>,
    pub(super) json_ld: json_ld::Node,
    /// Microdata in the body: property and value.
    pub(super) properties: Vec<(String, String)>,
    pub(super) authors: Vec<String>,
    pub(super) times: Vec<TimeMark>,
    pub(super) dated: Vec<DatedText>,
    /// A block of the page says that reading on costs money.
    pub(super) has_paywall_mark: bool,
}

/// A `<time>` element.
#[derive(Debug, Default)]
pub(super) struct TimeMark {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) place: Place,
    /// Says itself that it is the day of publication (`pubdate`, `datePublished`, `published`).
    pub(super) is_published: bool,
    pub(super) is_modified: bool,
    /// Bytes of text between the headline and here; `None` above the headline.
    pub(super) n_bytes_below_heading: Option<usize>,
}

/// A short text that holds a year.
#[derive(Debug, Default)]
pub(super) struct DatedText {
    pub(super) text: String,
    pub(super) place: Place,
    /// What the element it stands in, or the text itself, says that it is.
    pub(super) mark: Mark,
}

/// How surely a text is the date of publication.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Says that it is the date of a change.
    Changed,
    #[default]
    None,
    Date,
    Published,
}

/// Where on the page something stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    BeforeHeading,
    #[default]
    AfterHeading,
    /// Navigation, footer, sidebar, comments, teasers.
    Elsewhere,
}

impl Head {
    /// The first non-empty content of a meta tag, by falling trust.
    pub(super) fn meta(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| {
            let (_, value) = self.metas.iter().find(|(key, value)| key == name && !value.is_empty())?;
            Some((*name, value.as_str()))
        })
    }
}

/// Reads the page's head and walks its body once.
pub(super) fn read(document: &Document) -> Head {
    let mut reading = Reading::default();
    walk(&document.root(), |step| match step {
        Step::Enter(node) => reading.enter(node),
        Step::Leave(node) => {
            reading.leave(node);
            false
        }
    });
    let mut head = reading.head;
    head.json_ld = json_ld::read(reading.blocks.iter().map(String::as_str));
    head
}

#[derive(Default)]
struct Reading {
    head: Head,
    blocks: Vec<String>,
    /// Elements open whose content is elsewhere, and elements open that call themselves a date.
    elsewhere: usize,
    marks: Vec<Mark>,
    opened: Vec<Block>,
    /// The words before the current place, when they are few: `Published:`, `Updated`.
    label: String,
    n_bytes_below_heading: usize,
}

/// What an open element makes of its content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Plain,
    Elsewhere,
    Date(Mark),
}

impl Reading {
    fn enter(&mut self, node: &NodeRef) -> bool {
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
            Block::Date(mark) => self.marks.push(mark),
            Block::Plain => {}
        }
        self.opened.push(block);
        goes_in
    }

    fn leave(&mut self, node: &NodeRef) {
        if !node.is_element() {
            return;
        }
        match self.opened.pop() {
            Some(Block::Elsewhere) => self.elsewhere -= 1,
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
        let name: &str = &element.name.local;
        match name {
            "meta" => self.meta(element),
            "link" => self.link(element),
            "base" => self.head.base = element.attr("href").map(|href| href.to_string()),
            "html" => self.head.lang = language_attribute(element),
            "title" if self.head.title.is_none() => {
                self.head.title = Some(markup::text(node)).filter(|title| !title.is_empty());
            }
            "script" if element.attr("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json")) => {
                self.blocks.push(node.text().to_string());
            }
            "h1" => {
                let text = markup::text(node);
                if !text.is_empty() && self.head.h1.len() < 8 {
                    self.head.h1.push(text);
                    self.n_bytes_below_heading = 0;
                }
            }
            "time" => self.time(node, element),
            _ => {}
        }
        if matches!(name, "script" | "style" | "noscript" | "template" | "svg" | "title") {
            return (Block::Plain, false);
        }
        if !element.attrs.is_empty() {
            self.properties(node, element);
        }
        (self.block(node, name, element), true)
    }

    fn block(&mut self, node: &NodeRef, name: &str, element: &Element) -> Block {
        let is_meta = name == "aside" && element.attr("class").is_some_and(|class| class.contains("meta"));
        if matches!(name, "nav" | "footer" | "aside" | "blockquote") && !is_meta {
            return Block::Elsewhere;
        }
        if matches!(name, "html" | "body" | "main" | "article") {
            return Block::Plain;
        }
        let (class, id) = (attribute(element, "class"), attribute(element, "id"));
        if class.is_none() && id.is_none() {
            return Block::Plain;
        }
        let class = format!("{} {}", class.unwrap_or_default(), id.unwrap_or_default()).to_ascii_lowercase();
        if class.contains("paywall") || class.contains("premium-content") || class.contains("subscriber-only") {
            self.head.has_paywall_mark = true;
        }
        let is_teaser = class.contains("teaser") && !self.head.h1.is_empty();
        let may_be_elsewhere = ELSEWHERE.iter().any(|word| class.contains(word));
        let is_elsewhere = is_teaser || (may_be_elsewhere && class.split_ascii_whitespace().any(is_elsewhere));
        let is_elsewhere = is_elsewhere && !class.contains("publish");
        if is_elsewhere && (self.elsewhere > 0 || !node.descendants_it().any(|inner| inner.has_name("h1"))) {
            Block::Elsewhere
        } else if class.contains("update") || class.contains("modif") || class.contains("changed") {
            Block::Date(Mark::Changed)
        } else if class.contains("publish") || class.contains("pubdate") || class.contains("posted-on") {
            Block::Date(Mark::Published)
        } else if DATES.iter().any(|word| class.contains(word)) {
            Block::Date(Mark::Date)
        } else {
            Block::Plain
        }
    }

    fn meta(&mut self, element: &Element) {
        let Some(content) = element.attr("content") else { return };
        let content = collapse(&content.chars().take(VALUE_CHARS_MAX).collect::<String>());
        for key in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = element.attr(key) {
                self.head.metas.push((name.trim().to_ascii_lowercase(), content.clone()));
            }
        }
    }

    fn link(&mut self, element: &Element) {
        let rel = element.attr("rel").map(|rel| rel.to_ascii_lowercase()).unwrap_or_default();
        if rel.split_ascii_whitespace().any(|word| word == "canonical") && self.head.canonical.is_none() {
            self.head.canonical = element.attr("href").map(|href| href.trim().to_owned());
        }
    }

    fn time(&mut self, node: &NodeRef, element: &Element) {
        if self.head.times.len() >= DATED_TEXTS_MAX {
            return;
        }
        let mut says = String::new();
        for key in ["class", "itemprop", "id", "data-type"] {
            says.push_str(&element.attr(key).unwrap_or_default());
            says.push(' ');
        }
        says.make_ascii_lowercase();
        let is_modified = says.contains("modif") || says.contains("update") || label_mark(&self.label) == Mark::Changed;
        let is_labelled = label_mark(&self.label) == Mark::Published;
        self.head.times.push(TimeMark {
            value: element.attr("datetime").map(|value| value.trim().to_owned()).unwrap_or_default(),
            text: markup::text(node),
            place: self.place(),
            is_published: !is_modified && (element.attr("pubdate").is_some() || says.contains("publi") || is_labelled),
            is_modified,
            n_bytes_below_heading: (!self.head.h1.is_empty()).then_some(self.n_bytes_below_heading),
        });
    }

    fn properties(&mut self, node: &NodeRef, element: &Element) {
        if self.elsewhere == 0
            && let Some(property) = attribute(element, "itemprop").or_else(|| attribute(element, "property"))
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
        if self.elsewhere == 0 && self.head.authors.len() < 8 && is_author(element) {
            let text = markup::text(node);
            if !text.is_empty() && text.chars().count() < 100 && !self.head.authors.contains(&text) {
                self.head.authors.push(text);
            }
        }
    }

    fn text(&mut self, contents: &str) {
        self.n_bytes_below_heading += contents.trim().len();
        if contents.len() > DATED_TEXT_CHARS_MAX * 6 {
            self.label.clear();
            return;
        }
        let n_digits = contents.bytes().filter(u8::is_ascii_digit).count();
        let has_foreign_digits = n_digits == 0 && contents.chars().any(|c| !c.is_ascii() && c.is_numeric());
        if n_digits < 4 && !has_foreign_digits {
            if contents.len() < LABEL_BYTES_MAX && contents.contains(char::is_alphabetic) {
                self.label.clear();
                self.label.push_str(contents);
            }
            return;
        }
        if self.head.dated.len() >= DATED_TEXTS_MAX || contents.len() < 6 {
            return;
        }
        let text = collapse(contents);
        let is_copyright = text.starts_with(['©', 'ⓒ']) || text.to_ascii_lowercase().starts_with("(c)");
        if !is_copyright && text.chars().count() <= DATED_TEXT_CHARS_MAX {
            let own = label_mark(&text);
            let block = self.marks.iter().copied().fold(Mark::None, stronger);
            let mark = if own == Mark::None { stronger(block, label_mark(&self.label)) } else { own };
            self.head.dated.push(DatedText { text, place: self.place(), mark });
        }
        self.label.clear();
    }
}

/// Whether a class names what stands beside the article, not a layout that has such a thing.
fn is_elsewhere(class: &str) -> bool {
    let is_layout = ["has-", "no-", "with-", "one-", "two-", "layout", "page", "wrapper", "container"];
    ELSEWHERE.iter().any(|word| class.contains(word)) && !is_layout.iter().any(|word| class.contains(word))
}

/// A change outweighs publication, either outweighs a mere date.
fn stronger(a: Mark, b: Mark) -> Mark {
    if a == Mark::Changed || b == Mark::Changed { Mark::Changed } else { a.max(b) }
}

/// What a few words in front of a date say about it.
fn label_mark(text: &str) -> Mark {
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match (says(&CHANGED_LABELS), says(&PUBLISHED_LABELS)) {
        (_, true) => Mark::Published,
        (true, false) => Mark::Changed,
        (false, false) => Mark::None,
    }
}

fn language_attribute(element: &Element) -> Option<String> {
    let lang = element.attr("lang").or_else(|| element.attr("xml:lang"))?;
    (!lang.trim().is_empty()).then(|| lang.trim().to_owned())
}

/// The value of an attribute, not copied.
fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| &*attr.value)
}

fn is_author(element: &Element) -> bool {
    if attribute(element, "rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word == "author")) {
        return true;
    }
    let Some(class) = attribute(element, "class") else { return false };
    class.split_ascii_whitespace().any(|word| {
        let word = word.to_ascii_lowercase();
        let word = word.trim_matches('_');
        matches!(
            word,
            "author"
                | "byline"
                | "author-name"
                | "byline__name"
                | "byline-name"
                | "article-author"
                | "article__author"
                | "post-author"
                | "entry-author"
                | "c-byline__author"
                | "author__name"
                | "author_name"
                | "news-author"
        )
    })
}
