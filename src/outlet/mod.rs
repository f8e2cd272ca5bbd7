//! Owns who publishes: the outlet, what is known of the hosts of outlets, and how agencies are credited. Which feeds an
//! outlet has is the configuration's business.

mod agencies;
mod rules;

use std::path::PathBuf;

use serde::Deserialize;

pub use agencies::{Agencies, Agency, Credit, CreditPlace};
pub use rules::{HostRule, HostRules, Selector, SelectorError};

/// A publisher as named in a feed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Stable id, lowercase ASCII (`bbc`).
    pub id: String,
    /// Display name (`BBC News`).
    pub name: String,
    /// Publisher family: outlets of one owner or wire count as one voice in corroboration.
    pub family: Option<String>,
    /// IANA time zone of the newsroom, used to resolve weekday names.
    pub zone: Option<String>,
    /// Declared language, BCP 47 primary tag (`uk`). A prior, not a truth.
    pub lang: Option<String>,
}

/// Where to find what the user knows of hosts and agencies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Whether the built-in rules are used.
    pub built_in: bool,
    /// Folders of host rules and agencies, laid over the built-in ones in this order.
    pub rules: Vec<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self { built_in: true, rules: Vec::new() }
    }
}
