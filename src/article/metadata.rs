//! Owns a page's metadata: title, byline, times, addresses, outlet and paywall, each with the source it came from.

use ::url::Url;

use super::{
    Hints, Page, PageTime, byline,
    head::Head,
    title,
    url::{canonical, resolve},
    when,
};

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
        if page.outlet_name.is_none()
            && let Some(name) = head.title.as_deref().and_then(|page| title::outlet_behind(page, &title.text))
        {
            page.origins.push(("outlet_name", "title".to_owned()));
            page.outlet_name = Some(name.to_owned());
        }
        page.title = Some(title.text);
    }
    if let Some((names, origin)) = byline::find(head, page.outlet_name.as_deref().unwrap_or_default()) {
        page.byline = names;
        page.origins.push(("byline", origin.to_owned()));
    }
    if let Some(published) = when::published(head, url, hints) {
        page.origins.push(("published", published.origin));
        page.published = Some(published.time);
    }
    // A change before the publication is a date of something else.
    let published = page.published.as_ref().map(PageTime::day);
    let modified = when::modified(head, url, hints);
    if let Some(modified) = modified.filter(|modified| published.is_none_or(|day| modified.time.day() >= day)) {
        page.origins.push(("modified", modified.origin));
        page.modified = Some(modified.time);
    }
    image(&mut page, head, base);
    paywall(&mut page, head);
    page
}

fn image(page: &mut Page, head: &Head, base: Option<&Url>) {
    let names = ["og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "image_src"];
    let metas = names.iter().filter_map(|name| head.meta(&[name])).map(|(name, value)| (value, name));
    let json = head.json_ld.image.as_deref().map(|image| (image, "json-ld image"));
    let property = head.meta(&["image", "thumbnailurl"]).map(|(name, value)| (value, name));
    if let Some((image, origin)) =
        metas.chain(json).chain(property).find_map(|(value, origin)| Some((resolve(value, base)?, origin)))
    {
        page.origins.push(("image", origin.to_owned()));
        page.image = Some(image);
    }
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

fn paywall(page: &mut Page, head: &Head) {
    let tier = head.meta(&[
        "article:content_tier",
        "content_tier",
        "cxenseparse:access",
        "paywall",
        "articleaccess",
        "content_access",
        "isaccessibleforfree",
    ]);
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
