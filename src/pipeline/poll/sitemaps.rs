//! Owns the second step of polling an index of sitemaps: its newest sitemaps are asked for, their entries are the feed's.
//! And the search for a site's news sitemap, when the feed itself has no older pages.

use url::Url;

use super::visit::{Miss, is_passing};
use crate::config::Feed;
use crate::feed::gap::{Gap, Sitemap};
use crate::feed::{self, Document, Entry, FeedKind, sitemap};
use crate::fetch::{Fetch, Fetched, Request, Want};
use crate::metrics::Poll;
use crate::pipeline::Context;
use crate::telemetry::causes;

/// Entries of a news sitemap taken at one time: more it may not have, by its own rules.
const NEWS_MAX: usize = 1_000;

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
    entries_as(context, feed, document, Want::Feed).await
}

async fn entries_as<F: Fetch>(
    context: &Context<F>,
    feed: &Feed,
    document: Document,
    want: Want,
) -> Result<Vec<Entry>, Miss> {
    if document.kind != FeedKind::SitemapIndex {
        return Ok(document.entries);
    }
    let (mut entries, mut n_read, mut last_error) = (Vec::new(), 0, None);
    for url in sitemap::newest(&document) {
        let request = Request { want, ..feed.page_request(url) };
        match one(context, request).await {
            // An index of indexes is not followed further.
            Ok(more) if more.kind == FeedKind::SitemapIndex => n_read += 1,
            Ok(more) => {
                n_read += 1;
                entries.extend(more.entries);
            }
            Err(miss) => {
                tracing::debug!(feed = feed.id, error = miss.error, "a sitemap of the index gave nothing");
                last_error = Some(miss.error);
            }
        }
    }
    match last_error {
        Some(error) if n_read == 0 => Err(Miss { label: Poll::Unreadable, error, retry_after: None, is_passing: true }),
        _ => Ok(entries),
    }
}

/// What was found where a site may have its news sitemap.
pub(super) enum Found {
    /// Its address, and the entries of it that belong in the gap, the newest first.
    News(Url, Vec<Entry>),
    Nothing,
    /// It cannot be said now.
    Failed(String),
}

/// Looks for the news sitemap of the site, first where it was the last time.
pub(super) async fn news<F: Fetch>(context: &Context<F>, feed: &Feed, gap: &Gap, site: &Url) -> Found {
    let places = match &gap.sitemap {
        Sitemap::At(url) => vec![url.clone()],
        Sitemap::Unknown | Sitemap::Missing(_) => match robots(context, feed, site).await {
            Ok(robots) => sitemap::places(site, &robots),
            Err(error) => return Found::Failed(error),
        },
    };
    let mut found = Found::Nothing;
    for place in places {
        let request = Request { want: Want::Sitemap, ..feed.page_request(place.clone()) };
        let document = match one(context, request).await {
            Ok(document) if matches!(document.kind, FeedKind::Sitemap | FeedKind::SitemapIndex) => document,
            Err(miss) if miss.is_passing => {
                found = Found::Failed(miss.error);
                continue;
            }
            Ok(_) | Err(_) => continue,
        };
        match entries_as(context, feed, document, Want::Sitemap).await {
            Ok(mut entries) => {
                let has_news = entries.iter().any(|entry| entry.published.is_some());
                entries.retain(|entry| gap.wants(entry));
                entries.sort_by_key(|entry| std::cmp::Reverse(entry.published));
                entries.truncate(NEWS_MAX);
                if has_news {
                    return Found::News(place, entries);
                }
            }
            Err(miss) => found = Found::Failed(miss.error),
        }
    }
    found
}

/// Returns the site's robots.txt, empty where there is none.
async fn robots<F: Fetch>(context: &Context<F>, feed: &Feed, site: &Url) -> Result<String, String> {
    let url = site.join("/robots.txt").map_err(|err| err.to_string())?;
    let request = Request { want: Want::Robots, ..feed.page_request(url) };
    match context.fetch.fetch(request).await {
        Ok(Fetched::Body(body)) => Ok(String::from_utf8_lossy(&body.bytes).into_owned()),
        Ok(_) => Ok(String::new()),
        Err(err) if is_passing(&err) => Err(causes(&err)),
        Err(_) => Ok(String::new()),
    }
}

async fn one<F: Fetch>(context: &Context<F>, request: Request) -> Result<Document, Miss> {
    let asked = request.url.clone();
    let miss = |error: String, is_passing| Miss { label: Poll::Unreadable, error, retry_after: None, is_passing };
    let body = match context.fetch.fetch(request).await {
        Ok(Fetched::Body(body)) => body,
        Ok(Fetched::NotModified(answer) | Fetched::Gone(answer)) => {
            return Err(miss(format!("get {asked}: HTTP {}", answer.status), false));
        }
        Err(err) => return Err(miss(causes(&err), is_passing(&err))),
    };
    let reading =
        context.pool.run(move || feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)));
    let document = reading.await.map_err(|err| miss(format!("read {asked}: {err}"), false))?;
    document.map_err(|err| miss(format!("read {asked}: {}", causes(&err)), false))
}
