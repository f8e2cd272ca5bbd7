//! Owns a page's metadata: title, byline, times, addresses, outlet and paywall, each with the source it came from.

use ::url::Url;

use super::{
    Hints, Page,
    head::Head,
    title,
    url::{canonical, resolve},
    when,
};

/// Authors kept of one page.
const BYLINE_NAMES_MAX: usize = 8;
const NAME_CHARS_MAX: usize = 60;

/// Everything of a page but its text and language.
pub(super) fn page(head: &Head, url: Option<&Url>, hints: &Hints) -> Page {
    let mut page = Page { url: url.map(ToString::to_string), ..Page::default() };
    let base = head.base.as_deref().and_then(|base| resolve(base, url)).and_then(|base| Url::parse(&base).ok());
    let declared = head.canonical.as_deref().or(head.meta(&["og:url"]).map(|(_, url)| url));
    let declared = declared.and_then(|address| Url::parse(address).ok());
    let base = base.as_ref().or(url).or(declared.as_ref());
    address(&mut page, head, base, url);
    outlet(&mut page, head, hints);
    let host = base.and_then(Url::host_str).map(str::to_owned);
    if let Some(title) = title::choose(head, page.outlet_name.as_deref(), host.as_deref(), hints) {
        page.origins.push(("title", title.origin.to_owned()));
        page.title = Some(title.text);
    }
    byline(&mut page, head);
    if let Some(published) = when::published(head, url, hints) {
        page.origins.push(("published", published.origin));
        page.published = Some(published.time);
    }
    if let Some(modified) = when::modified(head, hints) {
        page.origins.push(("modified", modified.origin));
        page.modified = Some(modified.time);
    }
    let image = head.meta(&["og:image", "og:image:url", "twitter:image", "twitter:image:src"]);
    let image = image.map(|(name, value)| (value, name)).or(head
        .json_ld
        .image
        .as_deref()
        .map(|image| (image, "json-ld image")));
    if let Some((image, origin)) = image
        && let Some(image) = resolve(image, base)
    {
        page.origins.push(("image", origin.to_owned()));
        page.image = Some(image);
    }
    paywall(&mut page, head);
    page
}

fn address(page: &mut Page, head: &Head, base: Option<&Url>, url: Option<&Url>) {
    let declared = [
        (head.canonical.as_deref(), "link canonical"),
        (head.meta(&["og:url"]).map(|(_, value)| value), "og:url"),
        (head.json_ld.url.as_deref(), "json-ld url"),
    ];
    for (address, origin) in declared {
        let Some(found) = address.and_then(|address| resolve(address, base)) else { continue };
        // Some sites declare their front page as the canonical address of every article.
        let is_front_page = Url::parse(&found).is_ok_and(|found| found.path() == "/" && found.query().is_none());
        if is_front_page && url.is_some_and(|url| url.path() != "/") {
            continue;
        }
        page.canonical_url = canonical(&found);
        if page.canonical_url.is_some() {
            page.origins.push(("canonical_url", origin.to_owned()));
            return;
        }
    }
    page.canonical_url = url.and_then(|url| canonical(url.as_str()));
    if page.canonical_url.is_some() {
        page.origins.push(("canonical_url", "url".to_owned()));
    }
}

fn outlet(page: &mut Page, head: &Head, hints: &Hints) {
    let named = head.meta(&["og:site_name", "application-name", "apple-mobile-web-app-title"]);
    let found = named
        .map(|(name, value)| (value, name))
        .or(head.json_ld.publisher.as_deref().map(|name| (name, "json-ld publisher")))
        .or(hints.outlet_name.map(|name| (name, "feed list")));
    if let Some((name, origin)) = found {
        page.outlet_name = Some(name.to_owned());
        page.origins.push(("outlet_name", origin.to_owned()));
    }
}

fn byline(page: &mut Page, head: &Head) {
    let metas = head.metas.iter().filter(|(key, _)| {
        matches!(
            key.as_str(),
            "author"
                | "article:author"
                | "dc.creator"
                | "dcterms.creator"
                | "parsely-author"
                | "sailthru.author"
                | "byl"
                | "og:article:author"
                | "article:author_name"
                | "cxenseparse:author"
                | "citation_author"
        )
    });
    let metas: Vec<&str> = metas.map(|(_, value)| value.as_str()).collect();
    let properties = head.properties.iter().filter(|(property, _)| property.split(' ').any(|name| name == "author"));
    let properties: Vec<&str> = properties.map(|(_, value)| value.as_str()).collect();
    let json: Vec<&str> = head.json_ld.authors.iter().map(String::as_str).collect();
    let seen: Vec<&str> = head.authors.iter().map(String::as_str).collect();
    for (written, origin) in
        [(json, "json-ld author"), (metas, "meta author"), (properties, "itemprop author"), (seen, "byline")]
    {
        let names = names(written, page.outlet_name.as_deref());
        if !names.is_empty() {
            page.byline = names;
            page.origins.push(("byline", origin.to_owned()));
            return;
        }
    }
}

/// Returns the names in what is written about the authors, each once and without the outlet's.
pub(super) fn names<'w>(written: impl IntoIterator<Item = &'w str>, outlet: Option<&str>) -> Vec<String> {
    let outlet = outlet.unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for name in written.into_iter().flat_map(split_names) {
        let is_known = names.iter().any(|known| known.eq_ignore_ascii_case(&name));
        if !is_known && !title::is_same(&name, outlet) && names.len() < BYLINE_NAMES_MAX {
            names.push(name);
        }
    }
    names
}

/// What stands in front of a name, in lowercase.
#[rustfmt::skip]
const BY: [&str; 26] = [
    "written by ", "posted by ", "by ", "veröffentlicht von ", "geschrieben von ", "von ", "publié par ", "par ", "publicado por ",
    "escrito por ", "por ", "pubblicato da ", "di ", "da ", "автор: ", "автор:", "автор ", "author: ", "author ", "autor: ",
    "autor ", "text: ", "przez ", "yazan: ", "opublikowane przez ", "de ",
];

/// Splits `By Ann Lee and Bo Roe, Geneva` into names.
fn split_names(written: &str) -> Vec<String> {
    const AND: [&str; 12] = [" and ", " und ", " et ", " y ", " e ", " i ", " ve ", " та ", " и ", " & ", ";", "、"];
    let mut written = written.trim().to_owned();
    if written.starts_with("http") || written.contains("://") || written.contains('@') {
        return Vec::new();
    }
    let lower = written.to_lowercase();
    if let Some(by) = BY.iter().find(|by| lower.starts_with(**by)) {
        written = written.chars().skip(by.chars().count()).collect();
    }
    for and in AND {
        written = written.replace(and, ",");
    }
    written
        .split([',', '|'])
        .map(|name| name.trim().trim_matches(['.', ':', '-', '–']).trim().to_owned())
        .filter(|name| is_name(name))
        .collect()
}

fn is_name(name: &str) -> bool {
    let n_words = name.split_whitespace().count();
    let lower = name.to_lowercase();
    !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && n_words <= 6
        && name.chars().any(char::is_alphabetic)
        && !name.chars().any(|c| c.is_ascii_digit() || matches!(c, ':' | '→' | '»' | '>' | '?'))
        && !matches!(
            lower.as_str(),
            "admin"
                | "administrator"
                | "publisher"
                | "redaktion"
                | "redaction"
                | "redacción"
                | "redacao"
                | "redação"
                | "redazione"
                | "redakcja"
                | "редакция"
                | "редакція"
                | "editor"
                | "staff"
                | "webmaster"
                | "author"
                | "null"
                | "none"
                | "undefined"
        )
}

fn paywall(page: &mut Page, head: &Head) {
    let tier =
        head.meta(&["article:content_tier", "content_tier", "cxenseparse:access", "paywall", "isaccessibleforfree"]);
    let origin = if head.json_ld.is_free == Some(false) {
        "json-ld isAccessibleForFree".to_owned()
    } else if let Some((name, _)) = tier.filter(|(name, value)| costs(name, value)) {
        format!("meta {name}")
    } else if head
        .properties
        .iter()
        .any(|(name, value)| name == "isaccessibleforfree" && value.eq_ignore_ascii_case("false"))
    {
        "itemprop isAccessibleForFree".to_owned()
    } else if head.has_paywall_mark && head.json_ld.is_free.is_none() {
        "class paywall".to_owned()
    } else {
        return;
    };
    page.is_paywalled = true;
    page.origins.push(("is_paywalled", origin));
}

fn costs(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    match name {
        "isaccessibleforfree" => value == "false",
        _ => matches!(
            value.as_str(),
            "locked" | "metered" | "premium" | "paid" | "subscriber" | "subscription" | "true" | "yes"
        ),
    }
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;
    use crate::article::head;

    fn page_of(html: &str) -> Page {
        let url = Url::parse("https://gazette.example/world/talks?utm_source=x").unwrap();
        page(&head::read(&Document::from(html)), Some(&url), &Hints::default())
    }

    #[test]
    fn names_are_split_and_cleaned() {
        assert_eq!(split_names("By Ann Lee and Bo Roe"), ["Ann Lee", "Bo Roe"]);
        assert_eq!(split_names("Von Änne Löwe, Karl Ruh"), ["Änne Löwe", "Karl Ruh"]);
        assert_eq!(split_names("Автор: Іван Гай та Ольга Рік"), ["Іван Гай", "Ольга Рік"]);
        assert_eq!(split_names("https://gazette.example/ann"), Vec::<String>::new());
    }

    #[test]
    fn the_outlet_is_no_author() {
        let html = "<meta property='og:site_name' content='Gazette'><meta name=author content='Gazette'>\
                    <a rel=author>Ann Lee</a>";
        assert_eq!(page_of(html).byline, ["Ann Lee"]);
    }

    #[test]
    fn a_front_page_is_not_the_canonical_address_of_an_article() {
        let html = "<link rel=canonical href='https://gazette.example/'>";
        assert!(page_of(html).canonical_url.unwrap().contains("/world/talks"));
        let html = "<link rel=canonical href='/world/talks-in-geneva'>";
        assert_eq!(page_of(html).canonical_url.as_deref(), Some("https://gazette.example/world/talks-in-geneva"));
    }

    #[test]
    fn paywalls_are_flagged_from_each_source() {
        assert!(page_of(r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"A","isAccessibleForFree":"False"}</script>"#).is_paywalled);
        assert!(page_of("<meta property='article:content_tier' content='locked'>").is_paywalled);
        assert!(page_of("<div class='c-paywall__box'>Subscribe</div>").is_paywalled);
        assert!(!page_of("<meta property='article:content_tier' content='free'>").is_paywalled);
    }
}
