//! Owns `check`: everything that is wrong, in one go.

use clap::Args;
use serde_json::json;

use super::args::{Format, Global};
use super::exit::Failure;
use super::output::{Out, count};
use crate::config::{self, Config};

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
    let outlets: std::collections::BTreeSet<&str> = config.feeds.iter().map(|feed| feed.outlet.id.as_str()).collect();
    let broker = if args.online { Some(online(&config)?) } else { None };
    if global.format == Format::Json {
        let target = config.settings.target().to_string();
        let counts = json!({ "ok": true, "feeds": config.feeds.len(), "outlets": outlets.len(), "sink": target, "broker": broker });
        return Ok(out.json(&counts)?);
    }
    let feeds = count(config.feeds.len(), "feed");
    out.line(&format!("{}: ok, {feeds} of {}", path.display(), count(outlets.len(), "outlet")))?;
    out.line(&format!("records go to {}", config.settings.target()))?;
    if let Some(broker) = broker {
        out.line(&broker)?;
    }
    Ok(())
}

/// Reaches the broker that is configured.
fn online(config: &Config) -> Result<String, Failure> {
    if config.settings.kafka.brokers.is_none() {
        return Err(Failure::Setup("check --online needs `kafka.brokers`".to_owned()));
    }
    Err(Failure::Broker("check --online is not there yet".to_owned()))
}
