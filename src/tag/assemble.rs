//! Owns drafts of mentions: which candidate of a trigger counts, and who takes part.

use std::ops::Range;

use jiff::civil::Date;

use super::candidate::{Candidate, MISSES_MAX};
use super::merge::{Draft, PARTIES_MAX, split};
use super::pack::{Cue, Pack, Rule};
use super::party::{Form, Part};
use super::roster::{OfficeClass, PartyKind, Term};
use super::slots::{Slots, is_stand_in};
use super::when::Told;
use super::who::{Identify, Who};
use super::{Claim, Evidence, Field, Mention, NearMiss, Role, Salience};

/// Sentences of the text, after the title, whose parties a later sentence may mean.
const LEAD_SENTENCES: usize = 3;

/// After as many days out of office nobody calls another as its holder.
const FORMER_DAYS: i32 = 365;

const ONE_COUNTRY: &str = "all parties are of one country";

/// Puts the mentions of one pack together.
pub(super) struct Assembler<'s> {
    pub(super) slots: &'s Slots<'s>,
    pub(super) pack: &'s Pack,
    pub(super) cues: &'s [Cue],
    pub(super) published: Option<Date>,
}

impl Assembler<'_> {
    /// Makes a draft of the best candidate of one trigger, or one for each event that it tells.
    pub(super) fn drafts(&self, candidates: &[Candidate<'_>], misses: &mut Vec<NearMiss>) -> Vec<Draft> {
        self.draft(candidates, misses).map_or_else(Vec::new, split)
    }

    fn draft(&self, candidates: &[Candidate<'_>], misses: &mut Vec<NearMiss>) -> Option<Draft> {
        let mut best: Option<Draft> = None;
        let mut is_domestic = false;
        for candidate in candidates {
            // Two leaders of one country spoke: who else stands around was not on the line.
            if is_domestic && candidate.is_bagged {
                continue;
            }
            let cue = candidate.cue.map(|cue| cue.start..cue.end);
            let at = Told { sentence: candidate.sentence, trigger: &candidate.trigger, cue: cue.as_ref() };
            let date = self.slots.date(&at, candidate.status);
            let day = date.as_ref().map(|(date, _)| date.start).or(self.published);
            let (members, n_own) = self.members(candidate, day);
            let reason = if candidate.score < self.pack.min_score {
                format!("score {} is below {}", candidate.score, self.pack.min_score)
            } else if let Some(lack) = self.lack(&members, candidate.rule) {
                is_domestic |= lack == ONE_COUNTRY && !candidate.is_bagged && n_own == members.len();
                lack.to_owned()
            } else {
                let draft = self.build(candidate, (members, n_own), date);
                let is_better = best.as_ref().is_none_or(|best| {
                    draft.score > best.score
                        || (draft.score >= best.score
                            && draft.members.len() > best.members.len()
                            && !draft.is_by_context())
                });
                if is_better {
                    best = Some(draft);
                }
                continue;
            };
            if misses.len() < MISSES_MAX {
                misses.push(self.miss(candidate, reason));
            }
        }
        best
    }

    fn miss(&self, candidate: &Candidate<'_>, reason: String) -> NearMiss {
        let identify = self.identify(None);
        NearMiss {
            rule: format!("{}/{}", self.pack.id, candidate.rule.id),
            reason,
            text: identify.original(candidate.tokens.start, candidate.tokens.end),
        }
    }

    pub(super) fn identify(&self, day: Option<Date>) -> Identify<'_> {
        Identify { scene: self.slots.scene, roster: self.slots.roster, day }
    }

    /// Identifies the parties of a candidate, and how many of them it names itself; takes missing ones from the context
    /// where the rule allows it. Who had an event with each of the others comes first.
    fn members(&self, candidate: &Candidate<'_>, day: Option<Date>) -> (Vec<(Who, Role)>, usize) {
        let identify = self.identify(day);
        let mut members: Vec<(Who, Role)> = Vec::new();
        let mut later = Vec::new();
        let mut initiating: Option<String> = None;
        let mut caller = None;
        for (n_before, &(at, role)) in candidate.parties.iter().enumerate() {
            let np = &self.slots.scene.nps[at];
            if matches!(np.form, Form::Counterpart | Form::Pronoun | Form::Pair) {
                later.push((at, role));
                continue;
            }
            let who = if np.part == Part::Owner { identify.side_of(at) } else { identify.who(at, &[]) };
            if candidate.caller == Some(at) {
                caller.clone_from(&who);
            }
            if role == Role::Initiator {
                initiating = initiating.or(who.as_ref().filter(|who| who.is_side).and_then(|who| who.country.clone()));
            }
            match who {
                Some(who) if n_before >= candidate.n_captured && self.is_bystander(&who) => {
                    let is_envoy = who.kind == Some(PartyKind::Envoy);
                    self.admit(&mut members, Some(who).filter(|_| is_envoy), Role::Mediator);
                }
                who => self.admit(&mut members, who, role),
            }
        }
        for (at, role) in later {
            let others: Vec<Who> = members.iter().map(|(who, _)| who.clone()).collect();
            let who = identify.who(at, &others);
            if candidate.caller == Some(at) {
                caller.clone_from(&who);
            }
            self.admit(&mut members, who, role);
        }
        if let Some(at) = caller.and_then(|caller| members.iter().position(|(who, _)| who.is_same(&caller))) {
            members[..=at].rotate_right(1);
        }
        drop_domestic_sides(&mut members);
        let has_stand_in = candidate.parties.iter().any(|(at, _)| is_stand_in(&self.slots.scene.nps[*at]));
        let n_own = members.len();
        let is_enough = self.lack(&members, candidate.rule).is_none() && n_own > 1;
        if !is_enough && (candidate.rule.is_context_allowed || has_stand_in) {
            self.add_context(&mut members, candidate, &identify);
        }
        mark_initiator(&mut members, initiating.as_deref());
        (members, n_own)
    }

    /// The United Nations and the like take part only where the words say so.
    fn is_bystander(&self, who: &Who) -> bool {
        who.country.as_ref().is_some_and(|country| self.pack.parties.bystanders.contains(country))
    }

    /// Adds a party unless it is known or of a kind that cannot take part.
    fn admit(&self, members: &mut Vec<(Who, Role)>, who: Option<Who>, role: Role) {
        let Some(who) = who else { return };
        let is_fit = if who.is_side {
            self.pack.parties.are_sides
        } else {
            who.kind.is_none_or(|kind| self.pack.parties.kinds.contains(&kind))
        };
        let is_full = members.len() >= PARTIES_MAX;
        let known = members
            .iter_mut()
            .find(|(known, _)| known.is_same(&who) || (known.is_side && who.is_side && known.country == who.country));
        match known {
            // Where it happens is no reason to take part less.
            Some((_, known)) if *known == Role::Host || (*known == Role::Party && role != Role::Host) => *known = role,
            Some(_) => {}
            None if is_fit && !is_full => members.push((who, role)),
            None => {}
        }
    }

    /// Says why the parties are not enough.
    fn lack(&self, members: &[(Who, Role)], rule: &Rule) -> Option<&'static str> {
        let acting: Vec<&Who> = members
            .iter()
            .filter(|(_, role)| !matches!(role, Role::Mediator | Role::Host | Role::Announcer))
            .map(|(who, _)| who)
            .collect();
        let n_min = rule.n_parties_min.unwrap_or(self.pack.parties.min);
        if acting.len() < n_min {
            return Some("too few parties");
        }
        let mut countries: Vec<&String> = acting.iter().filter_map(|who| who.country.as_ref()).collect();
        countries.sort();
        countries.dedup();
        // A foreign minister named without a country beside one of a known country: the home press leaves its own out.
        let is_home_minister = |who: &&Who| who.country.is_none() && self.is_foreign_minister(who);
        let is_unknown_beside = countries.len() == 1 && acting.iter().copied().any(|who| is_home_minister(&who));
        let is_one = acting.len() > 1 && countries.len() < 2 && !is_unknown_beside;
        (self.pack.parties.is_different_country && is_one).then_some(ONE_COUNTRY)
    }

    fn is_foreign_minister(&self, who: &Who) -> bool {
        let office = who.said_office.and_then(|office| self.slots.roster.offices.get(office));
        office.is_some_and(|office| office.classes.contains(&OfficeClass::ForeignMinister))
    }

    /// Takes the parties of the title and the first sentences, nearest the event first.
    fn add_context(&self, members: &mut Vec<(Who, Role)>, candidate: &Candidate<'_>, identify: &Identify<'_>) {
        let scene = self.slots.scene;
        let first = scene.text.sentence_of(scene.title_end);
        let end = scene.sentence((first + LEAD_SENTENCES).min(scene.text.sentences.len().saturating_sub(1))).end;
        let lead = 0..end.min(candidate.trigger.start);
        for (at, np) in scene.nps_in(&lead) {
            if self.lack(members, candidate.rule).is_none() && members.len() > 1 {
                return;
            }
            let is_leader = matches!(np.form, Form::Person | Form::Office);
            let is_side = matches!(np.form, Form::Place | Form::Seat | Form::Demonym) && self.pack.parties.are_sides;
            let is_spot = self.slots.glue.is_located(scene, np)
                || scene.is_in_dateline(np.start)
                || candidate.left_out.contains(&at);
            if !(is_leader || is_side) || np.part == Part::Owner || is_spot {
                continue;
            }
            let who = identify.who(at, &[]);
            let is_new_country = who.as_ref().is_some_and(|who| {
                who.country.is_some() && members.iter().all(|(known, _)| known.country != who.country)
            });
            if is_new_country && !who.as_ref().is_some_and(|who| self.is_bystander(who)) {
                self.admit(members, who, Role::Party);
            }
        }
    }

    fn build(
        &self,
        candidate: &Candidate<'_>,
        (members, n_own): (Vec<(Who, Role)>, usize),
        date: Option<(super::EventDate, Range<u32>)>,
    ) -> Draft {
        let slots = self.slots;
        let day = date.as_ref().map(|(date, _)| date.start).or(self.published);
        let announced = slots.announcer(candidate.sentence, day);
        let sentence_of = |at: &Range<u32>| slots.scene.text.sentence_of(at.start);
        let is_date_borrowed =
            date.as_ref().is_some_and(|(_, at)| sentence_of(at) != candidate.sentence || slots.is_said(at));
        let is_stale = date.as_ref().is_some_and(|(date, _)| slots.is_stale(date));
        let historical = candidate.is_historical || is_stale || self.is_of_former(&members);
        let salience = if historical { Salience::Background } else { slots.salience(candidate.sentence) };
        let evidence = self.evidence(candidate, date.as_ref().map(|(_, at)| at), announced.as_ref().map(|(_, at)| at));
        let chars = self.chars(&candidate.trigger);
        let announced_by = announced.map(|(announcer, _)| announcer);
        let claim = Claim {
            by: announced_by.as_ref().map(|announcer| announcer.name.clone()),
            status: candidate.status,
            start: chars.1.start,
            end: chars.1.end,
        };
        let salience_bonus = if salience == Salience::Main { 0.1 } else { 0.0 };
        let confidence = f64::from(candidate.score / (candidate.score + 0.3)) + salience_bonus;
        let mention = Mention {
            kind: self.pack.kind.clone(),
            status: candidate.status,
            date: date.map(|(date, _)| date),
            participants: Vec::new(),
            parties: Vec::new(),
            medium: candidate.rule.medium.or(self.pack.default_medium),
            announced_by,
            topics: slots.topics(candidate.sentence),
            place: slots.place(candidate.sentence),
            cameo: self.pack.cameo.clone(),
            plover: self.pack.plover.clone(),
            salience,
            historical,
            confidence: (confidence.min(0.99) * 100.0).round() / 100.0,
            claims: vec![claim],
            evidence,
        };
        let score = candidate.score - if n_own < members.len() { 0.2 } else { 0.0 };
        let is_status_said = candidate.cue.is_some() || candidate.rule.status.is_some();
        let is_lead = salience == Salience::Main;
        let status_rank = (!(is_status_said && is_lead), candidate.sentence, !is_status_said);
        let is_separate = candidate.caller.is_some() && members.len() > 2;
        Draft {
            mention,
            members,
            score,
            n_own,
            sentence: candidate.sentence,
            is_status_said,
            is_separate,
            is_bagged: candidate.is_bagged,
            is_date_borrowed,
            status_rank,
        }
    }

    /// All who take part are persons whose last office ended long ago.
    fn is_of_former(&self, members: &[(Who, Role)]) -> bool {
        let Some(day) = self.published else { return false };
        let is_former = |who: &Who| {
            let Some(person) = who.person.map(|at| &self.slots.roster.persons[at]) else { return false };
            let is_over = |term: &Term| {
                let since = term.to.and_then(|to| day.since(to.first).ok());
                since.is_some_and(|since| since.get_days() > FORMER_DAYS)
            };
            person.terms.iter().all(is_over)
        };
        members.iter().all(|(who, _)| is_former(who))
    }

    /// Returns which field tokens stand in, and their chars in it.
    fn chars(&self, tokens: &Range<u32>) -> (Field, Range<usize>) {
        let scene = self.slots.scene;
        let chars = scene.text.chars_of(tokens);
        if scene.is_title(tokens.start) {
            return (Field::Title, chars);
        }
        let shift = scene.text_from;
        (Field::Text, chars.start.saturating_sub(shift)..chars.end.saturating_sub(shift))
    }

    fn evidence(
        &self,
        candidate: &Candidate<'_>,
        date: Option<&Range<u32>>,
        announced: Option<&Range<u32>>,
    ) -> Vec<Evidence> {
        let rule = format!("{}/{}", self.pack.id, candidate.rule.id);
        let mut evidence = vec![self.words("kind", &candidate.trigger, rule.clone())];
        if let Some(cue) = candidate.cue {
            let class = &self.cues[cue.cue as usize].class;
            evidence.push(self.words("status", &(cue.start..cue.end), format!("cue.{class}")));
        }
        if let Some(date) = date {
            evidence.push(self.words("date", date, "dates".to_owned()));
        }
        if let Some(announced) = announced {
            evidence.push(self.words("announced_by", announced, "say".to_owned()));
        }
        for &(at, role) in &candidate.parties {
            let np = &self.slots.scene.nps[at];
            let slot = if role == Role::Initiator { "initiator" } else { "participants" };
            evidence.push(self.words(slot, &(np.start..np.end), rule.clone()));
        }
        evidence
    }

    pub(super) fn words(&self, slot: &str, tokens: &Range<u32>, rule: String) -> Evidence {
        let (field, chars) = self.chars(tokens);
        let text = self.identify(None).original(tokens.start, tokens.end);
        Evidence { slot: slot.to_owned(), start: chars.start, end: chars.end, text, rule, field }
    }
}

/// "At the initiative of the Turkish side": the one of that country began it.
fn mark_initiator(members: &mut [(Who, Role)], country: Option<&str>) {
    let Some(country) = country else { return };
    let of_country = members.iter_mut().find(|(who, _)| !who.is_side && who.country.as_deref() == Some(country));
    if let Some((_, role)) = of_country.filter(|(_, role)| *role == Role::Party) {
        *role = Role::Initiator;
    }
}

/// A country beside its own leader says nothing new.
fn drop_domestic_sides(members: &mut Vec<(Who, Role)>) {
    let people: Vec<Option<String>> =
        members.iter().filter(|(who, _)| !who.is_side).map(|(who, _)| who.country.clone()).collect();
    members.retain(|(who, _)| !(who.is_side && people.contains(&who.country)));
}
