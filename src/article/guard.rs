//! Owns what is refused before any engine runs: too much, too deep, or no page at all.

use std::borrow::Cow;

use dom_query::Document;
use thiserror::Error;

use super::{
    media::Media,
    scan::{self, ATTRIBUTES_MAX, STRAY_OPENINGS_MAX},
};

/// Bytes of HTML read at most; no article of a real outlet comes near.
const HTML_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Elements open at one time; engines recurse and overflow at some ten thousand.
pub(super) const OPEN_ELEMENTS_MAX: usize = 1_000;
/// Elements on a page; engines are quadratic in the worst case.
const ELEMENTS_MAX: usize = 60_000;

/// Why a page gives no article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExtractError {
    #[error("page has over {OPEN_ELEMENTS_MAX} nested elements")]
    TooDeep,
    #[error(
        "page has over {HTML_BYTES_MAX} bytes, {ELEMENTS_MAX} elements, {ATTRIBUTES_MAX} attributes on one, {STRAY_OPENINGS_MAX} stray `<`, or too many entities"
    )]
    TooLarge,
    #[error("it is {what}, not an article")]
    NotHtml { what: Media },
    #[error("page asks for consent or a proof of being human, and shows no article")]
    Wall,
    #[error("page has no article text")]
    NoText,
}

/// Refuses bodies that are no page, by their first bytes and then by their declared type.
pub(super) fn check_bytes(bytes: &[u8], content_type: Option<&str>) -> Result<(), ExtractError> {
    if bytes.len() > HTML_BYTES_MAX {
        return Err(ExtractError::TooLarge);
    }
    match Media::of_bytes(bytes, content_type) {
        Some(what) => Err(ExtractError::NotHtml { what }),
        None => Ok(()),
    }
}

/// Refuses decoded pages that an engine could choke on; gives back what of the page has to be parsed.
pub(super) fn check_html(html: &str) -> Result<Cow<'_, str>, ExtractError> {
    check_bytes(html.as_bytes(), None)?;
    let start = html.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() {
        return Err(ExtractError::NoText);
    }
    if let Some(what) = Media::of_text(start) {
        return Err(ExtractError::NotHtml { what });
    }
    scan::scan(html)
}

/// Checks the tree itself: the scan is a guess at what the parser makes of broken markup, this is the fact.
pub(super) fn check_tree(document: &Document) -> Result<(), ExtractError> {
    let root = document.root();
    let (mut depth, mut n_elements) = (0_usize, 0_usize);
    let mut next = root.first_child();
    while let Some(node) = next {
        n_elements += usize::from(node.is_element());
        if n_elements > ELEMENTS_MAX {
            return Err(ExtractError::TooLarge);
        }
        if let Some(child) = node.first_child() {
            depth += 1;
            if depth > OPEN_ELEMENTS_MAX {
                return Err(ExtractError::TooDeep);
            }
            next = Some(child);
            continue;
        }
        let mut at = node;
        next = loop {
            if let Some(sibling) = at.next_sibling() {
                break Some(sibling);
            }
            match at.parent() {
                Some(parent) if parent.id != root.id => {
                    depth = depth.saturating_sub(1);
                    at = parent;
                }
                _ => break None,
            }
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str) -> Result<(), ExtractError> {
        check_html(html).map(drop)
    }

    fn nested(open: &str, close: &str, n: usize) -> String {
        format!("<html><body>{}x{}</body></html>", open.repeat(n), close.repeat(n))
    }

    #[test]
    fn a_thousand_nested_divs_are_refused_and_a_hundred_are_not() {
        assert_eq!(check(&nested("<div>", "</div>", 1_200)), Err(ExtractError::TooDeep));
        assert_eq!(check(&nested("<div>", "</div>", 100)), Ok(()));
    }

    #[test]
    fn stray_end_tags_do_not_hide_depth() {
        for trick in ["<div></span>", "<b><div></b>", "<div><table></div>", "<span><div></span>", "<b a=1><p>"] {
            assert_eq!(check(&nested(trick, "", 1_200)), Err(ExtractError::TooDeep), "{trick}");
        }
    }

    #[test]
    fn many_unclosed_paragraphs_and_rows_are_not_depth() {
        for flat in ["<p>word ", "<li>word ", "<tr><td>word</td>", "<br>", "<img src=a>", "<div>a</div>"] {
            assert_eq!(check(&nested(flat, "", 3_000)), Ok(()), "{flat}");
        }
    }

    #[test]
    fn markup_in_scripts_comments_and_attributes_is_not_depth() {
        let divs = "<div>".repeat(2_000);
        for page in [
            format!("<script>{divs}</script><p>a</p>"),
            format!("<!-- {divs} --><p>a</p>"),
            format!("<p title=\"{divs}\">a</p>"),
            format!("<iframe>{divs}</iframe><p>a</p>"),
        ] {
            assert_eq!(check(&page), Ok(()));
        }
    }

    #[test]
    fn the_tree_is_checked_behind_the_scan() {
        let deep = Document::from(nested("<div>", "</div>", 1_200));
        assert_eq!(check_tree(&deep), Err(ExtractError::TooDeep));
        let wide = Document::from("<i></i>".repeat(ELEMENTS_MAX + 1));
        assert_eq!(check_tree(&wide), Err(ExtractError::TooLarge));
        assert_eq!(check_tree(&Document::from("<p>a<p>b")), Ok(()));
    }

    #[test]
    fn an_element_of_a_thousand_attributes_is_refused() {
        let attributes = |n: usize| (0..n).map(|i| format!("a{i}=\"{i}\"")).collect::<Vec<_>>().join(" ");
        assert_eq!(check(&format!("<p {}>a", attributes(1_200))), Err(ExtractError::TooLarge));
        assert_eq!(check(&format!("<p {}>a", attributes(200))), Ok(()));
        assert_eq!(check(&format!("<p title=\"{}\">a", "a=1 ".repeat(5_000))), Ok(()));
    }

    #[test]
    fn a_text_that_takes_long_to_write_is_refused_and_what_pages_hold_is_not() {
        let dense = ["&a", "&nbsp;", "\u{ab}"].map(|piece| piece.repeat(100_000));
        for text in &dense {
            for page in
                [text.clone(), format!("<p>{text}</p>"), format!("<p title='{text}'>a"), format!("{text}<!-- -->")]
            {
                assert_eq!(check(&page), Err(ExtractError::TooLarge), "{:?}", page.chars().take(12));
            }
            assert_eq!(check(&format!("<script>{text}</script><p>a")), Ok(()), "scripts are written as they are");
        }
        let paragraphs =
            "<p>&laquo;&nbsp;Oui&nbsp;&raquo;, \u{ab}\u{a0}non\u{a0}\u{bb} &amp; plus encore.</p>".repeat(20_000);
        assert_eq!(check(&paragraphs), Ok(()));
        let state = "{&quot;url&quot;:&quot;/a?b&amp;c&quot;},".repeat(5_000);
        assert_eq!(check(&format!("<div data-state=\"{state}\">a</div>")), Ok(()));
    }

    #[test]
    fn a_page_of_signs_that_open_nothing_is_refused_and_one_that_compares_numbers_is_not() {
        for sign in ["<", "< ", "<1", "<?"] {
            assert_eq!(check(&sign.repeat(STRAY_OPENINGS_MAX + 2)), Err(ExtractError::TooLarge), "{sign}");
        }
        assert_eq!(check(&"<p>1 < 2 and 3 << 4</p>".repeat(5_000)), Ok(()));
    }

    #[test]
    fn a_body_over_the_cap_is_refused() {
        assert_eq!(check(&"a".repeat(HTML_BYTES_MAX + 1)), Err(ExtractError::TooLarge));
    }
}
