//! Owns which part of a site a feed is about, as the addresses of its entries tell: a feed of world news must not bring the
//! site's sports when its gaps are filled from what the site lists as a whole.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Entry;
use super::host::is_overlong;

/// Entries looked at.
const ENTRIES_MAX: usize = 100;
/// A feed with entries of more directories is one of the whole site.
const DIRECTORIES_MAX: usize = 8;

/// Hosts and directories of a feed's entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Section {
    /// Without `www.`.
    hosts: Vec<String>,
    /// First parts of paths; none when all of the site is meant.
    directories: Vec<String>,
}

impl Section {
    /// Takes what the entries have in common.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut section = Self::default();
        let mut is_whole = false;
        for url in urls(entries) {
            add(&mut section.hosts, host(&url));
            match directory(&url) {
                Some(directory) => add(&mut section.directories, directory),
                None => is_whole = true,
            }
        }
        if is_whole || section.directories.len() > DIRECTORIES_MAX {
            section.directories.clear();
        }
        section
    }

    /// Reports whether an address is of the section.
    #[must_use]
    pub fn covers(&self, link: &str) -> bool {
        let Some(url) = parsed(link) else { return false };
        self.hosts.iter().any(|known| known == host(&url))
            && (self.directories.is_empty()
                || directory(&url).is_some_and(|own| self.directories.iter().any(|known| known == own)))
    }
}

/// Returns the root of the site that the entries are of.
#[must_use]
pub fn site(entries: &[Entry]) -> Option<Url> {
    urls(entries).find_map(|url| url.join("/").ok())
}

fn urls(entries: &[Entry]) -> impl Iterator<Item = Url> {
    entries.iter().take(ENTRIES_MAX).filter_map(|entry| parsed(entry.link.as_deref()?))
}

fn parsed(link: &str) -> Option<Url> {
    let url = Url::parse(link).ok().filter(|_| !is_overlong(link))?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// The first part of a path that has more than one and starts with a word: `2025/02/12` is no section.
fn directory(url: &Url) -> Option<&str> {
    let (first, rest) = url.path().trim_start_matches('/').split_once('/')?;
    (!rest.is_empty() && first.contains(|c: char| c.is_alphabetic())).then_some(first)
}

fn add(known: &mut Vec<String>, one: &str) {
    if known.len() <= DIRECTORIES_MAX && !known.iter().any(|known| known == one) {
        known.push(one.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(links: &[&str]) -> Section {
        let entry = |link: &&str| Entry { link: Some((*link).to_owned()), ..Entry::default() };
        Section::of(&links.iter().map(entry).collect::<Vec<_>>())
    }

    #[test]
    fn a_feed_of_one_section_covers_no_other() {
        let world = section(&["https://www.news.example/world/asia/1", "https://news.example/politics/2"]);
        for (link, expect) in [
            ("https://news.example/world/3", true),
            ("https://www.news.example/politics/europe/4", true),
            ("https://news.example/sport/5", false),
            ("https://news.example/6", false),
            ("https://else.example/world/7", false),
            ("no address", false),
        ] {
            assert_eq!(world.covers(link), expect, "{link}");
        }
    }

    #[test]
    fn a_feed_whose_addresses_name_no_section_is_of_the_whole_site() {
        let many: Vec<String> = (0..12).map(|n| format!("https://news.example/part{n}/1")).collect();
        for links in [
            vec!["https://news.example/world/1", "https://news.example/a-call"],
            vec!["https://news.example/2025/02/12/call"],
            many.iter().map(String::as_str).collect(),
        ] {
            assert!(section(&links).covers("https://news.example/sport/5"), "{links:?}");
        }
        assert!(!section(&[]).covers("https://news.example/sport/5"));
    }
}
