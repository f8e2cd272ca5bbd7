//! Owns measuring: how well coded documents agree with labels that a reader gave them.
//!
//! **Kinds.** A document has a kind when it has a mention of it that is not historical. Precision, recall and F1 count
//! documents, by kind and by the label's language. A kind that a line does not label is not scored there.
//!
//! **Slots** are scored over documents where both sides have an event of the kind. Labelled events and coded mentions are
//! paired one to one, those first that share most participants (parties, for a negotiation). What remains unpaired takes
//! no part; `n_labelled` beside `n_paired` says how much that is.
//!
//! - participants: a labelled name is a coded participant when the roster knows the name, in any language, as that
//!   person; where the roster does not know it, when the last names agree. A participant known by office only is wrong.
//! - parties: ISO 3166-1 alpha-3 codes, organisation codes of the roster, or any name the roster knows of either.
//! - status: the same word. Medium and date (its first day) count where the label has one; a date that is coded and not
//!   labelled is counted apart, as extra.
//! - initiator: the one coded with that role against the one labelled.
//!
//! **Borderline** documents, on which readers may differ, are left out; a second set of figures has them.

mod compare;
mod figure;
mod label;
mod names;
mod show;

use std::collections::BTreeMap;

pub use compare::{Comparison, Confused, Confusion, Scorer};
pub use figure::{CallSlots, Cells, Counts, NegotiationSlots, Overlap, Share, Slots};
pub use label::{CallLabel, LabelError, Labelled, NegotiationLabel};

/// Confusions kept; what comes behind is counted in the figures only.
const CONFUSIONS_MAX: usize = 10_000;

/// What came of comparing many documents.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// Without the borderline documents.
    pub plain: Figures,
    pub with_borderline: Figures,
    /// Borderline documents last; of the others false positives first, then missed documents, then wrong slots.
    pub confusions: Vec<Confusion>,
}

/// The figures over a set of documents.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub n_documents: usize,
    /// By kind.
    pub kinds: BTreeMap<String, Cells<Counts>>,
    pub slots: Cells<Slots>,
}

impl Score {
    /// Adds all comparisons.
    #[must_use]
    pub fn of(comparisons: impl IntoIterator<Item = Comparison>) -> Self {
        let mut score = Self::default();
        for comparison in comparisons {
            score.with_borderline.add(&comparison);
            if !comparison.is_borderline {
                score.plain.add(&comparison);
            }
            let room = CONFUSIONS_MAX.saturating_sub(score.confusions.len());
            score.confusions.extend(comparison.confusions.into_iter().take(room));
        }
        score.confusions.sort_by_key(|confusion| (confusion.is_borderline, confusion.confused.rank()));
        score
    }

    /// Returns F1 of a kind over all languages; `None` when there is nothing to compute it from.
    #[must_use]
    pub fn f1(&self, kind: &str) -> Option<f64> {
        self.plain.kinds.get(kind)?.all.f1()
    }
}

impl Figures {
    fn add(&mut self, comparison: &Comparison) {
        self.n_documents += 1;
        for (kind, counts) in &comparison.kinds {
            self.kinds.entry(kind.clone()).or_default().add(&comparison.lang, *counts);
        }
        self.slots.add(&comparison.lang, comparison.slots);
    }
}
