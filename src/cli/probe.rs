//! Owns `probe`: a dry run of one feed or article up to the exact records, with the reason of each decision. It asks the
//! servers the daemon would ask and writes no state.

mod article;
mod discover;
mod feed;
mod report;

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::args::Global;
use super::exit::Failure;
use super::output::Out;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Feed, FirstPoll, Settings, built_in_rules};
use crate::feed::{Document, Entry, FeedKind, ReadError, sitemap};
use crate::fetch::{self, Answer, Body, Client, Fetch, FetchError, Fetched, Request, RobotsScope, Tls, Want};
use crate::outlet::{HostRules, Outlet};
use crate::telemetry::causes;

use report::{Report, duration};

#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// URL of a feed or an article, or the id of a configured feed
    #[arg(value_name = "URL|FEED_ID")]
    target: String,
    /// The URL's host may have a loopback or private address
    #[arg(long)]
    allow_private: bool,
}

pub(super) fn run(args: &ProbeArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let config = configuration(global)?;
    let subject = subject(args, &config)?;
    let (settings, rules) = (config.settings, config.rules);
    let client = Client::new(&settings.fetch).map_err(setup)?;
    let report = Report::new(out, global.format);
    let mut probe = Probe { client, settings, rules, report, clock: SystemClock };
    // On this thread: extraction needs its stack.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    let ended = runtime.block_on(probe.run(&subject));
    probe.report.finish()?;
    ended
}

/// Says why probing cannot begin.
fn setup(err: impl Into<anyhow::Error>) -> Failure {
    Failure::Setup(format!("{:#}", err.into()))
}

/// Loads the configuration; a URL can be probed where there is none.
fn configuration(global: &Global) -> Result<Config, Failure> {
    if global.config_named().is_none() && !global.config_path().exists() {
        let rules = built_in_rules()?;
        return Ok(Config {
            settings: Settings::default(),
            feeds: Vec::new(),
            lists: Vec::new(),
            rules,
            shown: Vec::new(),
        });
    }
    Ok(super::config::load(global)?)
}

/// What is probed.
struct Subject {
    url: Url,
    /// The feed as listed, or what is known about the URL's outlet.
    feed: Feed,
    is_listed: bool,
}

fn subject(args: &ProbeArgs, config: &Config) -> Result<Subject, Failure> {
    let target = args.target.as_str();
    let listed = config.feeds.iter().find(|feed| feed.id == target || feed.was.iter().any(|was| was == target));
    let url = match listed {
        Some(feed) => feed.url.clone(),
        None if target.contains("://") => Url::parse(target).with_context(|| format!("read the URL `{target}`"))?,
        None => return Err(anyhow::anyhow!("`{target}` is neither a URL nor the id of a configured feed").into()),
    };
    let listed = listed.or_else(|| config.feeds.iter().find(|feed| feed.url == url));
    let mut feed = listed.cloned().unwrap_or_else(|| unlisted(&url, config));
    feed.is_private_allowed |= args.allow_private;
    Ok(Subject { url, feed, is_listed: listed.is_some() })
}

/// Returns a feed that is in no list; a listed outlet on the same registrable domain lends its facts.
fn unlisted(url: &Url, config: &Config) -> Feed {
    let domain = fetch::registrable_domain(url);
    let neighbour = config.feeds.iter().find(|feed| fetch::registrable_domain(&feed.url) == domain);
    let outlet = neighbour.map_or_else(
        || Arc::new(Outlet { id: domain.clone(), name: domain.clone(), family: None, zone: None, lang: None }),
        |feed| Arc::clone(&feed.outlet),
    );
    Feed {
        id: "probe".to_owned(),
        url: url.clone(),
        outlet,
        country: neighbour.and_then(|feed| feed.country.clone()),
        lang: neighbour.and_then(|feed| feed.lang.clone()),
        interval: None,
        was: Vec::new(),
        first_poll: FirstPoll::PublishLast(1),
        is_private_allowed: false,
        tls: Tls::Verified,
    }
}

struct Probe<'o> {
    client: Client,
    settings: Settings,
    rules: Arc<HostRules>,
    report: Report<'o>,
    clock: SystemClock,
}

impl Probe<'_> {
    async fn run(&mut self, subject: &Subject) -> Result<(), Failure> {
        self.target(subject)?;
        let request = Request {
            url: subject.url.clone(),
            want: Want::Feed,
            validators: None,
            is_private_allowed: subject.feed.is_private_allowed,
            tls: subject.feed.tls,
        };
        // What is no listed feed may be a page, and pages are asked for by leave of robots.txt only.
        if !self.robots("robots", &request).await? && !subject.is_listed {
            return self
                .report
                .stop("robots", "robots.txt keeps hotline from this page; a listed feed is asked nevertheless");
        }
        let Some(body) = self.fetch("fetch", request).await? else { return Err(Failure::Reported) };
        match crate::feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)) {
            Ok(document) if document.kind == FeedKind::SitemapIndex => self.sitemap(subject, &document).await,
            Ok(document) => self.feed(subject, &body, &document).await,
            Err(ReadError::NotAFeed { .. }) if !subject.is_listed => {
                if self.feeds(subject, &body).await? {
                    return Ok(());
                }
                let entry = Entry { link: Some(subject.url.to_string()), ..Entry::default() };
                self.article(&subject.feed, &entry, Some(body))
            }
            Err(err) => self.report.stop("document", &causes(&err)),
        }
    }

    /// Takes an index to the first of the sitemaps that a poll would read.
    async fn sitemap(&mut self, subject: &Subject, index: &Document) -> Result<(), Failure> {
        let n_sitemaps = index.entries.len();
        let urls = sitemap::newest(index);
        let lines: Vec<String> = [format!("{n_sitemaps} listed, polled are")]
            .into_iter()
            .chain(urls.iter().map(ToString::to_string))
            .collect();
        self.report.add("sitemaps", json!({ "count": n_sitemaps, "polled": urls }), &lines)?;
        let Some(url) = urls.into_iter().next() else {
            return self.report.stop("sitemaps", "the index lists no sitemap that can be asked for");
        };
        let request = Request { want: Want::Feed, ..subject.feed.page_request(url) };
        let Some(body) = self.fetch("sitemap_fetch", request).await? else { return Err(Failure::Reported) };
        match crate::feed::read(&body.bytes, body.content_type.as_deref(), Some(&body.answer.url)) {
            Ok(document) => self.feed(subject, &body, &document).await,
            Err(err) => self.report.stop("document", &causes(&err)),
        }
    }

    fn target(&mut self, subject: &Subject) -> Result<(), Failure> {
        let Subject { url, feed, is_listed } = subject;
        let outlet = &feed.outlet;
        let listed = if *is_listed {
            format!("feed `{}` of {}", feed.id, outlet.name)
        } else {
            format!("in no feed list; outlet: {}", outlet.name)
        };
        let value = json!({
            "url": url,
            "feed": is_listed.then_some(&feed.id),
            "outlet": { "id": outlet.id, "name": outlet.name, "family": outlet.family, "zone": outlet.zone, "lang": outlet.lang },
            "private_allowed": feed.is_private_allowed,
        });
        Ok(self.report.add("target", value, &[url.to_string(), listed])?)
    }

    /// Says what robots.txt rules about the URL; true where it may be asked.
    async fn robots(&mut self, section: &str, request: &Request) -> Result<bool, Failure> {
        if self.settings.fetch.robots == RobotsScope::None {
            self.report.add(
                section,
                json!({ "allowed": true, "rule": null }),
                &["not asked (fetch.robots)".to_owned()],
            )?;
            return Ok(true);
        }
        let (is_allowed, rule) = match self.client.ruling(request).await {
            Ok(ruling) => (ruling.is_allowed, ruling.rule),
            // The guard speaks in the next step.
            Err(FetchError::Refused { .. }) => return Ok(true),
            Err(err) => (false, causes(&err)),
        };
        let word = if is_allowed { "allowed" } else { "forbidden" };
        self.report.add(section, json!({ "allowed": is_allowed, "rule": rule }), &[format!("{word}: {rule}")])?;
        Ok(is_allowed)
    }

    /// Fetches and says how that went; `None` when there is no body, and the report says why.
    async fn fetch(&mut self, section: &str, request: Request) -> Result<Option<Body>, Failure> {
        let failed = match self.client.fetch(request).await {
            Ok(Fetched::Body(body)) => {
                let (value, lines) = fetched(&body.answer, body.bytes.len(), body.content_type.as_deref());
                self.report.add(section, value, &lines)?;
                return Ok(Some(body));
            }
            Ok(Fetched::Gone(answer) | Fetched::NotModified(answer)) => format!("HTTP {}", answer.status),
            Err(err) => causes(&err),
        };
        self.report.add(section, json!({ "error": failed }), &[format!("failed: {failed}")])?;
        Ok(None)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Says what a redirect means: only one that is for good moves a feed, and only with time.
fn sent_on(status: u16, to: &Url) -> String {
    let meaning = match status {
        301 | 308 => "for good (a feed is asked there once this has stood for a week)",
        _ => "for now",
    };
    format!("HTTP {status} sent on to {to} {meaning}")
}

fn fetched(answer: &Answer, n_bytes: usize, content_type: Option<&str>) -> (Value, Vec<String>) {
    let hops: Vec<Value> = answer.hops.iter().map(|hop| json!({ "url": hop.url, "status": hop.status })).collect();
    let value = json!({
        "status": answer.status,
        "url": answer.url,
        "hops": hops,
        "content_type": content_type,
        "bytes": n_bytes,
        "elapsed_ms": answer.elapsed.as_millis() as u64,
        "etag": answer.validators.etag,
        "last_modified": answer.validators.last_modified,
        "fresh_for_s": answer.fresh_for.map(|fresh| fresh.as_secs()),
    });
    let kind = content_type.unwrap_or("no content type");
    let mut lines = vec![format!("HTTP {}, {kind}, {n_bytes} bytes in {}", answer.status, duration(answer.elapsed))];
    let urls = answer.hops.iter().skip(1).map(|hop| &hop.url).chain([&answer.url]);
    lines.extend(answer.hops.iter().zip(urls).map(|(hop, to)| sent_on(hop.status, to)));
    let validators = &answer.validators;
    lines.push(match (&validators.etag, &validators.last_modified) {
        (None, None) => "gives no validators: every poll transfers it whole".to_owned(),
        (etag, last_modified) => {
            let named = [("ETag", etag), ("Last-Modified", last_modified)];
            let named: Vec<String> =
                named.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect();
            format!("validators: {}", named.join(", "))
        }
    });
    lines.extend(answer.fresh_for.map(|fresh| format!("fresh for {}", duration(fresh))));
    (value, lines)
}
