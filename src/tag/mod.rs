//! Owns coding: text to mentions of events, by packs of rules over one automaton, with a roster of office holders.
//! Which mentions are the same event is `event`'s business.

pub mod dates;
pub mod fold;
pub mod mention;
pub mod roster;
pub mod sentences;

pub use mention::{
    Announcer, Claim, EventDate, Evidence, Field, Kind, Medium, Mention, Participant, Plover, Precision, Role,
    Salience, Status,
};
