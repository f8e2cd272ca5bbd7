//! Owns countries that Chinese and Japanese name by one character: 中美元首, 美总统, 日米首脳, 米ロ両大統領.

use super::super::fold::fold;
use super::super::roster::Office;
use super::super::text::TokenKind;
use super::item::{Item, ItemKind};
use super::{Finder, Form, Np, is_sign};

/// Signs that are also common words: 中 "in the middle of", 日 "day", 朝 "morning". They count only beside another sign.
const WORDS: [&str; 3] = ["中", "日", "朝"];
/// Countries that can stand side by side before one office.
const SHARERS_MAX: usize = 4;

impl Finder<'_> {
    /// Drops signs that stand neither beside another country nor before an office.
    pub(super) fn drop_lone_signs(&self, items: &mut Vec<Item>) {
        if !self.is_cjk() {
            return;
        }
        let is_kept: Vec<bool> =
            (0..items.len()).map(|at| !self.is_sign_item(&items[at]) || self.counts(items, at)).collect();
        let mut kept = is_kept.into_iter();
        items.retain(|_| kept.next().unwrap_or(true));
    }

    fn is_sign_item(&self, item: &Item) -> bool {
        matches!(item.what, ItemKind::Place(..))
            && item.end == item.start + 1
            && is_han(self.scene.text.word(item.start))
    }

    fn counts(&self, items: &[Item], at: usize) -> bool {
        let item = &items[at];
        if self.is_day_or_part(item) {
            return false;
        }
        // A country of one token: another sign or a name in katakana. "谈判中美国" holds no China.
        let is_country = |other: &Item| {
            matches!(other.what, ItemKind::Place(..)) && other.end == other.start + 1 && !self.is_day_or_part(other)
        };
        let after = items.get(at + 1).filter(|after| after.start == item.end);
        let before = at.checked_sub(1).map(|before| &items[before]).filter(|before| before.end == item.start);
        let is_word = WORDS.contains(&self.scene.text.word(item.start));
        let is_title = after.is_some_and(|after| matches!(after.what, ItemKind::Office(_)));
        let is_in_name = before.is_some_and(|before| matches!(before.what, ItemKind::Person { .. }));
        after.is_some_and(is_country) || before.is_some_and(is_country) || (is_title && (!is_word || is_in_name))
    }

    /// "英国のクーパー外相": a name in katakana that the roster does not know, between country and office.
    pub(super) fn unknown_between(&self, np: &Np, office: &Item) -> Option<std::ops::Range<u32>> {
        let is_place = np.place.is_some() && np.office.is_none() && np.person.is_none();
        if self.scene.lang != "ja" || !is_place || !matches!(office.what, ItemKind::Office(_)) {
            return None;
        }
        let start = self.possessive_end(np.end)?;
        let is_name = |token: u32| {
            let word = self.scene.text.word(token);
            word.starts_with(|c: char| ('\u{30a0}'..='\u{30ff}').contains(&c)) || word == "="
        };
        let is_near = start < office.start && office.start <= start + 5;
        (is_near && (start..office.start).all(is_name)).then_some(start..office.start)
    }

    /// "12日" is a day.
    fn is_day_or_part(&self, item: &Item) -> bool {
        let Some(before) = item.start.checked_sub(1) else { return false };
        let is_number = self.scene.text.tokens[before as usize].kind == TokenKind::Number;
        let is_counted = matches!(
            self.scene.text.word(before),
            "一" | "二"
                | "三"
                | "四"
                | "五"
                | "六"
                | "七"
                | "八"
                | "九"
                | "十"
                | "今"
                | "昨"
                | "明"
                | "近"
                | "当"
                | "當"
                | "其"
        );
        is_number || is_counted
    }

    /// Gives the countries before "元首" or "两国元首" the office too.
    pub(super) fn share_office_back(&self, nps: &mut [Np]) {
        let Some(last) = nps.last().filter(|_| self.is_cjk()) else { return };
        let is_pair = last.form == Form::Pair;
        let is_signed_office = last.form == Form::Office && last.place.is_some();
        let office = match last.form {
            Form::Office => last.office,
            Form::Pair => self.office_at_end(last),
            _ => None,
        };
        let Some(office) = office.filter(|_| is_pair || is_signed_office) else { return };
        let mut next_start = last.start;
        for np in nps.iter_mut().rev().skip(1).take(SHARERS_MAX) {
            let is_place = matches!(np.form, Form::Place | Form::Demonym) && np.place.is_some();
            let is_beside = np.end == next_start && (is_pair || is_sign(self.scene, np));
            // "美国、德国及法国领袖": a bare country beside an office means its holder.
            let is_joined = self.glue.next_member(self.scene, np) == Some(next_start);
            if !is_place || !(is_beside || is_joined) {
                return;
            }
            np.office = Some(office);
            np.form = Form::Office;
            next_start = np.start;
        }
    }

    /// Finds the office a stand-in ends with: 元首 in 两国元首.
    fn office_at_end(&self, np: &Np) -> Option<usize> {
        let tokens = &self.scene.text.tokens;
        let range = tokens.get(np.start as usize)?.start as usize..tokens.get(np.end as usize - 1)?.end as usize;
        let words = self.scene.text.folded.get(range)?;
        self.office_words()
            .iter()
            .filter(|(word, _)| words.ends_with(word.as_str()))
            .max_by_key(|(word, office)| (word.len(), std::cmp::Reverse(*office)))
            .map(|(_, office)| *office)
    }

    /// Returns the words of all offices, folded.
    fn office_words(&self) -> &[(String, usize)] {
        self.office_words.get_or_init(|| {
            let offices = self.roster.offices.iter().enumerate();
            let folded = |(at, office): (usize, &'_ Office)| {
                office.words.of(self.scene.lang).iter().map(|word| (fold(word), at)).collect::<Vec<_>>()
            };
            offices.flat_map(folded).collect()
        })
    }
}

/// Reports whether a word is one Han character.
pub(super) fn is_han(word: &str) -> bool {
    let mut chars = word.chars();
    matches!((chars.next(), chars.next()), (Some('\u{4e00}'..='\u{9fff}' | 'ロ'), None))
}
