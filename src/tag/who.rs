//! Owns who a party is: the person of the roster, the office held on the day, the country.

use jiff::civil::Date;

use super::fold::fold;
use super::party::{Form, Np, Part, Place};
use super::roster::{OfficeClass, PartyKind, Person, Roster};
use super::scene::Scene;
use super::text::{Shape, TokenKind};

/// Without a date the offices of today are meant: those without an end.
const TODAY: Date = Date::constant(9998, 1, 1);

/// Parties before "the president" among which one is looked for.
const PARTIES_BACK_MAX: usize = 500;

/// A party, identified.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Who {
    /// Position in the roster.
    pub(super) person: Option<usize>,
    pub(super) name: String,
    /// Country or organisation code.
    pub(super) country: Option<String>,
    pub(super) office: Option<String>,
    pub(super) kind: Option<PartyKind>,
    /// A country or organisation as such.
    pub(super) is_side: bool,
    /// The office the text gives, as a position in the roster: the one a counterpart holds too.
    pub(super) said_office: Option<usize>,
}

impl Who {
    /// Reports whether two parties are the same, as far as both are known.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self.person, other.person) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self.name == other.name,
            _ => false,
        }
    }
}

/// Identifies parties of one scene.
pub(super) struct Identify<'s> {
    pub(super) scene: &'s Scene<'s>,
    pub(super) roster: &'s Roster,
    /// The day of the event, or of publication.
    pub(super) day: Option<Date>,
}

impl Identify<'_> {
    /// Identifies a party; `others` are the parties already known of the same event.
    pub(super) fn who(&self, at: usize, others: &[Who]) -> Option<Who> {
        let np = &self.scene.nps[at];
        match np.form {
            Form::Person => {
                np.person.map(|person| Who { said_office: np.office, ..self.person(person, self.place_of(np)) })
            }
            Form::Office => self.office(np, at),
            Form::Counterpart => self.counterpart(np, others),
            Form::Pronoun => self.antecedent(at, others),
            Form::Pair => None,
            Form::Place | Form::Demonym | Form::Seat => np.place.map(|place| self.side(place)),
        }
    }

    /// Describes a person with the office held on the day.
    pub(super) fn person(&self, person: usize, place: Option<Place>) -> Who {
        let entry = &self.roster.persons[person];
        let held = match self.day {
            Some(day) => entry.office_at(day),
            None => entry.terms.iter().filter(|term| term.to.is_none()).min_by_key(|term| term.office),
        };
        // Without a day what the text says decides: "President of the European Council Donald Tusk".
        let said = place.filter(|_| self.day.is_none()).and_then(|place| {
            let code = place.code(self.roster);
            entry.terms.iter().filter(|term| term.country == code).min_by_key(|term| term.office)
        });
        let held = said.or(held);
        let latest = held.or_else(|| entry.terms.iter().max_by_key(|term| term.from.map(|from| from.first)));
        let country = held
            .map(|term| term.country.clone())
            .or_else(|| place.map(|place| place.code(self.roster).to_owned()))
            .or_else(|| latest.map(|term| term.country.clone()));
        Who {
            person: Some(person),
            name: entry.name().to_owned(),
            country,
            office: held.map(|term| term.title.clone()),
            kind: latest.map(|term| term.office.kind()),
            is_side: false,
            said_office: None,
        }
    }

    /// The country or organisation that a party's delegates act for.
    pub(super) fn side_of(&self, at: usize) -> Option<Who> {
        let code = self.who(at, &[])?.country?;
        self.place(&code).map(|place| self.side(place))
    }

    fn place(&self, code: &str) -> Option<Place> {
        let country = self.roster.countries.iter().position(|country| country.code == code).map(Place::Country);
        let organisation = || {
            let found = self.roster.organisations.iter().position(|organisation| organisation.code == code);
            found.map(Place::Organisation)
        };
        country.or_else(organisation)
    }

    /// The place a party's words name, or that its office is of: "President of the European Council".
    fn place_of(&self, np: &Np) -> Option<Place> {
        np.place.or_else(|| self.place(self.roster.offices[np.office?].country.as_deref()?))
    }

    pub(super) fn side(&self, place: Place) -> Who {
        let name = match place {
            Place::Country(at) => self.roster.countries[at].name(),
            Place::Organisation(at) => self.roster.organisations[at].name(),
        };
        Who {
            person: None,
            name: name.to_owned(),
            country: Some(place.code(self.roster).to_owned()),
            office: None,
            kind: None,
            is_side: true,
            said_office: None,
        }
    }

    fn office(&self, np: &Np, at: usize) -> Option<Who> {
        let office = &self.roster.offices[np.office?];
        let place = np.place.map(|place| place.code(self.roster).to_owned()).or_else(|| office.country.clone());
        if let Some(named) = &np.named {
            let name = self.original(named.start, named.end);
            if let Some(person) = place.as_ref().and_then(|country| self.spelled_like(&name, &office.id, country)) {
                return Some(Who { said_office: np.office, ..self.person(person, np.place) });
            }
            return Some(Who {
                person: None,
                name,
                country: place,
                office: None,
                kind: Some(office.kind),
                is_side: false,
                said_office: np.office,
            });
        }
        if place.is_none() && self.is_of_unknown(np) {
            return None;
        }
        let Some(country) = place.or_else(|| self.home_of(np, at)) else { return self.same_office_before(np, at) };
        let named = || self.same_office_before(np, at).filter(|who| who.country.as_ref() == Some(&country));
        if self.day.is_none()
            && let Some(who) = named()
        {
            return Some(who);
        }
        let day = self.day.unwrap_or(TODAY);
        if let Some(person) = self.holder(&office.id, &country, day) {
            return Some(Who { said_office: np.office, ..self.person(person, np.place) });
        }
        Some(Who {
            person: None,
            name: self.original(np.start, np.end),
            country: Some(country),
            office: None,
            kind: Some(office.kind),
            is_side: false,
            said_office: None,
        })
    }

    /// "the leader of the SPD": what stands behind in capitals is something that the roster does not have.
    fn is_of_unknown(&self, np: &Np) -> bool {
        let behind = self.scene.text.tokens.get(np.end as usize);
        behind.is_some_and(|token| token.shape == Shape::Upper && token.kind == TokenKind::Word)
            && !self.scene.is_title(np.end)
            && self.scene.np_at(np.end).is_none()
            && self.scene.classes_at(np.end).is_empty()
    }

    /// "Терезою Ласаро" where the roster writes "Лазаро": the holder whose name is spelled nearly so.
    fn spelled_like(&self, name: &str, office: &str, country: &str) -> Option<usize> {
        let surname = |name: &str| fold(name.rsplit(' ').next().unwrap_or(name));
        let found = surname(name);
        let day = self.day.unwrap_or(TODAY);
        let holders = self.roster.holder(office, country, day);
        let is_meant = |person: &&&Person| {
            let known = person.names.of(self.scene.lang);
            // A name that the roster does not have in this script is the holder's.
            known.is_empty() || known.iter().any(|known| is_spelled_like(&found, &surname(known)))
        };
        let holder = holders.iter().find(is_meant)?;
        self.roster.persons.iter().position(|person| person.id == holder.id)
    }

    /// "The Prime Minister spoke to…": the newsroom's own, where the text names no holder of such an office before.
    fn home_of(&self, np: &Np, at: usize) -> Option<String> {
        let home = &self.roster.countries[self.scene.home?].code;
        let is_leader = matches!(self.roster.offices[np.office?].kind, PartyKind::Head | PartyKind::Minister);
        (is_leader && self.same_office_before(np, at).is_none()).then(|| home.clone())
    }

    /// "The president" alone: the last person named before who holds such an office, by the roster or by the text.
    fn same_office_before(&self, np: &Np, at: usize) -> Option<Who> {
        let classes = &self.roster.offices[np.office?].classes;
        let is_such = |class: &OfficeClass| classes.contains(class);
        let holds_such = |before: &&Np| {
            let said = before.office.map(|office| &self.roster.offices[office].classes);
            let held = before.person.and_then(|person| self.class_of(person));
            held.is_some_and(|class| is_such(&class)) || said.is_some_and(|said| said.iter().any(is_such))
        };
        let before = self.scene.nps[..at].iter().rev().take(PARTIES_BACK_MAX).filter(|before| before.person.is_some());
        let found = before.into_iter().find(holds_such)?;
        found.person.map(|person| self.person(person, self.place_of(found)))
    }

    fn class_of(&self, person: usize) -> Option<OfficeClass> {
        let person = &self.roster.persons[person];
        match self.day {
            Some(day) => person.office_at(day).map(|term| term.office),
            None => person.terms.iter().filter(|term| term.to.is_none()).map(|term| term.office).min(),
        }
    }

    /// "His Polish counterpart": the same office in the other country.
    fn counterpart(&self, np: &Np, others: &[Who]) -> Option<Who> {
        let country = np.place?.code(self.roster).to_owned();
        let named = np.named.as_ref().map(|named| self.original(named.start, named.end));
        let other = others.iter().find_map(|who| who.person);
        let class = other.and_then(|person| self.class_of(person));
        let said = others.iter().find(|who| who.person.is_some()).and_then(|who| who.said_office);
        if let (None, Some(day)) = (&named, self.day) {
            let of_said = said.and_then(|office| self.holder(&self.roster.offices[office].id, &country, day));
            let holder = of_said.or_else(|| self.in_class_or_alike(class?, &country, day));
            if let Some(person) = holder {
                return Some(self.person(person, np.place));
            }
        }
        let name = named.unwrap_or_else(|| self.original(np.start, np.end));
        Some(Who {
            person: None,
            name,
            country: Some(country),
            office: None,
            kind: class.map(OfficeClass::kind),
            is_side: false,
            said_office: None,
        })
    }

    fn holder(&self, office: &str, country: &str, day: Date) -> Option<usize> {
        let holder = *self.roster.holder(office, country, day).first()?;
        self.roster.position(&holder.id)
    }

    /// A president's counterpart may be a president of another kind: the first class that has a holder.
    fn in_class_or_alike(&self, class: OfficeClass, country: &str, day: Date) -> Option<usize> {
        use OfficeClass::{HeadOfGovernment, HeadOfState, HeadOfStateAndGovernment, Monarch};
        let order: &[OfficeClass] = match class {
            HeadOfStateAndGovernment | HeadOfState | Monarch => {
                &[HeadOfStateAndGovernment, HeadOfState, Monarch, HeadOfGovernment]
            }
            HeadOfGovernment => &[HeadOfGovernment, HeadOfStateAndGovernment],
            _ => std::slice::from_ref(&class),
        };
        let holder =
            order.iter().find_map(|class| self.roster.holder(class.as_str(), country, day).first().copied())?;
        self.roster.position(&holder.id)
    }

    /// "He": the last person before in this sentence, else the first of the sentence before.
    fn antecedent(&self, at: usize, others: &[Who]) -> Option<Who> {
        let here = self.scene.text.sentence_of(self.scene.nps[at].start);
        let is_free = |np: &Np| {
            np.form == Form::Person
                && np.part != Part::Owner
                && !others.iter().any(|who| who.person.is_some() && who.person == np.person)
        };
        let sentence = self.scene.sentence(here);
        let own = self.scene.nps[..at].iter().rev().take_while(|np| np.start >= sentence.start).find(|np| is_free(np));
        let found = own.or_else(|| {
            (1..=2).find_map(|back| {
                let sentence = self.scene.sentence(here.checked_sub(back)?);
                self.scene.nps_in(&sentence).map(|(_, np)| np).find(|np| is_free(np))
            })
        })?;
        found.person.map(|person| self.person(person, found.place))
    }

    /// Returns the text's own words.
    pub(super) fn original(&self, start: u32, end: u32) -> String {
        self.scene.text.original(self.scene.original, &(start..end)).to_owned()
    }
}

/// Reports whether two folded surnames differ by a few letters only: other transliterations and endings of cases.
fn is_spelled_like(one: &str, two: &str) -> bool {
    let (n_one, n_two) = (one.chars().count(), two.chars().count());
    let n_longest = n_one.max(n_two);
    // Distance takes time with both lengths, and a text may hold a word of any.
    n_longest >= 4
        && n_one.abs_diff(n_two) * 3 <= n_longest
        && one.chars().next() == two.chars().next()
        && strsim::levenshtein(one, two) * 3 <= n_longest
}
