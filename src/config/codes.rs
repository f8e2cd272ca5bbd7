//! Owns the checks of codes in feed lists: zones, languages, countries, ids.

/// Two-letter language codes (ISO 639-1).
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii \
    ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr \
    ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk \
    sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za \
    zh zu";

/// The roster's countries are the ones events can name.
const COUNTRIES: &str = include_str!("../../config/roster/countries.toml");

pub(super) fn is_zone(name: &str) -> bool {
    jiff::tz::TimeZone::get(name).is_ok()
}

/// Reports whether the tag is well formed (BCP 47) and begins with a language.
pub(super) fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_known = match primary.len() {
        2 => LANGUAGES.split_whitespace().any(|known| known == primary),
        3 => primary.bytes().all(|byte| byte.is_ascii_lowercase()),
        _ => false,
    };
    is_known && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

pub(super) fn is_country(code: &str) -> bool {
    countries().any(|known| known == code)
}

pub(super) fn countries() -> impl Iterator<Item = &'static str> {
    COUNTRIES.lines().filter_map(|line| line.strip_prefix("code = \"")?.strip_suffix('"'))
}

/// Reports whether the id can stand in file names, keys and labels: lowercase letters, digits, `-`, `_`, `.`.
pub(super) fn is_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    (1..=64).contains(&id.len()) && id.bytes().all(is_plain) && id.as_bytes()[0].is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_their_lists() {
        assert!(is_country("GBR") && is_country("UKR") && !is_country("GB") && !is_country("ENG"));
        assert!(is_language("uk") && is_language("pt-BR") && is_language("zh-Hant-TW") && is_language("ckb"));
        assert!(!is_language("english") && !is_language("en_US") && !is_language("xx") && !is_language(""));
        assert!(is_zone("Europe/Kyiv") && !is_zone("Europe/Atlantis"));
        assert!(is_id("bbc-world") && !is_id("BBC world") && !is_id("") && !is_id("-a"));
    }
}
