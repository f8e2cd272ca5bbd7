//! Owns who confirms an event independently: reports collapse into groups that count as one voice.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ArticleReport;
use crate::article::Article;

/// Chars at the start of a text in which another outlet is named as the one that reported.
const CREDIT_CHARS: usize = 1_500;
/// A shorter name is more often something else.
const CREDIT_NAME_CHARS_MIN: usize = 3;

/// How many voices report the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Corroboration {
    pub articles: usize,
    pub outlets: usize,
    /// Groups left after collapsing publisher families, news agencies and copies.
    pub independent: usize,
}

/// Finds those outlets of an event's reports that an article names near its beginning ("as the BBC reported"): what it
/// says of the event may be theirs.
pub(super) fn outlets_credited(article: &Article, reports: &[ArticleReport]) -> Vec<String> {
    let text: String = article.text.chars().take(CREDIT_CHARS).collect::<String>().to_lowercase();
    let mut credited: Vec<String> = Vec::new();
    for report in reports {
        if report.outlet == article.outlet || credited.contains(&report.outlet) {
            continue;
        }
        let name = report.outlet_name.to_lowercase();
        let short = name.strip_suffix(" news").unwrap_or(&name);
        if short.chars().count() >= CREDIT_NAME_CHARS_MIN && has_word(&text, short) {
            credited.push(report.outlet.clone());
        }
    }
    credited
}

/// Puts each report into a group and counts the voices.
pub(super) fn group(reports: &mut [ArticleReport]) -> Corroboration {
    let mut groups = Groups { parents: (0..reports.len()).collect() };
    let mut first_by_tie: HashMap<String, usize> = HashMap::new();
    for (index, report) in reports.iter().enumerate() {
        for tie in ties(report) {
            let first = *first_by_tie.entry(tie).or_insert(index);
            groups.join(first, index);
        }
    }
    let mut names: HashMap<usize, String> = HashMap::new();
    for (index, report) in reports.iter_mut().enumerate() {
        let n_groups = names.len();
        let name = names.entry(groups.root(index)).or_insert_with(|| format!("g{}", n_groups + 1));
        report.independent_group.clone_from(name);
    }
    let outlets: BTreeSet<&str> = reports.iter().map(|report| report.outlet.as_str()).collect();
    Corroboration { articles: reports.len(), outlets: outlets.len(), independent: names.len() }
}

/// Returns what makes two reports one voice when they share it.
fn ties(report: &ArticleReport) -> Vec<String> {
    let mut ties = vec![format!("outlet {}", report.outlet), format!("text {}", report.article_id)];
    ties.extend(report.family.iter().map(|family| format!("family {family}")));
    // An agency's own report and those that credit it are one voice.
    ties.extend(report.credits.iter().map(|outlet| format!("outlet {outlet}")));
    ties.extend(report.copy_of.iter().map(|original| format!("text {original}")));
    ties
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Disjoint sets over report indexes; the smallest index is the root.
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn root(&self, mut index: usize) -> usize {
        while self.parents[index] != index {
            index = self.parents[index];
        }
        index
    }

    fn join(&mut self, one: usize, two: usize) {
        let (one, two) = (self.root(one), self.root(two));
        self.parents[one.max(two)] = one.min(two);
    }
}
