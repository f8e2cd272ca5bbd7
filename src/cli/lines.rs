//! Owns reading input: a file or stdin, whole within a limit or line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context as _;

/// Reads a file, or stdin for `-`, of at most `bytes_max`.
pub(super) fn whole(path: &Path, bytes_max: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let name = path.display();
    let limit = bytes_max as u64 + 1;
    let read = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {name}"))?;
    anyhow::ensure!(bytes.len() <= bytes_max, "cannot read {name}: over {bytes_max} bytes");
    Ok(bytes)
}

/// Opens a file, or stdin for `-`, to be read by lines.
pub(super) fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(256 * 1024, io::stdin())));
    }
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Box::new(BufReader::with_capacity(256 * 1024, file)))
}

/// Longest line that is read; the rest of a longer one is skipped.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads lines with their numbers from 1; blank ones are counted and left out. A line that is too long, or cannot be
/// read, is an error in its place.
pub(super) fn numbered(input: Box<dyn BufRead + Send>) -> impl Iterator<Item = (usize, io::Result<Vec<u8>>)> {
    Lines { input, number: 0, is_over: false }
}

struct Lines {
    input: Box<dyn BufRead + Send>,
    number: usize,
    is_over: bool,
}

impl Iterator for Lines {
    type Item = (usize, io::Result<Vec<u8>>);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            self.number += 1;
            match self.line() {
                Ok(Some(line)) if line.trim_ascii().is_empty() => {}
                Ok(Some(line)) => return Some((self.number, Ok(line))),
                Ok(None) => return None,
                Err(err) => {
                    self.is_over = err.kind() != io::ErrorKind::FileTooLarge;
                    return Some((self.number, Err(err)));
                }
            }
        }
        None
    }
}

impl Lines {
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 1;
        let n_read = (&mut self.input).take(limit).read_until(b'\n', &mut line)?;
        if n_read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(line));
        }
        if line.len() > LINE_BYTES_MAX {
            self.input.skip_until(b'\n')?;
            let reason = format!("longer than {LINE_BYTES_MAX} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        Ok(Some(line))
    }
}
