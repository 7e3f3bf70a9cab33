-- How people prove who they are. What is public of an account is a document.
CREATE TABLE accounts (
    name     TEXT PRIMARY KEY,
    skeleton TEXT NOT NULL UNIQUE, -- the name as the eye sees it, so that nobody passes for another
    password TEXT NOT NULL,        -- argon2id, in its own encoding
    salt     TEXT NOT NULL,        -- of the account document: 32 hex digits
    opened   TEXT NOT NULL         -- RFC 3339, UTC
) STRICT;

CREATE TABLE tokens (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (name),
    hash    BLOB NOT NULL UNIQUE, -- SHA-256 of the token
    made    TEXT NOT NULL,
    ended   TEXT                  -- when it was revoked
) STRICT;
CREATE INDEX tokens_account ON tokens (account);

-- Who has sent the bytes of which artifact. Until a document names the artifact
-- nobody else may read it, or learn that it is here.
CREATE TABLE uploads (
    digest  TEXT NOT NULL,
    account TEXT NOT NULL,
    time    TEXT NOT NULL,
    PRIMARY KEY (digest, account)
) STRICT, WITHOUT ROWID;

-- The ledger's origin and signing key: one row each.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
