//! Owns pauses between attempts: doubling, up to a limit.

use std::time::Duration;

/// The pause before the next attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    n_failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, n_failures: 0 }
    }

    /// Returns how long to wait after one more failure.
    pub(super) fn fail(&mut self) -> Duration {
        let pause = self.after(self.n_failures);
        self.n_failures = self.n_failures.saturating_add(1);
        pause
    }

    pub(super) fn succeed(&mut self) {
        self.n_failures = 0;
    }

    /// Returns the pause after the failure that `n_failures` others came before.
    pub(super) fn after(&self, n_failures: u32) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(n_failures)).min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_limit_and_start_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
        let pauses: Vec<u64> = (0..4).map(|_| backoff.fail().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5]);
        assert_eq!(backoff.after(u32::MAX), Duration::from_secs(5));
        backoff.succeed();
        assert_eq!(backoff.fail(), Duration::from_secs(1));
    }
}
