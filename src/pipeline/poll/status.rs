//! Owns what is told of one feed: its polls, when the next is and why, its gap, its subscription.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::policy;
use super::websub::{self, Pushing};
use crate::config::Feed;
use crate::feed::address::Address;
use crate::feed::gap::{Gap, Phase};
use crate::feed::schedule::{self, Due, PollState};
use crate::feed::websub::Subscription;

/// Where one feed stands.
#[derive(Debug, Clone)]
pub struct FeedStatus {
    pub feed: Arc<Feed>,
    pub polled: Option<Timestamp>,
    pub succeeded: Option<Timestamp>,
    pub next: Due,
    /// What the last poll failed with; `None` after a success.
    pub error: Option<String>,
    pub n_failures: u32,
    /// Where it is asked.
    pub address: Address,
    /// The last time its window rolled between two polls.
    pub gap: Option<Box<Gap>>,
    /// Its guids and links change from document to document; titles tell its entries.
    pub are_keys_volatile: bool,
    /// Its subscription at a hub.
    pub pushing: Option<Pushing>,
}

impl FeedStatus {
    /// Plans a feed's next poll from what is known of its polls and of its subscription at a hub.
    #[must_use]
    pub fn planned(
        feed: Arc<Feed>,
        (poll, held): (&PollState, Option<&Subscription>),
        schedule: &schedule::Config,
        now: Timestamp,
    ) -> Self {
        let next = websub::next_poll(poll, &policy(&feed, schedule), held, now);
        Self::new(feed, poll, next, held.map(|held| Pushing::of(held, now)))
    }

    pub(super) fn new(feed: Arc<Feed>, poll: &PollState, next: Due, pushing: Option<Pushing>) -> Self {
        let are_keys_volatile = poll.are_keys_volatile();
        let PollState { polled, succeeded, error, n_failures, address, gap, .. } = poll.clone();
        Self { feed, polled, succeeded, next, error, n_failures, address, gap, are_keys_volatile, pushing }
    }

    /// Returns the object by which status and commands tell of a feed.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let time = |at: Timestamp| format!("{at:.3}");
        let moved = self.address.moved_from(&self.feed.url);
        json!({
            "id": self.feed.id,
            "outlet": self.feed.outlet.id,
            "url": self.feed.url.as_str(),
            "moved_to": moved.map(|moved| moved.to.as_str()),
            "moved_at": moved.map(|moved| time(moved.at)),
            "polled": self.polled.map(time),
            "succeeded": self.succeeded.map(time),
            "next": time(self.next.at),
            "next_reason": self.next.reason,
            "error": self.error,
            "failures": self.n_failures,
            "gap": self.gap.as_deref().map(gap_json),
            "keys": self.are_keys_volatile.then_some(
                "volatile: guids and links change from document to document, titles tell its entries"
            ),
            "websub": self.pushing.as_ref().map(Pushing::to_json),
        })
    }
}

fn gap_json(gap: &Gap) -> Value {
    let time = |at: Timestamp| format!("{at:.3}");
    let (status, search) = match &gap.phase {
        Phase::Open(search) => ("being filled", Some(search)),
        Phase::Over { end, .. } => (end.as_str(), None),
    };
    json!({
        "since": time(gap.since),
        "found": time(gap.found),
        "status": status,
        "pages": gap.n_pages,
        "next_page": search.map(|search| search.page.url.as_str()),
        "retry_at": search.and_then(|search| search.retry_at).map(time),
        "error": search.and_then(|search| search.error.as_deref()),
    })
}
