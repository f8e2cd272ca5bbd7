//! Owns countries and organisations with what stands for them: demonyms, capitals, seats of power.

use serde::Deserialize;

use super::{Names, OfficeClass};

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// ISO 3166-1 alpha-3, `XKX` for Kosovo.
    pub code: String,
    pub alpha2: Option<String>,
    /// Whose holder is meant by "the leader", where it is not the head of state and government.
    pub leader: Option<OfficeClass>,
    /// Several hold one office together (the presidency of Bosnia), so overlapping terms are right.
    #[serde(default)]
    pub collective: bool,
    /// Language that the country's press alone writes, or nearly.
    pub press: Option<String>,
    /// IANA zone of the capital.
    pub zone: Option<String>,
    #[serde(default)]
    pub names: Names,
    /// Adjectives and words for the people.
    #[serde(default)]
    pub demonyms: Names,
    #[serde(default)]
    pub capitals: Names,
    /// Seats of power that stand for the state ("the Kremlin").
    #[serde(default)]
    pub metonyms: Names,
}

impl Country {
    /// Returns the English name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.of("en").first().map_or(self.code.as_str(), String::as_str)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub code: String,
    pub qid: Option<String>,
    pub kind: OrganisationKind,
    #[serde(default)]
    pub names: Names,
    #[serde(default)]
    pub metonyms: Names,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    #[default]
    Igo,
    ArmedGroup,
    Faction,
}

impl Organisation {
    /// Returns the English name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.of("en").first().map_or(self.code.as_str(), String::as_str)
    }
}
