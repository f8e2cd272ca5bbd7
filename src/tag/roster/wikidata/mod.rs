//! Owns what Wikidata adds to the roster: which questions to ask its query service, how its answers are read, and the
//! overlay that comes of them. Asking is the command's business.
//!
//! ```text
//! Plan -> heads() -> Facts -> positions() -> Facts -> names() -> Facts -> Refreshed
//! ```
//!
//! The roster is believed before Wikidata: an end of a term that the roster leaves open, a day for what it knows by month
//! or year, a term or a name that it lacks are taken over; whatever contradicts it is a [`Conflict`] for a person to judge.

mod answer;
mod change;
mod file;
mod merge;
mod query;
mod tenure;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{Gender, OfficeClass, Roster};

pub use answer::AnswerError;
pub use change::{Change, Conflict};
pub use merge::Refreshed;

use tenure::Held;

/// Name of the overlay file in its folder.
pub const FILE_NAME: &str = "wikidata.toml";

/// Persons asked about in one question: its URL stays below 4 kB, its answer within seconds.
const QIDS_MAX: usize = 60;
/// Countries asked about in one question.
const CODES_MAX: usize = 100;

/// Whom to ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Codes of countries whose heads are asked for.
    codes: Vec<String>,
    /// Items of the persons in the roster.
    qids: BTreeSet<String>,
}

/// A code that is neither a country's nor an organisation's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no country or organisation of the roster")]
pub struct UnknownCode(pub String);

impl Plan {
    /// Asks about the persons of the roster with an item and the heads of its countries; only those of `codes` when there
    /// are any.
    ///
    /// # Errors
    /// [`UnknownCode`] for the first code that the roster does not have.
    pub fn new(roster: &Roster, codes: &[String]) -> Result<Self, UnknownCode> {
        if let Some(unknown) =
            codes.iter().find(|code| roster.country(code).is_none() && roster.organisation(code).is_none())
        {
            return Err(UnknownCode(unknown.clone()));
        }
        let is_asked = |code: &String| codes.is_empty() || codes.contains(code);
        let mut countries: Vec<String> = roster.countries.iter().map(|country| country.code.clone()).collect();
        countries.retain(is_asked);
        countries.sort();
        let persons = roster.persons.iter().filter(|person| person.terms.iter().any(|term| is_asked(&term.country)));
        let qids = persons.filter_map(|person| person.qid.clone()).filter(|qid| is_item(qid)).collect();
        Ok(Self { codes: countries, qids })
    }

    /// Returns the questions for the heads in office.
    pub fn heads(&self) -> Vec<String> {
        self.codes.chunks(CODES_MAX).map(query::heads).collect()
    }

    /// Returns the questions for the offices of the persons in the roster and of the heads found.
    pub fn positions(&self, facts: &Facts) -> Vec<String> {
        let mut qids = self.qids.clone();
        qids.extend(facts.held.values().map(|held| held.qid.clone()));
        let qids: Vec<String> = qids.into_iter().collect();
        qids.chunks(QIDS_MAX).map(query::positions).collect()
    }

    /// Returns the questions for the names that the roster lacks.
    pub fn names(&self, facts: &Facts, roster: &Roster) -> Vec<String> {
        let by_qid = merge::by_qid(roster);
        let lacks = |qid: &&String| match by_qid.get(qid.as_str()) {
            Some(person) => super::LANGS.iter().any(|lang| person.names.of(lang).is_empty()),
            None => true,
        };
        let mut qids: BTreeSet<&String> = self.qids.iter().collect();
        qids.extend(facts.held.values().map(|held| &held.qid));
        let qids: Vec<String> = qids.into_iter().filter(lacks).cloned().collect();
        qids.chunks(QIDS_MAX).map(query::names).collect()
    }

    #[must_use]
    pub fn n_persons(&self) -> usize {
        self.qids.len()
    }

    #[must_use]
    pub fn n_countries(&self) -> usize {
        self.codes.len()
    }
}

/// What the answers said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// By statement and claim, so that the order of the answers makes no difference.
    held: BTreeMap<(String, Claim), Held>,
    named: BTreeMap<String, Named>,
}

/// Which office a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// Head of state, of whatever class that is in the country.
    State,
    Government,
    Class(OfficeClass),
}

/// How an item is called.
#[derive(Debug, Clone, Default, PartialEq)]
struct Named {
    gender: Option<Gender>,
    /// Label, by language.
    labels: BTreeMap<String, String>,
    /// Family names, by language.
    families: BTreeMap<String, BTreeSet<String>>,
}

impl Facts {
    /// Takes the answer to a question of [`Plan::heads`].
    ///
    /// # Errors
    /// [`AnswerError`] when it is no complete answer; nothing of it is taken.
    pub fn add_heads(&mut self, answer: &[u8]) -> Result<(), AnswerError> {
        self.held.extend(answer::heads(answer)?);
        Ok(())
    }

    /// Takes the answer to a question of [`Plan::positions`].
    ///
    /// # Errors
    /// As [`Self::add_heads`].
    pub fn add_positions(&mut self, answer: &[u8]) -> Result<(), AnswerError> {
        self.held.extend(answer::positions(answer)?);
        Ok(())
    }

    /// Takes the answer to a question of [`Plan::names`].
    ///
    /// # Errors
    /// As [`Self::add_heads`].
    pub fn add_names(&mut self, answer: &[u8]) -> Result<(), AnswerError> {
        self.named.extend(answer::names(answer)?);
        Ok(())
    }

    /// Compares all that was said with the roster and makes the overlay.
    ///
    /// # Errors
    /// [`super::RosterError`] when the overlay would not load: a bug, and nothing should be written.
    pub fn refresh(&self, roster: &Roster) -> Result<Refreshed, super::RosterError> {
        merge::merge(self, roster)
    }
}

/// Reports whether the text is an item (`Q42`): it is put into questions as it is.
fn is_item(qid: &str) -> bool {
    qid.strip_prefix('Q')
        .is_some_and(|digits| !digits.is_empty() && digits.len() <= 12 && digits.bytes().all(|b| b.is_ascii_digit()))
}
