//! Owns the coded mention. Its JSON form is public contract and is declared once, here: `tag` prints it, `publish` nests
//! it in records, `store` keeps it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One article's report of an event (as in GDELT's mentions table).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mention {
    pub kind: Kind,
    pub status: Status,
    /// When the event takes place; `None` when the text gives no day. Never the publication day by default.
    pub date: Option<EventDate>,
    pub participants: Vec<Participant>,
    /// ISO 3166-1 alpha-3 codes or roster organisation codes, sorted.
    pub parties: Vec<String>,
    pub medium: Option<Medium>,
    pub announced_by: Option<Announcer>,
    /// Topic ids, in the order the text brings them up.
    pub topics: Vec<String>,
    pub place: Option<String>,
    /// CAMEO event code (`041` discuss by telephone).
    pub cameo: String,
    pub plover: Plover,
    pub salience: Salience,
    /// Background only: never opens an event.
    pub historical: bool,
    /// 0 to 1.
    pub confidence: f64,
    pub claims: Vec<Claim>,
    pub evidence: Vec<Evidence>,
}

impl Mention {
    /// Moves what points into the text behind `n_chars` more of it.
    pub(super) fn shift(&mut self, n_chars: usize) {
        if self.evidence.first().is_some_and(|evidence| evidence.field == Field::Text) {
            for claim in &mut self.claims {
                claim.start += n_chars;
                claim.end += n_chars;
            }
        }
        for evidence in self.evidence.iter_mut().filter(|evidence| evidence.field == Field::Text) {
            evidence.start += n_chars;
            evidence.end += n_chars;
        }
    }

    /// Reports whether both name days and the days differ.
    pub(super) fn is_of_another_day(&self, other: &Self) -> bool {
        matches!((&self.date, &other.date), (Some(one), Some(two)) if one.end < two.start || two.end < one.start)
    }

    /// Returns the char of the text where its first words stand; `None` when they stand in the title.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.evidence.first().filter(|evidence| evidence.field == Field::Text).map(|evidence| evidence.start)
    }

    /// Reports whether another part of the page says so too, in its own language.
    pub(super) fn tells_the_same(&self, other: &Self) -> bool {
        let people = |mention: &Self| {
            let mut people: Vec<Option<String>> = mention.participants.iter().map(|one| one.person.clone()).collect();
            people.sort();
            people
        };
        let is_alike = self.kind == other.kind && self.status == other.status && self.parties == other.parties;
        is_alike && self.historical == other.historical && people(self) == people(other)
    }
}

/// What happened. Packs of users add kinds, so it is open: a lowercase snake_case word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Kind(pub String);

impl Kind {
    pub const LEADER_CALL: &'static str = "leader_call";
    pub const NEGOTIATION: &'static str = "negotiation";
    pub const PRISONER_RELEASE: &'static str = "prisoner_release";
    pub const LEADER_VISIT: &'static str = "leader_visit";
    pub const CEASEFIRE: &'static str = "ceasefire";
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the event stands. The kind never changes when the status does.
///
/// A call: `proposed | planned | occurred | postponed | cancelled | declined | denied | unconfirmed`; a negotiation:
/// `proposed | agreed | underway | suspended | rejected | failed | concluded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Proposed,
    Planned,
    Occurred,
    Postponed,
    Cancelled,
    Declined,
    Denied,
    Unconfirmed,
    Agreed,
    Underway,
    Suspended,
    Rejected,
    Failed,
    Concluded,
}

impl Status {
    /// Returns the wire word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Planned => "planned",
            Self::Occurred => "occurred",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Denied => "denied",
            Self::Unconfirmed => "unconfirmed",
            Self::Agreed => "agreed",
            Self::Underway => "underway",
            Self::Suspended => "suspended",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Concluded => "concluded",
        }
    }
}

/// Days the event spans, inclusive, in `zone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventDate {
    /// ISO day.
    #[schemars(with = "String")]
    pub start: jiff::civil::Date,
    #[schemars(with = "String")]
    pub end: jiff::civil::Date,
    pub precision: Precision,
    /// IANA zone the words were resolved in.
    pub zone: Option<String>,
    /// The words of the text.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// A person who takes part, with the office held on the event's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Participant {
    /// Roster id (`trump-donald`); `None` for a person known by office only and not resolved.
    pub person: Option<String>,
    /// Wikidata item.
    pub qid: Option<String>,
    pub name: String,
    /// ISO 3166-1 alpha-3 or roster organisation code.
    pub country: Option<String>,
    /// Office held on the event's day; unknown stays null.
    pub office: Option<String>,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Only on evidence.
    Initiator,
    Recipient,
    Party,
    Negotiator,
    Mediator,
    Host,
    Announcer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    Phone,
    Video,
    InPerson,
    Letter,
}

/// Who made the event known, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Announcer {
    pub person: Option<String>,
    pub name: String,
    /// Platform or kind of statement (`Truth Social`, `press service`).
    pub channel: Option<String>,
}

/// PLOVER event type and mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plover {
    pub event_type: String,
    pub mode: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Salience {
    Main,
    Secondary,
    Background,
}

/// One voice on the status. A denial and a confirmation may stand side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// Who says so; `None` is the outlet's own voice.
    pub by: Option<String>,
    pub status: Status,
    /// Char offsets into `text` (end exclusive).
    pub start: usize,
    pub end: usize,
}

/// The words that carry one slot, and the rule that read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Name of the slot (`status`, `date`, `participants`, …).
    pub slot: String,
    /// Unicode scalar (char) offsets into the field, end exclusive.
    pub start: usize,
    pub end: usize,
    pub text: String,
    /// `pack.id/rule.id`.
    pub rule: String,
    /// Which field the offsets count in; absent on the wire for the text.
    #[serde(default, skip_serializing_if = "Field::is_text")]
    pub field: Field,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    #[default]
    Text,
    Title,
}

impl Field {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}
