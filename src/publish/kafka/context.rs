//! Owns what librdkafka calls back: delivery reports, client errors, log lines.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::{ClientContext, Statistics};
use tokio::sync::mpsc;

use super::column::Column;
use crate::publish::Vitals;

/// Travels with a record through librdkafka and comes back with its delivery report.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) index: usize,
    pub(super) reports: mpsc::Sender<Report>,
}

/// What became of one record: partition and offset, or why not.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) index: usize,
    pub(super) result: Result<(i32, i64), KafkaError>,
}

/// The callbacks of one client.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// The last error of the client itself, in words. A lock because librdkafka's thread writes it and the publisher
    /// reads it; nothing is awaited while it is held.
    last: Mutex<Option<(RDKafkaErrorCode, String)>>,
    /// As `last`: written by librdkafka's thread, copied out by the publisher.
    vitals: Mutex<Option<Vitals>>,
}

impl Context {
    /// Returns why the cluster refuses this client, if that is the last thing it said.
    pub(super) fn refusal(&self) -> Option<(RDKafkaErrorCode, String)> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone().filter(|(code, reason)| Column::is_refusal(*code, reason))
    }

    /// Returns the last error of the client in words.
    pub(super) fn last_error(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().map(|(_, reason)| reason.clone())
    }

    /// Returns what the client last said of itself.
    pub(super) fn vitals(&self) -> Option<Vitals> {
        *self.vitals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, error: Option<(RDKafkaErrorCode, String)>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // Nothing is lost by what librdkafka complains of: the outbox keeps the records.
        match level {
            RDKafkaLogLevel::Debug | RDKafkaLogLevel::Info => tracing::debug!(facility, message, "librdkafka"),
            RDKafkaLogLevel::Notice => tracing::info!(facility, message, "librdkafka"),
            _ => tracing::warn!(facility, message, "librdkafka"),
        }
    }

    fn stats(&self, statistics: Statistics) {
        *self.vitals.lock().unwrap_or_else(PoisonError::into_inner) = Some(vitals(&statistics));
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka client error");
        let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown);
        // With TLS 1.3 a broker's alert comes after the handshake, as a failed read.
        let is_alert = code == RDKafkaErrorCode::BrokerTransportFailure && reason.contains("tls alert");
        let code = if is_alert { RDKafkaErrorCode::SSL } else { code };
        // "All brokers down" follows each real cause and would hide it.
        let is_echo = code == RDKafkaErrorCode::AllBrokersDown && self.last_error().is_some();
        if !is_echo {
            self.remember(Some((code, reason.to_owned())));
        }
    }
}

fn vitals(statistics: &Statistics) -> Vitals {
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    let mut vitals = Vitals {
        n_queued: statistics.msg_cnt,
        queued_bytes: statistics.msg_size,
        n_requests: whole(statistics.tx),
        sent_bytes: whole(statistics.tx_bytes),
        ..Vitals::default()
    };
    for broker in statistics.brokers.values() {
        vitals.n_retries += broker.txretries;
        vitals.n_timeouts += broker.req_timeouts;
        // Addresses of the configuration are brokers, too, once these have said who they are.
        if broker.nodeid >= 0 && broker.source != "logical" {
            vitals.n_brokers_known += 1;
            vitals.n_brokers_up += u32::from(broker.state == "UP");
            let p99 = broker.rtt.as_ref().map_or(0, |rtt| whole(rtt.p99));
            vitals.round_trip_p99 = vitals.round_trip_p99.max(Duration::from_micros(p99));
        }
    }
    vitals
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<Ticket>;

    fn delivery(&self, delivered: &DeliveryResult<'_>, ticket: Self::DeliveryOpaque) {
        let result = match delivered {
            Ok(message) => Ok((message.partition(), message.offset())),
            Err((err, _)) => Err(err.clone()),
        };
        if result.is_ok() {
            self.remember(None);
        }
        let report = Report { index: ticket.index, result };
        // The channel holds a place for each record; it is closed only when the batch was given up.
        drop(ticket.reports.try_send(report));
    }
}
