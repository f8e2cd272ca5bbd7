//! Owns the way between OPML and feed lists: ids for feeds that have none, outlets for feeds that name none.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use url::Url;

use super::{Feed, FeedList, codes};
use crate::feed::opml::Outline;
use crate::fetch::Tls;
use crate::outlet::Outlet;

/// Chars of an id made from an address.
const ID_CHARS_MAX: usize = 48;

/// Returns the feeds of a list as the daemon polls them. The id of each is made from its address alone, so it stays the
/// same whatever else the list changes. Feeds that `known` holds, by address or id, are left out.
#[must_use]
pub fn list_feeds(outlines: &[Outline], list: &FeedList, known: &[Feed]) -> Vec<Feed> {
    let urls: HashSet<&Url> = known.iter().map(|feed| &feed.url).collect();
    let mut ids: HashSet<String> = known.iter().map(|feed| feed.id.clone()).collect();
    let mut outlets: BTreeMap<String, Arc<Outlet>> =
        known.iter().map(|feed| (feed.outlet.id.clone(), Arc::clone(&feed.outlet))).collect();
    let mut feeds = Vec::new();
    for outline in outlines.iter().filter(|outline| !urls.contains(&outline.url)) {
        let id = format!("{}-{:06x}", slug(&address(&outline.url), ID_CHARS_MAX), short_hash(outline.url.as_str()));
        if !ids.insert(id.clone()) {
            continue;
        }
        let outlet = outlets.entry(outlet_id(outline)).or_insert_with_key(|id| {
            Arc::new(Outlet {
                id: id.clone(),
                name: outlet_name(outline),
                family: None,
                zone: None,
                lang: language(outline).or_else(|| list.lang.clone()),
            })
        });
        feeds.push(Feed {
            id,
            url: outline.url.clone(),
            outlet: Arc::clone(outlet),
            country: None,
            lang: language(outline),
            interval: list.interval,
            was: Vec::new(),
            first_poll: list.first_poll,
            is_private_allowed: false,
            tls: Tls::Verified,
        });
    }
    feeds
}

/// Returns a feed list (TOML) of the outlines that `known` does not hold, and how many those are.
#[must_use]
pub fn feed_list_toml(outlines: &[Outline], known: &[Feed]) -> (String, usize) {
    let urls: HashSet<&Url> = known.iter().map(|feed| &feed.url).collect();
    let mut feed_ids: HashSet<String> =
        known.iter().flat_map(|feed| feed.was.iter().chain([&feed.id])).cloned().collect();
    let mut outlet_ids: HashSet<String> = known.iter().map(|feed| feed.outlet.id.clone()).collect();
    let mut outlets: BTreeMap<String, Vec<&Outline>> = BTreeMap::new();
    for outline in outlines.iter().filter(|outline| !urls.contains(&outline.url)) {
        outlets.entry(outlet_id(outline)).or_default().push(outline);
    }
    let (mut out, mut n_feeds) = (String::new(), 0);
    for (id, outlines) in outlets {
        let Some(first) = outlines.first() else { continue };
        let id = unused(&id, &mut outlet_ids);
        let lang = language(first).filter(|lang| outlines.iter().all(|one| language(one).as_ref() == Some(lang)));
        out.extend(["[[outlet]]\nid = ", &quoted(&id), "\nname = ", &quoted(&outlet_name(first)), "\n"]);
        if let Some(lang) = &lang {
            out.extend(["lang = ", &quoted(lang), "\n"]);
        }
        for outline in outlines {
            n_feeds += 1;
            let own = outline.id.clone().filter(|id| codes::is_id(id));
            let id = own.unwrap_or_else(|| slug(outline.title.as_deref().unwrap_or_default(), ID_CHARS_MAX));
            let id = if id.is_empty() { slug(&address(&outline.url), ID_CHARS_MAX) } else { id };
            let (id, url) = (quoted(&unused(&id, &mut feed_ids)), quoted(outline.url.as_str()));
            out.extend(["[[outlet.feed]]\nid = ", &id, "\nurl = ", &url, "\n"]);
            if let Some(other) = language(outline).filter(|_| lang.is_none()) {
                out.extend(["lang = ", &quoted(&other), "\n"]);
            }
        }
        out.push('\n');
    }
    (out, n_feeds)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Returns the id, with a number behind it when it is used; it is used afterwards.
fn unused(id: &str, used: &mut HashSet<String>) -> String {
    let mut candidate = id.to_owned();
    let mut number = 2;
    while !used.insert(candidate.clone()) {
        candidate = format!("{id}-{number}");
        number += 1;
    }
    candidate
}

/// The language of the outline when it is one: programs write `unknown` there, and more.
fn language(outline: &Outline) -> Option<String> {
    outline.lang.as_deref().map(|lang| lang.replace('_', "-")).filter(|lang| codes::is_language(lang))
}

/// Outlets are told apart by domain: that of the site, where it is given, else that of the feed.
fn outlet_id(outline: &Outline) -> String {
    slug(domain(outline.site.as_ref().unwrap_or(&outline.url)), ID_CHARS_MAX)
}

fn outlet_name(outline: &Outline) -> String {
    let name = outline.groups.last().filter(|_| outline.id.is_some()).or(outline.title.as_ref());
    name.cloned().unwrap_or_else(|| domain(outline.site.as_ref().unwrap_or(&outline.url)).to_owned())
}

fn domain(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    psl::domain_str(host).unwrap_or(host)
}

/// The readable part of an address.
fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{}{}", host.strip_prefix("www.").unwrap_or(host), url.path())
}

/// Makes an id of a text: lowercase ASCII letters and digits, `-` for everything between.
fn slug(text: &str, n_chars_max: usize) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(n_chars_max);
    out.trim_end_matches('-').to_owned()
}

/// 24 bits of FNV-1a: the same in every release, and enough to tell one site's feeds apart.
fn short_hash(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (hash ^ (hash >> 24)) & 0xff_ffff
}
