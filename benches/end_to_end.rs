//! Times the whole pipeline: feeds and pages over loopback HTTP, records into NDJSON files. Prints after it what an article
//! costs, by stage.

#![expect(clippy::expect_used, reason = "a bench stops where its ground gives way")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hotline::app::{self, AppConfig};
use hotline::clock::SystemClock;
use hotline::config::{Feed, FirstPoll, Settings};
use hotline::fetch::Tls;
use hotline::outlet::Outlet;
use hotline::pipeline::Mode;
use hotline::publish::{Articles, Ndjson};
use hotline::tag::Coder;
use tokio::runtime::Runtime;

const FEEDS: usize = 20;
const ARTICLES_PER_FEED: usize = 25;
/// One article in so many reports a call.
const CALLS_EVERY: usize = 10;
/// Bytes of menus and scripts around each article.
const FURNITURE_BYTES: usize = 40_000;

const FILLER: [&str; 4] = [
    "The harbour authority opened its new quay on Wednesday after two years of building, its head told reporters.",
    "Ships from eleven countries are expected to use it in the coming season, and the city hopes for more visitors.",
    "Residents of the old town had asked for a park instead; the council has promised trees along the river.",
    "The next meeting of the council is in three weeks, when the budget for schools and roads will be discussed.",
];

fn page(feed: usize, article: usize) -> String {
    let title = format!("Quay {article} of harbour {feed} opens");
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><title>{title}</title><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"article:published_time\" content=\"2025-02-12T17:00:00Z\"></head><body><nav><ul>"
    );
    while page.len() < FURNITURE_BYTES {
        page.push_str("<li class=\"teaser\"><a href=\"/other\">Ferry service to the islands resumes</a></li>");
    }
    write!(page, "</ul></nav><article><h1>{title}</h1>").expect("a String takes everything");
    if article.is_multiple_of(CALLS_EVERY) {
        page.push_str("<p>French President Emmanuel Macron spoke by phone with Volodymyr Zelenskyy on Tuesday.</p>");
    }
    for turn in 0..12 {
        let filler = FILLER[(turn + article) % FILLER.len()];
        write!(page, "<p>{filler} Harbour {feed}, quay {article}, part {turn}.</p>")
            .expect("a String takes everything");
    }
    page.push_str("</article></body></html>");
    page
}

fn feed(base: &str, feed: usize) -> String {
    let mut rss = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title><link>/</link>".to_owned();
    for article in 0..ARTICLES_PER_FEED {
        write!(
            rss,
            "<item><title>Quay {article} of harbour {feed} opens</title><link>{base}/page/{feed}/{article}</link>\
             <pubDate>Wed, 12 Feb 2025 17:00:00 GMT</pubDate></item>"
        )
        .expect("a String takes everything");
    }
    rss.push_str("</channel></rss>");
    rss
}

/// Puts up the newsroom; returns its address.
async fn newsroom() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
    let base = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
    let of_feeds = base.clone();
    let router = Router::new()
        .route(
            "/feed/{feed}",
            axum::routing::get(async move |Path(number): Path<usize>| {
                ([(header::CONTENT_TYPE, "application/rss+xml")], feed(&of_feeds, number))
            }),
        )
        .route(
            "/page/{feed}/{article}",
            axum::routing::get(async |Path((feed, article)): Path<(usize, usize)>| {
                ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page(feed, article))
            }),
        );
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

fn feeds(base: &str) -> Vec<Feed> {
    let outlet = |number: usize| Outlet {
        id: format!("harbour-{number}"),
        name: format!("Harbour {number}"),
        family: None,
        zone: Some("Europe/Kyiv".to_owned()),
        lang: Some("en".to_owned()),
    };
    let feed = |number: usize| Feed {
        id: format!("harbour-{number}"),
        url: format!("{base}/feed/{number}").parse().expect("the address is a URL"),
        outlet: Arc::new(outlet(number)),
        country: None,
        lang: None,
        interval: None,
        was: Vec::new(),
        first_poll: FirstPoll::PublishAll,
        is_private_allowed: true,
        tls: Tls::Verified,
    };
    (0..FEEDS).map(feed).collect()
}

/// Runs one round on an empty state folder; returns its time and the metrics.
async fn round(base: &str, coder: Arc<Coder>) -> (Duration, String) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut settings = Settings { state_dir: folder.path().join("state"), ..Settings::default() };
    settings.publish.articles = Articles::All;
    let sink = Ndjson::open(folder.path().join("records")).expect("the folder can be made");
    let config = AppConfig { settings, feeds: feeds(base), lists: Vec::new(), rules: Arc::default(), mode: Mode::Once };
    let start = Instant::now();
    let app = app::start_with_coder(config, coder, sink, Arc::new(SystemClock)).await.expect("the pipeline starts");
    let metrics = app.metrics();
    let totals = app.wait().await.expect("the round ends");
    let elapsed = start.elapsed();
    assert_eq!(totals.n_articles, (FEEDS * ARTICLES_PER_FEED) as u64, "every article arrives");
    (elapsed, metrics.print().expect("metrics print"))
}

/// Returns the mean of a histogram, in milliseconds.
fn mean_ms(metrics: &str, name: &str) -> f64 {
    let value = |suffix: &str| {
        let line = metrics.lines().find(|line| line.starts_with(&format!("hotline_{name}_{suffix} ")));
        line.and_then(|line| line.rsplit(' ').next()).and_then(|value| value.parse::<f64>().ok()).unwrap_or(f64::NAN)
    };
    value("sum") / value("count") * 1_000.0
}

fn bench(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime starts");
    let base = runtime.block_on(newsroom());
    let coder = Arc::new(Coder::core().expect("the built-in packs compile"));
    let mut last = String::new();
    let mut group = criterion.benchmark_group("end_to_end");
    group.sample_size(10).throughput(Throughput::Elements((FEEDS * ARTICLES_PER_FEED) as u64));
    group.bench_function("articles", |bencher| {
        bencher.iter_custom(|n_rounds| {
            let mut total = Duration::ZERO;
            for _ in 0..n_rounds {
                let (elapsed, metrics) = runtime.block_on(round(&base, Arc::clone(&coder)));
                total += elapsed;
                last = metrics;
            }
            total
        });
    });
    group.finish();
    for (stage, name) in [("extract", "extraction_seconds"), ("code", "coding_seconds"), ("commit", "commit_seconds")] {
        eprintln!("{stage:<8} {:.3} ms a call on average in the last round", mean_ms(&last, name));
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
