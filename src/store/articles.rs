//! Owns the commit of coded articles: pending row, article, mentions, events and outbox rows in one transaction.

use crate::article::Article;
use crate::event::EventChange;
use crate::publish::Record;
use crate::tag::Mention;

/// One article revision with all that came of it.
#[derive(Debug, Clone)]
pub struct ArticleCommit {
    pub article: Article,
    pub mentions: Vec<Mention>,
    pub changes: Vec<EventChange>,
    /// In the order they are published; `seq` is 0, the outbox numbers them.
    pub records: Vec<Record>,
}
