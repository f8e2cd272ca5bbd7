//! Owns which feeds are polled while the daemon runs: lists on the web add some and drop some. Those that stay are not
//! touched; what is known of one that goes stays in the store for its return.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Poller, Slot, UNSTORED_PAUSE, UNSTORED_PAUSE_MAX, policy};
use crate::config::Feed;
use crate::feed::schedule::{self, PollPolicy};
use crate::fetch::Fetch;
use crate::pipeline::Feeds;
use crate::pipeline::backoff::Backoff;
use crate::store::FeedState;
use crate::telemetry::causes;

/// Whether the feed of a slot is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Polled,
    /// No longer, but it still waits in a lane or is being polled.
    Leaving,
    /// No longer; its feed may return to it, or another take it.
    Vacant,
}

impl Slot {
    /// Plans the polls of a feed, whose state it takes out of `states`, under its id or one it had before.
    pub(super) fn new(
        feed: Arc<Feed>,
        states: &mut HashMap<String, FeedState>,
        policy: PollPolicy,
        now: Timestamp,
    ) -> Self {
        let known = std::iter::once(&feed.id).chain(&feed.was).find_map(|id| states.remove(id));
        let state = known.unwrap_or_else(|| FeedState::unknown(&feed.id));
        let state = FeedState { feed_id: feed.id.clone(), ..state };
        let next = schedule::next_poll(&state.poll, &policy, now);
        Self {
            feed,
            place: Place::Polled,
            state,
            policy,
            next,
            is_failing_said: false,
            unstored: Backoff::new(UNSTORED_PAUSE, UNSTORED_PAUSE_MAX),
            is_pushed: false,
            waiting: Vec::new(),
            is_reset: false,
        }
    }

    /// Tells whether the feed is no longer polled, now that it is neither in a lane nor being polled.
    pub(super) fn leave(&mut self) -> bool {
        if self.place == Place::Polled {
            return false;
        }
        self.place = Place::Vacant;
        true
    }
}

impl<F: Fetch> Poller<F> {
    /// Polls these feeds from now on, and no others.
    pub(super) async fn replace_feeds(&mut self, feeds: &Feeds) {
        let before = self.slots.iter().filter(|slot| slot.place == Place::Polled).count();
        let n_dropped = self.drop_all_but(feeds, self.context.shared.clock.now());
        let mut known: HashSet<&str> = HashSet::new();
        let mut returning = Vec::new();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let Some(feed) = feeds.get(&slot.feed.id) else { continue };
            known.insert(&feed.id);
            slot.feed = Arc::clone(feed);
            match slot.place {
                Place::Polled => {}
                // It has its turn still.
                Place::Leaving => slot.place = Place::Polled,
                Place::Vacant => returning.push(index),
            }
        }
        let added: Vec<&Arc<Feed>> = feeds.values().filter(|feed| !known.contains(feed.id.as_str())).collect();
        let (n_returning, n_added) = (returning.len(), added.len());
        for index in returning {
            self.plan(index);
        }
        if !added.is_empty() {
            self.add(added).await;
        }
        if n_dropped + n_returning + n_added > 0 {
            tracing::info!(before, n_dropped, n_returning, n_added, "the lists name other feeds");
        }
    }

    /// Returns how many feeds are no longer polled.
    fn drop_all_but(&mut self, feeds: &Feeds, now: Timestamp) -> usize {
        let mut dropped = HashSet::new();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.place == Place::Polled && !feeds.contains_key(&slot.feed.id) {
                slot.place = Place::Leaving;
                dropped.insert(index);
            }
        }
        let (slots, websub) = (&mut self.slots, &mut self.websub);
        self.due.retain(|Reverse((_, index))| {
            // One that is neither in a lane nor being polled is gone at once.
            let is_gone = dropped.contains(index) && slots[*index].leave();
            if is_gone {
                websub.leave(*index, now);
            }
            !is_gone
        });
        dropped.len()
    }

    /// Takes feeds in that have no slot.
    async fn add(&mut self, mut added: Vec<&Arc<Feed>>) {
        let shared = Arc::clone(&self.context.shared);
        let states = match shared.store.feed_states().await {
            Ok(states) => states,
            Err(err) => {
                tracing::warn!(
                    reason = causes(&err),
                    "feeds are not added now, the next reading of the lists adds them"
                );
                return;
            }
        };
        let mut states: HashMap<_, _> = states.into_iter().map(|state| (state.feed_id.clone(), state)).collect();
        added.sort_by(|a, b| a.id.cmp(&b.id));
        let start_spread = self.context.schedule.start_spread(added.len());
        let vacant = self.slots.iter().enumerate().filter(|(_, slot)| slot.place == Place::Vacant);
        let mut vacant: Vec<usize> = vacant.map(|(index, _)| index).collect();
        for feed in added {
            let policy = PollPolicy { start_spread, ..policy(feed, &self.context.schedule) };
            let slot = Slot::new(Arc::clone(feed), &mut states, policy, shared.clock.now());
            let index = vacant.pop().unwrap_or(self.slots.len());
            match self.slots.get_mut(index) {
                Some(place) => *place = slot,
                None => self.slots.push(slot),
            }
            self.due.push(Reverse((self.slots[index].next.at, index)));
        }
    }

    /// Plans the next poll of a feed that has returned to its slot.
    fn plan(&mut self, index: usize) {
        let now = self.context.shared.clock.now();
        let slot = &mut self.slots[index];
        slot.place = Place::Polled;
        slot.policy =
            PollPolicy { start_spread: slot.policy.start_spread, ..policy(&slot.feed, &self.context.schedule) };
        slot.next = schedule::next_poll(&slot.state.poll, &slot.policy, now);
        self.due.push(Reverse((slot.next.at, index)));
    }
}
