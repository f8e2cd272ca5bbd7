//! Owns how an entry's page is had, and what each failure means for it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::build;
use crate::article::{self, ExtractError, Media, Page};
use crate::config::Feed;
use crate::fetch::{Body, Fetch, FetchError, Fetched};
use crate::metrics;
use crate::pipeline::pool::Unfinished;
use crate::pipeline::{Context, timed};
use crate::store::Pending;
use crate::telemetry::causes;

/// An article's text, from wherever it was had.
pub(in crate::pipeline) struct Obtained {
    pub(in crate::pipeline) page: Page,
    /// Where the page was found in the end; `None` for the feed's own text.
    pub(in crate::pipeline) url: Option<Url>,
    pub(in crate::pipeline) fetched: Timestamp,
    pub(in crate::pipeline) from: metrics::Article,
}

/// Why there is no page.
pub(super) struct Trouble {
    pub(super) reason: metrics::Loss,
    pub(super) error: String,
    /// What was received instead.
    pub(super) bytes: Option<Arc<Vec<u8>>>,
    /// Set when another try may help.
    pub(super) passing: Option<Passing>,
}

/// What is known of trouble that may pass.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Passing {
    pub(super) retry_after: Option<Duration>,
}

/// Fetches the entry's page and reads it.
pub(super) async fn obtain<F: Fetch>(
    context: &Arc<Context<F>>,
    pending: &Pending,
    feed: &Feed,
) -> Result<Obtained, Trouble> {
    let no_page = |error| lasting(metrics::Loss::NoText, error);
    let link = pending.entry.link.as_deref().ok_or_else(|| no_page("the entry has no link".to_owned()))?;
    let url = Url::parse(link).map_err(|err| no_page(format!("the entry's link {link:?} is no URL: {err}")))?;
    let body = match context.fetch.fetch(feed.page_request(url)).await {
        Ok(Fetched::Body(body)) => body,
        Ok(Fetched::Gone(answer)) => {
            return Err(lasting(metrics::Loss::Missing, format!("get {}: HTTP 410", answer.url)));
        }
        Ok(Fetched::NotModified(answer)) => {
            return Err(lasting(metrics::Loss::Missing, format!("get {}: HTTP 304, unasked for", answer.url)));
        }
        Err(err) => return Err(judge(&err)),
    };
    read(context, pending, feed, body).await
}

async fn read<F: Fetch>(
    context: &Arc<Context<F>>,
    pending: &Pending,
    feed: &Feed,
    body: Body,
) -> Result<Obtained, Trouble> {
    let Body { answer, bytes, content_type } = body;
    let (entry, feed, url) = (pending.entry.clone(), feed.clone(), answer.url.clone());
    // Still at hand when the reading thread is not.
    let bytes = Arc::new(bytes);
    let read = Arc::clone(&bytes);
    let rules = Arc::clone(&context.in_force.rules.borrow());
    let reading = context.pool.run(timed(&context.shared.metrics.extraction, move || {
        let hints = build::hints(&feed, &entry, &rules);
        article::extract_bytes(&read, content_type.as_deref(), Some(&url), &hints).and_then(Page::into_article)
    }));
    let page = match reading.await {
        Ok(page) => page,
        Err(err) => return Err(unfinished(&answer.url, &err, bytes)),
    };
    match page {
        Ok(page) => Ok(Obtained { page, url: Some(answer.url), fetched: answer.at, from: metrics::Article::FromPage }),
        Err(err) => {
            let reason = match err {
                ExtractError::NoText => metrics::Loss::NoText,
                ExtractError::Wall => metrics::Loss::Wall,
                ExtractError::NotHtml { what } => class(what),
                ExtractError::TooDeep | ExtractError::TooLarge => metrics::Loss::TooLarge,
            };
            let error = format!("read {}: {}", answer.url, causes(&err));
            Err(Trouble { bytes: Some(bytes), ..lasting(reason, error) })
        }
    }
}

/// The page would break the code again, or take as long again; only where nothing was tried may another try help.
fn unfinished(url: &Url, err: &Unfinished, bytes: Arc<Vec<u8>>) -> Trouble {
    let passing = matches!(err, Unfinished::Refused).then(Passing::default);
    if passing.is_none() {
        tracing::warn!(%url, error = %err, "page given up");
    }
    let error = format!("read {url}: {err}");
    Trouble { bytes: Some(bytes), passing, ..lasting(err.loss(), error) }
}

/// The reason under which what is no article is counted.
fn class(what: Media) -> metrics::Loss {
    match what {
        Media::Pdf => metrics::Loss::Pdf,
        Media::Video => metrics::Loss::Video,
        Media::Audio => metrics::Loss::Audio,
        Media::Image => metrics::Loss::Image,
        Media::Document | Media::Archive | Media::Program | Media::Json | Media::Feed => metrics::Loss::NotAPage,
    }
}

fn lasting(reason: metrics::Loss, error: String) -> Trouble {
    Trouble { reason, error, bytes: None, passing: None }
}

/// Tells what may pass from what will not.
fn judge(err: &FetchError) -> Trouble {
    let passing = |retry_after| Some(Passing { retry_after });
    let (reason, passing) = match err {
        FetchError::Status { status: 408 | 425 | 429 | 500..=599, retry_after, .. } => {
            (metrics::Loss::Unreachable, passing(*retry_after))
        }
        FetchError::Status { .. } => (metrics::Loss::Missing, None),
        FetchError::TooLarge { .. } => (metrics::Loss::TooLarge, None),
        FetchError::NotNow { retry_after, .. } => (metrics::Loss::Unreachable, passing(Some(*retry_after))),
        FetchError::Timeout { .. } | FetchError::Transport { .. } => (metrics::Loss::Unreachable, passing(None)),
        FetchError::Refused { .. } | FetchError::Robots { .. } | FetchError::TooManyRedirects { .. } => {
            (metrics::Loss::Refused, None)
        }
    };
    Trouble { passing, ..lasting(reason, causes(err)) }
}
