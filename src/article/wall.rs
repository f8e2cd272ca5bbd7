//! Owns walls: what a page asks of readers instead of showing its article, consent to cookies or a proof of being human.

use std::sync::LazyLock;

use super::{markup::Line, vocabulary::Vocabulary};

/// A longer text is an article, though it tells of robots.
const ROBOT_TEXT_CHARS_MAX: usize = 700;
/// Chars that may stand beside a wall's own words: its heading, the outlet's name.
const REST_CHARS_MAX: usize = 80;
/// Signs that make a line one of a consent box.
const SIGNS_MIN: u32 = 3;
const LINE_CHARS_MIN: usize = 40;

/// What a consent box speaks of, each in the words of the languages pages are read in; lowercase stems. The first two
/// stand in few other texts, and a line must have one of them.
const SIGNS: [&[&str]; 9] = [
    &["cookie", "куки", "ملفات تعريف الارتباط", "çerez", "ciasteczk", "クッキー"],
    &[
        "legitimate interest",
        "законного інтересу",
        "законного интереса",
        "berechtigter interessen",
        "berechtigtes interesse",
        "intérêt légitime",
        "interés legítimo",
        "legittimo interesse",
        "uzasadniony interes",
        "uzasadnionego interesu",
        "interesse legítimo",
        "meşru menfaat",
        "مصلحة مشروعة",
        "合法利益",
        "正当な利益",
    ],
    &[
        "partner",
        "партнер",
        "partenaire",
        "socios",
        "parceiros",
        "ortaklar",
        "شركا",
        "合作伙伴",
        "提携先",
        "vendors",
        "third parties",
        "drittanbieter",
    ],
    &[
        "your device",
        "вашому пристрої",
        "вашем устройстве",
        "ihrem gerät",
        "votre terminal",
        "votre appareil",
        "su dispositivo",
        "tuo dispositivo",
        "twoim urządzeniu",
        "seu aparelho",
        "seu dispositivo",
        "cihazın",
        "جهازك",
        "您的设备",
        "您的裝置",
        "端末",
    ],
    &[
        "personalised",
        "personalized",
        "advertis",
        "реклам",
        "werbung",
        "personalisiert",
        "publicité",
        "personnalis",
        "publicidad",
        "personalizad",
        "pubblicità",
        "personalizzat",
        "reklam",
        "spersonalizowan",
        "anúncio",
        "publicidade",
        "kişiselleştir",
        "إعلانات",
        "个性化广告",
        "廣告",
        "广告",
        "広告",
    ],
    &[
        "consent",
        "your choice",
        "agree",
        "згод",
        "свій вибір",
        "соглас",
        "свой выбор",
        "einwilligung",
        "zustimm",
        "auswahl",
        "consentement",
        "votre accord",
        "vos choix",
        "consentimiento",
        "su elección",
        "consenso",
        "tua scelta",
        "zgod",
        "wybór",
        "consentimento",
        "sua escolha",
        "onay",
        "tercih",
        "موافقت",
        "اختيارك",
        "同意",
        "您的选择",
        "更改选择",
        "設定",
    ],
    &[
        "measure",
        "audience",
        "вимірювати",
        "аудитор",
        "измерять",
        "reichweite",
        "messen",
        "mesurer",
        "l'audience",
        "medir",
        "audiencia",
        "misurare",
        "mierzyć",
        "oglądalność",
        "audiência",
        "ölçüm",
        "قياس",
        "统计",
        "測定",
    ],
    &[
        "location data",
        "геолокац",
        "місцезнаходження",
        "местоположени",
        "standortdaten",
        "géolocalisation",
        "localización",
        "dati di posizione",
        "położeniu",
        "lokalizac",
        "localização",
        "konum ver",
        "بيانات الموقع",
        "位置信息",
        "位置情報",
    ],
    &[
        "privacy",
        "personal data",
        "конфіденційн",
        "персональн",
        "конфиденциальн",
        "datenschutz",
        "daten",
        "vie privée",
        "données",
        "privacidad",
        "datos",
        "riservatezza",
        "dati personali",
        "prywatno",
        "dane",
        "privacidade",
        "dados",
        "gizlilik",
        "kişisel veri",
        "الخصوصية",
        "البيانات",
        "隐私",
        "個人情報",
        "プライバシー",
    ],
];

/// What pages say that take the reader for a robot, or have nothing to show without scripts; lowercase.
#[rustfmt::skip]
const ROBOT: [&str; 57] = [
    "enable javascript", "javascript is disabled", "javascript is required", "turn on javascript", "verify you are human",
    "verify that you are human", "you are a robot", "you are not a robot", "you're not a robot", "checking your browser",
    "checking if the site connection is secure", "enable cookies and reload", "unusual traffic", "complete the captcha",
    "solve the captcha", "ddos protection by", "request blocked", "review the security of your connection", "your access to this site has been limited",
    "увімкніть javascript", "ви не робот", "перевірка браузера", "включите javascript", "вы не робот",
    "проверка браузера", "подозрительный трафик", "javascript aktivieren", "aktivieren sie javascript", "javascript einschalten",
    "kein roboter", "activer javascript", "activez javascript", "pas un robot", "habilite javascript", "active javascript",
    "activar javascript", "no eres un robot", "no es un robot", "abilita javascript", "attiva javascript", "abilitare javascript",
    "non sei un robot", "włącz javascript", "włączyć javascript", "nie jesteś robotem", "ative o javascript",
    "habilite o javascript", "não é um robô", "javascript'i etkinleştir", "robot olmadığınız", "تفعيل javascript",
    "تفعيل جافا سكريبت", "لست روبوت", "人机验证", "启用javascript", "ロボットではない", "javascriptを有効",
];

/// Drops the lines of a consent box. Returns whether they, or a robot's, were all that the page had to say; then nothing
/// is left. A page whose title names cookies is about them.
pub(super) fn clear(lines: &mut Vec<Line>, title: Option<&str>) -> bool {
    let n_chars = |lines: &[Line]| lines.iter().map(Line::n_chars).sum::<usize>();
    let n_before = n_chars(lines);
    if n_before == 0 {
        return false;
    }
    let lower = lines.iter().map(|line| line.text.to_lowercase()).collect::<Vec<_>>();
    let title = title.map(str::to_lowercase);
    let is_robot = n_before <= ROBOT_TEXT_CHARS_MAX
        && lower.iter().chain(&title).any(|line| ROBOT.iter().any(|phrase| line.contains(phrase)));
    let is_about_it = title.as_deref().is_some_and(|title| has_one(title, SIGNS[0]));
    if !is_about_it {
        let mut is_consent = lower.iter().map(|line| is_consent(line));
        lines.retain(|_| !is_consent.next().unwrap_or(false));
    }
    let n_left = n_chars(lines);
    let is_wall = is_robot || (n_left < n_before && n_left <= REST_CHARS_MAX);
    if is_wall {
        lines.clear();
    }
    is_wall
}

fn is_consent(lower: &str) -> bool {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(&SIGNS));
    let is_dense = lower.chars().any(|c| u32::from(c) >= 0x2E80);
    if !is_dense && lower.chars().count() < LINE_CHARS_MIN {
        return false;
    }
    let signs = VOCABULARY.lists_in(lower);
    signs.count_ones() >= SIGNS_MIN && signs & 0b11 != 0
}

fn has_one(lower: &str, words: &[&str]) -> bool {
    words.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = "The ministers met on Monday in the town hall and agreed to meet again in the spring.";

    fn cleared(lines: &[&str], title: &str) -> (bool, Vec<String>) {
        let mut lines: Vec<Line> = lines.iter().map(|line| Line::plain(line)).collect();
        let is_wall = clear(&mut lines, Some(title));
        (is_wall, lines.into_iter().map(|line| line.text).collect())
    }

    #[test]
    fn consent_boxes_of_thirteen_languages_go_and_alone_are_a_wall() {
        for line in [
            "We and our 312 partners store cookies on your device to show personalised advertising.",
            "Ми та наші партнери зберігаємо на вашому пристрої файли cookie, щоб показувати рекламу.",
            "Мы и наши партнеры храним на вашем устройстве файлы cookie, чтобы показывать рекламу.",
            "Wir und unsere 214 Partner speichern Cookies auf Ihrem Gerät, um Werbung anzuzeigen.",
            "Nos 187 partenaires et nous stockons des cookies sur votre terminal afin de mesurer l'audience.",
            "Nosotros y nuestros 243 socios almacenamos cookies en su dispositivo para mostrar publicidad.",
            "Noi e i nostri 198 partner conserviamo cookie sul tuo dispositivo per mostrare pubblicità.",
            "My i nasi partnerzy przechowujemy na Twoim urządzeniu pliki cookie, aby wyświetlać reklamy.",
            "Nós e nossos parceiros guardamos cookies no seu aparelho para exibir anúncios personalizados.",
            "Biz ve ortaklarımız, kişiselleştirilmiş reklam göstermek için cihazınızda çerez saklıyoruz.",
            "نستخدم نحن وشركاؤنا ملفات تعريف الارتباط على جهازك لعرض إعلانات مخصصة وقياس الجمهور.",
            "我们和合作伙伴会在您的设备上存储 Cookie，用于展示个性化广告和统计访问量。",
            "当サイトと提携先は、広告の表示と利用状況の測定のために、お使いの端末に Cookie を保存します。",
        ] {
            assert_eq!(cleared(&[line, ARTICLE], "Ministers meet"), (false, vec![ARTICLE.to_owned()]), "{line}");
            assert_eq!(cleared(&["Before you continue", line], "Gazette"), (true, Vec::new()), "{line}");
        }
    }

    #[test]
    fn a_page_that_takes_the_reader_for_a_robot_is_a_wall() {
        for line in ["Checking your browser before you access the site.", "Подтвердите, что вы не робот", "人机验证"]
        {
            assert!(cleared(&["gazette.example", line], "Just a moment").0, "{line}");
        }
        let article = [ARTICLE; 9];
        let told = "A sign on the lift asked her to confirm that you are not a robot, and she laughed.";
        let lines: Vec<&str> = article.iter().copied().chain([told]).collect();
        assert!(!cleared(&lines, "Ministers meet").0);
    }

    #[test]
    fn articles_about_cookies_advertising_and_privacy_stay() {
        let fined =
            "The regulator fined the company for cookies that partners put on the device of readers without consent.";
        assert_eq!(cleared(&[fined], "Regulator fines publisher over cookies"), (false, vec![fined.to_owned()]));
        for line in [
            "The company shares data with advertising partners, and its audience does not agree, a survey says.",
            "She baked cookies for the partners of the firm on her last day in the office in May.",
        ] {
            assert_eq!(cleared(&[line], "A firm"), (false, vec![line.to_owned()]), "{line}");
        }
    }
}
