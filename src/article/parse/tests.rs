//! Tests of `parse`: its tree is html5ever's.

use super::*;

/// Both ways to a tree.
fn check(page: &str) {
    let (own, reference) = (parse(page), Document::from(page));
    assert_eq!(own.html(), reference.html(), "{page:?}");
    assert_eq!(own.quirks_mode.get(), reference.quirks_mode.get(), "{page:?}");
    let n_nodes = |document: &Document| document.root().descendants_it().count();
    assert_eq!(n_nodes(&own), n_nodes(&reference), "{page:?}");
}

/// Pieces of markup that mean something else behind one another.
const PIECES: [&str; 64] = [
    "<p>",
    "</p>",
    "<div class=a>",
    "</div>",
    "<div\n id='b'  hidden>",
    "text",
    " ",
    "\n",
    "\r\n",
    "&amp;",
    "&copy",
    "&#8217;",
    "<a href=\"/a?b&copy=1&amp;c\">",
    "</a>",
    "<b>",
    "</b>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<br/>",
    "<img src=a alt='x>y'/>",
    "<script>",
    "if (a < b && c) { '</p>' }",
    "</script>",
    "<script><!-- a --></script>",
    "<script><!-- <script> --></script>",
    "<style>a > b {}</style>",
    "<title>a &amp; <b>",
    "</title>",
    "<textarea>\n",
    "</textarea>",
    "<!-- a -->",
    "<!-->",
    "<!--->",
    "<!--a--!>",
    "<!a>",
    "<?xml version='1'?>",
    "</>",
    "</ a>",
    "< b",
    "<1",
    "<svg viewBox='0 0 1 1'>",
    "<path d=a />",
    "</svg>",
    "<![CDATA[a]]>",
    "<math><mi>",
    "</math>",
    "<pre>\n",
    "</pre>",
    "<select><option>",
    "</select>",
    "<noscript><img src=b></noscript>",
    "<template><p>",
    "</template>",
    "<P CLASS=A class=b>",
    "<x-y data-é=1 =a b=>",
    "<p a = 'b'c=\"d\"e/f>",
    "<li>",
    "<h1>",
    "</h2>",
    "<form><input>",
    "<iframe><p></iframe>",
];

#[test]
fn the_tree_is_html5evers_whatever_stands_behind_what() {
    let mut state = 1_u32;
    let mut next = |n: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % n
    };
    for _ in 0..3_000 {
        let n_pieces = 1 + next(24);
        check(&(0..n_pieces).map(|_| PIECES[next(PIECES.len())]).collect::<String>());
    }
}

#[test]
fn the_tree_is_html5evers_where_the_page_breaks_off() {
    let page =
        "\u{feff}<!DOCTYPE html><title>a</title><p class='b' id=c>d &amp; é<!-- f --></p><script>g</script><?h?></i>";
    for (end, _) in page.char_indices() {
        check(&page[..end]);
    }
}

#[test]
fn comments_end_where_html5ever_ends_them() {
    for comment in
        ["<!---->", "<!---!>a-->", "<!--a--b-->", "<!--a--!-->", "<!----!>", "<!--<!-->", "<!--a-- >-->", "<!--->-->"]
    {
        check(&format!("<p>a{comment}b<!-- c --><p>d"));
    }
}

#[test]
fn doctypes_set_the_same_mode() {
    for doctype in [
        "<!DOCTYPE html>",
        "<!doctype HTML >",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">",
        "<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01 Transitional//EN'>",
        "<!DOCTYPE html SYSTEM \"about:legacy-compat\">",
        "<!DOCTYPE html SYSTEM \"a\" \"b\">",
        "<!DOCTYPE html PUBLIC \"a>b\">",
        "<!DOCTYPE html PUBLIC>",
        "<!DOCTYPE html what>",
        "<!DOCTYPE>",
        "<!DOCTYPEhtml>",
        "<!DOCTYPE \"html\">",
    ] {
        check(&format!("{doctype}<p>a<table><tr><td>b"));
    }
}

#[test]
fn rare_characters_and_states_are_html5evers() {
    for page in ["<p>a\0b", "<plaintext><p>a", "<title>a", "<textarea>a</text", "<script>a</scr", "a<", "a</", "a<!"] {
        check(page);
    }
}
