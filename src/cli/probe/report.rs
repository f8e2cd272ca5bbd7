//! Owns how a dry run is told: sections of text as they come, or one JSON object in the end.

use std::io::{self, Write as _};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::cli::args::Format;
use crate::cli::exit::Failure;
use crate::cli::output::Out;

/// Columns before the text of a section.
const INDENT: usize = 14;

pub(super) struct Report<'o> {
    out: &'o mut Out,
    format: Format,
    sections: Map<String, Value>,
}

impl<'o> Report<'o> {
    pub(super) fn new(out: &'o mut Out, format: Format) -> Self {
        Self { out, format, sections: Map::new() }
    }

    /// Tells one step: as `value`, or as `lines`.
    pub(super) fn add(&mut self, section: &str, value: Value, lines: &[String]) -> io::Result<()> {
        self.sections.insert(section.to_owned(), value);
        if self.format == Format::Json {
            return Ok(());
        }
        let mut label = section.replace('_', " ");
        for line in lines {
            // The text is a stranger's: it must not steer the terminal.
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            self.out.line(format!("{label:<INDENT$}{line}").trim_end())?;
            label.clear();
        }
        self.out.flush()
    }

    /// Says at which step and why nothing follows.
    pub(super) fn stop(&mut self, step: &str, reason: &str) -> Result<(), Failure> {
        self.add("stopped", json!({ "at": step, "reason": reason }), &[format!("at {step}: {reason}")])?;
        Err(Failure::Reported)
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.format == Format::Json {
            self.out.json(&Value::Object(std::mem::take(&mut self.sections)))?;
        }
        self.out.flush()
    }
}

/// Prints a duration to the second, a short one to the millisecond.
pub(super) fn duration(duration: Duration) -> String {
    let is_short = duration < Duration::from_secs(10);
    let unit = if is_short { Duration::from_millis(1) } else { Duration::from_secs(1) };
    let n_units = duration.as_nanos() / unit.as_nanos();
    let rounded = unit.saturating_mul(u32::try_from(n_units).unwrap_or(u32::MAX));
    jiff::fmt::friendly::SpanPrinter::new().unsigned_duration_to_string(&rounded)
}
