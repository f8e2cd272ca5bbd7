//! Owns joining a time of day to the day beside it: "Wednesday at 18:00 GMT", "18:00 on Wednesday".

use super::table::Table;
use super::{DateHit, DateValue, Time};

/// Joins neighbours that only the language's small words part.
pub(super) fn times(text: &str, table: &Table, hits: Vec<DateHit>) -> Vec<DateHit> {
    let mut joined: Vec<DateHit> = Vec::with_capacity(hits.len());
    let mut is_night = false;
    for hit in hits {
        // "in the evening of Sunday", "вечером накануне": the day behind names it all; of "in the night from Tuesday to
        // Wednesday" the last does.
        if let Some(last) = joined.last_mut()
            && (last.value.is_part() || last.value == DateValue::Overnight || is_night)
            && is_day(&hit.value)
            && text.get(last.end..hit.start).is_some_and(is_link)
        {
            is_night |= last.value == DateValue::Overnight;
            last.value = hit.value;
            last.end = hit.end;
            continue;
        }
        is_night = false;
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
            | DateValue::PartOfNamed
    )
}

/// At most one word, and no mark, stands between.
fn is_link(gap: &str) -> bool {
    gap.chars().all(|char| char.is_alphabetic() || char.is_whitespace() && char != '\n')
        && gap.split_whitespace().count() <= 1
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
