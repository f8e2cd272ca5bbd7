//! Owns a JSON-LD block to a value: what pages write around JSON, and the fields of what is none.

use serde_json::Value;

use crate::article::markup::{collapse, unescape};

/// A longer string in a broken block runs over its end.
const FIELD_BYTES_MAX: usize = 400;
/// Values read of one block.
const VALUES_MAX: usize = 40;

/// Parses a block as pages write them: CDATA marks, HTML comments, raw line breaks in strings, trailing semicolons.
pub(super) fn parse(block: &str) -> Option<Value> {
    let mut block = block.trim();
    for (open, close) in [("<!--", "-->"), ("/*<![CDATA[*/", "/*]]>*/"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>")]
    {
        block = block.strip_prefix(open).unwrap_or(block).trim();
        block = block.strip_suffix(close).unwrap_or(block).trim();
    }
    let block = block.trim_end_matches(';');
    if let Some(value) = values(block) {
        return Some(value);
    }
    let spaced: String = block.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Ok(value) = serde_json::from_str(&spaced) {
        return Some(value);
    }
    let mut repaired = spaced.replace("&quot;", "\"");
    for (wrong, right) in [(", }", " }"), (",}", "}"), (", ]", " ]"), (",]", "]")] {
        repaired = repaired.replace(wrong, right);
    }
    serde_json::from_str(&repaired).ok()
}

/// One value, or several behind each other as an array.
fn values(block: &str) -> Option<Value> {
    let read: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(block).into_iter().take(VALUES_MAX).collect();
    let mut read = read.ok()?;
    if read.len() == 1 { read.pop() } else { Some(Value::Array(read)) }
}

/// The first string under a key.
pub(super) fn field(block: &str, key: &str) -> Option<String> {
    let (_, rest) = block.split_once(&format!("\"{key}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let end = rest.char_indices().find(|(at, c)| *c == '"' && !rest[..*at].ends_with('\\'))?.0;
    let text = collapse(&unescape(&rest[..end].replace("\\\"", "\"").replace("\\/", "/")));
    (!text.is_empty() && text.len() <= FIELD_BYTES_MAX).then_some(text)
}
