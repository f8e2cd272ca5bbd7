//! Owns parties: names, offices and countries that stand together, joined into the person or side they name.

mod item;
mod join;
mod part;
mod person;
mod signs;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use jiff::civil::Date;

use super::lexicon::{Cases, Hit};
use super::pack::Classes;
use super::roster::{Risk, Roster};
use super::scene::Scene;

/// A country or organisation, as a position in the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::tag) enum Place {
    Country(usize),
    Organisation(usize),
}

impl Place {
    pub(in crate::tag) fn code(self, roster: &Roster) -> &str {
        match self {
            Self::Country(at) => &roster.countries[at].code,
            Self::Organisation(at) => &roster.organisations[at].code,
        }
    }
}

/// What kind of words a party is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tag) enum Form {
    Person,
    /// An office with its country, or alone.
    Office,
    /// A country or organisation as it stands.
    Place,
    Demonym,
    /// A capital or seat of power.
    Seat,
    /// "his Polish counterpart".
    Counterpart,
    Pronoun,
    /// "the two leaders".
    Pair,
}

/// What a party does in its sentence, other than take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tag) enum Part {
    Plain,
    /// "Trump's envoy": the envoy is meant.
    Owner,
    /// "Trump's spokesman", "the office of Trump": he speaks through another.
    Voiced,
    /// Says what is reported.
    Speaker,
}

impl Part {
    /// Someone else acts or speaks.
    pub(in crate::tag) fn is_behind_another(self) -> bool {
        matches!(self, Self::Owner | Self::Voiced)
    }
}

/// A party in a text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tag) struct Np {
    pub(in crate::tag) start: u32,
    pub(in crate::tag) end: u32,
    pub(in crate::tag) form: Form,
    pub(in crate::tag) person: Option<usize>,
    /// Position in the roster's offices.
    pub(in crate::tag) office: Option<usize>,
    pub(in crate::tag) place: Option<Place>,
    /// Tokens of a name the roster does not know.
    pub(in crate::tag) named: Option<Range<u32>>,
    pub(in crate::tag) cases: Cases,
    pub(in crate::tag) part: Part,
    /// The name is given in full.
    pub(in crate::tag) is_full: bool,
    /// Why the name alone proves nothing.
    risk: Option<Risk>,
}

/// Numbers of the common classes that parties are made with.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tag) struct Glue {
    art: Option<u16>,
    link: Option<u16>,
    and: Option<u16>,
    delegate: Option<u16>,
    spokesman: Option<u16>,
    say: Option<u16>,
    counterpart: Option<u16>,
    pronoun: Option<u16>,
    pair: Option<u16>,
    place_in: Option<u16>,
    separate: Option<u16>,
    together: Option<u16>,
    government: Option<u16>,
}

impl Glue {
    pub(in crate::tag) fn new(classes: &Classes) -> Self {
        Self {
            art: classes.common("art"),
            link: classes.common("glue"),
            and: classes.common("and"),
            delegate: classes.common("delegate"),
            spokesman: classes.common("spokesman"),
            say: classes.common("say"),
            counterpart: classes.common("counterpart"),
            pronoun: classes.common("pronoun"),
            pair: classes.common("two_leaders"),
            place_in: classes.common("place_in"),
            separate: classes.common("separate"),
            together: classes.common("together"),
            government: classes.common("government"),
        }
    }

    /// Skips articles and titles in front of a party.
    pub(in crate::tag) fn skip_articles(&self, scene: &Scene<'_>, mut token: u32) -> u32 {
        for _ in 0..3 {
            match scene.class_end(token, self.art) {
                Some(end) if scene.np_at(token).is_none() => token = end,
                _ => break,
            }
        }
        token
    }

    /// "in Oman", "at the Vatican": where something happens.
    pub(in crate::tag) fn is_located(&self, scene: &Scene<'_>, np: &Np) -> bool {
        let is_place = matches!(np.form, Form::Place | Form::Seat);
        let from = np.start.saturating_sub(3);
        // The locative stands behind: "ジュネーブで", "Cenevre'de".
        let is_before_in = match scene.lang {
            "ja" => scene.text.word(np.end) == "で",
            "tr" => scene.class_end(np.end, self.place_in).is_some(),
            _ => false,
        };
        is_place
            && (is_before_in
                || (from..np.start).any(|token| {
                    let end = scene.class_end(token, self.place_in);
                    end.is_some_and(|end| end == np.start || scene.class_end(end, self.art) == Some(np.start))
                        && !self.is_government_before(scene, token)
                }))
    }

    /// "the government in Kinshasa" is the state, not a place.
    fn is_government_before(&self, scene: &Scene<'_>, token: u32) -> bool {
        (token.saturating_sub(3)..token).any(|start| scene.class_end(start, self.government) == Some(token))
    }

    /// Returns where the next member of a group would start, after a comma or "and". The Arabic "and" is written as one
    /// with the next word, and signs of countries stand side by side ("中美").
    pub(in crate::tag) fn next_member(&self, scene: &Scene<'_>, np: &Np) -> Option<u32> {
        let end = np.end;
        let mut token = end;
        if scene.text.word(token) == "," {
            token += 1;
        }
        if let Some(end) = scene.class_end(token, self.and) {
            token = end;
        }
        let is_side_by_side = is_sign(scene, np) || (scene.lang == "ar" && scene.text.word(end).starts_with('و'));
        (token > end || is_side_by_side).then(|| self.skip_articles(scene, token))
    }

    pub(in crate::tag) fn say(&self) -> Option<u16> {
        self.say
    }

    pub(in crate::tag) fn separate(&self) -> Option<u16> {
        self.separate
    }

    pub(in crate::tag) fn together(&self) -> Option<u16> {
        self.together
    }

    pub(in crate::tag) fn spokesman(&self) -> Option<u16> {
        self.spokesman
    }
}

/// Finds the parties of a scene.
pub(in crate::tag) fn find(
    scene: &Scene<'_>,
    hits: &[Hit],
    roster: &Roster,
    glue: &Glue,
    day: Option<Date>,
) -> Vec<Np> {
    let finder = Finder { scene, roster, glue, day, office_words: OnceCell::new() };
    let items = finder.items(hits);
    let mut nps = finder.join(&items);
    finder.settle(&mut nps);
    finder.mark_parts(&mut nps);
    nps
}

/// A country by one Chinese character: 美, 俄, 米.
fn is_sign(scene: &Scene<'_>, np: &Np) -> bool {
    np.place.is_some() && np.person.is_none() && np.end == np.start + 1 && signs::is_han(scene.text.word(np.start))
}

struct Finder<'s> {
    scene: &'s Scene<'s>,
    roster: &'s Roster,
    glue: &'s Glue,
    day: Option<Date>,
    /// Filled when it is asked for.
    office_words: OnceCell<Vec<(String, usize)>>,
}

/// Words between two names of which one makes the other sure.
const BESIDE_TOKENS: u32 = 2;

impl Finder<'_> {
    /// Drops names that nothing in the document proves.
    fn settle(&self, nps: &mut Vec<Np>) {
        let is_proof = |np: &Np| np.is_full || np.office.is_some() || np.place.is_some();
        let proven: HashSet<usize> = nps.iter().filter(|np| is_proof(np)).filter_map(|np| np.person).collect();
        let sure: Vec<(usize, Range<u32>)> = nps
            .iter()
            .filter(|np| np.person.is_some() && (np.risk.is_none() || is_proof(np)))
            .map(|np| (self.scene.text.sentence_of(np.start), np.start..np.end))
            .collect();
        nps.retain(|np| {
            let (Some(person), Some(risk)) = (np.person, np.risk) else { return true };
            if is_proof(np) || proven.contains(&person) {
                return true;
            }
            // "Xi" beside another leader is Xi Jinping: few others are named with leaders in one sentence.
            let sentence = self.scene.text.sentence_of(np.start);
            let from = sure.partition_point(|(at, _)| *at < sentence);
            let is_here = |other: &(usize, Range<u32>)| other.0 == sentence;
            let is_in_company = sure.get(from).is_some_and(is_here);
            // Less than a leader must stand right beside: "Lavrov and Fidan".
            let next = sure.partition_point(|(_, tokens)| tokens.start < np.start);
            let neighbours = sure[next.saturating_sub(1)..].iter().take(2).filter(|other| is_here(other));
            let is_beside = neighbours.map(|(_, tokens)| tokens).any(|other| {
                let gap = np.start.saturating_sub(other.end) + other.start.saturating_sub(np.end);
                gap <= BESIDE_TOKENS
            });
            matches!(risk, Risk::Short | Risk::CommonWord)
                && (is_in_company && self.leads_now(person) || is_beside && self.holds_office(person))
        });
    }
}
