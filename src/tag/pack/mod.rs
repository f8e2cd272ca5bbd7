//! Owns rule packs: what kind of event each codes, by which words, rules, vetoes and cues. The format is in
//! `config/packs/README.md`.

mod file;
mod pattern;
mod read;

use std::collections::HashMap;

use super::lexicon::Langs;
use super::roster::PartyKind;
use super::{Kind, Medium, Mention, Plover, Role, Salience, Status};

pub(super) use pattern::{Pattern, Step, Wanted};
pub(super) use read::{Place, load, only};

pub use read::PackError;

/// The folder whose words all packs share.
pub(super) const COMMON: &str = "common";

/// One kind of event.
#[derive(Debug, Clone)]
pub(super) struct Pack {
    /// `core.leader_call`.
    pub(super) id: String,
    pub(super) version: String,
    pub(super) kind: Kind,
    pub(super) cameo: String,
    pub(super) plover: Plover,
    pub(super) min_score: f32,
    pub(super) default_status: Status,
    pub(super) default_medium: Option<Medium>,
    pub(super) parties: Parties,
    /// The first whose cue is found decides.
    pub(super) statuses: Vec<Ranked>,
    pub(super) laters: Vec<Later>,
    pub(super) rules: Vec<Rule>,
    /// By trigger: the languages and the position of each rule.
    by_trigger: Vec<Vec<(Langs, usize)>>,
    /// Rules that code nothing and give roles to the parties of an event beside them.
    pub(super) asides: Vec<AsideRule>,
    pub(super) vetoes: Vec<Veto>,
    pub(super) tests: Vec<Test>,
}

impl Pack {
    /// Orders the rules by their triggers, when all are read.
    fn index(&mut self) {
        let indexed = self.rules.iter().enumerate().map(|(at, rule)| (rule.trigger, (rule.langs, at)));
        let mut by_trigger: Vec<Vec<(Langs, usize)>> = Vec::new();
        for (trigger, rule) in indexed {
            let trigger = usize::from(trigger);
            if by_trigger.len() <= trigger {
                by_trigger.resize_with(trigger + 1, Vec::new);
            }
            by_trigger[trigger].push(rule);
        }
        self.by_trigger = by_trigger;
    }

    /// The rules in these languages whose trigger is one of the classes, as they stand in the pack.
    pub(super) fn rules_of(&self, classes: &[u16], langs: Langs) -> impl Iterator<Item = &Rule> {
        let of_class = |class: &u16| self.by_trigger.get(usize::from(*class)).map_or(&[][..], Vec::as_slice);
        let in_langs = classes.iter().flat_map(of_class).filter(|(known, _)| known.shares(langs));
        let mut found: Vec<usize> = in_langs.map(|(_, at)| *at).collect();
        found.sort_unstable();
        found.into_iter().map(|at| &self.rules[at])
    }
}

/// Who must take part.
#[derive(Debug, Clone)]
pub(super) struct Parties {
    pub(super) min: usize,
    /// Those of an event that one sentence outside the title and the first sentences tells.
    pub(super) min_aside: usize,
    pub(super) is_different_country: bool,
    pub(super) kinds: Vec<PartyKind>,
    /// Countries and organisations take part as such.
    pub(super) are_sides: bool,
    /// Codes of organisations that take part only where a rule captures them.
    pub(super) bystanders: Vec<String>,
    /// Class of the words by which the first party has an event of its own with each of the others.
    pub(super) each: Option<u16>,
}

impl Parties {
    /// Reports whether an event has the parties that it needs where the text tells it.
    pub(super) fn are_enough(&self, mention: &Mention) -> bool {
        let n_tellings = mention.evidence.iter().filter(|evidence| evidence.slot == "kind").count();
        let is_aside = mention.salience == Salience::Secondary && n_tellings == 1;
        !is_aside || mention.parties.len() >= self.min_aside
    }
}

/// A rule that only gives roles.
#[derive(Debug, Clone)]
pub(super) struct AsideRule {
    pub(super) rule: Rule,
    pub(super) reach: Reach,
}

/// The events whose parties a rule gives roles to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reach {
    /// Those of its own sentence.
    Sentence,
    /// Those of the last sentence before it that has any, too.
    LastEvent,
}

#[derive(Debug, Clone)]
pub(super) struct Ranked {
    /// Cue class.
    pub(super) cue: String,
    /// The status it gives; `None` drops the mention.
    pub(super) status: Option<Status>,
    /// Groups of rules (the id up to the dot) of which the cue says nothing.
    pub(super) not_of: Vec<String>,
}

/// What a sentence behind an event says of its status.
#[derive(Debug, Clone)]
pub(super) struct Later {
    /// Cue class.
    pub(super) cue: String,
    /// The statuses it changes.
    pub(super) of: Vec<Status>,
    pub(super) status: Status,
}

impl Later {
    fn of(text: &file::LaterText) -> Self {
        Self { cue: text.cue.clone(), of: text.of.clone(), status: text.is }
    }
}

impl Ranked {
    pub(super) fn is_of(&self, rule: &Rule) -> bool {
        let group = rule.id.split_once('.').map_or(rule.id.as_str(), |(group, _)| group);
        !self.not_of.iter().any(|one| one == group)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) langs: Langs,
    pub(super) pattern: Pattern,
    /// The first class of the pack's own; rules with one trigger compete.
    pub(super) trigger: u16,
    pub(super) score: f32,
    pub(super) roles: Vec<(char, Role)>,
    pub(super) medium: Option<Medium>,
    pub(super) status: Option<Status>,
    /// No cue changes the status the rule sets.
    pub(super) is_over_cues: bool,
    /// Tokens either side of the trigger in which missing parties are looked for.
    pub(super) bag: Option<u32>,
    /// Missing parties may be those of the title and the first sentences.
    pub(super) is_context_allowed: bool,
    /// Parties that must be found, if not the pack's own number.
    pub(super) n_parties_min: Option<usize>,
    pub(super) help: Vec<Help>,
}

/// A class nearby that makes a weak rule count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Help {
    pub(super) class: u16,
    pub(super) span: u32,
    pub(super) add: f32,
}

#[derive(Debug, Clone)]
pub(super) struct Veto {
    pub(super) id: String,
    pub(super) langs: Langs,
    pub(super) pattern: Pattern,
}

/// Words that say where an event stands.
#[derive(Debug, Clone)]
pub(super) struct Cue {
    pub(super) class: String,
    /// The pack it serves; `None` serves all.
    pub(super) pack: Option<usize>,
    pub(super) dir: Dir,
    /// Tokens between the cue and the trigger.
    pub(super) span: u32,
    /// It does not reach past a comma.
    pub(super) is_clause_bound: bool,
    /// In the title or the first sentence it holds for the whole document.
    pub(super) is_of_document: bool,
}

/// Where the trigger stands, seen from the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Dir {
    Right,
    Left,
    Both,
}

/// A text with what must come out of it.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) place: Place,
    pub(super) lang: &'static str,
    pub(super) published: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) expect: Expect,
}

/// What a test asks of the mentions of the pack's kind; what is absent is not looked at.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Expect {
    pub(super) none: bool,
    pub(super) n: Option<usize>,
    pub(super) status: Option<Status>,
    /// First day.
    pub(super) date: Option<String>,
    pub(super) initiator: Option<String>,
    pub(super) participants: Option<Vec<String>>,
    pub(super) parties: Option<Vec<String>>,
    pub(super) negotiators: Option<Vec<String>>,
    pub(super) mediators: Option<Vec<String>>,
    pub(super) medium: Option<Medium>,
    pub(super) announced_by: Option<String>,
    pub(super) historical: Option<bool>,
    pub(super) topics: Option<Vec<String>>,
    pub(super) place: Option<String>,
}

/// Numbers of the classes, by scope (a pack's folder, or [`COMMON`]) and name.
#[derive(Debug, Clone, Default)]
pub(super) struct Classes {
    by_name: HashMap<(String, String), u16>,
    /// Scope of each class.
    scopes: Vec<String>,
    /// Languages in which each class has words.
    langs: Vec<Langs>,
}

impl Classes {
    /// Returns the number of a class, a new one if it is not known.
    fn number(&mut self, scope: &str, name: &str) -> u16 {
        let next = self.scopes.len() as u16;
        let number = *self.by_name.entry((scope.to_owned(), name.to_owned())).or_insert(next);
        if number == next {
            self.scopes.push(scope.to_owned());
            self.langs.push(Langs::default());
        }
        number
    }

    /// Notes that a class has words in a language.
    fn has_words(&mut self, class: u16, langs: Langs) {
        if let Some(known) = self.langs.get_mut(class as usize) {
            *known = known.join(langs);
        }
    }

    /// Looks a class up as a rule of `scope` sees it: its own when that has words in the rule's languages, else the
    /// common one.
    fn seen_from(&self, scope: &str, name: &str, langs: Langs) -> Option<u16> {
        let number = |scope: &str| self.by_name.get(&(scope.to_owned(), name.to_owned())).copied();
        let has_words = |class: &u16| self.langs.get(*class as usize).is_some_and(|known| known.shares(langs));
        let own = number(scope);
        own.filter(has_words).or_else(|| number(COMMON)).or(own)
    }

    /// Returns the number of a common class the program itself reads.
    pub(super) fn common(&self, name: &str) -> Option<u16> {
        self.by_name.get(&(COMMON.to_owned(), name.to_owned())).copied()
    }

    fn is_of(&self, class: u16, scope: &str) -> bool {
        self.scopes.get(class as usize).is_some_and(|known| known == scope)
    }

    /// Reports whether words of the class belong to a pack rather than to all.
    pub(super) fn scope(&self, class: u16) -> &str {
        self.scopes.get(class as usize).map_or("", String::as_str)
    }
}
