//! Owns coding: text to mentions of events, by packs of rules over one lexicon, with a roster of office holders.
//! Which mentions are the same event is `event`'s business.

mod aside;
mod assemble;
mod candidate;
mod coder;
pub mod dates;
mod document;
mod fold;
mod home;
mod lexicon;
pub mod mention;
mod merge;
mod pack;
mod party;
pub mod roster;
mod rule;
mod scene;
pub mod score;
mod segment;
mod self_test;
mod slots;
#[cfg(test)]
mod tests;
mod text;
mod when;
mod who;

pub use coder::{Coded, Coder, CoderError, Config, NearMiss, code, mentions};
pub use document::{Document, DocumentLine};
pub use mention::{
    Announcer, Claim, EventDate, Evidence, Field, Kind, Medium, Mention, Participant, Plover, Precision, Role,
    Salience, Status,
};
pub use pack::PackError;
