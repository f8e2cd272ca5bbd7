//! Owns where a feed is asked: its configured URL, or the one to which its server has moved it for good (RFC 9110,
//! sections 15.4.2 and 15.4.9). What a feed is, its id says; its URL never does.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

/// A permanent redirect is believed after so long and so many sightings: some are mistakes of an afternoon.
const SIGHTINGS_MIN: u32 = 10;
const SIGHTED_FOR_MIN: SignedDuration = SignedDuration::from_hours(24 * 7);
/// A new URL that cannot be reached for so long is given up. One that answers with something else than a feed is at once.
const UNREACHABLE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What is known about where a feed has gone. It belongs to one configured URL: another one starts anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// The configured URL that the rest is about.
    configured: Option<Url>,
    /// Asked in the place of the configured URL.
    pub moved: Option<Moved>,
    /// Where permanent redirects of the URL that is asked lead to, not believed yet.
    pub moving: Option<Moving>,
}

/// A move that is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub to: Url,
    pub at: Timestamp,
}

/// A move that is not believed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    pub to: Url,
    pub since: Timestamp,
    pub n_sightings: u32,
}

/// A redirect that was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    pub from: &'a Url,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
}

/// How a feed's URL failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// It answers, and not with a feed.
    AsFeed,
    /// Nobody can say now; since then.
    Since(Timestamp),
}

impl Address {
    /// Returns the URL to ask.
    #[must_use]
    pub fn url<'a>(&'a self, configured: &'a Url) -> &'a Url {
        self.moved_from(configured).map_or(configured, |moved| &moved.to)
    }

    /// Returns where the feed has moved from its configured URL.
    #[must_use]
    pub fn moved_from(&self, configured: &Url) -> Option<&Moved> {
        self.moved.as_ref().filter(|_| self.configured.as_ref() == Some(configured))
    }

    /// Notes over which redirects a feed was had, the one that was asked first; `last` is the URL that answered. Returns
    /// the new URL when the feed has moved now.
    ///
    /// Permanent redirects at the head of the chain to one target, seen for a week and ten times, move a feed; one from
    /// http to https of the same address does at once.
    pub fn arrived(&mut self, configured: &Url, steps: &[Step<'_>], last: &Url, now: Timestamp) -> Option<Url> {
        if self.configured.as_ref() != Some(configured) {
            *self = Self { configured: Some(configured.clone()), ..Self::default() };
        }
        let n_permanent = steps.iter().take_while(|step| matches!(step.status, 301 | 308)).count();
        let to = steps.get(n_permanent).map_or(last, |step| step.from);
        let Some(first) = steps.first().filter(|first| n_permanent > 0 && first.from != to) else {
            self.moving = None;
            return None;
        };
        let before = self.moving.take().filter(|moving| moving.to == *to);
        let mut moving = before.unwrap_or_else(|| Moving { to: to.clone(), since: now, n_sightings: 0 });
        moving.n_sightings = moving.n_sightings.saturating_add(1);
        let is_long = now.duration_since(moving.since) >= SIGHTED_FOR_MIN;
        let is_settled = is_long && moving.n_sightings >= SIGHTINGS_MIN;
        if !is_secured(first.from, to) && !is_settled {
            self.moving = Some(moving);
            return None;
        }
        self.moved = (to != configured).then(|| Moved { to: to.clone(), at: now });
        Some(to.clone())
    }

    /// Undoes the move when the new URL fails as a feed, or cannot be reached for a day. Returns the URL that is given up.
    pub fn failed(&mut self, configured: &Url, failing: Failing, now: Timestamp) -> Option<Url> {
        self.moved_from(configured)?;
        let is_over = match failing {
            Failing::AsFeed => true,
            Failing::Since(since) => now.duration_since(since) >= UNREACHABLE_MAX,
        };
        if !is_over {
            return None;
        }
        self.moving = None;
        self.moved.take().map(|moved| moved.to)
    }
}

/// Tells whether two URLs are one but for TLS.
fn is_secured(from: &Url, to: &Url) -> bool {
    (from.scheme(), to.scheme()) == ("http", "https")
        && (from.host_str(), from.path(), from.query()) == (to.host_str(), to.path(), to.query())
        && (from.port(), to.port()) == (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn at(hours: i64) -> Timestamp {
        "2025-02-12T16:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
    }

    /// A chain `URL -STATUS-> URL …` that ends where the feed was.
    fn arrived(address: &mut Address, chain: &str, hours: i64) -> Option<String> {
        let parts: Vec<&str> = chain.split(' ').collect();
        let urls: Vec<Url> = parts.iter().step_by(2).map(|part| url(part)).collect();
        let statuses = parts.iter().skip(1).step_by(2).map(|part| part.parse().unwrap());
        let steps: Vec<Step<'_>> = urls.iter().zip(statuses).map(|(from, status)| Step { from, status }).collect();
        address.arrived(&urls[0], &steps, urls.last().unwrap(), at(hours)).map(|to| to.to_string())
    }

    const A: &str = "https://a.example/feed";
    const B: &str = "https://b.example/rss";

    #[test]
    fn ten_sightings_over_a_week_move_a_feed_and_fewer_or_faster_ones_do_not() {
        let chain = format!("{A} 301 {B}");
        let mut address = Address::default();
        for sighting in 0..20 {
            assert_eq!(arrived(&mut address, &chain, sighting), None, "a day is too short");
        }
        assert_eq!(address.url(&url(A)), &url(A));
        assert_eq!(arrived(&mut address, &chain, 24 * 7).as_deref(), Some(B));
        assert_eq!(address.url(&url(A)), &url(B));
        assert_eq!(address.url(&url("https://c.example/")).as_str(), "https://c.example/", "a URL configured since");
        let mut address = Address::default();
        for day in 0..9 {
            assert_eq!(arrived(&mut address, &chain, 24 * day), None);
        }
        assert_eq!(address.moving.as_ref().map(|moving| moving.n_sightings), Some(9));
    }

    #[test]
    fn only_permanent_redirects_to_the_same_target_count() {
        let (c, mut address) = ("https://c.example/", Address::default());
        for (chain, sightings) in [
            (format!("{A} 301 {B}"), 1),
            (format!("{A} 308 {B}"), 2),
            (format!("{A} 301 {c} 308 {B}"), 3),
            (format!("{A} 301 {B} 302 {c}"), 4),
            (format!("{A} 302 {B}"), 0),
            (format!("{A} 301 {B}"), 1),
            (format!("{A} 301 {c}"), 1),
            (A.to_owned(), 0),
        ] {
            assert_eq!(arrived(&mut address, &chain, 0), None);
            assert_eq!(address.moving.as_ref().map_or(0, |moving| moving.n_sightings), sightings, "{chain}");
        }
    }

    #[test]
    fn https_of_the_same_address_is_taken_at_once() {
        let mut address = Address::default();
        assert_eq!(
            arrived(&mut address, "http://a.example/feed?a 301 https://a.example/feed?a", 0).as_deref(),
            Some("https://a.example/feed?a")
        );
        for chain in [
            "http://a.example/ 301 https://www.a.example/",
            "http://a.example/ 302 https://a.example/",
            "http://a.example/a 301 https://a.example/b",
        ] {
            assert_eq!(arrived(&mut Address::default(), chain, 0), None, "{chain}");
        }
    }

    #[test]
    fn a_move_is_undone_when_the_new_url_fails_as_a_feed_or_is_away_for_a_day() {
        let moved = || {
            let mut address = Address::default();
            arrived(&mut address, "http://a.example/ 301 https://a.example/", 0);
            address
        };
        let configured = url("http://a.example/");
        let (mut gone, mut away) = (moved(), moved());
        assert_eq!(gone.failed(&configured, Failing::AsFeed, at(1)), Some(url("https://a.example/")));
        assert_eq!(gone.url(&configured), &configured);
        assert_eq!(gone.failed(&configured, Failing::AsFeed, at(1)), None, "there is nothing left to undo");
        assert_eq!(away.failed(&configured, Failing::Since(at(0)), at(23)), None);
        assert!(away.failed(&configured, Failing::Since(at(0)), at(24)).is_some());
        let stored: Address = serde_json::from_str(&serde_json::to_string(&moved()).unwrap()).unwrap();
        assert_eq!(stored, moved());
    }
}
