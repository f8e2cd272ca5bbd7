//! Owns the part of a dry run that looks for the feeds of a web page: those it names, and at a site's front page the
//! usual places too.

use serde_json::{Value, json};
use url::Url;

use super::{Probe, Subject};
use crate::charset;
use crate::cli::exit::Failure;
use crate::feed::discover::{self, LinkedBy};
use crate::feed::{self, FeedKind};
use crate::fetch::{Body, Fetch as _, Fetched, Request, Want};

/// Feeds a page names that are asked for.
const ASKED_MAX: usize = 10;
/// Usual places are no longer tried once this many feeds are found.
const FOUND_MAX: usize = 3;

/// One place where a feed was looked for and found.
struct Found {
    url: Url,
    title: Option<String>,
    by: &'static str,
    /// Entries it gave; `None` when it was not asked.
    n_entries: Option<usize>,
}

impl Probe<'_> {
    /// Tells the feeds of the page; true when the page is a site's front page and that is all there is to say of it.
    pub(super) async fn feeds(&mut self, subject: &Subject, body: &Body) -> Result<bool, Failure> {
        let page = &body.answer.url;
        let html = charset::decode(&body.bytes, body.content_type.as_deref(), None);
        let named = discover::linked(&html, page);
        let is_front = matches!(page.path(), "" | "/");
        let mut found = Vec::new();
        for one in named.into_iter().take(ASKED_MAX) {
            let by = match one.by {
                LinkedBy::Declaration => "the page's declaration",
                LinkedBy::Anchor => "a link on the page",
            };
            if !is_front {
                // The page itself is what was asked for; its feeds are told, not tried.
                if one.by == LinkedBy::Declaration {
                    found.push(Found { url: one.url, title: one.title, by, n_entries: None });
                }
                continue;
            }
            if let Some((title, n_entries)) = self.read_feed(subject, &one.url).await {
                found.push(Found { url: one.url, title: title.or(one.title), by, n_entries: Some(n_entries) });
            }
        }
        if is_front {
            self.usual(subject, page, &mut found).await;
        }
        if !found.is_empty() || is_front {
            self.tell(&found)?;
        }
        Ok(is_front)
    }

    /// Tries the places where sites keep feeds, until there are enough.
    async fn usual(&self, subject: &Subject, page: &Url, found: &mut Vec<Found>) {
        for url in discover::usual(page) {
            if found.len() >= FOUND_MAX {
                return;
            }
            if found.iter().any(|known| known.url == url) {
                continue;
            }
            if let Some((title, n_entries)) = self.read_feed(subject, &url).await {
                found.push(Found { url, title, by: "a usual place", n_entries: Some(n_entries) });
            }
        }
    }

    /// Asks for a feed where robots.txt allows it; `None` when there is none with entries.
    async fn read_feed(&self, subject: &Subject, url: &Url) -> Option<(Option<String>, usize)> {
        let request = Request { want: Want::Feed, ..subject.feed.page_request(url.clone()) };
        if !self.client.ruling(&request).await.ok()?.is_allowed {
            return None;
        }
        let Ok(Fetched::Body(body)) = self.client.fetch(request).await else { return None };
        let document = feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)).ok()?;
        // A sitemap without news lists pages, not reports, but an index is worth a look of its own.
        (!document.entries.is_empty()).then_some(())?;
        let title = document.title.or_else(|| {
            let kind = match document.kind {
                FeedKind::Sitemap => "sitemap",
                FeedKind::SitemapIndex => "index of sitemaps",
                _ => return None,
            };
            Some(kind.to_owned())
        });
        Some((title, document.entries.len()))
    }

    fn tell(&mut self, found: &[Found]) -> Result<(), Failure> {
        let values: Vec<Value> = found
            .iter()
            .map(|one| json!({ "url": one.url, "title": one.title, "by": one.by, "entries": one.n_entries }))
            .collect();
        let mut lines: Vec<String> = found
            .iter()
            .map(|one| {
                let title = one.title.as_deref().map_or_else(String::new, |title| format!("  {title}"));
                let n = one.n_entries.map_or_else(String::new, |n| format!("  {n} entries"));
                format!("{}{title}{n}  (by {})", one.url, one.by)
            })
            .collect();
        if lines.is_empty() {
            lines.push("none: the page names no feed and the usual places have none".to_owned());
        }
        Ok(self.report.add("feeds", Value::Array(values), &lines)?)
    }
}
