//! Owns `extract`: HTML files in, one JSON object a page out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};
use url::Url;

use super::args::Global;
use super::exit::{Failure, say};
use super::output::Out;
use super::{lines, parallel};
use crate::article::{self, ExtractError, Hints, Page, PageTime, Post};
use crate::config::built_in_rules;
use crate::outlet::HostRules;
use crate::publish::message::PostRecord;

/// What a page may have; the daemon's own limit for bodies is the same.
const PAGE_BYTES_MAX: usize = 10 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    /// HTML file, folder (all *.html and *.htm in it), or - for stdin
    #[arg(value_name = "FILE|DIR|-")]
    path: PathBuf,
    /// Where the page was fetched: resolves relative links and is a witness for the day
    #[arg(long)]
    url: Option<Url>,
    /// Add what each field was taken from
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(args: &ExtractArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let rules = rules(global)?;
    let files = files(&args.path)?;
    let (url, explain) = (args.url.clone(), args.explain);
    let mut n_failed = 0;
    let work = move |file: PathBuf| {
        let read = read(&file, url.as_ref(), &rules).map(|page| print(&file, &page, explain));
        read.map_err(|err| {
            let class = err.downcast_ref().copied().and_then(class);
            (file.display().to_string(), format!("{err:#}"), class)
        })
    };
    parallel::ordered(files.into_iter(), work, out, |out, worked| {
        let (file, error, class) = match worked {
            Some(Ok(page)) => return out.json(&page),
            Some(Err(failed)) => failed,
            None => (String::new(), "internal error".to_owned(), None),
        };
        n_failed += 1;
        say(&format!("hotline: {file}: {error}"));
        let mut failed = json!({ "file": file, "error": error });
        if let Some(class) = class {
            failed["class"] = json!(class);
        }
        out.json(&failed)
    })?;
    if n_failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}

/// Returns the built-in host rules; a main file that the user names says what lies over them.
fn rules(global: &Global) -> Result<Arc<HostRules>, Failure> {
    Ok(match global.config_named() {
        Some(_) => super::config::load(global)?.rules,
        None => built_in_rules()?,
    })
}

/// Lists the pages of a folder by name; a file is itself.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|err| anyhow::anyhow!("cannot read {}: {err}", path.display()))?;
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "html" || extension == "htm");
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_page).collect();
    if files.is_empty() {
        return Err(Failure::Failed(anyhow::anyhow!("no *.html or *.htm in {}", path.display())));
    }
    files.sort();
    Ok(files)
}

fn read(file: &Path, url: Option<&Url>, rules: &HostRules) -> anyhow::Result<Page> {
    let bytes = lines::whole(file, PAGE_BYTES_MAX)?;
    Ok(article::extract_bytes(&bytes, None, url, &Hints { rules: Some(rules), ..Hints::default() })?)
}

/// Returns the page as the contract prints it.
fn print(file: &Path, page: &Page, explain: bool) -> Value {
    let mut value = json!({
        "file": file.display().to_string(),
        "url": page.url,
        "canonical_url": page.canonical_url,
        "title": page.title,
        "byline": page.byline,
        "published": page.published.as_ref().map(time),
        "modified": page.modified.as_ref().map(time),
        "lang": page.lang,
        "outlet_name": page.outlet_name,
        "image": page.image,
        "text": page.text,
        "paywalled": page.is_paywalled,
    });
    if let Some(media) = page.media {
        value["class"] = json!(media.as_str());
    }
    if !page.posts.is_empty() {
        value["posts"] = posts(&page.posts);
    }
    if explain {
        let origins: Map<String, Value> =
            page.origins.iter().map(|(field, origin)| ((*field).to_owned(), json!(origin))).collect();
        value["origins"] = Value::Object(origins);
    }
    value
}

/// Names what was found instead of an article.
pub(super) fn class(err: ExtractError) -> Option<&'static str> {
    match err {
        ExtractError::NotHtml { what } => Some(what.as_str()),
        ExtractError::Wall => Some("wall"),
        _ => None,
    }
}

/// Prints the posts of a live blog as records do.
pub(super) fn posts(posts: &[Post]) -> Value {
    let posts = posts.iter().copied().map(PostRecord::from);
    serde_json::to_value(posts.collect::<Vec<_>>()).unwrap_or_default()
}

/// Prints a time as exactly as the page gives it: the day, or the instant with the page's own offset.
pub(super) fn time(time: &PageTime) -> String {
    match time {
        PageTime::Day(day) => day.to_string(),
        PageTime::Instant(instant) => instant.timestamp().display_with_offset(instant.offset()).to_string(),
    }
}
