-- Who has written, or tried to, and from where: for the keeper alone, and forgotten
-- after a while.
CREATE TABLE audit (
    number    INTEGER PRIMARY KEY,
    time      TEXT NOT NULL,    -- RFC 3339, UTC
    account   TEXT NOT NULL,    -- '' for anybody
    token     TEXT NOT NULL,    -- its id, '' when there was none
    address   TEXT NOT NULL,    -- '' when it is not known
    operation TEXT NOT NULL,    -- method and pattern of the path
    object    TEXT NOT NULL,    -- path as it was asked for
    status    INTEGER NOT NULL  -- of the answer
) STRICT;
CREATE INDEX audit_time ON audit (time);
CREATE INDEX audit_account ON audit (account, number) WHERE account <> '';
