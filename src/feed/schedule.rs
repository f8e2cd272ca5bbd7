//! Owns when a feed is polled next: a pure function of facts that outlive the process, with its reason in words.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::gap::Gap;
use super::websub::Announced;

/// No configured feed is asked more often: the configuration is checked for it. The demo's own server is.
pub const INTERVAL_MIN: Duration = Duration::from_mins(1);
/// No feed is left alone for longer, however often it failed.
const WAIT_MAX: Duration = Duration::from_hours(24);
/// A feed that said 410 three times over a week is asked once a week.
const GONE_WAIT: Duration = Duration::from_hours(24 * 7);
const GONE_SIGHTINGS_MIN: u32 = 3;
/// A failing feed keeps its pace for so long; then the wait grows with the time it has been failing.
const FAILING_GRACE: Duration = Duration::from_hours(1);
/// After so long, what a feed brought counts half in its learnt pace.
const PACE_HALF_LIFE: Duration = Duration::from_hours(24);
/// A feed is asked about four times between two new entries.
const POLLS_PER_ENTRY: f64 = 4.0;
/// The pace is not judged on less.
const PACE_SPAN_MIN: Duration = Duration::from_hours(1);
/// First polls after an empty start spread over at least this, and come no closer to each other than the gap.
const START_SPREAD_MIN: Duration = Duration::from_secs(10);
const START_GAP: Duration = Duration::from_millis(20);
/// Waits differ by up to this share from feed to feed, so that feeds started together drift apart.
const JITTER_SHARE: f64 = 0.05;
/// How often a feed is fetched without validators: some servers answer 304 for ever.
const FULL_FETCH_EVERY: Duration = Duration::from_hours(24);
/// So many documents in a row with other guids and links are no accident.
const REKEYED_VOLATILE: u32 = 3;
const ERROR_BYTES_MAX: usize = 500;

/// How often feeds are polled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Time between two polls of a busy feed. Default 5 minutes, at least 1 minute.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub interval: Duration,
    /// A quiet feed is polled at least this often, whatever it or its server claims. Default 30 minutes.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub interval_max: Duration,
    /// Time between two readings of the lists on the web. Default 1 hour.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub lists_interval: Duration,
}

impl Default for Config {
    fn default() -> Self {
        let (interval, interval_max) = (Duration::from_mins(5), Duration::from_mins(30));
        Self { interval, interval_max, lists_interval: Duration::from_hours(1) }
    }
}

/// What is configured for one feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPolicy {
    pub interval: Duration,
    pub interval_max: Duration,
    /// Time over which the first polls of all feeds spread.
    pub start_spread: Duration,
    /// Any stable hash of the feed's id.
    pub feed_id_hash: u64,
}

impl Config {
    /// Returns the time over which the first polls of so many feeds spread: fifty a second, all within an interval.
    #[must_use]
    pub fn start_spread(&self, n_feeds: usize) -> Duration {
        let apart = START_GAP.saturating_mul(u32::try_from(n_feeds).unwrap_or(u32::MAX));
        apart.max(START_SPREAD_MIN).min(self.interval)
    }
}

/// Durable facts about the polls of one feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PollState {
    /// End of the last poll, however it ended.
    pub polled: Option<Timestamp>,
    pub succeeded: Option<Timestamp>,
    /// The last fetch without validators that succeeded.
    pub fetched_in_full: Option<Timestamp>,
    /// First failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Failures since the last success.
    pub n_failures: u32,
    /// What the last failure said.
    pub error: Option<String>,
    /// `Retry-After` of the last failure.
    pub retry_at: Option<Timestamp>,
    /// The server's claim of freshness, at the last success.
    pub fresh_until: Option<Timestamp>,
    /// The document's own claim (`ttl`, `sy:*`), in seconds.
    pub ttl_s: Option<u64>,
    /// First 410 since anything else was answered.
    pub gone_since: Option<Timestamp>,
    pub n_gone: u32,
    /// Documents in a row whose entries had other guids and links than in the one before.
    pub n_rekeyed: u32,
    /// New entries seen, older ones fading; with `pace_span_s` the learnt pace.
    pub pace_entries: f64,
    /// Time watched, older time fading, in seconds.
    pub pace_span_s: f64,
    /// Where it is asked.
    pub address: Address,
    /// The last time its window rolled between two polls.
    pub gap: Option<Box<Gap>>,
    /// Who pushes it, as its last document said; a 304 does not say it again.
    pub hub: Option<Announced>,
}

/// What one successful poll showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PollFacts {
    /// Entries not seen before; 0 on 304.
    pub n_new: usize,
    /// Freshness the server claims (`max-age - Age`, `Expires - Date`).
    pub fresh_for: Option<Duration>,
    /// [`super::Document::ttl`]; `None` on 304 keeps what is known.
    pub ttl: Option<Duration>,
    pub fetch: FetchKind,
}

/// Whether a poll could have been answered by 304.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FetchKind {
    /// Validators were sent.
    #[default]
    Conditional,
    Full,
}

/// When to poll, and why then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub at: Timestamp,
    pub reason: String,
}

impl PollState {
    /// Notes a poll that gave a document or 304.
    pub fn succeeded(&mut self, now: Timestamp, facts: &PollFacts) {
        // What a first poll brings says nothing about pace: it is the feed's whole window.
        if let Some(before) = self.succeeded {
            let span = seconds_between(before, now);
            let fade = 0.5_f64.powf(span / PACE_HALF_LIFE.as_secs_f64());
            self.pace_entries = self.pace_entries * fade + facts.n_new as f64;
            self.pace_span_s = self.pace_span_s * fade + span;
        }
        self.polled = Some(now);
        self.succeeded = Some(now);
        if facts.fetch == FetchKind::Full {
            self.fetched_in_full = Some(now);
        }
        self.fresh_until = facts.fresh_for.map(|fresh| after(now, fresh));
        if let Some(ttl) = facts.ttl {
            self.ttl_s = Some(ttl.as_secs());
        }
        self.failing_since = None;
        self.n_failures = 0;
        self.error = None;
        self.retry_at = None;
        self.gone_since = None;
        self.n_gone = 0;
    }

    /// Notes a poll that gave nothing usable.
    pub fn failed(&mut self, now: Timestamp, retry_after: Option<Duration>, mut error: String) {
        self.polled = Some(now);
        self.failing_since.get_or_insert(now);
        self.n_failures = self.n_failures.saturating_add(1);
        self.retry_at = retry_after.map(|wait| after(now, wait.min(WAIT_MAX)));
        error.truncate(error.floor_char_boundary(ERROR_BYTES_MAX));
        self.error = Some(error);
        self.gone_since = None;
        self.n_gone = 0;
    }

    /// Notes a 410.
    pub fn gone(&mut self, now: Timestamp) {
        let (since, n_gone) = (self.gone_since, self.n_gone);
        self.failed(now, None, "410 Gone".to_owned());
        self.gone_since = Some(since.unwrap_or(now));
        self.n_gone = n_gone.saturating_add(1);
    }

    /// Reports whether the feed gives its entries other guids and links in every document, as a changing token does. Once
    /// or twice is a move to other software.
    #[must_use]
    pub const fn are_keys_volatile(&self) -> bool {
        self.n_rekeyed >= REKEYED_VOLATILE
    }

    /// Reports whether the next poll sends no validators: once a day, at a time of day of the feed's own.
    #[must_use]
    pub fn is_full_fetch_due(&self, policy: &PollPolicy, now: Timestamp) -> bool {
        let every = FULL_FETCH_EVERY.mul_f64(1.0 - JITTER_SHARE * fraction(policy.feed_id_hash));
        self.fetched_in_full.is_none_or(|last| after(last, every) <= now)
    }

    /// Returns the mean time between new entries as learnt; `None` before enough was watched.
    fn entry_gap(&self) -> Option<Duration> {
        if self.pace_span_s < PACE_SPAN_MIN.as_secs_f64() {
            return None;
        }
        // One more entry than seen bounds the gap of a feed that brought nothing.
        let gap_s = self.pace_span_s / self.pace_entries.max(1.0);
        Some(Duration::from_secs_f64(gap_s.min(WAIT_MAX.as_secs_f64() * 30.0)))
    }
}

/// Returns when to poll the feed next, recomputed from stored facts alone: a restart makes no extra request.
///
/// After a success the latest of the feed's own pace, the server's freshness and the document's `ttl` decides, none of
/// them beyond `interval_max`. After failures the wait grows to a day at most; `Retry-After` is kept.
#[must_use]
pub fn next_poll(state: &PollState, policy: &PollPolicy, now: Timestamp) -> Due {
    let Some(polled) = state.polled else {
        let at = after(now, policy.start_spread.mul_f64(fraction(policy.feed_id_hash)));
        return Due { at, reason: "never polled".to_owned() };
    };
    // A clock set back must not silence a feed.
    let polled = polled.min(now);
    let (pace, reason) = paced(state, policy);
    let (wait, reason) = if state.n_failures > 0 {
        failing(state, polled, pace)
    } else {
        claimed(state, policy, polled, (pace, reason))
    };
    let jitter = wait.mul_f64(JITTER_SHARE * fraction(policy.feed_id_hash));
    Due { at: after(polled, wait + jitter), reason }
}

/// The wait that fits what the feed has brought so far.
fn paced(state: &PollState, policy: &PollPolicy) -> (Duration, String) {
    let least = policy.interval;
    let most = policy.interval_max.max(least);
    let Some(gap) = state.entry_gap() else { return (least, format!("every {}", print(least))) };
    let wait = gap.div_f64(POLLS_PER_ENTRY).clamp(least, most);
    let reason = if wait == least {
        format!("every {}", print(least))
    } else {
        format!("every {}: a new entry comes about every {}", print(wait), print(gap))
    };
    (wait, reason)
}

/// Lengthens the wait to what server and document claim.
fn claimed(
    state: &PollState,
    policy: &PollPolicy,
    polled: Timestamp,
    (mut wait, mut reason): (Duration, String),
) -> (Duration, String) {
    let most = policy.interval_max.max(wait);
    if let Some(ttl) = state.ttl_s.map(Duration::from_secs).map(|ttl| ttl.min(most))
        && ttl > wait
        // Software writes a period nobody chose; a feed that is faster than it says is not believed.
        && state.entry_gap().is_none_or(|gap| gap >= ttl)
    {
        (wait, reason) = (ttl, format!("the feed asks to wait {}", print(ttl)));
    }
    if let Some(until) = state.fresh_until {
        let fresh = Duration::from_secs_f64(seconds_between(polled, until)).min(most);
        if fresh > wait {
            (wait, reason) = (fresh, format!("the server says nothing changes for {}", print(fresh)));
        }
    }
    (wait, reason)
}

/// The wait after failures: the feed's pace at first, then half the time it has been failing, a day at most.
fn failing(state: &PollState, polled: Timestamp, pace: Duration) -> (Duration, String) {
    let since = state.failing_since.unwrap_or(polled);
    if state.n_gone >= GONE_SIGHTINGS_MIN && after(state.gone_since.unwrap_or(polled), GONE_WAIT) <= polled {
        return (GONE_WAIT, format!("410 Gone, {} times over a week", state.n_gone));
    }
    let failing_for = Duration::from_secs_f64(seconds_between(since, polled));
    let wait = (failing_for.saturating_sub(FAILING_GRACE) / 2).max(pace).min(WAIT_MAX);
    let error = state.error.as_deref().unwrap_or("unknown");
    match state.retry_at.map(|at| Duration::from_secs_f64(seconds_between(polled, at))) {
        Some(asked) if asked > wait => (asked, format!("the server asks to wait {}: {error}", print(asked))),
        _ => (wait, format!("failed {}: {error}", times(state.n_failures))),
    }
}

fn times(n: u32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times in a row") }
}

/// A number from 0 to 1, evenly spread over hashes.
fn fraction(hash: u64) -> f64 {
    // The low bits of weak hashes are uneven: mix (the finaliser of SplitMix64).
    let mut mixed = hash;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// Seconds from `from` to `to`, 0 when that lies behind.
fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    at.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

/// `5m`, `1h 30m`: two units are enough to read.
fn print(wait: Duration) -> String {
    let seconds = wait.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        if rest >= size {
            parts.push(format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: PollPolicy = PollPolicy {
        interval: Duration::from_mins(5),
        interval_max: Duration::from_mins(30),
        start_spread: START_SPREAD_MIN,
        feed_id_hash: 0,
    };

    fn now() -> Timestamp {
        "2025-02-12T16:00:00Z".parse().unwrap()
    }

    fn minutes(n: u64) -> Duration {
        Duration::from_mins(n)
    }

    /// A feed polled `every` minutes until now, each poll bringing `n_new`.
    fn watched(every: u64, n_polls: u64, n_new: usize) -> PollState {
        let mut state = PollState::default();
        let start = now() - SignedDuration::from_mins((every * n_polls) as i64);
        for poll in 0..=n_polls {
            let facts = PollFacts { n_new, ..PollFacts::default() };
            state.succeeded(after(start, minutes(every * poll)), &facts);
        }
        state
    }

    /// A feed failing since `since` minutes, just now for the `n`th time.
    fn failing_since(since: i64, n: u32) -> PollState {
        let mut state = watched(5, 1, 0);
        state.failed(now() - SignedDuration::from_mins(since), None, "HTTP 500".to_owned());
        state.n_failures = n - 1;
        state.failed(now(), None, "HTTP 500".to_owned());
        state
    }

    #[test]
    fn next_poll_follows_the_stored_facts() {
        let claims = |fresh: Option<u64>, ttl: Option<u64>, n_new: usize| {
            let mut state = watched(5, 60, n_new);
            let facts =
                PollFacts { n_new, fresh_for: fresh.map(minutes), ttl: ttl.map(minutes), ..PollFacts::default() };
            state.succeeded(now(), &facts);
            state
        };
        let asked = |state: PollState, wait: u64| {
            let mut state = state;
            state.failed(now(), Some(minutes(wait)), "HTTP 429".to_owned());
            state
        };
        for (state, wait, reason) in [
            (watched(5, 1, 50), 5, "every 5m"),
            (watched(5, 24, 3), 5, "every 5m"),
            (watched(5, 60, 0), 30, "every 30m: a new entry comes about every 4h"),
            (claims(Some(12), None, 1), 12, "the server says nothing changes for 12m"),
            (claims(Some(3), None, 1), 5, "every 5m"),
            (claims(Some(60 * 24 * 365), None, 1), 30, "the server says nothing changes for 30m"),
            (claims(None, Some(60), 1), 5, "every 5m"),
            (claims(None, Some(20), 0), 30, "every 30m: a new entry comes about every 4h"),
            (failing_since(0, 1), 5, "failed once: HTTP 500"),
            (failing_since(50, 10), 5, "failed 10 times in a row: HTTP 500"),
            (failing_since(60 * 5, 30), 120, "failed 30 times in a row: HTTP 500"),
            (failing_since(60 * 24 * 30, 1_000), 60 * 24, "failed 1000 times in a row: HTTP 500"),
            (asked(watched(5, 1, 1), 45), 45, "the server asks to wait 45m: HTTP 429"),
            (asked(watched(5, 1, 1), 1), 5, "failed once: HTTP 429"),
            (asked(watched(5, 1, 1), 60 * 24 * 3_650), 60 * 24, "the server asks to wait 1d: HTTP 429"),
        ] {
            let due = next_poll(&state, &POLICY, now());
            assert_eq!(due.at, after(now(), minutes(wait)), "{reason}");
            assert!(due.reason.starts_with(reason), "{} is not {reason}", due.reason);
        }
    }

    #[test]
    fn a_ttl_is_believed_until_the_feed_breaks_it() {
        let mut state = PollState::default();
        let facts = PollFacts { n_new: 20, ttl: Some(minutes(20)), ..PollFacts::default() };
        state.succeeded(now(), &facts);
        let due = next_poll(&state, &POLICY, now());
        assert_eq!((due.at, due.reason.as_str()), (after(now(), minutes(20)), "the feed asks to wait 20m"));
    }

    #[test]
    fn a_restart_changes_nothing_and_a_clock_set_back_silences_nobody() {
        let state = watched(5, 24, 1);
        let due = next_poll(&state, &POLICY, now());
        assert_eq!(next_poll(&state, &POLICY, after(now(), minutes(2))), due);
        let stored: PollState = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        assert_eq!(next_poll(&stored, &POLICY, now()), due);
        let yesterday = now() - SignedDuration::from_hours(24);
        assert!(next_poll(&state, &POLICY, yesterday).at <= after(yesterday, minutes(6)));
    }

    #[test]
    fn feeds_drift_apart_within_a_twentieth() {
        let state = watched(5, 24, 1);
        let waits: Vec<f64> = (0..1_000_u64)
            .map(|hash| {
                let due = next_poll(&state, &PollPolicy { feed_id_hash: hash, ..POLICY }, now());
                seconds_between(now(), due.at)
            })
            .collect();
        assert!(waits.iter().all(|wait| (300.0..=315.0).contains(wait)));
        assert!((waits.iter().sum::<f64>() / 1_000.0 - 307.5).abs() < 1.0);
        let first = next_poll(&PollState::default(), &PollPolicy { feed_id_hash: 99, ..POLICY }, now());
        assert!(first.at >= now() && first.at <= after(now(), START_SPREAD_MIN));
    }

    #[test]
    fn first_polls_of_many_feeds_are_no_stampede() {
        let config = Config::default();
        assert_eq!(config.start_spread(200), Duration::from_secs(10));
        assert_eq!(config.start_spread(10_000), Duration::from_secs(200));
        assert_eq!(config.start_spread(50_000), config.interval, "no feed waits longer than it would between polls");
    }

    #[test]
    fn gone_three_times_over_a_week_is_asked_once_a_week_and_comes_back() {
        let mut state = watched(5, 1, 1);
        for day in [9, 8, 1] {
            state.gone(now() - SignedDuration::from_hours(24 * day));
        }
        let due = next_poll(&state, &POLICY, now());
        assert_eq!(due.reason, "410 Gone, 3 times over a week");
        assert_eq!(due.at, after(now() - SignedDuration::from_hours(24), GONE_WAIT));
        state.succeeded(now(), &PollFacts::default());
        assert_eq!((state.n_gone, state.n_failures, state.error.as_ref()), (0, 0, None));
        assert!(next_poll(&state, &POLICY, now()).at <= after(now(), minutes(30)));
    }

    #[test]
    fn once_a_day_a_feed_is_fetched_in_full() {
        let mut state = PollState::default();
        assert!(state.is_full_fetch_due(&POLICY, now()));
        state.succeeded(now(), &PollFacts { fetch: FetchKind::Full, ..PollFacts::default() });
        assert!(!state.is_full_fetch_due(&POLICY, after(now(), minutes(60 * 22))));
        assert!(state.is_full_fetch_due(&POLICY, after(now(), minutes(60 * 24))));
    }
}
