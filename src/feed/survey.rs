//! Owns the look at a document before it is read: what it is, how many entries to expect, whether feed-rs can be trusted.

use super::names::{Names, Root, is_entry, relation};
use super::tokens::{Tag, Token, Tokens};

/// Deeper documents are not given to feed-rs.
const DEPTH_MAX: usize = 100;
/// Elements searched for a feed's root behind what a broken server printed first.
const LEADING_TAGS_MAX: usize = 64;

/// What one pass over the markup shows.
#[derive(Debug)]
pub(super) struct Survey<'t> {
    pub(super) root: Option<Root>,
    /// Name of the first element.
    pub(super) first: Option<&'t str>,
    /// Start tags of entries.
    pub(super) n_entries: usize,
    /// Why feed-rs would misread the document.
    pub(super) doubt: Option<String>,
}

impl<'t> Survey<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut pass = Pass::default();
        let mut tokens = Tokens::new(text);
        for token in tokens.by_ref() {
            match token {
                Token::Open(tag) => {
                    pass.open(&tag);
                    pass.n_tags += 1;
                    let is_page = pass.root.is_none()
                        && ["html", "head", "body"].contains(&tag.name.to_ascii_lowercase().as_str());
                    if is_page || pass.root.is_none() && pass.n_tags >= LEADING_TAGS_MAX {
                        break;
                    }
                }
                Token::Close { .. } => pass.depth = pass.depth.saturating_sub(1),
                Token::Text(_) | Token::Cdata(_) => {}
            }
        }
        if tokens.has_late_declaration {
            pass.doubt("a second XML declaration");
        }
        if tokens.has_subset {
            pass.doubt("a document type of its own");
        }
        Self { root: pass.root, first: pass.first, n_entries: pass.n_entries, doubt: pass.doubt }
    }
}

#[derive(Default)]
struct Pass<'t> {
    root: Option<Root>,
    first: Option<&'t str>,
    n_entries: usize,
    doubt: Option<String>,
    names: Names<'t>,
    depth: usize,
    n_tags: usize,
}

impl<'t> Pass<'t> {
    /// Notes the first reason.
    fn doubt(&mut self, reason: &str) {
        self.doubt.get_or_insert_with(|| reason.to_owned());
    }

    fn open(&mut self, tag: &Tag<'t>) {
        let (space, local) = self.names.resolve(tag);
        let is_first = self.first.is_none();
        if is_first {
            self.first = Some(tag.name);
        }
        match self.root {
            Some(root) => self.n_entries += usize::from(is_entry(space, local, root)),
            None => self.root(tag, local, is_first),
        }
        if self.root == Some(Root::Rss) && local.eq_ignore_ascii_case("link") && tag.attribute("href").is_some() {
            self.link(tag);
        }
        self.prefix(tag);
        self.depth += usize::from(!tag.is_empty);
        if self.depth > DEPTH_MAX {
            self.doubt("deeply nested elements");
        }
    }

    fn root(&mut self, tag: &Tag<'t>, local: &str, is_first: bool) {
        let Some(root) = Root::of(local) else { return };
        // `channel` and `entry` are words of other documents too.
        if !is_first && matches!(local, "channel" | "entry" | "item") {
            return;
        }
        self.root = Some(root);
        if local.eq_ignore_ascii_case("entry") {
            self.n_entries += 1;
        }
        if !is_first {
            self.doubt("markup before the feed");
        }
        let version = tag.attribute("version").unwrap_or_default();
        let space = tag.attribute("xmlns").unwrap_or_default();
        match root {
            Root::Rdf => self.doubt("RDF, whose identifiers feed-rs leaves out"),
            Root::Sitemap | Root::SitemapIndex => self.doubt("a sitemap"),
            Root::Rss if tag.name != "rss" || !matches!(version, "2.0" | "0.91" | "0.92") || !space.is_empty() => {
                self.doubt(&format!("RSS of version `{}`", version.chars().take(20).collect::<String>()));
            }
            Root::Atom if tag.name != "feed" || !matches!(space, "" | "http://www.w3.org/2005/Atom") => {
                self.doubt("Atom of another version");
            }
            Root::Rss | Root::Atom => {}
        }
    }

    /// RSS has an address between the tags of a link. What else feeds have there feed-rs leaves out.
    fn link(&mut self, tag: &Tag<'t>) {
        if relation(tag.attribute("rel")) == "alternate" && self.n_entries > 0 {
            self.doubt("a page's address in the tag of its link");
        }
    }

    fn prefix(&mut self, tag: &Tag<'t>) {
        if let Some((prefix, _)) = tag.name.split_once(':')
            && self.doubt.is_none()
            && !self.names.declares(prefix)
        {
            self.doubt(&format!("the undeclared prefix `{}`", prefix.chars().take(20).collect::<String>()));
        }
    }
}
