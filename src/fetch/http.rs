//! Owns the HTTP client: one exchange at a time, redirects followed by hand so that every hop is vetted.

mod jar;
mod post;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
};
use reqwest::redirect;
use url::Url;

use super::body::{self, BodyError, Reading};
use super::config::{Config, RobotsScope};
use super::guard::{self, Allowance, Blocked, Pass};
use super::hosts::Hosts;
use super::names::{Names, Resolver};
use super::robots::{Known, ROBOTS_BYTES_MAX, Robots, Ruling};
use super::tls::{self, TlsError};
use super::{
    Answer, Body, Fetch, FetchError, Fetched, Hop, Post, PostError, Request, Tls, Validators, Want, facts, links,
};
use crate::clock::{Clock, SystemClock};

use jar::Jar;

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// Idle connections are kept for what follows a redirect or a feed at once, not until the next poll.
const IDLE_TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes of one answer of a query service, decoded.
const QUERY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of what answers a form.
const RECEIPT_BYTES_MAX: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";
const HEADER_LIST_BYTES_MAX: u32 = 64 * 1024;

/// Asks servers. Cheap to share behind an `Arc`; keeps connections, manners and robots.txt files.
pub struct Client {
    verified: Dialler,
    unverified: Dialler,
    names: Arc<Names>,
    config: Config,
    hosts: Hosts,
    robots: Robots,
    clock: SystemClock,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("set up the HTTP client")]
    Build(#[from] reqwest::Error),
}

impl Client {
    /// Makes a client that has not asked anybody yet.
    ///
    /// # Errors
    /// [`ClientError`] for a contact that no header can hold, authorities that cannot be read, and for what a healthy
    /// build never meets.
    pub fn new(config: &Config) -> Result<Self, ClientError> {
        let roots = tls::roots(config.ca_file.as_deref())?;
        let names = Arc::new(Names::of_system());
        let dialler = |tls| Dialler::new(config, &names, &tls::client(&roots, tls)?);
        Ok(Self {
            verified: dialler(Tls::Verified)?,
            unverified: dialler(Tls::Unverified)?,
            names: Arc::clone(&names),
            hosts: Hosts::new(config),
            robots: Robots::default(),
            config: config.clone(),
            clock: SystemClock,
        })
    }

    /// Returns what robots.txt says about the URL; fetches it where it is not known.
    ///
    /// # Errors
    /// [`FetchError::NotNow`] while the file cannot be read, [`FetchError::Refused`] where the URL may not be asked.
    pub async fn ruling(&self, request: &Request) -> Result<Ruling, FetchError> {
        let pass = guard::vet(&request.url, &allowance(request), &self.config.ports)?;
        self.ruling_at(&request.url, Way { pass, tls: request.tls }).await
    }

    async fn ruling_at(&self, url: &Url, way: Way) -> Result<Ruling, FetchError> {
        let origin = self.robots.origin(url);
        let mut known = origin.known.lock().await;
        let is_needed = known.as_ref().is_none_or(|known| known.is_stale(Instant::now()));
        if is_needed {
            let fetched = self.robots_txt(url, way).await;
            let read = Known::from(fetched, known.take(), Instant::now())?;
            origin.weigh(&read);
            *known = Some(read);
        }
        match known.as_ref() {
            Some(known) => known.ruling(url, Instant::now()),
            None => Ok(Ruling::free("no robots.txt".to_owned())),
        }
    }

    /// Boxed, since fetching a page asks for robots.txt, which is fetched like a page.
    fn robots_txt<'c>(
        &'c self,
        url: &Url,
        way: Way,
    ) -> Pin<Box<dyn Future<Output = Result<Fetched, FetchError>> + Send + 'c>> {
        let mut url = url.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        let is_private_allowed = way.pass == Pass::Private;
        let (want, tls) = (Want::Robots, way.tls);
        Box::pin(self.follow(Request { url, want, validators: None, is_private_allowed, tls }))
    }

    /// Gets the URL over its redirects.
    async fn follow(&self, request: Request) -> Result<Fetched, FetchError> {
        let allowance = allowance(&request);
        let Request { mut url, want, validators, tls: asked_tls, .. } = request;
        url.set_fragment(None);
        let excepted = if asked_tls == Tls::Unverified { Allowance::of(&url) } else { Allowance::none() };
        let mut trail = Trail::default();
        loop {
            let pass = guard::vet(&url, &allowance, &self.config.ports)?;
            let tls = if excepted.covers(&url) { Tls::Unverified } else { Tls::Verified };
            let way = Way { pass, tls };
            let mut crawl_delay = Duration::ZERO;
            if self.obeys_robots(want) {
                let ruling = self.ruling_at(&url, way).await?;
                crawl_delay = ruling.crawl_delay;
                if !ruling.is_allowed {
                    return Err(FetchError::Robots { url, rule: ruling.rule });
                }
            }
            let sent = validators.as_ref().filter(|validators| validators.url == url.as_str());
            let ask = Ask { url: &url, want, validators: sent, way, crawl_delay, form: None };
            match self.step(&ask, &mut trail).await? {
                Step::Done(fetched) => return Ok(*fetched),
                Step::Redirect { status, to } => {
                    if url.scheme() == "https" && to.scheme() == "http" && tls == Tls::Verified {
                        let reason = leaves_tls(&url, want);
                        return Err(FetchError::Refused { url: to, reason });
                    }
                    trail.hops.push(Hop { url, status });
                    let is_loop = !trail.has_cookies_to_show && trail.hops.iter().any(|hop| hop.url == to);
                    if is_loop || trail.hops.len() > REDIRECTS_MAX {
                        return Err(FetchError::TooManyRedirects { url: to, limit: REDIRECTS_MAX });
                    }
                    url = to;
                }
            }
        }
    }

    fn obeys_robots(&self, want: Want) -> bool {
        match (want, self.config.robots) {
            (Want::Robots | Want::Query | Want::Receipt, _) | (_, RobotsScope::None) => false,
            (Want::Article | Want::Sitemap, _) => true,
            (Want::Feed, scope) => scope == RobotsScope::All,
        }
    }

    /// Asks one URL when it is its turn, and minds how the host takes it. The user's own hosts need no manners.
    async fn step(&self, ask: &Ask<'_>, trail: &mut Trail) -> Result<Step, FetchError> {
        if ask.way.pass == Pass::Private {
            return self.timed(ask, trail).await;
        }
        let turn = self.hosts.turn(ask.url, ask.crawl_delay).await.map_err(|rest| FetchError::NotNow {
            url: Box::new(ask.url.clone()),
            reason: rest.reason,
            retry_after: rest.time,
        })?;
        let stepped = match self.address_turn(ask).await {
            Ok(()) => self.timed(ask, trail).await,
            Err(err) => Err(err),
        };
        match &stepped {
            Err(FetchError::Timeout { .. } | FetchError::Transport { .. }) => {
                self.hosts.failed(ask.url, Instant::now());
            }
            Err(FetchError::Refused { .. }) => {}
            Err(FetchError::Status { retry_after: Some(pause), .. }) => {
                self.hosts.answered(ask.url);
                self.hosts.paused(ask.url, Instant::now(), *pause);
            }
            _ => self.hosts.answered(ask.url),
        }
        drop(turn);
        stepped
    }

    /// Waits until the address may be asked that the host's name stands for.
    async fn address_turn(&self, ask: &Ask<'_>) -> Result<(), FetchError> {
        let limit = self.config.connect_timeout;
        let looked_up = tokio::time::timeout(limit, self.names.address(ask.url, ask.way.pass)).await;
        let Ok(address) = looked_up else { return Err(FetchError::Timeout { url: ask.url.clone(), limit }) };
        let address = address.map_err(|source| match source.downcast_ref::<Blocked>() {
            Some(blocked) => FetchError::Refused { url: ask.url.clone(), reason: blocked.to_string() },
            None => FetchError::Transport { url: ask.url.clone(), source },
        })?;
        if let Some(address) = address {
            self.hosts.address_turn(address).await;
        }
        Ok(())
    }

    /// Asks within what the hops before have left of the time.
    async fn timed(&self, ask: &Ask<'_>, trail: &mut Trail) -> Result<Step, FetchError> {
        let limit = self.config.timeout;
        let start = Instant::now();
        let left = limit.saturating_sub(trail.elapsed);
        let timeout = tokio::time::timeout(left, self.exchange(ask, trail, start)).await;
        trail.elapsed += start.elapsed();
        timeout.unwrap_or_else(|_| Err(FetchError::Timeout { url: ask.url.clone(), limit }))
    }

    async fn exchange(&self, ask: &Ask<'_>, trail: &mut Trail, start: Instant) -> Result<Step, FetchError> {
        let dialler = if ask.way.tls == Tls::Unverified { &self.unverified } else { &self.verified };
        let client = if ask.way.pass == Pass::Private { &dialler.private } else { &dialler.public };
        let asked = match ask.form {
            None => client.get(ask.url.clone()),
            Some(form) => client.post(ask.url.clone()).header(CONTENT_TYPE, FORM).body(form.to_owned()),
        };
        let mut headers = headers(ask);
        headers.extend(trail.jar.header(ask.url).map(|cookies| (COOKIE, cookies)));
        let sent = asked.headers(headers).send().await;
        let mut response = sent.map_err(|err| self.failure(ask.url, err))?;
        let now = self.clock.now();
        let status = response.status().as_u16();
        if let Some(to) = redirect(&response, ask.url)? {
            trail.has_cookies_to_show = trail.jar.take(response.headers(), ask.url);
            return Ok(Step::Redirect { status, to });
        }
        let headers = response.headers();
        let mut answer = Answer {
            status,
            url: ask.url.clone(),
            hops: trail.hops.clone(),
            validators: facts::validators(headers, ask.url),
            links: links::links(headers, ask.url),
            fresh_for: facts::fresh_for(headers, now),
            retry_after: facts::retry_after(headers, now),
            elapsed: trail.elapsed + start.elapsed(),
            at: now,
        };
        match (status, ask.validators) {
            (200..=299, _) => {}
            (304, Some(sent)) => {
                answer.validators.etag = answer.validators.etag.or_else(|| sent.etag.clone());
                answer.validators.last_modified =
                    answer.validators.last_modified.or_else(|| sent.last_modified.clone());
                return Ok(Step::Done(Box::new(Fetched::NotModified(answer))));
            }
            (410, _) => return Ok(Step::Done(Box::new(Fetched::Gone(answer)))),
            _ => {
                let retry_after = answer.retry_after.filter(|_| matches!(status, 429 | 503));
                return Err(FetchError::Status { url: ask.url.clone(), status, retry_after });
            }
        }
        let content_type = facts::content_type(headers);
        let bytes = self.body(&mut response, ask).await?;
        answer.elapsed = trail.elapsed + start.elapsed();
        Ok(Step::Done(Box::new(Fetched::Body(Body { answer, bytes, content_type }))))
    }

    /// Reads the body within the caps.
    async fn body(&self, response: &mut reqwest::Response, ask: &Ask<'_>) -> Result<Vec<u8>, FetchError> {
        let bytes_max = match ask.want {
            Want::Feed | Want::Sitemap => self.config.feed_bytes_max,
            Want::Article => self.config.article_bytes_max,
            Want::Robots => ROBOTS_BYTES_MAX,
            Want::Query => QUERY_BYTES_MAX,
            Want::Receipt => RECEIPT_BYTES_MAX,
        };
        let failure = |err: BodyError| match err {
            BodyError::Over(over) => FetchError::TooLarge { url: ask.url.clone(), limit_bytes: over.limit_bytes },
            err => FetchError::Transport { url: ask.url.clone(), source: err.into() },
        };
        let mut reading = Reading::new(response.headers(), bytes_max).map_err(failure)?;
        while let Some(received) = response.chunk().await.map_err(|err| self.failure(ask.url, err))? {
            match reading.take(&received) {
                Ok(()) => {}
                // RFC 9309, section 2.5: what comes after the limit is ignored.
                Err(BodyError::Over(_)) if ask.want == Want::Robots => return Ok(reading.so_far()),
                Err(err) => return Err(failure(err)),
            }
        }
        reading.finish().map_err(failure)
    }

    /// Classes what reqwest reports.
    fn failure(&self, url: &Url, err: reqwest::Error) -> FetchError {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&err);
        while let Some(err) = cause {
            if let Some(blocked) = err.downcast_ref::<Blocked>() {
                return FetchError::Refused { url: url.clone(), reason: blocked.to_string() };
            }
            cause = err.source();
        }
        if err.is_timeout() {
            return FetchError::Timeout { url: url.clone(), limit: self.config.connect_timeout };
        }
        FetchError::Transport { url: url.clone(), source: err.without_url().into() }
    }
}

impl Fetch for Client {
    async fn fetch(&self, request: Request) -> Result<Fetched, FetchError> {
        self.follow(request).await
    }

    async fn post(&self, post: Post) -> Result<(), PostError> {
        self.send(post).await.map_err(PostError)
    }
}

/// One URL to ask.
struct Ask<'a> {
    url: &'a Url,
    want: Want,
    validators: Option<&'a Validators>,
    way: Way,
    crawl_delay: Duration,
    /// Sent by POST.
    form: Option<&'a str>,
}

/// How one hop is dialled.
#[derive(Clone, Copy)]
struct Way {
    pass: Pass,
    tls: Tls,
}

/// What the hops so far came to.
#[derive(Default)]
struct Trail {
    hops: Vec<Hop>,
    /// Time with a server; waiting for turns is not counted.
    elapsed: Duration,
    jar: Jar,
    /// The last redirect set some that its server has not been shown: the same URL may answer otherwise now.
    has_cookies_to_show: bool,
}

enum Step {
    Done(Box<Fetched>),
    Redirect { status: u16, to: Url },
}

/// Says why a redirect is not followed, and what the user can do about it.
fn leaves_tls(from: &Url, want: Want) -> String {
    let help = if want == Want::Feed {
        "; list the feed by an https address that answers, or by its http address"
    } else {
        ""
    };
    format!("redirect from {from} leaves TLS{help}")
}

fn allowance(request: &Request) -> Allowance {
    if request.is_private_allowed { Allowance::of(&request.url) } else { Allowance::none() }
}

fn headers(ask: &Ask<'_>) -> HeaderMap {
    let accept = match ask.want {
        Want::Feed => {
            "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, \
             application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
        }
        Want::Article => "text/html, application/xhtml+xml, */*;q=0.1",
        Want::Sitemap => "application/xml, text/xml, */*;q=0.1",
        Want::Robots => "text/plain, */*;q=0.1",
        Want::Query => "application/sparql-results+json",
        Want::Receipt => "*/*",
    };
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    let Some(validators) = ask.validators else { return headers };
    let exact = |text: &Option<String>| HeaderValue::from_bytes(text.as_ref()?.as_bytes()).ok();
    if let Some(etag) = exact(&validators.etag) {
        headers.insert(IF_NONE_MATCH, etag);
    }
    if let Some(last_modified) = exact(&validators.last_modified) {
        headers.insert(IF_MODIFIED_SINCE, last_modified);
    }
    headers
}

/// Returns where the answer sends the client.
///
/// # Errors
/// [`FetchError::Transport`] when that is no URL.
fn redirect(response: &reqwest::Response, url: &Url) -> Result<Option<Url>, FetchError> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(LOCATION).filter(|_| is_redirect) else { return Ok(None) };
    let location = String::from_utf8_lossy(location.as_bytes());
    match url.join(&location) {
        Ok(mut to) => {
            to.set_fragment(None);
            Ok(Some(to))
        }
        Err(err) => Err(FetchError::Transport { url: url.clone(), source: err.into() }),
    }
}

/// Clients that trust alike.
struct Dialler {
    /// Dials public addresses only.
    public: reqwest::Client,
    /// Dials whatever a name resolves to.
    private: reqwest::Client,
}

impl Dialler {
    fn new(config: &Config, names: &Arc<Names>, tls: &rustls::ClientConfig) -> Result<Self, ClientError> {
        let build = |pass| build(config, Resolver { names: Arc::clone(names), pass }, tls.clone());
        Ok(Self { public: build(Pass::Public)?, private: build(Pass::Private)? })
    }
}

fn build(config: &Config, resolver: Resolver, tls: rustls::ClientConfig) -> Result<reqwest::Client, ClientError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPT_ENCODING));
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(config.user_agent())
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(resolver)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(1)
        .http2_max_header_list_size(HEADER_LIST_BYTES_MAX);
    Ok(client.build()?)
}
