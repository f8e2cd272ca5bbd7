//! Owns what a refresh changes and what it does not, in words.

use std::fmt;

use crate::tag::roster::Term;
use crate::tag::roster::person::Day;

/// One thing taken over.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A head in office that the roster does not have.
    Person {
        person: String,
        name: String,
    },
    /// The item of a person that the roster has by name only.
    Item {
        person: String,
        qid: String,
    },
    Added {
        person: String,
        term: Term,
    },
    Ended {
        person: String,
        term: Term,
    },
    /// A day instead of a month or year.
    Sharpened {
        person: String,
        term: Term,
    },
    Named {
        person: String,
        langs: Vec<String>,
    },
}

impl Change {
    /// Returns the word that output uses.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Item { .. } => "item",
            Self::Added { .. } => "added",
            Self::Ended { .. } => "ended",
            Self::Sharpened { .. } => "sharpened",
            Self::Named { .. } => "named",
        }
    }

    #[must_use]
    pub fn person(&self) -> &str {
        match self {
            Self::Person { person, .. }
            | Self::Item { person, .. }
            | Self::Added { person, .. }
            | Self::Ended { person, .. }
            | Self::Sharpened { person, .. }
            | Self::Named { person, .. } => person,
        }
    }

    #[must_use]
    pub fn term(&self) -> Option<&Term> {
        match self {
            Self::Added { term, .. } | Self::Ended { term, .. } | Self::Sharpened { term, .. } => Some(term),
            Self::Person { .. } | Self::Item { .. } | Self::Named { .. } => None,
        }
    }
}

/// Prints what is new about the person.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { name, .. } => f.write_str(name),
            Self::Item { qid, .. } => f.write_str(qid),
            Self::Added { term, .. } | Self::Ended { term, .. } | Self::Sharpened { term, .. } => {
                write!(f, "{} of {}, {}", term.title, term.country, span(term.from, term.to))
            }
            Self::Named { langs, .. } => write!(f, "names in {}", langs.join(", ")),
        }
    }
}

/// Where Wikidata contradicts the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub person: String,
    pub office: &'static str,
    pub country: String,
    pub roster: String,
    pub wikidata: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, office, country, roster, wikidata } = self;
        write!(f, "{person}, {office} of {country}: roster {roster}, Wikidata {wikidata}; the roster's word stays")
    }
}

pub(super) fn span(from: Option<Day>, to: Option<Day>) -> String {
    let day = |day: Option<Day>| day.map_or_else(String::new, |day| format!(" {day}"));
    match to {
        Some(_) => format!("from{} to{}", day(from), day(to)),
        None => format!("from{}", day(from)),
    }
}
