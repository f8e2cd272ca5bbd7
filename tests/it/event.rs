//! Facts about event.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use hotline::article::{Article, Post};
use hotline::event::{
    Assignment, ChangeKind, Config, Duplicates, Event, EventChange, OpenEvents, Report, Reported, assign, resolve,
};
use hotline::tag::{Evidence, Field, Mention, Participant, Role, Status};
use jiff::Timestamp;

use super::samples::{article, at, call, claim, day_in, talks};

const ANNA: &str = "anna/AAA/President";
const BORIS: &str = "boris/BBB/President";
const CLARA: &str = "clara/CCC/Prime Minister";

/// One newsroom: open events and the clock of the last article.
#[derive(Default)]
struct Desk {
    open: OpenEvents,
    config: Config,
}

impl Desk {
    fn reads(&mut self, article: &Article, mentions: &[Mention]) -> Vec<EventChange> {
        let now = article.times.fetched.expect("samples are fetched");
        resolve(Report { article, mentions }, &mut self.open, &self.config, now)
    }

    /// Reads an article with one mention that must lead to one change.
    fn reads_one(&mut self, article: &Article, mention: Mention) -> EventChange {
        let mut changes = self.reads(article, &[mention]);
        assert_eq!(changes.len(), 1, "{changes:?}");
        changes.remove(0)
    }
}

fn edit(article: &Article, revision: u32, at: Timestamp) -> Article {
    let mut edited = article.clone();
    edited.revision = revision;
    edited.times.fetched = Some(at);
    edited
}

#[test]
fn a_live_blogs_post_counts_from_its_own_time() {
    let mut desk = Desk::default();
    let mut blog = article("a1", "alpha", "2025-02-12T05:00:00Z");
    let at_noon = at("2025-02-12T12:00:00Z");
    blog.posts = vec![Post { start: 0, end: blog.text.len(), published: at_noon }];
    let mut held = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    held.evidence = vec![Evidence {
        slot: "status".to_owned(),
        start: 4,
        end: 9,
        text: "two l".to_owned(),
        rule: "core.leader_call/test".to_owned(),
        field: Field::Text,
    }];
    let first = desk.reads_one(&blog, held);
    assert_eq!(first.event.reports[0].published, Some(at_noon));
}

fn groups(event: &Event) -> Vec<&str> {
    event.reports.iter().map(|report| report.independent_group.as_str()).collect()
}

#[test]
fn call_reported_by_two_outlets_is_one_event() {
    let mut desk = Desk::default();
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let first = desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), mention.clone());
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T18:10:00Z"), mention);
    assert_eq!(first.change.kind, ChangeKind::Created);
    assert_eq!(first.event.revision, 1);
    assert_eq!(second.change.kind, ChangeKind::Revised);
    assert_eq!(second.change.reason, "reported by BETA");
    assert_eq!((second.event.event_id.as_str(), second.event.revision), (first.event.event_id.as_str(), 2));
    let corroboration = second.event.corroboration;
    assert_eq!((corroboration.articles, corroboration.outlets, corroboration.independent), (2, 2, 2));
    assert!(second.event.confidence > first.event.confidence);
    assert!(second.change.fields.contains(&"sources".to_owned()));
    assert_eq!(second.event.history.len(), 1, "the status did not change");
}

#[test]
fn planned_call_that_occurs_is_one_event_changing_state() {
    let mut desk = Desk::default();
    let planned = call(Status::Planned, Some("2025-02-12"), &[ANNA, BORIS]);
    let occurred = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let first = desk.reads_one(&article("a1", "alpha", "2025-02-11T18:00:00Z"), planned.clone());
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T18:00:00Z"), occurred);
    assert_eq!(second.event.event_id, first.event.event_id);
    assert_eq!(second.event.status, Status::Occurred);
    assert_eq!(second.change.reason, "status planned -> occurred (BETA)");
    let history: Vec<(u32, Status)> = second.event.history.iter().map(|step| (step.revision, step.status)).collect();
    assert_eq!(history, [(1, Status::Planned), (2, Status::Occurred)]);
    assert_eq!(second.event.headline, "Leaders speak, says beta");
    let late = desk.reads_one(&article("c1", "gamma", "2025-02-12T19:00:00Z"), planned);
    assert_eq!(late.event.status, Status::Occurred, "a late preview does not undo it");
}

#[test]
fn planned_call_without_a_day_becomes_the_call_that_occurs_within_days() {
    let mut desk = Desk::default();
    let first =
        desk.reads_one(&article("a1", "alpha", "2025-02-09T18:00:00Z"), call(Status::Planned, None, &[ANNA, BORIS]));
    let second = desk.reads_one(
        &article("b1", "beta", "2025-02-12T18:00:00Z"),
        call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]),
    );
    assert_eq!(second.event.event_id, first.event.event_id);
    assert_eq!(second.event.date.as_ref().map(|date| date.text.as_str()), Some("2025-02-12"));
}

#[test]
fn official_confirmation_stands_against_a_denial_which_stays_a_claim() {
    let mut desk = Desk::default();
    let mut confirmed = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    confirmed.claims.push(claim("Anna", Status::Occurred));
    let mut denied = call(Status::Denied, None, &[ANNA, BORIS]);
    denied.claims.push(claim("Boris's spokesman", Status::Denied));
    desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), confirmed);
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T20:00:00Z"), denied);
    assert_eq!(second.event.status, Status::Occurred);
    let by: Vec<Option<&str>> = second.event.claims.iter().map(|claim| claim.by.as_deref()).collect();
    assert_eq!(by, [Some("Anna"), Some("Boris's spokesman")]);
}

#[test]
fn denial_wins_over_a_report_that_nobody_confirms() {
    let mut desk = Desk::default();
    let mut denied = call(Status::Denied, None, &[ANNA, BORIS]);
    denied.claims.push(claim("Boris's spokesman", Status::Denied));
    desk.reads_one(
        &article("a1", "alpha", "2025-02-12T18:00:00Z"),
        call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]),
    );
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T20:00:00Z"), denied);
    assert_eq!(second.event.status, Status::Denied);
    let mut confirmed = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    confirmed.claims.push(claim("Boris", Status::Occurred));
    let third = desk.reads_one(&article("c1", "gamma", "2025-02-13T08:00:00Z"), confirmed);
    assert_eq!(third.event.status, Status::Occurred);
}

#[test]
fn two_calls_on_one_day_with_different_counterparts_are_two_events() {
    let mut desk = Desk::default();
    let article = article("a1", "alpha", "2025-02-12T18:00:00Z");
    let with_boris = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let with_clara = call(Status::Planned, Some("2025-02-12"), &[ANNA, CLARA]);
    let changes = desk.reads(&article, &[with_boris, with_clara]);
    assert_eq!(changes.len(), 2);
    assert_ne!(changes[0].event.event_id, changes[1].event.event_id);
    assert!(changes.iter().all(|change| change.change.kind == ChangeKind::Created));
}

#[test]
fn two_different_explicit_days_split() {
    let mut desk = Desk::default();
    let first = desk.reads_one(
        &article("a1", "alpha", "2025-02-12T18:00:00Z"),
        call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]),
    );
    let second = desk.reads_one(
        &article("b1", "beta", "2025-02-14T18:00:00Z"),
        call(Status::Occurred, Some("2025-02-14"), &[ANNA, BORIS]),
    );
    assert_eq!(second.change.kind, ChangeKind::Created);
    assert_eq!(second.event.related[0].event_id, first.event.event_id);
    assert_eq!(second.event.related[0].relation, "follows_from");
}

#[test]
fn one_evening_in_two_zones_is_one_event() {
    let mut desk = Desk::default();
    let mut west = call(Status::Occurred, None, &[ANNA, BORIS]);
    west.date = Some(day_in("2025-02-12", "America/New_York"));
    let mut east = call(Status::Occurred, None, &[ANNA, BORIS]);
    east.date = Some(day_in("2025-02-13", "Europe/Kyiv"));
    let first = desk.reads_one(&article("a1", "alpha", "2025-02-12T23:30:00Z"), west);
    let second = desk.reads_one(&article("b1", "beta", "2025-02-13T06:00:00Z"), east);
    assert_eq!(second.event.event_id, first.event.event_id);
}

#[test]
fn country_stands_for_its_leader_and_the_name_takes_its_seat() {
    let mut desk = Desk::default();
    let first = desk.reads_one(
        &article("a1", "alpha", "2025-02-12T18:00:00Z"),
        call(Status::Occurred, Some("2025-02-12"), &[ANNA, "/BBB"]),
    );
    let second = desk.reads_one(
        &article("b1", "beta", "2025-02-12T19:00:00Z"),
        call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]),
    );
    assert_eq!(second.event.event_id, first.event.event_id);
    let persons: Vec<Option<&str>> = second.event.participants.iter().map(|one| one.person.as_deref()).collect();
    assert_eq!(persons, [Some("anna"), Some("boris")]);
}

#[test]
fn postponed_call_moves_to_its_new_day() {
    let mut desk = Desk::default();
    let first = desk.reads_one(
        &article("a1", "alpha", "2025-02-11T18:00:00Z"),
        call(Status::Planned, Some("2025-02-12"), &[ANNA, BORIS]),
    );
    let second = desk.reads_one(
        &article("b1", "beta", "2025-02-12T10:00:00Z"),
        call(Status::Postponed, Some("2025-02-14"), &[ANNA, BORIS]),
    );
    let third = desk.reads_one(
        &article("c1", "gamma", "2025-02-14T18:00:00Z"),
        call(Status::Occurred, Some("2025-02-14"), &[ANNA, BORIS]),
    );
    assert_eq!(second.event.event_id, first.event.event_id);
    assert_eq!((second.event.status, third.event.status), (Status::Postponed, Status::Occurred));
    assert_eq!(third.event.event_id, first.event.event_id);
    assert_eq!(third.event.date.as_ref().map(|date| date.text.as_str()), Some("2025-02-14"));
}

#[test]
fn copies_and_one_publisher_count_once() {
    let mut desk = Desk::default();
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), mention.clone());
    let mut copy = article("b1", "beta", "2025-02-12T18:10:00Z");
    copy.duplicate_of = Some("a1".to_owned());
    desk.reads_one(&copy, mention.clone());
    for (id, outlet) in [("c1", "gamma"), ("d1", "delta")] {
        let mut sister = article(id, outlet, "2025-02-12T18:20:00Z");
        sister.outlet_family = Some("big press".to_owned());
        desk.reads_one(&sister, mention.clone());
    }
    let mut credited = article("e1", "epsilon", "2025-02-12T18:30:00Z");
    credited.credits = vec!["reuters".to_owned()];
    desk.reads_one(&credited, mention.clone());
    let wire = article("f1", "reuters", "2025-02-12T18:40:00Z");
    let last = desk.reads_one(&wire, mention);
    assert_eq!(groups(&last.event), ["g1", "g1", "g2", "g2", "g3", "g3"]);
    let corroboration = last.event.corroboration;
    assert_eq!((corroboration.articles, corroboration.outlets, corroboration.independent), (6, 6, 3));
}

#[test]
fn outlet_that_passes_on_what_another_reported_is_no_voice_of_its_own() {
    let mut desk = Desk::default();
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let mut first = article("a1", "alpha", "2025-02-12T18:00:00Z");
    first.outlet_name = "Alpha News".to_owned();
    desk.reads_one(&first, mention.clone());
    let mut second = article("b1", "beta", "2025-02-12T19:00:00Z");
    second.text = "The leaders spoke by phone, as Alpha reported.".to_owned();
    let event = desk.reads_one(&second, mention.clone()).event;
    assert_eq!(groups(&event), ["g1", "g1"]);
    let mut third = article("c1", "gamma", "2025-02-12T20:00:00Z");
    third.text = "The leaders spoke by phone about alphabets.".to_owned();
    let event = desk.reads_one(&third, mention).event;
    assert_eq!(event.corroboration.independent, 2);
}

#[test]
fn edit_replaces_its_report_and_never_counts_twice() {
    let mut desk = Desk::default();
    let original = article("a1", "alpha", "2025-02-12T18:00:00Z");
    let first = desk.reads_one(&original, call(Status::Occurred, None, &[ANNA, BORIS]));
    let edited = edit(&original, 2, at("2025-02-12T19:00:00Z"));
    let second = desk.reads_one(&edited, call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]));
    assert_eq!(second.event.event_id, first.event.event_id);
    assert_eq!(second.event.reports.len(), 1);
    assert_eq!(second.change.reason, "corrected by ALPHA (revision 2)");
    let again = desk.reads(&edited, &[call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS])]);
    assert_eq!(again, [], "the same revision again changes nothing");
    let typo = edit(&original, 3, at("2025-02-12T20:00:00Z"));
    let mut moved = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    moved.evidence[0].start += 7;
    assert_eq!(desk.reads(&typo, &[moved]), [], "an edit that says the same changes nothing");
}

#[test]
fn revision_that_comes_after_a_later_one_changes_nothing() {
    let mut desk = Desk::default();
    let original = article("a1", "alpha", "2025-02-12T18:00:00Z");
    let edited = edit(&original, 2, at("2025-02-12T19:00:00Z"));
    desk.reads_one(&edited, call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]));
    assert_eq!(desk.reads(&original, &[call(Status::Planned, Some("2025-02-12"), &[ANNA, BORIS])]), []);
    assert_eq!(desk.reads(&original, &[call(Status::Occurred, Some("2025-02-12"), &[ANNA, CLARA])]), []);
    assert_eq!(desk.open.len(), 1);
}

#[test]
fn event_that_its_only_article_takes_back_is_retracted_for_good() {
    let mut desk = Desk::default();
    let original = article("a1", "alpha", "2025-02-12T18:00:00Z");
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let first = desk.reads_one(&original, mention.clone());
    let mut changes = desk.reads(&edit(&original, 2, at("2025-02-12T19:00:00Z")), &[]);
    let retracted = changes.remove(0);
    assert_eq!(retracted.change.kind, ChangeKind::Retracted);
    assert_eq!(retracted.event.event_id, first.event.event_id);
    assert!(retracted.change.reason.contains("ALPHA"));
    let again = desk.reads(&edit(&original, 3, at("2025-02-12T20:00:00Z")), std::slice::from_ref(&mention));
    assert_eq!(again, [], "the same article never opens it again");
    let other = desk.reads_one(&article("b1", "beta", "2025-02-12T21:00:00Z"), mention.clone());
    assert_eq!(other.change.kind, ChangeKind::Created);
    assert_ne!(other.event.event_id, first.event.event_id);
    let joined = desk.reads_one(&edit(&original, 4, at("2025-02-12T22:00:00Z")), mention);
    assert_eq!(joined.event.event_id, other.event.event_id, "but it may join one that another opened");
}

#[test]
fn article_corrected_to_another_counterpart_leaves_one_event_and_opens_another() {
    let mut desk = Desk::default();
    let original = article("a1", "alpha", "2025-02-12T18:00:00Z");
    let first = desk.reads_one(&original, call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]));
    let corrected = edit(&original, 2, at("2025-02-12T19:00:00Z"));
    let changes = desk.reads(&corrected, &[call(Status::Occurred, Some("2025-02-12"), &[ANNA, CLARA])]);
    let kinds: Vec<ChangeKind> = changes.iter().map(|change| change.change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Created, ChangeKind::Retracted]);
    assert_eq!(changes[1].event.event_id, first.event.event_id);
    assert_ne!(changes[0].event.event_id, first.event.event_id);
}

#[test]
fn talks_between_the_same_parties_are_one_event_whoever_is_named() {
    let mut desk = Desk::default();
    let first = desk.reads_one(
        &article("a1", "alpha", "2025-02-12T18:00:00Z"),
        talks(Status::Agreed, None, &["envoy-a/AAA/Envoy", "envoy-b/BBB/Envoy"]),
    );
    let second = desk.reads_one(
        &article("b1", "beta", "2025-02-15T18:00:00Z"),
        talks(Status::Underway, Some("2025-02-15"), &["minister-a/AAA/Foreign Minister", "/BBB"]),
    );
    assert_eq!(second.event.event_id, first.event.event_id);
    assert_eq!(second.event.status, Status::Underway);
}

#[test]
fn talks_on_unlike_topics_or_in_another_place_on_another_day_are_others() {
    let mut desk = Desk::default();
    let parties = ["/AAA", "/BBB"];
    let mut first = talks(Status::Underway, Some("2025-02-12"), &parties);
    first.place = Some("Riyadh".to_owned());
    let first = desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), first);
    let mut fishing = talks(Status::Underway, Some("2025-02-12"), &parties);
    fishing.topics = vec!["fishing_rights".to_owned()];
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T18:00:00Z"), fishing);
    let mut elsewhere = talks(Status::Underway, Some("2025-02-13"), &parties);
    elsewhere.place = Some("Geneva".to_owned());
    let third = desk.reads_one(&article("c1", "gamma", "2025-02-13T18:00:00Z"), elsewhere);
    for other in [&second, &third] {
        assert_eq!(other.change.kind, ChangeKind::Created);
        assert_ne!(other.event.event_id, first.event.event_id);
    }
}

#[test]
fn background_never_opens_an_event() {
    let mut desk = Desk::default();
    let mut mention = call(Status::Occurred, Some("2019-07-25"), &[ANNA, BORIS]);
    mention.historical = true;
    assert_eq!(desk.reads(&article("a1", "alpha", "2025-02-12T18:00:00Z"), &[mention]), []);
}

#[test]
fn second_mention_in_one_article_adds_to_its_report() {
    let mut desk = Desk::default();
    let mut denied = call(Status::Denied, Some("2025-02-12"), &[ANNA, BORIS]);
    denied.claims.push(claim("Boris's spokesman", Status::Denied));
    let occurred = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let changes = desk.reads(&article("a1", "alpha", "2025-02-12T18:00:00Z"), &[occurred, denied]);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].event.revision, changes[0].event.reports.len()), (1, 1));
    assert_eq!(changes[0].event.claims[0].by.as_deref(), Some("Boris's spokesman"));
}

#[test]
fn disputed_initiator_is_nobody() {
    let mut desk = Desk::default();
    let initiated_by = |id: &str| {
        let mut mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
        for participant in &mut mention.participants {
            if participant.person.as_deref() == Some(id) {
                participant.role = Role::Initiator;
            }
        }
        mention
    };
    let initiator = |participants: &[Participant]| {
        participants.iter().find(|one| one.role == Role::Initiator).and_then(|one| one.person.clone())
    };
    let plain = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), plain);
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T18:01:00Z"), initiated_by("anna"));
    assert_eq!(initiator(&second.event.participants).as_deref(), Some("anna"), "evidence outweighs none");
    let third = desk.reads_one(&article("c1", "gamma", "2025-02-12T18:02:00Z"), initiated_by("boris"));
    assert_eq!(initiator(&third.event.participants), None);
}

#[test]
fn events_that_turn_out_to_be_one_are_merged_under_the_older_id() {
    let mut desk = Desk::default();
    let day = Some("2025-02-12");
    let first =
        desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), call(Status::Occurred, day, &[ANNA, "/BBB"]));
    let second =
        desk.reads_one(&article("b1", "beta", "2025-02-12T18:10:00Z"), call(Status::Occurred, day, &["/AAA", BORIS]));
    assert_ne!(second.event.event_id, first.event.event_id, "nothing ties them yet");
    let third = article("c1", "gamma", "2025-02-12T18:20:00Z");
    let changes = desk.reads(&third, &[call(Status::Occurred, day, &[ANNA, BORIS])]);
    assert_eq!(changes.len(), 2, "{changes:?}");
    let [survivor, gone] = &changes[..] else { panic!("two changes") };
    assert_eq!((&survivor.event.event_id, survivor.change.kind), (&first.event.event_id, ChangeKind::Revised));
    assert_eq!(survivor.event.aliases, std::slice::from_ref(&second.event.event_id));
    assert_eq!(survivor.event.corroboration.articles, 3);
    assert_eq!((&gone.event.event_id, gone.change.kind), (&second.event.event_id, ChangeKind::Merged));
    assert_eq!(gone.event.related[0].relation, "merged_into");
    let fourth =
        desk.reads_one(&article("d1", "delta", "2025-02-12T18:30:00Z"), call(Status::Occurred, day, &["/AAA", BORIS]));
    assert_eq!(fourth.event.event_id, first.event.event_id);
}

#[test]
fn articles_that_correct_the_day_move_to_the_event_of_that_day() {
    let mut desk = Desk::default();
    let older = article("a1", "alpha", "2025-02-12T18:00:00Z");
    let first = desk.reads_one(&older, call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]));
    let younger = article("b1", "beta", "2025-02-13T18:00:00Z");
    let second = desk.reads_one(&younger, call(Status::Occurred, Some("2025-02-10"), &[ANNA, BORIS]));
    assert_ne!(second.event.event_id, first.event.event_id);
    let corrected = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let changes = desk.reads(&edit(&younger, 2, at("2025-02-13T20:00:00Z")), std::slice::from_ref(&corrected));
    let kinds: Vec<(&str, ChangeKind)> =
        changes.iter().map(|change| (change.event.event_id.as_str(), change.change.kind)).collect();
    assert_eq!(
        kinds,
        [(first.event.event_id.as_str(), ChangeKind::Revised), (second.event.event_id.as_str(), ChangeKind::Retracted)]
    );
}

#[test]
fn replayed_articles_give_the_same_events() {
    let run = || {
        let mut desk = Desk::default();
        let mut changes = Vec::new();
        for (n, outlet) in ["alpha", "beta", "gamma", "delta"].into_iter().enumerate() {
            let article = article(&format!("{outlet}1"), outlet, &format!("2025-02-12T1{n}:00:00Z"));
            let status = if n < 2 { Status::Planned } else { Status::Occurred };
            let other = if n == 1 { CLARA } else { BORIS };
            changes.extend(desk.reads(&article, &[call(status, Some("2025-02-12"), &[ANNA, other])]));
        }
        changes
    };
    assert_eq!(run(), run());
}

#[test]
fn restored_events_take_reports_as_before() {
    let mut desk = Desk::default();
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let first = desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), mention.clone());
    let json = serde_json::to_string(&first.event).unwrap();
    let stored: Event = serde_json::from_str(&json).unwrap();
    assert_eq!(stored, first.event);
    desk.open = OpenEvents::restore([stored].into_iter());
    let second = desk.reads_one(&article("b1", "beta", "2025-02-12T19:00:00Z"), mention);
    assert_eq!(second.event.event_id, first.event.event_id);
}

#[test]
fn open_events_are_bounded_and_expire() {
    let mut desk = Desk { config: Config { open_events_max: 3, ..Config::default() }, ..Desk::default() };
    for n in 10..20 {
        let other = format!("other-{n}/C{n}/President");
        let article = article(&format!("a{n}"), "alpha", &format!("2025-02-{n}T18:00:00Z"));
        desk.reads_one(&article, call(Status::Occurred, Some(&format!("2025-02-{n}")), &[ANNA, &other]));
        assert!(desk.open.len() <= 4);
    }
    desk.open.expire(at("2025-04-01T00:00:00Z"), &desk.config);
    assert!(desk.open.is_empty());
}

#[test]
fn reports_of_one_event_are_bounded_and_the_first_stays() {
    let mut desk = Desk { config: Config { reports_max: 5, ..Config::default() }, ..Desk::default() };
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    for n in 0..20 {
        let article = article(&format!("a{n}"), &format!("outlet{n}"), &format!("2025-02-12T18:{n:02}:00Z"));
        desk.reads_one(&article, mention.clone());
    }
    let last = article("z", "zeta", "2025-02-12T19:00:00Z");
    let event = desk.reads_one(&last, mention).event;
    assert_eq!(event.reports.len(), 5);
    assert_eq!(event.reports[0].article_id, "a0");
    assert_eq!(event.reports[4].article_id, "z");
}

#[test]
fn assignment_says_why() {
    let mut desk = Desk::default();
    let mention = call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]);
    let first = desk.reads_one(&article("a1", "alpha", "2025-02-12T18:00:00Z"), mention.clone());
    let now = at("2025-02-12T19:00:00Z");
    let reported = Reported { article_id: "b1", revision: 1, at: now, now };
    let Assignment::Existing { event_id, score, reasons } = assign(&mention, &reported, &desk.open, &desk.config)
    else {
        panic!("the event is open");
    };
    assert_eq!(event_id, first.event.event_id);
    assert!(score > 0.9, "{score}");
    assert_eq!(reasons, ["2 shared participants", "same day"]);
}

#[test]
fn copied_text_is_found_and_counts_once() {
    let text = (0..400).map(|n| format!("word{}", n * 7919 % 1009)).collect::<Vec<_>>().join(" ");
    let mut duplicates = Duplicates::default();
    let mut desk = Desk::default();
    for (id, outlet) in [("a1", "alpha"), ("b1", "beta")] {
        let mut article = article(id, outlet, "2025-02-12T18:00:00Z");
        article.text = format!("{} {text}", outlet.to_uppercase());
        article.duplicate_of =
            duplicates.check(id, &article.text, at("2025-02-12T18:00:00Z")).map(|copy| copy.article_id);
        desk.reads_one(&article, call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]));
    }
    let event = desk.reads_one(
        &article("c1", "gamma", "2025-02-12T18:30:00Z"),
        call(Status::Occurred, Some("2025-02-12"), &[ANNA, BORIS]),
    );
    assert_eq!(event.event.corroboration.independent, 2);
}

/// Draws numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len() as u64) as usize]
    }

    fn mention(&mut self) -> Mention {
        let sides = [ANNA, BORIS, CLARA, "/AAA", "/BBB", "/CCC/Prime Minister", "dora/AAA/Envoy"];
        let statuses = [Status::Planned, Status::Occurred, Status::Denied, Status::Postponed, Status::Cancelled];
        let (one, two) = (*self.pick(&sides), *self.pick(&sides));
        let day = format!("2025-02-{:02}", 10 + self.roll(4));
        let date = (self.roll(3) > 0).then_some(day.as_str());
        let status = *self.pick(&statuses);
        if self.roll(4) == 0 { talks(status, date, &[one, two]) } else { call(status, date, &[one, two]) }
    }
}

#[test]
fn any_order_of_reports_edits_and_withdrawals_keeps_the_books() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut desk = Desk::default();
        let mut published: Vec<Event> = Vec::new();
        let mut revisions = [0u32; 12];
        for step in 0..80 {
            let n = dice.roll(12) as usize;
            revisions[n] += 1;
            let original = article(&format!("a{n}"), &format!("outlet{}", n % 7), "2025-02-11T12:00:00Z");
            let now = at("2025-02-11T12:00:00Z") + jiff::SignedDuration::from_mins(step * 30);
            let article = edit(&original, revisions[n], now);
            let mentions: Vec<Mention> = (0..dice.roll(3)).map(|_| dice.mention()).collect();
            for EventChange { event, change } in desk.reads(&article, &mentions) {
                let before = published.iter().rposition(|known| known.event_id == event.event_id);
                let expected = before.map_or(1, |before| published[before].revision + 1);
                assert_eq!(event.revision, expected, "seed {seed}, step {step}: {change:?}");
                assert_eq!(change.kind == ChangeKind::Created, before.is_none());
                assert_eq!(event.closed.is_some(), event.reports.is_empty(), "{change:?}");
                assert_eq!(desk.open.get(&event.event_id), Some(&event));
                let mut articles: Vec<&str> = event.reports.iter().map(|report| report.article_id.as_str()).collect();
                articles.sort_unstable();
                articles.dedup();
                assert_eq!(articles.len(), event.reports.len(), "one report an article");
                published.push(event);
            }
        }
        let last: std::collections::BTreeMap<&str, &Event> =
            published.iter().map(|event| (event.event_id.as_str(), event)).collect();
        assert_eq!(last.len(), desk.open.len());
        for (event_id, event) in last {
            assert_eq!(desk.open.get(event_id), Some(event), "what is open was published");
        }
    }
}

/// Reads one report after another, `(hours, status)`, and returns where the event stands.
fn stands(first: &Mention, reports: &[(i64, Status)]) -> Status {
    let mut desk = Desk::default();
    let mut status = first.status;
    for (n, (hours, reported)) in reports.iter().enumerate() {
        let mut article = article(&format!("a{n}"), &format!("outlet{n}"), "2025-02-11T06:00:00Z");
        let published = at("2025-02-11T06:00:00Z") + jiff::SignedDuration::from_hours(*hours);
        article.published = Some(published);
        (article.times.feed_seen, article.times.fetched) = (Some(published), Some(published));
        let mention = Mention { status: *reported, ..first.clone() };
        status = desk.reads(&article, &[mention]).pop().map_or(status, |change| change.event.status);
        assert_eq!(desk.open.len(), 1, "all reports are of one event");
    }
    status
}

#[test]
fn status_of_a_call_follows_the_reports() {
    use Status::{Cancelled, Declined, Denied, Occurred, Planned, Postponed, Proposed, Unconfirmed};
    let call = call(Planned, Some("2025-02-12"), &[ANNA, BORIS]);
    for (reports, expected) in [
        (&[(0, Proposed), (1, Planned)][..], Planned),
        (&[(0, Planned), (1, Proposed)], Planned),
        (&[(0, Unconfirmed), (1, Proposed)], Proposed),
        (&[(0, Planned), (1, Cancelled)], Cancelled),
        (&[(0, Planned), (3, Cancelled), (4, Planned)], Cancelled),
        (&[(0, Planned), (3, Cancelled), (20, Planned)], Planned),
        (&[(0, Proposed), (1, Declined)], Declined),
        (&[(0, Planned), (1, Postponed), (30, Occurred)], Occurred),
        (&[(0, Occurred), (1, Planned), (2, Cancelled)], Occurred),
        (&[(0, Planned), (1, Denied)], Denied),
        (&[(0, Occurred), (1, Denied)], Denied),
        (&[(0, Occurred), (1, Occurred), (2, Denied)], Occurred),
        (&[(0, Denied), (1, Occurred)], Denied),
        (&[(0, Denied), (1, Occurred), (2, Occurred)], Occurred),
    ] {
        assert_eq!(stands(&call, reports), expected, "{reports:?}");
    }
}

#[test]
fn status_of_talks_follows_the_reports() {
    use Status::{Agreed, Concluded, Failed, Proposed, Rejected, Suspended, Underway};
    let talks = talks(Proposed, Some("2025-02-12"), &["/AAA", "/BBB"]);
    for (reports, expected) in [
        (&[(0, Proposed), (1, Agreed), (2, Underway)][..], Underway),
        (&[(0, Proposed), (1, Rejected)], Rejected),
        (&[(0, Rejected), (1, Agreed)], Rejected),
        (&[(0, Rejected), (10, Agreed)], Agreed),
        (&[(0, Underway), (1, Suspended), (2, Underway)], Underway),
        (&[(0, Underway), (1, Agreed)], Underway),
        (&[(0, Underway), (5, Concluded), (6, Underway)], Concluded),
        (&[(0, Underway), (5, Failed)], Failed),
    ] {
        assert_eq!(stands(&talks, reports), expected, "{reports:?}");
    }
}

#[test]
fn limits_are_read_from_toml() {
    let config: Config = toml::from_str("window = \"120h\"\nreports_max = 5").unwrap();
    assert_eq!(config.window, std::time::Duration::from_hours(120));
    assert_eq!((config.reports_max, config.open_events_max), (5, 50_000));
    assert!(toml::from_str::<Config>("windows = \"120h\"").is_err());
}
