//! Owns what classes and the words before a date say about it: published, changed, the clock of the page, or elsewhere.

use std::sync::LazyLock;

use super::{attributes::Attributes, vocabulary::Vocabulary};

/// What blocks call themselves that stand beside the article, and those that hold a date.
#[rustfmt::skip]
const ELSEWHERE: [&str; 12] = [
    "footer", "sidebar", "related", "comment", "teaser", "recommend", "popular", "trending", "latest", "widget",
    "copyright", "most-read",
];
#[rustfmt::skip]
const DATES: [&str; 10] = [
    "date", "time", "publish", "posted", "byline", "meta", "pubdate", "datum", "fecha", "author",
];
/// Parts of classes that name the author.
const AUTHORS: [&str; 8] = ["author", "authors", "byline", "autor", "auteur", "autore", "avtor", "contributor"];
/// What a wall calls itself.
const WALLS: [&str; 6] =
    ["paywall", "premium-content", "paid-content", "subscriber-only", "subscribers-only", "regwall"];
/// Words in front of a date, in lowercase; stems, so that every form is met.
#[rustfmt::skip]
const PUBLISHED_LABELS: [&str; 44] = [
    "publish", "posted", "first published", "veröffentlich", "erschienen", "gepostet", "geschrieben am", "online seit",
    "publié", "publication", "mis en ligne", "rédigé le", "publicad", "publicaci", "publicat", "publicação",
    "pubblicat", "pubblicazione", "inserito", "opublikowan", "dodano", "опубликован", "публикац", "размещен",
    "опублікован", "публікац", "yayınlan", "yayın tarihi", "eklenme", "giriş tarihi", "نشر", "发布", "發布", "发表", "發表",
    "公開", "配信", "掲載", "created", "erstellt", "written on", "data publikacji", "date:", "gepubliceerd",
];
#[rustfmt::skip]
const CHANGED_LABELS: [&str; 31] = [
    "updated", "update:", "modified", "last edited", "last reviewed", "last revised", "aktualisiert", "geändert",
    "bearbeitet", "editiert", "mis à jour", "mise à jour", "modifié", "actualizad", "actualizaci", "modificad",
    "atualizad", "atualização", "aggiornat", "aggiornamento", "modificat", "aktualizacj", "обновлен", "изменен",
    "оновлен", "змінен", "güncelle", "تحديث", "更新", "修订", "copyright",
];
/// The day an article is of, whether written or changed then.
const STATE_LABELS: [&str; 3] = ["stand:", "stand des", "stand vom"];
/// What a page's clock says of itself.
#[rustfmt::skip]
const CLOCK_LABELS: [&str; 14] = [
    "it is currently", "current time", "the time now", "all times are", "aktuelle zeit", "es ist jetzt", "heute ist",
    "nous sommes le", "hora actual", "fecha actual", "ora attuale", "aktualny czas", "текущее время", "поточний час",
];

/// How surely a text is the date of publication.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Says that it is now.
    Clock,
    /// Says that it is the date of a change.
    Changed,
    #[default]
    None,
    Date,
    Published,
}

/// Where on the page something stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    BeforeHeading,
    #[default]
    AfterHeading,
    /// Navigation, footer, sidebar, comments, teasers.
    Elsewhere,
}

/// The classes and the id of an element, in lowercase, and the lists that have a word in them.
pub(super) struct Names<'n> {
    written: &'n str,
    /// Bytes of the classes; the id is behind them.
    n_class_bytes: usize,
    lists: u32,
}

/// The lists, as bits.
const SAYS_CHANGED: u32 = 1;
const SAYS_PUBLISHED: u32 = 1 << 1;
const SAYS_DATE: u32 = 1 << 2;
const SAYS_ELSEWHERE: u32 = 1 << 3;
const SAYS_AUTHOR: u32 = 1 << 4;
const SAYS_WALL: u32 = 1 << 5;
const SAYS_TEASER: u32 = 1 << 6;

impl<'n> Names<'n> {
    /// Reads an element's names; `buffer` is written anew.
    pub(super) fn of(attributes: &Attributes, buffer: &'n mut String) -> Self {
        let class = attributes.class.unwrap_or_default();
        buffer.clear();
        buffer.push_str(class);
        buffer.push(' ');
        buffer.push_str(attributes.id.unwrap_or_default());
        buffer.make_ascii_lowercase();
        Self { n_class_bytes: class.len(), ..Self::in_text(buffer) }
    }

    /// Reads names that are in lowercase already.
    pub(super) fn in_text(written: &'n str) -> Self {
        const CHANGED: [&str; 3] = ["update", "modif", "changed"];
        const PUBLISHED: [&str; 3] = ["publish", "pubdate", "posted-on"];
        static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
            Vocabulary::of(&[&CHANGED, &PUBLISHED, &DATES, &ELSEWHERE, &AUTHORS, &WALLS, &["teaser"]])
        });
        Self { written, n_class_bytes: written.len(), lists: VOCABULARY.lists_in(written) }
    }

    fn say(&self, list: u32) -> bool {
        self.lists & list != 0
    }

    pub(super) fn say_teaser(&self) -> bool {
        self.say(SAYS_TEASER)
    }

    /// Whether one of them names what stands beside the article, not a layout that has such a thing.
    pub(super) fn stand_elsewhere(&self) -> bool {
        let names_it = |class: &str| ELSEWHERE.iter().any(|word| class.contains(word)) && !is_layout(class);
        self.say(SAYS_ELSEWHERE) && self.written.split_ascii_whitespace().any(names_it)
    }

    /// Whether one is that of an article's footer: `entry-footer`.
    pub(super) fn are_article_footer(&self) -> bool {
        const FOOTERS: [&str; 5] = ["entry-footer", "article-footer", "post-footer", "article__footer", "post__footer"];
        self.say(SAYS_ELSEWHERE) && self.written.split_ascii_whitespace().any(|class| FOOTERS.contains(&class))
    }

    /// What they say about the dates below the element.
    pub(super) fn mark(&self) -> Mark {
        match (self.say(SAYS_CHANGED), self.say(SAYS_PUBLISHED)) {
            // The hAtom `updated` of an entry that never changed.
            (true, true) => Mark::Published,
            (true, false) if is_entry_date(self.written) => Mark::Date,
            (true, false) => Mark::Changed,
            (false, true) => Mark::Published,
            (false, false) if self.say(SAYS_DATE) => Mark::Date,
            (false, false) => Mark::None,
        }
    }

    /// Whether one is a wall's, not a menu's, a button's or a teaser's that has to do with one.
    pub(super) fn have_paywall(&self) -> bool {
        self.say(SAYS_WALL) && self.written.split_ascii_whitespace().any(is_paywall_class)
    }

    /// Whether a class names the author.
    pub(super) fn name_author(&self) -> bool {
        self.say(SAYS_AUTHOR) && self.written.get(..self.n_class_bytes).is_some_and(is_author_class)
    }

    /// Whether one is that of readers' comments, not of a page that has some.
    pub(super) fn are_comments(&self) -> bool {
        self.written.split_ascii_whitespace().any(is_comments_class)
    }

    pub(super) fn say_publish(&self) -> bool {
        self.say(SAYS_PUBLISHED) && self.written.contains("publish")
    }
}

fn is_layout(class: &str) -> bool {
    let words = ["has-", "no-", "with-", "one-", "two-", "layout", "page", "wrapper", "container"];
    words.iter().any(|word| class.contains(word))
}

/// Themes write `entry-date updated` on the only date they show.
fn is_entry_date(classes: &str) -> bool {
    ["entry-date", "module-date", "post-date"].iter().any(|class| classes.contains(class))
}

/// What a few words in front of a date say about it.
pub(super) fn label_mark(text: &str) -> Mark {
    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| Vocabulary::of(&[&CLOCK_LABELS, &STATE_LABELS, &CHANGED_LABELS, &PUBLISHED_LABELS]));
    let found = VOCABULARY.lists_in(&text.to_lowercase());
    if found & 0b0001 != 0 {
        return Mark::Clock;
    }
    if found & 0b0010 != 0 {
        return Mark::Date;
    }
    match (found & 0b0100 != 0, found & 0b1000 != 0) {
        (_, true) => Mark::Published,
        (true, false) => Mark::Changed,
        (false, false) => Mark::None,
    }
}

/// The text from the label of publication on, when one of a change stands before it: `Updated 3 May, published 1 May`.
pub(super) fn published_part(text: &str) -> &str {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(&[&CHANGED_LABELS, &PUBLISHED_LABELS]));
    let lower = text.to_lowercase();
    if VOCABULARY.lists_in(&lower) != 0b11 {
        return text;
    }
    let first = |words: &[&str]| words.iter().filter_map(|word| lower.find(word)).min();
    match (first(&CHANGED_LABELS), first(&PUBLISHED_LABELS)) {
        (Some(changed), Some(published)) if changed < published => text.get(published..).unwrap_or(text),
        _ => text,
    }
}

/// The clock and a change outweigh publication, that outweighs a mere date.
pub(super) fn stronger(a: Mark, b: Mark) -> Mark {
    match a.min(b) {
        low @ (Mark::Clock | Mark::Changed) => low,
        _ => a.max(b),
    }
}

/// Whether a lowercase class names the author.
fn is_author_class(classes: &str) -> bool {
    #[rustfmt::skip]
    const NOT: [&str; 21] = [
        "bio", "desc", "description", "image", "img", "avatar", "photo", "picture", "title", "job", "role", "position",
        "social", "follow", "email", "twitter", "link", "links", "count", "icon", "thumb",
    ];
    classes.split_ascii_whitespace().any(|class| {
        let mut parts = class.split(|c: char| !c.is_ascii_alphanumeric());
        parts.clone().any(|part| AUTHORS.contains(&part)) && !parts.any(|part| NOT.contains(&part))
    })
}

fn is_comments_class(class: &str) -> bool {
    #[rustfmt::skip]
    const COMMENTS: [&str; 14] = [
        "comment", "comments", "commentlist", "comment-list", "comments-list", "comments-area", "comments-section",
        "comment-section", "comments-container", "comment-content", "comment-body", "kommentare", "commentaires", "comentarios",
    ];
    COMMENTS.contains(&class)
}

fn is_paywall_class(class: &str) -> bool {
    const NOT: [&str; 11] =
        ["button", "btn", "nav", "user", "konto", "login", "link", "meter", "-tag", "label", "icon"];
    let has = |words: &[&str]| words.iter().any(|word| class.contains(word));
    has(&WALLS) && !has(&NOT)
}

/// Whether a link leads to an author's page.
pub(super) fn is_author_address(href: &str) -> bool {
    #[rustfmt::skip]
    const FOLDERS: [&str; 24] = [
        "author", "authors", "autor", "autores", "autoren", "autorzy", "auteur", "auteurs", "autore", "autori",
        "contributor", "contributors", "profile", "profiles", "people", "person", "staff", "journalist", "journalists",
        "reporter", "columnist", "avtor", "avtory", "yazar",
    ];
    let end = href.bytes().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(href.len());
    let path = href.get(..end).unwrap_or_default().trim_end_matches('/');
    let is_folder =
        |part: &str| (5..=12).contains(&part.len()) && FOLDERS.iter().any(|folder| folder.eq_ignore_ascii_case(part));
    path.rsplit('/').skip(1).any(is_folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_in_thirteen_languages() {
        let labels = [
            ("Published:", "Last updated"),
            ("Опубліковано", "Оновлено"),
            ("Дата публикации:", "Обновлено"),
            ("Veröffentlicht am", "Zuletzt bearbeitet:"),
            ("Publié le", "Mis à jour le"),
            ("Publicado el", "Actualizado"),
            ("Pubblicato il", "Ultimo aggiornamento"),
            ("Publicado em", "Atualizado em"),
            ("Opublikowano", "Ostatnia aktualizacja:"),
            ("Yayınlanma:", "Son güncelleme:"),
            ("تاريخ النشر", "آخر تحديث"),
            ("发布时间：", "更新时间："),
            ("公開日", "最終更新"),
        ];
        for (published, changed) in labels {
            assert_eq!(label_mark(published), Mark::Published, "{published}");
            assert_eq!(label_mark(changed), Mark::Changed, "{changed}");
        }
        assert_eq!(published_part("Updated 3 May; published 1 May"), "published 1 May");
        assert_eq!(published_part("Published 1 May"), "Published 1 May");
        assert_eq!(label_mark("It is currently Mon"), Mark::Clock);
        assert_eq!(label_mark("Geneva"), Mark::None);
    }

    #[test]
    fn classes_tell_a_change_from_the_only_date_of_an_entry() {
        let classes = [
            ("entry-date published updated", Mark::Published),
            ("entry-date updated module-date", Mark::Date),
            ("updated", Mark::Changed),
            ("article__modified", Mark::Changed),
            ("c-byline", Mark::Date),
            ("lead", Mark::None),
        ];
        for (class, mark) in classes {
            assert_eq!(Names::in_text(class).mark(), mark, "{class}");
        }
    }

    #[test]
    fn classes_name_the_author_and_an_id_does_not() {
        let say = |class, id| {
            let attributes = Attributes { class, id, ..Attributes::default() };
            Names::of(&attributes, &mut String::from("before")).name_author()
        };
        assert!(say(Some("Post-Author x"), None));
        assert!(!say(Some("x"), Some("author")));
        assert!(!say(Some("author-bio"), None));
    }

    #[test]
    fn a_menu_for_subscribers_is_no_wall() {
        assert!(is_paywall_class("c-paywall__box"));
        assert!(!is_paywall_class("paywall-user-navigation"));
        assert!(!is_paywall_class("subscriber-only-tag"));
    }

    #[test]
    fn a_layout_with_a_sidebar_is_no_sidebar() {
        assert!(Names::in_text("c-sidebar right").stand_elsewhere());
        assert!(!Names::in_text("content has-sidebar").stand_elsewhere());
        assert!(!Names::in_text("article-body").stand_elsewhere());
    }
}
