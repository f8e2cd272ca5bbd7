//! Owns what a page says of itself in JSON-LD: its article node, whatever graph that hangs in.

mod block;

use std::collections::HashMap;

use serde_json::{Map, Value};

use block::{field, parse};

use super::{
    markup::{collapse, unescape},
    title::is_part,
};

/// Depth at which a graph is no longer followed.
const DEPTH_MAX: usize = 8;
/// Blocks read on one page.
const BLOCKS_MAX: usize = 40;
/// Posts of a live blog read.
const UPDATES_MAX: usize = 400;
/// Stands before the id of a node that is named elsewhere on the page.
const REFERENCE: &str = "\u{0}";

/// The fields of the page's own article node.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Node {
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) publisher: Option<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) created: Option<String>,
    /// When the page's video was put up, which may be older than the page.
    pub(super) uploaded: Option<String>,
    pub(super) image: Option<String>,
    pub(super) body: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) url: Option<String>,
    pub(super) is_free: Option<bool>,
    /// The page declares a video, and nothing that is an article.
    pub(super) is_video: bool,
    pub(super) is_video_only: bool,
    pub(super) is_live_blog: bool,
    pub(super) updates: Vec<Update>,
    /// It is an article of some kind, not just a page.
    is_article: bool,
}

/// One post of a live blog.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Update {
    pub(super) published: String,
    pub(super) headline: Option<String>,
    /// HTML or plain.
    pub(super) body: String,
}

/// Reads the blocks of a page: the article node that has the page's title or address, else the one with most to say.
pub(super) fn read<'a>(blocks: impl Iterator<Item = &'a str>, page: &Known) -> Node {
    let (mut nodes, mut named) = (Vec::new(), HashMap::new());
    for block in blocks.take(BLOCKS_MAX) {
        if let Some(value) = parse(block) {
            collect(&value, 0, &mut nodes);
            index(&value, 0, &mut named);
        } else {
            nodes.extend(salvage(block));
        }
    }
    for node in &mut nodes {
        node.authors = node.authors.iter().filter_map(|author| resolved(author, &named)).collect();
        node.publisher = node.publisher.as_ref().and_then(|publisher| resolved(publisher, &named));
        node.image = node.image.as_ref().and_then(|image| resolved(image, &named));
    }
    let mut best = Node::default();
    let mut best_rank = 0;
    for node in &nodes {
        let rank = rank(node, page);
        if rank > best_rank {
            best_rank = rank;
            best = node.clone();
        }
    }
    best.is_live_blog = nodes.iter().any(|node| node.is_live_blog);
    let fullest = nodes.iter().max_by_key(|node| node.updates.len());
    best.updates = fullest.map(|node| node.updates.clone()).unwrap_or_default();
    best.is_video = nodes.iter().any(|node| node.is_video);
    best.is_video_only = best.is_video && !nodes.iter().any(|node| node.is_article);
    best
}

/// What the page itself says it is: titles and addresses.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) titles: Vec<&'a str>,
    pub(super) addresses: Vec<&'a str>,
}

impl Known<'_> {
    fn has(&self, node: &Node) -> bool {
        let headline = node.headline.as_deref().unwrap_or_default();
        let has_title = self.titles.iter().any(|title| is_part(headline, title) || is_part(title, headline));
        let has_address = node.url.as_deref().is_some_and(|url| self.addresses.contains(&url));
        has_title || has_address
    }
}

fn rank(node: &Node, page: &Known) -> usize {
    let n_fields = usize::from(node.published.is_some()) * 3
        + usize::from(node.uploaded.is_some())
        + usize::from(node.headline.is_some()) * 2
        + usize::from(!node.authors.is_empty())
        + usize::from(node.body.is_some()) * 2
        + usize::from(node.publisher.is_some());
    let is_own = page.has(node);
    if n_fields == 0 { 0 } else { n_fields + usize::from(node.is_article) * 20 + usize::from(is_own) * 10 }
}

fn collect(value: &Value, depth: usize, nodes: &mut Vec<Node>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, depth + 1, nodes)),
        Value::Object(object) => {
            let kind = kind_of(object);
            if kind != Kind::Other {
                nodes.push(node(object, kind));
            }
            // Nodes listed as content of this page, never those it merely links to.
            for key in ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"] {
                if let Some(inner) = object.get(key)
                    && !(key == "hasPart" && kind == Kind::Article)
                {
                    collect(inner, depth + 1, nodes);
                }
            }
        }
        _ => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Article,
    Page,
    Other,
}

/// The local names of a node's types.
fn types(object: &Map<String, Value>) -> Vec<&str> {
    let names: Vec<&str> = match object.get("@type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    names.into_iter().map(|name| name.rsplit(['/', ':', '#']).next().unwrap_or(name)).collect()
}

fn kind_of(object: &Map<String, Value>) -> Kind {
    let names = types(object);
    let is_article = |name: &str| {
        name.ends_with("Article")
            || name.ends_with("Posting")
            || matches!(name, "Report" | "Review" | "CreativeWork" | "Recipe")
    };
    if names.iter().any(|name| is_article(name) && *name != "JobPosting") {
        return Kind::Article;
    }
    let is_page = |name: &str| name.ends_with("WebPage") || matches!(name, "ItemPage" | "VideoObject");
    if names.iter().any(|name| is_page(name)) { Kind::Page } else { Kind::Other }
}

fn node(object: &Map<String, Value>, kind: Kind) -> Node {
    let text = |key: &str| get(object, key).and_then(text_of);
    let mut authors = Vec::new();
    for key in ["author", "creator"] {
        if authors.is_empty() {
            object.get(key).into_iter().for_each(|value| names(value, &mut authors));
        }
    }
    let mut publishers = Vec::new();
    object.get("publisher").into_iter().for_each(|value| names(value, &mut publishers));
    Node {
        headline: text("headline").or_else(|| text("name").filter(|_| kind == Kind::Article)),
        authors,
        publisher: publishers.into_iter().next(),
        published: text("datePublished"),
        modified: text("dateModified"),
        created: text("dateCreated"),
        uploaded: text("uploadDate"),
        image: object.get("image").and_then(image_of),
        body: text_lines(object.get("articleBody")),
        lang: text("inLanguage"),
        url: text("url").or_else(|| object.get("mainEntityOfPage").and_then(address_of)),
        is_video: types(object).contains(&"VideoObject"),
        is_video_only: false,
        is_live_blog: types(object).contains(&"LiveBlogPosting"),
        updates: object.get("liveBlogUpdate").map(updates).unwrap_or_default(),
        is_free: object
            .get("isAccessibleForFree")
            .or_else(|| object.get("hasPart").and_then(free_part))
            .and_then(truth_of),
        is_article: kind == Kind::Article,
    }
}

/// Reads the posts of a live blog: a list, or one.
fn updates(value: &Value) -> Vec<Update> {
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let objects = values.iter().take(UPDATES_MAX).filter_map(Value::as_object);
    let update = |object: &Map<String, Value>| {
        Some(Update {
            published: object.get("datePublished").or_else(|| object.get("dateModified")).and_then(text_of)?,
            headline: object.get("headline").or_else(|| object.get("name")).and_then(text_of),
            body: text_lines(object.get("articleBody").or_else(|| object.get("text"))).unwrap_or_default(),
        })
    };
    objects.filter_map(update).collect()
}

/// A field under its name, or under the name in another case or behind the vocabulary's prefix.
fn get<'v>(object: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let is_key = |name: &str| name.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case(key));
    object.get(key).or_else(|| object.iter().find(|(name, _)| is_key(name)).map(|(_, value)| value))
}

fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => collapse(&unescape(text)),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => return values.iter().find_map(text_of),
        Value::Object(object) => return object.get("@value").or_else(|| object.get("name")).and_then(text_of),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Keeps line breaks: they are the only paragraphs an `articleBody` has.
fn text_lines(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.extend(text_of(value)),
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        Value::Object(object) => {
            if let Some(Value::Array(list)) = object.get("name") {
                return list.iter().for_each(|value| names(value, found));
            }
            let reference = || object.get("@id").and_then(Value::as_str).map(|id| format!("{REFERENCE}{id}"));
            found.extend(object.get("name").and_then(text_of).or_else(reference));
        }
        _ => {}
    }
}

/// Collects what the nodes of a page are named, by their ids.
fn index(value: &Value, depth: usize, named: &mut HashMap<String, String>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| index(value, depth + 1, named)),
        Value::Object(object) => {
            let names = || ["name", "contentUrl", "url"].iter().find_map(|key| object.get(*key).and_then(text_of));
            if let (Some(id), Some(name)) = (object.get("@id").and_then(Value::as_str), names()) {
                named.entry(id.to_owned()).or_insert(name);
            }
            object.values().filter(|value| !value.is_string()).for_each(|value| index(value, depth + 1, named));
        }
        _ => {}
    }
}

/// A name, or what the page names the node that it points at.
fn resolved(name: &str, named: &HashMap<String, String>) -> Option<String> {
    match name.strip_prefix(REFERENCE) {
        Some(id) => named.get(id).filter(|name| !name.is_empty()).cloned(),
        None => Some(name.to_owned()),
    }
}

/// Reads the plain fields of an article's block that is no JSON: quotes in its text are not escaped, its end is missing.
fn salvage(block: &str) -> Option<Node> {
    let is_article = block.contains("Article\"") || block.contains("Posting\"");
    let node = Node {
        headline: field(block, "headline"),
        published: field(block, "datePublished"),
        modified: field(block, "dateModified"),
        is_free: field(block, "isAccessibleForFree").and_then(|text| truth_of(&Value::String(text))),
        is_article,
        ..Node::default()
    };
    is_article.then_some(node)
}

fn image_of(value: &Value) -> Option<String> {
    match value {
        Value::String(address) => Some(address.trim().to_owned()),
        Value::Array(values) => values.iter().find_map(image_of),
        Value::Object(object) => {
            let reference = || object.get("@id").and_then(Value::as_str).map(|id| format!("{REFERENCE}{id}"));
            object.get("url").or_else(|| object.get("contentUrl")).and_then(image_of).or_else(reference)
        }
        _ => None,
    }
}

fn address_of(value: &Value) -> Option<String> {
    match value {
        Value::String(address) => Some(address.trim().to_owned()),
        Value::Object(object) => object.get("@id").and_then(Value::as_str).map(|id| id.trim().to_owned()),
        _ => None,
    }
}

/// Whether a part of the article is free, for articles that say it of their parts alone.
fn free_part(part: &Value) -> Option<&Value> {
    match part {
        Value::Array(parts) => parts.iter().find_map(free_part),
        Value::Object(part) => part.get("isAccessibleForFree"),
        _ => None,
    }
}

fn truth_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text.to_ascii_lowercase().rsplit('/').next() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_node_is_found_in_a_graph() {
        let block = r#"{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"The Gazette"},
            {"@type":"WebPage","datePublished":"2020-01-01"},
            {"@type":["NewsArticle"],"headline":"Talks &amp; tea","datePublished":"2025-03-04T05:06:07+02:00",
             "author":[{"@type":"Person","name":"Ann Lee"},{"name":"Bo Roe"}],"publisher":{"name":"The Gazette"},
             "isAccessibleForFree":"False","image":{"url":"https://g.example/a.jpg"}}]}"#;
        let node = read([block].into_iter(), &Known::default());
        assert_eq!(node.headline.as_deref(), Some("Talks & tea"));
        assert_eq!(node.authors, ["Ann Lee", "Bo Roe"]);
        assert_eq!(node.published.as_deref(), Some("2025-03-04T05:06:07+02:00"));
        assert_eq!(node.publisher.as_deref(), Some("The Gazette"));
        assert_eq!(node.image.as_deref(), Some("https://g.example/a.jpg"));
        assert_eq!(node.is_free, Some(false));
    }

    #[test]
    fn broken_blocks_are_read_as_far_as_they_make_sense() {
        let raw_break = "{\"@type\":\"Article\",\"headline\":\"One\ntwo\",}";
        assert_eq!(read([raw_break].into_iter(), &Known::default()).headline.as_deref(), Some("One two"));
        let wrapped = "//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"A\"}\n//]]>";
        assert_eq!(read([wrapped].into_iter(), &Known::default()).headline.as_deref(), Some("A"));
        assert_eq!(read(["{nonsense"].into_iter(), &Known::default()), Node::default());
        let unescaped = r#"{"@type":"NewsArticle","headline":"Talks \"go on\"","description":"A "quoted" word",
            "datePublished":"2025-03-04T05:06:07+02:00"}"#;
        let node = read([unescaped].into_iter(), &Known::default());
        assert_eq!(node.headline.as_deref(), Some("Talks \"go on\""));
        assert_eq!(node.published.as_deref(), Some("2025-03-04T05:06:07+02:00"));
    }

    #[test]
    fn authors_and_publisher_are_found_by_reference() {
        let blocks = [
            r##"{"@graph":[{"@type":"Article","headline":"A","datePublished":"2025-03-04","author":{"@id":"#ann"},
                "publisher":{"@id":"#gazette"}},{"@type":"Person","@id":"#ann","name":"Ann Lee"}]}"##,
            r##"{"@type":"Organization","@id":"#gazette","name":"The Gazette"}"##,
        ];
        let node = read(blocks.into_iter(), &Known::default());
        assert_eq!(node.authors, ["Ann Lee"]);
        assert_eq!(node.publisher.as_deref(), Some("The Gazette"));
    }

    #[test]
    fn the_article_with_the_pages_title_or_address_is_its_own() {
        let block = r#"[{"@type":"NewsArticle","headline":"Other things of today","datePublished":"2025-01-01",
             "author":{"name":"Bo Roe"},"articleBody":"Text."},
            {"@type":"NewsArticle","headline":"Talks go on in Geneva","url":"https://g.example/t","datePublished":"2025-03-04"}]"#;
        let by_title = Known { titles: vec!["Talks go on in Geneva | The Gazette"], addresses: vec![] };
        let by_address = Known { titles: vec![], addresses: vec!["https://g.example/t"] };
        for page in [by_title, by_address] {
            assert_eq!(read([block].into_iter(), &page).published.as_deref(), Some("2025-03-04"));
        }
    }

    #[test]
    fn prefixes_case_and_blocks_in_a_row_are_read() {
        let block =
            r#"{"@type":"Organization","name":"G"}{"@type":"schema:NewsArticle","schema:datepublished":"2025-03-04"}"#;
        assert_eq!(read([block].into_iter(), &Known::default()).published.as_deref(), Some("2025-03-04"));
    }

    #[test]
    fn nodes_of_other_articles_are_not_this_article() {
        let block = r#"{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Other"}]}"#;
        assert_eq!(read([block].into_iter(), &Known::default()), Node::default());
    }
}
