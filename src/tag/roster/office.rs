//! Owns offices: the classes of the terms, and the words that name an office with the classes they resolve to.

use serde::Deserialize;

use super::{LANGS, Names};

/// Class of a term's office, highest first: the order decides which of several offices a person is shown with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfficeClass {
    HeadOfStateAndGovernment,
    HeadOfState,
    Monarch,
    HeadOfGovernment,
    OrgHead,
    VicePresident,
    ForeignMinister,
    DefenceMinister,
    CrownPrince,
    NationalSecurityAdviser,
    SpecialEnvoy,
    IntelligenceChief,
    /// Leader of an armed group, party, chamber or region without a state's office.
    FactionLeader,
    /// Any other minister (interior, finance, trade, energy).
    Minister,
}

/// What packs ask of a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    Head,
    Deputy,
    Minister,
    Envoy,
    IgoHead,
    Faction,
}

const CLASSES: [(OfficeClass, &str, PartyKind); 14] = [
    (OfficeClass::HeadOfStateAndGovernment, "head_of_state_and_government", PartyKind::Head),
    (OfficeClass::HeadOfState, "head_of_state", PartyKind::Head),
    (OfficeClass::Monarch, "monarch", PartyKind::Head),
    (OfficeClass::HeadOfGovernment, "head_of_government", PartyKind::Head),
    (OfficeClass::OrgHead, "org_head", PartyKind::IgoHead),
    (OfficeClass::VicePresident, "vice_president", PartyKind::Deputy),
    (OfficeClass::ForeignMinister, "foreign_minister", PartyKind::Minister),
    (OfficeClass::DefenceMinister, "defence_minister", PartyKind::Minister),
    (OfficeClass::CrownPrince, "crown_prince", PartyKind::Head),
    (OfficeClass::NationalSecurityAdviser, "national_security_adviser", PartyKind::Envoy),
    (OfficeClass::SpecialEnvoy, "special_envoy", PartyKind::Envoy),
    (OfficeClass::IntelligenceChief, "intelligence_chief", PartyKind::Envoy),
    (OfficeClass::FactionLeader, "faction_leader", PartyKind::Faction),
    (OfficeClass::Minister, "minister", PartyKind::Minister),
];

impl OfficeClass {
    /// Returns the word of the files (`head_of_state`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        CLASSES[self as usize].1
    }

    #[must_use]
    pub const fn kind(self) -> PartyKind {
        CLASSES[self as usize].2
    }

    /// Returns the class of its word. `igo_head` is another word for `org_head`.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        let id = if id == "igo_head" { "org_head" } else { id };
        CLASSES.iter().find(|(_, word, _)| *word == id).map(|(class, _, _)| *class)
    }
}

/// An office as words name it (`president`, `prime_minister`, `foreign_minister`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub id: String,
    pub kind: PartyKind,
    /// Where to look for the holder, in this order.
    #[serde(default)]
    pub classes: Vec<OfficeClass>,
    /// A holder's title must contain one of these; empty accepts any.
    #[serde(default)]
    pub titles: Vec<String>,
    /// Means whoever decides in that country ("leader"), not one office.
    #[serde(default)]
    pub effective: bool,
    /// The only country or organisation that has it ("EU foreign policy chief").
    pub country: Option<String>,
    /// The word alone names one person of its country without a name or country ("the Pope", "supreme leader").
    #[serde(default)]
    pub unique: bool,
    #[serde(default)]
    pub words: Names,
    /// Words of the female holder, where they differ.
    #[serde(default)]
    pub feminine: Names,
}

/// One surface form of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeWord<'r> {
    pub surface: &'r str,
    pub lang: &'static str,
    /// Position in [`super::Roster::offices`].
    pub office: usize,
    /// The word says that the holder is a woman.
    pub is_feminine: bool,
}

/// Returns the surface forms of all offices.
pub(super) fn words(offices: &[Office]) -> impl Iterator<Item = OfficeWord<'_>> {
    offices.iter().enumerate().flat_map(|(at, entry)| {
        [(&entry.words, false), (&entry.feminine, true)].into_iter().flat_map(move |(names, is_feminine)| {
            LANGS.iter().enumerate().flat_map(move |(index, lang)| {
                names.own(index).iter().map(move |surface| OfficeWord { surface, lang, office: at, is_feminine })
            })
        })
    })
}

/// Returns how well a title fits, 0 the best: the title itself, one that starts with it, one that contains it. Without
/// wanted titles, deputies fit worse than heads.
pub(super) fn title_fit(title: &str, wanted: &[String]) -> Option<usize> {
    if wanted.is_empty() {
        let is_deputy = ["Under", "Deputy", "Vice", "High Commissioner"].iter().any(|start| title.starts_with(start));
        return Some(usize::from(is_deputy));
    }
    let fit = |word: &String| match title.find(word.as_str()) {
        Some(_) if title == word => Some(0),
        Some(0) => Some(1),
        Some(_) => Some(2),
        None => None,
    };
    wanted.iter().filter_map(fit).min()
}
