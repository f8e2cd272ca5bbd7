//! Owns a text laid out for the rules: tokens with the words found on them, and the parties these make up.

use std::ops::Range;

use super::lexicon::{Hit, What};
use super::pack::Classes;
use super::party::Np;
use super::text::Text;

/// A word of a class on its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassHit {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) class: u16,
}

/// A cue on its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CueHit {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Position in the packs' cues.
    pub(super) cue: u16,
}

/// Topics on their tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TopicHit {
    pub(super) start: u32,
    pub(super) topic: u16,
}

/// One document, ready for the rules.
#[derive(Debug)]
pub(super) struct Scene<'t> {
    pub(super) text: &'t Text,
    /// The text as it came: title, line end, text.
    pub(super) original: &'t str,
    pub(super) lang: &'static str,
    /// Tokens of the title; the text follows.
    pub(super) title_end: u32,
    /// Chars before the text.
    pub(super) text_from: usize,
    /// By start, the longest first.
    classes: Vec<ClassHit>,
    /// Where the class hits of a token begin in `classes`.
    class_from: Vec<u32>,
    pub(super) cues: Vec<CueHit>,
    pub(super) topics: Vec<TopicHit>,
    /// By start.
    pub(super) nps: Vec<Np>,
    /// The party that starts at a token.
    np_at: Vec<u32>,
    /// Where and when the text was filed: "MOSCOW, March 13 (Interfax) —".
    pub(super) dateline: Range<u32>,
    /// Country of the newsroom, as a position in the roster: "the prime minister" without a country is its own.
    pub(super) home: Option<usize>,
}

/// What a scene is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) text: &'t Text,
    pub(super) original: &'t str,
    pub(super) lang: &'static str,
    pub(super) title_end: u32,
    pub(super) text_from: usize,
}

const NONE: u32 = u32::MAX;

/// What stands in a sentence, as far as it is asked before a rule is run there.
#[derive(Debug)]
pub(super) struct Present {
    /// The classes that have words in it, in order.
    pub(super) classes: Vec<u16>,
    pub(super) has_party: bool,
}

impl<'t> Scene<'t> {
    pub(super) fn new(source: Source<'t>, hits: &[Hit], classes: &Classes) -> Self {
        let Source { text, original, lang, title_end, text_from } = source;
        let mut scene = Self {
            text,
            original,
            lang,
            title_end,
            text_from,
            classes: class_hits(hits, classes),
            class_from: Vec::new(),
            cues: cue_hits(hits),
            topics: Vec::new(),
            nps: Vec::new(),
            np_at: vec![NONE; text.tokens.len()],
            dateline: title_end..title_end,
            home: None,
        };
        scene.topics.extend(hits.iter().filter_map(|hit| match hit.what {
            What::Topic(topic) => Some(TopicHit { start: hit.start, topic }),
            _ => None,
        }));
        scene.index();
        scene
    }

    fn index(&mut self) {
        let mut from = 0;
        self.class_from = Vec::with_capacity(self.text.tokens.len() + 1);
        for token in 0..=self.text.tokens.len() as u32 {
            while self.classes.get(from).is_some_and(|hit| hit.start < token) {
                from += 1;
            }
            self.class_from.push(from as u32);
        }
    }

    /// Puts the parties into the scene.
    pub(super) fn set_parties(&mut self, nps: Vec<Np>) {
        for (at, np) in nps.iter().enumerate() {
            if let Some(slot) = self.np_at.get_mut(np.start as usize) {
                *slot = at as u32;
            }
        }
        self.nps = nps;
    }

    /// Returns the party that starts at a token.
    pub(super) fn np_at(&self, token: u32) -> Option<usize> {
        self.np_at.get(token as usize).filter(|at| **at != NONE).map(|at| *at as usize)
    }

    /// Returns the class hits that start at a token, the longest first.
    pub(super) fn classes_at(&self, token: u32) -> &[ClassHit] {
        let at = token as usize;
        match (self.class_from.get(at), self.class_from.get(at + 1)) {
            (Some(&from), Some(&to)) => &self.classes[from as usize..to as usize],
            _ => &[],
        }
    }

    /// Returns where the longest word of a class at this token ends.
    pub(super) fn class_end(&self, token: u32, class: Option<u16>) -> Option<u32> {
        let class = class?;
        self.classes_at(token).iter().find(|hit| hit.class == class).map(|hit| hit.end)
    }

    /// Returns the class hits within a range of tokens.
    pub(super) fn classes_in(&self, tokens: &Range<u32>) -> impl Iterator<Item = &ClassHit> + '_ {
        let from = self.class_from.get(tokens.start as usize).copied().unwrap_or(0) as usize;
        let end = tokens.end;
        self.classes[from.min(self.classes.len())..].iter().take_while(move |hit| hit.start < end)
    }

    /// Returns the party that a token is part of.
    pub(super) fn np_around(&self, token: u32) -> Option<&Np> {
        let behind = self.nps.partition_point(|np| np.start <= token);
        self.nps[..behind].last().filter(|np| token < np.end)
    }

    /// Returns the parties that start within a range of tokens, with their positions.
    pub(super) fn nps_in(&self, tokens: &Range<u32>) -> impl Iterator<Item = (usize, &Np)> + '_ {
        let from = self.nps.partition_point(|np| np.start < tokens.start);
        let end = tokens.end;
        self.nps[from..]
            .iter()
            .enumerate()
            .take_while(move |(_, np)| np.start < end)
            .map(move |(at, np)| (from + at, np))
    }

    /// Looks at what stands in a sentence.
    pub(super) fn present(&self, tokens: &Range<u32>) -> Present {
        let mut classes: Vec<u16> = self.classes_in(tokens).map(|hit| hit.class).collect();
        classes.sort_unstable();
        classes.dedup();
        Present { classes, has_party: self.nps_in(tokens).next().is_some() }
    }

    pub(super) fn sentence(&self, index: usize) -> Range<u32> {
        self.text.sentences.get(index).cloned().unwrap_or(0..0)
    }

    pub(super) fn is_in_dateline(&self, token: u32) -> bool {
        self.dateline.contains(&token)
    }

    pub(super) fn is_title(&self, token: u32) -> bool {
        token < self.title_end
    }
}

/// Keeps the words of packs, without those inside a longer word of the same pack.
fn class_hits(hits: &[Hit], classes: &Classes) -> Vec<ClassHit> {
    let mut kept: Vec<ClassHit> = Vec::new();
    for hit in hits {
        let What::Class(class) = hit.what else { continue };
        let scope = classes.scope(class);
        let is_inside = scope != super::pack::COMMON
            && kept.iter().rev().take_while(|known| known.start + 12 > hit.start).any(|known| {
                known.start <= hit.start
                    && known.end >= hit.end
                    && known.end - known.start > hit.end - hit.start
                    && classes.scope(known.class) == scope
            });
        if !is_inside {
            kept.push(ClassHit { start: hit.start, end: hit.end, class });
        }
    }
    kept
}

fn cue_hits(hits: &[Hit]) -> Vec<CueHit> {
    let cue = |hit: &Hit| match hit.what {
        What::Cue(cue) => Some(CueHit { start: hit.start, end: hit.end, cue }),
        _ => None,
    };
    hits.iter().filter_map(cue).collect()
}
