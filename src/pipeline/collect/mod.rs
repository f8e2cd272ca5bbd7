//! Owns the loop that hands entries to workers, fairly between hosts. The queue itself is the store's: what is lost here
//! by a stop is handed out again.

mod build;
mod obtain;
mod work;

pub(super) use build::{article, hints};
pub(super) use obtain::Obtained;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};
use url::Url;

use super::health::{BEAT, Loop};
use super::lanes::Lanes;
use super::resolve::Coded;
use super::{Context, Mode};
use crate::fetch::Fetch;
use crate::metrics::Queue;
use crate::shutdown::Stop;
use crate::store::Pending;
use crate::telemetry::causes;

/// Entries that wait in memory; more wait in the store, and polls wait with theirs.
const WAITING_MAX: usize = 2_000;
/// Entries asked of the store at a time.
const HANDED_OUT_MAX: usize = 500;
/// How often the store is asked for entries whose time has come.
const REFILL_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) struct Collector<F> {
    context: Arc<Context<F>>,
    coded: mpsc::Sender<Coded>,
    lanes: Lanes<Pending>,
    running: JoinSet<()>,
    by_task: HashMap<Id, (String, Held)>,
    in_hand: HashSet<String>,
    refilled: Option<Instant>,
    /// The store may have more entries that are due.
    has_more: bool,
}

/// What is known of an entry whose worker broke.
struct Held {
    article_id: String,
    n_attempts: u32,
}

impl<F: Fetch> Collector<F> {
    pub(super) fn new(context: Arc<Context<F>>, coded: mpsc::Sender<Coded>) -> Self {
        let lanes = Lanes::new(context.shared.config.host_in_flight_max);
        Self {
            context,
            coded,
            lanes,
            running: JoinSet::new(),
            by_task: HashMap::new(),
            in_hand: HashSet::new(),
            refilled: None,
            has_more: true,
        }
    }

    /// Collects until `entries` is closed and nothing is left to do; after a stop only finishes what is in work.
    pub(super) async fn run(mut self, mut entries: mpsc::Receiver<Vec<Pending>>, mut stop: Stop) {
        let shared = Arc::clone(&self.context.shared);
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_open = true;
        loop {
            shared.health.beat(Loop::Collect);
            self.refill().await;
            self.start();
            if !is_open && self.is_idle() && self.is_drained() {
                return;
            }
            let has_room = self.lanes.n_waiting() < WAITING_MAX;
            tokio::select! {
                () = stop.asked() => break,
                received = entries.recv(), if is_open && has_room => {
                    is_open = received.is_some();
                    // What the last polls could not hand over is in the store.
                    self.has_more |= !is_open;
                    self.accept(received.unwrap_or_default());
                }
                Some(joined) = self.running.join_next_with_id(), if !self.running.is_empty() => self.end(joined).await,
                _ = beat.tick() => {}
            }
        }
        // Half of the time is delivery's. What is cut off here is handed out again after the next start.
        let finished = tokio::time::timeout(shared.config.shutdown_timeout / 2, self.finish()).await;
        if finished.is_err() {
            self.running.shutdown().await;
        }
    }

    /// Waits for what is in work.
    async fn finish(&mut self) {
        let shared = Arc::clone(&self.context.shared);
        while let Some(joined) = shared.health.during(Loop::Collect, self.running.join_next_with_id()).await {
            self.end(joined).await;
        }
    }

    fn is_idle(&self) -> bool {
        self.running.is_empty() && self.lanes.n_waiting() == 0
    }

    /// A single round does not wait for entries that are put off; a daemon's channel closes only with a stop.
    fn is_drained(&self) -> bool {
        !self.has_more || self.context.mode == Mode::Daemon
    }

    /// Asks the store for entries that are due: those of an earlier run, those put off.
    async fn refill(&mut self) {
        let is_time = self.refilled.is_none_or(|at| at.elapsed() >= REFILL_EVERY);
        if self.lanes.n_waiting() >= WAITING_MAX / 2 || !(self.has_more || is_time) {
            return;
        }
        let shared = Arc::clone(&self.context.shared);
        let due = shared.store.due_entries(shared.clock.now(), HANDED_OUT_MAX);
        self.refilled = Some(Instant::now());
        match shared.health.during(Loop::Collect, due).await {
            Ok(pending) => {
                self.has_more = pending.len() == HANDED_OUT_MAX;
                self.accept(pending);
            }
            Err(err) => {
                self.has_more = false;
                tracing::warn!(reason = causes(&err), "entries that are due cannot be read, trying again");
            }
        }
    }

    fn accept(&mut self, pending: Vec<Pending>) {
        for one in pending {
            if !self.in_hand.insert(one.article_id.clone()) {
                continue;
            }
            let link = one.entry.link.as_deref().and_then(|link| Url::parse(link).ok());
            let host = link.as_ref().and_then(Url::host_str).map_or_else(|| one.feed_id.clone(), str::to_owned);
            self.lanes.push(&host, one);
        }
    }

    fn start(&mut self) {
        let shared = Arc::clone(&self.context.shared);
        while self.running.len() < shared.config.articles_in_flight_max {
            let Some((host, pending)) = self.lanes.take() else { break };
            let held = Held { article_id: pending.article_id.clone(), n_attempts: pending.n_attempts };
            let task = self.running.spawn(work::collect(Arc::clone(&self.context), pending, self.coded.clone()));
            self.by_task.insert(task.id(), (host, held));
        }
        self.context.watch_threads();
        shared.metrics.queue(Queue::EntriesWaiting, self.lanes.n_waiting());
        shared.metrics.queue(Queue::EntriesRunning, self.running.len());
        shared.metrics.queue(Queue::ArticlesCoded, self.coded.max_capacity() - self.coded.capacity());
    }

    async fn end(&mut self, joined: Result<(Id, ()), tokio::task::JoinError>) {
        let (id, is_broken) = match joined {
            Ok((id, ())) => (id, false),
            Err(err) => (err.id(), err.is_panic()),
        };
        let Some((host, held)) = self.by_task.remove(&id) else { return };
        self.lanes.release(&host);
        self.in_hand.remove(&held.article_id);
        if is_broken {
            // The panic hook has said where.
            let error = "internal error while collecting".to_owned();
            work::put_off(&self.context, &held.article_id, held.n_attempts, work::Later { error, at_least: None })
                .await;
        }
    }
}
