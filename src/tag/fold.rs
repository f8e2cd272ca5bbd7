//! Owns the folded form of characters, in which words of a text and words of packs are compared.
//!
//! Lower case; Latin letters without marks; Arabic without vowel signs, alef and hamza forms alike; one apostrophe, one
//! hyphen, one dash; full-width forms as ASCII.

use unicode_normalization::char::decompose_canonical;

/// Appends the folded form of `c`: nothing, one char or two.
pub(super) fn push(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        'ß' | 'ẞ' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        'đ' | 'Đ' | 'ð' | 'Ð' => out.push('d'),
        'ı' | 'İ' => out.push('i'),
        'ə' | 'Ə' => out.push('e'),
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => push_base(c, out),
        // Said outright, since most letters come this way.
        'а'..='я' | 'і' | 'ї' | 'є' | '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' => out.push(c),
        'ا' | 'ب' | 'ت'..='غ' | 'ف'..='و' | 'ي' => out.push(c),
        'А'..='Я' => out.push(char::from_u32(c as u32 + 32).unwrap_or(c)),
        'ё' | 'Ё' => out.push('е'),
        '’' | '‘' | 'ʼ' | '`' | '´' | '′' | '＇' => out.push('\''),
        '‐' | '‑' | '－' => out.push('-'),
        '—' | '―' | '–' | '−' => out.push('–'),
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            out.push(ascii.to_ascii_lowercase());
        }
        '、' | '،' => out.push(','),
        '؛' => out.push(';'),
        'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
        'ى' | 'ی' | 'ئ' => out.push('ي'),
        'ة' => out.push('ه'),
        'ؤ' => out.push('و'),
        'ک' => out.push('ك'),
        _ if is_dropped(c) => {}
        _ => out.extend(c.to_lowercase()),
    }
}

/// The letter without its marks.
fn push_base(c: char, out: &mut String) {
    let mut base = None;
    decompose_canonical(c, |part| base = base.or(Some(part)));
    match base.unwrap_or(c) {
        base if base.is_ascii() => out.push(base.to_ascii_lowercase()),
        base => out.extend(base.to_lowercase()),
    }
}

/// Marks and signs that carry no letter: soft hyphen, zero-width characters, Arabic vowel signs and tatweel.
pub(super) fn is_dropped(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
        || is_combining(c)
}

/// Combining marks; those of Cyrillic й and ї are put together before they get here.
pub(super) fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Puts a Cyrillic letter together with the mark that follows it.
pub(super) fn composed(base: char, mark: char) -> Option<char> {
    Some(match (base, mark) {
        ('и', '\u{306}') => 'й',
        ('И', '\u{306}') => 'Й',
        ('і', '\u{308}') => 'ї',
        ('І', '\u{308}') => 'Ї',
        ('у', '\u{306}') => 'ў',
        _ => return None,
    })
}

/// Returns the folded form of a word or phrase of a pack.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joined = chars.peek().and_then(|&mark| composed(c, mark));
        if joined.is_some() {
            chars.next();
        }
        push(joined.unwrap_or(c), &mut folded);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn marks_cases_and_variants_fold_together() {
        assert_eq!(fold("Erdoğan ISTANBUL İstanbul ısı"), "erdogan istanbul istanbul isi");
        assert_eq!(fold("Łódź Große Œuvre"), "lodz grosse oeuvre");
        assert_eq!(fold("Прем’єр’и Й Ї Ё"), "прем'єр'и й ї е");
        assert_eq!(fold("и\u{306}і\u{308}"), "йї");
        assert_eq!(fold("أَحْمَد الرئيسة"), "احمد الرييسه");
        assert_eq!(fold("ＵＳ１２，"), "us12,");
    }
}
