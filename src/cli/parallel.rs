//! Owns work over all cores that keeps the order of its input and a bounded part of it in memory.

use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use super::output::Out;
use super::threads::STACK_BYTES;

/// Inputs and results that one worker may have waiting.
const WAITING_MAX: usize = 8;

/// What became of one input: `None` when the work on it broke (the panic hook has said where).
pub(super) type Worked<R> = Option<R>;

/// Runs `work` on every input and hands the results to `emit` in the order of the inputs.
///
/// Results are flushed whenever the next one is not ready, so that a slow input is not held back. The threads are left
/// alone when `emit` fails: one of them may wait for input that never comes, and the process is about to end.
pub(super) fn ordered<T, R, W, E>(
    inputs: impl Iterator<Item = T> + Send + 'static,
    work: W,
    out: &mut Out,
    mut emit: E,
) -> io::Result<()>
where
    T: Send + 'static,
    R: Send + 'static,
    W: Fn(T) -> R + Send + Sync + 'static,
    E: FnMut(&mut Out, Worked<R>) -> io::Result<()>,
{
    let work = Arc::new(work);
    let n_workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut to_workers: Vec<SyncSender<T>> = Vec::new();
    let mut from_workers: Vec<Receiver<Worked<R>>> = Vec::new();
    for _ in 0..n_workers {
        let (input_tx, input_rx) = sync_channel::<T>(WAITING_MAX);
        let (result_tx, result_rx) = sync_channel(WAITING_MAX);
        let work = Arc::clone(&work);
        let worker = thread::Builder::new().stack_size(STACK_BYTES);
        worker.spawn(move || {
            for input in input_rx {
                let worked = catch_unwind(AssertUnwindSafe(|| work(input))).ok();
                if result_tx.send(worked).is_err() {
                    return;
                }
            }
        })?;
        to_workers.push(input_tx);
        from_workers.push(result_rx);
    }
    thread::spawn(move || {
        for (input, worker) in inputs.zip((0..n_workers).cycle()) {
            if to_workers[worker].send(input).is_err() {
                return;
            }
        }
    });
    for worker in (0..n_workers).cycle() {
        let Some(worked) = next(&from_workers[worker], out)? else { break };
        emit(out, worked)?;
    }
    Ok(())
}

/// Waits for the next result; `None` when there are no more.
fn next<R>(results: &Receiver<R>, out: &mut Out) -> io::Result<Option<R>> {
    match results.try_recv() {
        Ok(result) => Ok(Some(result)),
        Err(TryRecvError::Disconnected) => Ok(None),
        Err(TryRecvError::Empty) => {
            out.flush()?;
            Ok(results.recv().ok())
        }
    }
}
