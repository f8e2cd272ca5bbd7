//! Owns one run of the demo, from start to end: newsroom, broker, the daemon's own pipeline, and the consumer.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rdkafka::error::KafkaError;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::broker::{Broker, topics};
use super::consumer::{Consumer, ConsumerError, Received};
use super::desk::{Desk, Step};
use super::feeds;
use super::ledger::{Finding, Ledger};
use super::newsroom::NewsroomError;
use super::screen::{Run, Screen};
use super::server::Server;
use crate::app::{self, AppConfig, StartError};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Feed, FirstPoll, Settings};
use crate::fetch::Tls;
use crate::metrics::Totals;
use crate::outlet::{Agency, HostRules};
use crate::pipeline::{Mode, PipelineError};
use crate::publish::kafka::{Delivery, Ensure};
use crate::publish::message::Envelope;
use crate::publish::{Articles, OpenError, Sink, Target};
use crate::shutdown;

/// Records that wait for the screen.
const RECEIVED_MAX: usize = 64;
/// How often the desk looks whether its last batch has arrived.
const LOOK: Duration = Duration::from_millis(200);
/// Pause between two polls of a feed, and between two requests: the server is the demo's own.
const POLL_EVERY: Duration = Duration::from_secs(1);
const REQUEST_PAUSE: Duration = Duration::from_millis(1);
/// How long the consumer is listened to after the pipeline has ended.
const LAST_RECORDS: Duration = Duration::from_millis(400);

/// What the user asked for.
#[derive(Debug, Clone)]
pub struct Options {
    pub until: Until,
    /// Instead of the in-process broker.
    pub brokers: Option<String>,
}

/// When the demo ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Every bundled article was told.
    Told,
    /// Someone ends it; the newsroom goes on printing.
    Stopped,
}

/// How the demo came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    AllArrived,
    /// An expected event is missing or different, or a record is not what it should be.
    Incomplete,
    /// It was ended before everything was told.
    Stopped,
}

/// Why the demo cannot run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("read the newsroom's files")]
    Newsroom(#[from] NewsroomError),
    #[error("listen on loopback")]
    Listen(#[source] std::io::Error),
    #[error("start the in-process broker")]
    Broker(#[source] KafkaError),
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    #[error("make a state folder {}", dir.display())]
    Folder {
        dir: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Sink(#[from] OpenError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    #[error("a part of the demo broke off")]
    Broken,
    #[error("print")]
    Output(#[from] std::io::Error),
}

/// Runs the demo and prints what the consumer sees.
///
/// # Errors
/// [`DemoError`] says which part failed; nothing of the demo runs any more, and its state is removed.
pub async fn run(options: &Options, screen: &mut Screen<'_>) -> Result<Outcome, DemoError> {
    let start = SystemClock.now();
    let server = Server::bind().await.map_err(DemoError::Listen)?;
    let port = server.address.port();
    let desk = Desk::open(format!("http://{}", server.address), start)?;
    let mut serving = JoinSet::new();
    serving.spawn(server.serve(desk.editions()));
    let folder = Folder::make(start.as_millisecond())?;
    let mut settings = settings(&folder.dir, port);
    let broker = match &options.brokers {
        Some(brokers) => Broker::Named(brokers.clone()),
        None => Broker::in_process(&settings.publish.topic_prefix).map_err(DemoError::Broker)?,
    };
    settings.kafka.brokers = Some(broker.address());
    if options.brokers.is_none() {
        settings.kafka.topics.ensure = Ensure::Skip;
        // The broker in this process only pretends to have transactions.
        settings.kafka.delivery = Delivery::AtLeastOnce;
    }
    let (received, consumer) = follow(&settings).await?;
    let topic_prefix = settings.publish.topic_prefix.clone();
    let source = Envelope::new(&settings.publish, "").source;
    let ledger = Ledger::default();
    let mut session = Session { desk, ledger, received, topic_prefix, source, last_record: start, is_told: false };
    let played = session.play(settings, &broker, options.until, screen).await;
    // The broker goes last, or its clients would miss it.
    session.received.close();
    consumer_end(consumer).await?;
    let totals = played?;
    let lasted = SystemClock.now().duration_since(start);
    let desk = &session.desk;
    let run = Run { day: desk.press().day, lasted, is_newsroom_its_own: desk.is_bundled_only() };
    screen.sum_up(&session.ledger, &desk.newsroom, run)?;
    screen.say(&format!("the pipeline counted {totals}"))?;
    Ok(session.outcome())
}

/// What one run keeps in hand.
struct Session {
    desk: Desk,
    ledger: Ledger,
    received: mpsc::Receiver<Received>,
    topic_prefix: String,
    /// `ce_source` of this run's records.
    source: String,
    last_record: Timestamp,
    /// Every bundled article was printed, and has arrived or will not.
    is_told: bool,
}

impl Session {
    /// Runs the pipeline until all is told or someone ends it, then until it has ended in order.
    async fn play(
        &mut self,
        settings: Settings,
        broker: &Broker,
        until: Until,
        screen: &mut Screen<'_>,
    ) -> Result<Totals, DemoError> {
        let sink = Sink::open(&settings.target(), &settings.publish, &settings.kafka)?;
        let config = AppConfig {
            settings,
            feeds: feed_list(&self.desk),
            lists: Vec::new(),
            rules: Arc::new(rules()),
            mode: Mode::Daemon,
        };
        let app = app::start(config, sink, Arc::new(SystemClock)).await?;
        let status = app.http_address().map(|address| format!("http://{address}/"));
        let shutdown = app.shutdown();
        let mut signals = pin!(shutdown::on_signals(shutdown.clone())?);
        let mut stop = shutdown.listen();
        let mut ended = pin!(app.wait());
        self.last_record = SystemClock.now();
        self.desk.begin(self.last_record);
        welcome(screen, &self.desk, broker, status)?;
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                record = self.received.recv() => self.show(&record.ok_or(DemoError::Broken)?, screen)?,
                _ = look.tick() => {
                    if self.is_over(until) {
                        break;
                    }
                }
                outcome = &mut ended => return outcome.map_err(DemoError::from).and(Err(DemoError::Broken)),
                () = stop.asked() => break,
                () = &mut signals => break,
            }
        }
        shutdown.stop();
        let totals = ended.await?;
        while let Ok(Some(record)) = tokio::time::timeout(LAST_RECORDS, self.received.recv()).await {
            self.show(&record, screen)?;
        }
        Ok(totals)
    }

    /// Takes the desk a step further and tells whether nothing is left to wait for.
    fn is_over(&mut self, until: Until) -> bool {
        let now = SystemClock.now();
        if !self.is_told {
            self.is_told = self.desk.advance(&self.ledger, self.last_record, now) == Step::Told;
            return false;
        }
        if until == Until::Stopped {
            self.desk.go_on(now);
        }
        until == Until::Told
    }

    fn show(&mut self, received: &Received, screen: &mut Screen<'_>) -> std::io::Result<()> {
        // On a broker of the user's, others may write to the same topics.
        if received.record.header("ce_source").is_some_and(|source| source != self.source) {
            return Ok(());
        }
        self.last_record = SystemClock.now();
        let entry = self.ledger.take(received, &self.topic_prefix, self.last_record);
        screen.show(received, &entry, self.last_record)
    }

    fn outcome(&self) -> Outcome {
        if !self.is_told {
            return Outcome::Stopped;
        }
        let findings = self.ledger.findings(&self.desk.newsroom, self.desk.press().day);
        let have_all_arrived = findings.iter().all(|(_, finding)| matches!(finding, Finding::Arrived { .. }));
        if have_all_arrived && self.ledger.broken.is_empty() { Outcome::AllArrived } else { Outcome::Incomplete }
    }
}

/// The daemon's defaults, but for where things are, and the patience with a server of one's own.
fn settings(state_dir: &Path, port: u16) -> Settings {
    let mut settings = Settings { state_dir: state_dir.to_owned(), sink: Some(Target::Kafka), ..Settings::default() };
    settings.publish.instance = format!("demo-{}", std::process::id());
    settings.publish.articles = Articles::All;
    settings.fetch.ports = vec![port];
    settings.fetch.host_delay = REQUEST_PAUSE;
    settings.schedule.interval = POLL_EVERY;
    settings.schedule.interval_max = POLL_EVERY;
    "127.0.0.1:0".clone_into(&mut settings.http.listen);
    settings
}

/// Returns how the newsroom's own agency is credited.
#[must_use]
pub fn rules() -> HostRules {
    let mut rules = HostRules::default();
    rules.agencies_mut().put("nordlys", Agency { credits: vec!["nordlys".to_owned()], ..Agency::default() });
    rules
}

fn feed_list(desk: &Desk) -> Vec<Feed> {
    let mut list = Vec::new();
    for paper in &desk.newsroom.papers {
        let url = format!("{}{}", desk.press().base, feeds::path(paper));
        let Ok(url) = url::Url::parse(&url) else { continue };
        list.push(Feed {
            id: paper.outlet.id.clone(),
            url,
            outlet: Arc::clone(&paper.outlet),
            country: Some(paper.country.clone()),
            lang: None,
            interval: None,
            was: Vec::new(),
            first_poll: FirstPoll::PublishAll,
            is_private_allowed: true,
            tls: Tls::Verified,
        });
    }
    list
}

type Following = JoinHandle<Result<(), ConsumerError>>;

/// Starts the consumer before anything is delivered. It ends when nobody takes its records any more.
async fn follow(settings: &Settings) -> Result<(mpsc::Receiver<Received>, Following), DemoError> {
    let brokers = settings.kafka.brokers.clone().unwrap_or_default();
    let topics = topics(&settings.publish.topic_prefix);
    let opened = tokio::task::spawn_blocking(move || Consumer::open(&brokers, topics)).await;
    let consumer = opened.map_err(|_| DemoError::Broken)??;
    let (sender, receiver) = mpsc::channel(RECEIVED_MAX);
    Ok((receiver, tokio::task::spawn_blocking(move || consumer.follow(&sender))))
}

async fn consumer_end(consumer: Following) -> Result<(), DemoError> {
    Ok(consumer.await.map_err(|_| DemoError::Broken)??)
}

fn welcome(screen: &mut Screen<'_>, desk: &Desk, broker: &Broker, status: Option<String>) -> std::io::Result<()> {
    let where_to = match broker {
        Broker::InProcess(_) => "in this process, real protocol",
        Broker::Named(_) => "yours",
    };
    screen.say("hotline demo: all news below is invented, the pipeline is the daemon's own")?;
    screen.say(&format!("  newsroom  {}/ ({} feeds)", desk.press().base, desk.newsroom.papers.len()))?;
    screen.say(&format!("  broker    {} ({where_to})", broker.address()))?;
    if let Some(status) = status {
        screen.say(&format!("  status    {status}"))?;
    }
    screen.open()
}

/// The state folder: removed with everything in it when the demo ends.
struct Folder {
    dir: PathBuf,
}

impl Folder {
    fn make(millisecond: i64) -> Result<Self, DemoError> {
        let name = format!("hotline-demo-{}-{millisecond}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir(&dir).map_err(|source| DemoError::Folder { dir: dir.clone(), source })?;
        Ok(Self { dir })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(err) = std::fs::remove_dir_all(&self.dir) {
            tracing::warn!(dir = %self.dir.display(), error = %err, "the demo's state folder is left behind");
        }
    }
}
