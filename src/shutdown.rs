//! Owns the end of the program: who asks for it, and how the loops hear of it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Asks the loops to end. Clones ask the same loops; asking twice is asking once.
#[derive(Debug, Clone)]
pub struct Shutdown {
    stop: watch::Sender<bool>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { stop: watch::Sender::new(false) }
    }
}

impl Shutdown {
    /// Asks for the end.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Returns what a loop listens on.
    #[must_use]
    pub fn listen(&self) -> Stop {
        Stop { stop: self.stop.subscribe() }
    }
}

/// A loop's ear for [`Shutdown`].
#[derive(Debug, Clone)]
pub struct Stop {
    stop: watch::Receiver<bool>,
}

impl Stop {
    /// Reports whether the end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the end is asked for; at once when it was.
    pub async fn asked(&mut self) {
        if self.stop.wait_for(|is_asked| *is_asked).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }
}

/// The first SIGTERM or SIGINT asks for the end; at the second the process exits without waiting for anything.
///
/// # Errors
/// The signal handlers cannot be installed.
pub fn on_signals(shutdown: Shutdown) -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        for n_before in 0_u32.. {
            let (name, number) = tokio::select! {
                _ = terminate.recv() => ("SIGTERM", 15),
                _ = interrupt.recv() => ("SIGINT", 2),
            };
            if n_before > 0 {
                tracing::warn!(signal = name, "second signal, exiting at once; what is not delivered is in the outbox");
                std::process::exit(128 + number);
            }
            tracing::info!(signal = name, "stopping: draining, a second signal exits at once");
            shutdown.stop();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_hears_what_was_asked_before_it_listened() {
        let shutdown = Shutdown::default();
        let mut early = shutdown.listen();
        assert!(!early.is_asked());
        shutdown.clone().stop();
        early.asked().await;
        shutdown.listen().asked().await;
        assert!(early.is_asked());
    }
}
