//! Owns coding: text to mentions of events, by packs of rules over one automaton, with a roster of office holders.
//! Which mentions are the same event is `event`'s business.

mod coder;
pub mod dates;
mod document;
mod fold;
pub mod mention;
pub mod roster;

pub use coder::{Coded, Coder, CoderError, Config, NearMiss, code, mentions};
pub use document::Document;
pub use mention::{
    Announcer, Claim, EventDate, Evidence, Field, Kind, Medium, Mention, Participant, Plover, Precision, Role,
    Salience, Status,
};
