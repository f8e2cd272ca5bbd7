//! Owns the headline: which of a page's titles it is, without the outlet's name behind it.

use super::{Hints, head::Head};

/// Marks that stand between a headline and the outlet's name.
const SEPARATORS: [&str; 12] = [" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " / ", " ● ", "｜", " ― "];
/// Marks that stand in headlines too: only an outlet's name is cut off behind or before them.
const WEAK_SEPARATORS: [&str; 11] = [": ", " : ", " -- ", " ~ ", " ‹ ", " « ", " < ", "：", "_", "-", "–"];
/// A part behind a separator longer than this is part of the headline.
const SUFFIX_WORDS_MAX: usize = 5;
/// Less in front of a headline is an article of its own: "The".
const FRONT_CHARS_MIN: usize = 6;
/// A shorter part in front of an underscore is no headline.
const CHINESE_CHARS_MIN: usize = 6;
/// Letters of a section's name in front of the headline.
const KICKER_CHARS_MAX: usize = 25;
/// Letters of a heading that a longer title may repeat by chance.
const PART_CHARS_MIN: usize = 12;

/// A headline and the source it came from.
pub(super) struct Title {
    pub(super) text: String,
    pub(super) origin: &'static str,
}

/// Chooses the headline.
pub(super) fn choose(head: &Head, outlet_name: Option<&str>, host: Option<&str>, hints: &Hints) -> Option<Title> {
    let outlet = Outlet { name: outlet_name, host };
    let og = head.meta(&["og:title", "twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"]);
    let og = og.map(|(_, title)| outlet.strip(title));
    let tag = head.title.as_deref().map(|title| outlet.strip(title));
    let json = head.json_ld.headline.as_deref().map(|title| outlet.strip(title));
    let references: Vec<&str> = [&json, &og, &tag].into_iter().flatten().map(String::as_str).collect();
    // The heading is what readers see, but only one that the page's other titles know is the headline.
    let heading = head.h1.iter().filter(|h1| !outlet.is_name(h1)).map(|h1| (h1, likeness(h1, &references)));
    let heading = heading.max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((h1, likeness)) = heading
        && (likeness >= 0.5 || (references.is_empty() && !h1.is_empty()))
    {
        let text = outlet.strip(h1);
        // A section's name in the heading that the other titles do without.
        let has_front = |title: &str| text.chars().count() >= title.chars().count() + FRONT_CHARS_MIN;
        let has_section =
            |title: &str| title.split_whitespace().count() >= 4 && has_front(title) && is_headline(&text, title);
        let bare = references.iter().find(|title| has_section(title));
        return Some(Title { text: bare.map_or(text, |title| (*title).to_owned()), origin: "h1" });
    }
    if let [only] = head.h1.as_slice()
        && !outlet.is_name(only)
        && only.split_whitespace().count() >= 4
    {
        return Some(Title { text: outlet.strip(only), origin: "h1" });
    }
    let found = json.map(|text| (text, "json-ld headline")).or(og.map(|text| (text, "og:title")));
    let found = found.or(tag.map(|text| (text, "title")));
    let (text, origin) = found.or_else(|| hints.feed_title.map(|title| (title.trim().to_owned(), "feed")))?;
    (!text.is_empty()).then_some(Title { text, origin })
}

/// Whether two headlines are the same but for punctuation, case and a tail.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    !a.is_empty() && a == b
}

/// Whether a line of the page is its headline, perhaps with the section's name in front.
pub(super) fn is_headline(line: &str, title: &str) -> bool {
    let (line, title) = (squeeze(line), squeeze(title));
    !title.is_empty() && line.ends_with(&title) && line.chars().count() <= title.chars().count() + KICKER_CHARS_MAX
}

/// Whether a heading stands whole in a page's title, and says enough to be its headline.
pub(super) fn is_part(heading: &str, title: &str) -> bool {
    let (heading, title) = (squeeze(heading), squeeze(title));
    heading.chars().count() >= PART_CHARS_MIN && title.contains(&heading)
}

/// The outlet's name behind the headline in the page's title.
pub(super) fn outlet_behind<'t>(title: &'t str, headline: &str) -> Option<&'t str> {
    let tail = title.trim().strip_prefix(headline)?;
    let separator = SEPARATORS.into_iter().find(|separator| tail.starts_with(separator))?;
    let name = tail.rsplit(separator).next()?.trim();
    (!name.is_empty() && name.split_whitespace().count() <= SUFFIX_WORDS_MAX).then_some(name)
}

struct Outlet<'a> {
    name: Option<&'a str>,
    host: Option<&'a str>,
}

impl Outlet<'_> {
    /// Cuts outlet names off both ends until the headline is left.
    fn strip(&self, title: &str) -> String {
        let mut title = title.trim();
        for _ in 0..3 {
            let Some(shorter) = self.strip_once(title) else { break };
            title = shorter;
        }
        title.to_owned()
    }

    fn strip_once<'t>(&self, title: &'t str) -> Option<&'t str> {
        for separator in SEPARATORS {
            if let Some((head, tail)) = title.rsplit_once(separator) {
                let is_short = tail.split_whitespace().count() <= SUFFIX_WORDS_MAX;
                let is_bar = matches!(separator, " | " | "｜" | " :: " | " » " | " ● ");
                let keeps_headline = head.split_whitespace().count() >= 3 || head.chars().count() >= 15;
                if self.is_name(tail) || (is_short && is_bar && keeps_headline) {
                    return Some(head.trim());
                }
            }
            if let Some(rest) = self.behind_name(title, separator) {
                return Some(rest);
            }
            // Old pages: "The Gazette :: headline".
            if matches!(separator, " :: " | " » ")
                && let Some((first, rest)) = title.split_once(separator)
                && first.split_whitespace().count() <= SUFFIX_WORDS_MAX
                && first.chars().count() < rest.chars().count()
            {
                return Some(rest.trim());
            }
        }
        for separator in WEAK_SEPARATORS {
            let (behind, before) = (title.rsplit_once(separator), title.split_once(separator));
            let parts = [behind, before.map(|(first, rest)| (rest, first))];
            for (headline, name) in parts.into_iter().flatten() {
                if self.is_whole_name(name) && !headline.trim().is_empty() {
                    return Some(headline.trim());
                }
            }
        }
        // Chinese pages: headline_section_outlet.
        let (head, _) = title.split_once('_').filter(|_| title.contains(|c| matches!(c, '\u{4e00}'..='\u{9fff}')))?;
        (head.chars().count() >= CHINESE_CHARS_MIN).then_some(head.trim())
    }

    fn behind_name<'t>(&self, title: &'t str, separator: &str) -> Option<&'t str> {
        let (first, rest) = title.split_once(separator)?;
        (self.is_name(first) && !rest.trim().is_empty()).then(|| rest.trim())
    }

    /// Whether a text is the outlet's name or host and nothing more.
    fn is_whole_name(&self, text: &str) -> bool {
        let squeezed = squeeze(text);
        let hosts = self.host.map(|host| host.strip_prefix("www.").unwrap_or(host));
        let hosts = hosts.into_iter().flat_map(|host| [host, host.split('.').next().unwrap_or(host)]);
        !squeezed.is_empty() && self.name.into_iter().chain(hosts).any(|name| squeeze(name) == squeezed)
    }

    fn is_name(&self, text: &str) -> bool {
        let squeezed = squeeze(text);
        if squeezed.is_empty() {
            return false;
        }
        // A host name is no headline: `Gazette.com`.
        let ending = text.trim().rsplit('.').next().unwrap_or_default();
        if !text.trim().contains(' ') && text.contains('.') && (2..=6).contains(&ending.len()) {
            return true;
        }
        if let Some(name) = self.name.map(squeeze)
            && (name == squeezed
                || (squeezed.len() >= 3
                    && name.len() >= 3
                    && (name.starts_with(&squeezed) || squeezed.starts_with(&name))))
        {
            return text.split_whitespace().count() <= SUFFIX_WORDS_MAX + 2;
        }
        self.host.is_some_and(|host| {
            let host = host.strip_prefix("www.").unwrap_or(host);
            let squeezed_host = squeeze(host);
            let label = squeeze(host.split('.').next().unwrap_or(host));
            squeezed == squeezed_host
                || squeezed == label
                || (label.len() >= 4 && squeezed.starts_with(&label) && text.split_whitespace().count() <= 4)
                || (squeezed.len() >= 5 && squeezed_host.contains(&squeezed))
        })
    }
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The largest share of words that `title` has in common with a reference.
fn likeness(title: &str, references: &[&str]) -> f32 {
    let title = words(title);
    let mut best = 0.0_f32;
    for reference in references {
        let reference = words(reference);
        let n_common = title.iter().filter(|word| reference.contains(word)).count();
        let n_most = title.len().max(reference.len());
        // A title that adds to the heading knows it as well as one that repeats it.
        if title.len() >= 2 && reference.starts_with(&title) {
            return 1.0;
        }
        if n_most > 0 {
            best = best.max(n_common as f32 / n_most as f32);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;
    use crate::article::head;

    fn title_of(html: &str, outlet: Option<&str>, host: Option<&str>) -> Option<String> {
        choose(&head::read(&Document::from(html)), outlet, host, &Hints::default()).map(|title| title.text)
    }

    #[test]
    fn the_outlets_name_is_cut_off() {
        let titles = [
            ("Ministers meet in Geneva - The Gazette", Some("The Gazette"), None),
            ("Ministers meet in Geneva | Politics | Gazette", None, None),
            ("The Gazette — Ministers meet in Geneva", Some("The Gazette"), None),
            ("Ministers meet in Geneva – gazette.example", None, Some("www.gazette.example")),
            ("Ministers meet in Geneva :: World", None, None),
            ("Ministers meet in Geneva: The Gazette", Some("The Gazette"), None),
            ("The Gazette: Ministers meet in Geneva", Some("The Gazette"), None),
            ("Ministers meet in Geneva « The Gazette", Some("The Gazette"), None),
        ];
        for (title, outlet, host) in titles {
            let html = format!("<title>{title}</title>");
            assert_eq!(title_of(&html, outlet, host).as_deref(), Some("Ministers meet in Geneva"), "{title}");
        }
    }

    #[test]
    fn dashes_inside_the_headline_stay() {
        let html = "<title>Talks on - and off - again for two weeks</title>";
        assert_eq!(
            title_of(html, Some("The Gazette"), None).as_deref(),
            Some("Talks on - and off - again for two weeks")
        );
    }

    #[test]
    fn chinese_titles_end_at_their_first_line() {
        let title = |text: &str, outlet| title_of(&format!("<title>{text}</title>"), outlet, None);
        assert_eq!(title("两国外长举行会谈_国际_新闻网", None).as_deref(), Some("两国外长举行会谈"));
        assert_eq!(title("两国外长举行会谈-新闻网", Some("新闻网")).as_deref(), Some("两国外长举行会谈"));
    }

    #[test]
    fn a_section_in_the_heading_is_left_out() {
        let html =
            "<title>Ministers meet in Geneva | Gazette</title><h1><span>Diplomacy</span> Ministers meet in Geneva</h1>";
        assert_eq!(title_of(html, None, None).as_deref(), Some("Ministers meet in Geneva"));
    }

    #[test]
    fn the_titles_tail_names_the_outlet() {
        assert_eq!(outlet_behind("Ministers meet | World | The Gazette", "Ministers meet"), Some("The Gazette"));
        assert_eq!(outlet_behind("Ministers meet in Geneva", "Ministers meet"), None);
    }

    #[test]
    fn the_heading_wins_when_the_other_titles_know_it() {
        let html = "<meta property='og:title' content='Ministers meet at Geneva'><h1>The Gazette</h1>\
                    <h1>Ministers meet in Geneva</h1><h1>Weather</h1>";
        assert_eq!(title_of(html, Some("The Gazette"), None).as_deref(), Some("Ministers meet in Geneva"));
    }

    #[test]
    fn an_unknown_heading_does_not_replace_the_title() {
        let html = "<meta property='og:title' content='Ministers meet in Geneva'><h1>Politics</h1>";
        assert_eq!(title_of(html, None, None).as_deref(), Some("Ministers meet in Geneva"));
    }
}
