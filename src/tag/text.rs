//! Owns a text as the rules see it: folded, cut into tokens and sentences, with the way back to the original's chars.

use super::fold;

/// One word, number, mark, Chinese character or katakana run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// Bytes of the folded text.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: TokenKind,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    /// One Han or hiragana character, or a katakana run.
    Cjk,
    Mark,
    /// The end of a line.
    Break,
}

/// How the letters of a token are written in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Lower,
    Capital,
    Upper,
    /// The script has no case.
    Caseless,
}

/// A folded text.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) folded: String,
    pub(super) tokens: Vec<Token>,
    /// Where each token comes from.
    origins: Vec<Origin>,
    /// Token ranges.
    pub(super) sentences: Vec<std::ops::Range<u32>>,
}

/// Place of a token in the original, ends exclusive.
#[derive(Debug, Default, Clone, Copy)]
struct Origin {
    char_start: u32,
    char_end: u32,
    byte_start: u32,
    byte_end: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Break,
    Letter,
    Digit,
    Single,
    Katakana,
    Mark,
}

impl Class {
    /// Characters of the class side by side are one token.
    fn joins(self) -> bool {
        matches!(self, Self::Letter | Self::Digit | Self::Katakana | Self::Space)
    }
}

impl Text {
    /// Folds and cuts a text. `lang` decides whether a number with a full stop is an ordinal.
    pub(super) fn new(text: &str, lang: &str) -> Self {
        let mut cut = Cutter::new(text.len());
        let mut chars = text.char_indices().peekable();
        let mut char_at = 0;
        while let Some((byte_at, c)) = chars.next() {
            let place = Origin {
                char_start: char_at,
                char_end: char_at + 1,
                byte_start: byte_at as u32,
                byte_end: (byte_at + c.len_utf8()) as u32,
            };
            char_at += 1;
            let joined = chars.peek().and_then(|&(_, mark)| fold::composed(c, mark));
            if joined.is_some() {
                chars.next();
                char_at += 1;
            }
            cut.push(joined.unwrap_or(c), place);
        }
        cut.finish(lang)
    }

    /// Returns where a range of tokens comes from.
    fn origin(&self, tokens: &std::ops::Range<u32>) -> Origin {
        let first = self.origins.get(tokens.start as usize);
        let last = self.origins.get(tokens.end.saturating_sub(1) as usize);
        match (first, last) {
            (Some(first), Some(last)) => Origin { char_end: last.char_end, byte_end: last.byte_end, ..*first },
            _ => Origin::default(),
        }
    }

    /// Returns the original's char range of a range of tokens.
    pub(super) fn chars_of(&self, tokens: &std::ops::Range<u32>) -> std::ops::Range<usize> {
        let origin = self.origin(tokens);
        origin.char_start as usize..origin.char_end as usize
    }

    /// Returns the original's words for a range of tokens.
    pub(super) fn original<'t>(&self, original: &'t str, tokens: &std::ops::Range<u32>) -> &'t str {
        let origin = self.origin(tokens);
        original.get(origin.byte_start as usize..origin.byte_end as usize).unwrap_or_default()
    }

    /// Returns the first token that starts at a char of the original or behind it.
    pub(super) fn token_from_char(&self, char_at: usize) -> u32 {
        self.origins.partition_point(|origin| (origin.char_start as usize) < char_at) as u32
    }

    /// Returns the tokens that a range of the original's bytes touches.
    pub(super) fn tokens_of_bytes(&self, bytes: &std::ops::Range<usize>) -> std::ops::Range<u32> {
        let start = self.origins.partition_point(|origin| origin.byte_end as usize <= bytes.start);
        let end = self.origins.partition_point(|origin| (origin.byte_start as usize) < bytes.end);
        start as u32..end as u32
    }

    pub(super) fn word(&self, token: u32) -> &str {
        self.tokens
            .get(token as usize)
            .and_then(|token| self.folded.get(token.start as usize..token.end as usize))
            .unwrap_or("")
    }

    /// Returns the sentence that holds a token.
    pub(super) fn sentence_of(&self, token: u32) -> usize {
        self.sentences.partition_point(|sentence| sentence.end <= token)
    }
}

struct Cutter {
    text: Text,
    open: Option<Class>,
    start: usize,
    origin: Origin,
    n_upper: u32,
    n_cased: u32,
    is_first_upper: bool,
}

impl Cutter {
    fn new(n_bytes: usize) -> Self {
        let mut text = Text::default();
        text.folded.reserve(n_bytes + n_bytes / 16);
        text.tokens.reserve(n_bytes / 4);
        text.origins.reserve(n_bytes / 4);
        Self { text, open: None, start: 0, origin: Origin::default(), n_upper: 0, n_cased: 0, is_first_upper: false }
    }

    fn push(&mut self, c: char, place: Origin) {
        if fold::is_dropped(c) {
            return;
        }
        let class = class_of(c);
        let goes_on = self.open == Some(class) && class.joins();
        if !goes_on {
            self.close();
            self.open = Some(class);
            self.start = self.text.folded.len();
            self.origin = place;
        }
        (self.origin.char_end, self.origin.byte_end) = (place.char_end, place.byte_end);
        if class == Class::Letter {
            let (is_upper, is_lower) = case_of(c);
            if self.start == self.text.folded.len() {
                self.is_first_upper = is_upper;
            }
            self.n_upper += u32::from(is_upper);
            self.n_cased += u32::from(is_upper || is_lower);
        }
        if matches!(class, Class::Space | Class::Break) {
            self.text.folded.push(if class == Class::Break { '\n' } else { ' ' });
        } else {
            fold::push(c, &mut self.text.folded);
        }
    }

    fn close(&mut self) {
        let Some(class) = self.open.take() else { return };
        let kind = match class {
            Class::Space => None,
            Class::Break => Some(TokenKind::Break),
            Class::Letter => Some(TokenKind::Word),
            Class::Digit => Some(TokenKind::Number),
            Class::Single | Class::Katakana => Some(TokenKind::Cjk),
            Class::Mark => Some(TokenKind::Mark),
        };
        let end = self.text.folded.len();
        if let Some(kind) = kind.filter(|_| end > self.start) {
            let shape = match (self.n_cased, self.n_upper) {
                (0, _) => Shape::Caseless,
                (cased, upper) if upper == cased && cased > 1 => Shape::Upper,
                _ if self.is_first_upper => Shape::Capital,
                _ => Shape::Lower,
            };
            self.text.tokens.push(Token { start: self.start as u32, end: end as u32, kind, shape });
            self.text.origins.push(self.origin);
        }
        (self.n_upper, self.n_cased, self.is_first_upper) = (0, 0, false);
    }

    fn finish(mut self, lang: &str) -> Text {
        self.close();
        sentences(&mut self.text, lang);
        self.text
    }
}

/// Returns the bytes of a folded text at which a token may end: no text is cut anywhere else within the same words.
pub(super) fn token_ends(folded: &str) -> impl Iterator<Item = usize> {
    let mut before = Class::Space;
    folded.char_indices().filter_map(move |(at, c)| {
        let class = class_of(c);
        let ends = before != Class::Space && !(class == before && class.joins());
        before = class;
        ends.then_some(at)
    })
}

fn class_of(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        // Letters of the packs' alphabets: to ask Unicode for each would cost more than all else here.
        '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' => Class::Letter,
        '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' | '\u{620}'..='\u{64a}' => Class::Letter,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Class::Break,
        '0'..='9' | '０'..='９' | '٠'..='٩' => Class::Digit,
        _ if c.is_whitespace() => Class::Space,
        '\u{30a0}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => Class::Katakana,
        '\u{3040}'..='\u{309f}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
        | '々' => Class::Single,
        _ if c.is_alphabetic() => Class::Letter,
        _ => Class::Mark,
    }
}

/// Whether a letter is upper and whether it is lower case, without Unicode's tables for the letters that come most.
fn case_of(letter: char) -> (bool, bool) {
    match letter {
        'a'..='z' | 'а'..='џ' => (false, true),
        'A'..='Z' | 'Ѐ'..='Я' => (true, false),
        '\u{620}'..='\u{64a}' => (false, false),
        _ => (letter.is_uppercase(), letter.is_lowercase()),
    }
}

/// A longer one is cut: rules take time with the length of a sentence.
const SENTENCE_TOKENS_MAX: usize = 400;

/// Languages that write an ordinal as a number with a full stop.
const ORDINAL_DOT: [&str; 3] = ["de", "tr", "pl"];

/// Words that a full stop shortens, folded.
const ABBREVIATIONS: [&str; 65] = [
    "mr", "mrs", "ms", "dr", "st", "gen", "sen", "rep", "gov", "lt", "col", "capt", "sgt", "jr", "sr", "prof", "rev",
    "hon", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "vs", "etc", "inc",
    "ca", "bzw", "nr", "abs", "str", "usw", "mme", "mlle", "mm", "mmes", "mgr", "ste", "dres", "sra", "dott", "sig",
    "art", "plk", "ks", "tzw", "np", "им", "тыс", "млн", "млрд", "тис", "ім", "руб", "грн", "ул", "вул", "стр",
];

/// Cuts at full stops, question and exclamation marks and line ends.
fn sentences(text: &mut Text, lang: &str) {
    let n_tokens = text.tokens.len();
    let mut start = 0;
    let mut at = 0;
    while at < n_tokens {
        let mut end = at + 1;
        let is_end = match text.tokens[at].kind {
            TokenKind::Break => true,
            TokenKind::Mark => ends_sentence(text, at, start, lang),
            _ => false,
        } || at - start >= SENTENCE_TOKENS_MAX;
        if is_end {
            while end < n_tokens && is_closer(text.word(end as u32)) && is_glued(text, end) {
                end += 1;
            }
            // A line end behind a full stop is no sentence of its own.
            if !(text.tokens[at].kind == TokenKind::Break && at == start) {
                text.sentences.push(start as u32..end as u32);
            }
            start = end;
        }
        at = end;
    }
    if start < n_tokens {
        text.sentences.push(start as u32..n_tokens as u32);
    }
}

fn is_closer(word: &str) -> bool {
    matches!(word, "\"" | "”" | "»" | "'" | ")" | "]" | "」" | "』" | "“")
}

/// Nothing stands between the token and the one before it.
fn is_glued(text: &Text, at: usize) -> bool {
    at > 0 && text.tokens[at - 1].end == text.tokens[at].start
}

fn ends_sentence(text: &Text, at: usize, start: usize, lang: &str) -> bool {
    match text.word(at as u32) {
        "。" | "!" | "?" | "؟" | "۔" | "…" | "｡" => return true,
        "." => {}
        _ => return false,
    }
    let Some(next) = text.tokens.get(at + 1) else { return true };
    if next.kind == TokenKind::Break {
        return true;
    }
    let is_glued_on = is_glued(text, at + 1) && !is_closer(text.word(at as u32 + 1));
    if is_glued_on || next.shape == Shape::Lower || at == start {
        return false;
    }
    let before = text.tokens[at - 1];
    let word = text.word(at as u32 - 1);
    match before.kind {
        TokenKind::Number => !(ORDINAL_DOT.contains(&lang) && word.len() <= 2),
        TokenKind::Word => word.chars().count() > 1 && !ABBREVIATIONS.contains(&word),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, lang: &str) -> Vec<String> {
        let text = Text::new(text, lang);
        text.sentences.iter().map(|range| range.clone().map(|at| text.word(at)).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn sentences_end_at_full_stops_but_not_at_ordinals_initials_and_abbreviations() {
        assert_eq!(cut("Am 18. August rief er an. Dann nicht.", "de").len(), 2);
        assert_eq!(cut("Mr. Trump spoke. He left.", "en").len(), 2);
        assert_eq!(cut("The U.S. president J. D. Vance met him.", "en").len(), 1);
        assert_eq!(cut("It cost 3.5 million.\nNext line", "en").len(), 2);
        assert_eq!(cut("习近平通电话。随后会谈。", "zh").len(), 2);
        assert_eq!(cut("He said \"no.\" She left.", "en"), ["he|said|\"|no|.|\"", "she|left|."]);
    }

    #[test]
    fn offsets_lead_back_to_the_original() {
        let text = Text::new("Große Ältere, и\u{306}од", "de");
        let word = |at: u32| text.chars_of(&(at..at + 1));
        assert_eq!(word(0), 0..5);
        assert_eq!(word(1), 6..12);
        assert_eq!(text.word(0), "grosse");
        assert_eq!(word(3), 14..18);
    }

    #[test]
    fn katakana_runs_are_one_token_and_han_one_each() {
        assert_eq!(cut("トランプ米大統領", "ja"), ["トランプ|米|大|統|領"]);
    }
}
