//! Owns running the programs of rules over a sentence: where one matches, and which parties it captures.

use std::cell::Cell;
use std::ops::Range;

use super::pack::{Pattern, Step, Wanted};
use super::party::{Form, Glue, Np, Part};
use super::scene::Scene;
use super::text::TokenKind;

/// Steps one sentence may take for one rule: a rule with many gaps over a long sentence stops here.
const STEPS_MAX: u32 = 20_000;
/// Steps one document may take: far more than any article does.
const DOCUMENT_STEPS_MAX: u32 = 2_000_000;
/// Members of one group of parties.
const GROUP_MAX: usize = 8;

/// A match of a rule in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) tokens: Range<u32>,
    /// The capture's letter and the position of a party in the scene.
    pub(super) captures: Vec<(char, usize)>,
    /// Tokens of the trigger.
    pub(super) trigger: Range<u32>,
}

/// What one document may still cost.
#[derive(Debug)]
pub(super) struct Work {
    n_steps_left: Cell<u32>,
}

impl Default for Work {
    fn default() -> Self {
        Self { n_steps_left: Cell::new(DOCUMENT_STEPS_MAX) }
    }
}

impl Work {
    pub(super) fn spend(&self, n_steps: u32) {
        self.n_steps_left.set(self.n_steps_left.get().saturating_sub(n_steps));
    }

    pub(super) fn is_spent(&self) -> bool {
        self.n_steps_left.get() == 0
    }
}

/// Runs one program.
pub(super) struct Runner<'s> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) glue: &'s Glue,
    pub(super) sentence: Range<u32>,
    /// The class whose place is reported.
    pub(super) trigger: Option<u16>,
    captures: Vec<(char, usize)>,
    found: Range<u32>,
    n_steps: u32,
}

impl<'s> Runner<'s> {
    pub(super) fn new(scene: &'s Scene<'s>, glue: &'s Glue, sentence: Range<u32>, trigger: Option<u16>) -> Self {
        Self { scene, glue, sentence, trigger, captures: Vec::new(), found: 0..0, n_steps: 0 }
    }

    /// Returns the steps that the last pattern took.
    pub(super) fn n_steps(&self) -> u32 {
        self.n_steps
    }

    /// Finds the first match at each token of the sentence.
    pub(super) fn matches(&mut self, pattern: &Pattern) -> Vec<Match> {
        self.n_steps = 0;
        let mut matches: Vec<Match> = Vec::new();
        for start in self.sentence.clone() {
            if !self.can_stand(pattern.steps.first(), start) {
                continue;
            }
            self.captures.clear();
            self.found = 0..0;
            if let Some(end) = self.run(&pattern.steps, 0, start) {
                let tokens = start..end.max(start);
                matches.push(Match { tokens, captures: self.captures.clone(), trigger: self.found.clone() });
            }
            if self.n_steps > STEPS_MAX {
                break;
            }
        }
        matches
    }

    /// Tells by a look at the token whether a step may match there: most gaps are passed without trying.
    fn can_stand(&self, step: Option<&Step>, token: u32) -> bool {
        match step {
            Some(Step::Class(class)) => self.scene.class_end(token, Some(*class)).is_some(),
            // An article is a class.
            Some(Step::Party { .. }) => self.scene.np_at(token).is_some() || !self.scene.classes_at(token).is_empty(),
            _ => true,
        }
    }

    /// Runs from a step at a token; returns where the match ends.
    fn run(&mut self, steps: &[Step], at: usize, token: u32) -> Option<u32> {
        self.n_steps += 1;
        if self.n_steps > STEPS_MAX {
            return None;
        }
        match steps.get(at)? {
            Step::Done => Some(token),
            Step::Start => (token == self.sentence.start).then(|| self.run(steps, at + 1, token))?,
            Step::End => self.is_at_end(token).then(|| self.run(steps, at + 1, token))?,
            Step::Jump(to) => self.run(steps, *to, token),
            Step::Split(other) => {
                let n_captures = self.captures.len();
                self.run(steps, at + 1, token).or_else(|| {
                    self.captures.truncate(n_captures);
                    self.run(steps, *other, token)
                })
            }
            Step::Not(end) => {
                let n_captures = self.captures.len();
                let found = self.found.clone();
                let is_there = self.run(steps, at + 1, token).is_some();
                self.captures.truncate(n_captures);
                self.found = found;
                if is_there { None } else { self.run(steps, *end, token) }
            }
            Step::Gap { min, max, is_soft } => self.gap(steps, at, token, (*min, *max, *is_soft)),
            Step::Class(class) => self.class(steps, at, token, *class),
            Step::Party { .. } => self.party(steps, at, token),
        }
    }

    fn is_at_end(&self, token: u32) -> bool {
        (token..self.sentence.end).all(|one| {
            self.scene
                .text
                .tokens
                .get(one as usize)
                .is_none_or(|one| matches!(one.kind, TokenKind::Mark | TokenKind::Break))
        })
    }

    fn gap(&mut self, steps: &[Step], at: usize, token: u32, (min, max, is_soft): (u32, u32, bool)) -> Option<u32> {
        let n_captures = self.captures.len();
        for (passed, here) in (0..=max).zip(token..) {
            if passed >= min && self.can_stand(steps.get(at + 1), here) {
                if let Some(end) = self.run(steps, at + 1, here) {
                    return Some(end);
                }
                self.captures.truncate(n_captures);
            }
            if here >= self.sentence.end || (is_soft && self.is_clause_end(here)) {
                return None;
            }
        }
        None
    }

    fn is_clause_end(&self, token: u32) -> bool {
        let text = self.scene.text;
        let is_mark = text.tokens.get(token as usize).is_some_and(|token| token.kind == TokenKind::Mark);
        is_mark && is_clause_mark(text.word(token))
    }

    fn class(&mut self, steps: &[Step], at: usize, token: u32, class: u16) -> Option<u32> {
        let scene = self.scene;
        let n_captures = self.captures.len();
        let sentence_end = self.sentence.end;
        for hit in scene.classes_at(token).iter().filter(|hit| hit.class == class && hit.end <= sentence_end) {
            let before = self.found.clone();
            if self.trigger == Some(class) && self.found.is_empty() {
                self.found = hit.start..hit.end;
            }
            if let Some(end) = self.run(steps, at + 1, hit.end) {
                return Some(end);
            }
            self.found = before;
            self.captures.truncate(n_captures);
        }
        None
    }

    fn party(&mut self, steps: &[Step], at: usize, token: u32) -> Option<u32> {
        let Some(Step::Party { wanted, capture, cases }) = steps.get(at).cloned() else { return None };
        let start = self.glue.skip_articles(self.scene, token);
        let first = self.scene.np_at(start)?;
        if self.scene.is_in_dateline(start) {
            return None;
        }
        // A city where something happens is at most its host; in Chinese and Japanese so is a country.
        let np = &self.scene.nps[first];
        let is_spot = np.form == Form::Seat || matches!(self.scene.lang, "zh" | "ja");
        if wanted != Wanted::Seat
            && is_spot
            && !matches!(capture, Some('h' | 'm'))
            && self.glue.is_located(self.scene, np)
        {
            return None;
        }
        if !self.scene.nps[first].cases.agrees(cases) {
            return None;
        }
        let group = self.group(first, wanted);
        let n_captures = self.captures.len();
        for n_members in (1..=group.len()).rev() {
            let members = &group[..n_members];
            if let Some(capture) = capture {
                self.captures.extend(members.iter().map(|member| (capture, *member)));
            }
            let end = members.last().map_or(start, |last| self.scene.nps[*last].end);
            if end <= self.sentence.end
                && let Some(end) = self.run(steps, at + 1, end)
            {
                return Some(end);
            }
            self.captures.truncate(n_captures);
        }
        None
    }

    /// Returns the parties side by side from the first on.
    fn group(&self, first: usize, wanted: Wanted) -> Vec<usize> {
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(at) = next.filter(|_| group.len() < GROUP_MAX) {
            let np = &self.scene.nps[at];
            // "Trump's call with Erdoğan, the Turkish foreign minister said": another clause begins.
            let is_saying = !group.is_empty() && np.part == Part::Speaker;
            if is_saying || !fits(np, wanted) {
                break;
            }
            group.push(at);
            next = self.glue.next_member(self.scene, np).and_then(|start| self.scene.np_at(start));
        }
        group
    }
}

fn fits(np: &Np, wanted: Wanted) -> bool {
    match (wanted, np.form) {
        (Wanted::Seat, form) => form == Form::Seat,
        // Who acts for a side stands for it; nobody telephones for another.
        (Wanted::Party, _) if np.part.is_behind_another() => false,
        (_, Form::Person | Form::Office | Form::Counterpart | Form::Pronoun | Form::Pair) => true,
        (_, Form::Place | Form::Demonym | Form::Seat) => wanted == Wanted::Side,
    }
}

/// Marks that part clauses.
pub(super) fn is_clause_mark(word: &str) -> bool {
    matches!(word, "," | ";" | ":" | "(" | ")" | "–")
}
