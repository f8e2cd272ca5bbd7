//! Speed of reading feeds: documents a second on one core, by format and reader.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hotline::feed;

const N_ENTRIES: usize = 20;
const WORDS: &str =
    "The two leaders spoke by telephone on Tuesday and agreed to meet again before the end of the month.";

fn rss() -> String {
    let item = |n: usize| {
        format!(
            "<item><title>Leaders &amp; ministers speak, part {n}</title><link>https://news.example/world/{n}</link>\
             <guid isPermaLink=\"false\">tag:{n}</guid><pubDate>Wed, 12 Feb 2025 16:{n:02}:00 +0200</pubDate>\
             <dc:creator>A. Writer</dc:creator><description><![CDATA[<p>{WORDS}</p>]]></description>\
             <content:encoded><![CDATA[<p>{}</p>]]></content:encoded>\
             <media:content url=\"https://news.example/{n}.jpg\" type=\"image/jpeg\"/></item>",
            WORDS.repeat(5)
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:media=\"http://search.yahoo.com/mrss/\">\
         <channel><title>World</title>{}</channel></rss>",
        (0..N_ENTRIES).map(item).collect::<Vec<_>>().concat()
    )
}

fn atom() -> String {
    let entry = |n: usize| {
        format!(
            "<entry><title>Part {n}</title><link href=\"/world/{n}\"/><id>urn:{n}</id>\
             <updated>2025-02-12T16:{n:02}:00Z</updated><content type=\"html\">&lt;p&gt;{}&lt;/p&gt;</content></entry>",
            WORDS.repeat(5)
        )
    };
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>World</title>{}</feed>",
        (0..N_ENTRIES).map(entry).collect::<Vec<_>>().concat()
    )
}

fn json() -> String {
    let item = |n: usize| {
        format!(
            "{{\"id\": {n}, \"url\": \"/world/{n}\", \"title\": \"Part {n}\", \"content_html\": \"<p>{}</p>\", \
             \"date_published\": \"2025-02-12T16:{n:02}:00Z\"}}",
            WORDS.repeat(5)
        )
    };
    format!(
        "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"World\", \"items\": [{}]}}",
        (0..N_ENTRIES).map(item).collect::<Vec<_>>().join(",")
    )
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    let cases = [
        ("rss", rss()),
        ("rss with a bare ampersand", rss().replacen("&amp;", "&", 1)),
        ("atom", atom()),
        ("json", json()),
    ];
    for (name, text) in cases {
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |bench| bench.iter(|| feed::read(text.as_bytes(), None, None)));
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
