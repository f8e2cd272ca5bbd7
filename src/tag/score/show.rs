//! Owns how a score reads: tables in aligned columns, confusions in two lines each.

use std::fmt;

use super::{Cells, Confused, Confusion, Counts, Figures, Score, Slots};

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_borderline = self.with_borderline.n_documents - self.plain.n_documents;
        let n_documents = self.plain.n_documents;
        write!(f, "{n_documents} document{}", if n_documents == 1 { "" } else { "s" })?;
        if n_borderline > 0 {
            write!(f, " ({n_borderline} borderline left out)")?;
        }
        writeln!(f, "\n")?;
        kinds(f, &self.plain)?;
        if n_borderline > 0 {
            writeln!(f, "\nwith the borderline ones:")?;
            for (kind, cells) in &self.with_borderline.kinds {
                let Counts { true_positives: tp, false_positives: fp, false_negatives: missed, .. } = cells.all;
                let [precision, recall, f1] = rates(&cells.all).map(figure);
                writeln!(f, "{kind}: P {precision} R {recall} F1 {f1}, tp {tp} fp {fp} fn {missed}")?;
            }
        }
        calls(f, &self.plain.slots)?;
        negotiations(f, &self.plain.slots)
    }
}

fn rates(counts: &Counts) -> [Option<f64>; 3] {
    [counts.precision(), counts.recall(), counts.f1()]
}

/// Prints a share; a dash where there is nothing to compute it from.
fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn kinds(f: &mut fmt::Formatter<'_>, figures: &Figures) -> fmt::Result {
    let width = figures.kinds.keys().map(|kind| kind.chars().count()).max().unwrap_or(0).max("kind".len());
    let head = format!("{:<width$}  lang   docs      P      R     F1    tp    fp    fn    tn", "kind");
    writeln!(f, "{head}")?;
    for (kind, cells) in &figures.kinds {
        for (lang, counts) in cells.rows() {
            let [precision, recall, f1] = rates(counts).map(figure);
            write!(f, "{kind:<width$}  {lang:<5}{:>6}", counts.n_documents())?;
            write!(f, "  {precision:>5}  {recall:>5}  {f1:>5}")?;
            let Counts { true_positives, false_positives, false_negatives, true_negatives } = counts;
            writeln!(f, "{true_positives:>6}{false_positives:>6}{false_negatives:>6}{true_negatives:>6}")?;
        }
    }
    Ok(())
}

fn calls(f: &mut fmt::Formatter<'_>, cells: &Cells<Slots>) -> fmt::Result {
    if cells.all.calls.n_labelled == 0 {
        return Ok(());
    }
    writeln!(f, "\nslots of calls   participants          date        initiator")?;
    writeln!(f, "lang   calls paired      P      R status    day extra      P      R medium")?;
    for (lang, slots) in cells.rows().filter(|(_, slots)| slots.calls.n_labelled > 0) {
        let calls = &slots.calls;
        write!(f, "{lang:<5}{:>7}{:>7}", calls.n_labelled, calls.n_paired)?;
        let before = [calls.participants.precision(), calls.participants.recall(), calls.status.accuracy()];
        row(f, &before)?;
        row(f, &[calls.date.accuracy()])?;
        write!(f, "{:>6}", calls.n_dates_extra)?;
        row(f, &[calls.initiator.precision(), calls.initiator.recall(), calls.medium.accuracy()])?;
        writeln!(f)?;
    }
    Ok(())
}

fn negotiations(f: &mut fmt::Formatter<'_>, cells: &Cells<Slots>) -> fmt::Result {
    if cells.all.negotiations.n_labelled == 0 {
        return Ok(());
    }
    writeln!(f, "\nslots of negotiations  parties")?;
    writeln!(f, "lang   talks paired      P      R status")?;
    for (lang, slots) in cells.rows().filter(|(_, slots)| slots.negotiations.n_labelled > 0) {
        let talks = &slots.negotiations;
        write!(f, "{lang:<5}{:>7}{:>7}", talks.n_labelled, talks.n_paired)?;
        row(f, &[talks.parties.precision(), talks.parties.recall(), talks.status.accuracy()])?;
        writeln!(f)?;
    }
    Ok(())
}

fn row(f: &mut fmt::Formatter<'_>, values: &[Option<f64>]) -> fmt::Result {
    values.iter().try_for_each(|value| write!(f, "{:>7}", figure(*value)))
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let borderline = if self.is_borderline { " (borderline)" } else { "" };
        write!(f, "{}{borderline}: ", self.id)?;
        match &self.confused {
            Confused::FalsePositive | Confused::Missed => write!(f, "{} {}", self.confused.as_str(), self.kind)?,
            Confused::WrongSlot { slot, labelled, coded } => {
                write!(f, "wrong {slot} of {}: labelled {labelled}, coded {coded}", self.kind)?;
            }
        }
        write!(f, ", {}\n    {}", self.why, self.start)
    }
}
