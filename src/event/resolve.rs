//! Owns the step from one coded article to event changes; the pipeline calls it inside its transaction.

use jiff::Timestamp;

use super::apply::{Cause, add_mention, admit, revise};
use super::assign::twin;
use super::consolidate::consolidate;
use super::sides::Sides;
use super::{
    ArticleReport, Assignment, Change, Closed, Config, Event, OpenEvents, Relation, Reported, assign, independence,
    mint,
};
use crate::article::Article;
use crate::tag::Mention;

/// Ordinals of one article revision. An edit opens events under ordinals of its own, so it never brings back an id that
/// was retracted.
const MENTIONS_PER_REVISION: u32 = 1_000;

/// A coded article: all that resolution takes in.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    pub article: &'a Article,
    pub mentions: &'a [Mention],
}

/// An event after a change; `event.revision` is the record's revision.
#[derive(Debug, Clone, PartialEq)]
pub struct EventChange {
    pub event: Event,
    pub change: Change,
}

/// Resolves the mentions of one article revision: opens events, adds reports, withdraws those an edit took back, merges
/// events that turn out to be one.
///
/// `now` is the clock of a live run; a replay passes the time the article was first coded, or old events would expire
/// before their second report. `open` is up to date afterwards; when the caller cannot commit the changes, it restores `open` from the store.
pub fn resolve(report: Report<'_>, open: &mut OpenEvents, config: &Config, now: Timestamp) -> Vec<EventChange> {
    open.expire(now, config);
    let mut touched = Touched { article: report.article, open, config, now, befores: Vec::new() };
    if touched.is_overtaken() {
        return Vec::new();
    }
    let mut kept = Vec::new();
    for (ordinal, mention) in report.mentions.iter().enumerate() {
        kept.extend(touched.place(mention, ordinal));
    }
    touched.withdraw(&kept);
    touched.merge();
    touched.changes()
}

/// The events one article touches, each with the state it had before.
struct Touched<'a> {
    article: &'a Article,
    open: &'a mut OpenEvents,
    config: &'a Config,
    now: Timestamp,
    befores: Vec<(String, Option<Event>)>,
}

impl Touched<'_> {
    /// Tells whether a later revision of the article was resolved before.
    fn is_overtaken(&self) -> bool {
        let article = self.article;
        let event_ids = self.open.ids_of_article(&article.article_id);
        let mut reports =
            event_ids.iter().filter_map(|event_id| self.open.get(event_id)).flat_map(|event| &event.reports);
        reports.any(|report| report.article_id == article.article_id && report.revision > article.revision)
    }

    /// Puts one mention into its event and returns that event's id.
    fn place(&mut self, mention: &Mention, ordinal: usize) -> Option<String> {
        let article = self.article;
        let reported = Reported {
            article_id: &article.article_id,
            revision: article.revision,
            at: article.published_at(mention.position()).unwrap_or_else(|| self.seen()),
            now: self.now,
        };
        match assign(mention, &reported, self.open, self.config) {
            Assignment::Ignored { .. } => None,
            Assignment::New => Some(self.create(mention, ordinal)),
            Assignment::Existing { event_id, .. } => {
                self.add(&event_id, mention);
                Some(event_id)
            }
        }
    }

    fn create(&mut self, mention: &Mention, ordinal: usize) -> String {
        let ordinal = (self.article.revision.saturating_sub(1)).saturating_mul(MENTIONS_PER_REVISION)
            + u32::try_from(ordinal).unwrap_or(u32::MAX).min(MENTIONS_PER_REVISION - 1);
        let seen = self.seen();
        let event_id = mint(&mention.kind.0, &self.article.article_id, ordinal, seen);
        let mut event = Event {
            event_id: event_id.clone(),
            kind: mention.kind.clone(),
            status: mention.status,
            date: None,
            participants: Vec::new(),
            parties: Vec::new(),
            medium: None,
            topics: Vec::new(),
            place: None,
            cameo: mention.cameo.clone(),
            plover: mention.plover.clone(),
            confidence: 0.0,
            headline: String::new(),
            revision: 0,
            history: Vec::new(),
            claims: Vec::new(),
            reports: vec![self.report(mention)],
            corroboration: super::Corroboration::default(),
            related: Vec::new(),
            aliases: Vec::new(),
            closed: None,
            first_seen: seen,
            times: self.article.times,
        };
        consolidate(&mut event);
        event.related = predecessor(&event, self.open).into_iter().collect();
        self.befores.push((event_id.clone(), None));
        self.open.put(event);
        event_id
    }

    fn add(&mut self, event_id: &str, mention: &Mention) {
        let Some(mut event) = self.open.get(event_id).cloned() else {
            return;
        };
        let is_second_mention = self.befores.iter().any(|(id, _)| id == event_id);
        if is_second_mention {
            let article_id = &self.article.article_id;
            if let Some(report) = event.reports.iter_mut().find(|report| report.article_id == *article_id) {
                add_mention(report, mention);
            }
        } else {
            let before = event.clone();
            let mut report = self.report(mention);
            report.credits.extend(independence::outlets_credited(self.article, &event.reports));
            if !admit(&mut event, report, self.config) {
                return;
            }
            self.befores.push((event_id.to_owned(), Some(before)));
        }
        consolidate(&mut event);
        self.open.put(event);
    }

    /// Takes the article's report out of the events it no longer mentions; an event without reports is retracted.
    fn withdraw(&mut self, kept: &[String]) {
        for event_id in self.open.ids_of_article(&self.article.article_id) {
            let Some(mut event) = self.open.get(&event_id).filter(|event| event.closed.is_none()).cloned() else {
                continue;
            };
            let article = self.article;
            let is_outdated =
                |report: &ArticleReport| report.article_id == article.article_id && report.revision < article.revision;
            if kept.contains(&event_id) || !event.reports.iter().any(is_outdated) {
                continue;
            }
            let before = event.clone();
            event.reports.retain(|report| !is_outdated(report));
            if event.reports.is_empty() {
                let reason = format!("{} took its report back (revision {})", article.outlet_name, article.revision);
                event.closed = Some(Closed { reason, article_ids: vec![article.article_id.clone()] });
            }
            consolidate(&mut event);
            self.befores.push((event_id, Some(before)));
            self.open.put(event);
        }
    }

    /// Merges each touched event into an older one, or a younger one into it, when both now name the same sides and day.
    fn merge(&mut self) {
        for event_id in self.befores.iter().map(|(event_id, _)| event_id.clone()).collect::<Vec<_>>() {
            let Some(event) = self.open.get(&event_id).filter(|event| event.closed.is_none()).cloned() else {
                continue;
            };
            let Some(twin) = twin(&event, self.open).cloned() else {
                continue;
            };
            let is_older = (event.first_seen, &event.event_id) < (twin.first_seen, &twin.event_id);
            let (older, younger) = if is_older { (event, twin) } else { (twin, event) };
            self.merge_into(older, younger);
        }
    }

    fn merge_into(&mut self, mut older: Event, mut younger: Event) {
        for event in [&older, &younger] {
            if !self.befores.iter().any(|(event_id, _)| *event_id == event.event_id) {
                self.befores.push((event.event_id.clone(), Some(event.clone())));
            }
        }
        for report in std::mem::take(&mut younger.reports) {
            admit(&mut older, report, self.config);
        }
        older.aliases.push(younger.event_id.clone());
        older.related.push(Relation::new(&younger.event_id, Relation::MERGED_FROM));
        consolidate(&mut older);
        younger.related.push(Relation::new(&older.event_id, Relation::MERGED_INTO));
        let reason = format!("same event as {}", older.event_id);
        younger.closed = Some(Closed { reason, article_ids: Vec::new() });
        younger.corroboration = super::Corroboration::default();
        self.open.put(older);
        self.open.put(younger);
    }

    /// Numbers the new states and returns those a consumer must see.
    fn changes(self) -> Vec<EventChange> {
        let cause = Cause::new(&self.article.outlet_name, self.article.revision);
        let mut changes = Vec::new();
        for (event_id, before) in self.befores {
            let Some(mut event) = self.open.get(&event_id).cloned() else {
                continue;
            };
            let Some(change) = revise(before.as_ref(), &mut event, &cause, self.now) else {
                continue;
            };
            event.times = self.article.times;
            self.open.put(event.clone());
            changes.push(EventChange { event, change });
        }
        changes
    }

    fn report(&self, mention: &Mention) -> ArticleReport {
        let article = self.article;
        ArticleReport {
            article_id: article.article_id.clone(),
            revision: article.revision,
            url: article.url.clone(),
            outlet: article.outlet.clone(),
            outlet_name: article.outlet_name.clone(),
            family: article.outlet_family.clone(),
            lang: article.lang.clone(),
            title: article.title.clone(),
            published: article.published_at(mention.position()),
            seen: self.seen(),
            credits: article.credits.clone(),
            independent_group: String::new(),
            copy_of: article.duplicate_of.clone(),
            mention: mention.clone(),
        }
    }

    fn seen(&self) -> Timestamp {
        self.article.times.feed_seen.or(self.article.times.fetched).unwrap_or(self.now)
    }
}

/// Finds the latest earlier event between the same persons.
fn predecessor(event: &Event, open: &OpenEvents) -> Option<Relation> {
    let sides = Sides::new(&event.participants, &event.parties);
    let mut latest: Option<&Event> = None;
    for slot in open.candidates(&event.kind, &sides) {
        let other = &slot.event;
        let is_earlier = match (&other.date, &event.date) {
            (Some(other), Some(date)) => other.start < date.start,
            _ => other.first_seen <= event.first_seen,
        };
        if other.closed.is_none()
            && other.event_id != event.event_id
            && is_earlier
            && sides.is_same_persons(&slot.sides)
        {
            latest = Some(other);
        }
    }
    latest.map(|other| Relation::new(&other.event_id, Relation::FOLLOWS_FROM))
}
