//! Owns the inflection of names in Ukrainian, Russian and Polish: which forms are the same name, and in which case. The
//! case is evidence: the one in the dative was called, the one in the nominative called.
//!
//! Superset on purpose: a form too many costs a pattern, a form too few a mention.

mod endings;

use serde::Deserialize;

use endings::{Endings, Kind};

/// Declension class, guessed from the ending when the facts were collected and corrected where known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inflection {
    /// Adjectival, male (Зеленский).
    Adj,
    /// Consonant, male (Трамп).
    Cons,
    /// Noun in -а/-я (Дуда).
    ADecl,
    /// Ukrainian and Polish -о (Лукашенко).
    ODecl,
    /// Adjectival, female (Тихановская).
    FemAdj,
    /// A woman's surname on a consonant: only the given name declines (Ангела Меркель).
    FemConsIndecl,
    #[default]
    Indecl,
    /// A monarch or pope: the name declines, the number stays (Карл III).
    Regnal,
    /// Countries, cities, organisations: adjectives and the head noun decline.
    Place,
    /// German: only the genitive -s.
    Genitive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Case {
    Nominative,
    Genitive,
    Dative,
    Accusative,
    Instrumental,
    Locative,
}

const CASES: [Case; 6] =
    [Case::Nominative, Case::Genitive, Case::Dative, Case::Accusative, Case::Instrumental, Case::Locative];

impl Inflection {
    /// Returns every form of a name with the case it shows, the nominative first. A form of two cases stands twice.
    ///
    /// An indeclinable name is given in the nominative only, which proves nothing about its case.
    #[must_use]
    pub fn forms(self, surface: &str, lang: &str) -> Vec<(String, Case)> {
        let nominative = vec![(surface.to_owned(), Case::Nominative)];
        if self == Self::Genitive {
            return german(surface);
        }
        if !matches!(lang, "uk" | "ru" | "pl") || surface.is_empty() {
            return nominative;
        }
        let words: Vec<&str> = surface.split(' ').collect();
        let declined: Vec<Endings> = match self {
            Self::Indecl if words.len() == 1 && lang != "pl" => return nominative,
            Self::Place => place(&words, lang),
            _ => self.person(&words, lang),
        };
        combine(&declined)
    }

    /// Returns whether a name of this class shows its case: Трамп does, Орпо does not.
    #[must_use]
    pub fn shows_case(self) -> bool {
        !matches!(self, Self::Indecl | Self::FemConsIndecl | Self::Genitive)
    }

    fn person(self, words: &[&str], lang: &str) -> Vec<Endings> {
        let is_female = matches!(self, Self::FemAdj | Self::FemConsIndecl);
        let last = words.len() - 1;
        let one = |(at, word): (usize, &&str)| {
            let is_surname = at == last && self != Self::Regnal;
            let kind = match self {
                _ if !is_surname => Kind::given(word, is_female),
                Self::Adj => Kind::Adjective,
                Self::Cons => Kind::Consonant,
                Self::ADecl => Kind::A,
                Self::ODecl => Kind::O,
                Self::FemAdj => Kind::FeminineAdjective,
                Self::Indecl if lang == "pl" => Kind::PolishVowel,
                _ => Kind::Fixed,
            };
            endings::decline(word, kind, lang)
        };
        words.iter().enumerate().map(one).collect()
    }
}

/// Declines the adjectives before the head noun and the noun; what follows it stays ("Рада Безпеки").
fn place(words: &[&str], lang: &str) -> Vec<Endings> {
    let mut is_past_head = false;
    let one = |(at, word): (usize, &&str)| {
        let kind = if is_past_head {
            Kind::Fixed
        } else if at + 1 < words.len() && endings::is_adjective(word, lang) {
            Kind::adjective(word, lang)
        } else {
            is_past_head = true;
            Kind::noun(word, lang)
        };
        endings::decline(word, kind, lang)
    };
    words.iter().enumerate().map(one).collect()
}

fn german(surface: &str) -> Vec<(String, Case)> {
    let genitive = if surface.ends_with(['s', 'z', 'x', 'ß']) { "’" } else { "s" };
    vec![(surface.to_owned(), Case::Nominative), ([surface, genitive].concat(), Case::Genitive)]
}

/// Joins the words' forms case by case.
fn combine(words: &[Endings]) -> Vec<(String, Case)> {
    let mut forms: Vec<(String, Case)> = Vec::new();
    for (index, case) in CASES.into_iter().enumerate() {
        let mut joined = vec![String::new()];
        for (at, word) in words.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            joined = joined
                .iter()
                .flat_map(|left| word[index].iter().map(move |form| [left.as_str(), space, form.as_str()].concat()))
                .collect();
        }
        for form in joined {
            if !forms.iter().any(|(known, of)| *of == case && *known == form) {
                forms.push((form, case));
            }
        }
    }
    // A name none of whose words decline shows no case.
    let base = forms[0].0.clone();
    if forms.iter().all(|(form, _)| *form == base) {
        forms.truncate(1);
    }
    forms
}
