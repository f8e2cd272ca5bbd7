//! Owns the metrics: every name, every label. Labels are enums; never a URL, headline, name or error text.

mod client;

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use self::client::Client;
use crate::event::ChangeKind;
use crate::feed::gap::End;
use crate::feed::websub::Standing;
use crate::publish::Vitals;

/// How long something took; clones count into the same.
pub type Seconds = Histogram;

/// One label: its name and the enum's word.
type Label = [(&'static str, String); 1];

/// All metrics of one pipeline, registered under `hotline_`.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    polls: Family<Label, Counter>,
    pub schedule_lag: Seconds,
    pub entries: Counter,
    pub windows_rolled: Counter,
    pub documents_rekeyed: Counter,
    gaps: Family<Label, Counter>,
    backfills: Family<Label, Counter>,
    pushes: Family<Label, Counter>,
    subscriptions: Family<Label, Gauge<i64, AtomicI64>>,
    articles: Family<Label, Counter>,
    losses: Family<Label, Counter>,
    pub extraction: Seconds,
    pub coding: Seconds,
    pub mentions: Counter,
    events: Family<Label, Counter>,
    pub commit: Seconds,
    pub commit_failures: Counter,
    records: Family<Label, Counter>,
    reloads: Family<Label, Counter>,
    lists: Family<Label, Counter>,
    failures: Family<Label, Counter>,
    pub delivery: Seconds,
    pub batch: Seconds,
    client: Client,
    gauges: Family<Label, Gauge<i64, AtomicI64>>,
    pub open_events: Gauge<i64, AtomicI64>,
    pub abandoned_threads: Gauge<i64, AtomicI64>,
    pub unverified_feeds: Gauge<i64, AtomicI64>,
    pub outbox_records: Gauge<i64, AtomicI64>,
    pub outbox_age: Gauge<f64, AtomicU64>,
    pub is_delivery_held: Gauge<i64, AtomicI64>,
}

/// How one poll ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// A document was read.
    Read,
    /// 304, or the same bytes.
    Unchanged,
    Gone,
    Unreachable,
    Refused,
    Status,
    Unreadable,
}

/// How asking for one older page of a feed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backfill {
    Read,
    /// There is no such page.
    Missing,
    Failed,
}

/// What a body was that came to the callback for hubs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Push {
    Read,
    /// Signed, and no document.
    Unreadable,
    /// Not signed with the subscription's secret.
    Forged,
    /// For no subscription there is.
    Unknown,
}

/// How one entry's article ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Article {
    FromPage,
    FromFeed,
    Unchanged,
    Deferred,
    Dropped,
}

/// Why an entry was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    NoText,
    Pdf,
    Video,
    Audio,
    Image,
    /// The page asks for consent, or takes hotline for the robot it is.
    Wall,
    /// Data, an office document, an archive: something else that is no page.
    NotAPage,
    TooLarge,
    Missing,
    Refused,
    Unreachable,
    /// Reading or coding did not come to an end.
    TimedOut,
    Internal,
}

impl Loss {
    /// Returns the word of dead letters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoText => "no_text",
            Self::Pdf => "pdf",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Wall => "wall",
            Self::NotAPage => "not_a_page",
            Self::TooLarge => "too_large",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Internal => "internal",
        }
    }
}

/// How one record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    Acked,
    Rejected,
}

/// How one reload of packs, roster and topics ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    Loaded,
    Refused,
}

/// How one reading of a feed list on the web ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Read,
    /// It loses too many feeds at once.
    Refused,
    Failed,
}

/// What kind of failure a whole batch met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Retriable,
    Held,
    Fatal,
}

/// A queue or a set of running tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    PollsDue,
    PollsRunning,
    EntriesWaiting,
    EntriesRunning,
    ArticlesCoded,
}

/// What a run has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub n_polls: u64,
    pub n_polls_failed: u64,
    pub n_entries: u64,
    pub n_articles: u64,
    pub n_dropped: u64,
    pub n_mentions: u64,
    /// New ones.
    pub n_events: u64,
    /// Acknowledged ones.
    pub n_records: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.001, 2.0, 18));
        let mut metrics = Self {
            registry: Registry::with_prefix("hotline"),
            polls: Family::default(),
            schedule_lag: seconds(),
            entries: Counter::default(),
            windows_rolled: Counter::default(),
            documents_rekeyed: Counter::default(),
            gaps: Family::default(),
            backfills: Family::default(),
            pushes: Family::default(),
            subscriptions: Family::default(),
            articles: Family::default(),
            losses: Family::default(),
            extraction: seconds(),
            coding: seconds(),
            mentions: Counter::default(),
            events: Family::default(),
            commit: seconds(),
            commit_failures: Counter::default(),
            records: Family::default(),
            reloads: Family::default(),
            lists: Family::default(),
            failures: Family::default(),
            delivery: seconds(),
            batch: seconds(),
            client: Client::default(),
            gauges: Family::default(),
            open_events: Gauge::default(),
            abandoned_threads: Gauge::default(),
            unverified_feeds: Gauge::default(),
            outbox_records: Gauge::default(),
            outbox_age: Gauge::default(),
            is_delivery_held: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("polls", "Polls of feeds, by how they ended", self.polls.clone());
        registry.register("schedule_lag_seconds", "How late polls start after they are due", self.schedule_lag.clone());
        registry.register("entries", "Entries of feeds seen for the first time or edited", self.entries.clone());
        registry.register(
            "windows_rolled",
            "Polls that knew no entry of a feed with history",
            self.windows_rolled.clone(),
        );
        registry.register(
            "documents_rekeyed",
            "Documents whose entries had other guids and links than before, known by title",
            self.documents_rekeyed.clone(),
        );
        registry.register(
            "gaps_ended",
            "Gaps of feeds whose window rolled, by how filling them ended",
            self.gaps.clone(),
        );
        registry.register("backfill_pages", "Older pages of feeds asked for to fill a gap", self.backfills.clone());
        registry.register("websub_pushes", "Bodies hubs pushed, by what they were", self.pushes.clone());
        registry.register("websub_subscriptions", "Subscriptions at hubs, by standing", self.subscriptions.clone());
        registry.register("articles", "Entries by what became of them", self.articles.clone());
        registry.register("entries_dropped", "Entries given up, by reason", self.losses.clone());
        registry.register("extraction_seconds", "CPU time of reading one page", self.extraction.clone());
        registry.register("coding_seconds", "CPU time of coding one article", self.coding.clone());
        registry.register("mentions", "Coded mentions of events", self.mentions.clone());
        registry.register("events", "Event changes, by kind of change", self.events.clone());
        registry.register("commit_seconds", "Time of one commit of coded articles", self.commit.clone());
        registry.register("commit_failures", "Commits that failed and were tried again", self.commit_failures.clone());
        registry.register("records", "Records the sink settled, by outcome", self.records.clone());
        registry.register("reloads", "Reloads of packs, roster and topics, by result", self.reloads.clone());
        registry.register("lists", "Readings of feed lists on the web, by result", self.lists.clone());
        registry.register("delivery_failures", "Batches the sink did not settle, by kind", self.failures.clone());
        registry.register(
            "delivery_seconds",
            "From the page fetched to the record acknowledged",
            self.delivery.clone(),
        );
        registry.register("batch_seconds", "Time the sink takes for one batch, commit included", self.batch.clone());
        self.client.register(registry);
        registry.register("queue", "Work that waits or runs, by queue", self.gauges.clone());
        registry.register("open_events", "Events that still take reports", self.open_events.clone());
        registry.register(
            "abandoned_threads",
            "Threads stuck in a page or article that was given up",
            self.abandoned_threads.clone(),
        );
        registry.register("unverified_feeds", "Feeds read without verifying TLS", self.unverified_feeds.clone());
        registry.register("outbox_records", "Records that wait for delivery", self.outbox_records.clone());
        registry.register("outbox_age_seconds", "Age of the oldest record that waits", self.outbox_age.clone());
        registry.register("delivery_held", "1 while delivery waits for a person", self.is_delivery_held.clone());
    }

    /// Returns all metrics in OpenMetrics text.
    ///
    /// # Errors
    /// A metric cannot be printed.
    pub fn print(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    pub fn poll(&self, outcome: Poll) {
        self.polls.get_or_create(&label("outcome", &outcome)).inc();
    }

    pub fn gap_ended(&self, end: End) {
        self.gaps.get_or_create(&label("end", &end)).inc();
    }

    pub fn backfill(&self, outcome: Backfill) {
        self.backfills.get_or_create(&label("outcome", &outcome)).inc();
    }

    pub fn push(&self, what: Push) {
        self.pushes.get_or_create(&label("what", &what)).inc();
    }

    pub fn subscriptions(&self, standing: Standing, n_subscriptions: usize) {
        let n_subscriptions = i64::try_from(n_subscriptions).unwrap_or(i64::MAX);
        self.subscriptions.get_or_create(&label("standing", &standing)).set(n_subscriptions);
    }

    pub fn article(&self, outcome: Article) {
        self.articles.get_or_create(&label("outcome", &outcome)).inc();
    }

    pub fn loss(&self, reason: Loss) {
        self.losses.get_or_create(&label("reason", &reason)).inc();
    }

    pub fn event(&self, change: ChangeKind) {
        self.events.get_or_create(&label("change", &change)).inc();
    }

    pub fn record(&self, outcome: Record) {
        self.records.get_or_create(&label("outcome", &outcome)).inc();
    }

    pub fn reload(&self, result: Reload) {
        self.reloads.get_or_create(&label("result", &result)).inc();
    }

    pub fn list(&self, result: List) {
        self.lists.get_or_create(&label("result", &result)).inc();
    }

    pub fn failure(&self, kind: Failure) {
        self.failures.get_or_create(&label("kind", &kind)).inc();
    }

    /// Takes over what the sink's client says of itself; `before` is what it said last.
    pub fn vitals(&self, before: Vitals, now: Vitals) {
        self.client.take(before, now);
    }

    pub fn queue(&self, queue: Queue, n_waiting: usize) {
        self.gauges.get_or_create(&label("queue", &queue)).set(i64::try_from(n_waiting).unwrap_or(i64::MAX));
    }

    /// Sums up the run.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let polls = |outcome| self.polls.get_or_create(&label("outcome", &outcome)).get();
        let articles = |outcome| self.articles.get_or_create(&label("outcome", &outcome)).get();
        let failed = [Poll::Gone, Poll::Unreachable, Poll::Refused, Poll::Status, Poll::Unreadable];
        let n_polls_failed = failed.into_iter().map(polls).sum();
        Totals {
            n_polls: polls(Poll::Read) + polls(Poll::Unchanged) + n_polls_failed,
            n_polls_failed,
            n_entries: self.entries.get(),
            n_articles: articles(Article::FromPage) + articles(Article::FromFeed),
            n_dropped: articles(Article::Dropped),
            n_mentions: self.mentions.get(),
            n_events: self.events.get_or_create(&label("change", &ChangeKind::Created)).get(),
            n_records: self.records.get_or_create(&label("outcome", &Record::Acked)).get(),
        }
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "polls: {} ({} failed), entries: {}, articles: {} ({} dropped), mentions: {}, events: {}, records: {}",
            self.n_polls,
            self.n_polls_failed,
            self.n_entries,
            self.n_articles,
            self.n_dropped,
            self.n_mentions,
            self.n_events,
            self.n_records,
        )
    }
}

/// Labels with the enum's word, in snake_case.
fn label(name: &'static str, value: &impl std::fmt::Debug) -> Label {
    let mut word = String::new();
    for char in format!("{value:?}").chars() {
        if char.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(char.to_ascii_lowercase());
    }
    [(name, word)]
}

/// Observes a duration in seconds.
pub fn observe(seconds: &Seconds, duration: Duration) {
    seconds.observe(duration.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_are_those_of_the_dashboards() {
        let metrics = Metrics::default();
        metrics.poll(Poll::Unreadable);
        metrics.article(Article::FromPage);
        metrics.queue(Queue::EntriesWaiting, 7);
        let text = metrics.print().unwrap();
        for line in [
            "hotline_polls_total{outcome=\"unreadable\"} 1",
            "hotline_articles_total{outcome=\"from_page\"} 1",
            "hotline_queue{queue=\"entries_waiting\"} 7",
            "# TYPE hotline_delivery_seconds histogram",
        ] {
            assert!(text.contains(line), "{line} is not in:\n{text}");
        }
        assert_eq!(metrics.totals(), Totals { n_polls: 1, n_polls_failed: 1, n_articles: 1, ..Totals::default() });
    }
}
