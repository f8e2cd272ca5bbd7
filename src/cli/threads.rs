//! Owns the threads that a pipeline runs on.

use std::future::Future;
use std::io;
use std::time::Duration;

/// Extraction recurses into the page's markup.
pub(super) const STACK_BYTES: usize = 8 * 1024 * 1024;
/// Work off the async threads cannot be interrupted; the end waits no longer for it.
const BLOCKING_WAIT: Duration = Duration::from_secs(1);

/// Runs `pipeline` to its end.
///
/// # Errors
/// When the system gives no threads.
pub(super) fn block_on<T>(pipeline: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()?;
    let ended = runtime.block_on(pipeline);
    runtime.shutdown_timeout(BLOCKING_WAIT);
    Ok(ended)
}
