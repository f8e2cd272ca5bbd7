//! Owns JSON Feed: versions 1.0 and 1.1, read field by field so that one bad item costs itself alone.

use serde_json::{Deserializer, Map, Value};
use url::Url;

use super::{Document, Enclosure, Entry, FeedKind, Reader, dates, text};

/// Reads a JSON Feed; `None` when the text is JSON of another kind, or none. A cut document gives its whole items.
pub(super) fn read(json: &str, url: Option<&Url>, entries_max: usize) -> Option<Document> {
    // serde_json gives up beyond 128 levels.
    let feed = match serde_json::from_str(json) {
        Ok(Value::Object(feed)) => feed,
        Ok(_) => return None,
        Err(_) => torn(json, entries_max)?,
    };
    let Some(Value::Array(items)) = feed.get("items") else {
        return is_json_feed(&feed).then(|| document(&feed, &[], url));
    };
    let has_sign =
        is_json_feed(&feed) || ["feed_url", "home_page_url", "title"].iter().any(|key| feed.contains_key(*key));
    has_sign.then(|| document(&feed, items, url))
}

fn is_json_feed(feed: &Map<String, Value>) -> bool {
    feed.get("version").and_then(Value::as_str).is_some_and(|version| version.contains("jsonfeed.org/version"))
}

fn document(feed: &Map<String, Value>, items: &[Value], url: Option<&Url>) -> Document {
    let lang = string(feed, "language");
    let hubs = feed.get("hubs").and_then(Value::as_array);
    let hub = hubs.into_iter().flatten().filter_map(Value::as_object).find_map(|hub| string(hub, "url"));
    Document {
        kind: FeedKind::Json,
        title: string(feed, "title").as_deref().and_then(text::plain),
        link: string(feed, "home_page_url").and_then(|link| text::absolute(&link, url)),
        ttl: None,
        hub,
        older: string(feed, "next_url").and_then(|link| text::absolute(&link, url)),
        generator: None,
        topic: string(feed, "feed_url").and_then(|own| text::absolute(&own, url)),
        entries: items.iter().filter_map(Value::as_object).map(|item| entry(item, lang.as_ref(), url)).collect(),
        lang,
        reader: Reader::Json,
    }
}

fn entry(item: &Map<String, Value>, lang: Option<&String>, url: Option<&Url>) -> Entry {
    let date = |key: &str| string(item, key).as_deref().and_then(dates::instant);
    let link = string(item, "url").or_else(|| string(item, "external_url"));
    Entry {
        id: string(item, "id"),
        title: string(item, "title").as_deref().and_then(text::plain),
        link: link.and_then(|link| text::absolute(&link, url)),
        published: date("date_published"),
        updated: date("date_modified"),
        summary: string(item, "summary"),
        content: string(item, "content_html").or_else(|| string(item, "content_text")),
        authors: authors(item),
        lang: string(item, "language").or_else(|| lang.cloned()),
        enclosures: attachments(item, url),
    }
}

/// A text, or a number as text: ids come as numbers.
fn string(object: &Map<String, Value>, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(value) => text::filled(value),
        Value::Number(value) => Some(value.to_string()),
        _ => None,
    }
}

/// `authors` of version 1.1, `author` of 1.0; a bare name is one.
fn authors(item: &Map<String, Value>) -> Vec<String> {
    let name = |author: &Value| match author {
        Value::String(name) => text::filled(name),
        Value::Object(author) => string(author, "name"),
        _ => None,
    };
    match item.get("authors") {
        Some(Value::Array(authors)) => authors.iter().filter_map(name).collect(),
        Some(author) => name(author).into_iter().collect(),
        None => item.get("author").and_then(name).into_iter().collect(),
    }
}

fn attachments(item: &Map<String, Value>, url: Option<&Url>) -> Vec<Enclosure> {
    let Some(Value::Array(attachments)) = item.get("attachments") else { return Vec::new() };
    let enclosure = |one: &Map<String, Value>| {
        Some(Enclosure {
            url: string(one, "url").and_then(|link| text::absolute(&link, url))?,
            media_type: string(one, "mime_type"),
            bytes: one.get("size_in_bytes").and_then(Value::as_u64).filter(|bytes| *bytes > 0),
        })
    };
    attachments.iter().filter_map(Value::as_object).filter_map(enclosure).collect()
}

/// The whole items of a document that is cut or broken behind them.
fn torn(json: &str, entries_max: usize) -> Option<Map<String, Value>> {
    let items_at = json.find("\"items\"")?;
    let open = items_at + json[items_at..].find('[')?;
    let mut head = json[..items_at].trim_end().trim_end_matches(',').to_owned();
    head.push('}');
    let Ok(Value::Object(mut feed)) = serde_json::from_str(&head) else { return None };
    let mut items = Vec::new();
    let mut rest = &json[open + 1..];
    while items.len() <= entries_max {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(item)) = values.next() else { break };
        rest = &rest[values.byte_offset()..];
        items.push(item);
    }
    feed.insert("items".to_owned(), Value::Array(items));
    Some(feed)
}
