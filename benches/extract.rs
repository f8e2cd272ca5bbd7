//! Speed of extract: whole pages of the corpus, and the language of a text.

#![expect(clippy::expect_used, reason = "a bench stops where its ground gives way")]

use std::{fs, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hotline::article::{self, Hints, language};

fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/pages");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is beside the benches")
        .map(|entry| entry.expect("a corpus entry is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .collect();
    paths.sort();
    // Some are in a legacy encoding; what that loses costs no time.
    let read = |path| fs::read(path).expect("a corpus page is readable");
    paths.iter().map(|path| String::from_utf8_lossy(&read(path)).into_owned()).collect()
}

/// Corpus pages are small; real ones carry some hundred kilobytes of menus, scripts and teasers around the article.
fn padded(page: &str) -> String {
    let teaser = "<li class='teaser'><a href='/a'><span>Ferry service to the islands resumes</span></a></li>";
    let padding =
        format!("<ul class='menu'>{}</ul><script>{}</script>", teaser.repeat(600), "var a = 1;".repeat(4_000));
    page.replacen("</body>", &format!("{padding}</body>"), 1)
}

fn extract(criterion: &mut Criterion) {
    let small = pages();
    let large: Vec<String> = small.iter().map(|page| padded(page)).collect();
    let mut group = criterion.benchmark_group("extract");
    for (name, pages) in [("corpus", &small), ("corpus in 100 kB of furniture", &large)] {
        group.throughput(Throughput::Elements(pages.len() as u64));
        group.bench_function(name, |bencher| {
            bencher
                .iter(|| pages.iter().filter(|page| article::extract(page, None, &Hints::default()).is_ok()).count());
        });
    }
    group.finish();
}

fn identify(criterion: &mut Criterion) {
    let text =
        "Прем’єр-міністр у вівторок поговорив телефоном зі своєю колегою, повідомила ввечері канцелярія. ".repeat(20);
    criterion.bench_function("language", |bencher| bencher.iter(|| language::identify(&text, Some("ru"))));
}

criterion_group!(benches, extract, identify);
criterion_main!(benches);
