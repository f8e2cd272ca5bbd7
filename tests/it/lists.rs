//! Facts about lists on the web while the daemon runs: feeds come and go without a restart.

#![expect(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use hotline::app::App;
use hotline::config::{FeedList, FirstPoll};
use hotline::pipeline::Mode;
use serde_json::Value;

use super::newsroom::Page;
use super::pipeline::{Desk, Shelf, get, items};

/// A desk with a feed of its own and a list of such papers. What a list names is never asked on a private address: each
/// poll of a paper fails at once, and leaves its trace.
async fn desk(papers: Range<usize>) -> Desk {
    let mut desk = Desk::open().await;
    let items = items(&desk.newsroom, 1);
    desk.carry("alpha", &items);
    desk.lists.push(FeedList {
        id: "papers".to_owned(),
        url: desk.newsroom.url("/papers.opml").parse().unwrap(),
        lang: None,
        interval: None,
        first_poll: FirstPoll::PublishAll,
        is_private_allowed: true,
    });
    put(&desk, papers);
    desk
}

fn put(desk: &Desk, papers: Range<usize>) {
    let mut opml = "<opml><body>".to_owned();
    for number in papers {
        write!(opml, "<outline text='Paper {number}' xmlUrl='{}'/>", desk.newsroom.url(&format!("/paper{number}.xml")))
            .unwrap();
    }
    opml.push_str("</body></opml>");
    desk.newsroom.put("/papers.opml", Page::new("text/x-opml", opml));
}

/// Waits until the daemon tells this of itself.
async fn told(app: &App, is_told: impl Fn(&Value) -> bool) -> Value {
    let asking = async {
        loop {
            let (_, status) = get(app, "/status").await;
            let status: Value = serde_json::from_str(&status).unwrap();
            if is_told(&status) {
                return status;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap()
}

/// The feed of a paper, as `/status` has it.
fn paper(status: &Value, number: usize) -> Option<&Value> {
    let is_its = |feed: &&Value| feed["url"].as_str().unwrap().ends_with(&format!("/paper{number}.xml"));
    status["feeds"].as_array().unwrap().iter().find(is_its)
}

#[tokio::test]
async fn feeds_of_a_list_come_and_go_while_the_daemon_runs_and_those_that_stay_are_not_asked() {
    let desk = desk(0..10).await;
    let app = desk.start(Mode::Daemon, &Shelf::default()).await;
    let are_polled = |status: &Value| status["feeds"].as_array().unwrap().iter().all(|feed| !feed["polled"].is_null());
    let before = told(&app, are_polled).await;
    assert_eq!(before["feeds"].as_array().unwrap().len(), 11);
    assert_eq!(before["lists"][0]["feeds"], 10);
    put(&desk, 1..12);
    app.reloads().ask();
    let other = told(&app, |status| paper(status, 11).is_some()).await;
    assert_eq!(other["feeds"].as_array().unwrap().len(), 12);
    assert_eq!(paper(&other, 0), None);
    for number in 1..10 {
        assert_eq!(paper(&other, number), paper(&before, number));
    }
    put(&desk, 0..12);
    app.reloads().ask();
    let back = told(&app, |status| paper(status, 0).is_some()).await;
    assert_eq!(paper(&back, 0), paper(&before, 0), "what is known of its polls is there when it returns");
    assert_eq!((desk.newsroom.n_asked("/alpha.xml"), desk.newsroom.n_asked("/papers.opml")), (1, 3));
    app.shutdown().stop();
    app.wait().await.unwrap();
}

#[tokio::test]
async fn a_list_that_breaks_while_the_daemon_runs_leaves_its_feeds_and_says_so() {
    let desk = desk(0..10).await;
    let app = desk.start(Mode::Daemon, &Shelf::default()).await;
    let fine = told(&app, |status| !status["lists"][0]["received"].is_null()).await;
    assert_eq!(fine["lists"][0]["error"], Value::Null);
    put(&desk, 0..3);
    app.reloads().ask();
    let refused = told(&app, |status| !status["lists"][0]["error"].is_null()).await;
    assert_eq!(refused["lists"][0]["error"], "refused: it loses 7 of 10 feeds at once");
    assert_eq!(refused["lists"][0]["received"], fine["lists"][0]["received"]);
    desk.newsroom.put("/papers.opml", Page::status(500));
    app.reloads().ask();
    let is_down = |status: &Value| status["lists"][0]["error"].as_str().unwrap_or_default().contains("HTTP 500");
    let down = told(&app, is_down).await;
    for status in [&refused, &down] {
        assert_eq!((status["feeds"].as_array().unwrap().len(), &status["lists"][0]["feeds"]), (11, &10.into()));
    }
    let (_, metrics) = get(&app, "/metrics").await;
    for result in ["read", "refused", "failed"] {
        let line = format!("hotline_lists_total{{result=\"{result}\"}} 1");
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    }
    app.shutdown().stop();
    app.wait().await.unwrap();
}
