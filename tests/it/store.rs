//! Facts about store.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::future::join_all;
use hotline::config::FirstPoll;
use hotline::event::{Config as EventConfig, OpenEvents, Report, resolve};
use hotline::feed::schedule::PollState;
use hotline::feed::websub::{Announced, Subscription};
use hotline::feed::{Enclosure, Entry};
use hotline::fetch::Validators;
use hotline::publish::{Outcome, Record};
use hotline::store::{
    ArticleCommit, FeedState, Peek, Pending, PollCommit, PollOutcome, Settled, Shown, Store, StoreError,
};
use hotline::tag::Status;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::samples::{article, at, call};

const NOON: &str = "2025-02-12T12:00:00Z";
const CHILD_DIR: &str = "HOTLINE_TEST_STORE_DIR";

/// A store in a folder of its own, with a clock.
struct Desk {
    dir: TempDir,
    store: Store,
    now: Timestamp,
}

impl Desk {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        Self { dir, store, now: at(NOON) }
    }

    /// Polls a feed of outlet `alpha` and lets five minutes pass.
    async fn poll(&mut self, feed_id: &str, entries: Vec<Entry>) -> PollOutcome {
        self.poll_of("alpha", feed_id, entries).await
    }

    async fn poll_of(&mut self, outlet_id: &str, feed_id: &str, entries: Vec<Entry>) -> PollOutcome {
        let mut commit = poll(feed_id, entries, self.now);
        outlet_id.clone_into(&mut commit.outlet_id);
        self.now += SignedDuration::from_mins(5);
        self.store.commit_poll(commit).await.unwrap()
    }

    /// Stores the article of a pending entry.
    async fn collect(&self, pending: &Pending) {
        let mut article = article(&pending.article_id, "alpha", NOON);
        article.revision = pending.revision;
        let commit = ArticleCommit { article, mentions: Vec::new(), changes: Vec::new(), records: Vec::new() };
        self.store.commit_articles(vec![commit]).await.unwrap();
    }

    async fn collect_all(&self, outcome: &PollOutcome) {
        for pending in &outcome.pending {
            self.collect(pending).await;
        }
    }

    async fn due(&self) -> Vec<Pending> {
        self.store.due_entries(self.now, 1_000).await.unwrap()
    }

    /// Starts anew on the same folder, without a clean stop.
    async fn reopen(self) -> Self {
        let Self { dir, store, now } = self;
        drop(store);
        let store = Store::open(dir.path()).await.unwrap();
        Self { dir, store, now }
    }

    fn database(&self) -> Connection {
        Connection::open(self.dir.path().join("hotline.db")).unwrap()
    }
}

fn poll(feed_id: &str, entries: Vec<Entry>, now: Timestamp) -> PollCommit {
    PollCommit {
        state: FeedState {
            feed_id: feed_id.to_owned(),
            validators: None,
            poll: PollState { polled: Some(now), ..PollState::default() },
            body_hash: Some("ab".to_owned()),
        },
        entries,
        shown: Shown::Window { rolled: None },
        outlet_id: "alpha".to_owned(),
        first_poll: FirstPoll::PublishAll,
        at: now,
        was: Vec::new(),
    }
}

/// Makes an entry of `guid | link | title | published`; an empty part is missing.
fn entry(text: &str) -> Entry {
    let mut parts = text.split('|').map(|part| Some(part.trim().to_owned()).filter(|part| !part.is_empty()));
    Entry {
        id: parts.next().flatten(),
        link: parts.next().flatten(),
        title: parts.next().flatten(),
        published: parts.next().flatten().map(|day| at(&format!("{day}T08:00:00Z"))),
        ..Entry::default()
    }
}

/// The n-th of entries that have nothing in common.
fn numbered(n: usize) -> Entry {
    entry(&format!("id-{n} | https://alpha.example/page/{n} | Report number {n} of a long day"))
}

fn record(key: &str, value: &[u8]) -> Record {
    Record {
        seq: 0,
        topic: "hotline.events.v1".to_owned(),
        key: key.to_owned(),
        headers: vec![("ce_id".to_owned(), format!("{key}:1")), ("ce_time".to_owned(), NOON.to_owned())],
        value: value.to_vec(),
    }
}

fn with_records(article_id: &str, records: Vec<Record>) -> ArticleCommit {
    let article = article(article_id, "alpha", NOON);
    ArticleCommit { article, mentions: Vec::new(), changes: Vec::new(), records }
}

fn acked(seq: u64) -> Settled {
    Settled { seq, outcome: Outcome::Acked { partition: Some(0), offset: Some(1) }, dead_letter: None }
}

fn ids(pending: &[Pending]) -> BTreeSet<&str> {
    pending.iter().map(|pending| pending.article_id.as_str()).collect()
}

#[tokio::test]
async fn nobody_but_its_owner_reads_the_database() {
    let modes = |dir: &Path| {
        let mode = |name: &str| fs::metadata(dir.join(name)).map(|file| file.permissions().mode() & 0o777).ok();
        ["hotline.db", "hotline.db-wal", "hotline.db-shm"].map(mode)
    };
    let mut desk = Desk::new().await;
    desk.poll("alpha", vec![numbered(1)]).await;
    assert_eq!(modes(desk.dir.path()), [Some(0o600); 3]);
    // One that an earlier release left open to others is closed.
    fs::set_permissions(desk.dir.path().join("hotline.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let desk = desk.reopen().await;
    assert_eq!(modes(desk.dir.path())[0], Some(0o600));
}

#[tokio::test]
async fn identity_table_holds() {
    const LONG: &str = "Leaders spoke about grain by phone";
    let same = true;
    let other = false;
    for (name, first, second, expected) in [
        ("same guid, all else moved", "g1|https://a.example/x|Old|", "g1|https://a.example/y|New|", same),
        ("guid URL, other scheme", "http://a.example/x||A|", "https://a.example/x||B|", same),
        ("opaque guids are byte-exact", "Guid||A|", "guid||B|", other),
        ("same link, new guid", "g1|https://a.example/x|A|", "g2|https://a.example/x|A|", same),
        ("tracking parameters", "|https://a.example/x?utm_source=rss|A|", "|http://a.example/x#top|B|", same),
        ("query tells pages apart", "|https://a.example/?p=1|A|", "|https://a.example/?p=2|B|", other),
        ("a front page is no article", "g1|https://a.example/|A|", "g2|https://a.example/|B|", other),
        ("title and day", &format!("g1||{LONG}|2025-02-12"), &format!("g2||{LONG}!|2025-02-12"), same),
        ("title on another day", &format!("g1||{LONG}|2025-02-12"), &format!("g2||{LONG}|2025-02-13"), other),
        ("title without a day", &format!("g1||{LONG}|"), &format!("g2||{LONG}|"), other),
        ("title is all there is", &format!("||{LONG}|"), &format!("||{LONG}|"), same),
        ("short titles repeat", "g1||Weather|2025-02-12", "g2||Weather|2025-02-12", other),
        ("guid alone", "g1|||", "g1|||", same),
        ("nothing alike", "g1|https://a.example/x|A|", "g2|https://a.example/y|B|", other),
    ] {
        let mut desk = Desk::new().await;
        let before = desk.poll("world", vec![entry(first)]).await;
        desk.collect_all(&before).await;
        let after = desk.poll("world", vec![entry(second)]).await;
        assert_eq!(after.n_known == 1, expected, "{name}: {after:?}");
        let is_known_id = after.pending.iter().all(|one| one.article_id == before.pending[0].article_id);
        assert!(is_known_id || expected == other, "{name}: {after:?}");
    }
}

#[tokio::test]
async fn feeds_of_an_outlet_share_articles_but_not_opaque_guids() {
    let mut desk = Desk::new().await;
    let title = "Leaders spoke about grain by phone";
    let first = desk.poll("world", vec![entry(&format!("17||{title}|2025-02-12"))]).await;
    let same = desk.poll("europe", vec![entry(&format!("99||{title}|2025-02-12"))]).await;
    assert_eq!((same.n_known, same.pending.len()), (1, 0));
    let foreign = desk.poll_of("beta", "beta-world", vec![entry(&format!("17||{title}|2025-02-12"))]).await;
    assert_eq!((foreign.n_known, foreign.pending.len()), (0, 1));
    let number = desk.poll("sport", vec![entry("17||Result of the match|")]).await;
    assert_eq!(number.n_known, 0, "17 is another article in another feed");
    desk = desk.reopen().await;
    let due = desk.due().await;
    let shared = due.iter().find(|one| one.article_id == first.pending[0].article_id).unwrap();
    assert_eq!(shared.feeds, ["europe", "world"]);
}

#[tokio::test]
async fn entries_that_lack_everything_are_kept() {
    let mut desk = Desk::new().await;
    let said = |summary: &str| Entry { summary: Some(summary.to_owned()), ..Entry::default() };
    let entries = vec![said("One."), said("Two."), Entry::default(), said("One.")];
    let first = desk.poll("world", entries.clone()).await;
    assert_eq!(first.pending.len(), 3, "the same words twice are one entry");
    let second = desk.poll("world", entries).await;
    assert_eq!((second.n_known, second.pending.len()), (3, 0));
}

#[tokio::test]
async fn articles_that_share_a_guid_are_told_apart_by_link_then_title() {
    let mut desk = Desk::new().await;
    let one = "post|https://a.example/1|One|";
    let two = "post|https://a.example/2|Two|";
    let three = "post|https://a.example/2|Three|";
    let first = desk.poll("world", vec![entry(one), entry(two), entry(three)]).await;
    assert_eq!(ids(&first.pending).len(), 3);
    for alone in [one, two, three] {
        let outcome = desk.poll("world", vec![entry(alone)]).await;
        assert_eq!((outcome.n_known, outcome.pending.len()), (1, 0), "{alone}");
    }
    let fourth = desk.poll("world", vec![entry("post|https://a.example/4|Four|")]).await;
    assert_eq!(fourth.n_known, 0, "the guid is worth nothing alone from now on");
}

#[tokio::test]
async fn entries_without_links_stay_known_when_guids_lose_their_worth() {
    let mut desk = Desk::new().await;
    desk.poll("world", vec![entry("n1||One|"), entry("n2||Two|")]).await;
    let bad = [entry("x|https://a.example/1|A|"), entry("x|https://a.example/2|A|")];
    let outcome = desk.poll("world", [entry("n1||One|"), entry("n2||Two|")].into_iter().chain(bad).collect()).await;
    assert_eq!((outcome.n_known, outcome.pending.len()), (2, 2));
}

#[tokio::test]
async fn entries_of_one_document_that_share_a_link_are_articles_of_their_own() {
    let mut desk = Desk::new().await;
    let live = |n: usize| entry(&format!("p{n}|https://a.example/live#p{n}|Update {n}|"));
    let first = desk.poll("live", vec![live(1), live(2), live(3)]).await;
    assert_eq!(ids(&first.pending).len(), 3);
    let without_guids = |n: usize| entry(&format!("|https://a.example/brief|Short note {n}|"));
    let second = desk.poll("brief", vec![without_guids(1), without_guids(2)]).await;
    assert_eq!(ids(&second.pending).len(), 2);
}

#[tokio::test]
async fn a_feed_that_renames_all_its_guids_emits_nothing() {
    let mut desk = Desk::new().await;
    let entries: Vec<Entry> = (0..30).map(numbered).collect();
    let first = desk.poll("world", entries.clone()).await;
    desk.collect_all(&first).await;
    let renamed: Vec<Entry> =
        entries.into_iter().map(|entry| Entry { id: entry.id.map(|id| format!("cms2-{id}")), ..entry }).collect();
    let second = desk.poll("world", renamed.clone()).await;
    assert_eq!((second.n_known, second.pending.len()), (30, 0));
    let moved: Vec<Entry> = renamed
        .into_iter()
        .map(|entry| Entry { link: entry.link.map(|link| format!("{link}/new")), ..entry })
        .collect();
    let third = desk.poll("world", moved).await;
    assert_eq!((third.n_known, third.pending.len()), (30, 0));
    let all_other =
        |n: usize| entry(&format!("v3-{n} | https://alpha.example/v3/{n} | Report number {n} of a long day"));
    let fourth = desk.poll("world", (0..30).map(all_other).collect()).await;
    assert_eq!((fourth.n_known, fourth.pending.len()), (30, 0), "guids and links both, only the titles stay");
    let few = desk.poll("world", (30..33).chain(0..2).map(numbered).collect()).await;
    assert_eq!((few.n_known, few.pending.len()), (2, 3));
}

#[tokio::test]
async fn a_feed_whose_guids_and_links_carry_a_token_emits_its_entries_once() {
    let mut desk = Desk::new().await;
    let document = |token: usize, numbers: std::ops::Range<usize>| -> Vec<Entry> {
        let of = |n: usize| {
            // Half have titles that name no article alone, two thirds no day.
            let title =
                if n.is_multiple_of(2) { format!("Quay {n}") } else { format!("Report number {n} of a long day") };
            let day = if n.is_multiple_of(3) { "2025-02-12" } else { "" };
            entry(&format!("{n}-{token} | https://alpha.example/go/{n}/{token} | {title} | {day}"))
        };
        numbers.map(of).collect()
    };
    let first = desk.poll("world", document(0, 0..12)).await;
    assert_eq!((first.pending.len(), first.is_rekeyed), (12, false));
    desk.collect_all(&first).await;
    for token in 1..40 {
        let next = desk.poll("world", document(token, 0..12)).await;
        assert_eq!((next.n_known, next.pending.len(), next.is_rekeyed, next.is_rolled), (12, 0, true, false));
    }
    let news = desk.poll("world", document(40, 2..14)).await;
    assert_eq!((news.n_known, news.pending.len(), news.is_rekeyed), (10, 2, true));
    let db = Connection::open_with_flags(desk.dir.path().join("hotline.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "SELECT max(n) FROM (SELECT count(*) AS n FROM keys GROUP BY entry)";
    let n_keys: i64 = db.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(n_keys, 32, "of one entry");
}

#[tokio::test]
async fn short_titles_that_recur_are_no_sign_of_other_keys() {
    let mut desk = Desk::new().await;
    let bulletins = |numbers: std::ops::Range<usize>| -> Vec<Entry> {
        numbers.map(|n| entry(&format!("b-{n} | https://alpha.example/b/{n} | Bulletin | 2025-02-12"))).collect()
    };
    let first = desk.poll("radio", bulletins(0..8)).await;
    desk.collect_all(&first).await;
    let second = desk.poll("radio", bulletins(8..16)).await;
    assert_eq!((second.pending.len(), second.is_rekeyed, second.is_rolled), (8, false, true));
}

#[tokio::test]
async fn a_repeated_title_among_other_news_is_news() {
    let mut desk = Desk::new().await;
    let first = desk.poll("world", (0..10).map(numbered).collect()).await;
    desk.collect_all(&first).await;
    let again = entry("new-1|https://alpha.example/new/1|Report number 1 of a long day");
    let second = desk.poll("world", (1..10).map(numbered).chain([again]).collect()).await;
    assert_eq!((second.n_known, second.pending.len(), second.has_history), (9, 1, true));
}

#[tokio::test]
async fn an_edit_is_the_next_revision_of_the_same_article() {
    let mut desk = Desk::new().await;
    let mut one = numbered(1);
    one.summary = Some("<p>They will speak.</p>".to_owned());
    let first = desk.poll("world", vec![one.clone()]).await;
    desk.collect_all(&first).await;
    assert_eq!(desk.poll("world", vec![one.clone()]).await.pending, [], "unchanged");
    one.summary = Some("<p class=\"x\">They will\n speak. <img src=\"https://count.example/7\"></p>".to_owned());
    assert_eq!(desk.poll("world", vec![one.clone()]).await.pending, [], "only markup changed");
    one.summary = Some("<p>They spoke.</p>".to_owned());
    let edit = desk.poll("world", vec![one.clone()]).await;
    assert_eq!(edit.pending.len(), 1);
    assert_eq!((edit.pending[0].revision, &edit.pending[0].entry), (2, &one));
    assert_eq!(edit.pending[0].article_id, first.pending[0].article_id);
    desk.collect_all(&edit).await;
    one.updated = Some(at("2025-02-12T11:00:00Z"));
    assert_eq!(desk.poll("world", vec![one.clone()]).await.pending, [], "a first stamp is no edit");
    one.updated = Some(at("2025-02-12T12:30:00Z"));
    assert_eq!(desk.poll("world", vec![one.clone()]).await.pending[0].revision, 3);
}

#[tokio::test]
async fn a_feed_that_stamps_every_entry_anew_edits_nothing() {
    let mut desk = Desk::new().await;
    let stamped = |minute: usize, n_entries: usize| -> Vec<Entry> {
        let updated = Some(at(&format!("2025-02-12T12:{minute:02}:00Z")));
        (0..n_entries).map(|n| Entry { updated, ..numbered(n) }).collect()
    };
    let first = desk.poll("world", stamped(0, 10)).await;
    desk.collect_all(&first).await;
    assert_eq!(desk.poll("world", stamped(5, 10)).await.pending, []);
    let mut one_edited = stamped(5, 10);
    one_edited[3].updated = Some(at("2025-02-12T12:10:00Z"));
    assert_eq!(desk.poll("world", one_edited).await.pending.len(), 1);
}

#[tokio::test]
async fn an_edit_that_two_feeds_bring_is_one_revision() {
    let mut desk = Desk::new().await;
    let edited = Entry { summary: Some("They spoke.".to_owned()), ..numbered(1) };
    let first = desk.poll("world", vec![numbered(1)]).await;
    desk.collect_all(&first).await;
    desk.poll("europe", vec![numbered(1)]).await;
    let stored = desk.store.article(&first.pending[0].article_id).await.unwrap().unwrap();
    assert_eq!(stored.feeds, ["alpha-world", "europe", "world"], "its own, and those that showed it since");
    let by_one = desk.poll("world", vec![edited.clone()]).await;
    desk.collect_all(&by_one).await;
    assert_eq!(by_one.pending[0].revision, 2);
    assert_eq!(desk.poll("europe", vec![edited]).await.pending, []);
}

#[tokio::test]
async fn an_edit_that_comes_while_the_entry_is_collected_is_collected_after_it() {
    let mut desk = Desk::new().await;
    let edited = Entry { summary: Some("They spoke.".to_owned()), ..numbered(1) };
    let first = desk.poll("world", vec![numbered(1)]).await;
    assert_eq!(desk.poll("world", vec![edited.clone()]).await.pending, [], "still with its collector");
    desk.collect_all(&first).await;
    let due = desk.due().await;
    assert_eq!((due[0].revision, &due[0].entry), (2, &edited));
    desk.collect_all(&first).await;
    assert_eq!(desk.store.counts().await.unwrap().entries_pending, 1, "a second commit of revision 1 ends nothing");
    desk.collect(&due[0]).await;
    assert_eq!(desk.store.counts().await.unwrap().entries_pending, 0);
}

#[tokio::test]
async fn a_first_poll_publishes_what_its_rule_says() {
    for (rule, n_pending) in [(FirstPoll::PublishLast(2), 2), (FirstPoll::MarkSeen, 0), (FirstPoll::PublishAll, 5)] {
        let mut desk = Desk::new().await;
        let mut failed = poll("world", Vec::new(), desk.now);
        failed.state.body_hash = None;
        desk.store.commit_poll(failed).await.unwrap();
        let days = ["2025-02-08", "2025-02-12", "2025-02-09", "2025-02-11", "2099-01-01"];
        let entries: Vec<Entry> = days.iter().map(|day| entry(&format!("id-{day}||Report of {day}|{day}"))).collect();
        let first = PollCommit { first_poll: rule, ..poll("world", entries.clone(), desk.now) };
        let first = desk.store.commit_poll(first).await.unwrap();
        assert_eq!((first.pending.len(), first.n_marked), (n_pending, 5 - n_pending), "{rule:?}");
        if n_pending == 2 {
            let newest: Vec<_> = first.pending.iter().map(|one| one.entry.id.as_deref().unwrap()).collect();
            assert_eq!(newest, ["id-2025-02-12", "id-2099-01-01"]);
        }
        let second = PollCommit { first_poll: rule, ..poll("world", vec![entries[0].clone(), numbered(1)], desk.now) };
        let second = desk.store.commit_poll(second).await.unwrap();
        assert_eq!((second.n_known, second.pending.len()), (1, 1), "{rule:?}: the rule is spent");
        desk.now += SignedDuration::from_hours(1);
    }
}

#[tokio::test]
async fn a_renamed_feed_keeps_cursor_and_entries() {
    let mut desk = Desk::new().await;
    let first = desk.poll("old", vec![numbered(1), entry("17||A|")]).await;
    desk.collect_all(&first).await;
    let mut renamed = poll("new", vec![entry("17||A|"), numbered(2)], desk.now);
    renamed.was = vec!["older".to_owned(), "old".to_owned()];
    renamed.first_poll = FirstPoll::MarkSeen;
    let outcome = desk.store.commit_poll(renamed).await.unwrap();
    assert_eq!((outcome.n_known, outcome.n_marked, outcome.pending.len()), (1, 0, 1));
    let states = desk.store.feed_states().await.unwrap();
    assert_eq!(states.iter().map(|state| state.feed_id.as_str()).collect::<Vec<_>>(), ["new"]);
}

#[tokio::test]
async fn state_and_pending_entries_outlive_a_stop_that_was_not_clean() {
    let mut desk = Desk::new().await;
    let mut full = numbered(1);
    full.published = Some(at(NOON));
    full.summary = Some("s".to_owned());
    full.content = Some("<b>c</b>".to_owned());
    full.authors = vec!["Ada".to_owned()];
    full.lang = Some("en".to_owned());
    let media_type = Some("audio/mpeg".to_owned());
    full.enclosures = vec![Enclosure { url: "https://a.example/a.mp3".to_owned(), media_type, bytes: Some(7) }];
    let mut commit = poll("world", vec![full, numbered(2)], desk.now);
    commit.state.validators = Some(Validators {
        url: "https://a.example/rss".to_owned(),
        etag: Some("W/\"x\"".to_owned()),
        last_modified: None,
    });
    let state = commit.state.clone();
    let outcome = desk.store.commit_poll(commit).await.unwrap();
    let store_id = desk.store.store_id().to_owned();
    desk = desk.reopen().await;
    assert_eq!(desk.store.store_id(), store_id);
    assert_eq!(desk.store.feed_states().await.unwrap(), [state]);
    assert_eq!(desk.due().await, outcome.pending);
}

#[tokio::test]
async fn an_entry_is_handed_out_once_until_it_is_deferred_or_an_hour_passed() {
    let mut desk = Desk::new().await;
    let outcome = desk.poll("world", vec![numbered(1), numbered(2)]).await;
    assert_eq!(desk.due().await, [], "the poll handed them out");
    let id = &outcome.pending[0].article_id;
    let until = desk.now + SignedDuration::from_mins(10);
    desk.store.defer_entry(id, until, "get https://a.example/: HTTP 503").await.unwrap();
    assert_eq!(desk.due().await, []);
    desk.now = until;
    let due = desk.due().await;
    assert_eq!((due.len(), &due[0].article_id, due[0].n_attempts), (1, id, 1));
    desk.now += SignedDuration::from_hours(1);
    assert_eq!(desk.due().await.len(), 2);
    desk.store.drop_entry(id, Some(record("dead", b"{}")), "gone").await.unwrap();
    desk.collect(&outcome.pending[1]).await;
    desk = desk.reopen().await;
    assert_eq!(desk.due().await, []);
    assert_eq!(desk.store.outbox(0, 9, 999).await.unwrap()[0].key, "dead");
}

#[tokio::test]
async fn no_commit_is_lost_when_the_process_is_killed() {
    let dir = TempDir::new().unwrap();
    let mut acked = BTreeSet::new();
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["store::child_commits_until_killed", "--exact", "--ignored", "--nocapture"])
            .env(CHILD_DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let committed = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("acked ").map(str::to_owned));
        acked.extend(committed.take(40 + round));
        // SIGKILL, between commits or within one.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(acked.len(), 123);
    let store = Store::open(dir.path()).await.unwrap();
    let due = store.due_entries(at("2030-01-01T00:00:00Z"), 100_000).await.unwrap();
    let stored = ids(&due);
    let lost: Vec<_> = acked.iter().filter(|id| !stored.contains(id.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let records = store.outbox(0, 100_000, usize::MAX).await.unwrap();
    let recorded: BTreeSet<&str> = records.iter().map(|record| record.key.as_str()).collect();
    assert!(acked.iter().all(|id| recorded.contains(id.as_str())), "an answered record is missing");
    assert!(recorded.is_subset(&stored), "a record without the entry committed before it");
    let seqs: Vec<u64> = records.iter().map(|record| record.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test]
#[ignore = "started and killed by `no_commit_is_lost_when_the_process_is_killed`"]
async fn child_commits_until_killed() {
    let dir = std::env::var(CHILD_DIR).unwrap();
    let store = Store::open(Path::new(&dir)).await.unwrap();
    for n in 0.. {
        let unique = numbered(n + 1_000_000 * std::process::id() as usize);
        let outcome = store.commit_poll(poll("world", vec![unique], at(NOON))).await.unwrap();
        let id = &outcome.pending[0].article_id;
        let mut other = with_records(&format!("other-{id}"), vec![record(id, b"{}")]);
        other.article.revision = 1;
        store.commit_articles(vec![other]).await.unwrap();
        println!("acked {id}");
    }
}

#[tokio::test]
async fn a_second_daemon_on_one_directory_is_told_who_holds_it() {
    let desk = Desk::new().await;
    let Err(StoreError::InUse { dir, holder }) = Store::open(desk.dir.path()).await else {
        panic!("opened twice");
    };
    assert_eq!(dir, desk.dir.path());
    assert_eq!(holder.pid, Some(std::process::id()));
    assert!(holder.since.is_some());
    let text = Store::open(desk.dir.path()).await.unwrap_err().to_string();
    assert!(text.contains(&format!("in use by process {} since 20", std::process::id())), "{text}");
}

#[tokio::test]
async fn the_schema_of_a_later_release_is_refused_and_left_alone() {
    let desk = Desk::new().await;
    desk.store.close().await.unwrap();
    desk.database().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(desk.dir.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 99, .. }), "{error}");
    let version: u32 = desk.database().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[tokio::test]
async fn a_store_of_the_first_schema_keeps_its_rows() {
    let dir = TempDir::new().unwrap();
    let old = Connection::open(dir.path().join("hotline.db")).unwrap();
    old.execute_batch(include_str!("../../src/store/migrations/1_cursors.sql")).unwrap();
    old.execute_batch(
        r#"PRAGMA user_version = 1;
        INSERT INTO meta VALUES ('store_id', '01JKW'), ('stop', 'clean');
        INSERT INTO feeds VALUES (7, 'world', '{"v":1,"validators":null,"poll":{},"body_hash":"ab"}', 0, 1, 5, 5);
        INSERT INTO entries VALUES (3, '01JKA', 1);
        INSERT INTO sightings VALUES (3, 7, x'00', NULL, 5);
        INSERT INTO pending (entry, feed, revision, document, feed_seen, due)
            VALUES (3, 7, 1, '{"v":1,"id":"g","authors":[],"enclosures":[]}', 5, 5);"#,
    )
    .unwrap();
    drop(old);
    let store = Store::open(dir.path()).await.unwrap();
    assert_eq!(store.store_id(), "01JKW");
    assert_eq!(store.feed_states().await.unwrap()[0].body_hash.as_deref(), Some("ab"));
    let due = store.due_entries(at(NOON), 9).await.unwrap();
    assert_eq!((due[0].article_id.as_str(), due[0].entry.id.as_deref()), ("01JKA", Some("g")));
    store.commit_articles(vec![with_records("01JKA", vec![record("e", b"{}")])]).await.unwrap();
    assert_eq!(*store.watch_outbox().borrow(), 1);
}

#[tokio::test]
async fn a_subscription_outlives_a_restart_and_a_change_of_its_feeds_id() {
    let desk = Desk::new().await;
    desk.store.commit_poll(poll("world", Vec::new(), desk.now)).await.unwrap();
    let feed = "https://news.example/rss".parse().unwrap();
    let announced = Announced::of("https://hub.example/", None, &feed).unwrap();
    let mut held = Subscription::new(announced, &"https://me.example/".parse().unwrap(), desk.now).unwrap();
    held.ask(desk.now);
    held.refused(desk.now, None, "HTTP 500".to_owned());
    let held = Subscription { lease_until: Some(desk.now), pushed: Some(at(NOON)), ..held };
    desk.store.keep_subscription("world", Some(held.clone())).await.unwrap();
    desk.store.keep_subscription("never-polled", Some(held.clone())).await.unwrap();
    let desk = desk.reopen().await;
    assert_eq!(desk.store.subscriptions().await.unwrap(), [("world".to_owned(), held.clone())]);
    let renamed = PollCommit { was: vec!["world".to_owned()], ..poll("globe", Vec::new(), desk.now) };
    desk.store.commit_poll(renamed).await.unwrap();
    let peek = Peek::open(desk.dir.path()).unwrap().unwrap();
    assert_eq!(peek.subscriptions().unwrap(), [("globe".to_owned(), held)]);
    desk.store.keep_subscription("globe", None).await.unwrap();
    assert_eq!(peek.subscriptions().unwrap(), []);
}

#[test]
fn a_store_without_subscriptions_is_read_as_having_none() {
    let dir = TempDir::new().unwrap();
    let old = Connection::open(dir.path().join("hotline.db")).unwrap();
    old.execute_batch(include_str!("../../src/store/migrations/1_cursors.sql")).unwrap();
    old.execute_batch(include_str!("../../src/store/migrations/2_results.sql")).unwrap();
    old.pragma_update(None, "user_version", 2).unwrap();
    assert_eq!(Peek::open(dir.path()).unwrap().unwrap().subscriptions().unwrap(), []);
}

#[tokio::test]
async fn calls_that_share_a_commit_keep_their_order() {
    let desk = Desk::new().await;
    let commits = (0..100).map(|n| {
        let records = vec![record(&format!("{n}a"), b"{}"), record(&format!("{n}b"), b"{}")];
        desk.store.commit_articles(vec![with_records(&format!("a{n}"), records)])
    });
    for committed in join_all(commits).await {
        committed.unwrap();
    }
    let records = desk.store.outbox(0, 1_000, usize::MAX).await.unwrap();
    let expected: Vec<(u64, String)> =
        (1u64..).zip((0..100).flat_map(|n| [format!("{n}a"), format!("{n}b")])).collect();
    assert_eq!(records.into_iter().map(|record| (record.seq, record.key)).collect::<Vec<_>>(), expected);
    assert_eq!(*desk.store.watch_outbox().borrow(), 200);
}

#[tokio::test]
async fn a_settled_record_is_gone_and_its_seq_never_comes_back() {
    let mut desk = Desk::new().await;
    let records = vec![record("a", b"12345"), record("b", b"12345"), record("c", b"12345")];
    desk.store.commit_articles(vec![with_records("x", records.clone())]).await.unwrap();
    let read = desk.store.outbox(0, 9, 10).await.unwrap();
    assert_eq!(read.len(), 2, "five bytes each");
    assert_eq!(desk.store.outbox(1, 9, 1).await.unwrap().len(), 1, "a large one comes alone");
    assert_eq!(read[1], Record { seq: 2, ..records[1].clone() });
    let rejected = Settled {
        seq: 2,
        outcome: Outcome::Rejected { code: "message_too_large".to_owned(), reason: "too large".to_owned() },
        dead_letter: Some(record("b-dead", b"1")),
    };
    desk.store.settle(vec![rejected.clone(), acked(3)]).await.unwrap();
    let counts = desk.store.counts().await.unwrap();
    assert_eq!((counts.outbox_delivered, counts.outbox_oldest), (0, Some(at(NOON))), "1 still waits");
    desk.store.settle(vec![acked(1), rejected]).await.unwrap();
    let left = desk.store.outbox(0, 9, 99).await.unwrap();
    assert_eq!(left.iter().map(|record| (record.seq, record.key.as_str())).collect::<Vec<_>>(), [(4, "b-dead")]);
    assert_eq!(desk.store.counts().await.unwrap().outbox_delivered, 3);
    desk.store.settle(vec![acked(4)]).await.unwrap();
    desk = desk.reopen().await;
    let counts = desk.store.counts().await.unwrap();
    assert_eq!((counts.outbox_delivered, counts.outbox_waiting, counts.outbox_oldest), (4, 0, None));
    assert_eq!(*desk.store.watch_outbox().borrow(), 4);
    desk.store.commit_articles(vec![with_records("y", vec![record("d", b"1")])]).await.unwrap();
    assert_eq!(desk.store.outbox(0, 9, 99).await.unwrap()[0].seq, 5);
}

#[tokio::test]
async fn a_record_that_changed_on_disk_is_not_delivered() {
    let desk = Desk::new().await;
    desk.store.commit_articles(vec![with_records("x", vec![record("a", b"1"), record("b", b"2")])]).await.unwrap();
    desk.database().execute("UPDATE outbox SET value = x'33' WHERE seq = 2", []).unwrap();
    assert_eq!(desk.store.outbox(0, 1, 99).await.unwrap().len(), 1);
    let error = desk.store.outbox(0, 9, 99).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }) && error.to_string().contains("record 2"), "{error}");
}

#[tokio::test]
async fn articles_mentions_and_events_come_back_as_they_went_in() {
    let mut desk = Desk::new().await;
    let mut open = OpenEvents::default();
    let mut last = Vec::new();
    for (id, outlet, published, status) in [
        ("a1", "alpha", "2025-02-11T18:00:00Z", Status::Planned),
        ("b1", "beta", "2025-02-12T18:00:00Z", Status::Occurred),
    ] {
        let article = article(id, outlet, published);
        let mentions = vec![call(status, Some("2025-02-12"), &["anna/AAA/President", "boris/BBB/President"])];
        let report = Report { article: &article, mentions: &mentions };
        let changes = resolve(report, &mut open, &EventConfig::default(), at(published));
        last.clone_from(&changes);
        desk.store
            .commit_articles(vec![ArticleCommit {
                article: article.clone(),
                mentions: mentions.clone(),
                changes,
                records: Vec::new(),
            }])
            .await
            .unwrap();
        assert_eq!(desk.store.article(id).await.unwrap(), Some(article));
        assert_eq!(desk.store.mentions(id).await.unwrap(), mentions);
    }
    desk = desk.reopen().await;
    let events = desk.store.open_events(at("2025-02-12T00:00:00Z")).await.unwrap();
    assert_eq!(events, [last[0].event.clone()]);
    assert_eq!(events[0].revision, 2);
    assert_eq!(desk.store.open_events(at("2025-03-12T00:00:00Z")).await.unwrap(), []);
    let texts = desk.store.recent_texts(at("2025-02-11T00:00:00Z"), 9).await.unwrap();
    assert_eq!(texts.iter().map(|text| text.0.as_str()).collect::<Vec<_>>(), ["a1", "b1"]);
    let newest = desk.store.recent_texts(at("2025-02-11T00:00:00Z"), 1).await.unwrap();
    assert_eq!((newest[0].0.as_str(), newest[0].2), ("b1", at("2025-02-12T18:00:00Z")));
    assert_eq!(desk.store.article_hash("nobody").await.unwrap(), None);
}

#[tokio::test]
async fn an_earlier_revision_never_takes_the_place_of_a_later_one() {
    let desk = Desk::new().await;
    for (revision, hash) in [(2, "two"), (1, "one")] {
        let mut commit = with_records("x", Vec::new());
        commit.article.revision = revision;
        hash.clone_into(&mut commit.article.content_hash);
        desk.store.commit_articles(vec![commit]).await.unwrap();
    }
    assert_eq!(desk.store.article_hash("x").await.unwrap(), Some((2, "two".to_owned())));
}

#[tokio::test]
async fn an_entry_is_known_for_ninety_days_after_it_left_its_feed() {
    let mut desk = Desk::new().await;
    let first = desk.poll("world", vec![numbered(1), numbered(2)]).await;
    desk.collect_all(&first).await;
    let days = |n: i64| at(NOON) + SignedDuration::from_hours(24 * n);
    desk.now = days(89);
    desk.poll("world", vec![numbered(2)]).await;
    let pruned = desk.store.prune(desk.now).await.unwrap();
    assert_eq!((pruned.entries, pruned.texts), (0, 2), "texts are let go after 30 days");
    desk.now = days(92);
    desk.poll("world", vec![numbered(2)]).await;
    let pruned = desk.store.prune(desk.now).await.unwrap();
    assert_eq!(pruned.entries, 1);
    let again = desk.poll("world", vec![numbered(1), numbered(2)]).await;
    assert_eq!((again.n_known, again.pending.len()), (1, 1));
    assert_eq!(desk.store.article_hash(&first.pending[0].article_id).await.unwrap(), None);
    assert_eq!(desk.store.article(&first.pending[1].article_id).await.unwrap().unwrap().text, "");
}

#[tokio::test]
async fn a_feed_that_answers_not_modified_for_a_year_keeps_its_entries() {
    let mut desk = Desk::new().await;
    let first = desk.poll("world", vec![numbered(1)]).await;
    desk.collect_all(&first).await;
    desk.now += SignedDuration::from_hours(24 * 365);
    desk.poll("world", Vec::new()).await;
    assert_eq!(desk.store.prune(desk.now).await.unwrap().entries, 0);
    assert_eq!(desk.poll("world", vec![numbered(1)]).await.n_known, 1);
    desk.now += SignedDuration::from_hours(24 * 365);
    assert_eq!(desk.store.prune(desk.now).await.unwrap().entries, 1, "no longer polled at all");
}

#[tokio::test]
async fn pruning_goes_through_everything_in_slices() {
    let mut desk = Desk::new().await;
    let first = desk.poll("world", (0..1_200).map(numbered).collect()).await;
    assert_eq!(first.pending.len(), 1_200);
    for pending in &first.pending {
        desk.store.drop_entry(&pending.article_id, None, "gone").await.unwrap();
    }
    desk.now += SignedDuration::from_hours(24 * 100);
    assert_eq!(desk.store.prune(desk.now).await.unwrap().entries, 1_200);
    let n_keys: i64 = desk.database().query_row("SELECT count(*) FROM keys", [], |row| row.get(0)).unwrap();
    assert_eq!(n_keys, 0);
}

#[tokio::test]
async fn other_programs_read_while_the_daemon_writes() {
    let mut desk = Desk::new().await;
    let path = desk.dir.path().join("hotline.db");
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    for n in 0..20 {
        desk.poll("world", vec![numbered(n)]).await;
        let n_rows: i64 = reader.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)).unwrap();
        assert_eq!(n_rows, n as i64 + 1);
    }
}

#[tokio::test]
async fn damage_after_opening_is_found_by_the_check() {
    let mut desk = Desk::new().await;
    for n in 0..200 {
        desk.poll("world", vec![numbered(n)]).await;
    }
    desk.store.close().await.unwrap();
    let store = Store::open(desk.dir.path()).await.unwrap();
    store.check().await.unwrap();
    let path = desk.dir.path().join("hotline.db");
    let mut bytes = fs::read(&path).unwrap();
    let row = bytes.windows(14).position(|words| words == b"Report number ").unwrap();
    let page = row / 4096 * 4096;
    bytes[page..page + 4096].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let error = store.check().await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn a_closed_store_takes_no_calls_and_opens_again() {
    let mut desk = Desk::new().await;
    desk.poll("world", vec![numbered(1)]).await;
    let clone = desk.store.clone();
    clone.close().await.unwrap();
    let error = desk.store.due_entries(desk.now, 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Closed { .. }), "{error}");
    assert!(matches!(desk.store.counts().await, Err(StoreError::Closed { .. })));
    let stop: String =
        desk.database().query_row("SELECT value FROM meta WHERE name = 'stop'", [], |row| row.get(0)).unwrap();
    assert_eq!(stop, "clean");
    let again = Store::open(desk.dir.path()).await.unwrap();
    assert_eq!(again.counts().await.unwrap().entries_pending, 1);
    again.check().await.unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_found_after_an_unclean_stop() {
    let mut desk = Desk::new().await;
    desk.poll("world", (0..500).map(numbered).collect()).await;
    let Desk { dir, store, .. } = desk;
    drop(store);
    let path = dir.path().join("hotline.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096 * 4].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open(dir.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}
