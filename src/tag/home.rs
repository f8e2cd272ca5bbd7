//! Owns where a text is from: its dateline, the newsroom's zone, or its language.

use std::ops::Range;

use super::lexicon::{Hit, What};
use super::party::{Form, Place};
use super::roster::{Entity, Roster};
use super::scene::Scene;
use super::text::{Shape, TokenKind};

/// Tokens in which a dateline ends: "WASHINGTON, March 13 (AP) —".
const DATELINE_TOKENS: u32 = 16;

/// Returns the dateline, empty if there is none: the city that opens the text, up to a dash, a bracket or a bar.
pub(super) fn dateline(scene: &Scene<'_>) -> Range<u32> {
    let start = scene.title_end;
    let none = start..start;
    let Some(np) = (start..start + 2).find_map(|token| scene.np_at(token)).map(|at| &scene.nps[at]) else {
        return none;
    };
    if np.form != Form::Seat {
        return none;
    }
    if scene.text.word(np.end) == ":" {
        return start..np.end + 1;
    }
    let is_end = |token: &u32| match scene.text.word(*token) {
        "—" | "–" | "(" | "/" => true,
        "-" => !is_glued(scene, *token),
        _ => false,
    };
    let end = (np.end..start + DATELINE_TOKENS).take_while(|token| is_part(scene, *token)).find(is_end);
    end.map_or(none, |end| start..end + 1)
}

/// Names, numbers, marks and a month behind its day: no words of a sentence.
fn is_part(scene: &Scene<'_>, token: u32) -> bool {
    let kind_of = |token: u32| scene.text.tokens.get(token as usize).map(|one| one.kind);
    let Some(one) = scene.text.tokens.get(token as usize) else { return false };
    // "Astana. Kassym-Jomart": a sentence begins, unless an agency or a day follows.
    if scene.text.word(token) == "." {
        let is_number = |token: u32| kind_of(token) == Some(TokenKind::Number);
        return matches!(scene.text.word(token + 1), "/" | "(" | "—" | "–" | "-") || is_number(token + 1);
    }
    let is_sentence = one.kind == TokenKind::Word && matches!(one.shape, Shape::Lower | Shape::Caseless);
    one.kind != TokenKind::Break && (!is_sentence || kind_of(token - 1) == Some(TokenKind::Number))
}

/// The dash joins two parts of one word.
fn is_glued(scene: &Scene<'_>, dash: u32) -> bool {
    let tokens = &scene.text.tokens;
    match (tokens.get(dash as usize - 1), tokens.get(dash as usize), tokens.get(dash as usize + 1)) {
        (Some(before), Some(dash), Some(after)) => before.end == dash.start && dash.end == after.start,
        _ => false,
    }
}

/// Returns the country, as a position in the roster.
pub(super) fn country(scene: &Scene<'_>, hits: &[Hit], roster: &Roster, zone: Option<&str>) -> Option<usize> {
    let by_dateline = || {
        let np = scene.nps_in(&scene.dateline).map(|(_, np)| np).next()?;
        match np.place? {
            Place::Country(country) => Some(country),
            Place::Organisation(_) => None,
        }
    };
    let by_seat = || {
        let mut seats = hits.iter().filter_map(|hit| match hit.what {
            What::Name { entity: Entity::Metonym(country), .. } => Some(country),
            _ => None,
        });
        let first = seats.next()?;
        seats.all(|other| other == first).then_some(first)
    };
    let by_zone = || {
        let zone = zone?;
        roster.countries.iter().position(|country| country.zone.as_deref() == Some(zone))
    };
    let by_lang = || roster.countries.iter().position(|country| country.press.as_deref() == Some(scene.lang));
    by_dateline().or_else(by_seat).or_else(by_zone).or_else(by_lang)
}
