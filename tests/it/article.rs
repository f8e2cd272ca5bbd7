//! Facts about article.
