//! Owns the newest states of events that the topic of newest states does not have yet: when it is switched on in a running
//! installation, they enter the outbox once, before anything new does.

use super::Shared;
use crate::publish::Record;
use crate::publish::message::{latest_topic, stored_record};
use crate::store::StoreError;

/// Events of one commit.
const EVENTS_MAX: usize = 500;

/// Brings the outbox up to date with the setting. Broken off, it begins anew: a state that comes twice is the same state.
pub(super) async fn fill(shared: &Shared) -> Result<(), StoreError> {
    let (store, envelope) = (&shared.store, &shared.envelope);
    let wanted = envelope.keeps_latest.then(|| latest_topic(&envelope.topic_prefix));
    if store.latest_topic().await? == wanted {
        return Ok(());
    }
    if let Some(topic) = &wanted {
        let n_records = append_all(shared).await?;
        tracing::info!(topic, n_records, "newest states of the events known so far are put into the outbox");
    }
    store.set_latest_topic(wanted).await
}

async fn append_all(shared: &Shared) -> Result<usize, StoreError> {
    let (store, envelope) = (&shared.store, &shared.envelope);
    let (mut place, mut n_records) = (0, 0);
    loop {
        let events = store.events_after(place, EVENTS_MAX).await?;
        let Some((last, _)) = events.last() else { return Ok(n_records) };
        place = *last;
        let now = shared.clock.now();
        let records: Vec<Record> = events.iter().filter_map(|(_, event)| stored_record(event, envelope, now)).collect();
        n_records += records.len();
        store.append(records).await?;
    }
}
