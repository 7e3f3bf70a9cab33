-- How much an account has sent, and until when what it has sent is kept although
-- no document names it.
ALTER TABLE uploads ADD COLUMN size INTEGER NOT NULL DEFAULT 0;    -- bytes; 0 for those sent before this was noted
ALTER TABLE uploads ADD COLUMN kept_until TEXT NOT NULL DEFAULT ''; -- RFC 3339, UTC; '' when nobody was told that it is here

-- Artifacts that come in pieces.
CREATE TABLE partials (
    id       TEXT PRIMARY KEY,  -- random: it is in the upload's address
    account  TEXT NOT NULL,
    digest   TEXT NOT NULL,
    size     INTEGER NOT NULL,  -- bytes of the whole
    "offset" INTEGER NOT NULL,  -- bytes that are kept
    metadata TEXT NOT NULL,     -- what the sender said of it, as it was sent
    state    BLOB NOT NULL,     -- what the store needs to go on; empty once the artifact is stored
    expires  TEXT NOT NULL      -- RFC 3339, UTC
) STRICT;
CREATE INDEX partials_account ON partials (account);
CREATE INDEX partials_expires ON partials (expires);

-- Bytes of the artifacts that each account has sent, and under '' of all of them,
-- each counted once.
CREATE TABLE usage (
    account TEXT PRIMARY KEY,
    bytes   INTEGER NOT NULL
) STRICT;

-- Artifacts that were found missing or damaged: they are asked for again.
CREATE TABLE damaged (
    digest TEXT PRIMARY KEY,
    found  TEXT NOT NULL  -- RFC 3339, UTC
) STRICT;
