//! Times coding: documents with and without events in several languages, megabytes made to be slow, and start-up.
//!
//! With `HOTLINE_BENCH_DOCS` naming a file of documents (NDJSON, as `hotline tag` reads it), these are coded too, and the
//! time that one in a hundred exceeds is printed.

#![expect(clippy::expect_used, reason = "a bench stops where its ground gives way")]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hotline::article::PageTime;
use hotline::tag::{Coder, Document, code};
use serde_json::Value;

/// The size of a text made to be slow.
const MEGABYTE: usize = 1 << 20;

/// A paragraph that reports nothing coded, to fill documents up to a usual length.
const FILLER: [(&str, &str); 4] = [
    (
        "en",
        "The city council approved a new budget for schools and parks after a long debate about costs. Residents had \
         asked for more trees along the river, and the mayor promised that planting would begin in the spring.",
    ),
    (
        "uk",
        "Міська рада ухвалила новий бюджет шкіл і парків після довгих суперечок про витрати. Мешканці просили більше \
         дерев уздовж річки, і мер пообіцяв, що садити їх почнуть навесні.",
    ),
    (
        "de",
        "Der Stadtrat hat nach langer Debatte einen neuen Haushalt für Schulen und Parks beschlossen. Die Anwohner \
         wünschten sich mehr Bäume am Fluss, und der Bürgermeister versprach, im Frühjahr damit zu beginnen.",
    ),
    (
        "fr",
        "Le conseil municipal a adopté un nouveau budget pour les écoles et les parcs après un long débat. Les habitants \
         demandaient plus d'arbres le long du fleuve, et le maire a promis de commencer au printemps.",
    ),
];

const EVENTS: [(&str, &str); 4] = [
    ("en", "French President Emmanuel Macron spoke by phone with Volodymyr Zelenskyy on Tuesday about air defence."),
    ("uk", "Президент України Володимир Зеленський поговорив телефоном з Емманюелем Макроном у вівторок."),
    (
        "de",
        "Bundeskanzler Friedrich Merz telefonierte am Dienstag mit dem ukrainischen Präsidenten Wolodymyr Selenskyj.",
    ),
    ("fr", "Emmanuel Macron s'est entretenu mardi par téléphone avec Volodymyr Zelensky."),
];

fn documents(n_fillers: usize, has_event: bool) -> Vec<(&'static str, String)> {
    let of = |((lang, filler), (_, event)): (&(&'static str, &str), &(&str, &str))| {
        let mut text = if has_event { format!("{event}\n") } else { String::new() };
        for _ in 0..n_fillers {
            text.push_str(filler);
            text.push('\n');
        }
        (*lang, text)
    };
    FILLER.iter().zip(&EVENTS).map(of).collect()
}

/// What is repeated to fill a megabyte: sentences without end, triggers, names, cues, dates and quotes alone.
const WORST: [(&str, &str, &str); 14] = [
    ("endless_sentence", "en", "Macron spoke by phone with Putin, "),
    ("triggers", "en", "phone call talks negotiations "),
    ("triggers_and_names", "en", "phone call talks Macron negotiations Putin "),
    ("names", "en", "Macron, Merz and Xi called "),
    ("offices", "en", "the president of France, Germany and Japan called the president. "),
    ("cues", "en", "not planned will not may would denied refused yesterday phone call "),
    ("dates", "en", "phone call on Tuesday 5 June 2025 yesterday next week 10:30 2025-06-05 "),
    ("joined_dates", "en", "may-"),
    ("no_spaces", "en", "macronphonecallputin"),
    ("quotes", "en", "\"“«(Macron [ spoke by phone \" with Putin ' "),
    ("scripts", "en", "Macron spoke Макрон телефоном بوتين اتصال 电话 トランプ by phone with Putin "),
    ("endless_ukrainian", "uk", "Зеленський поговорив телефоном з Макроном, переговори "),
    ("endless_german", "de", "Merz telefonierte mit Macron und Selenskyj, Verhandlungen, "),
    ("endless_chinese", "zh", "马克龙同默茨通电话，两国元首谈判"),
];

fn bench_worst(criterion: &mut Criterion) {
    let coder = Coder::core().expect("the built-in packs compile");
    let published = PageTime::parse("2025-11-19T09:00:00Z");
    let mut group = criterion.benchmark_group("tag/megabyte");
    for (name, lang, unit) in WORST {
        let text = unit.repeat(MEGABYTE / unit.len());
        let document = Document { text: &text, lang: Some(lang), published: published.clone(), ..Document::default() };
        group.bench_function(name, |bencher| bencher.iter(|| black_box(code(black_box(&document), &coder))));
    }
    group.finish();
}

fn bench_own(criterion: &mut Criterion) {
    let Some(path) = std::env::var_os("HOTLINE_BENCH_DOCS") else { return };
    let lines = std::fs::read_to_string(path).expect("the documents can be read");
    let values: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let documents: Vec<Document<'_>> = values.iter().map(document).collect();
    let coder = Coder::core().expect("the built-in packs compile");
    let mut times: Vec<_> = documents.iter().map(|document| best_of_three(document, &coder)).collect();
    times.sort_unstable();
    let at = |percent: usize| {
        times.get(times.len().saturating_sub(1) * percent / 100).copied().flatten().unwrap_or_default()
    };
    eprintln!("documents: half take {:?} or less, 99 in 100 {:?}, all {:?}", at(50), at(99), at(100));
    let mut group = criterion.benchmark_group("tag/documents");
    group.throughput(Throughput::Elements(documents.len() as u64));
    group.bench_function("all", |bencher| {
        bencher
            .iter(|| documents.iter().map(|document| code(black_box(document), &coder).mentions.len()).sum::<usize>());
    });
    group.finish();
}

fn document(value: &Value) -> Document<'_> {
    let field = |name: &str| value[name].as_str();
    Document {
        title: field("title").unwrap_or_default(),
        text: field("text").unwrap_or_default(),
        lang: field("lang"),
        published: field("published").and_then(PageTime::parse),
        zone: field("outlet_zone"),
        posts: &[],
    }
}

fn best_of_three(document: &Document<'_>, coder: &Coder) -> Option<std::time::Duration> {
    let time = |_| {
        let start = Instant::now();
        black_box(code(black_box(document), coder));
        start.elapsed()
    };
    (0..3).map(time).min()
}

fn bench(criterion: &mut Criterion) {
    let coder = Coder::core().expect("the built-in packs compile");
    let published = PageTime::parse("2025-11-19T09:00:00Z");
    let mut group = criterion.benchmark_group("tag");
    for (name, n_fillers, has_event) in [("no_event", 12, false), ("one_event", 12, true), ("long", 400, true)] {
        let documents = documents(n_fillers, has_event);
        let n_bytes: usize = documents.iter().map(|(_, text)| text.len()).sum();
        group.throughput(Throughput::Bytes(n_bytes as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for (lang, text) in &documents {
                    let document =
                        Document { text, lang: Some(lang), published: published.clone(), ..Document::default() };
                    black_box(code(black_box(&document), &coder));
                }
            });
        });
    }
    group.finish();
    criterion.bench_function("coder/core", |bencher| bencher.iter(|| Coder::core().expect("the packs compile")));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = bench, bench_worst, bench_own }
criterion_main!(benches);
