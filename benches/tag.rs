//! Times coding: documents with and without events, in several languages.

#![expect(clippy::expect_used, reason = "a bench stops where its ground gives way")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hotline::article::PageTime;
use hotline::tag::{Coder, Document, code};

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

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = bench }
criterion_main!(benches);
