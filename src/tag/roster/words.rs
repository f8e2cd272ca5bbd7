//! Owns the `{a|b}` notation of the word files: alternatives, and named sets of endings (`{adj}`).

/// Returns every form of a pattern: `президент{|а|у}` is three forms, `французьк{adj}` the declined adjective.
///
/// Groups do not nest. An unclosed `{` stands for itself.
pub(in crate::tag) fn expand(pattern: &str, lang: &str) -> Vec<String> {
    let mut forms = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((group, tail)) = after.split_once('}') else { break };
        let choices: Vec<&str> = match ending_set(group, lang) {
            Some(set) => set.to_vec(),
            None => group.split('|').collect(),
        };
        forms = forms
            .iter()
            .flat_map(|form| choices.iter().map(move |end| [form.as_str(), before, end].concat()))
            .collect();
        rest = tail;
    }
    for form in &mut forms {
        form.push_str(rest);
    }
    forms
}

/// Named endings, by language.
fn ending_set(name: &str, lang: &str) -> Option<&'static [&'static str]> {
    Some(match (name, lang) {
        ("adj", "uk") => &["ий", "ого", "ому", "им", "ім", "а", "ої", "ій", "у", "ою", "е", "і", "их", "ими"],
        ("adj", "ru") => &["ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ое", "ие", "их", "ими"],
        ("adj", "pl") => &["i", "iego", "iemu", "im", "a", "iej", "ą", "ie", "ich", "imi"],
        ("adj", "de") => &["", "e", "en", "er", "es", "em"],
        // A feminine noun in -ка: країнка, россиянка.
        ("ka", "uk") => &["ка", "ки", "ці", "ку", "кою"],
        ("ka", "ru") => &["ка", "ки", "ке", "ку", "кой"],
        // A masculine person noun on a hard consonant.
        ("man", "uk") => &["", "а", "у", "ові", "ом", "и", "ів", "ам", "ами"],
        ("man", "ru") => &["", "а", "у", "ом", "е", "ы", "ов", "ам", "ами"],
        _ => return None,
    })
}
