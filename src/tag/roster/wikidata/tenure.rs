//! Owns tenures: one office held without a break, however many statements or terms it is told in, and how two tellings
//! of it compare.

use jiff::civil::Date;

use super::Claim;
use crate::tag::roster::person::{Day, DayPrecision};
use crate::tag::roster::{OfficeClass, Person, Term};

/// A new mandate within this many days goes on with the tenure.
const BREAK_DAYS_MAX: i32 = 31;

/// One statement of Wikidata: a person in an office of a country.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) qid: String,
    /// ISO 3166-1 alpha-3.
    pub(super) code: String,
    /// English label of the office.
    pub(super) title: Option<String>,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

/// A tenure as one side tells it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tenure {
    pub(super) title: Option<String>,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
    /// Positions of the first and the last of what it was made of.
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Tenure {
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let start = |tenure: &Self| tenure.from.map_or(Date::MIN, |from| from.first);
        let end = |tenure: &Self| tenure.to.map_or(Date::MAX, last_day);
        start(self) <= end(other) && start(other) <= end(self)
    }

    fn goes_on_with(&self, later: &Self) -> bool {
        let (Some(to), Some(from)) = (self.to, later.from) else { return true };
        let gap = last_day(to).until(from.first).map_or(i32::MAX, |span| span.get_days());
        gap <= BREAK_DAYS_MAX
    }
}

/// Joins what goes on without a break. The parts are in any order; one without a start belongs to the open tenure, and
/// tells nothing when there is none.
fn join(mut parts: Vec<Tenure>) -> Vec<Tenure> {
    parts.sort_by_key(|part| (part.from.map_or(Date::MAX, |from| from.first), part.first));
    let mut joined: Vec<Tenure> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(tenure) if tenure.goes_on_with(&part) => {
                // Who is in office by one telling has not left by an older one.
                tenure.to = match (tenure.to, part.to) {
                    (Some(to), Some(end)) => Some(if end.first > to.first { end } else { to }),
                    _ => None,
                };
                tenure.last = part.last;
                tenure.title = part.title.or(tenure.title.take());
            }
            _ => joined.push(part),
        }
    }
    joined
}

/// Returns the tenures that statements about one office tell of.
pub(super) fn of_statements(held: &[&Held]) -> Vec<Tenure> {
    let part = |(at, held): (usize, &&Held)| Tenure {
        title: held.title.clone(),
        from: held.from,
        to: held.to,
        first: at,
        last: at,
    };
    let mut tenures = join(held.iter().enumerate().map(part).collect());
    tenures.retain(|tenure| tenure.from.is_some());
    tenures
}

/// Returns the tenures that a person's terms in a country tell of, for offices of these classes.
pub(super) fn of_terms(person: &Person, code: &str, classes: &[OfficeClass]) -> Vec<Tenure> {
    let is_asked = |term: &Term| term.country == code && classes.contains(&term.office);
    let terms = person.terms.iter().enumerate().filter(|(_, term)| is_asked(term));
    let part = |(at, term): (usize, &Term)| Tenure {
        title: Some(term.title.clone()),
        from: term.from,
        to: term.to,
        first: at,
        last: at,
    };
    join(terms.map(part).collect())
}

/// How another telling of a day compares with the roster's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    Same,
    /// The same, more precisely.
    Sharper,
    Other,
}

pub(super) fn compare(roster: Day, other: Day) -> Telling {
    if other.precision < roster.precision && roster.first <= other.first && last_day(other) <= last_day(roster) {
        return Telling::Sharper;
    }
    let is_same = roster.first <= last_day(other) && other.first <= last_day(roster);
    if is_same { Telling::Same } else { Telling::Other }
}

/// Returns the last day that is meant.
pub(super) fn last_day(day: Day) -> Date {
    match day.precision {
        DayPrecision::Day => day.first,
        DayPrecision::Month => day.first.last_of_month(),
        DayPrecision::Year => day.first.last_of_year(),
    }
}

/// Tells the office by its English name, as far as the roster keeps such offices; deputies and offices within a ministry
/// are others.
pub(super) fn claim_of_title(title: &str, code: &str) -> Option<Claim> {
    let title = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if title.starts_with("vice president of") {
        return Some(Claim::Class(OfficeClass::VicePresident));
    }
    if code == "USA" && title == "united states secretary of state" {
        return Some(Claim::Class(OfficeClass::ForeignMinister));
    }
    let is_minister = has(&["minister", "secretary"]);
    if !is_minister || has(&["deputy", "vice", "shadow", "under", "assistant", "permanent", "minister of state"]) {
        return None;
    }
    if has(&["foreign", "external affairs", "external relations"]) {
        return Some(Claim::Class(OfficeClass::ForeignMinister));
    }
    has(&["defence", "defense", "armed forces"]).then_some(Claim::Class(OfficeClass::DefenceMinister))
}
