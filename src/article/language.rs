//! Owns which language a text is in: script, then letters and small words, then trigrams; what is declared is a prior.

use std::{collections::HashMap, sync::LazyLock};

use whatlang::Lang;

/// Characters looked at: more does not change the answer.
const SAMPLE_CHARS_MAX: usize = 1_500;
/// Below this many letters trigrams are noise.
const TRIGRAM_LETTERS_MIN: usize = 40;
/// Letters and small words that point at one language, as points.
const LETTER_POINTS: f32 = 1.0;
const WORD_POINTS: f32 = 2.0;
/// A declared language starts this far ahead.
const DECLARED_POINTS: f32 = 1.5;
/// Below this many words one small word of another language proves nothing against the declared one.
const WORDS_FEW: usize = 12;
const DECLARED_POINTS_FEW_WORDS: f32 = 3.0;
/// Below this many characters a declared language is believed before trigrams are.
const TRIGRAM_CHARS_DECLARED: usize = 200;

/// Identifies the language of `text`: a BCP 47 primary tag, `None` when the text says nothing and nothing is declared.
///
/// Knows en, uk, ru, de, fr, es, it, pt, pl, tr, ar, zh and ja on a headline's length; others are recognised as themselves.
pub fn identify(text: &str, declared: Option<&str>) -> Option<&'static str> {
    let declared = declared.and_then(known_tag);
    let sample: String = text.chars().take(SAMPLE_CHARS_MAX).collect();
    let scripts = Scripts::count(&sample);
    let Some(script) = scripts.main() else { return declared };
    match script {
        Script::Kana => Some("ja"),
        Script::Han => Some(han(&sample, declared)),
        Script::Single(tag) => Some(declared.filter(|tag| shares_script(tag)).unwrap_or(tag)),
        Script::Arabic => Some(best(&sample, ARABIC, declared).unwrap_or("ar")),
        Script::Cyrillic => best(&sample, CYRILLIC, declared).or_else(|| trigrams(&sample, scripts.cyrillic)),
        Script::Latin => {
            let is_short = sample.chars().count() < TRIGRAM_CHARS_DECLARED;
            let prior = declared.filter(|tag| is_short && LATIN.iter().any(|profile| profile.tag == *tag));
            best(&sample, LATIN, declared).or(prior).or_else(|| trigrams(&sample, scripts.latin)).or(declared)
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
        for c in sample.chars().filter(|c| c.is_alphabetic()) {
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

/// What gives a language away: letters that its neighbours lack and its smallest words.
struct Profile {
    tag: &'static str,
    letters: &'static str,
    words: &'static str,
}

const CYRILLIC: &[Profile] = &[
    Profile {
        tag: "uk",
        letters: "іїєґ",
        words: "та що не це як від до про для після його її також під час був було або щодо й в у на з і за президент розповів заявив",
    },
    Profile {
        tag: "ru",
        letters: "ыэё",
        words: "что не это как от для после его её также и во был было или при к с в на за по из президент заявил сообщил",
    },
    Profile {
        tag: "be",
        letters: "ў",
        words: "што не гэта як ад для пасля яго таксама і быў было або пры з у на па прэзідэнт",
    },
    Profile {
        tag: "bg",
        letters: "ъщ",
        words: "че се не да това като от след неговия също беше или при към с в на за по из ще са е президентът",
    },
    Profile {
        tag: "sr",
        letters: "ђћљњџ",
        words: "да је се не то као од за после његов такође био било или са у на и председник који",
    },
    Profile {
        tag: "mk",
        letters: "ѓќѕ",
        words: "дека се не тоа како од за по неговиот исто беше или со во на и претседателот кој ќе",
    },
    Profile {
        tag: "kk", letters: "әғқңөұүһ", words: "және бұл үшін деп мен бен бір бар президенті туралы"
    },
    Profile {
        tag: "mn", letters: "өү", words: "байна нь энэ гэж болон бол юм ерөнхийлөгч"
    },
];

const ARABIC: &[Profile] = &[
    Profile {
        tag: "ar", letters: "ةىيكأإ", words: "في من على إلى أن عن مع هذا التي الذي قال بعد كما الرئيس"
    },
    Profile {
        tag: "fa", letters: "پچژگکی", words: "در به از که این را با است برای آن شد گفت رئیس"
    },
    Profile {
        tag: "ur", letters: "ٹڈڑںےہھ", words: "کے میں کی ہے سے اور کا کو نے پر ہیں صدر"
    },
    Profile { tag: "ps", letters: "ټډړښځڅې", words: "د په او چې کې له دی ته ولسمشر" },
];

const LATIN: &[Profile] = &[
    Profile {
        tag: "en",
        letters: "",
        words: "the of and to in is that for with on was by has are from after will be his said over at it as an not have their this talks says over phone leaders discuss president minister",
    },
    Profile {
        tag: "de",
        letters: "ßäöü",
        words: "der die und das von mit den ist für auf im nicht ein eine dem des sich als nach bei hat zu aus wird über zum zur sind war auch vor gegen am an vom bis dass haben wurde einen einem seinem seinen",
    },
    Profile {
        tag: "fr",
        letters: "çèêœùàâîëï",
        words: "le la les des et du en une est pour dans que qui sur au par avec ce pas il à son sa ses aux après plus être été selon entre l d",
    },
    Profile {
        tag: "es",
        letters: "ñ¿¡",
        words: "el la los las de del en y una que con por para es su se un al como más pero este tras sobre fue ha entre según no lo ante desde hasta sin también dijo habló llamó mantuvo pidió anunció",
    },
    Profile {
        tag: "it",
        letters: "ìòù",
        words: "il la di e che della del per con un una in è non sono gli le dei nel alla dal si da al i delle anche dopo come più ha suo tra sulla",
    },
    Profile {
        tag: "pt",
        letters: "ãõ",
        words: "o a os as de do da dos das em um uma que com por para no na não se é ao pelo pela mais como são foi sobre após entre também nos nas seu sua à e diz",
    },
    Profile {
        tag: "pl",
        letters: "łąęśżźćń",
        words: "i w na z do się nie że to jest o po od za przez jak oraz dla był są ze po przed prezydent także który jego",
    },
    Profile {
        tag: "tr",
        letters: "ğışİ",
        words: "ve bir bu için ile de da olarak olan en daha çok sonra kadar gibi ise dedi etti oldu var yeni göre arasında cumhurbaşkanı ne",
    },
    Profile {
        tag: "nl",
        letters: "",
        words: "de het een van en in is op te dat met voor zijn niet aan er ook door naar bij om wordt heeft maar uit over hij na",
    },
    Profile {
        tag: "sv",
        letters: "åäö",
        words: "och att det i en som på är av för med den till inte om ett har de var från kan sig men efter vid säger",
    },
    Profile {
        tag: "da",
        letters: "æøå",
        words: "og at det i en som på er af for med den til ikke om et har de var fra kan sig men efter ved siger blev",
    },
    Profile {
        tag: "no",
        letters: "æøå",
        words: "og at det i en som på er av for med den til ikke om et har de var fra kan seg men etter ved sier ble",
    },
    Profile {
        tag: "fi",
        letters: "äö",
        words: "ja on ei se että oli hän mutta myös kun niin kuin sen ovat jälkeen mukaan sanoo presidentti",
    },
    Profile {
        tag: "cs",
        letters: "ěřůžščýň",
        words: "a je v na se že to s z do o ve k po jako jeho není byl bylo pro také který podle ale jsou za",
    },
    Profile {
        tag: "sk",
        letters: "ľĺŕôžščý",
        words: "a je v na sa že to s z do o vo k po ako jeho nie bol bolo pre tiež ktorý podľa ale sú za",
    },
    Profile {
        tag: "hu",
        letters: "őű",
        words: "a az és hogy nem is egy van ez meg már csak volt szerint után mint elnök azt",
    },
    Profile {
        tag: "ro",
        letters: "țșăâ",
        words: "și în de la a cu pe că nu este din care pentru o un mai au fost după s-a președintele ale",
    },
    Profile {
        tag: "hr",
        letters: "đćčšž",
        words: "i je u na da se za su od s ne o to kao bi koji nakon ali iz predsjednik prema nije će",
    },
    Profile {
        tag: "sl",
        letters: "čšž",
        words: "in je v na da se za so od s ne o to kot bi ki po pa iz predsednik tudi ni",
    },
    Profile {
        tag: "lt",
        letters: "ėęįųū",
        words: "ir kad į su iš apie tai yra bet buvo po prezidentas už kaip jis dėl",
    },
    Profile {
        tag: "lv", letters: "āēīūķļņģ", words: "un ir ar ka no uz par tas bet bija pēc prezidents kā arī viņš"
    },
    Profile { tag: "et", letters: "õäöü", words: "ja on ei et see oli ka kui tema aga pärast president mis ning" },
    Profile {
        tag: "id",
        letters: "",
        words: "yang dan di ke dari ini itu untuk dengan pada tidak dalam akan oleh telah presiden juga ada karena",
    },
    Profile {
        tag: "vi",
        letters: "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệ",
        words: "và của là có trong cho với các được không người tổng thống những",
    },
    Profile { tag: "ca", letters: "·", words: "el la els les de del dels i en amb per que és un una als ha" },
    Profile { tag: "sq", letters: "ë", words: "dhe në të e i me për një që nga është ka se pas" },
    Profile { tag: "az", letters: "əğış", words: "və bir bu üçün ilə da də olan sonra prezidenti edib" },
];

/// What points at profiles, with those it points at as bits in the order of [`all_profiles`].
#[derive(Default)]
struct Signs {
    words: HashMap<&'static str, u64>,
    letters: HashMap<char, u64>,
}

static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
    let mut signs = Signs::default();
    for (index, profile) in all_profiles().enumerate() {
        for word in profile.words.split(' ') {
            *signs.words.entry(word).or_default() |= 1 << index;
        }
        for letter in profile.letters.chars() {
            *signs.letters.entry(letter).or_default() |= 1 << index;
        }
    }
    signs
});

/// Adds one to the count of each profile.
fn count(mut profiles: u64, counts: &mut [usize; 64]) {
    while profiles != 0 {
        counts[profiles.trailing_zeros() as usize] += 1;
        profiles &= profiles - 1;
    }
}

/// At most 64, one bit each.
fn all_profiles() -> impl Iterator<Item = &'static Profile> {
    CYRILLIC.iter().chain(ARABIC).chain(LATIN)
}

/// The profile that explains the sample best, when it is clearly ahead of the next.
fn best(sample: &str, profiles: &'static [Profile], declared: Option<&'static str>) -> Option<&'static str> {
    let (mut n_words, mut n_small, mut n_letters) = (0_usize, [0_usize; 64], [0_usize; 64]);
    let mut lower = String::new();
    for word in sample.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()) {
        n_words += 1;
        // "UN" is no French article.
        if word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase()) {
            continue;
        }
        lower.clear();
        lower.extend(word.chars().flat_map(char::to_lowercase));
        count(SIGNS.words.get(lower.as_str()).copied().unwrap_or_default(), &mut n_small);
    }
    for letter in sample.chars().filter(|c| !c.is_ascii()) {
        count(SIGNS.letters.get(&letter).copied().unwrap_or_default(), &mut n_letters);
    }
    let mut scores: Vec<(f32, &'static str)> = Vec::with_capacity(profiles.len());
    for (index, profile) in all_profiles().enumerate() {
        if !profiles.iter().any(|known| known.tag == profile.tag) {
            continue;
        }
        let mut score = n_small[index] as f32 * WORD_POINTS + n_letters[index] as f32 * LETTER_POINTS;
        if declared == Some(profile.tag) && (score > 0.0 || n_words < WORDS_FEW) {
            score += if n_words < WORDS_FEW { DECLARED_POINTS_FEW_WORDS } else { DECLARED_POINTS };
        }
        scores.push((score, profile.tag));
    }
    scores.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (first, second) = (scores.first()?, scores.get(1)?);
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
