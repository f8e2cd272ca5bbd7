//! Owns the dates readers see: which of the times and dated texts of a page is its day of publication.

use super::{
    dates::{self, Habits, Stamp, n_words},
    head::Head,
    marks::{Mark, Place, published_part},
};

/// A text that gives the page's date holds little else.
const STAMP_CHARS_MAX: usize = 70;
/// Words beside an unmarked date, the weekday and the month among them; with more it is a line of text.
const STAMP_WORDS_MAX: usize = 4;
/// Text between the headline and a time that still belongs to it: the lead, a byline, a caption.
const BELOW_HEADING_BYTES_MAX: usize = 600;
/// The same above the headline: a section's name, a byline.
const ABOVE_HEADING_BYTES_MAX: usize = 150;

/// A date on the page; the least rank is the surest.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) stamp: Stamp,
    pub(super) origin: &'static str,
    pub(super) rank: Rank,
    /// Nothing stands before it in its text.
    pub(super) opens_text: bool,
}

/// How likely a visible date is the day of publication, from the likeliest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Published,
    TimeByHeading,
    DateByHeading,
    TextByHeading,
    PublishedFar,
    DateAboveHeading,
    TextAboveHeading,
    ChangedByHeading,
    TimeBelow,
    DateBelow,
    DateAbove,
    Text,
    Changed,
    ChangedElsewhere,
    Line,
}

impl Rank {
    /// The page says what this date is, or it stands where only that date stands.
    pub(super) fn is_marked(self) -> bool {
        use Rank::{
            DateAbove, DateAboveHeading, DateBelow, DateByHeading, Published, PublishedFar, TimeBelow, TimeByHeading,
        };
        matches!(
            self,
            Published
                | TimeByHeading
                | DateByHeading
                | PublishedFar
                | DateAboveHeading
                | TimeBelow
                | DateBelow
                | DateAbove
        )
    }
}

/// Where a date stands, as seen from the headline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    ByHeading,
    Below,
    AboveHeading,
    Above,
    Elsewhere,
}

/// All visible dates, in document order, times before texts.
pub(super) fn all(head: &Head, habits: &Habits) -> Vec<Seen> {
    let mut found = Vec::new();
    for time in &head.times {
        let Some(rank) = time_rank(time.mark, spot(head, time.place, time.at)) else { continue };
        let machine = habits.stamp(&time.value).map(|stamp| (stamp, "time"));
        if let Some((stamp, origin)) = machine.or_else(|| Some((habits.stamp(&time.text)?, "time text"))) {
            found.push(Seen { stamp, origin, rank, opens_text: true });
        }
    }
    for text in &head.dated {
        if text.text.chars().count() > STAMP_CHARS_MAX {
            continue;
        }
        let Some(day) = habits.day(published_part(&text.text)) else { continue };
        let is_line = n_words(&text.text) > STAMP_WORDS_MAX;
        let Some(rank) = text_rank(text.mark, spot(head, text.place, text.at), is_line) else { continue };
        let opens_text = dates::opens_text(&text.text);
        found.push(Seen { stamp: Stamp::of_day(day), origin: "visible date", rank, opens_text });
    }
    found
}

/// The time element that stands under the headline, before the text.
pub(super) fn beside_heading(head: &Head, habits: &Habits) -> Option<Seen> {
    let time = head.times.iter().find(|time| {
        let is_other = matches!(time.mark, Mark::Changed | Mark::Clock);
        !is_other && spot(head, time.place, time.at) == Spot::ByHeading
    })?;
    Some(Seen { stamp: habits.stamp(&time.value)?, origin: "time", rank: Rank::TimeByHeading, opens_text: true })
}

fn spot(head: &Head, place: Place, at: usize) -> Spot {
    let Some(heading_at) = head.heading_at.filter(|_| place != Place::Elsewhere) else {
        return if place == Place::Elsewhere { Spot::Elsewhere } else { Spot::Above };
    };
    if at >= heading_at {
        if at - heading_at <= BELOW_HEADING_BYTES_MAX { Spot::ByHeading } else { Spot::Below }
    } else if heading_at - at <= ABOVE_HEADING_BYTES_MAX {
        Spot::AboveHeading
    } else {
        Spot::Above
    }
}

fn time_rank(mark: Mark, spot: Spot) -> Option<Rank> {
    Some(match (mark, spot) {
        (Mark::Clock, _) | (_, Spot::Elsewhere) => return None,
        (Mark::Changed, Spot::ByHeading) => Rank::ChangedByHeading,
        (Mark::Changed, _) => Rank::Changed,
        (_, Spot::ByHeading) => Rank::TimeByHeading,
        (_, Spot::AboveHeading) => Rank::DateAboveHeading,
        (_, Spot::Below) => Rank::TimeBelow,
        (_, Spot::Above) => Rank::DateAbove,
    })
}

fn text_rank(mark: Mark, spot: Spot, is_line: bool) -> Option<Rank> {
    Some(match (mark, spot) {
        (Mark::Clock, _) => return None,
        (Mark::Changed, Spot::Elsewhere) => Rank::ChangedElsewhere,
        (_, Spot::Elsewhere) => return None,
        (Mark::Changed, Spot::ByHeading) => Rank::ChangedByHeading,
        (Mark::Changed, _) => Rank::Changed,
        (Mark::Published, Spot::Below) => Rank::PublishedFar,
        (Mark::Published, _) => Rank::Published,
        (Mark::Date, Spot::ByHeading) => Rank::DateByHeading,
        (Mark::Date, Spot::AboveHeading) => Rank::DateAboveHeading,
        (Mark::Date, Spot::Below) => Rank::DateBelow,
        (Mark::Date, Spot::Above) => Rank::DateAbove,
        (Mark::None, _) if is_line => Rank::Line,
        (Mark::None, Spot::ByHeading) => Rank::TextByHeading,
        (Mark::None, Spot::AboveHeading) => Rank::TextAboveHeading,
        (Mark::None, _) => Rank::Text,
    })
}
