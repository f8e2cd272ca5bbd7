//! Facts about asking servers, held against a hostile one on loopback.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::io::Write as _;
use std::time::{Duration, Instant};

use hotline::fetch::{
    Answer, Body, Client, Config, Fetch, FetchError, Fetched, Request, RobotsScope, Tls, Validators, Want,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

use crate::support::{Reply, Server, Then};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Wick</title></channel></rss>";

fn client(config: &Config) -> Client {
    Client::new(config).expect("a client")
}

/// Short limits: what hangs is cut while the test waits.
fn short() -> Config {
    Config { timeout: Duration::from_millis(300), ..Config::default() }
}

fn feed(url: Url) -> Request {
    Request { url, want: Want::Feed, validators: None, is_private_allowed: true, tls: Tls::Verified }
}

fn article(url: Url) -> Request {
    Request { want: Want::Article, ..feed(url) }
}

fn public(url: Url) -> Request {
    Request { is_private_allowed: false, ..feed(url) }
}

async fn body(client: &Client, request: Request) -> Body {
    let fetched = client.fetch(request).await.expect("an answer");
    if let Fetched::Body(body) = fetched { Some(body) } else { None }.expect("a body")
}

async fn failure(client: &Client, request: Request) -> FetchError {
    client.fetch(request).await.expect_err("a failure was expected")
}

#[tokio::test]
async fn body_comes_with_the_facts_of_its_answer() {
    let server = Server::start(|_| {
        Reply::ok(FEED)
            .header("Content-Type", "application/rss+xml; charset=windows-1251")
            .header("ETag", "W/\"a-1\"")
            .header("Cache-Control", "max-age=600")
            .header("Age", "100")
    })
    .await;
    let config = Config { contact: Some("https://wick.example/bot".to_owned()), ..Config::default() };
    let body = body(&client(&config), feed(server.url("/rss#top"))).await;
    assert_eq!(body.bytes, FEED.as_bytes());
    assert_eq!(body.content_type.as_deref(), Some("application/rss+xml; charset=windows-1251"));
    let Answer { status, url, hops, validators, fresh_for, .. } = body.answer;
    assert_eq!((status, url, hops), (200, server.url("/rss"), vec![]));
    assert_eq!((validators.url, validators.etag), (server.url("/rss").to_string(), Some("W/\"a-1\"".to_owned())));
    assert_eq!((validators.last_modified, fresh_for), (None, Some(Duration::from_secs(500))));
    let asked = &server.asked()[0];
    let agent = asked.header("user-agent").expect("a User-Agent");
    assert!(agent.starts_with("hotline/") && agent.ends_with("(+https://wick.example/bot)"), "{agent}");
    assert!(asked.header("accept").expect("Accept").starts_with("application/rss+xml"));
    assert_eq!(asked.header("accept-encoding"), Some("gzip, br, zstd"));
    assert!(asked.header("cookie").is_none() && asked.header("referer").is_none());
}

#[tokio::test]
async fn validators_go_back_byte_for_byte_to_the_url_that_gave_them() {
    let etag = "W/\"\u{e4} odd, \\\"tag\"";
    let server = Server::start(move |asked| match (asked.path.as_str(), asked.header("if-none-match")) {
        ("/moved", _) => Reply::redirect("/rss"),
        (_, None) => Reply::ok(FEED).header("ETag", etag).header("Last-Modified", "yesterday, about noon"),
        (_, Some(_)) => Reply::status(304).header("ETag", "\"new\""),
    })
    .await;
    let client = client(&Config::default());
    let first = body(&client, feed(server.url("/moved"))).await;
    assert_eq!(first.answer.hops.len(), 1);
    let validators = first.answer.validators;
    assert_eq!(validators.url, server.url("/rss").to_string());
    let again = Request { validators: Some(validators), ..feed(server.url("/moved")) };
    let Ok(Fetched::NotModified(answer)) = client.fetch(again).await else { panic!("nothing changed") };
    assert_eq!(answer.validators.etag.as_deref(), Some("\"new\""));
    assert_eq!(answer.validators.last_modified.as_deref(), Some("yesterday, about noon"));
    let asked = server.asked();
    let sent: Vec<_> = asked.iter().map(|asked| (asked.path.as_str(), asked.header("if-none-match"))).collect();
    assert_eq!(sent, [("/moved", None), ("/rss", None), ("/moved", None), ("/rss", Some(etag))]);
    assert_eq!(asked[3].header("if-modified-since"), Some("yesterday, about noon"));
}

#[tokio::test]
async fn not_modified_that_nobody_asked_for_is_a_failure() {
    let server = Server::start(|_| Reply::status(304)).await;
    let other =
        Validators { url: "http://other.example/".to_owned(), etag: Some("\"a\"".to_owned()), last_modified: None };
    let request = Request { validators: Some(other), ..feed(server.url("/rss")) };
    let err = failure(&client(&Config::default()), request).await;
    assert!(matches!(err, FetchError::Status { status: 304, .. }), "{err}");
    assert_eq!(server.asked()[0].header("if-none-match"), None);
}

#[tokio::test]
async fn gone_is_no_error_and_other_refusals_are() {
    let server = Server::start(|asked| {
        let reply = Reply::status(asked.path[1..].parse().expect("a status"));
        reply.header("Retry-After", "120")
    })
    .await;
    let client = client(&Config::default());
    let gone = client.fetch(feed(server.url("/410"))).await;
    assert!(matches!(gone, Ok(Fetched::Gone(Answer { status: 410, .. }))));
    let minutes = Some(Duration::from_mins(2));
    for (path, expected) in [("/401", None), ("/404", None), ("/429", minutes), ("/500", None), ("/503", minutes)] {
        match failure(&client, feed(server.url(path))).await {
            FetchError::Status { status, retry_after, .. } => {
                assert_eq!((format!("/{status}"), retry_after), (path.to_owned(), expected));
            }
            other => panic!("{path}: {other}"),
        }
    }
}

#[tokio::test]
async fn redirects_are_followed_and_told() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/a" => Reply::status(301).header("Location", "b?x=1"),
        "/b?x=1" => {
            Reply::status(308).header("Location", "//127.0.0.1:PORT/c#part".replace("PORT", port(asked)).as_str())
        }
        _ => Reply::ok(FEED),
    })
    .await;
    let body = body(&client(&Config::default()), feed(server.url("/a"))).await;
    let hops: Vec<_> = body.answer.hops.iter().map(|hop| (hop.url.path(), hop.status)).collect();
    assert_eq!(hops, [("/a", 301), ("/b", 308)]);
    assert_eq!(body.answer.url, server.url("/c"));
}

fn port(asked: &crate::support::Asked) -> &str {
    asked.header("host").and_then(|host| host.rsplit(':').next()).expect("a port")
}

#[tokio::test]
async fn five_redirects_are_followed_and_six_are_not() {
    let server = Server::start(|asked| match asked.path[1..].parse::<u32>().expect("a number") {
        0 => Reply::ok(FEED),
        n => Reply::redirect(&format!("/{}", n - 1)),
    })
    .await;
    let client = client(&Config::default());
    assert_eq!(body(&client, feed(server.url("/5"))).await.answer.hops.len(), 5);
    let n_before = server.asked().len();
    let err = failure(&client, feed(server.url("/6"))).await;
    assert!(matches!(err, FetchError::TooManyRedirects { limit: 5, .. }), "{err}");
    assert_eq!(server.asked().len() - n_before, 6);
}

#[tokio::test]
async fn a_server_that_wants_its_cookie_back_gets_it_within_the_chain_alone() {
    let server = Server::start(|asked| match asked.header("cookie") {
        Some("seen=1") => Reply::ok(FEED),
        _ => Reply::redirect("/rss").header("Set-Cookie", "seen=1; Path=/; HttpOnly"),
    })
    .await;
    let client = client(&Config::default());
    let read = body(&client, feed(server.url("/rss"))).await;
    assert_eq!((read.bytes.as_slice(), read.answer.hops.len()), (FEED.as_bytes(), 1));
    body(&client, feed(server.url("/rss"))).await;
    assert_eq!(server.paths(), ["/rss"; 4], "the next request starts without it");
    let endless = Server::start(|asked| {
        let n = asked.header("cookie").map_or(0, str::len);
        Reply::redirect("/rss").header("Set-Cookie", &format!("seen={}", "1".repeat(n)))
    })
    .await;
    let failed = failure(&client, feed(endless.url("/rss"))).await;
    assert!(matches!(failed, FetchError::TooManyRedirects { .. }), "{failed}");
}

#[tokio::test]
async fn redirect_loops_end_at_once() {
    let server = Server::start(|asked| Reply::redirect(if asked.path == "/a" { "/b" } else { "/a#again" })).await;
    let err = failure(&client(&Config::default()), feed(server.url("/a"))).await;
    assert!(matches!(err, FetchError::TooManyRedirects { .. }), "{err}");
    assert_eq!(server.paths(), ["/a", "/b"]);
}

#[tokio::test]
async fn redirect_without_a_place_is_a_failure() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/none" => Reply::status(302),
        _ => Reply::redirect("http://[no host/"),
    })
    .await;
    let client = client(&Config::default());
    let err = failure(&client, feed(server.url("/none"))).await;
    assert!(matches!(err, FetchError::Status { status: 302, .. }), "{err}");
    let err = failure(&client, feed(server.url("/broken"))).await;
    assert!(matches!(err, FetchError::Transport { .. }), "{err}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).expect("memory")
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("a byte")).collect()
}

/// `<rss>twelve small bytes</rss>`, brotli.
const BROTLI_FEED: &str = "0b0e803c7273733e7477656c766520736d616c6c2062797465733c2f7273733e03";
/// 16 MiB of spaces, brotli.
const BROTLI_BOMB: &str = "cbffff3f002440e2b14072effff8ffff078004401c1680eefddf";
static SPACES: [u8; 16 * 1024 * 1024] = [b' '; 16 * 1024 * 1024];

/// Serves the bodies under the names of their codings.
async fn coded(bodies: Vec<(&'static str, Vec<u8>)>) -> Server {
    Server::start(move |asked| {
        let (coding, body) = bodies.iter().find(|(coding, _)| asked.path[1..] == **coding).expect("a coding");
        Reply::ok(body.clone()).header("Content-Encoding", coding)
    })
    .await
}

#[tokio::test]
async fn codings_are_removed() {
    let text = "<rss>twelve small bytes</rss>";
    let two_members = [gzip(b"<rss>twelve "), gzip(b"small bytes</rss>")].concat();
    let bodies = vec![
        ("gzip", gzip(text.as_bytes())),
        ("X-GZIP", two_members),
        ("br", hex(BROTLI_FEED)),
        ("zstd", [zstd(b"<rss>twelve "), zstd(b"small bytes</rss>")].concat()),
        ("identity", text.into()),
        ("utf-8", text.into()),
    ];
    let codings: Vec<_> = bodies.iter().map(|(coding, _)| *coding).collect();
    let server = coded(bodies).await;
    let client = client(&Config::default());
    for coding in codings {
        let body = body(&client, feed(server.url(&format!("/{coding}")))).await;
        assert_eq!(String::from_utf8_lossy(&body.bytes), text, "{coding}");
    }
}

#[tokio::test]
async fn empty_body_needs_no_coding() {
    let server = coded(vec![("gzip", vec![]), ("br", vec![]), ("zstd", vec![])]).await;
    for coding in ["/gzip", "/br", "/zstd"] {
        assert!(body(&client(&Config::default()), feed(server.url(coding))).await.bytes.is_empty(), "{coding}");
    }
}

#[tokio::test]
async fn bombs_are_cut_by_their_ratio() {
    let server = coded(vec![("gzip", gzip(&SPACES)), ("br", hex(BROTLI_BOMB)), ("zstd", zstd(&SPACES))]).await;
    let client = client(&Config::default());
    for coding in ["/gzip", "/br", "/zstd"] {
        match failure(&client, feed(server.url(coding))).await {
            FetchError::TooLarge { limit_bytes, .. } => {
                assert!(limit_bytes < SPACES.len() / 2, "{coding} {limit_bytes}");
            }
            other => panic!("{coding}: {other}"),
        }
    }
}

#[tokio::test]
async fn truncated_and_damaged_bodies_give_nothing() {
    let noise: Vec<u8> = (0..20_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() * 2 / 3].to_vec();
    let mut damaged = gzip(&noise);
    damaged[500] ^= 0xff;
    let cases = [
        ("gzip", cut(gzip(&noise))),
        ("gzip", gzip(&noise)[..5].to_vec()),
        ("gzip", damaged),
        ("gzip", FEED.into()),
        ("br", cut(hex(BROTLI_FEED))),
        ("br", [hex(BROTLI_FEED), b"more".to_vec()].concat()),
        ("zstd", cut(zstd(&noise))),
        ("zstd", FEED.into()),
        ("compress", FEED.into()),
        ("gzip, br", gzip(&noise)),
    ];
    let client = client(&Config::default());
    for (coding, bytes) in cases {
        let server = Server::start(move |_| Reply::ok(bytes.clone()).header("Content-Encoding", coding)).await;
        let err = failure(&client, feed(server.url("/"))).await;
        assert!(matches!(err, FetchError::Transport { .. }), "{coding}: {err}");
    }
}

#[tokio::test]
async fn body_shorter_than_announced_gives_nothing() {
    let server = Server::start(|_| Reply::ok(FEED).then(Then::Close).header("Content-Length", "1000")).await;
    let err = failure(&client(&Config::default()), feed(server.url("/"))).await;
    assert!(matches!(err, FetchError::Transport { .. }), "{err}");
}

#[tokio::test]
async fn sizes_are_capped_by_what_is_wanted() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        _ => Reply::ok(vec![b'x'; 3_000]),
    })
    .await;
    let client = client(&Config { article_bytes_max: 2_999, feed_bytes_max: 3_000, ..Config::default() });
    assert_eq!(body(&client, feed(server.url("/"))).await.bytes.len(), 3_000);
    let err = failure(&client, article(server.url("/"))).await;
    assert!(matches!(err, FetchError::TooLarge { limit_bytes: 2_999, .. }), "{err}");
}

#[tokio::test]
async fn endless_body_is_cut_at_the_cap() {
    let server = Server::start(|_| Reply::ok(vec![b'x'; 10_000]).then(Then::Repeat(Duration::ZERO))).await;
    let client = client(&Config { feed_bytes_max: 100_000, ..Config::default() });
    let err = failure(&client, feed(server.url("/"))).await;
    assert!(matches!(err, FetchError::TooLarge { .. }), "{err}");
}

#[tokio::test]
async fn silent_and_dripping_servers_are_cut_at_the_limit() {
    let drip = Then::Repeat(Duration::from_millis(20));
    for reply in [Reply::silence(), Reply::ok("x").then(Then::Silence), Reply::ok("x").then(drip)] {
        let server = Server::start(move |_| reply.clone()).await;
        let start = Instant::now();
        let err = failure(&client(&short()), feed(server.url("/"))).await;
        assert!(matches!(err, FetchError::Timeout { .. }), "{err}");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn dripping_headers_are_cut_at_the_limit() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("a port"))).expect("a URL");
    let dripping = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        stream.read_u8().await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
        loop {
            stream.write_all(b"X: 1\r\n").await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        #[expect(unreachable_code, reason = "gives the type")]
        Ok::<(), std::io::Error>(())
    });
    let err = failure(&client(&short()), feed(url)).await;
    assert!(matches!(err, FetchError::Timeout { .. }), "{err}");
    assert!(dripping.await.expect("the server ends").is_err(), "the connection is closed");
}

#[tokio::test]
async fn reset_in_the_middle_gives_nothing() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("a port"))).expect("a URL");
    let resetting = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        stream.read_u8().await.expect("a request");
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss ").await.expect("sent");
        // The rest of the request lies unread: closing now resets the connection.
        drop(stream);
    });
    let err = failure(&client(&Config::default()), feed(url)).await;
    assert!(matches!(err, FetchError::Transport { .. }), "{err}");
    resetting.await.expect("the server ends");
}

#[tokio::test]
async fn body_longer_than_announced_ends_where_it_was_announced() {
    let server = Server::start(|_| Reply::ok("12345678").then(Then::Close).header("Content-Length", "5")).await;
    let body = body(&client(&Config::default()), feed(server.url("/"))).await;
    assert_eq!(body.bytes, b"12345", "as HTTP has it");
}

#[tokio::test]
async fn redirects_share_one_limit() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/a" => Reply::redirect("/b"),
        _ => Reply::silence(),
    })
    .await;
    let err = failure(&client(&short()), feed(server.url("/a"))).await;
    assert!(matches!(err, FetchError::Timeout { ref url, .. } if url.path() == "/b"), "{err}");
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let server = Server::start(|_| {
        let mut reply = Reply::status(200);
        for n in 0..20_000 {
            reply = reply.header(&format!("X-{n}"), "drip drip drip drip");
        }
        reply
    })
    .await;
    let err = failure(&client(&Config::default()), feed(server.url("/"))).await;
    assert!(matches!(err, FetchError::Transport { .. }), "{err}");
}

#[tokio::test]
async fn closed_port_is_a_transport_failure() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let free = listener.local_addr().expect("a port").port();
    drop(listener);
    let url = Url::parse(&format!("http://127.0.0.1:{free}/")).expect("a URL");
    let err = failure(&client(&Config::default()), feed(url)).await;
    assert!(matches!(err, FetchError::Transport { .. }), "{err}");
}

/// Ways into the machine's own networks, `PORT` being the canary's.
const INWARD: &[&str] = &[
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.255.255.254:PORT/",
    "http://127.1.2.3:PORT/",
    "http://2130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.1:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1:PORT/",
    "http://127\u{3002}0\u{3002}0\u{3002}1:PORT/",
    "http://\u{2460}\u{2461}\u{2466}.0.0.1:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://0x0:PORT/",
    "http://0.1.2.3:PORT/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:7f00:1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::ffff:0.0.0.0]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001::1]:PORT/",
    "http://[fc00::1]:PORT/",
    "http://[fd12:3456::1]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fec0::1]:PORT/",
    "http://[ff02::1]:PORT/",
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://loc%61lhost:PORT/",
    "http://\u{ff4c}ocalhost:PORT/",
    "https://localhost:PORT/",
    "https://127.0.0.1:PORT/",
    "http://10.0.0.1:PORT/",
    "http://10.255.255.255/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://192.168.1.1:PORT/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://user@127.0.0.1:PORT/",
    "http://user:secret@example.org/",
    "http://example.org@127.0.0.1:PORT/",
    "http://example.org:22/",
    "http://example.org:6379/",
    "http://127.0.0.1:1/",
    "file:///etc/passwd",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_x",
    "ws://127.0.0.1:PORT/",
    "data:text/html,x",
    "javascript:alert(1)",
    "unix:/run/docker.sock",
];

#[tokio::test]
async fn no_url_and_no_redirect_leads_inward() {
    let canary = Server::start(|_| Reply::ok("inside")).await;
    let inward: Vec<String> = INWARD.iter().map(|url| url.replace("PORT", &canary.port().to_string())).collect();
    assert!(inward.len() >= 60);
    let client =
        client(&Config { ports: vec![80, 443, canary.port()], host_delay: Duration::ZERO, ..Config::default() });
    let locations = inward.clone();
    let server = Server::start(move |asked| {
        let place = asked.path.trim_start_matches('/').split('-').next().and_then(|n| n.parse::<usize>().ok());
        place.map_or_else(|| Reply::status(404), |n| Reply::redirect(&locations[n]))
    })
    .await;
    for (n, text) in inward.iter().enumerate() {
        let url = Url::parse(text).unwrap_or_else(|err| panic!("{text}: {err}"));
        let err = failure(&client, public(url.clone())).await;
        assert!(matches!(err, FetchError::Refused { .. }), "{text}: {err:?}");
        let err = failure(&client, Request { want: Want::Article, ..public(url) }).await;
        assert!(matches!(err, FetchError::Refused { .. }), "{text} as an article: {err:?}");
        for request in [feed(server.url(&format!("/{n}-feed"))), article(server.url(&format!("/{n}-article")))] {
            let err = failure(&client, request).await;
            assert!(matches!(err, FetchError::Refused { .. }), "redirect to {text}: {err:?}");
        }
    }
    assert_eq!(canary.n_connections(), 0);
    // The canary does sing: what is allowed reaches it.
    assert_eq!(body(&client, feed(canary.url("/"))).await.bytes, b"inside");
    assert_eq!(canary.n_connections(), 1);
}

#[tokio::test]
async fn robots_txt_that_redirects_inward_is_not_followed() {
    let canary = Server::start(|_| Reply::ok("User-agent: *\nDisallow: /")).await;
    let to = canary.url("/robots.txt").to_string();
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::redirect(&to),
        _ => Reply::ok("page"),
    })
    .await;
    let client = client(&Config { ports: vec![80, 443, canary.port()], ..Config::default() });
    assert_eq!(body(&client, article(server.url("/a"))).await.bytes, b"page");
    assert_eq!(canary.n_connections(), 0);
}

/// Answers with the robots.txt and with pages.
async fn site(robots: &'static str) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::ok(robots),
        "/to-private" => Reply::redirect("/private/1"),
        _ => Reply::ok("<p>page"),
    })
    .await
}

#[tokio::test]
async fn robots_txt_decides_about_pages_and_is_asked_for_once() {
    let server = site("User-agent: *\nDisallow: /\n\nUser-agent: hotline\nDisallow: /private\n").await;
    let client = client(&Config::default());
    assert_eq!(body(&client, article(server.url("/news/1"))).await.bytes, b"<p>page");
    for path in ["/private/1", "/to-private"] {
        match failure(&client, article(server.url(path))).await {
            FetchError::Robots { url, rule } => {
                assert_eq!((url, rule.as_str()), (server.url("/private/1"), "Disallow: /private"));
            }
            other => panic!("{path}: {other}"),
        }
    }
    assert_eq!(server.paths(), ["/robots.txt", "/news/1", "/to-private"]);
    let ruling = client.ruling(&article(server.url("/private/2"))).await.expect("a ruling");
    assert_eq!((ruling.is_allowed, ruling.rule.as_str()), (false, "Disallow: /private"));
}

#[tokio::test]
async fn feeds_are_asked_whatever_robots_txt_says_unless_configured() {
    let server = site("User-agent: *\nDisallow: /").await;
    body(&client(&Config::default()), feed(server.url("/rss"))).await;
    assert_eq!(server.paths(), ["/rss"]);
    let strict = client(&Config { robots: RobotsScope::All, ..Config::default() });
    assert!(matches!(failure(&strict, feed(server.url("/rss"))).await, FetchError::Robots { .. }));
    let lax = client(&Config { robots: RobotsScope::None, ..Config::default() });
    body(&lax, article(server.url("/a"))).await;
}

#[tokio::test]
async fn missing_robots_txt_allows_and_a_failing_one_says_not_now() {
    for (status, is_allowed) in [(404, true), (403, true), (410, true), (429, false), (500, false), (503, false)] {
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/robots.txt" => Reply::status(status),
            _ => Reply::ok("page"),
        })
        .await;
        let client = client(&Config::default());
        for _ in 0..2 {
            match client.fetch(article(server.url("/a"))).await {
                Ok(Fetched::Body(_)) if is_allowed => {}
                Err(FetchError::NotNow { retry_after, .. }) if !is_allowed => assert!(!retry_after.is_zero()),
                other => panic!("{status}: {other:?}"),
            }
        }
        let n_robots = server.paths().iter().filter(|path| *path == "/robots.txt").count();
        assert_eq!((n_robots, server.asked().len()), (1, if is_allowed { 3 } else { 1 }), "{status}");
    }
}

#[tokio::test]
async fn robots_txt_without_end_is_read_up_to_its_limit() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => {
            let file = format!("User-agent: *\nDisallow: /a\n{}", "# filler\n".repeat(100_000));
            Reply::ok(file).then(Then::Repeat(Duration::ZERO))
        }
        _ => Reply::ok("page"),
    })
    .await;
    let client = client(&Config::default());
    assert!(matches!(failure(&client, article(server.url("/a"))).await, FetchError::Robots { .. }));
    body(&client, article(server.url("/b"))).await;
}

#[tokio::test]
async fn pages_of_other_media_types_say_what_they_are() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        _ => Reply::ok("%PDF-1.7").header("Content-Type", "application/pdf"),
    })
    .await;
    let body = body(&client(&Config::default()), article(server.url("/a.pdf"))).await;
    assert_eq!(body.content_type.as_deref(), Some("application/pdf"));
    assert!(server.asked()[1].header("accept").expect("Accept").starts_with("text/html"));
}
