//! Owns live blogs: which lines of a text are which post, and when each post came out.

use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    dates::{self, Order},
    furniture,
    head::Head,
    json_ld::Update,
    lines::{self, Known},
    markup::{self, Line, fragment_lines, letters, page_lines},
};

/// Fewer posts are no live blog.
const POSTS_MIN: usize = 2;
/// Posts read on one page.
const POSTS_MAX: usize = 400;
/// Marked-up times looked at.
const TIMES_MAX: usize = 1_000;
/// Bytes of prose that make a block with a time a post; a teaser is a link.
const PROSE_BYTES_MIN: usize = 60;
const PROSE_LINE_BYTES_MIN: usize = 40;
/// Bytes of letters by which a line is known again in a post.
const LETTERS_MIN: usize = 12;
/// Share of the posts' letters that a text must hold to be the live blog's; otherwise the posts themselves are taken.
const FOUND_SHARE_MIN: f32 = 0.6;
/// Share of the page's prose that undeclared posts must hold to be what the page is about.
const OWN_SHARE_MIN: f32 = 0.4;
/// Elements above the posts that may say that the page is a live blog.
const ANCESTORS_MAX: usize = 4;

/// Blocks tried as the one that holds the posts.
const PARENTS_MAX: usize = 8;
/// Lines looked for in the middle of longer ones.
const SCANS_MAX: usize = 300;

/// Words by which blocks call themselves live.
#[rustfmt::skip]
const LIVE: [&str; 13] = [
    "live", "liveblog", "liveblogs", "liveticker", "livefeed", "livepost", "liveposts", "liveupdate", "liveupdates",
    "livestory", "ticker", "timeline", "minuto",
];

/// One post of a live blog, as a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Post {
    /// Chars of the text, end exclusive.
    pub start: usize,
    pub end: usize,
    pub published: Timestamp,
}

/// The posts a page declares or marks up.
#[derive(Debug, Default)]
pub(super) struct Blog {
    posts: Vec<Marked>,
    /// It is what the page is about, not a ticker beside an article.
    is_own: bool,
}

/// A post with the lines by which it is found in the text.
#[derive(Debug)]
struct Marked {
    published: Timestamp,
    lines: Vec<String>,
    letters: String,
    /// Lines that begin with the post's time, as the page has them, and without it.
    timed: Vec<(String, String)>,
}

impl Marked {
    fn new(published: Timestamp, lines: Lines) -> Self {
        let letters = lines.bare.iter().map(|line| letters(line)).collect();
        Self { published, lines: lines.bare, letters, timed: lines.timed }
    }
}

/// The lines of a block without its times, and what they were.
#[derive(Debug, Default)]
struct Lines {
    bare: Vec<String>,
    timed: Vec<(String, String)>,
}

impl Lines {
    fn append(&mut self, mut other: Self) {
        self.bare.append(&mut other.bare);
        self.timed.append(&mut other.timed);
    }
}

/// Reads a page's posts twice: as its JSON-LD and as its markup gives them. `zone` is the newsroom's, for times without
/// an offset.
pub(super) fn read(document: &Document, head: &Head, zone: Option<&TimeZone>) -> [Blog; 2] {
    let node = &head.json_ld;
    let declared = node.updates.iter().take(POSTS_MAX).filter_map(|update| of_update(update, zone));
    let declared = Blog { posts: declared.collect(), is_own: true };
    let may_be_live = node.is_live_blog || head.times.len() >= POSTS_MIN;
    let marked = if may_be_live { in_markup(document, node.is_live_blog, zone) } else { Blog::default() };
    [declared, marked]
}

fn of_update(update: &Update, zone: Option<&TimeZone>) -> Option<Marked> {
    let published = instant(&update.published, zone)?;
    let mut lines: Vec<String> = update.headline.iter().cloned().collect();
    let body = fragment_lines(&update.body).into_iter().map(|line| line.text);
    lines.extend(body.filter(|line| Some(line) != update.headline.as_ref()));
    (!lines.is_empty()).then(|| Marked::new(published, Lines { bare: lines, timed: Vec::new() }))
}

fn instant(value: &str, zone: Option<&TimeZone>) -> Option<Timestamp> {
    Some(dates::stamp(value, zone, Order::DayFirst)?.instant?.timestamp())
}

/// Finds the run of siblings with a time each, or with a time in front of each.
fn in_markup(document: &Document, is_declared: bool, zone: Option<&TimeZone>) -> Blog {
    let times = document.select("time");
    let mut timed: HashMap<NodeId, Vec<(NodeRef, Timestamp)>> = HashMap::new();
    let mut parents: Vec<NodeRef> = Vec::new();
    for time in times.nodes().iter().take(TIMES_MAX) {
        let value = time.attr("datetime").map_or_else(|| markup::text(time), |value| value.to_string());
        let Some(at) = instant(&value, zone) else { continue };
        let mut child = *time;
        while let Some(parent) = child.parent() {
            let children = timed.entry(parent.id).or_insert_with(|| {
                parents.push(parent);
                Vec::new()
            });
            // Further times of the same post: of an edit, of a quoted message.
            if children.last().is_none_or(|(last, _)| last.id != child.id) {
                children.push((child, at));
            }
            child = parent;
        }
    }
    let n_children = |parent: &NodeRef| timed.get(&parent.id).map_or(0, Vec::len);
    let mut best: Vec<Marked> = Vec::new();
    parents.retain(|parent| n_children(parent) >= POSTS_MIN);
    parents.sort_by_key(|parent| std::cmp::Reverse(n_children(parent)));
    for parent in parents.iter().take(PARENTS_MAX) {
        let Some(children) = timed.get(&parent.id) else { continue };
        if children.len() <= best.len() || !(is_declared || is_live(parent, &children[0].0)) {
            continue;
        }
        let posts = posts(parent, children);
        if posts.len() > best.len() {
            best = posts;
        }
    }
    let n_posts: usize = best.iter().flat_map(|post| &post.lines).map(String::len).sum();
    let is_own = is_declared || n_posts as f32 >= prose(&document.root()) as f32 * OWN_SHARE_MIN;
    Blog { posts: best, is_own }
}

/// Whether the block of posts, one of them or what stands around says that it is live.
fn is_live(parent: &NodeRef, child: &NodeRef) -> bool {
    let says = |node: &NodeRef| {
        let names = ["class", "id", "itemprop", "itemtype", "data-testid", "data-component"].map(|key| node.attr(key));
        names.iter().flatten().flat_map(|value| value.split_ascii_whitespace()).any(|name| {
            furniture::words(name).iter().any(|word| LIVE.contains(&word.as_str()))
                || name.contains("LiveBlog")
                || name.contains("liveBlog")
        })
    };
    says(child) || says(parent) || parent.ancestors_it(Some(ANCESTORS_MAX)).any(|node| says(&node))
}

/// The children as posts; where they hold only the times, what stands between two of them is a post.
fn posts(parent: &NodeRef, timed: &[(NodeRef, Timestamp)]) -> Vec<Marked> {
    let n_full = timed.iter().filter(|(child, _)| prose(child) >= PROSE_BYTES_MIN).count();
    if n_full * 3 >= timed.len() * 2 {
        let full = timed.iter().take(POSTS_MAX).map(|(child, at)| Marked::new(*at, lines_of(child)));
        return full.filter(|post| post.letters.len() >= LETTERS_MIN).collect();
    }
    let mut posts: Vec<(Timestamp, Lines)> = Vec::new();
    for child in parent.children_it(false) {
        if let Some((_, at)) = timed.iter().find(|(one, _)| one.id == child.id) {
            posts.push((*at, lines_of(&child)));
        } else if let Some((_, lines)) = posts.last_mut() {
            lines.append(lines_of(&child));
        }
    }
    let posts = posts.into_iter().take(POSTS_MAX).map(|(at, lines)| Marked::new(at, lines));
    posts.filter(|post| post.letters.len() >= PROSE_BYTES_MIN).collect()
}

fn lines_of(node: &NodeRef) -> Lines {
    let times: Vec<String> =
        node.descendants_it().filter(|inner| inner.has_name("time")).map(|time| markup::text(&time)).collect();
    let mut lines = Lines::default();
    for line in markup::lines(node).into_iter().map(|line| line.text) {
        let time = times.iter().find_map(|time| line.strip_prefix(time.as_str()).filter(|_| !time.is_empty()));
        let bare = time.unwrap_or(&line).trim_start_matches([' ', '-', '–', '—', ':', '|', '•', '·']);
        if bare.is_empty() {
            continue;
        }
        lines.bare.push(bare.to_owned());
        if time.is_some() {
            let bare = bare.to_owned();
            lines.timed.push((line, bare));
        }
    }
    // A bare text between two elements.
    let text = if node.is_text() { markup::text(node) } else { String::new() };
    lines.bare.extend(Some(text).filter(|text| !text.is_empty()));
    lines
}

/// Bytes of longer lines outside links.
fn prose(node: &NodeRef) -> usize {
    let lines = page_lines(node).lines;
    let own = lines.iter().map(|line| line.text.len().saturating_sub(line.n_link_bytes));
    own.filter(|n_bytes| *n_bytes >= PROSE_LINE_BYTES_MIN).sum()
}

/// Finds the posts in the page's text; where the text has lost most of them, they become the text.
pub(super) fn place(blogs: &[Blog], text: &mut String, known: &Known) -> Vec<Post> {
    let placed = |text: &str| {
        let all = blogs.iter().filter(|blog| !blog.posts.is_empty()).map(|blog| blog.find(text).posts);
        all.max_by_key(Vec::len).unwrap_or_default()
    };
    let fullest = blogs.iter().filter(|blog| blog.is_the_page()).max_by_key(|blog| blog.n_letters());
    if let Some(blog) = fullest.filter(|blog| blog.is_lost(text)) {
        *text = blog.text(text, known);
    }
    if placed(text).len() < POSTS_MIN {
        return Vec::new();
    }
    let timed = blogs.iter().flat_map(|blog| &blog.posts).flat_map(|post| &post.timed);
    let timed: HashMap<&str, &str> = timed.map(|(line, bare)| (line.as_str(), bare.as_str())).collect();
    *text = text.lines().map(|line| *timed.get(line).unwrap_or(&line)).collect::<Vec<_>>().join("\n");
    placed(text)
}

/// What of a blog stands in a text.
struct Found {
    /// In the order of the text.
    posts: Vec<Post>,
    /// Bytes of the letters of lines that a post has.
    n_letters: usize,
}

impl Blog {
    /// The page is a live blog, whether it says so or not.
    pub(super) fn is_the_page(&self) -> bool {
        self.is_own && self.posts.len() >= POSTS_MIN
    }

    fn n_letters(&self) -> usize {
        self.posts.iter().map(|post| post.letters.len()).sum()
    }

    /// Posts are missing, torn or there twice, as in a list of their headlines above them.
    fn is_lost(&self, text: &str) -> bool {
        let found = self.find(text);
        found.posts.len() != self.posts.len() || (found.n_letters as f32) < self.n_letters() as f32 * FOUND_SHARE_MIN
    }

    /// What the text says above its last post and beside them, then the posts.
    fn text(&self, text: &str, known: &Known) -> String {
        let mut search = Search::new(self);
        let found: Vec<(&str, bool)> =
            text.lines().map(|line| (line, search.post_of(&letters(line)).is_some())).collect();
        let last = found.iter().rposition(|(_, is_post)| *is_post).unwrap_or(found.len());
        let beside = found[..last].iter().filter(|(_, is_post)| !is_post);
        let mut lines: Vec<String> = beside.map(|(line, _)| (*line).to_owned()).collect();
        for post in &self.posts {
            let post = post.lines.iter().map(|line| Line::plain(line)).collect();
            lines.extend(lines::filter(post, known).into_iter().map(|line| line.text));
        }
        lines.join("\n")
    }

    fn find(&self, text: &str) -> Found {
        let mut search = Search::new(self);
        let mut found: Vec<(usize, Post)> = Vec::new();
        let (mut n_letters, mut start) = (0, 0);
        for line in text.lines() {
            let end = start + line.chars().count();
            let letters = letters(line);
            if let Some(at) = search.post_of(&letters) {
                n_letters += letters.len();
                if found.last().is_none_or(|(last, _)| *last != at) {
                    found.push((at, Post { start, end, published: self.posts[at].published }));
                }
            }
            // A line that no post has is of the post above it.
            if let Some((_, post)) = found.last_mut() {
                post.end = end;
            }
            start = end + 1;
        }
        Found { posts: found.into_iter().map(|(_, post)| post).collect(), n_letters }
    }
}

/// Looks up lines in the posts of a blog, in the order of the page.
struct Search<'a> {
    posts: &'a [Marked],
    by_line: HashMap<String, usize>,
    at: usize,
    n_scans: usize,
}

impl<'a> Search<'a> {
    fn new(blog: &'a Blog) -> Self {
        let mut by_line = HashMap::new();
        for (at, post) in blog.posts.iter().enumerate() {
            for line in &post.lines {
                by_line.entry(letters(line)).or_insert(at);
            }
        }
        Self { posts: &blog.posts, by_line, at: 0, n_scans: 0 }
    }

    /// Returns the post that has the line: the current one, the next one, or any.
    fn post_of(&mut self, line: &str) -> Option<usize> {
        if line.len() < LETTERS_MIN {
            return None;
        }
        let holds = |at: &usize| self.posts.get(*at).is_some_and(|post| post.letters.contains(line));
        let mut found = [self.at, self.at + 1].into_iter().find(holds).or_else(|| self.by_line.get(line).copied());
        if found.is_none() && self.n_scans < SCANS_MAX {
            self.n_scans += 1;
            found = (0..self.posts.len()).find(holds);
        }
        self.at = found.unwrap_or(self.at);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::head;

    const NOON: &str = "The envoys of the two countries have left the hall and will speak to reporters at noon.";
    const NIGHT: &str = "The presidents spoke by telephone for an hour, the palace says, and will speak again today.";
    const MORNING: &str = "The port is closed until the evening, and no ferry has left it since the early morning.";

    fn posts_of(html: &str, text: &str) -> (String, Vec<String>) {
        let document = Document::from(html);
        let blogs = read(&document, &head::read(&document), None);
        let mut text = text.to_owned();
        let posts = place(&blogs, &mut text, &Known::default());
        let part = |post: &Post| text.chars().skip(post.start).take(post.end - post.start).collect::<String>();
        let posts = posts.iter().map(|post| format!("{} {}", post.published, part(post))).collect();
        (text, posts)
    }

    fn expected() -> [String; 2] {
        [format!("2025-05-02T10:00:00Z {NOON}"), format!("2025-05-01T20:30:00Z {NIGHT}\n{MORNING}")]
    }

    #[test]
    fn posts_are_found_in_the_text_by_their_containers() {
        let html = format!(
            "<h1>Talks</h1><div class='c-liveblog'><div><time datetime='2025-05-02T12:00:00+02:00'>12:00</time><p>{NOON}</p>\
             </div><div><time datetime='2025-05-01T22:30:00+02:00'>22:30</time><p>{NIGHT}</p><p>{MORNING}</p>\
             <small>Edited <time datetime='2025-05-01T23:00:00+02:00'>23:00</time></small></div></div>"
        );
        let text = format!("What we know\n{NOON}\n{NIGHT}\n{MORNING}");
        assert_eq!(posts_of(&html, &text), (text, expected().to_vec()));
    }

    #[test]
    fn posts_are_found_behind_their_times_when_nothing_holds_them() {
        let html = format!(
            "<h1>Talks</h1><div id=live><h3><time datetime='2025-05-02T12:00:00+02:00'>12:00</time></h3><p>{NOON}</p>\
             <h3><time datetime='2025-05-01T22:30:00+02:00'>22:30</time></h3><p>{NIGHT}</p><p>{MORNING}</p></div>"
        );
        let text = format!("{NOON}\n{NIGHT}\n{MORNING}");
        assert_eq!(posts_of(&html, &text).1, expected());
    }

    #[test]
    fn declared_posts_become_the_text_when_the_page_has_lost_them() {
        let html = format!(
            "<script type='application/ld+json'>{{\"@type\":\"LiveBlogPosting\",\"headline\":\"Talks\",\"liveBlogUpdate\":[\
             {{\"@type\":\"BlogPosting\",\"datePublished\":\"2025-05-02T12:00:00+02:00\",\"articleBody\":\"{NOON}\"}},\
             {{\"@type\":\"BlogPosting\",\"datePublished\":\"2025-05-01T22:30:00+02:00\",\"articleBody\":\"<p>{NIGHT}</p>\
             <p>{MORNING}</p>\"}}]}}</script>"
        );
        let (text, posts) = posts_of(&html, "A day of talks.");
        assert_eq!(text, format!("A day of talks.\n{NOON}\n{NIGHT}\n{MORNING}"));
        assert_eq!(posts, expected());
    }

    #[test]
    fn a_list_of_teasers_and_a_ticker_beside_an_article_are_no_posts() {
        let item =
            |n: u8, text: &str| format!("<li><time datetime='2025-05-0{n}T12:00:00Z'>12:00</time><p>{text}</p></li>");
        let list =
            |class: &str| format!("<ul class='{class}'>{}{}{}</ul>", item(1, NOON), item(2, NIGHT), item(3, MORNING));
        let article = "The council met in the town hall and voted for new lamps along the pier.";
        let body = format!("<p>{article}</p>").repeat(6);
        for class in ["latest-news", "live-ticker"] {
            let (text, posts) = posts_of(&format!("<h1>Lamps</h1>{body}{}", list(class)), article);
            assert_eq!((text.as_str(), posts.len()), (article, 0), "{class}");
        }
    }
}
