//! Owns joining: which items stand together as one party.

use super::super::fold::fold;
use super::super::roster::Risk;
use super::super::text::{Shape, TokenKind};
use super::item::{Item, ItemKind};
use super::person::Known;
use super::{Finder, Form, Np, Part};

/// Countries that can share one office.
const SHARERS_MAX: usize = 4;
/// The office of `offices.toml` that ministers hold beside their own.
const DEPUTY: &str = "deputy_prime_minister";
/// Items one party may have.
const ITEMS_MAX: usize = 5;

/// One item on its way into a party.
struct Step<'i> {
    item: &'i Item,
    /// The item behind it.
    after: Option<&'i Item>,
    is_first: bool,
    /// Nothing stands between it and the party.
    is_direct: bool,
}

impl Finder<'_> {
    /// Joins items that stand together.
    pub(super) fn join(&self, items: &[Item]) -> Vec<Np> {
        let mut nps: Vec<Np> = Vec::new();
        let mut at = 0;
        while at < items.len() {
            let (np, next) = self.compose(items, at);
            at = next;
            let Some(mut np) = np else { continue };
            if let Some(last) = nps.pop_if(|last| self.is_second_title(last, &np)) {
                np.start = last.start;
                np.place = np.place.or(last.place);
            }
            let shared = self.shared_office(nps.last(), &np);
            nps.push(np);
            if let (Some(office), Some(np)) = (shared, nps.last_mut()) {
                np.office = Some(office);
                np.form = Form::Office;
            }
            self.share_office_back(&mut nps);
            self.share_plural_office(&mut nps);
        }
        nps
    }

    /// "deputy prime minister and foreign minister X": one person, whose lesser title comes first.
    fn is_second_title(&self, last: &Np, np: &Np) -> bool {
        let is_deputy = last.office.is_some_and(|office| self.roster.offices[office].id == DEPUTY);
        let is_bare = last.form == Form::Office && last.named.is_none() && last.person.is_none();
        let is_of_one = last.place.is_none() || np.place.is_none() || last.place == np.place;
        let is_titled = np.office.is_some() && (np.person.is_some() || np.named.is_some());
        is_deputy && is_bare && is_of_one && is_titled && self.glue.next_member(self.scene, last) == Some(np.start)
    }

    /// "the prime ministers of Japan and India": the office before the first country is the second one's too.
    fn shared_office(&self, last: Option<&Np>, np: &Np) -> Option<usize> {
        let last = last.filter(|last| last.form == Form::Office && last.named.is_none() && last.place.is_some())?;
        // «الرئيسان الأمريكي والصيني»
        let is_country = np.form == Form::Place || (self.scene.lang == "ar" && np.form == Form::Demonym);
        if !is_country || self.glue.next_member(self.scene, last) != Some(np.start) {
            return None;
        }
        let is_office_first = !self.ends_with_office(last);
        // "the leaders of France, Germany and Britain"
        let is_and = |token: u32| self.scene.class_end(token, self.glue.and).is_some();
        let has_and = last.end == np.start || (last.end..np.start).any(is_and) || is_and(np.end);
        (is_office_first && has_and).then_some(last.office).flatten()
    }

    /// "the French and German foreign ministers": the office behind the last country is that of those before it.
    fn share_plural_office(&self, nps: &mut [Np]) {
        let Some(last) = nps.last() else { return };
        let is_behind = last.form == Form::Office && last.place.is_some() && last.named.is_none();
        if !is_behind || !self.is_plural(self.scene.text.word(last.end - 1)) || !self.ends_with_office(last) {
            return;
        }
        let office = last.office;
        let mut next_start = last.start;
        for np in nps.iter_mut().rev().skip(1).take(SHARERS_MAX) {
            let is_country = matches!(np.form, Form::Place | Form::Demonym);
            if !is_country || self.glue.next_member(self.scene, np) != Some(next_start) {
                return;
            }
            np.office = office;
            np.form = Form::Office;
            next_start = np.start;
        }
    }

    /// Reports whether a folded office word means several holders, where the language shows it.
    fn is_plural(&self, word: &str) -> bool {
        match self.scene.lang {
            "en" => word.ends_with('s') || word == "pms" || word == "fms",
            "tr" => word.ends_with("lari") || word.ends_with("leri"),
            "uk" | "ru" => word.ends_with('и') || word.ends_with('ы') || word == "справ" || word == "дел",
            "pl" => word.ends_with('y') || word.ends_with("owie") || word == "zagranicznych",
            _ => false,
        }
    }

    /// Reports whether the office stands behind its country in the party ("Japanese prime minister").
    fn ends_with_office(&self, np: &Np) -> bool {
        self.roster.offices.get(np.office.unwrap_or(usize::MAX)).is_some_and(|office| {
            let last = self.scene.text.word(np.end - 1);
            office.words.of(self.scene.lang).iter().any(|word| fold(word).ends_with(last))
        })
    }

    pub(super) fn touches(&self, end: u32, start: u32) -> bool {
        let mut token = end;
        for _ in 0..4 {
            if token == start {
                return true;
            }
            let glue =
                self.scene.class_end(token, self.glue.link).or_else(|| self.scene.class_end(token, self.glue.art));
            match glue.or_else(|| self.possessive_end(token)) {
                Some(end) if end <= start => token = end,
                _ => return false,
            }
        }
        false
    }

    /// Only titles of a person stand between.
    fn is_title(&self, end: u32, start: u32) -> bool {
        let mut token = end;
        while token < start {
            let Some(next) = self.scene.class_end(token, self.glue.art) else { return false };
            token = next;
        }
        token == start
    }

    /// "'s", "'" and a Turkish suffix behind an apostrophe, the Chinese and Japanese 的 and の.
    pub(super) fn possessive_end(&self, token: u32) -> Option<u32> {
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

    /// Joins the items from `at` on; returns the party, if they make one, and the next item.
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
        let mut name: Option<&Item> = None;
        let mut next = at;
        while let Some(item) = items.get(next).filter(|_| next - at < ITEMS_MAX) {
            let is_first = next == at;
            // "ネタニヤフ・イスラエル首相"
            let is_dotted = self.is_cjk() && np.end + 1 == item.start && self.scene.text.word(np.end) == "・";
            // «وزير الخارجية الدكتور بدر عبد العاطي»
            let is_titled = self.scene.lang == "ar" && np.form == Form::Office && self.is_title(np.end, item.start);
            let is_direct = is_first || np.end == item.start || is_dotted || is_titled;
            let step = Step { item, after: items.get(next + 1), is_first, is_direct };
            let unknown = if is_first { None } else { self.unknown_between(&np, item) };
            let is_near = is_first || unknown.is_some() || (!item.is_joined && self.touches(np.end, item.start));
            if !is_near || !self.take(&mut np, name.is_some(), &step) {
                break;
            }
            np.named = np.named.or(unknown);
            if matches!(item.what, ItemKind::Person { .. }) {
                name = Some(item);
            }
            np.end = item.end;
            next += 1;
            if matches!(np.form, Form::Pronoun | Form::Pair) {
                break;
            }
        }
        let next = next.max(at + 1);
        match name {
            Some(name) => self.with_name(np, name, items, next),
            None if np.form == Form::Counterpart && np.place.is_none() => self.counterpart_of(np, items, next),
            None => {
                if matches!(np.form, Form::Office | Form::Counterpart) {
                    return self.with_unknown_name(np, items, next);
                }
                (Some(np), next)
            }
        }
    }

    /// Takes one more item into the party. `false` when it does not belong to it.
    fn take(&self, np: &mut Np, has_name: bool, step: &Step<'_>) -> bool {
        let is_seat = np.form == Form::Seat && !step.is_first;
        match &step.item.what {
            ItemKind::Person { candidates, .. } => {
                let is_foreign = np.place.is_some()
                    && np.office.is_none()
                    && !candidates.iter().any(|one| self.is_of(*one, np.place));
                let is_apart = np.office.is_some() && !step.is_direct;
                if has_name || is_seat || is_foreign || is_apart {
                    return false;
                }
                np.cases = if np.office.is_some() && np.cases.0 != 0 { np.cases } else { step.item.cases };
                np.form = Form::Person;
            }
            ItemKind::Office(office) => {
                let is_far_behind_name = has_name && (np.office.is_some() || !(step.is_direct && self.is_cjk()));
                if is_seat || is_far_behind_name {
                    return false;
                }
                np.office = np.office.or(Some(*office));
                if !has_name {
                    np.form = Form::Office;
                }
            }
            ItemKind::OfficeOf(office, place) => {
                if !step.is_first {
                    return false;
                }
                np.office = Some(*office);
                np.place = Some(*place);
                np.form = Form::Office;
            }
            ItemKind::Place(place, form) => {
                if !step.is_first && !self.takes_place(np, has_name, *form, step) {
                    return false;
                }
                np.place = np.place.or(Some(*place));
                if step.is_first {
                    np.form = *form;
                }
            }
            ItemKind::Counterpart if np.office.is_some() || has_name => return false,
            ItemKind::Counterpart => np.form = Form::Counterpart,
            ItemKind::Pronoun | ItemKind::Pair if !step.is_first => return false,
            ItemKind::Pronoun => np.form = Form::Pronoun,
            ItemKind::Pair => np.form = Form::Pair,
        }
        true
    }

    /// "président français", "президент США"; in Chinese and Japanese also "トランプ米大統領".
    fn takes_place(&self, np: &Np, has_name: bool, form: Form, step: &Step<'_>) -> bool {
        let follows_office = np.office.is_some() && np.place.is_none() && !has_name;
        let is_before_office =
            step.after.is_some_and(|after| matches!(after.what, ItemKind::Office(_)) && after.start == step.item.end);
        let is_in_title = has_name && step.is_direct && self.is_cjk() && is_before_office;
        (follows_office || is_in_title) && (form != Form::Seat || self.is_cjk())
    }

    /// Completes a party with the person its name means.
    fn with_name(&self, mut np: Np, name: &Item, items: &[Item], next: usize) -> (Option<Np>, usize) {
        let ItemKind::Person { candidates, risk, is_full } = &name.what else { return (None, next) };
        np.is_full = *is_full;
        let follows_item = items[..next].iter().rev().take(ITEMS_MAX).any(|item| item.end == name.start);
        let known = Known { candidates, is_full: *is_full, start: name.start, follows_item };
        let chosen = self.choose(&known, &np);
        let Some(&first) = chosen.first() else { return (without_person(np, name.start), next) };
        np.person = Some(first);
        np.risk = risk.filter(|risk| *risk != Risk::Ambiguous || chosen.len() > 1);
        let (end, n_taken) = self.apposition(items, next, &np);
        np.end = end.max(np.end);
        (Some(np), next + n_taken)
    }

    /// "homologue français", «نظيره الفرنسي»: the country stands behind the word.
    fn counterpart_of(&self, mut np: Np, items: &[Item], mut next: usize) -> (Option<Np>, usize) {
        if let Some(Item { what: ItemKind::Place(place, Form::Demonym | Form::Place), start, end, .. }) =
            items.get(next)
            && self.touches(np.end, *start)
        {
            np.place = Some(*place);
            np.end = *end;
            next += 1;
        }
        if let Some(name) = items.get(next).filter(|item| item.start == np.end)
            && matches!(name.what, ItemKind::Person { .. })
        {
            np.end = name.end;
            np.form = Form::Person;
            return self.with_name(np, name, items, next + 1);
        }
        self.with_unknown_name(np, items, next)
    }

    /// Adds the capitalised words behind an office. They may end in a surname the roster knows, with a form of the given
    /// name that it does not.
    fn with_unknown_name(&self, mut np: Np, items: &[Item], next: usize) -> (Option<Np>, usize) {
        if np.named.is_some() {
            return (Some(np), next);
        }
        np.named = self.unknown_name(np.end);
        let Some(name) = np.named.clone() else { return (Some(np), next) };
        if let Some(known) = items.get(next).filter(|item| item.end == name.end && item.start >= name.start)
            && let ItemKind::Person { candidates, .. } = &known.what
        {
            let surname = Known { candidates, is_full: false, start: known.start, follows_item: false };
            if let Some(&person) = self.choose(&surname, &np).first() {
                np.person = Some(person);
                np.named = None;
                np.form = Form::Person;
                np.end = known.end;
                np.is_full = true;
                return (Some(np), next + 1);
            }
        }
        np.end = name.end;
        (Some(np), next)
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
}

/// What is left of a party whose name turns out not to be the person's.
fn without_person(mut np: Np, name_start: u32) -> Option<Np> {
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
