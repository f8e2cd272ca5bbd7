//! Owns the life of the loops: they start together and end from upstream to downstream, within a deadline.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::collect::Collector;
use super::deliver::{DeliverError, Deliverer};
use super::poll::Poller;
use super::resolve::{Resolver, Rules};
use super::{Context, Delivery, Loop, Question, Shared, house, latest};
use crate::event;
use crate::feed::websub::Subscription;
use crate::fetch::Fetch;
use crate::publish::{Articles, Publish};
use crate::shutdown::Shutdown;
use crate::store::{FeedState, StoreError};

/// Polls' catches on their way to collection.
const ENTRIES_MAX: usize = 64;
/// Coded articles on their way to resolution.
const CODED_MAX: usize = 100;

/// A pipeline ready to run.
pub struct Pipeline<F, P> {
    context: Arc<Context<F>>,
    sink: P,
    resolver: Resolver,
    states: HashMap<String, FeedState>,
    subscriptions: HashMap<String, Subscription>,
    shutdown: Shutdown,
}

/// What others ask a running pipeline.
pub struct Ears {
    pub questions: mpsc::Receiver<Question>,
    pub delivery: watch::Sender<Delivery>,
}

/// Why a pipeline ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error(transparent)]
    Deliver(#[from] DeliverError),
    /// A bug: the loop's code broke.
    #[error("the {which} loop broke")]
    Broken { which: &'static str },
}

impl<F: Fetch, P: Publish> Pipeline<F, P> {
    /// Reads what the store remembers, and gives the topic of newest states those it lacks.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read or written.
    pub async fn new(
        context: Context<F>,
        sink: P,
        event: event::Config,
        articles: Articles,
        shutdown: Shutdown,
    ) -> Result<Self, StoreError> {
        let shared = Arc::clone(&context.shared);
        latest::fill(&shared).await?;
        let states = shared.store.feed_states().await?;
        let states = states.into_iter().map(|state| (state.feed_id.clone(), state)).collect();
        let subscriptions = match context.public_url {
            Some(_) => shared.store.subscriptions().await?.into_iter().collect(),
            None => HashMap::new(),
        };
        let rules = Rules { event, articles, envelope: shared.envelope.clone() };
        let resolver = Resolver::new(shared, rules).await?;
        Ok(Self { context: Arc::new(context), sink, resolver, states, subscriptions, shutdown })
    }

    /// Runs until stopped or, in a single round, done. Afterwards nothing is in flight: what is not delivered waits in
    /// the store.
    ///
    /// # Errors
    /// [`PipelineError`] when the sink can never go on, a single round gives up, or code broke.
    pub async fn run(self, ears: Ears) -> Result<(), PipelineError> {
        let Self { context, sink, resolver, states, subscriptions, shutdown } = self;
        let shared = Arc::clone(&context.shared);
        let (entries, entries_out) = mpsc::channel(ENTRIES_MAX);
        let (coded, coded_out) = mpsc::channel(CODED_MAX);
        let (ingest_over, is_ingest_over) = watch::channel(false);
        let poller = Poller::new(Arc::clone(&context), (states, subscriptions), entries);
        let collector = Collector::new(Arc::clone(&context), coded);
        let deliverer = Deliverer {
            sink,
            shared: Arc::clone(&shared),
            is_ingest_over,
            state: ears.delivery,
            stop: shutdown.listen(),
            mode: context.mode,
        };
        let mut loops = Loops::default();
        let (stop, questions) = (shutdown.listen(), ears.questions);
        loops.spawn(Loop::Poll, endless(poller.run(questions, stop)));
        loops.spawn(Loop::Collect, endless(collector.run(entries_out, shutdown.listen())));
        loops.spawn(Loop::Resolve, endless(resolver.run(coded_out, shutdown.listen())));
        loops.spawn(Loop::Deliver, deliverer.run());
        let mut housekeeping = JoinSet::new();
        housekeeping.spawn(house::count(Arc::clone(&shared)));
        housekeeping.spawn(house::prune(Arc::clone(&shared)));
        housekeeping.spawn(house::check(Arc::clone(&shared)));
        shared.health.started();
        loops.watch(&shared, &shutdown, &ingest_over).await;
        housekeeping.shutdown().await;
        loops.failure.map_or(Ok(()), Err)
    }
}

#[derive(Default)]
struct Loops {
    running: JoinSet<Result<(), DeliverError>>,
    by_task: HashMap<Id, Loop>,
    failure: Option<PipelineError>,
}

impl Loops {
    fn spawn(&mut self, which: Loop, work: impl Future<Output = Result<(), DeliverError>> + Send + 'static) {
        let task = self.running.spawn(work);
        self.by_task.insert(task.id(), which);
    }

    /// Takes note of a loop's end, and of why if it was before its time.
    fn end(&mut self, joined: Result<(Id, Result<(), DeliverError>), JoinError>) -> Loop {
        let id = joined.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let which = self.by_task.get(&id).copied().unwrap_or(Loop::Poll);
        let failure = match joined {
            Ok((_, result)) => result.err().map(PipelineError::from),
            // The panic hook has said where.
            Err(_) => Some(PipelineError::Broken { which: which.as_str() }),
        };
        self.failure = self.failure.take().or(failure);
        which
    }

    /// Waits until all loops have ended; after a stop, or when one fails, within the deadline.
    async fn watch(&mut self, shared: &Shared, shutdown: &Shutdown, ingest_over: &watch::Sender<bool>) {
        let mut stop = shutdown.listen();
        let mut deadline = None;
        loop {
            let overdue = async {
                match deadline {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                joined = self.running.join_next_with_id() => {
                    let Some(joined) = joined else { return };
                    let which = self.end(joined);
                    shared.health.end(which);
                    if which == Loop::Resolve {
                        ingest_over.send_replace(true);
                    }
                    if self.failure.is_some() {
                        shutdown.stop();
                    }
                }
                () = stop.asked(), if deadline.is_none() => {
                    deadline = Some(Instant::now() + shared.config.shutdown_timeout);
                }
                () = overdue => {
                    tracing::warn!("not all was drained in time; the rest is in the store and comes with the next start");
                    self.running.shutdown().await;
                    return;
                }
            }
        }
    }
}

/// A loop that only ends, and never fails.
async fn endless(work: impl Future<Output = ()>) -> Result<(), DeliverError> {
    work.await;
    Ok(())
}
