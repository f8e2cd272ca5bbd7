//! Owns the commit of coded articles: pending row, article, mentions, events and outbox rows in one transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::error::Fault;
use super::rows::{ArticleRow, EventRow, instant, ms};
use super::{outbox, pending};
use crate::article::Article;
use crate::event::{Event, EventChange, last_active};
use crate::publish::Record;
use crate::tag::Mention;

/// One article revision with all that came of it.
#[derive(Debug, Clone)]
pub struct ArticleCommit {
    pub article: Article,
    pub mentions: Vec<Mention>,
    pub changes: Vec<EventChange>,
    /// In the order they are published; `seq` is 0, the outbox numbers them.
    pub records: Vec<Record>,
}

pub(super) fn commit(db: &Connection, commits: &[ArticleCommit]) -> Result<(), Fault> {
    for commit in commits {
        pending::end(db, &commit.article.article_id, commit.article.revision)?;
        if store_article(db, &commit.article)? {
            store_mentions(db, &commit.article.article_id, &commit.mentions)?;
        }
        for change in &commit.changes {
            store_event(db, &change.event)?;
        }
        for record in &commit.records {
            outbox::append(db, record)?;
        }
    }
    Ok(())
}

pub(super) fn article(db: &Connection, article_id: &str) -> Result<Option<Article>, Fault> {
    let mut query = db.prepare_cached("SELECT body, text FROM articles WHERE article_id = ?1")?;
    let found: Option<(String, Option<String>)> =
        query.query_row([article_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((body, text)) = found else {
        return Ok(None);
    };
    let mut article = ArticleRow::read(&body, text)?;
    let mut query = db.prepare_cached(
        "SELECT feed_id FROM sightings JOIN entries USING (entry) JOIN feeds USING (feed) WHERE article_id = ?1",
    )?;
    for feed_id in query.query_map([article_id], |row| row.get(0))? {
        article.feeds.push(feed_id?);
    }
    article.feeds.sort_unstable();
    article.feeds.dedup();
    Ok(Some(article))
}

pub(super) fn mentions(db: &Connection, article_id: &str) -> Result<Vec<Mention>, Fault> {
    let mut query = db.prepare_cached("SELECT body FROM mentions WHERE article_id = ?1 ORDER BY ordinal")?;
    let rows = query.query_map([article_id], |row| row.get::<_, String>(0))?;
    let mut mentions = Vec::new();
    for body in rows {
        mentions.push(serde_json::from_str(&body?)?);
    }
    Ok(mentions)
}

pub(super) fn hash(db: &Connection, article_id: &str) -> Result<Option<(u32, String)>, Fault> {
    let mut query = db.prepare_cached("SELECT revision, content_hash FROM articles WHERE article_id = ?1")?;
    Ok(query.query_row([article_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(super) fn texts(
    db: &Connection,
    since: Timestamp,
    n_max: usize,
) -> Result<Vec<(String, String, Timestamp)>, Fault> {
    let mut query = db.prepare_cached(
        "SELECT article_id, text, fetched FROM articles WHERE text IS NOT NULL AND fetched >= ?1
         ORDER BY fetched DESC, article_id DESC LIMIT ?2",
    )?;
    let rows = query.query_map(params![ms(since), n_max as i64], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut texts = Vec::new();
    for row in rows {
        let (article_id, text, fetched): (String, String, i64) = row?;
        texts.push((article_id, text, instant(fetched)?));
    }
    texts.reverse();
    Ok(texts)
}

pub(super) fn events(db: &Connection, since: Timestamp) -> Result<Vec<Event>, Fault> {
    let mut query = db.prepare_cached("SELECT body FROM events WHERE active >= ?1 ORDER BY event")?;
    let rows = query.query_map([ms(since)], |row| row.get::<_, String>(0))?;
    let mut events = Vec::new();
    for body in rows {
        events.push(EventRow::read(&body?)?);
    }
    Ok(events)
}

/// Stores the article unless a later revision is stored; tells whether it was.
fn store_article(db: &Connection, article: &Article) -> Result<bool, Fault> {
    let times = &article.times;
    let fetched = times.fetched.or(times.feed_seen).or(times.coded).or(article.published).map_or(0, ms);
    let mut write = db.prepare_cached(
        "INSERT INTO articles (article_id, revision, content_hash, fetched, text, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (article_id) DO UPDATE SET revision = excluded.revision, content_hash = excluded.content_hash,
             fetched = excluded.fetched, text = excluded.text, body = excluded.body
         WHERE excluded.revision >= revision",
    )?;
    let body = serde_json::to_string(&ArticleRow::new(article))?;
    let n_stored = write.execute(params![
        article.article_id,
        article.revision,
        article.content_hash,
        fetched,
        article.text,
        body
    ])?;
    Ok(n_stored > 0)
}

fn store_mentions(db: &Connection, article_id: &str, mentions: &[Mention]) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM mentions WHERE article_id = ?1")?.execute([article_id])?;
    let mut write = db.prepare_cached("INSERT INTO mentions VALUES (?1, ?2, ?3, ?4)")?;
    for (ordinal, mention) in (0i64..).zip(mentions) {
        write.execute(params![article_id, ordinal, mention.kind.0, serde_json::to_string(mention)?])?;
    }
    Ok(())
}

fn store_event(db: &Connection, event: &Event) -> Result<(), Fault> {
    let mut write = db.prepare_cached(
        "INSERT INTO events (event_id, revision, is_closed, active, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (event_id) DO UPDATE SET revision = excluded.revision, is_closed = excluded.is_closed,
             active = excluded.active, body = excluded.body
         WHERE excluded.revision >= revision",
    )?;
    let body = serde_json::to_string(&EventRow::new(event))?;
    write.execute(params![event.event_id, event.revision, event.closed.is_some(), ms(last_active(event)), body])?;
    Ok(())
}
