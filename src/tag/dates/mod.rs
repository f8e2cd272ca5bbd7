//! Owns dates in text: finding the words that say when, and resolving them to days against the time of publication.
//!
//! A language is a word table in `config/dates/`; the grammar is one for all. Finding ([`DateWords::find`]) needs no
//! calendar, resolving ([`resolve()`]) needs no table.

mod attach;
mod calendar;
mod counted;
mod file;
mod grammar;
mod numeric;
mod resolve;
mod table;
mod token;
mod value;

#[cfg(test)]
mod tests;

pub use file::DateWordsError;
pub use resolve::{Anchor, Tense, resolve};
pub use value::{DateValue, Direction, Time, Unit, YearSaid};

use std::collections::HashMap;

use table::Table;

/// The date words of every language, compiled. Immutable.
pub struct DateWords {
    by_lang: HashMap<&'static str, Table>,
    /// Serves languages without words: explicit dates in digits only.
    digits: Table,
}

/// One date expression. Offsets are bytes into the text, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateHit {
    pub start: usize,
    pub end: usize,
    pub value: DateValue,
}

impl DateWords {
    /// Compiles the word tables embedded in the program.
    pub fn core() -> Result<Self, DateWordsError> {
        let mut by_lang = HashMap::new();
        for (lang, file) in file::core()? {
            by_lang.insert(lang, Table::new(lang, &file)?);
        }
        Ok(Self { by_lang, digits: Table::new("und", &file::LangFile::default())? })
    }

    /// Finds the date expressions of a text in a language (BCP 47; the primary subtag counts): sorted, not overlapping,
    /// the longest reading first. Takes time linear in the text.
    pub fn find(&self, text: &str, lang: &str) -> Vec<DateHit> {
        let primary = lang.split(['-', '_']).next().unwrap_or(lang);
        let table = self.by_lang.get(primary).unwrap_or(&self.digits);
        let tokens = token::scan(text, table);
        attach::times(text, table, grammar::Reading { text, table, tokens: &tokens }.hits())
    }
}
