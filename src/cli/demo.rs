//! Owns `demo`, from the command line on.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use clap::Args;
use jiff::tz::TimeZone;

use super::args::{Format, Global};
use super::exit::Failure;
use super::output::{self, Out};
use super::threads;
use crate::demo::{DemoError, Options, Outcome, Paint, Screen, Table, Until, View};

/// Columns of a terminal that does not say how wide it is.
const WIDTH: usize = 120;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// End when every expected event has arrived
    #[arg(long)]
    once: bool,
    /// Deliver to this broker instead of the in-process one
    #[arg(long, value_name = "HOST:PORT")]
    brokers: Option<String>,
}

pub(super) fn run(args: &DemoArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let until = if args.once { Until::Told } else { Until::Stopped };
    let options = Options { until, brokers: args.brokers.clone() };
    let mut words = io::stderr();
    let mut screen = Screen::new(view(global), out, &mut words);
    match threads::block_on(crate::demo::run(&options, &mut screen)).context("start threads")? {
        Ok(Outcome::AllArrived | Outcome::Stopped) => Ok(()),
        // The summary has said what is missing.
        Ok(Outcome::Incomplete) => Err(Failure::Reported),
        Err(DemoError::Output(err)) => Err(err.into()),
        Err(err @ DemoError::Consumer(_)) => Err(Failure::Broker(format!("{:#}", anyhow::Error::from(err)))),
        Err(err) => Err(Failure::Failed(err.into())),
    }
}

/// A table for people at a terminal, lines of JSON for everyone else.
fn view(global: &Global) -> View {
    let stdout = io::stdout();
    if global.format == Format::Json || !stdout.is_terminal() {
        return View::Lines;
    }
    let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
    let paint = if output::is_colored(global.color, &stdout) { Paint::Colored } else { Paint::Plain };
    View::Table(Table::new(width, paint, TimeZone::system()))
}
