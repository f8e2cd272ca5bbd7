//! Owns the question which open event a mention belongs to.

use jiff::{SignedDuration, Timestamp};

use super::open::Slot;
use super::sides::Sides;
use super::{Config, Event, OpenEvents, days};
use crate::tag::{Kind, Mention};

/// What assignment needs to know of the article.
#[derive(Debug, Clone, Copy)]
pub struct Reported<'a> {
    pub article_id: &'a str,
    pub revision: u32,
    /// When the article came out, or was first seen.
    pub at: Timestamp,
    /// When the mention is resolved.
    pub now: Timestamp,
}

/// Where a mention goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignment {
    New,
    Existing {
        event_id: String,
        /// 0 to 1.
        score: f64,
        reasons: Vec<String>,
    },
    Ignored {
        reason: String,
    },
}

struct Match<'a> {
    slot: &'a Slot,
    score: f64,
    reasons: Vec<String>,
}

/// Finds the event a mention reports: same kind, sides that agree, a day that can be the same, in that order. The best
/// score wins; of equals, the event seen first.
#[must_use]
pub fn assign(mention: &Mention, reported: &Reported<'_>, open: &OpenEvents, config: &Config) -> Assignment {
    if mention.historical {
        return ignored("background, never an event of its own");
    }
    let sides = Sides::new(&mention.participants, &mention.parties);
    if sides.is_empty() {
        return ignored("names no participant and no party");
    }
    let window = SignedDuration::try_from(config.window).unwrap_or(SignedDuration::MAX);
    let mut best: Option<Match<'_>> = None;
    let mut closed_for_article = None;
    for slot in open.candidates(&mention.kind, &sides) {
        let Some(found) = compare(mention, &sides, reported, slot, window) else {
            continue;
        };
        if let Some(closed) = &slot.event.closed {
            if closed.article_ids.iter().any(|id| id == reported.article_id) {
                closed_for_article = Some(format!("event {} was closed: {}", slot.event.event_id, closed.reason));
            }
            continue;
        }
        if best.as_ref().is_none_or(|best| found.score > best.score) {
            best = Some(found);
        }
    }
    if let Some(best) = best {
        let event_id = best.slot.event.event_id.clone();
        return Assignment::Existing { event_id, score: best.score, reasons: best.reasons };
    }
    if let Some(reason) = closed_for_article {
        return ignored(&reason);
    }
    if reported.revision > 1 && reported.now.duration_since(reported.at) > window {
        return ignored("edit of an article older than the window");
    }
    Assignment::New
}

fn ignored(reason: &str) -> Assignment {
    Assignment::Ignored { reason: reason.to_owned() }
}

fn compare<'a>(
    mention: &Mention,
    sides: &Sides,
    reported: &Reported<'_>,
    slot: &'a Slot,
    window: SignedDuration,
) -> Option<Match<'a>> {
    let event = &slot.event;
    let agreement = sides.agree(&slot.sides, &mention.kind)?;
    let day = days::fit(mention, reported.at, event, window)?;
    let shared_topics = shared_topics(&mention.topics, &event.topics);
    let is_same_day = days::is_same_day(mention.date.as_ref(), event.date.as_ref());
    let is_other_place = matches!((&mention.place, &event.place), (Some(one), Some(two)) if one != two);
    let is_other_subject = shared_topics == Some(0.0) || (is_other_place && !is_same_day);
    if mention.kind.0 == Kind::NEGOTIATION && is_other_subject {
        return None;
    }
    let is_own = event.reports.iter().any(|report| report.article_id == reported.article_id);
    let mut score = 0.5 * agreement.score + 0.4 * day.score + 0.1 * shared_topics.unwrap_or(0.5);
    let mut reasons = vec![agreement.reason, day.reason.to_owned()];
    if is_own {
        // An edit stays with the event its earlier revision reported.
        score = 0.5 + 0.5 * score;
        reasons.push("earlier revision of the same article".to_owned());
    }
    Some(Match { slot, score, reasons })
}

/// Finds another open event that names the same sides on the same explicit day: reports that came before it was known
/// who sits in which seat.
pub(super) fn twin<'a>(event: &Event, open: &'a OpenEvents) -> Option<&'a Event> {
    let sides = Sides::new(&event.participants, &event.parties);
    for slot in open.candidates(&event.kind, &sides) {
        let other = &slot.event;
        let is_itself = other.event_id == event.event_id;
        if is_itself || other.closed.is_some() || !days::is_same_day(event.date.as_ref(), other.date.as_ref()) {
            continue;
        }
        let is_other_subject =
            event.kind.0 == Kind::NEGOTIATION && shared_topics(&event.topics, &other.topics) == Some(0.0);
        if !is_other_subject && sides.agree(&slot.sides, &event.kind).is_some() {
            return Some(other);
        }
    }
    None
}

/// Returns the share of common topics, `None` when one side names none.
fn shared_topics(one: &[String], two: &[String]) -> Option<f64> {
    if one.is_empty() || two.is_empty() {
        return None;
    }
    let n_shared = one.iter().filter(|topic| two.contains(topic)).count();
    Some(n_shared as f64 / one.len().min(two.len()) as f64)
}
