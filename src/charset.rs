//! Owns bytes to text: byte order mark, what the bytes themselves prove, then what is declared, then a guess.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes given to the detector.
const SAMPLE_BYTES_MAX: usize = 64 * 1024;
/// A text declared UTF-8 may hold this share of broken bytes and still be UTF-8.
const BROKEN_SHARE_MAX: f64 = 0.002;
/// Fewer bytes outside ASCII prove nothing against what is declared.
const DENIAL_BYTES_MIN: usize = 40;
/// A text with this share of impossible letters is in another encoding, if one explains all but this part of them.
const STRANGE_SHARE_MIN: f64 = 0.05;
const STRANGE_GAIN: f64 = 0.2;
/// Bytes searched for an XML declaration.
const DECLARATION_BYTES_MAX: usize = 512;

/// Which encoding a document is in, and what told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// WHATWG name, or `UTF-32`.
    pub encoding: &'static str,
    pub reason: &'static str,
}

/// How bytes become chars.
#[derive(Clone, Copy)]
enum Form {
    /// encoding_rs leaves it out.
    Utf32(fn([u8; 4]) -> u32),
    Known(&'static Encoding),
}

/// Decodes a document; never fails, what is broken becomes U+FFFD.
///
/// `content_type` is the response's header, `declared` what the document says of itself.
pub fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>, declared: Option<&'static Encoding>) -> Cow<'b, str> {
    match form(bytes, content_type, declared).0 {
        Form::Utf32(to_u32) => Cow::Owned(utf32(bytes, to_u32)),
        Form::Known(encoding) => encoding.decode_with_bom_removal(bytes).0,
    }
}

/// Returns the encoding [`decode`] uses, and why.
pub fn find(bytes: &[u8], content_type: Option<&str>, declared: Option<&'static Encoding>) -> Found {
    let (form, reason) = form(bytes, content_type, declared);
    let encoding = match form {
        Form::Utf32(_) => "UTF-32",
        Form::Known(encoding) => encoding.name(),
    };
    Found { encoding, reason }
}

fn form(bytes: &[u8], content_type: Option<&str>, declared: Option<&'static Encoding>) -> (Form, &'static str) {
    if let Some(form) = wide(bytes) {
        return (form, "its first bytes");
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (Form::Known(encoding), "its byte order mark");
    }
    if is_iso_2022_jp(bytes) {
        return (Form::Known(ISO_2022_JP), "its bytes, which shift to Japanese");
    }
    // Valid UTF-8 with letters outside ASCII is UTF-8, whatever a server says.
    if let Ok(text) = std::str::from_utf8(bytes)
        && (!text.is_ascii() || content_type.is_none() && declared.is_none())
    {
        return (Form::Known(UTF_8), "its bytes, which are valid UTF-8");
    }
    let header = content_type.and_then(label_in).map(|encoding| (encoding, "the Content-Type header"));
    let own = declared.map(|encoding| (encoding, "its own declaration"));
    let said = match (header, own) {
        // Latin 1 in a header is a server's default; the document knows better.
        (Some((header, _)), Some(own)) if header == WINDOWS_1252 => Some(own),
        (header, own) => header.or(own),
    };
    match said {
        // True UTF-16 was seen by its bytes.
        Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => {}
        Some((encoding, reason)) if encoding == UTF_8 && is_mostly_utf8(bytes) => return (Form::Known(UTF_8), reason),
        Some((encoding, _)) if encoding == UTF_8 => {}
        Some((encoding, reason)) => {
            return match denied(encoding, bytes, header.is_some() && own.is_none()) {
                Some(guessed) => (Form::Known(guessed), "a guess from its bytes, which deny what is declared"),
                None => (Form::Known(encoding), reason),
            };
        }
        None => {}
    }
    if bytes.is_ascii() {
        return (Form::Known(UTF_8), "its bytes, which are ASCII");
    }
    (Form::Known(guess(bytes)), "a guess from its bytes")
}

/// Returns the encoding named behind `charset=`.
pub fn label_in(text: &str) -> Option<&'static Encoding> {
    named(text, "charset")
}

/// Returns the encoding an XML declaration names.
pub fn xml_declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DECLARATION_BYTES_MAX)];
    let start = head.windows(5).position(|window| window == b"<?xml")?;
    let end = head[start..].windows(2).position(|window| window == b"?>")?;
    let declaration = String::from_utf8_lossy(&head[start..start + end]);
    named(&declaration, "encoding")
}

/// The encoding whose label stands behind `KEY=`.
fn named(text: &str, key: &str) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices(key).find_map(|(at, _)| {
        let rest = lower[at + key.len()..].trim_start().strip_prefix('=')?;
        let rest = rest.trim_start().trim_start_matches(['"', '\'']);
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))).unwrap_or(rest.len());
        Encoding::for_label(&rest.as_bytes()[..end])
    })
}

/// Markup in UTF-16 without a mark, and in UTF-32.
fn wide(bytes: &[u8]) -> Option<Form> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => Some(Form::Utf32(u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => Some(Form::Utf32(u32::from_be_bytes)),
        [b'<', 0, _, 0, ..] => Some(Form::Known(UTF_16LE)),
        [0, b'<', 0, _, ..] => Some(Form::Known(UTF_16BE)),
        _ => None,
    }
}

fn utf32(bytes: &[u8], to_u32: fn([u8; 4]) -> u32) -> String {
    let chars = bytes.chunks_exact(4).map(|four| {
        let code = four.try_into().map(to_u32).ok();
        code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    chars.skip_while(|c| *c == '\u{feff}').collect()
}

/// The encoding the bytes are in when they cannot be in the one declared.
///
/// Latin 1 is what servers and templates say of any text. Other encodings are wrong when they make of it capitals inside
/// words, controls and boxes, and the detector's encoding does not.
fn denied(declared: &'static Encoding, bytes: &[u8], is_header_alone: bool) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES_MAX)];
    if sample.iter().filter(|byte| !byte.is_ascii()).count() < DENIAL_BYTES_MIN {
        return None;
    }
    let guessed = guess(sample);
    if guessed == declared || guessed == UTF_8 {
        return None;
    }
    if declared == WINDOWS_1252 {
        return (is_header_alone || !is_latin(guessed)).then_some(guessed);
    }
    let strange = strangeness(&declared.decode_without_bom_handling(sample).0);
    let is_denied = strange > STRANGE_SHARE_MIN
        && strangeness(&guessed.decode_without_bom_handling(sample).0) < strange * STRANGE_GAIN;
    is_denied.then_some(guessed)
}

fn is_latin(encoding: &'static Encoding) -> bool {
    const LATIN: [&str; 10] = [
        "windows-1250",
        "windows-1252",
        "windows-1254",
        "windows-1257",
        "windows-1258",
        "ISO-8859-2",
        "ISO-8859-4",
        "ISO-8859-10",
        "ISO-8859-15",
        "ISO-8859-16",
    ];
    LATIN.contains(&encoding.name())
}

/// The share of letters outside ASCII that no writer would write there.
fn strangeness(text: &str) -> f64 {
    let (mut n_chars, mut n_strange, mut before) = (0_usize, 0_usize, ' ');
    for c in text.chars() {
        if !c.is_ascii() {
            n_chars += 1;
            let is_inner_capital = c.is_uppercase() && before.is_alphabetic();
            let is_no_text =
                matches!(c, '\u{80}'..='\u{9f}' | '\u{2500}'..='\u{259f}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
            n_strange += usize::from(is_inner_capital || is_no_text);
        }
        before = c;
    }
    if n_chars == 0 { 0.0 } else { n_strange as f64 / n_chars as f64 }
}

/// Whether ASCII bytes shift to the Japanese set and back.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let has = |shift: &[u8]| memchr::memmem::find(bytes, shift).is_some();
    memchr::memchr(0x1b, bytes).is_some() && bytes.is_ascii() && (has(b"\x1b$B") || has(b"\x1b$@")) && has(b"\x1b(")
}

fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (text, _, has_errors) = UTF_8.decode(bytes);
    !has_errors || (text.matches('\u{fffd}').count() as f64) < bytes.len() as f64 * BROKEN_SHARE_MAX
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE_BYTES_MAX)], true);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, content_type, xml_declared(bytes)).into_owned()
    }

    #[test]
    fn documents_are_read_by_their_declaration_or_the_header() {
        let text = "<title>Переговоры перенесены на вторник</title>";
        let (legacy, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(read(&legacy, Some("text/xml; charset=windows-1251")), text);
        let declared = format!("<?xml version='1.0' encoding='windows-1251'?>{text}");
        let (legacy, _, _) = encoding_rs::WINDOWS_1251.encode(&declared);
        assert_eq!(read(&legacy, None), declared);
        assert_eq!(read(&legacy, Some("text/xml; charset=ISO-8859-1")), declared, "a server's default gives way");
    }

    #[test]
    fn a_false_declaration_gives_way_to_the_bytes() {
        let text = "Премьер-министр во вторник поговорил по телефону со своей коллегой, сообщили в канцелярии.";
        let (koi8, _, _) = encoding_rs::KOI8_R.encode(text);
        let (windows, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(read(&koi8, Some("text/html; charset=windows-1251")), text);
        assert_eq!(read(&windows, Some("text/html; charset=koi8-r")), text);
        assert_eq!(read(&windows, Some("text/html; charset=ISO-8859-1")), text, "a server's default");
        let text = "Le Premier ministre a été reçu à l’Élysée".repeat(8);
        let (latin, _, _) = WINDOWS_1252.encode(&text);
        assert_eq!(read(&latin, Some("text/html; charset=ISO-8859-1")), text);
    }

    #[test]
    fn shifts_to_japanese_are_read_whatever_is_declared() {
        let text = "<title>首相、電話で会談</title>";
        let (shifted, _, _) = encoding_rs::ISO_2022_JP.encode(text);
        assert_eq!(read(&shifted, None), text);
        assert_eq!(read(&shifted, Some("text/html; charset=utf-8")), text);
    }

    #[test]
    fn what_told_the_encoding_is_named() {
        let found = |bytes: &[u8], header| {
            let found = find(bytes, header, xml_declared(bytes));
            (found.encoding, found.reason)
        };
        assert_eq!(found(b"\xef\xbb\xbf<a>", None), ("UTF-8", "its byte order mark"));
        assert_eq!(found("<a>і".as_bytes(), None), ("UTF-8", "its bytes, which are valid UTF-8"));
        assert_eq!(found(b"<a>", Some("text/xml; charset=koi8-u")), ("KOI8-U", "the Content-Type header"));
        let declared = b"<?xml version='1.0' encoding='windows-1251'?><a>\xe0";
        assert_eq!(found(declared, Some("text/xml")), ("windows-1251", "its own declaration"));
        assert_eq!(found(b"<\0\0\0", None), ("UTF-32", "its first bytes"));
        assert_eq!(found(b"<a>", Some("text/xml")), ("UTF-8", "its bytes, which are ASCII"));
        assert_eq!(found(b"<a>\xe0\xe1", None).1, "a guess from its bytes");
    }

    #[test]
    fn utf8_is_utf8_whatever_the_declaration_says() {
        let text = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><title>Переговори</title>";
        assert_eq!(read(text.as_bytes(), Some("text/xml; charset=koi8-r")), text);
    }

    #[test]
    fn a_small_broken_share_leaves_utf8_utf8_and_a_large_one_does_not() {
        let mut bytes =
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><title>Переговори тривають</title>".repeat(20).into_bytes();
        bytes.push(0xff);
        assert!(read(&bytes, None).contains("<title>Переговори"));
        let text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>Премьер-министр во вторник поговорил по телефону";
        let (legacy, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(read(&legacy, None), text);
    }

    #[test]
    fn wide_encodings_are_read_with_a_mark_and_without() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>Київ</a>";
        let units: Vec<u16> = text.encode_utf16().collect();
        let chars: Vec<u32> = text.chars().map(u32::from).collect();
        for mark in [&b""[..], b"\xff\xfe"] {
            let bytes: Vec<u8> = mark.iter().copied().chain(units.iter().flat_map(|u| u.to_le_bytes())).collect();
            assert_eq!(read(&bytes, None), text);
        }
        for mark in [&b""[..], b"\xfe\xff"] {
            let bytes: Vec<u8> = mark.iter().copied().chain(units.iter().flat_map(|u| u.to_be_bytes())).collect();
            assert_eq!(read(&bytes, None), text);
        }
        for mark in [&b""[..], b"\0\0\xfe\xff"] {
            let bytes: Vec<u8> = mark.iter().copied().chain(chars.iter().flat_map(|c| c.to_be_bytes())).collect();
            assert_eq!(read(&bytes, None), text);
        }
        let narrow = text.replace("Київ", "Kyiv");
        assert_eq!(read(narrow.as_bytes(), None), narrow, "a false UTF-16 declaration");
    }
}
