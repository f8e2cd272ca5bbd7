//! Owns one HTTP exchange: conditional GET, body caps, own redirect loop, address guard, robots. When and what to
//! fetch is the pipeline's business.

mod body;
mod config;
mod facts;
mod guard;
mod hosts;
mod http;
mod links;
mod names;
mod robots;
mod tls;

use std::sync::Arc;
use std::{future::Future, time::Duration};

use jiff::Timestamp;
use url::Url;

pub use config::{Config, RobotsScope};
pub use hosts::registrable_domain;
pub use http::{Client, ClientError};
pub use links::Links;
pub use robots::Ruling;
pub use tls::TlsError;
#[cfg(feature = "schema-registry")]
pub(crate) use tls::trusted_client;

/// What to get.
#[derive(Debug, Clone)]
pub struct Request {
    pub url: Url,
    pub want: Want,
    /// Sent only when the URL that answers is the one that gave them.
    pub validators: Option<Validators>,
    /// The URL's host may have a loopback or private address and a port of its own (per-feed allow list, the demo). It
    /// is asked without a pause, and a redirect to another host does not inherit the permission.
    pub is_private_allowed: bool,
    /// What the URL's host must prove. A redirect to another host does not inherit an exception.
    pub tls: Tls,
}

/// What a server must prove before it is believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tls {
    /// An authority vouches for its name, today.
    #[default]
    Verified,
    /// Nothing, and a redirect may leave TLS: the user's exception for a server that is broken.
    Unverified,
}

/// What kind of body is expected: decides `Accept` and the size cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    Feed,
    Article,
    /// A sitemap nobody listed: robots.txt applies.
    Sitemap,
    Robots,
    /// Results of a query service that the user asks; robots.txt, which is for crawlers, is not looked at.
    Query,
    /// Whatever answers a form.
    Receipt,
}

/// A form to send.
#[derive(Clone)]
pub struct Post {
    pub url: Url,
    /// Form-encoded; may hold secrets.
    pub form: String,
    /// As in [`Request`].
    pub is_private_allowed: bool,
    /// As in [`Request`].
    pub tls: Tls,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").field("url", &self.url).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// Cache validators, byte-exact as received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The final URL they belong to.
    pub url: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What normally happens on a GET.
#[derive(Debug, Clone)]
pub enum Fetched {
    Body(Body),
    /// 304. Validators are refreshed from this response where it gives them.
    NotModified(Answer),
    /// 410.
    Gone(Answer),
}

/// A 2xx answer with its decoded, capped body.
#[derive(Debug, Clone)]
pub struct Body {
    pub answer: Answer,
    /// Content-Encoding removed, within the cap.
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
}

/// Facts of the final response, other than its body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Final URL after redirects.
    pub url: Url,
    /// Every redirect followed, in order: the first one's URL is the request's. Empty when the request's URL answered.
    pub hops: Vec<Hop>,
    pub validators: Validators,
    pub links: Links,
    /// Freshness the server claims: `max-age - Age`, or `Expires - Date`.
    pub fresh_for: Option<Duration>,
    pub retry_after: Option<Duration>,
    /// Time with the servers asked; waiting for a turn is not counted.
    pub elapsed: Duration,
    pub at: Timestamp,
}

/// One redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    pub url: Url,
    /// Status that sent the client on (301, 302, 303, 307, 308).
    pub status: u16,
}

/// Performs one exchange. The seam for tests; `http::Client` is the real one.
pub trait Fetch: Send + Sync + 'static {
    /// Gets `request.url`, following redirects.
    ///
    /// # Errors
    /// [`FetchError`] says what was attempted and on which URL; nothing partial is returned.
    fn fetch(&self, request: Request) -> impl Future<Output = Result<Fetched, FetchError>> + Send;

    /// Sends a form; whatever body a 2xx answer has is let go.
    ///
    /// # Errors
    /// [`PostError`], for what [`Fetch::fetch`] fails for.
    fn post(&self, post: Post) -> impl Future<Output = Result<(), PostError>> + Send;
}

impl<F: Fetch> Fetch for Arc<F> {
    fn fetch(&self, request: Request) -> impl Future<Output = Result<Fetched, FetchError>> + Send {
        F::fetch(self, request)
    }

    fn post(&self, post: Post) -> impl Future<Output = Result<(), PostError>> + Send {
        F::post(self, post)
    }
}

/// Why a GET gave nothing usable. A variant exists because a caller acts differently on it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Refused before any connection: scheme, port, userinfo or address.
    #[error("refuse {url}: {reason}")]
    Refused { url: Url, reason: String },
    /// Any 4xx or 5xx but 410; `retry_after` on 429 and 503.
    #[error("get {url}: HTTP {status}")]
    Status { url: Url, status: u16, retry_after: Option<Duration> },
    /// A loop, or more redirects than are followed.
    #[error("get {url}: redirects in a loop or more than {limit} times")]
    TooManyRedirects { url: Url, limit: usize },
    /// Decoded body over the cap, or expanding beyond the ratio cap.
    #[error("get {url}: body over {limit_bytes} bytes")]
    TooLarge { url: Url, limit_bytes: usize },
    #[error("get {url}: no answer within {limit:?}")]
    Timeout { url: Url, limit: Duration },
    /// robots.txt forbids it; `rule` is the line that does.
    #[error("get {url}: robots.txt forbids it (`{rule}`)")]
    Robots { url: Url, rule: String },
    /// Nobody was asked: the host has just failed repeatedly, asked for a pause, or its robots.txt cannot be read.
    #[error("get {url}: not now, {reason}")]
    NotNow { url: Box<Url>, reason: String, retry_after: Duration },
    /// DNS, TCP, TLS, protocol, truncated or undecodable body.
    #[error("get {url}")]
    Transport {
        url: Url,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl FetchError {
    /// Returns how long the server, or who speaks for it, asked to wait.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::NotNow { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

/// Why a form did not arrive: a [`FetchError`] that names the attempt for what it was.
#[derive(Debug)]
pub struct PostError(pub FetchError);

impl std::fmt::Display for PostError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = self.0.to_string();
        match said.strip_prefix("get ") {
            Some(rest) => write!(f, "post {rest}"),
            // Refused before anything was attempted.
            None => f.write_str(&said),
        }
    }
}

impl std::error::Error for PostError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_to_be_posted_is_not_said_to_be_got() {
        let url: Url = "https://hub.example/".parse().unwrap();
        let status = FetchError::Status { url: url.clone(), status: 400, retry_after: None };
        assert_eq!(PostError(status).to_string(), "post https://hub.example/: HTTP 400");
        let refused = FetchError::Refused { url: url.clone(), reason: "loopback address".to_owned() };
        assert_eq!(PostError(refused).to_string(), "refuse https://hub.example/: loopback address");
        let cut = PostError(FetchError::Transport { url, source: "connection reset".into() });
        let cause = std::error::Error::source(&cut).map(ToString::to_string);
        assert_eq!(
            (cut.to_string().as_str(), cause.as_deref()),
            ("post https://hub.example/", Some("connection reset"))
        );
    }
}
