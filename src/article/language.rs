//! Owns which language a text is in: script, then letters and small words, then trigrams; what is declared is a prior.

mod evidence;
mod pieces;
mod profile;

use whatlang::Lang;

use evidence::{Evidence, Score};
use profile::{ARABIC, CYRILLIC, LATIN, Profile};

/// Characters looked at: more does not change the answer.
const SAMPLE_CHARS_MAX: usize = 1_500;
/// Below this many letters trigrams are noise.
const TRIGRAM_LETTERS_MIN: usize = 40;
/// A shorter text is also judged by the pieces of its words.
const PIECES_CHARS_MAX: usize = 300;
/// With these, and well ahead, the small words have decided and the pieces are not asked.
const DECISIVE_POINTS: f32 = 6.0;
/// Below this many characters a declared language is believed before trigrams are.
const TRIGRAM_CHARS_DECLARED: usize = 200;

/// Identifies the language of `text`: a BCP 47 primary tag, `None` when the text says nothing and nothing is declared.
///
/// Knows en, uk, ru, de, fr, es, it, pt, pl, tr, ar, zh and ja on a headline's length; others are recognised as themselves.
pub fn identify(text: &str, declared: Option<&str>) -> Option<&'static str> {
    let declared = declared.and_then(known_tag);
    let end = text.char_indices().nth(SAMPLE_CHARS_MAX).map_or(text.len(), |(at, _)| at);
    let sample = &text[..end];
    let scripts = Scripts::count(sample);
    let Some(script) = scripts.main() else { return declared };
    match script {
        Script::Kana => Some("ja"),
        Script::Han => Some(han(sample, declared)),
        Script::Single(tag) => Some(declared.filter(|tag| shares_script(tag)).unwrap_or(tag)),
        Script::Arabic => Some(best(sample, ARABIC, declared).unwrap_or("ar")),
        Script::Cyrillic => best(sample, CYRILLIC, declared).or_else(|| trigrams(sample, scripts.cyrillic)),
        Script::Latin => {
            let is_short = sample.chars().nth(TRIGRAM_CHARS_DECLARED - 1).is_none();
            let prior = declared.filter(|tag| is_short && LATIN.iter().any(|profile| profile.tag == *tag));
            best(sample, LATIN, declared).or(prior).or_else(|| trigrams(sample, scripts.latin)).or(declared)
        }
    }
    .or(declared)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Han,
    Kana,
    /// A script whose texts are of one language nearly always.
    Single(&'static str),
}

#[derive(Default)]
struct Scripts {
    latin: usize,
    cyrillic: usize,
    arabic: usize,
    han: usize,
    kana: usize,
    single: Vec<(&'static str, usize)>,
}

impl Scripts {
    fn count(sample: &str) -> Self {
        let mut scripts = Self::default();
        for c in sample.chars().filter(|c| is_letter(*c)) {
            match u32::from(c) {
                0x0041..=0x024F | 0x1E00..=0x1EFF => scripts.latin += 1,
                0x0400..=0x052F => scripts.cyrillic += 1,
                0x0600..=0x06FF | 0x0750..=0x077F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => scripts.arabic += 1,
                0x4E00..=0x9FFF | 0x3400..=0x4DBF => scripts.han += 1,
                0x3041..=0x30FF => scripts.kana += 1,
                code => {
                    let Some(tag) = single_language(code) else { continue };
                    match scripts.single.iter_mut().find(|(known, _)| *known == tag) {
                        Some((_, n)) => *n += 1,
                        None => scripts.single.push((tag, 1)),
                    }
                }
            }
        }
        scripts
    }

    /// The script that carries most; a Han character says as much as three letters of an alphabet.
    fn main(&self) -> Option<Script> {
        let east = (self.han + self.kana) * 3;
        let mut most = (0, None);
        let east_script = if self.kana * 12 >= self.han.max(1) { Script::Kana } else { Script::Han };
        let counts = [
            (self.latin, Script::Latin),
            (self.cyrillic, Script::Cyrillic),
            (self.arabic, Script::Arabic),
            (east, east_script),
        ];
        let singles = self.single.iter().map(|(tag, n)| (*n * 2, Script::Single(tag)));
        for (n, script) in counts.into_iter().chain(singles) {
            if n > most.0 {
                most = (n, Some(script));
            }
        }
        most.1
    }
}

/// Says what Unicode says, without its tables for the letters that come most.
fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphabetic(),
        '\u{410}'..='\u{44f}' | '\u{620}'..='\u{63f}' | '\u{641}'..='\u{64a}' | '\u{4e00}'..='\u{9fff}' => true,
        _ => c.is_alphabetic(),
    }
}

/// A letter, a digit, or the hyphen inside a word.
fn is_of_word(c: char) -> bool {
    is_letter(c) || c == '-' || c.is_numeric()
}

fn single_language(code: u32) -> Option<&'static str> {
    Some(match code {
        0x0370..=0x03FF | 0x1F00..=0x1FFF => "el",
        0x0530..=0x058F => "hy",
        0x0590..=0x05FF => "he",
        0x0900..=0x097F => "hi",
        0x0980..=0x09FF => "bn",
        0x0A00..=0x0A7F => "pa",
        0x0A80..=0x0AFF => "gu",
        0x0B80..=0x0BFF => "ta",
        0x0C00..=0x0C7F => "te",
        0x0C80..=0x0CFF => "kn",
        0x0D00..=0x0D7F => "ml",
        0x0D80..=0x0DFF => "si",
        0x0E00..=0x0E7F => "th",
        0x1000..=0x109F => "my",
        0x10A0..=0x10FF => "ka",
        0x1200..=0x137F => "am",
        0x1780..=0x17FF => "km",
        0x1100..=0x11FF | 0xAC00..=0xD7AF => "ko",
        _ => return None,
    })
}

/// Declared tags that share a script named for another language.
fn shares_script(tag: &str) -> bool {
    matches!(tag, "mr" | "ne" | "yi")
}

/// Text in Chinese characters alone: Chinese, unless it is declared Japanese and writes as Japan does.
fn han(sample: &str, declared: Option<&'static str>) -> &'static str {
    const CHINESE_ONLY: &str = "这们说国为时来个对会发过还从让见访议谈结极军务华电话统战俄乌吗呢吧你她它的了么";
    const JAPANESE_ONLY: &str = "込働畑峠枠匂榊辻渋沢浜辺広駅戦対経済会談総沖縄";
    let count = |letters: &str| sample.chars().filter(|c| letters.contains(*c)).count();
    let (chinese, japanese) = (count(CHINESE_ONLY), count(JAPANESE_ONLY));
    let is_japanese = match declared {
        Some("ja") => chinese <= japanese,
        Some("zh") => false,
        _ => japanese >= 3 && chinese == 0,
    };
    if is_japanese { "ja" } else { "zh" }
}

/// The profile that explains the sample best, when it is clearly ahead of the next.
fn best(sample: &str, profiles: &'static [Profile], declared: Option<&'static str>) -> Option<&'static str> {
    let mut evidence = Evidence::read(sample);
    let mut leaders = evidence.leaders(profiles, declared)?;
    let is_decided = |(first, second): (Score, Score)| first.0 >= DECISIVE_POINTS && first.0 > second.0 * 1.5;
    if !is_decided(leaders) && sample.chars().nth(PIECES_CHARS_MAX).is_none() {
        evidence.read_pieces(sample);
        leaders = evidence.leaders(profiles, declared)?;
    }
    let (first, second) = leaders;
    (first.0 >= 1.0 && first.0 > second.0 * 1.08).then_some(first.1)
}

fn trigrams(sample: &str, n_letters: usize) -> Option<&'static str> {
    if n_letters < TRIGRAM_LETTERS_MIN {
        return None;
    }
    whatlang::detect(sample).and_then(|found| tag_of(found.lang()))
}

fn tag_of(lang: Lang) -> Option<&'static str> {
    known_tag(match lang {
        Lang::Eng => "en",
        Lang::Ukr => "uk",
        Lang::Rus => "ru",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Pol => "pl",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Hrv => "hr",
        Lang::Slv => "sl",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Ind => "id",
        Lang::Vie => "vi",
        Lang::Cat => "ca",
        Lang::Aze => "az",
        Lang::Bul => "bg",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Bel => "be",
        _ => return None,
    })
}

/// The primary tag of a declared language, as one of those told apart here.
fn known_tag(declared: &str) -> Option<&'static str> {
    const TAGS: [&str; 67] = [
        "en", "uk", "ru", "de", "fr", "es", "it", "pt", "pl", "tr", "ar", "zh", "ja", "nl", "sv", "da", "no", "fi",
        "cs", "sk", "hu", "ro", "hr", "sl", "lt", "lv", "et", "id", "vi", "ca", "sq", "az", "bg", "sr", "mk", "be",
        "kk", "mn", "fa", "ur", "ps", "el", "hy", "he", "hi", "bn", "pa", "gu", "ta", "te", "kn", "ml", "si", "th",
        "my", "ka", "am", "km", "ko", "mr", "ne", "yi", "ms", "sw", "eu", "gl", "cy",
    ];
    let primary = declared.trim().split(['-', '_', ',', ';']).next().unwrap_or_default().to_ascii_lowercase();
    let primary = match primary.as_str() {
        "ua" | "ukr" => "uk",
        "rus" => "ru",
        "eng" => "en",
        "cn" | "zho" => "zh",
        "jp" | "jpn" => "ja",
        "nb" | "nn" => "no",
        "iw" => "he",
        "in" => "id",
        "cz" => "cs",
        "gr" => "el",
        other => other,
    };
    TAGS.into_iter().find(|tag| *tag == primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_of_the_thirteen_languages_are_told_apart() {
        let headlines = [
            ("en", "President calls counterpart over border talks"),
            ("uk", "Президент поговорив із канцлером про мир"),
            ("ru", "Президент обсудил с канцлером мирный план"),
            ("de", "Kanzler telefoniert mit dem Präsidenten"),
            ("fr", "Le président s'entretient avec son homologue"),
            ("es", "El presidente habló por teléfono con la canciller"),
            ("it", "Il premier parla con il presidente della Commissione"),
            ("pt", "O presidente conversou com o chanceler, mas não há acordo"),
            ("pl", "Prezydent rozmawiał przez telefon z kanclerzem"),
            ("tr", "Cumhurbaşkanı, başbakan ile telefonda görüştü"),
            ("ar", "الرئيس يجري اتصالا هاتفيا مع نظيره"),
            ("zh", "两国领导人通电话讨论停火"),
            ("ja", "首相、大統領と電話で会談した"),
        ];
        for (lang, headline) in headlines {
            assert_eq!(identify(headline, None), Some(lang), "{headline}");
        }
    }

    #[test]
    fn a_wrong_declaration_does_not_win_over_the_text() {
        let text = "Міністр заявив, що переговори тривають і домовленості ще немає.";
        assert_eq!(identify(text, Some("ru")), Some("uk"));
        let text = "Переговоры продолжаются, но соглашения ещё нет, сообщил министр.";
        assert_eq!(identify(text, Some("uk-UA")), Some("ru"));
        let text = "The two leaders spoke by phone on Monday and agreed to meet in the autumn.";
        assert_eq!(identify(text, Some("de-DE")), Some("en"));
    }

    #[test]
    fn a_declaration_decides_when_the_text_does_not() {
        assert_eq!(identify("日米首脳", Some("ja")), Some("ja"));
        assert_eq!(identify("Макрон", Some("uk")), Some("uk"));
        assert_eq!(identify("Macron Putin", Some("tr")), Some("tr"));
        assert_eq!(identify("2025 — 14:30", Some("pl")), Some("pl"));
        assert_eq!(identify("UN chief Antonio Guterres phoned Emmanuel Macron", Some("en")), Some("en"));
        assert_eq!(identify("Lula telefona a Putin", Some("pt")), Some("pt"));
        assert_eq!(identify("2025 — 14:30", None), None);
    }

    #[test]
    fn quotes_in_a_neighbour_language_do_not_flip_the_document() {
        let text = "Речник сказав, що відповіді не було. «Мы готовы к разговору», — додав він, і це все, що відомо про зустріч.";
        assert_eq!(identify(text, None), Some("uk"));
    }

    #[test]
    fn other_languages_are_recognised_as_other() {
        let others = [
            ("nl", "De premier belde maandag met zijn collega over het vredesoverleg."),
            ("bg", "Президентът разговаря с канцлера и каза, че ще се срещнат през май."),
            ("be", "Прэзідэнт пагаварыў з канцлерам, і гэта быў першы званок за год."),
            ("sr", "Председник је разговарао са канцеларом о нацрту споразума, који још није потписан."),
            ("fa", "رئیس جمهور گفت که این گفتگو برای صلح است"),
            ("el", "Ο πρωθυπουργός μίλησε τηλεφωνικά με τον πρόεδρο"),
            ("ko", "대통령은 총리와 전화 통화를 했다"),
            ("he", "ראש הממשלה שוחח עם הנשיא"),
            ("cs", "Prezident hovořil s kancléřem o míru a podle něj se jednání blíží ke konci."),
            ("ro", "Președintele a vorbit la telefon cu cancelarul și a spus că acordul este aproape."),
        ];
        for (lang, text) in others {
            assert_eq!(identify(text, None), Some(lang), "{text}");
        }
    }

    #[test]
    fn portuguese_and_spanish_are_told_apart_on_one_sentence() {
        assert_eq!(identify("O governo afirma que a reunião foi adiada para sexta-feira.", None), Some("pt"));
        assert_eq!(identify("El Gobierno afirma que la reunión se aplazó hasta el viernes.", None), Some("es"));
        assert_eq!(identify("Os ministros falaram da guerra e do petróleo.", Some("es")), Some("pt"));
    }
}
