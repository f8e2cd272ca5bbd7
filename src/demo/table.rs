//! Owns the live table: one line a record, as wide as the terminal.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::publish::message::EventRecord;
use crate::tag::{Kind, Status};

/// A narrower terminal breaks lines.
const WIDTH_MIN: usize = 72;
const WIDTH_MAX: usize = 200;
const TIME: usize = 8;
const KIND: usize = 6;
const STATUS: usize = 11;
const REVISION: usize = 3;
/// Columns are this far apart.
const GAP: usize = 2;
/// Of what the fixed columns leave: who, outlets; the reason takes the rest.
const WHO_SHARE: f64 = 0.38;
const OUTLETS_SHARE: f64 = 0.27;

/// How lines are laid out.
#[derive(Debug, Clone)]
pub struct Table {
    who: usize,
    outlets: usize,
    reason: usize,
    paint: Paint,
    zone: TimeZone,
}

/// Whether lines carry colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    /// ANSI escape sequences.
    Colored,
}

impl Table {
    /// Makes a table `width` columns wide that shows times in `zone`.
    #[must_use]
    pub fn new(width: usize, paint: Paint, zone: TimeZone) -> Self {
        let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
        let rest = width - (TIME + KIND + STATUS + REVISION + 6 * GAP);
        let share = |share: f64| (rest as f64 * share) as usize;
        let (who, outlets) = (share(WHO_SHARE), share(OUTLETS_SHARE));
        Self { who, outlets, reason: rest - who - outlets, paint, zone }
    }

    /// Prints the names of the columns.
    #[must_use]
    pub fn header(&self) -> String {
        let names = ["time", "kind", "status", "rev", "who", "outlets", "what changed"].map(str::to_owned);
        self.painted(&line(&self.fitted(&names)), "1")
    }

    /// Prints an event at the moment its record arrived.
    #[must_use]
    pub fn event(&self, event: &EventRecord, at: Timestamp) -> String {
        let mut cells = self.fitted(&[
            self.time(at),
            kind(&event.kind).to_owned(),
            event.status.as_str().to_owned(),
            format!("r{}", event.revision),
            who(event),
            outlets(event),
            event.change.reason.clone(),
        ]);
        // Colour takes no columns: it comes after the cell is measured.
        cells[2] = self.painted(&cells[2], color(event.status));
        line(&cells)
    }

    /// Prints anything else that arrived.
    #[must_use]
    pub fn note(&self, kind: &str, text: &str, at: Timestamp) -> String {
        let width = STATUS + REVISION + self.who + self.outlets + self.reason + 4 * GAP;
        let gap = " ".repeat(GAP);
        let line = format!("{}{gap}{}{gap}{}", fit(&self.time(at), TIME), fit(kind, KIND), cut(text, width));
        self.painted(&line, "2")
    }

    fn fitted(&self, cells: &[String; 7]) -> Vec<String> {
        let widths = [TIME, KIND, STATUS, REVISION, self.who, self.outlets, self.reason];
        cells.iter().zip(widths).map(|(cell, width)| fit(cell, width)).collect()
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    fn painted(&self, text: &str, code: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Colored => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}

fn line(cells: &[String]) -> String {
    cells.join(&" ".repeat(GAP)).trim_end().to_owned()
}

fn kind(kind: &Kind) -> &str {
    match kind.0.as_str() {
        Kind::LEADER_CALL => "call",
        Kind::NEGOTIATION => "talks",
        other => other,
    }
}

fn who(event: &EventRecord) -> String {
    let names: Vec<&str> =
        event.participants.iter().map(|one| one.name.as_str()).filter(|name| !name.is_empty()).collect();
    if names.len() >= 2 { names.join(" – ") } else { event.parties.join(" – ") }
}

/// Names each outlet once, in order of arrival, behind their number.
fn outlets(event: &EventRecord) -> String {
    let mut names: Vec<&str> = Vec::new();
    for source in &event.sources {
        if !names.contains(&source.outlet_name.as_str()) {
            names.push(&source.outlet_name);
        }
    }
    format!("{} {}", event.corroboration.outlets, names.join(", "))
}

const fn color(status: Status) -> &'static str {
    match status {
        Status::Occurred | Status::Concluded => "32",
        Status::Proposed | Status::Planned | Status::Agreed => "36",
        Status::Underway => "34",
        Status::Postponed | Status::Suspended | Status::Unconfirmed => "33",
        Status::Cancelled | Status::Declined | Status::Denied | Status::Rejected | Status::Failed => "31",
    }
}

/// Cuts or pads to exactly `width` columns.
fn fit(text: &str, width: usize) -> String {
    let mut fitted = cut(text, width);
    fitted.push_str(&" ".repeat(width.saturating_sub(fitted.width())));
    fitted
}

/// Cuts to at most `width` columns; East Asian characters take two. Control characters do not reach the terminal.
fn cut(text: &str, width: usize) -> String {
    let text: String = text.chars().filter(|one| !one.is_control()).collect();
    if text.width() <= width {
        return text;
    }
    let (mut kept, mut taken) = (String::new(), 0);
    for one in text.chars() {
        let columns = one.width().unwrap_or_default();
        if taken + columns + 1 > width {
            break;
        }
        taken += columns;
        kept.push(one);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_width_in_any_script() {
        for text in [
            "",
            "short",
            "习近平同巴西总统卢拉通电话",
            "السيسي يتلقى اتصالا هاتفيا",
            "e\u{301}te\u{301} a\u{7} long one",
        ] {
            for width in [2, 7, 12, 40] {
                assert_eq!(fit(text, width).width(), width, "{text:?} in {width}");
            }
        }
        assert_eq!(cut("习近平同巴西", 6), "习近…");
        assert_eq!(cut("\u{1b}[31mred", 10), "[31mred");
    }

    #[test]
    fn lines_are_not_wider_than_the_terminal() {
        for width in [72, 80, 111, 200] {
            let table = Table::new(width, Paint::Plain, TimeZone::UTC);
            assert!(table.header().width() <= width);
            let note = table.note("dead", &"x".repeat(500), Timestamp::UNIX_EPOCH);
            assert_eq!(note.width(), width);
        }
    }
}
