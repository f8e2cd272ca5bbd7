//! Owns what date words mean before a calendar is at hand.

use jiff::civil::Weekday;

/// The meaning of a date expression, independent of when it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateValue {
    /// "12 February", "Wednesday, February 12, 2025".
    Day {
        year: YearSaid,
        month: i8,
        day: i8,
        weekday: Option<Weekday>,
        /// "le 12 février dernier".
        direction: Direction,
    },
    /// "12–14 February": both days of one month.
    Days {
        year: YearSaid,
        month: i8,
        first: i8,
        last: i8,
    },
    /// "12日", "on the 12th", "quarta-feira (12)"; `months` counts from the month of publication ("本月12日" is 0) and is
    /// `None` when the words leave it open.
    DayOfMonth {
        day: i8,
        months: Option<i32>,
        weekday: Option<Weekday>,
    },
    /// "on Wednesday", "last Wednesday".
    Weekday {
        weekday: Weekday,
        direction: Direction,
    },
    /// "上周三", "Wednesday of next week": the weekday in a week counted from that of publication.
    WeekdayIn {
        weeks: i32,
        weekday: Weekday,
    },
    /// "yesterday" is -1.
    Relative {
        days: i32,
    },
    /// "the day before": before the day that the text names, else before publication.
    Eve,
    /// "two days ago" is -2 days, "in three weeks" is 3 weeks.
    Counted {
        n: i32,
        unit: Unit,
    },
    /// "tonight", "this morning".
    PartOfDay,
    /// "in the evening": of the day named last, else of the day of publication.
    PartOfNamed,
    /// "last night": the night that ends on the day of publication; under a future cue the one that starts on it.
    Overnight,
    /// "next week" is 1.
    Week {
        offset: i32,
    },
    Weekend {
        direction: Direction,
    },
    /// "in February", "July 2019".
    Month {
        year: YearSaid,
        month: i8,
        direction: Direction,
    },
    /// "last month" is -1.
    MonthOffset {
        months: i32,
    },
    Year {
        year: i16,
    },
    /// "last year" is -1.
    YearOffset {
        years: i32,
    },
    /// "in the coming days": from now on, about a week.
    ComingDays,
    /// "in recent days".
    RecentDays,
    /// A time of day alone; it gives no day.
    TimeOfDay(Time),
    /// "Wednesday at 18:00 GMT".
    At {
        day: Box<DateValue>,
        time: Time,
    },
}

impl DateValue {
    /// Reports whether it names a day by itself, from which others can be counted.
    pub fn names_day(&self) -> bool {
        match self {
            Self::Day { .. } | Self::DayOfMonth { .. } | Self::Weekday { .. } | Self::WeekdayIn { .. } => true,
            Self::At { day, .. } => day.names_day(),
            _ => false,
        }
    }

    /// Reports whether it is a part of a day that the text names before: "in the evening".
    pub fn is_part(&self) -> bool {
        match self {
            Self::PartOfNamed => true,
            Self::At { day, .. } => day.is_part(),
            _ => false,
        }
    }

    pub fn is_eve(&self) -> bool {
        match self {
            Self::Eve => true,
            Self::At { day, .. } => day.is_eve(),
            _ => false,
        }
    }
}

/// What the words say of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearSaid {
    Nothing,
    Is(i16),
    /// "of last year" is -1.
    Offset(i32),
}

/// Which of the days of one name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Last,
    Next,
    This,
    Bare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// A time on the 24-hour clock, with the IANA zone its words name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    pub hour: i8,
    /// `None` when the words give the hour only.
    pub minute: Option<i8>,
    pub zone: Option<String>,
}
