//! Owns configuration files: load, layer the environment, validate with places, say every error at once.
//!
//! The main file and the feed lists in `feeds.d/` beside it are read whole; whatever is wrong in any of them is reported
//! in one go, at its file, line and column. A value comes from a flag, else the environment, else the file, else the
//! default.

mod checks;
mod codes;
mod document;
mod env;
mod feeds;
mod keys;
mod opml;
mod outlets;
mod places;
mod problem;
mod schema;
mod settings;
mod suggest;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::fetch::{Request, Tls, Want};
use crate::outlet::{HostRules, Outlet};

pub use keys::{Setting, settings};
pub use opml::{feed_list_toml, list_feeds};
pub use outlets::{built_in_rules, rules};
pub use problem::{Problem, Problems};
pub use schema::schema;
pub use settings::Settings;
pub use suggest::nearest;

/// The main file as shipped: every key with its default, commented.
pub const REFERENCE: &str = include_str!("../../config/hotline.toml");

/// What the files and the environment say, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub settings: Settings,
    pub feeds: Vec<Feed>,
    /// OPML on the web whose feeds are polled, too.
    pub lists: Vec<FeedList>,
    /// What is known of hosts and agencies.
    pub rules: Arc<HostRules>,
    /// Every key with its value and where that comes from.
    pub shown: Vec<Setting>,
}

/// One feed of a feed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Stable id, chosen by the user.
    pub id: String,
    pub url: Url,
    pub outlet: Arc<Outlet>,
    /// ISO 3166-1 alpha-3 code of the outlet's country.
    pub country: Option<String>,
    /// Declared language where it is not the outlet's.
    pub lang: Option<String>,
    /// Own polling interval; the schedule's otherwise.
    pub interval: Option<Duration>,
    /// Ids it had before; its cursor moves along.
    pub was: Vec<String>,
    pub first_poll: FirstPoll,
    /// The feed's host may have a loopback or private address.
    pub is_private_allowed: bool,
    /// What the feed's host must prove over TLS.
    pub tls: Tls,
}

impl Feed {
    /// Returns how a page of the feed is asked for: what the user allows the feed's host, no other host has.
    #[must_use]
    pub fn page_request(&self, url: Url) -> Request {
        let is_own = url.host_str() == self.url.host_str();
        let is_private_allowed = is_own && self.is_private_allowed;
        let tls = if is_own { self.tls } else { Tls::Verified };
        Request { url, want: Want::Article, validators: None, is_private_allowed, tls }
    }
}

/// A list of feeds that somebody keeps on the web, in OPML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedList {
    /// Stable id, chosen by the user.
    pub id: String,
    pub url: Url,
    /// Declared language of feeds that declare none.
    pub lang: Option<String>,
    pub interval: Option<Duration>,
    pub first_poll: FirstPoll,
    /// The list's host may have a loopback or private address; those of its feeds may not.
    pub is_private_allowed: bool,
}

/// What the first poll of a new feed publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstPoll {
    /// The newest entries only, at most so many.
    PublishLast(usize),
    /// Nothing: all entries count as seen.
    MarkSeen,
    PublishAll,
}

/// Reads the main file, the feed lists beside it and the environment.
///
/// # Errors
/// [`Problems`] holds everything that is wrong, not only the first thing.
pub fn load(path: &Path, env: &[(String, String)]) -> Result<Config, Problems> {
    let mut problems = Problems::default();
    let main = match std::fs::read_to_string(path) {
        Ok(text) => problems.add_file(&path.display().to_string(), text),
        Err(err) => {
            problems.push(Problem::new(format!("cannot read {}: {err}", path.display())));
            return Err(problems);
        }
    };
    let (settings, shown) = settings::read(main, env, &mut problems);
    let (feeds, lists) = feeds::read(&feed_lists(path, &mut problems), &mut problems);
    let rules = settings.as_ref().map(|settings| outlets::read(&settings.outlet, &mut problems)).unwrap_or_default();
    match settings {
        Some(settings) if problems.is_empty() => Ok(Config { settings, feeds, lists, rules: Arc::new(rules), shown }),
        _ => {
            problems.sort();
            Err(problems)
        }
    }
}

/// Returns the feed lists of `feeds.d/` beside the main file, by name.
fn feed_lists(main: &Path, problems: &mut Problems) -> Vec<usize> {
    let dir = main.parent().unwrap_or(Path::new("")).join("feeds.d");
    if dir.exists() { toml_files(&dir, problems) } else { Vec::new() }
}

/// Reads the TOML files of a folder, by name.
fn toml_files(dir: &Path, problems: &mut Problems) -> Vec<usize> {
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(dir) {
        Ok(entries) => entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .collect(),
        Err(err) => {
            problems.push(Problem::new(format!("cannot read {}: {err}", dir.display())));
            Vec::new()
        }
    };
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push(problems.add_file(&path.display().to_string(), text)),
            Err(err) => problems.push(Problem::new(format!("cannot read {}: {err}", path.display()))),
        }
    }
    files
}
