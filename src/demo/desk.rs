//! Owns when the newsroom prints what: the first batch at once, the next when a consumer has all of the one before.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::edition::{Edition, Press};
use super::ledger::Ledger;
use super::live::Live;
use super::newsroom::{Newsroom, NewsroomError, day_of};

/// Nothing new for this long: the broker has no more.
const QUIET: SignedDuration = SignedDuration::from_millis(800);
/// A batch of which nothing more arrives does not hold up the next for ever.
const PATIENCE: SignedDuration = SignedDuration::from_secs(9);
const STUCK: SignedDuration = SignedDuration::from_secs(4);
/// Pause between two articles that are printed while the demo runs.
const LIVE_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The newsroom at work.
#[derive(Debug)]
pub struct Desk {
    pub newsroom: Newsroom,
    live: Live,
    press: Press,
    editions: watch::Sender<Arc<Edition>>,
    /// Last batch of the bundled articles.
    n_batches: usize,
    /// Since when the consumer may have the last batch.
    waiting_since: Timestamp,
}

/// What the desk does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What is out has not arrived yet.
    Wait,
    /// The next batch came out.
    Printed,
    /// Every bundled article was printed and has arrived, or will not.
    Told,
}

impl Desk {
    /// Reads the bundled newsroom and prints its first batch for the server at `base`.
    ///
    /// # Errors
    /// [`NewsroomError`] when a bundled file is wrong.
    pub fn open(base: String, start: Timestamp) -> Result<Self, NewsroomError> {
        let newsroom = Newsroom::bundled()?;
        let press = Press { day: day_of(start), base, released: vec![start] };
        let editions = watch::Sender::new(Arc::new(Edition::print(&newsroom, &press)));
        let (n_batches, live) = (newsroom.last_batch(), Live::bundled()?);
        Ok(Self { newsroom, live, press, editions, n_batches, waiting_since: start })
    }

    /// Begins to wait for the first batch: the pipeline, which takes its time to compile the packs, runs now.
    pub fn begin(&mut self, now: Timestamp) {
        self.waiting_since = now;
    }

    /// Returns what the server serves.
    #[must_use]
    pub fn editions(&self) -> watch::Receiver<Arc<Edition>> {
        self.editions.subscribe()
    }

    #[must_use]
    pub const fn press(&self) -> &Press {
        &self.press
    }

    /// Tells whether only bundled articles were printed.
    #[must_use]
    pub fn is_bundled_only(&self) -> bool {
        self.press.released.len() <= self.n_batches
    }

    /// Prints the next batch of the bundled articles when the consumer has the one before; `last_record` is when it got
    /// anything last.
    pub fn advance(&mut self, ledger: &Ledger, last_record: Timestamp, now: Timestamp) -> Step {
        let quiet = now.duration_since(last_record);
        let has_all = ledger.has_pages(&self.editions.borrow().pages) && quiet >= QUIET;
        let is_stuck = now.duration_since(self.waiting_since) >= PATIENCE && quiet >= STUCK;
        if !has_all && !is_stuck {
            return Step::Wait;
        }
        if self.press.released.len() >= self.n_batches {
            return Step::Told;
        }
        self.print(now);
        Step::Printed
    }

    /// Prints one more article when the last has been out for a while, as long as there are any.
    pub fn go_on(&mut self, now: Timestamp) {
        if self.live.n_left() > 0 && now.duration_since(self.waiting_since) >= LIVE_PAUSE {
            self.live.add_next(&mut self.newsroom);
            self.print(now);
        }
    }

    fn print(&mut self, now: Timestamp) {
        self.waiting_since = now;
        self.press.released.push(now);
        self.editions.send_replace(Arc::new(Edition::print(&self.newsroom, &self.press)));
    }
}
