//! Owns what is served instead of an article: a PDF, a video, data. Such bodies and pages are skipped, by class.

use dom_query::Document;
use url::Url;

use super::head::Head;

/// A page with more text than this is an article, whatever it shows beside it.
const TEXT_CHARS_MAX: usize = 400;

/// What a body is that is no article, or what a page shows that has next to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    Pdf,
    Video,
    Audio,
    Image,
    /// Of an office program.
    Document,
    Archive,
    Program,
    Json,
    Feed,
}

impl Media {
    /// Returns the word of reports and dead letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Program => "program",
            Self::Json => "json",
            Self::Feed => "feed",
        }
    }

    /// Tells by its first bytes and then by its declared type what a body is; `None` when it may be a page.
    pub(super) fn of_bytes(bytes: &[u8], content_type: Option<&str>) -> Option<Self> {
        let start = bytes.trim_ascii_start();
        if let Some(media) = magic(start) {
            return Some(media);
        }
        // Some servers call every page `application/octet-stream` or worse: markup in the body wins.
        if start.first() == Some(&b'<') {
            return None;
        }
        content_type.and_then(declared)
    }

    /// Tells what decoded text is that is no page; `start` has no space in front.
    pub(super) fn of_text(start: &str) -> Option<Self> {
        let opens_object = start.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}']))
            || start.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', '"', ']']));
        if opens_object && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok() {
            return Some(Self::Json);
        }
        let head: String = start.chars().take(400).collect::<String>().to_ascii_lowercase();
        let is_feed = !head.contains("<html") && ["<rss", "<feed", "<rdf:rdf"].iter().any(|root| head.contains(root));
        is_feed.then_some(Self::Feed)
    }

    /// Tells what a page shows that has a line or two of text beside it; `None` for articles.
    pub(super) fn of_page(html: &str, head: &Head, url: Option<&Url>, n_chars: usize) -> Option<Self> {
        if n_chars > TEXT_CHARS_MAX {
            return None;
        }
        let declared = head.meta(&["og:type"]).map(|(_, kind)| kind.to_ascii_lowercase()).unwrap_or_default();
        let shows_video = head.json_ld.is_video || head.meta(&["og:video", "og:video:url"]).is_some();
        if declared.starts_with("video") || (shows_video && (head.json_ld.is_video_only || is_in(url, "video"))) {
            return Some(Self::Video);
        }
        if declared.starts_with("music") || (is_in(url, "podcast") && html.contains("<audio")) {
            return Some(Self::Audio);
        }
        let shows_pdf = html.contains("application/pdf") || html.contains(".pdf");
        (shows_pdf && embeds_pdf(html)).then_some(Self::Pdf)
    }
}

impl std::fmt::Display for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pdf => "a PDF",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "an image",
            Self::Document => "an office document",
            Self::Archive => "an archive",
            Self::Program => "a program",
            Self::Json => "JSON",
            Self::Feed => "a feed",
        })
    }
}

/// The path has a folder of that name, singular or plural.
fn is_in(url: Option<&Url>, name: &str) -> bool {
    let Some(mut folders) = url.and_then(Url::path_segments) else { return false };
    folders.any(|folder| folder.strip_prefix(name).is_some_and(|rest| matches!(rest, "" | "s")))
}

fn embeds_pdf(html: &str) -> bool {
    const VIEWERS: &str = "embed[type='application/pdf'], object[type='application/pdf'], iframe[src*='.pdf'], \
                           embed[src*='.pdf'], object[data*='.pdf']";
    Document::from(html).select(VIEWERS).exists()
}

fn magic(start: &[u8]) -> Option<Media> {
    const MAGIC: [(&[u8], Media); 14] = [
        (b"%PDF-", Media::Pdf),
        (b"\x89PNG", Media::Image),
        (b"\xff\xd8\xff", Media::Image),
        (b"GIF8", Media::Image),
        (b"ID3", Media::Audio),
        (b"OggS", Media::Audio),
        (b"fLaC", Media::Audio),
        (b"\x1aE\xdf\xa3", Media::Video),
        (b"#EXTM3U", Media::Video),
        (b"PK\x03\x04", Media::Archive),
        (b"\x1f\x8b", Media::Archive),
        (b"{\\rtf", Media::Document),
        (b"\xd0\xcf\x11\xe0", Media::Document),
        (b"\x00asm", Media::Program),
    ];
    if let Some((_, media)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(*media);
    }
    let at = |from: usize, magic: &[u8]| start.get(from..from + magic.len()) == Some(magic);
    if at(0, b"RIFF") {
        return match start.get(8..12) {
            Some(b"WEBP") => Some(Media::Image),
            Some(b"WAVE") => Some(Media::Audio),
            Some(b"AVI ") => Some(Media::Video),
            _ => None,
        };
    }
    if at(4, b"ftypavif") || at(4, b"ftypheic") {
        return Some(Media::Image);
    }
    if at(4, b"ftypM4A") {
        return Some(Media::Audio);
    }
    at(4, b"ftyp").then_some(Media::Video)
}

fn declared(content_type: &str) -> Option<Media> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        "application/pdf" => Some(Media::Pdf),
        "application/json" | "application/ld+json" => Some(Media::Json),
        "application/msword" | "application/rtf" => Some(Media::Document),
        "application/zip" | "application/gzip" => Some(Media::Archive),
        "application/vnd.apple.mpegurl" | "application/dash+xml" => Some(Media::Video),
        _ if media_type.starts_with("application/vnd.openxmlformats") => Some(Media::Document),
        _ if media_type.starts_with("image/") => Some(Media::Image),
        _ if media_type.starts_with("video/") => Some(Media::Video),
        _ if media_type.starts_with("audio/") => Some(Media::Audio),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::head;

    #[test]
    fn bodies_that_are_no_page_are_told_by_kind() {
        let kinds: [(&[u8], Option<&str>, Media); 9] = [
            (b"%PDF-1.7 ...", Some("text/html"), Media::Pdf),
            (b"\x89PNG\r\n", None, Media::Image),
            (b"\x00\x00\x00\x20ftypisom", None, Media::Video),
            (b"RIFF\x00\x00\x00\x00WAVEfmt ", None, Media::Audio),
            (b"whatever", Some("video/mp4"), Media::Video),
            (b"whatever", Some("image/jpeg; q=1"), Media::Image),
            (b"whatever", Some("audio/mpeg"), Media::Audio),
            (b"{\"a\": 1}", Some("application/json"), Media::Json),
            (b"", Some("application/pdf"), Media::Pdf),
        ];
        for (bytes, content_type, media) in kinds {
            assert_eq!(Media::of_bytes(bytes, content_type), Some(media));
        }
        assert_eq!(Media::of_text("{\"a\": [1, 2]}"), Some(Media::Json));
        assert_eq!(Media::of_text("<?xml version='1.0'?><rss><channel/></rss>"), Some(Media::Feed));
        assert_eq!(Media::of_bytes(b"<html><p>a", Some("application/json")), None);
    }

    fn of_page(html: &str, url: &str, n_chars: usize) -> Option<Media> {
        let url = Url::parse(url).ok();
        Media::of_page(html, &head::read(&Document::from(html)), url.as_ref(), n_chars)
    }

    #[test]
    fn a_page_of_a_player_and_two_lines_is_a_video_and_a_long_text_beside_one_is_an_article() {
        let player = "<meta property='og:type' content='video.other'><h1>Talks</h1><p>Two lines.</p>";
        let node = "<script type='application/ld+json'>{\"@type\":\"VideoObject\",\"name\":\"A\"}</script>";
        let both = "<script type='application/ld+json'>[{\"@type\":\"NewsArticle\",\"headline\":\"A\"},\
                    {\"@type\":\"VideoObject\",\"name\":\"A\"}]</script>";
        assert_eq!(of_page(player, "https://a.example/1", 120), Some(Media::Video));
        assert_eq!(of_page(player, "https://a.example/1", 1_200), None);
        assert_eq!(of_page(node, "https://a.example/1", 120), Some(Media::Video));
        assert_eq!(of_page(both, "https://a.example/videos/1", 120), Some(Media::Video));
        assert_eq!(of_page(both, "https://a.example/world/1", 120), None);
    }

    #[test]
    fn a_page_around_a_pdf_is_a_pdf() {
        let viewer = "<h1>Report</h1><iframe src='/files/report.pdf#page=1'></iframe>";
        assert_eq!(of_page(viewer, "https://a.example/1", 0), Some(Media::Pdf));
        let link = "<h1>Report</h1><a href='/files/report.pdf'>The whole report</a>";
        assert_eq!(of_page(link, "https://a.example/1", 0), None);
    }
}
