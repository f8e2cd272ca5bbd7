//! Owns the loop that turns coded articles into event changes and commits both with their records. It is the only owner
//! of the open events and of the remembered texts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::Shared;
use super::backoff::Backoff;
use super::health::Loop;
use crate::article::Article;
use crate::event::{self, Duplicates, OpenEvents, Report};
use crate::metrics::observe;
use crate::publish::message::{Envelope, article_record, event_record, latest_record};
use crate::publish::{Articles, Record};
use crate::shutdown::Stop;
use crate::store::{ArticleCommit, StoreError};
use crate::tag::Mention;
use crate::telemetry::{Alarm, News, causes};

/// Articles of one commit.
const BATCH_MAX: usize = 50;
/// Texts compared with a new one, and how far back they go.
const TEXTS_MAX: usize = 30_000;
const TEXTS_WINDOW: SignedDuration = SignedDuration::from_hours(72);
const PAUSE: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// A coded article on its way into the store.
pub(super) struct Coded {
    pub(super) coded: CodedArticle,
    /// Told when the article is committed or given up.
    pub(super) done: oneshot::Sender<()>,
}

/// An article and what one coder found in it.
#[derive(Debug, Clone)]
pub(super) struct CodedArticle {
    pub(super) article: Article,
    pub(super) mentions: Vec<Mention>,
    pub(super) coder_version: String,
}

/// What resolution remembers between articles. The store can always give it anew.
pub(super) struct Memory {
    open: OpenEvents,
    duplicates: Duplicates,
}

impl Memory {
    /// Remembers nothing.
    pub(super) fn empty() -> Self {
        Self { open: OpenEvents::default(), duplicates: Duplicates::new(TEXTS_MAX) }
    }
}

/// What resolution is told.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) event: event::Config,
    pub(super) articles: Articles,
    pub(super) envelope: Envelope,
}

pub(super) struct Resolver {
    shared: Arc<Shared>,
    rules: Arc<Rules>,
    /// `None` while a batch is being resolved, or after its code broke.
    memory: Option<Memory>,
    alarm: Alarm,
}

type Batch = Arc<Vec<CodedArticle>>;

impl Resolver {
    /// Reads what the store remembers.
    pub(super) async fn new(shared: Arc<Shared>, rules: Rules) -> Result<Self, StoreError> {
        let mut resolver = Self { shared, rules: Arc::new(rules), memory: None, alarm: Alarm::default() };
        resolver.memory = Some(resolver.restore().await?);
        Ok(resolver)
    }

    /// Resolves until `coded` is closed and empty.
    pub(super) async fn run(mut self, mut coded: mpsc::Receiver<Coded>, stop: Stop) {
        let shared = Arc::clone(&self.shared);
        let mut received = Vec::with_capacity(BATCH_MAX);
        loop {
            let n_received = shared.health.during(Loop::Resolve, coded.recv_many(&mut received, BATCH_MAX)).await;
            if n_received == 0 {
                return;
            }
            let (mut articles, mut done) = (Vec::new(), Vec::new());
            for Coded { coded, done: one } in received.drain(..) {
                articles.push(coded);
                done.push(one);
            }
            if self.settle(Arc::new(articles), &stop).await == Committed::Stopped {
                // The entries are still in the store's queue.
                continue;
            }
            for one in done {
                if one.send(()).is_err() {
                    tracing::trace!("nobody waited for this article");
                }
            }
        }
    }

    /// Commits the batch, however often it takes; an article that breaks the code is given up alone.
    async fn settle(&mut self, batch: Batch, stop: &Stop) -> Committed {
        let committed = self.commit(&batch, stop).await;
        if committed != Committed::Broken {
            return committed;
        }
        for coded in batch.iter() {
            let single: Batch = Arc::new(vec![coded.clone()]);
            match self.commit(&single, stop).await {
                Committed::Done => {}
                Committed::Broken => self.give_up(&coded.article).await,
                Committed::Stopped => return Committed::Stopped,
            }
        }
        Committed::Done
    }

    async fn commit(&mut self, batch: &Batch, stop: &Stop) -> Committed {
        let shared = Arc::clone(&self.shared);
        let mut pauses = Backoff::new(PAUSE, PAUSE_MAX);
        loop {
            let err = match self.try_commit(batch).await {
                Ok(committed) => {
                    shared.health.store_works();
                    if self.alarm.clear() == News::Cleared {
                        tracing::info!("the store takes articles again");
                    }
                    return committed;
                }
                Err(err) => err,
            };
            shared.health.store_fails();
            shared.metrics.commit_failures.inc();
            let reason = causes(&err);
            match self.alarm.raise(&reason) {
                News::Raised if err.is_retriable() => {
                    tracing::warn!(reason, "articles are not committed, trying again");
                }
                News::Raised => tracing::error!(reason, "articles are not committed, look at the state directory"),
                News::Cleared | News::Known => {}
            }
            // Memory is ahead of the store now.
            self.memory = None;
            if stop.is_asked() {
                return Committed::Stopped;
            }
            shared.health.during(Loop::Resolve, tokio::time::sleep(pauses.fail())).await;
        }
    }

    async fn try_commit(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        let shared = Arc::clone(&self.shared);
        let memory = match self.memory.take() {
            Some(memory) => memory,
            None => self.restore().await?,
        };
        let (rules, articles, now) = (Arc::clone(&self.rules), Arc::clone(batch), shared.clock.now());
        let resolving = tokio::task::spawn_blocking(move || resolve_all(memory, &rules, &articles, now));
        let Ok((memory, commits)) = shared.health.during(Loop::Resolve, resolving).await else {
            // The panic hook has said where.
            return Ok(Committed::Broken);
        };
        let changes: Vec<_> = commits.iter().flat_map(|commit| &commit.changes).map(|one| one.change.kind).collect();
        let n_mentions: usize = commits.iter().map(|commit| commit.mentions.len()).sum();
        let started = Instant::now();
        shared.health.during(Loop::Resolve, shared.store.commit_articles(commits)).await?;
        observe(&shared.metrics.commit, started.elapsed());
        shared.metrics.mentions.inc_by(n_mentions as u64);
        for change in changes {
            shared.metrics.event(change);
        }
        shared.metrics.open_events.set(memory.open.len() as i64);
        self.memory = Some(memory);
        Ok(Committed::Done)
    }

    async fn give_up(&self, article: &Article) {
        tracing::error!(
            url = article.url,
            article = article.article_id,
            "resolving this article breaks, it is dropped"
        );
        let dropped = self.shared.store.drop_entry(&article.article_id, None, "internal error in resolution").await;
        if let Err(err) = dropped {
            tracing::warn!(reason = causes(&err), "the dropped article stays in the queue");
        }
    }

    async fn restore(&self) -> Result<Memory, StoreError> {
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let window = SignedDuration::try_from(self.rules.event.window).unwrap_or(SignedDuration::MAX);
        let before = |window: SignedDuration| now.checked_sub(window).unwrap_or(Timestamp::MIN);
        let events = store.open_events(before(window)).await?;
        let texts = store.recent_texts(before(TEXTS_WINDOW), TEXTS_MAX).await?;
        let remembering = tokio::task::spawn_blocking(move || {
            let mut duplicates = Duplicates::new(TEXTS_MAX);
            for (article_id, text, at) in &texts {
                duplicates.check(article_id, text, *at);
            }
            duplicates
        });
        let duplicates = remembering.await.unwrap_or_else(|_| Duplicates::new(TEXTS_MAX));
        let open = OpenEvents::restore(events.into_iter());
        self.shared.metrics.open_events.set(open.len() as i64);
        Ok(Memory { open, duplicates })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Committed {
    Done,
    /// The code of resolution broke on the batch.
    Broken,
    /// Not committed: the entries are still in the store's queue.
    Stopped,
}

fn resolve_all(
    mut memory: Memory,
    rules: &Rules,
    articles: &[CodedArticle],
    now: Timestamp,
) -> (Memory, Vec<ArticleCommit>) {
    let commits = articles.iter().map(|coded| resolve_one(&mut memory, rules, coded, now));
    let commits = commits.collect();
    (memory, commits)
}

pub(super) fn resolve_one(memory: &mut Memory, rules: &Rules, coded: &CodedArticle, now: Timestamp) -> ArticleCommit {
    let CodedArticle { mut article, mentions, coder_version } = coded.clone();
    let envelope = Envelope { coder_version, ..rules.envelope.clone() };
    let copy = memory.duplicates.check(&article.article_id, &article.text, now);
    article.duplicate_of = copy.map(|copy| copy.article_id);
    article.times.enqueued = Some(now);
    let report = Report { article: &article, mentions: &mentions };
    let changes = event::resolve(report, &mut memory.open, &rules.event, now);
    let mut records: Vec<Record> = Vec::new();
    for change in &changes {
        let record = event_record(change, &envelope, now);
        let latest = latest_record(&record, &change.change, &envelope);
        records.push(record);
        records.extend(latest);
    }
    let tags = tags(&mentions);
    let is_published = match rules.articles {
        Articles::All => true,
        Articles::Tagged => !tags.is_empty(),
        Articles::None => false,
    };
    if is_published {
        records.push(article_record(&article, &tags, &mentions, &envelope, now));
    }
    ArticleCommit { article, mentions, changes, records }
}

/// Returns the kinds of event the mentions report, in the order of the text.
fn tags(mentions: &[Mention]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for mention in mentions {
        if !tags.contains(&mention.kind.0) {
            tags.push(mention.kind.0.clone());
        }
    }
    tags
}
