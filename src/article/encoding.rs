//! Owns the bytes of a page to text: where a page declares its encoding. Deciding on one is `charset`'s business.

use std::borrow::Cow;

use crate::charset::{self, Found};

/// Bytes searched for a `<meta charset>`.
const META_BYTES_MAX: usize = 4_096;

/// Decodes a page; never fails, what is broken becomes U+FFFD.
pub(super) fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Cow<'b, str> {
    charset::decode(bytes, content_type, charset::label_in(&meta_text(bytes)))
}

/// Returns the encoding `decode` uses, and why.
pub fn charset(bytes: &[u8], content_type: Option<&str>) -> Found {
    charset::find(bytes, content_type, charset::label_in(&meta_text(bytes)))
}

fn meta_text(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(META_BYTES_MAX)]
        .iter()
        .map(|byte| if byte.is_ascii() { char::from(*byte) } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use encoding_rs::Encoding;

    use super::*;

    #[test]
    fn legacy_encodings_are_read_from_header_meta_or_the_bytes_alone() {
        let texts = [
            ("windows-1251", "<p>Премьер-министр во вторник поговорил по телефону с коллегой, сообщили вечером.</p>"),
            ("koi8-u", "<p>Прем'єр-міністр у вівторок поговорив телефоном зі своєю колегою, повідомили ввечері.</p>"),
            (
                "iso-8859-2",
                "<p>Premier rozmawiał we wtorek przez telefon z szefową rządu, poinformowała kancelaria.</p>",
            ),
            ("windows-1254", "<p>Başbakan salı günü mevkidaşıyla telefonda görüştü, açıklama akşam geldi.</p>"),
            ("windows-1256", "<p>أجرى رئيس الوزراء اتصالا هاتفيا مع نظيرته يوم الثلاثاء</p>"),
            ("gb18030", "<p>总理星期二与对方通了电话，双方讨论了下一轮会谈的日期。</p>"),
            ("shift_jis", "<p>首相は火曜日、電話で会談した。協議の日程について話し合った。</p>"),
            ("euc-jp", "<p>首相は火曜日、電話で会談した。協議の日程について話し合った。</p>"),
            ("big5", "<p>總理星期二與對方通了電話，雙方討論了下一輪會談的日期。</p>"),
            ("windows-1252", "<p>Le ministre a déclaré mardi qu’il s’était entretenu par téléphone.</p>"),
        ];
        for (label, text) in texts {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, _) = encoding.encode(text);
            assert_eq!(decode(&bytes, Some(&format!("text/html; charset={label}"))), text, "{label} in the header");
            let page = format!("<html><meta charset=\"{label}\">{text}");
            let (bytes, _, _) = encoding.encode(&page);
            assert_eq!(decode(&bytes, None), page, "{label} in a meta tag");
        }
    }

    #[test]
    fn utf8_is_utf8_whatever_is_declared() {
        let text = "<meta charset=windows-1251><p>Переговори тривають</p>";
        assert_eq!(decode(text.as_bytes(), Some("text/html; charset=iso-8859-1")), text);
    }

    #[test]
    fn a_false_utf8_label_gives_way_to_the_bytes() {
        let text =
            "<p>Премьер-министр во вторник поговорил по телефону со своей коллегой, сообщили вечером.</p>".repeat(3);
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
        assert_eq!(decode(&bytes, Some("text/html; charset=utf-8")), text);
    }

    #[test]
    fn marks_and_broken_bytes_are_survived() {
        assert_eq!(decode(b"\xef\xbb\xbf<p>a", None), "<p>a");
        assert_eq!(decode(b"\xff\xfe<\0p\0>\0", None), "<p>");
        let mut bytes = "<p>Переговори тривають</p>".repeat(60).into_bytes();
        bytes.push(0xff);
        assert!(decode(&bytes, Some("text/html; charset=utf-8")).starts_with("<p>Переговори"));
    }
}
