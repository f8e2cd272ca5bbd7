//! Facts about two daemons of one transactional id, on a real broker: one goes on, the other ends and says why.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeSet;

use super::cli::{hotline, run};
use super::daemon::{Site, status_says};
use super::exactly_once::read_committed;
use super::newsroom::Item;
use super::publish::{fresh_prefix, real_brokers};

const PARAGRAPHS: [&str; 2] = [
    "The lighthouse on the cape of Ruritania is open to visitors again from Friday, its keeper said in a statement.",
    "Its lamp was taken down in the autumn and made anew, and the stairs have room for forty people at a time.",
];

/// Has a running daemon find so many new articles.
async fn add(site: &Site, numbers: std::ops::Range<usize>) {
    let item = |number: usize| -> Item {
        let title = format!("Lighthouse number {number} is open");
        site.newsroom.publish(&format!("/lighthouse-{number}.html"), &title, &PARAGRAPHS)
    };
    site.newsroom.put_feed("/feed.xml", &numbers.map(item).collect::<Vec<_>>());
    let main = site.folder.path().join("hotline.toml");
    let polled =
        tokio::task::spawn_blocking(move || run(hotline(&["feeds", "poll", "alpha-news"]).arg("-c").arg(main)));
    let (code, _, stderr) = polled.await.unwrap();
    assert_eq!(code, 0, "{stderr}");
}

async fn delivered(address: &str, n_records: u64) {
    status_says(address, &format!("{n_records} records are delivered"), |status| {
        status["delivery"]["position"] == n_records && status["delivery"]["lag_records"] == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn daemon_whose_transactional_id_another_took_over_ends_with_code_1_and_says_so() {
    let test = "daemon_whose_transactional_id_another_took_over_ends_with_code_1_and_says_so";
    let Some(brokers) = real_brokers(test) else { return };
    let prefix = fresh_prefix("hotline-fenced-");
    let (site, other) = (Site::open(3, "").await, Site::open(2, "").await);
    let mut daemon = site.start_with(&brokers, &prefix, &[]);
    let address = daemon.address().await;
    delivered(&address, 3).await;
    // The same `publish.instance` by mistake: the second ends, and the first does not hear of it.
    let (code, log) = other.start_with(&brokers, &prefix, &[]).ended().await;
    assert!(code == Some(1) && log.contains("holds store") && log.contains("`publish.instance`"), "{code:?} {log}");
    assert!(log.contains("--adopt"), "{log}");
    add(&site, 0..1).await;
    delivered(&address, 4).await;
    // On purpose: the first is fenced, which it learns with its next record.
    let mut successor = other.start_with(&brokers, &prefix, &["--adopt"]);
    let address = successor.address().await;
    delivered(&address, 2).await;
    add(&site, 1..2).await;
    let (code, log) = daemon.ended().await;
    let said = format!("another daemon has taken over transactional id {prefix}.local");
    assert!(code == Some(1) && log.contains(&said), "{code:?} {log}");
    assert!(log.contains("it must not go on") && log.contains("give each its own `publish.instance`"), "{log}");
    add(&other, 5..6).await;
    delivered(&address, 3).await;
    let topic = format!("{prefix}.articles.v1");
    let read = tokio::task::spawn_blocking(move || read_committed(&brokers, &topic)).await.unwrap();
    let keys: BTreeSet<&str> = read.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!((read.len(), keys.len()), (7, 7), "what was fenced is not there, all else is, once");
}
