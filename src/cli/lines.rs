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
