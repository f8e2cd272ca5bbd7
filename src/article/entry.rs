//! Owns the article a feed's entry is by itself, for entries whose page cannot be had.

use super::{ExtractError, Hints, Page, TextSource, guard, language, lines, markup};

/// With less the entry is an announcement of an article, not one.
pub(super) const TEXT_CHARS_MIN: usize = 80;

/// Makes a page of what the feed itself says; `hints` hold all of it.
///
/// # Errors
/// [`ExtractError::NoText`] when the entry has no title or says too little; the guards' refusals as for pages.
pub fn from_feed(hints: &Hints) -> Result<Page, ExtractError> {
    let html = hints.feed_text.unwrap_or_default();
    guard::check_html(html)?;
    let title = markup::collapse(hints.feed_title.unwrap_or_default());
    let known = lines::Known { title: Some(&title), ..lines::Known::default() };
    let text = markup::join(&lines::filter(markup::fragment_lines(html), &known));
    if title.is_empty() || text.chars().count() < TEXT_CHARS_MIN {
        return Err(ExtractError::NoText);
    }
    let lang = language::identify(&format!("{title}\n{text}"), hints.lang).map(str::to_owned);
    Ok(Page {
        title: Some(title),
        lang,
        text,
        text_source: TextSource::Feed,
        origins: vec![("text", "feed".to_owned())],
        ..Page::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(feed_title: &str, feed_text: &str) -> Result<Page, ExtractError> {
        from_feed(&Hints { feed_title: Some(feed_title), feed_text: Some(feed_text), ..Hints::default() })
    }

    #[test]
    fn an_entry_with_text_of_its_own_is_an_article() {
        let text = "<p>The presidents of Ruritania and Borduria spoke by phone on Monday, their offices said.</p>\
                    <p>They agreed to speak again.</p>";
        let page = read("Presidents speak", text).unwrap();
        assert_eq!(page.title.as_deref(), Some("Presidents speak"));
        assert_eq!(page.text.lines().count(), 2);
        assert!(!page.text.contains('<'));
        assert_eq!(page.lang.as_deref(), Some("en"));
    }

    #[test]
    fn an_entry_that_says_too_little_is_none() {
        assert_eq!(read("Presidents speak", "Read more on our site."), Err(ExtractError::NoText));
        assert_eq!(read("", &"The presidents spoke. ".repeat(20)), Err(ExtractError::NoText));
    }

    #[test]
    fn nested_markup_is_refused_before_it_is_parsed() {
        let deep = "<div>".repeat(100_000);
        assert_eq!(read("Presidents speak", &deep), Err(ExtractError::TooDeep));
    }
}
