//! Owns the subscriptions that are given back: a feed has left the lists, or is pushed by another hub. Each hub is told once;
//! one that does not hear it goes on until the lease ends, and finds nobody.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::{Done, TASKS_MAX, keep, post};
use crate::config::Feed;
use crate::feed::websub::{Intent, Reply, Subscription, VERIFY_WAIT};
use crate::fetch::Fetch;
use crate::pipeline::Context;
use crate::secret::Secret;
use crate::telemetry::causes;

/// Subscriptions remembered for the hubs that verify their end; the oldest give way.
const TOLD_MAX: usize = 1_000;

/// All that are given back, and the rows that go with them.
#[derive(Default)]
pub(super) struct Farewells {
    waiting: VecDeque<Farewell>,
    /// What hubs were told, and until when they may ask whether it is meant (section 5.3).
    told: VecDeque<(Timestamp, Subscription)>,
    /// Feeds whose stored subscription goes.
    forgotten: VecDeque<String>,
}

struct Farewell {
    /// `None` for a feed that no list names any more.
    feed: Option<Arc<Feed>>,
    subscription: Subscription,
}

impl Farewells {
    /// Has the hub told, if it may know of the subscription at all.
    pub(super) fn add(&mut self, feed: Option<Arc<Feed>>, subscription: Subscription, now: Timestamp) {
        if subscription.is_known_to_hub(now) {
            self.waiting.push_back(Farewell { feed, subscription });
        }
    }

    /// Has the stored subscription of a feed removed.
    pub(super) fn forget(&mut self, feed_id: String) {
        self.forgotten.push_back(feed_id);
    }

    /// Tells hubs, as many as there is room for.
    pub(super) fn start<F: Fetch>(&mut self, context: &Arc<Context<F>>, tasks: &mut JoinSet<Done>, now: Timestamp) {
        while self.told.front().is_some_and(|(until, _)| *until < now) {
            self.told.pop_front();
        }
        while tasks.len() < TASKS_MAX
            && let Some(feed_id) = self.forgotten.pop_front()
        {
            tasks.spawn(keep(Arc::clone(context), feed_id, None));
        }
        while tasks.len() < TASKS_MAX
            && let Some(farewell) = self.waiting.pop_front()
        {
            if self.told.len() >= TOLD_MAX {
                self.told.pop_front();
            }
            let wait = SignedDuration::try_from(VERIFY_WAIT).unwrap_or(SignedDuration::MAX);
            let until = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
            self.told.push_back((until, farewell.subscription.clone()));
            tasks.spawn(tell(Arc::clone(context), farewell));
        }
    }

    /// Judges a call at the callback of a subscription that is not held.
    pub(super) fn hear(&self, token: &Secret, intent: &Intent) -> Reply {
        let told = self.told.iter().find(|(_, subscription)| subscription.token == *token);
        told.map_or(Reply::NotOurs, |(_, subscription)| subscription.hear_given_back(intent))
    }
}

async fn tell<F: Fetch>(context: Arc<Context<F>>, farewell: Farewell) -> Done {
    let Farewell { feed, subscription } = farewell;
    let hub = &subscription.announced.hub;
    let sent = context.fetch.post(post(feed.as_deref(), hub, subscription.farewell())).await;
    if let Err(err) = sent {
        tracing::debug!(%hub, topic = subscription.announced.topic, reason = causes(&err), "a hub is not told that a subscription ends");
    }
    Done::Kept
}
