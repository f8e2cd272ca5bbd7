//! Owns the search for persons, countries and organisations by a part of what they are called, in any language.

use jiff::civil::Date;

use super::{Country, Inflection, Names, Organisation, Person, Roster, Term, office};
use crate::tag::fold::fold;

/// What the search found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<'r> {
    pub subject: Subject<'r>,
    /// A person's highest office on the day.
    pub office: Option<&'r Term>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Subject<'r> {
    Person(&'r Person),
    Country(&'r Country),
    Organisation(&'r Organisation),
}

impl Roster {
    /// Finds what is called so: countries and organisations, then persons with the words in a name, then persons with the
    /// words in name, office or country together. Every word of `text` must occur, as a part of a word and whatever its
    /// marks and case; an empty text finds nothing.
    #[must_use]
    pub fn search(&self, text: &str, day: Date) -> Vec<Found<'_>> {
        let folded = fold(text);
        let words: Vec<&str> = folded.split_whitespace().collect();
        if words.is_empty() {
            return Vec::new();
        }
        let place = |subject| Found { subject, office: None };
        let mut found = Vec::new();
        for country in &self.countries {
            if has_all(&words, &[country.code.to_lowercase(), joined(&country.names)]) {
                found.push(place(Subject::Country(country)));
            }
        }
        for organisation in &self.organisations {
            if has_all(&words, &[organisation.code.to_lowercase(), joined(&organisation.names)]) {
                found.push(place(Subject::Organisation(organisation)));
            }
        }
        let mut by_office = Vec::new();
        for person in &self.persons {
            let office = person.office_at(day);
            let one = Found { subject: Subject::Person(person), office };
            let mut called = vec![person.id.clone(), declined(&person.names, |lang| person.inflect.of(lang))];
            if has_all(&words, &called) {
                found.push(one);
            } else if let Some(term) = office {
                called.extend(self.office_called(term));
                if has_all(&words, &called) {
                    by_office.push(one);
                }
            }
        }
        found.extend(by_office);
        found
    }

    /// Returns how the office and its country are called, folded.
    fn office_called(&self, term: &Term) -> Vec<String> {
        let mut called = vec![fold(&term.title), term.country.to_lowercase()];
        for entry in &self.offices {
            let is_here = entry.country.as_ref().is_none_or(|country| *country == term.country);
            if is_here
                && entry.classes.contains(&term.office)
                && office::title_fit(&term.title, &entry.titles).is_some()
            {
                called.extend([joined(&entry.words), joined(&entry.feminine)]);
            }
        }
        if let Some(country) = self.country(&term.country) {
            called.extend([joined(&country.names), joined(&country.demonyms)]);
        }
        if let Some(organisation) = self.organisation(&term.country) {
            called.push(joined(&organisation.names));
        }
        called
    }
}

fn has_all(words: &[&str], called: &[String]) -> bool {
    words.iter().all(|word| called.iter().any(|text| text.contains(word)))
}

/// All forms in all languages, folded, one a line; declined as names of places where these are declined.
fn joined(names: &Names) -> String {
    declined(names, |_| Inflection::Place)
}

fn declined(names: &Names, inflection: impl Fn(&str) -> Inflection) -> String {
    let mut joined = String::new();
    for (lang, forms) in names.iter() {
        for (form, _) in forms.iter().flat_map(|form| inflection(lang).forms(form, lang)) {
            joined.push_str(&fold(&form));
            joined.push('\n');
        }
    }
    joined
}
