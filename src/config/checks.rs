//! Owns the ranges of settings: what no stage could work with, by dotted key.

use std::time::Duration;

use url::Url;

use super::Settings;
use crate::feed::schedule;

/// Returns what is out of range or contradictory: the key and what is wrong with it.
pub(super) fn wrong(settings: &Settings) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    for (key, value, least, most) in durations(settings) {
        if !(least..=most).contains(&value) {
            wrong.push((key.to_owned(), format!("must be {} to {}", print(least), print(most))));
        }
    }
    for (key, value, least, most) in counts(settings) {
        if !(least..=most).contains(&value) {
            wrong.push((key.to_owned(), format!("must be {least} to {most}")));
        }
    }
    if !is_topic_prefix(&settings.publish.topic_prefix) {
        wrong
            .push(("publish.topic_prefix".to_owned(), "must be 1 to 200 of letters, digits, `.`, `_`, `-`".to_owned()));
    }
    if settings.publish.instance.trim().is_empty() || settings.publish.instance.contains(char::is_whitespace) {
        wrong.push(("publish.instance".to_owned(), "must be a word".to_owned()));
    }
    if settings.fetch.contact.as_deref().is_some_and(|contact| !is_contact(contact)) {
        wrong.push(("fetch.contact".to_owned(), "must be a web or mail address".to_owned()));
    }
    if settings.fetch.ports.is_empty() || settings.fetch.ports.contains(&0) {
        wrong.push(("fetch.ports".to_owned(), "must list ports from 1 to 65535".to_owned()));
    }
    if settings.state_dir.as_os_str().is_empty() {
        wrong.push(("state_dir".to_owned(), "must name a folder".to_owned()));
    }
    if settings.http.address().is_err() {
        wrong.push(("http.listen".to_owned(), "must be ADDRESS:PORT like `127.0.0.1:8484`, or empty".to_owned()));
    }
    if let Some(message) = settings.http.public_url.as_ref().and_then(|url| unfit_public_url(url, settings)) {
        wrong.push(("http.public_url".to_owned(), message.to_owned()));
    }
    for problem in settings.kafka.problems() {
        wrong.push((format!("kafka.{}", problem.key), problem.message));
    }
    if settings.sink == Some(crate::publish::Target::Kafka) && settings.kafka.brokers.is_none() {
        wrong.push(("sink".to_owned(), "kafka needs `kafka.brokers`".to_owned()));
    }
    wrong
}

type Range<T> = (&'static str, T, T, T);

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn durations(settings: &Settings) -> Vec<Range<Duration>> {
    vec![
        ("schedule.interval", settings.schedule.interval, schedule::INTERVAL_MIN, Duration::from_hours(24)),
        ("schedule.interval_max", settings.schedule.interval_max, settings.schedule.interval, Duration::from_hours(24)),
        (
            "schedule.lists_interval",
            settings.schedule.lists_interval,
            Duration::from_mins(5),
            Duration::from_hours(24 * 7),
        ),
        ("fetch.timeout", settings.fetch.timeout, ms(10), Duration::from_mins(10)),
        ("fetch.connect_timeout", settings.fetch.connect_timeout, ms(10), Duration::from_mins(1)),
        ("fetch.host_delay", settings.fetch.host_delay, ms(0), Duration::from_mins(10)),
        ("fetch.address_delay", settings.fetch.address_delay, ms(0), Duration::from_mins(1)),
        ("event.window", settings.event.window, Duration::from_hours(1), Duration::from_hours(24 * 90)),
        ("kafka.linger", settings.kafka.linger, ms(0), Duration::from_secs(5)),
        ("pipeline.article_timeout", settings.pipeline.article_timeout, ms(100), Duration::from_mins(5)),
        ("pipeline.retry_pause", settings.pipeline.retry_pause, ms(1), Duration::from_hours(24)),
        (
            "pipeline.retry_pause_max",
            settings.pipeline.retry_pause_max,
            settings.pipeline.retry_pause,
            Duration::from_hours(24 * 7),
        ),
        ("pipeline.shutdown_timeout", settings.pipeline.shutdown_timeout, ms(100), Duration::from_mins(5)),
        ("kafka.delivery_timeout", settings.kafka.delivery_timeout, Duration::from_secs(1), Duration::from_mins(15)),
    ]
}

fn counts(settings: &Settings) -> Vec<Range<u64>> {
    let count = |n: usize| n as u64;
    vec![
        ("fetch.feed_bytes_max", count(settings.fetch.feed_bytes_max), 1_024, 1_073_741_824),
        ("fetch.article_bytes_max", count(settings.fetch.article_bytes_max), 1_024, 1_073_741_824),
        ("fetch.host_burst", u64::from(settings.fetch.host_burst), 1, 1_000),
        ("event.open_events_max", count(settings.event.open_events_max), 1, 10_000_000),
        ("event.reports_max", count(settings.event.reports_max), 1, 10_000),
        ("publish.value_bytes_max", count(settings.publish.value_bytes_max), 10_000, 100_000_000),
        ("pipeline.polls_in_flight_max", count(settings.pipeline.polls_in_flight_max), 1, 1_000),
        ("pipeline.articles_in_flight_max", count(settings.pipeline.articles_in_flight_max), 1, 1_000),
        ("pipeline.host_in_flight_max", count(settings.pipeline.host_in_flight_max), 1, 100),
        ("pipeline.attempts_max", u64::from(settings.pipeline.attempts_max), 1, 20),
        ("pipeline.spool_records_max", settings.pipeline.spool_records_max, 1, 1_000_000_000),
        ("kafka.queue_kib_max", u64::from(settings.kafka.queue_kib_max), 1_024, 2_097_151),
    ]
}

/// An address that stands in a header's comment as it is.
fn is_contact(contact: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'\\' | b'"');
    (1..=200).contains(&contact.len()) && contact.contains(['@', ':']) && contact.bytes().all(is_plain)
}

/// Says why no hub could call back on the URL.
fn unfit_public_url(url: &Url, settings: &Settings) -> Option<&'static str> {
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match () {
        () if !matches!(url.scheme(), "http" | "https") || !is_bare || url.password().is_some() => {
            Some("must be an http or https URL without user name, query and fragment")
        }
        () if settings.http.listen.is_empty() => Some("needs `http.listen`, where hubs' calls are answered"),
        () => None,
    }
}

fn is_topic_prefix(prefix: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=200).contains(&prefix.len()) && prefix.bytes().all(is_plain)
}

fn print(duration: Duration) -> String {
    let printer = jiff::fmt::friendly::SpanPrinter::new();
    printer.unsigned_duration_to_string(&duration)
}
