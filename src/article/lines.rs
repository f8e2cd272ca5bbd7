//! Owns the line filter: lines of an extracted text that are furniture go, as long as most of the text survives.

mod edges;
mod quotes;
mod stamps;
mod tail;

use std::sync::LazyLock;

use super::{
    Page,
    markup::Line,
    phrases::{AGENCIES, CREDIT, DISCLAIMERS, FILED, LABELS, READ_ALSO, READING, RIGHTS, SHARES, SUBSCRIBE},
    teasers, title,
    vocabulary::{Openers, Vocabulary},
};

/// Longer lines are prose whatever they open with.
const FURNITURE_CHARS_MAX: usize = 220;
const SUBSCRIBE_CHARS_MAX: usize = 200;
const COPYRIGHT_CHARS_MAX: usize = 200;
const FILED_CHARS_MAX: usize = 160;
const LABEL_BYTES_MAX: usize = 100;
/// Lines of the lead this long stand once; pages repeat the lead at the head of the text.
const REPEATED_CHARS_MIN: usize = 60;
/// Lines at either end of a text where the headline and the byline are looked for.
const EDGE_LINES_MAX: usize = 4;
/// Share of the characters that must survive, or the text stays as it was.
const SURVIVING_SHARE_MIN: f32 = 0.6;

/// What is known of the page whose text is filtered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) byline: &'a [String],
    pub(super) is_paywalled: bool,
    /// How the page sums itself up for those who link to it; often its lead.
    pub(super) summary: Option<&'a str>,
    /// Its head names the author.
    pub(super) has_author: bool,
    pub(super) outlet: Option<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn of(page: &'a Page) -> Self {
        Self {
            title: page.title.as_deref(),
            byline: &page.byline,
            is_paywalled: page.is_paywalled,
            outlet: page.outlet_name.as_deref(),
            ..Self::default()
        }
    }
}

/// Drops furniture from the lines of an article, unless that is most of it.
pub(super) fn filter(lines: Vec<Line>, known: &Known) -> Vec<Line> {
    let kept = without_furniture(lines.clone(), known);
    if n_chars(&kept) as f32 >= n_chars(&lines) as f32 * SURVIVING_SHARE_MIN { kept } else { lines }
}

/// Drops furniture, however little is left.
pub(super) fn without_furniture(lines: Vec<Line>, known: &Known) -> Vec<Line> {
    let whole = teasers::drop_teasers(lines);
    let cut = teasers::before_links(tail::cut(&whole, known.byline));
    let mut kept: Vec<Line> = Vec::with_capacity(cut.len());
    for (index, line) in cut.iter().enumerate() {
        let text = line.text.as_str();
        let is_edge = index < EDGE_LINES_MAX || index + EDGE_LINES_MAX >= cut.len();
        let is_title = index < EDGE_LINES_MAX && known.title.is_some_and(|title| title::is_headline(text, title));
        let is_title = is_title || (is_edge && edges::is_byline(text, known.byline));
        let is_long = text.chars().count() >= REPEATED_CHARS_MIN;
        let is_lead = is_long && kept.iter().take(EDGE_LINES_MAX).any(|earlier| earlier.text == text);
        let is_lead_again = is_lead && cut.iter().filter(|other| other.text == text).take(3).count() == 2;
        let is_repeated = is_lead_again || kept.last().is_some_and(|last| last.text == text);
        let is_again = is_title || is_repeated || quotes::is_pulled(cut, index);
        if is_again || is_furniture(text) || (kept.is_empty() && edges::opens(text, known)) {
            continue;
        }
        kept.push(line.clone());
    }
    while kept.pop_if(|line| edges::ends(&line.text)).is_some() {}
    kept
}

fn n_chars(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.text.chars().count()).sum()
}

fn is_furniture(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() {
        return true;
    }
    let n_chars = line.chars().count();
    // Of a longer line only what its marks enclose can be a label.
    if n_chars > FURNITURE_CHARS_MAX {
        return bare.len() <= LABEL_BYTES_MAX && is_label(&bare.to_lowercase());
    }
    let mut lower = line.to_lowercase();
    // What is left of the dot of a Turkish capital.
    if lower.contains('\u{307}') {
        lower.retain(|c| c != '\u{307}');
    }
    let line = Lowered { line, lower: &lower, n_chars, words: words_in(&lower) };
    is_label(line.start().trim_end_matches(|c: char| !c.is_alphanumeric()))
        || is_credit(&line)
        || is_reference(&line)
        || is_filed(&line)
        || stamps::is_stamp(&line)
        || is_copyright(&line)
}

/// A line with what is asked of it again and again.
struct Lowered<'a> {
    line: &'a str,
    lower: &'a str,
    n_chars: usize,
    /// Lists that have a word in it.
    words: u32,
}

const HAS_CREDIT: u32 = 1;
const HAS_AGENCY: u32 = 1 << 1;
const HAS_DISCLAIMER: u32 = 1 << 2;
const HAS_RIGHTS: u32 = 1 << 3;
const HAS_READING: u32 = 1 << 4;

fn words_in(lower: &str) -> u32 {
    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| Vocabulary::of(&[CREDIT, AGENCIES, DISCLAIMERS, RIGHTS, READING]));
    VOCABULARY.lists_in(lower)
}

impl<'a> Lowered<'a> {
    /// In lowercase from the first letter or digit on.
    fn start(&self) -> &'a str {
        self.lower.trim_start_matches(|c: char| !c.is_alphanumeric())
    }

    fn has(&self, list: u32) -> bool {
        self.words & list != 0
    }
}

/// A label of a control, or a row of buttons; `bare` is lowercase, without marks at the ends.
fn is_label(bare: &str) -> bool {
    // Behind it the buttons that unfold it: `Table of Contents [Hide][Show]`, without its last bracket.
    let bare =
        ["[hide][show", "[hide", "[show"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare).trim_end();
    LABELS.contains(&bare) || is_share_row(bare)
}

/// Buttons side by side: `Facebook Twitter Email`.
fn is_share_row(bare: &str) -> bool {
    let is_short = bare.len() <= LABEL_BYTES_MAX && bare.contains(' ');
    is_short && bare.split_whitespace().all(|word| SHARES.contains(&word))
}

/// Lowercase, without marks at the ends.
fn bare(line: &str) -> String {
    line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// `Photo: name`, `A caption. Photo: name`, `(Photo by name)`, `name/Getty Images`.
fn is_credit(line: &Lowered) -> bool {
    if line.has(HAS_CREDIT) && names_picture(line) {
        return true;
    }
    let &Lowered { line: written, lower, n_chars, .. } = line;
    // Chinese and Japanese say it behind the name.
    if n_chars < FURNITURE_CHARS_MAX
        && ["撮影", "撮影）", " 摄", "／摄", "/摄", " 摄）"].iter().any(|end| lower.ends_with(end))
    {
        return true;
    }
    let is_signed = lower.rfind('©').is_some_and(|at| lower[at..].chars().count() <= 60);
    if is_signed && !written.ends_with(['.', '!', '?', '"']) {
        return true;
    }
    if !line.has(HAS_AGENCY) || n_chars > 110 || written.ends_with(['.', '!', '?', '"', '”', '»', '。']) {
        return false;
    }
    let end = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    AGENCIES.iter().any(|agency| {
        end.strip_suffix(agency).is_some_and(|rest| {
            let rest = rest.trim_end();
            rest.is_empty() || rest.ends_with(['/', '|', '©', ':', '(', '—', '–']) || (agency.len() > 9 && n_chars < 70)
        })
    })
}

/// The line, what follows its first word, or its last sentence says whose picture it is.
fn names_picture(line: &Lowered) -> bool {
    static CREDITS: LazyLock<Openers> = LazyLock::new(|| Openers::of(CREDIT));
    let opens = |text: &str| {
        CREDITS.of_text(text).any(|(word, rest)| {
            let rest = rest.trim_start();
            let is_short = line.n_chars < 120;
            rest.starts_with([':', '：', '/', '©', '|'])
                || (is_short && (word.ends_with("by") || (word.ends_with('.') && !line.line.ends_with('.'))))
                || (rest.starts_with("of ") && is_short && matches!(word, "file photo" | "archive photo"))
                || rest.starts_with("by ")
        })
    };
    let start = line.start();
    let second = start.split_once(' ').map_or("", |(_, rest)| rest);
    let behind = |mark: &str| {
        line.lower.rfind(mark).is_some_and(|at| {
            let rest = line.lower[at + mark.len()..].trim_start_matches(|c: char| !c.is_alphanumeric());
            rest.chars().count() <= 70 && opens(rest)
        })
    };
    opens(start)
        || opens(second)
        || [". ", "(", " / ", " - ", " | ", " – ", " — ", ") ", "! ", "? ", "。", "（"].iter().any(|mark| behind(mark))
}

fn is_reference(line: &Lowered) -> bool {
    static READS: LazyLock<Openers> = LazyLock::new(|| Openers::of(READ_ALSO));
    static SUBSCRIBES: LazyLock<Openers> = LazyLock::new(|| Openers::of(SUBSCRIBE));
    let &Lowered { line: written, n_chars, .. } = line;
    let start = line.start();
    let counts = |(phrase, rest): (&str, &str)| {
        let is_whole_word = !phrase.ends_with(|c: char| c.is_alphanumeric() && u32::from(c) < 0x2E80)
            || !rest.starts_with(|c: char| c.is_alphanumeric());
        is_whole_word && (!is_plain_verb(phrase) || is_label_end(rest))
    };
    // The signature under an embedded post: `— Ann Lee (@annlee) May 3, 2025`.
    if n_chars < 100 && written.starts_with(['—', '–', '-']) && written.contains("(@") {
        return true;
    }
    is_wire_credit(line.lower)
        || is_handle(written, line.lower)
        || line.has(HAS_DISCLAIMER) && DISCLAIMERS.iter().any(|phrase| start.contains(phrase))
        || READS.of_text(start).any(counts)
        || (n_chars <= SUBSCRIBE_CHARS_MAX && SUBSCRIBES.of_text(start).any(counts))
}

/// Who wrote and who edited, behind an agency's report: `(Reporting by Ann Lee; Editing by Bo Roe)`.
fn is_wire_credit(lower: &str) -> bool {
    let who = lower.strip_prefix('(').filter(|_| lower.ends_with(')')).unwrap_or(lower);
    let is_credit = ["reporting by ", "writing by ", "compiled by "].iter().any(|opening| who.starts_with(opening));
    is_credit && (who.len() < lower.len() || lower.contains("editing by "))
}

/// Nothing but hashtags, or the page's own address.
fn is_handle(line: &str, lower: &str) -> bool {
    let is_tag = |word: &str| word.starts_with('#') && word.len() > 1;
    line.split_whitespace().all(is_tag)
        || lower.strip_prefix("url: ").is_some_and(|rest| rest.starts_with("http") && !rest.contains(' '))
}

/// Phrases that also open sentences of articles count only before a colon or alone.
fn is_plain_verb(phrase: &str) -> bool {
    matches!(
        phrase,
        "read more"
            | "recommended reading"
            | "donate"
            | "assine"
            | "recevez"
            | "newsletter"
            | "по теме"
            | "за темою"
            | "до теми"
            | "support us"
            | "follow our"
            | "siga o"
            | "get the latest"
            | "get our"
            | "следите за"
            | "стежте за"
            | "слідкуйте за"
            | "source"
            | "register for"
            | "join our"
            | "support our"
            | "więcej na ten temat"
            | "mehr dazu"
            | "más información"
            | "presione"
            | "订阅"
            | "訂閱"
            | "フォロー"
            | "اشترك"
            | "kanalımıza"
            | "keep reading"
            | "don't miss"
            | "more on this"
    )
}

fn is_label_end(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty()
        || rest.starts_with([':', '：', '|', '»', '>', '→', '…', '-', '–', '—'])
        || rest.chars().count() < 60
}

/// `Filed under Politics`, `Tags: strait, talks`.
fn is_filed(line: &Lowered) -> bool {
    static OPENERS: LazyLock<Openers> = LazyLock::new(|| Openers::of(FILED));
    let is_whole_word =
        |(word, rest): (&str, &str)| !word.ends_with(char::is_alphabetic) || rest.starts_with([' ', ':']);
    line.n_chars <= FILED_CHARS_MAX
        && !line.line.ends_with(['.', '!', '?', '"', '”', '»', '。'])
        && OPENERS.of_text(line.start()).any(is_whole_word)
}

fn is_copyright(line: &Lowered) -> bool {
    let is_holder = |rest: &str| {
        let rest = rest.trim_start();
        rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '©' | '(' | ':')) || rest.starts_with("by ")
    };
    line.n_chars <= COPYRIGHT_CHARS_MAX
        && (line.has(HAS_RIGHTS)
            || line.lower.starts_with('©')
            || line.lower.strip_prefix("copyright ").is_some_and(is_holder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line { text: text.to_owned(), is_paragraph: true, ..Line::default() }
    }

    #[test]
    fn credits_go_in_every_shape() {
        for line in [
            "Photo: the ministry",
            "A minister at the door. Archive photo: the ministry",
            "The post. Photo: screenshot",
            "Фото: пресслужба уряду",
            "Иллюстративное фото: агентство",
            "Foto: Ann Lee/dpa",
            "The hall in May (Photo by Ann Lee)",
            "Ann Lee/Getty Images",
            "图片来源：外交部",
        ] {
            assert!(is_furniture(line), "{line}");
        }
    }

    #[test]
    fn references_subscriptions_dates_and_labels_go() {
        for line in [
            "Read also: Ministers meet again",
            "READ MORE: What we know",
            "Читайте також: Що відомо про зустріч",
            "Lesen Sie auch: Was wir wissen",
            "À lire aussi : ce que l'on sait",
            "关联阅读".replace("关联", "相关").as_str(),
            "Subscribe to our channel",
            "Підписуйтесь на наш канал",
            "12.02.2025, 18:04",
            "17:05",
            "5.05 pm",
            "Published: Wednesday, 12 February 2025",
            "Share",
            "Реклама",
            "© 2025 The Gazette",
            "***",
            "SMS Facebook Twitter Email",
            "Show Caption",
            "Table of Contents",
        ] {
            assert!(is_furniture(line), "{line}");
        }
    }

    #[test]
    fn sentences_that_only_look_alike_stay() {
        for line in [
            "Photo evidence was shown to the ministers on Monday.",
            "The talks began on 12 February 2025 and ended in the night.",
            "Read out in parliament, the letter calls for talks.",
            "Earlier, the agency wrote about the call.",
            "Follow-up talks are planned for May.",
            "As a reminder, the office was closed in 2024.",
            "他的发言人说，二〇二五年2月12日2025年2月12日双方在首都举行了第一次会谈。",
            "What the ministers discussed",
            "Facebook and X",
            "Table of contested islands",
            "The dispute, Reuters reported on Monday, is over.",
        ] {
            assert!(!is_furniture(line), "{line}");
        }
    }

    #[test]
    fn the_title_goes_once_and_a_tail_of_teasers_goes_whole() {
        let body = "The ministers met on Monday and agreed to meet again in the spring, said the speaker, \
                    who added that nothing else was on the table and that the envoys would stay for another week.";
        let end = "They did not sign the text that their envoys had laid before them in the autumn.";
        let lines = ["Ministers meet", body, end, end, "Related stories", "Other ministers meet", "Weather"];
        let kept = filter(
            lines.map(line).to_vec(),
            &Known { title: Some("Ministers Meet!"), byline: &[], ..Known::default() },
        );
        assert_eq!(kept, [body, end].map(line));
    }

    #[test]
    fn byline_lines_go_and_sentences_about_the_author_stay() {
        let byline = ["Ann Lee".to_owned()];
        for line in ["By Ann Lee", "Ann Lee, Geneva", "Von Ann Lee"] {
            assert!(edges::is_byline(line, &byline), "{line}");
        }
        assert!(!edges::is_byline("Ann Lee was the first to reach the pass that night.", &byline));
        assert!(!edges::is_byline("By land and by sea", &byline));
    }

    #[test]
    fn a_text_of_nothing_but_matches_stays() {
        let lines = ["Photo: one", "Photo: two"].map(line).to_vec();
        assert_eq!(filter(lines.clone(), &Known::default()), lines);
    }
}
