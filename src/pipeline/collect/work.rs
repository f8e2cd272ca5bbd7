//! Owns what happens to one entry: collected, coded and handed on, put off, or given up.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot};

use super::build;
use super::obtain::{Obtained, Trouble, obtain};
use crate::article::{self, Article};
use crate::config::Feed;
use crate::fetch::Fetch;
use crate::metrics;
use crate::pipeline::backoff::Backoff;
use crate::pipeline::pool::Unfinished;
use crate::pipeline::resolve::{Coded, CodedArticle};
use crate::pipeline::{Context, timed};
use crate::publish::Record;
use crate::publish::message::{DeadLetter, dead_letter};
use crate::store::Pending;
use crate::tag::{self, Document};
use crate::telemetry::causes;

/// A server's wish to wait is followed up to this.
const AT_LEAST_MAX: Duration = Duration::from_hours(24);

/// Why an entry is tried again, and not before when.
pub(super) struct Later {
    pub(super) error: String,
    pub(super) at_least: Option<Duration>,
}

/// Brings one entry to its end; returns when the store knows it.
pub(super) async fn collect<F: Fetch>(context: Arc<Context<F>>, pending: Pending, coded: mpsc::Sender<Coded>) {
    let feed = context.in_force.feeds.borrow().get(&pending.feed_id).cloned();
    let Some(feed) = feed else {
        return give_up(&context, &pending, metrics::Loss::Refused, "its feed is no longer configured", None).await;
    };
    match obtain(&context, &pending, &feed).await {
        Ok(obtained) => hand_on(&context, &pending, &feed, obtained, coded).await,
        Err(trouble) => fall_back(&context, &pending, &feed, trouble, coded).await,
    }
}

/// Puts an entry off whose trouble may pass; otherwise makes do with what the feed says itself.
async fn fall_back<F: Fetch>(
    context: &Arc<Context<F>>,
    pending: &Pending,
    feed: &Feed,
    trouble: Trouble,
    coded: mpsc::Sender<Coded>,
) {
    let Trouble { reason, error, bytes, passing } = trouble;
    if let Some(passing) = passing
        && pending.n_attempts + 1 < context.shared.config.attempts_max
    {
        let later = Later { error, at_least: passing.retry_after };
        return put_off(context, &pending.article_id, pending.n_attempts, later).await;
    }
    let (entry, facts) = (pending.entry.clone(), feed.clone());
    let rules = Arc::clone(&context.in_force.rules.borrow());
    let page = context.pool.run(move || article::from_feed(&build::hints(&facts, &entry, &rules)));
    if let Ok(Ok(page)) = page.await {
        tracing::debug!(
            article = pending.article_id,
            reason = error,
            "the page cannot be had, the feed's own text is used"
        );
        let fetched = context.shared.clock.now();
        let obtained = Obtained { page, url: None, fetched, from: metrics::Article::FromFeed };
        return hand_on(context, pending, feed, obtained, coded).await;
    }
    give_up(context, pending, reason, &error, bytes.as_ref().map(|bytes| bytes.as_slice())).await;
}

/// Codes the article and waits until resolution has committed it.
async fn hand_on<F: Fetch>(
    context: &Arc<Context<F>>,
    pending: &Pending,
    feed: &Feed,
    obtained: Obtained,
    coded: mpsc::Sender<Coded>,
) {
    let shared = &context.shared;
    let from = obtained.from;
    let rules = Arc::clone(&context.in_force.rules.borrow());
    let article = Arc::new(build::article(pending, feed, obtained, &rules));
    if is_unchanged(context, &article).await {
        shared.metrics.article(metrics::Article::Unchanged);
        let dropped = shared.store.drop_entry(&pending.article_id, None, "unchanged").await;
        return unstored(&pending.article_id, dropped);
    }
    // Taken once: a reload meanwhile does not change by what this article is coded.
    let coder = Arc::clone(&context.in_force.coder.borrow());
    let coder_version = coder.version().to_owned();
    let document = Arc::clone(&article);
    let coding = timed(&shared.metrics.coding, move || tag::mentions(&Document::of(&document), &coder));
    let mentions = match context.pool.run(coding).await {
        Ok(mentions) => mentions,
        Err(err) => return uncoded(context, pending, &article, &err).await,
    };
    let mut article = Arc::unwrap_or_clone(article);
    article.times.coded = Some(shared.clock.now());
    let (done, committed) = oneshot::channel();
    if coded.send(Coded { coded: CodedArticle { article, mentions, coder_version }, done }).await.is_ok()
        && committed.await.is_ok()
    {
        shared.metrics.article(from);
    }
}

/// Gives up an article that cannot be coded: its text becomes the dead letter. What was not tried is put off.
async fn uncoded<F: Fetch>(context: &Arc<Context<F>>, pending: &Pending, article: &Article, err: &Unfinished) {
    let error = format!("code {}: {err}", article.url);
    if matches!(err, Unfinished::Refused) {
        return put_off(context, &pending.article_id, pending.n_attempts, Later { error, at_least: None }).await;
    }
    tracing::warn!(url = article.url, error = %err, "article given up");
    give_up(context, pending, err.loss(), &error, Some(article.text.as_bytes())).await;
}

/// Tells whether the store has the article with the same words.
async fn is_unchanged<F: Fetch>(context: &Context<F>, article: &Article) -> bool {
    match context.shared.store.article_hash(&article.article_id).await {
        Ok(Some((_, content_hash))) => content_hash == article.content_hash,
        Ok(None) => false,
        Err(err) => {
            // Coding it again emits nothing that differs.
            tracing::debug!(reason = causes(&err), "the stored article cannot be read");
            false
        }
    }
}

/// Puts an entry off, longer each time; one that broke the code too often is given up.
pub(super) async fn put_off<F: Fetch>(context: &Arc<Context<F>>, article_id: &str, n_attempts: u32, later: Later) {
    let shared = &context.shared;
    let config = &shared.config;
    if n_attempts + 1 >= config.attempts_max {
        tracing::warn!(article = article_id, reason = later.error, "entry given up");
        shared.metrics.article(metrics::Article::Dropped);
        shared.metrics.loss(metrics::Loss::Internal);
        return unstored(article_id, shared.store.drop_entry(article_id, None, &later.error).await);
    }
    let pause = Backoff::new(config.retry_pause, config.retry_pause_max).after(n_attempts);
    let pause = pause.max(later.at_least.unwrap_or_default().min(AT_LEAST_MAX));
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    let until = shared.clock.now().saturating_add(pause).unwrap_or(jiff::Timestamp::MAX);
    tracing::debug!(article = article_id, reason = later.error, %until, "entry put off");
    shared.metrics.article(metrics::Article::Deferred);
    unstored(article_id, shared.store.defer_entry(article_id, until, &later.error).await);
}

/// Gives an entry up; what was received becomes a dead letter.
async fn give_up<F: Fetch>(
    context: &Context<F>,
    pending: &Pending,
    reason: metrics::Loss,
    error: &str,
    bytes: Option<&[u8]>,
) {
    let shared = &context.shared;
    tracing::debug!(feed = pending.feed_id, url = pending.entry.link, reason = error, "entry given up");
    shared.metrics.article(metrics::Article::Dropped);
    shared.metrics.loss(reason);
    let letter: Option<Record> = bytes.map(|bytes| {
        let letter = DeadLetter {
            stage: "collect",
            code: reason.as_str(),
            message: error,
            feed: Some(&pending.feed_id),
            url: pending.entry.link.as_deref(),
            n_attempts: pending.n_attempts + 1,
            at: shared.clock.now(),
        };
        dead_letter(&pending.article_id, bytes, &letter, &shared.envelope)
    });
    unstored(&pending.article_id, shared.store.drop_entry(&pending.article_id, letter, error).await);
}

/// Says that the store did not take an entry's end: it will be handed out again.
fn unstored(article_id: &str, result: Result<(), crate::store::StoreError>) {
    if let Err(err) = result {
        tracing::warn!(article = article_id, reason = causes(&err), "an entry's end is not stored, it comes again");
    }
}
