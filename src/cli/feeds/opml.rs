//! Owns OPML on the command line: a subscription list to a feed list, and the other way.

use std::path::PathBuf;

use clap::Args;

use super::Known;
use crate::cli::exit::{Failure, say};
use crate::cli::lines;
use crate::cli::output::{Out, count};
use crate::config;
use crate::feed::opml::{self, Outline};

/// What a subscription list may have.
const LIST_BYTES_MAX: usize = 32 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// OPML file, or - for stdin
    #[arg(value_name = "FILE|-")]
    path: PathBuf,
}

pub(super) fn import(args: &ImportArgs, known: &Known, out: &mut Out) -> Result<(), Failure> {
    let bytes = lines::whole(&args.path, LIST_BYTES_MAX)?;
    let outlines = opml::read(&bytes, None)
        .map_err(|err| anyhow::Error::from(err).context(format!("read {}", args.path.display())))?;
    let configured: Vec<_> = known.feeds.iter().map(|feed| feed.as_ref().clone()).collect();
    let (text, n_feeds) = config::feed_list_toml(&outlines, &configured);
    std::io::Write::write_all(out, text.as_bytes())?;
    let n_known = outlines.len() - n_feeds;
    let rest = if n_known > 0 { format!(", {n_known} configured already") } else { String::new() };
    say(&format!("hotline: {}{rest}", count(n_feeds, "new feed")));
    Ok(())
}

pub(super) fn export(known: &Known, out: &mut Out) -> Result<(), Failure> {
    let mut feeds: Vec<_> = known.feeds.iter().collect();
    feeds.sort_by(|a, b| (&a.outlet.name, &a.id).cmp(&(&b.outlet.name, &b.id)));
    let outline = |feed: &&std::sync::Arc<config::Feed>| Outline {
        url: feed.url.clone(),
        title: Some(format!("{} ({})", feed.outlet.name, feed.id)),
        site: None,
        lang: feed.lang.clone().or_else(|| feed.outlet.lang.clone()),
        groups: vec![feed.outlet.name.clone()],
        id: Some(feed.id.clone()),
    };
    let outlines: Vec<Outline> = feeds.iter().map(outline).collect();
    std::io::Write::write_all(out, opml::write("Feeds of hotline", &outlines).as_bytes())?;
    Ok(())
}
