//! Owns what an event's fields are: a pure function of its reports, so that an edit or a withdrawal leaves no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use super::sides::{is_seat_only, person_key};
use super::{ArticleReport, Event, EventClaim, days, independence, status};
use crate::tag::{EventDate, Participant, Role, Salience, Status};

/// Most claims an event keeps.
const CLAIMS_MAX: usize = 50;
const TOPICS_MAX: usize = 20;
const CONFIDENCE_MAX: f64 = 0.99;

/// Sets every field that follows from the reports.
pub(super) fn consolidate(event: &mut Event) {
    event.corroboration = independence::group(&mut event.reports);
    let mut reports: Vec<&ArticleReport> = event.reports.iter().collect();
    reports.sort_by(|one, two| (one.at(), one.seen, &one.article_id).cmp(&(two.at(), two.seen, &two.article_id)));
    if reports.is_empty() {
        return;
    }
    event.status = status::decide(&reports);
    let agreeing: Vec<&ArticleReport> =
        reports.iter().copied().filter(|report| report.mention.status == event.status).collect();
    let Some(lead) = lead(&agreeing) else {
        return;
    };
    event.headline.clone_from(&lead.title);
    event.cameo.clone_from(&lead.mention.cameo);
    event.plover = lead.mention.plover.clone();
    event.date = date(&agreeing, event.status).or_else(|| date(&reports, event.status));
    event.participants = participants(&reports);
    event.parties = reports
        .iter()
        .flat_map(|report| report.mention.parties.iter().cloned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    event.medium = most_told(reports.iter().filter_map(|report| report.mention.medium));
    event.place = most_told(reports.iter().filter_map(|report| report.mention.place.clone()));
    event.topics = topics(&reports);
    event.claims = claims(&reports);
    event.confidence = confidence(&reports, event.status);
}

/// Picks the report that speaks for the event: about it rather than in passing, then the first.
fn lead<'a>(agreeing: &[&'a ArticleReport]) -> Option<&'a ArticleReport> {
    let main = agreeing.iter().find(|report| report.mention.salience == Salience::Main);
    main.or(agreeing.first()).copied()
}

/// Picks the finest date that most independent groups give; of equals the first, but the newest when the event was moved.
fn date(reports: &[&ArticleReport], status: Status) -> Option<EventDate> {
    let dated: Vec<(&ArticleReport, &EventDate)> =
        reports.iter().filter_map(|report| report.mention.date.as_ref().map(|date| (*report, date))).collect();
    if status == Status::Postponed {
        return dated.last().map(|(_, date)| (*date).clone());
    }
    let mut best: Option<(bool, usize, &EventDate)> = None;
    for (_, date) in &dated {
        let is_same = |other: &EventDate| other.start == date.start && other.end == date.end;
        let groups = dated.iter().filter(|(_, other)| is_same(other)).map(|(report, _)| &report.independent_group);
        let n_groups = groups.collect::<BTreeSet<_>>().len();
        let weight = (days::is_explicit(date), n_groups);
        if best.is_none_or(|(is_explicit, n_groups, _)| weight > (is_explicit, n_groups)) {
            best = Some((weight.0, weight.1, date));
        }
    }
    best.map(|(_, _, date)| date.clone())
}

/// Unites the participants of all reports. A named person takes the seat that others leave to a country or an office.
fn participants(reports: &[&ArticleReport]) -> Vec<Participant> {
    let mut united: Vec<(Participant, BTreeMap<u8, BTreeSet<&str>>)> = Vec::new();
    for report in reports {
        for participant in &report.mention.participants {
            let key = person_key(participant);
            let index = united.iter().position(|(known, _)| person_key(known) == key).unwrap_or_else(|| {
                united.push((participant.clone(), BTreeMap::new()));
                united.len() - 1
            });
            let (known, roles) = &mut united[index];
            known.qid = known.qid.take().or_else(|| participant.qid.clone());
            known.country = known.country.take().or_else(|| participant.country.clone());
            known.office = known.office.take().or_else(|| participant.office.clone());
            roles.entry(weight(participant.role)).or_default().insert(&report.independent_group);
        }
    }
    let n_initiating =
        |roles: &BTreeMap<u8, BTreeSet<&str>>| roles.get(&weight(Role::Initiator)).map_or(0, BTreeSet::len);
    let most = united.iter().map(|(_, roles)| n_initiating(roles)).max().unwrap_or(0);
    let is_disputed = united.iter().filter(|(_, roles)| n_initiating(roles) == most).count() > 1;
    for (participant, roles) in &mut united {
        if is_disputed || n_initiating(roles) < most {
            roles.remove(&weight(Role::Initiator));
        }
        let told = roles.iter().max_by_key(|(weight, groups)| (**weight > 1, groups.len(), **weight));
        participant.role = told.map_or(Role::Party, |(weight, _)| role(*weight));
    }
    let persons: Vec<Participant> = united.into_iter().map(|(participant, _)| participant).collect();
    let is_taken = |seat: &Participant| {
        persons.iter().any(|person| {
            let is_other_office = matches!((&seat.office, &person.office), (Some(one), Some(two)) if one != two);
            !is_seat_only(person) && person.country.is_some() && person.country == seat.country && !is_other_office
        })
    };
    persons.iter().filter(|one| !(is_seat_only(one) && is_taken(one))).cloned().collect()
}

/// How much a role says. An initiator needs evidence, so it outweighs a plain party.
const fn weight(role: Role) -> u8 {
    match role {
        Role::Announcer => 0,
        Role::Party => 1,
        Role::Host => 2,
        Role::Mediator => 3,
        Role::Negotiator => 4,
        Role::Recipient => 5,
        Role::Initiator => 6,
    }
}

const fn role(weight: u8) -> Role {
    match weight {
        0 => Role::Announcer,
        2 => Role::Host,
        3 => Role::Mediator,
        4 => Role::Negotiator,
        5 => Role::Recipient,
        6 => Role::Initiator,
        _ => Role::Party,
    }
}

/// Returns the value told most often; of equals the one told first.
fn most_told<T: Clone + Eq + Hash>(told: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: Vec<(T, usize)> = Vec::new();
    for value in told {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, n_told)) => *n_told += 1,
            None => counts.push((value, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, n_told)| *n_told).map(|(value, _)| value)
}

fn topics(reports: &[&ArticleReport]) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    for topic in reports.iter().flat_map(|report| &report.mention.topics) {
        if topics.len() < TOPICS_MAX && !topics.contains(topic) {
            topics.push(topic.clone());
        }
    }
    topics
}

/// Keeps each voice once for each status it takes; a denial without a quoted voice is the announcer's or the outlet's.
fn claims(reports: &[&ArticleReport]) -> Vec<EventClaim> {
    let mut claims: Vec<EventClaim> = Vec::new();
    for report in reports {
        let mention = &report.mention;
        let mut told: Vec<(Option<String>, Status, usize, usize)> =
            mention.claims.iter().map(|claim| (claim.by.clone(), claim.status, claim.start, claim.end)).collect();
        if told.is_empty() {
            let span = mention.evidence.iter().find(|evidence| evidence.slot == "status");
            let by = mention.announced_by.as_ref().map(|announcer| announcer.name.clone());
            let (start, end) = span.map_or((0, 0), |span| (span.start, span.end));
            told.push((by, mention.status, start, end));
        }
        for (by, status, start, end) in told {
            let is_known = claims.iter().any(|claim| {
                claim.status == status && claim.by == by && (by.is_some() || claim.outlet == report.outlet)
            });
            if !is_known && claims.len() < CLAIMS_MAX {
                let (article_id, outlet) = (report.article_id.clone(), report.outlet.clone());
                claims.push(EventClaim { by, status, start, end, article_id, outlet });
            }
        }
    }
    claims
}

/// Combines the best report of each independent group as separate evidence; groups that deny it take half of that back.
fn confidence(reports: &[&ArticleReport], status: Status) -> f64 {
    let mut supporting: BTreeMap<&str, f64> = BTreeMap::new();
    let mut opposing: f64 = 0.0;
    for report in reports {
        let mention = &report.mention;
        if mention.status == status {
            let best = supporting.entry(&report.independent_group).or_default();
            *best = best.max(mention.confidence);
        } else if mention.status == Status::Denied || (status == Status::Denied && mention.status == Status::Occurred) {
            opposing = opposing.max(mention.confidence);
        }
    }
    let doubt: f64 = supporting.values().map(|confidence| 1.0 - confidence.clamp(0.0, 1.0)).product();
    let combined = ((1.0 - doubt) * (1.0 - 0.5 * opposing)).clamp(0.0, CONFIDENCE_MAX);
    (combined * 100.0).round() / 100.0
}
