//! Owns what is wrong: problems with their places, as text with the lines in question or as JSON.

use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde_json::{Value, json};

/// Something wrong in the configuration.
#[derive(Debug, Clone)]
pub struct Problem {
    message: String,
    help: Option<String>,
    place: Option<Place>,
    /// Another place that has to do with it.
    also: Option<Place>,
}

/// Bytes of one file.
#[derive(Debug, Clone)]
struct Place {
    file: usize,
    span: Range<usize>,
    label: String,
}

impl Problem {
    /// Makes a problem without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, place: None, also: None }
    }

    #[must_use]
    pub(super) fn at(mut self, file: usize, span: Range<usize>, label: &str) -> Self {
        self.place = Some(Place { file, span, label: label.to_owned() });
        self
    }

    #[must_use]
    pub(super) fn also(mut self, file: usize, span: Range<usize>, label: &str) -> Self {
        self.also = Some(Place { file, span, label: label.to_owned() });
        self
    }

    #[must_use]
    pub(super) fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// All that is wrong, with the files it is in.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    files: Vec<File>,
    found: Vec<Problem>,
}

/// A file's name and text, shared with the readers of the text.
#[derive(Debug, Clone)]
struct File {
    name: String,
    text: Arc<str>,
}

/// The first problem with its place, on one line, and how many more there are.
impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(first) = self.found.first() else { return Ok(()) };
        if let Some(place) = &first.place {
            let (line, column) = self.position(place.file, place.span.start);
            write!(f, "{}:{line}:{column}: ", self.name(place.file))?;
        }
        f.write_str(&first.message)?;
        match self.found.len() {
            1 => Ok(()),
            n => write!(f, " (and {} more)", n - 1),
        }
    }
}

impl Problems {
    pub(super) fn add_file(&mut self, name: &str, text: String) -> usize {
        self.files.push(File { name: name.to_owned(), text: text.into() });
        self.files.len() - 1
    }

    pub(super) fn text(&self, file: usize) -> Arc<str> {
        Arc::clone(&self.files[file].text)
    }

    pub(super) fn name(&self, file: usize) -> &str {
        &self.files[file].name
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Puts the problems in the order of files and lines, each once.
    pub(super) fn sort(&mut self) {
        let at = |problem: &Problem| problem.place.as_ref().map(|place| (place.file, place.span.start));
        self.found.sort_by_key(at);
        self.found.dedup_by(|next, first| at(next).is_some() && at(next) == at(first) && next.message == first.message);
    }

    /// Reports whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Returns line and column, both from 1, the column in chars.
    pub(super) fn position(&self, file: usize, at: usize) -> (usize, usize) {
        let text = &self.files[file].text;
        let before = &text.as_bytes()[..at.min(text.len())];
        let line = before.split(|byte| *byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    }

    /// Returns one JSON object a problem: `{file, line, column, message, help, also}`.
    #[must_use]
    pub fn to_json(&self) -> Vec<Value> {
        self.found
            .iter()
            .map(|problem| {
                let mut value = problem.place.as_ref().map_or_else(
                    || json!({ "file": null, "line": null, "column": null }),
                    |place| self.place_json(place),
                );
                value["message"] = json!(problem.message);
                value["help"] = json!(problem.help);
                value["also"] = problem.also.as_ref().map_or(Value::Null, |place| self.place_json(place));
                value
            })
            .collect()
    }

    fn place_json(&self, place: &Place) -> Value {
        let (line, column) = self.position(place.file, place.span.start);
        json!({ "file": self.name(place.file), "line": line, "column": column })
    }

    /// Renders each problem with its place and the lines it is about.
    #[must_use]
    pub fn render(&self, is_colored: bool) -> String {
        let theme = if is_colored { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(120).with_links(false).with_context_lines(1);
        let mut out = String::new();
        for problem in &self.found {
            let head = problem.place.as_ref().map_or_else(String::new, |place| {
                let (line, column) = self.position(place.file, place.span.start);
                format!("{}:{line}:{column}: ", self.name(place.file))
            });
            out.extend(["error: ", &head, &problem.message, "\n"]);
            let Some(place) = &problem.place else { continue };
            let same_file = problem.also.as_ref().filter(|also| also.file == place.file);
            self.snippet(&handler, place, same_file, &mut out);
            if let Some(also) = problem.also.as_ref().filter(|also| also.file != place.file) {
                self.snippet(&handler, also, None, &mut out);
            }
            if let Some(help) = &problem.help {
                out.extend(["  help: ", help, "\n"]);
            }
        }
        out
    }

    fn snippet(&self, handler: &GraphicalReportHandler, place: &Place, also: Option<&Place>, out: &mut String) {
        let file = &self.files[place.file];
        let labels = std::iter::once(place)
            .chain(also)
            .map(|place| LabeledSpan::new_with_span(Some(place.label.clone()), clamp(place, &file.text)))
            .collect();
        let named = NamedSource::new(&file.name, masked(&file.text));
        let mut rendered = String::new();
        if handler.render_report(&mut rendered, &Snippet { text: named, labels }).is_ok() {
            // The handler repeats a headline that is already printed: keep the lines from the frame on.
            for line in rendered.lines().skip_while(|line| !line.contains('╭')) {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
}

/// Puts stars over the values of lines that may hold a secret; every byte keeps its place.
fn masked(text: &str) -> String {
    text.split_inclusive('\n').map(|line| if may_hold_secret(line) { stars(line) } else { line.to_owned() }).collect()
}

fn stars(line: &str) -> String {
    let (name, value) = line.split_once('=').unwrap_or(("", line));
    let starred = value
        .chars()
        .map(|c| if c.is_ascii_punctuation() || c.is_whitespace() { c.to_string() } else { "*".repeat(c.len_utf8()) });
    let separator = if name.is_empty() { "" } else { "=" };
    format!("{name}{separator}{}", starred.collect::<String>())
}

fn may_hold_secret(line: &str) -> bool {
    let line = line.to_lowercase();
    let has_user = |rest: &str| rest.split('/').next().is_some_and(|host| host.contains('@'));
    super::keys::is_secret(&line) || line.split_once("://").is_some_and(|(_, rest)| has_user(rest))
}

/// Keeps the label within one line: a frame around a whole table says nothing.
fn clamp(place: &Place, text: &str) -> (usize, usize) {
    let start = text.floor_char_boundary(place.span.start);
    let end = text.ceil_char_boundary(place.span.end.max(start));
    let length = text.get(start..end).and_then(|part| part.lines().next()).map_or(0, str::len);
    (start, length)
}

#[derive(Debug, thiserror::Error)]
#[error("")]
struct Snippet {
    text: NamedSource<String>,
    labels: Vec<LabeledSpan>,
}

impl Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
