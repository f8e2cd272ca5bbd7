//! Owns what can go wrong with the store, and who holds it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::ErrorCode;

/// Why the store did not do what it was asked. After an error nothing of that call is stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another daemon works on this state directory.
    #[error("state directory {} is in use by {holder}", dir.display())]
    InUse { dir: PathBuf, holder: Holder },
    /// A later release wrote this store; this one would not understand it.
    #[error("store in {} has schema {found}, this release knows up to {known}", dir.display())]
    TooNew { dir: PathBuf, found: u32, known: u32 },
    #[error("open state directory {}", dir.display())]
    Directory {
        dir: PathBuf,
        #[source]
        source: Arc<std::io::Error>,
    },
    /// No room on the disk. Try again when there is.
    #[error("{attempt}: no space left for the store")]
    Full { attempt: &'static str },
    /// Stored bytes are not what was written: a person must act.
    #[error("{attempt}: the store is damaged: {reason}")]
    Corrupt { attempt: &'static str, reason: String },
    #[error("{attempt}")]
    Sqlite {
        attempt: &'static str,
        #[source]
        source: Arc<rusqlite::Error>,
    },
    /// The store was closed, or its writer is gone.
    #[error("{attempt}: the store is closed")]
    Closed { attempt: &'static str },
}

impl StoreError {
    /// Tells whether the same call may succeed later without anyone acting on the store itself.
    #[must_use]
    pub const fn is_retriable(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::InUse { .. })
    }
}

/// The process that holds a state directory, as far as its lock file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: Option<u32>,
    pub since: Option<Timestamp>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}")?,
            None => f.write_str("another process")?,
        }
        match self.since {
            Some(since) => write!(f, " since {since:.0}"),
            None => Ok(()),
        }
    }
}

/// What went wrong inside one call, before the caller's attempt is known.
#[derive(Debug)]
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    /// A row is not what was written.
    Row(String),
}

impl Fault {
    pub(super) fn during(self, attempt: &'static str) -> StoreError {
        match self {
            Self::Row(reason) => StoreError::Corrupt { attempt, reason },
            Self::Sqlite(source) => match source.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => StoreError::Full { attempt },
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    StoreError::Corrupt { attempt, reason: source.to_string() }
                }
                _ => StoreError::Sqlite { attempt, source: Arc::new(source) },
            },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(err: rusqlite::Error) -> Self {
        Self::Sqlite(err)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(err: serde_json::Error) -> Self {
        Self::Row(err.to_string())
    }
}
