//! Owns what gives each language away: the letters that its neighbours lack and its smallest words.

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt as _};

/// What gives a language away: letters that its neighbours lack and its smallest words.
pub(super) struct Profile {
    pub(super) tag: &'static str,
    pub(super) letters: &'static str,
    pub(super) words: &'static str,
}

pub(super) const CYRILLIC: &[Profile] = &[
    Profile {
        tag: "uk",
        letters: "іїєґ",
        words: "та що не це як від до про для після його її також під час був було або щодо й в у на з і за \
                президент розповів заявив проти новий нові дві війна уряд прем'єр міністр сьогодні років року буде \
                може вже тільки але ж чи їх він вона ми ви всі зі ціни двоє росії росія",
    },
    Profile {
        tag: "ru",
        letters: "ыэё",
        words: "что не это как от для после его её также и во был было или при к с в на за по из президент заявил \
                сообщил против новый новые два две три война правительство премьер министр сегодня лет года будет \
                может уже только но же ли их он она мы вы все об со цены двое россии россия",
    },
    Profile {
        tag: "be",
        letters: "ўіыэё",
        words: "што не гэта як ад для пасля яго таксама і быў было або пры з у на па прэзідэнт супраць новы два тры \
                вайна урад сёння гадоў ужо толькі але ці іх ён яна мы вы усе цэны міністр",
    },
    Profile {
        tag: "bg",
        letters: "ъ",
        words: "че се не да това като от след неговия също беше или при към с в на за по из ще са е президентът \
                срещу нов два три война правителство днес години вече само но ли ги той тя ние вие всички цените \
                растат министърът",
    },
    Profile {
        tag: "sr",
        letters: "ђћљњџ",
        words: "да је се не то као од за после његов такође био било или са у на и председник који против нови два \
                три рат влада данас година већ само али ли их он она ми ви сви цене расту министар премијер",
    },
    Profile {
        tag: "mk",
        letters: "ѓќѕ",
        words: "дека се не тоа како од за по неговиот исто беше или со во на и претседателот кој ќе против нов два \
                три војна влада денес години веќе само но ли ги тој таа ние вие сите цените растат министерот \
                премиерот",
    },
    Profile {
        tag: "kk", letters: "әғқңөұүһ", words: "және бұл үшін деп мен бен бір бар президенті туралы"
    },
    Profile {
        tag: "mn", letters: "өү", words: "байна нь энэ гэж болон бол юм ерөнхийлөгч"
    },
];

pub(super) const ARABIC: &[Profile] = &[
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

pub(super) const LATIN: &[Profile] = &[
    Profile {
        tag: "en",
        letters: "",
        words: "the of and to in is that for with on was by has are from after will be his said over at it as an not \
                have their this talks says over phone leaders discuss president minister how why what who when where \
                we you your our my can could would should about against between during under amid first year years \
                day people man woman world more than two three five set back down into near while before may might \
                must makes make made gets get wins win claims police killed dies dead strike strikes hits missile \
                fire court bid plan plans calls call urges warns kills rises falls rise fall prices deal ban bans \
                trade tax market news show officials report reports army military forces state up out off new us oil \
                key war attack attacks chief top ends faces rejects launches announces denies votes today death bill \
                law",
    },
    Profile {
        tag: "de",
        letters: "ßäöü",
        words: "der die und das von mit den ist für auf im nicht ein eine dem des sich als nach bei hat zu aus wird \
                über zum zur sind war auch vor gegen am an vom bis dass haben wurde einen einem seinem seinen neue \
                neuer neues keine kein mehr will soll kann sagt fordert warnt droht trotz beim ihre seine zwei drei \
                tote polizei regierung krieg präsident heute jahre ab weiter ohne unter zwischen deutschland \
                russland was wie wer so",
    },
    Profile {
        tag: "fr",
        letters: "çèêœùàâîëï",
        words: "a le la les des et du en une est pour dans que qui sur au par avec ce pas il à son sa ses aux après \
                plus être été selon entre l d contre nouvelle nouveau deux trois mort morts guerre gouvernement \
                président ministre demande annonce chez vers sous sans leur leurs cette ces ont fait veut peut \
                russie ukraine tempête",
    },
    Profile {
        tag: "es",
        letters: "ñ¿¡",
        words: "a el la los las de del en y una que con por para es su se un al como más pero este tras sobre fue ha \
                entre según no lo ante desde hasta sin también dijo habló llamó mantuvo pidió anunció contra nuevo \
                nueva dos tres muertos guerra gobierno presidente ministro anuncia acusa tiene sus les donde cuando \
                hay muy ya hoy años san viaja primer llama",
    },
    Profile {
        tag: "it",
        letters: "ìòù",
        words: "a il la di e che della del per con un una in è non sono gli le dei nel alla dal si da al i delle anche \
                dopo come più ha suo tra sulla contro nuovo nuova due tre morti guerra governo presidente ministro \
                oggi anni ecco perché sul sui nella nelle dai dagli negli ma chi ai colloqui vola prezzo",
    },
    Profile {
        tag: "pt",
        letters: "ãõ",
        words: "o a os as de do da dos das em um uma que com por para no na não se é ao pelo pela mais como são foi \
                sobre após entre também nos nas seu sua à e diz contra novo nova dois duas três mortos guerra \
                governo presidente ministro hoje anos afirma quer pode até já nega viaja preço sobe",
    },
    Profile {
        tag: "pl",
        letters: "łąęśżźćń",
        words: "i w na z do się nie że to jest o po od za przez jak oraz dla był są ze po przed prezydent także \
                który jego przeciw nowy nowa dwa dwie trzy wojna rząd dziś będzie chce może już tylko ale czy bo ma \
                został została leci rozmowy ceny",
    },
    Profile {
        tag: "tr",
        letters: "ğışİ",
        words: "ve bir bu için ile de da olarak olan en daha çok sonra kadar gibi ise dedi etti oldu var yeni göre \
                arasında cumhurbaşkanı ne karşı iki üç ölü savaş hükümet bakan başkan başbakan bugün yıl değil mi mı \
                olacak yapacak açıkladı saldırı meclis fiyatları",
    },
    Profile {
        tag: "nl",
        letters: "",
        words: "de het een van en in is op te dat met voor zijn niet aan er ook door naar bij om wordt heeft maar \
                uit over hij na tegen nieuwe twee drie doden oorlog regering zegt wil kan geen meer werd deze dit \
                haar hun vandaag ontkent",
    },
    Profile {
        tag: "sv",
        letters: "åäö",
        words: "och att det i en som på är av för med den till inte om ett har de var från kan sig men efter vid \
                säger mot nya två tre döda kriget regeringen vill mer ska stiger avgår dag",
    },
    Profile {
        tag: "da",
        letters: "æøå",
        words: "og at det i en som på er af for med den til ikke om et har de var fra kan sig men efter ved siger \
                blev mod nye tre døde krigen regeringen vil mere skal stiger afviser",
    },
    Profile {
        tag: "no",
        letters: "æøå",
        words: "og at det i en som på er av for med den til ikke om et har de var fra kan seg men etter ved sier ble \
                mot nye tre døde krigen regjeringen vil mer skal stiger avviser",
    },
    Profile {
        tag: "fi",
        letters: "äö",
        words: "ja on ei se että oli hän mutta myös kun niin kuin sen ovat jälkeen mukaan sanoo presidentti vastaan \
                uusi kaksi kolme sota hallitus nousee ministeri",
    },
    Profile {
        tag: "cs",
        letters: "ěřůžščýň",
        words: "a je v na se že to s z do o ve k po jako jeho není byl bylo pro také který podle ale jsou za proti \
                nový dva tři válka vláda dnes bude může už jen mrtví ceny rostou popřel",
    },
    Profile {
        tag: "sk",
        letters: "ľĺŕôžščý",
        words: "a je v na sa že to s z do o vo k po ako jeho nie bol bolo pre tiež ktorý podľa ale sú za proti nový \
                dvaja traja vojna vláda dnes bude môže už len mŕtvi ceny rastú poprel",
    },
    Profile {
        tag: "hu",
        letters: "őű",
        words: "a az és hogy nem is egy van ez meg már csak volt szerint után mint elnök azt ellen új két három \
                háború kormány ma lesz miniszter",
    },
    Profile {
        tag: "ro",
        letters: "țșăâ",
        words: "și în de la a cu pe că nu este din care pentru o un mai au fost după s-a președintele ale împotriva \
                nou doi trei război guvern azi astăzi ministrul premierul",
    },
    Profile {
        tag: "hr",
        letters: "đćčšž",
        words: "i je u na da se za su od s ne o to kao bi koji nakon ali iz predsjednik prema nije će protiv novi \
                dva tri rat vlada danas može već samo cijene rastu ministar premijer",
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
    Profile {
        tag: "et",
        letters: "õäöü",
        words: "ja on ei et see oli ka kui tema aga pärast president mis ning vastu uus kaks kolm sõda valitsus täna tõuseb",
    },
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
    Profile {
        tag: "ca",
        letters: "·",
        words: "el la els les de del dels i en amb per que és un una als ha contra nou nova dos tres morts guerra \
                govern avui es puja",
    },
    Profile { tag: "sq", letters: "ë", words: "dhe në të e i me për një që nga është ka se pas" },
    Profile { tag: "az", letters: "əğış", words: "və bir bu üçün ilə da də olan sonra prezidenti edib" },
];

/// Letters that a language never writes: one of them, and the text is another's or a quotation.
#[rustfmt::skip]
const FOREIGN: &[(&str, &str)] = &[
    ("uk", "ыэёъўђјљњћџ"),
    ("ru", "іїєґўђјљњћџѓќѕәқңөүұғһ"),
    ("be", "ищъїєґђјљњћџ"),
    ("bg", "ыэёіїєґўђјљњћџѓќѕ"),
    ("sr", "йщъыьэюяіїєґўёѓќѕ"),
    ("mk", "йщъыьэюяіїєґўёђћ"),
    ("kk", "їєґўђјљњћџ"),
    ("mn", "іїєґўђјљњћџ"),
];

/// What points at profiles, with those it points at as bits in the order of [`all_profiles`].
pub(super) struct Signs {
    pub(super) words: HashMap<&'static str, u64>,
    /// Those that write a letter where their neighbours do not, and those that never write it.
    pub(super) letters: HashMap<char, (u64, u64)>,
    /// Bytes of the longest word.
    pub(super) bytes_max: usize,
}

pub(super) static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
    let mut signs = Signs { words: HashMap::new(), letters: HashMap::new(), bytes_max: 0 };
    for (index, profile) in all_profiles().enumerate() {
        for word in profile.words.split_ascii_whitespace() {
            *signs.words.entry(word).or_default() |= 1 << index;
            signs.bytes_max = signs.bytes_max.max(word.len());
        }
        for letter in profile.letters.chars() {
            signs.letters.entry(letter).or_default().0 |= 1 << index;
        }
        let foreign = FOREIGN.iter().filter(|(tag, _)| *tag == profile.tag).flat_map(|(_, letters)| letters.chars());
        for letter in foreign.flat_map(|letter| [Some(letter), letter.to_uppercase().next()]).flatten() {
            signs.letters.entry(letter).or_default().1 |= 1 << index;
        }
    }
    signs
});

/// At most 64, one bit each.
pub(super) fn all_profiles() -> impl Iterator<Item = &'static Profile> {
    CYRILLIC.iter().chain(ARABIC).chain(LATIN)
}
