//! Owns what the newsroom goes on to print while the demo runs: calls that are announced, then reported by two papers.

use serde::Deserialize;

use super::newsroom::{Draft, Newsroom, NewsroomError, read};

const FILE: &str = include_str!("newsroom/live.toml");

/// Articles that are still to come.
#[derive(Debug, Clone)]
pub struct Live {
    pairs: Vec<Pair>,
    n_printed: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveText {
    pair: Vec<Pair>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    slug: String,
    en: [String; 2],
    de: [String; 2],
    topic_en: String,
    topic_de: String,
}

/// The articles of one pair, in order.
const STEPS: usize = 3;

impl Live {
    /// Reads the bundled file.
    ///
    /// # Errors
    /// [`NewsroomError`] says what is wrong in it.
    pub fn bundled() -> Result<Self, NewsroomError> {
        let text: LiveText = read("live.toml", FILE)?;
        Ok(Self { pairs: text.pair, n_printed: 0 })
    }

    /// Returns how many articles are still to come.
    #[must_use]
    pub fn n_left(&self) -> usize {
        self.pairs.len() * STEPS - self.n_printed
    }

    /// Adds the next article to the newsroom, as a batch of its own. The caller says when it comes out.
    pub fn add_next(&mut self, newsroom: &mut Newsroom) {
        let batch = newsroom.last_batch() + 1;
        let Some(pair) = self.pairs.get(self.n_printed / STEPS) else { return };
        let (outlet, draft) = match self.n_printed % STEPS {
            0 => ("nordlys", pair.announced(batch)),
            1 => ("meridian", pair.reported(batch)),
            _ => ("spree", pair.reported_in_german(batch)),
        };
        if let Some(paper) = newsroom.papers.iter_mut().find(|paper| paper.outlet.id == outlet) {
            paper.drafts.push(draft);
        }
        self.n_printed += 1;
    }
}

impl Pair {
    fn announced(&self, batch: usize) -> Draft {
        let Self { slug, en: [one, two], topic_en: topic, .. } = self;
        Draft::live(
            batch,
            format!("{slug}-planned"),
            format!("{one} to speak with {two} by phone"),
            format!(
                "{one} will hold a phone call with {two} later {{on:0}}, the president's office said.\n\
                 The call will be devoted to {topic}, according to the statement.\n\
                 Both governments have prepared the subject for several weeks, officials said.\n\
                 Reporters will be given a written summary afterwards."
            ),
        )
    }

    fn reported(&self, batch: usize) -> Draft {
        let Self { slug, en: [one, two], topic_en: topic, .. } = self;
        Draft::live(
            batch,
            format!("{slug}-spoke"),
            format!("{one} and {two} speak by phone"),
            format!(
                "{one} spoke by phone with {two} {{on:0}}, the president's office said after the conversation ended.\n\
                 They discussed {topic}, according to a short summary given to reporters in the evening.\n\
                 Companies in both countries have waited for clearer rules since last year.\n\
                 The price of the goods in question has hardly moved this autumn."
            ),
        )
    }

    fn reported_in_german(&self, batch: usize) -> Draft {
        let Self { slug, de: [one, two], topic_de: topic, .. } = self;
        Draft::live(
            batch,
            format!("{slug}-telefonat"),
            format!("{one} telefoniert mit {two}"),
            format!(
                "{one} hat {{on:0}} mit {two} telefoniert, wie das Präsidialamt mitteilte.\n\
                 In dem Gespräch ging es demnach um {topic}.\n\
                 Unternehmen in beiden Ländern warten seit dem vergangenen Jahr auf klarere Regeln.\n\
                 Die Preise haben sich in diesem Herbst kaum bewegt."
            ),
        )
    }
}
