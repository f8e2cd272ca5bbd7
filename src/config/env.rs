//! Owns the environment: `HOTLINE_KAFKA__BROKERS` sets `kafka.brokers`. Single values only.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::document::{Fault, Table};
use super::{Settings, keys};

const PREFIX: &str = "HOTLINE_";
/// Between the names of a key; single underscores belong to a name.
const SEPARATOR: &str = "__";

/// The variables that set something.
#[derive(Debug)]
pub(super) struct Overrides {
    /// One `NAME=value` a line, so that a problem can be shown at its place.
    pub(super) text: String,
    entries: Vec<Override>,
}

#[derive(Debug)]
struct Override {
    variable: String,
    path: Vec<String>,
    value: String,
    span: Range<usize>,
}

/// Finds the variables that name a setting. Others with the prefix (of tests, of scripts) are left alone.
pub(super) fn overrides(environment: &[(String, String)], base: usize) -> Overrides {
    let mut overrides = Overrides { text: String::new(), entries: Vec::new() };
    for (variable, value) in environment {
        let Some(name) = variable.strip_prefix(PREFIX) else { continue };
        let path: Vec<String> = name.to_lowercase().split(SEPARATOR).map(str::to_owned).collect();
        if path.len() < 2 && !keys::fields("").iter().any(|field| *field == path[0]) {
            continue;
        }
        let start = base + overrides.text.len() + variable.len() + 1;
        let span = start..start + value.len();
        for part in [variable, "=", &value.replace('\n', " "), "\n"] {
            overrides.text.push_str(part);
        }
        overrides.entries.push(Override { variable: variable.clone(), path, value: value.clone(), span });
    }
    overrides
}

/// Puts the overrides over what the file says.
pub(super) fn apply<'t>(overrides: &'t Overrides, table: &mut Table<'t>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for entry in &overrides.entries {
        if entry.path.last().is_some_and(|name| keys::is_secret(name)) {
            faults.push(Fault {
                span: entry.span.clone(),
                message: format!("{} would hold a secret", entry.variable),
                label: "not read".to_owned(),
                help: Some("name its place in the file: { env = \"NAME\" } or { file = \"PATH\" }".to_owned()),
            });
            continue;
        }
        insert(table, &entry.path, entry.typed(), &entry.span);
    }
    faults
}

impl Override {
    /// Returns the value as text where the setting takes text, as the number or boolean it spells otherwise.
    fn typed(&self) -> DeValue<'_> {
        let text = DeValue::String(self.value.as_str().into());
        if self.fits(text.clone()) {
            return text;
        }
        let Ok(parsed) = DeValue::parse(&self.value) else { return text };
        let parsed = parsed.into_inner();
        let is_single = !matches!(parsed, DeValue::Table(_) | DeValue::Array(_));
        if is_single && self.fits(parsed.clone()) { parsed } else { text }
    }

    fn fits(&self, value: DeValue<'_>) -> bool {
        let mut table = Table::default();
        insert(&mut table, &self.path, value, &self.span);
        let whole = Spanned::new(self.span.clone(), DeValue::Table(table));
        match Settings::deserialize(ValueDeserializer::from(whole)) {
            Ok(_) => true,
            // Its neighbours are in the file.
            Err(err) => err.message().starts_with("missing field"),
        }
    }
}

fn insert<'t>(table: &mut Table<'t>, path: &[String], value: DeValue<'t>, span: &Range<usize>) {
    let Some((name, rest)) = path.split_first() else { return };
    let key = Spanned::new(span.clone(), name.clone().into());
    if rest.is_empty() {
        // The key keeps its old span when it is replaced, so it goes first.
        table.remove(name.as_str());
        table.insert(key, Spanned::new(span.clone(), value));
        return;
    }
    if !table.contains_key(name.as_str()) {
        table.insert(key, Spanned::new(span.clone(), DeValue::Table(Table::default())));
    }
    if let Some(DeValue::Table(inner)) = table.get_mut(name.as_str()).map(Spanned::get_mut) {
        insert(inner, rest, value, span);
    }
}
