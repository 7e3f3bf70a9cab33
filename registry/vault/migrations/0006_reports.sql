-- What anybody told the keeper of something published, and nothing of who did.
CREATE TABLE reports (
    number  INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never used again
    time    TEXT NOT NULL,                     -- RFC 3339, UTC
    subject TEXT NOT NULL,                     -- owner/name@version, or the name of an account
    release TEXT NOT NULL,                     -- digest, '' for an account
    text    TEXT NOT NULL
) STRICT;
