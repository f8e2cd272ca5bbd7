//! Owns what parties are made of: the names, offices and stand-ins of a text that do not overlap.

use super::super::lexicon::{Cases, Hit, What};
use super::super::roster::{Entity, Risk};
use super::{Finder, Form, Place};

/// What may be part of a party, before it is joined.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) what: ItemKind,
    pub(super) cases: Cases,
    /// The Arabic "and" is written as one with it: another party begins.
    pub(super) is_joined: bool,
}

#[derive(Debug, Clone)]
pub(super) enum ItemKind {
    /// Persons who share the name.
    Person {
        candidates: Vec<usize>,
        risk: Option<Risk>,
        is_full: bool,
    },
    Office(usize),
    /// An office with its country inside.
    OfficeOf(usize, Place),
    Place(Place, Form),
    Counterpart,
    Pronoun,
    Pair,
}

impl Finder<'_> {
    /// Picks names, offices and stand-ins that do not overlap, from the left, the longest first.
    pub(super) fn items(&self, hits: &[Hit]) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        let mut classes: Vec<Item> = Vec::new();
        for (class, what) in [
            (self.glue.counterpart, ItemKind::Counterpart),
            (self.glue.pronoun, ItemKind::Pronoun),
            (self.glue.pair, ItemKind::Pair),
        ] {
            let all = 0..self.scene.text.tokens.len() as u32;
            for hit in self.scene.classes_in(&all).filter(|hit| Some(hit.class) == class) {
                let cases = Cases::default();
                classes.push(Item { start: hit.start, end: hit.end, what: what.clone(), cases, is_joined: false });
            }
        }
        for hit in hits {
            let what = match hit.what {
                What::Office(office) => ItemKind::Office(office),
                What::Name { entity, risk, is_full } => match entity {
                    Entity::Person(person) => ItemKind::Person { candidates: vec![person], risk, is_full },
                    Entity::Country(at) => ItemKind::Place(Place::Country(at), Form::Place),
                    Entity::Organisation(at) => ItemKind::Place(Place::Organisation(at), Form::Place),
                    Entity::Demonym(at) => ItemKind::Place(Place::Country(at), Form::Demonym),
                    Entity::Capital(at) | Entity::Metonym(at) => ItemKind::Place(Place::Country(at), Form::Seat),
                },
                _ => continue,
            };
            let is_joined = hit.is_joined;
            classes.push(Item { start: hit.start, end: hit.end, what, cases: hit.cases, is_joined });
        }
        let order = |item: &Item| (item.start, std::cmp::Reverse(item.end), rank(&item.what));
        classes.sort_by_key(order);
        close_offices(hits, &mut classes);
        classes.sort_by_key(order);
        let mut before: Option<Item> = None;
        for item in classes {
            match items.last_mut() {
                Some(last) if last.start == item.start && last.end == item.end => {
                    if is_country_rather(before.as_ref(), last, &item, hits) {
                        last.what = item.what;
                    } else {
                        merge_same(last, item);
                    }
                }
                // "la presidente" and "presidente del Consiglio": the one that says more.
                Some(last) if last.end > item.start && last.end < item.end && are_offices(last, &item) => {
                    last.what = item.what;
                    last.end = item.end;
                }
                Some(last) if last.end > item.start => {}
                _ => {
                    before = items.last().cloned();
                    items.push(item);
                }
            }
        }
        self.drop_lone_signs(&mut items);
        items
    }
}

fn are_offices(one: &Item, two: &Item) -> bool {
    matches!((&one.what, &two.what), (ItemKind::Office(_), ItemKind::Office(_)))
}

/// A surname that is a country's name or people too ("Montenegro", "Türk") is the country, unless an office or another
/// person stands beside it or its bearer is named in full.
fn is_country_rather(before: Option<&Item>, known: &Item, other: &Item, hits: &[Hit]) -> bool {
    let (ItemKind::Person { candidates, is_full: false, .. }, ItemKind::Place(_, form @ (Form::Place | Form::Demonym))) =
        (&known.what, &other.what)
    else {
        return false;
    };
    let is_office = |item: &Item| matches!(item.what, ItemKind::Office(_) | ItemKind::OfficeOf(..));
    let is_titled = before.is_some_and(|before| before.end == known.start && is_office(before));
    // "Türk ve Zelenski" says nothing of a person: the word before an office or a name is most often the adjective.
    let is_beside = |hit: &Hit| *form == Form::Place && (hit.start == known.end + 1 || hit.end + 1 == known.start);
    let is_named = |hit: &Hit| match hit.what {
        What::Name { entity: Entity::Person(person), is_full, .. } => {
            is_full && candidates.contains(&person) || is_beside(hit)
        }
        _ => false,
    };
    !is_titled && !hits.iter().any(is_named)
}

/// "глава немецкого МИД": the halves of an office with a country between them. The items are in order.
fn close_offices(hits: &[Hit], items: &mut Vec<Item>) {
    let hits_at = |token: u32| {
        let from = hits.partition_point(|hit| hit.start < token);
        hits[from..].iter().take_while(move |hit| hit.start == token)
    };
    let mut whole = Vec::new();
    for head in hits {
        let What::OfficeHalf { office, is_tail: false } = head.what else { continue };
        let from = items.partition_point(|item| item.start < head.end);
        let between = items[from..].iter().take_while(|item| item.start == head.end);
        for (place, end) in between.filter_map(|item| match item.what {
            ItemKind::Place(place, _) => Some((place, item.end)),
            _ => None,
        }) {
            let tail = What::OfficeHalf { office, is_tail: true };
            if let Some(tail) = hits_at(end).find(|hit| hit.what == tail) {
                let what = ItemKind::OfficeOf(office, place);
                let (start, end) = (head.start, tail.end);
                whole.push(Item { start, end, what, cases: Cases::default(), is_joined: false });
            }
        }
    }
    items.append(&mut whole);
}

/// Of two meanings of the same words the lower one is kept.
fn rank(what: &ItemKind) -> u8 {
    match what {
        ItemKind::Person { .. } => 0,
        ItemKind::Office(_) | ItemKind::OfficeOf(..) => 1,
        ItemKind::Counterpart | ItemKind::Pair => 2,
        ItemKind::Place(_, Form::Place) => 3,
        ItemKind::Place(_, Form::Demonym) => 4,
        ItemKind::Place(..) => 5,
        ItemKind::Pronoun => 6,
    }
}

/// Adds another meaning of the same words.
fn merge_same(known: &mut Item, other: Item) {
    if let (
        ItemKind::Person { candidates, risk, is_full },
        ItemKind::Person { candidates: more, risk: other_risk, is_full: other_full },
    ) = (&mut known.what, other.what)
    {
        for one in more {
            if !candidates.contains(&one) {
                candidates.push(one);
            }
        }
        *risk = risk.or(other_risk);
        *is_full = *is_full || other_full;
    }
    known.cases = known.cases.join(other.cases);
}
