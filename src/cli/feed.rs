//! Owns `feed`: one feed document in, one JSON object an entry out.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use url::Url;

use super::exit::Failure;
use super::lines;
use super::output::Out;
use crate::feed::{self, Entry};
use crate::publish::message::Instant;

/// What a feed document may have.
const FEED_BYTES_MAX: usize = 32 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    /// Feed document, or - for stdin
    #[arg(value_name = "FILE|-")]
    path: PathBuf,
    /// Where it was fetched: resolves relative links
    #[arg(long)]
    url: Option<Url>,
}

pub(super) fn run(args: &FeedArgs, out: &mut Out) -> Result<(), Failure> {
    let bytes = lines::whole(&args.path, FEED_BYTES_MAX)?;
    let document =
        feed::read(&bytes, None, args.url.as_ref()).with_context(|| format!("cannot read {}", args.path.display()))?;
    for entry in &document.entries {
        out.json(&print(entry))?;
    }
    Ok(())
}

/// Returns the entry as the contract prints it.
fn print(entry: &Entry) -> Value {
    let enclosures: Vec<Value> = entry
        .enclosures
        .iter()
        .map(|one| json!({ "url": one.url, "type": one.media_type, "length": one.bytes }))
        .collect();
    json!({
        "id": entry.id,
        "title": entry.title,
        "link": entry.link,
        "published": entry.published.map(Instant),
        "updated": entry.updated.map(Instant),
        "summary": entry.summary,
        "content": entry.content,
        "authors": entry.authors,
        "lang": entry.lang,
        "enclosures": enclosures,
    })
}
