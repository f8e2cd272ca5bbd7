//! Owns what a host rule decides on a page: each field it selects, and which of its selectors found nothing.

use ::url::Url;
use dom_query::{Document, NodeRef};

use super::{
    Hints, Page, byline,
    head::Head,
    lines::{self, Known},
    markup, when,
};
use crate::outlet::{HostRule, Selector};

/// A selected text shorter than this is a page's leftovers: the page is read without the rule.
const TEXT_CHARS_MIN: usize = 20;

/// Finds the rule of the page's host: the address it was fetched from, else the one it declares.
pub(super) fn find<'r>(head: &Head, url: Option<&Url>, hints: &Hints<'r>) -> Option<&'r HostRule> {
    let rules = hints.rules?;
    if let Some(url) = url {
        return rules.of(url);
    }
    let declared = head.canonical.as_deref().or(head.meta(&["og:url"]).map(|(_, url)| url))?;
    rules.of(&Url::parse(declared).ok()?)
}

/// Puts what the rule selects in the place of what was found without it.
pub(super) fn decide(page: &mut Page, document: &Document, rule: &HostRule, (head, hints): (&Head, &Hints)) {
    let mut missed: Vec<&str> = Vec::new();
    if let Some(selector) = &rule.title {
        match texts(document, selector).into_iter().next() {
            Some(title) => {
                page.title = Some(title);
                told(page, "title", rule);
            }
            None => missed.push("title"),
        }
    }
    if let Some(selector) = &rule.byline {
        let written = texts(document, selector);
        let names = byline::names(written.iter().map(String::as_str), page.outlet_name.as_deref());
        if names.is_empty() {
            missed.push("byline");
        } else {
            page.byline = names;
            told(page, "byline", rule);
        }
    }
    if let Some(selector) = &rule.date {
        match dates(document, selector).iter().find_map(|value| when::stated(value, head, hints)) {
            Some(time) => {
                page.published = Some(time);
                told(page, "published", rule);
            }
            None => missed.push("date"),
        }
    }
    if let Some(selector) = &rule.credit {
        page.credit = Some(texts(document, selector).join(" / ")).filter(|credit| !credit.is_empty());
        if page.credit.is_some() {
            told(page, "credit", rule);
        }
    }
    for key in missed {
        selects_nothing(page, key, rule);
    }
}

/// Takes the text that the rule selects. False when it selects none; a selector that should have is noted.
pub(super) fn text(page: &mut Page, document: &Document, rule: &HostRule) -> bool {
    let Some(selector) = &rule.content else { return false };
    let known = Known::of(page);
    let selected = outermost(document, selector);
    let found = lines::filter(selected.iter().flat_map(markup::lines).collect(), &known);
    if found.iter().map(markup::Line::n_chars).sum::<usize>() < TEXT_CHARS_MIN {
        selects_nothing(page, "content", rule);
        return false;
    }
    page.text = markup::join(&found);
    told(page, "text", rule);
    true
}

/// Takes out what the rule removes; true when there was any.
pub(super) fn remove(document: &Document, rule: &HostRule) -> bool {
    let mut is_changed = false;
    for selector in &rule.remove {
        let found = document.select_matcher(selector.matcher());
        is_changed |= found.exists();
        found.remove();
    }
    is_changed
}

/// Says that the rule decided a field.
pub(super) fn told(page: &mut Page, field: &'static str, rule: &HostRule) {
    page.origins.retain(|(known, _)| *known != field);
    page.origins.push((field, rule.origin()));
}

/// Says that a selector is out of date, in one line for all of them.
fn selects_nothing(page: &mut Page, key: &str, rule: &HostRule) {
    let told = page.origins.iter_mut().find(|(field, _)| *field == "host_rule");
    match told {
        Some((_, told)) => told.extend([", `", key, "` selects nothing"]),
        None => page.origins.push(("host_rule", format!("{}: `{key}` selects nothing", rule.host))),
    }
}

fn texts(document: &Document, selector: &Selector) -> Vec<String> {
    let nodes = outermost(document, selector);
    nodes.iter().map(markup::text).filter(|text| !text.is_empty()).collect()
}

/// Returns what dates stand in the selected elements: what they tell machines first.
fn dates(document: &Document, selector: &Selector) -> Vec<String> {
    let mut values = Vec::new();
    for node in outermost(document, selector) {
        values.extend(["datetime", "content"].iter().filter_map(|name| Some(node.attr(name)?.to_string())));
        values.push(markup::text(&node));
    }
    values.retain(|value| !value.trim().is_empty());
    values
}

/// Returns the selected elements that stand in no other selected one.
fn outermost<'d>(document: &'d Document, selector: &Selector) -> Vec<NodeRef<'d>> {
    let selected = document.select_matcher(selector.matcher());
    let nodes = selected.nodes();
    let ids: std::collections::HashSet<_> = nodes.iter().map(|node| node.id).collect();
    let is_inner = |node: &NodeRef| node.ancestors_it(None).any(|outer| ids.contains(&outer.id));
    nodes.iter().filter(|node| !is_inner(node)).copied().collect()
}

#[cfg(test)]
mod tests {
    use crate::article::{Hints, Page, PageTime, extract};
    use crate::outlet::{HostRule, HostRules, Selector};

    const PAGE: &str = "<html lang=de><head><title>Start - Blatt</title><meta property='og:site_name' content='Blatt'>
        <meta property='article:published_time' content='2025-02-01T08:00:00+01:00'></head><body>
        <h1>Blatt</h1><div class=oben>Minister treffen sich in Genf</div><div class=wann>12.02.2025, 23:30</div>
        <div class=wer>Von Anna Lee und Bo Roe</div><div class=quelle>dpa</div>
        <div class=kasten><p>Dieser Kasten gehört nicht zum Text, so lang er auch ist und so sehr er nach einem Artikel
        aussieht, denn er wirbt nur für ein Abonnement und für sonst nichts auf der Welt, Tag für Tag.</p></div>
        <div class=stueck><p>Die Minister sprachen am Mittwoch eine Stunde.</p><aside>Werbung im Text</aside></div>
        <div class=stueck><div class=stueck><p>Danach trennten sie sich als Freunde.</p></div></div></body></html>";

    fn selector(text: &str) -> Selector {
        Selector::parse(text).unwrap()
    }

    fn read(rule: HostRule) -> Page {
        let mut rules = HostRules::default();
        rules.put(HostRule { host: "blatt.example".to_owned(), ..rule });
        let url = "https://www.blatt.example/a".parse().unwrap();
        extract(PAGE, Some(&url), &Hints { rules: Some(&rules), ..Hints::default() }).unwrap()
    }

    fn origin<'p>(page: &'p Page, field: &str) -> Option<&'p str> {
        page.origins.iter().find(|(known, _)| *known == field).map(|(_, origin)| origin.as_str())
    }

    #[test]
    fn a_rule_selects_text_title_authors_day_and_credit_and_says_so() {
        let page = read(HostRule {
            content: Some(selector("div.stueck")),
            remove: vec![selector("aside")],
            title: Some(selector(".oben")),
            byline: Some(selector(".wer")),
            date: Some(selector(".wann")),
            credit: Some(selector(".quelle")),
            ..HostRule::default()
        });
        let text = "Die Minister sprachen am Mittwoch eine Stunde.\nDanach trennten sie sich als Freunde.";
        assert_eq!(page.text, text);
        assert_eq!(page.title.as_deref(), Some("Minister treffen sich in Genf"));
        assert_eq!(page.byline, ["Anna Lee", "Bo Roe"]);
        assert_eq!(page.published, Some(PageTime::Day(jiff::civil::date(2025, 2, 12))));
        assert_eq!(page.credit.as_deref(), Some("dpa"));
        for field in ["text", "title", "byline", "published", "credit"] {
            assert_eq!(origin(&page, field), Some("host rule blatt.example"), "{field}");
        }
        assert_eq!(origin(&page, "host_rule"), None);
    }

    #[test]
    fn a_selector_that_finds_nothing_leaves_the_field_and_is_told() {
        let page = read(HostRule {
            content: Some(selector("main .gone")),
            date: Some(selector("time.gone")),
            ..HostRule::default()
        });
        assert!(page.text.contains("Die Minister sprachen"));
        assert_eq!(origin(&page, "published"), Some("meta article:published_time"));
        let told = "blatt.example: `date` selects nothing, `content` selects nothing";
        assert_eq!(origin(&page, "host_rule"), Some(told));
    }

    #[test]
    fn what_a_rule_removes_is_not_read() {
        let page = read(HostRule { remove: vec![selector(".kasten, .stueck aside")], ..HostRule::default() });
        assert!(page.text.contains("Die Minister sprachen"), "{}", page.text);
        assert!(!page.text.contains("Kasten"), "{}", page.text);
    }

    #[test]
    fn a_rules_zone_gives_the_offset_that_a_page_leaves_out() {
        let html =
            "<meta property='article:published_time' content='2025-02-12T23:30:00'><h1>Talks in Geneva today</h1>
                    <p>The ministers met for an hour in Geneva and parted as friends, said a speaker.</p>";
        let mut rules = HostRules::default();
        let zone = Some("Europe/Kyiv".to_owned());
        rules.put(HostRule { host: "blatt.example".to_owned(), zone, ..HostRule::default() });
        let url = "https://blatt.example/a".parse().unwrap();
        let page = extract(html, Some(&url), &Hints { rules: Some(&rules), ..Hints::default() }).unwrap();
        let Some(PageTime::Instant(instant)) = &page.published else { panic!("an instant: {:?}", page.published) };
        assert_eq!(instant.offset().seconds(), 7200);
        assert_eq!(origin(&page, "zone"), Some("host rule blatt.example"));
        let own = Hints { rules: Some(&rules), zone: Some("Europe/Paris"), ..Hints::default() };
        let page = extract(html, Some(&url), &own).unwrap();
        assert_eq!(origin(&page, "zone"), None);
    }
}
