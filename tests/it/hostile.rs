//! Facts about documents made to hurt: bombs, depth, breadth and length, each refused or read within a second.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use hotline::article::{self, ExtractError, Hints};
use hotline::feed;

use super::support::CpuTime;

/// Of one document. The unoptimised build of a test is some twenty times slower.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });

const MEGABYTE: usize = 1_000_000;

/// As much as the daemon's own threads have for it.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Runs `read` within the limit.
fn within_limit<T: Send>(name: &str, read: impl FnOnce() -> T + Send) -> T {
    let timed = || {
        let watch = CpuTime::start();
        (read(), watch.elapsed())
    };
    let (outcome, spent) = thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, timed);
        reader.expect("a thread").join().expect("no panic")
    });
    eprintln!("{spent:>10.1?} {name}");
    assert!(spent < LIMIT, "{name} takes {spent:?}");
    outcome
}

fn extract(html: &str) -> Result<article::Page, ExtractError> {
    article::extract_bytes(html.as_bytes(), Some("text/html"), None, &Hints::default())
}

fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

/// Each entity ten times the one before: a thousand million in the end.
fn laughs(root: &str) -> String {
    let mut text = format!("<!DOCTYPE {root} [<!ENTITY e0 \"ha\">");
    for n in 1..10 {
        let ten = format!("&e{};", n - 1).repeat(10);
        write!(text, "<!ENTITY e{n} \"{ten}\">").expect("memory");
    }
    text + "]>"
}

/// A local file, a foreign address and a parameter entity.
const EXTERNAL: &str = "<!DOCTYPE r [<!ENTITY file SYSTEM \"file:///etc/passwd\">\
    <!ENTITY web SYSTEM \"http://127.0.0.1:1/canary\"><!ENTITY % all SYSTEM \"http://127.0.0.1:1/dtd\">%all;]>";

#[test]
fn pages_made_to_hurt_are_refused_or_read_in_time() {
    let attributes: Vec<String> = (0..200_000).map(|n| format!(" a{n}=\"\"")).collect();
    let paragraphs = "<p>The two offices spoke by phone for an hour on Wednesday, they said.</p>".repeat(20_000);
    let pages = [
        ("100,000 nested elements", "<div>".repeat(100_000)),
        ("100,000 nested formats", "<b>".repeat(100_000)),
        ("100,000 nested links", "<a href=x>".repeat(100_000)),
        ("nested tables", "<table><tr><td>".repeat(50_000)),
        ("nested lists", "<ul><li>".repeat(50_000)),
        ("nested quotes of one paragraph", format!("{}{paragraphs}", "<blockquote>".repeat(900))),
        ("200,000 attributes on one element", format!("<p{}>a</p>", attributes.concat())),
        ("a million attributes on a thousand elements", format!("<p{}>a</p>", " a".repeat(1_000)).repeat(1_000)),
        ("50,000 paragraphs", "<p>word ".repeat(50_000)),
        ("a megabyte of paragraphs", format!("<article>{paragraphs}</article>")),
        ("headings of the tail", "<h3>Related</h3><p>a</p>".repeat(25_000)),
        ("entities only", "&amp;".repeat(400_000)),
        ("entities without an end", "&a".repeat(MEGABYTE)),
        ("openings only", "<".repeat(2 * MEGABYTE)),
        ("unended tags", "<a".repeat(MEGABYTE)),
        ("unended comments", "<!--".repeat(500_000)),
        ("unended scripts", "<script><!--".repeat(200_000)),
        ("end tags only", "</p>".repeat(500_000)),
        ("misnested formats", "<b><p></b>".repeat(10_000)),
        ("nested JSON-LD", format!("<script type='application/ld+json'>{}</script><p>a", "[".repeat(500_000))),
        ("broad JSON-LD", format!("<script type='application/ld+json'>[{}1]</script><p>a", "{},".repeat(500_000))),
        ("one long word", format!("<p>{}</p>", "a".repeat(2_900_000))),
        ("one long sentence", format!("<article><p>{}</p></article>", "word ".repeat(500_000))),
        ("marks over one letter", format!("<article><p>a{}</p></article>", "\u{301}".repeat(MEGABYTE))),
        ("laughs", format!("{}<p>&e9;</p>", laughs("html"))),
        ("a class of a megabyte", format!("<div class=\"{}\"><p>a</p></div>", "share ".repeat(400_000))),
    ];
    for (name, html) in &pages {
        // What is read does not matter, that it ends does.
        drop(within_limit(name, || extract(html)));
    }
}

#[test]
fn pages_over_the_caps_are_refused_by_name() {
    assert_eq!(extract(&"<div>".repeat(100_000)), Err(ExtractError::TooDeep));
    assert_eq!(extract(&format!("<p{}>", " a=1".repeat(700_000))), Err(ExtractError::TooLarge));
    let line = "a".repeat(100 * MEGABYTE);
    assert_eq!(within_limit("one line of 100 MB", || extract(&line)), Err(ExtractError::TooLarge));
}

#[test]
fn entities_of_pages_stay_as_they_are() {
    let text = "The two offices spoke by phone for an hour on Wednesday, they said in a statement. ".repeat(5);
    for doctype in [laughs("html"), EXTERNAL.to_owned()] {
        let html = format!("{doctype}<html><body><article><p>{text} &e9; &file; &web;</p></article></body></html>");
        let page = within_limit("entities", || extract(&html));
        let page = page.expect("an article");
        assert!(!page.text.contains("haha") && !page.text.contains("root:"), "{}", page.text);
    }
}

#[test]
fn feeds_made_to_hurt_are_refused_or_read_in_time() {
    let prefixed = |n: usize| format!("<item xmlns:p{n}=\"u\"><p{n}:x/></item>");
    let feeds = [
        ("100,000 nested elements", rss(&"<a>".repeat(100_000))),
        ("100,000 nested items", rss(&"<item>".repeat(100_000))),
        (
            "nested markup in a text",
            rss(&format!("<item><description>{}</description></item>", "&lt;b>".repeat(99_999))),
        ),
        ("300,000 nested in an item", rss(&format!("<item>{}</item>", "<b>".repeat(300_000)))),
        ("a million attributes", rss(&format!("<item><title{}>x</title></item>", " a=\"1\"".repeat(MEGABYTE)))),
        ("unended tags", rss(&format!("<item><title>{}</title></item>", "<a".repeat(500_000)))),
        ("bare ampersands", rss(&format!("<item><title>{}</title></item>", "&".repeat(MEGABYTE)))),
        ("a line of 30 MB", rss(&format!("<item><title>{}</title></item>", "a".repeat(30 * MEGABYTE)))),
        ("unended sections", rss(&"<![CDATA[</item>".repeat(100_000))),
        ("unended comments", rss(&"<!--".repeat(300_000))),
        ("unended declarations", rss(&"<!a".repeat(300_000))),
        ("nested document types", rss(&"<!DOCTYPE [".repeat(100_000))),
        ("unended instructions", rss(&"<?".repeat(300_000))),
        ("end tags only", rss(&"</item".repeat(200_000))),
        ("unended titles", rss(&"<item><title><![CDATA[".repeat(20_000))),
        ("unended values", rss(&"<item><a b='".repeat(20_000))),
        ("a prefix an item", rss(&(0..2_000).map(prefixed).collect::<String>())),
        ("nested JSON", "{\"a\":".repeat(200_000)),
        (
            "nested JSON items",
            format!("{{\"version\": \"https://jsonfeed.org/version/1\", \"items\": {}", "[".repeat(200_000)),
        ),
    ];
    for (name, text) in &feeds {
        drop(within_limit(name, || feed::read(text.as_bytes(), None, None)));
    }
}

#[test]
fn entities_of_feeds_are_not_expanded() {
    for (doctype, name) in [(laughs("rss"), "&e9;"), (EXTERNAL.to_owned(), "&file;"), (EXTERNAL.to_owned(), "&web;")] {
        let text =
            doctype + &rss(&format!("<item><title>Call {name} end</title><link>https://a.example/1</link></item>"));
        let document = within_limit(name, || feed::read(text.as_bytes(), None, None));
        let document = document.expect("a feed");
        let title = document.entries[0].title.as_deref().unwrap_or_default();
        assert!(title.starts_with("Call") && title.len() < 1_000 && !title.contains("root:"), "{name} gives {title}");
    }
}
