//! Owns which element of a document is which field, and the drafts that collect them. Earlier wins; a lesser source
//! (Dublin Core, iTunes) gives way to the format's own.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::host::is_overlong;
use super::names::{Root, Space, relation};
use super::tokens::Tag;
use super::{Enclosure, Entry, dates, text};

/// More authors or enclosures than anyone lists are cut.
const PARTS_MAX: usize = 100;

/// What an element's text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    /// A title of another vocabulary, where the format's own is missing.
    SpareTitle,
    Link,
    Id,
    Summary,
    SpareSummary,
    Content,
    Published,
    /// A date whose vocabulary does not say of what.
    SpareDate,
    Updated,
    Person,
    SparePerson,
    Lang,
    Ttl,
    UpdatePeriod,
    UpdateFrequency,
    Generator,
    /// Not ours, nor anything in it.
    Foreign,
}

/// How a title is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it stands, even where it looks like markup.
    Text,
    Html,
    /// Nobody says.
    Unsaid,
}

impl Field {
    /// Reports whether the element never holds another: one that opens shows that it was never closed.
    pub(super) fn is_bare(self) -> bool {
        matches!(
            self,
            Self::Link | Self::Id | Self::Published | Self::Updated | Self::SpareDate | Self::Lang | Self::Ttl
        )
    }

    /// Returns what an element inside an entry is; `None` when it is looked into but has no text of its own.
    pub(super) fn of_entry(space: Space, local: &str) -> Option<Self> {
        let local = local.to_ascii_lowercase();
        match (space, local.as_str()) {
            (Space::Feed | Space::News, "title") => Some(Self::Title),
            (Space::Feed, "link" | "loc") => Some(Self::Link),
            (Space::Feed, "guid" | "id") => Some(Self::Id),
            (Space::Feed, "description" | "summary" | "abstract") => Some(Self::Summary),
            (Space::Feed, "content" | "fullitem") | (Space::Content, "encoded") | (Space::Xhtml, "body" | "div") => {
                Some(Self::Content)
            }
            (Space::Feed, "pubdate" | "published" | "issued")
            | (Space::DublinCore, "issued")
            | (Space::News, "publication_date") => Some(Self::Published),
            (Space::Feed, "updated" | "modified" | "lastmod") | (Space::DublinCore, "modified") => Some(Self::Updated),
            (Space::Feed, "created" | "date") | (Space::DublinCore, "date" | "created" | "available") => {
                Some(Self::SpareDate)
            }
            (Space::Feed, "author") | (Space::DublinCore, "creator" | "author") => Some(Self::Person),
            (Space::Itunes, "author") => Some(Self::SparePerson),
            (Space::Itunes | Space::DublinCore | Space::Media, "title") => Some(Self::SpareTitle),
            (Space::Itunes, "summary") | (Space::DublinCore, "description") => Some(Self::SpareSummary),
            (Space::Feed | Space::DublinCore | Space::News, "language") => Some(Self::Lang),
            (Space::Feed, "source" | "image" | "textinput" | "contributor") => Some(Self::Foreign),
            // Groups of other vocabularies may hold a `title` that is not the entry's.
            (Space::Other | Space::Xhtml, _) => Some(Self::Foreign),
            _ => None,
        }
    }

    /// Returns what an element of the feed itself is.
    pub(super) fn of_feed(space: Space, local: &str) -> Option<Self> {
        let local = local.to_ascii_lowercase();
        match (space, local.as_str()) {
            (Space::Feed, "title") => Some(Self::Title),
            (Space::Feed, "link") => Some(Self::Link),
            (Space::Feed | Space::DublinCore, "language") => Some(Self::Lang),
            (Space::Feed, "ttl") => Some(Self::Ttl),
            (Space::Syndication, "updateperiod") => Some(Self::UpdatePeriod),
            (Space::Syndication, "updatefrequency") => Some(Self::UpdateFrequency),
            (Space::Feed, "generator") => Some(Self::Generator),
            (Space::Feed, "image" | "textinput" | "author") => Some(Self::Foreign),
            _ => None,
        }
    }
}

/// What is known of the feed itself.
#[derive(Debug, Default)]
pub(super) struct FeedDraft {
    pub(super) root: Root,
    pub(super) title: Option<String>,
    pub(super) link: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) ttl: Option<String>,
    pub(super) update_period: Option<String>,
    pub(super) update_frequency: Option<String>,
    pub(super) hub: Option<String>,
    /// RFC 5005: the archive before, and the next page.
    pub(super) prev_archive: Option<String>,
    pub(super) next: Option<String>,
    pub(super) generator: Option<String>,
    pub(super) topic: Option<String>,
    /// `xml:base` over where the document was found.
    pub(super) base: Option<Url>,
    /// The document says what its base is.
    pub(super) has_own_base: bool,
}

impl FeedDraft {
    pub(super) fn new(root: Root, url: Option<&Url>) -> Self {
        Self { root, base: url.cloned(), ..Self::default() }
    }

    /// Takes what the element says in its attributes.
    pub(super) fn attributes(&mut self, space: Space, local: &str, tag: &Tag) {
        let is_channel = local.eq_ignore_ascii_case("channel");
        // CDF has a `base` of its own.
        let own_base = tag.attribute("xml:base").or_else(|| tag.attribute("base").filter(|_| is_channel));
        let base = own_base.map_or_else(|| self.base.clone(), |base| rebased(base, self.base.as_ref()));
        // The base of an element that holds no entries is its own alone.
        if own_base.is_some() && (is_channel || Root::of(local).is_some()) {
            self.base.clone_from(&base);
            self.has_own_base = true;
        }
        if let Some(lang) = tag.attribute("xml:lang") {
            set(&mut self.lang, lang);
        }
        if space == Space::Feed
            && local.eq_ignore_ascii_case("link")
            && let Some(href) = tag.attribute("href")
        {
            let slot = match relation(tag.attribute("rel")).as_str() {
                "hub" => &mut self.hub,
                "self" => &mut self.topic,
                "prev-archive" => &mut self.prev_archive,
                "next" => &mut self.next,
                "alternate" => &mut self.link,
                _ => return,
            };
            *slot = slot.take().or_else(|| text::absolute(&text::unescape(href), base.as_ref()));
        }
    }

    /// How long the feed says it stays as it is.
    pub(super) fn ttl(&self) -> Option<Duration> {
        let minutes = |text: &String| {
            text.trim().parse::<u64>().ok().filter(|n| *n > 0).map(|n| Duration::from_secs(n.saturating_mul(60)))
        };
        let period = self.update_period.as_deref().and_then(|period| {
            let hours = match period.trim().to_ascii_lowercase().as_str() {
                "hourly" => 1,
                "daily" => 24,
                "weekly" => 24 * 7,
                "monthly" => 24 * 30,
                "yearly" => 24 * 365,
                _ => return None,
            };
            let frequency = self.update_frequency.as_ref().and_then(|n| n.trim().parse().ok()).unwrap_or(1_u32);
            Some(Duration::from_hours(hours) / frequency.max(1))
        });
        self.ttl.as_ref().and_then(minutes).max(period)
    }

    pub(super) fn take(&mut self, field: Field, value: &str) {
        let slot = match field {
            Field::Title => &mut self.title,
            Field::Link => &mut self.link,
            Field::Lang => &mut self.lang,
            Field::Ttl => &mut self.ttl,
            Field::UpdatePeriod => &mut self.update_period,
            Field::UpdateFrequency => &mut self.update_frequency,
            Field::Generator => &mut self.generator,
            _ => return,
        };
        set(slot, value);
    }
}

/// What is known of one entry.
#[derive(Debug, Default)]
pub(super) struct EntryDraft {
    entry: Entry,
    root: Root,
    /// The title as given.
    title: Option<(String, Form)>,
    spare_title: Option<String>,
    spare_summary: Option<String>,
    spare_date: Option<Timestamp>,
    spare_person: Option<String>,
    /// RSS: the id is the address unless it says it is not.
    is_permalink: bool,
    /// `rdf:about`.
    about: Option<String>,
    /// Atom: where the content is when it is not here.
    src: Option<String>,
    /// CDF: the address in the tag of the entry; Atom: a form of the page that is no HTML.
    href: Option<String>,
    base: Option<Url>,
    has_own_base: bool,
}

/// The text of one element.
pub(super) struct Taken<'t> {
    pub(super) value: String,
    pub(super) tag: Tag<'t>,
    /// It holds elements, so that its text is markup.
    pub(super) has_children: bool,
}

impl EntryDraft {
    pub(super) fn new(tag: &Tag, feed: &FeedDraft) -> Self {
        let own_base = tag.attribute("xml:base");
        let base = match own_base {
            Some(base) => rebased(base, feed.base.as_ref()),
            None => feed.base.clone(),
        };
        let updated = tag.attribute("lastmod").and_then(dates::instant);
        Self {
            root: feed.root,
            href: tag.attribute("href").and_then(|href| text::absolute(&text::unescape(href), base.as_ref())),
            has_own_base: feed.has_own_base || own_base.is_some(),
            about: tag.attribute("rdf:about").and_then(|about| text::filled(&text::unescape(about))),
            entry: Entry { lang: tag.attribute("xml:lang").and_then(text::filled), updated, ..Entry::default() },
            base,
            ..Self::default()
        }
    }

    /// Takes what the element says in its attributes.
    pub(super) fn attributes(&mut self, space: Space, local: &str, tag: &Tag) {
        let is = |name: &str| local.eq_ignore_ascii_case(name);
        match space {
            Space::Feed if is("link") => self.link(tag),
            Space::Feed if is("enclosure") => self.enclosure(tag, "url", "length"),
            Space::Media if is("content") => self.enclosure(tag, "url", "fileSize"),
            Space::Feed if is("guid") => {
                self.is_permalink = !tag.attribute("isPermaLink").is_some_and(|is| is.eq_ignore_ascii_case("false"));
            }
            Space::Feed if is("content") => {
                self.src = tag.attribute("src").and_then(|src| self.absolute(src, tag)).or(self.src.take());
            }
            _ => {}
        }
    }

    /// Atom's `link`, in RSS too.
    fn link(&mut self, tag: &Tag) {
        let Some(href) = tag.attribute("href") else { return };
        match relation(tag.attribute("rel")).as_str() {
            "enclosure" => self.enclosure(tag, "href", "length"),
            "alternate" if tag.attribute("type").is_none_or(|media| media.contains("html")) => {
                let (known, link) = (self.entry.link.take(), self.absolute(href, tag));
                // Of several, the first one of Atom counts, and the last one elsewhere, as other readers have it.
                self.entry.link = if self.root == Root::Atom { known.or(link) } else { link.or(known) };
            }
            // Another form of the page, where there is no page.
            "alternate" => self.href = self.href.take().or_else(|| self.absolute(href, tag)),
            _ => {}
        }
    }

    fn absolute(&self, address: &str, tag: &Tag) -> Option<String> {
        let own = tag.attribute("xml:base").and_then(|base| rebased(base, self.base.as_ref()));
        text::absolute(&text::unescape(address), own.as_ref().or(self.base.as_ref()))
    }

    fn enclosure(&mut self, tag: &Tag, url: &str, bytes: &str) {
        let Some(url) = tag.attribute(url).and_then(|url| self.absolute(url, tag)) else { return };
        let is_known = self.entry.enclosures.iter().any(|known| known.url == url);
        if !is_known && self.entry.enclosures.len() < PARTS_MAX {
            self.entry.enclosures.push(Enclosure {
                url,
                media_type: tag.attribute("type").and_then(text::filled),
                bytes: tag.attribute(bytes).and_then(|bytes| bytes.trim().parse().ok()).filter(|bytes| *bytes > 0),
            });
        }
    }

    pub(super) fn take(&mut self, field: Field, taken: Taken<'_>) {
        let Taken { value, tag, has_children } = taken;
        if field == Field::Id {
            let id = if is_relative(&value) && (self.has_own_base || tag.attribute("xml:base").is_some()) {
                self.absolute(&value, &tag).unwrap_or(value)
            } else {
                value
            };
            return set(&mut self.entry.id, &id);
        }
        let entry = &mut self.entry;
        match field {
            Field::Title if self.title.is_none() && !value.trim().is_empty() => {
                let form = match tag.attribute("type") {
                    Some(kind) if kind.contains("html") || kind.ends_with("xml") => Form::Html,
                    _ if has_children || self.root != Root::Atom => Form::Unsaid,
                    None | Some("text" | "text/plain") => Form::Text,
                    Some(_) => Form::Unsaid,
                };
                self.title = Some((value, form));
            }
            Field::SpareTitle => set(&mut self.spare_title, &value),
            // Its address was in the tag, or it leads to something else than the page.
            Field::Link if tag.attribute("href").is_some() || relation(tag.attribute("rel")) != "alternate" => {}
            // The last one counts, as other readers have it.
            Field::Link => self.entry.link = self.absolute(&value, &tag).or(self.entry.link.take()),
            Field::Summary => set(&mut entry.summary, &value),
            Field::SpareSummary => set(&mut self.spare_summary, &value),
            Field::Content => set(&mut entry.content, &value),
            Field::Published => entry.published = dates::instant(&value).or(entry.published),
            Field::Updated => entry.updated = dates::instant(&value).or(entry.updated),
            Field::SpareDate => self.spare_date = dates::instant(&value).or(self.spare_date),
            Field::Person if entry.authors.len() < PARTS_MAX => entry.authors.extend(text::person(&value)),
            Field::SparePerson => set(&mut self.spare_person, &value),
            Field::Lang => set(&mut entry.lang, &value),
            _ => {}
        }
    }

    /// Returns the entry with lesser sources in the gaps.
    pub(super) fn finish(self, feed: &FeedDraft) -> Entry {
        let mut entry = self.entry;
        entry.title = match self.title {
            Some((title, Form::Text)) => text::single_spaced(&title),
            Some((title, Form::Html)) => text::shown(&title),
            Some((title, Form::Unsaid)) => text::plain(&title),
            None => self.spare_title.as_deref().and_then(text::plain),
        };
        entry.summary = entry.summary.or(self.spare_summary);
        entry.published = entry.published.or(self.spare_date);
        if entry.authors.is_empty() {
            entry.authors.extend(self.spare_person.as_deref().and_then(text::person));
        }
        entry.authors.dedup();
        entry.link = entry.link.or(self.href);
        if (self.is_permalink || self.root == Root::Atom) && entry.link.is_none() {
            let address = entry.id.as_deref().filter(|id| is_address(id) || is_path(id));
            entry.link = address.and_then(|address| text::absolute(address, self.base.as_ref()));
        }
        if let Some(about) = self.about {
            entry.link = entry.link.or_else(|| text::absolute(&about, self.base.as_ref()));
            entry.id = entry.id.or(Some(about));
        }
        entry.link = entry.link.or(self.src);
        entry.lang = entry.lang.or_else(|| feed.lang.clone());
        entry
    }
}

/// Reports whether an id is also an address.
pub(super) fn is_address(id: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| id.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
}

/// Reports whether an id is a path from the root of its site. Any other word would make an address, too, but of nothing.
fn is_path(id: &str) -> bool {
    id.starts_with('/') && !id.contains(char::is_whitespace)
}

/// Reports whether an id is a path that only a base makes whole.
fn is_relative(id: &str) -> bool {
    id.contains('/') && !id.contains(':')
}

fn rebased(base: &str, outer: Option<&Url>) -> Option<Url> {
    let base = text::unescape(base.trim());
    if is_overlong(&base) {
        return outer.cloned();
    }
    match outer {
        Some(outer) => outer.join(&base).ok().or_else(|| Some(outer.clone())),
        None => Url::parse(&base).ok(),
    }
}

/// Fills an empty slot.
fn set(slot: &mut Option<String>, value: &str) {
    if slot.is_none() {
        *slot = text::filled(value);
    }
}
