//! Owns which person a name means.

use std::ops::Range;

use super::super::fold::fold;
use super::super::roster::PartyKind;
use super::super::text::{Shape, TokenKind};
use super::{Finder, Np, Place};

/// A name as found.
pub(super) struct Known<'i> {
    /// Persons who bear it.
    pub(super) candidates: &'i [usize],
    pub(super) is_full: bool,
    pub(super) start: u32,
    /// An office, a country or another name stands directly before it.
    pub(super) follows_item: bool,
}

impl Finder<'_> {
    pub(super) fn is_cjk(&self) -> bool {
        matches!(self.scene.lang, "zh" | "ja")
    }

    /// Reports whether the person ever held an office there.
    pub(super) fn is_of(&self, person: usize, place: Option<Place>) -> bool {
        let Some(place) = place else { return true };
        let code = place.code(self.roster);
        self.roster.persons[person].terms.iter().any(|term| term.country == code)
    }

    pub(super) fn holds_office(&self, person: usize) -> bool {
        let person = &self.roster.persons[person];
        self.day
            .map_or_else(|| person.terms.iter().any(|term| term.to.is_none()), |day| person.office_at(day).is_some())
    }

    /// Reports whether the person leads a state or organisation on the day.
    pub(super) fn leads_now(&self, person: usize) -> bool {
        let person = &self.roster.persons[person];
        let held = match self.day {
            Some(day) => person.office_at(day),
            None => person.terms.iter().find(|term| term.to.is_none()),
        };
        held.is_some_and(|term| matches!(term.office.kind(), PartyKind::Head | PartyKind::IgoHead))
    }

    /// Picks the persons a name can mean, the likeliest first.
    pub(super) fn choose(&self, known: &Known<'_>, np: &Np) -> Vec<usize> {
        if self.is_other_person(known) {
            return Vec::new();
        }
        let mut candidates: Vec<usize> =
            known.candidates.iter().copied().filter(|one| self.is_of(*one, np.place)).collect();
        if candidates.len() > 1 {
            let in_office: Vec<usize> = candidates.iter().copied().filter(|one| self.holds_office(*one)).collect();
            if !in_office.is_empty() {
                candidates = in_office;
            }
        }
        if candidates.len() > 1
            && let (Some(office), Some(day)) = (np.office, self.day)
        {
            let classes = &self.roster.offices[office].classes;
            let fits = |one: &usize| {
                self.roster.persons[*one].office_at(day).is_some_and(|term| classes.contains(&term.office))
            };
            let fitting: Vec<usize> = candidates.iter().copied().filter(fits).collect();
            if !fitting.is_empty() {
                candidates = fitting;
            }
        }
        candidates
    }

    /// A bare surname behind a given name of someone else ("Melania Trump", "Trump Jr").
    pub(super) fn is_other_person(&self, known: &Known<'_>) -> bool {
        let text = self.scene.text;
        if known.is_full || known.follows_item || self.is_cjk() || self.scene.lang == "ar" {
            return false;
        }
        if self.is_given_name_of_other(known.start) {
            return true;
        }
        // German writes every noun with a capital.
        if self.scene.lang == "de" || known.start == 0 {
            return false;
        }
        let before = known.start - 1;
        let token = text.tokens[before as usize];
        let sentence = self.scene.sentence(text.sentence_of(known.start));
        let is_first = before == sentence.start || matches!(text.word(before - 1), ":" | "\"" | "“" | "„" | "«" | "–");
        let is_name_like = token.kind == TokenKind::Word && token.shape == Shape::Capital && !is_first;
        if !is_name_like || self.scene.is_title(before) || !self.scene.classes_at(before).is_empty() {
            return false;
        }
        let initial = text.word(before).chars().next();
        let is_initial_of = |one: &usize| {
            let names = &self.roster.persons[*one].names;
            names
                .of(self.scene.lang)
                .iter()
                .chain(names.of("en"))
                .filter_map(|name| fold(name).chars().next())
                .any(|c| Some(c) == initial)
        };
        !known.candidates.iter().any(is_initial_of)
    }

    /// "Gabriel Zucman" is not Mr Gabriel: a given name, and behind it a surname that no word list knows.
    fn is_given_name_of_other(&self, token: u32) -> bool {
        let text = self.scene.text;
        let Some(next) = text.tokens.get(token as usize + 1) else { return false };
        next.kind == TokenKind::Word
            && next.shape == Shape::Capital
            && !self.scene.is_title(token)
            && self.scene.classes_at(token + 1).is_empty()
            && self.roster.is_given_name(text.word(token))
    }

    /// The capitalised words behind an office: a name the roster does not know.
    pub(super) fn unknown_name(&self, end: u32) -> Option<Range<u32>> {
        let text = self.scene.text;
        if self.is_cjk() || self.scene.lang == "ar" || self.scene.is_title(end) {
            return None;
        }
        let start = self.glue.skip_articles(self.scene, end);
        let mut token = start;
        let mut n_capital = 0;
        while let Some(one) = text.tokens.get(token as usize) {
            let is_capital = one.kind == TokenKind::Word && one.shape == Shape::Capital;
            let is_particle = matches!(text.word(token), "al" | "bin" | "de" | "van" | "el" | "-" | "'" | "da" | "von");
            if is_capital && n_capital < 4 {
                n_capital += 1;
            } else if !(is_particle && n_capital > 0) {
                break;
            }
            token += 1;
        }
        while token > start && text.tokens[token as usize - 1].shape != Shape::Capital {
            token -= 1;
        }
        (n_capital > 0 && token > start).then_some(start..token)
    }
}
