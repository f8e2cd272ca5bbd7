//! Owns the list of all keys and what each is set to, by whom.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::document::{self, Table};
use super::problem::Problems;
use super::{REFERENCE, Settings, places};

/// A key whose name holds one of these names a secret.
pub(super) const SECRET_WORDS: [&str; 4] = ["password", "secret", "token", ".pem"];
/// No key has this name, so the answer to it lists the keys there are.
const NO_KEY: &str = "no such key";

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Dotted (`kafka.tls.ca_file`).
    pub key: String,
    /// As TOML; `None` when it is not set and has no default.
    pub value: Option<String>,
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Name of the variable.
    Environment(String),
    /// `FILE:LINE`.
    File(String),
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::File(place) => f.write_str(place),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Reports whether a key of this name would hold a secret.
pub(super) fn is_secret(name: &str) -> bool {
    SECRET_WORDS.iter().any(|word| name.to_lowercase().contains(word))
}

/// Returns the names in the table at the dotted key (the whole file at ``), none when it is not a table of fixed names.
pub(super) fn fields(key: &str) -> Vec<String> {
    let Err(err) = probe(key) else { return Vec::new() };
    match document::unknown(err.message(), "unknown field") {
        Some((NO_KEY, known)) => known.into_iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Returns the words the key takes, when it takes only some.
pub(super) fn words(key: &str) -> Vec<String> {
    let Some((parent, name)) = key.rsplit_once('.') else { return Vec::new() };
    let mut table = Table::default();
    table.insert(spanned(name.into()), spanned(DeValue::String(NO_KEY.into())));
    let Err(err) = deserialize(nest(parent, table)) else { return Vec::new() };
    match document::unknown(err.message(), "unknown variant") {
        Some((NO_KEY, known)) => known.into_iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Returns every key, in the order of the structs.
pub fn settings() -> Vec<String> {
    let mut keys = Vec::new();
    collect("", &mut keys);
    keys
}

fn collect(key: &str, keys: &mut Vec<String>) {
    let fields = fields(key);
    if fields.is_empty() {
        keys.push(key.to_owned());
    }
    for field in fields {
        collect(&if key.is_empty() { field } else { format!("{key}.{field}") }, keys);
    }
}

fn probe(key: &str) -> Result<Settings, toml::de::Error> {
    let mut table = Table::default();
    table.insert(spanned(NO_KEY.into()), spanned(DeValue::Boolean(true)));
    deserialize(nest(key, table))
}

fn nest<'t>(key: &'t str, inner: Table<'t>) -> Table<'t> {
    key.split('.').rev().filter(|name| !name.is_empty()).fold(inner, |inner, name| {
        let mut outer = Table::default();
        outer.insert(spanned(name.into()), spanned(DeValue::Table(inner)));
        outer
    })
}

fn deserialize(table: Table<'_>) -> Result<Settings, toml::de::Error> {
    Settings::deserialize(ValueDeserializer::from(spanned(DeValue::Table(table))))
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

/// Lists every key with its value and origin. `place` says which file a span is in, and whether that is the environment.
pub(super) fn shown(
    table: &Table<'_>,
    place: &impl Fn(Range<usize>) -> (usize, Range<usize>, bool),
    problems: &Problems,
) -> Vec<Setting> {
    settings()
        .into_iter()
        .map(|key| {
            let (value, origin) = match exact(table, &key).map(place) {
                Some((file, span, is_environment)) => {
                    let text = problems.text(file);
                    let value =
                        text.get(span.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
                    let (line, _) = problems.position(file, span.start);
                    if is_environment {
                        let variable = text.lines().nth(line - 1).and_then(|line| line.split('=').next());
                        (Some(value), Origin::Environment(variable.unwrap_or_default().to_owned()))
                    } else {
                        (Some(value), Origin::File(format!("{}:{line}", problems.name(file))))
                    }
                }
                None => (default(&key), Origin::Default),
            };
            let value = value.map(|value| if is_secret(&key) { "\"***\"".to_owned() } else { value });
            Setting { key, value, origin }
        })
        .collect()
}

/// Returns the default as the shipped file writes it.
pub(super) fn default(key: &str) -> Option<String> {
    let table = DeTable::parse(REFERENCE).ok()?;
    let span = exact(table.get_ref(), key)?;
    REFERENCE.get(span).map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Finds the value of the key itself, not of what holds it.
fn exact(table: &Table<'_>, key: &str) -> Option<Range<usize>> {
    let (name, rest) = key.split_once('.').unwrap_or((key, ""));
    let value = table.get(name)?;
    match value.get_ref() {
        DeValue::Table(inner) if !rest.is_empty() => exact(inner, rest),
        DeValue::Table(_) => places::span(table, name).map(|_| value.span()),
        _ if rest.is_empty() => Some(value.span()),
        _ => None,
    }
}
