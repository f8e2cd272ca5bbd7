//! Owns the Kafka configuration: what may be set, what is refused, and librdkafka's words for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rdkafka::ClientConfig;
use serde::Deserialize;

use super::{Registry, SecretError, SecretPlace, Topics};

/// How records reach Kafka.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `HOST:PORT`, several separated by commas. Without it nothing is delivered to Kafka.
    pub brokers: Option<String>,
    /// Default `exactly_once`.
    pub delivery: Delivery,
    /// Default `zstd`.
    pub compression: Compression,
    /// How long a record waits for others to share a request. Default 5 ms.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub linger: Duration,
    /// How long one record is tried before the batch is reported as undelivered and sent anew. Default 30 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub delivery_timeout: Duration,
    /// How long the cluster keeps a transaction open for a publisher that stands still; longer than `delivery_timeout`.
    /// Default 60 s; clusters take up to 15 min unless told otherwise.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub transaction_timeout: Duration,
    /// Bytes waiting in memory for the broker, in KiB. Default 65,536.
    pub queue_kib_max: u32,
    /// Default `plaintext`.
    pub protocol: Protocol,
    pub tls: Tls,
    pub sasl: Option<Sasl>,
    /// Values begin with the id of their schema there; plain JSON without it.
    pub schema_registry: Option<Registry>,
    pub topics: Topics,
    /// Passed to librdkafka as they are. What hotline sets itself, secrets, and what would lose or reorder records is
    /// refused.
    pub properties: BTreeMap<String, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            brokers: None,
            delivery: Delivery::ExactlyOnce,
            compression: Compression::Zstd,
            linger: Duration::from_millis(5),
            delivery_timeout: Duration::from_secs(30),
            transaction_timeout: Duration::from_mins(1),
            queue_kib_max: 65_536,
            protocol: Protocol::Plaintext,
            tls: Tls::default(),
            sasl: None,
            schema_registry: None,
            topics: Topics::default(),
            properties: BTreeMap::new(),
        }
    }
}

/// What a crash may do to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Nothing a `read_committed` consumer sees: transactions, with a record of progress in each.
    ExactlyOnce,
    /// Repeat those in flight; for clusters that forbid transactions.
    AtLeastOnce,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    Plaintext,
    Ssl,
    SaslPlaintext,
    SaslSsl,
}

/// Certificates of a TLS connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// PEM file with the authorities to trust; the system's without it.
    pub ca_file: Option<PathBuf>,
    /// PEM file with the client's certificate, for mutual TLS.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with the client's key.
    pub key_file: Option<PathBuf>,
    pub key_password: Option<SecretPlace>,
}

/// Credentials of a SASL connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sasl {
    pub mechanism: SaslMechanism,
    pub username: String,
    pub password: SecretPlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SaslMechanism {
    #[serde(rename = "PLAIN")]
    Plain,
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

/// Something wrong in the configuration, with the key it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path below `[kafka]` (`properties.acks`).
    pub key: String,
    pub message: String,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("no broker is configured: set `kafka.brokers`")]
    NoBrokers,
    #[error("kafka.{key}: {message}")]
    Problem { key: String, message: String },
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("make a client of the schema registry: {reason}")]
    Registry { reason: String },
    #[error("make Kafka client: {reason}")]
    Refused { reason: String },
}

/// How often the producer says how it does; metrics are looked at less often than that.
const STATISTICS_INTERVAL_MS: &str = "5000";

/// librdkafka's name of what has a field of its own here.
const OWNED: &[(&str, &str)] = &[
    ("bootstrap.servers", "kafka.brokers"),
    ("metadata.broker.list", "kafka.brokers"),
    ("compression.type", "kafka.compression"),
    ("compression.codec", "kafka.compression"),
    ("linger.ms", "kafka.linger"),
    ("queue.buffering.max.ms", "kafka.linger"),
    ("message.timeout.ms", "kafka.delivery_timeout"),
    ("delivery.timeout.ms", "kafka.delivery_timeout"),
    ("transaction.timeout.ms", "kafka.transaction_timeout"),
    ("queue.buffering.max.kbytes", "kafka.queue_kib_max"),
    ("security.protocol", "kafka.protocol"),
    ("ssl.ca.location", "kafka.tls.ca_file"),
    ("ssl.certificate.location", "kafka.tls.certificate_file"),
    ("ssl.key.location", "kafka.tls.key_file"),
    ("ssl.key.password", "kafka.tls.key_password"),
    ("sasl.mechanism", "kafka.sasl.mechanism"),
    ("sasl.mechanisms", "kafka.sasl.mechanism"),
    ("sasl.username", "kafka.sasl.username"),
    ("sasl.password", "kafka.sasl.password"),
];

impl Config {
    /// Finds every problem that needs neither the network nor a secret.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |key: &str, message: String| problems.push(Problem { key: key.to_owned(), message });
        if self.brokers.as_deref().is_some_and(|brokers| !brokers.split(',').all(is_address)) {
            report("brokers", "expected HOST:PORT, several separated by commas".to_owned());
        }
        if self.delivery_timeout < self.linger + Duration::from_secs(1) {
            report("delivery_timeout", "must be at least one second longer than `linger`".to_owned());
        }
        if self.delivery == Delivery::ExactlyOnce && self.transaction_timeout < self.delivery_timeout {
            report("transaction_timeout", "must not be shorter than `delivery_timeout`".to_owned());
        }
        let is_sasl = matches!(self.protocol, Protocol::SaslPlaintext | Protocol::SaslSsl);
        match (&self.sasl, is_sasl) {
            (None, true) => {
                report("sasl", "missing: the protocol asks for mechanism, username and password".to_owned());
            }
            (Some(_), false) => {
                report("sasl", "has no effect unless `protocol` is sasl_ssl or sasl_plaintext".to_owned());
            }
            _ => {}
        }
        if self.tls != Tls::default() && !matches!(self.protocol, Protocol::Ssl | Protocol::SaslSsl) {
            report("tls", "has no effect unless `protocol` is ssl or sasl_ssl".to_owned());
        }
        if self.tls.certificate_file.is_some() != self.tls.key_file.is_some() {
            report("tls", "`certificate_file` and `key_file` come together".to_owned());
        }
        for (name, value) in &self.properties {
            if let Some(message) = refusal(name, value).or_else(|| unknown(name, value)) {
                report(&format!("properties.{name}"), message);
            }
        }
        if let Some(registry) = &self.schema_registry {
            problems.extend(registry.problems(self));
        }
        problems.extend(self.topics.problems());
        problems
    }

    /// Returns the configuration of any client of this cluster.
    pub(super) fn client_config(&self) -> Result<ClientConfig, ConfigError> {
        let brokers = self.brokers.as_deref().filter(|brokers| !brokers.is_empty()).ok_or(ConfigError::NoBrokers)?;
        if let Some(Problem { key, message }) = self.problems().into_iter().next() {
            return Err(ConfigError::Problem { key, message });
        }
        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", brokers)
            .set("client.id", "hotline")
            .set("security.protocol", self.protocol.as_str())
            .set("reconnect.backoff.ms", "20")
            .set("reconnect.backoff.max.ms", "1000")
            .set("log.connection.close", "false");
        let files = [
            ("ssl.ca.location", &self.tls.ca_file),
            ("ssl.certificate.location", &self.tls.certificate_file),
            ("ssl.key.location", &self.tls.key_file),
        ];
        for (name, path) in files {
            if let Some(path) = path {
                client.set(name, path.to_string_lossy());
            }
        }
        if let Some(password) = &self.tls.key_password {
            client.set("ssl.key.password", password.read()?.expose());
        }
        if let Some(sasl) = &self.sasl {
            client.set("sasl.mechanism", sasl.mechanism.as_str());
            client.set("sasl.username", &sasl.username);
            client.set("sasl.password", sasl.password.read()?.expose());
        }
        Ok(client)
    }

    /// Returns the configuration of the producer: idempotent, acknowledged by all replicas, Java's partitioner, and
    /// transactional unless at least once is enough.
    pub(super) fn producer_config(&self, transactional_id: &str) -> Result<ClientConfig, ConfigError> {
        let mut client = self.client_config()?;
        client
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2_random")
            .set("compression.type", self.compression.as_str())
            .set("linger.ms", self.linger.as_millis().to_string())
            .set("batch.size", "262144")
            // How long a record waits for a topic nobody knows: topics are looked at before the first record.
            .set("topic.metadata.propagation.max.ms", "5000")
            .set("statistics.interval.ms", STATISTICS_INTERVAL_MS)
            .set("message.timeout.ms", self.delivery_timeout.as_millis().to_string())
            .set("queue.buffering.max.kbytes", self.queue_kib_max.to_string());
        if self.delivery == Delivery::ExactlyOnce {
            client
                .set("transactional.id", transactional_id)
                .set("transaction.timeout.ms", self.transaction_timeout.as_millis().to_string());
        }
        for (name, value) in &self.properties {
            client.set(name, value);
        }
        Ok(client)
    }
}

impl Compression {
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl Protocol {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        }
    }
}

impl SaslMechanism {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// Says why a property may not be set.
fn refusal(name: &str, value: &str) -> Option<String> {
    if let Some((_, field)) = OWNED.iter().find(|(owned, _)| *owned == name) {
        return Some(format!("set `{field}` instead"));
    }
    if name.contains("password")
        || name.contains("secret")
        || name.rsplit('.').next() == Some("pem")
        || name == "sasl.oauthbearer.config"
    {
        return Some(
            "secrets are not written into the configuration: name a file or an environment variable".to_owned(),
        );
    }
    let is_safe = match name {
        "enable.idempotence" => value == "true",
        "acks" | "request.required.acks" => matches!(value, "all" | "-1"),
        "max.in.flight" | "max.in.flight.requests.per.connection" => {
            value.parse::<u32>().is_ok_and(|n| (1..=5).contains(&n))
        }
        "retries" | "message.send.max.retries" => value.parse::<u32>().is_ok_and(|n| n > 0),
        "transactional.id" | "enable.gapless.guarantee" | "delivery.report.only.error" | "dr_cb" | "dr_msg_cb" => false,
        "partitioner" => matches!(value, "murmur2" | "murmur2_random"),
        _ => true,
    };
    (!is_safe).then(|| format!("`{value}` would lose, repeat or reorder records"))
}

/// Asks librdkafka whether it knows the property and takes the value.
fn unknown(name: &str, value: &str) -> Option<String> {
    let mut client = ClientConfig::new();
    client.set(name, value);
    client.create_native_config().err().map(|err| match err {
        rdkafka::error::KafkaError::ClientConfig(_, reason, ..) => reason,
        err => err.to_string(),
    })
}

fn is_address(address: &str) -> bool {
    let Some((host, port)) = address.trim().rsplit_once(':') else {
        return false;
    };
    !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(properties: &[(&str, &str)]) -> Config {
        let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config { brokers: Some("127.0.0.1:9092".to_owned()), properties, ..Config::default() }
    }

    #[test]
    fn what_would_lose_records_is_refused() {
        for (name, value) in [
            ("acks", "1"),
            ("enable.idempotence", "false"),
            ("max.in.flight", "10"),
            ("retries", "0"),
            ("transactional.id", "x"),
            ("partitioner", "random"),
            ("bootstrap.servers", "a:1"),
            ("sasl.password", "canary"),
            ("ssl.keystore.password", "canary"),
            ("no.such.property", "1"),
            ("socket.timeout.ms", "soon"),
        ] {
            let problems = config(&[(name, value)]).problems();
            assert_eq!(problems.len(), 1, "{name}: {problems:?}");
            assert_eq!(problems[0].key, format!("properties.{name}"));
            assert!(!problems[0].message.contains("canary"));
        }
    }

    #[test]
    fn what_is_safe_passes() {
        let config = config(&[("acks", "all"), ("socket.keepalive.enable", "true"), ("batch.size", "1000")]);
        assert_eq!(config.problems(), []);
        let client = config.producer_config("hotline.test").unwrap();
        assert_eq!(client.get("batch.size"), Some("1000"));
        assert_eq!(client.get("enable.idempotence"), Some("true"));
    }

    #[test]
    fn sasl_and_its_protocol_come_together() {
        let text = r#"
            brokers = "a:9092,b:9092"
            protocol = "sasl_ssl"
            linger = "20ms"
            [sasl]
            mechanism = "SCRAM-SHA-512"
            username = "hotline"
            password = { env = "HOTLINE_NO_SUCH_SECRET" }
        "#;
        let mut config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.problems(), []);
        let err = config.producer_config("hotline.test").unwrap_err();
        assert!(matches!(err, ConfigError::Secret(_)), "{err}");
        config.protocol = Protocol::Plaintext;
        assert_eq!(config.problems()[0].key, "sasl");
        config.brokers = Some("localhost".to_owned());
        assert_eq!(config.problems()[0].key, "brokers");
    }
}
