//! Facts about the links and titles of entries: where feeds put the address of an article, class by class, in both readers.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use hotline::feed::{self, Entry, Reader};
use url::Url;

fn entry(text: &str) -> (Entry, Reader) {
    let url = Url::parse("https://news.example/feeds/world.xml").expect("a right URL");
    let mut document = feed::read(text.as_bytes(), None, Some(&url)).expect("a feed");
    assert_eq!(document.entries.len(), 1, "{text}");
    (document.entries.remove(0), document.reader)
}

/// A title, a date and a guid that is no address, so that the strict reader has nothing to miss.
const REST: &str =
    "<title>Call</title><guid isPermaLink=\"false\">g</guid><pubDate>Wed, 12 Feb 2025 16:04:00 GMT</pubDate>";
const ATOM_REST: &str = "<title>Call</title><id>urn:g</id><updated>2025-02-12T16:04:00Z</updated>";

fn rss(item: &str) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>E</title><item>{item}</item></channel></rss>"
    )
}

fn atom(entry: &str) -> String {
    format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>E</title><entry>{entry}</entry></feed>")
}

/// Reads the document as it is, and once more with a bare `&`, which only the salvage reader takes.
fn links(text: &str) -> [Option<String>; 2] {
    let broken = text.replace("<title>Call</title>", "<title>Call & talk</title>");
    let (salvaged, reader) = entry(&broken);
    assert!(matches!(reader, Reader::Salvage { .. }), "{broken}");
    [entry(text).0.link, salvaged.link]
}

fn check(cases: &[(String, Option<&str>)]) {
    for (text, expect) in cases {
        let expect = expect.map(str::to_owned);
        assert_eq!(links(text), [expect.clone(), expect], "{text}");
    }
}

#[test]
fn the_page_is_the_alternate_link_however_its_relation_is_written() {
    let linked = |link: &str| atom(&format!("{ATOM_REST}{link}"));
    let page = Some("https://news.example/a");
    check(&[
        (linked("<link href=\"/a\"/>"), page),
        (linked("<link rel=\"\" href=\"/a\"/>"), page),
        (linked("<link rel=\"Alternate\" href=\"/a\"/>"), page),
        (linked("<link rel=\"http://www.iana.org/assignments/relation/alternate\" href=\"/a\"/>"), page),
        (linked("<link rel=\"self\" href=\"/s\"/><link rel=\"replies\" href=\"/r\"/><link href=\"/a\"/>"), page),
        (linked("<link rel=\"enclosure\" href=\"/a.mp3\"/><link rel=\"via\" href=\"/v\"/><link href=\"/a\"/>"), page),
        (linked("<link type=\"application/json\" href=\"/j\"/><link type=\"text/html\" href=\"/a\"/>"), page),
        (linked("<link href=\"/a\"/><link hreflang=\"fr\" href=\"/fr\"/>"), page),
        (linked("<link rel=\"self\" href=\"/s\"/>"), None),
        (linked("<link rel=\"enclosure\" href=\"/a.mp3\"/>"), None),
    ]);
}

#[test]
fn of_several_links_of_an_rss_item_the_last_page_counts() {
    let item = |links: &str| rss(&format!("{REST}{links}"));
    check(&[
        (item("<link>https://a.example/1</link><link>https://a.example/2</link>"), Some("https://a.example/2")),
        (item("<link>https://a.example/1</link><link href=\"https://a.example/3\"/>"), Some("https://a.example/3")),
        (
            item("<link>https://a.example/1</link><atom:link href=\"https://a.example/3\"/>"),
            Some("https://a.example/3"),
        ),
        (item("<link>https://a.example/1</link><atom:link rel=\"self\" href=\"/s\"/>"), Some("https://a.example/1")),
        (item("<link>https://a.example/1</link><comments>https://a.example/c</comments>"), Some("https://a.example/1")),
        (item("<enclosure url=\"https://a.example/1.mp3\" type=\"audio/mpeg\" length=\"1\"/>"), None),
    ]);
}

#[test]
fn an_id_is_the_link_only_where_it_is_an_address() {
    let guid = |guid: &str| rss(&format!("<title>Call</title><pubDate>Wed, 12 Feb 2025 16:04:00 GMT</pubDate>{guid}"));
    let id = |id: &str| atom(&format!("<title>Call</title><updated>2025-02-12T16:04:00Z</updated><id>{id}</id>"));
    check(&[
        (guid("<guid>https://a.example/1</guid>"), Some("https://a.example/1")),
        (guid("<guid isPermaLink=\"TRUE\">https://a.example/1</guid>"), Some("https://a.example/1")),
        (guid("<guid isPermaLink=\"false\">https://a.example/1</guid>"), None),
        (guid("<guid>/2025/1</guid>"), Some("https://news.example/2025/1")),
        (guid("<guid>a-1</guid>"), None),
        (id("https://a.example/1"), Some("https://a.example/1")),
        (id("/2025/1"), Some("https://news.example/2025/1")),
        // RFC 4287, section 4.2.6: an id is an IRI, of whatever scheme, and never relative.
        (id("tag:a.example,2025:1"), None),
        (id("urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6"), None),
        (id("right"), None),
        (id("1"), None),
    ]);
}

#[test]
fn a_link_resolves_against_the_base_around_it_and_no_other() {
    let feed = |head: &str, entry: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://a.example/x/\">{head}<entry{entry}</entry></feed>"
        )
    };
    let plain = format!(">{ATOM_REST}<link href=\"p\"/>");
    check(&[
        (feed("", &plain), Some("https://a.example/x/p")),
        (feed("<subtitle xml:base=\"https://else.example/\">s</subtitle>", &plain), Some("https://a.example/x/p")),
        (feed("<link xml:base=\"https://else.example/\" href=\"/\"/>", &plain), Some("https://a.example/x/p")),
        (feed("", &format!(" xml:base=\"y/\"{plain}")), Some("https://a.example/x/y/p")),
        (feed("", &format!(">{ATOM_REST}<link xml:base=\"/z/\" href=\"p\"/>")), Some("https://a.example/z/p")),
        (feed("", &format!(">{ATOM_REST}<link href=\"//b.example/p\"/>")), Some("https://b.example/p")),
        (feed("", &format!(">{ATOM_REST}<link href=\"?p=1\"/>")), Some("https://a.example/x/?p=1")),
    ]);
    let own = feed("<link xml:base=\"https://else.example/\" href=\"/home\"/>", &plain);
    let url = Url::parse("https://news.example/feeds/world.xml").expect("a right URL");
    let document = feed::read(own.as_bytes(), None, Some(&url)).expect("a feed");
    assert_eq!(document.link.as_deref(), Some("https://else.example/home"));
}

#[test]
fn odd_addresses_are_kept_as_written_but_for_the_case_of_their_scheme() {
    let item = |link: &str| rss(&format!("{REST}<link>{link}</link>"));
    check(&[
        (item("HTTPS://a.example/Path"), Some("https://a.example/Path")),
        (item(" \n https://a.example/a\n-long-path "), Some("https://a.example/a-long-path")),
        (item("<![CDATA[https://a.example/?a=1&b=2]]>"), Some("https://a.example/?a=1&b=2")),
        (item("https://a.example/?a=1&amp;b=2"), Some("https://a.example/?a=1&b=2")),
        (item("//a.example/1"), Some("https://a.example/1")),
        (item("/1"), Some("https://news.example/1")),
        (item("mailto:desk@a.example"), Some("mailto:desk@a.example")),
    ]);
}

#[test]
fn links_that_were_never_closed_end_at_the_next_element() {
    for text in [
        rss("<link>https://a.example/1<guid>g</guid><title>Call</title>"),
        rss("<title>Call</title><guid>g<link>https://a.example/1</link>"),
        rss("<link/>https://a.example/1\n<guid>g</guid><title>Call</title>"),
    ] {
        let entry = entry(&text).0;
        let read = (entry.link.as_deref(), entry.id.as_deref(), entry.title.as_deref());
        assert_eq!(read, (Some("https://a.example/1"), Some("g"), Some("Call")), "{text}");
    }
}

#[test]
fn titles_declared_to_be_html_lose_all_markup_and_others_only_what_is_surely_markup() {
    let titled = |title: &str| atom(&format!("{title}<id>urn:g</id><link href=\"/a\"/><updated>2025-02-12</updated>"));
    for (title, expect) in [
        ("<title type=\"html\">Talks&lt;object data=\"a\"&gt; &lt;blink&gt;go&lt;/blink&gt; on</title>", "Talks go on"),
        ("<title type=\"html\">Talks&lt;script&gt;a &lt; b&lt;/script&gt; go on</title>", "Talks go on"),
        ("<title type=\"html\">1 &amp;lt; 2</title>", "1 < 2"),
        ("<title type=\"text\">Talks on &lt;object&gt;</title>", "Talks on <object>"),
        ("<title>Talks on &lt;object&gt;</title>", "Talks on <object>"),
        (
            "<title type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">Talks <em>go</em> on</div></title>",
            "Talks go on",
        ),
    ] {
        let text = titled(title);
        let broken = text.replace("<title>E</title>", "<title>E & F</title>");
        let read = [&text, &broken].map(|text| entry(text).0.title);
        assert_eq!(read, [Some(expect.to_owned()), Some(expect.to_owned())], "{title}");
    }
    let item = rss("<title>Talks on &lt;object&gt; &lt;b&gt;go&lt;/b&gt; on</title><link>/a</link>");
    assert_eq!(entry(&item).0.title.as_deref(), Some("Talks on <object> go on"));
}
