//! Owns the day of an event: which of the dates around its trigger is its own, and which are of something else.

use std::ops::Range;

use super::dates::{Anchor, DateHit, DateValue, Tense, resolve};
use super::party::Form;
use super::slots::Slots;
use super::text::TokenKind;
use super::{EventDate, Precision, Status};
use crate::article::PageTime;

/// Tokens between a verb of saying and the day it was said.
const SAID_SPAN: u32 = 4;
/// Tokens between the cue of a denial or an offer and its day.
const CUE_SPAN: u32 = 2;
/// Tokens between a possessive date and the event it dates.
const OWN_NOUN_SPAN: u32 = 4;
/// Tokens between a year and what it is an attribute of: "2016年的通话".
const ATTRIBUTE_SPAN: u32 = 12;
/// Tokens between an event that is not known to be and its day.
const UNREAL_SPAN: u32 = 7;
/// Sentences before "the same day" that may name it.
const SAME_DAY_SENTENCES: usize = 3;
/// Sentences behind the event that may name it again with its day: "The call took place on Monday."
const AGAIN_SENTENCES: usize = 3;
/// Tokens at the start of a sentence that names the event again.
const AGAIN_START: u32 = 4;
/// Tokens between the event named again and its day.
const AGAIN_SPAN: u32 = 5;
/// A day of saying counts as this many tokens further away.
const SAID_DISTANCE: u32 = 1_000;
/// An event this long before publication is background.
const STALE_DAYS: i32 = 14;
/// Tokens of a word in Chinese and Japanese, where each character is one.
const CJK_WORD_TOKENS: u32 = 2;
/// A comma between a day and the event counts as this many tokens.
const COMMA_DISTANCE: u32 = 4;
/// Folded words that open the clause of what is said.
const THAT: [&str; 10] = ["that", "que", "qu", "che", "dass", "что", "що", "ze", "ان", "بان"];

/// A date on its tokens.
#[derive(Debug, Clone)]
pub(super) struct DateOn {
    pub(super) tokens: Range<u32>,
    pub(super) hit: DateHit,
}

/// Where a text tells of the event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'t> {
    pub(super) sentence: usize,
    pub(super) trigger: &'t Range<u32>,
    /// Words that say where it stands.
    pub(super) cue: Option<&'t Range<u32>>,
}

impl Slots<'_> {
    /// The dates of the text on its tokens.
    fn dates(&self) -> &[DateOn] {
        self.dates.get_or_init(|| {
            let scene = self.scene;
            let on = |hit: DateHit| DateOn { tokens: scene.text.tokens_of_bytes(&(hit.start..hit.end)), hit };
            let hits = self.date_words.find(scene.original, scene.lang);
            // The Movement of 23 March is no day.
            let is_name = |tokens: &Range<u32>| {
                let np = scene.np_around(tokens.start);
                np.is_some_and(|np| np.start < tokens.end && tokens.end <= np.end)
            };
            hits.into_iter().map(on).filter(|date| !date.tokens.is_empty() && !is_name(&date.tokens)).collect()
        })
    }

    /// Finds the day of the event: the date nearest to the trigger in its sentence, one of saying only when there is no
    /// other; else the date of the next sentence when that goes on about it.
    pub(super) fn date(&self, told: &Told<'_>, status: Status) -> Option<(EventDate, Range<u32>)> {
        let here = self.scene.sentence(told.sentence);
        if let Some(found) = self.date_in(&here, told, status) {
            return Some(found);
        }
        if is_unreal(status) {
            return None;
        }
        if let Some(found) = self.date_before(told, status) {
            return Some(found);
        }
        if let Some(found) = self.date_again(told, status).or_else(|| self.date_just_told(told, status)) {
            return Some(found);
        }
        let starts_at = |at: usize| {
            let tokens = self.scene.sentence(at);
            let start = tokens.start..tokens.start;
            self.date_in(&tokens, &Told { sentence: at, trigger: &start, cue: None }, status)
        };
        let is_title = self.scene.is_title(here.start);
        let dated = self.later(told.sentence).filter_map(|at| Some((at, starts_at(at)?)));
        let mut meant = dated.filter(|(at, _)| is_title || self.is_statement(*at)).map(|(_, found)| found);
        meant.find(|(date, _)| !self.is_stale(date))
    }

    /// "A little later he also called": the day that the sentences before named last.
    fn date_before(&self, told: &Told<'_>, status: Status) -> Option<(EventDate, Range<u32>)> {
        let here = self.scene.sentence(told.sentence);
        let same_day = self.classes.same_day?;
        let words = self.scene.classes_in(&here).find(|hit| hit.class == same_day)?;
        // The day that somebody said it is "that day" too.
        let own = here.start..words.start;
        if let Some(found) =
            self.date_in(&own, &Told { trigger: &(own.end..own.end), cue: None, ..*told }, Status::Occurred)
        {
            return Some(found);
        }
        let before = (told.sentence.saturating_sub(SAME_DAY_SENTENCES)..told.sentence).rev();
        let told_in = before.map(|at| (at, self.scene.sentence(at)));
        let mut told_in = told_in.take_while(|(_, tokens)| !self.scene.is_title(tokens.start));
        let found = told_in.find_map(|(sentence, tokens)| {
            let end = tokens.end..tokens.end;
            self.date_in(&tokens, &Told { sentence, trigger: &end, cue: None }, status)
        });
        found.filter(|(date, _)| !self.is_stale(date))
    }

    /// "The conversation took place on Monday": the day that a sentence behind gives when it begins with the event.
    fn date_again(&self, told: &Told<'_>, status: Status) -> Option<(EventDate, Range<u32>)> {
        let again = self.classes.event_again?;
        (told.sentence + 1..=told.sentence + AGAIN_SENTENCES).find_map(|sentence| {
            let tokens = self.scene.sentence(sentence);
            let start = tokens.start..(tokens.start + AGAIN_START).min(tokens.end);
            let named = self.scene.classes_in(&start).find(|hit| hit.class == again)?;
            let trigger = named.start..named.end;
            let found = self.date_in(&tokens, &Told { sentence, trigger: &trigger, cue: None }, status)?;
            let is_beside = found.1.start <= named.end + AGAIN_SPAN;
            (is_beside && !self.is_said(&found.1) && !self.is_stale(&found.0)).then_some(found)
        })
    }

    /// "A spoke with B on Monday. By phone, the two leaders …": the day of the sentence before, of which this one goes on.
    fn date_just_told(&self, told: &Told<'_>, status: Status) -> Option<(EventDate, Range<u32>)> {
        let here = self.scene.sentence(told.sentence);
        let start = here.start..(here.start + AGAIN_START).min(here.end);
        let is_again = |class: u16| Some(class) == self.classes.event_again;
        let goes_on = self.scene.nps_in(&here).any(|(_, np)| np.form == Form::Pair)
            || self.scene.classes_in(&start).any(|hit| is_again(hit.class));
        let sentence = told.sentence.checked_sub(1).filter(|_| goes_on)?;
        let tokens = self.scene.sentence(sentence);
        if self.scene.is_title(tokens.start) {
            return None;
        }
        let end = tokens.end..tokens.end;
        let found = self.date_in(&tokens, &Told { sentence, trigger: &end, cue: None }, status)?;
        (found.0.precision <= Precision::Day && !self.is_stale(&found.0)).then_some(found)
    }

    /// Reports whether a day lies so far before publication that it is background.
    pub(super) fn is_stale(&self, date: &EventDate) -> bool {
        let published = self.published.map(PageTime::day);
        published
            .and_then(|published| published.since(date.end).ok())
            .is_some_and(|since| since.get_days() > STALE_DAYS)
    }

    /// More than a day after publication, which leaves room for zones: not the day of what has happened.
    fn is_to_come(&self, date: &EventDate) -> bool {
        let published = self.published.map(PageTime::day);
        published.and_then(|published| date.start.since(published).ok()).is_some_and(|until| until.get_days() > 1)
    }

    fn date_in(&self, within: &Range<u32>, told: &Told<'_>, status: Status) -> Option<(EventDate, Range<u32>)> {
        let trigger = told.trigger;
        let distance = |date: &DateOn| {
            let tokens = &date.tokens;
            let gap = if tokens.end <= trigger.start {
                trigger.start - tokens.end
            } else {
                tokens.start.saturating_sub(trigger.end)
            };
            let is_far = self.is_said(tokens) || self.is_filing(tokens);
            let between = tokens.end.min(trigger.end)..trigger.start.max(tokens.start);
            let n_commas = between.filter(|token| matches!(self.scene.text.word(*token), "," | "，" | "،")).count();
            let gap = if matches!(self.scene.lang, "zh" | "ja") { gap / CJK_WORD_TOKENS } else { gap };
            gap + n_commas as u32 * COMMA_DISTANCE + if is_far { SAID_DISTANCE } else { 0 }
        };
        let dates = self.dates();
        let from = dates.partition_point(|date| date.tokens.start < within.start);
        let mut dates: Vec<&DateOn> = dates[from..]
            .iter()
            .take_while(|date| date.tokens.start < within.end)
            .filter(|date| date.tokens.end <= within.end)
            .filter(|date| status == Status::Occurred || !self.is_filing(&date.tokens))
            .filter(|date| !self.is_start_of_time(&date.tokens) && !self.is_of_noun(date, trigger))
            .filter(|date| !self.is_of_statement(&date.tokens, told.cue, status))
            .filter(|date| !is_unreal(status) || distance(date) <= UNREAL_SPAN)
            .collect();
        dates.sort_by_cached_key(|date| distance(date));
        let mut coarse = None;
        for date in dates {
            let tense = if self.is_said(&date.tokens) { Tense::Past } else { tense(status) };
            let Some(resolved) = self.resolved(date, tense) else { continue };
            if status == Status::Occurred && self.is_to_come(&resolved) {
                continue;
            }
            if resolved.precision <= Precision::Day {
                return Some((resolved, date.tokens.clone()));
            }
            coarse = coarse.or(Some((resolved, date.tokens.clone())));
        }
        coarse.filter(|_| !is_unreal(status))
    }

    fn resolved(&self, date: &DateOn, tense: Tense) -> Option<EventDate> {
        let anchor = Anchor { published: self.published, zone: self.zone };
        let words = self.scene.original.get(date.hit.start..date.hit.end)?;
        let found = resolve(&date.hit.value, &anchor, tense, words)?;
        let is_eve = date.hit.value.is_eve();
        if !is_eve && !date.hit.value.is_part() {
            return Some(found);
        }
        // "The day before" counts from the day named last, "in the evening" is a part of it.
        let sentence = self.scene.text.sentence_of(date.tokens.start);
        let from = self.scene.sentence(sentence.saturating_sub(1)).start;
        let before = self.dates().partition_point(|one| one.tokens.start < date.tokens.start);
        let named = self.dates()[..before].iter().rev().take_while(|one| one.tokens.start >= from);
        let named = named.filter(|one| one.hit.value.names_day()).find_map(|one| self.resolved(one, Tense::Past));
        let named = named.map(|named| named.start).filter(|day| is_eve || *day <= found.start);
        let day = named.and_then(|day| if is_eve { day.yesterday().ok() } else { Some(day) });
        let (start, end) = day.map_or((found.start, found.end), |day| (day, day));
        Some(EventDate { start, end, ..found })
    }

    /// "for the first time since 2022": the day of something else. A word may stand between.
    fn is_start_of_time(&self, tokens: &Range<u32>) -> bool {
        let is_since = |token: u32| self.scene.class_end(token, self.classes.since);
        // The word may stand behind: "mayıstan bu yana", "im Mai ausgesetzt", 5月中断的.
        let is_behind = matches!(self.scene.lang, "de" | "ja" | "tr" | "zh")
            && (tokens.end..tokens.end + 3).any(|token| is_since(token).is_some());
        is_behind
            || (tokens.start.saturating_sub(3)..tokens.start)
                .filter_map(is_since)
                .any(|end| end <= tokens.start && end + 1 >= tokens.start)
    }

    /// What has not happened has no day of saying: "denied on Tuesday", "said on Monday he would call".
    fn is_of_statement(&self, date: &Range<u32>, cue: Option<&Range<u32>>, status: Status) -> bool {
        let is_at = |cue: &Range<u32>| date.start <= cue.end + CUE_SPAN && cue.start <= date.end + CUE_SPAN;
        match status {
            // "would not confirm, that yesterday they spoke": a clause of its own begins before the day.
            // The day a call was declined is the day it came.
            Status::Declined => self.is_said(date) && !self.opens_clause(date),
            status if is_unreal(status) => (self.is_said(date) || cue.is_some_and(is_at)) && !self.opens_clause(date),
            Status::Planned | Status::Postponed | Status::Cancelled => self.is_said(date),
            _ => false,
        }
    }

    /// A comma, or "that", and at most two words stand before the date.
    fn opens_clause(&self, date: &Range<u32>) -> bool {
        let opens = |word: &str| word == "," || THAT.contains(&word);
        (date.start.saturating_sub(3)..date.start).any(|token| opens(self.scene.text.word(token)))
    }

    /// The day the text was filed.
    fn is_filing(&self, date: &Range<u32>) -> bool {
        self.scene.is_in_dateline(date.start)
    }

    /// "last week's collision": the day of the next noun, unless that is the trigger ("Thursday's call").
    fn is_of_noun(&self, date: &DateOn, trigger: &Range<u32>) -> bool {
        let words = self.scene.original.get(date.hit.start..date.hit.end).unwrap_or_default();
        let next = self.scene.text.word(date.tokens.end);
        let is_own = (date.tokens.end..=date.tokens.end + OWN_NOUN_SPAN).contains(&trigger.start);
        let is_attribute = matches!(self.scene.lang, "zh" | "ja")
            && matches!(next, "的" | "の")
            && !(date.tokens.end..date.tokens.end + ATTRIBUTE_SPAN).contains(&trigger.start)
            && matches!(date.hit.value, DateValue::Year { .. } | DateValue::Month { .. });
        is_attribute
            || self.scene.lang == "en"
                && !is_own
                && (words.ends_with("'s")
                    || words.ends_with("’s")
                    || (next == "'" && self.scene.text.word(date.tokens.end + 1) == "s"))
    }

    /// The date stands at a verb of saying: it is the day of the statement.
    pub(super) fn is_said(&self, tokens: &Range<u32>) -> bool {
        self.is_said_before(tokens) || self.is_said_behind(tokens)
    }

    /// "on Tuesday said", "am Mittwoch in Berlin mitteilte", 周三公布: the verb behind the day, a place or one word between.
    fn is_said_behind(&self, date: &Range<u32>) -> bool {
        let say = self.scene.classes_in(&(date.end..date.end + 3)).find(|hit| Some(hit.class) == self.glue.say());
        let Some(say) = say.map(|hit| hit.start) else { return false };
        let is_word = |token: u32| !self.is_kind(token, TokenKind::Mark);
        let is_place = |at: usize| matches!(self.scene.nps[at].form, Form::Place | Form::Seat);
        (date.end..say).all(is_word) && (say <= date.end + 1 || self.scene.np_at(say - 1).is_some_and(is_place))
    }

    fn is_said_before(&self, tokens: &Range<u32>) -> bool {
        let near = tokens.start.saturating_sub(SAID_SPAN)..tokens.end + 1;
        // "Said that on Tuesday": a clause of its own begins.
        let is_apart = |end: u32| (end..tokens.start).any(|token| THAT.contains(&self.scene.text.word(token)));
        self.scene
            .classes_in(&near)
            .any(|hit| Some(hit.class) == self.glue.say() && hit.end <= tokens.start + 1 && !is_apart(hit.end))
    }
}

/// The event is not known to be: only a day at its very name is its own.
pub(super) fn is_unreal(status: Status) -> bool {
    matches!(status, Status::Denied | Status::Declined | Status::Proposed | Status::Unconfirmed)
}

/// Which way the clause of a status looks. What is agreed may be agreed on Sunday, or for the 21st.
fn tense(status: Status) -> Tense {
    match status {
        Status::Agreed => Tense::Present,
        Status::Planned | Status::Proposed | Status::Postponed | Status::Cancelled => Tense::Future,
        _ => Tense::Past,
    }
}
