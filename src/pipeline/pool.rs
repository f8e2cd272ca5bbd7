//! Owns the threads that read and code: large stacks, a limit on each piece of work, and an end to none but that piece
//! when it panics or does not come back.
//!
//! A thread cannot be stopped from outside. One that is stuck is abandoned: another takes its place at once, and it ends
//! by itself should its work ever come back.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use super::health::Threads;
use crate::metrics::Loss;

/// Engines recurse into the page's markup; a page is only so deep, and its text so long, that this is ample.
const STACK_BYTES: usize = 32 * 1024 * 1024;
/// Stuck threads that are put up with; each keeps a core busy.
const ABANDONED_MAX: usize = 4;

/// Threads that work off the async ones.
pub(super) struct Pool {
    limit: Duration,
    /// One a thread that is neither at work nor abandoned.
    idle: Arc<Semaphore>,
    work: SyncSender<Work>,
    waiting: Waiting,
    abandoned: Arc<watch::Sender<usize>>,
}

/// The queue's one end, which the threads share: whoever holds the lock takes the next piece.
type Waiting = Arc<Mutex<Receiver<Work>>>;
type Work = Box<dyn FnOnce() -> Next + Send>;

/// What a thread does after a piece of work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Works,
    /// Another has taken its place.
    Ends,
}

/// Why a piece of work gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfinished {
    #[error("not done within {limit:?}, given up")]
    TimedOut { limit: Duration },
    /// A bug; the panic hook has said where.
    #[error("internal error: {message}")]
    Panicked { message: String },
    /// Nothing was tried.
    #[error("not tried, {ABANDONED_MAX} threads are stuck in earlier work")]
    Refused,
}

impl Unfinished {
    pub(super) fn loss(&self) -> Loss {
        match self {
            Self::TimedOut { .. } => Loss::TimedOut,
            Self::Panicked { .. } => Loss::Internal,
            Self::Refused => Loss::Unreachable,
        }
    }
}

impl Pool {
    /// Starts `n_threads`; a piece of work may take `limit`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(n_threads: usize, limit: Duration) -> io::Result<Self> {
        let (work, waiting) = sync_channel(n_threads + ABANDONED_MAX);
        let pool = Self {
            limit,
            idle: Arc::new(Semaphore::new(n_threads)),
            work,
            waiting: Arc::new(Mutex::new(waiting)),
            abandoned: Arc::new(watch::Sender::new(0)),
        };
        for _ in 0..n_threads {
            pool.add_thread()?;
        }
        Ok(pool)
    }

    /// Returns how many threads are stuck, and what that means.
    pub(super) fn abandoned(&self) -> (usize, Threads) {
        let n_abandoned = *self.abandoned.borrow();
        (n_abandoned, if n_abandoned < ABANDONED_MAX { Threads::Work } else { Threads::AreStuck })
    }

    /// Waits for a thread and then for it to do `work`.
    ///
    /// # Errors
    /// [`Unfinished`] says why there is no result.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        self.run_within(self.limit, work).await
    }

    async fn run_within<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        // Never closed; there are threads as long as there is the pool.
        let idle = Arc::clone(&self.idle).acquire_owned().await.map_err(|_| Unfinished::Refused)?;
        if *self.abandoned.borrow() >= ABANDONED_MAX {
            return Err(Unfinished::Refused);
        }
        // Set by whoever is first: the thread with its result, or the watch with its patience at an end.
        let is_settled = Arc::new(AtomicBool::new(false));
        let (result, mut finished) = oneshot::channel();
        let piece = self.piece(work, result, Arc::clone(&is_settled), idle);
        self.work.try_send(piece).map_err(|_| Unfinished::Refused)?;
        let in_time = tokio::time::timeout(limit, &mut finished).await;
        if in_time.is_err() && !is_settled.swap(true, Ordering::AcqRel) {
            self.abandon();
            return Err(Unfinished::TimedOut { limit });
        }
        let done = match in_time {
            Ok(done) => done,
            Err(_) => finished.await,
        };
        let done = done.map_err(|_| Unfinished::Panicked { message: "the thread is gone".to_owned() })?;
        done.map_err(|panic| Unfinished::Panicked { message: message(&*panic) })
    }

    fn piece<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        result: oneshot::Sender<thread::Result<T>>,
        is_settled: Arc<AtomicBool>,
        idle: OwnedSemaphorePermit,
    ) -> Work {
        let abandoned = Arc::clone(&self.abandoned);
        Box::new(move || {
            // What the work touched is its own, and gone with it.
            let done = catch_unwind(AssertUnwindSafe(work));
            if is_settled.swap(true, Ordering::AcqRel) {
                idle.forget();
                abandoned.send_modify(|n_abandoned| *n_abandoned -= 1);
                return Next::Ends;
            }
            drop(idle);
            // Nobody waits any more when the pipeline is being ended.
            drop(result.send(done));
            Next::Works
        })
    }

    /// Counts a stuck thread and puts another in its place.
    fn abandon(&self) {
        let mut n_abandoned = 0;
        self.abandoned.send_modify(|n| {
            *n += 1;
            n_abandoned = *n;
        });
        if n_abandoned == ABANDONED_MAX {
            tracing::error!(
                threads = n_abandoned,
                "threads are stuck: nothing is read or coded until one comes back or the daemon is restarted"
            );
        }
        match self.add_thread() {
            Ok(()) => self.idle.add_permits(1),
            Err(err) => tracing::error!(error = %err, "a stuck thread is not replaced"),
        }
    }

    fn add_thread(&self) -> io::Result<()> {
        let waiting = Arc::clone(&self.waiting);
        let name = "reader".to_owned();
        // Ends with the pool, or with its work; nobody may wait for one that is stuck.
        thread::Builder::new().name(name).stack_size(STACK_BYTES).spawn(move || work_off(&waiting)).map(drop)
    }
}

fn work_off(waiting: &Waiting) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if work() == Next::Ends {
            return;
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(30);

    /// Work that waits until its sender is dropped.
    fn stuck() -> (SyncSender<()>, impl FnOnce() + Send + 'static) {
        let (release, released) = sync_channel::<()>(0);
        (release, move || while released.recv().is_ok() {})
    }

    async fn becomes(pool: &Pool, n_abandoned: usize) {
        let mut abandoned = pool.abandoned.subscribe();
        let is_so = abandoned.wait_for(|n| *n == n_abandoned);
        tokio::time::timeout(LONG, is_so).await.expect("it becomes so in time").unwrap();
    }

    #[tokio::test]
    async fn work_that_does_not_come_back_is_given_up_and_its_thread_replaced() {
        let pool = Pool::start(1, LONG).unwrap();
        let (release, work) = stuck();
        assert_eq!(pool.run_within(SHORT, work).await, Err(Unfinished::TimedOut { limit: SHORT }));
        assert_eq!(pool.abandoned(), (1, Threads::Work));
        assert_eq!(pool.run(|| 7).await, Ok(7), "another thread works");
        drop(release);
        becomes(&pool, 0).await;
        assert_eq!(pool.idle.available_permits(), 1, "the thread that came back has ended");
        assert_eq!(pool.run(|| 8).await, Ok(8));
    }

    #[tokio::test]
    async fn too_many_stuck_threads_are_said_and_no_more_are_risked() {
        let pool = Pool::start(2, LONG).unwrap();
        let mut releases = Vec::new();
        for _ in 0..ABANDONED_MAX {
            let (release, work) = stuck();
            releases.push(release);
            assert_eq!(pool.run_within(SHORT, work).await, Err(Unfinished::TimedOut { limit: SHORT }));
        }
        assert_eq!(pool.run(|| 7).await, Err(Unfinished::Refused));
        assert_eq!(pool.abandoned(), (ABANDONED_MAX, Threads::AreStuck));
        releases.pop();
        becomes(&pool, ABANDONED_MAX - 1).await;
        assert_eq!(pool.run(|| 7).await, Ok(7), "one came back");
    }

    #[tokio::test]
    async fn work_that_panics_costs_no_thread() {
        let pool = Pool::start(1, LONG).unwrap();
        for n in 0..3 {
            let broken: Result<(), _> = pool.run(move || panic!("broke at {n}")).await;
            assert_eq!(broken, Err(Unfinished::Panicked { message: format!("broke at {n}") }));
        }
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_frees_its_thread() {
        let pool = Pool::start(1, LONG).unwrap();
        let (release, work) = stuck();
        let waiting = tokio::time::timeout(SHORT, pool.run(work)).await;
        assert!(waiting.is_err());
        drop(release);
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn deep_recursion_has_its_stack() {
        fn depth(n: usize) -> usize {
            let frame = std::hint::black_box([n; 100]);
            if n == 0 { 0 } else { depth(n - 1) + frame.len() / 100 }
        }
        let pool = Pool::start(1, LONG).unwrap();
        assert_eq!(pool.run(|| depth(10_000)).await, Ok(10_000));
    }
}
