//! Owns the NDJSON sink: one file per topic and day, a record is acknowledged when it is on disk.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{OpenError, Outcome, Publish, PublishError, Record, line};

/// Files kept open: the topics of a day and of the day before.
const FILES_OPEN_MAX: usize = 16;
/// Bytes read at a time when the end of the last whole line is looked for.
const TAIL_BYTES: u64 = 64 * 1024;

/// Appends records to `DIR/TOPIC-DAY.ndjson` as printed lines. The day is the record's own, so that sending a record
/// again puts it into the same file.
#[derive(Debug)]
pub struct Ndjson {
    dir: PathBuf,
    files: BTreeMap<String, File>,
}

impl Ndjson {
    /// Opens the sink; makes the directory where it is missing.
    ///
    /// # Errors
    /// [`OpenError::Directory`] when it cannot be made.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let dir = dir.into();
        std::fs::create_dir_all(&dir).map_err(|source| OpenError::Directory { dir: dir.clone(), source })?;
        Ok(Self { dir, files: BTreeMap::new() })
    }
}

impl Publish for Ndjson {
    async fn publish(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        let mut lines_by_file: BTreeMap<String, String> = BTreeMap::new();
        for record in records {
            let lines = lines_by_file.entry(file_name(record)).or_default();
            lines.push_str(&line(record, None, None));
            lines.push('\n');
        }
        let dir = self.dir.clone();
        let mut files = std::mem::take(&mut self.files);
        let appended = tokio::task::spawn_blocking(move || {
            let result = append(&dir, &mut files, &lines_by_file);
            (files, result)
        });
        let sink = || format!("ndjson:{}", self.dir.display());
        let (files, result) =
            appended.await.map_err(|err| PublishError::Fatal { sink: sink(), reason: err.to_string() })?;
        self.files = files;
        result.map_err(|(name, err)| PublishError::Retriable {
            sink: sink(),
            reason: format!("append to {name}: {err}"),
        })?;
        Ok(vec![Outcome::Acked { partition: None, offset: None }; records.len()])
    }
}

fn append(
    dir: &Path,
    files: &mut BTreeMap<String, File>,
    lines_by_file: &BTreeMap<String, String>,
) -> Result<(), (String, io::Error)> {
    for (name, lines) in lines_by_file {
        // A file that failed is opened anew next time, which repairs its end.
        let file = match files.remove(name) {
            Some(file) => file,
            None => open_file(dir, name).map_err(|err| (name.clone(), err))?,
        };
        let file = append_to(file, lines.as_bytes()).map_err(|err| (name.clone(), err))?;
        if files.len() >= FILES_OPEN_MAX {
            files.pop_first();
        }
        files.insert(name.clone(), file);
    }
    Ok(())
}

/// Appends whole lines and waits until they are on disk; on failure takes back what was written of them.
fn append_to(mut file: File, lines: &[u8]) -> io::Result<File> {
    let end = file.seek(SeekFrom::End(0))?;
    let written = file.write_all(lines).and_then(|()| file.sync_data());
    if let Err(err) = written {
        // When this fails too, the next open cuts the torn line.
        drop(file.set_len(end));
        return Err(err);
    }
    Ok(file)
}

fn open_file(dir: &Path, name: &str) -> io::Result<File> {
    let path = dir.join(name);
    let is_new = !path.exists();
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
    if is_new {
        // The name itself must survive a power loss.
        File::open(dir)?.sync_all()?;
    }
    cut_torn_line(&mut file)?;
    Ok(file)
}

/// Cuts what a crash left of an unfinished line; it was never acknowledged.
fn cut_torn_line(file: &mut File) -> io::Result<()> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let n_bytes = end;
    while end > 0 {
        let start = end.saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(start))?;
        let mut tail = Vec::new();
        Read::by_ref(file).take(end - start).read_to_end(&mut tail)?;
        if let Some(at) = tail.iter().rposition(|byte| *byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < n_bytes {
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(())
}

fn file_name(record: &Record) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_');
    let topic: String = record.topic.chars().map(|char| if is_plain(char) { char } else { '_' }).collect();
    let time = record.header("ce_time").or_else(|| record.header("hotline_error_time"));
    match time.and_then(|time| time.get(..10)) {
        Some(day) if day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => format!("{topic}-{day}.ndjson"),
        _ => format!("{topic}.ndjson"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str) -> Record {
        Record {
            seq: 1,
            topic: "hotline.events.v1".to_owned(),
            key: key.to_owned(),
            headers: vec![("ce_time".to_owned(), "2025-02-12T17:00:00.000Z".to_owned())],
            value: b"{}".to_vec(),
        }
    }

    async fn publish(dir: &Path, key: &str) {
        let mut sink = Ndjson::open(dir).unwrap();
        let outcomes = sink.publish(&[record(key)]).await.unwrap();
        assert_eq!(outcomes, [Outcome::Acked { partition: None, offset: None }]);
    }

    fn keys(dir: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(dir.join("hotline.events.v1-2025-02-12.ndjson")).unwrap();
        assert!(text.ends_with('\n'));
        let key =
            |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["key"].as_str().unwrap().to_owned();
        text.lines().map(key).collect()
    }

    #[tokio::test]
    async fn records_are_appended_across_restarts() {
        let dir = tempfile::tempdir().unwrap();
        publish(dir.path(), "a").await;
        publish(dir.path(), "b").await;
        assert_eq!(keys(dir.path()), ["a", "b"]);
    }

    #[tokio::test]
    async fn a_line_torn_by_a_crash_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hotline.events.v1-2025-02-12.ndjson");
        let torn = format!("{{\"key\":\"a\"}}\n{{\"key\":\"{}", "x".repeat(200_000));
        std::fs::write(&path, torn).unwrap();
        publish(dir.path(), "b").await;
        assert_eq!(keys(dir.path()), ["a", "b"]);
        std::fs::write(&path, "{\"key").unwrap();
        publish(dir.path(), "c").await;
        assert_eq!(keys(dir.path()), ["c"]);
    }

    #[tokio::test]
    async fn a_directory_that_vanished_is_retriable() {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = Ndjson::open(dir.path().join("out")).unwrap();
        std::fs::remove_dir(dir.path().join("out")).unwrap();
        let err = sink.publish(&[record("a")]).await.unwrap_err();
        assert!(matches!(err, PublishError::Retriable { .. }), "{err}");
        std::fs::create_dir(dir.path().join("out")).unwrap();
        sink.publish(&[record("a")]).await.unwrap();
        assert_eq!(keys(&dir.path().join("out")), ["a"]);
    }
}
