//! Owns `run`: the daemon, from the command line on.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::args::Global;
use super::exit::{Failure, say};
use super::threads;
use crate::app::{self, App, AppConfig, StartError};
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::pipeline::{DeliverError, Mode, PipelineError};
use crate::publish::kafka::Adoption;
use crate::publish::{Sink, Target};
use crate::store::StoreError;
use crate::{reload, shutdown};

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Poll every feed once, deliver all, and end
    #[arg(long)]
    once: bool,
    /// kafka, ndjson:DIR or stdout, whatever the configuration says
    #[arg(long, value_name = "SINK")]
    sink: Option<Target>,
    /// Go on from this state directory although Kafka knows of records that it never held
    #[arg(long)]
    adopt: bool,
}

pub(super) fn run(args: &RunArgs, global: &Global) -> Result<(), Failure> {
    let mut config = super::config::load(global)?;
    if let Some(sink) = &args.sink {
        config.settings.sink = Some(sink.clone());
    }
    let settings = &config.settings;
    let target = settings.target();
    if target == Target::Kafka && settings.kafka.brokers.is_none() {
        return Err(Failure::Setup("--sink kafka needs `kafka.brokers`".to_owned()));
    }
    if is_fallback(settings) {
        say(&format!("hotline: no broker is configured (kafka.brokers), records go to {target}"));
    }
    if config.feeds.is_empty() && config.lists.is_empty() {
        return Err(Failure::Setup("no feeds are configured (feeds.d/*.toml beside the main file)".to_owned()));
    }
    let mode = if args.once { Mode::Once } else { Mode::Daemon };
    let app =
        AppConfig { settings: config.settings, feeds: config.feeds, lists: config.lists, rules: config.rules, mode };
    let adoption = if args.adopt { Adoption::Adopt } else { Adoption::Refuse };
    threads::block_on(run_app(app, adoption)).context("start threads")?
}

async fn run_app(config: AppConfig, adoption: Adoption) -> Result<(), Failure> {
    let (mode, n_feeds) = (config.mode, config.feeds.len());
    let settings = &config.settings;
    let sink = Sink::open(&settings.target(), &settings.publish, &settings.kafka);
    let mut sink = sink.map_err(|err| Failure::Failed(err.into()))?;
    sink.set_adoption(adoption);
    let target = settings.target();
    let app = app::start(config, sink, Arc::new(SystemClock)).await.map_err(refused)?;
    let signals = shutdown::on_signals(app.shutdown()).context("listen for signals")?;
    let hangups = reload::on_signals(app.reloads()).context("listen for SIGHUP")?;
    let status = app.http_address().map(|address| format!("http://{address}/"));
    tracing::info!(feeds = n_feeds, sink = %target, status, "running");
    let totals = tokio::select! {
        ended = App::wait(app) => ended.map_err(broken_off)?,
        // It ends with the program only.
        () = signals => return Ok(()),
        () = hangups => return Ok(()),
    };
    match mode {
        Mode::Once => say(&format!("hotline: {n_feeds} feeds, {totals}")),
        Mode::Daemon => tracing::info!(%totals, "stopped"),
    }
    Ok(())
}

fn refused(err: StartError) -> Failure {
    match err {
        StartError::Store(err @ StoreError::InUse { .. }) => Failure::TryAgain(err.to_string()),
        StartError::Store(err @ StoreError::TooNew { .. }) => Failure::Setup(err.to_string()),
        StartError::Coder(err) => Failure::Setup(format!("{:#}", anyhow::Error::from(err))),
        err => Failure::Failed(err.into()),
    }
}

fn broken_off(err: PipelineError) -> Failure {
    match err {
        PipelineError::Deliver(err @ DeliverError::Undelivered { .. }) => Failure::Broker(err.to_string()),
        err => Failure::Failed(err.into()),
    }
}

/// Reports whether files stand in for a broker that nobody configured.
fn is_fallback(settings: &Settings) -> bool {
    settings.sink.is_none() && settings.kafka.brokers.is_none()
}
