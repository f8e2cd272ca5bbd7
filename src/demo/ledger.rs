//! Owns what the consumer has seen, and the comparison with what the newsroom meant to be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::consumer::Received;
use super::newsroom::{Expected, Newsroom};
use crate::event::ChangeKind;
use crate::publish::message::{ArticleRecord, EventRecord, articles_topic, dlq_topic, events_topic};
use crate::tag::Status;

/// Everything a consumer saw.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The newest revision of each event.
    events: BTreeMap<String, EventRecord>,
    /// Paths of the pages whose articles arrived.
    pages: BTreeSet<String>,
    pub n_records: usize,
    pub n_dead_letters: usize,
    /// Records that are not what their topic promises.
    pub broken: Vec<String>,
    /// From the end of the fetch to the consumer, of each event record.
    delays: Vec<Duration>,
}

/// What a record was.
#[derive(Debug, Clone)]
pub enum Entry {
    Event(Box<EventRecord>),
    Article(String),
    DeadLetter(String),
    Broken(String),
}

/// How one expected event came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Arrived { event_id: String, revision: u32 },
    Missing,
    Different { event_ids: Vec<String>, how: Vec<String> },
}

impl Ledger {
    /// Takes a record in at the moment it arrived.
    pub fn take(&mut self, received: &Received, topic_prefix: &str, at: Timestamp) -> Entry {
        self.n_records += 1;
        let record = &received.record;
        if record.topic == events_topic(topic_prefix) {
            return match serde_json::from_slice::<EventRecord>(&record.value) {
                Ok(event) => self.take_event(event, at),
                Err(err) => self.broken(format!("{}: {err}", record.key)),
            };
        }
        if record.topic == articles_topic(topic_prefix) {
            return match serde_json::from_slice::<ArticleRecord>(&record.value) {
                Ok(article) => {
                    self.pages.insert(path(&article.url).to_owned());
                    Entry::Article(article.url)
                }
                Err(err) => self.broken(format!("{}: {err}", record.key)),
            };
        }
        if record.topic != dlq_topic(topic_prefix) {
            return self.broken(format!("{}: unknown topic {}", record.key, record.topic));
        }
        self.n_dead_letters += 1;
        let header = |name| record.header(name).unwrap_or_default();
        Entry::DeadLetter(format!("{} {}", header("hotline_url"), header("hotline_error_message")))
    }

    fn take_event(&mut self, event: EventRecord, at: Timestamp) -> Entry {
        let delay = event.times.fetched.map(|fetched| at.duration_since(fetched.0));
        self.delays.extend(delay.and_then(|delay| Duration::try_from(delay).ok()));
        // A repeated record changes nothing: the highest revision of an event is its state.
        let is_newer = self.events.get(&event.event_id).is_none_or(|known| known.revision < event.revision);
        if is_newer {
            self.events.insert(event.event_id.clone(), event.clone());
        }
        Entry::Event(Box::new(event))
    }

    fn broken(&mut self, what: String) -> Entry {
        self.broken.push(what.clone());
        Entry::Broken(what)
    }

    /// Tells whether the article of every one of these pages has arrived.
    #[must_use]
    pub fn has_pages(&self, urls: &[String]) -> bool {
        urls.iter().all(|url| self.pages.contains(path(url)))
    }

    /// Returns how many articles arrived.
    #[must_use]
    pub fn n_articles(&self) -> usize {
        self.pages.len()
    }

    /// Returns the median and the longest delay from fetch to consumer.
    #[must_use]
    pub fn delays(&self) -> Option<(Duration, Duration)> {
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        Some((*delays.get(delays.len() / 2)?, *delays.last()?))
    }

    /// Returns the events that stand, newest state each.
    pub fn standing(&self) -> impl Iterator<Item = &EventRecord> {
        self.events.values().filter(|event| !is_closed(event))
    }

    /// Compares each expected event with what arrived.
    #[must_use]
    pub fn findings<'n>(&self, newsroom: &'n Newsroom, day: Date) -> Vec<(&'n Expected, Finding)> {
        newsroom.expected.iter().map(|expected| (expected, self.find(expected, newsroom, day))).collect()
    }

    /// Returns the events that no article of an expected event reports under its kind.
    #[must_use]
    pub fn unexpected(&self, newsroom: &Newsroom) -> Vec<&EventRecord> {
        let is_meant = |event: &&EventRecord| newsroom.expected.iter().any(|one| is_told(event, one, newsroom));
        self.standing().filter(|event| !is_meant(event)).collect()
    }

    fn find(&self, expected: &Expected, newsroom: &Newsroom, day: Date) -> Finding {
        let found: Vec<&EventRecord> = self.standing().filter(|event| is_told(event, expected, newsroom)).collect();
        let [event] = found.as_slice() else {
            if found.is_empty() {
                return Finding::Missing;
            }
            let event_ids = found.iter().map(|event| event.event_id.clone()).collect();
            return Finding::Different { event_ids, how: vec![format!("{} events instead of one", found.len())] };
        };
        let how = differences(event, expected, day);
        if how.is_empty() {
            return Finding::Arrived { event_id: event.event_id.clone(), revision: event.revision };
        }
        Finding::Different { event_ids: vec![event.event_id.clone()], how }
    }
}

fn is_closed(event: &EventRecord) -> bool {
    event.change.kind == ChangeKind::Retracted || event.sources.is_empty()
}

/// Tells whether an article of the expected event is a source of this one, and the kind is right.
fn is_told(event: &EventRecord, expected: &Expected, newsroom: &Newsroom) -> bool {
    event.kind == expected.kind
        && event.sources.iter().any(|source| newsroom.event_at(path(&source.url)) == Some(expected.id.as_str()))
}

/// Says in words what differs.
fn differences(event: &EventRecord, expected: &Expected, day: Date) -> Vec<String> {
    let mut how = Vec::new();
    let mut compare = |what: &str, found: String, meant: String| {
        if found != meant {
            how.push(format!("{what} {found}, not {meant}"));
        }
    };
    let statuses: Vec<Status> = event.history.iter().map(|step| step.status).collect();
    compare("status", words(&statuses), words(&expected.statuses));
    compare("parties", event.parties.join(" "), expected.parties.join(" "));
    if !expected.persons.is_empty() {
        let mut persons: Vec<&str> = event.participants.iter().filter_map(|one| one.person.as_deref()).collect();
        persons.sort_unstable();
        compare("persons", persons.join(" "), expected.persons.join(" "));
    }
    if let Some(days) = expected.day {
        let found = event.date.as_ref().map_or_else(|| "none".to_owned(), |date| date.start.to_string());
        compare("day", found, day.saturating_add(days.days()).to_string());
    }
    compare("outlets", event.corroboration.outlets.to_string(), expected.outlets.to_string());
    compare("independent", event.corroboration.independent.to_string(), expected.independent.to_string());
    how
}

fn words(statuses: &[Status]) -> String {
    statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(" > ")
}

/// Returns the path of a URL of the newsroom.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(rest)
}
