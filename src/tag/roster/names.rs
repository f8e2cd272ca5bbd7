//! Owns the surface forms: every name of every person, country and organisation, with what it stands for and how sure
//! it is.

use foldhash::{HashMap, HashMapExt as _, HashSet};
use serde::Deserialize;

use super::super::fold::fold;
use super::{Inflection, LANGS, Names, OfficeWord, Person, Roster, office};

/// One surface form, before inflection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'r> {
    pub surface: &'r str,
    pub lang: &'static str,
    pub entity: Entity,
    pub inflection: Inflection,
    /// Why the form alone is no proof of the entity.
    pub risk: Option<Risk>,
    /// A person's given name and surname, or the name of a place as it stands; not a bare surname.
    pub is_full: bool,
}

/// What a surface form stands for: positions in the vectors of [`Roster`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    Person(usize),
    Country(usize),
    /// An adjective or a word for the people.
    Demonym(usize),
    Capital(usize),
    /// A seat of power ("the Kremlin").
    Metonym(usize),
    Organisation(usize),
}

/// Why a form needs a first name, an office or a country nearby, or an earlier full mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Risk {
    /// Also an ordinary word or a common surname.
    CommonWord,
    /// Two persons share it.
    Ambiguous,
    /// Two or three characters.
    Short,
    /// Part of another name.
    Inside,
}

/// Risky forms by language, as in `risks.toml`; the ambiguous ones are found at load.
#[derive(Debug, Clone, Default)]
pub(super) struct Risks {
    by_lang: HashMap<String, HashMap<String, Risk>>,
    ambiguous: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RiskForms {
    #[serde(default)]
    common_word: Vec<String>,
    #[serde(default)]
    short: Vec<String>,
    #[serde(default)]
    inside: Vec<String>,
    /// Forms to trust although a lower layer lists them.
    #[serde(default)]
    safe: Vec<String>,
}

impl Risks {
    pub(super) fn add(&mut self, file: HashMap<String, RiskForms>) {
        for (lang, forms) in file {
            let known = self.by_lang.entry(lang).or_default();
            known.extend(forms.inside.into_iter().map(|form| (form, Risk::Inside)));
            known.extend(forms.short.into_iter().map(|form| (form, Risk::Short)));
            known.extend(forms.common_word.into_iter().map(|form| (form, Risk::CommonWord)));
            for form in &forms.safe {
                known.remove(form);
            }
        }
    }

    /// Finds the forms that name more than one person in any language.
    pub(super) fn find_ambiguous(&mut self, persons: &[Person], langs: &[&str]) {
        let mut owner: HashMap<&str, usize> = HashMap::new();
        for (at, person) in persons.iter().enumerate() {
            for form in (0..langs.len()).flat_map(|lang| person.names.own(lang)) {
                if *owner.entry(form).or_insert(at) != at {
                    self.ambiguous.insert(form.clone());
                }
            }
        }
    }

    fn of(&self, surface: &str, lang: &str) -> Option<Risk> {
        if self.ambiguous.contains(surface) {
            return Some(Risk::Ambiguous);
        }
        self.by_lang.get(lang)?.get(surface).copied()
    }
}

impl Roster {
    /// Returns every surface form of persons, countries and organisations, uninflected.
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        let persons = self.persons.iter().enumerate().flat_map(|(at, person)| self.person_names(at, person));
        let countries = self.countries.iter().enumerate().flat_map(|(at, country)| {
            place_names(&country.names, Entity::Country(at), Inflection::Place)
                .chain(place_names(&country.demonyms, Entity::Demonym(at), Inflection::Indecl))
                .chain(place_names(&country.capitals, Entity::Capital(at), Inflection::Place))
                .chain(place_names(&country.metonyms, Entity::Metonym(at), Inflection::Place))
        });
        let organisations = self.organisations.iter().enumerate().flat_map(|(at, organisation)| {
            place_names(&organisation.names, Entity::Organisation(at), Inflection::Place).chain(place_names(
                &organisation.metonyms,
                Entity::Organisation(at),
                Inflection::Place,
            ))
        });
        persons.chain(countries).chain(organisations)
    }

    /// Reports whether a folded word is somebody's given name.
    pub(in crate::tag) fn is_given_name(&self, word: &str) -> bool {
        self.given.contains(word)
    }

    /// Returns every form of every office's words, already inflected.
    pub fn office_words(&self) -> impl Iterator<Item = OfficeWord<'_>> {
        office::words(&self.offices)
    }

    fn person_names<'r>(&'r self, at: usize, person: &'r Person) -> impl Iterator<Item = Name<'r>> {
        LANGS.iter().enumerate().flat_map(move |(index, lang)| {
            person.names.at(index).iter().map(move |surface| Name {
                surface,
                lang,
                entity: Entity::Person(at),
                inflection: person.inflect.of(lang),
                risk: self.risks.of(surface, lang),
                is_full: is_full(surface, lang),
            })
        })
    }
}

/// Returns whether a form is written in capitals only ("US", "PM", "ЄС"): it must be found in capitals, since "us" and
/// "pm" are other words. One with full stops ("U.S.") is no other word.
#[must_use]
pub fn is_acronym(surface: &str) -> bool {
    // Most words are small: their first letter answers.
    !surface.chars().any(|c| c.is_lowercase() || c == '.') && surface.chars().filter(|c| c.is_uppercase()).count() > 1
}

fn place_names(names: &Names, entity: Entity, inflection: Inflection) -> impl Iterator<Item = Name<'_>> {
    LANGS.iter().enumerate().flat_map(move |(index, lang)| {
        names.at(index).iter().map(move |surface| Name {
            surface,
            lang,
            entity,
            inflection: match *lang {
                "uk" | "ru" | "pl" => inflection,
                "de" if inflection == Inflection::Place => Inflection::Genitive,
                _ => Inflection::Indecl,
            },
            risk: None,
            is_full: true,
        })
    })
}

/// Finds the given names: the first words of full names in languages that write them so, folded.
pub(super) fn given(persons: &[Person]) -> HashSet<String> {
    let has_given = |(_, lang): &(usize, &str)| !matches!(*lang, "zh" | "ja" | "ar");
    let langs: Vec<(usize, &str)> = LANGS.iter().copied().enumerate().filter(has_given).collect();
    let of = |person: &Person| -> Vec<String> {
        let names = langs.iter().flat_map(|(at, lang)| person.names.own(*at).iter().map(move |name| (name, lang)));
        let first = names.filter(|(name, lang)| is_full(name, lang)).filter_map(|(name, _)| name.split(' ').next());
        first.map(fold).collect()
    };
    persons.iter().flat_map(of).collect()
}

/// First words that belong to the surname ("De Croo", "бин Салман").
const PARTICLES: [&str; 34] = [
    "de", "di", "da", "do", "dos", "del", "della", "la", "le", "van", "von", "der", "den", "ten", "al", "el", "bin",
    "ibn", "ben", "ould", "mac", "st", "san", "де", "ді", "ди", "фон", "ван", "ла", "ль", "бін", "бин", "аль", "дос",
];

/// Returns whether a form holds a given name too: two words, the first of them no particle.
fn is_full(surface: &str, lang: &str) -> bool {
    if matches!(lang, "zh" | "ja") {
        return surface.contains(['·', '・'])
            || (surface.chars().count() >= 3 && !surface.contains(char::is_whitespace));
    }
    let Some((first, _)) = surface.split_once(' ') else { return false };
    let first = first.trim_end_matches('.').to_lowercase();
    !PARTICLES.contains(&first.as_str())
}
