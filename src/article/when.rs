//! Owns which day a page was published on: the readers' day first, then the time and offset a source of that day gives.

use ::url::Url;
use jiff::{civil::Date, tz::TimeZone};

use super::{
    Hints, PageTime,
    dates::{self, Order, Stamp},
    head::{Head, Mark, Place},
};

/// Meta tags that give the time of publication, by falling trust.
#[rustfmt::skip]
const PUBLISHED: &[&str] = &[
    "article:published_time", "datepublished", "og:article:published_time", "og:published_time", "parsely-pub-date",
    "article.published", "sailthru.date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "publishdate",
    "publish_date", "publish-date", "published_time", "pubdate", "pub_date", "publicationdate", "publication_date",
    "dc.date.issued", "dcterms.issued", "dc.date.published", "article:published", "article_date_original",
    "originalpublicationdate", "published_at", "published", "citation_publication_date", "bt:pubdate", "ptime",
    "rnews:datepublished", "og:pubdate", "weibo:article:create_at", "apub:time", "article:post_date",
    "analyticsattributes.articledate",
];
/// Meta tags that some use for the publication and some for anything else: what readers see comes first.
#[rustfmt::skip]
const DATED: &[&str] = &[
    "citation_date", "dc.date", "dcterms.date", "dcterms.created", "dc.date.created", "article.created",
    "article:created", "date", "displaydate", "dat", "release_date", "created", "datecreated", "timestamp",
];
#[rustfmt::skip]
const MODIFIED: &[&str] = &[
    "article:modified_time", "datemodified", "og:updated_time", "og:article:modified_time", "dcterms.modified",
    "dc.date.modified", "last-modified", "lastmod", "article:modified", "modified", "revised", "bt:moddate",
    "article.updated", "updated_time", "lastmodified", "rnews:datemodified",
];

/// A text this short is a date and nothing else.
const BARE_DATE_CHARS_MAX: usize = 25;

/// A text that gives the page's date holds little else.
const STAMP_CHARS_MAX: usize = 70;

/// Text between the headline and a time that still belongs to it: the lead, a byline, a caption.
const BESIDE_HEADING_BYTES_MAX: usize = 600;

/// A time and the source it came from.
#[derive(Debug, PartialEq)]
pub(super) struct Sourced {
    pub(super) time: PageTime,
    pub(super) origin: String,
}

struct Candidate {
    stamp: Stamp,
    origin: String,
    /// The page says what this date is, or it stands where only that date stands.
    is_marked: bool,
}

/// When the page was published.
pub(super) fn published(head: &Head, url: Option<&Url>, hints: &Hints) -> Option<Sourced> {
    let reading = Reading::new(head, hints);
    let structured = reading.structured();
    let url_day = address(head, url).and_then(|url| dates::path_day(url.path()));
    let seen = reading.seen();
    if let Some(first) = structured.first() {
        // Sources that disagree: the one that readers or the address agree with.
        let seen_day = seen.as_ref().filter(|seen| seen.is_marked).map(|seen| seen.stamp.day);
        let agreed = [seen_day, url_day]
            .into_iter()
            .flatten()
            .find_map(|day| structured.iter().find(|candidate| candidate.stamp.day == day));
        // A time element by the headline that no source confirms is the newer word: pages are dated anew by hand.
        // A live blog's first post is no publication.
        if let (None, Some(beside), false) = (agreed, reading.beside_heading(), head.json_ld.is_live_blog) {
            return Some(Sourced { time: time_of(beside.stamp), origin: beside.origin });
        }
        let first = agreed.unwrap_or(first);
        let day = local_day(&first.stamp, seen_day.iter().chain(&url_day), reading.zone.as_ref());
        return Some(attach(day, &structured, reading.zone.as_ref()));
    }
    if let Some(day) = url_day {
        return Some(Sourced { time: PageTime::Day(day), origin: "url".to_owned() });
    }
    let found = seen.filter(|seen| seen.is_marked).or_else(|| reading.dated()).or_else(|| reading.seen());
    if let Some(found) = found {
        return Some(Sourced { time: time_of(found.stamp), origin: found.origin });
    }
    if let Some(published) = hints.feed_published {
        let zone = reading.zone.clone().unwrap_or(TimeZone::UTC);
        return Some(Sourced { time: PageTime::Instant(published.to_zoned_datetime(zone)), origin: "feed".to_owned() });
    }
    let last = reading.modified().or_else(|| reading.unplaced())?;
    Some(Sourced { time: time_of(last.stamp), origin: last.origin })
}

/// When the page was last changed.
pub(super) fn modified(head: &Head, hints: &Hints) -> Option<Sourced> {
    let found = Reading::new(head, hints).modified()?;
    Some(Sourced { time: time_of(found.stamp), origin: found.origin })
}

/// The time that a text states, by a rule of its host.
pub(super) fn stated(value: &str, head: &Head, hints: &Hints) -> Option<PageTime> {
    let reading = Reading::new(head, hints);
    let found = reading.candidate(value, "")?;
    let day = local_day(&found.stamp, std::iter::empty(), reading.zone.as_ref());
    Some(attach(day, &[found], reading.zone.as_ref()).time)
}

fn time_of(stamp: Stamp) -> PageTime {
    stamp.instant.map_or(PageTime::Day(stamp.day), PageTime::Instant)
}

fn address<'a>(head: &'a Head, url: Option<&'a Url>) -> Option<std::borrow::Cow<'a, Url>> {
    if let Some(url) = url {
        return Some(std::borrow::Cow::Borrowed(url));
    }
    let address = head.canonical.as_deref().or_else(|| head.meta(&["og:url"]).map(|(_, url)| url))?;
    Url::parse(address).ok().map(std::borrow::Cow::Owned)
}

/// The readers' day of a time: a time in UTC late or early in the day belongs to the neighbour day that the page shows.
fn local_day<'a>(stamp: &Stamp, witnesses: impl Iterator<Item = &'a Date>, zone: Option<&TimeZone>) -> Date {
    let (Some(instant), true) = (&stamp.instant, stamp.is_utc) else { return stamp.day };
    if let Some(zone) = zone {
        return instant.with_time_zone(zone.clone()).date();
    }
    let mut day = stamp.day;
    for witness in witnesses {
        if *witness == stamp.day {
            return stamp.day;
        }
        let is_reachable = (instant.hour() >= 12 && stamp.day.tomorrow().is_ok_and(|next| next == *witness))
            || (instant.hour() < 12 && stamp.day.yesterday().is_ok_and(|before| before == *witness));
        if is_reachable {
            day = *witness;
        }
    }
    day
}

/// Gives the chosen day the time and offset of a structured source that has the same day.
fn attach(day: Date, structured: &[Candidate], zone: Option<&TimeZone>) -> Sourced {
    for candidate in structured {
        let Some(instant) = &candidate.stamp.instant else { continue };
        if instant.date() == day {
            return Sourced { time: PageTime::Instant(instant.clone()), origin: candidate.origin.clone() };
        }
    }
    let first = structured.first();
    let origin = first.map(|candidate| candidate.origin.clone()).unwrap_or_default();
    let local = zone.zip(first.and_then(|candidate| candidate.stamp.instant.as_ref()));
    if let Some((zone, instant)) = local
        && instant.with_time_zone(zone.clone()).date() == day
    {
        return Sourced { time: PageTime::Instant(instant.with_time_zone(zone.clone())), origin };
    }
    Sourced { time: PageTime::Day(day), origin }
}

struct Reading<'a> {
    head: &'a Head,
    zone: Option<TimeZone>,
    order: Order,
}

impl<'a> Reading<'a> {
    fn new(head: &'a Head, hints: &Hints) -> Self {
        let lang = head.lang.as_deref().or(hints.lang).unwrap_or_default().to_ascii_lowercase().replace('_', "-");
        let is_american = lang == "en" || lang.starts_with("en-us");
        Self {
            head,
            zone: hints.zone.and_then(|zone| TimeZone::get(zone).ok()),
            order: if is_american { Order::MonthFirst } else { Order::DayFirst },
        }
    }

    fn candidate(&self, value: &str, origin: impl Into<String>) -> Option<Candidate> {
        let stamp = dates::stamp(value, self.zone.as_ref(), self.order)?;
        Some(Candidate { stamp, origin: origin.into(), is_marked: true })
    }

    /// What machines are told about the publication, by falling trust.
    fn structured(&self) -> Vec<Candidate> {
        let mut found = Vec::new();
        let node = &self.head.json_ld;
        if let Some(value) = &node.published {
            found.extend(self.candidate(value, "json-ld datePublished"));
        }
        for name in PUBLISHED {
            for (key, value) in &self.head.metas {
                if key == name {
                    found.extend(self.candidate(value, format!("meta {name}")));
                }
            }
        }
        for (property, value) in &self.head.properties {
            if property
                .split(' ')
                .any(|name| matches!(name, "datepublished" | "datecreated" | "created" | "published_time"))
            {
                found.extend(self.candidate(value, format!("itemprop {property}")));
            }
        }
        for time in &self.head.times {
            if time.is_published && time.place != Place::Elsewhere {
                let value = if time.value.is_empty() { &time.text } else { &time.value };
                found.extend(self.candidate(value, "time published"));
            }
        }
        if let Some(value) = &node.created {
            found.extend(self.candidate(value, "json-ld dateCreated"));
        }
        found
    }

    /// The general-purpose date tags.
    fn dated(&self) -> Option<Candidate> {
        DATED.iter().find_map(|name| {
            let (_, value) = self.head.metas.iter().find(|(key, value)| key == name && !value.is_empty())?;
            self.candidate(value, format!("meta {name}"))
        })
    }

    /// The time element that stands under the headline, before the text.
    fn beside_heading(&self) -> Option<Candidate> {
        let time = self.head.times.iter().find(|time| {
            let is_near = time.n_bytes_below_heading.is_some_and(|n_bytes| n_bytes <= BESIDE_HEADING_BYTES_MAX);
            is_near && time.place == Place::AfterHeading && !time.is_modified
        })?;
        self.candidate(&time.value, "time")
    }

    /// What readers see near the headline.
    fn seen(&self) -> Option<Candidate> {
        let places = [Place::AfterHeading, Place::BeforeHeading];
        for (place, mark) in places.map(|place| (place, Mark::Published)) {
            if let Some(found) = self.seen_text(place, mark) {
                return Some(found);
            }
        }
        for place in places {
            let times = self.head.times.iter().filter(|time| time.place == place && !time.is_modified);
            for time in times {
                let found = self.candidate(&time.value, "time").or_else(|| self.candidate(&time.text, "time text"));
                if found.is_some() {
                    return found;
                }
            }
            for mark in [Mark::Date, Mark::None] {
                if let Some(found) = self.seen_text(place, mark) {
                    return Some(found);
                }
            }
        }
        None
    }

    fn seen_text(&self, place: Place, mark: Mark) -> Option<Candidate> {
        let texts = self.head.dated.iter().filter(|text| text.place == place && text.mark == mark);
        for text in texts {
            // In a longer text the date is somebody else's: a reference, an event.
            if text.text.chars().count() > STAMP_CHARS_MAX {
                continue;
            }
            if let Some(day) = dates::day(&text.text, self.order) {
                let stamp = Stamp { day, instant: None, is_utc: false };
                return Some(Candidate { stamp, origin: "visible date".to_owned(), is_marked: mark != Mark::None });
            }
        }
        None
    }

    fn modified(&self) -> Option<Candidate> {
        if let Some(value) = &self.head.json_ld.modified
            && let Some(found) = self.candidate(value, "json-ld dateModified")
        {
            return Some(found);
        }
        for name in MODIFIED {
            for (key, value) in &self.head.metas {
                if key == name
                    && let Some(found) = self.candidate(value, format!("meta {name}"))
                {
                    return Some(found);
                }
            }
        }
        let property = self.head.properties.iter().find(|(property, _)| property == "datemodified");
        if let Some(found) = property.and_then(|(_, value)| self.candidate(value, "itemprop datemodified")) {
            return Some(found);
        }
        let time = self.head.times.iter().find(|time| time.is_modified && time.place != Place::Elsewhere)?;
        let value = if time.value.is_empty() { &time.text } else { &time.value };
        self.candidate(value, "time modified")
    }

    /// The last resort: a date in a long line or in a corner of the page.
    fn unplaced(&self) -> Option<Candidate> {
        let times =
            self.head.times.iter().find_map(|time| {
                self.candidate(&time.value, "time").or_else(|| self.candidate(&time.text, "time text"))
            });
        let texts = self.head.dated.iter().filter(|text| text.place != Place::Elsewhere);
        let elsewhere = self.head.dated.iter().filter(|text| {
            text.place == Place::Elsewhere
                && (text.mark >= Mark::Date || text.text.chars().count() <= BARE_DATE_CHARS_MAX)
        });
        times.or_else(|| {
            texts.chain(elsewhere).find_map(|text| {
                let day = dates::day(&text.text, self.order)?;
                let stamp = Stamp { day, instant: None, is_utc: false };
                Some(Candidate { stamp, origin: "text".to_owned(), is_marked: false })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use dom_query::Document;
    use jiff::civil::date;

    use super::*;
    use crate::article::head;

    fn published_on(html: &str, url: Option<&str>, zone: Option<&str>) -> Option<(PageTime, String)> {
        let head = head::read(&Document::from(html));
        let url = url.map(|url| Url::parse(url).unwrap());
        published(&head, url.as_ref(), &Hints { zone, ..Hints::default() }).map(|found| (found.time, found.origin))
    }

    #[test]
    fn the_pages_own_offset_is_kept() {
        let html = r#"<meta property="article:published_time" content="2025-02-12T23:30:00-05:00">"#;
        let (time, origin) = published_on(html, None, None).unwrap();
        assert_eq!(time.day(), date(2025, 2, 12));
        assert_eq!(origin, "meta article:published_time");
        let PageTime::Instant(instant) = time else { panic!("an instant") };
        assert_eq!(instant.offset().seconds(), -5 * 3600);
    }

    #[test]
    fn a_time_in_utc_takes_the_day_the_page_shows() {
        let html = r#"<meta property="article:published_time" content="2025-02-12T22:30:00Z">
                      <h1>A</h1><p class="date">13.02.2025, 00:30</p>"#;
        assert_eq!(published_on(html, None, None).unwrap().0, PageTime::Day(date(2025, 2, 13)));
        let (time, _) = published_on(html, None, Some("Europe/Kyiv")).unwrap();
        let PageTime::Instant(instant) = time else { panic!("an instant") };
        assert_eq!((instant.date(), instant.offset().seconds()), (date(2025, 2, 13), 7200));
    }

    #[test]
    fn a_far_date_on_the_page_does_not_move_the_day() {
        let html = r#"<meta property="article:published_time" content="2025-02-12T22:30:00Z">
                      <h1>A</h1><p class="date">01.01.2024</p>"#;
        assert_eq!(published_on(html, None, None).unwrap().0.day(), date(2025, 2, 12));
    }

    #[test]
    fn a_time_element_under_the_headline_is_the_newer_word_and_one_far_below_is_not() {
        let page = |gap: &str| {
            format!(
                "<meta property='article:published_time' content='2020-02-12T10:00:00+01:00'><h1>A</h1>{gap}\
                 <time datetime='2025-03-04T10:00:00+01:00'>4 March</time>"
            )
        };
        assert_eq!(published_on(&page(""), None, None).unwrap().0.day(), date(2025, 3, 4));
        let text = format!("<p>{}</p>", "Words of the article. ".repeat(60));
        assert_eq!(published_on(&page(&text), None, None).unwrap().0.day(), date(2020, 2, 12));
    }

    #[test]
    fn address_then_visible_date_stand_in_for_structure() {
        let html = "<h1>A</h1><p class=date>12 February 2025</p><footer>(c) 1 January 2020</footer>";
        assert_eq!(published_on(html, None, None).unwrap().1, "visible date");
        let found = published_on(html, Some("https://g.example/2025/02/11/a"), None).unwrap();
        assert_eq!((found.0.day(), found.1.as_str()), (date(2025, 2, 11), "url"));
        assert_eq!(published_on("<h1>A</h1><footer>(c) 1 January 2020</footer>", None, None), None);
    }
}
