//! Facts about damaged documents: whatever is cut, doubled or put in, no reader panics or dawdles.
//!
//! A round's number is its seed, printed when it fails. `HOTLINE_MUTATIONS=10000` makes more rounds than the usual ones,
//! `HOTLINE_MUTATION_SEED=1234` repeats one.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use hotline::article::{self, Hints};
use hotline::feed;
use url::Url;

use super::support::CpuTime;

/// Rounds of a usual test run.
const ROUNDS: u64 = 2_000;
/// Of one document. The unoptimised build of a test is some twenty times slower.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });

/// A small generator: a seed gives the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x2545_f491_4f6c_dd1d);
        // The first numbers of neighbouring seeds are alike.
        for _ in 0..4 {
            dice.below(2);
        }
        dice
    }

    /// Returns a number from 0 to `n`, exclusive; 0 for 0.
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n.max(1)
    }

    fn of_these<'t>(&mut self, these: &'t [&'t str]) -> &'t [u8] {
        these[self.below(these.len())].as_bytes()
    }
}

/// Damages `bytes` in up to eight places: flips, cuts, moves and doubles pieces, puts in `pieces`.
fn damage(bytes: &mut Vec<u8>, pieces: &[&str], dice: &mut Dice) {
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len());
        let to = (at + dice.below(400)).min(bytes.len());
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).expect("a byte"),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let copy = bytes[at..to].to_vec();
                drop(bytes.splice(at..at, copy));
            }
            3 => {
                let piece: Vec<u8> = bytes.drain(at..to).collect();
                let elsewhere = dice.below(bytes.len());
                drop(bytes.splice(elsewhere..elsewhere, piece));
            }
            4 => {
                let piece = dice.of_these(pieces).repeat(dice.below(60));
                drop(bytes.splice(at..at, piece));
            }
            5 if dice.below(20) == 0 => bytes.truncate(at),
            _ => drop(bytes.splice(at..at, dice.of_these(pieces).to_vec())),
        }
    }
}

/// Runs `read` on damaged documents of `corpus`; it tells whether the document could still be read.
fn check(corpus: &[Vec<u8>], pieces: &[&str], read: impl Fn(&[u8]) -> bool + std::panic::RefUnwindSafe) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let n_rounds = number("HOTLINE_MUTATIONS").unwrap_or(ROUNDS);
    let seeds = number("HOTLINE_MUTATION_SEED").map_or(0..n_rounds, |seed| seed..seed + 1);
    assert!(!corpus.is_empty(), "no documents");
    let mut n_read = 0;
    for seed in seeds.clone() {
        let mut dice = Dice::of(seed);
        let mut bytes = corpus[dice.below(corpus.len())].clone();
        damage(&mut bytes, pieces, &mut dice);
        let watch = CpuTime::start();
        let outcome = std::panic::catch_unwind(|| read(&bytes));
        let spent = watch.elapsed();
        assert!(outcome.is_ok(), "panics on HOTLINE_MUTATION_SEED={seed}");
        assert!(spent < LIMIT, "takes {spent:?} on HOTLINE_MUTATION_SEED={seed}");
        n_read += u64::from(outcome.unwrap_or(false));
    }
    let n_seeds = seeds.end - seeds.start;
    assert!(n_seeds == 1 || n_read > n_seeds / 2, "most of the damaged documents can be read, {n_read} of {n_seeds}");
}

/// The files of a folder with one of the extensions, by name.
fn files(folder: &str, extensions: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("a folder of documents");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| extensions.iter().any(|one| found == *one)));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a readable document")).collect()
}

#[test]
fn damaged_pages_are_read_or_refused() {
    let pieces = [
        "<div>",
        "</div>",
        "<p",
        "<!--",
        "]]>",
        "\0",
        "&#x110000;",
        "<svg><p>",
        "<table>",
        "\u{202e}",
        "<template>",
        "\"",
        "<br>",
        "</article>",
        "<b><i>",
        "<script>",
        "<style>",
        "{\"@type\":\"NewsArticle\",",
        "\\u0000",
        "\u{ff}",
        "<math><mi>",
        "<select><option>",
        "<plaintext>",
        "<noscript>",
    ];
    let url = Url::parse("https://outlet.example/news/2025/02/12/call").expect("a URL");
    check(&files("tests/corpus/pages", &["html"]), &pieces, |bytes| {
        article::extract_bytes(bytes, None, Some(&url), &Hints::default()).is_ok()
    });
}

#[test]
fn damaged_feeds_are_read_or_refused() {
    let pieces = [
        "<",
        ">",
        "]]>",
        "<![CDATA[",
        "&",
        "&a;",
        "\"",
        "</item>",
        "<item>",
        "</entry>",
        "<?xml encoding='utf-16'?>",
        "<!DOCTYPE a [<!ENTITY a \"&a;\">",
        "\0",
        "é",
        "{",
        "]",
        "[[",
        "null,",
        "<!--",
        " xmlns:x=''",
        "<title>",
        "\u{feff}",
        "-",
        "99999999999",
    ];
    let url = Url::parse("https://outlet.example/rss").expect("a URL");
    check(&files("fuzz/seeds/feed", &["xml", "json"]), &pieces, |bytes| {
        let Ok(document) = feed::read(bytes, None, Some(&url)) else { return false };
        assert!(document.entries.len() <= bytes.len(), "more entries than bytes");
        true
    });
}
