//! Follows hotline's events with the crate's own types: one line for each revision.
//!
//! `cargo run --example follow -- localhost:9092 [PREFIX [IDLE_SECONDS]]`, which ends so long after the last record.
//!
//! Keeping the newest state of each event makes a repeated record harmless: with `kafka.delivery = "at_least_once"` one may
//! come twice.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use hotline::publish::message::{EventRecord, events_topic};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let brokers = arguments.next().ok_or("usage: follow BROKERS [PREFIX [IDLE_SECONDS]]")?;
    let prefix = arguments.next().unwrap_or_else(|| "hotline".to_owned());
    let idle = arguments.next().map(|seconds| seconds.parse().map(Duration::from_secs)).transpose()?;
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &brokers)
        .set("group.id", "follow-example-rust")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .create()?;
    consumer.subscribe(&[&events_topic(&prefix)])?;
    let mut events: HashMap<String, EventRecord> = HashMap::new();
    let mut last_at: Option<Instant> = None;
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    loop {
        let Some(message) = consumer.poll(Duration::from_millis(500)) else {
            if idle.zip(last_at).is_some_and(|(idle, last_at)| last_at.elapsed() > idle) {
                break;
            }
            continue;
        };
        let message = match message {
            Ok(message) => message,
            // The client reconnects by itself, and waits for a topic that is not there yet.
            Err(error) => {
                writeln!(err, "broker: {error}")?;
                continue;
            }
        };
        last_at = Some(Instant::now());
        let event: EventRecord = serde_json::from_slice(message.payload().unwrap_or_default())?;
        if events.get(&event.event_id).is_none_or(|known| known.revision < event.revision) {
            writeln!(out, "{}", describe(&event))?;
            events.insert(event.event_id.clone(), event);
        }
        // After the work is done, so that a crash repeats it and never skips it.
        consumer.commit_message(&message, CommitMode::Async)?;
    }
    writeln!(err, "{} events", events.len())?;
    Ok(())
}

fn describe(event: &EventRecord) -> String {
    let names: Vec<&str> = event.participants.iter().map(|one| one.name.as_str()).collect();
    let (id, revision, kind, status) = (&event.event_id, event.revision, &event.kind, event.status.as_str());
    format!("{id} r{revision} {kind} {status}: {} ({})", names.join(" - "), event.change.reason)
}
