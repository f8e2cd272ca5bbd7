//! Owns parties: names, offices and countries that stand together, joined into the person or side they name.

use std::ops::Range;

use jiff::civil::Date;

use super::lexicon::{Cases, Hit, What};
use super::pack::Classes;
use super::roster::{Case, Entity, Risk, Roster};
use super::scene::Scene;
use super::text::{Shape, TokenKind};

/// A country or organisation, as a position in the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Country(usize),
    Organisation(usize),
}

impl Place {
    pub(super) fn code(self, roster: &Roster) -> &str {
        match self {
            Self::Country(at) => &roster.countries[at].code,
            Self::Organisation(at) => &roster.organisations[at].code,
        }
    }
}

/// What kind of words a party is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Person,
    /// An office with its country, or alone.
    Office,
    /// A country or organisation as it stands.
    Place,
    Demonym,
    /// A capital or seat of power.
    Seat,
    /// "his Polish counterpart".
    Counterpart,
    Pronoun,
    /// "the two leaders".
    Pair,
}

/// What a party does in its sentence, other than take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Plain,
    /// "Trump's envoy": the envoy is meant.
    Owner,
    /// Says what is reported.
    Speaker,
}

/// A party in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Np {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) form: Form,
    pub(super) person: Option<usize>,
    /// Position in the roster's offices.
    pub(super) office: Option<usize>,
    pub(super) place: Option<Place>,
    /// Tokens of a name the roster does not know.
    pub(super) named: Option<Range<u32>>,
    pub(super) cases: Cases,
    pub(super) part: Part,
    /// The name is given in full.
    pub(super) is_full: bool,
    /// Why the name alone proves nothing.
    risk: Option<Risk>,
}

/// What may be part of a party, before it is joined.
#[derive(Debug, Clone)]
struct Item {
    start: u32,
    end: u32,
    what: ItemKind,
    cases: Cases,
}

#[derive(Debug, Clone)]
enum ItemKind {
    /// Persons who share the name.
    Person { candidates: Vec<usize>, risk: Option<Risk>, is_full: bool },
    Office(usize),
    Place(Place, Form),
    Counterpart,
    Pronoun,
    Pair,
}

/// Numbers of the common classes that parties are made with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Glue {
    art: Option<u16>,
    glue: Option<u16>,
    and: Option<u16>,
    delegate: Option<u16>,
    spokesman: Option<u16>,
    say: Option<u16>,
    counterpart: Option<u16>,
    pronoun: Option<u16>,
    pair: Option<u16>,
}

impl Glue {
    pub(super) fn new(classes: &Classes) -> Self {
        Self {
            art: classes.common("art"),
            glue: classes.common("glue"),
            and: classes.common("and"),
            delegate: classes.common("delegate"),
            spokesman: classes.common("spokesman"),
            say: classes.common("say"),
            counterpart: classes.common("counterpart"),
            pronoun: classes.common("pronoun"),
            pair: classes.common("two_leaders"),
        }
    }

    /// Skips articles and titles in front of a party.
    pub(super) fn skip_articles(&self, scene: &Scene<'_>, mut token: u32) -> u32 {
        for _ in 0..3 {
            match scene.class_end(token, self.art) {
                Some(end) if scene.np_at(token).is_none() => token = end,
                _ => break,
            }
        }
        token
    }

    /// Returns where the next member of a group would start, after a comma or "and".
    pub(super) fn next_member(&self, scene: &Scene<'_>, end: u32) -> Option<u32> {
        let mut token = end;
        if scene.text.word(token) == "," {
            token += 1;
        }
        if let Some(end) = scene.class_end(token, self.and) {
            token = end;
        }
        (token > end).then(|| self.skip_articles(scene, token))
    }

    pub(super) fn say(&self) -> Option<u16> {
        self.say
    }

    pub(super) fn spokesman(&self) -> Option<u16> {
        self.spokesman
    }
}

/// Finds the parties of a scene.
pub(super) fn find(scene: &Scene<'_>, hits: &[Hit], roster: &Roster, glue: &Glue, day: Option<Date>) -> Vec<Np> {
    let finder = Finder { scene, roster, glue, day };
    let items = finder.items(hits);
    let mut nps = finder.join(&items);
    Finder::settle(&mut nps);
    finder.mark_parts(&mut nps);
    nps
}

struct Finder<'s> {
    scene: &'s Scene<'s>,
    roster: &'s Roster,
    glue: &'s Glue,
    day: Option<Date>,
}

impl Finder<'_> {
    /// Picks names, offices and stand-ins that do not overlap, from the left, the longest first.
    fn items(&self, hits: &[Hit]) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        let mut classes: Vec<Item> = Vec::new();
        for (class, what) in [
            (self.glue.counterpart, ItemKind::Counterpart),
            (self.glue.pronoun, ItemKind::Pronoun),
            (self.glue.pair, ItemKind::Pair),
        ] {
            let all = 0..self.scene.text.tokens.len() as u32;
            for hit in self.scene.classes_in(&all).filter(|hit| Some(hit.class) == class) {
                classes.push(Item { start: hit.start, end: hit.end, what: what.clone(), cases: Cases::default() });
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
            classes.push(Item { start: hit.start, end: hit.end, what, cases: hit.cases });
        }
        classes.sort_by_key(|item| (item.start, std::cmp::Reverse(item.end), rank(&item.what)));
        for item in classes {
            match items.last_mut() {
                Some(last) if last.start == item.start && last.end == item.end => merge_same(last, item),
                Some(last) if last.end > item.start => {}
                _ => items.push(item),
            }
        }
        items
    }

    /// Joins items that stand together.
    fn join(&self, items: &[Item]) -> Vec<Np> {
        let mut nps: Vec<Np> = Vec::new();
        let mut at = 0;
        while at < items.len() {
            let (np, next) = self.compose(items, at);
            at = next;
            let Some(np) = np else { continue };
            let shared = self.shared_office(nps.last(), &np);
            nps.push(np);
            if let (Some(office), Some(np)) = (shared, nps.last_mut()) {
                np.office = Some(office);
                np.form = Form::Office;
            }
        }
        nps
    }

    /// "the prime ministers of Japan and India": the office before the first country is the second one's too.
    fn shared_office(&self, last: Option<&Np>, np: &Np) -> Option<usize> {
        let last = last.filter(|last| last.form == Form::Office && last.named.is_none() && last.place.is_some())?;
        if np.form != Form::Place || self.glue.next_member(self.scene, last.end) != Some(np.start) {
            return None;
        }
        let is_office_first = !self.ends_with_office(last);
        let has_and = (last.end..np.start).any(|token| self.scene.class_end(token, self.glue.and).is_some());
        (is_office_first && has_and).then_some(last.office).flatten()
    }

    /// Reports whether the office stands behind its country in the party ("Japanese prime minister").
    fn ends_with_office(&self, np: &Np) -> bool {
        self.roster.offices.get(np.office.unwrap_or(usize::MAX)).is_some_and(|office| {
            let last = self.scene.text.word(np.end - 1);
            office.words.of(self.scene.lang).iter().any(|word| super::fold::fold(word).ends_with(last))
        })
    }

    fn touches(&self, end: u32, start: u32) -> bool {
        let mut token = end;
        for _ in 0..4 {
            if token == start {
                return true;
            }
            let glue = self.scene.class_end(token, self.glue.glue).or_else(|| self.scene.class_end(token, self.glue.art));
            match glue.or_else(|| self.possessive_end(token)) {
                Some(end) if end <= start => token = end,
                _ => return false,
            }
        }
        false
    }

    /// "'s", "'" and a Turkish suffix behind an apostrophe, the Chinese and Japanese 的 and の.
    fn possessive_end(&self, token: u32) -> Option<u32> {
        let text = self.scene.text;
        match text.word(token) {
            "'" => {
                let next = text.tokens.get(token as usize + 1)?;
                let is_glued = next.start == text.tokens[token as usize].end;
                let is_suffix = next.kind == TokenKind::Word && next.shape == Shape::Lower && is_glued;
                Some(token + if is_suffix { 2 } else { 1 })
            }
            "的" | "の" | "之" => Some(token + 1),
            _ => None,
        }
    }

    fn compose(&self, items: &[Item], at: usize) -> (Option<Np>, usize) {
        let first = &items[at];
        let mut np = Np {
            start: first.start,
            end: first.end,
            form: Form::Place,
            person: None,
            office: None,
            place: None,
            named: None,
            cases: first.cases,
            part: Part::Plain,
            is_full: false,
            risk: None,
        };
        let mut person: Option<&Item> = None;
        let mut next = at;
        let mut is_seat = false;
        while let Some(item) = items.get(next) {
            let gap_ok = next == at || self.touches(np.end, item.start);
            let is_direct = next == at || np.end == item.start;
            if !gap_ok {
                break;
            }
            match &item.what {
                ItemKind::Person { candidates, .. } if person.is_none() && !is_seat => {
                    let is_alone = np.office.is_none();
                    if np.place.is_some() && is_alone && !candidates.iter().any(|one| self.is_of(*one, np.place)) {
                        break;
                    }
                    if np.office.is_some() && !is_direct && next != at {
                        break;
                    }
                    person = Some(item);
                    np.cases = if np.office.is_some() && np.cases.0 != 0 { np.cases } else { item.cases };
                    np.form = Form::Person;
                }
                ItemKind::Office(office) if !is_seat => {
                    let is_behind_name = person.is_some() && np.office.is_none();
                    if is_behind_name && !(is_direct && self.is_cjk()) {
                        break;
                    }
                    if np.office.is_some() && person.is_some() {
                        break;
                    }
                    np.office = np.office.or(Some(*office));
                    if person.is_none() {
                        np.form = Form::Office;
                    }
                }
                ItemKind::Place(place, form) => {
                    let follows_office = np.office.is_some() && np.place.is_none() && person.is_none();
                    let before_office_of_name = person.is_some()
                        && is_direct
                        && self.is_cjk()
                        && matches!(items.get(next + 1), Some(Item { start, what: ItemKind::Office(_), .. }) if *start == item.end);
                    if next != at && !(follows_office || before_office_of_name) {
                        break;
                    }
                    if *form == Form::Seat && next != at && !self.is_cjk() {
                        break;
                    }
                    np.place = np.place.or(Some(*place));
                    if next == at {
                        np.form = *form;
                        is_seat = *form == Form::Seat;
                    }
                }
                ItemKind::Counterpart => {
                    if np.office.is_some() || person.is_some() {
                        break;
                    }
                    np.form = Form::Counterpart;
                }
                ItemKind::Person { .. } | ItemKind::Office(_) => break,
                ItemKind::Pronoun | ItemKind::Pair => {
                    if next != at {
                        break;
                    }
                    np.form = if matches!(item.what, ItemKind::Pair) { Form::Pair } else { Form::Pronoun };
                }
            }
            np.end = item.end;
            next += 1;
            if matches!(np.form, Form::Pronoun | Form::Pair) {
                break;
            }
            if np.form == Form::Counterpart && np.place.is_none() {
                // "homologue français", «نظيره الفرنسي»: the country stands behind.
                if let Some(Item { what: ItemKind::Place(place, Form::Demonym | Form::Place), start, end, .. }) = items.get(next)
                    && self.touches(np.end, *start)
                {
                    np.place = Some(*place);
                    np.end = *end;
                    next += 1;
                }
            }
            if next - at >= 5 {
                break;
            }
        }
        if let Some(Item { what: ItemKind::Person { candidates, risk, is_full }, start, .. }) = person {
            np.is_full = *is_full;
            let known = Known { candidates, is_full: *is_full, start: *start };
            let chosen = self.choose(&known, &np);
            let Some(&first) = chosen.first() else { return (self.without_person(np, *start), next.max(at + 1)) };
            np.person = Some(first);
            np.risk = risk.filter(|risk| *risk != Risk::Ambiguous || chosen.len() > 1);
            let (end, taken) = self.apposition(items, next, &np);
            np.end = end.max(np.end);
            next += taken;
        } else if matches!(np.form, Form::Office | Form::Counterpart) {
            np.named = self.unknown_name(np.end);
            np.end = np.named.as_ref().map_or(np.end, |name| name.end);
        }
        (Some(np), next.max(at + 1))
    }

    /// What is left of a party whose name turns out not to be the person's.
    fn without_person(&self, mut np: Np, name_start: u32) -> Option<Np> {
        if np.start >= name_start {
            return None;
        }
        np.named = Some(name_start..np.end);
        if np.office.is_none() {
            np.end = name_start;
            np.named = None;
            np.form = Form::Demonym;
        } else {
            np.form = Form::Office;
        }
        Some(np)
    }

    /// "Emmanuel Macron, the president of France,": the office behind the comma is the same person's.
    fn apposition(&self, items: &[Item], next: usize, np: &Np) -> (u32, usize) {
        let none = (np.end, 0);
        let text = self.scene.text;
        if np.office.is_some() || text.word(np.end) != "," {
            return none;
        }
        let mut token = np.end + 1;
        for _ in 0..2 {
            token = self.scene.class_end(token, self.glue.art).unwrap_or(token);
        }
        let Some(first) = items.get(next).filter(|item| item.start == token) else { return none };
        let mut end = first.end;
        let mut taken = 1;
        let mut office = matches!(first.what, ItemKind::Office(_));
        let mut place = match first.what {
            ItemKind::Place(place, _) => Some(place),
            _ => None,
        };
        while let Some(item) = items.get(next + taken).filter(|item| self.touches(end, item.start)) {
            match item.what {
                ItemKind::Office(_) if !office => office = true,
                ItemKind::Place(found, _) if place.is_none() => place = Some(found),
                _ => break,
            }
            end = item.end;
            taken += 1;
        }
        let is_same = place.is_none() || np.person.is_some_and(|person| self.is_of(person, place));
        if office && is_same { (end, taken) } else { none }
    }

    fn is_cjk(&self) -> bool {
        matches!(self.scene.lang, "zh" | "ja")
    }

    /// Reports whether the person ever held an office there.
    fn is_of(&self, person: usize, place: Option<Place>) -> bool {
        let Some(place) = place else { return true };
        let code = place.code(self.roster);
        self.roster.persons[person].terms.iter().any(|term| term.country == code)
    }

    fn holds_office(&self, person: usize) -> bool {
        let person = &self.roster.persons[person];
        self.day.map_or_else(
            || person.terms.iter().any(|term| term.to.is_none()),
            |day| person.office_at(day).is_some(),
        )
    }

    /// Picks the persons a name can mean, the likeliest first.
    fn choose(&self, known: &Known<'_>, np: &Np) -> Vec<usize> {
        if self.is_other_person(known) {
            return Vec::new();
        }
        let mut candidates: Vec<usize> =
            known.candidates.iter().copied().filter(|one| self.is_of(*one, np.place)).collect();
        if candidates.len() > 1 {
            let in_office: Vec<usize> = candidates.iter().copied().filter(|one| self.holds_office(*one)).collect();
            if !in_office.is_empty() {
                candidates = in_office;
            }
        }
        if candidates.len() > 1
            && let (Some(office), Some(day)) = (np.office, self.day)
        {
            let classes = &self.roster.offices[office].classes;
            let fits = |one: &usize| {
                self.roster.persons[*one].office_at(day).is_some_and(|term| classes.contains(&term.office))
            };
            let fitting: Vec<usize> = candidates.iter().copied().filter(fits).collect();
            if !fitting.is_empty() {
                candidates = fitting;
            }
        }
        candidates
    }

    /// A bare surname behind a given name of someone else ("Melania Trump", "Trump Jr").
    fn is_other_person(&self, known: &Known<'_>) -> bool {
        let text = self.scene.text;
        if known.is_full || self.is_cjk() || matches!(self.scene.lang, "ar" | "de") || known.start == 0 {
            return false;
        }
        let before = known.start - 1;
        let token = text.tokens[before as usize];
        let sentence = self.scene.sentence(text.sentence_of(known.start));
        let is_name_like = token.kind == TokenKind::Word && token.shape == Shape::Capital && before > sentence.start;
        if !is_name_like || self.scene.is_title(before) || !self.scene.classes_at(before).is_empty() {
            return false;
        }
        let initial = text.word(before).chars().next();
        let is_initial_of = |one: &usize| {
            let names = &self.roster.persons[*one].names;
            names
                .of(self.scene.lang)
                .iter()
                .chain(names.of("en"))
                .filter_map(|name| super::fold::fold(name).chars().next())
                .any(|c| Some(c) == initial)
        };
        !known.candidates.iter().any(is_initial_of)
    }

    /// The capitalised words behind an office: a name the roster does not know.
    fn unknown_name(&self, end: u32) -> Option<Range<u32>> {
        let text = self.scene.text;
        if self.is_cjk() || self.scene.lang == "ar" || self.scene.is_title(end) {
            return None;
        }
        let mut token = end;
        let mut n_capital = 0;
        while let Some(one) = text.tokens.get(token as usize) {
            let is_capital = one.kind == TokenKind::Word && one.shape == Shape::Capital;
            let is_particle = matches!(text.word(token), "al" | "bin" | "de" | "van" | "el" | "-" | "'" | "da" | "von");
            if is_capital && n_capital < 4 {
                n_capital += 1;
            } else if !(is_particle && n_capital > 0) {
                break;
            }
            token += 1;
        }
        while token > end && text.tokens[token as usize - 1].shape != Shape::Capital {
            token -= 1;
        }
        (n_capital > 0 && token > end).then_some(end..token)
    }

    /// Drops names that nothing in the document proves.
    fn settle(nps: &mut Vec<Np>) {
        let proven: Vec<usize> =
            nps.iter().filter(|np| np.is_full || np.office.is_some()).filter_map(|np| np.person).collect();
        nps.retain(|np| {
            let Some(person) = np.person else { return true };
            let is_proven = np.is_full || np.office.is_some() || np.place.is_some() || proven.contains(&person);
            is_proven || np.risk.is_none()
        });
    }

    /// Finds owners of delegates and spokesmen, and who speaks.
    fn mark_parts(&self, nps: &mut [Np]) {
        for at in 0..nps.len() {
            if self.is_owner(&nps[at]) {
                nps[at].part = Part::Owner;
            }
        }
        let all = 0..self.scene.text.tokens.len() as u32;
        let says: Vec<(u32, u32)> = self
            .scene
            .classes_in(&all)
            .filter(|hit| Some(hit.class) == self.glue.say)
            .map(|hit| (hit.start, hit.end))
            .collect();
        for (start, end) in says {
            let sentence = self.scene.sentence(self.scene.text.sentence_of(start));
            let before = nps.iter().rposition(|np| {
                np.end <= start && np.end + 4 > start && np.start >= sentence.start && np.part != Part::Owner
            });
            let after = nps.iter().position(|np| {
                np.start >= end && np.start <= end + 2 && np.end <= sentence.end && np.part != Part::Owner
            });
            let is_inverted = start > sentence.start
                && matches!(self.scene.text.word(start - 1), "," | "\"" | "”" | "»" | "“" | "–")
                || self.scene.lang == "ar"
                || start == sentence.start;
            let speaker = if is_inverted { after.or(before) } else { before.or(after) };
            if let Some(speaker) = speaker {
                nps[speaker].part = Part::Speaker;
            }
        }
    }

    /// "Trump's envoy", "спецпосланник Трампа", "l'émissaire de Trump": someone who acts or speaks for the party.
    fn is_owner(&self, np: &Np) -> bool {
        let is_delegate = |token: u32| {
            self.scene.class_end(token, self.glue.delegate).or_else(|| self.scene.class_end(token, self.glue.spokesman))
        };
        if is_delegate(np.end).is_some() {
            return true;
        }
        if let Some(mut token) = self.possessive_end(np.end) {
            for _ in 0..4 {
                if is_delegate(token).is_some() {
                    return true;
                }
                if self.scene.np_at(token).is_some() || self.scene.text.tokens.get(token as usize).is_none_or(|one| one.kind != TokenKind::Word) {
                    break;
                }
                token += 1;
            }
        }
        self.is_owned_before(np)
    }

    /// The delegate stands in front: through glue, or directly with the owner in the genitive.
    fn is_owned_before(&self, np: &Np) -> bool {
        let from = np.start.saturating_sub(5);
        let hits: Vec<u32> = self
            .scene
            .classes_in(&(from..np.start))
            .filter(|hit| (Some(hit.class) == self.glue.delegate || Some(hit.class) == self.glue.spokesman) && hit.end <= np.start)
            .map(|hit| hit.end)
            .collect();
        hits.into_iter().any(|end| {
            if end == np.start {
                let is_genitive = np.cases.has(Case::Genitive) && !np.cases.has(Case::Nominative);
                return is_genitive || self.scene.lang == "ar";
            }
            self.touches(end, np.start)
        })
    }
}

struct Known<'i> {
    candidates: &'i [usize],
    is_full: bool,
    start: u32,
}

/// Of two meanings of the same words the lower one is kept.
fn rank(what: &ItemKind) -> u8 {
    match what {
        ItemKind::Person { .. } => 0,
        ItemKind::Office(_) => 1,
        ItemKind::Counterpart | ItemKind::Pair => 2,
        ItemKind::Place(_, Form::Place) => 3,
        ItemKind::Place(_, Form::Demonym) => 4,
        ItemKind::Place(..) => 5,
        ItemKind::Pronoun => 6,
    }
}

/// Adds another meaning of the same words.
fn merge_same(known: &mut Item, other: Item) {
    if let (ItemKind::Person { candidates, risk, is_full }, ItemKind::Person { candidates: more, risk: other_risk, is_full: other_full }) =
        (&mut known.what, other.what)
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
