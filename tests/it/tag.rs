//! Facts about tag: what a whole article says, and what bad input does to the coder.

use std::path::Path;

use hotline::article::{PageTime, Post};
use hotline::tag::{self, Coder, Document, Mention, Role, Status};

use crate::support::CODER;

/// A report of one call with a second call, talks, visits and a release in its wake. Invented.
const REPORT: &str = "\
French President Emmanuel Macron has confirmed a phone call with Russian President Vladimir Putin.
It was about the grain exports of the region above all.
Macron announced it on Telegram on Thursday, June 5.
The parties discussed nuclear energy, sanctions and the Middle East.
\"We have also agreed to have our teams start negotiations immediately, and I will be calling President Zelenskyy of Ukraine \
right now to inform him of the conversation,\" Macron said.
He asked Foreign Minister Jean-Noël Barrot and Defence Minister Sébastien Lecornu to lead the negotiations.
They agreed to visit each other's countries.
\"I want to thank President Putin for the release, yesterday, of Anna Example, a teacher,\" Macron added.
As a reminder, Russia released Anna Example, who had been sentenced to nine years.";

fn code(title: &str, text: &str, published: &str, lang: Option<&str>) -> Vec<Mention> {
    let published = PageTime::parse(published);
    tag::mentions(&Document { title, text, lang, published, zone: Some("Europe/Paris"), posts: &[] }, &CODER)
}

fn of_kind<'m>(mentions: &'m [Mention], kind: &str) -> Vec<&'m Mention> {
    mentions.iter().filter(|mention| mention.kind.0 == kind).collect()
}

fn people(mention: &Mention, role: Option<Role>) -> Vec<&str> {
    let mut ids: Vec<&str> = mention
        .participants
        .iter()
        .filter(|one| role.is_none_or(|role| one.role == role))
        .filter_map(|one| one.person.as_deref())
        .collect();
    ids.sort_unstable();
    ids
}

fn day(mention: &Mention) -> Option<String> {
    mention.date.as_ref().map(|date| date.start.to_string())
}

#[test]
fn one_article_gives_two_calls_talks_visits_and_a_release() {
    let mentions = code("Macron confirms call with Putin", REPORT, "2025-06-05T20:00:00+02:00", Some("en"));
    let calls = of_kind(&mentions, "leader_call");
    assert_eq!(calls.len(), 2, "{calls:#?}");
    let (held, coming) = (calls[0], calls[1]);
    assert_eq!(held.status, Status::Occurred);
    assert_eq!(people(held, None), ["macron-emmanuel", "putin-vladimir"]);
    assert_eq!(held.parties, ["FRA", "RUS"]);
    assert_eq!(day(held).as_deref(), Some("2025-06-05"));
    assert!(held.participants.iter().all(|one| one.office.as_deref() == Some("President")), "{held:#?}");
    assert!(people(held, Some(Role::Initiator)).is_empty(), "nobody says who called");
    let announcer = held.announced_by.as_ref().expect("Macron announced it");
    assert_eq!(
        (announcer.person.as_deref(), announcer.channel.as_deref()),
        (Some("macron-emmanuel"), Some("Telegram"))
    );
    for topic in ["grain_exports", "sanctions", "middle_east"] {
        assert!(held.topics.iter().any(|known| known == topic), "{topic} in {:?}", held.topics);
    }
    assert_eq!(coming.status, Status::Planned);
    assert_eq!(people(coming, None), ["macron-emmanuel", "zelensky-volodymyr"]);
    assert_eq!(day(coming).as_deref(), Some("2025-06-05"));

    let talks = of_kind(&mentions, "negotiation");
    assert_eq!(talks.len(), 1, "{talks:#?}");
    assert_eq!((talks[0].status, &talks[0].parties[..]), (Status::Agreed, &["FRA".to_owned(), "RUS".to_owned()][..]));
    assert_eq!(people(talks[0], Some(Role::Negotiator)), ["barrot-jean-noel", "lecornu-sebastien"]);

    let visits = of_kind(&mentions, "leader_visit");
    assert_eq!(visits.iter().map(|visit| visit.status).collect::<Vec<_>>(), [Status::Planned]);
    let releases = of_kind(&mentions, "prisoner_release");
    assert_eq!(releases.len(), 1, "{releases:#?}");
    assert_eq!((releases[0].status, &releases[0].parties[..]), (Status::Occurred, &["RUS".to_owned()][..]));
    assert_eq!(day(releases[0]).as_deref(), Some("2025-06-04"));
}

#[test]
fn evidence_points_at_its_words() {
    let mentions = code("Macron confirms call with Putin", REPORT, "2025-06-05", Some("en"));
    let chars: Vec<char> = REPORT.chars().collect();
    let mut n_checked = 0;
    for evidence in mentions.iter().flat_map(|mention| &mention.evidence) {
        if evidence.field == hotline::tag::Field::Text {
            let words: String = chars[evidence.start..evidence.end].iter().collect();
            assert_eq!(words, evidence.text);
            n_checked += 1;
        }
    }
    assert!(n_checked > 10, "{n_checked}");
}

#[test]
fn a_page_in_two_languages_is_coded_in_both() {
    let english = "The harbour of the town was opened again on Tuesday after two years of work on its northern pier. \
The mayor said that the first ships are expected before the end of the month, and that the old cranes will be kept as a \
reminder of what the port once was. Fishermen had asked for a deeper channel, which the state will pay for next year, \
and for a cold store, which the town council still has to discuss in the spring when the new budget is drawn up.\n";
    let ukrainian = "Президент України Володимир Зеленський у середу поговорив телефоном із президентом Франції \
Еммануелем Макроном. Сторони обговорили відбудову порту та захист неба. «Ми домовилися про наступні кроки», – сказав \
Зеленський після розмови, додавши, що міністри двох країн підготують спільний план робіт до кінця місяця. Раніше в порту \
відкрили оновлений північний пірс, на який чекали два роки, повідомляє міська рада.\n";
    let both = format!("{english}{ukrainian}{}", english.replace("harbour", "port"));
    let mentions = code("Harbour opens again", &both, "2025-06-05", Some("en"));
    let calls = of_kind(&mentions, "leader_call");
    assert_eq!(calls.len(), 1, "{mentions:#?}");
    assert_eq!(people(calls[0], None), ["macron-emmanuel", "zelensky-volodymyr"]);
    let chars: Vec<char> = both.chars().collect();
    for evidence in &calls[0].evidence {
        let words: String = chars[evidence.start..evidence.end].iter().collect();
        assert_eq!(words, evidence.text);
    }
}

#[test]
fn the_office_is_that_of_the_day() {
    let text = "The prime ministers of Japan and India held a video call on Sunday.";
    let people_on = |published: &str| {
        let mentions = code("", text, published, Some("en"));
        mentions.first().map(|mention| people(mention, None).join(" ")).unwrap_or_default()
    };
    assert_eq!(people_on("2024-05-13"), "kishida-fumio modi-narendra");
    assert_eq!(people_on("2022-05-16"), people_on("2024-05-13"));
    assert_eq!(people_on("2020-05-18"), "abe-shinzo modi-narendra");
}

#[test]
fn who_an_office_means_the_text_says_first() {
    // The day of publication is not known: the text names who is president.
    let people_of = |lang: &str, text: &str| {
        let mentions = code("", text, "", Some(lang));
        let call = mentions.first().unwrap_or_else(|| panic!("no call: {text}"));
        (people(call, None).join(" "), call.parties.join(" "))
    };
    let text = "Президент України Петро Порошенко закликав розширити місію. Про це глава держави сказав у телефонній розмові з \
                президентом Європейської ради Дональдом Туском.";
    assert_eq!(people_of("uk", text), ("poroshenko-petro tusk-donald".to_owned(), "EU UKR".to_owned()));
}

#[test]
fn of_two_offices_that_overlap_the_longer_one_is_meant() {
    let text = "La presidente del Consiglio Giorgia Meloni ha telefonato a Emmanuel Macron.";
    let mentions = code("", text, "2025-06-17", Some("it"));
    assert_eq!(people(&mentions[0], None), ["macron-emmanuel", "meloni-giorgia"]);
    let text = "Il colloquio tra la presidente del Consiglio Giorgia Meloni e Emmanuel Macron si è svolto al telefono.";
    let mentions = code("", text, "2025-06-17", Some("it"));
    assert_eq!(people(&mentions[0], None), ["macron-emmanuel", "meloni-giorgia"]);
}

#[test]
fn a_surname_that_is_a_country_is_a_person_where_the_text_says_so() {
    let parties = |text: &str| {
        let mentions = code("", text, "2025-10-10", Some("it"));
        mentions.first().map(|mention| mention.parties.join(" ")).unwrap_or_default()
    };
    assert_eq!(parties("I negoziati tra Serbia e Montenegro sul confine sono partiti lunedì."), "MNE SRB");
    assert_eq!(parties("Il premier portoghese Luís Montenegro ha telefonato a Emmanuel Macron."), "FRA PRT");
    assert_eq!(parties("Il premier Montenegro ha telefonato a Emmanuel Macron."), "FRA PRT");
    assert_eq!(parties("Montenegro e Sánchez si sono sentiti al telefono."), "ESP PRT");
}

#[test]
fn a_day_unknown_is_no_day() {
    let mentions = code("", "Emmanuel Macron spoke by phone with Friedrich Merz.", "2025-06-05", Some("en"));
    assert_eq!(mentions.len(), 1);
    assert_eq!(mentions[0].date, None, "the publication day is no silent fallback");
}

#[test]
fn the_day_is_that_of_the_event_and_not_of_what_is_told_beside_it() {
    // Published on a Wednesday.
    let cases = [
        (
            "en",
            "Friedrich Merz on Tuesday said he had spoken by phone with Emmanuel Macron on Sunday.",
            Some("2025-06-15"),
        ),
        (
            "en",
            "Friedrich Merz spoke by phone with Emmanuel Macron on Sunday, his spokesman said on Tuesday.",
            Some("2025-06-15"),
        ),
        (
            "en",
            "Ministers met on Monday. In the evening Friedrich Merz telephoned Emmanuel Macron.",
            Some("2025-06-16"),
        ),
        ("en", "Emmanuel Macron denied on Tuesday that he had spoken by phone with Vladimir Putin.", None),
        (
            "de",
            "Friedrich Merz telefonierte am Montag mit Emmanuel Macron, wie sein Sprecher am Mittwoch in Berlin mitteilte.",
            Some("2025-06-16"),
        ),
        (
            "fr",
            "Emmanuel Macron s'est entretenu au téléphone avec Friedrich Merz la veille du sommet du 12 juin.",
            Some("2025-06-12"),
        ),
        ("ru", "Накануне Эмманюэль Макрон позвонил Фридриху Мерцу.", Some("2025-06-17")),
        ("zh", "中国国家主席习近平星期一同法国总统马克龙通电话，外交部周三公布。", Some("2025-06-16")),
        ("zh", "停火谈判星期一破裂。双方代表离开会场。法国总统马克龙当晚同德国总理默茨通电话。", Some("2025-06-16")),
        (
            "ja",
            "当局は16日、捜索を続けた。負傷者は100人を超えた。マクロン大統領は同日、メルツ首相と電話会談した。",
            Some("2025-06-16"),
        ),
        (
            "ja",
            "マクロン大統領とメルツ首相が16日の電話会談で決めたもので、初会合は来月パリで開く。",
            Some("2025-06-16"),
        ),
    ];
    // What is agreed may lie ahead, or have been agreed days ago.
    let agreed = [
        ("zh", "中美商定21日在吉隆坡举行贸易谈判。", "2025-06-21"),
        ("en", "Israel and Hamas agreed on Sunday to hold ceasefire talks in Cairo.", "2025-06-15"),
    ];
    for (lang, text, expected) in agreed {
        let mentions = code("", text, "2025-06-18T18:00:00+02:00", Some(lang));
        let talks = of_kind(&mentions, "negotiation");
        assert_eq!(talks.len(), 1, "{text}");
        assert_eq!((talks[0].status, day(talks[0]).as_deref()), (Status::Agreed, Some(expected)), "{text}");
    }
    for (lang, text, expected) in cases {
        let mentions = code("", text, "2025-06-18T18:00:00+02:00", Some(lang));
        let calls = of_kind(&mentions, "leader_call");
        assert_eq!(calls.len(), 1, "{text}");
        assert_eq!(day(calls[0]).as_deref(), expected, "{text}");
    }
}

#[test]
fn only_the_first_of_a_huge_text_is_coded() {
    let call = "Macron spoke by phone with Putin. ";
    let filler = "The council approved the budget. ".repeat(10_000);
    let calls = |text: &str| of_kind(&code("", text, "2025-06-05", Some("en")), "leader_call").len();
    assert_eq!(calls(&format!("{call}{filler}")), 1);
    assert_eq!(calls(&format!("{filler}{call}")), 0);
    let text = format!("{call}{}", "phone call talks Macron negotiations Putin ".repeat(10_000_000 / 43));
    assert!(calls(&text) >= 1);
}

#[test]
fn a_title_without_end_is_cut_before_it_is_coded() {
    let title = "Macron spoke by phone with Putin, ".repeat(300_000);
    let mentions = code(&title, REPORT, "2025-06-05", Some("en"));
    let evidence = mentions.iter().flat_map(|mention| &mention.evidence);
    let in_title: Vec<usize> =
        evidence.filter(|evidence| evidence.field == hotline::tag::Field::Title).map(|evidence| evidence.end).collect();
    assert!(!in_title.is_empty() && in_title.iter().all(|end| *end <= 2_000), "{in_title:?}");
}

#[test]
fn the_words_of_all_languages_take_little_memory() {
    let mib = CODER.table_bytes() as f64 / f64::from(1 << 20);
    assert!((5.0..=64.0).contains(&mib), "{mib:.1} MiB");
}

#[test]
fn odd_texts_do_no_harm() {
    let long = "Macron spoke by phone with Putin, ".repeat(5_000);
    let texts = [
        "",
        "\n\n\n",
        "\"\"\"«»((([[[",
        "Макрон spoke 电话 بوتين телефоном with トランプ by phone",
        "…………",
        "a\u{300}\u{301}\u{ad}\u{200b}é",
        "\u{300}\u{301}\u{302}",
        "\u{200f}Macron\u{200e} spoke\u{202b} by phone\u{202c} with \u{2067}Putin\u{2069}",
        "Macron\0spoke by phone\0with Putin\0",
        "Macron spoke by phone with Putin\u{300}\u{308} on Tuesda\u{301}y",
        "и\u{306}і\u{308} Макрон позвонил Путину\u{306}",
        "\u{feff}Macron",
        long.as_str(),
    ];
    for text in texts {
        for lang in [None, Some("zh"), Some("xx"), Some("en-GB"), Some("")] {
            let mentions = code(text, text, "2025-06-05", lang);
            assert!(mentions.len() <= 50);
        }
    }
}

#[test]
fn posts_of_a_live_blog_are_read_against_their_own_times_the_newest_first() {
    let newest = "Macron called Zelensky today, the Elysee Palace said, and they discussed grain exports.";
    let oldest = "Macron spoke by phone with Putin today, the Kremlin said, and they discussed sanctions.";
    let text = format!("What we know so far.\n{newest}\n{oldest}");
    let place = |part: &str| text.find(part).map(|start| (start, start + part.len())).expect("it is in the text");
    let post = |part: &str, published: &str| {
        let (start, end) = place(part);
        Post { start, end, published: published.parse().expect("a time") }
    };
    let posts = [post(newest, "2025-06-06T06:00:00Z"), post(oldest, "2025-06-04T22:30:00Z")];
    let published = PageTime::parse("2025-06-04T20:00:00+02:00");
    let document = Document {
        title: "War live",
        text: &text,
        lang: Some("en"),
        published,
        zone: Some("Europe/Paris"),
        posts: &posts,
    };
    let mentions = tag::mentions(&document, &CODER);
    let calls = of_kind(&mentions, "leader_call");
    let found: Vec<_> =
        calls.iter().map(|call| (people(call, None).join(" "), day(call).unwrap_or_default())).collect();
    assert_eq!(
        found,
        [
            ("macron-emmanuel zelensky-volodymyr".to_owned(), "2025-06-06".to_owned()),
            // Half past ten in the evening, UTC: the newsroom's next day.
            ("macron-emmanuel putin-vladimir".to_owned(), "2025-06-05".to_owned()),
        ]
    );
    let (start, end) = place(oldest);
    for evidence in &calls[1].evidence {
        let words: String = text.chars().skip(evidence.start).take(evidence.end - evidence.start).collect();
        assert_eq!(words, evidence.text);
        assert!(start <= evidence.start && evidence.end <= end, "{evidence:?}");
    }
}

#[test]
fn the_example_pack_codes_a_kind_of_its_own_without_recompiling() {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packs");
    let coder = Coder::load(&tag::Config { packs: vec![packs], ..tag::Config::default() }).expect("the pack is good");
    let text = "Norway imposed sanctions on Belarus on Tuesday.";
    let document = Document { text, lang: Some("en"), ..Document::default() };
    let kinds: Vec<String> = tag::mentions(&document, &coder).into_iter().map(|mention| mention.kind.0).collect();
    assert_eq!(kinds, ["sanctions"]);
}

#[test]
fn a_pack_of_the_user_that_is_wrong_is_refused_with_the_place() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pack = folder.path().join("embargo");
    std::fs::create_dir(&pack).expect("the folder can be made");
    let head = "[pack]\nid = \"mine.embargo\"\nversion = \"0.1.0\"\nkind = \"embargo\"\n\
                codes = { cameo = \"163\", plover = \"SANCTION/embargo\" }\ndefault_status = \"occurred\"\n\
                [parties]\nmin = 1\nsides = true\nkinds = [\"head\"]\n";
    let words = "[lex]\nembargo = [\"embargo{|es}\"]\n[[rule]]\nid = \"impose\"\nmatch = \"@side:a .{0,4} #embargo\"\nscore = 1.0\n\
                 [[test]]\ntext = \"Norway imposed an embargo on fish.\"\nexpect = { parties = [\"NOR\"] }\n";
    let load = |words: &str| {
        std::fs::write(pack.join("pack.toml"), head).expect("the file can be written");
        std::fs::write(pack.join("en.toml"), words).expect("the file can be written");
        Coder::load(&tag::Config { packs: vec![folder.path().to_owned()], ..tag::Config::default() })
    };
    assert!(load(words).is_ok());

    let refused = |words: &str| load(words).expect_err("the pack is wrong").to_string();
    let failing = words.replace("[\"NOR\"]", "[\"SWE\"]");
    assert!(
        refused(&failing).contains("en.toml:7:1: the test of mine.embargo fails: parties"),
        "{}",
        refused(&failing)
    );
    let unknown = words.replace("#embargo\"", "#tariff\"");
    assert!(refused(&unknown).contains("en.toml:5:9: no pack defines the class `tariff`"), "{}", refused(&unknown));
    let twice = words.replace("[[test]]", "[[rule]]\nid = \"impose\"\nmatch = \"#embargo\"\nscore = 1.0\n[[test]]");
    assert!(refused(&twice).contains("en.toml:7:1: the rule impose stands twice"), "{}", refused(&twice));
}
