//! Owns `roster refresh`: asks Wikidata's query service and writes the overlay, whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use url::Url;

use super::{term_json, wrong};
use crate::cli::args::Format;
use crate::cli::exit::{Failure, say};
use crate::cli::output::{Out, count};
use crate::config::Settings;
use crate::fetch::{self, Body, Client, Fetch as _, FetchError, Fetched, Request, Tls, Want};
use crate::tag::roster::Roster;
use crate::tag::roster::wikidata::{AnswerError, Change, FILE_NAME, Facts, Plan, Refreshed};
use crate::telemetry::causes;

const ENDPOINT: &str = "https://query.wikidata.org/sparql";
/// The service itself breaks questions off after a minute.
const ANSWER_WAIT_MIN: Duration = Duration::from_secs(70);
const NOTHING_WRITTEN: &str = "nothing was written";

#[derive(Debug, Args)]
pub(super) struct RefreshArgs {
    /// Folder of the overlay: wikidata.toml is written there
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Only this country or organisation; may be repeated
    #[arg(long, value_name = "CODE")]
    country: Vec<String>,
    #[arg(long, value_name = "URL", help = format!("Query service to ask [default: {ENDPOINT}]"))]
    endpoint: Option<Url>,
}

pub(super) fn run(args: &RefreshArgs, settings: &Settings, format: Format, out: &mut Out) -> Result<(), Failure> {
    let path = args.into.join(FILE_NAME);
    let roster = lower_layers(settings, &path)?;
    let codes: Vec<String> = args.country.iter().map(|code| code.to_uppercase()).collect();
    let plan = Plan::new(&roster, &codes).map_err(|err| Failure::Failed(err.into()))?;
    let asker = Asker::new(args, settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    let facts = runtime.block_on(asker.ask(&plan, &roster))?;
    let refreshed = facts.refresh(&roster).map_err(wrong)?;
    report(&refreshed, format, out)?;
    let written = write(&path, &refreshed.text).with_context(|| format!("write {}", path.display()))?;
    let counts = sum_up(&plan, &refreshed);
    say(&format!("hotline: {counts}; {} {written}", path.display()));
    if !settings.tag.roster.contains(&args.into) {
        say(&format!("hotline: to use it, add \"{}\" to tag.roster", args.into.display()));
    }
    Ok(())
}

/// Returns the roster that the overlay will lie on: all that is configured but the overlay of the last time.
fn lower_layers(settings: &Settings, path: &Path) -> Result<Roster, Failure> {
    let core = if settings.tag.built_in { Roster::core() } else { Ok(Roster::default()) };
    core.and_then(|core| core.overlaid(&settings.tag.roster, path)).map_err(wrong)
}

/// Asks one query service.
struct Asker {
    client: Client,
    endpoint: Url,
    /// The user named the endpoint: it may be on this machine.
    is_private_allowed: bool,
}

impl Asker {
    fn new(args: &RefreshArgs, settings: &Settings) -> Result<Self, Failure> {
        let config = fetch::Config { timeout: settings.fetch.timeout.max(ANSWER_WAIT_MIN), ..settings.fetch.clone() };
        let client = Client::new(&config).context("set up fetching")?;
        let endpoint = match &args.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => Url::parse(ENDPOINT).context("read the endpoint")?,
        };
        Ok(Self { client, endpoint, is_private_allowed: args.endpoint.is_some() })
    }

    async fn ask(&self, plan: &Plan, roster: &Roster) -> Result<Facts, Failure> {
        let mut facts = Facts::default();
        self.each("heads of state and government", plan.heads(), |body| facts.add_heads(body)).await?;
        self.each("offices", plan.positions(&facts), |body| facts.add_positions(body)).await?;
        self.each("names", plan.names(&facts, roster), |body| facts.add_names(body)).await?;
        Ok(facts)
    }

    /// Asks the questions one after the other.
    async fn each(
        &self,
        about: &str,
        questions: Vec<String>,
        mut take: impl FnMut(&[u8]) -> Result<(), AnswerError>,
    ) -> Result<(), Failure> {
        let n_questions = questions.len();
        for (at, question) in questions.into_iter().enumerate() {
            tracing::info!(about, question = at + 1, of = n_questions, "asking");
            let body = self.one(about, &question).await?;
            take(&body.bytes).map_err(|err| {
                let place = format!("{}, answer {} of {n_questions} about {about}", self.endpoint, at + 1);
                let fix = "run it again, or ask for less with --country";
                anyhow::anyhow!("{place}: {err}; {NOTHING_WRITTEN}, {fix}")
            })?;
        }
        Ok(())
    }

    async fn one(&self, about: &str, question: &str) -> Result<Body, Failure> {
        let mut url = self.endpoint.clone();
        url.query_pairs_mut().append_pair("query", question).append_pair("format", "json");
        let (want, is_private_allowed, tls) = (Want::Query, self.is_private_allowed, Tls::Verified);
        let request = Request { url, want, validators: None, is_private_allowed, tls };
        match self.client.fetch(request).await {
            Ok(Fetched::Body(body)) => Ok(body),
            Ok(Fetched::Gone(_) | Fetched::NotModified(_)) => Err(self.failed(about, "it answers no questions").into()),
            Err(err) => Err(self.refused(about, err)),
        }
    }

    /// Says why there is no answer; the URL with the whole question is left out.
    fn refused(&self, about: &str, err: FetchError) -> Failure {
        let later = |pause: Duration| {
            let pause = pause.as_secs();
            Failure::TryAgain(format!(
                "ask {} about {about}: it asks for a pause of {pause} s; {NOTHING_WRITTEN}, run it again then",
                self.endpoint
            ))
        };
        match err {
            FetchError::Status { retry_after: Some(pause), .. } | FetchError::NotNow { retry_after: pause, .. } => {
                later(pause)
            }
            FetchError::Status { status, .. } => self.failed(about, &format!("HTTP {status}")).into(),
            FetchError::Timeout { limit, .. } => self.failed(about, &format!("no answer within {limit:?}")).into(),
            FetchError::TooLarge { limit_bytes, .. } => {
                self.failed(about, &format!("an answer over {limit_bytes} bytes")).into()
            }
            FetchError::Refused { reason, .. } => self.failed(about, &reason).into(),
            FetchError::Transport { source, .. } => self.failed(about, &causes(source.as_ref())).into(),
            FetchError::TooManyRedirects { .. } | FetchError::Robots { .. } => {
                self.failed(about, "it sends elsewhere").into()
            }
        }
    }

    fn failed(&self, about: &str, reason: &str) -> anyhow::Error {
        anyhow::anyhow!(
            "ask {} about {about}: {reason}; {NOTHING_WRITTEN}, run it again, or name another service with --endpoint",
            self.endpoint
        )
    }
}

fn report(refreshed: &Refreshed, format: Format, out: &mut Out) -> std::io::Result<()> {
    for change in &refreshed.changes {
        match format {
            Format::Text => out.line(&format!("{}: {}: {change}", change.kind(), change.person()))?,
            Format::Json => out.json(&json!({
                "change": change.kind(), "person": change.person(), "detail": change.to_string(),
                "term": change.term().map(term_json),
            }))?,
        }
    }
    for conflict in &refreshed.conflicts {
        match format {
            Format::Text => out.line(&format!("conflict: {conflict}"))?,
            Format::Json => out.json(&json!({
                "conflict": { "person": conflict.person, "office": conflict.office, "country": conflict.country,
                    "roster": conflict.roster, "wikidata": conflict.wikidata },
            }))?,
        }
    }
    for qid in &refreshed.nameless {
        match format {
            Format::Text => out.line(&format!("left out: {qid}: it has no English name"))?,
            Format::Json => out.json(&json!({ "left_out": qid, "reason": "it has no English name" }))?,
        }
    }
    Ok(())
}

fn sum_up(plan: &Plan, refreshed: &Refreshed) -> String {
    let changes = &refreshed.changes;
    let n = |kind: &str| changes.iter().filter(|change| change.kind() == kind).count();
    let n_terms = changes.iter().filter(|change| change.term().is_some()).count();
    format!(
        "asked about {} and {}: {} changed ({} new), {} changed ({} added, {} ended, {} sharpened), {}",
        count(plan.n_persons(), "person"),
        if plan.n_countries() == 1 { "1 country".to_owned() } else { format!("{} countries", plan.n_countries()) },
        count(refreshed.n_persons_changed, "person"),
        changes.iter().filter(|change| matches!(change, Change::Person { .. })).count(),
        count(n_terms, "term"),
        n("added"),
        n("ended"),
        n("sharpened"),
        count(refreshed.conflicts.len(), "conflict"),
    )
}

/// Puts the text in the file's place; who reads meanwhile sees the old file or the new one.
fn write(path: &Path, text: &str) -> std::io::Result<&'static str> {
    if std::fs::read(path).is_ok_and(|known| known == text.as_bytes()) {
        return Ok("is as it was");
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Not named `.toml`: an overlay that is being loaded must not see it.
    let draft = path.with_extension("toml.new");
    let mut file = std::fs::File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok("written")
}
