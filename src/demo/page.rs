//! Owns the newsroom's pages: the same article in the layouts that real outlets use, with all that stands around it.

use jiff::ZonedDateTime;
use serde_json::json;

use super::edition::{Press, Printed, printed};
use super::feeds;
use super::markup::{attribute, push, text};
use super::newsroom::{Layout, Newsroom, Paper};

/// Other articles a page links to.
const RELATED_MAX: usize = 3;

/// Prints the page of `article`; `others` are what it may link to.
#[must_use]
pub(super) fn page(paper: &Paper, article: &Printed, others: &[Printed]) -> String {
    let frame = Frame { paper, article, others };
    match paper.layout {
        Layout::Classic => frame.classic(),
        Layout::Cards => frame.cards(),
        Layout::Wire => frame.wire(),
        Layout::Visible => frame.visible(),
        Layout::Table => frame.table(),
        Layout::Graph => frame.graph(),
    }
}

/// Prints the list of papers at `/`.
#[must_use]
pub(super) fn index(newsroom: &Newsroom, press: &Press) -> String {
    let mut list = String::new();
    for paper in &newsroom.papers {
        push(
            &mut list,
            format_args!(
                "<h2>{}</h2>\n<p><a href=\"{}\">feed</a></p>\n<ul>\n",
                text(&paper.outlet.name),
                feeds::path(paper)
            ),
        );
        for article in printed(paper, press) {
            push(&mut list, format_args!("<li><a href=\"{}\">{}</a></li>\n", article.path, text(&article.title)));
        }
        list.push_str("</ul>\n");
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>hotline demo newsroom</title></head>\n\
         <body><h1>The demo's newsroom</h1>\n<p>All news here is invented.</p>\n{list}</body></html>\n"
    )
}

struct Frame<'a> {
    paper: &'a Paper,
    article: &'a Printed,
    others: &'a [Printed],
}

impl Frame<'_> {
    fn classic(&self) -> String {
        let words = &self.paper.words;
        format!(
            "{head}<script type=\"application/ld+json\">{ld}</script>\n</head>\n<body>\n{cookies}{header}\
             <nav class=\"breadcrumb\"><a href=\"/\">{home}</a> › <a href=\"/world\">{world}</a></nav>\n\
             <main>\n<article class=\"article\">\n<h1 class=\"article__title\">{title}</h1>\n\
             <div class=\"article__meta\"><span class=\"author\">{byline}</span> <time datetime=\"{instant}\">{shown}</time></div>\n\
             {figure}<div class=\"article__body\">\n{body}</div>\n\
             <div class=\"share-buttons\">{share}: <a href=\"#f\">Facebook</a> <a href=\"#x\">X</a> <a href=\"#t\">Telegram</a></div>\n\
             </article>\n{sidebar}</main>\n{footer}</body>\n</html>\n",
            head = self.head(&format!("<link rel=\"canonical\" href=\"{}\">\n", self.article.url)),
            ld = self.news_article(),
            cookies = self.cookies(),
            header = self.header(),
            home = text(&words.sections[0]),
            world = text(&words.sections[1]),
            title = text(&self.article.title),
            byline = text(&self.article.byline.join(", ")),
            instant = self.instant(),
            shown = text(&self.shown()),
            figure = self.figure(),
            body = self.paragraphs(&self.related("aside", "related")),
            share = text(&words.share),
            sidebar = self.sidebar(),
            footer = self.footer(),
        )
    }

    fn cards(&self) -> String {
        let properties = format!(
            "<meta property=\"og:type\" content=\"article\">\n<meta property=\"og:title\" content=\"{title}\">\n\
             <meta property=\"og:url\" content=\"{url}\">\n<meta property=\"og:site_name\" content=\"{name}\">\n\
             <meta property=\"article:published_time\" content=\"{instant}\">\n<meta name=\"author\" content=\"{byline}\">\n",
            title = attribute(&self.article.title),
            url = attribute(&self.article.url),
            name = attribute(&self.paper.outlet.name),
            instant = self.instant(),
            byline = attribute(&self.article.byline.join(", ")),
        );
        format!(
            "{head}</head>\n<body class=\"bg-white text-gray-900\">\n{cookies}{header}\
             <div class=\"max-w-3xl mx-auto px-4\">\n<h1 class=\"text-4xl font-bold mt-8\">{title}</h1>\n\
             <div class=\"flex gap-2 text-sm\"><span class=\"font-medium byline\">{byline}</span><span class=\"timestamp\">{shown}</span></div>\n\
             {figure}<div class=\"prose prose-lg\">\n{body}</div>\n{sidebar}</div>\n{footer}</body>\n</html>\n",
            head = self.head(&properties),
            cookies = self.cookies(),
            header = self.header(),
            title = text(&self.article.title),
            byline = text(&self.article.byline.join(", ")),
            shown = text(&self.shown()),
            figure = self.figure(),
            body = self.paragraphs(&self.related("div", "related-links not-prose")),
            sidebar = self.sidebar(),
            footer = self.footer(),
        )
    }

    fn wire(&self) -> String {
        format!(
            "{head}<script type=\"application/ld+json\">{ld}</script>\n</head>\n<body>\n{header}<article>\n<h1>{title}</h1>\n\
             <p class=\"dateline-time\"><time datetime=\"{instant}\">{shown}</time></p>\n{body}</article>\n{footer}</body>\n</html>\n",
            head = self.head(""),
            ld = self.news_article(),
            header = self.header(),
            title = text(&self.article.title),
            instant = self.instant(),
            shown = text(&self.shown()),
            body = self.paragraphs(""),
            footer = self.footer(),
        )
    }

    fn visible(&self) -> String {
        format!(
            "{head}</head>\n<body>\n{header}<div id=\"content\">\n<h1>{title}</h1>\n\
             <div class=\"info\"><span class=\"datum\">{shown}</span> <span class=\"author\">{byline}</span></div>\n{figure}\
             <div class=\"text\">\n{body}</div>\n{sidebar}</div>\n{cookies}{footer}</body>\n</html>\n",
            head = self.head(""),
            header = self.header(),
            title = text(&self.article.title),
            shown = text(&self.shown()),
            byline = text(&self.article.byline.join(", ")),
            figure = self.figure(),
            body = self.paragraphs(&self.related("div", "read-more")),
            sidebar = self.sidebar(),
            cookies = self.cookies(),
            footer = self.footer(),
        )
    }

    fn table(&self) -> String {
        let body: Vec<String> = self.article.paragraphs.iter().map(|paragraph| text(paragraph)).collect();
        format!(
            "{head}</head>\n<body>\n{header}<table width=\"100%\"><tr><td class=\"left\">{sidebar}</td>\n\
             <td class=\"main\">\n<h1>{title}</h1>\n<span class=\"date\">{shown}</span> <span class=\"author\">{byline}</span>\n{figure}\
             <div class=\"news-text\">\n{body}\n</div>\n{related}</td></tr></table>\n{cookies}{footer}</body>\n</html>\n",
            head = self.head(&format!("<meta name=\"date\" content=\"{}\">\n", self.instant())),
            header = self.header(),
            sidebar = self.sidebar(),
            title = text(&self.article.title),
            shown = text(&self.shown()),
            byline = text(&self.article.byline.join(", ")),
            figure = self.figure(),
            body = body.join("<br><br>\n"),
            related = self.related("div", "see-also"),
            cookies = self.cookies(),
            footer = self.footer(),
        )
    }

    fn graph(&self) -> String {
        let graph = json!({
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "name": self.paper.outlet.name, "inLanguage": self.paper.lang()},
                self.news_article(),
                {"@type": "BreadcrumbList", "itemListElement": []},
            ],
        });
        format!(
            "{head}<script type=\"application/ld+json\">{graph}</script>\n</head>\n<body>\n{cookies}{header}\
             <section class=\"detail\">\n<header><h1>{title}</h1><p class=\"byline\">{byline}</p></header>\n{figure}\
             <div class=\"detail-content\">\n{body}</div>\n</section>\n{sidebar}{footer}</body>\n</html>\n",
            head = self.head(""),
            cookies = self.cookies(),
            header = self.header(),
            title = text(&self.article.title),
            byline = text(&self.article.byline.join(", ")),
            figure = self.figure(),
            body = self.paragraphs(&self.related("div", "related-news")),
            sidebar = self.sidebar(),
            footer = self.footer(),
        )
    }

    /// Opens the page up to the end of its head, which the caller closes.
    fn head(&self, more: &str) -> String {
        let (lang, charset) =
            (self.paper.lang(), if self.paper.layout == Layout::Table { "windows-1251" } else { "utf-8" });
        let direction = if lang == "ar" { " dir=\"rtl\"" } else { "" };
        format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\"{direction}>\n<head>\n<meta charset=\"{charset}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} - {name}</title>\n\
             <meta name=\"description\" content=\"{lead}\">\n\
             <link rel=\"alternate\" type=\"{feed_type}\" href=\"{feed}\">\n{more}",
            title = text(&self.article.title),
            name = text(&self.paper.outlet.name),
            lead = attribute(self.article.paragraphs.first().map_or("", String::as_str)),
            feed_type = feeds::media_type(self.paper),
            feed = feeds::path(self.paper),
        )
    }

    fn news_article(&self) -> serde_json::Value {
        let author = |name: &String| json!({"@type": "Person", "name": name});
        json!({
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": self.article.title,
            "datePublished": self.instant(),
            "dateModified": self.instant(),
            "inLanguage": self.paper.lang(),
            "mainEntityOfPage": self.article.url,
            "author": self.article.byline.iter().map(author).collect::<Vec<_>>(),
            "publisher": {"@type": "NewsMediaOrganization", "name": self.paper.outlet.name},
        })
    }

    fn header(&self) -> String {
        let mut links = String::new();
        for (index, section) in self.paper.words.sections.iter().enumerate() {
            push(
                &mut links,
                format_args!("<li><a href=\"/{}/section-{index}\">{}</a></li>", self.paper.outlet.id, text(section)),
            );
        }
        format!(
            "<header class=\"site-header\"><a class=\"logo\" href=\"/\">{}</a>\n<nav class=\"menu\"><ul>{links}</ul></nav></header>\n",
            text(&self.paper.outlet.name)
        )
    }

    fn cookies(&self) -> String {
        let words = &self.paper.words;
        format!(
            "<div id=\"cookie-banner\" class=\"cookie-consent\" role=\"dialog\"><p>{}</p><button type=\"button\">{}</button></div>\n",
            text(&words.cookies),
            text(&words.accept)
        )
    }

    fn figure(&self) -> String {
        let Some(caption) = &self.article.caption else { return String::new() };
        let credit = format!("{}: {}", self.paper.words.photo, self.paper.outlet.name);
        format!(
            "<figure class=\"image\"><img src=\"/{id}/photo.jpg\" alt=\"{alt}\" width=\"960\" height=\"540\">\n\
             <figcaption>{caption} <span class=\"credit\">{credit}</span></figcaption></figure>\n",
            id = self.paper.outlet.id,
            alt = attribute(caption),
            caption = text(caption),
            credit = text(&credit),
        )
    }

    /// Prints the text with `inset` behind the second paragraph.
    fn paragraphs(&self, inset: &str) -> String {
        let mut html = String::new();
        for (index, paragraph) in self.article.paragraphs.iter().enumerate() {
            if index == 2 {
                html.push_str(inset);
            }
            push(&mut html, format_args!("<p>{}</p>\n", text(paragraph)));
        }
        html
    }

    fn related(&self, element: &str, class: &str) -> String {
        let links = self.links("li");
        if links.is_empty() {
            return String::new();
        }
        let title = text(&self.paper.words.read_also);
        format!("<{element} class=\"{class}\"><h3>{title}</h3><ul>{links}</ul></{element}>\n")
    }

    fn sidebar(&self) -> String {
        let words = &self.paper.words;
        format!(
            "<aside class=\"sidebar\"><h2>{most_read}</h2><ol>{links}</ol>\n\
             <form class=\"newsletter\" action=\"/subscribe\"><label>{newsletter}</label><input type=\"email\"></form></aside>\n",
            most_read = text(&words.most_read),
            links = self.links("li"),
            newsletter = text(&words.newsletter),
        )
    }

    fn footer(&self) -> String {
        format!(
            "<footer class=\"site-footer\"><p>© {name}. {rights}.</p></footer>\n",
            name = text(&self.paper.outlet.name),
            rights = text(&self.paper.words.footer)
        )
    }

    fn links(&self, element: &str) -> String {
        let mut links = String::new();
        let others = self.others.iter().filter(|other| other.path != self.article.path);
        for other in others.take(RELATED_MAX) {
            push(
                &mut links,
                format_args!("<{element}><a href=\"{}\">{}</a></{element}>", other.path, text(&other.title)),
            );
        }
        links
    }

    /// The time of publication in the newsroom's zone.
    fn local(&self) -> ZonedDateTime {
        self.article.published.to_zoned_datetime(self.paper.zone())
    }

    fn instant(&self) -> String {
        self.local().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The date as the page's readers see it.
    fn shown(&self) -> String {
        let local = self.local();
        let day = self.paper.words.date(local.date());
        match self.paper.lang() {
            "zh" => format!("{}年{day} {}", local.year(), local.strftime("%H:%M")),
            "en" => format!("{day}, {} {}", local.year(), local.strftime("%H:%M")),
            _ => format!("{day} {}, {}", local.year(), local.strftime("%H:%M")),
        }
    }
}
