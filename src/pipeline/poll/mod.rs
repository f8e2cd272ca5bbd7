//! Owns the loop that polls feeds when they are due. When that is, `feed::schedule` says, from stored facts alone: a
//! restart makes no extra request.

mod backfill;
mod document;
mod feeds;
mod push;
mod sitemaps;
mod status;
mod visit;
mod websub;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinSet};

use super::backoff::Backoff;
use super::health::{BEAT, Loop};
use super::lanes::Lanes;
use super::{Context, Mode};
use crate::config::Feed;
use crate::feed::schedule::{self, Due, INTERVAL_MIN, PollPolicy};
use crate::feed::websub::Subscription;
use crate::fetch::Fetch;
use crate::metrics::{Queue, observe};
use crate::shutdown::Stop;
use crate::store::{FeedState, Pending};
use crate::telemetry::{Alarm, News};

use feeds::Place;
pub use status::FeedStatus;
use visit::{Visit, Visited, visit};
use websub::Subscriptions;
pub use websub::{Call, Pushed, Pushing};

/// Pauses before a poll whose result the store did not take is made again.
const UNSTORED_PAUSE: Duration = Duration::from_secs(5);
const UNSTORED_PAUSE_MAX: Duration = Duration::from_mins(5);

/// What others want of the poll loop.
#[derive(Debug)]
pub enum Question {
    /// The state of every feed.
    Feeds(oneshot::Sender<Vec<FeedStatus>>),
    /// A poll of every feed now, whatever the schedule says.
    PollAll,
    /// A poll of one feed now; answered when it is done, with `None` for an unknown feed.
    Poll { feed_id: String, from: Start, answer: oneshot::Sender<Option<FeedStatus>> },
    /// A hub called.
    WebSub(Call),
}

/// What a poll that somebody asks for starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// What is known of the feed's polls.
    Known,
    /// Nothing, as if it had never been polled; known entries stay known.
    Anew,
}

pub(super) struct Poller<F> {
    context: Arc<Context<F>>,
    mode: Mode,
    slots: Vec<Slot>,
    /// Feeds by when they are due; a feed that waits in a lane or is being polled is not here.
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    lanes: Lanes<usize>,
    running: JoinSet<Visited>,
    by_task: HashMap<Id, usize>,
    websub: Subscriptions,
    entries: mpsc::Sender<Vec<Pending>>,
    /// Trouble with the store is the same for all feeds.
    unstored: Alarm,
}

struct Slot {
    feed: Arc<Feed>,
    place: Place,
    state: FeedState,
    policy: PollPolicy,
    next: Due,
    /// Its failing was said; it is not said again until it works.
    is_failing_said: bool,
    unstored: Backoff,
    /// What is under way is no poll but what a hub pushed.
    is_pushed: bool,
    /// Who waits for the end of the feed's next poll.
    waiting: Vec<oneshot::Sender<Option<FeedStatus>>>,
    /// The poll under way is not the one that was asked for: another follows it, that starts anew.
    is_reset: bool,
}

impl<F: Fetch> Poller<F> {
    /// Plans the polls of the feeds in force from what the store knows of them and of their subscriptions.
    pub(super) fn new(
        context: Arc<Context<F>>,
        (mut states, mut subscriptions): (HashMap<String, FeedState>, HashMap<String, Subscription>),
        entries: mpsc::Sender<Vec<Pending>>,
    ) -> Self {
        let now = context.shared.clock.now();
        let (mode, schedule) = (context.mode, &context.schedule);
        let mut feeds: Vec<Arc<Feed>> = context.in_force.feeds.borrow().values().cloned().collect();
        feeds.sort_by(|a, b| a.id.cmp(&b.id));
        let start_spread = schedule.start_spread(feeds.len());
        let mut websub = Subscriptions::new(context.public_url.clone());
        let slots: Vec<Slot> = feeds
            .into_iter()
            .enumerate()
            .map(|(index, feed)| {
                let policy = PollPolicy { start_spread, ..policy(&feed, schedule) };
                let stored = std::iter::once(&feed.id).chain(&feed.was).find_map(|id| subscriptions.remove(id));
                if let Some(stored) = stored {
                    websub.restore(index, &feed, stored, now);
                }
                let mut slot = Slot::new(feed, &mut states, policy, now);
                slot.next = websub::next_poll(&slot.state.poll, &slot.policy, websub.get(index), now);
                slot
            })
            .collect();
        for (feed_id, stored) in subscriptions {
            websub.disown(feed_id, stored, now);
        }
        let first = |slot: &Slot| if mode == Mode::Once { now } else { slot.next.at };
        let due = slots.iter().enumerate().map(|(index, slot)| Reverse((first(slot), index))).collect();
        let lanes = Lanes::new(context.shared.config.host_in_flight_max);
        let (running, by_task, unstored) = (JoinSet::new(), HashMap::new(), Alarm::default());
        Self { context, mode, slots, due, lanes, running, by_task, websub, entries, unstored }
    }

    /// Polls until stopped; in a single round until every feed was polled.
    pub(super) async fn run(mut self, mut questions: mpsc::Receiver<Question>, mut stop: Stop) {
        let shared = Arc::clone(&self.context.shared);
        let mut in_force = self.context.in_force.feeds.clone();
        loop {
            shared.health.beat(Loop::Poll);
            self.queue_due(shared.clock.now());
            self.start();
            self.websub.start(&self.context, shared.clock.now());
            if self.mode == Mode::Once && self.is_idle() {
                return;
            }
            let wait = self.wait(shared.clock.now());
            tokio::select! {
                () = stop.asked() => break,
                Some(joined) = self.running.join_next_with_id(), if !self.running.is_empty() => self.end(joined),
                done = self.websub.ended() => self.websub.end(&self.context, done, shared.clock.now()),
                Some(question) = questions.recv() => self.answer(question),
                Ok(()) = in_force.changed() => {
                    let feeds = Arc::clone(&in_force.borrow_and_update());
                    self.replace_feeds(&feeds).await;
                }
                () = tokio::time::sleep(wait) => {}
            }
        }
        // What is in flight is either not committed, and will be polled again, or in the store.
        self.running.shutdown().await;
        self.websub.shutdown().await;
    }

    fn answer(&mut self, question: Question) {
        match question {
            // Whoever asked may have gone.
            Question::Feeds(answer) => drop(answer.send(self.statuses())),
            Question::PollAll => {
                for Reverse((_, index)) in std::mem::take(&mut self.due) {
                    self.queue(index);
                }
            }
            Question::Poll { feed_id, from, answer } => self.poll_now(&feed_id, from, answer),
            Question::WebSub(call) => {
                let now = self.context.shared.clock.now();
                if let Some(index) = self.websub.answer(&self.context, call, now) {
                    self.advance(index);
                }
            }
        }
    }

    /// Queues a feed before its time; one that waits or is being polled already stays where it is.
    fn advance(&mut self, index: usize) {
        let n_due = self.due.len();
        self.due.retain(|Reverse((_, due))| *due != index);
        if self.due.len() < n_due {
            self.queue(index);
        }
    }

    /// Polls a feed before its time; one that waits or is being polled already is not polled twice for it.
    fn poll_now(&mut self, feed_id: &str, from: Start, answer: oneshot::Sender<Option<FeedStatus>>) {
        let is_meant = |slot: &Slot| slot.feed.id == feed_id && slot.place == Place::Polled;
        let Some(index) = self.slots.iter().position(is_meant) else {
            // Whoever asked may have gone.
            drop(answer.send(None));
            return;
        };
        let running: HashSet<usize> = self.by_task.values().copied().collect();
        let slot = &mut self.slots[index];
        slot.waiting.push(answer);
        if from == Start::Anew {
            slot.state = FeedState::unknown(feed_id);
            // The state of a poll under way would come back with its end.
            slot.is_reset = running.contains(&index);
        }
        self.advance(index);
    }

    fn is_idle(&self) -> bool {
        self.due.is_empty() && self.lanes.n_waiting() == 0 && self.running.is_empty()
    }

    fn queue_due(&mut self, now: Timestamp) {
        while let Some(Reverse((at, index))) = self.due.peek().copied()
            && at <= now
        {
            self.due.pop();
            self.queue(index);
        }
    }

    fn queue(&mut self, index: usize) {
        let host = self.slots[index].feed.url.host_str().unwrap_or_default().to_owned();
        self.lanes.push(&host, index);
    }

    fn start(&mut self) {
        let shared = Arc::clone(&self.context.shared);
        while self.running.len() < shared.config.polls_in_flight_max && !shared.health.is_spool_full() {
            let Some((host, index)) = self.lanes.take() else { break };
            let slot = &mut self.slots[index];
            if slot.leave() {
                self.websub.leave(index, shared.clock.now());
                self.lanes.release(&host);
                continue;
            }
            let push = self.websub.next_push(index);
            slot.is_pushed = push.is_some();
            if self.mode == Mode::Daemon && push.is_none() {
                let lag = shared.clock.now().duration_since(slot.next.at);
                observe(&shared.metrics.schedule_lag, Duration::try_from(lag).unwrap_or_default());
            }
            let (feed, state, policy) = (Arc::clone(&slot.feed), slot.state.clone(), slot.policy);
            let (context, entries, visited) =
                (Arc::clone(&self.context), self.entries.clone(), Visit { feed, state, policy });
            let task = match push {
                Some(push) => self.running.spawn(push::receive(context, visited, push, entries)),
                None => self.running.spawn(visit(context, visited, entries)),
            };
            self.by_task.insert(task.id(), index);
        }
        shared.metrics.queue(Queue::PollsDue, self.lanes.n_waiting());
        shared.metrics.queue(Queue::PollsRunning, self.running.len());
    }

    /// Plans the feed's next poll.
    fn end(&mut self, joined: Result<(Id, Visited), tokio::task::JoinError>) {
        let (id, visited) = match joined {
            Ok((id, visited)) => (id, visited),
            // The panic hook has said where.
            Err(err) => (err.id(), Visited::Broken),
        };
        let Some(index) = self.by_task.remove(&id) else { return };
        let now = self.context.shared.clock.now();
        let slot = &mut self.slots[index];
        self.lanes.release(slot.feed.url.host_str().unwrap_or_default());
        match visited {
            Visited::Stored(state, heard) => {
                self.websub.heard(index, &slot.feed, heard, now);
                slot.unstored.succeed();
                slot.state = *state;
                slot.next = websub::next_poll(&slot.state.poll, &slot.policy, self.websub.get(index), now);
                slot.report();
                if self.unstored.clear() == News::Cleared {
                    tracing::info!("the store takes polls again");
                }
            }
            Visited::Pushed(state) => {
                slot.state = *state;
                self.websub.pushed(&self.context, index, now);
            }
            Visited::Unread => slot.ring(now),
            Visited::Forged => {}
            Visited::Unstored(error) => {
                if self.unstored.raise(&error) == News::Raised {
                    tracing::warn!(reason = error, "polls are not committed and will be made again");
                }
                slot.postpone(now, error);
            }
            Visited::Broken => {
                slot.postpone(now, "internal error while reading this feed".to_owned());
                slot.report();
            }
        }
        if std::mem::take(&mut slot.is_reset) {
            slot.state = FeedState::unknown(&slot.feed.id);
            return self.queue(index);
        }
        let is_poll_wanted = slot.is_pushed && !slot.waiting.is_empty();
        if !slot.is_pushed {
            let status = slot.status(self.websub.get(index), now);
            for waiting in std::mem::take(&mut slot.waiting) {
                // Whoever asked may have gone.
                drop(waiting.send(Some(status.clone())));
            }
        }
        if slot.leave() {
            self.websub.leave(index, now);
        } else if is_poll_wanted || self.websub.has_push(index) {
            self.queue(index);
        } else if self.mode == Mode::Daemon {
            self.due.push(Reverse((slot.next.at, index)));
        }
    }

    /// Returns how long nothing is due.
    fn wait(&self, now: Timestamp) -> Duration {
        let until = self.due.peek().map(|Reverse((at, _))| at.duration_since(now));
        until.map_or(BEAT, |until| Duration::try_from(until).unwrap_or_default().min(BEAT))
    }

    fn statuses(&self) -> Vec<FeedStatus> {
        let now = self.context.shared.clock.now();
        let polled = self.slots.iter().enumerate().filter(|(_, slot)| slot.place == Place::Polled);
        polled.map(|(index, slot)| slot.status(self.websub.get(index), now)).collect()
    }
}

impl Slot {
    fn status(&self, held: Option<&Subscription>, now: Timestamp) -> FeedStatus {
        let pushing = held.map(|held| Pushing::of(held, now));
        FeedStatus::new(Arc::clone(&self.feed), &self.state.poll, self.next.clone(), pushing)
    }

    /// Plans a poll as soon as manners allow: its hub says that there is something to fetch.
    fn ring(&mut self, now: Timestamp) {
        let pause = SignedDuration::try_from(INTERVAL_MIN).unwrap_or(SignedDuration::MAX);
        let polled = self.state.poll.polled.unwrap_or(Timestamp::MIN);
        let at = polled.saturating_add(pause).unwrap_or(Timestamp::MAX).max(now);
        if at < self.next.at && self.state.poll.n_failures == 0 {
            self.next = Due { at, reason: "the hub says that there is something new".to_owned() };
        }
    }

    /// Plans another try of a poll that left no trace in the store.
    fn postpone(&mut self, now: Timestamp, error: String) {
        let pause = SignedDuration::try_from(self.unstored.fail()).unwrap_or(SignedDuration::MAX);
        self.next = Due { at: now.saturating_add(pause).unwrap_or(Timestamp::MAX), reason: error.clone() };
        self.state.poll.error = Some(error);
    }

    /// Says trouble once, with when it is tried again.
    fn report(&mut self) {
        let Self { feed, state, next, is_failing_said, .. } = self;
        let (id, url) = (&feed.id, &feed.url);
        let was_said = std::mem::replace(is_failing_said, state.poll.error.is_some());
        match &state.poll.error {
            Some(error) if !was_said => {
                tracing::warn!(feed = id, %url, reason = error, next = %format_args!("{:.0}", next.at), "feed poll failed");
            }
            Some(_) => {}
            None if was_said => tracing::info!(feed = id, %url, "feed works again"),
            None => {}
        }
    }
}

/// Returns what is configured about the polls of a feed that is alone.
#[must_use]
pub fn policy(feed: &Feed, schedule: &schedule::Config) -> PollPolicy {
    PollPolicy {
        interval: feed.interval.unwrap_or(schedule.interval),
        interval_max: schedule.interval_max,
        start_spread: schedule.start_spread(1),
        feed_id_hash: fnv1a(&feed.id),
    }
}

/// A hash that is the same in every release: schedules are spread by it.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
