//! Owns paragraphs that were wrapped by hand: lines of one width, cut in the middle of sentences, are one line again.

use super::markup::Line;

/// Fewer lines show no width.
const LINES_MIN: usize = 4;
/// Characters of the longest line: shorter ones are verse, longer ones paragraphs.
const WIDTH_MIN: usize = 50;
const WIDTH_MAX: usize = 120;
/// Share of the lines that must go on in the next, and fill the width by this much.
const SHARE_MIN: f32 = 0.7;
const FILLED_SHARE_MIN: f32 = 0.7;

/// Paragraphs wrapped by hand that show that a page's are.
const PARAGRAPHS_MIN: usize = 2;
/// Characters beyond the width: what hangs over, and words that were mended since.
const OVERHANG_MAX: usize = 8;

/// How the paragraphs of a page are wrapped that were met so far.
#[derive(Default)]
pub(super) struct Habit {
    n_paragraphs: usize,
    width: usize,
}

impl Habit {
    /// Whether lines are one paragraph: by themselves, or by those before them on the page.
    fn wraps(&mut self, lines: &[Line]) -> bool {
        if let Some(width) = width_of_wrapped(lines) {
            self.n_paragraphs += 1;
            self.width = self.width.max(width);
            return true;
        }
        let [before @ .., last] = lines else { return false };
        let fits = |line: &Line| line.n_chars() <= self.width + OVERHANG_MAX;
        let is_filled = |line: &Line| line.n_chars() as f32 >= self.width as f32 * FILLED_SHARE_MIN;
        self.n_paragraphs >= PARAGRAPHS_MIN
            && !before.is_empty()
            && before.iter().all(|line| fits(line) && is_filled(line))
            && fits(last)
    }
}

/// Joins the last lines of a page as far as they are broken, when they are one paragraph wrapped by hand; whole or
/// not, they are broken no longer.
pub(super) fn join(lines: &mut Vec<Line>, habit: &mut Habit) {
    let n_broken = lines.iter().rev().skip(1).take_while(|line| line.is_broken).count();
    let first = lines.len().saturating_sub(n_broken + 1);
    for index in first..lines.len() {
        lines[index].is_broken = false;
        lines[index].heads_text = lines.get(index + 1).is_some_and(|next| !next.is_link());
    }
    if !habit.wraps(&lines[first..]) {
        return;
    }
    let mut parts = lines.split_off(first).into_iter();
    let Some(mut whole) = parts.next() else { return };
    for part in parts {
        whole.text.push(' ');
        whole.text.push_str(&part.text);
        whole.n_link_bytes += part.n_link_bytes;
    }
    lines.push(whole);
}

/// The width of lines that show by themselves that they are one paragraph.
fn width_of_wrapped(lines: &[Line]) -> Option<usize> {
    let [before @ .., _] = lines else { return None };
    if lines.len() < LINES_MIN {
        return None;
    }
    let width = before.iter().map(Line::n_chars).max().unwrap_or_default();
    let is_filled = |line: &&Line| line.n_chars() as f32 >= width as f32 * FILLED_SHARE_MIN;
    let goes_on = |pair: &&[Line]| {
        !pair[0].text.ends_with(['.', '!', '?', ':', ';', '{', '}', ')'])
            && pair[1].text.starts_with(char::is_alphanumeric)
            && !pair[1].text.starts_with(char::is_uppercase)
    };
    let n_min = before.len() as f32 * SHARE_MIN;
    let is_wrapped = (WIDTH_MIN..=WIDTH_MAX).contains(&width)
        && before.iter().filter(is_filled).count() as f32 >= n_min
        && lines.windows(2).filter(goes_on).count() as f32 >= n_min;
    is_wrapped.then_some(width)
}

#[cfg(test)]
mod tests {
    use super::super::markup::fragment_lines;

    fn texts(html: &str) -> Vec<String> {
        fragment_lines(html).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_paragraph_wrapped_by_hand_is_one_line() {
        let wrapped = [
            "The ministers met in the old town hall on Monday morning and",
            "talked until late in the evening about the strait, the boats",
            "that may not leave the harbour at night, and the dues, which",
            "nobody has paid since the winter.",
        ];
        let whole = wrapped.join(" ");
        assert_eq!(texts(&format!("<p>{}</p><p>End.</p>", wrapped.join("<br>\n"))), [whole.as_str(), "End."]);
        let two = format!("<pre>{}\n\n{}</pre>", wrapped.join("\n"), wrapped.join("\n"));
        assert_eq!(texts(&two), [whole.as_str(), whole.as_str()]);
    }

    #[test]
    fn a_short_paragraph_is_joined_when_those_before_it_on_the_page_were() {
        let long = "The ministers met in the old town hall on Monday morning and<br>talked until late in the evening about \
                    the strait, the<br>boats that may not leave the harbour at night, and the<br>dues, which nobody has \
                    paid since the winter.";
        let short =
            "They agreed on a date for the next round and on nothing else.<br>The strait stays closed until then.";
        let page = format!("<p>{short}</p><p>{long}</p><p>{long}</p><p>{short}</p>");
        let found = texts(&page);
        assert_eq!((found.len(), found.last().map(|last| last.contains("else. The"))), (5, Some(true)));
    }

    #[test]
    fn verses_addresses_and_code_keep_their_lines() {
        let verse = "<p>The boats are in<br>the strait is shut<br>the snow is deep<br>and so am I</p>";
        assert_eq!(texts(verse).len(), 4);
        assert_eq!(texts("<pre>let boats = 4;\n\nlet dues = 7;\nlet strait = 1;</pre>").len(), 3);
    }
}
