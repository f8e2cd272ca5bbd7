//! Owns month names: the written forms of the twelve months in the languages pages and feeds are read in.

use std::{collections::HashMap, sync::LazyLock};

/// One row a language: the forms of each month from January on, alternatives after a slash.
#[rustfmt::skip]
const MONTHS: &[[&str; 12]] = &[
    [
        "january/jan", "february/feb", "march/mar", "april/apr", "may", "june/jun", "july/jul", "august/aug",
        "september/sep/sept", "october/oct", "november/nov", "december/dec",
    ],
    [
        "januar/jänner", "februar/feber", "märz/mrz/mär", "april", "mai", "juni", "juli", "august", "september",
        "oktober/okt", "november", "dezember/dez",
    ],
    [
        "janvier/janv", "février/fevrier/févr/fév", "mars", "avril/avr", "mai", "juin", "juillet/juil", "août/aout",
        "septembre", "octobre", "novembre", "décembre/decembre/déc",
    ],
    [
        "enero/ene", "febrero", "marzo", "abril/abr", "mayo", "junio", "julio", "agosto/ago", "septiembre/setiembre",
        "octubre", "noviembre", "diciembre/dic",
    ],
    [
        "gennaio/gen", "febbraio", "marzo", "aprile", "maggio/mag", "giugno/giu", "luglio/lug", "agosto",
        "settembre/set", "ottobre/ott", "novembre", "dicembre",
    ],
    [
        "janeiro", "fevereiro/fev", "março/marco", "abril", "maio", "junho", "julho", "agosto", "setembro",
        "outubro/out", "novembro", "dezembro",
    ],
    [
        "stycznia/styczeń/sty", "lutego/luty/lut", "marca/marzec", "kwietnia/kwiecień/kwi", "maja/maj",
        "czerwca/czerwiec/cze", "lipca/lipiec/lip", "sierpnia/sierpień/sie", "września/wrzesień/wrz",
        "października/październik/paź", "listopada/listopad/lis", "grudnia/grudzień/gru",
    ],
    [
        "січня/січень/січ", "лютого/лютий/лют", "березня/березень/берез/бер", "квітня/квітень/квіт", "травня/травень/трав",
        "червня/червень/черв", "липня/липень/лип", "серпня/серпень/серп", "вересня/вересень/верес/вер",
        "жовтня/жовтень/жовт", "листопада/листопад/лист", "грудня/грудень/груд",
    ],
    [
        "января/январь/янв", "февраля/февраль/фев", "марта/март/мар", "апреля/апрель/апр", "мая/май",
        "июня/июнь/июн", "июля/июль/июл", "августа/август/авг", "сентября/сентябрь/сен/сент", "октября/октябрь/окт",
        "ноября/ноябрь/ноя/нояб", "декабря/декабрь/дек",
    ],
    [
        "ocak/oca", "şubat/şub", "mart", "nisan/nis", "mayıs", "haziran/haz", "temmuz/tem", "ağustos/ağu",
        "eylül/eyl", "ekim/eki", "kasım/kas", "aralık/ara",
    ],
    [
        "يناير/جانفي", "فبراير/شباط/فيفري", "مارس/آذار", "أبريل/ابريل/نيسان/أفريل", "مايو/أيار", "يونيو/حزيران/جوان",
        "يوليو/تموز/جويلية", "أغسطس/اغسطس/آب/أوت", "سبتمبر/أيلول", "أكتوبر/اكتوبر", "نوفمبر", "ديسمبر",
    ],
    [
        "januari", "februari", "maart/mrt", "april", "mei", "juni", "juli", "augustus/augusti", "september",
        "oktober", "november", "december",
    ],
    [
        "ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu",
        "prosince",
    ],
    [
        "ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie", "octombrie",
        "noiembrie", "decembrie",
    ],
    [
        "január", "február/febr", "március/márc", "április/ápr", "május/máj", "június/jún", "július/júl",
        "augusztus", "szeptember/szept", "október", "november", "december",
    ],
    [
        "ιανουαρίου/ιανουάριος/ιαν", "φεβρουαρίου/φεβρουάριος/φεβ", "μαρτίου/μάρτιος/μαρ/μάρ/μάώ/μαώ",
        "απριλίου/απρίλιος/απρ", "μαΐου/μαΐου/μάιος/μάι/μαϊ/μαΐ/μαι", "ιουνίου/ιούνιος/ιούν/ιουν/ιον",
        "ιουλίου/ιούλιος/ιούλ/ιουλ/ιολ", "αυγούστου/αύγουστος/αύγ/αυγ", "σεπτεμβρίου/σεπτέμβριος/σεπ",
        "οκτωβρίου/οκτώβριος/οκτ", "νοεμβρίου/νοέμβριος/νοέ/νοε", "δεκεμβρίου/δεκέμβριος/δεκ",
    ],
];

/// Returns the month a lowercase word names, 1 to 12.
pub fn month(word: &str) -> Option<i8> {
    BY_WORD.get(word.trim_end_matches('.')).copied()
}

/// A word that several languages use means what the first row says.
static BY_WORD: LazyLock<HashMap<&'static str, i8>> = LazyLock::new(|| {
    let mut by_word = HashMap::new();
    for row in MONTHS {
        for (month, forms) in (1_i8..).zip(row) {
            for form in forms.split('/') {
                by_word.entry(form).or_insert(month);
            }
        }
    }
    by_word
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn february_is_the_second_month_in_every_row() {
        for word in [
            "february",
            "februar",
            "février",
            "febrero",
            "febbraio",
            "fevereiro",
            "lutego",
            "лютого",
            "февраля",
            "şubat",
            "فبراير",
        ] {
            assert_eq!(month(word), Some(2), "{word}");
        }
        assert_eq!(month("sept."), Some(9));
        assert_eq!(month("monday"), None);
    }
}
