//! Owns topics: what a call or a negotiation is about, as words in 13 languages (`config/topics.toml`).

use std::collections::HashSet;
use std::path::PathBuf;

use serde::Deserialize;

use super::read::parse;
use super::{LANGS, Names, RosterError, words};

const CORE: &str = include_str!("../../../config/topics.toml");

/// One subject with the words that bring it up.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// `ukraine_war`, `grain_exports`.
    pub id: String,
    #[serde(default)]
    pub words: Names,
}

/// One surface form of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicWord<'t> {
    pub surface: &'t str,
    pub lang: &'static str,
    pub topic: &'t str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicsFile {
    #[serde(default)]
    topic: Vec<Topic>,
}

/// Reads the embedded topics.
pub fn core() -> Result<Vec<Topic>, RosterError> {
    load(&[])
}

/// Reads the embedded topics, then each overlay file: a known id overrides its languages, a new one is added.
pub fn load(overlays: &[PathBuf]) -> Result<Vec<Topic>, RosterError> {
    let mut topics = Vec::new();
    add(&mut topics, "topics.toml", CORE)?;
    overlay(topics, overlays)
}

/// Reads the files without the embedded topics.
pub fn only(files: &[PathBuf]) -> Result<Vec<Topic>, RosterError> {
    overlay(Vec::new(), files)
}

fn overlay(mut topics: Vec<Topic>, files: &[PathBuf]) -> Result<Vec<Topic>, RosterError> {
    for path in files {
        let text = std::fs::read_to_string(path).map_err(|source| RosterError::Read { path: path.clone(), source })?;
        add(&mut topics, &path.display().to_string(), &text)?;
    }
    Ok(topics)
}

fn add(topics: &mut Vec<Topic>, file: &str, text: &str) -> Result<(), RosterError> {
    for mut entry in parse::<TopicsFile>(file, text)?.topic {
        entry.words.expand(words::expand);
        match topics.iter_mut().find(|known| known.id == entry.id) {
            Some(known) => known.words.overlay(entry.words),
            None => topics.push(entry),
        }
    }
    Ok(())
}

/// Returns the surface forms of all topics, each once per topic and language.
pub fn patterns(topics: &[Topic]) -> impl Iterator<Item = TopicWord<'_>> {
    topics.iter().flat_map(|topic| {
        let mut seen = HashSet::new();
        LANGS
            .iter()
            .enumerate()
            .flat_map(move |(index, lang)| {
                topic.words.own(index).iter().map(move |surface| TopicWord { surface, lang, topic: &topic.id })
            })
            .filter(move |word| seen.insert((word.lang, word.surface)))
    })
}
