//! Owns the loops: poll, collect, resolve, deliver, and the order in which they end. Stages are called from here and
//! know nothing of it.
//!
//! ```text
//! poll --entries--> collect --coded--> resolve --outbox--> deliver
//! ```
//!
//! What stands between two commits is in the store: entries that wait, records that wait. The channels only carry what
//! need not be read back from there.

mod backoff;
mod collect;
mod deliver;
mod health;
mod house;
mod lanes;
mod latest;
mod poll;
mod pool;
mod rehearse;
mod resolve;
mod supervise;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::watch;
use url::Url;

use self::pool::Pool;
use crate::clock::Clock;
use crate::config::Feed;
use crate::feed::schedule;
use crate::fetch::Tls;
use crate::metrics::{Metrics, Seconds, observe};
use crate::outlet::HostRules;
use crate::publish::message::Envelope;
use crate::store::Store;
use crate::tag::Coder;

pub use deliver::{DeliverError, Delivery, Trouble};
pub use health::{Health, Loop};
pub use poll::{Call, FeedStatus, Pushed, Pushing, Question, Start, policy};
pub use rehearse::{Rehearsal, Rehearsed, read_entry, read_page};
pub use supervise::{Ears, Pipeline, PipelineError};

/// Limits of the loops.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Feeds polled at once. Default 64.
    pub polls_in_flight_max: usize,
    /// Articles fetched and coded at once. Default 32.
    pub articles_in_flight_max: usize,
    /// Of these, those of one host. Default 2: a slow host leaves room for the others.
    pub host_in_flight_max: usize,
    /// How long one page may take to be read, one article to be coded; what takes longer is given up. Default 10 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub article_timeout: Duration,
    /// Tries of an article whose page cannot be had for a reason that may pass. Default 5.
    pub attempts_max: u32,
    /// Pause before the second try; doubles with each. Default 1 minute.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retry_pause: Duration,
    /// Longest pause between two tries. Default 6 hours.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retry_pause_max: Duration,
    /// Records that may wait for the sink; above it polling pauses. Default 1,000,000.
    pub spool_records_max: u64,
    /// How long a stop waits for what is under way. Default 8 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub shutdown_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            polls_in_flight_max: 64,
            articles_in_flight_max: 32,
            host_in_flight_max: 2,
            article_timeout: Duration::from_secs(10),
            attempts_max: 5,
            retry_pause: Duration::from_mins(1),
            retry_pause_max: Duration::from_hours(6),
            spool_records_max: 1_000_000,
            shutdown_timeout: Duration::from_secs(8),
        }
    }
}

/// How long a pipeline runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Until it is stopped.
    Daemon,
    /// Until every feed was polled once and all that came of it is delivered.
    Once,
}

/// What every loop has at hand.
pub struct Shared {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub health: Arc<Health>,
    pub config: Config,
    pub envelope: Envelope,
}

/// Feeds by id.
pub type Feeds = HashMap<String, Arc<Feed>>;

/// What a reload puts another in the place of.
#[derive(Debug, Clone)]
pub struct InForce {
    pub feeds: watch::Receiver<Arc<Feeds>>,
    pub coder: watch::Receiver<Arc<Coder>>,
    pub rules: watch::Receiver<Arc<HostRules>>,
}

/// How often is polled, and who may call.
#[derive(Debug, Clone)]
pub struct Plan {
    pub schedule: schedule::Config,
    /// Where hubs reach the daemon.
    pub public_url: Option<Url>,
}

/// What the loops that fetch have at hand.
pub struct Context<F> {
    pub shared: Arc<Shared>,
    pub fetch: F,
    pub in_force: InForce,
    pub schedule: schedule::Config,
    pub mode: Mode,
    /// Where hubs reach the daemon; `None` switches WebSub off.
    pub public_url: Option<Url>,
    /// One thread a core, for what reads and codes.
    pool: Pool,
}

impl<F> Context<F> {
    /// Puts together what the loops share, and starts the threads that read and code.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(shared: Arc<Shared>, fetch: F, in_force: InForce, plan: Plan, mode: Mode) -> io::Result<Self> {
        let Plan { schedule, public_url } = plan;
        // A single round is over before any hub could call.
        let public_url = public_url.filter(|_| mode == Mode::Daemon);
        note_unverified(&shared, &in_force.feeds.borrow());
        let n_cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = Pool::start(n_cores, shared.config.article_timeout)?;
        Ok(Self { shared, fetch, in_force, schedule, mode, public_url, pool })
    }
}

impl<F> Context<F> {
    /// Passes on how many threads are stuck.
    fn watch_threads(&self) {
        let (n_abandoned, threads) = self.pool.abandoned();
        self.shared.metrics.abandoned_threads.set(i64::try_from(n_abandoned).unwrap_or(i64::MAX));
        self.shared.health.set_threads(threads);
    }
}

/// Says which feeds are read whatever their server's certificate.
fn note_unverified(shared: &Shared, feeds: &Feeds) {
    let mut n_unverified = 0;
    for feed in feeds.values().filter(|feed| feed.tls == Tls::Unverified) {
        tracing::warn!(feed = feed.id, "its server's certificate is not verified, as configured");
        n_unverified += 1;
    }
    shared.metrics.unverified_feeds.set(n_unverified);
}

/// Has `work` observe how long it takes once it has its turn.
fn timed<T, W: FnOnce() -> T>(seconds: &Seconds, work: W) -> impl FnOnce() -> T + use<T, W> {
    let seconds = seconds.clone();
    move || {
        let started = Instant::now();
        let done = work();
        observe(&seconds, started.elapsed());
        done
    }
}
