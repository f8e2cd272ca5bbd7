//! Owns what the store needs beside the flow of work: it is counted, emptied of what is over, and checked.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::Shared;
use super::health::Spool;
use crate::store::StoreError;
use crate::telemetry::causes;

const COUNT_EVERY: Duration = Duration::from_secs(2);
const PRUNE_EVERY: Duration = Duration::from_hours(1);
/// How often the whole file is read to see whether it is whole.
const CHECK_EVERY: Duration = Duration::from_hours(24);

/// Counts the store for metrics and the spool's limit, for ever.
pub(super) async fn count(shared: Arc<Shared>) {
    loop {
        match shared.store.counts().await {
            Ok(counts) => {
                let metrics = &shared.metrics;
                metrics.outbox_records.set(i64::try_from(counts.outbox_waiting).unwrap_or(i64::MAX));
                metrics.outbox_age.set(counts.outbox_oldest.map_or(0.0, |oldest| age_s(oldest, shared.clock.now())));
                let is_full = counts.outbox_waiting >= shared.config.spool_records_max;
                if is_full != shared.health.is_spool_full() {
                    tracing::warn!(records = counts.outbox_waiting, is_full, "spool: polling pauses while it is full");
                }
                shared.health.set_spool(if is_full { Spool::Full } else { Spool::HasRoom });
            }
            Err(err) => tracing::debug!(reason = causes(&err), "the store cannot be counted"),
        }
        sleep(COUNT_EVERY).await;
    }
}

/// Lets go of what its time is up for, for ever.
pub(super) async fn prune(shared: Arc<Shared>) {
    loop {
        sleep(PRUNE_EVERY).await;
        match shared.store.prune(shared.clock.now()).await {
            Ok(pruned) => tracing::debug!(?pruned, "pruned"),
            Err(err) => tracing::warn!(reason = causes(&err), "the store cannot be pruned"),
        }
    }
}

/// Checks the store once a day, and at once where opening it left that to do. A damaged one goes on working as far as it
/// can; that it is damaged is said until a check finds it whole.
pub(super) async fn check(shared: Arc<Shared>) {
    if !shared.store.is_unchecked() {
        sleep(CHECK_EVERY).await;
    }
    loop {
        match shared.store.check().await {
            Ok(()) => {
                tracing::debug!("the store is whole");
                shared.health.store_is_whole();
            }
            Err(err @ StoreError::Corrupt { .. }) => {
                tracing::error!(
                    reason = causes(&err),
                    "the store is damaged: stop the daemon and restore the state folder from a copy, or start with a new one"
                );
                shared.health.store_is_damaged();
            }
            Err(err) => tracing::warn!(reason = causes(&err), "the store cannot be checked"),
        }
        sleep(CHECK_EVERY).await;
    }
}

fn age_s(at: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(at).as_secs_f64().max(0.0)
}
