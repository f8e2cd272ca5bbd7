//! Owns comparing one document's labels with what was coded of it.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::super::{Coded, Coder, Kind, Mention, Role};
use super::figure::{Counts, Overlap, Slots};
use super::label::{CallLabel, Labelled, NegotiationLabel};
use super::names::Names;

/// Chars of a document that a confusion shows.
const START_CHARS: usize = 100;
/// Language of a document that neither the label nor the coder knows: undetermined (ISO 639-2).
const UNKNOWN: &str = "und";

/// Compares labels with what a coder found.
#[derive(Debug, Clone)]
pub struct Scorer {
    kinds: Vec<String>,
    /// Kind by pack id.
    packs: HashMap<String, String>,
    names: Names,
}

/// What came of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Of the label, else as found.
    pub lang: String,
    pub is_borderline: bool,
    pub kinds: Vec<(String, Counts)>,
    pub slots: Slots,
    pub confusions: Vec<Confusion>,
}

/// One thing that code and label do not agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    pub id: String,
    pub lang: String,
    pub kind: String,
    pub is_borderline: bool,
    pub confused: Confused,
    /// The rule and its words; for what was missed, what came nearest and what stopped it.
    pub why: String,
    /// First chars of title and text, on one line.
    pub start: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confused {
    FalsePositive,
    Missed,
    WrongSlot { slot: &'static str, labelled: String, coded: String },
}

impl Confused {
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::FalsePositive => 0,
            Self::Missed => 1,
            Self::WrongSlot { .. } => 2,
        }
    }

    /// Returns the word for it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::FalsePositive => "false positive",
            Self::Missed => "missed",
            Self::WrongSlot { .. } => "wrong slot",
        }
    }
}

impl Scorer {
    #[must_use]
    pub fn new(coder: &Coder) -> Self {
        Self {
            kinds: coder.kinds().into_iter().map(|kind| kind.0.clone()).collect(),
            packs: coder.packs.iter().map(|pack| (pack.id.clone(), pack.kind.0.clone())).collect(),
            names: Names::new(coder.roster()),
        }
    }

    /// Returns the kinds that can be labelled: those the packs code.
    #[must_use]
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Compares the labels of a document with what was coded of it.
    #[must_use]
    pub fn compare(&self, labelled: &Labelled, coded: &Coded) -> Comparison {
        let lang = labelled.line.lang.clone().or_else(|| coded.lang.clone()).unwrap_or_else(|| UNKNOWN.to_owned());
        let mut comparing = Comparing {
            scorer: self,
            labelled,
            done: Comparison {
                lang,
                is_borderline: labelled.is_borderline,
                kinds: Vec::new(),
                slots: Slots::default(),
                confusions: Vec::new(),
            },
        };
        for (kind, &is_labelled) in &labelled.kinds {
            let is_current = |mention: &&Mention| mention.kind.0 == *kind && !mention.historical;
            let mentions: Vec<&Mention> = coded.mentions.iter().filter(is_current).collect();
            comparing.done.kinds.push((kind.clone(), Counts::one(is_labelled, !mentions.is_empty())));
            match (is_labelled, mentions.first()) {
                (false, Some(first)) => comparing.confuse(kind, Confused::FalsePositive, by(first, "kind")),
                (true, None) => comparing.confuse(kind, Confused::Missed, self.nearest(kind, coded)),
                (true, Some(_)) if kind == Kind::LEADER_CALL => comparing.calls(&mentions),
                (true, Some(_)) if kind == Kind::NEGOTIATION => comparing.negotiations(&mentions),
                _ => {}
            }
        }
        comparing.done
    }

    /// Says what came nearest to a mention of the kind.
    fn nearest(&self, kind: &str, coded: &Coded) -> String {
        if let Some(background) = coded.mentions.iter().find(|mention| mention.kind.0 == kind) {
            return format!("only as background, {}", by(background, "kind"));
        }
        let is_of_kind = |rule: &str| {
            let pack = rule.split_once('/').map_or(rule, |(pack, _)| pack);
            self.packs.get(pack).is_some_and(|known| known == kind)
        };
        if let Some(miss) = coded.near_misses.iter().find(|miss| is_of_kind(&miss.rule)) {
            return format!("nearly by {} \"{}\", but {}", miss.rule, one_line(&miss.text), miss.reason);
        }
        format!("no rule matched, read as {}", coded.lang.as_deref().unwrap_or("an unknown language"))
    }

    fn is_same(&self, name: &str, mention: &Mention, role: Option<Role>) -> bool {
        let mut coded = mention.participants.iter().filter(|one| role.is_none_or(|role| one.role == role));
        coded.any(|one| self.names.is_same(name, one))
    }

    /// Counts the labelled names that mean a coded participant, and that participant once.
    fn n_people(&self, call: &CallLabel, mention: &Mention) -> usize {
        let mut is_taken = vec![false; mention.participants.len()];
        for name in &call.participants {
            let is_free = |at: &usize| !is_taken[*at] && self.names.is_same(name, &mention.participants[*at]);
            if let Some(at) = (0..is_taken.len()).find(is_free) {
                is_taken[at] = true;
            }
        }
        is_taken.into_iter().filter(|is_taken| *is_taken).count()
    }

    /// Returns the codes of the labelled parties, sorted.
    fn codes(&self, negotiation: &NegotiationLabel) -> Vec<String> {
        let mut codes: Vec<String> = negotiation.parties.iter().map(|party| self.names.code(party)).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

/// A comparison under way.
struct Comparing<'s> {
    scorer: &'s Scorer,
    labelled: &'s Labelled,
    done: Comparison,
}

impl Comparing<'_> {
    fn confuse(&mut self, kind: &str, confused: Confused, why: String) {
        let line = &self.labelled.line;
        let title = line.title.as_deref().filter(|title| !title.is_empty());
        let whole = title.map_or_else(|| line.text.clone(), |title| format!("{title} | {}", line.text));
        self.done.confusions.push(Confusion {
            id: self.labelled.id.clone(),
            lang: self.done.lang.clone(),
            kind: kind.to_owned(),
            is_borderline: self.labelled.is_borderline,
            confused,
            why,
            start: one_line(&whole).chars().take(START_CHARS).collect(),
        });
    }

    /// Notes a slot that is wrong in a pair of label and mention.
    fn wrong(&mut self, slot: &'static str, mention: &Mention, labelled: String, coded: String) {
        let kind = mention.kind.0.clone();
        self.confuse(&kind, Confused::WrongSlot { slot, labelled, coded }, by(mention, slot));
    }

    fn calls(&mut self, mentions: &[&Mention]) {
        let (scorer, labelled) = (self.scorer, self.labelled);
        let shared = |call: usize, mention: usize| {
            let (call, mention) = (&labelled.calls[call], mentions[mention]);
            (scorer.n_people(call, mention), call.status == mention.status)
        };
        let pairs = pairs(labelled.calls.len(), mentions.len(), shared);
        self.done.slots.calls.n_labelled += labelled.calls.len();
        self.done.slots.calls.n_paired += pairs.len();
        for (call, mention) in pairs {
            self.call(&labelled.calls[call], mentions[mention]);
        }
    }

    fn call(&mut self, call: &CallLabel, mention: &Mention) {
        let n_right = self.scorer.n_people(call, mention);
        let slots = &mut self.done.slots.calls;
        let (n_coded, n_labelled) = (mention.participants.len(), call.participants.len());
        slots.participants += Overlap { n_right, n_coded, n_labelled };
        slots.status.count(call.status == mention.status);
        if let Some(medium) = call.medium {
            slots.medium.count(mention.medium == Some(medium));
        }
        let coded = mention.date.as_ref().map(|date| date.start);
        match call.date {
            Some(day) => slots.date.count(coded == Some(day)),
            None => slots.n_dates_extra += usize::from(coded.is_some()),
        }
        let is_medium_wrong = call.medium.is_some() && call.medium != mention.medium;
        if n_right < n_labelled.max(n_coded) {
            let names: Vec<&str> = mention.participants.iter().map(|one| one.name.as_str()).collect();
            self.wrong("participants", mention, call.participants.join(", "), names.join(", "));
        }
        if call.status != mention.status {
            self.wrong("status", mention, call.status.as_str().to_owned(), mention.status.as_str().to_owned());
        }
        if call.date != coded {
            self.wrong("date", mention, or_none(call.date), or_none(coded));
        }
        if is_medium_wrong {
            let word =
                |medium: Option<_>| medium.map_or_else(|| "none".to_owned(), |one| format!("{one:?}").to_lowercase());
            self.wrong("medium", mention, word(call.medium), word(mention.medium));
        }
        self.initiator(call, mention);
    }

    fn initiator(&mut self, call: &CallLabel, mention: &Mention) {
        let coded = mention.participants.iter().find(|one| one.role == Role::Initiator);
        let labelled = call.initiator.as_deref();
        let is_right = labelled.is_some_and(|name| self.scorer.is_same(name, mention, Some(Role::Initiator)));
        self.done.slots.calls.initiator += Overlap {
            n_right: usize::from(is_right),
            n_coded: usize::from(coded.is_some()),
            n_labelled: usize::from(labelled.is_some()),
        };
        if !is_right && (coded.is_some() || labelled.is_some()) {
            self.wrong("initiator", mention, or_none(labelled), or_none(coded.map(|one| &one.name)));
        }
    }

    fn negotiations(&mut self, mentions: &[&Mention]) {
        let labels: Vec<(&NegotiationLabel, Vec<String>)> =
            self.labelled.negotiations.iter().map(|one| (one, self.scorer.codes(one))).collect();
        let shared = |label: usize, mention: usize| {
            let ((label, codes), mention) = (&labels[label], mentions[mention]);
            (n_shared(codes, &mention.parties), label.status == mention.status)
        };
        let pairs = pairs(labels.len(), mentions.len(), shared);
        self.done.slots.negotiations.n_labelled += labels.len();
        self.done.slots.negotiations.n_paired += pairs.len();
        for (label, mention) in pairs {
            let ((label, codes), mention) = (&labels[label], mentions[mention]);
            let slots = &mut self.done.slots.negotiations;
            let n_right = n_shared(codes, &mention.parties);
            slots.parties += Overlap { n_right, n_coded: mention.parties.len(), n_labelled: codes.len() };
            slots.status.count(label.status == mention.status);
            if *codes != mention.parties {
                self.wrong("parties", mention, codes.join(", "), mention.parties.join(", "));
            }
            if label.status != mention.status {
                self.wrong("status", mention, label.status.as_str().to_owned(), mention.status.as_str().to_owned());
            }
        }
    }
}

fn n_shared(labelled: &[String], coded: &[String]) -> usize {
    labelled.iter().filter(|code| coded.contains(code)).count()
}

/// Pairs labels with mentions one to one, those that share most first.
fn pairs(n_labels: usize, n_mentions: usize, shared: impl Fn(usize, usize) -> (usize, bool)) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> =
        (0..n_labels).flat_map(|label| (0..n_mentions).map(move |mention| (label, mention))).collect();
    all.sort_by_cached_key(|&(label, mention)| Reverse(shared(label, mention)));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (label, mention) in all {
        if pairs.iter().all(|&(known, other)| known != label && other != mention) {
            pairs.push((label, mention));
        }
    }
    pairs
}

/// Names the rule that filled a slot, else the one that found the event, with its words.
fn by(mention: &Mention, slot: &str) -> String {
    let of_slot = mention.evidence.iter().find(|evidence| evidence.slot == slot);
    let evidence = of_slot.or_else(|| mention.evidence.first());
    evidence.map_or_else(String::new, |one| format!("by {} \"{}\"", one.rule, one_line(&one.text)))
}

/// The text is a stranger's: it must not steer the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
