//! Owns who confirms an event independently.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// News agencies known by default.
pub(crate) const WIRES: &[&str] = &["reuters"];

/// How many voices report the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Corroboration {
    pub articles: usize,
    pub outlets: usize,
    /// Groups left after collapsing publisher families, news agencies and copies.
    pub independent: usize,
}
