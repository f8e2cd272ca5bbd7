//! Owns what the headers of an answer say: validators, freshness, when to come back.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{
    AGE, CACHE_CONTROL, CONTENT_TYPE, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER,
};
use url::Url;

use super::Validators;

/// A server that claims a longer freshness, or asks for a longer pause, is taken to mean this.
const CLAIM_MAX: Duration = Duration::from_hours(24);

/// Returns the validators of the answer, as received.
pub(super) fn validators(headers: &HeaderMap, url: &Url) -> Validators {
    Validators {
        url: url.as_str().to_owned(),
        etag: exact(headers, &ETAG),
        last_modified: exact(headers, &LAST_MODIFIED),
    }
}

/// Returns a header byte for byte; one that is not UTF-8 could not be sent back so and is left out.
fn exact(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let bytes = headers.get(name)?.as_bytes();
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    exact(headers, &CONTENT_TYPE)
}

/// Returns the freshness left at `now` (RFC 9111, section 4.2): `max-age` less `Age`, else `Expires` less `Date`.
pub(super) fn fresh_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let directives: Vec<String> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
        .collect();
    let mut directives = directives.iter().flat_map(|value| value.split(',')).map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-cache" | "no-store")) {
        return None;
    }
    let max_age = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        (name.trim() == "max-age").then(|| seconds(value.trim().trim_matches('"')))
    });
    if let Some(max_age) = max_age {
        let age = text(headers, &AGE).and_then(seconds).unwrap_or(0);
        return max_age.map(|max_age| max_age.saturating_sub(age)).and_then(claim);
    }
    let expires = text(headers, &EXPIRES).and_then(date)?;
    let sent = text(headers, &DATE).and_then(date).unwrap_or(now);
    claim(u64::try_from(expires.as_second() - sent.as_second()).ok()?)
}

/// Returns the pause asked for (RFC 9110, section 10.2.3): seconds, or a date seen from `now`.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = text(headers, &RETRY_AFTER)?;
    match seconds(value) {
        Some(seconds) => claim(seconds),
        None => claim(u64::try_from(date(value)?.as_second() - now.as_second()).ok()?),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Reads a number of seconds; one too large for the type is the largest.
fn seconds(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

fn date(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()
}

/// Takes a claim within reason; none is made by zero.
fn claim(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds).min(CLAIM_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    /// The noon all dates here are seen from.
    fn now() -> Timestamp {
        "2025-02-12T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn freshness_is_max_age_less_age_else_expires_less_date() {
        let fresh = |lines: &[(&'static str, &str)]| fresh_for(&headers(lines), now()).map(|fresh| fresh.as_secs());
        assert_eq!(fresh(&[("cache-control", "public, Max-Age=600"), ("age", "100")]), Some(500));
        assert_eq!(fresh(&[("cache-control", "max-age=60"), ("age", "100")]), None);
        assert_eq!(fresh(&[("cache-control", "max-age=0"), ("expires", "Wed, 12 Feb 2025 13:00:00 GMT")]), None);
        assert_eq!(fresh(&[("cache-control", "no-cache, max-age=600")]), None);
        assert_eq!(fresh(&[("cache-control", "max-age=99999999999999999999999")]), Some(86_400));
        assert_eq!(fresh(&[("expires", "Wed, 12 Feb 2025 12:10:00 GMT")]), Some(600));
        let sent = ("date", "Wed, 12 Feb 2025 12:05:00 GMT");
        assert_eq!(fresh(&[("expires", "Wed, 12 Feb 2025 12:10:00 GMT"), sent]), Some(300));
        assert_eq!(fresh(&[("expires", "0")]), None);
        assert_eq!(fresh(&[]), None);
    }

    #[test]
    fn pause_is_seconds_or_a_date_and_never_absurd() {
        let pause = |value: &str| retry_after(&headers(&[("retry-after", value)]), now()).map(|pause| pause.as_secs());
        assert_eq!(pause("120"), Some(120));
        assert_eq!(pause("Wed, 12 Feb 2025 12:01:00 GMT"), Some(60));
        assert_eq!(pause("Wed, 12 Feb 2025 11:00:00 GMT"), None);
        assert_eq!(pause("315360000"), Some(86_400));
        assert_eq!(pause("Mon, 12 Feb 2035 12:00:00 GMT"), Some(86_400));
        assert_eq!(pause("-1"), None);
        assert_eq!(pause("soon"), None);
    }
}
