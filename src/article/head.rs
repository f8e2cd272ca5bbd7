//! Owns what one pass over a page finds that it says about itself: meta tags, JSON-LD, microdata, headings, dates in sight.

mod reading;

use dom_query::Document;

use self::reading::Reading;
use super::{
    byline::Byline,
    json_ld,
    marks::{Mark, Place},
    markup::{Step, walk},
};

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
    /// Bytes of text above the headline.
    pub(super) heading_at: Option<usize>,
    /// The page's title repeats that headline.
    is_heading_known: bool,
    pub(super) json_ld: json_ld::Node,
    /// Microdata in the body: property and value.
    pub(super) properties: Vec<(String, String)>,
    pub(super) bylines: Vec<Byline>,
    pub(super) times: Vec<TimeMark>,
    pub(super) dated: Vec<DatedText>,
    /// Dates of publication in the values of the page's scripts.
    pub(super) scripted: Vec<String>,
    /// A block of the page says that reading on costs money.
    pub(super) has_paywall_mark: bool,
}

/// A `<time>` element.
#[derive(Debug, Default)]
pub(super) struct TimeMark {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) place: Place,
    /// What its attributes, its own words and those before it say that it is (`pubdate`, `datePublished`, `Updated:`).
    pub(super) mark: Mark,
    /// Bytes of text above.
    pub(super) at: usize,
}

/// A short text that holds a year.
#[derive(Debug, Default)]
pub(super) struct DatedText {
    pub(super) text: String,
    pub(super) place: Place,
    /// What the element it stands in, or the text itself, says that it is.
    pub(super) mark: Mark,
    /// Bytes of text above.
    pub(super) at: usize,
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
    let titles = head.title.iter().chain(&head.h1).map(String::as_str);
    let titles = titles.chain(head.meta(&["og:title"]).map(|(_, title)| title)).collect();
    let addresses = head.canonical.as_deref().into_iter().chain(head.meta(&["og:url"]).map(|(_, url)| url)).collect();
    let node = json_ld::read(reading.blocks.iter().map(String::as_str), &json_ld::Known { titles, addresses });
    head.json_ld = node;
    head
}
