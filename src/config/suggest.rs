//! Owns did-you-mean: the known word nearest to a mistyped one.

/// Returns the known word that is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let edits_max = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|known| (edits(word, known), known))
        .filter(|(edits, _)| *edits <= edits_max)
        .min()
        .map(|(_, known)| known)
}

/// Counts insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn edits(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let is_other = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + is_other);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_word_is_not() {
        let known = ["interval", "timeout", "url"];
        assert_eq!(nearest("intervall", known), Some("interval"));
        assert_eq!(nearest("tiemout", known), Some("timeout"));
        assert_eq!(nearest("ulr", known), Some("url"));
        assert_eq!(nearest("workers", known), None);
    }
}
