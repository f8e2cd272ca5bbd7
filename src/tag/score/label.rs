//! Owns labelled documents: the line of NDJSON with the document and what a reader says about it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::{DocumentLine, Kind, Medium, Status};

/// A document with its labels.
#[derive(Debug, Clone, Default)]
pub struct Labelled {
    pub line: DocumentLine,
    /// Names the document in lists; empty when the line has no id.
    pub id: String,
    /// Whether the document reports an event of the kind; kinds that the line does not label are missing.
    pub kinds: BTreeMap<String, bool>,
    pub calls: Vec<CallLabel>,
    pub negotiations: Vec<NegotiationLabel>,
    /// Readers may differ on it.
    pub is_borderline: bool,
}

/// What a reader says about one call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CallLabel {
    /// Names, as the roster or the usual spelling has them.
    pub participants: Vec<String>,
    pub status: Status,
    #[serde(default)]
    pub date: Option<Date>,
    #[serde(default)]
    pub initiator: Option<String>,
    #[serde(default)]
    pub medium: Option<Medium>,
}

/// What a reader says about one negotiation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NegotiationLabel {
    /// ISO 3166-1 alpha-3 codes, organisation codes or names.
    pub parties: Vec<String>,
    pub status: Status,
}

/// Why a line is no labelled document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {fix}")]
pub struct LabelError {
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl LabelError {
    fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into() }
    }
}

impl Labelled {
    /// Reads a line. A field named as one of `kinds` is the label of that kind; there must be one at least.
    pub fn read(line: &[u8], kinds: &[String]) -> Result<Self, LabelError> {
        let value: Value = serde_json::from_slice(line)
            .map_err(|err| LabelError::new(format!("not JSON: {err}"), "write one JSON object a line"))?;
        if !value.is_object() {
            return Err(LabelError::new("not a JSON object", "write one object with `text` and its labels a line"));
        }
        let line = DocumentLine::deserialize(&value).map_err(|err| {
            LabelError::new(
                err.to_string(),
                "a document is `id`, `lang`, `published`, `title`, `text`, all but `text` optional",
            )
        })?;
        let mut labels = BTreeMap::new();
        for kind in kinds {
            match &value[kind] {
                Value::Null => {}
                Value::Bool(is_reported) => {
                    labels.insert(kind.clone(), *is_reported);
                }
                _ => return Err(LabelError::new(format!("`{kind}` is not a boolean"), "make it true or false")),
            }
        }
        if labels.is_empty() {
            let fix = format!("add true or false for a kind that is coded: {}", kinds.join(", "));
            return Err(LabelError::new("no label", fix));
        }
        let is_borderline = match &value["borderline"] {
            Value::Null => false,
            Value::Bool(is_borderline) => *is_borderline,
            _ => {
                return Err(LabelError::new("`borderline` is not a boolean", "make it true or false, or leave it out"));
            }
        };
        let labelled = Self {
            id: match &line.id {
                Value::Null => String::new(),
                Value::String(id) => id.clone(),
                id => id.to_string(),
            },
            line,
            calls: events(&value, "calls", "participants")?,
            negotiations: events(&value, "negotiations", "parties")?,
            kinds: labels,
            is_borderline,
        };
        labelled.check()
    }

    /// Refuses events of a kind that the document is labelled not to have.
    fn check(self) -> Result<Self, LabelError> {
        for (field, kind, n_events) in [
            ("calls", Kind::LEADER_CALL, self.calls.len()),
            ("negotiations", Kind::NEGOTIATION, self.negotiations.len()),
        ] {
            if n_events > 0 && self.kinds.get(kind) == Some(&false) {
                let problem = format!("`{field}` has events, and `{kind}` is false");
                return Err(LabelError::new(problem, format!("empty `{field}` or make `{kind}` true")));
            }
        }
        Ok(self)
    }
}

/// Reads the labelled events of a field; one that is missing has none.
fn events<T: DeserializeOwned>(value: &Value, field: &str, who: &str) -> Result<Vec<T>, LabelError> {
    let entries = match &value[field] {
        Value::Null => return Ok(Vec::new()),
        Value::Array(entries) => entries,
        _ => return Err(LabelError::new(format!("`{field}` is not a list"), "write [] for none")),
    };
    let mut events = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let event = T::deserialize(entry).map_err(|err| {
            LabelError::new(format!("{field}[{at}]: {err}"), format!("an event has at least `{who}` and `status`"))
        })?;
        events.push(event);
    }
    Ok(events)
}
