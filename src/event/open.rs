//! Owns the open events and the index that finds those a mention may belong to.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::sides::Sides;
use super::{Config, Event};
use crate::tag::Kind;

/// A plan further ahead waits no longer than this after its last report.
const PLAN_REACH: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Events that still take reports, indexed by kind and party, and by article.
///
/// Retracted and merged events stay until they expire, so that their articles do not open them again.
#[derive(Debug, Default)]
pub struct OpenEvents {
    events: HashMap<u64, Slot>,
    /// Numbers grow with arrival, so that the order of candidates never depends on hashing.
    next_slot: u64,
    by_id: HashMap<String, u64>,
    by_token: HashMap<String, BTreeSet<u64>>,
    by_article: HashMap<String, BTreeSet<u64>>,
    by_activity: BTreeSet<(Timestamp, u64)>,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) event: Event,
    pub(super) sides: Sides,
    tokens: Vec<String>,
    article_ids: Vec<String>,
    active: Timestamp,
}

impl OpenEvents {
    /// Rebuilds the index from stored events, after a start or when a commit failed and memory is ahead of the store.
    pub fn restore(events: impl Iterator<Item = Event>) -> Self {
        let mut open = Self::default();
        for event in events {
            open.put(event);
        }
        open
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the event with that id.
    pub fn get(&self, event_id: &str) -> Option<&Event> {
        self.by_id.get(event_id).and_then(|slot| self.events.get(slot)).map(|slot| &slot.event)
    }

    /// Adds the event, or replaces the one with its id.
    pub fn put(&mut self, event: Event) {
        let slot = self.by_id.get(&event.event_id).copied();
        if let Some(slot) = slot {
            self.unlink(slot);
        }
        let slot = slot.unwrap_or_else(|| {
            self.next_slot += 1;
            self.next_slot
        });
        let sides = Sides::new(&event.participants, &event.parties);
        let tokens: Vec<String> = sides.tokens().map(|token| keyed(&event.kind, &token)).collect();
        let article_ids = articles_of(&event);
        let active = last_active(&event);
        self.by_id.insert(event.event_id.clone(), slot);
        for token in &tokens {
            self.by_token.entry(token.clone()).or_default().insert(slot);
        }
        for article_id in &article_ids {
            self.by_article.entry(article_id.clone()).or_default().insert(slot);
        }
        self.by_activity.insert((active, slot));
        self.events.insert(slot, Slot { event, sides, tokens, article_ids, active });
    }

    /// Closes events quiet for longer than the window, and the quietest ones above the limit.
    pub fn expire(&mut self, now: Timestamp, config: &Config) {
        let window = SignedDuration::try_from(config.window).unwrap_or(SignedDuration::MAX);
        while let Some(&(active, slot)) = self.by_activity.first() {
            if now.duration_since(active) <= window && self.events.len() <= config.open_events_max {
                return;
            }
            self.remove(slot);
        }
    }

    /// Returns the events of a kind that share a person or a party with `sides`, oldest first.
    pub(super) fn candidates<'a>(&'a self, kind: &Kind, sides: &Sides) -> impl Iterator<Item = &'a Slot> {
        let mut slots = BTreeSet::new();
        for token in sides.tokens() {
            slots.extend(self.by_token.get(&keyed(kind, &token)).into_iter().flatten());
        }
        slots.into_iter().filter_map(|slot| self.events.get(&slot))
    }

    /// Returns the ids of the events the article reports or has reported.
    pub(super) fn ids_of_article(&self, article_id: &str) -> Vec<String> {
        let slots = self.by_article.get(article_id).into_iter().flatten();
        slots.filter_map(|slot| self.events.get(slot)).map(|slot| slot.event.event_id.clone()).collect()
    }

    fn remove(&mut self, slot: u64) {
        self.unlink(slot);
        if let Some(removed) = self.events.remove(&slot) {
            self.by_id.remove(&removed.event.event_id);
        }
    }

    fn unlink(&mut self, slot: u64) {
        let Some(entry) = self.events.get(&slot) else {
            return;
        };
        self.by_activity.remove(&(entry.active, slot));
        for token in &entry.tokens {
            unlink_from(&mut self.by_token, token, slot);
        }
        for article_id in &entry.article_ids {
            unlink_from(&mut self.by_article, article_id, slot);
        }
    }
}

fn unlink_from(index: &mut HashMap<String, BTreeSet<u64>>, key: &str, slot: u64) {
    if let Some(slots) = index.get_mut(key) {
        slots.remove(&slot);
        if slots.is_empty() {
            index.remove(key);
        }
    }
}

fn keyed(kind: &Kind, token: &str) -> String {
    format!("{kind} {token}")
}

fn articles_of(event: &Event) -> Vec<String> {
    let mut article_ids: Vec<String> = event.reports.iter().map(|report| report.article_id.clone()).collect();
    article_ids.extend(event.closed.iter().flat_map(|closed| closed.article_ids.iter().cloned()));
    article_ids
}

/// Returns when the event was last reported, or takes place if that is later: a plan for next month waits for it.
#[must_use]
pub fn last_active(event: &Event) -> Timestamp {
    let reported = event.reports.iter().map(|report| report.at().max(report.seen)).max();
    let takes_place = event.date.as_ref().and_then(|date| {
        let end = date.end.to_zoned_datetime(TimeZone::UTC).ok()?;
        Some(end.timestamp())
    });
    let reported = reported.unwrap_or(event.first_seen);
    let latest = reported.checked_add(PLAN_REACH).unwrap_or(Timestamp::MAX);
    reported.max(takes_place.unwrap_or(reported).min(latest))
}
