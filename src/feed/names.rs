//! Owns the names of feed elements: namespaces by their address or, undeclared, by the prefix everybody uses.

use super::tokens::Tag;

/// The vocabularies feeds are written in. RSS, Atom and sitemaps share one: their names do not clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Feed,
    Content,
    DublinCore,
    Itunes,
    Media,
    News,
    Syndication,
    Xhtml,
    Other,
}

/// Namespaces by a part of their address: versions, schemes and final slashes differ in the wild.
const ADDRESSES: [(&str, Space); 19] = [
    ("w3.org/2005/atom", Space::Feed),
    ("purl.org/atom/ns", Space::Feed),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("purl.org/rss/1.0/modules/rss091", Space::Feed),
    ("purl.org/rss/1.0/modules/", Space::Other),
    ("purl.org/rss/1.0", Space::Feed),
    ("my.netscape.com/", Space::Feed),
    ("channel.netscape.com/", Space::Feed),
    ("backend.userland.com/", Space::Feed),
    ("blogs.law.harvard.edu/tech/rss", Space::Feed),
    ("cyber.law.harvard.edu/rss", Space::Feed),
    ("purl.org/net/rss", Space::Feed),
    ("purl.org/dc/", Space::DublinCore),
    ("itunes.com/dtds/podcast", Space::Itunes),
    ("search.yahoo.com/mrss", Space::Media),
    ("google.com/schemas/sitemap-news", Space::News),
    ("sitemaps.org/schemas/sitemap/", Space::Feed),
    ("w3.org/1999/xhtml", Space::Xhtml),
];

const PREFIXES: [(&str, Space); 15] = [
    ("atom", Space::Feed),
    ("atom10", Space::Feed),
    ("a10", Space::Feed),
    ("rss", Space::Feed),
    ("rdf", Space::Feed),
    ("content", Space::Content),
    ("dc", Space::DublinCore),
    ("dcterms", Space::DublinCore),
    ("itunes", Space::Itunes),
    ("media", Space::Media),
    ("news", Space::News),
    ("sy", Space::Syndication),
    ("xhtml", Space::Xhtml),
    ("html", Space::Xhtml),
    ("rss091", Space::Feed),
];

/// More declarations than any feed has are noise.
const DECLARED_MAX: usize = 64;

/// The prefixes a document has declared so far. Their scope is the rest of the document.
#[derive(Debug, Default)]
pub(super) struct Names<'t> {
    declared: Vec<(&'t str, Space)>,
}

impl<'t> Names<'t> {
    /// Notes the namespaces the tag declares and returns where its own name belongs, and the name without prefix.
    pub(super) fn resolve(&mut self, tag: &Tag<'t>) -> (Space, &'t str) {
        let mut own = None;
        let attributes = if tag.declares() { Some(tag.attributes()) } else { None };
        for (key, address) in attributes.into_iter().flatten() {
            match key.strip_prefix("xmlns") {
                Some("") => own = Some(space(address)),
                Some(prefix) if self.declared.len() < DECLARED_MAX => {
                    let prefix = prefix.trim_start_matches(':');
                    self.declared.retain(|(declared, _)| *declared != prefix);
                    self.declared.push((prefix, space(address)));
                }
                _ => {}
            }
        }
        match tag.name.split_once(':') {
            // A default namespace nobody knows is one more name for RSS.
            None => (own.filter(|space| *space != Space::Other).unwrap_or(Space::Feed), tag.name),
            Some((prefix, local)) => (self.space_of(prefix), local),
        }
    }

    /// Returns the space of a name without declaring anything.
    pub(super) fn known(&self, name: &'t str) -> (Space, &'t str) {
        match name.split_once(':') {
            None => (Space::Feed, name),
            Some((prefix, local)) => (self.space_of(prefix), local),
        }
    }

    /// Reports whether the document has declared the prefix.
    pub(super) fn declares(&self, prefix: &str) -> bool {
        prefix == "xml" || self.declared.iter().any(|(declared, _)| *declared == prefix)
    }

    fn space_of(&self, prefix: &str) -> Space {
        let declared = self.declared.iter().find(|(declared, _)| *declared == prefix).map(|(_, space)| *space);
        declared.unwrap_or_else(|| {
            let usual = PREFIXES.iter().find(|(usual, _)| usual.eq_ignore_ascii_case(prefix));
            usual.map_or(Space::Other, |(_, space)| *space)
        })
    }
}

fn space(address: &str) -> Space {
    let address = address.trim().to_ascii_lowercase();
    if address.ends_with("rdf-syntax-ns#") {
        return Space::Feed;
    }
    ADDRESSES.iter().find(|(part, _)| address.contains(part)).map_or(Space::Other, |(_, space)| *space)
}

/// Reports whether the element holds one entry: an RSS `item`, an Atom `entry`, a sitemap's `url`.
pub(super) fn is_entry(space: Space, local: &str, root: Root) -> bool {
    space == Space::Feed
        && match root {
            Root::Sitemap => local.eq_ignore_ascii_case("url"),
            Root::SitemapIndex => local.eq_ignore_ascii_case("sitemap"),
            _ => local.eq_ignore_ascii_case("item") || local.eq_ignore_ascii_case("entry"),
        }
}

/// The first element that says what a document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Root {
    #[default]
    Rss,
    Rdf,
    Atom,
    Sitemap,
    SitemapIndex,
}

impl Root {
    /// Returns what the element opens; `None` for any that opens no feed.
    pub(super) fn of(local: &str) -> Option<Self> {
        let is = |name: &str| local.eq_ignore_ascii_case(name);
        match local.len() {
            3 if is("rss") => Some(Self::Rss),
            3 if is("rdf") => Some(Self::Rdf),
            7 if is("channel") => Some(Self::Rss),
            4 if is("feed") => Some(Self::Atom),
            5 if is("entry") => Some(Self::Atom),
            6 if is("urlset") => Some(Self::Sitemap),
            12 if is("sitemapindex") => Some(Self::SitemapIndex),
            _ => None,
        }
    }
}

/// Returns what a link is to its document, in lower case: RFC 4287, section 4.2.7.2, lets a registered name be written as
/// an address; no name means `alternate`.
pub(super) fn relation(rel: Option<&str>) -> String {
    const REGISTRY: &str = "http://www.iana.org/assignments/relation/";
    let rel = rel.map(str::trim).filter(|rel| !rel.is_empty()).unwrap_or("alternate").to_ascii_lowercase();
    rel.strip_prefix(REGISTRY).map(str::to_owned).unwrap_or(rel)
}
