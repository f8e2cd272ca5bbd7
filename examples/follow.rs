//! Follows hotline's events with the crate's own types: one line for each revision.
//!
//! `cargo run --example follow -- localhost:9092 [PREFIX]`
//!
//! Keeping the highest revision of each event makes a repeated record harmless: with `kafka.delivery = "at_least_once"` one
//! may come twice.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use hotline::publish::message::{EventRecord, events_topic};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let brokers = arguments.next().ok_or("usage: follow BROKERS [PREFIX]")?;
    let prefix = arguments.next().unwrap_or_else(|| "hotline".to_owned());
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &brokers)
        .set("group.id", "follow-example-rust")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .create()?;
    consumer.subscribe(&[&events_topic(&prefix)])?;
    let mut revisions: HashMap<String, u32> = HashMap::new();
    let mut out = std::io::stdout();
    loop {
        let Some(message) = consumer.poll(Duration::from_secs(1)) else { continue };
        let message = message?;
        let event: EventRecord = serde_json::from_slice(message.payload().unwrap_or_default())?;
        let known = revisions.entry(event.event_id.clone()).or_default();
        if *known < event.revision {
            *known = event.revision;
            let names: Vec<&str> = event.participants.iter().map(|one| one.name.as_str()).collect();
            writeln!(
                out,
                "{} r{} {} {}: {} ({})",
                event.event_id,
                event.revision,
                event.kind,
                event.status.as_str(),
                names.join(" - "),
                event.change.reason
            )?;
        }
        // After the work is done, so that a crash repeats it and never skips it.
        consumer.commit_message(&message, CommitMode::Async)?;
    }
}
