//! Owns `check`: everything that is wrong, in one go.

use clap::Args;
use serde_json::json;

use super::args::{Format, Global};
use super::exit::Failure;
use super::output::{Out, count};
use crate::config::{self, Config};
use crate::publish::kafka::{self, EnsureError};
use crate::tag::roster::{Roster, topics};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Also reach the broker and look at the topics
    #[arg(long)]
    online: bool,
}

pub(super) fn run(args: &CheckArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let path = global.config_path();
    let config = match config::load(&path, &super::config::environment()) {
        Ok(config) => config,
        Err(problems) => {
            if global.format == Format::Json {
                out.json(&json!({ "ok": false, "problems": problems.to_json() }))?;
                std::io::Write::flush(out)?;
            }
            return Err(problems.into());
        }
    };
    let persons = roster()?;
    let outlets: std::collections::BTreeSet<&str> = config.feeds.iter().map(|feed| feed.outlet.id.as_str()).collect();
    let broker = if args.online { Some(online(&config)?) } else { None };
    if global.format == Format::Json {
        let target = config.settings.target().to_string();
        let counts = json!({ "ok": true, "feeds": config.feeds.len(), "outlets": outlets.len(), "persons": persons, "sink": target, "broker": broker });
        return Ok(out.json(&counts)?);
    }
    let feeds = count(config.feeds.len(), "feed");
    out.line(&format!("{}: ok, {feeds} of {}", path.display(), count(outlets.len(), "outlet")))?;
    out.line(&format!("roster: ok, {}", count(persons, "person")))?;
    out.line(&format!("records go to {}", config.settings.target()))?;
    for note in broker.into_iter().flatten() {
        out.line(&note)?;
    }
    Ok(())
}

/// Reads the roster and the topics as the daemon will; returns the number of persons.
fn roster() -> Result<usize, Failure> {
    let roster = Roster::core().map_err(|err| Failure::Setup(format!("roster: {:#}", anyhow::Error::from(err))))?;
    topics::core().map_err(|err| Failure::Setup(format!("topics: {:#}", anyhow::Error::from(err))))?;
    Ok(roster.persons.len())
}

/// Reaches the broker that is configured and looks at the topics.
fn online(config: &Config) -> Result<Vec<String>, Failure> {
    if config.settings.kafka.brokers.is_none() {
        return Err(Failure::Setup("check --online needs `kafka.brokers`".to_owned()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let checked = runtime.block_on(kafka::check_online(&config.settings.kafka, &config.settings.publish));
    checked.map_err(|err| match err {
        EnsureError::Unreachable { .. } => Failure::Broker(format!("{:#}", anyhow::Error::from(err))),
        EnsureError::Config(_) => Failure::Setup(format!("{:#}", anyhow::Error::from(err))),
        _ => Failure::Failed(err.into()),
    })
}
