//! A language and a day on the first line, a title on the second, a text on the others: coding with the built-in packs.
#![no_main]

use std::sync::LazyLock;

use hotline::article::PageTime;
use hotline::tag::{Coder, Document, Field, mentions};
use libfuzzer_sys::fuzz_target;

static CODER: LazyLock<Coder> = LazyLock::new(|| Coder::core().expect("the built-in packs compile"));

fuzz_target!(|input: &str| {
    let (head, rest) = input.split_once('\n').unwrap_or(("", input));
    let (title, text) = rest.split_once('\n').unwrap_or(("", rest));
    let (lang, published) = head.split_once(' ').unwrap_or((head, ""));
    let document = Document {
        title,
        text,
        lang: (!lang.is_empty()).then_some(lang),
        published: PageTime::parse(published),
        zone: Some("Europe/Kyiv"),
        ..Document::default()
    };
    for mention in mentions(&document, &CODER) {
        assert!((0.0..=1.0).contains(&mention.confidence), "confidence {}", mention.confidence);
        if let Some(date) = &mention.date {
            assert!(date.start <= date.end, "{} is after {}", date.start, date.end);
        }
        for evidence in &mention.evidence {
            if evidence.field != Field::Text {
                continue;
            }
            let words: String = text.chars().skip(evidence.start).take(evidence.end - evidence.start).collect();
            assert_eq!(words, evidence.text, "evidence does not stand where it says");
        }
    }
});
