//! Owns the facts around a trigger but its day: place, topics, who announced it and how prominent it is.

use std::cell::OnceCell;
use std::ops::Range;

use jiff::civil::Date;

use super::dates::DateWords;
use super::party::{Form, Glue, Np, Part};
use super::roster::Roster;
use super::roster::topics::Topic;
use super::scene::Scene;
use super::text::{Shape, TokenKind};
use super::when::DateOn;
use super::who::Identify;
use super::{Announcer, Salience};
use crate::article::PageTime;

/// Sentences behind the trigger whose topics are the event's.
const TOPIC_SENTENCES: usize = 5;
/// Sentences of the text in which a headline's day is looked for.
const HEADLINE_SENTENCES: usize = 3;
/// Sentences behind the trigger's in which it may say who announced it, and when.
const STATEMENT_SENTENCES: usize = 2;
/// Characters of a spokesman's name in Chinese and Japanese.
const SPOKESMAN_TOKENS_MAX: u32 = 8;

/// Numbers of the common classes that slots are read by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SlotClasses {
    pub(super) channel: Option<u16>,
    pub(super) since: Option<u16>,
    pub(super) same_day: Option<u16>,
    pub(super) event_again: Option<u16>,
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

impl Slots<'_> {
    /// Returns the sentences that may say what the trigger's leaves open: a headline leaves it to the text.
    pub(super) fn later(&self, sentence: usize) -> Range<usize> {
        if self.scene.is_title(self.scene.sentence(sentence).start) {
            let first = self.scene.text.sentence_of(self.scene.title_end);
            return first..first + HEADLINE_SENTENCES;
        }
        sentence + 1..sentence + 1 + STATEMENT_SENTENCES
    }

    pub(super) fn is_located(&self, np: &Np) -> bool {
        self.glue.is_located(self.scene, np)
    }

    /// The sentence says who announced it and brings in nobody else.
    pub(super) fn is_statement(&self, sentence: usize) -> bool {
        let tokens = self.scene.sentence(sentence);
        self.scene.classes_in(&tokens).any(|hit| Some(hit.class) == self.glue.say())
            && self.scene.nps_in(&tokens).filter(|(_, np)| np.form == Form::Person).count() < 2
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

    pub(super) fn is_kind(&self, token: u32, kind: TokenKind) -> bool {
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
