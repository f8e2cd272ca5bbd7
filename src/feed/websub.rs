//! Owns WebSub (W3C Recommendation, 23 January 2018) as facts: what a subscription is, when its hub is asked, and what a
//! call at its callback means. Asking and answering are the pipeline's business.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use super::Document;
use crate::secret::Secret;

/// Lease that is asked for.
const LEASE_ASKED: Duration = Duration::from_hours(24 * 10);
/// A longer lease than this is not believed: a subscription is looked after once a month.
const LEASE_MAX: Duration = Duration::from_hours(24 * 30);
/// Taken where the hub names none, against section 5.3.
const LEASE_UNSAID: Duration = Duration::from_hours(24);
/// A lease is renewed after this share of it.
const RENEW_SHARE: f64 = 0.8;
/// No hub is asked to renew more often.
const RENEW_WAIT_MIN: Duration = Duration::from_mins(1);
/// How long a hub may take to verify what it was asked; it may do so later than it answers (section 5.3).
pub const VERIFY_WAIT: Duration = Duration::from_hours(1);
/// First wait after a hub refused or did not answer; doubles with each.
const RETRY_WAIT: Duration = Duration::from_mins(10);
const RETRY_WAIT_MAX: Duration = Duration::from_hours(24);
/// A publisher that denied a subscription is asked again, but not soon.
const DENIED_WAIT: Duration = Duration::from_hours(24 * 7);
const ERROR_BYTES_MAX: usize = 500;
const UNSUBSCRIBE: &str = "unsubscribe";
/// Bytes of the token that makes a callback's URL a capability, and of the key of its signatures.
const RANDOM_BYTES: usize = 32;

/// Makes what nobody but the hub may know from the system's randomness; `None` when it has none to give.
fn random_secret() -> Option<Secret> {
    let mut bytes = [0; RANDOM_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let mut text = String::with_capacity(RANDOM_BYTES * 2);
    for byte in bytes {
        // Writing to a string never fails.
        write!(text, "{byte:02x}").ok();
    }
    Some(Secret::new(text))
}

/// What a feed says about who pushes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    pub hub: Url,
    /// What the hub knows the feed by.
    pub topic: String,
}

impl Announced {
    /// Takes the hub and the name for the feed it goes with; a feed without a name of its own has that of its URL.
    #[must_use]
    pub fn of(hub: &str, topic: Option<&str>, url: &Url) -> Option<Self> {
        let mut hub = Url::parse(hub).ok()?;
        hub.set_fragment(None);
        Some(Self { hub, topic: topic.unwrap_or(url.as_str()).to_owned() })
    }

    /// Takes what a document and the links of its headers (`rel=hub`, `rel=self`) say; headers count first (section 4).
    #[must_use]
    pub fn heard((hub, own): (Option<&Url>, Option<&Url>), document: &Document, url: &Url) -> Option<Self> {
        let own = own.map(Url::as_str).filter(|_| hub.is_some());
        let hub = hub.map(Url::as_str).or(document.hub.as_deref())?;
        Self::of(hub, own.or(document.topic.as_deref()), url)
    }
}

/// One feed's subscription at its hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub announced: Announced,
    /// Public URL the callback was built on.
    pub base: String,
    /// Whoever knows it reaches the callback.
    pub token: Secret,
    /// Key of the signatures of what is pushed.
    pub secret: Secret,
    /// When the hub was asked last.
    pub asked: Option<Timestamp>,
    /// End of the lease the hub confirmed last; `None` without one.
    pub lease_until: Option<Timestamp>,
    /// When the hub is asked next, for another lease or once more.
    pub next_ask: Timestamp,
    /// In a row.
    pub n_failures: u32,
    /// Why the last try gave no lease; `None` while nothing is wrong.
    pub error: Option<String>,
    /// When the last document was pushed.
    pub pushed: Option<Timestamp>,
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The hub pushes.
    Live,
    /// The hub was asked, or is about to be.
    Pending,
    /// The hub refused or does not answer.
    Failing,
}

/// What a call at the callback wants, in the parameters of section 5.3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    pub mode: String,
    pub topic: String,
    pub challenge: Option<String>,
    pub lease_s: Option<u64>,
    pub reason: Option<String>,
}

/// What a call at the callback is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The subscription is as the hub says: the challenge goes back.
    Confirmed { challenge: String },
    /// The publisher does not want it.
    Denied,
    /// Nothing of the kind was asked for: 404, so that nobody can subscribe this callback to something else.
    NotOurs,
}

impl Subscription {
    /// Makes a subscription whose hub is to be asked at once; `None` when the system has no randomness to give.
    #[must_use]
    pub fn new(announced: Announced, base: &Url, now: Timestamp) -> Option<Self> {
        Some(Self {
            announced,
            base: base.as_str().to_owned(),
            token: random_secret()?,
            secret: random_secret()?,
            asked: None,
            lease_until: None,
            next_ask: now,
            n_failures: 0,
            error: None,
            pushed: None,
        })
    }

    /// Tells whether the hub pushes what is new.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| now < until)
    }

    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match () {
            () if self.is_live(now) => Standing::Live,
            () if self.error.is_some() => Standing::Failing,
            () => Standing::Pending,
        }
    }

    /// Says where the subscription stands, for people.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        let until = self.lease_until.filter(|until| now < *until);
        match (until, &self.error) {
            (Some(until), None) => format!("the hub pushes until {until:.0} and is asked to go on before"),
            (Some(until), Some(error)) => format!("the hub pushes until {until:.0}, but does not go on: {error}"),
            (None, Some(error)) => format!("no pushes, the hub is asked again at {:.0}: {error}", self.next_ask),
            (None, None) if self.asked.is_some() => "the hub was asked and has not confirmed yet".to_owned(),
            (None, None) => "the hub is about to be asked".to_owned(),
        }
    }

    /// Returns the body of the request for a lease (section 5.1), form-encoded.
    #[must_use]
    pub fn form(&self) -> String {
        self.form_of("subscribe")
            .append_pair("hub.secret", self.secret.expose())
            .append_pair("hub.lease_seconds", &LEASE_ASKED.as_secs().to_string())
            .finish()
    }

    /// Returns the body of the request that ends the lease (section 5.1), form-encoded.
    #[must_use]
    pub fn farewell(&self) -> String {
        self.form_of(UNSUBSCRIBE).finish()
    }

    fn form_of(&self, mode: &str) -> form_urlencoded::Serializer<'static, String> {
        let callback = format!("{}/websub/{}", self.base.trim_end_matches('/'), self.token.expose());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("hub.mode", mode)
            .append_pair("hub.topic", &self.announced.topic)
            .append_pair("hub.callback", &callback);
        form
    }

    /// Tells whether the hub may have a lease of it: one that holds, or one that it may still grant.
    #[must_use]
    pub fn is_known_to_hub(&self, now: Timestamp) -> bool {
        self.is_live(now) || self.is_awaited(now)
    }

    /// Tells whether the hub may still verify what it was asked.
    fn is_awaited(&self, now: Timestamp) -> bool {
        self.asked.is_some_and(|asked| now <= after(asked, VERIFY_WAIT))
    }

    /// Notes that the hub is being asked; until it confirms, it is asked again, less and less often.
    pub fn ask(&mut self, now: Timestamp) {
        let is_unconfirmed = self.asked.is_some_and(|asked| after(asked, VERIFY_WAIT) <= now) && self.error.is_none();
        if is_unconfirmed && !self.is_live(now) {
            self.n_failures = self.n_failures.saturating_add(1);
            self.error = Some("the hub did not confirm in time".to_owned());
        }
        self.asked = Some(now);
        self.next_ask = after(now, backoff(VERIFY_WAIT, self.n_failures));
    }

    /// Notes that the hub refused, or that nothing was heard of it.
    pub fn refused(&mut self, now: Timestamp, retry_after: Option<Duration>, mut error: String) {
        error.truncate(error.floor_char_boundary(ERROR_BYTES_MAX));
        let wait = backoff(RETRY_WAIT, self.n_failures).max(retry_after.unwrap_or_default().min(RETRY_WAIT_MAX));
        self.n_failures = self.n_failures.saturating_add(1);
        self.error = Some(error);
        self.next_ask = after(now, wait);
    }

    /// Judges a call at the callback: only what was asked for lately is confirmed, as often as the hub wants to hear it.
    pub fn hear(&mut self, intent: &Intent, now: Timestamp) -> Reply {
        if intent.topic != self.announced.topic {
            return Reply::NotOurs;
        }
        match (intent.mode.as_str(), &intent.challenge) {
            ("subscribe", Some(challenge)) if self.is_awaited(now) => {
                let lease = intent.lease_s.map_or(LEASE_UNSAID, Duration::from_secs).min(LEASE_MAX);
                self.lease_until = Some(after(now, lease));
                self.next_ask = after(now, lease.mul_f64(RENEW_SHARE).max(RENEW_WAIT_MIN));
                self.n_failures = 0;
                self.error = None;
                Reply::Confirmed { challenge: challenge.clone() }
            }
            ("denied", _) => {
                let reason = intent.reason.as_deref().unwrap_or("no reason is given");
                self.refused(now, None, format!("the publisher denies it: {reason}"));
                self.lease_until = None;
                self.next_ask = after(now, DENIED_WAIT);
                Reply::Denied
            }
            _ => Reply::NotOurs,
        }
    }

    /// Judges a call at the callback of a subscription that was given back: only its end is confirmed.
    #[must_use]
    pub fn hear_given_back(&self, intent: &Intent) -> Reply {
        match (intent.mode.as_str(), &intent.challenge) {
            (UNSUBSCRIBE, Some(challenge)) if intent.topic == self.announced.topic => {
                Reply::Confirmed { challenge: challenge.clone() }
            }
            ("denied", _) if intent.topic == self.announced.topic => Reply::Denied,
            _ => Reply::NotOurs,
        }
    }
}

impl Intent {
    /// Reads the query of a call at the callback; what is missing is empty.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut intent = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "hub.mode" => intent.mode = value.into_owned(),
                "hub.topic" => intent.topic = value.into_owned(),
                "hub.challenge" => intent.challenge = Some(value.into_owned()),
                "hub.lease_seconds" => intent.lease_s = value.trim().parse().ok(),
                "hub.reason" => intent.reason = Some(value.into_owned()),
                _ => {}
            }
        }
        intent
    }
}

/// Tells whether `signature` (the header `X-Hub-Signature`, `METHOD=HEX`) is that of the body under the secret, compared
/// in constant time.
#[must_use]
pub fn is_signed(body: &[u8], signature: &str, secret: &Secret) -> bool {
    let Some((method, hex)) = signature.trim().split_once('=') else { return false };
    let algorithm = match method {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return false,
    };
    let Some(tag) = unhex(hex) else { return false };
    hmac::verify(&hmac::Key::new(algorithm, secret.expose().as_bytes()), body, &tag).is_ok()
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

fn backoff(first: Duration, n_failures: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(n_failures)).min(RETRY_WAIT_MAX)
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    at.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_739_376_000 + minute * 60).unwrap()
    }

    fn subscription() -> Subscription {
        let url = "https://news.example/rss".parse().unwrap();
        let announced = Announced::of("https://hub.example/", None, &url).unwrap();
        Subscription::new(announced, &"https://me.example/in/".parse().unwrap(), at(0)).unwrap()
    }

    fn intent(query: &str) -> Intent {
        Intent::read(&format!("hub.topic=https%3A%2F%2Fnews.example%2Frss&{query}"))
    }

    const CONFIRM: &str = "hub.mode=subscribe&hub.challenge=abc&hub.lease_seconds=6000";

    #[test]
    fn what_is_asked_and_confirmed_is_renewed_at_four_fifths_of_its_lease() {
        let mut held = subscription();
        assert_eq!((held.standing(at(0)), held.next_ask), (Standing::Pending, at(0)));
        held.ask(at(0));
        assert_eq!(held.hear(&intent(CONFIRM), at(1)), Reply::Confirmed { challenge: "abc".to_owned() });
        assert_eq!((held.lease_until, held.next_ask), (Some(at(101)), at(81)));
        held.ask(at(81));
        assert_eq!((held.is_live(at(100)), held.is_live(at(101))), (true, false), "asking ends no lease");
        assert_eq!(held.hear(&intent(CONFIRM), at(82)), Reply::Confirmed { challenge: "abc".to_owned() });
        assert_eq!(held.lease_until, Some(at(182)));
        assert_eq!(
            held.hear(&intent("hub.mode=subscribe&hub.challenge=b&hub.lease_seconds=0"), at(83)),
            Reply::Confirmed { challenge: "b".to_owned() }
        );
        assert_eq!((held.is_live(at(83)), held.next_ask), (false, at(84)));
    }

    #[test]
    fn only_what_was_asked_for_is_confirmed() {
        let mut held = subscription();
        assert_eq!(held.hear(&intent(CONFIRM), at(0)), Reply::NotOurs, "nobody was asked");
        held.ask(at(0));
        let other = Intent { topic: "https://news.example/other".to_owned(), ..intent(CONFIRM) };
        assert_eq!(held.hear(&other, at(1)), Reply::NotOurs);
        assert_eq!(held.hear(&intent("hub.mode=unsubscribe&hub.challenge=abc"), at(1)), Reply::NotOurs);
        assert_eq!(held.hear(&intent("hub.mode=subscribe"), at(1)), Reply::NotOurs);
        assert_eq!(held.hear(&intent(CONFIRM), at(61)), Reply::NotOurs, "too late");
        assert_eq!(held.standing(at(61)), Standing::Pending);
    }

    #[test]
    fn only_the_end_of_what_was_given_back_is_confirmed() {
        let mut held = subscription();
        assert!(!held.is_known_to_hub(at(0)), "nobody was asked");
        held.ask(at(0));
        assert!(held.is_known_to_hub(at(60)) && !held.is_known_to_hub(at(61)), "a hub may be late");
        held.hear(&intent(CONFIRM), at(1));
        assert!(held.is_known_to_hub(at(100)));
        let end = intent("hub.mode=unsubscribe&hub.challenge=xyz");
        assert_eq!(held.hear_given_back(&end), Reply::Confirmed { challenge: "xyz".to_owned() });
        let other = Intent { topic: "https://news.example/other".to_owned(), ..end };
        for strange in [other, intent(CONFIRM), intent("hub.mode=unsubscribe")] {
            assert_eq!(held.hear_given_back(&strange), Reply::NotOurs, "{strange:?}");
        }
        let form: Vec<(String, String)> = form_urlencoded::parse(held.farewell().as_bytes()).into_owned().collect();
        let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, form[0].1.as_str()), (vec!["hub.mode", "hub.topic", "hub.callback"], "unsubscribe"));
    }

    #[test]
    fn a_hub_that_does_not_confirm_or_refuses_is_asked_less_and_less_often() {
        let mut held = subscription();
        held.ask(at(0));
        assert_eq!(held.next_ask, at(60));
        held.ask(at(60));
        assert_eq!((held.standing(at(60)), held.next_ask), (Standing::Failing, at(180)));
        held.refused(at(61), None, "HTTP 400".to_owned());
        assert_eq!(held.next_ask, at(81));
        assert_eq!(held.words(at(61)), "no pushes, the hub is asked again at 2025-02-12T17:21:00Z: HTTP 400");
        held.refused(at(81), Some(Duration::from_hours(2)), "HTTP 429".to_owned());
        assert_eq!(held.next_ask, at(201));
        for minute in 0..40 {
            held.refused(at(minute), Some(Duration::from_hours(9_999)), "HTTP 500".to_owned());
        }
        assert_eq!(held.next_ask, at(39 + 24 * 60));
    }

    #[test]
    fn a_publisher_may_deny_at_any_time() {
        let mut held = subscription();
        held.ask(at(0));
        held.hear(&intent(CONFIRM), at(1));
        assert_eq!(held.hear(&intent("hub.mode=denied&hub.reason=paid+only"), at(2)), Reply::Denied);
        assert!(!held.is_live(at(2)));
        assert!(held.words(at(2)).ends_with("the publisher denies it: paid only"), "{}", held.words(at(2)));
        assert_eq!(held.next_ask, at(2 + 7 * 24 * 60));
    }

    #[test]
    fn the_form_names_topic_callback_and_secret_and_debug_prints_neither_token_nor_secret() {
        let held = subscription();
        let form: Vec<(String, String)> = form_urlencoded::parse(held.form().as_bytes()).into_owned().collect();
        let value = |name: &str| form.iter().find(|(known, _)| known == name).unwrap().1.as_str();
        assert_eq!((value("hub.mode"), value("hub.topic")), ("subscribe", "https://news.example/rss"));
        assert_eq!(value("hub.callback"), format!("https://me.example/in/websub/{}", held.token.expose()));
        assert_eq!((value("hub.secret").len(), value("hub.lease_seconds")), (64, "864000"));
        let printed = format!("{held:?}");
        assert!(!printed.contains(held.token.expose()) && !printed.contains(held.secret.expose()), "{printed}");
        assert_ne!(held.token, subscription().token);
    }

    #[test]
    fn signatures_are_those_of_rfc_2202_and_4231() {
        // Test case 2 of both.
        let (secret, body) = (Secret::new("Jefe".to_owned()), b"what do ya want for nothing?");
        let good = [
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
        ];
        for signature in good {
            assert!(is_signed(body, signature, &secret), "{signature}");
        }
        let short = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec38";
        for signature in ["", "sha256=", "sha1=xx", "md5=750c783e6ab0b503eaa86e310a5db738", "5bdcc1", short, "sha1=é"]
        {
            assert!(!is_signed(body, signature, &secret), "{signature}");
        }
        assert!(!is_signed(b"what do ya want for something?", good[1], &secret));
    }
}
