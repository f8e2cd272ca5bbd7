//! Owns the names of a page's tags and attributes: looked up once each in the table of all names.

use std::borrow::Cow;

use html5ever::LocalName;

/// Names kept; a page has some dozens.
const SLOTS: usize = 128;

/// The last name looked up of each slot.
pub(super) struct Atoms<'p> {
    slots: Vec<Option<(&'p str, LocalName)>>,
}

impl Default for Atoms<'_> {
    fn default() -> Self {
        Self { slots: vec![None; SLOTS] }
    }
}

impl<'p> Atoms<'p> {
    /// The name in lowercase, as HTML has it.
    pub(super) fn name(&mut self, written: &'p str) -> LocalName {
        let slot = slot(written.as_bytes());
        if let Some((known, name)) = &self.slots[slot]
            && *known == written
        {
            return name.clone();
        }
        let has_capitals = written.bytes().any(|byte| byte.is_ascii_uppercase());
        let lower = if has_capitals { Cow::Owned(written.to_ascii_lowercase()) } else { Cow::Borrowed(written) };
        let name = LocalName::from(lower);
        self.slots[slot] = Some((written, name.clone()));
        name
    }
}

/// FNV-1a over the length, the first and the last bytes, which tell names of HTML apart.
fn slot(name: &[u8]) -> usize {
    let ends = name.iter().take(3).chain(name.iter().rev().take(4));
    let hash = ends.fold(name.len() as u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash >> 8) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lowercase_however_often_they_are_asked_for() {
        let mut atoms = Atoms::default();
        for written in ["DIV", "div", "data-x", "DIV", "divan", "data-x"] {
            assert_eq!(&*atoms.name(written), written.to_ascii_lowercase());
        }
    }
}
