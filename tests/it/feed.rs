//! Facts about feed: what documents give, however they are written.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use hotline::feed::{self, Document, Entry, FeedKind, ReadError, Reader};
use url::Url;

fn url() -> Url {
    Url::parse("https://news.example/feeds/world.xml").expect("a right URL")
}

fn read(text: &str) -> Document {
    feed::read(text.as_bytes(), None, Some(&url())).expect("a feed")
}

fn only(text: &str) -> Entry {
    let mut document = read(text);
    assert_eq!(document.entries.len(), 1, "{text}");
    document.entries.remove(0)
}

/// An RSS 2.0 document around items.
fn rss(items: &str) -> String {
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Example</title>{items}</channel></rss>")
}

fn item(n: usize) -> String {
    format!(
        "<item><title>Call {n}</title><link>https://news.example/{n}</link><guid>g{n}</guid>\
         <pubDate>Wed, 12 Feb 2025 16:04:00 GMT</pubDate><description>Text {n}</description></item>\n"
    )
}

fn items(n: usize) -> String {
    (0..n).map(item).collect()
}

#[test]
fn every_version_of_every_format_gives_its_entries() {
    let atom_entry = "<entry><title>Call 0</title><link href=\"https://news.example/0\"/><id>g0</id></entry>";
    for (text, kind) in [
        (rss(&items(2)), FeedKind::Rss),
        (rss(&items(2)).replace(" version=\"2.0\"", ""), FeedKind::Rss),
        (rss(&items(2)).replace("\"2.0\"", "\"2\""), FeedKind::Rss),
        (rss(&items(2)).replace("\"2.0\"", "\"2.00\""), FeedKind::Rss),
        (rss(&items(2)).replace("\"2.0\"", "\"0.94\""), FeedKind::Rss),
        (rss(&items(2)).replace("\"2.0\"", "\"2.2\""), FeedKind::Rss),
        (rss(&items(2)).replace("\"2.0\"", "\"0.91\""), FeedKind::Rss),
        (rss(&items(2)).replace("\"2.0\"", "\"2.0\" xmlns=\"http://backend.userland.com/rss2\""), FeedKind::Rss),
        (rss(&items(2)).replace("rss", "RSS").replace("item>", "ITEM>"), FeedKind::Rss),
        (
            format!(
                "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">\
                 <channel rdf:about=\"https://news.example/\"><title>E</title><items><rdf:Seq/></items></channel>{}</rdf:RDF>",
                items(2)
            ),
            FeedKind::Rdf,
        ),
        (
            format!(
                "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
                 xmlns=\"http://my.netscape.com/rdf/simple/0.9/\"><channel><title>E</title></channel>{}</rdf:RDF>",
                items(2)
            ),
            FeedKind::Rdf,
        ),
        (format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{}</feed>", atom_entry.repeat(2)), FeedKind::Atom),
        (format!("<feed xmlns=\"https://www.w3.org/2005/Atom\">{}</feed>", atom_entry.repeat(2)), FeedKind::Atom),
        (
            format!("<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\">{}</feed>", atom_entry.repeat(2)),
            FeedKind::Atom,
        ),
        (format!("<feed>{}</feed>", atom_entry.repeat(2)), FeedKind::Atom),
        (
            format!("<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\">{}</a:feed>", atom_entry.repeat(2))
                .replace("<entry", "<a:entry")
                .replace("</entry", "</a:entry")
                .replace("<title>", "<a:title>")
                .replace("</title>", "</a:title>")
                .replace("<link", "<a:link")
                .replace("<id>", "<a:id>")
                .replace("</id>", "</a:id>"),
            FeedKind::Atom,
        ),
    ] {
        let document = read(&text);
        assert_eq!(document.kind, kind, "{text}");
        assert_eq!(document.entries.len(), 2, "{text}");
        for entry in &document.entries {
            assert!(entry.title.as_deref().is_some_and(|title| title.starts_with("Call ")), "{text}");
            assert!(entry.link.as_deref().is_some_and(|link| link.starts_with("https://news.example/")), "{text}");
            assert!(entry.id.as_deref().is_some_and(|id| id.starts_with('g')), "{text}");
        }
    }
}

#[test]
fn one_broken_entry_costs_no_other() {
    for broken in [
        "<item><title>Fish & chips</title></item>",
        "<item><title>a < b</title></item>",
        "<item><title>Unclosed</item>",
        "<item><title>Unclosed item</title>",
        "<item><description><p>Unclosed <b>markup</description></item>",
        "<item><description><![CDATA[never closed</description></item>",
        "<item><link href=\"https://news.example/x>never closed</link></item>",
        "<item><title>&nosuch; &#0; &#xFFFFFF;</title></item>",
        "<item><foo:bar>undeclared</foo:bar></item>",
        "<item></title></item>",
        "<item><!-- never closed </item>",
        "<item><title>\u{0}\u{1}\u{b}</title></item>",
        "<item/>",
    ] {
        let document = read(&rss(&format!("{}{broken}{}", items(3), item(9))));
        assert_eq!(document.entries.len(), 5, "{broken}");
        let last = document.entries.last().expect("five entries");
        assert_eq!(last.title.as_deref(), Some("Call 9"), "{broken}");
        assert_eq!(last.id.as_deref(), Some("g9"), "{broken}");
    }
}

#[test]
fn bad_bytes_cost_their_own_character() {
    let text = rss(&format!("{}<item><title>Київ X!</title></item>{}", items(40), item(99)));
    let mut bytes = text.clone().into_bytes();
    bytes[text.find('!').expect("the mark is there")] = 0xff;
    let document = feed::read(&bytes, Some("application/rss+xml; charset=utf-8"), None).expect("a feed");
    assert_eq!(document.entries.len(), 42);
    assert_eq!(document.entries[40].title.as_deref(), Some("Київ X\u{fffd}"));
}

#[test]
fn a_cut_document_gives_what_is_there() {
    let whole = rss(&items(10));
    let cut = &whole[..whole.find("<title>Call 7").expect("the item is there")];
    let document = read(cut);
    assert_eq!(document.entries.len(), 8);
    assert!(matches!(document.reader, Reader::Salvage { .. }));
    assert_eq!(document.entries[6].link.as_deref(), Some("https://news.example/6"));
}

#[test]
fn what_a_server_prints_first_is_passed_over() {
    let feed = rss(&items(2));
    for before in [
        "\u{feff}",
        "\n\n  ",
        "<br />\n<b>Warning</b>: something in <b>/x.php</b> on line <b>3</b><br />\n",
        "Notice: deprecated\n",
        "<!-- generated -->\n",
    ] {
        assert_eq!(read(&format!("{before}{feed}")).entries.len(), 2, "{before}");
    }
}

#[test]
fn a_later_declaration_of_another_encoding_is_survived() {
    let text = rss(&format!("{}<?xml version=\"1.0\" encoding=\"utf-16\"?>{}", item(0), item(1)));
    assert_eq!(read(&text).entries.len(), 2);
    let text = rss(&items(2));
    let bytes: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    assert_eq!(feed::read(&bytes, None, None).expect("UTF-16BE with a mark").entries.len(), 2);
}

#[test]
fn legacy_encodings_are_read() {
    let text = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><rss version=\"2.0\"><channel>\
                <item><title>Переговоры по телефону</title></item></channel></rss>";
    let mut bytes = Vec::new();
    for c in text.chars() {
        bytes.push(match u32::from(c) {
            code @ 0..=0x7f => u8::try_from(code).expect("ASCII"),
            code => u8::try_from(code - 0x410 + 0xc0).expect("Cyrillic"),
        });
    }
    for content_type in [None, Some("text/xml"), Some("text/xml; charset=iso-8859-1"), Some("text/xml; charset=utf-8")]
    {
        let document = feed::read(&bytes, content_type, None).expect("a feed");
        assert_eq!(document.entries[0].title.as_deref(), Some("Переговоры по телефону"), "{content_type:?}");
    }
}

#[test]
fn a_media_title_is_not_the_title() {
    let media = "<media:content url=\"https://news.example/a.jpg\"><media:title>Photo</media:title></media:content>";
    let declared = "xmlns:media=\"http://search.yahoo.com/mrss/\"";
    for text in [
        rss(&format!("<item><title>Call</title>{media}</item>")),
        rss(&format!("<item>{media}<title>Call</title></item>")),
        rss(&format!("<item><title>Call</title>{media}</item>")).replace("<rss", &format!("<rss {declared}")),
    ] {
        let entry = only(&text);
        assert_eq!(entry.title.as_deref(), Some("Call"), "{text}");
        assert_eq!(entry.enclosures[0].url, "https://news.example/a.jpg", "{text}");
    }
}

#[test]
fn nothing_is_invented_for_what_is_missing() {
    let entry = only(&rss("<item><description>x</description></item>"));
    assert_eq!(entry, Entry { summary: Some("x".to_owned()), ..Entry::default() });
    let first = only("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title>a</title></entry></feed>");
    assert_eq!((first.id, first.link, first.published), (None, None, None));
}

#[test]
fn a_guid_is_the_link_unless_it_says_not() {
    let entry = only(&rss("<item><guid>https://news.example/a</guid></item>"));
    assert_eq!(entry.link.as_deref(), Some("https://news.example/a"));
    let entry = only(&rss("<item><guid isPermaLink=\"false\">https://news.example/a</guid></item>"));
    assert_eq!((entry.id.as_deref(), entry.link), (Some("https://news.example/a"), None));
}

#[test]
fn links_resolve_against_the_base_they_stand_in() {
    let text = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://a.example/x/\">\
        <entry xml:base=\"sub/\"><link href=\"p?a=1&amp;b=2\"/></entry><entry><link href=\"/q\"/></entry></feed>";
    let links: Vec<_> = read(text).entries.into_iter().filter_map(|entry| entry.link).collect();
    assert_eq!(links, ["https://a.example/x/sub/p?a=1&b=2", "https://a.example/q"]);
    assert_eq!(
        only(&rss("<item><link>a.html</link></item>")).link.as_deref(),
        Some("https://news.example/feeds/a.html")
    );
    assert_eq!(
        only(&rss("<item><link>https://x.example/?a=1&copy=2</link></item>")).link.as_deref(),
        Some("https://x.example/?a=1&copy=2"),
        "a bare ampersand"
    );
}

#[test]
fn content_and_dublin_core_are_read() {
    let entry = only(&rss("<item><dc:creator>A. Writer</dc:creator><dc:date>2025-02-12T18:04:00+02:00</dc:date>\
        <description>Short</description><content:encoded><![CDATA[<p>Long &amp; wide</p>]]></content:encoded></item>"));
    assert_eq!(entry.authors, ["A. Writer"]);
    assert_eq!(entry.published.map(|at| at.to_string()).as_deref(), Some("2025-02-12T16:04:00Z"));
    assert_eq!(entry.summary.as_deref(), Some("Short"));
    assert_eq!(entry.content.as_deref(), Some("<p>Long &amp; wide</p>"));
}

#[test]
fn a_news_sitemap_is_a_feed() {
    let text = "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">\
        <url><loc>https://news.example/a</loc><news:news><news:publication><news:name>E</news:name><news:language>uk</news:language></news:publication>\
        <news:publication_date>2025-02-12</news:publication_date><news:title>Дзвінок &amp; угода</news:title></news:news></url></urlset>";
    let document = read(text);
    assert_eq!(document.kind, FeedKind::Sitemap);
    let entry = &document.entries[0];
    assert_eq!(entry.link.as_deref(), Some("https://news.example/a"));
    assert_eq!(entry.title.as_deref(), Some("Дзвінок & угода"));
    assert_eq!(entry.lang.as_deref(), Some("uk"));
    assert_eq!(entry.published.map(|at| at.to_string()).as_deref(), Some("2025-02-12T00:00:00Z"));
}

#[test]
fn json_feeds_are_read_item_by_item() {
    let text = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "E", "language": "en", "feed_url": "/own.json", "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
          {"id": 7, "url": "/a", "title": null, "content_text": "x", "date_published": "2025-02-12T16:04:00Z", "authors": [{"name": "A"}, 3]},
          "not an item",
          {"id": "b", "title": "Call &amp; talks", "tags": {"odd": []}, "attachments": [{"url": "https://news.example/b.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}, {}]},
          {"id": {}, "url": ["x"], "title": 5}
        ]}"#;
    let document = read(text);
    assert_eq!((document.kind, document.reader), (FeedKind::Json, Reader::Json));
    assert_eq!(document.hub.as_deref(), Some("https://hub.example/"));
    assert_eq!(document.topic.as_deref(), Some("https://news.example/own.json"));
    let ids: Vec<_> = document.entries.iter().map(|entry| entry.id.as_deref()).collect();
    assert_eq!(ids, [Some("7"), Some("b"), None]);
    assert_eq!(document.entries[0].link.as_deref(), Some("https://news.example/a"));
    assert_eq!(document.entries[1].title.as_deref(), Some("Call & talks"));
    assert_eq!(document.entries[1].enclosures.len(), 1);
    let cut = &text[..text.find("{\"id\": {}").expect("the last item")];
    assert_eq!(read(cut).entries.len(), 2, "a cut document");
}

#[test]
fn what_is_no_feed_is_named() {
    for (bytes, expect) in [
        (&b"<!DOCTYPE html><html><body><p>Please sign in</p></body></html>"[..], "HTML page"),
        (b"<html><head><title>404</title></head></html>", "HTML page"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x1f\x8b\x08", "gzip data"),
        (b"{\"error\": \"no\"}", "JSON that is no JSON Feed"),
        (b"[1, 2]", "JSON that is no JSON Feed"),
        (b"{\"items\": [", "JSON that is no JSON Feed"),
        (b"Not found", "text without markup"),
        (b"<opml version=\"2.0\"><body/></opml>", "OPML list of feeds"),
        (b"<catalog><book/></catalog>", "XML document `catalog`"),
    ] {
        let expect = ReadError::NotAFeed { found: expect.to_owned() };
        assert_eq!(feed::read(bytes, None, None), Err(expect));
    }
    assert_eq!(feed::read(b" \n ", None, None), Err(ReadError::Empty));
    assert_eq!(feed::read(b"", None, None), Err(ReadError::Empty));
    assert_eq!(read(&rss("")).entries.len(), 0, "a feed without entries is a feed");
}

#[test]
fn too_many_entries_are_refused() {
    assert_eq!(read(&rss(&"<item/>".repeat(50_000))).entries.len(), 50_000);
    let text = rss(&"<item/>".repeat(50_001));
    assert_eq!(feed::read(text.as_bytes(), None, None), Err(ReadError::TooManyEntries { limit: 50_000 }));
}

#[test]
fn long_fields_are_cut() {
    let long = "я".repeat(3 * 1024 * 1024);
    let entry = only(&rss(&format!("<item><title>t</title><description>{long}</description></item>")));
    assert_eq!(entry.summary.map(|summary| summary.len()), Some(4 * 1024 * 1024));
}

#[test]
fn what_stands_in_another_vocabulary_fills_the_gaps() {
    let spaces = "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
                  xmlns:media=\"http://search.yahoo.com/mrss/\"";
    for (item, title) in [
        ("<dc:title>Call</dc:title>", Some("Call")),
        ("<media:title>Call</media:title>", Some("Call")),
        ("<title><p>Call</p></title>", Some("Call")),
        ("<title>Call</title><media:title>Photo</media:title>", Some("Call")),
        ("<media:thumbnail url=\"a.jpg\"/>", None),
    ] {
        let text = rss(&format!("<item>{item}<link>https://news.example/1</link></item>"));
        assert_eq!(only(&text.replace("<rss ", &format!("<rss {spaces} "))).title.as_deref(), title, "{item}");
    }
    for name in ["dc:date", "dcterms:issued", "dcterms:created"] {
        let item = format!("<item><title>Call</title><{name}>2025-02-12T16:04:00Z</{name}></item>");
        let entry = only(&rss(&item).replace("<rss ", &format!("<rss {spaces} ")));
        assert_eq!(entry.published.map(|at| at.to_string()).as_deref(), Some("2025-02-12T16:04:00Z"), "{name}");
    }
}

#[test]
fn channels_of_cdf_keep_address_and_date_in_the_tag() {
    let entry = only(
        "<CHANNEL BASE=\"https://base.example/\"><TITLE>Example</TITLE><ITEM HREF=\"/a/1\" \
         LASTMOD=\"2025-02-12T16:04:00Z\"><TITLE>Call</TITLE><ABSTRACT>Text</ABSTRACT></ITEM></CHANNEL>",
    );
    assert_eq!(entry.title.as_deref(), Some("Call"));
    assert_eq!(entry.link.as_deref(), Some("https://base.example/a/1"));
    assert_eq!(entry.summary.as_deref(), Some("Text"));
    assert_eq!(entry.updated.map(|at| at.to_string()).as_deref(), Some("2025-02-12T16:04:00Z"));
}

#[test]
fn binary_titles_and_declared_entities_are_read() {
    let atom = |inner: &str| format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>{inner}</entry></feed>");
    let title = "<title type=\"application/octet-stream\">TGVhZGVycyA8Yj50YWxrZWQ8L2I+</title>";
    assert_eq!(only(&atom(title)).title.as_deref(), Some("Leaders talked"));
    let guid = rss("<item><guid isPermaLink=\"false\">&id;1</guid></item>");
    let guid = guid.replace("<rss ", "<!DOCTYPE rss [<!ENTITY id \"tag:news.example,2025:\">]><rss ");
    assert_eq!(only(&guid).id.as_deref(), Some("tag:news.example,2025:1"));
}

#[test]
fn last_link_of_rss_and_the_page_of_atom_count() {
    for (item, link) in [
        ("<link>https://news.example/1</link><link>https://news.example/2</link>", "https://news.example/2"),
        ("<link>/a?b=1&amp;c=2</link>", "https://news.example/a?b=1&c=2"),
    ] {
        for date in ["", "<pubDate>Wed, 12 Feb 2025 16:04:00 GMT</pubDate><guid>g</guid>"] {
            let entry = only(&rss(&format!("<item><title>Call</title>{item}{date}</item>")));
            assert_eq!(entry.link.as_deref(), Some(link), "{item}{date}");
        }
    }
    let atom = |entry: &str| {
        only(&format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title>Call</title>{entry}</entry></feed>"))
    };
    assert_eq!(atom("<id>https://news.example/1</id>").link.as_deref(), Some("https://news.example/1"));
    assert_eq!(atom("<id>tag:news.example,2025:1</id>").link, None);
    let formats = "<link type=\"application/json\" href=\"/1.json\"/><link type=\"text/html\" href=\"/1\"/>";
    let dated = "<id>g</id><updated>2025-02-12T16:04:00Z</updated>";
    assert_eq!(atom(&format!("{formats}{dated}")).link.as_deref(), Some("https://news.example/1"));
    let based = only(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://base.example/x/\"><entry>\
         <id>a/1</id><link href=\"a/1.html\"/></entry></feed>",
    );
    assert_eq!(based.id.as_deref(), Some("https://base.example/x/a/1"));
    assert_eq!(based.link.as_deref(), Some("https://base.example/x/a/1.html"));
}
