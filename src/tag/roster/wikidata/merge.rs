//! Owns the comparison of what Wikidata says with the roster: what is taken over, and what contradicts it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::change::{Change, Conflict, span};
use super::tenure::{Held, Telling, Tenure, compare, last_day, of_statements, of_terms};
use super::{Claim, Facts, Named, file};
use crate::tag::fold::fold;
use crate::tag::roster::person::{Confidence, Day};
use crate::tag::roster::{Country, Finding, LANGS, Names, OfficeClass, Person, Roster, RosterError, Term};

/// The overlay and what it changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refreshed {
    /// The overlay file; the same answers give the same text.
    pub text: String,
    pub changes: Vec<Change>,
    /// What Wikidata says otherwise; the roster's word stays.
    pub conflicts: Vec<Conflict>,
    pub n_persons_changed: usize,
    /// Items of heads without an English name, which every person needs.
    pub nameless: Vec<String>,
}

/// A person as the overlay will have it.
pub(super) struct Draft {
    pub(super) person: Person,
    pub(super) names: Names,
    changes: Vec<Change>,
}

impl Draft {
    /// Reports whether the terms stand in the overlay: they replace the roster's.
    pub(super) fn has_terms(&self) -> bool {
        self.changes.iter().any(|change| change.term().is_some())
    }
}

/// What one person is said to have held, by country and office.
type Told<'f> = BTreeMap<&'f str, BTreeMap<Claim, Vec<&'f Held>>>;

pub(super) fn merge(facts: &Facts, roster: &Roster) -> Result<Refreshed, RosterError> {
    let mut told: BTreeMap<&str, Told<'_>> = BTreeMap::new();
    for ((_, claim), held) in &facts.held {
        let claims = told.entry(&held.qid).or_default().entry(&held.code).or_default();
        claims.entry(*claim).or_default().push(held);
    }
    // Who only has a name to gain has held nothing that counts here.
    for qid in facts.named.keys() {
        told.entry(qid).or_default();
    }
    let mut merger =
        Merger { roster, by_qid: by_qid(roster), taken: HashSet::new(), conflicts: Vec::new(), nameless: Vec::new() };
    let mut drafts: Vec<Draft> = Vec::new();
    for (qid, told) in &told {
        drafts.extend(merger.draft(qid, facts.named.get(*qid), told));
    }
    let Merger { mut conflicts, nameless, .. } = merger;
    conflicts.extend(drop_overlaps(&mut drafts, roster)?);
    drafts.retain(|draft| !draft.changes.is_empty());
    drafts.sort_by(|a, b| a.person.id.cmp(&b.person.id));
    conflicts.sort_by(|a, b| (&a.person, &a.country, a.office).cmp(&(&b.person, &b.country, b.office)));
    Ok(Refreshed {
        text: file::print(&drafts),
        n_persons_changed: drafts.len(),
        changes: drafts.into_iter().flat_map(|draft| draft.changes).collect(),
        conflicts,
        nameless,
    })
}

/// Returns the persons with an item, by item.
pub(super) fn by_qid(roster: &Roster) -> HashMap<&str, &Person> {
    roster.persons.iter().filter_map(|person| Some((person.qid.as_deref()?, person))).collect()
}

struct Merger<'r> {
    roster: &'r Roster,
    by_qid: HashMap<&'r str, &'r Person>,
    /// Ids given to new persons.
    taken: HashSet<String>,
    conflicts: Vec<Conflict>,
    nameless: Vec<String>,
}

impl Merger<'_> {
    fn draft(&mut self, qid: &str, named: Option<&Named>, told: &Told<'_>) -> Option<Draft> {
        let known = self.by_qid.get(qid).copied();
        let mut draft = match known {
            Some(person) => Draft { person: person.clone(), names: Names::default(), changes: Vec::new() },
            None => self.unknown(qid, named, told)?,
        };
        if let Some(named) = named {
            add_names(&mut draft, named);
        }
        let roster = self.roster;
        for (code, claims) in told {
            let Some(country) = roster.country(code) else { continue };
            let states = claims.get(&Claim::State).map_or_else(Vec::new, |held| of_statements(held));
            for (claim, held) in claims {
                for tenure in of_statements(held) {
                    // Who is both is told of as the head of state.
                    if *claim == Claim::Government && states.iter().any(|state| state.overlaps(&tenure)) {
                        continue;
                    }
                    self.reconcile(&mut draft, country, *claim, &tenure);
                }
            }
        }
        let is_empty = draft.person.terms.is_empty();
        (!is_empty && !draft.changes.is_empty()).then_some(draft)
    }

    /// A head that the roster has without the item, or not at all.
    fn unknown(&mut self, qid: &str, named: Option<&Named>, told: &Told<'_>) -> Option<Draft> {
        let Some((named, english)) = named.and_then(|named| Some((named, named.labels.get("en")?))) else {
            self.nameless.push(qid.to_owned());
            return None;
        };
        let is_same = |person: &&Person| {
            person.qid.is_none()
                && person.names.of("en").first() == Some(english)
                && person.terms.iter().any(|term| told.contains_key(term.country.as_str()))
        };
        if let Some(person) = self.roster.persons.iter().find(is_same) {
            let person = Person { qid: Some(qid.to_owned()), ..person.clone() };
            let changes = vec![Change::Item { person: person.id.clone(), qid: qid.to_owned() }];
            return Some(Draft { person, names: Names::default(), changes });
        }
        let id = self.new_id(qid, english, named);
        let person = Person {
            id: id.clone(),
            qid: Some(qid.to_owned()),
            gender: named.gender.unwrap_or_default(),
            ..Person::default()
        };
        let changes = vec![Change::Person { person: id, name: english.clone() }];
        Some(Draft { person, names: Names::default(), changes })
    }

    /// `surname-given`; with the item where another has it.
    fn new_id(&mut self, qid: &str, english: &str, named: &Named) -> String {
        let surname = surname(english, named, "en").or_else(|| english.rsplit(' ').next());
        let surname = surname.unwrap_or(english);
        let given = english.strip_suffix(surname).unwrap_or_default();
        let words = fold(&format!("{surname} {given}"));
        let words: Vec<String> = words
            .split(|c: char| c.is_whitespace() || c == '-')
            .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
            .filter(|word| !word.is_empty())
            .collect();
        let mut id = if words.is_empty() { qid.to_lowercase() } else { words.join("-") };
        if self.roster.person(&id).is_some() || self.taken.contains(&id) {
            id = format!("{id}-{}", qid.to_lowercase());
        }
        self.taken.insert(id.clone());
        id
    }

    fn reconcile(&mut self, draft: &mut Draft, country: &Country, claim: Claim, told: &Tenure) {
        let classes = classes(claim);
        let tenures = of_terms(&draft.person, &country.code, &classes);
        if let Some(tenure) = tenures.iter().find(|tenure| tenure.overlaps(told)) {
            let office = draft.person.terms[tenure.last].office.as_str();
            if let Some((roster, wikidata)) = compare_tenures(draft, tenure, told) {
                let (person, country) = (draft.person.id.clone(), country.code.clone());
                self.conflicts.push(Conflict { person, office, country, roster, wikidata });
            }
            return;
        }
        // The head of the one kind who is told of as the other (a chairman of ministers, an acting president).
        let is_head = matches!(claim, Claim::State | Claim::Government);
        if is_head && of_terms(&draft.person, &country.code, &HEADS).iter().any(|tenure| tenure.overlaps(told)) {
            return;
        }
        let term = Term {
            office: class_of(self.roster, &country.code, claim, &classes),
            title: title(told.title.as_deref(), country, claim),
            country: country.code.clone(),
            from: told.from,
            to: told.to,
            confidence: Confidence::Medium,
            as_of: None,
            note: Some("Wikidata".to_owned()),
            until: None,
        };
        draft.changes.push(Change::Added { person: draft.person.id.clone(), term: term.clone() });
        draft.person.terms.push(term);
        draft.person.terms.sort_by_key(|term| term.from.map(|from| from.first));
    }
}

const HEADS: [OfficeClass; 4] = [
    OfficeClass::HeadOfStateAndGovernment,
    OfficeClass::HeadOfState,
    OfficeClass::Monarch,
    OfficeClass::HeadOfGovernment,
];

/// Returns the classes the roster may have the office in.
fn classes(claim: Claim) -> Vec<OfficeClass> {
    match claim {
        Claim::State => HEADS[..3].to_vec(),
        Claim::Government => vec![OfficeClass::HeadOfStateAndGovernment, OfficeClass::HeadOfGovernment],
        Claim::Class(class) => vec![class],
    }
}

/// Returns the class that the roster gave the last holder, else the plain one.
fn class_of(roster: &Roster, code: &str, claim: Claim, classes: &[OfficeClass]) -> OfficeClass {
    let terms = roster.persons.iter().flat_map(|person| &person.terms);
    let terms = terms.filter(|term| term.country == code && classes.contains(&term.office) && !term.is_acting());
    let last = terms.max_by_key(|term| term.from.map(|from| from.first));
    last.map_or(
        match claim {
            Claim::State => OfficeClass::HeadOfState,
            Claim::Government => OfficeClass::HeadOfGovernment,
            Claim::Class(class) => class,
        },
        |term| term.office,
    )
}

/// Returns the office as announced: "President of the Republic" stays, "President of France" is "President".
fn title(label: Option<&str>, country: &Country, claim: Claim) -> String {
    let Some(label) = label else {
        return match claim {
            Claim::State => "Head of State".to_owned(),
            Claim::Government => "Head of Government".to_owned(),
            Claim::Class(class) => class.as_str().replace('_', " "),
        };
    };
    let names = country.names.of("en").iter();
    let short = names.filter_map(|name| {
        let rest = label.strip_suffix(name.as_str())?;
        rest.strip_suffix(" of the ").or_else(|| rest.strip_suffix(" of "))
    });
    short.min_by_key(|title| title.len()).unwrap_or(label).to_owned()
}

/// Takes over what is told beyond the roster; returns both tellings when they contradict each other.
fn compare_tenures(draft: &mut Draft, tenure: &Tenure, told: &Tenure) -> Option<(String, String)> {
    let person = draft.person.id.clone();
    let both = Some((span(tenure.from, tenure.to), span(told.from, told.to)));
    let mut is_contradicted = false;
    if let (Some(from), Some(other)) = (tenure.from, told.from) {
        match compare(from, other) {
            Telling::Same => {}
            Telling::Sharper => {
                let term = &mut draft.person.terms[tenure.first];
                term.from = Some(other);
                draft.changes.push(Change::Sharpened { person: person.clone(), term: term.clone() });
            }
            Telling::Other => is_contradicted = true,
        }
    }
    let term = &mut draft.person.terms[tenure.last];
    match (tenure.to, told.to) {
        (None, None) => {}
        // Terms that lie in each other: no single one to correct.
        _ if term.to != tenure.to => is_contradicted = true,
        (Some(_), None) => is_contradicted = true,
        (None, Some(to)) if is_seen_after(term, to) => is_contradicted = true,
        (None, Some(to)) => {
            term.to = Some(to);
            draft.changes.push(Change::Ended { person, term: term.clone() });
        }
        (Some(to), Some(other)) => match compare(to, other) {
            Telling::Same => {}
            Telling::Sharper => {
                term.to = Some(other);
                draft.changes.push(Change::Sharpened { person, term: term.clone() });
            }
            Telling::Other => is_contradicted = true,
        },
    }
    both.filter(|_| is_contradicted)
}

/// Reports whether a dated text still showed the holder in office after the day, or the term began only then.
fn is_seen_after(term: &Term, to: Day) -> bool {
    let seen = term.as_of.as_deref().and_then(Day::parse).map(|month| month.first);
    let latest = seen.max(term.from.map(|from| from.first));
    latest.is_some_and(|latest| latest > last_day(to))
}

/// Adds the languages that the roster has no name in.
fn add_names(draft: &mut Draft, named: &Named) {
    let is_new = draft.changes.iter().any(|change| matches!(change, Change::Person { .. }));
    let mut langs = Vec::new();
    for lang in LANGS {
        let Some(label) = named.labels.get(lang) else { continue };
        let known = draft.person.names.of(lang).first();
        if known.is_some_and(|known| !is_new || known == label) {
            continue;
        }
        let mut forms = vec![label.clone()];
        forms.extend(surname(label, named, lang).map(str::to_owned));
        draft.names.set(lang, forms.clone());
        draft.person.names.set(lang, forms);
        langs.push(lang.to_owned());
    }
    if !langs.is_empty() && !is_new {
        draft.changes.push(Change::Named { person: draft.person.id.clone(), langs });
    }
}

/// Returns the family name that the label ends with.
fn surname<'l>(label: &'l str, named: &Named, lang: &str) -> Option<&'l str> {
    let families = named.families.get(lang)?;
    let ends = families.iter().filter_map(|family| {
        let given = label.strip_suffix(family.as_str())?;
        given.ends_with(' ').then(|| label.get(given.len()..)).flatten()
    });
    ends.max_by_key(|family| family.len())
}

/// Takes back terms that would give one office two holders where the roster has one.
fn drop_overlaps(drafts: &mut [Draft], roster: &Roster) -> Result<Vec<Conflict>, RosterError> {
    let before = roster.overlaps();
    let mut conflicts = Vec::new();
    loop {
        let after = roster.clone().laid_over(super::FILE_NAME, &file::print(drafts))?;
        let mut news = after.overlaps().into_iter().filter(|finding| !before.contains(finding));
        let Some(conflict) = news.find_map(|finding| take_back(drafts, &finding)) else { return Ok(conflicts) };
        conflicts.push(conflict);
    }
}

/// Takes back an added term of either person, the later one's first; `None` when neither has any.
fn take_back(drafts: &mut [Draft], overlap: &Finding) -> Option<Conflict> {
    let Finding::Overlap { office, country, persons: [a, b], from } = overlap else { return None };
    for (id, other) in [(b, a), (a, b)] {
        let Some(draft) = drafts.iter_mut().find(|draft| draft.person.id == *id) else { continue };
        let added = draft.changes.iter().position(|change| {
            let Change::Added { term, .. } = change else { return false };
            term.country == *country && term.office.as_str() == office
        });
        let Some(at) = added else { continue };
        let Change::Added { term, .. } = draft.changes.remove(at) else { continue };
        draft.person.terms.retain(|known| *known != term);
        // A new person is nobody without an office.
        if draft.person.terms.is_empty() {
            draft.changes.clear();
        }
        return Some(Conflict {
            person: id.clone(),
            office: term.office.as_str(),
            country: country.clone(),
            roster: format!("has {other} on {from}"),
            wikidata: span(term.from, term.to),
        });
    }
    None
}
