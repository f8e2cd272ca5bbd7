//! Facts about article: whole pages of the corpus through `article::extract`.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::{collections::HashSet, fs, path::Path};

use hotline::article::{self, ExtractError, Hints, Page, PageTime};
use serde::Deserialize;
use url::Url;

/// Paragraphs that must be found, and must be right, over the corpus and on every page.
const CORPUS_F1_MIN: f32 = 0.99;
const PAGE_F1_MIN: f32 = 0.85;

/// What is true of one page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    trap: String,
    lang: String,
    title: String,
    published: Option<String>,
    byline: Vec<String>,
    #[serde(default)]
    is_paywalled: bool,
    url: Option<String>,
    feed_text: Option<String>,
    text: String,
}

struct Sample {
    name: String,
    html: String,
    truth: Truth,
}

impl Sample {
    fn extract(&self) -> Result<Page, ExtractError> {
        let url = self.truth.url.as_deref().map(|url| Url::parse(url).unwrap());
        let hints = Hints { feed_text: self.truth.feed_text.as_deref(), ..Hints::default() };
        article::extract(&self.html, url.as_ref(), &hints)
    }
}

fn corpus() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/pages");
    let mut samples = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let truth = fs::read_to_string(path.with_extension("toml")).unwrap();
            samples.push(Sample {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                html: fs::read_to_string(&path).unwrap(),
                truth: toml::from_str(&truth).unwrap(),
            });
        }
    }
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(samples.len() >= 15, "the corpus was not found");
    samples
}

/// Exact paragraphs found and missed.
fn paragraph_f1(found: &str, truth: &str) -> f32 {
    let found: HashSet<&str> = found.lines().filter(|line| !line.is_empty()).collect();
    let truth: HashSet<&str> = truth.lines().filter(|line| !line.is_empty()).collect();
    2.0 * found.intersection(&truth).count() as f32 / (found.len() + truth.len()) as f32
}

fn time_text(time: &PageTime) -> String {
    match time {
        PageTime::Day(day) => day.to_string(),
        PageTime::Instant(instant) => instant.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

#[test]
fn corpus_pages_give_their_paragraphs_and_nothing_else() {
    let (mut sum, mut worst) = (0.0, Vec::new());
    let samples = corpus();
    for sample in &samples {
        let page = sample.extract().unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        let f1 = paragraph_f1(&page.text, &sample.truth.text);
        sum += f1;
        if f1 < 1.0 {
            worst.push(format!("{} {f1:.2} ({}):\n{}\n", sample.name, sample.truth.trap, page.text));
        }
        assert!(f1 >= PAGE_F1_MIN, "{}", worst.concat());
    }
    assert!(sum / samples.len() as f32 >= CORPUS_F1_MIN, "{}", worst.concat());
}

#[test]
fn corpus_pages_give_their_metadata() {
    let mut wrong = Vec::new();
    for sample in corpus() {
        let (name, truth) = (&sample.name, &sample.truth);
        let page = sample.extract().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut check = |field: &str, found: String, expect: String| {
            if found != expect {
                wrong.push(format!("{name} {field}: found {found:?}, expected {expect:?}"));
            }
        };
        check("title", page.title.unwrap_or_default(), truth.title.clone());
        check("lang", page.lang.unwrap_or_default(), truth.lang.clone());
        check("byline", page.byline.join(", "), truth.byline.join(", "));
        check("is_paywalled", page.is_paywalled.to_string(), truth.is_paywalled.to_string());
        let published = page.published.as_ref().map(time_text);
        check("published", published.unwrap_or_default(), truth.published.clone().unwrap_or_default());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_field_names_the_source_it_came_from() {
    for sample in corpus() {
        let page = sample.extract().unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        let has_origin = |field: &str| page.origins.iter().any(|(name, origin)| *name == field && !origin.is_empty());
        for (field, is_present) in [
            ("text", true),
            ("title", page.title.is_some()),
            ("published", page.published.is_some()),
            ("byline", !page.byline.is_empty()),
            ("canonical_url", page.canonical_url.is_some()),
            ("is_paywalled", page.is_paywalled),
        ] {
            assert_eq!(has_origin(field), is_present, "{} {field}", sample.name);
        }
    }
}

#[test]
fn the_feeds_text_is_chosen_when_the_page_has_less() {
    let sample = corpus().into_iter().find(|sample| sample.name == "en-feed-fuller").unwrap();
    let page = sample.extract().unwrap();
    assert!(page.origins.contains(&("text", "feed".to_owned())));
    let alone = article::extract(&sample.html, None, &Hints::default()).unwrap();
    assert!(alone.text.len() < page.text.len());
}

#[test]
fn bodies_that_are_no_page_have_a_class() {
    let refused = |bytes: &[u8], content_type| article::extract_bytes(bytes, content_type, None, &Hints::default());
    assert_eq!(refused(b"%PDF-1.4\n", None), Err(ExtractError::NotHtml { what: "PDF" }));
    assert_eq!(refused(b"...", Some("video/mp4")), Err(ExtractError::NotHtml { what: "video" }));
    assert_eq!(refused(b"<html><body></body></html>", None), Err(ExtractError::NoText));
    assert_eq!(refused(b"", None), Err(ExtractError::NoText));
}

#[test]
fn a_page_in_a_legacy_encoding_reads_like_its_utf8_twin() {
    let sample = corpus().into_iter().find(|sample| sample.name == "ru-teaser-tail").unwrap();
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&sample.html);
    let content_type = Some("text/html; charset=windows-1251");
    let page = article::extract_bytes(&bytes, content_type, None, &Hints::default()).unwrap();
    assert_eq!(page.text, sample.extract().unwrap().text);
}
