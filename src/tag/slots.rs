//! Owns the facts around a trigger: day, place, topics, who announced it and how prominent it is.

use std::cell::OnceCell;
use std::ops::Range;

use jiff::civil::Date;

use super::dates::{Anchor, DateHit, DateValue, DateWords, Tense, resolve};
use super::party::{Form, Glue, Np, Part};
use super::roster::Roster;
use super::roster::topics::Topic;
use super::scene::Scene;
use super::text::{Shape, TokenKind};
use super::who::Identify;
use super::{Announcer, EventDate, Precision, Salience, Status};
use crate::article::PageTime;

/// Sentences behind the trigger whose topics are the event's.
const TOPIC_SENTENCES: usize = 5;
/// Sentences of the text in which a headline's day is looked for.
const HEADLINE_SENTENCES: usize = 3;
/// Sentences behind the trigger's in which it may say who announced it, and when.
const STATEMENT_SENTENCES: usize = 2;
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
/// Characters of a spokesman's name in Chinese and Japanese.
const SPOKESMAN_TOKENS_MAX: u32 = 8;

/// Folded words that open the clause of what is said.
const THAT: [&str; 10] = ["that", "que", "qu", "che", "dass", "что", "що", "ze", "ان", "بان"];

/// A day of saying counts as this many tokens further away.
const SAID_DISTANCE: u32 = 1_000;

/// An event this long before publication is background.
const STALE_DAYS: i32 = 14;

/// A date on its tokens.
#[derive(Debug, Clone)]
pub(super) struct DateOn {
    pub(super) tokens: Range<u32>,
    pub(super) hit: DateHit,
}

/// Numbers of the common classes that slots are read by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SlotClasses {
    pub(super) channel: Option<u16>,
    pub(super) since: Option<u16>,
    pub(super) same_day: Option<u16>,
}

/// What slots are read from.
pub(super) struct Slots<'s> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) roster: &'s Roster,
    pub(super) topics: &'s [Topic],
    pub(super) glue: &'s Glue,
    pub(super) classes: SlotClasses,
    pub(super) date_words: &'s DateWords,
    /// Found when first asked for: most sentences with a trigger tell of nothing.
    pub(super) dates: OnceCell<Vec<DateOn>>,
    pub(super) published: Option<&'s PageTime>,
    pub(super) zone: Option<&'s str>,
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
            hits.into_iter().map(on).filter(|date| !date.tokens.is_empty()).collect()
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

    /// "A little later he also called": the day of the sentence before.
    fn date_before(&self, told: &Told<'_>, status: Status) -> Option<(EventDate, Range<u32>)> {
        let here = self.scene.sentence(told.sentence);
        let same_day = self.classes.same_day?;
        let is_same = self.scene.classes_in(&here).any(|hit| hit.class == same_day);
        let before = told.sentence.checked_sub(1).filter(|_| is_same)?;
        let tokens = self.scene.sentence(before);
        if self.scene.is_title(tokens.start) {
            return None;
        }
        let end = tokens.end..tokens.end;
        self.date_in(&tokens, &Told { sentence: before, trigger: &end, cue: None }, status)
    }

    /// Reports whether a day lies so far before publication that it is background.
    pub(super) fn is_stale(&self, date: &EventDate) -> bool {
        let published = self.published.map(PageTime::day);
        published
            .and_then(|published| published.since(date.end).ok())
            .is_some_and(|since| since.get_days() > STALE_DAYS)
    }

    /// Returns the sentences that may say what the trigger's leaves open: a headline leaves it to the text.
    fn later(&self, sentence: usize) -> Range<usize> {
        if self.scene.is_title(self.scene.sentence(sentence).start) {
            let first = self.scene.text.sentence_of(self.scene.title_end);
            return first..first + HEADLINE_SENTENCES;
        }
        sentence + 1..sentence + 1 + STATEMENT_SENTENCES
    }

    /// The sentence says who announced it and brings in nobody else.
    fn is_statement(&self, sentence: usize) -> bool {
        let tokens = self.scene.sentence(sentence);
        self.scene.classes_in(&tokens).any(|hit| Some(hit.class) == self.glue.say())
            && self.scene.nps_in(&tokens).filter(|(_, np)| np.form == Form::Person).count() < 2
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
            gap + if is_far { SAID_DISTANCE } else { 0 }
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
        dates.sort_by_key(|date| distance(date));
        let mut coarse = None;
        for date in dates {
            let tense = if self.is_said(&date.tokens) { Tense::Past } else { tense(status) };
            let Some(resolved) = self.resolved(date, tense) else { continue };
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
        if !date.hit.value.is_eve() {
            return Some(found);
        }
        // "The day before" counts from the day named last.
        let sentence = self.scene.text.sentence_of(date.tokens.start);
        let from = self.scene.sentence(sentence.saturating_sub(1)).start;
        let before = self.dates().partition_point(|one| one.tokens.start < date.tokens.start);
        let named = self.dates()[..before].iter().rev().take_while(|one| one.tokens.start >= from);
        let named = named.filter(|one| one.hit.value.names_day()).find_map(|one| self.resolved(one, Tense::Past));
        let Some(day) = named.and_then(|named| named.start.yesterday().ok()) else { return Some(found) };
        Some(EventDate { start: day, end: day, ..found })
    }

    /// "for the first time since 2022": the day of something else. A word may stand between.
    fn is_start_of_time(&self, tokens: &Range<u32>) -> bool {
        let is_since = |token: u32| self.scene.class_end(token, self.classes.since);
        // In Turkish and Japanese the word stands behind: "mayıstan bu yana".
        let is_behind = matches!(self.scene.lang, "tr" | "ja")
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
            status if is_unreal(status) => (self.is_said(date) || cue.is_some_and(is_at)) && !self.opens_clause(date),
            Status::Planned | Status::Postponed | Status::Cancelled => self.is_said(date),
            _ => false,
        }
    }

    /// A comma and at most two words stand before the date.
    fn opens_clause(&self, date: &Range<u32>) -> bool {
        (date.start.saturating_sub(3)..date.start).any(|token| self.scene.text.word(token) == ",")
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
    fn is_said(&self, tokens: &Range<u32>) -> bool {
        let near = tokens.start.saturating_sub(SAID_SPAN)..tokens.end + 1;
        // "Said that on Tuesday": a clause of its own begins.
        let is_apart = |end: u32| (end..tokens.start).any(|token| THAT.contains(&self.scene.text.word(token)));
        self.scene
            .classes_in(&near)
            .any(|hit| Some(hit.class) == self.glue.say() && hit.end <= tokens.start + 1 && !is_apart(hit.end))
    }

    /// Returns the topics from the trigger's sentence on, in the order of the text; those before it when none follow.
    pub(super) fn topics(&self, sentence: usize) -> Vec<String> {
        let last = self.scene.text.sentences.len().saturating_sub(1);
        let behind = sentence..(sentence + TOPIC_SENTENCES).min(last) + 1;
        let before = sentence.saturating_sub(TOPIC_SENTENCES)..sentence;
        let ids = self.topics_in(&behind);
        if ids.is_empty() { self.topics_in(&before) } else { ids }
    }

    fn topics_in(&self, sentences: &Range<usize>) -> Vec<String> {
        let start = self.scene.sentence(sentences.start).start;
        let end = self.scene.sentence(sentences.end.saturating_sub(1)).end;
        let mut ids: Vec<String> = Vec::new();
        let from = self.scene.topics.partition_point(|hit| hit.start < start);
        for hit in self.scene.topics[from..].iter().take_while(|hit| hit.start < end) {
            let id = &self.topics[hit.topic as usize].id;
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// Finds the city where it happens, by its English name.
    pub(super) fn place(&self, sentence: usize) -> Option<String> {
        let tokens = self.scene.sentence(sentence);
        self.scene.nps_in(&tokens).find_map(|(_, np)| {
            let is_in = np.form == Form::Seat && self.glue.is_located(self.scene, np);
            let Some(super::party::Place::Country(country)) = np.place.filter(|_| is_in) else { return None };
            self.roster.countries[country].capitals.of("en").first().cloned()
        })
    }

    /// Finds who made it known, in the sentence or the next.
    pub(super) fn announcer(&self, sentence: usize, day: Option<Date>) -> Option<(Announcer, Range<u32>)> {
        let identify = Identify { scene: self.scene, roster: self.roster, day };
        let statement = self.later(sentence).find(|at| self.channel(*at).is_some() && self.is_statement(*at));
        let channel = self.channel(sentence).or_else(|| self.channel(statement?));
        let here = self.announcer_in(sentence, &identify, channel.as_ref());
        here.or_else(|| self.announcer_in(statement?, &identify, channel.as_ref()))
    }

    fn announcer_in(
        &self,
        sentence: usize,
        identify: &Identify<'_>,
        channel: Option<&String>,
    ) -> Option<(Announcer, Range<u32>)> {
        let tokens = self.scene.sentence(sentence);
        let spokesman = self.spokesman(&tokens);
        let speaker = self.scene.nps_in(&tokens).find(|(_, np)| np.part == Part::Speaker);
        if let Some((name, at)) = spokesman
            && speaker.is_none_or(|(_, np)| np.form != Form::Person)
        {
            return Some((Announcer { person: None, name, channel: channel.cloned() }, at));
        }
        let (at, np) = speaker?;
        let who = identify.who(at, &[])?;
        let person = who.person.map(|person| self.roster.persons[person].id.clone());
        let name = if np.form == Form::Seat { identify.original(np.start, np.end) } else { who.name };
        Some((Announcer { person, name, channel: channel.cloned() }, np.start..np.end))
    }

    /// "Kremlin spokesman Dmitry Peskov": the capitalised words behind the spokesman's title.
    fn spokesman(&self, tokens: &Range<u32>) -> Option<(String, Range<u32>)> {
        let hit = self.scene.classes_in(tokens).find(|hit| Some(hit.class) == self.glue.spokesman())?;
        let name = match self.scene.lang {
            "zh" => hit.end..self.name_before_saying(hit.end)?,
            "ja" => self.name_in_front(hit.start)..hit.start,
            "ar" => self.name_behind_seat(hit.end),
            _ => hit.end..while_tokens(hit.end, |token| self.shape(token) == Some(Shape::Capital)),
        };
        if name.is_empty() {
            return None;
        }
        Some((self.scene.text.original(self.scene.original, &name).to_owned(), name))
    }

    fn shape(&self, token: u32) -> Option<Shape> {
        self.scene.text.tokens.get(token as usize).map(|token| token.shape)
    }

    fn is_kind(&self, token: u32, kind: TokenKind) -> bool {
        self.scene.text.tokens.get(token as usize).is_some_and(|token| token.kind == kind)
    }

    /// 发言人毛宁说: the characters between the spokesman's title and the verb of saying.
    fn name_before_saying(&self, from: u32) -> Option<u32> {
        let is_end = |token: u32| {
            self.scene.class_end(token, self.glue.say()).is_some()
                || matches!(
                    self.scene.text.word(token),
                    "未" | "不" | "在" | "就" | "对" | "對" | "没" | "沒" | "周" | "则"
                )
        };
        let end = (from..from + SPOKESMAN_TOKENS_MAX).find(|token| is_end(*token))?;
        (from..end).all(|token| self.is_kind(token, TokenKind::Cjk)).then_some(end)
    }

    /// 外務省の毛寧報道官: the characters before the title.
    fn name_in_front(&self, title: u32) -> u32 {
        let is_name = |token: &u32| self.is_kind(*token, TokenKind::Cjk) && self.scene.text.word(*token) != "の";
        title - (title.saturating_sub(SPOKESMAN_TOKENS_MAX)..title).rev().take_while(is_name).count() as u32
    }

    /// «المتحدثة باسم البيت الأبيض كارولين ليفيت»: two words behind the seat of power.
    fn name_behind_seat(&self, from: u32) -> Range<u32> {
        let start = self.scene.np_at(from).map_or(from, |at| self.scene.nps[at].end);
        let is_name = |token: u32| {
            let is_particle =
                matches!(self.scene.text.word(token), "ان" | "انه" | "انها" | "في" | "لم" | "لا" | "يوم" | "على");
            let is_free = self.scene.classes_at(token).is_empty() && self.scene.np_at(token).is_none();
            token < start + 2 && self.is_kind(token, TokenKind::Word) && is_free && !is_particle
        };
        start..while_tokens(start, is_name)
    }

    fn channel(&self, sentence: usize) -> Option<String> {
        let tokens = self.scene.sentence(sentence);
        let hit = self.scene.classes_in(&tokens).find(|hit| Some(hit.class) == self.classes.channel)?;
        Some(self.scene.text.original(self.scene.original, &(hit.start..hit.end)).to_owned())
    }

    /// The title and the first two sentences of the text make an event the main one.
    pub(super) fn salience(&self, sentence: usize) -> Salience {
        let first_of_text = self.scene.text.sentence_of(self.scene.title_end);
        if sentence < first_of_text + 3 { Salience::Main } else { Salience::Secondary }
    }
}

/// The event is not known to be: only a day at its very name is its own.
fn is_unreal(status: Status) -> bool {
    matches!(status, Status::Denied | Status::Declined | Status::Proposed | Status::Unconfirmed)
}

/// Which way the clause of a status looks.
fn tense(status: Status) -> Tense {
    match status {
        Status::Planned | Status::Proposed | Status::Postponed | Status::Cancelled => Tense::Future,
        _ => Tense::Past,
    }
}

/// Parties that stand for the event's own: nobody new.
pub(super) fn is_stand_in(np: &Np) -> bool {
    matches!(np.form, Form::Pair | Form::Pronoun)
}

/// Returns where a run of tokens from `from` on ends.
fn while_tokens(from: u32, is_part: impl Fn(u32) -> bool) -> u32 {
    let mut token = from;
    while is_part(token) {
        token += 1;
    }
    token
}
