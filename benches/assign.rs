//! Times assignment against 10,000 open events, one article's whole resolution, and the near-duplicate check.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hotline::article::{Article, TextSource, Times};
use hotline::event::{Config, Duplicates, Event, OpenEvents, Report, Reported, assign, mint, resolve};
use hotline::tag::{EventDate, Kind, Medium, Mention, Participant, Plover, Precision, Role, Salience, Status};
use jiff::{SignedDuration, Timestamp, ToSpan};

const N_EVENTS: usize = 10_000;
const N_LEADERS: usize = 200;

fn start() -> Timestamp {
    Timestamp::from_second(1_739_300_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn participant(n: usize) -> Participant {
    Participant {
        person: Some(format!("leader-{n}")),
        qid: None,
        name: format!("Leader {n}"),
        country: Some(format!("C{n:02}")),
        office: Some("President".to_owned()),
        role: Role::Party,
    }
}

/// Makes a call between two leaders; a tenth of all calls is the first leader's, as in the news.
fn mention(n: usize) -> Mention {
    let one = if n.is_multiple_of(10) { 0 } else { n * 7 % N_LEADERS };
    let two = (one + 1 + n / 10 % (N_LEADERS - 1)) % N_LEADERS;
    let day = jiff::civil::date(2025, 2, 10).saturating_add((n as i64 / 7 % 10).days());
    Mention {
        kind: Kind(Kind::LEADER_CALL.to_owned()),
        status: Status::Occurred,
        date: Some(EventDate { start: day, end: day, precision: Precision::Day, zone: None, text: String::new() }),
        participants: vec![participant(one), participant(two)],
        parties: vec![format!("C{one:02}"), format!("C{two:02}")],
        medium: Some(Medium::Phone),
        announced_by: None,
        topics: vec!["trade".to_owned()],
        place: None,
        cameo: "041".to_owned(),
        plover: Plover { event_type: "CONSULT".to_owned(), mode: Some("phone".to_owned()) },
        salience: Salience::Main,
        historical: false,
        confidence: 0.9,
        claims: Vec::new(),
        evidence: Vec::new(),
    }
}

fn article(n: usize) -> Article {
    let at = start() + SignedDuration::from_secs(n as i64);
    Article {
        article_id: mint("article", &n.to_string(), 0, at),
        revision: 1,
        url: format!("https://outlet.example/{n}"),
        canonical_url: format!("https://outlet.example/{n}"),
        outlet: format!("outlet-{}", n % 50),
        outlet_name: format!("Outlet {}", n % 50),
        outlet_family: None,
        outlet_zone: None,
        feeds: Vec::new(),
        title: "Leaders speak".to_owned(),
        byline: Vec::new(),
        credits: Vec::new(),
        lang: Some("en".to_owned()),
        published: Some(at),
        modified: None,
        text: "The two leaders spoke by phone.".to_owned(),
        is_text_truncated: false,
        text_source: TextSource::Page,
        posts: Vec::new(),
        content_hash: String::new(),
        image: None,
        is_paywalled: false,
        duplicate_of: None,
        times: Times { feed_seen: Some(at), ..Times::default() },
    }
}

fn opened() -> (OpenEvents, Vec<Event>) {
    let (mut open, config) = (OpenEvents::default(), Config::default());
    let mut events = Vec::new();
    let mut n = 0;
    while open.len() < N_EVENTS {
        let article = article(n);
        let report = Report { article: &article, mentions: &[mention(n)] };
        events.extend(resolve(report, &mut open, &config, start()).into_iter().map(|change| change.event));
        n += 1;
    }
    (open, events)
}

fn text(seed: usize) -> String {
    let words: Vec<String> = (0..600).map(|n| format!("word{}", (seed * 31 + n * n * 7 + n) % 4_999)).collect();
    words.join(" ")
}

fn benches(criterion: &mut Criterion) {
    let config = Config::default();
    let (open, events) = opened();
    let reported = Reported { article_id: "new", revision: 1, at: start(), now: start() };
    criterion.bench_function("assign/busiest_leader_of_10000_events", |bencher| {
        let mention = mention(10);
        bencher.iter(|| assign(black_box(&mention), &reported, &open, &config));
    });
    criterion.bench_function("assign/any_leader_of_10000_events", |bencher| {
        let mention = mention(33);
        bencher.iter(|| assign(black_box(&mention), &reported, &open, &config));
    });
    criterion.bench_function("resolve/one_article_into_10000_events", |bencher| {
        let mut open = OpenEvents::restore(events.iter().cloned());
        let mut n = 100_000;
        bencher.iter(|| {
            n += 1;
            let article = article(n);
            resolve(Report { article: &article, mentions: &[mention(n)] }, &mut open, &config, start())
        });
    });
    criterion.bench_function("duplicates/check_600_words_among_20000", |bencher| {
        let mut duplicates = Duplicates::default();
        for seed in 0..20_000 {
            duplicates.check(&seed.to_string(), &text(seed), start());
        }
        let mut seed = 20_000;
        bencher.iter_batched(
            || {
                seed += 1;
                (seed.to_string(), text(seed))
            },
            |(id, text)| duplicates.check(&id, &text, start()),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(assign_benches, benches);
criterion_main!(assign_benches);
