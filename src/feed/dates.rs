//! Owns the dates of feeds: RFC 822 and RFC 3339, and what is written in their place.
//!
//! A time without a zone is UTC. What is no date gives none; nothing is guessed from the present day.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::calendar;

/// Longer texts are no dates.
const TEXT_BYTES_MAX: usize = 200;
/// Two-digit years below this are of this century.
const YEAR_PIVOT: i32 = 70;
/// Korea's time in seconds east of UTC.
const KOREA_S: i32 = 9 * 3_600;

/// Names of zones in hours from UTC, with minutes in hundredths; military letters but Z are not told from initials.
const ZONES: [(&str, i32); 49] = [
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("EST", -500),
    ("EDT", -400),
    ("ET", -500),
    ("CST", -600),
    ("CDT", -500),
    ("CT", -600),
    ("MST", -700),
    ("MDT", -600),
    ("MT", -700),
    ("PST", -800),
    ("PDT", -700),
    ("PT", -800),
    ("AST", -400),
    ("ADT", -300),
    ("AT", -400),
    ("NST", -330),
    ("NDT", -230),
    ("AKST", -900),
    ("AKDT", -800),
    ("HST", -1_000),
    ("BRT", -300),
    ("ART", -300),
    ("BST", 100),
    ("WEST", 100),
    ("CET", 100),
    ("MEZ", 100),
    ("MET", 100),
    ("CEST", 200),
    ("MESZ", 200),
    ("MEST", 200),
    ("EET", 200),
    ("SAST", 200),
    ("EEST", 300),
    ("MSK", 300),
    ("TRT", 300),
    ("EAT", 300),
    ("GST", 400),
    ("IST", 530),
    ("SGT", 800),
    ("HKT", 800),
    ("AWST", 800),
    ("JST", 900),
    ("KST", 900),
    ("AEST", 1_000),
];

/// Reads a date as feeds write it.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    unix(text).or_else(|| iso(text)).or_else(|| Parts::of(text).instant()).or_else(|| without_clock(text))
}

/// Seconds or milliseconds since 1970, and the compact day `20250212`.
fn unix(text: &str) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    match text.len() {
        8 => at(number as i32 / 10_000, number as i32 / 100 % 100, number as i32 % 100, Time::midnight(), 0),
        9..=10 => Timestamp::from_second(number).ok(),
        13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

/// The day of a W3C-DTF date whose time is noise: `2013-01-28T09:xx:00Z`.
fn without_clock(text: &str) -> Option<Timestamp> {
    let (day, clock) = text.split_once('T')?;
    if clock.contains('T') { None } else { iso(day) }
}

/// RFC 3339 and W3C-DTF: any prefix of `2025-02-12T18:04:00.123+02:00`, `/` for `-`, a space for `T`.
fn iso(text: &str) -> Option<Timestamp> {
    let (year, rest) = number(text, 4)?;
    let mark = rest.chars().next();
    let Some(mark) = mark.filter(|mark| matches!(mark, '-' | '/')) else {
        return rest.is_empty().then(|| at(year, 1, 1, Time::midnight(), 0)).flatten();
    };
    let Some((month, rest)) = number(&rest[1..], 2) else {
        return ordinal(year, &rest[1..]);
    };
    let Some(rest) = rest.strip_prefix(mark) else {
        return match rest.chars().next() {
            Some(c) if c.is_ascii_digit() => ordinal(year, &text[5..]),
            _ => at(year, month, 1, Time::midnight(), 0),
        };
    };
    let (day, rest) = number(rest, 2).or_else(|| number(rest, 1))?;
    let rest = rest.trim_start_matches(['T', 't', ' ', ',', '-']);
    if rest.is_empty() {
        return at(year, month, day, Time::midnight(), 0);
    }
    let clock = Clock::of(rest)?;
    at(year, month, day, clock.time, clock.days).and_then(|instant| shifted(instant, clock.zone.unwrap_or(0)))
}

/// `2025-043`: the day of the year.
fn ordinal(year: i32, text: &str) -> Option<Timestamp> {
    let (day, rest) = number(text, 3)?;
    let first = Date::new(i16::try_from(year).ok()?, 1, 1).ok()?;
    let date = first.checked_add(jiff::Span::new().try_days(i64::from(day) - 1).ok()?).ok()?;
    let time = Clock::of(rest.trim_start_matches(['T', ' '])).map_or(Time::midnight(), |clock| clock.time);
    at(i32::from(date.year()), i32::from(date.month()), i32::from(date.day()), time, 0)
}

/// Reads exactly `n_digits` digits off the front.
fn number(text: &str, n_digits: usize) -> Option<(i32, &str)> {
    let digits = text.get(..n_digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((digits.parse().ok()?, &text[n_digits..]))
}

fn at(year: i32, month: i32, day: i32, time: Time, days: i64) -> Option<Timestamp> {
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let day = date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Offset::UTC.to_timestamp(DateTime::from_parts(day, time)).ok()
}

/// Takes the offset, in seconds, off a time that was read as UTC.
fn shifted(instant: Timestamp, zone_s: i32) -> Option<Timestamp> {
    instant.checked_sub(jiff::SignedDuration::from_secs(i64::from(zone_s))).ok()
}

/// A time of day with what follows it.
struct Clock {
    time: Time,
    /// 1 for 24:00, which is the next day's midnight.
    days: i64,
    /// Seconds east of UTC.
    zone: Option<i32>,
}

impl Clock {
    /// Reads `18:04:05.5 PM +0200` and its prefixes.
    fn of(text: &str) -> Option<Self> {
        let (hour, rest) = number(text, 2).or_else(|| number(text, 1))?;
        let (minute, rest) = match rest.strip_prefix([':', '.', 'h', 'H']) {
            Some(rest) => number(rest, 2).or_else(|| number(rest, 1))?,
            None => number(rest, 2)?,
        };
        let (second, mut rest) = rest
            .strip_prefix([':', '.'])
            .and_then(|rest| number(rest, 2).or_else(|| number(rest, 1)))
            .unwrap_or((0, rest));
        let mut nanos = 0;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            nanos = format!("{:0<9.9}", &fraction[..end]).parse().unwrap_or(0);
            rest = &fraction[end..];
        }
        let (afternoon, rest) = half(rest);
        let hour = match (afternoon, hour) {
            (Some(true), 1..=11) => hour + 12,
            (Some(false), 12) => 0,
            _ => hour,
        };
        // A leap second is the last one of its minute; what else is too much is carried, as 24:00 is.
        let second = if second == 60 { 59 } else { second };
        let seconds = hour * 3_600 + minute * 60 + second;
        let part = |n: i32| i8::try_from(n).ok();
        let time = Time::new(part(seconds / 3_600 % 24)?, part(seconds / 60 % 60)?, part(seconds % 60)?, nanos).ok()?;
        Some(Self { time, days: i64::from(seconds / 86_400), zone: zone(rest) })
    }
}

/// Whether the time is of the afternoon, where AM or PM says so.
fn half(text: &str) -> (Option<bool>, &str) {
    let rest = text.trim_start();
    for (mark, is_afternoon) in [("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)] {
        if let Some(head) = rest.get(..mark.len())
            && head.eq_ignore_ascii_case(mark)
        {
            return (Some(is_afternoon), &rest[mark.len()..]);
        }
    }
    (None, text)
}

/// The first zone in a text: `+0200`, `+02:00`, `+2`, `GMT+2`, `EST`. Names before an offset give way to it.
fn zone(text: &str) -> Option<i32> {
    if let Some(sign) = text.find(['+', '-', '−'])
        && let Some(offset) = offset(&text[sign..])
    {
        return Some(offset);
    }
    text.split(|c: char| !c.is_alphabetic()).find_map(named)
}

fn offset(text: &str) -> Option<i32> {
    let is_west = !text.starts_with('+');
    let digits = text.trim_start_matches(['+', '-', '−']);
    let n_digits = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    // `-700` is seven hours.
    let n_hours = if matches!(n_digits, 1 | 3) { 1 } else { 2 };
    let (hours, rest) = number(digits, n_hours)?;
    let (minutes, _) = number(rest.strip_prefix(':').unwrap_or(rest), 2).unwrap_or((0, rest));
    if hours > 18 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    Some(if is_west { -seconds } else { seconds })
}

fn named(word: &str) -> Option<i32> {
    if word.len() > 4 {
        return None;
    }
    let (_, hundreds) = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
    Some(hundreds / 100 * 3_600 + hundreds % 100 * 60)
}

/// The parts of a date in words: its numbers, its month, its time of day.
#[derive(Default)]
struct Parts {
    /// Value, digits, and what stood right before.
    numbers: Vec<(i32, usize, char)>,
    /// The month, and how many numbers stood before it.
    month: Option<(i32, usize)>,
    clock: Option<Clock>,
    /// AM or PM before the time: `오후 11:23`.
    is_afternoon: Option<bool>,
    /// Written in Korean, where there is one zone.
    is_korean: bool,
}

impl Parts {
    fn of(text: &str) -> Self {
        let text: String = text.chars().map(western).collect();
        let mut parts = Self::default();
        let mut rest = text.as_str();
        let mut before = ' ';
        while let Some(c) = rest.chars().next() {
            parts.is_korean |= ('가'..='힣').contains(&c);
            if c.is_ascii_digit() {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let is_clock = rest[end..].starts_with([':', '時', '时', '시']);
                if parts.clock.is_none() && is_clock && end <= 2 {
                    parts.clock = Clock::of(&clock_marks(rest));
                    rest = after_clock(rest);
                    continue;
                }
                parts.numbers.push((rest[..end].parse().unwrap_or(i32::MAX), end, before));
                rest = &rest[end..];
            } else if c.is_alphabetic() && !is_mark(c) {
                let end = rest.find(|c: char| !c.is_alphabetic() || is_mark(c)).unwrap_or(rest.len());
                parts.word(&rest[..end]);
                rest = &rest[end..];
            } else {
                rest = &rest[c.len_utf8()..];
            }
            before = c;
        }
        parts
    }

    fn word(&mut self, word: &str) {
        let word: String = word.chars().flat_map(char::to_lowercase).filter(|c| *c != '\u{307}').collect();
        // The last month counts: `mar.` before it is a Tuesday.
        match word.as_str() {
            "오전" | "上午" | "午前" => self.is_afternoon = Some(false),
            "오후" | "下午" | "午後" => self.is_afternoon = Some(true),
            _ => {}
        }
        if let Some(month) = calendar::month(&word) {
            self.month = Some((i32::from(month), self.numbers.len()));
        }
    }

    fn instant(&self) -> Option<Timestamp> {
        let (year, month, day) = self.date()?;
        let (time, days, zone) = match &self.clock {
            Some(clock) => {
                let (zone, hour) = (if self.is_korean { KOREA_S } else { 0 }, clock.time.hour());
                let time = match (self.is_afternoon, hour) {
                    (Some(true), 1..=11) => clock.time.with().hour(hour + 12).build().ok()?,
                    (Some(false), 12) => clock.time.with().hour(0).build().ok()?,
                    _ => clock.time,
                };
                (time, clock.days, clock.zone.unwrap_or(zone))
            }
            None => (Time::midnight(), 0, 0),
        };
        shifted(at(year, month, day, time, days)?, zone)
    }

    fn date(&self) -> Option<(i32, i32, i32)> {
        let mut numbers = self.numbers.iter().copied();
        let first = numbers.next()?;
        let second = numbers.next()?;
        if let Some((month, _)) = self.month {
            let (day, year) = if first.1 > 2 { (second, first) } else { (first, second) };
            return Some((full_year(year)?, month, day.0));
        }
        let third = numbers.next()?;
        if first.1 > 2 {
            return Some((full_year(first)?, second.0, third.0));
        }
        // ISO 8601 of 1988: `03-12-31`.
        if [first.1, second.1, third.1] == [2, 2, 2] && second.2 == '-' && third.2 == '-' && second.0 <= 12 {
            return Some((full_year(first)?, second.0, third.0));
        }
        let year = full_year(third)?;
        // `02/13/2025` is American; with `.` the day stands first.
        let is_month_first = second.2 == '/' && first.0 <= 12 || second.0 > 12;
        let (month, day) = if is_month_first { (first.0, second.0) } else { (second.0, first.0) };
        Some((year, month, day))
    }
}

fn full_year((value, n_digits, _): (i32, usize, char)) -> Option<i32> {
    match n_digits {
        4 => Some(value),
        1..=2 if value < YEAR_PIVOT => Some(2_000 + value),
        2 => Some(1_900 + value),
        // Software that counted from 1900.
        3 if value < 200 => Some(1_900 + value),
        _ => None,
    }
}

/// Characters between numbers in East Asian dates.
fn is_mark(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '時' | '时' | '分' | '秒' | '년' | '월' | '일' | '시' | '분' | '초')
}

fn clock_marks(text: &str) -> String {
    let marks = |c: char| if matches!(c, '時' | '时' | '시' | '分' | '분') { ':' } else { c };
    let text: String = text.chars().map(marks).collect();
    text.replace(": ", ":").replace(['秒', '초'], " ")
}

/// What follows a time of day and is not of its zone: the digits are used up, a year may come.
fn after_clock(text: &str) -> &str {
    let is_of_clock = |c: char| c.is_ascii_digit() || is_mark(c) || matches!(c, ':' | '.');
    let rest = &text[text.find(|c: char| !is_of_clock(c)).unwrap_or(text.len())..];
    let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_ascii_alphabetic());
    match trimmed.strip_prefix(['+', '-']) {
        Some(offset) => offset.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'),
        None => rest,
    }
}

/// Arabic-Indic, Persian and full-width digits as western ones, odd spaces as spaces.
fn western(c: char) -> char {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        '\u{a0}' | '\u{202f}' => return ' ',
        _ => return c,
    };
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests;
