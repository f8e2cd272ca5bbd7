//! Owns who wrote a page: names out of what its author fields and bylines say, agencies kept, titles and places cut.

use std::sync::LazyLock;

use super::{head::Head, marks::Place, title, vocabulary::Openers};
use crate::calendar::month;

/// Authors kept of one page.
const NAMES_MAX: usize = 8;
const NAME_CHARS_MAX: usize = 60;
const NAME_WORDS_MAX: usize = 6;
/// Text between the headline and a byline that has nothing but its words or its link to show.
const BELOW_HEADING_BYTES_MAX: usize = 1_500;
const ABOVE_HEADING_BYTES_MAX: usize = 200;
/// Text from the first to the last name of one byline.
const ONE_BYLINE_BYTES_MAX: usize = 200;

#[rustfmt::skip]
const METAS: [&str; 12] = [
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl",
    "og:article:author", "article:author_name", "cxenseparse:author", "citation_author", "dc.contributor",
];

/// What stands in front of a name, in lowercase.
#[rustfmt::skip]
const BY: [&str; 49] = [
    "written by", "posted by", "story by", "reported by", "report by", "words by", "by", "veröffentlicht von",
    "geschrieben von", "ein artikel von", "von", "publié par", "écrit par", "par", "publicado por", "escrito por",
    "por", "pubblicato da", "scritto da", "di", "da", "de", "автор:", "автор", "автори:", "авторы:", "текст:", "author:",
    "author", "authors:", "autor:", "autor", "autoren:", "autora:", "auteur:", "text:", "przez", "yazan:", "yazar:",
    "opublikowane przez", "بقلم:", "بقلم", "كتب:", "作者：", "作者",
    "记者", "記者", "本报记者", "oprac.",
];

static OPENERS: LazyLock<Openers> = LazyLock::new(|| Openers::of(&BY));

/// News agencies: a name of one word behind a comma that is no place.
#[rustfmt::skip]
const AGENCIES: [&str; 55] = [
    "ap", "afp", "reuters", "dpa", "efe", "ansa", "tass", "тасс", "pap", "aa", "dha", "iha", "upi", "pti", "ians", "ani",
    "kna", "epd", "sid", "apa", "ats", "ria", "unian", "уніан", "унн", "bbc", "cnn", "pa", "aap", "ntb", "tt", "lusa",
    "qna", "spa", "wam", "mena", "sana", "xinhua", "新华社", "中新社", "kyodo", "共同", "時事", "jiji", "yonhap", "interfax",
    "интерфакс", "ukrinform", "укрінформ", "укринформ", "bloomberg", "anadolu", "agencies", "belga", "europapress",
];

/// Words of a profession or a role, behind a comma no name; stems.
#[rustfmt::skip]
const ROLES: [&str; 27] = [
    "editor", "correspondent", "reporter", "writer", "expert", "contributor", "chief", "director", "attorney", "analyst",
    "columnist", "producer", "professor", "officer", "manager", "redakteur", "korrespondent", "journalist", "correspondant",
    "corresponsal", "redactor", "inviato", "корреспондент", "кореспондент", "обозреватель", "редактор", "muhabir",
];

/// What tells that a text is a byline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// `rel=author` or a class.
    Marked,
    /// "By" in front.
    Worded,
    /// A link to an author's page.
    Linked,
}

/// A text of the page that names its author.
#[derive(Debug)]
pub(super) struct Byline {
    pub(super) text: String,
    pub(super) sign: Sign,
    pub(super) place: Place,
    /// Bytes of text above.
    pub(super) at: usize,
}

/// Finds the authors and the source that named them.
pub(super) fn find(head: &Head, outlet: &str) -> Option<(Vec<String>, &'static str)> {
    let json: Vec<&str> = head.json_ld.authors.iter().map(String::as_str).collect();
    let metas = head.metas.iter().filter(|(key, _)| METAS.contains(&key.as_str()));
    let metas: Vec<&str> = metas.map(|(_, value)| value.as_str()).chain(labelled(head)).collect();
    let properties = head.properties.iter().filter(|(property, _)| property.split(' ').any(|name| name == "author"));
    let properties: Vec<&str> = properties.map(|(_, value)| value.as_str()).collect();
    let marked = seen(head, Sign::Marked);
    let (worded, linked) = (seen(head, Sign::Worded), seen(head, Sign::Linked));
    let sources = [
        (json, "json-ld author"),
        (metas, "meta author"),
        (properties, "itemprop author"),
        (marked, "byline"),
        (worded, "byline"),
        (linked, "author link"),
    ];
    let mut spare = None;
    for (written, origin) in sources {
        let (names, poor) = sorted(written, outlet);
        if !names.is_empty() {
            return Some((names, origin));
        }
        // The outlet itself or an account's name: better than nothing, worse than any name of a person.
        if spare.is_none() && !poor.is_empty() {
            spare = Some((poor, origin));
        }
    }
    spare
}

/// The names in what is written about the authors, each once and without the outlet's.
pub(super) fn names<'w>(written: impl IntoIterator<Item = &'w str>, outlet: Option<&str>) -> Vec<String> {
    sorted(written, outlet.unwrap_or_default()).0
}

/// Names of persons and agencies, and the poor ones: the outlet's own, its desks' and those of accounts.
fn sorted<'w>(written: impl IntoIterator<Item = &'w str>, outlet: &str) -> (Vec<String>, Vec<String>) {
    let (mut names, mut poor): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for name in written.into_iter().flat_map(split) {
        let is_poor = title::is_same(&name, outlet) || is_login(&name) || is_desk(&name);
        let list = if is_poor { &mut poor } else { &mut names };
        // Again, or again with the words of its link around it.
        let is_known = list.iter().any(|known| name.to_lowercase().contains(&known.to_lowercase()));
        if !is_known && list.len() < NAMES_MAX {
            list.push(name);
        }
    }
    (names, poor)
}

/// Twitter's free labels: `twitter:label1` = "Written by", `twitter:data1` = the name.
fn labelled(head: &Head) -> Option<&str> {
    [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")].into_iter().find_map(|(label, value)| {
        let (_, label) = head.meta(&[label])?;
        let is_author = is_by(label) || label.to_lowercase().contains("author");
        head.meta(&[value]).filter(|_| is_author).map(|(_, value)| value)
    })
}

/// The bylines of one sign by the headline. A marked one counts farther down too, with those beside it: only comments
/// and teasers have authors of their own.
fn seen(head: &Head, sign: Sign) -> Vec<&str> {
    let of_sign = || head.bylines.iter().filter(move |byline| byline.sign == sign);
    let is_near = |byline: &&Byline| {
        head.heading_at.is_some_and(|at| {
            byline.at + ABOVE_HEADING_BYTES_MAX >= at && byline.at <= at.saturating_add(BELOW_HEADING_BYTES_MAX)
        })
    };
    let near: Vec<&str> = of_sign().filter(is_near).map(|byline| byline.text.as_str()).collect();
    if !near.is_empty() || sign != Sign::Marked {
        return near;
    }
    let mut far = of_sign().filter(|byline| byline.place != Place::Elsewhere).peekable();
    let first_at = far.peek().map_or(0, |byline| byline.at);
    far.take_while(|byline| byline.at - first_at <= ONE_BYLINE_BYTES_MAX).map(|byline| byline.text.as_str()).collect()
}

/// Whether a text is nothing but the word in front of a name: "By", "Автор:".
pub(super) fn is_by(text: &str) -> bool {
    let text = text.trim().trim_end_matches(':');
    let is_same = |by: &str| {
        let by = by.trim_end_matches(':');
        text.len() == by.len() && text.chars().flat_map(char::to_lowercase).eq(by.chars())
    };
    let first = text.chars().next().and_then(|first| first.to_lowercase().next());
    first.is_some_and(|first| OPENERS.with(first).any(is_same))
}

/// Whether a text is "By" and names.
pub(super) fn is_worded(text: &str) -> bool {
    let is_full = |rest: &str| rest.split_whitespace().nth(1).is_some() || rest.chars().any(|c| u32::from(c) >= 0x3000);
    strip_by(text).is_some_and(|rest| is_full(rest) && looks_like_names(rest))
}

/// Whether each word is one of a name: written with a capital, or a particle; or a few East Asian characters.
pub(super) fn looks_like_names(text: &str) -> bool {
    #[rustfmt::skip]
    const PARTICLES: [&str; 31] = [
        "de", "van", "von", "der", "den", "al", "bin", "da", "di", "do", "dos", "del", "la", "le", "el", "and", "und", "et",
        "y", "e", "i", "и", "та", "ve", "in", "aus", "with", "mit", "avec", "con", "com",
    ];
    let n_words = text.split_whitespace().count();
    let is_word = |word: &str| {
        let word = word.trim_matches([',', '&', '.', '"', '(', ')']);
        word.is_empty() || PARTICLES.contains(&word) || word.chars().next().is_some_and(|c| !c.is_lowercase())
    };
    let is_unlike = |c: char| c.is_ascii_digit() || matches!(c, ':' | '?' | '!' | '…' | '“' | '«' | '/');
    (1..=12).contains(&n_words) && !text.contains(is_unlike) && text.split_whitespace().all(is_word)
}

fn strip_by(text: &str) -> Option<&str> {
    let text = text.trim();
    // Asked of every short text of a page: most end at their first letter.
    let first = text.chars().next()?.to_lowercase().next()?;
    OPENERS.with(first).filter_map(|by| strip_word(text, by)).min_by_key(|rest| rest.len())
}

/// `text` behind `word`, in any case, when a space, a colon or the text's end follows.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for expected in word.chars() {
        let c = rest.next()?;
        if c != expected && !c.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    let rest = rest.as_str();
    let ends = rest.is_empty() || rest.starts_with([' ', ':', '\u{a0}']) || word.ends_with([':', '：']);
    ends.then(|| rest.trim_start_matches([' ', ':', '\u{a0}']))
}

/// Splits `By Ann Lee and Bo Roe, Geneva` into names.
fn split(written: &str) -> Vec<String> {
    #[rustfmt::skip]
    const AND: [&str; 19] = [
        " and ", " und ", " et ", " y ", " e ", " i ", " ve ", " та ", " и ", ";", "、", " with ", " mit ", " avec ", " con ",
        " com ", " for ", " für ", " pour ",
    ];
    let written = written.trim();
    if written.starts_with("http") || written.contains("://") || written.contains('@') {
        return Vec::new();
    }
    let mut written = before_credit(strip_by(written).filter(|rest| !rest.is_empty()).unwrap_or(written)).to_owned();
    for and in AND {
        written = written.replace(and, "|");
    }
    // Two persons, not one firm: "Ann Lee & Bo Roe", "Lee & Roe".
    if written.split(" & ").all(|side| side.split_whitespace().count() >= 2) {
        written = written.replace(" & ", "|");
    }
    let mut names: Vec<String> = Vec::new();
    for person in written.split('|') {
        for (index, part) in person.split(',').enumerate() {
            let part = strip_by(part).filter(|rest| !rest.is_empty()).unwrap_or(part);
            let part = without_place(part).trim().trim_matches(['.', ':', '-', '–', '—', '·', '•']).trim();
            let is_more = (index == 0 && !is_role(part)) || is_name_behind_comma(part, names.last());
            if is_name(part) && (names.is_empty() || is_more) {
                names.push(part.to_owned());
            }
        }
    }
    names
}

/// "Ann Lee Foto: Bo Roe": who took the pictures wrote nothing.
fn before_credit(written: &str) -> &str {
    const CREDITS: [&str; 6] = [" Foto:", " Fotos:", " Photo:", " Photos:", " Bild:", " Фото:"];
    let end = CREDITS.iter().filter_map(|credit| written.find(credit)).min();
    end.and_then(|end| written.get(..end)).unwrap_or(written)
}

/// "Ann Lee in Geneva", "Ann Lee 5 March 2025": the name alone.
fn without_place(part: &str) -> &str {
    let words: Vec<&str> = part.split_whitespace().collect();
    let is_end = |word: &str| matches!(word, "in" | "aus") || word.starts_with(|c: char| c.is_ascii_digit());
    let Some(mut end) = words.iter().position(|word| is_end(word)).filter(|end| *end >= 2) else { return part };
    let is_month = |word: &str| month(&word.trim_matches(['.', ',']).to_lowercase()).is_some();
    while end > 2 && is_month(words[end - 1]) {
        end -= 1;
    }
    let last = words[end - 1];
    let from = part.as_ptr() as usize;
    part.get(..last.as_ptr() as usize - from + last.len()).unwrap_or(part)
}

/// Behind a comma stand more names, but also places, roles and degrees.
fn is_name_behind_comma(part: &str, before: Option<&String>) -> bool {
    let lower = part.to_lowercase();
    if AGENCIES.contains(&lower.as_str()) {
        return true;
    }
    let has_full_name = before.is_some_and(|name| name.contains(char::is_whitespace));
    let is_one_word = !part.contains(char::is_whitespace) && part.chars().all(|c| u32::from(c) < 0x3000);
    !(is_role(part) || (is_one_word && has_full_name))
}

fn is_role(part: &str) -> bool {
    part.to_lowercase().split_whitespace().any(|word| ROLES.iter().any(|role| word.starts_with(role)))
}

/// An editorial office: "Redazione Mondo", "World Desk".
fn is_desk(name: &str) -> bool {
    #[rustfmt::skip]
    const OFFICES: [&str; 11] = [
        "redazione", "redaktion", "redacción", "redaccion", "redação", "rédaction", "redakcja", "редакция", "редакція",
        "newsroom", "newsdesk",
    ];
    let lower = name.to_lowercase();
    lower.ends_with(" desk") || lower.split_whitespace().next().is_some_and(|word| OFFICES.contains(&word))
}

/// The name of an account, not of a person: `jsmith`, `ann.lee`.
fn is_login(name: &str) -> bool {
    name.is_ascii() && !name.contains(' ') && name == name.to_ascii_lowercase()
}

fn is_name(name: &str) -> bool {
    #[rustfmt::skip]
    const NOBODY: [&str; 27] = [
        "admin", "administrator", "publisher", "redaktion", "redaction", "redacción", "redacao", "redação", "redazione",
        "rédaction", "la rédaction", "redakcja", "редакция", "редакція", "editor", "staff", "webmaster", "author",
        "the author", "about the author", "null", "none", "undefined", "guest", "unknown", "share", "follow",
    ];
    /// Words of a page about its author.
    #[rustfmt::skip]
    const FURNITURE: [&str; 22] = [
        "articles", "artikel", "posts", "posted", "published", "updated", "veröffentlicht", "publié", "publicado",
        "pubblicato", "опубликовано", "comments", "says", "photo", "foto", "фото", "image", "read", "more", "required",
        "erforderlich", "subscribe",
    ];
    let lower = name.to_lowercase();
    let n_words = name.split_whitespace().count();
    !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && n_words <= NAME_WORDS_MAX
        && name.chars().any(char::is_alphabetic)
        && !name.chars().any(|c| c.is_ascii_digit() || matches!(c, ':' | '→' | '»' | '>' | '?' | '{' | '<' | '©'))
        && !NOBODY.contains(&lower.as_str())
        && !is_by(name)
        && !lower.split(|c: char| !c.is_alphabetic()).any(|word| FURNITURE.contains(&word))
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;
    use crate::article::head;

    fn byline_of(html: &str) -> Vec<String> {
        find(&head::read(&Document::from(html)), "Gazette").map(|(names, _)| names).unwrap_or_default()
    }

    #[test]
    fn names_are_split_and_cleaned() {
        let written = [
            ("By Ann Lee and Bo Roe", vec!["Ann Lee", "Bo Roe"]),
            ("By Ann Lee and Bo Roe, Geneva", vec!["Ann Lee", "Bo Roe"]),
            ("ANN LEE, Reuters", vec!["ANN LEE", "Reuters"]),
            ("Ann Lee, Diplomatic Correspondent", vec!["Ann Lee"]),
            ("Ann Lee, MD, Bo Roe & Cy Fay", vec!["Ann Lee", "Bo Roe", "Cy Fay"]),
            ("Lee & Roe", vec!["Lee & Roe"]),
            ("Von Änne Löwe, Karl Ruh", vec!["Änne Löwe", "Karl Ruh"]),
            ("Автор: Іван Гай та Ольга Рік", vec!["Іван Гай", "Ольга Рік"]),
            ("作者：山本花子", vec!["山本花子"]),
            ("Byron Lake", vec!["Byron Lake"]),
            ("https://gazette.example/ann", vec![]),
            ("Редакция", vec![]),
            ("Posted on", vec![]),
            ("By Ann Lee in Geneva and Bo Roe in Berlin", vec!["Ann Lee", "Bo Roe"]),
            ("By Ann Lee March 5, 2025", vec!["Ann Lee"]),
            ("Ann Lee|Diplomatic editor", vec!["Ann Lee"]),
            ("Par Anne Leroy avec AFP", vec!["Anne Leroy", "AFP"]),
            ("Text: Änne Löwe Foto: Bo Ruh", vec!["Änne Löwe"]),
            ("記者 山本花子", vec!["山本花子"]),
            ("Show all articles of Ann Lee", vec![]),
        ];
        for (text, names) in written {
            assert_eq!(split(text), names, "{text}");
        }
    }

    #[test]
    fn a_person_wins_over_the_outlet_and_over_an_account() {
        let html = "<meta name=author content='Gazette'><a rel=author>Ann Lee</a>";
        assert_eq!(byline_of(html), ["Ann Lee"]);
        let html = "<meta name=author content='alee'><h1>A</h1><p class=byline>By <a href='/x'>Ann Lee</a></p>";
        assert_eq!(byline_of(html), ["Ann Lee"]);
        assert_eq!(byline_of("<meta name=author content='Gazette'><h1>A</h1>"), ["Gazette"]);
    }

    #[test]
    fn bylines_without_a_class_are_known_by_their_words_or_their_link() {
        assert_eq!(byline_of("<h1>Talks go on</h1><p>By Ann Lee and Bo Roe</p><p>Text."), ["Ann Lee", "Bo Roe"]);
        assert_eq!(byline_of("<h1>Talks go on</h1><p>Von <a href='/x'>Änne Löwe</a></p>"), ["Änne Löwe"]);
        assert_eq!(byline_of("<h1>Talks go on</h1><div><a href='/authors/ann-lee/'>Ann Lee</a></div>"), ["Ann Lee"]);
        assert_eq!(byline_of("<h1>Talks go on</h1><p>By Monday the talks had ended.</p>"), Vec::<String>::new());
        let far = "<p>Words of the article go on.</p>".repeat(100);
        let html = format!("<h1>Talks go on</h1>{far}<a href='/authors/bo-roe/'>Bo Roe</a>");
        assert_eq!(byline_of(&html), Vec::<String>::new());
    }

    #[test]
    fn authors_of_comments_wrote_no_article() {
        let far = "<p>Words of the article go on.</p>".repeat(100);
        let html =
            format!("<h1>Talks go on</h1>{far}<div class='comments'><span class='author'>Troll One</span></div>");
        assert_eq!(byline_of(&html), Vec::<String>::new());
    }
}
