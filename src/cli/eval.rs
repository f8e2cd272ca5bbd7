//! Owns `eval`: labelled documents by line in, precision, recall and F1 out.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Map, Value, json};

use super::args::{Format, Global};
use super::exit::{Failure, say};
use super::output::{Out, count};
use super::{lines, parallel};
use crate::tag::score::{
    CallSlots, Cells, Comparison, Confused, Confusion, Counts, Figures, Labelled, NegotiationSlots, Overlap, Score,
    Scorer, Share, Slots,
};
use crate::tag::{self, Coder};

/// Confusions that are listed unless the user says otherwise.
const LISTED: usize = 20;

const FORMAT: &str = "\
A line is a document as `tag` reads it, with labels:
  {\"id\": \"a-1\", \"lang\": \"en\", \"published\": \"2025-03-19T18:40:00+02:00\",
   \"title\": \"\", \"text\": \"...\",
   \"leader_call\": true, \"negotiation\": false, \"borderline\": false,
   \"calls\": [{\"participants\": [\"Volodymyr Zelensky\", \"Donald Trump\"],
              \"status\": \"occurred\", \"date\": \"2025-03-19\",
              \"initiator\": null, \"medium\": \"phone\"}],
   \"negotiations\": [{\"parties\": [\"RUS\", \"UKR\"], \"status\": \"underway\"}]}
A true or false named as any kind that a loaded pack codes is a label of that kind; a kind without one is not scored.

A document has a kind when it has a mention of it that is not historical; the figures count documents.

Slots count over documents where label and code both have an event of the kind: each labelled event is compared with the \
mention that shares most participants or parties. A name is who the roster knows by it, in any language; where it knows \
nobody the last name decides.

Borderline documents are left out; one more line (`with_borderline` in JSON) has the figures with them.";

#[derive(Debug, Args)]
#[command(after_help = FORMAT)]
pub(super) struct EvalArgs {
    /// NDJSON of labelled documents, or - for stdin
    #[arg(required = true, value_name = "FILE|-")]
    paths: Vec<PathBuf>,
    /// How many confusions to list, 0 for none [default: 20; with --format json all]
    #[arg(long, value_name = "N")]
    list: Option<usize>,
    /// Fail when F1 of the kind over all languages is below (may be repeated)
    #[arg(long = "floor", value_name = "KIND=F1", value_parser = floor)]
    floors: Vec<(String, f64)>,
}

fn floor(text: &str) -> Result<(String, f64), String> {
    let wrong = || format!("`{text}` is not a kind with a figure from 0 to 1, like leader_call=0.8");
    let (kind, figure) = text.split_once('=').ok_or_else(wrong)?;
    let figure: f64 = figure.parse().map_err(|_| wrong())?;
    if kind.is_empty() || !(0.0..=1.0).contains(&figure) {
        return Err(wrong());
    }
    Ok((kind.to_owned(), figure))
}

/// One line, with the file and the number it has there.
struct Line {
    file: Arc<str>,
    number: usize,
    bytes: io::Result<Vec<u8>>,
}

pub(super) fn run(args: &EvalArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let mut inputs = Vec::new();
    for path in &args.paths {
        inputs.push((Arc::from(path.display().to_string()), lines::open(path)?));
    }
    let coder = super::tag::load(global)?;
    let scorer = Scorer::new(&coder);
    let inputs = inputs.into_iter().flat_map(|(file, input): (Arc<str>, _)| {
        lines::numbered(input).map(move |(number, bytes)| Line { file: Arc::clone(&file), number, bytes })
    });
    let mut comparisons = Vec::new();
    let mut n_wrong = 0;
    let work = move |line: Line| compare(line, &coder, &scorer);
    parallel::ordered(inputs, work, out, |_, worked| {
        match worked {
            Some(Ok(comparison)) => comparisons.push(comparison),
            Some(Err(wrong)) => {
                n_wrong += 1;
                say(&format!("hotline: {wrong:#}"));
            }
            // The panic hook has said where.
            None => n_wrong += 1,
        }
        Ok(())
    })?;
    let score = Score::of(comparisons);
    report(&score, args, global.format, out)?;
    out.flush()?;
    if n_wrong > 0 {
        say(&format!("hotline: {} not scored", count(n_wrong, "line")));
    }
    let is_above = hold(&args.floors, &score);
    if score.with_borderline.n_documents == 0 && n_wrong == 0 {
        return Err(Failure::Failed(anyhow::anyhow!("there is no labelled document: see `hotline eval --help`")));
    }
    if n_wrong > 0 || !is_above { Err(Failure::Reported) } else { Ok(()) }
}

/// Codes one document and compares it with its labels; an error says where and what to do.
fn compare(line: Line, coder: &Coder, scorer: &Scorer) -> anyhow::Result<Comparison> {
    let place = format!("{}:{}", line.file, line.number);
    let bytes = line.bytes.with_context(|| place.clone())?;
    let mut labelled = Labelled::read(&bytes, scorer.kinds()).map_err(|err| anyhow::anyhow!("{place}: {err}"))?;
    if labelled.id.is_empty() {
        labelled.id = place;
    }
    Ok(scorer.compare(&labelled, &tag::code(&labelled.line.document(), coder)))
}

/// Says which kinds are below their floor; reports whether none is.
fn hold(floors: &[(String, f64)], score: &Score) -> bool {
    let mut is_above = true;
    for (kind, floor) in floors {
        let below = match score.f1(kind) {
            Some(f1) if f1 >= *floor => continue,
            Some(f1) => format!("F1 of {kind} over all languages is {f1:.3}, below the floor of {floor}"),
            None => format!("F1 of {kind} has a floor and cannot be computed: no document is labelled or coded so"),
        };
        is_above = false;
        say(&format!("hotline: {below}"));
    }
    is_above
}

fn report(score: &Score, args: &EvalArgs, format: Format, out: &mut Out) -> io::Result<()> {
    if format == Format::Json {
        let listed = score.confusions.iter().take(args.list.unwrap_or(usize::MAX)).map(confusion);
        let mut value = figures(&score.plain);
        value["with_borderline"] = figures(&score.with_borderline);
        value["confusions"] = listed.collect();
        return out.json(&value);
    }
    out.line(score.to_string().trim_end())?;
    let listed = args.list.unwrap_or(LISTED).min(score.confusions.len());
    if listed > 0 {
        out.line("")?;
    }
    for confusion in &score.confusions[..listed] {
        out.line(&confusion.to_string())?;
    }
    let n_more = score.confusions.len() - listed;
    if n_more > 0 && listed > 0 {
        out.line(&format!("and {n_more} more: --list N"))?;
    }
    Ok(())
}

fn figures(figures: &Figures) -> Value {
    let kinds: Map<String, Value> =
        figures.kinds.iter().map(|(kind, cells)| (kind.clone(), rows(cells, counts))).collect();
    json!({ "documents": figures.n_documents, "kinds": kinds, "slots": rows(&figures.slots, slots) })
}

fn rows<T: Copy + Default + std::ops::AddAssign>(cells: &Cells<T>, value: impl Fn(&T) -> Value) -> Value {
    cells.rows().map(|(lang, cell)| (lang.to_owned(), value(cell))).collect()
}

fn counts(counts: &Counts) -> Value {
    json!({
        "tp": counts.true_positives, "fp": counts.false_positives,
        "fn": counts.false_negatives, "tn": counts.true_negatives,
        "precision": counts.precision(), "recall": counts.recall(), "f1": counts.f1(),
    })
}

fn slots(slots: &Slots) -> Value {
    let CallSlots { n_labelled, n_paired, participants, status, date, n_dates_extra, initiator, medium } = &slots.calls;
    let mut date = share(date);
    date["extra"] = json!(n_dates_extra);
    let calls = json!({
        "labelled": n_labelled, "paired": n_paired, "participants": overlap(participants), "status": share(status),
        "date": date, "initiator": overlap(initiator), "medium": share(medium),
    });
    let NegotiationSlots { n_labelled, n_paired, parties, status } = &slots.negotiations;
    let negotiations = json!({
        "labelled": n_labelled, "paired": n_paired, "parties": overlap(parties), "status": share(status),
    });
    json!({ "leader_call": calls, "negotiation": negotiations })
}

fn overlap(overlap: &Overlap) -> Value {
    json!({
        "right": overlap.n_right, "coded": overlap.n_coded, "labelled": overlap.n_labelled,
        "precision": overlap.precision(), "recall": overlap.recall(),
    })
}

fn share(share: &Share) -> Value {
    json!({ "right": share.n_right, "labelled": share.n_labelled, "accuracy": share.accuracy() })
}

fn confusion(confusion: &Confusion) -> Value {
    let mut value = json!({
        "id": confusion.id, "lang": confusion.lang, "kind": confusion.kind, "borderline": confusion.is_borderline,
        "what": confusion.confused.as_str().replace(' ', "_"), "why": confusion.why, "start": confusion.start,
    });
    if let Confused::WrongSlot { slot, labelled, coded } = &confusion.confused {
        value["slot"] = json!(slot);
        value["labelled"] = json!(labelled);
        value["coded"] = json!(coded);
    }
    value
}
