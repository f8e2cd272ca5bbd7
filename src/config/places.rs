//! Owns the way from a dotted key to its value in a parsed document.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::document::Table;

/// Finds the value of a dotted key (`kafka.tls.ca_file`). What comes after the last key that is there is left out, so
/// that a problem of something missing is shown where it is missing.
pub(super) fn span(table: &Table<'_>, key: &str) -> Option<Range<usize>> {
    let mut table = table;
    let mut found = None;
    let mut rest = key;
    while !rest.is_empty() {
        let Some((name, value, after)) = step(table, rest) else { break };
        found = Some(match value.get_ref() {
            DeValue::Table(_) => name,
            _ => value.span(),
        });
        let DeValue::Table(inner) = value.get_ref() else { break };
        (table, rest) = (inner, after);
    }
    found
}

/// Takes the first name off the key. A name may hold dots itself (`properties.socket.timeout.ms`).
fn step<'t, 'k, 'd>(table: &'t Table<'d>, key: &'k str) -> Option<(Range<usize>, &'t Spanned<DeValue<'d>>, &'k str)> {
    table.iter().find_map(|(name, value)| {
        let rest = key.strip_prefix(name.get_ref().as_ref())?;
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
        Some((name.span(), value, rest))
    })
}
