//! Owns reading the word files of `config/dates/`: one language each, every list in the language's own spelling.
//!
//! A form in lowercase is also found with capitals; one with a capital is found as written and in capitals only
//! (`May`, `Mittwoch`), one behind `=` as written only. `{a|b}` are alternatives.

use std::collections::BTreeMap;

use serde::Deserialize;

static CORE: [(&str, &str); 13] = [
    ("en", include_str!("../../../config/dates/en.toml")),
    ("uk", include_str!("../../../config/dates/uk.toml")),
    ("ru", include_str!("../../../config/dates/ru.toml")),
    ("de", include_str!("../../../config/dates/de.toml")),
    ("fr", include_str!("../../../config/dates/fr.toml")),
    ("es", include_str!("../../../config/dates/es.toml")),
    ("it", include_str!("../../../config/dates/it.toml")),
    ("pt", include_str!("../../../config/dates/pt.toml")),
    ("pl", include_str!("../../../config/dates/pl.toml")),
    ("tr", include_str!("../../../config/dates/tr.toml")),
    ("ar", include_str!("../../../config/dates/ar.toml")),
    ("zh", include_str!("../../../config/dates/zh.toml")),
    ("ja", include_str!("../../../config/dates/ja.toml")),
];

#[derive(Debug, thiserror::Error)]
pub enum DateWordsError {
    #[error("read the date words of {lang}")]
    Invalid {
        lang: &'static str,
        #[source]
        source: toml::de::Error,
    },
    #[error("compile the date words of {lang}: {problem}")]
    Compile { lang: &'static str, problem: String },
}

pub(super) fn core() -> Result<Vec<(&'static str, LangFile)>, DateWordsError> {
    let read = |(lang, text)| match toml::from_str(text) {
        Ok(file) => Ok((lang, file)),
        Err(source) => Err(DateWordsError::Invalid { lang, source }),
    };
    CORE.into_iter().map(read).collect()
}

type Forms = Vec<String>;
/// Forms by a signed number written as a key (`"-1"`), counted from the publication.
pub(super) type Offsets = BTreeMap<String, Forms>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LangFile {
    /// 02/12/2025 is 12 February only where the month comes first; February 12 is read in these languages only.
    pub(super) is_month_first: bool,
    /// Words run together: no boundary is asked for.
    pub(super) is_unspaced: bool,
    /// "mercredi dernier": the direction may follow.
    pub(super) is_direction_after: bool,
    /// "miércoles 12" names the day of the month.
    pub(super) is_weekday_numbered: bool,
    /// Monday first.
    pub(super) weekdays: Vec<Forms>,
    /// Read only beside a day of a month.
    pub(super) weekdays_short: Vec<Forms>,
    /// January first, abbreviations among them. Alone they are read behind a `month_lead` or before a `month_tail`.
    pub(super) months: Vec<Forms>,
    pub(super) direction: Directions,
    pub(super) weekend: Directions,
    /// Weekdays of the last, this and the next week in one word (上周三), Monday first.
    pub(super) weekdays_in: BTreeMap<String, Vec<Forms>>,
    pub(super) relative: Offsets,
    /// "накануне": yesterday, unless a noun follows that says the eve of what.
    pub(super) eve: Forms,
    /// Endings of the words that may follow `eve`.
    pub(super) eve_endings: Forms,
    /// Whole words that may follow it.
    pub(super) eve_words: Forms,
    /// Words behind `eve` that say the eve of what ("della"); a language with such words needs no endings.
    pub(super) eve_of: Forms,
    pub(super) weeks: Offsets,
    pub(super) months_from: Offsets,
    pub(super) years: Offsets,
    /// "the previous day".
    pub(super) day_before: Forms,
    /// "tonight".
    pub(super) same_day: Forms,
    pub(super) overnight: Forms,
    pub(super) coming_days: Forms,
    pub(super) recent_days: Forms,
    /// Parts of the day that follow a day: "evening".
    pub(super) part_of_day: Forms,
    /// Those of them that stand for a day already named: "in the evening".
    pub(super) part_alone: Forms,
    pub(super) numbers: Offsets,
    pub(super) units: Units,
    /// Forms that say one, or two, of the unit by themselves.
    pub(super) unit_one: Units,
    pub(super) unit_two: Units,
    pub(super) ago_before: Forms,
    pub(super) ago_after: Forms,
    pub(super) ahead_before: Forms,
    pub(super) ahead_after: Forms,
    /// Behind a counted distance these count it from something else: "two days before the talks".
    pub(super) counted_from: Forms,
    /// Words allowed inside an expression.
    pub(super) glue: Forms,
    /// Words between the two ends of a range.
    pub(super) range: Forms,
    /// Before or after a weekday these make it a habit or a name.
    pub(super) not_after: Forms,
    pub(super) not_before: Forms,
    pub(super) month_lead: Forms,
    pub(super) month_tail: Forms,
    pub(super) year_lead: Forms,
    pub(super) year_tail: Forms,
    /// "on the" 12th; the words before a bare day of the month.
    pub(super) day_lead: Forms,
    /// What follows a bare day of the month: "th", "числа".
    pub(super) day_tail: Forms,
    /// 年, 月, 日.
    pub(super) year_mark: Forms,
    pub(super) month_mark: Forms,
    pub(super) day_mark: Forms,
    /// Words that only look like a date word.
    pub(super) guard: Forms,
    pub(super) hour_mark: Forms,
    pub(super) am: Forms,
    pub(super) pm: Forms,
    /// Between a day and a time.
    pub(super) time_lead: Forms,
    /// Names of zones by IANA zone.
    pub(super) zones: BTreeMap<String, Forms>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Directions {
    pub(super) last: Forms,
    pub(super) this: Forms,
    pub(super) next: Forms,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Units {
    pub(super) minute: Forms,
    pub(super) hour: Forms,
    pub(super) day: Forms,
    pub(super) week: Forms,
    pub(super) month: Forms,
    pub(super) year: Forms,
}
