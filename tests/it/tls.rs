//! Facts about TLS: whom the client believes, and what an exception for one feed lets through.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use hotline::fetch::{Client, Config, Fetch as _, FetchError, Fetched, Request, Tls, Want};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)
}

/// Serves one connection with the certificate of that name; what it was asked.
fn serve(name: &str, answer: &'static str) -> (Url, JoinHandle<io::Result<String>>) {
    let path = certificate(name);
    let chain = vec![CertificateDer::from_pem_file(&path).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(&path).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("the key fits");
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("a port").port();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut connection = rustls::ServerConnection::new(Arc::new(config)).map_err(io::Error::other)?;
        let mut tls = rustls::Stream::new(&mut connection, &mut stream);
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            tls.read_exact(&mut byte)?;
            asked.extend(byte);
        }
        tls.write_all(answer.as_bytes())?;
        connection.send_close_notify();
        connection.complete_io(&mut stream)?;
        stream.shutdown(Shutdown::Write)?;
        Ok(String::from_utf8_lossy(&asked).into_owned())
    });
    (Url::parse(&format!("https://localhost:{port}/rss")).expect("a URL"), serving)
}

const FEED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\n<rss/>";

/// Trusts the tests' own authority.
fn client() -> Client {
    let config = Config { ca_file: Some(certificate("authority.pem")), ..Config::default() };
    Client::new(&config).expect("a client")
}

fn request(url: Url, tls: Tls) -> Request {
    Request { url, want: Want::Feed, validators: None, is_private_allowed: true, tls }
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_is_believed() {
    let (url, serving) = serve("right.pem", FEED);
    let fetched = client().fetch(request(url, Tls::Verified)).await;
    assert!(matches!(fetched, Ok(Fetched::Body(body)) if body.bytes == b"<rss/>"));
    assert!(serving.join().expect("the server ends").expect("a request").starts_with("GET /rss "));
}

#[tokio::test]
async fn broken_certificates_are_refused_before_anything_is_asked() {
    for (name, reason) in
        [("self_signed.pem", "UnknownIssuer"), ("expired.pem", "Expired"), ("wrong_name.pem", "NotValidForName")]
    {
        let (url, serving) = serve(name, FEED);
        let err = client().fetch(request(url, Tls::Verified)).await.expect_err("it is refused");
        assert!(matches!(err, FetchError::Transport { .. }) && format!("{err:?}").contains(reason), "{name}: {err:?}");
        assert!(serving.join().expect("the server ends").is_err(), "{name}: the client goes away before it asks");
    }
    let (url, serving) = serve("right.pem", FEED);
    let strangers = Client::new(&Config::default()).expect("a client");
    let err = strangers.fetch(request(url, Tls::Verified)).await.expect_err("nobody vouches for the authority");
    assert!(format!("{err:?}").contains("UnknownIssuer"), "{err:?}");
    assert!(serving.join().expect("the server ends").is_err());
}

#[tokio::test]
async fn an_excepted_feed_is_read_from_a_broken_server() {
    for name in ["self_signed.pem", "expired.pem", "wrong_name.pem"] {
        let (url, serving) = serve(name, FEED);
        let fetched = client().fetch(request(url, Tls::Unverified)).await;
        assert!(matches!(fetched, Ok(Fetched::Body(_))), "{name}: {fetched:?}");
        assert!(serving.join().expect("the server ends").is_ok(), "{name}");
    }
}

#[tokio::test]
async fn a_redirect_out_of_tls_is_refused() {
    let answer =
        "HTTP/1.1 301 Moved\r\nConnection: close\r\nLocation: http://localhost/rss\r\nContent-Length: 0\r\n\r\n";
    let (url, serving) = serve("right.pem", answer);
    let err = client().fetch(request(url, Tls::Verified)).await.expect_err("it is refused");
    assert!(matches!(&err, FetchError::Refused { url, .. } if url.as_str() == "http://localhost/rss"), "{err:?}");
    assert!(err.to_string().contains("leaves TLS"), "{err}");
    assert!(serving.join().expect("the server ends").is_ok());
}

#[test]
fn authorities_that_cannot_be_read_are_named() {
    for name in ["missing.pem", "../corpus/pages/de-list.html"] {
        let config = Config { ca_file: Some(certificate(name)), ..Config::default() };
        let err = Client::new(&config).err().expect("no client").to_string();
        assert!(err.contains(name), "{err}");
    }
}
