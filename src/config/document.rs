//! Owns reading one TOML document into a type: every error in it, not only the first.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Error};

use super::problem::Problem;
use super::{keys, suggest};

/// Errors of one document that are worth reading.
const ERRORS_MAX: usize = 100;

pub(super) type Table<'t> = DeTable<'t>;

/// What is wrong with a document, by bytes.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn at(self, file: usize) -> Problem {
        Problem::new(self.message).at(file, self.span, &self.label).help(self.help)
    }
}

/// Parses the text, with all syntax errors.
pub(super) fn parse<'t>(text: &'t str, faults: &mut Vec<Fault>) -> Spanned<Table<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for err in errors.into_iter().take(ERRORS_MAX) {
        let span = err.span().unwrap_or(text.len()..text.len());
        faults.push(Fault { span, message: err.message().to_owned(), label: "here".to_owned(), help: None });
    }
    table
}

/// Reads the table into `T`. What does not fit is reported and left out, then the rest is tried again.
pub(super) fn read<T: DeserializeOwned>(table: &Spanned<Table<'_>>, faults: &mut Vec<Fault>) -> Option<T> {
    let mut value = DeValue::Table(table.get_ref().clone());
    let mut removed = Vec::new();
    for _ in 0..ERRORS_MAX {
        let whole = Spanned::new(table.span(), value.clone());
        let err = match T::deserialize(toml::de::ValueDeserializer::from(whole)) {
            Ok(read) => return Some(read),
            Err(err) => err,
        };
        let span = err.span().unwrap_or(table.span());
        let is_consequence = missing_field(err.message()).is_some_and(|name| removed.iter().any(|key| key == name));
        let taken = take_out(&mut value, &span);
        if !is_consequence {
            faults.push(fault(&err, span, taken.as_deref()));
        }
        removed.push(taken?);
    }
    None
}

fn fault(err: &Error, span: Range<usize>, key: Option<&str>) -> Fault {
    let message = err.message().trim();
    if let Some(key) = key.filter(|key| keys::is_secret(key) && !message.starts_with("unknown field")) {
        // The value is not repeated: it may be the secret itself.
        return Fault {
            span,
            message: format!("`{key}` is not the place of a secret"),
            label: "not a place".to_owned(),
            help: Some("write { file = \"PATH\" } or { env = \"NAME\" }".to_owned()),
        };
    }
    if let Some((word, known)) = unknown(message, "unknown field") {
        return Fault {
            span,
            message: format!("unknown key `{word}`"),
            label: "not a key of this table".to_owned(),
            help: did_you_mean(word, &known),
        };
    }
    if let Some((word, known)) = unknown(message, "unknown variant") {
        return Fault {
            span,
            message: format!("unknown value `{word}`"),
            label: "not one of the known values".to_owned(),
            help: did_you_mean(word, &known),
        };
    }
    if let Some(name) = missing_field(message) {
        return Fault {
            span,
            message: format!("missing key `{name}`"),
            label: "needed in this table".to_owned(),
            help: None,
        };
    }
    if message.contains("duration format") {
        return Fault {
            span,
            message: "not a duration".to_owned(),
            label: "expected a duration like `500ms`, `30s`, `5m` or `240h`".to_owned(),
            help: None,
        };
    }
    let message = message.replace("expected usize", "expected a whole number");
    let message = ["u16", "u32", "u64"]
        .iter()
        .fold(message, |message, kind| message.replace(&format!("expected {kind}"), "expected a whole number"));
    Fault { span, message, label: "this value".to_owned(), help: None }
}

fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    if let Some(near) = suggest::nearest(word, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!known.is_empty()).then(|| format!("known: {}", known.join(", ")))
}

/// Takes serde's message apart: the word it does not know and those it does.
pub(super) fn unknown<'m>(message: &'m str, what: &str) -> Option<(&'m str, Vec<&'m str>)> {
    let rest = message.strip_prefix(what)?;
    let mut words = rest.split('`').skip(1).step_by(2);
    let word = words.next()?;
    Some((word, words.collect()))
}

fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// Removes the innermost key or element that the error is about and returns its name.
fn take_out(value: &mut DeValue<'_>, span: &Range<usize>) -> Option<String> {
    match value {
        DeValue::Table(table) => {
            let deeper = table.iter_mut().find_map(|(_, child)| take_out(child.get_mut(), span));
            if deeper.is_some() {
                return deeper;
            }
            let key = table.iter().find(|(key, child)| covers(&key.span(), span) || covers(&child.span(), span));
            let key = key.map(|(key, _)| key.get_ref().to_string())?;
            table.remove(key.as_str());
            Some(key)
        }
        DeValue::Array(array) => {
            let deeper = array.iter_mut().find_map(|child| take_out(child.get_mut(), span));
            if deeper.is_some() {
                return deeper;
            }
            let at = array.iter().position(|child| covers(&child.span(), span))?;
            let whole = std::mem::replace(array, DeArray::new());
            *array = whole.into_iter().enumerate().filter(|(index, _)| *index != at).map(|(_, child)| child).collect();
            Some(String::new())
        }
        _ => None,
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
