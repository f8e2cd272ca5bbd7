//! Owns manners towards hosts: one connection and a token bucket per registrable domain, a circuit breaker per host.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OwnedMutexGuard;
use url::{Host, Url};

use super::Config;

/// Domains remembered at once; idle ones go first.
const DOMAINS_MAX: usize = 20_000;
/// Requests to one address that may follow each other: many outlets share the addresses of one network.
const ADDRESS_BURST: u32 = 20;
/// Hosts with failures remembered at once.
const BREAKERS_MAX: usize = 20_000;
/// Transport failures in a row that open the breaker.
const FAILURES_MAX: u32 = 5;
/// How long the breaker stays open at first; it doubles with every failure.
const REST_MIN: Duration = Duration::from_secs(30);
/// A host is asked again after this at the latest, so that no outage outlives itself by a polling interval.
const REST_MAX: Duration = Duration::from_mins(5);
/// What one answer's Retry-After may cost the host's other URLs.
const PAUSE_MAX: Duration = Duration::from_mins(10);

/// What is known about the hosts asked so far.
pub(super) struct Hosts {
    delay: Duration,
    burst: u32,
    /// By registrable domain or address. The lock guards the map only and is held for a look-up.
    domains: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Bucket>>>>,
    /// Names of many owners may share a machine, and one owner's names may hide it. Held for a look-up.
    addresses: Mutex<HashMap<IpAddr, Bucket>>,
    address_delay: Duration,
    /// By host; only those with failures or a pause. Held for a look-up.
    breakers: Mutex<HashMap<String, Breaker>>,
}

/// The right to ask one domain. Whoever holds it has the domain's one connection, so it is held until the body is read.
pub(super) struct Turn {
    _bucket: OwnedMutexGuard<Bucket>,
}

/// Why a host is not asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) reason: String,
    pub(super) time: Duration,
}

impl Hosts {
    /// Remembers nothing yet; requests to a domain come `host_delay` apart after a burst, those to an address
    /// `address_delay`.
    pub(super) fn new(config: &Config) -> Self {
        Self {
            delay: config.host_delay,
            burst: config.host_burst,
            domains: Mutex::default(),
            addresses: Mutex::default(),
            address_delay: config.address_delay,
            breakers: Mutex::default(),
        }
    }

    /// Waits until the host's domain may be asked; a `crawl_delay` holds where it is longer than the usual pause.
    ///
    /// # Errors
    /// [`Rest`] when the host's breaker is open.
    pub(super) async fn turn(&self, url: &Url, crawl_delay: Duration) -> Result<Turn, Rest> {
        let mut bucket = self.bucket(&registrable_domain(url)).lock_owned().await;
        self.admit(url, Instant::now())?;
        let burst = if crawl_delay > self.delay { 1 } else { self.burst };
        let wait = bucket.take(Instant::now(), self.delay.max(crawl_delay), burst);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(Turn { _bucket: bucket })
    }

    /// Waits until the address may be asked, whatever the name.
    pub(super) async fn address_turn(&self, address: IpAddr) {
        let wait = self.address_wait(address, Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    fn address_wait(&self, address: IpAddr, now: Instant) -> Duration {
        let mut addresses = locked(&self.addresses);
        if addresses.len() >= DOMAINS_MAX {
            addresses.retain(|_, bucket| bucket.next > now);
        }
        // When that many are busy at once, one more is asked too often rather than remembered without limit.
        if addresses.len() >= DOMAINS_MAX && !addresses.contains_key(&address) {
            return Duration::ZERO;
        }
        let bucket = addresses.entry(address).or_insert(Bucket { next: now });
        bucket.take(now, self.address_delay, ADDRESS_BURST)
    }

    /// Notes that the host answered, whatever it said.
    pub(super) fn answered(&self, url: &Url) {
        locked(&self.breakers).remove(host(url));
    }

    /// Notes a transport failure.
    pub(super) fn failed(&self, url: &Url, now: Instant) {
        self.change(url, now, |breaker| breaker.fail(now));
    }

    /// Notes that the host asks for a pause.
    pub(super) fn paused(&self, url: &Url, now: Instant, pause: Duration) {
        self.change(url, now, |breaker| breaker.pause(now + pause.min(PAUSE_MAX)));
    }

    fn bucket(&self, domain: &str) -> Arc<tokio::sync::Mutex<Bucket>> {
        let mut domains = locked(&self.domains);
        if let Some(bucket) = domains.get(domain) {
            return Arc::clone(bucket);
        }
        if domains.len() >= DOMAINS_MAX {
            // A bucket nobody holds and that is full again says nothing a new one would not.
            let now = Instant::now();
            domains.retain(|_, bucket| bucket.try_lock().map_or(true, |bucket| bucket.next > now));
            let mut n_spare = (domains.len() + 1).saturating_sub(DOMAINS_MAX);
            domains.retain(|_, bucket| {
                let is_kept = n_spare == 0 || Arc::strong_count(bucket) > 1;
                n_spare -= usize::from(!is_kept);
                is_kept
            });
        }
        let bucket = Arc::new(tokio::sync::Mutex::new(Bucket { next: Instant::now() }));
        domains.insert(domain.to_owned(), Arc::clone(&bucket));
        bucket
    }

    fn admit(&self, url: &Url, now: Instant) -> Result<(), Rest> {
        match locked(&self.breakers).get_mut(host(url)) {
            Some(breaker) => breaker.admit(now),
            None => Ok(()),
        }
    }

    fn change(&self, url: &Url, now: Instant, change: impl FnOnce(&mut Breaker)) {
        let mut breakers = locked(&self.breakers);
        if breakers.len() >= BREAKERS_MAX {
            breakers.retain(|_, breaker| breaker.until > now);
        }
        // When that many hosts rest at once, one more is asked too often rather than remembered without limit.
        if breakers.len() < BREAKERS_MAX || breakers.contains_key(host(url)) {
            change(breakers.entry(host(url).to_owned()).or_insert_with(|| Breaker::new(now)));
        }
    }
}

/// Locks a map; what a panicking thread left in it is whole, since no change spans two statements.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// Returns the registrable domain (Public Suffix List), or the address, which other names of one owner share.
#[must_use]
pub fn registrable_domain(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => psl::domain_str(name.trim_end_matches('.')).unwrap_or(name).to_owned(),
        _ => host(url).to_owned(),
    }
}

/// A token bucket, kept as the time at which it is full again.
struct Bucket {
    next: Instant,
}

impl Bucket {
    /// Takes a token and returns how long to wait for it.
    fn take(&mut self, now: Instant, delay: Duration, burst: u32) -> Duration {
        let due = self.next.max(now);
        self.next = due + delay;
        let credit = delay * burst.saturating_sub(1);
        due.duration_since(now).saturating_sub(credit)
    }
}

/// Opens after repeated failures, lets one request through when its rest is over, closes when that is answered.
struct Breaker {
    n_failures: u32,
    until: Instant,
}

impl Breaker {
    fn new(now: Instant) -> Self {
        Self { n_failures: 0, until: now }
    }

    fn admit(&mut self, now: Instant) -> Result<(), Rest> {
        let time = self.until.saturating_duration_since(now);
        if !time.is_zero() {
            let reason = match self.n_failures {
                n if n >= FAILURES_MAX => format!("the host failed {n} times in a row"),
                _ => "the host asked for a pause".to_owned(),
            };
            return Err(Rest { reason, time });
        }
        if self.n_failures >= FAILURES_MAX {
            // Half open: the others wait for what becomes of this one.
            self.until = now + self.rest();
        }
        Ok(())
    }

    fn fail(&mut self, now: Instant) {
        self.n_failures = self.n_failures.saturating_add(1);
        if self.n_failures >= FAILURES_MAX {
            self.until = now + self.rest();
        }
    }

    fn pause(&mut self, until: Instant) {
        self.until = self.until.max(until);
    }

    fn rest(&self) -> Duration {
        let n_doublings = self.n_failures.saturating_sub(FAILURES_MAX).min(8);
        (REST_MIN * 2_u32.pow(n_doublings)).min(REST_MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn hosts(host_burst: u32) -> Hosts {
        Hosts::new(&Config { host_burst, ..Config::default() })
    }

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn burst_passes_and_the_rest_comes_a_delay_apart() {
        let now = Instant::now();
        let mut bucket = Bucket { next: now };
        let waits: Vec<u64> = (0..5).map(|_| bucket.take(now, seconds(2), 3).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 2, 4]);
        assert_eq!(bucket.take(now + seconds(60), seconds(2), 3), Duration::ZERO);
    }

    #[test]
    fn names_of_one_registrable_domain_share_a_bucket() {
        for (text, expected) in [
            ("https://feeds.bbci.co.uk/rss", "bbci.co.uk"),
            ("https://news.bbci.co.uk./", "bbci.co.uk"),
            ("https://a.b.example.com/", "example.com"),
            ("http://93.184.216.34/", "93.184.216.34"),
            ("http://[2606:4700::1]/", "[2606:4700::1]"),
            ("http://localhost/", "localhost"),
        ] {
            assert_eq!(registrable_domain(&url(text)), expected);
        }
    }

    #[tokio::test]
    async fn crawl_delay_holds_from_the_first_request_on() {
        let hosts = hosts(10);
        for (text, crawl_delay, is_free) in
            [("https://slow.example.com/", seconds(20), false), ("https://fast.example.org/", Duration::ZERO, true)]
        {
            let page = url(text);
            drop(hosts.turn(&page, crawl_delay).await);
            let mut turn = Box::pin(hosts.turn(&page, crawl_delay));
            let polled = turn.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(polled.is_ready(), is_free, "{text}");
        }
    }

    #[test]
    fn an_address_has_its_own_budget_whatever_the_name() {
        let hosts = Hosts::new(&Config { address_delay: seconds(1), ..Config::default() });
        let (now, shared) = (Instant::now(), "93.184.216.34".parse().unwrap());
        let waits: Vec<u64> = (0..ADDRESS_BURST + 2).map(|_| hosts.address_wait(shared, now).as_secs()).collect();
        assert_eq!(waits[19..], [0, 1, 2]);
        assert_eq!(hosts.address_wait("93.184.216.35".parse().unwrap(), now), Duration::ZERO);
        assert_eq!(hosts.address_wait(shared, now + seconds(60)), Duration::ZERO);
    }

    #[test]
    fn second_request_to_a_domain_waits_for_the_first() {
        let hosts = hosts(10);
        let poll = |url: &Url| {
            let mut turn = Box::pin(hosts.turn(url, Duration::ZERO));
            turn.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        let (first, other) = (url("https://a.example.com/"), url("https://b.example.com/"));
        let Poll::Ready(Ok(turn)) = poll(&first) else { panic!("the domain is free") };
        assert!(poll(&other).is_pending());
        assert!(poll(&url("https://example.org/")).is_ready(), "another domain is not held up");
        drop(turn);
        assert!(poll(&other).is_ready());
    }

    #[test]
    fn breaker_opens_after_failures_and_lets_one_through_later() {
        let now = Instant::now();
        let hosts = hosts(1);
        let (down, sibling) = (url("https://down.example.com/a"), url("https://up.example.com/"));
        for _ in 0..FAILURES_MAX {
            assert!(hosts.admit(&down, now).is_ok());
            hosts.failed(&down, now);
        }
        let rest = hosts.admit(&down, now).unwrap_err();
        assert_eq!((rest.reason.as_str(), rest.time), ("the host failed 5 times in a row", REST_MIN));
        assert!(hosts.admit(&sibling, now).is_ok());
        let later = now + REST_MIN;
        assert!(hosts.admit(&down, later).is_ok());
        assert!(hosts.admit(&down, later).is_err(), "only one request tries the host");
        hosts.failed(&down, later);
        assert_eq!(hosts.admit(&down, later).unwrap_err().time, REST_MIN * 2);
        hosts.answered(&down);
        assert!(hosts.admit(&down, later).is_ok());
    }

    #[test]
    fn breaker_never_rests_longer_than_an_interval() {
        let now = Instant::now();
        let hosts = hosts(1);
        let down = url("https://down.example.com/");
        for _ in 0..1_000 {
            hosts.failed(&down, now);
        }
        assert_eq!(hosts.admit(&down, now).unwrap_err().time, REST_MAX);
    }

    #[test]
    fn pause_holds_for_the_host_and_is_limited() {
        let now = Instant::now();
        let hosts = hosts(1);
        let busy = url("https://busy.example.com/");
        hosts.paused(&busy, now, Duration::from_hours(24));
        let rest = hosts.admit(&busy, now).unwrap_err();
        assert_eq!((rest.reason.as_str(), rest.time), ("the host asked for a pause", PAUSE_MAX));
        assert!(hosts.admit(&busy, now + PAUSE_MAX).is_ok());
    }

    #[test]
    fn domains_are_remembered_within_a_limit() {
        let hosts = hosts(1);
        for n in 0..DOMAINS_MAX + 10 {
            let bucket = hosts.bucket(&format!("{n}.example"));
            // Still full in an hour: none of them is idle.
            bucket.try_lock().unwrap().next = Instant::now() + Duration::from_hours(1);
        }
        assert!(locked(&hosts.domains).len() <= DOMAINS_MAX);
    }
}
