//! Owns the comparison of two readings of one feed: whether it gives its entries other guids and links every time.

use std::collections::HashSet;

use super::Entry;

/// Fewer entries with known titles do not tell a feed that renames all of them from one that repeats a title.
const RENAMED_MIN: usize = 4;

/// Reports whether most of the entries of `after` are known from `before` by their titles alone.
#[must_use]
pub fn are_renamed(before: &[Entry], after: &[Entry]) -> bool {
    let titles: HashSet<&str> = before.iter().filter_map(|entry| entry.title.as_deref()).collect();
    let names: HashSet<&str> = before.iter().flat_map(names).collect();
    let is_renamed = |entry: &&Entry| {
        let is_known = entry.title.as_deref().is_some_and(|title| titles.contains(title));
        is_known && names_any(entry) && !self::names(entry).any(|name| names.contains(name))
    };
    let n_renamed = after.iter().filter(is_renamed).count();
    n_renamed >= RENAMED_MIN && n_renamed * 2 > after.len()
}

fn names(entry: &Entry) -> impl Iterator<Item = &str> {
    [entry.id.as_deref(), entry.link.as_deref()].into_iter().flatten()
}

fn names_any(entry: &Entry) -> bool {
    names(entry).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(n_entries: usize, token: &str) -> Vec<Entry> {
        let entry = |n: usize| Entry {
            id: Some(format!("{n}-{token}")),
            title: Some(format!("Call {n}")),
            link: Some(format!("https://news.example/{n}?t={token}")),
            ..Entry::default()
        };
        (0..n_entries).map(entry).collect()
    }

    #[test]
    fn only_other_guids_and_other_links_under_the_same_titles_are_new_names() {
        assert!(are_renamed(&entries(9, "a"), &entries(9, "b")));
        assert!(!are_renamed(&entries(9, "a"), &entries(9, "a")));
        assert!(!are_renamed(&entries(3, "a"), &entries(3, "b")), "too few to tell");
        let links_alone: Vec<Entry> =
            entries(9, "a").into_iter().zip(entries(9, "b")).map(|(a, b)| Entry { link: b.link, ..a }).collect();
        assert!(!are_renamed(&entries(9, "a"), &links_alone), "guids tell them");
        let untitled: Vec<Entry> = entries(9, "b").into_iter().map(|entry| Entry { title: None, ..entry }).collect();
        assert!(!are_renamed(&entries(9, "a"), &untitled), "new entries");
    }
}
