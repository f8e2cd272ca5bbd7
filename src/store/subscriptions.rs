//! Owns the subscriptions at hubs: one a feed, found again after a restart.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use url::Url;

use super::error::Fault;
use super::rows::{instant, ms};
use crate::feed::websub::{Announced, Subscription};
use crate::secret::Secret;

/// The schema that has a place for them.
pub(super) const SINCE: u32 = 3;

/// Returns every subscription with its feed's id.
pub(super) fn read(db: &Connection) -> Result<Vec<(String, Subscription)>, Fault> {
    let mut query = db.prepare_cached(
        "SELECT feed_id, hub, topic, base, token, secret, asked, lease_until, next_ask, n_failures, error, pushed
         FROM subscriptions JOIN feeds USING (feed) ORDER BY feed_id",
    )?;
    let mut rows = query.query([])?;
    let mut subscriptions = Vec::new();
    while let Some(row) = rows.next()? {
        subscriptions.push((row.get(0)?, subscription(row)?));
    }
    Ok(subscriptions)
}

fn subscription(row: &Row<'_>) -> Result<Subscription, Fault> {
    let time = |column: usize| -> Result<Option<Timestamp>, Fault> {
        row.get::<_, Option<i64>>(column)?.map(instant).transpose()
    };
    let hub = Url::parse(&row.get::<_, String>(1)?).map_err(|err| Fault::Row(format!("a hub's URL: {err}")))?;
    Ok(Subscription {
        announced: Announced { hub, topic: row.get(2)? },
        base: row.get(3)?,
        token: Secret::new(row.get(4)?),
        secret: Secret::new(row.get(5)?),
        asked: time(6)?,
        lease_until: time(7)?,
        next_ask: instant(row.get(8)?)?,
        n_failures: row.get(9)?,
        error: row.get(10)?,
        pushed: time(11)?,
    })
}

/// Puts the feed's subscription in the place of the one before; a feed never polled has none.
pub(super) fn keep(db: &Connection, feed_id: &str, held: &Subscription) -> Result<(), Fault> {
    let mut write = db.prepare_cached(
        "INSERT OR REPLACE INTO subscriptions
             (feed, hub, topic, base, token, secret, asked, lease_until, next_ask, n_failures, error, pushed)
         SELECT feed, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM feeds WHERE feed_id = ?1",
    )?;
    write.execute(params![
        feed_id,
        held.announced.hub.as_str(),
        held.announced.topic,
        held.base,
        held.token.expose(),
        held.secret.expose(),
        held.asked.map(ms),
        held.lease_until.map(ms),
        ms(held.next_ask),
        held.n_failures,
        held.error,
        held.pushed.map(ms),
    ])?;
    Ok(())
}

/// Forgets the feed's subscription.
pub(super) fn forget(db: &Connection, feed_id: &str) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM subscriptions WHERE feed = (SELECT feed FROM feeds WHERE feed_id = ?1)")?
        .execute([feed_id])?;
    Ok(())
}
