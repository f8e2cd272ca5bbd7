//! Owns candidates: what the rules of one pack find in one sentence, before it is known what else the document says.

use std::collections::BTreeMap;
use std::ops::Range;

use super::NearMiss;
use super::lexicon::Langs;
use super::pack::{Cue, Dir, Pack, Pattern, Rule, Veto};
use super::party::{Form, Glue, Np, Part};
use super::rule::{Match, Runner, Work};
use super::scene::{CueHit, Present, Scene};
use super::{Role, Status};

/// Near misses kept for one document.
pub(super) const MISSES_MAX: usize = 100;
/// Matches of one sentence that are followed up.
const MATCHES_MAX: usize = 200;
/// What following up a match costs, in steps of a rule.
const MATCH_STEPS: u32 = 200;
/// Candidates of one trigger that are followed up.
const CANDIDATES_MAX: usize = 6;
/// The cue class that marks background.
const HISTORICAL: &str = "historical";
/// Cues that say nothing themselves: shorter cues within them do not count.
const NEUTRAL: &str = "neutral";

/// One place where a rule matched.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'p> {
    pub(super) rule: &'p Rule,
    pub(super) sentence: usize,
    pub(super) trigger: Range<u32>,
    pub(super) tokens: Range<u32>,
    /// Positions of parties in the scene, with the role the rule gives.
    pub(super) parties: Vec<(usize, Role)>,
    /// How many of them the rule captured; those behind only stand around.
    pub(super) n_captured: usize,
    pub(super) score: f32,
    pub(super) status: Status,
    /// The cue that gave the status.
    pub(super) cue: Option<CueHit>,
    pub(super) is_historical: bool,
    /// Too few parties were captured, so those around were taken.
    pub(super) is_bagged: bool,
    /// Parties that the rule captured to leave out.
    pub(super) left_out: Vec<usize>,
    /// Position in the scene of the party that had an event of its own with each of the others.
    pub(super) caller: Option<usize>,
}

/// What looking for candidates needs.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) glue: &'s Glue,
    pub(super) pack: &'s Pack,
    /// Position of the pack, as cues name it.
    pub(super) pack_at: usize,
    pub(super) langs: Langs,
    pub(super) cues: &'s [Cue],
    pub(super) work: &'s Work,
}

impl<'s> Search<'s> {
    /// Finds the candidates of a sentence: for each trigger the rules that match, the best first.
    pub(super) fn candidates(
        &self,
        sentence: usize,
        present: &Present,
        misses: &mut Vec<NearMiss>,
    ) -> Vec<Vec<Candidate<'s>>> {
        let tokens = self.scene.sentence(sentence);
        let mut by_trigger: BTreeMap<u32, Vec<Candidate<'s>>> = BTreeMap::new();
        let mut vetoes: Option<Vec<(&str, Match)>> = None;
        let mut matches: Vec<(&'s Rule, Match)> = Vec::new();
        for rule in self.pack.rules_of(&present.classes, self.langs) {
            if !rule.pattern.may_match(present) || self.work.is_spent() || matches.len() >= MATCHES_MAX {
                continue;
            }
            for found in self.run(&rule.pattern, &tokens, Some(rule.trigger)) {
                let vetoes = vetoes.get_or_insert_with(|| self.vetoes(&tokens, present));
                if let Some((veto, _)) = vetoes.iter().find(|(_, veto)| overlap(&veto.tokens, &found.trigger)) {
                    self.miss(rule, &found, &format!("veto {veto}"), misses);
                    continue;
                }
                matches.push((rule, found));
            }
        }
        let helpers = helpers(&matches);
        for (rule, found) in matches {
            match self.candidate(rule, sentence, &found, &helpers) {
                Ok(candidate) => by_trigger.entry(candidate.trigger.start).or_default().push(candidate),
                Err(reason) => self.miss(rule, &found, reason, misses),
            }
        }
        let mut found: Vec<Vec<Candidate<'s>>> = by_trigger.into_values().collect();
        for candidates in &mut found {
            candidates.sort_by(|one, two| {
                let key = |candidate: &Candidate<'_>| (candidate.parties.len().min(3), candidate.tokens.len());
                let (one_key, two_key) = (key(one), key(two));
                two.score.total_cmp(&one.score).then(two_key.0.cmp(&one_key.0)).then(one_key.1.cmp(&two_key.1))
            });
            candidates.truncate(CANDIDATES_MAX);
        }
        found
    }

    pub(super) fn run(&self, pattern: &Pattern, tokens: &Range<u32>, trigger: Option<u16>) -> Vec<Match> {
        let mut runner = Runner::new(self.scene, self.glue, tokens.clone(), trigger);
        let matches = runner.matches(pattern);
        self.work.spend(runner.n_steps() + matches.len() as u32 * MATCH_STEPS);
        matches
    }

    fn vetoes(&self, tokens: &Range<u32>, present: &Present) -> Vec<(&'s str, Match)> {
        let mut found = Vec::new();
        let may_match = |veto: &&Veto| veto.langs.shares(self.langs) && veto.pattern.may_match(present);
        for veto in self.pack.vetoes.iter().filter(may_match) {
            let matches = self.run(&veto.pattern, tokens, None);
            found.extend(matches.into_iter().map(|found| (veto.id.as_str(), found)));
        }
        found
    }

    fn candidate(
        &self,
        rule: &'s Rule,
        sentence: usize,
        found: &Match,
        helpers: &[(usize, Role)],
    ) -> Result<Candidate<'s>, &'static str> {
        let Some((status, cue)) = self.status(rule, sentence, &found.trigger) else {
            return Err("a cue says that there is none");
        };
        let mut score = rule.score;
        for help in &rule.help {
            let near = found.trigger.start.saturating_sub(help.span)..found.trigger.end + help.span;
            let sentence = self.scene.sentence(sentence);
            if self
                .scene
                .classes_in(&near)
                .any(|hit| hit.class == help.class && overlap(&(hit.start..hit.end), &sentence))
            {
                score += help.add;
            }
        }
        let mut parties: Vec<(usize, Role)> = Vec::new();
        for &(capture, np) in &found.captures {
            let own = rule.roles.iter().find(|(letter, _)| *letter == capture).map(|(_, role)| *role);
            let role = own.or_else(|| helpers.iter().find(|(known, _)| *known == np).map(|(_, role)| *role));
            let role = role.unwrap_or(Role::Party);
            if capture != 'x' && !parties.iter().any(|(known, _)| *known == np) {
                parties.push((np, role));
            }
        }
        let left_out: Vec<usize> =
            found.captures.iter().filter(|(capture, _)| *capture == 'x').map(|(_, np)| *np).collect();
        // "Trump's envoys" negotiate for the United States; they do not telephone for Trump.
        parties.retain(|(np, _)| self.pack.parties.are_sides || !self.scene.nps[*np].part.is_behind_another());
        parties.extend(helpers.iter().filter(|(np, _)| !left_out.contains(np)));
        parties.sort_by_key(|(np, _)| *np);
        parties.dedup_by_key(|(np, _)| *np);
        let n_captured = parties.len();
        if let Some(span) = rule.bag {
            self.fill(&mut parties, &left_out, &found.trigger, (sentence, span));
        }
        let is_historical =
            self.is_background() || self.cue_at(sentence, &found.trigger, |class| class == HISTORICAL).is_some();
        let is_bagged = parties.iter().skip(n_captured).any(|(_, role)| *role == Role::Party);
        let caller = self.caller(found, &self.scene.sentence(sentence));
        Ok(Candidate {
            rule,
            sentence,
            trigger: found.trigger.clone(),
            tokens: found.tokens.clone(),
            parties,
            n_captured,
            score,
            status,
            cue,
            is_historical,
            is_bagged,
            left_out,
            caller,
        })
    }

    /// "The king held separate calls with A and B", "The king phoned A and B": one party on the first side, several on
    /// the other.
    fn caller(&self, found: &Match, sentence: &Range<u32>) -> Option<usize> {
        let &(first, caller) = found.captures.first()?;
        let n_first = found.captures.iter().filter(|(letter, _)| *letter == first).count();
        if n_first != 1 || found.captures.len() <= 2 {
            return None;
        }
        let says = |range: &Range<u32>, class: Option<u16>| {
            class.is_some_and(|class| self.scene.classes_in(range).any(|hit| hit.class == class))
        };
        let is_separate = says(sentence, self.glue.separate())
            || (says(&found.tokens, self.pack.parties.each) && !says(sentence, self.glue.together()));
        is_separate.then_some(caller)
    }

    /// Takes the parties around the trigger that do nothing else in the sentence.
    fn fill(
        &self,
        parties: &mut Vec<(usize, Role)>,
        left_out: &[usize],
        trigger: &Range<u32>,
        (sentence, span): (usize, u32),
    ) {
        // Who mediates or hosts is not one of the sides.
        let n_acting = parties.iter().filter(|(_, role)| !matches!(role, Role::Mediator | Role::Host)).count();
        if n_acting >= 2 {
            return;
        }
        let sentence = self.scene.sentence(sentence);
        let near = trigger.start.saturating_sub(span).max(sentence.start)..(trigger.end + span).min(sentence.end);
        // Behind a semicolon others do other things, unless nobody stands on this side of it.
        let is_stop = |token: &u32| self.scene.text.word(*token) == ";";
        let from = (near.start..trigger.start).rev().find(is_stop).unwrap_or(near.start);
        let own = from..(trigger.end..near.end).find(is_stop).unwrap_or(near.end);
        let near = if self.scene.nps_in(&own).next().is_some() { own } else { near };
        // Who says it, or has it said, takes part himself only when nobody else is there.
        for part in [Part::Plain, Part::Speaker, Part::Voiced] {
            if part != Part::Plain && parties.len() >= 2 {
                return;
            }
            let is_fit = |at: usize, np: &Np| {
                let is_leader = matches!(np.form, Form::Person | Form::Office | Form::Counterpart);
                let is_place = matches!(np.form, Form::Place | Form::Seat | Form::Demonym);
                let is_side = is_place && part == Part::Plain && self.pack.parties.are_sides;
                let is_known = parties.iter().any(|(known, _)| *known == at) || left_out.contains(&at);
                let is_filing = self.scene.is_in_dateline(np.start);
                np.part == part && (is_leader || is_side) && !is_known && !is_filing
            };
            // Where it happens takes part only when nobody else is there.
            let (there, found): (Vec<usize>, Vec<usize>) = self
                .scene
                .nps_in(&near)
                .filter(|(at, np)| is_fit(*at, np))
                .map(|(at, _)| at)
                .partition(|at| self.glue.is_located(self.scene, &self.scene.nps[*at]));
            let found = if parties.is_empty() && found.is_empty() { there } else { found };
            parties.extend(found.into_iter().map(|at| (at, Role::Party)));
        }
    }

    /// Returns the status by cues; `None` when a cue says that there is no event.
    fn status(&self, rule: &Rule, sentence: usize, trigger: &Range<u32>) -> Option<(Status, Option<CueHit>)> {
        let ranked = &self.pack.statuses;
        let rank = |class: &str| ranked.iter().position(|one| one.cue == class);
        let is_wanted = |class: &str| rank(class).is_some_and(|at| ranked[at].is_of(rule));
        let by_cue = self.cue_at(sentence, trigger, is_wanted);
        let by_rule = rule.status.map(|status| {
            let at = ranked.iter().position(|one| one.status == Some(status)).unwrap_or(ranked.len());
            (at, status)
        });
        let cue = by_cue.and_then(|hit| rank(&self.cues[hit.cue as usize].class).map(|at| (at, hit)));
        match (cue, by_rule) {
            (_, Some((_, status))) if rule.is_over_cues => Some((status, None)),
            (Some((at, _)), Some((rule_at, status))) if rule_at < at => Some((status, None)),
            (Some((at, hit)), _) => ranked[at].status.map(|status| (status, Some(hit))),
            (None, Some((_, status))) => Some((status, None)),
            (None, None) => Some((self.pack.default_status, None)),
        }
    }

    /// "Obituary": the title or the first sentence says that all of it is background.
    fn is_background(&self) -> bool {
        let scene = self.scene;
        let end = scene.sentence(scene.text.sentence_of(scene.title_end)).end;
        let of_lead = scene.cues.iter().take_while(|hit| hit.start < end);
        of_lead.map(|hit| &self.cues[hit.cue as usize]).any(|cue| cue.is_of_document && cue.class == HISTORICAL)
    }

    /// Finds the first-ranked cue whose reach covers the trigger.
    fn cue_at(&self, sentence: usize, trigger: &Range<u32>, is_wanted: impl Fn(&str) -> bool) -> Option<CueHit> {
        let tokens = self.scene.sentence(sentence);
        let from = self.scene.cues.partition_point(|hit| hit.start < tokens.start);
        let in_sentence = || self.scene.cues[from..].iter().take_while(|hit| hit.start < tokens.end);
        let is_meant = |cue: &Cue| {
            (is_wanted(&cue.class) || cue.class == NEUTRAL) && cue.pack.is_none_or(|pack| pack == self.pack_at)
        };
        // Within a longer cue a shorter one says nothing, unless both say the same and only it reaches.
        let is_inside = |hit: &CueHit| {
            let is_around = |one: &&CueHit| {
                one.start <= hit.start && one.end >= hit.end && one.end - one.start > hit.end - hit.start
            };
            let class = &self.cues[hit.cue as usize].class;
            in_sentence()
                .filter(is_around)
                .map(|one| &self.cues[one.cue as usize])
                .any(|cue| cue.class != *class && is_meant(cue))
        };
        // A long sentence holds many cues: those too far away fall out before their classes are compared.
        let reaching = in_sentence().filter(|hit| {
            let cue = &self.cues[hit.cue as usize];
            self.reaches(cue, hit, trigger) && cue.class != NEUTRAL && is_meant(cue) && !is_inside(hit)
        });
        let rank = |hit: &&CueHit| {
            let class = &self.cues[hit.cue as usize].class;
            self.pack.statuses.iter().position(|one| one.cue == *class).unwrap_or(usize::MAX)
        };
        reaching.min_by_key(rank).copied()
    }

    fn reaches(&self, cue: &Cue, hit: &CueHit, trigger: &Range<u32>) -> bool {
        let cue_tokens = hit.start..hit.end;
        if overlap(&cue_tokens, trigger) {
            return true;
        }
        let (between, is_right) =
            if hit.end <= trigger.start { (hit.end..trigger.start, true) } else { (trigger.end..hit.start, false) };
        let is_side_right = match cue.dir {
            Dir::Right => is_right,
            Dir::Left => !is_right,
            Dir::Both => true,
        };
        let is_near = is_side_right && between.len() as u32 <= cue.span;
        is_near
            && !between.clone().any(|token| match self.scene.text.word(token) {
                ";" => true,
                "," | ":" | "–" => cue.is_clause_bound,
                _ => false,
            })
    }

    fn miss(&self, rule: &Rule, found: &Match, reason: &str, misses: &mut Vec<NearMiss>) {
        if misses.len() >= MISSES_MAX {
            return;
        }
        misses.push(NearMiss {
            rule: format!("{}/{}", self.pack.id, rule.id),
            reason: reason.to_owned(),
            text: self.scene.text.original(self.scene.original, &found.tokens).to_owned(),
        });
    }
}

/// Who mediates or hosts by any rule of the sentence: no rule takes him for a side. Of the matches of one rule at one
/// place the closest counts.
fn helpers(matches: &[(&Rule, Match)]) -> Vec<(usize, Role)> {
    let mut helpers: Vec<(usize, Role)> = Vec::new();
    for (rule, found) in matches {
        let is_looser = |other: &Match| other.trigger == found.trigger && other.tokens.len() < found.tokens.len();
        if matches.iter().any(|(one, other)| std::ptr::eq(*one, *rule) && is_looser(other)) {
            continue;
        }
        for &(letter, role) in rule.roles.iter().filter(|(_, role)| matches!(role, Role::Mediator | Role::Host)) {
            for &(_, np) in found.captures.iter().filter(|(capture, _)| *capture == letter) {
                if !helpers.iter().any(|(known, _)| *known == np) {
                    helpers.push((np, role));
                }
            }
        }
    }
    helpers
}

pub(super) fn overlap(one: &Range<u32>, two: &Range<u32>) -> bool {
    one.start < two.end && two.start < one.end
}
