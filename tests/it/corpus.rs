//! Facts about the project's own annotated texts (`tests/corpus/tagging`): how well they are coded, with floors.
//!
//! The texts are truth: a figure that falls is a fault of the code, or a label that is wrong. `hotline eval` prints the
//! same figures with all that is confused.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hotline::tag;
use hotline::tag::roster::LANGS;
use hotline::tag::score::{Figures, Labelled, Score};

use crate::eval::SCORER;
use crate::support::CODER;

/// Least F1 of calls and of negotiations, over all languages and for each: raise them when the figures rise.
const FLOORS: [(&str, f64, f64); 14] = [
    ("all", 0.99, 0.99),
    ("ar", 0.99, 0.99),
    ("de", 0.99, 0.99),
    ("en", 0.97, 0.97),
    ("es", 0.99, 0.98),
    ("fr", 0.97, 0.99),
    ("it", 0.97, 0.98),
    ("ja", 0.99, 0.99),
    ("pl", 0.99, 0.95),
    ("pt", 0.99, 0.99),
    ("ru", 0.99, 0.97),
    ("tr", 0.97, 0.99),
    ("uk", 0.97, 0.97),
    ("zh", 0.99, 0.99),
];

/// Least share of the slots over all languages.
const SLOT_FLOORS: [(&str, f64); 9] = [
    ("participants, precision", 0.98),
    ("participants, recall", 0.98),
    ("call status", 0.98),
    ("call date", 0.97),
    ("initiator, precision", 0.98),
    ("initiator, recall", 0.92),
    ("parties, precision", 0.98),
    ("parties, recall", 0.97),
    ("negotiation status", 0.97),
];

/// Labelled texts that every language has at least.
const TEXTS_MIN: usize = 40;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/tagging")
}

fn labelled() -> Vec<Labelled> {
    let mut found = Vec::new();
    for entry in fs::read_dir(corpus()).expect("the corpus is there") {
        let path = entry.expect("the folder is readable").path();
        let text = fs::read_to_string(&path).expect("the file is readable");
        for (at, line) in text.lines().enumerate() {
            let place = format!("{}:{} is a labelled text", path.display(), at + 1);
            found.push(Labelled::read(line.as_bytes(), SCORER.kinds()).expect(&place));
        }
    }
    found
}

fn score() -> Score {
    Score::of(labelled().iter().map(|one| SCORER.compare(one, &tag::code(&one.line.document(), &CODER))))
}

fn slots(figures: &Figures) -> [Option<f64>; 9] {
    let (calls, talks) = (&figures.slots.all.calls, &figures.slots.all.negotiations);
    [
        calls.participants.precision(),
        calls.participants.recall(),
        calls.status.accuracy(),
        calls.date.accuracy(),
        calls.initiator.precision(),
        calls.initiator.recall(),
        talks.parties.precision(),
        talks.parties.recall(),
        talks.status.accuracy(),
    ]
}

#[test]
fn corpus_is_coded_as_well_as_before() {
    let score = score();
    let mut below = Vec::new();
    let mut hold = |name: String, figure: Option<f64>, floor: f64| {
        if figure.is_none_or(|figure| figure < floor) {
            below.push(format!("{name} is {figure:?}, floor {floor}"));
        }
    };
    for (column, kind) in ["leader_call", "negotiation"].into_iter().enumerate() {
        for (lang, counts) in score.plain.kinds[kind].rows() {
            let row = FLOORS.iter().find(|(known, ..)| *known == lang).expect("a floor for each language");
            hold(format!("F1 of {kind} {lang}"), counts.f1(), [row.1, row.2][column]);
        }
    }
    for ((slot, floor), figure) in SLOT_FLOORS.into_iter().zip(slots(&score.plain)) {
        hold(slot.to_owned(), figure, floor);
    }
    let confusions: Vec<String> = score.confusions.iter().map(ToString::to_string).collect();
    assert!(below.is_empty(), "{}\n\n{score}\n{}\n", below.join("\n"), confusions.join("\n"));
}

#[test]
fn corpus_has_every_language_and_each_id_once() {
    let all = labelled();
    let ids: BTreeSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "an id names one text");
    for lang in LANGS {
        let of_lang: Vec<&Labelled> = all.iter().filter(|one| one.line.lang.as_deref() == Some(lang)).collect();
        assert!(of_lang.len() >= TEXTS_MIN, "{lang}: {}", of_lang.len());
        for kind in ["leader_call", "negotiation"] {
            let n_events = of_lang.iter().filter(|one| one.kinds[kind]).count();
            assert!(n_events >= TEXTS_MIN / 8 && n_events <= of_lang.len() / 2, "{lang} {kind}: {n_events}");
        }
    }
}
