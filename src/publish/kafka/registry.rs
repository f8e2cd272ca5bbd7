//! Owns the schema registry as it is configured, and what its wire format adds to a value.

use serde::Deserialize;

use super::{Config, Problem, SecretPlace};

/// A schema registry with Confluent's REST protocol. Where one is configured, values are in Confluent's wire format.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Where its `/subjects` and `/schemas` are (`https://registry.example.org:8081`).
    pub url: String,
    /// Name to log in with.
    pub username: Option<String>,
    pub password: Option<SecretPlace>,
}

/// Zero, then the schema's id in four bytes.
const PREFIX_BYTES: usize = 5;

/// Returns the value without what the wire format put before it. JSON never begins with a zero byte.
pub(super) fn plain(value: &[u8]) -> &[u8] {
    if value.first() == Some(&0) { value.get(PREFIX_BYTES..).unwrap_or(value) } else { value }
}

impl Registry {
    pub(super) fn problems(&self, config: &Config) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut report = |key: &str, message: &str| {
            problems.push(Problem { key: format!("schema_registry{key}"), message: message.to_owned() });
        };
        if !cfg!(feature = "schema-registry") {
            report("", "this hotline was built without it: build with `--features schema-registry`");
        }
        let is_web = url::Url::parse(&self.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_web || self.url.contains('@') {
            report(".url", "expected http:// or https:// and a host, without a password in it");
        }
        if self.username.is_some() != self.password.is_some() {
            report("", "`username` and `password` come together");
        }
        if config.brokers.is_none() {
            report("", "has no effect without `kafka.brokers`");
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_wire_format_adds_can_be_taken_off() {
        assert_eq!(plain(b"\0\0\0\0\x07{}"), b"{}");
        assert_eq!(plain(b"{}"), b"{}");
        assert_eq!(plain(b""), b"");
    }
}
