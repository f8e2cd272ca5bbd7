//! Owns counted distances ("two days ago", "vor zwei Tagen", "через тиждень") and times of day.

use super::grammar::{Found, Reading};
use super::numeric::is_end;
use super::table::Role;
use super::token::{Kind, Token, char_before, word_after};
use super::{DateValue, Time, Unit};

/// A larger count is no distance to an event.
const COUNT_MAX: i32 = 99;

impl Reading<'_> {
    /// A count, a unit, and a word before or after that says which way.
    pub(super) fn counted(&self, at: usize) -> Option<Found> {
        let lead = self.tokens.get(at)?.find(|role| match role {
            Role::AgoBefore => Some(-1),
            Role::AheadBefore => Some(1),
            _ => None,
        });
        let count_at = at + usize::from(lead.is_some());
        if lead.is_some() {
            self.glued(count_at)?;
        }
        let (next, count, unit) = self.count(count_at)?;
        let last = self.tokens.get(next.checked_sub(1)?)?;
        if word_after(self.text, last.end).is_some_and(|(word, _)| self.table.counted_from.contains(&word)) {
            return None;
        }
        // "منذ عام 1967": since the year.
        if self.glued(next).is_some_and(|token| token.year(self.text).is_some()) {
            return None;
        }
        if let Some(sign) = lead {
            return self.found(next, DateValue::Counted { n: sign * count, unit });
        }
        let sign = self.glued(next)?.find(|role| match role {
            Role::AgoAfter => Some(-1),
            Role::AheadAfter => Some(1),
            _ => None,
        })?;
        self.found(next + 1, DateValue::Counted { n: sign * count, unit })
    }

    fn count(&self, at: usize) -> Option<(usize, i32, Unit)> {
        let token = self.tokens.get(at)?;
        if let Some((count, unit)) = token.find(|role| match role {
            Role::Units(count, unit) => Some((count, unit)),
            _ => None,
        }) {
            return Some((at + 1, count, unit));
        }
        let count = match token.kind {
            Kind::Number { .. } => token.number(self.text, 2)?,
            Kind::Word(_) => token.find(|role| match role {
                Role::Number(count) => Some(count),
                _ => None,
            })?,
        };
        // "68. Minute" is an ordinal, 九七年前 a year.
        let is_part = self.gap(at + 1).starts_with('.')
            || (self.table.is_unspaced
                && self
                    .tokens
                    .get(at.wrapping_sub(1))
                    .is_some_and(|before| before.end == token.start && is_count(before)));
        if is_part {
            return None;
        }
        let unit = self.glued(at + 1)?.find(|role| match role {
            Role::Unit(unit) | Role::Units(_, unit) => Some(unit),
            _ => None,
        })?;
        (1..=COUNT_MAX).contains(&count).then_some((at + 2, count, unit))
    }

    /// "18:30 GMT", "6 p.m.", "18 Uhr", "下午6点30分".
    pub(super) fn time(&self, at: usize) -> Option<Found> {
        let first = self.tokens.get(at)?;
        let is_pm_before = first.is(Role::Pm);
        let hour_at = at + usize::from(is_pm_before || first.is(Role::Am));
        let token = self.tokens.get(hour_at)?;
        let Kind::Number { value: hour, n_digits: 1..=2 } = token.kind else { return None };
        let is_part = matches!(char_before(self.text, token.start), Some(':' | '/' | '.' | '-' | ','));
        if is_part || !self.is_left_free(token) || (hour_at > at && !self.gap(hour_at).trim().is_empty()) {
            return None;
        }
        let (mut next, minute, mut is_time) = self.clock(hour_at)?;
        let mut hour = hour;
        if let Some(token) = self.glued(next).filter(|_| hour_at == at) {
            if token.is(Role::Pm) || token.is(Role::Am) {
                hour = if token.is(Role::Pm) { afternoon(hour) } else { hour % 12 };
                next += 1;
                is_time = true;
            }
        } else if is_pm_before {
            hour = afternoon(hour);
        }
        if !is_time || !(0..24).contains(&hour) {
            return None;
        }
        let zone = self.tokens.get(next).and_then(|token| token.find(zone_of)).filter(|_| {
            let gap = self.gap(next).trim_start_matches(['.', ',']).trim();
            gap.is_empty() || gap == "("
        });
        let next = next + usize::from(zone.is_some());
        let zone = zone.and_then(|at| self.table.zones.get(at).cloned());
        self.found(next, DateValue::TimeOfDay(Time { hour: i8::try_from(hour).ok()?, minute, zone }))
    }

    /// Hour and minutes: the next token, the minutes, and whether the form alone makes it a time.
    fn clock(&self, at: usize) -> Option<(usize, Option<i8>, bool)> {
        let after = self.tokens.get(at + 1);
        let minute = |at: usize| match self.tokens.get(at)?.kind {
            Kind::Number { value, n_digits: 2 } if value < 60 => i8::try_from(value).ok(),
            _ => None,
        };
        if self.is_number(at + 1) {
            let mark = self.gap(at + 1);
            if !matches!(mark, ":" | "." | "：") || !self.tokens.get(at + 1).is_some_and(|t| is_end(self.text, t.end))
            {
                return Some((at + 1, None, false));
            }
            let minute = minute(at + 1)?;
            let has_mark = self.glued(at + 2).is_some_and(|token| token.is(Role::HourMark));
            return Some((at + 2 + usize::from(has_mark), Some(minute), mark != "." || has_mark));
        }
        if after.is_some_and(|token| token.is(Role::HourMark)) && self.gap(at + 1).trim().is_empty() {
            let minute = self.gap(at + 2).trim().is_empty().then(|| minute(at + 2)).flatten();
            return Some((at + 2 + usize::from(minute.is_some()), minute, true));
        }
        Some((at + 1, None, false))
    }
}

fn is_count(token: &Token) -> bool {
    matches!(token.kind, Kind::Number { .. })
        || token.find(|role| matches!(role, Role::Number(_)).then_some(())).is_some()
}

fn afternoon(hour: i32) -> i32 {
    if hour < 12 { hour + 12 } else { hour }
}

fn zone_of(role: Role) -> Option<usize> {
    match role {
        Role::Zone(at) => Some(at),
        _ => None,
    }
}
