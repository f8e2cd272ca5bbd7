//! Owns what the tests share: the built-in coder, and a loopback server that answers as it is told, hostile answers
//! included.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use hotline::tag::Coder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// Packs and roster as they are built in; compiling them takes a while.
pub(crate) static CODER: LazyLock<Coder> = LazyLock::new(|| Coder::core().expect("the built-in packs compile"));

/// What a thread has spent of a core's time: other tests' work does not count.
pub(crate) struct CpuTime(Duration);

impl CpuTime {
    pub(crate) fn start() -> Self {
        Self(Self::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        Self::now().saturating_sub(self.0)
    }

    fn now() -> Duration {
        // The first number is the time on a core, in nanoseconds (Linux, `sched-stats`).
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts");
        let spent = text.split_whitespace().next().and_then(|spent| spent.parse().ok());
        Duration::from_nanos(spent.expect("a number"))
    }
}

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    /// Returns a header; `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    head: String,
    body: Vec<u8>,
    is_length_sent: bool,
    then: Then,
}

/// What follows the last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    /// The connection stays open, and nothing more is said.
    Silence,
    /// The body, over and over, a pause apart.
    Repeat(Duration),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        let head = format!("HTTP/1.1 {status} Said\r\nConnection: close\r\n");
        Self { head, body: Vec::new(), is_length_sent: true, then: Then::Close }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status(200) }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::status(302).header("Location", location)
    }

    /// Says nothing at all.
    pub(crate) fn silence() -> Self {
        Self { head: String::new(), body: Vec::new(), is_length_sent: false, then: Then::Silence }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    /// Announces no length, unless `header` does.
    pub(crate) fn then(mut self, then: Then) -> Self {
        self.is_length_sent = false;
        self.then = then;
        self
    }
}

/// A server on a free loopback port; it ends with the test.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    n_connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server on all loopback addresses.
    pub(crate) async fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let (asked, n_connections) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::<AtomicUsize>::default());
        let (log, count, reply) = (Arc::clone(&asked), Arc::clone(&n_connections), Arc::new(reply));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
                connections.spawn(async move {
                    // A client that goes away in the middle is what some tests want.
                    serve(stream, &log, reply.as_ref()).await.ok();
                });
            }
        });
        Self { port, asked, n_connections, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).expect("a URL")
    }

    /// Returns the requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panics in it").clone()
    }

    /// Returns the paths asked for so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }

    pub(crate) fn n_connections(&self) -> usize {
        self.n_connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    reply: &(impl Fn(&Asked) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let asked = Asked { path, headers };
    log.lock().expect("no test panics in it").push(asked.clone());
    let reply = reply(&asked);
    if !reply.head.is_empty() {
        stream.write_all(reply.head.as_bytes()).await?;
        let length = format!("Content-Length: {}\r\n", reply.body.len());
        stream.write_all(if reply.is_length_sent { length.as_bytes() } else { b"" }).await?;
        stream.write_all(b"\r\n").await?;
    }
    stream.write_all(&reply.body).await?;
    match reply.then {
        Then::Close => stream.shutdown().await,
        Then::Silence => std::future::pending().await,
        Then::Repeat(pause) => loop {
            tokio::time::sleep(pause).await;
            stream.write_all(&reply.body).await?;
        },
    }
}
