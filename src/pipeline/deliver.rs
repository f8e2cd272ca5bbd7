//! Owns the loop that empties the outbox into the sink, in order. It goes on only on outcomes: what is not settled is
//! sent again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::watch;

use super::backoff::Backoff;
use super::health::{BEAT, Loop};
use super::{Mode, Shared};
use crate::metrics::{self, observe};
use crate::publish::message::{DeadLetter, TimesRecord, dead_letter, dlq_topic};
use crate::publish::{Outcome, Publish, PublishError, Record, Vitals};
use crate::shutdown::Stop;
use crate::store::{Settled, StoreError};
use crate::telemetry::{Alarm, News, causes};

/// Records of one batch.
const RECORDS_MAX: usize = 500;
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// A person must act: there is no hurry, but a short wait once they have.
const HOLD_PAUSE: Duration = Duration::from_secs(1);
const HOLD_PAUSE_MAX: Duration = Duration::from_secs(30);
/// A single round ends after so many failures in a row; the records wait for the next run.
const ONCE_FAILURES_MAX: u32 = 3;

/// Where delivery stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The last record that is settled, 0 before the first of this run.
    pub position: u64,
    /// When the sink settled it.
    pub settled_at: Option<Timestamp>,
    pub trouble: Option<Trouble>,
    /// What the sink's client last said of itself.
    pub client: Option<Vitals>,
}

/// Why records wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub since: Timestamp,
    pub reason: String,
    /// It will not pass by itself.
    pub is_held: bool,
}

/// Why delivery ended before the outbox was empty.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// This process must not go on.
    #[error(transparent)]
    Fatal(PublishError),
    /// A single round does not wait for the sink for ever.
    #[error("records wait in the outbox: {reason}")]
    Undelivered { reason: String },
}

/// What goes wrong in one attempt.
enum AttemptError {
    Publish(PublishError),
    Store(StoreError),
}

pub(super) struct Deliverer<P> {
    pub(super) sink: P,
    pub(super) shared: Arc<Shared>,
    /// True when nothing more enters the outbox.
    pub(super) is_ingest_over: watch::Receiver<bool>,
    pub(super) state: watch::Sender<Delivery>,
    pub(super) stop: Stop,
    pub(super) mode: Mode,
}

impl<P: Publish> Deliverer<P> {
    /// Delivers until nothing more enters the outbox and it is empty; after a stop, until that or the first failure.
    ///
    /// # Errors
    /// [`DeliverError`] when the sink can never go on, or a single round gives up.
    pub(super) async fn run(mut self) -> Result<(), DeliverError> {
        let shared = Arc::clone(&self.shared);
        let mut news = shared.store.watch_outbox();
        let (mut after, mut n_failures, mut alarm) = (0, 0, Alarm::default());
        let mut pauses = Backoff::new(PAUSE, PAUSE_MAX);
        let mut holds = Backoff::new(HOLD_PAUSE, HOLD_PAUSE_MAX);
        loop {
            shared.health.beat(Loop::Deliver);
            news.borrow_and_update();
            // Asked before the outbox is read, so that an empty one is really the end.
            let is_last = *self.is_ingest_over.borrow_and_update();
            let attempted = self.attempt(after).await;
            self.take_vitals();
            let err = match attempted {
                Ok(Some(last)) => {
                    (after, n_failures) = (last, 0);
                    pauses.succeed();
                    holds.succeed();
                    self.recovered(&mut alarm);
                    continue;
                }
                Ok(None) if is_last => return Ok(()),
                Ok(None) => {
                    tokio::select! {
                        Ok(()) = news.changed() => {}
                        Ok(()) = self.is_ingest_over.changed() => {}
                        () = tokio::time::sleep(BEAT) => {}
                    }
                    continue;
                }
                Err(err) => err,
            };
            n_failures += 1;
            let pause = self.trouble(&mut alarm, &err, &mut pauses, &mut holds);
            let reason = match err {
                AttemptError::Publish(err @ PublishError::Fatal { .. }) => return Err(DeliverError::Fatal(err)),
                AttemptError::Publish(err) => causes(&err),
                AttemptError::Store(err) => causes(&err),
            };
            if is_last && self.stop.is_asked() {
                tracing::warn!(reason, "stopped before all was delivered, the rest waits in the outbox");
                return Ok(());
            }
            if self.mode == Mode::Once && n_failures >= ONCE_FAILURES_MAX {
                return Err(DeliverError::Undelivered { reason });
            }
            shared.health.during(Loop::Deliver, tokio::time::sleep(pause)).await;
        }
    }

    /// Delivers the records after `after` and returns the last one's number; `None` when there are none.
    async fn attempt(&mut self, after: u64) -> Result<Option<u64>, AttemptError> {
        let shared = Arc::clone(&self.shared);
        let waiting = shared.store.outbox(after, RECORDS_MAX, BATCH_BYTES_MAX);
        let records = shared.health.during(Loop::Deliver, waiting).await.map_err(AttemptError::Store)?;
        let Some(last) = records.last().map(|record| record.seq) else { return Ok(None) };
        let began = Instant::now();
        let published = shared.health.during(Loop::Deliver, self.sink.publish(&records)).await;
        observe(&shared.metrics.batch, began.elapsed());
        let outcomes = published.map_err(AttemptError::Publish)?;
        let now = shared.clock.now();
        let settled = records.iter().zip(outcomes).map(|(record, outcome)| self.settled(record, outcome, now));
        let settled: Vec<Settled> = settled.collect();
        let written = shared.health.during(Loop::Deliver, shared.store.settle(settled)).await;
        written.map_err(AttemptError::Store)?;
        self.state.send_modify(|state| {
            state.position = last;
            state.settled_at = Some(now);
        });
        Ok(Some(last))
    }

    /// Makes visible what the sink's client says of itself.
    fn take_vitals(&self) {
        let Some(now) = self.sink.vitals() else { return };
        let before = self.state.borrow().client;
        if before != Some(now) {
            self.shared.metrics.vitals(before.unwrap_or_default(), now);
            self.state.send_modify(|state| state.client = Some(now));
        }
    }

    /// Counts one outcome; a record the sink can never take becomes a dead letter.
    fn settled(&self, record: &Record, outcome: Outcome, now: Timestamp) -> Settled {
        let shared = &self.shared;
        let mut letter = None;
        match &outcome {
            Outcome::Acked { .. } => {
                shared.metrics.record(metrics::Record::Acked);
                if let Some(fetched) = fetched_at(record) {
                    let latency = now.duration_since(fetched).max(jiff::SignedDuration::ZERO);
                    observe(&shared.metrics.delivery, latency.unsigned_abs());
                }
            }
            Outcome::DeadLettered { code, reason } => {
                shared.metrics.record(metrics::Record::Rejected);
                let (topic, key) = (&record.topic, &record.key);
                tracing::error!(topic, key, code, reason, "record refused by the sink, it is in the dead letters");
            }
            Outcome::Rejected { code, reason } => {
                shared.metrics.record(metrics::Record::Rejected);
                // A dead letter that is refused has nowhere else to go.
                if record.topic == dlq_topic(&shared.envelope.topic_prefix) {
                    tracing::error!(key = record.key, code, reason, "dead letter refused by the sink, it is lost");
                } else {
                    let (topic, key) = (&record.topic, &record.key);
                    tracing::error!(topic, key, code, reason, "record refused by the sink, it is in the dead letters");
                    letter = Some(dead_letter(
                        &record.key,
                        &record.value,
                        &DeadLetter {
                            stage: "deliver",
                            code,
                            message: reason,
                            feed: None,
                            url: None,
                            n_attempts: 1,
                            at: now,
                        },
                        &shared.envelope,
                    ));
                }
            }
        }
        Settled { seq: record.seq, outcome, dead_letter: letter }
    }

    /// Makes trouble visible, says it once, and returns how long to wait.
    fn trouble(&self, alarm: &mut Alarm, err: &AttemptError, pauses: &mut Backoff, holds: &mut Backoff) -> Duration {
        let (kind, reason) = match err {
            AttemptError::Store(err) => (metrics::Failure::Retriable, causes(err)),
            AttemptError::Publish(err @ PublishError::Retriable { .. }) => (metrics::Failure::Retriable, causes(err)),
            AttemptError::Publish(err @ PublishError::Held { .. }) => (metrics::Failure::Held, causes(err)),
            AttemptError::Publish(err @ PublishError::Fatal { .. }) => (metrics::Failure::Fatal, causes(err)),
        };
        self.shared.metrics.failure(kind);
        let is_held = kind == metrics::Failure::Held;
        self.shared.metrics.is_delivery_held.set(i64::from(is_held));
        let now = self.shared.clock.now();
        self.state.send_modify(|state| {
            let since = state.trouble.as_ref().map_or(now, |trouble| trouble.since);
            state.trouble = Some(Trouble { since, reason: reason.clone(), is_held });
        });
        if alarm.raise(&reason) == News::Raised {
            // Another reason than before: a person is at it.
            holds.succeed();
            match kind {
                metrics::Failure::Held => tracing::error!(reason, "delivery is held until a person acts"),
                metrics::Failure::Retriable => tracing::warn!(reason, "delivery fails, records wait in the outbox"),
                // The supervisor says it when it ends the program.
                metrics::Failure::Fatal => {}
            }
        }
        if is_held { holds.fail() } else { pauses.fail() }
    }

    fn recovered(&self, alarm: &mut Alarm) {
        if alarm.clear() == News::Cleared {
            tracing::info!("delivery works again");
            self.shared.metrics.is_delivery_held.set(0);
            self.state.send_modify(|state| state.trouble = None);
        }
    }
}

/// Reads when the page behind a record was fetched.
fn fetched_at(record: &Record) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Timed {
        times: TimesRecord,
    }
    let timed: Timed = serde_json::from_slice(&record.value).ok()?;
    timed.times.fetched.map(|instant| instant.0)
}
