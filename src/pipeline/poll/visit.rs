//! Owns one poll: conditional GET, reading, judgement, commit. Cursor and entries enter the store in one transaction.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use url::Url;

use super::document::{Judged, Mark, Unfit, judge};
use super::websub::Heard;
use super::{backfill, sitemaps};
use crate::config::Feed;
use crate::feed::FeedKind;
use crate::feed::address::{Failing, Step};
use crate::feed::gap::{Gap, Ways};
use crate::feed::schedule::{FetchKind, PollFacts, PollPolicy};
use crate::feed::websub::Announced;
use crate::fetch::{Answer, Body, Fetch, FetchError, Fetched, Hop, Request, Want};
use crate::metrics::Poll;
use crate::pipeline::Context;
use crate::pipeline::pool::Unfinished;
use crate::store::{FeedState, Pending, PollCommit, PollOutcome, Shown};
use crate::telemetry::causes;

/// What to poll.
pub(super) struct Visit {
    pub(super) feed: Arc<Feed>,
    pub(super) state: FeedState,
    pub(super) policy: PollPolicy,
}

/// How a poll ended.
pub(super) enum Visited {
    /// Good or bad, the store knows it.
    Stored(Box<FeedState>, Heard),
    /// The store has what was pushed.
    Pushed(Box<FeedState>),
    /// What was pushed is no document; a hub that only rings the bell means that there is one to fetch.
    Unread,
    /// What was pushed is not the hub's.
    Forged,
    /// The store did not take it; as if it had not been made.
    Unstored(String),
    /// The code broke.
    Broken,
}

/// What a poll brought.
#[derive(Default)]
struct Catch {
    entries: Vec<crate::feed::Entry>,
    facts: PollFacts,
    /// Another document than before, under the same validators.
    is_same_validator: bool,
    /// To what came before the document.
    ways: Ways,
    /// `None` after a poll that brought nothing.
    route: Option<Route>,
    heard: Heard,
}

/// How the feed was had.
struct Route {
    /// Redirects to what answered.
    hops: Vec<Hop>,
    answered: Url,
}

impl Route {
    fn of(answer: &Answer) -> Self {
        Self { hops: answer.hops.clone(), answered: answer.url.clone() }
    }
}

/// Why a poll brought nothing.
pub(super) struct Miss {
    pub(super) label: Poll,
    pub(super) error: String,
    pub(super) retry_after: Option<Duration>,
    /// It may pass by itself: nobody answered, or a server that cannot say now.
    pub(super) is_passing: bool,
}

/// Polls the feed once and hands its new entries on.
pub(super) async fn visit<F: Fetch>(
    context: Arc<Context<F>>,
    visit: Visit,
    entries: mpsc::Sender<Vec<Pending>>,
) -> Visited {
    let Visit { feed, mut state, policy } = visit;
    let shared = &context.shared;
    let kind = kind(&state, &policy, shared.clock.now());
    let caught = get(&context, &feed, &mut state, kind).await;
    let now = shared.clock.now();
    let (label, catch) = match caught {
        Ok((label, catch)) => (label, catch),
        Err(miss) => (note_failure(&mut state, &feed, miss, now), Catch::default()),
    };
    let before = state.poll.succeeded;
    let is_same_validator = catch.is_same_validator;
    let rolled = before
        .map(|since| Box::new(Gap::open(state.poll.gap.as_deref(), since, catch.ways.clone(), &catch.entries, now)));
    let commit = |state: FeedState, entries, rolled| PollCommit {
        state,
        entries,
        shown: Shown::Window { rolled },
        outlet_id: feed.outlet.id.clone(),
        first_poll: feed.first_poll,
        at: now,
        was: feed.was.clone(),
    };
    if matches!(label, Poll::Read | Poll::Unchanged) {
        state.poll.succeeded(now, &catch.facts);
        note_address(&mut state, &feed, &catch, now);
    }
    let heard = catch.heard;
    let stored = shared.store.commit_poll(commit(state.clone(), catch.entries, rolled)).await;
    let outcome = match stored {
        Ok(outcome) => outcome,
        Err(err) => {
            shared.health.store_fails();
            return Visited::Unstored(causes(&err));
        }
    };
    shared.health.store_works();
    shared.metrics.poll(label);
    let n_new = outcome.pending.len();
    shared.metrics.entries.inc_by(n_new as u64);
    tracing::debug!(feed = feed.id, ?label, n_new, n_known = outcome.n_known, "polled");
    note_keys(&context, &feed, &mut state, &outcome);
    state.poll.gap = outcome.gap;
    if n_new > 0 {
        // Only the commit tells new from known: what follows from it is stored with the next poll.
        state.poll.pace_entries += if before.is_none() { 0.0 } else { n_new as f64 };
        if is_same_validator && distrust(&mut state, &feed) {
            // Rare, and worth a commit of its own: until then a restart would forget it.
            if let Err(err) = shared.store.commit_poll(commit(state.clone(), Vec::new(), None)).await {
                tracing::debug!(feed = feed.id, reason = causes(&err), "that its validators lie is stored later");
            }
        }
        if outcome.is_rolled {
            shared.metrics.windows_rolled.inc();
            tracing::warn!(feed = feed.id, n_new, "no entry is known from the last poll, some may have been missed");
            backfill::note_end(&context, &feed, &state);
        }
        // After a stop nobody takes entries; the store has them.
        drop(entries.send(outcome.pending).await);
    }
    if matches!(label, Poll::Read | Poll::Unchanged) {
        backfill::fill(&context, &feed, &mut state, &entries).await;
    }
    Visited::Stored(Box::new(state), heard)
}

fn kind(state: &FeedState, policy: &PollPolicy, now: Timestamp) -> FetchKind {
    let mark = state.body_hash.as_deref().and_then(Mark::parse);
    if state.validators.is_none()
        || mark.is_some_and(|mark| mark.have_validators_lied)
        || state.poll.is_full_fetch_due(policy, now)
    {
        FetchKind::Full
    } else {
        FetchKind::Conditional
    }
}

/// Gets and reads the document; `state` keeps its validators and mark.
async fn get<F: Fetch>(
    context: &Context<F>,
    feed: &Feed,
    state: &mut FeedState,
    kind: FetchKind,
) -> Result<(Poll, Catch), Miss> {
    let validators = state.validators.clone().filter(|_| kind == FetchKind::Conditional);
    let url = state.poll.address.url(&feed.url).clone();
    let request = Request { want: Want::Feed, validators, ..feed.page_request(url) };
    match context.fetch.fetch(request).await {
        Ok(Fetched::Body(body)) => read(context, feed, body, (state, kind)).await,
        Ok(Fetched::NotModified(answer)) => {
            let facts = PollFacts { n_new: 0, fresh_for: answer.fresh_for, ttl: None, fetch: kind };
            let route = Some(Route::of(&answer));
            let heard = still(&answer, state);
            refresh_validators(state, answer);
            Ok((Poll::Unchanged, Catch { facts, route, heard, ..Catch::default() }))
        }
        Ok(Fetched::Gone(_)) => {
            Err(Miss { label: Poll::Gone, error: String::new(), retry_after: None, is_passing: false })
        }
        Err(err) => Err(miss(&err)),
    }
}

async fn read<F: Fetch>(
    context: &Context<F>,
    feed: &Feed,
    body: Body,
    (state, kind): (&mut FeedState, FetchKind),
) -> Result<(Poll, Catch), Miss> {
    let Body { answer, bytes, content_type } = body;
    let (url, before) = (answer.url.clone(), state.body_hash.as_deref().and_then(Mark::parse));
    let reading = context.pool.run(move || judge(&bytes, content_type.as_deref(), &url, before.as_ref()));
    let unreadable = |error: String| Miss { label: Poll::Unreadable, error, retry_after: None, is_passing: false };
    let unfinished = |err: Unfinished| unreadable(format!("read {}: {err}", answer.url));
    let judged = reading.await.map_err(unfinished)?;
    let judged = judged.map_err(|err: Unfit| unreadable(format!("read {}: {}", answer.url, causes(&err))))?;
    let mut facts = PollFacts { n_new: 0, fresh_for: answer.fresh_for, ttl: None, fetch: kind };
    let is_same_validator = state.validators.as_ref() == Some(&answer.validators);
    let (route, url) = (Some(Route::of(&answer)), answer.url.clone());
    let (links, unchanged) = (answer.links.clone(), still(&answer, state));
    keep_validators(state, answer);
    match judged {
        Judged::Same => Ok((Poll::Unchanged, Catch { facts, route, heard: unchanged, ..Catch::default() })),
        Judged::Read { document, mark } => {
            facts.ttl = document.ttl;
            let announced = Announced::heard((links.hub.as_ref(), links.own.as_ref()), &document, &url);
            state.poll.hub.clone_from(&announced);
            let heard = announced.map_or(Heard::NoHub, Heard::Hub);
            let is_index = document.kind == FeedKind::SitemapIndex;
            let ways = Ways::of(&document, &url);
            let entries = sitemaps::entries(context, feed, *document).await?;
            state.body_hash = Some(mark.to_string());
            if is_index {
                // A 304 of the index would say nothing of its sitemaps.
                state.validators = None;
            }
            let is_same_validator = is_same_validator && !is_index;
            Ok((Poll::Read, Catch { entries, facts, is_same_validator, ways, route, heard }))
        }
    }
}

/// Returns who pushes a feed that has not changed: whom it named when it was read last.
fn still(answer: &Answer, state: &FeedState) -> Heard {
    let known = state.poll.hub.as_ref();
    let named = answer.links.hub.as_ref().and_then(|hub| {
        let topic = answer.links.own.as_ref().map(Url::as_str).or(known.map(|known| known.topic.as_str()));
        Announced::of(hub.as_str(), topic, &answer.url)
    });
    named.or_else(|| known.cloned()).map_or(Heard::Nothing, Heard::Hub)
}

/// Stops sending validators to a server that gives new entries under those of the old ones: it would hide them by 304.
/// Tells whether that is news.
fn distrust(state: &mut FeedState, feed: &Feed) -> bool {
    let Some(mut mark) = state.body_hash.as_deref().and_then(Mark::parse) else { return false };
    if mark.have_validators_lied {
        return false;
    }
    tracing::info!(feed = feed.id, "its validators hide new entries, they are no longer sent");
    mark.have_validators_lied = true;
    state.body_hash = Some(mark.to_string());
    true
}

/// Keeps the validators of a good answer, byte-exact; those of a bad one must not hide its recovery.
fn keep_validators(state: &mut FeedState, answer: Answer) {
    let validators = answer.validators;
    let is_any = validators.etag.is_some() || validators.last_modified.is_some();
    state.validators = is_any.then_some(validators);
}

/// Takes what a 304 gives anew and keeps the rest.
fn refresh_validators(state: &mut FeedState, answer: Answer) {
    let Some(known) = &mut state.validators else { return };
    let fresh = answer.validators;
    known.etag = fresh.etag.or(known.etag.take());
    known.last_modified = fresh.last_modified.or(known.last_modified.take());
}

/// Notes a poll that brought nothing; a move to a URL that fails is undone.
fn note_failure(state: &mut FeedState, feed: &Feed, miss: Miss, now: Timestamp) -> Poll {
    let Miss { label, error, retry_after, is_passing } = miss;
    if label == Poll::Gone {
        state.poll.gone(now);
    } else {
        state.poll.failed(now, retry_after, error);
    }
    let since = state.poll.failing_since.unwrap_or(now);
    let failing = if is_passing { Failing::Since(since) } else { Failing::AsFeed };
    if let Some(left) = state.poll.address.failed(&feed.url, failing, now) {
        tracing::warn!(feed = feed.id, url = %feed.url, %left, reason = state.poll.error, "the feed's new address is given up, the configured one is asked again");
    }
    label
}

/// Notes whether entries have other guids and links than before; a feed that gives them anew every time is said once.
fn note_keys<F>(context: &Context<F>, feed: &Feed, state: &mut FeedState, outcome: &PollOutcome) {
    let were_volatile = state.poll.are_keys_volatile();
    state.poll.n_rekeyed = outcome.n_rekeyed;
    if outcome.is_rekeyed {
        context.shared.metrics.documents_rekeyed.inc();
    }
    if !were_volatile && state.poll.are_keys_volatile() {
        tracing::warn!(feed = feed.id, "its guids and links change from document to document, titles tell its entries");
    }
}

/// Notes over which redirects a feed was had; one that has moved for good is asked at its new URL.
fn note_address(state: &mut FeedState, feed: &Feed, catch: &Catch, now: Timestamp) {
    let Some(Route { hops, answered }) = &catch.route else { return };
    let steps: Vec<Step<'_>> = hops.iter().map(|hop| Step { from: &hop.url, status: hop.status }).collect();
    if let Some(to) = state.poll.address.arrived(&feed.url, &steps, answered, now) {
        tracing::info!(feed = feed.id, url = %feed.url, %to, "the feed has moved for good and is asked at its new address");
    }
}

fn miss(err: &FetchError) -> Miss {
    let label = match err {
        FetchError::Status { .. } => Poll::Status,
        FetchError::NotNow { .. } | FetchError::Timeout { .. } | FetchError::Transport { .. } => Poll::Unreachable,
        FetchError::Refused { .. }
        | FetchError::Robots { .. }
        | FetchError::TooManyRedirects { .. }
        | FetchError::TooLarge { .. } => Poll::Refused,
    };
    Miss { label, error: causes(err), retry_after: err.retry_after(), is_passing: is_passing(err) }
}

/// Tells whether another try may do better.
pub(super) fn is_passing(err: &FetchError) -> bool {
    match err {
        FetchError::Status { status, .. } => *status >= 500 || *status == 429,
        FetchError::NotNow { .. } | FetchError::Timeout { .. } | FetchError::Transport { .. } => true,
        _ => false,
    }
}
