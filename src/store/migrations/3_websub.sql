-- Subscriptions at hubs (WebSub). `token` and `secret` are secrets; times are milliseconds since 1970 UTC.

CREATE TABLE subscriptions (
    feed INTEGER PRIMARY KEY,
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    -- Public URL the callback was built on.
    base TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    asked INTEGER,
    lease_until INTEGER,
    next_ask INTEGER NOT NULL,
    n_failures INTEGER NOT NULL,
    error TEXT,
    pushed INTEGER
) STRICT;
