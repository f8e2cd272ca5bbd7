//! Owns reloading: packs, roster and topics are compiled anew from the folders of `[tag]` while the daemon works, and
//! take the place of the old ones whole. What does not compile, or fails its own tests, is refused; the old ones stay.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::metrics::{Metrics, Reload};
use crate::tag::{self, Coder};
use crate::telemetry::causes;

/// What became of the last reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    pub at: Timestamp,
    /// What was wrong, and where; `None` when the new coder is in force.
    pub error: Option<String>,
}

/// Asks for a reload. Clones ask the same reloader.
#[derive(Debug, Clone)]
pub struct Reloads {
    asked: mpsc::Sender<()>,
}

impl Reloads {
    /// Asks for a reload. One that is asked for while another waits is the same: it reads what is there then.
    pub fn ask(&self) {
        if let Err(mpsc::error::TrySendError::Closed(())) = self.asked.try_send(()) {
            tracing::debug!("the daemon is ending, nothing is reloaded");
        }
    }
}

/// Compiles coders one after the other.
pub struct Reloader {
    config: tag::Config,
    coder: watch::Sender<Arc<Coder>>,
    last: watch::Sender<Option<Reloaded>>,
    asked: mpsc::Receiver<()>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
}

impl Reloader {
    /// Makes a reloader of the coder in force, and what asks it.
    pub fn new(
        config: tag::Config,
        coder: watch::Sender<Arc<Coder>>,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
    ) -> (Self, Reloads) {
        let (ask, asked) = mpsc::channel(1);
        let reloader = Self { config, coder, last: watch::Sender::new(None), asked, metrics, clock };
        (reloader, Reloads { asked: ask })
    }

    /// Returns where the outcome of the last reload can be read; `None` before the first.
    #[must_use]
    pub fn last(&self) -> watch::Receiver<Option<Reloaded>> {
        self.last.subscribe()
    }

    /// Reloads whenever asked, until nobody can ask any more.
    pub async fn run(mut self) {
        while self.asked.recv().await.is_some() {
            let error = self.reload().await.err();
            let outcome = if error.is_some() { Reload::Refused } else { Reload::Loaded };
            self.metrics.reload(outcome);
            self.last.send_replace(Some(Reloaded { at: self.clock.now(), error }));
        }
    }

    async fn reload(&self) -> Result<(), String> {
        let config = self.config.clone();
        let loading = tokio::task::spawn_blocking(move || Coder::load(&config)).await;
        let loaded = match loading {
            Ok(loaded) => loaded.map_err(|err| causes(&err)),
            // The panic hook has said where.
            Err(_) => Err("internal error while compiling".to_owned()),
        };
        match loaded {
            Ok(coder) => {
                let (persons, packs) = (coder.roster().persons.len(), coder.n_packs());
                tracing::info!(version = coder.version(), packs, persons, "packs, roster and topics are reloaded");
                self.coder.send_replace(Arc::new(coder));
                Ok(())
            }
            Err(reason) => {
                tracing::error!(reason, "packs, roster and topics are not reloaded, the old ones stay");
                Err(reason)
            }
        }
    }
}

/// Each SIGHUP asks for a reload.
///
/// # Errors
/// The signal handler cannot be installed.
pub fn on_signals(reloads: Reloads) -> io::Result<impl Future<Output = ()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            reloads.ask();
        }
        std::future::pending::<()>().await;
    })
}
