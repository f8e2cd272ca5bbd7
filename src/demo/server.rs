//! Owns the newsroom's HTTP server: the documents of the current edition on loopback, with validators.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::edition::{Document, Edition};

type Editions = watch::Receiver<Arc<Edition>>;

/// A bound socket: its address goes into the pages before they are served.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    pub address: SocketAddr,
}

impl Server {
    /// Binds a free port on loopback.
    ///
    /// # Errors
    /// When loopback cannot be bound.
    pub async fn bind() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Serves what `editions` holds until its sender is gone.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, editions: Editions) -> std::io::Result<()> {
        let mut until = editions.clone();
        let closed = async move { while until.changed().await.is_ok() {} };
        let router = Router::new().fallback(answer).with_state(editions);
        axum::serve(self.listener, router).with_graceful_shutdown(closed).await
    }
}

async fn answer(State(editions): State<Editions>, uri: Uri, headers: HeaderMap) -> Response {
    let edition = Arc::clone(&editions.borrow());
    let Some(document) = edition.documents.get(uri.path()) else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let status = if is_known(document, &headers) { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = Response::builder()
        .status(status)
        .header(header::ETAG, &document.etag)
        .header(header::LAST_MODIFIED, httpdate::fmt_http_date(seconds(document)));
    if status == StatusCode::OK {
        response = response.header(header::CONTENT_TYPE, document.content_type);
    }
    let body = if status == StatusCode::OK { Body::from(document.bytes.clone()) } else { Body::empty() };
    response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// RFC 9110, 13.1: If-None-Match decides alone where it is present.
fn is_known(document: &Document, headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = value(header::IF_NONE_MATCH) {
        return tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == document.etag);
    }
    let since = value(header::IF_MODIFIED_SINCE).and_then(|since| httpdate::parse_http_date(since).ok());
    since.is_some_and(|since| seconds(document) <= since)
}

/// HTTP dates have whole seconds.
fn seconds(document: &Document) -> SystemTime {
    let seconds = u64::try_from(document.modified.as_second()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
