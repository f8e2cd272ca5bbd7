//! Owns reading roster files: the embedded ones, overlays over them, and errors that name the place and the fix.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::person::{DayPrecision, Inflect};
use super::{Country, Gender, LANGS, Names, Office, Organisation, Person, Roster, Term, words};

static CORE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/roster");

/// A file as found, with the name shown in errors.
struct Text {
    name: String,
    text: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    #[error("read {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{file}:{line}:{column}: {problem}; {fix}")]
    Invalid { file: String, line: usize, column: usize, problem: String, fix: String },
}

impl RosterError {
    pub(super) fn at(file: &str, text: &str, span: Option<Range<usize>>, (problem, fix): (String, &str)) -> Self {
        let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::Invalid { file: file.to_owned(), line, column, problem, fix: fix.to_owned() }
    }
}

/// Parses one file, with the place in the error.
pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RosterError> {
    toml::from_str(text).map_err(|error| {
        let problem = error.message().trim().replace('\n', ", ");
        RosterError::at(file, text, error.span(), (problem, "see config/roster/README.md for the format"))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonsFile {
    #[serde(default)]
    person: Vec<PersonEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonEntry {
    id: Spanned<String>,
    qid: Option<String>,
    gender: Option<Gender>,
    inflect: Option<Inflect>,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    term: Vec<Term>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountriesFile {
    #[serde(default)]
    country: Vec<Country>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationsFile {
    #[serde(default)]
    organisation: Vec<Organisation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficesFile {
    #[serde(default)]
    office: Vec<Office>,
}

pub(super) fn load(overlays: &[PathBuf]) -> Result<Roster, RosterError> {
    let mut roster = Roster::default();
    let mut core = Vec::new();
    embedded(&CORE, &mut core);
    for file in core {
        roster.add(file.path().to_str().unwrap_or_default(), file.contents_utf8().unwrap_or_default())?;
    }
    roster.overlay(overlays, None)
}

pub(super) fn only(dirs: &[PathBuf]) -> Result<Roster, RosterError> {
    Roster::default().overlay(dirs, None)
}

fn embedded(dir: &'static Dir<'static>, found: &mut Vec<&'static include_dir::File<'static>>) {
    found.extend(dir.files().filter(|file| file.path().extension().is_some_and(|ext| ext == "toml")));
    for dir in dir.dirs() {
        embedded(dir, found);
    }
}

/// Reads the `.toml` files of an overlay and of its `persons/`, by name.
fn on_disk(dir: &Path) -> Result<Vec<Text>, RosterError> {
    let mut paths = toml_files(dir)?;
    let persons = dir.join("persons");
    if persons.is_dir() {
        paths.extend(toml_files(&persons)?);
    }
    let read = |path: PathBuf| match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Text { name: path.display().to_string(), text }),
        Err(source) => Err(RosterError::Read { path, source }),
    };
    paths.into_iter().map(read).collect()
}

fn toml_files(dir: &Path) -> Result<Vec<PathBuf>, RosterError> {
    let fail = |source| RosterError::Read { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|ext| ext == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Compares what the paths lead to; a file that is not there is no other.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

impl Roster {
    /// Lays one more file over a roster that is complete.
    pub(super) fn laid_over(mut self, file: &str, text: &str) -> Result<Self, RosterError> {
        self.add(file, text)?;
        self.settle();
        Ok(self)
    }

    /// Lays directories over the roster, without the file `except` in any of them.
    pub(super) fn overlay(mut self, dirs: &[PathBuf], except: Option<&Path>) -> Result<Self, RosterError> {
        for dir in dirs {
            for file in on_disk(dir)? {
                if except.is_some_and(|except| is_same(Path::new(&file.name), except)) {
                    continue;
                }
                self.add(&file.name, &file.text)?;
            }
        }
        self.settle();
        Ok(self)
    }

    /// Adds one file. Its name says what it holds; any other name holds persons.
    fn add(&mut self, file: &str, text: &str) -> Result<(), RosterError> {
        match Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default() {
            "countries" => {
                parse::<CountriesFile>(file, text)?.country.into_iter().for_each(|entry| self.add_country(entry));
            }
            "organisations" => {
                parse::<OrganisationsFile>(file, text)?
                    .organisation
                    .into_iter()
                    .for_each(|entry| self.add_organisation(entry));
            }
            "offices" => {
                parse::<OfficesFile>(file, text)?.office.into_iter().for_each(|entry| self.add_office(entry));
            }
            "risks" => self.risks.add(parse(file, text)?),
            _ => self.add_persons(file, text)?,
        }
        Ok(())
    }

    fn add_persons(&mut self, file: &str, text: &str) -> Result<(), RosterError> {
        for entry in parse::<PersonsFile>(file, text)?.person {
            let span = entry.id.span();
            let id = entry.id.into_inner();
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                let problem = format!("person id \"{id}\" is not lowercase ASCII");
                return Err(RosterError::at(file, text, Some(span), (problem, "write it like \"trump-donald\"")));
            }
            let wrong = entry
                .term
                .iter()
                .find_map(|term| Some((term, term.from?, term.to?)).filter(|(_, from, to)| to.end() < from.first));
            if let Some((term, from, to)) = wrong {
                let problem =
                    format!("{id}: the term \"{}\" ends {} before it starts {}", term.title, to.first, from.first);
                return Err(RosterError::at(file, text, Some(span), (problem, "swap or correct `from` and `to`")));
            }
            let at = *self.by_person.entry(id.clone()).or_insert(self.persons.len());
            if at == self.persons.len() {
                self.persons.push(Person { id: id.clone(), ..Person::default() });
                self.files.push(String::new());
            }
            file.clone_into(&mut self.files[at]);
            let person = &mut self.persons[at];
            person.qid = entry.qid.or_else(|| person.qid.take());
            person.gender = entry.gender.unwrap_or(person.gender);
            person.inflect = entry.inflect.unwrap_or(person.inflect);
            person.names.overlay(entry.names);
            if !entry.term.is_empty() {
                person.terms = entry.term;
            }
            if person.names.of("en").is_empty() {
                let problem = format!("person \"{id}\" has no English name");
                return Err(RosterError::at(
                    file,
                    text,
                    Some(span),
                    (problem, "add `en = [\"Full Name\", \"Surname\"]` to its names"),
                ));
            }
        }
        Ok(())
    }

    fn add_country(&mut self, mut entry: Country) {
        for names in [&mut entry.names, &mut entry.demonyms, &mut entry.capitals, &mut entry.metonyms] {
            names.expand(words::expand);
        }
        let Some(&at) = self.by_country.get(&entry.code) else {
            self.by_country.insert(entry.code.clone(), self.countries.len());
            self.countries.push(entry);
            return;
        };
        let known = &mut self.countries[at];
        known.leader = entry.leader.or(known.leader);
        known.press = entry.press.or_else(|| known.press.take());
        known.zone = entry.zone.or_else(|| known.zone.take());
        known.collective |= entry.collective;
        known.names.overlay(entry.names);
        known.demonyms.overlay(entry.demonyms);
        known.capitals.overlay(entry.capitals);
        known.metonyms.overlay(entry.metonyms);
    }

    fn add_organisation(&mut self, mut entry: Organisation) {
        entry.names.expand(words::expand);
        entry.metonyms.expand(words::expand);
        let Some(&at) = self.by_organisation.get(&entry.code) else {
            self.by_organisation.insert(entry.code.clone(), self.organisations.len());
            self.organisations.push(entry);
            return;
        };
        let known = &mut self.organisations[at];
        known.qid = entry.qid.or_else(|| known.qid.take());
        known.kind = entry.kind;
        known.names.overlay(entry.names);
        known.metonyms.overlay(entry.metonyms);
    }

    fn add_office(&mut self, mut entry: Office) {
        entry.words.expand(words::expand);
        entry.feminine.expand(words::expand);
        let Some(&at) = self.by_office.get(&entry.id) else {
            self.by_office.insert(entry.id.clone(), self.offices.len());
            self.offices.push(entry);
            return;
        };
        let known = &mut self.offices[at];
        let mut words = std::mem::take(&mut known.words);
        let mut feminine = std::mem::take(&mut known.feminine);
        words.overlay(std::mem::take(&mut entry.words));
        feminine.overlay(std::mem::take(&mut entry.feminine));
        *known = Office { words, feminine, ..entry };
    }

    /// Orders terms, ends the ones known by month or year where the successor starts, and builds the indexes.
    fn settle(&mut self) {
        self.by_place.clear();
        let mut starts: HashMap<(String, super::OfficeClass), Vec<jiff::civil::Date>> = HashMap::new();
        for (at, person) in self.persons.iter_mut().enumerate() {
            person.terms.sort_by_key(|term| term.from.map(|from| from.first));
            for term in &person.terms {
                let places = self.by_place.entry(term.country.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
                if let Some(from) = term.from {
                    starts.entry((term.country.clone(), term.office)).or_default().push(from.first);
                }
            }
        }
        for term in self.persons.iter_mut().flat_map(|person| &mut person.terms) {
            let Some(to) = term.to else { continue };
            let mut until = to.end();
            if to.precision == DayPrecision::Day && term.from.is_some_and(|from| from.first == to.first) {
                until = until.tomorrow().unwrap_or(until);
            }
            if to.precision > DayPrecision::Day
                && let Some(known) = starts.get(&(term.country.clone(), term.office))
            {
                let own = term.from.map_or(to.first, |from| from.first);
                let next = known.iter().filter(|&&start| start >= to.first && start > own && start < until).min();
                until = next.copied().unwrap_or(until);
            }
            term.until = Some(until);
        }
        self.risks.find_ambiguous(&self.persons, &LANGS);
        self.given = super::names::given(&self.persons);
    }
}
