//! Owns the words of a language that the newsroom needs: how days are named, and what stands around an article.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

/// Words of one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// "on Monday" to "on Sunday".
    on: Vec<String>,
    months: Vec<String>,
    /// Pattern with `{day}` and `{month}`.
    date: String,
    pub sections: Vec<String>,
    pub cookies: String,
    pub accept: String,
    pub photo: String,
    pub read_also: String,
    pub most_read: String,
    pub share: String,
    pub newsletter: String,
    pub footer: String,
}

impl Words {
    /// Names the weekday with its preposition ("on Tuesday").
    #[must_use]
    pub fn on(&self, day: Date) -> &str {
        let index = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.on.get(index).map_or("", String::as_str)
    }

    /// Names the day of the month ("November 24").
    #[must_use]
    pub fn date(&self, day: Date) -> String {
        let index = usize::try_from(day.month() - 1).unwrap_or_default();
        let month = self.months.get(index).map_or("", String::as_str);
        self.date.replace("{day}", &day.day().to_string()).replace("{month}", month)
    }

    /// Fills `{on:K}` and `{date:K}`, K days from `day`.
    #[must_use]
    pub fn fill(&self, text: &str, day: Date) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let named = after.split_once('}').and_then(|(name, after)| Some((self.named(name, day)?, after)));
            let Some((name, after)) = named else {
                filled.push('{');
                rest = after;
                continue;
            };
            filled.push_str(&name);
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn named(&self, name: &str, day: Date) -> Option<String> {
        let (form, days) = name.split_once(':')?;
        let day = day.checked_add(days.parse::<i64>().ok()?.days()).ok()?;
        match form {
            "on" => Some(self.on(day).to_owned()),
            "date" => Some(self.date(day)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::demo::newsroom::Newsroom;

    #[test]
    fn days_are_named_in_the_language_of_the_paper() {
        let newsroom = Newsroom::bundled().unwrap();
        let day = jiff::civil::date(2025, 2, 12);
        let filled = |id: &str| {
            let paper = newsroom.papers.iter().find(|paper| paper.outlet.id == id).unwrap();
            paper.words.fill("a {on:0} b {date:-12} c {x}", day)
        };
        assert_eq!(filled("meridian"), "a on Wednesday b January 31 c {x}");
        assert_eq!(filled("dnipro"), "a у середу b 31 січня c {x}");
        assert_eq!(filled("changjiang"), "a 周三 b 1月31日 c {x}");
        assert_eq!(filled("meseta"), "a el miércoles b 31 de enero c {x}");
    }
}
