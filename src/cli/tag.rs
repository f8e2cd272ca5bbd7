//! Owns `tag`: documents by line in, coded mentions by line out, in the same order.

use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::Global;
use super::exit::{Failure, say};
use super::output::Out;
use super::{lines, parallel};
use crate::article::PageTime;
use crate::tag::{self, Coder, Document};

#[derive(Debug, Args)]
pub(super) struct TagArgs {
    /// NDJSON of {id, url?, outlet?, outlet_zone?, lang?, published?, title, text}, or - for stdin
    #[arg(value_name = "FILE|-")]
    path: PathBuf,
    /// Add near misses and the veto that stopped them
    #[arg(long)]
    explain: bool,
}

/// Compiles the coder; a main file that the user names says what lies over the built-in packs and roster.
fn load(global: &Global) -> Result<Coder, Failure> {
    let config = match global.config_named() {
        Some(_) => super::config::load(global)?.settings.tag,
        None => tag::Config::default(),
    };
    Coder::load(&config).map_err(|err| Failure::Setup(err.to_string()))
}

/// One document, as `tag` reads it.
#[derive(Debug, Deserialize)]
struct Input {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    outlet_zone: Option<String>,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    title: Option<String>,
    text: String,
}

/// What is wrong with one line.
#[derive(Debug)]
struct Wrong {
    number: usize,
    id: Value,
    reason: String,
}

pub(super) fn run(args: &TagArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let input = lines::open(&args.path)?;
    let explain = args.explain;
    let mut n_wrong = 0;
    let mut number = 0;
    let coder = load(global)?;
    let work = move |(number, line): (usize, io::Result<Vec<u8>>)| code(number, line, explain, &coder);
    parallel::ordered(lines::numbered(input), work, out, |out, worked| {
        number += 1;
        let wrong = match worked {
            Some(Ok(value)) => return out.json(&value),
            Some(Err(wrong)) => wrong,
            None => Wrong { number, id: Value::Null, reason: "internal error".to_owned() },
        };
        n_wrong += 1;
        say(&format!("hotline: line {}: {}", wrong.number, wrong.reason));
        out.json(&json!({ "id": wrong.id, "error": wrong.reason }))
    })?;
    if n_wrong > 0 { Err(Failure::Reported) } else { Ok(()) }
}

fn code(number: usize, line: io::Result<Vec<u8>>, explain: bool, coder: &Coder) -> Result<Value, Wrong> {
    let wrong = |id: Value, reason: String| Wrong { number, id, reason };
    let line = line.map_err(|err| wrong(Value::Null, err.to_string()))?;
    let input: Input = serde_json::from_slice(&line).map_err(|err| {
        let id = serde_json::from_slice::<Value>(&line).map_or(Value::Null, |value| value["id"].clone());
        wrong(id, format!("{err}"))
    })?;
    tags(&input, explain, coder).map_err(|err| wrong(input.id.clone(), format!("{err:#}")))
}

/// Codes one document.
fn tags(input: &Input, explain: bool, coder: &Coder) -> anyhow::Result<Value> {
    let published = input.published.as_deref().map(published).transpose()?.flatten();
    let document = Document {
        title: input.title.as_deref().unwrap_or_default(),
        text: &input.text,
        lang: input.lang.as_deref(),
        published,
        zone: input.outlet_zone.as_deref(),
    };
    let coded = tag::code(&document, coder);
    let mut tags: Vec<&str> = Vec::new();
    for mention in coded.mentions.iter().filter(|mention| !mention.historical) {
        if !tags.contains(&mention.kind.0.as_str()) {
            tags.push(&mention.kind.0);
        }
    }
    let mut value = json!({ "id": input.id, "lang": coded.lang, "tags": tags, "mentions": coded.mentions });
    if explain {
        let misses = coded.near_misses.iter();
        value["near_misses"] =
            misses.map(|miss| json!({ "rule": miss.rule, "reason": miss.reason, "text": miss.text })).collect();
    }
    Ok(value)
}

/// Reads the publication time: a day, an instant with an offset, or one in a named zone. A year or a month alone gives no
/// day: `None`.
fn published(text: &str) -> anyhow::Result<Option<PageTime>> {
    let is_coarse = matches!(text.len(), 4 | 7) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if text.is_empty() || is_coarse {
        return Ok(None);
    }
    let published = PageTime::parse(text);
    Ok(Some(published.with_context(|| format!("published `{text}` is neither a day nor an instant (RFC 3339)"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publication_times_keep_their_own_day() {
        let day = |text: &str| published(text).ok().flatten().map(|time| time.day().to_string());
        assert_eq!(day("2025-02-12").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2025-02-12T23:30:00-05:00").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2025-02-12T23:30:00Z").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2025-02-12T23:30:00").as_deref(), Some("2025-02-12"));
        assert_eq!(day("2016"), None);
        assert!(published("2016").is_ok() && published("yesterday").is_err());
    }
}
