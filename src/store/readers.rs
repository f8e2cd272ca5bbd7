//! Owns the connections that read, off the async threads and beside the writer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::error::{Fault, StoreError};
use super::open::open_reader;

/// Reads at one time.
const READERS_MAX: usize = 4;

/// A small pool of read-only connections.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    /// Connections nobody uses. A lock and no owner task: it is held for one push or pop.
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(READERS_MAX));
        Arc::new(Self { path, permits, idle: Mutex::new(Vec::new()) })
    }

    /// Runs `query` on a connection of its own.
    pub(super) async fn read<T, F>(self: &Arc<Self>, attempt: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.run(attempt, |readers| readers.query(query)).await
    }

    /// Runs `query` on a new connection, which has no page of the file in memory yet.
    pub(super) async fn read_afresh<T, F>(self: &Arc<Self>, attempt: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.run(attempt, |readers| query(&open_reader(&readers.path)?)).await
    }

    async fn run<T, F>(self: &Arc<Self>, attempt: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, Fault> + Send + 'static,
    {
        let closed = || StoreError::Closed { attempt };
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| closed())?;
        let readers = Arc::clone(self);
        let reading = spawn_blocking(move || {
            let result = query(&readers);
            drop(permit);
            result
        });
        reading.await.map_err(|_| closed())?.map_err(|fault| fault.during(attempt))
    }

    /// Turns later reads away.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn query<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match idle {
            Some(db) => db,
            None => open_reader(&self.path)?,
        };
        let result = query(&db);
        if !self.permits.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        }
        result
    }
}
