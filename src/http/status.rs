//! Owns the state of the daemon in words and figures: gathered once, shown as JSON and as a page.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::Sources;
use crate::lists::ListStatus;
use crate::metrics::Totals;
use crate::pipeline::{Delivery, FeedStatus, Question};
use crate::reload::Reloaded;
use crate::store::Counts;

/// How long the poll loop may take to answer; a status that hangs says nothing.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// The daemon at one moment.
pub(super) struct Status {
    pub(super) now: Timestamp,
    pub(super) started: Timestamp,
    pub(super) sink: String,
    pub(super) coder_version: String,
    /// The last reload; `None` when there was none.
    pub(super) reloaded: Option<Reloaded>,
    /// Why it is not ready; empty when it is.
    pub(super) hindrances: Vec<&'static str>,
    pub(super) totals: Totals,
    /// `None` when the store did not answer.
    pub(super) counts: Option<Counts>,
    pub(super) delivery: Delivery,
    /// `None` when the poll loop did not answer, because it has ended.
    pub(super) feeds: Option<Vec<FeedStatus>>,
    /// Lists on the web.
    pub(super) lists: Vec<ListStatus>,
}

/// Asks all who know.
pub(super) async fn gather(sources: &Sources) -> Status {
    let delivery = sources.delivery.borrow().clone();
    let coder_version = sources.coder.borrow().version().to_owned();
    let reloaded = sources.reloaded.borrow().clone();
    Status {
        now: sources.clock.now(),
        started: sources.started,
        sink: sources.sink.clone(),
        coder_version,
        reloaded,
        hindrances: sources.health.hindrances(),
        totals: sources.metrics.totals(),
        counts: sources.store.counts().await.ok(),
        delivery,
        feeds: feeds(sources).await,
        lists: sources.lists.borrow().clone(),
    }
}

async fn feeds(sources: &Sources) -> Option<Vec<FeedStatus>> {
    let (question, answer) = oneshot::channel();
    let answered = async {
        sources.questions.send(Question::Feeds(question)).await.ok()?;
        answer.await.ok()
    };
    tokio::time::timeout(ANSWER_WAIT, answered).await.ok().flatten()
}

impl Status {
    /// Returns seconds since the oldest record that waits entered the outbox.
    pub(super) fn spool_age_s(&self) -> Option<f64> {
        let oldest = self.counts.as_ref()?.outbox_oldest?;
        Some(self.now.duration_since(oldest).as_secs_f64().max(0.0))
    }

    pub(super) fn json(&self) -> Value {
        let Totals { n_polls, n_polls_failed, n_entries, n_articles, n_dropped, n_mentions, n_events, n_records } =
            self.totals;
        let counts = self.counts.as_ref();
        let trouble = self.delivery.trouble.as_ref();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "coder_version": self.coder_version,
            "reload": self.reloaded.as_ref().map(|reloaded| json!({
                "at": time(reloaded.at), "ok": reloaded.error.is_none(), "error": reloaded.error,
            })),
            "now": time(self.now),
            "started": time(self.started),
            "ready": self.hindrances.is_empty(),
            "hindrances": self.hindrances,
            "totals": {
                "polls": n_polls, "polls_failed": n_polls_failed, "entries": n_entries, "articles": n_articles,
                "dropped": n_dropped, "mentions": n_mentions, "events": n_events, "records": n_records,
            },
            "store": counts.map(|counts| json!({
                "feeds": counts.feeds, "entries_pending": counts.entries_pending, "articles": counts.articles,
                "events": counts.events,
            })),
            "delivery": {
                "sink": self.sink,
                "position": counts.map_or(self.delivery.position, |counts| counts.outbox_delivered),
                "settled_at": self.delivery.settled_at.map(time),
                "lag_records": counts.map(|counts| counts.outbox_waiting),
                "spool_age_s": self.spool_age_s(),
                "held": trouble.is_some_and(|trouble| trouble.is_held),
                "error": trouble.map(|trouble| trouble.reason.clone()),
                "error_since": trouble.map(|trouble| time(trouble.since)),
                "client": self.delivery.client.map(|client| json!({
                    "brokers": client.n_brokers_known, "brokers_up": client.n_brokers_up,
                    "queued_records": client.n_queued, "queued_bytes": client.queued_bytes,
                    "round_trip_p99_ms": client.round_trip_p99.as_secs_f64() * 1e3,
                })),
            },
            "lists": self.lists.iter().map(list_json).collect::<Vec<_>>(),
            "feeds": self.feeds.as_ref().map(|feeds| feeds.iter().map(FeedStatus::to_json).collect::<Vec<_>>()),
        })
    }
}

fn list_json(list: &ListStatus) -> Value {
    json!({
        "id": list.id,
        "url": list.url.as_str(),
        "feeds": list.n_feeds,
        "asked": time(list.asked),
        "received": list.received.map(time),
        "error": list.error,
    })
}

/// RFC 3339, milliseconds, as records have it.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}
