//! Owns what the newsroom's server has at one moment: every published page and each paper's feed, with validators.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::newsroom::{Draft, FeedFormat, Newsroom, Paper};
use super::{feeds, page};

/// Articles a feed lists, as real ones do.
const FEED_ENTRIES_MAX: usize = 40;

/// One moment of the newsroom: paths and the documents under them.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    pub documents: BTreeMap<String, Document>,
    /// URLs of the pages that hold an article.
    pub pages: Vec<String>,
}

/// One document as it is served.
#[derive(Debug, Clone)]
pub struct Document {
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
    /// With its quotes.
    pub etag: String,
    pub modified: Timestamp,
}

/// One article as it is printed.
#[derive(Debug, Clone)]
pub struct Printed {
    pub path: String,
    pub url: String,
    pub title: String,
    pub byline: Vec<String>,
    pub caption: Option<String>,
    pub paragraphs: Vec<String>,
    pub published: Timestamp,
    pub is_pdf: bool,
    pub is_missing: bool,
}

/// What decides how an edition looks.
#[derive(Debug, Clone)]
pub struct Press {
    /// The demo's day.
    pub day: Date,
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub base: String,
    /// When each batch came out; the first entry is the first batch.
    pub released: Vec<Timestamp>,
}

impl Edition {
    /// Prints every article of the batches that are out, and the feeds that list them.
    #[must_use]
    pub fn print(newsroom: &Newsroom, press: &Press) -> Self {
        let mut edition = Self::default();
        for paper in &newsroom.papers {
            edition.add_paper(paper, press);
        }
        let opened = press.released.first().copied().unwrap_or_default();
        let robots = Document::new(b"User-agent: *\nAllow: /\n".to_vec(), "text/plain; charset=utf-8", opened);
        edition.documents.insert("/robots.txt".to_owned(), robots);
        let newest = press.released.last().copied().unwrap_or_default();
        let index = Document::new(page::index(newsroom, press).into_bytes(), "text/html; charset=utf-8", newest);
        edition.documents.insert("/".to_owned(), index);
        edition
    }

    fn add_paper(&mut self, paper: &Paper, press: &Press) {
        let printed = printed(paper, press);
        for article in printed.iter().filter(|article| !article.is_missing) {
            if article.is_pdf {
                let document = Document::new(pdf(&article.title), "application/pdf", article.published);
                self.documents.insert(article.path.clone(), document);
                continue;
            }
            let html = page::page(paper, article, &printed);
            let (bytes, content_type) = if paper.feed == FeedFormat::Rss1251 {
                (windows_1251(&html), "text/html; charset=windows-1251")
            } else {
                (html.into_bytes(), "text/html; charset=utf-8")
            };
            self.documents.insert(article.path.clone(), Document::new(bytes, content_type, article.published));
            self.pages.push(article.url.clone());
        }
        let modified = press.released.last().copied().unwrap_or_default();
        let (text, content_type) = feeds::document(paper, &printed, press);
        let bytes = if paper.feed == FeedFormat::Rss1251 { windows_1251(&text) } else { text.into_bytes() };
        self.documents.insert(feeds::path(paper), Document::new(bytes, content_type, modified));
    }
}

impl Document {
    fn new(bytes: Vec<u8>, content_type: &'static str, modified: Timestamp) -> Self {
        let hash = Sha256::digest(&bytes);
        let etag = hash.iter().take(8).fold("\"".to_owned(), |etag, byte| format!("{etag}{byte:02x}")) + "\"";
        Self { bytes, content_type, etag, modified }
    }
}

/// Returns the articles of a paper that are out, newest first.
#[must_use]
pub fn printed(paper: &Paper, press: &Press) -> Vec<Printed> {
    let mut printed: Vec<Printed> = paper.drafts.iter().filter_map(|draft| Printed::new(paper, draft, press)).collect();
    printed.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.path.cmp(&b.path)));
    printed.truncate(FEED_ENTRIES_MAX);
    printed
}

impl Printed {
    /// Fills the days in; `None` while the article's batch is not out.
    fn new(paper: &Paper, draft: &Draft, press: &Press) -> Option<Self> {
        let released = press.released.get(draft.batch.checked_sub(1)?)?;
        let path = page_path(paper, draft);
        let fill = |text: &str| paper.words.fill(text, press.day);
        Some(Self {
            url: format!("{}{path}", press.base),
            path,
            title: fill(&draft.title),
            byline: draft.byline.clone(),
            caption: draft.caption.as_deref().map(fill),
            paragraphs: draft.text.lines().map(str::trim).filter(|line| !line.is_empty()).map(fill).collect(),
            published: draft.published_at(press.day).unwrap_or(*released),
            is_pdf: draft.is_pdf,
            is_missing: draft.is_missing,
        })
    }
}

fn page_path(paper: &Paper, draft: &Draft) -> String {
    let extension = if draft.is_pdf { "pdf" } else { "html" };
    format!("/{}/{}.{extension}", paper.outlet.id, draft.slug)
}

fn windows_1251(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1251.encode(text).0.into_owned()
}

/// Makes the smallest document that is a PDF.
fn pdf(title: &str) -> Vec<u8> {
    let text: String = title.chars().filter(char::is_ascii_alphanumeric).collect();
    format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
         3 0 obj<</Title({text})>>endobj\ntrailer<</Root 1 0 R/Info 3 0 R>>\n%%EOF\n"
    )
    .into_bytes()
}
