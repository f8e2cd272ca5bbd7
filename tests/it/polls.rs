//! Facts about polling over days: feeds that move, go away, and show more than their window holds.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::sync::Arc;

use hotline::feed::schedule::PollState;
use hotline::pipeline::FeedStatus;
use hotline::store::Peek;
use jiff::SignedDuration;
use serde_json::Value;

use hotline::clock::Clock as _;

use super::newsroom::{Item, Page};
use super::pipeline::{Desk, items};

/// What the store knows of the polls of the first feed.
fn state(desk: &Desk) -> PollState {
    let peek = Peek::open(&desk.settings.state_dir).unwrap().unwrap();
    peek.feed_states().unwrap().remove(0).poll
}

/// What is told of the first feed.
fn told(desk: &Desk) -> Value {
    let feed = Arc::new(desk.feeds[0].clone());
    FeedStatus::planned(feed, (&state(desk), None), &desk.settings.schedule, desk.clock.now()).to_json()
}

#[tokio::test]
async fn a_feed_that_moves_for_good_is_asked_at_its_new_url_until_that_fails() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 2);
    desk.carry("alpha", &items);
    desk.newsroom.put_feed("/new.xml", &items);
    desk.newsroom.put("/alpha.xml", Page::redirect(301, "/new.xml"));
    assert_eq!(desk.round().await.0.titles().len(), 2);
    for _ in 1..10 {
        assert_eq!(told(&desk)["moved_to"], Value::Null);
        desk.clock.advance(SignedDuration::from_hours(20));
        desk.round().await;
    }
    let moved = told(&desk);
    assert_eq!(moved["moved_to"], desk.newsroom.url("/new.xml"), "{moved}");
    assert_eq!(moved["url"], desk.newsroom.url("/alpha.xml"), "what is configured stays known");
    desk.round().await;
    assert_eq!((desk.newsroom.n_asked("/alpha.xml"), desk.newsroom.n_asked("/new.xml")), (10, 11));
    desk.newsroom.put("/new.xml", Page::new("text/html", "<!doctype html><html><body>Sold</body></html>"));
    assert_eq!(desk.round().await.1.n_polls_failed, 1);
    assert_eq!(told(&desk)["moved_to"], Value::Null);
    desk.newsroom.put_feed("/alpha.xml", &items);
    let (shelf, totals) = desk.round().await;
    assert_eq!((totals.n_polls_failed, shelf.records().len()), (0, 0), "no entry is new for another URL");
    assert_eq!(desk.newsroom.n_asked("/alpha.xml"), 11);
}

#[tokio::test]
async fn a_feed_that_is_gone_is_asked_once_a_week_and_comes_back() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 2);
    desk.carry("alpha", &items[..1]);
    desk.round().await;
    desk.newsroom.put("/alpha.xml", Page::status(410));
    for _ in 0..3 {
        let told = told(&desk);
        assert!(!told["next_reason"].as_str().unwrap().contains("over a week"), "{told}");
        desk.clock.advance(SignedDuration::from_hours(24 * 4));
        desk.round().await;
    }
    let told = told(&desk);
    assert_eq!(told["next_reason"], "410 Gone, 3 times over a week");
    let at = |name: &str| told[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(at("next").duration_since(at("polled")) >= SignedDuration::from_hours(24 * 7), "{told}");
    desk.newsroom.put_feed("/alpha.xml", &items);
    assert_eq!(desk.round().await.0.titles(), ["Quay number 1 is open"]);
    assert_eq!(state(&desk).n_gone, 0);
}

#[tokio::test]
async fn a_feed_whose_links_carry_a_changing_token_is_told_by_its_titles_and_says_so() {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 6);
    desk.carry("alpha", &items);
    assert_eq!(desk.round().await.0.titles().len(), 6);
    for token in 1..=3 {
        assert_eq!(told(&desk)["keys"], Value::Null);
        let changed: Vec<Item> = items
            .iter()
            .map(|item| Item { link: item.link.as_ref().map(|link| format!("{link}/{token}")), ..item.clone() })
            .collect();
        desk.newsroom.put_feed("/alpha.xml", &changed);
        assert!(desk.round().await.0.records().is_empty());
    }
    assert!(told(&desk)["keys"].as_str().unwrap().starts_with("volatile"), "{}", told(&desk));
}
