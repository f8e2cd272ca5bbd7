//! Owns `check`: everything that is wrong, in one go.

use clap::Args;
use serde_json::json;

use super::args::{Format, Global};
use super::exit::Failure;
use super::output::{Out, count};
use crate::config::{self, Config};
use crate::publish::kafka::{self, EnsureError};
use crate::tag::Coder;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Also reach the broker and look at the topics, and ask the schema registry
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
    let Coding { persons, packs, tests } = coding(&config)?;
    let outlets: std::collections::BTreeSet<&str> = config.feeds.iter().map(|feed| feed.outlet.id.as_str()).collect();
    let broker = if args.online { Some(online(&config)?) } else { None };
    if global.format == Format::Json {
        let target = config.settings.target().to_string();
        let counts = json!({ "ok": true, "feeds": config.feeds.len(), "outlets": outlets.len(), "persons": persons, "packs": packs, "pack_tests": tests, "host_rules": config.rules.n_hosts(), "sink": target, "broker": broker });
        return Ok(out.json(&counts)?);
    }
    let feeds = count(config.feeds.len(), "feed");
    out.line(&format!("{}: ok, {feeds} of {}", path.display(), count(outlets.len(), "outlet")))?;
    out.line(&format!("roster: ok, {}", count(persons, "person")))?;
    out.line(&format!("packs: ok, {}, {}", count(packs, "pack"), count(tests, "test")))?;
    out.line(&format!("outlets: ok, {}", count(config.rules.n_hosts(), "host rule")))?;
    out.line(&format!("records go to {}", config.settings.target()))?;
    for note in broker.into_iter().flatten() {
        out.line(&note)?;
    }
    Ok(())
}

/// What the coder is made of.
struct Coding {
    persons: usize,
    packs: usize,
    tests: usize,
}

/// Compiles packs, roster and topics as the daemon will, and runs the tests of all packs.
fn coding(config: &Config) -> Result<Coding, Failure> {
    let wrong = |err: anyhow::Error| Failure::Setup(format!("{err:#}"));
    let coder = Coder::load(&config.settings.tag).map_err(|err| wrong(err.into()))?;
    let tests = coder.self_test().map_err(|err| wrong(err.into()))?;
    Ok(Coding { persons: coder.roster().persons.len(), packs: coder.n_packs(), tests })
}

/// Reaches the broker that is configured and looks at the topics; asks the schema registry, if one is.
fn online(config: &Config) -> Result<Vec<String>, Failure> {
    if config.settings.kafka.brokers.is_none() {
        return Err(Failure::Setup("check --online needs `kafka.brokers`".to_owned()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let checked = runtime.block_on(kafka::check_online(&config.settings.kafka, &config.settings.publish));
    checked.map_err(|err| match err {
        EnsureError::Unreachable { .. } | EnsureError::Refused { .. } | EnsureError::Registry { .. } => {
            Failure::Broker(format!("{:#}", anyhow::Error::from(err)))
        }
        EnsureError::Config(_) => Failure::Setup(format!("{:#}", anyhow::Error::from(err))),
        _ => Failure::Failed(err.into()),
    })
}
