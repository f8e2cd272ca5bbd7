//! Owns the coder: packs, roster and words compiled once, and the call that codes a document with them.

use std::cell::OnceCell;
use std::ops::Range;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::Deserialize;

use super::assemble::Assembler;
use super::candidate::{MISSES_MAX, Search};
use super::dates::{DateWords, DateWordsError};
use super::home;
use super::lexicon::{Langs, Lexicon, Sources, What};
use super::merge::{Draft, merge};
use super::pack::{self, Classes, Cue, Pack, PackError};
use super::party::{self, Glue};
use super::roster::topics::{self, Topic};
use super::roster::{LANGS, Roster, RosterError};
use super::rule::Work;
use super::scene::{Present, Scene, Source};
use super::segment::segments;
use super::slots::{SlotClasses, Slots};
use super::text::Text;
use super::{Document, Kind, Mention};
use crate::article::{PageTime, language};

/// Bytes of a text that are coded, seventy times the usual article: what stands behind is left out, so that no document
/// holds up the others.
const TEXT_BYTES_MAX: usize = 200_000;
/// Chars of a title that are coded.
const TITLE_CHARS_MAX: usize = 2_000;
/// A text below this is too short to overrule a declared language.
const SHORT_BYTES: usize = 400;
/// Mentions one document may have.
const MENTIONS_MAX: usize = 50;
/// Drafts one pack may make of one document.
const DRAFTS_MAX: usize = 200;

/// Where to find what the user adds to the built-in packs and roster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Whether the built-in packs, roster and topics are used; without them the folders and files below must hold all.
    pub built_in: bool,
    /// Folders of rule packs, laid over the built-in ones in this order.
    pub packs: Vec<PathBuf>,
    /// Folders of roster files, laid over the built-in ones in this order.
    pub roster: Vec<PathBuf>,
    /// Topic files, laid over the built-in ones in this order.
    pub topics: Vec<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self { built_in: true, packs: Vec::new(), roster: Vec::new(), topics: Vec::new() }
    }
}

/// Why a coder cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CoderError {
    #[error(transparent)]
    Roster(#[from] RosterError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Dates(#[from] DateWordsError),
}

/// Packs, roster and words, compiled. Immutable: shared by all who code.
pub struct Coder {
    roster: Roster,
    pub(super) packs: Vec<Pack>,
    cues: Vec<Cue>,
    classes: Classes,
    /// Languages in which some rule has a class as its trigger, by class.
    triggers: Vec<Langs>,
    lexicon: Lexicon,
    topics: Vec<Topic>,
    dates: DateWords,
    glue: Glue,
    slot_classes: SlotClasses,
    version: String,
}

impl std::fmt::Debug for Coder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coder").field("version", &self.version).field("lexicon", &self.lexicon).finish_non_exhaustive()
    }
}

/// What a document says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coded {
    /// BCP 47 primary tag, as found.
    pub lang: Option<String>,
    pub mentions: Vec<Mention>,
    pub near_misses: Vec<NearMiss>,
}

/// A place where a rule matched and yet nothing was coded.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// `pack.id/rule.id`.
    pub rule: String,
    /// The veto or the lack that stopped it.
    pub reason: String,
    pub text: String,
}

impl Coder {
    /// Compiles what is built in.
    ///
    /// # Errors
    /// [`CoderError`] names the file and the place that is wrong.
    pub fn core() -> Result<Self, CoderError> {
        Self::load(&Config::default())
    }

    /// Compiles what is built in with what the configuration lays over it, and runs the tests of the user's packs.
    ///
    /// # Errors
    /// [`CoderError`] names the file and the place that is wrong, and what to do.
    pub fn load(config: &Config) -> Result<Self, CoderError> {
        // Packs take as long to read as all the rest.
        let (rest, words) = std::thread::scope(|scope| {
            let rest = scope.spawn(|| read_words(config));
            let words = if config.built_in { pack::load(&config.packs) } else { pack::only(&config.packs) };
            (rest.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), words)
        });
        let (roster, topics, dates) = rest?;
        let words = words?;
        let lexicon = Lexicon::new(Sources { roster: &roster, topics: &topics, packs: &words.entries });
        let versions: Vec<String> = words.packs.iter().map(|pack| format!("{}-{}", pack.id, pack.version)).collect();
        let coder = Self {
            glue: Glue::new(&words.classes),
            slot_classes: SlotClasses {
                channel: words.classes.common("channel"),
                since: words.classes.common("since"),
                same_day: words.classes.common("same_day"),
                event_again: words.classes.common("event_again"),
            },
            version: format!("{}+{}", env!("CARGO_PKG_VERSION"), versions.join(",")),
            roster,
            triggers: triggers(&words.packs),
            packs: words.packs,
            cues: words.cues,
            classes: words.classes,
            lexicon,
            topics,
            dates,
        };
        if !config.packs.is_empty() {
            coder.self_test()?;
        }
        Ok(coder)
    }

    /// Runs the tests of all packs.
    ///
    /// # Errors
    /// The first test that fails, with its place and the difference.
    pub fn self_test(&self) -> Result<usize, PackError> {
        super::self_test::run(self)
    }

    #[must_use]
    pub fn n_packs(&self) -> usize {
        self.packs.len()
    }

    /// Returns what the packs code, each kind once.
    #[must_use]
    pub fn kinds(&self) -> Vec<&Kind> {
        let mut kinds: Vec<&Kind> = self.packs.iter().map(|pack| &pack.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Names program and packs: records say by what they were coded.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the bytes of the compiled words of all languages.
    #[must_use]
    pub fn table_bytes(&self) -> usize {
        self.lexicon.bytes()
    }
}

/// Reads all words but the packs'.
fn read_words(config: &Config) -> Result<(Roster, Vec<Topic>, DateWords), CoderError> {
    let (roster, topics) = if config.built_in {
        (Roster::load(&config.roster)?, topics::load(&config.topics)?)
    } else {
        (Roster::only(&config.roster)?, topics::only(&config.topics)?)
    };
    Ok((roster, topics, DateWords::core()?))
}

fn triggers(packs: &[Pack]) -> Vec<Langs> {
    let mut triggers = Vec::new();
    for rule in packs.iter().flat_map(|pack| &pack.rules) {
        let class = rule.trigger as usize;
        if triggers.len() <= class {
            triggers.resize(class + 1, Langs::default());
        }
        triggers[class] = triggers[class].join(rule.langs);
    }
    triggers
}

/// Codes a document.
#[must_use]
pub fn mentions(document: &Document<'_>, coder: &Coder) -> Vec<Mention> {
    code(document, coder).mentions
}

/// Codes a document and says what nearly was: each part of it in the part's own language.
#[must_use]
pub fn code(document: &Document<'_>, coder: &Coder) -> Coded {
    let text = &document.text[..document.text.floor_char_boundary(TEXT_BYTES_MAX)];
    let document = Document { text, ..document.clone() };
    let original = joined(&document);
    let found = language_of(&document, &original);
    let mut coded = Coded { lang: found.map(str::to_owned), ..Coded::default() };
    let Some(main) = found.and_then(|found| LANGS.iter().find(|lang| **lang == found)).copied() else { return coded };
    if document.posts.is_empty() {
        coder.code_segments(&document, &original, main, &mut coded);
    } else {
        for (start, post) in document.parts() {
            let mut found = Coded::default();
            coder.code_segments(&post, &joined(&post), main, &mut found);
            coded.near_misses.append(&mut found.near_misses);
            for mention in &mut found.mentions {
                mention.shift(start);
            }
            add_new(&mut coded.mentions, found.mentions, Mention::is_of_another_day);
        }
    }
    coded.mentions.truncate(MENTIONS_MAX);
    coded.near_misses.truncate(MISSES_MAX);
    coded
}

/// Adds the mentions that no other part of the page has made. What the earlier one leaves open the later one fills in.
fn add_new(known: &mut Vec<Mention>, found: Vec<Mention>, is_other: fn(&Mention, &Mention) -> bool) {
    for mention in found {
        let same = known.iter_mut().find(|known| known.tells_the_same(&mention) && !is_other(known, &mention));
        match same {
            Some(same) => same.date = same.date.take().or(mention.date),
            None => known.push(mention),
        }
    }
}

/// Finds the language; a short text is no proof against a declared language that has packs.
fn language_of(document: &Document<'_>, original: &str) -> Option<&'static str> {
    let found = language::identify(original, document.lang)?;
    let primary = document.lang.map(|lang| lang.split(['-', '_']).next().unwrap_or(lang));
    let declared = LANGS.iter().find(|lang| Some(**lang) == primary).copied();
    let is_short = original.len() < SHORT_BYTES;
    Some(declared.filter(|_| is_short && !LANGS.contains(&found)).unwrap_or(found))
}

/// Title, line end, text.
fn joined(document: &Document<'_>) -> String {
    let mut joined = String::with_capacity(document.title.len() + document.text.len() + 1);
    if !document.title.is_empty() {
        // A title of two lines would be two sentences of the text.
        joined.extend(document.title.chars().take(TITLE_CHARS_MAX).map(|c| if c == '\n' { ' ' } else { c }));
        joined.push('\n');
    }
    joined.push_str(document.text);
    joined
}

impl Coder {
    /// Codes what was written at one time, each part of it in the part's own language. `original` is title, line end,
    /// text.
    fn code_segments(&self, document: &Document<'_>, original: &str, main: &'static str, coded: &mut Coded) {
        let text = document.text;
        let segments = segments(text, main);
        if segments.len() == 1 {
            return self.code_part(document, original, main, coded);
        }
        let mut title = document.title;
        for segment in segments {
            let is_main = segment.lang == main;
            // The title is in the language of the whole.
            let title = if is_main { std::mem::take(&mut title) } else { "" };
            let part = Document { title, text: &text[segment.bytes.clone()], ..document.clone() };
            let mut found = Coded::default();
            self.code_part(&part, &joined(&part), segment.lang, &mut found);
            let n_before = text[..segment.bytes.start].chars().count();
            for mention in &mut found.mentions {
                mention.shift(n_before);
            }
            add_new(&mut coded.mentions, found.mentions, |_, _| false);
            coded.near_misses.append(&mut found.near_misses);
        }
    }

    /// Codes a text of one language. `original` is title, line end, text.
    fn code_part(&self, document: &Document<'_>, original: &str, lang: &'static str, coded: &mut Coded) {
        let Some(langs) = Langs::of(lang) else { return };
        let text = Text::new(original, lang);
        let hits = self.lexicon.scan(&text, lang);
        if !self.has_trigger(&hits, langs) {
            return;
        }
        let title_chars = document.title.chars().take(TITLE_CHARS_MAX).count();
        let text_from = if title_chars == 0 { 0 } else { title_chars + 1 };
        let title_end = text.token_from_char(text_from);
        let source = Source { text: &text, original, lang, title_end, text_from };
        let mut scene = Scene::new(source, &hits, &self.classes);
        let published = document.published.as_ref().map(PageTime::day);
        let nps = party::find(&scene, &hits, &self.roster, &self.glue, published);
        scene.set_parties(nps);
        scene.dateline = home::dateline(&scene);
        scene.home = home::country(&scene, &hits, &self.roster, document.zone);
        self.run_packs(&scene, document, langs, coded);
    }

    /// Reports whether any rule could match: most documents end here.
    fn has_trigger(&self, hits: &[super::lexicon::Hit], langs: Langs) -> bool {
        let is_trigger = |class: u16| self.triggers.get(class as usize).is_some_and(|known| known.shares(langs));
        hits.iter().any(|hit| matches!(hit.what, What::Class(class) if is_trigger(class)))
    }

    /// Returns the sentences in which any rule could match, with what stands in them.
    fn sentences(&self, scene: &Scene<'_>, langs: Langs) -> Vec<(usize, Present)> {
        let is_trigger = |class: u16| self.triggers.get(class as usize).is_some_and(|known| known.shares(langs));
        let has_trigger = |tokens: &Range<u32>| scene.classes_in(tokens).any(|hit| is_trigger(hit.class));
        (0..scene.text.sentences.len())
            .map(|at| (at, scene.sentence(at)))
            .filter(|(_, tokens)| has_trigger(tokens))
            .map(|(at, tokens)| (at, scene.present(&tokens)))
            .collect()
    }

    fn run_packs(&self, scene: &Scene<'_>, document: &Document<'_>, langs: Langs, coded: &mut Coded) {
        let slots = Slots {
            scene,
            roster: &self.roster,
            topics: &self.topics,
            glue: &self.glue,
            classes: self.slot_classes,
            date_words: &self.dates,
            dates: OnceCell::new(),
            published: document.published.as_ref(),
            zone: document.zone,
        };
        let published: Option<Date> = document.published.as_ref().map(PageTime::day);
        let sentences = self.sentences(scene, langs);
        let work = Work::default();
        for (pack_at, pack) in self.packs.iter().enumerate() {
            let search = Search { scene, glue: &self.glue, pack, pack_at, langs, cues: &self.cues, work: &work };
            let assembler = Assembler { slots: &slots, pack, cues: &self.cues, published };
            let mut drafts: Vec<Draft> = Vec::new();
            for (sentence, present) in &sentences {
                for candidates in search.candidates(*sentence, present, &mut coded.near_misses) {
                    drafts.extend(assembler.drafts(&candidates, &mut coded.near_misses));
                }
                if drafts.len() > DRAFTS_MAX || work.is_spent() {
                    break;
                }
            }
            assembler.give_roles(&search, &mut drafts);
            assembler.hear_later(&mut drafts);
            coded.mentions.extend(merge(drafts, &slots).into_iter().filter(|mention| pack.parties.are_enough(mention)));
        }
        coded.mentions.truncate(MENTIONS_MAX);
        coded.near_misses.truncate(MISSES_MAX);
    }
}
