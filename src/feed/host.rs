//! Owns which addresses cannot name a host, told before they are parsed: IDNA takes time with the square of a label's
//! length, up to a millisecond for one address.

/// Characters of a DNS label (RFC 1035, section 2.3.4). An IDN in its own script is never longer than its ASCII form.
const LABEL_CHARS_MAX: usize = 63;

/// Characters of a host with name, password and port. A DNS name has 253 at most; reading on would take its own time.
const AUTHORITY_CHARS_MAX: usize = 400;

/// Schemes before whose host the WHATWG URL parser runs IDNA.
const SCHEMES: [&str; 6] = ["http", "https", "ftp", "file", "ws", "wss"];

/// Reports whether the host of an address, absolute or relative to a page, is longer than a name can be.
#[must_use]
pub fn is_overlong(address: &str) -> bool {
    let address = address.trim();
    let after_scheme = address.split_once(':').and_then(|(scheme, rest)| is_scheme(scheme).then_some(rest));
    let is_slash = |c: char| matches!(c, '/' | '\\');
    match after_scheme {
        Some(rest) => has_overlong_label(rest.trim_start_matches(is_slash)),
        None if address.chars().take(2).filter(|c| is_slash(*c)).count() == 2 => {
            has_overlong_label(address.trim_start_matches(is_slash))
        }
        None => false,
    }
}

/// Reports whether a text has such an address in it, wherever it stands.
pub(super) fn is_overlong_within(text: &str) -> bool {
    text.match_indices(':').any(|(colon, _)| {
        let before = text.get(..colon).unwrap_or_default().as_bytes();
        let n_letters = before.iter().rev().take(5).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let scheme = text.get(colon - n_letters..colon).unwrap_or_default();
        let rest = text.get(colon + 1..).unwrap_or_default();
        is_scheme(scheme) && has_overlong_label(rest.trim_start_matches(['/', '\\']))
    })
}

fn is_scheme(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.eq_ignore_ascii_case(scheme))
}

/// Reads the text up to the end of its host, or to the label that is too long.
fn has_overlong_label(text: &str) -> bool {
    let mut n_chars = 0;
    for (n, c) in text.chars().enumerate() {
        match c {
            '/' | '\\' | '?' | '#' | '<' | '"' | '\'' | ' ' => return false,
            // What IDNA takes for a dot, and what stands between a name, a password, a host and its port.
            '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '@' | ':' => n_chars = 0,
            _ => n_chars += 1,
        }
        if n_chars > LABEL_CHARS_MAX || n >= AUTHORITY_CHARS_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_at_most_63_characters_long() {
        let (longest, longer) = ("a".repeat(63), "a".repeat(64));
        let ideographs = "\u{7121}".repeat(64);
        for (address, expect) in [
            (format!("https://{longest}.example/{longer}?{longer}#{longer}"), false),
            (format!("https://news.example/{longer}"), false),
            (format!("https://news.example?{longer}"), false),
            (format!("mailto:{longer}"), false),
            (format!("/{longer}"), false),
            (longer.clone(), false),
            (format!("https://xn--{longest}.example/"), true),
            (format!("https:/xn--{longest}/"), true),
            (format!("HTTP:\\\\{longer}"), true),
            (format!("https://www.{longer}"), true),
            (format!("https://{ideographs}.example/"), true),
            (format!("//{longer}/a"), true),
            (format!("https://{}.example/", vec!["a"; 180].join(".")), false),
            (format!("https://{}.example/", vec!["a"; 210].join(".")), true),
        ] {
            assert_eq!(is_overlong(&address), expect, "{address}");
        }
    }

    #[test]
    fn such_an_address_is_found_within_a_text() {
        let longer = "a".repeat(64);
        assert!(is_overlong_within(&format!("<link>https://{longer}.example/</link>")));
        assert!(is_overlong_within(&format!("\u{7121}:HTTPS:{longer}")));
        assert!(!is_overlong_within(&format!("<link>https://news.example</link>{longer} ::{longer}")));
    }
}
