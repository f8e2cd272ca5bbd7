//! Owns one document that a hub pushed: its signature is checked, then it takes the way of a polled one. It says nothing
//! of the feed's polls, so their validators and times stay as they are.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::document::{Judged, Unfit, judge};
use super::sitemaps;
use super::visit::{Visit, Visited};
use super::websub::Pushed;
use crate::feed::Entry;
use crate::feed::websub::is_signed;
use crate::fetch::Fetch;
use crate::metrics::Push;
use crate::pipeline::Context;
use crate::secret::Secret;
use crate::store::{Pending, PollCommit, Shown};
use crate::telemetry::causes;

/// Takes what was pushed and hands its new entries on.
pub(super) async fn receive<F: Fetch>(
    context: Arc<Context<F>>,
    visit: Visit,
    (pushed, secret): (Pushed, Secret),
    entries: mpsc::Sender<Vec<Pending>>,
) -> Visited {
    let shared = &context.shared;
    let feed = Arc::clone(&visit.feed);
    let read = read(&context, &visit, pushed, secret).await;
    let now = shared.clock.now();
    let document = match read {
        Ok(document) => document,
        Err((push, reason)) => {
            shared.metrics.push(push);
            tracing::debug!(feed = feed.id, ?push, reason, "a push brings nothing");
            return if push == Push::Forged { Visited::Forged } else { Visited::Unread };
        }
    };
    let mut state = visit.state;
    let commit = PollCommit {
        state: state.clone(),
        entries: document,
        // It may be the new entries alone: that none is known opens no gap.
        shown: Shown::Window { rolled: None },
        outlet_id: feed.outlet.id.clone(),
        first_poll: feed.first_poll,
        at: now,
        was: feed.was.clone(),
    };
    let outcome = match shared.store.commit_poll(commit).await {
        Ok(outcome) => outcome,
        Err(err) => {
            shared.health.store_fails();
            return Visited::Unstored(causes(&err));
        }
    };
    shared.health.store_works();
    shared.metrics.push(Push::Read);
    let n_new = outcome.pending.len();
    shared.metrics.entries.inc_by(n_new as u64);
    tracing::debug!(feed = feed.id, n_new, n_known = outcome.n_known, "pushed");
    if n_new > 0 {
        // Stored with the next poll, as what a poll brings is.
        state.poll.pace_entries += if state.poll.succeeded.is_none() { 0.0 } else { n_new as f64 };
        // After a stop nobody takes entries; the store has them.
        drop(entries.send(outcome.pending).await);
    }
    Visited::Pushed(Box::new(state))
}

/// Returns the entries of a body that is signed and a document.
async fn read<F: Fetch>(
    context: &Context<F>,
    visit: &Visit,
    pushed: Pushed,
    secret: Secret,
) -> Result<Vec<Entry>, (Push, String)> {
    let unread = |reason: String| (Push::Unreadable, reason);
    let url = visit.state.poll.address.url(&visit.feed.url).clone();
    let reading = context.pool.run(move || {
        let Pushed { bytes, content_type, signature, place } = pushed;
        if !signature.is_some_and(|signature| is_signed(&bytes, &signature, &secret)) {
            return Err((Push::Forged, "the signature is missing or wrong".to_owned()));
        }
        // A hub may push the new entries alone: what the polled document was like is no measure.
        let judged = judge(&bytes, content_type.as_deref(), &url, None);
        drop(place);
        judged.map_err(|err: Unfit| (Push::Unreadable, causes(&err)))
    });
    match reading.await.map_err(|err| unread(err.to_string()))?? {
        Judged::Read { document, .. } => {
            sitemaps::entries(context, &visit.feed, *document).await.map_err(|miss| unread(miss.error))
        }
        Judged::Same => Ok(Vec::new()),
    }
}
