//! Owns the second step of polling an index of sitemaps: its newest sitemaps are asked for, their entries are the feed's.

use super::visit::Miss;
use crate::config::Feed;
use crate::feed::{self, Document, Entry, FeedKind, sitemap};
use crate::fetch::{Fetch, Fetched, Request, Want};
use crate::metrics::Poll;
use crate::pipeline::Context;
use crate::telemetry::causes;

/// Returns the entries of a document; those of an index are read from its newest sitemaps, and one that fails costs its
/// own entries until the next poll.
///
/// # Errors
/// When the index names sitemaps and none of them can be read: the poll brought nothing.
pub(super) async fn entries<F: Fetch>(
    context: &Context<F>,
    feed: &Feed,
    document: Document,
) -> Result<Vec<Entry>, Miss> {
    if document.kind != FeedKind::SitemapIndex {
        return Ok(document.entries);
    }
    let (mut entries, mut n_read, mut last_error) = (Vec::new(), 0, None);
    for url in sitemap::newest(&document) {
        let request = Request { want: Want::Feed, ..feed.page_request(url) };
        match one(context, request).await {
            Ok(more) => {
                n_read += 1;
                entries.extend(more);
            }
            Err(error) => {
                tracing::debug!(feed = feed.id, error, "a sitemap of the index gave nothing");
                last_error = Some(error);
            }
        }
    }
    match last_error {
        Some(error) if n_read == 0 => Err(Miss { label: Poll::Unreadable, error, retry_after: None, is_passing: true }),
        _ => Ok(entries),
    }
}

async fn one<F: Fetch>(context: &Context<F>, request: Request) -> Result<Vec<Entry>, String> {
    let asked = request.url.clone();
    let body = match context.fetch.fetch(request).await {
        Ok(Fetched::Body(body)) => body,
        Ok(Fetched::NotModified(answer) | Fetched::Gone(answer)) => {
            return Err(format!("get {asked}: HTTP {}", answer.status));
        }
        Err(err) => return Err(causes(&err)),
    };
    let reading =
        context.pool.run(move || feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)));
    let document = reading.await.map_err(|err| format!("read {asked}: {err}"))?;
    let document = document.map_err(|err| format!("read {asked}: {}", causes(&err)))?;
    // An index of indexes is not followed further.
    if document.kind == FeedKind::SitemapIndex { Ok(Vec::new()) } else { Ok(document.entries) }
}
