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

/// Joins the last lines of a page as far as they are broken, when they are one paragraph wrapped by hand; whole or
/// not, they are broken no longer.
pub(super) fn join(lines: &mut Vec<Line>) {
    let n_broken = lines.iter().rev().skip(1).take_while(|line| line.is_broken).count();
    let first = lines.len().saturating_sub(n_broken + 1);
    for line in &mut lines[first..] {
        line.is_broken = false;
    }
    if !is_wrapped(&lines[first..]) {
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

fn is_wrapped(lines: &[Line]) -> bool {
    let [before @ .., _] = lines else { return false };
    if lines.len() < LINES_MIN {
        return false;
    }
    let width = before.iter().map(Line::n_chars).max().unwrap_or_default();
    let is_filled = |line: &&Line| line.n_chars() as f32 >= width as f32 * FILLED_SHARE_MIN;
    let goes_on = |pair: &&[Line]| {
        !pair[0].text.ends_with(['.', '!', '?', ':', ';', '{', '}', ')'])
            && pair[1].text.starts_with(char::is_alphanumeric)
            && !pair[1].text.starts_with(char::is_uppercase)
    };
    let n_min = before.len() as f32 * SHARE_MIN;
    (WIDTH_MIN..=WIDTH_MAX).contains(&width)
        && before.iter().filter(is_filled).count() as f32 >= n_min
        && lines.windows(2).filter(goes_on).count() as f32 >= n_min
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
    fn verses_addresses_and_code_keep_their_lines() {
        let verse = "<p>The boats are in<br>the strait is shut<br>the snow is deep<br>and so am I</p>";
        assert_eq!(texts(verse).len(), 4);
        assert_eq!(texts("<pre>let boats = 4;\n\nlet dues = 7;\nlet strait = 1;</pre>").len(), 3);
    }
}
