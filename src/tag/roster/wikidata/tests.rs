//! Facts about what Wikidata adds: questions, answers recorded in its form with invented persons, the overlay.

use jiff::civil::{Date, date};

use super::tenure::claim_of_title;
use super::{AnswerError, Claim, Facts, Plan, Refreshed};
use crate::tag::roster::{OfficeClass, Roster};

/// A country with a president, a prime minister and a minister whose first day nobody looked up.
const RURITANIA: &str = r#"
[[person]]
id = "elphberg-rudolf"
qid = "Q101"
[person.names]
en = ["Rudolf Elphberg", "Elphberg"]
uk = ["Рудольф Ельфберг", "Ельфберг"]
[[person.term]]
office = "head_of_state"
title = "President"
country = "RUR"
from = "2020-05-01"

[[person]]
id = "sapt-otto"
qid = "Q102"
[person.names]
en = ["Otto Sapt", "Sapt"]
[[person.term]]
office = "foreign_minister"
title = "Foreign Minister"
country = "RUR"
from = "2025-03"
as_of = "2026-01"
"#;

const COUNTRY: &str = "[[country]]\ncode = \"RUR\"\n[country.names]\nen = [\"Ruritania\", \"Republic of Ruritania\"]\n";

fn roster() -> Roster {
    let empty = Roster::default().laid_over("countries.toml", COUNTRY).unwrap();
    empty.laid_over("persons.toml", RURITANIA).unwrap()
}

fn uri(value: &str) -> String {
    format!(r#"{{"type":"uri","value":"{value}"}}"#)
}

fn item(qid: &str) -> String {
    uri(&format!("http://www.wikidata.org/entity/{qid}"))
}

fn text(value: &str) -> String {
    format!(r#"{{"type":"literal","value":"{value}"}}"#)
}

fn label(lang: &str, value: &str) -> String {
    format!(r#"{{"xml:lang":"{lang}","type":"literal","value":"{value}"}}"#)
}

fn row(cells: &[(&str, String)]) -> String {
    let cells: Vec<String> = cells.iter().map(|(name, cell)| format!("\"{name}\":{cell}")).collect();
    format!("{{{}}}", cells.join(","))
}

fn answer(rows: &[String]) -> Vec<u8> {
    format!(r#"{{"head":{{"vars":["person"]}},"results":{{"bindings":[{}]}}}}"#, rows.join(",")).into_bytes()
}

/// `2030-05-01`, `2030-05` or `2030` in Wikidata's form, with its precision.
fn time(name: &str, day: &str, cells: &mut Vec<(String, String)>) {
    let (padded, precision) = match day.len() {
        10 => (day.to_owned(), 11),
        7 => (format!("{day}-01"), 10),
        _ => (format!("{day}-01-01"), 9),
    };
    let datatype = "http://www.w3.org/2001/XMLSchema#";
    cells.push((
        name.to_owned(),
        format!(r#"{{"datatype":"{datatype}dateTime","type":"literal","value":"{padded}T00:00:00Z"}}"#),
    ));
    cells.push((
        format!("{name}Precision"),
        format!(r#"{{"datatype":"{datatype}integer","type":"literal","value":"{precision}"}}"#),
    ));
}

/// A row about an office: whose, which, from and to (empty: none).
fn office(qid: &str, title: &str, (from, to): (&str, &str), more: &[(&str, String)]) -> String {
    let statement = format!("http://www.wikidata.org/entity/statement/{qid}-{title}-{from}").replace(' ', "-");
    let mut cells: Vec<(String, String)> = vec![
        ("person".to_owned(), item(qid)),
        ("statement".to_owned(), uri(&statement)),
        ("title".to_owned(), label("en", title)),
        ("code".to_owned(), text("RUR")),
    ];
    if !from.is_empty() {
        time("from", from, &mut cells);
    }
    if !to.is_empty() {
        cells.push(("end".to_owned(), text(to)));
        time("to", to, &mut cells);
    }
    cells.extend(more.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())));
    let cells: Vec<(&str, String)> = cells.iter().map(|(name, cell)| (name.as_str(), cell.clone())).collect();
    row(&cells)
}

/// The office of Ruritania's head of state.
fn president(qid: &str, from: &str, to: &str) -> String {
    let more = [("place", item("Q900")), ("stateOf", item("Q900"))];
    office(qid, "President of the Republic of Ruritania", (from, to), &more)
}

fn minister(qid: &str, title: &str, from: &str, to: &str) -> String {
    office(qid, title, (from, to), &[("place", item("Q900"))])
}

fn head(qid: &str, from: &str) -> String {
    office(qid, "President of the Republic of Ruritania", (from, ""), &[("claim", text("state"))])
}

fn name(qid: &str, lang: &str, name: &str, family: &str) -> String {
    let gender = item("Q6581072");
    row(&[("person", item(qid)), ("name", label(lang, name)), ("family", label(lang, family)), ("gender", gender)])
}

fn facts(heads: &[String], positions: &[String], names: &[String]) -> Facts {
    let mut facts = Facts::default();
    facts.add_heads(&answer(heads)).unwrap();
    facts.add_positions(&answer(positions)).unwrap();
    facts.add_names(&answer(names)).unwrap();
    facts
}

fn changes(refreshed: &Refreshed) -> Vec<String> {
    refreshed
        .changes
        .iter()
        .map(|change| format!("{} {}: {change}", change.kind(), change.person()))
        .chain(refreshed.conflicts.iter().map(|conflict| format!("conflict {conflict}")))
        .collect()
}

fn holder(roster: &Roster, day: Date) -> Vec<&str> {
    roster.holder("head_of_state", "RUR", day).iter().map(|person| person.id.as_str()).collect()
}

/// The president has changed, the minister's first day is known, and two have names in more languages.
fn change_of_president() -> (Vec<String>, Vec<String>, Vec<String>) {
    let positions = vec![
        president("Q101", "2020-05-01", "2025-05-01"),
        president("Q101", "2025-05-01", "2030-05-01"),
        president("Q201", "2030-05-01", ""),
        minister("Q102", "Minister of Foreign Affairs of Ruritania", "2025-03-14", ""),
        minister("Q102", "Member of the Diet", "2019-01-01", ""),
    ];
    let names = vec![
        name("Q102", "uk", "Отто Запт", "Запт"),
        name("Q102", "de", "Otto Sapt", "Sapt"),
        name("Q201", "en", "Flavia O'Strelsau", "O'Strelsau"),
        name("Q201", "de", "Flavia \\\"die Kluge\\\" Strelsau", "Strelsau"),
        name("Q201", "ja", "フラビア", "x"),
    ];
    (vec![head("Q201", "2030-05-01")], positions, names)
}

const OVERLAY: &str = r#"# Made by `hotline roster refresh` from Wikidata (CC0): it will be made again, edit another file. The format is in the
# roster's README.

[[person]]
id = "elphberg-rudolf"
qid = "Q101"
gender = "m"
[[person.term]]
office = "head_of_state"
title = "President"
country = "RUR"
from = "2020-05-01"
to = "2030-05-01"

[[person]]
id = "ostrelsau-flavia"
qid = "Q201"
gender = "f"
[person.names]
en = ["Flavia O'Strelsau", "O'Strelsau"]
de = ["Flavia \"die Kluge\" Strelsau", "Strelsau"]
ja = ["フラビア"]
[[person.term]]
office = "head_of_state"
title = "President"
country = "RUR"
from = "2030-05-01"
confidence = "medium"
note = "Wikidata"

[[person]]
id = "sapt-otto"
qid = "Q102"
gender = "m"
[person.names]
uk = ["Отто Запт", "Запт"]
[[person.term]]
office = "foreign_minister"
title = "Foreign Minister"
country = "RUR"
from = "2025-03-14"
as_of = "2026-01"
"#;

#[test]
fn a_change_of_president_ends_a_term_and_adds_a_person() {
    let (heads, positions, names) = change_of_president();
    let refreshed = facts(&heads, &positions, &names).refresh(&roster()).unwrap();
    assert_eq!(refreshed.text, OVERLAY);
    assert_eq!(
        changes(&refreshed),
        [
            "ended elphberg-rudolf: President of RUR, from 2020-05-01 to 2030-05-01",
            "person ostrelsau-flavia: Flavia O'Strelsau",
            "added ostrelsau-flavia: President of RUR, from 2030-05-01",
            "named sapt-otto: names in uk",
            "sharpened sapt-otto: Foreign Minister of RUR, from 2025-03-14",
        ]
    );
    assert_eq!(refreshed.n_persons_changed, 3);
    let laid = roster().laid_over(super::FILE_NAME, &refreshed.text).unwrap();
    assert_eq!(holder(&laid, date(2030, 4, 30)), ["elphberg-rudolf"]);
    assert_eq!(holder(&laid, date(2030, 5, 1)), ["ostrelsau-flavia"]);
    assert!(laid.overlaps().is_empty());
}

#[test]
fn the_order_of_the_answers_makes_no_difference() {
    let (mut heads, mut positions, mut names) = change_of_president();
    let forth = facts(&heads, &positions, &names).refresh(&roster()).unwrap();
    heads.reverse();
    positions.reverse();
    names.reverse();
    assert_eq!(facts(&heads, &positions, &names).refresh(&roster()).unwrap(), forth);
}

#[test]
fn nothing_new_is_an_empty_overlay_that_loads() {
    let positions = [president("Q101", "2020-05-01", ""), minister("Q102", "Minister of Foreign Affairs", "2025", "")];
    let refreshed = facts(&[], &positions, &[]).refresh(&roster()).unwrap();
    assert!(refreshed.changes.is_empty() && refreshed.conflicts.is_empty(), "{:?}", changes(&refreshed));
    assert!(!refreshed.text.contains("[[person]]"));
    assert_eq!(roster().laid_over(super::FILE_NAME, &refreshed.text).unwrap().persons, roster().persons);
}

#[test]
fn what_contradicts_the_roster_is_listed_and_not_taken_over() {
    for (position, expected) in [
        (
            president("Q101", "2019-05-01", ""),
            "conflict elphberg-rudolf, head_of_state of RUR: roster from 2020-05-01, Wikidata from 2019-05-01; the roster's \
             word stays",
        ),
        // A text of January still showed the minister.
        (
            minister("Q102", "Minister of Foreign Affairs of Ruritania", "2025-03", "2025-12-30"),
            "conflict sapt-otto, foreign_minister of RUR: roster from 2025-03, Wikidata from 2025-03 to 2025-12-30; the \
             roster's word stays",
        ),
    ] {
        let refreshed = facts(&[], &[position], &[]).refresh(&roster()).unwrap();
        assert_eq!(changes(&refreshed), [expected]);
        assert!(!refreshed.text.contains("[[person"), "{}", refreshed.text);
    }
}

#[test]
fn a_second_president_beside_the_rosters_is_a_conflict() {
    let names = [name("Q201", "en", "Flavia Strelsau", "Strelsau")];
    let refreshed = facts(&[head("Q201", "2030-05-01")], &[], &names).refresh(&roster()).unwrap();
    assert_eq!(
        changes(&refreshed),
        [
            "conflict strelsau-flavia, head_of_state of RUR: roster has elphberg-rudolf on 2030-05-01, Wikidata from 2030-05-01; \
          the roster's word stays"
        ]
    );
    assert!(!refreshed.text.contains("[[person"), "{}", refreshed.text);
}

#[test]
fn a_head_without_an_english_name_is_left_out() {
    let names = [name("Q201", "ja", "フラビア", "x")];
    let refreshed = facts(&[head("Q201", "2030-05-01")], &[], &names).refresh(&roster()).unwrap();
    assert_eq!((refreshed.nameless.as_slice(), refreshed.changes.len()), (&["Q201".to_owned()][..], 0));
}

#[test]
fn an_end_that_nobody_knows_proves_nothing() {
    let end = [
        ("place", item("Q900")),
        ("stateOf", item("Q900")),
        ("end", uri("http://www.wikidata.org/.well-known/genid/f00")),
    ];
    let row = office("Q101", "President of Ruritania", ("2020-05-01", ""), &end);
    assert!(facts(&[], &[row], &[]).held.is_empty());
}

#[test]
fn an_office_without_a_start_does_not_open_one_that_ended() {
    let title = "Minister of Defence of Ruritania";
    let positions = [minister("Q101", title, "2011", "2013-01"), minister("Q101", title, "", "")];
    let refreshed = facts(&[], &positions, &[]).refresh(&roster()).unwrap();
    assert_eq!(changes(&refreshed), ["added elphberg-rudolf: Minister of Defence of RUR, from 2011 to 2013-01"]);
}

#[test]
fn persons_and_countries_are_asked_about_in_batches() {
    let core = Roster::core().unwrap();
    let plan = Plan::new(&core, &[]).unwrap();
    let questions = plan.positions(&Facts::default());
    assert!(plan.n_persons() > 500 && questions.len() == plan.n_persons().div_ceil(super::QIDS_MAX));
    for question in plan.heads().iter().chain(&questions).chain(&plan.names(&Facts::default(), &core)) {
        let url = url::Url::parse_with_params("https://query.wikidata.org/sparql", [("query", question)]).unwrap();
        assert!(url.as_str().len() < 6_000, "{} bytes: {question}", url.as_str().len());
        assert_eq!(question.matches('{').count(), question.matches('}').count(), "{question}");
    }
}

#[test]
fn only_the_countries_asked_for_are_asked_about() {
    let core = Roster::core().unwrap();
    let plan = Plan::new(&core, &["UKR".to_owned(), "EU".to_owned()]).unwrap();
    assert_eq!(plan.heads().len(), 1);
    assert!(plan.heads()[0].contains("VALUES ?code{\"UKR\"}"));
    let questions = plan.positions(&Facts::default()).join("\n");
    let asked = |id: &str| questions.contains(&format!("wd:{} ", core.person(id).unwrap().qid.as_deref().unwrap()));
    assert!(asked("zelensky-volodymyr") && asked("kallas-kaja") && !asked("trump-donald"));
    assert_eq!(Plan::new(&core, &["XYZ".to_owned()]).unwrap_err().0, "XYZ");
}

#[test]
fn broken_answers_are_refused_with_their_place() {
    let whole = answer(&[president("Q101", "2020-05-01", "")]);
    let (start, _) = whole.split_at(whole.len() / 2);
    for broken in [start, b"<html>429</html>", b"", b"{\"results\": {}}", b"{\"boolean\": true}"] {
        let err = Facts::default().add_positions(broken).unwrap_err();
        assert!(matches!(err, AnswerError::NotResults { .. }), "{err}");
    }
    let cell = |rows: &[String]| Facts::default().add_positions(&answer(rows)).unwrap_err().to_string();
    let good = president("Q101", "2020-05-01", "");
    assert_eq!(
        cell(&[good.clone(), good.replace("entity/Q101\"", "entity/L5\"")]),
        "row 2: `person` is `http://www.wikidata.org/entity/L5`, no item"
    );
    assert_eq!(cell(&[good.replace("2020-05-01T", "yesterdayT")]), "row 1: `from` is `yesterdayT00:00:00Z`, no time");
    assert_eq!(cell(&[good.replace("\"code\"", "\"cod\"")]), "row 1: `code` is missing");
    let names = answer(&[name("Q101", "eo", "Rudolfo", "x")]);
    let err = Facts::default().add_names(&names).unwrap_err().to_string();
    assert_eq!(err, "row 1: `name` is in `eo`, a language that was not asked for");
}

#[test]
fn offices_are_told_by_their_english_names() {
    let class = |title: &str, code: &str| match claim_of_title(title, code) {
        Some(Claim::Class(class)) => Some(class),
        _ => None,
    };
    for (title, code, expected) in [
        ("Minister of Foreign Affairs of Ukraine", "UKR", Some(OfficeClass::ForeignMinister)),
        ("Secretary of State for Foreign and Commonwealth Affairs", "GBR", Some(OfficeClass::ForeignMinister)),
        ("United States Secretary of State", "USA", Some(OfficeClass::ForeignMinister)),
        ("Minister of External Affairs", "IND", Some(OfficeClass::ForeignMinister)),
        ("Federal Minister of Defence", "DEU", Some(OfficeClass::DefenceMinister)),
        ("Vice President of the Philippines", "PHL", Some(OfficeClass::VicePresident)),
        ("Deputy Minister of Foreign Affairs", "POL", None),
        ("Minister of State for Foreign Affairs", "ARE", None),
        ("Shadow Secretary of State for Defence", "GBR", None),
        ("member of the Bundestag", "DEU", None),
    ] {
        assert_eq!(class(title, code), expected, "{title}");
    }
}
