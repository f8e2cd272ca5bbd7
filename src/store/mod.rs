//! Owns SQLite (rusqlite lives only here): cursors, seen entries, articles, mentions, events, outbox.
//!
//! One file, `hotline.db`, in the state directory. One thread writes, several connections read beside it; a call that
//! writes returns when its commit is on the disk. Other programs may read the file at any time.

mod articles;
mod counts;
mod error;
mod identity;
mod latest;
mod lists;
mod open;
mod outbox;
mod peek;
mod pending;
mod poll;
mod readers;
mod retention;
mod rows;
mod subscriptions;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

pub use articles::ArticleCommit;
pub use counts::Counts;
pub use error::{Holder, StoreError};
pub use latest::Place;
pub use lists::ListCopy;
pub use outbox::Settled;
pub use peek::{FeedCounts, Peek};
pub use pending::Pending;
pub use poll::{FeedState, PollCommit, PollOutcome, Shown};
pub use retention::Pruned;

use self::error::Fault;
use self::readers::Readers;
use self::writer::Writer;
use crate::article::Article;
use crate::event::Event;
use crate::feed::websub::Subscription;
use crate::publish::Record;
use crate::tag::Mention;

/// The state directory's database. Clones share one writer; reads see every commit that was answered before.
///
/// Dropping the last clone waits for the writer, without marking a clean stop: that is [`Store::close`].
#[derive(Debug, Clone)]
pub struct Store {
    id: Arc<str>,
    is_unchecked: bool,
    committed: watch::Receiver<u64>,
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

impl Store {
    /// Opens the store in `dir`, which is made if missing; brings an older schema up to date and, after an unclean
    /// stop, checks the file.
    ///
    /// # Errors
    /// [`StoreError::InUse`] names the process that has it open, [`StoreError::TooNew`] the schema of a later release.
    pub async fn open(dir: &Path) -> Result<Self, StoreError> {
        const ATTEMPT: &str = "open store";
        let dir = dir.to_owned();
        let opening = spawn_blocking(move || {
            let opened = open::open(&dir)?;
            let last = outbox::last_seq(&opened.db).map_err(|fault| fault.during(ATTEMPT))?;
            let (committed_now, committed) = watch::channel(last);
            let id = Arc::from(opened.store_id.as_str());
            let is_unchecked = opened.is_unchecked;
            let readers = Readers::new(opened.path.clone());
            let writer = Writer::start(opened, committed_now)
                .map_err(|source| StoreError::Directory { dir, source: Arc::new(source) })?;
            Ok(Self { id, is_unchecked, committed, readers, writer: Arc::new(writer) })
        });
        opening.await.map_err(|_| StoreError::Closed { attempt: ATTEMPT })?
    }

    /// Returns the id the store got when it was made (ULID): another disk, another id.
    pub fn store_id(&self) -> &str {
        &self.id
    }

    /// Tells that the last stop was not clean and the file is too large to check it before opening: the caller runs
    /// [`Store::check`] beside its work.
    pub const fn is_unchecked(&self) -> bool {
        self.is_unchecked
    }

    /// Writes what is queued, checkpoints and marks a clean stop. Later calls fail with [`StoreError::Closed`].
    pub async fn close(&self) -> Result<(), StoreError> {
        self.readers.close();
        self.writer.close().await
    }

    /// Returns the state of every feed ever polled, by id.
    pub async fn feed_states(&self) -> Result<Vec<FeedState>, StoreError> {
        self.readers.read("read feed states", poll::states).await
    }

    /// Forgets how polls of a feed went, so that the next one starts anew and asks for the whole document; what entries it
    /// showed stays known. Tells whether the feed was ever polled.
    pub async fn reset_feed(&self, feed_id: &str) -> Result<bool, StoreError> {
        let feed_id = feed_id.to_owned();
        self.writer.write("reset feed", move |db| poll::reset(db, &feed_id)).await
    }

    /// Returns every feed's subscription at its hub, by feed id.
    pub async fn subscriptions(&self) -> Result<Vec<(String, Subscription)>, StoreError> {
        self.readers.read("read subscriptions", subscriptions::read).await
    }

    /// Keeps a feed's subscription in the place of the one before; `None` forgets it.
    pub async fn keep_subscription(&self, feed_id: &str, held: Option<Subscription>) -> Result<(), StoreError> {
        let feed_id = feed_id.to_owned();
        let work = move |db: &Connection| match held {
            Some(held) => subscriptions::keep(db, &feed_id, &held),
            None => subscriptions::forget(db, &feed_id),
        };
        self.writer.write("keep subscription", work).await
    }

    /// Returns the last good copy of a list on the web.
    pub async fn list_copy(&self, list_id: &str) -> Result<Option<ListCopy>, StoreError> {
        let list_id = list_id.to_owned();
        self.readers.read("read list", move |db| lists::read(db, &list_id)).await
    }

    /// Keeps a good copy of a list in the place of the one before.
    pub async fn keep_list(&self, list_id: &str, copy: ListCopy) -> Result<(), StoreError> {
        let list_id = list_id.to_owned();
        self.writer.write("keep list", move |db| lists::keep(db, &list_id, &copy)).await
    }

    /// Forgets the copy of a list; tells whether there was one.
    pub async fn forget_list(&self, list_id: &str) -> Result<bool, StoreError> {
        let list_id = list_id.to_owned();
        self.writer.write("forget list", move |db| lists::forget(db, &list_id)).await
    }

    /// Stores one poll: state, keys of its entries and those that became pending, in one transaction.
    ///
    /// An entry any of whose keys (guid, canonical link, outlet + title + day) is known is the same article; an edit
    /// makes its next revision pending.
    pub async fn commit_poll(&self, commit: PollCommit) -> Result<PollOutcome, StoreError> {
        const ATTEMPT: &str = "commit poll";
        // Megabytes of text may have to be read for this: not where all others wait.
        let reading = spawn_blocking(move || {
            let said: Vec<_> = commit.entries.iter().map(identity::said).collect();
            (commit, said)
        });
        let (commit, said) = reading.await.map_err(|_| StoreError::Closed { attempt: ATTEMPT })?;
        self.writer.write(ATTEMPT, move |db| poll::commit(db, &commit, &said)).await
    }

    /// Hands out at most `n_max` entries that are due and not handed out within the last hour, the longest due first.
    /// After a start, all unfinished ones are.
    pub async fn due_entries(&self, now: Timestamp, n_max: usize) -> Result<Vec<Pending>, StoreError> {
        self.writer.write("hand out entries", move |db| pending::hand_out(db, now, n_max)).await
    }

    /// Puts a pending entry off until `until`; counts an attempt and keeps its error.
    pub async fn defer_entry(&self, article_id: &str, until: Timestamp, error: &str) -> Result<(), StoreError> {
        let (article_id, error) = (article_id.to_owned(), error.to_owned());
        self.writer.write("defer entry", move |db| pending::defer(db, &article_id, until, &error)).await
    }

    /// Gives a pending entry up; its dead letter goes into the outbox in the same transaction. An edit that came
    /// meanwhile stays pending.
    pub async fn drop_entry(
        &self,
        article_id: &str,
        dead_letter: Option<Record>,
        error: &str,
    ) -> Result<(), StoreError> {
        tracing::debug!(article_id, error, "entry given up");
        let article_id = article_id.to_owned();
        self.writer.write("drop entry", move |db| pending::give_up(db, &article_id, dead_letter.as_ref())).await
    }

    /// Stores coded articles with their events and records in one transaction. The outbox numbers the records in order.
    pub async fn commit_articles(&self, commits: Vec<ArticleCommit>) -> Result<(), StoreError> {
        self.writer.write("commit articles", move |db| articles::commit(db, &commits)).await
    }

    /// Returns an article as stored last, with every feed that showed it since; its text is empty once its time was up.
    pub async fn article(&self, article_id: &str) -> Result<Option<Article>, StoreError> {
        let article_id = article_id.to_owned();
        self.readers.read("read article", move |db| articles::article(db, &article_id)).await
    }

    /// Returns the mentions of an article's stored revision, in order.
    pub async fn mentions(&self, article_id: &str) -> Result<Vec<Mention>, StoreError> {
        let article_id = article_id.to_owned();
        self.readers.read("read mentions", move |db| articles::mentions(db, &article_id)).await
    }

    /// Returns the stored revision of an article and its content hash.
    pub async fn article_hash(&self, article_id: &str) -> Result<Option<(u32, String)>, StoreError> {
        let article_id = article_id.to_owned();
        self.readers.read("read article hash", move |db| articles::hash(db, &article_id)).await
    }

    /// Returns the events active at `since` or later, withdrawn and merged ones too, in order of creation.
    pub async fn open_events(&self, since: Timestamp) -> Result<Vec<Event>, StoreError> {
        self.readers.read("read open events", move |db| articles::events(db, since)).await
    }

    /// Returns the first `n_max` events after a place (0 is before all), each with its own, in order of creation.
    pub async fn events_after(&self, place: Place, n_max: usize) -> Result<Vec<(Place, Event)>, StoreError> {
        self.readers.read("read events", move |db| latest::page(db, place, n_max)).await
    }

    /// Returns the topic in which every event has its newest state; `None` while newest states are not kept.
    pub async fn latest_topic(&self) -> Result<Option<String>, StoreError> {
        self.readers.read("read topic of newest states", latest::topic).await
    }

    /// Says which topic holds every event's newest state from now on, or that none does.
    pub async fn set_latest_topic(&self, topic: Option<String>) -> Result<(), StoreError> {
        self.writer.write("set topic of newest states", move |db| latest::set_topic(db, topic.as_deref())).await
    }

    /// Puts records that no article brought into the outbox, in order, in one transaction.
    pub async fn append(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.writer.write("append records", move |db| latest::append(db, &records)).await
    }

    /// Returns the newest `n_max` texts fetched at `since` or later as (article id, text, fetched), oldest first.
    pub async fn recent_texts(
        &self,
        since: Timestamp,
        n_max: usize,
    ) -> Result<Vec<(String, String, Timestamp)>, StoreError> {
        self.readers.read("read recent texts", move |db| articles::texts(db, since, n_max)).await
    }

    /// Returns the records after `after_seq` in order: at most `n_max`, and at most `bytes_max` of values unless the
    /// first alone is larger.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a record differs from the hash taken when it was stored.
    pub async fn outbox(&self, after_seq: u64, n_max: usize, bytes_max: usize) -> Result<Vec<Record>, StoreError> {
        self.readers.read("read outbox", move |db| outbox::read(db, after_seq, n_max, bytes_max)).await
    }

    /// Removes settled records and appends the dead letters of the rejected ones, in one transaction.
    pub async fn settle(&self, settled: Vec<Settled>) -> Result<(), StoreError> {
        self.writer.write("settle records", move |db| outbox::settle(db, &settled)).await
    }

    /// Watches the seq of the last committed record.
    pub fn watch_outbox(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// Counts what the store holds.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.readers.read("count", counts::counts).await
    }

    /// Removes what its time is up for, in bounded slices that let other work through.
    pub async fn prune(&self, now: Timestamp) -> Result<Pruned, StoreError> {
        let mut pruned = Pruned::default();
        loop {
            let (slice, has_more) = self.writer.write("prune", move |db| retention::slice(db, now)).await?;
            pruned.entries += slice.entries;
            pruned.texts += slice.texts;
            pruned.events += slice.events;
            if !has_more {
                return Ok(pruned);
            }
        }
    }

    /// Checks the whole file, beside other work.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] says what does not fit.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.readers.read_afresh("check store", |db| -> Result<(), Fault> { open::check(db) }).await
    }
}
