//! Owns the writing of markup: escaped text, attributes, and appending to a document.

use std::fmt::{Arguments, Write as _};

pub(super) fn text(text: &str) -> String {
    htmlize::escape_text(text).into_owned()
}

pub(super) fn attribute(text: &str) -> String {
    htmlize::escape_attribute(text).into_owned()
}

pub(super) fn push(document: &mut String, arguments: Arguments<'_>) {
    let written = document.write_fmt(arguments);
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}
