//! Owns running the tests that packs carry.

use super::pack::{Expect, Pack, PackError, Test};
use super::{Coder, Document, Mention, Role, code};
use crate::article::PageTime;

/// Runs every test of every pack; returns how many there are.
pub(super) fn run(coder: &Coder) -> Result<usize, PackError> {
    let mut n_tests = 0;
    for pack in &coder.packs {
        for test in &pack.tests {
            n_tests += 1;
            if let Some(difference) = difference(coder, pack, test) {
                return Err(failed(pack, test, difference));
            }
        }
    }
    Ok(n_tests)
}

/// Runs every test and returns all that fail.
#[cfg(test)]
pub(super) fn failures(coder: &Coder) -> Vec<PackError> {
    let mut failures = Vec::new();
    for pack in &coder.packs {
        for test in &pack.tests {
            failures.extend(difference(coder, pack, test).map(|difference| failed(pack, test, difference)));
        }
    }
    failures
}

fn failed(pack: &Pack, test: &Test, difference: String) -> PackError {
    PackError::Test { place: test.place.clone(), pack: pack.id.clone(), difference, text: test.text.clone() }
}

/// Says in which way a test fails.
fn difference(coder: &Coder, pack: &Pack, test: &Test) -> Option<String> {
    let published = match test.published.as_deref().map(PageTime::parse) {
        None => None,
        Some(Some(published)) => Some(published),
        Some(None) => return Some("`published` is neither a day nor an instant (RFC 3339)".to_owned()),
    };
    let document = Document {
        title: &test.title,
        text: &test.text,
        lang: Some(test.lang),
        published,
        zone: test.zone.as_deref(),
        posts: &[],
    };
    let coded = code(&document, coder);
    let mentions: Vec<&Mention> = coded.mentions.iter().filter(|mention| mention.kind == pack.kind).collect();
    let expect = &test.expect;
    if expect.none {
        let first = mentions.iter().find(|mention| !mention.historical)?;
        return Some(format!("expected none, found {}", shown(first)));
    }
    if let Some(n) = expect.n
        && n != mentions.len()
    {
        return Some(format!("expected {n} mentions, found {}", mentions.len()));
    }
    // Of several mentions one must be as expected; what is said is where the first is not.
    let differences: Vec<Option<String>> = mentions.iter().map(|mention| compare(expect, mention)).collect();
    if differences.iter().any(Option::is_none) {
        return None;
    }
    let nearly = coded.near_misses.iter().map(|miss| format!("{}: {}", miss.rule, miss.reason)).collect::<Vec<_>>();
    Some(differences.into_iter().flatten().next().unwrap_or_else(|| {
        let lang = coded.lang.as_deref().unwrap_or("unknown");
        format!("expected a mention, found none (language {lang}; near misses: {})", nearly.join("; "))
    }))
}

fn compare(expect: &Expect, mention: &Mention) -> Option<String> {
    let ids = |role: Option<Role>| -> Vec<String> {
        let people = mention.participants.iter().filter(|one| role.is_none_or(|role| one.role == role));
        let mut ids: Vec<String> = people.map(|one| one.person.clone().unwrap_or_else(|| one.name.clone())).collect();
        ids.sort();
        ids
    };
    let sorted = |wanted: &[String]| {
        let mut wanted = wanted.to_vec();
        wanted.sort();
        wanted
    };
    let lists = [
        ("participants", expect.participants.as_ref(), ids(None)),
        ("negotiators", expect.negotiators.as_ref(), ids(Some(Role::Negotiator))),
        ("mediators", expect.mediators.as_ref(), ids(Some(Role::Mediator))),
        ("parties", expect.parties.as_ref(), mention.parties.clone()),
    ];
    for (slot, wanted, found) in lists {
        let Some(wanted) = wanted.map(|wanted| sorted(wanted)) else { continue };
        if wanted != found {
            return Some(format!("{slot}: expected {wanted:?}, found {found:?}"));
        }
    }
    if let Some(wanted) = &expect.topics {
        let missing: Vec<&String> = wanted.iter().filter(|topic| !mention.topics.contains(topic)).collect();
        if !missing.is_empty() {
            return Some(format!("topics: {missing:?} missing in {:?}", mention.topics));
        }
    }
    let status = expect.status.map(|status| status.as_str().to_owned());
    let texts = [
        ("status", status, Some(mention.status.as_str().to_owned())),
        ("date", expect.date.clone(), mention.date.as_ref().map(|date| date.start.to_string())),
        ("initiator", expect.initiator.clone(), ids(Some(Role::Initiator)).into_iter().next()),
        ("medium", expect.medium.map(|one| format!("{one:?}")), mention.medium.map(|one| format!("{one:?}"))),
        ("announced_by", expect.announced_by.clone(), announcer(mention)),
        ("place", expect.place.clone(), mention.place.clone()),
        ("historical", expect.historical.map(|one| one.to_string()), Some(mention.historical.to_string())),
    ];
    for (slot, wanted, found) in texts {
        if let Some(wanted) = wanted
            && found.as_ref() != Some(&wanted)
        {
            let found = found.unwrap_or_else(|| "none".to_owned());
            return Some(format!("{slot}: expected {wanted}, found {found}"));
        }
    }
    None
}

fn announcer(mention: &Mention) -> Option<String> {
    let announcer = mention.announced_by.as_ref()?;
    announcer.person.clone().or_else(|| Some(announcer.name.clone()))
}

fn shown(mention: &Mention) -> String {
    let who: Vec<&str> = mention.participants.iter().map(|one| one.name.as_str()).collect();
    let rule = mention.evidence.first().map_or("", |evidence| evidence.rule.as_str());
    format!("{} by {rule} between {}", mention.status.as_str(), who.join(", "))
}
