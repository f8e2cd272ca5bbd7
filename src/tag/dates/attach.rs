//! Owns joining a time of day to the day beside it: "Wednesday at 18:00 GMT", "18:00 on Wednesday".

use super::table::Table;
use super::{DateHit, DateValue, Time};

/// Joins neighbours that only the language's small words part.
pub(super) fn times(text: &str, table: &Table, hits: Vec<DateHit>) -> Vec<DateHit> {
    let mut joined: Vec<DateHit> = Vec::with_capacity(hits.len());
    for hit in hits {
        if let Some(last) = joined.last_mut()
            && text.get(last.end..hit.start).is_some_and(|gap| is_small(gap, table))
            && let Some((day, time)) = pair(&last.value, &hit.value)
        {
            last.value = DateValue::At { day: Box::new(day.clone()), time: time.clone() };
            last.end = hit.end;
            continue;
        }
        joined.push(hit);
    }
    joined
}

fn pair<'v>(one: &'v DateValue, two: &'v DateValue) -> Option<(&'v DateValue, &'v Time)> {
    match (one, two) {
        (DateValue::TimeOfDay(time), day) | (day, DateValue::TimeOfDay(time)) if is_day(day) => Some((day, time)),
        _ => None,
    }
}

fn is_day(value: &DateValue) -> bool {
    matches!(
        value,
        DateValue::Day { .. }
            | DateValue::DayOfMonth { .. }
            | DateValue::Weekday { .. }
            | DateValue::WeekdayIn { .. }
            | DateValue::Relative { .. }
            | DateValue::Eve
            | DateValue::PartOfDay
    )
}

fn is_small(gap: &str, table: &Table) -> bool {
    const GAP_BYTES_MAX: usize = 24;
    gap.len() <= GAP_BYTES_MAX
        && !gap.contains(['\n', '.', ';'])
        && gap
            .split([' ', '\u{a0}', ',', '،', '（', '('])
            .filter(|word| !word.is_empty())
            .all(|word| table.time_lead.contains(&word.to_lowercase()) || table.glue.contains(&word.to_lowercase()))
}
