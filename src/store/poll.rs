//! Owns the commit of one poll: cursor, seen keys and pending entries in one transaction.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::error::Fault;
use super::identity::{self, Guids, Hash, Keyed, Scope};
use super::pending::{self, Pending};
use super::rows::{StateRow, instant, ms};
use crate::config::FirstPoll;
use crate::feed::Entry;
use crate::feed::gap::{self, End, Gap};
use crate::feed::schedule::PollState;
use crate::fetch::Validators;

/// How exact `last_seen` is kept: a known entry costs a write a day, not one a poll.
pub(super) const LAST_SEEN_STEP: SignedDuration = SignedDuration::from_hours(24);
/// Fewer known entries do not tell a feed that stamps all of them anew from one that edited them.
const RESTAMPED_MIN: usize = 4;

/// Fewer new entries with known titles do not tell a feed that renamed all of them from one that repeats a title.
const REKEYED_MIN: usize = 4;
/// Keys of one entry. A feed that names its entries anew at every poll would add some for ever.
const KEYS_MAX: i64 = 32;

/// What is kept of one feed between polls.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedState {
    pub feed_id: String,
    pub validators: Option<Validators>,
    pub poll: PollState,
    /// Hash of the last document, as the caller makes it; `None` until one was read.
    pub body_hash: Option<String>,
}

impl FeedState {
    /// The state of a feed never polled.
    #[must_use]
    pub fn unknown(feed_id: &str) -> Self {
        Self { feed_id: feed_id.to_owned(), validators: None, poll: PollState::default(), body_hash: None }
    }
}

/// One poll's result.
#[derive(Debug, Clone)]
pub struct PollCommit {
    pub state: FeedState,
    /// Entries of the document in its order; none after a failure or an unchanged answer.
    pub entries: Vec<Entry>,
    pub shown: Shown,
    pub outlet_id: String,
    /// Applies while the feed has no history.
    pub first_poll: FirstPoll,
    /// When the document was received.
    pub at: Timestamp,
    /// Ids the feed had before; the state of one of them moves along.
    pub was: Vec<String>,
}

/// Which document of the feed the entries are from.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Its newest entries. `rolled` is the gap to note if none of them was there before.
    Window { rolled: Option<Box<Gap>> },
    /// An older page, asked for to fill the gap in the state. What is known stays as it is; one entry that is known from
    /// before the gap ends it, and what stands behind that without a later date only counts as seen.
    OlderPage,
}

/// What a poll's entries turned out to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PollOutcome {
    /// The feed had been read before.
    pub has_history: bool,
    /// It had shown entries before and shows none of them now: its window rolled, some may have been missed.
    pub is_rolled: bool,
    /// Most entries have other guids and links than before; titles told them from new ones.
    pub is_rekeyed: bool,
    /// What is stored now of the feed's last gap.
    pub gap: Option<Box<Gap>>,
    /// What is stored now of [`PollState::n_rekeyed`].
    pub n_rekeyed: u32,
    /// Entries that were known before.
    pub n_known: usize,
    /// New entries that count as seen, by the rule for first polls.
    pub n_marked: usize,
    /// Entries to collect now: new ones and edits, in document order. An edit of an entry that still waits is not
    /// listed; it takes the place of what waits.
    pub pending: Vec<Pending>,
}

pub(super) fn states(db: &Connection) -> Result<Vec<FeedState>, Fault> {
    let mut query = db.prepare_cached("SELECT feed_id, state FROM feeds ORDER BY feed_id")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut states = Vec::new();
    for row in rows {
        let (feed_id, state): (String, String) = row?;
        states.push(serde_json::from_str::<StateRow>(&state)?.into_state(feed_id));
    }
    Ok(states)
}

/// Puts the state of a feed never polled in the place of what is known of its polls; tells whether it was polled.
pub(super) fn reset(db: &Connection, feed_id: &str) -> Result<bool, Fault> {
    Ok(write_state(db, &FeedState::unknown(feed_id))? > 0)
}

/// Stores a poll; `said` holds [`identity::said`] of each entry, made off the writer's thread.
pub(super) fn commit(db: &Connection, commit: &PollCommit, said: &[Hash]) -> Result<PollOutcome, Fault> {
    rename(db, &commit.state.feed_id, &commit.was)?;
    let feed = store_state(db, commit)?;
    let at = instant(ms(commit.at))?;
    let scope = Scope { outlet_id: &commit.outlet_id, feed: feed.number, guids: feed.guids };
    let keyed = identity::keyed(&commit.entries, said, &scope);
    let before = &commit.state.poll;
    let outcome = PollOutcome {
        has_history: feed.has_history,
        gap: before.gap.clone(),
        n_rekeyed: before.n_rekeyed,
        ..PollOutcome::default()
    };
    let mut poll = Poll { db, feed: &feed, at, touched: HashSet::new(), n_shown: 0, outcome };
    match &commit.shown {
        Shown::Window { rolled } => poll.window(commit, &keyed, rolled.as_deref())?,
        Shown::OlderPage => poll.older_page(commit, &keyed)?,
    }
    let PollOutcome { gap, n_rekeyed, .. } = &poll.outcome;
    if (gap, *n_rekeyed) != (&before.gap, before.n_rekeyed) {
        let mut state = commit.state.clone();
        (state.poll.gap, state.poll.n_rekeyed) = (gap.clone(), *n_rekeyed);
        write_state(db, &state)?;
    }
    Ok(poll.outcome)
}

/// How an entry differs from what the feed said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    New,
    Said,
    /// The same words with a later `updated`. When most entries of a document are, the feed stamps them at every build.
    Restamped,
}

/// What a poll starts from.
struct Feed {
    /// Survives a change of id.
    number: i64,
    guids: Guids,
    has_history: bool,
    /// Its documents had entries.
    has_shown: bool,
}

/// Moves the row of a former id to the feed's, unless the feed has one already.
fn rename(db: &Connection, feed_id: &str, was: &[String]) -> Result<(), Fault> {
    for former in was {
        db.prepare_cached("UPDATE OR IGNORE feeds SET feed_id = ?1 WHERE feed_id = ?2")?.execute([feed_id, former])?;
    }
    Ok(())
}

/// Writes the feed's row and returns what it knew before this poll.
fn store_state(db: &Connection, commit: &PollCommit) -> Result<Feed, Fault> {
    let mut query =
        db.prepare_cached("SELECT guids, has_history, document_at IS NOT NULL FROM feeds WHERE feed_id = ?1")?;
    let known: Option<(i64, bool, bool)> =
        query.query_row([&commit.state.feed_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let (guids, has_history, has_shown) = known.unwrap_or((0, false, false));
    let guids = Guids::from_stored(guids).max(identity::guids(&commit.entries));
    let was_read = !commit.entries.is_empty() || commit.state.body_hash.is_some();
    let document_at = (!commit.entries.is_empty()).then(|| ms(commit.at));
    let mut write = db.prepare_cached(
        "INSERT INTO feeds (feed_id, state, guids, has_history, polled_at, document_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (feed_id) DO UPDATE SET state = excluded.state, guids = excluded.guids,
             has_history = excluded.has_history, polled_at = excluded.polled_at,
             document_at = coalesce(excluded.document_at, document_at)
         RETURNING feed",
    )?;
    let state = serde_json::to_string(&StateRow::new(&commit.state))?;
    let values =
        params![commit.state.feed_id, state, guids as i64, has_history || was_read, ms(commit.at), document_at];
    let number = write.query_row(values, |row| row.get(0))?;
    Ok(Feed { number, guids, has_history, has_shown })
}

fn write_state(db: &Connection, state: &FeedState) -> Result<usize, Fault> {
    let row = serde_json::to_string(&StateRow::new(state))?;
    let mut write = db.prepare_cached("UPDATE feeds SET state = ?1 WHERE feed_id = ?2")?;
    Ok(write.execute([&row, &state.feed_id])?)
}

/// Returns the positions of the entries a first poll only marks as seen. Entries without a time count as new as any.
fn marked(commit: &PollCommit) -> HashSet<usize> {
    let n_kept = match commit.first_poll {
        FirstPoll::PublishAll => return HashSet::new(),
        FirstPoll::MarkSeen => 0,
        FirstPoll::PublishLast(n_kept) => n_kept,
    };
    let mut newest: Vec<usize> = (0..commit.entries.len()).collect();
    newest.sort_by_key(|index| {
        let entry = &commit.entries[*index];
        let at = gap::dated(entry).unwrap_or(commit.at);
        std::cmp::Reverse(at.min(commit.at))
    });
    newest.into_iter().skip(n_kept).collect()
}

struct Poll<'a> {
    db: &'a Connection,
    feed: &'a Feed,
    at: Timestamp,
    /// Entries this document showed already: what it says about them a second time changes nothing.
    touched: HashSet<i64>,
    /// Entries that this feed had shown before.
    n_shown: usize,
    outcome: PollOutcome,
}

impl Poll<'_> {
    /// Takes a document of the newest entries.
    fn window(&mut self, commit: &PollCommit, keyed: &[Keyed<'_>], rolled: Option<&Gap>) -> Result<(), Fault> {
        let marked = if self.feed.has_history { HashSet::new() } else { marked(commit) };
        let mut edits = Vec::new();
        let is_rekeyed = self.feed.has_history && self.is_rekeyed(keyed)?;
        self.outcome.is_rekeyed = is_rekeyed;
        if !keyed.is_empty() {
            self.outcome.n_rekeyed = if is_rekeyed { self.outcome.n_rekeyed.saturating_add(1) } else { 0 };
        }
        for (index, keyed) in keyed.iter().enumerate() {
            let mut found = self.find(&keyed.keys)?;
            if found.is_none() && is_rekeyed {
                found = self.find(keyed.title.as_slice())?;
            }
            match found {
                Some(entry) => {
                    if let Some(edit) = self.known(entry, keyed)? {
                        edits.push((index, entry, edit));
                    }
                }
                None if marked.contains(&index) => {
                    self.remember(keyed)?;
                    self.outcome.n_marked += 1;
                }
                None => {
                    let entry = self.remember(keyed)?;
                    edits.push((index, entry, Edit::New));
                }
            }
        }
        let n_new = edits.iter().filter(|(_, _, edit)| *edit == Edit::New).count();
        if self.feed.has_shown && self.n_shown == 0 && n_new > 0 {
            self.outcome.is_rolled = true;
            self.outcome.gap = rolled.cloned().map(Box::new).or(self.outcome.gap.take());
        }
        let n_restamped = edits.iter().filter(|(_, _, edit)| *edit == Edit::Restamped).count();
        let is_restamped = self.outcome.n_known >= RESTAMPED_MIN && n_restamped * 2 > self.outcome.n_known;
        for (index, entry, edit) in edits {
            if edit != Edit::Restamped || !is_restamped {
                self.pend(entry, &commit.entries[index])?;
            }
        }
        Ok(())
    }

    /// Takes an older page: only what is new counts, for another page may say the same in other words.
    fn older_page(&mut self, commit: &PollCommit, keyed: &[Keyed<'_>]) -> Result<(), Fault> {
        let Some(mut gap) = self.outcome.gap.take() else { return Ok(()) };
        for (index, keyed) in keyed.iter().enumerate() {
            if let Some(entry) = self.find(&keyed.keys)? {
                self.outcome.n_known += usize::from(self.touched.insert(entry));
                self.n_shown += usize::from(self.was_shown(entry, gap.since)?);
                continue;
            }
            let entry = self.remember(keyed)?;
            let is_missed = self.n_shown == 0 || gap::dated(keyed.entry).is_some_and(|at| at >= gap.since);
            if is_missed {
                self.pend(entry, &commit.entries[index])?;
            } else {
                self.outcome.n_marked += 1;
            }
        }
        if self.n_shown > 0 {
            gap.end(End::Overlap, self.at);
        }
        self.outcome.gap = Some(gap);
        Ok(())
    }

    /// Tells whether the feed showed an entry at that time or before.
    fn was_shown(&self, entry: i64, at: Timestamp) -> Result<bool, Fault> {
        let mut query =
            self.db.prepare_cached("SELECT 1 FROM sightings WHERE entry = ?1 AND feed = ?2 AND last_seen <= ?3")?;
        Ok(query.exists(params![entry, self.feed.number, ms(at)])?)
    }

    /// Tells whether most of a document is known by titles alone: the feed gave all its entries other guids and links.
    fn is_rekeyed(&self, document: &[Keyed<'_>]) -> Result<bool, Fault> {
        let mut n_renamed = 0;
        for keyed in document {
            let (names, titles) = keyed.keys.split_at(keyed.n_names);
            if names.is_empty() || self.find(names)?.is_some() {
                continue;
            }
            let is_renamed = self.find(titles)?.is_some() || self.find(keyed.title.as_slice())?.is_some();
            n_renamed += usize::from(is_renamed);
        }
        Ok(n_renamed >= REKEYED_MIN && n_renamed * 2 > document.len())
    }

    /// Returns the entry most of the keys know; of equals, the one the strongest key knows.
    fn find(&self, keys: &[Hash]) -> Result<Option<i64>, Fault> {
        let mut query = self.db.prepare_cached("SELECT entry FROM keys WHERE key = ?1")?;
        let mut votes: HashMap<i64, usize> = HashMap::new();
        let mut found: Vec<i64> = Vec::new();
        for key in keys {
            if let Some(entry) = query.query_row([key.as_slice()], |row| row.get(0)).optional()? {
                *votes.entry(entry).or_default() += 1;
                found.push(entry);
            }
        }
        let most = votes.values().copied().max();
        Ok(found.into_iter().find(|entry| votes.get(entry).copied() == most))
    }

    /// Notes that the feed shows a known entry; returns how it was edited since the feed showed it last.
    fn known(&mut self, entry: i64, keyed: &Keyed<'_>) -> Result<Option<Edit>, Fault> {
        self.add_keys(entry, keyed)?;
        if !self.touched.insert(entry) {
            return Ok(None);
        }
        self.outcome.n_known += 1;
        let mut query =
            self.db.prepare_cached("SELECT said, updated, last_seen FROM sightings WHERE entry = ?1 AND feed = ?2")?;
        let before: Option<(Vec<u8>, Option<i64>, i64)> =
            query.query_row([entry, self.feed.number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let Some((said, updated, last_seen)) = before else {
            self.sight(entry, keyed)?;
            return Ok(None);
        };
        self.n_shown += 1;
        let now_updated = keyed.entry.updated.map(ms);
        let edit = match said == keyed.said {
            false => Some(Edit::Said),
            true if updated.is_some() && now_updated > updated => Some(Edit::Restamped),
            true => None,
        };
        let is_old = last_seen.saturating_add(ms_of(LAST_SEEN_STEP)) <= ms(self.at);
        let is_other_feeds_news = edit.is_some() && self.is_told_by_another(entry, keyed)?;
        if edit.is_some() || is_old || now_updated != updated {
            self.sight(entry, keyed)?;
        }
        Ok(edit.filter(|_| !is_other_feeds_news))
    }

    /// Tells whether another feed brought the same edit before.
    fn is_told_by_another(&self, entry: i64, keyed: &Keyed<'_>) -> Result<bool, Fault> {
        let mut query = self.db.prepare_cached(
            "SELECT 1 FROM sightings WHERE entry = ?1 AND feed <> ?2 AND said = ?3 AND (?4 IS NULL OR updated >= ?4)",
        )?;
        let updated = keyed.entry.updated.map(ms);
        Ok(query.exists(params![entry, self.feed.number, keyed.said.as_slice(), updated])?)
    }

    /// Stores a new entry with an id minted now.
    fn remember(&mut self, keyed: &Keyed<'_>) -> Result<i64, Fault> {
        let article_id = identity::mint(keyed.keys.first().copied().unwrap_or(keyed.said), self.at);
        let entry: i64 = self
            .db
            .prepare_cached("INSERT INTO entries (article_id, revision) VALUES (?1, 0) RETURNING entry")?
            .query_row([article_id], |row| row.get(0))?;
        self.add_keys(entry, keyed)?;
        self.sight(entry, keyed)?;
        self.touched.insert(entry);
        Ok(entry)
    }

    fn add_keys(&self, entry: i64, keyed: &Keyed<'_>) -> Result<(), Fault> {
        let mut known = self.db.prepare_cached("SELECT 1 FROM keys WHERE key = ?1")?;
        let mut write = self
            .db
            .prepare_cached("INSERT INTO keys SELECT ?1, ?2 WHERE (SELECT count(*) FROM keys WHERE entry = ?2) < ?3")?;
        for key in keyed.keys.iter().chain(&keyed.title) {
            if !known.exists([key.as_slice()])? {
                write.execute(params![key.as_slice(), entry, KEYS_MAX])?;
            }
        }
        Ok(())
    }

    fn sight(&self, entry: i64, keyed: &Keyed<'_>) -> Result<(), Fault> {
        let mut write = self.db.prepare_cached("INSERT OR REPLACE INTO sightings VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let updated = keyed.entry.updated.map(ms);
        write.execute(params![entry, self.feed.number, keyed.said.as_slice(), updated, ms(self.at)])?;
        Ok(())
    }

    fn pend(&mut self, entry: i64, document: &Entry) -> Result<(), Fault> {
        self.outcome.pending.extend(pending::pend(self.db, (entry, self.feed.number), document, self.at)?);
        Ok(())
    }
}

fn ms_of(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
