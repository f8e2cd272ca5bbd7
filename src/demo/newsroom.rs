//! Owns the bundled newsroom's texts: papers with their articles, the words of their pages, and the events that a
//! consumer must see. All of it is invented. Printing pages and feeds is `edition`'s business.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::days::Words;
use crate::outlet::Outlet;
use crate::tag::{Kind, Status};

const PAPERS: &[(&str, &str)] = &[
    ("bogaz.toml", include_str!("newsroom/bogaz.toml")),
    ("changjiang.toml", include_str!("newsroom/changjiang.toml")),
    ("dnipro.toml", include_str!("newsroom/dnipro.toml")),
    ("harbour.toml", include_str!("newsroom/harbour.toml")),
    ("meridian.toml", include_str!("newsroom/meridian.toml")),
    ("meseta.toml", include_str!("newsroom/meseta.toml")),
    ("neva.toml", include_str!("newsroom/neva.toml")),
    ("nil.toml", include_str!("newsroom/nil.toml")),
    ("nordlys.toml", include_str!("newsroom/nordlys.toml")),
    ("rive.toml", include_str!("newsroom/rive.toml")),
    ("spree.toml", include_str!("newsroom/spree.toml")),
    ("wisla.toml", include_str!("newsroom/wisla.toml")),
];
const WORDS: &str = include_str!("newsroom/words.toml");
const EXPECTED: &str = include_str!("newsroom/expected.toml");

/// Paragraphs a paper prints of an agency's dispatch.
const COPIED_PARAGRAPHS: usize = 4;

/// Everything the newsroom can print.
#[derive(Debug, Clone)]
pub struct Newsroom {
    pub papers: Vec<Paper>,
    pub expected: Vec<Expected>,
}

/// One outlet with its articles, newest batch last.
#[derive(Debug, Clone)]
pub struct Paper {
    pub outlet: Arc<Outlet>,
    /// ISO 3166-1 alpha-3.
    pub country: String,
    pub layout: Layout,
    pub feed: FeedFormat,
    pub words: Words,
    pub drafts: Vec<Draft>,
}

/// How a paper's pages are built, and where they say when they were published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Article element, figure, JSON-LD.
    Classic,
    /// Utility classes, OpenGraph and meta only.
    Cards,
    /// An agency's page: JSON-LD, hardly anything else.
    Wire,
    /// Nothing but a visible date.
    Visible,
    /// Layout tables, `<br>` and a meta date.
    Table,
    /// JSON-LD as one graph.
    Graph,
}

/// The form of a paper's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum FeedFormat {
    #[serde(rename = "rss")]
    Rss,
    /// With the whole text in `content:encoded`.
    #[serde(rename = "rss_full")]
    RssFull,
    /// RSS 2.0 and pages in windows-1251.
    #[serde(rename = "rss_1251")]
    Rss1251,
    /// Bare ampersands, an element without an end, the end of the document missing.
    #[serde(rename = "rss_malformed")]
    RssMalformed,
    #[serde(rename = "atom")]
    Atom,
    /// RSS 1.0.
    #[serde(rename = "rdf")]
    Rdf,
    #[serde(rename = "json")]
    Json,
}

/// An article before its days are filled in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub slug: String,
    /// The expected event it reports; none for what must not become an event.
    pub event: Option<String>,
    /// `DAYSd HH:MM` from the demo's day, UTC; without it, the moment its batch comes out.
    published: Option<String>,
    /// Articles of one batch appear in the feeds together; the first is there from the start.
    #[serde(default = "first_batch")]
    pub batch: usize,
    pub title: String,
    #[serde(default)]
    pub byline: Vec<String>,
    pub caption: Option<String>,
    /// Paragraphs, one a line.
    #[serde(default)]
    pub text: String,
    /// `OUTLET/SLUG` of the dispatch whose text it prints.
    copy_of: Option<String>,
    #[serde(default)]
    pub is_pdf: bool,
    /// The feed links it, the server does not have it.
    #[serde(default)]
    pub is_missing: bool,
}

/// A real-world event that a consumer must see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub id: String,
    pub kind: Kind,
    /// Every status in order; the last is where the event stands in the end.
    pub statuses: Vec<Status>,
    /// Country and organisation codes, sorted.
    pub parties: Vec<String>,
    /// Roster ids, sorted; empty where the parties decide.
    #[serde(default)]
    pub persons: Vec<String>,
    /// Days from the demo's day, where the texts name the day.
    pub day: Option<i64>,
    pub outlets: usize,
    /// Outlets after wire copies are counted as one voice.
    pub independent: usize,
}

/// What is wrong in the bundled files. Tests hold that nothing is.
#[derive(Debug, thiserror::Error)]
pub enum NewsroomError {
    #[error("read {file}")]
    Toml {
        file: String,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("{file}: {reason}")]
    Text { file: String, reason: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperText {
    id: String,
    name: String,
    lang: String,
    country: String,
    zone: String,
    layout: Layout,
    feed: FeedFormat,
    article: Vec<Draft>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedText {
    event: Vec<Expected>,
}

impl Newsroom {
    /// Reads the bundled files.
    ///
    /// # Errors
    /// [`NewsroomError`] names the file and what is wrong in it.
    pub fn bundled() -> Result<Self, NewsroomError> {
        let words: BTreeMap<String, Words> = read("words.toml", WORDS)?;
        let mut papers = Vec::new();
        for (file, text) in PAPERS {
            let paper: PaperText = read(file, text)?;
            let wrong = |reason: String| NewsroomError::Text { file: (*file).to_owned(), reason };
            let words = words.get(&paper.lang).ok_or_else(|| wrong(format!("no words for {}", paper.lang)))?;
            for draft in &paper.article {
                if draft.batch == first_batch() && draft.published_at(Date::default()).is_none() {
                    return Err(wrong(format!("{}: `published` is not `DAYSd HH:MM`", draft.slug)));
                }
            }
            papers.push(Paper {
                outlet: Arc::new(Outlet {
                    id: paper.id,
                    name: paper.name,
                    family: None,
                    zone: Some(paper.zone),
                    lang: Some(paper.lang),
                }),
                country: paper.country,
                layout: paper.layout,
                feed: paper.feed,
                words: words.clone(),
                drafts: paper.article,
            });
        }
        copy_dispatches(&mut papers)?;
        let expected: ExpectedText = read("expected.toml", EXPECTED)?;
        Ok(Self { papers, expected: expected.event })
    }

    /// Returns the expected event that the page at `/OUTLET/SLUG.html` reports.
    #[must_use]
    pub fn event_at(&self, path: &str) -> Option<&str> {
        let (outlet, page) = path.strip_prefix('/')?.split_once('/')?;
        let paper = self.papers.iter().find(|paper| paper.outlet.id == outlet)?;
        let draft = paper.drafts.iter().find(|draft| Some(draft.slug.as_str()) == page.strip_suffix(".html"))?;
        draft.event.as_deref()
    }

    /// Returns the number of the last batch.
    #[must_use]
    pub fn last_batch(&self) -> usize {
        self.papers.iter().flat_map(|paper| &paper.drafts).map(|draft| draft.batch).max().unwrap_or_default()
    }
}

impl Paper {
    /// Returns the newsroom's time zone.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        let zone = self.outlet.zone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
        zone.unwrap_or(TimeZone::UTC)
    }

    /// Returns the language of its texts, a BCP 47 primary tag.
    #[must_use]
    pub fn lang(&self) -> &str {
        self.outlet.lang.as_deref().unwrap_or("en")
    }
}

impl Draft {
    /// Returns when it was published, if that does not depend on when its batch comes out.
    #[must_use]
    pub fn published_at(&self, day: Date) -> Option<Timestamp> {
        let (days, time) = self.published.as_deref()?.split_once("d ")?;
        let day = day.checked_add(days.parse::<i64>().ok()?.days()).ok()?;
        let time = jiff::civil::Time::strptime("%H:%M", time).ok()?;
        Some(day.to_datetime(time).to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
    }

    /// Returns an article that appears with `batch`, made while the newsroom runs.
    #[must_use]
    pub fn live(batch: usize, slug: String, title: String, text: String) -> Self {
        Self {
            slug,
            event: None,
            published: None,
            batch,
            title,
            byline: Vec::new(),
            caption: None,
            text,
            copy_of: None,
            is_pdf: false,
            is_missing: false,
        }
    }
}

/// The demo's day: the UTC date half a day ago, so that it has begun in every time zone.
#[must_use]
pub fn day_of(start: Timestamp) -> Date {
    (start - 12.hours()).to_zoned_datetime(TimeZone::UTC).date()
}

const fn first_batch() -> usize {
    1
}

pub(super) fn read<'de, T: Deserialize<'de>>(file: &str, text: &'de str) -> Result<T, NewsroomError> {
    let deserializer = toml::Deserializer::parse(text)
        .map_err(|source| NewsroomError::Toml { file: file.to_owned(), source: Box::new(source) })?;
    T::deserialize(deserializer)
        .map_err(|source| NewsroomError::Toml { file: file.to_owned(), source: Box::new(source) })
}

/// Gives each wire copy the opening paragraphs of the dispatch it prints.
fn copy_dispatches(papers: &mut [Paper]) -> Result<(), NewsroomError> {
    let texts: BTreeMap<String, String> = papers
        .iter()
        .flat_map(|paper| paper.drafts.iter().map(|draft| (format!("{}/{}", paper.outlet.id, draft.slug), draft)))
        .map(|(path, draft)| (path, draft.text.clone()))
        .collect();
    for paper in papers {
        for draft in &mut paper.drafts {
            let Some(original) = &draft.copy_of else { continue };
            let text = texts.get(original).ok_or_else(|| NewsroomError::Text {
                file: format!("{}.toml", paper.outlet.id),
                reason: format!("{} copies {original}, which is not there", draft.slug),
            })?;
            draft.text = text.trim().lines().take(COPIED_PARAGRAPHS).collect::<Vec<_>>().join("\n");
        }
    }
    Ok(())
}
