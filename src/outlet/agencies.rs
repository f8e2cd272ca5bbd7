//! Owns news agencies and how reports credit them: in the byline, in the dateline, in a line of its own.

use std::collections::BTreeMap;
use std::ops::Range;

/// Chars at the start of a text that may hold a dateline.
const DATELINE_CHARS: usize = 160;
/// Chars of one bracket of a dateline that names agencies.
const BRACKET_CHARS_MAX: usize = 40;
/// Chars at the start of a text in which a Chinese dateline ends in one of [`DISPATCH`].
const DISPATCH_CHARS: usize = 40;
const DISPATCH: [char; 4] = ['电', '電', '讯', '訊'];
/// Lines at either end of a text that may be a credit, and their length.
const CREDIT_LINES: usize = 3;
const CREDIT_CHARS_MAX: usize = 80;

/// How one agency is credited. All lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agency {
    /// Names that credit it wherever credits stand.
    pub credits: Vec<String>,
    /// Names that do so only in a dateline: elsewhere they are other words.
    pub datelines: Vec<String>,
}

/// An agency whose report an article passes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Id of the agency.
    pub agency: String,
    pub place: CreditPlace,
}

/// What credits the agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditPlace {
    /// The pages of the host are the agency's own.
    Host,
    Byline,
    Dateline,
    /// A line of the text that is nothing but a credit.
    Line,
}

impl CreditPlace {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host rule",
            Self::Byline => "byline",
            Self::Dateline => "dateline",
            Self::Line => "credit line",
        }
    }
}

/// The agencies by id, and the words that introduce a credit (`source`, `mit Material von`).
#[derive(Debug, Clone, Default)]
pub struct Agencies {
    by_id: BTreeMap<String, Agency>,
    /// Lower case, the longest first.
    words: Vec<String>,
}

impl Agencies {
    /// Adds an agency, or replaces the one of the id.
    pub fn put(&mut self, id: &str, agency: Agency) {
        let lower = |names: Vec<String>| names.into_iter().map(|name| name.to_lowercase()).collect();
        let agency = Agency { credits: lower(agency.credits), datelines: lower(agency.datelines) };
        self.by_id.insert(id.to_owned(), agency);
    }

    /// Adds words that introduce a credit.
    pub fn add_words(&mut self, words: impl IntoIterator<Item = String>) {
        self.words.extend(words.into_iter().map(|word| word.to_lowercase()));
        self.words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.words.dedup();
    }

    #[must_use]
    pub fn is_known(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// Finds the agencies an article credits: those who signed it, those its text names where credits stand.
    #[must_use]
    pub fn credited(&self, signed: &[String], text: &str) -> Vec<Credit> {
        let mut credits: Vec<Credit> = Vec::new();
        let mut add = |agency: &str, place| {
            if !credits.iter().any(|known| known.agency == agency) {
                credits.push(Credit { agency: agency.to_owned(), place });
            }
        };
        let signed = signed.join(" / ").to_lowercase();
        for (_, agency) in self.named(&signed) {
            add(agency, CreditPlace::Byline);
        }
        let dateline = text.chars().take(DATELINE_CHARS).collect::<String>().to_lowercase();
        for agency in self.in_dateline(&dateline) {
            add(agency, CreditPlace::Dateline);
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let edges = lines.iter().enumerate();
        let edges = edges.filter(|(index, _)| *index < CREDIT_LINES || index + CREDIT_LINES >= lines.len());
        for (_, line) in edges {
            for agency in self.of_credit_line(line) {
                add(agency, CreditPlace::Line);
            }
        }
        credits
    }

    /// Finds agencies by name, in lower case; of two names in one place the longer counts (`interfax-ukraine`).
    fn named(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for (id, agency) in &self.by_id {
            for credit in &agency.credits {
                found.extend(words(text, credit).map(|place| (place, id.as_str())));
            }
        }
        let is_part = |place: &Range<usize>, (other, _): &(Range<usize>, &str)| {
            other.start <= place.start && place.end <= other.end && other.len() > place.len()
        };
        let whole = found.iter().filter(|(place, _)| !found.iter().any(|other| is_part(place, other)));
        let mut whole: Vec<(Range<usize>, &str)> = whole.cloned().collect();
        whole.sort_by_key(|(place, _)| place.start);
        whole
    }

    fn in_dateline(&self, dateline: &str) -> Vec<&str> {
        let brackets = brackets(dateline);
        let parts: Vec<&str> =
            brackets.iter().flat_map(|bracket| bracket.split(['/', ',', '=', ';', '＝'])).map(str::trim).collect();
        let is_dispatch = dateline.chars().take(DISPATCH_CHARS).any(|c| DISPATCH.contains(&c));
        let is_named = |name: &String| {
            let is_ideographic = is_ideographic(name);
            parts.iter().any(|part| part == name || (is_ideographic && part.contains(name.as_str())))
                || (is_ideographic && is_dispatch && dateline.trim_start().starts_with(name.as_str()))
        };
        let named = |agency: &Agency| agency.credits.iter().chain(&agency.datelines).any(is_named);
        self.by_id.iter().filter(|(_, agency)| named(agency)).map(|(id, _)| id.as_str()).collect()
    }

    /// Returns the agencies of a line that is a credit and nothing else: `Source: Reuters`, `(dpa/AFP)`.
    fn of_credit_line(&self, line: &str) -> Vec<&str> {
        if line.chars().count() > CREDIT_CHARS_MAX {
            return Vec::new();
        }
        let mut rest = line.to_lowercase();
        let found = self.named(&rest);
        if found.is_empty() {
            return Vec::new();
        }
        let agencies = found.iter().map(|(_, agency)| *agency).collect();
        let mut places: Vec<Range<usize>> = found.into_iter().map(|(place, _)| place).collect();
        // From the end, so that what is cut moves no place in front of it.
        for place in places.drain(..).rev() {
            rest.replace_range(place, " ");
        }
        for word in &self.words {
            let mut places: Vec<Range<usize>> = words(&rest, word).collect();
            for place in places.drain(..).rev() {
                rest.replace_range(place, " ");
            }
        }
        if rest.chars().any(char::is_alphanumeric) { Vec::new() } else { agencies }
    }
}

/// Returns what stands where datelines name agencies: in brackets, between slashes, between dashes.
fn brackets(dateline: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (open, close) in [('(', ')'), ('[', ']'), ('（', '）'), ('【', '】')] {
        let behind = dateline.split(open).skip(1);
        found.extend(behind.filter_map(|rest| Some(rest.split_once(close)?.0)));
    }
    let first = dateline.lines().next().unwrap_or_default();
    let slashed: Vec<&str> = first.split('/').collect();
    if slashed.len() > 2 {
        found.extend(&slashed[1..slashed.len() - 1]);
    }
    let dashed: Vec<&str> = [" - ", " — ", " – ", ".- ", " -- "]
        .iter()
        .fold(vec![first], |parts, dash| parts.into_iter().flat_map(|part| part.split(dash)).collect());
    if dashed.len() > 1 {
        found.extend(dashed.iter().filter_map(|part| part.split(['.', ',', ':']).next()));
    }
    found.retain(|bracket| bracket.chars().count() <= BRACKET_CHARS_MAX);
    found
}

/// Names in ideographs or kana stand in a text without spaces.
fn is_ideographic(name: &str) -> bool {
    name.chars().next().is_some_and(|c| u32::from(c) >= 0x2E80)
}

/// Returns where the word stands in the text, both in lower case; whole words only where the script has words.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let needs_bounds = !is_ideographic(word);
    text.match_indices(word).filter_map(move |(start, found)| {
        let end = start + found.len();
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        let is_part = before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric);
        (!needs_bounds || !is_part).then_some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agencies() -> Agencies {
        let mut agencies = Agencies::default();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        agencies.put("ap", Agency { credits: names(&["AP", "Associated Press"]), ..Agency::default() });
        agencies.put("interfax", Agency { credits: names(&["Interfax"]), ..Agency::default() });
        agencies.put("interfax_ukraine", Agency { credits: names(&["Interfax-Ukraine"]), ..Agency::default() });
        agencies.put("kyodo", Agency { credits: names(&["共同通信"]), datelines: names(&["共同"]) });
        agencies.put("xinhua", Agency { credits: names(&["新华社"]), ..Agency::default() });
        agencies.add_words(["source", "with material from", "and"].map(str::to_owned));
        agencies
    }

    fn credited(signed: &[&str], text: &str) -> Vec<(String, CreditPlace)> {
        let signed: Vec<String> = signed.iter().map(|one| (*one).to_owned()).collect();
        agencies().credited(&signed, text).into_iter().map(|credit| (credit.agency, credit.place)).collect()
    }

    #[test]
    fn an_agency_is_found_as_a_word_only() {
        assert_eq!(credited(&["AP staff"], ""), [("ap".to_owned(), CreditPlace::Byline)]);
        assert_eq!(credited(&["Paper staff"], ""), []);
        assert_eq!(credited(&["Ann Lee", "Associated Press"], ""), [("ap".to_owned(), CreditPlace::Byline)]);
    }

    #[test]
    fn the_longer_of_two_names_counts() {
        assert_eq!(credited(&["Interfax-Ukraine"], ""), [("interfax_ukraine".to_owned(), CreditPlace::Byline)]);
    }

    #[test]
    fn datelines_name_agencies_in_brackets_between_slashes_and_dashes() {
        for text in [
            "GENEVA, Feb 12 (AP) — The ministers met.",
            "GENEVA, 12 February. /AP/. The ministers met.",
            "GENEVA, 12 February - AP. The ministers met.",
            "AP - The ministers met.",
            "Geneva (xyz/AP) - The ministers met.",
        ] {
            assert_eq!(credited(&[], text), [("ap".to_owned(), CreditPlace::Dateline)], "{text}");
        }
        assert_eq!(credited(&[], "【ジュネーブ共同】閣僚が会談した。"), [("kyodo".to_owned(), CreditPlace::Dateline)]);
        assert_eq!(credited(&[], "新华社日内瓦2月12日电 部长们会晤。"), [("xinhua".to_owned(), CreditPlace::Dateline)]);
    }

    #[test]
    fn a_sentence_that_names_an_agency_is_no_credit() {
        for text in [
            "The ministers met (AP photo), the ministry told AP on Monday.",
            "The ministers met.\nThe ministry told AP so.",
            "両国は共同で声明を出した。",
            "新华社社长会见了记者。",
            "The deal - AP has seen it - is signed.",
        ] {
            assert_eq!(credited(&[], text), [], "{text}");
        }
    }

    #[test]
    fn a_line_of_its_own_is_a_credit() {
        for line in ["Source: AP", "With material from AP and Associated Press", "(AP)"] {
            let text = format!("{}\n{line}", "The ministers met for an hour and talked.\n".repeat(4));
            assert_eq!(credited(&[], &text), [("ap".to_owned(), CreditPlace::Line)], "{line}");
        }
    }
}
