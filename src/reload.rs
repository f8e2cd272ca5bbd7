//! Owns reloading: packs, roster and topics are compiled anew from the folders of `[tag]`, host rules from those of
//! `[outlet]`, while the daemon works, and take the place of the old ones whole. What does not compile, or fails its own
//! tests, is refused; the old ones stay.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::config;
use crate::metrics::{Metrics, Reload};
use crate::outlet::{self, HostRules};
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
    asked: Vec<mpsc::Sender<()>>,
}

impl Reloads {
    /// Has another be asked, too.
    #[must_use]
    pub fn with(mut self, asked: mpsc::Sender<()>) -> Self {
        self.asked.push(asked);
        self
    }

    /// Asks for a reload. One that is asked for while another waits is the same: it reads what is there then.
    pub fn ask(&self) {
        for asked in &self.asked {
            if let Err(mpsc::error::TrySendError::Closed(())) = asked.try_send(()) {
                tracing::debug!("nothing is reloaded there: it has ended, or has nothing to reload");
            }
        }
    }
}

/// Compiles coders and host rules one after the other.
pub struct Reloader {
    config: (tag::Config, outlet::Config),
    coder: watch::Sender<Arc<Coder>>,
    rules: watch::Sender<Arc<HostRules>>,
    last: watch::Sender<Option<Reloaded>>,
    asked: mpsc::Receiver<()>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
}

impl Reloader {
    /// Makes a reloader of the coder and the host rules in force, and what asks it.
    pub fn new(
        config: (tag::Config, outlet::Config),
        (coder, rules): (watch::Sender<Arc<Coder>>, watch::Sender<Arc<HostRules>>),
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
    ) -> (Self, Reloads) {
        let (ask, asked) = mpsc::channel(1);
        let reloader = Self { config, coder, rules, last: watch::Sender::new(None), asked, metrics, clock };
        (reloader, Reloads { asked: vec![ask] })
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
        let (tag, outlet) = self.config.clone();
        let loading = tokio::task::spawn_blocking(move || {
            let coder = Coder::load(&tag).map_err(|err| causes(&err))?;
            let rules = config::rules(&outlet).map_err(|problems| problems.to_string())?;
            Ok((coder, rules))
        });
        let loaded = match loading.await {
            Ok(loaded) => loaded,
            // The panic hook has said where.
            Err(_) => Err("internal error while compiling".to_owned()),
        };
        match loaded {
            Ok((coder, rules)) => {
                let (persons, packs) = (coder.roster().persons.len(), coder.n_packs());
                let (version, hosts) = (coder.version(), rules.n_hosts());
                tracing::info!(version, packs, persons, hosts, "packs, roster, topics and host rules are reloaded");
                self.coder.send_replace(Arc::new(coder));
                self.rules.send_replace(Arc::new(rules));
                Ok(())
            }
            Err(reason) => {
                tracing::error!(reason, "packs, roster, topics and host rules are not reloaded, the old ones stay");
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
