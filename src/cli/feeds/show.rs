//! Owns how one feed is told: what is configured, what its polls were like, when the next is and why.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Known, store_failure};
use crate::cli::args::Format;
use crate::cli::exit::Failure;
use crate::cli::output::Out;
use crate::config::{Feed, FeedList, FirstPoll};
use crate::fetch::Tls;
use crate::store::FeedState;

pub(super) fn run(id: &str, known: &Known, format: Format, out: &mut Out) -> Result<(), Failure> {
    let value = match (known.feed(id), known.config.lists.iter().find(|list| list.id == id)) {
        (Some(feed), _) => feed_json(feed, known)?,
        (None, Some(list)) => list_json(list, known)?,
        (None, None) => return Err(known.no_feed(id)),
    };
    if format == Format::Json {
        return Ok(out.json(&value)?);
    }
    lines("", &value, &mut |line| out.line(&printable(line)))?;
    Ok(())
}

/// Everything about a feed: what `feeds list` says, and the rest.
fn feed_json(feed: &std::sync::Arc<Feed>, known: &Known) -> Result<Value, Failure> {
    let schedule = &known.config.settings.schedule;
    let counts = match &known.peek {
        Some(peek) => peek.feed_counts(&feed.id).map_err(store_failure)?,
        None => crate::store::FeedCounts::default(),
    };
    let rule = known.config.rules.of(&feed.url);
    let outlet = &feed.outlet;
    let mut value = known.status(feed).to_json();
    value["outlet"] = json!({
        "id": outlet.id,
        "name": outlet.name,
        "family": outlet.family.as_ref().or(rule.and_then(|rule| rule.family.as_ref())),
        "zone": outlet.zone.as_ref().or(rule.and_then(|rule| rule.zone.as_ref())),
        "lang": outlet.lang,
        "country": feed.country,
        "host_rule": rule.map(|rule| &rule.host),
    });
    value["configured"] = json!({
        "lang": feed.lang,
        "interval": print(feed.interval.unwrap_or(schedule.interval)),
        "interval_max": print(schedule.interval_max),
        "first_poll": first_poll(feed.first_poll),
        "was": feed.was,
        "allow_private": feed.is_private_allowed,
        "tls": match feed.tls {
            Tls::Verified => "verified",
            Tls::Unverified => "unverified",
        },
    });
    value["entries"] = json!({
        "known": counts.n_entries,
        "waiting": counts.n_pending,
        "last_document": counts.document_at.map(time),
    });
    if let Some(state) = known.state(feed) {
        value["state"] = state_json(state);
    }
    Ok(value)
}

fn state_json(state: &FeedState) -> Value {
    let poll = &state.poll;
    let validators = state.validators.as_ref();
    let pace = (poll.pace_entries > 0.0).then(|| Duration::from_secs_f64(poll.pace_span_s / poll.pace_entries));
    json!({
        "validators": validators.map(|validators| json!({
            "url": validators.url, "etag": validators.etag, "last_modified": validators.last_modified,
        })),
        "body_hash": state.body_hash,
        "fetched_in_full": poll.fetched_in_full.map(time),
        "failing_since": poll.failing_since.map(time),
        "retry_at": poll.retry_at.map(time),
        "fresh_until": poll.fresh_until.map(time),
        "ttl_s": poll.ttl_s,
        "gone_since": poll.gone_since.map(time),
        "gone": poll.n_gone,
        "rekeyed": poll.n_rekeyed,
        "new_entry_every": pace.map(print),
        "redirected_to": poll.address.moving.as_ref().map(|moving| moving.to.as_str()),
        "redirected_since": poll.address.moving.as_ref().map(|moving| time(moving.since)),
        "redirected": poll.address.moving.as_ref().map(|moving| moving.n_sightings),
    })
}

fn list_json(list: &FeedList, known: &Known) -> Result<Value, Failure> {
    let copy = match &known.peek {
        Some(peek) => peek.list_copy(&list.id).map_err(store_failure)?,
        None => None,
    };
    let n_feeds =
        copy.as_ref().map(|copy| crate::feed::opml::read(copy.document.as_bytes(), None).map_or(0, |all| all.len()));
    Ok(json!({
        "id": list.id,
        "list": list.url,
        "lang": list.lang,
        "interval": list.interval.map(print),
        "first_poll": first_poll(list.first_poll),
        "received": copy.as_ref().map(|copy| time(copy.at)),
        "received_from": copy.as_ref().map(|copy| &copy.url),
        "feeds": n_feeds,
    }))
}

fn first_poll(first_poll: FirstPoll) -> String {
    match first_poll {
        FirstPoll::PublishLast(n) => format!("publish_last:{n}"),
        FirstPoll::MarkSeen => "mark_seen".to_owned(),
        FirstPoll::PublishAll => "publish_all".to_owned(),
    }
}

/// Prints one line a value, with its dotted name.
fn lines(name: &str, value: &Value, print: &mut impl FnMut(&str) -> std::io::Result<()>) -> std::io::Result<()> {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                lines(&name, value, print)?;
            }
            Ok(())
        }
        Value::Null => print(&format!("{name:<24}-")),
        Value::String(text) => print(&format!("{name:<24}{text}")),
        other => print(&format!("{name:<24}{other}")),
    }
}

/// RFC 3339, milliseconds, as records have it.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Says how long until then, to the second: `in 3m 12s`, `due`.
pub(super) fn wait(at: Timestamp, now: Timestamp) -> String {
    match Duration::try_from(at.duration_since(now)) {
        Ok(wait) if wait.as_secs() > 0 => format!("in {}", print(Duration::from_secs(wait.as_secs()))),
        _ => "due".to_owned(),
    }
}

fn print(duration: Duration) -> String {
    let whole = Duration::from_secs(duration.as_secs());
    jiff::fmt::friendly::SpanPrinter::new().unsigned_duration_to_string(&whole)
}

/// What a server said must not steer the terminal.
pub(super) fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
