//! Facts about measuring: what counts as agreement, and what `eval` prints and how it ends.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use hotline::tag::score::{Comparison, Counts, Labelled, Overlap, Score, Scorer, Share};
use hotline::tag::{Coded, Mention, Role, Status};
use serde_json::{Value, json};

use crate::cli::{hotline, run};
use crate::samples::{call, participant, talks};
use crate::support::CODER;

/// Names of the roster, indexed once for all tests.
pub(crate) static SCORER: LazyLock<Scorer> = LazyLock::new(|| Scorer::new(&CODER));

fn compare(line: &Value, mentions: Vec<Mention>) -> Comparison {
    let labelled = Labelled::read(line.to_string().as_bytes(), SCORER.kinds()).expect("the labels are good");
    SCORER.compare(&labelled, &Coded { lang: Some("en".to_owned()), mentions, near_misses: Vec::new() })
}

/// A line with these calls.
fn labelled(calls: &[Value]) -> Value {
    json!({ "id": "a", "lang": "en", "text": "Words.", "leader_call": !calls.is_empty(), "calls": calls })
}

fn label(participants: &[&str], status: &str, date: Option<&str>) -> Value {
    json!({ "participants": participants, "status": status, "date": date, "initiator": null })
}

fn wrong_slots(comparison: &Comparison) -> Vec<String> {
    let shown = comparison.confusions.iter().map(ToString::to_string);
    shown.filter_map(|shown| shown.split_once("wrong ").map(|(_, rest)| rest.to_owned())).collect()
}

#[test]
fn names_of_any_language_mean_the_person_of_the_roster() {
    let coded =
        || call(Status::Occurred, None, &["macron-emmanuel/FRA/President", "erdogan-recep-tayyip/TUR/President"]);
    for names in
        [["Emmanuel Macron", "Recep Tayyip Erdoğan"], ["Макрон", "Erdogan"], ["马克龙", "Реджеп Тайип Эрдоган"]]
    {
        let participants =
            compare(&labelled(&[label(&names, "occurred", None)]), vec![coded()]).slots.calls.participants;
        assert_eq!(participants, Overlap { n_right: 2, n_coded: 2, n_labelled: 2 }, "{names:?}");
    }
    let namesake = label(&["Michel Aoun", "Emmanuel Macron"], "occurred", None);
    let joseph = call(Status::Occurred, None, &["macron-emmanuel/FRA/President", "aoun-joseph/LBN/President"]);
    let participants = compare(&labelled(&[namesake]), vec![joseph]).slots.calls.participants;
    assert_eq!(participants.n_right, 1, "another Aoun");
}

#[test]
fn a_name_the_roster_does_not_know_is_compared_by_its_last_word() {
    let mut coded = call(Status::Occurred, None, &["macron-emmanuel/FRA/President", "//"]);
    coded.participants[1].name = "Ambassador Öst Exåmple".to_owned();
    let names = label(&["Emmanuel Macron", "Anna Example Jr."], "occurred", None);
    assert_eq!(
        compare(&labelled(std::slice::from_ref(&names)), vec![coded.clone()]).slots.calls.participants.n_right,
        2
    );
    coded.participants[1].name = "the Norwegian prime minister".to_owned();
    let office_only = compare(&labelled(&[names]), vec![coded]);
    assert_eq!(office_only.slots.calls.participants, Overlap { n_right: 1, n_coded: 2, n_labelled: 2 });
    assert_eq!(wrong_slots(&office_only).len(), 1, "{:?}", office_only.confusions);
}

#[test]
fn each_call_is_compared_with_the_mention_that_shares_most() {
    let line = labelled(&[
        label(&["Emmanuel Macron", "Volodymyr Zelensky"], "planned", Some("2025-06-06")),
        label(&["Emmanuel Macron", "Vladimir Putin"], "occurred", Some("2025-06-05")),
    ]);
    let with = |other: &str, status, day| call(status, Some(day), &["macron-emmanuel/FRA/President", other]);
    let mentions = vec![
        with("putin-vladimir/RUS/President", Status::Occurred, "2025-06-05"),
        with("zelensky-volodymyr/UKR/President", Status::Planned, "2025-06-06"),
    ];
    let comparison = compare(&line, mentions.clone());
    assert_eq!((comparison.slots.calls.n_labelled, comparison.slots.calls.n_paired), (2, 2));
    assert_eq!(comparison.slots.calls.participants, Overlap { n_right: 4, n_coded: 4, n_labelled: 4 });
    assert_eq!(comparison.slots.calls.date, Share { n_right: 2, n_labelled: 2 });
    assert!(comparison.confusions.is_empty(), "{:?}", comparison.confusions);

    let one = compare(&line, mentions[..1].to_vec());
    assert_eq!((one.slots.calls.n_labelled, one.slots.calls.n_paired), (2, 1), "one mention serves one label");
    assert_eq!(one.slots.calls.status, Share { n_right: 1, n_labelled: 1 });
}

#[test]
fn a_date_that_is_not_labelled_is_extra_and_not_wrong() {
    let people = ["macron-emmanuel/FRA/President", "putin-vladimir/RUS/President"];
    let names = ["Emmanuel Macron", "Vladimir Putin"];
    let slots = |labelled_day, coded_day| {
        let line = labelled(&[label(&names, "occurred", labelled_day)]);
        let slots = compare(&line, vec![call(Status::Occurred, coded_day, &people)]).slots.calls;
        (slots.date.n_right, slots.date.n_labelled, slots.n_dates_extra)
    };
    assert_eq!(slots(None, Some("2025-06-05")), (0, 0, 1));
    assert_eq!(slots(Some("2025-06-05"), Some("2025-06-05")), (1, 1, 0));
    assert_eq!(slots(Some("2025-06-05"), Some("2025-06-04")), (0, 1, 0));
    assert_eq!(slots(Some("2025-06-05"), None), (0, 1, 0));
    assert_eq!(slots(None, None), (0, 0, 0));
}

#[test]
fn who_called_counts_only_where_it_is_said() {
    let mut coded = call(Status::Occurred, None, &["macron-emmanuel/FRA/President", "putin-vladimir/RUS/President"]);
    coded.participants[1].role = Role::Initiator;
    let initiator = |name: Option<&str>| {
        let mut call = label(&["Emmanuel Macron", "Vladimir Putin"], "occurred", None);
        call["initiator"] = json!(name);
        compare(&labelled(&[call]), vec![coded.clone()]).slots.calls.initiator
    };
    assert_eq!(initiator(Some("Vladimir Putin")), Overlap { n_right: 1, n_coded: 1, n_labelled: 1 });
    assert_eq!(initiator(Some("Emmanuel Macron")), Overlap { n_right: 0, n_coded: 1, n_labelled: 1 });
    assert_eq!(initiator(None), Overlap { n_right: 0, n_coded: 1, n_labelled: 0 });
}

#[test]
fn parties_are_codes_or_names() {
    let line = json!({ "id": "n", "lang": "en", "text": "Words.", "negotiation": true,
        "negotiations": [{ "parties": ["Israel", "Hamas", "P9+9"], "status": "suspended" }] });
    let mut coded = talks(Status::Suspended, None, &["//"]);
    coded.parties = vec!["HAMAS".to_owned(), "ISR".to_owned(), "QAT".to_owned()];
    let slots = compare(&line, vec![coded]).slots.negotiations;
    assert_eq!(slots.parties, Overlap { n_right: 2, n_coded: 3, n_labelled: 3 });
    assert_eq!(slots.status, Share { n_right: 1, n_labelled: 1 });
}

#[test]
fn background_is_no_event() {
    let mut old = call(Status::Occurred, None, &["macron-emmanuel/FRA/President"]);
    old.historical = true;
    assert_eq!(
        compare(&labelled(&[]), vec![old.clone()]).kinds,
        [("leader_call".to_owned(), Counts::one(false, false))]
    );
    let missed = compare(&labelled(&[label(&["Emmanuel Macron"], "occurred", None)]), vec![old]);
    assert_eq!(missed.kinds[0].1, Counts::one(true, false));
    assert!(missed.confusions[0].why.starts_with("only as background"), "{:?}", missed.confusions);
}

#[test]
fn borderline_documents_count_in_the_second_figures_only() {
    let mut borderline = labelled(&[]);
    borderline["borderline"] = json!(true);
    let false_positive = call(Status::Occurred, None, &["macron-emmanuel/FRA/President"]);
    let score = Score::of([
        compare(&borderline, vec![false_positive.clone()]),
        compare(&labelled(&[]), vec![false_positive]),
        compare(&labelled(&[label(&["Emmanuel Macron"], "occurred", None)]), Vec::new()),
    ]);
    let all = |figures: &hotline::tag::score::Figures| figures.kinds["leader_call"].all;
    assert_eq!((score.plain.n_documents, score.with_borderline.n_documents), (2, 3));
    assert_eq!((all(&score.plain).false_positives, all(&score.with_borderline).false_positives), (1, 2));
    let listed: Vec<bool> = score.confusions.iter().map(|confusion| confusion.is_borderline).collect();
    assert_eq!(listed, [false, false, true], "borderline ones come last");
    assert!(score.to_string().contains("2 documents (1 borderline left out)"), "{score}");
    assert_eq!(score.f1("leader_call"), Some(0.0));
    assert_eq!(score.f1("negotiation"), None);
}

#[test]
fn figures_are_undefined_where_there_is_nothing_to_count() {
    let counts = Counts { true_positives: 3, false_positives: 1, false_negatives: 2, true_negatives: 5 };
    assert_eq!((counts.precision(), counts.recall(), counts.n_documents()), (Some(0.75), Some(0.6), 11));
    assert!((counts.f1().expect("defined") - 2.0 * 0.75 * 0.6 / 1.35).abs() < 1e-9);
    let nothing = Counts::one(false, false);
    assert_eq!((nothing.precision(), nothing.recall(), nothing.f1()), (None, None, None));
}

#[test]
fn labels_that_contradict_or_lack_something_are_refused_with_what_to_do() {
    let kinds = ["leader_call".to_owned(), "embargo".to_owned()];
    for (line, problem) in [
        ("[1]", "not a JSON object; write one"),
        ("{\"leader_call\": true}", "missing field `text`; a document is"),
        ("{\"text\": \"a\"}", "no label; add true or false for a kind that is coded: leader_call, embargo"),
        ("{\"text\": \"a\", \"embargo\": \"yes\"}", "`embargo` is not a boolean; make it true or false"),
        ("{\"text\": \"a\", \"leader_call\": true, \"calls\": {}}", "`calls` is not a list"),
        (
            "{\"text\": \"a\", \"leader_call\": true, \"calls\": [{\"status\": \"occurred\"}]}",
            "calls[0]: missing field `participants`; an event has at least `participants` and `status`",
        ),
        (
            "{\"text\": \"a\", \"leader_call\": true, \"calls\": [{\"participants\": [], \"status\": \"hoax\"}]}",
            "calls[0]: unknown variant `hoax`",
        ),
        (
            "{\"text\": \"a\", \"leader_call\": false, \"calls\": [{\"participants\": [], \"status\": \"denied\"}]}",
            "`calls` has events, and `leader_call` is false; empty `calls` or make `leader_call` true",
        ),
        ("{\"text\": \"a\", \"leader_call\": true, \"published\": \"soon\"}", "published `soon` is neither"),
    ] {
        let refused = Labelled::read(line.as_bytes(), &kinds).expect_err(line).to_string();
        assert!(refused.starts_with(problem), "{line}: {refused}");
    }
    let own = Labelled::read(b"{\"text\": \"a\", \"embargo\": true, \"leader_call\": null}", &kinds).expect("a label");
    assert_eq!(own.kinds.into_iter().collect::<Vec<_>>(), [("embargo".to_owned(), true)]);
}

/// Four documents: a call that is found, one that is not, one that is none, and a line that is broken.
const LINES: &str = r#"{"id": "hit", "lang": "en", "published": "2025-06-05", "text": "French President Emmanuel Macron spoke by phone with Russian President Vladimir Putin on Thursday.", "leader_call": true, "negotiation": false, "calls": [{"participants": ["Emmanuel Macron", "Vladimir Putin"], "status": "planned", "date": "2025-06-05"}], "negotiations": []}
{"id": "none", "lang": "de", "text": "Das Wetter bleibt schön.", "leader_call": false, "negotiation": false}
{"lang": "de", "text": "Die Nummern wurden gewählt, und man hörte einander gut zu.", "leader_call": true}
{"id": "broken", "lang": "de", "leader_call": true}
"#;

fn eval(arguments: &[&str], input: &Path) -> (i32, String, String) {
    run(hotline(&["eval"]).args(arguments).arg(input))
}

#[test]
fn eval_scores_the_good_lines_and_names_the_bad_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("labels.jsonl");
    fs::write(&path, LINES).expect("written");
    let (code, stdout, stderr) = eval(&["--format", "json"], &path);
    assert_eq!(code, 1, "{stdout}");
    let said = format!("hotline: {}:4: missing field `text`; a document is", path.display());
    assert!(stderr.starts_with(&said) && stderr.ends_with("hotline: 1 line not scored\n"), "{stderr}");
    let printed: Value = serde_json::from_str(&stdout).expect("one JSON object");
    let keys: Vec<&String> = printed.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["documents", "kinds", "slots", "with_borderline", "confusions"]);
    assert_eq!(printed["documents"], 3);
    let calls = &printed["kinds"]["leader_call"];
    assert_eq!(
        calls["all"],
        json!({ "tp": 1, "fp": 0, "fn": 1, "tn": 1, "precision": 1.0, "recall": 0.5, "f1": 2.0 / 3.0 })
    );
    assert_eq!(calls["de"], json!({ "tp": 0, "fp": 0, "fn": 1, "tn": 1, "precision": null, "recall": 0.0, "f1": 0.0 }));
    assert_eq!(printed["kinds"]["negotiation"]["all"]["tn"], 2, "the third line does not label it");
    let kinds: Vec<&String> = printed["kinds"].as_object().expect("an object").keys().collect();
    assert_eq!(kinds, ["leader_call", "negotiation"], "what nobody labels is not scored");
    let slots = &printed["slots"]["all"]["leader_call"];
    assert_eq!(
        slots["participants"],
        json!({ "right": 2, "coded": 2, "labelled": 2, "precision": 1.0, "recall": 1.0 })
    );
    assert_eq!(slots["status"], json!({ "right": 0, "labelled": 1, "accuracy": 0.0 }));
    assert_eq!(slots["date"]["accuracy"], 1.0);
    let what: Vec<&Value> = printed["confusions"].as_array().expect("a list").iter().map(|one| &one["what"]).collect();
    assert_eq!(what, ["missed", "wrong_slot"]);
    assert_eq!(
        printed["confusions"][0]["id"],
        format!("{}:3", path.display()),
        "a line without id is named by its place"
    );
    assert_eq!(printed["confusions"][1]["coded"], "occurred");
}

#[test]
fn eval_prints_a_table_and_as_many_confusions_as_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("labels.jsonl");
    fs::write(&path, LINES).expect("written");
    let (_, stdout, _) = eval(&[], &path);
    assert!(stdout.starts_with("3 documents\n"), "{stdout}");
    assert!(stdout.contains("leader_call  all       3  1.000  0.500  0.667     1     0     1     1\n"), "{stdout}");
    assert!(stdout.contains("hit: wrong status of leader_call: labelled planned, coded occurred, by "), "{stdout}");
    let (_, one, _) = eval(&["--list", "1"], &path);
    assert!(one.contains(":3: missed leader_call, ") && one.ends_with("and 1 more: --list N\n"), "{one}");
    let (_, none, _) = eval(&["--list", "0"], &path);
    assert!(!none.contains("missed leader_call") && !none.contains("more"), "{none}");
}

#[test]
fn figures_below_a_floor_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("labels.jsonl");
    fs::write(&path, LINES.lines().take(2).collect::<Vec<_>>().join("\n")).expect("written");
    let (code, _, stderr) = eval(&["--floor", "leader_call=0.9"], &path);
    assert_eq!((code, stderr.as_str()), (0, ""));
    fs::write(&path, LINES.lines().take(3).collect::<Vec<_>>().join("\n")).expect("written");
    let (code, stdout, stderr) = eval(&["--floor", "leader_call=0.9", "--floor", "negotiation=0.5"], &path);
    assert_eq!(code, 1);
    assert!(stdout.contains("leader_call  all"), "the figures are printed all the same: {stdout}");
    assert!(stderr.contains("F1 of leader_call over all languages is 0.667, below the floor of 0.9"), "{stderr}");
    assert!(stderr.contains("F1 of negotiation has a floor and cannot be computed"), "{stderr}");
    for wrong in ["leader_call", "leader_call=2", "=0.5", "leader_call=much"] {
        let (code, _, stderr) = eval(&["--floor", wrong], &path);
        assert!(code == 2 && stderr.contains("is not a kind with a figure"), "{wrong}: {stderr}");
    }
}

#[test]
fn a_kind_of_the_users_own_pack_is_scored() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("packs/embargo")).expect("made");
    fs::create_dir(at("feeds.d")).expect("made");
    let head = "[pack]\nid = \"mine.embargo\"\nversion = \"0.1.0\"\nkind = \"embargo\"\n\
                codes = { cameo = \"163\", plover = \"SANCTION/embargo\" }\ndefault_status = \"occurred\"\n\
                [parties]\nmin = 1\nsides = true\nkinds = [\"head\"]\n";
    let words = "[lex]\nembargo = [\"embargo{|es}\"]\n[[rule]]\nid = \"impose\"\nmatch = \"@side:a .{0,4} #embargo\"\nscore = 1.0\n";
    fs::write(at("packs/embargo/pack.toml"), head).expect("written");
    fs::write(at("packs/embargo/en.toml"), words).expect("written");
    fs::write(at("hotline.toml"), format!("[tag]\npacks = [\"{}\"]\n", at("packs").display())).expect("written");
    let line =
        "{\"id\": \"e\", \"lang\": \"en\", \"text\": \"Norway imposed an embargo on fish.\", \"embargo\": true}\n";
    fs::write(at("labels.jsonl"), line).expect("written");
    let config = at("hotline.toml").display().to_string();
    let (code, stdout, stderr) =
        eval(&["-c", &config, "--floor", "embargo=1", "--format", "json"], &at("labels.jsonl"));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let (code, _, stderr) = eval(&[], &at("labels.jsonl"));
    assert!(code == 1 && stderr.contains("no label; add true or false for a kind that is coded: "), "{stderr}");
}

#[test]
fn a_participant_of_the_samples_is_a_person_of_the_roster() {
    let one = participant("aoun-joseph/LBN/President");
    let known = |id: &str| CODER.roster().person(id).is_some();
    assert!(
        known(one.person.as_deref().expect("an id")) && known("erdogan-recep-tayyip") && known("zelensky-volodymyr")
    );
}
