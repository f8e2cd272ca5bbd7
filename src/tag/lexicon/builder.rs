//! Owns gathering the words of packs, roster and topics, by language.

use std::hash::BuildHasher as _;
use std::num::NonZeroU32;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

use super::super::fold::fold;
use super::super::roster::topics::{self, Topic};
use super::super::roster::{Entity, LANGS, Name, Roster, is_acronym};
use super::super::text::{Shape, token_ends};
use super::{Cases, Entry, Langs, Lexicon, Node, What, Words};

/// Room for the words of a language, so that the table grows once or twice only.
const WORDS_USUAL: usize = 14_000;
const WORD_BYTES_USUAL: usize = 16;

/// Where words come from.
#[derive(Clone, Copy)]
pub(in crate::tag) struct Sources<'s> {
    pub(in crate::tag) roster: &'s Roster,
    pub(in crate::tag) topics: &'s [Topic],
    /// Words of packs: surface, languages, meaning.
    pub(in crate::tag) packs: &'s [(String, Langs, What)],
}

impl Lexicon {
    /// Gathers all words. A name in Latin letters is one of all languages that write so: these are gathered together, the
    /// others beside them.
    pub(in crate::tag) fn new(sources: Sources<'_>) -> Self {
        let others = Langs::ALL.without(Langs::LATIN);
        let (latin, others) = std::thread::scope(|scope| {
            let latin = scope.spawn(|| gather(Langs::LATIN, sources));
            let others = gather(others, sources);
            (latin.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), others)
        });
        let mut pairs = latin.into_iter().zip(others).enumerate();
        let by_lang = std::array::from_fn(|_| match pairs.next() {
            Some((at, (latin, _))) if Langs::LATIN.has(at) => latin,
            Some((_, (_, other))) => other,
            None => Words::default(),
        });
        Self { by_lang }
    }
}

/// Gathers the words of some languages; what is returned for the others is empty.
fn gather(langs: Langs, sources: Sources<'_>) -> [Words; LANGS.len()] {
    let with_room = |at: usize| Gathered::with_room(if langs.has(at) { WORDS_USUAL } else { 0 });
    let mut builder = Builder { langs, by_lang: std::array::from_fn(with_room) };
    builder.names(sources.roster);
    builder.offices(sources.roster);
    builder.topics(sources.topics);
    for (surface, langs, what) in sources.packs {
        builder.word(surface, *langs, *what);
    }
    builder.by_lang.map(Gathered::finish)
}

struct Builder {
    langs: Langs,
    by_lang: [Gathered; LANGS.len()],
}

/// Words of one language on their way.
struct Gathered {
    words: Words,
    /// Meanings of the words; until all are known, a node gives the position of its first here.
    meanings: Vec<Meaning>,
}

struct Meaning {
    entry: Entry,
    /// Position of the word's next one.
    next: Option<NonZeroU32>,
}

impl Builder {
    /// Adds a word that shows no case; `*` in front makes it the end of longer ones.
    fn word(&mut self, surface: &str, langs: Langs, what: What) {
        if let Some(ending) = surface.strip_prefix('*') {
            let entry = Entry { what, cases: Cases::default(), shape: Shape::Lower };
            for (at, gathered) in self.by_lang.iter_mut().enumerate() {
                if langs.has(at) && self.langs.has(at) {
                    gathered.words.endings.push((fold(ending).into(), entry));
                }
            }
        } else if langs.shares(self.langs) {
            let shape = if is_acronym(surface) { Shape::Upper } else { Shape::Lower };
            self.add(surface, langs, Entry { what, cases: Cases::default(), shape });
        }
    }

    fn names(&mut self, roster: &Roster) {
        let mut risky: HashMap<String, Langs> = HashMap::new();
        for (name, own) in own_names(roster, self.langs).filter(|(name, _)| name.risk.is_some()) {
            let known = risky.entry(fold(name.surface)).or_default();
            *known = known.join(own);
        }
        // Most Latin languages write a name as English does: it is added to all of them once.
        let mut everywhere: HashSet<(&str, Entity)> = HashSet::new();
        for (name, own) in own_names(roster, self.langs) {
            let is_lower = matches!(name.entity, Entity::Demonym(_)) && !matches!(name.lang, "en" | "tr");
            let what = What::Name { entity: name.entity, risk: name.risk, is_full: name.is_full };
            let shape = match () {
                () if is_acronym(name.surface) => Shape::Upper,
                () if is_lower || name.surface.starts_with(char::is_lowercase) => Shape::Lower,
                () => Shape::Capital,
            };
            let forms = forms(&name);
            let is_declined = forms.len() > 1;
            let is_person = matches!(name.entity, Entity::Person(_));
            let is_everywhere = is_person && Langs::LATIN.shares(own) && !is_declined && name.risk.is_none();
            if is_everywhere && !everywhere.insert((name.surface, name.entity)) {
                continue;
            }
            for (form, cases) in forms {
                // A name that is a word of one language ("Lula") is none in the others.
                let elsewhere = || Langs::LATIN.without(risky.get(&fold(&form)).copied().unwrap_or_default());
                let langs = if is_everywhere { elsewhere() } else { own };
                let cases = if is_declined { cases } else { Cases::default() };
                self.add(&form, langs, Entry { what, cases, shape });
            }
        }
    }

    fn offices(&mut self, roster: &Roster) {
        for word in roster.office_words() {
            let (langs, office) = (Langs::of(word.lang).unwrap_or_default(), word.office);
            match word.surface.split_once(" * ") {
                Some((head, tail)) => {
                    self.word(head, langs, What::OfficeHalf { office, is_tail: false });
                    self.word(tail, langs, What::OfficeHalf { office, is_tail: true });
                }
                None => self.word(word.surface, langs, What::Office(office)),
            }
        }
    }

    fn topics(&mut self, all: &[Topic]) {
        for word in topics::patterns(all) {
            if let Some(at) = all.iter().position(|topic| topic.id == word.topic) {
                self.word(word.surface, Langs::of(word.lang).unwrap_or_default(), What::Topic(at as u16));
            }
        }
    }

    fn add(&mut self, surface: &str, langs: Langs, entry: Entry) {
        let folded = fold(surface.trim());
        if folded.is_empty() {
            return;
        }
        for (at, gathered) in self.by_lang.iter_mut().enumerate() {
            if langs.has(at) && self.langs.has(at) {
                gathered.add(&folded, entry);
                // "for the" is written as one: الصين, للصين.
                if let Some(bare) = folded.strip_prefix("ال").filter(|_| LANGS[at] == "ar") {
                    gathered.add(&format!("لل{bare}"), entry);
                }
            }
        }
    }
}

impl Gathered {
    fn with_room(n_words: usize) -> Self {
        let surfaces = String::with_capacity(n_words * WORD_BYTES_USUAL);
        let words = Words { nodes: HashTable::with_capacity(n_words), surfaces, ..Words::default() };
        Self { words, meanings: Vec::with_capacity(n_words) }
    }

    fn add(&mut self, folded: &str, entry: Entry) {
        let n_known = self.meanings.len();
        let Some(node) = self.words.node_mut(folded) else { return };
        if node.n_entries > 0 {
            let first = node.from;
            self.join(first, entry);
            return;
        }
        (node.from, node.n_entries) = (n_known as u32, 1);
        self.meanings.push(Meaning { entry, next: None });
        self.words.bytes_max = self.words.bytes_max.max(folded.len());
        // Most words are one token: no phrase begins within them.
        let is_letters = folded.bytes().all(|byte| byte.is_ascii_lowercase());
        for end in token_ends(folded).take_while(|_| !is_letters) {
            if let Some(beginning) = self.words.node_mut(&folded[..end]) {
                beginning.goes_on = true;
            }
        }
    }

    /// Adds a meaning to those of a word, unless it is among them.
    fn join(&mut self, first: u32, entry: Entry) {
        let mut at = first as usize;
        loop {
            let n_known = self.meanings.len() as u32;
            let Some(known) = self.meanings.get_mut(at) else { return };
            if known.entry.is_of_same(&entry) {
                known.entry.cases = known.entry.cases.join(entry.cases);
                return;
            }
            let Some(next) = known.next else {
                known.next = NonZeroU32::new(n_known);
                self.meanings.push(Meaning { entry, next: None });
                return;
            };
            at = next.get() as usize;
        }
    }

    /// Lays the meanings of all words side by side.
    fn finish(mut self) -> Words {
        let entries = &mut self.words.entries;
        entries.reserve_exact(self.meanings.len());
        for node in self.words.nodes.iter_mut().filter(|node| node.n_entries > 0) {
            let (from, mut at) = (entries.len(), Some(node.from as usize));
            while let Some(meaning) = at.and_then(|at| self.meanings.get(at)) {
                entries.push(meaning.entry);
                at = meaning.next.map(|next| next.get() as usize);
            }
            (node.from, node.n_entries) = (from as u32, (entries.len() - from) as u16);
        }
        self.words
    }
}

impl Words {
    /// The node of a surface, a new one if there is none; `None` for a surface longer than any word.
    fn node_mut(&mut self, surface: &str) -> Option<&mut Node> {
        let n_bytes = u16::try_from(surface.len()).ok()?;
        let Self { surfaces, nodes, hasher, .. } = self;
        let hash = hasher.hash_one(surface);
        let is_same = |node: &Node| node.surface(surfaces) == surface;
        let slot = match nodes.entry(hash, is_same, |node| hasher.hash_one(node.surface(surfaces))) {
            Slot::Occupied(known) => known,
            Slot::Vacant(free) => {
                let start = surfaces.len() as u32;
                let node = free.insert(Node { start, n_bytes, ..Node::default() });
                surfaces.push_str(surface);
                node
            }
        };
        Some(slot.into_mut())
    }
}

/// Names of some languages, with their own.
fn own_names(roster: &Roster, langs: Langs) -> impl Iterator<Item = (Name<'_>, Langs)> {
    let own = move |name: Name<'_>| Langs::of(name.lang).filter(|own| own.shares(langs));
    roster.names().filter_map(move |name| own(name).map(|own| (name, own)))
}

/// Returns the forms of a name, each once, with the cases it shows.
fn forms(name: &Name<'_>) -> Vec<(String, Cases)> {
    let mut forms: Vec<(String, Cases)> = Vec::new();
    for (form, case) in name.inflection.forms(name.surface, name.lang) {
        let cases = if name.inflection.shows_case() { Cases::of(case) } else { Cases::default() };
        match forms.iter_mut().find(|(known, _)| *known == form) {
            Some((_, known)) => *known = known.join(cases),
            None => forms.push((form, cases)),
        }
    }
    forms
}

impl Entry {
    /// Reports whether two entries differ in their cases alone.
    fn is_of_same(&self, other: &Self) -> bool {
        let is_same_thing = match (self.what, other.what) {
            (What::Name { entity: one, risk: known, .. }, What::Name { entity: two, risk, .. }) => {
                one == two && known == risk
            }
            (one, two) => one == two,
        };
        is_same_thing && self.shape == other.shape
    }
}
