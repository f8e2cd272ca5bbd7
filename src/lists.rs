//! Owns feed lists on the web: fetched at the start and again and again, and their last good copies in the store for when
//! they cannot be had or look broken.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use url::Url;

use crate::charset;
use crate::clock::Clock;
use crate::config::{Feed, FeedList, list_feeds};
use crate::feed::opml::{self, Outline};
use crate::fetch::{Fetch, Fetched, Request, Tls, Want};
use crate::metrics::{self, Metrics};
use crate::pipeline::Feeds;
use crate::store::{ListCopy, Store};
use crate::telemetry::causes;

/// Bytes of a list that is kept.
const LIST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A list that loses more of its feeds at once, in per cent, is taken for broken.
const REMOVED_PERCENT_MAX: usize = 20;

/// Where a list on the web stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListStatus {
    pub id: String,
    pub url: Url,
    /// Feeds that are polled because it names them.
    pub n_feeds: usize,
    pub asked: Timestamp,
    /// The last time it was good; `None` when it never was.
    pub received: Option<Timestamp>,
    /// Why its last good copy stands in; `None` when it is as received.
    pub error: Option<String>,
}

/// The lists of a configuration, with the feeds that it names itself.
pub struct Lists<F> {
    fetch: F,
    store: Store,
    own: Vec<Feed>,
    followed: Vec<FeedList>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    status: watch::Sender<Vec<ListStatus>>,
}

impl<F: Fetch> Lists<F> {
    /// Puts together what is read by [`Lists::read`]; nothing is asked for yet.
    pub fn new(
        fetch: F,
        store: Store,
        (own, followed): (Vec<Feed>, Vec<FeedList>),
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { fetch, store, own, followed, clock, metrics, status: watch::Sender::default() }
    }

    /// Returns where the state of each list can be read; empty before the first reading.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Vec<ListStatus>> {
        self.status.subscribe()
    }

    /// Asks for each list and returns all feeds: the configuration's own, then what the lists add.
    pub async fn read(&self) -> Vec<Feed> {
        let read = join_all(self.followed.iter().map(|list| self.current(list))).await;
        let (mut feeds, mut statuses) = (self.own.clone(), Vec::new());
        for (list, read) in self.followed.iter().zip(read) {
            let added = list_feeds(&read.outlines, list, &feeds);
            tracing::info!(list = list.id, feeds = added.len(), "feeds of a list on the web");
            statuses.push(ListStatus {
                id: list.id.clone(),
                url: list.url.clone(),
                n_feeds: added.len(),
                asked: read.asked,
                received: read.received,
                error: read.error,
            });
            feeds.extend(added);
        }
        self.status.send_replace(statuses);
        feeds
    }

    /// Reads the lists again and again, and whenever asked; puts their feeds in force. Ends when nobody can ask any more.
    pub async fn follow(self, every: Duration, mut asked: mpsc::Receiver<()>, in_force: watch::Sender<Arc<Feeds>>) {
        if self.followed.is_empty() {
            return;
        }
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                asked = asked.recv() => if asked.is_none() { return },
            }
            let feeds = by_id(self.read().await, &in_force.borrow());
            in_force.send_replace(Arc::new(feeds));
        }
    }

    /// Returns the list as it is now, or as it was when it was good; empty when it never was.
    async fn current(&self, list: &FeedList) -> Read {
        let copy = self.store.list_copy(&list.id).await.unwrap_or_else(|err| {
            tracing::warn!(list = list.id, reason = causes(&err), "the copy of a list cannot be read");
            None
        });
        let known = copy.as_ref().and_then(|copy| opml::read(copy.document.as_bytes(), None).ok()).unwrap_or_default();
        let got = get(&self.fetch, list).await;
        let asked = self.clock.now();
        let received = copy.as_ref().map(|copy| copy.at);
        let (document, outlines) = match got {
            Ok(got) => got,
            Err(reason) => {
                tracing::warn!(list = list.id, url = %list.url, reason, copy = ?received, "list cannot be had, its last good copy is used");
                self.metrics.list(metrics::List::Failed);
                return Read { outlines: known, asked, received, error: Some(reason) };
            }
        };
        // Another address is another list, and the user's will.
        if copy.is_some_and(|copy| copy.url == list.url.as_str())
            && let Some(n_removed) = removed_too_many(&known, &outlines)
        {
            let n_known = known.len();
            tracing::error!(
                list = list.id,
                n_removed,
                n_known,
                "list refused: it loses too many feeds at once; its last good copy is used until `hotline feeds reset` forgets that"
            );
            self.metrics.list(metrics::List::Refused);
            let error = Some(format!("refused: it loses {n_removed} of {n_known} feeds at once"));
            return Read { outlines: known, asked, received, error };
        }
        let copy = ListCopy { url: list.url.to_string(), at: asked, document };
        if let Err(err) = self.store.keep_list(&list.id, copy).await {
            tracing::warn!(list = list.id, reason = causes(&err), "the copy of a list is not kept");
        }
        self.metrics.list(metrics::List::Read);
        Read { outlines, asked, received: Some(asked), error: None }
    }
}

/// A list as it counts.
struct Read {
    outlines: Vec<Outline>,
    asked: Timestamp,
    received: Option<Timestamp>,
    error: Option<String>,
}

/// Returns the feeds by id; one that stays as it was is the same value.
#[must_use]
pub fn by_id(feeds: Vec<Feed>, before: &Feeds) -> Feeds {
    let kept = |feed: Feed| match before.get(&feed.id) {
        Some(known) if **known == feed => Arc::clone(known),
        _ => Arc::new(feed),
    };
    feeds.into_iter().map(|feed| (feed.id.clone(), kept(feed))).collect()
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
