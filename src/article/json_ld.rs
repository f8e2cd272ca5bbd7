//! Owns what a page says of itself in JSON-LD: its article node, whatever graph that hangs in.

use serde_json::{Map, Value};

use super::markup::{collapse, unescape};

/// Depth at which a graph is no longer followed.
const DEPTH_MAX: usize = 8;
/// Blocks read on one page.
const BLOCKS_MAX: usize = 40;
/// Posts of a live blog read.
const UPDATES_MAX: usize = 400;

/// The fields of the page's own article node.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Node {
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) publisher: Option<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) created: Option<String>,
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

/// Reads the blocks of a page: the article node with most to say, completed by the page's other nodes.
pub(super) fn read<'a>(blocks: impl Iterator<Item = &'a str>) -> Node {
    let mut nodes = Vec::new();
    for block in blocks.take(BLOCKS_MAX) {
        if let Some(value) = parse(block) {
            collect(&value, 0, &mut nodes);
        }
    }
    let mut best = Node::default();
    let mut best_rank = 0;
    for node in &nodes {
        let rank = rank(node);
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

fn rank(node: &Node) -> usize {
    let n_fields = usize::from(node.published.is_some()) * 3
        + usize::from(node.headline.is_some()) * 2
        + usize::from(!node.authors.is_empty())
        + usize::from(node.body.is_some()) * 2
        + usize::from(node.publisher.is_some());
    if n_fields == 0 { 0 } else { n_fields + usize::from(node.is_article) * 20 }
}

/// Parses a block as pages write them: CDATA marks, HTML comments, raw line breaks in strings, trailing semicolons.
fn parse(block: &str) -> Option<Value> {
    let mut block = block.trim();
    for (open, close) in [("<!--", "-->"), ("/*<![CDATA[*/", "/*]]>*/"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>")]
    {
        block = block.strip_prefix(open).unwrap_or(block).trim();
        block = block.strip_suffix(close).unwrap_or(block).trim();
    }
    let block = block.trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(block) {
        return Some(value);
    }
    let spaced: String = block.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Ok(value) = serde_json::from_str(&spaced) {
        return Some(value);
    }
    let mut repaired = spaced.replace("&quot;", "\"");
    for (wrong, right) in [(", }", " }"), (",}", "}"), (", ]", " ]"), (",]", "]")] {
        repaired = repaired.replace(wrong, right);
    }
    serde_json::from_str(&repaired).ok()
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
    let text = |key: &str| object.get(key).and_then(text_of);
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
        published: text("datePublished").or_else(|| text("uploadDate")),
        modified: text("dateModified"),
        created: text("dateCreated"),
        image: object.get("image").and_then(image_of),
        body: text_lines(object.get("articleBody")),
        lang: text("inLanguage"),
        url: text("url").or_else(|| object.get("mainEntityOfPage").and_then(address_of)),
        is_free: object.get("isAccessibleForFree").and_then(truth_of),
        is_video: types(object).contains(&"VideoObject"),
        is_video_only: false,
        is_live_blog: types(object).contains(&"LiveBlogPosting"),
        updates: object.get("liveBlogUpdate").map(updates).unwrap_or_default(),
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
        Value::Object(object) => found.extend(object.get("name").and_then(text_of)),
        _ => {}
    }
}

fn image_of(value: &Value) -> Option<String> {
    match value {
        Value::String(address) => Some(address.trim().to_owned()),
        Value::Array(values) => values.iter().find_map(image_of),
        Value::Object(object) => object.get("url").or_else(|| object.get("contentUrl")).and_then(image_of),
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
        let node = read([block].into_iter());
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
        assert_eq!(read([raw_break].into_iter()).headline.as_deref(), Some("One two"));
        let wrapped = "//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"A\"}\n//]]>";
        assert_eq!(read([wrapped].into_iter()).headline.as_deref(), Some("A"));
        assert_eq!(read(["{nonsense"].into_iter()), Node::default());
    }

    #[test]
    fn nodes_of_other_articles_are_not_this_article() {
        let block = r#"{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Other"}]}"#;
        assert_eq!(read([block].into_iter()), Node::default());
    }
}
