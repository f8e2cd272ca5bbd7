//! Owns the names by which blocks of a page call themselves furniture, read word by word.

use std::sync::LazyLock;

use super::vocabulary::Vocabulary;

/// A longer class name is generated and says nothing.
const CLASS_BYTES_MAX: usize = 80;

/// Words of class names, sorted.
#[rustfmt::skip]
const WORDS: [&str; 68] = [
    "addthis", "addtoany", "ads", "adslot", "advert", "advertisement", "authorbox", "bildnachweis",
    "bildunterschrift", "breadcrumb", "breadcrumbs", "byline", "caption", "comments", "consent", "cookie", "cookies",
    "copyright", "credit", "credits", "dateline", "disqus", "donate", "donation", "figcaption", "gdpr", "hashtags",
    "legende", "menu", "navbar", "newsletter", "newsletters", "outbrain", "pager", "pagination", "paywall",
    "popular", "promo", "promos", "promotion", "readmore", "recirc", "recirculation", "recommendations",
    "recommended", "regwall", "related", "relatedposts", "saboxplugin", "share", "sharebar", "sharedaddy", "sharing",
    "sidebar", "signup", "social", "socials", "sponsor", "sponsored", "subscribe", "subscription", "taboola",
    "taglist", "teaser", "teasers", "timestamp", "toolbar", "trending",
];

/// Words that say so only side by side.
#[rustfmt::skip]
const PAIRS: [(&str, &str); 46] = [
    ("read", "more"), ("read", "also"), ("see", "also"), ("also", "read"), ("more", "on"), ("more", "stories"),
    ("most", "read"), ("most", "popular"), ("top", "stories"), ("sign", "up"), ("follow", "us"), ("social", "bar"),
    ("author", "bio"), ("author", "box"), ("author", "info"), ("author", "card"), ("author", "profile"),
    ("author", "description"), ("author", "details"), ("about", "the"), ("about", "author"), ("tag", "list"),
    ("post", "meta"), ("entry", "meta"), ("entry", "footer"), ("article", "meta"), ("article", "footer"),
    ("post", "footer"), ("print", "only"), ("screen", "reader"), ("sr", "only"), ("visually", "hidden"),
    ("read", "next"), ("up", "next"), ("you", "may"), ("jp", "relatedposts"), ("article", "date"), ("post", "date"),
    ("entry", "date"), ("publish", "date"), ("published", "date"), ("article", "tags"), ("post", "tags"),
    ("entry", "tags"), ("in", "brief"), ("print", "url"),
];

/// Words that make the name one of a part of the layout that merely has such a thing.
const LAYOUT: [&str; 7] = ["body", "main", "wrapper", "no", "without", "layout", "has"];

/// Stems of names for what readers wrote and for dialogs that ask for consent.
#[rustfmt::skip]
const FOREIGN: [&str; 23] = [
    "comments", "commentlist", "commentlinks", "commentform", "commentsection", "kommentare", "leserkommentar",
    "leserbrief", "commentaires", "comentarios", "commenti", "komentarze", "yorumlar", "disqus", "respond", "cookie",
    "consent", "gdpr", "dsgvo", "onetrust", "usercentrics", "didomi", "klaro",
];

/// `comment` alone is also the name of opinion pages; beside one of these it is what a reader wrote.
#[rustfmt::skip]
const BESIDE_COMMENT: [&str; 14] = [
    "list", "section", "area", "thread", "form", "body", "text", "content", "item", "box", "wrap", "container", "reply",
    "respond",
];

/// Words that utility classes share with furniture: `overflow-hidden`, `scroll-mt-2`, `media-body`, `com-content`.
#[rustfmt::skip]
const SUSPECT: [&str; 22] = [
    "hid", "comment", "footer", "header", "banner", "widget", "media", "meta", "scroll", "contact", "extra", "community",
    "com-", "masthead", "shopping", "replies", "rss", "remark", "popup", "legends", "supplemental", "-ad-",
];

/// Words of names for what holds a picture, and those that say that it holds a text beside one.
const PICTURES: [&str; 12] =
    ["photo", "photos", "foto", "image", "img", "picture", "bild", "imagen", "imagem", "zdjecie", "thumb", "thumbnail"];
const BESIDE_PICTURE: [&str; 8] = ["text", "txt", "content", "body", "paragraph", "has", "no", "with"];

/// The class names, or the id, of a block, and the lists that have a word in them.
pub(super) struct Names<'n> {
    written: &'n str,
    lists: u32,
}

/// The lists, as bits.
const MAY_BE_FOREIGN: u32 = 1;
const MAY_BE_FURNITURE: u32 = 1 << 1;
const MAY_BE_SUSPECT: u32 = 1 << 2;
const MAY_BE_PICTURE: u32 = 1 << 3;

impl<'n> Names<'n> {
    pub(super) fn of(written: &'n str) -> Self {
        Self { written, lists: lists_in(written) }
    }

    /// Whether one calls its block comments or a dialog about consent.
    pub(super) fn are_foreign(&self) -> bool {
        self.lists & MAY_BE_FOREIGN != 0 && self.written.split_ascii_whitespace().any(is_foreign)
    }

    /// Whether one (`article__related-links`, `shareBar`, `photo_credit`) names furniture.
    pub(super) fn name_furniture(&self) -> bool {
        self.lists & MAY_BE_FURNITURE != 0 && self.written.split_ascii_whitespace().any(is_named_by)
    }

    /// Whether one names what holds a picture, and nothing but its caption.
    pub(super) fn name_picture(&self) -> bool {
        let is_picture = |class: &str| {
            class.len() <= CLASS_BYTES_MAX && {
                let words = words(class);
                let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
                has(&PICTURES) && !has(&BESIDE_PICTURE)
            }
        };
        self.lists & MAY_BE_PICTURE != 0 && self.written.split_ascii_whitespace().any(is_picture)
    }

    /// Whether they have a word in them for which an engine would drop the block unseen.
    pub(super) fn are_suspect(&self) -> bool {
        self.lists & MAY_BE_SUSPECT != 0
    }
}

/// A word of a name is a part of it as written: most names of a page are read here and nowhere else.
fn lists_in(names: &str) -> u32 {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
        let foreign: Vec<&str> = FOREIGN.into_iter().chain(["comment"]).collect();
        let furniture: Vec<&str> = WORDS.into_iter().chain(PAIRS.map(|(first, _)| first)).collect();
        Vocabulary::of(&[&foreign, &furniture, &SUSPECT, &PICTURES])
    });
    VOCABULARY.lists_in(names)
}

fn is_foreign(class: &str) -> bool {
    let may_be = class.len() <= CLASS_BYTES_MAX && lists_in(class) & MAY_BE_FOREIGN != 0;
    may_be && {
        let words = words(class);
        words.iter().any(|word| FOREIGN.iter().any(|stem| word.starts_with(stem) && !word.starts_with("responsi")))
            || words.windows(2).any(|two| two[0] == "comment" && BESIDE_COMMENT.contains(&two[1].as_str()))
    }
}

/// Words of class names for the lead under a headline.
#[rustfmt::skip]
const LEADS: [&str; 26] = [
    "abstract", "bajada", "chapeau", "chapo", "deck", "dek", "entradilla", "gancho", "ingress", "intro",
    "introduction", "lead", "lede", "leadtext", "preamble", "sommario", "standfirst", "strapline", "subhead",
    "subheader", "subheading", "subheadline", "subtitle", "subtitulo", "summary", "vorspann",
];

/// Whether one class name calls its block the lead of the article.
pub(super) fn is_lead(class: &str) -> bool {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(&[&LEADS]));
    class.len() <= CLASS_BYTES_MAX
        && VOCABULARY.speaks_in(class)
        && words(class).iter().any(|word| LEADS.contains(&word.as_str()))
}

/// Whether one class name (`entry-content`, `article__body`, `storyText`) calls its block the body of the article.
pub(super) fn is_body(class: &str) -> bool {
    // Most class names of a page end here, before they cost anything.
    let may_be = class.len() <= CLASS_BYTES_MAX
        && ["body", "content", "text", "Body", "Content", "Text"].iter().any(|end| class.ends_with(end));
    may_be && {
        let words = words(class);
        let [.., first, last] = words.as_slice() else { return class == "articlebody" };
        matches!(first.as_str(), "article" | "story" | "post" | "entry" | "news" | "artikel")
            && matches!(last.as_str(), "body" | "content" | "text")
    }
}

/// Whether one class name calls its block a teaser: of another article when it links, the lead of this one when not.
pub(super) fn is_teaser(class: &str) -> bool {
    class.len() <= CLASS_BYTES_MAX
        && class.to_ascii_lowercase().contains("teaser")
        && words(class).iter().any(|word| word == "teaser")
}

fn is_named_by(class: &str) -> bool {
    if class.len() > CLASS_BYTES_MAX || lists_in(class) & MAY_BE_FURNITURE == 0 {
        return false;
    }
    let spaced = spaced(class);
    let words: Vec<&str> = spaced.split_ascii_whitespace().collect();
    if words.iter().any(|word| WORDS.binary_search(word).is_ok()) {
        return !words.iter().any(|word| LAYOUT.contains(word));
    }
    words.windows(2).any(|two| PAIRS.iter().any(|(first, second)| two[0] == *first && two[1] == *second))
}

/// Splits a class name into lowercase words at punctuation and camel case.
pub(super) fn words(class: &str) -> Vec<String> {
    spaced(class).split_ascii_whitespace().map(str::to_owned).collect()
}

/// Its words with spaces between.
fn spaced(class: &str) -> String {
    let mut spaced = String::with_capacity(class.len() * 2);
    let mut was_lower = false;
    for c in class.chars() {
        if !c.is_ascii_alphanumeric() {
            spaced.push(' ');
            was_lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && was_lower {
            spaced.push(' ');
        }
        was_lower = c.is_ascii_lowercase();
        spaced.push(c.to_ascii_lowercase());
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn class_names_are_read_word_by_word() {
        for class in ["shareBar", "c-photo__credit", "read-more-link", "article__related-links", "author-box"] {
            assert!(is_named_by(class), "{class}");
        }
        for class in ["entry-content", "c-article__body", "storyText"] {
            assert!(is_body(class), "{class}");
        }
        for class in
            ["post_comments", "comment-list", "Leserkommentare", "sp-dsgvo-row", "cookieBanner", "commentlinks"]
        {
            assert!(is_foreign(class), "{class}");
        }
        for class in ["comment", "commentary", "article_commentLead", "responsive-grid"] {
            assert!(!is_foreign(class), "{class}");
        }
        for class in ["content", "article-body-caption", "text"] {
            assert!(!is_body(class), "{class}");
        }
        for class in ["shareholder-text", "has-sidebar", "article-body-captioned", "read", "comments-wrapper"] {
            assert!(!is_named_by(class), "{class}");
        }
    }
}
