//! Owns the parts of a page that are in different languages: a statement in the original, a translation below the text.

use std::ops::Range;

use super::roster::LANGS;
use crate::article::language;

/// Bytes of lines looked at together.
const BLOCK_BYTES_MIN: usize = 400;
/// Bytes a part of another language has at least: less is a quotation or a list of names.
const PART_BYTES_MIN: usize = 250;
/// Blocks of one page that are looked at; what stands behind them is in the language of the last.
const BLOCKS_MAX: usize = 100;

/// A part of a text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) lang: &'static str,
    /// Bytes of the text.
    pub(super) bytes: Range<usize>,
}

/// Cuts a text at the line ends where its language changes; one segment when it does not. `main` is the language of the
/// whole: a block is in another only if it would be taken for that with and without this prior.
pub(super) fn segments(text: &str, main: &'static str) -> Vec<Segment> {
    let blocks = blocks(text);
    // Nearly every page is of one language: its script, its middle and its end tell.
    let first = Script::of(text);
    let is_one_script =
        blocks.iter().all(|bytes| Script::of(&text[bytes.clone()]).is_none_or(|own| Some(own) == first));
    let is_main = |at: usize| blocks.get(at).is_none_or(|bytes| language_of(&text[bytes.clone()], main) == main);
    let is_ended_so = || is_main(blocks.len() - 1) && (blocks.len() < 3 || is_main(blocks.len() / 2));
    if blocks.len() < 2 || (is_one_script && is_ended_so()) {
        return vec![Segment { lang: main, bytes: 0..text.len() }];
    }
    let mut segments: Vec<Segment> = Vec::new();
    for bytes in blocks {
        let lang = language_of(&text[bytes.clone()], main);
        match segments.last_mut().filter(|last| last.lang == lang) {
            Some(last) => last.bytes.end = bytes.end,
            None => segments.push(Segment { lang, bytes }),
        }
    }
    segments
}

fn language_of(block: &str, main: &'static str) -> &'static str {
    if block.len() < PART_BYTES_MIN {
        return main;
    }
    let other = language::identify(block, Some(main)).filter(|found| *found != main);
    other
        .and_then(|found| LANGS.iter().find(|lang| **lang == found))
        .filter(|found| language::identify(block, None) == Some(**found))
        .map_or(main, |found| *found)
}

/// Runs of lines of one script and of a length that shows its language. They cover the text.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut script = None;
    for line in text.split_inclusive('\n') {
        let own = Script::of(line);
        let is_other = own.is_some() && script.is_some() && own != script;
        if (is_other || at - start >= BLOCK_BYTES_MIN) && at > start && blocks.len() + 1 < BLOCKS_MAX {
            blocks.push(start..at);
            start = at;
        }
        script = own.or(script);
        at += line.len();
    }
    blocks.push(start..text.len());
    blocks
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    /// Chinese characters and kana.
    East,
    Other,
}

impl Script {
    /// The script that a line begins in.
    fn of(line: &str) -> Option<Self> {
        let letter = line.chars().find(|c| c.is_alphabetic())?;
        Some(match letter {
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' => Self::Latin,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{600}'..='\u{6ff}' => Self::Arabic,
            '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' => Self::East,
            _ => Self::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "The two presidents spoke by telephone on Monday evening about the grain harvest and the state of \
the roads between their countries, the palace said in a statement that was handed to reporters.\n\
They agreed to meet again in the autumn and to send their ministers of agriculture to a joint commission, which has not \
met since the bridge was closed two years ago because of the floods.\n";
    const UKRAINIAN: &str = "Президенти двох країн поговорили телефоном у понеділок увечері про врожай зерна та стан доріг \
між їхніми країнами, йдеться у заяві палацу, яку роздали журналістам.\n\
Вони домовилися знову зустрітися восени та надіслати своїх міністрів до спільної комісії, яка не збиралася відтоді, як \
через повінь закрили міст.\n";

    #[test]
    fn a_page_in_one_language_is_one_segment() {
        let text = ENGLISH.repeat(3);
        assert_eq!(segments(&text, "en"), [Segment { lang: "en", bytes: 0..text.len() }]);
        assert_eq!(segments("", "en"), [Segment { lang: "en", bytes: 0..0 }]);
    }

    #[test]
    fn a_translation_below_the_text_is_a_segment_of_its_own() {
        let text = format!("{ENGLISH}{UKRAINIAN}");
        let found = segments(&text, "en");
        assert_eq!(found.iter().map(|segment| segment.lang).collect::<Vec<_>>(), ["en", "uk"]);
        assert_eq!(&text[found[1].bytes.clone()], UKRAINIAN);
    }

    #[test]
    fn a_quotation_is_no_segment() {
        let text = format!("{ENGLISH}«Це був добрий день», – сказав він.\n{ENGLISH}");
        assert_eq!(segments(&text, "en").len(), 1);
    }
}
