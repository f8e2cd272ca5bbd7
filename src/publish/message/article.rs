//! Owns the article record: one article at one revision, with what was coded in it. Replay reads it back.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::headers::{Attributes, cloud_event};
use super::{Envelope, Instant, SCHEMA_VERSION, TimesRecord, articles_topic, to_json};
use crate::article::{Article, Post, TextSource};
use crate::publish::Record;
use crate::tag::Mention;

/// One article at one revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleRecord {
    pub schema_version: u32,
    pub coder_version: String,
    /// ULID; the record's key.
    pub article_id: String,
    /// Starts at 1; an edit is the next one.
    pub revision: u32,
    pub url: String,
    pub canonical_url: String,
    /// Outlet id (`bbc`).
    pub outlet: String,
    pub outlet_name: String,
    /// Publisher family.
    #[serde(default)]
    pub outlet_family: Option<String>,
    /// IANA zone of the newsroom.
    #[serde(default)]
    pub outlet_zone: Option<String>,
    /// Ids of the feeds that carried it.
    pub feeds: Vec<String>,
    pub title: String,
    pub byline: Vec<String>,
    /// Agencies whose report the article passes on (`reuters`).
    #[serde(default)]
    pub credits: Vec<String>,
    /// BCP 47 primary tag.
    pub lang: Option<String>,
    pub published: Option<Instant>,
    pub modified: Option<Instant>,
    /// Paragraphs, one per line.
    pub text: String,
    pub text_truncated: bool,
    /// Where the text was had: the page, its JSON-LD, or the feed.
    #[serde(default)]
    pub text_source: TextSource,
    /// Posts of a live blog, in the order of the text; absent on other articles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<PostRecord>,
    /// Hex SHA-256 of the normalised title and whole text.
    pub content_hash: String,
    pub image: Option<String>,
    pub paywalled: bool,
    /// Kinds of event the article reports.
    pub tags: Vec<String>,
    pub mentions: Vec<Mention>,
    /// `article_id` of the article this one copies.
    pub duplicate_of: Option<String>,
    pub times: TimesRecord,
}

/// One post of a live blog. Its time is the one against which "today" in it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostRecord {
    /// Char offsets into `text` (end exclusive).
    pub start: usize,
    pub end: usize,
    pub published: Instant,
}

impl From<Post> for PostRecord {
    fn from(post: Post) -> Self {
        Self { start: post.start, end: post.end, published: Instant(post.published) }
    }
}

impl From<PostRecord> for Post {
    fn from(record: PostRecord) -> Self {
        Self { start: record.start, end: record.end, published: record.published.0 }
    }
}

/// Makes the record of one article revision. Its `seq` is 0 until the outbox numbers it.
#[must_use]
pub fn article_record(
    article: &Article,
    tags: &[String],
    mentions: &[Mention],
    envelope: &Envelope,
    enqueued: Timestamp,
) -> Record {
    let attributes = Attributes {
        subject: &article.article_id,
        revision: article.revision,
        kind: "hotline.article.coded.v1".to_owned(),
        time: Instant(enqueued),
        schema: "article",
    };
    let mut record = ArticleRecord::new(article, &envelope.coder_version, enqueued);
    record.tags = tags.to_vec();
    record.mentions = mentions.to_vec();
    Record {
        seq: 0,
        topic: articles_topic(&envelope.topic_prefix),
        key: article.article_id.clone(),
        headers: cloud_event(&attributes, envelope),
        value: record.into_json(envelope.value_bytes_max),
    }
}

impl ArticleRecord {
    fn new(article: &Article, coder_version: &str, enqueued: Timestamp) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            coder_version: coder_version.to_owned(),
            article_id: article.article_id.clone(),
            revision: article.revision,
            url: article.url.clone(),
            canonical_url: article.canonical_url.clone(),
            outlet: article.outlet.clone(),
            outlet_name: article.outlet_name.clone(),
            outlet_family: article.outlet_family.clone(),
            outlet_zone: article.outlet_zone.clone(),
            feeds: article.feeds.clone(),
            title: article.title.clone(),
            byline: article.byline.clone(),
            credits: article.credits.clone(),
            lang: article.lang.clone(),
            published: article.published.map(Instant),
            modified: article.modified.map(Instant),
            text: article.text.clone(),
            text_truncated: article.is_text_truncated,
            text_source: article.text_source,
            posts: article.posts.iter().copied().map(PostRecord::from).collect(),
            content_hash: article.content_hash.clone(),
            image: article.image.clone(),
            paywalled: article.is_paywalled,
            tags: Vec::new(),
            mentions: Vec::new(),
            duplicate_of: article.duplicate_of.clone(),
            times: TimesRecord::new(&article.times, enqueued),
        }
    }

    /// Returns the article, for replay; what was coded in it is left behind.
    #[must_use]
    pub fn into_article(self) -> Article {
        Article {
            article_id: self.article_id,
            revision: self.revision,
            url: self.url,
            canonical_url: self.canonical_url,
            outlet: self.outlet,
            outlet_name: self.outlet_name,
            outlet_family: self.outlet_family,
            outlet_zone: self.outlet_zone,
            feeds: self.feeds,
            title: self.title,
            byline: self.byline,
            credits: self.credits,
            lang: self.lang,
            published: self.published.map(|instant| instant.0),
            modified: self.modified.map(|instant| instant.0),
            text: self.text,
            is_text_truncated: self.text_truncated,
            text_source: self.text_source,
            posts: self.posts.into_iter().map(Post::from).collect(),
            content_hash: self.content_hash,
            image: self.image,
            is_paywalled: self.paywalled,
            duplicate_of: self.duplicate_of,
            times: self.times.into_times(),
        }
    }

    /// Returns the JSON; where it would be larger than the broker takes, the end of the text goes, then the evidence.
    fn into_json(mut self, bytes_max: usize) -> Vec<u8> {
        let mut value = to_json(&self);
        while value.len() > bytes_max && !self.text.is_empty() {
            self.text_truncated = true;
            // A byte of text takes one to six of JSON, so cutting half the excess makes progress and never too much of it.
            let excess = value.len() - bytes_max;
            let kept = self.text.len().saturating_sub((excess / 2).max(32));
            self.text.truncate(self.text.floor_char_boundary(kept));
            value = to_json(&self);
        }
        if value.len() > bytes_max {
            for mention in &mut self.mentions {
                mention.evidence.clear();
            }
            value = to_json(&self);
        }
        value
    }
}
