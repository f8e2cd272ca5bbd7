//! Owns `roster`: persons and offices as configured, shown, searched, checked and refreshed.

mod check;
mod refresh;
mod search;
mod show;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::args::Global;
use super::exit::Failure;
use super::output::Out;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, Settings};
use crate::tag;
use crate::tag::roster::{LANGS, Names, Roster, RosterError, Term};

#[derive(Debug, Args)]
pub(super) struct RosterArgs {
    #[command(subcommand)]
    command: RosterCommand,
}

#[derive(Debug, Subcommand)]
enum RosterCommand {
    /// Print a person with all names and terms, or a country or organisation with who is in office
    Show(show::ShowArgs),
    /// Find persons, countries and organisations by name, office or country, in any language
    Search(search::SearchArgs),
    /// List overlapping terms, unknown codes, missing names; exit code 1 when something cannot be right
    Check,
    /// Ask Wikidata's query service for heads and terms, write what is new as an overlay
    Refresh(refresh::RefreshArgs),
}

/// The day on which offices are looked up.
#[derive(Debug, Clone, Copy, Args)]
struct On {
    /// Day on which offices are looked up [default: today]
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
}

impl On {
    /// Returns the day; today is the day in UTC.
    fn day(self) -> Date {
        self.on.unwrap_or_else(|| SystemClock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date())
    }
}

pub(super) fn run(args: &RosterArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let settings = settings(global)?;
    match &args.command {
        RosterCommand::Show(args) => show::run(args, &load(&settings.tag)?, global.format, out),
        RosterCommand::Search(args) => search::run(args, &load(&settings.tag)?, global.format, out),
        RosterCommand::Check => check::run(&load(&settings.tag)?, global.format, out),
        RosterCommand::Refresh(args) => refresh::run(args, &settings, global.format, out),
    }
}

/// Loads the settings; the built-in roster can be looked at where there is no configuration.
fn settings(global: &Global) -> Result<Settings, Failure> {
    if global.config_named().is_none() && !global.config_path().exists() {
        return Ok(Settings::default());
    }
    let Config { settings, .. } = super::config::load(global)?;
    Ok(settings)
}

fn load(config: &tag::Config) -> Result<Roster, Failure> {
    let roster = if config.built_in { Roster::load(&config.roster) } else { Roster::only(&config.roster) };
    roster.map_err(wrong)
}

fn wrong(err: RosterError) -> Failure {
    Failure::Setup(format!("{:#}", anyhow::Error::from(err)))
}

fn term_json(term: &Term) -> Value {
    json!({
        "office": term.office.as_str(),
        "title": term.title,
        "country": term.country,
        "from": term.from.map(|from| from.to_string()),
        "to": term.to.map(|to| to.to_string()),
        "confidence": term.confidence.as_str(),
        "as_of": term.as_of,
        "note": term.note,
    })
}

/// Returns the languages with the forms found in texts: those in Latin script have the English ones unless they have their
/// own.
fn forms(names: &Names) -> impl Iterator<Item = (&'static str, &[String])> {
    LANGS.into_iter().map(|lang| (lang, names.of(lang))).filter(|(_, forms)| !forms.is_empty())
}

fn names_json(names: &Names) -> Value {
    Value::Object(forms(names).map(|(lang, forms)| (lang.to_owned(), json!(forms))).collect::<Map<_, _>>())
}
