//! Owns the figures: what agreed, out of how much.

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Documents by what is labelled and what was coded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub true_positives: usize,
    pub false_positives: usize,
    pub false_negatives: usize,
    pub true_negatives: usize,
}

impl Counts {
    /// Counts one document.
    #[must_use]
    pub fn one(labelled: bool, coded: bool) -> Self {
        Self {
            true_positives: usize::from(labelled && coded),
            false_positives: usize::from(!labelled && coded),
            false_negatives: usize::from(labelled && !coded),
            true_negatives: usize::from(!labelled && !coded),
        }
    }

    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.true_positives + self.false_positives + self.false_negatives + self.true_negatives
    }

    /// Returns the share of the coded documents that are labelled; `None` when nothing was coded.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Returns the share of the labelled documents that were coded; `None` when nothing is labelled.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Returns the harmonic mean of both; `None` when nothing is labelled and nothing was coded.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)
    }
}

/// What two sets have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overlap {
    pub n_right: usize,
    pub n_coded: usize,
    pub n_labelled: usize,
}

impl Overlap {
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.n_right, self.n_coded)
    }

    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.n_right, self.n_labelled)
    }
}

/// How many of the labelled values were coded so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub n_right: usize,
    pub n_labelled: usize,
}

impl Share {
    pub(super) fn count(&mut self, is_right: bool) {
        self.n_right += usize::from(is_right);
        self.n_labelled += 1;
    }

    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.n_right, self.n_labelled)
    }
}

fn ratio(n: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| n as f64 / of as f64)
}

/// Slots of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallSlots {
    pub n_labelled: usize,
    pub n_paired: usize,
    pub participants: Overlap,
    pub status: Share,
    pub date: Share,
    /// Dates that are coded where the label has none.
    pub n_dates_extra: usize,
    pub initiator: Overlap,
    pub medium: Share,
}

/// Slots of negotiations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NegotiationSlots {
    pub n_labelled: usize,
    pub n_paired: usize,
    pub parties: Overlap,
    pub status: Share,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slots {
    pub calls: CallSlots,
    pub negotiations: NegotiationSlots,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
        self.true_negatives += other.true_negatives;
    }
}

impl AddAssign for Overlap {
    fn add_assign(&mut self, other: Self) {
        self.n_right += other.n_right;
        self.n_coded += other.n_coded;
        self.n_labelled += other.n_labelled;
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.n_right += other.n_right;
        self.n_labelled += other.n_labelled;
    }
}

impl AddAssign for Slots {
    fn add_assign(&mut self, other: Self) {
        let (calls, more) = (&mut self.calls, other.calls);
        calls.n_labelled += more.n_labelled;
        calls.n_paired += more.n_paired;
        calls.participants += more.participants;
        calls.status += more.status;
        calls.date += more.date;
        calls.n_dates_extra += more.n_dates_extra;
        calls.initiator += more.initiator;
        calls.medium += more.medium;
        let (negotiations, more) = (&mut self.negotiations, other.negotiations);
        negotiations.n_labelled += more.n_labelled;
        negotiations.n_paired += more.n_paired;
        negotiations.parties += more.parties;
        negotiations.status += more.status;
    }
}

/// One figure over all languages and for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells<T> {
    pub all: T,
    pub by_lang: BTreeMap<String, T>,
}

impl<T: AddAssign + Copy + Default> Cells<T> {
    pub(super) fn add(&mut self, lang: &str, value: T) {
        self.all += value;
        *self.by_lang.entry(lang.to_owned()).or_default() += value;
    }

    /// Returns `all` first, then the languages.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &T)> {
        let langs = self.by_lang.iter().map(|(lang, value)| (lang.as_str(), value));
        std::iter::once(("all", &self.all)).chain(langs)
    }
}
