//! Owns what the engine knows of names: of classes and ids that speak for an article or against it, and of elements.

use std::sync::LazyLock;

use dom_query::{Element, LocalName, local_name};

use super::super::{attributes::Attributes, vocabulary::Vocabulary};

#[rustfmt::skip]
const UNLIKELY: [&str; 31] = [
    "-ad-", "ai2html", "banner", "breadcrumbs", "combx", "comment", "community", "cover-wrap", "disqus", "extra",
    "footer", "gdpr", "header", "legends", "menu", "related", "remark", "replies", "rss", "shoutbox", "sidebar",
    "skyscraper", "social", "sponsor", "supplemental", "ad-break", "agegate", "pagination", "pager", "popup",
    "yom-remote",
];
const MAYBE: [&str; 9] = ["and", "article", "body", "column", "content", "layout", "main", "mathjax", "shadow"];
#[rustfmt::skip]
const NEGATIVE: [&str; 24] = [
    "-ad-", "hidden", "banner", "combx", "comment", "com-", "contact", "footer", "gdpr", "masthead", "media", "meta",
    "outbrain", "promo", "related", "scroll", "share", "shoutbox", "sidebar", "skyscraper", "sponsor", "shopping",
    "tags", "widget",
];
#[rustfmt::skip]
const POSITIVE: [&str; 12] = [
    "article", "body", "content", "entry", "hentry", "h-entry", "main", "page", "post", "text", "blog", "story",
];
const BYLINES: [&str; 5] = ["byline", "author", "dateline", "writtenby", "p-author"];
/// Points that a name gives or takes.
const NAME_POINTS: f32 = 25.0;

/// The lists, as bits.
const IS_UNLIKELY: u32 = 1;
const IS_MAYBE: u32 = 1 << 1;
const IS_NEGATIVE: u32 = 1 << 2;
const IS_POSITIVE: u32 = 1 << 3;
const IS_BYLINE: u32 = 1 << 4;

fn lists_in(names: &str) -> u32 {
    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| Vocabulary::of(&[&UNLIKELY, &MAYBE, &NEGATIVE, &POSITIVE, &BYLINES]));
    VOCABULARY.lists_in(names)
}

/// Whether class names and an id speak against an article.
pub(super) fn are_unlikely(class: Option<&str>, id: Option<&str>) -> bool {
    let lists = class.into_iter().chain(id).fold(0, |lists, names| lists | lists_in(names));
    lists & IS_UNLIKELY != 0 && lists & IS_MAYBE == 0
}

/// Whether an element calls itself the author's.
pub(super) fn is_byline(element: &Element) -> bool {
    let attributes = Attributes::of(element);
    attributes.rel == Some("author")
        || attributes.itemprop.is_some_and(|itemprop| itemprop.contains("author"))
        || attributes.class.into_iter().chain(attributes.id).any(|names| lists_in(names) & IS_BYLINE != 0)
}

/// The points of an element for its class names and its id.
pub(super) fn weight(element: &Element) -> f32 {
    let attributes = Attributes::of(element);
    attributes.class.into_iter().chain(attributes.id).map(weight_of).sum()
}

fn weight_of(names: &str) -> f32 {
    let lists = lists_in(names);
    let is_hid = || names.split_whitespace().any(|name| name.eq_ignore_ascii_case("hid"));
    let minus = if lists & IS_NEGATIVE != 0 || is_hid() { NAME_POINTS } else { 0.0 };
    let plus = if lists & IS_POSITIVE != 0 { NAME_POINTS } else { 0.0 };
    plus - minus
}

/// Whether names say that a block is for sharing the page.
pub(super) fn share(names: &str) -> bool {
    names.split([' ', '_']).any(|name| ["share", "sharedaddy"].iter().any(|word| name.eq_ignore_ascii_case(word)))
}

/// Whether a role is that of furniture.
pub(super) fn is_unlikely_role(role: &str) -> bool {
    matches!(role, "menu" | "menubar" | "complementary" | "navigation" | "alert" | "alertdialog" | "dialog")
}

/// The points of an element for what it is.
pub(super) fn points(name: &LocalName) -> f32 {
    match *name {
        local_name!("div") => 5.0,
        local_name!("pre") | local_name!("td") | local_name!("blockquote") => 3.0,
        local_name!("address")
        | local_name!("ol")
        | local_name!("ul")
        | local_name!("dl")
        | local_name!("dd")
        | local_name!("dt")
        | local_name!("li")
        | local_name!("form") => -3.0,
        local_name!("h1")
        | local_name!("h2")
        | local_name!("h3")
        | local_name!("h4")
        | local_name!("h5")
        | local_name!("h6")
        | local_name!("th") => -5.0,
        _ => 0.0,
    }
}

/// Whether the text of an element gives points to what it stands in.
pub(super) fn is_scored(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("section")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("p")
            | local_name!("td")
            | local_name!("pre")
    )
}

/// Whether an element without content is nothing.
pub(super) fn is_container(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("div")
            | local_name!("section")
            | local_name!("header")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
    )
}

/// Whether a `div` with such an element in it is no paragraph.
pub(super) fn is_block(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("blockquote")
            | local_name!("dl")
            | local_name!("div")
            | local_name!("img")
            | local_name!("ol")
            | local_name!("p")
            | local_name!("pre")
            | local_name!("table")
            | local_name!("ul")
    )
}

/// Whether an element may stand in a line of text; none where that is for its content to say.
pub(super) fn is_phrase(name: &LocalName) -> Option<bool> {
    match *name {
        local_name!("a") | local_name!("del") | local_name!("ins") => None,
        local_name!("abbr")
        | local_name!("audio")
        | local_name!("b")
        | local_name!("bdo")
        | local_name!("br")
        | local_name!("button")
        | local_name!("cite")
        | local_name!("code")
        | local_name!("data")
        | local_name!("datalist")
        | local_name!("dfn")
        | local_name!("em")
        | local_name!("embed")
        | local_name!("i")
        | local_name!("img")
        | local_name!("input")
        | local_name!("kbd")
        | local_name!("label")
        | local_name!("mark")
        | local_name!("math")
        | local_name!("meter")
        | local_name!("noscript")
        | local_name!("object")
        | local_name!("output")
        | local_name!("progress")
        | local_name!("q")
        | local_name!("ruby")
        | local_name!("samp")
        | local_name!("script")
        | local_name!("select")
        | local_name!("small")
        | local_name!("span")
        | local_name!("strong")
        | local_name!("sub")
        | local_name!("sup")
        | local_name!("textarea")
        | local_name!("time")
        | local_name!("var")
        | local_name!("wbr") => Some(true),
        _ => Some(false),
    }
}

/// Whether an element shows something of another page.
pub(super) fn is_embed(name: &LocalName) -> bool {
    matches!(*name, local_name!("object") | local_name!("embed") | local_name!("iframe"))
}

#[rustfmt::skip]
const VIDEO_HOSTS: [&str; 10] = [
    "dailymotion.com", "youtube.com", "youtube-nocookie.com", "player.vimeo.com", "v.qq.com", "archive.org",
    "upload.wikimedia.org", "player.twitch.tv", "bilibili.com", "live.bilibili.com",
];

/// Whether a text has the address of a video in it.
pub(super) fn has_video(text: &str) -> bool {
    let is_host = |before: &str| before.ends_with("//") || (before.ends_with("//www.") && before.len() > 5);
    VIDEO_HOSTS.iter().any(|host| text.find(host).is_some_and(|at| text.get(..at).is_some_and(is_host)))
}

/// How the names of pictures' files end.
pub(super) const PICTURES: [&str; 6] = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"];
