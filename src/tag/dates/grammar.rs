//! Owns the grammar of date expressions over tokens: every production is tried at every token, the longest one wins.

use jiff::civil::Weekday;

use super::table::{Role, Table};
use super::token::{Kind, Token, char_after, char_before, is_glue, word_after, word_before};
use super::{DateHit, DateValue, Direction, YearSaid};

/// Endings by which a name is no subject: a vowel, or the plural of an adjective.
const OBLIQUE_ENDINGS: [char; 16] = ['а', 'е', 'є', 'и', 'і', 'ї', 'о', 'у', 'ю', 'я', 'ы', 'э', 'ё', 'й', 'х', '’'];

/// A text with its tokens.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) text: &'a str,
    pub(super) table: &'a Table,
    pub(super) tokens: &'a [Token<'a>],
}

/// One expression read: the first token behind it, the byte where it ends, what it means.
pub(super) struct Found {
    pub(super) next: usize,
    pub(super) end: usize,
    pub(super) value: DateValue,
}

impl Reading<'_> {
    pub(super) fn hits(&self) -> Vec<DateHit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            let Some(found) = self.expression(at) else {
                at += 1;
                continue;
            };
            let end = self.over_bracket(token.start, found.end);
            hits.push(DateHit { start: token.start, end, value: found.value });
            // A trailing token may be cut in two by a longer reading; never step back.
            at = found.next.max(at + 1);
        }
        hits
    }

    /// Closes a bracket that opens inside an expression: "26 شباط (فبراير)".
    fn over_bracket(&self, start: usize, end: usize) -> usize {
        let words = self.text.get(start..end).unwrap_or_default();
        let n_open = words.matches(['(', '（']).count();
        match char_after(self.text, end).filter(|c| matches!(c, ')' | '）')) {
            Some(c) if n_open > words.matches([')', '）']).count() => end + c.len_utf8(),
            _ => end,
        }
    }

    fn expression(&self, at: usize) -> Option<Found> {
        let productions: [fn(&Self, usize) -> Option<Found>; 9] = [
            Self::numeric,
            Self::marked_day,
            Self::day_of_year,
            Self::day_of_month,
            Self::weekday,
            Self::counted,
            Self::offset,
            Self::month,
            Self::time,
        ];
        let mut best: Option<Found> = None;
        for production in productions {
            if let Some(found) = production(self, at)
                && best.as_ref().is_none_or(|best| found.end > best.end)
            {
                best = Some(found);
            }
        }
        best
    }

    /// The token at a position when it is glued to the one before.
    pub(super) fn glued(&self, at: usize) -> Option<&Token<'_>> {
        let (left, right) = (self.tokens.get(at.checked_sub(1)?)?, self.tokens.get(at)?);
        is_glue(self.text, self.table, left, right).then_some(right)
    }

    pub(super) fn gap(&self, at: usize) -> &str {
        let end = |at: usize| self.tokens.get(at).map(|token| token.end);
        let (Some(left), Some(right)) = (at.checked_sub(1).and_then(end), self.tokens.get(at)) else { return "" };
        self.text.get(left..right.start).unwrap_or_default()
    }

    /// Ends an expression behind the token before `next`.
    pub(super) fn found(&self, next: usize, value: DateValue) -> Option<Found> {
        Some(Found { next, end: self.tokens.get(next.checked_sub(1)?)?.end, value })
    }

    /// "12 February 2025", "Wednesday, February 12", "12–14 de febrero".
    fn day_of_year(&self, at: usize) -> Option<Found> {
        let lead = self.tokens.get(at)?.find(direction_of);
        let mut day_at = at + usize::from(lead.is_some());
        if lead.is_some() {
            self.glued(day_at)?;
        }
        let weekday = self.tokens.get(day_at)?.find(weekday_of);
        if weekday.is_some() {
            day_at += 1;
            if self.glued(day_at)?.is(Role::PartOfDay) {
                day_at += 1;
            }
            self.glued(day_at)?;
        }
        let day_first = self.day_first(day_at);
        let is_month_first = day_first.is_none();
        let (next, month, days) = day_first.or_else(|| self.month_first(day_at))?;
        jiff::civil::Date::new(2024, month, days.1).ok()?;
        let year = self.year_said(next);
        let mut next = next + usize::from(year != YearSaid::Nothing);
        let mut direction = lead.unwrap_or(Direction::Bare);
        if self.table.is_direction_after
            && year == YearSaid::Nothing
            && let Some(after) = self.glued(next).and_then(|token| token.find(direction_of))
        {
            direction = after;
            next += 1;
        }
        let value = match days {
            (first, last) if first == last => DateValue::Day { year, month, day: first, weekday, direction },
            (first, last) => DateValue::Days { year, month, first, last },
        };
        let mut found = self.found(next, value)?;
        if matches!(year, YearSaid::Is(_)) {
            found.end = self.over_year_tail(found.end);
        } else if is_month_first && let Some(end) = self.ordinal_end(self.tokens.get(found.next - 1)?) {
            found.end = end;
        }
        Some(found)
    }

    /// The year behind a day or a month, if the token at `at` gives one.
    fn year_said(&self, at: usize) -> YearSaid {
        let Some(token) = self.glued(at) else { return YearSaid::Nothing };
        if let Some(year) = token.year(self.text) {
            return YearSaid::Is(year);
        }
        token.find(years_of).map_or(YearSaid::Nothing, YearSaid::Offset)
    }

    /// Day or days, then the month: the next token, the month, the first and the last day.
    fn day_first(&self, at: usize) -> Option<(usize, i8, (i8, i8))> {
        let (month_at, days) = self.days(at)?;
        let month = self.glued(month_at)?.find(month_of)?;
        Some((self.skip_twin(month_at, month), month, days))
    }

    fn month_first(&self, at: usize) -> Option<(usize, i8, (i8, i8))> {
        if !self.table.is_month_first {
            return None;
        }
        let month = self.tokens.get(at)?.find(month_of)?;
        self.glued(at + 1)?;
        let (next, days) = self.days(at + 1)?;
        // "May 12m people": a unit, no day.
        let last = self.tokens.get(next.checked_sub(1)?)?;
        let is_day = match char_after(self.text, last.end) {
            Some(c) if c.is_alphabetic() => self.ordinal_end(last).is_some(),
            _ => true,
        };
        is_day.then_some((next, month, days))
    }

    /// Where the ordinal ending that touches a number ends: "3rd".
    fn ordinal_end(&self, token: &Token) -> Option<usize> {
        char_after(self.text, token.end).filter(|c| c.is_alphabetic())?;
        word_after(self.text, token.end).filter(|(word, _)| self.table.day_tail.contains(word)).map(|(_, end)| end)
    }

    /// "12" or "12–14", "12 and 13".
    fn days(&self, at: usize) -> Option<(usize, (i8, i8))> {
        let first = self.tokens.get(at)?.day(self.text)?;
        if let Some(last) = self.tokens.get(at + 1).and_then(|token| token.day(self.text))
            && last > first
        {
            // "10. bis 12.", "10th and 12th".
            let gap = self.gap(at + 1).to_lowercase();
            let words = gap.split([' ', '.']).filter(|word| !word.is_empty() && !self.table.day_tail.contains(*word));
            if self.table.range.contains(&words.collect::<Vec<_>>().join(" ")) {
                return Some((at + 2, (first, last)));
            }
        }
        Some((at + 1, (first, first)))
    }

    /// Arabic gives a month by both its names: "فبراير / شباط". Returns the token behind both.
    fn skip_twin(&self, month_at: usize, month: i8) -> usize {
        let is_twin = self.tokens.get(month_at + 1).is_some_and(|token| token.is(Role::Month(month)))
            && matches!(self.gap(month_at + 1).trim(), "/" | "(" | "-" | "–");
        month_at + 1 + usize::from(is_twin)
    }

    /// A day of the month by itself, where a word around it says so: "on the 12th", "12 числа".
    fn day_of_month(&self, at: usize) -> Option<Found> {
        let token = self.tokens.get(at)?;
        let day = token.day(self.text)?;
        let (mut tail, mut end) = word_after(self.text, token.end)?;
        // "12-го числа".
        if !self.table.day_tail.contains(&tail) && self.table.glue.contains(&tail) {
            (tail, end) = word_after(self.text, end)?;
        }
        if !self.table.day_tail.contains(&tail) {
            return None;
        }
        if !self.table.day_lead.is_empty() {
            let lead = word_before(self.text, token.start)?;
            if !self.table.day_lead.contains(&lead) {
                return None;
            }
            // "the 12th meeting" counts meetings.
            if char_after(self.text, end) == Some(' ')
                && !word_after(self.text, end).is_some_and(|(word, _)| self.table.glue.contains(&word))
            {
                return None;
            }
        }
        let value = DateValue::DayOfMonth { day, months: None, weekday: None };
        Some(Found { next: at + 1, end, value })
    }

    /// "Wednesday", "last Wednesday", "mercredi dernier", "Wednesday of next week", "quarta-feira (12)".
    fn weekday(&self, at: usize) -> Option<Found> {
        let token = self.tokens.get(at)?;
        if let Some((weeks, weekday)) = token.find(|role| match role {
            Role::WeekdayIn(weeks, weekday) => Some((weeks, weekday)),
            _ => None,
        }) {
            return self.in_digits(at + 1).or_else(|| self.with_part(at + 1, DateValue::WeekdayIn { weeks, weekday }));
        }
        if let Some(weeks) = token.find(weeks_of) {
            let weekday = self.glued(at + 1)?.find(named_weekday)?;
            return self.with_part(at + 2, DateValue::WeekdayIn { weeks, weekday });
        }
        let lead = token.find(direction_of);
        let name_at = at + usize::from(lead.is_some());
        let name = if lead.is_some() { self.glued(name_at)? } else { token };
        let weekday = name.find(named_weekday)?;
        if self.is_habit_or_name(token.start, name.end) {
            return None;
        }
        let mut next = name_at + 1;
        let mut direction = lead.unwrap_or(Direction::Bare);
        if direction == Direction::Bare {
            if let Some(weeks) = self.glued(next).and_then(|token| token.find(weeks_of)) {
                return self.with_part(next + 1, DateValue::WeekdayIn { weeks, weekday });
            }
            if let Some(found) = self.numbered(next, weekday).or_else(|| self.in_digits(next)) {
                return Some(found);
            }
        }
        if self.table.is_direction_after
            && let Some(after) = self.glued(next).and_then(|token| token.find(direction_of))
        {
            direction = after;
            next += 1;
        }
        self.with_part(next, DateValue::Weekday { weekday, direction })
    }

    /// The date in digits that stands behind a weekday: 周三（2月12日）, "Mittwoch, 12.02.2025".
    fn in_digits(&self, at: usize) -> Option<Found> {
        self.glued(at)?;
        self.marked_day(at).or_else(|| self.numeric(at))
    }

    /// "quarta-feira (12)", "miércoles 12".
    fn numbered(&self, at: usize, weekday: Weekday) -> Option<Found> {
        if !self.table.is_weekday_numbered {
            return None;
        }
        let token = self.tokens.get(at)?;
        let day = token.day(self.text)?;
        let value = DateValue::DayOfMonth { day, months: None, weekday: Some(weekday) };
        let after = char_after(self.text, token.end);
        match self.gap(at).trim() {
            "(" if after == Some(')') => Some(Found { next: at + 1, end: token.end + 1, value }),
            "" if !after.is_some_and(char::is_alphabetic) => self.found(at + 1, value),
            _ => None,
        }
    }

    /// Extends a day by the part of the day behind it: "Tuesday evening".
    pub(super) fn with_part(&self, next: usize, value: DateValue) -> Option<Found> {
        // 下午6点: the part belongs to the time behind it.
        let has_part = self.glued(next).is_some_and(|token| token.is(Role::PartOfDay)) && self.time(next).is_none();
        self.found(next + usize::from(has_part), value)
    }

    /// "every Monday", "Black Friday", "the Sunday Times".
    fn is_habit_or_name(&self, start: usize, end: usize) -> bool {
        word_before(self.text, start).is_some_and(|word| self.table.not_after.contains(&word))
            || word_after(self.text, end).is_some_and(|(word, _)| self.table.not_before.contains(&word))
    }

    /// One form that says when by itself: "yesterday", "next week", "tonight", "накануне".
    fn offset(&self, at: usize) -> Option<Found> {
        let token = self.tokens.get(at)?;
        let value = token.find(|role| {
            Some(match role {
                Role::Relative(days) => DateValue::Relative { days },
                Role::Weeks(offset) => DateValue::Week { offset },
                Role::Weekend(direction) => DateValue::Weekend { direction },
                Role::Months(months) => DateValue::MonthOffset { months },
                Role::Years(years) => DateValue::YearOffset { years },
                Role::SameDay => DateValue::PartOfDay,
                Role::PartAlone => DateValue::PartOfNamed,
                Role::Overnight => DateValue::Overnight,
                Role::ComingDays => DateValue::ComingDays,
                Role::RecentDays => DateValue::RecentDays,
                Role::Eve if self.is_eve_of_nothing(token.end) => DateValue::Eve,
                Role::DayBefore => DateValue::Eve,
                _ => return None,
            })
        })?;
        if self.is_habit_or_name(token.start, token.end) {
            return None;
        }
        // "أمس الاثنين", "hoy miércoles", 明天星期日: the weekday repeats the day.
        let is_repeated = matches!(value, DateValue::Relative { .. } | DateValue::Eve)
            && self.glued(at + 1).is_some_and(|token| token.find(named_weekday).is_some())
            && self.glued(at + 2).is_none_or(|token| token.day(self.text).is_none());
        self.with_part(at + 1 + usize::from(is_repeated), value)
    }

    fn is_eve_of_nothing(&self, end: usize) -> bool {
        match word_after(self.text, end) {
            Some((word, _)) if !self.table.eve_of.is_empty() => !self.table.eve_of.contains(&word),
            Some((word, _)) => {
                // A name in the nominative: "накануне Трамп", not "накануне Рождества".
                let is_capital = self.text[end..].trim_start().starts_with(char::is_uppercase);
                let is_name = is_capital && !self.table.eve_endings.is_empty() && !word.ends_with(OBLIQUE_ENDINGS);
                is_name
                    || self.table.eve_endings.iter().any(|ending| word.ends_with(ending.as_str()))
                    || self.table.eve_words.contains(&word)
            }
            None => !matches!(char_after(self.text, end), Some(' ')),
        }
    }

    /// "in February", "July 2019", "last March", "w lutym"; "in 2019".
    fn month(&self, at: usize) -> Option<Found> {
        let token = self.tokens.get(at)?;
        let lead = token.find(direction_of);
        let month_at = at + usize::from(lead.is_some());
        let name = if lead.is_some() { self.glued(month_at)? } else { token };
        let Some(month) = name.find(month_of) else { return self.year(at) };
        let next = self.skip_twin(month_at, month);
        let year = self.year_said(next);
        if year != YearSaid::Nothing {
            let mut found = self.found(next + 1, DateValue::Month { year, month, direction: Direction::Bare })?;
            found.end = self.over_year_tail(found.end);
            return Some(found);
        }
        let has_lead = lead.is_some()
            || word_before(self.text, name.start).is_some_and(|word| self.table.month_lead.contains(&word));
        let last = self.tokens.get(next - 1)?;
        let tail = word_after(self.text, last.end).filter(|(word, _)| self.table.month_tail.contains(word));
        if !has_lead && tail.is_none() {
            return None;
        }
        let value = DateValue::Month { year, month, direction: lead.unwrap_or(Direction::Bare) };
        Some(Found { next, end: tail.map_or(last.end, |(_, end)| end), value })
    }

    /// "in 2019", "у 2019 році", "2019年".
    fn year(&self, at: usize) -> Option<Found> {
        let token = self.tokens.get(at)?;
        let year = token.year(self.text)?;
        let value = DateValue::Year { year };
        if self.tokens.get(at + 1).is_some_and(|token| token.is(Role::YearMark)) && self.gap(at + 1).is_empty() {
            let end = self.tokens.get(at + 1)?.end;
            // 1990年代 is a decade.
            return self.found(at + 2, value).filter(|_| char_after(self.text, end) != Some('代'));
        }
        let end = self.over_year_tail(token.end);
        let has_lead = word_before(self.text, token.start).is_some_and(|word| self.table.year_lead.contains(&word));
        if end > token.end || (has_lead && !matches!(char_after(self.text, token.end), Some('-' | '–' | ':'))) {
            return Some(Found { next: at + 1, end, value });
        }
        None
    }

    fn over_year_tail(&self, end: usize) -> usize {
        word_after(self.text, end).filter(|(word, _)| self.table.year_tail.contains(word)).map_or(end, |(_, end)| end)
    }

    /// Tells whether a digit or a letter touches the token on its left.
    pub(super) fn is_left_free(&self, token: &Token) -> bool {
        !char_before(self.text, token.start).is_some_and(|c| c.is_alphanumeric() && c.is_ascii())
    }

    pub(super) fn is_number(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::Number { .. }))
    }
}

pub(super) fn month_of(role: Role) -> Option<i8> {
    match role {
        Role::Month(month) => Some(month),
        _ => None,
    }
}

fn named_weekday(role: Role) -> Option<Weekday> {
    match role {
        Role::Weekday(weekday) => Some(weekday),
        _ => None,
    }
}

fn weekday_of(role: Role) -> Option<Weekday> {
    match role {
        Role::Weekday(weekday) | Role::WeekdayShort(weekday) => Some(weekday),
        _ => None,
    }
}

fn direction_of(role: Role) -> Option<Direction> {
    match role {
        Role::Direction(direction) => Some(direction),
        _ => None,
    }
}

fn weeks_of(role: Role) -> Option<i32> {
    match role {
        Role::Weeks(weeks) => Some(weeks),
        _ => None,
    }
}

pub(super) fn years_of(role: Role) -> Option<i32> {
    match role {
        Role::Years(years) => Some(years),
        _ => None,
    }
}
