//! Owns what a person should look at in a roster: overlapping terms, missing names, unknown codes.

use std::collections::BTreeMap;
use std::fmt;

use super::{LANGS, Person, Roster, Term};

/// One doubt about the facts. None of them stops the roster from loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Two persons hold one office on the same days.
    Overlap { office: String, country: String, persons: [String; 2], from: String },
    /// A person has no name in a language.
    MissingName { person: String, lang: &'static str },
    /// A term names a country or organisation that the roster does not have.
    UnknownPlace { person: String, code: String },
    /// A person has never held an office.
    NoTerm { person: String },
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is not said; what is said is right.
    Warning,
    /// What is said cannot all be right.
    Error,
}

impl Weight {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Finding {
    /// Returns whom it is about; of two persons the one who came later.
    #[must_use]
    pub fn person(&self) -> &str {
        match self {
            Self::Overlap { persons: [_, person], .. }
            | Self::MissingName { person, .. }
            | Self::UnknownPlace { person, .. }
            | Self::NoTerm { person } => person,
        }
    }

    #[must_use]
    pub fn weight(&self) -> Weight {
        match self {
            Self::Overlap { .. } | Self::UnknownPlace { .. } => Weight::Error,
            Self::MissingName { .. } | Self::NoTerm { .. } => Weight::Warning,
        }
    }

    /// Returns what can be done about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Overlap { persons: [first, _], from, .. } => {
                format!("end the term of {first} with `to = \"{from}\"`, or correct `from`")
            }
            Self::MissingName { lang, .. } => format!("add `{lang} = [\"full name\", \"surname\"]` to its names"),
            Self::UnknownPlace { .. } => "correct the code, or add the country or organisation".to_owned(),
            Self::NoTerm { .. } => "add a `[[person.term]]`".to_owned(),
        }
    }
}

/// Prints the problem, without the fix.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap { office, country, persons: [a, b], from } => {
                write!(f, "{a} and {b} both hold {office} of {country} from {from}")
            }
            Self::MissingName { lang, .. } => write!(f, "no name in {lang}"),
            Self::UnknownPlace { code, .. } => {
                write!(f, "an office of {code}, which is no known country or organisation")
            }
            Self::NoTerm { .. } => f.write_str("no term of office"),
        }
    }
}

/// Country, office class, and the title where one class holds several seats.
type Seat<'r> = (&'r str, &'r str, &'r str);

impl Roster {
    /// Returns all doubts, overlaps first.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = self.overlaps();
        for person in &self.persons {
            if person.terms.is_empty() {
                findings.push(Finding::NoTerm { person: person.id.clone() });
            }
            for term in &person.terms {
                if self.country(&term.country).is_none() && self.organisation(&term.country).is_none() {
                    findings.push(Finding::UnknownPlace { person: person.id.clone(), code: term.country.clone() });
                }
            }
        }
        for person in &self.persons {
            for (at, lang) in LANGS.iter().enumerate() {
                if person.names.at(at).is_empty() {
                    findings.push(Finding::MissingName { person: person.id.clone(), lang });
                }
            }
        }
        findings
    }

    /// Returns the offices that two persons hold at a time.
    pub(super) fn overlaps(&self) -> Vec<Finding> {
        let mut seats: BTreeMap<Seat<'_>, Vec<(&Term, &Person)>> = BTreeMap::new();
        for person in &self.persons {
            for term in person.terms.iter().filter(|term| is_one_seat(term)) {
                if !self.country(&term.country).is_some_and(|country| country.collective) {
                    let title = if term.office.kind() == super::PartyKind::Head { "" } else { term.title.as_str() };
                    seats.entry((&term.country, term.office.as_str(), title)).or_default().push((term, person));
                }
            }
        }
        let mut findings = Vec::new();
        for ((country, office, _), mut terms) in seats {
            terms.sort_by_key(|(term, _)| term.from.map(|from| from.first));
            for pair in terms.windows(2) {
                let [(before, a), (after, b)] = pair else { continue };
                let Some(from) = after.from else { continue };
                if a.id != b.id && before.covers(from.first) {
                    let persons = [a.id.clone(), b.id.clone()];
                    findings.push(Finding::Overlap {
                        office: office.to_owned(),
                        country: country.to_owned(),
                        persons,
                        from: from.first.to_string(),
                    });
                }
            }
        }
        findings
    }
}

/// Envoys, intelligence services and factions have several at a time.
fn is_one_seat(term: &Term) -> bool {
    use super::PartyKind::{Head, Minister};
    matches!(term.office.kind(), Head | Minister) && !term.is_acting()
}
