//! Owns what health checks ask: whether the loops run, whether the store takes writes, whether there is room.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A loop that says nothing for so long hangs.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// How often a loop beats while it waits.
pub(super) const BEAT: Duration = Duration::from_secs(1);
/// The beat of a loop that ended in order.
const ENDED: u64 = u64::MAX;

/// A loop of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loop {
    Poll,
    Collect,
    Resolve,
    Deliver,
}

impl Loop {
    const ALL: [Self; 4] = [Self::Poll, Self::Collect, Self::Resolve, Self::Deliver];

    /// Returns the word of log lines and health answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Collect => "collect",
            Self::Resolve => "resolve",
            Self::Deliver => "deliver",
        }
    }
}

/// What the loops report of themselves; read by the health endpoints.
#[derive(Debug)]
pub struct Health {
    since: Instant,
    /// Milliseconds after `since`, one per loop.
    beats: [AtomicU64; Loop::ALL.len()],
    is_started: AtomicBool,
    is_store_failing: AtomicBool,
    is_store_damaged: AtomicBool,
    is_spool_full: AtomicBool,
    are_threads_stuck: AtomicBool,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            beats: Default::default(),
            is_started: AtomicBool::new(false),
            is_store_failing: AtomicBool::new(false),
            is_store_damaged: AtomicBool::new(false),
            is_spool_full: AtomicBool::new(false),
            are_threads_stuck: AtomicBool::new(false),
        }
    }
}

impl Health {
    pub(super) fn beat(&self, which: Loop) {
        let at = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(ENDED - 1);
        self.beats[which as usize].store(at, Ordering::Relaxed);
    }

    /// Waits for `work` and beats meanwhile.
    pub(super) async fn during<T>(&self, which: Loop, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            self.beat(which);
            if let Ok(done) = tokio::time::timeout(BEAT, &mut work).await {
                return done;
            }
        }
    }

    pub(super) fn end(&self, which: Loop) {
        self.beats[which as usize].store(ENDED, Ordering::Relaxed);
    }

    pub(super) fn started(&self) {
        self.is_started.store(true, Ordering::Relaxed);
    }

    pub(super) fn store_fails(&self) {
        self.is_store_failing.store(true, Ordering::Relaxed);
    }

    pub(super) fn store_works(&self) {
        self.is_store_failing.store(false, Ordering::Relaxed);
    }

    pub(super) fn store_is_damaged(&self) {
        self.is_store_damaged.store(true, Ordering::Relaxed);
    }

    pub(super) fn store_is_whole(&self) {
        self.is_store_damaged.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_spool_full(&self) -> bool {
        self.is_spool_full.load(Ordering::Relaxed)
    }

    pub(super) fn set_spool(&self, fill: Spool) {
        self.is_spool_full.store(fill == Spool::Full, Ordering::Relaxed);
    }

    pub(super) fn set_threads(&self, threads: Threads) {
        self.are_threads_stuck.store(threads == Threads::AreStuck, Ordering::Relaxed);
    }

    /// Returns the loops that hang.
    #[must_use]
    pub fn hanging(&self) -> Vec<&'static str> {
        let now = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(ENDED - 1);
        let silence_ms = u64::try_from(SILENCE_MAX.as_millis()).unwrap_or(u64::MAX);
        let is_hanging = |which: &Loop| {
            let beat = self.beats[*which as usize].load(Ordering::Relaxed);
            beat != ENDED && now.saturating_sub(beat) > silence_ms
        };
        Loop::ALL.into_iter().filter(is_hanging).map(Loop::as_str).collect()
    }

    /// Returns why no work should be expected of this process now; empty when it is ready.
    #[must_use]
    pub fn hindrances(&self) -> Vec<&'static str> {
        let mut hindrances = Vec::new();
        if !self.is_started.load(Ordering::Relaxed) {
            hindrances.push("starting");
        }
        if self.is_store_failing.load(Ordering::Relaxed) {
            hindrances.push("store is not writable");
        }
        if self.is_store_damaged.load(Ordering::Relaxed) {
            hindrances.push("store is damaged");
        }
        if self.is_spool_full.load(Ordering::Relaxed) {
            hindrances.push("spool is full");
        }
        if self.are_threads_stuck.load(Ordering::Relaxed) {
            hindrances.push("too many threads are stuck");
        }
        hindrances
    }
}

/// How full the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spool {
    HasRoom,
    Full,
}

/// How the threads that read and code are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    Work,
    /// As many as are put up with: no more work is given out.
    AreStuck,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_once_started_while_store_and_spool_are_well() {
        let health = Health::default();
        assert_eq!(health.hindrances(), ["starting"]);
        health.started();
        assert!(health.hindrances().is_empty());
        health.store_fails();
        health.set_spool(Spool::Full);
        assert_eq!(health.hindrances(), ["store is not writable", "spool is full"]);
        health.store_works();
        health.set_spool(Spool::HasRoom);
        assert!(health.hindrances().is_empty());
        health.store_is_damaged();
        assert_eq!(health.hindrances(), ["store is damaged"]);
        health.store_is_whole();
        health.set_threads(Threads::AreStuck);
        assert_eq!(health.hindrances(), ["too many threads are stuck"]);
    }

    #[test]
    fn a_silent_loop_hangs_and_an_ended_one_does_not() {
        let now = Instant::now();
        let Some(since) = now.checked_sub(SILENCE_MAX * 2) else { return };
        let health = Health { since, ..Health::default() };
        assert_eq!(health.hanging(), ["poll", "collect", "resolve", "deliver"]);
        health.beat(Loop::Poll);
        health.end(Loop::Collect);
        assert_eq!(health.hanging(), ["resolve", "deliver"]);
    }
}
