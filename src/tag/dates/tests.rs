//! Facts about dates in text, by language: what is found and which day it is.

use jiff::civil::date;

use super::*;
use crate::article::PageTime;
use crate::tag::{EventDate, Precision};

/// A Wednesday.
const PUBLISHED: &str = "2025-02-12T12:00:00+00:00[UTC]";

fn words() -> DateWords {
    DateWords::core().unwrap()
}

fn resolved(words: &DateWords, lang: &str, text: &str, tense: Tense) -> Vec<EventDate> {
    let published = PageTime::Instant(PUBLISHED.parse().unwrap());
    let anchor = Anchor { published: Some(&published), zone: None };
    let hits = words.find(text, lang);
    hits.iter().filter_map(|hit| resolve(&hit.value, &anchor, tense, &text[hit.start..hit.end])).collect()
}

fn shown(date: &EventDate) -> String {
    if date.start == date.end { date.start.to_string() } else { format!("{}..{}", date.start, date.end) }
}

/// The text, the tense, and every date: its words and its day or `first..last`.
type Case<'t> = (&'t str, Tense, &'t [(&'t str, &'t str)]);

fn check(lang: &str, cases: &[Case]) {
    let words = words();
    let mut wrong = Vec::new();
    for (text, tense, expect) in cases {
        let found: Vec<(String, String)> =
            resolved(&words, lang, text, *tense).iter().map(|date| (date.text.clone(), shown(date))).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(text, day)| (text.as_str(), day.as_str())).collect();
        if found != *expect {
            wrong.push(format!("{text} ({tense:?})\n  expect {expect:?}\n  found  {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{lang}: {} of {} wrong\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

use Tense::{Future, Past, Unknown};

#[test]
fn english_words_give_their_days() {
    check(
        "en",
        &[
            ("They spoke on Wednesday.", Past, &[("Wednesday", "2025-02-12")]),
            ("They spoke on Thursday.", Past, &[("Thursday", "2025-02-06")]),
            ("They will speak Thursday.", Future, &[("Thursday", "2025-02-13")]),
            ("They will speak later on Wednesday.", Future, &[("Wednesday", "2025-02-12")]),
            ("He called off Friday's talks.", Future, &[("Friday", "2025-02-14")]),
            ("The two spoke last Wednesday.", Past, &[("last Wednesday", "2025-02-05")]),
            ("They meet next Tuesday in Riyadh.", Future, &[("next Tuesday", "2025-02-18")]),
            ("They meet this Friday.", Future, &[("this Friday", "2025-02-14")]),
            ("They spoke on Monday night.", Past, &[("Monday night", "2025-02-10")]),
            ("The call took place on Wednesday, February 12.", Past, &[("Wednesday, February 12", "2025-02-12")]),
            ("They spoke on Feb. 12, 2025.", Past, &[("Feb. 12, 2025", "2025-02-12")]),
            ("The call of 12 February 2025 was long.", Past, &[("12 February 2025", "2025-02-12")]),
            ("On Dec 30 they spoke.", Past, &[("Dec 30", "2024-12-30")]),
            ("They agreed to meet on March 3rd.", Future, &[("March 3rd", "2025-03-03")]),
            ("during a July 2019 call", Past, &[("July 2019", "2019-07-01..2019-07-31")]),
            ("They last spoke in January.", Past, &[("January", "2025-01-01..2025-01-31")]),
            ("They talked yesterday evening.", Past, &[("yesterday evening", "2025-02-11")]),
            ("They will talk tomorrow.", Future, &[("tomorrow", "2025-02-13")]),
            ("Two days ago the envoy left.", Past, &[("Two days ago", "2025-02-10")]),
            ("They will meet next week.", Future, &[("next week", "2025-02-17..2025-02-23")]),
            ("The talks resume in the coming days.", Future, &[("in the coming days", "2025-02-12..2025-02-19")]),
            ("Strikes went on overnight.", Past, &[("overnight", "2025-02-11..2025-02-12")]),
            ("Earlier today the leaders spoke.", Past, &[("Earlier today", "2025-02-12")]),
            ("The round of February 10-12 failed.", Past, &[("February 10-12", "2025-02-10..2025-02-12")]),
            ("They will speak at 18:00 GMT on Thursday.", Future, &[("18:00 GMT on Thursday", "2025-02-13")]),
            ("They spoke at 9 a.m. on Tuesday", Past, &[("9 a.m. on Tuesday", "2025-02-11")]),
            ("Talks began on the 10th.", Past, &[("10th", "2025-02-10")]),
            (
                "The record of 02/10/2025 and 2025-02-11.",
                Past,
                &[("02/10/2025", "2025-02-10"), ("2025-02-11", "2025-02-11")],
            ),
            (
                "They agreed on Monday and spoke in the evening.",
                Past,
                &[("Monday", "2025-02-10"), ("in the evening", "2025-02-12")],
            ),
            ("They spoke in the evening of Sunday.", Past, &[("in the evening of Sunday", "2025-02-09")]),
        ],
    );
}

#[test]
fn english_words_that_only_look_like_dates_give_none() {
    let none: Vec<Case> = [
        "The two sides may march on 12 towns.",
        "He sat in the sun.",
        "He may 12 times a year.",
        "Theresa May called.",
        "Black Friday sales rose.",
        "Every Monday they meet.",
        "On Mondays they meet.",
        "The Sunday Times reported it.",
        "It runs 24/7 and 7/24.",
        "Call 555-12-2025 or 1.2.3456.7.",
        "It cost 12,000 in all.",
        "They won 3-1 and 12:30 is no day.",
        "It was the 12th meeting.",
        "Two days before the talks they spoke.",
        "Hours after the summit they spoke.",
        "It began in the 1990s.",
        "It was the second time in two days.",
    ]
    .iter()
    .map(|text| (*text, Past, &[][..]))
    .collect();
    check("en", &none);
}

#[test]
fn ukrainian_words_give_their_days() {
    check(
        "uk",
        &[
            ("У середу президенти поговорили.", Past, &[("середу", "2025-02-12")]),
            ("Розмова відбулася 12 лютого.", Past, &[("12 лютого", "2025-02-12")]),
            (
                "Розмова відбулася в середу, 12 лютого 2025 року, у Києві.",
                Past,
                &[("середу, 12 лютого 2025 року", "2025-02-12")],
            ),
            ("Вони говорили вчора ввечері.", Past, &[("вчора ввечері", "2025-02-11")]),
            ("У ніч на четвер вони говорили.", Past, &[("четвер", "2025-02-06")]),
            ("Минулої п’ятниці відбулася розмова.", Past, &[("Минулої п’ятниці", "2025-02-07")]),
            ("Зустріч буде наступного вівторка.", Future, &[("наступного вівторка", "2025-02-18")]),
            ("Зустріч буде у четвер.", Future, &[("четвер", "2025-02-13")]),
            ("Зустріч буде наступного тижня.", Future, &[("наступного тижня", "2025-02-17..2025-02-23")]),
            ("Вони говорили два дні тому.", Past, &[("два дні тому", "2025-02-10")]),
            ("Тиждень тому сторони домовилися.", Past, &[("Тиждень тому", "2025-02-03..2025-02-09")]),
            ("У січні вони зустрілися.", Past, &[("січні", "2025-01-01..2025-01-31")]),
            ("У липні 2019 року була розмова.", Past, &[("липні 2019 року", "2019-07-01..2019-07-31")]),
            ("Лютий мороз тримався.", Past, &[]),
            ("Напередодні переговорів міністр зателефонував.", Past, &[]),
            ("Напередодні відбулася розмова.", Past, &[("Напередодні", "2025-02-11")]),
            ("Перемовини 10–12 лютого завершилися.", Past, &[("10–12 лютого", "2025-02-10..2025-02-12")]),
            ("Розмова почалася о 18:00 за Києвом у вівторок.", Past, &[("18:00 за Києвом у вівторок", "2025-02-11")]),
            ("Напередодні президент говорив із ним.", Past, &[("Напередодні", "2025-02-11")]),
            ("Напередодні Макрон говорив із ним.", Past, &[("Напередодні", "2025-02-11")]),
            ("Вони говорили напередодні Різдва.", Past, &[]),
        ],
    );
}

#[test]
fn russian_words_give_their_days() {
    check(
        "ru",
        &[
            ("В среду, 12 февраля, президенты поговорили.", Past, &[("среду, 12 февраля", "2025-02-12")]),
            ("В четверг вечером они говорили.", Past, &[("четверг вечером", "2025-02-06")]),
            ("Они встретятся в четверг.", Future, &[("четверг", "2025-02-13")]),
            ("Вчера состоялся разговор.", Past, &[("Вчера", "2025-02-11")]),
            ("Накануне состоялся разговор.", Past, &[("Накануне", "2025-02-11")]),
            ("Накануне переговоров они говорили.", Past, &[]),
            ("В прошлую пятницу они говорили.", Past, &[("прошлую пятницу", "2025-02-07")]),
            ("На следующей неделе будет встреча.", Future, &[("На следующей неделе", "2025-02-17..2025-02-23")]),
            ("Встреча прошла 30 декабря.", Past, &[("30 декабря", "2024-12-30")]),
            ("Встреча прошла 12 февраля прошлого года.", Past, &[("12 февраля прошлого года", "2024-02-12")]),
            ("Встреча прошла 10-го числа.", Past, &[("10-го числа", "2025-02-10")]),
            ("Бойцы 16-го полка отошли.", Past, &[]),
            ("Три дня назад посол уехал.", Past, &[("Три дня назад", "2025-02-09")]),
            ("В июле 2019 года был разговор.", Past, &[("июле 2019 года", "2019-07-01..2019-07-31")]),
            ("Защита окружающей среды важна.", Past, &[]),
            ("Через два дня после встречи они говорили.", Past, &[]),
            ("Разговор 12.02.2025 длился час.", Past, &[("12.02.2025", "2025-02-12")]),
            ("Разговор начнётся завтра в 16:00 мск.", Future, &[("завтра в 16:00 мск", "2025-02-13")]),
            ("Накануне Трамп позвонил ему.", Past, &[("Накануне", "2025-02-11")]),
            ("Они говорили вечером накануне.", Past, &[("вечером накануне", "2025-02-11")]),
            ("Они говорили накануне Рождества.", Past, &[]),
            ("Они говорили накануне переговоров.", Past, &[]),
        ],
    );
}

#[test]
fn german_words_give_their_days() {
    check(
        "de",
        &[
            ("Am Mittwoch sprachen sie.", Past, &[("Mittwoch", "2025-02-12")]),
            ("Am 12. Februar sprachen sie.", Past, &[("12. Februar", "2025-02-12")]),
            (
                "Am Mittwoch, dem 12. Februar 2025, sprachen sie.",
                Past,
                &[("Mittwoch, dem 12. Februar 2025", "2025-02-12")],
            ),
            ("Das Gespräch fand am 12.02.2025 statt.", Past, &[("12.02.2025", "2025-02-12")]),
            ("Am Dienstagabend telefonierten sie.", Past, &[("Dienstagabend", "2025-02-11")]),
            ("Einen Tag zuvor telefonierten sie.", Past, &[("Einen Tag zuvor", "2025-02-11")]),
            ("Sie sprachen gestern Abend.", Past, &[("gestern Abend", "2025-02-11")]),
            ("Sie sprechen morgen.", Future, &[("morgen", "2025-02-13")]),
            ("Guten Morgen, sagte er.", Past, &[]),
            ("Am vergangenen Freitag sprachen sie.", Past, &[("vergangenen Freitag", "2025-02-07")]),
            ("Sie treffen sich nächsten Dienstag.", Future, &[("nächsten Dienstag", "2025-02-18")]),
            ("Vor zwei Tagen reiste er ab.", Past, &[("Vor zwei Tagen", "2025-02-10")]),
            (
                "Sie treffen sich in der kommenden Woche.",
                Future,
                &[("in der kommenden Woche", "2025-02-17..2025-02-23")],
            ),
            ("Im Januar sprachen sie.", Past, &[("Januar", "2025-01-01..2025-01-31")]),
            ("Am Donnerstag um 18 Uhr sprechen sie.", Future, &[("Donnerstag um 18 Uhr", "2025-02-13")]),
            ("Am Freitag (31. Januar) sprachen sie.", Past, &[("Freitag (31. Januar)", "2025-01-31")]),
            ("Am 10. und 11. Februar sprachen sie.", Past, &[("10. und 11. Februar", "2025-02-10..2025-02-11")]),
            ("Mittwoch nächster Woche treffen sie sich.", Future, &[("Mittwoch nächster Woche", "2025-02-19")]),
        ],
    );
}

#[test]
fn the_day_of_publication_is_that_of_the_zone() {
    let published = PageTime::Instant("2025-06-06T03:00:00+00:00[UTC]".parse().unwrap());
    let anchor = Anchor { published: Some(&published), zone: Some("America/New_York") };
    let hits = words().find("They spoke on Thursday.", "en");
    let found = resolve(&hits[0].value, &anchor, Past, "Thursday").unwrap();
    assert_eq!((found.start, found.end), (date(2025, 6, 5), date(2025, 6, 5)));
    assert_eq!((found.precision, found.zone.as_deref()), (Precision::Day, Some("America/New_York")));
}

#[test]
fn without_a_publication_only_full_dates_resolve() {
    let words = words();
    let text = "On Thursday, on February 12, yesterday, in 2019 and on February 12, 2025 they spoke.";
    let found: Vec<String> = words
        .find(text, "en")
        .iter()
        .filter_map(|hit| resolve(&hit.value, &Anchor::default(), Unknown, &text[hit.start..hit.end]))
        .map(|date| shown(&date))
        .collect();
    assert_eq!(found, ["2019-01-01..2019-12-31", "2025-02-12"]);
}

#[test]
fn a_time_gives_precision_and_zone_but_no_day() {
    let words = words();
    let dates = resolved(&words, "en", "Thursday at 18:00 GMT", Future);
    assert_eq!((dates[0].precision, dates[0].zone.as_deref()), (Precision::Minute, Some("UTC")));
    assert_eq!(resolved(&words, "en", "They spoke at 18:00 GMT.", Past), []);
}

#[test]
fn any_text_is_read_without_panic() {
    let words = words();
    let pieces =
        ["12", "日", "Feb", ".", "’", "ş", " ", "2025", "-", "周", "三", "\u{660}", "last", "Monday", "é", "\n", ":"];
    let mut seed = 7_usize;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) % pieces.len()]);
        }
        for lang in ["en", "zh", "ar", "tr", "xx"] {
            let hits = words.find(&text, lang);
            assert!(hits.windows(2).all(|pair| pair[0].end <= pair[1].start), "{text}");
            assert!(hits.iter().all(|hit| text.get(hit.start..hit.end).is_some_and(|text| !text.is_empty())), "{text}");
        }
    }
}

#[test]
fn french_words_give_their_days() {
    check(
        "fr",
        &[
            ("Ils se sont parlé mercredi.", Past, &[("mercredi", "2025-02-12")]),
            ("Ils se sont parlé le mercredi 12 février 2025.", Past, &[("mercredi 12 février 2025", "2025-02-12")]),
            ("L'appel du 12 février a été long.", Past, &[("12 février", "2025-02-12")]),
            ("Ils ont parlé mardi soir.", Past, &[("mardi soir", "2025-02-11")]),
            ("Ils ont parlé vendredi dernier.", Past, &[("vendredi dernier", "2025-02-07")]),
            ("Ils se verront mardi prochain.", Future, &[("mardi prochain", "2025-02-18")]),
            ("Ils se verront jeudi.", Future, &[("jeudi", "2025-02-13")]),
            ("Ils ont parlé hier soir.", Past, &[("hier soir", "2025-02-11")]),
            ("Il y a deux jours, il est parti.", Past, &[("Il y a deux jours", "2025-02-10")]),
            ("Ils se verront la semaine prochaine.", Future, &[("la semaine prochaine", "2025-02-17..2025-02-23")]),
            ("En mars 2024, ils ont parlé.", Past, &[("mars 2024", "2024-03-01..2024-03-31")]),
            ("Ils se verront le 10 décembre prochain.", Past, &[("10 décembre prochain", "2025-12-10")]),
            ("La planète Mars est loin.", Past, &[]),
            ("Ils se verront aujourd’hui à 18h30.", Future, &[("aujourd’hui à 18h30", "2025-02-12")]),
            ("Ils se sont vus le 1er février.", Past, &[("1er février", "2025-02-01")]),
            (
                "Les discussions des 10 et 11 février ont échoué.",
                Past,
                &[("10 et 11 février", "2025-02-10..2025-02-11")],
            ),
            ("La veille, ils se sont parlé.", Past, &[("La veille", "2025-02-11")]),
            ("Ils se sont parlé la veille du sommet.", Past, &[]),
            ("Ils se sont parlé en soirée.", Past, &[("en soirée", "2025-02-12")]),
        ],
    );
}

#[test]
fn spanish_words_give_their_days() {
    check(
        "es",
        &[
            ("Hablaron este miércoles.", Past, &[("este miércoles", "2025-02-12")]),
            ("Hablaron el miércoles 12 de febrero.", Past, &[("miércoles 12 de febrero", "2025-02-12")]),
            ("La llamada fue el 12 de febrero de 2025.", Past, &[("12 de febrero de 2025", "2025-02-12")]),
            ("Hablaron el pasado viernes.", Past, &[("pasado viernes", "2025-02-07")]),
            ("Hablaron el viernes pasado.", Past, &[("viernes pasado", "2025-02-07")]),
            ("Se reunirán el próximo martes.", Future, &[("próximo martes", "2025-02-18")]),
            ("Se reunirán el jueves.", Future, &[("jueves", "2025-02-13")]),
            ("Hablaron ayer por la tarde.", Past, &[("ayer por la tarde", "2025-02-11")]),
            ("Hablarán mañana.", Future, &[("mañana", "2025-02-13")]),
            ("Hace dos días se fue.", Past, &[("Hace dos días", "2025-02-10")]),
            ("Se verán la próxima semana.", Future, &[("la próxima semana", "2025-02-17..2025-02-23")]),
            ("En julio de 2019 hablaron.", Past, &[("julio de 2019", "2019-07-01..2019-07-31")]),
            ("Se verán este jueves 13 de febrero.", Future, &[("este jueves 13 de febrero", "2025-02-13")]),
            ("Hablaron a las 10:45 de la mañana del martes.", Past, &[("10:45 de la mañana del martes", "2025-02-11")]),
            ("Hablaron el pasado 6 de enero.", Past, &[("pasado 6 de enero", "2025-01-06")]),
            ("Hablan todos los martes.", Past, &[]),
            ("Hablaron del 10 al 12 de febrero.", Past, &[("10 al 12 de febrero", "2025-02-10..2025-02-12")]),
            ("La víspera, Lula llamó a Petro.", Past, &[("La víspera", "2025-02-11")]),
            ("Hablaron en la víspera de la cumbre.", Past, &[]),
            ("La seguridad en el mar Negro y el mar de Azov.", Past, &[]),
        ],
    );
}

#[test]
fn italian_words_give_their_days() {
    check(
        "it",
        &[
            ("Si sono sentiti mercoledì.", Past, &[("mercoledì", "2025-02-12")]),
            ("Si sono sentiti mercoledì 12 febbraio.", Past, &[("mercoledì 12 febbraio", "2025-02-12")]),
            ("La telefonata del 12 febbraio 2025.", Past, &[("12 febbraio 2025", "2025-02-12")]),
            ("Si sono sentiti venerdì scorso.", Past, &[("venerdì scorso", "2025-02-07")]),
            ("Si vedranno martedì prossimo.", Future, &[("martedì prossimo", "2025-02-18")]),
            ("Si vedranno giovedì.", Future, &[("giovedì", "2025-02-13")]),
            ("Si sono sentiti ieri sera.", Past, &[("ieri sera", "2025-02-11")]),
            ("Si sentiranno domani.", Future, &[("domani", "2025-02-13")]),
            ("Due giorni fa è partito.", Past, &[("Due giorni fa", "2025-02-10")]),
            ("Si vedranno la prossima settimana.", Future, &[("la prossima settimana", "2025-02-17..2025-02-23")]),
            ("Nel luglio 2019 si sentirono.", Past, &[("luglio 2019", "2019-07-01..2019-07-31")]),
            ("Si vedono ogni lunedì.", Past, &[]),
            ("Si sentiranno alle ore 18:00 di domani.", Future, &[("18:00 di domani", "2025-02-13")]),
            ("Il giorno prima Meloni aveva sentito Macron.", Past, &[("Il giorno prima", "2025-02-11")]),
            ("Si sono parlati il giorno prima del vertice.", Past, &[]),
            ("La sicurezza nel Mar Nero resta al centro.", Past, &[]),
        ],
    );
}

#[test]
fn portuguese_words_give_their_days() {
    check(
        "pt",
        &[
            ("Eles falaram nesta quarta-feira.", Past, &[("nesta quarta-feira", "2025-02-12")]),
            ("Eles falaram na quarta-feira (12).", Past, &[("na quarta-feira (12)", "2025-02-12")]),
            ("A ligação foi em 12 de fevereiro de 2025.", Past, &[("12 de fevereiro de 2025", "2025-02-12")]),
            ("Eles falaram na sexta.", Past, &[("na sexta", "2025-02-07")]),
            ("Eles falaram na última sexta-feira.", Past, &[("última sexta-feira", "2025-02-07")]),
            ("Eles vão se reunir na próxima terça-feira.", Future, &[("próxima terça-feira", "2025-02-18")]),
            ("Eles falaram ontem à noite.", Past, &[("ontem à noite", "2025-02-11")]),
            ("Eles vão falar amanhã.", Future, &[("amanhã", "2025-02-13")]),
            ("Há dois dias ele partiu.", Past, &[("Há dois dias", "2025-02-10")]),
            ("Eles vão falar na próxima semana.", Future, &[("na próxima semana", "2025-02-17..2025-02-23")]),
            ("Em julho de 2019 eles falaram.", Past, &[("julho de 2019", "2019-07-01..2019-07-31")]),
            ("A segunda rodada e a terça parte.", Past, &[]),
            ("Eles falam toda segunda-feira.", Past, &[]),
            ("Na véspera, Lula telefonou a Macron.", Past, &[("Na véspera", "2025-02-11")]),
            ("Falaram na véspera da cimeira.", Past, &[]),
            ("A segurança no mar Negro e no mar da China.", Past, &[]),
        ],
    );
}

#[test]
fn polish_words_give_their_days() {
    check(
        "pl",
        &[
            ("W środę prezydenci rozmawiali.", Past, &[("środę", "2025-02-12")]),
            ("Rozmowa odbyła się 12 lutego 2025 r.", Past, &[("12 lutego 2025 r", "2025-02-12")]),
            ("Rozmowa odbyła się w środę, 12 lutego.", Past, &[("środę, 12 lutego", "2025-02-12")]),
            ("Rozmawiali we wtorek wieczorem.", Past, &[("wtorek wieczorem", "2025-02-11")]),
            ("W ubiegły piątek rozmawiali.", Past, &[("ubiegły piątek", "2025-02-07")]),
            ("Spotkają się w przyszły wtorek.", Future, &[("przyszły wtorek", "2025-02-18")]),
            ("Spotkają się w czwartek.", Future, &[("czwartek", "2025-02-13")]),
            ("Rozmawiali wczoraj.", Past, &[("wczoraj", "2025-02-11")]),
            ("Porozmawiają jutro o 18:00.", Future, &[("jutro o 18:00", "2025-02-13")]),
            ("Dwa dni temu wyjechał.", Past, &[("Dwa dni temu", "2025-02-10")]),
            ("Spotkają się w przyszłym tygodniu.", Future, &[("w przyszłym tygodniu", "2025-02-17..2025-02-23")]),
            ("W lipcu 2019 roku rozmawiali.", Past, &[("lipcu 2019 roku", "2019-07-01..2019-07-31")]),
            ("Za dwa dni się spotkają.", Future, &[("Za dwa dni", "2025-02-14")]),
            ("Zadzwonił w nocy z poniedziałku na wtorek.", Past, &[("w nocy z poniedziałku na wtorek", "2025-02-11")]),
        ],
    );
}

#[test]
fn turkish_words_give_their_days() {
    check(
        "tr",
        &[
            ("Çarşamba günü görüştüler.", Past, &[("Çarşamba günü", "2025-02-12")]),
            ("12 Şubat'ta görüştüler.", Past, &[("12 Şubat", "2025-02-12")]),
            ("12 Şubat 2025'te görüştüler.", Past, &[("12 Şubat 2025", "2025-02-12")]),
            ("12 ŞUBAT SALI GÜNÜ", Past, &[("12 ŞUBAT", "2025-02-12"), ("SALI GÜNÜ", "2025-02-11")]),
            ("Geçen cuma günü görüştüler.", Past, &[("Geçen cuma günü", "2025-02-07")]),
            ("Önümüzdeki salı günü görüşecekler.", Future, &[("Önümüzdeki salı günü", "2025-02-18")]),
            ("Perşembe günü görüşecekler.", Future, &[("Perşembe günü", "2025-02-13")]),
            ("Dün akşam görüştüler.", Past, &[("Dün akşam", "2025-02-11")]),
            ("Yarın görüşecekler.", Future, &[("Yarın", "2025-02-13")]),
            ("İki gün önce ayrıldı.", Past, &[("İki gün önce", "2025-02-10")]),
            ("Gelecek hafta görüşecekler.", Future, &[("Gelecek hafta", "2025-02-17..2025-02-23")]),
            ("Temmuz 2019'da görüştüler.", Past, &[("Temmuz 2019", "2019-07-01..2019-07-31")]),
            ("Pazar yeri kalabalıktı.", Past, &[]),
            ("Ekim ayında görüştüler.", Past, &[("Ekim ayında", "2024-10-01..2024-10-31")]),
        ],
    );
}

#[test]
fn arabic_words_give_their_days() {
    check(
        "ar",
        &[
            ("تحدث الرئيسان يوم الأربعاء.", Past, &[("يوم الأربعاء", "2025-02-12")]),
            ("تحدث الرئيسان الاربعاء.", Past, &[("الاربعاء", "2025-02-12")]),
            ("جرى الاتصال في 12 فبراير 2025.", Past, &[("12 فبراير 2025", "2025-02-12")]),
            ("جرى الاتصال في ١٢ شباط.", Past, &[("١٢ شباط", "2025-02-12")]),
            ("جرى الاتصال في 12 فبراير/شباط 2025.", Past, &[("12 فبراير/شباط 2025", "2025-02-12")]),
            ("تحدثا الجمعة الماضي.", Past, &[("الجمعة الماضي", "2025-02-07")]),
            ("سيجتمعان الثلاثاء المقبل.", Future, &[("الثلاثاء المقبل", "2025-02-18")]),
            ("سيجتمعان الخميس.", Future, &[("الخميس", "2025-02-13")]),
            ("تحدثا أمس الثلاثاء.", Past, &[("أمس الثلاثاء", "2025-02-11")]),
            ("سيتحدثان غدا.", Future, &[("غدا", "2025-02-13")]),
            ("غادر قبل يومين.", Past, &[("قبل يومين", "2025-02-10")]),
            ("سيجتمعان الأسبوع المقبل.", Future, &[("الأسبوع المقبل", "2025-02-17..2025-02-23")]),
            ("في يوليو 2019 تحدثا.", Past, &[("يوليو 2019", "2019-07-01..2019-07-31")]),
            ("جرى الاتصال في 12 شباط (فبراير) 2025.", Past, &[("12 شباط (فبراير) 2025", "2025-02-12")]),
            ("تحدثا صباح أمس الثلاثاء.", Past, &[("صباح أمس الثلاثاء", "2025-02-11")]),
            ("منذ عام 1967 لم يتحدثا.", Past, &[("1967", "1967-01-01..1967-12-31")]),
            ("أدوا صلاة الجمعة.", Past, &[]),
        ],
    );
}

#[test]
fn chinese_words_give_their_days() {
    check(
        "zh",
        &[
            ("两国元首2月12日通电话。", Past, &[("2月12日", "2025-02-12")]),
            ("两国元首2025年2月12日晚通电话。", Past, &[("2025年2月12日晚", "2025-02-12")]),
            ("当地时间12日，两国元首通电话。", Past, &[("12日", "2025-02-12")]),
            ("当地时间30日，两国元首通电话。", Past, &[("30日", "2025-01-30")]),
            ("本月18日将会晤。", Future, &[("本月18日", "2025-02-18")]),
            ("两人昨天通电话。", Past, &[("昨天", "2025-02-11")]),
            ("两人周三通电话。", Past, &[("周三", "2025-02-12")]),
            ("两人上周三通电话。", Past, &[("上周三", "2025-02-05")]),
            ("两人將於下週二會晤。", Future, &[("下週二", "2025-02-18")]),
            ("他每周三次通电话。", Past, &[]),
            ("两天前他离开了。", Past, &[("两天前", "2025-02-10")]),
            ("去年12月5日两人通电话。", Past, &[("去年12月5日", "2024-12-05")]),
            ("两人周日（3月16日）会晤。", Future, &[("周日（3月16日）", "2025-03-16")]),
            ("1990年代两人相识。", Past, &[]),
            ("总额12日元。", Past, &[]),
            ("他们访问日本。", Past, &[]),
            ("谈判2月10日至12日举行。", Past, &[("2月10日至12日", "2025-02-10..2025-02-12")]),
            ("谈判于2月10至12日举行。", Past, &[("2月10至12日", "2025-02-10..2025-02-12")]),
            ("两人2019年7月通电话。", Past, &[("2019年7月", "2019-07-01..2019-07-31")]),
        ],
    );
}

#[test]
fn japanese_words_give_their_days() {
    check(
        "ja",
        &[
            ("両首脳は2月12日に電話会談した。", Past, &[("2月12日", "2025-02-12")]),
            ("両首脳は12日夜、電話会談した。", Past, &[("12日夜", "2025-02-12")]),
            ("両首脳は２０２５年２月１２日に会談した。", Past, &[("２０２５年２月１２日", "2025-02-12")]),
            ("両首脳は水曜日に会談した。", Past, &[("水曜日", "2025-02-12")]),
            ("両首脳は先週水曜日に会談した。", Past, &[("先週水曜日", "2025-02-05")]),
            ("両首脳は来週の火曜日に会談する。", Future, &[("来週の火曜日", "2025-02-18")]),
            ("両首脳は昨日会談した。", Past, &[("昨日", "2025-02-11")]),
            ("両首脳は明日会談する。", Future, &[("明日", "2025-02-13")]),
            ("2日前に出発した。", Past, &[("2日前", "2025-02-10")]),
            ("来週会談する。", Future, &[("来週", "2025-02-17..2025-02-23")]),
            ("日本の首相が述べた。", Past, &[]),
            ("3日間の協議だった。", Past, &[]),
            ("昨年7月に会談した。", Past, &[("昨年7月", "2024-07-01..2024-07-31")]),
            ("両首脳が9日の電話会談で決めた。", Past, &[("9日", "2025-02-09")]),
            (
                "1月に失効した条約を巡り、両首脳が9日に会談した。",
                Past,
                &[("1月", "2025-01-01..2025-01-31"), ("9日", "2025-02-09")],
            ),
            ("来月は忙しい。9日に会談した。", Past, &[("来月", "2025-03-01..2025-03-31"), ("9日", "2025-02-09")]),
        ],
    );
}
