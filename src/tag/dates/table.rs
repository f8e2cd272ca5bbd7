//! Owns one language's date words compiled: the automaton over every spelling, and what each form can mean.

use std::collections::{BTreeMap, HashSet};

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use jiff::civil::Weekday;

use super::file::{DateWordsError, Directions, LangFile, Units};
use super::{Direction, Unit};
use crate::tag::roster::words::expand;

/// One thing a form can mean; a form may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One decimal digit of any script.
    Digit(u8),
    Weekday(Weekday),
    WeekdayShort(Weekday),
    WeekdayIn(i32, Weekday),
    Month(i8),
    Direction(Direction),
    Weekend(Direction),
    Relative(i32),
    Eve,
    DayBefore,
    Weeks(i32),
    Months(i32),
    Years(i32),
    SameDay,
    Overnight,
    ComingDays,
    RecentDays,
    PartOfDay,
    PartAlone,
    Number(i32),
    Unit(Unit),
    /// "тиждень тому", "يومين": the count is in the word.
    Units(i32, Unit),
    AgoBefore,
    AgoAfter,
    AheadBefore,
    AheadAfter,
    YearMark,
    MonthMark,
    DayMark,
    HourMark,
    Am,
    Pm,
    /// Position in [`Table::zones`].
    Zone(usize),
    Guard,
}

pub(super) struct Table {
    pub(super) automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    /// Meanings by the automaton's value.
    pub(super) roles: Vec<Vec<Role>>,
    pub(super) zones: Vec<String>,
    pub(super) is_month_first: bool,
    pub(super) is_unspaced: bool,
    pub(super) is_direction_after: bool,
    pub(super) is_weekday_numbered: bool,
    pub(super) glue: HashSet<String>,
    pub(super) range: HashSet<String>,
    pub(super) not_after: HashSet<String>,
    pub(super) not_before: HashSet<String>,
    pub(super) month_lead: HashSet<String>,
    pub(super) month_tail: HashSet<String>,
    pub(super) year_lead: HashSet<String>,
    pub(super) year_tail: HashSet<String>,
    pub(super) day_lead: HashSet<String>,
    pub(super) day_tail: HashSet<String>,
    pub(super) time_lead: HashSet<String>,
    pub(super) counted_from: HashSet<String>,
    pub(super) eve_endings: Vec<String>,
    pub(super) eve_words: HashSet<String>,
    pub(super) eve_of: HashSet<String>,
}

impl Table {
    pub(super) fn new(lang: &'static str, file: &LangFile) -> Result<Self, DateWordsError> {
        let fail = |problem: String| DateWordsError::Compile { lang, problem };
        let mut spellings = Spellings { lang, roles: BTreeMap::new() };
        spellings.add_digits();
        spellings.add_names(file).map_err(fail)?;
        spellings.add_offsets(file).map_err(fail)?;
        spellings.add_words(file);
        let set = |forms: &[String]| {
            forms.iter().flat_map(|form| expand(form, lang)).map(|form| form.to_lowercase()).collect()
        };
        let (patterns, roles): (Vec<String>, Vec<Vec<Role>>) = spellings.roles.into_iter().unzip();
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .map_err(|error| fail(error.to_string()))?;
        Ok(Self {
            automaton,
            roles,
            zones: file.zones.keys().cloned().collect(),
            is_month_first: file.is_month_first,
            is_unspaced: file.is_unspaced,
            is_direction_after: file.is_direction_after,
            is_weekday_numbered: file.is_weekday_numbered,
            glue: set(&file.glue),
            range: set(&file.range),
            not_after: set(&file.not_after),
            not_before: set(&file.not_before),
            month_lead: set(&file.month_lead),
            month_tail: set(&file.month_tail),
            year_lead: set(&file.year_lead),
            year_tail: set(&file.year_tail),
            day_lead: set(&file.day_lead),
            day_tail: set(&file.day_tail),
            time_lead: set(&file.time_lead),
            counted_from: set(&file.counted_from),
            eve_endings: file.eve_endings.clone(),
            eve_words: set(&file.eve_words),
            eve_of: set(&file.eve_of),
        })
    }
}

/// Every spelling with its roles, while the table is built.
struct Spellings {
    lang: &'static str,
    roles: BTreeMap<String, Vec<Role>>,
}

impl Spellings {
    fn add(&mut self, forms: &[String], role: Role) {
        for form in forms.iter().flat_map(|form| expand(form, self.lang)) {
            let all =
                form.strip_prefix('=').map_or_else(|| spellings(&form, self.lang), |exact| vec![exact.to_owned()]);
            for spelling in all {
                let roles = self.roles.entry(spelling).or_default();
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
        }
    }

    /// Western, Arabic-Indic, Persian and full-width digits.
    fn add_digits(&mut self) {
        for zero in ['0', '\u{660}', '\u{6F0}', '\u{FF10}'] {
            for value in 0..10_u8 {
                let digit = char::from_u32(u32::from(zero) + u32::from(value)).unwrap_or(zero);
                self.roles.insert(digit.to_string(), vec![Role::Digit(value)]);
            }
        }
    }

    fn add_names(&mut self, file: &LangFile) -> Result<(), String> {
        for (rows, role) in [
            (&file.weekdays, Role::Weekday as fn(Weekday) -> Role),
            (&file.weekdays_short, Role::WeekdayShort as fn(Weekday) -> Role),
        ] {
            self.add_week(rows, role)?;
        }
        for (weeks, rows) in &file.weekdays_in {
            let weeks = offset(weeks)?;
            self.add_week(rows, |weekday| Role::WeekdayIn(weeks, weekday))?;
        }
        if !matches!(file.months.len(), 0 | 12) {
            return Err(format!("{} rows of months, not 12", file.months.len()));
        }
        for (forms, month) in file.months.iter().zip(1..) {
            self.add(forms, Role::Month(month));
        }
        for (forms, role) in directions(&file.direction) {
            self.add(forms, Role::Direction(role));
        }
        for (forms, role) in directions(&file.weekend) {
            self.add(forms, Role::Weekend(role));
        }
        Ok(())
    }

    fn add_week(&mut self, rows: &[Vec<String>], role: impl Fn(Weekday) -> Role) -> Result<(), String> {
        if !matches!(rows.len(), 0 | 7) {
            return Err(format!("{} rows of weekdays, not 7", rows.len()));
        }
        for (forms, number) in rows.iter().zip(1..) {
            let weekday = Weekday::from_monday_one_offset(number).map_err(|error| error.to_string())?;
            self.add(forms, role(weekday));
        }
        Ok(())
    }

    fn add_offsets(&mut self, file: &LangFile) -> Result<(), String> {
        for (table, role) in [
            (&file.relative, Role::Relative as fn(i32) -> Role),
            (&file.weeks, Role::Weeks),
            (&file.months_from, Role::Months),
            (&file.years, Role::Years),
            (&file.numbers, Role::Number),
        ] {
            for (key, forms) in table {
                self.add(forms, role(offset(key)?));
            }
        }
        Ok(())
    }

    fn add_words(&mut self, file: &LangFile) {
        for (forms, role) in [
            (&file.eve, Role::Eve),
            (&file.day_before, Role::DayBefore),
            (&file.same_day, Role::SameDay),
            (&file.overnight, Role::Overnight),
            (&file.coming_days, Role::ComingDays),
            (&file.recent_days, Role::RecentDays),
            (&file.part_of_day, Role::PartOfDay),
            (&file.part_alone, Role::PartAlone),
            (&file.ago_before, Role::AgoBefore),
            (&file.ago_after, Role::AgoAfter),
            (&file.ahead_before, Role::AheadBefore),
            (&file.ahead_after, Role::AheadAfter),
            (&file.year_mark, Role::YearMark),
            (&file.month_mark, Role::MonthMark),
            (&file.day_mark, Role::DayMark),
            (&file.hour_mark, Role::HourMark),
            (&file.am, Role::Am),
            (&file.pm, Role::Pm),
            (&file.guard, Role::Guard),
        ] {
            self.add(forms, role);
        }
        for (forms, unit) in units(&file.units) {
            self.add(forms, Role::Unit(unit));
        }
        for (count, table) in [(1, &file.unit_one), (2, &file.unit_two)] {
            for (forms, unit) in units(table) {
                self.add(forms, Role::Units(count, unit));
            }
        }
        for (at, forms) in file.zones.values().enumerate() {
            self.add(forms, Role::Zone(at));
        }
    }
}

fn directions(forms: &Directions) -> [(&[String], Direction); 3] {
    [(&forms.last, Direction::Last), (&forms.this, Direction::This), (&forms.next, Direction::Next)]
}

fn units(forms: &Units) -> [(&[String], Unit); 6] {
    [
        (&forms.minute, Unit::Minute),
        (&forms.hour, Unit::Hour),
        (&forms.day, Unit::Day),
        (&forms.week, Unit::Week),
        (&forms.month, Unit::Month),
        (&forms.year, Unit::Year),
    ]
}

fn offset(key: &str) -> Result<i32, String> {
    key.parse().map_err(|_| format!("\"{key}\" is no whole number"))
}

/// The ways a form is written: with a capital and in capitals, with either apostrophe, without ё and hamza.
fn spellings(form: &str, lang: &str) -> Vec<String> {
    let mut forms = vec![form.to_owned(), upper(form, lang)];
    forms.extend(Some(capital(form, lang)).filter(|capital| capital != form));
    if form.contains(' ') && !form.chars().any(char::is_uppercase) {
        forms.push(form.split(' ').map(|word| capital(word, lang)).collect::<Vec<_>>().join(" "));
    }
    for (from, to) in [("'", "’"), ("'", "ʼ"), ("ё", "е"), ("Ё", "Е"), (" ", "\u{a0}")] {
        let more: Vec<String> =
            forms.iter().filter(|form| form.contains(from)).map(|form| form.replace(from, to)).collect();
        forms.extend(more);
    }
    if lang == "ar" {
        let plain: Vec<String> = forms.iter().map(|form| form.replace(['أ', 'إ', 'آ'], "ا")).collect();
        forms.extend(plain);
    }
    forms
}

fn upper(form: &str, lang: &str) -> String {
    if lang == "tr" { form.replace('i', "İ").to_uppercase() } else { form.to_uppercase() }
}

fn capital(word: &str, lang: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| upper(&first.to_string(), lang) + chars.as_str())
}
