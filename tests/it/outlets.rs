//! Facts about host rules and agencies: the built-in files, those of users, and what they decide.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hotline::article::Article;
use hotline::config::{self, Feed, FirstPoll};
use hotline::event::{self, OpenEvents};
use hotline::feed::Entry;
use hotline::outlet::{self, HostRules, Outlet};
use hotline::pipeline::{self, Rehearsal};
use hotline::publish::message::Envelope;
use hotline::publish::{self, Articles};
use hotline::tag::{Coder, Status};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::samples::{article, call};
use crate::cli::{hotline, run};

const TEXT: &str = "The two leaders spoke by phone for an hour on Wednesday, a spokesman said in the evening.";

/// Reads the built-in rules with a user's folder of one file over them.
fn overlaid(file: &str) -> Result<HostRules, Vec<String>> {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("own.toml"), file).expect("written");
    let config = outlet::Config { built_in: true, rules: vec![folder.path().to_owned()] };
    let prefix = format!("{}/", folder.path().display());
    config::rules(&config).map_err(|problems| {
        let lines = problems.render(false);
        let heads = lines.lines().filter(|line| line.starts_with("error: ") || line.starts_with("  help: "));
        heads.map(|line| line.replace("error: ", "").replace("  help: ", "").replace(&prefix, "")).collect()
    })
}

#[test]
fn broken_files_are_refused_with_every_fault_in_its_place() {
    for (file, expected) in [
        (
            "[[outlet]]\nhosts = [\"a.example\"]\ncontnet = \"p\"",
            vec!["own.toml:3:1: unknown key `contnet`", "did you mean `content`?"],
        ),
        (
            "[[outlet]]\nhosts = [\"a.example\"]\ncontent = \"div >> p\"\nzone = \"Europe/Londom\"",
            vec![
                "own.toml:3:16: `div >> p` is not a CSS selector",
                "own.toml:4:8: unknown time zone `Europe/Londom`",
                "did you mean `Europe/London`?",
            ],
        ),
        (
            "[[outlet]]\nhosts = [\"a.example\", \"b.example\"]\n[[outlet]]\nhosts = [\"b.example\"]",
            vec!["own.toml:4:10: duplicate host `b.example`"],
        ),
        (
            "[[outlet]]\nhosts = [\"https://A.example/news\", \"co.uk\"]",
            vec![
                "own.toml:2:10: malformed host `https://A.example/news`",
                "did you mean `a.example`?",
                "own.toml:2:36: malformed host `co.uk`",
            ],
        ),
        ("[[outlet]]\nfamily = \"\"", vec!["own.toml:1:1: outlet without `hosts`", "own.toml:2:10: empty text"]),
        (
            "[[outlet]]\nhosts = [\"a.example\"]\nagency = \"reutres\"",
            vec!["own.toml:3:10: unknown agency `reutres`", "did you mean `reuters`?"],
        ),
        (
            "[[agency]]\nid = \"Own Wire\"\ncredits = []",
            vec!["own.toml:1:1: agency without `credits`", "own.toml:2:6: malformed agency id `Own Wire`"],
        ),
        (
            "[[credit_words]]\nlang = \"xx\"\nwords = [\"by\"]",
            vec!["own.toml:2:8: unknown or malformed language tag `xx`"],
        ),
    ] {
        assert_eq!(overlaid(file).expect_err(file), expected, "{file}");
    }
}

#[test]
fn check_shows_a_broken_rule_in_its_line_and_counts_the_good_ones() {
    let folder = TempDir::new().expect("a folder");
    let rules = folder.path().join("outlets");
    fs::create_dir(&rules).expect("made");
    let main = folder.path().join("hotline.toml");
    fs::write(&main, format!("[outlet]\nrules = [\"{}\"]", rules.display())).expect("written");
    let rule = |content: &str| format!("[[outlet]]\nhosts = [\"gazette.example\"]\ncontent = \"{content}\"\n");
    fs::write(rules.join("gazette.toml"), rule("div[").as_str()).expect("written");
    let (code, _, stderr) = run(hotline(&["check", "-c"]).arg(&main));
    assert_eq!(code, 78);
    assert!(stderr.contains("gazette.toml:3:15: `div[` is not a CSS selector"), "{stderr}");
    assert!(stderr.contains("content = \"div[\"") && stderr.contains("cannot be read from here on"), "{stderr}");

    fs::write(rules.join("gazette.toml"), rule("div").as_str()).expect("written");
    let (code, stdout, stderr) = run(hotline(&["check", "--format", "json", "-c"]).arg(&main));
    assert_eq!(code, 0, "{stderr}");
    let counts: Value = serde_json::from_str(&stdout).expect("JSON");
    let built_in = config::built_in_rules().expect("the built-in rules are whole");
    assert_eq!(counts["host_rules"], built_in.n_hosts() + 1);
}

#[test]
fn the_example_is_whole() {
    let example = outlet::Config { built_in: true, rules: vec!["examples/outlets".into()] };
    let rules = config::rules(&example).expect("no problem");
    let rule = rules.of_host("www.gazette.example").expect("a rule");
    assert_eq!(rule.family.as_deref(), Some("big-press"));
    assert!(rules.agencies().is_known("gazette-wire") && rules.agencies().is_known("reuters"));
}

#[test]
fn feed_lists_and_host_rules_name_one_family_and_one_id_an_agency() {
    let config = config::load(Path::new("config/hotline.toml"), &[]).expect("the shipped configuration is whole");
    let (mut wrong, mut n_known) = (Vec::new(), 0);
    for feed in &config.feeds {
        let Some(rule) = config.rules.of(&feed.url) else { continue };
        n_known += 1;
        if rule.family != feed.outlet.family {
            wrong
                .push(format!("{}: {:?}, by the rule of {} {:?}", feed.id, feed.outlet.family, rule.host, rule.family));
        }
        if rule.agency.as_ref().is_some_and(|agency| *agency != feed.outlet.id) {
            wrong.push(format!("{}: agency {:?}", feed.outlet.id, rule.agency));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_known > 100, "{n_known}");
}

#[test]
fn wire_copies_are_known_in_thirteen_languages() {
    let rules = config::built_in_rules().expect("the built-in rules are whole");
    for (lang, signed, text, agency) in [
        ("en", "", "GENEVA, Feb 12 (Reuters) - The ministers met on Wednesday.", "reuters"),
        ("uk", "Укрінформ", "Міністри зустрілися в середу.", "ukrinform"),
        ("ru", "", "ЖЕНЕВА, 12 февраля. /ТАСС/. Министры встретились в среду.", "tass"),
        ("de", "", "Genf (dpa) - Die Minister haben sich am Mittwoch getroffen.", "dpa"),
        ("fr", "Le Courrier avec AFP", "Les ministres se sont rencontrés mercredi.", "afp"),
        ("es", "", "Ginebra, 12 feb (EFE).- Los ministros se reunieron el miércoles.", "efe"),
        ("it", "Redazione ANSA", "I ministri si sono incontrati mercoledì.", "ansa"),
        ("pt", "", "Os ministros reuniram-se na quarta-feira.\nFonte: Lusa", "lusa"),
        ("pl", "", "Ministrowie spotkali się w środę.\nŹródło: PAP", "pap"),
        ("tr", "Anadolu Ajansı", "Bakanlar çarşamba günü bir araya geldi.", "anadolu"),
        ("ar", "", "جنيف (رويترز) - التقى الوزراء يوم الأربعاء.", "reuters"),
        ("zh", "", "新华社日内瓦2月12日电 部长们星期三举行了会晤。", "xinhua"),
        ("ja", "", "【ジュネーブ共同】閣僚は水曜日に会談した。", "kyodo"),
    ] {
        let signed: Vec<String> = (!signed.is_empty()).then(|| signed.to_owned()).into_iter().collect();
        let credits = rules.credits(None, &signed, text);
        let found: Vec<&str> = credits.iter().map(|credit| credit.agency.as_str()).collect();
        assert_eq!(found, [agency], "{lang}");
    }
}

fn feed(outlet_id: &str) -> Feed {
    Feed {
        id: format!("{outlet_id}-world"),
        url: Url::parse("https://feeds.example/rss").expect("a URL"),
        outlet: Arc::new(Outlet {
            id: outlet_id.to_owned(),
            name: outlet_id.to_uppercase(),
            family: None,
            zone: None,
            lang: None,
        }),
        country: None,
        lang: None,
        interval: None,
        was: Vec::new(),
        first_poll: FirstPoll::PublishAll,
        is_private_allowed: false,
        tls: hotline::fetch::Tls::Verified,
    }
}

/// Makes the article of an entry as the daemon does.
fn collected(rules: &HostRules, coder: &Coder, outlet_id: &str, link: &str) -> Article {
    let entry = Entry {
        link: Some(link.to_owned()),
        title: Some("Leaders speak".to_owned()),
        summary: Some(format!("{TEXT} {TEXT}")),
        ..Entry::default()
    };
    let feed = feed(outlet_id);
    let rehearsal = Rehearsal {
        feed: &feed,
        entry: &entry,
        coder,
        rules,
        event: &event::Config::default(),
        articles: Articles::None,
        envelope: &Envelope::new(&publish::Config::default(), "test"),
        now: "2025-02-12T18:00:00Z".parse().expect("a time"),
    };
    let page = pipeline::read_entry(&feed, &entry, rules).expect("a text");
    rehearsal.run(page, None).article
}

#[test]
fn outlets_that_a_rule_puts_into_one_family_or_agency_are_one_voice() {
    let rules = overlaid(
        "[[outlet]]\nhosts = [\"morning.example\", \"evening.example\"]\nfamily = \"big-press\"\nzone = \"Europe/Kyiv\"\n\
         [[outlet]]\nhosts = [\"wire.example\"]\nagency = \"reuters\"",
    )
    .expect("no problem");
    let coder = Coder::core().expect("the built-in packs are whole");
    let mut open = OpenEvents::restore(std::iter::empty());
    let mention = call(Status::Occurred, Some("2025-02-12"), &["anna/AAA/President", "boris/BBB/President"]);
    let mut last = None;
    for (n, (outlet, link)) in [
        ("morning", "https://www.morning.example/calls/1"),
        ("evening", "https://evening.example/2"),
        ("other", "https://other.example/3"),
        ("reuters", "https://reuters.example/4"),
        ("portal", "https://www.wire.example/5"),
    ]
    .into_iter()
    .enumerate()
    {
        let made = collected(&rules, &coder, outlet, link);
        if outlet == "morning" {
            assert_eq!(made.outlet_family.as_deref(), Some("big-press"));
            assert_eq!(made.outlet_zone.as_deref(), Some("Europe/Kyiv"));
        }
        let article = Article {
            outlet_family: made.outlet_family,
            credits: made.credits,
            ..article(&format!("a{n}"), outlet, "2025-02-12T18:00:00Z")
        };
        let report = event::Report { article: &article, mentions: std::slice::from_ref(&mention) };
        let now = "2025-02-12T19:00:00Z".parse().expect("a time");
        last = event::resolve(report, &mut open, &event::Config::default(), now).pop().or(last);
    }
    let event = last.expect("an event").event;
    let groups: Vec<&str> = event.reports.iter().map(|report| report.independent_group.as_str()).collect();
    assert_eq!(groups, ["g1", "g1", "g2", "g3", "g3"]);
    assert_eq!(event.corroboration.independent, 3);
}

#[test]
fn extract_names_the_rule_of_each_field_it_decided() {
    let folder = TempDir::new().expect("a folder");
    let rules = folder.path().join("outlets");
    fs::create_dir(&rules).expect("made");
    fs::write(
        rules.join("gazette.toml"),
        "[[outlet]]\nhosts = [\"gazette.example\"]\ncontent = \".lines\"\ndate = \".when\"\nbyline = \".gone\"\n",
    )
    .expect("written");
    let main = folder.path().join("hotline.toml");
    fs::write(&main, format!("[outlet]\nrules = [\"{}\"]", rules.display())).expect("written");
    let page = folder.path().join("page.html");
    let html = format!(
        "<html lang=en><title>Leaders speak</title><meta name=date content=2024-01-01><h1>Leaders speak</h1>\
         <b class=when>12 February 2025</b><div class=lines>{TEXT}<br>They will speak again in spring.</div>\
         <div><p>{}</p></div></html>",
        "A long box that is no part of the article praises the paper and its prices. ".repeat(8)
    );
    fs::write(&page, html).expect("written");
    let run = |url: &str| {
        let mut command = hotline(&["extract", "--explain", "--url", url, "-c"]);
        let (code, stdout, stderr) = run(command.arg(&main).arg(&page));
        assert_eq!(code, 0, "{stderr}");
        serde_json::from_str::<Value>(&stdout).expect("JSON")
    };
    let ruled = run("https://www.gazette.example/talks");
    assert_eq!(ruled["text"], format!("{TEXT}\nThey will speak again in spring."));
    assert_eq!(ruled["published"], "2025-02-12");
    for field in ["text", "published"] {
        assert_eq!(ruled["origins"][field], "host rule gazette.example", "{ruled}");
    }
    assert_eq!(ruled["origins"]["host_rule"], "gazette.example: `byline` selects nothing");
    let free = run("https://other.example/talks");
    assert!(free["text"].as_str().expect("a text").contains("A long box"));
    assert!(free["origins"].get("host_rule").is_none(), "{free}");
}
