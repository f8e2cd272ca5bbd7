//! Owns the notation of rules: `@party:a .{0,6} #talk_verb #with @party:b` to a program that `rule` runs.

use super::super::lexicon::Cases;
use super::super::roster::Case;
use super::super::scene::Present;

/// Which parties an element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tag) enum Wanted {
    /// Persons, and offices with their country.
    Party,
    /// Countries and organisations too.
    Side,
    /// A capital or seat of power alone.
    Seat,
}

/// One step of a program. Jumps are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tag) enum Step {
    /// A party or a group of parties.
    Party {
        wanted: Wanted,
        capture: Option<char>,
        cases: Cases,
    },
    /// A word of a class.
    Class(u16),
    /// Any tokens; a soft gap does not pass clause marks.
    Gap {
        min: u32,
        max: u32,
        is_soft: bool,
    },
    /// Goes on here, else there.
    Split(usize),
    Jump(usize),
    /// The program up to the given step must not match here.
    Not(usize),
    Start,
    End,
    Done,
}

/// A compiled rule.
#[derive(Debug, Clone, Default)]
pub(in crate::tag) struct Pattern {
    pub(in crate::tag) steps: Vec<Step>,
    /// Classes in the order they stand in the rule.
    pub(in crate::tag) classes: Vec<u16>,
    /// Classes without which nothing matches.
    needs: Vec<u16>,
    needs_party: bool,
}

impl Pattern {
    /// Tells whether a sentence can match by what stands in it.
    pub(in crate::tag) fn may_match(&self, present: &Present) -> bool {
        let has = |class: &u16| present.classes.binary_search(class).is_ok();
        (present.has_party || !self.needs_party) && self.needs.iter().all(has)
    }
}

/// Compiles the notation. `class` gives the number of a class or a quoted word (with its quotes), `None` for an unknown one.
///
/// # Errors
/// Says what is wrong, in words.
pub(super) fn compile(text: &str, class: &mut impl FnMut(&str) -> Option<u16>) -> Result<Pattern, String> {
    let mut compiler =
        Compiler { words: split(text)?, at: 0, pattern: Pattern::default(), class, is_in_not: false, depth: 0 };
    compiler.sequence()?;
    if let Some(rest) = compiler.peek() {
        return Err(format!("`{rest}` is not expected here"));
    }
    compiler.pattern.steps.push(Step::Done);
    Ok(compiler.pattern)
}

/// Cuts the notation into elements; parentheses, `|` and `?` are elements of their own, a quoted text is one.
fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                word.push('\'');
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
                word.push('\'');
            }
            '(' | ')' | '|' | '?' => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                word.push(c);
                words.push(std::mem::take(&mut word));
            }
            _ if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

struct Compiler<'c, F> {
    words: Vec<String>,
    at: usize,
    pattern: Pattern,
    class: &'c mut F,
    is_in_not: bool,
    /// Parentheses that are open: what stands in them may be left out.
    depth: u32,
}

impl<F: FnMut(&str) -> Option<u16>> Compiler<'_, F> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn sequence(&mut self) -> Result<(), String> {
        while let Some(word) = self.words.get(self.at).cloned() {
            match word.as_str() {
                ")" | "|" => return Ok(()),
                "(" => self.group()?,
                _ => {
                    self.at += 1;
                    self.element(&word)?;
                }
            }
        }
        Ok(())
    }

    /// `(A B)`, `(A | B)`, `(…)?`
    fn group(&mut self) -> Result<(), String> {
        self.at += 1;
        self.depth += 1;
        let start = self.pattern.steps.len();
        let mut starts = vec![start];
        let mut ends = Vec::new();
        // A split before each alternative is put in once it is known how many there are.
        loop {
            self.pattern.steps.push(Step::Split(usize::MAX));
            self.sequence()?;
            match self.peek() {
                Some("|") => {
                    self.at += 1;
                    ends.push(self.pattern.steps.len());
                    self.pattern.steps.push(Step::Jump(usize::MAX));
                    starts.push(self.pattern.steps.len());
                }
                Some(")") => {
                    self.at += 1;
                    break;
                }
                _ => return Err("a parenthesis is not closed".to_owned()),
            }
        }
        self.depth -= 1;
        let is_optional = self.peek() == Some("?");
        if is_optional {
            self.at += 1;
        }
        let end = self.pattern.steps.len();
        for (index, &at) in starts.iter().enumerate() {
            let other = match starts.get(index + 1) {
                Some(&next) => next,
                None if is_optional => end,
                // The last alternative has no other: it splits to a step that fails.
                None => usize::MAX,
            };
            self.pattern.steps[at] = Step::Split(other);
        }
        for at in ends {
            self.pattern.steps[at] = Step::Jump(end);
        }
        Ok(())
    }

    fn element(&mut self, word: &str) -> Result<(), String> {
        if let Some(negated) = word.strip_prefix('!') {
            let at = self.pattern.steps.len();
            self.pattern.steps.push(Step::Not(usize::MAX));
            self.is_in_not = true;
            if negated.is_empty() && self.peek() == Some("(") {
                self.group()?;
            } else {
                self.element(negated)?;
            }
            self.is_in_not = false;
            self.pattern.steps.push(Step::Done);
            let end = self.pattern.steps.len();
            self.pattern.steps[at] = Step::Not(end);
            return Ok(());
        }
        let step = match word {
            "^" => Step::Start,
            "$" => Step::End,
            _ if word.starts_with('@') => {
                self.pattern.needs_party |= !self.is_in_not && self.depth == 0;
                party(word)?
            }
            _ if word.starts_with(['.', '~']) => gap(word)?,
            _ if word.starts_with(['#', '\'']) => {
                let name = word.split(':').next().unwrap_or(word);
                let name = name.strip_prefix('#').unwrap_or(name);
                let class = (self.class)(name).ok_or_else(|| format!("no pack defines the class `{name}`"))?;
                if !self.is_in_not {
                    self.pattern.classes.push(class);
                }
                if !self.is_in_not && self.depth == 0 {
                    self.pattern.needs.push(class);
                }
                Step::Class(class)
            }
            _ => return Err(format!("`{word}` is no element: write @party, @side, #class, 'word' or .{{0,6}}")),
        };
        self.pattern.steps.push(step);
        Ok(())
    }
}

fn party(word: &str) -> Result<Step, String> {
    let (word, cases) = word.split_once('/').unwrap_or((word, ""));
    let (name, capture) = word.split_once(':').unwrap_or((word, ""));
    let wanted = match name {
        "@party" => Wanted::Party,
        "@side" => Wanted::Side,
        "@seat" => Wanted::Seat,
        _ => return Err(format!("`{name}` is unknown: write @party, @side or @seat")),
    };
    let mut mask = Cases::default();
    for case in cases.split('+').filter(|case| !case.is_empty()) {
        let case = match case {
            "nom" => Case::Nominative,
            "gen" => Case::Genitive,
            "dat" => Case::Dative,
            "acc" => Case::Accusative,
            "ins" => Case::Instrumental,
            "loc" => Case::Locative,
            _ => return Err(format!("`{case}` is no case: nom gen dat acc ins loc")),
        };
        mask = mask.join(Cases::of(case));
    }
    let mut chars = capture.chars();
    let capture = chars.next();
    if chars.next().is_some() {
        return Err(format!("`{word}`: a capture is one letter"));
    }
    Ok(Step::Party { wanted, capture, cases: mask })
}

/// Tokens one gap may pass.
const GAP_MAX: u32 = 60;

fn gap(word: &str) -> Result<Step, String> {
    let wrong = || format!("`{word}` is no gap: write .{{0,6}} or ~{{0,6}}");
    let (mark, numbers) = word.split_at(1);
    let numbers = numbers.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(wrong)?;
    let (min, max) = numbers.split_once(',').unwrap_or((numbers, numbers));
    let min: u32 = min.trim().parse().map_err(|_| wrong())?;
    let max: u32 = max.trim().parse().map_err(|_| wrong())?;
    if min > max || max > GAP_MAX {
        return Err(format!("`{word}`: a gap goes from the smaller to the larger number, at most {GAP_MAX}"));
    }
    Ok(Step::Gap { min, max, is_soft: mark == "~" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Result<Vec<Step>, String> {
        compile(text, &mut |name| (name != "unknown").then_some(name.len() as u16)).map(|pattern| pattern.steps)
    }

    #[test]
    fn elements_become_steps() {
        let any = Cases::default();
        assert_eq!(
            steps("@party:a .{0,6} #verb 'to'").unwrap(),
            [
                Step::Party { wanted: Wanted::Party, capture: Some('a'), cases: any },
                Step::Gap { min: 0, max: 6, is_soft: false },
                Step::Class(4),
                Step::Class(4),
                Step::Done
            ]
        );
        assert_eq!(steps("(#one)? #three").unwrap(), [Step::Split(2), Step::Class(3), Step::Class(5), Step::Done]);
        assert_eq!(
            steps("(#one|#three)").unwrap(),
            [Step::Split(3), Step::Class(3), Step::Jump(5), Step::Split(usize::MAX), Step::Class(5), Step::Done]
        );
        assert_eq!(steps("!#one $").unwrap(), [Step::Not(3), Step::Class(3), Step::Done, Step::End, Step::Done]);
    }

    #[test]
    fn a_sentence_without_what_a_rule_needs_is_passed_over() {
        let pattern = |text: &str| compile(text, &mut |name| Some(name.len() as u16)).unwrap();
        let may = |text: &str, classes: &[u16], has_party| {
            pattern(text).may_match(&Present { classes: classes.to_vec(), has_party })
        };
        assert!(may("@party:a #one .{0,3} #three", &[3, 5], true));
        assert!(!may("@party:a #one .{0,3} #three", &[3], true));
        assert!(!may("@party:a #one .{0,3} #three", &[3, 5], false));
        assert!(may("#one (#three @party:a)? !#seventh", &[3], false));
        assert!(may("(#one|#three)", &[5], false));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("@leader", "@party, @side or @seat"),
            ("#unknown", "no pack defines"),
            (".{9,2}", "smaller"),
            (".{x}", "no gap"),
            ("(#one", "not closed"),
            ("#one )", "not expected"),
            ("one", "no element"),
            ("@party/foo", "no case"),
            ("'one", "quote"),
        ] {
            assert!(steps(text).unwrap_err().contains(said), "{text}");
        }
    }
}
