//! Owns feed lists: outlets with their feeds, and lists on the web, checked against each other across all files.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::problem::{Problem, Problems};
use super::{Feed, FeedList, FirstPoll, codes, document, suggest};
use crate::fetch::Tls;
use crate::outlet::Outlet;

/// A feed is asked at most this often, whatever the list says.
const INTERVAL_MIN: Duration = Duration::from_mins(1);
const INTERVAL_MAX: Duration = Duration::from_hours(24);
/// What the first poll of a new feed publishes unless the list says otherwise.
const FIRST_POLL: FirstPoll = FirstPoll::PublishLast(10);
const FIRST_POLL_MAX: usize = 10_000;

type Text = Option<Spanned<String>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct List {
    outlet: Vec<Spanned<OutletText>>,
    lists: Vec<Spanned<ListText>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OutletText {
    id: Text,
    name: Text,
    family: Text,
    zone: Text,
    lang: Text,
    country: Text,
    feed: Vec<Spanned<FeedText>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FeedText {
    id: Text,
    url: Text,
    lang: Text,
    interval: Text,
    was: Vec<Spanned<String>>,
    first_poll: Text,
    allow_private: bool,
    tls: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ListText {
    id: Text,
    url: Text,
    lang: Text,
    interval: Text,
    first_poll: Text,
    allow_private: bool,
}

/// Reads the lists, which the files numbered `files` hold.
pub(super) fn read(files: &[usize], problems: &mut Problems) -> (Vec<Feed>, Vec<FeedList>) {
    let mut reader = Reader { file: 0, problems, seen: HashMap::new(), feeds: Vec::new(), lists: Vec::new() };
    for file in files {
        reader.list(*file);
    }
    (reader.feeds, reader.lists)
}

/// What an id names: both kinds of id, and the ids feeds had before, are unique on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Namespace {
    Outlet,
    Feed,
    Url,
}

struct Reader<'p> {
    /// The list being read.
    file: usize,
    problems: &'p mut Problems,
    seen: HashMap<(Namespace, String), (usize, Range<usize>)>,
    feeds: Vec<Feed>,
    lists: Vec<FeedList>,
}

impl Reader<'_> {
    fn list(&mut self, file: usize) {
        let text = self.problems.text(file);
        let mut faults = Vec::new();
        let table = document::parse(&text, &mut faults);
        // A syntax error moves keys into other tables: what else seems wrong may not be.
        let list: Option<List> = if faults.is_empty() { document::read(&table, &mut faults) } else { None };
        for fault in faults {
            self.problems.push(fault.at(file));
        }
        self.file = file;
        let List { outlet, lists } = list.unwrap_or_default();
        for outlet in outlet {
            self.outlet(outlet);
        }
        for list in lists {
            self.web_list(list);
        }
    }

    fn outlet(&mut self, text: Spanned<OutletText>) {
        let at = text.span();
        let text = text.into_inner();
        let id = self.needed(text.id, &at, "outlet", "id");
        if let Some(id) = &id {
            self.check(id, codes::is_id(id.get_ref()), "outlet id", ID_FORM);
            self.unique(Namespace::Outlet, id, "outlet id");
        }
        let name = self.needed(text.name, &at, "outlet", "name");
        if let Some(zone) = &text.zone {
            self.check(zone, codes::is_zone(zone.get_ref()), "time zone", "an IANA name like `Europe/London`");
        }
        self.language(text.lang.as_ref());
        if let Some(country) = &text.country {
            let is_known = codes::is_country(country.get_ref());
            self.check(country, is_known, "country code", "an ISO 3166-1 alpha-3 code like `GBR`");
        }
        let string = |text: Text| text.map(Spanned::into_inner);
        let outlet = Arc::new(Outlet {
            id: string(id).unwrap_or_default(),
            name: string(name).unwrap_or_default(),
            family: string(text.family),
            zone: string(text.zone),
            lang: string(text.lang),
        });
        let country = string(text.country);
        for feed in text.feed {
            self.feed(feed, &outlet, country.as_ref());
        }
    }

    fn feed(&mut self, text: Spanned<FeedText>, outlet: &Arc<Outlet>, country: Option<&String>) {
        let at = text.span();
        let text = text.into_inner();
        let id = self.needed(text.id, &at, "feed", "id");
        if let Some(id) = &id {
            self.check(id, codes::is_id(id.get_ref()), "feed id", ID_FORM);
            self.unique(Namespace::Feed, id, "feed id");
        }
        for was in &text.was {
            self.unique(Namespace::Feed, was, "feed id");
        }
        let url = self.needed(text.url, &at, "feed", "url").and_then(|url| self.url(&url));
        self.language(text.lang.as_ref());
        let interval = text.interval.and_then(|interval| self.interval(&interval));
        let first_poll = text.first_poll.and_then(|first| self.first_poll(&first)).unwrap_or(FIRST_POLL);
        let tls = text.tls.map_or(Tls::Verified, |tls| self.tls(&tls));
        let (Some(id), Some(url)) = (id, url) else { return };
        self.feeds.push(Feed {
            id: id.into_inner(),
            url,
            outlet: Arc::clone(outlet),
            country: country.cloned(),
            lang: text.lang.map(Spanned::into_inner),
            interval,
            was: text.was.into_iter().map(Spanned::into_inner).collect(),
            first_poll,
            is_private_allowed: text.allow_private,
            tls,
        });
    }

    fn web_list(&mut self, text: Spanned<ListText>) {
        let at = text.span();
        let text = text.into_inner();
        let id = self.needed(text.id, &at, "list", "id");
        if let Some(id) = &id {
            // One namespace with feeds: commands take either.
            self.check(id, codes::is_id(id.get_ref()), "list id", ID_FORM);
            self.unique(Namespace::Feed, id, "feed id");
        }
        let url = self.needed(text.url, &at, "list", "url").and_then(|url| self.url(&url));
        self.language(text.lang.as_ref());
        let interval = text.interval.and_then(|interval| self.interval(&interval));
        let first_poll = text.first_poll.and_then(|first| self.first_poll(&first)).unwrap_or(FIRST_POLL);
        let (Some(id), Some(url)) = (id, url) else { return };
        self.lists.push(FeedList {
            id: id.into_inner(),
            url,
            lang: text.lang.map(Spanned::into_inner),
            interval,
            first_poll,
            is_private_allowed: text.allow_private,
        });
    }

    fn needed(&mut self, text: Text, at: &Range<usize>, what: &str, key: &str) -> Text {
        if text.is_none() {
            let problem = Problem::new(format!("{what} without `{key}`"));
            self.problems.push(problem.at(self.file, at.clone(), &format!("needs `{key}`")));
        }
        text.filter(|text| {
            let is_filled = !text.get_ref().trim().is_empty();
            if !is_filled {
                let problem = Problem::new(format!("`{key}` of the {what} is empty"));
                self.problems.push(problem.at(self.file, text.span(), "empty"));
            }
            is_filled
        })
    }

    fn check(&mut self, text: &Spanned<String>, is_right: bool, what: &str, expected: &str) {
        if !is_right {
            let problem = Problem::new(format!("unknown or malformed {what} `{}`", text.get_ref()));
            self.problems.push(problem.at(self.file, text.span(), &format!("expected {expected}")));
        }
    }

    fn tls(&mut self, text: &Spanned<String>) -> Tls {
        match text.get_ref().as_str() {
            "verified" => Tls::Verified,
            "unverified" => Tls::Unverified,
            _ => {
                self.check(text, false, "TLS rule", "`verified` or `unverified`");
                Tls::Verified
            }
        }
    }

    fn language(&mut self, lang: Option<&Spanned<String>>) {
        if let Some(lang) = lang {
            let is_right = codes::is_language(lang.get_ref());
            self.check(lang, is_right, "language tag", "a BCP 47 tag like `uk` or `pt-BR`");
        }
    }

    fn unique(&mut self, namespace: Namespace, id: &Spanned<String>, what: &str) {
        let key = (namespace, id.get_ref().clone());
        if let Some((first_file, first)) = self.seen.get(&key) {
            let problem = Problem::new(format!("duplicate {what} `{}`", id.get_ref()));
            let problem =
                problem.at(self.file, id.span(), "used again here").also(*first_file, first.clone(), "first used here");
            self.problems.push(problem);
            return;
        }
        self.seen.insert(key, (self.file, id.span()));
    }

    fn url(&mut self, text: &Spanned<String>) -> Option<Url> {
        let problem = match Url::parse(text.get_ref()) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                let near = suggest::nearest(url.scheme(), ["http", "https"]);
                Problem::new(format!("feed URL with the scheme `{}`", url.scheme()))
                    .at(self.file, text.span(), "expected http or https")
                    .help(near.map(|near| format!("did you mean `{near}`?")))
            }
            // The URL is not repeated: its user part may be a secret.
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                Problem::new("feed URL with a user name or password").at(self.file, text.span(), "not allowed")
            }
            Ok(url) => {
                let address = Spanned::new(text.span(), url.to_string());
                self.unique(Namespace::Url, &address, "feed URL");
                return Some(url);
            }
            Err(err) => Problem::new(format!("malformed feed URL: {err}")).at(
                self.file,
                text.span(),
                "expected an absolute URL",
            ),
        };
        self.problems.push(problem);
        None
    }

    fn interval(&mut self, text: &Spanned<String>) -> Option<Duration> {
        let problem = match duration(text.get_ref()) {
            Some(interval) if interval < INTERVAL_MIN => "is below the floor of 1m",
            Some(interval) if interval > INTERVAL_MAX => "is above 24h",
            Some(interval) => return Some(interval),
            None => "is not a duration",
        };
        let problem = Problem::new(format!("interval `{}` {problem}", text.get_ref()));
        self.problems.push(problem.at(self.file, text.span(), "expected 1m to 24h, like `5m`"));
        None
    }

    fn first_poll(&mut self, text: &Spanned<String>) -> Option<FirstPoll> {
        let first_poll = match text.get_ref().as_str() {
            "mark_seen" => Some(FirstPoll::MarkSeen),
            "publish_all" => Some(FirstPoll::PublishAll),
            other => other
                .strip_prefix("publish_last:")
                .and_then(|count| count.parse().ok())
                .filter(|count| (1..=FIRST_POLL_MAX).contains(count))
                .map(FirstPoll::PublishLast),
        };
        self.check(text, first_poll.is_some(), "first_poll", "`publish_last:N`, `mark_seen` or `publish_all`");
        first_poll
    }
}

const ID_FORM: &str = "1 to 64 lowercase letters, digits, `-`, `_`, `.`";

fn duration(text: &str) -> Option<Duration> {
    text.parse::<jiff::SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok())
}
