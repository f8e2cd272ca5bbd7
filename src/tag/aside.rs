//! Owns what is told beside an event: who asked for it or began it, in words of its sentence or of those behind it.

use std::ops::{Range, RangeInclusive};

use super::assemble::Assembler;
use super::candidate::Search;
use super::merge::Draft;
use super::pack::Reach;
use super::party::Np;
use super::who::Who;
use super::{Evidence, Role};

/// A role that words beside an event give.
#[derive(Debug, Clone)]
pub(super) struct Aside<'p> {
    /// Position of the party in the scene.
    pub(super) np: usize,
    pub(super) role: Role,
    pub(super) rule: &'p str,
}

/// How far behind an event a role of it is looked for.
const SENTENCES_MAX: usize = 6;
/// How far behind an event the last word on its status is looked for.
const LATER_SENTENCES: usize = 3;

impl<'s> Search<'s> {
    /// Finds the roles that words beside an event of the first of these sentences give.
    fn asides(&self, sentences: RangeInclusive<usize>) -> Vec<Aside<'s>> {
        let mut found: Vec<Aside<'s>> = Vec::new();
        let own = *sentences.start();
        for at in sentences {
            let tokens = self.scene.sentence(at);
            let present = self.scene.present(&tokens);
            for aside in &self.pack.asides {
                let rule = &aside.rule;
                let reaches = at == own || aside.reach == Reach::LastEvent;
                let may_match = rule.langs.shares(self.langs) && rule.pattern.may_match(&present);
                if !reaches || !may_match || self.work.is_spent() {
                    continue;
                }
                for matched in self.run(&rule.pattern, &tokens, Some(rule.trigger)) {
                    // "At the request of Ankara, Erdogan and …": the parties behind the comma are no part of it.
                    for &(letter, role) in &rule.roles {
                        let captured = matched.captures.iter().find(|(known, _)| *known == letter);
                        found.extend(captured.map(|&(_, np)| Aside { np, role, rule: &rule.id }));
                    }
                }
            }
        }
        found
    }
}

impl Assembler<'_> {
    /// Gives the parties of each draft the roles told beside it: "the call was at the request of Kyiv".
    pub(super) fn give_roles(&self, search: &Search<'_>, drafts: &mut [Draft]) {
        if self.pack.asides.is_empty() {
            return;
        }
        let told: Vec<usize> = drafts.iter().map(|draft| draft.sentence).collect();
        for draft in drafts {
            // What is told after the next event is told of that one.
            let next = told.iter().copied().filter(|at| *at > draft.sentence).min();
            let last = (draft.sentence + SENTENCES_MAX).min(next.map_or(usize::MAX, |next| next - 1));
            let last = last.max(draft.sentence + 1);
            for aside in search.asides(draft.sentence..=last) {
                let others: Vec<Who> = draft.members.iter().map(|(who, _)| who.clone()).collect();
                let Some(who) = self.identify(self.published).who(aside.np, &others) else { continue };
                if give(&mut draft.members, &who, aside.role) {
                    let evidence = self.evidence_of_role(&aside);
                    draft.mention.evidence.push(evidence);
                }
            }
        }
    }

    /// Takes the status that one of the sentences behind a draft says last, while these bring in nobody else: "ended
    /// without a deal. A fifth round will be held", "agreed on a treaty. It is to be signed in April".
    pub(super) fn hear_later(&self, drafts: &mut [Draft]) {
        for draft in drafts.iter_mut().filter(|draft| !draft.mention.historical) {
            for later in self.pack.laters.iter().filter(|later| later.of.contains(&draft.mention.status)) {
                let Some(said) = self.said_later(draft, &later.cue) else { continue };
                draft.mention.status = later.status;
                draft.is_status_said = true;
                draft.mention.evidence.push(self.words("status", &said, format!("cue.{}", later.cue)));
                break;
            }
        }
    }

    fn said_later(&self, draft: &Draft, class: &str) -> Option<Range<u32>> {
        let scene = self.slots.scene;
        let is_of = |np: &Np| {
            let code = np.place.map(|place| place.code(self.slots.roster));
            code.is_none_or(|code| draft.members.iter().any(|(who, _)| who.country.as_deref() == Some(code)))
        };
        (draft.sentence + 1..=draft.sentence + LATER_SENTENCES)
            .map(|at| scene.sentence(at))
            .take_while(|tokens| scene.nps_in(tokens).all(|(_, np)| is_of(np) || self.slots.is_located(np)))
            .find_map(|tokens| {
                let from = scene.cues.partition_point(|hit| hit.start < tokens.start);
                let here = scene.cues[from..].iter().take_while(|hit| hit.start < tokens.end);
                let mut said = here.filter(|hit| self.cues[hit.cue as usize].class == class);
                said.next().map(|hit| hit.start..hit.end)
            })
    }

    fn evidence_of_role(&self, aside: &Aside<'_>) -> Evidence {
        let slot = if aside.role == Role::Initiator { "initiator" } else { "participants" };
        let np = &self.slots.scene.nps[aside.np];
        self.words(slot, &(np.start..np.end), format!("{}/{}", self.pack.id, aside.rule))
    }
}

/// Gives a role to the member that is meant, and takes it from any other; `false` when it means no member.
fn give(members: &mut [(Who, Role)], meant: &Who, role: Role) -> bool {
    let is_meant = |who: &Who| match meant.person {
        Some(person) => who.person == Some(person),
        None => who.country.is_some() && who.country == meant.country,
    };
    let Some(at) = members.iter().position(|(who, _)| is_meant(who)) else { return false };
    for (_, known) in members.iter_mut().filter(|(_, known)| *known == role) {
        *known = Role::Party;
    }
    members[at].1 = role;
    true
}
