//! Owns the filling of a gap: older pages of the feed are asked for until one shows what was known before it, and where
//! they do not reach, the news sitemap of its site. How far it got is committed with the entries of each page; a crash
//! goes on from there at the feed's next poll.

use std::time::Duration;

use tokio::sync::mpsc;
use url::Url;

use super::sitemaps::{self, Found};
use crate::config::Feed;
use crate::feed::gap::{End, Gap, Page, Verdict};
use crate::feed::{self, Document, Entry};
use crate::fetch::{Fetch, FetchError, Fetched, Request, Want};
use crate::metrics::Backfill;
use crate::pipeline::Context;
use crate::store::{FeedState, Pending, PollCommit, Shown};
use crate::telemetry::causes;

/// How asking for an older page ended.
enum Older {
    /// With the page that follows it.
    Read(Box<Document>, Option<Page>),
    /// The site's news sitemap, with what of it belongs in the gap.
    News(Url, Vec<Entry>),
    /// There is no such page.
    Missing,
    Failed {
        error: String,
        retry_after: Option<Duration>,
    },
}

/// Asks for the older pages that are due and hands their new entries on; leaves in `state` how far it got.
pub(super) async fn fill<F: Fetch>(
    context: &Context<F>,
    feed: &Feed,
    state: &mut FeedState,
    entries: &mpsc::Sender<Vec<Pending>>,
) {
    let shared = &context.shared;
    loop {
        let Some(gap) = &state.poll.gap else { return };
        let Some(page) = gap.due(shared.clock.now()).cloned() else { return };
        // It is asked for at a poll to come.
        if shared.health.is_spool_full() {
            return;
        }
        let older =
            if page.is_site() { news(context, feed, gap, &page).await } else { get(context, feed, &page).await };
        let Some(commit) = note(context, feed, state.clone(), older) else { return };
        let noted = commit.state.clone();
        let outcome = match shared.store.commit_poll(commit).await {
            Ok(outcome) => outcome,
            Err(err) => {
                shared.health.store_fails();
                tracing::debug!(
                    feed = feed.id,
                    reason = causes(&err),
                    "an older page is not committed, it is asked for again"
                );
                return;
            }
        };
        *state = noted;
        state.poll.gap = outcome.gap;
        let n_new = outcome.pending.len();
        shared.metrics.entries.inc_by(n_new as u64);
        tracing::debug!(feed = feed.id, url = %page.url, n_new, n_known = outcome.n_known, "older page");
        note_end(context, feed, state);
        if n_new > 0 {
            // After a stop nobody takes entries; the store has them.
            drop(entries.send(outcome.pending).await);
        }
    }
}

/// Says how the filling of a gap ended, when it has.
pub(super) fn note_end<F>(context: &Context<F>, feed: &Feed, state: &FeedState) {
    let Some(gap) = &state.poll.gap else { return };
    let Some(end) = gap.ended() else { return };
    context.shared.metrics.gap_ended(end);
    let (since, pages, how) = (gap.since, gap.n_pages, end.as_str());
    match end {
        End::Overlap | End::Older | End::Sitemap => tracing::info!(feed = feed.id, %since, pages, how, "gap of a feed"),
        _ => tracing::warn!(feed = feed.id, %since, pages, how, "gap of a feed"),
    }
}

/// Returns what is to be stored of a page; `state` has an open gap.
fn note<F>(context: &Context<F>, feed: &Feed, mut state: FeedState, older: Older) -> Option<PollCommit> {
    let shared = &context.shared;
    let at = shared.clock.now();
    let gap = state.poll.gap.as_mut()?;
    let (outcome, entries) = match older {
        Older::Read(document, next) => match gap.read(&document.entries, next, at) {
            Verdict::Wanted => (Backfill::Read, document.entries),
            Verdict::Unwanted => (Backfill::Read, Vec::new()),
        },
        Older::News(url, entries) => {
            gap.read_sitemap(url, entries.len(), at);
            (Backfill::Read, entries)
        }
        Older::Missing => {
            gap.missing(at);
            (Backfill::Missing, Vec::new())
        }
        Older::Failed { error, retry_after } => {
            tracing::debug!(feed = feed.id, error, "an older page cannot be had now");
            gap.failed(&error, retry_after, at);
            (Backfill::Failed, Vec::new())
        }
    };
    shared.metrics.backfill(outcome);
    Some(PollCommit {
        state,
        entries,
        shown: Shown::OlderPage,
        outlet_id: feed.outlet.id.clone(),
        first_poll: feed.first_poll,
        at,
        was: Vec::new(),
    })
}

/// Looks for what the feed missed in the news sitemap of its site.
async fn news<F: Fetch>(context: &Context<F>, feed: &Feed, gap: &Gap, site: &Page) -> Older {
    match sitemaps::news(context, feed, gap, &site.url).await {
        Found::News(url, entries) => Older::News(url, entries),
        Found::Nothing => Older::Missing,
        Found::Failed(error) => Older::Failed { error, retry_after: None },
    }
}

async fn get<F: Fetch>(context: &Context<F>, feed: &Feed, page: &Page) -> Older {
    let failed = |error: String| Older::Failed { error, retry_after: None };
    let request = Request { want: Want::Feed, ..feed.page_request(page.url.clone()) };
    let body = match context.fetch.fetch(request).await {
        Ok(Fetched::Body(body)) => body,
        Ok(Fetched::Gone(_)) | Err(FetchError::Status { status: 404, .. }) => return Older::Missing,
        Ok(Fetched::NotModified(answer)) => return failed(format!("get {}: HTTP {}", answer.url, answer.status)),
        Err(err) => return Older::Failed { error: causes(&err), retry_after: err.retry_after() },
    };
    let url = body.answer.url.clone();
    let reading =
        context.pool.run(move || feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)));
    match reading.await {
        Ok(Ok(document)) => {
            let next = page.next(&document, &url);
            Older::Read(Box::new(document), next)
        }
        Ok(Err(err)) => failed(format!("read {url}: {}", causes(&err))),
        Err(err) => failed(format!("read {url}: {err}")),
    }
}
