//! Owns the declension tables: the forms of one word, by kind of word and language.

/// Forms by case, in the order nominative, genitive, dative, accusative, instrumental, locative.
pub(super) type Endings = [Vec<String>; 6];

/// How one word declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Fixed,
    /// Masculine on a consonant, -й or -ь.
    Consonant,
    /// The same for a place: also genitive in -у.
    PlaceConsonant,
    A,
    O,
    Adjective,
    FeminineAdjective,
    PluralAdjective,
    PluralNoun,
    /// Polish surnames on -e, -o, -y, -i, which decline although borrowed (Ruttego, Vance'a).
    PolishVowel,
}

impl Kind {
    /// Returns how a given name declines, judged by its ending.
    pub(super) fn given(word: &str, is_female: bool) -> Self {
        let lower = word.to_lowercase();
        if word.chars().all(|c| "IVXІХ.".contains(c)) || word.ends_with('.') || word.contains('-') && is_female {
            return Self::Fixed;
        }
        match lower.chars().last() {
            Some('а' | 'я' | 'a') => Self::A,
            Some(_) if is_female => Self::Fixed,
            Some('о')
                if ["петро", "дмитро", "павло", "михайло", "кирило", "данило", "марко"].contains(&lower.as_str()) =>
            {
                Self::O
            }
            Some(end) if is_vowel(end) => Self::Fixed,
            Some(_) if is_particle(&lower) => Self::Fixed,
            Some(_) => Self::Consonant,
            None => Self::Fixed,
        }
    }

    /// Returns how the head noun of a place or organisation declines.
    pub(super) fn noun(word: &str, lang: &str) -> Self {
        if is_acronym(word) {
            return Self::Fixed;
        }
        match (word.chars().last(), lang) {
            (Some('а' | 'я' | 'a'), _) => Self::A,
            (Some('ы' | 'и'), "ru") | (Some('и'), "uk") | (Some('y'), "pl") if word.chars().count() > 4 => {
                Self::PluralNoun
            }
            (Some(end), _) if is_vowel(end) => Self::Fixed,
            (Some(_), _) => Self::PlaceConsonant,
            (None, _) => Self::Fixed,
        }
    }

    /// Returns how an adjective before a noun declines.
    pub(super) fn adjective(word: &str, lang: &str) -> Self {
        let ends = |endings: &[&str]| endings.iter().any(|end| word.ends_with(end));
        match lang {
            "uk" if ends(&["а", "я"]) => Self::FeminineAdjective,
            "ru" if ends(&["ая", "яя"]) => Self::FeminineAdjective,
            "pl" if ends(&["a"]) => Self::FeminineAdjective,
            "uk" if ends(&["і"]) => Self::PluralAdjective,
            "ru" if ends(&["ые", "ие"]) => Self::PluralAdjective,
            "pl" if ends(&["e"]) => Self::PluralAdjective,
            _ => Self::Adjective,
        }
    }
}

/// Returns whether a word before another is an adjective, by its ending.
pub(super) fn is_adjective(word: &str, lang: &str) -> bool {
    let endings: &[&str] = match lang {
        "uk" => &["ий", "ська", "цька", "зька", "нна", "ені", "ані", "ські", "чна", "дна", "тна", "ова", "лий", "льна"],
        "ru" => &["ий", "ый", "ой", "ая", "яя", "ые", "ие", "ое"],
        _ => &["ski", "cki", "dzki", "ny", "wy", "ły", "ska", "cka", "dzka", "na", "wa", "one", "skie", "ne"],
    };
    endings.iter().any(|end| word.ends_with(end))
}

pub(super) fn decline(word: &str, kind: Kind, lang: &str) -> Endings {
    match (kind, lang) {
        (Kind::Fixed, _) => same(word),
        (Kind::Consonant, "uk") => uk_consonant(word, false),
        (Kind::PlaceConsonant, "uk") => uk_consonant(word, true),
        (Kind::Consonant | Kind::PlaceConsonant, "ru") => ru_consonant(word),
        (Kind::Consonant, _) => pl_consonant(word, false),
        (Kind::PlaceConsonant, _) => pl_consonant(word, true),
        (Kind::A, "uk") => uk_a(word),
        (Kind::A, "ru") => ru_a(word),
        (Kind::A, _) => pl_a(word),
        (Kind::O, "uk") => cut(word, &["о"], [&["о"], &["а"], &["у", "ові"], &["а"], &["ом"], &["ові", "у"]]),
        (Kind::O, "pl") => {
            cut(word, &["o"], [&["o"], &["a", "i"], &["owi", "o"], &["a", "ę"], &["em", "ą"], &["ie", "u"]])
        }
        (Kind::O, _) => same(word),
        (Kind::Adjective, "uk") => {
            cut(word, &["ий", "ій", "ой"], [&[], &["ого"], &["ому"], &["ого"], &["им", "ім"], &["ому", "ім"]])
        }
        (Kind::Adjective, "ru") => {
            cut(word, &["ий", "ый", "ой"], [&[], &["ого"], &["ому"], &["ого"], &["им", "ым"], &["ом"]])
        }
        (Kind::Adjective, _) => pl_adjective(word),
        (Kind::FeminineAdjective, "uk") => cut(word, &["а", "я"], [&[], &["ої"], &["ій"], &["у"], &["ою"], &["ій"]]),
        (Kind::FeminineAdjective, "ru") => match word.strip_suffix("ая").or_else(|| word.strip_suffix("яя")) {
            Some(_) => cut(word, &["ая", "яя"], [&[], &["ой"], &["ой"], &["ую"], &["ой"], &["ой"]]),
            None => cut(word, &["а"], [&[], &["ой"], &["ой"], &["у"], &["ой"], &["ой"]]),
        },
        (Kind::FeminineAdjective, _) => {
            let soft = if ends(word, &["ka", "ga"]) { "iej" } else { "ej" };
            cut(word, &["a"], [&[], &[soft], &[soft], &["ą"], &["ą"], &[soft]])
        }
        (Kind::PluralAdjective, "uk") => cut(word, &["і"], [&[], &["их"], &["им"], &["і"], &["ими"], &["их"]]),
        (Kind::PluralAdjective, "ru") => {
            let y = if word.ends_with("ые") { ["ых", "ым", "ыми"] } else { ["их", "им", "ими"] };
            cut(word, &["ые", "ие"], [&[], &[y[0]], &[y[1]], &[], &[y[2]], &[y[0]]])
        }
        (Kind::PluralAdjective, _) => {
            let y = if word.ends_with("ie") { ["ich", "im", "imi"] } else { ["ych", "ym", "ymi"] };
            cut(word, &["ie", "e"], [&[], &[y[0]], &[y[1]], &[], &[y[2]], &[y[0]]])
        }
        (Kind::PluralNoun, "uk") => cut(word, &["и"], [&[], &["ів", ""], &["ам"], &[], &["ами"], &["ах"]]),
        (Kind::PluralNoun, "ru") => cut(word, &["ы", "и"], [&[], &["ов", ""], &["ам"], &[], &["ами"], &["ах"]]),
        (Kind::PluralNoun, _) => cut(word, &["y"], [&[], &["ów", ""], &["om"], &[], &["ami"], &["ach"]]),
        (Kind::PolishVowel, _) => pl_vowel(word),
    }
}

fn same(word: &str) -> Endings {
    std::array::from_fn(|_| vec![word.to_owned()])
}

/// Cuts the first ending that fits and puts the case endings instead; an empty list repeats the word itself.
fn cut(word: &str, cuts: &[&str], endings: [&[&str]; 6]) -> Endings {
    let Some(stem) = cuts.iter().find_map(|end| word.strip_suffix(end)) else { return same(word) };
    with_stem(word, stem, endings)
}

fn with_stem(word: &str, stem: &str, endings: [&[&str]; 6]) -> Endings {
    let mut forms = endings.map(|ends| ends.iter().map(|end| [stem, *end].concat()).collect::<Vec<_>>());
    forms[0] = vec![word.to_owned()];
    for form in &mut forms {
        if form.is_empty() {
            form.push(word.to_owned());
        }
    }
    forms
}

fn ends(word: &str, endings: &[&str]) -> bool {
    endings.iter().any(|end| word.ends_with(end))
}

fn uk_consonant(word: &str, is_place: bool) -> Endings {
    if ends(word, &["ий"]) && !is_place && !ends(word, &["рій", "лій"]) && word.chars().count() > 6 {
        return decline(word, Kind::Adjective, "uk");
    }
    if let Some(stem) = word.strip_suffix('й') {
        return with_stem(
            word,
            stem,
            [&[], &["я", "ю"][..if is_place { 2 } else { 1 }], &["ю", "єві"], &["я"], &["єм"], &["єві", "ю", "ї"]],
        );
    }
    if let Some(stem) = word.strip_suffix('ь') {
        return with_stem(
            word,
            stem,
            [&[], &["я", "ю"][..if is_place { 2 } else { 1 }], &["ю", "еві"], &["я"], &["ем"], &["еві", "ю", "і"]],
        );
    }
    if word == "Ігор" {
        return with_stem(word, word, [&[], &["я"], &["ю", "еві"], &["я"], &["ем"], &["еві", "ю"]]);
    }
    if let Some(stem) = ["Павел", "Єгипет"].contains(&word).then(|| fleeting(word)) {
        return with_stem(word, &stem, [&[], &["а", "у"], &["у", "ові"], &["а"], &["ом"], &["ові", "у", "і"]]);
    }
    if is_place {
        return with_stem(word, word, [&[], &["у", "а"], &["у", "ові"], &[""], &["ом", "ем"], &["і", "у"]]);
    }
    let instrumental: &[&str] = if ends(word, &["ов", "ев", "єв", "їв", "ін", "їн", "ин"]) {
        &["им", "ом"]
    } else if ends(word, &["ж", "ч", "ш", "щ"]) {
        &["ем"]
    } else {
        &["ом"]
    };
    with_stem(word, word, [&[], &["а"], &["у", "ові"], &["а"], instrumental, &["ові", "у", "і"]])
}

fn ru_consonant(word: &str) -> Endings {
    if let Some(stem) = word.strip_suffix('й') {
        let locative: &[&str] = if word.ends_with("ий") { &["и"] } else { &["е"] };
        return with_stem(word, stem, [&[], &["я"], &["ю"], &["я"], &["ем"], locative]);
    }
    if let Some(stem) = word.strip_suffix('ь') {
        return with_stem(word, stem, [&[], &["я"], &["ю"], &["я"], &["ем"], &["е"]]);
    }
    if word == "Лев" {
        return with_stem(word, "Льв", [&[], &["а"], &["у"], &["а"], &["ом"], &["е"]]);
    }
    if ["Павел", "Египет", "Пётр"].contains(&word) {
        return with_stem(word, &fleeting(word), [&[], &["а"], &["у"], &["а"], &["ом"], &["е"]]);
    }
    let instrumental: &[&str] = if ends(word, &["ов", "ев", "ёв", "ин", "ын"]) {
        &["ым", "ом"]
    } else if ends(word, &["ж", "ч", "ш", "щ", "ц"]) {
        &["ем", "ом"]
    } else {
        &["ом"]
    };
    with_stem(word, word, [&[], &["а"], &["у"], &["а"], instrumental, &["е"]])
}

/// Drops the last vowel: Павел, Павл-; Пётр, Петр-.
fn fleeting(word: &str) -> String {
    if let Some(rest) = word.strip_prefix("Пётр") {
        return format!("Петр{rest}");
    }
    let mut letters: Vec<char> = word.chars().collect();
    letters.remove(letters.len() - 2);
    letters.into_iter().collect()
}

fn uk_a(word: &str) -> Endings {
    if let Some(stem) = word.strip_suffix('я') {
        return if stem.ends_with(['і', 'а', 'о', 'у', 'и', 'ь', 'є', '\'', '’']) {
            with_stem(word, stem, [&[], &["ї"], &["ї"], &["ю"], &["єю"], &["ї"]])
        } else {
            with_stem(word, stem, [&[], &["і"], &["і"], &["ю"], &["ею"], &["і"]])
        };
    }
    let Some(stem) = word.strip_suffix('а') else { return same(word) };
    if stem.ends_with(['ж', 'ч', 'ш', 'щ']) {
        return with_stem(word, stem, [&[], &["і"], &["і"], &["у"], &["ею"], &["і"]]);
    }
    let mut forms = with_stem(word, stem, [&[], &["и"], &["і"], &["у"], &["ою"], &["і"]]);
    let softened = [('г', 'з'), ('к', 'ц'), ('х', 'с')]
        .iter()
        .find_map(|(hard, soft)| Some(format!("{}{soft}і", stem.strip_suffix(*hard)?)));
    if let Some(softened) = softened {
        forms[2] = vec![softened.clone()];
        forms[5] = vec![softened];
    }
    forms
}

fn ru_a(word: &str) -> Endings {
    if let Some(stem) = word.strip_suffix("ия") {
        return with_stem(word, stem, [&[], &["ии"], &["ии"], &["ию"], &["ией"], &["ии"]]);
    }
    if let Some(stem) = word.strip_suffix('я') {
        return with_stem(word, stem, [&[], &["и"], &["е"], &["ю"], &["ей"], &["е"]]);
    }
    let Some(stem) = word.strip_suffix('а') else { return same(word) };
    let hush = stem.ends_with(['г', 'к', 'х', 'ж', 'ч', 'ш', 'щ']);
    let instrumental: &[&str] = if stem.ends_with(['ж', 'ч', 'ш', 'щ', 'ц']) { &["ей"] } else { &["ой"] };
    with_stem(word, stem, [&[], &[if hush { "и" } else { "ы" }], &["е"], &["у"], instrumental, &["е"]])
}

fn pl_consonant(word: &str, is_place: bool) -> Endings {
    let instrumental: &[&str] = if ends(word, &["k", "g"]) { &["iem"] } else { &["em"] };
    let fleeting = word
        .strip_suffix("ek")
        .map(|stem| format!("{stem}k"))
        .or_else(|| Some(format!("{}ł", word.strip_suffix("eł")?)));
    let soft = pl_soft(word);
    let stem = fleeting.as_deref().unwrap_or(word);
    let genitive: &[&str] = if is_place { &["u", "a"] } else { &["a"] };
    let accusative: &[&str] = if is_place { &[] } else { &["a"] };
    let mut forms = with_stem(word, stem, [&[], genitive, &["owi"], accusative, instrumental, &[]]);
    forms[5] = vec![soft];
    forms
}

/// The Polish locative, with its softened consonant.
fn pl_soft(word: &str) -> String {
    let changed = [("st", "ście"), ("r", "rze"), ("ł", "le"), ("t", "cie"), ("d", "dzie")];
    for (hard, soft) in changed {
        if let Some(stem) = word.strip_suffix(hard)
            && !word.ends_with("rr")
        {
            return format!("{stem}{soft}");
        }
    }
    if ends(word, &["k", "g", "h", "l", "j", "sz", "cz", "rz", "ż", "c", "x", "ń", "ś", "ć"]) {
        let word = word.strip_suffix('ń').map_or_else(|| word.to_owned(), |stem| format!("{stem}ni"));
        return format!("{word}u");
    }
    format!("{word}ie")
}

fn pl_a(word: &str) -> Endings {
    let Some(stem) = word.strip_suffix('a') else { return same(word) };
    if ends(stem, &["i", "j", "l", "c", "sz", "cz", "rz", "ż"]) {
        let genitive: &[&str] = if ends(stem, &["c", "sz", "cz", "rz", "ż"]) { &["y"] } else { &["i"] };
        return with_stem(word, stem, [&[], genitive, genitive, &["ę"], &["ą"], genitive]);
    }
    let genitive: &[&str] = if ends(stem, &["k", "g"]) { &["i"] } else { &["y"] };
    let soft = [
        ("ch", "sze"),
        ("k", "ce"),
        ("g", "dze"),
        ("r", "rze"),
        ("ł", "le"),
        ("t", "cie"),
        ("d", "dzie"),
        ("st", "ście"),
    ]
    .iter()
    .find_map(|(hard, soft)| Some(format!("{}{soft}", stem.strip_suffix(hard)?)))
    .unwrap_or_else(|| format!("{stem}ie"));
    let mut forms = with_stem(word, stem, [&[], genitive, &[], &["ę"], &["ą"], &[]]);
    forms[2] = vec![soft.clone()];
    forms[5] = vec![soft];
    forms
}

fn pl_adjective(word: &str) -> Endings {
    if word.ends_with('i') {
        return with_stem(word, word, [&[], &["ego"], &["emu"], &["ego"], &["m"], &["m"]]);
    }
    cut(word, &["y"], [&[], &["ego"], &["emu"], &["ego"], &["ym"], &["ym"]])
}

fn pl_vowel(word: &str) -> Endings {
    match word.chars().last() {
        Some('e') => with_stem(
            word,
            word,
            [&[], &["go", "'a", "’a"], &["mu", "'owi", "’owi"], &["go", "'a", "’a"], &["m", "'em", "’em"], &["m"]],
        ),
        Some('y') => with_stem(
            word,
            word,
            [&[], &["'ego", "’ego"], &["'emu", "’emu"], &["'ego", "’ego"], &["'m", "’m", "m"], &["m"]],
        ),
        Some('i') => with_stem(word, word, [&[], &["ego"], &["emu"], &["ego"], &["m"], &["m"]]),
        Some('o') => cut(word, &["o"], [&[], &["o", "a"], &["o", "owi"], &["o", "a"], &["o", "em"], &["o", "u"]]),
        _ => same(word),
    }
}

fn is_vowel(c: char) -> bool {
    "аеєиіїоуюяыэёaeiouyąęóéáíúöüõ".contains(c)
}

fn is_acronym(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() > 1 && !word.contains('-')
}

fn is_particle(lower: &str) -> bool {
    [
        "ван",
        "фон",
        "бін",
        "бин",
        "ібн",
        "ибн",
        "аль",
        "дер",
        "ван-дер",
        "бен",
        "van",
        "von",
        "der",
        "bin",
        "ibn",
        "ben",
        "al",
    ]
    .contains(&lower)
}
