//! Loads a daemon with thousands of feeds and prints what that costs: processor, memory, descriptors, and how late polls
//! are.
//!
//! `cargo bench --bench many_feeds -- --feeds 10000 --minutes 10`: the daemon is a process of its own; the feeds are served
//! by this one over loopback, each from an address of its own in 127.0.0.0/8, so that it runs on Linux only. A feed brings
//! a new entry about every hour; every second server knows validators, the others send the whole document each time.

#![expect(clippy::expect_used, reason = "a bench stops where its ground gives way")]
#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

const ENTRIES_PER_FEED: u64 = 20;
/// A feed brings one new entry in this time.
const ENTRY_EVERY: Duration = Duration::from_hours(1);
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Clock ticks of `/proc/PID/stat`, which Linux fixes for programs whatever the kernel's own.
const TICKS_PER_SECOND: f64 = 100.0;

/// What the command line asks for.
struct Load {
    n_feeds: u32,
    minutes: u64,
}

impl Load {
    fn of_args() -> Self {
        let args: Vec<String> = std::env::args().collect();
        let number = |name: &str| {
            let at = args.iter().position(|arg| arg == name)?;
            Some(args.get(at + 1)?.parse::<u32>().expect("a number follows"))
        };
        Self { n_feeds: number("--feeds").unwrap_or(10_000), minutes: u64::from(number("--minutes").unwrap_or(10)) }
    }
}

/// Each feed has a host of its own.
fn address(feed: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + feed)
}

/// The number of the newest entry; feeds move on at different times.
fn newest(feed: u32, since: Instant) -> u64 {
    let offset = ENTRY_EVERY.as_secs() * u64::from(feed.wrapping_mul(2_654_435_761) >> 16) / (1 << 16);
    ENTRIES_PER_FEED + (since.elapsed().as_secs() + offset) / ENTRY_EVERY.as_secs()
}

fn document(feed: u32, port: u16, newest: u64) -> String {
    let base = format!("http://{}:{port}", address(feed));
    let mut rss = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Harbour {feed}</title>");
    for entry in (newest - ENTRIES_PER_FEED..newest).rev() {
        write!(
            rss,
            "<item><title>Quay {entry} of harbour {feed} opens</title><link>{base}/page/{feed}/{entry}</link>\
             <description>The harbour authority opened quay {entry} after two years of building.</description></item>"
        )
        .expect("a String takes everything");
    }
    rss.push_str("</channel></rss>");
    rss
}

fn page(feed: u32, entry: u64) -> String {
    let text =
        format!("<p>Residents of harbour {feed} had asked for a park; quay {entry} came instead.</p>").repeat(12);
    format!(
        "<!doctype html><html lang=\"en\"><head><title>Quay {entry}</title></head><body><article>{text}</article></body></html>"
    )
}

fn answer(feed: u32, port: u16, since: Instant, headers: &HeaderMap) -> Response {
    let newest = newest(feed, since);
    let etag = format!("\"{newest}\"");
    let rss = [(header::CONTENT_TYPE, "application/rss+xml")];
    if !feed.is_multiple_of(2) {
        return (rss, document(feed, port, newest)).into_response();
    }
    if headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    (rss, [(header::ETAG, etag)], document(feed, port, newest)).into_response()
}

/// Serves all feeds on one port of all loopback addresses; returns the port.
fn serve() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port is free");
    listener.set_nonblocking(true).expect("a socket can be asked without waiting");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    let since = Instant::now();
    let router = Router::new()
        .route(
            "/feed/{feed}",
            axum::routing::get(async move |UrlPath(feed): UrlPath<u32>, headers: HeaderMap| {
                answer(feed, port, since, &headers)
            }),
        )
        .route(
            "/page/{feed}/{entry}",
            axum::routing::get(async |UrlPath((feed, entry)): UrlPath<(u32, u64)>| {
                ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page(feed, entry))
            }),
        );
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("the socket is taken over");
            axum::serve(listener, router).await.expect("the server runs as long as the bench");
        });
    });
    port
}

/// Writes the configuration of all feeds into a folder.
fn configure(folder: &Path, n_feeds: u32, port: u16, status: SocketAddr) {
    let main = format!(
        "state_dir = \"{}\"\n[schedule]\ninterval = \"5m\"\ninterval_max = \"5m\"\n[fetch]\nports = [{port}]\n\
         [http]\nlisten = \"{status}\"\n",
        folder.join("state").display()
    );
    std::fs::write(folder.join("hotline.toml"), main).expect("the folder takes files");
    let mut list = String::new();
    for feed in 0..n_feeds {
        let host = address(feed);
        write!(
            list,
            "[[outlet]]\nid = \"harbour-{feed}\"\nname = \"Harbour {feed}\"\nlang = \"en\"\n[[outlet.feed]]\n\
             id = \"harbour-{feed}\"\nurl = \"http://{host}:{port}/feed/{feed}\"\nfirst_poll = \"mark_seen\"\n\
             allow_private = true\n"
        )
        .expect("a String takes everything");
    }
    std::fs::create_dir(folder.join("feeds.d")).expect("the folder takes folders");
    std::fs::write(folder.join("feeds.d/load.toml"), list).expect("the folder takes files");
}

/// The daemon under load.
struct Daemon {
    child: Child,
    status: SocketAddr,
}

impl Daemon {
    fn start(folder: &Path, status: SocketAddr) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_hotline"))
            .arg("--config")
            .arg(folder.join("hotline.toml"))
            .args(["run", "--sink"])
            .arg(format!("ndjson:{}", folder.join("records").display()))
            .stdin(Stdio::null())
            .spawn()
            .expect("the daemon starts");
        Self { child, status }
    }

    fn proc(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).expect("the daemon runs")
    }

    /// Processor time of all threads so far.
    fn cpu_seconds(&self) -> f64 {
        let stat = self.proc("stat");
        // The name before may hold spaces; user and system time are the 12th and 13th fields behind it.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).expect("times are numbers");
        (ticks(11) + ticks(12)) / TICKS_PER_SECOND
    }

    fn peak_mib(&self) -> u64 {
        let status = self.proc("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux counts memory");
        peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kB") / 1024
    }

    fn n_descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("the daemon runs").count()
    }

    /// The daemon's metrics; empty until its port is open.
    fn metrics(&self) -> String {
        let mut answer = String::new();
        let Ok(mut stream) = TcpStream::connect(self.status) else { return answer };
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            .expect("the daemon listens");
        stream.read_to_string(&mut answer).expect("the daemon answers");
        answer
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().expect("the daemon can be stopped");
        self.child.wait().expect("the daemon ends");
    }
}

/// Sums the samples of a metric.
fn sum(metrics: &str, name: &str) -> f64 {
    let of = |line: &str| line.starts_with(name).then(|| line.rsplit(' ').next()?.parse::<f64>().ok()).flatten();
    metrics.lines().filter_map(of).sum()
}

/// Polls by the upper bound of how late they were, in seconds.
fn lags(metrics: &str) -> Vec<(f64, f64)> {
    let bucket = |line: &str| {
        let rest = line.strip_prefix("hotline_schedule_lag_seconds_bucket{le=\"")?;
        let (bound, count) = rest.split_once("\"} ")?;
        Some((bound.parse().ok()?, count.parse().ok()?))
    };
    metrics.lines().filter_map(bucket).collect()
}

/// The bound that 99 in 100 of the polls between two looks keep.
fn lag_p99(before: &[(f64, f64)], after: &[(f64, f64)]) -> f64 {
    let earlier = |bound: f64| before.iter().find(|(known, _)| *known >= bound).map_or(0.0, |(_, count)| *count);
    let counts: Vec<(f64, f64)> = after.iter().map(|(bound, count)| (*bound, count - earlier(*bound))).collect();
    let n_all = counts.last().map_or(0.0, |(_, count)| *count);
    counts.iter().find(|(_, count)| *count >= n_all * 0.99).map_or(f64::INFINITY, |(bound, _)| *bound)
}

fn main() {
    let load = Load::of_args();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let port = serve();
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    let status = free.expect("a port is free");
    configure(folder.path(), load.n_feeds, port, status);
    let start = Instant::now();
    let daemon = Daemon::start(folder.path(), status);
    let mut n_descriptors = 0;
    let polled = |metrics: &str| sum(metrics, "hotline_polls_total");
    let first = loop {
        std::thread::sleep(LOOK_EVERY);
        n_descriptors = n_descriptors.max(daemon.n_descriptors());
        let metrics = daemon.metrics();
        if polled(&metrics) >= f64::from(load.n_feeds) {
            break metrics;
        }
    };
    println!("{} feeds, every 5 minutes, one new entry an hour each", load.n_feeds);
    let (elapsed, cpu) = (start.elapsed().as_secs_f64(), daemon.cpu_seconds());
    let p99 = lag_p99(&[], &lags(&first));
    println!(
        "cold start  all polled once after {elapsed:.0} s, {:.2} cores, lag p99 <= {p99} s, peak {} MiB, {n_descriptors} descriptors",
        cpu / elapsed,
        daemon.peak_mib(),
    );
    let start = Instant::now();
    n_descriptors = 0;
    while start.elapsed() < Duration::from_mins(load.minutes) {
        std::thread::sleep(LOOK_EVERY);
        n_descriptors = n_descriptors.max(daemon.n_descriptors());
    }
    let metrics = daemon.metrics();
    let elapsed = start.elapsed().as_secs_f64();
    let (n_polls, n_articles) = (
        polled(&metrics) - polled(&first),
        sum(&metrics, "hotline_articles_total") - sum(&first, "hotline_articles_total"),
    );
    let p99 = lag_p99(&lags(&first), &lags(&metrics));
    println!(
        "steady      {:.1} polls/s, {:.2} articles/s, {:.2} cores, lag p99 <= {p99} s, peak {} MiB, {n_descriptors} descriptors",
        n_polls / elapsed,
        n_articles / elapsed,
        (daemon.cpu_seconds() - cpu) / elapsed,
        daemon.peak_mib(),
    );
    for line in metrics.lines().filter(|line| line.starts_with("hotline_polls_total")) {
        println!("            {line}");
    }
}
