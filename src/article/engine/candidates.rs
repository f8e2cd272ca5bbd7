//! Owns the points of blocks, the choice among those that have most, and what belongs to the best of them.

use std::collections::{HashMap, hash_map::Entry};

use dom_query::{NodeData, NodeId, NodeRef, local_name};
use foldhash::fast::RandomState;

use super::{
    Rules, is_named, names, only_element,
    tally::{tallies, tally},
};

/// A paragraph with less text gives no points.
const PARAGRAPH_CHARS_MIN: usize = 25;
/// Elements above a paragraph that it gives points to.
const LEVELS_MAX: usize = 5;
/// Points of a paragraph for its length, one for each so many characters.
const POINT_CHARS: usize = 100;
const LENGTH_POINTS_MAX: usize = 3;
/// Fewer points are not lowered for links.
const LOWERED_POINTS_MIN: f32 = 5.0;
const CANDIDATES_MAX: usize = 5;
/// Share of the best one's points that makes a rival.
const RIVAL_SHARE_MIN: f32 = 0.75;
/// Rivals that must stand in the same block for that to be the article.
const RIVALS_MIN: usize = 3;
/// Share of the best one's points, and points, that make a sibling a part of the article.
const SIBLING_SHARE: f32 = 0.2;
const SIBLING_POINTS_MIN: f32 = 10.0;
/// A paragraph beside the best block is a part of the article when it is longer and has few links, or when it is a
/// sentence without any.
const SIBLING_CHARS_MIN: usize = 80;
const SIBLING_LINK_SHARE_MAX: f32 = 0.25;

type Points = HashMap<NodeId, f32, RandomState>;

/// The block made for the article, and the block in it that is the page's whole body when no other was good enough.
pub(super) struct Article<'a> {
    pub(super) content: NodeRef<'a>,
    pub(super) whole: Option<NodeRef<'a>>,
}

/// Puts what is the article into a block of its own; none when the best block stands nowhere.
pub(super) fn article<'a>(body: &NodeRef<'a>, paragraphs: &[NodeId], rules: Rules) -> Option<Article<'a>> {
    let tree = body.tree;
    let mut scores = Scores { points: Points::default(), rules };
    let candidates = scores.candidates(body, paragraphs);
    let best = candidates.first().map(|id| tree.get_unchecked(id)).filter(|best| !is_body(best));
    if let Some(best) = best {
        let block = scores.common_block(best, &candidates[1..]);
        let best = outermost(scores.fuller_block(block));
        scores.init(&best);
        return Some(Article { content: join(&best, &scores)?, whole: None });
    }
    let whole = tree.new_element("div");
    tree.reparent_children_of(&body.id, Some(whole.id));
    body.append_child(&whole);
    scores.init(&whole);
    Some(Article { content: join(&whole, &scores)?, whole: Some(whole) })
}

/// The block that holds nothing but the best one.
fn outermost(mut best: NodeRef) -> NodeRef {
    while let Some(parent) = best.parent() {
        if is_body(&parent) || only_element(&parent).is_none() {
            break;
        }
        best = parent;
    }
    best
}

struct Scores {
    points: Points,
    rules: Rules,
}

impl Scores {
    fn of(&self, node: &NodeRef) -> f32 {
        self.points.get(&node.id).copied().unwrap_or_default()
    }

    fn has(&self, node: &NodeRef) -> bool {
        self.points.contains_key(&node.id)
    }

    /// Gives an element without points those that it has for its name.
    fn init(&mut self, node: &NodeRef) {
        if !self.has(node) {
            self.points.insert(node.id, self.own(node));
        }
    }

    /// The points of an element for what it is and for what it calls itself.
    fn own(&self, node: &NodeRef) -> f32 {
        node.query_or(0.0, |inner| match &inner.data {
            NodeData::Element(element) => {
                let weight = if self.rules.weighs_names { names::weight(element) } else { 0.0 };
                names::points(&element.name.local) + weight
            }
            _ => 0.0,
        })
    }

    /// The blocks with most points, by falling points.
    fn candidates(&mut self, body: &NodeRef, paragraphs: &[NodeId]) -> Vec<NodeId> {
        let tallies = tallies(body);
        // Equal points leave blocks in the order of the page.
        let mut order: Vec<NodeId> = Vec::new();
        let mut points = Points::default();
        for id in paragraphs {
            let Some(tally) = tallies.get(id).filter(|tally| tally.n_chars >= PARAGRAPH_CHARS_MIN) else { continue };
            let given = (2 + tally.n_commas + (tally.n_chars / POINT_CHARS).min(LENGTH_POINTS_MAX)) as f32;
            for (level, outer) in body.tree.get_unchecked(id).ancestors_it(Some(LEVELS_MAX)).enumerate() {
                if !outer.is_element() || outer.parent().is_none() {
                    continue;
                }
                let share = match level {
                    0 => 1.0,
                    1 => 2.0,
                    _ => (level * 3) as f32,
                };
                match points.entry(outer.id) {
                    Entry::Occupied(known) => *known.into_mut() += given / share,
                    Entry::Vacant(new) => {
                        order.push(outer.id);
                        new.insert(given / share + self.own(&outer));
                    }
                }
                if is_body(&outer) {
                    break;
                }
            }
        }
        let mut scored: Vec<(NodeId, f32)> =
            order.into_iter().map(|id| (id, points[&id])).filter(|(_, points)| *points > 0.0).collect();
        for (id, points) in &mut scored {
            if *points > LOWERED_POINTS_MIN {
                let tally = tallies.get(id).copied().unwrap_or_default();
                *points *= 1.0 - tally.link_share(tally.n_chars);
            }
            self.points.insert(*id, *points);
        }
        scored.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        scored.into_iter().take(CANDIDATES_MAX).map(|(id, _)| id).collect()
    }

    /// The block that most rivals stand in with the best one, when there are enough of them.
    fn common_block<'a>(&self, best: NodeRef<'a>, others: &[NodeId]) -> NodeRef<'a> {
        let points = self.of(&best);
        let others = others.iter().map(|id| best.tree.get_unchecked(id));
        let rivals: Vec<Vec<NodeId>> = others
            .filter(|other| self.of(other) / points >= RIVAL_SHARE_MIN)
            .map(|rival| rival.ancestors_it(None).map(|outer| outer.id).collect())
            .collect();
        if rivals.len() <= RIVALS_MIN {
            return best;
        }
        let is_common =
            |outer: &NodeRef| rivals.iter().filter(|around| around.contains(&outer.id)).count() >= RIVALS_MIN;
        let common = best.ancestors_it(None).take_while(|outer| !is_body(outer)).find(is_common);
        common.unwrap_or(best)
    }

    /// The block around with more points, as long as they do not fall.
    fn fuller_block<'a>(&mut self, best: NodeRef<'a>) -> NodeRef<'a> {
        self.init(&best);
        let mut last = self.of(&best);
        let min = last / 3.0;
        for outer in best.ancestors_it(None).take_while(|outer| !is_body(outer)) {
            if !self.has(&outer) {
                continue;
            }
            let points = self.of(&outer);
            if points < min {
                break;
            }
            if points > last {
                return outer;
            }
            last = points;
        }
        best
    }
}

/// Puts the best block and those beside it that belong to it into one.
fn join<'a>(best: &NodeRef<'a>, scores: &Scores) -> Option<NodeRef<'a>> {
    let parent = best.parent()?;
    let points = scores.of(best);
    let min = (points * SIBLING_SHARE).max(SIBLING_POINTS_MIN);
    let class = best.class().filter(|class| !class.is_empty());
    let is_part = |sibling: &NodeRef| {
        if sibling.id == best.id {
            return true;
        }
        let own = scores.of(sibling);
        if own > 0.0 {
            let is_alike = class.is_some() && sibling.class() == class;
            return own + if is_alike { points * SIBLING_SHARE } else { 0.0 } >= min;
        }
        is_named(sibling, &local_name!("p")) && is_paragraph(sibling)
    };
    let content = best.tree.new_element("div");
    for sibling in parent.element_children() {
        if !is_part(&sibling) {
            continue;
        }
        // A cell or a form is no block of text.
        let is_text = ["article", "section", "p", "ol", "ul"].iter().any(|name| sibling.has_name(name));
        if !is_text {
            sibling.rename("div");
        }
        content.append_child(&sibling);
    }
    parent.append_child(&content);
    Some(content)
}

fn is_paragraph(node: &NodeRef) -> bool {
    let tally = tally(node);
    let (n_chars, link_share) = (tally.n_chars, tally.link_share(tally.n_chars));
    let is_sentence = || {
        let text = node.text();
        let text = text.trim_end();
        text.ends_with('.') || text.split_whitespace().rev().skip(1).any(|word| word.ends_with('.'))
    };
    (n_chars > SIBLING_CHARS_MIN && link_share < SIBLING_LINK_SHARE_MAX)
        || ((1..SIBLING_CHARS_MIN).contains(&n_chars) && link_share == 0.0 && is_sentence())
}

fn is_body(node: &NodeRef) -> bool {
    is_named(node, &local_name!("body"))
}
