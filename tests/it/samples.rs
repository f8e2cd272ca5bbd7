//! Articles and mentions to test with: a few words each, filled up to whole values.

#![expect(clippy::expect_used, reason = "a test stops where its ground gives way")]

use hotline::article::{Article, TextSource, Times};
use hotline::tag::{
    Claim, EventDate, Evidence, Field, Kind, Medium, Mention, Participant, Plover, Precision, Role, Salience, Status,
};
use jiff::Timestamp;

/// Parses an instant.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("test instants are RFC 3339")
}

/// Makes a participant from `id/COUNTRY/Office`; without an id it is a country or an office.
pub(crate) fn participant(text: &str) -> Participant {
    let mut parts = text.split('/');
    let person = parts.next().filter(|id| !id.is_empty()).map(str::to_owned);
    let country = parts.next().map(str::to_owned);
    let office = parts.next().map(str::to_owned);
    let name = person.clone().or_else(|| office.clone()).or_else(|| country.clone()).unwrap_or_default();
    Participant { person, qid: None, name, country, office, role: Role::Party }
}

/// Makes a day in Kyiv.
pub(crate) fn day(text: &str) -> EventDate {
    day_in(text, "Europe/Kyiv")
}

pub(crate) fn day_in(text: &str, zone: &str) -> EventDate {
    let day = text.parse().expect("test days are ISO days");
    EventDate { start: day, end: day, precision: Precision::Day, zone: Some(zone.to_owned()), text: text.to_owned() }
}

/// Makes a call between the participants.
pub(crate) fn call(status: Status, date: Option<&str>, participants: &[&str]) -> Mention {
    let participants: Vec<Participant> = participants.iter().map(|text| participant(text)).collect();
    let mut parties: Vec<String> = participants.iter().filter_map(|one| one.country.clone()).collect();
    parties.sort();
    parties.dedup();
    Mention {
        kind: Kind(Kind::LEADER_CALL.to_owned()),
        status,
        date: date.map(day),
        participants,
        parties,
        medium: Some(Medium::Phone),
        announced_by: None,
        topics: vec!["trade".to_owned()],
        place: None,
        cameo: "041".to_owned(),
        plover: Plover { event_type: "CONSULT".to_owned(), mode: Some("phone".to_owned()) },
        salience: Salience::Main,
        historical: false,
        confidence: 0.8,
        claims: Vec::new(),
        evidence: vec![Evidence {
            slot: "status".to_owned(),
            start: 10,
            end: 15,
            text: "spoke".to_owned(),
            rule: "core.leader_call/verb.spoke_by_phone".to_owned(),
            field: Field::Text,
        }],
    }
}

/// Makes talks between the parties.
pub(crate) fn talks(status: Status, date: Option<&str>, participants: &[&str]) -> Mention {
    Mention {
        kind: Kind(Kind::NEGOTIATION.to_owned()),
        medium: None,
        cameo: "046".to_owned(),
        plover: Plover { event_type: "COOPERATE".to_owned(), mode: Some("negotiate".to_owned()) },
        ..call(status, date, participants)
    }
}

pub(crate) fn claim(by: &str, status: Status) -> Claim {
    Claim { by: Some(by.to_owned()), status, start: 3, end: 9 }
}

/// Makes the first revision of an article; the outlet has the name of its id and no family.
pub(crate) fn article(article_id: &str, outlet: &str, published: &str) -> Article {
    let published = at(published);
    Article {
        article_id: article_id.to_owned(),
        revision: 1,
        url: format!("https://{outlet}.example/{article_id}?from=feed"),
        canonical_url: format!("https://{outlet}.example/{article_id}"),
        outlet: outlet.to_owned(),
        outlet_name: outlet.to_uppercase(),
        outlet_family: None,
        outlet_zone: Some("Europe/Kyiv".to_owned()),
        feeds: vec![format!("{outlet}-world")],
        title: format!("Leaders speak, says {outlet}"),
        byline: vec!["Ada Writer".to_owned()],
        credits: Vec::new(),
        lang: Some("en".to_owned()),
        published: Some(published),
        modified: None,
        text: "The two leaders spoke by phone.\nThey discussed trade.".to_owned(),
        is_text_truncated: false,
        text_source: TextSource::Page,
        posts: Vec::new(),
        content_hash: "00".repeat(32),
        image: None,
        is_paywalled: false,
        duplicate_of: None,
        times: Times {
            published: Some(published),
            feed_seen: Some(published),
            fetched: Some(published),
            coded: Some(published),
            enqueued: None,
        },
    }
}
