//! Owns the part of a dry run that tells about an article: extraction, coding, resolution, and the records themselves.

use serde_json::{Map, Value, json};

use super::{Probe, setup};
use crate::article::{self, Article, Page};
use crate::cli::exit::Failure;
use crate::cli::extract;
use crate::config::Feed;
use crate::event::Assignment;
use crate::feed::Entry;
use crate::fetch::Body;
use crate::pipeline::{self, Rehearsal};
use crate::publish::message::Envelope;
use crate::publish::{Record, line};
use crate::tag::{Coded, Coder, Mention};
use crate::telemetry::causes;

impl Probe<'_> {
    /// Takes one entry of a feed to its article.
    pub(super) async fn entry(&mut self, feed: &Feed, entry: &Entry) -> Result<(), Failure> {
        let link = entry.link.as_deref().unwrap_or_default();
        let title = entry.title.as_deref().unwrap_or("(no title)");
        self.report.add(
            "entry",
            json!({ "title": entry.title, "link": entry.link }),
            &[title.to_owned(), link.to_owned()],
        )?;
        let Ok(url) = link.parse() else { return self.article(feed, entry, None) };
        let request = feed.page_request(url);
        let is_allowed = self.robots("page_robots", &request).await?;
        let body = if is_allowed { self.fetch("page_fetch", request).await? } else { None };
        self.article(feed, entry, body)
    }

    /// Extracts and codes; without a body the feed's own text has to do, as in the daemon.
    pub(super) fn article(&mut self, feed: &Feed, entry: &Entry, body: Option<Body>) -> Result<(), Failure> {
        if let Some(body) = &body {
            self.charset("page_charset", article::charset(&body.bytes, body.content_type.as_deref()))?;
        }
        let url = body.as_ref().map(|body| body.answer.url.clone());
        let read = body.map_or(Err(("there is no page".to_owned(), None)), |body| {
            pipeline::read_page(feed, entry, &body, &self.rules).map_err(|err| (causes(&err), extract::class(err)))
        });
        let page = match read {
            Ok(page) => page,
            Err((reason, class)) => {
                self.report.add(
                    "page",
                    json!({ "error": reason, "class": class }),
                    &[format!("{reason}: the feed's own text is tried")],
                )?;
                match pipeline::read_entry(feed, entry, &self.rules) {
                    Ok(page) => page,
                    Err(err) => return self.report.stop("extract", &causes(&err)),
                }
            }
        };
        let coder = Coder::load(&self.settings.tag).map_err(setup)?;
        let rehearsal = Rehearsal {
            feed,
            entry,
            coder: &coder,
            rules: &self.rules,
            event: &self.settings.event,
            articles: self.settings.publish.articles,
            envelope: &Envelope::new(&self.settings.publish, coder.version()),
            now: self.now(),
        };
        let origins = page.clone();
        let done = rehearsal.run(page, url);
        self.extract(&origins, &done.article)?;
        self.outlet(feed, &origins, &done.article)?;
        self.mentions(&done.coded)?;
        self.events(&done.coded.mentions, &done.assignments)?;
        self.records(&done.records)
    }

    fn extract(&mut self, page: &Page, article: &Article) -> Result<(), Failure> {
        let origin =
            |field: &str| page.origins.iter().find(|(name, _)| *name == field).map(|(_, origin)| origin.as_str());
        let n_chars = article.text.chars().count();
        let start: String = article.text.chars().take(160).collect();
        let fields = [
            ("title", Some(article.title.clone()).filter(|title| !title.is_empty())),
            ("published", page.published.as_ref().map(extract::time)),
            ("modified", page.modified.as_ref().map(extract::time)),
            ("byline", Some(article.byline.join(", ")).filter(|byline| !byline.is_empty())),
            ("canonical_url", Some(article.canonical_url.clone())),
            ("outlet_name", page.outlet_name.clone()),
            ("image", article.image.clone()),
            ("lang", article.lang.clone()),
            ("text", Some(format!("{n_chars} chars: {start}…"))),
        ];
        let mut lines = Vec::new();
        for (name, value) in fields {
            let from = origin(name).map_or_else(String::new, |origin| format!("  ({origin})"));
            lines.push(format!("{name}: {}{from}", value.as_deref().unwrap_or("not found")));
        }
        lines.push(format!("text_source: {}", article.text_source.as_str()));
        let posts = article.posts.iter();
        lines.extend(posts.map(|post| format!("post of {}: chars {} to {}", post.published, post.start, post.end)));
        if page.is_paywalled {
            lines.push("behind a paywall".to_owned());
        }
        let origins: Map<String, Value> =
            page.origins.iter().map(|(field, origin)| ((*field).to_owned(), json!(origin))).collect();
        let value = json!({
            "url": article.url,
            "canonical_url": article.canonical_url,
            "title": article.title,
            "byline": article.byline,
            "published": page.published.as_ref().map(extract::time),
            "modified": page.modified.as_ref().map(extract::time),
            "lang": article.lang,
            "outlet_name": page.outlet_name,
            "image": article.image,
            "paywalled": article.is_paywalled,
            "text": article.text,
            "text_source": article.text_source,
            "posts": extract::posts(&article.posts),
            "origins": origins,
        });
        Ok(self.report.add("extract", value, &lines)?)
    }

    /// Says what the host rules add: whose voice the report is, and which of their selectors are out of date.
    fn outlet(&mut self, feed: &Feed, page: &Page, article: &Article) -> Result<(), Failure> {
        let rules = std::sync::Arc::clone(&self.rules);
        let url = article.url.parse().ok();
        let rule = url.as_ref().and_then(|url| rules.of(url));
        let by = |listed: bool| match rule {
            _ if listed => "feed list".to_owned(),
            Some(rule) => rule.origin(),
            None => "not known".to_owned(),
        };
        let mut lines = Vec::new();
        let fields = [
            ("family", &article.outlet_family, feed.outlet.family.is_some()),
            ("zone", &article.outlet_zone, feed.outlet.zone.is_some()),
        ];
        for (name, value, is_listed) in fields {
            lines.extend(value.as_ref().map(|value| format!("{name}: {value}  ({})", by(is_listed))));
        }
        let signed: Vec<String> = article.byline.iter().cloned().chain(page.credit.clone()).collect();
        let credits = rules.credits(url.as_ref(), &signed, &article.text);
        lines.extend(credits.iter().map(|credit| format!("passes on {}  ({})", credit.agency, credit.place.as_str())));
        let stale = page.origins.iter().find(|(field, _)| *field == "host_rule").map(|(_, told)| told);
        lines.extend(stale.map(|told| format!("out of date: {told}")));
        if lines.is_empty() {
            lines.push("nothing is known of its family, zone or agency".to_owned());
        }
        let credits: Vec<Value> =
            credits.iter().map(|credit| json!({ "agency": credit.agency, "by": credit.place.as_str() })).collect();
        let value = json!({
            "host_rule": rule.map(|rule| &rule.host),
            "family": article.outlet_family,
            "zone": article.outlet_zone,
            "credits": credits,
            "out_of_date": stale,
        });
        Ok(self.report.add("outlet", value, &lines)?)
    }

    fn mentions(&mut self, coded: &Coded) -> Result<(), Failure> {
        let mut lines = Vec::new();
        for mention in &coded.mentions {
            lines.push(headline(mention));
            for evidence in &mention.evidence {
                lines.push(format!("  {}: \"{}\" by {}", evidence.slot, evidence.text, evidence.rule));
            }
        }
        if lines.is_empty() {
            lines.push("none: no rule found a call or negotiation".to_owned());
        }
        self.report.add("mentions", json!(coded.mentions), &lines)?;
        let misses = &coded.near_misses;
        let value =
            misses.iter().map(|miss| json!({ "rule": miss.rule, "reason": miss.reason, "text": miss.text })).collect();
        let lines: Vec<String> =
            misses.iter().map(|miss| format!("{}: {} in \"{}\"", miss.rule, miss.reason, miss.text)).collect();
        Ok(self.report.add("near_misses", value, &lines)?)
    }

    /// Says where each mention goes when no event is open yet.
    fn events(&mut self, mentions: &[Mention], assignments: &[Assignment]) -> Result<(), Failure> {
        let told = |assignment: &Assignment| match assignment {
            Assignment::New => ("new", "no open event reports the same".to_owned()),
            Assignment::Existing { event_id, reasons, .. } => {
                ("existing", format!("{event_id}: {}", reasons.join(", ")))
            }
            Assignment::Ignored { reason } => ("ignored", reason.clone()),
        };
        let told: Vec<(&Mention, (&str, String))> = mentions.iter().zip(assignments.iter().map(told)).collect();
        let value = told
            .iter()
            .map(|(mention, (word, reason))| json!({ "kind": mention.kind, "assignment": word, "reason": reason }))
            .collect();
        let lines: Vec<String> =
            told.iter().map(|(mention, (word, reason))| format!("{}: {word}, {reason}", mention.kind.0)).collect();
        Ok(self.report.add("events", value, &lines)?)
    }

    fn records(&mut self, records: &[Record]) -> Result<(), Failure> {
        let printed: Vec<String> = records.iter().map(|record| line(record, None, None)).collect();
        let value = printed.iter().map(|line| serde_json::from_str(line).unwrap_or(Value::Null)).collect();
        let lines = if printed.is_empty() { vec!["none: nothing would be published".to_owned()] } else { printed };
        Ok(self.report.add("records", value, &lines)?)
    }
}

fn headline(mention: &Mention) -> String {
    let names: Vec<String> = mention.participants.iter().map(|one| one.name.clone()).collect();
    let day = mention.date.as_ref().map_or_else(|| "no date".to_owned(), |date| date.start.to_string());
    let who = if names.is_empty() { mention.parties.join(", ") } else { names.join(", ") };
    format!("{} {} on {day}: {who} (confidence {:.2})", mention.kind.0, mention.status.as_str(), mention.confidence)
}
