//! Owns the sink that prints records to standard output.

use std::io::{self, Write};

use super::{Outcome, Publish, PublishError, Record, line};

/// Prints one line a record.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stdout;

impl Publish for Stdout {
    async fn publish(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        let mut lines = String::new();
        for record in records {
            lines.push_str(&line(record, None, None));
            lines.push('\n');
        }
        let printed = tokio::task::spawn_blocking(move || {
            let mut stdout = io::stdout().lock();
            stdout.write_all(lines.as_bytes()).and_then(|()| stdout.flush())
        });
        // A closed pipe stays closed.
        let fatal = |reason: String| PublishError::Fatal { sink: "stdout".to_owned(), reason };
        printed.await.map_err(|err| fatal(err.to_string()))?.map_err(|err| fatal(err.to_string()))?;
        Ok(vec![Outcome::Acked { partition: None, offset: None }; records.len()])
    }
}
