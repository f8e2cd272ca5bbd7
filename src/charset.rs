//! Owns bytes to text: byte order mark, what the bytes themselves prove, then what is declared, then a guess.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes given to the detector.
const SAMPLE_BYTES_MAX: usize = 64 * 1024;
/// A text declared UTF-8 may hold this share of broken bytes and still be UTF-8.
const BROKEN_SHARE_MAX: f64 = 0.002;
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
        Some((encoding, reason)) if encoding != UTF_8 || is_mostly_utf8(bytes) => {
            return (Form::Known(encoding), reason);
        }
        _ => {}
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
