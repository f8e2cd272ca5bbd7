//! Owns taking reports into an event, and what of that a consumer sees as a change.

use jiff::Timestamp;

use super::consolidate::consolidate;
use super::{ArticleReport, Change, ChangeKind, Config, Event, Step};
use crate::tag::Mention;

/// Takes one article's report into the event. `None` when nothing a consumer sees has changed: the same revision again,
/// or an edit that says the same.
pub fn apply(event: &mut Event, report: ArticleReport, config: &Config, now: Timestamp) -> Option<Change> {
    let before = event.clone();
    let cause = Cause::of(&report);
    if !admit(event, report, config) {
        return None;
    }
    consolidate(event);
    revise(Some(&before), event, &cause, now)
}

/// Who brought a change about, in words.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    outlet_name: String,
    revision: u32,
}

impl Cause {
    pub(super) fn of(report: &ArticleReport) -> Self {
        Self { outlet_name: report.outlet_name.clone(), revision: report.revision }
    }

    pub(super) fn new(outlet_name: &str, revision: u32) -> Self {
        Self { outlet_name: outlet_name.to_owned(), revision }
    }
}

/// Adds the report, or replaces the article's earlier one. Returns whether the event has something new to say.
pub(super) fn admit(event: &mut Event, report: ArticleReport, config: &Config) -> bool {
    let known = event.reports.iter_mut().find(|known| known.article_id == report.article_id);
    if let Some(known) = known {
        if known.revision >= report.revision || says_the_same(known, &report) {
            return false;
        }
        let seen = known.seen;
        *known = report;
        known.seen = seen;
        return true;
    }
    event.reports.push(report);
    if event.reports.len() > config.reports_max.max(1) {
        let last = event.reports.len() - 1;
        let copy = event.reports[..last].iter().position(|report| report.copy_of.is_some());
        // The first report stays: it opened the event.
        event.reports.remove(copy.unwrap_or_else(|| 1.min(last)));
    }
    true
}

/// Adds what a second mention of the same event says to the article's report.
pub(super) fn add_mention(report: &mut ArticleReport, mention: &Mention) {
    let into = &mut report.mention;
    into.claims.extend(mention.claims.iter().filter(|claim| !into.claims.contains(claim)).cloned().collect::<Vec<_>>());
    into.topics.extend(mention.topics.iter().filter(|topic| !into.topics.contains(topic)).cloned().collect::<Vec<_>>());
    into.date = into.date.take().or_else(|| mention.date.clone());
    into.medium = into.medium.or(mention.medium);
    into.place = into.place.take().or_else(|| mention.place.clone());
}

/// Numbers the new state of an event and says what changed. `None` when nothing did.
pub(super) fn revise(before: Option<&Event>, event: &mut Event, cause: &Cause, now: Timestamp) -> Option<Change> {
    let Some(before) = before else {
        event.revision = 1;
        event.history = vec![Step { revision: 1, status: event.status, at: now }];
        let reason = format!("first report ({})", cause.outlet_name);
        return Some(Change { kind: ChangeKind::Created, fields: Vec::new(), reason });
    };
    let fields = differing(before, event);
    if fields.is_empty() {
        return None;
    }
    event.revision = before.revision + 1;
    if before.status != event.status {
        event.history.push(Step { revision: event.revision, status: event.status, at: now });
    }
    let (kind, reason) = describe(before, event, cause);
    Some(Change { kind, fields, reason })
}

fn describe(before: &Event, event: &Event, cause: &Cause) -> (ChangeKind, String) {
    let outlet = &cause.outlet_name;
    if let (None, Some(closed)) = (&before.closed, &event.closed) {
        let is_merged = event.related.iter().any(|related| related.relation == super::Relation::MERGED_INTO);
        let kind = if is_merged { ChangeKind::Merged } else { ChangeKind::Retracted };
        return (kind, closed.reason.clone());
    }
    if before.aliases != event.aliases {
        let merged = event.aliases.last().map_or("", String::as_str);
        return (ChangeKind::Revised, format!("took in event {merged} ({outlet})"));
    }
    let reason = if before.status != event.status {
        format!("status {} -> {} ({outlet})", before.status.as_str(), event.status.as_str())
    } else if event.reports.len() < before.reports.len() {
        format!("withdrawn by {outlet} (revision {})", cause.revision)
    } else if cause.revision > 1 && event.reports.len() == before.reports.len() {
        format!("corrected by {outlet} (revision {})", cause.revision)
    } else {
        format!("reported by {outlet}")
    };
    (ChangeKind::Revised, reason)
}

/// Names the record's fields in which two states of an event differ.
fn differing(before: &Event, event: &Event) -> Vec<String> {
    let pairs = [
        ("status", before.status != event.status),
        ("date", before.date != event.date),
        ("participants", before.participants != event.participants),
        ("parties", before.parties != event.parties),
        ("medium", before.medium != event.medium),
        ("topics", before.topics != event.topics),
        ("place", before.place != event.place),
        ("cameo", before.cameo != event.cameo),
        ("plover", before.plover != event.plover),
        ("confidence", (before.confidence - event.confidence).abs() > f64::EPSILON),
        ("headline", before.headline != event.headline),
        ("claims", before.claims != event.claims),
        ("corroboration", before.corroboration != event.corroboration),
        ("sources", before.reports != event.reports),
        ("related", before.related != event.related),
    ];
    pairs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field.to_owned()).collect()
}

/// Tells whether an edit leaves untouched all that the event takes from the article. Offsets move with every word.
fn says_the_same(known: &ArticleReport, report: &ArticleReport) -> bool {
    let plain = |mention: &Mention| {
        let mut mention = mention.clone();
        mention.evidence.clear();
        mention.confidence = 0.0;
        for claim in &mut mention.claims {
            (claim.start, claim.end) = (0, 0);
        }
        mention
    };
    known.title == report.title
        && known.url == report.url
        && known.copy_of == report.copy_of
        && plain(&known.mention) == plain(&report.mention)
}
