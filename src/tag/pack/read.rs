//! Owns reading packs from their files: the embedded ones, the user's over them, and errors that name the place and the
//! fix.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use include_dir::{Dir as Embedded, include_dir};
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::super::lexicon::{Langs, What};
use super::super::roster::LANGS;
use super::super::roster::words::expand;
use super::super::{Kind, Plover};
use super::file::{File, RuleText};
use super::{AsideRule, COMMON, Classes, Cue, Help, Later, Pack, Parties, Ranked, Rule, Test, Veto, pattern};

static CORE: Embedded<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/packs");

/// Why packs are refused.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("read {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{place}: {problem}; {fix}")]
    Invalid { place: Place, problem: String, fix: String },
    #[error("{place}: the test of {pack} fails: {difference}\n  text: {text}")]
    Test { place: Place, pack: String, difference: String, text: String },
}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// All packs as read.
#[derive(Debug, Clone, Default)]
pub(in crate::tag) struct Words {
    pub(in crate::tag) packs: Vec<Pack>,
    pub(in crate::tag) classes: Classes,
    pub(in crate::tag) cues: Vec<Cue>,
    /// What to find: surface, languages, meaning.
    pub(in crate::tag) entries: Vec<(String, Langs, What)>,
}

/// A file of one pack: `pack.toml`, or one language's.
struct Source {
    name: String,
    text: String,
    /// Folder of the pack.
    scope: String,
    /// `None` is the head's file.
    lang: Option<&'static str>,
    /// Where its lines end.
    breaks: Vec<usize>,
}

/// Reads the embedded packs, then the folders of the user.
pub(in crate::tag) fn load(dirs: &[PathBuf]) -> Result<Words, PackError> {
    compile(embedded(), dirs)
}

/// Reads the folders without the embedded packs.
pub(in crate::tag) fn only(dirs: &[PathBuf]) -> Result<Words, PackError> {
    compile(Vec::new(), dirs)
}

fn compile(mut sources: Vec<Source>, dirs: &[PathBuf]) -> Result<Words, PackError> {
    for dir in dirs {
        sources.extend(on_disk(dir)?);
    }
    let mut files = Vec::new();
    for source in sources {
        let file: File = parse(&source)?;
        files.push((source, file));
    }
    let mut words = Words::default();
    let mut scopes: Vec<String> = Vec::new();
    for (source, file) in &files {
        words.head(source, file, &mut scopes)?;
        words.words(source, file, &scopes)?;
    }
    for (source, file) in files {
        words.rules(&source, file, &scopes)?;
    }
    words.packs.iter_mut().for_each(Pack::index);
    Ok(words)
}

fn embedded() -> Vec<Source> {
    let mut sources = Vec::new();
    for dir in CORE.dirs() {
        let scope = dir.path().display().to_string();
        let mut files: Vec<_> = dir.files().collect();
        files.sort_by_key(|file| (file.path().file_stem() != Some("pack".as_ref()), file.path()));
        for file in files {
            let name = format!("config/packs/{}", file.path().display());
            let text = file.contents_utf8().unwrap_or_default().to_owned();
            sources.extend(source(file.path(), name, text, &scope));
        }
    }
    sources
}

fn on_disk(dir: &Path) -> Result<Vec<Source>, PackError> {
    let mut sources = Vec::new();
    for folder in listed(dir)?.into_iter().filter(|path| path.is_dir()) {
        let scope = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut paths = listed(&folder)?;
        paths.sort_by_key(|path| (path.file_stem() != Some("pack".as_ref()), path.clone()));
        for path in paths {
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|source| PackError::Read { path: path.clone(), source })?;
            sources.extend(source(&path, path.display().to_string(), text, &scope));
        }
    }
    Ok(sources)
}

fn listed(dir: &Path) -> Result<Vec<PathBuf>, PackError> {
    let fail = |source| PackError::Read { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// `None` for a file that is no part of a pack (a README).
fn source(path: &Path, name: String, text: String, scope: &str) -> Option<Source> {
    if path.extension()? != "toml" {
        return None;
    }
    let stem = path.file_stem()?.to_str()?;
    let lang = LANGS.iter().find(|lang| **lang == stem).copied();
    let breaks = text.match_indices('\n').map(|(at, _)| at).collect();
    (lang.is_some() || stem == "pack").then(|| Source { name, text, scope: scope.to_owned(), lang, breaks })
}

fn parse<T: DeserializeOwned>(source: &Source) -> Result<T, PackError> {
    toml::from_str(&source.text).map_err(|error| {
        let problem = error.message().trim().replace('\n', ", ");
        invalid(source, error.span().map_or(0, |span| span.start), problem, "see config/packs/README.md for the format")
    })
}

fn place(source: &Source, at: usize) -> Place {
    let line = source.breaks.partition_point(|end| *end < at);
    let start = line.checked_sub(1).map_or(0, |last| source.breaks[last] + 1);
    let column = source.text.get(start..at).unwrap_or_default().chars().count() + 1;
    Place { file: source.name.clone(), line: line + 1, column }
}

fn invalid(source: &Source, at: usize, problem: String, fix: &str) -> PackError {
    PackError::Invalid { place: place(source, at), problem, fix: fix.to_owned() }
}

impl Words {
    fn head(&mut self, source: &Source, file: &File, scopes: &mut Vec<String>) -> Result<(), PackError> {
        let Some(head) = &file.pack else {
            let is_known = source.scope == COMMON || scopes.contains(&source.scope);
            if !is_known {
                let problem = format!("the folder {} has no pack.toml with a [pack]", source.scope);
                return Err(invalid(source, 0, problem, "write its head first"));
            }
            return Ok(());
        };
        let at = head.span().start;
        let head = head.get_ref().clone();
        let parties = file.parties.clone().unwrap_or_default();
        let (event_type, mode) = head.codes.plover.split_once('/').unwrap_or((&head.codes.plover, ""));
        let mut pack = Pack {
            id: head.id,
            version: head.version,
            kind: Kind(head.kind),
            cameo: head.codes.cameo,
            plover: Plover {
                event_type: event_type.to_owned(),
                mode: Some(mode.to_owned()).filter(|mode| !mode.is_empty()),
            },
            min_score: head.min_score,
            default_status: head.default_status,
            default_medium: head.default_medium,
            parties: Parties {
                min: parties.min,
                min_aside: parties.min_aside,
                is_different_country: parties.different_country,
                kinds: parties.kinds,
                are_sides: parties.sides,
                bystanders: parties.bystanders,
                each: None,
            },
            statuses: Vec::new(),
            laters: file.later.iter().map(Later::of).collect(),
            rules: Vec::new(),
            by_trigger: Vec::new(),
            asides: Vec::new(),
            vetoes: Vec::new(),
            tests: Vec::new(),
        };
        for status in &file.status {
            if status.is.is_some() == status.drop {
                let problem = format!("the cue class {} needs either `is` or `drop = true`", status.cue);
                return Err(invalid(source, at, problem, "give one of them"));
            }
            let not_of = status.not_of.clone();
            pack.statuses.push(Ranked { cue: status.cue.clone(), status: status.is, not_of });
        }
        if let Some(known) = scopes.iter().position(|scope| *scope == source.scope) {
            self.packs[known] = pack;
        } else {
            scopes.push(source.scope.clone());
            self.packs.push(pack);
        }
        Ok(())
    }

    /// Registers the words of a file.
    fn words(&mut self, source: &Source, file: &File, scopes: &[String]) -> Result<(), PackError> {
        let Some(lang) = source.lang else {
            if file.lex.is_empty() && file.cue.is_empty() && file.test.is_empty() {
                return Ok(());
            }
            return Err(invalid(source, 0, "words without a language".to_owned(), "move them to en.toml, uk.toml, …"));
        };
        let langs = Langs::of(lang).unwrap_or_default();
        for (name, surfaces) in &file.lex {
            let class = self.classes.number(&source.scope, name);
            self.classes.has_words(class, langs);
            for surface in surfaces.iter().flat_map(|surface| expand(surface, lang)) {
                self.entries.push((surface, langs, What::Class(class)));
            }
        }
        let pack = scopes.iter().position(|scope| *scope == source.scope);
        for text in &file.cue {
            let number = self.cues.len() as u16;
            self.cues.push(Cue {
                class: text.class.clone(),
                pack,
                dir: text.dir,
                span: text.span,
                is_clause_bound: text.clause,
                is_of_document: text.document,
            });
            for surface in text.words.iter().flat_map(|surface| expand(surface, lang)) {
                self.entries.push((surface, langs, What::Cue(number)));
            }
        }
        Ok(())
    }

    /// Compiles the rules, vetoes and tests of a file.
    fn rules(&mut self, source: &Source, file: File, scopes: &[String]) -> Result<(), PackError> {
        let Some(pack) = scopes.iter().position(|scope| *scope == source.scope) else { return Ok(()) };
        if let Some(name) = file.parties.and_then(|parties| parties.each) {
            self.packs[pack].parties.each = Some(self.class(source, &name, Langs::ALL)?);
        }
        let mut ids: HashSet<String> = HashSet::new();
        for text in file.rule {
            let at = text.span().start;
            let text = text.into_inner();
            if !ids.insert(text.id.clone()) {
                let problem = format!("the rule {} stands twice in this file", text.id);
                return Err(invalid(source, at, problem, "give the second one an id of its own"));
            }
            let reach = text.only_roles;
            let rule = self.rule(source, text, at)?;
            let pack = &mut self.packs[pack];
            let is_other = |known: &Rule| !(known.id == rule.id && known.langs == rule.langs);
            pack.rules.retain(is_other);
            pack.asides.retain(|known| is_other(&known.rule));
            match reach {
                Some(reach) => pack.asides.push(AsideRule { rule, reach }),
                None => pack.rules.push(rule),
            }
        }
        for text in file.veto {
            let at = text.span().start;
            let text = text.into_inner();
            let langs = langs_of(source, &text.langs, at)?;
            let pattern = self.pattern(source, &text.r#match, langs)?;
            self.packs[pack].vetoes.push(Veto { id: text.id, langs, pattern });
        }
        for text in file.test {
            let place = place(source, text.span().start);
            let text = text.into_inner();
            let Some(lang) = source.lang else { continue };
            self.packs[pack].tests.push(Test {
                place,
                lang,
                published: text.published,
                zone: text.zone,
                title: text.title,
                text: text.text,
                expect: text.expect,
            });
        }
        Ok(())
    }

    fn class(&self, source: &Source, name: &Spanned<String>, langs: Langs) -> Result<u16, PackError> {
        self.classes.seen_from(&source.scope, name.get_ref(), langs).ok_or_else(|| {
            let problem = format!("no pack defines the class `{}`", name.get_ref());
            invalid(source, name.span().start, problem, "define it under [lex]")
        })
    }

    fn rule(&mut self, source: &Source, text: RuleText, at: usize) -> Result<Rule, PackError> {
        let langs = langs_of(source, &text.langs, at)?;
        let pattern = self.pattern(source, &text.r#match, langs)?;
        let trigger = self.trigger(source, &text, &pattern, (langs, at))?;
        let mut help = Vec::new();
        for one in text.help {
            let class = self.class(source, &one.class, langs)?;
            help.push(Help { class, span: one.span, add: one.add });
        }
        Ok(Rule {
            id: text.id,
            langs,
            pattern,
            trigger,
            score: text.score,
            roles: text.roles.into_iter().collect(),
            medium: text.set.medium,
            status: text.set.status,
            is_over_cues: text.set.over_cues,
            bag: text.bag,
            is_context_allowed: text.context,
            n_parties_min: text.min_parties,
            help,
        })
    }

    /// The class whose place is the event's: the one the rule names, else the first of the pack's own.
    fn trigger(
        &self,
        source: &Source,
        text: &RuleText,
        pattern: &pattern::Pattern,
        (langs, at): (Langs, usize),
    ) -> Result<u16, PackError> {
        if let Some(named) = &text.trigger {
            let class = self.classes.seen_from(&source.scope, named.get_ref(), langs);
            return class.filter(|class| pattern.classes.contains(class)).ok_or_else(|| {
                let problem = format!("the trigger `{}` does not stand in the rule {}", named.get_ref(), text.id);
                invalid(source, named.span().start, problem, "name a class of its `match`")
            });
        }
        pattern.classes.iter().find(|class| self.classes.is_of(**class, &source.scope)).copied().ok_or_else(|| {
            let problem = format!("the rule {} has no trigger", text.id);
            invalid(source, at, problem, "let it name a class of this pack")
        })
    }

    /// Compiles a pattern; a quoted word becomes a class of its own.
    fn pattern(
        &mut self,
        source: &Source,
        text: &Spanned<String>,
        langs: Langs,
    ) -> Result<pattern::Pattern, PackError> {
        let mut quoted = Vec::new();
        let classes = &mut self.classes;
        let mut class = |name: &str| {
            let Some(word) = name.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')) else {
                return classes.seen_from(&source.scope, name, langs);
            };
            let number = classes.number(COMMON, name);
            quoted.push((word.to_owned(), langs, What::Class(number)));
            Some(number)
        };
        let compiled = pattern::compile(text.get_ref(), &mut class);
        let compiled = compiled.map_err(|problem| {
            let problem = format!("{problem} (in `{}`)", text.get_ref());
            invalid(source, text.span().start, problem, "see \"Rules\" in config/packs/README.md")
        })?;
        self.entries.extend(quoted);
        Ok(compiled)
    }
}

/// The languages a rule is for: the file's, or in the head's file those it names.
fn langs_of(source: &Source, named: &[String], at: usize) -> Result<Langs, PackError> {
    let mut langs = match source.lang {
        Some(lang) => return Ok(Langs::of(lang).unwrap_or_default()),
        None if named.is_empty() => return Ok(Langs::ALL),
        None => Langs::default(),
    };
    for lang in named {
        let Some(one) = Langs::of(lang) else {
            let fix = format!("known are {}", LANGS.join(" "));
            return Err(invalid(source, at, format!("`{lang}` is no language of the packs"), &fix));
        };
        langs = langs.join(one);
    }
    Ok(langs)
}
