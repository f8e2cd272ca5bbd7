//! Owns the status of an event, given what its reports say and when.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::ArticleReport;
use crate::tag::Status;

/// Outlets that copy an earlier dispatch come out after the news that overtook it.
const LAG: SignedDuration = SignedDuration::from_hours(6);

/// Decides where the event stands. `reports` are in order of time and have their groups.
pub(super) fn decide(reports: &[&ArticleReport]) -> Status {
    let Some((first, rest)) = reports.split_first() else {
        return Status::Unconfirmed;
    };
    let mut current = *first;
    for report in rest {
        if supersedes(report, current, reports) {
            current = report;
        }
    }
    current.mention.status
}

fn supersedes(next: &ArticleReport, current: &ArticleReport, reports: &[&ArticleReport]) -> bool {
    let (from, to) = (current.mention.status, next.mention.status);
    let is_late = next.at().duration_since(current.at()) > LAG;
    match (from, to) {
        (Status::Occurred, Status::Denied) | (Status::Denied, Status::Occurred) => settle(upto(reports, next)) == to,
        // A call that was called off or refused is on again only when somebody says so after the news has spread.
        (
            Status::Cancelled | Status::Declined | Status::Rejected | Status::Postponed,
            Status::Planned | Status::Agreed,
        ) => is_late || is_to_another_day(next, current),
        // A denial covers what was said before it, not a plan announced later.
        (Status::Denied, Status::Planned | Status::Agreed) => is_late && is_official(next),
        _ => rank(to) >= rank(from),
    }
}

/// Weighs a denial against confirmations: an official confirmation stands, and the denial stays a claim; otherwise the
/// denial wins unless two independent outlets, and more than deny it, saw it happen.
fn settle(reports: &[&ArticleReport]) -> Status {
    let confirming: Vec<_> = reports.iter().filter(|report| report.mention.status == Status::Occurred).collect();
    let denying: Vec<_> = reports.iter().filter(|report| report.mention.status == Status::Denied).collect();
    if confirming.iter().any(|report| is_official(report)) {
        return Status::Occurred;
    }
    let count = |reports: &[&&ArticleReport]| {
        reports.iter().map(|report| report.independent_group.as_str()).collect::<BTreeSet<_>>().len()
    };
    let (n_confirming, n_denying) = (count(&confirming), count(&denying));
    if n_confirming >= 2 && n_confirming > n_denying {
        return Status::Occurred;
    }
    Status::Denied
}

/// Tells whether a named voice stands behind the report's status, not only the outlet.
fn is_official(report: &ArticleReport) -> bool {
    let mention = &report.mention;
    let is_claimed = mention.claims.iter().any(|claim| claim.by.is_some() && claim.status == mention.status);
    is_claimed || (mention.announced_by.is_some() && mention.claims.is_empty())
}

fn is_to_another_day(next: &ArticleReport, current: &ArticleReport) -> bool {
    matches!((&next.mention.date, &current.mention.date), (Some(next), Some(current)) if next.start > current.start)
}

fn upto<'a, 'b>(reports: &'a [&'b ArticleReport], last: &ArticleReport) -> &'a [&'b ArticleReport] {
    let end = reports.iter().position(|report| report.article_id == last.article_id).map_or(reports.len(), |at| at + 1);
    &reports[..end]
}

/// How far an event has come. A later report never moves it back.
const fn rank(status: Status) -> u8 {
    match status {
        Status::Unconfirmed => 0,
        Status::Proposed => 1,
        Status::Planned
        | Status::Agreed
        | Status::Postponed
        | Status::Cancelled
        | Status::Declined
        | Status::Rejected => 2,
        Status::Underway | Status::Suspended => 3,
        Status::Occurred | Status::Denied | Status::Failed | Status::Concluded => 4,
    }
}
