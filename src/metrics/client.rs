//! Owns what the sink's client says of itself, as metrics.

use std::sync::atomic::{AtomicI64, AtomicU64};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::publish::Vitals;

/// What the sink's client says of itself.
#[derive(Debug, Default)]
pub(super) struct Client {
    brokers_known: Gauge<i64, AtomicI64>,
    brokers_up: Gauge<i64, AtomicI64>,
    queue_records: Gauge<i64, AtomicI64>,
    queue_bytes: Gauge<i64, AtomicI64>,
    round_trip_p99: Gauge<f64, AtomicU64>,
    requests: Counter,
    retries: Counter,
    timeouts: Counter,
    sent_bytes: Counter,
}

impl Client {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("client_brokers_known", "Brokers of the cluster", self.brokers_known.clone());
        registry.register("client_brokers_up", "Brokers the client is connected to", self.brokers_up.clone());
        registry.register("client_queue_records", "Records in memory without an answer", self.queue_records.clone());
        registry.register("client_queue_bytes", "Bytes of those records", self.queue_bytes.clone());
        registry.register(
            "client_round_trip_p99_seconds",
            "Request to answer at the slowest broker",
            self.round_trip_p99.clone(),
        );
        registry.register("client_requests", "Requests to brokers", self.requests.clone());
        registry.register("client_retries", "Requests sent again", self.retries.clone());
        registry.register("client_timeouts", "Requests without an answer in time", self.timeouts.clone());
        registry.register("client_sent_bytes", "Bytes sent to brokers", self.sent_bytes.clone());
    }

    pub(super) fn take(&self, before: Vitals, now: Vitals) {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.brokers_known.set(now.n_brokers_known.into());
        self.brokers_up.set(now.n_brokers_up.into());
        self.queue_records.set(whole(now.n_queued));
        self.queue_bytes.set(whole(now.queued_bytes));
        self.round_trip_p99.set(now.round_trip_p99.as_secs_f64());
        // A new client counts from zero.
        let grown = |before: u64, now: u64| now.checked_sub(before).unwrap_or(now);
        self.requests.inc_by(grown(before.n_requests, now.n_requests));
        self.retries.inc_by(grown(before.n_retries, now.n_retries));
        self.timeouts.inc_by(grown(before.n_timeouts, now.n_timeouts));
        self.sent_bytes.inc_by(grown(before.sent_bytes, now.sent_bytes));
    }
}
