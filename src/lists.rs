//! Owns feed lists on the web: fetched at the start, and their last good copies in the store for when they cannot be had
//! or look broken.

use std::collections::HashSet;

use futures_util::future::join_all;
use jiff::Timestamp;
use url::Url;

use crate::charset;
use crate::config::{Feed, FeedList, list_feeds};
use crate::feed::opml::{self, Outline};
use crate::fetch::{Fetch, Fetched, Request, Tls, Want};
use crate::store::{ListCopy, Store};
use crate::telemetry::causes;

/// Bytes of a list that is kept.
const LIST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A list that loses more of its feeds at once, in per cent, is taken for broken.
const REMOVED_PERCENT_MAX: usize = 20;

/// Adds the feeds of the lists to `feeds`; a feed that is there already stays as it is.
pub async fn subscribe<F: Fetch>(
    fetch: &F,
    store: &Store,
    lists: &[FeedList],
    mut feeds: Vec<Feed>,
    now: Timestamp,
) -> Vec<Feed> {
    let outlines = join_all(lists.iter().map(|list| current(fetch, store, list, now))).await;
    for (list, outlines) in lists.iter().zip(outlines) {
        let added = list_feeds(&outlines, list, &feeds);
        tracing::info!(list = list.id, feeds = added.len(), "feeds of a list on the web");
        feeds.extend(added);
    }
    feeds
}

/// Returns the list as it is now, or as it was when it was good; empty when it never was.
async fn current<F: Fetch>(fetch: &F, store: &Store, list: &FeedList, now: Timestamp) -> Vec<Outline> {
    let copy = store.list_copy(&list.id).await.unwrap_or_else(|err| {
        tracing::warn!(list = list.id, reason = causes(&err), "the copy of a list cannot be read");
        None
    });
    let known = copy.as_ref().and_then(|copy| opml::read(copy.document.as_bytes(), None).ok()).unwrap_or_default();
    let (document, outlines) = match get(fetch, list).await {
        Ok(got) => got,
        Err(reason) => {
            tracing::warn!(list = list.id, url = %list.url, reason, copy = ?copy.map(|copy| copy.at), "list cannot be had, its last good copy is used");
            return known;
        }
    };
    // Another address is another list, and the user's will.
    if copy.is_some_and(|copy| copy.url == list.url.as_str())
        && let Some(n_removed) = removed_too_many(&known, &outlines)
    {
        tracing::error!(
            list = list.id,
            n_removed,
            n_known = known.len(),
            "list refused: it loses too many feeds at once; its last good copy is used until `hotline feeds reset` forgets that"
        );
        return known;
    }
    let copy = ListCopy { url: list.url.to_string(), at: now, document };
    if let Err(err) = store.keep_list(&list.id, copy).await {
        tracing::warn!(list = list.id, reason = causes(&err), "the copy of a list is not kept");
    }
    outlines
}

/// Counts the feeds that a list has lost, when those are too many to be meant.
fn removed_too_many(known: &[Outline], outlines: &[Outline]) -> Option<usize> {
    let urls: HashSet<&Url> = outlines.iter().map(|outline| &outline.url).collect();
    let n_removed = known.iter().filter(|outline| !urls.contains(&outline.url)).count();
    (n_removed * 100 > known.len() * REMOVED_PERCENT_MAX).then_some(n_removed)
}

async fn get<F: Fetch>(fetch: &F, list: &FeedList) -> Result<(String, Vec<Outline>), String> {
    let request = Request {
        url: list.url.clone(),
        want: Want::Feed,
        validators: None,
        is_private_allowed: list.is_private_allowed,
        tls: Tls::Verified,
    };
    let body = match fetch.fetch(request).await {
        Ok(Fetched::Body(body)) => body,
        Ok(Fetched::Gone(answer) | Fetched::NotModified(answer)) => return Err(format!("HTTP {}", answer.status)),
        Err(err) => return Err(causes(&err)),
    };
    if body.bytes.len() > LIST_BYTES_MAX {
        return Err(format!("over {LIST_BYTES_MAX} bytes"));
    }
    let declared = charset::xml_declared(&body.bytes);
    let document = charset::decode(&body.bytes, body.content_type.as_deref(), declared).into_owned();
    let outlines = opml::read(document.as_bytes(), Some("text/x-opml; charset=utf-8")).map_err(|err| causes(&err))?;
    Ok((document, outlines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_may_go_at_once_and_not_more() {
        let outlines = |numbers: std::ops::Range<usize>| -> Vec<Outline> {
            let outline = |n: usize| format!("<outline text='{n}' xmlUrl='https://{n}.example/rss'/>");
            let list: Vec<String> = numbers.map(outline).collect();
            opml::read(list.concat().as_bytes(), None).unwrap_or_default()
        };
        assert_eq!(removed_too_many(&outlines(0..10), &outlines(2..30)), None);
        assert_eq!(removed_too_many(&outlines(0..10), &outlines(3..30)), Some(3));
        assert_eq!(removed_too_many(&outlines(0..0), &outlines(3..30)), None);
    }
}
