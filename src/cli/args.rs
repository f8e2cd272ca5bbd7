//! Owns what the commands take, and the help that teaches them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{check, config, demo, eval, extract, feed, feeds, probe, roster, run, schema, tag};

const EXAMPLES: &str = "\
Examples:
  hotline demo                                  see it work, without the internet
  hotline check                                 say all that is wrong in the configuration
  hotline run                                   poll the feeds, deliver to Kafka (or to files)
  hotline run --once --sink stdout | jq .value  one round over all feeds, records as JSON
  hotline extract page.html | hotline tag -     what a page says about calls and talks
  curl -s https://feeds.bbci.co.uk/news/world/rss.xml | hotline feed - | jq .title

Exit codes: 0 ok, 1 failed, 2 usage, 69 broker unavailable, 75 try again, 78 configuration error.";

/// Feeds in, coded events out of Kafka: reports of leader calls and negotiations, one event per real-world event.
#[derive(Debug, Parser)]
#[command(name = "hotline", version, after_help = EXAMPLES, max_term_width = 110)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Global {
    /// Main file; feed lists stand in feeds.d/ beside it [default: config/hotline.toml]
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How results that are not JSON anyway, and problems, are printed
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    pub(super) format: Format,
    /// More log lines (-vv: all)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Fewer log lines: only what a person must act on
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Colours: auto (on a terminal, unless NO_COLOR is set), always, never
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    pub(super) color: Color,
}

impl Global {
    /// Returns the main file to read.
    pub(super) fn config_path(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| PathBuf::from("config/hotline.toml"))
    }

    /// Returns the main file if the user named one.
    pub(super) fn config_named(&self) -> Option<PathBuf> {
        self.config.clone()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Poll the feeds, code what they report, deliver the events: the daemon
    Run(run::RunArgs),
    /// Show the whole pipeline at work on a bundled newsroom
    Demo(demo::DemoArgs),
    /// Validate configuration, feed lists, rule packs and roster: all errors in one go
    Check(check::CheckArgs),
    /// Dry-run one feed or article up to the exact records, with the reason of each decision
    Probe(probe::ProbeArgs),
    /// Read one feed document, print one JSON object an entry
    Feed(feed::FeedArgs),
    /// List feeds with their next polls; show, poll or reset one; import and export OPML
    Feeds(feeds::FeedsArgs),
    /// Read HTML, print one JSON object a page
    Extract(extract::ExtractArgs),
    /// Read documents, print the calls and negotiations they report
    Tag(tag::TagArgs),
    /// Score what is coded against labelled documents: precision, recall and F1
    Eval(eval::EvalArgs),
    /// Show, search and check persons and their offices; refresh them from Wikidata
    Roster(roster::RosterArgs),
    /// Print a published schema
    Schema(schema::SchemaArgs),
    /// Show the configuration in force
    Config(config::ConfigArgs),
    /// Print shell completions
    Completions(CompletionsArgs),
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// bash, zsh, fish, elvish or powershell
    #[arg(value_enum, hide_possible_values = true)]
    pub(super) shell: clap_complete::Shell,
}
