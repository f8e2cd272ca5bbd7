//! Owns reading one date or time from text: what machines write in attributes and what people read on pages.

use jiff::{
    ZonedDateTime,
    civil::Date,
    fmt::{rfc2822, temporal::Pieces},
    tz::{Offset, TimeZone},
};

use crate::calendar::month;

/// No article on the web is older; nothing later is believed.
const YEAR_MIN: i16 = 1990;
const YEAR_MAX: i16 = 2100;
/// Characters looked at in one text.
const TEXT_CHARS_MAX: usize = 200;

/// A day, and the instant when the source gave one with its offset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stamp {
    pub(super) day: Date,
    pub(super) instant: Option<ZonedDateTime>,
    /// The instant is given in UTC, so the day may not be the readers' day.
    pub(super) is_utc: bool,
}

/// The order of day and month in dates like 03/04/2025.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// How a page writes its dates.
pub(super) struct Habits {
    /// Zone of times without an offset.
    pub(super) zone: Option<TimeZone>,
    pub(super) order: Order,
}

impl Habits {
    pub(super) fn stamp(&self, value: &str) -> Option<Stamp> {
        stamp(value, self.zone.as_ref(), self.order)
    }

    pub(super) fn day(&self, text: &str) -> Option<Date> {
        day(text, self.order)
    }
}

impl Stamp {
    pub(super) fn of_day(day: Date) -> Self {
        Self { day, instant: None, is_utc: false }
    }
}

/// Reads what an attribute holds: RFC 3339 and its misspellings, RFC 2822, Unix time, or a date in words.
pub(super) fn stamp(value: &str, zone: Option<&TimeZone>, order: Order) -> Option<Stamp> {
    let value = value.trim().trim_matches(['"', '\'']);
    if value.is_empty() {
        return None;
    }
    iso(value, zone)
        .or_else(|| rfc2822::parse(value).ok().map(|instant| from_instant(instant, false)))
        .or_else(|| unix(value))
        .or_else(|| compact(value))
        .or_else(|| java(value))
        .or_else(|| day(value, order).map(Stamp::of_day))
        .filter(|stamp| (YEAR_MIN..=YEAR_MAX).contains(&stamp.day.year()))
}

fn from_instant(instant: ZonedDateTime, is_utc: bool) -> Stamp {
    Stamp { day: instant.date(), instant: Some(instant), is_utc }
}

fn iso(value: &str, zone: Option<&TimeZone>) -> Option<Stamp> {
    let bytes = value.as_bytes();
    if !(bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-') {
        return None;
    }
    // `2025-02-12 18:04:00 +0200` and `2025-02-12T18:04:00 Z` carry a space that the grammar does not.
    let mut compact = value.replacen(" +", "+", 1).replacen(" -", "-", 1).replacen(" Z", "Z", 1);
    compact = compact.replacen(" UTC", "Z", 1).replacen(" GMT", "Z", 1);
    let cut: String = compact.chars().take(19).collect();
    for text in [compact.as_str(), cut.as_str()] {
        if let Ok(pieces) = Pieces::parse(text) {
            return from_pieces(&pieces, zone);
        }
    }
    Pieces::parse(value.get(..10)?).ok().map(|pieces| Stamp::of_day(pieces.date()))
}

fn from_pieces(pieces: &Pieces, zone: Option<&TimeZone>) -> Option<Stamp> {
    let Some(time) = pieces.time() else { return Some(Stamp::of_day(pieces.date())) };
    let datetime = pieces.date().to_datetime(time);
    let offset = pieces.to_numeric_offset();
    let is_utc = offset == Some(Offset::UTC);
    // Midnight in UTC is how software writes a day without a time.
    if (is_utc || offset.is_none()) && time == jiff::civil::Time::midnight() {
        return Some(Stamp::of_day(pieces.date()));
    }
    let zone = match (offset, zone) {
        (Some(offset), _) => TimeZone::fixed(offset),
        (None, Some(zone)) => zone.clone(),
        (None, None) => return Some(Stamp::of_day(pieces.date())),
    };
    let instant = datetime.to_zoned_datetime(zone).ok()?;
    Some(from_instant(instant, is_utc))
}

fn unix(value: &str) -> Option<Stamp> {
    if !(10..=13).contains(&value.len()) || !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = value.parse().ok()?;
    let seconds = if value.len() == 13 { number / 1_000 } else { number };
    let instant = jiff::Timestamp::from_second(seconds).ok()?.to_zoned_datetime(TimeZone::UTC);
    Some(from_instant(instant, true))
}

/// `20250212`, `20250212T180400Z`, `20250212180400`: the day, since their zone is anyone's guess.
fn compact(value: &str) -> Option<Stamp> {
    let n_digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let is_compact = matches!(n_digits, 12 | 14) && n_digits == value.len();
    let is_day = n_digits == 8 && (value.len() == 8 || value.as_bytes()[8] == b'T');
    if !is_compact && !is_day {
        return None;
    }
    let number: i32 = value.get(..8)?.parse().ok()?;
    date(number / 10_000, number / 100 % 100, number % 100).map(Stamp::of_day)
}

/// What Java prints: `Wed Feb 12 18:04:00 CET 2025`, in a zone that its letters do not tell for sure.
fn java(value: &str) -> Option<Stamp> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let [_, name, day, time, _, year] = words.as_slice() else { return None };
    if time.split(':').count() != 3 {
        return None;
    }
    let month = month(&name.to_lowercase())?;
    date(year.parse().ok()?, i32::from(month), day.parse().ok()?).map(Stamp::of_day)
}

/// Finds the first full date (day, month and year) in a text people read.
pub(super) fn day(text: &str, order: Order) -> Option<Date> {
    let tokens = tokens(text);
    (0..tokens.len()).find_map(|at| day_at(&tokens[at..], order))
}

/// Whether a text that holds a date begins with its day or its month.
pub(super) fn opens_text(text: &str) -> bool {
    matches!(tokens(text).first(), Some(Token::Number { .. } | Token::Month(_)))
}

/// Words in a text that holds a date; the names of months are some.
pub(super) fn n_words(text: &str) -> usize {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count()
}

/// The order that a date like 23/02/2025 proves.
pub(super) fn proven_order(text: &str) -> Option<Order> {
    // Asked of every dated text of a page, and few are written so.
    if text.bytes().filter(|byte| matches!(byte, b'/' | b'-')).count() < 2 {
        return None;
    }
    tokens(text).windows(5).find_map(|window| match window {
        [
            Token::Number { value: first, n_digits: 1..=2 },
            Token::Mark('/' | '-'),
            Token::Number { value: second, n_digits: 1..=2 },
            Token::Mark('/' | '-'),
            Token::Number { n_digits: 2 | 4, .. },
        ] => match (*first, *second) {
            (13..=31, 1..=12) => Some(Order::DayFirst),
            (1..=12, 13..=31) => Some(Order::MonthFirst),
            _ => None,
        },
        _ => None,
    })
}

#[derive(Debug, PartialEq)]
enum Token {
    Number {
        value: i32,
        n_digits: usize,
    },
    Month(i8),
    /// An era of East Asia: the year before its first.
    Era(i32),
    Word,
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().take(TEXT_CHARS_MAX).peekable();
    while let Some(c) = chars.next() {
        if let Some(digit) = digit(c) {
            let (mut value, mut n_digits) = (digit, 1);
            while let Some(next) = chars.peek().copied().and_then(self::digit) {
                value = value.saturating_mul(10).saturating_add(next);
                n_digits += 1;
                chars.next();
            }
            tokens.push(Token::Number { value, n_digits });
        } else if matches!(c, '年' | '月' | '日' | '년' | '월' | '일') {
            tokens.push(Token::Mark(c));
        } else if c.is_alphabetic() {
            let mut word: String = c.to_lowercase().collect();
            while let Some(next) = chars.peek().filter(|next| next.is_alphabetic()) {
                word.extend(next.to_lowercase().filter(|c| *c != '\u{307}'));
                chars.next();
            }
            match month(&word) {
                // Arabic pages give a month by both its names: `نيسان / أبريل`.
                Some(month) if tokens.ends_with(&[Token::Month(month), Token::Mark('/')]) => {
                    tokens.pop();
                }
                Some(month) => tokens.push(Token::Month(month)),
                // Small words inside a date: 12 de febrero de 2025, 3rd of March, 12 lutego 2025 r.
                None if matches!(
                    word.as_str(),
                    "de" | "of" | "del" | "th" | "st" | "nd" | "rd" | "er" | "the" | "di" | "º"
                ) => {}
                None => other_word(&word, &mut tokens),
            }
        } else if !c.is_whitespace() && !matches!(c, ',' | 'º' | 'ª') {
            tokens.push(Token::Mark(c));
        }
    }
    tokens
}

/// A word that is no month: `令和` before the year, `平成元年` with it, or nothing.
fn other_word(word: &str, tokens: &mut Vec<Token>) {
    const ERAS: [(&str, i32); 4] = [("令和", 2018), ("平成", 1988), ("民國", 1911), ("民国", 1911)];
    let before = |word: &str| ERAS.iter().find(|(era, _)| word.ends_with(era)).map(|(_, before)| *before);
    if let Some(before) = before(word) {
        tokens.push(Token::Era(before));
    } else if let Some(before) = word.strip_suffix("元年").and_then(before) {
        tokens.extend([Token::Number { value: before + 1, n_digits: 4 }, Token::Mark('年')]);
    } else {
        tokens.push(Token::Word);
    }
}

/// Western, Arabic-Indic and Persian digits.
fn digit(c: char) -> Option<i32> {
    let code = u32::from(c);
    let value = match code {
        0x30..=0x39 => code - 0x30,
        0x660..=0x669 => code - 0x660,
        0x6F0..=0x6F9 => code - 0x6F0,
        0xFF10..=0xFF19 => code - 0xFF10,
        _ => return None,
    };
    i32::try_from(value).ok()
}

fn day_at(tokens: &[Token], order: Order) -> Option<Date> {
    use Token::{Mark, Month, Number};
    match tokens {
        [Token::Era(_), ..] | [Number { .. }, Mark('年' | '년'), ..] => ideographic_day_at(tokens),
        [
            Number { value: year, n_digits: 4 },
            Mark(a @ ('-' | '/' | '.' | '|')),
            Number { value: month, n_digits: 1..=2 },
            Mark(b),
            Number { value: day, n_digits: 1..=2 },
            ..,
        ] if a == b => date(*year, *month, *day),
        [Number { value: day, n_digits: 1..=2 }, Month(month), Number { value: year, n_digits: 4 }, ..]
        | [
            Number { value: day, n_digits: 1..=2 },
            Mark('.' | '-' | '/' | '،'),
            Month(month),
            Number { value: year, n_digits: 4 },
            ..,
        ]
        | [
            Number { value: day, n_digits: 1..=2 },
            Month(month),
            Mark('.' | '-' | '/' | '،' | '\''),
            Number { value: year, n_digits: 4 },
            ..,
        ]
        | [
            Number { value: day, n_digits: 1..=2 },
            Mark('.' | '-' | '/'),
            Month(month),
            Mark('.' | '-' | '/'),
            Number { value: year, n_digits: 4 },
            ..,
        ]
        | [Month(month), Number { value: day, n_digits: 1..=2 }, Number { value: year, n_digits: 4 }, ..]
        | [Month(month), Mark('.'), Number { value: day, n_digits: 1..=2 }, Number { value: year, n_digits: 4 }, ..]
        | [Month(month), Number { value: day, n_digits: 1..=2 }, Mark('.'), Number { value: year, n_digits: 4 }, ..] => {
            date(*year, i32::from(*month), *day)
        }
        [Number { value: year, n_digits: 4 }, Month(month), Number { value: day, n_digits: 1..=2 }, ..]
        | [Number { value: year, n_digits: 4 }, Mark('.'), Month(month), Number { value: day, n_digits: 1..=2 }, ..] => {
            date(*year, i32::from(*month), *day)
        }
        [
            Number { value: first, n_digits: 1..=2 },
            Mark(a @ ('-' | '/' | '.' | '|')),
            Number { value: second, n_digits: 1..=2 },
            Mark(b),
            Number { value: year, n_digits: n_digits @ (2 | 4) },
            ..,
        ] if a == b && (*n_digits == 4 || *a != '-') => {
            let year = if *n_digits == 4 { *year } else { 2_000 + *year };
            let is_day_first = *a == '.' || order == Order::DayFirst;
            let (day, month) = if is_day_first { (*first, *second) } else { (*second, *first) };
            date(year, month, day).or_else(|| date(year, day, month))
        }
        _ => None,
    }
}

/// `2025年2月12日`, `令和7年2月12日`.
fn ideographic_day_at(tokens: &[Token]) -> Option<Date> {
    use Token::{Era, Mark, Number};
    match tokens {
        [
            Era(before),
            Number { value: year, n_digits: 1..=3 },
            Mark('年'),
            Number { value: month, .. },
            Mark('月'),
            Number { value: day, .. },
            ..,
        ] => date(before + year, *month, *day),
        [
            Number { value: year, n_digits: 4 },
            Mark('年' | '년'),
            Number { value: month, .. },
            Mark('月' | '월'),
            Number { value: day, .. },
            ..,
        ] => date(*year, *month, *day),
        _ => None,
    }
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| (YEAR_MIN..=YEAR_MAX).contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The full date a path holds: `/2025/02/12/`, `/2025-02-12-`, `20250212`, `/2025/feb/12/`.
pub(super) fn path_day(path: &str) -> Option<Date> {
    let numbers: Vec<&str> = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    for window in numbers.windows(3) {
        let (year, middle, day) = (window[0], window[1], window[2]);
        if year.len() != 4 || !matches!(day.len(), 1 | 2) {
            continue;
        }
        let middle = middle.parse().ok().or_else(|| month(&middle.to_ascii_lowercase()).map(i32::from));
        if let (Ok(year), Some(middle), Ok(day)) = (year.parse(), middle, day.parse())
            && let Some(date) = date(year, middle, day)
        {
            return Some(date);
        }
    }
    // `/12-02-2025-talks`, when only one of the two orders gives a day or both give the same.
    for window in numbers.windows(3) {
        let [a, b, year] = [window[0], window[1], window[2]].map(|part| part.parse::<i32>().unwrap_or_default());
        if window[0].len() == 2 && window[1].len() == 2 && window[2].len() == 4 {
            let (day_first, month_first) = (date(year, b, a), date(year, a, b));
            if day_first.is_none() || month_first.is_none() || a == b {
                return day_first.or(month_first);
            }
        }
    }
    numbers.iter().filter(|part| part.len() == 8 && part.bytes().all(|b| b.is_ascii_digit())).find_map(|part| {
        let number: i32 = part.parse().ok()?;
        date(number / 10_000, number / 100 % 100, number % 100)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as civil;

    use super::*;

    #[test]
    fn years_of_eras_are_years() {
        let written = [
            ("令和7年2月12日", civil(2025, 2, 12)),
            ("公開日：令和元年5月1日", civil(2019, 5, 1)),
            ("平成23年5月12日", civil(2011, 5, 12)),
            ("民國109年4月7日", civil(2020, 4, 7)),
        ];
        for (text, expect) in written {
            assert_eq!(day(text, Order::DayFirst), Some(expect), "{text}");
        }
        assert_eq!(day("2020. december 5.", Order::DayFirst), Some(civil(2020, 12, 5)));
    }

    #[test]
    fn machine_times_are_read_with_the_offset_they_carry() {
        let written = [
            ("2025-02-12T18:04:00+02:00", "2025-02-12T18:04:00+02:00"),
            ("2025-02-12T18:04:00+0200", "2025-02-12T18:04:00+02:00"),
            ("2025-02-12 18:04:00 +0200", "2025-02-12T18:04:00+02:00"),
            ("2025-02-12T18:04:00.123Z", "2025-02-12T18:04:00.123+00:00"),
            ("Wed, 12 Feb 2025 18:04:00 +0200", "2025-02-12T18:04:00+02:00"),
            ("1739376240", "2025-02-12T16:04:00+00:00"),
            ("1739376240000", "2025-02-12T16:04:00+00:00"),
        ];
        for (text, expect) in written {
            let stamp = stamp(text, None, Order::DayFirst).unwrap();
            assert_eq!(stamp.day, civil(2025, 2, 12), "{text}");
            let instant = stamp.instant.unwrap();
            let expect: jiff::Timestamp = expect.parse().unwrap();
            assert_eq!(instant.timestamp(), expect, "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_a_day_unless_the_zone_is_known() {
        let bare = stamp("2025-02-12T18:04:00", None, Order::DayFirst).unwrap();
        assert_eq!((bare.day, bare.instant), (civil(2025, 2, 12), None));
        let zone = TimeZone::get("Europe/Kyiv").unwrap();
        let placed = stamp("2025-02-12T18:04:00", Some(&zone), Order::DayFirst).unwrap();
        assert_eq!(placed.instant.unwrap().offset(), Offset::constant(2));
        assert_eq!(stamp("2025-02-12T00:00:00Z", None, Order::DayFirst).unwrap().instant, None);
    }

    #[test]
    fn days_are_read_in_the_forms_software_writes() {
        let written = ["20250212", "20250212T180400Z", "20250212180400", "Wed Feb 12 18:04:00 CET 2025"];
        for text in written.into_iter().chain(["Wed Feb 12 2025 18:04:00 GMT+0100 (CET)", "2025/02/12 18:04:00"]) {
            assert_eq!(stamp(text, None, Order::DayFirst).map(|stamp| stamp.day), Some(civil(2025, 2, 12)), "{text}");
        }
        assert_eq!(stamp("20251345", None, Order::DayFirst), None);
    }

    #[test]
    fn dates_people_read_are_found_in_thirteen_languages() {
        for text in [
            "Published: Wednesday, February 12, 2025 6:04pm",
            "12 Feb. 2025",
            "12th of February 2025",
            "Середа, 12 лютого 2025, 18:04",
            "12 февраля 2025 г.",
            "Stand: 12. Februar 2025",
            "Publié le 12 février 2025 à 18h04",
            "12 de febrero de 2025",
            "12 febbraio 2025",
            "12 de fevereiro de 2025",
            "12 lutego 2025 r.",
            "12 Şubat 2025 Çarşamba",
            "١٢ فبراير ٢٠٢٥",
            "2025年2月12日 18:04",
            "２０２５年２月１２日",
            "12.02.2025, 18:04",
            "2025/02/12",
            "12 | 02 | 2025",
            "12 شباط / فبراير 2025",
        ] {
            assert_eq!(day(text, Order::DayFirst), Some(civil(2025, 2, 12)), "{text}");
        }
    }

    #[test]
    fn slashes_follow_the_order_asked_for_unless_only_one_is_possible() {
        assert_eq!(day("02/03/2025", Order::DayFirst), Some(civil(2025, 3, 2)));
        assert_eq!(day("02/03/2025", Order::MonthFirst), Some(civil(2025, 2, 3)));
        assert_eq!(day("02/23/2025", Order::DayFirst), Some(civil(2025, 2, 23)));
        assert_eq!(day("02.03.2025", Order::MonthFirst), Some(civil(2025, 3, 2)));
    }

    #[test]
    fn numbers_that_are_no_date_give_none() {
        for text in ["2025", "12 of 34", "room 2025-99-99", "call 555-1234", "version 1.2.3456", "31 February 2025"] {
            assert_eq!(day(text, Order::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn paths_give_their_date() {
        assert_eq!(path_day("/world/2025/02/12/talks.html"), Some(civil(2025, 2, 12)));
        assert_eq!(path_day("/world/2025-02-12-talks"), Some(civil(2025, 2, 12)));
        assert_eq!(path_day("/world/2025/feb/12/talks"), Some(civil(2025, 2, 12)));
        assert_eq!(path_day("/a/20250212_talks"), Some(civil(2025, 2, 12)));
        assert_eq!(path_day("/world/28-02-2025-talks"), Some(civil(2025, 2, 28)));
        assert_eq!(path_day("/world/03-02-2025-talks"), None);
        assert_eq!(path_day("/a/2025/02/talks"), None);
        assert_eq!(path_day("/a/12345678"), None);
    }
}
