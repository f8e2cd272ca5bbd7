//! Facts about feed.
