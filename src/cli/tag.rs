//! Owns `tag`: documents by line in, coded mentions by line out, in the same order.

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::args::Global;
use super::exit::{Failure, say};
use super::output::Out;
use super::{lines, parallel};
use crate::tag::{self, Coder, DocumentLine};

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
pub(super) fn load(global: &Global) -> Result<Coder, Failure> {
    let config = match global.config_named() {
        Some(_) => super::config::load(global)?.settings.tag,
        None => tag::Config::default(),
    };
    Coder::load(&config).map_err(|err| Failure::Setup(err.to_string()))
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
    let input: DocumentLine = serde_json::from_slice(&line).map_err(|err| {
        let id = serde_json::from_slice::<Value>(&line).map_or(Value::Null, |value| value["id"].clone());
        wrong(id, format!("{err}"))
    })?;
    Ok(tags(&input, explain, coder))
}

/// Codes one document.
fn tags(input: &DocumentLine, explain: bool, coder: &Coder) -> Value {
    let coded = tag::code(&input.document(), coder);
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
    value
}
