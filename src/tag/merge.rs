//! Owns merging: which drafts of a document report one event, and what they say of it together.

use super::slots::Slots;
use super::when::is_unreal;
use super::who::{Identify, Who};
use super::{Field, Mention, Participant, Role, Salience, Status};

/// Evidence kept per mention.
const EVIDENCE_MAX: usize = 24;
/// Parties one mention may have.
pub(super) const PARTIES_MAX: usize = 12;

/// A mention with what merging needs to know of it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) mention: Mention,
    pub(super) members: Vec<(Who, Role)>,
    pub(super) score: f32,
    /// Members that the sentence itself gives; those behind them are from the title or the first sentences.
    pub(super) n_own: usize,
    pub(super) sentence: usize,
    /// A cue or the rule says where the event stands; otherwise the status is the pack's default.
    pub(super) is_status_said: bool,
    /// One of several events that a sentence tells together: nobody joins it.
    pub(super) is_separate: bool,
    /// Some members only stand around.
    pub(super) is_bagged: bool,
    /// The day stands in another sentence, or is one of saying.
    pub(super) is_date_borrowed: bool,
    /// Whose status a negotiation has, the lowest: of who says it in the title or the lead the first, else the first.
    pub(super) status_rank: (bool, usize, bool),
}

impl Draft {
    pub(super) fn is_by_context(&self) -> bool {
        self.n_own < self.members.len()
    }

    fn is_talks(&self) -> bool {
        self.mention.kind.0 == super::Kind::NEGOTIATION
    }
}

/// Parts the events of a sentence that tells several: the first party's with those of each other country.
pub(super) fn split(draft: Draft) -> Vec<Draft> {
    if !draft.is_separate {
        return vec![draft];
    }
    let first = &draft.members[0];
    let mut events: Vec<Vec<(Who, Role)>> = Vec::new();
    for other in &draft.members[1..] {
        match events.iter_mut().find(|members| is_same_side(&members[1].0, &other.0)) {
            Some(members) => members.push(other.clone()),
            None => events.push(vec![first.clone(), other.clone()]),
        }
    }
    let is_separate = events.len() > 1;
    let event = |members: Vec<(Who, Role)>| Draft { n_own: members.len(), members, is_separate, ..draft.clone() };
    events.into_iter().map(event).collect()
}

/// Joins drafts that report one event, the most prominent first, and fills in who takes part.
pub(super) fn merge(drafts: Vec<Draft>, slots: &Slots<'_>) -> Vec<Mention> {
    let mut merged: Vec<Draft> = Vec::new();
    let mut drafts = drafts;
    // Parties that a sentence names itself come before those taken from the context, events told apart before all.
    // Of negotiations those first that name both sides.
    drafts.sort_by_key(|draft| {
        let is_loose = draft.is_talks() && (draft.is_bagged || draft.n_own < 2);
        (!draft.is_separate, draft.is_by_context(), is_loose, draft.sentence)
    });
    for draft in drafts {
        match merged.iter_mut().find(|known| is_same_event(known, &draft)) {
            Some(known) => join(known, draft),
            None => merged.push(draft),
        }
    }
    merged.sort_by_key(|draft| draft.sentence);
    merged.into_iter().map(|draft| finish(draft, slots)).collect()
}

fn is_same_event(known: &Draft, other: &Draft) -> bool {
    let (one, two) = (&known.mention, &other.mention);
    let days_differ =
        matches!((&one.date, &two.date), (Some(one), Some(two)) if one.end < two.start || two.end < one.start);
    // What a headline says of a negotiation is what the text says of it, whatever days they name.
    let is_talks = one.kind.0 == super::Kind::NEGOTIATION;
    let is_headline = is_talks && one.evidence.first().is_some_and(|evidence| evidence.field == Field::Title);
    // A headline's day may be that of something else in the text.
    let is_borrowed = (known.is_date_borrowed || other.is_date_borrowed) && one.status == two.status;
    let is_apart = days_differ && !other.is_by_context() && !is_headline && !is_borrowed;
    if one.historical != two.historical || is_apart {
        return false;
    }
    if other.is_by_context() {
        let own = &other.members[..other.n_own];
        return own.iter().all(|(who, _)| known.members.iter().any(|(one, _)| is_same_side(one, who)));
    }
    let is_in = |small: &Draft, large: &Draft| {
        small.members.iter().all(|(who, _)| large.members.iter().any(|(known, _)| agrees(known, who)))
    };
    if is_talks {
        let n_shared =
            known.members.iter().filter(|(who, _)| other.members.iter().any(|(one, _)| is_same_side(one, who))).count();
        return n_shared >= 2 || is_in(known, other) || is_in(other, known);
    }
    is_in(known, other) || is_in(other, known)
}

fn agrees(one: &Who, two: &Who) -> bool {
    match (one.person, two.person) {
        (Some(one), Some(two)) => one == two,
        _ => is_same_side(one, two),
    }
}

fn is_same_side(one: &Who, two: &Who) -> bool {
    one.country.is_some() && one.country == two.country
}

fn join(known: &mut Draft, other: Draft) {
    let n_own = other.n_own;
    // Who only stands around one report of it takes part no more when another names the parties.
    let is_closed = known.is_separate || (other.is_bagged && !known.is_bagged && known.members.len() > 1);
    for (at, (who, role)) in other.members.into_iter().enumerate() {
        let is_full = known.members.len() >= PARTIES_MAX;
        match known.members.iter_mut().find(|(one, _)| agrees(one, &who)) {
            Some((one, known_role)) => {
                if *known_role == Role::Party && role != Role::Host {
                    *known_role = role;
                }
                if one.person.is_none() && who.person.is_some() {
                    *one = who;
                }
            }
            None if !is_full && at < n_own && !(is_closed && role == Role::Party) => known.members.push((who, role)),
            None => {}
        }
    }
    let (into, mut from) = (&mut known.mention, other.mention);
    // The day that something was said is no day of what never was.
    if is_unreal(into.status) && other.is_date_borrowed && from.status != into.status {
        from.date = None;
    }
    if known.is_date_borrowed && !other.is_date_borrowed && from.date.is_some() {
        into.date = from.date;
        known.is_date_borrowed = false;
    } else {
        into.date = into.date.take().or(from.date);
    }
    into.place = into.place.take().or(from.place);
    into.announced_by = into.announced_by.take().or(from.announced_by);
    for topic in from.topics {
        if !into.topics.contains(&topic) {
            into.topics.push(topic);
        }
    }
    for claim in from.claims {
        if claim.by.is_some() || claim.status != into.status {
            into.claims.push(claim);
        }
    }
    let room = EVIDENCE_MAX.saturating_sub(into.evidence.len());
    into.evidence.extend(from.evidence.into_iter().take(room));
    into.confidence = into.confidence.max(from.confidence);
    if from.salience == Salience::Main {
        into.salience = Salience::Main;
    }
    if from.kind.0 == super::Kind::NEGOTIATION {
        if other.status_rank < known.status_rank {
            into.status = from.status;
            known.status_rank = other.status_rank;
        }
        known.sentence = known.sentence.min(other.sentence);
        return;
    }
    // What the lead says outweighs what the headline leaves open, a plan what was only thought of.
    let is_plan = into.status == Status::Proposed && from.status == Status::Planned;
    let is_headline = into.evidence.first().is_some_and(|evidence| evidence.field == Field::Title);
    let is_lead = from.salience == Salience::Main && other.is_status_said;
    if is_plan || (is_headline && is_lead && !known.is_status_said) {
        into.status = from.status;
        known.is_status_said |= other.is_status_said;
    }
    known.sentence = known.sentence.min(other.sentence);
}

/// Fills in the participants, with the office of the event's day, and the parties.
fn finish(draft: Draft, slots: &Slots<'_>) -> Mention {
    let mut mention = draft.mention;
    let published = slots.published.map(crate::article::PageTime::day);
    let day = mention.date.as_ref().map(|date| date.start).or(published);
    let identify = Identify { scene: slots.scene, roster: slots.roster, day };
    let is_negotiated_for = |who: &Who, role: Role| {
        let is_at_table = |(one, role): &(Who, Role)| *role == Role::Negotiator && is_same_side(one, who);
        role == Role::Party && draft.members.iter().any(is_at_table)
    };
    // What never was or will not be, nobody began.
    let is_begun =
        !matches!(mention.status, Status::Denied | Status::Unconfirmed | Status::Cancelled | Status::Postponed);
    for (who, role) in draft.members.clone() {
        let role = if !is_begun && matches!(role, Role::Initiator | Role::Recipient) { Role::Party } else { role };
        // Who sends negotiators is not at the table himself.
        let is_sender = is_negotiated_for(&who, role);
        let who = match who.person {
            Some(person) => Who { country: who.country.clone(), ..identify.person(person, None) },
            None => who,
        };
        if !matches!(role, Role::Mediator | Role::Host | Role::Announcer)
            && let Some(country) = &who.country
            && !mention.parties.contains(country)
        {
            mention.parties.push(country.clone());
        }
        if (who.is_side || is_sender) && role == Role::Party {
            continue;
        }
        let person = who.person.map(|person| &slots.roster.persons[person]);
        mention.participants.push(Participant {
            person: person.map(|person| person.id.clone()),
            qid: person.and_then(|person| person.qid.clone()),
            name: who.name,
            country: who.country,
            office: who.office,
            role,
        });
    }
    mention.parties.sort();
    mention
}
