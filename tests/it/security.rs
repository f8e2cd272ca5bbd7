//! Facts about secured clusters, on a real broker: whom it lets in, what is said to whom it does not, and that the
//! password is not in it.
//!
//! The certificates are made by the test and die with it.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]
#![expect(clippy::unnecessary_debug_formatting, reason = "a quoted path is a TOML string")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use hotline::clock::SystemClock;
use hotline::publish::kafka::{Config as KafkaConfig, EnsureError, Kafka, check_online};
use hotline::publish::message::Envelope;
use hotline::publish::{Config, Origin, Outcome, Publish as _, PublishError, Record};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use tempfile::TempDir;

use super::broker::{Broker, free_ports};
use super::exactly_once::read_committed;
use super::publish::fresh_prefix;

const PASSWORD: &str = "canary-password";
const WRONG_PASSWORD: &str = "canary-wrong-password";
/// The end of what is said of a certificate nobody vouches for: which words come is the client library's moment.
const UNTRUSTED: &[&str] = &["certificate could not be verified", "certificate verify failed"];

/// How long a certificate is good for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Validity {
    Now,
    Past,
}

/// An authority, and the folder where it puts what it makes.
struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Throw-away authority");
        let key = KeyPair::generate().unwrap();
        fs::write(folder.path().join("authority.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder, issuer: Issuer::new(params, key) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes `NAME.pem` (key and certificate), `NAME.key` and `NAME.crt` for a server at `host` that is also a client.
    fn issue(&self, name: &str, host: &str, validity: Validity) {
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        if validity == Validity::Past {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let (certificate, key) = (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem());
        fs::write(self.path(&format!("{name}.pem")), format!("{key}{certificate}")).unwrap();
        fs::write(self.path(&format!("{name}.key")), key).unwrap();
        fs::write(self.path(&format!("{name}.crt")), certificate).unwrap();
    }
}

/// A broker that listens in every way there is.
pub(crate) struct Cluster {
    pub(crate) broker: Broker,
    authority: Authority,
    /// Of the first secured listener; the others follow.
    port: u16,
}

const LISTENERS: [(&str, &str); 5] =
    [("TLS", "SSL"), ("MUTUAL", "SSL"), ("SCRAM", "SASL_SSL"), ("EXPIRED", "SSL"), ("ELSEWHERE", "SSL")];

impl Cluster {
    pub(crate) fn start(test: &str) -> Option<Self> {
        let authority = Authority::new();
        authority.issue("broker", "127.0.0.1", Validity::Now);
        authority.issue("expired", "127.0.0.1", Validity::Past);
        authority.issue("elsewhere", "elsewhere.example", Validity::Now);
        authority.issue("client", "127.0.0.1", Validity::Now);
        let port = free_ports(5);
        let properties = |plain| properties(&authority, plain, port);
        let users = format!("SCRAM-SHA-512=[name=hotline,password={PASSWORD}]");
        let broker = Broker::start(test, properties, &users)?;
        Some(Self { broker, authority, port })
    }

    pub(crate) fn address(&self, listener: &str) -> String {
        let index = LISTENERS.iter().position(|(name, _)| *name == listener).unwrap();
        format!("127.0.0.1:{}", usize::from(self.port) + index)
    }

    /// A configuration for this listener: TLS that trusts the authority, and what else is given.
    pub(crate) fn config(&self, listener: &str, more: &str) -> KafkaConfig {
        toml::from_str(&self.text(listener, more)).unwrap()
    }

    pub(crate) fn text(&self, listener: &str, more: &str) -> String {
        let protocol = if listener == "SCRAM" { "sasl_ssl" } else { "ssl" };
        let ca_file = self.authority.path("authority.pem");
        format!(
            "brokers = \"{}\"\nprotocol = \"{protocol}\"\ndelivery_timeout = \"3s\"\ntls.ca_file = {ca_file:?}\n{more}",
            self.address(listener)
        )
    }

    pub(crate) fn client_certificate(&self, name: &str) -> String {
        let path = |ending: &str| self.authority.path(&format!("{name}.{ending}"));
        format!("tls.certificate_file = {:?}\ntls.key_file = {:?}", path("crt"), path("key"))
    }

    pub(crate) fn scram(&self, password: &str) -> String {
        let path = self.authority.path("password");
        fs::write(&path, format!("{password}\n")).unwrap();
        format!("sasl = {{ mechanism = \"SCRAM-SHA-512\", username = \"hotline\", password = {{ file = {path:?} }} }}")
    }
}

/// Returns what makes the broker listen in every way.
fn properties(authority: &Authority, plain: u16, first: u16) -> String {
    let (mut listeners, mut protocols) = (format!("PLAINTEXT://127.0.0.1:{plain}"), String::new());
    for ((name, protocol), port) in LISTENERS.iter().zip(first..) {
        write!(listeners, ",{name}://127.0.0.1:{port}").unwrap();
        write!(protocols, ",{name}:{protocol}").unwrap();
    }
    let path = |name: &str| authority.path(name).display().to_string();
    let (keys, trust) = (path("broker.pem"), path("authority.pem"));
    let (expired, elsewhere) = (path("expired.pem"), path("elsewhere.pem"));
    let module = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
    format!(
        "listeners={listeners},CONTROLLER://127.0.0.1:{}\nadvertised.listeners={listeners}\n\
         listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT{protocols}\n\
         ssl.keystore.type=PEM\nssl.keystore.location={keys}\nssl.truststore.type=PEM\nssl.truststore.location={trust}\n\
         listener.name.mutual.ssl.client.auth=required\n\
         listener.name.expired.ssl.keystore.type=PEM\nlistener.name.expired.ssl.keystore.location={expired}\n\
         listener.name.elsewhere.ssl.keystore.type=PEM\nlistener.name.elsewhere.ssl.keystore.location={elsewhere}\n\
         sasl.enabled.mechanisms=SCRAM-SHA-512\nlistener.name.scram.scram-sha-512.sasl.jaas.config={module}\n",
        plain + 1
    )
}

async fn publish(config: &KafkaConfig, prefix: &str) -> Result<Vec<Outcome>, PublishError> {
    let publish = Config { topic_prefix: prefix.to_owned(), ..Config::default() };
    let mut sink = Kafka::open(config, &publish).unwrap();
    sink.attach(Origin {
        store_id: "STORE".to_owned(),
        last_seq: 1,
        envelope: Envelope::new(&publish, "core-1"),
        clock: Arc::new(SystemClock),
    });
    let value = b"{}".to_vec();
    let record =
        Record { seq: 1, topic: format!("{prefix}.events.v1"), key: "k".to_owned(), headers: Vec::new(), value };
    sink.publish(&[record]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn secured_broker_takes_whom_it_knows_and_the_others_are_told_why_not() {
    let test = "secured_broker_takes_whom_it_knows_and_the_others_are_told_why_not";
    let Some(cluster) = Cluster::start(test) else { return };
    for (listener, more) in
        [("TLS", String::new()), ("MUTUAL", cluster.client_certificate("client")), ("SCRAM", cluster.scram(PASSWORD))]
    {
        let prefix = fresh_prefix("hotline-secured-");
        let outcomes = publish(&cluster.config(listener, &more), &prefix).await.unwrap();
        assert!(matches!(outcomes[..], [Outcome::Acked { offset: Some(0), .. }]), "{listener}: {outcomes:?}");
        let (plain, topic) = (cluster.broker.address(), format!("{prefix}.events.v1"));
        let read = tokio::task::spawn_blocking(move || read_committed(&plain, &topic)).await.unwrap();
        assert_eq!(read, [("k".to_owned(), b"{}".to_vec())], "{listener}");
    }
    let stranger = Authority::new();
    stranger.issue("client", "127.0.0.1", Validity::Now);
    let strange_authority = |text: String| {
        let ours = cluster.authority.path("authority.pem").display().to_string();
        text.replace(&ours, &stranger.path("authority.pem").display().to_string())
    };
    let unknown = toml::from_str(&strange_authority(cluster.text("TLS", ""))).unwrap();
    let strange_client = cluster.client_certificate("client");
    let strange_client = strange_client
        .replace(&cluster.authority.folder.path().display().to_string(), &stranger.folder.path().display().to_string());
    for (listener, config, words) in [
        ("SCRAM", cluster.config("SCRAM", &cluster.scram(WRONG_PASSWORD)), &["invalid credentials"][..]),
        ("TLS", unknown, UNTRUSTED),
        ("EXPIRED", cluster.config("EXPIRED", ""), UNTRUSTED),
        ("ELSEWHERE", cluster.config("ELSEWHERE", ""), UNTRUSTED),
        ("MUTUAL", cluster.config("MUTUAL", ""), &["bad certificate"]),
        ("MUTUAL", cluster.config("MUTUAL", &cluster.client_certificate("expired")), &["certificate unknown"]),
        ("MUTUAL", cluster.config("MUTUAL", &strange_client), &["certificate unknown"]),
    ] {
        let address = cluster.address(listener);
        let err = publish(&config, &fresh_prefix("hotline-refused-")).await.unwrap_err();
        let check = check_online(&config, &Config::default()).await.unwrap_err();
        assert!(matches!(check, EnsureError::Refused { .. }), "{listener}: {check}");
        for said in [err.to_string(), check.to_string()] {
            assert!(said.contains(&address), "{listener}: {said}");
            assert!(words.iter().any(|words| said.contains(words)), "{listener}: {said}");
            assert!(!said.contains("canary"), "{said}");
        }
    }
}
