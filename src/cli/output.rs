//! Owns stdout: buffered, quiet when the reader goes away; and whether there is colour.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use serde_json::Value;

use super::args::Color;

/// Standard output of a command.
pub(super) struct Out {
    /// Locked only while it is written to: the sink of `run --sink stdout` writes from another thread.
    stdout: BufWriter<Stdout>,
}

impl Out {
    pub(super) fn stdout() -> Self {
        Self { stdout: BufWriter::with_capacity(64 * 1024, io::stdout()) }
    }

    /// Prints one line of JSON.
    pub(super) fn json(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.stdout, value)?;
        self.stdout.write_all(b"\n")
    }

    /// Prints a line.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        self.stdout.write_all(line.as_bytes())?;
        self.stdout.write_all(b"\n")
    }

    /// Hands on what is buffered.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stdout.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Reports whether to print colours on `stream`.
pub(super) fn is_colored(color: Color, stream: &impl IsTerminal) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && stream.is_terminal(),
    }
}

/// Says how many (`1 error`, `2 errors`).
pub(super) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
