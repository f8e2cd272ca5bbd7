//! Owns `roster show`: all that is known of one person, country or organisation.

use clap::Args;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{On, forms, names_json, term_json};
use crate::cli::args::Format;
use crate::cli::exit::Failure;
use crate::cli::output::Out;
use crate::tag::roster::{Gender, Names, Person, Roster, Term};

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Id of a person (trump-donald), ISO 3166-1 alpha-3 code of a country, or code of an organisation
    #[arg(value_name = "ID|CODE")]
    what: String,
    #[command(flatten)]
    on: On,
}

pub(super) fn run(args: &ShowArgs, roster: &Roster, format: Format, out: &mut Out) -> Result<(), Failure> {
    let day = args.on.day();
    if let Some(person) = roster.person(&args.what.to_lowercase()) {
        return Ok(show_person(person, roster.file_of(&person.id), day, format, out)?);
    }
    let code = args.what.to_uppercase();
    let Some(place) = Place::find(roster, &code) else {
        let what = &args.what;
        let hint = "look for it with `hotline roster search TEXT`";
        return Err(anyhow::anyhow!("`{what}` is no person, country or organisation of the roster; {hint}").into());
    };
    Ok(show_place(&place, &roster.in_office(place.code, day), day, format, out)?)
}

fn show_person(person: &Person, file: &str, day: Date, format: Format, out: &mut Out) -> std::io::Result<()> {
    let office = person.office_at(day);
    if format == Format::Json {
        return out.json(&json!({
            "person": person.id,
            "name": person.name(),
            "qid": person.qid,
            "gender": if person.gender == Gender::Female { "f" } else { "m" },
            "names": names_json(&person.names),
            "terms": person.terms.iter().map(term_json).collect::<Vec<_>>(),
            "on": day.to_string(),
            "office": office.map(term_json),
            "file": file,
        }));
    }
    let qid = person.qid.as_ref().map_or_else(String::new, |qid| format!("  {qid}"));
    out.line(&format!("{}  {}{qid}  ({file})", person.id, person.name()))?;
    show_names("names", &person.names, out)?;
    out.line("terms")?;
    for term in &person.terms {
        let from = term.from.map_or_else(String::new, |from| from.to_string());
        let to = term.to.map_or_else(String::new, |to| to.to_string());
        let Term { title, country, .. } = term;
        out.line(&format!("  {from:<10} - {to:<10}  {title}, {country} ({})", term.office.as_str()))?;
    }
    let office = office.map_or_else(|| "no office".to_owned(), |term| format!("{}, {}", term.title, term.country));
    out.line(&format!("on {day}: {office}"))
}

/// A country or an organisation.
struct Place<'r> {
    code: &'r str,
    name: &'r str,
    kind: &'static str,
    /// Headings and the names under them.
    names: Vec<(&'static str, &'r Names)>,
}

impl<'r> Place<'r> {
    fn find(roster: &'r Roster, code: &str) -> Option<Self> {
        if let Some(country) = roster.country(code) {
            let names = vec![
                ("names", &country.names),
                ("demonyms", &country.demonyms),
                ("capitals", &country.capitals),
                ("metonyms", &country.metonyms),
            ];
            return Some(Self { code: &country.code, name: country.name(), kind: "country", names });
        }
        let organisation = roster.organisation(code)?;
        let names = vec![("names", &organisation.names), ("metonyms", &organisation.metonyms)];
        Some(Self { code: &organisation.code, name: organisation.name(), kind: "organisation", names })
    }
}

fn show_place(
    place: &Place<'_>,
    in_office: &[(&Person, &Term)],
    day: Date,
    format: Format,
    out: &mut Out,
) -> std::io::Result<()> {
    if format == Format::Json {
        let mut value = json!({ "code": place.code, "kind": place.kind, "name": place.name });
        for (heading, names) in &place.names {
            value[heading] = names_json(names);
        }
        value["on"] = json!(day.to_string());
        value["in_office"] = in_office.iter().map(|(person, term)| holder_json(person, term)).collect();
        return out.json(&value);
    }
    out.line(&format!("{}  {}  ({})", place.code, place.name, place.kind))?;
    for (heading, names) in &place.names {
        show_names(heading, names, out)?;
    }
    out.line(&format!("in office on {day}"))?;
    for (person, term) in in_office {
        let since = term.from.map_or_else(String::new, |from| format!(" since {from}"));
        out.line(&format!("  {}: {} ({}){since}  [{}]", term.title, person.name(), person.id, term.office.as_str()))?;
    }
    Ok(())
}

fn holder_json(person: &Person, term: &Term) -> Value {
    let mut value = json!({ "person": person.id, "name": person.name() });
    value["term"] = term_json(term);
    value
}

fn show_names(heading: &str, names: &Names, out: &mut Out) -> std::io::Result<()> {
    if forms(names).next().is_none() {
        return Ok(());
    }
    out.line(heading)?;
    for (lang, forms) in forms(names) {
        out.line(&format!("  {lang}  {}", forms.join(", ")))?;
    }
    Ok(())
}
