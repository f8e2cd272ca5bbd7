//! Owns what an element does to the lines of a page by its name.

use dom_query::{LocalName, local_name};

/// Whether readers do not see its text, or not as text of the page.
pub(super) fn is_hidden_text(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("noscript")
            | local_name!("template")
            | local_name!("head")
            | local_name!("svg")
            | local_name!("math")
            | local_name!("button")
            | local_name!("select")
            | local_name!("textarea")
            | local_name!("iframe")
            | local_name!("object")
            | local_name!("audio")
            | local_name!("video")
            | local_name!("canvas")
            | local_name!("rt")
            | local_name!("rp")
    )
}

/// Whether it is a cell of a table: its text stands beside that of the others.
pub(super) fn is_cell(name: &LocalName) -> bool {
    matches!(*name, local_name!("td") | local_name!("th"))
}

/// Whether a line ends where it begins and where it ends.
pub(super) fn breaks_line(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("p")
            | local_name!("div")
            | local_name!("br")
            | local_name!("hr")
            | local_name!("li")
            | local_name!("ul")
            | local_name!("ol")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("dd")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6")
            | local_name!("blockquote")
            | local_name!("pre")
            | local_name!("table")
            | local_name!("tr")
            | local_name!("section")
            | local_name!("article")
            | local_name!("main")
            | local_name!("header")
            | local_name!("footer")
            | local_name!("aside")
            | local_name!("nav")
            | local_name!("figure")
            | local_name!("figcaption")
            | local_name!("address")
            | local_name!("form")
            | local_name!("fieldset")
            | local_name!("details")
            | local_name!("summary")
            | local_name!("center")
            | local_name!("caption")
            | local_name!("thead")
            | local_name!("tbody")
            | local_name!("body")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_break_lines_cells_and_inline_elements_do_not() {
        assert!(breaks_line(&local_name!("div")) && breaks_line(&local_name!("br")));
        assert!(!breaks_line(&local_name!("span")) && !breaks_line(&local_name!("td")));
        assert!(is_cell(&local_name!("th")) && !is_cell(&local_name!("tr")));
        assert!(is_hidden_text(&local_name!("script")) && !is_hidden_text(&LocalName::from("x-script")));
    }
}
