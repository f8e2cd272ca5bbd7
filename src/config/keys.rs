//! Owns the list of all keys and what each is set to, by whom.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::document::{self, Table};
use super::problem::Problems;
use super::{REFERENCE, Settings};

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
    let mut shown = Vec::new();
    for key in settings() {
        let (value, origin) = match find(table, &key) {
            Some(value) => {
                let (file, span, is_environment) = place(value.span());
                let (line, _) = problems.position(file, span.start);
                let origin = if is_environment {
                    let text = problems.text(file);
                    let variable = text.lines().nth(line - 1).and_then(|line| line.split('=').next());
                    Origin::Environment(variable.unwrap_or_default().to_owned())
                } else {
                    Origin::File(format!("{}:{line}", problems.name(file)))
                };
                (Some(inline(value.get_ref())), origin)
            }
            None => (default(&key), Origin::Default),
        };
        let value = value.map(|value| if is_secret(&key) { "\"***\"".to_owned() } else { value });
        shown.push(Setting { key, value, origin });
    }
    shown
}

/// Returns the default as the shipped file gives it.
pub(super) fn default(key: &str) -> Option<String> {
    let table = DeTable::parse(REFERENCE).ok()?;
    find(table.get_ref(), key).map(|value| inline(value.get_ref()))
}

fn find<'t, 'd>(table: &'t Table<'d>, key: &str) -> Option<&'t Spanned<DeValue<'d>>> {
    let (name, rest) = key.split_once('.').unwrap_or((key, ""));
    let value = table.get(name)?;
    match value.get_ref() {
        _ if rest.is_empty() => Some(value),
        DeValue::Table(inner) => find(inner, rest),
        _ => None,
    }
}

/// Writes a value on one line.
fn inline(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()).to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(is_set) => is_set.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| inline(value.get_ref())).collect();
            format!("[{}]", values.join(", "))
        }
        DeValue::Table(table) if table.is_empty() => "{}".to_owned(),
        DeValue::Table(table) => {
            let entries = table.iter().map(|(name, value)| {
                let name = name.get_ref();
                let is_bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
                let name = if is_bare { name.to_string() } else { toml::Value::String(name.to_string()).to_string() };
                format!("{name} = {}", inline(value.get_ref()))
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
