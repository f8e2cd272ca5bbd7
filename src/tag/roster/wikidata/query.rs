//! Owns the questions in SPARQL, for Wikidata's query service (its prefixes are known there).
//!
//! P35, P6 head of state and of government · P39 position held · P580, P582 start and end · P298 ISO 3166-1 alpha-3 ·
//! P1001, P17 jurisdiction and country of an office · P1906, P1313 office of the head of state and of government ·
//! P21 gender · P734 family name.

use std::fmt::Write as _;

use crate::tag::roster::LANGS;

/// Start and end with their precision. An end that is said to exist and not known has no value.
const TIMES: &str = "\
OPTIONAL{?statement pqv:P580[wikibase:timeValue ?from;wikibase:timePrecision ?fromPrecision]}
OPTIONAL{?statement pq:P582 ?end}
OPTIONAL{?statement pqv:P582[wikibase:timeValue ?to;wikibase:timePrecision ?toPrecision]}
";

/// An unbound `?position` would be every item there is: only where it is bound.
const TITLE: &str = "?position rdfs:label ?title. FILTER(LANG(?title)=\"en\")";

/// Asks who is head of state and of government of the countries.
pub(super) fn heads(codes: &[String]) -> String {
    let values = list(codes.iter().map(|code| format!("\"{code}\"")));
    format!(
        "SELECT ?code ?person ?statement ?claim ?title ?from ?fromPrecision ?end ?to ?toPrecision WHERE{{
VALUES ?code{{{values}}}
?country wdt:P298 ?code.
{{?country p:P35 ?statement. ?statement ps:P35 ?person. BIND(\"state\" AS ?claim) OPTIONAL{{?country wdt:P1906 ?position. {TITLE}}}}}
UNION
{{?country p:P6 ?statement. ?statement ps:P6 ?person. BIND(\"government\" AS ?claim) OPTIONAL{{?country wdt:P1313 ?position. {TITLE}}}}}
?statement a wikibase:BestRank.
FILTER NOT EXISTS{{?statement pq:P582 ?over}}
{TIMES}}}"
    )
}

/// Asks which offices the persons hold and held. The jurisdiction of an office goes before its country: a minister of a
/// province is none of the state. `?place` itself is no use to the filter, which sees the whole group: an office without a
/// place would be one of every country.
pub(super) fn positions(qids: &[String]) -> String {
    let values = list(qids.iter().map(|qid| format!("wd:{qid}")));
    format!(
        "SELECT ?person ?statement ?title ?code ?place ?stateOf ?governmentOf ?from ?fromPrecision ?end ?to ?toPrecision \
         WHERE{{
VALUES ?person{{{values}}}
?person p:P39 ?statement.
?statement ps:P39 ?position;wikibase:rank ?rank.
FILTER(?rank!=wikibase:DeprecatedRank)
OPTIONAL{{?position wdt:P1001 ?jurisdiction}}
OPTIONAL{{?position wdt:P17 ?state}}
BIND(COALESCE(?jurisdiction,?state) AS ?place)
FILTER(BOUND(?jurisdiction)||BOUND(?state))
?place wdt:P298 ?code.
OPTIONAL{{?stateOf wdt:P1906 ?position}}
OPTIONAL{{?governmentOf wdt:P1313 ?position}}
OPTIONAL{{{TITLE}}}
{TIMES}}}"
    )
}

/// Asks how the persons are called in the roster's languages.
pub(super) fn names(qids: &[String]) -> String {
    let values = list(qids.iter().map(|qid| format!("wd:{qid}")));
    let langs = LANGS.map(|lang| format!("\"{lang}\"")).join(",");
    format!(
        "SELECT ?person ?name ?family ?gender WHERE{{
VALUES ?person{{{values}}}
?person rdfs:label ?name. FILTER(LANG(?name) IN({langs}))
OPTIONAL{{?person wdt:P734 ?surname. ?surname rdfs:label ?family. FILTER(LANG(?family)=LANG(?name))}}
OPTIONAL{{?person wdt:P21 ?gender}}}}"
    )
}

fn list(values: impl Iterator<Item = String>) -> String {
    let mut list = String::new();
    for value in values {
        let space = if list.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        write!(list, "{space}{value}").ok();
    }
    list
}
