//! Owns the callback that hubs call (WebSub, section 5): it answers at once, and leaves what is pushed to the poll loop.
//!
//! Whoever calls must know the token in the path; nothing is read of anybody else.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::{Semaphore, oneshot};

use super::Sources;
use crate::feed::websub::{Intent, Reply};
use crate::metrics::Push;
use crate::pipeline::{Call, Pushed, Question};
use crate::secret::Secret;

/// How long the poll loop may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// How long a hub may take to send a body.
const BODY_WAIT: Duration = Duration::from_secs(30);
/// Pushed bodies in memory at one time; a hub that comes too many is to come again.
const BODIES_MAX: usize = 16;
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

/// What the callback allows.
pub struct Callback {
    body_bytes_max: usize,
    places: Arc<Semaphore>,
}

impl Callback {
    pub(super) fn new(body_bytes_max: usize) -> Self {
        Self { body_bytes_max, places: Arc::new(Semaphore::new(BODIES_MAX)) }
    }
}

pub(super) fn routes() -> Router<Arc<Sources>> {
    Router::new().route("/websub/{token}", get(intent).post(push))
}

/// A hub verifies a subscription, or says that it is denied.
async fn intent(State(sources): State<Arc<Sources>>, Path(token): Path<String>, RawQuery(query): RawQuery) -> Response {
    let (token, intent) = (Secret::new(token), Intent::read(query.as_deref().unwrap_or_default()));
    let reply = ask(&sources, |answer| Call::Intent { token, intent, answer }).await;
    match reply {
        Some(Reply::Confirmed { challenge }) => {
            // It is whatever the caller wrote: never to be taken for a page.
            let plain = [(header::CONTENT_TYPE, "text/plain"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
            (plain, challenge).into_response()
        }
        Some(Reply::Denied) => StatusCode::OK.into_response(),
        Some(Reply::NotOurs) => StatusCode::NOT_FOUND.into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A hub pushes. A wrong signature is answered like a right one (section 8): it tells nobody anything.
async fn push(
    State(sources): State<Arc<Sources>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let Some(callback) = &sources.callback else { return StatusCode::NOT_FOUND };
    let token = Secret::new(token);
    let known = token.clone();
    match ask(&sources, |answer| Call::Known { token: known, answer }).await {
        Some(true) => {}
        Some(false) => {
            sources.metrics.push(Push::Unknown);
            return StatusCode::NOT_FOUND;
        }
        None => return StatusCode::SERVICE_UNAVAILABLE,
    }
    let Ok(place) = Arc::clone(&callback.places).try_acquire_owned() else { return StatusCode::SERVICE_UNAVAILABLE };
    let bytes = match tokio::time::timeout(BODY_WAIT, to_bytes(body, callback.body_bytes_max)).await {
        Ok(Ok(bytes)) => bytes.into(),
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::REQUEST_TIMEOUT,
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let pushed = Pushed { bytes, content_type: text(header::CONTENT_TYPE), signature: text(SIGNATURE), place };
    match ask(&sources, |answer| Call::Push { token, pushed, answer }).await {
        Some(true) => StatusCode::ACCEPTED,
        Some(false) => StatusCode::NOT_FOUND,
        None => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Asks the poll loop; `None` when it does not answer.
async fn ask<T>(sources: &Sources, call: impl FnOnce(oneshot::Sender<T>) -> Call) -> Option<T> {
    let (answer, answered) = oneshot::channel();
    let asked = async {
        sources.questions.send(Question::WebSub(call(answer))).await.ok()?;
        answered.await.ok()
    };
    tokio::time::timeout(ANSWER_WAIT, asked).await.ok().flatten()
}
