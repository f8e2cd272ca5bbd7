-- Results: articles, mentions, events, and the records on their way out. `body` and `headers` are JSON.

CREATE TABLE articles (
    article_id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    -- NULL once its time is up.
    text TEXT,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX articles_with_text ON articles (fetched) WHERE text IS NOT NULL;

CREATE TABLE mentions (
    article_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (article_id, ordinal)
) STRICT;

CREATE TABLE events (
    event INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    active INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_active ON events (active);

-- AUTOINCREMENT: a seq is never given twice, not even after its row is gone.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    headers TEXT NOT NULL,
    value BLOB NOT NULL,
    enqueued INTEGER,
    -- 16 bytes of SHA-256 over topic, key, headers and value.
    hash BLOB NOT NULL
) STRICT;
