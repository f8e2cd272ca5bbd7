//! Owns host rules: what is known of the pages of one host. The format of their files is in `config/outlets/README.md`.

use std::collections::HashMap;

use dom_query::Matcher;
use url::Url;

use super::agencies::{Agencies, Credit, CreditPlace};

/// Chars of a broken selector in which the fault is looked for.
const SELECTOR_CHARS_MAX: usize = 500;

/// A CSS selector with its text.
#[derive(Debug, Clone)]
pub struct Selector {
    text: String,
    matcher: Matcher,
}

/// Why a text is no selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CSS selector")]
pub struct SelectorError {
    /// Chars in front of the place where reading failed.
    pub n_chars_before: usize,
}

impl Selector {
    /// # Errors
    /// [`SelectorError`] says where reading failed.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        match Matcher::new(text) {
            Ok(matcher) => Ok(Self { text: text.to_owned(), matcher }),
            Err(_) => Err(SelectorError { n_chars_before: readable_chars(text) }),
        }
    }

    #[must_use]
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }
}

/// Counts the chars of the longest beginning that is a selector: the parser does not say where it stopped.
fn readable_chars(text: &str) -> usize {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).take(SELECTOR_CHARS_MAX).collect();
    let is_selector = |end: &usize| text.get(..*end).is_some_and(|start| Matcher::new(start).is_ok());
    ends.iter().rposition(is_selector).unwrap_or_default()
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is known of a host; what is not given is found as on every other page.
#[derive(Debug, Clone, Default)]
pub struct HostRule {
    /// The host the rule is for (`bbc.co.uk`).
    pub host: String,
    /// Publisher family.
    pub family: Option<String>,
    /// IANA zone of times that its pages give without an offset.
    pub zone: Option<String>,
    /// Id of the agency whose own pages these are.
    pub agency: Option<String>,
    /// The blocks that hold the text.
    pub content: Option<Selector>,
    /// What goes before the text is read.
    pub remove: Vec<Selector>,
    pub title: Option<Selector>,
    /// The elements that hold the authors, one or several in each.
    pub byline: Option<Selector>,
    /// The element that holds the time of publication, in `datetime`, `content` or its text.
    pub date: Option<Selector>,
    /// The element that names the agency.
    pub credit: Option<Selector>,
}

impl HostRule {
    /// Says who decided, for [`origins`](crate::article::Page::origins).
    #[must_use]
    pub fn origin(&self) -> String {
        format!("host rule {}", self.host)
    }

    /// Lays what another rule gives over this one.
    fn overlay(&mut self, other: Self) {
        fn put<T>(place: &mut Option<T>, value: Option<T>) {
            if value.is_some() {
                *place = value;
            }
        }
        put(&mut self.family, other.family);
        put(&mut self.zone, other.zone);
        put(&mut self.agency, other.agency);
        put(&mut self.content, other.content);
        put(&mut self.title, other.title);
        put(&mut self.byline, other.byline);
        put(&mut self.date, other.date);
        put(&mut self.credit, other.credit);
        if !other.remove.is_empty() {
            self.remove = other.remove;
        }
    }
}

/// All host rules, and the agencies. Immutable once loaded.
#[derive(Debug, Clone, Default)]
pub struct HostRules {
    by_host: HashMap<String, HostRule>,
    agencies: Agencies,
}

impl HostRules {
    /// Finds the rule of a page's host: its own, else that of the nearest domain above.
    #[must_use]
    pub fn of(&self, url: &Url) -> Option<&HostRule> {
        self.of_host(url.host_str()?)
    }

    /// Finds the rule of a host as [`Self::of`] does; the host is in lower case.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<&HostRule> {
        let mut host = host.trim_end_matches('.');
        loop {
            if let Some(rule) = self.by_host.get(host) {
                return Some(rule);
            }
            host = host.split_once('.')?.1;
        }
    }

    /// Lays a rule over the one its host has.
    pub fn put(&mut self, rule: HostRule) {
        match self.by_host.get_mut(&rule.host) {
            Some(known) => known.overlay(rule),
            None => {
                self.by_host.insert(rule.host.clone(), rule);
            }
        }
    }

    #[must_use]
    pub fn n_hosts(&self) -> usize {
        self.by_host.len()
    }

    #[must_use]
    pub fn agencies(&self) -> &Agencies {
        &self.agencies
    }

    pub fn agencies_mut(&mut self) -> &mut Agencies {
        &mut self.agencies
    }

    /// Finds the agencies whose report an article passes on: by the page's host, by who signed it, by its text.
    #[must_use]
    pub fn credits(&self, url: Option<&Url>, signed: &[String], text: &str) -> Vec<Credit> {
        let own = url.and_then(|url| self.of(url)).and_then(|rule| rule.agency.clone());
        let mut credits: Vec<Credit> =
            own.into_iter().map(|agency| Credit { agency, place: CreditPlace::Host }).collect();
        for credit in self.agencies.credited(signed, text) {
            if !credits.iter().any(|known| known.agency == credit.agency) {
                credits.push(credit);
            }
        }
        credits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(host: &str, family: &str) -> HostRule {
        HostRule { host: host.to_owned(), family: Some(family.to_owned()), ..HostRule::default() }
    }

    #[test]
    fn a_host_speaks_for_its_subdomains_and_the_nearest_one_decides() {
        let mut rules = HostRules::default();
        rules.put(rule("gazette.example", "gazette"));
        rules.put(rule("sport.gazette.example", "stadium"));
        let family = |host: &str| rules.of_host(host).and_then(|rule| rule.family.as_deref());
        assert_eq!(family("gazette.example"), Some("gazette"));
        assert_eq!(family("www.gazette.example."), Some("gazette"));
        assert_eq!(family("live.sport.gazette.example"), Some("stadium"));
        assert_eq!(family("thegazette.example"), None);
        assert_eq!(family("example"), None);
    }

    #[test]
    fn a_later_rule_replaces_only_what_it_gives() {
        let mut rules = HostRules::default();
        rules.put(HostRule { zone: Some("Europe/Paris".to_owned()), ..rule("gazette.example", "gazette") });
        rules.put(rule("gazette.example", "big press"));
        let found = rules.of_host("gazette.example").unwrap();
        assert_eq!((found.family.as_deref(), found.zone.as_deref()), (Some("big press"), Some("Europe/Paris")));
    }

    #[test]
    fn a_bad_selector_says_where() {
        assert!(Selector::parse("article > .body p:not(.ad), [itemprop=articleBody]").is_ok());
        assert_eq!(Selector::parse("div..body").unwrap_err().n_chars_before, 3);
        assert_eq!(Selector::parse("").unwrap_err().n_chars_before, 0);
    }
}
