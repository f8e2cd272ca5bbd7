//! Owns `roster search`: who and what is called so.

use clap::Args;
use serde_json::json;

use super::{On, term_json};
use crate::cli::args::Format;
use crate::cli::exit::Failure;
use crate::cli::output::Out;
use crate::tag::roster::{Found, Roster, Subject};

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Parts of names, offices, countries; all of them must fit
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    #[command(flatten)]
    on: On,
}

pub(super) fn run(args: &SearchArgs, roster: &Roster, format: Format, out: &mut Out) -> Result<(), Failure> {
    let text = args.text.join(" ");
    let day = args.on.day();
    let found = roster.search(&text, day);
    if found.is_empty() {
        return Err(anyhow::anyhow!("nothing in the roster is called `{text}`").into());
    }
    for one in &found {
        let (id, name, kind) = match one.subject {
            Subject::Person(person) => (&person.id, person.name(), "person"),
            Subject::Country(country) => (&country.code, country.name(), "country"),
            Subject::Organisation(organisation) => (&organisation.code, organisation.name(), "organisation"),
        };
        match format {
            Format::Json => {
                let office = one.office.map(term_json);
                out.json(&json!({ "id": id, "name": name, "kind": kind, "on": day.to_string(), "office": office }))?;
            }
            Format::Text => out.line(&format!("{id}  {name}  {}", office(one)))?,
        }
    }
    Ok(())
}

fn office(found: &Found<'_>) -> String {
    match (found.subject, found.office) {
        (Subject::Person(_), Some(term)) => format!("{}, {}", term.title, term.country),
        (Subject::Person(_), None) => "-".to_owned(),
        (Subject::Country(_), _) => "country".to_owned(),
        (Subject::Organisation(_), _) => "organisation".to_owned(),
    }
}
