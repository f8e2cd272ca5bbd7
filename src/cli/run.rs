//! Owns `run`: the daemon, from the command line on.

use clap::Args;

use super::args::Global;
use super::exit::{Failure, say};
use crate::config::Settings;
use crate::publish::Target;

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Poll every feed once, deliver all, and end
    #[arg(long)]
    once: bool,
    /// kafka, ndjson:DIR or stdout, whatever the configuration says
    #[arg(long, value_name = "SINK")]
    sink: Option<Target>,
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
    let once = args.once;
    Err(Failure::Failed(anyhow::anyhow!("the pipeline is not there yet (once: {once}, {} feeds)", config.feeds.len())))
}

/// Reports whether files stand in for a broker that nobody configured.
fn is_fallback(settings: &Settings) -> bool {
    settings.sink.is_none() && settings.kafka.brokers.is_none()
}
