//! Facts about the two XML readers: what both can read, both read alike.

use url::Url;

use super::names::Root;
use super::survey::Survey;
use super::{Document, Reader, salvage, strict};

const RSS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
 <title>The Example &amp; Sons</title><link>https://news.example/</link><description>World news</description>
 <atom:link href="https://news.example/rss.xml" rel="self" type="application/rss+xml"/>
 <atom:link href="https://hub.example/" rel="hub"/>
 <language>en-gb</language><ttl>15</ttl>
 <image><url>https://news.example/i.png</url><title>Logo</title><link>https://news.example/logo</link></image>
 <item>
  <title>Premier &amp; chancellor <b/>speak</title>
  <link>https://news.example/a?x=1&amp;y=2</link>
  <guid isPermaLink="false">tag-1</guid>
  <pubDate>Wed, 12 Feb 2025 18:04:00 +0200</pubDate>
  <description>&lt;p&gt;They spoke &amp;amp; agreed.&lt;/p&gt;</description>
  <content:encoded><![CDATA[<p>They spoke & agreed.</p>]]></content:encoded>
  <dc:creator><![CDATA[Olena Example]]></dc:creator>
  <category>World</category>
  <media:content url="https://news.example/a.jpg" type="image/jpeg" fileSize="1200"><media:title>A photo</media:title></media:content>
 </item>
 <item>
  <title><![CDATA[Talks &amp; <i>calls</i>]]></title>
  <link> /relative/b </link>
  <guid>https://news.example/b</guid>
  <pubDate>Wed, 12 Feb 2025 10:00:00 EST</pubDate>
  <author>desk@news.example (The Desk)</author>
  <enclosure url="https://news.example/b.mp3" length="0" type="audio/mpeg"/>
  <source url="https://wire.example/rss">The Wire</source>
 </item>
 <item><title>No text</title><link>https://news.example/c</link><guid isPermaLink="false">tag-3</guid>
  <dc:date>2025-02-12T16:04:00Z</dc:date></item>
</channel></rss>"#;

const ATOM: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
 <title type="html">Beispiel &amp;amp; Söhne</title>
 <link rel="self" href="https://news.example/atom.xml"/>
 <link rel="alternate" type="text/html" href="https://news.example/"/>
 <updated>2025-02-12T16:04:00Z</updated><id>urn:feed</id>
 <author><name>Feed Author</name></author>
 <entry>
  <title>Kanzler &lt;b&gt; telefoniert</title>
  <link rel="enclosure" href="https://news.example/a.mp3" type="audio/mpeg" length="77"/>
  <link href="/a"/>
  <id>urn:a</id>
  <published>2025-02-12T18:04:00+02:00</published><updated>2025-02-12T18:10:00.5+02:00</updated>
  <author><name>Anna Beispiel</name><email>a@news.example</email></author>
  <summary type="html">&lt;p&gt;Kurz&lt;/p&gt;</summary>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Lang &amp; breit</p></div></content>
 </entry>
 <entry>
  <title type="html">&lt;em&gt;Gespräche&lt;/em&gt; &amp;amp; Anrufe</title>
  <link rel="alternate" href="https://news.example/b"/>
  <id>urn:b</id>
  <updated>2025-02-12T16:04:00Z</updated>
  <content type="text">Nur Text</content>
 </entry>
</feed>"#;

fn url() -> Url {
    Url::parse("https://news.example/feeds/world.xml").unwrap()
}

fn both(text: &str, root: Root) -> (Document, Document) {
    let url = url();
    let mut strict = strict::read(text, Some(&url)).unwrap();
    strict.reader = Reader::Json;
    let mut salvaged = salvage::read(text, root, Some(&url), 100);
    salvaged.reader = Reader::Json;
    (strict, salvaged)
}

#[test]
fn rss_reads_alike_in_both_readers() {
    // feed-rs puts no markup into titles and ends the text at it.
    let text = RSS.replace("<b/>", "");
    let (strict, salvaged) = both(&text, Root::Rss);
    assert_eq!(strict.entries.len(), 3);
    assert_eq!(strict, salvaged);
}

#[test]
fn atom_reads_alike_in_both_readers() {
    let (mut strict, salvaged) = both(ATOM, Root::Atom);
    // feed-rs writes XHTML anew, with the same meaning.
    for (one, other) in strict.entries.iter_mut().zip(&salvaged.entries) {
        if one.content.as_deref() == Some("<p>Lang &amp; breit</p>") {
            one.content.clone_from(&other.content);
        }
    }
    assert_eq!(strict, salvaged);
}

#[test]
fn well_formed_feeds_are_served_by_feed_rs() {
    for text in [RSS.replace("<b/>", ""), ATOM.to_owned()] {
        let survey = Survey::of(&text);
        assert_eq!(survey.doubt, None);
        let document = super::read(text.as_bytes(), None, Some(&url())).unwrap();
        assert_eq!(document.reader, Reader::FeedRs);
        assert_eq!(document.entries.len(), survey.n_entries);
    }
}

#[test]
fn entries_that_lack_a_field_are_looked_at_twice() {
    for (part, reason) in [
        ("<title>No text</title>", "an entry without a title"),
        ("<link>https://news.example/c</link>", "an entry without a link"),
        ("<guid isPermaLink=\"false\">tag-3</guid>", "an entry without an id"),
        ("<dc:date>2025-02-12T16:04:00Z</dc:date>", "an entry without a date"),
    ] {
        let text = RSS.replace("<b/>", "").replace(part, "");
        let document = super::read(text.as_bytes(), None, Some(&url())).unwrap();
        assert_eq!(document.reader, Reader::Salvage { reason: reason.to_owned() });
        assert_eq!(document.entries.len(), 3);
    }
}

#[test]
fn panics_of_feed_rs_are_errors_here() {
    let text = RSS.replace("desk@news.example (The Desk)", "Ministère\u{ff1a}desk@news.example");
    let document = super::read(text.as_bytes(), None, None).unwrap();
    assert_eq!(document.entries.len(), 3);
    assert_eq!(document.entries[1].authors, ["Ministère\u{ff1a}desk@news.example"]);
    assert!(!super::is_panic_expected());
}

#[test]
fn a_link_to_what_cannot_be_a_host_costs_its_entry_only_the_link() {
    let host = format!("xn--{}", "vkc4ahttpiiiiiiia".repeat(90));
    let text = RSS.replace("https://news.example/c", &format!("https://{host}.example/c"));
    assert_ne!(text, RSS);
    let document = super::read(text.as_bytes(), None, Some(&url())).unwrap();
    assert!(matches!(&document.reader, Reader::Salvage { reason } if reason.contains("cannot be one")));
    let links: Vec<Option<&str>> = document.entries.iter().map(|entry| entry.link.as_deref()).collect();
    assert_eq!(links, [Some("https://news.example/a?x=1&y=2"), Some("https://news.example/relative/b"), None]);
}
