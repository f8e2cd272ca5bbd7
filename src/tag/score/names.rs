//! Owns whom a labelled name means: a person, country or organisation of the roster, by any of its names in any language.

use std::collections::{HashMap, HashSet};

use super::super::Participant;
use super::super::fold::fold;
use super::super::roster::{Entity, Roster};

/// What may stand behind the last name.
const AFTER_LAST: [&str; 8] = ["jr", "sr", "i", "ii", "iii", "iv", "v", "vi"];

/// Names of the roster, folded, without punctuation.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Person ids by name; several persons may share one.
    people: HashMap<String, Vec<String>>,
    /// Last names by person id.
    surnames: HashMap<String, HashSet<String>>,
    /// Country and organisation codes by name.
    places: HashMap<String, String>,
}

impl Names {
    pub(super) fn new(roster: &Roster) -> Self {
        let mut names = Self::default();
        let countries = roster.countries.iter().map(|country| &country.code);
        for code in countries.chain(roster.organisations.iter().map(|organisation| &organisation.code)) {
            names.places.insert(plain(code), code.clone());
        }
        for name in roster.names() {
            let surface = plain(name.surface);
            match name.entity {
                Entity::Person(at) => names.add_person(&roster.persons[at].id, surface),
                Entity::Country(at) => names.add_place(surface, &roster.countries[at].code),
                Entity::Organisation(at) => names.add_place(surface, &roster.organisations[at].code),
                Entity::Demonym(_) | Entity::Capital(_) | Entity::Metonym(_) => {}
            }
        }
        names
    }

    fn add_person(&mut self, id: &str, surface: String) {
        if let Some(last) = last(&surface) {
            self.surnames.entry(id.to_owned()).or_default().insert(last.to_owned());
        }
        let ids = self.people.entry(surface).or_default();
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }

    fn add_place(&mut self, surface: String, code: &str) {
        self.places.entry(surface).or_insert_with(|| code.to_owned());
    }

    /// Reports whether the labelled name means the coded participant.
    pub(super) fn is_same(&self, labelled: &str, coded: &Participant) -> bool {
        let labelled = plain(labelled);
        if let Some(ids) = self.people.get(&labelled) {
            return coded.person.as_ref().is_some_and(|person| ids.contains(person));
        }
        let Some(labelled) = last(&labelled) else { return false };
        match coded.person.as_ref().and_then(|person| self.surnames.get(person)) {
            Some(surnames) => surnames.contains(labelled),
            None => last(&plain(&coded.name)) == Some(labelled),
        }
    }

    /// Returns the code of a labelled party; a name the roster does not know stands for itself.
    pub(super) fn code(&self, labelled: &str) -> String {
        self.places.get(&plain(labelled)).cloned().unwrap_or_else(|| labelled.to_owned())
    }
}

fn plain(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn last(plain: &str) -> Option<&str> {
    plain.rsplit(' ').find(|word| !word.is_empty() && !AFTER_LAST.contains(word))
}
