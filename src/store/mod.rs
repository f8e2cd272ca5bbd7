//! Owns SQLite (rusqlite lives only here): cursors, seen entries, articles, mentions, events, outbox.
