//! Owns reading answers: SPARQL 1.1 Query Results JSON Format. An answer that is cut off or of another form is refused
//! whole, with the place.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tenure::{Held, claim_of_title};
use super::{Claim, Named, is_item};
use crate::tag::roster::person::Day;
use crate::tag::roster::{Gender, LANGS};

const ENTITY: &str = "http://www.wikidata.org/entity/";
const MALE: &str = "Q6581097";
const FEMALE: &str = "Q6581072";
/// A label longer than this is no name.
const NAME_CHARS_MAX: usize = 100;

/// Why an answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Cut off, an error page, or another format.
    #[error("line {line}, column {column}: no complete SPARQL results in JSON: {problem}")]
    NotResults { line: usize, column: usize, problem: String },
    /// Complete, and yet not an answer to the question.
    #[error("row {row}: `{variable}` {problem}")]
    Cell { row: usize, variable: &'static str, problem: String },
}

#[derive(Deserialize)]
struct Answer {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    bindings: Vec<BTreeMap<String, Cell>>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    #[serde(rename = "xml:lang")]
    lang: Option<String>,
}

/// One solution, with its number from 1.
struct Row {
    number: usize,
    cells: BTreeMap<String, Cell>,
}

type Statements = BTreeMap<(String, Claim), Held>;

pub(super) fn heads(bytes: &[u8]) -> Result<Statements, AnswerError> {
    let mut found = Statements::new();
    for row in rows(bytes)? {
        let claim = match row.text("claim")? {
            "state" => Claim::State,
            "government" => Claim::Government,
            other => return Err(row.wrong("claim", format!("is `{other}`, not state or government"))),
        };
        if let Some(held) = row.held()? {
            add(&mut found, row.text("statement")?, claim, held);
        }
    }
    Ok(found)
}

pub(super) fn positions(bytes: &[u8]) -> Result<Statements, AnswerError> {
    let mut found = Statements::new();
    for row in rows(bytes)? {
        // Without a start nothing can be compared.
        let Some(held) = row.held()?.filter(|held| held.from.is_some()) else { continue };
        let place = row.text("place")?;
        let is_of = |variable: &str| row.value(variable) == Some(place);
        let mut claims = Vec::new();
        if is_of("stateOf") {
            claims.push(Claim::State);
        }
        if is_of("governmentOf") {
            claims.push(Claim::Government);
        }
        if claims.is_empty() {
            claims.extend(held.title.as_deref().and_then(|title| claim_of_title(title, &held.code)));
        }
        for claim in claims {
            add(&mut found, row.text("statement")?, claim, held.clone());
        }
    }
    Ok(found)
}

/// Adds a statement; one that comes in several rows has several values: the earliest start and the latest end count.
fn add(found: &mut Statements, statement: &str, claim: Claim, held: Held) {
    let Some(known) = found.get_mut(&(statement.to_owned(), claim)) else {
        found.insert((statement.to_owned(), claim), held);
        return;
    };
    known.from = [known.from, held.from].into_iter().flatten().min_by_key(|day| day.first);
    known.to = [known.to, held.to].into_iter().flatten().max_by_key(|day| day.first);
    known.title = [known.title.take(), held.title].into_iter().flatten().min();
}

pub(super) fn names(bytes: &[u8]) -> Result<BTreeMap<String, Named>, AnswerError> {
    let mut found: BTreeMap<String, Named> = BTreeMap::new();
    for row in rows(bytes)? {
        let named = found.entry(row.item("person")?.to_owned()).or_default();
        let lang = row.cells.get("name").and_then(|cell| cell.lang.as_deref()).unwrap_or_default();
        if !LANGS.contains(&lang) {
            return Err(row.wrong("name", format!("is in `{lang}`, a language that was not asked for")));
        }
        if let Some(name) = clean(row.text("name")?) {
            named.labels.insert(lang.to_owned(), name);
        }
        if let Some(family) = row.value("family").and_then(clean) {
            named.families.entry(lang.to_owned()).or_default().insert(family);
        }
        named.gender = match row.value("gender").and_then(|value| value.strip_prefix(ENTITY)) {
            Some(FEMALE) => Some(Gender::Female),
            Some(MALE) => Some(Gender::Male),
            _ => named.gender,
        };
    }
    Ok(found)
}

/// One line of sensible length, or nothing.
fn clean(name: &str) -> Option<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_name = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.chars().any(char::is_control);
    is_name.then_some(name)
}

fn rows(bytes: &[u8]) -> Result<Vec<Row>, AnswerError> {
    let answer: Answer = serde_json::from_slice(bytes).map_err(|err| AnswerError::NotResults {
        line: err.line(),
        column: err.column(),
        problem: err.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    })?;
    let numbered = answer.results.bindings.into_iter().enumerate();
    Ok(numbered.map(|(at, cells)| Row { number: at + 1, cells }).collect())
}

impl Row {
    /// Returns what stands in the cell; a blank node stands for what nobody knows.
    fn value(&self, variable: &str) -> Option<&str> {
        self.cells.get(variable).filter(|cell| cell.kind != "bnode").map(|cell| cell.value.as_str())
    }

    fn text(&self, variable: &'static str) -> Result<&str, AnswerError> {
        self.value(variable).ok_or_else(|| self.wrong(variable, "is missing".to_owned()))
    }

    /// Returns the item of a cell (`Q42`).
    fn item(&self, variable: &'static str) -> Result<&str, AnswerError> {
        let value = self.text(variable)?;
        let item = value.strip_prefix(ENTITY).filter(|item| is_item(item));
        item.ok_or_else(|| self.wrong(variable, format!("is `{value}`, no item")))
    }

    /// Returns the office the row tells of; `None` when its end is said to be unknown, or its holder is.
    fn held(&self) -> Result<Option<Held>, AnswerError> {
        let is_unknown = self.value("person").is_none_or(|person| person.contains("/.well-known/genid/"));
        let (from, to) = (self.day("from", "fromPrecision")?, self.day("to", "toPrecision")?);
        if is_unknown || (self.cells.contains_key("end") && to.is_none()) {
            return Ok(None);
        }
        Ok(Some(Held {
            qid: self.item("person")?.to_owned(),
            code: self.text("code")?.to_owned(),
            title: self.value("title").and_then(clean),
            from,
            to,
        }))
    }

    /// Returns a day as precise as Wikidata knows it: 11 is a day, 10 a month, 9 a year; less says too little.
    fn day(&self, variable: &'static str, precision: &'static str) -> Result<Option<Day>, AnswerError> {
        let Some(value) = self.value(variable) else { return Ok(None) };
        let n_chars = match self.text(precision)?.parse::<u8>() {
            Ok(11..=14) => 10,
            Ok(10) => 7,
            Ok(9) => 4,
            Ok(_) => return Ok(None),
            Err(_) => return Err(self.wrong(precision, "is no number".to_owned())),
        };
        let day = value.get(..n_chars).and_then(Day::parse);
        day.map(Some).ok_or_else(|| self.wrong(variable, format!("is `{value}`, no time")))
    }

    fn wrong(&self, variable: &'static str, problem: String) -> AnswerError {
        AnswerError::Cell { row: self.number, variable, problem }
    }
}
