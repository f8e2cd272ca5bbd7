//! Owns delivery exactly once: a batch, its dead letters and the progress that says so are one transaction.
//!
//! Started anew, a publisher fences its predecessor and reads how far that one came; what the outbox still holds of it
//! is not sent again. A transaction is open only while a batch is under way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use super::batch::{Batch, Broken};
use super::client::{Client, Failure};
use super::column::{self, Column};
use super::progress::{self, Extent, Progress};
use super::registry::plain;
use super::{Adoption, Kafka};
use crate::publish::message::{DeadLetter, dead_letter};
use crate::publish::{Origin, Outcome, PublishError, Record};

const INIT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long one attempt to end a transaction blocks its thread.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// Ending a transaction costs nothing once nothing is in flight; the client's own wait has a floor of 100 ms.
const IN_FLIGHT_POLL: Duration = Duration::from_millis(1);

/// What a transactional publisher knows of itself.
pub(super) struct Ledger {
    pub(super) topic: String,
    pub(super) transactional_id: String,
    pub(super) adoption: Adoption,
    /// Where the records come from; without it there is no progress to speak of.
    pub(super) origin: Option<Origin>,
    /// All records up to it are in Kafka; `None` until the cluster said so.
    pub(super) position: Option<u64>,
    /// The highest seq this store is known to have given out.
    pub(super) seq_max: u64,
    /// Set when the cluster has taken this publisher on; what it reads from then on is its own progress.
    pub(super) has_joined: bool,
    /// Set while a transaction is under way. When it still is at the next batch, that one was given up half-way.
    pub(super) is_open: bool,
}

impl Ledger {
    pub(super) fn new(topic_prefix: &str, transactional_id: String) -> Self {
        Self {
            topic: progress_topic(topic_prefix),
            transactional_id,
            adoption: Adoption::Refuse,
            origin: None,
            position: None,
            seq_max: 0,
            has_joined: false,
            is_open: false,
        }
    }

    /// Compares what the cluster knows with the store; returns up to where the records are in Kafka.
    fn accept(&self, found: Option<&Progress>, origin: &Origin) -> Result<u64, String> {
        let Some(found) = found else { return Ok(0) };
        let (topic, id) = (&self.topic, &self.transactional_id);
        if found.version > progress::VERSION {
            let version = found.version;
            return Err(format!("progress of {id} in {topic} has version {version}: a newer hotline wrote it"));
        }
        let trouble = if found.store_id != origin.store_id {
            format!(
                "progress of {id} in {topic} is of store {}, the state directory holds store {}: its state was lost, or \
                 another daemon has the same `publish.instance` and `publish.topic_prefix`",
                found.store_id, origin.store_id
            )
        } else if found.seq > self.seq_max {
            format!(
                "progress of {id} in {topic} is at record {}, the state directory only came to record {}: an older copy \
                 of it was put back",
                found.seq, self.seq_max
            )
        } else {
            return Ok(found.seq);
        };
        match self.adoption {
            Adoption::Adopt => {
                tracing::warn!(trouble, "state adopted as it is");
                Ok(0)
            }
            Adoption::Refuse => Err(format!(
                "{trouble}; give this daemon a `publish.instance` of its own, or start it once with --adopt to go on \
                 from this state (what the other state had delivered may come again)"
            )),
        }
    }
}

/// Returns the topic of progress records.
pub(super) fn progress_topic(prefix: &str) -> String {
    format!("{prefix}.progress")
}

impl Kafka {
    /// Delivers what is not in Kafka yet in one transaction.
    pub(super) async fn publish_exactly_once(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        let position = self.recover().await?;
        let n_known = records.iter().take_while(|record| record.seq <= position).count();
        let (known, new) = records.split_at(n_known);
        let mut outcomes = vec![Outcome::Acked { partition: None, offset: None }; known.len()];
        let mut batch = Batch::new(new);
        while !new.is_empty() {
            self.ledger.is_open = true;
            match self.transact(&mut batch).await {
                Ok(sent) => {
                    self.ledger.is_open = false;
                    self.ledger.position = new.last().map(|record| record.seq);
                    self.ledger.seq_max = self.ledger.seq_max.max(self.ledger.position.unwrap_or(0));
                    outcomes.extend(sent);
                    break;
                }
                Err(Broken::Learned) => {
                    // The refused record has taken a sequence number with it that the broker now waits for: only a new
                    // producer goes on, and it ends the transaction, too.
                    self.recover().await?;
                }
                Err(Broken::Failed(failure)) => return Err(self.fail_transaction(&failure)),
            }
        }
        Ok(outcomes)
    }

    /// Makes sure that no predecessor writes any more, and returns how far it came.
    async fn recover(&mut self) -> Result<u64, PublishError> {
        // The future of the last batch was dropped: nobody knows how its transaction ended.
        self.is_spent |= self.ledger.is_open;
        self.renew().await?;
        self.ensure_topics().await?;
        if let Some(position) = self.ledger.position {
            return Ok(position);
        }
        let Some(origin) = self.ledger.origin.clone() else {
            return Err(self
                .error(Column::Fatal, "delivery exactly once needs an outbox: nothing says whose records these are"));
        };
        if !self.ledger.has_joined {
            // Before anything is fenced: a daemon that took another one's name must not end that one.
            let found = self.read_progress(Extent::Stable).await?;
            self.accept(found.as_ref(), &origin)?;
        }
        let client = self.client.clone();
        let initialised = self.blocking(move || client.producer().init_transactions(INIT_TIMEOUT)).await?;
        if let Err(err) = initialised {
            let failure = self.client.explain(Failure::of_transaction(&err));
            return Err(self.fail_transaction(&failure));
        }
        let found = self.read_progress(Extent::Whole).await?;
        let position = self.accept(found.as_ref(), &origin)?;
        let is_adopted =
            found.is_some_and(|found| found.store_id != origin.store_id || found.seq > self.ledger.seq_max);
        if is_adopted {
            // Said in Kafka at once: the next start needs no --adopt.
            self.ledger.is_open = true;
            if let Err(Broken::Failed(failure)) = self.transact(&mut Batch::new(&[])).await {
                return Err(self.fail_transaction(&failure));
            }
            self.ledger.is_open = false;
        }
        tracing::info!(transactional_id = self.ledger.transactional_id, position, "delivers exactly once");
        self.ledger.position = Some(position);
        self.ledger.has_joined = true;
        Ok(position)
    }

    fn accept(&self, found: Option<&Progress>, origin: &Origin) -> Result<u64, PublishError> {
        self.ledger.accept(found, origin).map_err(|reason| self.error(Column::Fatal, &reason))
    }

    async fn read_progress(&mut self, extent: Extent) -> Result<Option<Progress>, PublishError> {
        let config = self.config.client_config().map_err(|err| self.error(Column::Held, &err.to_string()))?;
        let (topic, id) = (self.ledger.topic.clone(), self.ledger.transactional_id.clone());
        let read = self.blocking(move || progress::read(&config, &topic, &id, extent)).await?;
        read.map_err(|err| {
            let failure = self.client.explain(Failure::new(&err, true));
            let reason = format!("read progress from {}: {}", self.ledger.topic, failure.reason);
            match failure.column {
                // A consumer hears of a topic it may not read or that is not there; neither ends this producer.
                Column::Held | Column::Fatal => self.hold(failure.kafka_code, &reason),
                column => self.error(column, &reason),
            }
        })
    }

    /// Sends the batch in one transaction and commits it.
    async fn transact(&mut self, batch: &mut Batch<'_>) -> Result<Vec<Outcome>, Broken> {
        self.client.producer().begin_transaction().map_err(|err| Broken::Failed(Failure::of_transaction(&err)))?;
        let results = match self.send_batch(batch).await {
            Ok(results) => results,
            Err(Broken::Learned) => return Err(Broken::Learned),
            Err(Broken::Failed(failure)) => {
                let failure = self.transaction_failure().unwrap_or(failure);
                // A broker that let nothing into the transaction may know none to abort: why it did not is what matters.
                return Err(Broken::Failed(match self.abort().await {
                    Err(aborting) if failure.column < Column::Held => aborting,
                    _ => failure,
                }));
            }
        };
        if let Err(failure) = self.commit().await {
            return Err(Broken::Failed(failure));
        }
        Ok(results)
    }

    /// Returns what broke the transaction under way, if it was not a record: those in the queue only hear that they were
    /// taken out of it. A transaction that is under way cannot be begun, and the client says why it goes no further.
    fn transaction_failure(&self) -> Option<Failure> {
        match self.client.producer().begin_transaction() {
            Err(KafkaError::Transaction(err)) if err.txn_requires_abort() || err.is_fatal() => {
                Some(Failure::of_transaction(&KafkaError::Transaction(err)))
            }
            _ => None,
        }
    }

    /// Sends the records, the dead letters of those that can never go, and last the progress.
    async fn send_batch(&self, batch: &mut Batch<'_>) -> Result<Vec<Outcome>, Broken> {
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        for run in batch.runs() {
            let sent = self.client.send(&run).await;
            batch.learn(sent, run.len() == 1, &mut outcomes)?;
        }
        for (index, letter) in self.letters(batch) {
            for (_, result) in self.client.send(&[(index, &letter)]).await {
                match result {
                    Err(failure) if failure.column == Column::Rejected => {
                        tracing::error!(
                            key = letter.key,
                            failure.reason,
                            "dead letter refused by the sink, it is lost"
                        );
                        batch.lost_letters.insert(index);
                        if failure.is_from_broker {
                            return Err(Broken::Learned);
                        }
                    }
                    Err(failure) => return Err(Broken::Failed(failure)),
                    Ok(_) => {}
                }
            }
        }
        let progress = self.progress(batch.records.last().map(|record| record.seq));
        for (_, result) in self.client.send(&[(0, &progress)]).await {
            result.map_err(Broken::Failed)?;
        }
        for (index, failure) in &batch.rejected {
            let (code, reason) = (failure.code.clone(), failure.reason.clone());
            outcomes.insert(*index, Outcome::DeadLettered { code, reason });
        }
        Ok(outcomes.into_values().collect())
    }

    fn letters(&self, batch: &Batch<'_>) -> Vec<(usize, Record)> {
        let Some(origin) = &self.ledger.origin else { return Vec::new() };
        let mut letters = Vec::new();
        for (index, failure) in &batch.rejected {
            let record = &batch.records[*index];
            let is_letter = record.topic == crate::publish::message::dlq_topic(&origin.envelope.topic_prefix);
            if is_letter || batch.lost_letters.contains(index) {
                continue;
            }
            let letter = DeadLetter {
                stage: "deliver",
                code: &failure.code,
                message: &failure.reason,
                feed: None,
                url: None,
                n_attempts: 1,
                at: origin.clock.now(),
            };
            letters.push((*index, dead_letter(&record.key, plain(&record.value), &letter, &origin.envelope)));
        }
        letters
    }

    fn progress(&self, last: Option<u64>) -> Record {
        let store_id = self.ledger.origin.as_ref().map(|origin| origin.store_id.clone()).unwrap_or_default();
        let progress = Progress { seq: last.unwrap_or(0), store_id, version: progress::VERSION };
        progress.record(&self.ledger.topic, &self.ledger.transactional_id)
    }

    async fn commit(&self) -> Result<(), Failure> {
        let (client, give_up) = (self.client.clone(), Instant::now() + self.config.transaction_timeout);
        let ended = tokio::task::spawn_blocking(move || {
            wait_for_in_flight(&client, give_up);
            loop {
                match client.producer().commit_transaction(END_TIMEOUT) {
                    Err(KafkaError::Transaction(err)) if err.is_retriable() && Instant::now() < give_up => {}
                    Err(KafkaError::Transaction(err)) if err.txn_requires_abort() => {
                        let failure = Failure::of_transaction(&KafkaError::Transaction(err));
                        // The outcome is known, whichever way this ends: it is not committed.
                        return Err((failure, client.producer().abort_transaction(END_TIMEOUT).is_ok()));
                    }
                    ended => return ended.map_err(|err| (Failure::of_transaction(&err), false)),
                }
            }
        });
        match ended.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err((failure, _))) => Err(failure),
            Err(err) => Err(Failure::unsettled(&err.to_string())),
        }
    }

    async fn abort(&self) -> Result<(), Failure> {
        let (client, give_up) = (self.client.clone(), Instant::now() + END_TIMEOUT);
        let ended = tokio::task::spawn_blocking(move || {
            loop {
                match client.producer().abort_transaction(END_TIMEOUT) {
                    Err(KafkaError::Transaction(err)) if err.is_retriable() && Instant::now() < give_up => {}
                    ended => return ended,
                }
            }
        });
        match ended.await {
            Ok(ended) => ended.map_err(|err| Failure::of_transaction(&err)),
            Err(err) => Err(Failure::unsettled(&err.to_string())),
        }
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PublishError> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|err| self.error(Column::Retriable, &err.to_string()))
    }

    /// Gives the producer up: the next batch starts with a new one, which finds out how the transaction ended. Only one
    /// that was fenced must not do so: it would end its successor.
    fn fail_transaction(&mut self, failure: &Failure) -> PublishError {
        let fatal = self.client.fatal_error();
        self.doubt_topics();
        self.is_spent = true;
        self.ledger.is_open = false;
        let code = fatal.as_ref().map(|(code, _)| *code);
        let is_fenced =
            code.is_some_and(is_fenced) || failure.column == Column::Fatal && failure.code == "producer_fenced";
        if is_fenced {
            let reason = format!(
                "another daemon has taken over transactional id {}, or this one stood still for longer than \
                 `kafka.transaction_timeout`: it must not go on. If two daemons are meant to run, give each its own \
                 `publish.instance`",
                self.ledger.transactional_id
            );
            return self.error(Column::Fatal, &reason);
        }
        match fatal {
            _ if failure.column == Column::Held => self.hold(failure.kafka_code, &failure.reason),
            Some((code, reason)) => self.renewed_after(code, &reason),
            None if failure.column == Column::Fatal => self.hold(failure.kafka_code, &failure.reason),
            None => self.error(failure.column, &failure.reason),
        }
    }
}

fn is_fenced(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(code, Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch)
}

fn wait_for_in_flight(client: &Client, give_up: Instant) {
    while client.producer().in_flight_count() > 0 && Instant::now() < give_up {
        std::thread::sleep(IN_FLIGHT_POLL);
    }
}

impl Failure {
    fn of_transaction(err: &KafkaError) -> Self {
        let mut failure = Self::new(err, true);
        if let KafkaError::Transaction(err) = err {
            failure.code = column::word(err.code());
            failure.reason = err.string();
            if err.is_fatal() && is_fenced(err.code()) {
                failure.column = Column::Fatal;
                "producer_fenced".clone_into(&mut failure.code);
            }
        }
        failure
    }
}
