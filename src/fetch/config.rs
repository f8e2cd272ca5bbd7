//! Owns what may be set about fetching.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

/// How hotline asks other people's servers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Web or mail address of whoever runs this daemon; stands in the User-Agent.
    pub contact: Option<String>,
    /// From the first byte sent to the last byte read, over all redirects; waiting for a turn is not counted. Default
    /// 30 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// Name look-up, TCP and TLS. Default 10 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub connect_timeout: Duration,
    /// Bytes of a feed document, decoded. Default 32 MiB.
    pub feed_bytes_max: usize,
    /// Bytes of an article page, decoded. Default 10 MiB.
    pub article_bytes_max: usize,
    /// Ports that may be asked. Default 80 and 443.
    pub ports: Vec<u16>,
    /// Mean pause between requests to one registrable domain. Default 1 s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub host_delay: Duration,
    /// Requests to one registrable domain that may follow each other without a pause. Default 5.
    pub host_burst: u32,
    /// Mean pause between requests to one address, under whatever names. Default 50 ms.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub address_delay: Duration,
    /// PEM file with authorities to trust beside the built-in ones.
    pub ca_file: Option<PathBuf>,
    /// Default `articles`.
    pub robots: RobotsScope,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            contact: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            feed_bytes_max: 32 * 1024 * 1024,
            article_bytes_max: 10 * 1024 * 1024,
            ports: vec![80, 443],
            host_delay: Duration::from_secs(1),
            host_burst: 5,
            address_delay: Duration::from_millis(50),
            ca_file: None,
            robots: RobotsScope::Articles,
        }
    }
}

/// What robots.txt decides about. A feed is published to be polled, so its own URL is asked whatever robots.txt says
/// unless the configuration says `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RobotsScope {
    Articles,
    All,
    None,
}

impl Config {
    /// Returns the User-Agent: product, version and whom to write to.
    pub(super) fn user_agent(&self) -> String {
        let product = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
        match self.contact.as_deref() {
            Some(contact) if contact.contains("://") => format!("{product} (+{contact})"),
            Some(contact) => format!("{product} ({contact})"),
            None => format!("{product} (news feed reader)"),
        }
    }
}
