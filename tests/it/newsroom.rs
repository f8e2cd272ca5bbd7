//! A small newsroom on loopback: feeds and pages that a test puts up and takes down, and what was asked of it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Answers on a port of its own until it is dropped.
pub(crate) struct Newsroom {
    address: SocketAddr,
    desk: Arc<Desk>,
    _server: JoinSet<()>,
}

/// What is up, and what was asked. Locks are held for a look-up only.
struct Desk {
    pages: Mutex<HashMap<String, Page>>,
    asked: watch::Sender<Vec<(String, StatusCode)>>,
    /// Paths and bodies of what was sent by POST.
    posted: watch::Sender<Vec<(String, String)>>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
    /// Sent, and answered with 304 when it comes back.
    pub(crate) etag: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The question is taken, the answer never comes.
    pub(crate) is_silent: bool,
}

impl Page {
    pub(crate) fn new(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let content_type = content_type.to_owned();
        Self {
            status: StatusCode::OK,
            content_type,
            body: body.into(),
            etag: None,
            headers: Vec::new(),
            is_silent: false,
        }
    }

    /// A news page whose text is `paragraphs` and then enough of what every page of it has.
    pub(crate) fn article(title: &str, paragraphs: &[&str]) -> Self {
        let mut body = format!(
            "<!doctype html><html lang=\"en\"><head><title>{title}</title><meta property=\"og:title\" content=\"{title}\">\
             <meta property=\"article:published_time\" content=\"2025-02-12T17:00:00Z\"></head><body><article><h1>{title}</h1>"
        );
        for paragraph in paragraphs {
            write!(body, "<p>{paragraph}</p>").unwrap();
        }
        body.push_str("</article></body></html>");
        Self::new("text/html; charset=utf-8", body)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status: StatusCode::from_u16(status).unwrap(), ..Self::new("text/plain", "no") }
    }

    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("location", to)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn silent() -> Self {
        Self { is_silent: true, ..Self::status(200) }
    }

    pub(crate) fn etag(self, etag: &str) -> Self {
        Self { etag: Some(format!("\"{etag}\"")), ..self }
    }
}

/// One entry of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) title: String,
    pub(crate) link: Option<String>,
    pub(crate) summary: String,
}

impl Newsroom {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Desk {
            pages: Mutex::default(),
            asked: watch::Sender::default(),
            posted: watch::Sender::default(),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&desk));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, desk, _server: server }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Puts a page up, in place of the one that was there. A page at a path answers whatever the query, unless there is
    /// one for it.
    pub(crate) fn put(&self, path: &str, page: Page) {
        self.desk.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// Puts up an RSS feed of `items`, the newest first.
    pub(crate) fn put_feed(&self, path: &str, items: &[Item]) {
        let mut rss =
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title><link>/</link>".to_owned();
        for item in items {
            write!(rss, "<item><title>{}</title><description>{}</description>", item.title, item.summary).unwrap();
            if let Some(link) = &item.link {
                write!(rss, "<link>{link}</link><guid>{link}</guid>").unwrap();
            }
            rss.push_str("<pubDate>Wed, 12 Feb 2025 17:00:00 GMT</pubDate></item>");
        }
        rss.push_str("</channel></rss>");
        self.put(path, Page::new("application/rss+xml", rss));
    }

    /// Puts up an article and returns the entry that points at it.
    pub(crate) fn publish(&self, path: &str, title: &str, paragraphs: &[&str]) -> Item {
        self.put(path, Page::article(title, paragraphs));
        self.item(path, title)
    }

    /// Returns an entry that points at `path`.
    pub(crate) fn item(&self, path: &str, title: &str) -> Item {
        Item { title: title.to_owned(), link: Some(self.url(path)), summary: "Read more.".to_owned() }
    }

    /// Returns the page that is up.
    pub(crate) fn page(&self, path: &str) -> Page {
        self.desk.pages.lock().unwrap()[path].clone()
    }

    /// Returns how often `path` was asked.
    pub(crate) fn n_asked(&self, path: &str) -> usize {
        count(&self.desk.asked.borrow(), path)
    }

    /// Returns how often the answer was 304.
    pub(crate) fn n_unchanged(&self, path: &str) -> usize {
        let is_unchanged = |asked: &&(String, StatusCode)| asked.0 == path && asked.1 == StatusCode::NOT_MODIFIED;
        self.desk.asked.borrow().iter().filter(is_unchanged).count()
    }

    /// Returns what was sent to `path` so far.
    pub(crate) fn posted(&self, path: &str) -> Vec<String> {
        bodies(&self.desk.posted.borrow(), path)
    }

    /// Waits until something was sent to `path` so often, and returns what was sent last.
    pub(crate) async fn post(&self, path: &str, n_times: usize) -> String {
        let mut posted = self.desk.posted.subscribe();
        let enough = posted.wait_for(|posted| bodies(posted, path).len() >= n_times);
        drop(tokio::time::timeout(Duration::from_secs(30), enough).await.expect("it is sent in time").unwrap());
        self.posted(path).pop().unwrap()
    }

    /// Waits until `path` was asked so often.
    pub(crate) async fn asked(&self, path: &str, n_times: usize) {
        let mut asked = self.desk.asked.subscribe();
        let enough = asked.wait_for(|asked| count(asked, path) >= n_times);
        tokio::time::timeout(Duration::from_secs(30), enough).await.expect("it is asked in time").unwrap();
    }
}

fn count(asked: &[(String, StatusCode)], path: &str) -> usize {
    asked.iter().filter(|(asked, _)| asked == path).count()
}

fn bodies(posted: &[(String, String)], path: &str) -> Vec<String> {
    posted.iter().filter(|(to, _)| to == path).map(|(_, body)| body.clone()).collect()
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    if request.method() == Method::POST {
        let path = request.uri().path().to_owned();
        let page = desk.pages.lock().unwrap().get(&path).cloned();
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        desk.posted.send_modify(|posted| posted.push((path, String::from_utf8_lossy(&body).into_owned())));
        return page.map_or(StatusCode::METHOD_NOT_ALLOWED, |page| page.status).into_response();
    }
    let mut path = request.uri().to_string();
    let page = {
        let pages = desk.pages.lock().unwrap();
        if !pages.contains_key(&path) {
            request.uri().path().clone_into(&mut path);
        }
        pages.get(&path).cloned()
    };
    let is_silent = page.as_ref().is_some_and(|page| page.is_silent);
    let response = page.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |page| print(&page, &request));
    desk.asked.send_modify(|asked| asked.push((path, response.status())));
    if is_silent {
        std::future::pending::<()>().await;
    }
    response
}

fn print(page: &Page, request: &Request) -> Response {
    let mut response = Response::builder().status(page.status).header(header::CONTENT_TYPE, &page.content_type);
    for (name, value) in &page.headers {
        response = response.header(*name, value);
    }
    if let Some(etag) = &page.etag {
        response = response.header(header::ETAG, etag);
        let sent = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if sent == Some(etag) {
            return response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).unwrap();
        }
    }
    response.body(Body::from(page.body.clone())).unwrap()
}
