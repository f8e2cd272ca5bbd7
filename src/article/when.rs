//! Owns which day a page was published on: the readers' day first, then the time and offset a source of that day gives.

use std::cell::OnceCell;

use ::url::Url;
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use super::{
    Hints, PageTime,
    dates::{self, Habits, Order, Stamp},
    head::{DatedText, Head, TimeMark},
    marks::{Mark, Place},
    seen::{self, Rank, Seen},
};

/// Meta tags that give the time of publication, by falling trust.
#[rustfmt::skip]
const PUBLISHED: &[&str] = &[
    "article:published_time", "datepublished", "og:article:published_time", "og:published_time", "parsely-pub-date",
    "article.published", "article:published_date", "article:publicationdate", "og:article:published", "sailthru.date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "shareaholic:article_published_time",
    "mediator_published_time", "dcsext.articlefirstpublished", "vr:published_time", "publishdate", "publish_date",
    "publish-date", "publish_time", "published_time", "published_date", "published-date", "publisheddate",
    "date_published", "pubdate", "pub_date", "publicationdate", "publication_date", "dc.date.issued", "dcterms.issued",
    "dc.date.published", "dc.date.publication", "article:published", "article_date_original", "originalpublicationdate",
    "published_at", "published", "citation_publication_date", "bt:pubdate", "ptime", "rbpubdate", "rnews:datepublished",
    "og:pubdate", "og:publish_date", "og:datepublished", "og:regdate", "weibo:article:create_at", "apub:time",
    "article:post_date", "analyticsattributes.articledate", "dateposted", "video:release_date",
];
/// Meta tags that some use for the publication and some for anything else: what readers see comes first.
#[rustfmt::skip]
const DATED: &[&str] = &[
    "citation_date", "dc.date", "dc:date", "dcterms.date", "dcterms.created", "dc.date.created", "dc.created",
    "dc:created", "article.created", "article:created", "date", "displaydate", "dat", "release_date", "created",
    "date_created", "datecreated", "content_create_date", "doc_date", "timestamp",
];
#[rustfmt::skip]
const MODIFIED: &[&str] = &[
    "article:modified_time", "datemodified", "og:updated_time", "og:modified_time", "og:article:modified_time",
    "article:modified_date", "article:post_modified", "dcterms.modified", "dc.date.modified", "dc.modified",
    "last-modified", "lastmod", "article:modified", "modified", "modified_time", "modified_date", "revised",
    "revision_date", "bt:moddate", "article.updated", "updated_time", "lastmodified", "rnews:datemodified",
];
/// Country domains that write English with the day first.
#[rustfmt::skip]
const DAY_FIRST_DOMAINS: &[&str] = &[
    "uk", "ie", "au", "nz", "in", "za", "pk", "bd", "lk", "ng", "ke", "gh", "ug", "sg", "my", "hk", "mt", "eu", "de", "fr",
    "it", "es", "pt", "nl", "be", "at", "ch", "pl", "cz", "ru", "ua", "tr", "se", "no", "dk", "fi", "gr", "il", "ae", "eg",
];

/// Less before the page's own word is a correction of it.
const MOVE_DAYS_MIN: i64 = 30;
/// A text this short is a date and nothing else.
const BARE_DATE_CHARS_MAX: usize = 25;

/// A time and the source it came from.
#[derive(Debug, PartialEq)]
pub(super) struct Sourced {
    pub(super) time: PageTime,
    pub(super) origin: String,
}

struct Candidate {
    stamp: Stamp,
    origin: String,
}

impl From<Seen> for Candidate {
    fn from(seen: Seen) -> Self {
        Self { stamp: seen.stamp, origin: seen.origin.to_owned() }
    }
}

/// When the page was published.
pub(super) fn published(head: &Head, url: Option<&Url>, hints: &Hints) -> Option<Sourced> {
    let address = address(head, url);
    let reading = Reading::of(head, habits(head, address.as_deref(), hints));
    let zone = reading.habits.zone.as_ref();
    let structured = reading.structured();
    let url_day = address.and_then(|url| dates::path_day(url.path()));
    // The times of a live blog are its posts'.
    let marked = reading.seen(Rank::is_marked).filter(|_| !head.json_ld.is_live_blog);
    if let Some(first) = structured.first() {
        // Sources that disagree: the one that readers, the address or the feed agree with.
        let seen_day = marked.as_ref().map(|seen| seen.stamp.day);
        let feed_day =
            hints.feed_published.map(|at| at.to_zoned_datetime(zone.cloned().unwrap_or(TimeZone::UTC)).date());
        let agreed = [seen_day, url_day, feed_day]
            .into_iter()
            .flatten()
            .find_map(|day| structured.iter().find(|candidate| candidate.stamp.day == day));
        // A time element by the headline that no source confirms is the newer word: pages are dated anew by hand.
        // A live blog's first post is no publication.
        let beside = seen::beside_heading(head, &reading.habits).filter(|_| !head.json_ld.is_live_blog);
        if let (None, Some(beside)) = (agreed, beside) {
            return Some(sourced(beside.into()));
        }
        if let (None, Some(earlier)) = (agreed, reading.earlier_by_heading(&structured)) {
            return Some(sourced(earlier));
        }
        let first = agreed.unwrap_or(first);
        let day = local_day(&first.stamp, seen_day.iter().chain(&url_day), zone);
        return Some(attach(day, &structured, zone));
    }
    // The page's video was put up that day: it knows the hour.
    let uploaded_on = |day: Date| reading.uploaded().filter(|uploaded| uploaded.stamp.day == day);
    if let Some(day) = url_day {
        let day_alone = Candidate { stamp: Stamp::of_day(day), origin: "url".to_owned() };
        return Some(sourced(uploaded_on(day).unwrap_or(day_alone)));
    }
    let by_heading = |rank: Rank| rank <= Rank::ChangedByHeading;
    // A mark far from the headline may be another article's: a day beside the headline says more.
    let near = reading.seen(|rank| rank <= Rank::TextByHeading).filter(|_| !head.json_ld.is_live_blog);
    let found = near.or(marked).or_else(|| reading.dated()).or_else(|| reading.seen(by_heading));
    let found = found.or_else(|| reading.scripted());
    if let Some(found) = found {
        let uploaded = uploaded_on(found.stamp.day).filter(|_| found.stamp.instant.is_none());
        return Some(sourced(uploaded.unwrap_or(found)));
    }
    if let Some(published) = hints.feed_published {
        let instant = published.to_zoned_datetime(zone.cloned().unwrap_or(TimeZone::UTC));
        return Some(Sourced { time: PageTime::Instant(instant), origin: "feed".to_owned() });
    }
    let last = reading.seen(|rank| rank <= Rank::Text).or_else(|| reading.titled());
    let last = last.or_else(|| reading.published_elsewhere()).or_else(|| reading.modified());
    last.or_else(|| reading.seen(|_| true)).or_else(|| reading.unplaced()).map(sourced)
}

/// When the page was last changed.
pub(super) fn modified(head: &Head, url: Option<&Url>, hints: &Hints) -> Option<Sourced> {
    let reading = Reading::of(head, habits(head, address(head, url).as_deref(), hints));
    reading.modified().map(sourced)
}

/// The time that a text states, by a rule of its host.
pub(super) fn stated(value: &str, head: &Head, hints: &Hints) -> Option<PageTime> {
    let habits = habits(head, address(head, None).as_deref(), hints);
    let found = Candidate { stamp: habits.stamp(value)?, origin: String::new() };
    let zone = habits.zone.as_ref();
    let day = local_day(&found.stamp, std::iter::empty(), zone);
    Some(attach(day, &[found], zone).time)
}

fn sourced(found: Candidate) -> Sourced {
    let time = found.stamp.instant.map_or(PageTime::Day(found.stamp.day), PageTime::Instant);
    Sourced { time, origin: found.origin }
}

/// How this page writes dates: by its own unmistakable ones, else by its country, else by its language.
fn habits(head: &Head, address: Option<&Url>, hints: &Hints) -> Habits {
    let zone = hints.zone.and_then(|zone| TimeZone::get(zone).ok());
    let texts = head.times.iter().map(|time| &time.text).chain(head.dated.iter().map(|text| &text.text));
    let order = texts.into_iter().find_map(|text| dates::proven_order(text)).unwrap_or_else(|| {
        let lang = head.lang.as_deref().or(hints.lang).unwrap_or_default().to_ascii_lowercase().replace('_', "-");
        let domain = address.and_then(Url::host_str).and_then(|host| host.rsplit('.').next()).unwrap_or_default();
        let is_american = lang == "en-us" || (lang == "en" && !DAY_FIRST_DOMAINS.contains(&domain));
        if is_american { Order::MonthFirst } else { Order::DayFirst }
    });
    Habits { zone, order }
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
    habits: Habits,
    /// What readers see, once it was asked for.
    seen: OnceCell<Vec<Seen>>,
}

impl<'a> Reading<'a> {
    fn of(head: &'a Head, habits: Habits) -> Self {
        Self { head, habits, seen: OnceCell::new() }
    }

    fn candidate(&self, value: &str, origin: impl Into<String>) -> Option<Candidate> {
        Some(Candidate { stamp: self.habits.stamp(value)?, origin: origin.into() })
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
        let times: &[TimeMark] = if node.is_live_blog { &[] } else { &self.head.times };
        for time in times {
            if time.mark == Mark::Published && time.place != Place::Elsewhere {
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
        let tagged = DATED.iter().find_map(|name| {
            let (_, value) = self.head.metas.iter().find(|(key, value)| key == name && !value.is_empty())?;
            self.candidate(value, format!("meta {name}"))
        });
        tagged.or_else(|| self.uploaded())
    }

    /// When the page's video was put up.
    fn uploaded(&self) -> Option<Candidate> {
        self.candidate(self.head.json_ld.uploaded.as_deref()?, "json-ld uploadDate")
    }

    /// What the page tells its scripts, when it tells one day only.
    fn scripted(&self) -> Option<Candidate> {
        let mut found = self.head.scripted.iter().filter_map(|value| self.candidate(value, "script"));
        let first = found.next()?;
        found.all(|next| next.stamp.day == first.stamp.day).then_some(first)
    }

    /// A day beside the headline long before all that machines are told: pages that move house tell them the day of the
    /// move. No change is told so, since it would come behind.
    fn earlier_by_heading(&self, structured: &[Candidate]) -> Option<Candidate> {
        let first = structured.iter().map(|candidate| candidate.stamp.day).min()?;
        let latest = first.checked_sub(MOVE_DAYS_MIN.days()).ok()?;
        let is_live = self.head.json_ld.is_live_blog;
        // A caption has a day too: `Archive photo, 1 May 2020`.
        let is_bare =
            |seen: &&Seen| seen.rank < Rank::TextByHeading || (seen.rank == Rank::TextByHeading && seen.opens_text);
        let surest = self.all_seen().iter().filter(is_bare).min_by_key(|seen| seen.rank)?;
        (!is_live && surest.stamp.day < latest).then(|| surest.clone().into())
    }

    /// What a teaser, a box or the page's foot says was published, when it is one day.
    fn published_elsewhere(&self) -> Option<Candidate> {
        let is_there = |time: &&TimeMark| time.mark == Mark::Published && time.place == Place::Elsewhere;
        let times = self.head.times.iter().filter(is_there);
        let mut found = times.filter_map(|time| self.candidate(&time.value, "time published"));
        let first = found.next()?;
        found.all(|next| next.stamp.day == first.stamp.day).then_some(first)
    }

    /// The day that the page's title names.
    fn titled(&self) -> Option<Candidate> {
        let day = self.habits.day(self.head.title.as_deref()?)?;
        Some(Candidate { stamp: Stamp::of_day(day), origin: "title".to_owned() })
    }

    /// What readers see: the surest of the dates whose rank will do, the first of equals.
    fn seen(&self, will_do: impl Fn(Rank) -> bool) -> Option<Candidate> {
        let found = self.all_seen().iter().filter(|seen| will_do(seen.rank));
        found.min_by_key(|seen| seen.rank).cloned().map(Candidate::from)
    }

    fn all_seen(&self) -> &[Seen] {
        self.seen.get_or_init(|| seen::all(self.head, &self.habits))
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
        let time = self.head.times.iter().find(|time| time.mark == Mark::Changed && time.place != Place::Elsewhere)?;
        let value = if time.value.is_empty() { &time.text } else { &time.value };
        self.candidate(value, "time modified")
    }

    /// The last resort: a date in a long line or in a corner of the page.
    fn unplaced(&self) -> Option<Candidate> {
        let times =
            self.head.times.iter().find_map(|time| {
                self.candidate(&time.value, "time").or_else(|| self.candidate(&time.text, "time text"))
            });
        let is_here = |text: &&DatedText| text.place != Place::Elsewhere && text.mark != Mark::Clock;
        let is_bare = |text: &DatedText| text.text.chars().count() <= BARE_DATE_CHARS_MAX;
        let elsewhere = self.head.dated.iter().filter(|text| text.place == Place::Elsewhere);
        let dated = elsewhere.clone().filter(|text| text.mark >= Mark::Date);
        let bare = elsewhere.filter(|text| text.mark == Mark::None && is_bare(text));
        let texts = self.head.dated.iter().filter(is_here).chain(dated).chain(bare);
        times.or_else(|| {
            texts.into_iter().find_map(|text| {
                let stamp = Stamp::of_day(self.habits.day(&text.text)?);
                Some(Candidate { stamp, origin: "text".to_owned() })
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
                      <h1>A</h1><p class="date">20.01.2025</p>"#;
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
    fn a_day_beside_the_headline_long_before_the_pages_own_is_that_before_it_moved_house() {
        let page = |day: &str| {
            format!(
                "<meta property='article:published_time' content='2024-08-07T12:00:00Z'><h1>Talks go on</h1>\
                 <p><span>Ann Lee</span><span>{day}</span></p>"
            )
        };
        assert_eq!(published_on(&page("Dec 30, 2013"), None, None).unwrap().0.day(), date(2013, 12, 30));
        assert_eq!(published_on(&page("Photo: Dec 30, 2013"), None, None).unwrap().0.day(), date(2024, 8, 7));
        assert_eq!(published_on(&page("Aug 1, 2024"), None, None).unwrap().0.day(), date(2024, 8, 7));
        assert_eq!(published_on(&page("Dec 30, 2024"), None, None).unwrap().0.day(), date(2024, 8, 7));
    }

    #[test]
    fn the_foot_of_an_article_tells_its_day_and_that_of_the_page_does_not() {
        let text = format!("<p>{}</p>", "Words of the article. ".repeat(60));
        let foot = "<footer>Published <time datetime=2025-03-04>4 March</time>, updated \
                    <time datetime=2025-05-06>6 May</time></footer>";
        let inside = format!("<article><h1>Talks go on</h1>{text}{foot}</article>");
        assert_eq!(published_on(&inside, None, None).unwrap().1, "time published");
        let named = format!("<h1>Talks go on</h1>{text}<div class=entry-footer>4 March 2025</div>");
        assert_eq!(published_on(&named, None, None).unwrap().0.day(), date(2025, 3, 4));
    }

    #[test]
    fn a_day_beside_the_headline_comes_before_one_marked_in_a_list() {
        let html = "<div><h2>Most read</h2><div><span class=timestamp>01.02.2022</span><a href=/x>Other talks</a></div>\
                    </div><h1>Talks go on</h1><p>Friday<br>04.02.2022, 09:55</p>";
        assert_eq!(published_on(html, None, None).unwrap().0.day(), date(2022, 2, 4));
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
