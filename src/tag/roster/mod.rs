//! Owns persons, offices with terms, organisations, countries and their names in 13 languages: who held which office on a
//! given day, and every surface form that names them. Finding the names in a text is the engine's business.
//!
//! The facts are files (`config/roster/`, format in its README), embedded in the program; users overlay them with
//! directories of the same format.

mod check;
mod inflect;
mod names;
mod office;
mod person;
mod place;
mod read;
mod search;
pub mod topics;
pub mod wikidata;
pub(in crate::tag) mod words;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use foldhash::HashSet;
use jiff::civil::Date;

pub use check::{Finding, Weight};
pub use inflect::{Case, Inflection};
pub use names::{Entity, Name, Risk, is_acronym};
pub use office::{Office, OfficeClass, OfficeWord, PartyKind};
pub use person::{Confidence, Day, DayPrecision, Gender, Names, Person, Term};
pub use place::{Country, Organisation};
pub use read::RosterError;
pub use search::{Found, Subject};

/// The 13 languages of names, in the order of [`Names`].
pub const LANGS: [&str; 13] = ["en", "uk", "ru", "de", "fr", "es", "it", "pt", "pl", "tr", "ar", "zh", "ja"];

/// Persons, countries, organisations and office words. Immutable once loaded.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    pub persons: Vec<Person>,
    pub countries: Vec<Country>,
    pub organisations: Vec<Organisation>,
    pub offices: Vec<Office>,
    /// Position in `persons` by id; kept in step by `read`, the only writer.
    by_person: HashMap<String, usize>,
    by_country: HashMap<String, usize>,
    by_organisation: HashMap<String, usize>,
    by_office: HashMap<String, usize>,
    /// Positions of the persons with a term in a country or organisation.
    by_place: HashMap<String, Vec<usize>>,
    risks: names::Risks,
    /// First words of full names, folded.
    given: HashSet<String>,
    /// The file that spoke of a person last, in step with `persons`.
    files: Vec<String>,
}

impl Roster {
    /// Reads the roster embedded in the program.
    pub fn core() -> Result<Self, RosterError> {
        Self::load(&[])
    }

    /// Reads the embedded roster, then each directory on top of it: a person, country, organisation or office of a known
    /// id overrides what it gives, others are added.
    pub fn load(overlays: &[PathBuf]) -> Result<Self, RosterError> {
        read::load(overlays)
    }

    /// Reads the directories without the embedded roster.
    pub fn only(dirs: &[PathBuf]) -> Result<Self, RosterError> {
        read::only(dirs)
    }

    /// Lays directories over this roster, but not the file `except` where one of them holds it: a file that is being made
    /// again says nothing about itself.
    pub fn overlaid(self, dirs: &[PathBuf], except: &Path) -> Result<Self, RosterError> {
        self.overlay(dirs, Some(except))
    }

    /// Returns the file that spoke of the person last; the embedded ones by their path in `config/roster`.
    pub fn file_of(&self, person_id: &str) -> &str {
        self.by_person.get(person_id).map_or("", |&at| &self.files[at])
    }

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.by_person.get(id).map(|&at| &self.persons[at])
    }

    /// Returns the position of a person in `persons`.
    pub(in crate::tag) fn position(&self, id: &str) -> Option<usize> {
        self.by_person.get(id).copied()
    }

    /// Returns the country of an ISO 3166-1 alpha-3 code.
    pub fn country(&self, code: &str) -> Option<&Country> {
        self.by_country.get(code).map(|&at| &self.countries[at])
    }

    pub fn organisation(&self, code: &str) -> Option<&Organisation> {
        self.by_organisation.get(code).map(|&at| &self.organisations[at])
    }

    /// Returns the office of an id of `offices.toml` (`president`, `foreign_minister`).
    pub fn office(&self, id: &str) -> Option<&Office> {
        self.by_office.get(id).map(|&at| &self.offices[at])
    }

    /// Returns the highest office the person holds on `day`; `None` before, between and after terms.
    pub fn office_at(&self, person_id: &str, day: Date) -> Option<&Term> {
        self.person(person_id)?.office_at(day)
    }

    /// Returns everyone in office in a country or organisation on `day`, the highest office first.
    pub fn in_office(&self, code: &str, day: Date) -> Vec<(&Person, &Term)> {
        let mut found = Vec::new();
        for &at in self.by_place.get(code).map_or(&[][..], Vec::as_slice) {
            let person = &self.persons[at];
            let terms = person.terms.iter().filter(|term| term.country == code && term.covers(day));
            found.extend(terms.map(|term| (person, term)));
        }
        found.sort_by(|(a, one), (b, other)| (one.office, &one.title, &a.id).cmp(&(other.office, &other.title, &b.id)));
        found
    }

    /// Returns who holds an office in a country or organisation on `day`, the latest to take it first.
    ///
    /// `office` is an id of `offices.toml` ("president", "prime_minister", "leader") or an office class
    /// ("head_of_state"). An office word falls back along its classes: the "president" of Russia is the head of state, of
    /// the United States the head of state and government, of Iran the head of government.
    pub fn holder(&self, office: &str, country: &str, day: Date) -> Vec<&Person> {
        if let Some(office) = self.office(office) {
            return self.holder_of(office, country, day);
        }
        OfficeClass::from_id(office).map_or_else(Vec::new, |class| self.in_class(class, &[], country, day))
    }

    fn holder_of(&self, office: &Office, country: &str, day: Date) -> Vec<&Person> {
        if office.effective {
            return self.leader(country, day);
        }
        for class in &office.classes {
            let found = self.in_class(*class, &office.titles, country, day);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The one who decides: a president with powers, else the head of government, else whoever is there.
    fn leader(&self, country: &str, day: Date) -> Vec<&Person> {
        use OfficeClass::{CrownPrince, FactionLeader, HeadOfGovernment, HeadOfState, HeadOfStateAndGovernment};
        let first = self.country(country).and_then(|c| c.leader).unwrap_or(HeadOfStateAndGovernment);
        let order = [
            first,
            HeadOfStateAndGovernment,
            OfficeClass::OrgHead,
            HeadOfGovernment,
            HeadOfState,
            OfficeClass::Monarch,
            CrownPrince,
            FactionLeader,
        ];
        order
            .iter()
            .map(|&class| self.in_class(class, &[], country, day))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Only the best fit of the title counts: "Secretary-General" before "Under-Secretary-General".
    fn in_class(&self, class: OfficeClass, titles: &[String], country: &str, day: Date) -> Vec<&Person> {
        let mut found: Vec<(usize, &Term, &Person)> = Vec::new();
        for &at in self.by_place.get(country).map_or(&[][..], Vec::as_slice) {
            let person = &self.persons[at];
            for term in &person.terms {
                if term.office == class
                    && term.country == country
                    && term.covers(day)
                    && let Some(fit) = office::title_fit(&term.title, titles)
                {
                    found.push((fit, term, person));
                }
            }
        }
        let best = found.iter().map(|(fit, _, _)| *fit).min();
        found.retain(|(fit, _, _)| Some(*fit) == best);
        found.sort_by_key(|(_, term, _)| std::cmp::Reverse(term.from.map(|from| from.first)));
        found.dedup_by_key(|(_, _, person)| person.id.as_str());
        found.into_iter().map(|(_, _, person)| person).collect()
    }
}
