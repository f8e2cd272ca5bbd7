//! A main file and, behind a NUL, a feed list: loading ends in a configuration or in problems that can be printed.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// Set `TMPDIR` to a folder in memory: every run writes two files.
static DIR: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = TempDir::new().expect("a folder");
    fs::create_dir(dir.path().join("feeds.d")).expect("a folder");
    dir
});

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (main, feeds) = bytes.split_at(end);
    let path = DIR.path().join("hotline.toml");
    fs::write(&path, main).expect("a file");
    fs::write(DIR.path().join("feeds.d/feeds.toml"), feeds.get(1..).unwrap_or_default()).expect("a file");
    if let Err(problems) = hotline::config::load(&path, &[]) {
        assert!(!problems.is_empty(), "a refusal says why");
        assert!(!problems.render(false).is_empty() && problems.to_json().len() == problems.len());
    }
});
