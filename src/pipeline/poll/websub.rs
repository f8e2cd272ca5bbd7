//! Owns the subscriptions at hubs while the daemon runs: they are asked for, confirmed, renewed and given back, and what
//! hubs push waits here for its turn among the feed's polls.

mod farewell;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::JoinSet;
use url::Url;

use crate::config::Feed;
use crate::feed::schedule::{self, Due, PollPolicy, PollState};
use crate::feed::websub::{Announced, Intent, Reply, Standing, Subscription};
use crate::fetch::{Fetch, Post, Tls};
use crate::metrics::Metrics;
use crate::pipeline::Context;
use crate::secret::Secret;
use crate::telemetry::causes;

use farewell::Farewells;

/// Requests to hubs, and writes of what they answered, at one time.
const TASKS_MAX: usize = 8;
/// With so many, hubs that call are to call again.
const TASKS_AND_CALLS_MAX: usize = 64;
/// Another hub, or another name for the feed, is followed no sooner than this after the last change.
const CHANGE_WAIT: SignedDuration = SignedDuration::from_hours(1);
const COUNT_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// What the callback's server wants.
#[derive(Debug)]
pub enum Call {
    /// Whether the token is that of a subscription: only then is a body read.
    Known { token: Secret, answer: oneshot::Sender<bool> },
    /// A hub wants to know whether a subscription is meant, or denies it.
    Intent { token: Secret, intent: Intent, answer: oneshot::Sender<Reply> },
    /// A hub pushes; answered before the body is looked at, with whether anybody wants it.
    Push { token: Secret, pushed: Pushed, answer: oneshot::Sender<bool> },
}

/// A body as a hub pushed it, unchecked.
#[derive(Debug)]
pub struct Pushed {
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
    /// `X-Hub-Signature`.
    pub signature: Option<String>,
    /// Its place among the bodies in memory.
    pub place: OwnedSemaphorePermit,
}

/// What a poll showed of the feed's hub.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Heard {
    /// Nothing was read.
    #[default]
    Nothing,
    NoHub,
    Hub(Announced),
}

/// A subscription for people.
#[derive(Debug, Clone)]
pub struct Pushing {
    hub: Url,
    standing: Standing,
    /// Where it stands, in words.
    pub words: String,
    lease_until: Option<Timestamp>,
    /// When a document was pushed last.
    pub pushed: Option<Timestamp>,
}

impl Pushing {
    pub(super) fn of(held: &Subscription, now: Timestamp) -> Self {
        let (hub, standing, words) = (held.announced.hub.clone(), held.standing(now), held.words(now));
        Self { hub, standing, words, lease_until: held.lease_until, pushed: held.pushed }
    }

    pub(super) fn to_json(&self) -> Value {
        let time = |at: Timestamp| format!("{at:.3}");
        json!({
            "hub": self.hub.as_str(),
            "standing": match self.standing {
                Standing::Live => "live",
                Standing::Pending => "pending",
                Standing::Failing => "failing",
            },
            "state": self.words,
            "lease_until": self.lease_until.map(time),
            "pushed": self.pushed.map(time),
        })
    }
}

/// Plans the next poll; a feed that is pushed is polled as rarely as a quiet one.
pub(super) fn next_poll(poll: &PollState, policy: &PollPolicy, held: Option<&Subscription>, now: Timestamp) -> Due {
    if held.is_none_or(|held| !held.is_live(now)) || poll.polled.is_none() {
        return schedule::next_poll(poll, policy, now);
    }
    let interval = policy.interval.max(policy.interval_max);
    let mut due = schedule::next_poll(poll, &PollPolicy { interval, ..*policy }, now);
    if poll.n_failures == 0 {
        due.reason.push_str(", the hub pushes what is new");
    }
    due
}

/// All subscriptions of a poll loop. Without a public URL there are none.
pub(super) struct Subscriptions {
    base: Option<Url>,
    /// By the feed's slot.
    held: HashMap<usize, Held>,
    by_token: HashMap<String, usize>,
    /// When hubs are to be asked; each subscription is here once.
    due: BTreeSet<(Timestamp, usize)>,
    tasks: JoinSet<Done>,
    /// Bodies that wait for their feed; how many may wait is the server's business.
    pushes: HashMap<usize, VecDeque<Pushed>>,
    /// Subscriptions that nobody wants any more.
    farewells: Farewells,
    counted: Timestamp,
}

struct Held {
    feed: Arc<Feed>,
    subscription: Subscription,
    /// When this one took the place of another, or the daemon started.
    since: Timestamp,
    /// The feed named the hub when it was read last.
    is_announced: bool,
}

/// What a task came to.
pub(super) enum Done {
    Asked {
        index: usize,
        /// The subscription as it was asked for.
        asked: Box<Subscription>,
        refused: Option<Refusal>,
    },
    Kept,
}

/// Why a hub gave nothing.
pub(super) struct Refusal {
    error: String,
    retry_after: Option<Duration>,
}

impl Subscriptions {
    pub(super) fn new(base: Option<Url>) -> Self {
        Self {
            base,
            held: HashMap::new(),
            by_token: HashMap::new(),
            due: BTreeSet::new(),
            tasks: JoinSet::new(),
            pushes: HashMap::new(),
            farewells: Farewells::default(),
            counted: Timestamp::MIN,
        }
    }

    /// Goes on with a stored subscription; one made for another public URL is made anew.
    pub(super) fn restore(&mut self, index: usize, feed: &Arc<Feed>, stored: Subscription, now: Timestamp) {
        let Some(base) = &self.base else { return };
        let is_fit = stored.base == base.as_str();
        let fit = if is_fit { Some(stored) } else { Subscription::new(stored.announced, base, now) };
        if let Some(subscription) = fit {
            self.hold(index, feed, (subscription, now));
        }
    }

    /// Gives back the stored subscription of a feed that is in no list any more.
    pub(super) fn disown(&mut self, feed_id: String, stored: Subscription, now: Timestamp) {
        // What was made for another public URL cannot be verified at this one.
        if self.base.as_ref().is_some_and(|base| stored.base == base.as_str()) {
            self.farewells.forget(feed_id);
            self.farewells.add(None, stored, now);
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Subscription> {
        self.held.get(&index).map(|held| &held.subscription)
    }

    /// Takes note of what a poll showed.
    pub(super) fn heard(&mut self, index: usize, feed: &Arc<Feed>, heard: Heard, now: Timestamp) {
        let Some(base) = &self.base else { return };
        let held = self.held.get_mut(&index);
        let announced = match (heard, held) {
            (Heard::Nothing, _) => return,
            (Heard::NoHub, held) => {
                // A cached answer may lack it: the lease goes on, and is not renewed if it stays so.
                return held.into_iter().for_each(|held| held.is_announced = false);
            }
            (Heard::Hub(announced), None) => announced,
            (Heard::Hub(announced), Some(held)) => {
                held.is_announced = true;
                if held.subscription.announced == announced || now.duration_since(held.since) < CHANGE_WAIT {
                    return;
                }
                announced
            }
        };
        let Some(subscription) = Subscription::new(announced, base, now) else {
            tracing::warn!(feed = feed.id, "no subscription: the system has no randomness to give");
            return;
        };
        self.hold(index, feed, (subscription, now));
    }

    fn hold(&mut self, index: usize, feed: &Arc<Feed>, (subscription, since): (Subscription, Timestamp)) {
        self.give_back(index, since);
        self.due.insert((subscription.next_ask, index));
        self.by_token.insert(subscription.token.expose().to_owned(), index);
        self.held.insert(index, Held { feed: Arc::clone(feed), subscription, since, is_announced: true });
    }

    /// Lets go of a feed's subscription and has its hub told; returns the feed it had.
    fn give_back(&mut self, index: usize, now: Timestamp) -> Option<Arc<Feed>> {
        let held = self.held.remove(&index)?;
        self.due.remove(&(held.subscription.next_ask, index));
        self.by_token.remove(held.subscription.token.expose());
        self.farewells.add(Some(Arc::clone(&held.feed)), held.subscription, now);
        Some(held.feed)
    }

    /// Asks the hubs whose time it is, and tells those whose subscriptions are given back.
    pub(super) fn start<F: Fetch>(&mut self, context: &Arc<Context<F>>, now: Timestamp) {
        self.farewells.start(context, &mut self.tasks, now);
        while self.tasks.len() < TASKS_MAX
            && let Some((at, index)) = self.due.first().copied()
            && at <= now
        {
            self.due.pop_first();
            let Some(held) = self.held.get_mut(&index) else { continue };
            if !held.is_announced {
                let Some(feed) = self.give_back(index, now) else { continue };
                tracing::info!(feed = feed.id, "the feed names no hub any more, it is only polled");
                self.farewells.forget(feed.id.clone());
                continue;
            }
            held.subscription.ask(now);
            self.due.insert((held.subscription.next_ask, index));
            self.tasks.spawn(ask(
                Arc::clone(context),
                Arc::clone(&held.feed),
                (index, Box::new(held.subscription.clone())),
            ));
        }
        self.count(&context.shared.metrics, now);
    }

    fn count(&mut self, metrics: &Metrics, now: Timestamp) {
        if self.base.is_none() || now < self.counted.saturating_add(COUNT_EVERY).unwrap_or(Timestamp::MAX) {
            return;
        }
        self.counted = now;
        for standing in [Standing::Live, Standing::Pending, Standing::Failing] {
            let is_so = |held: &&Held| held.subscription.standing(now) == standing;
            metrics.subscriptions(standing, self.held.values().filter(is_so).count());
        }
    }

    /// Waits for the end of a task; for ever when there is none.
    pub(super) async fn ended(&mut self) -> Done {
        match self.tasks.join_next().await {
            Some(Ok(done)) => done,
            // The panic hook has said where; the hub is asked again in its time.
            Some(Err(_)) => Done::Kept,
            None => std::future::pending().await,
        }
    }

    /// Takes note of what a task came to.
    pub(super) fn end<F: Fetch>(&mut self, context: &Arc<Context<F>>, done: Done, now: Timestamp) {
        let Done::Asked { index, asked, refused: Some(refusal) } = done else { return };
        let Some(held) = self.held.get_mut(&index) else { return };
        let known = &mut held.subscription;
        // The hub has confirmed, or the publisher has denied, before the request was answered.
        if known.token != asked.token || known.next_ask != asked.next_ask {
            return;
        }
        tracing::debug!(feed = held.feed.id, hub = %known.announced.hub, reason = refusal.error, "no subscription");
        self.due.remove(&(known.next_ask, index));
        known.refused(now, refusal.retry_after, refusal.error);
        self.due.insert((known.next_ask, index));
        self.tasks.spawn(keep(Arc::clone(context), held.feed.id.clone(), Some(known.clone())));
    }

    /// Answers the callback's server; returns the feed for which something waits.
    pub(super) fn answer<F: Fetch>(&mut self, context: &Arc<Context<F>>, call: Call, now: Timestamp) -> Option<usize> {
        // Whoever asked may have gone: what they are told is dropped then.
        match call {
            Call::Known { token, answer } => {
                answer.send(self.by_token.contains_key(token.expose())).ok();
            }
            Call::Intent { .. } if self.tasks.len() >= TASKS_AND_CALLS_MAX => {}
            Call::Intent { token, intent, answer } => {
                let index = self.by_token.get(token.expose()).copied();
                let Some((index, held)) = index.and_then(|index| Some((index, self.held.get_mut(&index)?))) else {
                    answer.send(self.farewells.hear(&token, &intent)).ok();
                    return None;
                };
                let before = held.subscription.next_ask;
                let reply = held.subscription.hear(&intent, now);
                if reply == Reply::NotOurs {
                    answer.send(reply).ok();
                    return None;
                }
                self.due.remove(&(before, index));
                self.due.insert((held.subscription.next_ask, index));
                let keeping = keep(Arc::clone(context), held.feed.id.clone(), Some(held.subscription.clone()));
                self.tasks.spawn(async {
                    let done = keeping.await;
                    answer.send(reply).ok();
                    done
                });
            }
            Call::Push { token, pushed, answer } => {
                let index = self.by_token.get(token.expose()).copied();
                answer.send(index.is_some()).ok();
                self.pushes.entry(index?).or_default().push_back(pushed);
                return index;
            }
        }
        None
    }

    /// Returns the body that waits longest for the feed, with the key of its signature.
    pub(super) fn next_push(&mut self, index: usize) -> Option<(Pushed, Secret)> {
        let waiting = self.pushes.get_mut(&index)?;
        let pushed = waiting.pop_front();
        if waiting.is_empty() {
            self.pushes.remove(&index);
        }
        Some((pushed?, self.held.get(&index)?.subscription.secret.clone()))
    }

    pub(super) fn has_push(&self, index: usize) -> bool {
        self.pushes.contains_key(&index)
    }

    /// Takes note that a document was pushed.
    pub(super) fn pushed<F: Fetch>(&mut self, context: &Arc<Context<F>>, index: usize, now: Timestamp) {
        let Some(held) = self.held.get_mut(&index) else { return };
        held.subscription.pushed = Some(now);
        self.tasks.spawn(keep(Arc::clone(context), held.feed.id.clone(), Some(held.subscription.clone())));
    }

    /// Lets go of a feed that is no longer polled; should it return, its next poll asks the hub anew.
    pub(super) fn leave(&mut self, index: usize, now: Timestamp) {
        self.pushes.remove(&index);
        if let Some(feed) = self.give_back(index, now) {
            self.farewells.forget(feed.id.clone());
        }
    }

    pub(super) async fn shutdown(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Asks a hub. Its row is stored first: the hub may call back before it answers.
async fn ask<F: Fetch>(context: Arc<Context<F>>, feed: Arc<Feed>, (index, asked): (usize, Box<Subscription>)) -> Done {
    let kept = context.shared.store.keep_subscription(&feed.id, Some(Subscription::clone(&asked))).await;
    if let Err(err) = kept {
        let refused = Some(Refusal { error: causes(&err), retry_after: None });
        return Done::Asked { index, asked, refused };
    }
    let sent = context.fetch.post(post(Some(&feed), &asked.announced.hub, asked.form())).await;
    let refused = sent.err().map(|err| Refusal { error: causes(&err), retry_after: err.0.retry_after() });
    Done::Asked { index, asked, refused }
}

/// Addresses a form to the hub of a feed; one that is no longer known has none of the user's permissions.
fn post(feed: Option<&Feed>, hub: &Url, form: String) -> Post {
    // A feed names whatever hub it likes: what the user allows the feed's own server, no other server has.
    let is_own = feed.is_some_and(|feed| hub.origin() == feed.url.origin());
    match feed.map(|feed| feed.page_request(hub.clone())) {
        Some(own) => Post { url: own.url, form, is_private_allowed: own.is_private_allowed && is_own, tls: own.tls },
        None => Post { url: hub.clone(), form, is_private_allowed: false, tls: Tls::Verified },
    }
}

/// Stores what is known of a subscription. Two writes may change places: then a hub is asked too soon after a restart.
async fn keep<F: Fetch>(context: Arc<Context<F>>, feed_id: String, held: Option<Subscription>) -> Done {
    if let Err(err) = context.shared.store.keep_subscription(&feed_id, held).await {
        tracing::debug!(feed = feed_id, reason = causes(&err), "its subscription is not stored");
    }
    Done::Kept
}
