//! Owns robots.txt (RFC 9309): which rule an article page falls under, and for how long that is known. Fetching the file
//! is `http`'s business.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use texting_robots::Robot;
use url::Url;

use super::{FetchError, Fetched};

/// The product token that robots.txt groups name.
const PRODUCT: &str = "hotline";
/// How long a file is believed (RFC 9309, section 2.4).
const KNOWN_FOR: Duration = Duration::from_hours(24);
/// When a file that could not be read is asked for again.
const RETRY: Duration = Duration::from_mins(10);
/// A file that could not be read for so long is taken not to exist (RFC 9309, section 2.3.1.4).
const UNREACHABLE_MAX: Duration = Duration::from_hours(24);
/// What is read of a file; the rest is ignored (RFC 9309, section 2.5, asks for at least 500 KiB).
pub(super) const ROBOTS_BYTES_MAX: usize = 512 * 1024;
/// A longer pause between two pages would keep an outlet's news for hours.
const CRAWL_DELAY_MAX: Duration = Duration::from_secs(30);
/// Origins remembered at once, and the bytes of their rules.
const ORIGINS_MAX: usize = 4_096;
const RULES_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What robots.txt says about one URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    pub is_allowed: bool,
    /// The line that decided, or why none did.
    pub rule: String,
    /// The pause the file asks for between two requests, within reason; zero without one.
    pub crawl_delay: Duration,
}

impl Ruling {
    /// Allows where no file says otherwise.
    pub(super) fn free(reason: String) -> Self {
        Self { is_allowed: true, rule: reason, crawl_delay: Duration::ZERO }
    }

    /// Reads what a file says about a URL of its origin.
    #[must_use]
    pub fn of(file: &[u8], url: &Url) -> Self {
        Group::of(file).ruling(url)
    }
}

/// What is known of each origin's file.
#[derive(Default)]
pub(super) struct Robots {
    /// By origin (`https://example.org`). The lock guards the map only and is held for a look-up.
    origins: Mutex<HashMap<String, Arc<Origin>>>,
}

/// One origin's file.
#[derive(Default)]
pub(super) struct Origin {
    /// Held while the file is fetched, so that it is fetched once.
    pub(super) known: tokio::sync::Mutex<Option<Known>>,
    rules_bytes: AtomicUsize,
}

/// What the file said when it was last asked for.
pub(super) struct Known {
    rules: Rules,
    until: Instant,
    unreachable_since: Option<Instant>,
}

enum Rules {
    Group(Group),
    /// There is no file; why.
    Absent(String),
    /// It could not be read; why.
    Unreachable(String),
}

impl Robots {
    pub(super) fn origin(&self, url: &Url) -> Arc<Origin> {
        let key = url.origin().ascii_serialization();
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(origin) = origins.get(&key) {
            return Arc::clone(origin);
        }
        let mut rules_bytes: usize = origins.values().map(|origin| origin.rules_bytes.load(Ordering::Relaxed)).sum();
        let mut n_origins = origins.len();
        if n_origins >= ORIGINS_MAX || rules_bytes > RULES_BYTES_MAX {
            // Half of them go, so that this is rare; whoever needs one fetches it again.
            origins.retain(|_, origin| {
                let is_over = n_origins > ORIGINS_MAX / 2 || rules_bytes > RULES_BYTES_MAX / 2;
                let is_kept = !is_over || Arc::strong_count(origin) > 1;
                if !is_kept {
                    n_origins -= 1;
                    rules_bytes -= origin.rules_bytes.load(Ordering::Relaxed);
                }
                is_kept
            });
        }
        Arc::clone(origins.entry(key).or_default())
    }
}

impl Origin {
    /// Notes how much memory the rules take.
    pub(super) fn weigh(&self, known: &Known) {
        let rules_bytes = match &known.rules {
            Rules::Group(group) => group.lines.iter().map(String::len).sum(),
            Rules::Absent(_) | Rules::Unreachable(_) => 0,
        };
        self.rules_bytes.store(rules_bytes, Ordering::Relaxed);
    }
}

impl Known {
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        self.until <= now
    }

    /// Takes the answer to the request for the file; `before` is what was known until now.
    ///
    /// # Errors
    /// [`FetchError::NotNow`] passes: the file has not been asked for.
    pub(super) fn from(
        fetched: Result<Fetched, FetchError>,
        before: Option<Self>,
        now: Instant,
    ) -> Result<Self, FetchError> {
        let rules = match fetched {
            Ok(Fetched::Body(body)) => Rules::Group(Group::of(&body.bytes)),
            Ok(Fetched::Gone(_)) => Rules::Absent("no robots.txt (HTTP 410)".to_owned()),
            Ok(Fetched::NotModified(_)) => Rules::Absent("no robots.txt (HTTP 304)".to_owned()),
            Err(err @ FetchError::NotNow { .. }) => return Err(err),
            Err(FetchError::Status { status, .. }) if (400..500).contains(&status) && status != 429 => {
                Rules::Absent(format!("no robots.txt (HTTP {status})"))
            }
            // RFC 9309, section 2.3.1.2: a file behind too many redirects is unavailable, not forbidding.
            Err(err @ (FetchError::TooManyRedirects { .. } | FetchError::Refused { .. })) => {
                Rules::Absent(format!("no robots.txt ({err})"))
            }
            Err(err) => return Ok(Self::unreachable(&err, before, now)),
        };
        Ok(Self { rules, until: now + KNOWN_FOR, unreachable_since: None })
    }

    fn unreachable(err: &FetchError, before: Option<Self>, now: Instant) -> Self {
        let since = before.as_ref().and_then(|before| before.unreachable_since).unwrap_or(now);
        let rules = match before.map(|before| before.rules) {
            Some(Rules::Group(group)) => Rules::Group(group),
            _ if now.duration_since(since) >= UNREACHABLE_MAX => {
                Rules::Absent(format!("no robots.txt for a day ({err})"))
            }
            _ => Rules::Unreachable(err.to_string()),
        };
        Self { rules, until: now + RETRY, unreachable_since: Some(since) }
    }

    /// Decides about a URL of the origin.
    ///
    /// # Errors
    /// [`FetchError::NotNow`] while the file cannot be read: until then everything is forbidden (RFC 9309, section
    /// 2.3.1.4), but nothing for good.
    pub(super) fn ruling(&self, url: &Url, now: Instant) -> Result<Ruling, FetchError> {
        match &self.rules {
            Rules::Group(group) => Ok(group.ruling(url)),
            Rules::Absent(reason) => Ok(Ruling::free(reason.clone())),
            Rules::Unreachable(reason) => Err(FetchError::NotNow {
                url: Box::new(url.clone()),
                reason: format!("robots.txt cannot be read: {reason}"),
                retry_after: self.until.saturating_duration_since(now),
            }),
        }
    }
}

/// The rules for hotline.
struct Group {
    /// As written, `Allow` and `Disallow` only.
    lines: Vec<String>,
    robot: Option<Robot>,
    crawl_delay: Duration,
}

impl Group {
    /// Reads the group that names hotline, else the one for everybody.
    fn of(file: &[u8]) -> Self {
        let text = String::from_utf8_lossy(file);
        let (delays, mut lines): (Vec<_>, Vec<_>) = group(&text).into_iter().partition(|line| is_delay(line));
        let crawl_delay = delays.iter().filter_map(|line| seconds(line)).max().unwrap_or_default();
        // One rule that cannot be read must not cost the others.
        let robot = robot(&lines).or_else(|| {
            lines.retain(|line| robot(std::slice::from_ref(line)).is_some());
            robot(&lines)
        });
        Self { lines, robot, crawl_delay }
    }

    fn ruling(&self, url: &Url) -> Ruling {
        if self.robot.as_ref().is_none_or(|robot| robot.allowed(url.as_str())) {
            let rule = "robots.txt has no rule against it".to_owned();
            return Ruling { is_allowed: true, rule, crawl_delay: self.crawl_delay };
        }
        // The longest pattern decides (RFC 9309, section 2.2.2).
        let forbids = |line: &&String| robot(std::slice::from_ref(*line)).is_some_and(|one| !one.allowed(url.as_str()));
        let rule = self.lines.iter().filter(forbids).max_by_key(|line| line.len());
        let rule = rule.cloned().unwrap_or_else(|| "Disallow".to_owned());
        Ruling { is_allowed: false, rule, crawl_delay: self.crawl_delay }
    }
}

fn is_delay(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("crawl-delay"))
}

/// `Crawl-delay: 2.5`: not of RFC 9309, but written and meant.
fn seconds(line: &str) -> Option<Duration> {
    let seconds: f64 = line.split_once(':')?.1.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite())?;
    Duration::try_from_secs_f64(seconds.min(CRAWL_DELAY_MAX.as_secs_f64())).ok()
}

fn robot(lines: &[String]) -> Option<Robot> {
    Robot::new(PRODUCT, lines.join("\n").as_bytes()).ok()
}

/// Returns the rules and delays of all groups that name the product, else of those for `*` (RFC 9309, section 2.2.1).
fn group(text: &str) -> Vec<String> {
    let (mut own, mut general) = (None, Vec::new());
    let (mut is_own, mut is_general, mut is_in_agents) = (false, false, false);
    for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.trim().to_ascii_lowercase().as_str() {
            "user-agent" => {
                if !is_in_agents {
                    (is_own, is_general, is_in_agents) = (false, false, true);
                }
                let value = value.trim();
                let end = value.find(|c: char| !c.is_ascii_alphabetic() && !matches!(c, '-' | '_'));
                let token = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
                is_general |= value == "*";
                if token.eq_ignore_ascii_case(PRODUCT) {
                    is_own = true;
                    own.get_or_insert_with(Vec::new);
                }
            }
            "allow" | "disallow" | "crawl-delay" => {
                is_in_agents = false;
                if is_own {
                    own.get_or_insert_with(Vec::new).push(line.to_owned());
                }
                if is_general {
                    general.push(line.to_owned());
                }
            }
            _ => {}
        }
    }
    own.unwrap_or(general)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruling(file: &str, path: &str) -> Ruling {
        let url = Url::parse("https://example.org").unwrap().join(path).unwrap();
        Ruling::of(file.as_bytes(), &url)
    }

    #[test]
    fn longest_rule_of_the_own_group_decides() {
        let file = "\u{feff}User-agent: *\nDisallow: /\n\nuser-agent: Hotline/1.0 # us\nUser-Agent: other\n\
                    Disallow: /private\r\nCrawl-delay: 5\nAllow: /private/open\nDisallow: /*.pdf$\n";
        let crawl_delay = Duration::from_secs(5);
        let forbidden = |rule: &str| Ruling { is_allowed: false, rule: rule.to_owned(), crawl_delay };
        assert!(ruling(file, "/news/1").is_allowed);
        assert_eq!(ruling(file, "/private/1"), forbidden("Disallow: /private"));
        assert!(ruling(file, "/private/open/1").is_allowed);
        assert_eq!(ruling(file, "/a/b.pdf"), forbidden("Disallow: /*.pdf$"));
        assert!(ruling(file, "/a/b.pdf?x").is_allowed);
    }

    #[test]
    fn group_for_everybody_holds_where_no_group_names_us() {
        let file = "User-agent: hotliner\nDisallow: /\nUser-agent: *\nDisallow: /a\nSitemap: https://example.org/s\nDisallow: /b";
        assert!(!ruling(file, "/a").is_allowed && !ruling(file, "/b").is_allowed);
        assert!(ruling(file, "/c").is_allowed);
    }

    #[test]
    fn crawl_delay_of_the_own_group_counts_within_reason() {
        let delay = |file: &str| ruling(file, "/").crawl_delay;
        assert_eq!(delay("User-agent: *\nCrawl-delay: 2.5\nDisallow: /a"), Duration::from_millis(2_500));
        assert_eq!(delay("User-agent: *\nCrawl-delay: 20\nUser-agent: hotline\nDisallow: /a"), Duration::ZERO);
        assert_eq!(delay("User-agent: *\ncrawl-Delay : 86400"), CRAWL_DELAY_MAX);
        for odd in ["-1", "NaN", "soon", "", "inf-"] {
            assert_eq!(delay(&format!("User-agent: *\nCrawl-delay: {odd}")), Duration::ZERO, "{odd}");
        }
    }

    #[test]
    fn own_group_without_rules_allows_all() {
        assert!(ruling("User-agent: *\nDisallow: /\nUser-agent: hotline\nDisallow:", "/a").is_allowed);
        assert!(ruling("User-agent: *\nDisallow: /\nUser-agent: hotline", "/a").is_allowed);
    }

    #[test]
    fn page_in_place_of_the_file_forbids_nothing() {
        assert!(ruling("<!doctype html><title>Disallow: nothing</title>", "/a").is_allowed);
        assert!(ruling("", "/a").is_allowed);
    }

    #[test]
    fn rule_that_cannot_be_read_costs_no_other() {
        let file = format!("User-agent: *\nDisallow: /{}$\nDisallow: /a", "*x".repeat(4_000));
        assert_eq!(ruling(&file, "/a").rule, "Disallow: /a");
    }

    fn answer(status: u16) -> Result<Fetched, FetchError> {
        let url = Url::parse("https://example.org/robots.txt").unwrap();
        Err(FetchError::Status { url, status, retry_after: None })
    }

    #[test]
    fn missing_file_allows_and_failing_one_forbids_for_a_while() {
        let url = Url::parse("https://example.org/a").unwrap();
        let now = Instant::now();
        for status in [401, 403, 404, 451] {
            let known = Known::from(answer(status), None, now).unwrap();
            assert!(known.ruling(&url, now).unwrap().is_allowed, "{status}");
        }
        let mut known = Known::from(answer(503), None, now).unwrap();
        let FetchError::NotNow { retry_after, .. } = known.ruling(&url, now).unwrap_err() else {
            panic!("for a while")
        };
        assert_eq!(retry_after, RETRY);
        assert!(known.is_stale(now + RETRY));
        for status in [429, 500] {
            known = Known::from(answer(status), Some(known), now + RETRY).unwrap();
            assert!(known.ruling(&url, now).is_err(), "{status}");
        }
        known = Known::from(answer(500), Some(known), now + UNREACHABLE_MAX).unwrap();
        assert!(known.ruling(&url, now).unwrap().is_allowed);
    }

    #[test]
    fn rules_outlive_an_outage() {
        let url = Url::parse("https://example.org/a").unwrap();
        let now = Instant::now();
        let rules = Rules::Group(Group::of(b"User-agent: *\nDisallow: /a"));
        let known = Known { rules, until: now, unreachable_since: None };
        let known = Known::from(answer(500), Some(known), now + UNREACHABLE_MAX * 2).unwrap();
        assert!(!known.ruling(&url, now).unwrap().is_allowed);
    }

    #[test]
    fn origins_are_remembered_within_a_limit() {
        let robots = Robots::default();
        for n in 0..ORIGINS_MAX + 10 {
            robots.origin(&Url::parse(&format!("https://{n}.example/")).unwrap());
        }
        assert!(robots.origins.lock().unwrap().len() <= ORIGINS_MAX);
    }
}
