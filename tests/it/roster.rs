//! Facts about the roster: who held which office on a day, how names inflect, what overlays and broken files do.

use hotline::tag::roster::{Case, Entity, Finding, Inflection, LANGS, PartyKind, Roster, RosterError, topics};
use jiff::civil::{Date, date};

#[expect(clippy::expect_used, reason = "a test cannot go on without the roster")]
fn core() -> Roster {
    Roster::core().expect("the embedded roster is valid")
}

fn title_at(roster: &Roster, id: &str, day: Date) -> Option<String> {
    roster.office_at(id, day).map(|term| term.title.clone())
}

fn holders(roster: &Roster, office: &str, country: &str, day: Date) -> Vec<String> {
    roster.holder(office, country, day).iter().map(|person| person.id.clone()).collect()
}

#[test]
fn office_is_the_one_held_on_the_day() {
    let roster = core();
    assert_eq!(title_at(&roster, "trump-donald", date(2025, 2, 12)).as_deref(), Some("President"));
    assert_eq!(title_at(&roster, "trump-donald", date(2024, 6, 1)), None);
    assert_eq!(title_at(&roster, "biden-joe", date(2024, 6, 1)).as_deref(), Some("President"));
    assert_eq!(title_at(&roster, "biden-joe", date(2012, 6, 1)).as_deref(), Some("Vice President"));
    assert_eq!(title_at(&roster, "biden-joe", date(2025, 2, 12)), None);
}

#[test]
fn handover_day_belongs_to_the_successor() {
    let roster = core();
    let day = date(2025, 1, 20);
    assert_eq!(holders(&roster, "president", "USA", day), ["trump-donald"]);
    assert_eq!(holders(&roster, "president", "USA", date(2025, 1, 19)), ["biden-joe"]);
}

#[test]
fn office_words_resolve_by_country() {
    let roster = core();
    let day = date(2025, 6, 15);
    for (office, country, id) in [
        ("prime_minister", "JPN", "ishiba-shigeru"),
        ("president", "RUS", "putin-vladimir"),
        ("president", "USA", "trump-donald"),
        ("president", "IRN", "pezeshkian-masoud"),
        ("president", "UKR", "zelensky-volodymyr"),
        ("chancellor", "DEU", "merz-friedrich"),
        ("leader", "DEU", "merz-friedrich"),
        ("leader", "RUS", "putin-vladimir"),
        ("leader", "JPN", "ishiba-shigeru"),
        ("head_of_government", "GBR", "starmer-keir"),
        ("secretary_of_state", "USA", "rubio-marco"),
        ("foreign_minister", "RUS", "lavrov-sergei"),
        ("igo_head", "NATO", "rutte-mark"),
        ("secretary_general", "UN", "guterres-antonio"),
        ("eu_foreign_policy_chief", "EU", "kallas-kaja"),
        ("commission_president", "EU", "von-der-leyen-ursula"),
    ] {
        let found = holders(&roster, office, country, day);
        assert_eq!(found.first().map(String::as_str), Some(id), "{office} of {country}: {found:?}");
    }
}

#[test]
fn unknown_office_or_country_has_no_holder() {
    let roster = core();
    assert!(roster.holder("grand_vizier", "TUR", date(2025, 1, 1)).is_empty());
    assert!(roster.holder("president", "ZZZ", date(2025, 1, 1)).is_empty());
    assert!(roster.office_at("nobody", date(2025, 1, 1)).is_none());
}

#[test]
fn every_person_has_an_english_name_and_an_id_of_its_own() {
    let roster = core();
    let mut seen = std::collections::HashSet::new();
    for person in &roster.persons {
        assert!(!person.names.of("en").is_empty(), "{}", person.id);
        assert!(seen.insert(&person.id), "{} twice", person.id);
    }
    assert!(roster.persons.len() >= 1_300);
}

#[test]
fn every_country_and_organisation_has_a_name_in_13_languages() {
    let roster = core();
    for country in &roster.countries {
        for lang in LANGS {
            assert!(!country.names.of(lang).is_empty(), "{} in {lang}", country.code);
        }
    }
    let g20 = [
        "USA", "CHN", "JPN", "DEU", "GBR", "FRA", "IND", "ITA", "BRA", "CAN", "KOR", "RUS", "AUS", "MEX", "IDN", "TUR",
        "SAU", "ARG", "ZAF",
    ];
    for code in g20.iter().chain(&["UKR", "ISR", "IRN", "EGY", "POL", "KAZ"]) {
        let country = roster.country(code).expect(code);
        assert!(country.zone.is_some(), "{code}");
        for lang in ["en", "uk", "ru", "de", "fr", "es", "it", "pt", "pl", "ar"] {
            assert!(!country.demonyms.of(lang).is_empty(), "demonym of {code} in {lang}");
        }
    }
}

#[test]
fn offices_have_words_in_13_languages() {
    let roster = core();
    for id in [
        "president",
        "prime_minister",
        "foreign_minister",
        "defence_minister",
        "national_security_adviser",
        "special_envoy",
        "crown_prince",
        "leader",
        "secretary_general",
        "former",
    ] {
        let office = roster.office(id).expect(id);
        for lang in LANGS {
            assert!(!office.words.of(lang).is_empty(), "{id} in {lang}");
        }
    }
    let words: Vec<_> = roster.office_words().filter(|word| word.surface == "президенту").collect();
    assert!(words.iter().any(|word| roster.offices[word.office].id == "president" && !word.is_feminine));
    assert_eq!(roster.office("foreign_minister").map(|office| office.kind), Some(PartyKind::Minister));
}

#[test]
fn case_endings_show_who_was_called() {
    let has = |class: Inflection, name: &str, lang: &str, form: &str, case: Case| {
        let forms = class.forms(name, lang);
        assert!(forms.contains(&(form.to_owned(), case)), "{form} {case:?} is not among {forms:?}");
    };
    has(Inflection::Cons, "Дональд Трамп", "uk", "Дональду Трампу", Case::Dative);
    has(Inflection::Cons, "Трамп", "uk", "Трампові", Case::Dative);
    has(Inflection::Cons, "Трамп", "ru", "Трампом", Case::Instrumental);
    has(Inflection::Cons, "Владимир Путин", "ru", "Владимиром Путиным", Case::Instrumental);
    has(Inflection::Cons, "Путін", "uk", "Путіним", Case::Instrumental);
    has(Inflection::Adj, "Владимир Зеленский", "ru", "Владимиру Зеленскому", Case::Dative);
    has(Inflection::Adj, "Володимир Зеленський", "uk", "Володимира Зеленського", Case::Genitive);
    has(Inflection::Adj, "Sikorski", "pl", "Sikorskiemu", Case::Dative);
    has(Inflection::ADecl, "Andrzej Duda", "pl", "Andrzejowi Dudzie", Case::Dative);
    has(Inflection::ADecl, "Дуда", "uk", "Дуді", Case::Dative);
    has(Inflection::Cons, "Donald Trump", "pl", "Donaldem Trumpem", Case::Instrumental);
    has(Inflection::FemConsIndecl, "Ангела Меркель", "ru", "Ангелой Меркель", Case::Instrumental);
    has(Inflection::FemAdj, "Тихановская", "ru", "Тихановской", Case::Dative);
    has(Inflection::Regnal, "Карл III", "ru", "Карлу III", Case::Dative);
    has(Inflection::Place, "Росія", "uk", "Росією", Case::Instrumental);
    has(Inflection::Place, "Саудовская Аравия", "ru", "Саудовской Аравии", Case::Genitive);
    has(Inflection::Place, "Rosja", "pl", "Rosji", Case::Genitive);
    has(Inflection::Indecl, "Rutte", "pl", "Ruttem", Case::Instrumental);
    assert_eq!(Inflection::Indecl.forms("Орпо", "uk"), [("Орпо".to_owned(), Case::Nominative)]);
    assert_eq!(Inflection::Cons.forms("Trump", "en"), [("Trump".to_owned(), Case::Nominative)]);
}

#[test]
fn names_carry_risk_and_fullness() {
    let roster = core();
    let find = |surface: &str, lang: &str| {
        roster.names().find(|name| name.surface == surface && name.lang == lang).expect("name")
    };
    assert!(find("Donald Trump", "en").is_full);
    assert!(!find("Trump", "en").is_full);
    assert!(find("Trump", "en").risk.is_none());
    assert!(find("Waltz", "en").risk.is_some());
    assert!(!find("von der Leyen", "en").is_full);
    assert!(matches!(find("Kremlin", "en").entity, Entity::Metonym(at) if roster.countries[at].code == "RUS"));
    assert!(matches!(find("French", "en").entity, Entity::Demonym(at) if roster.countries[at].code == "FRA"));
}

#[test]
fn forms_are_as_many_as_expected() {
    let roster = core();
    let forms: std::collections::HashSet<String> = roster
        .names()
        .flat_map(|name| name.inflection.forms(name.surface, name.lang).into_iter().map(|(form, _)| form))
        .chain(roster.office_words().map(|word| word.surface.to_owned()))
        .collect();
    assert!((50_000..110_000).contains(&forms.len()), "{} forms", forms.len());
}

#[test]
fn overlay_overrides_by_id_and_adds() {
    let dir = tempfile::tempdir().expect("temp dir");
    let text = r#"
        [[person]]
        id = "trump-donald"
        [person.names]
        de = ["Donald Trump", "Trump", "Donald John Trump"]
        [[person]]
        id = "novak-jana"
        gender = "f"
        [person.names]
        en = ["Jana Novak"]
        [[person.term]]
        office = "foreign_minister"
        title = "Foreign Minister"
        country = "CZE"
        from = "2031-01"
    "#;
    std::fs::write(dir.path().join("mine.toml"), text).expect("write overlay");
    let roster = Roster::load(&[dir.path().to_owned()]).expect("overlay is valid");
    let trump = roster.person("trump-donald").expect("still there");
    assert_eq!(trump.names.of("de").len(), 3);
    assert!(!trump.names.of("uk").is_empty() && trump.terms.len() == 2);
    assert_eq!(
        holders(&roster, "foreign_minister", "CZE", date(2031, 1, 2)).first().map(String::as_str),
        Some("novak-jana")
    );
}

#[test]
fn overlapping_terms_are_found() {
    let dir = tempfile::tempdir().expect("temp dir");
    let text = r#"
        [[person]]
        id = "other-president"
        [person.names]
        en = ["Other President"]
        [[person.term]]
        office = "head_of_state_and_government"
        title = "President"
        country = "USA"
        from = "2025-06-01"
    "#;
    std::fs::write(dir.path().join("persons.toml"), text).expect("write overlay");
    let roster = Roster::load(&[dir.path().to_owned()]).expect("an overlap does not stop the load");
    let findings = roster.check();
    assert!(findings.iter().any(|finding| matches!(
        finding,
        Finding::Overlap { country, persons, .. } if country == "USA" && persons.contains(&"other-president".to_owned())
    )));
    assert!(
        findings.iter().any(
            |finding| matches!(finding, Finding::MissingName { person, lang: "uk" } if person == "other-president")
        )
    );
}

#[test]
fn core_offices_have_one_holder_and_known_places() {
    let findings = core().check();
    assert!(!findings.iter().any(|finding| matches!(finding, Finding::UnknownPlace { .. })), "{findings:?}");
    let overlaps: Vec<String> =
        findings.iter().filter(|finding| matches!(finding, Finding::Overlap { .. })).map(ToString::to_string).collect();
    assert!(overlaps.len() <= 25, "{}", overlaps.join("\n"));
}

#[test]
fn broken_file_names_place_and_fix() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("bad.toml");
    for (text, line, word) in [
        ("[[person]]\nid = \"x\"\n[person.names]\nen = [\"X\"]\n[[person.term]]\noffice = \"tsar\"\n", 6, "tsar"),
        (
            "[[person]]\nid = \"x\"\n[person.names]\nen = [\"X\"]\n[[person.term]]\noffice = \"monarch\"\ntitle = \"King\"\ncountry = \"GBR\"\nfrom = \"20 May\"\n",
            9,
            "2025-01-20",
        ),
        ("[[person]]\nid = \"x\"\n[person.names]\nuk = [\"X\"]\n", 2, "English"),
        ("[[person]]\nid = \"X Y\"\n", 2, "lowercase"),
        ("[[person]]\nid = \"x\n", 2, ""),
    ] {
        std::fs::write(&path, text).expect("write");
        let error = Roster::load(&[dir.path().to_owned()]).expect_err("broken file");
        let RosterError::Invalid { line: at, ref file, .. } = error else { panic!("{error}") };
        assert!(file.ends_with("bad.toml"));
        assert_eq!(at, line, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    let missing = Roster::load(&["/nonexistent/roster".into()]).expect_err("no directory");
    assert!(matches!(missing, RosterError::Read { .. }));
}

#[test]
fn topics_have_words_in_13_languages() {
    let topics = topics::core().expect("topics are valid");
    assert!(topics.len() >= 60);
    for topic in &topics {
        for lang in LANGS {
            assert!(!topic.words.of(lang).is_empty(), "{} in {lang}", topic.id);
        }
    }
    let patterns: Vec<_> = topics::patterns(&topics).collect();
    assert!(patterns.iter().any(|word| word.surface == "grain exports" && word.topic == "grain_exports"));
    assert!(patterns.iter().any(|word| word.surface == "війну в Україні"));
    assert!(patterns.iter().all(|word| !word.surface.contains(['{', '|', '}'])), "unexpanded group");
}
