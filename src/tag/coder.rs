//! Owns the coder: packs, roster and words compiled once, and the call that codes a document with them.

use std::path::PathBuf;

use serde::Deserialize;

use super::roster::{Roster, RosterError};
use super::{Document, Mention};

/// Where to find what the user adds to the built-in packs and roster.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folders of rule packs, laid over the built-in ones in this order.
    pub packs: Vec<PathBuf>,
    /// Folders of roster files, laid over the built-in ones in this order.
    pub roster: Vec<PathBuf>,
    /// Topic files, laid over the built-in ones in this order.
    pub topics: Vec<PathBuf>,
}

/// Why a coder cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CoderError {
    #[error(transparent)]
    Roster(#[from] RosterError),
}

/// Packs, roster and words, compiled. Immutable: shared by all who code.
#[derive(Debug)]
pub struct Coder {
    roster: Roster,
    version: String,
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
    pub fn core() -> Result<Self, CoderError> {
        Self::load(&Config::default())
    }

    /// Compiles what is built in with what the configuration lays over it.
    pub fn load(config: &Config) -> Result<Self, CoderError> {
        let roster = Roster::load(&config.roster)?;
        Ok(Self { roster, version: env!("CARGO_PKG_VERSION").to_owned() })
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
}

/// Codes a document.
#[must_use]
pub fn mentions(document: &Document<'_>, coder: &Coder) -> Vec<Mention> {
    code(document, coder).mentions
}

/// Codes a document and says what nearly was.
#[must_use]
pub fn code(_document: &Document<'_>, _coder: &Coder) -> Coded {
    Coded::default()
}
