//! Owns the newsroom's feed documents, one writer for each format. Reading feeds is `feed`'s business.

use serde_json::json;

use super::edition::{Press, Printed};
use super::markup::{attribute, push, text};
use super::newsroom::{FeedFormat, Paper};

/// Returns the path of the paper's feed.
#[must_use]
pub fn path(paper: &Paper) -> String {
    let name = match paper.feed {
        FeedFormat::Atom => "atom.xml",
        FeedFormat::Rdf => "index.rdf",
        FeedFormat::Json => "feed.json",
        FeedFormat::Rss | FeedFormat::RssFull | FeedFormat::Rss1251 | FeedFormat::RssMalformed => "rss.xml",
    };
    format!("/{}/{name}", paper.outlet.id)
}

/// Returns the media type under which pages announce the feed.
#[must_use]
pub(super) const fn media_type(paper: &Paper) -> &'static str {
    match paper.feed {
        FeedFormat::Atom => "application/atom+xml",
        FeedFormat::Json => "application/feed+json",
        FeedFormat::Rdf => "application/rdf+xml",
        FeedFormat::Rss | FeedFormat::RssFull | FeedFormat::Rss1251 | FeedFormat::RssMalformed => "application/rss+xml",
    }
}

/// Writes the feed and returns it with its Content-Type.
#[must_use]
pub(super) fn document(paper: &Paper, articles: &[Printed], press: &Press) -> (String, &'static str) {
    match paper.feed {
        FeedFormat::Rss | FeedFormat::RssFull => (rss(paper, articles, press), "application/rss+xml; charset=utf-8"),
        FeedFormat::Rss1251 => (rss(paper, articles, press), "application/rss+xml; charset=windows-1251"),
        FeedFormat::RssMalformed => (malformed(paper, articles, press), "text/xml; charset=utf-8"),
        FeedFormat::Atom => (atom(paper, articles, press), "application/atom+xml; charset=utf-8"),
        FeedFormat::Rdf => (rdf(paper, articles, press), "application/rdf+xml; charset=utf-8"),
        FeedFormat::Json => (json_feed(paper, articles, press), "application/feed+json; charset=utf-8"),
    }
}

fn rss(paper: &Paper, articles: &[Printed], press: &Press) -> String {
    let charset = if paper.feed == FeedFormat::Rss1251 { "windows-1251" } else { "utf-8" };
    let items: String = articles.iter().map(|article| rss_item(paper, article)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"{charset}\"?>\n\
         <rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel>\n<title>{name}</title>\n<link>{base}/</link>\n\
         <description>{name}</description>\n<language>{lang}</language>\n\
         <atom:link href=\"{base}{path}\" rel=\"self\" type=\"application/rss+xml\"/>\n{items}</channel>\n</rss>\n",
        name = text(&paper.outlet.name),
        base = press.base,
        lang = paper.lang(),
        path = path(paper),
    )
}

fn rss_item(paper: &Paper, article: &Printed) -> String {
    let full = if paper.feed == FeedFormat::RssFull {
        let mut html = String::new();
        for paragraph in &article.paragraphs {
            push(&mut html, format_args!("<p>{}</p>", text(paragraph)));
        }
        format!("<content:encoded><![CDATA[{html}]]></content:encoded>\n")
    } else {
        String::new()
    };
    format!(
        "<item>\n<title>{title}</title>\n<link>{url}</link>\n<guid isPermaLink=\"true\">{url}</guid>\n\
         <pubDate>{published}</pubDate>\n<dc:creator>{byline}</dc:creator>\n<description>{lead}</description>\n{full}</item>\n",
        title = text(&article.title),
        url = text(&article.url),
        published = rfc_822(paper, article),
        byline = text(&article.byline.join(", ")),
        lead = text(lead(article)),
    )
}

/// What careless generators write: ampersands as they are, one element without an end, the end of the file lost.
fn malformed(paper: &Paper, articles: &[Printed], press: &Press) -> String {
    let mut items = String::new();
    for (index, article) in articles.iter().enumerate() {
        let end = if index == 0 { "" } else { "</description>" };
        push(
            &mut items,
            format_args!(
                "<item>\n<title>{title}</title>\n<link>{url}</link>\n<guid>{url}</guid>\n<category>Polska & Świat</category>\n\
             <pubDate>{published}</pubDate>\n<description>{lead}{end}\n</item>\n",
                title = text(&article.title),
                url = article.url,
                published = rfc_822(paper, article),
                lead = text(lead(article)),
            ),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\">\n<channel>\n<title>{name} & Magazyn</title>\n\
         <link>{base}/?dzial=swiat&format=rss</link>\n<description>{name}</description>\n<language>{lang}</language>\n{items}</chan",
        name = paper.outlet.name,
        base = press.base,
        lang = paper.lang(),
    )
}

fn atom(paper: &Paper, articles: &[Printed], press: &Press) -> String {
    let mut entries = String::new();
    for article in articles {
        push(
            &mut entries,
            format_args!(
                "<entry>\n<id>tag:{id}.example,{year}:{path}</id>\n<title>{title}</title>\n<link rel=\"alternate\" href=\"{url}\"/>\n\
             <published>{published}</published>\n<updated>{published}</updated>\n<author><name>{byline}</name></author>\n\
             <summary>{lead}</summary>\n</entry>\n",
                id = paper.outlet.id,
                year = press.day.year(),
                path = article.path,
                title = text(&article.title),
                url = attribute(&article.url),
                published = rfc_3339(paper, article),
                byline = text(&article.byline.join(", ")),
                lead = text(lead(article)),
            ),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <id>{base}{path}</id>\n<title>{name}</title>\n<link rel=\"self\" href=\"{base}{path}\"/>\n<updated>{updated}</updated>\n\
         {entries}</feed>\n",
        lang = paper.lang(),
        base = press.base,
        path = path(paper),
        name = text(&paper.outlet.name),
        updated = articles.first().map(|article| article.published).unwrap_or_default(),
    )
}

fn rdf(paper: &Paper, articles: &[Printed], press: &Press) -> String {
    let mut sequence = String::new();
    let mut items = String::new();
    for article in articles {
        let url = attribute(&article.url);
        push(&mut sequence, format_args!("<rdf:li rdf:resource=\"{url}\"/>"));
        push(
            &mut items,
            format_args!(
                "<item rdf:about=\"{url}\">\n<title>{title}</title>\n<link>{url}</link>\n<description>{lead}</description>\n\
             <dc:creator>{byline}</dc:creator>\n<dc:date>{published}</dc:date>\n</item>\n",
                title = text(&article.title),
                lead = text(lead(article)),
                byline = text(&article.byline.join(", ")),
                published = rfc_3339(paper, article),
            ),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
         <channel rdf:about=\"{base}{path}\">\n<title>{name}</title>\n<link>{base}/</link>\n<description>{name}</description>\n\
         <dc:language>{lang}</dc:language>\n<items><rdf:Seq>{sequence}</rdf:Seq></items>\n</channel>\n{items}</rdf:RDF>\n",
        base = press.base,
        path = path(paper),
        name = text(&paper.outlet.name),
        lang = paper.lang(),
    )
}

fn json_feed(paper: &Paper, articles: &[Printed], press: &Press) -> String {
    let items: Vec<serde_json::Value> = articles
        .iter()
        .map(|article| {
            json!({
                "id": article.path,
                "url": article.url,
                "title": article.title,
                "summary": lead(article),
                "date_published": rfc_3339(paper, article),
                "authors": article.byline.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
            })
        })
        .collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.outlet.name,
        "home_page_url": format!("{}/", press.base),
        "feed_url": format!("{}{}", press.base, path(paper)),
        "language": paper.lang(),
        "items": items,
    });
    feed.to_string()
}

fn lead(article: &Printed) -> &str {
    article.paragraphs.first().map_or("", String::as_str)
}

fn rfc_822(paper: &Paper, article: &Printed) -> String {
    article.published.to_zoned_datetime(paper.zone()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

fn rfc_3339(paper: &Paper, article: &Printed) -> String {
    article.published.to_zoned_datetime(paper.zone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
