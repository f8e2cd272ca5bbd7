//! Owns the one thread that writes. What is queued while a commit reaches the disk shares the next one, in order: alone a
//! commit costs one sync, under load fifty calls do.

use std::fmt;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::error::{Fault, StoreError};
use super::open::{self, Lock, Opened};
use super::outbox;

/// Calls that may wait for the writer; then callers wait for a place.
const QUEUED_MAX: usize = 256;
/// Calls of one commit.
const GROUP_MAX: usize = 50;
/// A commit takes no more calls in after working on them for so long.
const GROUP_WORK: Duration = Duration::from_millis(20);

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// The thread, and the way to it. Dropping it waits for what is queued.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

enum Message {
    Call(Box<dyn Call>),
    Close(Answer<()>),
}

/// One call waiting for its turn, then for the commit.
trait Call: Send {
    fn attempt(&self) -> &'static str;
    fn run(&mut self, db: &Connection) -> Result<(), Fault>;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Work<T, F> {
    attempt: &'static str,
    run: Option<F>,
    done: Option<T>,
    answer: Answer<T>,
}

impl<T: Send, F: FnOnce(&Connection) -> Result<T, Fault> + Send> Call for Work<T, F> {
    fn attempt(&self) -> &'static str {
        self.attempt
    }

    fn run(&mut self, db: &Connection) -> Result<(), Fault> {
        if let Some(work) = self.run.take() {
            self.done = Some(work(db)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { attempt, done, answer, .. } = *self;
        let result = committed.and_then(|()| done.ok_or(StoreError::Closed { attempt }));
        // Fails when the caller stopped waiting; the commit stands all the same.
        answer.send(result).ok();
    }
}

impl Writer {
    /// Starts the thread; `committed` learns the last seq of each commit.
    pub(super) fn start(opened: Opened, committed: watch::Sender<u64>) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUED_MAX);
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || {
            run(opened.db, opened.lock, messages, &committed);
        })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` in the next commit and returns what it made once that is on the disk. When it fails, nothing of it is
    /// kept and its neighbours are not disturbed.
    pub(super) async fn write<T, F>(&self, attempt: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let call = Box::new(Work { attempt, run: Some(work), done: None, answer });
        self.ask(attempt, Message::Call(call), answered).await
    }

    /// Commits what is queued and stops the thread.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.ask("close store", Message::Close(answer), answered).await
    }

    async fn ask<T>(
        &self,
        attempt: &'static str,
        message: Message,
        answered: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Closed { attempt };
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(message).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it was reported where it happened.
            thread.join().ok();
        }
    }
}

/// Works until every handle is gone or one closes the store.
fn run(db: Connection, lock: Lock, mut messages: mpsc::Receiver<Message>, committed: &watch::Sender<u64>) {
    while let Some(message) = messages.blocking_recv() {
        let close = match message {
            Message::Call(call) => group(&db, call, &mut messages, committed),
            Message::Close(answer) => Some(answer),
        };
        if let Some(answer) = close {
            let stopped = open::stop(db).map_err(|fault| fault.during("close store"));
            drop(lock);
            answer.send(stopped).ok();
            return;
        }
    }
}

/// Runs `first` and what is queued behind it in one transaction and answers each. Returns a wish to close that stood in
/// the queue.
fn group(
    db: &Connection,
    first: Box<dyn Call>,
    messages: &mut mpsc::Receiver<Message>,
    committed: &watch::Sender<u64>,
) -> Option<Answer<()>> {
    let mut group = Group { db, done: Vec::new() };
    if let Err(err) = db.execute_batch("BEGIN IMMEDIATE") {
        let attempt = first.attempt();
        first.answer(Err(Fault::from(err).during(attempt)));
        return None;
    }
    let began = Instant::now();
    let mut close = None;
    let mut next = Some(first);
    let mut n_calls = 0;
    while let Some(call) = next.take() {
        group.run(call);
        n_calls += 1;
        if db.is_autocommit() || n_calls >= GROUP_MAX || began.elapsed() >= GROUP_WORK {
            break;
        }
        match messages.try_recv() {
            Ok(Message::Call(call)) => next = Some(call),
            Ok(Message::Close(answer)) => close = Some(answer),
            Err(_) => {}
        }
    }
    group.commit(committed);
    close
}

struct Group<'a> {
    db: &'a Connection,
    /// Calls that wait for the commit.
    done: Vec<Box<dyn Call>>,
}

impl Group<'_> {
    /// Runs one call within a savepoint of its own.
    fn run(&mut self, mut call: Box<dyn Call>) {
        let ran = self.savepoint(call.as_mut());
        let Err(fault) = ran else {
            self.done.push(call);
            return;
        };
        let attempt = call.attempt();
        let error = fault.during(attempt);
        // A full disk ends the whole transaction: what ran before in it is gone, too.
        if self.db.is_autocommit() {
            self.fail(&error);
        }
        call.answer(Err(error));
    }

    fn savepoint(&self, call: &mut dyn Call) -> Result<(), Fault> {
        self.db.prepare_cached("SAVEPOINT call")?.execute([])?;
        let ran = call.run(self.db);
        if ran.is_err() && !self.db.is_autocommit() {
            self.db.execute_batch("ROLLBACK TO call; RELEASE call")?;
        }
        ran?;
        self.db.prepare_cached("RELEASE call")?.execute([])?;
        Ok(())
    }

    fn commit(mut self, committed: &watch::Sender<u64>) {
        if self.db.is_autocommit() {
            return;
        }
        let seq = outbox::last_seq(self.db).and_then(|seq| {
            self.db.execute_batch("COMMIT")?;
            Ok(seq)
        });
        match seq {
            Ok(seq) => {
                committed.send_if_modified(|last| std::mem::replace(last, seq) != seq);
                for call in self.done {
                    call.answer(Ok(()));
                }
            }
            Err(fault) => {
                if !self.db.is_autocommit() {
                    // Fails only when SQLite has rolled back by itself.
                    self.db.execute_batch("ROLLBACK").ok();
                }
                self.fail(&fault.during("commit"));
            }
        }
    }

    fn fail(&mut self, error: &StoreError) {
        for call in self.done.drain(..) {
            call.answer(Err(error.clone()));
        }
    }
}
