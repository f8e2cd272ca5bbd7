-- Cursors and identity: what each feed said last, which entries are known by which keys, which wait to be collected.
-- Times are milliseconds since 1970 UTC; `state` and `document` are versioned JSON.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feeds (
    feed INTEGER PRIMARY KEY,
    feed_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    -- 0 a guid is a key of its own, 1 only with the link, 2 only with link and title; never goes back.
    guids INTEGER NOT NULL DEFAULT 0,
    -- A document was read before: the rule for first polls is spent.
    has_history INTEGER NOT NULL DEFAULT 0,
    polled_at INTEGER NOT NULL,
    -- Last document with entries.
    document_at INTEGER
) STRICT;

CREATE TABLE entries (
    entry INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL UNIQUE,
    -- Last revision that became pending; 0 for entries that only count as seen.
    revision INTEGER NOT NULL
) STRICT;

-- 16 bytes of SHA-256 each.
CREATE TABLE keys (
    key BLOB PRIMARY KEY,
    entry INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_by_entry ON keys (entry);

CREATE TABLE sightings (
    entry INTEGER NOT NULL,
    feed INTEGER NOT NULL,
    -- Hash of title, summary and content as this feed gave them last.
    said BLOB NOT NULL,
    updated INTEGER,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (entry, feed)
) STRICT, WITHOUT ROWID;
CREATE INDEX sightings_by_last_seen ON sightings (last_seen);

CREATE TABLE pending (
    entry INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    -- An edit came after the row was handed out.
    is_edited INTEGER NOT NULL DEFAULT 0,
    feed_seen INTEGER NOT NULL,
    due INTEGER NOT NULL,
    -- Handed out, not again before this; a start clears it.
    leased_until INTEGER NOT NULL DEFAULT 0,
    n_attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT
) STRICT;
CREATE INDEX pending_by_due ON pending (due);
