//! Owns what the demo prints: records as they arrive, and the summary at the end.

use std::io::{self, Write};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::consumer::Received;
use super::ledger::{Entry, Finding, Ledger};
use super::newsroom::Newsroom;
use super::table::Table;
use crate::publish;

/// How records are shown.
#[derive(Debug, Clone)]
pub enum View {
    /// For people: everything on the one stream.
    Table(Table),
    /// One JSON object a record; words go to the other stream.
    Lines,
}

/// The demo's two streams.
pub struct Screen<'a> {
    view: View,
    records: &'a mut dyn Write,
    words: &'a mut dyn Write,
}

impl<'a> Screen<'a> {
    pub fn new(view: View, records: &'a mut dyn Write, words: &'a mut dyn Write) -> Self {
        Self { view, records, words }
    }

    /// Says one line.
    ///
    /// # Errors
    /// When the table's stream is closed; nobody needs the words beside JSON lines.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        if let View::Table(_) = self.view {
            writeln!(self.records, "{line}")?;
            return self.records.flush();
        }
        drop(writeln!(self.words, "{line}"));
        Ok(())
    }

    /// Prints the head of the table, where there is one.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn open(&mut self) -> io::Result<()> {
        let View::Table(table) = &self.view else { return Ok(()) };
        writeln!(self.records, "\n{}", table.header())?;
        self.records.flush()
    }

    /// Prints a record at the moment it arrived. Articles are not shown in the table: the summary counts them.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn show(&mut self, received: &Received, entry: &Entry, at: Timestamp) -> io::Result<()> {
        let line = match (&self.view, entry) {
            (View::Lines, _) => publish::line(&received.record, Some(received.partition), Some(received.offset)),
            (View::Table(_), Entry::Article(_)) => return Ok(()),
            (View::Table(table), Entry::Event(event)) => table.event(event, at),
            (View::Table(table), Entry::DeadLetter(text)) => table.note("dead", text, at),
            (View::Table(table), Entry::Broken(text)) => table.note("broken", text, at),
        };
        writeln!(self.records, "{line}")?;
        self.records.flush()
    }

    /// Prints how each expected event came out, and the figures.
    ///
    /// # Errors
    /// When the table's stream is closed.
    pub fn sum_up(&mut self, ledger: &Ledger, newsroom: &Newsroom, run: Run) -> io::Result<()> {
        let findings = ledger.findings(newsroom, run.day);
        self.say("")?;
        let mut n_arrived = 0;
        for (expected, finding) in &findings {
            let (word, what) = match finding {
                Finding::Arrived { revision, .. } => {
                    n_arrived += 1;
                    let status = expected.statuses.last().map_or("", |status| status.as_str());
                    let voices = format!("{}, {} independent", n_of(expected.outlets, "outlet"), expected.independent);
                    ("ok", format!("{} {status} r{revision}, {voices}", expected.kind))
                }
                Finding::Missing => ("missing", format!("{}", expected.kind)),
                Finding::Different { how, .. } => ("different", how.join("; ")),
            };
            self.say(&format!("{word:<10} {:<20} {what}", expected.id))?;
        }
        if run.is_newsroom_its_own {
            for event in ledger.unexpected(newsroom) {
                let outlet = event.sources.first().map_or("", |source| source.outlet_name.as_str());
                self.say(&format!(
                    "{:<10} {} {}: {} ({outlet})",
                    "unexpected",
                    event.kind,
                    event.status.as_str(),
                    event.headline
                ))?;
            }
        }
        for broken in &ledger.broken {
            self.say(&format!("{:<10} {broken}", "broken"))?;
        }
        self.say(&format!(
            "\n{n_arrived} of {} expected events arrived: {} articles, {} records, {} in {:.1} s",
            findings.len(),
            ledger.n_articles(),
            ledger.n_records,
            n_of(ledger.n_dead_letters, "dead letter"),
            run.lasted.as_secs_f64(),
        ))?;
        if let Some((median, longest)) = ledger.delays() {
            let (median, longest) = (median.as_secs_f64(), longest.as_secs_f64());
            self.say(&format!("from the fetched page to the consumer: median {median:.2} s, longest {longest:.2} s"))?;
        }
        Ok(())
    }
}

/// What the summary needs to know of the run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The demo's day.
    pub day: Date,
    pub lasted: SignedDuration,
    /// Nothing but the bundled articles was printed: any other event is a mistake.
    pub is_newsroom_its_own: bool,
}

/// Says how many: "1 outlet", "2 outlets".
fn n_of(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
