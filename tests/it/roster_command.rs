//! Facts about `hotline roster`: what it shows and finds, and what it takes from a query service that answers with
//! recordings of our own.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::cli::{hotline, run};
use super::support::{Asked, Reply, Server};

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn show_prints_a_person_with_names_terms_and_the_office_of_the_day() {
    let (code, stdout, stderr) =
        run(&mut hotline(&["roster", "show", "trump-donald", "--on", "2025-02-12", "--format", "json"]));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let person = &lines(&stdout)[0];
    assert_eq!((&person["qid"], &person["office"]["title"]), (&"Q22686".into(), &"President".into()));
    assert_eq!(person["names"]["uk"][0], "Дональд Трамп");
    assert_eq!(person["terms"].as_array().unwrap().len(), 2);
    let (_, stdout, _) = run(&mut hotline(&["roster", "show", "trump-donald", "--on", "2024-06-01"]));
    assert!(stdout.ends_with("on 2024-06-01: no office\n"), "{stdout}");
}

#[test]
fn show_prints_a_country_with_who_is_in_office() {
    let (code, stdout, _) = run(&mut hotline(&["roster", "show", "deu", "--on", "2025-06-15"]));
    assert_eq!(code, 0);
    for line in
        ["DEU  Germany  (country)", "  de  Berlin", "  Chancellor: Friedrich Merz (merz-friedrich) since 2025-05-06"]
    {
        assert!(stdout.lines().any(|known| known.starts_with(line)), "{line} is not in:\n{stdout}");
    }
    let (code, stdout, stderr) = run(&mut hotline(&["roster", "show", "nobody"]));
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("`nobody` is no person, country or organisation"), "{stderr}");
}

#[test]
fn search_finds_names_offices_and_countries_in_any_language() {
    for (text, expected) in [
        ("ЗЕЛЕНСЬК", "zelensky-volodymyr  Volodymyr Zelensky  President, UKR"),
        ("erdogan", "erdogan-recep-tayyip  Recep Tayyip Erdoğan  President, TUR"),
        ("习近平", "xi-jinping  Xi Jinping  President, CHN"),
        ("президент франції", "macron-emmanuel  Emmanuel Macron  President, FRA"),
        ("außenminister deutschland", "wadephul-johann"),
        ("ruritania", ""),
    ] {
        let (code, stdout, stderr) = run(&mut hotline(&["roster", "search", text, "--on", "2025-06-15"]));
        assert_eq!(code, i32::from(expected.is_empty()), "{text}: {stderr}");
        let is_found = expected.is_empty() || stdout.lines().any(|line| line.starts_with(expected));
        assert!(is_found, "{text}: {expected} is not in:\n{stdout}");
    }
    let (_, stdout, _) = run(&mut hotline(&["roster", "search", "Ukraine", "--format", "json"]));
    assert_eq!((&lines(&stdout)[0]["id"], &lines(&stdout)[0]["kind"]), (&"UKR".into(), &"country".into()));
}

/// A configuration whose roster is one overlay only.
struct Site {
    folder: TempDir,
}

const COUNTRIES: &str = "[[country]]\ncode = \"RUR\"\n[country.names]\nen = [\"Ruritania\"]\n";
const PERSONS: &str = "[[person]]\nid = \"elphberg-rudolf\"\nqid = \"Q101\"\n[person.names]\nen = [\"Rudolf Elphberg\"]\n\
    [[person.term]]\noffice = \"head_of_state\"\ntitle = \"President\"\ncountry = \"RUR\"\nfrom = \"2020-05-01\"\n";

impl Site {
    fn open() -> Self {
        let site = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(site.overlay()).unwrap();
        let main = format!("[tag]\nbuilt_in = false\nroster = [\"{}\"]\n", site.overlay().display());
        fs::write(site.main(), main).unwrap();
        fs::write(site.overlay().join("countries.toml"), COUNTRIES).unwrap();
        fs::write(site.overlay().join("persons.toml"), PERSONS).unwrap();
        site
    }

    fn main(&self) -> PathBuf {
        self.folder.path().join("hotline.toml")
    }

    fn overlay(&self) -> PathBuf {
        self.folder.path().join("overlay")
    }

    fn made(&self) -> PathBuf {
        self.overlay().join("wikidata.toml")
    }

    fn roster(&self, arguments: &[&str]) -> (i32, String, String) {
        run(hotline(&["roster"]).args(arguments).arg("-c").arg(self.main()))
    }

    /// Runs `refresh` against the server while that answers.
    async fn refresh(&self, server: &Server, more: &[&str]) -> (i32, String, String) {
        let mut command = hotline(&["roster", "refresh", "-c"]);
        command.arg(self.main()).arg("--into").arg(self.overlay()).arg("--endpoint");
        command.arg(server.url("/sparql").as_str()).args(more);
        tokio::task::spawn_blocking(move || run(&mut command)).await.unwrap()
    }
}

#[test]
fn check_says_file_person_problem_and_fix() {
    let site = Site::open();
    let file = site.overlay().join("persons.toml").display().to_string();
    let (code, stdout, _) = site.roster(&["check"]);
    let missing = format!("{file}/elphberg-rudolf: no name in uk, ru, ar, zh, ja; add them to its names\n");
    assert_eq!((code, stdout.as_str()), (0, missing.as_str()));
    let rival = PERSONS.replace("elphberg-rudolf", "strelsau-michael").replace("2020-05-01", "2026-03-01");
    fs::write(site.overlay().join("rival.toml"), rival).unwrap();
    let (code, stdout, _) = site.roster(&["check"]);
    let expected = format!(
        "{}/strelsau-michael: elphberg-rudolf and strelsau-michael both hold head_of_state of RUR from 2026-03-01; end the \
         term of elphberg-rudolf with `to = \"2026-03-01\"`, or correct `from`",
        site.overlay().join("rival.toml").display()
    );
    assert_eq!((code, stdout.lines().next()), (1, Some(expected.as_str())));
    let (code, stdout, _) = site.roster(&["check", "--format", "json"]);
    let first = &lines(&stdout)[0];
    assert_eq!((code, &first["weight"], &first["person"]), (1, &"error".into(), &"strelsau-michael".into()));
}

/// Answers as the query service does, by what the question is about.
fn recorded(asked: &Asked) -> Reply {
    let entity = "http://www.wikidata.org/entity";
    let head = format!(
        r#""person":{{"type":"uri","value":"{entity}/Q201"}},"code":{{"type":"literal","value":"RUR"}},
        "title":{{"xml:lang":"en","type":"literal","value":"President of Ruritania"}},
        "from":{{"datatype":"http://www.w3.org/2001/XMLSchema#dateTime","type":"literal","value":"2026-05-01T00:00:00Z"}},
        "fromPrecision":{{"datatype":"http://www.w3.org/2001/XMLSchema#integer","type":"literal","value":"11"}}"#
    );
    let rows = if asked.path.contains("P35") {
        format!(
            r#"{{{head},"claim":{{"type":"literal","value":"state"}},"statement":{{"type":"uri","value":"{entity}/statement/q900-1"}}}}"#
        )
    } else if asked.path.contains("P39") {
        let old = head.replace("Q201", "Q101").replace("\"from", "\"to");
        format!(
            r#"{{{old},"end":{{"type":"literal","value":"2026-05-01T00:00:00Z"}},"place":{{"type":"uri","value":"{entity}/Q900"}},
            "stateOf":{{"type":"uri","value":"{entity}/Q900"}},"statement":{{"type":"uri","value":"{entity}/statement/q101-1"}},
            "from":{{"type":"literal","value":"2020-05-01T00:00:00Z"}},"fromPrecision":{{"type":"literal","value":"11"}}}}"#
        )
    } else {
        format!(
            r#"{{"person":{{"type":"uri","value":"{entity}/Q201"}},"name":{{"xml:lang":"en","type":"literal","value":"Flavia Strelsau"}}}}"#
        )
    };
    Reply::ok(format!(r#"{{"head":{{"vars":[]}},"results":{{"bindings":[{rows}]}}}}"#))
        .header("Content-Type", "application/sparql-results+json;charset=utf-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_writes_an_overlay_that_the_roster_loads() {
    let site = Site::open();
    let server = Server::start(recorded).await;
    let (code, stdout, stderr) = site.refresh(&server, &[]).await;
    assert_eq!(code, 0, "{stderr}");
    let expected = "ended: elphberg-rudolf: President of RUR, from 2020-05-01 to 2026-05-01\n\
        person: strelsau-flavia: Flavia Strelsau\nadded: strelsau-flavia: President of RUR, from 2026-05-01\n";
    assert_eq!(stdout, expected);
    let summary = "asked about 1 person and 1 country: 2 persons changed (1 new), 2 terms changed (1 added, 1 ended, 0 sharpened), \
        0 conflicts";
    assert!(stderr.contains(summary), "{stderr}");
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    for one in &asked {
        assert!(one.path.starts_with("/sparql?query=SELECT") && one.path.ends_with("&format=json"), "{}", one.path);
        assert_eq!(one.header("accept"), Some("application/sparql-results+json"));
        assert!(one.header("user-agent").unwrap().starts_with("hotline/"));
    }
    let (code, stdout, _) = site.roster(&["show", "RUR", "--on", "2026-05-01"]);
    assert!(
        code == 0 && stdout.contains("  President: Flavia Strelsau (strelsau-flavia) since 2026-05-01"),
        "{stdout}"
    );
    // The overlay of the last time is no part of what is compared.
    let first = fs::read(site.made()).unwrap();
    let (code, again, stderr) = site.refresh(&server, &["--country", "rur"]).await;
    assert_eq!((code, again.as_str()), (0, expected), "{stderr}");
    assert!(stderr.contains("wikidata.toml is as it was"), "{stderr}");
    assert_eq!(fs::read(site.made()).unwrap(), first);
    assert_eq!(fs::read_dir(site.overlay()).unwrap().count(), 3, "no draft is left behind");
}

async fn refused(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static, expected: (i32, &str)) {
    let site = Site::open();
    let old = "# an overlay of the last time\n";
    fs::write(site.made(), old).unwrap();
    let server = Server::start(reply).await;
    let (code, stdout, stderr) = site.refresh(&server, &[]).await;
    assert_eq!((code, stdout.as_str()), (expected.0, ""), "{stderr}");
    assert!(stderr.contains(expected.1) && stderr.contains("nothing was written"), "{stderr}");
    assert_eq!(read(&site.made()), old);
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_writes_nothing_when_an_answer_is_broken() {
    // The service breaks a long answer off in the middle.
    let cut = |asked: &Asked| {
        if asked.path.contains("P39") {
            return Reply::ok("{\"head\":{\"vars\":[]},\"results\":{\"bindings\":[\n{\"person\":");
        }
        recorded(asked)
    };
    refused(cut, (1, "answer 1 of 1 about offices: line 2, column 10: no complete SPARQL results in JSON")).await;
    refused(|_| Reply::status(500), (1, "about heads of state and government: HTTP 500")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_says_how_long_a_busy_service_wants_to_be_left_alone() {
    let busy = |_: &Asked| Reply::status(429).header("Retry-After", "120");
    refused(busy, (75, "it asks for a pause of 120 s")).await;
}

#[test]
fn refresh_names_a_code_that_the_roster_does_not_have() {
    let site = Site::open();
    let into = site.overlay().display().to_string();
    let (code, _, stderr) = site.roster(&["refresh", "--into", &into, "--country", "XYZ"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("`XYZ` is no country or organisation of the roster"), "{stderr}");
}
