//! Owns dates in digits: 2025-02-12, 12.02.2025, 02/12/2025, 2025年2月12日, 12日.

use jiff::civil::Date;

use super::grammar::{Found, Reading, years_of};
use super::table::Role;
use super::token::{Kind, Token, char_after, char_before};
use super::{DateValue, Direction, YearSaid};

/// What behind 日 makes it a sum or a span: yen, "within", "days long".
const NO_DAY_BEHIND: [&str; 9] = ["元", "内", "內", "间", "間", "游", "圆", "ぶり", "連続"];

impl Reading<'_> {
    /// Three numbers with the same mark between them.
    pub(super) fn numeric(&self, at: usize) -> Option<Found> {
        let [a, b, c] = self.tokens.get(at..at + 3)? else { return None };
        let (a, b, c) = (digits(a)?, digits(b)?, digits(c)?);
        let mark = self.gap(at + 1);
        if mark != self.gap(at + 2) || !matches!(mark, "-" | "/" | "." | "‑") || !self.stands_alone(at) {
            return None;
        }
        let date = |year: i32, month: i32, day: i32| {
            let year = i16::try_from(year).ok().filter(|year| (1900..=2100).contains(year))?;
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        };
        let date = match (a.1, c.1) {
            (4, 1..=2) => date(a.0, b.0, c.0)?,
            (1..=2, 2 | 4) if c.1 == 4 || mark != "-" => {
                let year = if c.1 == 4 { c.0 } else { 2_000 + c.0 };
                let (day, month) = if self.table.is_month_first && mark != "." { (b.0, a.0) } else { (a.0, b.0) };
                date(year, month, day).or_else(|| date(year, day, month).filter(|_| mark == "/"))?
            }
            _ => return None,
        };
        self.found(
            at + 3,
            DateValue::Day {
                year: YearSaid::Is(date.year()),
                month: date.month(),
                day: date.day(),
                weekday: None,
                direction: Direction::Bare,
            },
        )
    }

    /// Tells whether three numbers are no part of a longer code (an address, a version, a telephone number).
    fn stands_alone(&self, at: usize) -> bool {
        let (Some(first), Some(last)) = (self.tokens.get(at), self.tokens.get(at + 2)) else { return false };
        if matches!(char_before(self.text, first.start), Some('-' | '/' | '.' | '+' | ':' | '_' | ',')) {
            return false;
        }
        let mut after = self.text.get(last.end..).unwrap_or_default().chars();
        let is_ended = match after.next() {
            Some('T') => true,
            Some('.' | '-' | '/' | ',' | ':') => !after.next().is_some_and(char::is_alphanumeric),
            Some(c) => !c.is_ascii_alphanumeric(),
            None => true,
        };
        self.is_left_free(first) && is_ended
    }

    /// Numbers followed by 年, 月, 日, or a relative year or month before them.
    pub(super) fn marked_day(&self, at: usize) -> Option<Found> {
        let token = self.tokens.get(at)?;
        if let Some(months) = token.find(|role| match role {
            Role::Months(months) => Some(months),
            _ => None,
        }) {
            let day = self.marked_behind(at + 1, Role::DayMark)?;
            return self.day_found(at + 3, DateValue::DayOfMonth { day, months: Some(months), weekday: None });
        }
        let (year, month_at) = if let Some(years) = token.find(years_of) {
            (YearSaid::Offset(years), at + 1)
        } else if let Some(year) = token.year(self.text).filter(|_| self.is_marked(at, Role::YearMark)) {
            (YearSaid::Is(year), at + 2)
        } else {
            (YearSaid::Nothing, at)
        };
        let month = if month_at == at {
            self.marked(month_at, Role::MonthMark)
        } else {
            self.marked_behind(month_at, Role::MonthMark)
        };
        let Some(month) = month.filter(|month| (1..=12).contains(month)) else {
            let day = self.marked(at, Role::DayMark)?;
            return self.day_found(at + 2, DateValue::DayOfMonth { day, months: None, weekday: None });
        };
        let is_range = |at: usize| self.table.range.contains(self.gap(at).trim());
        if let Some(first) = self.tokens.get(month_at + 2).and_then(|token| token.day(self.text))
            && self.is_behind(month_at + 2)
            && let Some(last) = self.marked(month_at + 3, Role::DayMark).filter(|last| *last > first)
            && is_range(month_at + 3)
        {
            return self.day_found(month_at + 5, DateValue::Days { year, month, first, last });
        }
        let Some(day) = self.marked_behind(month_at + 2, Role::DayMark) else {
            return self.found(month_at + 2, DateValue::Month { year, month, direction: Direction::Bare });
        };
        let last = self.marked(month_at + 4, Role::DayMark).filter(|last| *last > day && is_range(month_at + 4));
        if let Some(last) = last {
            return self.day_found(month_at + 6, DateValue::Days { year, month, first: day, last });
        }
        self.day_found(month_at + 4, DateValue::Day { year, month, day, weekday: None, direction: Direction::Bare })
    }

    /// The number right behind the part of the date before it: not "2月に失効した…9日".
    fn marked_behind(&self, at: usize, mark: Role) -> Option<i8> {
        self.marked(at, mark).filter(|_| self.is_behind(at))
    }

    fn is_behind(&self, at: usize) -> bool {
        matches!(self.gap(at).trim(), "" | "の" | "的" | "，")
    }

    /// The number at a position when its mark follows.
    fn marked(&self, at: usize, mark: Role) -> Option<i8> {
        let day = self.tokens.get(at)?.day(self.text)?;
        self.is_marked(at, mark).then_some(day)
    }

    fn is_marked(&self, at: usize, mark: Role) -> bool {
        self.tokens.get(at + 1).is_some_and(|token| token.is(mark)) && self.gap(at + 1).trim().is_empty()
    }

    fn day_found(&self, next: usize, value: DateValue) -> Option<Found> {
        let end = self.tokens.get(next.checked_sub(1)?)?.end;
        let rest = self.text.get(end..).unwrap_or_default();
        if NO_DAY_BEHIND.iter().any(|word| rest.starts_with(word)) {
            return None;
        }
        self.with_part(next, value)
    }
}

/// A number's value and how many digits it has.
fn digits(token: &Token) -> Option<(i32, u8)> {
    match token.kind {
        Kind::Number { value, n_digits } => Some((value, n_digits)),
        Kind::Word(_) => None,
    }
}

/// Tells whether a character may stand right behind a time or a date in digits.
pub(super) fn is_end(text: &str, at: usize) -> bool {
    !char_after(text, at).is_some_and(|c| c.is_ascii_digit() || matches!(c, ':' | '/'))
}
