//! Facts about the shape of `src/`: imports run one way, outside crates have one home, files stay small.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Stages in the order the data runs; a stage may import those before it, never those behind it.
const STAGES: [&str; 9] = ["outlet", "charset", "calendar", "feed", "fetch", "article", "tag", "event", "publish"];
/// What a stage may never import.
const SHELL: [&str; 10] =
    ["app", "cli", "config", "demo", "http", "metrics", "pipeline", "shutdown", "store", "telemetry"];
/// Outside crates and the only places that may name them.
const HOMES: [(&str, &[&str]); 8] = [
    ("reqwest", &["fetch/"]),
    ("rusqlite", &["store/"]),
    ("rdkafka", &["publish/kafka", "demo/"]),
    ("axum", &["http/", "demo/"]),
    ("prometheus_client", &["metrics.rs", "metrics/", "http/"]),
    ("feed_rs", &["feed/"]),
    ("schema_registry_converter", &["publish/kafka"]),
    ("apache_avro", &["publish/kafka"]),
];
const FILE_LINES_MAX: usize = 450;

#[test]
fn stages_import_only_what_comes_before_them() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let Some(position) = STAGES.iter().position(|stage| owner(&file) == *stage) else { continue };
        for (number, line) in code_lines(&text) {
            let behind = STAGES[position + 1..].iter().chain(&SHELL);
            for name in behind.filter(|name| names_module(line, name)) {
                wrong.push(format!("{file}:{number}: {} imports {name}: {}", STAGES[position], line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point backwards:\n{}", wrong.join("\n"));
}

#[test]
fn each_outside_crate_has_one_home() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (number, line) in code_lines(&text) {
            for (name, homes) in HOMES {
                let is_named = line.contains(&format!("{name}::")) || line.trim() == format!("use {name};");
                if is_named && !homes.iter().any(|home| file.starts_with(home)) {
                    wrong.push(format!("{file}:{number}: {name} belongs to {homes:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "crates away from home:\n{}", wrong.join("\n"));
}

#[test]
fn files_open_with_what_they_own_and_stay_small() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{file}: does not open with `//!`"));
        }
        let n_lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
        if n_lines > FILE_LINES_MAX && !file.ends_with("tests.rs") {
            wrong.push(format!("{file}: {n_lines} lines, split it by noun"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `tag/dates/mod.rs` belongs to `tag`, `outlet.rs` to `outlet`.
fn owner(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// `crate::name` with nothing of an identifier behind it, alone or in a use group.
fn names_module(line: &str, name: &str) -> bool {
    let Some(at) = line.find("crate::") else { return false };
    let ends_word = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let rest = &line[at + "crate::".len()..];
    if let Some(group) = rest.strip_prefix('{') {
        return group.split(',').any(|part| part.trim().strip_prefix(name).is_some_and(ends_word));
    }
    rest.strip_prefix(name).is_some_and(ends_word)
}

/// Lines of code outside comments and the file's own tests, counted from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 20, "src/ was not found");
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("walked from root").display().to_string();
            (name, fs::read_to_string(&path).expect("a source file is readable"))
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("a folder entry is readable").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
