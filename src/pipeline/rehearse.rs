//! Owns one entry's way through the stages without store, channels and network. A dry run tells what the daemon would do
//! because the same code does it.

use jiff::Timestamp;
use ulid::Ulid;
use url::Url;

use super::collect::{Obtained, article, hints};
use super::resolve::{CodedArticle, Memory, Rules, resolve_one};
use crate::article::{self, Article, ExtractError, Page};
use crate::config::Feed;
use crate::event::{self, Assignment, OpenEvents, Reported};
use crate::feed::Entry;
use crate::fetch::Body;
use crate::metrics;
use crate::outlet::HostRules;
use crate::publish::message::Envelope;
use crate::publish::{Articles, Record};
use crate::store::Pending;
use crate::tag::{self, Coded, Coder, Document, Mention};

/// What the stages are told.
#[derive(Debug, Clone, Copy)]
pub struct Rehearsal<'a> {
    pub feed: &'a Feed,
    pub entry: &'a Entry,
    pub coder: &'a Coder,
    pub rules: &'a HostRules,
    pub event: &'a event::Config,
    pub articles: Articles,
    pub envelope: &'a Envelope,
    pub now: Timestamp,
}

/// What each stage made of the entry.
#[derive(Debug)]
pub struct Rehearsed {
    pub article: Article,
    pub coded: Coded,
    /// One a mention, with no event open before.
    pub assignments: Vec<Assignment>,
    pub records: Vec<Record>,
}

/// Reads a fetched page as the article of the entry.
///
/// # Errors
/// [`ExtractError`] says what the bytes are instead.
pub fn read_page(feed: &Feed, entry: &Entry, body: &Body, rules: &HostRules) -> Result<Page, ExtractError> {
    let url = Some(&body.answer.url);
    article::extract_bytes(&body.bytes, body.content_type.as_deref(), url, &hints(feed, entry, rules))
        .and_then(Page::into_article)
}

/// Makes do with what the feed itself says.
///
/// # Errors
/// [`ExtractError::NoText`] when that is too little.
pub fn read_entry(feed: &Feed, entry: &Entry, rules: &HostRules) -> Result<Page, ExtractError> {
    article::from_feed(&hints(feed, entry, rules))
}

impl Rehearsal<'_> {
    /// Takes the page, found at `url`, to its records, as if hotline had never seen an article. Ids are of this run only.
    #[must_use]
    pub fn run(&self, page: Page, url: Option<Url>) -> Rehearsed {
        let now = self.now;
        let pending = Pending {
            article_id: Ulid::from_parts(now.as_millisecond().unsigned_abs(), 0).to_string(),
            revision: 1,
            feed_id: self.feed.id.clone(),
            feeds: vec![self.feed.id.clone()],
            entry: self.entry.clone(),
            feed_seen: now,
            n_attempts: 0,
        };
        let from = if url.is_some() { metrics::Article::FromPage } else { metrics::Article::FromFeed };
        let obtained = Obtained { page, url, fetched: now, from };
        let mut article = article(&pending, self.feed, obtained, self.rules);
        let coded = tag::code(&Document::of(&article), self.coder);
        article.times.coded = Some(now);
        let reported = |mention: &Mention| Reported {
            article_id: &article.article_id,
            revision: article.revision,
            at: article.published_at(mention.position()).unwrap_or(now),
            now,
        };
        let open = OpenEvents::default();
        let assign = |mention| event::assign(mention, &reported(mention), &open, self.event);
        let assignments = coded.mentions.iter().map(assign).collect();
        let rules = Rules { event: self.event.clone(), articles: self.articles, envelope: self.envelope.clone() };
        let (mentions, coder_version) = (coded.mentions.clone(), self.coder.version().to_owned());
        let whole = CodedArticle { article, mentions, coder_version };
        let commit = resolve_one(&mut Memory::empty(), &rules, &whole, now);
        Rehearsed { article: commit.article, coded, assignments, records: commit.records }
    }
}
