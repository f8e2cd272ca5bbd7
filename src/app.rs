//! Owns the composition: configuration to a running pipeline. The daemon, the demo and the tests start the same way.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::config::{Feed, FeedList, Settings};
use crate::control;
use crate::fetch::{Client, ClientError};
use crate::http::{self, Sources};
use crate::lists::{self, Lists};
use crate::metrics::{Metrics, Totals};
use crate::outlet::HostRules;
use crate::pipeline::{
    Context, Delivery, Ears, Feeds, Health, InForce, Mode, Pipeline, PipelineError, Plan, Question, Shared,
};
use crate::publish::message::Envelope;
use crate::publish::{Origin, Publish};
use crate::reload::{Reloader, Reloads};
use crate::shutdown::Shutdown;
use crate::store::{Store, StoreError};
use crate::tag::{self, Coder, CoderError};
use crate::telemetry::causes;

/// Questions about feeds that wait for the poll loop.
const QUESTIONS_MAX: usize = 16;

/// What a pipeline is made of.
#[derive(Debug, Clone)]
pub struct AppConfig {
    pub settings: Settings,
    pub feeds: Vec<Feed>,
    /// Lists on the web whose feeds are added.
    pub lists: Vec<FeedList>,
    pub rules: Arc<HostRules>,
    pub mode: Mode,
}

/// Why a pipeline does not start. A variant exists because the program ends differently.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Coder(#[from] CoderError),
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A bug, or the program is being ended.
    #[error("load the coder: {0}")]
    Broken(String),
    #[error("start the threads that read and code")]
    Threads(#[source] std::io::Error),
    #[error("http.listen `{listen}`")]
    Listen {
        listen: String,
        #[source]
        source: std::io::Error,
    },
}

/// A running pipeline.
pub struct App {
    http_address: Option<SocketAddr>,
    shutdown: Shutdown,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    store: Store,
    questions: mpsc::Sender<Question>,
    pipeline: JoinSet<Result<(), PipelineError>>,
    server: JoinSet<std::io::Result<()>>,
    /// Ends the server: it answers until the pipeline has ended.
    server_end: Shutdown,
    reloads: Reloads,
    reloading: JoinSet<()>,
    commands: JoinSet<()>,
}

/// Starts a pipeline that delivers to `sink`. Nothing is asked of the sink or of any feed before it returns.
///
/// # Errors
/// [`StartError`] when the state directory is in use or too new, a pack or the address to listen on is not usable.
pub async fn start<P: Publish>(config: AppConfig, sink: P, clock: Arc<dyn Clock>) -> Result<App, StartError> {
    // First of all: a second daemon is to hear that there is one, not that its port is taken.
    let store = Store::open(&config.settings.state_dir).await?;
    let coder = load_coder(config.settings.tag.clone()).await?;
    compose(config, store, Arc::new(coder), sink, clock).await
}

/// Starts a pipeline with a coder that was compiled before.
///
/// # Errors
/// As [`start`].
pub async fn start_with_coder<P: Publish>(
    config: AppConfig,
    coder: Arc<Coder>,
    sink: P,
    clock: Arc<dyn Clock>,
) -> Result<App, StartError> {
    let store = Store::open(&config.settings.state_dir).await?;
    compose(config, store, coder, sink, clock).await
}

async fn compose<P: Publish>(
    config: AppConfig,
    store: Store,
    coder: Arc<Coder>,
    mut sink: P,
    clock: Arc<dyn Clock>,
) -> Result<App, StartError> {
    let AppConfig { settings, feeds, lists, rules, mode } = config;
    let target = settings.target().to_string();
    let listener = match mode {
        Mode::Daemon => listen(&settings.http).await?,
        // A single round may run beside the daemon, and is over before anyone asks.
        Mode::Once => None,
    };
    let http_address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let client = Arc::new(Client::new(&settings.fetch)?);
    let shared = share(&settings, store.clone(), Arc::clone(&clock), coder.version());
    let (metrics, health) = (Arc::clone(&shared.metrics), Arc::clone(&shared.health));
    let lists =
        Lists::new(Arc::clone(&client), store.clone(), (feeds, lists), Arc::clone(&clock), Arc::clone(&metrics));
    let (feeds, feeds_in_force) = watch::channel(Arc::new(lists::by_id(lists.read().await, &Feeds::new())));
    let socket = if mode == Mode::Daemon { bind(&settings.state_dir) } else { None };
    sink.attach(origin(&shared));
    let (coder, coder_in_force) = watch::channel(coder);
    let (rules, rules_in_force) = watch::channel(rules);
    let folders = (settings.tag, settings.outlet);
    let (reloader, reloads) = Reloader::new(folders, (coder, rules), Arc::clone(&metrics), Arc::clone(&clock));
    let (ask_lists, lists_asked) = mpsc::channel(1);
    let reloads = reloads.with(ask_lists);
    let in_force = InForce { feeds: feeds_in_force, coder: coder_in_force.clone(), rules: rules_in_force };
    let (shutdown, server_end) = (Shutdown::default(), Shutdown::default());
    let lists_interval = settings.schedule.lists_interval;
    let plan = Plan { schedule: settings.schedule, public_url: settings.http.public_url.clone() };
    let context = Context::new(shared, client, in_force, plan, mode).map_err(StartError::Threads)?;
    let pipeline = Pipeline::new(context, sink, settings.event, settings.publish.articles, shutdown.clone()).await?;
    let (questions, asked) = mpsc::channel(QUESTIONS_MAX);
    let delivery = watch::Sender::new(Delivery::default());
    let (mut server, mut commands) = (JoinSet::new(), JoinSet::new());
    if let Some(listener) = listener {
        let sources = Sources {
            metrics: Arc::clone(&metrics),
            health: Arc::clone(&health),
            store: store.clone(),
            started: clock.now(),
            clock,
            questions: questions.clone(),
            delivery: delivery.subscribe(),
            sink: target,
            coder: coder_in_force,
            reloaded: reloader.last(),
            callback: settings.http.callback(settings.fetch.feed_bytes_max),
            lists: lists.status(),
        };
        server.spawn(http::serve(listener, sources, server_end.listen()));
    }
    if let Some(socket) = socket {
        commands.spawn(socket.serve(questions.clone()));
    }
    let (mut running, mut reloading) = (JoinSet::new(), JoinSet::new());
    running.spawn(pipeline.run(Ears { questions: asked, delivery }));
    reloading.spawn(reloader.run());
    reloading.spawn(lists.follow(lists_interval, lists_asked, feeds));
    Ok(App {
        http_address,
        shutdown,
        metrics,
        health,
        store,
        questions,
        pipeline: running,
        server,
        server_end,
        reloads,
        reloading,
        commands,
    })
}

fn share(settings: &Settings, store: Store, clock: Arc<dyn Clock>, coder_version: &str) -> Arc<Shared> {
    Arc::new(Shared {
        store,
        clock,
        metrics: Arc::default(),
        health: Arc::default(),
        envelope: Envelope::new(&settings.publish, coder_version),
        config: settings.pipeline.clone(),
    })
}

/// Binds the socket for commands; without it the daemon works all the same.
fn bind(state_dir: &Path) -> Option<control::Socket> {
    let bound = control::Socket::bind(state_dir);
    bound
        .map_err(
            |err| tracing::warn!(reason = %err, "commands cannot reach this daemon: no socket in the state directory"),
        )
        .ok()
}

/// Says where records come from, before anything new enters the outbox.
fn origin(shared: &Shared) -> Origin {
    Origin {
        store_id: shared.store.store_id().to_owned(),
        last_seq: *shared.store.watch_outbox().borrow(),
        envelope: shared.envelope.clone(),
        clock: Arc::clone(&shared.clock),
    }
}

/// Compiles packs and roster, which takes a while, off the async threads.
async fn load_coder(config: tag::Config) -> Result<Coder, StartError> {
    match tokio::task::spawn_blocking(move || Coder::load(&config)).await {
        Ok(coder) => Ok(coder?),
        Err(err) => Err(StartError::Broken(err.to_string())),
    }
}

async fn listen(config: &http::Config) -> Result<Option<TcpListener>, StartError> {
    let failed = |source| StartError::Listen { listen: config.listen.clone(), source };
    let address = config.address().map_err(|err| failed(std::io::Error::other(err)))?;
    let Some(address) = address else { return Ok(None) };
    TcpListener::bind(address).await.map(Some).map_err(failed)
}

impl App {
    /// Returns where health, metrics and status are; `None` when they are switched off or in a single round.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http_address
    }

    /// Returns what asks this pipeline to end.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Returns what has packs, roster and topics loaded anew.
    #[must_use]
    pub fn reloads(&self) -> Reloads {
        self.reloads.clone()
    }

    #[must_use]
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    #[must_use]
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Has every feed polled now, whatever the schedule says. A feed that is being polled is left alone.
    pub async fn poll_all(&self) {
        if self.questions.send(Question::PollAll).await.is_err() {
            tracing::debug!("polling has ended, nothing is polled");
        }
    }

    /// Waits until the pipeline has ended: it was stopped, its single round is done, or it cannot go on. Then closes the
    /// store.
    ///
    /// # Errors
    /// [`PipelineError`] says why it could not go on.
    pub async fn wait(mut self) -> Result<Totals, PipelineError> {
        let ended = self.pipeline.join_next().await;
        self.server_end.stop();
        // A client that holds its connection open does not hold up the end.
        self.server.shutdown().await;
        self.reloading.shutdown().await;
        self.commands.shutdown().await;
        if let Err(err) = self.store.close().await {
            tracing::warn!(reason = causes(&err), "the store is not closed cleanly");
        }
        match ended {
            Some(Ok(result)) => result.map(|()| self.metrics.totals()),
            Some(Err(_)) | None => Err(PipelineError::Broken { which: "supervising" }),
        }
    }
}
