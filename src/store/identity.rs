//! Owns which keys an entry is known by, and the id an article gets. Pure; the look-ups are `poll`'s.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::article::url::canonical;
use crate::feed::Entry;

/// A shorter title (`Live`, `Weather`) names no article.
const TITLE_WORDS_MIN: usize = 4;
/// The same for titles in scripts without spaces.
const TITLE_CHARS_MIN: usize = 24;
/// A document with more bad guids than one in so many degrades its feed's guids for good.
const BAD_GUIDS_ONE_IN: usize = 20;
const BAD_GUIDS_MIN: usize = 2;

/// 16 bytes of SHA-256.
pub(super) type Hash = [u8; 16];

/// What a guid of a feed is worth; only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guids {
    /// A key of its own.
    Alone,
    /// Several articles had one guid: a key only together with the link.
    WithLink,
    /// Guid and link were not enough either: title too.
    WithTitle,
}

impl Guids {
    pub(super) fn from_stored(stored: i64) -> Self {
        match stored {
            0 => Self::Alone,
            1 => Self::WithLink,
            _ => Self::WithTitle,
        }
    }
}

/// Within what a key is unique.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) outlet_id: &'a str,
    /// Number of the feed: it survives a change of id.
    pub(super) feed: i64,
    pub(super) guids: Guids,
}

/// An entry with its keys, the strongest first; there is always one.
#[derive(Debug)]
pub(super) struct Keyed<'a> {
    pub(super) entry: &'a Entry,
    pub(super) keys: Vec<Hash>,
    /// The first so many keys are guid and link; a title of the day may follow.
    pub(super) n_names: usize,
    /// A title that is no key by itself, short or without a day, within the feed: it counts only where a document gives
    /// most of its entries other guids and links.
    pub(super) title: Option<Hash>,
    /// Changes when title, summary or content do.
    pub(super) said: Hash,
}

/// Mints the id of an article: 48 bits of the time it was first seen in milliseconds, then 80 bits of SHA-256 over its
/// first key. The caller stores it; it is never recomputed.
pub(super) fn mint(key: Hash, at: Timestamp) -> String {
    let digest = Sha256::digest(key);
    let mut random = [0; 16];
    random[6..].copy_from_slice(&digest[..10]);
    let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
    Ulid::from_parts(ms, u128::from_be_bytes(random)).to_string()
}

/// Returns what the guids of a document turn out to be worth.
pub(super) fn guids(entries: &[Entry]) -> Guids {
    let mut by_guid: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in entries {
        if let Some(guid) = guid_of(entry) {
            by_guid.entry(guid).or_default().push(entry);
        }
    }
    let (mut n_with_link, mut n_with_title) = (0, 0);
    for same in by_guid.values().filter(|same| same.len() > 1) {
        match worth(same) {
            Guids::Alone => {}
            Guids::WithLink => n_with_link += same.len(),
            Guids::WithTitle => n_with_title += same.len(),
        }
    }
    let is_bad = |n_bad: usize| n_bad >= BAD_GUIDS_MIN && n_bad * BAD_GUIDS_ONE_IN > entries.len();
    if is_bad(n_with_title) {
        return Guids::WithTitle;
    }
    if is_bad(n_with_link + n_with_title) { Guids::WithLink } else { Guids::Alone }
}

/// Gives each entry of a document its keys. A key that several articles of the document would share is nobody's.
/// `said` holds [`said`] of each entry.
pub(super) fn keyed<'a>(entries: &'a [Entry], said: &[Hash], scope: &Scope<'_>) -> Vec<Keyed<'a>> {
    let mut by_guid: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in entries {
        if let Some(guid) = guid_of(entry) {
            by_guid.entry(guid).or_default().push(entry);
        }
    }
    let strong = |entry: &Entry| {
        let same = by_guid.get(guid_of(entry)?)?;
        guid_key(entry, scope, worth(same).max(scope.guids))
    };
    let mut witnesses: HashMap<Hash, HashSet<Hash>> = HashMap::new();
    for entry in entries {
        let witness = strong(entry).unwrap_or_else(|| link_and_title(entry));
        for key in [link_key(entry), title_key(entry, scope), weak_title(entry, scope)].into_iter().flatten() {
            witnesses.entry(key).or_default().insert(witness);
        }
    }
    let is_own = |key: &Hash| witnesses.get(key).is_none_or(|witnesses| witnesses.len() == 1);
    let keyed = |(entry, said): (&'a Entry, &Hash)| {
        let mut keys: Vec<Hash> = strong(entry).into_iter().collect();
        keys.extend(link_key(entry).filter(is_own));
        let n_names = keys.len();
        keys.extend(title_key(entry, scope).filter(is_own));
        if keys.is_empty() {
            keys.push(last_resort(entry, scope, *said));
        }
        Keyed { entry, keys, n_names, title: weak_title(entry, scope).filter(is_own), said: *said }
    };
    entries.iter().zip(said).map(keyed).collect()
}

/// Returns a hash that changes when title, summary or content do.
pub(super) fn said(entry: &Entry) -> Hash {
    let text = |text: &Option<String>| plain(text.as_deref().unwrap_or_default());
    hash(&["said", &text(&entry.title), &text(&entry.summary), &text(&entry.content)])
}

/// What tells the entries with one guid apart.
fn worth(same: &[&Entry]) -> Guids {
    if same.len() < 2 {
        return Guids::Alone;
    }
    let n_links = same.iter().map(|entry| link_of(entry)).collect::<HashSet<_>>().len();
    if same.iter().map(|entry| link_and_title(entry)).collect::<HashSet<_>>().len() > n_links {
        return Guids::WithTitle;
    }
    if n_links > 1 { Guids::WithLink } else { Guids::Alone }
}

fn guid_of(entry: &Entry) -> Option<&str> {
    entry.id.as_deref().map(str::trim).filter(|guid| !guid.is_empty())
}

fn guid_key(entry: &Entry, scope: &Scope<'_>, guids: Guids) -> Option<Hash> {
    let guid = guid_of(entry)?;
    let feed = scope.feed.to_string();
    // URLs and URNs are the outlet's own names for a page; `1234` means another article in each feed.
    let (owner, guid) = match without_scheme(guid) {
        Some(rest) => (scope.outlet_id, rest),
        None if ["urn:", "tag:"].iter().any(|prefix| guid.starts_with(prefix)) => (scope.outlet_id, guid),
        None => (feed.as_str(), guid),
    };
    let link = link_of(entry).unwrap_or_default();
    let title = plain(entry.title.as_deref().unwrap_or_default());
    Some(match guids {
        Guids::Alone => hash(&["guid", owner, guid]),
        // Nothing to add; the feed's earlier entries keep their key.
        Guids::WithLink if link.is_empty() => hash(&["guid", owner, guid]),
        Guids::WithLink => hash(&["guid+link", owner, guid, &link]),
        Guids::WithTitle => hash(&["guid+title", owner, guid, &link, &title]),
    })
}

/// The canonical link without its scheme.
fn link_of(entry: &Entry) -> Option<String> {
    let link = entry.link.as_deref().map(str::trim).filter(|link| !link.is_empty())?;
    let canonical = canonical(link).unwrap_or_else(|| link.to_owned());
    Some(without_scheme(&canonical).unwrap_or(&canonical).to_owned())
}

/// One page is one article, whichever feed links to it; a front page is none.
fn link_key(entry: &Entry) -> Option<Hash> {
    let link = link_of(entry)?;
    let is_front_page = link.find('/').is_none_or(|slash| slash + 1 == link.len());
    (!is_front_page).then(|| hash(&["link", &link]))
}

fn is_telling(title: &str) -> bool {
    title.split(' ').count() >= TITLE_WORDS_MIN || title.chars().count() >= TITLE_CHARS_MIN
}

fn telling_title(entry: &Entry) -> Option<String> {
    Some(plain(entry.title.as_deref()?)).filter(|title| is_telling(title))
}

fn weak_title(entry: &Entry, scope: &Scope<'_>) -> Option<Hash> {
    let title = plain(entry.title.as_deref()?);
    let feed = scope.feed.to_string();
    match entry.published {
        _ if title.is_empty() => None,
        Some(_) if is_telling(&title) => None,
        Some(published) => Some(hash(&["feed title", &feed, &title, &day(published)])),
        None => Some(hash(&["feed title", &feed, &title])),
    }
}

fn day(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).date().to_string()
}

/// Outlet, title and day; without a claimed day only where there is nothing better.
fn title_key(entry: &Entry, scope: &Scope<'_>) -> Option<Hash> {
    let title = telling_title(entry)?;
    let day = match entry.published {
        Some(published) => day(published),
        None if guid_of(entry).is_none() && link_of(entry).is_none() => String::new(),
        None => return None,
    };
    Some(hash(&["title", scope.outlet_id, &title, &day]))
}

/// The key of an entry that has no other: all it says.
fn last_resort(entry: &Entry, scope: &Scope<'_>, said: Hash) -> Hash {
    let link = link_of(entry).unwrap_or_default();
    let enclosures: Vec<&str> = entry.enclosures.iter().map(|enclosure| enclosure.url.as_str()).collect();
    hash(&["said", &scope.feed.to_string(), &link, &hex(said), &enclosures.join(" ")])
}

/// Stands for the article that an entry without a guid means, as far as one document tells.
fn link_and_title(entry: &Entry) -> Hash {
    let title = plain(entry.title.as_deref().unwrap_or_default());
    hash(&["entry", &link_of(entry).unwrap_or_default(), &title])
}

/// Lower-case letters and digits of a text, words apart by one space. Markup is left out: images and links change with
/// every counter and campaign.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // A `<` that nothing closes is text, and so is `a < b`.
    let last_close = text.rfind('>').unwrap_or(0);
    let opens_tag = |at: usize| {
        let next = text.as_bytes().get(at + 1);
        at < last_close && next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!'))
    };
    let mut is_in_tag = false;
    for (at, char) in text.char_indices() {
        match char {
            '<' if !is_in_tag && opens_tag(at) => is_in_tag = true,
            '>' if is_in_tag => is_in_tag = false,
            _ if is_in_tag => continue,
            _ if char.is_alphanumeric() => plain.extend(char.to_lowercase()),
            _ => {}
        }
        if !char.is_alphanumeric() && !plain.is_empty() && !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn without_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")).then_some(rest)
}

pub(super) fn hash(parts: &[&str]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        // Lengths keep ("a", "bc") and ("ab", "c") apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hash.finalize()[..16]);
    short
}

fn hex(hash: Hash) -> String {
    format!("{:032x}", u128::from_be_bytes(hash))
}
