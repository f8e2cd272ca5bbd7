//! Owns the pieces of words that give a language away when a text is too short for its small words: endings, letter pairs.

use std::sync::LazyLock;

use foldhash::{HashMap, HashMapExt as _};

use super::profile::all_profiles;

/// Letters of the longest piece, its word's borders among them.
const PIECE_CHARS_MAX: usize = 5;

/// Pieces a language is full of and its neighbours are not; `_` is the border of a word.
#[rustfmt::skip]
const PIECES: &[(&str, &str)] = &[
    ("en", "th_ _th sh wh ght ck ing_ ings_ ed_ ee oo ly_ ness tion_ tions_ ew_ ow_ ay ry_ ty_ cy_ ies_ oul ough _wr _kn ks_ \
            ts_ ds_ ps_ ns_ rs_ ls_ _s_ ea ll_ ge_ se_ ve_ ue_ ake _up_ _us_ _uk_ _out_ _new_ _war_ _off_ ld_ al_ an_ rd_"),
    ("de", "sch ung_ ungen en_ tz pf _ge _ver _be _ent eit_ lich isch_ ei ie er_ st_ cht äu ß eu ä ö ü _ein auf aus_ ck ff mm \
            tt_ rt_ zt_ lt_ ise_ ur_ sp st nde_ eln_ ern_ rei"),
    ("nl", "ij aa oo ee uu ge_ _ge en_ _ver heid lijk _het cht eu oe ui sch_ st_ er_ rd_ dt_ lle ie_ ken_ ing_ aar oor eer_ \
            uit_ tte"),
    ("fr", "eux_ eau aux_ oi ou ez_ _qu tion_ ment_ é_ és_ ée_ ées_ eur_ eurs_ ique_ iste_ oire_ ais_ ait_ _pré ille gn è que_ \
            ne_ re_ te_ le_ es_ ent_ oux ieu ç ê î _au_ _du_ iers_ er_ _l_ _d_ ns_ ôt nce_"),
    ("es", "ción_ ones_ ado_ ada_ ados_ idad_ ero_ era_ ll ñ _qu os_ as_ ía ó_ ará_ ue ie nto_ ncia_ al_ ez_ iz an_ en_ es_ \
            ar_ er_ ta_ ra_ na_ do_ á_ é_ ión_ rá_ or_ io_ co_ _la_ _el_"),
    ("it", "ione_ ioni_ ato_ ata_ ati_ ità_ gli cch ggi zz sci che_ chi one_ oni_ _gi nte_ tti_ tto_ lla_ lle_ ssi_ ri_ ni_ ti_ \
            li_ co_ re_ ro_ sta_ ia_ io_ no_ ta_ gi uo mme ppe zion rr ezz"),
    ("pt", "ção_ ções_ ão_ ões_ ado_ ada_ ade_ lh nh ç eir ou_ em_ ia_ os_ as_ ncia_ nto_ ss õ ã ê â ei al_ am_ ar_ er_ to_ ta_ \
            do_ da_ á_ ém_ eu_ ois_ aís_ ro_ ra_ io_"),
    ("ca", "ció_ cions_ ny ll ix tge ls_ es_ ts_ _el_ _els_ at_ ada_ itat_ nt_ ssi aix eix ig_ ns_ ç _l_ _d_ uc _per_ _amb_ pr"),
    ("ro", "ul_ ului_ ilor_ elor_ ții_ ția_ ție_ ește_ ea_ ă_ ă ț ș â î ii_ at_ ele_ tul_ rul_ are_ _să_ esc_ iei_ eaz"),
    ("pl", "sz cz rz dz ów ego_ ie_ nie ć_ _pr ski_ ska_ skie ych_ owa _w_ _z_ ość ł ą ę ś ż ź ń wy_ em_ li_ je_ ał_ ło_ ują_ \
            ani_ dni pr ej_ ki_ uj ow ię"),
    ("cs", "ř ě ů ý é í š ž č ní_ ch_ ého_ ou_ ské_ ská_ ký_ ost_ ova pro_ _se_ ala_ al_ je_ li_ ů_ nost že dn kl"),
    ("sk", "ľ ĺ ŕ ô ä ť ď ý í é š ž č nie_ ia_ ie_ ého_ ou_ ské_ ská_ ký_ osť_ ova _sa_ al_ li_ nú_ dn dv ov_ mi_"),
    ("hr", "ije ć č š ž đ ja_ je_ ju_ nje_ nja_ ski_ _u_ ao_ ilo_ ost_ ova ih_ og_ om_ lj nj će_ ti_ li_ ij"),
    ("sl", "č š ž je_ ja_ nje_ nja_ ski_ ega_ ila_ ost_ ova ih_ em_ lj nj _v_ za_ eni tev_ ic_ mi_ ne_ rj"),
    ("lt", "as_ is_ us_ os_ ai_ ų ė ū š ž č ų_ ti_ ja_ ijo iai_ ini au ie uo tų_ ms_"),
    ("lv", "ā ē ī ū š ž č ļ ķ ņ ģ as_ is_ us_ u_ am_ ām_ ai_ ji ie šan ība"),
    ("et", "aa ee ii õ ä ö ü ks_ st_ le_ se_ d_ ud_ us_ mi_ ja_ oo uu ine_ tus nd_ nn"),
    ("fi", "ää aa ii uu oo yy ä ö en_ in_ an_ ssa_ sta_ lla_ lle_ nen_ tti isi kse ku_ us_ ut_ ta_ et_ vat_ kk tt nt"),
    ("hu", "gy sz cs zs ő ű ö ü á é ek_ ok_ ak_ ott_ ett_ ban_ ben_ nak_ nek_ ság ség ás_ és_ nt_ _meg _el _ki ly at_ et_ tt"),
    ("sv", "ö ä å en_ et_ ar_ er_ för ing_ ade_ or_ na_ ll sk tt ör ast_ igt_ ska ns_ är ck"),
    ("da", "ø å æ en_ et_ er_ erne_ ede_ ing_ lig hed_ for gt_ ige_ af_ ør sk nde_ eg ens_ dt_ rne_"),
    ("no", "ø å æ en_ et_ er_ ene_ et_ ing_ lig het_ for gt_ ige_ av_ ør sk nde_ ei ens_ tt_ kk øy"),
    ("tr", "lar_ ler_ ları leri dı_ di_ yor_ ıyor iyor cak_ cek_ ı ğ ş ç ü ö nın_ nin_ dan_ den_ mış miş da_ de_ lık lik ın_ \
            ini_ ını_ tı_ ti_ dü_ du_ ecek acak ye_ ya_ ği ğı aş ış _baş"),
    ("az", "ə ğ ş ı ç ü ö lar_ lər_ dı_ di_ ir_ ib_ ub_ dan_ dən_ nın_ nin_ x q la_ lə_ sı_ si_"),
    ("id", "ng_ an_ _me _ber _di _pe kan_ nya_ _ke ah_ _ter _se ny at_ ya_ ai_ uk_"),
    ("vi", "ng_ nh_ ch_ _th _tr _nh _ng ươ ạ ả ấ ầ đ ế ề ệ ố ộ ớ ư ị ọ ủ ứ ự"),
    ("sq", "ë sh xh gj nj ër të_ në_ it_ in_ et_ ve_ je_ at_ uar_ im_ mi_ eve_ q ndë"),
    ("uk", "ння ття ськ цьк ого_ ої_ ів_ ть_ ий_ и_ их_ і_ ї_ ії_ в_ ся_ ти_ ли_ ла_ ло_ ку_ ьк що ну_ ню_ ає_ ує_ ють_ ію_"),
    ("ru", "ый_ ий_ ой_ ого_ его_ тся_ ться ение ения ание ания ии_ ств ов_ ях_ ах_ ет_ ют_ ят_ ил_ ал_ ала_ али_ или_ ость ть_ \
            ая_ ые_ ых_ ье ь_ ского ской ский ную_ ую_ ию_ ии_ ным_ ми_ лся_ нн ей_ ом_ ов_ _в_ ы_ ие_ ь ия_"),
    ("be", "ў ць_ ння_ аў ага_ цца ы_ і_ аў_ ць дз ых_ ыя_ ай_ ску_ ую_ ку_ ў_ ся_ лі_ ў"),
    ("bg", "ът_ та_ то_ те_ ява_ ция_ ите_ ият_ _се_ ха_ ъ ия_ ски_ ват_ за_ ен_ еше_ ри_ на_ ата_ ето_ ост_ ва_ ште щ"),
    ("sr", "ија ије ски_ ње_ ња_ ао_ ала_ ло_ ност_ ју_ ом_ ју је_ ли_ ки_ ћ ђ њ љ џ ј ти_ ог_ их_ те_"),
    ("mk", "ија увањ ање_ ите_ от_ та_ то_ ска_ ски_ ува_ ат_ ј ќ ѓ ќе_ ни_ ен_ те_ ја_ аа_"),
    ("kk", "ды_ ді_ ған_ ген_ лар_ лер_ ың_ ің_ ға_ ге_ қ ұ ң ғ ү і ө ә лды лді ты_ ті_"),
    ("mn", "ийн_ ын_ сан_ сэн_ ээ ий үү өө аа оо ов_ лээ_ лаа_ ийг_ ыг_ э_ дэ тэ"),
];

static PROFILES_OF: LazyLock<HashMap<&'static str, u64>> = LazyLock::new(|| {
    let mut found: HashMap<&'static str, u64> = HashMap::new();
    for (tag, pieces) in PIECES {
        let Some(index) = all_profiles().position(|profile| profile.tag == *tag) else { continue };
        for piece in pieces.split_ascii_whitespace() {
            *found.entry(piece).or_default() |= 1 << index;
        }
    }
    found
});

/// Calls `each` with the profiles of every piece of a lowercase word with its borders: `_word_`.
pub(super) fn of_word(bordered: &str, mut each: impl FnMut(u64)) {
    for (start, _) in bordered.char_indices() {
        let rest = &bordered[start..];
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        for end in ends.take(PIECE_CHARS_MAX) {
            if let Some(profiles) = PROFILES_OF.get(&rest[..end]) {
                each(*profiles);
            }
        }
    }
}
