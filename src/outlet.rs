//! Owns who publishes: the outlet and what is known about it. Which feeds it has is the configuration's business.

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
