//! Owns character references in texts and in the values of attributes (HTML Standard, 13.2.5.72 ff).

use html5ever::{
    data::{C1_REPLACEMENTS, NAMED_ENTITIES},
    tendril::StrTendril,
};

/// Bytes of the longest name that needs no semicolon: `frac12`.
const BARE_NAME_BYTES_MAX: usize = 6;
const REPLACEMENT: char = '\u{fffd}';

/// Where characters stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// In the value of an attribute, where `&copy=1` is a part of an address.
    Value,
}

/// The text with its references resolved.
pub(super) fn decoded(text: &str, place: Place) -> StrTendril {
    let mut out = StrTendril::new();
    out.reserve(text.len() as u32);
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (plain, from) = rest.split_at(at);
        out.push_slice(plain);
        let n_bytes = reference(&from[1..], place, &mut out);
        if n_bytes == 0 {
            out.push_char('&');
        }
        rest = &from[1 + n_bytes..];
    }
    out.push_slice(rest);
    out
}

/// Reads one reference, `text` is behind its `&`: gives back the bytes it has, none when it is no reference.
fn reference(text: &str, place: Place, out: &mut StrTendril) -> usize {
    match text.as_bytes().first() {
        Some(b'#') => numeric(text, out),
        Some(byte) if byte.is_ascii_alphanumeric() => named(text, place, out),
        _ => 0,
    }
}

fn named(text: &str, place: Place, out: &mut StrTendril) -> usize {
    let bytes = text.as_bytes();
    let n_name = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(bytes.len());
    let whole = Some(n_name + 1).filter(|_| bytes.get(n_name) == Some(&b';'));
    let bare = (1..=n_name.min(BARE_NAME_BYTES_MAX)).rev();
    for n_bytes in whole.into_iter().chain(bare) {
        let Some(&(first, second)) = NAMED_ENTITIES.get(&text[..n_bytes]).filter(|(first, _)| *first != 0) else {
            continue;
        };
        let is_address = bytes.get(n_bytes).is_some_and(|next| *next == b'=' || next.is_ascii_alphanumeric());
        if place == Place::Value && is_address && Some(n_bytes) != whole {
            return 0;
        }
        let chars = [Some(first), Some(second).filter(|second| *second != 0)];
        chars.into_iter().flatten().for_each(|c| out.push_char(char::from_u32(c).unwrap_or(REPLACEMENT)));
        return n_bytes;
    }
    0
}

fn numeric(text: &str, out: &mut StrTendril) -> usize {
    let bytes = text.as_bytes();
    let is_hex = matches!(bytes.get(1), Some(b'x' | b'X'));
    let (radix, from) = if is_hex { (16, 2) } else { (10, 1) };
    let mut number = 0_u32;
    let mut end = from;
    while let Some(digit) = bytes.get(end).and_then(|byte| char::from(*byte).to_digit(radix)) {
        number = number.saturating_mul(radix).saturating_add(digit);
        end += 1;
    }
    if end == from {
        return 0;
    }
    out.push_char(character(number));
    end + usize::from(bytes.get(end) == Some(&b';'))
}

fn character(number: u32) -> char {
    let windows = number.checked_sub(0x80).and_then(|index| C1_REPLACEMENTS.get(index as usize).copied().flatten());
    windows.unwrap_or_else(|| char::from_u32(number).filter(|c| *c != '\0').unwrap_or(REPLACEMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_the_standard_says() {
        for (text, read) in [
            ("a &amp; b &lt;&gt;", "a & b <>"),
            ("&notit; &notin; &not", "¬it; ∉ ¬"),
            ("&#8217;&#x2014&#128;&#0;&#x110000;&#99999999999;", "’—€\u{fffd}\u{fffd}\u{fffd}"),
            ("& && &; &# &#x; &nosuch; &1", "& && &; &# &#x; &nosuch; &1"),
            ("AT&T &copy2025 &NotEqualTilde;", "AT&T ©2025 ≂\u{338}"),
        ] {
            assert_eq!(&*decoded(text, Place::Text), read);
        }
    }

    #[test]
    fn an_address_keeps_the_names_of_its_parameters() {
        assert_eq!(&*decoded("/a?b=1&copy=2&region=3&amp;c&lt", Place::Value), "/a?b=1&copy=2&region=3&c<");
    }
}
