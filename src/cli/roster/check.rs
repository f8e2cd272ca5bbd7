//! Owns `roster check`: what a person should look at, the graver first.

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::exit::{Failure, say};
use crate::cli::output::{Out, count};
use crate::tag::roster::{Finding, Roster, Weight};

pub(super) fn run(roster: &Roster, format: Format, out: &mut Out) -> Result<(), Failure> {
    let mut findings = roster.check();
    // By person, so that all languages without a name are one line.
    findings.sort_by(|a, b| (b.weight(), a.person()).cmp(&(a.weight(), b.person())));
    let n_errors = findings.iter().filter(|finding| finding.weight() == Weight::Error).count();
    if format == Format::Json {
        for finding in &findings {
            let person = finding.person();
            out.json(&json!({
                "file": roster.file_of(person), "person": person, "weight": finding.weight().as_str(),
                "problem": finding.to_string(), "fix": finding.fix(),
            }))?;
        }
    } else {
        for group in findings.chunk_by(|a, b| is_missing_name(a) && is_missing_name(b) && a.person() == b.person()) {
            if let Some(line) = line(group, roster) {
                out.line(&line)?;
            }
        }
    }
    let n_warnings = findings.len() - n_errors;
    say(&format!(
        "hotline: {}: {}, {}",
        count(roster.persons.len(), "person"),
        count(n_errors, "error"),
        count(n_warnings, "warning")
    ));
    if n_errors > 0 { Err(Failure::Reported) } else { Ok(()) }
}

fn is_missing_name(finding: &Finding) -> bool {
    matches!(finding, Finding::MissingName { .. })
}

/// Prints `file/person: problem; fix`.
fn line(group: &[Finding], roster: &Roster) -> Option<String> {
    let first = group.first()?;
    let place = format!("{}/{}", roster.file_of(first.person()), first.person());
    let langs: Vec<&str> = group
        .iter()
        .filter_map(|finding| match finding {
            Finding::MissingName { lang, .. } => Some(*lang),
            _ => None,
        })
        .collect();
    Some(match langs.len() {
        0 | 1 => format!("{place}: {first}; {}", first.fix()),
        _ => format!("{place}: no name in {}; add them to its names", langs.join(", ")),
    })
}
