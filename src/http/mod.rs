//! Owns what the daemon shows over HTTP: health, metrics, status, all read-only; and the callback for hubs.

mod page;
mod status;
mod websub;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use url::Url;

use crate::clock::Clock;
use crate::lists::ListStatus;
use crate::metrics::Metrics;
use crate::pipeline::{Delivery, Health, Question};
use crate::reload::Reloaded;
use crate::shutdown::Stop;
use crate::store::Store;
use crate::tag::Coder;

pub use websub::Callback;

/// Type of OpenMetrics text.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The page needs nothing but itself.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Where the daemon answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `ADDRESS:PORT`; empty for none. Default `127.0.0.1:8484`.
    pub listen: String,
    /// Where the outside reaches `/websub/` of this listener; switches WebSub on. `None` by default.
    pub public_url: Option<Url>,
}

impl Default for Config {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8484".to_owned(), public_url: None }
    }
}

impl Config {
    /// Returns the address to listen on; `None` when there is to be none.
    ///
    /// # Errors
    /// The text is not an address with a port.
    pub fn address(&self) -> Result<Option<SocketAddr>, std::net::AddrParseError> {
        if self.listen.is_empty() { Ok(None) } else { self.listen.parse().map(Some) }
    }

    /// Returns the callback for hubs, which takes bodies up to this size; `None` when it is switched off.
    #[must_use]
    pub fn callback(&self, body_bytes_max: usize) -> Option<Callback> {
        self.public_url.as_ref().map(|_| Callback::new(body_bytes_max))
    }
}

/// What the answers are made of.
pub struct Sources {
    pub metrics: Arc<Metrics>,
    pub health: Arc<Health>,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub questions: mpsc::Sender<Question>,
    pub delivery: watch::Receiver<Delivery>,
    /// Where records go, as configured.
    pub sink: String,
    pub coder: watch::Receiver<Arc<Coder>>,
    pub reloaded: watch::Receiver<Option<Reloaded>>,
    pub lists: watch::Receiver<Vec<ListStatus>>,
    pub started: Timestamp,
    /// Where hubs call; `None` switches it off.
    pub callback: Option<Callback>,
}

/// Answers requests until stopped.
///
/// # Errors
/// The listener broke.
pub async fn serve(listener: TcpListener, sources: Sources, mut stop: Stop) -> std::io::Result<()> {
    let callback = if sources.callback.is_some() { websub::routes() } else { Router::new() };
    let router = Router::new()
        .route("/", get(overview))
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/status", get(status_json))
        .merge(callback)
        .with_state(Arc::new(sources));
    axum::serve(listener, router).with_graceful_shutdown(async move { stop.asked().await }).await
}

async fn live(State(sources): State<Arc<Sources>>) -> Response {
    verdict("hanging", &sources.health.hanging())
}

async fn ready(State(sources): State<Arc<Sources>>) -> Response {
    verdict("not ready", &sources.health.hindrances())
}

fn verdict(word: &str, reasons: &[&str]) -> Response {
    if reasons.is_empty() {
        return "ok\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("{word}: {}\n", reasons.join(", "))).into_response()
}

async fn metrics(State(sources): State<Arc<Sources>>) -> Response {
    match sources.metrics.print() {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(err) => (StatusCode::INTERNAL_SERVER_ERROR, format!("print metrics: {err}\n")).into_response(),
    }
}

async fn status_json(State(sources): State<Arc<Sources>>) -> Response {
    axum::Json(status::gather(&sources).await.json()).into_response()
}

async fn overview(State(sources): State<Arc<Sources>>) -> Response {
    let page = page::render(&status::gather(&sources).await);
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page)).into_response()
}
