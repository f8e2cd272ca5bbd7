//! Owns days on the calendar: the weekday, the day of a month, the week or the month nearest another day, by tense.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Direction, Tense};

/// A day or month without a year lies this near on the side its tense asks for; farther off, the text would give the
/// year, so the nearest one is meant whatever the tense.
const OPEN_YEAR_REACH_DAYS: i32 = 300;
/// The zone of the words may be a day ahead of that of the publication.
const ZONE_SLACK_DAYS: i32 = 1;

pub(super) fn shift(day: Date, days: i32) -> Option<Date> {
    day.checked_add(days.days()).ok()
}

/// First and last day (Monday, Sunday) of the week `offset` weeks from that of `day`.
pub(super) fn week(day: Date, offset: i32) -> Option<(Date, Date)> {
    let monday = shift(day, offset.checked_mul(7)? - i32::from(day.weekday().to_monday_zero_offset()))?;
    Some((monday, shift(monday, 6)?))
}

/// First and last day of the month `offset` months from that of `day`.
pub(super) fn month(day: Date, offset: i32) -> Option<(Date, Date)> {
    let first = day.first_of_month().checked_add(offset.months()).ok()?;
    Some((first, first.last_of_month()))
}

/// First and last day of a year.
pub(super) fn year(year: i16) -> Option<(Date, Date)> {
    Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
}

/// The weekday a text means. A bare name is the latest one up to and including today, since 44 % of them in news are the
/// day of publication; under a future cue it is the next one from today on: news writes a date for the day in a week's
/// time (AP style), so "will speak Tuesday" printed on a Tuesday is about that day.
pub(super) fn weekday(today: Date, weekday: Weekday, direction: Direction, tense: Tense) -> Option<Date> {
    let back = i32::from(weekday.until(today.weekday()));
    let ahead = i32::from(today.weekday().until(weekday));
    let strictly = |days: i32| if days == 0 { 7 } else { days };
    let days = match (direction, tense) {
        (Direction::Last, _) => -strictly(back),
        (Direction::Next, _) => strictly(ahead),
        (Direction::Bare | Direction::This, Tense::Future) | (Direction::This, Tense::Present | Tense::Unknown) => {
            ahead
        }
        (Direction::Bare | Direction::This, _) => -back,
    };
    shift(today, days)
}

/// Saturday and Sunday of the weekend a text means.
pub(super) fn weekend(today: Date, direction: Direction, tense: Tense) -> Option<(Date, Date)> {
    let (monday, sunday) = week(today, 0)?;
    let saturday = shift(monday, 5)?;
    let is_on = today >= saturday;
    let start = match (direction, tense) {
        (Direction::Last, _) => shift(saturday, -7)?,
        (Direction::Next, _) => shift(saturday, 7)?,
        (_, Tense::Past) if !is_on => shift(saturday, -7)?,
        _ => saturday,
    };
    Some((start, if start == saturday { sunday } else { shift(start, 1)? }))
}

/// The date of a day and month without a year; a weekday beside it counts first.
pub(super) fn day_of_year(
    today: Date,
    (month, day): (i8, i8),
    weekday: Option<Weekday>,
    (direction, tense): (Direction, Tense),
) -> Option<Date> {
    let of_year = |offset: i16| Date::new(today.year() + offset, month, day).ok();
    // 29 February may be four years off.
    match direction {
        Direction::Last => (-4..=0).rev().filter_map(of_year).find(|date| *date < today),
        Direction::Next => (0..=4).filter_map(of_year).find(|date| *date > today),
        Direction::This | Direction::Bare => choose(today, (-4..=4).filter_map(of_year), weekday, tense)
            .or_else(|| choose(today, (-1..=1).filter_map(of_year), None, tense)),
    }
}

/// The date of a day of the month; with a weekday that fits no near month, `None`.
pub(super) fn day_of_month(today: Date, day: i8, weekday: Option<Weekday>, tense: Tense) -> Option<Date> {
    let near = (-1..=1).filter_map(|offset| month(today, offset)?.0.with().day(day).build().ok());
    choose(today, near, weekday, tense)
}

/// First and last day of a month without a year.
pub(super) fn month_of_year(today: Date, number: i8, direction: Direction, tense: Tense) -> Option<(Date, Date)> {
    let this = today.first_of_month();
    let of_year = |offset: i16| Date::new(today.year() + offset, number, 1).ok();
    let first = match direction {
        Direction::Last => [0, -1].into_iter().filter_map(of_year).find(|first| *first < this)?,
        Direction::Next => [0, 1].into_iter().filter_map(of_year).find(|first| *first > this)?,
        Direction::This => of_year(0)?,
        Direction::Bare => choose(this, [-1, 0, 1].into_iter().filter_map(of_year), None, tense)?,
    };
    Some((first, first.last_of_month()))
}

/// The candidate nearest today on the side of the tense, or the nearest of all when that side's lies too far.
fn choose(today: Date, candidates: impl Iterator<Item = Date>, weekday: Option<Weekday>, tense: Tense) -> Option<Date> {
    // Both sides of a week are near enough for a weekday to be right by chance only once in years.
    const WEEKDAY_REACH_DAYS: i32 = 366;
    let ranked = candidates.filter_map(|date| {
        let ahead = days_ahead(today, date)?;
        let is_weekday = weekday.is_none_or(|weekday| date.weekday() == weekday);
        (is_weekday && (weekday.is_none() || ahead.abs() <= WEEKDAY_REACH_DAYS)).then_some((ahead, date))
    });
    ranked
        .min_by_key(|(ahead, _)| {
            let is_side = match tense {
                Tense::Past => *ahead <= ZONE_SLACK_DAYS && *ahead >= -OPEN_YEAR_REACH_DAYS,
                Tense::Future => *ahead >= 0 && *ahead <= OPEN_YEAR_REACH_DAYS,
                Tense::Present | Tense::Unknown => true,
            };
            (!is_side, ahead.abs())
        })
        .map(|(_, date)| date)
}

fn days_ahead(today: Date, date: Date) -> Option<i32> {
    Some(today.until(date).ok()?.get_days())
}
