//! Owns reading host rules and agencies: the built-in files, then the user's folders over them, each checked whole.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use toml::Spanned;

use super::problem::{Problem, Problems};
use super::{codes, document, suggest, toml_files};
use crate::outlet::{self, Agency, HostRule, HostRules, Selector};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/outlets");

type Text = Option<Spanned<String>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    outlet: Vec<Spanned<OutletText>>,
    agency: Vec<Spanned<AgencyText>>,
    credit_words: Vec<CreditWords>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OutletText {
    hosts: Vec<Spanned<String>>,
    family: Text,
    zone: Text,
    agency: Text,
    content: Text,
    remove: Vec<Spanned<String>>,
    title: Text,
    byline: Text,
    date: Text,
    credit: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AgencyText {
    id: Text,
    credits: Vec<Spanned<String>>,
    datelines: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditWords {
    lang: Spanned<String>,
    words: Vec<Spanned<String>>,
}

/// Reads the built-in rules and those of the user's folders.
///
/// # Errors
/// [`Problems`] holds everything that is wrong in any of the files.
pub fn rules(config: &outlet::Config) -> Result<HostRules, Problems> {
    let mut problems = Problems::default();
    let rules = read(config, &mut problems);
    if problems.is_empty() {
        return Ok(rules);
    }
    problems.sort();
    Err(problems)
}

/// Returns the built-in rules.
///
/// # Errors
/// As [`rules`], when the program was built with a broken file.
pub fn built_in_rules() -> Result<Arc<HostRules>, Problems> {
    rules(&outlet::Config::default()).map(Arc::new)
}

pub(super) fn read(config: &outlet::Config, problems: &mut Problems) -> HostRules {
    let mut reader = Reader { file: 0, problems, seen: HashMap::new(), named: Vec::new(), rules: HostRules::default() };
    if config.built_in {
        let mut files: Vec<_> = BUILT_IN.files().filter(|file| is_toml(file.path())).collect();
        files.sort_by_key(|file| file.path());
        for file in files {
            let text = file.contents_utf8().unwrap_or_default().to_owned();
            let name = format!("config/outlets/{}", file.path().display());
            let file = reader.problems.add_file(&name, text);
            reader.file(file);
        }
    }
    for dir in &config.rules {
        // A folder says a thing once; what it says stands over the folders before it.
        reader.seen.clear();
        for file in toml_files(dir, reader.problems) {
            reader.file(file);
        }
    }
    reader.agencies_named();
    reader.rules
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

struct Reader<'p> {
    /// The file being read.
    file: usize,
    problems: &'p mut Problems,
    /// Where hosts and agencies of the folder being read were seen first.
    seen: HashMap<(&'static str, String), (usize, Range<usize>)>,
    /// Agencies that rules name.
    named: Vec<(usize, Spanned<String>)>,
    rules: HostRules,
}

impl Reader<'_> {
    fn file(&mut self, file: usize) {
        let text = self.problems.text(file);
        let mut faults = Vec::new();
        let table = document::parse(&text, &mut faults);
        // A syntax error moves keys into other tables: what else seems wrong may not be.
        let read: Option<File> = if faults.is_empty() { document::read(&table, &mut faults) } else { None };
        for fault in faults {
            self.problems.push(fault.at(file));
        }
        self.file = file;
        let read = read.unwrap_or_default();
        for agency in read.agency {
            self.agency(agency);
        }
        for outlet in read.outlet {
            self.outlet(outlet);
        }
        for CreditWords { lang, words } in read.credit_words {
            if !codes::is_language(lang.get_ref()) {
                self.wrong(&lang, "unknown or malformed language tag", "expected a BCP 47 tag like `uk`", None);
            }
            self.filled(&words);
            self.rules.agencies_mut().add_words(words.into_iter().map(Spanned::into_inner));
        }
    }

    fn agency(&mut self, text: Spanned<AgencyText>) {
        let at = text.span();
        let AgencyText { id, credits, datelines } = text.into_inner();
        let Some(id) = id else { return self.lacks(at, "agency", "id") };
        if !codes::is_id(id.get_ref()) {
            self.wrong(&id, "malformed agency id", "expected 1 to 64 lowercase letters, digits, `-`, `_`, `.`", None);
        }
        self.unique("agency", &id);
        if credits.is_empty() {
            self.lacks(at, "agency", "credits");
        }
        self.filled(&credits);
        self.filled(&datelines);
        let names = |names: Vec<Spanned<String>>| names.into_iter().map(Spanned::into_inner).collect();
        let agency = Agency { credits: names(credits), datelines: names(datelines) };
        self.rules.agencies_mut().put(id.get_ref(), agency);
    }

    fn outlet(&mut self, text: Spanned<OutletText>) {
        let at = text.span();
        let text = text.into_inner();
        if text.hosts.is_empty() {
            self.lacks(at, "outlet", "hosts");
        }
        if let Some(zone) = &text.zone
            && !codes::is_zone(zone.get_ref())
        {
            let near = nearest_zone(zone.get_ref());
            self.wrong(zone, "unknown time zone", "expected an IANA name like `Europe/London`", near);
        }
        self.filled(text.family.as_slice());
        self.named.extend(text.agency.iter().map(|agency| (self.file, agency.clone())));
        let inner = |text: Text| text.map(Spanned::into_inner);
        let rule = HostRule {
            host: String::new(),
            content: self.selector(text.content.as_ref()),
            remove: text.remove.iter().filter_map(|remove| self.selector(Some(remove))).collect(),
            title: self.selector(text.title.as_ref()),
            byline: self.selector(text.byline.as_ref()),
            date: self.selector(text.date.as_ref()),
            credit: self.selector(text.credit.as_ref()),
            family: inner(text.family),
            zone: inner(text.zone),
            agency: inner(text.agency),
        };
        for host in text.hosts {
            self.unique("host", &host);
            if let Err((label, help)) = check_host(host.get_ref()) {
                self.wrong(&host, "malformed host", label, help);
            }
            self.rules.put(HostRule { host: host.into_inner(), ..rule.clone() });
        }
    }

    fn selector(&mut self, text: Option<&Spanned<String>>) -> Option<Selector> {
        let text = text?;
        match Selector::parse(text.get_ref()) {
            Ok(selector) => Some(selector),
            Err(err) => {
                let span = self.place_in(text, err.n_chars_before);
                let problem = Problem::new(format!("`{}` is {err}", text.get_ref()));
                self.problems.push(problem.at(self.file, span, "cannot be read from here on"));
                None
            }
        }
    }

    /// Returns the place of a char within a string's quotes; that of the whole string when it is written with escapes.
    fn place_in(&self, text: &Spanned<String>, n_chars_before: usize) -> Range<usize> {
        let (file, span) = (self.problems.text(self.file), text.span());
        let is_plain = file.get(span.clone()).is_some_and(|raw| raw.len() == text.get_ref().len() + 2);
        let offset = text.get_ref().char_indices().nth(n_chars_before).map(|(offset, _)| offset);
        match offset {
            Some(offset) if is_plain => span.start + 1 + offset..span.end - 1,
            _ => span,
        }
    }

    fn lacks(&mut self, at: Range<usize>, what: &str, key: &str) {
        let problem = Problem::new(format!("{what} without `{key}`"));
        self.problems.push(problem.at(self.file, at, &format!("needs `{key}`")));
    }

    fn filled(&mut self, texts: &[Spanned<String>]) {
        for text in texts.iter().filter(|text| text.get_ref().trim().is_empty()) {
            self.problems.push(Problem::new("empty text").at(self.file, text.span(), "empty"));
        }
    }

    fn wrong(&mut self, text: &Spanned<String>, what: &str, label: &str, near: Option<String>) {
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let problem = Problem::new(format!("{what} `{}`", text.get_ref()));
        self.problems.push(problem.at(self.file, text.span(), label).help(help));
    }

    fn unique(&mut self, what: &'static str, name: &Spanned<String>) {
        let key = (what, name.get_ref().clone());
        if let Some((file, first)) = self.seen.get(&key).cloned() {
            let problem = Problem::new(format!("duplicate {what} `{}`", name.get_ref()));
            let problem = problem.at(self.file, name.span(), "given again here").also(file, first, "first given here");
            self.problems.push(problem);
            return;
        }
        self.seen.insert(key, (self.file, name.span()));
    }

    /// Checks that the agencies that rules name are there, once all files are read.
    fn agencies_named(&mut self) {
        for (file, name) in std::mem::take(&mut self.named) {
            if self.rules.agencies().is_known(name.get_ref()) {
                continue;
            }
            let near = suggest::nearest(name.get_ref(), self.rules.agencies().ids()).map(str::to_owned);
            self.file = file;
            self.wrong(&name, "unknown agency", "expected the id of an [[agency]]", near);
        }
    }
}

fn nearest_zone(name: &str) -> Option<String> {
    let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
    suggest::nearest(name, zones.iter().map(String::as_str)).map(str::to_owned)
}

/// Checks that the text is a host below a public suffix; says what was expected, and what may be meant.
fn check_host(host: &str) -> Result<(), (&'static str, Option<String>)> {
    let expected = "expected a host in lower case, like `gazette.example`";
    let read = url::Url::parse(host).or_else(|_| url::Url::parse(&format!("http://{host}/")));
    let meant = read.ok().and_then(|url| Some(url.host_str()?.trim_end_matches('.').to_owned()));
    if meant.as_deref() != Some(host) {
        return Err((expected, meant.filter(|meant| meant.contains('.'))));
    }
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if !is_address && host != "localhost" && psl::domain_str(host).is_none() {
        return Err(("many outlets share this suffix", None));
    }
    Ok(())
}
