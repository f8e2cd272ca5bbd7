//! Owns the overlay file: persons in the roster's own format, by id.

use std::fmt::Write as _;

use super::merge::Draft;
use crate::tag::roster::{Confidence, Gender, Names, Person, Term};

const HEAD: &str = "\
# Made by `hotline roster refresh` from Wikidata (CC0): it will be made again, edit another file. The format is in the
# roster's README.
";

pub(super) fn print(drafts: &[Draft]) -> String {
    let mut text = HEAD.to_owned();
    for draft in drafts {
        person(&mut text, draft);
    }
    text
}

fn person(text: &mut String, draft: &Draft) {
    let Person { id, qid, gender, terms, .. } = &draft.person;
    text.push_str("\n[[person]]\n");
    line(text, "id", id);
    if let Some(qid) = qid {
        line(text, "qid", qid);
    }
    line(text, "gender", if *gender == Gender::Female { "f" } else { "m" });
    names(text, &draft.names);
    // Terms replace all terms of the person.
    if draft.has_terms() {
        for one in terms {
            term(text, one);
        }
    }
}

fn names(text: &mut String, names: &Names) {
    if names.iter().next().is_none() {
        return;
    }
    text.push_str("[person.names]\n");
    for (lang, forms) in names.iter() {
        let forms: Vec<String> = forms.iter().map(|form| quoted(form)).collect();
        // Writing to a String cannot fail.
        writeln!(text, "{lang} = [{}]", forms.join(", ")).ok();
    }
}

fn term(text: &mut String, term: &Term) {
    text.push_str("[[person.term]]\n");
    line(text, "office", term.office.as_str());
    line(text, "title", &term.title);
    line(text, "country", &term.country);
    if let Some(from) = term.from {
        line(text, "from", &from.to_string());
    }
    if let Some(to) = term.to {
        line(text, "to", &to.to_string());
    }
    if term.confidence != Confidence::High {
        line(text, "confidence", term.confidence.as_str());
    }
    if let Some(as_of) = &term.as_of {
        line(text, "as_of", as_of);
    }
    if let Some(note) = &term.note {
        line(text, "note", note);
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    writeln!(text, "{key} = {}", quoted(value)).ok();
}

/// A TOML basic string, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                write!(quoted, "\\u{:04X}", c as u32).ok();
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
