//! Owns `feeds`: what is configured, where each feed stands, and acting on one.

mod opml;
mod show;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::Value;

use super::args::{Format, Global};
use super::exit::Failure;
use super::output::Out;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Config, Feed};
use crate::control::{self, Ask};
use crate::feed::websub::Subscription;
use crate::pipeline::FeedStatus;
use crate::store::{FeedState, Peek, Store, StoreError};

#[derive(Debug, Args)]
pub(super) struct FeedsArgs {
    #[command(subcommand)]
    command: FeedsCommand,
}

#[derive(Debug, Subcommand)]
enum FeedsCommand {
    /// Print every feed with its next poll, and why then
    List,
    /// Print everything about one feed, or about a list on the web
    Show(OneFeed),
    /// Have the running daemon poll a feed now
    Poll(OneFeed),
    /// Forget how a feed's polls went, so that the next starts anew; for a list, its last good copy
    Reset(OneFeed),
    /// Turn OPML into a feed list for feeds.d/; what is configured already is left out
    #[command(alias = "import")]
    ImportOpml(opml::ImportArgs),
    /// Print the configured feeds as OPML
    #[command(alias = "export")]
    ExportOpml,
}

#[derive(Debug, Args)]
struct OneFeed {
    /// Id as in the feed lists
    id: String,
}

pub(super) fn run(args: &FeedsArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let config = super::config::load(global)?;
    let format = global.format;
    match &args.command {
        FeedsCommand::List => list(&Known::read(config)?, format, out),
        FeedsCommand::Show(one) => show::run(&one.id, &Known::read(config)?, format, out),
        FeedsCommand::Poll(one) => poll(&one.id, &Known::read(config)?, format, out),
        FeedsCommand::Reset(one) => reset(&one.id, &Known::read(config)?, format, out),
        FeedsCommand::ImportOpml(args) => opml::import(args, &Known::read(config)?, out),
        FeedsCommand::ExportOpml => opml::export(&Known::read(config)?, out),
    }
}

/// What is configured, with what the store knows of it. The store is read beside the daemon that works on it.
struct Known {
    config: Config,
    /// Those of the feed lists and, as last seen, those of the lists on the web.
    feeds: Vec<Arc<Feed>>,
    peek: Option<Peek>,
    states: Vec<FeedState>,
    /// By feed id; none where WebSub is off.
    subscriptions: HashMap<String, Subscription>,
    now: Timestamp,
}

impl Known {
    fn read(config: Config) -> Result<Self, Failure> {
        let peek = Peek::open(&config.settings.state_dir).map_err(store_failure)?;
        let mut feeds = config.feeds.clone();
        let (mut states, mut subscriptions) = (Vec::new(), HashMap::new());
        if let Some(peek) = &peek {
            states = peek.feed_states().map_err(store_failure)?;
            if config.settings.http.public_url.is_some() {
                subscriptions = peek.subscriptions().map_err(store_failure)?.into_iter().collect();
            }
            for list in &config.lists {
                let Some(copy) = peek.list_copy(&list.id).map_err(store_failure)? else { continue };
                let outlines = crate::feed::opml::read(copy.document.as_bytes(), None).unwrap_or_default();
                feeds.extend(config::list_feeds(&outlines, list, &feeds));
            }
        }
        feeds.sort_by(|a, b| a.id.cmp(&b.id));
        let feeds = feeds.into_iter().map(Arc::new).collect();
        Ok(Self { config, feeds, peek, states, subscriptions, now: SystemClock.now() })
    }

    fn feed(&self, id: &str) -> Option<&Arc<Feed>> {
        self.feeds.iter().find(|feed| feed.id == id)
    }

    fn state(&self, feed: &Feed) -> Option<&FeedState> {
        let mut ids = std::iter::once(&feed.id).chain(&feed.was);
        ids.find_map(|id| self.states.iter().find(|state| state.feed_id == *id))
    }

    /// Returns where the feed stands, as the daemon would plan it from the store.
    fn status(&self, feed: &Arc<Feed>) -> FeedStatus {
        let poll = self.state(feed).map(|state| state.poll.clone()).unwrap_or_default();
        let held = std::iter::once(&feed.id).chain(&feed.was).find_map(|id| self.subscriptions.get(id));
        FeedStatus::planned(Arc::clone(feed), (&poll, held), &self.config.settings.schedule, self.now)
    }

    fn no_feed(&self, id: &str) -> Failure {
        let ids = self.feeds.iter().map(|feed| feed.id.as_str());
        let ids = ids.chain(self.config.lists.iter().map(|list| list.id.as_str()));
        let meant = config::nearest(id, ids).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Failure::Failed(anyhow::anyhow!("`{id}` is no configured feed{meant}"))
    }
}

fn store_failure(err: StoreError) -> Failure {
    match err {
        StoreError::InUse { .. } => Failure::TryAgain(err.to_string()),
        StoreError::TooNew { .. } => Failure::Setup(err.to_string()),
        err => Failure::Failed(err.into()),
    }
}

fn list(known: &Known, format: Format, out: &mut Out) -> Result<(), Failure> {
    let width = known.feeds.iter().map(|feed| feed.id.len()).max().unwrap_or_default();
    for feed in &known.feeds {
        let status = known.status(feed);
        if format == Format::Json {
            out.json(&status.to_json())?;
        } else {
            let wait = show::wait(status.next.at, known.now);
            out.line(&show::printable(&format!("{:<width$}  {wait:>9}  {}", feed.id, status.next.reason)))?;
        }
    }
    Ok(())
}

fn poll(id: &str, known: &Known, format: Format, out: &mut Out) -> Result<(), Failure> {
    if known.feed(id).is_none() {
        return Err(known.no_feed(id));
    }
    match ask(known, Ask::Poll, id)? {
        Some(answer) => told(&answer, known, format, out),
        None => Err(Failure::Failed(anyhow::anyhow!(
            "no daemon works in {}; `hotline probe {id}` polls the feed without one, and keeps nothing",
            known.config.settings.state_dir.display()
        ))),
    }
}

fn reset(id: &str, known: &Known, format: Format, out: &mut Out) -> Result<(), Failure> {
    let is_list = known.config.lists.iter().any(|list| list.id == id);
    if !is_list && known.feed(id).is_none() {
        return Err(known.no_feed(id));
    }
    if !is_list && let Some(answer) = ask(known, Ask::Reset, id)? {
        return told(&answer, known, format, out);
    }
    let was_known = known.peek.is_some() && block_on(forget(known, id, is_list))??;
    let what = match (was_known, is_list) {
        (true, false) => "is polled anew at the next start",
        (true, true) => "is taken as it is at the next start",
        (false, false) => "was never polled",
        (false, true) => "has no copy",
    };
    if format == Format::Json {
        return Ok(out.json(&serde_json::json!({ "id": id, "reset": was_known }))?);
    }
    Ok(out.line(&format!("{id}: {what}"))?)
}

async fn forget(known: &Known, id: &str, is_list: bool) -> Result<bool, Failure> {
    let store = Store::open(&known.config.settings.state_dir).await.map_err(store_failure)?;
    let forgotten = if is_list { store.forget_list(id).await } else { store.reset_feed(id).await };
    store.close().await.map_err(store_failure)?;
    forgotten.map_err(store_failure)
}

/// Asks the daemon; `None` when none works on the state directory.
fn ask(known: &Known, ask: Ask, id: &str) -> Result<Option<Value>, Failure> {
    let asked = block_on(control::ask(&known.config.settings.state_dir, ask, id))?;
    Ok(asked.with_context(|| format!("ask the daemon to poll `{id}`"))?)
}

fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    Ok(runtime.block_on(work))
}

/// Prints what the daemon says of a poll.
fn told(answer: &Value, known: &Known, format: Format, out: &mut Out) -> Result<(), Failure> {
    if let Some(error) = answer["error"].as_str().filter(|_| answer.get("id").is_none()) {
        return Err(Failure::Failed(anyhow::anyhow!("{error}")));
    }
    if format == Format::Json {
        out.json(answer)?;
    } else {
        let text = |name: &str| answer[name].as_str().unwrap_or_default();
        let wait = text("next").parse().map_or_else(|_| String::new(), |at| show::wait(at, known.now));
        let how = answer["error"].as_str().map_or_else(|| "polled".to_owned(), |error| format!("failed: {error}"));
        let line = format!("{}: {how}; next poll {wait}: {}", text("id"), text("next_reason"));
        out.line(&show::printable(&line))?;
    }
    if answer["error"].is_null() { Ok(()) } else { Err(Failure::Reported) }
}
