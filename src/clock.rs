//! Owns the reading of the wall clock. Everything else takes the time as an argument.

use jiff::Timestamp;

/// Tells the time. Tests own theirs.
pub trait Clock: Send + Sync {
    /// Returns the present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of wall-clock reads")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
