//! Owns resolving: what date words mean, once it is known when and where the text came out and which way its verb looks.
//!
//! A date with its year needs nothing else; everything else needs the day of publication, and is `None` without it.
//! Nothing resolves to the day of publication unless words of the text say so.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};

use super::{DateValue, Direction, Time, Unit, YearSaid, calendar};
use crate::article::PageTime;
use crate::tag::{EventDate, Precision};

/// "In the coming days", "in recent days": about a week.
const SOME_DAYS: i32 = 7;

/// When and where a text came out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anchor<'a> {
    pub published: Option<&'a PageTime>,
    /// IANA zone days are counted in: of the dateline's city, else of the newsroom.
    pub zone: Option<&'a str>,
}

/// Which way the clause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tense {
    Past,
    Present,
    Future,
    #[default]
    Unknown,
}

/// Resolves a date value to days. `text` is the words of the text that carry it.
pub fn resolve(value: &DateValue, anchor: &Anchor, tense: Tense, text: &str) -> Option<EventDate> {
    let (days, precision) = days(value, anchor, tense)?;
    let zone = said_zone(value).or(anchor.zone).map(str::to_owned).or_else(|| anchor.own_zone());
    Some(EventDate { start: days.0, end: days.1, precision, zone, text: text.to_owned() })
}

impl Anchor<'_> {
    /// The day of publication in the zone: "Thursday" printed at 03:00Z on Friday is still Thursday in New York.
    pub fn day(&self) -> Option<Date> {
        let published = self.published?;
        Some(self.instant().map_or_else(|| published.day(), |instant| instant.date()))
    }

    fn instant(&self) -> Option<ZonedDateTime> {
        let PageTime::Instant(instant) = self.published? else { return None };
        let zone = self.zone.and_then(|zone| TimeZone::get(zone).ok());
        Some(zone.map_or_else(|| instant.clone(), |zone| instant.with_time_zone(zone)))
    }

    fn own_zone(&self) -> Option<String> {
        let PageTime::Instant(instant) = self.published? else { return None };
        instant.time_zone().iana_name().map(str::to_owned)
    }
}

fn said_zone(value: &DateValue) -> Option<&str> {
    match value {
        DateValue::At { time: Time { zone: Some(zone), .. }, .. } => Some(zone),
        _ => None,
    }
}

type Days = (Date, Date);

fn days(value: &DateValue, anchor: &Anchor, tense: Tense) -> Option<(Days, Precision)> {
    let today = anchor.day();
    let one = |day: Date| ((day, day), Precision::Day);
    Some(match *value {
        DateValue::Day { year, month, day, weekday, direction } => one(match year_number(year, today)? {
            Some(year) => Date::new(year, month, day).ok()?,
            None => calendar::day_of_year(today?, (month, day), weekday, (direction, tense))?,
        }),
        DateValue::Days { year, month, first, last } => {
            let start = match year_number(year, today)? {
                Some(year) => Date::new(year, month, first).ok()?,
                None => calendar::day_of_year(today?, (month, first), None, (Direction::Bare, tense))?,
            };
            ((start, start.with().day(last).build().ok()?), Precision::Day)
        }
        DateValue::DayOfMonth { day, months: Some(months), .. } => {
            one(calendar::month(today?, months)?.0.with().day(day).build().ok()?)
        }
        DateValue::DayOfMonth { day, months: None, weekday } => {
            one(match (calendar::day_of_month(today?, day, weekday, tense), weekday) {
                (Some(day), _) => day,
                (None, Some(weekday)) => calendar::weekday(today?, weekday, Direction::Bare, tense)?,
                (None, None) => return None,
            })
        }
        DateValue::Weekday { weekday, direction } => one(calendar::weekday(today?, weekday, direction, tense)?),
        DateValue::WeekdayIn { weeks, weekday } => {
            let monday = calendar::week(today?, weeks)?.0;
            one(calendar::shift(monday, i32::from(weekday.to_monday_zero_offset()))?)
        }
        DateValue::Relative { days } => one(calendar::shift(today?, days)?),
        DateValue::Eve => one(calendar::shift(today?, -1)?),
        DateValue::PartOfDay | DateValue::PartOfNamed => one(today?),
        DateValue::Overnight if tense == Tense::Future => ((today?, calendar::shift(today?, 1)?), Precision::Day),
        DateValue::Overnight => ((calendar::shift(today?, -1)?, today?), Precision::Day),
        // "For the second time in two days" looks back, and "two days later" counts from another event.
        DateValue::Counted { n: 1.., .. } if matches!(tense, Tense::Past | Tense::Unknown) => return None,
        DateValue::Counted { n, unit } => counted(anchor, n, unit)?,
        DateValue::Week { offset } => (calendar::week(today?, offset)?, Precision::Week),
        DateValue::Weekend { direction } => (calendar::weekend(today?, direction, tense)?, Precision::Week),
        DateValue::Month { year, month, direction } => {
            let days = match year_number(year, today)? {
                Some(year) => calendar::month(Date::new(year, month, 1).ok()?, 0)?,
                None => calendar::month_of_year(today?, month, direction, tense)?,
            };
            (days, Precision::Month)
        }
        DateValue::MonthOffset { months } => (calendar::month(today?, months)?, Precision::Month),
        DateValue::Year { year } => (calendar::year(year)?, Precision::Year),
        DateValue::YearOffset { years } => (calendar::year(year_from(today?, years)?)?, Precision::Year),
        DateValue::ComingDays => ((today?, calendar::shift(today?, SOME_DAYS)?), Precision::Week),
        DateValue::RecentDays => ((calendar::shift(today?, -SOME_DAYS)?, today?), Precision::Week),
        DateValue::TimeOfDay(_) => return None,
        DateValue::At { ref day, ref time } => {
            let precision = if time.minute.is_some() { Precision::Minute } else { Precision::Hour };
            (days(day, anchor, tense)?.0, precision)
        }
    })
}

/// The year in numbers, `Some(None)` when the words leave it open.
#[expect(clippy::option_option, reason = "an open year is no failure")]
fn year_number(year: YearSaid, today: Option<Date>) -> Option<Option<i16>> {
    match year {
        YearSaid::Nothing => Some(None),
        YearSaid::Is(year) => Some(Some(year)),
        YearSaid::Offset(years) => Some(Some(year_from(today?, years)?)),
    }
}

fn year_from(today: Date, years: i32) -> Option<i16> {
    today.year().checked_add(i16::try_from(years).ok()?)
}

fn counted(anchor: &Anchor, n: i32, unit: Unit) -> Option<(Days, Precision)> {
    let today = anchor.day()?;
    Some(match unit {
        Unit::Minute | Unit::Hour => {
            let span = if unit == Unit::Hour { n.hours() } else { n.minutes() };
            // Without the time of publication the day it counts from is all there is.
            let Some(instant) = anchor.instant() else { return Some(((today, today), Precision::Day)) };
            let day = instant.checked_add(span).ok()?.date();
            ((day, day), Precision::Hour)
        }
        Unit::Day => {
            let day = calendar::shift(today, n)?;
            ((day, day), Precision::Day)
        }
        Unit::Week => (calendar::week(today, n)?, Precision::Week),
        Unit::Month => (calendar::month(today, n)?, Precision::Month),
        Unit::Year => (calendar::year(year_from(today, n)?)?, Precision::Year),
    })
}
