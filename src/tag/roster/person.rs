//! Owns a person with names and terms of office, and the days a term covers.

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Inflection, LANGS, OfficeClass};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// `surname-given` in lowercase ASCII.
    pub id: String,
    /// Wikidata item.
    pub qid: Option<String>,
    pub gender: Gender,
    pub names: Names,
    /// Declension of the surname in Ukrainian, Russian and Polish.
    pub inflect: Inflect,
    /// By first day.
    pub terms: Vec<Term>,
}

impl Person {
    /// Returns the highest office held on `day`, the earliest taken of equals.
    #[must_use]
    pub fn office_at(&self, day: Date) -> Option<&Term> {
        self.terms.iter().filter(|term| term.covers(day)).min_by_key(|term| term.office)
    }

    /// Returns the English full name, which every person has.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.of("en").first().map_or(self.id.as_str(), String::as_str)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
pub enum Gender {
    #[default]
    #[serde(rename = "m")]
    Male,
    #[serde(rename = "f")]
    Female,
}

/// Declension classes per language; the others do not decline names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inflect {
    #[serde(default)]
    pub uk: Inflection,
    #[serde(default)]
    pub ru: Inflection,
    #[serde(default)]
    pub pl: Inflection,
}

impl Inflect {
    #[must_use]
    pub fn of(self, lang: &str) -> Inflection {
        match lang {
            "uk" => self.uk,
            "ru" => self.ru,
            "pl" => self.pl,
            "de" => Inflection::Genitive,
            _ => Inflection::Indecl,
        }
    }
}

/// One person in one office of one country or organisation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub office: OfficeClass,
    /// English title as announced (`Federal Chancellor`).
    pub title: String,
    /// ISO 3166-1 alpha-3 or organisation code.
    pub country: String,
    pub from: Option<Day>,
    /// The day the successor takes over; absent while in office.
    pub to: Option<Day>,
    #[serde(default)]
    pub confidence: Confidence,
    /// Last month in which a dated text still showed the holder.
    pub as_of: Option<String>,
    pub note: Option<String>,
    /// First day out of office: `to`, sharpened by the successor's first day when only a month or year is known.
    #[serde(skip)]
    pub(super) until: Option<Date>,
}

impl Term {
    /// Returns whether the office is held on `day`. The day of the handover belongs to the successor.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from.first <= day) && self.until.is_none_or(|until| day < until)
    }

    /// Returns whether the title says that another still holds the office, or that it is held for a while only.
    #[must_use]
    pub fn is_acting(&self) -> bool {
        ["Acting", "Interim", "(acting)", "(interim)", "Caretaker", "disputed", "claimed", "Transition"]
            .iter()
            .any(|word| self.title.contains(word))
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    #[default]
    High,
}

impl Confidence {
    /// Returns the word of the files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A day, month or year; written `2025-01-20`, `2025-01`, `2025`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// First day of the span.
    pub first: Date,
    pub precision: DayPrecision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayPrecision {
    Day,
    Month,
    Year,
}

impl Day {
    /// Returns the first day after the span; for a day that day itself, since a handover day belongs to the successor.
    #[must_use]
    pub fn end(self) -> Date {
        let next = match self.precision {
            DayPrecision::Day => return self.first,
            DayPrecision::Month => self.first.last_of_month(),
            DayPrecision::Year => self.first.last_of_year(),
        };
        next.tomorrow().unwrap_or(next)
    }

    /// Reads `2025-01-20`, `2025-01` or `2025`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (precision, whole) = match text.len() {
            4 => (DayPrecision::Year, format!("{text}-01-01")),
            7 => (DayPrecision::Month, format!("{text}-01")),
            10 => (DayPrecision::Day, text.to_owned()),
            _ => return None,
        };
        whole.parse().ok().map(|first| Self { first, precision })
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_chars = match self.precision {
            DayPrecision::Day => 10,
            DayPrecision::Month => 7,
            DayPrecision::Year => 4,
        };
        write!(f, "{:.n_chars$}", self.first.to_string())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("\"{text}\" is no date; write \"2025-01-20\", \"2025-01\" or \"2025\""))
        })
    }
}

/// Forms per language: the full name, then the surname when usable alone, then variants.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    by_lang: [Vec<String>; LANGS.len()],
}

/// Languages in Latin script that write foreign names as English does unless their own form is given.
const LIKE_ENGLISH: std::ops::Range<usize> = 3..10;

impl Names {
    /// Returns the forms of a language; a language in Latin script without its own has the English ones.
    #[must_use]
    pub fn of(&self, lang: &str) -> &[String] {
        LANGS.iter().position(|&known| known == lang).map_or(&[], |at| self.at(at))
    }

    pub(super) fn at(&self, lang: usize) -> &[String] {
        let own = &self.by_lang[lang];
        if own.is_empty() && LIKE_ENGLISH.contains(&lang) { &self.by_lang[0] } else { own }
    }

    /// Returns the languages with forms of their own, and these.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        LANGS.iter().zip(&self.by_lang).filter(|(_, forms)| !forms.is_empty()).map(|(lang, forms)| (*lang, &forms[..]))
    }

    pub(super) fn set(&mut self, lang: &str, forms: Vec<String>) {
        if let Some(at) = LANGS.iter().position(|&known| known == lang) {
            self.by_lang[at] = forms;
        }
    }

    pub(super) fn own(&self, lang: usize) -> &[String] {
        &self.by_lang[lang]
    }

    /// Replaces the languages `newer` gives.
    pub(super) fn overlay(&mut self, newer: Self) {
        for (mine, theirs) in self.by_lang.iter_mut().zip(newer.by_lang) {
            if !theirs.is_empty() {
                *mine = theirs;
            }
        }
    }

    /// Replaces each form by what `expand` makes of it.
    pub(super) fn expand(&mut self, expand: impl Fn(&str, &str) -> Vec<String>) {
        for (lang, forms) in LANGS.iter().zip(&mut self.by_lang) {
            if forms.iter().any(|form| form.contains('{')) {
                *forms = forms.iter().flat_map(|form| expand(form, lang)).collect();
            }
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = Names;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table of languages with a list of names each")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Names::default();
                while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                    let Some(at) = LANGS.iter().position(|&lang| lang == key) else {
                        return Err(A::Error::unknown_field(&key, &LANGS));
                    };
                    names.by_lang[at] = map.next_value()?;
                }
                Ok(names)
            }
        }
        deserializer.deserialize_map(Forms)
    }
}
