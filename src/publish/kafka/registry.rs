//! Owns the schema registry as it is configured, and what its wire format adds to a value.

use serde::Deserialize;

use super::{Config, Problem, SecretPlace};

/// A schema registry with Confluent's REST protocol. Where one is configured, values are in Confluent's wire format.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Where its `/subjects` and `/schemas` are (`https://registry.example.org:8081`).
    pub url: String,
    /// Default `json`.
    #[serde(default)]
    pub format: ValueFormat,
    /// Name to log in with.
    pub username: Option<String>,
    pub password: Option<SecretPlace>,
}

/// How values are written, and in which language their schemas are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueFormat {
    /// JSON, with JSON Schema.
    #[default]
    Json,
    /// Avro's binary form.
    Avro,
}

impl ValueFormat {
    /// Returns what schemas of the format are called.
    #[cfg(feature = "schema-registry")]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Avro => "Avro",
        }
    }
}

/// Zero, then the schema's id in four bytes.
const PREFIX_BYTES: usize = 5;

/// Returns JSON without what the wire format put before it, and any other value as it is: without the id of its schema
/// nobody could read Avro again. JSON never begins with a zero byte, and a record in Avro never with a brace (it begins
/// with a number that is not negative).
pub(super) fn plain(value: &[u8]) -> &[u8] {
    match value.split_at_checked(PREFIX_BYTES) {
        Some((prefix, json)) if prefix[0] == 0 && json.first() == Some(&b'{') => json,
        _ => value,
    }
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
    fn what_the_wire_format_adds_can_be_taken_off_json_and_stays_with_avro() {
        assert_eq!(plain(b"\0\0\0\0\x07{}"), b"{}");
        assert_eq!(plain(b"{}"), b"{}");
        assert_eq!(plain(b"\0\0\0\0\x07\x02x"), b"\0\0\0\0\x07\x02x");
        assert_eq!(plain(b""), b"");
    }
}
