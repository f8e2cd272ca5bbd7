//! Owns what a party does in its sentence: own a delegate, or say what is reported.

use super::super::roster::Case;
use super::super::text::{Shape, TokenKind};
use super::{Finder, Form, Np, Part};

impl Finder<'_> {
    /// Finds owners of delegates and spokesmen, and who speaks.
    pub(super) fn mark_parts(&self, nps: &mut [Np]) {
        for np in &mut *nps {
            np.part = self.part_by_others(np).unwrap_or(np.part);
        }
        let all = 0..self.scene.text.tokens.len() as u32;
        let says: Vec<(u32, u32)> = self
            .scene
            .classes_in(&all)
            .filter(|hit| Some(hit.class) == self.glue.say)
            .map(|hit| (hit.start, hit.end))
            .collect();
        for (start, end) in says {
            let sentence = self.scene.sentence(self.scene.text.sentence_of(start));
            let from = nps.partition_point(|np| np.start < sentence.start);
            let to = nps.partition_point(|np| np.start < sentence.end);
            let here = &nps[from..to];
            let is_topic = |np: &Np| self.scene.lang != "ja" || self.is_topic(np);
            let beside = match self.scene.lang {
                "ja" => 0,
                _ => here.partition_point(|np| np.end + 4 <= start),
            };
            let is_subject = |np: &Np| !np.part.is_behind_another() && np.end <= start && is_topic(np);
            let upto = here.partition_point(|np| np.start < start).max(beside);
            let before = here[beside..upto].iter().rposition(is_subject).map(|at| beside + at);
            let behind = here.partition_point(|np| np.start < end);
            let near = here[behind..].iter().take_while(|np| np.start <= end + 2);
            let after = near.into_iter().position(|np| !np.part.is_behind_another()).map(|at| behind + at);
            let is_inverted = start > sentence.start
                && matches!(self.scene.text.word(start - 1), "," | "\"" | "”" | "»" | "“" | "–" | "-")
                || self.scene.lang == "ar"
                || start == sentence.start;
            let first = here.iter().position(|np| !np.part.is_behind_another());
            let speaker = match self.scene.lang {
                // The Chinese and Japanese subject always stands before its verb.
                "zh" | "ja" => before,
                // The verb comes last: who speaks opens the sentence.
                "tr" => first.filter(|at| here[*at].end <= start),
                // Behind the comma the subject follows the verb, known or not.
                "uk" | "ru" | "pl" | "de" if is_inverted => after,
                _ if is_inverted => after.or(before),
                _ => before.or(after),
            };
            if let Some(speaker) = speaker {
                nps[from + speaker].part = Part::Speaker;
            }
        }
    }

    /// "トランプ氏は": the Japanese verb stands far from whom the sentence is about.
    fn is_topic(&self, np: &Np) -> bool {
        let word = |token: u32| self.scene.text.word(token);
        word(np.end) == "は" || (word(np.end) == "氏" && word(np.end + 1) == "は")
    }

    /// "Trump's envoy", "спецпосланник Трампа", "l'émissaire de Trump": someone who acts or speaks for the party.
    fn part_by_others(&self, np: &Np) -> Option<Part> {
        let spokesman = self.glue.spokesman;
        if self.is_before_or_behind(np, spokesman) {
            return Some(Part::Voiced);
        }
        let delegate = self.glue.delegate.filter(|_| !is_place(np));
        self.is_before_or_behind(np, delegate).then_some(Part::Owner)
    }

    /// A word of the class belongs to the party: behind it, by a possessive, or in front of it.
    fn is_before_or_behind(&self, np: &Np, class: Option<u16>) -> bool {
        let is_of_class = |token: u32| self.scene.class_end(token, class).is_some();
        if self.scene.lang != "ar" && is_of_class(np.end) {
            return true;
        }
        if self.scene.lang == "de" && self.scene.text.word(np.end - 1).ends_with('s') && self.is_behind(np.end, class) {
            return true;
        }
        if let Some(mut token) = self.possessive_end(np.end) {
            for _ in 0..4 {
                if is_of_class(token) {
                    return true;
                }
                if self.scene.np_at(token).is_some()
                    || self.scene.text.tokens.get(token as usize).is_none_or(|one| one.kind != TokenKind::Word)
                {
                    break;
                }
                token += 1;
            }
        }
        self.is_in_front(np, class)
    }

    /// "Putins außenpolitischer Berater": only adjectives stand between.
    fn is_behind(&self, from: u32, class: Option<u16>) -> bool {
        let is_delegate = |token: u32| self.scene.class_end(token, class).is_some();
        let is_adjective = |token: u32| {
            let token = self.scene.text.tokens.get(token as usize);
            token.is_some_and(|one| one.kind == TokenKind::Word && one.shape == Shape::Lower)
        };
        (from..from + 3).take_while(|token| is_adjective(*token)).any(|token| is_delegate(token + 1))
    }

    /// The word stands in front: through glue, or directly with the owner in the genitive.
    fn is_in_front(&self, np: &Np, class: Option<u16>) -> bool {
        let from = np.start.saturating_sub(5);
        let is_title = |start: u32| class == self.glue.delegate && self.has_arabic_article(start);
        let hits: Vec<u32> = self
            .scene
            .classes_in(&(from..np.start))
            .filter(|hit| Some(hit.class) == class && hit.end <= np.start && !is_title(hit.start))
            .map(|hit| hit.end)
            .collect();
        hits.into_iter().any(|end| {
            if end == np.start {
                let is_genitive = np.cases.has(Case::Genitive) && !np.cases.has(Case::Nominative);
                let is_caseless = np.cases.0 == 0 && matches!(self.scene.lang, "uk" | "ru" | "pl");
                return is_genitive || is_caseless || self.scene.lang == "ar";
            }
            self.touches(end, np.start)
        })
    }

    /// «المبعوث ستيف ويتكوف»: with the article the word is the person's own title.
    fn has_arabic_article(&self, token: u32) -> bool {
        let word = self.scene.text.word(token);
        self.scene.lang == "ar" && (word.starts_with("ال") || word.starts_with("وال"))
    }
}

/// Who acts for a country is the country.
fn is_place(np: &Np) -> bool {
    matches!(np.form, Form::Place | Form::Demonym | Form::Seat)
}
