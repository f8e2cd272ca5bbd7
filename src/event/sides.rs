//! Owns who takes part: the persons and the sides of a mention or an event, and how well two sets of them agree.

use std::collections::BTreeSet;

use crate::tag::{Kind, Participant, Role};

/// Shared persons over all persons, below which two calls with two persons in common are still two calls: a call of two
/// and the round of six that follows it.
const JACCARD_MIN: f64 = 0.4;

/// Who takes part, reduced to what can be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sides {
    /// Persons by roster id, or by name when the roster does not know them, with country and office.
    persons: Vec<Seat>,
    /// Countries and organisations named without a person, with the office if one is named.
    seats: Vec<Seat>,
    /// Parties without mediators, hosts and announcers.
    principals: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seat {
    key: String,
    country: Option<String>,
    office: Option<String>,
}

/// How two sets of sides agree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Agreement {
    /// 0 to 1.
    pub(super) score: f64,
    pub(super) reason: String,
}

impl Sides {
    pub(super) fn new(participants: &[Participant], parties: &[String]) -> Self {
        let mut sides = Self::default();
        let mut outsiders = BTreeSet::new();
        for participant in participants {
            if matches!(participant.role, Role::Mediator | Role::Host | Role::Announcer) {
                outsiders.extend(participant.country.clone());
                continue;
            }
            sides.principals.extend(participant.country.clone());
            sides.take(participant);
        }
        for party in parties {
            if sides.principals.contains(party) || outsiders.contains(party) {
                continue;
            }
            sides.principals.insert(party.clone());
            sides.seats.push(Seat { key: party.clone(), country: Some(party.clone()), office: None });
        }
        sides
    }

    fn take(&mut self, participant: &Participant) {
        let seat = Seat {
            key: person_key(participant),
            country: participant.country.clone(),
            office: participant.office.clone(),
        };
        let list = if participant.person.is_some() || !is_seat_only(participant) {
            &mut self.persons
        } else {
            &mut self.seats
        };
        if list.iter().all(|other| other.key != seat.key) {
            list.push(seat);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.persons.is_empty() && self.principals.is_empty()
    }

    /// Returns the words an index finds these sides by: each person and each party.
    pub(super) fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        let persons = self.persons.iter().map(|seat| format!("person {}", seat.key));
        persons.chain(self.principals.iter().map(|party| format!("party {party}")))
    }

    /// Tells whether both name the same persons, two at least, and nobody else.
    pub(super) fn is_same_persons(&self, other: &Self) -> bool {
        self.persons.len() >= 2
            && self.persons.len() == other.persons.len()
            && self.n_shared(other) == self.persons.len()
    }

    /// Compares the sides of a mention and an event of one kind.
    pub(super) fn agree(&self, other: &Self, kind: &Kind) -> Option<Agreement> {
        self.same_persons(other)
            .or_else(|| self.same_seats(other))
            .or_else(|| if is_between_persons(kind) { None } else { self.same_principals(other) })
    }

    fn same_persons(&self, other: &Self) -> Option<Agreement> {
        let n_shared = self.n_shared(other);
        if n_shared < 2 {
            return None;
        }
        let n_all = self.persons.len() + other.persons.len() - n_shared;
        let jaccard = n_shared as f64 / n_all as f64;
        (jaccard >= JACCARD_MIN)
            .then(|| Agreement { score: 0.6 + 0.4 * jaccard, reason: format!("{n_shared} shared participants") })
    }

    /// One shared person, and every other side named by one is named by its country or office in the other.
    fn same_seats(&self, other: &Self) -> Option<Agreement> {
        let n_shared = self.n_shared(other);
        let is_one_side_vague = !self.seats.is_empty() || !other.seats.is_empty();
        if !is_one_side_vague || self.principals.len() < 2 || self.principals != other.principals {
            return None;
        }
        let covers = self.uncovered(other) == 0 && other.uncovered(self) == 0;
        if !covers {
            return None;
        }
        if n_shared >= 1 {
            return Some(Agreement { score: 0.7, reason: "1 shared participant and the same parties".to_owned() });
        }
        // Neither names a person at all: the parties are all there is to compare.
        (self.persons.is_empty() && other.persons.is_empty())
            .then(|| Agreement { score: 0.5, reason: "the same parties, no persons named".to_owned() })
    }

    /// Counts the persons that `other` neither names nor leaves a seat for.
    fn uncovered(&self, other: &Self) -> usize {
        let mut n_uncovered = 0;
        for person in &self.persons {
            let is_named = other.persons.iter().any(|one| one.key == person.key);
            if !is_named && !other.seats.iter().any(|seat| seat.fits(person)) {
                n_uncovered += 1;
            }
        }
        n_uncovered
    }

    /// Delegations change from report to report: the parties at the table decide.
    fn same_principals(&self, other: &Self) -> Option<Agreement> {
        if self.principals.len() >= 2 && self.principals == other.principals {
            return Some(Agreement { score: 0.8, reason: "the same parties".to_owned() });
        }
        let n_shared = self.principals.intersection(&other.principals).count();
        let is_subset = self.principals.is_subset(&other.principals) || other.principals.is_subset(&self.principals);
        (is_subset && n_shared >= 2)
            .then(|| Agreement { score: 0.55, reason: format!("{n_shared} shared parties, none against") })
    }

    fn n_shared(&self, other: &Self) -> usize {
        self.persons.iter().filter(|one| other.persons.iter().any(|two| one.key == two.key)).count()
    }
}

impl Seat {
    fn fits(&self, person: &Self) -> bool {
        let is_same_country = self.country.is_some() && self.country == person.country;
        let is_other_office = matches!((&self.office, &person.office), (Some(one), Some(two)) if one != two);
        is_same_country && !is_other_office
    }
}

/// Calls and visits are of persons; talks, releases, ceasefires and what packs of users add are of parties.
fn is_between_persons(kind: &Kind) -> bool {
    matches!(kind.0.as_str(), Kind::LEADER_CALL | Kind::LEADER_VISIT)
}

/// Returns what identifies a participant across articles: the roster id, or else the name without case.
pub(super) fn person_key(participant: &Participant) -> String {
    participant.person.clone().unwrap_or_else(|| participant.name.trim().to_lowercase())
}

/// Tells whether the text names a country or an office and no person.
pub(super) fn is_seat_only(participant: &Participant) -> bool {
    if participant.person.is_some() {
        return false;
    }
    let name = participant.name.trim();
    if name.is_empty() {
        return true;
    }
    let is = |word: &Option<String>| word.as_deref().is_some_and(|word| word.eq_ignore_ascii_case(name));
    // A person outside the roster has a name of two words and no office in it ("Anders Holm"); a seat is an office, a
    // country or a code ("President", "Poland", "the Polish prime minister").
    let has_office = participant
        .office
        .as_deref()
        .is_some_and(|office| !office.is_empty() && name.to_lowercase().contains(&office.to_lowercase()));
    is(&participant.country) || has_office || !has_two_capitalised_words(name)
}

fn has_two_capitalised_words(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.len() >= 2 && words.iter().all(|word| word.chars().next().is_some_and(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, country: &str) -> Participant {
        Participant {
            person: Some(id.to_owned()),
            qid: None,
            name: id.to_owned(),
            country: Some(country.to_owned()),
            office: Some("President".to_owned()),
            role: Role::Party,
        }
    }

    fn seat(country: &str, office: Option<&str>) -> Participant {
        Participant {
            person: None,
            qid: None,
            name: office.unwrap_or(country).to_owned(),
            country: Some(country.to_owned()),
            office: office.map(str::to_owned),
            role: Role::Party,
        }
    }

    fn sides(participants: &[Participant]) -> Sides {
        Sides::new(participants, &[])
    }

    fn call() -> Kind {
        Kind(Kind::LEADER_CALL.to_owned())
    }

    #[test]
    fn a_country_stands_for_its_leader() {
        let named = sides(&[person("a", "USA"), person("b", "RUS")]);
        let vague = sides(&[person("a", "USA"), seat("RUS", None)]);
        assert!(named.agree(&vague, &call()).is_some());
        assert!(vague.agree(&named, &call()).is_some());
    }

    #[test]
    fn an_office_stands_only_for_its_own_holder() {
        let named = sides(&[person("a", "USA"), person("b", "RUS")]);
        let minister = sides(&[person("a", "USA"), seat("RUS", Some("Foreign Minister"))]);
        assert_eq!(named.agree(&minister, &call()), None);
    }

    #[test]
    fn two_calls_with_one_leader_in_common_differ() {
        let one = sides(&[person("a", "USA"), person("b", "RUS")]);
        let two = sides(&[person("a", "USA"), person("c", "UKR")]);
        assert_eq!(one.agree(&two, &call()), None);
    }

    #[test]
    fn a_call_of_two_is_not_the_round_of_six() {
        let two = sides(&[person("a", "USA"), person("b", "UKR")]);
        let mut all = vec![person("a", "USA"), person("b", "UKR")];
        all.extend([person("c", "FRA"), person("d", "DEU"), person("e", "GBR"), person("f", "POL")]);
        assert_eq!(two.agree(&sides(&all), &call()), None);
    }

    #[test]
    fn delegations_differ_but_the_parties_at_the_table_decide() {
        let negotiation = Kind(Kind::NEGOTIATION.to_owned());
        let one = sides(&[person("a", "USA"), person("b", "RUS")]);
        let two = Sides::new(&[person("c", "USA"), person("d", "RUS")], &["RUS".to_owned(), "USA".to_owned()]);
        assert!(one.agree(&two, &negotiation).is_some());
        assert_eq!(one.agree(&two, &call()), None);
    }
}
