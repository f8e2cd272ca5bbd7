//! Owns a batch on its way through a transaction: what of it is sent together, and what each attempt learns.

use std::collections::{BTreeMap, BTreeSet};

use super::client::{Failure, Settled};
use super::column::Column;
use crate::publish::{Outcome, Record};

/// A batch and what has been learned about its records.
pub(super) struct Batch<'a> {
    pub(super) records: &'a [Record],
    /// Not to be sent: dead letters take their place.
    pub(super) rejected: BTreeMap<usize, Failure>,
    /// Refused together with others: sent alone, to see which of them it is.
    suspects: BTreeSet<usize>,
    /// Dead letters that are themselves refused; they have nowhere else to go.
    pub(super) lost_letters: BTreeSet<usize>,
}

/// Why a transaction is not committed.
pub(super) enum Broken {
    /// Still open, and the batch now knows what to leave out.
    Learned,
    Failed(Failure),
}

impl<'a> Batch<'a> {
    pub(super) const fn new(records: &'a [Record]) -> Self {
        Self { records, rejected: BTreeMap::new(), suspects: BTreeSet::new(), lost_letters: BTreeSet::new() }
    }

    /// Cuts the batch into what is sent together: a suspect is sent alone.
    pub(super) fn runs(&self) -> Vec<Vec<(usize, &'a Record)>> {
        let mut runs: Vec<Vec<(usize, &Record)>> = Vec::new();
        let mut is_closed = true;
        for (index, record) in self.records.iter().enumerate() {
            if self.rejected.contains_key(&index) {
                continue;
            }
            let is_suspect = self.suspects.contains(&index);
            match runs.last_mut() {
                Some(run) if !is_closed && !is_suspect => run.push((index, record)),
                _ => runs.push(vec![(index, record)]),
            }
            is_closed = is_suspect;
        }
        runs
    }

    /// Sorts what became of a run into outcomes and into what the next attempt must know.
    pub(super) fn learn(
        &mut self,
        sent: Vec<(usize, Settled)>,
        is_alone: bool,
        outcomes: &mut BTreeMap<usize, Outcome>,
    ) -> Result<(), Broken> {
        let mut worst: Option<Failure> = None;
        let mut is_refused = false;
        for (index, result) in sent {
            match result {
                Ok(outcome) => {
                    outcomes.insert(index, outcome);
                }
                Err(failure) if failure.column == Column::Rejected => {
                    is_refused |= failure.is_from_broker;
                    if is_alone || !failure.is_from_broker {
                        self.rejected.insert(index, failure);
                    } else {
                        self.suspects.insert(index);
                    }
                }
                Err(failure) if worst.as_ref().is_none_or(|worst| failure.column > worst.column) => {
                    worst = Some(failure);
                }
                Err(_) => {}
            }
        }
        match worst {
            // What was queued behind a refused record fails with it, and says only that.
            Some(worst) if !is_refused || worst.column > Column::Retriable => Err(Broken::Failed(worst)),
            _ if is_refused => Err(Broken::Learned),
            _ => Ok(()),
        }
    }
}
