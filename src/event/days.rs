//! Owns when: whether the day a mention gives and the day of an event can be the same.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Event;
use crate::tag::{EventDate, Kind, Mention, Precision, Status};

/// An undated report of something that took place is about the last three days.
const UNDATED_REACH_DAYS: i64 = 3;
/// Time two neighbouring days in two zones must share to be one evening seen from both: New York and Kyiv share seven
/// hours, London and Kyiv two.
const SHARED_HOURS_MIN: i64 = 3;
/// A plan read after the event took place belongs to it only while slow outlets still print the preview.
const LATE_PREVIEW: SignedDuration = SignedDuration::from_hours(24);

/// How well the days agree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DayFit {
    /// 0 to 1.
    pub(super) score: f64,
    pub(super) reason: &'static str,
}

/// Compares the day of a mention, reported at `at`, with the day of an event. `None` when they are two different days.
pub(super) fn fit(mention: &Mention, at: Timestamp, event: &Event, window: SignedDuration) -> Option<DayFit> {
    match (&mention.date, &event.date) {
        (Some(one), Some(two)) => both_dated(mention, one, event, two, window),
        (Some(date), None) => undated_event(date, event, window),
        (None, Some(date)) => undated_mention(mention.status, at, date, window),
        (None, None) => both_undated(mention.status, at, event, window),
    }
}

/// Tells whether a date names one day or less.
pub(super) fn is_explicit(date: &EventDate) -> bool {
    date.precision <= Precision::Day && date.start == date.end
}

/// Tells whether two explicit dates are the same day.
pub(super) fn is_same_day(one: Option<&EventDate>, two: Option<&EventDate>) -> bool {
    matches!((one, two), (Some(one), Some(two)) if is_explicit(one) && is_explicit(two) && one.start == two.start)
}

fn both_dated(
    mention: &Mention,
    one: &EventDate,
    event: &Event,
    two: &EventDate,
    window: SignedDuration,
) -> Option<DayFit> {
    if one.start <= two.end && two.start <= one.end {
        if is_explicit(one) && is_explicit(two) {
            return Some(DayFit { score: 1.0, reason: "same day" });
        }
        return Some(DayFit { score: 0.7, reason: "overlapping days" });
    }
    if is_explicit(one) && is_explicit(two) && shared_hours(one, two) >= SHARED_HOURS_MIN {
        return Some(DayFit { score: 0.6, reason: "neighbouring days in two zones" });
    }
    let gap_days = days_between(one, two);
    if event.kind.0 == Kind::NEGOTIATION && gap_days <= 1 {
        return Some(DayFit { score: 0.6, reason: "following day of the talks" });
    }
    let is_moved = mention.status == Status::Postponed || event.status == Status::Postponed;
    let is_open = !matches!(event.status, Status::Occurred | Status::Concluded | Status::Failed);
    if is_moved && is_open && gap_days * 24 <= window.as_hours() {
        return Some(DayFit { score: 0.5, reason: "moved to another day" });
    }
    None
}

fn undated_event(date: &EventDate, event: &Event, window: SignedDuration) -> Option<DayFit> {
    let first = utc_day(event.reports.iter().map(super::ArticleReport::at).min().unwrap_or(event.first_seen));
    let last = utc_day(event.reports.iter().map(super::ArticleReport::at).max().unwrap_or(event.first_seen));
    let (from, to) = if looks_back(event.status) {
        (shift(first, -UNDATED_REACH_DAYS), shift(last, 1))
    } else {
        (shift(first, -1), shift(last, window.as_hours() / 24))
    };
    (date.start <= to && from <= date.end).then_some(DayFit { score: 0.5, reason: "a day the reports allow" })
}

fn undated_mention(status: Status, at: Timestamp, date: &EventDate, window: SignedDuration) -> Option<DayFit> {
    let day = utc_day(at);
    let (from, to) = if looks_back(status) {
        (shift(day, -UNDATED_REACH_DAYS), shift(day, 1))
    } else {
        (shift(day, -1), shift(day, window.as_hours() / 24))
    };
    (date.start <= to && from <= date.end).then_some(DayFit { score: 0.5, reason: "near the day of the report" })
}

fn both_undated(status: Status, at: Timestamp, event: &Event, window: SignedDuration) -> Option<DayFit> {
    let last = event.reports.iter().map(super::ArticleReport::at).max().unwrap_or(event.first_seen);
    let gap = at.duration_since(last).abs();
    let reach = match (looks_back(event.status), looks_back(status)) {
        (true, true) => SignedDuration::from_hours(24 * UNDATED_REACH_DAYS),
        (true, false) if at > last => LATE_PREVIEW,
        _ => window,
    };
    (gap <= reach).then_some(DayFit { score: 0.4, reason: "reported close together" })
}

/// Tells whether a status speaks of something behind us.
const fn looks_back(status: Status) -> bool {
    matches!(
        status,
        Status::Occurred | Status::Denied | Status::Underway | Status::Suspended | Status::Failed | Status::Concluded
    )
}

fn days_between(one: &EventDate, two: &EventDate) -> i64 {
    let gap = |earlier: Date, later: Date| later.duration_since(earlier).as_hours() / 24;
    gap(one.end, two.start).max(gap(two.end, one.start)).max(0)
}

/// Returns the hours that two days, each in its own zone, have in common.
fn shared_hours(one: &EventDate, two: &EventDate) -> i64 {
    if one.zone == two.zone {
        return 0;
    }
    let (Some(one), Some(two)) = (instants(one), instants(two)) else {
        return 0;
    };
    one.1.min(two.1).duration_since(one.0.max(two.0)).as_hours()
}

fn instants(date: &EventDate) -> Option<(Timestamp, Timestamp)> {
    let zone = TimeZone::get(date.zone.as_deref()?).ok()?;
    let start = date.start.to_zoned_datetime(zone.clone()).ok()?.timestamp();
    let end = date.end.tomorrow().ok()?.to_zoned_datetime(zone).ok()?.timestamp();
    Some((start, end))
}

fn utc_day(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

fn shift(day: Date, n_days: i64) -> Date {
    day.saturating_add(n_days.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: &str, zone: &str) -> EventDate {
        let day: Date = day.parse().unwrap();
        EventDate { start: day, end: day, precision: Precision::Day, zone: Some(zone.to_owned()), text: String::new() }
    }

    #[test]
    fn an_evening_in_new_york_is_the_next_day_in_kyiv() {
        assert_eq!(shared_hours(&day("2025-02-12", "America/New_York"), &day("2025-02-13", "Europe/Kyiv")), 7);
        assert!(shared_hours(&day("2025-02-13", "America/New_York"), &day("2025-02-12", "Europe/Kyiv")) < 0);
        assert_eq!(shared_hours(&day("2025-02-12", "Europe/London"), &day("2025-02-13", "Europe/Kyiv")), 2);
    }

    #[test]
    fn days_between_counts_both_ways() {
        let (one, two) = (day("2025-02-12", "UTC"), day("2025-02-15", "UTC"));
        assert_eq!(days_between(&one, &two), 3);
        assert_eq!(days_between(&two, &one), 3);
        assert_eq!(days_between(&one, &one), 0);
    }
}
