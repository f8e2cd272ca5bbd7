//! Facts about the notation of words.

use super::words::expand;

#[test]
fn groups_multiply() {
    assert_eq!(expand("{a|b}c{d|}", "en"), ["acd", "ac", "bcd", "bc"]);
    assert_eq!(expand("plain", "en"), ["plain"]);
}

#[test]
fn named_endings_depend_on_the_language() {
    assert!(expand("французьк{adj}", "uk").contains(&"французькою".to_owned()));
    assert!(expand("французск{adj}", "ru").contains(&"французского".to_owned()));
    assert_eq!(expand("x{adj}", "en"), ["xadj"]);
}

#[test]
fn unclosed_group_stands_for_itself() {
    assert_eq!(expand("a{b", "en"), ["a{b"]);
}
