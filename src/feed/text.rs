//! Owns the text of fields: entities resolved, markup taken off titles, links made absolute.

use std::borrow::Cow;

use url::Url;

use super::host::is_overlong;

/// No field is longer; the rest is cut.
const FIELD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Elements that titles are found to hold. A `<` before anything else is a character.
const INLINE: [&str; 30] = [
    "a", "abbr", "b", "big", "br", "cite", "code", "del", "div", "em", "font", "h1", "h2", "h3", "i", "img", "ins",
    "mark", "nobr", "p", "q", "s", "small", "span", "strong", "sub", "sup", "tt", "u", "wbr",
];

/// Elements whose text is not shown.
const HIDDEN: [&str; 2] = ["script", "style"];

/// Resolves character and HTML entities. A bare `&` stays one: query strings come unescaped.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains('&') { htmlize::unescape_attribute(text) } else { Cow::Borrowed(text) }
}

/// Cuts a field to what one may have.
pub(super) fn capped(mut text: String) -> String {
    if text.len() > FIELD_BYTES_MAX {
        text.truncate(text.floor_char_boundary(FIELD_BYTES_MAX));
    }
    text
}

/// Returns the text without white space around it, `None` when nothing is left.
pub(super) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| capped(text.to_owned()))
}

/// Returns the plain text of what may be HTML: no tags, entities resolved, white space single.
pub(super) fn plain(html: &str) -> Option<String> {
    let bare = if html.contains('<') { Cow::Owned(without_tags(html)) } else { Cow::Borrowed(html) };
    single_spaced(&unescape(&bare))
}

/// Returns the plain text of what is declared to be HTML, where every tag is one: what a page would show.
pub(super) fn shown(html: &str) -> Option<String> {
    let bare = if html.contains('<') { Cow::Owned(without_markup(html)) } else { Cow::Borrowed(html) };
    single_spaced(&unescape(&bare))
}

/// Returns the text with white space single, `None` when nothing is left.
pub(super) fn single_spaced(text: &str) -> Option<String> {
    let is_tidy = !text.contains("  ") && !text.contains(|c: char| c.is_whitespace() && c != ' ');
    if is_tidy {
        return filled(text);
    }
    let mut spaced = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    filled(&spaced)
}

fn without_markup(html: &str) -> String {
    let mut bare = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        let inner = &rest[1..];
        let name = tag_name(inner);
        let is_markup = !name.is_empty() || inner.starts_with(['!', '?']);
        if !is_markup {
            bare.push('<');
            rest = inner;
            continue;
        }
        let is_closing = inner.starts_with('/');
        let hidden = HIDDEN.iter().find(|hidden| !is_closing && hidden.eq_ignore_ascii_case(name));
        let end = match hidden {
            _ if inner.starts_with("!--") => rest.find("-->").map(|end| end + 3),
            Some(hidden) => closing(rest, hidden).and_then(|close| Some(close + rest[close..].find('>')? + 1)),
            None => rest.find('>').map(|end| end + 1),
        };
        if breaks(name) {
            bare.push(' ');
        }
        // What is never closed hides the rest.
        rest = end.map_or("", |end| &rest[end..]);
    }
    bare.push_str(rest);
    bare
}

/// The name behind a `<` or `</`.
fn tag_name(inner: &str) -> &str {
    let name = inner.trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

/// Where the element `name` is closed.
fn closing(html: &str, name: &str) -> Option<usize> {
    let is_its = |rest: &str| rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    html.match_indices("</").map(|(at, _)| at).find(|at| is_its(&html[at + 2..]))
}

/// Whether words before and behind the tag are apart.
fn breaks(name: &str) -> bool {
    ["br", "p", "div"].iter().any(|one| one.eq_ignore_ascii_case(name))
}

fn without_tags(html: &str) -> String {
    let mut bare = String::with_capacity(html.len());
    let mut rest = html;
    // The last `>` bounds the search, which else would run over the rest at every `<`.
    let last = html.rfind('>').map_or(0, |at| at + 1);
    while let Some(at) = rest.find('<') {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = tag_name(&rest[1..]);
        let is_tag = INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name));
        let before_last = &rest[..last.saturating_sub(html.len() - rest.len())];
        match before_last.find('>') {
            Some(end) if is_tag => {
                if breaks(name) {
                    bare.push(' ');
                }
                rest = &rest[end + 1..];
            }
            _ => {
                bare.push('<');
                rest = &rest[1..];
            }
        }
    }
    bare.push_str(rest);
    bare
}

/// Returns the absolute form of an address, as it is when it cannot be resolved; none when its host cannot be one. A user
/// part is left out.
pub(super) fn absolute(address: &str, base: Option<&Url>) -> Option<String> {
    // Addresses are found broken over lines.
    let address: Cow<'_, str> = match address.trim() {
        "" => return None,
        trimmed if trimmed.contains(['\n', '\r', '\t']) => {
            trimmed.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect::<String>().into()
        }
        trimmed => trimmed.into(),
    };
    if is_overlong(&address) {
        return None;
    }
    if let Some((scheme, rest)) = address.split_once("://")
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        // RFC 3986, section 3.1: schemes are compared without regard to case, and written in lower case.
        let is_upper = scheme.bytes().any(|byte| byte.is_ascii_uppercase());
        let address = if is_upper { format!("{}://{rest}", scheme.to_ascii_lowercase()) } else { address.into_owned() };
        return Some(capped(without_user(address)));
    }
    match base.and_then(|base| base.join(&address).ok()) {
        Some(url) => Some(without_user(url.to_string())),
        None => Some(capped(address.into_owned())),
    }
}

/// Leaves a name and a password out of an address: they may be secrets, and no page is asked with them.
fn without_user(address: String) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{host}{path}"),
        None => address,
    }
}

/// Returns a person's name out of `name`, `address (name)`, `name <address>` or a bare address.
pub(super) fn person(text: &str) -> Option<String> {
    let text = plain(text)?;
    if !text.contains('@') {
        let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        return bare.and_then(filled).or(Some(text));
    }
    if let Some((before, rest)) = text.split_once('(')
        && before.contains('@')
    {
        return filled(rest.trim_end().trim_end_matches(')')).or_else(|| filled(before));
    }
    if let Some((name, rest)) = text.split_once('<')
        && rest.contains('@')
        && let Some(name) = filled(name)
    {
        return Some(name);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_markup_and_keep_their_characters() {
        for (html, expect) in [
            ("Talks &amp; <b>calls</b>", "Talks & calls"),
            ("a < b and 3 > 2", "a < b and 3 > 2"),
            ("AT&T", "AT&T"),
            ("One<br/>two\n  three", "One two three"),
            ("&#171;Дзвінок&#187; &mdash; &#x2116;1", "«Дзвінок» — №1"),
            ("Q&A: x<y", "Q&A: x<y"),
        ] {
            assert_eq!(plain(html).as_deref(), Some(expect), "{html}");
        }
        assert_eq!(plain(" <b></b> "), None);
    }

    #[test]
    fn declared_html_is_what_a_page_would_show() {
        for (html, expect) in [
            ("Talks<object data=\"a\"> go on</object>", "Talks go on"),
            ("Talks<script>alert('<b>')</script> go on", "Talks go on"),
            ("Talks<STYLE>b {}</style > go<!-- <i> --> on", "Talks go on"),
            ("One<br>two <blink>three</blink>", "One two three"),
            ("1 < 2 &lt; 3 <3", "1 < 2 < 3 <3"),
            ("Talks <script>never closed", "Talks"),
            ("AT&amp;T", "AT&T"),
        ] {
            assert_eq!(shown(html).as_deref(), Some(expect), "{html}");
        }
        let (start, many) = (std::time::Instant::now(), "<script></<style></".repeat(100_000));
        assert_eq!(shown(&many), None);
        assert!(start.elapsed().as_secs() < 20, "quadratic");
    }

    #[test]
    fn links_resolve_and_survive_bare_ampersands() {
        let base = Url::parse("https://news.example/feeds/world.xml").unwrap();
        for (address, expect) in [
            ("/a?b=1", "https://news.example/a?b=1"),
            ("a.html", "https://news.example/feeds/a.html"),
            ("//cdn.example/a", "https://cdn.example/a"),
            (" https://other.example/x\n ", "https://other.example/x"),
            ("HTTPS://Other.example/X", "https://Other.example/X"),
            ("https://reader:secret@other.example/x?a@b", "https://other.example/x?a@b"),
            ("//reader:secret@cdn.example/a@b", "https://cdn.example/a@b"),
        ] {
            assert_eq!(absolute(address, Some(&base)).as_deref(), Some(expect), "{address}");
        }
        assert_eq!(unescape("http://a.example/?a=1&copy=2&amp;lt=3"), "http://a.example/?a=1&copy=2&lt=3");
    }

    #[test]
    fn persons_are_named_not_addressed() {
        for (text, expect) in [
            ("desk@news.example (Olena Example)", "Olena Example"),
            ("Olena Example <desk@news.example>", "Olena Example"),
            ("desk@news.example", "desk@news.example"),
            ("Ministère：desk@news.example", "Ministère：desk@news.example"),
            ("Olena Example", "Olena Example"),
        ] {
            assert_eq!(person(text).as_deref(), Some(expect), "{text}");
        }
    }
}
