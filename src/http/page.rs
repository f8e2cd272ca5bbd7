//! Owns the status page: one HTML document without any asset.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::status::Status;
use crate::pipeline::FeedStatus;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;\
     color:#222;background:#fff}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}\
     table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd;\
     vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#b00020}.ok{color:#0a6b2d}\
     small{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#151515}th,td{border-color:#333}\
     .bad{color:#ff7a85}.ok{color:#6fd08c}small{color:#999}}";

/// Prints the status as a page; texts from outside are escaped.
pub(super) fn render(status: &Status) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>hotline</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body><h1>hotline</h1>"
    );
    summary(&mut page, status);
    delivery(&mut page, status);
    match &status.feeds {
        Some(feeds) => table(&mut page, feeds, status.now),
        None => page.push_str("<p>Polling has ended.</p>"),
    }
    page.push_str("<p><small><a href=\"/status\">status</a> as JSON, <a href=\"/metrics\">metrics</a>, ");
    page.push_str("<a href=\"/livez\">live</a>, <a href=\"/readyz\">ready</a></small></p></body></html>\n");
    page
}

fn summary(page: &mut String, status: &Status) {
    if status.hindrances.is_empty() {
        page.push_str("<p class=\"ok\">Ready.</p>");
    } else {
        push(page, format_args!("<p class=\"bad\">Not ready: {}.</p>", escape(&status.hindrances.join(", "))));
    }
    if let Some(error) = status.reloaded.as_ref().and_then(|reloaded| reloaded.error.as_ref()) {
        let error = escape(error);
        push(page, format_args!("<p class=\"bad\">Packs, roster and topics are the old ones: {error}</p>"));
    }
    let totals = status.totals;
    push(
        page,
        format_args!(
            "<p>Since {}: {} polls ({} failed), {} articles ({} dropped), {} mentions, {} new events, {} records.</p>",
            escape(&ago(Some(status.started), status.now)),
            totals.n_polls,
            totals.n_polls_failed,
            totals.n_articles,
            totals.n_dropped,
            totals.n_mentions,
            totals.n_events,
            totals.n_records,
        ),
    );
    if let Some(counts) = &status.counts {
        push(
            page,
            format_args!(
                "<p>In store: {} articles, {} events, {} entries waiting.</p>",
                counts.articles, counts.events, counts.entries_pending
            ),
        );
    }
}

fn delivery(page: &mut String, status: &Status) {
    push(page, format_args!("<h2>Delivery to {}</h2>", escape(&status.sink)));
    let n_waiting = status.counts.as_ref().map_or(0, |counts| counts.outbox_waiting);
    let age = status.spool_age_s().map_or_else(String::new, |age_s| format!(", the oldest for {age_s:.0} s"));
    push(
        page,
        format_args!(
            "<p>{n_waiting} records wait{age}; the last was taken {}.</p>",
            escape(&ago(status.delivery.settled_at, status.now))
        ),
    );
    if let Some(trouble) = &status.delivery.trouble {
        let word = if trouble.is_held { "Held until a person acts" } else { "Failing, tried again" };
        push(
            page,
            format_args!(
                "<p class=\"bad\">{word} (since {}): {}</p>",
                escape(&ago(Some(trouble.since), status.now)),
                escape(&trouble.reason)
            ),
        );
    }
}

fn table(page: &mut String, feeds: &[FeedStatus], now: Timestamp) {
    let n_failing = feeds.iter().filter(|feed| feed.error.is_some()).count();
    push(page, format_args!("<h2>{} feeds, {n_failing} failing</h2>", feeds.len()));
    page.push_str("<table><tr><th>Feed<th>Outlet<th>Polled<th>Next<th>Why then<th>Last error</tr>");
    let mut ordered: Vec<&FeedStatus> = feeds.iter().collect();
    // What needs a look comes first.
    ordered.sort_by_key(|feed| (feed.error.is_none(), &feed.feed.id));
    for feed in ordered {
        let moved = feed.address.moved_from(&feed.feed.url).map(|moved| format!("moved to {}. ", moved.to));
        let pushing = feed
            .pushing
            .as_ref()
            .map(|pushing| format!(" WebSub: {}; the last push was {}.", pushing.words, ago(pushing.pushed, now)));
        push(
            page,
            format_args!(
                "<tr><td title=\"{}\">{}<td>{}<td>{}<td>{}<td>{}{}{}<td class=\"bad\">{}</tr>",
                escape(feed.feed.url.as_str()),
                escape(&feed.feed.id),
                escape(&feed.feed.outlet.name),
                escape(&ago(feed.polled, now)),
                escape(&until(feed.next.at, now)),
                escape(moved.as_deref().unwrap_or_default()),
                escape(&feed.next.reason),
                escape(pushing.as_deref().unwrap_or_default()),
                escape(feed.error.as_deref().unwrap_or_default()),
            ),
        );
    }
    page.push_str("</table>");
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    let written = page.write_fmt(text);
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = at else { return "never".to_owned() };
    let seconds = now.duration_since(at).as_secs();
    if seconds < 1 { "just now".to_owned() } else { format!("{} ago", print(seconds)) }
}

fn until(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs();
    if seconds < 1 { "now".to_owned() } else { format!("in {}", print(seconds)) }
}

fn print(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_cannot_become_markup() {
        assert_eq!(escape("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
    }

    #[test]
    fn times_read_as_people_say_them() {
        let now: Timestamp = "2025-02-12T17:00:00Z".parse().unwrap();
        assert_eq!(ago(None, now), "never");
        assert_eq!(ago(Some("2025-02-12T16:50:00Z".parse().unwrap()), now), "10 min ago");
        assert_eq!(until("2025-02-12T17:00:30Z".parse().unwrap(), now), "in 30 s");
        assert_eq!(until("2025-02-12T16:00:30Z".parse().unwrap(), now), "now");
    }
}
