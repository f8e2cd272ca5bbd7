//! Owns the gap that a feed leaves whose window rolled: which older page of it to ask for, and when that is over. Pure;
//! fetching pages is the pipeline's business.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::section::{self, Section};
use super::{Document, Entry, FeedKind};

/// Older pages that one gap is filled from.
const PAGES_MAX: u32 = 10;
/// A page is asked so often.
const TRIES_MAX: u32 = 5;
/// Pause before the second try; doubles with each.
const RETRY_PAUSE: SignedDuration = SignedDuration::from_mins(10);
const RETRY_PAUSE_MAX: SignedDuration = SignedDuration::from_hours(6);
const ERROR_BYTES_MAX: usize = 300;
/// A site without a news sitemap is not asked for one again so soon.
const SITEMAP_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// Nothing that a feed showed at one poll was there at the next: entries between may have come and gone unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The last poll that was good before it.
    pub since: Timestamp,
    pub found: Timestamp,
    /// Older pages read so far.
    pub n_pages: u32,
    pub phase: Phase,
    /// The site of the feed's entries; `None` when its news sitemap is of no use.
    #[serde(default)]
    site: Option<Url>,
    /// Which of the site's pages belong in the feed.
    #[serde(default)]
    section: Section,
    #[serde(default)]
    pub sitemap: Sitemap,
}

/// What is known of a site's news sitemap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sitemap {
    #[default]
    Unknown,
    At(Url),
    /// It was looked for in vain.
    Missing(Timestamp),
}

/// The ways from a document to what came before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// The page that continues it into the past.
    older: Option<Page>,
    /// The site whose news sitemap lists what it may have missed.
    site: Option<Url>,
    section: Section,
}

impl Ways {
    /// Looks for the ways from a feed's own document, found at `url`.
    #[must_use]
    pub fn of(document: &Document, url: &Url) -> Self {
        let is_sitemap = matches!(document.kind, FeedKind::Sitemap | FeedKind::SitemapIndex);
        let site = if is_sitemap { None } else { section::site(&document.entries) };
        Self { older: Page::older(document, url), site, section: Section::of(&document.entries) }
    }
}

/// How far the filling of a gap is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Open(Search),
    Over { end: End, at: Timestamp },
}

/// The older page that is asked for next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    pub page: Page,
    /// [`fingerprint`] of the page before it.
    before: u64,
    pub n_failures: u32,
    pub retry_at: Option<Timestamp>,
    pub error: Option<String>,
    /// Why it would have ended, had there been no site to ask.
    #[serde(default)]
    otherwise: Option<End>,
}

/// Where an older page is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub url: Url,
    by: By,
}

/// What names an older page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    /// A link of the page before (RFC 5005 `prev-archive` or `next`, JSON Feed `next_url`).
    Link,
    /// Its number: WordPress takes `?paged=N` on every feed.
    Number,
    /// It is the site: its news sitemap is looked for.
    Site,
}

/// Why the filling of a gap ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// A page showed an entry known from before the gap: it is closed.
    Overlap,
    /// All of a page is from before the gap.
    Older,
    /// The last page there is was read.
    NoMorePages,
    /// The feed names no older pages.
    NoPages,
    /// A page showed what the page before showed.
    SamePage,
    /// More is missing than is asked for.
    TooManyPages,
    /// A page could not be had in so many tries.
    GivenUp,
    /// The site's news sitemap listed what came since the last poll before it.
    Sitemap,
}

impl End {
    /// Returns the words of status and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overlap => "filled",
            Self::Older => "filled up to the last poll before it",
            Self::NoMorePages => "filled as far as the feed has pages",
            Self::NoPages => "not filled: the feed has no older pages",
            Self::SamePage => "not filled further: the feed shows one page again and again",
            Self::TooManyPages => "not filled further: it is longer than the pages asked for",
            Self::GivenUp => "given up: a page of it cannot be had",
            Self::Sitemap => "filled from the site's news sitemap",
        }
    }
}

/// Whether the entries of a page belong in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wanted,
    Unwanted,
}

impl Gap {
    /// Opens the gap between the last good poll and a document none of whose entries that poll had shown; `ways` are
    /// those from the document. A gap that is still open becomes part of it.
    #[must_use]
    pub fn open(before: Option<&Self>, since: Timestamp, ways: Ways, entries: &[Entry], now: Timestamp) -> Self {
        let is_open = |before: &&Self| matches!(before.phase, Phase::Open(_));
        let since = before.filter(is_open).map_or(since, |before| before.since.min(since));
        let Ways { older, site, section } = ways;
        let sitemap = before.map(|before| before.sitemap.clone()).unwrap_or_default();
        let phase = Phase::Over { end: End::NoPages, at: now };
        let mut gap = Self { since, found: now, n_pages: 0, phase, site, section, sitemap };
        match older {
            Some(page) => gap.phase = Phase::Open(Search::of(page, fingerprint(entries))),
            None => gap.leave_pages(End::NoPages, now),
        }
        gap
    }

    /// Ends the search among the feed's own pages: the site is asked for the rest, once.
    fn leave_pages(&mut self, end: End, now: Timestamp) {
        let is_wanted = match self.sitemap {
            Sitemap::Missing(since) => now.duration_since(since) >= SITEMAP_WAIT,
            Sitemap::Unknown | Sitemap::At(_) => end != End::Older,
        };
        match self.site.clone().filter(|_| is_wanted) {
            Some(url) => {
                let search = Search::of(Page { url, by: By::Site }, 0);
                self.phase = Phase::Open(Search { otherwise: Some(end), ..search });
            }
            None => self.end(end, now),
        }
    }

    /// Returns the page to ask for now.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<&Page> {
        match &self.phase {
            Phase::Open(search) if search.retry_at.is_none_or(|at| at <= now) => Some(&search.page),
            Phase::Open(_) | Phase::Over { .. } => None,
        }
    }

    /// Notes the page that was asked for, with the one that follows it.
    pub fn read(&mut self, entries: &[Entry], older: Option<Page>, now: Timestamp) -> Verdict {
        let Phase::Open(search) = &self.phase else { return Verdict::Unwanted };
        let print = fingerprint(entries);
        let is_same = print == search.before;
        self.n_pages = self.n_pages.saturating_add(1);
        let newest = entries.iter().filter_map(dated).max();
        let (end, verdict) = if entries.is_empty() {
            (Some(End::NoMorePages), Verdict::Unwanted)
        } else if is_same {
            (Some(End::SamePage), Verdict::Unwanted)
        } else if newest.is_some_and(|newest| newest < self.since) {
            (Some(End::Older), Verdict::Unwanted)
        } else if older.is_some() && self.n_pages >= PAGES_MAX {
            (Some(End::TooManyPages), Verdict::Wanted)
        } else {
            (None, Verdict::Wanted)
        };
        match (end, older) {
            (None, Some(page)) => self.phase = Phase::Open(Search::of(page, print)),
            (end, _) => self.leave_pages(end.unwrap_or(End::NoMorePages), now),
        }
        verdict
    }

    /// Notes that there is no such page.
    pub fn missing(&mut self, now: Timestamp) {
        match &self.phase {
            Phase::Open(Search { otherwise: Some(end), .. }) => {
                let end = *end;
                self.sitemap = Sitemap::Missing(now);
                self.end(end, now);
            }
            Phase::Open(_) => self.leave_pages(End::NoMorePages, now),
            Phase::Over { .. } => {}
        }
    }

    /// Reports whether an entry of the site's news sitemap belongs in the gap: of its time, by the date of publication
    /// (that of the last change may be that of the list), and of the feed's section.
    #[must_use]
    pub fn wants(&self, entry: &Entry) -> bool {
        let is_in_time = entry.published.is_some_and(|published| published >= self.since);
        is_in_time && entry.link.as_deref().is_some_and(|link| self.section.covers(link))
    }

    /// Notes the news sitemap at `url` and how many of its entries belong in the gap.
    pub fn read_sitemap(&mut self, url: Url, n_wanted: usize, now: Timestamp) {
        let Phase::Open(Search { otherwise: Some(end), .. }) = self.phase else { return };
        self.n_pages = self.n_pages.saturating_add(1);
        self.sitemap = Sitemap::At(url);
        self.end(if n_wanted > 0 { End::Sitemap } else { end }, now);
    }

    /// Notes that the page could not be had. It is tried again later; at last it is given up.
    pub fn failed(&mut self, error: &str, retry_after: Option<Duration>, now: Timestamp) {
        let Phase::Open(search) = &mut self.phase else { return };
        search.n_failures = search.n_failures.saturating_add(1);
        if search.n_failures >= TRIES_MAX {
            return match search.otherwise {
                Some(end) => self.end(end, now),
                None => self.leave_pages(End::GivenUp, now),
            };
        }
        let asked = retry_after.and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or_default();
        let pause = RETRY_PAUSE.saturating_mul(1 << (search.n_failures - 1)).max(asked).min(RETRY_PAUSE_MAX);
        search.retry_at = Some(now.saturating_add(pause).unwrap_or(Timestamp::MAX));
        search.error = Some(error.get(..error.floor_char_boundary(ERROR_BYTES_MAX)).unwrap_or_default().to_owned());
    }

    /// Ends it.
    pub fn end(&mut self, end: End, now: Timestamp) {
        self.phase = Phase::Over { end, at: now };
    }

    /// Returns why it ended; `None` while it is being filled.
    #[must_use]
    pub const fn ended(&self) -> Option<End> {
        match self.phase {
            Phase::Open(_) => None,
            Phase::Over { end, .. } => Some(end),
        }
    }
}

impl Search {
    const fn of(page: Page, before: u64) -> Self {
        Self { page, before, n_failures: 0, retry_at: None, error: None, otherwise: None }
    }
}

impl Page {
    /// Returns the page that continues a feed's own document, found at `url`, into the past.
    #[must_use]
    pub fn older(document: &Document, url: &Url) -> Option<Self> {
        let linked = linked(document, url);
        linked.or_else(|| is_wordpress(document, url).then(|| Self { url: numbered(url), by: By::Number }))
    }

    /// Reports whether it is the site, whose news sitemap is to be looked for.
    #[must_use]
    pub fn is_site(&self) -> bool {
        self.by == By::Site
    }

    /// Returns the page that continues this one, which `document` is and `url` answered.
    #[must_use]
    pub fn next(&self, document: &Document, url: &Url) -> Option<Self> {
        match self.by {
            By::Link => linked(document, url),
            By::Number => Some(Self { url: numbered(&self.url), by: By::Number }),
            By::Site => None,
        }
    }
}

/// Tells when an entry is from, as far as it says.
#[must_use]
pub fn dated(entry: &Entry) -> Option<Timestamp> {
    entry.published.or(entry.updated)
}

fn linked(document: &Document, url: &Url) -> Option<Page> {
    let older = Url::parse(document.older.as_deref()?).ok()?;
    let is_other = matches!(older.scheme(), "http" | "https") && older != *url;
    is_other.then_some(Page { url: older, by: By::Link })
}

/// WordPress says so, or the address is one of its usual ones; on a site of another kind one page is asked for in vain.
fn is_wordpress(document: &Document, url: &Url) -> bool {
    let says_so = document.generator.as_deref().is_some_and(|name| name.to_ascii_lowercase().contains("wordpress"));
    says_so || url.path().trim_end_matches('/').ends_with("/feed") || url.query_pairs().any(|(key, _)| key == "feed")
}

/// The address of the page that follows by number; the feed's own is page 1.
fn numbered(url: &Url) -> Url {
    const KEY: &str = "paged";
    let number = url.query_pairs().find(|(key, _)| key == KEY).and_then(|(_, n)| n.parse::<u32>().ok()).unwrap_or(1);
    let others: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != KEY).map(|(key, value)| (key.into(), value.into())).collect();
    let mut next = url.clone();
    next.query_pairs_mut().clear().extend_pairs(others).append_pair(KEY, &number.saturating_add(1).to_string());
    next
}

/// Tells pages apart by what their entries are, not by counters and build dates. FNV-1a: the same in every release.
fn fingerprint(entries: &[Entry]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for entry in entries {
        for part in [&entry.id, &entry.link, &entry.title] {
            let text = part.as_deref().unwrap_or_default();
            // 0xff is in no text: parts do not run together.
            for byte in text.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::read;

    fn at(minute: i64) -> Timestamp {
        "2025-02-12T16:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
    }

    fn entry(number: i64) -> Entry {
        let id = Some(format!("id-{number}"));
        Entry { id, published: Some(at(number)), ..Entry::default() }
    }

    fn page(number: u32) -> Page {
        Page { url: format!("https://a.example/feed/?paged={number}").parse().unwrap(), by: By::Number }
    }

    fn ways(older: Option<Page>, site: Option<Url>) -> Ways {
        let link = site.as_ref().map(Url::to_string);
        Ways { older, site, section: Section::of(&[Entry { link, ..Entry::default() }]) }
    }

    /// Found an hour after the last good poll at 16:00.
    fn gap() -> Gap {
        Gap::open(None, at(0), ways(Some(page(2)), None), &[entry(59)], at(60))
    }

    fn older(text: &str, url: &str) -> Option<String> {
        let url = Url::parse(url).unwrap();
        let document = read(text.as_bytes(), None, Some(&url)).unwrap();
        Page::older(&document, &url).map(|page| page.url.to_string())
    }

    #[test]
    fn older_pages_are_where_the_document_says() {
        let item = "<item><title>a</title><link>https://a.example/1</link><guid>1</guid><pubDate>Wed, 12 Feb 2025 10:00:00 GMT</pubDate></item>";
        let rss = |head: &str| {
            format!(
                "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>t</title>{head}{item}</channel></rss>"
            )
        };
        let url = "https://a.example/rss.xml";
        let linked =
            "<atom:link rel=\"next\" href=\"/rss2.xml\"/><atom:link rel=\"prev-archive\" href=\"/2025-01.xml\"/>";
        assert_eq!(older(&rss(linked), url).unwrap(), "https://a.example/2025-01.xml");
        assert_eq!(
            older(&rss("<atom:link rel='next' href='?page=2'/>"), url).unwrap(),
            "https://a.example/rss.xml?page=2"
        );
        // The salvage reader reads the same.
        let broken = rss(linked).replace("<title>a", "<title>a & b");
        assert_eq!(older(&broken, url).unwrap(), "https://a.example/2025-01.xml");
        assert_eq!(older(&rss("<atom:link rel=\"next\" href=\"/rss.xml\"/>"), url), None, "itself");
        assert_eq!(older(&rss(""), url), None);
        let wordpress = rss("<generator>https://wordpress.org/?v=6.7</generator>");
        assert_eq!(older(&wordpress, url).unwrap(), "https://a.example/rss.xml?paged=2");
        assert_eq!(
            older(&rss(""), "https://a.example/world/feed/?lang=en").unwrap(),
            "https://a.example/world/feed/?lang=en&paged=2"
        );
        let json =
            "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"t\",\"next_url\":\"/2.json\",\"items\":[]}";
        assert_eq!(older(json, "https://a.example/1.json").unwrap(), "https://a.example/2.json");
        let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title><link rel=\"next\" href=\"/2\"/>\
             <entry><id>1</id><title>a</title><link href=\"/1\"/><updated>2025-02-12T10:00:00Z</updated></entry></feed>";
        assert_eq!(older(atom, "https://a.example/1").unwrap(), "https://a.example/2");
    }

    #[test]
    fn pages_are_asked_for_one_after_the_other_and_ten_at_most() {
        let mut gap = gap();
        for number in 2..=11 {
            assert_eq!(gap.due(at(60)), Some(&page(number)));
            let next = page(number).next(&read(b"<rss/>", None, None).unwrap(), &page(number).url);
            assert_eq!(gap.read(&[entry(60 - i64::from(number))], next, at(60)), Verdict::Wanted);
        }
        assert_eq!((gap.ended(), gap.n_pages), (Some(End::TooManyPages), 10));
        assert_eq!(gap.due(at(60)), None);
    }

    #[test]
    fn a_page_that_brings_nothing_for_it_ends_it() {
        let ends = |entries: &[Entry]| {
            let mut gap = gap();
            (gap.read(entries, Some(page(3)), at(60)), gap.ended())
        };
        assert_eq!(ends(&[entry(58)]), (Verdict::Wanted, None));
        assert_eq!(ends(&[entry(59)]), (Verdict::Unwanted, Some(End::SamePage)));
        assert_eq!(ends(&[entry(-1), entry(-9)]), (Verdict::Unwanted, Some(End::Older)));
        assert_eq!(ends(&[entry(-1), entry(9)]), (Verdict::Wanted, None));
        assert_eq!(ends(&[]), (Verdict::Unwanted, Some(End::NoMorePages)));
        let mut last = gap();
        assert_eq!((last.read(&[entry(58)], None, at(60)), last.ended()), (Verdict::Wanted, Some(End::NoMorePages)));
        assert_eq!(Gap::open(None, at(0), Ways::default(), &[], at(60)).ended(), Some(End::NoPages));
    }

    #[test]
    fn a_page_that_fails_is_asked_again_later_and_at_last_given_up() {
        let mut gap = gap();
        gap.failed("HTTP 503", None, at(60));
        assert_eq!(gap.due(at(69)), None);
        assert_eq!(gap.due(at(70)), Some(&page(2)));
        gap.failed("HTTP 503", Some(Duration::from_mins(100)), at(70));
        assert_eq!((gap.due(at(169)), gap.due(at(170))), (None, Some(&page(2))));
        gap.failed("HTTP 503", None, at(170));
        gap.failed("HTTP 503", None, at(300));
        assert_eq!(gap.ended(), None);
        gap.failed("HTTP 503", None, at(600));
        assert_eq!(gap.ended(), Some(End::GivenUp));
    }

    #[test]
    fn a_site_is_asked_once_where_its_feed_has_no_pages_left() {
        let site: Url = "https://a.example/".parse().unwrap();
        let open = |before: Option<&Gap>, at_minute| {
            Gap::open(before, at(0), ways(None, Some(site.clone())), &[entry(59)], at(at_minute))
        };
        let mut gap = open(None, 60);
        assert!(gap.due(at(60)).is_some_and(Page::is_site));
        let listed = |minute, link: &str| Entry { link: Some(link.to_owned()), ..entry(minute) };
        assert!(gap.wants(&listed(1, "https://a.example/1")));
        assert!(!gap.wants(&listed(-1, "https://a.example/1")), "from before the gap");
        assert!(!gap.wants(&listed(1, "https://b.example/1")), "of another site");
        let changed = Entry { published: None, updated: Some(at(1)), ..listed(1, "https://a.example/1") };
        assert!(!gap.wants(&changed), "changed, not published");
        let map: Url = "https://a.example/news.xml".parse().unwrap();
        gap.read_sitemap(map.clone(), 3, at(60));
        assert_eq!((gap.ended(), &gap.sitemap, gap.n_pages), (Some(End::Sitemap), &Sitemap::At(map.clone()), 1));
        let mut next = open(Some(&gap), 120);
        assert_eq!(next.sitemap, Sitemap::At(map.clone()));
        next.read_sitemap(map, 0, at(120));
        assert_eq!(next.ended(), Some(End::NoPages));
        let mut missing = open(None, 60);
        missing.missing(at(60));
        assert_eq!(missing.ended(), Some(End::NoPages));
        assert_eq!(open(Some(&missing), 120).ended(), Some(End::NoPages), "not again within a day");
        assert_eq!(open(Some(&missing), 60 + 24 * 60).ended(), None);
        let mut failing = open(None, 60);
        for minute in 0..5 {
            failing.failed("HTTP 503", None, at(60 + minute * 600));
        }
        assert_eq!(failing.ended(), Some(End::NoPages));
    }

    #[test]
    fn a_site_is_asked_for_what_the_pages_of_its_feed_lack() {
        let site: Url = "https://a.example/".parse().unwrap();
        let paged = || Gap::open(None, at(0), ways(Some(page(2)), Some(site.clone())), &[entry(59)], at(60));
        let mut gap = paged();
        assert_eq!(gap.read(&[entry(58)], None, at(60)), Verdict::Wanted);
        assert!(gap.due(at(60)).is_some_and(Page::is_site));
        gap.missing(at(60));
        assert_eq!(gap.ended(), Some(End::NoMorePages));
        let mut same = paged();
        same.read(&[entry(59)], Some(page(3)), at(60));
        assert!(same.due(at(60)).is_some_and(Page::is_site));
        let mut older = paged();
        older.read(&[entry(-9)], Some(page(3)), at(60));
        assert_eq!(older.ended(), Some(End::Older), "nothing is lacking");
        let stored: Gap = serde_json::from_str(&serde_json::to_string(&same).unwrap()).unwrap();
        assert_eq!(stored, same);
        let old = "{\"since\":\"2025-02-12T16:00:00Z\",\"found\":\"2025-02-12T17:00:00Z\",\"n_pages\":0,\
                   \"phase\":{\"over\":{\"end\":\"no_pages\",\"at\":\"2025-02-12T17:00:00Z\"}}}";
        assert_eq!(serde_json::from_str::<Gap>(old).unwrap().sitemap, Sitemap::Unknown, "as stored before");
    }

    #[test]
    fn a_gap_that_is_open_becomes_part_of_the_next() {
        let first = gap();
        let second = Gap::open(Some(&first), at(60), ways(Some(page(2)), None), &[entry(119)], at(120));
        assert_eq!((second.since, second.found), (at(0), at(120)));
        let mut over = gap();
        over.end(End::Overlap, at(60));
        assert_eq!(Gap::open(Some(&over), at(60), Ways::default(), &[], at(120)).since, at(60));
    }
}
