//! Facts about the writer that need its connection: a disk without room, a call that fails among others.

use futures_util::future::join_all;
use tempfile::TempDir;

use super::error::Fault;
use super::{Store, StoreError, outbox};
use crate::publish::Record;

fn record(bytes: usize) -> Record {
    let value = vec![b'x'; bytes];
    Record { seq: 0, topic: "t".to_owned(), key: "k".to_owned(), headers: Vec::new(), value }
}

async fn append(store: &Store, bytes: usize) -> Result<(), StoreError> {
    store.writer.write("append", move |db| outbox::append(db, &record(bytes))).await
}

/// Limits the file to `n_more` pages beyond those it has.
async fn limit(store: &Store, n_more: i64) {
    let limit = move |db: &rusqlite::Connection| {
        let n_pages: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        db.query_row(&format!("PRAGMA max_page_count = {}", n_pages + n_more), [], |_| Ok(()))?;
        Ok(())
    };
    store.writer.write("limit", limit).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_nothing_is_half_written_and_room_lets_it_go_on() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    append(&store, 10).await.unwrap();
    limit(&store, 20).await;
    let large = store
        .writer
        .write("append two", |db| {
            outbox::append(db, &record(10))?;
            outbox::append(db, &record(1 << 20))
        })
        .await;
    let error = large.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }) && error.is_retriable(), "{error}");
    assert_eq!(store.outbox(0, 9, usize::MAX).await.unwrap().len(), 1, "nor the small one before it");
    assert_eq!(*store.watch_outbox().borrow(), 1);
    append(&store, 10).await.unwrap();
    limit(&store, 100_000).await;
    append(&store, 1 << 20).await.unwrap();
    let records = store.outbox(0, 9, usize::MAX).await.unwrap();
    assert_eq!(records.iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3]);
    store.check().await.unwrap();
}

#[tokio::test]
async fn every_answer_is_true_when_the_disk_fills_amid_a_group() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    limit(&store, 40).await;
    let sizes = [100, 200, 4 << 20, 300, 400, 5 << 20, 500];
    let answers = join_all(sizes.iter().map(|bytes| append(&store, *bytes))).await;
    let stored: Vec<usize> =
        store.outbox(0, 99, usize::MAX).await.unwrap().iter().map(|record| record.value.len()).collect();
    let answered: Vec<usize> =
        sizes.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(bytes, _)| *bytes).collect();
    assert_eq!(stored, answered);
    let errors: Vec<&StoreError> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(!errors.is_empty() && errors.iter().all(|error| error.is_retriable()), "{errors:?}");
}

#[tokio::test]
async fn a_call_that_fails_leaves_its_neighbours_in_the_commit_alone() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let calls = (0..40).map(|n| {
        store.writer.write("append", move |db| {
            outbox::append(db, &record(n))?;
            if n % 3 == 0 { Err(Fault::Row("no".to_owned())) } else { Ok(()) }
        })
    });
    let n_failed = join_all(calls).await.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(n_failed, 14);
    let records = store.outbox(0, 99, usize::MAX).await.unwrap();
    assert_eq!(records.len(), 26);
    assert!(records.iter().all(|record| record.value.len() % 3 != 0));
}
